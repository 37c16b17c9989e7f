package converse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// selectThread reads threads with what a list shows of them. The person is the
// one who has the account now, also if the team says so; the reader is only
// who holds it, or spoke in public. A mention's words are read where they are.
const selectThread = `select t.id, t.kind, t.account_id, coalesce(nullif(t.person_id, 0), a.person_id, 0), t.mention_id, t.decision_id,
	t.subject, t.why, t.state, t.state_reason, t.owner_id, t.waits_at, t.opened_at, t.answered_at, t.state_at,
	t.audience, t.to_id, t.asked_id, t.handed_by, t.text_state, t.text_reason,
	(select count(*) from message c where c.thread_id = t.id),
	coalesce(case when l.mention_id = 0 then substr(l.body, 1, 400) when w.state = 'visible' then substr(w.text, 1, 400) end, ''),
	coalesce(nullif(l.person_id, 0), b.person_id, 0), coalesce(l.account_id, 0),
	coalesce(o.url, ''), coalesce(o.kind, ''),
	coalesce(nullif(t.person_id, 0), case when ` + know.DisclosedAccount + ` then a.person_id else 0 end, 0)
	from thread t left join account a on a.id = t.account_id left join mention o on o.id = t.mention_id
	left join message l on l.id = (select max(id) from message where thread_id = t.id and kind = 'said' and state = 'visible')
	left join mention w on w.id = l.mention_id left join account b on b.id = l.account_id`

func scanThread(row storage.Scanner) (t Thread, err error) {
	var waits, opened, answered, changed int64
	var kind string
	err = row.Scan(&t.ID, &t.Kind, &t.Account, &t.Person, &t.Mention, &t.Decision, &t.Subject, &t.Why, &t.State, &t.StateReason,
		&t.Owner, &waits, &opened, &answered, &changed,
		&t.Audience, &t.To, &t.Asked, &t.HandedBy, &t.TextState, &t.TextReason, &t.Messages, &t.Last, &t.LastPerson, &t.LastAccount, &t.URL, &kind, &t.Reader)
	t.WaitsAt, t.OpenedAt, t.AnsweredAt, t.StateAt = storage.Time(waits), storage.Time(opened), storage.Time(answered), storage.Time(changed)
	t.Last, t.Place = cut(t.Last, 300), place(t.Kind, kind, t.URL)
	return t, err
}

// cut gives the first runes of a text on one line, ended with "…" if some are
// left out.
func cut(text string, runes int) string {
	line := []rune(strings.Join(strings.Fields(text), " "))
	if len(line) <= runes {
		return string(line)
	}
	return strings.TrimRight(string(line[:runes-1]), " ") + "…"
}

// place gives where a thread's first words were said.
func place(kind Kind, mention, address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	}
	if kind == OfLetter {
		return "site"
	}
	return mention
}

// thread reads one thread, whoever asks.
func (i *Inbox) thread(ctx context.Context, q storage.Q, id int64) (Thread, error) {
	t, err := scanThread(q.Row(ctx, selectThread+` where t.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, errNoThread()
	}
	if err != nil {
		return t, fmt.Errorf("converse: thread %d: %w", id, err)
	}
	return t, nil
}

func errNoThread() error {
	return fault.New(fault.NotFound, "There is no such conversation, or it is not open to you.")
}

func errSignIn() error {
	return fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
}

// staffThread reads a thread for one of us who wants to do v to it.
func (i *Inbox) staffThread(ctx context.Context, q storage.Q, a know.Actor, id int64, v know.Verb) (Thread, error) {
	if err := know.Require(a, v, know.Subject{Audience: know.Team}); err != nil {
		return Thread{}, err
	}
	return i.thread(ctx, q, id)
}

// Threads lists threads for the desk and gives the cursor of the next page,
// empty on the last one. Those that wait come first waited, first listed; the
// others by their last change, newest first.
func (i *Inbox) Threads(ctx context.Context, a know.Actor, f Filter) (threads []Thread, next string, err error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return nil, "", err
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	f.Limit = min(f.Limit, 200)
	query, args, err := f.query()
	if err != nil {
		return nil, "", err
	}
	threads, err = storage.All(ctx, i.db, scanThread, query, args...)
	if err != nil {
		return nil, "", fmt.Errorf("converse: threads: %w", err)
	}
	if len(threads) > f.Limit {
		threads = threads[:f.Limit]
		last := threads[f.Limit-1]
		at := last.StateAt
		if f.State == Waiting {
			at = last.WaitsAt
		}
		next = fmt.Sprintf("%d.%d", storage.Micros(at), last.ID)
	}
	return threads, next, nil
}

// query writes the list's statement.
func (f Filter) query() (query string, args []any, err error) {
	arg := func(v any) string { args = append(args, v); return "$" + strconv.Itoa(len(args)) }
	where := []string{"1 = 1"}
	switch f.State {
	case "":
	case Waiting, Answered, Closed:
		where = append(where, "t.state = "+arg(string(f.State)))
	default:
		return "", nil, fault.New(fault.Invalid, "A conversation is open, answered or closed.").On("state")
	}
	switch {
	case f.Owner == Nobody:
		where = append(where, "t.owner_id = 0")
	case f.Owner > 0:
		where = append(where, "t.owner_id = "+arg(f.Owner))
	}
	if f.Asked != 0 {
		me := arg(f.Asked)
		where = append(where, "t.asked_id = "+me, "t.owner_id in (0, "+me+")")
	}
	if text := strings.ToLower(strings.TrimSpace(f.Text)); text != "" {
		name := arg(know.AnywhereInName(text))
		like := arg("%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text) + "%")
		where = append(where, strings.NewReplacer("$L", like, "$N", name).Replace(`(lower(t.subject) like $L escape '\' or a.folded like $N escape '\'
			or exists (select 1 from person p where p.id = t.person_id and p.folded like $N escape '\')
			or exists (select 1 from message m left join mention w on w.id = m.mention_id where m.thread_id = t.id and m.state = 'visible'
				and lower(case when m.mention_id = 0 then m.body when w.state = 'visible' then w.text else '' end) like $L escape '\'))`))
	}
	order := "t.state_at desc, t.id desc"
	before, after := "t.state_at, t.id", "<"
	if f.State == Waiting {
		order, before, after = "t.waits_at, t.id", "t.waits_at, t.id", ">"
	}
	if f.Cursor != "" {
		at, id, err := readCursor(f.Cursor)
		if err != nil {
			return "", nil, err
		}
		where = append(where, "("+before+") "+after+" ("+arg(at)+", "+arg(id)+")")
	}
	return selectThread + " where " + strings.Join(where, " and ") + " order by " + order + " limit " + arg(f.Limit+1), args, nil
}

func readCursor(cursor string) (at, id int64, err error) {
	first, second, ok := strings.Cut(cursor, ".")
	at, err1 := strconv.ParseInt(first, 10, 64)
	id, err2 := strconv.ParseInt(second, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, fault.New(fault.Invalid, "This page of the list is not known. Begin again from the first page.").On("cursor")
	}
	return at, id, nil
}

// Thread gives a thread and what was said in it, oldest first. Who speaks in
// it sees it, too, without notes and without answers that are not delivered.
func (i *Inbox) Thread(ctx context.Context, a know.Actor, id int64) (Thread, []Message, error) {
	t, err := i.thread(ctx, i.db, id)
	if err != nil {
		return t, nil, err
	}
	if err := know.Require(a, know.Read, t.seen()); err != nil {
		return Thread{}, nil, errNoThread()
	}
	all, err := storage.All(ctx, i.db, scanMessage, selectMessage+` where m.thread_id = $1 order by m.id`, id)
	if err != nil {
		return t, nil, fmt.Errorf("converse: thread %d: %w", id, err)
	}
	messages := all[:0]
	for _, m := range all {
		if m, ok := m.seenBy(a); ok {
			messages = append(messages, m)
		}
	}
	if !a.IsStaff() {
		if t.Kind == OfTell && len(messages) == 0 {
			return Thread{}, nil, errNoThread()
		}
		t.Messages = len(messages)
		t = t.seenBy(a)
	}
	return t, messages, nil
}

// seenBy gives a thread as somebody outside the team sees it: why we closed it
// stays with us, what ended it by itself does not.
func (t Thread) seenBy(a know.Actor) Thread {
	t.Owner = 0
	switch t.StateReason {
	case TakenBack, HasLeft, Outdated, AnsweredElsewhere:
	default:
		t.StateReason = ""
	}
	if t.Reader != a.ID { // why a text is hidden is between us and them
		t.StateReason, t.TextReason = "", ""
	}
	return t
}

// Counts says how many threads wait.
func (i *Inbox) Counts(ctx context.Context, a know.Actor) (c Counts, err error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return c, err
	}
	err = i.db.Row(ctx, `select count(*), coalesce(sum(case when owner_id = $1 then 1 else 0 end), 0),
		coalesce(sum(case when asked_id = $1 and owner_id in (0, $1) then 1 else 0 end), 0), coalesce(sum(case when waits_at < $2 then 1 else 0 end), 0) from thread where state = 'open'`,
		a.ID, storage.Micros(i.now().Add(-Late))).Scan(&c.Open, &c.Mine, &c.Asked, &c.Late)
	return c, err
}

// Fresh counts the threads that began to wait after a moment, and still do.
func (i *Inbox) Fresh(ctx context.Context, a know.Actor, after time.Time) (n int, err error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return 0, err
	}
	err = i.db.Row(ctx, `select count(*) from thread where state = 'open' and state_at > $1`, storage.Micros(after)).Scan(&n)
	return n, err
}

// ThreadsOf gives the conversations with a person and the accounts named,
// newest first, at most 200: for the desk, or for that person.
func (i *Inbox) ThreadsOf(ctx context.Context, a know.Actor, person int64, accounts []int64) ([]Thread, error) {
	self := person != 0 && a.ID == person
	if !self {
		if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
			return nil, err
		}
	}
	holes, args := storage.Holes(2, accounts)
	list, err := storage.All(ctx, i.db, scanThread, selectThread+` where `+theirs(holes)+` order by t.id desc limit 200`, append([]any{person}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("converse: threads of %d: %w", person, err)
	}
	if a.IsStaff() {
		return list, nil
	}
	mine := list[:0]
	for _, t := range list {
		if t.Reader == a.ID && (t.Kind != OfTell || !t.AnsweredAt.IsZero()) {
			mine = append(mine, t.seenBy(a))
		}
	}
	return mine, nil
}

// LastSpoke gives who of us last answered a person or one of the accounts, and
// when; by is 0 if nobody ever did.
func (i *Inbox) LastSpoke(ctx context.Context, person int64, accounts []int64) (by int64, at time.Time, err error) {
	holes, args := storage.Holes(2, accounts)
	var micros int64
	err = i.db.Row(ctx, `select m.person_id, m.delivered_at from thread t join message m on m.thread_id = t.id
		where `+theirs(holes)+` and m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0 order by m.delivered_at desc, m.id desc limit 1`,
		append([]any{person}, args...)...).Scan(&by, &micros)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, time.Time{}, nil
	}
	return by, storage.Time(micros), err
}
