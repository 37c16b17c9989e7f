package carry

import (
	"context"

	"tribune/advocate"
	"tribune/event"
	"tribune/know"
	"tribune/web/page"
)

// How much of what lasted, and of thanks, a page shows.
const (
	effectsRead    = 60
	effectsShown   = 12
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
	all, err := k.Advocacy.Effects(ctx, a, person, effectsRead)
	if err != nil {
		return known, err
	}
	known.Effects = onceEach(all)
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

// onceEach keeps each effect that has a name, and one of each kind for all
// that have none, at the end: the same sentence over and over tells nothing.
func onceEach(all []advocate.Effect) (some []advocate.Effect) {
	nameless := map[string]bool{}
	var last []advocate.Effect
	for _, e := range all {
		switch {
		case e.Title != "":
			some = append(some, e)
		case !nameless[e.Ref.Kind]:
			nameless[e.Ref.Kind] = true
			last = append(last, e)
		}
	}
	return append(some[:min(len(some), effectsShown)], last...)
}

// Here is what a page of something says of thanks and of carrying it on.
type Here struct {
	Place  event.Ref
	Thanks map[event.Ref][]advocate.Thanks
	People map[int64]know.Person // who thanks
	Made   advocate.Made
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
