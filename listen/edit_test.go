package listen

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/listen/reader"
	"tribune/listen/segment"
)

// script is a reader that delivers what a test wrote.
type script struct {
	batches []reader.Batch
	fails   error // at the end
	from    []string
}

func (x *script) Find(_ context.Context, typed reader.Typed) (reader.Place, error) {
	return reader.Place{URL: typed.URL, Title: "Script"}, nil
}

func (x *script) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (reader.Report, error) {
	x.from = append(x.from, from.Cursor)
	for _, b := range x.batches {
		if err := deliver(ctx, b); err != nil {
			return reader.Report{}, err
		}
	}
	return reader.Report{}, x.fails
}

// scripted makes a source that delivers these batches at once.
func scripted(t *testing.T, s *site, batches ...reader.Batch) (Source, *script) {
	t.Helper()
	x := &script{batches: batches}
	s.readers[FeedSource] = x
	src, err := s.AddSource(t.Context(), s.staff, NewSource{URL: "https://place.example/"})
	ok(t, err)
	return src, x
}

// by is a post by Ada, said yesterday.
func by(id, text string) reader.Post {
	return reader.Post{ID: id, URL: "https://place.example/" + id, Author: reader.Author{Name: "Ada", URL: "https://place.example/@ada"}, Text: text,
		PublishedAt: time.Date(2026, 11, 19, 10, 0, 0, 0, time.UTC), AtAddress: true}
}

// What its author changes or deletes at the source changes and goes here, and
// the counts stay what counting gives.
func TestEditedAndDeletedUpstream(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		us, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier"})
		ok(t, err)
		them, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Them", Text: "carton", Purpose: Rival})
		ok(t, err)
		src, x := scripted(t, s,
			reader.Batch{Posts: []reader.Post{by("1", "papier is nice"), by("2", "rain"), by("3", "papier for all"), by("4", "papier is nice"), by("5", "wind"), by("6", "papier once")}, Cursor: "one"},
			reader.Batch{Posts: []reader.Post{by("6", "papier twice")}, Cursor: "two"},
			reader.Batch{Posts: []reader.Post{by("6", "papier thrice"), by("6", "papier and carton")}, Cursor: "three"})
		if src.Items != 6 || src.Mentions != 4 || src.LastResult.String() != "Items read: 8. New: 6." {
			t.Errorf("source: %+v", src)
		}
		settled(t, s)
		words := func(query int64) (all []string) {
			t.Helper()
			list, _, err := s.Mentions(ctx, s.staff, Filter{Query: query})
			ok(t, err)
			for i := len(list) - 1; i >= 0; i-- {
				all = append(all, list[i].Text)
			}
			return all
		}
		if diff := cmp.Diff([]string{"papier and carton"}, words(them.ID)); diff != "" {
			t.Error(diff)
		}
		list, _, err := s.Mentions(ctx, s.staff, Filter{Query: them.ID})
		ok(t, err)
		earlier, err := s.people.Revisions(ctx, event.Ref{Kind: "mention", ID: list[0].ID})
		if err != nil || len(earlier) != 2 || earlier[0].Body != "papier once" || earlier[1].Body != "papier twice" || list[0].EditedAt.IsZero() {
			t.Errorf("revisions: %+v, %v, edited %s", earlier, err, list[0].EditedAt)
		}

		edited := by("2", "carton, in the rain")
		edited.Edited = true
		// 1 no longer matches anything but stays; 2 rested and matches now; 3 and 5 are deleted.
		x.batches = []reader.Batch{{Posts: []reader.Post{by("1", "wood is nice"), edited, by("4", "papier is nice")}, Gone: []string{"3", "5", "no such"}, Cursor: "four"}}
		src, err = s.PollNow(ctx, s.staff, src.ID)
		ok(t, err)
		settled(t, s)
		if diff := cmp.Diff([]string{"papier is nice", "papier and carton"}, words(us.ID)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"papier and carton", "carton, in the rain"}, words(them.ID)); diff != "" {
			t.Error(diff)
		}
		if found, _, err := s.Mentions(ctx, s.staff, Filter{Text: "wood"}); err != nil || len(found) != 1 || len(found[0].Queries) != 0 {
			t.Errorf("search: %+v, %v", found, err)
		}
		ok(t, s.Tend(ctx))
		if all := texts(allResting(t, s)); len(all) != 0 {
			t.Errorf("resting: %q", all)
		}
		if n := count(t, s.db, `select count(*) from mention where state = 'withdrawn' and text = '' and url = ''`); n != 1 {
			t.Errorf("%d withdrawn", n)
		}
		if n := count(t, s.db, `select count(*) from event where kind = 'mention.withdrawn' and n = 2`); n != 1 {
			t.Errorf("%d facts of a deletion", n)
		}
		// What was deleted is not heard anew, from a place that still shows it.
		x.batches = []reader.Batch{{Posts: []reader.Post{by("3", "papier for all, again")}}}
		_, err = s.PollNow(ctx, s.staff, src.ID)
		ok(t, err)
		if n := count(t, s.db, `select count(*) from mention where text like 'papier for all%'`); n != 0 {
			t.Error("it was heard anew")
		}
		settled(t, s)
		if diff := cmp.Diff([]string{"", "three", "four"}, x.from); diff != "" {
			t.Error(diff)
		}
	})
}

func texts(all []segment.Post) (texts []string) {
	for _, p := range all {
		texts = append(texts, p.Text)
	}
	return texts
}

// What rests is edited and deleted, too: what was deleted does not wake, not
// even before it is cut out.
func TestEditedAndDeletedAtRest(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		other := by("4", "calm")
		other.AtAddress = false
		edited, anew := by("2", "rain and papier"), by("9", "hail")
		edited.Edited, anew.Edited = true, true
		_, _ = scripted(t, s, reader.Batch{Posts: []reader.Post{by("1", "rain of papier"), by("2", "rain"), by("3", "wind"), other}},
			reader.Batch{Posts: []reader.Post{edited, anew}, Gone: []string{"1", "4", "no such"}})
		if diff := cmp.Diff([]string{"rain of papier", "wind", "calm", "rain and papier", "hail"}, texts(allResting(t, s))); diff != "" {
			t.Error(diff)
		}
		_, found, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier OR calm"})
		if err != nil || found != 1 {
			t.Errorf("found %d, %v", found, err)
		}
		ok(t, s.Tend(ctx))
		if diff := cmp.Diff([]string{"wind", "hail"}, texts(allResting(t, s))); diff != "" {
			t.Error(diff)
		}
		if n := count(t, s.db, `select count(*) from deleted`); n != 0 {
			t.Errorf("%d are still to be cut out", n)
		}
		settled(t, s)
	})
}

// A place that changes its words each time it is read does not fill the house:
// the last wording is there, and the first few before it.
func TestEditedAgainAndAgain(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Name: "Us", Text: "papier"})
		ok(t, err)
		src, x := scripted(t, s, reader.Batch{Posts: []reader.Post{by("1", "papier, seen 0 times")}})
		x.batches = nil
		for i := range keptWordings + 5 {
			x.batches = append(x.batches, reader.Batch{Posts: []reader.Post{by("1", fmt.Sprintf("papier, seen %d times", i+1))}})
		}
		_, err = s.PollNow(ctx, s.staff, src.ID)
		ok(t, err)
		settled(t, s)
		if n := count(t, s.db, `select count(*) from revision`); n != keptWordings {
			t.Errorf("%d wordings are kept", n)
		}
		if n := count(t, s.db, `select count(*) from mention where text = 'papier, seen 25 times'`); n != 1 {
			t.Error("the last wording is not there")
		}
	})
}

// A reading that breaks off goes on behind the last batch that was stored.
func TestReadingGoesOnWhereItWas(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		src, x := scripted(t, s, reader.Batch{Posts: []reader.Post{by("1", "one")}, Cursor: "1"})
		x.batches, x.fails = []reader.Batch{{Posts: []reader.Post{by("2", "two")}, Cursor: "2"}}, errors.New("cut")
		src, err := s.PollNow(ctx, s.staff, src.ID)
		if err != nil || src.Failures != 1 || src.Items != 2 {
			t.Fatalf("source: %+v, %v", src, err)
		}
		x.batches, x.fails = []reader.Batch{{Posts: []reader.Post{by("2", "two"), by("3", "three")}, Cursor: "3"}}, nil
		src, err = s.PollNow(ctx, s.staff, src.ID)
		if err != nil || src.Failures != 0 || src.Items != 3 {
			t.Errorf("source: %+v, %v", src, err)
		}
		// Taken up again after it was removed, it begins anew.
		ok(t, s.RemoveSource(ctx, s.staff, src.ID))
		_, err = s.AddSource(ctx, s.staff, NewSource{URL: "https://place.example/"})
		ok(t, err)
		if diff := cmp.Diff([]string{"", "1", "2", ""}, x.from); diff != "" {
			t.Error(diff)
		}
	})
}

// answering is a script that can be asked about what it said.
type answering struct {
	script
	now  map[string]string // words by id; what is not there is gone
	ids  []string
	fail error
}

func (x *answering) Check(_ context.Context, _ reader.From, ids []string) (b reader.Batch, report reader.Report, err error) {
	x.ids = append(x.ids, ids...)
	for _, id := range ids {
		if text, ok := x.now[id]; ok {
			b.Posts = append(b.Posts, by(id, text))
		} else {
			b.Gone = append(b.Gone, id)
		}
	}
	if x.fail != nil {
		b.Gone = nil
	}
	return b, report, x.fail
}

// Places that do not tell of edits and deletions are asked, ever more rarely.
func TestLookedAtAgain(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		x := &answering{script: script{batches: []reader.Batch{{Posts: []reader.Post{by("1", "one"), by("2", "two"), by("3", "three")}}}}, now: map[string]string{"1": "one", "2": "two, edited"}}
		s.readers[FeedSource] = x
		_, err := s.AddSource(ctx, s.staff, NewSource{URL: "https://place.example/", Addressed: true})
		ok(t, err)
		ok(t, s.Check(ctx))
		if len(x.ids) != 0 {
			t.Errorf("asked at once: %v", x.ids)
		}
		s.clock.pass(2 * time.Hour)
		x.fail = errors.New("away")
		ok(t, s.Check(ctx))
		ok(t, s.Check(ctx))
		if len(x.ids) != 3 || count(t, s.db, `select count(*) from mention where state = 'withdrawn'`) != 0 {
			t.Errorf("asked for %v", x.ids)
		}
		x.fail, x.ids = nil, nil
		s.clock.pass(3 * 24 * time.Hour) // they were a day old
		ok(t, s.Check(ctx))
		ok(t, s.Check(ctx))
		if len(x.ids) != 3 || count(t, s.db, `select count(*) from mention where state = 'withdrawn'`) != 1 || count(t, s.db, `select count(*) from mention where text = 'two, edited'`) != 1 {
			t.Errorf("asked for %v", x.ids)
		}
		settled(t, s)
	})
}
