package post

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Held is all that the tribune holds about a person, as they export it.
type Held struct {
	Posts       []HeldPost       `json:"posts"`
	Replies     []HeldReply      `json:"replies"`
	Reactions   []HeldReaction   `json:"reactions"`
	Suggestions []HeldSuggestion `json:"suggestions"`
}

// HeldWording is an earlier wording of one's text.
type HeldWording struct {
	Title string    `json:"title,omitempty"`
	Body  string    `json:"body"`
	At    time.Time `json:"at"`
}

// HeldPost is a post one wrote, drafts included.
type HeldPost struct {
	ID          int64          `json:"id"`
	Title       string         `json:"title"`
	Body        string         `json:"body"`
	Language    string         `json:"language,omitempty"`
	Audience    know.Audience  `json:"audience"`
	Machine     bool           `json:"machine,omitempty"`
	WorksAs     string         `json:"works_as,omitempty"`
	State       know.TextState `json:"state"`
	Reason      string         `json:"state_reason,omitempty"`
	CreatedAt   time.Time      `json:"created_at"`
	PublishedAt time.Time      `json:"published_at,omitzero"`
	Pictures    []HeldPicture  `json:"pictures,omitempty"`
	Earlier     []HeldWording  `json:"earlier,omitempty"`
}

// HeldPicture is a picture of one's post.
type HeldPicture struct {
	ID   int64  `json:"id"`
	File string `json:"file_sha256"`
	Alt  string `json:"alt"`
}

// HeldReply is a reply one wrote.
type HeldReply struct {
	ID        int64          `json:"id"`
	Post      int64          `json:"post_id"`
	Body      string         `json:"body"`
	Language  string         `json:"language,omitempty"`
	State     know.TextState `json:"state"`
	Reason    string         `json:"state_reason,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
	Earlier   []HeldWording  `json:"earlier,omitempty"`
}

// HeldReaction is how one reacted to a post.
type HeldReaction struct {
	Post int64     `json:"post_id"`
	Kind Reaction  `json:"kind"`
	At   time.Time `json:"at"`
}

// HeldSuggestion is another wording one suggested.
type HeldSuggestion struct {
	ID        int64           `json:"id"`
	Post      int64           `json:"post_id"`
	Title     string          `json:"title"`
	Body      string          `json:"body"`
	Note      string          `json:"note,omitempty"`
	State     SuggestionState `json:"state"`
	Answer    string          `json:"answer,omitempty"`
	CreatedAt time.Time       `json:"created_at"`
}

// Held gives all that the tribune holds about a person. Posts belong to
// people, not to accounts.
func (s *Posts) Held(ctx context.Context, person int64, _ []int64) (h Held, err error) {
	posts, err := storage.All(ctx, s.db, scan, `select `+columns+` from post where person_id = $1 order by id`, person)
	if err != nil {
		return h, err
	}
	for _, p := range posts {
		one := HeldPost{ID: p.ID, Title: p.Title, Body: p.Body, Language: p.Language, Audience: p.Audience, Machine: p.Machine, WorksAs: p.WorksAs,
			State: p.State, Reason: p.StateReason, CreatedAt: p.CreatedAt, PublishedAt: p.PublishedAt}
		pictures, err := storage.All(ctx, s.db, scanPicture, selectPicture+` where post_id = $1 order by id`, p.ID)
		if err != nil {
			return h, err
		}
		for _, x := range pictures {
			one.Pictures = append(one.Pictures, HeldPicture{x.ID, x.sha, x.Alt})
		}
		if one.Earlier, err = s.earlier(ctx, postRef(p.ID), p.EditedAt); err != nil {
			return h, err
		}
		h.Posts = append(h.Posts, one)
	}
	replies, err := storage.All(ctx, s.db, scanReply, selectReply+` where person_id = $1 order by id`, person)
	if err != nil {
		return h, err
	}
	for _, r := range replies {
		one := HeldReply{ID: r.ID, Post: r.Post, Body: r.Body, Language: r.Language, State: r.State, Reason: r.StateReason, CreatedAt: r.CreatedAt}
		if one.Earlier, err = s.earlier(ctx, replyRef(r.ID), r.EditedAt); err != nil {
			return h, err
		}
		h.Replies = append(h.Replies, one)
	}
	h.Reactions, err = storage.All(ctx, s.db, func(row storage.Scanner) (r HeldReaction, err error) {
		var at int64
		err = row.Scan(&r.Post, &r.Kind, &at)
		r.At = storage.Time(at)
		return r, err
	}, `select post_id, kind, at from post_reaction where person_id = $1 order by at, post_id, kind`, person)
	if err != nil {
		return h, err
	}
	suggestions, err := storage.All(ctx, s.db, scanSuggestion, selectSuggestion+` where person_id = $1 order by id`, person)
	for _, e := range suggestions {
		h.Suggestions = append(h.Suggestions, HeldSuggestion{e.ID, e.Post, e.Title, e.Body, e.Note, e.State, e.Answer, e.CreatedAt})
	}
	return h, err
}

// earlier gives the earlier wordings of a text that was ever edited.
func (s *Posts) earlier(ctx context.Context, text event.Ref, editedAt time.Time) (wordings []HeldWording, err error) {
	if editedAt.IsZero() {
		return nil, nil
	}
	revisions, err := s.people.Revisions(ctx, text)
	for _, r := range revisions {
		wordings = append(wordings, HeldWording{Title: r.Title, Body: r.Body, At: r.At})
	}
	return wordings, err
}

// Moments gives what a person did on the tribune, newest first, at most limit:
// published, replied, reacted, suggested. The subject is always the post.
// Drafts are nobody's business, and what is said in a tribe is that tribe's.
func (s *Posts) Moments(ctx context.Context, person int64, _ []int64, limit int) ([]know.Moment, error) {
	var all []know.Moment
	for _, q := range []struct{ kind, text string }{
		{"published", `select published_at, id, title, body, 0 from post where person_id = $1 and state <> 'draft' and audience not like 'tribe:%' order by published_at desc limit $2`},
		{"replied", `select r.created_at, p.id, p.title, r.body, 0 from post_reply r join post p on p.id = r.post_id
			where r.person_id = $1 and p.audience not like 'tribe:%' order by r.created_at desc limit $2`},
		{"reacted", `select r.at, p.id, p.title, '', 0 from post_reaction r join post p on p.id = r.post_id
			where r.person_id = $1 and p.audience not like 'tribe:%' order by r.at desc limit $2`},
		{"suggested", `select e.created_at, p.id, p.title, e.note, 0 from post_edit e join post p on p.id = e.post_id
			where e.person_id = $1 and p.audience not like 'tribe:%' order by e.created_at desc limit $2`},
	} {
		moments, err := storage.All(ctx, s.db, func(row storage.Scanner) (m know.Moment, err error) {
			var at int64
			m.Kind, m.Subject.Kind = q.kind, "post"
			err = row.Scan(&at, &m.Subject.ID, &m.Title, &m.Text, &m.By)
			m.At = storage.Time(at)
			return m, err
		}, q.text, person, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, moments...)
	}
	slices.SortStableFunc(all, func(a, b know.Moment) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Subject.ID, a.Subject.ID))
	})
	return all[:min(limit, len(all))], nil
}
