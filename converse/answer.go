package converse

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// longest is how many characters a message may have.
const longest = 10_000

// wording gives a message's text as it is kept, or what is wrong with it.
func wording(body string) (string, error) {
	body = strings.ReplaceAll(strings.ToValidUTF8(body, "\uFFFD"), "\r\n", "\n")
	body = strings.TrimSpace(strings.ReplaceAll(body, "\x00", ""))
	switch {
	case body == "":
		return "", fault.New(fault.Invalid, "Write something first.").On("body")
	case utf8.RuneCountInString(body) > longest:
		return "", fault.New(fault.Invalid, "A message has at most {limit} characters. Yours is kept: shorten it.", "limit", longest).On("body")
	}
	return body, nil
}

// Say adds further words by the person whose conversation it is; it waits again.
func (i *Inbox) Say(ctx context.Context, a know.Actor, thread int64, body string) (m Message, err error) {
	if body, err = wording(body); err != nil {
		return m, err
	}
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.thread(ctx, tx, thread)
		if err != nil {
			return err
		}
		if know.Require(a, know.Read, t.seen()) != nil {
			return errNoThread()
		}
		if err := know.Require(a, know.Write, t.seen()); err != nil {
			return err
		}
		if t.TextState == know.Withdrawn {
			return errTakenBack()
		}
		if a.ID == 0 {
			return errSignIn()
		}
		if t.Reader != a.ID {
			return fault.New(fault.Forbidden, "Only the person whose conversation this is can add to what they said. Write an answer, or a note.")
		}
		m, err = i.say(ctx, tx, a, thread, body)
		if err != nil {
			return err
		}
		woken, err := i.wake(ctx, tx, thread, m.CreatedAt)
		if err != nil || !woken {
			return err
		}
		return i.fact(ctx, tx, a, ThreadWoken, "thread", thread, m.ID)
	})
	return m, err
}

// say stores what the asker says in their own conversation.
func (i *Inbox) say(ctx context.Context, tx *storage.Tx, a know.Actor, thread int64, body string) (Message, error) {
	m, err := i.put(ctx, tx, Message{Thread: thread, Kind: Said, Person: a.ID, Staff: a.IsStaff(), Body: body, Language: a.Language, CreatedAt: i.now()})
	if err != nil {
		return m, err
	}
	return m, i.events.Append(ctx, tx, event.Event{Kind: MessageSaid, Actor: a.ID, Subject: event.Ref{Kind: "message", ID: m.ID}, Other: thread})
}

// Note adds a note to the team, which nobody else sees.
func (i *Inbox) Note(ctx context.Context, a know.Actor, id int64, body string) (m Message, err error) {
	if err := know.Require(a, know.Note, know.Subject{Audience: know.Team}); err != nil {
		return m, err
	}
	if body, err = wording(body); err != nil {
		return m, err
	}
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := i.thread(ctx, tx, id); err != nil {
			return err
		}
		m, err = i.put(ctx, tx, Message{Thread: id, Kind: Inside, Person: a.ID, Staff: true, Body: body, Language: a.Language, CreatedAt: i.now()})
		if err != nil {
			return err
		}
		return i.fact(ctx, tx, a, MessageNoted, "message", m.ID, id)
	})
	return m, err
}

// Answer answers under the asker's own name. Somebody who can see it here gets
// it on their page, and by mail unless they do not want it; then the thread is
// answered. For anybody else the answer waits to be copied to where they spoke
// (ByCopy), and Posted says that it was.
func (i *Inbox) Answer(ctx context.Context, a know.Actor, id int64, body string) (m Message, err error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return m, err
	}
	if body, err = wording(body); err != nil {
		return m, err
	}
	err = i.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := i.thread(ctx, tx, id)
		if err != nil {
			return err
		}
		if t.TextState == know.Withdrawn {
			return errTakenBack()
		}
		way, err := way(ctx, tx, t.Reader)
		if err != nil {
			return err
		}
		m = Message{Thread: id, Kind: Reply, Person: a.ID, Staff: true, Body: body, Language: a.Language, Way: way, CreatedAt: i.now()}
		if way == BySite {
			m.DeliveredAt = m.CreatedAt
		}
		if m, err = i.put(ctx, tx, m); err != nil {
			return err
		}
		if way == ByCopy {
			if err := i.fact(ctx, tx, a, MessageWritten, "message", m.ID, id); err != nil || t.Owner != 0 {
				return err
			}
			return i.own(ctx, tx, a, t, a.ID)
		}
		if err := i.fact(ctx, tx, a, MessageSent, "message", m.ID, id); err != nil {
			return err
		}
		if err := i.mail(ctx, tx, t.Reader, m); err != nil {
			return err
		}
		return i.answered(ctx, tx, a, t, m)
	})
	return m, err
}

// way gives how an answer reaches a person: on their page if they are here.
func way(ctx context.Context, q storage.Q, person int64) (Way, error) {
	var here int
	err := q.Row(ctx, `select count(*) from person p where p.id = $1 and p.left_at = 0 and (p.role <> 'guest'
		or exists (select 1 from account a where a.person_id = p.id and a.person_id <> 0 and a.kind = 'mail' and a.confirmed_at > 0))`, person).Scan(&here)
	if err != nil || here == 0 {
		return ByCopy, err
	}
	return BySite, nil
}

// mail puts an answer into the outbox, if the person has a confirmed address
// and wants answers by mail.
func (i *Inbox) mail(ctx context.Context, tx *storage.Tx, person int64, m Message) error {
	var confirmed int
	if err := tx.Row(ctx, `select count(*) from account where person_id = $1 and person_id <> 0 and kind = 'mail' and confirmed_at > 0`, person).Scan(&confirmed); err != nil || confirmed == 0 {
		return err
	}
	wanted, err := i.people.Wanted(ctx, tx, person, know.MailAnswers)
	if err != nil || !wanted {
		return err
	}
	return i.events.Put(ctx, tx, event.Delivery{Dedup: mailed(m.ID), Kind: "answer", Person: person,
		Subject: event.Ref{Kind: "message", ID: m.ID}, Other: m.Thread})
}

// mailed names the mail of an answer: its Message-ID is made from it.
func mailed(message int64) string { return fmt.Sprintf("answer:%d", message) }

// answered notes that an answer was delivered.
func (i *Inbox) answered(ctx context.Context, tx *storage.Tx, a know.Actor, t Thread, m Message) error {
	now := storage.Micros(i.now())
	_, err := tx.Exec(ctx, `update thread set state = 'answered', state_reason = '', state_at = $1,
		answered_at = case when answered_at = 0 then $1 else answered_at end,
		owner_id = case when owner_id = 0 then $2 else owner_id end where id = $3`, now, a.ID, t.ID)
	if err != nil {
		return err
	}
	if t.State == Waiting && t.Kind != OfTell {
		if _, err := tx.Exec(ctx, `update message set waited = $1 where id = $2`, max(0, now-storage.Micros(t.WaitsAt)), m.ID); err != nil {
			return err
		}
	}
	return i.fact(ctx, tx, a, ThreadAnswered, "thread", t.ID, m.ID)
}

// Posted says that a copied answer now stands where it was asked: the thread
// is answered. address is the answer's own there, "" if it has none. Only its
// author can say so while they are of the team; then anybody of it can, and the
// answer stays its author's.
func (i *Inbox) Posted(ctx context.Context, a know.Actor, message int64, address string) error {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return err
	}
	address = strings.TrimSpace(address)
	if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		return fault.New(fault.Invalid, "Give the whole address of your answer, beginning with https://, or none.").On("url")
	}
	return i.db.Update(ctx, func(tx *storage.Tx) error { return i.posted(ctx, tx, a, message, address) })
}

func (i *Inbox) posted(ctx context.Context, tx *storage.Tx, a know.Actor, message int64, address string) error {
	m, err := i.message(ctx, tx, message)
	if err != nil {
		return err
	}
	switch {
	case m.Kind != Reply || m.Way != ByCopy || m.State != know.Visible:
		return fault.New(fault.Conflict, "Only an answer that was written to be copied can be posted.")
	case m.Person != a.ID:
		here, err := i.ofTheTeam(ctx, tx, m.Person)
		if err != nil {
			return err
		}
		if here {
			return fault.New(fault.Forbidden, "Only who wrote this answer can say that it is posted.")
		}
	}
	if address != "" {
		if _, err := tx.Exec(ctx, `update message set url = $1 where id = $2`, address, m.ID); err != nil {
			return err
		}
	}
	if !m.DeliveredAt.IsZero() {
		return nil
	}
	if err := i.delivered(ctx, tx, m, i.now()); err != nil {
		return err
	}
	if err := i.fact(ctx, tx, a, MessagePosted, "message", m.ID, m.Thread); err != nil {
		return err
	}
	t, err := i.thread(ctx, tx, m.Thread)
	if err != nil {
		return err
	}
	return i.answered(ctx, tx, a, t, m)
}

// ofTheTeam reports whether somebody works here.
func (i *Inbox) ofTheTeam(ctx context.Context, tx *storage.Tx, person int64) (bool, error) {
	var n int
	err := tx.Row(ctx, `select count(*) from person where id = $1 and role in ('staff', 'owner') and left_at = 0`, person).Scan(&n)
	return n > 0, err
}

func (i *Inbox) delivered(ctx context.Context, tx *storage.Tx, m Message, at time.Time) error {
	_, err := tx.Exec(ctx, `update message set delivered_at = $1 where id = $2`, storage.Micros(at), m.ID)
	return err
}
