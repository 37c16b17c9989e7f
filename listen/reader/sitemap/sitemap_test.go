package sitemap

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

// fixture gives a file of testdata, its SITE the server's address.
func fixture(t testing.TB, name, site string) string {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(data), "SITE", site)
}

// sitemaps is the reader over a server, its robots.txt asked first.
func sitemaps(t testing.TB) (*Sitemaps, *readertest.Server) {
	server := readertest.Serve(t)
	return New(reader.NewPolite(server.Web, readertest.Now), readertest.Now), server
}

// newsPages gives the pages that news.xml lists.
func newsPages(server *readertest.Server) {
	for _, path := range []string{"/undated.html", "/business/article55.html", "/culture/article56.html"} {
		server.Text(path, "text/html", "<title>What the page calls itself</title>")
	}
}

func TestNews(t *testing.T) {
	s, server := sitemaps(t)
	server.Set("/news.xml", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") == `"1"` {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		fmt.Fprint(w, fixture(t, "news.xml", server.URL))
	})
	server.Text("/robots.txt", "text/plain", "User-agent: *\nDisallow: /closed/")
	newsPages(server)
	place, err := s.Find(t.Context(), reader.Typed{URL: server.URL + "/news.xml"})
	if err != nil || place.URL != server.URL+"/news.xml" || place.Title != "127.0.0.1" {
		t.Fatalf("place %+v, %v", place, err)
	}
	var got readertest.Kept
	first, err := s.Read(t.Context(), reader.From{URL: place.URL}, got.Deliver)
	if want := []reader.Note{{Text: textKeptOut, Args: []any{"n", 1}}}; err != nil || !cmp.Equal(first.Also, want) {
		t.Fatalf("%+v, %v", first, err)
	}
	by := reader.Author{Name: "The Example Times", URL: server.URL + "/"}
	want := []reader.Post{
		{Text: "Without a date that can be read", DateWrong: true},
		{Text: "Companies A & B in merger talks\n\npapier, merger", Language: "en", PublishedAt: time.Date(2026, 11, 19, 9, 0, 0, 0, time.UTC)},
		{Text: "紙", Language: "zh-CN", PublishedAt: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)},
	}
	for i, path := range []string{"/undated.html", "/business/article55.html", "/culture/article56.html"} {
		want[i].ID, want[i].URL, want[i].Author, want[i].AtAddress = server.URL+path, server.URL+path, by, true
	}
	if diff := cmp.Diff(want, got.Posts); diff != "" {
		t.Error(diff)
	}
	report, err := s.Read(t.Context(), reader.From{URL: place.URL, Cursor: got.Cursor}, got.Deliver)
	if err != nil || !report.Same {
		t.Errorf("again: %+v, %v", report, err)
	}
}

// A site's robots.txt names an index, whose newest maps are read; pages of a
// plain map are opened, but for those that are not to be read or not to be kept.
func TestIndexAndPages(t *testing.T) {
	s, server := sitemaps(t)
	server.Text("/robots.txt", "text/plain", "User-agent: *\nDisallow: /private/\nSitemap: "+server.URL+"/sitemap-other.xml\nSitemap: "+server.URL+"/index-news.xml\n")
	server.Text("/", "text/html", "<html>Welcome")
	server.Text("/index-news.xml", "text/xml", fixture(t, "index.xml", server.URL))
	var zipped bytes.Buffer
	z := gzip.NewWriter(&zipped)
	fmt.Fprint(z, fixture(t, "news.xml", server.URL))
	z.Close()
	server.Text("/news.xml.gz", "application/gzip", zipped.String())
	var plainMap strings.Builder
	plainMap.WriteString(`<urlset>`)
	add := func(path, modified string) {
		fmt.Fprintf(&plainMap, "<url><loc>%s%s</loc><lastmod>%s</lastmod></url>", server.URL, path, modified)
	}
	for i := range 25 { // all of one date: more than one reading opens
		path := fmt.Sprintf("/p%02d", i)
		add(path, "2026-11-20")
		server.Text(path, "text/html", fmt.Sprintf(`<html lang=fr><head><title>Page %d</title><meta name=description content="About &amp; so"></head><body><title>no</title>`, i))
	}
	add("/private/x", "2026-11-20")
	add("/quiet", "2026-11-20")
	add("/torn-out", "2026-11-20")
	add("/led-on", "2026-11-20")
	server.Set("/led-on", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/private/y", http.StatusFound) })
	server.Text("/private/y", "text/html", "<title>Not for programs</title>")
	add("/ancient", "2024-11-20")
	add("/undated", "")
	server.Text("/quiet", "text/html", `<head><meta name="robots" content="follow, NOINDEX"><title>Quiet</title>`)
	server.Set("/p03", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Robots-Tag", "otherbot: all")
		w.Header().Add("X-Robots-Tag", "noindex")
		fmt.Fprint(w, "<title>Not to be kept</title>")
	})
	server.Text("/plain.xml", "text/xml", plainMap.String())
	newsPages(server)
	place, err := s.Find(t.Context(), reader.Typed{URL: server.URL})
	if err != nil || place.URL != server.URL+"/index-news.xml" {
		t.Fatalf("place %+v, %v", place, err)
	}
	server.Asked()
	var got readertest.Kept
	report, err := s.Read(t.Context(), reader.From{URL: place.URL}, got.Deliver)
	if err != nil || !report.More || report.Wait != time.Minute {
		t.Fatalf("report %+v, %v", report, err)
	}
	if asked := server.Asked(); strings.Contains(strings.Join(asked, " "), "old.xml") || len(asked) != 3+20 {
		t.Errorf("asked for %d: %q", len(asked), asked)
	}
	report, err = s.Read(t.Context(), reader.From{URL: place.URL, Cursor: got.Cursor}, got.Deliver)
	if err != nil || report.More {
		t.Fatalf("report %+v, %v", report, err)
	}
	if asked := server.Asked(); slices.Contains(asked, "/private/x") || slices.Contains(asked, "/private/y") || slices.Contains(asked, "/ancient") || len(asked) != 3+12 {
		t.Errorf("asked for %d: %q", len(asked), asked)
	}
	pages := 0
	for _, p := range got.Posts {
		if strings.HasPrefix(p.Text, "Page ") {
			pages++
		}
		if strings.Contains(p.Text, "Quiet") || strings.Contains(p.Text, "Not to be kept") {
			t.Errorf("kept %q", p.Text)
		}
	}
	if last := got.Posts[len(got.Posts)-1]; pages != 24 || last.Text != "Page 24\n\nAbout & so" || last.Language != "fr" {
		t.Errorf("%d pages, the last %+v", pages, last)
	}
	if len(report.Also) != 3 || report.Also[0].Text != textKeptOut || report.Also[1].Text != textNoIndex || report.Also[2].Text != textClosed {
		t.Errorf("notes: %+v", report.Also)
	}
}

func TestRude(t *testing.T) {
	s, server := sitemaps(t)
	for name, h := range readertest.Rude() {
		server.Set("/map.xml", h)
		var got readertest.Kept
		report, err := s.Read(t.Context(), reader.From{URL: server.URL + "/map.xml"}, got.Deliver)
		if err == nil || len(got.Posts) > 0 {
			t.Errorf("%s: %v, %d posts", name, err, len(got.Posts))
			continue
		}
		readertest.Readable(t, err)
		if name == "asks to wait" && report.Wait != 2*time.Minute {
			t.Errorf("waits %s", report.Wait)
		}
	}
	server.Text("/robots.txt", "text/plain", "User-agent: Tribune\nDisallow: /")
	s = New(reader.NewPolite(server.Web, readertest.Now), readertest.Now)
	if _, err := s.Find(t.Context(), reader.Typed{URL: server.URL + "/map.xml"}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "robots.txt") {
		t.Errorf("kept out: %v", err)
	}
	server.Set("/robots.txt", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	s = New(reader.NewPolite(server.Web, readertest.Now), readertest.Now)
	if _, err := s.Find(t.Context(), reader.Typed{URL: server.URL + "/map.xml"}); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "cannot be read at the moment") {
		t.Errorf("without robots.txt: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range []string{"news.xml", "index.xml"} {
		f.Add([]byte(fixture(f, name, "https://site.example")))
	}
	f.Add([]byte("<urlset><url><loc>https://site.example/a</loc><news><title>\xff</title>"))
	base, _ := url.Parse("https://site.example/")
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := parse(data, base)
		for _, e := range got.pages {
			if p := e.post(); err != nil || !here(p.URL, base) || len(p.ID) > 512 || strings.ContainsRune(p.Text, 0) || !e.Published.IsZero() && e.Published.Year() < 1990 {
				t.Errorf("%+v, %v", p, err)
			}
		}
		head(data, "text/html")
	})
}
