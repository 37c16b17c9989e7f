package charter

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"tribune/know"
	"tribune/shape/charter"
	"tribune/web/page"
)

// overview is what the desk has of purpose and charter.
type overview struct {
	Purpose  charter.Purpose
	Versions []charter.Version
	Counts   map[int64]int64
	People   map[int64]know.Person
}

func (h handlers) desk(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	v.Title, v.Section = v.T("Purpose and charter"), "settings"
	var o overview
	if o.Purpose, err = h.Charter.Purpose(ctx); err != nil {
		return err
	}
	if o.Versions, err = h.Charter.Versions(ctx, v.Actor); err != nil {
		return err
	}
	if o.Counts, err = h.Charter.Counts(ctx); err != nil {
		return err
	}
	who := []int64{o.Purpose.By}
	for _, one := range o.Versions {
		who = append(who, one.DraftedBy, one.PublishedBy)
	}
	if o.People, err = h.People.People(ctx, who); err != nil {
		return err
	}
	return h.ShowDesk(w, r, v, deskPage(v, o))
}

func (h handlers) begin(w http.ResponseWriter, r *http.Request, v *page.View) error {
	d, err := h.Charter.Draft(r.Context(), v.Actor)
	if err != nil {
		return err
	}
	return page.Back(w, r, string(draftURL(d.ID)))
}

// writing is the purpose being written.
type writing struct {
	body  string
	wrong page.Wrong
}

func (h handlers) writePurpose(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := know.Require(v.Actor, know.Configure, know.Subject{}); err != nil {
		return err
	}
	p, err := h.Charter.Purpose(r.Context())
	if err != nil {
		return err
	}
	return h.showWriting(w, r, v, writing{body: p.Body})
}

func (h handlers) showWriting(w http.ResponseWriter, r *http.Request, v *page.View, f writing) error {
	v.Title, v.Section = v.T("What we are for"), "settings"
	return h.ShowDesk(w, r, v, purposeForm(v, f))
}

func (h handlers) putPurpose(w http.ResponseWriter, r *http.Request, v *page.View) error {
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := writing{body: r.PostForm.Get("body")}
	if _, err := h.Charter.SetPurpose(r.Context(), v.Actor, f.body, v.Lang()); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		return h.showWriting(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/purpose")
}

// drafting is a draft being written, as it stands in its form.
type drafting struct {
	version charter.Version
	preface string
	chosen  string // the default clause
	edits   string
	clauses []typedClause
	wrong   page.Wrong
	people  map[int64]know.Person
}

// typedClause is a clause as it is typed.
type typedClause struct {
	name, mode, title, body, votes, within, answer, place string
}

func typedOf(c charter.Clause) typedClause {
	return typedClause{c.Name, string(c.Mode), c.Title, c.Body, number64(c.Votes), number64(c.Within), number64(c.Answer), number64(c.Place)}
}

// blank reports whether nothing is typed: then it is no clause.
func (c typedClause) blank() bool {
	return strings.TrimSpace(c.name+c.title+c.body+c.votes+c.within+c.answer) == ""
}

// clause reads what is typed. A number that is none is read as -1, which no
// clause may have.
func (c typedClause) clause() charter.Clause {
	n := func(s string) int64 {
		if s = strings.TrimSpace(s); s == "" {
			return 0
		}
		n, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return -1
		}
		return n
	}
	return charter.Clause{Name: c.name, Mode: charter.Mode(c.mode), Title: c.title, Body: c.body, Votes: n(c.votes), Within: n(c.within), Answer: n(c.answer), Place: n(c.place)}
}

// blankClause is the empty clause at the end of a form.
func blankClause() typedClause { return typedClause{mode: string(charter.Advise)} }

func (h handlers) draft(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	d, err := h.Charter.Version(r.Context(), v.Actor, id)
	if err != nil {
		return err
	}
	if !d.Draft() {
		return page.Back(w, r, string(versionURL(d.Number)))
	}
	f := drafting{version: d, preface: d.Preface, chosen: d.Default, edits: strconv.FormatInt(d.Edits, 10)}
	for _, c := range d.Clauses {
		f.clauses = append(f.clauses, typedOf(c))
	}
	f.clauses = append(f.clauses, blankClause())
	return h.showDraft(w, r, v, f)
}

func (h handlers) showDraft(w http.ResponseWriter, r *http.Request, v *page.View, f drafting) (err error) {
	v.Title, v.Section = v.T("A draft of the charter"), "settings"
	if f.people, err = h.People.People(r.Context(), []int64{f.version.DraftedBy}); err != nil {
		return err
	}
	return h.ShowDesk(w, r, v, draftPage(v, f))
}

// typedDraft reads the form of a draft, clause by clause in the order of their
// places; what is blank or to go is left out.
func typedDraft(r *http.Request) (f drafting) {
	get := r.PostForm.Get
	f.preface, f.chosen, f.edits = get("preface"), get("default"), get("edits")
	count, _ := strconv.Atoi(get("clauses"))
	for n := range min(max(count, 0), 100) {
		at := "clause." + strconv.Itoa(n) + "."
		c := typedClause{get(at + "name"), get(at + "mode"), get(at + "title"), get(at + "body"), get(at + "votes"), get(at + "within_days"), get(at + "answer_days"), get(at + "place")}
		if c.blank() || get(at+"gone") != "" {
			continue
		}
		if strings.TrimSpace(c.place) == "" {
			c.place = "1000"
		}
		f.clauses = append(f.clauses, c)
	}
	return f
}

func (h handlers) save(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := page.Form(w, r); err != nil {
		return err
	}
	f := typedDraft(r)
	if f.version, err = h.Charter.Version(r.Context(), v.Actor, id); err != nil {
		return err
	}
	edits, err := strconv.ParseInt(f.edits, 10, 64)
	if err != nil {
		edits = -1
	}
	e := charter.Edit{Preface: f.preface, Default: f.chosen, Language: v.Lang(), Edits: edits}
	// They are checked in the order in which they are shown again.
	sortClauses(f.clauses)
	for _, c := range f.clauses {
		e.Clauses = append(e.Clauses, c.clause())
	}
	if _, err := h.Charter.Save(r.Context(), v.Actor, id, e); err != nil {
		if err := v.Wrong(err, &f.wrong); err != nil {
			return err
		}
		f.clauses = append(f.clauses, blankClause())
		return h.showDraft(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, string(draftURL(id)))
}

func (h handlers) publish(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := know.Require(v.Actor, know.Configure, know.Subject{}); err != nil {
		return err
	}
	if _, err := h.Charter.Publish(r.Context(), v.Actor, id); err != nil {
		var wrong page.Wrong
		if err := v.Wrong(err, &wrong); err != nil {
			return err
		}
		d, err := h.Charter.Version(r.Context(), v.Actor, id)
		if err != nil {
			return err
		}
		f := drafting{version: d, preface: d.Preface, edits: strconv.FormatInt(d.Edits, 10), clauses: []typedClause{blankClause()}, wrong: wrong}
		return h.showDraft(w, r, v, f)
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/charter")
}

func (h handlers) discard(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := h.Charter.Discard(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "removed")
	return page.Back(w, r, "/desk/charter")
}

func sortClauses(all []typedClause) {
	slices.SortStableFunc(all, func(a, b typedClause) int { return cmp.Compare(a.clause().Place, b.clause().Place) })
}

// modes are the ways to decide, for a form.
func modes(v *page.View) []page.Option {
	return []page.Option{{Value: string(charter.Decide), Name: v.T("customers decide")}, {Value: string(charter.CoDecide), Name: v.T("both decide together")}, {Value: string(charter.Advise), Name: v.T("customers advise, we decide")}}
}

// chooseDefault are the clauses that ideas can fall under.
func (f drafting) chooseDefault(v *page.View) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("none: advice is the default")}}
	for _, c := range f.clauses {
		if c.name != "" {
			options = append(options, page.Option{Value: c.name, Name: cmp.Or(c.title, c.name)})
		}
	}
	return options
}
