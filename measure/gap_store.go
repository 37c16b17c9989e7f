package measure

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/keyness"
	"tribune/know"
	"tribune/storage"
)

// Term is a word that one side uses far more than the other.
type Term struct {
	ID           int64
	Language     string
	Side         Side
	Word         string
	Ours, Theirs int64   // how often each side says it
	Score        float64 // how many standard deviations apart
	Examples     []event.Ref
}

// Gap is the words that set us apart from those who speak of us, in one
// language.
type Gap struct {
	Language             string
	At                   time.Time
	OurWords, TheirWords int64
	OurTexts, TheirTexts int64
	OurTerms, TheirTerms []Term
}

// AskGap has the gap worked out now, in the background, by hand. If it is being
// worked out already, it says so.
func (s *Measures) AskGap(ctx context.Context, a know.Actor) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	now := storage.Micros(s.now())
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `insert into measure_due (name, at) values ($1, $2) on conflict (name) do update set at = excluded.at where measure_due.leased_until <= excluded.at`, dueGap, now)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, "The words are being compared already. Come back in a minute.")
		}
		tx.After(s.events.Wake)
		return err
	})
}

// GapWaits reports whether the gap is being worked out now, or is about to be.
func (s *Measures) GapWaits(ctx context.Context, a know.Actor) (waits bool, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return false, err
	}
	var n int
	now := storage.Micros(s.now())
	err = s.db.Row(ctx, `select count(*) from measure_due where name = $1 and (at <= $2 or leased_until > $2)`, dueGap, now).Scan(&n)
	return n > 0, err
}

// keepGap puts what was found in the place of what was there.
func (s *Measures) keepGap(ctx context.Context, tongues map[string]*tongue) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		for _, statement := range []string{`delete from gap`, `delete from gap_term`, `delete from gap_example`} {
			if _, err := tx.Exec(ctx, statement); err != nil {
				return err
			}
		}
		for language, of := range tongues {
			ours, theirs := of.pair.Sizes()
			if ours == 0 && theirs == 0 {
				continue
			}
			if _, err := tx.Exec(ctx, `insert into gap (language, at, our_words, their_words, our_texts, their_texts) values ($1, $2, $3, $4, $5, $6)`,
				language, storage.Micros(s.now()), ours, theirs, of.ourTexts, of.theirTexts); err != nil {
				return err
			}
			if err := of.keep(ctx, tx, language, Ours, of.ours); err != nil {
				return err
			}
			if err := of.keep(ctx, tx, language, Theirs, of.theirs); err != nil {
				return err
			}
		}
		return nil
	})
}

// keep writes the terms of one side. Examples are kept by what they are, never
// as words: whoever takes theirs back takes the example with them.
func (of *tongue) keep(ctx context.Context, tx *storage.Tx, language string, side Side, terms []keyness.Term) error {
	for i, t := range terms {
		id, err := tx.Insert(ctx, `insert into gap_term (language, side, place, word, ours, theirs, score) values ($1, $2, $3, $4, $5, $6, $7) returning id`,
			language, string(side), i, of.spelling(t.Word), t.A, t.B, int64(math.Abs(t.Z)*100))
		if err != nil {
			return fmt.Errorf("measure: keep the gap: %w", err)
		}
		for _, x := range slices.Concat(of.examples[Ours][t.Word], of.examples[Theirs][t.Word]) {
			if _, err := tx.Exec(ctx, `insert into gap_example (term_id, kind, ref_id) values ($1, $2, $3) on conflict do nothing`, id, x.kind, x.id); err != nil {
				return err
			}
		}
	}
	return nil
}

// Gaps gives the gap of words by language, the most spoken first, as it was
// last worked out; none before the first night.
func (s *Measures) Gaps(ctx context.Context, a know.Actor) ([]Gap, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	gaps, err := storage.All(ctx, s.db, func(row storage.Scanner) (g Gap, err error) {
		var at int64
		err = row.Scan(&g.Language, &at, &g.OurWords, &g.TheirWords, &g.OurTexts, &g.TheirTexts)
		g.At = storage.Time(at)
		return g, err
	}, `select language, at, our_words, their_words, our_texts, their_texts from gap where language <> '' order by their_words + our_words desc, language limit 20`)
	if err != nil {
		return nil, fmt.Errorf("measure: gaps: %w", err)
	}
	examples, err := s.gapExamples(ctx)
	if err != nil {
		return nil, err
	}
	terms, err := storage.All(ctx, s.db, scanTerm, selectTerm+` order by language, side, place`)
	if err != nil {
		return nil, err
	}
	for _, t := range terms {
		t.Examples = examples[t.ID]
		i := slices.IndexFunc(gaps, func(g Gap) bool { return g.Language == t.Language })
		switch {
		case i < 0:
		case t.Side == Ours:
			gaps[i].OurTerms = append(gaps[i].OurTerms, t)
		default:
			gaps[i].TheirTerms = append(gaps[i].TheirTerms, t)
		}
	}
	return gaps, nil
}

const selectTerm = `select id, language, side, word, ours, theirs, score from gap_term`

func scanTerm(row storage.Scanner) (t Term, err error) {
	var score int64
	err = row.Scan(&t.ID, &t.Language, &t.Side, &t.Word, &t.Ours, &t.Theirs, &score)
	t.Score = float64(score) / 100
	return t, err
}

// Term gives one word of the gap, with where it was said.
func (s *Measures) Term(ctx context.Context, a know.Actor, id int64) (Term, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Term{}, err
	}
	t, err := scanTerm(s.db.Row(ctx, selectTerm+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.New(fault.NotFound, "This word is not there any more: the words were compared anew. Choose one of those that are in the loop now.")
	}
	if err != nil {
		return t, err
	}
	examples, err := s.gapExamples(ctx)
	t.Examples = examples[id]
	return t, err
}

// gapExamples gives the examples of all terms.
func (s *Measures) gapExamples(ctx context.Context) (map[int64][]event.Ref, error) {
	found := map[int64][]event.Ref{}
	_, err := storage.All(ctx, s.db, func(row storage.Scanner) (struct{}, error) {
		var term int64
		var ref event.Ref
		err := row.Scan(&term, &ref.Kind, &ref.ID)
		found[term] = append(found[term], ref)
		return struct{}{}, err
	}, `select term_id, kind, ref_id from gap_example order by term_id, kind, ref_id desc`)
	return found, err
}

// forgetExamples takes things out of the examples.
func forgetExamples(ctx context.Context, tx *storage.Tx, kind string, ids []int64) error {
	for part := range slices.Chunk(ids, 200) {
		holes, args := storage.Holes(2, part)
		if _, err := tx.Exec(ctx, `delete from gap_example where kind = $1 and ref_id in (`+holes+`)`, append([]any{kind}, args...)...); err != nil {
			return err
		}
	}
	return nil
}
