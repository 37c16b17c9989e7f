package query

import (
	"regexp"
	"slices"
	"strings"

	"tribune/internal/fault"
)

// Saved gives what is saved under a name: names are compared as the
// implementation likes.
type Saved interface {
	// List gives a saved list; ok is false if there is none of that name.
	List(name string) (list List, ok bool)
	// Query gives the text of a saved query; ok is false if there is none of that
	// name.
	Query(name string) (text string, ok bool)
	// Names gives the names of all lists, or of all queries, to tell who names one
	// that is not there which they may mean.
	Names(lists bool) []string
}

// List is a saved list, of which a query takes any item.
type List struct {
	Kind  ListKind
	Items []string
}

// ListKind is what a list holds.
type ListKind string

// The kinds of list.
const (
	ListWords   ListKind = "words"   // words and phrases, as between quotation marks; hashtags and handles
	ListAuthors ListKind = "authors" // names, or handles with @
	ListSites   ListKind = "sites"
)

// operating is what a query would not take as words: operators, a word that is
// to be missing, fields.
var operating = regexp.MustCompile(`(?:^|\s)(?:AND|OR|NOT|(?i:O?NEAR)/\d+)(?:\s|$)|^-[\pL\pN"]|^(?:` + strings.Join(fieldNames[1:], "|") + `):\S`)

// Operates reports whether an item of a list of words has what means something
// else in a query than in a list, where it stands for itself. Between quotation
// marks it is words in both.
func Operates(item string) bool { return !quoted(item) && operating.MatchString(item) }

func quoted(s string) bool {
	return len(s) > 1 && strings.HasPrefix(s, `"`) && strings.HasSuffix(s, `"`)
}

// maxItems is how many items the lists of one query can have.
const maxItems = 100_000

// saving reads what is saved, each once in a query.
type saving struct {
	saved Saved
	done  map[string]savedPart
	open  []string // queries that are being read, outermost first
	items int

	notes  []*fault.Error
	circle string // once a query asks for itself: by way of what
}

// savedPart is something saved that was read.
type savedPart struct {
	root  *node
	terms int
}

// named gives the node of a name with list: or query:, and the terms it counts
// for.
func (s *saving) named(name string, col int) (*node, int, error) {
	part, ok := s.done[name]
	if !ok {
		var err error
		kind, bare, _ := strings.Cut(name, ":")
		if kind == savedList {
			part, err = s.list(bare, col)
		} else {
			part, err = s.query(name, bare, col)
		}
		if err != nil {
			return nil, 0, err
		}
		s.done[name] = part
	}
	return &node{op: opSaved, name: name, kids: []*node{part.root}, col: col}, part.terms, nil
}

func (s *saving) list(name string, col int) (savedPart, error) {
	var l List
	ok := false
	if s.saved != nil {
		l, ok = s.saved.List(name)
	}
	if !ok {
		if other := s.near(name, true); other != "" {
			return savedPart{}, fault.New(fault.Invalid, "Column {column}: there is no saved list “{name}”. Perhaps you mean “{other}”?", "column", col, "name", name, "other", other)
		}
		return savedPart{}, fault.New(fault.Invalid, "Column {column}: there is no saved list “{name}”. Save one under this name first, or write its words with OR between them.", "column", col, "name", name)
	}
	if s.items += len(l.Items); s.items > maxItems {
		return savedPart{}, fault.New(fault.Invalid, "Column {column}: the saved lists of a query can have {limit} items together. Shorten the list “{name}”.", "column", col, "limit", maxItems, "name", name)
	}
	var kids []*node
	for _, item := range l.Items {
		n, err := listItem(l.Kind, strings.ToValidUTF8(item, "\uFFFD"), col)
		if err != nil {
			return savedPart{}, fault.New(fault.Invalid, "Column {column}: “{item}” in the saved list “{name}” cannot be read. Open the list and mend it.", "column", col, "item", item, "name", name).Because(err)
		}
		kids = append(kids, n)
	}
	if len(kids) == 1 {
		return savedPart{kids[0], 1}, nil
	}
	return savedPart{&node{op: opOr, kids: kids, col: col}, 1}, nil
}

// listItem reads one item of a list.
func listItem(kind ListKind, item string, col int) (*node, error) {
	item = strings.TrimSpace(item)
	switch kind {
	case ListAuthors:
		return fieldNode("author", item, col)
	case ListSites:
		return fieldNode("site", item, col)
	}
	if name, ok := markOf(item); ok {
		return &node{op: opTerm, atoms: []atom{{kind: atomMark, text: name}}, col: col}, nil
	}
	found, err := atoms(item, true, col)
	lx, err := phrase(item, found, col, err)
	return lx.term, err
}

func (s *saving) query(name, bare string, col int) (savedPart, error) {
	if i := slices.Index(s.open, name); i >= 0 {
		s.circle = strings.Join(append(slices.Clone(s.open[i:]), name), " > ")
		return savedPart{}, s.asksForItself(bare, col)
	}
	text, ok := "", false
	if s.saved != nil {
		text, ok = s.saved.Query(bare)
	}
	if !ok {
		if other := s.near(bare, false); other != "" {
			return savedPart{}, fault.New(fault.Invalid, "Column {column}: there is no saved query “{name}”. Perhaps you mean “{other}”?", "column", col, "name", bare, "other", other)
		}
		return savedPart{}, fault.New(fault.Invalid, "Column {column}: there is no saved query “{name}”. Save one under this name first, or write its words here.", "column", col, "name", bare)
	}
	if len(s.open) >= maxSavedDepth {
		return savedPart{}, fault.New(fault.Invalid, "Column {column}: saved queries can name one another {limit} deep. Write “{name}” more simply.", "column", col, "limit", maxSavedDepth, "name", bare)
	}
	s.open = append(s.open, name)
	defer func() { s.open = s.open[:len(s.open)-1] }()
	root, terms, err := s.parse(text)
	switch {
	case s.circle != "":
		return savedPart{}, s.asksForItself(bare, col)
	case err != nil:
		return savedPart{}, savedFault(err, bare, col)
	}
	return savedPart{root, terms}, nil
}

// asksForItself says that a saved query, or one that it names, asks for itself.
func (s *saving) asksForItself(name string, col int) error {
	return fault.New(fault.Invalid, "Column {column}: the saved query “{name}” asks for itself, by way of {way}. Take one of them out.", "column", col, "name", name, "way", s.circle)
}

// near gives the saved name that is written most like one, empty if none is.
func (s *saving) near(name string, lists bool) string {
	if s.saved == nil {
		return ""
	}
	return Nearest(name, s.saved.Names(lists))
}

// maxSavedDepth bounds how deep saved queries name one another: each level can
// be maxDepth deep itself.
const maxSavedDepth = 20

// savedFault says that a saved query cannot be read.
func savedFault(err error, name string, col int) error {
	return fault.New(fault.Invalid, "Column {column}: the saved query “{name}” cannot be read. Open it and mend it first.", "column", col, "name", name).Because(err)
}

// Names gives the saved lists and queries that the query names, as list:name
// and query:name, those named by saved queries included; each once, sorted.
func (q *Query) Names() []string {
	seen := map[string]bool{}
	var names []string
	var walk func(n *node)
	walk = func(n *node) {
		if n.op == opSaved {
			if seen[n.name] {
				return
			}
			seen[n.name] = true
			names = append(names, n.name)
		}
		for _, k := range n.kids {
			walk(k)
		}
	}
	if q.root != nil {
		walk(q.root)
	}
	slices.Sort(names)
	return names
}
