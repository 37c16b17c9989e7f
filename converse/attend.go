package converse

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// oldest is how old words may be, when they are first heard, to open a thread
// or wake one: nobody waits for an answer any more after two weeks.
const oldest = 14 * 24 * time.Hour

// Attend follows what was heard: it opens threads by the rule (Rule), lets
// replies join theirs, and closes those whose first words were taken back.
func (i *Inbox) Attend(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		var err error
		switch f.Kind {
		case listen.MentionsStored:
			err = i.attend(ctx, tx, f)
		case listen.MentionWithdrawn:
			err = i.takenBack(ctx, tx, f.Subject.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// attend looks at a stored batch in the order in which it was said, so that a
// reply comes after what it answers.
func (i *Inbox) attend(ctx context.Context, tx *storage.Tx, f event.Event) error {
	mentions, err := i.radar.Stored(ctx, tx, f)
	if err != nil {
		return err
	}
	slices.SortStableFunc(mentions, func(a, b listen.Mention) int {
		return cmp.Or(a.PublishedAt.Compare(b.PublishedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, m := range mentions {
		if m.CopyOf != 0 || m.State != know.Visible {
			continue
		}
		known, err := threadOfMention(ctx, tx, m.ID)
		if err != nil {
			return err
		}
		if known != 0 {
			continue
		}
		ours, err := isStaff(ctx, tx, m.Person)
		if err != nil {
			return err
		}
		thread, err := i.threadAnsweredBy(ctx, tx, m)
		if err != nil {
			return err
		}
		if thread != 0 {
			err = i.join(ctx, tx, thread, m, ours)
		} else if why := Rule(m); why != "" && !ours {
			err = i.openMention(ctx, tx, m, why)
		}
		if err != nil {
			return err
		}
	}
	return nil
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

func isStaff(ctx context.Context, q storage.Q, person int64) (bool, error) {
	if person == 0 {
		return false, nil
	}
	var n int
	err := q.Row(ctx, `select count(*) from person where id = $1 and role in ('staff', 'owner')`, person).Scan(&n)
	return n > 0, err
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
	return 0, nil
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

func (i *Inbox) openMention(ctx context.Context, tx *storage.Tx, m listen.Mention, why Why) error {
	id, err := i.open(ctx, tx, know.Actor{}, Thread{Kind: OfMention, Account: m.Account, Mention: m.ID, Why: why, WaitsAt: m.PublishedAt})
	if err != nil || id == 0 {
		return err
	}
	_, err = i.put(ctx, tx, Message{Thread: id, Kind: Said, Account: m.Account, Mention: m.ID, CreatedAt: i.now()})
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
