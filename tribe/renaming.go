package tribe

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// RenamedMail is the kind of mail that tells a member that their tribe was renamed.
const RenamedMail = "renamed"

// gather is for how long renamings of a tribe are gathered before its members
// are told of them in one mail: who tries names out writes to nobody for each.
const gather = time.Hour

// Telling of a renaming goes tellBatch members a transaction, which keeps it
// under 200 ms, and is looked for every tellEvery.
const (
	tellBatch = 200
	tellEvery = 30 * time.Second
)

// Renaming is one renaming of a tribe, or several that were gathered: the last
// name against the first.
type Renaming struct {
	Tribe    int64
	Was, Now string
	By       int64 // who gave the last name, 0: they left, or are not named to the asker
}

// renaming is a row of tribe_renaming.
type renaming struct {
	id, tribe, wording, by, at, reached int64
	told                                bool
}

// renamed notes that a tribe, which is locked, was renamed: wording is what it
// was called until now.
func (s *Tribes) renamed(ctx context.Context, tx *storage.Tx, a know.Actor, tribe, wording int64) error {
	now := s.now()
	gathered, err := tx.Exec(ctx, `update tribe_renaming set by_id = $1, at = $2 where tribe_id = $3 and told = 0 and reached = 0`, a.ID, storage.Micros(now), tribe)
	if err != nil || gathered > 0 {
		return err
	}
	_, err = tx.Exec(ctx, `insert into tribe_renaming (tribe_id, wording_id, by_id, at, due_at) values ($1, $2, $3, $4, $5)`,
		tribe, wording, a.ID, storage.Micros(now), storage.Micros(now.Add(gather)))
	return err
}

// tellRun tells of renamings that are due, until ctx ends.
func (s *Tribes) tellRun(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.TellRenamed(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("telling members that their tribe was renamed failed; it will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(tellEvery):
		}
	}
	return nil
}

// TellRenamed tells the members of tribes that were renamed an hour ago, by
// mail; of a hidden tribe once it is shown again. It can be stopped anywhere and
// run anywhere else.
func (s *Tribes) TellRenamed(ctx context.Context) error {
	for {
		if more, err := s.tellSome(ctx); err != nil || !more {
			return err
		}
	}
}

// tellSome tells the next members, in one transaction; more reports whether any
// renaming was due.
func (s *Tribes) tellSome(ctx context.Context) (more bool, err error) {
	var id, tribe int64
	err = s.db.Row(ctx, `select r.id, r.tribe_id from tribe_renaming r join tribe t on t.id = r.tribe_id
		where r.told = 0 and r.due_at <= $1 and t.state = 'visible' order by r.due_at, r.id limit 1`, storage.Micros(s.now())).Scan(&id, &tribe)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		err = s.db.Update(ctx, func(tx *storage.Tx) error { return s.tellBatch(ctx, tx, tribe, id) })
	}
	if err != nil {
		return false, fmt.Errorf("tribe: tell of renaming %d: %w", id, err)
	}
	return true, nil
}

// tellBatch puts the mails to the next members in place. The tribe is locked: it
// is not renamed meanwhile, and no other process tells of it.
func (s *Tribes) tellBatch(ctx context.Context, tx *storage.Tx, tribe, id int64) error {
	if _, err := tx.Exec(ctx, `update tribe set id = id where id = $1`, tribe); err != nil {
		return err
	}
	r, err := readRenaming(ctx, tx, id)
	if err != nil || r.told { // by another process
		return err
	}
	names, err := r.names(ctx, tx)
	if err != nil {
		return err
	}
	var members []int64
	if names.Was != "" && names.Was != names.Now { // else it was put back, or who gave the name took it along
		members, err = storage.All(ctx, tx, storage.Scalar[int64], `select person_id from membership where tribe_id = $1 and left_at = 0 and joined_at < $2
			and person_id > $3 and person_id <> $4 order by person_id limit $5`, tribe, r.at, r.reached, r.by, s.batch)
		if err != nil {
			return err
		}
	}
	for _, person := range members {
		r.reached = person
		if err := s.tellMember(ctx, tx, r, person); err != nil {
			return err
		}
	}
	_, err = tx.Exec(ctx, `update tribe_renaming set reached = $1, told = $2 where id = $3`, r.reached, storage.Bit(len(members) < s.batch), id)
	return err
}

// tellMember puts the mail to a member in place, if they want it and can be reached.
func (s *Tribes) tellMember(ctx context.Context, tx *storage.Tx, r renaming, person int64) error {
	wanted, err := s.people.Wanted(ctx, tx, person, know.MailTribes)
	if err != nil || !wanted {
		return err
	}
	reached, err := s.people.ReachedByMail(ctx, tx, person)
	if err != nil || !reached {
		return err
	}
	return s.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("%s:%d:%d", RenamedMail, r.id, person), Kind: RenamedMail, Person: person, Subject: ref(r.tribe), Other: r.id})
}

// readRenaming gives a renaming; sql.ErrNoRows if there is none.
func readRenaming(ctx context.Context, q storage.Q, id int64) (r renaming, err error) {
	var told int
	err = q.Row(ctx, `select id, tribe_id, wording_id, by_id, at, reached, told from tribe_renaming where id = $1`, id).
		Scan(&r.id, &r.tribe, &r.wording, &r.by, &r.at, &r.reached, &told)
	r.told = told == 1
	return r, err
}

// names gives the names before and after a renaming: what a later one ended, or
// else what the tribe is called now. Was is "" if whoever gave that name has
// taken it along.
func (r renaming) names(ctx context.Context, q storage.Q) (n Renaming, err error) {
	n = Renaming{Tribe: r.tribe, By: r.by}
	var later string
	err = q.Row(ctx, `select t.name, coalesce((select w.name from tribe_wording w where w.id = $1), ''),
		coalesce((select w.name from tribe_renaming l join tribe_wording w on w.id = l.wording_id where l.tribe_id = t.id and l.id > $2 order by l.id limit 1), '')
		from tribe t where t.id = $3`, r.wording, r.id, r.tribe).Scan(&n.Now, &n.Was, &later)
	n.Now = cmp.Or(later, n.Now)
	return n, err
}

// Renaming gives what a mail about a renaming tells the asker. It is not found
// for who is not in the tribe any more, and while the tribe is hidden.
func (s *Tribes) Renaming(ctx context.Context, a know.Actor, id int64) (n Renaming, err error) {
	r, err := readRenaming(ctx, s.db, id)
	if errors.Is(err, sql.ErrNoRows) {
		return n, noTribe()
	}
	if err != nil {
		return n, err
	}
	t, err := read(ctx, s.db, r.tribe)
	if err != nil {
		return n, err
	}
	if in, _, err := member(ctx, s.db, r.tribe, a.ID); err != nil {
		return n, err
	} else if !in || t.State != know.Visible {
		return n, noTribe()
	}
	if n, err = r.names(ctx, s.db); err != nil {
		return n, err
	}
	if n.Was == "" {
		return n, noTribe()
	}
	n.By, err = showing(ctx, s.db, a, r.tribe, n.By)
	return n, err
}
