package sample

import (
	"context"
	"fmt"
	"strings"

	tribunepost "tribune/converse/post"
)

// planPosts plans what people publish on the tribune, and what others make of it.
func (t *teller) planPosts() {
	for at, p := range t.posts {
		var id int64
		said := make([]int64, len(p.Replies))
		t.plan(p.Day, func(ctx context.Context) error {
			posts, a := t.site.Posts, t.actors[p.Author]
			made, err := posts.Begin(ctx, a, tribunepost.NewPost{Title: p.Title, Body: p.Body, Language: p.Language, Machine: p.Machine})
			if err == nil {
				made, err = posts.Publish(ctx, a, made.ID)
			}
			id = made.ID
			t.ids[fmt.Sprintf("post:%d", at)] = id
			return err
		})
		for n, r := range p.Replies {
			t.plan(r.Day, func(ctx context.Context) error {
				to := int64(0)
				if r.To != nil {
					to = said[*r.To]
				}
				made, err := t.site.Posts.Reply(ctx, t.actors[r.Author], id, to, r.Text, r.Language)
				said[n] = made.ID
				return err
			})
		}
		for _, e := range p.Edits {
			t.plan(e.Day, func(ctx context.Context) error { return t.suggest(ctx, p, id, e) })
		}
		t.planReactions(p, &id)
	}
}

// suggest lets somebody suggest another wording, which the author takes some
// hours later, or has not seen yet.
func (t *teller) suggest(ctx context.Context, p post, id int64, e wording) error {
	posts, author := t.site.Posts, t.actors[p.Author]
	now, err := posts.Post(ctx, author, id)
	if err != nil {
		return err
	}
	made, err := posts.Suggest(ctx, t.actors[e.Author], id, tribunepost.NewSuggestion{Title: now.Title, Body: strings.Replace(now.Body, e.From, e.To, 1), Note: e.Note})
	if err != nil || e.Take == nil {
		return err
	}
	return posts.TakeSuggestion(ctx, author, made.ID, tribunepost.Take{Answer: *e.Take})
}

// planReactions lets members react, each once, within three days.
func (t *teller) planReactions(p post, id *int64) {
	var others []string
	for _, who := range t.people {
		if who.Key != p.Author && who.Joins == 0 {
			others = append(others, who.Key)
		}
	}
	for _, kind := range []struct {
		reaction tribunepost.Reaction
		n        int
	}{{tribunepost.Thanks, p.Thanks}, {tribunepost.Agrees, p.Agrees}, {tribunepost.Asks, p.Asks}} {
		for i, at := range t.rand.Perm(len(others))[:min(kind.n, len(others))] {
			day := p.Day - min(3, p.Day)*float64(i+1)/float64(kind.n+1)
			t.plan(day, func(ctx context.Context) error {
				_, err := t.site.Posts.React(ctx, t.actors[others[at]], *id, kind.reaction, true)
				return err
			})
		}
	}
}
