package api

import (
	"context"
	"net/http"
	"time"

	"tribune/gate"
	"tribune/internal/i18n"
	"tribune/listen"
)

func (s *service) sourceRoutes() {
	add(s, "listening", "GET /sources", "listSources", "Where we listen", http.StatusOK, s.sourcesList)
	add(s, "listening", "POST /sources", "addSource", "Listen to a feed; it is read at once", http.StatusCreated, s.sourceAdd)
	add(s, "listening", "GET /sources/{id}", "getSource", "One source, with what its last reading gave", http.StatusOK, s.sourceGet)
	add(s, "listening", "PATCH /sources/{id}", "changeSource", "Change, pause or resume a source", http.StatusOK, s.sourceChange)
	add(s, "listening", "DELETE /sources/{id}", "removeSource", "Listen there no more; mentions stay", http.StatusNoContent, s.sourceRemove)
	add(s, "listening", "POST /sources/{id}/poll", "pollSource", "Read a feed now", http.StatusOK, s.sourcePoll)
}

// Source is where mentions come from.
type Source struct {
	ID           int64     `json:"id"`
	Name         string    `json:"name"`
	Kind         string    `json:"kind" doc:"feed, import, form, mail or api"`
	URL          string    `json:"url,omitempty"`
	EverySeconds int64     `json:"every_seconds,omitempty" doc:"How often it is read"`
	Addressed    bool      `json:"addressed" doc:"It speaks to us: all its items are mentions"`
	Paused       bool      `json:"paused"`
	Failures     int       `json:"failures" doc:"In a row"`
	LastResult   string    `json:"last_result"`
	LastError    string    `json:"last_error" doc:"Empty if the last try went well"`
	Items        int64     `json:"items" doc:"Delivered so far"`
	Mentions     int64     `json:"mentions" doc:"Of them became mentions"`
	DueAt        time.Time `json:"due_at,omitzero"`
	TriedAt      time.Time `json:"tried_at,omitzero"`
	OKAt         time.Time `json:"ok_at,omitzero" doc:"When it last answered as it should"`
	CreatedAt    time.Time `json:"created_at"`
}

func source(p *i18n.Printer) func(listen.Source) Source {
	return func(o listen.Source) Source {
		return Source{o.ID, o.Name, string(o.Kind), o.URL, int64(o.Every / time.Second), o.Addressed, o.Paused, o.Failures,
			said(p, o.LastResult), said(p, o.LastError), o.Items, o.Mentions, o.DueAt, o.TriedAt, o.OKAt, o.CreatedAt}
	}
}

// said writes a kept sentence in the reader's language.
func said(p *i18n.Printer, s listen.Said) string {
	return s.In(p.T)
}

func (s *service) oneSource(a *gate.Asker, o listen.Source, err error) (*answer[Source], error) {
	if err != nil {
		return nil, err
	}
	return body(source(s.printer(a))(o)), nil
}

func (s *service) sourcesList(ctx context.Context, a *gate.Asker, _ *none) (*answer[List[Source]], error) {
	sources, err := s.Radar.Sources(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(sources, "", source(s.printer(a))), nil
}

func (s *service) sourceAdd(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Kind         string `json:"kind,omitempty" doc:"feed (if it is not given): RSS, Atom or JSON Feed, or a page that names one"`
		URL          string `json:"url"`
		EverySeconds int64  `json:"every_seconds,omitempty" minimum:"60" maximum:"2592000" doc:"How often to read it; 900 if it is not given"`
		Name         string `json:"name,omitempty" doc:"The feed's title if it is not given"`
		Addressed    bool   `json:"addressed,omitempty" doc:"It speaks to us: keep all its items, not only those a query matches"`
	}
}) (*answer[Source], error) {
	b := in.Body
	o, err := s.Radar.AddSource(ctx, a.Actor, listen.NewSource{Name: b.Name, Kind: listen.SourceKind(b.Kind), URL: b.URL,
		Every: time.Duration(b.EverySeconds) * time.Second, Addressed: b.Addressed})
	return s.oneSource(a, o, err)
}

func (s *service) sourceGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Source], error) {
	o, err := s.Radar.Source(ctx, a.Actor, in.ID)
	return s.oneSource(a, o, err)
}

func (s *service) sourceChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Name         *string `json:"name,omitempty"`
		EverySeconds *int64  `json:"every_seconds,omitempty" minimum:"60" maximum:"2592000"`
		Paused       *bool   `json:"paused,omitempty"`
		Addressed    *bool   `json:"addressed,omitempty"`
	}
}) (*answer[Source], error) {
	b := in.Body
	c := listen.SourceChange{Name: b.Name, Paused: b.Paused, Addressed: b.Addressed}
	if b.EverySeconds != nil {
		every := time.Duration(*b.EverySeconds) * time.Second
		c.Every = &every
	}
	o, err := s.Radar.ChangeSource(ctx, a.Actor, in.ID, c)
	return s.oneSource(a, o, err)
}

func (s *service) sourceRemove(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Radar.RemoveSource(ctx, a.Actor, in.ID)
}

func (s *service) sourcePoll(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Source], error) {
	o, err := s.Radar.PollNow(ctx, a.Actor, in.ID)
	return s.oneSource(a, o, err)
}
