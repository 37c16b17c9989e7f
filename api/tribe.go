package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/tribe"
)

func (s *service) tribeRoutes() {
	const group = "tribes"
	add(s, group, "GET /tribes", "listTribes", "Tribes, those with most members first", http.StatusOK, s.tribesList)
	add(s, group, "POST /tribes", "startTribe", "Start a tribe, and be its first member", http.StatusCreated, s.tribeStart,
		tells("No two tribes have names that differ in case, accents, spaces or punctuation alone: the conflict names the other."))
	add(s, group, "GET /tribes/{id}", "getTribe", "One tribe", http.StatusOK, s.tribeGet)
	add(s, group, "PATCH /tribes/{id}", "changeTribe", "Rename a tribe, say what it stands for, hide it or show it again", http.StatusOK, s.tribeChange,
		tells("Words are its members' to change; staff hide a tribe with a reason."))
	add(s, group, "GET /tribes/{id}/members", "listMembers", "Its members whom everybody may see", http.StatusOK, s.tribeMembers)
	add(s, group, "PUT /tribes/{id}/membership", "joinTribe", "Join; may be repeated, to be named or no longer", http.StatusOK, s.tribeJoin)
	add(s, group, "DELETE /tribes/{id}/membership", "leaveTribe", "Leave; may be repeated", http.StatusNoContent, s.tribeLeave)
	add(s, group, "GET /tribes/{id}/words", "listTribeWords", "The words its members chose", http.StatusOK, s.tribeWords)
	add(s, group, "POST /tribes/{id}/words", "suggestTribeWord", "Bring a word, and choose it", http.StatusNoContent, s.tribeWord)
	add(s, group, "PUT /tribes/{id}/words/{word}", "chooseTribeWord", "Choose a word; may be repeated", http.StatusNoContent, s.tribeChooser(true))
	add(s, group, "DELETE /tribes/{id}/words/{word}", "unchooseTribeWord", "Choose a word no longer; may be repeated", http.StatusNoContent, s.tribeChooser(false))
	add(s, group, "GET /tribes/{id}/makings", "tribeMakings", "Its newest ideas, posts, and releases made with its help", http.StatusOK, s.tribeMakings)
	add(s, group, "PUT /tribes/{id}/ideas/{idea}", "bringIdea", "Put an idea on its page; may be repeated", http.StatusNoContent, s.tribeCarrier(true))
	add(s, group, "DELETE /tribes/{id}/ideas/{idea}", "takeIdeaOff", "Take an idea off its page; may be repeated", http.StatusNoContent, s.tribeCarrier(false))
	add(s, group, "GET /tribes/{id}/strength", "tribeStrength", "How it holds together, week by week: for members and staff", http.StatusOK, s.tribeStrength)
	add(s, group, "GET /ideas/{id}/support", "ideaSupport", "Support for an idea by tribe", http.StatusOK, s.ideaSupport,
		tells("Active are members who voted for or against anything since the idea was proposed. Held against everybody else who is active, by 99 % Wilson intervals: a tribe refuses an idea if the whole interval of its share against lies above theirs and more of it are against than for, loves it if the whole interval of its share for lies above and no more are against than for, and passes it by, which is weaker, if the whole lies below. Others than staff are told the counts of a tribe rounded (see votes_bound), and shares, intervals and stances as they follow from the rounded counts."))
	add(s, group, "GET /groups", "listGroups", "Groups that what people do with each other suggests, the largest first: for staff", http.StatusOK, s.groupsList)
	add(s, group, "POST /groups/look", "lookForGroups", "Look for groups now, and take the strength of tribes", http.StatusOK, s.groupsLook)
	add(s, group, "GET /groups/{id}", "getGroup", "One suggested group, with at most 200 of those in it: for staff", http.StatusOK, s.groupGet)
	add(s, "me", "GET /me/tribes", "myTribes", "The tribes I am in", http.StatusOK, s.myTribes)
	add(s, "me", "GET /me/suggested", "mySuggestedTribes", "Groups I seem to belong to", http.StatusOK, s.mySuggested)
	add(s, "me", "POST /me/suggested/{id}", "answerSuggestedTribe", "Take a suggested group, as a tribe, or refuse it for good", http.StatusOK, s.myAnswer)
}

// Tribe is people who belong together, and say so.
type Tribe struct {
	ID          int64     `json:"id"`
	URL         string    `json:"url" doc:"Its page"`
	Name        string    `json:"name"`
	Stands      string    `json:"stands" doc:"What it stands for, Markdown"`
	Language    string    `json:"language,omitempty" doc:"BCP 47"`
	Words       []string  `json:"words" nullable:"false" doc:"Those most members chose"`
	Members     int64     `json:"members"`
	Named       int64     `json:"named" doc:"Of them, those whom everybody may see"`
	Version     int64     `json:"version" doc:"Of its name and what it stands for"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	CreatedAt   time.Time `json:"created_at"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

func (s *service) tribe(t tribe.Tribe) Tribe {
	return Tribe{t.ID, s.URL + "/tribes/" + strconv.FormatInt(t.ID, 10), t.Name, t.Stands, t.Language, append([]string{}, t.Words...), t.Members, t.Shown, t.Version,
		string(t.State), t.StateReason, t.CreatedAt, t.EditedAt}
}

func (s *service) oneTribe(t tribe.Tribe, err error) (*answer[Tribe], error) {
	if err != nil {
		return nil, err
	}
	return body(s.tribe(t)), nil
}

func (s *service) tribesList(ctx context.Context, a *gate.Asker, in *Paged) (*answer[List[Tribe]], error) {
	tribes, next, err := s.Tribes.List(ctx, a.Actor, in.Cursor, in.limit())
	if err != nil {
		return nil, err
	}
	return page(tribes, next, s.tribe), nil
}

func (s *service) tribeGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Tribe], error) {
	return s.oneTribe(s.Tribes.Tribe(ctx, a.Actor, in.ID))
}

// NewTribe is a tribe to be started.
type NewTribe struct {
	Name     string `json:"name,omitempty" doc:"3 to 60 characters"`
	Stands   string `json:"stands,omitempty" doc:"What it stands for, Markdown"`
	Language string `json:"language,omitempty" doc:"BCP 47; mine if it is not given"`
	Named    bool   `json:"named,omitempty" doc:"Everybody may see that I am in it"`
}

func (n NewTribe) tribe() tribe.NewTribe {
	return tribe.NewTribe{Name: n.Name, Stands: n.Stands, Language: n.Language, Shown: n.Named}
}

func (s *service) tribeStart(ctx context.Context, a *gate.Asker, in *struct{ Body NewTribe }) (*answer[Tribe], error) {
	return s.oneTribe(s.Tribes.Start(ctx, a.Actor, in.Body.tribe()))
}

func (s *service) tribeChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Name    *string `json:"name,omitempty"`
		Stands  *string `json:"stands,omitempty"`
		Version int64   `json:"version,omitempty" doc:"That was read; if it has changed since, the answer is a conflict"`
		State   string  `json:"state,omitempty" enum:"visible,hidden"`
		Reason  string  `json:"reason,omitempty" doc:"Why it is hidden; its members read it"`
	}
}) (*answer[Tribe], error) {
	b := in.Body
	var err error
	if b.Name != nil || b.Stands != nil {
		was, err := s.Tribes.Tribe(ctx, a.Actor, in.ID)
		if err != nil {
			return nil, err
		}
		if b.Version == 0 {
			b.Version = was.Version
		}
		if _, err := s.Tribes.Change(ctx, a.Actor, in.ID, tribe.Edit{Name: or(b.Name, was.Name), Stands: or(b.Stands, was.Stands), Version: b.Version}); err != nil {
			return nil, err
		}
	}
	switch know.TextState(b.State) {
	case know.Hidden:
		err = s.Tribes.Hide(ctx, a.Actor, in.ID, b.Reason)
	case know.Visible:
		err = s.Tribes.Show(ctx, a.Actor, in.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.oneTribe(s.Tribes.Tribe(ctx, a.Actor, in.ID))
}

func (s *service) tribeMembers(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[Author]], error) {
	after, err := in.before()
	if err != nil {
		return nil, err
	}
	people, err := s.Tribes.Members(ctx, a.Actor, in.ID, after, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(people) == in.limit() {
		next = strconv.FormatInt(people[len(people)-1].ID, 10)
	}
	return page(people, next, s.somebody), nil
}

// somebody gives a person by name.
func (s *service) somebody(p know.Person) Author {
	return s.author(map[int64]know.Person{p.ID: p}, p.ID, p.Role.AtLeast(know.Staff))
}

func (s *service) tribeJoin(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Named bool `json:"named" doc:"Everybody may see that I am in it"`
	}
}) (*answer[Tribe], error) {
	if err := s.Tribes.Join(ctx, a.Actor, in.ID, in.Body.Named); err != nil {
		return nil, err
	}
	return s.oneTribe(s.Tribes.Tribe(ctx, a.Actor, in.ID))
}

func (s *service) tribeLeave(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Tribes.Leave(ctx, a.Actor, in.ID)
}

// TribeWord is a word that members chose.
type TribeWord struct {
	ID     int64  `json:"id"`
	Word   string `json:"word"`
	Chosen int64  `json:"chosen" doc:"By how many members"`
	Mine   bool   `json:"mine" doc:"I am one of them"`
}

func (s *service) tribeWords(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[TribeWord]], error) {
	words, err := s.Tribes.Words(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return page(words, "", func(w tribe.Word) TribeWord { return TribeWord(w) }), nil
}

func (s *service) tribeWord(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Word string `json:"word"`
	}
}) (*none, error) {
	return nil, s.Tribes.Suggest(ctx, a.Actor, in.ID, in.Body.Word)
}

type tribeWordIn struct {
	ByID
	Word int64 `path:"word"`
}

func (s *service) tribeChooser(on bool) call[tribeWordIn, none] {
	return func(ctx context.Context, a *gate.Asker, in *tribeWordIn) (*none, error) {
		return nil, s.Tribes.Choose(ctx, a.Actor, in.ID, in.Word, on)
	}
}

type tribeIdeaIn struct {
	ByID
	Idea int64 `path:"idea"`
}

func (s *service) tribeCarrier(on bool) call[tribeIdeaIn, none] {
	return func(ctx context.Context, a *gate.Asker, in *tribeIdeaIn) (*none, error) {
		return nil, s.Tribes.Carry(ctx, a.Actor, in.ID, in.Idea, on)
	}
}

// Making is something of a tribe.
type Making struct {
	Kind    string    `json:"kind" enum:"idea,post,release"`
	ID      int64     `json:"id"`
	URL     string    `json:"url"`
	Title   string    `json:"title"`
	Carried bool      `json:"carried,omitempty" doc:"An idea that a member put there"`
	At      time.Time `json:"at"`
}

func (s *service) tribeMakings(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Limit int `query:"limit" minimum:"1" default:"20" doc:"How many of each kind; more than 100 is taken as 100"`
}) (*answer[List[Making]], error) {
	made, err := s.Tribes.Made(ctx, a.Actor, in.ID, min(in.Limit, 100))
	if err != nil {
		return nil, err
	}
	return page(made.All(), "", func(m tribe.Making) Making {
		at := func(path string, id int64) string { return s.URL + path + strconv.FormatInt(id, 10) }
		switch {
		case m.Idea.ID != 0:
			return Making{"idea", m.Idea.ID, at("/ideas/", m.Idea.ID), m.Idea.Title, m.Carried, m.At}
		case m.Post.ID != 0:
			return Making{"post", m.Post.ID, at("/tribune/", m.Post.ID), m.Post.Title, false, m.At}
		}
		return Making{"release", m.Release.ID, at("/changes/", m.Release.ID), m.Release.Title, false, m.At}
	}), nil
}

// Strength is how a tribe held together in a week.
type Strength struct {
	Week      string    `json:"week" format:"date" doc:"Its Monday"`
	At        time.Time `json:"at" doc:"When it was taken"`
	Size      int64     `json:"size" doc:"Members"`
	Tied      int64     `json:"tied" doc:"Pairs of members who did something with each other in the last 90 days; density is 2 tied / (size (size - 1))"`
	Given     int64     `json:"given" doc:"Answers and thanks from one member to another, each pair once a direction"`
	GivenBack int64     `json:"given_back" doc:"Of those, to somebody who gave some back; reciprocity is given_back / given"`
	WasActive int64     `json:"was_active" doc:"Members active in the four weeks before the last four"`
	Again     int64     `json:"again" doc:"Of them, active in the last four, too; recurrence is again / was_active"`
	Newcomers int64     `json:"newcomers" doc:"Who joined eight to twelve weeks ago"`
	Kept      int64     `json:"kept" doc:"Of them, still members and active in the last four weeks"`
}

func (s *service) tribeStrength(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Strength]], error) {
	weeks, err := s.Tribes.Strengths(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return page(weeks, "", func(w tribe.Strength) Strength {
		return Strength{w.Week.Format(time.DateOnly), w.At, w.Size, w.Tied, w.Directed, w.Answered, w.WasActive, w.Again, w.Newcomers, w.Kept}
	}), nil
}

// Support is how a tribe stands to an idea.
type Support struct {
	TribeID int64    `json:"tribe_id,omitempty" doc:"Not given for a suggested group"`
	GroupID int64    `json:"group_id,omitempty"`
	Name    string   `json:"name,omitempty"`
	Words   []string `json:"words" nullable:"false" doc:"That mark a suggested group off"`
	Votes   int64    `json:"votes"`
	Against int64    `json:"against"`
	Active  int64    `json:"active"`
	Share   float64  `json:"share" doc:"votes / active, of votes as they are given here"`
	Low     float64  `json:"low" doc:"Of the 99 % Wilson interval"`
	High    float64  `json:"high"`
	Stance  string   `json:"stance" enum:"even,loves,refuses,passes,few"`

	AgainstShare float64 `json:"against_share" doc:"against / active"`
	AgainstLow   float64 `json:"against_low" doc:"Of the 99 % Wilson interval"`
	AgainstHigh  float64 `json:"against_high"`

	VotesBound   string `json:"votes_bound,omitempty" enum:"about,at_least,below" doc:"Not given if votes is exact, as staff see it. To all others it is rounded: about, to the nearest five; at_least, all members but two at most; below, fewer than three, told as 0. Tribes with fewer than three on either side are not listed"`
	AgainstBound string `json:"against_bound,omitempty" enum:"at_least,at_most" doc:"The same of against"`
}

// SupportOf is the support for an idea by tribe.
type SupportOf struct {
	Votes   int64     `json:"votes" doc:"By everybody"`
	Against int64     `json:"against" doc:"By everybody"`
	Active  int64     `json:"active" doc:"Everybody active since the idea was proposed"`
	Tribes  []Support `json:"tribes" nullable:"false"`
	Small   int64     `json:"small" doc:"Votes for it from tribes too small to be shown, to the nearest five"`
	SmallNo int64     `json:"small_against" doc:"Votes against it from those"`
	Groups  []Support `json:"groups" nullable:"false" doc:"Suggested ones: for staff"`
	Apart   bool      `json:"apart" doc:"One tribe loves it, and another refuses it or passes it by"`
	Loved   []int64   `json:"loved_by" nullable:"false" doc:"Tribes that love it, if others refuse it or pass it by"`
	Refused []int64   `json:"refused_by" nullable:"false" doc:"Tribes that refuse it, if others love it"`
	Passed  []int64   `json:"passed_by" nullable:"false" doc:"Tribes that pass it by, if others love it"`
}

func (s *service) ideaSupport(ctx context.Context, a *gate.Asker, in *ByID) (*answer[SupportOf], error) {
	of, err := s.Tribes.Supported(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	list := func(from []tribe.Support) []Support {
		all := make([]Support, len(from))
		for n, x := range from {
			all[n] = Support{x.Tribe.ID, x.Group, x.Tribe.Name, append([]string{}, x.Words...), x.Votes, x.Against, x.Active, x.Share(), x.Low, x.High, string(x.Stance),
				x.AgainstShare(), x.AgainstLow, x.AgainstHigh, string(x.Bound), string(x.AgainstBound)}
		}
		return all
	}
	ids := func(tribes []tribe.Tribe) []int64 {
		all := make([]int64, len(tribes))
		for n, t := range tribes {
			all[n] = t.ID
		}
		return all
	}
	return body(SupportOf{of.Votes, of.Against, of.Active, list(of.Tribes), of.Small, of.SmallNo, list(of.Groups), len(of.Loved) > 0, ids(of.Loved), ids(of.Refused), ids(of.Passed)}), nil
}

// Group is people who seem to belong together.
type Group struct {
	ID      int64     `json:"id"`
	Size    int64     `json:"size"`
	TribeID int64     `json:"tribe_id,omitempty" doc:"The tribe that some of them are already"`
	Words   []string  `json:"words" nullable:"false" doc:"That mark it off"`
	Took    int64     `json:"took" doc:"How many took it; staff see it"`
	Refused int64     `json:"refused" doc:"How many refused it; staff see it"`
	FirstAt time.Time `json:"first_at"`
	SeenAt  time.Time `json:"seen_at"`
}

func group(g tribe.Group) Group {
	return Group{g.ID, g.Size, g.Tribe.ID, append([]string{}, g.Words...), g.Joined, g.Refused, g.FirstAt, g.SeenAt}
}

func (s *service) groupsList(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Group]], error) {
	groups, err := s.Tribes.Groups(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(groups, "", group), nil
}

func (s *service) groupsLook(ctx context.Context, a *gate.Asker, in *none) (*answer[List[Group]], error) {
	if err := s.Tribes.Look(ctx, a.Actor); err != nil {
		return nil, err
	}
	return s.groupsList(ctx, a, &Part{})
}

// GroupWith is a group and who is in it.
type GroupWith struct {
	Group
	People []Author `json:"people" nullable:"false"`
}

func (s *service) groupGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[GroupWith], error) {
	g, people, err := s.Tribes.Group(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	with := GroupWith{group(g), []Author{}}
	for _, p := range people {
		with.People = append(with.People, s.somebody(p))
	}
	return body(with), nil
}

// MyTribe is a tribe I am in.
type MyTribe struct {
	Tribe
	NamedThere bool      `json:"i_am_named" doc:"Everybody may see that I am in it"`
	JoinedAt   time.Time `json:"joined_at"`
}

func (s *service) myTribes(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[MyTribe]], error) {
	in, err := s.Tribes.Of(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(in, "", func(m tribe.Membership) MyTribe { return MyTribe{s.tribe(m.Tribe), m.Shown, m.JoinedAt} }), nil
}

func (s *service) mySuggested(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[GroupWith]], error) {
	all, err := s.Tribes.Suggestions(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(all, "", func(x tribe.Suggested) GroupWith {
		with := GroupWith{group(x.Group), []Author{}}
		for _, p := range x.With {
			with.People = append(with.People, s.somebody(p))
		}
		return with
	}), nil
}

func (s *service) myAnswer(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		NewTribe
		Answer string `json:"answer" enum:"take,refuse" doc:"take starts a tribe by the name given, or joins the one it is already"`
	}
}) (*answer[List[MyTribe]], error) {
	var err error
	switch in.Body.Answer {
	case "refuse":
		err = s.Tribes.Refuse(ctx, a.Actor, in.ID)
	case "take":
		_, err = s.Tribes.Take(ctx, a.Actor, in.ID, in.Body.NewTribe.tribe())
	default:
		err = fault.New(fault.Invalid, "Take it, or refuse it.").On("answer")
	}
	if err != nil {
		return nil, err
	}
	return s.myTribes(ctx, a, nil)
}
