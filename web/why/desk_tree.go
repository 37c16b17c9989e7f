package why

import (
	"context"
	"net/http"
	"time"

	"tribune/advocate"
	"tribune/web/desk"
	"tribune/web/page"
)

// How much of the trees is drawn: on the page of all of them, and on that of one.
var (
	glance = advocate.Room{Levels: 3, Each: 4, Nodes: 24}
	whole  = advocate.Room{Levels: 12, Each: 8, Nodes: 150}
)

// treesShown is how many trees the page of all of them draws.
const treesShown = 8

// forest is the page of all trees.
type forest struct {
	since       time.Time
	generations []advocate.Generation
	buyers      int64 // of the year
	brought     int64 // of them, by somebody who is known
	most        int64 // the largest generation, for the chart
	crossings   []advocate.Crossing
	crossed     int64
	trees       []drawn
	faces       desk.Faces
}

// drawn is a tree as far as it is drawn.
type drawn struct {
	advocate.Grown
	top *advocate.Branch
}

func (y *why) trees(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	f := forest{since: advocate.YearTo(v.Now)}
	if f.generations, err = y.Advocacy.Generations(ctx, v.Actor, f.since, time.Time{}); err != nil {
		return err
	}
	for _, g := range f.generations {
		f.buyers += g.All()
		if g.Depth > 0 {
			f.brought += g.All()
			f.most = max(f.most, g.All())
		}
	}
	if f.crossings, f.crossed, _, err = y.Advocacy.Crossings(ctx, v.Actor, f.since, 12); err != nil {
		return err
	}
	grown, err := y.Advocacy.Trees(ctx, v.Actor, f.since, treesShown)
	if err != nil {
		return err
	}
	var people []int64
	for _, g := range grown {
		top, err := y.Advocacy.Drawn(ctx, v.Actor, g.Referral, glance)
		if err != nil {
			return err
		}
		f.trees = append(f.trees, drawn{g, top})
		people = append(people, in(top)...)
	}
	if f.faces, err = y.meet(ctx, people); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Why"), "why"
	return y.ShowDesk(w, r, v, treesPage(v, f))
}

// in gives who is in a tree: people, and minus accounts.
func in(b *advocate.Branch) []int64 {
	ids := []int64{b.ID}
	for _, c := range b.Branches {
		ids = append(ids, in(c)...)
	}
	return ids
}

// meet loads people, and accounts that are given as minus their id.
func (y *why) meet(ctx context.Context, ids []int64) (desk.Faces, error) {
	var people, accounts []int64
	for _, id := range ids {
		if id > 0 {
			people = append(people, id)
		} else if id < 0 {
			accounts = append(accounts, -id)
		}
	}
	return desk.Meet(ctx, y.Kit, people, accounts)
}

// branching is the page of one tree, from somebody in it.
type branching struct {
	top   *advocate.Branch
	chain []advocate.Referral
	faces desk.Faces
}

func (y *why) tree(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	from, err := y.Advocacy.Referral(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	b := branching{}
	if b.top, err = y.Advocacy.Drawn(ctx, v.Actor, from, whole); err != nil {
		return err
	}
	chains, err := y.Advocacy.Chains(ctx, v.Actor, []advocate.Referral{from})
	if err != nil {
		return err
	}
	b.chain = chains[from.ID]
	ids := in(b.top)
	for _, c := range b.chain {
		ids = append(ids, c.ID)
	}
	if b.faces, err = y.meet(ctx, ids); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Brought by {name}", "name", b.faces.Name(v, from.Person(), from.Account())), "why"
	return y.ShowDesk(w, r, v, treePage(v, b))
}

// crossedMore is how many buyers came over borders that the list has no room for.
func (f forest) crossedMore() int64 {
	rest := f.crossed
	for _, c := range f.crossings {
		rest -= c.Buyers
	}
	return rest
}
