package community

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// Bounds of a tie's weight. Between them no sum in this package can overflow,
// and no quotient can be infinite.
const (
	MinWeight = 1e-15
	MaxWeight = 1e15
)

// maxArcs keeps indexes of arcs in an int32.
const maxArcs = math.MaxInt32

// Why a tie is refused.
var (
	ErrPerson = errors.New("a tie names a person that is not there")
	ErrWeight = errors.New("the weight must be 0, or a number from 1e-15 to 1e15")
)

// Tie joins two people, who are numbered from 0. It has no direction. Weight is
// how strong it is, in any unit; a weight of 0 is no tie.
type Tie struct {
	A, B   int32
	Weight float64
}

// CheckWeight gives ErrWeight if no tie can have that weight.
func CheckWeight(weight float64) error {
	if weight == 0 || weight >= MinWeight && weight <= MaxWeight {
		return nil
	}
	return ErrWeight
}

// Graph is people and the ties between them. The zero Graph has nobody in it.
//
// Inside, people have other numbers, mixed once and for all by New: whoever
// looks at everybody in that order finds one row after the other in memory, and
// still goes through the people in an order that says nothing about them.
type Graph struct {
	network
	place []int32 // the number inside of each person
	ties  int     // pairs of people who are tied
	total float64 // twice the weight of all ties: the 2m of the formulae
}

// arc is one of the two directions of a tie. An index and a weight of four bytes
// each keep the arcs of a person with twenty ties on three cache lines.
type arc struct {
	to     int32
	weight float32
}

// network is a graph in compressed rows: the arcs of a node v are
// arcs[off[v]:off[v+1]], each tie being two arcs. strength[v] is the weight of all
// arcs that v had in the first network, those inside v too if v stands for many
// people, so that it may be more than the sum of its arcs here.
type network struct {
	off      []int32
	arcs     []arc
	strength []float64
}

func (n *network) size() int { return len(n.strength) }

// row gives the arcs of a node.
func (n *network) row(v int32) []arc { return n.arcs[n.off[v]:n.off[v+1]] }

// New makes the graph of people 0 to people-1. Ties of the same two people, in
// either order, are added up; ties of people with themselves are left out, for
// they say nothing about who belongs together; so are those of weight 0.
//
// The error is ErrPerson or ErrWeight wrapped with the index of the first tie
// that is wrong, or that there are too many (2^30 and more).
func New(people int, ties []Tie) (*Graph, error) {
	if people < 0 || people > math.MaxInt32 || len(ties) > maxArcs/2 {
		return nil, fmt.Errorf("%d people and %d ties: too many for one graph", people, len(ties))
	}
	g := &Graph{
		network: network{off: make([]int32, people+1), strength: make([]float64, people)},
		place:   make([]int32, people),
	}
	shuffle(g.place, rand.New(rand.NewPCG(0, 0)), 1)
	ends := g.off[1:]
	for i, t := range ties {
		if t.A < 0 || t.B < 0 || int(t.A) >= people || int(t.B) >= people {
			return nil, fmt.Errorf("tie %d: %w", i, ErrPerson)
		}
		if err := CheckWeight(t.Weight); err != nil {
			return nil, fmt.Errorf("tie %d: %w", i, err)
		}
		if t.A != t.B && t.Weight != 0 {
			ends[g.place[t.A]]++
			ends[g.place[t.B]]++
		}
	}
	g.scatter(ties)
	g.merge()
	return g, nil
}

// scatter puts both arcs of every tie into the rows of its ends, where off[v+1]
// still is how many arcs v has.
func (g *Graph) scatter(ties []Tie) {
	arcs := int32(0)
	for v, n := range g.off[1:] {
		g.off[v+1] = arcs // where the next arc of v goes; in the end, where its row ends
		arcs += n
	}
	g.arcs = make([]arc, arcs)
	next := g.off[1:]
	for _, t := range ties {
		if t.A == t.B || t.Weight == 0 {
			continue
		}
		a, b := g.place[t.A], g.place[t.B]
		i, j := next[a], next[b]
		g.arcs[i] = arc{b, float32(t.Weight)}
		g.arcs[j] = arc{a, float32(t.Weight)}
		next[a], next[b] = i+1, j+1
	}
}

// merge adds up the arcs of a row that lead to the same person, and the
// strengths.
func (g *Graph) merge() {
	at := make([]int32, g.size()) // one more than the place of the arc to this person
	kept, from := int32(0), int32(0)
	for v := range g.strength {
		row, to := kept, g.off[v+1]
		for _, a := range g.arcs[from:to] {
			if p := at[a.to]; p > row {
				g.arcs[p-1].weight += a.weight
				continue
			}
			g.arcs[kept] = a
			kept++
			at[a.to] = kept
		}
		for _, a := range g.arcs[row:kept] {
			g.strength[v] += float64(a.weight)
		}
		g.off[v+1], from = kept, to
		g.total += g.strength[v]
	}
	g.arcs, g.ties = g.arcs[:kept], int(kept)/2
}

// People is how many people there are.
func (g *Graph) People() int { return g.size() }

// Ties is how many pairs of people are tied.
func (g *Graph) Ties() int { return g.ties }

// Weight is the weight of all ties.
func (g *Graph) Weight() float64 { return g.total / 2 }

// Modularity is how much more of the weight lies inside communities than would
// if everybody kept their strength and ties were drawn at random:
//
//	Q = sum over communities c of  in(c)/2m - resolution * (strength(c)/2m)^2
//
// where in(c) counts each tie inside c twice, strength(c) is the sum of its
// members' weights of ties, and m the weight of all ties. It is 0 for a graph
// without ties. At resolution 1 it is between -1/2 and 1. of[v] is the
// community of person v and counts from 0 without a number that is len(of) or
// more; anything else panics. (Newman and Girvan, Physical Review E 69, 026113
// (2004); the resolution: Reichardt and Bornholdt, Physical Review E 74, 016110
// (2006).)
func (g *Graph) Modularity(of []int32, resolution float64) float64 {
	inner := make([]int32, g.size())
	for p, v := range g.place {
		inner[v] = of[p]
	}
	return g.modularity(inner, resolution)
}

// modularity is Modularity for a partition of nodes.
func (g *Graph) modularity(of []int32, resolution float64) float64 {
	if g.total == 0 {
		return 0
	}
	strength := make([]float64, len(of))
	inside := 0.0
	for v, c := range of {
		strength[c] += g.strength[v]
		for _, a := range g.row(int32(v)) {
			if of[a.to] == c {
				inside += float64(a.weight)
			}
		}
	}
	q := inside / g.total
	for _, k := range strength {
		q -= resolution * (k / g.total) * (k / g.total)
	}
	return q
}

// Components gives each person the number of the connected part of the graph
// they are in, numbered from 0 in the order of the first person of each.
func (g *Graph) Components() []int32 {
	part, number := g.parts(make([]int32, g.size()), nil), make([]int32, g.size())
	n := int32(0)
	of := make([]int32, g.size())
	for p, v := range g.place {
		c := part[v]
		if number[c] == 0 {
			n++
			number[c] = n
		}
		of[p] = number[c] - 1
	}
	return of
}

// parts numbers the connected parts of each community of a partition. Where lost
// is not nil it says which communities may be in parts; the others are whole.
func (g *Graph) parts(of []int32, lost []bool) []int32 {
	part := make([]int32, g.size())
	for v := range part {
		part[v] = -1
	}
	whole := make([]int32, g.size()) // one more than the number of a community that is whole
	var open []int32
	n := int32(0)
	for first := range part {
		if part[first] >= 0 {
			continue
		}
		if c := of[first]; lost != nil && !lost[c] {
			if whole[c] == 0 {
				n++
				whole[c] = n
			}
			part[first] = whole[c] - 1
			continue
		}
		part[first] = n
		open = append(open[:0], int32(first))
		for len(open) > 0 {
			v := open[len(open)-1]
			open = open[:len(open)-1]
			for _, a := range g.row(v) {
				if u := a.to; part[u] < 0 && of[u] == of[v] {
					part[u] = n
					open = append(open, u)
				}
			}
		}
		n++
	}
	return part
}
