package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/shape"
)

func (s *service) ideaTextRoutes() {
	add(s, "ideas", "POST /ideas/{id}/comments", "comment", "Say something under an idea", http.StatusCreated, s.commentAdd)
	add(s, "ideas", "GET /ideas/{id}/comments", "listComments", "What was said under an idea, oldest first", http.StatusOK, s.commentsList)
	add(s, "ideas", "PATCH /comments/{id}", "changeComment", "Reword, hide, show or withdraw a comment", http.StatusOK, s.commentChange,
		tells("Its author rewords and withdraws it; staff hide it with a reason, and show it again. It answers nothing but success."))
	add(s, "ideas", "POST /ideas/{id}/voices", "addVoice", "Put words behind an idea", http.StatusCreated, s.voiceAdd,
		tells("Staff quote a mention (mention_id) or a message of a thread (message_id); anybody may add their own words. A voice is no vote. Without an account, 3 a day from one network behind one idea, 20 in all."))
	add(s, "ideas", "GET /ideas/{id}/voices", "listVoices", "The voices behind an idea, oldest first", http.StatusOK, s.voicesList)
	add(s, "ideas", "PATCH /voices/{id}", "changeVoice", "Withdraw, hide or show a voice", http.StatusOK, s.voiceChange,
		tells("Withdrawn, it keeps place and month and goes on counting; words and name are gone."))
}

// Comment is what somebody says under an idea.
type Comment struct {
	ID          int64     `json:"id"`
	IdeaID      int64     `json:"idea_id"`
	Author      Author    `json:"author"`
	Body        string    `json:"body" doc:"Markdown; empty where it may not be read"`
	Language    string    `json:"language,omitempty"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

func (s *service) comments(ctx context.Context, from []shape.Comment, next string) (*answer[List[Comment]], error) {
	ids := make([]int64, len(from))
	for n, c := range from {
		ids[n] = c.Person
	}
	people, err := s.People.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	return page(from, next, func(c shape.Comment) Comment {
		return Comment{c.ID, c.Idea, s.author(people, c.Person, c.Staff), c.Body, c.Language, string(c.State), c.StateReason, c.CreatedAt, c.EditedAt}
	}), nil
}

func (s *service) commentAdd(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Body     string `json:"body" doc:"Markdown, at most 10,000 characters"`
		Language string `json:"language,omitempty"`
	}
}) (*answer[Comment], error) {
	c, err := s.Ideas.Comment(ctx, a.Actor, in.ID, in.Body.Body, in.Body.Language)
	if err != nil {
		return nil, err
	}
	list, err := s.comments(ctx, []shape.Comment{c}, "")
	if err != nil {
		return nil, err
	}
	return body(list.Body.Items[0]), nil
}

func (s *service) commentsList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Comment]], error) {
	after, err := in.before()
	if err != nil {
		return nil, err
	}
	limit := in.limit()
	found, err := s.Ideas.CommentsAfter(ctx, a.Actor, in.ID, after, limit+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > limit {
		found = found[:limit]
		next = in.after(true, found[limit-1].ID)
	}
	return s.comments(ctx, found, next)
}

// Done is the answer of what has nothing more to say.
type Done struct {
	ID int64 `json:"id"`
}

func (s *service) commentChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Body *string `json:"body,omitempty"`
		StateChange
	}
}) (*answer[Done], error) {
	if in.Body.Body != nil {
		if _, err := s.Ideas.EditComment(ctx, a.Actor, in.ID, *in.Body.Body); err != nil {
			return nil, err
		}
	}
	return body(Done{in.ID}), in.Body.apply(
		func() error { return s.Ideas.ShowComment(ctx, a.Actor, in.ID) },
		func() error { return s.Ideas.WithdrawComment(ctx, a.Actor, in.ID) },
		func(reason string) error { return s.Ideas.HideComment(ctx, a.Actor, in.ID, reason) })
}

// Voice is somebody's words put behind an idea.
type Voice struct {
	ID          int64     `json:"id"`
	IdeaID      int64     `json:"idea_id"`
	Words       string    `json:"words" doc:"Empty once its author withdrew it"`
	Author      string    `json:"author" doc:"As shown; empty for one who is not named"`
	PersonID    int64     `json:"person_id,omitempty"`
	MentionID   int64     `json:"mention_id,omitempty"`
	Place       string    `json:"place" doc:"A host, or a kind of place: mail, call, form, site"`
	URL         string    `json:"url,omitempty" doc:"The original"`
	Language    string    `json:"language,omitempty"`
	Country     string    `json:"country,omitempty"`
	Public      bool      `json:"public" doc:"False: on the desk only"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	SaidAt      time.Time `json:"said_at" doc:"The month alone once it is withdrawn"`
	AddedBy     int64     `json:"added_by,omitempty"`
	AddedAt     time.Time `json:"added_at"`
}

func voice(v shape.Voice) Voice {
	return Voice{v.ID, v.Idea, v.Words, v.Author, v.Person, v.Mention, v.Place, v.URL, v.Language, v.Country, v.Public,
		string(v.State), v.StateReason, v.SaidAt, v.AddedBy, v.AddedAt}
}

func (s *service) voiceAdd(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		MentionID int64  `json:"mention_id,omitempty"`
		MessageID int64  `json:"message_id,omitempty"`
		Words     string `json:"words,omitempty" doc:"The asker's own"`
		Author    string `json:"author,omitempty" doc:"Own words of somebody without an account: the name to show"`
	}
}) (*answer[Voice], error) {
	b := in.Body
	giveBack := func() {}
	if a.ID == 0 {
		var err error
		if giveBack, err = s.Gate.VoiceAllowed(a.Address, in.ID); err != nil {
			return nil, err
		}
	}
	v, err := s.Ideas.AddVoice(ctx, a.Actor, in.ID, shape.VoiceFrom{Mention: b.MentionID, Message: b.MessageID, Words: b.Words, Author: b.Author})
	if err != nil {
		giveBack()
		return nil, err
	}
	return body(voice(v)), nil
}

func (s *service) voicesList(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Voice]], error) {
	after, err := in.before()
	if err != nil {
		return nil, err
	}
	limit := in.limit()
	found, err := s.Ideas.Voices(ctx, a.Actor, in.ID, after, limit)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) == limit {
		next = strconv.FormatInt(found[limit-1].ID, 10)
	}
	return page(found, next, voice), nil
}

func (s *service) voiceChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body StateChange
}) (*answer[Voice], error) {
	if in.Body.State == "" {
		return nil, fault.New(fault.Invalid, "Say what the state is to be: visible, hidden or withdrawn.").On("state")
	}
	err := in.Body.apply(
		func() error { return s.Ideas.ShowVoice(ctx, a.Actor, in.ID) },
		func() error { return s.Ideas.WithdrawVoice(ctx, a.Actor, in.ID) },
		func(reason string) error { return s.Ideas.HideVoice(ctx, a.Actor, in.ID, reason) })
	if err != nil {
		return nil, err
	}
	v, err := s.Ideas.Voice(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(voice(v)), nil
}
