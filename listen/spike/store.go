package spike

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/burst"
	"tribune/internal/fault"
	"tribune/storage"
)

// due is a series that has something new.
type due struct {
	query int64
	total int64 // its mentions, copies left out
}

// due gives the series that are behind by a slot, or whose counts changed
// since they were judged.
func (s *Spikes) due(ctx context.Context) ([]due, error) {
	settled := settled(s.now())
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (d due, err error) { return d, row.Scan(&d.query, &d.total) },
		`select q.id, coalesce(t.n, 0) from query q left join query_total t on t.query_id = q.id left join spike_watch w on w.query_id = q.id
			where q.filled = 1 and (w.query_id is null and coalesce(t.n, 0) > 0 or w.state = '' or w.through < $1 or coalesce(t.n, 0) <> w.counted + w.recent) order by q.id`, settled)
	if err != nil {
		return nil, fmt.Errorf("spike: due: %w", err)
	}
	n, err := s.total(ctx, settled)
	if n > 0 {
		all = append(all, due{0, n})
	}
	return all, err
}

// total gives the number of all mentions, which nothing keeps: it adds all
// counts up once an hour, and when some came late, else those since it was
// looked at.
func (s *Spikes) total(ctx context.Context, settled int64) (n int64, err error) {
	w, err := s.watch(ctx, 0)
	if err != nil {
		return 0, err
	}
	late, err := s.cameLate(ctx, settled)
	if err != nil {
		return 0, err
	}
	from := w.through
	if late || w.detector == nil || w.seen != w.counted || w.through/hour < settled/hour {
		from, w.counted = 0, 0
	}
	err = s.db.Row(ctx, `select cast(coalesce(sum(n), 0) as bigint) from mention_count where query_id = 0 and at >= $1`, from).Scan(&n)
	return w.counted + n, err
}

// judge judges one series, and writes what came of it; if it is to be patient,
// only once its past has arrived.
func (s *Spikes) judge(ctx context.Context, d due, patient bool) error {
	now := s.now()
	w, err := s.watch(ctx, d.query)
	if err != nil {
		return fmt.Errorf("spike: watch %d: %w", d.query, err)
	}
	before := w
	data, err := s.series(ctx, d.query, w.needs())
	if err != nil {
		return fmt.Errorf("spike: series %d: %w", d.query, err)
	}
	past := d.total - int64(math.Round(data.sum(w.through)))
	held, err := s.hold(ctx, &w, past)
	if err != nil {
		return fmt.Errorf("spike: hold %d: %w", d.query, err)
	}
	if held && patient {
		if w == before {
			return nil
		}
		return s.keepHeld(ctx, w)
	}
	if w.detector == nil || past != w.counted {
		w = watch{query: d.query, version: w.version, late: w.late, lateAt: w.lateAt, heldUntil: w.heldUntil}
		if data, err = s.series(ctx, d.query, now.Unix()-longest); err != nil {
			return fmt.Errorf("spike: series %d: %w", d.query, err)
		}
	}
	alerts, since, err := w.judge(data, now)
	if err != nil {
		return fmt.Errorf("spike: judge %d: %w", d.query, err)
	}
	w.recent = int64(math.Round(data.sum(w.through)))
	w.counted = d.total - w.recent
	w.seen = w.counted
	moved := w.counted+w.recent != before.counted+before.recent
	if before.detector != nil && w.through == before.through && !moved {
		return nil
	}
	return s.keep(ctx, w, alerts, since, moved, before.detector != nil)
}

// watch reads what is kept of a series. One that was not judged yet has no
// detector, and is looked at from an hour ago on.
func (s *Spikes) watch(ctx context.Context, query int64) (watch, error) {
	w, state := watch{query: query, through: settled(s.now())}, ""
	err := s.db.Row(ctx, `select version, through, counted, recent, state, seen, late, late_at, held_until from spike_watch where query_id = $1`, query).
		Scan(&w.version, &w.through, &w.counted, &w.recent, &state, &w.seen, &w.late, &w.lateAt, &w.heldUntil)
	if errors.Is(err, sql.ErrNoRows) || err == nil && state == "" {
		return w, nil
	}
	if err != nil {
		return w, err
	}
	w.detector = new(burst.Detector)
	if err := json.Unmarshal([]byte(state), w.detector); err != nil {
		s.log.Warn("the state of a series cannot be read; it is judged from its beginning", "query", query, "error", err)
		w.detector = nil
	}
	return w, nil
}

// series reads the counts of a query from then on. What is folded into hours
// counts as spread over its slots.
func (s *Spikes) series(ctx context.Context, query, from int64) (series, error) {
	out := series{n: map[int64]float64{}}
	var err error
	if out.unheard, err = s.unheard(ctx, from); err != nil {
		return out, err
	}
	err = storage.Each(ctx, s.db, func(row storage.Scanner) error {
		var at, n, folded int64
		if err := row.Scan(&at, &n, &folded); err != nil {
			return err
		}
		if out.first == 0 || at < out.first {
			out.first = at
		}
		if at >= folded {
			out.n[at] += float64(n)
			return nil
		}
		for i := int64(0); i < hour/slot; i++ {
			out.n[at+i*slot] += float64(n) / (hour / slot)
		}
		return nil
	}, `select at, cast(sum(n) as bigint), (select coalesce(max(n), 0) from tally where name = 'listen.folded-until')
		from mention_count where query_id = $1 and at >= $2 group by at having sum(n) <> 0`, query, from)
	return out, err
}

// keep writes the state of a series, and the spikes that end after since as they
// are now. It writes nothing if another process judged meanwhile. What another
// method found before (known is false), or is part of another spike now, is not taken back.
func (s *Spikes) keep(ctx context.Context, w watch, alerts []alert, since int64, moved, known bool) error {
	state, err := json.Marshal(w.detector)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `insert into spike_watch (query_id, version, through, counted, recent, state, seen, late, late_at, held_until) values ($1, 1, $2, $3, $4, $5, $3, $6, $7, $8)
			on conflict (query_id) do update set version = spike_watch.version + 1, through = excluded.through, counted = excluded.counted, recent = excluded.recent, state = excluded.state,
				seen = excluded.seen, late = excluded.late, late_at = excluded.late_at, held_until = excluded.held_until
			where spike_watch.version = $9`, w.query, w.through, w.counted, w.recent, string(state), w.late, w.lateAt, w.heldUntil, w.version)
		if err != nil || n == 0 {
			return err
		}
		from := since * time.Second.Microseconds()
		for _, a := range alerts { // some began long before they were sure
			from = min(from, storage.Micros(a.Start))
		}
		there, err := storage.All(ctx, tx, scanSpike, selectSpike+` where query_id = $1 and end_at > $2 order by gone_at, start_at`, w.query, from)
		if err != nil {
			return err
		}
		kept := map[int64]bool{}
		for _, a := range alerts {
			id, err := s.put(ctx, tx, w.query, a, there, kept, moved)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, countMentions, id); err != nil { // no fewer than in its loudest hour
				return err
			}
			kept[id] = true
		}
		for _, old := range there {
			if !kept[old.ID] && old.GoneAt.IsZero() && old.End.Unix() > since {
				joined := slices.ContainsFunc(alerts, old.is)
				if err := s.takeBack(ctx, tx, old, known && !joined); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// is reports whether an alert is about the same as a spike: of its direction, and overlaps.
func (o Spike) is(a alert) bool {
	return up(o.Kind) == up(a.Kind) && o.Start.Before(a.End) && a.Start.Before(o.End)
}

// put writes an alert as a spike, anew or where it stands already: what overlaps
// with it is the same, of which more is known now.
func (s *Spikes) put(ctx context.Context, tx *storage.Tx, query int64, a alert, there []Spike, kept map[int64]bool, moved bool) (int64, error) {
	now := s.now()
	fresh := now.Sub(a.End) <= 24*time.Hour
	goingOn := storage.Bit(!a.over)
	for _, old := range there {
		if kept[old.ID] || !old.is(a) {
			continue
		}
		told, grew := old.Told.grown(a.Alert)
		if !fresh {
			told, grew = old.Told, false
		}
		_, err := tx.Exec(ctx, `update spike set kind = $1, start_at = $9, end_at = $2, going_on = $3, peak = $4, expected = $5, z = $6, gone_at = 0,
			stale = case when $7 = 1 or end_at <> $2 or start_at <> $9 then 1 else stale end, drove_at = case when $14 = 1 then 0 else drove_at end,
			told_step = $10, told_away = $11, told_peak = $12, told_was = $13, grown_at = case when $14 = 1 then $15 else grown_at end where id = $8`,
			string(a.Kind), storage.Micros(a.End), goingOn, a.Peak, a.Expected, a.Z, storage.Bit(moved || grew), old.ID, storage.Micros(a.Start),
			told.Step, told.Away, told.Peak, told.Was, storage.Bit(grew), storage.Micros(now)) // what drove it is worked out anew at once
		if err != nil || !grew {
			return old.ID, err
		}
		return old.ID, s.events.Append(ctx, tx, event.Event{Kind: Grew, Subject: event.Ref{Kind: "spike", ID: old.ID}, Other: query, N: told.Step})
	}
	id, err := tx.Insert(ctx, `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, found_at, told_away, told_peak) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $6) returning id`,
		query, string(a.Kind), storage.Micros(a.Start), storage.Micros(a.End), goingOn, a.Peak, a.Expected, a.Z, storage.Micros(now), math.Abs(a.Peak-a.Expected))
	if err != nil || !fresh {
		return id, err
	}
	return id, s.events.Append(ctx, tx, event.Event{Kind: Found, Subject: event.Ref{Kind: "spike", ID: id}, Other: query})
}

// takeBack notes that the counts do not show a spike any more. Of one that is
// long over, nobody is told so.
func (s *Spikes) takeBack(ctx context.Context, tx *storage.Tx, old Spike, known bool) error {
	now := s.now()
	_, err := tx.Exec(ctx, `update spike set gone_at = $1, going_on = 0 where id = $2`, storage.Micros(now), old.ID)
	if err != nil || !known || now.Sub(old.End) > takenBack {
		return err
	}
	return s.events.Append(ctx, tx, event.Event{Kind: Gone, Subject: event.Ref{Kind: "spike", ID: old.ID}, Other: old.Query})
}

// takenBack is how long after its end a spike that proves false is told to be so.
const takenBack = 7 * 24 * time.Hour

const selectSpike = `select id, query_id, kind, start_at, end_at, going_on, peak, expected, z, n, drove, drove_at, found_at, gone_at, cause_id, told_step, told_away, told_peak, told_was, grown_at from spike`

// thereIs says that the query of a spike was not removed.
const thereIs = `(query_id = 0 or exists (select 1 from query q where q.id = spike.query_id))`

func scanSpike(row storage.Scanner) (o Spike, err error) {
	var start, end, goingOn, driven, found, gone, grown int64
	var drove string
	err = row.Scan(&o.ID, &o.Query, &o.Kind, &start, &end, &goingOn, &o.Peak, &o.Expected, &o.Z, &o.Mentions, &drove, &driven, &found, &gone, &o.Cause, &o.Told.Step, &o.Told.Away, &o.Told.Peak, &o.Told.Was, &grown)
	o.Start, o.End, o.GoingOn = storage.Time(start), storage.Time(end), goingOn == 1
	o.Peak = math.Round(o.Peak*1000) / 1000 // what is folded is summed up of twelfths
	o.DroveAt, o.FoundAt, o.GoneAt, o.GrownAt = storage.Time(driven), storage.Time(found), storage.Time(gone), storage.Time(grown)
	if o.Kind == burst.Silence && o.Mentions > 0 { // a drop that became one, or one that was broken
		o.Kind = burst.Drop
	}
	if err == nil && drove != "" {
		err = json.Unmarshal([]byte(drove), &o.Drove)
	}
	return o, err
}

func (s *Spikes) list(ctx context.Context, f Filter) ([]Spike, error) {
	limit := f.Limit
	if limit <= 0 {
		limit = 50
	}
	one, query := 0, int64(-1)
	if f.Query != nil {
		one, query = 1, *f.Query
	}
	before := int64(math.MaxInt64)
	if f.Before != 0 {
		if err := s.db.Row(ctx, `select coalesce(max(start_at), 0) from spike where id = $1`, f.Before).Scan(&before); err != nil {
			return nil, err
		}
	}
	all, err := storage.All(ctx, s.db, scanSpike, selectSpike+` where gone_at = 0 and (query_id = $2 or $1 = 0 and not exists (select 1 from spike c where c.id = spike.cause_id and c.gone_at = 0
			and (c.query_id = 0 or exists (select 1 from query q where q.id = c.query_id))))
		and `+thereIs+` and (start_at < $3 or start_at = $3 and id < $4) order by start_at desc, id desc limit $5`, one, query, before, f.Before, min(limit, 200))
	if err != nil {
		return nil, err
	}
	return all, s.also(ctx, all)
}

func (s *Spikes) spike(ctx context.Context, id int64) (Spike, error) {
	o, err := scanSpike(s.db.Row(ctx, selectSpike+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.New(fault.NotFound, "There is no such spike.")
	}
	if err != nil {
		return o, err
	}
	one := []Spike{o}
	err = s.also(ctx, one)
	return one[0], err
}
