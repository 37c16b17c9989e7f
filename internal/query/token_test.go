package query

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"ETE", "ete"},
		{"été", "ete"},
		{"e\u0301te\u0301", "ete"},
		{"Straße", "strasse"},
		{"STRASSE ẞ", "strasse ss"},
		{"Łódź", "lodz"},
		{"Ærø", "aero"},
		{"Œuvre cœur", "oeuvre coeur"},
		{"İstanbul ışık", "istanbul isik"},
		{"ΣΊΣΥΦΟΣ σίσυφος", "σισυφοσ σισυφοσ"},
		{"Ｔｒｉｂｕｎｅ ﬁn", "tribune fin"},
		{"Ёлка", "елка"},
		{"Мой й Ї ї ЁЖ ў", "мой й ї ї еж ў"},
		{"مُحَمَّد", "محمد"},
		{"أحمد إلى آية ٱلله على مدرسة فارسی کتاب", "احمد الي ايه الله علي مدرسه فارسي كتاب"},
		{"٢٠٢٦ ۲۰۲۶", "2026 2026"},
		{"שָׁלוֹם", "שלום"},
		{"ガ ｶﾞ か が", "ガ ガ か が"},
		{"한국어", "한국어"},
		{"की का कु", "की का कु"},
		{"น้ำ", "น้ํา"},
		{"Ta\u00adble", "table"},
		{"col·lecció", "colleccio"},
		{"❤️ 👍🏽 👩🏽‍💻", "❤ 👍 👩\u200d💻"},
		{"👩\u200da👩 \u200d", "👩a👩 "},
	} {
		if got := Fold(c.in); got != c.want {
			t.Errorf("Fold(%q) = %q, want %q", c.in, got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{" … — !? \t", nil},
		{"The and of", []string{"the", "and", "of"}},
		{"l’été, L'ÉTÉ; lʼété", []string{"l", "ete", "l", "ete", "l", "ete"}},
		{"Don't say rock-and-roll", []string{"don", "t", "say", "rock", "and", "roll"}},
		{"#Été2026 @jean_luc ana@notes.example", []string{"ete2026", "jean_luc", "ana", "notes", "example"}},
		{"bien.Merci v2.0 1,000.50 3.5€ a:b", []string{"bien", "merci", "v2.0", "1,000.50", "3.5", "a", "b"}},
		{"_vraiment_ __init__ a_b", []string{"vraiment", "init", "a_b"}},
		{"東京タワー", []string{"東", "京", "タワー"}},
		{"ひらがな", []string{"ひ", "ら", "が", "な"}},
		{"한국어 좋아", []string{"한국어", "좋아"}},
		{"กขค", []string{"ก", "ข", "ค"}},
		{"👍👍🏽 ❤️ 👩‍👩‍👧 🇫🇷", []string{"👍", "👍", "❤", "👩\u200d👩\u200d👧", "🇫🇷"}},
		{"Tribune™ © 2026®", []string{"tribune", "2026"}},
		{"x² ½ № ⅷ", []string{"x", "2", "1", "2", "viii"}},
		{"\xff\xfea\x80b", []string{"a", "b"}},
	} {
		if diff := cmp.Diff(c.want, Words(c.in)); diff != "" {
			t.Errorf("Words(%q) (-want +got):\n%s", c.in, diff)
		}
	}
}

func TestTokenizePlaces(t *testing.T) {
	got := Tokenize("«L’ÉTÉ» ½!")
	want := Doc{Post: &Post{Text: "«L’ÉTÉ» ½!"}, Tokens: []Token{
		{Word: "l", Start: 2, End: 3},
		{Word: "ete", Start: 6, End: 11},
		{Word: "1", Start: 14, End: 16},
		{Word: "2", Start: 14, End: 16},
	}}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Post{})); diff != "" {
		t.Errorf("Tokenize (-want +got):\n%s", diff)
	}
}

// TestMarks finds hashtags and handles, and nothing that only looks like one.
func TestMarks(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []string
	}{
		{"a#b c@d.e &#39; # @ ## #_ #-a", []string{"#39"}},
		{"#Été2026, (#b) ＃東京!", []string{"#ete2026", "#b", "#東京"}},
		{"#a#b", []string{"#a"}},
		{"#👍 #a👍", []string{"#a"}},
		{"@Ana: @jean.luc. @a-b- @_x_", []string{"@ana", "@jean.luc", "@a-b", "@_x_"}},
		{"@ana@Notes.example. @ana@", []string{"@ana", "@ana@notes.example", "@ana"}},
		{"https://a.test/@ana/1", []string{"@ana"}},
	} {
		var got []string
		for _, m := range Tokenize(c.in).Marks {
			got = append(got, m.Word)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("marks of %q (-want +got):\n%s", c.in, diff)
		}
	}
}

// anyText draws text that is hard on a tokeniser.
func anyText() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringOf(rapid.Rune()),
		rapid.StringOf(rapid.RuneFrom([]rune("aAéß1 _ .,’“йМ\u0301ŉŀǆ:;\t·'-"))),
		rapid.StringOf(rapid.RuneFrom([]rune("aAéßŁ'’._-:,·1２．½ｶﾞがか東京กำ👍🏽❤\ufe0f\u200d♀🇫🇷\u0301\u00ad ﷺ\"()「אָ״한㍿🈁"))),
	)
}

func checkTokens(t interface{ Fatalf(string, ...any) }, text string) {
	doc := Tokenize(text)
	var found []string
	for i, tok := range doc.Tokens {
		if tok.Start < 0 || tok.Start >= tok.End || tok.End > len(text) {
			t.Fatalf("token %d of %q out of range: %+v", i, text, tok)
		}
		if i > 0 && tok.Start < doc.Tokens[i-1].End && tok.Start != doc.Tokens[i-1].Start {
			t.Fatalf("tokens of %q overlap: %+v", text, doc.Tokens)
		}
		if utf8.ValidString(text) && !utf8.ValidString(text[tok.Start:tok.End]) {
			t.Fatalf("token %d of %q cuts a character: %+v", i, text, tok)
		}
		if Fold(tok.Word) != tok.Word {
			t.Fatalf("token %d of %q is not folded: %q", i, text, tok.Word)
		}
		found = append(found, tok.Word)
	}
	var slow scanner
	slow.segments(text, 0, len(text))
	for i, p := range slow.pieces {
		if i >= len(doc.Tokens) || doc.Tokens[i] != (Token{string(slow.buf[p.from:p.to]), p.start, p.end}) {
			t.Fatalf("%q read by UAX 29 alone: word %d is %q, in short %+v", text, i, slow.buf[p.from:p.to], doc.Tokens)
		}
	}
	if len(slow.pieces) != len(doc.Tokens) {
		t.Fatalf("%q read by UAX 29 alone has %d words, in short %+v", text, len(slow.pieces), doc.Tokens)
	}
	for _, m := range doc.Marks {
		if m.Tokens < 1 || m.Token+m.Tokens > len(doc.Tokens) || m.Start < 0 || m.End > len(text) || m.Start >= m.End {
			t.Fatalf("mark of %q out of range: %+v", text, m)
		}
		if again, ok := markOf(m.Word); ok && again != m.Word {
			t.Fatalf("mark %q of %q reads again as %q", m.Word, text, again)
		}
	}
	if !slices.Equal(found, Words(text)) {
		t.Fatalf("Words(%q) = %q, Tokenize %q", text, Words(text), found)
	}
	if again := Words(strings.Join(found, " ")); !slices.Equal(found, again) {
		t.Fatalf("words of %q change when read again: %q, %q", text, found, again)
	}
}

func TestTokensHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { checkTokens(t, anyText().Draw(t, "text")) })
}

func TestFoldTwice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		once := Fold(anyText().Draw(t, "text"))
		if twice := Fold(once); twice != once {
			t.Fatalf("%q folds again to %q", once, twice)
		}
	})
}

func FuzzTokenize(f *testing.F) {
	f.Add("L’été à Łódź: 1,000.50 € #bien @jean_luc 👩🏽‍💻 東京タワー ﷺ ½")
	f.Fuzz(func(t *testing.T, text string) { checkTokens(t, text) })
}
