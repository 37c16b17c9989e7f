package alert

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
	Choices    []HeldChoice `json:"choices"`
	Needs      bool         `json:"needs"` // told of unmet needs
	QuietFrom  int          `json:"quiet_from_minute"`
	QuietUntil int          `json:"quiet_until_minute"`
	Zone       string       `json:"zone,omitempty"`
	Told       []HeldAlert  `json:"told"`
}

// HeldChoice is what they want to be told of a standing query, 0 of all that is
// heard.
type HeldChoice struct {
	Query  int64 `json:"query_id"`
	Spikes bool  `json:"spikes"`
	Reach  int64 `json:"reach,omitempty"`
}

// HeldAlert is what they were told of, or wait to be.
type HeldAlert struct {
	Kind    string    `json:"kind"`
	Subject int64     `json:"subject_id"`
	Step    int64     `json:"step,omitempty"` // of a spike that has grown; -1: it was taken back
	At      time.Time `json:"at"`
}

// Held gives what is held here about a person, whatever they may do now.
func (s *Alerts) Held(ctx context.Context, person int64) (h Held, err error) {
	var needs int64
	err = s.db.Row(ctx, `select needs, quiet_from, quiet_until, zone from alert_person where person_id = $1`, person).Scan(&needs, &h.QuietFrom, &h.QuietUntil, &h.Zone)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return h, fmt.Errorf("alert: held about %d: %w", person, err)
	}
	h.Needs = needs == 1
	if h.Choices, err = storage.All(ctx, s.db, func(row storage.Scanner) (c HeldChoice, err error) {
		var spikes int64
		err = row.Scan(&c.Query, &spikes, &c.Reach)
		c.Spikes = spikes == 1
		return c, err
	}, `select query_id, spikes, reach from alert_choice where person_id = $1 order by query_id`, person); err != nil {
		return h, fmt.Errorf("alert: held about %d: %w", person, err)
	}
	if h.Told, err = storage.All(ctx, s.db, func(row storage.Scanner) (a HeldAlert, err error) {
		var at int64
		err = row.Scan(&a.Kind, &a.Subject, &a.Step, &at)
		a.At = storage.Time(at)
		return a, err
	}, `select kind, subject_id, step, at from alert where person_id = $1 order by id`, person); err != nil {
		return h, fmt.Errorf("alert: held about %d: %w", person, err)
	}
	return h, nil
}
