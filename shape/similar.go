package shape

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// How much a search for similar ideas looks at, at most: so many words of the
// text, so many of the newest ideas that hold each, and so many of the best of
// those word by word. Measured on 100,000 ideas: about ten milliseconds, however
// common the words are.
const (
	similarWords = 12
	similarHits  = 300
	similarBest  = 60

	// similarLeast is the least part of a text's weight that an idea shares
	// for it to be called similar, and inBody what a word counts that stands in
	// an idea's body alone, against one in its title. With words that a tenth of
	// all ideas hold left out, these were the best of 200 settings on 51 texts
	// against the 60 ideas of the sample, of which 25 are asked for by one of
	// them: TestSimilarOnTheSample holds most of them to it.
	similarLeast = 0.23
	inBody       = 0.22

	commonness = 10 // a word that one idea in so many holds tells nothing
	leastSpan  = 60 // fewer ideas than this are taken for as many: in three ideas any word is common
)

// Similar gives the ideas most like a text, the most alike first: those that
// share its rarer words. Endings of number and case are passed over as far as
// English, French, German and Spanish form them alike; the last word may be
// only begun.
func (s *Ideas) Similar(ctx context.Context, a know.Actor, text string, limit int) ([]Idea, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	terms, err := s.terms(ctx, text)
	if err != nil {
		return nil, err
	}
	ids := likely(terms)
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.ByID(ctx, a, ids)
	if err != nil {
		return nil, err
	}
	type scored struct {
		idea  Idea
		score float64
	}
	var whole float64
	for _, t := range terms {
		whole += t.weight
	}
	if whole == 0 {
		return nil, nil
	}
	all := make([]scored, 0, len(found))
	for _, i := range found {
		if i.State != know.Visible || i.MergedInto != 0 {
			continue
		}
		if score := likeness(terms, i); score >= similarLeast*whole {
			all = append(all, scored{i, score})
		}
	}
	slices.SortFunc(all, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.idea.Votes, a.idea.Votes), cmp.Compare(b.idea.ID, a.idea.ID))
	})
	ideas := make([]Idea, 0, limit)
	for _, c := range all[:min(limit, len(all))] {
		ideas = append(ideas, c.idea)
	}
	return ideas, nil
}

// term is a word to be alike in.
type term struct {
	root   string
	begun  bool    // may be the beginning of a word
	weight float64 // the rarer, the more
	ideas  []int64 // the newest that hold it, newest first
}

// terms gives the words of a text that tell most, with the ideas that hold
// them.
func (s *Ideas) terms(ctx context.Context, text string) ([]term, error) {
	words := query.Words(text)
	if len(words) == 0 {
		return nil, nil
	}
	var newest int64
	if err := s.db.Row(ctx, `select coalesce(max(id), 0) from idea`).Scan(&newest); err != nil {
		return nil, err
	}
	last := words[len(words)-1]
	terms := make([]term, 0, similarWords)
	for _, w := range significant(words) {
		t := term{root: root(w), begun: w == last && len(w) >= minBegun}
		forms, how := wordForms(w), storage.AnyWord
		if t.begun {
			forms, how = []string{w}, storage.LastBegins
		}
		in, arg := storage.MatchText(s.db, "idea_search", 1, forms, how)
		ideas, err := storage.All(ctx, s.db, storage.Scalar[int64],
			`select found.rowid from `+strings.TrimPrefix(in, "in ")+` found order by found.rowid desc limit $2`, arg, similarHits)
		if err != nil {
			return nil, err
		}
		t.ideas, t.weight = ideas, rarity(ideas, newest)
		terms = append(terms, t)
	}
	return terms, nil
}

// significant gives up to similarWords different words, the longest: among
// words as common, the longer is the rarer (Zipf 1935), and function words are
// short in every language written with spaces.
func significant(words []string) []string {
	seen := make(map[string]bool, len(words))
	var kept []string
	for _, w := range words {
		if r := root(w); !seen[r] && len(w) <= 100 && (utf8.RuneCountInString(w) > 2 || len(w) > 3) {
			seen[r] = true
			kept = append(kept, w)
		}
	}
	slices.SortStableFunc(kept, func(a, b string) int {
		return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a))
	})
	return kept[:min(similarWords, len(kept))]
}

// rarity weighs a word by the inverse of the part of ideas that hold it
// (Spärck Jones 1972), over that of a common word. Where only the newest hits
// were looked at, that part is taken from how closely they follow each other.
func rarity(hits []int64, newest int64) float64 {
	span := float64(newest)
	if len(hits) == similarHits {
		span = float64(newest - hits[len(hits)-1] + 1)
	}
	return max(0, math.Log1p(max(span, leastSpan)/float64(max(1, len(hits))))-math.Log(commonness))
}

// likely gives the ideas that share most weight, by the hits alone.
func likely(terms []term) []int64 {
	score := map[int64]float64{}
	for _, t := range terms {
		for _, id := range t.ideas {
			score[id] += t.weight
		}
	}
	ids := make([]int64, 0, len(score))
	for id := range score {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int {
		return cmp.Or(cmp.Compare(score[b], score[a]), cmp.Compare(b, a))
	})
	return ids[:min(similarBest, len(ids))]
}

// likeness adds up the weights of the terms that an idea holds; what stands in
// its body alone counts less, for a body has words about much else.
func likeness(terms []term, i Idea) float64 {
	title, all := roots(i.Title), roots(i.Body+"\n"+strings.Join(i.Tags, "\n"))
	var score float64
	for _, t := range terms {
		switch {
		case holds(title, t):
			score += t.weight
		case holds(all, t):
			score += inBody * t.weight
		}
	}
	return score
}

func roots(text string) map[string]bool {
	words := query.Words(text)
	set := make(map[string]bool, 2*len(words))
	for _, w := range words {
		set[w], set[root(w)] = true, true
	}
	return set
}

func holds(set map[string]bool, t term) bool {
	if set[t.root] {
		return true
	}
	if t.begun {
		for w := range set {
			if strings.HasPrefix(w, t.root) {
				return true
			}
		}
	}
	return false
}

// endings are those that number and case put behind a word in English,
// French, German and Spanish, longest first.
func endings() []string { return []string{"es", "en", "er", "s", "e", "n", "x"} }

// minRoot is the least that stays of a word without its ending, in bytes.
const minRoot = 4

// root gives a folded word without its ending, once.
func root(w string) string {
	for _, e := range endings() {
		if len(w)-len(e) >= minRoot && strings.HasSuffix(w, e) {
			return w[:len(w)-len(e)]
		}
	}
	return w
}

// wordForms gives a word, its root, and the root with each ending.
func wordForms(w string) []string {
	r := root(w)
	forms := []string{w}
	if r != w {
		forms = append(forms, r)
	}
	if len(r) < minRoot {
		return forms
	}
	for _, e := range endings() {
		if r+e != w {
			forms = append(forms, r+e)
		}
	}
	return forms
}
