package listen

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tribune/internal/calendar"
	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/saved"
	"tribune/listen/segment"
	"tribune/storage"
)

// tryDays is how many days of mentions a query is tried on, before it is kept.
const tryDays = 90

// fillNow is how long adding a query waits for it to be run over what is
// there; what is left then, Rest ends.
const fillNow = 5 * time.Second

// pageSize is how many texts a search of what is there reads at once.
const pageSize = 500

// fill runs a query over all that rests and over all mentions, however old, in
// batches, and gives how many mentions it matches there. It may be interrupted
// at any time; begun again it goes on where it was.
func (r *Radar) fill(ctx context.Context, q Query) (found int, err error) {
	parsed, err := saved.Parse(ctx, r.db, q.Text)
	if err != nil {
		return 0, err
	}
	covers := func(source int64) bool { return len(q.Sources) == 0 || slices.Contains(q.Sources, source) }
	n, err := r.wake(ctx, 0, func(u *utterance) bool { return covers(u.source) && parsed.Match(u.doc) })
	if err == nil {
		found, err = r.refill(ctx, q, func(source int64, doc query.Doc) bool { return covers(source) && parsed.Match(doc) })
	}
	if errors.Is(err, errMoved) { // changed again: whoever did so runs it
		return n, nil
	}
	if err != nil {
		return max(n, found), fmt.Errorf("listen: run query %d over what is there: %w", q.ID, err)
	}
	if found+n >= storage.AnalyzeFrom {
		if err := r.db.Analyze(ctx); err != nil {
			return found, fmt.Errorf("listen: run query %d over what is there: %w", q.ID, err)
		}
	}
	return found, r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update query set filled = 1, filled_to = 0 where id = $1 and changed_at = $2`, q.ID, storage.Micros(q.ChangedAt))
		return err
	})
}

// wake sends resting items that are wanted down the main road again, where
// they become mentions, and gives how many did.
func (r *Radar) wake(ctx context.Context, source int64, wanted func(u *utterance) bool) (n int, err error) {
	sources, err := r.sourcesByID(ctx)
	if err != nil {
		return 0, err
	}
	ids, err := r.segmentsAfter(ctx, source, 0)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		s, err := readSegment(ctx, r.db, id)
		if err != nil {
			return n, err
		}
		var said []utterance
		for i := range s.Posts {
			if u := risen(s.Posts[i], placeOf(sources, s.Source)); wanted(&u) {
				said = append(said, u)
			}
		}
		woken, err := r.rise(ctx, id, said)
		if n += woken; err != nil {
			return n, err
		}
	}
	return n, nil
}

// rise makes mentions of what rested in a segment, and cuts it out there.
func (r *Radar) rise(ctx context.Context, id int64, said []utterance) (n int, err error) {
	rose := map[string]bool{}
	for part := range slices.Chunk(said, batchSize) {
		done, err := r.take(ctx, load{said: part})
		if err != nil {
			return n, err
		}
		for i, d := range done {
			if d.id != 0 {
				rose[part[i].identity] = true
			}
			if d.id != 0 && !d.known {
				n++
			}
		}
	}
	if len(rose) == 0 {
		return n, nil
	}
	return n, r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := cutOut(ctx, tx, id, func(s *segment.Segment, i int) bool { return rose[s.Posts[i].Identity] })
		return err
	})
}

// placeOf gives a source, or what is left of one that was removed.
func placeOf(sources map[int64]Source, id int64) Source {
	if s, ok := sources[id]; ok {
		return s
	}
	return Source{ID: id}
}

// listed is a mention as a search of what is there sees it.
type listed struct {
	id    int64
	facet facet
	post  *query.Post
	asks  Ask
	has   bool // the query is noted as matching
}

// readListed reads mentions as a query is asked about them. where begins at $2.
func readListed(ctx context.Context, db storage.Q, id int64, where string, args ...any) ([]listed, error) {
	return storage.All(ctx, db, func(row storage.Scanner) (l listed, err error) {
		var has int
		l.post, err = scanAsked(row, &l.id, &l.facet.source, &l.facet.publishedAt, &l.facet.mood, &l.asks, &has)
		l.facet.language, l.facet.country, l.has = l.post.Language, l.post.Country, has == 1
		return l, err
	}, `select m.id, m.source_id, m.published_at, m.mood, m.asks, case when mq.query_id is null then 0 else 1 end, `+askedColumns+`
		from mention m left join mention_query mq on mq.query_id = $1 and mq.mention_id = m.id`+askedTables+` where `+where, append([]any{id}, args...)...)
}

// refill notes for each mention whether the query matches it.
func (r *Radar) refill(ctx context.Context, q Query, matches func(source int64, doc query.Doc) bool) (found int, err error) {
	last := q.filledTo
	for {
		page, err := readListed(ctx, r.db, q.ID, `m.id > $2 and m.state <> 'withdrawn' order by m.id limit $3`, last, pageSize)
		if err != nil || len(page) == 0 {
			return found, err
		}
		last = page[len(page)-1].id
		var changed []int64
		for _, l := range page {
			hit := matches(l.facet.source, l.post.Tokenize())
			if hit {
				found++
			}
			if hit != l.has {
				changed = append(changed, l.id)
			}
		}
		for part := range slices.Chunk(changed, batchSize) {
			if err := r.rematch(ctx, q, part, matches); err != nil {
				return found, err
			}
		}
		if err := r.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update query set filled_to = $1 where id = $2 and changed_at = $3`, last, q.ID, storage.Micros(q.ChangedAt))
			return err
		}); err != nil {
			return found, err
		}
	}
}

// Progress gives how much of what was there a query has looked at since it was
// changed last, in hundredths.
func (r *Radar) Progress(ctx context.Context, a know.Actor, q Query) (int64, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil || q.Filled {
		return 100, err
	}
	var last int64
	if err := r.db.Row(ctx, `select coalesce(max(id), 0) from mention`).Scan(&last); err != nil {
		return 0, fmt.Errorf("listen: progress of query %d: %w", q.ID, err)
	}
	return min(99, 100*q.filledTo/max(last, 1)), nil
}

// rematch turns round whether the query matches these mentions, where it does so
// still: one may have been edited since it was read. Meanwhile none is.
func (r *Radar) rematch(ctx context.Context, q Query, ids []int64, matches func(source int64, doc query.Doc) bool) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		if err := lockQueries(ctx, tx, true); err != nil {
			return err
		}
		var same int
		if err := tx.Row(ctx, `select count(*) from query where id = $1 and changed_at = $2`, q.ID, storage.Micros(q.ChangedAt)).Scan(&same); err != nil {
			return err
		}
		if same == 0 {
			return errMoved
		}
		holes, args := storage.Holes(2, ids)
		page, err := readListed(ctx, tx, q.ID, `m.state <> 'withdrawn' and m.id in (`+holes+`)`, args...)
		if err != nil {
			return err
		}
		page = slices.DeleteFunc(page, func(l listed) bool { return matches(l.facet.source, l.post.Tokenize()) == l.has })
		b := newBatch(r, tx)
		if err := b.turn(ctx, q.ID, page, false); err != nil {
			return err
		}
		if err := b.turn(ctx, q.ID, page, true); err != nil {
			return err
		}
		for _, l := range page {
			if l.has || q.Purpose != Us || l.asks != NoAsk {
				continue
			}
			if ask := askOf(l.post.Text); ask != NoAsk {
				if _, err := tx.Exec(ctx, `update mention set asks = $1 where id = $2`, string(ask), l.id); err != nil {
					return err
				}
			}
		}
		return b.finish(ctx)
	})
}

// turn notes that the query matches those of a page that it was not noted for,
// or that it no longer does, and counts them unless they are copies.
func (b *batch) turn(ctx context.Context, query int64, page []listed, had bool) error {
	by := map[int64]listed{}
	for _, l := range page {
		if l.has == had {
			by[l.id] = l
		}
	}
	if len(by) == 0 {
		return nil
	}
	holes, args := storage.Holes(2, slices.Sorted(maps.Keys(by)))
	statement, n := `insert into mention_query (query_id, mention_id) select cast($1 as bigint), id from mention where id in (`+holes+`)
		on conflict (query_id, mention_id) do nothing returning mention_id`, int64(1)
	if had {
		statement, n = `delete from mention_query where query_id = $1 and mention_id in (`+holes+`) returning mention_id`, -1
	}
	did, err := storage.All(ctx, b.tx, storage.Scalar[int64], statement, append([]any{query}, args...)...)
	if err != nil || len(did) == 0 {
		return err
	}
	holes, args = storage.Holes(1, did)
	counted, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select id from mention where copy_of = 0 and id in (`+holes+`)`, args...)
	for _, id := range counted {
		l := by[id]
		b.countQueries(l.facet, []int64{query}, n)
	}
	return err
}

// Try says what a query would find, without keeping it. sources limits it to
// some; none means all.
func (r *Radar) Try(ctx context.Context, a know.Actor, text string, sources []int64) (Trial, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Trial{}, err
	}
	q, err := saved.Parse(ctx, r.db, text)
	if err != nil {
		return Trial{}, onField(err, "text")
	}
	site, err := r.people.Site(ctx)
	if err != nil {
		return Trial{}, fmt.Errorf("listen: try %q: %w", text, err)
	}
	t := newTrier(q, r.now().In(site.Location()))
	covers := func(source int64) bool { return len(sources) == 0 || slices.Contains(sources, source) }
	if err := r.tryMentions(ctx, covers, t); err != nil {
		return t.Trial, fmt.Errorf("listen: try %q: %w", text, err)
	}
	if err := r.tryItems(ctx, covers, t); err != nil {
		return t.Trial, fmt.Errorf("listen: try %q: %w", text, err)
	}
	slices.SortStableFunc(t.Sample, func(x, y Mention) int { return y.PublishedAt.Compare(x.PublishedAt) })
	t.Sample = t.Sample[:min(len(t.Sample), sampleSize)]
	return t.Trial, nil
}

// trier tries a query, and the same without each of its terms.
type trier struct {
	Trial
	q       *query.Query
	without []*query.Query // nil where no query is left
	begins  []int64        // when the days begin, in microseconds, and the one after them
}

// mostTried is how many terms of a query are tried one by one.
const mostTried = 20

func newTrier(q *query.Query, now time.Time) *trier {
	t := &trier{q: q}
	t.Today, t.Days, t.Warnings = calendar.Day(now), make([]int, tryDays), q.Warnings()
	for ago := tryDays - 1; ago >= -1; ago-- {
		t.begins = append(t.begins, storage.Micros(calendar.After(now, -ago)))
	}
	terms := q.Terms()
	t.More = max(0, len(terms)-mostTried)
	for i, term := range terms[:len(terms)-t.More] {
		rest, ok := q.Without(i)
		t.Terms, t.without = append(t.Terms, TermTrial{Term: term, Needed: !ok}), append(t.without, rest)
	}
	return t
}

// try gives whether the query finds a post, and whether it does without each of
// its terms; any says that one of them does.
func (t *trier) try(doc query.Doc) (hit bool, without []bool, any bool) {
	hit, without = t.q.Match(doc), make([]bool, len(t.without))
	any = hit
	for i, q := range t.without {
		without[i] = q != nil && q.Match(doc)
		any = any || without[i]
	}
	return hit, without, any
}

// spans reports whether something was published on one of the days.
func (t *trier) spans(publishedAt int64) bool {
	return publishedAt >= t.begins[0] && publishedAt < t.begins[tryDays]
}

// count counts a post that was tried, of one of the days.
func (t *trier) count(publishedAt int64, hit bool, without []bool) {
	for i, other := range without {
		switch x := &t.Terms[i]; {
		case x.Needed:
		case hit && !other:
			x.Adds++
		case other && !hit:
			x.Costs++
		}
	}
	if !hit {
		return
	}
	t.Hits++
	day, exact := slices.BinarySearch(t.begins, publishedAt)
	if !exact {
		day--
	}
	t.Days[day]++
}

// sampleSize is how many of its finds a trial shows.
const sampleSize = 10

func (r *Radar) tryMentions(ctx context.Context, covers func(int64) bool, t *trier) error {
	var ids []int64
	at, last := t.begins[tryDays], int64(0)
	for {
		page, err := storage.All(ctx, r.db, func(row storage.Scanner) (l listed, err error) {
			l.post, err = scanAsked(row, &l.id, &l.facet.source, &l.facet.publishedAt)
			return l, err
		}, `select m.id, m.source_id, m.published_at, `+askedColumns+` from mention m`+askedTables+`
			where (m.published_at, m.id) < ($1, $2) and m.published_at >= $3 and m.state = 'visible' order by m.published_at desc, m.id desc limit $4`,
			at, last, t.begins[0], pageSize)
		if err != nil {
			return err
		}
		for _, l := range page {
			at, last = l.facet.publishedAt, l.id
			if !covers(l.facet.source) {
				continue
			}
			t.Of++
			hit, without, _ := t.try(l.post.Tokenize())
			if t.count(at, hit, without); hit && len(ids) < sampleSize {
				ids = append(ids, l.id)
			}
		}
		if len(page) < pageSize {
			break
		}
	}
	found, err := r.MentionsByID(ctx, ids)
	for _, id := range ids {
		t.Sample = append(t.Sample, found[id])
	}
	return err
}

func (r *Radar) tryItems(ctx context.Context, covers func(int64) bool, t *trier) error {
	sources, err := r.sourcesByID(ctx)
	if err != nil {
		return err
	}
	ids, err := r.segmentsAfter(ctx, 0, 0)
	if err != nil {
		return err
	}
	var finds []Mention
	for _, id := range ids {
		s, err := readSegment(ctx, r.db, id)
		if err != nil {
			return err
		}
		if !covers(s.Source) {
			continue
		}
		type tried struct {
			hit     bool
			without []bool
		}
		var hits []utterance
		var how []tried
		for i := range s.Posts {
			if !t.spans(s.Posts[i].PublishedAt) {
				continue
			}
			u := risen(s.Posts[i], placeOf(sources, s.Source))
			t.Of++
			if hit, without, any := t.try(u.doc); any {
				hits, how = append(hits, u), append(how, tried{hit, without})
			}
		}
		known, err := knownMentions(ctx, r.db, hits) // by another road, since
		if err != nil {
			return err
		}
		for i, u := range hits {
			if known[u.identity] != 0 {
				t.Of--
				continue
			}
			if t.count(storage.Micros(u.publishedAt), how[i].hit, how[i].without); !how[i].hit {
				continue
			}
			finds = append(finds, Mention{Source: u.source, SourceName: sources[u.source].Name, Kind: u.kind, URL: u.url, Public: u.public,
				Author: Author{Name: u.account.Name, URL: u.author.URL}, Text: u.text, Language: u.language, PublishedAt: u.publishedAt, State: know.Visible, by: u.account})
		}
		if len(finds) > 2*pageSize {
			finds = newest(finds)
		}
	}
	t.Sample = append(t.Sample, newest(finds)...)
	return nil
}

// newest gives the last published few, in memory of their own.
func newest(list []Mention) []Mention {
	slices.SortStableFunc(list, func(x, y Mention) int { return y.PublishedAt.Compare(x.PublishedAt) })
	return slices.Clone(list[:min(len(list), sampleSize)])
}

// onField names the field a fault is about.
func onField(err error, field string) error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.On(field)
	}
	return err
}
