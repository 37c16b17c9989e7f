package community_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	gonum "gonum.org/v1/gonum/graph/community"
	"gonum.org/v1/gonum/graph/simple"
	"pgregory.net/rapid"

	"tribune/internal/community"
)

// karate is Zachary's karate club: who met whom outside it (Journal of
// Anthropological Research 33 (1977)).
var karate = pairs(34, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8, 0, 10, 0, 11, 0, 12, 0, 13, 0, 17, 0, 19, 0, 21, 0, 31,
	1, 2, 1, 3, 1, 7, 1, 13, 1, 17, 1, 19, 1, 21, 1, 30, 2, 3, 2, 7, 2, 8, 2, 9, 2, 13, 2, 27, 2, 28, 2, 32, 3, 7, 3, 12, 3, 13,
	4, 6, 4, 10, 5, 6, 5, 10, 5, 16, 6, 16, 8, 30, 8, 32, 8, 33, 9, 33, 13, 33, 14, 32, 14, 33, 15, 32, 15, 33, 18, 32, 18, 33,
	19, 33, 20, 32, 20, 33, 22, 32, 22, 33, 23, 25, 23, 27, 23, 29, 23, 32, 23, 33, 24, 25, 24, 27, 24, 31, 25, 31, 26, 29, 26, 33,
	27, 33, 28, 31, 28, 33, 29, 32, 29, 33, 30, 32, 30, 33, 31, 32, 31, 33, 32, 33)

// drawing is a graph as it is drawn: what New takes.
type drawing struct {
	people int
	ties   []community.Tie
}

func pairs(people int, ends ...int32) drawing {
	d := drawing{people: people}
	for i := 0; i < len(ends); i += 2 {
		d.ties = append(d.ties, community.Tie{A: ends[i], B: ends[i+1], Weight: 1})
	}
	return d
}

// cliques draws n cliques of size people each, joined in a ring by one tie.
func cliques(n, size int32) drawing {
	d := drawing{people: int(n * size)}
	for c := range n {
		for i := range size {
			for j := range i {
				d.ties = append(d.ties, community.Tie{A: c*size + i, B: c*size + j, Weight: 1})
			}
		}
		if next := (c + 1) % n; next != c && (n > 2 || c == 0) {
			d.ties = append(d.ties, community.Tie{A: c * size, B: next*size + 1, Weight: 1})
		}
	}
	return d
}

func (d drawing) graph(t interface{ Fatal(...any) }) *community.Graph {
	g, err := community.New(d.people, d.ties)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func leiden(t interface{ Fatal(...any) }, g *community.Graph, o community.Options) community.Partition {
	p, err := g.Leiden(o)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestKnown holds small graphs against what is known of them.
func TestKnown(t *testing.T) {
	for _, c := range []struct {
		name        string
		d           drawing
		resolution  float64
		communities int
		modularity  float64
	}{
		{"nobody", drawing{}, 1, 0, 0},
		{"alone", drawing{people: 3}, 1, 3, 0},
		{"a tie", pairs(2, 0, 1), 1, 1, 0},
		{"a tie, and one alone", pairs(3, 0, 1), 1, 2, 0},
		{"two ties", pairs(4, 0, 1, 2, 3), 1, 2, 0.5},
		{"a triangle", pairs(3, 0, 1, 1, 2, 2, 0), 1, 1, 0},
		{"two cliques", cliques(2, 5), 1, 2, 20.0/21 - 0.5},
		{"a ring of cliques", cliques(10, 5), 1, 10, 100.0/110 - 0.1},
		{"karate", karate, 1, 4, 0.41978961209730437}, // the optimum: Brandes et al., IEEE TKDE 20 (2008)
		{"karate, all in one", karate, 0.05, 1, 0.95},
		{"karate, all alone", karate, 100, 34, math.NaN()},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := c.d.graph(t)
			for seed := range uint64(5) {
				p := leiden(t, g, community.Options{Seed: seed, Resolution: c.resolution})
				if len(p.Sizes) != c.communities || math.Abs(p.Modularity-c.modularity) > 1e-12 {
					t.Errorf("seed %d: %d communities and modularity %v, want %d and %v", seed, len(p.Sizes), p.Modularity, c.communities, c.modularity)
				}
			}
		})
	}
}

// drawn draws any small graph: with repeated, empty and self-ties, of weights
// that fit float32 without rounding.
func drawn(t *rapid.T) drawing {
	d := drawing{people: rapid.IntRange(1, 40).Draw(t, "people")}
	person := rapid.Int32Range(0, int32(d.people)-1)
	weight := rapid.SampledFrom([]float64{1, 1, 1, 2, 0.5, 0, 1000, 0.0009765625, community.MaxWeight, community.MinWeight})
	d.ties = rapid.SliceOfN(rapid.Custom(func(t *rapid.T) community.Tie {
		return community.Tie{A: person.Draw(t, "a"), B: person.Draw(t, "b"), Weight: weight.Draw(t, "weight")}
	}), 0, 120).Draw(t, "ties")
	return d
}

// TestPromises checks on any graph what the package promises.
func TestPromises(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		g := d.graph(t)
		o := community.Options{Seed: rapid.Uint64().Draw(t, "seed"), Passes: rapid.IntRange(0, 4).Draw(t, "passes")}
		o.Resolution = rapid.SampledFrom([]float64{0, 1, 0.1, 0.7, 2, 30}).Draw(t, "resolution")
		o.Looseness = rapid.SampledFrom([]float64{0, 1, 100}).Draw(t, "looseness")
		p := leiden(t, g, o)
		if again := leiden(t, d.graph(t), o); !cmp.Equal(p, again) {
			t.Fatalf("the same seed: %s", cmp.Diff(p, again))
		}
		gamma := o.Resolution
		if gamma == 0 {
			gamma = 1
		}
		covers(t, d, p)
		connected(t, d, p)
		if want := naive(d, p.Of, gamma); math.Abs(want-p.Modularity) > 1e-6*(1+gamma) {
			t.Fatalf("modularity %v, recomputed %v", p.Modularity, want)
		}
		one := make([]int32, d.people)
		if low := max(g.Modularity(one, gamma), g.Modularity(upTo(d.people), gamma)); p.Modularity < low-1e-6*(1+gamma) {
			t.Fatalf("modularity %v, all in one or alone %v", p.Modularity, low)
		}
	})
}

// TestPromisesOfManyLevels checks the same on graphs that are large enough for
// blocks, several levels and both climbs.
func TestPromisesOfManyLevels(t *testing.T) {
	for seed, c := range []struct {
		people, ties, communities int
		inside                    float64
	}{{6000, 12_000, 20, 0.8}, {6000, 30_000, 200, 0.6}, {20_000, 60_000, 40, 0.7}, {5000, 6000, 1, 1}} {
		ties, of := planted(c.people, c.ties, c.communities, c.inside, uint64(seed))
		d := drawing{c.people, ties}
		g := d.graph(t)
		for _, passes := range []int{1, 2, 3} {
			p := leiden(t, g, community.Options{Seed: 7, Passes: passes})
			covers(t, d, p)
			connected(t, d, p)
			if want := naive(d, p.Of, 1); math.Abs(want-p.Modularity) > 1e-9 {
				t.Errorf("modularity %v, recomputed %v", p.Modularity, want)
			}
			if truth := g.Modularity(of, 1); passes == 3 && p.Modularity < 0.99*truth {
				t.Errorf("%+v: modularity %v, that of the planted communities %v", c, p.Modularity, truth)
			}
			if plain := g.Modularity(louvain(c.people, ties), 1); passes == 3 && p.Modularity < plain {
				t.Errorf("%+v: modularity %v, plain Louvain %v", c, p.Modularity, plain)
			}
		}
	}
}

// covers checks that everybody is in one community, and how those are numbered.
func covers(t interface{ Fatalf(string, ...any) }, d drawing, p community.Partition) {
	members := p.Members()
	if len(p.Of) != d.people || len(members) != len(p.Sizes) {
		t.Fatalf("%d people in %d lists of %d communities, want %d", len(p.Of), len(members), len(p.Sizes), d.people)
	}
	n := 0
	for c, list := range members {
		n += len(list)
		if len(list) != int(p.Sizes[c]) || len(list) == 0 || !slices.IsSorted(list) {
			t.Fatalf("community %d of size %d has %v", c, p.Sizes[c], list)
		}
		if c > 0 && (len(members[c-1]) < len(list) || len(members[c-1]) == len(list) && members[c-1][0] > list[0]) {
			t.Fatalf("communities %d and %d are in the wrong order", c-1, c)
		}
	}
	if n != d.people {
		t.Fatalf("%d people in communities, want %d", n, d.people)
	}
}

// connected checks that each community is, by its own ties.
func connected(t interface{ Fatalf(string, ...any) }, d drawing, p community.Partition) {
	root := upTo(d.people)
	find := func(v int32) int32 {
		for root[v] != v {
			root[v] = root[root[v]]
			v = root[v]
		}
		return v
	}
	for _, tie := range d.ties {
		if tie.Weight > 0 && p.Of[tie.A] == p.Of[tie.B] {
			root[find(tie.A)] = find(tie.B)
		}
	}
	first := map[int32]int32{}
	for v, c := range p.Of {
		if r, ok := first[c]; ok && r != find(int32(v)) {
			t.Fatalf("community %d is not connected: %v", c, p.Members()[c])
		}
		first[c] = find(int32(v))
	}
}

// naive is modularity by its definition, pair by pair of a matrix that is not
// kept, with nothing of the package's own.
func naive(d drawing, of []int32, resolution float64) float64 {
	strength, total := make([]float64, d.people), 0.0
	inside := 0.0
	for _, t := range d.ties {
		if t.A == t.B {
			continue
		}
		strength[t.A] += t.Weight
		strength[t.B] += t.Weight
		total += 2 * t.Weight
		if of[t.A] == of[t.B] {
			inside += 2 * t.Weight
		}
	}
	if total == 0 {
		return 0
	}
	sums := map[int32]float64{}
	for v, k := range strength {
		sums[of[v]] += k / total
	}
	q := inside / total
	for _, k := range sums {
		q -= resolution * k * k
	}
	return q
}

// TestModularityOfAnything holds Graph.Modularity against the definition for
// partitions that no search would find.
func TestModularityOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawn(t)
		of := rapid.SliceOfN(rapid.Int32Range(0, int32(d.people)-1), d.people, d.people).Draw(t, "of")
		if got, want := d.graph(t).Modularity(of, 1.5), naive(d, of, 1.5); math.Abs(got-want) > 1e-6 {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// TestAgainstGonum checks that modularity is within a hundredth of gonum's on
// small graphs, random and planted.
func TestAgainstGonum(t *testing.T) {
	draws := []drawing{karate, cliques(2, 6), cliques(12, 4)}
	for i := range uint64(12) {
		rng := rand.New(rand.NewPCG(i, 1))
		people := 20 + rng.IntN(150)
		ties, _ := planted(people, people*(2+rng.IntN(3)), 1+rng.IntN(6), rng.Float64(), i)
		for j := range ties {
			if i%2 == 0 {
				ties[j].Weight = 0.25 * float64(1+rng.IntN(8))
			}
		}
		draws = append(draws, drawing{people, ties})
	}
	for i, d := range draws {
		theirs := simple.NewWeightedUndirectedGraph(0, 0)
		for v := range d.people {
			theirs.AddNode(simple.Node(v))
		}
		for _, tie := range d.ties {
			theirs.SetWeightedEdge(simple.WeightedEdge{F: simple.Node(tie.A), T: simple.Node(tie.B), W: tie.Weight})
		}
		best := math.Inf(-1)
		for seed := range uint64(3) {
			best = max(best, gonum.Q(theirs, gonum.Modularize(theirs, 1, rand.NewPCG(seed, 0)).Communities(), 1))
		}
		ours := leiden(t, d.graph(t), community.Options{Seed: 1})
		if ours.Modularity < 0.99*best {
			t.Errorf("graph %d: modularity %v, gonum's %v", i, ours.Modularity, best)
		}
		t.Logf("graph %d of %d people: %.5f, gonum's best of three %.5f", i, d.people, ours.Modularity, best)
	}
}

// TestNewRefuses names what is wrong with a tie.
func TestNewRefuses(t *testing.T) {
	for _, c := range []struct {
		tie  community.Tie
		want error
	}{
		{community.Tie{A: -1, B: 0, Weight: 1}, community.ErrPerson},
		{community.Tie{A: 0, B: 2, Weight: 1}, community.ErrPerson},
		{community.Tie{A: 0, B: 1, Weight: -1}, community.ErrWeight},
		{community.Tie{A: 0, B: 1, Weight: math.NaN()}, community.ErrWeight},
		{community.Tie{A: 0, B: 1, Weight: math.Inf(1)}, community.ErrWeight},
		{community.Tie{A: 0, B: 1, Weight: 1e16}, community.ErrWeight},
		{community.Tie{A: 0, B: 1, Weight: 1e-16}, community.ErrWeight},
	} {
		if _, err := community.New(2, []community.Tie{{A: 0, B: 1, Weight: 1}, c.tie}); !errors.Is(err, c.want) {
			t.Errorf("%v: %v, want %v", c.tie, err, c.want)
		}
	}
	g := karate.graph(t)
	for _, o := range []community.Options{{Resolution: -1}, {Resolution: math.NaN()}, {Resolution: math.Inf(1)}, {Passes: -1}, {Looseness: math.NaN()}} {
		if _, err := g.Leiden(o); !errors.Is(err, community.ErrOptions) {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

// TestGraph checks what is said of a graph, with ties that are added up.
func TestGraph(t *testing.T) {
	d := pairs(5, 0, 1, 1, 0, 2, 2, 3, 4)
	d.ties = append(d.ties, community.Tie{A: 3, B: 4, Weight: 2.5}, community.Tie{A: 0, B: 4})
	g := d.graph(t)
	if g.People() != 5 || g.Ties() != 2 || g.Weight() != 5.5 {
		t.Errorf("%d people, %d ties of weight %v", g.People(), g.Ties(), g.Weight())
	}
	if diff := cmp.Diff([]int32{0, 0, 1, 2, 2}, g.Components()); diff != "" {
		t.Error(diff)
	}
}

// TestProgress checks that a long search says how far it is.
func TestProgress(t *testing.T) {
	ties, _ := planted(30_000, 120_000, 10, 0.8, 1)
	told := 0
	leiden(t, drawing{30_000, ties}.graph(t), community.Options{Progress: func(s community.Step) {
		told++
		if s.Pass < 1 || s.Pass > s.Passes || s.Level < 1 || s.Waiting < 0 || s.Waiting > s.Nodes {
			t.Fatalf("%+v", s)
		}
	}})
	if told == 0 {
		t.Error("nothing was told")
	}
}
