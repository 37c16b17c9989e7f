package know_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// clock is a time that tests move.
type clock struct{ t time.Time }

func (c *clock) now() time.Time { return c.t }

func directory(db *storage.DB) (*know.Directory, *event.Log, *clock) {
	c := &clock{time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	events := event.New(log, db, c.now, "test")
	return know.New(log, db, events, c.now, nil), events, c
}

func TestSignIn(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, c := directory(db)
		ctx := t.Context()
		if err := d.StartSignIn(ctx, " Anais@Example.ORG ", "/ideas/3", "en"); err != nil {
			t.Fatal(err)
		}
		box, err := events.Deliveries(ctx, event.Waiting, 0, 10)
		if err != nil || len(box) != 1 || box[0].Kind != "signin" {
			t.Fatalf("outbox: %v, %v", box, err)
		}
		secret, err := d.Arm(ctx, box[0].Subject.ID)
		if err != nil {
			t.Fatal(err)
		}
		link, err := d.Look(ctx, secret)
		if err != nil || link.Address != "anais@example.org" || link.Person != 0 {
			t.Fatalf("link: %+v, %v", link, err)
		}
		if _, _, _, err := d.Use(ctx, secret, "", "test"); !fault.Is(err, fault.Invalid) {
			t.Fatalf("without a name: %v", err)
		}
		session, person, next, err := d.Use(ctx, secret, "Anaïs  Morel", "test")
		if err != nil || next != "/ideas/3" {
			t.Fatalf("use: %q, %v", next, err)
		}
		if _, _, _, err := d.Use(ctx, secret, "Anaïs Morel", "test"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("twice: %v", err)
		}
		a, ok, err := d.ActorBySession(ctx, session)
		if err != nil || !ok || a.ID != person || a.Name != "Anaïs Morel" || a.Role != know.Member {
			t.Fatalf("actor: %+v, %v, %v", a, ok, err)
		}
		if err := d.SignOut(ctx, session); err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := d.ActorBySession(ctx, session); ok {
			t.Fatal("a session that was ended still signs in")
		}
		c.t = c.t.Add(time.Hour)
		if err := d.StartSignIn(ctx, "anais@example.org", "//evil.example", "en"); err != nil {
			t.Fatal(err)
		}
		box, _ = events.Deliveries(ctx, event.Waiting, 0, 1)
		secret, _ = d.Arm(ctx, box[0].Subject.ID)
		if link, _ := d.Look(ctx, secret); link.Next != "" || link.Person != person {
			t.Fatalf("second link: %+v", link)
		}
		c.t = c.t.Add(16 * time.Minute)
		if _, err := d.Look(ctx, secret); !fault.Is(err, fault.NotFound) {
			t.Fatalf("after 16 minutes: %v", err)
		}
	})
}

func TestLeaveErases(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		ctx := t.Context()
		p, _, err := d.AddPerson(ctx, "Tomás Rey", "tomas@example.org", know.Member)
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Actor(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		token, err := d.NewToken(ctx, a, "mine")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Leave(ctx, a, true); err != nil {
			t.Fatal(err)
		}
		if _, ok, _ := d.ActorByToken(ctx, token); ok {
			t.Fatal("the token of one who left still works")
		}
		if p, err := d.Person(ctx, p.ID); err != nil || p.Name != "" || !p.Left() {
			t.Fatalf("person: %+v, %v", p, err)
		}
		if _, err := d.ActorByEmail(ctx, "tomas@example.org"); !fault.Is(err, fault.NotFound) {
			t.Fatalf("by address: %v", err)
		}
		facts, err := events.Of(ctx, event.Ref{Kind: "person", ID: p.ID})
		if err != nil || len(facts) == 0 || facts[len(facts)-1].Kind != "person.left" || facts[len(facts)-1].N != 1 {
			t.Fatalf("facts: %+v, %v", facts, err)
		}
	})
}

// The command line finds whoever has an address: they may rise, and nobody
// falls by a slip of the pen, the only owner least of all.
func TestAddPersonNeverDemotes(t *testing.T) {
	d, _, _ := directory(storagetest.SQLite(t))
	ctx := t.Context()
	for _, c := range []struct {
		name string
		role know.Role
		want know.Role
	}{{"Olga Maas", know.Member, know.Member}, {"Olga M", know.Owner, know.Owner}, {"Olga", know.Member, know.Owner}} {
		p, _, err := d.AddPerson(ctx, c.name, "olga@example.org", c.role)
		if err != nil || p.Role != c.want || p.Name != "Olga Maas" {
			t.Errorf("added as %s: %s, %s, %v", c.role, p.Name, p.Role, err)
		}
	}
}

// TestOnlyItsAuthor sends nobody to an owner for what no owner may allow.
func TestOnlyItsAuthor(t *testing.T) {
	for _, v := range []know.Verb{know.Edit, know.Withdraw, know.Self} {
		if err := know.Require(know.Actor{ID: 7, Role: know.Member}, v, know.Subject{}); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "Only its author") {
			t.Errorf("%s what nobody wrote who is here: %v", v, err)
		}
	}
	for role, want := range map[know.Role]string{know.Owner: "Only its author", know.Staff: "Only its author", know.Member: "Only its author"} {
		err := know.Require(know.Actor{ID: 7, Role: role}, know.Edit, know.Subject{Author: 8})
		if !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", role, err)
		}
	}
	if err := know.Require(know.Actor{ID: 7, Role: know.Member}, know.Call, know.Subject{}); !fault.Is(err, fault.Forbidden) || !strings.Contains(err.Error(), "one of the owners") {
		t.Errorf("a member who would open a board: %v", err)
	}
}
