package board_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"tribune/event"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestLeave erases a member, whose seat goes to the next, and tells before what
// was held.
func TestLeave(t *testing.T) {
	for _, words := range []bool{false, true} {
		storagetest.Each(t, func(t *testing.T, db *storage.DB) {
			s, ctx := open(t, db), t.Context()
			b := s.convene(t, 2)
			all := s.crowd(t, b, 4, "NO")
			b = s.drawn(t, b)
			seated := s.seats(t, b)
			gone := all[seated[0]-1]
			if err := s.Accept(ctx, gone, b.ID, true); err != nil {
				t.Fatal(err)
			}
			gone = s.actor(t, gone.ID)
			talk, err := s.OpenTalk(ctx, gone, b.ID, "My title", "My words")
			if err != nil {
				t.Fatal(err)
			}
			task, err := s.Ask(ctx, s.staff, b.ID, board.NewTask{Question: "Thick or thin?", Shows: board.ShowNow, ClosesAt: s.at.Add(day)})
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{"My first answer", "My answer"} {
				if _, err := s.GiveAnswer(ctx, gone, b.ID, task.ID, text, board.Named); err != nil {
					t.Fatal(err)
				}
			}
			h, err := s.Held(ctx, gone.ID, nil)
			if err != nil {
				t.Fatal(err)
			}
			text, _ := json.Marshal(h)
			for _, want := range []string{"I write a lot.", "My title", "My words", "My answer", "My first answer", `"state":"accepted"`} {
				if !bytes.Contains(text, []byte(want)) {
					t.Errorf("held lacks %q: %s", want, text)
				}
			}
			if moments, err := s.Moments(ctx, gone.ID, nil, 10); err != nil || len(moments) != 4 {
				t.Errorf("%+v, %v", moments, err)
			}
			if err := s.people.Leave(ctx, gone, words); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				facts := []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: gone.ID}, N: int64(storage.Bit(words))}}
				if err := db.Update(ctx, func(tx *storage.Tx) error { return s.Erase(ctx, tx, facts) }); err != nil {
					t.Fatal(err)
				}
			}
			after, err := s.Seats(ctx, s.staff, b.ID)
			if err != nil || len(after) != 3 || after[0].State != board.LeftUs || after[0].Person != 0 || after[2].State != board.Offered {
				t.Errorf("%+v, %v", after, err)
			}
			if pool, err := s.Pool(ctx, know.Actor{}, b.ID); err != nil || pool != "external_id\n1\n2\n3\n4\n" {
				t.Errorf("%q, %v", pool, err)
			}
			h, err = s.Held(ctx, gone.ID, nil)
			if words && (err != nil || len(h.Applications)+len(h.Seats)+len(h.Answers)+len(h.Votes) > 0 || len(h.Said) != 1 || h.Said[0].Body+h.Said[0].Title != "" || len(h.Said[0].Earlier) > 0) {
				t.Errorf("still held: %+v, %v", h, err)
			}
			staff := s.actor(t, s.staff.ID)
			_, said, err := s.Talk(ctx, staff, b.ID, talk.ID, 0, 10)
			if err != nil || (said[0].Body == "") != words {
				t.Errorf("%+v, %v", said, err)
			}
			if one, err := s.Task(ctx, staff, b.ID, task.ID); err != nil || (one.Answers == 0) != words {
				t.Errorf("%+v, %v", one, err)
			}
		})
	}
}

// TestCounts holds the counts kept against a recount, whatever people do.
func TestCounts(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	people := []know.Actor{s.ada, s.ben, s.person(t, "Cyd", know.Member), s.person(t, "Dan", know.Member)}
	rapid.Check(t, func(rt *rapid.T) {
		ctx := t.Context()
		n := s.terms(2)
		b, err := s.Convene(ctx, s.staff, n)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 12).Draw(rt, "acts") {
			a := people[rapid.IntRange(0, 3).Draw(rt, "who")]
			if rapid.Bool().Draw(rt, "apply") {
				if _, err := s.Apply(ctx, a, b.ID, board.NewApplication{Sentence: "Me."}); err != nil {
					rt.Fatal(err)
				}
			} else if err := s.Unapply(ctx, a, b.ID); err != nil {
				rt.Fatal(err)
			}
		}
		var count int64
		if err := s.db.Row(ctx, `select count(*) from board_application where board_id = $1 and state = 'applied'`, b.ID).Scan(&count); err != nil {
			rt.Fatal(err)
		}
		if b, err = s.Board(ctx, s.ada, b.ID); err != nil || b.Applications != count {
			rt.Fatalf("%d applications, counted %d, %v", b.Applications, count, err)
		}
	})
}
