package feed

import (
	"bytes"
	jsontext "encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/mmcdole/gofeed"
	"github.com/mmcdole/gofeed/atom"
	"github.com/mmcdole/gofeed/json"
	"github.com/mmcdole/gofeed/rss"
	"golang.org/x/text/language"

	"tribune/internal/fault"
	"tribune/internal/plain"
)

// Feed is what was read. Title is one line of plain text. Link, the page that
// the feed belongs to, is absolute or empty. Entries are at most 10,000, in
// the order of the feed, no two with the same ID.
type Feed struct {
	Title    string
	Link     string
	Entries  []Entry
	Repaired bool `json:",omitempty"` // its bytes did not fit the encoding it names, or none
	More     bool `json:",omitempty"` // it has more entries than these, which were not read
	Entities bool `json:",omitempty"` // it declares entities of its own, which stand as they are written
}

// Entry is one utterance.
type Entry struct {
	ID          string    // the feed's own, else the URL, else a hash of what is said; at most 512 bytes
	URL         string    // absolute, http or https; empty if there is none
	Title       string    // one line, plain
	Text        string    // plain: the title, unless the text begins with it, and the text; never empty
	AuthorName  string    // empty if the feed does not say
	AuthorURL   string    // absolute, http or https; empty if there is none
	Language    string    // BCP 47; empty if the feed does not say
	PublishedAt time.Time // UTC; zero if missing or wrong
	HasImage    bool      `json:",omitempty"` // a picture is enclosed, named or shown in its text
	DateWrong   bool      // there is a date, but it cannot be read or cannot be true
}

const (
	maxText  = 20000 // runes
	maxTitle = 500   // runes
	maxName  = 200   // runes
	maxID    = 512   // bytes
	maxURL   = 2048  // bytes
)

// Reader reads feeds. The zero value uses the system's clock.
type Reader struct {
	Now func() time.Time // tells which dates lie in the future
}

// Parse reads a feed with the system's clock; see Reader.Parse.
func Parse(body []byte, contentType string, base *url.URL) (*Feed, error) {
	return Reader{}.Parse(body, contentType, base)
}

// Parse reads a feed of any kind. contentType is the header it came with and
// base the address it came from, against which relative addresses are resolved;
// either may be empty. A wrong encoding, wrong dates and a feed that breaks off
// behind its first entry are put up with. What is no feed at all is a
// *fault.Error of kind Invalid that says what it is instead.
func (r Reader) Parse(body []byte, contentType string, base *url.URL) (*Feed, error) {
	if r.Now == nil {
		r.Now = time.Now
	}
	data, mended := decode(body, contentType)
	data = bytes.TrimSpace(data)
	var out *collector
	var err error
	if bytes.HasPrefix(data, []byte("{")) {
		out, err = r.readJSON(data, base)
	} else {
		out, err = r.readXML(data, base)
	}
	if err != nil {
		return nil, explain(err, body, data, contentType, base)
	}
	out.feed.Repaired = mended
	return out.finish(), nil
}

// notFeed says that a document is sound but no feed; root is its XML element.
type notFeed struct{ root string }

func (e *notFeed) Error() string { return "no feed but " + e.root }

func (r Reader) readXML(data []byte, base *url.URL) (*collector, error) {
	o, doc, err := outlineOf(data)
	var read func([]byte, *url.URL) (*collector, error)
	switch o.root {
	case "rss", "rdf":
		read = r.readRSS
	case "feed":
		read = r.readAtom
	default:
		return nil, &notFeed{o.root}
	}
	if err != nil {
		return nil, err
	}
	c, err := read(doc, base)
	if err != nil {
		return nil, err
	}
	c.feed.Entities = o.entities
	return c, nil
}

func (r Reader) readRSS(doc []byte, base *url.URL) (*collector, error) {
	in, f, err := parsed(func() (*rss.Feed, *gofeed.Feed, error) {
		in, err := (&rss.Parser{}).Parse(bytes.NewReader(doc))
		if err != nil {
			return nil, nil, err
		}
		f, err := (&gofeed.DefaultRSSTranslator{DisableContentImageScan: true}).Translate(in)
		return in, f, err
	})
	if err != nil {
		return nil, err
	}
	c := r.collect(f, base)
	for i, it := range f.Items {
		e := draftOf(it)
		e.title, e.text = marked(it.Title), marked(firstOf(it.Content, it.Description, media(it)))
		e.hasImage = hasImage(it, it.Content, it.Description)
		if e.url == "" && in.Items[i].GUID != nil && !strings.EqualFold(in.Items[i].GUID.IsPermalink, "false") {
			e.url = absolute(nil, it.GUID) // "7" is an identity, not an address
		}
		e.author(rssAuthor(in.Items[i]), "")
		c.add(e)
	}
	return c, nil
}

func (r Reader) readAtom(doc []byte, base *url.URL) (*collector, error) {
	in, f, err := parsed(func() (*atom.Feed, *gofeed.Feed, error) {
		in, err := (&atom.Parser{}).Parse(bytes.NewReader(doc))
		if err != nil {
			return nil, nil, err
		}
		f, err := (&gofeed.DefaultAtomTranslator{}).Translate(in)
		return in, f, err
	})
	if err != nil {
		return nil, err
	}
	c := r.collect(f, base)
	for i, it := range f.Items {
		e := draftOf(it)
		e.title, e.text = marked(it.Title), marked(firstOf(it.Content, it.Description, media(it)))
		e.hasImage = hasImage(it, it.Content, it.Description)
		// An entry without an author has the feed's (RFC 4287, section 4.2.1).
		for _, p := range append(in.Entries[i].Authors[:len(in.Entries[i].Authors):len(in.Entries[i].Authors)], in.Authors...) {
			e.author(p.Name, p.URI)
		}
		c.add(e)
	}
	return c, nil
}

func (r Reader) readJSON(data []byte, base *url.URL) (*collector, error) {
	in, f, err := parsed(func() (*json.Feed, *gofeed.Feed, error) {
		data, err := fewer(data)
		if err != nil {
			return nil, nil, err
		}
		in, err := (&json.Parser{}).Parse(bytes.NewReader(data))
		if err != nil {
			return nil, nil, err
		}
		whole(in)
		f, err := (&gofeed.DefaultJSONTranslator{}).Translate(in)
		return in, f, err
	})
	if err != nil {
		return nil, err
	}
	if in.Items == nil && !strings.Contains(in.Version, "jsonfeed.org") {
		return nil, &notFeed{}
	}
	c := r.collect(f, base)
	c.feed.Title = feedTitle(plain.Line(f.Title)) // without tags already, unlike the titles of XML
	for i, it := range f.Items {
		from := in.Items[i]
		e := draftOf(it)
		e.url = firstOf(from.URL, from.ExternalURL)
		e.title, e.text = plain.Line(it.Title), plain.FromHTML(from.ContentHTML)
		e.hasImage = hasImage(it, from.ContentHTML)
		e.text = firstOf(e.text, plain.FromText(from.ContentText), plain.FromText(from.Summary))
		e.language = firstOf(from.Language, e.language)
		for _, p := range [...][]*json.Author{from.Authors, {from.Author}, in.Authors, {in.Author}} {
			for _, a := range p {
				if a != nil {
					e.author(a.Name, a.URL)
				}
			}
		}
		c.add(e)
	}
	return c, nil
}

// fewer shortens a JSON Feed to its first entries before they cost anything.
func fewer(data []byte) ([]byte, error) {
	var top map[string]jsontext.RawMessage
	if err := jsontext.Unmarshal(data, &top); err != nil {
		return nil, err
	}
	for key, all := range top {
		if !strings.EqualFold(key, "items") || !bytes.HasPrefix(all, []byte("[")) {
			continue
		}
		d := jsontext.NewDecoder(bytes.NewReader(all))
		if _, err := d.Token(); err != nil {
			return nil, err
		}
		items := []jsontext.RawMessage{}
		for d.More() && len(items) <= maxEntries {
			var one jsontext.RawMessage
			if err := d.Decode(&one); err != nil {
				return nil, err
			}
			items = append(items, one)
		}
		short, err := jsontext.Marshal(items)
		if err != nil {
			return nil, err
		}
		top[key] = short
	}
	return jsontext.Marshal(top)
}

// whole drops the holes in a JSON feed, on which the translator would fall.
func whole(f *json.Feed) {
	authors := func(in []*json.Author) []*json.Author {
		out := in[:0]
		for _, a := range in {
			if a != nil {
				out = append(out, a)
			}
		}
		return out
	}
	f.Authors = authors(f.Authors)
	items := f.Items[:0]
	for _, it := range f.Items {
		if it != nil {
			it.Authors = authors(it.Authors)
			items = append(items, it)
		}
	}
	f.Items = items
}

// parsed runs a parser that others wrote on what strangers wrote: a panic of it
// is an error of this one feed.
func parsed[T any](read func() (T, *gofeed.Feed, error)) (in T, f *gofeed.Feed, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: %v", errPanic, p)
		}
	}()
	return read()
}

// errPanic says that the parser gave up in the worst way.
var errPanic = errors.New("feed parser panicked")

// explain says what a document that could not be read as a feed is.
func explain(err error, body, data []byte, contentType string, base *url.URL) error {
	var broken *brokenError
	var other *notFeed
	switch {
	case errors.Is(err, errHostile):
		return fault.New(fault.Invalid, "This feed is nested so deeply that it cannot be read. Tell those who publish it.").Because(err)
	case errors.As(err, &broken):
		return fault.New(fault.Invalid, "This feed is broken at line {line} and cannot be read. Tell those who publish it.", "line", broken.line).Because(err)
	case errors.As(err, &other):
		return explainOther(other.root, body, data, contentType, base)
	case bytes.HasPrefix(data, []byte("{")):
		return fault.New(fault.Invalid, "This is JSON, but not a JSON Feed. Give the address of an RSS, Atom or JSON feed.").Because(err)
	}
	return fault.New(fault.Invalid, "This feed is broken and cannot be read. Tell those who publish it.").Because(err)
}

func languageOf(s string) string {
	if s = strings.TrimSpace(s); s == "" || len(s) > 35 { // RFC 5646, section 4.4.1
		return ""
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und {
		return ""
	}
	return tag.String()
}
