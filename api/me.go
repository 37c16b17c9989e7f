package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

func (s *service) meRoutes() {
	add(s, "me", "GET /me", "me", "Who I am here", http.StatusOK, s.me)
	add(s, "me", "PATCH /me", "changeMe", "Change what I say of myself, and the mails I get", http.StatusOK, s.meChange)
	add(s, "me", "DELETE /me", "leave", "Leave: name, addresses and, if I wish, words are erased", http.StatusNoContent, s.leave,
		tells("With words true, in the address or in a body, my words go, too: later there is nobody left to ask. What is not understood is refused before anything is done."))
	add(s, "me", "GET /me/export", "exportMe", "All that is held about me", http.StatusOK, s.export)
	add(s, "me", "GET /me/threads", "myThreads", "My conversations with the company", http.StatusOK, s.mine)
	add(s, "me", "GET /me/voices", "myVoices", "My words behind ideas", http.StatusOK, s.myVoices)
	add(s, "me", "GET /me/accounts", "myAccounts", "Where I speak from: mail addresses, and accounts the team joined to me", http.StatusOK, s.myAccounts)
	add(s, "me", "DELETE /me/accounts/{id}", "removeMyAccount", "Take an address or account off me; the last confirmed address stays", http.StatusNoContent, s.myAccountRemove)
	add(s, "me", "GET /me/sessions", "mySessions", "Browsers that are signed in as me", http.StatusOK, s.sessions)
	add(s, "me", "DELETE /me/sessions/{id}", "endSession", "Sign a browser out", http.StatusNoContent, s.sessionEnd)
	add(s, "me", "GET /me/tokens", "myTokens", "Tokens that act as me", http.StatusOK, s.tokens)
	add(s, "me", "POST /me/tokens", "makeToken", "Make a token; it is shown once", http.StatusCreated, s.tokenMake,
		tells("The answer holds a secret and is kept for no Idempotency-Key."))
	add(s, "me", "DELETE /me/tokens/{id}", "endToken", "End a token", http.StatusNoContent, s.tokenEnd)
	s.plain["POST "+prefix+"/me/tokens"] = true
}

// Me is who asks.
type Me struct {
	Person
	Language   string          `json:"language,omitempty" doc:"Of pages and mails, if I chose one: en or fr"`
	VotesShown bool            `json:"votes_shown" doc:"Everybody may see what I vote for, and against"`
	ClockShown bool            `json:"clock_shown" doc:"Everybody may see how long I let people wait"`
	Credit     string          `json:"credit" enum:"unasked,yes,no" doc:"Whether I am named in credit lines: unasked is counted and not named"`
	Emails     []string        `json:"emails" nullable:"false" doc:"Confirmed addresses"`
	Mails      map[string]bool `json:"mails" doc:"Which kinds of mail I get: decisions, answers, replies, comments"`
}

func (s *service) me(ctx context.Context, a *gate.Asker, _ *none) (*answer[Me], error) {
	choices, err := s.People.MailChoices(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	p, err := s.People.Person(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	accounts, err := s.People.AccountsOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	m := Me{Person: s.person(p), Language: p.ChosenLanguage(), VotesShown: p.VotesShown, ClockShown: p.ClockShown, Emails: []string{}, Mails: map[string]bool{}}
	m.Country = p.Country
	credit, err := s.Advocacy.Credit(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	m.Credit = cmp.Or(string(credit), "unasked")
	for _, c := range accounts {
		if c.Kind == know.Mail && !c.ConfirmedAt.IsZero() {
			m.Emails = append(m.Emails, c.Address)
		}
	}
	for kind, wanted := range choices {
		m.Mails[string(kind)] = wanted
	}
	return body(m), nil
}

func (s *service) meChange(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Name       *string         `json:"name,omitempty"`
		Title      *string         `json:"title,omitempty" doc:"Staff"`
		About      *string         `json:"about,omitempty" doc:"Staff: what I answer for"`
		Country    *string         `json:"country,omitempty"`
		Language   *string         `json:"language,omitempty"`
		VotesShown *bool           `json:"votes_shown,omitempty"`
		Languages  *[]string       `json:"languages,omitempty" doc:"BCP 47: in which I speak with people"`
		ClockShown *bool           `json:"clock_shown,omitempty" doc:"Staff: everybody may see how long I let people wait"`
		Mails      map[string]bool `json:"mails,omitempty" doc:"decisions, answers, replies, comments: whether I get them"`
	}
}) (*answer[Me], error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	p, err := s.People.Person(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	b := in.Body
	err = s.People.SetProfile(ctx, a.Actor, know.Profile{Name: or(b.Name, p.Name), Title: or(b.Title, p.Title), About: or(b.About, p.About),
		Country: or(b.Country, p.Country), Language: or(b.Language, p.ChosenLanguage()), VotesShown: or(b.VotesShown, p.VotesShown),
		Languages: or(b.Languages, p.Languages), ClockShown: or(b.ClockShown, p.ClockShown)})
	if err != nil {
		return nil, err
	}
	for kind, wanted := range b.Mails {
		if err := s.People.ChooseMail(ctx, a.ID, know.MailKind(kind), wanted); err != nil {
			return nil, err
		}
	}
	return s.me(ctx, a, nil)
}

// leaving is how somebody leaves. It cannot be taken back, so that what is
// said is taken from either place, and refused where it is not understood.
type leaving struct {
	Words bool `query:"words" doc:"My words go, too; may be said in the body instead"`
	Body  *struct {
		Words *bool `json:"words,omitempty" doc:"My words go, too"`
	}
	said bool // the address says something of words
}

// Resolve notes whether the address says something, which has to be true or
// false, once.
func (l *leaving) Resolve(ctx huma.Context) []error {
	asked := ctx.URL()
	values, said := asked.Query()["words"]
	if l.said = said; said && (len(values) != 1 || values[0] == "") {
		return []error{&huma.ErrorDetail{Message: "invalid boolean", Location: "query.words"}}
	}
	return nil
}

func (s *service) leave(ctx context.Context, a *gate.Asker, in *leaving) (*none, error) {
	words := in.Words
	if in.Body != nil && in.Body.Words != nil {
		if in.said && words != *in.Body.Words {
			return nil, fault.New(fault.Invalid, "The address and the body differ about your words, so nothing was done. Say it in one place.").On("words")
		}
		words = *in.Body.Words
	}
	return nil, s.People.Leave(ctx, a.Actor, words)
}

// Export is all that is held about somebody, folder by folder.
type Export struct {
	ExportedAt time.Time `json:"exported_at"`
	Person     any       `json:"person" doc:"Name, addresses, sessions, tokens, mails"`
	Heard      any       `json:"heard" doc:"What was said from my accounts elsewhere"`
	Inbox      any       `json:"inbox" doc:"Conversations with the company"`
	Square     any       `json:"square" doc:"Ideas, comments, votes for and against, voices, what I follow"`
	Tribune    any       `json:"tribune" doc:"Posts, drafts, replies, reactions, suggested wordings"`
	Purchases  any       `json:"purchases" doc:"What I bought, what I said brought me, and who says that I brought them"`
	Boards     any       `json:"boards" doc:"Applications, seats, what I said and answered on boards"`
	CarriedOn  any       `json:"carried_on" doc:"My links, thanks I gave and got, what lasted of what I did"`
	Charter    any       `json:"charter" doc:"What I wrote of the purpose and the charter, and signed for against it"`
	Tribes     any       `json:"tribes" doc:"Tribes I am or was in, what ties me to whom, what was suggested to me"`
	Counted    any       `json:"counted" doc:"As whom I am counted, in numbers"`
	Alerts     any       `json:"alerts" doc:"What of the radar I want to be told of, and was told of"`
	Digest     any       `json:"digest" doc:"When I want a digest, and which I got"`
}

func (s *service) export(ctx context.Context, a *gate.Asker, _ *none) (*answer[Export], error) {
	held, err := s.People.Held(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	accounts, err := s.disclosed(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	heard, err := s.Radar.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	inbox, err := s.Inbox.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	square, err := s.Ideas.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	signed, err := s.Charter.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	tribes, err := s.Tribes.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	posts, err := s.Posts.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	bought, err := s.Purchases.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	boards, err := s.Boards.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	carried, err := s.Advocacy.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	counted, err := s.Measures.Held(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	alerts, err := s.Alerts.Held(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	digests, err := s.Digests.Held(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return body(Export{s.Now().UTC().Truncate(time.Second), held, heard, inbox, square, posts, bought, boards, carried, signed, tribes, counted, alerts, digests}), nil
}

func (s *service) myVoices(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Voice]], error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	accounts, err := s.disclosed(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	voices, err := s.Ideas.VoicesOf(ctx, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	return page(voices, "", voice), nil
}

func (s *service) myAccounts(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Account]], error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	accounts, err := s.People.AccountsOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return page(accounts, "", account), nil
}

func (s *service) myAccountRemove(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.People.RemoveAccount(ctx, a.Actor, in.ID)
}

// Session is a browser that is signed in.
type Session struct {
	ID        int64     `json:"id"`
	Agent     string    `json:"agent"`
	Current   bool      `json:"current"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at,omitzero"`
	ExpiresAt time.Time `json:"expires_at"`
}

func (s *service) sessions(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Session]], error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	found, err := s.People.Sessions(ctx, a.Actor, a.Session)
	if err != nil {
		return nil, err
	}
	return page(found, "", func(x know.Session) Session {
		return Session{x.ID, x.Agent, x.Current, x.CreatedAt, x.SeenAt, x.ExpiresAt}
	}), nil
}

func (s *service) sessionEnd(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	return nil, s.People.EndSession(ctx, a.Actor, in.ID)
}

// Token is a key that acts as its person.
type Token struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at,omitzero"`
}

func (s *service) tokens(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Token]], error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	found, err := s.People.Tokens(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(found, "", func(t know.Token) Token { return Token(t) }), nil
}

// MadeToken is a token with its secret.
type MadeToken struct {
	Token string `json:"token"`
}

func (s *service) tokenMake(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Name string `json:"name" maxLength:"80" doc:"What it is for"`
	}
}) (*answer[MadeToken], error) {
	secret, err := s.People.NewToken(ctx, a.Actor, in.Body.Name)
	if err != nil {
		return nil, err
	}
	return body(MadeToken{secret}), nil
}

func (s *service) tokenEnd(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	return nil, s.People.EndToken(ctx, a.Actor, in.ID)
}
