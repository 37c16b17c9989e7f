package posts

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"tribune/converse/post"
	"tribune/know"
	"tribune/web/page"
)

// list is all that the list of posts shows.
type list struct {
	Choice    choice
	Posts     []post.Post
	Next      string
	People    map[int64]know.Person
	Pictures  map[int64]post.Picture
	Author    know.Person // whose posts alone are shown
	Languages []string
	Drafts    int
}

// perPage is how many posts the list shows at once.
const perPage = 15

func (h handlers) list(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx, q := r.Context(), r.URL.Query()
	l := list{Choice: choice{Text: strings.TrimSpace(q.Get("q")), Language: q.Get("language"), Letters: q.Get("letters") == "1"}}
	l.Choice.Author, _ = strconv.ParseInt(q.Get("author"), 10, 64)
	c := l.Choice
	if l.Posts, l.Next, err = h.Posts.List(ctx, v.Actor, post.Filter{Text: c.Text, Person: c.Author, Language: c.Language, Letters: c.Letters,
		Cursor: q.Get("cursor"), Limit: perPage}); err != nil {
		return err
	}
	if l.Next != "" {
		sep := "?"
		if c.narrow() {
			sep = "&"
		}
		l.Next = c.URL() + sep + "cursor=" + url.QueryEscape(l.Next)
	}
	if l.People, err = h.people(ctx, l.Posts, c.Author); err != nil {
		return err
	}
	l.Author = l.People[c.Author]
	if l.Pictures, err = h.Posts.PicturesOf(ctx, v.Actor, l.Posts); err != nil {
		return err
	}
	if l.Languages, err = h.Posts.Languages(ctx, v.Actor); err != nil {
		return err
	}
	if know.May(v.Actor, know.Self, know.Subject{Author: v.Actor.ID}) {
		mine, err := h.Posts.Mine(ctx, v.Actor)
		if err != nil {
			return err
		}
		l.Drafts = len(mine)
	}
	v.Title, v.Section, v.Feed, v.JSON = v.T("Tribune"), "tribune", feed, jsonFeed
	v.About = v.T("What customers and the people of {brand} think, each under their own name.", "brand", v.Site.Brand)
	return h.Show(w, r, v, listPage(v, l))
}

// first is the first picture that a post shows, if it shows any.
func first(p post.Post, pictures map[int64]post.Picture) (post.Picture, bool) {
	for _, part := range post.Split(p.Body) {
		if one, ok := pictures[part.Picture]; ok && one.Post == p.ID {
			if part.Alt != "" {
				one.Alt = part.Alt
			}
			return one, true
		}
	}
	return post.Picture{}, false
}

// drafts lists the reader's own posts that are on no list.
func (h handlers) drafts(w http.ResponseWriter, r *http.Request, v *page.View) error {
	mine, err := h.Posts.Mine(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.NoIndex = v.T("Your drafts"), "tribune", true
	return h.Show(w, r, v, draftsPage(v, mine))
}
