package post

import (
	"context"
	"fmt"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Begin makes a draft under the asker's name. The same Key again gives the
// draft, or the post, that was made of it before.
func (s *Posts) Begin(ctx context.Context, a know.Actor, n NewPost) (p Post, err error) {
	if err := know.Require(a, know.Publish, know.Subject{}); err != nil {
		return Post{}, err
	}
	if err := n.check(a); err != nil {
		return Post{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		var drafts int
		if err := tx.Row(ctx, `select count(*) from post where person_id = $1 and state = 'draft'`, a.ID).Scan(&drafts); err != nil {
			return err
		}
		if drafts >= maxDrafts {
			return fault.New(fault.Conflict, "You have {most} drafts. Publish or delete one of them first.", "most", maxDrafts)
		}
		made, err := storage.All(ctx, tx, storage.Scalar[int64], `insert into post (person_id, title, body, language, audience, machine, draft_key, created_at)
			values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (person_id, draft_key) where draft_key <> '' do nothing returning id`,
			a.ID, n.Title, n.Body, n.Language, string(n.Audience), storage.Bit(n.Machine), n.Key, storage.Micros(s.now()))
		if err != nil {
			return fmt.Errorf("post: begin: %w", err)
		}
		if len(made) == 0 {
			p, err = scan(tx.Row(ctx, `select `+columns+` from post where person_id = $1 and draft_key = $2 and draft_key <> ''`, a.ID, n.Key))
			return err
		}
		p, err = read(ctx, tx, made[0])
		return err
	})
	return p, err
}

// own runs f on one of the asker's own posts, locked.
func (s *Posts) own(ctx context.Context, a know.Actor, id int64, verb know.Verb, f func(tx *storage.Tx, p Post) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		p, err := s.lock(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if p.State == know.Withdrawn && p.Person == a.ID && verb != know.Withdraw {
			return withdrawn()
		}
		if err := know.Require(a, verb, p.Subject()); err != nil {
			return err
		}
		return f(tx, p)
	})
}

// Save changes the asker's own post. Once it is published, the earlier wording
// is kept.
func (s *Posts) Save(ctx context.Context, a know.Actor, id int64, e Edit) (p Post, err error) {
	err = s.own(ctx, a, id, know.Edit, func(tx *storage.Tx, was Post) error {
		is, err := was.edited(a, e)
		if err != nil {
			return err
		}
		p, err = s.put(ctx, tx, a, was, is, 0)
		return err
	})
	if err != nil {
		return Post{}, err
	}
	return s.Post(ctx, a, p.ID)
}

// put stores an edited post, if anything changed; suggestion is where the
// words come from, 0 for the author themselves.
func (s *Posts) put(ctx context.Context, tx *storage.Tx, a know.Actor, was, is Post, suggestion int64) (Post, error) {
	reworded := was.Title != is.Title || was.Body != is.Body
	if !reworded && suggestion == 0 && was.Language == is.Language && was.Audience == is.Audience && was.Machine == is.Machine {
		return is, nil
	}
	if was.State != Draft && was.Machine && !is.Machine && !reworded {
		return is, fault.New(fault.Conflict, "A machine drafted this text, and you said so when you published it. That stays said of these words: it goes with words that you write yourself.").On("machine")
	}
	if was.State != Draft && (reworded || suggestion != 0) {
		if err := s.people.KeepAs(ctx, tx, postRef(was.ID), know.Revision{Title: was.Title, Body: was.Body, By: a.ID, Machine: was.Machine}); err != nil {
			return is, err
		}
		is.EditedAt, is.Version = s.now(), was.Version+1
	}
	if _, err := tx.Exec(ctx, `update post set title = $1, body = $2, language = $3, audience = $4, machine = $5, version = $6, edited_at = $7 where id = $8`,
		is.Title, is.Body, is.Language, string(is.Audience), storage.Bit(is.Machine), is.Version, storage.Micros(is.EditedAt), is.ID); err != nil {
		return is, fmt.Errorf("post: save %d: %w", is.ID, err)
	}
	if err := s.use(ctx, tx, is); err != nil {
		return is, err
	}
	if err := index(ctx, tx, is); err != nil || was.State == Draft {
		return is, err // a draft is nobody's business
	}
	return is, s.fact(ctx, tx, a, Edited, postRef(is.ID), suggestion, 0)
}

// Publish lets others see the asker's own draft. Where they work, and as what,
// is noted as it is now. What is published already stays as it is.
func (s *Posts) Publish(ctx context.Context, a know.Actor, id int64) (Post, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return Post{}, err
	}
	who, err := s.people.Person(ctx, a.ID)
	if err != nil {
		return Post{}, err
	}
	err = s.own(ctx, a, id, know.Edit, func(tx *storage.Tx, p Post) error {
		if p.State == know.Visible {
			return nil
		}
		if p.State == know.Hidden {
			return fault.New(fault.Conflict, "This was hidden by one of us, who says why beside it. Write to them if it should not have been.")
		}
		if err := know.Require(a, know.Publish, know.Subject{Audience: p.Audience}); err != nil {
			return err
		}
		if err := fault.All(complete(p.Title, p.Body), among(a, p.Audience)); err != nil {
			return err
		}
		works := ""
		if a.IsStaff() {
			works = who.Title
		}
		if _, err := tx.Exec(ctx, `update post set state = 'visible', staff = $1, works_as = $2, leads = $3, published_at = $4 where id = $5`,
			storage.Bit(a.IsStaff()), works, storage.Bit(a.IsStaff() && who.Leads), storage.Micros(s.now()), id); err != nil {
			return fmt.Errorf("post: publish %d: %w", id, err)
		}
		p.State = know.Visible
		if err := index(ctx, tx, p); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Published, postRef(id), 0, 0)
	})
	if err != nil {
		return Post{}, err
	}
	return s.Post(ctx, a, id)
}

// Discard deletes one of the asker's own drafts, and its pictures.
func (s *Posts) Discard(ctx context.Context, a know.Actor, id int64) error {
	return s.own(ctx, a, id, know.Edit, func(tx *storage.Tx, p Post) error {
		if p.State != Draft {
			return fault.New(fault.Conflict, "This is published already. You can withdraw it.")
		}
		return s.drop(ctx, tx, id)
	})
}

// drop deletes a draft.
func (s *Posts) drop(ctx context.Context, tx *storage.Tx, id int64) error {
	if err := s.dropPictures(ctx, tx, `post_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from post where id = $1 and state = 'draft'`, id)
	return err
}

// Withdraw takes back one's own post, for good. It stays for its author and
// staff; what others said under it stays with it.
func (s *Posts) Withdraw(ctx context.Context, a know.Actor, id int64) error {
	return s.own(ctx, a, id, know.Withdraw, func(tx *storage.Tx, p Post) error {
		if p.State == Draft {
			return fault.New(fault.Conflict, "This is a draft, which nobody but you sees. You can delete it.")
		}
		return s.setState(ctx, tx, a, p, know.Withdrawn, "", Withdrawn)
	})
}

// Hide takes a post out of sight, with a reason that its author reads.
func (s *Posts) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	reason, err := hideReason(reason)
	if err != nil {
		return err
	}
	return s.veil(ctx, a, id, know.Hidden, reason, Hidden)
}

// Show brings a hidden post back into sight.
func (s *Posts) Show(ctx context.Context, a know.Actor, id int64) error {
	return s.veil(ctx, a, id, know.Visible, "", Shown)
}

func (s *Posts) veil(ctx context.Context, a know.Actor, id int64, to know.TextState, reason, kind string) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		p, err := s.lock(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Hide, p.Subject()); err != nil {
			return err
		}
		if p.State == Draft {
			return fault.New(fault.Conflict, "This is a draft, which nobody but you sees. You can delete it.")
		}
		return s.setState(ctx, tx, a, p, to, reason, kind)
	})
}

func (s *Posts) setState(ctx context.Context, tx *storage.Tx, a know.Actor, p Post, to know.TextState, reason, kind string) error {
	if p.State == to && p.StateReason == reason {
		return nil
	}
	if p.State == know.Withdrawn {
		return withdrawn()
	}
	if _, err := tx.Exec(ctx, `update post set state = $1, state_reason = $2 where id = $3`, string(to), reason, p.ID); err != nil {
		return err
	}
	p.State = to
	if err := index(ctx, tx, p); err != nil {
		return err
	}
	if to == know.Withdrawn {
		return s.fact(ctx, tx, a, kind, postRef(p.ID), 0, 0)
	}
	return s.asStaff(ctx, tx, a, kind, postRef(p.ID), 0)
}
