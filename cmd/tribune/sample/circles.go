package sample

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tribune/know"
	"tribune/shape/board"
	tribes "tribune/tribe"
)

type joiner struct {
	Who   string
	Shown bool
	Day   float64
	Words []string
}

type tribe struct {
	Key, Name, Founder, Language, Stands, By string
	Day                                      float64
	Shown                                    bool
	Words, Ideas                             []string
	Members                                  []joiner
	Rename                                   struct {
		Name, By string
		Day      float64
	}
}

// fresh gives an actor with the circles that they belong to by now.
func (t *teller) fresh(ctx context.Context, key string) (know.Actor, error) {
	return t.site.People.Actor(ctx, t.actors[key].ID)
}

func (t *teller) planTribes() {
	for _, g := range t.tribes {
		key := "tribe:" + g.Key
		t.plan(g.Day, func(ctx context.Context) error {
			made, err := t.site.Tribes.Start(ctx, t.actors[g.Founder], tribes.NewTribe{Name: g.Name, Stands: g.Stands, Language: g.Language, Shown: g.Shown})
			t.ids[key] = made.ID
			if err != nil {
				return fmt.Errorf("sample: tribe %s: %w", g.Key, err)
			}
			return t.choose(ctx, g.Founder, key, g.Words)
		})
		for _, m := range g.Members {
			t.plan(m.Day, func(ctx context.Context) error {
				if err := t.site.Tribes.Join(ctx, t.actors[m.Who], t.ids[key], m.Shown); err != nil {
					return err
				}
				return t.choose(ctx, m.Who, key, m.Words)
			})
		}
		t.plan(g.Day-4, func(ctx context.Context) error { return t.carry(ctx, g) })
		if g.Rename.Name != "" {
			t.plan(g.Rename.Day, func(ctx context.Context) error {
				a, err := t.fresh(ctx, g.Rename.By)
				if err != nil {
					return err
				}
				_, err = t.site.Tribes.Change(ctx, a, t.ids[key], tribes.Edit{Name: g.Rename.Name, Stands: g.Stands})
				return err
			})
		}
	}
}

// choose lets a member choose words for a tribe.
func (t *teller) choose(ctx context.Context, who, key string, words []string) error {
	a, err := t.fresh(ctx, who)
	for _, word := range words {
		if err == nil {
			err = t.site.Tribes.Suggest(ctx, a, t.ids[key], word)
		}
	}
	return err
}

// carry puts ideas on the page of a tribe, those that are there already.
func (t *teller) carry(ctx context.Context, g tribe) error {
	a, err := t.fresh(ctx, g.By)
	for _, idea := range g.Ideas {
		if id := t.ids["idea:"+idea]; err == nil && id != 0 {
			err = t.site.Tribes.Carry(ctx, a, t.ids["tribe:"+g.Key], id, true)
		}
	}
	return err
}

type applicant struct {
	Who, Tribe, Sentence, Answer, Say, Tonnes string
	Declines                                  bool
}

type talk struct {
	Title, Body, Field string
	Day                float64
	Says               []float64
}

type task struct {
	Question, Body, Shows string
	Day, Closes, Votes    float64
	Report                struct {
		Text string
		Day  float64
	}
	Early []string
}

type council struct {
	Key, By, Host, Name, Value, Purpose, Duties string
	BeaconText                                  string `json:"beacon_text"`
	Counts                                      string
	Numbers                                     int
	CompanyGets                                 string `json:"company_gets"`
	MembersGet                                  string `json:"members_get"`
	Convened, Closes, Beacon, Drawn, From, To   float64
	Seats                                       int
	Quotas                                      []board.Quota
	Applicants                                  []applicant
	Talks                                       []talk
	Tasks                                       []task
}

// seated gives those of the applicants who sit on a board, in their order.
func (t *teller) seated(ctx context.Context, c council) (sit []applicant, err error) {
	for _, p := range c.Applicants {
		a, err := t.fresh(ctx, p.Who)
		if err != nil {
			return nil, err
		}
		seat, ok, err := t.site.Boards.MySeat(ctx, a, t.ids["board:"+c.Key])
		if err != nil {
			return nil, err
		}
		if ok && seat.State == board.Accepted {
			sit = append(sit, p)
		}
	}
	return sit, nil
}

// date gives a day of the story.
func (t *teller) date(day float64) time.Time {
	return t.today.Add(-time.Duration(day * float64(24*time.Hour)))
}

func (t *teller) planBoards() {
	for _, c := range t.boards {
		key := "board:" + c.Key
		t.plan(c.Convened, func(ctx context.Context) error { return t.convene(ctx, c) })
		for n, p := range c.Applicants {
			day := c.Convened - 0.4 - (c.Convened-max(c.Closes, 0.2))*float64(n)/float64(len(c.Applicants)+1)
			t.plan(day, func(ctx context.Context) error {
				a, err := t.fresh(ctx, p.Who)
				if err != nil {
					return err
				}
				who, err := t.site.People.Person(ctx, a.ID)
				if err != nil {
					return err
				}
				_, err = t.site.Boards.Apply(ctx, a, t.ids[key], board.NewApplication{Sentence: p.Sentence, Country: who.Country, Tribe: t.ids["tribe:"+p.Tribe]})
				return err
			})
		}
		if c.Drawn == 0 {
			continue
		}
		t.plan(c.Drawn, func(ctx context.Context) error {
			_, err := t.site.Boards.Draw(ctx, t.actors[c.Host], t.ids[key], c.Value)
			return err
		})
		for _, later := range []float64{0.8, 1.9, 2.7} { // a seat that is declined goes to the next
			t.plan(c.Drawn-later, func(ctx context.Context) error { return t.takeSeats(ctx, c) })
		}
		t.planTalks(c)
		t.planTasks(c)
	}
}

func (t *teller) convene(ctx context.Context, c council) error {
	made, err := t.site.Boards.Convene(ctx, t.actors[c.By], board.NewBoard{Name: c.Name, Purpose: c.Purpose, CompanyGets: c.CompanyGets, MembersGet: c.MembersGet,
		Duties: c.Duties, Host: t.actors[c.Host].ID, From: t.date(c.From), To: t.date(c.To), Seats: c.Seats, ClosesAt: t.date(c.Closes),
		Beacon: c.BeaconText, Counts: c.Counts, Numbers: c.Numbers, BeaconAt: t.date(c.Beacon)})
	if err != nil {
		return fmt.Errorf("sample: board %s: %w", c.Key, err)
	}
	t.ids["board:"+c.Key] = made.ID
	quotas := make([]board.Quota, len(c.Quotas))
	for n, q := range c.Quotas {
		if q.Feature == board.Tribe {
			q.Value = strconv.FormatInt(t.ids["tribe:"+q.Value], 10)
		}
		quotas[n] = q
	}
	return t.site.Boards.SetQuotas(ctx, t.actors[c.By], made.ID, quotas)
}

// takeSeats lets those who were drawn take their seats, or decline.
func (t *teller) takeSeats(ctx context.Context, c council) error {
	id := t.ids["board:"+c.Key]
	for n, p := range c.Applicants {
		a, err := t.fresh(ctx, p.Who)
		if err != nil {
			return err
		}
		seat, ok, err := t.site.Boards.MySeat(ctx, a, id)
		if err != nil {
			return err
		}
		if !ok || seat.State != board.Offered {
			continue
		}
		if p.Declines {
			err = t.site.Boards.Decline(ctx, a, id)
		} else {
			err = t.site.Boards.Accept(ctx, a, id, n%4 != 2)
		}
		if err != nil {
			return fmt.Errorf("sample: seat of %s: %w", p.Who, err)
		}
	}
	return nil
}

func (t *teller) planTalks(c council) {
	for _, k := range c.Talks {
		var id int64
		t.plan(k.Day, func(ctx context.Context) error {
			host, err := t.fresh(ctx, c.Host)
			if err != nil {
				return err
			}
			made, err := t.site.Boards.OpenTalk(ctx, host, t.ids["board:"+c.Key], k.Title, k.Body)
			id = made.ID
			return err
		})
		for n, day := range k.Says {
			t.plan(day, func(ctx context.Context) error {
				sit, err := t.seated(ctx, c)
				if err != nil || len(sit) == 0 {
					return err
				}
				p := sit[(n+len(k.Field))%len(sit)] // nobody says the same twice: there are more seats than sayings
				words := p.Say
				if k.Field == "tonnes" {
					words = p.Tonnes
				}
				a, err := t.fresh(ctx, p.Who)
				if err == nil {
					_, err = t.site.Boards.Say(ctx, a, t.ids["board:"+c.Key], id, words)
				}
				return err
			})
		}
	}
}

func (t *teller) planTasks(c council) {
	for _, k := range c.Tasks {
		key := "board:" + c.Key
		var id int64
		t.plan(k.Day, func(ctx context.Context) error {
			made, err := t.site.Boards.Ask(ctx, t.actors[c.Host], t.ids[key], board.NewTask{Question: k.Question, Body: k.Body, Shows: board.Shows(k.Shows), ClosesAt: t.date(k.Closes)})
			id = made.ID
			return err
		})
		for n := range c.Seats {
			day := k.Day - (k.Day-max(k.Closes, 0.5))*float64(n+1)/float64(c.Seats+2)
			t.plan(day, func(ctx context.Context) error { return t.answerTask(ctx, c, k, id, n) })
		}
		if k.Report.Text == "" {
			continue
		}
		t.plan(k.Report.Day, func(ctx context.Context) error {
			_, err := t.site.Boards.Report(ctx, t.actors[c.Host], t.ids[key], id, k.Report.Text)
			return err
		})
		t.plan(k.Votes, func(ctx context.Context) error {
			sit, err := t.seated(ctx, c)
			for n, p := range sit {
				var a know.Actor
				if a, err = t.fresh(ctx, p.Who); err == nil {
					_, err = t.site.Boards.Vote(ctx, a, t.ids[key], id, n != 1)
				}
				if err != nil {
					return err
				}
			}
			return err
		})
	}
}

// answerTask lets the nth of those who sit on a board answer. Early answers are
// given before everybody's own are written down.
func (t *teller) answerTask(ctx context.Context, c council, k task, id int64, n int) error {
	sit, err := t.seated(ctx, c)
	if err != nil || n >= len(sit) || len(k.Early) > 0 && n >= len(k.Early) {
		return err
	}
	words, quote := sit[n].Answer, board.Named
	if n%4 == 3 {
		quote = board.Nameless
	}
	if len(k.Early) > 0 {
		words = k.Early[n]
	}
	a, err := t.fresh(ctx, sit[n].Who)
	if err == nil {
		_, err = t.site.Boards.GiveAnswer(ctx, a, t.ids["board:"+c.Key], id, strings.TrimSpace(words), quote)
	}
	return err
}
