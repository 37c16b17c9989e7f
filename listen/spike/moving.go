package spike

import (
	"context"
	"math"
	"time"

	"tribune/storage"
)

// When the past of a series counts as still arriving: what an import, a program
// or a new source delivers by the page.
const (
	settles   = 30               // seconds without more of it, after which it is there
	lateFor   = 10 * time.Minute // in which two thirds of what came late are forgotten
	leastLate = 10               // mentions that say nothing, whatever is usual
	ofDay     = 4                // a quarter of what is usual in a day: more than sources that are asked rarely bring late
	portion   = 30               // of that: fewer at once do not go on with it
	single    = 3                // mentions, of which the same holds
)

// hold notes what came late to a series, which has past mentions before through
// now, and reports whether so much came that more of it may be on its way: what
// is there of such a series is neither its rhythm nor its end.
func (s *Spikes) hold(ctx context.Context, w *watch, past int64) (bool, error) {
	now := s.now().Unix()
	moved := math.Abs(float64(past - w.seen))
	if moved == 0 {
		return now < w.heldUntil, nil
	}
	w.late = moved + w.late*math.Exp(-float64(now-w.lateAt)/lateFor.Seconds())
	w.seen, w.lateAt = past, now
	var first int64
	if err := s.db.Row(ctx, `select coalesce(min(at), 0) from mention_count where query_id = $1`, w.query).Scan(&first); err != nil {
		return false, err
	}
	much := max(leastLate, float64(past)/max(1, float64(now-first)/(24*hour))/ofDay)
	if w.late < much || moved < max(single, much/portion) {
		return now < w.heldUntil, nil
	}
	w.heldUntil = now + settles
	if w.query != 0 {
		return true, nil
	}
	return true, s.noteArriving(ctx)
}

// keepHeld writes what came late to a series that is not judged yet.
func (s *Spikes) keepHeld(ctx context.Context, w watch) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into spike_watch (query_id, version, through, counted, recent, state, seen, late, late_at, held_until) values ($1, 1, $2, 0, 0, '', $3, $4, $5, $6)
			on conflict (query_id) do update set version = spike_watch.version + 1, seen = excluded.seen, late = excluded.late, late_at = excluded.late_at, held_until = excluded.held_until
			where spike_watch.version = $7`, w.query, w.through, w.seen, w.late, w.lateAt, w.heldUntil, w.version)
		return err
	})
}

// cameLate reports whether mentions came since it was asked last that were said
// before the last hour; when it is asked first, it is true.
func (s *Spikes) cameLate(ctx context.Context, settled int64) (bool, error) {
	before := s.seen.Load()
	var last, late int64
	if err := s.db.Row(ctx, `select coalesce(max(id), 0) from mention`).Scan(&last); err != nil || last == before {
		return false, err
	}
	s.seen.Store(last)
	if before == 0 {
		return true, nil
	}
	err := s.db.Row(ctx, `select count(*) from mention where id > $1 and published_at < $2`, before, settled*time.Second.Microseconds()).Scan(&late)
	return late > 0, err
}

// stretch is a time from one slot to before another, in Unix seconds.
type stretch struct{ from, until int64 }

// deaf reports whether nobody listened in a slot.
func (s series) deaf(at int64) bool {
	for _, x := range s.unheard {
		if x.from <= at && at < x.until {
			return true
		}
	}
	return false
}

// unheard gives the times after from in which nobody listened, as far as
// nothing came of them later.
func (s *Spikes) unheard(ctx context.Context, from int64) ([]stretch, error) {
	return storage.All(ctx, s.db, func(row storage.Scanner) (x stretch, err error) {
		return x, row.Scan(&x.from, &x.until)
	}, `select coalesce((select max(c.at) from mention_count c where c.query_id = 0 and c.at >= u.from_at and c.at < u.until_at and c.n > 0) + $2, u.from_at), u.until_at
		from unheard u where u.until_at > $1 order by u.from_at`, from, slot)
}

// stoodStill notes, when this program looks for the first time, how long none
// did.
func (s *Spikes) stoodStill(ctx context.Context) error {
	if s.seen.Load() != 0 {
		return nil
	}
	var through int64
	if err := s.db.Row(ctx, `select coalesce(max(through), 0) from spike_watch where query_id = 0 and state <> ''`).Scan(&through); err != nil || through == 0 {
		return err
	}
	if now := s.now().Unix(); now-through > 2*unsteady {
		return s.noteUnheard(ctx, stretch{through + unsteady, now - now%slot})
	}
	return nil
}

// noteArriving notes that nobody listened since the last thing that was said, if
// history came up to then, and just now.
func (s *Spikes) noteArriving(ctx context.Context) error {
	now := s.now()
	var said, heard int64
	if err := s.db.Row(ctx, `select coalesce(max(published_at), 0), coalesce(max(heard_at), 0) from (
		select published_at, heard_at from mention where published_at <= $1 order by published_at desc, id desc limit 1) m`, storage.Micros(now)).Scan(&said, &heard); err != nil {
		return err
	}
	last := storage.Time(said)
	if said == 0 || now.Sub(last) < unsteady*time.Second || storage.Time(heard).Sub(last) < unsteady*time.Second || now.Sub(storage.Time(heard)) > lateFor {
		return nil
	}
	return s.noteUnheard(ctx, stretch{last.Unix() - last.Unix()%slot + slot, now.Unix() - now.Unix()%slot})
}

// noteUnheard notes that nobody listened for a time.
func (s *Spikes) noteUnheard(ctx context.Context, x stretch) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `delete from unheard where from_at < $2 and until_at > $1 or until_at < $3`, x.from, x.until, x.until-longest); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `insert into unheard (from_at, until_at) values ($1, $2)`, x.from, x.until)
		return err
	})
}
