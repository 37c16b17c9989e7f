package feed

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"time"
)

// Out is a feed of our own. ID and Title are required; Updated may be zero if
// there are entries, and is then the newest of theirs. Author is who speaks
// where an entry names nobody, the title if empty.
type Out struct {
	ID        string // an address or tag URI that never changes
	Title     string
	Self      string // the feed's own address
	Alternate string // the page with the same content
	Author    string
	Language  string // BCP 47; may be empty
	Updated   time.Time
	Entries   []OutEntry
}

// OutEntry is an entry of our own. ID, Title and Updated are required, and URL
// or HTML. HTML has to be sanitised already.
type OutEntry struct {
	ID        string // never changes
	URL       string
	Title     string
	HTML      string
	Author    string
	Language  string // BCP 47; may be empty: that of the feed
	Updated   time.Time
	Published time.Time
}

// The elements of RFC 4287 that we write, in the order its schema has them.
type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Lang    string      `xml:"xml:lang,attr,omitempty"`
	ID      string      `xml:"id"`
	Title   string      `xml:"title"`
	Updated string      `xml:"updated"`
	Author  atomPerson  `xml:"author"`
	Links   []atomLink  `xml:"link"`
	Entries []atomEntry `xml:"entry"`
}

type atomPerson struct {
	Name string `xml:"name"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID        string       `xml:"id"`
	Title     string       `xml:"title"`
	Updated   string       `xml:"updated"`
	Published string       `xml:"published,omitempty"`
	Author    *atomPerson  `xml:"author"`
	Links     []atomLink   `xml:"link"`
	Content   *atomContent `xml:"content"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	Text string `xml:",chardata"`
}

// Atom writes a feed as RFC 4287 has it, in one Write. Its Content-Type is
// "application/atom+xml; charset=utf-8".
func Atom(w io.Writer, f Out) error {
	if f.Updated.IsZero() {
		for _, e := range f.Entries {
			if e.Updated.After(f.Updated) {
				f.Updated = e.Updated
			}
		}
	}
	if f.ID == "" || f.Title == "" || f.Updated.IsZero() {
		return errors.New("write Atom feed: it needs an id, a title and a time of update")
	}
	if f.Author == "" {
		f.Author = f.Title
	}
	out := atomFeed{Lang: f.Language, ID: f.ID, Title: f.Title, Updated: stamp(f.Updated), Author: atomPerson{f.Author}}
	out.Links = appendLink(out.Links, "self", "application/atom+xml", f.Self)
	out.Links = appendLink(out.Links, "alternate", "text/html", f.Alternate)
	for i, e := range f.Entries {
		if e.ID == "" || e.Title == "" || e.Updated.IsZero() || (e.URL == "" && e.HTML == "") {
			return fmt.Errorf("write Atom feed %s: entry %d needs an id, a title, a time of update, and an address or a content", f.ID, i)
		}
		out.Entries = append(out.Entries, entryOf(e))
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", " ")
	if err := enc.Encode(out); err != nil {
		return fmt.Errorf("write Atom feed %s: %w", f.ID, err)
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}

func entryOf(e OutEntry) atomEntry {
	out := atomEntry{ID: e.ID, Title: e.Title, Updated: stamp(e.Updated)}
	if !e.Published.IsZero() {
		out.Published = stamp(e.Published)
	}
	if e.Author != "" {
		out.Author = &atomPerson{e.Author}
	}
	out.Links = appendLink(out.Links, "alternate", "text/html", e.URL)
	if e.HTML != "" {
		out.Content = &atomContent{Type: "html", Text: e.HTML}
	}
	return out
}

func appendLink(links []atomLink, rel, kind, href string) []atomLink {
	if href == "" {
		return links
	}
	return append(links, atomLink{Rel: rel, Type: kind, Href: href})
}

// stamp writes a date construct (RFC 4287, section 3.3).
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
