package api

import (
	"bytes"
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tribune/converse/post"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

func (s *service) postRoutes() {
	add(s, "tribune", "GET /posts", "listPosts", "Posts, the newest first", http.StatusOK, s.postsList)
	add(s, "tribune", "POST /posts", "beginPost", "Begin a draft, or publish at once", http.StatusCreated, s.postBegin,
		tells("It stands under the asker's own name. A draft is seen by its author alone."))
	add(s, "tribune", "GET /posts/{id}", "getPost", "One post", http.StatusOK, s.postGet)
	add(s, "tribune", "PATCH /posts/{id}", "changePost", "Reword, withdraw, hide or show a post", http.StatusOK, s.postChange,
		tells("Words are their author's to change, and to withdraw (state withdrawn), and nobody else's; staff may hide a post with a reason, and show it again."))
	add(s, "tribune", "DELETE /posts/{id}", "discardPost", "Delete a draft", http.StatusNoContent, s.postDiscard)
	add(s, "tribune", "POST /posts/{id}/publish", "publishPost", "Publish a draft; may be repeated", http.StatusOK, s.postPublish)
	add(s, "tribune", "POST /posts/{id}/pictures", "addPicture", "Add a picture to one's own post", http.StatusCreated, s.pictureAdd,
		func(op *huma.Operation) { op.MaxBodyBytes = maxMentions + 1 },
		tells("The text shows it by a line of its own, which the answer gives as markdown. What no wording shows is removed after a day."))
	add(s, "tribune", "PUT /posts/{id}/reactions/{kind}", "react", "React to a post; may be repeated", http.StatusOK, s.reacter(true))
	add(s, "tribune", "DELETE /posts/{id}/reactions/{kind}", "unreact", "Take a reaction back; may be repeated", http.StatusOK, s.reacter(false))
	add(s, "tribune", "GET /posts/{id}/replies", "listReplies", "What is said under a post: each reply, followed by what answers it", http.StatusOK, s.repliesList)
	add(s, "tribune", "POST /posts/{id}/replies", "reply", "Reply to a post, or to a reply", http.StatusCreated, s.replyAdd)
	add(s, "tribune", "PATCH /replies/{id}", "changeReply", "Reword, hide, show or withdraw a reply", http.StatusOK, s.replyChange,
		tells("Its author rewords and withdraws it; staff hide it with a reason, and show it again. It answers nothing but success."))
}

// Post is what somebody publishes under their own name.
type Post struct {
	ID          int64     `json:"id"`
	URL         string    `json:"url" doc:"Its page"`
	Title       string    `json:"title"`
	Body        string    `json:"body" doc:"Markdown; a picture stands on a line of its own as ![words](picture:ID)"`
	Author      Author    `json:"author" doc:"The only one"`
	WorksAs     string    `json:"works_as,omitempty" doc:"As what they worked here when it was published"`
	Letter      bool      `json:"letter,omitempty" doc:"They led the conversation then"`
	Machine     bool      `json:"machine,omitempty" doc:"Its author says that a machine drafted it"`
	Editors     []Author  `json:"editors" nullable:"false" doc:"Whose suggested wordings the author took"`
	Language    string    `json:"language,omitempty" doc:"BCP 47"`
	Audience    string    `json:"audience" doc:"public, members, staff, board:ID or tribe:ID"`
	Version     int64     `json:"version" doc:"Of its words"`
	Replies     int64     `json:"replies"`
	Thanks      int64     `json:"thanks"`
	Agrees      int64     `json:"agrees"`
	Asks        int64     `json:"asks" doc:"Who said: tell me more"`
	State       string    `json:"state" enum:"draft,visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	PublishedAt time.Time `json:"published_at,omitzero"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

func (s *service) posts(ctx context.Context, from []post.Post) ([]Post, error) {
	var who []int64
	for _, p := range from {
		who = append(append(who, p.Person), p.Editors...)
	}
	people, err := s.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	posts := make([]Post, len(from))
	for n, p := range from {
		editors := make([]Author, len(p.Editors))
		for i, id := range p.Editors {
			editors[i] = s.author(people, id, people[id].Role.AtLeast(know.Staff))
		}
		posts[n] = Post{ID: p.ID, URL: s.URL + "/tribune/" + strconv.FormatInt(p.ID, 10), Title: p.Title, Body: p.Body, Author: s.author(people, p.Person, p.Staff),
			WorksAs: p.WorksAs, Letter: p.Leads, Machine: p.Machine, Editors: editors, Language: p.Language, Audience: string(p.Audience), Version: p.Version,
			Replies: p.Replies, Thanks: p.Reactions.Thanks, Agrees: p.Reactions.Agrees, Asks: p.Reactions.Asks,
			State: string(p.State), StateReason: p.StateReason, CreatedAt: p.CreatedAt, PublishedAt: p.PublishedAt, EditedAt: p.EditedAt}
	}
	return posts, nil
}

func (s *service) onePost(ctx context.Context, p post.Post, err error) (*answer[Post], error) {
	if err != nil {
		return nil, err
	}
	posts, err := s.posts(ctx, []post.Post{p})
	if err != nil {
		return nil, err
	}
	return body(posts[0]), nil
}

type postsIn struct {
	Q        string `query:"q" doc:"Words, all of them"`
	Author   int64  `query:"author" doc:"Who wrote them"`
	Language string `query:"language" doc:"BCP 47"`
	Letters  bool   `query:"letters" doc:"Only those of who led the conversation"`
	Mine     bool   `query:"mine" doc:"The asker's own that are on no list: drafts, and what was hidden or withdrawn"`
	Paged
}

func (s *service) postsList(ctx context.Context, a *gate.Asker, in *postsIn) (*answer[List[Post]], error) {
	var found []post.Post
	var next string
	var err error
	if in.Mine {
		found, err = s.Posts.Mine(ctx, a.Actor)
	} else {
		found, next, err = s.Posts.List(ctx, a.Actor, post.Filter{Text: in.Q, Person: in.Author, Language: in.Language, Letters: in.Letters,
			Cursor: in.Cursor, Limit: in.limit()})
	}
	if err != nil {
		return nil, err
	}
	posts, err := s.posts(ctx, found)
	if err != nil {
		return nil, err
	}
	return body(List[Post]{posts, next}), nil
}

// NewPost is a post to be begun.
type NewPost struct {
	Title    string `json:"title,omitempty" doc:"At most 160 characters; a draft may have none"`
	Body     string `json:"body,omitempty" doc:"Markdown, at most 40,000 characters; a draft may have none"`
	Language string `json:"language,omitempty" doc:"BCP 47; the asker's if it is not given"`
	Audience string `json:"audience,omitempty" doc:"public (if it is not given), members, staff, or a board or tribe of the asker's"`
	Machine  bool   `json:"machine,omitempty" doc:"A machine drafted it: that is shown wherever it appears"`
	Publish  bool   `json:"publish,omitempty" doc:"Publish it at once"`
}

func (s *service) postBegin(ctx context.Context, a *gate.Asker, in *struct{ Body NewPost }) (*answer[Post], error) {
	b := in.Body
	p, err := s.Posts.Begin(ctx, a.Actor, post.NewPost{Title: b.Title, Body: b.Body, Language: b.Language, Audience: know.Audience(b.Audience), Machine: b.Machine})
	if err != nil || !b.Publish {
		return s.onePost(ctx, p, err)
	}
	published, err := s.Posts.Publish(ctx, a.Actor, p.ID)
	if err != nil { // all of it, or nothing
		if err := s.Posts.Discard(ctx, a.Actor, p.ID); err != nil {
			return nil, err
		}
	}
	return s.onePost(ctx, published, err)
}

func (s *service) postGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Post], error) {
	p, err := s.Posts.Post(ctx, a.Actor, in.ID)
	return s.onePost(ctx, p, err)
}

// PostChange is what to change of a post; what is left out stays.
type PostChange struct {
	Title    *string `json:"title,omitempty"`
	Body     *string `json:"body,omitempty"`
	Language *string `json:"language,omitempty"`
	Audience *string `json:"audience,omitempty" doc:"Of a draft"`
	Machine  *bool   `json:"machine,omitempty"`
	Version  int64   `json:"version,omitempty" doc:"That the change is made of: refused if it is another now"`
	StateChange
}

func (s *service) postChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body PostChange
}) (*answer[Post], error) {
	b := in.Body
	if b.Title != nil || b.Body != nil || b.Language != nil || b.Audience != nil || b.Machine != nil {
		e := post.Edit{Title: b.Title, Body: b.Body, Language: b.Language, Machine: b.Machine, Version: b.Version}
		if b.Audience != nil {
			audience := know.Audience(*b.Audience)
			e.Audience = &audience
		}
		if _, err := s.Posts.Save(ctx, a.Actor, in.ID, e); err != nil {
			return nil, err
		}
	}
	err := b.apply(
		func() error { return s.Posts.Show(ctx, a.Actor, in.ID) },
		func() error { return s.Posts.Withdraw(ctx, a.Actor, in.ID) },
		func(reason string) error { return s.Posts.Hide(ctx, a.Actor, in.ID, reason) })
	if err != nil {
		return nil, err
	}
	return s.postGet(ctx, a, &in.ByID)
}

func (s *service) postDiscard(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Posts.Discard(ctx, a.Actor, in.ID)
}

func (s *service) postPublish(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Post], error) {
	if _, err := s.postGet(ctx, a, in); err != nil { // what one may not see is not there
		return nil, err
	}
	p, err := s.Posts.Publish(ctx, a.Actor, in.ID)
	return s.onePost(ctx, p, err)
}

// Picture is one that belongs to a post.
type Picture struct {
	ID       int64  `json:"id"`
	URL      string `json:"url"`
	Alt      string `json:"alt"`
	Width    int    `json:"width"`
	Height   int    `json:"height"`
	Markdown string `json:"markdown" doc:"The line by which the text shows it"`
}

func (s *service) pictureAdd(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Data []byte `json:"data" doc:"A JPEG, PNG, GIF or WebP file, in base64; it is drawn anew, at most 1,600 pixels wide or high"`
		Alt  string `json:"alt" doc:"What is seen on it, in words"`
	}
}) (*answer[Picture], error) {
	p, err := s.Posts.AddPicture(ctx, a.Actor, in.ID, bytes.NewReader(in.Body.Data), in.Body.Alt)
	if f, ok := err.(*fault.Error); ok && f.Field == "picture" {
		err = f.On("data")
	}
	if err != nil {
		return nil, err
	}
	return body(Picture{p.ID, s.URL + "/tribune/" + strconv.FormatInt(p.Post, 10) + "/pictures/" + strconv.FormatInt(p.ID, 10), p.Alt, p.Width, p.Height, post.Line(p.ID, p.Alt)}), nil
}

// Reactions counts what was said to a post without words.
type Reactions struct {
	ID     int64    `json:"id" doc:"Of the post"`
	Thanks int64    `json:"thanks"`
	Agrees int64    `json:"agrees"`
	Asks   int64    `json:"asks"`
	Mine   []string `json:"mine" nullable:"false" doc:"The asker's own"`
}

type reactIn struct {
	ByID
	Kind string `path:"kind" enum:"thanks,agrees,asks"`
}

func (s *service) reacter(on bool) call[reactIn, answer[Reactions]] {
	return func(ctx context.Context, a *gate.Asker, in *reactIn) (*answer[Reactions], error) {
		counts, err := s.Posts.React(ctx, a.Actor, in.ID, post.Reaction(in.Kind), on)
		if err != nil {
			return nil, err
		}
		mine, err := s.Posts.Reacted(ctx, a.Actor, []int64{in.ID})
		if err != nil {
			return nil, err
		}
		out := Reactions{ID: in.ID, Thanks: counts.Thanks, Agrees: counts.Agrees, Asks: counts.Asks, Mine: []string{}}
		for _, kind := range mine[in.ID] {
			out.Mine = append(out.Mine, string(kind))
		}
		return body(out), nil
	}
}

// Reply is what somebody says under a post.
type Reply struct {
	ID          int64     `json:"id"`
	PostID      int64     `json:"post_id"`
	AnswersID   int64     `json:"answers_id,omitempty" doc:"The reply that it answers"`
	Author      Author    `json:"author"`
	Body        string    `json:"body" doc:"Markdown; empty where it may not be read"`
	Language    string    `json:"language,omitempty"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

func (s *service) replies(ctx context.Context, from []post.Reply, next string) (*answer[List[Reply]], error) {
	who := make([]int64, len(from))
	for n, r := range from {
		who[n] = r.Person
	}
	people, err := s.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	return page(from, next, func(r post.Reply) Reply {
		x := Reply{r.ID, r.Post, 0, s.author(people, r.Person, r.Staff), r.Body, r.Language, string(r.State), r.StateReason, r.CreatedAt, r.EditedAt}
		if r.Answers() {
			x.AnswersID = r.Thread
		}
		return x
	}), nil
}

func (s *service) repliesList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Reply]], error) {
	found, next, err := s.Posts.Replies(ctx, a.Actor, in.ID, in.Cursor, in.limit())
	if err != nil {
		return nil, err
	}
	return s.replies(ctx, found, next)
}

func (s *service) replyAdd(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Body      string `json:"body" doc:"Markdown, at most 10,000 characters"`
		Language  string `json:"language,omitempty"`
		AnswersID int64  `json:"answers_id,omitempty" doc:"The reply that it answers"`
	}
}) (*answer[Reply], error) {
	r, err := s.Posts.Reply(ctx, a.Actor, in.ID, in.Body.AnswersID, in.Body.Body, in.Body.Language)
	if err != nil {
		return nil, err
	}
	list, err := s.replies(ctx, []post.Reply{r}, "")
	if err != nil {
		return nil, err
	}
	return body(list.Body.Items[0]), nil
}

func (s *service) replyChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Body *string `json:"body,omitempty"`
		StateChange
	}
}) (*answer[Done], error) {
	if in.Body.Body != nil {
		if _, err := s.Posts.EditReply(ctx, a.Actor, in.ID, *in.Body.Body); err != nil {
			return nil, err
		}
	}
	return body(Done{in.ID}), in.Body.apply(
		func() error { return s.Posts.ShowReply(ctx, a.Actor, in.ID) },
		func() error { return s.Posts.WithdrawReply(ctx, a.Actor, in.ID) },
		func(reason string) error { return s.Posts.HideReply(ctx, a.Actor, in.ID, reason) })
}
