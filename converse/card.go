package converse

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Somebody's clock is the median of how long those waited whom they answered:
// over clockOver, and shown only if they agreed, and answered often enough for
// it to say something.
const (
	clockOver    = 90 * 24 * time.Hour
	clockAnswers = 5
)

// Clock is how long one of us lets people wait.
type Clock struct {
	Median  time.Duration
	Answers int
}

// Clocks gives the clocks of those people who let everybody see theirs, by
// person: from what was asked to their answer to it, over 90 days. Who
// answered fewer than five times has none.
func (i *Inbox) Clocks(ctx context.Context, people []int64) (map[int64]Clock, error) {
	type wait struct{ person, waited int64 }
	holes, args := storage.Holes(2, people)
	waits, err := storage.All(ctx, i.db, func(row storage.Scanner) (w wait, err error) {
		err = row.Scan(&w.person, &w.waited)
		return w, err
	}, `select m.person_id, m.waited from person p join message m on m.person_id = p.id
		where p.clock_shown = 1 and p.left_at = 0 and p.role in ('staff', 'owner') and m.waited >= 0 and m.state = 'visible' and m.delivered_at > $1 and p.id in (`+holes+`)`,
		append([]any{storage.Micros(i.now().Add(-clockOver))}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("converse: clocks: %w", err)
	}
	by := map[int64][]int64{}
	for _, w := range waits {
		by[w.person] = append(by[w.person], w.waited)
	}
	clocks := map[int64]Clock{}
	for person, all := range by {
		if n := len(all); n >= clockAnswers {
			slices.Sort(all)
			clocks[person] = Clock{Median: time.Duration((all[(n-1)/2]+all[n/2])/2) * time.Microsecond, Answers: n}
		}
	}
	return clocks, nil
}

// PublicAnswer is what one of us answered to a public letter.
type PublicAnswer struct {
	Message int64
	Thread  int64
	Writer  int64 // of the letter
	Subject string
	Body    string // Markdown
	Lang    string
	At      time.Time
}

// AnswersBy gives what somebody answered in public letters, newest first,
// before the answer with that id (0: from the newest).
func (i *Inbox) AnswersBy(ctx context.Context, a know.Actor, person, before int64, limit int) ([]PublicAnswer, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	all, err := storage.All(ctx, i.db, func(row storage.Scanner) (p PublicAnswer, err error) {
		var at int64
		err = row.Scan(&p.Message, &p.Thread, &p.Writer, &p.Subject, &p.Body, &p.Lang, &at)
		p.At = storage.Time(at)
		return p, err
	}, `select m.id, t.id, t.person_id, t.subject, m.body, m.language, m.delivered_at from message m join thread t on t.id = m.thread_id
		where m.person_id = $1 and m.public = 1 and m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0
		and t.audience = 'public' and t.text_state = 'visible' and ($2 = 0 or m.id < $2) order by m.id desc limit $3`, person, before, limit)
	if err != nil {
		return nil, fmt.Errorf("converse: answers by %d: %w", person, err)
	}
	return all, nil
}

// AskedInPublic gives the public letters to somebody that wait for an answer,
// the longest wait first.
func (i *Inbox) AskedInPublic(ctx context.Context, a know.Actor, person int64, limit int) ([]Thread, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	all, err := storage.All(ctx, i.db, scanThread, selectThread+` where t.to_id = $1 and t.audience = 'public' and t.state = 'open' and t.text_state = 'visible'
		order by t.opened_at, t.id limit $2`, person, limit)
	for n := range all {
		if !a.IsStaff() {
			all[n].Owner = 0
		}
	}
	return all, err
}
