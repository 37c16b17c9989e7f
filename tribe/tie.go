package tribe

import (
	"context"
	"fmt"
	"time"

	"tribune/advocate"
	"tribune/converse/post"
	"tribune/event"
	"tribune/know/purchase"
	"tribune/shape"
	"tribune/storage"
)

// Kind is what somebody did with somebody else.
type Kind string

// The kinds of ties. All but Vote go from one to the other.
const (
	Reply    Kind = "reply"    // a spoke under what b began, or next after b
	Thanks   Kind = "thanks"   // a thanked b, or reacted with thanks to what b published
	Vote     Kind = "vote"     // both voted for the same idea, near each other
	Referral Kind = "referral" // b became a member through a's link; or a brought b, says b, and a agreed to be shown
)

// Weight is what one tie of a kind counts for when groups are looked for. The
// numbers are chosen, not measured: an answer is 1, thanks are said less often
// and mean more, bringing a friend most of all. A vote for the same idea is
// worth 1/(2 Window), so that one vote ties its voter as much as one answer at
// the most, however many voted: the 1/(n-1) that Newman gives each pair among n
// ("Scientific collaboration networks II", Physical Review E 64, 016132
// (2001)), with at most 2 Window others in place of n-1.
func (k Kind) Weight() float64 {
	switch k {
	case Reply:
		return 1
	case Thanks:
		return 2
	case Referral:
		return 3
	case Vote:
		return 1.0 / (2 * Window)
	}
	return 0
}

// Window is how many voters before oneself one is tied to by voting for an
// idea. 10,000 votes make 100,000 ties, and not the 5*10^7 of every pair.
const Window = 10

// FollowKinds are the facts that Follow follows.
func FollowKinds() []string {
	return []string{
		shape.IdeaProposed, shape.IdeaCommented, shape.CommentWithdrawn, shape.CommentHidden, shape.CommentShown, shape.IdeaVoted, shape.IdeaUnvoted, shape.IdeaOpposed, shape.IdeaUnopposed, shape.IdeaMerged, shape.IdeaUnmerged,
		post.Published, post.Replied, post.ReplyWithdrawn, post.ReplyHidden, post.ReplyShown, post.Reacted, post.Unreacted,
		purchase.ReasonAnswered, purchase.ReasonWithdrawn, purchase.TellerAsked, purchase.TellerConfirmed, purchase.TellerRefused,
		advocate.ThanksGiven, advocate.ThanksWithdrawn, advocate.ThanksHidden, advocate.ThanksShown, advocate.ShareJoined,
		Joined, Left, "person.left",
	}
}

// factsAtOnce keeps the transactions of Follow short: others wait for them.
const factsAtOnce = 100

// Follow keeps ties and support from the facts of other folders. What a fact
// changes is written in the transaction that moves the cursor: each counts once.
func (s *Tribes) Follow(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	n := min(len(facts), factsAtOnce)
	b, err := s.begin(ctx, tx, facts[:n])
	if err != nil {
		return fmt.Errorf("tribe: follow from %d: %w", facts[0].ID, err)
	}
	for _, f := range facts[:n] {
		if err := b.take(ctx, f); err != nil {
			return fmt.Errorf("tribe: follow %s %d: %w", f.Kind, f.ID, err)
		}
	}
	if err := b.flush(ctx); err != nil {
		return fmt.Errorf("tribe: follow to %d: %w", facts[n-1].ID, err)
	}
	if n < len(facts) {
		return event.Taken(n)
	}
	return nil
}

// take counts one fact.
func (b *batch) take(ctx context.Context, f event.Event) error {
	switch f.Kind {
	case shape.IdeaProposed, post.Published:
		return b.began(ctx, f)
	case shape.IdeaCommented, post.Replied:
		return b.spoke(ctx, f)
	case shape.CommentWithdrawn, shape.CommentHidden, post.ReplyWithdrawn, post.ReplyHidden:
		return b.turn(ctx, f.Subject, true)
	case shape.CommentShown, post.ReplyShown:
		return b.turn(ctx, f.Subject, false)
	case post.Reacted, post.Unreacted:
		return b.thanked(ctx, f)
	case purchase.ReasonAnswered, purchase.ReasonWithdrawn, purchase.TellerAsked, purchase.TellerConfirmed, purchase.TellerRefused:
		return b.brought(ctx, f)
	case advocate.ThanksGiven, advocate.ShareJoined:
		return b.between(ctx, f)
	case advocate.ThanksWithdrawn, advocate.ThanksHidden:
		return b.turn(ctx, event.Ref{Kind: "thanks", ID: f.Other}, true)
	case advocate.ThanksShown:
		return b.turn(ctx, event.Ref{Kind: "thanks", ID: f.Other}, false)
	case shape.IdeaVoted:
		return b.voted(ctx, f)
	case shape.IdeaUnvoted:
		return b.unvoted(ctx, f)
	case shape.IdeaOpposed:
		return b.opposed(ctx, f)
	case shape.IdeaUnopposed:
		return b.unopposed(ctx, f.Subject.ID, f.Actor)
	case shape.IdeaMerged:
		return b.merged(ctx, f.Subject.ID, f.Other)
	case shape.IdeaUnmerged:
		return b.unmerged(ctx, f.Subject.ID, f.Other)
	case Joined:
		return b.joined(ctx, f.Subject.ID, f.Actor)
	case Left:
		return b.parted(ctx, f.Subject.ID, f.Actor)
	case "person.left":
		return b.forget(ctx, f.Subject.ID)
	}
	return nil
}

// thing is what people speak under, as ties remember it.
type thing struct {
	author, last, before int64
}

func (b *batch) thing(ctx context.Context, ref event.Ref) (t thing, there bool, err error) {
	var n int
	err = b.tx.Row(ctx, `select count(*), coalesce(max(author_id), 0), coalesce(max(last_id), 0), coalesce(max(before_id), 0) from tribe_thing where kind = $1 and id = $2`,
		ref.Kind, ref.ID).Scan(&n, &t.author, &t.last, &t.before)
	return t, n == 1, err
}

// began remembers who began something.
func (b *batch) began(ctx context.Context, f event.Event) error {
	b.active(f)
	_, err := b.tx.Exec(ctx, `insert into tribe_thing (kind, id, author_id, at) values ($1, $2, $3, $4) on conflict (kind, id) do nothing`,
		f.Subject.Kind, f.Subject.ID, f.Actor, storage.Micros(f.At))
	return err
}

// spoke ties who speaks under something to whoever began it, and to whoever
// spoke last before them: people answer the one or the other, and what they
// write does not say which.
func (b *batch) spoke(ctx context.Context, f event.Event) error {
	b.active(f)
	t, there, err := b.thing(ctx, f.Subject)
	if err != nil {
		return err
	}
	said, who := "comment", f.Actor
	if f.Kind == post.Replied {
		said = "reply"
	}
	before := t.last
	if before == who {
		before = t.before
	}
	of := event.Ref{Kind: said, ID: f.Other}
	if err := b.source(ctx, Reply, of, who, t.author, f.At); err != nil {
		return err
	}
	if before != t.author {
		if err := b.source(ctx, Reply, of, who, before, f.At); err != nil {
			return err
		}
	}
	if !there {
		if err := b.began(ctx, event.Event{Subject: f.Subject, At: f.At}); err != nil {
			return err
		}
	}
	if t.last == who {
		return nil
	}
	_, err = b.tx.Exec(ctx, `update tribe_thing set last_id = $1, before_id = $2 where kind = $3 and id = $4`, who, t.last, f.Subject.Kind, f.Subject.ID)
	return err
}

// source notes what ties a to b, once, and counts it.
func (b *batch) source(ctx context.Context, kind Kind, of event.Ref, from, to int64, at time.Time) error {
	if from == 0 || to == 0 || from == to {
		return nil
	}
	n, err := b.tx.Exec(ctx, `insert into tie_source (kind, ref_kind, ref_id, a, b) values ($1, $2, $3, $4, $5)
		on conflict (ref_kind, ref_id, kind, a, b) do update set off = 0 where tie_source.off = 1`, string(kind), of.Kind, of.ID, from, to)
	if n == 1 {
		b.tie(kind, from, to, 1, at)
	}
	return err
}

// turn takes the ties that something said made out of the count, or back in.
func (b *batch) turn(ctx context.Context, of event.Ref, off bool) error {
	return b.turnAll(ctx, off, `ref_kind = $1 and ref_id = $2`, of.Kind, of.ID)
}

// turnAll does so for the sources that a condition holds of.
func (b *batch) turnAll(ctx context.Context, off bool, where string, args ...any) error {
	type source struct {
		kind     Kind
		from, to int64
	}
	have := ` and off = 0`
	if !off {
		have = ` and off = 1`
	}
	sources, err := storage.All(ctx, b.tx, func(row storage.Scanner) (s source, err error) {
		err = row.Scan(&s.kind, &s.from, &s.to)
		return s, err
	}, `select kind, a, b from tie_source where `+where+have, args...)
	if err != nil || len(sources) == 0 {
		return err
	}
	if _, err := b.tx.Exec(ctx, `update tie_source set off = 1 - off where `+where+have, args...); err != nil {
		return err
	}
	for _, one := range sources {
		b.tie(one.kind, one.from, one.to, 1-2*int64(storage.Bit(off)), time.Time{})
	}
	return nil
}

// thanked ties who says thanks for a post to its author.
func (b *batch) thanked(ctx context.Context, f event.Event) error {
	b.active(f)
	if f.N != 1 { // the other reactions are no thanks
		return nil
	}
	if f.Kind == post.Unreacted {
		return b.turnAll(ctx, true, `ref_kind = $1 and ref_id = $2 and kind = 'thanks' and a = $3`, f.Subject.Kind, f.Subject.ID, f.Actor)
	}
	t, _, err := b.thing(ctx, f.Subject)
	if err != nil {
		return err
	}
	return b.source(ctx, Thanks, f.Subject, f.Actor, t.author, f.At)
}

// between ties who thanks a person to them, and whose share link somebody
// became a member through to that one. Thanks to an account that nobody claimed
// tie nobody.
func (b *batch) between(ctx context.Context, f event.Event) error {
	if f.Kind == advocate.ShareJoined {
		return b.source(ctx, Referral, event.Ref{Kind: "share", ID: f.Other}, f.N, f.Subject.ID, f.At)
	}
	b.active(f)
	if f.Subject.Kind != "person" {
		return nil
	}
	return b.source(ctx, Thanks, event.Ref{Kind: "thanks", ID: f.Other}, f.Actor, f.Subject.ID, f.At)
}

// brought ties who brought a buyer to them: somebody the buyer named, once
// they agreed to be shown, until either takes it back or the buyer names
// somebody else.
func (b *batch) brought(ctx context.Context, f event.Event) error {
	switch f.Kind {
	case purchase.ReasonAnswered:
		if f.Actor == 0 {
			return nil
		}
		return b.began(ctx, f)
	case purchase.ReasonWithdrawn:
		return b.turn(ctx, f.Subject, true)
	case purchase.TellerRefused:
		return b.turnAll(ctx, true, `ref_kind = $1 and ref_id = $2 and a = $3`, f.Subject.Kind, f.Subject.ID, f.Other)
	case purchase.TellerAsked:
		return b.turnAll(ctx, true, `ref_kind = $1 and ref_id = $2 and a <> $3`, f.Subject.Kind, f.Subject.ID, f.Other)
	}
	t, _, err := b.thing(ctx, f.Subject)
	if err != nil {
		return err
	}
	return b.source(ctx, Referral, f.Subject, f.Other, t.author, f.At)
}

// forget takes away all that ties and counts somebody who left.
func (b *batch) forget(ctx context.Context, person int64) error {
	if err := b.flush(ctx); err != nil {
		return err
	}
	ideas, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select idea_id from tribe_ballot where person_id = $1`, person)
	if err != nil {
		return err
	}
	for _, idea := range ideas {
		if err := b.drop(ctx, idea, person, time.Time{}); err != nil {
			return err
		}
	}
	if ideas, err = storage.All(ctx, b.tx, storage.Scalar[int64], `select idea_id from tribe_against where person_id = $1`, person); err != nil {
		return err
	}
	for _, idea := range ideas {
		if err := b.unopposed(ctx, idea, person); err != nil {
			return err
		}
	}
	tribes, err := b.tribesOf(ctx, person)
	if err != nil {
		return err
	}
	for _, t := range tribes {
		if err := b.parted(ctx, t, person); err != nil {
			return err
		}
	}
	if day, ok := b.days[person]; ok {
		b.day(0, day, -1)
	}
	if err := b.flush(ctx); err != nil {
		return err
	}
	delete(b.days, person)
	for _, statement := range []string{
		`delete from tie_source where a = $1`, `delete from tie_source where b = $1`,
		`delete from tie where a = $1`, `delete from tie where b = $1`,
		`update tribe_thing set author_id = 0 where author_id = $1`,
		`update tribe_thing set last_id = 0 where last_id = $1`,
		`update tribe_thing set before_id = 0 where before_id = $1`,
		`delete from tribe_voter where person_id = $1`,
		`delete from tribe_week where person_id = $1`,
	} {
		if _, err := b.tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	return nil
}
