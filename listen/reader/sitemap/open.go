package sitemap

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"time"

	"tribune/internal/fetch"
	"tribune/listen/reader"
)

// verdict is what was found when a page was opened. Below zero it counts how
// often that failed for the moment.
type verdict int

const (
	again   verdict = iota - 1 // it failed for the moment
	_                          // it was not opened
	kept                       // it may be kept
	noIndex                    // it asks not to be
	closed                     // it cannot be opened
)

// open opens the first of the pages, those last that failed most often, gives
// what may be kept, and moves the cursor behind them. Where a page asks for
// time, no more are opened.
func (s *Sitemaps) open(ctx context.Context, unread []entry, next *progress, report *reader.Report) (posts []reader.Post, err error) {
	slices.SortStableFunc(unread, func(a, b entry) int { return cmp.Compare(b.found, a.found) })
	counts, rest := map[verdict]int{}, unread
	judged, wait := false, time.Duration(0)
	for _, e := range unread[:min(len(unread), pagesMost)] {
		if wait > 0 {
			break
		}
		var found verdict
		found, wait = s.look(ctx, &e)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rest = rest[1:]
		next.move(e, found, s.now())
		judged = judged || found > 0
		if found > 0 && !e.News {
			counts[found]++
		}
		if found == kept && e.Title != "" {
			posts = append(posts, e.post())
		}
	}
	for _, found := range next.Found {
		counts[max(found, again)]++
	}
	count(report, textNoIndex, counts[noIndex])
	count(report, textClosed, counts[closed])
	count(report, textLater, counts[again])
	report.Wait = max(report.Wait, wait)
	if wait == 0 && len(rest) > 0 && (judged || rest[0].found == 0) {
		report.More, report.Wait = true, max(report.Wait, soon)
	}
	if len(rest) > 0 || counts[again] > 0 {
		next.ETag, next.LastModified = "", "" // the same map has more
	}
	return posts, nil
}

// look opens a page for what it says of itself. wait is how long the site wants
// to be left alone.
func (s *Sitemaps) look(ctx context.Context, e *entry) (found verdict, wait time.Duration) {
	answer, err := s.web.Get(ctx, fetch.Request{URL: e.URL, Accept: "text/html"})
	switch {
	case err != nil && answer == nil:
		// No answer in time, or half of one. What else has none stays so: it is
		// too large, or sends us on to where we may not read.
		if _, network := errors.AsType[net.Error](err); network || errors.Is(err, io.ErrUnexpectedEOF) {
			return again, 0
		}
		return closed, 0
	case err != nil && answer.Status == http.StatusTooManyRequests:
		return again, max(answer.RetryAfter, soon)
	case err != nil && answer.Status >= 500:
		return again, answer.RetryAfter
	case err != nil:
		return closed, 0
	}
	p := head(answer.Body, answer.ContentType)
	if reader.NoIndex(answer.Header, p.robots...) {
		return noIndex, 0
	}
	if !e.News {
		e.Title, e.Keywords, e.Published = p.title, p.about, e.Modified
		e.Language = cmp.Or(e.Language, p.language)
	}
	return kept, 0
}

// move moves the cursor behind a page that was opened.
func (p *progress) move(e entry, found verdict, now time.Time) {
	key := e.key()
	switch {
	case found == again:
		p.Found[key] += again
	case e.News:
		p.Found[key] = found
	default:
		delete(p.Found, key)
	}
	switch {
	case !e.News && p.before(e):
		p.Opened, p.OpenedURL = e.Modified, e.URL
	case e.News && e.Published.After(p.Since):
		p.Since = e.Published
		if p.Since.After(now) {
			p.Since = now
		}
	}
}

// count notes how many pages were put up with, if any were.
func count(report *reader.Report, text string, n int) {
	if n > 0 {
		report.Also = append(report.Also, reader.Note{Text: text, Args: []any{"n", n}})
	}
}
