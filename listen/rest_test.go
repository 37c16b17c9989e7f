package listen

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/listen/segment"
	"tribune/storage"
)

// What rests by somebody who leaves is let go, by whichever of their accounts
// it came; what others said goes on resting.
func TestLeftRestsNoLonger(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, err := s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "Forum"})
		ok(t, err)
		p, _, err := s.people.AddPerson(ctx, "Tomás Rey", "tomas@example.org", know.Member)
		ok(t, err)
		// Accounts come with mentions; staff joins them with the person.
		_, _, err = s.AddQuery(ctx, s.staff, NewQuery{Text: "zanzibar"})
		ok(t, err)
		theirs := []Author{
			{Name: "Tomás", Email: "tomas@example.org"},
			{Name: "Tomás Rey", URL: "https://tomas.example/about"},
			{Name: "Tomás R.", Handle: "@tomas@fedi.example", URL: "https://fedi.example/users/tomas"},
			{Name: "tomas-the-one"},
		}
		var posts []Post
		for n, by := range theirs {
			posts = append(posts, Post{Source: "Forum", ExternalID: fmt.Sprint("m", n), Author: by, Text: "zanzibar " + fmt.Sprint(n)})
		}
		heard, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		owner := know.Actor{ID: 1, Role: know.Owner}
		for _, h := range heard {
			m, err := s.Mention(ctx, s.staff, h.ID)
			ok(t, err)
			ok(t, s.people.Move(ctx, owner, m.Account, p.ID))
		}

		others := []Author{{Name: "tomas-the-other"}, {Name: "Tomás Rey", URL: "https://another.example"}, {Name: "Tomás", Handle: "@tomas@elsewhere.example"}, {Email: "ana@example.org"}, {}}
		// The same page under a handle that we did not know.
		theirs = append(theirs, Author{Name: "T.", Handle: "@t@moved.example", URL: "https://tomas.example/about"})
		var resting []Post
		for n, by := range append(append([]Author{}, theirs...), others...) {
			resting = append(resting, Post{Source: "Forum", ExternalID: fmt.Sprint("https://forum.example/", by.Handle, by.Name, n), Author: by, Text: fmt.Sprint("the weather ", n)})
		}
		_, err = s.Hear(ctx, s.staff, resting)
		ok(t, err)
		before := allResting(t, s)
		if len(before) != len(resting) {
			t.Fatalf("%d rest, want %d", len(before), len(resting))
		}
		for _, p := range before {
			if strings.Contains(p.Handle, "t@moved") && p.Email != "" {
				t.Error("an address is kept that nothing needs")
			}
		}

		a, err := s.people.Actor(ctx, p.ID)
		ok(t, err)
		ok(t, s.people.Leave(ctx, a, false))
		ok(t, s.events.CatchUp(ctx, "listen-erase", s.Erase))
		ok(t, s.events.CatchUp(ctx, "listen-erase-again", s.Erase))

		left := allResting(t, s)
		if len(left) != len(others) {
			t.Errorf("%d rest with their words and authors, want those of %d others", len(left), len(others))
		}
		for _, trace := range []string{"tomas.example", "users/tomas", "tomas@fedi", "tomas@example", "the-one", "t@moved"} {
			if strings.Contains(fmt.Sprint(left), trace) {
				t.Errorf("%s still stands in what rests", trace)
			}
		}
		if n := count(t, s.db, `select count(*) from account where traces <> ''`); n != 0 {
			t.Errorf("%d accounts keep their traces", n)
		}

		// The feed still shows it: it neither rests anew nor becomes a mention.
		_, err = s.Hear(ctx, s.staff, resting)
		ok(t, err)
		_, found, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "weather"})
		if err != nil || found != len(others) {
			t.Errorf("a new query finds %d, %v; want %d", found, err, len(others))
		}
		_, err = s.Hear(ctx, s.staff, resting)
		ok(t, err)
		if n := count(t, s.db, `select count(*) from mention where text like 'the weather%'`); n != int64(len(others)) {
			t.Errorf("%d mentions, want %d", n, len(others))
		}
		settled(t, s)

		// After seven days nothing is left of it.
		s.clock.pass(restFor + time.Hour)
		ok(t, s.Tend(ctx))
		if n := count(t, s.db, `select (select count(*) from rest) + (select count(*) from let_go)`); n != 0 {
			t.Errorf("%d rows of what rested are left after seven days", n)
		}
	})
}

// One loud place does not drive out what others said: it gives way first.
func TestLoudPlace(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		row := func(source, size int64) {
			ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.Exec(ctx, `insert into rest (source_id, n, keys, speakers, data, size, at) values ($1, 0, $2, $2, $2, $3, $4)`, source, []byte{}, size, storage.Micros(s.clock.now()))
				return err
			}))
		}
		row(1, 1<<20)
		for range 14 {
			row(2, restSize/16)
		}
		row(3, restSize/4)
		ok(t, s.Tend(ctx))
		for source, want := range map[int64]int64{1: 1, 2: 11, 3: 1} {
			if n := count(t, s.db, `select count(*) from rest where source_id = $1`, source); n != want {
				t.Errorf("of place %d rest %d, want %d", source, n, want)
			}
		}
		row(3, restSize/2)
		ok(t, s.Tend(ctx))
		if n := count(t, s.db, `select sum(size) from rest`); n > restSize {
			t.Errorf("%d bytes rest", n)
		}
	})
}

// allResting gives what rests, oldest first.
func allResting(t *testing.T, s *site) (all []segment.Post) {
	t.Helper()
	ids, err := s.segmentsAfter(t.Context(), 0, 0)
	ok(t, err)
	for _, id := range ids {
		g, err := readSegment(t.Context(), s.db, id)
		ok(t, err)
		all = append(all, g.Posts...)
	}
	if n := count(t, s.db, `select coalesce(sum(n), 0) from rest`); n != int64(len(all)) {
		t.Errorf("%d are counted as resting, %d rest", n, len(all))
	}
	return all
}
