package listen

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/storage"
	"tribune/storage/storagetest"
)

// The same account's same words elsewhere within 7 days are a copy, whichever
// is heard first.
func TestCopies(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 11, n, 9, 0, 0, 0, time.UTC) }
	by := Author{Name: "Anna", URL: "https://anna.example/"}
	posts := []Post{
		{Source: "A", ExternalID: "a", URL: "https://a.example/1", Author: by, Text: "The binding of my Papier broke.", PublishedAt: day(2)},
		{Source: "B", ExternalID: "b", URL: "https://b.example/1", Author: by, Text: "the BINDING of my papier broke", PublishedAt: day(4)},
		{Source: "C", ExternalID: "c", URL: "https://c.example/1", Author: by, Text: "The binding of my Papier broke", PublishedAt: day(8)},
		{Source: "B", ExternalID: "d", URL: "https://b.example/2", Author: by, Text: "The binding of my Papier broke", PublishedAt: day(12)},
		{Source: "B", ExternalID: "e", URL: "https://b.example/3", Author: Author{Name: "Ben", URL: "https://ben.example"}, Text: "The binding of my Papier broke", PublishedAt: day(4)},
	}
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "papier"})
		ok(t, err)
		for _, i := range []int{2, 4, 3, 1, 0} {
			_, err := s.Hear(ctx, s.staff, posts[i:i+1])
			ok(t, err)
			settled(t, s)
		}
		copyOf := map[string]string{}
		rows, err := s.db.Query(ctx, `select m.external_id, coalesce(o.external_id, '') from mention m left join mention o on o.id = m.copy_of`)
		ok(t, err)
		defer rows.Close()
		for rows.Next() {
			var m, o string
			ok(t, rows.Scan(&m, &o))
			copyOf[m] = o
		}
		if diff := cmp.Diff(map[string]string{"a": "", "b": "a", "c": "a", "d": "", "e": ""}, copyOf); diff != "" {
			t.Error(diff)
		}
		q, err := s.Queries(ctx, s.staff)
		if err != nil || q[0].Mentions != 3 {
			t.Errorf("queries: %+v, %v", q, err)
		}
	})
}

// A file that is imported under two names is counted once: by whoever is known
// alike at both sources, and by who has but a name, if it is dated. Two people
// of one name are two: they do not say the same at the very same time.
func TestImportedTwice(t *testing.T) {
	const file = `{"id":1,"text":"The binding of my Papier broke.","author":{"name":"Anna"},"date":"2026-03-01T10:00:00Z"}
{"text":"My Papier came late.","author":{"name":"Ben"},"date":"2026-03-01T11:00:00Z"}
{"id":3,"text":"Papier is fine.","author":{"name":"Cleo","handle":"@cleo@b.example"},"date":"2026-03-02"}
{"id":4,"text":"Papier is dear.","author":{"name":"Dan"},"url":"https://shop.example/reviews","date":"2026-03-02T12:00:00Z"}
{"id":5,"text":"Papier, again.","author":{"name":"Eve","url":"https://eve.example"},"url":"https://eve.example/1","date":"2026-03-02T12:00:00Z"}`
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		q, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "papier"})
		ok(t, err)
		for _, name := range []string{"Shop", "Shop 2026", "Export"} {
			got, err := s.Import(ctx, s.staff, strings.NewReader(file), "ndjson", ImportOptions{Source: name})
			if err != nil || got.New != 5 {
				t.Fatalf("%s: %+v, %v", name, got, err)
			}
			settled(t, s)
			if q, err = s.Query(ctx, s.staff, q.ID); err != nil || q.Mentions != 5 {
				t.Errorf("after %s %d are counted, %v", name, q.Mentions, err)
			}
		}
		// Another Anna, on another day, and one who says something else.
		_, err = s.Hear(ctx, s.staff, []Post{
			{Source: "Elsewhere", Author: Author{Name: "Anna"}, Text: "The binding of my Papier broke", PublishedAt: time.Date(2026, 3, 3, 10, 0, 0, 0, time.UTC)},
			{Source: "Elsewhere", Author: Author{Name: "Anna"}, Text: "Papier!", PublishedAt: time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)},
			{Source: "Elsewhere", Author: Author{Name: "Bob"}, Text: "My Papier came late", PublishedAt: time.Date(2026, 3, 1, 11, 0, 0, 0, time.UTC)},
		})
		ok(t, err)
		settled(t, s)
		if q, err = s.Query(ctx, s.staff, q.ID); err != nil || q.Mentions != 8 {
			t.Errorf("%d are counted, %v", q.Mentions, err)
		}
	})
}

// What is stored does not depend on the order in which it comes, on how often,
// or on how it is cut into batches.
func TestOrderDoesNotMatter(t *testing.T) {
	db := storagetest.SQLite(t)
	s := newSite(t, db, reach())
	ctx := context.Background()
	_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "papier -spam"})
	ok(t, err)
	_, err = s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "open"})
	ok(t, err)
	_, err = s.Hear(ctx, s.staff, []Post{{Source: "A", Text: "first"}, {Source: "B", Text: "first"}})
	ok(t, err)
	stored := func() map[string]string {
		all := map[string]string{}
		rows, err := db.Query(ctx, `select m.identity, m.text, coalesce(o.identity, ''), m.published_at, a.kind || a.address, m.asks,
			(select count(*) from mention_query mq where mq.mention_id = m.id) from mention m join account a on a.id = m.account_id left join mention o on o.id = m.copy_of`)
		ok(t, err)
		defer rows.Close()
		for rows.Next() {
			var identity, text, of, account, asks string
			var at, queries int64
			ok(t, rows.Scan(&identity, &text, &of, &at, &account, &asks, &queries))
			all[identity] = fmt.Sprint(text, of, at, account, asks, queries)
		}
		for _, p := range allResting(t, s) {
			all[p.Identity] += " rests"
		}
		return all
	}
	empty := func() {
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			for _, statement := range []string{`delete from mention`, `delete from rest`, `delete from mention_query`, `delete from mention_count`, `delete from mention_day`, `delete from mention_search`,
				`delete from account`, `update source set items = 0, mentions = 0`, `delete from query_total`} {
				if _, err := tx.Exec(ctx, statement); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	rapid.Check(t, func(rt *rapid.T) {
		texts := []string{"Papier broke", "papier BROKE!", "spam papier", "Do you sell Papier?", "weather"}
		posts := make([]Post, rapid.IntRange(1, 12).Draw(rt, "n"))
		for i := range posts {
			p := Post{Source: rapid.SampledFrom([]string{"A", "B", "open"}).Draw(rt, "source"),
				Author:      Author{Name: rapid.SampledFrom([]string{"", "Anna"}).Draw(rt, "name"), URL: rapid.SampledFrom([]string{"", "https://anna.example"}).Draw(rt, "by")},
				PublishedAt: time.Date(2026, 11, rapid.IntRange(1, 19).Draw(rt, "day"), 0, 0, 0, 0, time.UTC)}
			id := rapid.IntRange(0, 12).Draw(rt, "id")
			// One identity says one thing: text and date follow from it.
			p.Text = texts[id%len(texts)]
			switch rapid.IntRange(0, 2).Draw(rt, "how") {
			case 0:
				p.ExternalID = fmt.Sprint("id", id)
				p.PublishedAt = time.Date(2026, 11, 1+id, 0, 0, 0, 0, time.UTC)
				p.Author = Author{Name: "Anna", URL: "https://anna.example"}
			case 1:
				p.URL = fmt.Sprintf("https://a.example/%d", id)
				p.Source = "A"
				p.PublishedAt = time.Date(2026, 11, 1+id, 0, 0, 0, 0, time.UTC)
				p.Author = Author{Name: "Anna", URL: "https://anna.example"}
			default:
				p.Text = strings.ToLower(p.Text)
				p.Text = strings.TrimSuffix(p.Text, "!")
				if p.Author.URL != "" { // she is known at every source, and it would be the first to come
					p.Source = "A"
				}
			}
			posts[i] = p
		}
		hear := func(posts []Post) map[string]string {
			empty()
			for len(posts) > 0 {
				n := min(len(posts), 9)
				heard, err := s.Hear(ctx, s.staff, posts[:n])
				ok(t, err)
				for _, h := range heard {
					ok(t, h.Err)
				}
				posts = posts[n:]
			}
			settled(t, s)
			return stored()
		}
		want := hear(posts)
		twice := slices.Concat(posts, posts)
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		random.Shuffle(len(twice), func(i, j int) { twice[i], twice[j] = twice[j], twice[i] })
		if diff := cmp.Diff(want, hear(twice)); diff != "" {
			rt.Fatal(diff)
		}
	})
}

func TestCopiesAreStable(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		twins := make([]twin, rapid.IntRange(1, 12).Draw(rt, "n"))
		for i := range twins {
			account := int64(rapid.IntRange(1, 2).Draw(rt, "account"))
			twins[i] = twin{id: int64(i + 1), identity: fmt.Sprint(i), place: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(rt, "place"), group: group{account: account}, facet: facet{source: account},
				publishedAt: int64(rapid.IntRange(0, 20).Draw(rt, "day")) * 24 * time.Hour.Microseconds()}
		}
		want := copies(twins)
		by := map[int64]twin{}
		for _, t := range twins {
			by[t.id] = t
		}
		originals := func(of map[int64]int64) (n int) {
			for _, o := range of {
				if o == 0 {
					n++
				}
			}
			return n
		}
		for id, of := range want {
			t, o := by[id], by[of]
			if of != 0 && (want[of] != 0 || t.publishedAt < o.publishedAt || t.group == o.group && (!t.elsewhere(o) || t.publishedAt-o.publishedAt > copyWithin.Microseconds())) {
				rt.Fatalf("%d is no copy of %d", id, of)
			}
		}
		slices.Reverse(twins)
		if !maps.Equal(want, copies(twins)) {
			rt.Fatal("order matters")
		}
		// The whole by another source, under the same bare name, adds nothing.
		var one []twin
		for _, t := range twins {
			if t.group.account == 1 {
				one = append(one, t)
			}
		}
		both := slices.Clone(one)
		for _, t := range one {
			t.id, t.identity, t.group.account, t.facet.source = t.id+100, rapid.SampledFrom([]string{"", "z"}).Draw(rt, "before or after")+t.identity, 3, 3
			both = append(both, t)
		}
		if n, twice := originals(copies(one)), originals(copies(both)); n != twice {
			rt.Fatalf("%d are counted, and %d once another source has them, too", n, twice)
		}
	})
}
