package digest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/storage"
)

// Held is what is held here about somebody, as they can take it with them.
type Held struct {
	Every   Every      `json:"every"` // empty: they want none
	Weekday int        `json:"weekday"`
	Hour    int        `json:"hour"`
	Zone    string     `json:"zone,omitempty"`
	Mails   []HeldMail `json:"mails"`
}

// HeldMail is the time that a digest told.
type HeldMail struct {
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
}

// Held gives what is held here about a person, whatever they may do now.
func (s *Digests) Held(ctx context.Context, person int64) (h Held, err error) {
	err = s.db.Row(ctx, `select every, weekday, hour, zone from digest where person_id = $1`, person).Scan(&h.Every, &h.Weekday, &h.Hour, &h.Zone)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return h, fmt.Errorf("digest: held about %d: %w", person, err)
	}
	if h.Mails, err = storage.All(ctx, s.db, func(row storage.Scanner) (m HeldMail, err error) {
		var from, until int64
		err = row.Scan(&from, &until)
		m.From, m.Until = storage.Time(from), storage.Time(until)
		return m, err
	}, `select from_at, until_at from digest_mail where person_id = $1 order by id`, person); err != nil {
		return h, fmt.Errorf("digest: held about %d: %w", person, err)
	}
	return h, nil
}
