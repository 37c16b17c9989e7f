package query

import (
	"hash/maphash"
	"slices"
	"sync"
	"sync/atomic"
)

// Set holds standing queries by their ids and finds all that match a post.
// The cost of matching grows with the queries that share a rare word with the
// post, hardly with their number. Any number of goroutines may use a Set. A
// change takes microseconds and holds up nobody: a post that is being matched is
// matched against the queries as they were when that began. Make one with NewSet.
type Set struct {
	now  atomic.Pointer[version]
	pool sync.Pool // of *Matcher

	mu           sync.Mutex // held by who changes the set, with all below
	edits        uint64
	slots        map[int64]int32 // of query ids in entries
	freeFeatures []wid
	freeSlots    []int32
}

// NewSet makes an empty set.
func NewSet() *Set {
	s := &Set{slots: map[int64]int32{}}
	v := &version{seed: maphash.MakeSeed(), table: newTable[slot](64, 0), grams: newTable[gramSlot](64, 0)}
	v.features.add(0) // number 0 is for what no query holds
	s.now.Store(v)
	return s
}

// Len gives the number of queries in the set.
func (s *Set) Len() int { return s.now.Load().count }

// Put adds q under id, in place of the query that had that id. A nil q or the
// zero Query removes it.
func (s *Set) Put(id int64, q *Query) { s.Change(func(put func(int64, *Query)) { put(id, q) }) }

// Remove takes the query with that id out, if there is one.
func (s *Set) Remove(id int64) { s.Put(id, nil) }

// Change makes any number of changes that posts see all at once; many cost
// less so than one by one. change calls put as it would Set.Put, and nothing else
// of s.
func (s *Set) Change(change func(put func(id int64, q *Query))) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.edits++
	e := &edit{version: *s.now.Load(), set: s, number: s.edits}
	change(e.put)
	next := e.version
	s.now.Store(&next)
}

func (e *edit) put(id int64, q *Query) {
	e.remove(id)
	if q == nil || q.root == nil {
		return
	}
	code := e.compile(nil, q.root, false)
	best, ok := e.keys(code)
	if !ok {
		panic("query: a query without a necessary part: " + q.String()) // Parse refuses these
	}
	slices.Sort(best.features)
	keys := slices.Clip(slices.Compact(best.features))
	var at int32
	if n := len(e.set.freeSlots); n > 0 {
		at = e.set.freeSlots[n-1]
		e.set.freeSlots = e.set.freeSlots[:n-1]
	} else {
		at = int32(e.entries.add(e.number))
	}
	*e.entries.own(int(at), e.number) = entry{id: id, code: slices.Clip(code), keys: keys}
	e.set.slots[id] = at
	e.count++
	p := posting{slot: at, also: e.second(code, keys)}
	if len(keys) > 1 {
		p.slot = ^at
	}
	for _, w := range keys {
		e.list(w, p)
	}
}

func (e *edit) remove(id int64) {
	at, ok := e.set.slots[id]
	if !ok {
		return
	}
	old := *e.entries.at(int(at))
	for _, w := range old.keys {
		e.unkey(w, at)
	}
	for _, in := range old.code {
		if in.op.hasFeature() && in.arg != 0 {
			e.release(in.arg)
		}
	}
	delete(e.set.slots, id)
	*e.entries.own(int(at), e.number) = entry{}
	e.set.freeSlots = append(e.set.freeSlots, at)
	e.count--
}

// Match appends to dst the ids of the queries that match doc, ascending, each
// once.
func (s *Set) Match(doc Doc, dst []int64) []int64 {
	m, _ := s.pool.Get().(*Matcher)
	if m == nil {
		m = new(Matcher)
	}
	defer s.pool.Put(m)
	return m.Match(s, doc, dst)
}
