package listen

import (
	"fmt"
	"testing"
	"time"

	"tribune/internal/query"
	"tribune/know"
)

// A query that asks for fields finds the same when posts come and when it is
// run over what is there, resting or not.
func TestAskedFields(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		said := []Post{
			{Text: "un carnet", Author: Author{Name: "Ana Silva", Handle: "@ana@notes.example"}, Language: "fr", Country: "FR", Reach: 500, HasImage: true, URL: "https://notes.example/@ana/1"},
			{Text: "un carnet aussi ? J’adore, c’est vraiment super, merci beaucoup ! https://ici.example", Author: Author{Name: "Luc", Handle: "@luc"}, Language: "fr-CA"},
			{Text: "a notebook", Author: Author{Name: "Ana"}, Language: "en", Reach: 20},
		}
		hear := func(source string) {
			for i, p := range said {
				p.Source, p.ExternalID, p.PublishedAt = source, fmt.Sprint(i), s.clock.now().Add(-time.Hour)
				if p.URL != "" {
					p.URL += source
				}
				_, err := s.Hear(ctx, s.staff, []Post{p})
				ok(t, err)
			}
		}
		texts := map[string]int{"author:ana": 2, "author:@ana": 1, "author:@luc": 1, "lang:fr": 2, "country:fr": 1, "reach>100": 1, "site:notes.example": 1,
			"sentiment:positive carnet": 1, "has:link carnet": 1, "has:question carnet": 1, "list:people carnet": 1, "query:base reach>100": 1, "carnet NOT author:luc": 1, "has:image": 1, "carnet NOT has:image": 1}
		_, err := s.PutList(ctx, s.staff, 0, NewList{Name: "people", Kind: query.ListAuthors, Items: []string{"Luc", "nobody"}})
		ok(t, err)
		_, _, err = s.AddQuery(ctx, s.staff, NewQuery{Name: "base", Text: "carnet*"})
		ok(t, err)
		hear("First")
		ids := map[string]int64{}
		for text, want := range texts {
			trial, err := s.Try(ctx, s.staff, text, nil)
			ok(t, err)
			q, found, err := s.AddQuery(ctx, s.staff, NewQuery{Text: text})
			ok(t, err)
			if found != want || trial.Hits != want {
				t.Errorf("%s: %d found, %d tried, want %d", text, found, trial.Hits, want)
			}
			ids[text] = q.ID
		}
		hear("Second")
		for text, want := range texts {
			var n int // copies among them
			if ok(t, s.db.Row(ctx, `select count(*) from mention_query where query_id = $1`, ids[text]).Scan(&n)); n != 2*want {
				t.Errorf("%s: %d mentions, want %d", text, n, 2*want)
			}
		}
		list, _, err := s.Mentions(ctx, s.staff, Filter{})
		ok(t, err)
		for _, text := range []string{"author:ana", "author:@ana", "author:@luc", "carnet NOT author:luc"} { // as they are asked once they are stored
			q, err := query.Parse(text)
			ok(t, err)
			n := 0
			for _, m := range list {
				if q.Match(m.Post().Tokenize()) {
					n++
				}
			}
			if n != 2*texts[text] {
				t.Errorf("%s: %d of %d mentions, want %d", text, n, len(list), 2*texts[text])
			}
		}
		settled(t, s)
	})
}

// What was heard around a mention is given in both directions, whatever names
// what it answers; ids are only good at their source, and circles end.
func TestConversation(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		at := 0
		say := func(source, id, url, replyTo string) int64 {
			t.Helper()
			at++
			heard, err := s.Hear(ctx, s.staff, []Post{{Source: source, ExternalID: id, URL: url, ReplyTo: replyTo, Text: fmt.Sprint("words of ", at, " about it"), PublishedAt: s.clock.now().Add(time.Duration(at)*time.Minute - time.Hour)}})
			if ok(t, err); heard[0].Err != nil {
				t.Fatal(heard[0].Err)
			}
			return heard[0].ID
		}
		root := say("A", "1", "https://a.example/1", "")
		first := say("A", "2", "", "1")
		byAddress := say("B", "77", "", "https://a.example/1")
		say("B", "78", "", "1") // another's 1
		deeper := say("A", "3", "https://a.example/3", "2")
		deepest := say("B", "79", "", "https://a.example/3")
		say("A", "8", "", "9")
		circle := say("A", "9", "", "8")
		is := func(of int64, before, after string) {
			t.Helper()
			m, err := s.Mention(ctx, s.staff, of)
			ok(t, err)
			c, err := s.Conversation(ctx, s.staff, m)
			ok(t, err)
			var b, a []int64
			for _, m := range c.Before {
				b = append(b, m.ID)
			}
			for _, m := range c.After {
				a = append(a, m.ID)
			}
			if fmt.Sprint(b) != before || fmt.Sprint(a) != after || c.More {
				t.Errorf("around %d: %v and %v (more: %v), want %s and %s", of, b, a, c.More, before, after)
			}
		}
		is(root, "[]", fmt.Sprint([]int64{first, byAddress, deeper, deepest}))
		is(deeper, fmt.Sprint([]int64{root, first}), fmt.Sprint([]int64{deepest}))
		is(circle, fmt.Sprint([]int64{circle - 1}), "[]")
		ok(t, s.Withdraw(ctx, s.staff, first))
		is(root, "[]", fmt.Sprint([]int64{byAddress}))
		for i := range 60 {
			say("A", fmt.Sprint("many", i), "", "1")
		}
		m, err := s.Mention(ctx, s.staff, root)
		ok(t, err)
		c, err := s.Conversation(ctx, s.staff, m)
		if ok(t, err); len(c.After) != mostAfter || !c.More {
			t.Errorf("%d answers, more: %v", len(c.After), c.More)
		}
		if _, err := s.Conversation(ctx, know.Actor{}, m); err == nil {
			t.Error("a visitor gets it")
		}
	})
}
