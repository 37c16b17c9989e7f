package sample_test

import (
	"log/slog"
	"strconv"
	"testing"
	"time"

	"tribune"
	"tribune/cmd/tribune/sample"
)

var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// The story is told through the calls that pages make, so that telling it
// whole tests them together; two tellings are the same.
func TestLoad(t *testing.T) {
	var first map[string]int64
	for range tellings {
		clock := &sample.Clock{}
		site, err := tribune.Open(t.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: t.TempDir()}, clock.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := sample.Load(t.Context(), site, clock, today, 1); err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		m, err := site.ExportTo(t.Context(), dir)
		if err != nil {
			t.Fatal(err)
		}
		site.Close()
		for table, want := range map[string]int64{"person": 51, "mention": 600, "idea": 60, "release": 7, "call": 3} {
			if m.Rows[table] != want {
				t.Errorf("%d rows of %s, want %d", m.Rows[table], table, want)
			}
		}
		if first == nil {
			first = m.Rows
			continue
		}
		for table, n := range first {
			if m.Rows[table] != n {
				t.Errorf("%s: %d rows, then %d", table, n, m.Rows[table])
			}
		}
	}
}

// A site of any size is whole: what its counts say is what is there.
func TestFill(t *testing.T) {
	for _, sizes := range []sample.Sizes{{}, {Ideas: 1, Votes: 5, People: 3}, {Purchases: 3}, {Ideas: 300, Votes: 3000, Comments: 500, People: 200, Mentions: 400, Purchases: 1501}} {
		dir := t.TempDir()
		if err := sample.Fill(tribune.DirFolder(dir), sizes, today, 1); err != nil {
			t.Fatal(err)
		}
		config := tribune.Config{Data: t.TempDir()}
		m, err := tribune.Restore(t.Context(), slog.New(slog.DiscardHandler), config, dir)
		if err != nil {
			t.Fatal(err)
		}
		if m.Rows["idea"] != int64(sizes.Ideas) || m.Rows["comment"] != int64(sizes.Comments) {
			t.Errorf("made %v of %+v", m.Rows, sizes)
		}
		site, err := tribune.Open(t.Context(), slog.New(slog.DiscardHandler), config, nil)
		if err != nil {
			t.Fatal(err)
		}
		var wrong int
		if err := site.DB.Row(t.Context(), `select count(*) from idea where votes <> (select count(*) from vote where idea_id = idea.id)
			or comments <> (select count(*) from comment where idea_id = idea.id)`).Scan(&wrong); err != nil || wrong > 0 {
			t.Errorf("%d ideas whose counts are not so (%v)", wrong, err)
		}
		counts, err := site.Ideas.Counts(t.Context())
		total := int64(0)
		for _, n := range counts {
			total += n
		}
		if err != nil || total != int64(sizes.Ideas) {
			t.Errorf("%d ideas counted of %d (%v)", total, sizes.Ideas, err)
		}
		purchases(t, site, sizes)
		site.Close()
	}
}

// purchases holds what a filled site counts of its purchases, once it has read
// its log, against what it was filled with.
func purchases(t *testing.T, site *tribune.Site, sizes sample.Sizes) {
	t.Helper()
	if err := site.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	number := func(query string) (n int) {
		t.Helper()
		if err := site.DB.Row(t.Context(), query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for what, n := range map[string]int{
		`select count(*) from purchase`:                                                            sizes.Purchases,
		`select coalesce(sum(purchases), 0) from referral`:                                         sizes.Purchases,
		`select coalesce(sum(purchases), 0) from cohort`:                                           sizes.Purchases,
		`select coalesce(sum(purchases), 0) from purchase_country`:                                 sizes.Purchases,
		`select coalesce(sum(buyers), 0) from referral_month`:                                      (sizes.Purchases + 1) / 2,
		`select coalesce(sum(n), 0) from loop_day where step = 'heard'`:                            sizes.Mentions,
		`select count(*) from measure_due where name = 'sweep'`:                                    0,
		`select count(*) from outbox`:                                                              0,
		`select count(*) from purchase p where p.at > ` + strconv.FormatInt(today.UnixMicro(), 10): 0,
	} {
		if got := number(what); got != n {
			t.Errorf("%+v: %s gives %d, want %d", sizes, what, got, n)
		}
	}
	if sizes.Purchases < 1000 {
		return
	}
	if deep := number(`select max(depth) from referral`); deep != 12 {
		t.Errorf("the longest chain is %d deep", deep)
	}
	for _, sure := range []string{"0", "1", "2"} {
		if number(`select count(*) from referral where purchases > 0 and sure = `+sure) < 50 {
			t.Errorf("hardly anybody is as sure as %s", sure)
		}
	}
}
