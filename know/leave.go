package know

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tribune/event"
	"tribune/storage"
)

// Leave erases a person: name, picture, addresses, sessions and tokens, at
// once. The fact it records ("person.left", n = 1 if their words go too) makes
// every folder further right erase what it holds, within a second or two, also
// across a restart. The last owner cannot leave.
func (d *Directory) Leave(ctx context.Context, a Actor, words bool) error {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		if a.Role == Owner {
			if err := keepOwner(ctx, tx, a.ID); err != nil {
				return err
			}
		}
		if err := d.erase(ctx, tx, a.ID); err != nil {
			return fmt.Errorf("know: erase %d: %w", a.ID, err)
		}
		n := int64(0)
		if words {
			n = 1
		}
		return d.events.Append(ctx, tx, event.Event{Kind: "person.left", Actor: a.ID, Subject: event.Ref{Kind: "person", ID: a.ID}, N: n})
	})
}

// Leaving has f run whenever somebody leaves, while their name is still known,
// in the transaction that erases it: for folders that hold names which others
// typed. It is not safe for use once the site runs.
func (d *Directory) Leaving(f func(ctx context.Context, tx *storage.Tx, person int64, name string) error) {
	d.leaving = append(d.leaving, f)
}

// erase takes away what says who a person is. Accounts that mentions hang on
// stay as nameless rows, still tied to the person's id until the followers of
// "person.left" have erased what was said from them; each with the traces of
// what it was, until Forgotten.
func (d *Directory) erase(ctx context.Context, tx *storage.Tx, person int64) error {
	var name, photo string
	if err := tx.Row(ctx, `select name, photo from person where id = $1`, person).Scan(&name, &photo); err != nil {
		return err
	}
	for _, f := range d.leaving {
		if err := f(ctx, tx, person, name); err != nil {
			return err
		}
	}
	// What they once took off themselves was theirs, too: it is erased with them
	// unless somebody else has confirmed it since.
	if _, err := tx.Exec(ctx, `update account set person_id = $1 where person_id = 0 and id in (
		select account_id from account_move where from_person = $1 and to_person = 0 and by_id = $1 and undone_at = 0)`, person); err != nil {
		return err
	}
	accounts, err := storage.All(ctx, tx, scanAccount, selectAccount+` where person_id = $1 and person_id <> 0`, person)
	if err != nil {
		return err
	}
	ids := make([]int64, len(accounts))
	for i, a := range accounts {
		ids[i] = a.ID
		if _, err := tx.Exec(ctx, `update account set traces = $1 where id = $2`, traces(a), a.ID); err != nil {
			return err
		}
	}
	// What they asked to add, and had not confirmed, is theirs by their word alone:
	// it goes unless somebody else has something there.
	asked, err := storage.All(ctx, tx, storage.Scalar[int64], `select distinct account_id from signin_link where person_id = $1 and purpose = 'confirm' order by 1`, person)
	if err != nil {
		return err
	}
	if err := d.events.Forget(ctx, tx, person, append(ids, asked...)); err != nil {
		return err
	}
	now := storage.Micros(d.now())
	for _, statement := range []string{
		`delete from session where person_id = $1`,
		`delete from token where person_id = $1`,
		`delete from signin_link where person_id = $1 or account_id in (select id from account where person_id = $1)`,
		`delete from mail_choice where person_id = $1`,
		`delete from circle where person_id = $1`,
		`update idempotency set answer = '' where answer <> '' and $1 > 0`, // anybody's: their words may be in it
		`update account set address = 'left:' || id, name = '', folded = '', url = '', confirmed_at = 0 where person_id = $1`,
		`update person set name = '', folded = '', title = '', about = '', country = '', photo = '', votes_shown = 0, languages = '', clock_shown = 0, leads = 0, role = 'member' where id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update person set left_at = $1, seen_at = 0 where id = $2`, now, person); err != nil {
		return err
	}
	if err := dropAsked(ctx, tx, asked); err != nil {
		return err
	}
	return d.DropBlob(ctx, tx, photo)
}

// Trace gives the number by which a folder finds what it holds of a speaker
// who has no account yet, once that speaker's address is no longer known. It
// is neither 0 nor -1.
func Trace(kind AccountKind, address string) int64 {
	sum := sha256.Sum256([]byte(string(kind) + "\x00" + strings.ToLower(strings.TrimSpace(address))))
	return int64(binary.BigEndian.Uint64(sum[:8])>>1) | 1
}

// Page is the kind by which Trace knows the page of an account, which has
// another address.
const Page AccountKind = "page"

// traces writes down the traces of an account.
func traces(a Account) string {
	t := strconv.FormatInt(Trace(a.Kind, a.Address), 10)
	if a.URL != "" {
		t += " " + strconv.FormatInt(Trace(Page, a.URL), 10)
	}
	return t
}

// Traces gives the traces of the accounts that a person had who left, until
// they are Forgotten.
func (d *Directory) Traces(ctx context.Context, tx *storage.Tx, person int64) ([]int64, error) {
	kept, err := storage.All(ctx, tx, storage.Scalar[string], `select traces from account where person_id = $1 and person_id <> 0 and traces <> '' order by id`, person)
	if err != nil {
		return nil, err
	}
	var all []int64
	for _, s := range strings.Fields(strings.Join(kept, " ")) {
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("know: traces of %d: %w", person, err)
		}
		all = append(all, n)
	}
	return all, nil
}

// Forgotten removes the traces of a person who left: nothing is to be found
// by them any more.
func (d *Directory) Forgotten(ctx context.Context, tx *storage.Tx, person int64) error {
	_, err := tx.Exec(ctx, `update account set traces = '' where person_id = $1 and person_id <> 0`, person)
	return err
}

// Tidy removes what is no longer needed: used and ended links after a day,
// words kept over a sign-in that nobody sent, ended sessions, and addresses that
// asked for a link, never came back and said nothing. It is run now and then.
func (d *Directory) Tidy(ctx context.Context) error {
	now := d.now()
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		yesterday := storage.Micros(now.Add(-24 * time.Hour))
		if _, err := tx.Exec(ctx, `delete from signin_link where created_at < $1 and (used_at > 0 or expires_at < $2)`, yesterday, storage.Micros(now)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from idempotency where at < $1`, storage.Micros(now.Add(-attemptsKept))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from kept_words where created_at <= $1`, storage.Micros(now.Add(-wordsKept))); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from session where expires_at < $1`, storage.Micros(now)); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `delete from account where created_at < $1 and `+merelyAsked+`
			and not exists (select 1 from signin_link where signin_link.account_id = account.id)`, yesterday)
		return err
	})
}
