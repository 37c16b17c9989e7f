package tribune_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune"
	"tribune/know"
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

// BenchmarkRadar loads each page of the radar of such a folder, as one of the
// team, and says how long the median load took:
//
//	TRIBUNE_FILLED=DIR go test -run '^$' -bench Radar -benchtime 20x .
func BenchmarkRadar(b *testing.B) {
	dir := os.Getenv("TRIBUNE_FILLED")
	if dir == "" {
		b.Skip("no folder is named by TRIBUNE_FILLED")
	}
	site, err := tribune.Open(b.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: dir, URL: "https://square.example", RateLimit: "off"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer site.Close()
	handler, err := site.Handler()
	if err != nil {
		b.Fatal(err)
	}
	_, secret, err := site.People.AddPerson(b.Context(), "Owner", "person1@example.org", know.Owner)
	if err != nil {
		b.Fatal(err)
	}
	if err := site.Radar.Tend(b.Context()); err != nil { // sums the days of a folder that was just filled
		b.Fatal(err)
	}
	in := httptest.NewRecorder()
	handler.ServeHTTP(in, httptest.NewRequest(http.MethodPost, site.SignInLink(secret), nil))
	for name, path := range map[string]string{
		"stream": "/desk/radar", "common word": "/desk/radar?q=Oriflamme", "two words": "/desk/radar?q=paper+ink", "rare word": "/desk/radar?q=carpenter", "a phrase": "/desk/radar?q=%22fountain+pen%22",
		"one without": "/desk/radar?q=paper+-Papierwerk", "a query": "/desk/radar?query=2", "a mood": "/desk/radar?mood=negative", "a mention": "/desk/mentions/1000", "far reach": "/desk/radar?reach=100000",
		"volume": "/desk/radar/volume", "volume, a year": "/desk/radar/volume?since=365&by=country", "share": "/desk/radar/share", "share, a year": "/desk/radar/share?since=365&query=1&query=2&query=3",
		"spikes": "/desk/radar/spikes", "a spike": "/desk/radar/spikes/1", "rising": "/desk/radar/rising", "queries": "/desk/radar/queries", "sources": "/desk/radar/sources", "alerts": "/desk/radar/alerts",
	} {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				r := httptest.NewRequest(http.MethodGet, site.Config.URL+path, nil)
				for _, c := range in.Result().Cookies() {
					r.AddCookie(c)
				}
				began, w := time.Now(), httptest.NewRecorder()
				handler.ServeHTTP(w, r)
				took = append(took, time.Since(began))
				if body := w.Body.String(); w.Code != http.StatusOK || !strings.Contains(body, `class="desk-head"`) {
					b.Fatalf("%s: %d, %d bytes", path, w.Code, len(body))
				}
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "ms-median")
		})
	}
}
