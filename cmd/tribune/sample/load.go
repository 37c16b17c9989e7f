package sample

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tribune"
	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/shape/charter"
)

// Clock is a time that Load sets.
type Clock struct{ at time.Time }

// Now gives the time.
func (c *Clock) Now() time.Time { return c.at }

// teller carries what the story needs while it is told.
type teller struct {
	story
	site  *tribune.Site
	clock *Clock
	today time.Time
	rand  *rand.Rand

	actors   map[string]know.Actor
	ids      map[string]int64  // ideas, calls, releases, ... by "kind:key"
	codes    map[string]string // of share links, by "who:kind:key"
	mentions map[string]int64
	orders   int
	steps    []step
}

// step is one thing that happens.
type step struct {
	day float64 // before today
	do  func(ctx context.Context) error
}

// Load tells the story into a fresh site whose clock is clock, up to today.
// The same seed and day give the same site.
func Load(ctx context.Context, site *tribune.Site, clock *Clock, today time.Time, seed uint64) error {
	s, err := read()
	if err != nil {
		return err
	}
	t := &teller{story: s, site: site, clock: clock, today: today, rand: rand.New(rand.NewPCG(seed, 1)),
		actors: map[string]know.Actor{}, ids: map[string]int64{}, codes: map[string]string{}, mentions: map[string]int64{}}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	site.Advocacy.Draw(rand.NewChaCha8(key))
	t.at(90.5)
	if err := t.found(ctx); err != nil {
		return err
	}
	t.planCalls()
	t.planIdeas()
	t.planMentions()
	t.planDecisions()
	t.planPosts()
	t.planCharter()
	t.planLetters()
	t.planTribes()
	t.planBoards()
	t.planCarried()
	t.planNewcomers()
	t.planOrders()
	slices.SortStableFunc(t.steps, func(a, b step) int { return cmp.Compare(b.day, a.day) })
	return t.tell(ctx)
}

// at sets the clock to a number of days before today.
func (t *teller) at(day float64) {
	t.clock.at = t.today.Add(-time.Duration(day * float64(24*time.Hour)))
}

func (t *teller) plan(day float64, do func(ctx context.Context) error) {
	t.steps = append(t.steps, step{max(day, 0.01), do})
}

// tell lets everything happen, and twice a day what the server does by itself.
func (t *teller) tell(ctx context.Context) error {
	next := 90.0
	for _, s := range t.steps {
		for s.day < next {
			t.at(next)
			if err := t.background(ctx, next); err != nil {
				return err
			}
			next -= 0.5
		}
		t.at(s.day)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%.2f days before: %w", s.day, err)
		}
	}
	t.at(0)
	if err := t.background(ctx, 0); err != nil {
		return err
	}
	if err := t.site.Tribes.Look(ctx, t.actors["marta"]); err != nil {
		return err
	}
	if err := t.site.Spikes.Once(ctx); err != nil {
		return err
	}
	if err := t.site.Trends.Look(ctx); err != nil {
		return err
	}
	return t.site.Measures.FindGap(ctx)
}

// nameOf gives the name of somebody of the content.
func (t *teller) nameOf(key string) string {
	for _, p := range t.people {
		if p.Key == key {
			return p.Name
		}
	}
	return ""
}

// background does what the server's background work would have done.
func (t *teller) background(ctx context.Context, day float64) error {
	if err := t.site.CatchUp(ctx); err != nil {
		return err
	}
	for {
		more, err := t.site.Ideas.TellOnce(ctx)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	if err := t.tidyInbox(ctx, day); err != nil {
		return err
	}
	if err := t.site.CatchUp(ctx); err != nil {
		return err
	}
	if err := t.site.Tribes.RunOnce(ctx); err != nil {
		return err
	}
	if day > 1.5 {
		return t.site.Events.DeliverDue(ctx, nowhere{})
	}
	return nil
}

// nowhere takes the mails of the story's past: its people do not exist, and
// nothing is ever sent to them.
type nowhere struct{}

func (nowhere) Prepare(context.Context, event.Delivery) (func(context.Context) error, error) {
	return func(context.Context) error { return nil }, nil
}

// tidyInbox does what the team would have done within two or three days: tell
// people what was decided, and close what asks for nothing. What the content
// leaves unanswered goes on waiting.
func (t *teller) tidyInbox(ctx context.Context, day float64) error {
	if day < 2 {
		return nil
	}
	marta := t.actors["marta"]
	threads, _, err := t.site.Inbox.Threads(ctx, marta, converse.Filter{State: converse.Waiting, Limit: 200})
	if err != nil {
		return err
	}
	for _, th := range threads {
		switch {
		case th.Kind == converse.OfTell:
			err = t.tellByHand(ctx, th)
		case t.asksNothing(th.Mention) && t.clock.at.Sub(th.WaitsAt) > 60*time.Hour:
			err = t.site.Inbox.Dismiss(ctx, marta, th.ID, converse.AsksNothing)
		}
		if err != nil {
			return fmt.Errorf("sample: thread %d: %w", th.ID, err)
		}
	}
	return nil
}

// asksNothing reports that a mention of the content wants no answer.
func (t *teller) asksNothing(id int64) bool {
	for _, m := range t.story.mentions {
		if id != 0 && t.mentions[m.Key] == id {
			return !m.Asks && !m.Answered
		}
	}
	return false
}

// tellByHand does a tell task as its owner.
func (t *teller) tellByHand(ctx context.Context, th converse.Thread) error {
	owner := t.actors["marta"]
	for _, a := range t.actors {
		if a.ID == th.Owner {
			owner = a
		}
	}
	m, err := t.site.Inbox.Answer(ctx, owner, th.ID, "You asked for this, so you should hear it from me: there is a decision now, with its reason, on our square. Thank you for saying it where you said it.")
	if err != nil || m.Way != converse.ByCopy {
		return err
	}
	return t.site.Inbox.Posted(ctx, owner, m.ID, "")
}

// found makes the site, its people, sources and queries.
func (t *teller) found(ctx context.Context) error {
	slices.SortStableFunc(t.people, func(a, b person) int { return cmp.Compare(rank(b.Role), rank(a.Role)) })
	for _, p := range t.people {
		if p.Joins > 0 {
			continue
		}
		if err := t.enrol(ctx, p); err != nil {
			return err
		}
		if err := t.show(ctx, p.Key); err != nil {
			return err
		}
		if p.Leads {
			if err := t.site.People.SetRole(ctx, t.actors[p.Key], t.actors[p.Key].ID, know.Owner, true); err != nil {
				return err
			}
		}
	}
	owner := t.actors["arthur"]
	if err := t.site.People.Change(ctx, owner, func(s *know.Site) error {
		s.Brand, s.Purpose, s.Zone, s.SetUp = "Oriflamme", "Paper that lasts as long as what you write on it.", "Europe/Paris", true
		return nil
	}); err != nil {
		return err
	}
	for _, s := range t.sources {
		made, err := t.site.Radar.AddSource(ctx, owner, listen.NewSource{Name: s.Name, Kind: listen.ImportSource})
		if err != nil {
			return err
		}
		forgets := false // what a kept sample shows is there on the hundredth day, too
		if _, err := t.site.Radar.ChangeSource(ctx, owner, made.ID, listen.SourceChange{Shown: &s.Shown, Forgets: &forgets}); err != nil {
			return err
		}
	}
	for _, q := range t.queries {
		if _, _, err := t.site.Radar.AddQuery(ctx, owner, listen.NewQuery{Name: q.Name, Text: q.Text, Purpose: listen.Purpose(q.Purpose)}); err != nil {
			return err
		}
	}
	return nil
}

func rank(role string) int { return strings.Index("member staff owner", role) }

// pageLanguage gives the language in which somebody is written to: that of the
// browser they came with, which is not one they chose. Whoever signs in as them
// reads in that of their own.
func pageLanguage(p person) string {
	if p.Language == "fr" {
		return "fr"
	}
	return "en"
}

func (t *teller) planCalls() {
	for _, c := range t.calls {
		t.plan(c.OpensDay, func(ctx context.Context) error {
			made, err := t.site.Ideas.OpenCall(ctx, t.actors[c.Author], shape.NewCall{Title: c.Title, Body: c.Body, Will: c.Will, Gets: c.Get,
				OpensAt: t.clock.at, ClosesAt: t.today.Add(-time.Duration(c.ClosesDay * float64(24*time.Hour)))})
			t.ids["call:"+c.Key] = made.ID
			return err
		})
	}
}

func (t *teller) planIdeas() {
	var voters []string
	for _, p := range t.people {
		if p.Role == "member" && p.Joins == 0 {
			voters = append(voters, p.Key)
		}
	}
	for _, i := range t.ideas {
		t.plan(i.Day, func(ctx context.Context) error {
			made, err := t.site.Ideas.Propose(ctx, t.actors[i.Author], shape.NewIdea{Title: i.Title, Body: i.Body, Tags: i.Tags,
				Call: t.ids["call:"+i.Call], Language: i.Language})
			t.ids["idea:"+i.Key] = made.ID
			if err != nil {
				return fmt.Errorf("sample: idea %s: %w", i.Key, err)
			}
			return nil
		})
		order := t.rand.Perm(len(voters))
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(t.eager(i, voters[b]), t.eager(i, voters[a])) })
		for n, left := 0, i.Votes-1; n < len(order) && left > 0; n++ {
			voter := voters[order[n]]
			if voter == i.Author || t.eager(i, voter) < 0 {
				continue
			}
			left--
			// Most votes come in an idea's first days.
			share := t.rand.Float64()
			t.plan(i.Day*(1-share*share)-0.02, func(ctx context.Context) error {
				_, err := t.site.Ideas.Vote(ctx, t.actors[voter], t.ids["idea:"+i.Key], true)
				return err
			})
		}
		for n, who := range i.Against {
			t.plan(i.Day-1-float64(n), func(ctx context.Context) error {
				_, err := t.site.Ideas.VoteAgainst(ctx, t.actors[who], t.ids["idea:"+i.Key], true)
				return err
			})
		}
		for n, c := range i.Comments {
			t.plan(min(c.Day, i.Day-0.03), func(ctx context.Context) error {
				made, err := t.site.Ideas.Comment(ctx, t.actors[c.Author], t.ids["idea:"+i.Key], c.Text, c.Language)
				t.ids[fmt.Sprintf("comment:%s:%d", i.Key, n)] = made.ID
				return err
			})
		}
		for _, f := range i.Follows {
			t.plan(i.Day-0.5, func(ctx context.Context) error {
				return t.site.Ideas.Follow(ctx, t.actors[f], t.ids["idea:"+i.Key], true)
			})
		}
	}
}

// eager is above 0 for members of the tribe that loves an idea, below for those
// of the one that passes it by, and for who is against it.
func (t *teller) eager(i idea, who string) int {
	if slices.Contains(i.Against, who) {
		return -1
	}
	for _, g := range t.tribes {
		if g.Founder != who && !slices.ContainsFunc(g.Members, func(m joiner) bool { return m.Who == who }) {
			continue
		}
		switch g.Key {
		case i.Loved:
			return 1
		case i.Passed:
			return -1
		}
	}
	return 0
}

func (t *teller) planDecisions() {
	releases := map[string]release{}
	for _, r := range t.releases {
		releases[r.Key] = r
	}
	made := map[string]int{}
	for _, d := range t.decisions {
		name := fmt.Sprintf("decision:%s:%d", d.Idea, made[d.Idea])
		made[d.Idea]++
		t.plan(d.Day, func(ctx context.Context) error {
			n := shape.NewDecision{Stage: shape.Stage(d.Status), Reason: d.Reason, Language: "en", PromisedAt: t.promised(d.Target), Purpose: d.Purpose}
			if d.Sign != "" {
				n.Override = charter.Signature{Reason: d.Sign, Name: t.nameOf(d.By)}
			}
			if id := t.ids["release:"+d.Release]; id != 0 {
				n.Release = id
			} else if r, ok := releases[d.Release]; ok {
				n.NewRelease = t.release(r)
			}
			made, err := t.site.Ideas.Decide(ctx, t.actors[d.By], t.ids["idea:"+d.Idea], n)
			if err != nil {
				return fmt.Errorf("sample: decision on %s: %w", d.Idea, err)
			}
			t.ids[name] = made.ID
			if d.Release != "" {
				t.ids["release:"+d.Release] = made.Release
			}
			return nil
		})
	}
}

// promised gives the last day of the next month of that name.
func (t *teller) promised(month string) time.Time {
	if month == "" {
		return time.Time{}
	}
	for i := 1; i <= 12; i++ {
		first := time.Date(t.today.Year(), t.today.Month()+time.Month(i), 1, 12, 0, 0, 0, time.UTC)
		if first.Month().String() == month {
			return first.AddDate(0, 1, -1)
		}
	}
	return time.Time{}
}

func (t *teller) release(r release) *shape.NewRelease {
	n := &shape.NewRelease{Title: r.Title, Body: r.Body, Language: "en", ReleasedAt: t.today.Add(-time.Duration(r.Day * float64(24*time.Hour)))}
	for _, c := range r.Credits {
		n.Credits = append(n.Credits, shape.Credit{Person: t.actors[c.Person].ID, Because: because(c.For)})
	}
	return n
}

// because gives what a credit of the content is for.
func because(words string) shape.CreditFor {
	for _, w := range []string{"test", "tried", "wore", "measured", "counted"} {
		if strings.Contains(words, w) {
			return shape.ForTesting
		}
	}
	return shape.ForMaking
}

// Set sets the time.
func (c *Clock) Set(t time.Time) { c.at = t }
