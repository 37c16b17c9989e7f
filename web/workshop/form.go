package workshop

import (
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/web/page"
)

// first gives the first text that says something.
func first(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

// dayOf reads a day of a form (2026-11-20) as its first moment in a zone; ""
// is the zero time.
func dayOf(text string, zone *time.Location, field string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "Write the day as year-month-day: 2026-11-20.").On(field)
	}
	return t, nil
}

// dayText writes a day for a form, "" for none.
func dayText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}

// clauseOptions are the clauses that can be cited: those of the charter that
// holds, and the one that is cited already.
func clauseOptions(v *page.View, now charter.Version, cited charter.Clause) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("none: advice is the default")}}
	if cited.ID != 0 && cited.Charter != now.ID {
		options = append(options, page.Option{Value: number(cited.ID), Name: v.T("{title} (version {n})", "title", cited.Title, "n", cited.Number)})
	}
	for _, c := range now.Clauses {
		options = append(options, page.Option{Value: number(c.ID), Name: v.T("{title}: {mode}", "title", c.Title, "mode", page.ModeOf(v.Printer, c.Mode))})
	}
	return options
}

// citeOptions are what a decision can rest on.
func citeOptions(v *page.View, o opened) []page.Option {
	options := []page.Option{{Value: "", Name: v.T("its own reason alone")}, {Value: "purpose", Name: v.T("what we are for")}}
	if o.bound.Clause.ID != 0 {
		options[0].Name = v.T("the clause it stands under: {title}", "title", o.bound.Clause.Title)
	}
	for _, c := range o.charter.Clauses {
		if c.ID != o.bound.Clause.ID {
			options = append(options, page.Option{Value: number(c.ID), Name: v.T("the clause “{title}”", "title", c.Title)})
		}
	}
	return options
}

// cited reads what was chosen of citeOptions.
func cited(value string) (purpose bool, clause int64) {
	if value == "purpose" {
		return true, 0
	}
	clause, _ = strconv.ParseInt(value, 10, 64)
	return false, clause
}

// against says which decisions would go against the charter now, stage by
// stage; "" if none would.
func against(v *page.View, o opened) string {
	var names []string
	for _, s := range shape.Stages() {
		if len(o.bound.Against(s, v.Now)) > 0 {
			names = append(names, v.Stage(s, ""))
		}
	}
	switch len(names) {
	case 0:
		return ""
	case len(shape.Stages()):
		return v.T("The time to answer is over, so whatever is decided now is against it.")
	}
	return v.T("Against it would be: {stages}.", "stages", v.List(names))
}
