package purchase

import (
	"strconv"
	"testing"

	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestUnname checks that a name which buyers typed goes with whose it is: found
// and agreed to, found and not answered, of a case of its own, and not found.
func TestUnname(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		bob := s.person("Bob Ring", "bob@example.org")
		agreed, asked := s.one(s.order("1", "a@example.org")), s.one(s.order("2", "b@example.org"))
		other := s.one(s.order("3", "c@example.org"))
		for id, name := range map[int64]string{agreed: "Bob Ring", asked: "bob RING", other: "Bob Ringer"} {
			if err := s.answer(know.Actor{}, id, Answer{Words: "They said so.", TellerName: name}); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Show(ctx, bob, s.scalar(`select id from reason where purchase_id = `+strconv.FormatInt(agreed, 10)), true); err != nil {
			t.Fatal(err)
		}
		twin := s.person("Bob Ring", "twin@example.org") // from now on the name finds nobody
		both := s.one(s.order("4", "d@example.org"))
		if err := s.answer(know.Actor{}, both, Answer{TellerName: "Bob Ring"}); err != nil {
			t.Fatal(err)
		}
		if err := s.people.Leave(ctx, bob, false); err != nil {
			t.Fatal(err)
		}
		if n := s.scalar(`select count(*) from reason where lower(teller_name) = 'bob ring'`); n != 0 {
			t.Errorf("the name of somebody who left stands in %d answers", n)
		}
		if n := s.scalar(`select count(*) from reason where teller_name = 'Bob Ringer'`); n != 1 {
			t.Error("the name of somebody else is gone")
		}
		if q := s.question(know.Actor{}, agreed); q.Reason.Teller != bob.ID || q.Reason.Shown != Granted || q.Reason.Words == "" {
			t.Errorf("who agreed to be named: %+v", q.Reason)
		}
		if q := s.question(know.Actor{}, asked); q.Reason.Teller != 0 || q.Reason.Shown != "" {
			t.Errorf("the buyer learns who was found: %+v", q.Reason)
		}
		if err := s.people.Leave(ctx, twin, false); err != nil {
			t.Fatal(err)
		}
	})
}

// TestUnnameAnySpelling checks that a full name goes however buyers spelled it,
// also from among other words, and that the rest stays theirs.
func TestUnnameAnySpelling(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		oskar, jose := s.person("Oskar Blumenfeld-Marsh", "oskar@example.org"), s.person("José Ångström", "jose@example.org")
		buyers := []struct{ named, words, wantNamed, wantWords string }{
			{"Oskar Blumenfeld Marsh", "", "", ""},
			{"OSKAR BLUMENFELD-MARSH, my neighbour", "Oskar Blumenfeld–Marsh is great.", "…, my neighbour", "… is great."},
			{"Jose Angstrom", "Everybody knows jose angstrom’s pens; Oskar does, too.", "", "Everybody knows …’s pens; Oskar does, too."},
			{"Oskar Blumenfeld", "I met Marsh and Oskar.", "Oskar Blumenfeld", "I met Marsh and Oskar."},
		}
		ids := make([]int64, len(buyers))
		for i, b := range buyers {
			id := strconv.Itoa(i)
			ids[i] = s.one(s.order(id, "buyer"+id+"@example.org"))
			if err := s.answer(know.Actor{}, ids[i], Answer{TellerName: b.named, Words: b.words}); err != nil {
				t.Fatal(err)
			}
		}
		for _, who := range []know.Actor{oskar, jose} {
			if err := s.people.Leave(t.Context(), who, true); err != nil {
				t.Fatal(err)
			}
		}
		for i, b := range buyers {
			var named, words string
			if err := db.Row(t.Context(), `select teller_name, words from reason where purchase_id = $1`, ids[i]).Scan(&named, &words); err != nil {
				t.Fatal(err)
			}
			if named != b.wantNamed || words != b.wantWords {
				t.Errorf("of %q, %q there stays %q, %q; want %q, %q", b.named, b.words, named, words, b.wantNamed, b.wantWords)
			}
		}
	})
}
