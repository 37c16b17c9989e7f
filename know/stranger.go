package know

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/storage"
)

// ForgetStrangers takes away who accounts are, if nobody claimed them: what
// they were called, and where they spoke. Their rows stay, nameless, for what
// is counted.
func (d *Directory) ForgetStrangers(ctx context.Context, tx *storage.Tx, accounts []int64) error {
	if len(accounts) == 0 {
		return nil
	}
	holes, args := storage.Holes(1, accounts)
	_, err := tx.Exec(ctx, `update account set address = 'left:' || id, name = '', folded = '', url = '' where id in (`+holes+`) and person_id = 0`, args...)
	return err
}

// HeldToken gives the token of the page that shows what is held about an
// account: whoever has it sees that page. It never ends, and says nothing by
// itself.
func (d *Directory) HeldToken(ctx context.Context, account int64) (string, error) {
	key, err := d.heldKey(ctx)
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(signed(key, account)), nil
}

// HeldAccount reads a token that HeldToken gave.
func (d *Directory) HeldAccount(ctx context.Context, token string) (int64, error) {
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil && len(data) == 24 {
		key, err := d.heldKey(ctx)
		if err != nil {
			return 0, err
		}
		account := int64(binary.BigEndian.Uint64(data))
		if hmac.Equal(data, signed(key, account)) {
			return account, nil
		}
	}
	return 0, fault.New(fault.NotFound, "This link is not whole. Open it as it stands in the answer you were given.")
}

// signed is an account's id and 128 bits of its HMAC-SHA256.
func signed(key []byte, account int64) []byte {
	id := binary.BigEndian.AppendUint64(nil, uint64(account))
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("held:"))
	mac.Write(id)
	return append(id, mac.Sum(nil)[:16]...)
}

// heldKey gives the site's key for these tokens, made when it is first needed.
func (d *Directory) heldKey(ctx context.Context) ([]byte, error) {
	const read = `select value from setting where name = 'held_key'`
	var value string
	err := d.db.Row(ctx, read).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		err = d.db.Update(ctx, func(tx *storage.Tx) error {
			if _, err := tx.Exec(ctx, `insert into setting (name, value) values ('held_key', $1) on conflict (name) do nothing`, rand.Text()+rand.Text()); err != nil {
				return err
			}
			return tx.Row(ctx, read).Scan(&value)
		})
	}
	return []byte(value), err
}

// How long, how much in bytes, and of how many a visitor's words are kept while
// they sign in: a day covers a mail that is late; the rest bounds what somebody
// can have us keep who never means to.
const (
	wordsKept     = 24 * time.Hour
	wordsKeptMost = 64 << 10
	wordsKeptOf   = 2000
)

// KeepWords keeps the fields of a form that a visitor sent while they sign in,
// and gives the ticket by which they are found again.
func (d *Directory) KeepWords(ctx context.Context, fields url.Values) (ticket string, err error) {
	words, err := json.Marshal(fields)
	if err != nil {
		return "", err
	}
	full := fault.New(fault.Unavailable, "We cannot keep these words while you sign in. They are still on this page.")
	if len(words) > wordsKeptMost {
		return "", full
	}
	now := d.now()
	var id int64
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		var of int
		if err := tx.Row(ctx, `select count(*) from kept_words where created_at > $1`, storage.Micros(now.Add(-wordsKept))).Scan(&of); err != nil {
			return err
		}
		if of >= wordsKeptOf {
			return full
		}
		id, err = tx.Insert(ctx, `insert into kept_words (words, created_at) values ($1, $2) returning id`, string(words), storage.Micros(now))
		return err
	})
	if err != nil {
		return "", err
	}
	code, err := d.Sign(ctx, ticketText(id))
	return strconv.FormatInt(id, 10) + "-" + code, err
}

func ticketText(id int64) string { return fmt.Sprintf("words:%d", id) }

// keptID reads a ticket of KeepWords.
func (d *Directory) keptID(ctx context.Context, ticket string) (int64, error) {
	number, code, _ := strings.Cut(ticket, "-")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0, wordsGone()
	}
	right, err := d.Signed(ctx, ticketText(id), code)
	if err == nil && !right {
		err = wordsGone()
	}
	return id, err
}

func wordsGone() error {
	return fault.New(fault.NotFound, "These words are not kept any more: they were sent, or a day has passed.")
}

// KeptWords gives the fields of a form that KeepWords kept.
func (d *Directory) KeptWords(ctx context.Context, ticket string) (fields url.Values, err error) {
	id, err := d.keptID(ctx, ticket)
	if err != nil {
		return nil, err
	}
	var words string
	err = d.db.Row(ctx, `select words from kept_words where id = $1 and created_at > $2`, id, storage.Micros(d.now().Add(-wordsKept))).Scan(&words)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, wordsGone()
	}
	if err == nil {
		err = json.Unmarshal([]byte(words), &fields)
	}
	return fields, err
}

// DropWords erases what KeepWords kept, once it is sent. A ticket that is none
// drops nothing.
func (d *Directory) DropWords(ctx context.Context, ticket string) error {
	id, err := d.keptID(ctx, ticket)
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `delete from kept_words where id = $1`, id)
		return err
	})
}
