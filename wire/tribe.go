package wire

import (
	"net/http"
	"strconv"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/internal/feed"
	"tribune/internal/i18n"
	"tribune/know"
)

// tribe is what a tribe makes: ideas, posts, and releases made with its help.
func (f *feeds) tribe(r *http.Request, p *i18n.Printer, site know.Site) (out feed.Out, err error) {
	ctx, a := r.Context(), visitor(site)
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return out, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	t, err := f.Tribes.Tribe(ctx, a, id)
	if err != nil {
		return out, err
	}
	out = feed.Out{Title: t.Name, Alternate: f.URL + "/tribes/" + strconv.FormatInt(id, 10), Language: t.Language, Updated: latest(t.CreatedAt, t.EditedAt)}
	made, err := f.Tribes.Made(ctx, a, id, perFeed)
	if err != nil {
		return out, err
	}
	all := made.All()
	var posts []post.Post
	for _, m := range made.Posts {
		posts = append(posts, m.Post)
	}
	pictures, err := f.Posts.PicturesOf(ctx, a, posts)
	if err != nil {
		return out, err
	}
	var who []int64
	for _, m := range all {
		who = append(append(who, m.Idea.Person, m.Post.Person, m.Release.By), m.Post.Editors...)
	}
	people, err := f.People.People(ctx, who)
	if err != nil {
		return out, err
	}
	for _, m := range all[:min(len(all), perFeed)] {
		var e feed.OutEntry
		switch {
		case m.Idea.ID != 0:
			at := f.ideaURL(m.Idea.ID)
			e = feed.OutEntry{ID: at, URL: at, Title: m.Idea.Title, HTML: f.Markdown.HTML(m.Idea.Body), Author: author(p, site, people[m.Idea.Person], m.Idea.Staff), Updated: m.Idea.EditedAt}
		case m.Post.ID != 0:
			at := f.URL + "/tribune/" + strconv.FormatInt(m.Post.ID, 10)
			e = feed.OutEntry{ID: at, URL: at, Title: titled(m.Post.Title, p.T("Without a title")), Language: m.Post.Language,
				HTML: f.signed(p, site, m.Post, people) + f.body(m.Post, pictures), Author: signature(p, site, m.Post, people[m.Post.Person]), Updated: m.Post.EditedAt}
		default:
			at := f.URL + "/changes/" + strconv.FormatInt(m.Release.ID, 10)
			e = feed.OutEntry{ID: at, URL: at, Title: titled(m.Release.Title, p.T("A change")), HTML: f.Markdown.HTML(m.Release.Body), Author: author(p, site, people[m.Release.By], true), Updated: m.Release.EditedAt}
		}
		e.Published, e.Updated = m.At, latest(m.At, e.Updated)
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}
