package query

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestMatch shows each part of the language on a text, with what is explained.
func TestMatch(t *testing.T) {
	for _, c := range []struct {
		query, text string
		want        string // the words explained, joined by |; "-" if there is no match
	}{
		{"ETE", "Un été à Paris", "été"},
		{"été", "L’ÉTÉ arrive", "ÉTÉ"},
		{"l'été", "vive l’été", "l|été"},
		{"the", "The mug", "The"},
		{"mug", "mugs", "-"},
		{`"coffee mug"`, "a coffee, mug!", "coffee|mug"},
		{`"coffee mug"`, "mug coffee", "-"},
		{"coffee mug", "mug coffee", "mug|coffee"},
		{"mug NOT broken", "a broken mug", "-"},
		{"mug -broken", "my mug", "mug"},
		{"mug AND (blue OR NOT red)", "red mug", "-"},
		{"mug AND (blue OR NOT red)", "red blue mug", "blue|mug"},
		{"NOT (NOT a OR b)", "a c", "a"},
		{"東京", "私は東京に住む", "東京"},
		{"京東", "私は東京に住む", "-"},
		{"กข", "xกขค", "กข"},
		{"👍", "nice 👍🏽", "👍🏽"},
		{"strasse", "Große Straße", "Straße"},
		{"łódź OR lodz", "Lodz ŁÓDŹ", "Lodz|ŁÓDŹ"},
		{"σισυφος", "ΣΊΣΥΦΟΣ", "ΣΊΣΥΦΟΣ"},
		{"istanbul", "İSTANBUL", "İSTANBUL"},
		{"احمد", "أحْمَد", "أحْمَد"},
		{"мои", "мой дом", "-"},

		{"#notes", "love notes", "-"},
		{"#notes", "love #Notes!", "#Notes"},
		{"notes", "love #Notes!", "Notes"},
		{"#東京", "#東京タワー", "-"},
		{"#東京", "in #東京 now", "#東京"},
		{"@ana", "hi @Ana, mail ana@ana.test", "@Ana"},
		{"@ana", "hi @ana@notes.test.", "@ana"},
		{"@ana@notes.test", "hi @ana@notes.test.", "@ana@notes.test"},
		{"@ana@notes.test", "hi @ana", "-"},

		{"wish*", "Wishes and wishing", "Wishes|wishing"},
		{"wish*", "I swish", "-"},
		{"*phone", "telephone phones", "telephone"},
		{"*hon*", "telephones", "telephones"},
		{"col?r", "color colour colr", "color"},
		{"col*r", "color colour colr", "color|colour|colr"},
		{"ét?", "etc", "refused"},
		{`"l'ét*"`, "l’été", "l|été"},
		{`"coffee mug*"`, "coffee mugs", "coffee|mugs"},
		{`"is it good?"`, "is it good", "is|it|good"},
		{"acommodate~2", "accommodate", "accommodate"},
		{"recieve~1", "I receive", "receive"},
		{"recieve~", "I recv", "-"},
		{`="Apple"`, "apple Apple APPLE", "Apple"},
		{`=Apple`, "apple", "-"},
		{`="Apple Watch"`, "an Apple watch", "-"},
		{`="été"`, "ete Été e\u0301te\u0301", "e\u0301te\u0301"},

		{"coffee NEAR/2 mug", "mug of coffee", "mug|coffee"},
		{"coffee NEAR/1 mug", "mug of coffee", "-"},
		{"coffee ONEAR/3 mug", "mug of coffee", "-"},
		{"coffee ONEAR/3 mug", "coffee in a mug, and a mug", "coffee|mug"},
		{"(wish OR hope) NEAR/3 \"blue mug\"", "a blue mug, I hope", "blue|mug|hope"},
		{"a NEAR/2 b NEAR/2 c", "a x b x c", "a|b|c"},
		{"a NEAR/2 b NEAR/2 c", "a x b x x c", "-"},
		{"a NEAR/5 a", "a", "-"},
		{"a NEAR/5 a", "a b a", "a|a"},
		{"#tag NEAR/2 mug", "mug of #tag", "mug|#tag"},
		{"mug NOT (blue NEAR/2 sky)", "mug blue sky", "-"},
	} {
		q, err := Parse(c.query)
		if err != nil {
			if c.want != "refused" {
				t.Errorf("%s: %v", c.query, err)
			}
			continue
		}
		doc := Tokenize(c.text)
		got := "-"
		if q.Match(doc) {
			var found []string
			for _, s := range q.Explain(doc) {
				found = append(found, c.text[s.Start:s.End])
			}
			got = strings.Join(found, "|")
		} else if q.Explain(doc) != nil {
			t.Errorf("%s does not match %q and is explained", c.query, c.text)
		}
		if got != c.want {
			t.Errorf("%s on %q: %s, want %s", c.query, c.text, got, c.want)
		}
		checkMatch(t, q, Post{Text: c.text})
	}
}

// TestFields tries each field on posts that have it, have another, or do not
// say.
func TestFields(t *testing.T) {
	for _, c := range []struct {
		query  string
		yes    []Post
		no     []Post
		saying string
	}{
		{query: "lang:fr", yes: []Post{{Language: "fr"}, {Language: "fr-CA"}, {Language: "FR_fr"}}, no: []Post{{}, {Language: "frr"}, {Language: "en"}}},
		{query: "lang:pt-BR", yes: []Post{{Language: "pt-br"}}, no: []Post{{Language: "pt"}}},
		{query: "author:ana", yes: []Post{{Author: "Ana Silva"}, {Handle: "@ana"}}, no: []Post{{Text: "ana"}, {Author: "Anaïs"}}},
		{query: `author:"jean-luc"`, yes: []Post{{Author: "Jean-Luc P."}}, no: []Post{{Author: "Luc Jean"}, {Author: "Jean", Handle: "luc"}}},
		{query: "author:@ana", yes: []Post{{Handle: "Ana"}, {Handle: "@ana@notes.test"}}, no: []Post{{Author: "ana"}, {Handle: "ana_2"}}},
		{query: "site:example.com", yes: []Post{{Site: "example.com"}, {URL: "https://www.Example.com:80/a"}, {Site: "blog.example.com"}}, no: []Post{{Site: "myexample.com"}, {Text: "example.com"}}},
		{query: "source:notes", yes: []Post{{Source: "My Notes"}}, no: []Post{{Source: "Noted"}}},
		{query: "country:UK", yes: []Post{{Country: "GB"}, {Country: "uk"}}, no: []Post{{Country: "UA"}}},
		{query: "sentiment:neutral", yes: []Post{{Sentiment: "unclear"}, {Sentiment: "neutral"}}, no: []Post{{}, {Sentiment: "negative"}}},
		{query: "has:link", yes: []Post{{Text: "see https://a.test"}, {Text: "www.a.test"}, {HasLink: true}}, no: []Post{{Text: "xhttp://"}, {Text: "awww. nice"}}},
		{query: "has:image", yes: []Post{{HasImage: true}}, no: []Post{{}}},
		{query: "has:question", yes: []Post{{Text: "why?"}, {Text: "لماذا؟"}, {Text: "http://a.test/?x why？"}}, no: []Post{{Text: "see http://a.test/?x"}}},
		{query: "reach>1000", yes: []Post{{Reach: 1001}}, no: []Post{{Reach: 1000}, {}}},
		{query: "reach<=10", yes: []Post{{Reach: 10}}, no: []Post{{Reach: 11}, {}}},
		{query: "list:press", yes: []Post{{Site: "a.news.test"}}, no: []Post{{}}},
		{query: `list:"our team"`, yes: []Post{{Author: "Jean Luc"}, {Handle: "ana"}}, no: []Post{{Author: "Luc"}}},
		{query: "list:none OR a", yes: []Post{{Text: "a"}}, no: []Post{{}}},
		{query: "query:brand a", yes: []Post{{Text: "a"}, {Text: "東京 a b"}}, no: []Post{{Text: "a wish"}}},
	} {
		q, err := ParseWith(c.query, saved)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		for i, p := range slices.Concat(c.yes, c.no) {
			if got, want := q.Match(p.Tokenize()), i < len(c.yes); got != want {
				t.Errorf("%s on %+v: %v, want %v", c.query, p, got, want)
			}
			checkMatch(t, q, p)
		}
	}
}

// TestTerms walks the terms of a query and takes each out.
func TestTerms(t *testing.T) {
	q, err := ParseWith(`(a OR "b c") NOT (lang:fr d) list:press x NEAR/2 y NEAR/3 z`, saved)
	if err != nil {
		t.Fatal(err)
	}
	var terms []Term
	var rests []string
	for i, term := range q.Terms() {
		terms = append(terms, term)
		rest, ok := q.Without(i)
		if !ok {
			t.Fatalf("no query without %+v", term)
		}
		rests = append(rests, rest.String())
	}
	if diff := cmp.Diff([]Term{{"a", 2, false}, {`"b c"`, 7, false}, {"lang:fr", 19, true}, {"d", 27, true}, {"list:press", 30, false}, {"x", 41, false}, {"y", 50, false}, {"z", 59, false}}, terms); diff != "" {
		t.Errorf("terms (-want +got):\n%s", diff)
	}
	const all, near = `(a OR "b c") AND NOT (lang:fr AND d) AND list:press AND `, `x NEAR/2 y NEAR/3 z`
	if diff := cmp.Diff([]string{
		`"b c" AND NOT (lang:fr AND d) AND list:press AND ` + near, `a AND NOT (lang:fr AND d) AND list:press AND ` + near,
		`(a OR "b c") AND NOT d AND list:press AND ` + near, `(a OR "b c") AND NOT lang:fr AND list:press AND ` + near,
		`(a OR "b c") AND NOT (lang:fr AND d) AND ` + near, all + `y NEAR/3 z`, all + `x NEAR/3 z`, all + `x NEAR/2 y`,
	}, rests); diff != "" {
		t.Errorf("without each (-want +got):\n%s", diff)
	}
	if words, ok := q.WordsOnly(); !ok || words.String() != `(a OR "b c") AND NOT d AND x NEAR/2 y NEAR/3 z` {
		t.Errorf("words only: %s", words)
	}
	for _, text := range []string{"a", "a NOT b"} {
		if rest, ok := mustParse(t, text).Without(0); ok {
			t.Errorf("%s without its first term: %s", text, rest)
		}
	}
	if _, ok := q.Without(8); ok {
		t.Error("took out a term that is not there")
	}
	if _, ok := mustParse(t, "lang:fr -site:a.test").WordsOnly(); ok {
		t.Error("there are words in a query without any")
	}
}

// TestWarnings warns of what finds nearly everything, and of nothing else.
func TestWarnings(t *testing.T) {
	for text, warned := range map[string]bool{
		"the": true, "the OR mug": true, "the and": true, "lang:fr": true, "the lang:fr -mug": true, "reach>5 OR mug": true, "été OR les": true,
		"mug": false, "the mug": false, `"the who"`: false, "lang:fr mug": false, "site:a.test": false, "mug -the": false,
	} {
		if got := mustParse(t, text).Warnings(); (len(got) > 0) != warned {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// TestSaved holds names to what they stand for, and refuses circles.
func TestSaved(t *testing.T) {
	s := shelf{
		lists:   map[string]List{"bad": {ListWords, []string{"…"}}, "big": {ListWords, make([]string, maxItems+1)}},
		queries: map[string]string{"a": "x OR query:b", "b": "y query:c", "c": "query:a", "self": "NOT query:self", "broken": "x AND", "no": "NOT x", "no no": "NOT query:no"},
	}
	long := "end"
	for i := range maxSavedDepth + 1 {
		s.queries[fmt.Sprint("q", i)] = long
		long = fmt.Sprint("query:q", i)
	}
	twice := "x x"
	for i := range 15 {
		s.queries[fmt.Sprint("t", i)] = twice
		twice = fmt.Sprintf("query:t%d OR query:t%d", i, i)
	}
	for text, want := range map[string]string{
		"z query:a":            "Column 3: the saved query “a” asks for itself, by way of query:a > query:b > query:c > query:a",
		"query:self":           "asks for itself, by way of query:self > query:self",
		"query:broken":         "Column 1: the saved query “broken” cannot be read. Open it and mend it first.: Column 6: a word",
		"query:no":             "Column 1: this part alone would find texts with none",
		"list:bad":             "Column 1: “…” in the saved list “bad” cannot be read",
		"list:big":             "can have 100000 items together",
		"x " + long:            "saved queries can name one another 20 deep",
		"x " + twice:           "fewer than 10000 words, those of saved queries in it included",
		"x NEAR/3 query:no":    "NEAR and ONEAR stand between words",
		"NOT query:no":         "",
		`query:"no  no" AND x`: "",
	} {
		q, err := ParseWith(text, s)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if err == nil {
			checkMatch(t, q, Post{Text: "x"})
			checkMatch(t, q, Post{Text: "z"})
		}
	}
	if q, err := ParseWith("a query:brand -list:none", saved); err != nil || !slices.Equal(q.Names(), []string{"list:none", "list:rivals", "query:brand", "query:spam"}) {
		t.Errorf("names: %v, %v", q.Names(), err)
	}
}

func TestMatchIsNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q, p := drawQuery(t), drawPost(t)
		if marksAreSimple(p.Text) {
			checkMatch(t, q, p)
		}
	})
}

// checkMatch holds all ways of matching a query to the naive one.
func checkMatch(t interface{ Fatalf(string, ...any) }, q *Query, p Post) {
	want := newNaive(p).holds(q.root)
	doc := p.Tokenize()
	if got := q.Match(doc); got != want {
		t.Fatalf("%s on %+v: %v, want %v", q, p, got, want)
	}
	spans := q.Explain(doc)
	if !want && spans != nil {
		t.Fatalf("%s on %+v: no match, explained by %v", q, p, spans)
	}
	last := -1
	for _, s := range spans {
		if s.Start <= last || s.End <= s.Start || s.End > len(p.Text) || utf8.ValidString(p.Text) && !utf8.ValidString(p.Text[s.Start:s.End]) {
			t.Fatalf("%s on %+v: bad spans %v", q, p, spans)
		}
		last = s.End
	}
	set := NewSet()
	set.Put(7, q)
	if got := len(set.Match(doc, nil)) == 1; got != want {
		t.Fatalf("set with %s on %+v: %v, want %v", q, p, got, want)
	}
	if want && len(q.Why(doc)) == 0 {
		t.Fatalf("%s on %+v matches without a reason", q, p)
	}
}

func FuzzMatch(f *testing.F) {
	f.Add(`(mug OR "coffee cup") NOT broken`, "My COFFEE cup’s fine")
	f.Add("東京 -大阪", "私は東京に住む👍")
	f.Add(`wi*h~1 NEAR/3 col?r ="Été" #a`, "Wish ÉTÉ #a")
	f.Fuzz(func(t *testing.T, query, text string) {
		if len(query) > 2000 || len(text) > 2000 || !marksAreSimple(text) {
			return
		}
		if q, err := ParseWith(query, saved); err == nil {
			checkMatch(t, q, Post{Text: text})
		}
	})
}

// A text that a query finds has what the query needs and asks for.
func TestNeedsAndAsks(t *testing.T) {
	needed, asked := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		q, post := drawQuery(t), drawPost(t)
		doc := post.Tokenize()
		if !q.Match(doc) {
			return
		}
		needs, anyOf := q.Needs()
		missing := 0
		for _, n := range needs {
			if !slices.ContainsFunc(doc.Tokens, func(t Token) bool {
				return t.Word == n.Word || n.Begins && strings.HasPrefix(t.Word, n.Word)
			}) {
				missing++
			}
		}
		if missing > 0 && (!anyOf || missing == len(needs)) {
			t.Fatalf("%s finds %q, which has not %v (any: %v)", q, post.Text, needs, anyOf)
		}
		for _, a := range q.Asks() {
			if asked++; !a.Finds(doc.Post) {
				t.Fatalf("%s finds %+v, which is not as %+v asks", q, post, a)
			}
		}
		needed += len(needs)
	})
	if needed == 0 || asked == 0 {
		t.Errorf("%d needs and %d asks were drawn", needed, asked)
	}
	for text, want := range map[string]string{
		"col?r": "col*", "pap*r ink": "ink", "#paper": "paper*", "carpet* re*": "carpet*", "*work": "", "a*b": "", "word~1": "", "col?r OR tint": "tint col* any",
		"#東京": "", "(lang:fr OR mug)": "", "mug lang:fr": "mug", "mug*": "mug*", "NOT mug tea": "tea",
	} {
		q, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		needs, anyOf := q.Needs()
		var got []string
		for _, n := range needs {
			if n.Begins {
				n.Word += "*"
			}
			got = append(got, n.Word)
		}
		if anyOf {
			got = append(got, "any")
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s needs %q, want %q", text, got, want)
		}
	}
}
