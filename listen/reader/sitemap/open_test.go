package sitemap

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

// site is one that has a news sitemap, /map.xml.
type site struct {
	*Sitemaps
	*readertest.Server
	readertest.Kept
	items []string
}

func newSite(t testing.TB) *site {
	s := &site{}
	s.Sitemaps, s.Server = sitemaps(t)
	s.Set("/map.xml", func(w http.ResponseWriter, r *http.Request) {
		body := strings.Join(s.items, "\n")
		tag := fmt.Sprintf(`"%d-%d"`, len(s.items), len(body))
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprintf(w, "<urlset>%s</urlset>", body)
	})
	return s
}

// list lists news, so long ago, and serves its page.
func (s *site) list(path, title string, ago time.Duration) {
	s.items = append(s.items, fmt.Sprintf("<url><loc>%s%s</loc><news><publication_date>%s</publication_date><title>%s</title></news></url>",
		s.URL, path, readertest.Now().Add(-ago).Format(time.RFC3339), title))
	s.Text(path, "text/html", "<title>Page</title>")
}

func (s *site) status(path string, code int, header ...string) {
	s.Set(path, func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	})
}

// read reads the map from where the last reading ended, and gives the pages
// that were asked for and the titles that came.
func (s *site) read(t testing.TB) (report reader.Report, opened, titles []string) {
	t.Helper()
	s.Asked()
	s.Posts = nil
	report, err := s.Read(t.Context(), reader.From{URL: s.URL + "/map.xml", Cursor: s.Cursor}, s.Deliver)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range s.Posts {
		titles = append(titles, p.Text)
	}
	opened = slices.DeleteFunc(s.Asked(), func(path string) bool { return path == "/map.xml" || path == "/robots.txt" })
	return report, slices.Compact(opened), titles // a connection that was cut is tried once more
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

func note(text string, n int) reader.Note { return reader.Note{Text: text, Args: []any{"n", n}} }

// Each page of news is opened once before its title is kept, twenty in a
// reading; what says noindex, and what cannot be opened, is passed over.
func TestNewsIsOpenedOnce(t *testing.T) {
	s := newSite(t)
	for i := range 30 {
		s.list(fmt.Sprintf("/%02d", i), fmt.Sprintf("Title %02d", i), 40*time.Hour-time.Duration(i)*time.Hour)
	}
	s.status("/03", http.StatusOK, "X-Robots-Tag", "noindex")
	s.Text("/04", "text/html", `<meta name="robots" content="NoIndex, follow"><title>Page</title>`)
	s.status("/05", http.StatusForbidden)
	s.status("/06", http.StatusNotFound)
	slices.Reverse(s.items)

	report, opened, titles := s.read(t)
	if !report.More || report.Wait != time.Minute || len(opened) != 20 || opened[0] != "/00" || len(titles) != 16 {
		t.Errorf("first: %+v, opened %q, %q", report, opened, titles)
	}
	passed := []reader.Note{note(textNoIndex, 2), note(textClosed, 2)}
	same(t, "notes", report.Also, passed)
	report, opened, titles = s.read(t)
	if report.More || report.Same || len(opened) != 10 || opened[0] != "/20" || len(titles) != 26 {
		t.Errorf("second: %+v, opened %q, %q", report, opened, titles)
	}
	same(t, "notes", report.Also, passed)
	if report, _, _ = s.read(t); !report.Same {
		t.Errorf("nothing was left, but %+v", report)
	}

	// The map says other titles, and of something older that came late.
	for i, item := range s.items {
		s.items[i] = strings.NewReplacer("Title 03", "Closed, edited", "Title 10", "Kept, edited").Replace(item)
	}
	s.list("/late", "Late", 39*time.Hour+time.Minute)
	report, opened, titles = s.read(t)
	same(t, "opened", opened, []string{"/late"})
	if len(titles) != 27 || !slices.Contains(titles, "Kept, edited") || slices.Contains(titles, "Title 10") || slices.Contains(titles, "Closed, edited") || titles[26] != "Late" {
		t.Errorf("%+v, %q", report, titles)
	}

	// What is not listed any more is forgotten; what is, is known.
	s.items = s.items[len(s.items)-3:]
	s.read(t)
	if n := strings.Count(s.Cursor, ":1"); n < 3 || len(s.Cursor) > 300 {
		t.Errorf("the cursor is %s", s.Cursor)
	}
}

// A page that fails for the moment is asked for again while it is listed, after
// those that were not opened yet.
func TestNewsIsAskedForAgain(t *testing.T) {
	s := newSite(t)
	s.list("/busy", "Busy", 60*time.Hour)
	s.list("/cut", "Cut", 29*time.Hour)
	s.list("/slip", "Of a year that is still to come", -400*24*time.Hour)
	s.status("/busy", http.StatusServiceUnavailable)
	s.list("/half", "Half", 28*time.Hour)
	s.Set("/cut", readertest.Rude()["cuts"])
	s.Set("/half", readertest.Rude()["half"])
	report, _, titles := s.read(t)
	same(t, "titles", titles, []string{"Of a year that is still to come"})
	same(t, "notes", report.Also, []reader.Note{note(textLater, 3)})
	if report.More {
		t.Error("they are asked for again at once")
	}
	s.Text("/busy", "text/html", "<title>Page</title>")
	s.list("/old", "Too old to be new", 61*time.Hour)
	s.list("/late", "Late", 40*time.Hour)
	_, opened, titles := s.read(t)
	same(t, "opened", opened, []string{"/late", "/busy", "/cut", "/half"})
	same(t, "titles", titles, []string{"Of a year that is still to come", "Late", "Busy"})
}

// Pages that fail for good keep no others waiting.
func TestFailingPagesGoLast(t *testing.T) {
	s := newSite(t)
	for i := range 25 {
		path := fmt.Sprintf("/%02d", i)
		s.list(path, path, 30*time.Hour-time.Duration(i)*time.Hour)
		s.status(path, http.StatusBadGateway)
	}
	if report, opened, _ := s.read(t); len(opened) != 20 || !report.More {
		t.Errorf("opened %q, %+v", opened, report)
	}
	report, opened, _ := s.read(t)
	if !slices.Equal(opened[:5], []string{"/20", "/21", "/22", "/23", "/24"}) || report.More {
		t.Errorf("opened %q, %+v", opened, report)
	}
	same(t, "notes", report.Also, []reader.Note{note(textLater, 25)})
	s.Text("/19", "text/html", "<title>Page</title>")
	s.list("/new", "New", 31*time.Hour)
	report, opened, titles := s.read(t)
	same(t, "opened first", opened[0], "/new")
	same(t, "titles", titles, []string{"New", "/19"})
	if !report.More {
		t.Error("the site is there again, but it waits")
	}
}

// Where a page asks for time, no more are opened, and no news is lost.
func TestNewsWaits(t *testing.T) {
	s := newSite(t)
	for i, path := range []string{"/a", "/b", "/c"} {
		s.list(path, path, time.Hour-time.Duration(i))
	}
	s.status("/b", http.StatusTooManyRequests, "Retry-After", "1800")
	report, opened, titles := s.read(t)
	if report.Wait != 30*time.Minute || report.More {
		t.Errorf("%+v", report)
	}
	same(t, "opened", opened, []string{"/a", "/b"})
	same(t, "titles", titles, []string{"/a"})
	s.status("/b", http.StatusOK)
	_, opened, titles = s.read(t)
	same(t, "opened", opened, []string{"/c", "/b"})
	same(t, "titles", titles, []string{"/a", "/c", "/b"})
}

// A reading that breaks off loses nothing and brings nothing twice; a cursor of
// before news was opened goes on, and so does one that cannot be read.
func TestNewsGoesOn(t *testing.T) {
	since := readertest.Now().Add(-time.Hour).Format(time.RFC3339)
	for _, cursor := range []string{"", `{"since":"` + since + `","etag":"\"0-0\""}`, "torn"} {
		s := newSite(t)
		s.Cursor = cursor
		s.list("/a", "A", 5*time.Hour)
		s.list("/b", "B", 0)
		s.list("/quiet", "Quiet", 4*time.Hour)
		s.status("/quiet", http.StatusOK, "X-Robots-Tag", "none")
		s.Break = 1
		if _, err := s.Read(t.Context(), reader.From{URL: s.URL + "/map.xml", Cursor: s.Cursor}, s.Deliver); err != readertest.ErrBroken || s.Cursor != cursor {
			t.Fatalf("%v, %s", err, s.Cursor)
		}
		_, _, titles := s.read(t)
		same(t, "titles", titles, []string{"A", "B"})
		s.list("/c", "C", 0)
		s.Batches, s.Break = 0, 2 // what is new comes with the cursor
		if _, err := s.Read(t.Context(), reader.From{URL: s.URL + "/map.xml", Cursor: s.Cursor}, s.Deliver); err != readertest.ErrBroken {
			t.Fatal(err)
		}
		_, opened, titles := s.read(t)
		same(t, "opened", opened, []string{"/c"})
		same(t, "titles", titles, []string{"A", "B", "C"})
		same(t, "each once", len(s.IDs()), 3)
	}
}

// A plain page that fails for the moment comes later, and none is opened twice.
// What a news sitemap lists, too, is read there.
func TestPlainIsAskedForAgain(t *testing.T) {
	s := newSite(t)
	for i, path := range []string{"/a", "/b", "/news"} {
		s.items = append(s.items, fmt.Sprintf("<url><loc>%s%s</loc><lastmod>2026-11-19T0%d:00:00Z</lastmod></url>", s.URL, path, i))
		s.Text(path, "text/html", "<title>Page "+path+"</title>")
	}
	s.list("/news", "News", time.Hour)
	s.status("/a", http.StatusServiceUnavailable)
	report, opened, titles := s.read(t)
	same(t, "opened", opened, []string{"/news", "/a", "/b"})
	same(t, "titles", titles, []string{"News", "Page /b"})
	same(t, "notes", report.Also, []reader.Note{note(textLater, 1)})
	s.Text("/a", "text/html", "<title>Page /a</title>")
	_, opened, titles = s.read(t)
	same(t, "opened", opened, []string{"/a"})
	same(t, "titles", titles, []string{"News", "Page /a"})
	if report, _, _ = s.read(t); !report.Same {
		t.Errorf("opened for the third time: %+v", report)
	}
	s.items = s.items[:3] // not among the news any more
	_, opened, titles = s.read(t)
	same(t, "opened", opened, []string{"/news"})
	same(t, "titles", titles, []string{"Page"})
}

func TestNewsHasBounds(t *testing.T) {
	many := []entry{{URL: "plain"}}
	for i := range newsMost + 1 {
		many = append(many, entry{News: true, Published: readertest.Now().Add(-time.Duration(i) * time.Second)})
	}
	got := sorted(many)
	if oldest := readertest.Now().Add(-(newsMost - 1) * time.Second); len(got) != newsMost+1 || !got[0].Published.Equal(oldest) || got[newsMost].News {
		t.Errorf("%d, from %s", len(got), got[0].Published)
	}
}
