package query

import (
	"hash/maphash"
	"slices"
)

// wid is the number of a feature in a Set. No feature has number 0.
type wid uint32

// feature is one thing that queries ask of a post: a word, a word fitting a
// pattern, a hashtag, the value of a field.
type feature struct {
	text string    // names it: as a query writes it, with = before an exact word
	uses int32     // instructions and features that hold it
	keys []posting // the queries it is a key of
	more *more     // nil for a plain word
}

// more is what only some features have. It is never changed, but replaced.
type more struct {
	exactly *atom     // of an exact word
	pattern *pattern  // of words that fit it
	node    *node     // of fieldReach
	code    []instr   // of something saved
	exact   []variant // of a word: the exact forms that are looked for
	waiting lazyKind  // worked out when asked for
}

// variant is an exact form of a word.
type variant struct {
	raw string
	wid wid
}

// posting is a query as a key of it lists it.
type posting struct {
	slot int32 // in entries; ^slot if the query has more keys than this one
	also wid   // a feature that it needs as well, found without asking; 0 if none
}

// lazyKind is what is worked out of a post when the first query asks for it.
type lazyKind uint8

const (
	lazyNot lazyKind = iota
	lazyLang
	lazyMood
	lazyHas
	lazyReach
	lazyEnd
)

// pageSize is how many elements of pages are copied together.
const pageSize = 128

// page is a part of pages. Its owner is the edit that may write to it.
type page[E any] struct {
	owner uint64
	items [pageSize]E
}

// pages is an array of which versions share what they have in common. A
// version is a copy of the struct; an edit writes only through own, which copies
// the page first unless the edit made it.
type pages[E any] struct {
	list  []*page[E]
	owner uint64 // of list
	n     int
}

// at gives element i to be read.
func (p *pages[E]) at(i int) *E { return &p.list[i/pageSize].items[i%pageSize] }

// own gives element i to be written by an edit.
func (p *pages[E]) own(i int, edit uint64) *E {
	at := i / pageSize
	if p.list[at].owner != edit {
		p.ownList(edit)
		p.list[at] = &page[E]{owner: edit, items: p.list[at].items}
	}
	return &p.list[at].items[i%pageSize]
}

// ownList makes the list of pages one that the edit may write to.
func (p *pages[E]) ownList(edit uint64) {
	if p.owner != edit {
		p.list = append(make([]*page[E], 0, len(p.list)+1), p.list...)
		p.owner = edit
	}
}

// add makes room for one more element and gives its number.
func (p *pages[E]) add(edit uint64) int {
	if p.n == len(p.list)*pageSize {
		p.ownList(edit)
		p.list = append(p.list, &page[E]{owner: edit})
	}
	p.n++
	return p.n - 1
}

// version is the state of a Set at one time. It is never changed once others
// can see it; the next one shares most of its memory.
type version struct {
	seed     maphash.Seed
	features pages[feature]  // by wid; element 0 is not used
	table    pages[slot]     // hash table of features by their texts; its size is a power of two
	entries  pages[entry]    // the queries
	grams    pages[gramSlot] // hash table of patterns by their grams; the same
	count    int             // queries
	words    int             // features in table
	listed   int             // slots of grams that were used
	fields   [fieldReach + 1]int32
	marks    int32 // features that are hashtags and handles
	patterns patternCounts
	waiting  [lazyEnd][]wid // features that are worked out when asked for, and are keys
}

// entry is a query in a Set.
type entry struct {
	id   int64
	code []instr // nil in a free slot
	keys []wid   // sorted, each once
}

// slot is a place of the hash table; empty if wid is 0.
type slot struct {
	hash uint32 // the upper half
	wid  wid
}

// find gives the number of the feature of that name, 0 if there is none.
func (v *version) find(name []byte) wid {
	hash := maphash.Bytes(v.seed, name)
	mask := uint64(v.table.n - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		s := v.table.at(int(i))
		if s.wid == 0 {
			return 0
		}
		if s.hash == uint32(hash>>32) && v.features.at(int(s.wid)).text == string(name) {
			return s.wid
		}
	}
}

// edit is a change of a version, not yet seen by others.
type edit struct {
	version
	set    *Set
	number uint64 // owner of the pages it made
}

// own gives a feature to be written.
func (e *edit) own(w wid) *feature { return e.features.own(int(w), e.number) }

// ownMore gives what only some features have, to be written.
func (e *edit) ownMore(w wid) *more {
	f := e.own(w)
	m := new(more)
	if f.more != nil {
		*m = *f.more
	}
	f.more = m
	return m
}

// intern gives the number of a feature, making it if make is new to the Set.
// The caller counts its uses.
func (e *edit) intern(name string, fill func(w wid, m *more)) wid {
	if w := e.find([]byte(name)); w != 0 {
		return w
	}
	var w wid
	if n := len(e.set.freeFeatures); n > 0 {
		w = e.set.freeFeatures[n-1]
		e.set.freeFeatures = e.set.freeFeatures[:n-1]
	} else {
		w = wid(e.features.add(e.number))
	}
	f := e.own(w)
	*f = feature{text: name}
	e.insert(name, w)
	if fill != nil {
		m := e.ownMore(w)
		fill(w, m)
	}
	e.noteKind(name, 1)
	return w
}

// use counts one use more of a feature.
func (e *edit) use(w wid) { e.own(w).uses++ }

// release takes back one use of a feature and forgets it after its last.
func (e *edit) release(w wid) {
	f := e.own(w)
	if f.uses--; f.uses > 0 {
		return
	}
	old := *f
	e.delete(old.text)
	*e.own(w) = feature{}
	e.set.freeFeatures = append(e.set.freeFeatures, w)
	e.noteKind(old.text, -1)
	if old.more == nil {
		return
	}
	if old.more.exactly != nil {
		e.forgetExact(w, *old.more.exactly)
	}
	for _, in := range old.more.code {
		if in.arg != 0 && in.op.hasFeature() {
			e.release(in.arg)
		}
	}
}

// noteKind counts the features of those kinds that a post is only asked for if
// there are any.
func (e *edit) noteKind(name string, n int32) {
	if name[0] == '#' || name[0] == '@' {
		e.marks += n
		return
	}
	for f, prefix := range fieldNames[:fieldReach+1] {
		if f > 0 && len(name) > len(prefix) && name[:len(prefix)] == prefix && (name[len(prefix)] == ':') {
			e.fields[f] += n
		}
	}
}

// insert puts a feature into the hash table.
func (e *edit) insert(name string, w wid) {
	if e.words++; 2*e.words > e.table.n {
		e.growTable()
	}
	hash := maphash.String(e.seed, name)
	e.place(hash, slot{uint32(hash >> 32), w})
}

func (e *edit) place(hash uint64, s slot) {
	mask := uint64(e.table.n - 1)
	i := hash & mask
	for e.table.at(int(i)).wid != 0 {
		i = (i + 1) & mask
	}
	*e.table.own(int(i), e.number) = s
}

// growTable doubles the hash table.
func (e *edit) growTable() {
	old := e.table
	e.table = newTable[slot](2*old.n, e.number)
	for i := range old.n {
		if s := old.at(i); s.wid != 0 {
			e.place(maphash.String(e.seed, e.features.at(int(s.wid)).text), *s)
		}
	}
}

func newTable[E any](n int, owner uint64) pages[E] {
	t := pages[E]{owner: owner}
	for range n {
		t.add(owner)
	}
	return t
}

// delete takes a feature out of the hash table, moving up those that had to
// stand further on for its sake.
func (e *edit) delete(name string) {
	e.words--
	mask := uint64(e.table.n - 1)
	hole := maphash.String(e.seed, name) & mask
	for e.features.at(int(e.table.at(int(hole)).wid)).text != name {
		hole = (hole + 1) & mask
	}
	for i := (hole + 1) & mask; ; i = (i + 1) & mask {
		s := *e.table.at(int(i))
		if s.wid == 0 {
			break
		}
		home := maphash.String(e.seed, e.features.at(int(s.wid)).text) & mask
		if (i-home)&mask >= (i-hole)&mask {
			*e.table.own(int(hole), e.number) = s
			hole = i
		}
	}
	*e.table.own(int(hole), e.number) = slot{}
}

// addExact notes an exact form with its word, which it uses.
func (e *edit) addExact(w wid, a atom) {
	base := e.intern(a.text, nil)
	e.use(base)
	m := e.ownMore(base)
	m.exact = append(slices.Clone(m.exact), variant{a.raw, w})
}

func (e *edit) forgetExact(w wid, a atom) {
	base := e.find([]byte(a.text))
	m := e.ownMore(base)
	m.exact = slices.DeleteFunc(slices.Clone(m.exact), func(v variant) bool { return v.wid == w })
	e.release(base)
}

// list puts a query among those that a feature is a key of.
func (e *edit) list(w wid, p posting) {
	f := e.own(w)
	f.keys = append(f.keys, p) // beyond what older versions see of the same memory
	if f.more == nil || len(f.keys) > 1 {
		return
	}
	if f.more.pattern != nil {
		e.enlist(w, f.more)
	}
	if kind := f.more.waiting; kind != lazyNot {
		e.waiting[kind] = append(slices.Clone(e.waiting[kind]), w)
	}
}

// unkey takes a query out of those that a feature is a key of.
func (e *edit) unkey(w wid, query int32) {
	f := e.own(w)
	f.keys = slices.DeleteFunc(slices.Clone(f.keys), func(p posting) bool { return p.slot == query || p.slot == ^query })
	if f.more == nil || len(f.keys) > 0 {
		return
	}
	if f.more.pattern != nil {
		e.unlist(w, f.more)
	}
	if kind := f.more.waiting; kind != lazyNot {
		e.waiting[kind] = slices.DeleteFunc(slices.Clone(e.waiting[kind]), func(x wid) bool { return x == w })
	}
}
