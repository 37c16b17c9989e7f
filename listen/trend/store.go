package trend

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/storage"
)

// said is a mention as it is read.
type said struct {
	id, account int64
	at          time.Time
	language    string
	text        string
	us          bool // it is about us, or said to us
}

// read says which mentions are looked at: those with words, copies left out.
const read = ` m.published_at > $1 and m.published_at <= $2 and m.state = 'visible' and m.copy_of = 0`

// share gives the newest mention, and of how many authors one is read.
func (t *Trends) share(ctx context.Context, now time.Time) (last, share int64, err error) {
	if err := t.db.Row(ctx, `select coalesce(max(id), 0) from mention`).Scan(&last); err != nil {
		return 0, 0, err
	}
	var n int64
	err = t.db.Row(ctx, `select count(*) from mention m where `+read, storage.Micros(now.Add(-weeks*week)), storage.Micros(now)).Scan(&n)
	return last, max(1, (n+t.most-1)/t.most), err
}

// each reads the mentions of the last weeks, the newest first, some at a time.
func (t *Trends) each(ctx context.Context, now time.Time, share int64, look *Look, do func(said)) error {
	before, id := storage.Micros(now)+1, int64(math.MaxInt64)
	from := storage.Micros(now.Add(-weeks * week))
	for {
		n := 0
		err := storage.Each(ctx, t.db, func(row storage.Scanner) error {
			var m said
			var us int
			if err := row.Scan(&m.id, &m.account, &before, &m.language, &m.text, &us); err != nil {
				return err
			}
			n, id = n+1, m.id
			m.at, m.us = storage.Time(before), us == 1
			if m.account%share != 0 {
				look.LeftOut++
				return nil
			}
			look.Read++
			do(m)
			return nil
		}, `select m.id, m.account_id, m.published_at, m.language, m.text,
			case when s.addressed = 1 or exists (select 1 from mention_query mq join query q on q.id = mq.query_id where mq.mention_id = m.id and q.purpose = 'us') then 1 else 0 end
			from mention m left join source s on s.id = m.source_id
			where `+read+` and (m.published_at < $3 or m.published_at = $3 and m.id < $4) order by m.published_at desc, m.id desc limit $5`,
			from, storage.Micros(now), before, id, chunk)
		if err != nil || n < chunk {
			return err
		}
	}
}

// keep writes what was found: what was there already goes on, what is not found
// any more is gone.
func (t *Trends) keep(ctx context.Context, found []Trend, look Look, last int64) error {
	return t.db.Update(ctx, func(tx *storage.Tx) error {
		there, err := trends(ctx, tx, ` where gone_at = 0 or gone_at > $1 order by gone_at, kind, place`, storage.Micros(look.DoneAt.AddDate(0, 0, -30)))
		if err != nil {
			return err
		}
		taken := map[int64]bool{}
		for _, f := range found {
			if err := t.put(ctx, tx, f, same(f, there, taken), look.DoneAt); err != nil {
				return err
			}
		}
		for _, old := range there {
			if !taken[old.ID] && old.GoneAt.IsZero() {
				if _, err := tx.Exec(ctx, `update trend set gone_at = $1 where id = $2`, storage.Micros(look.DoneAt), old.ID); err != nil {
					return err
				}
			}
		}
		_, err = tx.Exec(ctx, `insert into trend_look (id, due_at, done_at, read, left_out, last_id) values (1, $1, $2, $3, $4, $5)
			on conflict (id) do update set due_at = excluded.due_at, done_at = excluded.done_at, read = excluded.read, left_out = excluded.left_out, last_id = excluded.last_id`,
			storage.Micros(look.DoneAt.Add(every)), storage.Micros(look.DoneAt), look.Read, look.LeftOut, last)
		return err
	})
}

// same gives the trend that was found before and is this one, 0 if it is new:
// half of the mentions of one are the other's, or they have one label. It is
// taken then.
func same(f Trend, there []Trend, taken map[int64]bool) (id int64) {
	in, best := map[int64]bool{}, 0
	for _, m := range f.Mentions {
		in[m] = true
	}
	for _, old := range there {
		if old.Kind != f.Kind || taken[old.ID] || f.Kind != Name && old.Language != f.Language {
			continue
		}
		shared := 0
		for _, m := range old.Mentions {
			if in[m] {
				shared++
			}
		}
		if strings.EqualFold(old.Label, f.Label) {
			shared += mostVoices
		} else if 2*shared < min(len(in), len(old.Mentions)) || shared == 0 {
			continue
		}
		if shared > best {
			id, best = old.ID, shared
		}
	}
	if id != 0 {
		taken[id] = true
	}
	return id
}

// put writes a trend, in place of the one with that id if it is not 0.
func (t *Trends) put(ctx context.Context, tx *storage.Tx, f Trend, id int64, now time.Time) (err error) {
	values := []any{string(f.Kind), f.Label, f.Language, f.How, strings.Join(f.Terms, "\n"), f.Authors, f.Before, f.Ratio, f.Place, storage.Micros(now)}
	if id == 0 {
		id, err = tx.Insert(ctx, `insert into trend (kind, label, language, how, terms, authors, before, ratio, place, found_at, seen_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) returning id`, values...)
		if err != nil {
			return err
		}
		if err := t.events.Append(ctx, tx, event.Event{Kind: Found, Subject: event.Ref{Kind: "trend", ID: id}, N: f.Kind.Number()}); err != nil {
			return err
		}
	} else {
		if _, err := tx.Exec(ctx, `update trend set kind = $1, label = $2, language = $3, how = $4, terms = $5, authors = $6, before = $7, ratio = $8, place = $9,
			seen_at = $10, gone_at = 0 where id = $11`, append(values, id)...); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from trend_voice where trend_id = $1`, id); err != nil {
			return err
		}
	}
	rows := make([][]any, min(len(f.Mentions), mostVoices))
	for i := range rows {
		rows[i] = []any{id, i, f.Mentions[i]}
	}
	_, err = tx.InsertMany(ctx, `trend_voice (trend_id, place, mention_id)`, rows, ``, nil)
	return err
}

// trends reads trends with their mentions.
func trends(ctx context.Context, q storage.Q, rest string, args ...any) ([]Trend, error) {
	all, err := storage.All(ctx, q, func(row storage.Scanner) (x Trend, err error) {
		var terms string
		var found, gone int64
		err = row.Scan(&x.ID, &x.Kind, &x.Label, &x.Language, &x.How, &terms, &x.Authors, &x.Before, &x.Ratio, &x.Place, &found, &gone)
		x.FoundAt, x.GoneAt = storage.Time(found), storage.Time(gone)
		if terms != "" {
			x.Terms = strings.Split(terms, "\n")
		}
		return x, err
	}, `select id, kind, label, language, how, terms, authors, before, ratio, place, found_at, gone_at from trend`+rest, args...)
	for i := range all {
		if err == nil {
			all[i].Mentions, err = storage.All(ctx, q, storage.Scalar[int64], `select mention_id from trend_voice where trend_id = $1 order by place`, all[i].ID)
		}
	}
	return all, err
}

func (t *Trends) list(ctx context.Context, kind Kind) ([]Trend, error) {
	return trends(ctx, t.db, ` where kind = $1 and gone_at = 0 order by place`, string(kind))
}

func (t *Trends) trend(ctx context.Context, id int64) (Trend, error) {
	all, err := trends(ctx, t.db, ` where id = $1`, id)
	if err == nil && len(all) == 0 {
		return Trend{}, fault.New(fault.NotFound, "There is no such trend.")
	}
	if err != nil {
		return Trend{}, err
	}
	return all[0], nil
}

func (t *Trends) lastLook(ctx context.Context) (l Look, err error) {
	var done int64
	err = t.db.Row(ctx, `select done_at, read, left_out from trend_look where id = 1`).Scan(&done, &l.Read, &l.LeftOut)
	if errors.Is(err, sql.ErrNoRows) {
		return l, nil
	}
	l.DoneAt = storage.Time(done)
	return l, err
}
