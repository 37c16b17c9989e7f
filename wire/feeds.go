package wire

import (
	"context"
	"html"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tribune/internal/fault"
	"tribune/internal/feed"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
)

// visitor is for whom every feed is: what it may not see is not in one.
func visitor(site know.Site) know.Actor { return know.Actor{Rules: &site.Rules} }

// ideas is the newest ideas.
func (f *feeds) ideas(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error) {
	out := feed.Out{Title: p.T("{brand}: ideas", "brand", site.Brand), Alternate: f.URL + "/ideas"}
	ideas, _, err := f.Ideas.List(r.Context(), visitor(site), shape.Filter{Sort: shape.ByNew, Limit: perFeed})
	if err != nil {
		return out, err
	}
	var who []int64
	for _, i := range ideas {
		who = append(who, i.Person)
	}
	people, err := f.People.People(r.Context(), who)
	if err != nil {
		return out, err
	}
	for _, i := range ideas {
		out.Entries = append(out.Entries, feed.OutEntry{ID: f.ideaURL(i.ID), URL: f.ideaURL(i.ID), Title: i.Title, HTML: f.Markdown.HTML(i.Body),
			Author: author(p, site, people[i.Person], i.Staff), Published: i.CreatedAt, Updated: latest(i.CreatedAt, i.EditedAt)})
	}
	return out, nil
}

// idea is what is decided and said of one idea.
func (f *feeds) idea(r *http.Request, p *i18n.Printer, site know.Site) (out feed.Out, err error) {
	ctx, a := r.Context(), visitor(site)
	id, err := strconv.ParseInt(r.PathValue("id"), 10, 64)
	if err != nil {
		return out, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	i, err := f.Ideas.Idea(ctx, a, id)
	if err != nil {
		return out, err
	}
	out = feed.Out{Title: i.Title, Alternate: f.ideaURL(id), Language: i.Language, Updated: latest(i.CreatedAt, i.EditedAt)}
	comments, err := f.Ideas.Comments(ctx, a, id)
	if err != nil {
		return out, err
	}
	decisions, err := f.Ideas.Decisions(ctx, a, id)
	if err != nil {
		return out, err
	}
	var who []int64
	for _, c := range comments {
		who = append(who, c.Person)
	}
	people, err := f.People.People(ctx, who)
	if err != nil {
		return out, err
	}
	for _, c := range comments {
		if c.State != know.Visible || c.Body == "" {
			continue
		}
		number := strconv.FormatInt(c.ID, 10)
		by, at := name(p, people[c.Person]), f.ideaURL(id)+"?comment="+number+"#c"+number
		out.Entries = append(out.Entries, feed.OutEntry{ID: f.ideaURL(id) + "#c" + number, URL: at, Title: p.T("{name} says something", "name", by),
			HTML: f.Markdown.HTML(c.Body), Author: author(p, site, people[c.Person], c.Staff), Published: c.CreatedAt, Updated: latest(c.CreatedAt, c.EditedAt)})
	}
	entries, err := f.decided(ctx, p, site, decisions, map[int64]shape.Idea{id: i})
	if err != nil {
		return out, err
	}
	out.Entries = append(out.Entries, entries...)
	slices.SortStableFunc(out.Entries, func(a, b feed.OutEntry) int { return b.Published.Compare(a.Published) })
	out.Entries = out.Entries[:min(len(out.Entries), perFeed)]
	return out, nil
}

// roadmap is the latest decision on each idea, the newest first.
func (f *feeds) roadmap(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error) {
	ctx, a := r.Context(), visitor(site)
	out := feed.Out{Title: p.T("{brand}: decisions", "brand", site.Brand), Alternate: f.URL + "/roadmap"}
	ideas, _, err := f.Ideas.List(ctx, a, shape.Filter{Sort: shape.ByDecided, Limit: perFeed})
	if err != nil {
		return out, err
	}
	byID := make(map[int64]shape.Idea, len(ideas))
	last := make([]int64, len(ideas))
	for n, i := range ideas {
		byID[i.ID], last[n] = i, i.Decision
	}
	found, err := f.Ideas.DecisionsByID(ctx, a, last)
	if err != nil {
		return out, err
	}
	var decisions []shape.Decision
	for _, id := range last {
		if d, ok := found[id]; ok {
			decisions = append(decisions, d)
		}
	}
	out.Entries, err = f.decided(ctx, p, site, decisions, byID)
	return out, err
}

// decided writes decisions as entries, under the name of who decided.
func (f *feeds) decided(ctx context.Context, p *i18n.Printer, site know.Site, decisions []shape.Decision, ideas map[int64]shape.Idea) ([]feed.OutEntry, error) {
	var who []int64
	for _, d := range decisions {
		who = append(who, d.By)
	}
	people, err := f.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(decisions))
	for n, d := range decisions {
		ids[n] = d.ID
	}
	signed, err := f.Charter.OverridesOf(ctx, ids)
	if err != nil {
		return nil, err
	}
	var entries []feed.OutEntry
	for _, d := range decisions {
		at := f.decisionURL(d.Idea, d.ID)
		e := feed.OutEntry{ID: at, URL: at, Title: stage(p, d) + ": " + ideas[d.Idea].Title,
			HTML: f.Markdown.HTML(d.Reason), Author: author(p, site, people[d.By], true), Published: d.At, Updated: d.At}
		if o, ok := signed[d.ID]; ok {
			e.Title = p.T("{decision} (against the charter)", "decision", e.Title)
			e.HTML += f.against(p, o)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// stage names what was decided, as the pages do.
func stage(p *i18n.Printer, d shape.Decision) string {
	if d.Status != "" {
		return d.Status
	}
	switch d.Stage {
	case shape.UnderReview:
		return p.T("Under review")
	case shape.Planned:
		return p.T("Planned")
	case shape.Started:
		return p.T("Started")
	case shape.Shipped:
		return p.T("Shipped")
	case shape.Declined:
		return p.T("Declined")
	}
	return p.T("Open")
}

// changes is "you said, we did".
func (f *feeds) changes(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error) {
	out := feed.Out{Title: p.T("{brand}: you said, we did", "brand", site.Brand), Alternate: f.URL + "/changes"}
	releases, _, err := f.Ideas.Releases(r.Context(), visitor(site), "", perFeed)
	if err != nil {
		return out, err
	}
	var who []int64
	for _, rel := range releases {
		who = append(who, rel.By)
	}
	people, err := f.People.People(r.Context(), who)
	if err != nil {
		return out, err
	}
	for _, rel := range releases {
		at := f.URL + "/changes/" + strconv.FormatInt(rel.ID, 10)
		out.Entries = append(out.Entries, feed.OutEntry{ID: at, URL: at, Title: titled(rel.Title, p.T("A change")), HTML: f.Markdown.HTML(rel.Body) + f.links(rel.Ideas),
			Author: author(p, site, people[rel.By], true), Published: rel.ReleasedAt, Updated: latest(rel.ReleasedAt, rel.EditedAt)})
	}
	return out, nil
}

// links lists ideas, as HTML.
func (f *feeds) links(ideas []shape.Idea) string {
	if len(ideas) == 0 {
		return ""
	}
	list := "<ul>"
	for _, i := range ideas {
		list += `<li><a href="` + html.EscapeString(f.ideaURL(i.ID)) + `">` + html.EscapeString(i.Title) + `</a></li>`
	}
	return list + "</ul>"
}

// heard is what people say of us in public.
func (f *feeds) heard(r *http.Request, p *i18n.Printer, site know.Site) (feed.Out, error) {
	out := feed.Out{Title: p.T("{brand}: heard", "brand", site.Brand), Alternate: f.URL + "/"}
	mentions, err := f.Radar.Heard(r.Context(), perFeed)
	if err != nil {
		return out, err
	}
	for _, m := range mentions {
		if !m.Public || m.State != know.Visible || m.URL == "" {
			continue
		}
		out.Entries = append(out.Entries, said(p, m, f.URL))
	}
	return out, nil
}

// said writes a mention as an entry. Its page is the original.
func said(p *i18n.Printer, m listen.Mention, site string) feed.OutEntry {
	by := m.Author.Name
	if by == "" {
		by = m.Author.Handle
	}
	title := p.T("Heard on {source}", "source", m.SourceName)
	if by != "" {
		title = p.T("{name}, on {source}", "name", by, "source", m.SourceName)
	}
	at := m.PublishedAt
	if at.IsZero() {
		at = time.Unix(0, 0)
	}
	return feed.OutEntry{ID: site + "/heard/" + strconv.FormatInt(m.ID, 10), URL: m.URL, Title: title, HTML: "<p>" + html.EscapeString(m.Text) + "</p>",
		Author: titled(by, m.SourceName), Published: at, Updated: at}
}

// decisionURL gives where a decision stands on its idea's page.
func (f *feeds) decisionURL(idea, decision int64) string {
	return f.ideaURL(idea) + "#d" + strconv.FormatInt(decision, 10)
}

func (f *feeds) ideaURL(id int64) string { return f.URL + "/ideas/" + strconv.FormatInt(id, 10) }

// author is somebody's name and, if they work here, as what; then is whether
// they did when they said it.
func author(p *i18n.Printer, site know.Site, who know.Person, then bool) string {
	switch by := name(p, who); {
	case !who.Role.AtLeast(know.Staff) && !then:
		return by
	case !who.Role.AtLeast(know.Staff):
		return by + ", " + p.T("worked at {brand} then", "brand", site.Brand)
	case who.Title != "":
		return by + ", " + who.Title + ", " + site.Brand
	default:
		return by + ", " + p.T("works at {brand}", "brand", site.Brand)
	}
}
