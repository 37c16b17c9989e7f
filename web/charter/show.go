package charter

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"tribune/internal/fault"
	"tribune/internal/worddiff"
	"tribune/know"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/web/page"
)

// purposePage is a wording of the purpose, and what rests on it.
type purposeShown struct {
	Said    string // in one sentence
	Purpose charter.Purpose
	Earlier []charter.Purpose // the other wordings, the latest first
	Changed []worddiff.Piece  // from the wording before, "" if there was none
	Then    bool              // it is not the wording that stands
	Citing  []citing
	People  map[int64]know.Person
	Charter charter.Version
}

// citing is a decision that rests on the purpose.
type citing struct {
	shape.Decision
	Idea shape.Idea
}

func (h handlers) purpose(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return h.showPurpose(w, r, v, 0)
}

func (h handlers) purposeThen(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	return h.showPurpose(w, r, v, id)
}

func (h handlers) showPurpose(w http.ResponseWriter, r *http.Request, v *page.View, id int64) error {
	ctx := r.Context()
	p := purposeShown{Said: said(v)}
	all, err := h.Charter.Purposes(ctx)
	if err != nil {
		return err
	}
	found := id == 0
	for n, one := range all {
		if n == 0 && id == 0 || one.ID == id {
			found, p.Purpose, p.Then = true, one, n > 0
			if n+1 < len(all) {
				p.Changed = worddiff.Words(all[n+1].Body, one.Body)
			}
			continue
		}
		p.Earlier = append(p.Earlier, one)
	}
	if !found {
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	if p.Citing, err = h.citing(ctx, v.Actor); err != nil {
		return err
	}
	if p.Charter, err = h.Charter.Current(ctx); err != nil {
		return err
	}
	who := []int64{p.Purpose.By}
	for _, c := range p.Citing {
		who = append(who, c.By)
	}
	if p.People, err = h.People.People(ctx, who); err != nil {
		return err
	}
	v.Title, v.About, v.NoIndex = v.T("Purpose"), p.Said, p.Then
	return h.Show(w, r, v, purposePage(v, p))
}

// said is the purpose in one sentence.
func said(v *page.View) string {
	if v.Site.Purpose != "" {
		return v.Site.Purpose
	}
	return v.T("Made with the people it is made for.")
}

func (h handlers) citing(ctx context.Context, a know.Actor) ([]citing, error) {
	made, err := h.Ideas.CitingPurpose(ctx, a, 8)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(made))
	for n, d := range made {
		ids[n] = d.Idea
	}
	ideas, err := h.Ideas.ByID(ctx, a, ids)
	var all []citing
	for _, d := range made {
		if idea, ok := ideas[d.Idea]; ok {
			all = append(all, citing{d, idea})
		}
	}
	return all, err
}

// feed is what tells of new versions, and of decisions against them.
const feed = "/charter.atom"

// charterShown is a version of the charter with what went against it.
type charterShown struct {
	Version   charter.Version // the zero Version: there is none yet
	Then      bool            // it is not the one that holds
	Changes   []charter.Change
	Before    charter.Version
	Versions  []charter.Version
	Counts    map[int64]int64
	Count     int64            // of overrides, ever
	Earlier   map[string]int64 // of overrides in the versions before, by clause
	Overrides overridden
	People    map[int64]know.Person
}

// overridden is a list of overrides.
type overridden struct {
	List   []charter.Override
	Ideas  map[int64]shape.Idea
	People map[int64]know.Person
	Next   string
	Clause string
}

func (h handlers) current(w http.ResponseWriter, r *http.Request, v *page.View) error {
	version, err := h.Charter.Current(r.Context())
	if err != nil {
		return err
	}
	return h.showCharter(w, r, v, charterShown{Version: version})
}

func (h handlers) version(w http.ResponseWriter, r *http.Request, v *page.View) error {
	n, err := number(r)
	if err != nil {
		return err
	}
	c := charterShown{}
	if c.Version, err = h.Charter.Number(r.Context(), n); err != nil {
		return err
	}
	return h.showCharter(w, r, v, c)
}

func (h handlers) showCharter(w http.ResponseWriter, r *http.Request, v *page.View, c charterShown) (err error) {
	ctx := r.Context()
	if c.Versions, err = h.Charter.Versions(ctx, know.Actor{}); err != nil {
		return err
	}
	c.Then = c.Version.Number > 0 && c.Versions[0].Number != c.Version.Number
	if c.Version.Number > 1 {
		if c.Before, err = h.Charter.Number(ctx, c.Version.Number-1); err != nil {
			return err
		}
		c.Changes = charter.Changes(c.Before, c.Version)
	}
	if c.Counts, err = h.Charter.Counts(ctx); err != nil {
		return err
	}
	if c.Earlier, err = h.Charter.CountsBefore(ctx, c.Version.Number); err != nil {
		return err
	}
	if c.Count, err = h.Charter.Count(ctx); err != nil {
		return err
	}
	if c.Overrides, err = h.overridden(ctx, v.Actor, "", 0, 5); err != nil {
		return err
	}
	who := []int64{}
	for _, one := range c.Versions {
		who = append(who, one.PublishedBy)
	}
	if c.People, err = h.People.People(ctx, who); err != nil {
		return err
	}
	v.Title, v.About, v.NoIndex, v.Feed = v.T("Charter"), v.T("What customers decide here, what we decide together, and what we ask advice on."), c.Then, feed
	return h.Show(w, r, v, charterPage(v, c))
}

// overridden reads overrides with their ideas and signers.
func (h handlers) overridden(ctx context.Context, a know.Actor, clause string, before int64, limit int) (o overridden, err error) {
	o.Clause = clause
	if o.List, err = h.Charter.Overrides(ctx, a, clause, before, limit+1); err != nil {
		return o, err
	}
	if len(o.List) > limit {
		o.List = o.List[:limit]
		q := url.Values{"before": {strconv.FormatInt(o.List[limit-1].ID, 10)}}
		if clause != "" {
			q.Set("clause", clause)
		}
		o.Next = "/charter/overrides?" + q.Encode()
	}
	var ideas, who []int64
	for _, one := range o.List {
		ideas, who = append(ideas, one.Idea), append(who, one.By)
	}
	if o.Ideas, err = h.Ideas.ByID(ctx, a, ideas); err != nil {
		return o, err
	}
	o.People, err = h.People.People(ctx, who)
	return o, err
}

func (h handlers) overrides(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q := r.URL.Query()
	before, _ := strconv.ParseInt(q.Get("before"), 10, 64)
	o, err := h.overridden(r.Context(), v.Actor, q.Get("clause"), max(before, 0), 20)
	if err != nil {
		return err
	}
	v.Title, v.Feed = v.T("Decisions against the charter"), feed
	return h.Show(w, r, v, overridesPage(v, o))
}

// rule is what a clause promises, in words, to be compared with another's.
func rule(v *page.View, c charter.Clause) string {
	if c.Name == "" {
		return ""
	}
	return c.Title + "\n" + page.Promise(v.Printer, c)
}

// news are the changes of a version, without what stayed.
func (c charterShown) news() (all []charter.Change) {
	for _, one := range c.Changes {
		if !one.Same() {
			all = append(all, one)
		}
	}
	return all
}

// in gives the clauses of a mode.
func (c charterShown) in(m charter.Mode) (all []charter.Clause) {
	for _, one := range c.Version.Clauses {
		if one.Mode == m {
			all = append(all, one)
		}
	}
	return all
}
