package charter

import (
	"context"
	"database/sql"
	"errors"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// mostPurpose is the most characters of a purpose.
const mostPurpose = 10_000

// Purpose is a wording of what the site is for, in more words than the one
// sentence of the settings.
type Purpose struct {
	ID       int64
	Body     string // Markdown
	Language string
	By       int64
	At       time.Time
}

const selectPurpose = `select id, body, language, by_id, at from purpose`

func scanPurpose(row storage.Scanner) (p Purpose, err error) {
	var at int64
	err = row.Scan(&p.ID, &p.Body, &p.Language, &p.By, &at)
	p.At = storage.Time(at)
	return p, err
}

// Purpose gives the wording that stands; the zero Purpose if nobody wrote one.
func (s *Charter) Purpose(ctx context.Context) (Purpose, error) { return readPurpose(ctx, s.db) }

func readPurpose(ctx context.Context, q storage.Q) (Purpose, error) {
	p, err := scanPurpose(q.Row(ctx, selectPurpose+` order by id desc limit 1`))
	if errors.Is(err, sql.ErrNoRows) {
		return Purpose{}, nil
	}
	return p, err
}

// Purposes gives all wordings, the latest first, at most 200.
func (s *Charter) Purposes(ctx context.Context) ([]Purpose, error) {
	return storage.All(ctx, s.db, scanPurpose, selectPurpose+` order by id desc limit 200`)
}

// SetPurpose says anew what the site is for, under the asker's name. What was
// said before stays to be read.
func (s *Charter) SetPurpose(ctx context.Context, a know.Actor, body, language string) (p Purpose, err error) {
	if err := know.Require(a, know.Configure, know.Subject{}); err != nil {
		return p, err
	}
	body = cleanBody(body)
	if n := utf8.RuneCountInString(body); n == 0 || n > mostPurpose {
		return p, fault.New(fault.Invalid, "Say in 1 to {most} characters what this is for.", "most", mostPurpose).On("body")
	}
	if language, err = languageOf(language, a); err != nil {
		return p, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if p, err = readPurpose(ctx, tx); err != nil || p.Body == body && p.Language == language {
			return err
		}
		id, err := tx.Insert(ctx, `insert into purpose (body, language, by_id, at) values ($1, $2, $3, $4) returning id`, body, language, a.ID, storage.Micros(s.now()))
		if err != nil {
			return err
		}
		if p, err = readPurpose(ctx, tx); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, Written, event.Ref{Kind: "purpose", ID: id}, 0, 0)
	})
	return p, err
}

// CitedPurpose gives the id of the wording that stands, for a decision to
// cite; whoever cites it before anybody wrote it is told so.
func CitedPurpose(ctx context.Context, q storage.Q) (int64, error) {
	p, err := readPurpose(ctx, q)
	if err == nil && p.ID == 0 {
		return 0, fault.New(fault.Conflict, "Nobody has written down the purpose yet, so nothing can rest on it.").On("cites")
	}
	return p.ID, err
}
