package converse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Letter is a letter by somebody without an account, as the page of its link
// shows it.
type Letter struct {
	NewLetter
	ID     int64
	Name   string // as its writer signs
	Thread int64  // once confirmed

	account int64
}

// deposit stores a letter, and a mail with a link whose secret is made as it
// leaves.
func (i *Inbox) deposit(ctx context.Context, tx *storage.Tx, account int64, n Unsigned) error {
	now := i.now()
	var recent int
	if err := tx.Row(ctx, `select count(*) from letter where account_id = $1 and created_at > $2`, account, storage.Micros(now.Add(-time.Hour))).Scan(&recent); err != nil {
		return err
	}
	if recent >= lettersPerHour {
		return fault.New(fault.Limited, "Five letters came from this address within the hour. Confirm those first, or write again in an hour.").On("email")
	}
	person, err := i.people.Holder(ctx, tx, account)
	if err != nil {
		return err
	}
	_, hash, err := i.people.Secret()
	if err != nil {
		return err
	}
	id, err := tx.Insert(ctx, `insert into letter (hash, account_id, to_id, public, name, subject, body, language, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
		"pending:"+hash, account, n.To, storage.Bit(n.Public), n.Name, n.Subject, n.Body, n.Language, storage.Micros(now), storage.Micros(now.Add(letterWaits)))
	if err != nil {
		return fmt.Errorf("converse: letter: %w", err)
	}
	if err := i.events.Append(ctx, tx, event.Event{Kind: LetterWritten, Subject: event.Ref{Kind: "letter", ID: id}, Other: n.To}); err != nil {
		return err
	}
	return i.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("letter:%d", id), Kind: "letter", Person: person, Account: account,
		Subject: event.Ref{Kind: "letter", ID: id}})
}

const selectLetter = `select id, account_id, to_id, public, name, subject, body, language, thread_id, expires_at from letter`

func scanLetter(row storage.Scanner) (l Letter, err error) {
	var public int
	var expires int64
	err = row.Scan(&l.ID, &l.account, &l.To, &public, &l.Name, &l.Subject, &l.Body, &l.Language, &l.Thread, &expires)
	l.Public = public == 1
	return l, err
}

func errLetterGone() error {
	return fault.New(fault.NotFound, "This letter waited for more than three days to be confirmed, and is no longer kept. Please write it once more.")
}

// WaitingLetter gives who of us a letter is for that waits to be confirmed, and
// the language of who wrote it: its mail says so in that language, and nothing
// of its words, which anybody may have typed.
func (i *Inbox) WaitingLetter(ctx context.Context, id int64) (to int64, language string, err error) {
	err = i.db.Row(ctx, `select to_id, language from letter where id = $1 and thread_id = 0 and expires_at > $2`, id, storage.Micros(i.now())).Scan(&to, &language)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, "", fault.New(fault.Conflict, "This letter was confirmed already, or is no longer kept.")
	}
	return to, language, err
}

// ArmLetter gives a letter's link a new secret, good for 72 hours from now; an
// earlier one ends.
func (i *Inbox) ArmLetter(ctx context.Context, id int64) (secret string, err error) {
	secret, hash, err := i.people.Secret()
	if err != nil {
		return "", err
	}
	now := i.now()
	return secret, i.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update letter set hash = $1, expires_at = $2 where id = $3 and thread_id = 0 and expires_at > $4`,
			hash, storage.Micros(now.Add(letterLife)), id, storage.Micros(now))
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "This letter was confirmed already, or is no longer kept.")
		}
		return err
	})
}

// LetterBy gives the letter behind a link, without using the link up.
func (i *Inbox) LetterBy(ctx context.Context, secret string) (Letter, error) {
	return i.letterBy(ctx, i.db, secret)
}

func (i *Inbox) letterBy(ctx context.Context, q storage.Q, secret string) (Letter, error) {
	l, err := scanLetter(q.Row(ctx, selectLetter+` where hash = $1 and expires_at > $2`, know.HashOf(secret), storage.Micros(i.now())))
	if errors.Is(err, sql.ErrNoRows) {
		return l, errLetterGone()
	}
	return l, err
}

// Tidy lets letters go that nobody confirmed in time. It is run now and then.
func (i *Inbox) Tidy(ctx context.Context) error {
	return i.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `delete from letter where expires_at < $1`, storage.Micros(i.now()))
		return err
	})
}

// heldLetters gives the letters that wait to be confirmed by a person, or from
// the accounts named.
func (i *Inbox) heldLetters(ctx context.Context, person int64, accounts []int64) ([]HeldLetter, error) {
	holes, args := storage.Holes(2, accounts)
	return storage.All(ctx, i.db, func(row storage.Scanner) (h HeldLetter, err error) {
		var public int
		var at int64
		err = row.Scan(&h.ID, &h.To, &public, &h.Name, &h.Subject, &h.Body, &at)
		h.Public, h.CreatedAt = public == 1, storage.Time(at)
		return h, err
	}, `select id, to_id, public, name, subject, body, created_at from letter where thread_id = 0
		and (account_id in (`+holes+`) or account_id in (select id from account where person_id = $1 and person_id <> 0 and joined_by = 0)) order by id`, append([]any{person}, args...)...)
}

// keyText is what a letter's key is made for.
func keyText(t Thread) string { return fmt.Sprintf("letter:%d:%d", t.ID, t.Person) }

// LetterKey gives the code by which the writer of a letter who has no account
// reads it, and answers; "" for anybody else, who signs in. It stands in the
// mails to them.
func (i *Inbox) LetterKey(ctx context.Context, thread int64) (string, error) {
	t, err := i.thread(ctx, i.db, thread)
	if err != nil || t.Kind != OfLetter || t.Person == 0 {
		return "", err
	}
	p, err := i.people.Person(ctx, t.Person)
	if err != nil || p.Role != know.Guest || p.Left() {
		return "", err
	}
	return i.people.Sign(ctx, keyText(t))
}

// WriterByKey gives the writer of a letter who comes by its key. Whoever has
// become a member since signs in; and three months after the letter last
// stirred, so does everybody.
func (i *Inbox) WriterByKey(ctx context.Context, thread int64, key string) (know.Actor, error) {
	t, err := i.thread(ctx, i.db, thread)
	if err != nil {
		return know.Actor{}, err
	}
	right, err := i.people.Signed(ctx, keyText(t), key)
	if err != nil || !right || t.Kind != OfLetter || t.Person == 0 {
		if err == nil {
			err = errNoThread()
		}
		return know.Actor{}, err
	}
	a, err := i.people.Actor(ctx, t.Person)
	if err != nil {
		return know.Actor{}, err
	}
	if a.Role != know.Guest || i.now().Sub(t.StateAt) > keyLife {
		return know.Actor{}, fault.New(fault.Unauthorised, "Sign in with the address you wrote from, to read this.")
	}
	return a, nil
}
