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
