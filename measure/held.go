package measure

import (
	"context"
	"fmt"
	"slices"

	"tribune/event"
	"tribune/storage"
)

// Held is what the counts hold of a person: numbers, none of their words.
type Held struct {
	SpeaksAs []string    `json:"speaks_as"` // as whom they are counted in what is said about us
	Said     int64       `json:"said"`      // and how much that is
	Bought   []HeldMonth `json:"bought"`    // the months in which they are counted as a buyer
}

// HeldMonth is a month in which somebody bought.
type HeldMonth struct {
	Month     string `json:"month"` // 2026-11
	Purchases int64  `json:"purchases"`
}

// Held gives what the counts hold of a person.
func (s *Measures) Held(ctx context.Context, person int64, accounts []int64) (Held, error) {
	h := Held{SpeaksAs: []string{}, Bought: []HeldMonth{}}
	buyers := []int64{person}
	for _, a := range accounts {
		buyers = append(buyers, -a)
	}
	for part := range slices.Chunk(accounts, 200) {
		holes, args := storage.Holes(1, part)
		_, err := storage.All(ctx, s.db, func(row storage.Scanner) (struct{}, error) {
			var who string
			var n int64
			err := row.Scan(&who, &n)
			if !slices.Contains(h.SpeaksAs, who) {
				h.SpeaksAs = append(h.SpeaksAs, who)
			}
			h.Said += n
			return struct{}{}, err
		}, `select who, count(*) from said_row where account_id in (`+holes+`) group by who order by who`, args...)
		if err != nil {
			return h, err
		}
	}
	for part := range slices.Chunk(buyers, 200) {
		holes, args := storage.Holes(1, part)
		months, err := storage.All(ctx, s.db, func(row storage.Scanner) (m HeldMonth, err error) {
			var month int64
			err = row.Scan(&month, &m.Purchases)
			m.Month = Month(month).Format("2006-01")
			return m, err
		}, `select month, purchases from cohort_buyer where buyer_id in (`+holes+`) order by month`, args...)
		if err != nil {
			return h, err
		}
		h.Bought = append(h.Bought, months...)
	}
	return h, nil
}

// Erase follows "person.left". What is counted of somebody is numbers and
// stays; what they said is no longer an example of anything. (Count lets them
// be nobody in particular.)
func (s *Measures) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		if _, err := tx.Exec(ctx, `delete from gap_example where (kind = 'mention' and ref_id in (select m.id from mention m join account a on a.id = m.account_id where a.person_id = $1 and a.person_id <> 0))
			or (kind = 'post' and ref_id in (select id from post where person_id = $1)) or (kind = 'release' and ref_id in (select id from release where by_id = $1))
			or (kind = 'decision' and ref_id in (select id from decision where by_id = $1))`, f.Subject.ID); err != nil {
			return fmt.Errorf("measure: erase %d: %w", f.Subject.ID, err)
		}
	}
	return nil
}
