// Package sitemap reads what a site publishes, by its sitemaps: Google's news
// sitemaps, which give each article's title, keywords, language and date, and
// plain ones, whose newest pages are opened for their titles. News is opened,
// too, once: only the page says whether it may be kept (robots "noindex").
//
// Its cursor is how far it has come: the date of the newest news, what was found
// of that which is listed, the last page opened, and what the server gave us so
// that it may answer "not modified".
package sitemap

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/plain"
	"tribune/listen/reader"
)

// Sitemaps is the reader of sitemaps.
type Sitemaps struct {
	web *reader.Polite
	now func() time.Time
}

// New makes the reader of sitemaps.
func New(web *reader.Polite, now func() time.Time) *Sitemaps { return &Sitemaps{web: web, now: now} }

const (
	mapsMost  = 10             // of an index, in one reading
	newsMost  = 10_000         // the newest; Google allows 1,000 in a map
	pagesMost = 20             // opened in one reading
	recent    = 48 * time.Hour // how long a news sitemap shows an article (Google), and may still change its title
	soon      = time.Minute    // until what one reading left over
	batchSize = 250
)

// What people read; the keys of the catalogue.
const (
	textNotMap  = "This is no sitemap, and the robots.txt of {host} names none that can be read. Give the address of a sitemap, as in https://site.example/sitemap-news.xml."
	textNoIndex = "Pages that ask not to be kept: {n}; they were passed over."
	textKeptOut = "Pages that robots.txt asks programs not to read: {n}; they were passed over."
	textClosed  = "Pages that could not be opened: {n}; they were passed over."
	textLater   = "Pages that could not be opened for the moment: {n}; they are tried again by themselves."
)

// progress is the cursor.
type progress struct {
	Since        time.Time          `json:"since,omitzero"`  // the date of the newest news that was opened
	Found        map[string]verdict `json:"found,omitempty"` // of news that is listed, and of any page to be asked for again, by its key
	Opened       time.Time          `json:"opened,omitzero"` // the date of the plain page that was opened last, with its address
	OpenedURL    string             `json:"opened_url,omitempty"`
	ETag         string             `json:"etag,omitempty"`
	LastModified string             `json:"last_modified,omitempty"`
}

// Find reads the sitemap at an address; of a site, one that its robots.txt
// names, news first.
func (s *Sitemaps) Find(ctx context.Context, typed reader.Typed) (reader.Place, error) {
	u, err := fetch.Address(typed.URL)
	if err != nil {
		return reader.Place{}, err
	}
	address := u.String()
	if _, _, err = s.get(ctx, address, progress{}); err == nil {
		return reader.Place{URL: address, Title: u.Hostname()}, nil
	}
	if fault.Is(err, fault.Unavailable) && strings.Trim(u.Path, "/") != "" {
		return reader.Place{}, err
	}
	named := s.named(ctx, u)
	for _, at := range named[:min(len(named), 3)] {
		if _, _, err := s.get(ctx, at, progress{}); err == nil {
			return reader.Place{URL: at, Title: u.Hostname()}, nil
		}
	}
	return reader.Place{}, err
}

// named gives the sitemaps that a site's robots.txt names, those of news first.
func (s *Sitemaps) named(ctx context.Context, u *url.URL) []string {
	answer, err := s.web.Get(ctx, fetch.Request{URL: u.Scheme + "://" + u.Host + "/robots.txt"})
	if err != nil {
		return nil
	}
	var all []string
	for line := range strings.Lines(string(answer.Body)) {
		key, value, _ := strings.Cut(line, ":")
		if value = strings.TrimSpace(value); strings.EqualFold(strings.TrimSpace(key), "sitemap") && here(value, nil) {
			all = append(all, value)
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return cmp.Compare(rank(a), rank(b)) })
	return all
}

// rank puts sitemaps of news first.
func rank(address string) int {
	if strings.Contains(strings.ToLower(address), "news") {
		return 0
	}
	return 1
}

// get reads one sitemap.
func (s *Sitemaps) get(ctx context.Context, address string, p progress) (*fetch.Response, file, error) {
	answer, err := s.web.Get(ctx, fetch.Request{URL: address, ETag: p.ETag, LastModified: p.LastModified, Accept: "application/xml, text/xml;q=0.9, */*;q=0.5"})
	if err != nil || answer.NotModified {
		return answer, file{}, err
	}
	base, err := url.Parse(answer.URL)
	if err != nil {
		return answer, file{}, err
	}
	f, err := parse(answer.Body, base)
	if errors.Is(err, errOther) {
		err = fault.New(fault.Invalid, textNotMap, "host", base.Hostname()).Because(err)
	}
	return answer, f, err
}

// Read reads the sitemap, or the newest of those that an index lists.
func (s *Sitemaps) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (report reader.Report, err error) {
	var p progress
	if json.Unmarshal([]byte(from.Cursor), &p) != nil {
		p = progress{} // as for the first time
	}
	answer, f, err := s.get(ctx, from.URL, p)
	if answer != nil {
		report.Wait, report.Same = answer.RetryAfter, answer.NotModified
	}
	if err != nil || report.Same {
		return report, err
	}
	next := progress{Since: p.Since, Found: map[string]verdict{}, Opened: p.Opened, OpenedURL: p.OpenedURL}
	if len(f.maps) == 0 {
		next.ETag, next.LastModified = answer.ETag, answer.LastModified
	}
	pages := f.pages
	for _, m := range s.chosen(f.maps) {
		answer, in, err := s.get(ctx, m.URL, progress{})
		if err != nil {
			if answer != nil {
				report.Wait = max(report.Wait, answer.RetryAfter)
			}
			return report, err
		}
		pages = append(pages, in.pages...)
	}
	return report, s.deliver(ctx, pages, p, next, &report, deliver)
}

// chosen gives the sitemaps of an index that are worth reading: those of news,
// and the newest.
func (s *Sitemaps) chosen(maps []listed) []listed {
	maps = slices.DeleteFunc(maps, func(m listed) bool { return !m.Modified.IsZero() && m.Modified.Before(s.now().Add(-2*recent)) })
	slices.SortStableFunc(maps, func(a, b listed) int {
		return cmp.Or(cmp.Compare(rank(a.URL), rank(b.URL)), b.Modified.Compare(a.Modified))
	})
	return maps[:min(len(maps), mapsMost)]
}

// deliver hands over what is new, oldest first: news that may be kept, whose
// title may have changed, then pages that have to be opened, a few in each reading.
func (s *Sitemaps) deliver(ctx context.Context, pages []entry, p, next progress, report *reader.Report, deliver reader.Deliver) error {
	var news []reader.Post
	var unread []entry
	keptOut, listed := 0, map[string]bool{}
	for _, e := range sorted(pages) {
		key := e.key()
		if e.found = p.Found[key]; !e.News {
			e.found = min(e.found, 0) // it was news
		}
		if listed[key] || !p.wants(e, s.now()) {
			continue
		}
		listed[key] = true
		if !s.web.May(ctx, e.URL) {
			keptOut++
			continue
		}
		if e.found != 0 {
			next.Found[key] = e.found
		}
		if e.found <= 0 {
			unread = append(unread, e)
		} else if e.found == kept {
			news = append(news, e.post())
		}
	}
	for part := range slices.Chunk(news, batchSize) {
		if err := deliver(ctx, reader.Batch{Posts: part}); err != nil {
			return err
		}
	}
	count(report, textKeptOut, keptOut)
	opened, err := s.open(ctx, unread, &next, report)
	if err != nil {
		return err
	}
	cursor, err := json.Marshal(next)
	if err != nil {
		return err
	}
	return deliver(ctx, reader.Batch{Posts: opened, Cursor: string(cursor)})
}

// sorted gives the news, oldest first, then the other pages.
func sorted(pages []entry) []entry {
	slices.SortStableFunc(pages, func(a, b entry) int {
		return cmp.Or(a.at().Compare(b.at()), strings.Compare(a.URL, b.URL))
	})
	var news, others []entry
	for _, e := range pages {
		if e.News {
			news = append(news, e)
		} else {
			others = append(others, e)
		}
	}
	return append(news[max(0, len(news)-newsMost):], others...)
}

// wants reports whether a page is still to be looked at: one that is not old,
// or has to be asked for again.
func (p progress) wants(e entry, now time.Time) bool {
	if e.News {
		return e.found < 0 || e.at().IsZero() || !e.at().Before(p.Since.Add(-recent))
	}
	return now.Sub(e.at()) < recent && (e.found < 0 || p.before(e))
}

// before reports whether a plain page comes behind the one that was opened last.
func (p progress) before(e entry) bool {
	return cmp.Or(e.Modified.Compare(p.Opened), strings.Compare(e.URL, p.OpenedURL)) > 0
}

// at is when a page was published, or modified.
func (e entry) at() time.Time {
	if e.News {
		return e.Published
	}
	return e.Modified
}

// key names a page in the cursor.
func (e entry) key() string {
	sum := sha256.Sum256([]byte(e.URL))
	return base64.RawURLEncoding.EncodeToString(sum[:9])
}

// post makes a post of a page. The publication speaks.
func (e entry) post() reader.Post {
	p := reader.Post{ID: e.URL, URL: e.URL, Text: e.Title, Language: e.Language, PublishedAt: e.Published, DateWrong: e.DateWrong, AtAddress: true}
	if len(p.ID) > 512 {
		p.ID = ""
	}
	if e.Keywords != "" {
		p.Text += "\n\n" + e.Keywords
	}
	if u, err := url.Parse(e.URL); err == nil {
		p.Author = reader.Author{Name: cmp.Or(e.Name, plain.Line(u.Hostname())), URL: u.Scheme + "://" + u.Host + "/"}
	}
	return p
}
