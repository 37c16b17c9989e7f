package relay

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
)

// Payload is what an address is sent. docs/radar.md describes it: a change that
// breaks receivers gets another type.
type Payload struct {
	Type      string    `json:"type"`      // spike.found, spike.grew, spike.gone, need.found, mention.reached, test
	Text      string    `json:"text"`      // all of it in a sentence, in the site's language: what chat programs show
	Timestamp time.Time `json:"timestamp"` // when it was noticed
	Data      Data      `json:"data"`
}

// Data is what happened. Of Spike, Need and Mention there is the one that the
// type says.
type Data struct {
	URL     string   `json:"url"` // on the desk
	Query   *Query   `json:"query,omitempty"`
	Spike   *Spike   `json:"spike,omitempty"`
	Need    *Need    `json:"need,omitempty"`
	Mention *Mention `json:"mention,omitempty"`
}

// Query is a standing query.
type Query struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Spike is a stretch of time in which far more, or less, is said than usual.
type Spike struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"` // rise, drop, silence
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	GoingOn  bool      `json:"going_on"`
	Peak     float64   `json:"peak"`     // mentions in the hour furthest from what was expected
	Expected float64   `json:"expected"` // in that hour
	Was      float64   `json:"was"`      // peak when it was told before; 0: it has not grown since
	Mentions int64     `json:"mentions"`
	AlsoIn   []Query   `json:"also_in"` // queries that see the same; id 0: all that is heard
	Words    []Driver  `json:"words"`   // new in a rise, the newest first
	Authors  []Driver  `json:"authors"`
	Links    []Driver  `json:"links"`
}

// Driver is a word, an author or a link that is new in a rise.
type Driver struct {
	Text   string `json:"text"`
	Now    int    `json:"now"`
	Before int    `json:"before"`
}

// Need is something that people wish for, miss or complain of.
type Need struct {
	ID       int64     `json:"id"`
	Label    string    `json:"label"`
	Language string    `json:"language,omitempty"`
	How      string    `json:"how"` // wish, missing, complaint
	Authors  int       `json:"authors"`
	Quotes   []Mention `json:"quotes"` // up to three
}

// Mention is what somebody said. One that is not public has no words, no author
// and no address of its own here: they stay on the desk.
type Mention struct {
	ID          int64     `json:"id"`
	Desk        string    `json:"desk_url"`
	Public      bool      `json:"public"`
	URL         string    `json:"url,omitempty"`
	Text        string    `json:"text,omitempty"`
	Author      string    `json:"author,omitempty"`
	Source      string    `json:"source"`
	Language    string    `json:"language,omitempty"`
	Mood        string    `json:"mood,omitempty"`
	Reach       int64     `json:"reach"`
	PublishedAt time.Time `json:"published_at"`
}

const (
	quotes = 3 // of a need
	larger = 3 // times as large as what was told of a spike must be that is told beside it
)

// types names each kind of alert to those who receive it.
var types = map[string]string{"spike": "spike.found", "need": "need.found", "reach": "mention.reached"}

// errNotYet says that what drove a spike is not worked out yet.
var errNotYet = errors.New("relay: not yet")

// reader is who reads what is sent out: the team.
var reader = know.Actor{Role: know.Staff}

// payload writes what an alert says now. What is no longer so is not found.
func (s *Relays) payload(ctx context.Context, c call) (p Payload, err error) {
	p.Type, p.Timestamp = types[c.kind], c.at.UTC()
	switch {
	case c.step == alert.TakenBack:
		p.Type = spike.Gone
		p.Data, err = s.gone(ctx, c)
	case c.kind == "spike":
		if p.Data, err = s.spiked(ctx, c); err == nil && p.Data.Spike.Was > 0 {
			p.Type = spike.Grew
		}
	case c.kind == "need":
		p.Data, err = s.needed(ctx, c.subject)
	default:
		p.Data, err = s.reached(ctx, c.subject)
	}
	return p, err
}

func errGone() error { return fault.New(fault.NotFound, "What this was to tell is no longer so.") }

func (s *Relays) spiked(ctx context.Context, c call) (d Data, err error) {
	found, err := s.spikes.Spike(ctx, reader, c.subject)
	if err != nil {
		return d, err
	}
	if found.DroveAt.IsZero() && s.now().Sub(c.at) < patience {
		return d, errNotYet
	}
	o, err := s.spikes.Leading(ctx, reader, c.subject)
	if err != nil {
		return d, err
	}
	told, err := s.told(ctx, c, found, o)
	if err != nil {
		return d, err
	}
	if told || !o.GoneAt.IsZero() {
		return d, errGone()
	}
	if d, err = s.spike(ctx, o); err == nil && c.step > 0 {
		d.Spike.Was = tenths(o.Told.Was)
	}
	return d, err
}

// gone tells that a spike that was told is taken back.
func (s *Relays) gone(ctx context.Context, c call) (d Data, err error) {
	o, err := s.spikes.Spike(ctx, reader, c.subject)
	if err != nil {
		return d, err
	}
	var sent, waits int
	err = s.db.Row(ctx, `select coalesce(sum(case when state = 'sent' then 1 else 0 end), 0), coalesce(sum(case when state = 'waiting' then 1 else 0 end), 0)
		from relay_call where relay_id = $1 and kind = 'spike' and subject_id = $2 and step >= 0`, c.relay, c.subject).Scan(&sent, &waits)
	switch {
	case err != nil:
		return d, err
	case o.GoneAt.IsZero(), sent+waits == 0:
		return d, errGone()
	case sent == 0: // it may be on its way
		return d, errNotYet
	}
	return s.spike(ctx, o)
}

// spike writes what is known of a spike.
func (s *Relays) spike(ctx context.Context, o spike.Spike) (d Data, err error) {
	if o.Query != 0 {
		q, err := s.radar.Query(ctx, reader, o.Query)
		if err != nil {
			return d, err
		}
		d.Query = &Query{q.ID, q.Name}
	}
	also, err := s.alsoIn(ctx, o)
	if err != nil {
		return d, err
	}
	d.URL = fmt.Sprintf("%s/desk/radar/spikes/%d", s.url, o.ID)
	d.Spike = &Spike{ID: o.ID, Kind: string(o.Kind), Start: o.Start, End: o.Until(s.now()), GoingOn: o.GoingOn, Peak: tenths(o.Peak), Expected: tenths(o.Expected), Mentions: o.Mentions, AlsoIn: also,
		Words: drivers(o.Drove.Words), Links: drivers(o.Drove.Links)}
	d.Spike.Authors, err = s.authors(ctx, o.Drove.Authors)
	return d, err
}

// told reports whether an address was told of a spike already, or is about to
// be: by it, or by another that it explains. What they were told of counts if it
// was not far smaller: then it was but the beginning, or had another cause. Of one
// that has grown that counts which they were told of what leads.
func (s *Relays) told(ctx context.Context, c call, found, o spike.Spike) (bool, error) {
	n := 0
	err := s.db.Row(ctx, `select count(*) from relay_call b join spike o on o.id = b.subject_id
		where b.relay_id = $1 and b.kind = 'spike' and b.step >= 0 and b.state <> 'dropped' and b.id < $2 and (o.id = $3 or o.cause_id = $3)
			and (b.state = 'waiting' or $5 = 0 and (b.size = 0 or b.size * $4 > $6) or $5 > 0 and o.id = $3 and b.size * $4 > $7)`,
		c.relay, c.id, o.ID, larger, c.step, math.Abs(found.Peak-found.Expected), math.Abs(o.Peak-o.Expected)).Scan(&n)
	return n > 0, err
}

// alsoIn names the queries that see the same as a spike.
func (s *Relays) alsoIn(ctx context.Context, o spike.Spike) ([]Query, error) {
	also := []Query{}
	for _, id := range o.Also {
		if id == 0 {
			also = append(also, Query{})
			continue
		}
		q, err := s.radar.Query(ctx, reader, id)
		if fault.Is(err, fault.NotFound) {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		also = append(also, Query{q.ID, q.Name})
	}
	return also, nil
}

func tenths(x float64) float64 { return math.Round(x*10) / 10 }

func drivers(all []spike.Driver) []Driver {
	out := make([]Driver, len(all))
	for i, d := range all {
		out[i] = Driver{d.Text, d.Now, d.Before}
	}
	return out
}

// authors names those who drive a rise; who has no name any more is left out.
func (s *Relays) authors(ctx context.Context, all []spike.Driver) ([]Driver, error) {
	ids := make([]int64, len(all))
	for i, d := range all {
		ids[i] = d.Account
	}
	accounts, err := s.people.Accounts(ctx, ids)
	out := []Driver{}
	for _, d := range all {
		if name := accounts[d.Account].Name; name != "" {
			out = append(out, Driver{name, d.Now, d.Before})
		}
	}
	return out, err
}

func (s *Relays) needed(ctx context.Context, id int64) (d Data, err error) {
	t, err := s.trends.Trend(ctx, reader, id)
	if err != nil {
		return d, err
	}
	if !t.GoneAt.IsZero() {
		return d, errGone()
	}
	said, err := s.radar.Visible(ctx, reader, t.Mentions)
	if err != nil {
		return d, err
	}
	if len(said) == 0 {
		return d, errGone()
	}
	d.URL = fmt.Sprintf("%s/desk/radar/rising/%d", s.url, t.ID)
	d.Need = &Need{ID: t.ID, Label: t.Label, Language: t.Language, How: t.How, Authors: t.Authors, Quotes: []Mention{}}
	for _, m := range said {
		if m.Public && len(d.Need.Quotes) < quotes {
			d.Need.Quotes = append(d.Need.Quotes, s.mention(m))
		}
	}
	return d, nil
}

func (s *Relays) reached(ctx context.Context, id int64) (d Data, err error) {
	said, err := s.radar.Visible(ctx, reader, []int64{id})
	if err != nil {
		return d, err
	}
	if len(said) == 0 {
		return d, errGone()
	}
	m := s.mention(said[0])
	return Data{URL: m.Desk, Mention: &m}, nil
}

func (s *Relays) mention(m listen.Mention) Mention {
	o := Mention{ID: m.ID, Desk: fmt.Sprintf("%s/desk/mentions/%d", s.url, m.ID), Public: m.Public, Source: m.SourceName, Language: m.Language, Mood: string(m.Mood), Reach: m.Reach, PublishedAt: m.PublishedAt.UTC()}
	if m.Public {
		o.URL, o.Text, o.Author = m.URL, m.Text, m.Author.Name
	}
	return o
}
