package plain

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestFromHTML(t *testing.T) {
	cases := map[string]struct{ in, want string }{
		"nothing":            {"", ""},
		"plain":              {"Nice paper.", "Nice paper."},
		"inline":             {"I <b>re<i>al</i>ly</b> like it", "I really like it"},
		"paragraphs":         {"<p>One</p>\n\n<p>Two</p>", "One\n\nTwo"},
		"blocks":             {"<div>One</div><div><div>Two</div></div>", "One\nTwo"},
		"break":              {"One<br>Two<br/><br />Three<br><br><br>Four", "One\nTwo\n\nThree\n\nFour"},
		"list":               {"Buy:<ul>\n <li>ink</li>\n <li>pens</li>\n</ul>now", "Buy:\n\nink\npens\n\nnow"},
		"cells":              {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"},
		"script":             {"a<script>alert('<b>x</b>')</script>b", "ab"},
		"script in capitals": {"a<SCRIPT type=x>evil()</ScRiPt >b", "ab"},
		"script unclosed":    {"a<script>evil() b", "a"},
		"script in comment":  {"a<script><!-- <script> </script> --></script>b", "ab"},
		"style":              {"<style>p{color:red}</style>b", "b"},
		"template":           {"a<template>x<template>y</template>z</template>b", "ab"},
		"svg":                {"a<svg><title>t</title><text>x</text></svg>b<svg/>c", "abc"},
		"noscript":           {"a<noscript><img src=x>no</noscript>b", "ab"},
		"iframe":             {"a<iframe src=x>no</iframe>b", "ab"},
		"comment":            {"a<!-- <p>no</p> -->b", "ab"},
		"doctype":            {"<!doctype html><html><head><title>T</title></head><body>b", "T\nb"},
		"entities":           {"caf&eacute; &amp; cr&#232;me &lt;b&gt; &#x1F600;", "café & crème <b> 😀"},
		"double entities":    {"&amp;lt;", "&lt;"},
		"entity nul":         {"a&#0;b\x00c", "a\uFFFDbc"},
		"controls":           {"a\x01\x1b[31mb\u0085c", "a[31mb c"},
		"spaces":             {" a \t\n b&nbsp;&nbsp;c\u2003d\u202f! ", "a b c d !"},
		"soft hyphen":        {"Ent&shy;schei&shy;dung", "Entscheidung"},
		"pre":                {"<pre>a\n  b\r\nc</pre>d", "a\nb\nc\n\nd"},
		"heart":              {"i <3 it, 1 < 2", "i <3 it, 1 < 2"},
		"half a tag":         {"good <a href='", "good"},
		"emoji picture":      {`Yes <img class="emoji" src=x alt="👍🏽">!`, "Yes 👍🏽!"},
		"described picture":  {`Yes <img alt="A red notebook" src=x>!`, "Yes !"},
		"invalid UTF-8":      {"caf\xe9 <b>\xff</b>", "caf\uFFFD \uFFFD"},
		"attribute":          {`<a title="x > y" href="z">w</a>`, "w"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, FromHTML(c.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFromText(t *testing.T) {
	in := "\n One  two \r\nthree\r\rfour\n\n\n\nfive <b>\x00 \n"
	if diff := cmp.Diff("One two\nthree\n\nfour\n\nfive <b>", FromText(in)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("One two three four five <b>", Line(in)); diff != "" {
		t.Error(diff)
	}
}

func TestClip(t *testing.T) {
	cases := map[string]struct {
		in    string
		runes int
		want  string
	}{
		"short":              {"abc def", 7, "abc def"},
		"short in runes":     {"éééé", 4, "éééé"},
		"at a word":          {"abc def ghi", 9, "abc def…"},
		"just before one":    {"abc def ghi", 8, "abc def…"},
		"punctuation":        {"one, two; three", 11, "one, two…"},
		"long word":          {"a " + strings.Repeat("x", 30), 10, "a xxxxxxx…"},
		"no spaces":          {"日本語の文章です", 5, "日本語の…"},
		"keeps characters":   {"abc👩‍👩‍👧def", 6, "abc…"},
		"one wide character": {"👩‍👩‍👧 x", 3, "…"},
		"accent stays":       {"abcde\u0301fgh", 6, "abcd…"},
		"none":               {"abc", 0, ""},
		"one":                {"abc", 1, "…"},
		"negative":           {"abc", -3, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, Clip(c.in, c.runes)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestClipHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		n := rapid.IntRange(0, 40).Draw(t, "n")
		got := Clip(s, n)
		if utf8.RuneCountInString(got) > n {
			t.Fatalf("%q has more than %d runes", got, n)
		}
		if !strings.HasPrefix(s, strings.TrimSuffix(got, "…")) {
			t.Fatalf("%q is no beginning of %q", got, s)
		}
		if utf8.RuneCountInString(s) <= n && got != s {
			t.Fatalf("%q was clipped to %q though it fits", s, got)
		}
	})
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range []string{"<p>a</p>", "a<script>b", "<pre>\r\n x", "&#0;&shy;", "<svg><svg/></svg>x", "\xff<", "<img alt=✓>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := FromHTML(s)
		if !utf8.ValidString(got) {
			t.Fatalf("invalid UTF-8: %q", got)
		}
		if i := strings.IndexFunc(got, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }); i >= 0 {
			t.Fatalf("control character at %d: %q", i, got)
		}
		if got != strings.TrimSpace(got) || strings.Contains(got, "\n\n\n") || strings.Contains(got, "  ") {
			t.Fatalf("not folded: %q", got)
		}
		if again := FromText(got); again != got {
			t.Fatalf("not settled: %q, then %q", got, again)
		}
	})
}

func TestUnseen(t *testing.T) {
	for _, s := range []string{"a\u3164", "\u115fa", "a\u17b4b", "a\u202eb", "a\u200bb", "a\u2800b", "Orif\u180blamme", "a\u180fb", "a\u180eb", "a\ufffdb", "a\tb", "\ue000"} {
		if !Unseen(s) {
			t.Errorf("%+q is seen", s)
		}
	}
	for _, s := range []string{"Anna Blum", "ᠮᠣᠩᠭᠣᠯ\u180b", "❤\ufe0f", "👩\u200d🚀", "葛\U000e0100城", "क्\u200dष", "é", "김"} {
		if Unseen(s) {
			t.Errorf("%+q is not seen", s)
		}
	}
}
