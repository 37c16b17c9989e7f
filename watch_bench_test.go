package tribune_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"tribune"
	"tribune/know"
	"tribune/listen"
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
			used := processorTime()
			for b.Loop() {
				if err := round(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((processorTime()-used).Microseconds())/1e3/float64(b.N), "ms-cpu")
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			b.ReportMetric(float64(m.Sys)/1e6, "MB-of-system")
		})
	}
}

// BenchmarkRadar loads each page of the radar of such a folder, as one of the
// team, and says how long the median load took, and how much processor time:
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
	_, secret, err := site.People.AddPerson(b.Context(), "Olga Berg", "person1@example.org", know.Owner)
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
			used := processorTime()
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
			b.ReportMetric(float64((processorTime()-used).Microseconds())/1e3/float64(b.N), "ms-cpu")
		})
	}
}

// processorTime is what this process used so far: where others use the machine,
// too, it says more than the clock.
func processorTime() time.Duration {
	var used syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &used) != nil {
		return 0
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkFind gives the first page of searches of all kinds in such a folder,
// and says how long the median took, by the clock and by the processor, how many were
// found, and whether the page says that there are more:
//
//	TRIBUNE_FILLED=DIR go test -run '^$' -bench Find -benchtime 5x .
func BenchmarkFind(b *testing.B) {
	dir := os.Getenv("TRIBUNE_FILLED")
	if dir == "" {
		b.Skip("no folder is named by TRIBUNE_FILLED")
	}
	site, err := tribune.Open(b.Context(), slog.New(slog.DiscardHandler), tribune.Config{Data: dir}, nil)
	if err != nil {
		b.Fatal(err)
	}
	defer site.Close()
	for _, f := range []listen.Filter{
		{Text: "col?r"}, {Text: "pap*r"}, {Text: "c*r"}, {Text: "*work"}, {Text: "*zzz"}, {Text: "a*b"}, {Text: "carpenter~1"}, {Text: "carpet*"}, {Text: "re*"}, {Text: "pap* -paper"},
		{Text: "reach>1000"}, {Text: "reach>90000"}, {Text: "reach>900000"}, {Text: "carpenter reach>1000"}, {Text: "paper reach>90000"}, {Text: "carpenter lang:fr"},
		{Text: "paper -Papierwerk"}, {Text: "paper -ink"}, {Text: "paper NEAR/3 ink"}, {Text: "pen ONEAR/2 paper"}, {Text: `"fountain pen"`}, {Text: "carpenter paper ink"},
		{Text: "site:papershop.example"}, {Text: "site:nowhere.example"}, {Text: "author:@reader77"}, {Text: "author:@nobody"}, {Text: `author:"Anna Berg"`}, {Text: "source:Forums"}, {Text: "source:nowhere"},
		{Text: "lang:en"}, {Text: "lang:fi"}, {Text: "lang:zu"}, {Text: "country:FR"}, {Text: "country:TV"}, {Text: "sentiment:negative"}, {Text: "has:image"}, {Text: "has:question"}, {Text: "has:link"}, {Text: "#paper"}, {Text: "#nothing"}, {Text: "@nobody"},
		{Text: "lang:fi sentiment:negative"}, {Text: "has:image lang:zu"}, {Text: "zzz OR reach>900000"}, {Text: "=\"Paper\""}, {Text: "=\"NOTSO\""},
		{Language: "zu"}, {Language: "fr"}, {Country: "TV"}, {Country: "FR"}, {Mood: listen.Negative}, {Reach: 100_000}, {Reach: 5_000_000}, {Has: "image"}, {Author: "reader77"}, {Source: 2}, {Query: 2}, {Query: 2, Language: "zu"}, {Query: 2, Text: "col?r"},
	} {
		name := strings.ReplaceAll(strings.Join(strings.Fields(fmt.Sprint(f.Text, " ", f.Language, " ", f.Country, " ", f.Mood, " ", f.Reach, " ", f.Has, " ", f.Author, " ", f.Source, " ", f.Query)), " "), " 0", "")
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			n, more := 0, 0.
			used := processorTime()
			for b.Loop() {
				began := time.Now()
				list, next, err := site.Radar.Mentions(b.Context(), know.Actor{ID: 1, Role: know.Owner}, f)
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
				if n, more = len(list), 0; next != "" {
					more = 1
				}
			}
			slices.Sort(took)
			b.ReportMetric(0, "ns/op")
			b.ReportMetric(float64((processorTime()-used).Microseconds())/1e3/float64(b.N), "ms-cpu")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1e3, "ms-median")
			b.ReportMetric(float64(n), "found")
			b.ReportMetric(more, "more")
		})
	}
}
