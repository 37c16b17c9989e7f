package measure

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/storage"
)

// Behind is a thing that a number counts.
type Behind struct {
	Subject event.Ref
	At      time.Time
	N       int64 // 1, but for told: people, and for a cohort: purchases of the month
}

// BehindFilter says what is behind which number to list. One of Step, Who and
// Bought is set.
type BehindFilter struct {
	Step     Step   // heard to shared; of found, the buyers are listed by advocate
	Language string // of heard: only mentions in it
	Who      Who    // what they say about us
	Bought   Bought // purchases of the months that the board looks at, whatever the week
	Back     int    // how many times thirteen weeks ago
	Week     int    // 1 to 13 counts from the oldest; 0: all of them
	Cursor   string
	Limit    int
}

// Bought sorts purchases.
type Bought string

// Purchases are all, or those that were not the first of their buyer.
const (
	Purchases Bought = "purchases"
	Again     Bought = "again"
)

// Span gives the time that the board looks at, so many spans ago: all of its
// weeks, or one, counted from 1, the oldest.
func (s *Measures) Span(back, week int) (from, to time.Time, err error) {
	if back < 0 || back >= Spans {
		return from, to, fault.New(fault.Invalid, "The board looks back up to {n} times thirteen weeks. Begin from the latest ones.", "n", Spans-1).On("back")
	}
	if week < 0 || week > BoardDays/7 {
		return from, to, fault.New(fault.Invalid, "The weeks are numbered from 1, the oldest, to 13.").On("week")
	}
	first, days := s.firstDay(back), int64(BoardDays)
	if week > 0 {
		first, days = first+int64(week-1)*7, 7
	}
	return storage.Time(first * dayLength), storage.Time((first + days) * dayLength), nil
}

// Behind lists what is behind a number of the board, the latest first.
func (s *Measures) Behind(ctx context.Context, a know.Actor, f BehindFilter) (list []Behind, next string, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, "", err
	}
	from, to, err := s.Span(f.Back, f.Week)
	if err != nil {
		return nil, "", err
	}
	if f.Bought != "" {
		first, last := s.months(f.Back)
		from, to = Month(first), Month(last+1)
	}
	at, id, kind := storage.Micros(to), int64(0), ""
	if f.Cursor != "" {
		if n, err := fmt.Sscanf(strings.ReplaceAll(f.Cursor, ".", " "), "%d %d %s", &at, &id, &kind); err != nil || n != 3 || at > storage.Micros(to) {
			return nil, "", fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
	}
	limit := min(max(f.Limit, 1), 100)
	query, more := f.query(kind)
	list, err = storage.All(ctx, s.db, scanBehind, query, append([]any{storage.Micros(from), at, id, limit + 1}, more...)...)
	if err != nil {
		return nil, "", fmt.Errorf("measure: behind: %w", err)
	}
	if len(list) > limit {
		list = list[:limit]
		last := list[limit-1]
		next = fmt.Sprintf("%d.%d.%s", storage.Micros(last.At), last.Subject.ID, last.Subject.Kind)
	}
	return list, next, nil
}

func scanBehind(row storage.Scanner) (b Behind, err error) {
	var at int64
	err = row.Scan(&b.Subject.Kind, &b.Subject.ID, &at, &b.N)
	b.At = storage.Time(at)
	return b, err
}

// query gives what lists the things from $1 on that stand after the last one
// of the page before, which was at $2 and has the id $3; of this kind, where
// a list has several. At most $4 are listed.
func (f BehindFilter) query(kind string) (query string, more []any) {
	switch {
	case f.Bought != "":
		query = `select 'purchase', u.id, u.at, 1 from purchase u join cohort_account c on c.account_id = u.account_id where u.at >= $1 and (u.at, u.id) < ($2, $3) and ` + purchase.Counts("u")
		if f.Bought == Again {
			query += ` and exists (select 1 from cohort_account d join purchase w on w.account_id = d.account_id where d.buyer_id = c.buyer_id and (w.at, w.id) < (u.at, u.id) and ` + purchase.Counts("w") + `)`
		}
		return query + ` order by u.at desc, u.id desc limit $4`, nil
	case f.Who == Anybody:
		return `select 'mention', mention_id, at, 1 from said_row where at >= $1 and (at, mention_id) < ($2, $3) order by at desc, mention_id desc limit $4`, nil
	case f.Who != "":
		return `select 'mention', mention_id, at, 1 from said_row where who = $5 and at >= $1 and (at, mention_id) < ($2, $3) order by at desc, mention_id desc limit $4`, []any{string(f.Who)}
	case f.Language != "":
		return `select r.kind, r.ref_id, r.at, r.n from loop_row r join mention m on m.id = r.ref_id where r.step = $5 and r.kind = 'mention' and m.language = $6
			and r.at >= $1 and (r.at, r.ref_id) < ($2, $3) order by r.at desc, r.ref_id desc limit $4`, []any{string(f.Step), f.Language}
	}
	return `select kind, ref_id, at, n from loop_row where step = $5 and at >= $1 and (at, ref_id, kind) < ($2, $3, $6) order by at desc, ref_id desc, kind desc limit $4`, []any{string(f.Step), kind}
}

// Kept lists those of a cohort who bought in a month, each by their first
// purchase in it. Months are numbered as in Cohort.
func (s *Measures) Kept(ctx context.Context, a know.Actor, first, month int64, cursor string, limit int) (list []Behind, next string, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, "", err
	}
	after := int64(-1 << 62)
	if cursor != "" {
		if _, err := fmt.Sscanf(cursor, "%d", &after); err != nil {
			return nil, "", fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
	}
	buyers, err := storage.All(ctx, s.db, storage.Scalar[int64], `select buyer_id from cohort_buyer where first = $1 and month = $2 and buyer_id > $3 order by buyer_id limit $4`,
		first, month, after, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("measure: kept: %w", err)
	}
	if len(buyers) > limit {
		buyers = buyers[:limit]
		next = fmt.Sprint(buyers[limit-1])
	}
	holes, args := storage.Holes(5, buyers)
	list, err = storage.All(ctx, s.db, scanBehind, `select 'purchase', u.id, u.at, b.purchases from cohort_buyer b join purchase u on u.id =
		(select w.id from cohort_account c join purchase w on w.account_id = c.account_id where c.buyer_id = b.buyer_id and w.at >= $3 and w.at < $4 and `+purchase.Counts("w")+` order by w.at, w.id limit 1)
		where b.first = $1 and b.month = $2 and b.buyer_id in (`+holes+`) order by b.buyer_id`,
		append([]any{first, month, storage.Micros(Month(month)), storage.Micros(Month(month + 1))}, args...)...)
	return list, next, err
}
