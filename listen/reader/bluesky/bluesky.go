// Package bluesky hears all of Bluesky as it is said, through Jetstream
// (https://github.com/bluesky-social/jetstream): a websocket that tells of each
// post that is made, changed or deleted. What no standing query matches only
// rests for a while.
//
// The cursor is the time of the last event, in microseconds. A connection that
// is cut is opened again a few seconds before it, with growing pauses; what
// comes twice is known by its id. Who a matching post is by is asked of the
// public interface, and so is whether they want to be shown to strangers.
package bluesky

import (
	"context"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/listen/reader"
)

// Bluesky is the reader of Bluesky.
type Bluesky struct {
	web   reader.Web
	pause func(ctx context.Context, d time.Duration)
}

// New makes the reader of Bluesky.
func New(web reader.Web) *Bluesky { return &Bluesky{web: web, pause: reader.Pause} }

const (
	home      = "wss://jetstream2.us-east.bsky.network/subscribe"
	silence   = time.Minute     // on all of Bluesky something is said every second
	rewind    = 5 * time.Second // before the cursor, for what was said at the same moment
	batchMost = 250
	batchWait = time.Second
)

const textTyped = "Write “bluesky”, or the address of a Jetstream server, as in wss://jetstream2.us-east.bsky.network/subscribe."

// Find takes "bluesky" or the address of a server.
func (b *Bluesky) Find(ctx context.Context, typed reader.Typed) (reader.Place, error) {
	s := strings.TrimSpace(typed.URL)
	switch strings.ToLower(strings.TrimPrefix(strings.TrimPrefix(s, "https://"), "www.")) {
	case "bluesky", "bsky", "bsky.app", "bsky.app/", "bsky.social", "bsky.social/", "":
		s = home
	}
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "wss" && u.Scheme != "ws" || u.Host == "" || u.User != nil {
		return reader.Place{}, fault.New(fault.Invalid, textTyped)
	}
	u.RawQuery, u.Fragment = "", ""
	if u.Path == "" || u.Path == "/" {
		u.Path = "/subscribe"
	}
	place := reader.Place{URL: u.String(), Title: "Bluesky"}
	if !official(u) {
		place.Title += " · " + u.Host
	}
	socket, err := b.web.Socket(ctx, address(place.URL, 0), silence)
	if err == nil {
		socket.Close()
	}
	return place, err
}

// official reports whether a server is one of those that Bluesky runs.
func official(u *url.URL) bool { return strings.HasSuffix(u.Hostname(), ".bsky.network") }

// address gives the address to connect to; cursor 0 means from now on.
func address(base string, cursor int64) string {
	ask := url.Values{"wantedCollections": {collection}, "maxMessageSizeBytes": {strconv.Itoa(fetch.MaxMessage)}}
	if cursor > 0 {
		ask.Set("cursor", strconv.FormatInt(max(cursor-rewind.Microseconds(), 0), 10))
	}
	return base + "?" + ask.Encode()
}

// Read listens until ctx ends, or until several connections in a row brought
// nothing.
func (b *Bluesky) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (reader.Report, error) {
	cursor, _ := strconv.ParseInt(from.Cursor, 10, 64) // 0: from now on
	for failed := 0; ; {
		before := cursor
		err := b.listen(ctx, from.URL, &cursor, deliver)
		if ctx.Err() != nil {
			return reader.Report{}, ctx.Err()
		}
		if !fault.Is(err, fault.Unavailable) { // ours, or an address that is no good
			return reader.Report{}, err
		}
		if failed++; cursor != before {
			failed = 1
		}
		if failed >= reader.Tries {
			return reader.Report{}, err
		}
		b.pause(ctx, reader.Again(failed))
	}
}

// listen hands over what one connection brings, until it ends.
func (b *Bluesky) listen(ctx context.Context, base string, cursor *int64, deliver reader.Deliver) error {
	socket, err := b.web.Socket(ctx, address(base, *cursor), silence)
	if err != nil {
		return err
	}
	defer socket.Close()
	return reader.Gather(ctx, socket.Next, batchMost, batchWait, func(messages [][]byte) error {
		batch, last := batchOf(messages)
		if last <= *cursor { // what was heard before the connection was cut
			batch.Cursor = ""
		}
		if err := deliver(ctx, batch); err != nil {
			return err
		}
		*cursor = max(*cursor, last)
		return nil
	})
}

// batchOf makes a batch of messages, and gives the time of the last.
func batchOf(messages [][]byte) (b reader.Batch, last int64) {
	at := map[string]int{} // where a post of this batch stands
	for _, m := range messages {
		e, ok := read(m)
		if !ok {
			continue // one message that cannot be read harms no other
		}
		last = max(last, e.TimeUS)
		if e.Account != nil && !e.Account.Active && e.Account.Status == "deleted" {
			b.Left = append(b.Left, page(e.DID))
		}
		if e.Commit == nil {
			continue
		}
		id := id(e.DID, e.Commit.Key)
		p, words := e.Commit.Record.post(e.DID, e.Commit.Key)
		i, here := at[id]
		switch {
		case e.Commit.Operation == "delete" || e.Commit.Operation == "update" && !words:
			if b.Gone = append(b.Gone, id); here {
				b.Posts[i].Text = "" // taken out below
			}
		case !words:
		case here:
			b.Posts[i] = p
		default:
			p.Edited = e.Commit.Operation == "update"
			at[id], b.Posts = len(b.Posts), append(b.Posts, p)
		}
	}
	kept := b.Posts[:0]
	for _, p := range b.Posts {
		if p.Text != "" {
			kept = append(kept, p)
		}
	}
	b.Posts, b.Cursor = kept, strconv.FormatInt(last, 10)
	return b, last
}
