package purchase

import (
	"strings"
	"testing"

	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestTellersByAnySpelling checks that people are found, and asked, however
// their name is written: without accents and capitals, with another apostrophe
// or a space for a hyphen, and with a capital that has an accent.
func TestTellersByAnySpelling(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		for i, c := range []struct{ name, parts, whole string }{
			{"Élise Garnier", "Élise|élise|Elise|ÉLISE GARN|garnier", "elise garnier"},
			{"Maeve O’Connor", "Maeve O'Connor|connor|o’c", "maeve o'connor"},
			{"Oskar Blumenfeld-Marsh", "Blumenfeld Marsh|oskar blumenfeld-m|marsh", "OSKAR BLUMENFELD MARSH"},
			{"Łucja Ångström", "lucja|Angstrom|łucja a", "Lucja Angstrom"},
			{"İnci Öztürk", "inci|ozturk|ÖZTÜRK", "Inci Ozturk"},
		} {
			shown := s.person(c.name, "shown"+c.whole[:3]+"@example.org")
			s.public(shown)
			for part := range strings.SplitSeq(c.parts, "|") {
				found, err := s.Tellers(ctx, part, 5)
				if err != nil || len(found) != 1 || found[0].ID != shown.ID {
					t.Errorf("%q finds %v, %v; want %s", part, found, err, c.name)
				}
			}
			id := s.one(s.order("public"+c.name, "a"+string(rune('a'+i))+"@example.org"))
			if err := s.answer(know.Actor{}, id, Answer{TellerName: c.whole}); err != nil {
				t.Fatal(err)
			}
			if q := s.question(know.Actor{}, id); q.Reason.Teller != shown.ID || q.Reason.Shown != Asked || q.Reason.TellerName != "" {
				t.Errorf("%q, who is public, is named: %+v", c.whole, q.Reason)
			}
			if err := s.answer(know.Actor{}, id, Answer{TellerName: c.whole, Elsewhere: true}); err != nil {
				t.Fatal(err)
			}
			if q := s.question(know.Actor{}, id); q.Reason.Teller != 0 || q.Reason.TellerName != c.whole {
				t.Errorf("%q, who is somebody else: %+v", c.whole, q.Reason)
			}
		}
		for _, none := range []string{"lise", "%", "__", "!!", "Garnier Élise"} {
			if found, err := s.Tellers(ctx, none, 5); err != nil || len(found) != 0 {
				t.Errorf("%q finds %v, %v", none, found, err)
			}
		}
		quiet := s.person("José Núñez-Ortega", "jose@example.org")
		id := s.one(s.order("quiet", "z@example.org"))
		if err := s.answer(know.Actor{}, id, Answer{TellerName: "jose nunez ortega"}); err != nil {
			t.Fatal(err)
		}
		if n := s.scalar(`select count(*) from reason_teller where person_id = $1`, quiet.ID); n != 1 {
			t.Errorf("who never spoke in public is asked %d times", n)
		}
	})
}
