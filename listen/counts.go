package listen

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"tribune/know"
	"tribune/listen/daily"
	"tribune/storage"
)

// What is counted: mentions that are no copies, by standing query and facet,
// in slots of five minutes for 14 days and of an hour before that. Query 0 is
// all mentions.
const (
	slotFine   = 5 * 60  // seconds
	slotCoarse = 60 * 60 // seconds
	fineFor    = 14 * 24 * time.Hour
)

// FoldedTally is the name of the number in the table tally that says up to
// when, in Unix seconds, slots are folded into hours.
const FoldedTally = "listen.folded-until"

// facet is what a mention is counted by besides its queries.
type facet struct {
	source                  int64
	language, country, mood string
	publishedAt             int64 // Unix microseconds
}

// counted is one row of mention_count, but for its number. at is the second
// of publication until writeCounts puts it into its slot.
type counted struct {
	query int64
	facet facet
}

// count adds n to the counts of a mention: those of its queries, and those of
// query 0.
func (b *batch) count(f facet, queries []int64, n int64) {
	f.publishedAt -= f.publishedAt % (slotFine * int64(time.Second/time.Microsecond))
	b.counts[counted{0, f}] += n
	b.countQueries(f, queries, n)
}

// countQueries is count without query 0.
func (b *batch) countQueries(f facet, queries []int64, n int64) {
	f.publishedAt -= f.publishedAt % (slotFine * int64(time.Second/time.Microsecond))
	for _, q := range queries {
		b.counts[counted{q, f}] += n
	}
}

// slot gives the slot of something published, as Unix seconds.
func slot(publishedAt, folded int64) int64 {
	at := publishedAt / time.Second.Microseconds()
	if at < folded {
		return at - at%slotCoarse
	}
	return at - at%slotFine
}

// writeCounts writes what changed, in one order for all writers.
func (b *batch) writeCounts(ctx context.Context) error {
	if len(b.counts) == 0 {
		return nil
	}
	folded, err := foldedUntil(ctx, b.tx)
	if err != nil {
		return err
	}
	slots, queries := map[counted]int64{}, map[int64]int64{}
	for k, n := range b.counts {
		k.facet.publishedAt = slot(k.facet.publishedAt, folded)
		slots[k] += n
		queries[k.query] += n
	}
	var rows [][]any
	var changes []daily.Change
	for _, k := range slices.SortedFunc(maps.Keys(slots), compareCounted) {
		if n := slots[k]; n != 0 {
			f := k.facet
			rows = append(rows, []any{k.query, f.publishedAt, f.source, f.language, f.country, f.mood, n})
			changes = append(changes, daily.Change{Query: k.query, At: f.publishedAt, Facet: daily.Facet{Source: f.source, Language: f.language, Country: f.country, Mood: f.mood}, N: n})
		}
	}
	if _, err := b.tx.InsertMany(ctx, `mention_count (query_id, at, source_id, language, country, mood, n)`, rows,
		`on conflict (query_id, at, source_id, language, country, mood) do update set n = mention_count.n + excluded.n`, nil); err != nil {
		return err
	}
	if err := daily.Add(ctx, b.tx, changes); err != nil {
		return err
	}
	rows = rows[:0]
	for _, q := range slices.Sorted(maps.Keys(queries)) {
		if n := queries[q]; n != 0 && q != 0 {
			rows = append(rows, []any{q, n})
		}
	}
	_, err = b.tx.InsertMany(ctx, `query_total (query_id, n)`, rows, `on conflict (query_id) do update set n = query_total.n + excluded.n`, nil)
	return err
}

func compareCounted(x, y counted) int {
	f, g := x.facet, y.facet
	return cmp.Or(cmp.Compare(x.query, y.query), cmp.Compare(f.publishedAt, g.publishedAt), cmp.Compare(f.source, g.source),
		cmp.Compare(f.language, g.language), cmp.Compare(f.country, g.country), cmp.Compare(f.mood, g.mood))
}

// uncount takes a mention out of the counts, for its author took it back: what
// repeats it elsewhere counts in its place. settle is to be called when the
// mention is empty. Who leaves, or is forgotten after a time, stays counted.
func (r *Radar) uncount(ctx context.Context, tx *storage.Tx, id int64) (settle func() error, err error) {
	if err := lockQueries(ctx, tx, false); err != nil {
		return nil, err
	}
	b := newBatch(r, tx)
	t, err := scanTwin(tx.Row(ctx, selectTwin+` where m.id = $1`, id))
	if err != nil {
		return nil, err
	}
	queries, err := queriesOf(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	if t.copyOf == 0 {
		b.count(t.facet, queries, -1)
	}
	again, err := storage.All(ctx, tx, scanTwin, selectTwin+` where m.copy_of = $1 and m.copy_of <> 0 order by m.id`, id)
	if err != nil {
		return nil, err
	}
	for _, c := range again {
		if b.fresh[c.id], err = queriesOf(ctx, tx, c.id); err != nil {
			return nil, err
		}
		b.groups = append(b.groups, c.group)
	}
	if _, err := tx.Exec(ctx, `update mention set copy_of = 0 where copy_of = $1 and copy_of <> 0`, id); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `update mention set counted = 0 where id = $1`, id)
	return func() error {
		if err := b.settleCopies(ctx); err != nil {
			return err
		}
		return b.writeCounts(ctx)
	}, err
}

// foldedUntil gives up to when, in Unix seconds, slots are hours.
func foldedUntil(ctx context.Context, q storage.Q) (until int64, err error) {
	err = q.Row(ctx, `select coalesce(max(n), 0) from tally where name = $1`, FoldedTally).Scan(&until)
	return until, err
}

// fold makes hours of the slots that are older than 14 days, an hour in a
// transaction, and then sums the days that ended.
func (r *Radar) fold(ctx context.Context) error {
	end := r.now().Add(-fineFor).Unix()
	end -= end % slotCoarse
	for more := true; more; {
		err := r.db.Update(ctx, func(tx *storage.Tx) (err error) {
			more, err = foldNext(ctx, tx, end)
			return err
		})
		if err != nil {
			return fmt.Errorf("listen: fold counts: %w", err)
		}
	}
	if err := r.sumDays(ctx); err != nil {
		return fmt.Errorf("listen: sum days: %w", err)
	}
	return nil
}

// foldNext folds up to the end of the next hour with slots in it, at most to
// end, and reports whether there is more to do.
func foldNext(ctx context.Context, tx *storage.Tx, end int64) (more bool, err error) {
	// Who counts reads the number in its own transaction: on PostgreSQL the lock
	// keeps it from being old by the time the counts are written.
	if err := lockQueries(ctx, tx, true); err != nil {
		return false, err
	}
	from, err := foldedUntil(ctx, tx)
	if err != nil || from >= end {
		return false, err
	}
	var next int64
	if err := tx.Row(ctx, `select coalesce(min(at), $2) from mention_count where query_id = 0 and at >= $1 and at < $2`, from, end).Scan(&next); err != nil {
		return false, err
	}
	until := min(next-next%slotCoarse+slotCoarse, end)
	type row struct {
		counted
		n int64
	}
	fine, err := storage.All(ctx, tx, func(s storage.Scanner) (r row, err error) {
		f := &r.facet
		return r, s.Scan(&r.query, &f.publishedAt, &f.source, &f.language, &f.country, &f.mood, &r.n)
	}, `delete from mention_count where query_id in (select query_id from query_total union select 0) and at >= $1 and at < $2
		returning query_id, at, source_id, language, country, mood, n`, from, until)
	if err != nil {
		return false, err
	}
	hours := map[counted]int64{}
	for _, r := range fine {
		r.facet.publishedAt -= r.facet.publishedAt % slotCoarse
		hours[r.counted] += r.n
	}
	var rows [][]any
	for _, k := range slices.SortedFunc(maps.Keys(hours), compareCounted) {
		if n := hours[k]; n != 0 {
			rows = append(rows, []any{k.query, k.facet.publishedAt, k.facet.source, k.facet.language, k.facet.country, k.facet.mood, n})
		}
	}
	if _, err := tx.InsertMany(ctx, `mention_count (query_id, at, source_id, language, country, mood, n)`, rows, ``, nil); err != nil {
		return false, err
	}
	_, err = tx.Exec(ctx, `insert into tally (name, n) values ($1, $2) on conflict (name) do update set n = excluded.n`, FoldedTally, until)
	return until < end, err
}

// sumDays sums the days that ended, in the site's zone, a day in a transaction.
func (r *Radar) sumDays(ctx context.Context) error {
	site, err := r.people.Site(ctx)
	for more := true; more && err == nil; {
		err = r.db.Update(ctx, func(tx *storage.Tx) error {
			if err := lockQueries(ctx, tx, true); err != nil {
				return err
			}
			folded, err := foldedUntil(ctx, tx)
			if err == nil {
				more, err = daily.Sum(ctx, tx, r.now().In(site.Location()), folded)
			}
			return err
		})
	}
	return err
}

// Volume gives the mentions by hour of publication since then, oldest first,
// copies left out: those a query matches, or with query 0 all of them. Hours
// without any are left out.
func (r *Radar) Volume(ctx context.Context, a know.Actor, query int64, since time.Time) ([]HourCount, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	from := since.Unix()
	return storage.All(ctx, r.db, func(row storage.Scanner) (h HourCount, err error) {
		var hour int64
		err = row.Scan(&hour, &h.N)
		h.At = time.Unix(hour*slotCoarse, 0).UTC()
		return h, err
	}, `select at / 3600, cast(sum(n) as bigint) from mention_count where query_id = $1 and at >= $2 group by at / 3600 having sum(n) > 0 order by 1`,
		query, from-from%slotCoarse)
}
