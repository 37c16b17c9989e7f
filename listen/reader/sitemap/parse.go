package sitemap

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/language"

	"tribune/internal/plain"
)

const (
	maxEntries = 50_000  // of a sitemap (sitemaps.org)
	maxBytes   = 8 << 20 // of one that came compressed
	maxURL     = 2048    // bytes (sitemaps.org)
	maxTitle   = 500     // runes
)

// file is a sitemap that was read: the maps it lists, or the pages.
type file struct {
	maps  []listed
	pages []entry
}

// listed is a sitemap that an index lists.
type listed struct {
	URL      string
	Modified time.Time // zero if it is not said
}

// entry is a page that a sitemap lists. Title is empty unless it is news.
type entry struct {
	URL       string
	Modified  time.Time
	News      bool
	Title     string
	Keywords  string
	Name      string // of the publication
	Language  string
	Published time.Time
	DateWrong bool
	found     verdict // by the readings before
}

// errOther says that a document is sound but no sitemap.
var errOther = errors.New("no sitemap")

// The elements, whatever their prefixes: sitemaps.org/protocol.html, and Google's
// news sitemaps (http://www.google.com/schemas/sitemap-news/0.9).
type xmlMap struct {
	Loc     string `xml:"loc"`
	LastMod string `xml:"lastmod"`
}

type xmlURL struct {
	xmlMap
	News *struct {
		Publication struct {
			Name     string `xml:"name"`
			Language string `xml:"language"`
		} `xml:"publication"`
		Date     string `xml:"publication_date"`
		Title    string `xml:"title"`
		Keywords string `xml:"keywords"`
	} `xml:"news"`
}

// parse reads a sitemap or an index of sitemaps. What breaks off is read up to
// there. Addresses on other sites than base are left out, as the protocol asks.
func parse(data []byte, base *url.URL) (f file, err error) {
	if data, err = unzipped(data); err != nil {
		return f, err
	}
	dec := xml.NewDecoder(bytes.NewReader(data))
	dec.Strict, dec.CharsetReader = false, charset.NewReaderLabel
	root := ""
	for len(f.maps)+len(f.pages) < maxEntries {
		tok, err := dec.Token()
		if err != nil {
			if root == "" {
				return f, errors.Join(errOther, err)
			}
			return f, nil
		}
		start, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		name := start.Name.Local
		switch {
		case root == "" && name != "urlset" && name != "sitemapindex":
			return f, errOther
		case root == "":
			root = name
		case root == "urlset" && name == "url":
			var x xmlURL
			if dec.DecodeElement(&x, &start) != nil {
				return f, nil
			}
			if e := x.entry(); here(e.URL, base) {
				f.pages = append(f.pages, e)
			}
		case root == "sitemapindex" && name == "sitemap":
			var x xmlMap
			if dec.DecodeElement(&x, &start) != nil {
				return f, nil
			}
			if at := strings.TrimSpace(x.Loc); here(at, base) {
				modified, _ := date(x.LastMod)
				f.maps = append(f.maps, listed{at, modified})
			}
		}
	}
	return f, nil
}

func (x xmlURL) entry() entry {
	e := entry{URL: strings.TrimSpace(x.Loc)}
	e.Modified, _ = date(x.LastMod)
	if x.News == nil {
		return e
	}
	e.Title, e.Keywords = plain.Clip(plain.Line(html.UnescapeString(x.News.Title)), maxTitle), plain.Clip(plain.Line(html.UnescapeString(x.News.Keywords)), maxTitle)
	e.News = e.Title != ""
	e.Name = plain.Clip(plain.Line(html.UnescapeString(x.News.Publication.Name)), 200)
	e.Language = tag(x.News.Publication.Language)
	var ok bool
	e.Published, ok = date(x.News.Date)
	e.DateWrong = !ok && strings.TrimSpace(x.News.Date) != ""
	return e
}

// unzipped undoes gzip, in which sitemaps may come as files.
func unzipped(data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errors.Join(errOther, err)
	}
	data, err = io.ReadAll(io.LimitReader(z, maxBytes)) // what is behind that is left out
	if err != nil && len(data) == 0 {
		return nil, errors.Join(errOther, err)
	}
	return data, nil
}

// here reports whether an address is one of the web on the site of base.
func here(address string, base *url.URL) bool {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return false
	}
	bare := func(h string) string { return strings.TrimPrefix(strings.ToLower(h), "www.") }
	return base == nil || bare(u.Host) == bare(base.Host)
}

// date reads a W3C date (https://www.w3.org/TR/NOTE-datetime).
func date(s string) (at time.Time, ok bool) {
	s = strings.TrimSpace(s)
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02", "2006-01", "2006"} {
		if at, err := time.Parse(layout, s); err == nil && at.Year() >= 1990 && at.Year() <= 9999 {
			return at.UTC(), true
		}
	}
	return time.Time{}, false
}

func tag(s string) string {
	t, err := language.Parse(strings.TrimSpace(s))
	if err != nil || t == language.Und || len(s) > 35 {
		return ""
	}
	return t.String()
}

// page is what the head of an HTML page says of it.
type page struct {
	title, about, language string
	robots                 []string
}

// head reads the head of an HTML page.
func head(data []byte, contentType string) (p page) {
	in, err := charset.NewReader(bytes.NewReader(data), contentType)
	if err != nil {
		in = bytes.NewReader(data)
	}
	z := html.NewTokenizer(in)
	z.SetMaxBuf(1 << 20)
	inTitle, better := false, ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			return p.settled(better)
		case html.TextToken:
			if inTitle && len(p.title) < 4*maxTitle {
				p.title += string(z.Text())
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			if inTitle = false; atom.Lookup(name) == atom.Head {
				return p.settled(better)
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.DataAtom {
			case atom.Html:
				p.language = tag(attr(t, "lang"))
			case atom.Title:
				inTitle = p.title == ""
			case atom.Body:
				return p.settled(better)
			case atom.Meta:
				content := attr(t, "content")
				switch name := strings.ToLower(attr(t, "name") + attr(t, "property")); name {
				case "robots", "tribune":
					p.robots = append(p.robots, content)
				case "og:title":
					better = content
				case "description", "og:description":
					p.about = content
				}
			}
		}
	}
}

func (p page) settled(better string) page {
	if strings.TrimSpace(better) != "" {
		p.title = better
	}
	p.title, p.about = plain.Clip(plain.Line(p.title), maxTitle), plain.Clip(plain.Line(p.about), 2000)
	return p
}

func attr(t html.Token, key string) string {
	for _, a := range t.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
