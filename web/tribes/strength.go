package tribes

import (
	"math"
	"strconv"
	"strings"

	"tribune/tribe"
	"tribune/web/page"
)

// part is one part of a tribe's strength as the page shows it.
type part struct {
	name    string
	now     string   // as last taken
	says    string   // what it means
	formula string   // how it is counted
	counted string   // the numbers in it now
	course  string   // the chart in words
	lines   []string // the chart's lines: one for each run of weeks that were taken
	cells   []string // week by week
}

const (
	chartWidth  = 240
	chartHeight = 48
)

// parts gives all parts of the weeks.
func parts(v *page.View, weeks []tribe.Strength) []part {
	last := weeks[len(weeks)-1]
	n := v.Number
	return []part{
		filled(v, weeks, part{name: v.T("Size"), says: v.T("How many are in it."), formula: v.T("size = members"),
			counted: v.T("{members} in the week of {date}", "members", v.N("{n} member", "{n} members", last.Size), "date", v.Date(last.Week))},
			func(w tribe.Strength) (float64, bool) { return float64(w.Size), true }, false),
		filled(v, weeks, part{name: v.T("Density"), says: v.T("How many of those who could know each other do something with each other."),
			formula: v.T("density = 2 × tied pairs ÷ (size × (size − 1))"),
			counted: v.T("{tied} of {all} pairs answered, thanked, brought each other or voted alike in the last 90 days", "tied", n(last.Tied), "all", n(last.Size*(last.Size-1)/2))},
			tribe.Strength.Density, true),
		filled(v, weeks, part{name: v.T("Reciprocity"), says: v.T("Whether answers and thanks come back."), formula: v.T("reciprocity = given back ÷ given"),
			counted: v.T("{back} of {all} given from one member to another came back", "back", n(last.Answered), "all", n(last.Directed))},
			tribe.Strength.Reciprocity, true),
		filled(v, weeks, part{name: v.T("Recurrence"), says: v.T("Whether those who take part do so again."), formula: v.T("recurrence = active again ÷ active before"),
			counted: v.T("{again} of {all} who were active in the four weeks before are so in the last four", "again", n(last.Again), "all", n(last.WasActive))},
			tribe.Strength.Recurrence, true),
		filled(v, weeks, part{name: v.T("Newcomers kept"), says: v.T("Whether those who come stay."), formula: v.T("kept = still here and active ÷ newcomers"),
			counted: v.T("{kept} of {all} who joined eight to twelve weeks ago are members and active in the last four", "kept", n(last.Kept), "all", n(last.Newcomers))},
			tribe.Strength.Retention, true),
	}
}

// filled fills in what follows from the numbers. A share runs from 0 to 1, a
// count to the greatest there was; a week that was not taken, or has nothing
// to divide by, leaves a gap.
func filled(v *page.View, weeks []tribe.Strength, p part, value func(tribe.Strength) (float64, bool), share bool) part {
	top := 1.0
	if !share {
		for _, w := range weeks {
			if y, ok := value(w); ok {
				top = max(top, y)
			}
		}
	}
	first, last := weeks[0].Week, weeks[len(weeks)-1].Week
	span := max(1, last.Sub(first).Hours()/168)
	var points []string
	end := func() {
		if len(points) == 1 { // a week alone is a dash
			x, y, _ := strings.Cut(points[0], ",")
			at, _ := strconv.ParseFloat(x, 64)
			points = []string{coordinate(max(0, at-3)) + "," + y, coordinate(min(chartWidth, at+3)) + "," + y}
		}
		if len(points) > 0 {
			p.lines = append(p.lines, strings.Join(points, " "))
		}
		points = nil
	}
	for n, w := range weeks {
		y, ok := value(w)
		p.cells = append(p.cells, written(v, y, ok, share))
		if !ok || n > 0 && w.Week.Sub(weeks[n-1].Week).Hours() > 8*24 {
			end()
		}
		if ok {
			x := w.Week.Sub(first).Hours() / 168 / span * chartWidth
			points = append(points, coordinate(x)+","+coordinate(2+(chartHeight-4)*(1-y/top)))
		}
	}
	end()
	p.now = p.cells[len(p.cells)-1]
	p.course = v.T("{name}: {first} in the week of {from}, {last} now", "name", p.name, "first", p.cells[0], "from", v.Date(first), "last", p.now)
	return p
}

func coordinate(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

// written writes a value: a share in percent, a count as a number, and a dash
// where there is nothing to divide by.
func written(v *page.View, y float64, ok, share bool) string {
	switch {
	case !ok:
		return "–"
	case share:
		return v.T("{n} %", "n", strconv.Itoa(int(math.Round(100*y))))
	}
	return v.Number(int64(y))
}
