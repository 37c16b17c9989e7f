package converse

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/mail"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// oldest is how old words may be, when they are first heard, to open a thread
// or wake one: nobody waits for an answer any more after two weeks.
const oldest = 14 * 24 * time.Hour

// attendAtOnce is about how many mentions are attended to in one transaction,
// which keeps it well under 200 ms however many were heard meanwhile.
const attendAtOnce = 200

// Attend follows what was heard: it opens threads by the rule (Rule), lets
// replies join theirs, and closes those whose first words were taken back. Words
// that were edited are looked at anew, unless they stand in a thread: what one of
// us answered or closed stays so.
func (i *Inbox) Attend(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	heard := 0
	for n, f := range facts {
		var err error
		switch f.Kind {
		case listen.MentionsStored, listen.MentionEdited:
			var more int
			more, err = i.attend(ctx, tx, f)
			heard += more
		case listen.MentionWithdrawn:
			err = i.takenBack(ctx, tx, f.Subject.ID)
		}
		if err != nil {
			return err
		}
		if heard >= attendAtOnce && n+1 < len(facts) {
			return event.Taken(n + 1)
		}
	}
	return nil
}

// attend looks at a stored batch, or at one that was edited, in the order in which it was said, so that a
// reply comes after what it answers, and gives how many mentions it holds.
func (i *Inbox) attend(ctx context.Context, tx *storage.Tx, f event.Event) (int, error) {
	mentions, err := i.radar.Stored(ctx, tx, f)
	if err != nil {
		return 0, err
	}
	slices.SortStableFunc(mentions, func(a, b listen.Mention) int {
		return cmp.Or(a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.ID, b.ID))
	})
	known, err := inThreads(ctx, tx, mentions)
	if err != nil {
		return 0, err
	}
	staff, err := staffAmong(ctx, tx, mentions)
	if err != nil {
		return 0, err
	}
	var opens []opening
	for _, m := range mentions {
		if m.CopyOf != 0 || m.State != know.Visible || known[m.ID] {
			continue
		}
		thread := int64(0)
		if m.ReplyTo != "" { // perhaps to one of those that are to be opened
			if err := i.openMentions(ctx, tx, opens); err != nil {
				return 0, err
			}
			opens = opens[:0]
			if thread, err = i.threadAnsweredBy(ctx, tx, m); err != nil {
				return 0, err
			}
		}
		if thread != 0 {
			if err := i.join(ctx, tx, thread, m, staff[m.Person]); err != nil {
				return 0, err
			}
		} else if why := Rule(m); why != "" && !staff[m.Person] {
			since := m.PublishedAt
			if f.Kind == listen.MentionEdited {
				since = m.EditedAt // nobody waited before
			}
			opens = append(opens, opening{m, why, since})
		}
	}
	return len(mentions), i.openMentions(ctx, tx, opens)
}

// inThreads gives which of the mentions stand in a thread already.
func inThreads(ctx context.Context, q storage.Q, mentions []listen.Mention) (map[int64]bool, error) {
	ids := make([]int64, len(mentions))
	for n, m := range mentions {
		ids[n] = m.ID
	}
	return among(ctx, q, `select mention_id from message where mention_id <> 0 and mention_id in `, ids)
}

// staffAmong gives which of those who speak are of the staff.
func staffAmong(ctx context.Context, q storage.Q, mentions []listen.Mention) (map[int64]bool, error) {
	var ids []int64
	for _, m := range mentions {
		if m.Person != 0 {
			ids = append(ids, m.Person)
		}
	}
	return among(ctx, q, `select id from person where role in ('staff', 'owner') and id in `, ids)
}

// among gives which of the ids a statement that ends before their list answers.
func among(ctx context.Context, q storage.Q, query string, ids []int64) (map[int64]bool, error) {
	found := map[int64]bool{}
	for part := range slices.Chunk(ids, attendAtOnce) {
		holes, args := storage.Holes(1, part)
		some, err := storage.All(ctx, q, storage.Scalar[int64], query+`(`+holes+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, id := range some {
			found[id] = true
		}
	}
	return found, nil
}

// Rule gives why a mention opens a thread, "" if it does not. It does if it
// was sent to us (an addressed source's mail, call or form), or if it asks or
// complains and is about us or came from an addressed source. A copy opens
// none, nor what is about rivals only, nor what was two weeks old when heard.
func Rule(m listen.Mention) Why {
	if m.CopyOf != 0 || m.HeardAt.Sub(m.PublishedAt) > oldest {
		return ""
	}
	if m.Addressed && (m.Kind == listen.KindMail || m.Kind == listen.KindCall || m.Kind == listen.KindForm) {
		return Addressed
	}
	us := slices.Contains(m.Purposes, listen.Us)
	rivals := len(m.Purposes) > 0 && !slices.ContainsFunc(m.Purposes, func(p listen.Purpose) bool { return p != listen.Rival })
	if m.Asks == listen.NoAsk || rivals || !us && !m.Addressed {
		return ""
	}
	return Why(m.Asks)
}

// threadAnsweredBy gives the thread that a mention is a reply in, 0 if none:
// it names, by address or by its source's own id, something that stands there.
func (i *Inbox) threadAnsweredBy(ctx context.Context, tx *storage.Tx, m listen.Mention) (thread int64, err error) {
	if m.ReplyTo == "" {
		return 0, nil
	}
	for _, look := range []struct {
		query string
		args  []any
	}{
		{`select thread_id from message where url = $1 and url <> '' order by id limit 1`, []any{m.ReplyTo}},
		{`select s.thread_id from mention o join message s on s.mention_id = o.id where o.url = $1 and o.url <> '' and o.id <> $2 order by s.id limit 1`, []any{m.ReplyTo, m.ID}},
		{`select s.thread_id from mention o join message s on s.mention_id = o.id where o.source_id = $1 and o.external_id = $2 and o.external_id <> '' and o.id <> $3 order by s.id limit 1`,
			[]any{m.Source, m.ReplyTo, m.ID}},
	} {
		err = tx.Row(ctx, look.query, look.args...).Scan(&thread)
		if !errors.Is(err, sql.ErrNoRows) {
			return thread, err
		}
	}
	return i.threadMailed(ctx, tx, m)
}

// threadMailed gives the thread of the answer that a letter replies to, 0 if
// none. What is in it is read by few, so only who was answered replies into it,
// and not into a letter that everybody reads.
func (i *Inbox) threadMailed(ctx context.Context, tx *storage.Tx, m listen.Mention) (thread int64, err error) {
	name, _, _ := strings.Cut(m.ReplyTo, "@")
	if m.Kind != listen.KindMail || m.Person == 0 || len(name) != 32 {
		return 0, nil
	}
	err = storage.Each(ctx, tx, func(row storage.Scanner) error {
		var message, in int64
		err := row.Scan(&message, &in)
		if mail.MessageID(mailed(message), "") == name+"@" {
			thread = in
		}
		return err
	}, `select s.id, s.thread_id from message s where s.kind = 'answer' and s.thread_id in (
			select id from thread where person_id = $1 and audience <> 'public'
			union select t.id from thread t join account a on a.id = t.account_id where a.person_id = $1 and a.person_id <> 0 and t.audience <> 'public')
		order by s.id desc limit 500`, m.Person)
	return thread, err
}

// join adds a reply to its thread, which waits again unless one of us spoke.
func (i *Inbox) join(ctx context.Context, tx *storage.Tx, thread int64, m listen.Mention, ours bool) error {
	said, err := i.put(ctx, tx, Message{Thread: thread, Kind: Said, Account: m.Account, Mention: m.ID, Staff: ours, CreatedAt: i.now()})
	if err != nil {
		return err
	}
	if err := i.fact(ctx, tx, know.Actor{}, MessageSaid, "message", said.ID, thread); err != nil {
		return err
	}
	if ours || m.HeardAt.Sub(m.PublishedAt) > oldest {
		return nil
	}
	at := m.PublishedAt
	if now := i.now(); at.After(now) {
		at = now
	}
	woken, err := i.wake(ctx, tx, thread, at)
	if err != nil || !woken {
		return err
	}
	return i.fact(ctx, tx, know.Actor{}, ThreadWoken, "thread", thread, said.ID)
}

// opening is a mention that opens a thread, by a rule.
type opening struct {
	listen.Mention
	why   Why
	since time.Time
}

// openMentions opens the threads of mentions that have none. It is open and
// put for many.
func (i *Inbox) openMentions(ctx context.Context, tx *storage.Tx, opens []opening) error {
	if len(opens) == 0 {
		return nil
	}
	now := i.now()
	rows := make([][]any, len(opens))
	for n, o := range opens {
		waits := o.since
		if waits.IsZero() || waits.After(now) {
			waits = now
		}
		rows[n] = []any{string(OfMention), o.Account, o.ID, string(o.why), storage.Micros(waits), storage.Micros(now), storage.Micros(now)}
	}
	threads := make(map[int64]int64, len(opens)) // by mention
	_, err := tx.InsertMany(ctx, `thread (kind, account_id, mention_id, why, waits_at, opened_at, state_at)`, rows,
		`on conflict do nothing returning mention_id, id`, func(row storage.Scanner) error {
			var mention, id int64
			err := row.Scan(&mention, &id)
			threads[mention] = id
			return err
		})
	if err != nil {
		return fmt.Errorf("converse: open threads: %w", err)
	}
	facts, messages := make([]event.Event, 0, len(threads)), make([][]any, 0, len(threads))
	for _, o := range opens {
		id, opened := threads[o.ID]
		if !opened {
			continue
		}
		facts = append(facts, event.Event{Kind: ThreadOpened, Subject: event.Ref{Kind: "thread", ID: id}, Other: o.ID})
		messages = append(messages, []any{id, string(Said), o.Account, o.ID, "", storage.Micros(now)})
	}
	if err := i.events.AppendAll(ctx, tx, facts); err != nil {
		return err
	}
	_, err = tx.InsertMany(ctx, `message (thread_id, kind, account_id, mention_id, body, created_at)`, messages, ``, nil)
	return err
}

// takenBack closes the thread that a mention opened, if nothing else was said
// in it, once its author took the words back.
func (i *Inbox) takenBack(ctx context.Context, tx *storage.Tx, mention int64) error {
	ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select t.id from thread t where t.mention_id = $1 and t.mention_id <> 0 and t.state = 'open'
		and not exists (select 1 from message s left join mention m on m.id = s.mention_id
			where s.thread_id = t.id and s.kind = 'said' and s.state = 'visible' and (s.mention_id = 0 or m.state = 'visible'))`, mention)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := i.stand(ctx, tx, id, Closed, TakenBack); err != nil {
			return err
		}
		if err := i.fact(ctx, tx, know.Actor{}, ThreadClosed, "thread", id, 0); err != nil {
			return err
		}
	}
	return nil
}

// KeptMentions gives those of the mentions that stand in a conversation which
// one of us answered, or which still waits. What was dismissed is not kept.
func (i *Inbox) KeptMentions(ctx context.Context, q storage.Q, mentions []int64) ([]int64, error) {
	if len(mentions) == 0 {
		return nil, nil
	}
	holes, args := storage.Holes(1, mentions)
	return storage.All(ctx, q, storage.Scalar[int64], `select s.mention_id from message s join thread t on t.id = s.thread_id
			where s.mention_id in (`+holes+`) and (t.state = 'open' or t.answered_at > 0)
		union select t.mention_id from thread t where t.mention_id in (`+holes+`) and (t.state = 'open' or t.answered_at > 0)`, args...)
}

// KeptAccounts gives those of the accounts that a conversation is with.
func (i *Inbox) KeptAccounts(ctx context.Context, q storage.Q, accounts []int64) ([]int64, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	holes, args := storage.Holes(1, accounts)
	return storage.All(ctx, q, storage.Scalar[int64], `select account_id from thread where account_id in (`+holes+`) and (state = 'open' or answered_at > 0)
		union select s.account_id from message s join thread t on t.id = s.thread_id where s.account_id in (`+holes+`) and (t.state = 'open' or t.answered_at > 0)`, args...)
}
