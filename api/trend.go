package api

import (
	"context"
	"net/http"
	"time"

	"tribune/gate"
	"tribune/listen/spike"
	"tribune/listen/trend"
)

func (s *service) trendRoutes() {
	add(s, "listening", "GET /spikes", "listSpikes", "When people spoke of something far more, or less, than usual; the last first", http.StatusOK, s.spikesList)
	add(s, "listening", "GET /spikes/{id}", "getSpike", "One spike, with what drove it", http.StatusOK, s.spikeGet)
	add(s, "listening", "GET /trends", "listTrends", "What rises: topics, unmet needs, names; the strongest first", http.StatusOK, s.trendsList)
	add(s, "listening", "GET /trends/{id}", "getTrend", "One of them, with the mentions that it stands in", http.StatusOK, s.trendGet)
}

// Driver is a word, a link or an account that is said, or speaks, more often
// than before.
type Driver struct {
	Text      string `json:"text,omitempty" doc:"Of a word or link"`
	AccountID int64  `json:"account_id,omitempty" doc:"Of an author"`
	Now       int    `json:"now" doc:"Authors in the spike; posts of an author"`
	Before    int    `json:"before" doc:"Likewise, in the two weeks before"`
}

// Spike is a stretch of time in which something was said far more, or less,
// than was to be expected.
type Spike struct {
	ID       int64     `json:"id"`
	QueryID  int64     `json:"query_id" doc:"0: all mentions"`
	Kind     string    `json:"kind" enum:"rise,drop,silence"`
	Start    time.Time `json:"start"`
	End      time.Time `json:"end"`
	GoingOn  bool      `json:"going_on"`
	Peak     float64   `json:"peak" doc:"Mentions in the hour furthest from what was expected"`
	Expected float64   `json:"expected" doc:"In that hour"`
	Z        float64   `json:"z" doc:"How far it went, in standard deviations; below 0 if there were too few"`
	Mentions int64     `json:"mentions" doc:"In it, copies left out"`
	Words    []Driver  `json:"words" nullable:"false" doc:"New in a rise, the most telling first"`
	Authors  []Driver  `json:"authors" nullable:"false"`
	Links    []Driver  `json:"links" nullable:"false"`
	FoundAt  time.Time `json:"found_at"`
	GoneAt   time.Time `json:"gone_at,omitzero" doc:"Since when the counts do not show it any more"`
}

func drivers(all []spike.Driver) []Driver {
	out := make([]Driver, len(all))
	for i, d := range all {
		out[i] = Driver{d.Text, d.Account, d.Now, d.Before}
	}
	return out
}

func oneSpike(o spike.Spike) Spike {
	return Spike{o.ID, o.Query, string(o.Kind), o.Start, o.End, o.GoingOn, o.Peak, o.Expected, o.Z, o.Mentions,
		drivers(o.Drove.Words), drivers(o.Drove.Authors), drivers(o.Drove.Links), o.FoundAt, o.GoneAt}
}

func (s *service) spikesList(ctx context.Context, a *gate.Asker, in *struct {
	Paged
	QueryID int64 `query:"query_id" default:"-1" minimum:"-1" doc:"Of one standing query; 0: of all mentions together; -1: whichever"`
}) (*answer[List[Spike]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	f := spike.Filter{Before: before, Limit: in.limit()}
	if in.QueryID >= 0 {
		f.Query = &in.QueryID
	}
	all, err := s.Spikes.List(ctx, a.Actor, f)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > 0 {
		next = in.after(len(all) == in.limit(), all[len(all)-1].ID)
	}
	return page(all, next, oneSpike), nil
}

func (s *service) spikeGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Spike], error) {
	o, err := s.Spikes.Spike(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(oneSpike(o)), nil
}

// Trend is something that rises.
type Trend struct {
	ID       int64     `json:"id"`
	Kind     string    `json:"kind" enum:"topic,need,name"`
	Label    string    `json:"label" doc:"In words of those who said it"`
	Language string    `json:"language,omitempty"`
	How      string    `json:"how,omitempty" doc:"Of a need: wish, missing or complaint"`
	Terms    []string  `json:"terms" nullable:"false" doc:"Of a topic: its words and phrases, the strongest first"`
	Authors  int       `json:"authors" doc:"Who say it now: this week; a need in four weeks"`
	Before   float64   `json:"before" doc:"Authors in a week before, on average"`
	Ratio    float64   `json:"ratio" doc:"How many times as frequent it is, by share of what is said"`
	FoundAt  time.Time `json:"found_at"`
	GoneAt   time.Time `json:"gone_at,omitzero" doc:"Since when it does not rise any more"`
	Mentions []int64   `json:"mentions" nullable:"false" doc:"It stands in, the most typical first"`
}

func oneTrend(o trend.Trend) Trend {
	return Trend{o.ID, string(o.Kind), o.Label, o.Language, o.How, append([]string{}, o.Terms...), o.Authors, o.Before, o.Ratio, o.FoundAt, o.GoneAt, append([]int64{}, o.Mentions...)}
}

func (s *service) trendsList(ctx context.Context, a *gate.Asker, in *struct {
	Kind string `query:"kind" enum:"topic,need,name" doc:"All if it is not given"`
}) (*answer[List[Trend]], error) {
	var all []trend.Trend
	for _, kind := range trend.Kinds() {
		if in.Kind != "" && in.Kind != string(kind) {
			continue
		}
		list, err := s.Trends.List(ctx, a.Actor, kind)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return page(all, "", oneTrend), nil
}

func (s *service) trendGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Trend], error) {
	o, err := s.Trends.Trend(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(oneTrend(o)), nil
}
