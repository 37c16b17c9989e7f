package know_test

import (
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// added makes somebody who is here, with a confirmed address.
func added(t *testing.T, d *know.Directory, name, address string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := d.AddPerson(t.Context(), name, address, role)
	if err != nil {
		t.Fatal(err)
	}
	a, err := d.Actor(t.Context(), p.ID)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// Nobody gets a link that signs in as somebody else: not by inviting who is
// here, nor by keeping the link of who was invited and came.
func TestInvitationGivesNobodyAway(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, c := directory(db)
		ctx := t.Context()
		owner := added(t, d, "Marta Lund", "marta@example.org", know.Owner)
		sam := added(t, d, "Sam Hill", "sam@example.org", know.Staff)
		jo := added(t, d, "Jo Beck", "jo@example.org", know.Member)
		if err := d.Change(ctx, owner, func(s *know.Site) error {
			s.Rules.Least = map[know.Verb]know.Role{know.Invite: know.Staff}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		sam, _ = d.Actor(ctx, sam.ID)
		for _, a := range []know.Actor{sam, owner} {
			for _, role := range []know.Role{know.Member, know.Staff} {
				if in, err := d.Invite(ctx, a, "Marta", "MARTA@example.org", role, true); !fault.Is(err, fault.Conflict) || in.Secret != "" {
					t.Errorf("%s invites the owner as %s: %+v, %v", a.Role, role, in, err)
				}
			}
		}
		if rows, _ := events.Deliveries(ctx, "", 0, 5); len(rows) != 0 {
			t.Errorf("mails: %v", rows)
		}
		in, err := d.Invite(ctx, sam, "Whoever", "jo@example.org", know.Staff, true)
		if err != nil || in.Secret != "" || !in.Here || in.Person != jo.ID || in.Name != "Jo Beck" {
			t.Fatalf("a member: %+v, %v", in, err)
		}
		if p, _ := d.Person(ctx, jo.ID); p.Role != know.Staff {
			t.Errorf("a member who was invited to the team is %s", p.Role)
		}
		if facts, err := events.Audit(ctx, 0, 1); err != nil || len(facts) != 1 || facts[0].Kind != "person.promoted" {
			t.Errorf("noted: %+v, %v; want a change of role", facts, err)
		}
		rows, err := events.Deliveries(ctx, "", 0, 5)
		if err != nil || len(rows) != 1 || rows[0].Kind != "invite" || rows[0].Person != jo.ID {
			t.Fatalf("mails: %v, %v", rows, err)
		}

		// Who is new comes by their own link; the one handed over ends with it.
		in, err = d.Invite(ctx, sam, "Ann Ode", "ann@example.org", know.Member, false)
		if err != nil || in.Here {
			t.Fatalf("somebody new: %+v, %v", in, err)
		}
		if l, err := d.Look(ctx, in.Secret); err != nil || l.Person != in.Person {
			t.Fatalf("the link of somebody new: %+v, %v", l, err)
		}
		if err := d.StartSignIn(ctx, "ann@example.org", "", "en"); err != nil {
			t.Fatal(err)
		}
		rows, _ = events.Deliveries(ctx, event.Waiting, 0, 1)
		own, err := d.Arm(ctx, rows[0].Subject.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, _, err := d.Use(ctx, own, "", "test"); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Look(ctx, in.Secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link that was handed over signs in who came by another: %v", err)
		}

		// An owner who was invited and has not come is not handed to staff.
		if _, err = d.Invite(ctx, owner, "Olga Maas", "olga@example.org", know.Owner, false); err != nil {
			t.Fatal(err)
		}
		if in, err := d.Invite(ctx, sam, "Olga", "olga@example.org", know.Staff, false); !fault.Is(err, fault.Conflict) || in.Secret != "" {
			t.Errorf("staff got the link of an invited owner: %+v, %v", in, err)
		}
		c.t = c.t.Add(time.Minute)
		if in, err := d.Invite(ctx, owner, "Olga", "olga@example.org", know.Owner, false); err != nil || in.Secret == "" {
			t.Errorf("a new link for who was invited and has not come: %+v, %v", in, err)
		}
	})
}

// An invitation is for whom it was made: its link does not follow the address
// to somebody else, nor does one address open another's account.
func TestInvitationStaysWithItsPerson(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, _, _ := directory(db)
		ctx := t.Context()
		owner := added(t, d, "Marta Lund", "marta@example.org", know.Owner)
		jo := added(t, d, "Jo Beck", "jo@example.org", know.Member)
		in, err := d.Invite(ctx, owner, "Sam Hill", "sam@example.org", know.Staff, false)
		if err != nil {
			t.Fatal(err)
		}
		accounts, err := d.AccountsOf(ctx, in.Person)
		if err != nil || len(accounts) != 1 {
			t.Fatalf("accounts: %v, %v", accounts, err)
		}
		if err := d.Move(ctx, owner, accounts[0].ID, jo.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("an address that somebody was invited by is joined to another: %v", err)
		}
		if l, err := d.Look(ctx, in.Secret); err != nil || l.Person != in.Person {
			t.Errorf("the link signs in %+v, %v", l, err)
		}
	})
}
