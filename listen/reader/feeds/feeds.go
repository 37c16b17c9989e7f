// Package feeds reads RSS, Atom and JSON Feed.
//
// Its cursor is what the server gave us so that it may answer "not modified".
package feeds

import (
	"context"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/feed"
	"tribune/internal/fetch"
	"tribune/listen/reader"
)

// Feeds is the reader of feeds.
type Feeds struct {
	web reader.Web
	now func() time.Time
}

// New makes the reader of feeds.
func New(web reader.Web, now func() time.Time) *Feeds { return &Feeds{web: web, now: now} }

// What a feed's source may say of faults that did no harm; the keys of the
// catalogue.
const (
	textDates    = "Dates that cannot be: {wrong}; what has one counts as said when it was read."
	textLetters  = "Its letters did not fit its encoding and were repaired."
	textMore     = "It has more than {most} entries: those at its end were not read. A feed with its newest entries alone loses none."
	textOthers   = "The page names other feeds, which are not read: {list}. If you mean one of them, add it by its own address."
	textEntities = "It declares entities of its own, which are not expanded: they stand in its texts as they are written."
)

// ahead is how far a server's clock may be before ours without being told so.
const ahead = 5 * time.Minute

// batchSize is how many entries are handed over at once.
const batchSize = 250

// validators are the cursor.
type validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"last_modified,omitempty"`
}

// Find reads the feed at an address; if a page is there, the feed it names.
func (f *Feeds) Find(ctx context.Context, typed reader.Typed) (reader.Place, error) {
	u, err := fetch.Address(typed.URL)
	if err != nil {
		return reader.Place{}, err
	}
	address := u.String()
	answer, err := f.fetch(ctx, address, validators{})
	if err != nil {
		return reader.Place{}, err
	}
	found, notFeed := f.parse(answer)
	if notFeed == nil {
		return f.place(address, answer, found, nil), nil
	}
	base, err := url.Parse(answer.URL)
	if err != nil {
		return reader.Place{}, notFeed
	}
	links := feed.Discover(answer.Body, base)
	for _, l := range links[:min(len(links), 3)] {
		answer, err := f.fetch(ctx, l.URL, validators{})
		if err != nil {
			continue
		}
		if found, err := f.parse(answer); err == nil {
			return f.place(l.URL, answer, found, others(links, l)), nil
		}
	}
	return reader.Place{}, notFeed
}

// place gives a feed that was read to find it. Where a page names others, its
// first reading says so.
func (f *Feeds) place(address string, answer *fetch.Response, found *feed.Feed, others []string) reader.Place {
	return reader.Place{URL: address, Title: found.Title, First: func(ctx context.Context, deliver reader.Deliver) (reader.Report, error) {
		said, err := f.deliver(ctx, answer, found, deliver)
		if len(others) > 0 {
			said.Also = append(said.Also, reader.Note{Text: textOthers, Args: []any{"list", strings.Join(others, ", ")}})
		}
		return said, err
	}}
}

// mostOthers is how many other feeds of a page are named.
const mostOthers = 5

// others gives the addresses of the feeds that a page names beside one.
func others(links []feed.Link, taken feed.Link) (at []string) {
	for _, l := range links {
		if l.URL != taken.URL && len(at) < mostOthers {
			at = append(at, l.URL)
		}
	}
	return at
}

// Read reads a feed, unless it has not changed.
func (f *Feeds) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (reader.Report, error) {
	var v validators
	if from.Cursor != "" {
		if err := json.Unmarshal([]byte(from.Cursor), &v); err != nil {
			v = validators{} // read as for the first time
		}
	}
	answer, err := f.fetch(ctx, from.URL, v)
	if err != nil || answer.NotModified {
		return report(answer), err
	}
	read, err := f.parse(answer)
	if err != nil {
		return report(answer), err
	}
	return f.deliver(ctx, answer, read, deliver)
}

// report says what an answer says of the next reading; there may be none.
func report(answer *fetch.Response) reader.Report {
	if answer == nil {
		return reader.Report{}
	}
	return reader.Report{Same: answer.NotModified, Wait: answer.RetryAfter}
}

// deliver hands over what a feed holds. Only its end has the cursor: a feed
// that was delivered in part is read whole again.
func (f *Feeds) deliver(ctx context.Context, answer *fetch.Response, read *feed.Feed, deliver reader.Deliver) (reader.Report, error) {
	said, wrong := report(answer), 0
	cursor, err := json.Marshal(validators{answer.ETag, answer.LastModified})
	if err != nil {
		return said, err
	}
	posts := make([]reader.Post, len(read.Entries))
	for i, e := range read.Entries {
		posts[i] = post(e)
		if e.DateWrong || e.PublishedAt.After(f.now().Add(ahead)) {
			wrong++
		}
	}
	for len(posts) > batchSize {
		if err := deliver(ctx, reader.Batch{Posts: posts[:batchSize]}); err != nil {
			return said, err
		}
		posts = posts[batchSize:]
	}
	if wrong > 0 {
		said.Also = append(said.Also, reader.Note{Text: textDates, Args: []any{"wrong", wrong}})
	}
	if read.Repaired {
		said.Also = append(said.Also, reader.Note{Text: textLetters})
	}
	if read.More {
		said.Also = append(said.Also, reader.Note{Text: textMore, Args: []any{"most", len(read.Entries)}})
	}
	if read.Entities {
		said.Also = append(said.Also, reader.Note{Text: textEntities})
	}
	return said, deliver(ctx, reader.Batch{Posts: posts, Cursor: string(cursor)})
}

// post makes a post of an entry, which feed.Parse has cleaned.
func post(e feed.Entry) reader.Post {
	return reader.Post{ID: e.ID, URL: e.URL, Author: reader.Author{Name: e.AuthorName, URL: e.AuthorURL}, Text: e.Text,
		Language: e.Language, HasImage: e.HasImage, PublishedAt: e.PublishedAt, DateWrong: e.DateWrong}
}

// fetch asks the web. With an error the answer may still say when to come back.
func (f *Feeds) fetch(ctx context.Context, address string, v validators) (*fetch.Response, error) {
	return f.web.Get(ctx, fetch.Request{URL: address, ETag: v.ETag, LastModified: v.LastModified,
		Accept: "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"})
}

// parse reads a feed in an answer.
func (f *Feeds) parse(answer *fetch.Response) (*feed.Feed, error) {
	base, err := url.Parse(answer.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "This is no web address. Give one that begins with https:// and names a site.").Because(err)
	}
	return feed.Reader{Now: f.now}.Parse(answer.Body, answer.ContentType, base)
}
