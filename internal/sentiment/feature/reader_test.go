package feature

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// read reads a text with a small lexicon.
func read(t *testing.T, text string, l Language) *Reader {
	t.Helper()
	x := &Lexicon{}
	for word, tenths := range map[string]int8{"smart": 17, "handsome": 22, "funny": 19, "good": 19, "horrible": -25, "sux": -15} {
		x.Add(word, Vader, English, tenths)
	}
	for _, word := range []string{"not", "isn't", "nor"} {
		x.Add(word, Function, English, Negator)
	}
	x.Add("very", Function, English, Booster)
	x.Add("slightly", Function, English, Damper)
	x.Add("but", Function, English, But)
	x.Add("pas", Function, French, Negator)
	x.Add("genial", OwnStem, French, 3)
	x.Add("gen", OwnStem, French, -1)
	x.Add("ras le", Own, French, -2)
	x.Add("great", Own, English, 2)
	x.Add("😍", Emoji, Other, 3)
	x.Seal()
	r := &Reader{WordBits: 10, CharBits: 12}
	r.Read(x, text, l)
	return r
}

func TestTokens(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"words and signs", "Hello, World!", "hello|,|world|!"},
		{"an apostrophe inside a word", "it's l’été 'quoted'", "it's|l'été|'|quoted|'"},
		{"an address", "see https://example.com/A?b now www.a.b", "see|\uE001|now|\uE001"},
		{"no address inside a word", "ahttp", "ahttp"},
		{"names", "@anna_b:hi a@b", "\uE002|:|hi|a|\uE002"},
		{"long letters", "sooooooo", "sooo"},
		{"what was escaped", `don\u2019t &amp; &lt;3 \u12`, `don't|&|<|3|\|u12`},
		{"Arabic in several forms", "أحمد مدرسة مُحَمَّد جـميل", "احمد|مدرسه|محمد|جميل"},
		{"variants of an emoji", "👍🏽 ❤️", "👍|❤"},
		{"no UTF-8", "a\xff\xfeb", "a|\uFFFD|\uFFFD|b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := read(t, c.text, English)
			var got []string
			for _, k := range r.tokens {
				got = append(got, string(r.runes[k.from:k.to]))
			}
			if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// TestCompound holds the compound score to examples in VADER's own README.
func TestCompound(t *testing.T) {
	for text, want := range map[string]float64{
		"VADER is smart, handsome, and funny.":      0.8316,
		"VADER is smart, handsome, and funny!":      0.8439,
		"VADER is very smart, handsome, and funny.": 0.8545,
		"VADER is VERY SMART, handsome, and FUNNY.": 0.9227,
		"VADER is not smart, handsome, nor funny.":  -0.7424,
		"The book was good.":                        0.4404,
		"Today SUX!":                                -0.5461,
		"It isn't a horrible book.":                 0.431,
		"The sheep are grey.":                       0,
	} {
		if got := float64(read(t, text, English).Dense[compound]); math.Abs(got-want) > 0.0005 {
			t.Errorf("%.4f, want %.4f: %s", got, want, text)
		}
	}
	if read(t, "smart", French).Dense[compound] != 0 {
		t.Error("a French text has a compound score")
	}
}

func TestSigns(t *testing.T) {
	for _, c := range []struct {
		text string
		l    Language
		want string
	}{
		{"great!!! but not great.", English, "^P!bnP.$"},
		{"C’est génialissime", French, "^$"}, // written otherwise than in the list
		{"genialissime, ras le bol", French, "^Q,M$"},
		{"great news", French, "^P$"}, // borrowed
		{"😍😍 #a @b http://c", English, "^QQ#@+$"},
	} {
		if got := string(read(t, c.text, c.l).signs); got != c.want {
			t.Errorf("%s, want %s: %s", got, c.want, c.text)
		}
	}
}

func TestNegation(t *testing.T) {
	plain, turned := read(t, "genial", French), read(t, "pas du tout genial", French)
	if plain.Dense[ofOwn] == 0 || turned.Dense[ofOwn] != 0 || turned.Dense[ofOwn+1] == 0 {
		t.Errorf("%v, %v", plain.Dense[ofOwn:ofOwn+2], turned.Dense[ofOwn:ofOwn+2])
	}
	if far := read(t, "pas a b c d genial", French); far.Dense[ofOwn] == 0 {
		t.Error("a negator far away turns a word")
	}
}

func TestFaces(t *testing.T) {
	for text, want := range map[string][2]float32{
		"ok :)": {1, 0}, ":-D yes": {1, 0}, "no :'(": {0, 1}, ":/": {0, 1}, "<3": {1, 0}, "</3": {0, 1},
		"-_-": {0, 1}, "^^": {1, 0}, "at 10:30": {0, 0}, "a:b": {0, 0}, ":": {0, 0}, "x=d2": {0, 0},
	} {
		r := read(t, text, English)
		if got := [2]float32{r.Dense[happyFaces], r.Dense[sadFaces]}; got != want {
			t.Errorf("%v, want %v: %s", got, want, text)
		}
	}
}

// TestAgain checks that a word said twice counts once, and that a reader forgets
// the text before.
func TestAgain(t *testing.T) {
	once, twice := read(t, "mug", English), read(t, "mug mug mug", English)
	if !slices.Equal(once.Chars, twice.Chars) || len(once.Chars) != 10 {
		t.Errorf("%d and %d n-grams of characters", len(once.Chars), len(twice.Chars))
	}
	x := &Lexicon{}
	x.Seal()
	r := &Reader{WordBits: 10, CharBits: 12}
	r.Read(x, "mug", English)
	first := slices.Clone(r.Words)
	r.Read(x, strings.Repeat("much longer text ", 500), English)
	r.Read(x, "mug", English)
	if !slices.Equal(first, r.Words) {
		t.Errorf("%v, then %v", first, r.Words)
	}
}

func TestAllocates(t *testing.T) {
	x := &Lexicon{}
	x.Add("good", Own, English, 2)
	x.Seal()
	r := &Reader{WordBits: 10, CharBits: 12}
	text := "Nothing is allocated for a good text, @anna! été comme hiver 😍 https://example.com"
	r.Read(x, text, English)
	if n := testing.AllocsPerRun(100, func() { r.Read(x, text, English) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestLexiconStored(t *testing.T) {
	x := &Lexicon{}
	x.Add("good", Own, English, 2)
	x.Add("good", Own, English, -2) // what is first stays
	x.Add("good", Own, French, -1)
	if x.Add("one two three", Own, English, 1) || x.Add("", Own, English, 1) {
		t.Error("a term of no or three words was taken")
	}
	x.Seal()
	stored := append(x.Append(nil), "rest"...)
	y, rest, err := ReadLexicon(stored)
	if err != nil || string(rest) != "rest" || y.Len() != 2 {
		t.Fatal(y, rest, err)
	}
	h := mix(mix(mix(mix(startToken, 'g'), 'o'), 'o'), 'd')
	for l, want := range map[Language]int8{English: 2, French: -1, German: 0} {
		if got, ok := y.find(h, Own, l); got != want || ok != (want != 0) {
			t.Errorf("%s: %d", l, got)
		}
	}
	for n := range len(stored) - len("rest") {
		if _, _, err := ReadLexicon(stored[:n]); err == nil {
			t.Errorf("the first %d bytes pass for a lexicon", n)
		}
	}
}
