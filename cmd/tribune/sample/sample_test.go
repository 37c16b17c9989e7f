package sample_test

import (
	"log/slog"
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
	for _, sizes := range []sample.Sizes{{}, {Ideas: 1, Votes: 5, People: 3}, {Ideas: 300, Votes: 3000, Comments: 500, People: 60, Mentions: 400}} {
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
		site.Close()
	}
}
