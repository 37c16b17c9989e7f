package community

import "math"

// cell is what the first phase keeps of a community: the two numbers it always
// needs together, side by side.
type cell struct {
	link     float32 // weight between it and the node at hand; 0 but while that node is looked at
	strength float32 // of all its nodes
}

// steady is the least gain that moves a node, as a part of the node's strength.
// It lies above the rounding errors of strengths that were added to and taken
// from many times, so that nothing goes back and forth for ever.
const steady = 1e-6

// rounds bounds the visits to a node, on average. No graph comes near it; it is
// there so that rounding can not make a search endless.
const rounds = 1000

// hurried is the same for the first level of the first pass. Left to its end
// that level takes most of the time, and where communities are large and ties
// few it joins what the next levels can not part again; what it leaves undone
// costs the next pass little.
const hurried = 4

// tellEvery is after how many visits progress is told, and at the first.
const tellEvery = 1 << 16

// move is the first phase: it takes the nodes in random order, puts each into
// the neighbouring community, or an empty one, that raises modularity most, and
// looks again at those neighbours of a node that moved who are not in its new
// community, until nobody waits. It says how many moves there were.
//
// With v taken out of its community, joining c changes 2m*Q/2 by
//
//	link(v, c) - resolution * strength(v) * strength(c) / 2m
func (s *search) move(net *network, comm []int32) (moves int) {
	n := net.size()
	s.settle(net, comm)
	order, waits := s.mix(n), s.waits[:n]
	for v := range waits {
		waits[v] = true
	}
	cells, members := s.cells[:n], s.members[:n]
	visits := 0
	most := rounds * n
	if s.step.Pass == 1 && s.step.Level == 1 {
		most = hurried * n
	}
	for waiting := n; waiting > 0 && visits < most; {
		for _, v := range order {
			if !waits[v] {
				continue
			}
			if visits%tellEvery == 0 {
				s.step.Nodes, s.step.Waiting = n, waiting
				s.tell(s.step)
			}
			visits++
			waiting--
			waits[v] = false
			from, k := comm[v], net.strength[v]
			best := s.best(net, comm, v)
			if best == from {
				continue
			}
			moves++
			s.lost[from] = true
			if members[best] == 0 {
				s.empty = s.empty[:len(s.empty)-1]
			}
			if members[from]--; members[from] == 0 {
				s.empty = append(s.empty, from)
				s.sums[from] = 0
			} else {
				s.sums[from] -= k
			}
			cells[from].strength = float32(s.sums[from])
			members[best]++
			s.sums[best] += k
			cells[best].strength = float32(s.sums[best])
			comm[v] = best
			for _, a := range net.row(v) {
				if u := a.to; !waits[u] && comm[u] != best {
					waits[u] = true
					waiting++
				}
			}
		}
	}
	return moves
}

// settle counts the members and adds up the strength of each community.
func (s *search) settle(net *network, comm []int32) {
	n := net.size()
	clear(s.cells[:n])
	clear(s.sums[:n])
	clear(s.members[:n])
	clear(s.lost[:n])
	s.empty = s.empty[:0]
	for v, c := range comm {
		s.sums[c] += net.strength[v]
		s.members[c]++
	}
	for c := n - 1; c >= 0; c-- {
		s.cells[c].strength = float32(s.sums[c])
		if s.members[c] == 0 {
			s.empty = append(s.empty, int32(c))
		}
	}
}

// best is the community that v should be in.
func (s *search) best(net *network, comm []int32, v int32) int32 {
	cells, row := s.cells, net.row(v)
	touched := s.touched[:len(row)]
	known := 0
	for _, a := range row {
		c := comm[a.to]
		cell := &cells[c]
		touched[known] = c
		one := 0
		if cell.link == 0 {
			one = 1
		}
		known += one
		cell.link += a.weight
	}
	touched = touched[:known]
	from, k := comm[v], net.strength[v]
	pull := k * s.scale
	stay := float64(cells[from].link) - pull*(s.sums[from]-k)
	best, most := from, stay+steady*k
	for _, c := range touched {
		cell := &cells[c]
		if gain := float64(cell.link) - pull*float64(cell.strength); gain > most && c != from {
			best, most = c, gain
		}
		cell.link = 0
	}
	if most < 0 && s.members[from] > 1 {
		best = s.empty[len(s.empty)-1]
	}
	return best
}

// refine is the second phase: within each community it begins anew with every
// node alone, and lets those who are still alone join one of the groups they
// gain by, drawn at random by how much. Only nodes and groups that are well
// connected to the rest of their community take part:
//
//	weight(x, C - x) >= resolution * strength(x) * (strength(C) - strength(x)) / 2m
//
// A node joins only along a tie, so every group is connected. The group of each
// node is left in s.ref, numbered from 0; refine says how many there are. It
// follows a move, and uses the cells for groups from here on; the strengths of
// communities still stand in s.sums.
func (s *search) refine(net *network, comm []int32) int {
	n := net.size()
	cells, ref, outs, joined := s.cells[:n], s.ref[:n], s.outs[:n], s.waits[:n]
	for v, c := range comm {
		out := float32(0)
		for _, a := range net.row(int32(v)) {
			if comm[a.to] == c {
				out += a.weight
			}
		}
		ref[v], outs[v], joined[v] = int32(v), float64(out), false
		cells[v] = cell{strength: float32(net.strength[v])}
	}
	for _, v := range s.mix(n) {
		all, k := s.sums[comm[v]], net.strength[v]
		if joined[v] || outs[v] == 0 || outs[v] < s.scale*k*(all-k) {
			continue
		}
		if to, link := s.draw(net, comm, v, all); to != v {
			cells[to].strength += float32(k)
			outs[to] += outs[v] - 2*link
			ref[v], joined[v], joined[to] = to, true, true
		}
	}
	return s.number(ref, n)
}

// draw picks the group that v, alone so far, joins, by chance and gain, and
// gives the weight between them; v means it stays alone, which gains 0.
func (s *search) draw(net *network, comm []int32, v int32, all float64) (to int32, link float64) {
	touched := s.linked(net, comm, v)
	cells, pull := s.cells, net.strength[v]*s.scale
	kept, links, weights, best := touched[:0], s.links[:0], s.weights[:0], 0.0
	for _, g := range touched {
		link, k := float64(cells[g].link), float64(cells[g].strength)
		cells[g].link = 0
		gain := link - pull*k
		if gain >= best-farBelow*s.loose && gain >= 0 && s.outs[g] >= s.scale*k*(all-k) {
			kept, links, weights, best = append(kept, g), append(links, link), append(weights, gain), max(best, gain)
		}
	}
	s.links, s.weights = links, weights
	alone := weightOf(0, best, s.loose)
	sum := alone
	for i, gain := range weights {
		weights[i] = weightOf(gain, best, s.loose)
		sum += weights[i]
	}
	drawn := -1 // of kept; -1: alone
	for left := s.rng.Float64()*sum - alone; left >= 0 && drawn+1 < len(kept); {
		drawn++
		left -= weights[drawn]
	}
	if drawn < 0 {
		return v, 0
	}
	return kept[drawn], links[drawn]
}

// linked adds up the weight between v and each group of its community in the
// link of the group's cell, and lists those groups.
func (s *search) linked(net *network, comm []int32, v int32) []int32 {
	cells, ref, row := s.cells, s.ref, net.row(v)
	c, touched, known := comm[v], s.touched[:len(row)], 0
	for _, a := range row {
		if comm[a.to] != c {
			continue
		}
		g := ref[a.to]
		touched[known] = g
		one := 0
		if cells[g].link == 0 {
			one = 1
		}
		known += one
		cells[g].link += a.weight
	}
	return touched[:known]
}

// farBelow is how many loosenesses below the best a choice has no chance: it
// would be drawn once in e^40 times.
const farBelow = 40

// weightOf is what one of several choices counts for in a draw: e to the power
// of how far it lies below the best, in units of the looseness.
func weightOf(gain, best, loose float64) float64 {
	if d := (gain - best) / loose; d > -farBelow {
		return math.Exp(d)
	}
	return 0
}

// number renames labels, each below the bound, to 0, 1, 2... in the order of
// their first use, and says how many there are.
func (s *search) number(labels []int32, bound int) int {
	at := s.at[:bound]
	for i := range at {
		at[i] = -1
	}
	n := int32(0)
	for i, l := range labels {
		if at[l] < 0 {
			at[l] = n
			n++
		}
		labels[i] = at[l]
	}
	return int(n)
}

// gather is the third phase: each group of s.ref becomes a node of a smaller
// network, in the community its nodes were in. Arcs between the same two groups
// are added up, those inside one are left out.
func (s *search) gather(net *network, comm []int32, groups int) (*network, []int32) {
	small := &network{off: make([]int32, groups+1), strength: make([]float64, groups)}
	smallComm := make([]int32, groups)
	first := make([]int32, groups+1) // where the nodes of each group begin in nodes
	for v, r := range s.ref[:net.size()] {
		first[r+1]++
		small.strength[r] += net.strength[v]
		smallComm[r] = comm[v]
	}
	for r := range groups {
		first[r+1] += first[r]
	}
	nodes, next := s.order[:net.size()], small.off[:groups]
	copy(next, first)
	for v, r := range s.ref[:net.size()] {
		nodes[next[r]] = int32(v)
		next[r]++
	}
	s.number(smallComm, net.size())

	crossing := 0
	for v, r := range s.ref[:net.size()] {
		for _, a := range net.row(int32(v)) {
			one := 0
			if s.ref[a.to] != r {
				one = 1
			}
			crossing += one
		}
	}
	small.arcs = make([]arc, 0, crossing)
	small.off[0] = 0
	link := s.cells[:groups] // strengths in them are of no use any more
	for r := range link {
		link[r].link = 0
	}
	for r := range groups {
		touched := s.touched[:groups]
		known := 0
		link[r].link = 1 // keeps the group itself out of touched
		for _, v := range nodes[first[r]:first[r+1]] {
			for _, a := range net.row(v) {
				t := s.ref[a.to]
				cell := &link[t]
				touched[known] = t
				one := 0
				if cell.link == 0 {
					one = 1
				}
				known += one
				cell.link += a.weight
			}
		}
		link[r].link = 0
		for _, t := range touched[:known] {
			small.arcs = append(small.arcs, arc{t, float32(link[t].link)})
			link[t].link = 0
		}
		small.off[r+1] = int32(len(small.arcs))
	}
	return small, smallComm
}
