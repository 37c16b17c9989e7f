package tribe

import (
	"context"
	"fmt"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Strength is how strong a tribe was in one week, in counts, from which the
// parts follow. Which people are meant, and over what time, stands with each
// part.
type Strength struct {
	Week      time.Time // its Monday
	At        time.Time // when it was taken
	Size      int64     // members
	Tied      int64     // pairs of members who did something with each other in the last 90 days
	Directed  int64     // of their answers and thanks: how many members each gave some to, summed up
	Answered  int64     // of those, the ones to somebody who gave some back
	WasActive int64     // members who voted, spoke or thanked in the four weeks before the last four
	Again     int64     // of them, those who did so in the last four weeks, too, as members
	Newcomers int64     // those who joined between twelve and eight weeks ago
	Kept      int64     // of them, those who are still members and did something in the last four weeks
}

// Density is the share of all pairs of members that are tied: 2 Tied / (Size
// (Size - 1)). ok is false where there is no pair.
func (s Strength) Density() (share float64, ok bool) {
	return ratio(2*s.Tied, s.Size*(s.Size-1))
}

// Reciprocity is the share of what members give each other that is given back:
// Answered / Directed.
func (s Strength) Reciprocity() (share float64, ok bool) { return ratio(s.Answered, s.Directed) }

// Recurrence is the share of those who were active that are so again: Again /
// WasActive.
func (s Strength) Recurrence() (share float64, ok bool) { return ratio(s.Again, s.WasActive) }

// Retention is the share of newcomers who stayed: Kept / Newcomers.
func (s Strength) Retention() (share float64, ok bool) { return ratio(s.Kept, s.Newcomers) }

func ratio(k, n int64) (float64, bool) {
	if n == 0 {
		return 0, false
	}
	return float64(k) / float64(n), true
}

const (
	tiedFor    = 90 * aDay
	weeksShown = 53 // weeks that are shown
)

// Strengths gives a tribe's strength by week, the oldest first, at most a year:
// for its members and for staff.
func (s *Tribes) Strengths(ctx context.Context, a know.Actor, id int64) ([]Strength, error) {
	if _, err := s.Tribe(ctx, a, id); err != nil {
		return nil, err
	}
	if in, _, err := s.isIn(ctx, a, id); err != nil {
		return nil, err
	} else if !in && !know.May(a, know.Know, know.Subject{}) {
		return nil, notIn()
	}
	weeks, err := storage.All(ctx, s.db, func(row storage.Scanner) (w Strength, err error) {
		var week, at int64
		err = row.Scan(&week, &at, &w.Size, &w.Tied, &w.Directed, &w.Answered, &w.WasActive, &w.Again, &w.Newcomers, &w.Kept)
		w.Week, w.At = mondayOf(week), storage.Time(at)
		return w, err
	}, `select week, at, size, tied, directed, answered, was_active, again, newcomers, kept from tribe_strength where tribe_id = $1 and week > $2 order by week`,
		id, weekOf(s.now())-weeksShown)
	if err != nil {
		return nil, fmt.Errorf("tribe: strength of %d: %w", id, err)
	}
	return weeks, nil
}

// takeStrength takes the strength of every tribe for this week, in place of
// what was taken of it before; and the words that mark each off.
func (s *Tribes) takeStrength(ctx context.Context) error {
	said, err := s.publicWords(ctx)
	if err != nil {
		return err
	}
	ids, err := storage.All(ctx, s.db, storage.Scalar[int64], `select id from tribe where members > 0 order by members desc, id`)
	if err != nil {
		return err
	}
	for n, id := range ids {
		w, members, err := s.strength(ctx, id)
		if err != nil {
			return fmt.Errorf("tribe: strength of %d: %w", id, err)
		}
		marks := ""
		if n < markedGroups {
			marks = writeWords(said.marks(members))
		}
		err = s.db.Update(ctx, func(tx *storage.Tx) error {
			if marks != "" {
				if _, err := tx.Exec(ctx, `update tribe set marks = $1 where id = $2`, marks, id); err != nil {
					return err
				}
			}
			_, err := tx.Exec(ctx, `insert into tribe_strength (tribe_id, week, at, size, tied, directed, answered, was_active, again, newcomers, kept)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) on conflict (tribe_id, week) do update set at = excluded.at, size = excluded.size, tied = excluded.tied,
				directed = excluded.directed, answered = excluded.answered, was_active = excluded.was_active, again = excluded.again, newcomers = excluded.newcomers, kept = excluded.kept`,
				id, weekOf(w.At), storage.Micros(w.At), w.Size, w.Tied, w.Directed, w.Answered, w.WasActive, w.Again, w.Newcomers, w.Kept)
			return err
		})
		if err != nil {
			return fmt.Errorf("tribe: strength of %d: %w", id, err)
		}
	}
	return nil
}

// strength counts a tribe's strength as of now, and gives its members.
func (s *Tribes) strength(ctx context.Context, id int64) (w Strength, members []int64, err error) {
	w.At = s.now()
	week := weekOf(w.At)
	members, err = storage.All(ctx, s.db, storage.Scalar[int64], `select person_id from membership where tribe_id = $1 and left_at = 0 order by person_id`, id)
	if err != nil {
		return w, nil, err
	}
	w.Size = int64(len(members))
	type pair struct{ a, b int64 }
	tied, gave := map[pair]bool{}, map[pair]bool{}
	rows, err := s.db.Query(ctx, `select t.a, t.b, t.kind from membership x join tie t on t.a = x.person_id
		join membership y on y.tribe_id = $1 and y.person_id = t.b and y.left_at = 0
		where x.tribe_id = $1 and x.left_at = 0 and t.last_at >= $2`, id, storage.Micros(w.At.Add(-tiedFor)))
	if err != nil {
		return w, nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b int64
		var kind Kind
		if err := rows.Scan(&a, &b, &kind); err != nil {
			return w, nil, err
		}
		tied[pair{min(a, b), max(a, b)}] = true
		if kind == Reply || kind == Thanks {
			gave[pair{a, b}] = true
		}
	}
	if err := rows.Err(); err != nil {
		return w, nil, err
	}
	w.Tied, w.Directed = int64(len(tied)), int64(len(gave))
	for p := range gave {
		if gave[pair{p.b, p.a}] {
			w.Answered++
		}
	}
	lately := storage.Micros(mondayOf(week - 3))
	const active = `exists (select 1 from tribe_week w where w.person_id = m.person_id and w.week between `
	err = s.db.Row(ctx, `select count(*), coalesce(sum(case when m.left_at = 0 and `+active+`$3 and $4) then 1 else 0 end), 0) from membership m
		where m.tribe_id = $1 and m.joined_at < $2 and (m.left_at = 0 or m.left_at >= $2) and `+active+`$5 and $6)`,
		id, lately, week-3, week, week-7, week-4).Scan(&w.WasActive, &w.Again)
	if err != nil {
		return w, nil, err
	}
	err = s.db.Row(ctx, `select count(*), coalesce(sum(case when m.left_at = 0 and `+active+`$4 and $5) then 1 else 0 end), 0) from membership m
		where m.tribe_id = $1 and m.joined_at >= $2 and m.joined_at < $3`,
		id, storage.Micros(mondayOf(week-11)), storage.Micros(mondayOf(week-7)), week-3, week).Scan(&w.Newcomers, &w.Kept)
	return w, members, err
}
