package spike

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/burst"
	"tribune/internal/keyness"
	"tribune/internal/query"
)

// saying makes posts of an author each, from the texts in turn.
func saying(n int, texts ...string) []post {
	posts := make([]post, n)
	for i := range posts {
		text := texts[i%len(texts)]
		posts[i] = post{Post: burst.Post{Author: int64(i)}, text: text}
		for _, t := range query.Tokenize(text).Tokens {
			posts[i].Words = append(posts[i].Words, t.Word)
		}
	}
	return posts
}

// TestPhrases shows words together that are said together, as they are written,
// the newest first.
func TestPhrases(t *testing.T) {
	empty := keyness.Stop("en")
	for name, c := range map[string]struct {
		words      []string
		in, before []post
		want       []Driver
	}{
		"a name keeps its article": {[]string{"table", "long"},
			saying(20, "We met at The Long Table, again", "Oh, The Long Table is open", "the book of The Long Table"), nil, []Driver{{Text: "The Long Table", Now: 20}}},
		"a sentence does not":           {[]string{"pen", "leaks"}, saying(20, "The pen leaks", "The pen leaks! It does"), nil, []Driver{{Text: "pen leaks", Now: 20}}},
		"what stands apart stays apart": {[]string{"recall", "lid"}, saying(20, "recall: lid", "recall. The lid", "lid, recall"), nil, []Driver{{Text: "recall", Now: 20}, {Text: "lid", Now: 20}}},
		"a word that is said elsewhere too stays": {[]string{"zephyr", "lid"}, saying(20, "Zephyr lid", "lid", "Zephyr lid"), nil,
			[]Driver{{Text: "Zephyr lid", Now: 13}, {Text: "lid", Now: 20}}},
		"new before known, and no verb of reporting that is known": {[]string{"smells", "says", "recall"}, saying(20, "recall, it smells, says Ana. says"), saying(6, "he says it smells"),
			[]Driver{{Text: "recall", Now: 20}, {Text: "smells", Now: 20, Before: 6}}},
		"no phrase twice": {[]string{"gate", "smells", "real"}, saying(20, "it smells of the Glue Gate", "the Glue Gate is real"), nil,
			[]Driver{{Text: "Glue Gate", Now: 20}, {Text: "smells", Now: 10}, {Text: "real", Now: 10}}},
		"one that is new":     {[]string{"says"}, saying(20, "says"), nil, []Driver{{Text: "says", Now: 20}}},
		"no longer than five": {[]string{"three"}, saying(9, "one two three four five six seven"), nil, []Driver{{Text: "three four five six seven", Now: 9}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := phrases(c.words, c.in, c.before, empty)
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestPhrasesOfOneText does not go on for ever, nor beyond the words there are.
func TestPhrasesOfOneText(t *testing.T) {
	long := strings.Repeat("word ", 2000)
	got := phrases([]string{"word"}, saying(9, long, "", "word"), nil, keyness.Stop("en"))
	if len(got) != 1 || got[0].Now != 6 {
		t.Error(got)
	}
}
