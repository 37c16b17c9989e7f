package digest

import (
	"cmp"
	"context"
	"slices"
	"time"

	"tribune/converse"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/storage"
)

// What a digest holds at most of each: a person reads it standing.
const (
	mostSpikes  = 3
	mostTopics  = 3
	mostNeeds   = 3
	mostWaiting = 3

	before = 4 // times of the same length before it, that it is compared with
)

// Digest is what happened in a time.
type Digest struct {
	From, Until time.Time
	Heard       int64   // mentions said in it, copies left out
	Usual       float64 // in as long a time before, on average
	Compared    bool    // there was such a time
	Spikes      []spike.Spike
	Topics      []Rising // that were not there before
	Needs       []Rising // likewise
	Waiting     []converse.Thread
	Wait        int // all that wait
	Answers     []Answers
}

// Rising is a trend with one of those who say it.
type Rising struct {
	trend.Trend
	Quote listen.Mention // the zero Mention if nobody's words may be shown
}

// Answers is how many conversations somebody of us answered.
type Answers struct {
	Person int64
	N      int64
}

// Nothing reports whether there is nothing to tell.
func (d Digest) Nothing() bool {
	return d.Heard == 0 && d.Usual < 1 && len(d.Spikes) == 0 && len(d.Topics) == 0 && len(d.Needs) == 0 && d.Wait == 0 && len(d.Answers) == 0
}

// Answered is how many conversations were answered.
func (d Digest) Answered() (n int64) {
	for _, a := range d.Answers {
		n += a.N
	}
	return n
}

// Make reads what happened in a time, as it stands now.
func (s *Digests) Make(ctx context.Context, a know.Actor, from, until time.Time) (d Digest, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return d, err
	}
	d.From, d.Until = from, until
	if err := s.heard(ctx, a, &d); err != nil {
		return d, err
	}
	if d.Spikes, err = s.stoodOut(ctx, a, from, until); err != nil {
		return d, err
	}
	if d.Topics, err = s.rising(ctx, a, trend.Topic, d, mostTopics); err != nil {
		return d, err
	}
	if d.Needs, err = s.rising(ctx, a, trend.Need, d, mostNeeds); err != nil {
		return d, err
	}
	if know.May(a, know.Answer, know.Subject{Audience: know.Team}) {
		counts, err := s.inbox.Counts(ctx, a)
		if err != nil {
			return d, err
		}
		d.Wait = int(counts.Open)
		if d.Waiting, _, err = s.inbox.Threads(ctx, a, converse.Filter{State: converse.Waiting, Limit: mostWaiting}); err != nil {
			return d, err
		}
	}
	d.Answers, err = s.answers(ctx, from, until)
	return d, err
}

// heard counts what was said, and what is usual: the average of up to four times
// of the same length before, of those in which we listened already.
func (s *Digests) heard(ctx context.Context, a know.Actor, d *Digest) error {
	length := d.Until.Sub(d.From)
	points, err := s.counts.Over(ctx, a, volume.Filter{Since: d.From.Add(-before * length), Until: d.Until}, volume.Hour)
	if err != nil {
		return err
	}
	var n [before + 1]int64 // by how many lengths before
	for _, p := range points {
		if i := (d.Until.Sub(p.At) - 1) / length; i >= 0 && i <= before {
			n[i] += p.N
		}
	}
	d.Heard = n[0]
	var first int64
	if err := s.db.Row(ctx, `select coalesce(min(at), 0) from mention_count where query_id = 0`).Scan(&first); err != nil || first == 0 {
		return err
	}
	var times, sum int64
	for i := 1; i <= before; i++ {
		if begins := d.Until.Add(-time.Duration(i+1) * length); !begins.Before(time.Unix(first, 0)) {
			times, sum = times+1, sum+n[i]
		}
	}
	if times > 0 {
		d.Usual, d.Compared = float64(sum)/float64(times), true
	}
	return nil
}

// stoodOut gives the spikes of a time that were found in it, or had grown then, those furthest from
// what was expected first. What was found of long ago, as after an import, is no news.
func (s *Digests) stoodOut(ctx context.Context, a know.Actor, from, until time.Time) ([]spike.Spike, error) {
	all, err := s.spikes.List(ctx, a, spike.Filter{Limit: 200})
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(o spike.Spike) bool {
		in := func(at time.Time) bool { return !at.Before(from) && at.Before(until) }
		return !in(o.FoundAt) && !in(o.GrownAt) || !o.End.After(from)
	})
	slices.SortFunc(all, func(x, y spike.Spike) int {
		return cmp.Or(cmp.Compare(max(y.Z, -y.Z), max(x.Z, -x.Z)), cmp.Compare(x.ID, y.ID))
	})
	return all[:min(len(all), mostSpikes)], nil
}

// rising gives what was found in the digest's time and rises still, each with
// words that may be shown.
func (s *Digests) rising(ctx context.Context, a know.Actor, kind trend.Kind, d Digest, most int) (out []Rising, err error) {
	all, err := s.trends.List(ctx, a, kind)
	if err != nil {
		return nil, err
	}
	for _, t := range all {
		if t.FoundAt.Before(d.From) || !t.FoundAt.Before(d.Until) || len(out) == most {
			continue
		}
		said, err := s.radar.Visible(ctx, a, t.Mentions)
		if err != nil {
			return nil, err
		}
		if len(said) == 0 {
			continue // all of them were taken back
		}
		out = append(out, Rising{t, said[0]})
	}
	return out, nil
}

// answers gives who of the team answered how many conversations, the most first.
func (s *Digests) answers(ctx context.Context, from, until time.Time) ([]Answers, error) {
	return storage.All(ctx, s.db, func(row storage.Scanner) (a Answers, err error) {
		err = row.Scan(&a.Person, &a.N)
		return a, err
	}, `select m.person_id, count(distinct m.thread_id) from person p join message m on m.person_id = p.id
		where p.left_at = 0 and p.role in ('staff', 'owner') and m.waited >= 0 and m.state = 'visible' and m.delivered_at >= $1 and m.delivered_at < $2
		group by m.person_id order by 2 desc, 1`, storage.Micros(from), storage.Micros(until))
}
