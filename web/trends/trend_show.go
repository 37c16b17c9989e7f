package trends

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"tribune/internal/plain"
	"tribune/listen"
	"tribune/listen/trend"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
)

// quoted is how many voices stand beside a trend in the list.
const quoted = 2

// shownKind is the trends of one kind.
type shownKind struct {
	kind   trend.Kind
	trends []risen
}

// risen is a trend with what some say, and the ideas that they are behind.
type risen struct {
	trend.Trend
	quotes []listen.Mention
	says   []string // what the quotes say of it, where that is not all
	ideas  []shape.Idea
}

// rising is all that rises.
type rising struct {
	kinds []shownKind
	look  trend.Look
	heard bool
}

// none reports whether nothing rises.
func (r rising) none() bool {
	return !slices.ContainsFunc(r.kinds, func(k shownKind) bool { return len(k.trends) > 0 })
}

func (x *trends) rising(w http.ResponseWriter, r *http.Request, v *page.View) (err error) {
	ctx := r.Context()
	v.Title, v.Section = v.T("What rises"), "radar"
	var all rising
	if all.look, err = x.Trends.LastLook(ctx, v.Actor); err != nil {
		return err
	}
	for _, kind := range trend.Kinds() {
		list, err := x.Trends.List(ctx, v.Actor, kind)
		if err != nil {
			return err
		}
		shown := shownKind{kind: kind}
		for _, one := range list {
			o := risen{Trend: one}
			if o.quotes, err = x.voices(ctx, v, one.Mentions, quoted); err != nil {
				return err
			}
			if len(o.quotes) == 0 {
				continue // nobody says it any more; the next look finds so
			}
			x.say(&o)
			shown.trends = append(shown.trends, o)
		}
		all.kinds = append(all.kinds, shown)
	}
	some, _, err := x.Radar.Mentions(ctx, v.Actor, listen.Filter{Limit: 1})
	all.heard = len(some) > 0
	if err != nil {
		return err
	}
	return x.ShowDesk(w, r, v, risingPage(v, all))
}

// voices gives the first mentions of which the words are there, at most most.
func (x *trends) voices(ctx context.Context, v *page.View, ids []int64, most int) (all []listen.Mention, err error) {
	for part := range slices.Chunk(ids, most) {
		list, err := x.Radar.Visible(ctx, v.Actor, part)
		if err != nil {
			return nil, err
		}
		if all = append(all, list...); len(all) >= most {
			break
		}
	}
	return all[:min(len(all), most)], nil
}

func (x *trends) trend(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	ctx, o := r.Context(), risen{}
	if o.Trend, err = x.Trends.Trend(ctx, v.Actor, id); err != nil {
		return err
	}
	v.Title, v.Section = o.Label, "radar"
	if o.quotes, err = x.voices(ctx, v, o.Mentions, 100); err != nil {
		return err
	}
	x.say(&o)
	behind, err := x.Ideas.Behind(ctx, v.Actor, o.Mentions)
	if err != nil {
		return err
	}
	for _, m := range o.Mentions {
		if idea, ok := behind[m]; ok && !slices.ContainsFunc(o.ideas, func(i shape.Idea) bool { return i.ID == idea.ID }) {
			o.ideas = append(o.ideas, idea)
		}
	}
	return x.ShowDesk(w, r, v, trendPage(v, o))
}

// say notes what the quotes say of what rises.
func (x *trends) say(o *risen) {
	for _, m := range o.quotes {
		o.says = append(o.says, x.Trends.Saying(o.Trend, m.Language, m.Text))
	}
}

// mostTitle is how long a title that is proposed may be, in runes.
const mostTitle = 118

// ideaHref leads to where an idea is made of a trend, with its voices.
func (o risen) ideaHref() string {
	if len(o.quotes) == 0 {
		return ""
	}
	q := url.Values{}
	if o.Kind == trend.Need {
		q.Set("title", plain.Clip(plain.Line(o.says[0]), mostTitle))
	}
	for _, m := range o.quotes[1:] {
		q.Add("with", strconv.FormatInt(m.ID, 10))
	}
	return desk.Link("/desk/mentions/%d/idea", o.quotes[0].ID) + "?" + q.Encode()
}

// heading names a kind; lead says what it is.
func heading(v *page.View, k trend.Kind) string {
	switch k {
	case trend.Topic:
		return v.T("Topics")
	case trend.Need:
		return v.T("Unmet needs")
	}
	return v.T("Names said beside yours")
}

func lead(v *page.View, k trend.Kind) string {
	switch k {
	case trend.Topic:
		return v.T("Words and phrases that more people use this week than in the four weeks before, and more than chance explains.")
	case trend.Need:
		return v.T("What at least three people wished for, missed or complained of in the last four weeks.")
	}
	return v.T("Products, companies and people that are named more and more where you are spoken of. Names that your standing queries look for are left out.")
}

func none(v *page.View, k trend.Kind) string {
	switch k {
	case trend.Topic:
		return v.T("No topic rises: people speak of what they always speak of.")
	case trend.Need:
		return v.T("No need was said by three people in the usual ways of saying one.")
	}
	return v.T("No new name is said beside yours.")
}

// how says in a line how much a trend rises.
func how(v *page.View, t trend.Trend) string {
	n := v.N("{n} person", "{n} people", int64(t.Authors))
	switch {
	case t.Kind == trend.Need && t.How == "wish":
		return v.T("{people} wish for it", "people", n)
	case t.Kind == trend.Need && t.How == "missing":
		return v.T("{people} miss it", "people", n)
	case t.Kind == trend.Need:
		return v.T("{people} complain of it", "people", n)
	case t.Before < .05:
		return v.T("{people} this week, nobody before", "people", n)
	}
	return v.T("{people} this week, about {before} a week before", "people", n, "before", v.Number(int64(t.Before+.5)))
}
