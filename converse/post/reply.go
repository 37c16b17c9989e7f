package post

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Reply is what somebody says under a post, or in answer to such a reply.
type Reply struct {
	ID          int64
	Post        int64
	Thread      int64 // the reply that this one answers; its own id if it answers the post
	Person      int64
	Staff       bool   // worked here then
	Body        string // Markdown; empty for who may not read it
	Language    string
	State       know.TextState
	StateReason string // for its author and staff
	CreatedAt   time.Time
	EditedAt    time.Time
}

// Answers reports whether a reply answers another.
func (r Reply) Answers() bool { return r.Thread != r.ID }

// subject gives a reply as the rules see it.
func (r Reply) subject(p Post) know.Subject {
	return know.Subject{Audience: p.Audience, Author: r.Person, Hidden: r.State != know.Visible}
}

const selectReply = `select id, post_id, thread_id, person_id, staff, body, language, state, state_reason, created_at, edited_at from post_reply`

func scanReply(row storage.Scanner) (r Reply, err error) {
	var staff int
	var created, edited int64
	err = row.Scan(&r.ID, &r.Post, &r.Thread, &r.Person, &staff, &r.Body, &r.Language, &r.State, &r.StateReason, &created, &edited)
	r.Staff, r.CreatedAt, r.EditedAt = staff == 1, storage.Time(created), storage.Time(edited)
	return r, err
}

func readReply(ctx context.Context, q storage.Q, id int64) (Reply, error) {
	r, err := scanReply(q.Row(ctx, selectReply+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "There is no such reply, or it is not open to you.")
	}
	return r, err
}

func replyBody(s string) (string, error) {
	s = clean(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > maxReply {
		return s, fault.New(fault.Invalid, "Write a reply of 1 to {most} characters.", "most", maxReply).On("body")
	}
	return s, nil
}

// Reply says something under a post; to is the reply that it answers, 0 for
// the post itself. Without a language it is in the asker's.
func (s *Posts) Reply(ctx context.Context, a know.Actor, id, to int64, body, language string) (r Reply, err error) {
	p, err := s.Post(ctx, a, id)
	if err != nil {
		return Reply{}, err
	}
	if err := know.Require(a, know.Comment, p.Subject()); err != nil {
		return Reply{}, err
	}
	if language == "" {
		language = a.Language
	}
	var wrong [2]error
	body, wrong[0] = replyBody(body)
	language, wrong[1] = tongue(language)
	if err := fault.All(wrong[:]...); err != nil {
		return Reply{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if p, err = s.open(ctx, tx, a, id, know.Comment); err != nil {
			return err
		}
		var answered Reply
		if to != 0 {
			if answered, err = readReply(ctx, tx, to); err != nil {
				return err
			}
			if answered.Post != id || answered.State != know.Visible {
				return fault.New(fault.Conflict, "What you answer is no longer there. Say it under the post itself.")
			}
		}
		r, err = s.reply(ctx, tx, a, p, answered, body, language)
		return err
	})
	return r, err
}

// open gives a published post, locked, to which the asker may do verb.
func (s *Posts) open(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, verb know.Verb) (Post, error) {
	p, err := s.lock(ctx, tx, a, id)
	if err != nil {
		return p, err
	}
	if err := know.Require(a, verb, p.Subject()); err != nil {
		return p, err
	}
	if p.State != know.Visible {
		return p, fault.New(fault.Conflict, "This is closed and takes nothing new.")
	}
	return p, nil
}

func (s *Posts) reply(ctx context.Context, tx *storage.Tx, a know.Actor, p Post, answered Reply, body, language string) (Reply, error) {
	id, err := tx.Insert(ctx, `insert into post_reply (post_id, thread_id, person_id, staff, body, language, created_at) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
		p.ID, answered.Thread, a.ID, storage.Bit(a.IsStaff()), body, language, storage.Micros(s.now()))
	if err != nil {
		return Reply{}, fmt.Errorf("post: reply to %d: %w", p.ID, err)
	}
	if answered.ID == 0 {
		if _, err := tx.Exec(ctx, `update post_reply set thread_id = id where id = $1`, id); err != nil {
			return Reply{}, err
		}
	}
	if _, err := tx.Exec(ctx, `update post set replies = replies + 1 where id = $1`, p.ID); err != nil {
		return Reply{}, err
	}
	if err := s.fact(ctx, tx, a, Replied, postRef(p.ID), id, 0); err != nil {
		return Reply{}, err
	}
	told := []int64{a.ID, 0}
	for _, person := range []int64{p.Person, answered.Person} {
		if slices.Contains(told, person) {
			continue
		}
		told = append(told, person)
		if err := s.mail(ctx, tx, "reply", person, replyRef(id), p.ID); err != nil {
			return Reply{}, err
		}
	}
	return readReply(ctx, tx, id)
}

// mail puts a mail into the outbox for somebody who wants such mails: "reply"
// (subject the reply, other the post), "edit" to the author and "edited" to who
// suggested it (subject the suggestion, other the post).
func (s *Posts) mail(ctx context.Context, tx *storage.Tx, kind string, person int64, subject event.Ref, post int64) error {
	wanted, err := s.people.Wanted(ctx, tx, person, know.MailReplies)
	if err != nil || !wanted {
		return err
	}
	if who, err := s.people.Person(ctx, person); err != nil || who.Left() {
		return err
	}
	return s.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("%s:%d:%d", kind, subject.ID, person), Kind: kind, Person: person, Subject: subject, Other: post})
}

// Replies gives a page of what is said under a post: each reply, followed by
// what answers it, oldest first; and the cursor of the next page. Those that
// are hidden or withdrawn have their words and the reason for their author and
// staff alone.
func (s *Posts) Replies(ctx context.Context, a know.Actor, id int64, cursor string, limit int) (replies []Reply, next string, err error) {
	p, err := s.Post(ctx, a, id)
	if err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = defaultLimit
	}
	limit = min(limit, maxLimit)
	var thread, last int64
	if cursor != "" {
		if thread, last, err = readPair("r", cursor); err != nil {
			return nil, "", err
		}
	}
	replies, err = storage.All(ctx, s.db, scanReply, selectReply+` where post_id = $1 and (thread_id, id) > ($2, $3) order by thread_id, id limit $4`,
		id, thread, last, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("post: replies to %d: %w", id, err)
	}
	if len(replies) > limit {
		replies = replies[:limit]
		r := replies[limit-1]
		next = "r" + Key(r.Thread) + "." + Key(r.ID)
	}
	for n := range replies {
		if r := &replies[n]; !know.May(a, know.Read, r.subject(p)) {
			r.Body, r.StateReason = "", ""
		}
	}
	return replies, next, nil
}

// OneReply gives a reply whose words the asker may read.
func (s *Posts) OneReply(ctx context.Context, a know.Actor, id int64) (Reply, error) {
	r, err := readReply(ctx, s.db, id)
	if err != nil {
		return Reply{}, err
	}
	p, err := s.Post(ctx, a, r.Post)
	if err != nil {
		return Reply{}, err
	}
	if err := know.Require(a, know.Read, r.subject(p)); err != nil {
		return Reply{}, err
	}
	return r, nil
}

// changeReply runs f on a reply that no other transaction changes meanwhile,
// if the asker may do verb to it.
func (s *Posts) changeReply(ctx context.Context, a know.Actor, id int64, verb know.Verb, f func(tx *storage.Tx, r Reply) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update post_reply set state = state where id = $1`, id); err != nil {
			return err
		}
		r, err := readReply(ctx, tx, id)
		if err != nil {
			return err
		}
		p, err := read(ctx, tx, r.Post)
		if err != nil {
			return err
		}
		if !mayRead(a, p) && r.Person != a.ID {
			return gone()
		}
		if err := know.Require(a, verb, r.subject(p)); err != nil {
			return err
		}
		return f(tx, r)
	})
}

// EditReply rewords one's own reply; the earlier wording is kept.
func (s *Posts) EditReply(ctx context.Context, a know.Actor, id int64, body string) (r Reply, err error) {
	if body, err = replyBody(body); err != nil {
		return Reply{}, err
	}
	err = s.changeReply(ctx, a, id, know.Edit, func(tx *storage.Tx, was Reply) error {
		if was.State == know.Withdrawn {
			return withdrawn()
		}
		r = was
		if was.Body == body {
			return nil
		}
		if err := s.people.Keep(ctx, tx, replyRef(id), "", was.Body, a.ID); err != nil {
			return err
		}
		r.Body, r.EditedAt = body, s.now()
		if _, err := tx.Exec(ctx, `update post_reply set body = $1, edited_at = $2 where id = $3`, body, storage.Micros(r.EditedAt), id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, ReplyEdited, replyRef(id), was.Post, 0)
	})
	return r, err
}

// WithdrawReply takes back one's own reply.
func (s *Posts) WithdrawReply(ctx context.Context, a know.Actor, id int64) error {
	return s.setReply(ctx, a, id, know.Withdraw, know.Withdrawn, "", ReplyWithdrawn)
}

// HideReply takes a reply out of sight, with a reason that its author reads.
func (s *Posts) HideReply(ctx context.Context, a know.Actor, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	reason, err := hideReason(reason)
	if err != nil {
		return err
	}
	return s.setReply(ctx, a, id, know.Hide, know.Hidden, reason, ReplyHidden)
}

// ShowReply brings a hidden reply back into sight.
func (s *Posts) ShowReply(ctx context.Context, a know.Actor, id int64) error {
	return s.setReply(ctx, a, id, know.Hide, know.Visible, "", ReplyShown)
}

func (s *Posts) setReply(ctx context.Context, a know.Actor, id int64, verb know.Verb, to know.TextState, reason, kind string) error {
	return s.changeReply(ctx, a, id, verb, func(tx *storage.Tx, r Reply) error {
		if r.State == to && r.StateReason == reason {
			return nil
		}
		if r.State == know.Withdrawn {
			return withdrawn()
		}
		if _, err := tx.Exec(ctx, `update post_reply set state = $1, state_reason = $2 where id = $3`, string(to), reason, id); err != nil {
			return err
		}
		more := storage.Bit(to == know.Visible) - storage.Bit(r.State == know.Visible)
		if _, err := tx.Exec(ctx, `update post set replies = replies + $1 where id = $2`, more, r.Post); err != nil {
			return err
		}
		if verb == know.Hide {
			return s.asStaff(ctx, tx, a, kind, replyRef(id), r.Post)
		}
		return s.fact(ctx, tx, a, kind, replyRef(id), r.Post, 0)
	})
}

// Key writes a number as cursors do. "r" and the Key of a reply's Thread, a
// point and 0 are the cursor of the page that begins with that thread.
func Key(id int64) string { return strconv.FormatInt(id, 36) }
