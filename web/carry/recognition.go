package carry

import (
	"cmp"
	"context"
	"slices"

	"tribune/advocate"
	"tribune/event"
	"tribune/know"
	"tribune/web/page"
)

// How much of what lasted a page looks through, and how much of each sort and
// of thanks it shows; and of each sort before one asks for more.
const (
	effectsRead    = 60
	effectsShown   = 12
	effectsFirst   = 4
	gratitudeShown = 6
)

// Known is what a person is recognised for: what lasted, and thanks.
type Known struct {
	Effects []advocate.Effect
	Thanks  []advocate.Thanks
	People  map[int64]know.Person
}

// Any reports whether there is anything.
func (k Known) Any() bool { return len(k.Effects)+len(k.Thanks) > 0 }

// KnownFor reads it, as far as the reader may see it.
func KnownFor(ctx context.Context, k *page.Kit, a know.Actor, person int64) (known Known, err error) {
	if known.Effects, err = k.Advocacy.Effects(ctx, a, person, effectsRead); err != nil {
		return known, err
	}
	if known.Thanks, err = k.Advocacy.ThanksTo(ctx, a, person, 0, gratitudeShown); err != nil {
		return known, err
	}
	who := make([]int64, len(known.Thanks))
	for n, t := range known.Thanks {
		who[n] = t.By
	}
	known.People, err = k.People.People(ctx, who)
	return known, err
}

// lasting is effects of one sort, the latest first: their sort is said once.
type lasting struct {
	sort  string            // as sortOf names it
	named []advocate.Effect // those with something to open
}

// sorted puts effects together by their sort, those that have nothing to open
// at the end. Recognition tells what lasted, never how much of it.
func sorted(all []advocate.Effect) (sorts []lasting) {
	last := func(a, b lasting) int { return cmp.Compare(min(len(b.named), 1), min(len(a.named), 1)) }
	for _, e := range all {
		i := slices.IndexFunc(sorts, func(l lasting) bool { return l.sort == sortOf(e) })
		if i < 0 {
			i = len(sorts)
			sorts = append(sorts, lasting{sort: sortOf(e)})
		}
		if e.Title != "" && len(sorts[i].named) < effectsShown {
			sorts[i].named = append(sorts[i].named, e)
		}
	}
	slices.SortStableFunc(sorts, last)
	return sorts
}

// Here is what a page of something says of thanks and of carrying it on.
type Here struct {
	Place  event.Ref
	Thanks map[event.Ref][]advocate.Thanks
	People map[int64]know.Person // who thanks
	Made   advocate.Made
}

// Thanked reports whether somebody said thank you for a thing on the page.
func (h Here) Thanked(kind string, id int64) bool {
	return len(h.Thanks[event.Ref{Kind: kind, ID: id}]) > 0
}

// At reads it. What is common to all members says nothing of who made it.
func At(ctx context.Context, k *page.Kit, v *page.View, place event.Ref) (h Here, err error) {
	h.Place = place
	if h.Thanks, err = k.Advocacy.ThanksAt(ctx, place); err != nil {
		return h, err
	}
	var who []int64
	for _, of := range h.Thanks {
		for _, t := range of {
			who = append(who, t.By)
		}
	}
	if h.People, err = k.People.People(ctx, who); err != nil {
		return h, err
	}
	if !v.IsCommon() {
		h.Made, err = k.Advocacy.Made(ctx, v.Actor, place)
	}
	return h, err
}
