package feed

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"

	"github.com/mmcdole/gofeed"
	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"
	"golang.org/x/net/html"

	"tribune/internal/plain"
)

// draft is an entry before its addresses, dates and identity are settled. Its
// title and text are plain already.
type draft struct {
	id, url, title, text  string
	authorName, authorURL string
	language              string
	date                  string
	at                    *time.Time
	hasImage              bool
}

func draftOf(it *gofeed.Item) *draft {
	e := &draft{id: it.GUID, url: it.Link, date: it.Published, at: it.PublishedParsed}
	if e.url == "" {
		e.url = firstOf(it.Links...)
	}
	if strings.TrimSpace(e.date) == "" {
		e.date, e.at = it.Updated, it.UpdatedParsed
	}
	if it.DublinCoreExt != nil {
		e.language = firstOf(it.DublinCoreExt.Language...)
	}
	return e
}

// author takes the first author that has a name.
func (e *draft) author(name, url string) {
	if name = authorName(name); e.authorName == "" && name != "" {
		e.authorName, e.authorURL = name, url
	}
}

// authorName finds the name in what RSS feeds put where a mail address and a
// name belong. A bare address is none: it is not for showing.
func authorName(s string) string {
	s = plain.Line(plain.FromHTML(s))
	behind := regexp.MustCompile(`^\S+@\S+\s*\((.+)\)$`)
	before := regexp.MustCompile(`^(.*\S)\s*[<(]\S+@\S+[>)]$`)
	switch {
	case behind.MatchString(s):
		s = behind.FindStringSubmatch(s)[1]
	case before.MatchString(s):
		s = before.FindStringSubmatch(s)[1]
	case !strings.ContainsRune(s, ' ') && strings.Contains(strings.TrimPrefix(s, "@"), "@") && !strings.HasPrefix(s, "@"):
		return ""
	}
	return plain.Clip(strings.TrimSpace(s), maxName)
}

func rssAuthor(it *rss.Item) string {
	names := []string{it.Author}
	if dc := it.DublinCoreExt; dc != nil {
		names = append(append(names, dc.Creator...), dc.Author...)
	}
	if it.ITunesExt != nil {
		names = append(names, it.ITunesExt.Author)
	}
	for _, m := range it.Extensions["atom"]["author"] {
		for _, n := range m.Children["name"] {
			names = append(names, n.Value)
		}
	}
	for _, n := range names {
		if authorName(n) != "" {
			return n
		}
	}
	return ""
}

// media gives the description that video sites put into Media RSS.
func media(it *gofeed.Item) string {
	for _, group := range it.Extensions["media"]["group"] {
		for _, d := range group.Children["description"] {
			return d.Value
		}
	}
	for _, d := range it.Extensions["media"]["description"] {
		return d.Value
	}
	return ""
}

var (
	pictures  = regexp.MustCompile(`(?i)<img\s[^>]*>`)
	noPicture = regexp.MustCompile(`(?i)\s(width|height)\s*=\s*["']?[01](px)?["'\s/>]|\sclass\s*=\s*["']?[^"'>]*(emoji|smiley)`) // counts readers, or stands for a character
)

// hasImage reports whether a picture belongs to an entry: enclosed, named as
// its own (Media RSS, JSON Feed), or shown in its markup.
func hasImage(it *gofeed.Item, markup ...string) bool {
	if it.Image != nil && it.Image.URL != "" {
		return true
	}
	for _, e := range it.Enclosures {
		if e != nil && strings.HasPrefix(strings.ToLower(e.Type), "image/") {
			return true
		}
	}
	for _, group := range append(it.Extensions["media"]["group"], ext.Extension{Children: it.Extensions["media"]}) {
		if len(group.Children["thumbnail"]) > 0 {
			return true
		}
		for _, c := range group.Children["content"] {
			if c.Attrs["medium"] == "image" || strings.HasPrefix(strings.ToLower(c.Attrs["type"]), "image/") {
				return true
			}
		}
	}
	for _, m := range markup {
		for _, tag := range pictures.FindAllString(m, 50) {
			if !noPicture.MatchString(tag) {
				return true
			}
		}
	}
	return false
}

// marked makes plain text of what may be HTML or may be text: only where there
// is no tag do line ends mean something.
func marked(s string) string {
	for i := strings.IndexByte(s, '<'); i >= 0 && i+1 < len(s); i++ {
		next := strings.IndexByte(s[i:], '<')
		if next < 0 {
			break
		}
		if i += next; i+1 < len(s) && (s[i+1] == '/' || s[i+1] == '!' || unicode.IsLetter(rune(s[i+1]))) {
			return plain.FromHTML(s)
		}
	}
	return plain.FromText(html.UnescapeString(s))
}

// feedTitle makes one plain line of a feed's title, which names its source.
// Some escape it twice; a reference that no reader knows says nothing.
func feedTitle(s string) string {
	unknown := regexp.MustCompile(`&(#?\w+|[\pL_][\w.-]*);`)
	return plain.Clip(plain.Line(unknown.ReplaceAllString(html.UnescapeString(s), "")), maxTitle)
}

// collector settles entries one by one.
type collector struct {
	feed     Feed
	language string
	base     *url.URL
	now      time.Time
}

func (r Reader) collect(f *gofeed.Feed, base *url.URL) *collector {
	c := &collector{language: f.Language, base: base, now: r.Now()}
	c.feed.Title = feedTitle(marked(f.Title))
	c.feed.Link = absolute(base, f.Link)
	if base == nil {
		c.base, _ = url.Parse(c.feed.Link)
	}
	return c
}

func (c *collector) add(d *draft) {
	e := Entry{
		URL: absolute(c.base, d.url), Title: plain.Clip(plain.Line(d.title), maxTitle),
		AuthorName: d.authorName, AuthorURL: absolute(c.base, d.authorURL),
		Language: firstOf(languageOf(d.language), languageOf(c.language)), HasImage: d.hasImage,
	}
	e.Text = plain.Clip(together(e.Title, d.text), maxText)
	if e.Text == "" {
		return
	}
	if len(c.feed.Entries) == maxEntries {
		c.feed.More = true
		return
	}
	e.PublishedAt, e.DateWrong = c.date(d)
	e.ID = identity(d.id, e, d.date)
	c.feed.Entries = append(c.feed.Entries, e)
}

// date believes what lies between the first feeds and two days from now: a
// clock may be wrong by a time zone, a year 1970 or 2099 is no date.
func (c *collector) date(d *draft) (at time.Time, wrong bool) {
	if d.at == nil {
		return at, strings.TrimSpace(d.date) != ""
	}
	if d.at.Year() < 1995 || d.at.After(c.now.Add(48*time.Hour)) {
		return at, true
	}
	return d.at.UTC(), false
}

// finish makes the identities unique. Some feeds give the same one to entries
// with addresses of their own, which then tell them apart.
func (c *collector) finish() *Feed {
	addresses := map[string]map[string]bool{}
	for _, e := range c.feed.Entries {
		if addresses[e.ID] == nil {
			addresses[e.ID] = map[string]bool{}
		}
		addresses[e.ID][e.URL] = true
	}
	seen := map[string]bool{}
	kept := c.feed.Entries[:0]
	for _, e := range c.feed.Entries {
		if len(addresses[e.ID]) > 1 && e.URL != "" {
			e.ID = identity(e.URL, e, "")
		}
		if !seen[e.ID] {
			seen[e.ID] = true
			kept = append(kept, e)
		}
	}
	c.feed.Entries = kept
	return &c.feed
}

// together makes one utterance of title and text. Microblogs repeat the
// beginning of the text as its title, often with an ellipsis.
func together(title, text string) string {
	start := strings.TrimRight(title, "….")
	switch {
	case title == "":
		return text
	case text == "":
		return title
	case strings.HasPrefix(text, title), start != "" && strings.HasPrefix(plain.Line(text), start) && start != title:
		return text
	case strings.HasPrefix(plain.Line(text), title):
		return text
	}
	return title + "\n\n" + text
}

// identity gives the entry's own id, else its address, else a hash of what it
// says. What is too long to be a key is hashed too.
func identity(id string, e Entry, date string) string {
	id = plain.Line(id)
	if id == "" {
		id = e.URL
	}
	if id != "" && len(id) <= maxID {
		return id
	}
	h := sha256.New()
	if id != "" {
		h.Write([]byte(id))
	} else {
		h.Write([]byte(strings.Join([]string{e.AuthorName, date, e.Title, e.Text}, "\x00")))
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}

// absolute resolves an address and gives it if it is one of the web, without
// credentials; else nothing.
func absolute(base *url.URL, ref string) string {
	ref = strings.TrimSpace(ref)
	if ref == "" || len(ref) > maxURL || strings.ContainsFunc(ref, unicode.IsControl) {
		return ""
	}
	u, err := url.Parse(ref)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" {
		return ""
	}
	u.User = nil
	if s := strings.ToValidUTF8(u.String(), ""); len(s) <= maxURL {
		return s
	}
	return ""
}

// firstOf gives the first string that is more than white space.
func firstOf(s ...string) string {
	for _, v := range s {
		if strings.TrimSpace(v) != "" {
			return v
		}
	}
	return ""
}
