package converse

import (
	"context"
	"fmt"
	"time"

	"tribune/storage"
)

// FirstAnswer is the first answer to what somebody said in public: by whom of
// us, and how long after it was said.
type FirstAnswer struct {
	By    int64
	After time.Duration
}

// AnswersTo gives the first answers to these mentions, by mention, for
// everybody: those to what was said in private are left out.
func (i *Inbox) AnswersTo(ctx context.Context, mentions []int64) (map[int64]FirstAnswer, error) {
	type row struct {
		mention, by, at, said int64
	}
	holes, args := storage.Holes(1, mentions)
	rows, err := storage.All(ctx, i.db, func(s storage.Scanner) (r row, err error) {
		err = s.Scan(&r.mention, &r.by, &r.at, &r.said)
		return r, err
	}, `select n.id, m.person_id, m.delivered_at, n.published_at from mention n join thread t on t.mention_id = n.id join message m on m.thread_id = t.id
		where n.id in (`+holes+`) and n.public = 1 and m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0 order by m.delivered_at desc`, args...)
	if err != nil {
		return nil, fmt.Errorf("converse: answers to mentions: %w", err)
	}
	answers := make(map[int64]FirstAnswer, len(rows))
	for _, r := range rows { // the last of a mention is its first answer
		answers[r.mention] = FirstAnswer{By: r.by, After: max(0, storage.Time(r.at).Sub(storage.Time(r.said)))}
	}
	return answers, nil
}
