package sortition

import "slices"

// steps is how many branches one question may cost. Draws of a thousand people
// with three features take some dozen.
const steps = 50_000

// kind is a type: everybody with the same values.
type kind struct {
	values []string
	free   int // waiting, and not shown to be unfit
}

// bound is a quota over types, less what is seated.
type bound struct {
	low, high int
	types     []int
}

// panel is a draw under way.
type panel struct {
	seats   int // left
	types   []kind
	bounds  []bound
	typeOf  map[string]int
	witness []int // one way to fill the seats left: how many of each type
}

// seat gives a seat to one of a type.
func (p *panel) seat(t int) {
	p.seats--
	p.types[t].free--
	if p.witness != nil {
		p.witness[t]--
	}
	for i := range p.bounds {
		if slices.Contains(p.bounds[i].types, t) {
			p.bounds[i].low--
			p.bounds[i].high--
		}
	}
}

// solve looks for a way to fill the seats left, with at least one of type with
// if that is not -1, and keeps it as the witness. decided is false when the
// steps ran out.
func (p *panel) solve(with int) (found, decided bool) {
	s := search{bounds: p.bounds, steps: steps}
	all := make([]int, len(p.types))
	for t := range all {
		all[t] = t
	}
	s.bounds = append(slices.Clone(p.bounds), bound{p.seats, p.seats, all})
	low, high := make([]int, len(p.types)), make([]int, len(p.types))
	for t, k := range p.types {
		high[t] = min(k.free, p.seats)
	}
	if with >= 0 {
		low[with] = 1
	}
	if way := s.fill(low, high); way != nil {
		p.witness = way
		return true, true
	}
	return false, s.steps > 0
}

// search decides whether numbers of each type fit all bounds.
type search struct {
	bounds []bound
	steps  int
}

// fill gives numbers between low and high that fit, or nil. Both are changed.
func (s *search) fill(low, high []int) []int {
	if s.steps--; s.steps < 0 || !s.narrow(low, high) {
		return nil
	}
	open, room := -1, 0
	for t := range low {
		if high[t]-low[t] > room {
			open, room = t, high[t]-low[t]
		}
	}
	if open < 0 {
		return low
	}
	middle := low[open] + room/2
	l, h := slices.Clone(low), slices.Clone(high)
	h[open] = middle
	if way := s.fill(l, h); way != nil {
		return way
	}
	low[open] = middle + 1
	return s.fill(low, high)
}

// narrow tightens the numbers until no bound says more, and reports whether
// any are left.
func (s *search) narrow(low, high []int) bool {
	for changed := true; changed; {
		changed = false
		for _, b := range s.bounds {
			least, most := 0, 0
			for _, t := range b.types {
				least += low[t]
				most += high[t]
			}
			if least > b.high || most < b.low {
				return false
			}
			for _, t := range b.types {
				if top := b.high - (least - low[t]); top < high[t] {
					most -= high[t] - top
					high[t], changed = top, true
				}
				if floor := b.low - (most - high[t]); floor > low[t] {
					least += floor - low[t]
					low[t], changed = floor, true
				}
				if low[t] > high[t] {
					return false
				}
			}
		}
	}
	return true
}
