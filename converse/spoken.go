package converse

import (
	"context"
	"fmt"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Silence is how long nobody of us has spoken with a person.
type Silence struct {
	Person int64
	By     int64     // who of us spoke with them last, 0: nobody ever did
	At     time.Time // when; zero: never
}

// selectSilences gives each person who does not work here with the last answer
// they got, wherever they got it.
const selectSilences = `select p.id, coalesce(s.by_id, 0), coalesce(s.at, 0) from person p left join (
		select person, by_id, at from (
			select coalesce(nullif(t.person_id, 0), a.person_id, 0) as person, m.person_id as by_id, m.delivered_at as at,
				row_number() over (partition by coalesce(nullif(t.person_id, 0), a.person_id, 0) order by m.delivered_at desc, m.id desc) as k
			from message m join thread t on t.id = m.thread_id left join account a on a.id = t.account_id
			where m.kind = 'answer' and m.state = 'visible' and m.delivered_at > 0) answered
		where k = 1) s on s.person = p.id
	where p.left_at = 0 and p.role in ('member', 'guest')`

// Silences lists the people who do not work here, those whom nobody of us has
// spoken with for longest first, and gives the cursor of the next page, empty
// on the last one.
func (i *Inbox) Silences(ctx context.Context, a know.Actor, cursor string, limit int) (list []Silence, next string, err error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, "", err
	}
	at, id := int64(-1), int64(0)
	if cursor != "" {
		if at, id, err = readCursor(cursor); err != nil {
			return nil, "", err
		}
	}
	list, err = storage.All(ctx, i.db, func(row storage.Scanner) (s Silence, err error) {
		var micros int64
		err = row.Scan(&s.Person, &s.By, &micros)
		s.At = storage.Time(micros)
		return s, err
	}, selectSilences+` and (coalesce(s.at, 0) > $1 or coalesce(s.at, 0) = $1 and p.id > $2) order by coalesce(s.at, 0), p.id limit $3`, at, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("converse: silences: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = fmt.Sprintf("%d.%d", storage.Micros(last.At), last.Person)
	}
	return list, next, nil
}
