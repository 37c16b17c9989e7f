package post

import (
	"context"
	"fmt"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Reaction is what one can say to a post without words.
type Reaction string

// The reactions, each with a meaning of its own: none of them is applause.
const (
	Thanks Reaction = "thanks" // thank you: this helped me
	Agrees Reaction = "agrees" // I see it like this, too
	Asks   Reaction = "asks"   // tell me more
)

// AllReactions lists them in their order.
func AllReactions() []Reaction { return []Reaction{Thanks, Agrees, Asks} }

// Reactions counts them. Who reacted stays with the post's counts: no list of
// names is made of it.
type Reactions struct{ Thanks, Agrees, Asks int64 }

// Of gives the count of one kind.
func (r Reactions) Of(kind Reaction) int64 {
	switch kind {
	case Thanks:
		return r.Thanks
	case Agrees:
		return r.Agrees
	case Asks:
		return r.Asks
	}
	return 0
}

// number gives a kind as facts do, 0 for one that is not known.
func (kind Reaction) number() int64 {
	for n, k := range AllReactions() {
		if k == kind {
			return int64(n + 1)
		}
	}
	return 0
}

// React reacts to a post, or takes that back, and gives the counts. It may be
// repeated.
func (s *Posts) React(ctx context.Context, a know.Actor, id int64, kind Reaction, on bool) (counts Reactions, err error) {
	if kind.number() == 0 {
		return counts, fault.New(fault.Invalid, "There is no such reaction: thanks, agrees or asks.").On("kind")
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		p, err := s.open(ctx, tx, a, id, know.Vote)
		if err != nil {
			return err
		}
		if p.Person == a.ID {
			return fault.New(fault.Conflict, "This is your own post: reactions are for others.")
		}
		counts, err = s.react(ctx, tx, a, id, kind, on)
		return err
	})
	return counts, err
}

func (s *Posts) react(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, kind Reaction, on bool) (counts Reactions, err error) {
	statement, args, by, fact := `delete from post_reaction where post_id = $1 and person_id = $2 and kind = $3`, []any{id, a.ID, string(kind)}, int64(-1), Unreacted
	if on {
		statement = `insert into post_reaction (post_id, person_id, kind, at) values ($1, $2, $3, $4) on conflict do nothing`
		args, by, fact = append(args, storage.Micros(s.now())), 1, Reacted
	}
	n, err := tx.Exec(ctx, statement, args...)
	if err != nil {
		return counts, fmt.Errorf("post: react to %d: %w", id, err)
	}
	column := string(kind) // one of ours: it was checked
	err = tx.Row(ctx, `update post set `+column+` = `+column+` + $1 where id = $2 returning thanks, agrees, asks`, by*n, id).
		Scan(&counts.Thanks, &counts.Agrees, &counts.Asks)
	if err != nil || n == 0 {
		return counts, err
	}
	return counts, s.fact(ctx, tx, a, fact, postRef(id), 0, kind.number())
}

// Reacted gives how the asker reacted to posts, by post.
func (s *Posts) Reacted(ctx context.Context, a know.Actor, posts []int64) (map[int64][]Reaction, error) {
	found := map[int64][]Reaction{}
	if a.ID == 0 || len(posts) == 0 {
		return found, nil
	}
	type row struct {
		post int64
		kind Reaction
	}
	holes, args := storage.Holes(2, posts)
	all, err := storage.All(ctx, s.db, func(r storage.Scanner) (x row, err error) {
		err = r.Scan(&x.post, &x.kind)
		return x, err
	}, `select post_id, kind from post_reaction where person_id = $1 and post_id in (`+holes+`) order by post_id, kind`, append([]any{a.ID}, args...)...)
	for _, x := range all {
		found[x.post] = append(found[x.post], x.kind)
	}
	return found, err
}
