package community

import (
	"errors"
	"math/rand/v2"
	"slices"
)

// Options say how communities are looked for. The zero value is what is meant
// by "the communities" where nothing else is said.
type Options struct {
	// Seed of all randomness: the order in which people are visited, and who of
	// several good neighbours one joins in the refinement.
	Seed uint64
	// Resolution is the gamma of modularity: more than 1 finds smaller
	// communities, less than 1 larger ones. 0 means 1.
	Resolution float64
	// Passes is how often to begin anew from what was found, at most; it ends
	// earlier when hardly anybody moves any more. 0 means 3.
	Passes int
	// Starts is how many searches to make, each with everybody alone at first; the
	// best is kept. 0 means 10 if there are at most 10,000 ties, where chance
	// matters and time does not, else 1.
	Starts int
	// Looseness is the theta of the paper, in weights of a mean tie: how far
	// below the best a choice of the refinement may lie. 0 means 0.01.
	Looseness float64
	// Progress is told how far the search is, from time to time, if not nil.
	Progress func(Step)
}

// Step is how far a search is.
type Step struct {
	Start, Starts int // from 1, of
	Pass, Passes  int // from 1, of at most
	Level         int // from 1; people are gathered into ever fewer nodes
	Nodes         int // of this level
	Waiting       int // nodes of this level that wait to be looked at
}

// ErrOptions is the error of Leiden for options that make no sense.
var ErrOptions = errors.New("resolution, passes, starts and looseness must be finite and not below zero")

func (o Options) filled(ties int) (Options, error) {
	for _, x := range []float64{o.Resolution, o.Looseness, float64(o.Passes), float64(o.Starts)} {
		if !(x >= 0) || x > MaxWeight {
			return o, ErrOptions
		}
	}
	if o.Resolution == 0 {
		o.Resolution = 1
	}
	if o.Passes == 0 {
		o.Passes = 3
	}
	if o.Starts == 0 {
		o.Starts = 1
		if ties <= 10_000 {
			o.Starts = 10
		}
	}
	if o.Looseness == 0 {
		o.Looseness = 0.01
	}
	return o, nil
}

// Partition is each person in one community. Communities are numbered from 0,
// the largest first, those of one size by their first member.
type Partition struct {
	Of         []int32 // the community of each person
	Sizes      []int32 // how many people are in each community
	Modularity float64 // Graph.Modularity of Of, at the resolution asked for
}

// Members lists who is in each community, ascending.
func (p Partition) Members() [][]int32 {
	all, lists := make([]int32, len(p.Of)), make([][]int32, len(p.Sizes))
	for c, n := range p.Sizes {
		lists[c], all = all[:0:n], all[n:]
	}
	for v, c := range p.Of {
		lists[c] = append(lists[c], int32(v))
	}
	return lists
}

// Leiden finds communities. The error is ErrOptions.
//
// It takes time about in proportion to the ties, and memory of about 12 bytes
// for each of them and 80 for each person beside the graph.
func (g *Graph) Leiden(o Options) (Partition, error) {
	o, err := o.filled(g.ties)
	if err != nil {
		return Partition{}, err
	}
	if g.ties == 0 {
		return g.partition(upTo(g.size()), o.Resolution), nil
	}
	var best Partition
	s := newSearch(g, o)
	for s.step.Start = 1; s.step.Start <= o.Starts; s.step.Start++ {
		if p := g.partition(s.start(g), o.Resolution); s.step.Start == 1 || p.Modularity > best.Modularity {
			best = p
		}
	}
	if best.Modularity < 1-o.Resolution {
		// All in one would be better, so the connected parts, which are at least as
		// good as that, are too.
		best = g.partition(g.parts(make([]int32, g.size()), nil), o.Resolution)
	}
	return best, nil
}

// partition numbers communities as Partition promises.
func (g *Graph) partition(of []int32, resolution float64) Partition {
	sizes := make([]int32, len(of))
	var order []int32 // labels, by their first member
	for _, v := range g.place {
		c := of[v]
		if sizes[c] == 0 {
			order = append(order, c)
		}
		sizes[c]++
	}
	slices.SortStableFunc(order, func(a, b int32) int { return int(sizes[b]) - int(sizes[a]) })
	p := Partition{Of: make([]int32, len(of)), Sizes: make([]int32, len(order))}
	number := make([]int32, len(of))
	for i, c := range order {
		number[c], p.Sizes[i] = int32(i), sizes[c]
	}
	for i, v := range g.place {
		p.Of[i] = number[of[v]]
	}
	p.Modularity = g.modularity(of, resolution)
	return p
}

// search is the working memory of one call of Leiden, made once for its largest
// level.
type search struct {
	rng      *rand.Rand
	scale    float64 // resolution / 2m
	loose    float64 // looseness * the mean weight of a tie
	step     Step
	tell     func(Step)
	torn     bool   // the last pass may have left a community that is not connected
	suspects []bool // the communities it may have left so; nil: any

	order   []int32 // nodes in random order; while moving, a ring of those that wait
	waits   []bool
	cells   []cell
	sums    []float64 // of strengths
	members []int32   // how many nodes a community has
	empty   []int32   // communities without nodes
	lost    []bool    // communities that a node left since the last settle
	touched []int32   // communities with a link to the node at hand
	links   []float64 // of the groups that may be drawn
	weights []float64 // and what each counts for in the draw
	outs    []float64 // weight between a group and the rest of its community
	ref     []int32   // the refined community of each node
	at      []int32
}

// newSearch makes the working memory for a graph with ties.
func newSearch(g *Graph, o Options) *search {
	n := g.size()
	s := &search{
		rng:   rand.New(rand.NewPCG(o.Seed, 0x6c656964656e)), // any constant would do: these are the letters of the name
		scale: o.Resolution / g.total,
		loose: o.Looseness * g.total / float64(2*g.ties),
		step:  Step{Passes: o.Passes, Starts: o.Starts},
		tell:  o.Progress,

		order: make([]int32, n), waits: make([]bool, n), lost: make([]bool, n), cells: make([]cell, n), sums: make([]float64, n), members: make([]int32, n),
		touched: make([]int32, n+1), outs: make([]float64, n), ref: make([]int32, n), at: make([]int32, n),
	}
	if s.tell == nil {
		s.tell = func(Step) {}
	}
	return s
}

// start makes one search, with everybody alone at first, and gives the community
// of each node.
func (s *search) start(g *Graph) []int32 {
	of := upTo(g.size())
	s.torn = false
	for s.step.Pass = 1; s.step.Pass <= s.step.Passes; s.step.Pass++ {
		if !s.pass(g, of) {
			break
		}
	}
	if s.torn {
		return g.parts(of, s.suspects)
	}
	return of
}

// few is which part of the nodes must have moved on the first level of a later
// pass for the rest of the pass to be worth its time: with fewer it gained less
// than 0.0001 of modularity on every graph that was measured.
const few = 1.0 / 200

// pass improves the communities in of and reports whether another pass may do
// so too.
func (s *search) pass(g *Graph, of []int32) bool {
	s.step.Level = 0
	s.suspects = nil
	before := s.torn
	moved, torn := s.climb(&g.network, of, true)
	if moved > 0 {
		s.torn = torn
	}
	if before { // then a community may be in parts without having lost anybody now
		s.suspects = nil
	}
	return float64(moved) >= few*float64(g.size())
}

// climb runs the three phases of the algorithm, level by level, beginning from
// the communities in comm and leaving the better ones there. It says how many
// nodes moved on the first level, and whether a community may be left that is
// not connected.
//
// As soon as a tenth of the nodes is left, a climb that may try twice goes on
// once from the communities it has, as the paper does, and once from every node
// of that level alone, and keeps what is better. Where communities are large
// and ties few, the first phase joins some that do not belong together, and
// their refined groups part again more easily that way.
func (s *search) climb(net *network, comm []int32, twice bool) (moved int, torn bool) {
	small, part := net, slices.Clone(comm)
	var node []int32 // the node of this level that each node of net is in; nil: it is the same
	for {
		s.step.Level++
		if twice && small.size()*10 <= net.size() {
			torn = s.better(small, part)
			break
		}
		moves := s.move(small, part)
		if node == nil {
			moved = moves
		}
		// Nodes of every level are connected. So are communities of one node each.
		if torn = s.count(part) < small.size(); !torn {
			break
		}
		if twice && node == nil && s.step.Pass > 1 && float64(moves) < few*float64(net.size()) {
			s.suspects = s.lost
			break
		}
		groups := s.refine(small, part)
		if groups == small.size() {
			break // nothing shrinks any more
		}
		if node == nil {
			node = slices.Clone(s.ref[:small.size()])
		} else {
			for v, x := range node {
				node[v] = s.ref[x]
			}
		}
		small, part = s.gather(small, part, groups)
	}
	if node == nil {
		copy(comm, part)
		return moved, torn
	}
	for v, x := range node {
		comm[v] = part[x]
	}
	return moved, torn
}

// better climbs from the communities in comm and from every node alone, and
// leaves there what has the higher modularity. It says whether a community may
// be left that is not connected.
func (s *search) better(net *network, comm []int32) (torn bool) {
	level := s.step.Level
	alone := upTo(net.size())
	_, torn = s.climb(net, comm, false)
	s.step.Level = level
	_, tornAlone := s.climb(net, alone, false)
	if s.score(net, alone) > s.score(net, comm) {
		copy(comm, alone)
		return tornAlone
	}
	return torn
}

// score is 2m*Q but for a number that is the same for every partition of net.
func (s *search) score(net *network, comm []int32) float64 {
	score := 0.0
	strength := make([]float64, net.size())
	for v, c := range comm {
		strength[c] += net.strength[v]
		for _, a := range net.row(int32(v)) {
			if comm[a.to] == c {
				score += float64(a.weight)
			}
		}
	}
	for _, k := range strength {
		score -= s.scale * k * k
	}
	return score
}

// count says how many communities there are.
func (s *search) count(comm []int32) int {
	n := 0
	for _, m := range s.members[:len(comm)] {
		if m > 0 {
			n++
		}
	}
	return n
}

// mix gives the nodes 0 to n-1 in random order: one by one if they are few, else
// in blocks, so that rows are read one after the other. (The nodes of each level
// have random numbers already.)
func (s *search) mix(n int) []int32 {
	block := 1
	if n > 1<<12 {
		block = 64
	}
	order := s.order[:n]
	shuffle(order, s.rng, block)
	return order
}

// shuffle writes 0 to len(order)-1 into order, blocks of numbers that follow
// each other in random order.
func shuffle(order []int32, rng *rand.Rand, block int) {
	blocks := len(order) / block // what is over stays at the end
	for i := range order {
		order[i] = int32(i)
	}
	for i := blocks - 1; i > 0; i-- {
		j := rng.IntN(i + 1)
		a, b := order[i*block:(i+1)*block], order[j*block:(j+1)*block]
		for k := range a {
			a[k], b[k] = b[k], a[k]
		}
	}
}

// upTo gives 0 to n-1.
func upTo(n int) []int32 {
	list := make([]int32, n)
	for i := range list {
		list[i] = int32(i)
	}
	return list
}
