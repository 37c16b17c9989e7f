package listen

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

func TestHear(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		at := time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)
		no := false
		posts := []Post{
			{Source: "Mastodon", ExternalID: "1", URL: "https://m.example/@a/1", Author: Author{Name: "Anaïs", Handle: "@Anais@m.example"}, Text: "<p>Hello &amp; <script>x()</script>thanks</p>", Language: "pt-br", Country: "fr", PublishedAt: at},
			{Source: "Mastodon", Text: " "},
			{Source: "Shop", Kind: KindMail, URL: "https://shop.example/mail/1", Author: Author{Name: "jo@example.org"}, Text: "It never arrived", PublishedAt: at},
			{Source: "Mastodon", ExternalID: "1", URL: "https://elsewhere.example/", Text: "the same again"},
			{Source: "", Text: "nowhere"},
			{Source: "Shop", Kind: "fax", Text: "x"},
			{Source: "Shop", URL: "javascript:alert(1)", Text: "x"},
			{Source: "Shop", URL: "https://shop.example/r/2?utm_source=x#top", Kind: KindReview, Public: &no, Text: "good", Author: Author{Name: "Jo"}, PublishedAt: s.clock.now().Add(time.Hour)},
			{Source: "Blog", URL: "https://SHOP.example/r/2", Kind: KindReview, Text: "the same page"},
		}
		heard, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		var fields []string
		for _, h := range heard {
			f, _ := h.Err.(*fault.Error)
			if f != nil {
				fields = append(fields, f.Field)
			} else {
				fields = append(fields, fmt.Sprint(h.ID != 0, h.Known))
			}
		}
		if diff := cmp.Diff([]string{"true false", "text", "true false", "true true", "source", "kind", "url", "true false", "true true"}, fields); diff != "" {
			t.Fatal(diff)
		}
		m, err := s.Mention(ctx, s.staff, heard[0].ID)
		ok(t, err)
		if m.Text != "Hello & thanks" || m.Language != "pt-BR" || m.Country != "FR" || m.Author.Handle != "@anais@m.example" || m.Author.Name != "Anaïs" ||
			!m.Public || !m.Addressed || m.SourceName != "Mastodon" || !m.PublishedAt.Equal(at) {
			t.Errorf("mention: %+v", m)
		}
		m, err = s.Mention(ctx, s.staff, heard[2].ID)
		ok(t, err)
		if m.Public || m.Asks != Complains || m.Author.Name != "" || m.Author.Handle != "" {
			t.Errorf("letter: %+v", m)
		}
		m, err = s.Mention(ctx, s.staff, heard[7].ID)
		ok(t, err)
		if m.Public || !m.PublishedAt.Equal(s.clock.now()) {
			t.Errorf("review: %+v", m)
		}
		if n := count(t, s.db, `select count(*) from account where confirmed_at > 0 or person_id > 0`); n != 0 {
			t.Errorf("%d accounts were confirmed by a post", n)
		}
		again, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		for i, h := range again {
			if h.Err == nil && (!h.Known || h.ID != heard[i].ID) {
				t.Errorf("row %d again: %+v", i, h)
			}
		}
		if _, err := s.Hear(ctx, know.Actor{Role: know.Member, ID: 9}, posts); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a member: %v", err)
		}
		settled(t, s)
	})
}

func TestMentionsPages(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		var posts []Post
		for i := range 250 {
			posts = append(posts, Post{Source: "S", ExternalID: fmt.Sprint(i), Text: fmt.Sprintf("number %d", i), Language: []string{"en", "fr"}[i%2],
				PublishedAt: s.clock.now().Add(-time.Duration(i/3) * time.Hour)})
		}
		_, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		seen := map[int64]bool{}
		for cursor, pages := "", 0; ; pages++ {
			list, next, err := s.Mentions(ctx, s.staff, Filter{Cursor: cursor, Limit: 60})
			ok(t, err)
			for _, m := range list {
				seen[m.ID] = true
			}
			if cursor = next; next == "" {
				if pages != 4 || len(seen) != 250 {
					t.Errorf("%d pages, %d mentions", pages+1, len(seen))
				}
				break
			}
		}
		for name, k := range map[string]struct {
			f    Filter
			want int
		}{
			"language": {Filter{Language: "fr", Limit: 200}, 125},
			"words":    {Filter{Text: "Number 7"}, 1},
			"no words": {Filter{Words: "?!"}, 0},
			"since":    {Filter{Since: s.clock.now().Add(-time.Hour)}, 6},
			"until":    {Filter{Until: s.clock.now().Add(-80 * time.Hour), Limit: 200}, 250 - 243},
			"nobody":   {Filter{Accounts: []int64{}}, 0},
		} {
			list, _, err := s.Mentions(ctx, s.staff, k.f)
			if err != nil || len(list) != k.want {
				t.Errorf("%s: %d, want %d (%v)", name, len(list), k.want, err)
			}
		}
		if _, _, err := s.Mentions(ctx, s.staff, Filter{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a wrong cursor: %v", err)
		}
		settled(t, s)
	})
}

func TestErase(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		p, _, err := s.people.AddPerson(ctx, "Tomás Rey", "tomas@example.org", know.Member)
		ok(t, err)
		by := Author{Name: "Tomás", Email: "tomas@example.org"}
		posts := []Post{
			{Source: "A", ExternalID: "1", URL: "https://a.example/1", Author: by, Text: "public zanzibar"},
			{Source: "Mail", ExternalID: "2", Kind: KindMail, Author: by, Text: "private zanzibar"},
			{Source: "A", ExternalID: "3", URL: "https://a.example/3", Author: Author{Name: "Other"}, Text: "other zanzibar"},
		}
		heard, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		accounts, err := s.people.AccountsOf(ctx, p.ID)
		ok(t, err)
		held, err := s.Held(ctx, p.ID, []int64{accounts[0].ID})
		if err != nil || len(held.Mentions) != 2 {
			t.Fatalf("held: %+v, %v", held, err)
		}
		if data, err := json.Marshal(held); err != nil || !strings.Contains(string(data), "private zanzibar") {
			t.Errorf("held as JSON: %s, %v", data, err)
		}
		moments, err := s.Moments(ctx, p.ID, []int64{accounts[0].ID}, 10)
		if err != nil || len(moments) != 2 {
			t.Errorf("moments: %+v, %v", moments, err)
		}
		a, err := s.people.Actor(ctx, p.ID)
		ok(t, err)
		ok(t, s.people.Leave(ctx, a, true))
		ok(t, s.events.CatchUp(ctx, "listen-erase", s.Erase))
		ok(t, s.events.CatchUp(ctx, "listen-erase-again", s.Erase))
		list, _, err := s.Mentions(ctx, s.staff, Filter{Text: "zanzibar"})
		if err != nil || len(list) != 1 || list[0].ID != heard[2].ID {
			t.Errorf("found: %+v, %v", list, err)
		}
		m, err := s.Mention(ctx, s.staff, heard[0].ID)
		if err != nil || m.State != know.Withdrawn || m.Text+m.URL+m.ExternalID+m.Author.Name+m.Author.URL != "" {
			t.Errorf("withdrawn: %+v, %v", m, err)
		}
		facts, err := s.events.Of(ctx, event.Ref{Kind: "mention", ID: heard[1].ID})
		if err != nil || len(facts) != 1 || facts[0].Kind != MentionWithdrawn {
			t.Errorf("facts: %+v, %v", facts, err)
		}
		// The feed still shows it: it does not come back, nor does the account.
		again, err := s.Hear(ctx, s.staff, posts[:1])
		if err != nil || !again[0].Known || count(t, s.db, `select count(*) from account where address like 'tomas%'`) != 0 {
			t.Errorf("heard again: %+v, %v", again, err)
		}
		settled(t, s)
	})
}

func TestStates(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		heard, err := s.Hear(ctx, s.staff, []Post{{Source: "A", URL: "https://a.example/1", Text: "one"}, {Source: "A", Kind: KindCall, Text: "two"}})
		ok(t, err)
		public, private := heard[0].ID, heard[1].ID
		if err := s.Hide(ctx, s.staff, public, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("hidden without a reason: %v", err)
		}
		ok(t, s.Hide(ctx, s.staff, public, "spam"))
		if m, err := s.Mention(ctx, s.staff, public); err != nil || m.State != know.Hidden || m.StateReason != "spam" {
			t.Errorf("hidden: %+v, %v", m, err)
		}
		if err := s.Quotable(ctx, s.staff, public, Asked); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked for what is public: %v", err)
		}
		ok(t, s.Quotable(ctx, s.staff, private, Asked))
		if err := s.Quotable(ctx, s.staff, private, Asked); !fault.Is(err, fault.Conflict) {
			t.Errorf("asked twice: %v", err)
		}
		ok(t, s.Quotable(ctx, s.staff, private, Unnamed))
		ok(t, s.Withdraw(ctx, s.staff, private))
		ok(t, s.Withdraw(ctx, s.staff, private))
		if err := s.Withdraw(ctx, s.staff, 999); !fault.Is(err, fault.NotFound) {
			t.Errorf("withdrew nothing: %v", err)
		}
		for _, a := range []know.Actor{{}, {ID: 5, Role: know.Member}} {
			for name, err := range map[string]error{"hide": s.Hide(ctx, a, public, "x"), "withdraw": s.Withdraw(ctx, a, public), "quotable": s.Quotable(ctx, a, private, Asked)} {
				if err == nil {
					t.Errorf("%s by %q", name, a.Role)
				}
			}
			_, _, err := s.Mentions(ctx, a, Filter{})
			_, err2 := s.Mention(ctx, a, public)
			_, err3 := s.Sources(ctx, a)
			_, err4 := s.Queries(ctx, a)
			if err == nil || err2 == nil || err3 == nil || err4 == nil {
				t.Errorf("%q reads the desk", a.Role)
			}
		}
		settled(t, s)
	})
}

// A search for what a new query finds that was cut short is ended later.
func TestInterruptedFill(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		var posts []Post
		for i := range 700 {
			posts = append(posts, Post{Source: "S", ExternalID: fmt.Sprint(i), Text: fmt.Sprintf("papier %d", i), PublishedAt: s.clock.now().Add(-time.Duration(i) * time.Hour)})
		}
		_, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		q, found, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "papier"})
		if err != nil || found != 700 || q.Mentions != 700 {
			t.Fatalf("found %d, %+v, %v", found, q, err)
		}
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			b := newBatch(s.Radar, tx)
			rest, err := storage.All(ctx, tx, func(row storage.Scanner) (l listed, err error) {
				err = row.Scan(&l.id, &l.facet.source, &l.facet.language, &l.facet.publishedAt)
				return l, err
			}, `select id, source_id, language, published_at from mention where id > 300`)
			if err != nil {
				return err
			}
			for _, l := range rest {
				b.countQueries(l.facet, []int64{q.ID}, -1)
				if _, err := tx.Exec(ctx, `delete from mention_query where mention_id = $1`, l.id); err != nil {
					return err
				}
			}
			if _, err := tx.Exec(ctx, `update query set filled = 0`); err != nil {
				return err
			}
			return b.finish(ctx)
		}))
		settled(t, s)
		s.clock.pass(time.Hour)
		ok(t, s.Tend(ctx))
		if q, err = s.Query(ctx, s.staff, q.ID); err != nil || q.Mentions != 700 {
			t.Errorf("query: %+v, %v", q, err)
		}
		settled(t, s)
	})
}

func TestQueryFaults(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		q, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "papier"})
		ok(t, err)
		for name, k := range map[string]struct {
			n     NewQuery
			field string
		}{
			"only not":  {NewQuery{Text: "NOT papier"}, "text"},
			"empty":     {NewQuery{}, "text"},
			"name":      {NewQuery{Text: "carnet", Name: q.Name}, "name"},
			"purpose":   {NewQuery{Text: "carnet", Purpose: "fun"}, "purpose"},
			"no source": {NewQuery{Text: "carnet", Sources: []int64{77}}, "sources"},
		} {
			_, _, err := s.AddQuery(ctx, s.staff, k.n)
			if f, isFault := err.(*fault.Error); !isFault || f.Field != k.field {
				t.Errorf("%s: %v", name, err)
			}
		}
		if _, _, err := s.ChangeQuery(ctx, s.staff, 99, NewQuery{Text: "x"}); !fault.Is(err, fault.NotFound) {
			t.Errorf("changed what is not there: %v", err)
		}
		if err := s.RemoveQuery(ctx, s.staff, 99); !fault.Is(err, fault.NotFound) {
			t.Errorf("removed what is not there: %v", err)
		}
		if _, err := s.Try(ctx, s.staff, `"open`, nil); !fault.Is(err, fault.Invalid) {
			t.Errorf("tried: %v", err)
		}
		// Limited to one source, it hears nothing of another.
		a, err := s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "a"})
		ok(t, err)
		limited, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "carnet", Sources: []int64{a.ID, a.ID}})
		ok(t, err)
		heard, err := s.Hear(ctx, s.staff, []Post{{Source: "a", Text: "un carnet", Country: "BE", Kind: KindReview, Author: Author{Handle: "@x@y.example"}}, {Source: "b", Text: "mon carnet"}, {Source: "a", Text: "papi"}})
		ok(t, err)
		if limited, err = s.Query(ctx, s.staff, limited.ID); err != nil || limited.Mentions != 1 || !heard[2].Rests {
			t.Errorf("limited: %+v, %+v, %v", limited, heard, err)
		}
		// What rests keeps all that was said of it.
		_, err = s.Hear(ctx, s.staff, []Post{{Source: "a", Text: "rests", Country: "BE", Kind: KindReview, Reach: 7, URL: "https://y.example/1", Author: Author{Handle: "@x@y.example"}}})
		ok(t, err)
		_, found, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "rests"})
		list, _, err2 := s.Mentions(ctx, s.staff, Filter{Text: "rests"})
		if err != nil || err2 != nil || found != 1 || list[0].Country != "BE" || list[0].Kind != KindReview || list[0].Reach != 7 || list[0].Author.Handle != "@x@y.example" || !list[0].Public {
			t.Errorf("rested: %+v, %v, %v", list, err, err2)
		}
		settled(t, s)
	})
}
