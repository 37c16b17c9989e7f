package query

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
