package loop

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"tribune/advocate"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know/purchase"
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
	back        int // which thirteen weeks
}

func (l *loop) behind(w http.ResponseWriter, r *http.Request, v *page.View) error {
	q := r.URL.Query()
	v.Back, v.BackText = "/desk/loop", v.T("Back to the loop")
	var b behind
	var err error
	switch step := measure.Step(r.PathValue("step")); step {
	case "words":
		b, err = l.term(r.Context(), v, q)
	case "purchases", "again":
		b.title, b.lead = v.T("Purchases"), v.T("all that were made in these months")
		if step == "again" {
			b.title, b.lead = v.T("Bought again"), v.T("purchases in these months by somebody who had bought before")
		}
		err = l.listed(r, v, &b, measure.BehindFilter{Bought: measure.Bought(step)})
	case "cohort":
		b, err = l.cohort(r, v)
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
	case measure.StepHeard, measure.StepAnswered, measure.StepTaken, measure.StepDecided, measure.StepShipped, measure.StepTold, measure.StepUntold, measure.StepShared:
		b.title, b.lead = stepName(v, step), stepMeans(v, step)
		f := measure.BehindFilter{Step: step}
		if step == measure.StepHeard {
			f.Language = q.Get("language")
		}
		err = l.listed(r, v, &b, f)
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
	var err error
	if f.Back, err = backOf(r); err != nil {
		return err
	}
	b.back = f.Back
	f.Week, _ = strconv.Atoi(q.Get("week"))
	f.Cursor, f.Limit = q.Get("cursor"), perPage
	list, next, err := l.Measures.Behind(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	b.more(r, next)
	if b.items, err = l.items(r.Context(), v, list); f.Step == measure.StepTold || f.Step == measure.StepUntold {
		for i := range b.items {
			b.items[i].note = v.N("{n} person was told", "{n} people were told", list[i].N)
			if f.Step == measure.StepUntold {
				b.items[i].note = v.N("{n} person is still to be told", "{n} people are still to be told", list[i].N)
			}
		}
	}
	return err
}

// more sets where the list goes on.
func (b *behind) more(r *http.Request, cursor string) {
	if cursor != "" {
		q := r.URL.Query()
		q.Set("cursor", cursor)
		b.next = r.URL.Path + "?" + q.Encode()
	}
}

// found lists the buyers whom somebody brought, those by a link alone first.
func (l *loop) found(r *http.Request, v *page.View) (behind, error) {
	b := behind{title: stepName(v, measure.StepFound), lead: stepMeans(v, measure.StepFound)}
	week, _ := strconv.Atoi(r.URL.Query().Get("week"))
	var err error
	if b.back, err = backOf(r); err != nil {
		return b, err
	}
	from, to, err := l.Measures.Span(b.back, week)
	if err != nil {
		return b, err
	}
	list, next, err := l.Advocacy.Buyers(r.Context(), v.Actor, advocate.Which{Brought: true, Since: from, Until: to, Cursor: r.URL.Query().Get("cursor"), Limit: perPage})
	if err != nil {
		return b, err
	}
	b.more(r, next)
	firsts := make([]measure.Behind, len(list))
	for i, x := range list {
		firsts[i] = measure.Behind{Subject: event.Ref{Kind: "purchase", ID: x.First}, At: x.FirstAt, N: 1}
	}
	if b.items, err = l.items(r.Context(), v, firsts); err != nil {
		return b, err
	}
	for i, x := range list {
		b.items[i].note = v.T("by somebody’s share link")
		if x.Sure == advocate.Said {
			b.items[i].note = v.T("by somebody, says the buyer")
		}
	}
	return b, nil
}

// cohort lists those who first bought in one month, and bought in another.
func (l *loop) cohort(r *http.Request, v *page.View) (behind, error) {
	q := r.URL.Query()
	b := behind{title: v.T("Cohorts kept")}
	var months [2]int64
	for i, name := range []string{"first", "month"} {
		at, err := time.Parse(monthLayout, q.Get(name))
		if err != nil {
			return b, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		months[i] = int64(at.Year())*12 + int64(at.Month()) - 1
	}
	b.lead = v.T("first bought in {first}, and bought in {month}", "first", monthName(months[0]), "month", monthName(months[1]))
	list, next, err := l.Measures.Kept(r.Context(), v.Actor, months[0], months[1], q.Get("cursor"), perPage)
	if err != nil {
		return b, err
	}
	b.more(r, next)
	if b.items, err = l.items(r.Context(), v, list); err != nil {
		return b, err
	}
	for i, x := range list {
		if x.N > 1 {
			b.items[i].note = v.N("{n} purchase", "{n} purchases", x.N)
		}
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
	b.lead = v.T("Said {ours} by us and {theirs} by them. The latest of them:", "ours", v.N("{n} time", "{n} times", t.Ours), "theirs", v.N("{n} time", "{n} times", t.Theirs))
	list := make([]measure.Behind, len(t.Examples))
	for i, ref := range t.Examples {
		list[i] = measure.Behind{Subject: ref, N: 1}
	}
	b.items, err = l.items(ctx, v, list)
	return b, err
}

// items loads things: mentions and purchases at once, the few others one by one. What is not
// there any more, or not open to the reader, says so.
func (l *loop) items(ctx context.Context, v *page.View, list []measure.Behind) ([]item, error) {
	ids := map[string][]int64{}
	for _, x := range list {
		ids[x.Subject.Kind] = append(ids[x.Subject.Kind], x.Subject.ID)
	}
	mentions, err := l.Radar.MentionsByID(ctx, ids["mention"])
	if err != nil {
		return nil, err
	}
	bought, faces, err := l.bought(ctx, v, ids["purchase"])
	if err != nil {
		return nil, err
	}
	items := make([]item, len(list))
	for i, x := range list {
		it := item{at: x.At}
		if m, ok := mentions[x.Subject.ID]; ok && x.Subject.Kind == "mention" {
			it = item{at: m.PublishedAt, words: m.Text, language: m.Language, who: desk.Speaker(v, m), note: desk.MentionPlace(v, m), href: desk.Link("/desk/mentions/%d", m.ID)}
		} else if p, ok := bought[x.Subject.ID]; ok && x.Subject.Kind == "purchase" {
			it = item{at: p.At, words: faces.Buyer(v, p.Person, p.Account), href: desk.Link("/desk/why/purchases/%d", p.ID)}
			if p.Country != "" {
				it.note = v.Country(p.Country)
			}
		} else if err := l.load(ctx, v, x, &it); err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		items[i] = it
	}
	return items, nil
}

// bought loads purchases, and who made them.
func (l *loop) bought(ctx context.Context, v *page.View, ids []int64) (map[int64]purchase.Purchase, desk.Faces, error) {
	if len(ids) == 0 {
		return nil, desk.Faces{}, nil
	}
	bought, err := l.Purchases.ByID(ctx, v.Actor, ids)
	if err != nil {
		return nil, desk.Faces{}, err
	}
	var accounts []int64
	for _, p := range bought {
		accounts = append(accounts, p.Account)
	}
	faces, err := desk.Meet(ctx, l.Kit, nil, accounts)
	return bought, faces, err
}

// load reads one thing that is neither a mention nor a purchase.
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
	return nil
}
