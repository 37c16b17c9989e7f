// Package roadmap is where things stand: what is looked at, planned, begun and
// done.
package roadmap

import (
	"embed"
	"net/http"
	"time"

	"tribune/shape"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes adds this folder's page.
func Routes(mux *http.ServeMux, k *page.Kit) {
	h := handlers{k}
	mux.Handle("GET /roadmap", k.Cached(k.Handle(h.show)))
}

type handlers struct{ *page.Kit }

// column is a stage's ideas; More is how many of them are not shown.
type column struct {
	Stage shape.Stage
	Ideas []shape.Idea
	All   int64
}

// perColumn keeps the page short; a stage's list has them all.
const perColumn = 20

func (h handlers) show(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	roadmap, err := h.Ideas.Roadmap(ctx, v.Actor)
	if err != nil {
		return err
	}
	counts, err := h.Ideas.Counts(ctx)
	if err != nil {
		return err
	}
	var columns []column
	var latest []int64
	for _, stage := range []shape.Stage{shape.UnderReview, shape.Planned, shape.Started, shape.Shipped} {
		ideas := roadmap[stage]
		c := column{stage, ideas[:min(len(ideas), perColumn)], max(counts[stage], int64(len(ideas)))}
		columns = append(columns, c)
		for _, idea := range c.Ideas {
			latest = append(latest, idea.Decision)
		}
	}
	decisions, err := h.Ideas.DecisionsByID(ctx, v.Actor, latest)
	if err != nil {
		return err
	}
	v.Title, v.Section, v.Feed = v.T("Roadmap"), "roadmap", "/roadmap.atom"
	v.About = v.T("What {brand} is looking at, has planned, has begun and has done, from the ideas of the people who use it.", "brand", v.Site.Brand)
	return h.Show(w, r, v, roadmapPage(v, columns, decisions))
}

// says explains a stage in a few words.
func says(v *page.View, s shape.Stage) string {
	switch s {
	case shape.UnderReview:
		return v.T("We are finding out whether, and how.")
	case shape.Planned:
		return v.T("Decided. It will be made.")
	case shape.Started:
		return v.T("We are making it now.")
	}
	return v.T("Done, and in your hands.")
}

// none says that a stage is empty.
func none(v *page.View, s shape.Stage) string {
	switch s {
	case shape.UnderReview:
		return v.T("Nothing is being looked at just now.")
	case shape.Planned:
		return v.T("Nothing is planned yet.")
	case shape.Started:
		return v.T("Nothing has been begun yet.")
	}
	return v.T("Nothing is done yet.")
}

func empty(columns []column) bool {
	for _, c := range columns {
		if len(c.Ideas) > 0 {
			return false
		}
	}
	return true
}

// promised is the day that an idea's latest decision promises, if it is still
// to come true.
func promised(i shape.Idea, decisions map[int64]shape.Decision) time.Time {
	if i.Stage == shape.Shipped {
		return time.Time{}
	}
	return decisions[i.Decision].PromisedAt
}
