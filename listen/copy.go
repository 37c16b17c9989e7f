package listen

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/storage"
)

// copyWithin is how far apart the same words by the same account may be and
// still be one utterance that was copied.
const copyWithin = 7 * 24 * time.Hour

// group is the mentions by one account in the same words.
type group struct{ account, hash int64 }

// twin is one mention of a group.
type twin struct {
	id, publishedAt int64
	identity        string
	place           string
	copyOf          int64

	group    group
	source   int64
	language string
}

// copies says for each twin of a group, by id, which other it is a copy of, 0
// if of none: of the earliest original that stands elsewhere and at most 7 days
// before it. The answer does not depend on the order in which they were heard.
func copies(twins []twin) map[int64]int64 {
	twins = slices.SortedFunc(slices.Values(twins), func(x, y twin) int {
		return cmp.Or(cmp.Compare(x.publishedAt, y.publishedAt), strings.Compare(x.identity, y.identity))
	})
	of := make(map[int64]int64, len(twins))
	var originals []twin
	for _, t := range twins {
		originals = slices.DeleteFunc(originals, func(o twin) bool { return t.publishedAt-o.publishedAt > copyWithin.Microseconds() })
		i := slices.IndexFunc(originals, func(o twin) bool { return o.place != t.place })
		if i >= 0 {
			of[t.id] = originals[i].id
			continue
		}
		of[t.id] = 0
		originals = append(originals, t)
	}
	return of
}

// settleCopies finds the copies in the batch's groups, and counts new mentions
// that are none. A mention that was counted and turns out to repeat an earlier
// one, heard later, is no longer counted, and the other way round.
func (b *batch) settleCopies(ctx context.Context) error {
	if len(b.groups) == 0 {
		return nil
	}
	grouped, err := b.twins(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(grouped, func(x, y []twin) int { return cmp.Compare(first(x), first(y)) })
	for _, g := range grouped {
		of := copies(g)
		for _, t := range g {
			now := of[t.id]
			if now != t.copyOf {
				if _, err := b.tx.Exec(ctx, `update mention set copy_of = $1 where id = $2`, now, t.id); err != nil {
					return err
				}
			}
			queries, fresh := b.fresh[t.id]
			was := !fresh && t.copyOf == 0
			if was == (now == 0) {
				continue
			}
			if !fresh {
				if queries, err = queriesOf(ctx, b.tx, t.id); err != nil {
					return err
				}
			}
			n := int64(1)
			if was {
				n = -1
			}
			b.count(t.source, t.language, t.publishedAt, queries, n)
		}
	}
	return nil
}

// twins reads the mentions of the batch's groups.
func (b *batch) twins(ctx context.Context) ([][]twin, error) {
	at := map[group]int{}
	var these []group
	for _, g := range b.groups {
		if _, ok := at[g]; !ok {
			at[g] = len(these)
			these = append(these, g)
		}
	}
	grouped := make([][]twin, len(these))
	var all []twin
	for part := range slices.Chunk(these, 128) {
		pairs, args := pairsOf(part)
		some, err := storage.All(ctx, b.tx, scanTwin, `select id, published_at, identity, url, source_id, language, copy_of, account_id, text_hash
			from mention where (account_id, text_hash) in (values `+pairs+`) order by id`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	for _, t := range all {
		if i, ok := at[t.group]; ok {
			grouped[i] = append(grouped[i], t)
		}
	}
	// A copy whose original was withdrawn stays one: the original stays counted.
	for i, g := range grouped {
		here := map[int64]bool{0: true}
		for _, t := range g {
			here[t.id] = true
		}
		grouped[i] = slices.DeleteFunc(g, func(t twin) bool { return !here[t.copyOf] })
	}
	return grouped, nil
}

// pairsOf writes groups as rows, padded with the last one as storage.Holes are.
// (Two lists of values would be looked up each with each.)
func pairsOf(groups []group) (pairs string, args []any) {
	size := 1
	for size < len(groups) {
		size *= 2
	}
	rows := make([]string, size)
	for i := range rows {
		g := groups[min(i, len(groups)-1)]
		args = append(args, g.account, g.hash)
		rows[i] = "(cast($" + strconv.Itoa(2*i+1) + " as bigint), cast($" + strconv.Itoa(2*i+2) + " as bigint))"
	}
	return strings.Join(rows, ", "), args
}

// first gives the lowest id of a group.
func first(g []twin) int64 {
	if len(g) == 0 {
		return 0
	}
	return g[0].id
}

func scanTwin(row storage.Scanner) (t twin, err error) {
	var address string
	err = row.Scan(&t.id, &t.publishedAt, &t.identity, &address, &t.source, &t.language, &t.copyOf, &t.group.account, &t.group.hash)
	t.place = place(address, t.source)
	return t, err
}

// queriesOf gives the standing queries that match a mention.
func queriesOf(ctx context.Context, q storage.Q, mention int64) ([]int64, error) {
	return storage.All(ctx, q, storage.Scalar[int64], `select query_id from mention_query where mention_id = $1 order by query_id`, mention)
}
