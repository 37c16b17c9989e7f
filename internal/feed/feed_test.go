package feed

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
)

var update = flag.Bool("update", false, "write the golden files anew")

func at(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// reader stands on a fixed day, noon of 1 March 2026.
func reader() Reader {
	return Reader{Now: func() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }}
}

func fixtures(t testing.TB) []string {
	t.Helper()
	names, err := filepath.Glob("testdata/feeds/*.*")
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(names, func(n string) bool { return strings.HasSuffix(n, ".golden") })
}

func TestParseGolden(t *testing.T) {
	names := fixtures(t)
	if len(names) < 14 {
		t.Fatalf("only %d fixtures", len(names))
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			body, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := reader().Parse(body, "text/xml", at(t, "https://site.example/feeds/all"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(f, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			if *update {
				if err := os.WriteFile(name+".golden", append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(name + ".golden")
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestNotAFeed(t *testing.T) {
	cases := map[string]struct{ body, kind, says string }{
		"nothing":        {"", "", "The answer is empty"},
		"white space":    {" \n\x00", "", "The answer is empty"},
		"page":           {"<!DOCTYPE html><html><head><title>x</title></head><body><p>Hi<br></body></html>", "text/html", "This page is HTML, not a feed, and names no feed"},
		"page in pieces": {"<p>Hi<br>there", "text/html; charset=utf-8", "This page is HTML"},
		"page with feed": {`<html><link rel=alternate type=application/rss+xml href=/rss></html>`, "", "Give the address https://site.example/rss."},
		"sitemap":        {`<?xml version="1.0"?><urlset xmlns="x"><url/></urlset>`, "", "XML that begins with urlset"},
		"json":           {`{"a": 1}`, "application/json", "This is JSON, but not a JSON Feed"},
		"json list":      {`[1]`, "application/json", "This is JSON, but not a JSON Feed"},
		"half json":      {`{"version": "https://jsonfeed.org/version/1", "items": [`, "", "This is JSON, but not a JSON Feed"},
		"text":           {"Hello there", "text/plain", "This is text, not a feed"},
		"picture":        {"\x89PNG\x0D\x0A\x1A\x0A rest", "image/png", "type image/png"},
		"broken feed":    {"<?xml version='1.0'?>\n<rss><channel>\n<title>x</title", "", "broken at line"},
		"deep":           {"<rss><channel>" + strings.Repeat("<a>", 300), "", "nested so deeply"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			_, err := reader().Parse([]byte(c.body), c.kind, at(t, "https://site.example/"))
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				t.Fatalf("error is %v, want a fault", err)
			}
			if text := fault.Fill(f.Text, f.Args...); f.Kind != fault.Invalid || !strings.Contains(text, c.says) {
				t.Errorf("fault is %s: %q, want %q", f.Kind, text, c.says)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		b.WriteString("<rss><channel><title>Many</title>")
		for i := range n {
			fmt.Fprintf(&b, "<item><guid>%d</guid><title>n</title></item>", i)
		}
		return b.String() + "</channel></rss>"
	}
	long := strings.Repeat("word ", 10000)
	for name, body := range map[string]string{
		"all":     many(3200),
		"just":    many(maxEntries),
		"entries": many(maxEntries + 500),
		"text":    "<rss><channel><item><guid>" + long + "</guid><title>" + long + "</title><description>" + long + "</description></item></channel></rss>",
		"json":    `{"items":[` + strings.TrimSuffix(strings.Repeat(`{"title":"a"},{"title":"b"},`, maxEntries/2+1), ",") + `]}`,
	} {
		f, err := reader().Parse([]byte(body), "", nil)
		if err != nil {
			t.Fatal(name, err)
		}
		if want := map[string]int{"all": 3200, "just": maxEntries, "entries": maxEntries, "text": 1, "json": 2}[name]; len(f.Entries) != want || f.More != (name == "entries" || name == "json") {
			t.Errorf("%s: %d entries, more: %v; want %d", name, len(f.Entries), f.More, want)
		}
		holds(t, f)
	}
}

// Documents built to exhaust a reader have to be refused or read quickly.
func TestHostile(t *testing.T) {
	const size = 256 << 10 // at 8 MiB, the most that is fetched, none takes longer than 3 s
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	var scopes strings.Builder
	for i := range 200 {
		fmt.Fprintf(&scopes, ` xmlns:n%d="u%d"`, i, i)
	}
	cases := map[string]string{
		"deep":             fill("<a>"),
		"deep in item":     "<rss><channel><item><description>" + fill("<b>"),
		"deep in content":  `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html">` + fill("&lt;b&gt;") + `</content></entry></feed>`,
		"wide in content":  `<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html">` + fill("&lt;p&gt;&lt;a&gt;x&lt;/a&gt;") + `</content></entry></feed>`,
		"tables":           `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a/"><entry><content type="html">` + fill("&lt;table&gt;&lt;b&gt;x") + `</content></entry></feed>`,
		"forms":            `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://a/"><entry><content type="html">` + fill("&lt;a b c&gt;&lt;/p&gt;&lt;i&gt;&lt;/a&gt;") + `</content></entry></feed>`,
		"namespaces":       "<rss" + scopes.String() + "><channel>" + fill("<a/>"),
		"pieces of text":   `<rss><channel><item><x:a xmlns:x="u">` + fill("aaaaaaaaaaaa<b/>") + "</x:a></item></channel></rss>",
		"comments in text": `<rss><channel><item><x:a xmlns:x="u">` + fill("aaaaaaaaaaaa<!---->") + "</x:a></item></channel></rss>",
		"attributes":       "<rss><channel><item " + fill(`a="b" `) + "/></channel></rss>",
		"entities":         "<rss><channel><item><title>" + fill("&amp;") + "</title></item></channel></rss>",
		"open brackets":    "<rss><channel><item><title><![CDATA[" + fill("<") + "]]></title></item></channel></rss>",
		"signs":            "<rss><channel><item><title>" + fill("& ") + "</title></item></channel></rss>",
		"json":             `{"items":[` + fill("[") + `]}`,
		"json objects":     `{"items":[` + fill("{},") + `{}]}`,
		"links":            fill(`<link rel=alternate type=application/rss+xml href=/x>`),
		"quotes":           fill(`<a href="`),
		"NULs":             fill("\x00"),
		"prolog":           fill("<!-- x -->") + "<rss><channel><item><title>x</title></item></channel></rss>",
	}
	for name, body := range cases {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			f, err := reader().Parse([]byte(body), "", nil)
			if err == nil {
				holds(t, f)
			} else if errors.Is(err, errPanic) {
				t.Error(err)
			}
			Discover([]byte(body), nil)
			t.Logf("%s took %s: %v", name, time.Since(start).Round(time.Millisecond), err)
		})
	}
}

// holds checks what is promised of every feed.
func holds(t testing.TB, f *Feed) {
	t.Helper()
	clean := func(what, s string, runes int, lines bool) {
		if !utf8.ValidString(s) || strings.ContainsRune(s, 0) || utf8.RuneCountInString(s) > runes || (!lines && strings.Contains(s, "\n")) {
			t.Errorf("%s is not clean: %.200q", what, s)
		}
	}
	web := func(s string) {
		if u, err := url.Parse(s); s != "" && (err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil || len(s) > maxURL) {
			t.Errorf("%.200q is no web address", s)
		}
	}
	clean("title", f.Title, maxTitle, false)
	web(f.Link)
	ids := map[string]bool{}
	if len(f.Entries) > maxEntries {
		t.Errorf("%d entries", len(f.Entries))
	}
	for _, e := range f.Entries {
		clean("id", e.ID, maxID, false)
		clean("title", e.Title, maxTitle, false)
		clean("text", e.Text, maxText, true)
		clean("author", e.AuthorName, maxName, false)
		clean("language", e.Language, 100, false)
		web(e.URL)
		web(e.AuthorURL)
		if e.ID == "" || len(e.ID) > maxID || e.Text == "" || ids[e.ID] {
			t.Errorf("entry without text or with a bad id: %+v", e)
		}
		ids[e.ID] = true
		if !e.PublishedAt.IsZero() && (e.DateWrong || e.PublishedAt.Year() < 1995 || e.PublishedAt.Year() > 2026) {
			t.Errorf("date %s", e.PublishedAt)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range fixtures(f) {
		body, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body, "text/xml")
	}
	f.Add([]byte("{\"items\":[{\"id\":1,\"authors\":[null]},null]}"), "application/json; charset=utf-16")
	f.Fuzz(func(t *testing.T, body []byte, kind string) {
		got, err := reader().Parse(body, kind, at(t, "https://site.example/a/"))
		if err != nil {
			if errors.Is(err, errPanic) || !fault.Is(err, fault.Invalid) {
				t.Fatal(err)
			}
			return
		}
		holds(t, got)
	})
}

func TestRepairedAndTitle(t *testing.T) {
	for name, c := range map[string]struct {
		head, title, header, want string
		repaired                  bool
	}{
		"sound":             {`<?xml version="1.0" encoding="utf-8"?>`, "Café", "", "Café", false},
		"sound latin":       {`<?xml version="1.0" encoding="iso-8859-1"?>`, "Caf\xe9", "", "Café", false},
		"ascii, any label":  {`<?xml version="1.0" encoding="iso-8859-1"?>`, "Cafe", "", "Cafe", false},
		"latin, says utf-8": {`<?xml version="1.0" encoding="utf-8"?>`, "Caf\xe9", "", "Café", true},
		"utf-8, says latin": {`<?xml version="1.0" encoding="iso-8859-1"?>`, "Café", "", "Café", true},
		"escaped twice":     {"", "A &amp;amp; B", "", "A & B", false},
		"unknown":           {"", "Forum &c;", "", "Forum", false},
		"quotes":            {"", "&lt;b&gt;Jo&amp;#8217;s&lt;/b&gt; &amp;eacute;", "", "Jo’s é", false},
	} {
		f, err := Parse([]byte(c.head+`<rss version="2.0"><channel><title>`+c.title+`</title><item><guid>1</guid><description>x</description></item></channel></rss>`), c.header, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Title != c.want || f.Repaired != c.repaired {
			t.Errorf("%s: %q, repaired %v", name, f.Title, f.Repaired)
		}
	}
	for head, want := range map[string]bool{``: false, `<!DOCTYPE rss>`: false, `<!DOCTYPE rss [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>`: true} {
		f, err := Parse([]byte(`<?xml version="1.0"?>`+head+`<rss version="2.0"><channel><item><guid>1</guid><title>&lol2;</title></item></channel></rss>`), "", nil)
		if err != nil || f.Entities != want || strings.Contains(f.Entries[0].Title, "lollol") {
			t.Errorf("%q: %+v, %v", head, f, err)
		}
	}
	f, err := Parse([]byte(`{"version":"https://jsonfeed.org/version/1.1","title":"A &amp; B","items":[]}`), "application/feed+json", nil)
	if err != nil || f.Title != "A & B" {
		t.Errorf("JSON: %+v, %v", f, err)
	}
}

func TestPictures(t *testing.T) {
	rss := func(item string) string {
		return `<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>T</title><item><title>Dots</title>` + item + `</item></channel></rss>`
	}
	for doc, want := range map[string]bool{
		rss(``): false,
		rss(`<enclosure url="https://a.example/1.jpg" type="image/jpeg" length="1"/>`):                                                                                         true,
		rss(`<enclosure url="https://a.example/1.mp3" type="audio/mpeg" length="1"/>`):                                                                                         false,
		rss(`<media:content url="https://a.example/1" medium="image"/>`):                                                                                                       true,
		rss(`<media:group><media:thumbnail url="https://a.example/1"/></media:group>`):                                                                                         true,
		rss(`<media:content url="https://a.example/1.mp4" type="video/mp4"/>`):                                                                                                 false,
		rss(`<description>&lt;p&gt;See &lt;IMG src="https://a.example/1.png" width="100"&gt;&lt;/p&gt;</description>`):                                                         true,
		rss(`<description>&lt;p&gt;See&lt;/p&gt;&lt;img src="https://a.example/count" width="1" height="1"/&gt;</description>`):                                                false,
		rss(`<description>&lt;p&gt;See &lt;img class="wp-smiley" src="https://a.example/smile.png"/&gt;&lt;/p&gt;</description>`):                                              false,
		rss(`<description>I said &amp;lt;img&amp;gt;</description>`):                                                                                                           false,
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id><title>Dots</title><content type="html">&lt;img src="/1.png"&gt;</content></entry></feed>`: true,
		`<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title><entry><id>1</id><title>Dots</title><link rel="enclosure" type="image/png" href="/1.png"/></entry></feed>`:  true,
		`{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "content_text": "Dots", "image": "https://a.example/1.png"}]}`:                    true,
		`{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "content_html": "<p>Dots <img src=1.png></p>"}]}`:                                 true,
		`{"version": "https://jsonfeed.org/version/1.1", "title": "T", "items": [{"id": "1", "content_text": "Dots"}]}`:                                                        false,
	} {
		f, err := Parse([]byte(doc), "", nil)
		if err != nil || len(f.Entries) != 1 || f.Entries[0].HasImage != want {
			t.Errorf("%s: %+v, %v", doc, f, err)
		}
	}
}
