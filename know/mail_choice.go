package know

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/storage"
)

// MailKind is a kind of mail that a person may not want.
type MailKind string

// The kinds of mail one can do without. Sign-in links and invitations are
// asked for one by one and have no choice.
const (
	MailDecisions MailKind = "decisions" // what became of what I asked for
	MailAnswers   MailKind = "answers"   // somebody answered me
	MailComments  MailKind = "comments"  // new comments on ideas I follow
	MailReplies   MailKind = "replies"   // what others make of what I publish: replies, and wordings they suggest
	MailThanks    MailKind = "thanks"    // somebody thanked me
	MailBoards    MailKind = "boards"    // boards: invitations, seats, questions and their results
	MailTribes    MailKind = "tribes"    // a tribe that I am in was renamed
	MailAlerts    MailKind = "alerts"    // the team: what happens on the radar, as each chose
	MailDigest    MailKind = "digest"    // the team: what happened since the last, as each chose
	MailWhy       MailKind = "why"       // once: what brought me; and whether it may be said that I brought somebody
)

// MailKinds lists the kinds, in the order they are shown, and whether each is
// sent to somebody who has not chosen.
func MailKinds() []MailKind {
	return []MailKind{MailDecisions, MailAnswers, MailReplies, MailThanks, MailBoards, MailTribes, MailWhy, MailComments, MailAlerts, MailDigest}
}

// Wanted reports whether a person wants a kind of mail. Who has not chosen
// gets all of them but comments, which are for those who ask for them.
func (d *Directory) Wanted(ctx context.Context, q storage.Q, person int64, kind MailKind) (bool, error) {
	var wanted int
	err := q.Row(ctx, `select wanted from mail_choice where person_id = $1 and kind = $2`, person, string(kind)).Scan(&wanted)
	if errors.Is(err, sql.ErrNoRows) {
		return kind != MailComments, nil
	}
	return wanted == 1, err
}

// Wants reports whether a person wants a kind of mail, as things stand now.
func (d *Directory) Wants(ctx context.Context, person int64, kind MailKind) (bool, error) {
	return d.Wanted(ctx, d.db, person, kind)
}

// ChooseMail says whether a person wants a kind of mail. It needs no session:
// the one-click link of a mail (RFC 8058) comes here too.
func (d *Directory) ChooseMail(ctx context.Context, person int64, kind MailKind, wanted bool) error {
	if !slices.Contains(MailKinds(), kind) {
		return fault.New(fault.Invalid, "There is no such kind of mail.").On("kind")
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		var there int
		if err := tx.Row(ctx, `select count(*) from person where id = $1 and left_at = 0`, person).Scan(&there); err != nil || there == 0 {
			return err // who left wants no mail; there is nothing to note
		}
		_, err := tx.Exec(ctx, `insert into mail_choice (person_id, kind, wanted) values ($1, $2, $3)
			on conflict (person_id, kind) do update set wanted = excluded.wanted`, person, string(kind), storage.Bit(wanted))
		if err != nil {
			return err
		}
		return d.events.Append(ctx, tx, event.Event{Kind: "person.chose", Actor: person, Subject: event.Ref{Kind: "person", ID: person}})
	})
}

// UnsubscribeCode gives what stands in a mail's unsubscribe link: person and
// kind, signed, so that nobody ends another's mails. It does not expire.
func (d *Directory) UnsubscribeCode(ctx context.Context, person int64, kind MailKind) (string, error) {
	key, err := d.key(ctx)
	if err != nil {
		return "", err
	}
	text := fmt.Sprintf("%d.%s", person, kind)
	return text + "." + sign(key, text), nil
}

// ReadUnsubscribe gives back person and kind of an unsubscribe link.
func (d *Directory) ReadUnsubscribe(ctx context.Context, code string) (person int64, kind MailKind, err error) {
	key, err := d.key(ctx)
	if err != nil {
		return 0, "", err
	}
	wrong := fault.New(fault.NotFound, "This link is not whole. Open it again from the mail, or choose your mails on your own page.")
	i := strings.LastIndexByte(code, '.')
	if i < 0 || !hmac.Equal([]byte(sign(key, code[:i])), []byte(code[i+1:])) {
		return 0, "", wrong
	}
	var k string
	if _, err := fmt.Sscanf(strings.Replace(code[:i], ".", " ", 1), "%d %s", &person, &k); err != nil {
		return 0, "", wrong
	}
	return person, MailKind(k), nil
}

func sign(key []byte, text string) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:16])
}

// key gives the site's own signing key, made at its first use.
func (d *Directory) key(ctx context.Context) (key []byte, err error) {
	var value string
	err = d.db.Row(ctx, `select value from setting where name = 'key'`).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		fresh, _, err := d.secret()
		if err != nil {
			return nil, err
		}
		err = d.db.Update(ctx, func(tx *storage.Tx) error {
			text, err := json.Marshal(fresh)
			if err != nil {
				return err
			}
			return tx.Row(ctx, `insert into setting (name, value) values ('key', $1)
				on conflict (name) do update set value = setting.value returning value`, string(text)).Scan(&value)
		})
		if err != nil {
			return nil, err
		}
	} else if err != nil {
		return nil, err
	}
	var text string
	err = json.Unmarshal([]byte(value), &text)
	return []byte(text), err
}

// Sign gives a code for a text, made with the site's own key: who has it was
// given it. The texts of one purpose begin with a word of their own. Nothing
// is kept, so that no copy of the database's tables but settings opens a door.
func (d *Directory) Sign(ctx context.Context, text string) (string, error) {
	key, err := d.key(ctx)
	if err != nil {
		return "", err
	}
	return sign(key, text), nil
}

// Signed reports whether a code is that of a text.
func (d *Directory) Signed(ctx context.Context, text, code string) (bool, error) {
	right, err := d.Sign(ctx, text)
	return hmac.Equal([]byte(right), []byte(code)), err
}
