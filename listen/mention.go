package listen

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/lookup"
	"tribune/listen/saved"
	"tribune/storage"
)

// Kind is what sort of utterance a mention is.
type Kind string

// The kinds of mention. Posts and reviews with an address are public; what
// came by mail, telephone or form never is.
const (
	KindPost   Kind = "post"
	KindReview Kind = "review"
	KindMail   Kind = "mail"
	KindCall   Kind = "call"
	KindForm   Kind = "form"
)

// Author is who speaks, as far as it is said.
type Author struct {
	Name   string
	Handle string // @name@server, or a name on the place
	URL    string
	Email  string // to find the account; never shown, never written to because of this
}

// Mention is one utterance by one account in one place.
type Mention struct {
	ID          int64
	Source      int64
	SourceName  string
	Addressed   bool // its source speaks to us
	Kind        Kind
	ExternalID  string
	URL         string
	ReplyTo     string // external id or address of what it answers
	Public      bool   // anyone can open its address
	Account     int64
	Person      int64  // behind the account, 0 if nobody claimed it
	Author      Author // without the mail address
	Nobody      bool   // it has no author; Author.Name is its source's then
	Text        string // plain; empty once withdrawn
	Language    string
	LanguageP   int64 // how likely it is, in thousandths, where it was worked out
	Mood        Mood  // empty: nobody judged it yet
	Positive    int64 // how likely it is that it is positive, in thousandths
	Negative    int64 // the same for negative; the rest is neutral
	Country     string
	Reach       int64
	HasImage    bool // its source says so
	PublishedAt time.Time
	HeardAt     time.Time
	EditedAt    time.Time // by its author, where they said it; zero if never
	CopyOf      int64     // the mention it repeats, 0 if none
	Asks        Ask
	Quotable    Quotability
	State       know.TextState
	StateReason string
	Queries     []int64   // standing queries that match
	Purposes    []Purpose // theirs, each once

	by know.Account // who speaks, as queries ask for them
}

// Post gives what a query is asked about the mention, as it is now.
func (m Mention) Post() *query.Post {
	p := asked(m.Text, m.URL, m.by, m.SourceName, m.Language, m.Country, m.Reach, m.HasImage)
	p.Sentiment = string(m.Mood)
	return p
}

// Quotability is what the author of a private mention said to being quoted.
type Quotability string

// The answers to being quoted.
const (
	NotAsked Quotability = ""
	Asked    Quotability = "asked"
	Named    Quotability = "named"
	Unnamed  Quotability = "unnamed"
	Refused  Quotability = "refused"
)

// What filters say in place of a language or a country for mentions of which it
// is not known: the codes that BCP 47 and CLDR have for that.
const (
	UnknownLanguage = "und"
	UnknownCountry  = "ZZ"
)

// Filter says which mentions to list. The zero Filter lists all.
type Filter struct {
	Text     string // in the language of internal/query
	Words    string // all of which a mention must hold, whatever they are
	Query    int64  // a standing query that matches
	Source   int64
	Sources  []int64 // any of them, if there are some
	Language string
	Mood     Mood
	Country  string    // two letters
	Author   string    // words of a name, or a handle with @
	Has      string    // link, image or question
	Reach    int64     // at least so many people
	Once     bool      // copies left out
	Since    time.Time // published
	Until    time.Time // published before
	Accounts []int64   // said by one of these
	Cursor   string    // where to go on
	Limit    int       // 50 if 0, at most 200
}

// query gives what of the filter is asked in the language of queries, nil if
// nothing is.
func (f Filter) query(ctx context.Context, db storage.Q) (*query.Query, error) {
	var all []*query.Query
	ask := func(text, field string) error {
		q, err := saved.Parse(ctx, db, text)
		if err != nil {
			return onField(err, field)
		}
		all = append(all, q)
		return nil
	}
	if text := strings.TrimSpace(f.Text); text != "" {
		if err := ask(text, "q"); err != nil {
			return nil, err
		}
	}
	if f.Has != "" {
		if err := ask("has:"+f.Has, "has"); err != nil {
			return nil, err
		}
	}
	if name := strings.TrimSpace(strings.ReplaceAll(f.Author, `"`, " ")); name != "" {
		if !strings.HasPrefix(name, "@") {
			name = `"` + name + `"`
		}
		if err := ask("author:"+name, "author"); err != nil {
			return nil, err
		}
	}
	return query.And(all...), nil
}

// where gives the condition of a filter, but for where it goes on. plain writes
// it such that no index is chosen for what it asks of columns.
func (f Filter) where(ctx context.Context, db storage.Q, q *query.Query, plan lookup.Plan, plain bool) (c condition, err error) {
	c.and(`m.state <> 'withdrawn'`)
	if text := strings.TrimSpace(f.Words); text != "" {
		part, arg := storage.MatchText(db, "mention_search", len(c.args)+1, query.Words(text), storage.AllWords)
		c.and(`m.id ` + part)
		c.args = append(c.args, arg)
	}
	columns, err := lookup.Columns(ctx, db, q, plain)
	if err != nil {
		return c, err
	}
	if f.Query != 0 {
		c.and(`exists (select 1 from mention_query mq where mq.query_id = $? and mq.mention_id = m.id)`, f.Query)
	}
	if f.Source != 0 {
		columns = append(columns, lookup.Equal("m.source_id", []int64{f.Source}, plain))
	}
	if len(f.Sources) > 0 {
		columns = append(columns, lookup.Equal("m.source_id", f.Sources, plain))
	}
	if f.Language != "" {
		columns = append(columns, lookup.Equal("m.language", []string{unlessUnknown(f.Language, UnknownLanguage)}, plain))
	}
	if f.Country == UnknownCountry {
		c.and(`m.country = ''`)
	} else if f.Country != "" {
		c.and(`m.country <> ''`)
		columns = append(columns, lookup.Equal("m.country", []string{strings.ToUpper(f.Country)}, plain))
	}
	for _, column := range columns {
		c.and(column.Condition, column.Args...)
		c.ordered = c.ordered || column.Ordered
	}
	if f.Once {
		c.and(`m.copy_of = 0`)
	}
	if f.Mood != "" {
		c.and(`m.mood = $?`, string(f.Mood))
	}
	if f.Reach > 0 {
		c.and(`m.reach + 0 >= $?`, f.Reach)
	}
	if c.since = (spot{at: math.MinInt64}); !f.Since.IsZero() {
		c.since.at = storage.Micros(f.Since)
		c.and(`m.published_at >= $?`, c.since.at)
	}
	if !f.Until.IsZero() {
		c.and(`m.published_at < $?`, storage.Micros(f.Until))
	}
	if len(f.Accounts) > 0 {
		holes, more := storage.Holes(len(c.args)+1, f.Accounts)
		c.and(`m.account_id in (` + holes + `)`)
		c.args, c.ordered = append(c.args, more...), true
	}
	part, arg := plan.Condition(db, len(c.args)+1)
	switch walks := plan.Way == lookup.Known; {
	case part == "" || walks && c.ordered && !storage.WalksList(db): // each row that an index has is tried: to look at its words costs as much
		return c, nil
	case walks && !c.ordered:
		c.known = part
	default:
		c.and(part)
	}
	c.args = append(c.args, arg)
	return c, nil
}

// unlessUnknown gives a tag as mentions have it: that of the unknown is empty.
func unlessUnknown(tag, unknown string) string {
	if tag == unknown {
		return ""
	}
	return tag
}

// spot is where a mention stands in lists.
type spot struct{ at, id int64 }

func (s spot) String() string {
	return strconv.FormatInt(s.at, 10) + "-" + strconv.FormatInt(s.id, 10)
}

func scanSpot(row storage.Scanner) (s spot, err error) { return s, row.Scan(&s.at, &s.id) }

// from gives where a list begins, or goes on: before the spot.
func (f Filter) from() (spot, error) {
	if f.Cursor == "" && !f.Until.IsZero() {
		return spot{at: storage.Micros(f.Until)}, nil
	}
	if f.Cursor == "" {
		return spot{at: math.MaxInt64}, nil
	}
	at, id, ok := strings.Cut(f.Cursor, "-")
	micros, err := strconv.ParseInt(at, 10, 64)
	last, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err != nil || err2 != nil {
		return spot{}, fault.New(fault.Invalid, "This place in the list is not known. Begin at its start.").On("cursor")
	}
	return spot{micros, last}, nil
}

// condition is a condition of mention m with its arguments.
type condition struct {
	text    string
	args    []any
	ordered bool   // an index gives those that fulfil it, the last first
	known   string // what else is asked of mention m, and can be told by its id alone
	since   spot   // it is not fulfilled before
}

// and adds a part in which each "$?" is a hole.
func (c *condition) and(part string, args ...any) {
	for _, arg := range args {
		c.args = append(c.args, arg)
		part = strings.Replace(part, "$?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	if c.text != "" {
		c.text += ` and `
	}
	c.text += part
}

// before gives the condition for those before a spot, but for what is known.
func (c condition) before(s spot) (string, []any) {
	c.args = slices.Clip(c.args)
	c.and(`(m.published_at, m.id) < ($?, $?)`, s.at, s.id)
	return c.text, c.args
}

// walk gives all of a statement behind "from", and but for its limit, that reads
// those between two spots, at most so many, joined with tables, the last first. What is known by
// ids is asked of the index of spots, and only those mentions are read of which it holds
// (PostgreSQL takes a tenth of the time for that where mentions lie all over the disk, and
// without the limit it would not look for the way that has the first ones soon).
func (c condition) walk(tables string, from, end spot, most int) (string, []any) {
	between := condition{text: c.known, args: slices.Clip(c.args)}
	between.and(`(m.published_at, m.id) < ($?, $?) and (m.published_at, m.id) >= ($?, $?)`, from.at, from.id, end.at, end.id)
	if c.known == "" {
		return `mention m` + tables + ` where ` + c.text + ` and ` + between.text + ` order by m.published_at desc, m.id desc`, between.args
	}
	between.args = append(between.args, most)
	return `(select m.published_at, m.id from mention m where ` + between.text + ` order by m.published_at desc, m.id desc limit $` + strconv.Itoa(len(between.args)) + `) known
		join mention m on m.id = known.id` + tables + ` where ` + c.text + ` order by known.published_at desc, known.id desc`, between.args
}
