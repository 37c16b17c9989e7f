package tribe

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Word is a word that members chose for their tribe.
type Word struct {
	ID     int64
	Word   string
	Chosen int64 // by how many members
	Mine   bool  // the asker is one of them
}

// How many words are shown for a tribe, how many one member can choose, and
// how many a tribe can have.
const (
	wordsShown  = 5
	wordsChosen = 5
	wordsMost   = 100
)

// addWords gives each tribe the words that most of its members chose.
func (s *Tribes) addWords(ctx context.Context, tribes []Tribe) error {
	if len(tribes) == 0 {
		return nil
	}
	ids := make([]int64, len(tribes))
	for n, t := range tribes {
		ids[n] = t.ID
	}
	type row struct {
		tribe int64
		word  string
	}
	holes, args := storage.Holes(1, ids)
	words, err := storage.All(ctx, s.db, func(r storage.Scanner) (w row, err error) {
		err = r.Scan(&w.tribe, &w.word)
		return w, err
	}, `select tribe_id, word from tribe_word where tribe_id in (`+holes+`) order by tribe_id, chosen desc, id`, args...)
	for _, w := range words {
		t := &tribes[slices.Index(ids, w.tribe)]
		if len(t.Words) < wordsShown {
			t.Words = append(t.Words, w.word)
		}
	}
	return err
}

// Words gives all words that members of a tribe chose, those most chose first.
func (s *Tribes) Words(ctx context.Context, a know.Actor, id int64) ([]Word, error) {
	if _, err := s.Tribe(ctx, a, id); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, func(r storage.Scanner) (w Word, err error) {
		var mine int
		err = r.Scan(&w.ID, &w.Word, &w.Chosen, &mine)
		w.Mine = mine > 0
		return w, err
	}, `select id, word, chosen, (select count(*) from tribe_word_choice c where c.word_id = tribe_word.id and c.person_id = $2)
		from tribe_word where tribe_id = $1 order by chosen desc, id`, id, a.ID)
}

// Suggest brings a word for the asker's tribe and chooses it. One that is there
// already is chosen.
func (s *Tribes) Suggest(ctx context.Context, a know.Actor, id int64, word string) error {
	word = plain.Line(word)
	folded := fold(word)
	var wrong error
	if n := utf8.RuneCountInString(word); n < 2 || n > maxWord || folded == "" || plain.Unseen(word) {
		wrong = fault.New(fault.Invalid, "Give a word, or a few, of 2 to {most} characters.", "most", maxWord).On("word")
	}
	return s.change(ctx, a, id, func(tx *storage.Tx, _ Tribe) error {
		if wrong != nil {
			return wrong
		}
		var have int
		if err := tx.Row(ctx, `select count(*) from tribe_word where tribe_id = $1`, id).Scan(&have); err != nil {
			return err
		}
		if have >= wordsMost {
			return fault.New(fault.Conflict, "This tribe has {most} words, more than anybody can choose from. Choose one of them.", "most", wordsMost).On("word")
		}
		if _, err := tx.Exec(ctx, `insert into tribe_word (tribe_id, word, folded, by_id) values ($1, $2, $3, $4) on conflict (tribe_id, folded) do nothing`,
			id, word, folded, a.ID); err != nil {
			return fmt.Errorf("tribe: word for %d: %w", id, err)
		}
		var of int64
		if err := tx.Row(ctx, `select id from tribe_word where tribe_id = $1 and folded = $2`, id, folded).Scan(&of); err != nil {
			return err
		}
		return s.choose(ctx, tx, a, id, of, true)
	})
}

// Choose chooses a word of the asker's tribe, or no longer. A word that nobody
// chooses any more is gone.
func (s *Tribes) Choose(ctx context.Context, a know.Actor, id, word int64, on bool) error {
	return s.change(ctx, a, id, func(tx *storage.Tx, _ Tribe) error {
		var there int
		if err := tx.Row(ctx, `select count(*) from tribe_word where tribe_id = $1 and id = $2`, id, word).Scan(&there); err != nil {
			return err
		}
		if there == 0 {
			if !on {
				return nil
			}
			return fault.New(fault.NotFound, "This word is no longer there: nobody chooses it any more.")
		}
		return s.choose(ctx, tx, a, id, word, on)
	})
}

func (s *Tribes) choose(ctx context.Context, tx *storage.Tx, a know.Actor, tribe, word int64, on bool) error {
	statement := `delete from tribe_word_choice where word_id = $1 and tribe_id = $2 and person_id = $3`
	if on {
		var n int
		if err := tx.Row(ctx, `select count(*) from tribe_word_choice where person_id = $1 and tribe_id = $2 and word_id <> $3`, a.ID, tribe, word).Scan(&n); err != nil {
			return err
		}
		if n >= wordsChosen {
			return fault.New(fault.Conflict, "You have chosen {most} words. Take one back before you choose another.", "most", wordsChosen).On("word")
		}
		statement = `insert into tribe_word_choice (word_id, tribe_id, person_id) values ($1, $2, $3) on conflict do nothing`
	}
	n, err := tx.Exec(ctx, statement, word, tribe, a.ID)
	if err != nil || n == 0 {
		return err
	}
	if err := recountWord(ctx, tx, word); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, WordsSet, tribe, 0, 0, false)
}

// recountWord sets how many chose a word, and removes one nobody chooses.
func recountWord(ctx context.Context, tx *storage.Tx, word int64) error {
	if _, err := tx.Exec(ctx, `update tribe_word set chosen = (select count(*) from tribe_word_choice where word_id = $1) where id = $1`, word); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `delete from tribe_word where id = $1 and chosen = 0`, word)
	return err
}

// unchoose takes back the words that somebody chose for a tribe; 0: for all.
func unchoose(ctx context.Context, tx *storage.Tx, person, tribe int64) error {
	words, err := storage.All(ctx, tx, storage.Scalar[int64], `select word_id from tribe_word_choice where person_id = $1 and (tribe_id = $2 or $2 = 0)`, person, tribe)
	if err != nil {
		return err
	}
	for _, word := range words {
		if _, err := tx.Exec(ctx, `delete from tribe_word_choice where word_id = $1 and person_id = $2`, word, person); err != nil {
			return err
		}
		if err := recountWord(ctx, tx, word); err != nil {
			return err
		}
	}
	return nil
}
