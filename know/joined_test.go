package know_test

import (
	"context"
	"testing"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// house is a directory with people in it.
type house struct {
	*know.Directory
	t      *testing.T
	ctx    context.Context
	db     *storage.DB
	events *event.Log
}

func eachHouse(t *testing.T, f func(t *testing.T, h *house)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		f(t, &house{d, t, t.Context(), db, events})
	})
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// person adds somebody and signs them in by their address.
func (h *house) person(name, address string, role know.Role) (a know.Actor, session string) {
	h.t.Helper()
	_, secret, err := h.AddPerson(h.ctx, name, address, role)
	h.ok(err)
	session, _, _, err = h.Use(h.ctx, secret, "", "test")
	h.ok(err)
	return h.by(session), session
}

// by gives who a session is of, 0 if it has ended.
func (h *house) by(session string) know.Actor {
	h.t.Helper()
	a, _, err := h.ActorBySession(h.ctx, session)
	h.ok(err)
	return a
}

// heard gives the mail account of somebody who wrote or bought.
func (h *house) heard(address string) (account int64) {
	h.t.Helper()
	h.ok(h.db.Update(h.ctx, func(tx *storage.Tx) (err error) {
		account, err = h.EnsureAccount(h.ctx, tx, know.Account{Kind: know.Mail, Address: address})
		return err
	}))
	return account
}

// link gives the one-time link that last went out.
func (h *house) link() string {
	h.t.Helper()
	rows, err := h.events.Deliveries(h.ctx, event.Waiting, 0, 1)
	h.ok(err)
	secret, err := h.Arm(h.ctx, rows[0].Subject.ID)
	h.ok(err)
	return secret
}

func (h *house) account(id int64) know.Account {
	h.t.Helper()
	a, err := h.Account(h.ctx, id)
	h.ok(err)
	return a
}

// TestJoiningGivesNoWayIn: what one of us joins to a person attributes what was
// said there. Who reads mail there comes in as themselves, whoever the person
// is, by each of the ways in, and the account is theirs then.
func TestJoiningGivesNoWayIn(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		owner, _ := h.person("Olga Berg", "olga@example.org", know.Owner)
		marta, _ := h.person("Marta Lindqvist", "marta@example.org", know.Staff)
		enter := func(secret string) int64 {
			t.Helper()
			_, person, _, err := h.Use(h.ctx, secret, "Sally Stranger", "test")
			h.ok(err)
			return person
		}
		for address, come := range map[string]func(address string, account int64) int64{
			"signs.in@x.example": func(address string, _ int64) int64 {
				h.ok(h.StartSignIn(h.ctx, address, "", "en"))
				secret := h.link()
				if l, err := h.Look(h.ctx, secret); err != nil || l.Person != 0 || l.Name != "" {
					t.Errorf("the link is for %+v, %v", l, err)
				}
				return enter(secret)
			},
			"is.invited@x.example": func(address string, _ int64) int64 {
				in, err := h.Invite(h.ctx, owner, "Sally Stranger", address, know.Member, false)
				h.ok(err)
				return enter(in.Secret)
			},
			"is.added@x.example": func(address string, _ int64) int64 {
				_, secret, err := h.AddPerson(h.ctx, "Sally Stranger", address, know.Member)
				h.ok(err)
				return enter(secret)
			},
			"writes@x.example": func(_ string, account int64) (person int64) {
				h.ok(h.db.Update(h.ctx, func(tx *storage.Tx) (err error) {
					person, err = h.ClaimGuest(h.ctx, tx, account, "Sally Stranger", "en")
					return err
				}))
				return person
			},
		} {
			account := h.heard(address)
			h.ok(h.Move(h.ctx, marta, account, owner.ID))
			if c := h.account(account); c.Person != owner.ID || c.Holder() != 0 || c.JoinedBy != marta.ID || c.Disclosed() {
				t.Errorf("joined: %+v", c)
			}
			if _, err := h.ActorByEmail(h.ctx, address); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: a token could be made: %v", address, err)
			}
			person := come(address, account)
			p, err := h.Person(h.ctx, person)
			h.ok(err)
			if person == owner.ID || p.Role.AtLeast(know.Staff) {
				t.Fatalf("who %s is person %d, %s", address, person, p.Role)
			}
			if c := h.account(account); c.Holder() != person || c.ConfirmedAt.IsZero() {
				t.Errorf("who %s holds %+v", address, c)
			}
			if err := h.Move(h.ctx, marta, account, owner.ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("it is joined again: %v", err)
			}
		}
		if all, err := h.AccountsOf(h.ctx, owner.ID); err != nil || len(all) != 1 {
			t.Errorf("the owner has %+v, %v", all, err)
		}
	})
}

// TestJoinedAndConfirmed: the person who was right to be joined takes the
// address over by reading mail there.
func TestJoinedAndConfirmed(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		marta, _ := h.person("Marta Lindqvist", "marta@example.org", know.Staff)
		rena, session := h.person("Rena Falk", "rena@example.org", know.Member)
		account := h.heard("rena@work.example")
		h.ok(h.Move(h.ctx, marta, account, rena.ID))
		if at, err := h.Reachable(h.ctx, rena.ID); err != nil || at.Address != "rena@example.org" {
			t.Errorf("she is written to at %+v, %v", at, err)
		}
		if confirmed, err := h.AddAddress(h.ctx, rena, "rena@work.example"); err != nil || confirmed {
			t.Fatalf("confirmed by typing it: %v, %v", confirmed, err)
		}
		_, err := h.Confirm(h.ctx, rena, h.link())
		h.ok(err)
		h.ok(h.StartSignIn(h.ctx, "rena@work.example", "", "en"))
		second, person, _, err := h.Use(h.ctx, h.link(), "", "test")
		if err != nil || person != rena.ID {
			t.Fatalf("person %d, %v", person, err)
		}
		if c := h.account(account); c.Holder() != rena.ID || c.ConfirmedAt.IsZero() {
			t.Errorf("%+v", c)
		}
		// Who came by an address is out once it is taken off; who came by another stays.
		token, err := h.NewToken(h.ctx, h.by(second), "script")
		h.ok(err)
		h.ok(h.RemoveAccount(h.ctx, h.by(session), account))
		if a := h.by(second); a.ID != 0 {
			t.Error("the session that came by the address goes on")
		}
		if _, ok, _ := h.ActorByToken(h.ctx, token); ok {
			t.Error("the token made by it goes on")
		}
		if a := h.by(session); a.ID != rena.ID {
			t.Error("her own session ended")
		}
	})
}

// TestHeldIsNotJoined: an address that its reader has confirmed is theirs. None
// of us gives it to another or takes it off them, but for an owner, who leaves
// them one.
func TestHeldIsNotJoined(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		owner, _ := h.person("Olga Berg", "olga@example.org", know.Owner)
		marta, _ := h.person("Marta Lindqvist", "marta@example.org", know.Staff)
		rena, session := h.person("Rena Falk", "rena@example.org", know.Member)
		first := rena.Account
		for what, err := range map[string]error{
			"staff takes a member's": h.Move(h.ctx, marta, first, marta.ID), "staff parts a member's": h.Move(h.ctx, marta, first, 0),
			"staff takes an owner's": h.Move(h.ctx, marta, owner.Account, marta.ID), "an owner takes a member's": h.Move(h.ctx, owner, first, owner.ID),
			"an owner parts a member's only one": h.Move(h.ctx, owner, first, 0),
		} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if a := h.by(session); a.ID != rena.ID || a.Account != first {
			t.Fatalf("refused, she is %+v", a)
		}
		_, err := h.AddAddress(h.ctx, rena, "second@example.org")
		h.ok(err)
		_, err = h.Confirm(h.ctx, rena, h.link())
		h.ok(err)
		h.ok(h.StartSignIn(h.ctx, "second@example.org", "", "en"))
		second, _, _, err := h.Use(h.ctx, h.link(), "", "test")
		h.ok(err)
		if err := h.Move(h.ctx, marta, first, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("staff parts one of two: %v", err)
		}
		h.ok(h.StartSignIn(h.ctx, "rena@example.org", "", "en"))
		pending := h.link()
		h.ok(h.Move(h.ctx, owner, first, 0))
		if h.by(session).ID != 0 || h.by(second).ID != rena.ID {
			t.Error("parted, not who came by that address is signed out, or others are, too")
		}
		if _, _, _, err := h.Use(h.ctx, pending, "Rena Falk", "test"); !fault.Is(err, fault.NotFound) {
			t.Errorf("parted, a link that went there still works: %v", err)
		}
		if c := h.account(first); c.Person != 0 || !c.ConfirmedAt.IsZero() {
			t.Errorf("parted: %+v", c)
		}
		facts, err := h.events.Audit(h.ctx, 0, 1)
		if err != nil || len(facts) != 1 || facts[0].Kind != "account.moved" || facts[0].Actor != owner.ID || facts[0].Subject.ID != first {
			t.Errorf("recorded: %+v, %v", facts, err)
		}
	})
}
