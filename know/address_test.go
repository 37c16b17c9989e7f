package know_test

import (
	"encoding/json"
	"strings"
	"testing"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestRemoveAccount takes an address off its person: nothing is written there
// any more, and who reads mail there is somebody new; the last one stays.
func TestRemoveAccount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		ctx := t.Context()
		p, first, err := d.AddPerson(ctx, "Jo", "jo@example.org", know.Member)
		if err != nil {
			t.Fatal(err)
		}
		jo, err := d.Actor(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		audit, err := events.Audit(ctx, 0, 1)
		if err != nil || len(audit) != 1 || audit[0].Kind != "person.promoted" || audit[0].Subject.ID != jo.ID {
			t.Errorf("whoever is added is not audited: %+v, %v", audit, err)
		}
		sam, _, err := d.AddPerson(ctx, "Sam", "sam@example.org", know.Owner)
		if err != nil {
			t.Fatal(err)
		}
		owner, err := d.Actor(ctx, sam.ID)
		if err != nil {
			t.Fatal(err)
		}
		accounts, err := d.AccountsOf(ctx, jo.ID)
		if err != nil || len(accounts) != 1 {
			t.Fatal(accounts, err)
		}
		old := accounts[0].ID
		if err := d.RemoveAccount(ctx, jo, old); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last address: %v", err)
		}
		if err := d.RemoveAccount(ctx, owner, old); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's address: %v", err)
		}
		if err := d.RemoveAccount(ctx, know.Actor{}, old); err == nil {
			t.Error("a visitor removed an address")
		}
		if _, err := d.AddAddress(ctx, jo, "new@example.org"); err != nil {
			t.Fatal(err)
		}
		rows, err := events.Deliveries(ctx, event.Waiting, 0, 5)
		if err != nil || len(rows) != 1 {
			t.Fatal(rows, err)
		}
		secret, err := d.Arm(ctx, rows[0].Subject.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveAccount(ctx, jo, old); !fault.Is(err, fault.Conflict) {
			t.Errorf("the last confirmed address: %v", err)
		}
		if _, err := d.Confirm(ctx, jo, secret); err != nil {
			t.Fatal(err)
		}
		if err := d.RemoveAccount(ctx, jo, old); err != nil {
			t.Fatal(err)
		}
		if at, err := d.Reachable(ctx, jo.ID); err != nil || at.Address != "new@example.org" {
			t.Errorf("%+v, %v", at, err)
		}
		if a, err := d.Account(ctx, old); err != nil || a.Person != 0 || !a.ConfirmedAt.IsZero() {
			t.Errorf("%+v, %v", a, err)
		}
		if _, _, _, err := d.Use(ctx, first, "", "test"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a link that went to the address still signs in: %v", err)
		}
		facts, err := events.Of(ctx, event.Ref{Kind: "account", ID: old})
		if err != nil || len(facts) == 0 {
			t.Fatal(facts, err)
		}
		if f := facts[len(facts)-1]; f.Kind != "account.moved" || f.Actor != jo.ID || f.Subject.ID != old || f.Other != 0 || f.Staff {
			t.Errorf("%+v", f)
		}
		// The team can undo it; the address is still to be confirmed anew.
		if err := d.Move(ctx, owner, old, jo.ID); err != nil {
			t.Fatal(err)
		}
		if a, err := d.Account(ctx, old); err != nil || a.Person != jo.ID || !a.ConfirmedAt.IsZero() {
			t.Errorf("%+v, %v", a, err)
		}
		// Leaving erases what they once took off themselves.
		if err := d.RemoveAccount(ctx, jo, old); err != nil {
			t.Fatal(err)
		}
		if err := d.Leave(ctx, jo, false); err != nil {
			t.Fatal(err)
		}
		if a, err := d.Account(ctx, old); err != nil || a.Name != "" || strings.Contains(a.Address, "jo@") {
			t.Errorf("after leaving: %+v, %v", a, err)
		}
	})
}

// TestAddAddress makes an address somebody's only once they have read mail
// there: who typed it first gains nothing.
func TestAddAddress(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		ctx := t.Context()
		add := func(name, address string, role know.Role) know.Actor {
			t.Helper()
			p, _, err := d.AddPerson(ctx, name, address, role)
			if err != nil {
				t.Fatal(err)
			}
			a, err := d.Actor(ctx, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		jo, sam := add("Jo", "jo@example.org", know.Member), add("Sam", "sam@example.org", know.Member)
		if _, err := d.AddAddress(ctx, know.Actor{}, "x@example.org"); err == nil {
			t.Error("a visitor added an address")
		}
		if confirmed, err := d.AddAddress(ctx, jo, "New@Example.org"); err != nil || confirmed {
			t.Fatalf("confirmed %v, %v", confirmed, err)
		}
		// Whoever reads mail there signs in as themselves, not as Jo.
		if err := d.StartSignIn(ctx, "new@example.org", "", "en"); err != nil {
			t.Fatal(err)
		}
		rows, err := events.Deliveries(ctx, event.Waiting, 0, 5)
		if err != nil || len(rows) != 2 || rows[0].Kind != "signin" || rows[1].Kind != "confirm" {
			t.Fatalf("%+v, %v", rows, err)
		}
		if rows[0].Person != 0 {
			t.Errorf("an address that Jo typed signs in as %d", rows[0].Person)
		}
		secret, err := d.Arm(ctx, rows[1].Subject.ID)
		if err != nil {
			t.Fatal(err)
		}
		link, err := d.Look(ctx, secret)
		if err != nil || link.Purpose != know.Confirmation || link.Person != jo.ID {
			t.Fatalf("%+v, %v", link, err)
		}
		// Whoever reads the address may be another, if Jo mistyped it: the link lets
		// nobody in, and serves Jo alone.
		if session, _, _, err := d.Use(ctx, secret, "Sally Stranger", "test"); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("it signs in: %q, %v", session, err)
		}
		for _, other := range []know.Actor{{}, sam} {
			if _, err := d.Confirm(ctx, other, secret); !fault.Is(err, fault.Forbidden) {
				t.Fatalf("%d confirms it: %v", other.ID, err)
			}
		}
		if _, err := d.ActorByEmail(ctx, "new@example.org"); err == nil {
			t.Error("the address is somebody's already")
		}
		if next, err := d.Confirm(ctx, jo, secret); err != nil || next != "/me/settings" {
			t.Fatalf("%q, %v", next, err)
		}
		if _, err := d.Confirm(ctx, jo, secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("a second time: %v", err)
		}
		if a, err := d.ActorByEmail(ctx, "new@example.org"); err != nil || a.ID != jo.ID {
			t.Errorf("%+v, %v", a, err)
		}
		// Whose it is already is told to nobody: the link that goes there signs
		// in who reads it, and gives nothing to who asked.
		if confirmed, err := d.AddAddress(ctx, sam, "new@example.org"); err != nil || confirmed {
			t.Errorf("another's address: confirmed %v, %v", confirmed, err)
		}
		if rows, err = events.Deliveries(ctx, event.Waiting, 0, 1); err != nil || rows[0].Kind != "confirm" || rows[0].Person != sam.ID {
			t.Fatalf("%+v, %v", rows, err)
		}
		if secret, err = d.Arm(ctx, rows[0].Subject.ID); err != nil {
			t.Fatal(err)
		}
		if link, err := d.Look(ctx, secret); err != nil || link.Purpose != know.SignIn || link.Person != jo.ID || link.Name != "Jo" {
			t.Errorf("%+v, %v", link, err)
		}
		if _, person, _, err := d.Use(ctx, secret, "", "test"); err != nil || person != jo.ID {
			t.Errorf("person %d, %v", person, err)
		}
		if accounts, err := d.AccountsOf(ctx, sam.ID); err != nil || len(accounts) != 1 {
			t.Errorf("Sam has %+v, %v", accounts, err)
		}
	})
}

// TestHeld holds the export of a person against what they are known by, and
// looks for secrets in it.
func TestHeld(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, _, _ := directory(db)
		ctx := t.Context()
		p, secret, err := d.AddPerson(ctx, "Jo", "jo@example.org", know.Member)
		if err != nil {
			t.Fatal(err)
		}
		session, _, _, err := d.Use(ctx, secret, "", "Firefox")
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Actor(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		token, err := d.NewToken(ctx, a, "script")
		if err != nil {
			t.Fatal(err)
		}
		if err := d.ChooseMail(ctx, p.ID, know.MailComments, true); err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"en", "fr"} { // as their browser asks, while they chose none
			if err := d.NoteLanguage(ctx, p.ID, lang); err != nil {
				t.Fatal(err)
			}
		}
		h, err := d.Held(ctx, a)
		if err != nil {
			t.Fatal(err)
		}
		all, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{"jo@example.org", "Firefox", `"script"`, `"comments":true`, `"decisions":true`, `"language":"fr"`} {
			if !strings.Contains(string(all), want) {
				t.Errorf("%s is not in %s", want, all)
			}
		}
		for _, kept := range []string{session, token, secret} {
			if strings.Contains(string(all), kept) {
				t.Errorf("a secret is in %s", all)
			}
		}
		if _, err := d.Held(ctx, know.Actor{}); err == nil {
			t.Error("a visitor exported somebody")
		}
	})
}

// TestLeftOutbox takes a person's address out of what mail servers said.
func TestLeftOutbox(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		ctx := t.Context()
		p, _, err := d.AddPerson(ctx, "Jo", "jo@example.org", know.Member)
		if err != nil {
			t.Fatal(err)
		}
		err = db.Update(ctx, func(tx *storage.Tx) error {
			if err := events.Put(ctx, tx, event.Delivery{Dedup: "x", Kind: "answer", Person: p.ID}); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `update outbox set state = 'failed', error = '550 no jo@example.org here'`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Actor(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Leave(ctx, a, false); err != nil {
			t.Fatal(err)
		}
		rows, err := events.Deliveries(ctx, "", 0, 5)
		if err != nil || len(rows) != 1 || rows[0].Error != "" {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}

// TestChanged tells which settings a change touched.
func TestChanged(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		ctx := t.Context()
		owner := know.Actor{ID: 1, Role: know.Owner}
		for _, c := range []struct {
			change func(s *know.Site) error
			want   int64
		}{
			{func(s *know.Site) error { s.Brand = "Oriflamme"; s.Hue = 200; return nil }, know.ChangedWords | know.ChangedLook},
			{func(s *know.Site) error { s.MailURL = "smtp://localhost"; return nil }, know.ChangedMail},
			{func(s *know.Site) error { s.Rules.Least = map[know.Verb]know.Role{know.Invite: know.Staff}; return nil }, know.ChangedRules},
			{func(s *know.Site) error { s.Rules.Least[know.Invite] = know.Owner; return nil }, know.ChangedRules},
			{func(s *know.Site) error { s.Zone = "Europe/Paris"; return nil }, know.ChangedPlace},
		} {
			if err := d.Change(ctx, owner, c.change); err != nil {
				t.Fatal(err)
			}
			got, err := events.Audit(ctx, 0, 1)
			if err != nil || len(got) != 1 || got[0].N != c.want {
				t.Errorf("%+v, %v, want n = %d", got, err, c.want)
			}
		}
		for _, wrong := range []func(s *know.Site) error{
			func(s *know.Site) error { s.MailURL = "http://mail.example.org"; return nil },
			func(s *know.Site) error { s.MailFrom = "nobody"; return nil },
		} {
			if err := d.Change(ctx, owner, wrong); !fault.Is(err, fault.Invalid) {
				t.Errorf("a wrong mail setting: %v", err)
			}
		}
	})
}
