package listen

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/know"
	"tribune/storage"
)

// copyWithin is how far apart the same words by the same account may be and
// still be one utterance that was copied.
const copyWithin = 7 * 24 * time.Hour

// group is the mentions by one account in the same words.
type group struct{ account, hash int64 }

func (g group) pair() pair { return pair{g.account, g.hash} }

// twin is one mention of a group.
type twin struct {
	id, publishedAt int64
	identity        string
	place           string
	copyOf          int64

	group  group
	name   string // a bare name at its source, "" if the account is known by more
	nobody bool   // it has no author, so that the same words elsewhere are another's
	facet  facet
}

// elsewhere reports whether one mention stands elsewhere than another, or came
// by another road: one source does not deliver an utterance twice.
func (t twin) elsewhere(o twin) bool { return t.place != o.place || t.facet.source != o.facet.source }

// author is whose twins may be copies of each other. A bare name at two
// sources is two accounts: they are one author as far as copies reads.
func (t twin) author() string {
	if t.name != "" {
		return "name " + t.name
	}
	return strconv.FormatInt(t.group.account, 10)
}

// copies says for each twin of an author in the same words, by id, which other
// it is a copy of, 0 if of none: of the account's earliest original that stands
// elsewhere and at most 7 days before it; else of what a bare name said at the
// very same time at another source, as when a file is imported under two names.
// The answer does not depend on the order in which they were heard.
func copies(twins []twin) map[int64]int64 {
	twins = slices.SortedFunc(slices.Values(twins), func(x, y twin) int {
		return cmp.Or(cmp.Compare(x.publishedAt, y.publishedAt), strings.Compare(x.place, y.place), strings.Compare(x.identity, y.identity))
	})
	of := make(map[int64]int64, len(twins))
	var heads []twin // that repeat nothing of their own account
	for _, t := range twins {
		heads = slices.DeleteFunc(heads, func(o twin) bool { return t.publishedAt-o.publishedAt > copyWithin.Microseconds() })
		if i := slices.IndexFunc(heads, func(o twin) bool { return o.group == t.group && !t.nobody && o.elsewhere(t) }); i >= 0 {
			of[t.id] = cmp.Or(of[heads[i].id], heads[i].id)
			continue
		}
		of[t.id] = 0
		if i := slices.IndexFunc(heads, func(o twin) bool { return o.publishedAt == t.publishedAt }); i >= 0 && heads[i].group != t.group {
			of[t.id] = heads[i].id
		}
		heads = append(heads, t)
	}
	return of
}

// maxCopies is how many copies of a mention are listed.
const maxCopies = 100

// Copies lists the copies of a mention, the first published first, at most 100.
func (r *Radar) Copies(ctx context.Context, a know.Actor, mention int64) ([]Mention, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return mentions(ctx, r.db, ` where m.copy_of = $1 and m.copy_of <> 0 and m.state <> 'withdrawn' order by m.published_at, m.id limit $2`, mention, maxCopies)
}

// settleCopies finds the copies in the batch's groups, and counts new mentions
// that are none. A mention that was counted and turns out to repeat an earlier
// one, heard later, is no longer counted, and the other way round.
func (b *batch) settleCopies(ctx context.Context) error {
	if err := b.countAlone(ctx); err != nil {
		return err
	}
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
			b.count(t.facet, queries, n)
		}
	}
	return nil
}

// countAlone counts the new mentions that nothing repeats, which most are:
// nothing has to be read of them. The others it adds to the groups in which
// copies may be.
func (b *batch) countAlone(ctx context.Context) error {
	groups, said := make([]pair, len(b.news)), []pair{}
	for i, t := range b.news {
		if groups[i] = t.group.pair(); t.name != "" {
			said = append(said, pair{t.group.hash, t.publishedAt})
		}
	}
	crowded, err := b.several(ctx, "account_id, text_hash", groups)
	if err != nil {
		return err
	}
	together, err := b.several(ctx, "text_hash, published_at", said)
	if err != nil {
		return err
	}
	for _, t := range b.news {
		if crowded[t.group.pair()] && !t.nobody || t.name != "" && together[pair{t.group.hash, t.publishedAt}] {
			b.groups = append(b.groups, t.group)
		} else {
			b.count(t.facet, b.fresh[t.id], 1)
		}
	}
	b.news = nil
	return nil
}

// several gives those pairs that more than one mention has in two columns.
func (b *batch) several(ctx context.Context, columns string, pairs []pair) (map[pair]bool, error) {
	found := map[pair]bool{}
	for part := range slices.Chunk(pairs, 128) {
		rows, args := rowsOf(part)
		err := storage.Each(ctx, b.tx, func(row storage.Scanner) error {
			var p pair
			err := row.Scan(&p[0], &p[1])
			found[p] = true
			return err
		}, `select `+columns+` from mention where (`+columns+`) in (values `+rows+`) group by `+columns+` having count(*) > 1`, args...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// twins reads the mentions of the batch's groups and of those that bear on
// them, by author and words.
func (b *batch) twins(ctx context.Context) ([][]twin, error) {
	read := map[group]bool{}
	var all []twin
	for next := b.groups; len(next) > 0; {
		var these []group
		for _, g := range next {
			if !read[g] {
				read[g] = true
				these = append(these, g)
			}
		}
		some, err := b.twinsOf(ctx, these)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if next, err = b.namesakes(ctx, some); err != nil {
			return nil, err
		}
	}
	type together struct {
		author string
		hash   int64
	}
	at := map[together]int{}
	var grouped [][]twin
	for _, t := range all {
		k := together{t.author(), t.group.hash}
		i, ok := at[k]
		if !ok {
			i = len(grouped)
			at[k], grouped = i, append(grouped, nil)
		}
		grouped[i] = append(grouped[i], t)
	}
	// A copy whose original was withdrawn stays one: the original stays counted.
	for i, g := range grouped {
		slices.SortFunc(g, func(x, y twin) int { return cmp.Compare(x.id, y.id) })
		here := map[int64]bool{0: true}
		for _, t := range g {
			here[t.id] = true
		}
		grouped[i] = slices.DeleteFunc(g, func(t twin) bool { return !here[t.copyOf] })
	}
	return grouped, nil
}

// twinsOf reads the mentions of groups.
func (b *batch) twinsOf(ctx context.Context, groups []group) (all []twin, err error) {
	pairs := make([]pair, len(groups))
	for i, g := range groups {
		pairs[i] = g.pair()
	}
	for part := range slices.Chunk(pairs, 128) {
		rows, args := rowsOf(part)
		some, err := storage.All(ctx, b.tx, scanTwin, selectTwin+` where (m.account_id, m.text_hash) in (values `+rows+`)`, args...)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// namesakes gives the groups of accounts that are known by the same bare name
// as a twin's, at another source, and said the same at the very same time.
func (b *batch) namesakes(ctx context.Context, twins []twin) (found []group, err error) {
	type words struct {
		name string
		hash int64
	}
	said := map[words]bool{}
	var when []pair // the words' hash, and the time
	for _, t := range twins {
		if t.name != "" {
			said[words{t.name, t.group.hash}] = true
			when = append(when, pair{t.group.hash, t.publishedAt})
		}
	}
	for part := range slices.Chunk(when, 128) {
		rows, args := rowsOf(part)
		some, err := storage.All(ctx, b.tx, scanTwin, selectTwin+` where (m.text_hash, m.published_at) in (values `+rows+`)`, args...)
		if err != nil {
			return nil, err
		}
		for _, t := range some {
			if said[words{t.name, t.group.hash}] {
				found = append(found, t.group)
			}
		}
	}
	return found, nil
}

// pair is two columns by which rows are looked up.
type pair [2]int64

// rowsOf writes pairs as rows, padded with the last one as storage.Holes are.
// (Two lists of values would be looked up each with each.)
func rowsOf(pairs []pair) (text string, args []any) {
	size := 1
	for size < len(pairs) {
		size *= 2
	}
	rows := make([]string, size)
	for i := range rows {
		p := pairs[min(i, len(pairs)-1)]
		args = append(args, p[0], p[1])
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

const selectTwin = `select m.id, m.published_at, m.identity, m.url, m.source_id, m.language, m.country, m.mood, m.copy_of, m.account_id, m.text_hash, a.kind, a.address
	from mention m join account a on a.id = m.account_id`

func scanTwin(row storage.Scanner) (t twin, err error) {
	var address string
	var by know.Account
	err = row.Scan(&t.id, &t.publishedAt, &t.identity, &address, &t.facet.source, &t.facet.language, &t.facet.country, &t.facet.mood, &t.copyOf, &t.group.account, &t.group.hash, &by.Kind, &by.Address)
	t.facet.publishedAt = t.publishedAt
	t.place, t.name, t.nobody = place(address, t.facet.source), bareName(by), isNobody(by)
	return t, err
}

// queriesOf gives the standing queries that match a mention.
func queriesOf(ctx context.Context, q storage.Q, mention int64) ([]int64, error) {
	return storage.All(ctx, q, storage.Scalar[int64], `select query_id from mention_query where mention_id = $1 order by query_id`, mention)
}
