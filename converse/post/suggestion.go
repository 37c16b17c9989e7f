package post

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/internal/worddiff"
	"tribune/know"
	"tribune/storage"
)

// SuggestionState is what became of a suggestion.
type SuggestionState string

// The states of a suggestion.
const (
	Waits     SuggestionState = "open"
	Taken     SuggestionState = "taken"     // by the author
	Left      SuggestionState = "left"      // by the author, with a word or without
	TakenBack SuggestionState = "withdrawn" // by who made it
)

// Suggestion is another wording of a post that somebody suggests. Its author
// and the post's, and staff, see it; once it is taken, everybody sees whose it
// was.
type Suggestion struct {
	ID         int64
	Post       int64
	Person     int64
	Staff      bool // worked here then
	Title      string
	Body       string
	Note       string // why
	BaseTitle  string // what they had before them
	BaseBody   string
	Base       int64 // its version
	State      SuggestionState
	Answer     string // the author's word on it
	Version    int64  // that came of it, 0: none
	CreatedAt  time.Time
	AnsweredAt time.Time
}

// NewSuggestion is another wording to be suggested.
type NewSuggestion struct {
	Title   string
	Body    string
	Note    string // why, at most 1,000 characters
	Version int64  // of the post that it changes; 0: whichever there is
}

const selectSuggestion = `select id, post_id, person_id, staff, title, body, note, base_title, base_body, base_version, state, answer, taken_version,
	created_at, answered_at from post_edit`

func scanSuggestion(row storage.Scanner) (e Suggestion, err error) {
	var staff int
	var created, answered int64
	err = row.Scan(&e.ID, &e.Post, &e.Person, &staff, &e.Title, &e.Body, &e.Note, &e.BaseTitle, &e.BaseBody, &e.Base, &e.State, &e.Answer, &e.Version,
		&created, &answered)
	e.Staff, e.CreatedAt, e.AnsweredAt = staff == 1, storage.Time(created), storage.Time(answered)
	return e, err
}

func noSuggestion() error {
	return fault.New(fault.NotFound, "There is no such suggestion, or it is not open to you.")
}

func readSuggestion(ctx context.Context, q storage.Q, id int64) (Suggestion, error) {
	e, err := scanSuggestion(q.Row(ctx, selectSuggestion+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return e, noSuggestion()
	}
	return e, err
}

// note cleans what is said about a suggestion.
func note(field, s string) (string, error) {
	s = plain.FromText(s)
	if utf8.RuneCountInString(s) > maxNote {
		return s, fault.New(fault.Invalid, "Say it in at most {most} characters.", "most", maxNote).On(field)
	}
	return s, nil
}

// Suggest suggests another wording of somebody's post to its author. One
// person has one suggestion for a post waiting at a time.
func (s *Posts) Suggest(ctx context.Context, a know.Actor, id int64, n NewSuggestion) (e Suggestion, err error) {
	p, err := s.Post(ctx, a, id)
	if err != nil {
		return Suggestion{}, err
	}
	if err := know.Require(a, know.Comment, p.Subject()); err != nil {
		return Suggestion{}, err
	}
	var wrong [3]error
	n.Title, wrong[0] = title(n.Title)
	n.Body, wrong[1] = body(n.Body)
	n.Note, wrong[2] = note("note", n.Note)
	if err := fault.All(append(wrong[:], complete(n.Title, n.Body))...); err != nil {
		return Suggestion{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		p, err := s.open(ctx, tx, a, id, know.Comment)
		if err != nil {
			return err
		}
		switch {
		case p.Person == a.ID:
			return fault.New(fault.Conflict, "This is your own post: edit it yourself.")
		case n.Version != 0 && n.Version != p.Version:
			return changed()
		case n.Title == p.Title && n.Body == p.Body:
			return fault.New(fault.Invalid, "This is the text as it stands. Change the words that you would put differently.").On("body")
		}
		e, err = s.suggest(ctx, tx, a, p, n)
		return err
	})
	return e, err
}

func (s *Posts) suggest(ctx context.Context, tx *storage.Tx, a know.Actor, p Post, n NewSuggestion) (Suggestion, error) {
	made, err := storage.All(ctx, tx, storage.Scalar[int64], `insert into post_edit (post_id, person_id, staff, title, body, note, base_title, base_body, base_version, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (post_id, person_id) where state = 'open' do nothing returning id`,
		p.ID, a.ID, storage.Bit(a.IsStaff()), n.Title, n.Body, n.Note, p.Title, p.Body, p.Version, storage.Micros(s.now()))
	if err != nil {
		return Suggestion{}, fmt.Errorf("post: suggest for %d: %w", p.ID, err)
	}
	if len(made) == 0 {
		return Suggestion{}, fault.New(fault.Conflict, "You have suggested something here already, and its author has not answered yet. Take that back first, or wait.")
	}
	id := made[0]
	if _, err := tx.Exec(ctx, `update post set suggestions = suggestions + 1 where id = $1`, p.ID); err != nil {
		return Suggestion{}, err
	}
	if err := s.fact(ctx, tx, a, EditSuggested, editRef(id), p.ID, 0); err != nil {
		return Suggestion{}, err
	}
	if err := s.mail(ctx, tx, "edit", p.Person, editRef(id), p.ID); err != nil {
		return Suggestion{}, err
	}
	return readSuggestion(ctx, tx, id)
}

// maySee reports whether somebody may see a suggestion: who made it, the
// post's author, and staff.
func maySee(a know.Actor, p Post, e Suggestion) bool {
	return mayRead(a, p) && a.ID != 0 && (a.ID == e.Person || a.ID == p.Person || a.IsStaff())
}

// Suggestion gives one suggestion, and the post as it is now.
func (s *Posts) Suggestion(ctx context.Context, a know.Actor, id int64) (Suggestion, Post, error) {
	e, err := readSuggestion(ctx, s.db, id)
	if err != nil {
		return Suggestion{}, Post{}, err
	}
	p, err := s.Post(ctx, a, e.Post)
	if err == nil && !maySee(a, p, e) {
		err = noSuggestion()
	}
	if err != nil {
		return Suggestion{}, Post{}, err
	}
	return e, p, nil
}

// Suggestions gives the suggestions for a post that the asker may see, the
// latest first, before the one with id before (0: from the latest), at most
// limit.
func (s *Posts) Suggestions(ctx context.Context, a know.Actor, post, before int64, limit int) ([]Suggestion, error) {
	p, err := s.Post(ctx, a, post)
	if err != nil {
		return nil, err
	}
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	if before <= 0 {
		before = 1 << 62
	}
	all := p.Person == a.ID || a.IsStaff()
	return storage.All(ctx, s.db, scanSuggestion, selectSuggestion+` where post_id = $1 and id < $2 and ($3 = 1 or person_id = $4) order by id desc limit $5`,
		post, before, storage.Bit(all), a.ID, min(max(limit, 1), maxLimit))
}

// TakenFor gives the suggestions of which wordings of a post came, by the
// version that came of each. Everybody who may see the post may see whose they
// were.
func (s *Posts) TakenFor(ctx context.Context, a know.Actor, post int64) (map[int64]Suggestion, error) {
	if _, err := s.Post(ctx, a, post); err != nil {
		return nil, err
	}
	all, err := storage.All(ctx, s.db, scanSuggestion, selectSuggestion+` where post_id = $1 and state = 'taken' order by taken_version`, post)
	taken := make(map[int64]Suggestion, len(all))
	for _, e := range all {
		taken[e.Version] = e
	}
	return taken, err
}

// Merged puts a suggestion and what its post says now together. ok is false if
// both changed the same words: then a person has to read both.
func Merged(e Suggestion, p Post) (title, body string, ok bool) {
	title, one := worddiff.Merge(e.BaseTitle, p.Title, e.Title)
	body, two := worddiff.Merge(e.BaseBody, p.Body, e.Body)
	return title, body, one && two
}
