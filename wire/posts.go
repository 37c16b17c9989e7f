package wire

import (
	"context"
	"html"
	"net/http"
	"strconv"
	"strings"

	"tribune/converse/post"
	"tribune/internal/feed"
	"tribune/internal/i18n"
	"tribune/know"
)

// posts is what people publish under their own names.
func (f *feeds) posts(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error) {
	ctx, a := r.Context(), visitor(site)
	out := feed.Out{Title: p.T("{brand}: the tribune", "brand", site.Brand), Alternate: f.URL + "/tribune"}
	posts, _, err := f.Posts.List(ctx, a, post.Filter{Limit: perFeed})
	if err != nil {
		return out, err
	}
	pictures, err := f.Posts.PicturesOf(ctx, a, posts)
	if err != nil {
		return out, err
	}
	people, err := f.writers(ctx, posts)
	if err != nil {
		return out, err
	}
	for _, x := range posts {
		at := f.URL + "/tribune/" + strconv.FormatInt(x.ID, 10)
		out.Entries = append(out.Entries, feed.OutEntry{ID: at, URL: at, Title: titled(x.Title, p.T("Without a title")), Language: x.Language,
			HTML: f.signed(p, site, x, people) + f.body(x, pictures), Author: signature(p, site, x, people[x.Person]),
			Published: x.PublishedAt, Updated: latest(x.PublishedAt, x.EditedAt)})
	}
	return out, nil
}

// writers gives everybody who has a name beside these posts.
func (f *feeds) writers(ctx context.Context, posts []post.Post) (map[int64]know.Person, error) {
	var who []int64
	for _, x := range posts {
		who = append(append(who, x.Person), x.Editors...)
	}
	return f.People.People(ctx, who)
}

// signature is an author's name and, if they worked here, as what.
func signature(p *i18n.Printer, site know.Site, x post.Post, who know.Person) string {
	switch by := name(p, who); {
	case !x.Staff:
		return by
	case x.WorksAs != "":
		return by + ", " + x.WorksAs + ", " + site.Brand
	default:
		return by + ", " + p.T("works at {brand}", "brand", site.Brand)
	}
}

// named is a name in a sentence: of who works here it says so.
func named(p *i18n.Printer, site know.Site, who know.Person) string {
	if who.Name == "" || !who.Role.AtLeast(know.Staff) {
		return name(p, who)
	}
	return who.Name + " (" + site.Brand + ")"
}

// signed is what has to be said beside an author's name, as HTML; "" if that
// is nothing.
func (f *feeds) signed(p *i18n.Printer, site know.Site, x post.Post, people map[int64]know.Person) string {
	var facts []string
	if x.Machine {
		facts = append(facts, p.T("drafted by a machine"))
	}
	if len(x.Editors) > 0 {
		names := make([]string, len(x.Editors))
		for n, id := range x.Editors {
			names[n] = named(p, site, people[id])
		}
		facts = append(facts, p.T("with edits by {names}", "names", p.List(names)))
	}
	if len(facts) == 0 {
		return ""
	}
	return "<p><em>" + html.EscapeString(signature(p, site, x, people[x.Person])+" ("+strings.Join(facts, "; ")+")") + "</em></p>"
}

// body is a post's text with its pictures, as HTML.
func (f *feeds) body(x post.Post, pictures map[int64]post.Picture) string {
	var b strings.Builder
	for _, part := range post.Split(x.Body) {
		one, ok := pictures[part.Picture]
		switch {
		case part.Picture == 0:
			b.WriteString(f.Markdown.HTML(part.Text))
		case ok && one.Post == x.ID:
			alt := part.Alt
			if alt == "" {
				alt = one.Alt
			}
			b.WriteString(`<p><img src="` + html.EscapeString(f.URL) + "/tribune/" + strconv.FormatInt(x.ID, 10) + "/pictures/" + strconv.FormatInt(one.ID, 10) +
				`" alt="` + html.EscapeString(alt) + `"></p>`)
			if part.Caption != "" {
				b.WriteString("<p>" + html.EscapeString(part.Caption) + "</p>")
			}
		}
	}
	return b.String()
}
