package post

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Erase is the follower of "person.left". Drafts of theirs are deleted, and
// what said of their posts where they worked; their reactions stay counted
// under a number without a name. If their words go too, so do their posts and
// replies, with all earlier wordings and pictures, and the wordings that they
// suggested or that others suggested for what they wrote. It may be repeated.
func (s *Posts) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, fact := range facts {
		if fact.Kind != "person.left" {
			continue
		}
		if err := s.erase(ctx, tx, fact.Subject.ID, fact.N == 1); err != nil {
			return fmt.Errorf("post: erase %d: %w", fact.Subject.ID, err)
		}
	}
	return nil
}

func (s *Posts) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	posts, err := storage.All(ctx, tx, scan, `select `+columns+` from post where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, p := range posts {
		switch {
		case p.State == Draft:
			err = s.drop(ctx, tx, p.ID)
		case words:
			err = s.erasePost(ctx, tx, p)
		}
		if err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update post set works_as = '', draft_key = '' where person_id = $1`, person); err != nil {
		return err
	}
	// Nobody answers a suggestion of theirs any more, nor can they.
	waiting, err := storage.All(ctx, tx, scanSuggestion, selectSuggestion+` where state = 'open'
		and (person_id = $1 or post_id in (select id from post where person_id = $1)) order by id`, person)
	if err != nil {
		return err
	}
	for _, e := range waiting {
		if err := s.settle(ctx, tx, e, TakenBack, "", 0); err != nil {
			return err
		}
		if err := s.events.Append(ctx, tx, event.Event{Kind: EditWithdrawn, Subject: editRef(e.ID), Other: e.Post}); err != nil {
			return err
		}
	}
	if !words {
		return nil
	}
	// What they suggested is theirs; its base is the words of the post's author,
	// and goes too, as nothing is left to compare it with.
	if _, err := tx.Exec(ctx, `update post_edit set title = '', body = '', note = '', base_title = '', base_body = '' where person_id = $1`, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update post_edit set answer = '' where post_id in (select id from post where person_id = $1)`, person); err != nil {
		return err
	}
	return s.eraseReplies(ctx, tx, person)
}

// erasePost empties what a person published. What others replied stays.
func (s *Posts) erasePost(ctx context.Context, tx *storage.Tx, p Post) error {
	if _, err := tx.Exec(ctx, `update post set title = '', body = '', state = 'withdrawn', state_reason = '' where id = $1`, p.ID); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update post_edit set title = '', body = '', base_title = '', base_body = '' where post_id = $1`, p.ID); err != nil {
		return err
	}
	if err := s.dropPictures(ctx, tx, `post_id = $1`, p.ID); err != nil {
		return err
	}
	if err := storage.DropText(ctx, tx, "post_search", p.ID); err != nil {
		return err
	}
	if err := s.people.Forget(ctx, tx, postRef(p.ID)); err != nil {
		return err
	}
	if p.State == know.Withdrawn {
		return nil
	}
	return s.events.Append(ctx, tx, event.Event{Kind: Withdrawn, Subject: postRef(p.ID)})
}

// eraseReplies empties what a person said under posts.
func (s *Posts) eraseReplies(ctx context.Context, tx *storage.Tx, person int64) error {
	replies, err := storage.All(ctx, tx, scanReply, selectReply+` where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, r := range replies {
		if err := s.people.Forget(ctx, tx, replyRef(r.ID)); err != nil {
			return err
		}
		// The first statement holds the row, so that the count goes by the state
		// it has then.
		for _, statement := range []string{
			`update post_reply set body = '' where id = $1`,
			`update post set replies = replies - 1 where id = (select post_id from post_reply where id = $1 and state = 'visible')`,
			`update post_reply set state = 'withdrawn', state_reason = '' where id = $1`,
		} {
			if _, err := tx.Exec(ctx, statement, r.ID); err != nil {
				return err
			}
		}
		if r.State == know.Withdrawn {
			continue
		}
		if err := s.events.Append(ctx, tx, event.Event{Kind: ReplyWithdrawn, Subject: replyRef(r.ID), Other: r.Post}); err != nil {
			return err
		}
	}
	return nil
}
