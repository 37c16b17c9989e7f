package converse

import (
	"context"
	"fmt"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Reasons that the program itself gives for closing a thread. They are keys
// of the catalogue: pages print them in the reader's language.
const (
	TakenBack = "Its author took the words back."
	HasLeft   = "The person who wrote this has left."
	Outdated  = "A later decision took its place before this one was told."
)

// Reasons that are offered to whoever closes a thread, besides their own
// words. They are counted in public; what is written freely stays with the
// team. These, too, are keys of the catalogue.
const (
	AsksNothing       = "It asks nothing of us: the rule was wrong."
	NowhereToWrite    = "There is nowhere to write to them."
	AnsweredElsewhere = "One of us answered it elsewhere."
	Unfit             = "It is an advertisement, or abuse."
)

// Reasons lists those that are offered.
func Reasons() []string { return []string{AsksNothing, NowhereToWrite, AnsweredElsewhere, Unfit} }

// Erase follows "person.left": threads that waited for an answer to the person
// are closed, those they had are nobody's, and if their words go too (n = 1),
// what they wrote is emptied and its earlier wordings are removed. It follows
// "person.promoted", too: what waits for somebody who is not of the team any
// more is nobody's again. Doing it again changes nothing. The files are scrubbed
// by whoever runs it.
func (i *Inbox) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		var err error
		switch f.Kind {
		case "person.left":
			err = i.erase(ctx, tx, f.Subject.ID, f.N == 1)
		case "person.promoted":
			err = i.giveBack(ctx, tx, f.Subject.ID)
		}
		if err != nil {
			return fmt.Errorf("converse: %s %d: %w", f.Kind, f.Subject.ID, err)
		}
	}
	return nil
}

// giveBack lets go of the threads that wait for somebody, unless they are of
// the team.
func (i *Inbox) giveBack(ctx context.Context, tx *storage.Tx, person int64) error {
	const gone = ` and state = 'open' and not exists (select 1 from person where id = $1 and role in ('staff', 'owner') and left_at = 0)`
	for _, statement := range []string{
		`update thread set owner_id = 0 where owner_id = $1` + gone,
		`update thread set asked_id = 0, handed_by = 0 where asked_id = $1` + gone,
	} {
		if _, err := tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	return nil
}

func (i *Inbox) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	for _, statement := range []string{
		`update thread set owner_id = 0 where owner_id = $1`,
		`update thread set asked_id = 0, handed_by = 0 where asked_id = $1 or handed_by = $1`,
		`delete from letter where account_id in (select id from account where person_id = $1 and person_id <> 0)`,
	} {
		if _, err := tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	waiting, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from thread where state = 'open'
		and (person_id = $1 or account_id in (select id from account where person_id = $1 and person_id <> 0))`, person)
	if err != nil {
		return err
	}
	for _, id := range waiting {
		if err := i.stand(ctx, tx, id, Closed, HasLeft); err != nil {
			return err
		}
		if err := i.fact(ctx, tx, know.Actor{}, ThreadClosed, "thread", id, 0); err != nil {
			return err
		}
	}
	if !words {
		return nil
	}
	if _, err := tx.Exec(ctx, `update thread set subject = '', text_reason = '', text_state = case when audience = 'public' then 'withdrawn' else text_state end
		where person_id = $1`, person); err != nil {
		return err
	}
	written, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from message where person_id = $1`, person)
	if err != nil {
		return err
	}
	for _, id := range written {
		if err := i.people.Forget(ctx, tx, event.Ref{Kind: "message", ID: id}); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `update message set body = '', url = '', state = 'withdrawn', state_reason = '' where person_id = $1`, person)
	return err
}

// Held is what the inbox holds about a person, for their export.
type Held struct {
	Threads  []HeldThread  `json:"threads"`
	Messages []HeldMessage `json:"messages"`
	Letters  []HeldLetter  `json:"letters_to_confirm,omitempty"`
}

// HeldThread is a conversation with the person.
type HeldThread struct {
	ID       int64     `json:"id"`
	Subject  string    `json:"subject,omitempty"`
	State    State     `json:"state"`
	To       int64     `json:"to_person_id,omitempty"` // who of us it was written to
	Public   bool      `json:"public,omitempty"`       // everybody reads it
	OpenedAt time.Time `json:"opened_at"`
}

// HeldLetter is a letter that waits for its address to be confirmed.
type HeldLetter struct {
	ID        int64     `json:"id"`
	To        int64     `json:"to_person_id,omitempty"`
	Public    bool      `json:"public"`
	Name      string    `json:"name"`
	Subject   string    `json:"subject"`
	Body      string    `json:"body"`
	CreatedAt time.Time `json:"created_at"`
}

// HeldMessage is what the person wrote in the inbox, was answered, or what the
// team noted in a conversation with them.
type HeldMessage struct {
	ID       int64       `json:"id"`
	Thread   int64       `json:"thread_id"`
	Kind     MessageKind `json:"kind"`
	Mine     bool        `json:"mine"` // they wrote it
	Body     string      `json:"body"`
	At       time.Time   `json:"at"`
	Earlier  []string    `json:"earlier,omitempty"` // wordings before an edit
	revision bool
}

// theirs is the condition on thread t for conversations with person $1 and the
// accounts in holes.
func theirs(holes string) string {
	return `(t.person_id = $1 and t.person_id <> 0 or t.account_id in (` + holes + `) or t.account_id in (select id from account where person_id = $1 and person_id <> 0))`
}

// toRead is the condition on thread t for conversations that person $1 reads,
// or that are had with the accounts in holes.
func toRead(holes string) string {
	return `(t.person_id = $1 and t.person_id <> 0 or t.account_id in (` + holes + `))`
}

// Held gives the person's conversations, and in them what they wrote, were
// answered, and what the team noted; of conversations with others, what they wrote. What they said
// elsewhere is listen's to give.
func (i *Inbox) Held(ctx context.Context, person int64, accounts []int64) (h Held, err error) {
	holes, args := storage.Holes(2, accounts)
	args = append([]any{person}, args...)
	h.Threads, err = storage.All(ctx, i.db, func(row storage.Scanner) (t HeldThread, err error) {
		var at int64
		var audience know.Audience
		err = row.Scan(&t.ID, &t.Subject, &t.State, &at, &t.To, &audience)
		t.OpenedAt, t.Public = storage.Time(at), audience == know.Public
		return t, err
	}, `select t.id, t.subject, t.state, t.opened_at, t.to_id, t.audience from thread t where `+toRead(holes)+` and t.kind <> 'tell' order by t.id`, args...)
	if err != nil {
		return h, fmt.Errorf("converse: held of %d: %w", person, err)
	}
	if h.Letters, err = i.heldLetters(ctx, person, accounts); err != nil {
		return h, err
	}
	h.Messages, err = storage.All(ctx, i.db, func(row storage.Scanner) (m HeldMessage, err error) {
		var at, by, edited int64
		err = row.Scan(&m.ID, &m.Thread, &m.Kind, &by, &m.Body, &at, &edited)
		m.At, m.Mine, m.revision = storage.Time(at), by == person, edited > 0
		return m, err
	}, `select m.id, m.thread_id, m.kind, m.person_id, m.body, m.created_at, m.edited_at from message m join thread t on t.id = m.thread_id
		where m.mention_id = 0 and (m.person_id = $1 and m.person_id <> 0
			or (m.kind = 'answer' and m.delivered_at > 0 or m.kind = 'note' and t.kind <> 'tell') and m.state = 'visible' and `+toRead(holes)+`) order by m.id`, args...)
	if err != nil {
		return h, fmt.Errorf("converse: held of %d: %w", person, err)
	}
	for n, m := range h.Messages {
		if !m.Mine || !m.revision {
			continue
		}
		earlier, err := i.people.Revisions(ctx, event.Ref{Kind: "message", ID: m.ID})
		if err != nil {
			return h, err
		}
		for _, r := range earlier {
			h.Messages[n].Earlier = append(h.Messages[n].Earlier, r.Body)
		}
	}
	return h, nil
}

// Moments gives the points that the inbox adds to a person's line of time,
// newest first: what they asked of us here, and what they were answered.
func (i *Inbox) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	holes, args := storage.Holes(3, accounts)
	all, err := storage.All(ctx, i.db, func(row storage.Scanner) (m know.Moment, err error) {
		var at, by int64
		var kind MessageKind
		err = row.Scan(&kind, &by, &m.Title, &m.Text, &at, &m.Subject.ID, &m.URL)
		m.At, m.Subject.Kind, m.Kind = storage.Time(at), "thread", "asked"
		if kind == Reply {
			m.Kind, m.By = "answered", by
		}
		return m, err
	}, `select m.kind, m.person_id, t.subject, m.body, case when m.kind = 'answer' then m.delivered_at else m.created_at end as at, t.id, m.url
		from thread t join message m on m.thread_id = t.id
		where m.state = 'visible' and m.mention_id = 0 and (m.kind = 'said' or m.kind = 'answer' and m.delivered_at > 0)
		and `+theirs(holes)+`
		order by at desc, m.id desc limit $2`, append([]any{person, limit}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("converse: moments of %d: %w", person, err)
	}
	return all, nil
}
