package tribe

import (
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

// spoken is what people said in public, in folded words.
type spoken struct {
	people []int64 // in order, so that the same words give the same marks
	words  map[int64][]string
}

func (sp *spoken) add(person int64, texts ...string) {
	have, ok := sp.words[person]
	if !ok {
		sp.people = append(sp.people, person)
	}
	if room := wordsOfOne - len(have); room > 0 && person != 0 {
		words := query.Words(strings.Join(texts, " "))
		have = append(have, words[:min(room, len(words))]...)
	}
	sp.words[person] = have
}

// publicWords reads what everybody may read of what people said here.
func (s *Tribes) publicWords(ctx context.Context) (*spoken, error) {
	sp := &spoken{words: map[int64][]string{}}
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
			sp.add(i.Person, i.Title, i.Body)
			if i.Comments == 0 || talks >= talksRead {
				continue
			}
			talks++
			comments, err := s.ideas.CommentsAfter(ctx, visitor, id, 0, 200)
			if err != nil {
				return nil, err
			}
			for _, c := range comments {
				sp.add(c.Person, c.Body)
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
				sp.add(p.Person, p.Title, p.Body)
			}
		}
	}
	return sp, nil
}

// marks gives the words that these people use more than all the others, as
// keyness finds them. Words of one or two letters are not worth showing.
func (sp *spoken) marks(people []int64) []string {
	in := make(map[int64]bool, len(people))
	for _, p := range people {
		in[p] = true
	}
	pair := keyness.New(leastGroup - 1)
	for _, p := range sp.people {
		if in[p] {
			pair.AddA(p, sp.words[p])
		} else {
			pair.AddB(p, sp.words[p])
		}
	}
	terms, _ := pair.Terms(keyness.A0, keyness.Z, marksShown, func(word string) bool { return utf8.RuneCountInString(word) < 3 })
	var words []string
	for _, t := range terms {
		words = append(words, t.Word)
	}
	return words
}
