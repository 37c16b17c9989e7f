package api

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tribune/gate"
	"tribune/internal/calendar"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/query"
	"tribune/listen"
	"tribune/listen/saved"
	"tribune/listen/volume"
)

func (s *service) sourceRoutes() {
	add(s, "listening", "GET /sources", "listSources", "Where we listen", http.StatusOK, s.sourcesList)
	add(s, "listening", "POST /sources", "addSource", "Listen somewhere, which is read at once, or make a webhook", http.StatusCreated, s.sourceAdd)
	add(s, "listening", "GET /sources/{id}", "getSource", "One source, with what its last reading gave", http.StatusOK, s.sourceGet)
	add(s, "listening", "PATCH /sources/{id}", "changeSource", "Change, pause or resume a source", http.StatusOK, s.sourceChange)
	add(s, "listening", "DELETE /sources/{id}", "removeSource", "Listen there no more, unless it is all that a standing query listens to; mentions stay", http.StatusNoContent, s.sourceRemove)
	add(s, "listening", "POST /sources/{id}/poll", "pollSource", "Read a source now", http.StatusOK, s.sourcePoll)
}

// Source is where mentions come from.
type Source struct {
	ID           int64     `json:"id"`
	Name         string    `json:"name"`
	Shown        string    `json:"shown,omitempty" doc:"What public pages call it; empty: its kind alone, or its name if it is read"`
	Kind         string    `json:"kind" doc:"feed, sitemap, mastodon, bluesky, hackernews, mailbox, import, form, mail, api, webhook or webmention"`
	URL          string    `json:"url,omitempty"`
	EverySeconds int64     `json:"every_seconds,omitempty" doc:"How often it is read"`
	Addressed    bool      `json:"addressed" doc:"It speaks to us: all its items are mentions"`
	Forgets      bool      `json:"forgets" doc:"What people who are not here said in public there is forgotten after the set time (90 days from when it was heard, if nothing else was set), unless something became of it. False, which takes addressed: it was said to us on purpose, and stays. True at first of what is read where everybody can read it, and of kind api, webhook and import; and of one that becomes addressed unless it is said otherwise then"`
	Paused       bool      `json:"paused"`
	Failures     int       `json:"failures" doc:"In a row"`
	LastResult   string    `json:"last_result"`
	LastError    string    `json:"last_error" doc:"Empty if the last try went well. Of one that sends by itself: why all of the last call was refused, which says nothing of the next"`
	Refused      int       `json:"refused" doc:"What strangers sent to it since something good came: unsigned calls, webmentions of pages that do not link here. It works all the same"`
	RefusedWhy   string    `json:"refused_why,omitempty" doc:"Why the last of that was refused"`
	Items        int64     `json:"items" doc:"Delivered so far"`
	Mentions     int64     `json:"mentions" doc:"Of them became mentions"`
	Connected    bool      `json:"connected,omitempty" doc:"It is followed at the moment, as things are said there"`
	DueAt        time.Time `json:"due_at,omitzero"`
	TriedAt      time.Time `json:"tried_at,omitzero"`
	OKAt         time.Time `json:"ok_at,omitzero" doc:"When it last answered as it should"`
	CreatedAt    time.Time `json:"created_at"`
}

func source(p *i18n.Printer, now time.Time) func(listen.Source) Source {
	return func(o listen.Source) Source {
		return Source{o.ID, o.Name, o.Shown, string(o.Kind), o.URL, int64(o.Every / time.Second), o.Addressed, !o.Addressed || o.Forgets, o.Paused, o.Failures,
			said(p, o.LastResult), said(p, o.LastError), o.Refused, said(p, o.RefusedWhy), o.Items, o.Mentions, o.Kind.IsLive() && o.BusyUntil.After(now), o.DueAt, o.TriedAt, o.OKAt, o.CreatedAt}
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
	return body(source(s.printer(a), s.Now())(o)), nil
}

func (s *service) sourcesList(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Source]], error) {
	sources, err := s.Radar.Sources(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(sources, "", source(s.printer(a), s.Now())), nil
}

func (s *service) sourceAdd(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Kind         string `json:"kind,omitempty" doc:"feed: RSS, Atom or JSON Feed, or a page that names one; sitemap: news or another; mastodon: a hashtag, a search or a server of the fediverse; bluesky: all of it; hackernews: a search; mailbox: letters, by IMAP; webhook: it needs a name, and a secret by the next call; webmention: pages that link to ours, whose programs tell of it. Recognised by the address if it is not given"`
		URL          string `json:"url,omitempty" doc:"Of what is read: its address; also #tag@server or @server, bluesky, hn: words, imaps://login@mail.example.org/INBOX"`
		EverySeconds int64  `json:"every_seconds,omitempty" minimum:"60" maximum:"2592000" doc:"How often to read it; as is usual for its kind if it is not given"`
		Token        string `json:"token,omitempty" maxLength:"500" doc:"An access token, for a server of the fediverse, or the password of a mailbox; never shown"`
		Name         string `json:"name,omitempty" doc:"What it calls itself if it is not given"`
		Addressed    bool   `json:"addressed,omitempty" doc:"It speaks to us: keep all its items, not only those a query matches"`
		Forgets      *bool  `json:"forgets,omitempty" doc:"False, which takes addressed: what people who are not here say in public there is said to us on purpose, and stays. As is usual for its kind if it is not given"`
	}
}) (*answer[Source], error) {
	b := in.Body
	o, err := s.Radar.AddSource(ctx, a.Actor, listen.NewSource{Name: b.Name, Kind: listen.SourceKind(b.Kind), URL: b.URL,
		Every: time.Duration(b.EverySeconds) * time.Second, Addressed: b.Addressed, Forgets: b.Forgets, Token: b.Token})
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
		Shown        *string `json:"shown,omitempty" doc:"What public pages call one that is not read; empty: its kind alone"`
		EverySeconds *int64  `json:"every_seconds,omitempty" minimum:"60" maximum:"2592000"`
		Paused       *bool   `json:"paused,omitempty"`
		Addressed    *bool   `json:"addressed,omitempty"`
		Forgets      *bool   `json:"forgets,omitempty" doc:"False, of one that is or becomes addressed: what people who are not here said in public there was said to us on purpose, and stays. Of others it is forgotten after the set time, whatever this is; false is refused"`
		Token        *string `json:"token,omitempty" maxLength:"500" doc:"A new password of a mailbox, or access token of a fediverse server: it is tried before it is kept"`
	}
}) (*answer[Source], error) {
	b := in.Body
	c := listen.SourceChange{Name: b.Name, Shown: b.Shown, Paused: b.Paused, Addressed: b.Addressed, Forgets: b.Forgets, Token: b.Token}
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

func (s *service) queryRoutes() {
	add(s, "listening", "GET /queries", "listQueries", "The standing queries", http.StatusOK, s.queriesList)
	add(s, "listening", "POST /queries", "addQuery", "Add a standing query", http.StatusCreated, s.queryAdd,
		tells("It runs at once over what rests and over all mentions that are stored; what five seconds do not end goes on in the background, until filled is true. AND, OR and NOT are upper case; words side by side are AND; NOT alone is refused."), longQuery)
	add(s, "listening", "POST /queries/try", "tryQuery", "See what a query would find, without keeping it", http.StatusOK, s.queryTry, longQuery)
	add(s, "listening", "GET /queries/{id}", "getQuery", "One standing query", http.StatusOK, s.queryGet)
	add(s, "listening", "PUT /queries/{id}", "changeQuery", "Change a standing query; it runs anew", http.StatusOK, s.queryChange, longQuery)
	add(s, "listening", "DELETE /queries/{id}", "removeQuery", "Remove a standing query that no other and no webhook names; mentions stay", http.StatusNoContent, s.queryRemove)
	add(s, "listening", "GET /volume", "getVolume", "How much is said over time, and how it sounds, told apart by query, source, language or country", http.StatusOK, s.volume)
	add(s, "listening", "GET /shares", "getShares", "The share of voice of standing queries, like for like", http.StatusOK, s.shares,
		tells("What one of the queries could not hear is left out for all: sources that it does not listen to, and days before it was there. A mention that several find counts for each."))
	add(s, "listening", "GET /queries/{id}/volume", "queryVolume", "Mentions that match, by hour; id 0 is all mentions", http.StatusOK, s.queryVolume)
}

// longQuery lets a call arrive whose query is too long, so that it is told so.
func longQuery(op *huma.Operation) { op.MaxBodyBytes = maxMentions + 1 }

func (s *service) listRoutes() {
	add(s, "listening", "GET /lists", "listLists", "The saved lists, which queries can name", http.StatusOK, s.listsList)
	add(s, "listening", "POST /lists", "addList", "Save a list", http.StatusCreated, s.listAdd)
	add(s, "listening", "GET /lists/{id}", "getList", "One saved list", http.StatusOK, s.listGet)
	add(s, "listening", "PUT /lists/{id}", "changeList", "Change a saved list; the queries that name it run anew", http.StatusOK, s.listChange)
	add(s, "listening", "DELETE /lists/{id}", "removeList", "Remove a saved list that no query names", http.StatusNoContent, s.listRemove)
}

// SavedList is a list that queries can name, as list:name.
type SavedList struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Kind      string    `json:"kind" enum:"words,authors,sites"`
	Items     []string  `json:"items" nullable:"false"`
	Queries   []int64   `json:"queries,omitempty" nullable:"false" doc:"The standing queries that name it, themselves or by way of others; of one list only"`
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
}

func savedList(l saved.List) SavedList {
	return SavedList{l.ID, l.Name, string(l.Kind), l.Items, nil, l.CreatedAt, l.ChangedAt}
}

// NewList is a list to be saved, or what one is to be.
type NewList struct {
	Name  string   `json:"name"`
	Kind  string   `json:"kind,omitempty" enum:"words,authors,sites" default:"words"`
	Items []string `json:"items" nullable:"false" doc:"Words and phrases, names or @handles, or sites; at most 100,000"`
}

func (n NewList) list() listen.NewList {
	return listen.NewList{Name: n.Name, Kind: query.ListKind(n.Kind), Items: n.Items}
}

func (s *service) listsList(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[SavedList]], error) {
	lists, err := s.Radar.Lists(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(lists, "", savedList), nil
}

func (s *service) listAdd(ctx context.Context, a *gate.Asker, in *struct{ Body NewList }) (*answer[SavedList], error) {
	return s.putList(ctx, a, 0, in.Body)
}

func (s *service) listChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body NewList
}) (*answer[SavedList], error) {
	return s.putList(ctx, a, in.ID, in.Body)
}

func (s *service) putList(ctx context.Context, a *gate.Asker, id int64, n NewList) (*answer[SavedList], error) {
	id, err := s.Radar.PutList(ctx, a.Actor, id, n.list())
	if err != nil {
		return nil, err
	}
	return s.listGet(ctx, a, &ByID{ID: id})
}

func (s *service) listGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[SavedList], error) {
	l, by, err := s.Radar.List(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	said := savedList(l)
	for _, f := range by {
		said.Queries = append(said.Queries, f.ID)
	}
	return body(said), nil
}

func (s *service) listRemove(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Radar.RemoveList(ctx, a.Actor, in.ID)
}

// Query is a standing query.
type Query struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name"`
	Text      string    `json:"text"`
	Purpose   string    `json:"purpose" enum:"us,rival,topic"`
	Sources   []int64   `json:"sources" nullable:"false" doc:"It is limited to these; none: all"`
	Mentions  int64     `json:"mentions" doc:"That match, copies left out"`
	Found     *int      `json:"found,omitempty" doc:"How many it found at once, when added or changed"`
	Filled    bool      `json:"filled" doc:"It looked through all that was there before it was changed last"`
	Progress  int64     `json:"progress" doc:"How much of that it looked through, in hundredths; 100 once it is filled"`
	Warnings  []string  `json:"warnings" nullable:"false" doc:"What of it is allowed but seldom meant, and that it hears nothing because its sources were removed"`
	CreatedAt time.Time `json:"created_at"`
	ChangedAt time.Time `json:"changed_at"`
}

// standingQueries gives what the API says of standing queries.
func (s *service) standingQueries(ctx context.Context, a *gate.Asker, queries ...listen.Query) ([]Query, error) {
	out := make([]Query, len(queries))
	for i, q := range queries {
		progress, err := s.Radar.Progress(ctx, a.Actor, q)
		if err != nil {
			return nil, err
		}
		out[i] = Query{q.ID, q.Name, q.Text, string(q.Purpose), append([]int64{}, q.Sources...), q.Mentions, nil, q.Filled, progress, []string{}, q.CreatedAt, q.ChangedAt}
		parsed, err := s.Radar.Parse(ctx, a.Actor, q.Text)
		if err != nil && !fault.Is(err, fault.Invalid) {
			return nil, err
		}
		if err == nil {
			out[i].Warnings = s.warnings(a, parsed.Warnings())
		}
		if deaf := q.Deafness(); deaf != nil {
			out[i].Warnings = append(out[i].Warnings, s.printer(a).Fault(deaf))
		}
	}
	return out, nil
}

func (s *service) warnings(a *gate.Asker, all []*fault.Error) []string {
	texts := make([]string, len(all))
	for i, w := range all {
		texts[i] = s.printer(a).Fault(w)
	}
	return texts
}

// NewQuery is a standing query to be added, or what one is to be.
type NewQuery struct {
	Name    string  `json:"name,omitempty" doc:"The text if it is not given"`
	Text    string  `json:"text"`
	Purpose string  `json:"purpose,omitempty" enum:"us,rival,topic" default:"us"`
	Sources []int64 `json:"sources,omitempty" doc:"Limit it to these sources"`
}

func (n NewQuery) query() listen.NewQuery {
	return listen.NewQuery{Name: n.Name, Text: n.Text, Purpose: listen.Purpose(n.Purpose), Sources: n.Sources}
}

func (s *service) ran(ctx context.Context, a *gate.Asker, q listen.Query, found int, err error) (*answer[Query], error) {
	if err != nil {
		return nil, err
	}
	said, err := s.standingQueries(ctx, a, q)
	if err != nil {
		return nil, err
	}
	said[0].Found = &found
	return body(said[0]), nil
}

func (s *service) queriesList(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Query]], error) {
	queries, err := s.Radar.Queries(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	said, err := s.standingQueries(ctx, a, queries...)
	if err != nil {
		return nil, err
	}
	return body(List[Query]{Items: said}), nil
}

func (s *service) queryAdd(ctx context.Context, a *gate.Asker, in *struct{ Body NewQuery }) (*answer[Query], error) {
	q, found, err := s.Radar.AddQuery(ctx, a.Actor, in.Body.query())
	return s.ran(ctx, a, q, found, err)
}

func (s *service) queryGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Query], error) {
	q, err := s.Radar.Query(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	said, err := s.standingQueries(ctx, a, q)
	if err != nil {
		return nil, err
	}
	return body(said[0]), nil
}

func (s *service) queryChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body NewQuery
}) (*answer[Query], error) {
	q, found, err := s.Radar.ChangeQuery(ctx, a.Actor, in.ID, in.Body.query())
	return s.ran(ctx, a, q, found, err)
}

func (s *service) queryRemove(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Radar.RemoveQuery(ctx, a.Actor, in.ID)
}

// Trial is what a query would find.
type Trial struct {
	Hits     int         `json:"hits"`
	Of       int         `json:"of" doc:"Texts of the last 90 days that were looked at: what rests, and mentions"`
	Sample   []Mention   `json:"sample" nullable:"false" doc:"At most 10, newest first; those that rest have no id"`
	Days     []int       `json:"days" nullable:"false" doc:"Hits of each of the last 90 days, of the site's zone; the last one is today"`
	Terms    []TermTrial `json:"terms" nullable:"false" doc:"At most 20"`
	Warnings []string    `json:"warnings" nullable:"false" doc:"What is allowed but seldom meant"`
}

// TermTrial is what one term of a query adds or costs.
type TermTrial struct {
	Text    string `json:"text"`
	Column  int    `json:"column" doc:"Where it begins, in characters from 1"`
	Negated bool   `json:"negated" doc:"It takes away"`
	Needed  bool   `json:"needed" doc:"Without it no query is left"`
	Adds    int    `json:"adds" doc:"Found only because of it"`
	Costs   int    `json:"costs" doc:"Not found only because of it"`
}

func (s *service) queryTry(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Text    string  `json:"text"`
		Sources []int64 `json:"sources,omitempty"`
	}
}) (*answer[Trial], error) {
	t, err := s.Radar.Try(ctx, a.Actor, in.Body.Text, in.Body.Sources)
	if err != nil {
		return nil, err
	}
	out := Trial{Hits: t.Hits, Of: t.Of, Sample: page(t.Sample, "", mention).Body.Items, Days: t.Days, Terms: []TermTrial{}, Warnings: s.warnings(a, t.Warnings)}
	for _, x := range t.Terms {
		out.Terms = append(out.Terms, TermTrial{x.Text, x.Column, x.Negated, x.Needed, x.Adds, x.Costs})
	}
	return body(out), nil
}

// Hour is how many mentions were published in the hour that begins at At.
type Hour struct {
	At time.Time `json:"at"`
	N  int64     `json:"n"`
}

func (s *service) queryVolume(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Since string `query:"since" doc:"A day or a time (RFC 3339); 30 days ago if it is not given"`
	Part
}) (*answer[List[Hour]], error) {
	since, err := s.moment(ctx, "since", in.Since)
	if err != nil {
		return nil, err
	}
	if since.IsZero() {
		since = s.Now().AddDate(0, 0, -30)
	}
	hours, err := s.Radar.Volume(ctx, a.Actor, in.ID, since)
	if err != nil {
		return nil, err
	}
	return page(hours, "", func(h listen.HourCount) Hour { return Hour(h) }), nil
}

// Span says what is counted.
type Span struct {
	Source   int64  `query:"source" doc:"0: all"`
	Language string `query:"language" doc:"BCP 47; und: it is not known"`
	Country  string `query:"country" doc:"Two letters (ISO 3166-1); ZZ: it is not known"`
	Since    string `query:"since" doc:"A day, in the site's zone, or a time (RFC 3339); 30 days ago if it is not given"`
	Until    string `query:"until" doc:"Before this day, in the site's zone, or this time; tomorrow if it is not given"`
}

// filter reads a span.
func (s *service) filter(ctx context.Context, in Span) (f volume.Filter, err error) {
	if f.Since, err = s.moment(ctx, "since", in.Since); err != nil {
		return f, err
	}
	if f.Until, err = s.moment(ctx, "until", in.Until); err != nil {
		return f, err
	}
	site, err := s.People.Site(ctx)
	if err != nil {
		return f, err
	}
	f.Zone = site.Location()
	if f.Until.IsZero() {
		f.Until = calendar.After(s.Now().In(f.Zone), 1)
	}
	if f.Since.IsZero() {
		f.Since = calendar.After(f.Until.In(f.Zone), -30)
	}
	if in.Source != 0 {
		f.Sources = []int64{in.Source}
	}
	if in.Language != "" {
		f.Languages = []string{in.Language}
	}
	if in.Country != "" {
		f.Countries = []string{strings.ToUpper(in.Country)}
	}
	return f, nil
}

// Volume is a number of mentions, copies left out, and how they sound; the rest
// is neutral, unclear or not judged.
type Volume struct {
	N        int64 `json:"n"`
	Positive int64 `json:"positive"`
	Negative int64 `json:"negative"`
}

// VolumeAt is the mentions of a step of time that begins at At.
type VolumeAt struct {
	At time.Time `json:"at"`
	Volume
}

func volumeAt(points []volume.Point) []VolumeAt {
	out := make([]VolumeAt, len(points))
	for i, p := range points {
		out[i] = VolumeAt{p.At, Volume(p.Count)}
	}
	return out
}

// VolumeOf is the mentions of one thing over time.
type VolumeOf struct {
	Key    string     `json:"key" doc:"The id of the query or source, the language, the country; empty: unknown, or nothing is told apart"`
	Total  Volume     `json:"total"`
	Points []VolumeAt `json:"points" nullable:"false"`
}

func (s *service) volume(ctx context.Context, a *gate.Asker, in *struct {
	Span
	Query string `query:"query" doc:"A standing query: its id or name; all mentions if it is not given"`
	By    string `query:"by" enum:"query,source,language,country" doc:"What is told apart; nothing if it is not given"`
	Step  string `query:"step" enum:"hour,day,week,month" default:"day"`
	Part
}) (*answer[List[VolumeOf]], error) {
	f, err := s.filter(ctx, in.Span)
	if err != nil {
		return nil, err
	}
	if f.Query, err = s.queryID(ctx, a, in.Query); err != nil {
		return nil, err
	}
	all, err := s.Counts.OverBy(ctx, a.Actor, f, volume.Step(in.Step), in.By)
	if err != nil {
		return nil, err
	}
	return page(all, "", func(t volume.Series) VolumeOf { return VolumeOf{t.Key, Volume(t.Total), volumeAt(t.Points)} }), nil
}

// VoiceShare is the part that one query has in what is said of all of them.
type VoiceShare struct {
	QueryID int64  `json:"query_id"`
	Name    string `json:"name"`
	Volume
	Share  float64    `json:"share"`
	Low    float64    `json:"low" doc:"The true share lies between low and high with a probability of 95 %"`
	High   float64    `json:"high"`
	Points []VolumeAt `json:"points" nullable:"false"`
}

// Shares is a comparison with like for like.
type Shares struct {
	Since   time.Time    `json:"since" doc:"Later than was asked for if one of the queries was not there before"`
	Until   time.Time    `json:"until"`
	Sources []int64      `json:"sources" nullable:"false" doc:"What is compared is limited to these; none: all"`
	Sum     int64        `json:"sum" doc:"Of the mentions of all; what several queries find is counted for each"`
	Items   []VoiceShare `json:"items" nullable:"false" doc:"The largest first"`
}

func (s *service) shares(ctx context.Context, a *gate.Asker, in *struct {
	Span
	Queries []int64 `query:"queries" required:"true" doc:"The ids of 2 to 12 standing queries, with commas between them"`
}) (*answer[Shares], error) {
	f, err := s.filter(ctx, in.Span)
	if err != nil {
		return nil, err
	}
	v, err := s.Counts.Compare(ctx, a.Actor, in.Queries, f)
	if err != nil {
		return nil, err
	}
	out := Shares{Since: v.Since, Until: v.Until, Sources: append([]int64{}, v.Sources...), Sum: v.All, Items: []VoiceShare{}}
	for _, x := range v.Shares {
		out.Items = append(out.Items, VoiceShare{x.Query.ID, x.Query.Name, Volume(x.Count), x.Part, x.Low, x.High, volumeAt(x.Points)})
	}
	return body(out), nil
}
