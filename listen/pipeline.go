package listen

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"time"

	"tribune/internal/fault"
	"tribune/internal/feed"
	"tribune/internal/fetch"
)

// The main road, from top to bottom:
//
//	source -> fetch -> parse -> normalise -> match -> store -> event
//
// What comes by another road (the API, a file, a resting item) joins it at
// normalise. Every stage is a function over a batch; store writes the event
// "mentions.stored" in its own transaction, and from there the inbox goes on.

// batchSize keeps a transaction well under 200 ms.
const batchSize = 250

// ahead is how far a server's clock may be before ours without being told so.
const ahead = 5 * time.Minute

// errMoved says that a standing query changed between match and store.
var errMoved = errors.New("listen: the standing queries changed")

// tally is what a stretch of the main road did.
type tally struct {
	read     int  // utterances that came
	fresh    int  // that were not there before, resting ones included
	mentions int  // that became mentions
	wrong    int  // that had a date that cannot be
	repaired bool // the feed's encoding was wrong
}

// read takes one feed down the whole road. The answer is nil if the feed could
// not be fetched at all.
func (r *Radar) read(ctx context.Context, s Source, v validators) (*fetch.Response, tally, error) {
	answer, err := r.fetch(ctx, s.URL, v)
	if err != nil || answer.NotModified {
		return answer, tally{}, err
	}
	read, err := r.parse(answer)
	if err != nil {
		return answer, tally{}, err
	}
	t, err := r.deliver(ctx, s, read)
	return answer, t, err
}

// deliver takes what a feed holds down the rest of the road.
func (r *Radar) deliver(ctx context.Context, s Source, f *feed.Feed) (tally, error) {
	all := tally{repaired: f.Repaired}
	for part := range slices.Chunk(f.Entries, batchSize) {
		done, err := r.take(ctx, normalise(s, part, r.now()))
		if err != nil {
			return all, err
		}
		all.read += len(part)
		for _, e := range part {
			if e.DateWrong || e.PublishedAt.After(r.now().Add(ahead)) {
				all.wrong++
			}
		}
		for _, d := range done {
			if !d.known && (d.id != 0 || d.rests) {
				all.fresh++
			}
			if !d.known && d.id != 0 {
				all.mentions++
			}
		}
	}
	return all, nil
}

// validators are what a server gave us so that it may answer "not modified".
type validators struct{ etag, lastModified string }

// fetch asks the web. With an error the answer may still say when to come back.
func (r *Radar) fetch(ctx context.Context, address string, v validators) (*fetch.Response, error) {
	return r.web.Get(ctx, fetch.Request{URL: address, ETag: v.etag, LastModified: v.lastModified,
		Accept: "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"})
}

// parse reads a feed in an answer.
func (r *Radar) parse(answer *fetch.Response) (*feed.Feed, error) {
	base, err := url.Parse(answer.URL)
	if err != nil {
		return nil, fault.New(fault.Invalid, "This is no web address. Give one that begins with https:// and names a site.").Because(err)
	}
	return feed.Reader{Now: r.now}.Parse(answer.Body, answer.ContentType, base)
}

// normalise makes utterances of entries.
func normalise(s Source, entries []feed.Entry, now time.Time) []utterance {
	said := make([]utterance, 0, len(entries))
	for _, e := range entries {
		p := fromEntry(e)
		stated := p.PublishedAt
		p.PublishedAt = settleDate(stated, now)
		u := utter(s, p, stated)
		// A feed goes on showing what rested here and was let go: that does
		// not rest anew. On the first reading everything is new.
		u.stale = !s.OKAt.IsZero() && now.Sub(p.PublishedAt) > restFor
		said = append(said, u)
	}
	return said
}

// take matches a batch and stores it, again if a query changed meanwhile.
func (r *Radar) take(ctx context.Context, said []utterance) ([]outcome, error) {
	for {
		st, err := r.standing(ctx)
		if err != nil {
			return nil, err
		}
		st.match(said)
		done, err := r.store(ctx, st, said)
		if errors.Is(err, errMoved) {
			r.forget(st)
			continue
		}
		return done, err
	}
}
