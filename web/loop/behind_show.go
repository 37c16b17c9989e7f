package loop

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tribune/advocate"
	"tribune/internal/fault"
	"tribune/measure"
	"tribune/web/desk"
	"tribune/web/page"
)

// perPage is how much a list shows at once.
const perPage = 25

// item is a thing behind a number: its words, who and where, and where it opens.
type item struct {
	at       time.Time
	words    string
	language string
	who      string
	note     string
	href     string
}

// behind is a list of what a number counts.
type behind struct {
	title, lead string
	items       []item
	next        string
	parts       []desk.Tab
}

func (l *loop) behind(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q := r.URL.Query()
	var b behind
	var err error
	switch step := measure.Step(r.PathValue("step")); step {
	case "words":
		b, err = l.term(r.Context(), v, q)
	case "said":
		who := measure.Who(q.Get("who"))
		switch who {
		case measure.Customer, measure.Maker, measure.Staff, measure.Others:
			b.title = whoName(v, who)
		default:
			who, b.title = measure.Anybody, v.T("Said about us")
		}
		err = l.listed(r, v, &b, measure.BehindFilter{Who: who})
	case measure.StepFound:
		b, err = l.found(r, v)
	case measure.StepHeard, measure.StepAnswered, measure.StepTaken, measure.StepDecided, measure.StepShipped, measure.StepTold, measure.StepShared:
		b.title, b.lead = stepName(v, step), stepMeans(v, step)
		err = l.listed(r, v, &b, measure.BehindFilter{Step: step})
	default:
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	if err != nil {
		return err
	}
	v.Title, v.Section = b.title, "loop"
	return l.ShowDesk(w, r, v, behindPage(v, b))
}

// listed fills in what is behind a number, a page of it.
func (l *loop) listed(r *http.Request, v *page.View, b *behind, f measure.BehindFilter) error {
	q := r.URL.Query()
	f.Week, _ = strconv.Atoi(q.Get("week"))
	f.Cursor, f.Limit = q.Get("cursor"), perPage
	list, next, err := l.Measures.Behind(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	if next != "" {
		q.Set("cursor", next)
		b.next = r.URL.Path + "?" + q.Encode()
	}
	b.items, err = l.items(r.Context(), v, list)
	return err
}

// found lists the buyers whom somebody brought.
func (l *loop) found(r *http.Request, v *page.View) (behind, error) {
	q := r.URL.Query()
	sure := advocate.Said
	if q.Get("sure") == advocate.ByLink.String() {
		sure = advocate.ByLink
	}
	b := behind{title: stepName(v, measure.StepFound), lead: stepMeans(v, measure.StepFound), parts: []desk.Tab{
		{Name: v.T("Said by the buyer"), Href: "/desk/loop/found", Current: sure == advocate.Said},
		{Name: v.T("By share link"), Href: "/desk/loop/found?sure=" + advocate.ByLink.String(), Current: sure == advocate.ByLink},
	}}
	since := v.Now.UTC().Truncate(24*time.Hour).AddDate(0, 0, 1-measure.BoardDays)
	list, next, err := l.Advocacy.Buyers(r.Context(), v.Actor, advocate.Which{Sure: &sure, Since: since, Cursor: q.Get("cursor"), Limit: perPage})
	if err != nil {
		return b, err
	}
	if next != "" {
		q.Set("cursor", next)
		b.next = "/desk/loop/found?" + q.Encode()
	}
	for _, x := range list {
		words := v.T("A first purchase")
		if x.Country != "" {
			words = v.T("A first purchase, {country}", "country", v.Country(x.Country))
		}
		b.items = append(b.items, item{at: x.FirstAt, words: words, href: desk.Link("/desk/why/purchases/%d", x.First)})
	}
	return b, nil
}

// term lists where a word of the gap was said.
func (l *loop) term(ctx context.Context, v *page.View, q url.Values) (b behind, err error) {
	id, _ := strconv.ParseInt(q.Get("term"), 10, 64)
	t, err := l.Measures.Term(ctx, v.Actor, id)
	if err != nil {
		return b, err
	}
	b.title = v.T("“{word}”", "word", t.Word)
	b.lead = v.T("Said {ours} by us and {theirs} by them.", "ours", v.N("{n} time", "{n} times", t.Ours), "theirs", v.N("{n} time", "{n} times", t.Theirs))
	list := make([]measure.Behind, len(t.Examples))
	for i, ref := range t.Examples {
		list[i] = measure.Behind{Subject: ref, N: 1}
	}
	b.items, err = l.items(ctx, v, list)
	return b, err
}

// items loads things: mentions at once, the few others one by one. What is not
// there any more, or not open to the reader, says so.
func (l *loop) items(ctx context.Context, v *page.View, list []measure.Behind) ([]item, error) {
	var ids []int64
	for _, x := range list {
		if x.Subject.Kind == "mention" {
			ids = append(ids, x.Subject.ID)
		}
	}
	mentions, err := l.Radar.MentionsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	items := make([]item, len(list))
	for i, x := range list {
		it := item{at: x.At}
		if m, ok := mentions[x.Subject.ID]; ok && x.Subject.Kind == "mention" {
			it = item{at: m.PublishedAt, words: m.Text, language: m.Language, who: desk.Speaker(v, m), note: desk.MentionPlace(v, m), href: desk.Link("/desk/mentions/%d", m.ID)}
		} else if err := l.load(ctx, v, x, &it); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		items[i] = it
	}
	return items, nil
}

// load reads one thing that is no mention.
func (l *loop) load(ctx context.Context, v *page.View, x measure.Behind, it *item) error {
	switch id := x.Subject.ID; x.Subject.Kind {
	case "thread":
		t, _, err := l.Inbox.Thread(ctx, v.Actor, id)
		if err != nil {
			return err
		}
		it.words, it.note, it.href = t.Last, desk.Place(v, t.Place), desk.Link("/desk/inbox/%d", id)
		if t.Subject != "" {
			it.words = t.Subject
		}
	case "voice":
		voice, err := l.Ideas.Voice(ctx, v.Actor, id)
		if err != nil {
			return err
		}
		it.words, it.language, it.who, it.note, it.href = voice.Words, voice.Language, voice.Author, desk.Place(v, voice.Place), page.IdeaURL(voice.Idea)
	case "idea":
		idea, err := l.Ideas.Idea(ctx, v.Actor, id)
		if err != nil {
			return err
		}
		it.words, it.language, it.note, it.href = idea.Title, idea.Language, v.Stage(idea.Stage, idea.Status), page.IdeaURL(id)
	case "decision":
		return l.loadDecision(ctx, v, x, it)
	case "share":
		links, err := l.Advocacy.SharesByID(ctx, v.Actor, []int64{id})
		if err != nil || len(links) == 0 {
			return err
		}
		it.words, it.language, it.note = links[0].Title, links[0].Lang, v.N("opened {n} time", "opened {n} times", links[0].Opened)
		it.href = desk.Link(map[string]string{"idea": "/ideas/%d", "post": "/tribune/%d", "release": "/changes/%d"}[links[0].Subject.Kind], links[0].Subject.ID)
	case "post":
		p, err := l.Posts.Post(ctx, v.Actor, id)
		if err != nil {
			return err
		}
		it.at, it.words, it.language, it.note, it.href = p.PublishedAt, v.Excerpt(p.Title+". "+p.Body, 400), p.Language, v.T("a post of ours"), desk.Link("/tribune/%d", id)
	case "release":
		r, err := l.Ideas.Release(ctx, v.Actor, id)
		if err != nil {
			return err
		}
		it.at, it.words, it.language, it.note, it.href = r.ReleasedAt, v.Excerpt(r.Title+". "+r.Body, 400), r.Language, v.T("a release of ours"), desk.Link("/changes/%d", id)
	}
	return nil
}

func (l *loop) loadDecision(ctx context.Context, v *page.View, x measure.Behind, it *item) error {
	d, err := l.Ideas.Decision(ctx, v.Actor, x.Subject.ID)
	if err != nil {
		return err
	}
	it.at, it.words, it.language, it.note, it.href = d.At, v.Excerpt(d.Reason, 400), d.Language, v.Stage(d.Stage, d.Status), page.IdeaURL(d.Idea)
	if x.N > 1 {
		it.note = v.N("{n} person told", "{n} people told", x.N)
	}
	return nil
}
