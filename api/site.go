package api

import (
	"context"
	"net/http"
	"time"

	"tribune/event"
	"tribune/gate"
	"tribune/know"
	"tribune/shape"
)

func (s *service) siteRoutes() {
	add(s, "site", "GET /site", "site", "What the site says of itself", http.StatusOK, s.site)
	add(s, "site", "PATCH /site", "changeSite", "Change what the site says of itself", http.StatusOK, s.siteChange)
	add(s, "site", "GET /counts", "counts", "Ideas by stage; for the desk, what waits", http.StatusOK, s.counts)
	add(s, "site", "GET /outbox", "listOutbox", "What leaves the building, newest first", http.StatusOK, s.outboxList)
	add(s, "site", "GET /outbox/{id}", "getDelivery", "One delivery", http.StatusOK, s.deliveryGet)
	add(s, "site", "POST /outbox/{id}/again", "sendAgain", "Send again what failed or is uncertain", http.StatusOK, s.deliverAgain)
	add(s, "site", "GET /audit", "listAudit", "What staff did, newest first", http.StatusOK, s.audit)
}

// Site is what the site says of itself.
type Site struct {
	Brand    string `json:"brand"`
	Purpose  string `json:"purpose"`
	Logo     string `json:"logo,omitempty"`
	Hue      int    `json:"hue" doc:"Of the accent, 0 to 359"`
	Chroma   int    `json:"chroma" doc:"Of the accent, in hundredths"`
	Language string `json:"language"`
	Zone     string `json:"zone" doc:"IANA"`
	URL      string `json:"url"`
	Version  string `json:"version"`
}

func (s *service) site(ctx context.Context, _ *gate.Asker, _ *none) (*answer[Site], error) {
	x, err := s.People.Site(ctx)
	if err != nil {
		return nil, err
	}
	return body(Site{x.Brand, x.Purpose, s.picture(x.Logo), x.Hue, x.Chroma, x.Language, x.Zone, s.URL, s.Version}), nil
}

func (s *service) siteChange(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Brand    *string `json:"brand,omitempty"`
		Purpose  *string `json:"purpose,omitempty"`
		Hue      *int    `json:"hue,omitempty"`
		Chroma   *int    `json:"chroma,omitempty"`
		Language *string `json:"language,omitempty"`
		Zone     *string `json:"zone,omitempty"`
	}
}) (*answer[Site], error) {
	b := in.Body
	err := s.People.Change(ctx, a.Actor, func(x *know.Site) error {
		x.Brand, x.Purpose, x.Hue, x.Chroma = or(b.Brand, x.Brand), or(b.Purpose, x.Purpose), or(b.Hue, x.Hue), or(b.Chroma, x.Chroma)
		x.Language, x.Zone = or(b.Language, x.Language), or(b.Zone, x.Zone)
		x.SetUp = x.SetUp || b.Brand != nil // what the first form of the desk asks for is said
		return nil
	})
	if err != nil {
		return nil, err
	}
	return s.site(ctx, a, nil)
}

// Counts is how many there are of what.
type Counts struct {
	Ideas  int64            `json:"ideas" doc:"That everybody may see"`
	Stages map[string]int64 `json:"stages" doc:"Of them, by stage"`
	Inbox  *InboxCounts     `json:"inbox,omitempty" doc:"For the desk"`
	Outbox map[string]int64 `json:"outbox,omitempty" doc:"For the desk: deliveries by state"`
}

// InboxCounts is how many conversations wait.
type InboxCounts struct {
	Open int `json:"open"`
	Mine int `json:"mine"`
	Late int `json:"late" doc:"Wait for more than three days"`
}

func (s *service) counts(ctx context.Context, a *gate.Asker, _ *none) (*answer[Counts], error) {
	found, err := s.Ideas.Counts(ctx)
	if err != nil {
		return nil, err
	}
	c := Counts{Stages: map[string]int64{}}
	for _, stage := range shape.Stages() {
		c.Stages[string(stage)] = found[stage]
		c.Ideas += found[stage]
	}
	if know.May(a.Actor, know.Answer, know.Subject{Audience: know.Team}) {
		waits, err := s.Inbox.Counts(ctx, a.Actor)
		if err != nil {
			return nil, err
		}
		c.Inbox = &InboxCounts{waits.Open, waits.Mine, waits.Late}
	}
	if know.May(a.Actor, know.Post, know.Subject{Audience: know.Team}) {
		states, err := s.People.OutboxStates(ctx, a.Actor)
		if err != nil {
			return nil, err
		}
		c.Outbox = map[string]int64{}
		for state, n := range states {
			c.Outbox[string(state)] = n
		}
	}
	return body(c), nil
}

// Delivery is something that leaves the building.
type Delivery struct {
	ID        int64     `json:"id"`
	Dedup     string    `json:"dedup" doc:"Exists once; the Message-ID is made from it"`
	Kind      string    `json:"kind"`
	PersonID  int64     `json:"person_id,omitempty"`
	AccountID int64     `json:"account_id,omitempty"`
	Subject   Subject   `json:"subject"`
	OtherID   int64     `json:"other_id,omitempty"`
	State     string    `json:"state" enum:"waiting,sending,sent,uncertain,failed,superseded"`
	Attempts  int       `json:"attempts"`
	Error     string    `json:"error,omitempty"`
	DueAt     time.Time `json:"due_at,omitzero"`
	CreatedAt time.Time `json:"created_at"`
	SentAt    time.Time `json:"sent_at,omitzero"`
}

func (s *service) delivery(a *gate.Asker) func(event.Delivery) Delivery {
	p := s.printer(a)
	return func(d event.Delivery) Delivery {
		return Delivery{d.ID, d.Dedup, d.Kind, d.Person, d.Account, Subject{d.Subject.Kind, d.Subject.ID}, d.Other, string(d.State), d.Attempts,
			p.T(d.Error), d.DueAt, d.CreatedAt, d.SentAt}
	}
}

func (s *service) outboxList(ctx context.Context, a *gate.Asker, in *struct {
	State string `query:"state" enum:"waiting,sending,sent,uncertain,failed,superseded"`
	Paged
}) (*answer[List[Delivery]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	found, err := s.People.Outbox(ctx, a.Actor, event.State(in.State), before, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > 0 {
		next = in.after(len(found) == in.limit(), found[len(found)-1].ID)
	}
	return page(found, next, s.delivery(a)), nil
}

func (s *service) deliveryGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Delivery], error) {
	d, err := s.People.Mailing(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(s.delivery(a)(d)), nil
}

func (s *service) deliverAgain(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Delivery], error) {
	if _, err := s.People.Mailing(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	if err := s.People.SendAgain(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	return s.deliveryGet(ctx, a, in)
}

// Deed is something that staff did.
type Deed struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Kind    string    `json:"kind" doc:"As docs/events.md lists them"`
	Actor   Author    `json:"actor"`
	Subject Subject   `json:"subject"`
	OtherID int64     `json:"other_id,omitempty"`
	N       int64     `json:"n,omitempty"`
}

func (s *service) audit(ctx context.Context, a *gate.Asker, in *Paged) (*answer[List[Deed]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	found, err := s.People.Audit(ctx, a.Actor, before, in.limit())
	if err != nil {
		return nil, err
	}
	actors := make([]int64, len(found))
	for n, e := range found {
		actors[n] = e.Actor
	}
	people, err := s.People.People(ctx, actors)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(found) > 0 {
		next = in.after(len(found) == in.limit(), found[len(found)-1].ID)
	}
	return page(found, next, func(e event.Event) Deed {
		return Deed{e.ID, e.At, e.Kind, s.author(people, e.Actor, true), Subject{e.Subject.Kind, e.Subject.ID}, e.Other, e.N}
	}), nil
}
