package wire

import (
	"cmp"
	"html"
	"net/http"
	"slices"
	"strconv"

	"tribune/internal/feed"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/shape/charter"
)

// charter is who decides what: each version as it was published, and each
// decision against one, also where another decision followed.
func (f *feeds) charter(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error) {
	ctx, a := r.Context(), visitor(site)
	out := feed.Out{Title: p.T("{brand}: the charter", "brand", site.Brand), Alternate: f.URL + "/charter"}
	versions, err := f.Charter.Versions(ctx, a)
	if err != nil {
		return out, err
	}
	signed, err := f.Charter.Overrides(ctx, a, "", 0, perFeed)
	if err != nil {
		return out, err
	}
	var ideas, who []int64
	for _, o := range signed {
		ideas, who = append(ideas, o.Idea), append(who, o.By)
	}
	for _, v := range versions {
		who = append(who, v.PublishedBy)
	}
	people, err := f.People.People(ctx, who)
	if err != nil {
		return out, err
	}
	open, err := f.Ideas.ByID(ctx, a, ideas)
	if err != nil {
		return out, err
	}
	for _, v := range versions {
		at := f.URL + "/charter/" + strconv.FormatInt(v.Number, 10)
		out.Entries = append(out.Entries, feed.OutEntry{ID: at, URL: at, Title: p.T("Version {n} of the charter", "n", v.Number), Language: v.Language,
			HTML: f.Markdown.HTML(v.Preface), Author: author(p, site, people[v.PublishedBy], true), Published: v.PublishedAt, Updated: v.PublishedAt})
	}
	for _, o := range signed {
		e := feed.OutEntry{ID: f.URL + "/charter/overrides#o" + strconv.FormatInt(o.ID, 10), URL: f.URL + "/charter/overrides", Title: p.T("An idea that is not shown any more"),
			HTML: f.against(p, o), Author: author(p, site, people[o.By], true), Published: o.At, Updated: o.At}
		if idea, ok := open[o.Idea]; ok {
			e.Title, e.URL = idea.Title, f.decisionURL(o.Idea, o.Decision)
		}
		e.Title = p.T("Decided against the charter: {title}", "title", e.Title)
		out.Entries = append(out.Entries, e)
	}
	slices.SortStableFunc(out.Entries, func(a, b feed.OutEntry) int { return b.Published.Compare(a.Published) })
	out.Entries = out.Entries[:min(len(out.Entries), perFeed)]
	return out, nil
}

// against says, as HTML, against which clause a decision goes, how, and why,
// in the words that somebody signed.
func (f *feeds) against(p *i18n.Printer, o charter.Override) string {
	clause := f.URL + "/charter/" + strconv.FormatInt(o.Clause.Number, 10) + "#" + o.Clause.Name
	said := p.T("This is against what the charter promised under “{clause}”: {breaches}.", "clause", o.Clause.Title, "breaches", charter.Against(p, o.Breaches))
	if o.Reason == "" {
		said += " " + p.T("Who signed for this has left and took their words along.")
	} else {
		said += " " + p.T("The reason that {name} signed for:", "name", cmp.Or(o.Signer, p.T("somebody who left")))
	}
	return `<p><a href="` + html.EscapeString(clause) + `">` + html.EscapeString(said) + `</a></p>` + f.Markdown.HTML(o.Reason)
}
