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
	"tribune/listen/lookup"
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
	m.by = know.Account{Kind: kind, Address: address, Name: m.Author.Name}
	m.Nobody = isNobody(m.by)
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

// How many mentions one page of a list tries its query on at most; the next
// page goes on from there. lookedFirst is for the first page, which is to be
// there at once.
const (
	lookedFirst = 3_000
	lookedNext  = 20_000
)

// Before it is counted how many have the words, or a beginning of a word, the
// last so many are tried. If one in oftenIn is found, a page of them is soon met, and if one in
// oftenIn has the words, they are common: counting would take longer, above all where two common
// words are together.
const (
	lookedWords = 200
	lookedBegun = 1_000
	oftenIn     = 20
)

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
	looked := lookedNext
	if f.Cursor == "" {
		looked = lookedFirst
	}
	f.Limit = min(cmp.Or(max(f.Limit, 0), 50), 200)
	done := func(plan lookup.Plan, looked int) bool {
		var more []Mention
		more, f.Cursor, err = r.planned(ctx, f, q, plan, looked)
		list, f.Limit = append(list, more...), f.Limit-len(more)
		return err != nil || f.Cursor == "" || f.Limit == 0
	}
	latest, held := latestTried(q), 0
	if latest > 0 {
		if done(lookup.Plan{Way: lookup.WalkAll, Held: &held}, latest) ||
			oftenIn*len(list) >= latest && done(lookup.Plan{Way: lookup.WalkAll}, oftenIn*f.Limit) {
			return list, f.Cursor, err
		}
	}
	common := latest > 0 && oftenIn*held >= latest
	if common { // then it is trying that takes its time
		looked -= latest
	}
	plan, err := lookup.Choose(ctx, r.db, q, f.Query, f.Reach, common)
	if err != nil {
		return nil, "", err
	}
	if !done(plan, looked) && plan.Few {
		plan.Way = lookup.ByIDs
		done(plan, looked)
	}
	return list, f.Cursor, err
}

// latestTried is how many are tried before anything is counted.
func latestTried(q *query.Query) int {
	words, begun := lookup.Needs(q)
	switch {
	case begun:
		return lookedBegun
	case words:
		return lookedWords
	}
	return 0
}

// planned is Mentions by one plan, with a limit that is set.
func (r *Radar) planned(ctx context.Context, f Filter, q *query.Query, plan lookup.Plan, looked int) (list []Mention, next string, err error) {
	if f.Accounts != nil && len(f.Accounts) == 0 {
		return nil, "", nil
	}
	from, err := f.from()
	if err != nil {
		return nil, "", err
	}
	where, err := f.where(ctx, r.db, q, plan, plan.Way == lookup.ByIDs)
	if err != nil {
		return nil, "", err
	}
	if plan.Way == lookup.ByIDs {
		return r.lookedUp(ctx, q, where, from, f.Limit, looked)
	}
	if q != nil {
		return r.walked(ctx, q, where, from, f.Limit, looked, plan)
	}
	condition, args := where.before(from)
	list, err = mentions(ctx, r.db, ` where `+condition+` order by m.published_at desc, m.id desc limit $`+strconv.Itoa(len(args)+1), append(args, f.Limit+1)...)
	if err != nil {
		return nil, "", fmt.Errorf("listen: list mentions: %w", err)
	}
	if len(list) > f.Limit {
		list = list[:f.Limit]
		last := list[f.Limit-1]
		next = spot{storage.Micros(last.PublishedAt), last.ID}.String()
	}
	return list, next, nil
}

// lookedUp lists the mentions under a condition that few fulfil, and that a query
// finds, if there is one, of which it tries at most so many.
func (r *Radar) lookedUp(ctx context.Context, q *query.Query, where condition, from spot, limit, looked int) (list []Mention, next string, err error) {
	if q == nil {
		looked = limit
	}
	text, args := where.before(from)
	var found []int64
	for most := min(4*limit, looked); ; most = looked { // a page is mostly found among the first
		// no index has this order, so that none is chosen for it
		spots, err := storage.All(ctx, r.db, scanSpot, `select m.published_at, m.id from mention m where `+text+` order by m.published_at + 0 desc, m.id desc limit $`+strconv.Itoa(len(args)+1), append(args, most+1)...)
		if err != nil {
			return nil, "", fmt.Errorf("listen: look up mentions: %w", err)
		}
		tried := 0
		if found, tried, err = r.fits(ctx, q, spots[:min(len(spots), most)], limit); err != nil {
			return nil, "", fmt.Errorf("listen: look for %q: %w", q, err)
		}
		if len(found) == limit || len(spots) <= most || most == looked {
			if tried < len(spots) {
				next = spots[tried-1].String()
			}
			list, err = r.inOrder(ctx, found)
			return list, next, err
		}
	}
}

// fits gives the first of some mentions that a query finds, all if there is
// none, up to a limit, and how many it tried for that.
func (r *Radar) fits(ctx context.Context, q *query.Query, spots []spot, limit int) (found []int64, tried int, err error) {
	for part := range slices.Chunk(spots, 200) {
		fits := map[int64]bool{}
		if q != nil {
			if fits, err = r.found(ctx, q, part); err != nil {
				return nil, 0, err
			}
		}
		for _, s := range part {
			if len(found) == limit {
				return found, tried, nil
			}
			if tried++; q == nil || fits[s.id] {
				found = append(found, s.id)
			}
		}
	}
	return found, tried, nil
}

// found tells of which mentions a query finds them.
func (r *Radar) found(ctx context.Context, q *query.Query, spots []spot) (map[int64]bool, error) {
	ids := make([]int64, len(spots))
	for i, s := range spots {
		ids[i] = s.id
	}
	found := map[int64]bool{}
	columns, tables := askedFor(q)
	holes, args := storage.Holes(1, ids)
	err := storage.Each(ctx, r.db, func(row storage.Scanner) error {
		var id int64
		post, err := scanAsked(row, &id)
		if err == nil && q.Match(post.Tokenize()) {
			found[id] = true
		}
		return err
	}, `select m.id, `+columns+` from mention m`+tables+` where m.id in (`+holes+`)`, args...)
	return found, err
}

// inOrder gives mentions in the order of their ids as given.
func (r *Radar) inOrder(ctx context.Context, ids []int64) (list []Mention, err error) {
	byID, err := r.MentionsByID(ctx, ids)
	for _, id := range ids {
		if m, ok := byID[id]; ok {
			list = append(list, m)
		}
	}
	return list, err
}

// walked lists the mentions under a condition that a query finds, of which it
// tries at most so many. It walks all of them, the last first, and not further
// than a stretch that is read soon, unless an index goes from one that fulfils
// the condition to the next.
func (r *Radar) walked(ctx context.Context, q *query.Query, where condition, from spot, limit, looked int, plan lookup.Plan) (list []Mention, next string, err error) {
	end := where.since
	if !where.ordered {
		last, err := storage.All(ctx, r.db, scanSpot, `select published_at, id from mention where (published_at, id) < ($1, $2) and (published_at, id) >= ($3, $4)
			order by published_at desc, id desc limit 1 offset $5`, from.at, from.id, end.at, end.id, plan.Stretch(r.db, looked)-1)
		if err != nil {
			return nil, "", fmt.Errorf("listen: look for %q: %w", q, err)
		}
		for _, end = range last { // there is more
			next = end.String()
		}
	}
	var found []int64
	type tried struct {
		spot
		post *query.Post
	}
	columns, tables := askedFor(q)
	size := 4 * limit
	if plan.Way == lookup.Known { // nearly all of them fit
		size = limit
	}
	for seen := 0; ; size = min(2*size, 2*pageSize) {
		size = min(size, looked-seen) + 1 // one more: it tells that there is more
		text, args := where.walk(tables, from, end, plan.Stretch(r.db, looked))
		page, err := storage.All(ctx, r.db, func(row storage.Scanner) (t tried, err error) {
			t.post, err = scanAsked(row, &t.at, &t.id)
			return t, err
		}, `select m.published_at, m.id, `+columns+` from `+text+` limit $`+strconv.Itoa(len(args)+1), append(args, size)...)
		if err != nil {
			return nil, "", fmt.Errorf("listen: look for %q: %w", q, err)
		}
		for _, t := range page {
			if len(found) == limit || seen == looked {
				list, err = r.inOrder(ctx, found)
				return list, from.String(), err
			}
			from = t.spot
			doc := t.post.Tokenize()
			plan.Hold(q, doc)
			if seen++; q.Match(doc) {
				found = append(found, t.id)
			}
		}
		if len(page) < size {
			list, err = r.inOrder(ctx, found)
			return list, next, err
		}
	}
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
	where, err := f.where(ctx, r.db, q, lookup.Plan{Way: lookup.WalkAll}, true) // so few are read sooner than their words are looked up
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
	limit := FreshLooked
	if q == nil {
		limit = MostFresh
	}
	where.and(`m.id > $? and m.id <= $?`, max(after, last-FreshLooked), last)
	err = storage.Each(ctx, r.db, func(row storage.Scanner) error {
		var id int64
		post, err := scanAsked(row, &id)
		if err == nil && len(found) < MostFresh && (q == nil || q.Match(post.Tokenize())) {
			found = append(found, id)
		}
		return err
	}, `select m.id, `+askedColumns+` from mention m`+askedTables+` where `+where.text+` order by m.id limit $`+strconv.Itoa(len(where.args)+1), append(where.args, limit)...)
	if err != nil {
		return nil, after, false, fmt.Errorf("listen: what is fresh: %w", err)
	}
	return found, last, more, nil
}

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

// Stored gives the mentions that a "mentions.stored" or "mention.edited" fact
// tells of, oldest first. Batches that were stored at the same time may each give a mention of
// the other: who follows must take each mention once.
func (r *Radar) Stored(ctx context.Context, q storage.Q, fact event.Event) ([]Mention, error) {
	switch fact.Kind {
	case MentionsStored:
	case MentionEdited:
		return mentions(ctx, q, ` where m.id = $1`, fact.Subject.ID)
	default:
		return nil, nil
	}
	return mentions(ctx, q, ` where m.source_id + 0 = $1 and m.id between $2 and $3 order by m.id`, fact.Subject.ID, fact.Other, fact.N)
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
