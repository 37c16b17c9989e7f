package api

import (
	"context"
	"net/http"
	"time"

	"tribune/advocate"
	"tribune/gate"
	"tribune/know"
	"tribune/measure"
)

func (s *service) measureRoutes() {
	add(s, "measures", "GET /clock", "answerClock", "How long people wait for a first answer by a person", http.StatusOK, s.clock,
		tells("A percentile is left out of fewer than five questions, and while fewer than that share have been answered. Those who wait count as longer than any answer. It is at most 2.2 % off."))
	add(s, "measures", "GET /loop", "loopBoard", "What was heard in thirteen weeks, and what became of it: the last ones, or earlier ones, and all of them side by side", http.StatusOK, s.loop)
	add(s, "measures", "GET /loop/{step}", "behindLoop", "What is behind a number of the loop, the latest first", http.StatusOK, s.loopBehind)
	add(s, "measures", "GET /brand-gap", "brandGap", "The words we use of ourselves against those they use of us", http.StatusOK, s.gap)
	add(s, "measures", "POST /brand-gap", "compareWords", "Have the words compared anew, in the background", http.StatusAccepted, s.gapFind)
}

// Took is how long first answers took.
type Took struct {
	Questions int64    `json:"questions" doc:"Asked in the period and answered or waiting"`
	Answered  int64    `json:"answered"`
	Median    *float64 `json:"median_seconds,omitempty"`
	P90       *float64 `json:"p90_seconds,omitempty"`
	Waiting   int64    `json:"waiting" doc:"Now, whenever they were asked"`
	Late      int64    `json:"late" doc:"Of those waiting, for longer than three days"`
}

// ClockChannel is the clock of one place.
type ClockChannel struct {
	Place string `json:"place" doc:"What everybody may call the place, else the kind of source: site, import, form, mail, api"`
	URL   string `json:"url,omitempty"`
	Heard int64  `json:"heard"`
	Took
}

// AnswerClock is how long people wait for a first answer.
type AnswerClock struct {
	Days int `json:"days"`
	Took
	Unanswerable map[string]int64 `json:"unanswerable" doc:"Questions that get no answer, by why: noway, elsewhere, back, left, abuse, other, nothing (it asked nothing)"`
	Mute         int64            `json:"mute" doc:"Questions that came with no address to answer at"`
	Channels     []ClockChannel   `json:"channels" nullable:"false"`
}

func took(t measure.Took, waits, late int64) Took {
	seconds := func(share float64) *float64 {
		d, reached, ok := t.Within(share)
		if !ok || !reached {
			return nil
		}
		x := d.Round(time.Second).Seconds()
		return &x
	}
	return Took{t.Asked(), t.Answered, seconds(.5), seconds(.9), waits, late}
}

func (s *service) clock(ctx context.Context, _ *gate.Asker, in *struct {
	Days int `query:"days" default:"90" doc:"7, 30 or 90"`
}) (*answer[AnswerClock], error) {
	c, err := s.Measures.Clock(ctx, in.Days)
	if err != nil {
		return nil, err
	}
	places, err := s.Radar.Places(ctx)
	if err != nil {
		return nil, err
	}
	out := AnswerClock{Days: c.Days, Took: took(c.Took, c.Waits, c.Late), Unanswerable: map[string]int64{}, Mute: c.Mute, Channels: []ClockChannel{}}
	for o, n := range c.Closed {
		out.Unanswerable[string(o)] = n
	}
	at := map[string]int{}
	var merged []measure.ClockChannel
	for _, of := range c.Channels {
		name, url := "site", ""
		if of.Source != 0 {
			p := places[of.Source]
			if name, url = p.Name, p.URL; name == "" {
				name = string(p.Kind)
			}
		}
		if i, ok := at[name]; ok {
			merged[i].Merge(of)
			continue
		}
		at[name] = len(merged)
		merged = append(merged, of)
		out.Channels = append(out.Channels, ClockChannel{Place: name, URL: url})
	}
	for i, of := range merged {
		out.Channels[i].Heard, out.Channels[i].Took = of.Heard, took(of.Took, of.Waits, of.Late)
	}
	return body(out), nil
}

// Loop is the loop, counted.
type Loop struct {
	From      time.Time    `json:"from"`
	To        time.Time    `json:"to"`
	Steps     []LoopStep   `json:"steps" nullable:"false"`
	AboutUs   int64        `json:"about_us" doc:"Mentions that a standing query about us finds"`
	Customers LoopShare    `json:"customers" doc:"Customers and makers together"`
	Shares    []LoopShare  `json:"shares" nullable:"false"`
	Purchases int64        `json:"purchases" doc:"In the months of the period"`
	Firsts    int64        `json:"first_purchases"`
	Cohorts   []LoopCohort `json:"cohorts" nullable:"false"`
	Unheard   []LoopDeaf   `json:"unheard_languages" nullable:"false"`
	Untold    int64        `json:"untold" doc:"Who is still to be told of what was decided in these weeks: the mail has not left, or nobody has told them by hand"`
	OverTime  []LoopPast   `json:"over_time" nullable:"false" doc:"Every thirteen weeks in which anything was counted, the latest first; purchases are counted by whole months, and are not in it"`
}

// LoopPast is what the steps counted in thirteen weeks.
type LoopPast struct {
	Back  int              `json:"back" doc:"0: those that end today; 1: those before"`
	From  time.Time        `json:"from"`
	To    time.Time        `json:"to"`
	Steps map[string]int64 `json:"steps" doc:"By step"`
}

// LoopStep is a step of the loop.
type LoopStep struct {
	Step  string  `json:"step" enum:"heard,answered,taken,decided,shipped,told,shared,found"`
	N     int64   `json:"n"`
	Weeks []int64 `json:"weeks" nullable:"false" doc:"Thirteen, the oldest first"`
}

// LoopShare is how much of what is said about us somebody says.
type LoopShare struct {
	Who   string  `json:"who,omitempty" enum:"customer,maker,other,staff"`
	N     int64   `json:"n"`
	Share float64 `json:"share"`
	Low   float64 `json:"low" doc:"Of Wilson’s 95 % interval"`
	High  float64 `json:"high"`
}

// LoopCohort is those who first bought in a month.
type LoopCohort struct {
	Month  string  `json:"month" doc:"2026-11"`
	Buyers int64   `json:"buyers"`
	Back   []int64 `json:"back" nullable:"false" doc:"How many of them bought in that month and each one since"`
}

// LoopDeaf is a language that is heard, but not found to be about us.
type LoopDeaf struct {
	Language string `json:"language"`
	Heard    int64  `json:"heard"`
}

func loopShare(x measure.Share) LoopShare {
	return LoopShare{string(x.Who), x.N, x.Part, x.Low, x.High}
}

// LoopBack says which thirteen weeks.
type LoopBack struct {
	Back int `query:"back" minimum:"0" maximum:"39" doc:"0: the last thirteen weeks; 1: the thirteen before; and so on"`
}

func (s *service) loop(ctx context.Context, a *gate.Asker, in *LoopBack) (*answer[Loop], error) {
	b, err := s.Measures.Board(ctx, a.Actor, in.Back)
	if err != nil {
		return nil, err
	}
	out := Loop{From: b.From, To: b.To, AboutUs: b.Said, Customers: loopShare(b.Customers), Untold: b.Untold, Purchases: b.Purchases, Firsts: b.Firsts,
		OverTime: []LoopPast{}, Steps: []LoopStep{}, Shares: []LoopShare{}, Cohorts: []LoopCohort{}, Unheard: []LoopDeaf{}}
	for _, l := range b.Lines {
		out.Steps = append(out.Steps, LoopStep{string(l.Step), l.N, l.Weeks})
	}
	for _, p := range b.Over {
		past := LoopPast{p.Back, p.From, p.To, map[string]int64{}}
		for i, l := range b.Lines {
			past.Steps[string(l.Step)] = p.Steps[i]
		}
		out.OverTime = append(out.OverTime, past)
	}
	for _, x := range b.Shares {
		out.Shares = append(out.Shares, loopShare(x))
	}
	for _, c := range b.Cohorts {
		out.Cohorts = append(out.Cohorts, LoopCohort{measure.Month(c.Month).Format("2006-01"), c.Buyers, c.Back})
	}
	for _, d := range b.Deaf {
		out.Unheard = append(out.Unheard, LoopDeaf{d.Language, d.Heard})
	}
	return body(out), nil
}

// LoopSubject is a thing that a number of the loop counts.
type LoopSubject struct {
	Kind string    `json:"kind" doc:"mention, thread, voice, idea, decision, share or purchase"`
	ID   int64     `json:"id"`
	At   time.Time `json:"at"`
	N    int64     `json:"n" doc:"1, but for told and untold: people"`
}

func (s *service) loopBehind(ctx context.Context, a *gate.Asker, in *struct {
	Step string `path:"step" enum:"heard,answered,taken,decided,shipped,told,untold,shared,found,said" doc:"untold: decisions of which somebody is still to be told; found: the first purchases of buyers whom somebody brought, who are listed as buyers; said: mentions about us"`
	Who  string `query:"who" enum:"any,customer,maker,other,staff" default:"any" doc:"Of said: by whom"`
	Week int    `query:"week" doc:"1, the oldest, to 13; 0: all"`
	LoopBack
	Paged
}) (*answer[List[LoopSubject]], error) {
	if in.Step == string(measure.StepFound) {
		return s.loopFound(ctx, a, in.Back, in.Week, in.Cursor, in.limit())
	}
	f := measure.BehindFilter{Step: measure.Step(in.Step), Back: in.Back, Week: in.Week, Cursor: in.Cursor, Limit: in.limit()}
	if in.Step == "said" {
		f.Step, f.Who = "", measure.Who(in.Who)
	}
	list, next, err := s.Measures.Behind(ctx, a.Actor, f)
	if err != nil {
		return nil, err
	}
	return page(list, next, func(b measure.Behind) LoopSubject {
		return LoopSubject{b.Subject.Kind, b.Subject.ID, b.At, b.N}
	}), nil
}

// loopFound lists the buyers whom somebody brought, each by their first purchase.
func (s *service) loopFound(ctx context.Context, a *gate.Asker, back, week int, cursor string, limit int) (*answer[List[LoopSubject]], error) {
	if err := know.Require(a.Actor, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	from, to, err := s.Measures.Span(back, week)
	if err != nil {
		return nil, err
	}
	list, next, err := s.Advocacy.Buyers(ctx, a.Actor, advocate.Which{Brought: true, Since: from, Until: to, Cursor: cursor, Limit: limit})
	if err != nil {
		return nil, err
	}
	return page(list, next, func(x advocate.Referral) LoopSubject { return LoopSubject{"purchase", x.First, x.FirstAt, 1} }), nil
}

// Gap is the words that set us apart from those who speak of us.
type Gap struct {
	Language   string    `json:"language"`
	At         time.Time `json:"at"`
	OurTexts   int64     `json:"our_texts"`
	TheirTexts int64     `json:"their_texts"`
	Ours       []GapTerm `json:"ours" nullable:"false"`
	Theirs     []GapTerm `json:"theirs" nullable:"false"`
}

// GapTerm is a word of one side.
type GapTerm struct {
	Word     string        `json:"word"`
	Ours     int64         `json:"ours" doc:"How often we say it"`
	Theirs   int64         `json:"theirs"`
	Score    float64       `json:"score" doc:"Standard deviations apart"`
	Examples []LoopSubject `json:"examples" nullable:"false"`
}

func gapTerms(terms []measure.Term) []GapTerm {
	out := []GapTerm{}
	for _, t := range terms {
		g := GapTerm{t.Word, t.Ours, t.Theirs, t.Score, []LoopSubject{}}
		for _, x := range t.Examples {
			g.Examples = append(g.Examples, LoopSubject{Kind: x.Kind, ID: x.ID, N: 1})
		}
		out = append(out, g)
	}
	return out
}

func (s *service) gap(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Gap]], error) {
	gaps, err := s.Measures.Gaps(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(gaps, "", func(g measure.Gap) Gap {
		return Gap{g.Language, g.At, g.OurTexts, g.TheirTexts, gapTerms(g.OurTerms), gapTerms(g.TheirTerms)}
	}), nil
}

// Compared says whether words are being compared.
type Compared struct {
	Waits bool `json:"waits" doc:"They are being compared, or are about to be"`
}

func (s *service) gapFind(ctx context.Context, a *gate.Asker, _ *none) (*answer[Compared], error) {
	if err := s.Measures.AskGap(ctx, a.Actor); err != nil {
		return nil, err
	}
	return body(Compared{true}), nil
}
