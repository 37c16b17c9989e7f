package api

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
)

// Author is who wrote or did something, as everybody sees it.
type Author struct {
	ID    int64  `json:"id"`
	Name  string `json:"name" doc:"Empty for one who left"`
	Staff bool   `json:"staff" doc:"Worked here then"`
	Photo string `json:"photo,omitempty" doc:"Address of a picture"`
	Left  bool   `json:"left,omitempty" doc:"They left, and were erased"`
	Title string `json:"title,omitempty" doc:"Of who works here: what they do"`
}

// Idea is something that people ask for.
type Idea struct {
	ID           int64     `json:"id"`
	URL          string    `json:"url" doc:"Its page"`
	Title        string    `json:"title"`
	Body         string    `json:"body" doc:"Markdown"`
	Tags         []string  `json:"tags" nullable:"false"`
	Status       string    `json:"status" doc:"What the team calls its stage, else the stage"`
	Stage        string    `json:"stage" enum:"open,under_review,planned,started,shipped,declined"`
	Votes        int64     `json:"votes" doc:"All, staff included"`
	StaffVotes   int64     `json:"staff_votes"`
	Against      int64     `json:"against" doc:"Votes against it, staff included; no order and no promise counts them"`
	StaffAgainst int64     `json:"staff_against"`
	Comments     int64     `json:"comments"`
	Voices       int64     `json:"voices" doc:"Words of others put behind it, withdrawn ones included"`
	Countries    int64     `json:"countries" doc:"That its voices come from"`
	Voted        bool      `json:"voted" doc:"The asker votes for it"`
	VotedAgainst *bool     `json:"voted_against,omitempty" doc:"The asker would rather not have it; given with one idea, not in lists"`
	Following    *bool     `json:"following,omitempty" doc:"The asker follows it; given with one idea, not in lists"`
	Author       Author    `json:"author"`
	CallID       int64     `json:"call_id,omitempty"`
	ClauseID     int64     `json:"clause_id,omitempty" doc:"Of the charter, that it stands under"`
	DecisionID   int64     `json:"decision_id,omitempty" doc:"The latest"`
	Language     string    `json:"language,omitempty" doc:"BCP 47"`
	Audience     string    `json:"audience" doc:"public, members, staff, or a circle: board:ID, tribe:ID"`
	State        string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason  string    `json:"state_reason,omitempty"`
	MergedInto   int64     `json:"merged_into,omitempty"`
	CreatedAt    time.Time `json:"created_at"`
	EditedAt     time.Time `json:"edited_at,omitzero"`
	DecidedAt    time.Time `json:"decided_at,omitzero"`
}

func (s *service) ideaRoutes() {
	add(s, "ideas", "POST /ideas", "proposeIdea", "Propose an idea", http.StatusCreated, s.ideaPropose,
		tells("With mention_id, staff make an idea of what somebody said: their words become its first voice."))
	add(s, "ideas", "GET /ideas", "listIdeas", "List and search ideas", http.StatusOK, s.ideasList)
	add(s, "ideas", "GET /ideas/similar", "similarIdeas", "Find ideas like a text", http.StatusOK, s.ideasSimilar)
	add(s, "ideas", "GET /ideas/{id}", "getIdea", "One idea", http.StatusOK, s.ideaGet)
	add(s, "ideas", "PATCH /ideas/{id}", "changeIdea", "Reword, sort, hide, show or withdraw an idea", http.StatusOK, s.ideaChange,
		tells("Words are their author's to change, and to withdraw (state withdrawn); staff may sort an idea (tags, call_id), give a title to one whose author left and took the words along, and hide or show it (state hidden with a reason, or visible)."))
	add(s, "ideas", "PUT /ideas/{id}/vote", "vote", "Vote for an idea; may be repeated", http.StatusOK, s.voter(true))
	add(s, "ideas", "DELETE /ideas/{id}/vote", "unvote", "Take a vote back; may be repeated", http.StatusOK, s.voter(false))
	add(s, "ideas", "PUT /ideas/{id}/against", "voteAgainst", "Vote against an idea; may be repeated", http.StatusOK, s.opponent(true),
		tells("A person votes for an idea or against it: either takes the other back."))
	add(s, "ideas", "DELETE /ideas/{id}/against", "unvoteAgainst", "Take a vote against an idea back; may be repeated", http.StatusOK, s.opponent(false))
	add(s, "ideas", "GET /ideas/{id}/against", "listVotersAgainst", "Who voted against it: all for staff, else those who show it", http.StatusOK, s.ideaOpponents)
	add(s, "ideas", "GET /ideas/{id}/voters", "listVoters", "Who voted: all for staff, else those who show it", http.StatusOK, s.ideaVoters)
	add(s, "ideas", "PUT /ideas/{id}/follow", "follow", "Hear what becomes of an idea", http.StatusOK, s.follower(true))
	add(s, "ideas", "DELETE /ideas/{id}/follow", "unfollow", "Hear no more of an idea", http.StatusOK, s.follower(false))
	add(s, "ideas", "PUT /ideas/{id}/merge", "mergeIdea", "Merge an idea into another", http.StatusOK, s.ideaMerge)
	add(s, "ideas", "DELETE /ideas/{id}/merge", "unmergeIdea", "Undo a merge", http.StatusOK, s.ideaUnmerge)
	add(s, "ideas", "GET /tags", "listTags", "Tags, the most used first", http.StatusOK, s.tags)
	add(s, "ideas", "GET /roadmap", "roadmap", "Ideas by stage", http.StatusOK, s.roadmap)
	add(s, "ideas", "GET /statuses", "listStatuses", "What the team calls the stages", http.StatusOK, s.statuses)
	add(s, "ideas", "PUT /statuses", "setStatuses", "Name the stages", http.StatusOK, s.statusesSet)
}

// author gives who did something from among people.
func (s *service) author(people map[int64]know.Person, id int64, staff bool) Author {
	p := people[id]
	return Author{ID: id, Name: p.Name, Staff: staff, Photo: s.picture(p.Photo), Left: p.Left(), Title: p.Title}
}

func (s *service) picture(sha string) string {
	if sha == "" {
		return ""
	}
	return s.URL + "/picture/" + sha
}

// ideas puts ideas in the API's form, with their authors and the asker's votes.
func (s *service) ideas(ctx context.Context, a *gate.Asker, from []shape.Idea) ([]Idea, error) {
	ids, authors := make([]int64, len(from)), make([]int64, len(from))
	for n, i := range from {
		ids[n], authors[n] = i.ID, i.Person
	}
	people, err := s.People.People(ctx, authors)
	if err != nil {
		return nil, err
	}
	voted, err := s.Ideas.Voted(ctx, a.ID, ids)
	if err != nil {
		return nil, err
	}
	ideas := make([]Idea, len(from))
	for n, i := range from {
		ideas[n] = s.idea(i, people, voted[i.ID])
	}
	return ideas, nil
}

func (s *service) idea(i shape.Idea, people map[int64]know.Person, voted bool) Idea {
	return Idea{
		ID: i.ID, URL: s.URL + "/ideas/" + strconv.FormatInt(i.ID, 10), Title: i.Title, Body: i.Body, Tags: append([]string{}, i.Tags...),
		Status: status(i.Stage, i.Status), Stage: string(i.Stage), Votes: i.Votes, StaffVotes: i.StaffVotes, Against: i.Against, StaffAgainst: i.StaffAgainst, Comments: i.Comments,
		Voices: i.Voices, Countries: i.Countries, Voted: voted, Author: s.author(people, i.Person, i.Staff), CallID: i.Call, ClauseID: i.Clause,
		DecisionID: i.Decision, Language: i.Language, Audience: string(i.Audience), State: string(i.State), StateReason: i.StateReason,
		MergedInto: i.MergedInto, CreatedAt: i.CreatedAt, EditedAt: i.EditedAt, DecidedAt: i.DecidedAt,
	}
}

// status is what a team calls a stage, else the stage.
func status(stage shape.Stage, name string) string {
	if name != "" {
		return name
	}
	return string(stage)
}

// oneIdea answers with an idea and what the asker has to do with it.
func (s *service) oneIdea(ctx context.Context, a *gate.Asker, i shape.Idea) (*answer[Idea], error) {
	ideas, err := s.ideas(ctx, a, []shape.Idea{i})
	if err != nil {
		return nil, err
	}
	if a.ID != 0 {
		following, err := s.Ideas.Following(ctx, a.ID, []int64{i.ID})
		if err != nil {
			return nil, err
		}
		against, err := s.Ideas.Against(ctx, a.ID, []int64{i.ID})
		if err != nil {
			return nil, err
		}
		follows, opposes := following[i.ID], against[i.ID]
		ideas[0].Following, ideas[0].VotedAgainst = &follows, &opposes
	}
	return body(ideas[0]), nil
}

// NewIdea is an idea to be proposed.
type NewIdea struct {
	Title     string   `json:"title" doc:"4 to 120 characters"`
	Body      string   `json:"body,omitempty" doc:"Markdown, at most 10,000 characters"`
	Tags      []string `json:"tags,omitempty" doc:"At most 8"`
	CallID    int64    `json:"call_id,omitempty" doc:"The call it answers"`
	Language  string   `json:"language,omitempty" doc:"BCP 47; the asker's if it is not given"`
	Audience  string   `json:"audience,omitempty" doc:"public (if it is not given), members or staff"`
	MentionID int64    `json:"mention_id,omitempty" doc:"What somebody said, of which staff make an idea"`
}

func (s *service) ideaPropose(ctx context.Context, a *gate.Asker, in *struct{ Body NewIdea }) (*answer[Idea], error) {
	b := in.Body
	n := shape.NewIdea{Title: b.Title, Body: b.Body, Tags: b.Tags, Call: b.CallID, Language: b.Language, Audience: know.Audience(b.Audience)}
	var i shape.Idea
	var err error
	if b.MentionID != 0 {
		i, _, err = s.Ideas.IdeaFrom(ctx, a.Actor, b.MentionID, n)
	} else {
		i, err = s.Ideas.Propose(ctx, a.Actor, n)
	}
	if err != nil {
		return nil, err
	}
	return s.oneIdea(ctx, a, i)
}

type ideasIn struct {
	Q      string `query:"q" doc:"Words, all of them; the last may be only begun"`
	Status string `query:"status" doc:"A stage, or what the team calls one"`
	Tag    string `query:"tag"`
	Call   int64  `query:"call"`
	Author int64  `query:"author" doc:"Who proposed them; the asker's own are listed in every state"`
	Sort   string `query:"sort" enum:"votes,voices,new,decided" default:"votes"`
	Paged
}

func (s *service) ideasList(ctx context.Context, a *gate.Asker, in *ideasIn) (*answer[List[Idea]], error) {
	stage, name, err := s.stage(ctx, in.Status)
	if err != nil {
		return nil, err
	}
	if stage == "" && in.Status != "" {
		return nil, fault.New(fault.Invalid, "There is no such status. /api/v1/statuses lists what the team calls the stages.").On("status")
	}
	found, next, err := s.named(ctx, a, name, shape.Filter{Text: in.Q, Stage: stage, Tag: in.Tag, Call: in.Call, Person: in.Author,
		Sort: shape.Sort(in.Sort), Cursor: in.Cursor, Limit: in.limit()})
	if err != nil {
		return nil, err
	}
	ideas, err := s.ideas(ctx, a, found)
	if err != nil {
		return nil, err
	}
	return body(List[Idea]{ideas, next}), nil
}

// maxTurns is how many pages of a stage are looked through for those that
// stand under one of several names for it; the next cursor goes on from there.
const maxTurns = 10

// named lists ideas; with a name, those alone that stand under it.
func (s *service) named(ctx context.Context, a *gate.Asker, name string, f shape.Filter) (found []shape.Idea, next string, err error) {
	if name == "" {
		return s.Ideas.List(ctx, a.Actor, f)
	}
	most := f.Limit
	for range maxTurns {
		f.Limit = most - len(found)
		var some []shape.Idea
		if some, next, err = s.Ideas.List(ctx, a.Actor, f); err != nil {
			return nil, "", err
		}
		for _, i := range some {
			if i.Status == name {
				found = append(found, i)
			}
		}
		if next == "" || len(found) == most {
			break
		}
		f.Cursor = next
	}
	return found, next, nil
}

// stage reads a status: a stage, or the team's own name for one, which it then
// gives, too. An unknown one gives no stage.
func (s *service) stage(ctx context.Context, status string) (stage shape.Stage, name string, err error) {
	if status == "" || slices.Contains(shape.Stages(), shape.Stage(status)) {
		return shape.Stage(status), "", nil
	}
	named, err := s.Ideas.Statuses(ctx)
	for _, n := range named {
		if n.Name == status {
			return n.Stage, n.Name, err
		}
	}
	return "", "", err
}

func (s *service) ideasSimilar(ctx context.Context, a *gate.Asker, in *struct {
	Text  string `query:"text" required:"true"`
	Limit int    `query:"limit" minimum:"1" maximum:"20" default:"5"`
}) (*answer[List[Idea]], error) {
	found, err := s.Ideas.Similar(ctx, a.Actor, in.Text, in.Limit)
	if err != nil {
		return nil, err
	}
	ideas, err := s.ideas(ctx, a, found)
	if err != nil {
		return nil, err
	}
	return body(List[Idea]{Items: ideas}), nil
}

func (s *service) ideaGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Idea], error) {
	i, err := s.Ideas.Idea(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return s.oneIdea(ctx, a, i)
}

// IdeaChange is what to change of an idea; what is left out stays.
type IdeaChange struct {
	Title    *string   `json:"title,omitempty"`
	Body     *string   `json:"body,omitempty"`
	Language *string   `json:"language,omitempty"`
	Tags     *[]string `json:"tags,omitempty"`
	CallID   *int64    `json:"call_id,omitempty"`
	StateChange
}

// StateChange shows, hides or withdraws a text by people.
type StateChange struct {
	State  string `json:"state,omitempty" enum:"visible,hidden,withdrawn"`
	Reason string `json:"reason,omitempty" doc:"Why staff hide it; its author reads this"`
}

// apply does what the change says with the three ways of doing it.
func (c StateChange) apply(show, withdraw func() error, hide func(reason string) error) error {
	switch know.TextState(c.State) {
	case know.Visible:
		return show()
	case know.Withdrawn:
		return withdraw()
	case know.Hidden:
		return hide(c.Reason)
	}
	return nil
}

func (s *service) ideaChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body IdeaChange
}) (*answer[Idea], error) {
	b := in.Body
	if b.Title != nil || b.Body != nil || b.Language != nil || b.Tags != nil || b.CallID != nil {
		if _, err := s.Ideas.Edit(ctx, a.Actor, in.ID, shape.IdeaEdit{Title: b.Title, Body: b.Body, Language: b.Language, Tags: b.Tags, Call: b.CallID}); err != nil {
			return nil, err
		}
	}
	err := b.apply(
		func() error { return s.Ideas.Show(ctx, a.Actor, in.ID) },
		func() error { return s.Ideas.Withdraw(ctx, a.Actor, in.ID) },
		func(reason string) error { return s.Ideas.Hide(ctx, a.Actor, in.ID, reason) })
	if err != nil {
		return nil, err
	}
	return s.ideaGet(ctx, a, &in.ByID)
}

// Vote is what a vote made of an idea.
type Vote struct {
	ID           int64 `json:"id" doc:"Of the idea"`
	Votes        int64 `json:"votes"`
	Against      int64 `json:"against"`
	Voted        bool  `json:"voted"`
	VotedAgainst bool  `json:"voted_against"`
}

func (s *service) voter(on bool) call[ByID, answer[Vote]] {
	return func(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Vote], error) {
		now, err := s.Ideas.Vote(ctx, a.Actor, in.ID, on)
		if err != nil || on { // who votes for it is not against it
			return body(Vote{ID: in.ID, Votes: now.For, Against: now.Against, Voted: on}), err
		}
		against, err := s.Ideas.Against(ctx, a.ID, []int64{in.ID})
		return body(Vote{ID: in.ID, Votes: now.For, Against: now.Against, VotedAgainst: against[in.ID]}), err
	}
}

func (s *service) opponent(on bool) call[ByID, answer[Vote]] {
	return func(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Vote], error) {
		now, err := s.Ideas.VoteAgainst(ctx, a.Actor, in.ID, on)
		if err != nil || on {
			return body(Vote{ID: in.ID, Votes: now.For, Against: now.Against, VotedAgainst: on}), err
		}
		voted, err := s.Ideas.Voted(ctx, a.ID, []int64{in.ID})
		return body(Vote{ID: in.ID, Votes: now.For, Against: now.Against, Voted: voted[in.ID]}), err
	}
}

// Voter is somebody who voted.
type Voter struct {
	Author
	At time.Time `json:"at"`
}

func (s *service) ideaVoters(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Voter]], error) {
	return s.votersPage(s.Ideas.Voters(ctx, a.Actor, in.ID))
}

func (s *service) ideaOpponents(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Voter]], error) {
	return s.votersPage(s.Ideas.VotersAgainst(ctx, a.Actor, in.ID))
}

func (s *service) votersPage(voters []shape.Voter, err error) (*answer[List[Voter]], error) {
	if err != nil {
		return nil, err
	}
	return page(voters, "", func(v shape.Voter) Voter {
		return Voter{Author{v.Person.ID, v.Person.Name, v.Staff, s.picture(v.Person.Photo), v.Person.Left(), v.Person.Title}, v.At}
	}), nil
}

// Follow says whether the asker follows an idea.
type Follow struct {
	ID        int64 `json:"id" doc:"Of the idea"`
	Following bool  `json:"following"`
}

func (s *service) follower(on bool) call[ByID, answer[Follow]] {
	return func(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Follow], error) {
		if err := s.Ideas.Follow(ctx, a.Actor, in.ID, on); err != nil {
			return nil, err
		}
		return body(Follow{in.ID, on}), nil
	}
}

func (s *service) ideaMerge(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Into int64 `json:"into_id" doc:"The idea that takes the votes, voices and comments"`
	}
}) (*answer[Idea], error) {
	if err := s.Ideas.Merge(ctx, a.Actor, in.ID, in.Body.Into); err != nil {
		return nil, err
	}
	return s.ideaGet(ctx, a, &ByID{in.Body.Into})
}

func (s *service) ideaUnmerge(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Idea], error) {
	if err := s.Ideas.Unmerge(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	return s.ideaGet(ctx, a, in)
}

// Tag is a tag and how many public ideas carry it.
type Tag struct {
	Tag   string `json:"tag"`
	Ideas int64  `json:"ideas"`
}

func (s *service) tags(ctx context.Context, a *gate.Asker, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
}) (*answer[List[Tag]], error) {
	tags, err := s.Ideas.Tags(ctx, a.Actor, in.Limit)
	if err != nil {
		return nil, err
	}
	return page(tags, "", func(t shape.TagCount) Tag { return Tag(t) }), nil
}

// StageIdeas is one column of the roadmap.
type StageIdeas struct {
	Stage string `json:"stage"`
	Ideas []Idea `json:"ideas" nullable:"false" doc:"The most voted for, at most 50"`
}

func (s *service) roadmap(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[StageIdeas]], error) {
	columns, err := s.Ideas.Roadmap(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	stages := []StageIdeas{}
	for _, stage := range shape.Stages() {
		if _, ok := columns[stage]; !ok {
			continue
		}
		ideas, err := s.ideas(ctx, a, columns[stage])
		if err != nil {
			return nil, err
		}
		stages = append(stages, StageIdeas{string(stage), ideas})
	}
	return body(List[StageIdeas]{Items: stages}), nil
}

// Status is a team's own name for a stage.
type Status struct {
	Name  string `json:"name"`
	Stage string `json:"stage" enum:"open,under_review,planned,started,shipped,declined"`
}

func (s *service) statuses(ctx context.Context, _ *gate.Asker, _ *Part) (*answer[List[Status]], error) {
	named, err := s.Ideas.Statuses(ctx)
	if err != nil {
		return nil, err
	}
	return page(named, "", func(n shape.Status) Status { return Status{n.Name, string(n.Stage)} }), nil
}

func (s *service) statusesSet(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Items []Status `json:"items" nullable:"false"`
	}
}) (*answer[List[Status]], error) {
	named := make([]shape.Status, len(in.Body.Items))
	for n, i := range in.Body.Items {
		named[n] = shape.Status{Name: i.Name, Stage: shape.Stage(i.Stage)}
	}
	if err := s.Ideas.SetStatuses(ctx, a.Actor, named); err != nil {
		return nil, err
	}
	return s.statuses(ctx, a, nil)
}
