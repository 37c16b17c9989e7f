// Package sortition draws seats by lot under quotas, so that anybody can replay
// the draw from a public seed.
//
// The rule fits in two sentences. Everybody's ticket is the SHA-256 of the seed,
// a line feed and their id; tickets are read in rising order. Whoever's ticket
// comes up is seated, unless the remaining seats could then no longer be filled
// within the quotas by those still waiting.
//
// Whether they could is decided exactly: people with the same values in every
// feature are one type, and a search over how many of each type to seat, with
// bounds propagated through all quotas, either finds a way or shows that there
// is none. The search counts its steps and gives up at a fixed number of them,
// never by the clock, so that the same draw ends the same everywhere.
//
// The package is pure: no I/O, no clock, no state.
package sortition

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// Person is somebody who may be drawn. Values holds one value for each feature
// of the draw, in their order; "" is a value like any other.
type Person struct {
	ID     string
	Values []string
}

// Quota bounds how many seats go to people with a value in a feature.
type Quota struct {
	Feature, Value string
	Min, Max       int
}

// Draw is everything that decides who is seated.
type Draw struct {
	Seats    int
	Features []string
	Quotas   []Quota
	People   []Person // their order does not matter
	Seed     string   // published before anybody could know what it does
	Keep     []string // ids who are seated already: after somebody declined, the rest stay
}

// Result is who is seated and in which order the others would follow.
type Result struct {
	Seated  []string // Keep first, then in the order of their tickets
	Waiting []string // the others, in the order of their tickets
	Passed  []string // those among Waiting whose ticket came up and who did not fit the quotas
}

// Impossible says why no panel fits the quotas.
type Impossible struct {
	Quota      Quota // the one that fails by itself; zero if they fail together
	Seats      int
	Available  int  // people with that value, or in all
	Undecided  bool // the search ended without an answer; wider quotas help
	OverSeats  bool // the smallest numbers of one feature add up to more than there are seats
	UnderSeats bool // the largest numbers of one feature add up to less
}

// Error says it in English; faces use the fields.
func (e *Impossible) Error() string {
	switch {
	case e.Undecided:
		return "it could not be decided whether the quotas can be met together: widen them"
	case e.OverSeats:
		return fmt.Sprintf("the smallest numbers for %s add up to more than the %d seats", e.Quota.Feature, e.Seats)
	case e.UnderSeats:
		return fmt.Sprintf("the largest numbers for %s add up to less than the %d seats", e.Quota.Feature, e.Seats)
	case e.Quota.Feature != "":
		return fmt.Sprintf("%s %q needs at least %d, and %d can be drawn", e.Quota.Feature, e.Quota.Value, e.Quota.Min, e.Available)
	case e.Available < e.Seats:
		return fmt.Sprintf("there are %d seats, and %d people", e.Seats, e.Available)
	}
	return "each quota can be met, but not all of them together"
}

// Ticket is a person's place in a draw: lower comes first.
func Ticket(seed, id string) [sha256.Size]byte { return sha256.Sum256([]byte(seed + "\n" + id)) }

// Run draws. The same Draw gives the same Result, whatever the order of its
// people. The error is an *Impossible if no panel fits, and another one if the
// Draw itself is wrong: an id twice, a quota for an unknown feature, a person
// with too few values.
func (d Draw) Run() (r Result, err error) {
	order, err := d.order()
	if err != nil {
		return r, err
	}
	p, err := d.panel(order)
	if err != nil {
		return r, err
	}
	if err := d.plain(p); err != nil {
		return r, err
	}
	found, decided := p.solve(-1)
	if !found {
		return r, &Impossible{Seats: d.Seats, Available: len(order), Undecided: !decided}
	}
	r.Seated = slices.Clone(d.Keep)
	closed := make([]bool, len(p.types))
	for _, person := range order {
		t := p.typeOf[person.ID]
		switch {
		case slices.Contains(d.Keep, person.ID):
			continue
		case p.seats == 0:
			r.Waiting = append(r.Waiting, person.ID)
			continue
		case !closed[t] && p.witness[t] == 0:
			fits, _ := p.solve(t)
			closed[t] = !fits
			if !fits {
				p.types[t].free = 0 // nobody of this type fits from here on: seats only grow fewer
			}
		}
		if closed[t] {
			r.Waiting, r.Passed = append(r.Waiting, person.ID), append(r.Passed, person.ID)
			continue
		}
		p.seat(t)
		r.Seated = append(r.Seated, person.ID)
	}
	return r, nil
}

// order checks the draw and gives its people by their tickets.
func (d Draw) order() ([]Person, error) {
	type ticketed struct {
		ticket [sha256.Size]byte
		Person
	}
	if d.Seats < 1 {
		return nil, fmt.Errorf("there must be at least one seat")
	}
	all, seen := make([]ticketed, len(d.People)), make(map[string]bool, len(d.People))
	for i, p := range d.People {
		if p.ID == "" || seen[p.ID] {
			return nil, fmt.Errorf("the id %q is empty or there twice", p.ID)
		}
		if len(p.Values) != len(d.Features) {
			return nil, fmt.Errorf("%q has %d values for %d features", p.ID, len(p.Values), len(d.Features))
		}
		seen[p.ID] = true
		all[i] = ticketed{Ticket(d.Seed, p.ID), p}
	}
	for i, id := range d.Keep {
		if !seen[id] || slices.Contains(d.Keep[:i], id) {
			return nil, fmt.Errorf("%q is to be kept, and is not among the people, or is there twice", id)
		}
	}
	slices.SortFunc(all, func(a, b ticketed) int {
		return cmp.Or(bytes.Compare(a.ticket[:], b.ticket[:]), cmp.Compare(a.ID, b.ID))
	})
	people := make([]Person, len(all))
	for i, t := range all {
		people[i] = t.Person
	}
	return people, nil
}

// panel turns people and quotas into types and bounds, with Keep seated.
func (d Draw) panel(order []Person) (*panel, error) {
	p := &panel{seats: d.Seats, typeOf: make(map[string]int, len(order))}
	index := map[string]int{}
	for _, person := range order {
		key := strings.Join(person.Values, "\x00")
		t, ok := index[key]
		if !ok {
			t = len(p.types)
			index[key] = t
			p.types = append(p.types, kind{values: person.Values})
		}
		p.types[t].free++
		p.typeOf[person.ID] = t
	}
	seen := map[[2]string]bool{}
	for _, q := range d.Quotas {
		f := slices.Index(d.Features, q.Feature)
		if f < 0 {
			return nil, fmt.Errorf("there is a quota for %q, which is no feature of the draw", q.Feature)
		}
		if q.Min < 0 || q.Max < q.Min || seen[[2]string{q.Feature, q.Value}] {
			return nil, fmt.Errorf("the quota for %s %q is no range, or is there twice", q.Feature, q.Value)
		}
		seen[[2]string{q.Feature, q.Value}] = true
		b := bound{low: q.Min, high: q.Max}
		for t, k := range p.types {
			if k.values[f] == q.Value {
				b.types = append(b.types, t)
			}
		}
		p.bounds = append(p.bounds, b)
	}
	for _, id := range d.Keep {
		p.seat(p.typeOf[id])
	}
	return p, nil
}

// plain finds the reasons for failure that can be named.
func (d Draw) plain(p *panel) error {
	if len(d.People) < d.Seats || p.seats < 0 {
		return &Impossible{Seats: d.Seats, Available: len(d.People)}
	}
	low, high, values := map[string]int{}, map[string]int{}, map[string]int{}
	for i, q := range d.Quotas {
		available := 0
		for _, t := range p.bounds[i].types {
			available += p.types[t].free
		}
		if available < p.bounds[i].low || p.bounds[i].high < 0 {
			return &Impossible{Quota: q, Seats: d.Seats, Available: available + q.Min - p.bounds[i].low}
		}
		low[q.Feature] += q.Min
		high[q.Feature] += q.Max
		values[q.Feature]++
	}
	for f, name := range d.Features {
		others := false // people whose value has no quota fill what is left
		for _, k := range p.types {
			others = others || !slices.ContainsFunc(d.Quotas, func(q Quota) bool { return q.Feature == name && q.Value == k.values[f] })
		}
		if low[name] > d.Seats {
			return &Impossible{Quota: Quota{Feature: name}, Seats: d.Seats, OverSeats: true}
		}
		if values[name] > 0 && !others && high[name] < d.Seats {
			return &Impossible{Quota: Quota{Feature: name}, Seats: d.Seats, UnderSeats: true}
		}
	}
	return nil
}
