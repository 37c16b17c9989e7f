package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/listen/trend"
)

func (s *service) mentionRoutes() {
	add(s, "listening", "POST /mentions", "hear", "Bring in what was said: one, or a list of at most 10,000", http.StatusCreated, s.hear, hearing(s))
	s.describeHearing()
	add(s, "listening", "GET /mentions", "listMentions", "What is said, the latest first", http.StatusOK, s.mentionsList,
		tells("q is a whole query, as docs/query.md has it. A page may have few mentions, or none, and a next_cursor all the same: as many were looked at as is done at once."))
	add(s, "listening", "GET /mentions/{id}", "getMention", "One mention", http.StatusOK, s.mentionGet)
	add(s, "listening", "PATCH /mentions/{id}", "changeMention", "Hide or withdraw a mention, or note what its author said to being quoted", http.StatusOK, s.mentionChange)
	add(s, "listening", "POST /mentions/{id}/corrections", "correctMention", "Say what the mood or the language of a mention is, or that it is right as it was worked out", http.StatusOK, s.mentionCorrect)
	add(s, "listening", "GET /checks", "getChecks", "How often moods and languages were checked by hand, and how often they were right", http.StatusOK, s.checks)
	add(s, "listening", "GET /heard", "heard", "The latest public mentions about us, as the front page shows them", http.StatusOK, s.heard)
}

// MentionAuthor is who spoke, as far as it is said.
type MentionAuthor struct {
	Name   string `json:"name"`
	Handle string `json:"handle,omitempty"`
	URL    string `json:"url,omitempty"`
}

// Mention is one utterance by one account in one place.
type Mention struct {
	ID          int64         `json:"id"`
	Source      string        `json:"source" doc:"Its name"`
	SourceID    int64         `json:"source_id,omitempty"`
	Kind        string        `json:"kind" doc:"post, review, mail, call or form"`
	ExternalID  string        `json:"external_id,omitempty"`
	ReplyTo     string        `json:"reply_to,omitempty"`
	URL         string        `json:"url"`
	Public      bool          `json:"public" doc:"Anyone can open its address"`
	Author      MentionAuthor `json:"author"`
	AccountID   int64         `json:"account_id,omitempty"`
	PersonID    int64         `json:"person_id,omitempty"`
	Text        string        `json:"text" doc:"Plain; empty once withdrawn"`
	Language    string        `json:"language,omitempty"`
	LanguageP   int64         `json:"language_p,omitempty" doc:"How likely it is, in thousandths, where it was worked out"`
	Mood        string        `json:"mood,omitempty" doc:"positive, negative or unclear; not given: nobody judged it yet"`
	Positive    int64         `json:"positive,omitempty" doc:"How likely it is that it is positive, in thousandths, as it was worked out"`
	Negative    int64         `json:"negative,omitempty" doc:"The same for negative; the rest is neutral"`
	Country     string        `json:"country,omitempty"`
	Reach       int64         `json:"reach,omitempty"`
	HasImage    bool          `json:"has_image,omitempty" doc:"Its source says that a picture belongs to it"`
	PublishedAt time.Time     `json:"published_at"`
	HeardAt     time.Time     `json:"heard_at"`
	CopyOf      int64         `json:"copy_of,omitempty"`
	Asks        string        `json:"asks,omitempty" doc:"asks or complains: it wants an answer"`
	Quotable    string        `json:"quotable,omitempty" doc:"A private one: asked, named, unnamed or refused"`
	State       string        `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string        `json:"state_reason,omitempty"`
	Queries     []int64       `json:"queries" nullable:"false" doc:"Standing queries that match"`
	Purposes    []string      `json:"purposes" nullable:"false"`
}

func mention(m listen.Mention) Mention {
	purposes := make([]string, len(m.Purposes))
	for n, p := range m.Purposes {
		purposes[n] = string(p)
	}
	return Mention{m.ID, m.SourceName, m.Source, string(m.Kind), m.ExternalID, m.ReplyTo, m.URL, m.Public,
		MentionAuthor{m.Author.Name, m.Author.Handle, m.Author.URL}, m.Account, m.Person, m.Text, m.Language, m.LanguageP, string(m.Mood), m.Positive, m.Negative, m.Country, m.Reach, m.HasImage,
		m.PublishedAt, m.HeardAt, m.CopyOf, string(m.Asks), string(m.Quotable), string(m.State), m.StateReason,
		append([]int64{}, m.Queries...), purposes}
}

type mentionsIn struct {
	Q         string `query:"q" doc:"A query; words side by side must all be there"`
	Query     string `query:"query" doc:"A standing query: its id or name"`
	Source    int64  `query:"source"`
	Language  string `query:"language" doc:"BCP 47; und: it is not known"`
	Sentiment string `query:"sentiment" enum:"positive,negative,unclear"`
	Country   string `query:"country" doc:"Two letters (ISO 3166-1); ZZ: it is not known"`
	Author    string `query:"author" doc:"Words of a name, or a handle with @"`
	Has       string `query:"has" enum:"link,image,question"`
	Reach     int64  `query:"reach" minimum:"0" doc:"At least so many people"`
	Since     string `query:"since" doc:"Published since then: a day or a time (RFC 3339)"`
	Until     string `query:"until" doc:"Published before then"`
	Account   int64  `query:"account" doc:"Said by this account"`
	Paged
}

func (s *service) mentionsList(ctx context.Context, a *gate.Asker, in *mentionsIn) (*answer[List[Mention]], error) {
	f := listen.Filter{Text: in.Q, Source: in.Source, Language: in.Language, Mood: listen.Mood(in.Sentiment), Country: in.Country,
		Author: in.Author, Has: in.Has, Reach: in.Reach, Cursor: in.Cursor, Limit: in.limit()}
	var err error
	if f.Query, err = s.queryID(ctx, a, in.Query); err != nil {
		return nil, err
	}
	if f.Since, err = s.moment(ctx, "since", in.Since); err != nil {
		return nil, err
	}
	if f.Until, err = s.moment(ctx, "until", in.Until); err != nil {
		return nil, err
	}
	if in.Account != 0 {
		f.Accounts = []int64{in.Account}
	}
	found, next, err := s.Radar.Mentions(ctx, a.Actor, f)
	if err != nil {
		return nil, err
	}
	return page(found, next, mention), nil
}

// queryID reads the id or the name of a standing query.
func (s *service) queryID(ctx context.Context, a *gate.Asker, said string) (int64, error) {
	if said == "" {
		return 0, nil
	}
	if id, err := strconv.ParseInt(said, 10, 64); err == nil && id > 0 {
		return id, nil
	}
	queries, err := s.Radar.Queries(ctx, a.Actor)
	if err != nil {
		return 0, err
	}
	for _, q := range queries {
		if q.Name == said {
			return q.ID, nil
		}
	}
	return 0, fault.New(fault.Invalid, "There is no standing query of that name.").On("query")
}

func (s *service) mentionGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Mention], error) {
	m, err := s.Radar.Mention(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(mention(m)), nil
}

func (s *service) mentionChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		State    string `json:"state,omitempty" enum:"hidden,withdrawn" doc:"withdrawn: its author asked, or deleted the original"`
		Reason   string `json:"reason,omitempty" doc:"Why it is hidden"`
		Quotable string `json:"quotable,omitempty" enum:"asked,named,unnamed,refused"`
	}
}) (*answer[Mention], error) {
	b := in.Body
	if b.Quotable != "" {
		if err := s.Radar.Quotable(ctx, a.Actor, in.ID, listen.Quotability(b.Quotable)); err != nil {
			return nil, err
		}
	}
	var err error
	switch b.State {
	case "hidden":
		err = s.Radar.Hide(ctx, a.Actor, in.ID, b.Reason)
	case "withdrawn":
		err = s.Radar.Withdraw(ctx, a.Actor, in.ID)
	}
	if err != nil {
		return nil, err
	}
	return s.mentionGet(ctx, a, &in.ByID)
}

func (s *service) mentionCorrect(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		What   string `json:"what" enum:"mood,language"`
		Became string `json:"became" doc:"What is right: a mood (positive, negative, unclear) or a language tag; the one it has says that it is right"`
	}
}) (*answer[Mention], error) {
	if err := s.Radar.Correct(ctx, a.Actor, in.ID, in.Body.What, in.Body.Became); err != nil {
		if wrong, ok := errors.AsType[*fault.Error](err); ok && wrong.Field == in.Body.What { // the desk has a field for each
			wrong.Field = "became"
		}
		return nil, err
	}
	return s.mentionGet(ctx, a, &in.ByID)
}

// Checked is how often something was checked by hand.
type Checked struct {
	All   int64   `json:"checked"`
	Right int64   `json:"right"`
	Share float64 `json:"share" doc:"The part that was right, 0 without any"`
	Low   float64 `json:"low" doc:"The true part lies between low and high with a probability of 95 % (Wilson)"`
	High  float64 `json:"high"`
}

// Checks is how far moods and languages can be trusted here.
type Checks struct {
	Mood     Checked `json:"mood"`
	Language Checked `json:"language"`
}

func (s *service) checks(ctx context.Context, a *gate.Asker, _ *none) (*answer[Checks], error) {
	var both Checks
	for what, to := range map[string]*Checked{"mood": &both.Mood, "language": &both.Language} {
		c, err := s.Radar.Checks(ctx, a.Actor, what)
		if err != nil {
			return nil, err
		}
		share, low, high := c.Share()
		*to = Checked{c.All, c.Right, share, low, high}
	}
	return body(both), nil
}

// HeardMention is a public mention as everybody sees it.
type HeardMention struct {
	ID          int64         `json:"id"`
	Source      string        `json:"source"`
	URL         string        `json:"url"`
	Author      MentionAuthor `json:"author"`
	Text        string        `json:"text"`
	Language    string        `json:"language,omitempty"`
	PublishedAt time.Time     `json:"published_at"`
}

func (s *service) heard(ctx context.Context, _ *gate.Asker, in *struct {
	Limit int `query:"limit" minimum:"1" maximum:"50" default:"20"`
}) (*answer[List[HeardMention]], error) {
	found, err := s.Radar.Heard(ctx, in.Limit)
	if err != nil {
		return nil, err
	}
	return page(found, "", func(m listen.Mention) HeardMention {
		return HeardMention{m.ID, m.SourceName, m.URL, MentionAuthor{m.Author.Name, m.Author.Handle, m.Author.URL}, m.Text, m.Language, m.PublishedAt}
	}), nil
}

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
	End      time.Time `json:"end" doc:"Now, if it lasts into the hour under way; of a silence, when something was heard again"`
	GoingOn  bool      `json:"going_on"`
	Peak     float64   `json:"peak" doc:"Mentions in the hour furthest from what was expected"`
	Expected float64   `json:"expected" doc:"In that hour"`
	Z        float64   `json:"z" doc:"How far it went, in standard deviations; below 0 if there were too few"`
	Mentions int64     `json:"mentions" doc:"In it, copies left out"`
	CauseID  int64     `json:"cause_id" doc:"The spike of a narrower query that explains most of it; 0: it stands by itself"`
	AlsoIn   []int64   `json:"also_in" nullable:"false" doc:"Queries whose spikes it explains; 0: all mentions"`
	Words    []Driver  `json:"words" nullable:"false" doc:"Words and phrases that are new in a rise, the newest first"`
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

func (s *service) oneSpike(o spike.Spike) Spike {
	return Spike{o.ID, o.Query, string(o.Kind), o.Start, o.Until(s.Now()), o.GoingOn, o.Peak, o.Expected, o.Z, o.Mentions, o.Cause, append([]int64{}, o.Also...),
		drivers(o.Drove.Words), drivers(o.Drove.Authors), drivers(o.Drove.Links), o.FoundAt, o.GoneAt}
}

func (s *service) spikesList(ctx context.Context, a *gate.Asker, in *struct {
	Paged
	QueryID int64 `query:"query_id" default:"-1" minimum:"-1" doc:"Of one standing query; 0: of all mentions together; -1: whichever, without those that a narrower one explains"`
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
	return page(all, next, s.oneSpike), nil
}

func (s *service) spikeGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Spike], error) {
	o, err := s.Spikes.Spike(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(s.oneSpike(o)), nil
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
	Part
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
