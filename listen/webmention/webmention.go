package webmention

import (
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/html/charset"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/microformat"
	"tribune/listen/reader"
)

const maxAddress = 512 // bytes: a source names a mention by it

// What is wrong with something that was sent, or with the page it names.
const (
	textNoSource = "source is no web address. Send the address of your page, of at most {limit} bytes, beginning with https:// or http://."
	textNoTarget = "target is no web address. Send the address of our page that yours links to, of at most {limit} bytes."
	textSame     = "source and target are the same page. source is the page that links, target the one it links to."
	textOurs     = "source is a page of this site. Only pages of other sites are heard here."
	textBusy     = "So much waits to be looked at from this site already that no more is taken. Send it again in an hour: nothing else was lost."

	textNoPage   = "{url} is no page of HTML but {type}, so no link can be found in it."
	textNoLink   = "{url} does not link to {target}, as its sender says. Nothing is kept."
	textNoIndex  = "{url} asks programs not to keep it (noindex)."
	textWordless = "{url} links to {target} without words of its own, such as a like. Nothing is kept."
	textGivenUp  = "{url} could not be read in {n} tries, and is not tried again unless it is sent again."
)

// Pair is a page that is said to link to one of ours.
type Pair struct {
	Source, Target *url.URL // without their fragments
}

// Check reads what was sent, and refuses what cannot be.
func Check(source, target string) (p Pair, err error) {
	if p.Source, err = fetch.Address(source); err != nil || len(p.Source.String()) > maxAddress {
		return p, fault.New(fault.Invalid, textNoSource, "limit", maxAddress).On("source")
	}
	if p.Target, err = fetch.Address(target); err != nil || len(p.Target.String()) > maxAddress {
		return p, fault.New(fault.Invalid, textNoTarget, "limit", maxAddress).On("target")
	}
	switch {
	case samePage(p.Source, p.Target):
		return p, fault.New(fault.Invalid, textSame).On("source")
	case SameSite(p.Source, p.Target):
		return p, fault.New(fault.Invalid, textOurs).On("source")
	}
	return p, nil
}

// SameSite reports whether two addresses are of one host and port, whatever
// their scheme.
func SameSite(a, b *url.URL) bool { return site(a) == site(b) }

func site(u *url.URL) string {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if p := u.Port(); p != "" && p != "80" && p != "443" {
		host += ":" + p
	}
	return host
}

// samePage reports whether two addresses open the same page.
func samePage(a, b *url.URL) bool {
	return SameSite(a, b) && strings.TrimRight(a.EscapedPath(), "/") == strings.TrimRight(b.EscapedPath(), "/") && a.RawQuery == b.RawQuery
}

// found is what an answer says of a target.
type found struct {
	post reader.Post // what it says, in words; Text is empty if it says nothing
	gone error       // why it is not to be kept; nil: it links
	ours bool        // it links to a page of ours, if not to this one: what was heard of it stays
}

// look reads the page that answered for a source.
func look(p Pair, answer *fetch.Response) (f found) {
	kind := contentType(answer)
	if kind != "text/html" && kind != "application/xhtml+xml" {
		f.gone = fault.New(fault.Invalid, textNoPage, "url", p.Source.String(), "type", kind)
		return f
	}
	at, err := url.Parse(answer.URL)
	if err != nil {
		at = p.Source
	}
	page := microformat.Read(decoded(answer), at)
	e := page.Entry
	links := slices.Concat(page.Links, e.ReplyTo, e.LikeOf, e.RepostOf)
	f.ours = slices.ContainsFunc(links, func(link string) bool {
		to, err := url.Parse(link)
		return err == nil && SameSite(to, p.Target)
	})
	switch {
	case reader.NoIndex(answer.Header, page.Tags...):
		f.gone, f.ours = fault.New(fault.Invalid, textNoIndex, "url", p.Source.String()), false
		return f
	case !slices.ContainsFunc(links, p.isTarget):
		f.gone = fault.New(fault.Invalid, textNoLink, "url", p.Source.String(), "target", p.Target.String())
		return f
	}
	f.post = reader.Post{ID: p.Source.String(), URL: at.String(), AtAddress: true, Author: author(e.Author, at), Text: p.words(page), PublishedAt: e.Published}
	if f.post.Text == "" {
		f.gone = fault.New(fault.Invalid, textWordless, "url", p.Source.String(), "target", p.Target.String())
	}
	if slices.ContainsFunc(e.ReplyTo, p.isTarget) {
		f.post.ReplyTo = p.Target.String()
	}
	return f
}

// isTarget reports whether a link leads to the target.
func (p Pair) isTarget(link string) bool {
	to, err := url.Parse(link)
	return err == nil && samePage(to, p.Target)
}

// words gives what a page says itself: of a like its words, if it has any, of
// what repeats ours nothing, and of a page without an entry its title.
func (p Pair) words(page microformat.Page) string {
	e := page.Entry
	switch {
	case slices.ContainsFunc(e.RepostOf, p.isTarget):
		return ""
	case slices.ContainsFunc(e.LikeOf, p.isTarget):
		return e.Text
	case !e.Found:
		return page.Title
	case e.Title == "" || strings.HasPrefix(strings.Join(strings.Fields(e.Text), " "), strings.TrimRight(e.Title, "….")):
		return e.Text
	case e.Text == "":
		return e.Title
	}
	return e.Title + "\n\n" + e.Text
}

// author gives who speaks. A page says for itself who wrote it, so the address
// is only believed on the page's own host; a name alone names nobody but whom
// this source knows by it. A page that names nobody speaks as its host.
func author(by microformat.Card, at *url.URL) reader.Author {
	a := reader.Author{Name: by.Name}
	if to, err := url.Parse(by.URL); err == nil && by.URL != "" && SameSite(to, at) {
		a.URL = by.URL
	}
	if a.Name == "" {
		a.Name = at.Hostname()
	}
	return a
}

func contentType(answer *fetch.Response) string {
	kind, _, err := mime.ParseMediaType(answer.ContentType)
	if err != nil || kind == "" {
		kind, _, _ = mime.ParseMediaType(http.DetectContentType(answer.Body))
	}
	return kind
}

// decoded gives a page as UTF-8, whatever it says of its encoding.
func decoded(answer *fetch.Response) string {
	encoding, _, _ := charset.DetermineEncoding(answer.Body, answer.ContentType)
	out, err := encoding.NewDecoder().Bytes(answer.Body)
	if err != nil {
		out = answer.Body
	}
	return string(out)
}

// waits are how long is waited after each failure in a row; after the last,
// nothing is tried again.
func waits() []time.Duration {
	return []time.Duration{5 * time.Minute, 30 * time.Minute, 3 * time.Hour, 12 * time.Hour}
}
