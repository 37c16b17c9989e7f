package advocate

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base32"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// How long hashes of readers and their salt are kept, in days: today and the
// day before.
const openDays = 2

// joinedWithin is how long after somebody became a member it is still taken as
// the same moment.
const joinedWithin = 10 * time.Minute

const selectShare = `select id, code, person_id, subject_kind, subject_id, opened, joined, made_at, last_at, ended_at from share_link`

func scanShare(row storage.Scanner) (l Share, err error) {
	var made, last, ended int64
	err = row.Scan(&l.ID, &l.Code, &l.Person, &l.Subject.Kind, &l.Subject.ID, &l.Opened, &l.Joined, &made, &last, &ended)
	l.MadeAt, l.LastAt, l.EndedAt = storage.Time(made), storage.Time(last), storage.Time(ended)
	return l, err
}

// secret gives random text of n letters that are read aloud without mistakes.
func (s *Advocacy) secret(n int) (string, error) {
	raw := make([]byte, (n*5+7)/8)
	if _, err := io.ReadFull(s.random, raw); err != nil {
		return "", fmt.Errorf("advocate: randomness: %w", err)
	}
	return base32.NewEncoding("abcdefghjkmnpqrstuvwxyz023456789").WithPadding(base32.NoPadding).EncodeToString(raw)[:n], nil
}

func (s *Advocacy) shareOf(ctx context.Context, q storage.Q, person int64, subject event.Ref) (l Share, there bool, err error) {
	l, err = scanShare(q.Row(ctx, selectShare+` where person_id = $1 and subject_kind = $2 and subject_id = $3 and ended_at = 0`, person, subject.Kind, subject.ID))
	if errors.Is(err, sql.ErrNoRows) {
		return Share{}, false, nil
	}
	return l, err == nil, err
}

func (s *Advocacy) sharesOf(ctx context.Context, person int64) ([]Share, error) {
	return storage.All(ctx, s.db, scanShare, selectShare+` where person_id = $1 and person_id <> 0 order by case when ended_at = 0 then 0 else 1 end, id desc limit 500`, person)
}

func (s *Advocacy) byCode(ctx context.Context, q storage.Q, code string) (Share, error) {
	l, err := scanShare(q.Row(ctx, selectShare+` where code = $1`, strings.ToLower(code)))
	if errors.Is(err, sql.ErrNoRows) {
		return l, fault.New(fault.NotFound, "There is no such link.")
	}
	return l, err
}

// shareOwner gives the person whose share link a code is, 0 if it is no link's.
func (s *Advocacy) shareOwner(ctx context.Context, q storage.Q, code string, by time.Time) (person int64, err error) {
	err = q.Row(ctx, `select coalesce((select person_id from share_link where code = $1 and made_at <= $2), 0)`, strings.ToLower(strings.TrimSpace(code)), storage.Micros(by)).Scan(&person)
	return person, err
}

// joinedBy gives the person through whose link somebody became a member, 0 if
// the link was made after that time.
func (s *Advocacy) joinedBy(ctx context.Context, q storage.Q, person int64, made time.Time) (by int64, err error) {
	err = q.Row(ctx, `select coalesce((select by_id from share_join j where person_id = $1 and not exists (select 1 from share_link l where l.id = j.link_id and l.made_at > $2)), 0)`, person, storage.Micros(made)).Scan(&by)
	return by, err
}

func (s *Advocacy) putShare(ctx context.Context, tx *storage.Tx, a know.Actor, subject event.Ref) (l Share, err error) {
	l = Share{Person: a.ID, Subject: subject, MadeAt: s.now()}
	if l.Code, err = s.secret(10); err != nil {
		return l, err
	}
	l.ID, err = tx.Insert(ctx, `insert into share_link (code, person_id, subject_kind, subject_id, made_at) values ($1, $2, $3, $4, $5) returning id`,
		l.Code, a.ID, subject.Kind, subject.ID, storage.Micros(l.MadeAt))
	if err != nil {
		return l, fmt.Errorf("advocate: share %s %d: %w", subject.Kind, subject.ID, err)
	}
	return l, s.events.Append(ctx, tx, event.Event{Kind: ShareMade, Actor: a.ID, Subject: event.Ref{Kind: "share", ID: l.ID}, Other: subject.ID, Staff: a.IsStaff()})
}

// helped lists what somebody did for a thing, once they are credited with it:
// a release thanks them, or has the idea and thanks them; a post names them as
// its author, or as whose wording its author took.
func (s *Advocacy) helped(ctx context.Context, q storage.Q, person int64, subject event.Ref) ([]For, error) {
	credited := `select c.because as what from credit c left join account a on a.id = c.account_id and c.account_id <> 0 join release r on r.id = c.release_id and r.state = 'visible' and r.released_at <= $3
		where (c.person_id = $2 or a.person_id = $2)`
	query := ""
	args := []any{subject.ID, person, storage.Micros(s.now())}
	switch subject.Kind {
	case "idea":
		query = credited + ` and c.release_id in (select release_id from release_idea where idea_id = $1)`
	case "release":
		query = credited + ` and c.release_id = $1`
	case "post":
		query = `select 'wrote' as what from post where id = $1 and person_id = $2 union select 'edit' from post_edit where post_id = $1 and person_id = $2 and state = 'taken'`
		args = args[:2]
	default:
		return nil, nil
	}
	return storage.All(ctx, q, storage.Scalar[For], `select distinct what from (`+query+`) w order by what`, args...)
}

// Opened is where a link leads.
type Opened struct {
	Share
	To string // the path of what it leads to, "" if that is not open to everybody
}

// Open counts that a link is opened, once per reader and day, and says where
// it leads. Its own person and programs that only look ahead are not counted.
func (s *Advocacy) Open(ctx context.Context, code string, r Reader) (o Opened, err error) {
	if o.Share, err = s.byCode(ctx, s.db, code); err != nil {
		return o, err
	}
	t, err := s.thing(ctx, s.db, o.Subject)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return o, err
	}
	if err == nil && t.open() {
		o.To, o.Title, o.Lang = t.path(), t.Title, t.Language
	}
	if o.Ended() || o.To == "" || r.Person == o.Person || !r.counts() {
		return o, nil
	}
	return o, s.count(ctx, o.Share, r)
}

// count counts an opening.
func (s *Advocacy) count(ctx context.Context, l Share, r Reader) error {
	day := s.now().Unix() / 86400
	var salt, there string
	err := s.db.Row(ctx, `select salt from share_salt where day = $1`, day).Scan(&salt)
	if err == nil { // a thousand from one address: nothing is written but once
		err = s.db.Row(ctx, `select reader from share_open where day = $1 and link_id = $2 and reader = $3`, day, l.ID, readerHash(salt, l.ID, r)).Scan(&there)
	}
	if err == nil || !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	fresh, err := s.secret(32)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		begun, err := tx.Exec(ctx, `insert into share_salt (day, salt) values ($1, $2) on conflict (day) do nothing`, day, fresh)
		if err != nil {
			return err
		}
		if begun > 0 {
			if err := s.forgetReaders(ctx, tx, day); err != nil {
				return err
			}
		}
		if err := tx.Row(ctx, `select salt from share_salt where day = $1`, day).Scan(&salt); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `insert into share_open (day, link_id, reader) values ($1, $2, $3) on conflict do nothing`, day, l.ID, readerHash(salt, l.ID, r))
		if err != nil || n == 0 {
			return err
		}
		return s.opened(ctx, tx, l.ID, day)
	})
}

// opened notes an opening that counts. The first of a day is a fact.
func (s *Advocacy) opened(ctx context.Context, tx *storage.Tx, link, day int64) error {
	var person, opened, last int64
	if err := tx.Row(ctx, `update share_link set opened = opened + 1 where id = $1 returning person_id, opened, last_at`, link).Scan(&person, &opened, &last); err != nil {
		return err
	}
	if at := day * 86400 * 1_000_000; last < at {
		if _, err := tx.Exec(ctx, `update share_link set last_at = $1 where id = $2`, at, link); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: ShareOpened, Subject: event.Ref{Kind: "share", ID: link}, Other: person, N: int64(storage.Bit(opened == 1))})
	}
	return nil
}

// readerHash is what is kept of who opened a link. The link is in it, so that
// what one reader opens cannot be put together.
func readerHash(salt string, link int64, r Reader) string {
	sum := sha256.Sum256([]byte(salt + "\x00" + strconv.FormatInt(link, 10) + "\x00" + r.line()))
	return hex.EncodeToString(sum[:12])
}

// forgetReaders throws away the hashes and salts of days gone by.
func (s *Advocacy) forgetReaders(ctx context.Context, tx *storage.Tx, today int64) error {
	for _, statement := range []string{`delete from share_open where day <= $1`, `delete from share_salt where day <= $1`} {
		if _, err := tx.Exec(ctx, statement, today-openDays); err != nil {
			return err
		}
	}
	return nil
}

// Tidy throws away what is known of readers of days gone by.
func (s *Advocacy) Tidy(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error { return s.forgetReaders(ctx, tx, s.now().Unix()/86400) })
}

// Joined notes that somebody who just became a member came through a link:
// once, never through their own. Whoever was a member before did not join.
func (s *Advocacy) Joined(ctx context.Context, person int64, code string) error {
	if code == "" {
		return nil
	}
	link, err := s.byCode(ctx, s.db, code)
	if fault.Is(err, fault.NotFound) {
		return nil // a code that is no link's does nobody harm
	}
	if err != nil {
		return err
	}
	now := s.now()
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		var fresh int
		if err := tx.Row(ctx, `select count(*) from person where id = $1 and left_at = 0 and created_at >= $2 and created_at >= $3 and role not in ('staff', 'owner')`,
			person, storage.Micros(now.Add(-joinedWithin)), storage.Micros(link.MadeAt)).Scan(&fresh); err != nil || fresh == 0 || person == link.Person || link.Ended() {
			return err
		}
		n, err := tx.Exec(ctx, `insert into share_join (person_id, link_id, by_id, at) values ($1, $2, $3, $4) on conflict (person_id) do nothing`, person, link.ID, link.Person, storage.Micros(now))
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `update share_link set joined = joined + 1 where id = $1`, link.ID); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: ShareJoined, Actor: person, Subject: event.Ref{Kind: "person", ID: person}, Other: link.ID, N: link.Person})
	})
}
