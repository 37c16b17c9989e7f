package measure

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"tribune/internal/keyness"
	"tribune/internal/markdown"
	"tribune/internal/query"
	"tribune/storage"
)

// How much the gap of words looks at: what was said in a year, and of that at
// most the latest of each side; and how much of it is kept.
const (
	gapSince    = 365 * 24 * time.Hour
	gapTexts    = 200_000
	gapAtOnce   = 500
	gapTerms    = 15 // of each side and language
	gapExamples = 3  // of each term
)

// Side is whose word a word is.
type Side string

// The two sides.
const (
	Ours   Side = "ours"
	Theirs Side = "theirs"
)

// text is something said by one of the sides.
type text struct {
	kind     string // mention, post, release, decision, purpose
	id       int64
	author   int64
	language string
	words    string
}

// links are addresses: their parts are nobody's words.
var links = regexp.MustCompile(`(?i)\b(https?://|www\.)\S+`)

// folded gives the words of a text that are compared.
func (t text) folded() []string { return query.Words(links.ReplaceAllString(t.words, " ")) }

// tongue is what is compared in one language.
type tongue struct {
	pair                  *keyness.Pair
	ourTexts, theirTexts  int64
	ours, theirs          []keyness.Term
	ourPlaces, theirPlace map[string]int // of a word among the terms
	examples              map[Side]map[string][]text
	spelt                 map[string]map[string]int // a term as it is written
}

// FindGap works out the gap of words and keeps it. It reads the texts twice:
// to compare, and for examples of what was found.
func (s *Measures) FindGap(ctx context.Context) error {
	tongues := map[string]*tongue{}
	err := s.texts(ctx, func(side Side, t text) {
		of := tongues[t.language]
		if of == nil {
			of = &tongue{pair: keyness.New(0)}
			tongues[t.language] = of
		}
		if side == Ours {
			of.ourTexts++
			of.pair.AddA(t.author, t.folded())
			return
		}
		of.theirTexts++
		of.pair.AddB(t.author, t.folded())
	})
	if err != nil {
		return fmt.Errorf("measure: gap: %w", err)
	}
	site, err := s.people.Site(ctx)
	if err != nil {
		return err
	}
	name := query.Words(site.Brand)
	for language, of := range tongues {
		stop := keyness.Stop(language)
		of.ours, of.theirs = of.pair.Terms(keyness.A0, keyness.Z, gapTerms, func(word string) bool {
			return stop(word) || slices.Contains(name, word) // our own name is how they were found
		})
		of.ourPlaces, of.theirPlace = places(of.ours), places(of.theirs)
		of.examples = map[Side]map[string][]text{Ours: {}, Theirs: {}}
		of.spelt = map[string]map[string]int{}
	}
	err = s.texts(ctx, func(side Side, t text) {
		if of := tongues[t.language]; of != nil {
			of.exemplify(side, t)
		}
	})
	if err != nil {
		return fmt.Errorf("measure: examples of the gap: %w", err)
	}
	return s.keepGap(ctx, tongues)
}

func places(terms []keyness.Term) map[string]int {
	at := make(map[string]int, len(terms))
	for i, t := range terms {
		at[t.Word] = i
	}
	return at
}

// exemplify keeps a text as an example of the terms in it, and how they are
// written there.
func (of *tongue) exemplify(side Side, t text) {
	terms := of.ourPlaces
	if side == Theirs {
		terms = of.theirPlace
	}
	found := false
	for _, w := range t.folded() {
		if _, ok := terms[w]; !ok {
			continue
		}
		found = true
		if had := of.examples[side][w]; len(had) < gapExamples && t.id != 0 && !slices.ContainsFunc(had, func(x text) bool { return x.author == t.author }) {
			t := t
			t.words = ""
			of.examples[side][w] = append(had, t)
		}
	}
	if !found {
		return
	}
	for _, w := range strings.FieldsFunc(links.ReplaceAllString(t.words, " "), notWord) {
		folded := query.Fold(w)
		if _, ok := terms[folded]; ok {
			if of.spelt[folded] == nil {
				of.spelt[folded] = map[string]int{}
			}
			of.spelt[folded][w]++
		}
	}
}

func notWord(r rune) bool {
	return strings.ContainsRune(" \t\n\r.,;:!?…\"'’‘“”«»()[]{}<>*_`#|/\\–—=+", r) || r == '\u00a0' || r == '\u202f'
}

// spelling gives a term as it is mostly written.
func (of *tongue) spelling(word string) string {
	best, n := word, 0
	for w, m := range of.spelt[word] {
		if m > n || m == n && w < best {
			best, n = w, m
		}
	}
	return best
}

// texts gives every text of both sides: what we say of ourselves in public,
// and what those who do not work here say of us. Our texts count as authors of
// their own: few people write for a company.
func (s *Measures) texts(ctx context.Context, each func(side Side, t text)) error {
	if err := s.ourTexts(ctx, each); err != nil {
		return err
	}
	scan := func(row storage.Scanner) (t text, err error) {
		t.kind = "mention"
		err = row.Scan(&t.id, &t.author, &t.language, &t.words)
		return t, err
	}
	last, seen, since := int64(math.MaxInt64), 0, storage.Micros(s.now().Add(-gapSince))
	for seen < gapTexts {
		page, err := storage.All(ctx, s.db, scan, `select m.id, m.account_id, m.language, m.text from said_row d join mention m on m.id = d.mention_id
			where d.mention_id < $1 and d.who <> 'staff' and d.at >= $2 and m.state = 'visible' and m.language <> '' order by d.mention_id desc limit $3`, last, since, gapAtOnce)
		if err != nil {
			return err
		}
		for _, t := range page {
			t.language = base(t.language)
			each(Theirs, t)
			last = t.id
		}
		seen += len(page)
		if len(page) < gapAtOnce {
			return nil
		}
	}
	return nil
}

// ourTexts gives the posts of staff, releases, the reasons of decisions and
// the site's purpose.
func (s *Measures) ourTexts(ctx context.Context, each func(side Side, t text)) error {
	site, err := s.people.Site(ctx)
	if err != nil {
		return err
	}
	if site.Purpose != "" {
		each(Ours, text{kind: "purpose", author: -1, language: base(site.Language), words: site.Purpose})
	}
	plain := markdown.New()
	since := storage.Micros(s.now().Add(-gapSince))
	for i, query := range []string{
		`select 'post', id, language, title || '. ' || body from post where state = 'visible' and staff = 1 and audience = 'public' and published_at >= $1 order by id`,
		`select 'release', id, language, title || '. ' || body from release where state = 'visible' and released_at >= $1 order by id`,
		`select 'decision', d.id, d.language, d.reason from decision d join idea i on d.subject_kind = 'idea' and i.id = d.subject_id
			where d.reason <> '' and i.audience = 'public' and i.state = 'visible' and d.at >= $1 order by d.id`,
	} {
		all, err := storage.All(ctx, s.db, func(row storage.Scanner) (t text, err error) {
			err = row.Scan(&t.kind, &t.id, &t.language, &t.words)
			return t, err
		}, query, since)
		if err != nil {
			return err
		}
		for _, t := range all {
			t.language = cmp.Or(base(t.language), base(site.Language))
			t.author = -(t.id*4 + int64(i) + 2)
			t.words = plain.Excerpt(t.words, 20_000)
			each(Ours, t)
		}
	}
	return nil
}

// base gives a language without its region.
func base(language string) string {
	language, _, _ = strings.Cut(language, "-")
	return strings.ToLower(language)
}
