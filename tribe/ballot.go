package tribe

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"tribune/event"
	"tribune/storage"
)

// Votes. tribe_ballot says who stands behind an idea, as shape's votes do, in
// the order they voted. Voters of an idea are tied if fewer than Window others
// stand between them in that order: it follows from the ballots as they stand
// alone, so that a vote taken back leaves no trace.

// voted counts a vote, unless it is counted.
func (b *batch) voted(ctx context.Context, f event.Event) error {
	idea, who := f.Subject.ID, f.Actor
	if who == 0 {
		return nil
	}
	b.active(f)
	r, err := b.recentOf(ctx, idea)
	if err != nil {
		return err
	}
	n, err := b.tx.Exec(ctx, `insert into tribe_ballot (idea_id, person_id, seq) values ($1, $2, $3) on conflict (idea_id, person_id) do nothing`, idea, who, r.seq+1)
	if err != nil || n == 0 {
		return err
	}
	for _, other := range r.voters {
		b.tie(Vote, who, other, 1, f.At)
	}
	r.seq++
	r.voters = append([]int64{who}, r.voters[:min(len(r.voters), b.window-1)]...)
	if err := b.supports(ctx, idea, who, 1); err != nil {
		return err
	}
	was, before := b.days[who]
	day := dayOf(f.At)
	if before && was >= day {
		return nil
	}
	tribes, err := b.tribesOf(ctx, who)
	for _, t := range append([]int64{0}, tribes...) {
		if before {
			b.day(t, was, -1)
		}
		b.day(t, day, 1)
	}
	b.days[who], b.voters[who] = day, day
	return err
}

// supports counts n more votes for an idea by everybody, and by the tribes that
// somebody is in.
func (b *batch) supports(ctx context.Context, idea, who, n int64) error {
	tribes, err := b.tribesOf(ctx, who)
	b.support[[2]int64{idea, 0}] += n
	for _, t := range tribes {
		b.support[[2]int64{idea, t}] += n
	}
	return err
}

func (b *batch) recentOf(ctx context.Context, idea int64) (*recent, error) {
	if r, ok := b.recent[idea]; ok {
		return r, nil
	}
	r := &recent{}
	err := storage.Each(ctx, b.tx, func(row storage.Scanner) error {
		var person, seq int64
		err := row.Scan(&person, &seq)
		r.seq, r.voters = max(r.seq, seq), append(r.voters, person)
		return err
	}, `select person_id, seq from tribe_ballot where idea_id = $1 and from_id = 0 order by seq desc limit $2`, idea, b.window)
	b.recent[idea] = r
	return r, err
}

// unvoted takes a vote back.
func (b *batch) unvoted(ctx context.Context, f event.Event) error {
	return b.drop(ctx, f.Subject.ID, f.Actor, f.At)
}

// drop removes a ballot, and unties who cast it; those on either side of it are
// closer to each other now.
func (b *batch) drop(ctx context.Context, idea, who int64, at time.Time) error {
	var seq, from int64
	err := b.tx.Row(ctx, `delete from tribe_ballot where idea_id = $1 and person_id = $2 returning seq, from_id`, idea, who).Scan(&seq, &from)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := b.supports(ctx, idea, who, -1); err != nil || from != 0 {
		return err
	}
	delete(b.recent, idea)
	before, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select person_id from tribe_ballot where idea_id = $1 and from_id = 0 and seq < $2 order by seq desc limit $3`, idea, seq, b.window)
	if err != nil {
		return err
	}
	after, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select person_id from tribe_ballot where idea_id = $1 and from_id = 0 and seq > $2 order by seq limit $3`, idea, seq, b.window)
	for _, other := range before {
		b.tie(Vote, who, other, -1, time.Time{})
	}
	for _, other := range after {
		b.tie(Vote, who, other, -1, time.Time{})
	}
	for i, one := range before { // now few enough others stand between them
		if j := b.window - 1 - i; j < len(after) {
			b.tie(Vote, one, after[j], 1, at)
		}
	}
	return err
}

// merged lets the voters of an idea stand behind the one it became part of, as
// shape does. It ties nobody: they voted for another one.
func (b *batch) merged(ctx context.Context, from, into int64) error {
	if err := b.flush(ctx); err != nil {
		return err
	}
	if _, err := b.tx.Exec(ctx, `insert into tribe_ballot (idea_id, person_id, seq, from_id) select cast($2 as bigint), person_id, seq, cast($1 as bigint) from tribe_ballot v
		where idea_id = $1 and not exists (select 1 from tribe_ballot w where w.idea_id = $2 and w.person_id = v.person_id)`, from, into); err != nil {
		return err
	}
	if _, err := b.tx.Exec(ctx, `update tribe_thing set merged_into = $1 where kind = 'idea' and id = $2`, into, from); err != nil {
		return err
	}
	return b.recount(ctx, into)
}

// unmerged undoes merged: what another idea that is still part of the same one
// would have brought, too, stays.
func (b *batch) unmerged(ctx context.Context, from, into int64) error {
	if err := b.flush(ctx); err != nil {
		return err
	}
	if _, err := b.tx.Exec(ctx, `update tribe_thing set merged_into = 0 where kind = 'idea' and id = $1`, from); err != nil {
		return err
	}
	const also = ` from tribe_ballot v join tribe_thing t on t.kind = 'idea' and t.id = v.idea_id where t.merged_into = $1 and v.person_id = tribe_ballot.person_id`
	for _, statement := range []string{
		`update tribe_ballot set from_id = (select min(v.idea_id)` + also + `) where idea_id = $1 and from_id = $2 and exists (select 1` + also + `)`,
		`delete from tribe_ballot where idea_id = $1 and from_id = $2`,
	} {
		if _, err := b.tx.Exec(ctx, statement, into, from); err != nil {
			return err
		}
	}
	return b.recount(ctx, into)
}

// recount counts the votes for an idea anew, by tribe.
func (b *batch) recount(ctx context.Context, idea int64) error {
	for _, statement := range []string{
		`delete from tribe_support where idea_id = $1`,
		`insert into tribe_support (idea_id, tribe_id, votes) select cast($1 as bigint), 0, count(*) from tribe_ballot where idea_id = $1 having count(*) > 0`,
		`insert into tribe_support (idea_id, tribe_id, votes) select cast($1 as bigint), m.tribe_id, count(*) from tribe_ballot v
			join membership m on m.person_id = v.person_id and m.counted = 1 where v.idea_id = $1 group by m.tribe_id`,
	} {
		if _, err := b.tx.Exec(ctx, statement, idea); err != nil {
			return err
		}
	}
	return nil
}

// joined counts somebody's votes as a tribe's from now on.
func (b *batch) joined(ctx context.Context, tribe, who int64) error {
	n, err := b.tx.Exec(ctx, `update membership set counted = 1 where tribe_id = $1 and person_id = $2 and counted = 0`, tribe, who)
	if err != nil || n == 0 {
		return err
	}
	return b.belongs(ctx, tribe, who, 1)
}

// parted counts them no longer.
func (b *batch) parted(ctx context.Context, tribe, who int64) error {
	n, err := b.tx.Exec(ctx, `update membership set counted = 0 where tribe_id = $1 and person_id = $2 and counted = 1`, tribe, who)
	if err != nil || n == 0 {
		return err
	}
	return b.belongs(ctx, tribe, who, -1)
}

func (b *batch) belongs(ctx context.Context, tribe, who, n int64) error {
	if err := b.know(ctx, []int64{who}); err != nil {
		return err
	}
	if day, ok := b.voters[who]; ok { // not written yet
		b.days[who] = day
	}
	ideas, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select idea_id from tribe_ballot where person_id = $1`, who)
	for _, idea := range ideas {
		b.support[[2]int64{idea, tribe}] += n
	}
	if day, ok := b.days[who]; ok {
		b.day(tribe, day, n)
	}
	return err
}
