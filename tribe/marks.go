package tribe

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"tribune/internal/keyness"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// How much is read to find the words that mark a group off: the newest ideas
// and posts, the comments under the newest ideas, and of how many groups, the
// largest.
const (
	ideasRead    = 2000
	talksRead    = 500
	postsRead    = 500
	markedGroups = 100
	marksShown   = 8
	wordsOfOne   = 5000 // of one person: nobody outweighs a group
)

// spoken is what people said in public, in folded words, by language: what
// marks a group off is not the language it speaks.
type spoken struct {
	said  []saidBy // in order, so that the same words give the same marks
	index map[saidIn]int
}

type saidIn struct {
	person   int64
	language string
}

type saidBy struct {
	saidIn
	words []string
}

func (sp *spoken) add(person int64, language string, texts ...string) {
	if person == 0 {
		return
	}
	language, _, _ = strings.Cut(language, "-")
	of := saidIn{person, language}
	n, ok := sp.index[of]
	if !ok {
		n = len(sp.said)
		sp.index[of] = n
		sp.said = append(sp.said, saidBy{saidIn: of})
	}
	if room := wordsOfOne - len(sp.said[n].words); room > 0 {
		words := query.Words(strings.Join(texts, " "))
		sp.said[n].words = append(sp.said[n].words, words[:min(room, len(words))]...)
	}
}

// publicWords reads what everybody may read of what people said here.
func (s *Tribes) publicWords(ctx context.Context) (*spoken, error) {
	sp := &spoken{index: map[saidIn]int{}}
	visitor := know.Actor{}
	ids, err := storage.All(ctx, s.db, storage.Scalar[int64], `select id from tribe_thing where kind = 'idea' order by at desc, id desc limit $1`, ideasRead)
	if err != nil {
		return nil, err
	}
	talks := 0
	for chunk := range slices.Chunk(ids, 200) {
		ideas, err := s.ideas.ByID(ctx, visitor, chunk)
		if err != nil {
			return nil, err
		}
		for _, id := range chunk {
			i, ok := ideas[id]
			if !ok {
				continue
			}
			sp.add(i.Person, i.Language, i.Title, i.Body)
			if i.Comments == 0 || talks >= talksRead {
				continue
			}
			talks++
			comments, err := s.ideas.CommentsAfter(ctx, visitor, id, 0, 200)
			if err != nil {
				return nil, err
			}
			for _, c := range comments {
				sp.add(c.Person, c.Language, c.Body)
			}
		}
	}
	if s.posts == nil {
		return sp, nil
	}
	if ids, err = storage.All(ctx, s.db, storage.Scalar[int64], `select id from tribe_thing where kind = 'post' order by at desc, id desc limit $1`, postsRead); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(ids, 200) {
		posts, err := s.posts.ByID(ctx, visitor, chunk)
		if err != nil {
			return nil, err
		}
		for _, id := range chunk {
			if p, ok := posts[id]; ok {
				sp.add(p.Person, p.Language, p.Title, p.Body)
			}
		}
	}
	return sp, nil
}

// marks gives the words that these people use more than all others who speak
// the same language, as keyness finds them, the clearest first. Words of one or
// two letters are not worth showing.
func (sp *spoken) marks(people []int64) []string {
	in := make(map[int64]bool, len(people))
	for _, p := range people {
		in[p] = true
	}
	pairs := map[string]*keyness.Pair{}
	var languages []string
	for _, one := range sp.said {
		if in[one.person] && pairs[one.language] == nil {
			pairs[one.language] = keyness.New(leastGroup - 1)
			languages = append(languages, one.language)
		}
	}
	for _, one := range sp.said {
		switch pair := pairs[one.language]; {
		case pair == nil:
		case in[one.person]:
			pair.AddA(one.person, one.words)
		default:
			pair.AddB(one.person, one.words)
		}
	}
	var terms []keyness.Term
	for _, language := range languages {
		of, _ := pairs[language].Terms(keyness.A0, keyness.Z, marksShown, func(word string) bool { return utf8.RuneCountInString(word) < 3 })
		terms = append(terms, of...)
	}
	slices.SortStableFunc(terms, func(a, b keyness.Term) int { return cmp.Compare(b.Z, a.Z) })
	var words []string
	for _, t := range terms {
		if len(words) < marksShown && !slices.Contains(words, t.Word) {
			words = append(words, t.Word)
		}
	}
	return words
}
