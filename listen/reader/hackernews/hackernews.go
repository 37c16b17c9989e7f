// Package hackernews reads Hacker News through its public search interface
// (https://hn.algolia.com/api), newest first: what a search finds, or all.
//
// Its cursor says up to when all was read, and, in the middle of a window, how
// far down it is. Stories and comments may be edited for two hours, so the last
// two hours are read again each time. The interface allows 10,000 requests an
// hour; a reading makes twenty at most.
package hackernews

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fetch"
	"tribune/internal/plain"
	"tribune/listen/reader"
)

// HackerNews is the reader of Hacker News.
type HackerNews struct {
	web reader.Web
	now func() time.Time
}

// New makes the reader of Hacker News.
func New(web reader.Web, now func() time.Time) *HackerNews { return &HackerNews{web: web, now: now} }

const (
	home     = "https://hn.algolia.com/"
	site     = "https://news.ycombinator.com/"
	perPage  = 100
	requests = 20                 // of one reading
	first    = 7 * 24 * time.Hour // how far back the first reading looks
	editable = 2 * time.Hour      // how long what was said may be edited
	overlap  = 10 * time.Minute   // how long the search may take to know of something
	soon     = time.Minute        // until what one reading left over
)

// progress is the cursor: all up to Since was read, and of what came after that
// all from Until to Newest. Seconds since 1970.
type progress struct {
	Since  int64 `json:"since"`
	Until  int64 `json:"until,omitempty"`
	Newest int64 `json:"newest,omitempty"`
}

// hit is a story or a comment that the search found.
type hit struct {
	ID          string `json:"objectID"`
	CreatedAt   int64  `json:"created_at_i"`
	Created     string `json:"created_at"` // all that an item by its id has to say of it
	Author      string `json:"author"`
	Title       string `json:"title"`
	URL         string `json:"url"`
	StoryText   string `json:"story_text"`
	CommentText string `json:"comment_text"`
	Parent      int64  `json:"parent_id"`
}

// Find takes "hn", "hn: words", the words alone, or the address of a search.
func (h *HackerNews) Find(ctx context.Context, typed reader.Typed) (reader.Place, error) {
	words, base := strings.TrimSpace(typed.URL), home
	if u, err := url.Parse(words); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		words = u.Query().Get("query") + u.Query().Get("q")
		if host := strings.ToLower(u.Hostname()); host != "news.ycombinator.com" && host != "hn.algolia.com" {
			base = u.Scheme + "://" + u.Host + "/"
		}
	} else {
		for _, name := range []string{"hackernews", "hacker news", "hn"} {
			if len(words) >= len(name) && strings.EqualFold(words[:len(name)], name) && (len(words) == len(name) || words[len(name)] == ' ' || words[len(name)] == ':') {
				words = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(words[len(name):]), ":"))
				break
			}
		}
	}
	words = plain.Clip(plain.Line(words), 200)
	place := reader.Place{URL: base, Title: "Hacker News"}
	if words != "" {
		place.URL, place.Title = base+"?"+url.Values{"query": {words}}.Encode(), "Hacker News: "+words
	}
	_, _, err := h.search(ctx, place.URL, 0, 0, 1)
	return place, err
}

// search asks for what was said from since up to until, newest first; until 0
// means now.
func (h *HackerNews) search(ctx context.Context, address string, since, until int64, limit int) ([]hit, *fetch.Response, error) {
	u, err := fetch.Address(address)
	if err != nil {
		return nil, nil, err
	}
	filters := "created_at_i>=" + strconv.FormatInt(since, 10)
	if until > 0 {
		filters += ",created_at_i<=" + strconv.FormatInt(until, 10)
	}
	ask := url.Values{"query": {u.Query().Get("query")}, "tags": {"(story,comment)"}, "numericFilters": {filters}, "hitsPerPage": {strconv.Itoa(limit)}}
	at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/api/v1/search_by_date", RawQuery: ask.Encode()}
	answer, err := h.web.Get(ctx, fetch.Request{URL: at.String(), Accept: "application/json"})
	if err != nil {
		return nil, answer, err
	}
	var f struct {
		Hits *[]hit `json:"hits"`
	}
	if err := reader.JSON(answer, &f); err != nil {
		return nil, answer, err
	}
	if f.Hits == nil {
		return nil, answer, reader.Strange(answer.URL, nil)
	}
	return *f.Hits, answer, nil
}

// Read reads downwards from now, or from where the last reading was, to what
// was read before.
func (h *HackerNews) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (report reader.Report, err error) {
	p := h.begin(from)
	for range requests {
		hits, answer, err := h.search(ctx, from.URL, p.Since, p.Until, perPage)
		if answer != nil {
			report.Wait = answer.RetryAfter
		}
		if err != nil {
			return report, err
		}
		b := reader.Batch{}
		for _, one := range hits {
			if post, ok := one.post(); ok {
				b.Posts = append(b.Posts, post)
			}
			p.Newest = max(p.Newest, one.CreatedAt)
		}
		ended := len(hits) < perPage
		switch {
		case ended:
			p = progress{Since: max(p.Newest, p.Since)}
		case hits[len(hits)-1].CreatedAt < p.Until || p.Until == 0:
			p.Until = hits[len(hits)-1].CreatedAt
		default: // a page full of one second: what is left of it is passed over
			p.Until--
		}
		cursor, err := json.Marshal(p)
		if err != nil {
			return report, err
		}
		b.Cursor = string(cursor)
		if err := deliver(ctx, b); err != nil || ended {
			return report, err
		}
	}
	report.More, report.Wait = true, max(report.Wait, soon)
	return report, nil
}

// begin gives where to read: on where the last reading was, or a new window,
// which begins a while before all that was read.
func (h *HackerNews) begin(from reader.From) (p progress) {
	if json.Unmarshal([]byte(from.Cursor), &p) != nil || p.Since <= 0 {
		return progress{Since: h.now().Add(-first).Unix()}
	}
	if p.Until > 0 {
		return p
	}
	back := editable
	if u, err := url.Parse(from.URL); err == nil && u.Query().Get("query") == "" {
		back = overlap // all of it, twelve thousand posts a day
	}
	return progress{Since: p.Since - int64(back/time.Second), Newest: p.Since}
}

// post makes a post of a hit; ok is false if it says nothing any more.
func (x hit) post() (p reader.Post, ok bool) {
	if x.ID == "" || len(x.ID) > 20 || x.Author == "" {
		return p, false
	}
	text := plain.FromHTML(x.CommentText)
	if text == "" {
		parts := []string{plain.Line(x.Title), plain.FromHTML(x.StoryText), plain.Line(x.URL)}
		for _, part := range parts {
			if part != "" {
				text += "\n\n" + part
			}
		}
		text = strings.TrimSpace(text)
	}
	if at, err := time.Parse(time.RFC3339, x.Created); err == nil && x.CreatedAt == 0 {
		x.CreatedAt = at.Unix()
	}
	p = reader.Post{ID: x.ID, URL: item(x.ID), Text: text, AtAddress: true, PublishedAt: time.Unix(x.CreatedAt, 0).UTC(),
		Author: reader.Author{Name: x.Author, URL: site + "user?id=" + url.QueryEscape(x.Author)}}
	if p.DateWrong = x.CreatedAt <= 0 || x.CreatedAt > 253402300799; p.DateWrong { // beyond the year 9999
		p.PublishedAt = time.Time{}
	}
	if x.Parent > 0 {
		p.ReplyTo = item(strconv.FormatInt(x.Parent, 10))
	}
	return p, text != ""
}

func item(id string) string { return site + "item?id=" + url.QueryEscape(id) }

// Check asks for each post by its id; what has neither author nor words was
// deleted.
func (h *HackerNews) Check(ctx context.Context, from reader.From, ids []string) (b reader.Batch, report reader.Report, err error) {
	u, err := fetch.Address(from.URL)
	if err != nil {
		return b, report, err
	}
	for _, id := range ids {
		at := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/api/v1/items/" + id}
		answer, err := h.web.Get(ctx, fetch.Request{URL: at.String(), Accept: "application/json"})
		if answer != nil && answer.Status == http.StatusNotFound {
			b.Gone = append(b.Gone, id)
			continue
		}
		if answer != nil {
			report.Wait = answer.RetryAfter
		}
		if err != nil {
			return b, report, err
		}
		var x struct {
			hit
			Number int64  `json:"id"`
			Text   string `json:"text"`
			Type   string `json:"type"`
		}
		if err := reader.JSON(answer, &x); err != nil {
			return b, report, err
		}
		if x.hit.ID = strconv.FormatInt(x.Number, 10); x.ID != id {
			return b, report, reader.Strange(answer.URL, nil)
		}
		if x.Type == "comment" {
			x.CommentText = x.Text
		} else {
			x.StoryText = x.Text
		}
		if post, ok := x.post(); ok {
			b.Posts = append(b.Posts, post)
		} else {
			b.Gone = append(b.Gone, id)
		}
	}
	return b, report, nil
}
