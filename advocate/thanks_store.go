package advocate

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

const selectThanks = `select h.id, h.person_id, h.staff, h.to_id, h.to_account, h.subject_kind, h.subject_id, h.place_kind, h.place_id, h.reason, h.language, h.state, h.state_reason, h.created_at from thanks h`

func scanThanks(row storage.Scanner) (t Thanks, err error) {
	var staff int
	var at int64
	err = row.Scan(&t.ID, &t.By, &staff, &t.To, &t.Account, &t.Subject.Kind, &t.Subject.ID, &t.Place.Kind, &t.Place.ID, &t.Reason, &t.Language, &t.State, &t.StateReason, &at)
	t.Staff, t.CreatedAt = staff == 1, storage.Time(at)
	return t, err
}

// Thing gives what somebody may be thanked for, to a reader who may see it.
func (s *Advocacy) Thing(ctx context.Context, a know.Actor, subject event.Ref) (Thing, error) {
	t, err := s.thing(ctx, s.db, subject)
	if err != nil {
		return t, err
	}
	return t, know.Require(a, know.Read, t.rules())
}

// Thank thanks somebody for something they said or did. Said again, it is said
// with the new reason.
func (s *Advocacy) Thank(ctx context.Context, a know.Actor, n NewThanks) (t Thanks, err error) {
	if err := know.Require(a, know.Thank, know.Subject{}); err != nil {
		return t, err
	}
	if err := n.check(); err != nil {
		return t, err
	}
	if n.Language == "" {
		n.Language = a.Language
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		about, err := s.thing(ctx, tx, n.Subject)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Read, about.rules()); err != nil {
			return err
		}
		if about.Author == a.ID {
			return fault.New(fault.Conflict, "These are your own words. Thank somebody else.")
		}
		if err := know.Require(a, know.Thank, about.rules()); err != nil {
			return err
		}
		if about.gone {
			return fault.New(fault.Conflict, "This was taken back meanwhile.")
		}
		if about.Author == 0 && about.Account == 0 {
			return fault.New(fault.Conflict, "Nobody is known who could be thanked for this.")
		}
		t, err = s.give(ctx, tx, a, about, n)
		t.about = about
		return err
	})
	return t, err
}

// give writes thanks down.
func (s *Advocacy) give(ctx context.Context, tx *storage.Tx, a know.Actor, about Thing, n NewThanks) (t Thanks, err error) {
	now := s.now()
	was, err := scanThanks(tx.Row(ctx, selectThanks+` where h.person_id = $1 and h.subject_kind = $2 and h.subject_id = $3`, a.ID, n.Subject.Kind, n.Subject.ID))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		if err := s.notTooOften(ctx, tx, a, now); err != nil {
			return t, err
		}
		t = Thanks{By: a.ID, Staff: a.IsStaff(), To: about.Author, Account: about.Account, Subject: n.Subject, Place: about.Place, Reason: n.Reason, Language: n.Language, State: know.Visible, CreatedAt: now}
		t.ID, err = tx.Insert(ctx, `insert into thanks (person_id, staff, to_id, to_account, subject_kind, subject_id, place_kind, place_id, reason, language, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) returning id`, t.By, storage.Bit(t.Staff), t.To, t.Account, t.Subject.Kind, t.Subject.ID,
			t.Place.Kind, t.Place.ID, t.Reason, t.Language, storage.Micros(now))
		if err != nil {
			return t, fmt.Errorf("advocate: thanks for %s %d: %w", n.Subject.Kind, n.Subject.ID, err)
		}
	case err != nil:
		return t, err
	case was.State == know.Hidden:
		return t, fault.New(fault.Conflict, "Your thanks for this were hidden: {reason}", "reason", was.StateReason)
	default:
		t = was
		t.Reason, t.Language, t.State, t.Staff = n.Reason, n.Language, know.Visible, a.IsStaff()
		if _, err := tx.Exec(ctx, `update thanks set reason = $1, language = $2, state = 'visible', staff = $3 where id = $4`, t.Reason, t.Language, storage.Bit(t.Staff), t.ID); err != nil {
			return t, err
		}
		if was.State == know.Visible {
			return t, nil // only said otherwise
		}
	}
	if err := s.stands(ctx, tx, t, 1); err != nil {
		return t, err
	}
	if err := s.mailThanks(ctx, tx, t); err != nil {
		return t, err
	}
	return t, s.thanksFact(ctx, tx, a, ThanksGiven, t)
}

// notTooOften keeps thanks worth something.
func (s *Advocacy) notTooOften(ctx context.Context, tx *storage.Tx, a know.Actor, now time.Time) error {
	var today int
	err := tx.Row(ctx, `select count(*) from thanks where person_id = $1 and created_at > $2`, a.ID, storage.Micros(now.Add(-24*time.Hour))).Scan(&today)
	if err == nil && today >= thanksPerDay {
		return fault.New(fault.Limited, "You have thanked {n} times within a day. Keep the next one for tomorrow.", "n", thanksPerDay)
	}
	return err
}

// stands keeps the count that comments have of thanks for them.
func (s *Advocacy) stands(ctx context.Context, tx *storage.Tx, t Thanks, by int) error {
	if t.Subject.Kind != "comment" {
		return nil
	}
	_, err := tx.Exec(ctx, `update comment set thanked = thanked + $1 where id = $2`, by, t.Subject.ID)
	return err
}

// mailThanks tells who is thanked, once, if they want to know.
func (s *Advocacy) mailThanks(ctx context.Context, tx *storage.Tx, t Thanks) error {
	if t.To == 0 {
		return nil
	}
	wanted, err := s.people.Wanted(ctx, tx, t.To, know.MailThanks)
	if err != nil || !wanted {
		return err
	}
	var reached int
	err = tx.Row(ctx, `select count(*) from (select id from account where person_id = $1 and kind = 'mail' and confirmed_at > 0 limit 1) r`, t.To).Scan(&reached)
	if err != nil || reached == 0 {
		return err
	}
	return s.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("thanks:%d", t.ID), Kind: "thanks", Person: t.To, Subject: event.Ref{Kind: "thanks", ID: t.ID}, Other: t.By})
}

func (s *Advocacy) thanksFact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, t Thanks) error {
	staff := kind == ThanksHidden || kind == ThanksShown || a.IsStaff()
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: t.thanked(), Other: t.ID, N: code(t.Subject.Kind), Staff: staff})
}

// ChangeThanks withdraws one's own thanks; staff hide them with a reason, and
// show them again.
func (s *Advocacy) ChangeThanks(ctx context.Context, a know.Actor, id int64, to know.TextState, reason string) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := scanThanks(tx.Row(ctx, selectThanks+` where h.id = $1`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		if err != nil {
			return err
		}
		about, err := s.thing(ctx, tx, t.Subject)
		if err != nil {
			return err
		}
		rules := about.rules()
		rules.Author, rules.Hidden = t.By, t.State != know.Visible
		verb, kind := know.Hide, ThanksHidden
		switch to {
		case know.Withdrawn:
			verb, kind = know.Withdraw, ThanksWithdrawn
		case know.Visible:
			kind = ThanksShown
		default:
			if reason = plain.FromText(reason); reason == "" || len(reason) > 4*maxThanks {
				return fault.New(fault.Invalid, "Say why, in at most {most} characters: its author will read it.", "most", maxThanks).On("reason")
			}
		}
		if err := know.Require(a, verb, rules); err != nil {
			return err
		}
		switch {
		case t.State == to:
			return nil
		case t.State == know.Withdrawn:
			return fault.New(fault.Conflict, "Its author has taken this back. There is nothing left to do.")
		}
		if to != know.Hidden {
			reason = ""
		}
		return s.setThanks(ctx, tx, a, t, to, reason, kind)
	})
}

func (s *Advocacy) setThanks(ctx context.Context, tx *storage.Tx, a know.Actor, t Thanks, to know.TextState, reason, kind string) error {
	statement := `update thanks set state = $1, state_reason = $2 where id = $3`
	if to == know.Withdrawn {
		statement = `update thanks set state = $1, state_reason = $2, reason = '' where id = $3`
	}
	if _, err := tx.Exec(ctx, statement, string(to), reason, t.ID); err != nil {
		return err
	}
	if by := storage.Bit(to == know.Visible) - storage.Bit(t.State == know.Visible); by != 0 {
		if err := s.stands(ctx, tx, t, by); err != nil {
			return err
		}
	}
	return s.thanksFact(ctx, tx, a, kind, t)
}

// thanksShown is how many a page shows.
const thanksShown = 500

// ThanksAt gives the thanks that stand on a page, by what they are for, the
// first ones first. Who may see the page may see them.
func (s *Advocacy) ThanksAt(ctx context.Context, place event.Ref) (map[event.Ref][]Thanks, error) {
	all, err := storage.All(ctx, s.db, scanThanks, selectThanks+` where h.place_kind = $1 and h.place_id = $2 and h.state = 'visible' order by h.id limit $3`, place.Kind, place.ID, thanksShown)
	if err != nil {
		return nil, fmt.Errorf("advocate: thanks at %s %d: %w", place.Kind, place.ID, err)
	}
	at := map[event.Ref][]Thanks{}
	for _, t := range all {
		at[t.Subject] = append(at[t.Subject], t)
	}
	return at, nil
}

// ThanksOf gives the thanks for one thing, the latest first: those that stand,
// one's own, and for staff those that were hidden.
func (s *Advocacy) ThanksOf(ctx context.Context, a know.Actor, subject event.Ref, before int64, limit int) ([]Thanks, error) {
	if _, err := s.Thing(ctx, a, subject); err != nil {
		return nil, err
	}
	if before == 0 {
		before = 1 << 62
	}
	return storage.All(ctx, s.db, scanThanks, selectThanks+` where h.subject_kind = $1 and h.subject_id = $2 and h.id < $3
		and (h.state = 'visible' or h.state = 'hidden' and ($4 = 1 or h.person_id = $5)) order by h.id desc limit $6`,
		subject.Kind, subject.ID, before, storage.Bit(know.May(a, know.Hide, know.Subject{})), a.ID, limit)
}

// OneThanks gives thanks to who may read what they are for.
func (s *Advocacy) OneThanks(ctx context.Context, a know.Actor, id int64) (Thanks, error) {
	t, err := scanThanks(s.db.Row(ctx, selectThanks+` where h.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	if err != nil {
		return t, err
	}
	about, err := s.Thing(ctx, a, t.Subject)
	t.Title, t.Lang, t.about = about.Title, about.Language, about
	return t, err
}

// ThanksTo gives thanks to a person for what the asker may see, the latest
// first. Who does not want to be named in credits is thanked where they said
// it, and nowhere else.
func (s *Advocacy) ThanksTo(ctx context.Context, a know.Actor, person int64, before int64, limit int) (list []Thanks, err error) {
	if may, err := s.recognised(ctx, a, person); err != nil || !may {
		return nil, err
	}
	if before == 0 {
		before = 1 << 62
	}
	for len(list) < limit {
		found, err := storage.All(ctx, s.db, scanThanks, selectThanks+` where h.state = 'visible' and h.id < $2
			and (h.to_id = $1 and h.to_id <> 0 or h.to_account <> 0 and h.to_account in (select id from account where person_id = $1 and person_id <> 0)) order by h.id desc limit 50`, person, before)
		if err != nil {
			return nil, err
		}
		seen, err := s.seen(ctx, a, found)
		if err != nil {
			return nil, err
		}
		list = append(list, seen...)
		if len(found) < 50 {
			break
		}
		before = found[len(found)-1].ID
	}
	return list[:min(limit, len(list))], nil
}

// seen leaves out thanks for what the asker may not see, and fills in titles.
func (s *Advocacy) seen(ctx context.Context, a know.Actor, found []Thanks) (list []Thanks, err error) {
	by := map[string][]int64{}
	for _, t := range found {
		by[t.Subject.Kind] = append(by[t.Subject.Kind], t.Subject.ID)
	}
	all := map[event.Ref]Thing{}
	for kind, ids := range by {
		things, err := s.things(ctx, s.db, kind, ids)
		if err != nil {
			return nil, err
		}
		for _, t := range things {
			all[t.Ref] = t
		}
	}
	for _, t := range found {
		about, ok := all[t.Subject]
		if !ok || about.gone || !know.May(a, know.Read, about.rules()) {
			continue
		}
		t.Title, t.Lang, t.about = about.Title, about.Language, about
		list = append(list, t)
	}
	return list, nil
}
