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
// alone, so that a vote taken back leaves no trace. tribe_against says who is
// against an idea, which ties nobody.

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
	if err := b.supports(ctx, idea, who, ballots{votes: 1}); err != nil {
		return err
	}
	return b.votedOn(ctx, who, dayOf(f.At))
}

// opposed counts a vote against an idea, unless it is counted.
func (b *batch) opposed(ctx context.Context, f event.Event) error {
	idea, who := f.Subject.ID, f.Actor
	if who == 0 {
		return nil
	}
	b.active(f)
	n, err := b.tx.Exec(ctx, `insert into tribe_against (idea_id, person_id) values ($1, $2) on conflict (idea_id, person_id) do nothing`, idea, who)
	if err != nil || n == 0 {
		return err
	}
	if err := b.supports(ctx, idea, who, ballots{against: 1}); err != nil {
		return err
	}
	return b.votedOn(ctx, who, dayOf(f.At))
}

// unopposed takes a vote against an idea back.
func (b *batch) unopposed(ctx context.Context, idea, who int64) error {
	n, err := b.tx.Exec(ctx, `delete from tribe_against where idea_id = $1 and person_id = $2`, idea, who)
	if err != nil || n == 0 {
		return err
	}
	return b.supports(ctx, idea, who, ballots{against: -1})
}

// votedOn notes the day on which somebody voted last, for or against anything.
func (b *batch) votedOn(ctx context.Context, who, day int64) error {
	was, before := b.days[who]
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

// ballots are how many more vote for an idea, and how many more against it.
type ballots struct{ votes, against int64 }

// supports counts more votes on an idea by everybody, and by the tribes that
// somebody is in.
func (b *batch) supports(ctx context.Context, idea, who int64, more ballots) error {
	tribes, err := b.tribesOf(ctx, who)
	for _, t := range append([]int64{0}, tribes...) {
		b.supported(idea, t, more)
	}
	return err
}

func (b *batch) supported(idea, tribe int64, more ballots) {
	k := [2]int64{idea, tribe}
	was := b.support[k]
	b.support[k] = ballots{was.votes + more.votes, was.against + more.against}
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
	if err := b.supports(ctx, idea, who, ballots{votes: -1}); err != nil || from != 0 {
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
	const unless = ` v where idea_id = $1 and not exists (select 1 from tribe_ballot w where w.idea_id = $2 and w.person_id = v.person_id)
		and not exists (select 1 from tribe_against w where w.idea_id = $2 and w.person_id = v.person_id)`
	for _, statement := range []string{
		`insert into tribe_ballot (idea_id, person_id, seq, from_id) select cast($2 as bigint), person_id, seq, cast($1 as bigint) from tribe_ballot` + unless,
		`insert into tribe_against (idea_id, person_id, from_id) select cast($2 as bigint), person_id, cast($1 as bigint) from tribe_against` + unless,
	} {
		if _, err := b.tx.Exec(ctx, statement, from, into); err != nil {
			return err
		}
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
	for _, statement := range []string{stays("tribe_ballot"), stays("tribe_against"),
		// Who stood on one side there, and on the other in an idea that stays merged.
		`insert into tribe_ballot (idea_id, person_id, seq, from_id) select cast($1 as bigint), o.person_id, o.seq, o.idea_id from tribe_ballot o` + turned("tribe_ballot", "tribe_against"),
		`insert into tribe_against (idea_id, person_id, from_id) select cast($1 as bigint), o.person_id, o.idea_id from tribe_against o` + turned("tribe_against", "tribe_ballot"),
		`delete from tribe_ballot where idea_id = $1 and from_id = $2`,
		`delete from tribe_against where idea_id = $1 and from_id = $2`,
	} {
		if _, err := b.tx.Exec(ctx, statement, into, from); err != nil {
			return err
		}
	}
	return b.recount(ctx, into)
}

// stays makes what $2 brought into $1 another's that would have brought it, too.
func stays(table string) string {
	also := ` from ` + table + ` v join tribe_thing t on t.kind = 'idea' and t.id = v.idea_id where t.merged_into = $1 and v.person_id = ` + table + `.person_id`
	return `update ` + table + ` set from_id = (select min(v.idea_id)` + also + `) where idea_id = $1 and from_id = $2 and exists (select 1` + also + `)`
}

// turned finds the rows o of a table by which those whom $2 brought into $1 in
// the other table stand to the first idea that stays part of $1.
func turned(table, was string) string {
	return ` join (select v.person_id, min(v.idea_id) as first from ` + table + ` v join tribe_thing t on t.kind = 'idea' and t.id = v.idea_id
		join ` + was + ` w on w.person_id = v.person_id and w.idea_id = $1 and w.from_id = $2
		where t.merged_into = $1 group by v.person_id) f on f.person_id = o.person_id and f.first = o.idea_id`
}

// recount counts the votes on an idea anew, by tribe.
func (b *batch) recount(ctx context.Context, idea int64) error {
	const (
		into = `insert into tribe_support (idea_id, tribe_id, votes, against) select cast($1 as bigint), `
		cast = ` from (select person_id, 1 as votes, 0 as against from tribe_ballot where idea_id = $1
			union all select person_id, 0, 1 from tribe_against where idea_id = $1) c`
	)
	for _, statement := range []string{
		`delete from tribe_support where idea_id = $1`,
		into + `0, sum(c.votes), sum(c.against)` + cast + ` having count(*) > 0`,
		into + `m.tribe_id, sum(c.votes), sum(c.against)` + cast + ` join membership m on m.person_id = c.person_id and m.counted = 1 group by m.tribe_id`,
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
	if err != nil {
		return err
	}
	for _, idea := range ideas {
		b.supported(idea, tribe, ballots{votes: n})
	}
	ideas, err = storage.All(ctx, b.tx, storage.Scalar[int64], `select idea_id from tribe_against where person_id = $1`, who)
	for _, idea := range ideas {
		b.supported(idea, tribe, ballots{against: n})
	}
	if day, ok := b.days[who]; ok {
		b.day(tribe, day, n)
	}
	return err
}
