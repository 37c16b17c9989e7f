package shape

import (
	"context"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Follow makes the asker hear what becomes of an idea, or no longer. It may be
// repeated. Who may no longer see an idea can still stop following it.
func (s *Ideas) Follow(ctx context.Context, a know.Actor, id int64, on bool) error {
	i, err := readIdea(ctx, s.db, id)
	if err != nil {
		return err
	}
	subject := i.Subject()
	if !on {
		subject = know.Subject{}
	}
	if err := know.Require(a, know.Follow, subject); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if on {
			return s.follow(ctx, tx, a, id)
		}
		n, err := tx.Exec(ctx, `delete from follow where idea_id = $1 and person_id = $2`, id, a.ID)
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from merged_row where into_id = $1 and kind = 'follow' and ref_id = $2`, id, a.ID); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: IdeaUnfollowed, Actor: a.ID, Subject: ideaRef(id)})
	})
}

// follow notes that somebody follows an idea, and records it if it is new.
func (s *Ideas) follow(ctx context.Context, tx *storage.Tx, a know.Actor, id int64) error {
	n, err := tx.Exec(ctx, `insert into follow (idea_id, person_id, at) values ($1, $2, $3) on conflict do nothing`,
		id, a.ID, storage.Micros(s.now()))
	if err != nil || n == 0 {
		return err
	}
	return s.events.Append(ctx, tx, event.Event{Kind: IdeaFollowed, Actor: a.ID, Subject: ideaRef(id)})
}

// Following tells which of these ideas a person follows.
func (s *Ideas) Following(ctx context.Context, person int64, ids []int64) (map[int64]bool, error) {
	return s.marked(ctx, `select idea_id from follow where person_id = $1 and idea_id in (`, person, ids)
}
