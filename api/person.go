package api

import (
	"cmp"
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

func (s *service) personRoutes() {
	add(s, "people", "GET /people", "listTeam", "Who works here, who leads the conversation first", http.StatusOK, s.team)
	add(s, "people", "POST /people", "invite", "Invite somebody", http.StatusCreated, s.invite,
		tells("The link signs in once, within 7 days. mail sends it, too. Who has been here already gets the role at once, and no link is given for them: "+
			"they sign in as always. The answer holds a secret and is kept for no Idempotency-Key."))
	add(s, "people", "GET /people/{id}", "getPerson", "One person: what their page on the square shows, and more for the desk", http.StatusOK, s.personGet)
	add(s, "people", "PATCH /people/{id}", "changePerson", "Change what somebody may do", http.StatusOK, s.personChange)
	add(s, "people", "GET /people/{id}/moments", "personMoments", "All that somebody said, asked, voted for and was answered, newest first", http.StatusOK, s.personMoments)
	add(s, "people", "GET /people/{id}/threads", "personThreads", "Conversations with somebody", http.StatusOK, s.personThreads)
	add(s, "people", "GET /accounts/{id}", "getAccount", "One account: where somebody speaks from", http.StatusOK, s.accountGet)
	add(s, "people", "PATCH /accounts/{id}", "joinAccount", "Say whose an account is; 0: nobody's. It attributes what was said and bought, and gives no way in; an address that its reader has confirmed stays theirs", http.StatusOK, s.accountJoin)
	add(s, "people", "GET /accounts/{id}/moments", "accountMoments", "All that was said from an account, newest first", http.StatusOK, s.accountMoments)
	s.plain["POST "+prefix+"/people"] = true
}

// Person is somebody we know.
type Person struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name" doc:"Empty for one who left"`
	Role      string    `json:"role" enum:"guest,member,staff,owner"`
	Leads     bool      `json:"leads" doc:"Leads the conversation"`
	Title     string    `json:"title,omitempty"`
	About     string    `json:"about,omitempty" doc:"What they answer for"`
	Photo     string    `json:"photo,omitempty"`
	Staff     bool      `json:"staff" doc:"Works here"`
	Languages []string  `json:"languages,omitempty" doc:"BCP 47: in which they speak with people"`
	Clock     *Clock    `json:"clock,omitempty" doc:"How long they let people wait, if they show it"`
	Country   string    `json:"country,omitempty"`
	CreatedAt time.Time `json:"created_at,omitzero" doc:"Missing where only their page on the square is open"`
	LeftAt    time.Time `json:"left_at,omitzero"`
	Left      bool      `json:"left,omitempty" doc:"They left, and were erased"`
	Desk      *Known    `json:"desk,omitempty" doc:"For staff"`
}

// Clock is how long somebody lets people wait, over 90 days.
type Clock struct {
	MedianSeconds int64 `json:"median_seconds"`
	Answers       int   `json:"answers" doc:"At least 5"`
}

// Known is what the desk knows about somebody.
type Known struct {
	Accounts []Account `json:"accounts" nullable:"false"`
	SpokeID  int64     `json:"spoke_id,omitempty" doc:"Who of us last answered them"`
	SpokeAt  time.Time `json:"spoke_at,omitzero"`
	SeenAt   time.Time `json:"seen_at,omitzero"`
}

// Account is where somebody speaks from.
type Account struct {
	ID          int64     `json:"id"`
	Kind        string    `json:"kind"`
	Address     string    `json:"address"`
	Name        string    `json:"name,omitempty"`
	URL         string    `json:"url,omitempty"`
	PersonID    int64     `json:"person_id" doc:"0: nobody claimed it"`
	JoinedBy    int64     `json:"joined_by,omitempty" doc:"Who of the team attributed it to the person; absent if they hold it themselves"`
	ConfirmedAt time.Time `json:"confirmed_at,omitzero"`
	CreatedAt   time.Time `json:"created_at"`
}

// erased reports whether an account is one of somebody who left: a row without
// a name that only holds together what was said.
func erased(c know.Account) bool { return c.Address == "left:"+strconv.FormatInt(c.ID, 10) }

// standing gives an account, unless it is erased.
func (s *service) standing(ctx context.Context, a *gate.Asker, id int64) (know.Account, error) {
	c, err := s.People.Known(ctx, a.Actor, id)
	if err == nil && erased(c) {
		return know.Account{}, fault.New(fault.NotFound, "Whose account this was has left.")
	}
	return c, err
}

func account(c know.Account) Account {
	return Account{c.ID, string(c.Kind), c.Address, c.Name, c.URL, c.Person, c.JoinedBy, c.ConfirmedAt, c.CreatedAt}
}

func (s *service) person(p know.Person) Person {
	return Person{ID: p.ID, Name: p.Name, Role: string(p.Role), Leads: p.Leads, Title: p.Title, About: p.About, Photo: s.picture(p.Photo),
		Staff: p.Role.AtLeast(know.Staff), Languages: p.Languages, CreatedAt: p.CreatedAt, LeftAt: p.LeftAt, Left: p.Left()}
}

func (s *service) team(ctx context.Context, _ *gate.Asker, _ *Part) (*answer[List[Person]], error) {
	team, err := s.People.Team(ctx)
	if err != nil {
		return nil, err
	}
	people := page(team, "", s.person)
	ids := make([]int64, len(team))
	for n, p := range team {
		ids[n] = p.ID
	}
	return people, s.clocks(ctx, ids, people.Body.Items)
}

// clocks adds how long people let others wait, of those who show it.
func (s *service) clocks(ctx context.Context, ids []int64, people []Person) error {
	clocks, err := s.Inbox.Clocks(ctx, ids)
	for n, p := range people {
		if c, shown := clocks[p.ID]; shown {
			people[n].Clock = &Clock{int64(c.Median.Seconds()), c.Answers}
		}
	}
	return err
}

// Invited is what became of an invitation.
type Invited struct {
	PersonID int64  `json:"person_id"`
	Here     bool   `json:"here" doc:"They have been here before, and sign in as always"`
	Link     string `json:"link,omitempty" doc:"To hand over: it signs in once. Missing for who is here"`
}

func (s *service) invite(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Name  string `json:"name"`
		Email string `json:"email"`
		Role  string `json:"role" enum:"member,staff,owner"`
		Mail  bool   `json:"mail,omitempty" doc:"Send the link by mail, too"`
	}
}) (*answer[Invited], error) {
	b := in.Body
	done, err := s.People.Invite(ctx, a.Actor, b.Name, b.Email, know.Role(b.Role), b.Mail)
	if err != nil {
		return nil, err
	}
	said := Invited{PersonID: done.Person, Here: done.Here}
	if done.Secret != "" {
		said.Link = s.URL + "/signin/" + done.Secret
	}
	return body(said), nil
}

// personGet shows the team to everybody, oneself to oneself, others to the desk,
// and of who spoke up in public what their page on the square shows.
func (s *service) personGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Person], error) {
	p, err := s.People.Person(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	desk := know.May(a.Actor, know.Know, know.Subject{})
	if (!p.Role.AtLeast(know.Staff) || p.Left()) && !desk && !know.May(a.Actor, know.Self, know.Subject{Author: p.ID}) {
		return s.onTheSquare(ctx, a, p)
	}
	one := []Person{s.person(p)}
	if err := s.clocks(ctx, []int64{p.ID}, one); err != nil {
		return nil, err
	}
	said := one[0]
	if desk {
		accounts, err := s.People.AccountsOf(ctx, p.ID)
		if err != nil {
			return nil, err
		}
		said.Country = p.Country
		said.Desk = &Known{Accounts: page(slices.DeleteFunc(slices.Clone(accounts), erased), "", account).Body.Items, SeenAt: p.SeenAt}
		if said.Desk.SpokeID, said.Desk.SpokeAt, err = s.Inbox.LastSpoke(ctx, p.ID, ids(accounts)); err != nil {
			return nil, err
		}
	}
	return body(said), nil
}

// onTheSquare gives what everybody sees of a member. Who never spoke up in public
// has no page, and is nobody's business.
func (s *service) onTheSquare(ctx context.Context, a *gate.Asker, p know.Person) (*answer[Person], error) {
	nobody := fault.New(fault.NotFound, "There is nobody here by that number.")
	if p.Left() || p.Name == "" || !p.Role.AtLeast(know.Member) {
		return nil, nobody
	}
	ideas, _, err := s.Ideas.List(ctx, a.Actor, shape.Filter{Person: p.ID, Sort: shape.ByNew, Limit: 50})
	if err != nil {
		return nil, err
	}
	posts, _, err := s.Posts.By(ctx, a.Actor, p.ID, "", 1)
	if err != nil {
		return nil, err
	}
	effects, err := s.Advocacy.Effects(ctx, a.Actor, p.ID, 1)
	if err != nil {
		return nil, err
	}
	thanks, err := s.Advocacy.ThanksTo(ctx, a.Actor, p.ID, 0, 1)
	if err != nil {
		return nil, err
	}
	proposed := slices.ContainsFunc(ideas, func(i shape.Idea) bool { return i.State == know.Visible })
	if !proposed && len(posts)+len(effects)+len(thanks) == 0 {
		return nil, nobody
	}
	return body(Person{ID: p.ID, Name: p.Name, Role: string(p.Role), Photo: s.picture(p.Photo), Languages: p.Languages}), nil
}

func ids(accounts []know.Account) []int64 {
	all := make([]int64, len(accounts))
	for n, c := range accounts {
		all[n] = c.ID
	}
	return all
}

// disclosed gives the accounts of which the asker may read what they said.
func (s *service) disclosed(ctx context.Context, person int64) ([]int64, error) {
	accounts, err := s.People.AccountsOf(ctx, person)
	return ids(slices.DeleteFunc(accounts, func(c know.Account) bool { return !c.Disclosed() })), err
}

func (s *service) accounts(ctx context.Context, person int64) ([]int64, error) {
	accounts, err := s.People.AccountsOf(ctx, person)
	return ids(accounts), err
}

func (s *service) personChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Role  *string `json:"role,omitempty" enum:"member,staff,owner"`
		Leads *bool   `json:"leads,omitempty"`
	}
}) (*answer[Person], error) {
	if err := know.Require(a.Actor, know.Promote, know.Subject{}); err != nil {
		return nil, err
	}
	p, err := s.People.Person(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := s.People.SetRole(ctx, a.Actor, in.ID, know.Role(or(in.Body.Role, string(p.Role))), or(in.Body.Leads, p.Leads)); err != nil {
		return nil, err
	}
	return s.personGet(ctx, a, &in.ByID)
}

// Moment is one point on somebody's line of time.
type Moment struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind" doc:"said, asked, proposed, voted, against (voted against), commented, quoted, bought, published, replied, reacted, suggested, answered, promised, told, joined, thanked, was_thanked or came (through a link)"`
	Subject Subject   `json:"subject" doc:"What it is about"`
	Title   string    `json:"title,omitempty"`
	Text    string    `json:"text,omitempty"`
	ByID    int64     `json:"by_id,omitempty" doc:"Who of us"`
	URL     string    `json:"url,omitempty" doc:"The original"`
}

// Subject names a thing: its kind and its id.
type Subject struct {
	Kind string `json:"kind"`
	ID   int64  `json:"id"`
}

type momentsIn struct {
	ByID
	Limit int `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// moments puts together what each folder knows, newest first.
func (s *service) moments(ctx context.Context, person int64, accounts []int64, limit int) (*answer[List[Moment]], error) {
	all, err := s.Radar.Moments(ctx, person, accounts, limit)
	if err != nil {
		return nil, err
	}
	more, err := s.Inbox.Moments(ctx, person, accounts, limit)
	if err != nil {
		return nil, err
	}
	all = append(all, more...)
	if more, err = s.Ideas.Moments(ctx, person, accounts, limit); err != nil {
		return nil, err
	}
	all = append(all, more...)
	if more, err = s.Posts.Moments(ctx, person, accounts, limit); err != nil {
		return nil, err
	}
	all = append(all, more...)
	if more, err = s.Advocacy.Moments(ctx, person, accounts, limit); err != nil {
		return nil, err
	}
	all = append(all, more...)
	if more, err = s.Purchases.Moments(ctx, person, accounts, limit); err != nil {
		return nil, err
	}
	all = append(all, more...)
	if more, err = s.Boards.Moments(ctx, person, accounts, limit); err != nil {
		return nil, err
	}
	all = append(all, more...)
	slices.SortStableFunc(all, func(a, b know.Moment) int { return cmp.Compare(b.At.UnixNano(), a.At.UnixNano()) })
	return page(all[:min(len(all), limit)], "", func(m know.Moment) Moment {
		return Moment{m.At, m.Kind, Subject{m.Subject.Kind, m.Subject.ID}, m.Title, m.Text, m.By, m.URL}
	}), nil
}

func (s *service) personMoments(ctx context.Context, a *gate.Asker, in *momentsIn) (*answer[List[Moment]], error) {
	if err := know.Require(a.Actor, know.Know, know.Subject{}); err != nil {
		return nil, err
	}
	if _, err := s.People.Person(ctx, in.ID); err != nil {
		return nil, err
	}
	accounts, err := s.accounts(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.moments(ctx, in.ID, accounts, in.Limit)
}

func (s *service) personThreads(ctx context.Context, a *gate.Asker, in *PartOf) (*answer[List[Thread]], error) {
	if err := know.Require(a.Actor, know.Know, know.Subject{}); err != nil {
		return nil, err
	}
	accounts, err := s.accounts(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.Inbox.ThreadsOf(ctx, a.Actor, in.ID, accounts)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, found...)
	return body(List[Thread]{Items: threads}), err
}

func (s *service) accountGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Account], error) {
	c, err := s.standing(ctx, a, in.ID)
	if err != nil {
		return nil, err
	}
	return body(account(c)), nil
}

func (s *service) accountJoin(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		PersonID int64 `json:"person_id"`
	}
}) (*answer[Account], error) {
	if _, err := s.accountGet(ctx, a, &in.ByID); err != nil {
		return nil, err // before anything is done
	}
	if err := s.People.Move(ctx, a.Actor, in.ID, in.Body.PersonID); err != nil {
		return nil, err
	}
	return s.accountGet(ctx, a, &in.ByID)
}

func (s *service) accountMoments(ctx context.Context, a *gate.Asker, in *momentsIn) (*answer[List[Moment]], error) {
	if _, err := s.accountGet(ctx, a, &in.ByID); err != nil {
		return nil, err
	}
	return s.moments(ctx, 0, []int64{in.ID}, in.Limit)
}
