package shape

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Comment is what somebody says under an idea.
type Comment struct {
	ID          int64
	Idea        int64
	Person      int64
	Staff       bool   // was staff then
	Body        string // Markdown; empty for who may not read it
	Language    string
	State       know.TextState
	StateReason string // for its author and staff
	CreatedAt   time.Time
	EditedAt    time.Time
}

// subject gives a comment as the rules see it.
func (c Comment) subject(i Idea) know.Subject {
	return know.Subject{Audience: i.Audience, Author: c.Person, Hidden: c.State != know.Visible}
}

// maxComments is how many comments of an idea are shown, the first of them.
const maxComments = 2000

const selectComment = `select id, idea_id, person_id, staff, body, language, state, state_reason, created_at, edited_at from comment`

func scanComment(row storage.Scanner) (c Comment, err error) {
	var staff int
	var created, edited int64
	err = row.Scan(&c.ID, &c.Idea, &c.Person, &staff, &c.Body, &c.Language, &c.State, &c.StateReason, &created, &edited)
	c.Staff, c.CreatedAt, c.EditedAt = staff == 1, storage.Time(created), storage.Time(edited)
	return c, err
}

func commentBody(s string) (string, error) {
	s = cleanBody(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > maxComment {
		return s, fault.New(fault.Invalid, "Write a comment of 1 to {most} characters.", "most", maxComment).On("body")
	}
	return s, nil
}

// CommentFits says what is wrong with the words of a comment, nil if nothing is.
func CommentFits(body string) error {
	_, err := commentBody(body)
	return err
}

// Comment says something under an idea, which the asker follows from then on.
// Without a language it is in the asker's. The very same words again within ten
// minutes were sent twice: they give the comment that is there.
func (s *Ideas) Comment(ctx context.Context, a know.Actor, idea int64, body, lang string) (c Comment, err error) {
	i, err := readIdea(ctx, s.db, idea)
	if err != nil {
		return Comment{}, err
	}
	if err := know.Require(a, know.Comment, i.Subject()); err != nil {
		return Comment{}, err
	}
	body, wordless := commentBody(body)
	lang, unknown := languageTag(lang)
	if err := fault.All(wordless, unknown); err != nil {
		return Comment{}, err
	}
	if lang == "" {
		lang = a.Language
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		first, err := s.sameComment(ctx, tx, a, idea, body)
		if err != nil {
			return err
		}
		if first != 0 {
			c, err = readComment(ctx, tx, first)
			return err
		}
		id, err := tx.Insert(ctx, `insert into comment (idea_id, person_id, staff, body, language, created_at)
			values ($1, $2, $3, $4, $5, $6) returning id`,
			idea, a.ID, storage.Bit(a.IsStaff()), body, lang, storage.Micros(s.now()))
		if err != nil {
			return fmt.Errorf("shape: comment on %d: %w", idea, err)
		}
		n, err := tx.Exec(ctx, `update idea set comments = comments + 1 where id = $1 and merged_into = 0`, idea)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.Conflict, "This idea has become part of another. Say it there.")
		}
		if err := s.follow(ctx, tx, a, idea); err != nil {
			return err
		}
		if c, err = readComment(ctx, tx, id); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: IdeaCommented, Actor: a.ID, Subject: ideaRef(idea), Other: id})
	})
	return c, err
}

// readComment gives a comment, whoever asks.
func readComment(ctx context.Context, q storage.Q, id int64) (Comment, error) {
	c, err := scanComment(q.Row(ctx, selectComment+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return c, fault.New(fault.NotFound, "There is no such comment, or it is not open to you.")
	}
	return c, err
}

// Comments gives what is said under an idea, oldest first, at most 2,000.
// Those that are hidden or withdrawn have their words and the reason for their
// author and staff alone.
func (s *Ideas) Comments(ctx context.Context, a know.Actor, idea int64) ([]Comment, error) {
	i, err := s.Idea(ctx, a, idea)
	if err != nil {
		return nil, err
	}
	all, err := storage.All(ctx, s.db, scanComment, selectComment+` where idea_id = $1 order by id limit $2`, idea, maxComments)
	return seenComments(a, i, all), err
}

// seenComments empties the comments whose words the asker may not read.
func seenComments(a know.Actor, i Idea, all []Comment) []Comment {
	for n := range all {
		if c := &all[n]; !know.May(a, know.Read, c.subject(i)) {
			c.Body, c.StateReason = "", ""
		}
	}
	return all
}

// CommentsAfter gives a page of what is said under an idea, as Comments does:
// those with ids over after (0: from the first), at most 200.
func (s *Ideas) CommentsAfter(ctx context.Context, a know.Actor, idea, after int64, limit int) ([]Comment, error) {
	i, err := s.Idea(ctx, a, idea)
	if err != nil {
		return nil, err
	}
	page, err := storage.All(ctx, s.db, scanComment, selectComment+` where idea_id = $1 and id > $2 order by id limit $3`, idea, after, min(limit, 200))
	return seenComments(a, i, page), err
}

// PageOfComment says after which comment the page begins that a comment stands
// on, where each page has size comments; 0 is the first page. LastComment asks
// for the last page. A comment that is not there stands where it would.
func (s *Ideas) PageOfComment(ctx context.Context, idea, comment int64, size int) (after int64, err error) {
	var before int
	err = s.db.Row(ctx, `select count(*) from comment where idea_id = $1 and id < $2`, idea, comment).Scan(&before)
	if err == nil && comment == LastComment && before > 0 {
		before--
	}
	if begins := before - before%size; err == nil && begins > 0 {
		err = s.db.Row(ctx, `select id from comment where idea_id = $1 order by id limit 1 offset $2`, idea, begins-1).Scan(&after)
	}
	if err != nil {
		return 0, fmt.Errorf("shape: page of comment %d: %w", comment, err)
	}
	return after, nil
}

// LastComment stands for the last comment of an idea, whichever that is.
const LastComment = 1 << 62

// OneComment gives one comment of an idea.
func (s *Ideas) OneComment(ctx context.Context, a know.Actor, idea, id int64) (Comment, error) {
	i, err := s.Idea(ctx, a, idea)
	if err != nil {
		return Comment{}, err
	}
	c, err := readComment(ctx, s.db, id)
	if err == nil && c.Idea != idea {
		err = fault.New(fault.NotFound, "There is no such comment, or it is not open to you.")
	}
	if err != nil {
		return Comment{}, err
	}
	return seenComments(a, i, []Comment{c})[0], nil
}

// change runs f on a comment that no other transaction changes meanwhile, if
// the asker may do verb to it.
func (s *Ideas) change(ctx context.Context, a know.Actor, id int64, verb know.Verb, f func(tx *storage.Tx, c Comment) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update comment set state = state where id = $1`, id); err != nil {
			return err
		}
		c, err := readComment(ctx, tx, id)
		if err != nil {
			return err
		}
		i, err := readIdea(ctx, tx, c.Idea)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Read, i.Subject()); err != nil {
			return err
		}
		if err := know.Require(a, verb, c.subject(i)); err != nil {
			return err
		}
		return f(tx, c)
	})
}

// EditComment rewords one's own comment; the earlier wording is kept.
func (s *Ideas) EditComment(ctx context.Context, a know.Actor, id int64, body string) (c Comment, err error) {
	if body, err = commentBody(body); err != nil {
		return Comment{}, err
	}
	err = s.change(ctx, a, id, know.Edit, func(tx *storage.Tx, was Comment) error {
		if was.State == know.Withdrawn {
			return withdrawn()
		}
		c = was
		if was.Body == body {
			return nil
		}
		if err := s.people.Keep(ctx, tx, commentRef(id), "", was.Body, a.ID); err != nil {
			return err
		}
		c.Body, c.EditedAt = body, s.now()
		if _, err := tx.Exec(ctx, `update comment set body = $1, edited_at = $2 where id = $3`, body, storage.Micros(c.EditedAt), id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, CommentEdited, commentRef(id), was.Idea, 0)
	})
	return c, err
}

// WithdrawComment takes back one's own comment.
func (s *Ideas) WithdrawComment(ctx context.Context, a know.Actor, id int64) error {
	return s.setCommentState(ctx, a, id, know.Withdraw, know.Withdrawn, "", CommentWithdrawn)
}

// HideComment takes a comment out of sight, with a reason that its author reads.
func (s *Ideas) HideComment(ctx context.Context, a know.Actor, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	reason, err := hideReason(reason)
	if err != nil {
		return err
	}
	return s.setCommentState(ctx, a, id, know.Hide, know.Hidden, reason, CommentHidden)
}

// ShowComment brings a hidden comment back into sight.
func (s *Ideas) ShowComment(ctx context.Context, a know.Actor, id int64) error {
	return s.setCommentState(ctx, a, id, know.Hide, know.Visible, "", CommentShown)
}

func (s *Ideas) setCommentState(ctx context.Context, a know.Actor, id int64, verb know.Verb, to know.TextState, reason, kind string) error {
	return s.change(ctx, a, id, verb, func(tx *storage.Tx, c Comment) error {
		if c.State == to && c.StateReason == reason {
			return nil
		}
		if c.State == know.Withdrawn {
			return withdrawn()
		}
		if _, err := tx.Exec(ctx, `update comment set state = $1, state_reason = $2 where id = $3`, string(to), reason, id); err != nil {
			return err
		}
		more := storage.Bit(to == know.Visible) - storage.Bit(c.State == know.Visible)
		if _, err := tx.Exec(ctx, `update idea set comments = comments + $1 where id = $2`, more, c.Idea); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, kind, commentRef(id), c.Idea, 0)
	})
}

// TellComments is the follower that puts a mail "comment" (subject the
// comment, other the idea) into the outbox for everybody who follows the idea,
// asked for such mails and may still see the idea, but for who wrote it.
func (s *Ideas) TellComments(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, fact := range facts {
		if fact.Kind != IdeaCommented {
			continue
		}
		c, err := readComment(ctx, tx, fact.Other)
		if err != nil {
			return fmt.Errorf("shape: tell of comment %d: %w", fact.Other, err)
		}
		if c.State != know.Visible {
			continue
		}
		i, err := readIdea(ctx, tx, c.Idea)
		if err != nil {
			return err
		}
		readers, err := storage.All(ctx, tx, storage.Scalar[int64], `select f.person_id from follow f
			join mail_choice m on m.person_id = f.person_id and m.kind = $1 and m.wanted = 1
			where f.idea_id = $2 and f.person_id <> $3 order by f.person_id`, string(know.MailComments), c.Idea, c.Person)
		if err != nil {
			return err
		}
		for _, person := range readers {
			if err := s.tellComment(ctx, tx, c, i, person); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Ideas) tellComment(ctx context.Context, tx *storage.Tx, c Comment, i Idea, person int64) error {
	reader, err := s.people.Actor(ctx, person)
	if fault.Is(err, fault.NotFound) {
		return nil // has left meanwhile
	}
	if err != nil || !know.May(reader, know.Read, i.Subject()) {
		return err
	}
	return s.events.Put(ctx, tx, event.Delivery{
		Dedup: fmt.Sprintf("comment:%d:%d", c.ID, person), Kind: "comment", Person: person,
		Subject: commentRef(c.ID), Other: c.Idea,
	})
}
