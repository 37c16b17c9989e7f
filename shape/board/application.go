package board

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Application is one member's wish to sit on a board.
type Application struct {
	ID       int64
	Board    int64
	Number   int   // what the pool calls them
	Person   int64 // 0: they left
	Sentence string
	Country  string // ISO 3166-1 alpha-2, "" if they did not say
	Tribe    int64  // that stands for them, 0 for none
	Since    time.Time
	Stands   bool // not taken back
	At       time.Time
}

// NewApplication is what somebody says when they apply.
type NewApplication struct {
	Sentence string // why: 1 to 500 characters
	Country  string
	Tribe    int64  // one they belong to, or 0
	Code     string // of an invitation by link, "" without
}

const selectApplication = `select id, board_id, number, person_id, sentence, country, tribe, since_at, state, created_at from board_application`

func scanApplication(row storage.Scanner) (p Application, err error) {
	var state string
	var since, at int64
	err = row.Scan(&p.ID, &p.Board, &p.Number, &p.Person, &p.Sentence, &p.Country, &p.Tribe, &since, &state, &at)
	p.Since, p.Stands, p.At = storage.Time(since), state == "applied", storage.Time(at)
	return p, err
}

// applicationOf gives somebody's application; ok is false if there is none.
func applicationOf(ctx context.Context, q storage.Q, board, person int64) (p Application, ok bool, err error) {
	if person == 0 {
		return p, false, nil
	}
	p, err = scanApplication(q.Row(ctx, selectApplication+` where board_id = $1 and person_id = $2`, board, person))
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	return p, err == nil, err
}

// Mine gives the asker's own application; ok is false if they have none, or
// took it back.
func (s *Boards) Mine(ctx context.Context, a know.Actor, board int64) (p Application, ok bool, err error) {
	p, ok, err = applicationOf(ctx, s.db, board, a.ID)
	return p, ok && p.Stands, err
}

// MayApply says whether the asker could apply now, or change what they said; nil
// if they could. A visitor learns that a board is by invitation before they are
// asked to sign in.
func (s *Boards) MayApply(ctx context.Context, a know.Actor, b Board, code string) error {
	self := know.Require(a, know.Self, know.Subject{Author: a.ID})
	switch takes := b.Takes(s.now()); {
	case self != nil && !(takes && b.Invited):
		return self
	case !takes:
		return fault.New(fault.Conflict, "Applications to this board are closed.")
	case a.IsStaff():
		return fault.New(fault.Forbidden, "A board is made of customers. You work here, so that you do not apply; you read all that it says.")
	case !b.Invited:
		return nil
	}
	invited, err := s.invited(ctx, a, b, code)
	switch {
	case err != nil:
		return err
	case !invited && self != nil:
		return fault.New(fault.Forbidden, "Only who is invited applies to this board. Open the link of your invitation, or sign in if you were asked by name.")
	case !invited:
		return fault.New(fault.Forbidden, "Only who is invited applies to this board. Open the link of your invitation.")
	}
	return self
}

// invited reports whether somebody was asked by name, has the link, or had it
// when they applied.
func (s *Boards) invited(ctx context.Context, a know.Actor, b Board, code string) (bool, error) {
	if a.ID != 0 {
		var known int
		err := s.db.Row(ctx, `select (select count(*) from board_invite where board_id = $1 and person_id = $2)
			+ (select count(*) from board_application where board_id = $1 and person_id = $2)`, b.ID, a.ID).Scan(&known)
		if err != nil || known > 0 {
			return known > 0, err
		}
	}
	return s.people.Signed(ctx, linkText(b.ID), code)
}

func linkText(board int64) string { return "board:" + strconv.FormatInt(board, 10) }

// InviteCode gives what stands in the link that invites to a board, for staff
// to hand on.
func (s *Boards) InviteCode(ctx context.Context, a know.Actor, board int64) (string, error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return "", err
	}
	if _, err := read(ctx, s.db, board); err != nil {
		return "", err
	}
	return s.people.Sign(ctx, linkText(board))
}

// check cleans an application and refuses what cannot be.
func (n *NewApplication) check(a know.Actor) error {
	var wrong [3]error
	n.Sentence = clean(n.Sentence)
	if long(n.Sentence, 1, maxSentence) {
		wrong[0] = fault.New(fault.Invalid, "Say in a sentence why you want to sit on this board, in at most {most} characters.", "most", maxSentence).On("sentence")
	}
	if n.Country = strings.ToUpper(strings.TrimSpace(n.Country)); n.Country != "" {
		if r, err := language.ParseRegion(n.Country); err != nil || len(n.Country) != 2 || !r.IsCountry() {
			wrong[1] = fault.New(fault.Invalid, "This country is not known. Choose one of the list.").On("country")
		}
	}
	if n.Tribe != 0 && !slices.Contains(a.Circles, know.CircleOf("tribe", n.Tribe)) {
		wrong[2] = fault.New(fault.Invalid, "Choose a tribe that you belong to.").On("tribe")
	}
	return fault.All(wrong[:]...)
}

// Apply asks for a seat. Who has applied already changes what they said; who
// took it back gets the number they had.
func (s *Boards) Apply(ctx context.Context, a know.Actor, board int64, n NewApplication) (p Application, err error) {
	b, err := read(ctx, s.db, board)
	if err != nil {
		return p, err
	}
	if err := s.MayApply(ctx, a, b, n.Code); err != nil {
		return p, err
	}
	if err := n.check(a); err != nil {
		return p, err
	}
	who, err := s.people.Person(ctx, a.ID)
	if err != nil {
		return p, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if b, err = s.lock(ctx, tx, board); err != nil {
			return err
		}
		if !b.Takes(s.now()) {
			return fault.New(fault.Conflict, "Applications to this board are closed.")
		}
		was, there, err := applicationOf(ctx, tx, board, a.ID)
		if err != nil {
			return err
		}
		if there {
			if _, err := tx.Exec(ctx, `update board_application set sentence = $1, country = $2, tribe = $3, state = 'applied' where id = $4`, n.Sentence, n.Country, n.Tribe, was.ID); err != nil {
				return err
			}
		} else {
			var last int
			if err := tx.Row(ctx, `select coalesce(max(number), 0) from board_application where board_id = $1`, board).Scan(&last); err != nil {
				return err
			}
			if was.ID, err = tx.Insert(ctx, `insert into board_application (board_id, number, person_id, sentence, country, tribe, since_at, created_at)
				values ($1, $2, $3, $4, $5, $6, $7, $8) returning id`, board, last+1, a.ID, n.Sentence, n.Country, n.Tribe, storage.Micros(who.CreatedAt), storage.Micros(s.now())); err != nil {
				return err
			}
		}
		if p, _, err = applicationOf(ctx, tx, board, a.ID); err != nil || was.Stands {
			return err
		}
		if _, err := tx.Exec(ctx, `update board set applications = applications + 1 where id = $1`, board); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Applied, "board", board, was.ID, 0)
	})
	return p, err
}

// Unapply takes an application back; it may be repeated. After applications
// are closed the number stays in the pool, so that the draw can be replayed;
// if it comes up, the seat goes to the next.
func (s *Boards) Unapply(ctx context.Context, a know.Actor, board int64) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		b, err := s.lock(ctx, tx, board)
		if err != nil {
			return err
		}
		p, there, err := applicationOf(ctx, tx, board, a.ID)
		if err != nil || !there || !p.Stands {
			return err
		}
		if b.State == Drawn {
			if seat, seated, err := seatOf(ctx, tx, board, a.ID); err != nil || seated && seat.Taken() {
				return errors.Join(err, fault.New(fault.Conflict, "You were drawn meanwhile: accept the seat or decline it."))
			}
		}
		return s.unapply(ctx, tx, a, p)
	})
}

func (s *Boards) unapply(ctx context.Context, tx *storage.Tx, a know.Actor, p Application) error {
	if _, err := tx.Exec(ctx, `update board_application set state = 'withdrawn' where id = $1`, p.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update board set applications = applications - 1 where id = $1`, p.Board); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, Unapplied, "board", p.Board, p.ID, 0)
}

// Applications gives a page of those who applied and did not take it back, for
// staff: those with numbers over after.
func (s *Boards) Applications(ctx context.Context, a know.Actor, board int64, after, limit int) ([]Application, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	if _, err := read(ctx, s.db, board); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, scanApplication, selectApplication+` where board_id = $1 and number > $2 and state = 'applied' order by number limit $3`,
		board, after, min(max(limit, 1), 200))
}

// applied gives the pool as it would be if it were frozen now.
func (s *Boards) applied(ctx context.Context, q storage.Q, b Board) ([]Entry, error) {
	all, err := storage.All(ctx, q, scanApplication, selectApplication+` where board_id = $1 and state = 'applied' order by number`, b.ID)
	pool := make([]Entry, len(all))
	for n, p := range all {
		pool[n] = Entry{Number: p.Number, Country: p.Country, Tenure: Band(p.Since, b.ClosesAt)}
		if p.Tribe != 0 {
			pool[n].Tribe = strconv.FormatInt(p.Tribe, 10)
		}
	}
	return pool, err
}

// Invite asks one person to apply, by mail and on their own page; it may be
// repeated.
func (s *Boards) Invite(ctx context.Context, a know.Actor, board, person int64) error {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return err
	}
	p, err := s.people.Person(ctx, person)
	if err != nil {
		return err
	}
	if p.Left() || p.Role.AtLeast(know.Staff) {
		return fault.New(fault.Invalid, "Invite a customer: somebody who has joined, and does not work here.").On("person")
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		b, err := s.lock(ctx, tx, board)
		if err != nil {
			return err
		}
		if !b.Takes(s.now()) {
			return fault.New(fault.Conflict, "Applications to this board are closed.")
		}
		n, err := tx.Exec(ctx, `insert into board_invite (board_id, person_id, by_id, at) values ($1, $2, $3, $4) on conflict do nothing`, board, person, a.ID, storage.Micros(s.now()))
		if err != nil || n == 0 {
			return err
		}
		if err := s.mail(ctx, tx, "invited:"+strconv.FormatInt(board, 10)+":"+strconv.FormatInt(person, 10), "invited", person, boardRef(board), a.ID); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, InvitedTo, "board", board, person, 0)
	})
}

// Invitation is somebody whom staff asked to apply.
type Invitation struct {
	Person, By int64
	At         time.Time
}

// Invitations gives whom staff asked to apply, the last one first, at most 200.
func (s *Boards) Invitations(ctx context.Context, a know.Actor, board int64) ([]Invitation, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, func(row storage.Scanner) (i Invitation, err error) {
		var at int64
		err = row.Scan(&i.Person, &i.By, &at)
		i.At = storage.Time(at)
		return i, err
	}, `select person_id, by_id, at from board_invite where board_id = $1 order by at desc, person_id limit 200`, board)
}
