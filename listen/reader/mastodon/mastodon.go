// Package mastodon reads public timelines of Mastodon and of servers that speak
// its client interface (https://docs.joinmastodon.org/api/): a hashtag, a search
// (which a server allows only with a token), or all that is said on a server.
//
// A timeline is asked for what came since its cursor, and from then on followed
// through the streaming interface where the server offers it; else it is asked
// again and again. Only what is public, by people who let themselves be found
// ("indexable", FEP-5feb; absent means no), and who do not say #nobot, is
// handed over. The cursor is the id of the newest status, and, in the middle of
// catching up, the one after which to go on.
package mastodon

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/plain"
	"tribune/listen/reader"
)

// Mastodon is the reader of the fediverse.
type Mastodon struct {
	web   reader.Web
	now   func() time.Time
	pause func(ctx context.Context, d time.Duration)

	mu       sync.Mutex
	streamed map[string]time.Time // servers that offered no stream, until when they are not asked
}

// New makes the reader of the fediverse.
func New(web reader.Web, now func() time.Time) *Mastodon {
	return &Mastodon{web: web, now: now, pause: reader.Pause, streamed: map[string]time.Time{}}
}

const (
	usual    = "mastodon.social" // where a hashtag is looked for, if nobody says where
	perPage  = 40                // the most that a timeline gives at once
	requests = 20                // of one reading
	soon     = 25 * time.Second  // until what one reading left over: a server allows 300 requests in 5 minutes
	overlap  = 10 * time.Minute  // how much of a timeline is read again: what comes from other servers late has its place by when it was said
)

// What people read; the keys of the catalogue.
const (
	textTyped  = "Write a hashtag with its server, as in #paper@mastodon.social, or the address of a hashtag, of a search, or of a server’s public timeline."
	textToken  = "{host} lets only its members search. Give an access token of an account there, or listen to a hashtag."
	textUnkept = "Posts by people who do not let themselves be searched: {n}; they were not kept."
)

// timeline is what a source reads.
type timeline struct {
	site   *url.URL // scheme and host
	tag    string
	search string // else all that is said on the server
}

// read makes a timeline of a source's address.
func read(address string) (t timeline, err error) {
	u, err := fetch.Address(address)
	if err != nil {
		return t, err
	}
	t.site = &url.URL{Scheme: u.Scheme, Host: u.Host}
	switch path := strings.Trim(u.Path, "/"); {
	case strings.HasPrefix(path, "tags/") || strings.HasPrefix(path, "tag/"):
		t.tag = bareTag(path[strings.IndexByte(path, '/')+1:])
	case path == "search" && u.Query().Get("q") != "":
		if t.search = plain.Clip(plain.Line(u.Query().Get("q")), 200); strings.HasPrefix(t.search, "#") && bareTag(t.search) != "" {
			t.tag, t.search = bareTag(t.search), ""
		}
	case path == "" || path == "public" || path == "public/local" || path == "explore" || path == "about":
	default:
		return t, fault.New(fault.Invalid, textTyped)
	}
	return t, nil
}

// bareTag gives a hashtag without its sign, empty if it is none.
func bareTag(s string) string {
	s = strings.TrimPrefix(s, "#")
	if s == "" || len(s) > 200 || strings.ContainsAny(s, " /?#@:") {
		return ""
	}
	return s
}

// address is under which a timeline is kept: the page that people open.
func (t timeline) address() string {
	u := *t.site
	switch {
	case t.tag != "":
		u.Path = "/tags/" + t.tag
	case t.search != "":
		u.Path, u.RawQuery = "/search", url.Values{"q": {t.search}}.Encode()
	default:
		u.Path = "/public/local"
	}
	return u.String()
}

func (t timeline) title() string {
	switch {
	case t.tag != "":
		return "#" + t.tag + " · " + t.site.Host
	case t.search != "":
		return t.search + " · " + t.site.Host
	}
	return t.site.Host
}

// api gives an address of the client interface.
func (t timeline) api(path string, ask url.Values) string {
	u := *t.site
	u.Path, u.RawQuery = path, ask.Encode()
	return u.String()
}

// Find takes #tag@server, #tag, @server, or an address.
func (m *Mastodon) Find(ctx context.Context, typed reader.Typed) (reader.Place, error) {
	s := strings.TrimSpace(typed.URL)
	switch {
	case strings.HasPrefix(s, "#"):
		tag, server, there := strings.Cut(s, "@")
		if !there {
			server = usual
		}
		s = "https://" + server + "/tags/" + strings.TrimPrefix(tag, "#")
		if bareTag(tag) == "" || strings.ContainsAny(server, "/?#@ ") {
			return reader.Place{}, fault.New(fault.Invalid, textTyped)
		}
	case strings.HasPrefix(s, "@") && !strings.ContainsAny(s[1:], "@/ "):
		s = "https://" + s[1:] + "/public/local"
	}
	t, err := read(s)
	if err != nil {
		return reader.Place{}, err
	}
	_, _, err = m.page(ctx, t, typed.Secret, "", 1)
	return reader.Place{URL: t.address(), Title: t.title()}, err
}

// page asks for a page of a timeline, newest first: what comes right after the
// status after, or the newest there is.
func (m *Mastodon) page(ctx context.Context, t timeline, secret, after string, limit int) ([]status, time.Duration, error) {
	ask := url.Values{"limit": {strconv.Itoa(limit)}}
	if after != "" {
		ask.Set("min_id", after)
	}
	path := "/api/v1/timelines/public"
	switch {
	case t.tag != "":
		path = "/api/v1/timelines/tag/" + t.tag
	case t.search != "":
		path = "/api/v2/search"
		ask.Set("q", t.search)
		ask.Set("type", "statuses")
	default:
		ask.Set("local", "true")
	}
	answer, err := m.web.Get(ctx, fetch.Request{URL: t.api(path, ask), Bearer: secret, Accept: "application/json"})
	wait := m.wait(answer)
	if err != nil {
		if t.search != "" && answer != nil && (answer.Status == http.StatusUnauthorized || answer.Status == http.StatusForbidden) {
			err = fault.New(fault.Invalid, textToken, "host", t.site.Hostname()).Because(err)
		}
		return nil, wait, err
	}
	if t.search == "" {
		var page *[]status
		if err = reader.JSON(answer, &page); err == nil && page == nil {
			err = reader.Strange(answer.URL, nil)
		}
		if err != nil {
			return nil, wait, err
		}
		return *page, wait, nil
	}
	var found struct {
		Statuses *[]status `json:"statuses"`
	}
	if err = reader.JSON(answer, &found); err == nil && found.Statuses == nil {
		err = reader.Strange(answer.URL, nil)
	}
	if err != nil {
		return nil, wait, err
	}
	if secret == "" && len(*found.Statuses) == 0 { // a server may answer strangers, and find nothing for them
		return nil, wait, fault.New(fault.Invalid, textToken, "host", t.site.Hostname())
	}
	return *found.Statuses, wait, nil
}

// wait says how long a server wants to be left alone: as it says itself, or
// until it counts anew once as good as nothing is left
// (https://docs.joinmastodon.org/api/rate-limits/).
func (m *Mastodon) wait(answer *fetch.Response) time.Duration {
	if answer == nil {
		return 0
	}
	left, err := strconv.Atoi(answer.Header.Get("X-RateLimit-Remaining"))
	if err != nil || left > 1 {
		return answer.RetryAfter
	}
	reset := answer.Header.Get("X-RateLimit-Reset")
	at, err := time.Parse(time.RFC3339, reset)
	if seconds, number := strconv.ParseInt(reset, 10, 40); number == nil { // servers that are not Mastodon count them since 1970
		at, err = time.Unix(seconds, 0), nil
	}
	if err != nil {
		return answer.RetryAfter
	}
	return min(max(answer.RetryAfter, at.Sub(m.now()), 0), 24*time.Hour)
}

// Read catches up with a timeline, and follows it where the server lets it be
// followed.
func (m *Mastodon) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (report reader.Report, err error) {
	t, err := read(from.URL)
	if err != nil {
		return report, err
	}
	f := follower{m: m, t: t, from: from, deliver: deliver}
	f.newest, f.after, _ = strings.Cut(from.Cursor, " ")
	for failed := 0; ; {
		before, began := f.newest, m.now()
		report, cut, err := f.once(ctx)
		if !cut {
			return f.noted(report), err
		}
		if failed++; f.newest != before || m.now().Sub(began) > time.Minute { // it worked
			failed = 1
		}
		if failed >= reader.Tries {
			return f.noted(report), err
		}
		m.pause(ctx, reader.Again(failed))
	}
}

// follower reads one timeline.
type follower struct {
	m       *Mastodon
	t       timeline
	from    reader.From
	deliver reader.Deliver
	newest  string // id
	after   string // id up to which a catching up is that has not ended; "" if it has
	unkept  int
}

// once catches up with the timeline and follows it until the connection ends.
// cut says that it was there, and that the other side or the way to it ended it.
func (f *follower) once(ctx context.Context) (report reader.Report, cut bool, err error) {
	stream, err := f.open(ctx)
	if err != nil {
		return report, false, err
	}
	if stream != nil {
		defer stream.Close()
	}
	report, err = f.catchUp(ctx)
	if err != nil || report.More || stream == nil {
		return report, false, err
	}
	err = f.follow(ctx, stream)
	return report, ctx.Err() == nil && fault.Is(err, fault.Unavailable), err
}

// noted adds to a report what was put up with.
func (f *follower) noted(report reader.Report) reader.Report {
	if f.unkept > 0 {
		report.Also = append(report.Also, reader.Note{Text: textUnkept, Args: []any{"n", f.unkept}})
	}
	return report
}

// catchUp asks for what came since the cursor, page by page. What one reading
// does not reach the next goes on with, so that a timeline on which more is said
// in the overlap than a reading takes is read to its end all the same.
func (f *follower) catchUp(ctx context.Context) (report reader.Report, err error) {
	after, seen := f.after, ""
	if after == "" {
		after = back(f.newest)
	}
	for range requests {
		page, wait, err := f.m.page(ctx, f.t, f.from.Secret, after, perPage)
		report.Wait = wait
		if err != nil {
			return report, err
		}
		more := len(page) == perPage && page[0].ID != seen && after != ""
		if f.after = ""; more {
			after, seen = page[0].ID, page[0].ID
			f.after = after
		}
		if err := f.hand(ctx, page, nil); err != nil || !more {
			return report, err
		}
		if wait > 0 {
			break
		}
	}
	report.More, report.Wait = true, max(report.Wait, soon)
	return report, nil
}

// back gives an id before another, by as much as the overlap: statuses are
// numbered by when they were said, in milliseconds, times 2^16. Ids of other
// servers are left as they are.
func back(id string) string {
	n, err := strconv.ParseUint(id, 10, 63)
	step := uint64(overlap/time.Millisecond) << 16
	if err != nil || n < 1<<55 || n <= step {
		return id
	}
	return strconv.FormatUint(n-step, 10)
}

// newer reports whether an id comes after another: numbers by size, else as
// text.
func newer(a, b string) bool {
	x, errX := strconv.ParseUint(a, 10, 64)
	y, errY := strconv.ParseUint(b, 10, 64)
	if errX == nil && errY == nil {
		return x > y
	}
	return a > b
}

// hand delivers statuses and deletions, with the cursor behind them.
func (f *follower) hand(ctx context.Context, page []status, gone []string) error {
	b := reader.Batch{Gone: gone}
	for i := range page {
		s := &page[i]
		if s.ID != "" && len(s.ID) <= 100 && newer(s.ID, f.newest) {
			f.newest = s.ID
		}
		if !s.open() {
			continue
		}
		if !s.Account.findable() {
			f.unkept++
			continue
		}
		if p, ok := s.post(f.t.site.Hostname()); ok {
			b.Posts = append(b.Posts, p)
		}
	}
	b.Cursor = f.newest
	if f.after != "" {
		b.Cursor += " " + f.after
	}
	return f.deliver(ctx, b)
}

// Check asks for statuses by their ids: what is there no longer, or no longer
// for everybody, is gone.
func (m *Mastodon) Check(ctx context.Context, from reader.From, ids []string) (b reader.Batch, report reader.Report, err error) {
	t, err := read(from.URL)
	if err != nil {
		return b, report, err
	}
	// Many at once since 4.3; what is not among them is asked for by itself.
	there := map[string]status{}
	answer, err := m.web.Get(ctx, fetch.Request{URL: t.api("/api/v1/statuses", url.Values{"id[]": ids}), Bearer: from.Secret, Accept: "application/json"})
	if err == nil {
		var all []status
		if reader.JSON(answer, &all) == nil {
			for _, s := range all {
				there[s.ID] = s
			}
		}
	}
	for _, id := range ids {
		s, ok := there[id]
		if !ok {
			answer, err := m.web.Get(ctx, fetch.Request{URL: t.api("/api/v1/statuses/"+id, nil), Bearer: from.Secret, Accept: "application/json"})
			report.Wait = m.wait(answer)
			if answer != nil && (answer.Status == http.StatusNotFound || answer.Status == http.StatusGone) {
				b.Gone = append(b.Gone, id)
				continue
			}
			if err == nil {
				err = reader.JSON(answer, &s)
			}
			if err == nil && s.ID != id {
				err = reader.Strange(answer.URL, nil)
			}
			if err != nil {
				return b, report, err
			}
		}
		p, words := s.post(t.site.Hostname())
		if !s.open() || !s.Account.findable() || !words {
			b.Gone = append(b.Gone, id)
			continue
		}
		b.Posts = append(b.Posts, p)
	}
	b.Gone = slices.Compact(b.Gone)
	return b, report, nil
}
