package listen

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/internal/calendar"
	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// What queries find follows the lists and queries they name: among what comes,
// what rests and what was heard. Nothing is taken away under them.
func TestLists(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		open, err := s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "Open"})
		ok(t, err)
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update source set addressed = 0 where id = $1`, open.ID)
			return err
		}))
		hear := func(ids ...string) {
			for _, id := range ids {
				_, err := s.Hear(ctx, s.staff, []Post{{Source: "Open", ExternalID: id, Text: "the " + id + " is here", PublishedAt: s.clock.now().Add(-time.Hour),
					Author: Author{Name: "Ana"}, URL: "https://" + id + ".example/" + id}})
				ok(t, err)
			}
		}
		hear("mug", "cup", "jug")
		words := NewList{Name: "Our things", Items: []string{"mug", " ", "mug", "green cup"}}
		list, err := s.PutList(ctx, s.staff, 0, words)
		ok(t, err)
		places, err := s.PutList(ctx, s.staff, 0, NewList{Name: "places", Kind: query.ListSites, Items: []string{"jug.example"}})
		ok(t, err)
		base, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "base", Text: `list:"Our things" here`})
		ok(t, err)
		over, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "over", Text: `query:base OR list:places`})
		ok(t, err)
		found := func(id int64, want ...string) {
			t.Helper()
			list, _, err := s.Mentions(ctx, s.staff, Filter{Query: id})
			ok(t, err)
			var got []string
			for _, m := range list {
				got = append(got, strings.Fields(m.Text)[1])
			}
			slices.Sort(got)
			if q, err := s.Query(ctx, s.staff, id); !slices.Equal(got, want) || err != nil || int(q.Mentions) != len(want) {
				t.Errorf("query %d found %v, counted %d, want %v (%v)", id, got, q.Mentions, want, err)
			}
		}
		found(base.ID, "mug")
		found(over.ID, "jug", "mug")

		words.Items = []string{"cup", "pot"} // wakes, takes away, and holds for what comes
		_, err = s.PutList(ctx, s.staff, list, words)
		ok(t, err)
		found(base.ID, "cup")
		found(over.ID, "cup", "jug")
		hear("pot")
		found(base.ID, "cup", "pot")
		found(over.ID, "cup", "jug", "pot")

		refused := func(what, part string, err error) {
			t.Helper()
			if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %v", what, err)
			}
		}
		refused("a list in use removed", "asks for this", s.RemoveList(ctx, s.staff, list))
		refused("a query in use removed", "asks for this", s.RemoveQuery(ctx, s.staff, base.ID))
		words.Name = "Another"
		_, err = s.PutList(ctx, s.staff, list, words)
		refused("a list in use renamed", "asks for this", err)
		_, _, err = s.ChangeQuery(ctx, s.staff, base.ID, NewQuery{Name: "base", Text: "query:over"})
		refused("a circle", "asks for itself", err)
		_, _, err = s.AddQuery(ctx, s.staff, NewQuery{Text: "list:nobody"})
		refused("a list that is not there", "no saved list", err)
		_, err = s.PutList(ctx, s.staff, places, NewList{Name: "places", Kind: query.ListSites, Items: []string{"not a site"}})
		refused("an item that cannot be", "cannot be read", err)
		_, err = s.PutList(ctx, s.staff, 0, NewList{Name: "places", Items: []string{"x"}})
		refused("a name twice", "of this name", err)
		_, err = s.PutList(ctx, s.staff, 0, NewList{Name: `a "b"`})
		refused("a name in quotation marks", "quotation marks", err)
		for _, item := range []string{"a OR b", "list:places", "author:ana", "osprey near/3 hinge", "-osprey"} {
			_, err = s.PutList(ctx, s.staff, list, NewList{Name: "Our things", Items: []string{"cup", item}})
			refused("an item like a query", "“"+item+"” reads like a query", err)
		}
		for _, item := range []string{`"DO NOT BUY"`, "near miss", "and so on", "e-bike", "5:1", "http://a.example"} {
			_, err = s.PutList(ctx, s.staff, 0, NewList{Name: "As it stands", Items: []string{item}})
			ok(t, err)
			lists, err := s.Lists(ctx, s.staff)
			ok(t, err)
			for _, l := range lists {
				if l.Name == "As it stands" {
					ok(t, s.RemoveList(ctx, s.staff, l.ID))
				}
			}
		}
		found(over.ID, "cup", "jug", "pot")

		_, by, err := s.List(ctx, s.staff, list)
		if ok(t, err); len(by) != 2 {
			t.Errorf("the list is asked for by %v", by)
		}
		ok(t, s.RemoveQuery(ctx, s.staff, over.ID))
		ok(t, s.RemoveList(ctx, s.staff, places))
		settled(t, s)
	})
}

// A trial tells what each term adds and costs, day by day, over what was heard
// and what rests.
func TestTryTellsOfTerms(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, err := s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "Forum"})
		ok(t, err)
		for i, text := range []string{"a blue mug", "a red mug", "a blue cup", "a broken blue mug", "tea"} {
			source := []string{"Forum", "Shop"}[i%2] // of the forum what no query finds rests
			_, err := s.Hear(ctx, s.staff, []Post{{Source: source, ExternalID: fmt.Sprint(i), Text: text, PublishedAt: s.clock.now().AddDate(0, 0, -i)}})
			ok(t, err)
		}
		try, err := s.Try(ctx, s.staff, "(mug OR cup OR tea) -(broken NEAR/2 tea) -red", nil)
		ok(t, err)
		if try.Hits != 4 {
			t.Errorf("%+v", try)
		}
		try, err = s.Try(ctx, s.staff, "(mug OR cup) blue -broken", nil)
		ok(t, err)
		got := map[string]TermTrial{}
		for _, x := range try.Terms {
			got[x.Text] = x
		}
		if try.Hits != 2 || try.Of != 5 || try.Days[89] != 1 || try.Days[87] != 1 || len(got) != 4 || got["mug"].Adds != 1 || got["cup"].Adds != 1 || got["blue"].Costs != 1 ||
			got["broken"].Costs != 1 || !got["broken"].Negated || len(try.Warnings) != 0 {
			t.Errorf("%+v", try)
		}
		try, err = s.Try(ctx, s.staff, "a", nil)
		if err != nil || len(try.Warnings) != 1 || !try.Terms[0].Needed || try.Hits != 4 {
			t.Errorf("%+v, %v", try, err)
		}
		try, err = s.Try(ctx, s.staff, strings.Repeat("mug OR ", 40)+"cup", nil)
		if err != nil || len(try.Terms) != mostTried || try.More != 21 {
			t.Errorf("%d terms, %d more, %v", len(try.Terms), try.More, err)
		}
	})
}

// A trial counts the days of the site's zone, and only texts of these days: each
// find stands on the day on which it was said there.
func TestTryCountsTheSitesDays(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		ok(t, s.people.Change(ctx, know.Actor{ID: 1, Role: know.Owner}, func(x *know.Site) error { x.Zone = "Asia/Tokyo"; return nil }))
		tokyo, err := time.LoadLocation("Asia/Tokyo")
		ok(t, err)
		midnight := calendar.Day(s.clock.now().In(tokyo))
		for i, at := range []time.Time{midnight.Add(time.Minute), midnight.Add(-time.Minute), midnight.AddDate(0, 0, -1), midnight.AddDate(0, 0, 1-tryDays), midnight.AddDate(0, 0, 1-tryDays).Add(-time.Minute)} {
			_, err := s.Hear(ctx, s.staff, []Post{{Source: "Shop", ExternalID: fmt.Sprint(i), Text: "mug", PublishedAt: at}})
			ok(t, err)
		}
		try, err := s.Try(ctx, s.staff, "mug", nil)
		if err != nil || !try.Today.Equal(midnight) || try.Days[tryDays-1] != 1 || try.Days[tryDays-2] != 2 || try.Days[0] != 1 || try.Hits != 4 || try.Of != 4 {
			t.Errorf("%+v, %v", try, err)
		}
	})
}

// A search of what is there that is cut off goes on where it was, and shows how
// far it is.
func TestFillGoesOn(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		posts := make([]Post, 3*pageSize)
		for i := range posts {
			posts[i] = Post{Source: "Shop", ExternalID: fmt.Sprint(i), Text: fmt.Sprintf("mug %d", i)}
		}
		_, err := s.Hear(t.Context(), s.staff, posts)
		ok(t, err)
		q, found, err := s.AddQuery(t.Context(), s.staff, NewQuery{Text: "mug"})
		if err != nil || found != len(posts) || !q.Filled {
			t.Fatal(q, found, err)
		}
		ok(t, s.db.Update(t.Context(), func(tx *storage.Tx) error { // as if it had just been added
			if _, err := tx.Exec(t.Context(), `delete from mention_query`); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `delete from query_total`); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `delete from mention_count where query_id <> 0`); err != nil {
				return err
			}
			_, err := tx.Exec(t.Context(), `update query set filled = 0`)
			return err
		}))
		q, err = s.query(t.Context(), q.ID)
		ok(t, err)
		ctx, die := context.WithCancel(t.Context())
		looked := 0
		if _, err = s.refill(ctx, q, func(int64, query.Doc) bool {
			if looked++; looked > 2*pageSize+100 { // each that is found is looked at once more, where it is noted
				die()
			}
			return true
		}); err == nil {
			t.Fatal("it was not cut off")
		}
		q, err = s.Query(t.Context(), s.staff, q.ID)
		ok(t, err)
		if p, err := s.Progress(t.Context(), s.staff, q); err != nil || p < 30 || p > 40 || q.Filled {
			t.Errorf("%d %%, %v, filled %v", p, err, q.Filled)
		}
		again := 0
		_, err = s.refill(t.Context(), q, func(int64, query.Doc) bool { again++; return true })
		if err != nil || again != 2*2*pageSize {
			t.Errorf("it looked at %d anew, %v", again, err)
		}
		s.clock.pass(time.Minute)
		ok(t, s.finishFills(t.Context()))
		if q, err = s.query(t.Context(), q.ID); err != nil || !q.Filled || q.Mentions != int64(len(posts)) {
			t.Errorf("%+v, %v", q, err)
		}
		settled(t, s)
	})
}
