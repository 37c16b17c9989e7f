// Package lookup finds the way in which mentions that a query finds are looked
// up: by their words in the full-text search, by their reach, or by walking all
// of them, the last first, as far as a page goes. What fields ask for that a
// column holds is asked of the database; the query itself is then tried on what
// is left, so that however mentions are looked up, the same are found.
//
// It stores nothing.
package lookup

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/query"
	"tribune/storage"
)

// Way is how mentions are looked up.
type Way uint8

// The ways.
const (
	ByIDs   Way = iota // those of some ids are read, and sorted
	Known              // all are walked, the last first; those that may be found are known by their ids
	WalkAll            // all are walked, the last first
)

// Plan is a way to look up mentions.
type Plan struct {
	Way Way
	Few bool // few enough are known for ByIDs, where walking did not find a page of them

	list bool // with Known: all ids are read before walking
	ids  ids  // but with WalkAll
}

// ids are those of mentions that may be found: by one of these.
type ids struct {
	words []string
	how   storage.Match
	query int64 // a standing query that matches them
	reach int64 // at least so many people
}

// Up to so many mentions are read and sorted (5 to 15 µs each), or their ids are
// known while all are walked.
const (
	soonByIDs = 2_000 // where walking costs least
	mostByIDs = 5_000
	mostKnown = 50_000
)

// Of the mentions that a page walks, columns and ids turn most away before the
// query is tried: it walks at most so many for each that it may try.
const (
	walkedForOne = 4  // 3 to 7 µs each
	knownForOne  = 10 // 1 µs each
)

// Choose chooses by how many mentions have the words that a query needs, match a
// standing query, or have the reach that is asked for. q may be nil, and the
// numbers 0.
func Choose(ctx context.Context, db storage.Q, q *query.Query, standing, reach int64) (Plan, error) {
	plan := Plan{Way: WalkAll}
	for _, by := range idsOf(q, standing, reach) {
		soon, most := mostByIDs, mostByIDs
		if len(by.words) > 0 && storage.WalksList(db) {
			soon, most = soonByIDs, mostKnown
		}
		condition, arg := by.in(db, 1)
		var n int
		if err := db.Row(ctx, `select count(*) from (`+strings.TrimSuffix(strings.TrimPrefix(condition, "in ("), ")")+` limit $2) as found`, arg, most+1).Scan(&n); err != nil {
			return plan, fmt.Errorf("lookup: %q: %w", q, err)
		}
		if n <= soon {
			return Plan{Way: ByIDs, ids: by}, nil
		}
		if len(by.words) > 0 && (n <= mostKnown || !storage.WalksList(db)) {
			plan = Plan{Way: Known, Few: n <= mostByIDs, list: storage.WalksList(db), ids: by}
		}
	}
	return plan, nil
}

// Stretch gives how many mentions a page walks at most that may try so many.
func (p Plan) Stretch(tried int) int {
	if p.Way == Known && p.list {
		return knownForOne * tried
	}
	return walkedForOne * tried
}

// By gives a plan to look mentions up in some way, whatever that costs; all are
// walked if nothing is known of them.
func By(way Way, q *query.Query) Plan {
	for _, by := range idsOf(q, 0, 0) {
		if way != Known || len(by.words) > 0 {
			return Plan{Way: way, ids: by}
		}
	}
	return Plan{Way: WalkAll}
}

func idsOf(q *query.Query, standing, reach int64) (all []ids) {
	if words, how := needs(q); len(words) > 0 {
		all = append(all, ids{words: words, how: how})
	}
	if standing > 0 {
		all = append(all, ids{query: standing})
	}
	if q != nil {
		for _, a := range q.Asks() {
			if a.Field == "reach" && strings.HasPrefix(a.Value, ">") {
				reach = max(reach, a.Number)
			}
		}
	}
	if reach > 0 {
		all = append(all, ids{reach: reach})
	}
	return all
}

// in gives a condition "in (select ...)" with one hole, and the argument for it.
func (i ids) in(db storage.Q, hole int) (condition string, arg any) {
	switch n := "$" + strconv.Itoa(hole); {
	case len(i.words) > 0:
		return storage.MatchText(db, "mention_search", hole, i.words, i.how)
	case i.query > 0:
		return `in (select mention_id from mention_query where query_id = ` + n + `)`, i.query
	default:
		return `in (select id from mention where reach <> 0 and reach >= ` + n + `)`, i.reach
	}
}

// Condition gives what the plan knows of mention m, with one hole, and the
// argument for it; empty if nothing.
func (p Plan) Condition(db storage.Q, hole int) (condition string, arg any) {
	switch p.Way {
	case ByIDs:
		condition, arg = p.ids.in(db, hole)
		return `m.id ` + condition, arg
	case Known:
		return storage.WalkText(db, "mention_search", "m.id", hole, p.ids.words, p.ids.how)
	}
	return "", nil
}

// Needs reports whether a query needs words, by which mentions can be looked up,
// and whether some of them are only beginnings: those cost much to count.
func Needs(q *query.Query) (words, begun bool) {
	if q == nil {
		return false, false
	}
	of, _ := needs(q)
	all, _ := q.Needs()
	return len(of) > 0, slices.ContainsFunc(all, func(n query.Need) bool { return n.Begins })
}

// needs gives words of which a text that q finds has all, or at least one, for
// the full-text search to begin with; none if it cannot help.
func needs(q *query.Query) ([]string, storage.Match) {
	if q == nil {
		return nil, 0
	}
	all, anyOf := q.Needs()
	words := make([]string, 0, len(all))
	for _, n := range all {
		switch {
		case len(n.Word) > storage.MaxWord:
		case n.Begins:
			words = append(words, storage.Begin(n.Word))
		default:
			words = append(words, n.Word)
		}
	}
	if !anyOf {
		return words[:min(len(words), mostNeeds)], storage.AllWords
	}
	if len(words) < len(all) || len(words) > mostNeeds {
		return nil, 0
	}
	return words, storage.AnyWord
}

// mostNeeds is how many words the full-text search is asked for at once.
const mostNeeds = 100
