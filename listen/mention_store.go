package listen

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/saved"
	"tribune/storage"
)

const selectMention = `select m.id, m.source_id, coalesce(s.name, ''), coalesce(s.addressed, 0), m.kind, m.external_id, m.url, m.reply_to, m.public,
	m.account_id, coalesce(a.person_id, 0), coalesce(a.kind, ''), coalesce(a.address, ''), coalesce(a.name, ''), coalesce(a.url, ''),
	m.text, m.language, m.language_p, m.mood, m.positive, m.negative, m.country, m.reach, m.has_image, m.published_at, m.heard_at, m.edited_at, m.copy_of, m.asks, m.quotable, m.state, m.state_reason
	from mention m left join source s on s.id = m.source_id left join account a on a.id = m.account_id`

func scanMention(row storage.Scanner) (m Mention, err error) {
	var addressed, public, hasImage int
	var published, heard, edited int64
	var kind know.AccountKind
	var address string
	err = row.Scan(&m.ID, &m.Source, &m.SourceName, &addressed, &m.Kind, &m.ExternalID, &m.URL, &m.ReplyTo, &public,
		&m.Account, &m.Person, &kind, &address, &m.Author.Name, &m.Author.URL,
		&m.Text, &m.Language, &m.LanguageP, &m.Mood, &m.Positive, &m.Negative, &m.Country, &m.Reach, &hasImage, &published, &heard, &edited, &m.CopyOf, &m.Asks, &m.Quotable, &m.State, &m.StateReason)
	m.Addressed, m.Public, m.HasImage = addressed == 1, public == 1, hasImage == 1
	m.PublishedAt, m.HeardAt, m.EditedAt = storage.Time(published), storage.Time(heard), storage.Time(edited)
	m.Nobody = isNobody(know.Account{Kind: kind, Address: address})
	if kind == know.Fediverse && strings.Contains(address, "@") {
		m.Author.Handle = "@" + address
	}
	return m, err
}

// dress adds to mentions the queries that match them.
func dress(ctx context.Context, q storage.Q, list []Mention) error {
	at := make(map[int64]int, len(list))
	for i, m := range list {
		at[m.ID] = i
	}
	ids := make([]int64, len(list))
	for i, m := range list {
		ids[i] = m.ID
	}
	for part := range slices.Chunk(ids, 200) {
		if err := dressPart(ctx, q, list, at, part); err != nil {
			return err
		}
	}
	return nil
}

func dressPart(ctx context.Context, q storage.Q, list []Mention, at map[int64]int, ids []int64) error {
	holes, args := storage.Holes(1, ids)
	rows, err := q.Query(ctx, `select mq.mention_id, mq.query_id, q.purpose from mention_query mq join query q on q.id = mq.query_id
		where mq.mention_id in (`+holes+`) order by mq.mention_id, mq.query_id`, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var mention, query int64
		var purpose Purpose
		if err := rows.Scan(&mention, &query, &purpose); err != nil {
			return err
		}
		m := &list[at[mention]]
		m.Queries = append(m.Queries, query)
		if !slices.Contains(m.Purposes, purpose) {
			m.Purposes = append(m.Purposes, purpose)
		}
	}
	return rows.Err()
}

// mentions reads mentions with all that belongs to them.
func mentions(ctx context.Context, q storage.Q, rest string, args ...any) ([]Mention, error) {
	list, err := storage.All(ctx, q, scanMention, selectMention+rest, args...)
	if err != nil {
		return nil, err
	}
	return list, dress(ctx, q, list)
}

// scanMost is how many mentions one page of a list looks at for what its query
// finds; the next page goes on from there.
const scanMost = 20_000

// Mentions lists mentions, the last published first, and gives the cursor of
// the next page, empty on the last one. Those withdrawn are left out. A page may
// have fewer than the limit, or none, although there is a next one: so many were
// looked at already.
func (r *Radar) Mentions(ctx context.Context, a know.Actor, f Filter) (list []Mention, next string, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, "", err
	}
	q, err := f.query(ctx, r.db)
	if err != nil {
		return nil, "", err
	}
	plan, err := r.plan(ctx, f, q)
	if err != nil {
		return nil, "", err
	}
	return r.planned(ctx, f, q, plan)
}

// planned is Mentions by one plan.
func (r *Radar) planned(ctx context.Context, f Filter, q *query.Query, plan plan) (list []Mention, next string, err error) {
	limit := min(cmp.Or(max(f.Limit, 0), 50), 200)
	where, args, err := f.where(r.db, q, plan)
	if err != nil {
		return nil, "", err
	}
	if f.Accounts != nil && len(f.Accounts) == 0 {
		return nil, "", nil
	}
	if q != nil {
		return r.found(ctx, q, where, args, limit)
	}
	args = append(args, limit+1)
	list, err = mentions(ctx, r.db, ` where `+where+` order by m.published_at desc, m.id desc limit $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, "", fmt.Errorf("listen: list mentions: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = cursorOf(storage.Micros(last.PublishedAt), last.ID)
	}
	return list, next, nil
}

func cursorOf(publishedAt, id int64) string {
	return strconv.FormatInt(publishedAt, 10) + "-" + strconv.FormatInt(id, 10)
}

// found lists the mentions under a condition that a query finds.
func (r *Radar) found(ctx context.Context, q *query.Query, where string, args []any, limit int) (list []Mention, next string, err error) {
	var ids []int64
	at, last, n := int64(1)<<62, int64(0), len(args)
	for seen, size := 0, 4*limit; ; size = 2 * pageSize {
		page, err := storage.All(ctx, r.db, func(row storage.Scanner) (l listed, err error) {
			l.post, err = scanAsked(row, &l.id, &l.facet.publishedAt)
			return l, err
		}, `select m.id, m.published_at, `+askedColumns+` from mention m`+askedTables+` where `+where+
			` and (m.published_at, m.id) < ($`+strconv.Itoa(n+1)+`, $`+strconv.Itoa(n+2)+`) order by m.published_at desc, m.id desc limit $`+strconv.Itoa(n+3),
			append(slices.Clip(args), at, last, size)...)
		if err != nil {
			return nil, "", fmt.Errorf("listen: look for %q: %w", q, err)
		}
		for _, l := range page {
			if len(ids) == limit || seen == scanMost {
				next = cursorOf(at, last)
				break
			}
			at, last = l.facet.publishedAt, l.id
			if seen++; q.Match(l.post.Tokenize()) {
				ids = append(ids, l.id)
			}
		}
		if next != "" || len(page) < size {
			break
		}
	}
	byID, err := r.MentionsByID(ctx, ids)
	for _, id := range ids {
		list = append(list, byID[id])
	}
	return list, next, err
}

// What Fresh looks at, and counts, at most.
const (
	FreshLooked = 5_000
	MostFresh   = 100
)

// Fresh finds mentions that came after the one named by an id and that a filter
// lets through, in the order in which they were stored: at most MostFresh of
// them, among the last 5,000 that came; more says that there were others, which
// were not looked at. It gives the id up to which it looked, from where the next
// call goes on: nothing is tried twice.
func (r *Radar) Fresh(ctx context.Context, a know.Actor, f Filter, after int64) (found []int64, upTo int64, more bool, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, after, false, err
	}
	last, err := r.LastMention(ctx)
	if err != nil || last <= after {
		return nil, after, false, err
	}
	q, err := f.query(ctx, r.db)
	if err != nil {
		return nil, after, false, err
	}
	where, args, err := f.where(r.db, q, walkAll) // so few are read sooner than their words are looked up
	if err != nil {
		return nil, after, false, err
	}
	if last-after > FreshLooked {
		var came int64
		if err := r.db.Row(ctx, `select count(*) from (select 1 from mention where id > $1 and id <= $2 limit $3) came`, after, last, FreshLooked+1).Scan(&came); err != nil {
			return nil, after, false, fmt.Errorf("listen: what is fresh: %w", err)
		}
		more = came > FreshLooked
	}
	n, limit := len(args), FreshLooked
	if q == nil {
		limit = MostFresh
	}
	err = storage.Each(ctx, r.db, func(row storage.Scanner) error {
		var id int64
		post, err := scanAsked(row, &id)
		if err == nil && len(found) < MostFresh && (q == nil || q.Match(post.Tokenize())) {
			found = append(found, id)
		}
		return err
	}, `select m.id, `+askedColumns+` from mention m`+askedTables+` where m.id > $`+strconv.Itoa(n+1)+` and m.id <= $`+strconv.Itoa(n+2)+
		` and `+where+` order by m.id limit $`+strconv.Itoa(n+3), append(args, max(after, last-FreshLooked), last, limit)...)
	if err != nil {
		return nil, after, false, fmt.Errorf("listen: what is fresh: %w", err)
	}
	return found, last, more, nil
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

// where gives the condition of a filter.
func (f Filter) where(db storage.Q, q *query.Query, plan plan) (string, []any, error) {
	parts, args := []string{`m.state <> 'withdrawn'`}, []any{}
	add := func(condition string, arg any) {
		args = append(args, arg)
		parts = append(parts, strings.ReplaceAll(condition, "$?", "$"+strconv.Itoa(len(args))))
	}
	if text := strings.TrimSpace(f.Words); text != "" {
		condition, arg := storage.MatchText(db, "mention_search", len(args)+1, query.Words(text), storage.AllWords)
		add(`m.id `+condition, arg)
	}
	if words, how := needs(q); len(words) > 0 && plan != walkAll {
		if plan == walk {
			condition, arg := storage.WalkText(db, "mention_search", len(args)+1, words, how)
			add(`m.id + 0 `+condition, arg)
		} else {
			condition, arg := storage.MatchText(db, "mention_search", len(args)+1, words, how)
			add(`m.id `+condition, arg)
		}
	}
	if f.Query != 0 {
		add(`exists (select 1 from mention_query mq where mq.query_id = $? and mq.mention_id = m.id)`, f.Query)
	}
	if f.Source != 0 {
		add(`m.source_id = $?`, f.Source)
	}
	if f.Language != "" {
		add(`m.language = $?`, unlessUnknown(f.Language, UnknownLanguage))
	}
	if f.Once {
		parts = append(parts, `m.copy_of = 0`)
	}
	if f.Mood != "" {
		add(`m.mood = $?`, string(f.Mood))
	}
	if f.Country != "" {
		add(`m.country = $?`, unlessUnknown(strings.ToUpper(f.Country), UnknownCountry))
	}
	if f.Reach > 0 {
		add(`m.reach >= $?`, f.Reach)
	}
	if !f.Since.IsZero() {
		add(`m.published_at >= $?`, storage.Micros(f.Since))
	}
	if !f.Until.IsZero() {
		add(`m.published_at < $?`, storage.Micros(f.Until))
	}
	if len(f.Sources) > 0 {
		holes, more := storage.Holes(len(args)+1, f.Sources)
		args = append(args, more...)
		parts = append(parts, `m.source_id in (`+holes+`)`)
	}
	if len(f.Accounts) > 0 {
		holes, more := storage.Holes(len(args)+1, f.Accounts)
		args = append(args, more...)
		parts = append(parts, `m.account_id in (`+holes+`)`)
	}
	if f.Cursor != "" {
		at, id, ok := strings.Cut(f.Cursor, "-")
		micros, err := strconv.ParseInt(at, 10, 64)
		last, err2 := strconv.ParseInt(id, 10, 64)
		if !ok || err != nil || err2 != nil {
			return "", nil, fault.New(fault.Invalid, "This place in the list is not known. Begin at its start.").On("cursor")
		}
		n := len(args)
		args = append(args, micros, last)
		parts = append(parts, `(m.published_at, m.id) < ($`+strconv.Itoa(n+1)+`, $`+strconv.Itoa(n+2)+`)`)
	}
	return strings.Join(parts, ` and `), args, nil
}

// unlessUnknown gives a tag as mentions have it: that of the unknown is empty.
func unlessUnknown(tag, unknown string) string {
	if tag == unknown {
		return ""
	}
	return tag
}

// plan is how mentions with some words are listed, the last published first.
type plan uint8

const (
	lookUp  plan = iota // those with the words are read, and sorted
	walk                // all are walked, last first; those with the words are known by their ids
	walkAll             // all are walked and read: most of the last have the words
)

// Up to so many mentions with some words are read and sorted (about 5 µs
// each), or their ids are (half a µs).
const (
	mostLookedUp = 2_000
	mostKnown    = 50_000
)

// plan chooses by how many mentions have the words of a query. With a standing
// query, a source or accounts to look in, the words are looked up.
func (r *Radar) plan(ctx context.Context, f Filter, q *query.Query) (plan, error) {
	words, how := needs(q)
	if len(words) == 0 || f.Query != 0 || f.Source != 0 || len(f.Sources)+len(f.Accounts) > 0 {
		return lookUp, nil
	}
	condition, arg := storage.MatchText(r.db, "mention_search", 1, words, how)
	var n int
	err := r.db.Row(ctx, `select count(*) from (`+strings.TrimSuffix(strings.TrimPrefix(condition, "in ("), ")")+` limit $2) as found`, arg, mostKnown+1).Scan(&n)
	switch {
	case err != nil:
		return lookUp, fmt.Errorf("listen: look for %q: %w", q, err)
	case n <= mostLookedUp:
		return lookUp, nil
	case n <= mostKnown:
		return walk, nil
	}
	return walkAll, nil
}

// needs gives words of which a text that q finds has all, or at least one, for
// the full-text search to begin with; none if it cannot help.
func needs(q *query.Query) ([]string, storage.Match) {
	if q == nil {
		return nil, 0
	}
	words, anyOf := q.Needs()
	indexed := slices.DeleteFunc(slices.Clone(words), func(w string) bool { return len(w) > storage.MaxWord })
	if !anyOf {
		return indexed[:min(len(indexed), mostNeeds)], storage.AllWords
	}
	if len(indexed) < len(words) || len(words) > mostNeeds {
		return nil, 0
	}
	return words, storage.AnyWord
}

// mostNeeds is how many words the full-text search is asked for at once.
const mostNeeds = 100

// Mention gives one mention, a withdrawn one without its words.
func (r *Radar) Mention(ctx context.Context, a know.Actor, id int64) (Mention, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Mention{}, err
	}
	list, err := mentions(ctx, r.db, ` where m.id = $1`, id)
	if err == nil && len(list) == 0 {
		err = errNoMention()
	}
	if err != nil {
		return Mention{}, err
	}
	return list[0], nil
}

// Visible gives those of some mentions, at most 200, that everybody of the team
// may see the words of, in the order of their ids as given.
func (r *Radar) Visible(ctx context.Context, a know.Actor, ids []int64) ([]Mention, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil || len(ids) == 0 {
		return nil, err
	}
	holes, args := storage.Holes(1, ids[:min(len(ids), 200)])
	list, err := mentions(ctx, r.db, ` where m.id in (`+holes+`) and m.state = 'visible'`, args...)
	slices.SortFunc(list, func(x, y Mention) int { return cmp.Compare(slices.Index(ids, x.ID), slices.Index(ids, y.ID)) })
	return list, err
}

func errNoMention() error { return fault.New(fault.NotFound, "There is no such mention.") }

// Conversation is what was heard around a mention.
type Conversation struct {
	Before []Mention // what it answers, and what that answers, the first first
	After  []Mention // what answers it, and what answers that, the first first
	More   bool      // of either there is more than this
}

// How much of a conversation is shown.
const (
	mostBefore = 10
	mostAfter  = 50
)

// Conversation gives what was heard around a mention, without what was
// withdrawn: what a withdrawn one joined falls apart.
func (r *Radar) Conversation(ctx context.Context, a know.Actor, m Mention) (c Conversation, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return c, err
	}
	seen := map[int64]bool{m.ID: true}
	for at := m; at.ReplyTo != "" && !c.More; {
		list, err := mentions(ctx, r.db, ` where m.id in (select id from mention where source_id = $1 and external_id = $2 and external_id <> ''
			union select id from mention where url = $2 and url <> '') and m.state <> 'withdrawn' order by m.id limit 1`, at.Source, at.ReplyTo)
		if err != nil {
			return c, fmt.Errorf("listen: what %d answers: %w", m.ID, err)
		}
		if len(list) == 0 || seen[list[0].ID] {
			break
		}
		if at, c.More = list[0], len(c.Before) == mostBefore; !c.More {
			seen[at.ID], c.Before = true, append(c.Before, at)
		}
	}
	slices.Reverse(c.Before)
	for level := []Mention{m}; len(level) > 0 && !c.More; {
		if level, err = r.answers(ctx, level, seen); err != nil {
			return c, fmt.Errorf("listen: what answers %d: %w", m.ID, err)
		}
		c.After = append(c.After, level...)
		c.More = len(c.After) > mostAfter
	}
	c.After = c.After[:min(len(c.After), mostAfter)]
	slices.SortFunc(c.After, func(x, y Mention) int {
		return cmp.Or(x.PublishedAt.Compare(y.PublishedAt), cmp.Compare(x.ID, y.ID))
	})
	return c, nil
}

// answers gives what answers one of some mentions, the first first, but for what
// was seen, and notes it as seen. An id is only good at its source.
func (r *Radar) answers(ctx context.Context, to []Mention, seen map[int64]bool) ([]Mention, error) {
	type there struct {
		source int64
		id     string
	}
	var names []string
	ids, addresses := map[there]bool{}, map[string]bool{}
	for _, m := range to {
		if m.ExternalID != "" {
			ids[there{m.Source, m.ExternalID}], names = true, append(names, m.ExternalID)
		}
		if m.URL != "" {
			addresses[m.URL], names = true, append(names, m.URL)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	holes, args := storage.Holes(1, names)
	list, err := mentions(ctx, r.db, ` where m.reply_to in (`+holes+`) and m.reply_to <> '' and m.state <> 'withdrawn' order by m.published_at, m.id limit 200`, args...)
	return slices.DeleteFunc(list, func(m Mention) bool {
		known := seen[m.ID] || !ids[there{m.Source, m.ReplyTo}] && !addresses[m.ReplyTo]
		seen[m.ID] = true
		return known
	}), err
}

// LastMention gives the id of the mention that was stored last, 0 if there is
// none.
func (r *Radar) LastMention(ctx context.Context) (id int64, err error) {
	err = r.db.Row(ctx, `select coalesce(max(id), 0) from mention`).Scan(&id)
	return id, err
}

// MentionsByID gives the mentions with these ids, by id; unknown ids are left
// out. It asks nobody's leave: what it gives is for the desk.
func (r *Radar) MentionsByID(ctx context.Context, ids []int64) (map[int64]Mention, error) {
	byID := make(map[int64]Mention, len(ids))
	for part := range slices.Chunk(slices.Compact(slices.Sorted(slices.Values(ids))), 200) {
		holes, args := storage.Holes(1, part)
		list, err := mentions(ctx, r.db, ` where m.id in (`+holes+`)`, args...)
		if err != nil {
			return nil, fmt.Errorf("listen: mentions by id: %w", err)
		}
		for _, m := range list {
			byID[m.ID] = m
		}
	}
	return byID, nil
}

// Stored gives the mentions that a "mentions.stored" fact tells of, oldest
// first. Batches that were stored at the same time may each give a mention of
// the other: who follows must take each mention once.
func (r *Radar) Stored(ctx context.Context, q storage.Q, fact event.Event) ([]Mention, error) {
	if fact.Kind != MentionsStored {
		return nil, nil
	}
	return mentions(ctx, q, ` where m.source_id = $1 and m.id between $2 and $3 order by m.id`, fact.Subject.ID, fact.Other, fact.N)
}

// frontFor is how long a mention may stand on the front page.
const frontFor = 90 * 24 * time.Hour

// Heard gives the latest public mentions about us, for the front page: copies
// left out, each account at most twice.
func (r *Radar) Heard(ctx context.Context, limit int) ([]Mention, error) {
	list, err := mentions(ctx, r.db, ` where m.public = 1 and m.state = 'visible' and m.copy_of = 0
		and m.published_at >= $1
		and exists (select 1 from mention_query mq join query q on q.id = mq.query_id where mq.mention_id = m.id and q.purpose = 'us')
		order by m.published_at desc, m.id desc limit $2`, storage.Micros(r.now().Add(-frontFor)), 5*limit)
	if err != nil {
		return nil, fmt.Errorf("listen: heard: %w", err)
	}
	spoke := map[int64]int{}
	list = slices.DeleteFunc(list, func(m Mention) bool {
		spoke[m.Account]++
		return spoke[m.Account] > 2
	})
	return list[:min(len(list), limit)], nil
}
