package board

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tribune/know"
	"tribune/storage"
)

// Wording is what stood in a board until it was changed.
type Wording struct {
	Name        string    `json:"name"`
	Purpose     string    `json:"purpose"`
	CompanyGets string    `json:"company_gets"`
	MembersGet  string    `json:"members_get"`
	Duties      string    `json:"duties"`
	Host        int64     `json:"host_id"`
	From        time.Time `json:"from"`
	To          time.Time `json:"to"`
	Seats       int       `json:"seats"`
	Invited     bool      `json:"invited"`
	ClosesAt    time.Time `json:"closes_at"`
	Announced   string    `json:"announced"`
	Beacon      string    `json:"beacon"`
	Counts      string    `json:"counts"`
	Numbers     int       `json:"numbers"`
	Digits      int       `json:"digits"`
	BeaconAt    time.Time `json:"beacon_at"`
	Quotas      []Quota   `json:"quotas"`

	Until time.Time `json:"-"` // zero for what stands there now
	Text  string    `json:"-"` // all there is of one that was kept by an earlier version of the program
}

// Wording gives what stands in a board.
func (b Board) Wording(quotas []Quota) Wording {
	return Wording{Name: b.Name, Purpose: b.Purpose, CompanyGets: b.CompanyGets, MembersGet: b.MembersGet, Duties: b.Duties, Host: b.Host,
		From: b.From, To: b.To, Seats: b.Seats, Invited: b.Invited, ClosesAt: b.ClosesAt, Announced: b.Announced, Beacon: b.Beacon, Counts: b.Counts, Numbers: b.Numbers, Digits: b.Digits, BeaconAt: b.BeaconAt, Quotas: quotas}
}

// same reports whether a change would change nothing.
func (n NewBoard) same(b Board) bool {
	return n.Name == b.Name && n.Purpose == b.Purpose && n.CompanyGets == b.CompanyGets && n.MembersGet == b.MembersGet && n.Duties == b.Duties &&
		n.Host == b.Host && n.Seats == b.Seats && n.Invited == b.Invited && n.Announced == b.Announced && n.Beacon == b.Beacon && n.Counts == b.Counts && n.Numbers == b.Numbers && n.Digits == b.Digits &&
		n.From.Equal(b.From) && n.To.Equal(b.To) && n.ClosesAt.Equal(b.ClosesAt) && n.BeaconAt.Equal(b.BeaconAt)
}

// keep remembers what stood in a board, before it changes.
func (s *Boards) keep(ctx context.Context, tx *storage.Tx, a know.Actor, b Board, quotas []Quota) error {
	text, err := json.Marshal(b.Wording(quotas))
	if err != nil {
		return fmt.Errorf("board: keep %d: %w", b.ID, err)
	}
	return s.people.Keep(ctx, tx, boardRef(b.ID), b.Name, string(text), a.ID)
}

// Earlier gives what stood in a board before, the latest first.
func (s *Boards) Earlier(ctx context.Context, a know.Actor, id int64) ([]Wording, error) {
	if _, err := s.Board(ctx, a, id); err != nil {
		return nil, err
	}
	kept, err := s.people.Revisions(ctx, boardRef(id))
	if err != nil {
		return nil, err
	}
	slices.Reverse(kept)
	all := make([]Wording, len(kept))
	for n, r := range kept {
		if err := json.Unmarshal([]byte(r.Body), &all[n]); err != nil {
			all[n] = Wording{Name: r.Title, Text: r.Body}
		}
		all[n].Until = r.At
	}
	return all, nil
}
