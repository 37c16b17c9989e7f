package tribune_test

import (
	"log/slog"
	"os"
	"runtime"
	"testing"

	"tribune"
)

// BenchmarkWatch looks for spikes and trends in a folder that was filled:
//
//	tribune demo --fill DIR --mentions 1000000
//	TRIBUNE_FILLED=DIR go test -run '^$' -bench Watch -benchtime 3x .
//
// The first round of the spikes judges each series from its beginning.
func BenchmarkWatch(b *testing.B) {
	dir := os.Getenv("TRIBUNE_FILLED")
	if dir == "" {
		b.Skip("no folder is named by TRIBUNE_FILLED")
	}
	site, err := tribune.Open(b.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: dir}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer site.Close()
	for name, round := range map[string]func() error{
		"spikes": func() error { return site.Spikes.Once(b.Context()) },
		"trends": func() error { return site.Trends.Look(b.Context()) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := round(); err != nil {
					b.Fatal(err)
				}
			}
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/1e6, "MB-of-system")
		})
	}
}
