package tribe

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Stance is what a tribe's votes for an idea say, beside everybody else's.
type Stance string

// The stances. A tribe that passes an idea by says nothing against it: its
// active members vote for it far less often than the others, and may not have
// seen it.
const (
	Even    Stance = "even"    // no difference that could not be chance
	Loves   Stance = "loves"   // votes for it clearly more often than everybody else
	Refuses Stance = "refuses" // votes against it clearly more often, and more than for it
	Passes  Stance = "passes"  // votes for it clearly less often
	Few     Stance = "few"     // too few active members to say
)

// Support is how a tribe, or a suggested group, stands to an idea.
type Support struct {
	Tribe  Tribe // the zero Tribe for a suggested group
	Group  int64 // 0 for a tribe
	Words  []string
	First  []string // names of some of a group, by which staff know which it is
	Votes  int64
	Active int64   // members who voted for or against anything since the idea was proposed
	Low    float64 // Wilson interval of Votes/Active, 99 %
	High   float64
	Stance Stance

	Against                 int64
	AgainstLow, AgainstHigh float64 // Wilson interval of Against/Active, 99 %

	Bound, AgainstBound Bound // how Votes and Against are told; others than staff are told neither exactly
}

// Share is the share of active members who voted for the idea, 0 without any.
func (s Support) Share() float64 {
	if s.Active == 0 {
		return 0
	}
	return float64(s.Votes) / float64(s.Active)
}

// AgainstShare is the share of active members who voted against it, 0 without
// any.
func (s Support) AgainstShare() float64 {
	if s.Active == 0 {
		return 0
	}
	return float64(s.Against) / float64(s.Active)
}

// SupportOf is all that is known of the support for one idea.
type SupportOf struct {
	Tribes  []Support // those with votes for it or against it, or something to say, most votes for it first; to others than staff, those with 3 on a side
	Small   int64     // votes for it, to the nearest five, from tribes too small to be shown to the asker one by one; 0 if they are too small together, too
	SmallNo int64     // and votes against it, by the same rule
	Groups  []Support // suggested ones, for staff alone
	Votes   int64     // by everybody
	Against int64     // by everybody
	Active  int64     // everybody who voted for or against anything since
	Loved   []Tribe   // by these; empty unless others refuse it or pass it by
	Refused []Tribe   // by these; empty unless others love it
	Passed  []Tribe   // by these; empty unless others love it
	Least   int64     // so many active members a tribe needs for a stance
	Private int64     // and so many to be shown to others than staff
}

// What it takes: for a stance, a share of fewer than leastActive says nothing;
// and of fewer than leastShown members, how they voted is nobody's but the
// company's to know: counts of three would tell who voted.
const (
	leastActive = 10
	leastShown  = 5
	leastApart  = 3      // a count below it, or as near to all, is told as no more than that
	z99         = 2.5758 // two-sided 99 %: many tribes are compared for many ideas
)

// Wilson gives the interval in which a share lies that was seen as k of n, at z
// standard deviations (E. B. Wilson, "Probable inference, the law of succession,
// and statistical inference", JASA 22, 209 (1927)). Without any it is 0 to 1.
func Wilson(k, n int64, z float64) (low, high float64) {
	if n <= 0 {
		return 0, 1
	}
	p, m := float64(k)/float64(n), float64(n)
	middle := (p + z*z/(2*m)) / (1 + z*z/m)
	half := z / (1 + z*z/m) * math.Sqrt(p*(1-p)/m+z*z/(4*m*m))
	return max(0, middle-half), min(1, middle+half)
}

// Supported gives the support for an idea by tribe, held against everybody else
// who was active since the idea was proposed. A tribe refuses it if the whole
// interval of its share against lies above theirs, and more of it are against
// than for; it loves it if the whole interval of its share for lies above
// theirs, and no more are against than for; it passes it by if the whole lies
// below. Others than staff are told counts and stances of what blur leaves of
// the votes. The asker must be able to see the idea, which they show by having it.
func (s *Tribes) Supported(ctx context.Context, a know.Actor, idea int64) (of SupportOf, err error) {
	if _, err := s.ideas.Idea(ctx, a, idea); err != nil {
		return of, err
	}
	of.Least, of.Private = leastActive, leastShown
	type row struct{ tribe, n int64 }
	two := func(r storage.Scanner) (p row, err error) {
		err = r.Scan(&p.tribe, &p.n)
		return p, err
	}
	since, err := s.since(ctx, idea)
	if err != nil {
		return of, fmt.Errorf("tribe: support of %d: %w", idea, err)
	}
	type cast struct{ tribe, votes, against int64 }
	votes, err := storage.All(ctx, s.db, func(r storage.Scanner) (c cast, err error) {
		err = r.Scan(&c.tribe, &c.votes, &c.against)
		return c, err
	}, `select tribe_id, votes, against from tribe_support where idea_id = $1`, idea)
	if err != nil {
		return of, err
	}
	active, err := storage.All(ctx, s.db, two, `select tribe_id, sum(n) from tribe_day where day >= $1 group by tribe_id`, since)
	if err != nil {
		return of, err
	}
	counts := map[int64]Support{}
	for _, r := range active {
		counts[r.tribe] = Support{Active: r.n}
	}
	for _, r := range votes {
		c := counts[r.tribe]
		c.Votes, c.Against = r.votes, r.against
		c.Active = max(c.Active, r.votes+r.against)
		counts[r.tribe] = c
	}
	of.Votes, of.Against, of.Active = counts[0].Votes, counts[0].Against, counts[0].Active
	delete(counts, 0)
	if err := s.weigh(ctx, a, &of, counts); err != nil {
		return of, err
	}
	if know.May(a, know.Know, know.Subject{}) {
		of.Groups, err = s.groupSupport(ctx, &of, idea, since)
	}
	return of, err
}

// since gives the day from which on members count as active for an idea: when
// it, or one that became part of it, was proposed.
func (s *Tribes) since(ctx context.Context, idea int64) (int64, error) {
	var at int64
	err := s.db.Row(ctx, `select coalesce(min(at), 0) from tribe_thing where kind = 'idea' and (id = $1 or merged_into = $1)`, idea).Scan(&at)
	return dayOf(time.UnixMicro(at)), err
}

// weigh makes tribes' support of what was counted.
func (s *Tribes) weigh(ctx context.Context, a know.Actor, of *SupportOf, counts map[int64]Support) error {
	ids := make([]int64, 0, len(counts))
	for id, c := range counts {
		if c.Votes+c.Against > 0 || c.Active >= leastActive {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	staff, small := know.May(a, know.Know, know.Subject{}), int64(0)
	for chunk := range slices.Chunk(ids, 200) {
		tribes, err := s.ByID(ctx, know.Actor{Rules: a.Rules}, chunk)
		if err != nil {
			return err
		}
		for _, id := range chunk {
			t, ok := tribes[id]
			c := counts[id]
			if !ok {
				continue
			}
			if !staff && c.Active < leastShown {
				of.Small += c.Votes
				of.SmallNo += c.Against
				small += c.Active
				continue
			}
			c.Tribe = t
			if !staff {
				c.blur()
			}
			of.settle(&c)
			if c.Votes+c.Against > 0 || staff && c.Stance == Passes {
				of.Tribes = append(of.Tribes, c)
			}
			switch c.Stance {
			case Loves:
				of.Loved = append(of.Loved, t)
			case Refuses:
				of.Refused = append(of.Refused, t)
			case Passes:
				of.Passed = append(of.Passed, t)
			}
		}
	}
	if small < leastShown { // their votes would tell who cast them
		of.Small, of.SmallNo = 0, 0
	}
	of.Small, of.SmallNo = nearestFive(of.Small), nearestFive(of.SmallNo)
	slices.SortFunc(of.Tribes, func(a, b Support) int {
		return cmp.Or(cmp.Compare(b.Votes, a.Votes), cmp.Compare(b.Share(), a.Share()), cmp.Compare(a.Tribe.ID, b.Tribe.ID))
	})
	if len(of.Loved) == 0 || len(of.Refused)+len(of.Passed) == 0 {
		of.Loved, of.Refused, of.Passed = nil, nil, nil
	}
	return nil
}

// settle finds a stance.
func (of *SupportOf) settle(c *Support) {
	c.Low, c.High = Wilson(c.Votes, c.Active, z99)
	c.AgainstLow, c.AgainstHigh = Wilson(c.Against, c.Active, z99)
	restOf := of.Active - c.Active
	low, high := Wilson(of.Votes-c.Votes, restOf, z99)
	_, highAgainst := Wilson(of.Against-c.Against, restOf, z99)
	switch {
	case c.Active < leastActive || restOf < leastActive:
		c.Stance = Few
	case c.AgainstLow > highAgainst && c.Against > c.Votes:
		c.Stance = Refuses
	case c.Low > high && c.Against <= c.Votes:
		c.Stance = Loves
	case c.High < low:
		c.Stance = Passes
	default:
		c.Stance = Even
	}
}

// groupSupport counts the support by suggested groups. They are few, and only
// staff read it, so that it is counted when asked for.
func (s *Tribes) groupSupport(ctx context.Context, of *SupportOf, idea, since int64) ([]Support, error) {
	groups, err := storage.All(ctx, s.db, func(r storage.Scanner) (g Support, err error) {
		var words string
		if err = r.Scan(&g.Group, &words, &g.Votes, &g.Against); err == nil {
			g.Words, err = readWords(words)
		}
		return g, err
	}, `select g.id, g.words, sum(v.votes), sum(v.against) from (select person_id, 1 as votes, 0 as against from tribe_ballot where idea_id = $1
			union all select person_id, 0, 1 from tribe_against where idea_id = $1) v
		join tribe_group_member m on m.person_id = v.person_id and m.present = 1
		join tribe_group g on g.id = m.group_id and g.tribe_id = 0 and g.size > 0
		group by g.id, g.words order by count(*) desc, g.id limit 20`, idea)
	if err != nil {
		return nil, fmt.Errorf("tribe: support of %d by groups: %w", idea, err)
	}
	for n := range groups {
		g := &groups[n]
		if err := s.db.Row(ctx, `select count(*) from tribe_group_member m join tribe_voter v on v.person_id = m.person_id
			where m.group_id = $1 and m.present = 1 and v.day >= $2`, g.Group, since).Scan(&g.Active); err != nil {
			return nil, err
		}
		g.Active = max(g.Active, g.Votes+g.Against)
		of.settle(g)
		if g.First, err = s.firstOf(ctx, g.Group); err != nil {
			return nil, err
		}
	}
	return groups, nil
}
