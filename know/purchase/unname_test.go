package purchase

import (
	"strconv"
	"testing"
	"time"

	"tribune/know"
	"tribune/know/naming"
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
		if n := s.scalar(`select count(*) from reason where lower(teller_name) = 'bob ring'`); n != 1 {
			t.Errorf("%d answers name Bob Ring, want the one that may mean whoever is called so, too", n)
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
		if n := s.scalar(`select count(*) from reason where lower(teller_name) = 'bob ring'`); n != 0 {
			t.Errorf("the name of two who left stands in %d answers", n)
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
			{"Jose Angstrom", "Everybody knows Jose ANGSTROM’s pens; Oskar does, too.", "", "Everybody knows …’s pens; Oskar does, too."},
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

// TestUnnameOthers checks that whoever takes a name and leaves takes nothing from
// answers about somebody else, nor from those that were given before they came.
func TestUnnameOthers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		anais, owen := s.person("Anaïs Morel", "anais@example.org"), s.person("Owen Price", "owen@example.org")
		s.public(anais)
		s.public(owen)
		answers := []Answer{
			{Words: "Marta from the shop, good paper. It was the good paper that did it."},
			{Words: "Anaïs Morel told me about it at the market.", Teller: anais.ID},
			{Words: "Anaïs Morel, again at the market.", TellerName: "Anaïs Morel", Elsewhere: true},
			{Words: "Owen’s talk at the repair café, and a friend.", Teller: owen.ID},
			{Words: "A friend did.", TellerName: "a friend, with good paper"},
		}
		ids := make([]int64, len(answers))
		give := func(from, to int) {
			t.Helper()
			for i := from; i < to; i++ {
				id := strconv.Itoa(i)
				ids[i] = s.one(s.order(id, "buyer"+id+"@example.org"))
				if err := s.answer(know.Actor{}, ids[i], answers[i]); err != nil {
					t.Fatal(err)
				}
			}
		}
		give(0, len(answers))
		s.at = s.at.Add(time.Hour)
		var hostile []know.Actor
		for i, name := range []string{"Good Paper", "A Friend", "At The", "Anais Morel", "Morel Anais"} {
			a := s.person("Hostile Person", "hostile"+strconv.Itoa(i)+"@example.org")
			s.call(a, name)
			a.Name = name
			hostile = append(hostile, a)
		}
		answers = append(answers, Answer{Words: "Good paper, at the market, a friend.", TellerName: "Anais Morel, a painter", Elsewhere: true},
			Answer{Words: "A student at the next table.", TellerName: "a student at the next table, a friend"},
			Answer{Words: "A friend of mine showed me one. A friend at work, too.", TellerName: "A friend"},
			Answer{Words: "I saw it at the market, with good paper.", Teller: hostile[0].ID})
		s.public(hostile[0])
		ids = append(ids, 0, 0, 0, 0)
		give(len(ids)-4, len(ids))
		type row struct {
			words, named string
			teller       int64
		}
		read := func() []row {
			t.Helper()
			rows := make([]row, len(ids))
			for i, id := range ids {
				if err := db.Row(t.Context(), `select words, teller_name, teller_id from reason where purchase_id = $1`, id).Scan(&rows[i].words, &rows[i].named, &rows[i].teller); err != nil {
					t.Fatal(err)
				}
			}
			return rows
		}
		want := read()
		for _, a := range hostile {
			if err := s.people.Leave(t.Context(), a, true); err != nil {
				t.Fatal(err)
			}
			for i, got := range read() {
				if got != want[i] {
					t.Errorf("once %q left, of %+v there stays %+v", a.Name, want[i], got)
				}
			}
		}
		if err := s.people.Leave(t.Context(), anais, true); err != nil { // who is the last of that name, and was here
			t.Fatal(err)
		}
		for i, words := range map[int]string{1: "… told me about it at the market.", 2: "…, again at the market.", 3: want[3].words} {
			if got := read()[i]; got.words != words {
				t.Errorf("once Anaïs Morel herself left, there stays %q, want %q", got.words, words)
			}
		}
	})
}

// call gives somebody a name that nobody can take any more.
func (s *site) call(a know.Actor, name string) {
	s.t.Helper()
	if err := s.db.Update(s.t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(s.t.Context(), `update person set name = $1, folded = $2 where id = $3`, name, naming.Key(name), a.ID)
		return err
	}); err != nil {
		s.t.Fatal(err)
	}
}

// TestNobodyIsFound checks that words which are nobody's name find no member,
// also one who is called so, among those who are public and those who are not.
func TestNobodyIsFound(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		quiet, shown := s.person("Quiet One", "quiet@example.org"), s.person("Shown One", "shown@example.org")
		s.public(shown)
		s.call(quiet, "A Friend")
		s.call(shown, "Ma Sœur")
		id := s.one(s.order("1", "buyer@example.org"))
		for _, name := range []string{"a friend", "A Friend", "ma soeur", "Ma Sœur"} {
			if err := s.answer(know.Actor{}, id, Answer{TellerName: name}); err != nil {
				t.Fatal(err)
			}
			if q := s.question(know.Actor{}, id); q.Reason.TellerName != name || s.scalar(`select count(*) from reason_teller`) != 0 {
				t.Errorf("%q finds somebody: %+v", name, q.Reason)
			}
		}
		if found, err := s.Tellers(t.Context(), "ma", 5); err != nil || len(found) != 0 {
			t.Errorf("%v are proposed, %v", found, err)
		}
	})
}

// TestUnnameRenamed checks that a name counts from when somebody took it: who is
// renamed and leaves takes nothing from earlier answers, also from those that they were found by;
// who had it, in any spelling, when it was typed goes as ever. The audit page tells how many changed.
func TestUnnameRenamed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		anna, bob := s.person("Anna Berg", "anna@example.org"), s.person("bob ring", "bob@example.org")
		s.public(anna)
		answers := []Answer{
			{Words: "Mein Klavierstimmer, Herr Vogel. Er notiert jede Saite.", TellerName: "Herr Vogel"},
			{Words: "Anna Berg told me, as Herr Vogel had.", Teller: anna.ID},
			{Words: "Bob Ring showed me his.", TellerName: "Bob Ring, my neighbour"},
			{Words: "Bob Ring again.", TellerName: "Bob Ring"},
		}
		ids := make([]int64, len(answers))
		for i, a := range answers {
			id := strconv.Itoa(i)
			ids[i] = s.one(s.order(id, "buyer"+id+"@example.org"))
			if err := s.answer(know.Actor{}, ids[i], a); err != nil {
				t.Fatal(err)
			}
		}
		rename := func(a know.Actor, name string) {
			t.Helper()
			s.at = s.at.Add(time.Minute)
			if err := s.people.SetProfile(ctx, a, know.Profile{Name: name}); err != nil {
				t.Fatal(err)
			}
		}
		leave := func(a know.Actor, want int64, rows ...string) {
			t.Helper()
			if err := s.people.Leave(ctx, a, true); err != nil {
				t.Fatal(err)
			}
			for i, want := range rows {
				var words, named string
				if err := db.Row(ctx, `select words, teller_name from reason where purchase_id = $1`, ids[i]).Scan(&words, &named); err != nil {
					t.Fatal(err)
				}
				if got := named + "|" + words; got != want {
					t.Errorf("%d: %q stays, want %q", i, got, want)
				}
			}
			if n := s.scalar(`select coalesce(max(n), 0) from event join audit on audit.event_id = event.id where kind = 'reason.unnamed' and subject_id = $1`, a.ID); n != want {
				t.Errorf("the audit page tells of %d answers, want %d", n, want)
			}
		}
		kept := []string{"Herr Vogel|" + answers[0].Words, "|" + answers[1].Words, "Bob Ring, my neighbour|" + answers[2].Words, "Bob Ring|" + answers[3].Words}
		rename(anna, "Herr Vogel")
		leave(anna, 0, kept...)
		rename(bob, "Bob Ring")
		rename(bob, "Böb Ring") // the same words
		leave(bob, 2, kept[0], kept[1], "…, my neighbour|… showed me his.", "|… again.")

		carl := s.person("Carl Voss", "carl@example.org") // found by a name that he gives up and takes again
		if err := s.answer(know.Actor{}, ids[3], Answer{Words: "Carl Voss did. Eva Lind, too.", TellerName: "Carl Voss"}); err != nil {
			t.Fatal(err)
		}
		rename(carl, "Eva Lind")
		rename(carl, "Carl Voss")
		leave(carl, 1, kept[0], kept[1], "…, my neighbour|… showed me his.", "|… did. Eva Lind, too.")
	})
}
