package shape

import (
	"context"
	"fmt"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Merging: what hangs on the merged idea counts for the one it goes into.
// Votes and follows are copied, for they are by person and a person has one: who
// votes for or against the idea that stays, keeps to that;
// comments and voices move, for they are words and stand in one place. What
// came by a merge is noted in merged_row, so that undoing takes back just
// that. The merged idea itself is closed, keeps its votes, and points to where
// it went.

// Merge makes the idea from part of the idea into. Both must be in sight, and
// open to the same people.
func (s *Ideas) Merge(ctx context.Context, a know.Actor, from, into int64) error {
	if err := know.Require(a, know.Merge, know.Subject{}); err != nil {
		return err
	}
	if from == into {
		return fault.New(fault.Invalid, "Choose another idea: one cannot become part of itself.").On("into")
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		was, target, err := s.lockTwo(ctx, tx, from, into)
		if err != nil {
			return err
		}
		if was.MergedInto == into {
			return nil
		}
		for _, i := range []Idea{was, target} {
			if err := know.Require(a, know.Merge, i.Subject()); err != nil {
				return err
			}
			if i.MergedInto != 0 || i.State != know.Visible {
				return fault.New(fault.Conflict, "Only ideas that are in sight, and not part of another already, can be merged.")
			}
		}
		if was.Audience != target.Audience {
			return fault.New(fault.Conflict, "These two ideas are not open to the same people, so they cannot become one.")
		}
		return s.keeping(ctx, tx, was, func() error {
			if err := bring(ctx, tx, from, into); err != nil {
				return fmt.Errorf("shape: merge %d into %d: %w", from, into, err)
			}
			return s.setMerged(ctx, tx, a, was, into, into, IdeaMerged)
		}, into)
	})
}

// Unmerge undoes Merge: both ideas are as if it had not been, but for what
// people did since.
func (s *Ideas) Unmerge(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Merge, know.Subject{}); err != nil {
		return err
	}
	found, err := readIdea(ctx, s.db, id)
	if err != nil {
		return err
	}
	into := found.MergedInto
	if into == 0 {
		return fault.New(fault.Conflict, "This idea is not part of another.")
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		was, target, err := s.lockTwo(ctx, tx, id, into)
		if err != nil {
			return err
		}
		if was.MergedInto != into {
			return fault.New(fault.Conflict, "This idea is not part of another.")
		}
		if target.MergedInto != 0 {
			return fault.New(fault.Conflict, "The idea it went into has become part of another since. Undo that first.")
		}
		return s.keeping(ctx, tx, target, func() error {
			if err := giveBack(ctx, tx, id, into); err != nil {
				return fmt.Errorf("shape: unmerge %d from %d: %w", id, into, err)
			}
			return s.setMerged(ctx, tx, a, was, 0, into, IdeaUnmerged)
		}, into, id)
	})
}

// lockTwo locks two ideas, always in the same order.
func (s *Ideas) lockTwo(ctx context.Context, tx *storage.Tx, one, other int64) (x, y Idea, err error) {
	if one > other {
		y, x, err = s.lockTwo(ctx, tx, other, one)
		return x, y, err
	}
	if x, err = s.lockIdea(ctx, tx, one); err != nil {
		return x, y, err
	}
	y, err = s.lockIdea(ctx, tx, other)
	return x, y, err
}

// setMerged points an idea to where it went, counts both anew and records it.
func (s *Ideas) setMerged(ctx context.Context, tx *storage.Tx, a know.Actor, was Idea, to, other int64, kind string) error {
	is := was
	is.MergedInto = to
	if _, err := tx.Exec(ctx, `update idea set merged_into = $1 where id = $2`, to, is.ID); err != nil {
		return err
	}
	for _, id := range []int64{is.ID, other} {
		if err := recount(ctx, tx, id); err != nil {
			return err
		}
	}
	if err := s.tally(ctx, tx, was, is); err != nil {
		return err
	}
	if err := s.index(ctx, tx, is); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, kind, ideaRef(is.ID), other, 0)
}

// recount sets the counts of an idea from what hangs on it.
func recount(ctx context.Context, tx *storage.Tx, id int64) error {
	_, err := tx.Exec(ctx, `update idea set
		votes = (select count(*) from vote where idea_id = $1),
		staff_votes = (select count(*) from vote where idea_id = $1 and staff = 1),
		against = (select count(*) from vote_against where idea_id = $1),
		staff_against = (select count(*) from vote_against where idea_id = $1 and staff = 1),
		comments = (select count(*) from comment where idea_id = $1 and state = 'visible')
		where id = $1`, id)
	if err != nil {
		return err
	}
	return countVoices(ctx, tx, id)
}

// run executes statements one after the other, each with the same arguments.
func run(ctx context.Context, tx *storage.Tx, args []any, statements ...string) error {
	for _, text := range statements {
		if _, err := tx.Exec(ctx, text, args...); err != nil {
			return fmt.Errorf("%w in %.80q", err, text)
		}
	}
	return nil
}

// bring gives what hangs on from to into, and notes it.
func bring(ctx context.Context, tx *storage.Tx, from, into int64) error {
	var statements []string
	for _, table := range []string{forIt.table, againstIt.table} {
		theirs := ` from ` + table + ` v where idea_id = $1 and not exists (select 1 from vote w where w.idea_id = $2 and w.person_id = v.person_id)
			and not exists (select 1 from vote_against w where w.idea_id = $2 and w.person_id = v.person_id)`
		statements = append(statements,
			`insert into merged_row (into_id, kind, ref_id, from_id) select cast($2 as bigint), '`+table+`', person_id, cast($1 as bigint)`+theirs,
			`insert into `+table+` (idea_id, person_id, staff, at) select cast($2 as bigint), person_id, staff, at`+theirs)
	}
	if err := run(ctx, tx, []any{from, into}, append(statements,
		`insert into merged_row (into_id, kind, ref_id, from_id) select cast($2 as bigint), 'follow', person_id, cast($1 as bigint) from follow v where idea_id = $1
			and not exists (select 1 from follow w where w.idea_id = $2 and w.person_id = v.person_id)`,
		`insert into follow (idea_id, person_id, at) select cast($2 as bigint), person_id, at from follow v where idea_id = $1
			and not exists (select 1 from follow w where w.idea_id = $2 and w.person_id = v.person_id)`,
		`insert into merged_row (into_id, kind, ref_id, from_id) select cast($2 as bigint), 'comment', id, cast($1 as bigint) from comment where idea_id = $1`,
		`update comment set idea_id = $2 where idea_id = $1`,
	)...); err != nil {
		return err
	}
	return bringVoices(ctx, tx, from, into)
}

// bringVoices moves the voices of from that into does not have: one made of
// the same mention or message stays behind.
func bringVoices(ctx context.Context, tx *storage.Tx, from, into int64) error {
	return run(ctx, tx, []any{from, into},
		`insert into merged_row (into_id, kind, ref_id, from_id) select cast($2 as bigint), 'voice', id, cast($1 as bigint) from voice v where idea_id = $1
			and (mention_id = 0 or not exists (select 1 from voice w where w.idea_id = $2 and w.mention_id = v.mention_id))
			and (message_id = 0 or not exists (select 1 from voice w where w.idea_id = $2 and w.message_id = v.message_id))`,
		`update voice set idea_id = $2 where idea_id = $1
			and id in (select ref_id from merged_row where into_id = $2 and kind = 'voice' and from_id = $1)`)
}

// alsoFrom finds what else would have brought a row of merged_row, of those
// ideas that are part of the same one $2 beside $1.
func alsoFrom(table string) string {
	return ` from ` + table + ` v join idea i on i.id = v.idea_id where i.merged_into = $2 and i.id <> $1 and v.person_id = merged_row.ref_id`
}

// broughtBy chooses the rows of merged_row that $1 brought into $2.
func broughtBy(table string) string {
	return ` where into_id = $2 and kind = '` + table + `' and from_id = $1`
}

// giveBack takes from into what from brought. What another idea merged into
// the same one would have brought too stays, as that one's.
func giveBack(ctx context.Context, tx *storage.Tx, from, into int64) error {
	var statements []string
	for _, table := range []string{forIt.table, againstIt.table, "follow"} {
		also := alsoFrom(table)
		mine := broughtBy(table)
		statements = append(statements,
			`update merged_row set from_id = (select min(v.idea_id)`+also+`)`+mine+` and exists (select 1`+also+`)`,
			`delete from `+table+` where idea_id = $2 and person_id in (select ref_id from merged_row`+mine+`)`)
	}
	// Who stood on one side there, and on the other in an idea that stays merged.
	for _, d := range []side{forIt, againstIt} {
		now := d.other().table
		first := ` join (select v.person_id, min(v.idea_id) as first from ` + now + ` v join idea i on i.id = v.idea_id join merged_row on merged_row.ref_id = v.person_id` +
			broughtBy(d.table) + ` and i.merged_into = $2 and i.id <> $1 group by v.person_id) f on f.person_id = o.person_id and f.first = o.idea_id`
		statements = append(statements,
			`insert into `+now+` (idea_id, person_id, staff, at) select cast($2 as bigint), o.person_id, o.staff, o.at from `+now+` o`+first,
			`insert into merged_row (into_id, kind, ref_id, from_id) select cast($2 as bigint), '`+now+`', o.person_id, o.idea_id from `+now+` o`+first)
	}
	for _, table := range []string{"comment", "voice"} {
		statements = append(statements, `update `+table+` set idea_id = $1 where idea_id = $2
			and id in (select ref_id from merged_row`+broughtBy(table)+`)`)
	}
	statements = append(statements, `delete from merged_row where into_id = $2 and from_id = $1`)
	if err := run(ctx, tx, []any{from, into}, statements...); err != nil {
		return err
	}
	others, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from idea where merged_into = $1 and id <> $2 order by id`, into, from)
	for _, other := range others {
		if err := bringVoices(ctx, tx, other, into); err != nil {
			return err
		}
		if err := countVoices(ctx, tx, other); err != nil {
			return err
		}
	}
	return err
}
