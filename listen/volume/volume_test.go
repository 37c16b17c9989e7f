package volume

import (
	"cmp"
	"fmt"
	"log/slog"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

var (
	staff  = know.Actor{ID: 1, Role: know.Staff}
	moment = time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
)

func open(t *testing.T, db *storage.DB) (*Counts, *listen.Radar) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	now := func() time.Time { return moment }
	events := event.New(log, db, now, "test")
	people := know.New(log, db, events, now, nil)
	web := fetch.New(fetch.Options{})
	t.Cleanup(web.Close)
	radar := listen.New(log, db, events, people, web, now)
	return New(db, radar, now), radar
}

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func day(n int) time.Time { return moment.Truncate(24*time.Hour).AddDate(0, 0, n) }

// What is read of the counts is what counting the mentions gives, by every step
// and whatever it is told apart by.
func TestCountsAreTheMentions(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		counts, radar := open(t, db)
		_, _, err := radar.AddQuery(ctx, staff, listen.NewQuery{Name: "Mugs", Text: "mug"})
		ok(t, err)
		random := rand.New(rand.NewPCG(1, 2))
		var posts []listen.Post
		for i := range 400 {
			posts = append(posts, listen.Post{Source: []string{"A", "B"}[random.IntN(2)], ExternalID: fmt.Sprint(i), Text: fmt.Sprintf([]string{"I love this mug number %d, wonderful!", "Number %d is a terrible cup, I hate it.", "A mug %d."}[random.IntN(3)], i),
				Language: []string{"en", "fr"}[random.IntN(2)], Country: []string{"", "FR", "GB"}[random.IntN(3)],
				PublishedAt: moment.Add(-time.Duration(random.IntN(60*24*60)) * time.Minute)})
		}
		heard, err := radar.Hear(ctx, staff, posts)
		ok(t, err)
		for _, h := range heard {
			ok(t, h.Err)
		}
		sources, err := radar.Sources(ctx, staff)
		ok(t, err)
		paris, err := time.LoadLocation("Europe/Paris") // its clocks went back within these days
		ok(t, err)
		kolkata, err := time.LoadLocation("Asia/Kolkata")
		ok(t, err)
		filters := []Filter{
			{Since: day(-70), Until: day(1)},
			{Query: 1, Since: day(-30), Until: day(-2), Languages: []string{"fr"}},
			{Since: day(-70), Until: day(1), Zone: paris},
			{Since: day(-60).Add(5 * time.Hour), Until: day(-3).Add(11 * time.Hour), Zone: paris},
			{Since: day(-3), Until: day(1), Countries: []string{listen.UnknownCountry, "GB"}, Sources: []int64{sources[0].ID}},
			{Since: day(-40), Until: day(-1), Zone: kolkata}, // before its hours are folded, which lie in two days
		}
		check := func(f Filter) {
			t.Helper()
			want := map[string]int64{}
			var all Count
			list := mentions(t, radar)
			for _, m := range list {
				if m.PublishedAt.Before(f.Since) || !m.PublishedAt.Before(f.Until) || f.Query != 0 && !slices.Contains(m.Queries, f.Query) ||
					len(f.Languages) > 0 && !slices.Contains(f.Languages, m.Language) || len(f.Countries) > 0 && !slices.Contains(f.Countries, cmp.Or(m.Country, listen.UnknownCountry)) ||
					len(f.Sources) > 0 && !slices.Contains(f.Sources, m.Source) {
					continue
				}
				all.N++
				switch m.Mood {
				case listen.Positive:
					all.Positive++
				case listen.Negative:
					all.Negative++
				}
				for _, step := range []Step{Hour, Day, Week, Month} {
					want[string(step)+step.begin(m.PublishedAt.In(f.zone())).String()]++
				}
				want["l"+m.Language]++
				want["c"+m.Country]++
				want["s"+fmt.Sprint(m.Source)]++
			}
			for _, step := range []Step{Hour, Day, Week, Month} {
				points, err := counts.Over(ctx, staff, f, step)
				ok(t, err)
				var sum Count
				for _, p := range points {
					if p.N != want[string(step)+p.At.String()] {
						t.Errorf("%v %s: %d, want %d", p.At, step, p.N, want[string(step)+p.At.String()])
					}
					sum.N, sum.Positive, sum.Negative = sum.N+p.N, sum.Positive+p.Positive, sum.Negative+p.Negative
				}
				if sum != all {
					t.Errorf("by %s %+v, want %+v", step, sum, all)
				}
			}
			for what, mark := range map[string]string{BySource: "s", ByLanguage: "l", ByCountry: "c"} {
				by, err := counts.OverBy(ctx, staff, f, Day, what)
				ok(t, err)
				var sum int64
				for _, s := range by {
					if sum += s.Total.N; s.Total.N != want[mark+s.Key] {
						t.Errorf("%s %s: %d, want %d", what, s.Key, s.Total.N, want[mark+s.Key])
					}
				}
				if sum != all.N {
					t.Errorf("by %s %d, want %d", what, sum, all.N)
				}
			}
		}
		for _, f := range filters {
			check(f)
		}
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			return know.WriteSite(ctx, tx, know.Site{Brand: "Site", Language: "en", Zone: "Europe/Paris"})
		}))
		ok(t, radar.Tend(ctx))
		for _, f := range filters[:5] {
			check(f)
		}
		by, err := counts.OverBy(ctx, staff, Filter{Since: day(-70), Until: day(1)}, Week, ByQuery)
		if err != nil || len(by) != 1 || by[0].ID() != 1 {
			t.Errorf("by query: %v, %v", by, err)
		}
	})
}

func mentions(t *testing.T, radar *listen.Radar) (all []listen.Mention) {
	t.Helper()
	f := listen.Filter{Limit: 200}
	for {
		list, next, err := radar.Mentions(t.Context(), staff, f)
		ok(t, err)
		all = append(all, list...)
		if f.Cursor = next; next == "" {
			return all
		}
	}
}

func TestBadCounts(t *testing.T) {
	counts, _ := open(t, storagetest.SQLite(t))
	ctx := t.Context()
	span := Filter{Since: day(-7), Until: day(1)}
	for name, call := range map[string]func() error{
		"no span": func() error { _, err := counts.Over(ctx, staff, Filter{}, Day); return err },
		"a century of hours": func() error {
			_, err := counts.Over(ctx, staff, Filter{Since: day(-36500), Until: day(0)}, Hour)
			return err
		},
		"by colour": func() error { _, err := counts.OverBy(ctx, staff, span, Day, "colour"); return err },
		"of one":    func() error { _, err := counts.Compare(ctx, staff, []int64{1, 1}, span); return err },
	} {
		if err := call(); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := counts.Compare(ctx, staff, []int64{1, 2}, span); !fault.Is(err, fault.NotFound) {
		t.Errorf("of none: %v", err)
	}
	if _, err := counts.Over(ctx, know.Actor{ID: 7, Role: know.Member}, span, Day); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
		t.Errorf("a member: %v", err)
	}
}

// A comparison leaves out for all what one of them could not hear.
func TestCompareLikeForLike(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		counts, radar := open(t, db)
		_, err := radar.Hear(ctx, staff, []listen.Post{
			{Source: "A", ExternalID: "1", Text: "mug one", PublishedAt: day(-1)}, {Source: "A", ExternalID: "2", Text: "mug two", PublishedAt: day(-2)},
			{Source: "A", ExternalID: "3", Text: "cup three", PublishedAt: day(-2)}, {Source: "B", ExternalID: "4", Text: "mug four", PublishedAt: day(-1)},
			{Source: "B", ExternalID: "5", Text: "cup five", PublishedAt: day(-1)}, {Source: "A", ExternalID: "6", Text: "mug six", PublishedAt: day(-20)},
		})
		ok(t, err)
		sources, err := radar.Sources(ctx, staff)
		ok(t, err)
		ids := map[string]int64{}
		for _, s := range sources {
			ids[s.Name] = s.ID
		}
		add := func(n listen.NewQuery) int64 {
			q, _, err := radar.AddQuery(ctx, staff, n)
			ok(t, err)
			return q.ID
		}
		// an open source that was there before, and lets go of what nobody asks for
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update source set addressed = 0, items = mentions + 1, created_at = $1`, storage.Micros(day(-40)))
			return err
		}))
		us, rival := add(listen.NewQuery{Name: "Us", Text: "mug"}), add(listen.NewQuery{Name: "Rival", Text: "cup", Purpose: listen.Rival, Sources: []int64{ids["A"]}})
		other := add(listen.NewQuery{Name: "Other", Text: "cup", Sources: []int64{ids["B"]}})
		v, err := counts.Compare(ctx, staff, []int64{us, rival}, Filter{Since: day(-30), Until: day(1)})
		ok(t, err)
		if v.All != 3 || v.Shares[0].Query.Name != "Us" || v.Shares[0].N != 2 || !slices.Equal(v.Sources, []int64{ids["A"]}) || !slices.Equal(v.Limited, []string{"Rival"}) {
			t.Errorf("%+v", v)
		}
		if !v.Since.Equal(day(-7)) || !v.Asked.Equal(day(-30)) || v.Youngest == "" {
			t.Errorf("since %v, asked for %v, because of %s", v.Since, v.Asked, v.Youngest)
		}
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update source set items = mentions where id = $1`, ids["A"])
			return err
		}))
		all, err := counts.Compare(ctx, staff, []int64{us, rival}, Filter{Since: day(-30), Until: day(1)})
		if err != nil || !all.Since.Equal(day(-30)) || !all.Asked.IsZero() {
			t.Errorf("all is kept: since %v, asked for %v, %v", all.Since, all.Asked, err)
		}
		ok(t, db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update source set items = mentions + 1 where id = $1`, ids["A"])
			return err
		}))
		if s := v.Shares[0]; s.Part < .66 || s.Part > .67 || s.Low >= s.Part || s.High <= s.Part {
			t.Errorf("%+v", s)
		}
		if _, err := counts.Compare(ctx, staff, []int64{rival, other}, Filter{Since: day(-30), Until: day(1)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a source together: %v", err)
		}
		if _, err := counts.Compare(ctx, staff, []int64{us, rival}, Filter{Since: day(-30), Until: day(-10)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("before they were there: %v", err)
		}
		u, err := counts.Unheard(ctx, staff, Filter{Since: day(-30), Until: day(1)})
		if err != nil || u.N != 6 || u.NoCountry != 6 || len(u.Kinds) != 8 {
			t.Errorf("%+v, %v", u, err)
		}
	})
}

// The interval holds the true part about as often as it says, also where what
// is said comes in waves; one that takes mentions for independent does not.
func TestIntervalHolds(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	const rounds, true0 = 1000, .3
	held, naive := 0, 0
	for range rounds {
		days := [][]Point{make([]Point, 30), make([]Point, 30)}
		var x, n float64
		for d := range 30 {
			part := true0 + .15*(2*random.Float64()-1) // how it is that day
			for range 20 + random.IntN(60) {
				which := 1
				if random.Float64() < part {
					which = 0
					x++
				}
				days[which][d].N++
				n++
			}
		}
		if _, low, high := interval(days, 0); low <= true0 && true0 <= high {
			held++
		}
		if math.Abs(x/n-true0) < 1.96*math.Sqrt(x/n*(1-x/n)/n) {
			naive++
		}
	}
	if held < 910*rounds/1000 || held > 985*rounds/1000 {
		t.Errorf("held in %d of %d", held, rounds)
	}
	if naive > held-20 {
		t.Errorf("taken for independent it holds in %d of %d: the waves are too small to show anything", naive, rounds)
	}
}
