package listen

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/internal/query"
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
