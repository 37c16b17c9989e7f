package need

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func load(t testing.TB) *Tables {
	t.Helper()
	tables, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// sentence is a line of testdata: what it says, and a part of what is needed.
type sentence struct{ language, kind, text, part string }

func sentences(t testing.TB) []sentence {
	t.Helper()
	text, err := os.ReadFile("testdata/sentences.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []sentence
	for line := range strings.Lines(string(text)) {
		f := append(strings.Split(strings.TrimRight(line, "\n"), "\t"), "")
		if len(f) < 4 {
			t.Fatalf("%q has no three columns", line)
		}
		all = append(all, sentence{f[0], f[1], f[2], f[3]})
	}
	return all
}

// score counts what was found of what should be.
type score struct{ sentences, said, right, there, kind, clause float64 }

func (s score) precision() float64 { return s.right / max(s.said, 1) }
func (s score) recall() float64    { return s.right / max(s.there, 1) }

// TestSentences holds the tables to sentences of every language: needs, and what
// only looks like one. It is what lines are written against, and no measure of
// what they find elsewhere: docs/radar-engines.md has that.
func TestSentences(t *testing.T) {
	tables := load(t)
	all := score{}
	scores := map[string]*score{}
	for _, l := range tables.Languages() {
		scores[l] = &score{}
	}
	for _, want := range sentences(t) {
		found := tables.Find(want.language, want.text)
		need := want.kind != "-"
		for _, s := range []*score{scores[want.language], &all} {
			s.sentences++
			if need {
				s.there++
			}
			if len(found) > 0 {
				s.said++
			}
			if need && len(found) > 0 {
				s.right++
				if string(found[0].Kind) == want.kind {
					s.kind++
				}
				if strings.Contains(found[0].Clause, want.part) {
					s.clause++
				}
			}
		}
		if need != (len(found) > 0) || need && (string(found[0].Kind) != want.kind || !strings.Contains(found[0].Clause, want.part)) {
			t.Logf("%s %-9s %q: %+v", want.language, want.kind, want.text, found)
		}
	}
	for _, l := range tables.Languages() {
		s := scores[l]
		t.Logf("%s %3.0f sentences, precision %.2f, recall %.2f", l, s.sentences, s.precision(), s.recall())
		if s.precision() < .95 || s.recall() < .95 {
			t.Errorf("%s: precision %.2f and recall %.2f, want .95", l, s.precision(), s.recall())
		}
	}
	t.Logf("all %.0f, precision %.3f, recall %.3f, kind right %.2f, clause right %.2f", all.sentences, all.precision(), all.recall(), all.kind/all.right, all.clause/all.right)
	if all.kind/all.right < .95 || all.clause/all.right < .95 || all.sentences < 300 {
		t.Errorf("%+v", all)
	}
}

// TestFind checks what is made of a text: each sentence by itself, the clause
// where it stands, any language if none is known.
func TestFind(t *testing.T) {
	tables := load(t)
	for _, c := range []struct{ language, text, want string }{
		{"en", "Great pen! But I wish it came in green, my colour. Also, why is there no shop in Ghent?", "wish:it came in green|missing:shop in Ghent"},
		{"en-GB", "I’D LOVE a smaller size", "wish:a smaller size"},
		{"fr", "J’aimerais bien une encre verte, mais pas trop claire", "wish:une encre verte"},
		{"", "Ojalá hubiera una talla más pequeña", "wish:una talla más pequeña"},
		{"und", "Warum gibt es keinen Laden in Kiel?", "missing:Laden in Kiel"},
		{"ja", "I wish there was a shop", ""},
		{"en", "I wish", ""},
		{"en", "I wish!!! A pen.", ""},
		{"en", "", ""},
		{"en", "\xff\xfe i wish \xff½ it had wheels", "wish:½ it had wheels"},
	} {
		var got []string
		for _, n := range tables.Find(c.language, c.text) {
			got = append(got, fmt.Sprintf("%s:%s", n.Kind, n.Clause))
		}
		if diff := cmp.Diff(c.want, strings.Join(got, "|")); diff != "" {
			t.Errorf("%s %q: %s", c.language, c.text, diff)
		}
	}
	long := tables.Find("en", "i wish "+strings.Repeat("wheels ", 5000))
	if len(long) == 0 || len(strings.Fields(long[0].Clause)) != longestClause {
		t.Errorf("a text without end gives %d needs", len(long))
	}
}

// TestTable checks how lines are read.
func TestTable(t *testing.T) {
	for text, want := range map[string]string{
		"(a | b c)? d":   "a d|b c d|d",
		"> it's .. x":    "> it s x|> it s * x|> it s * * x",
		".. ..":          "|*|* *|* * *|* * * *",
		"( a":            "",
		"((a) b)":        "",
		"^ Ça va, < (é)": "^ ca va < e",
	} {
		ways, err := spellOut(text)
		var got []string
		for _, w := range ways {
			got = append(got, strings.Join(w, " "))
		}
		if strings.Join(got, "|") != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"wish i wish", "hope: i hope", "wish: (i", "wish: " + strings.Repeat("(a | b | c | d | e | f) ", 9)} {
		if err := (&Tables{languages: map[string]*table{}}).add("xx", text); err == nil {
			t.Errorf("%q is read", text)
		}
	}
}

// TestGroups checks that needs about the same meet, whoever says them how, that
// others stay apart, and that a label is a stretch of what is said.
func TestGroups(t *testing.T) {
	about := map[string][]string{
		"dark mode":    {"I wish there was a dark mode", "why is there no dark mode in the app?", "Please add a dark mode", "would love to have dark modes for reading", "it would be great to have Dark Mode"},
		"refill":       {"I'd love a refill subscription", "why can't I buy refills by post", "would be nice to have refill packs", "please bring back the refills"},
		"offline mode": {"could you add an offline mode?", "there is no offline mode", "wish it had an offline mode"},
		"Leeds":        {"I hope you will open a shop in Leeds", "why is there no shop in Leeds", "any chance of a shop in Leeds?"},
		"Nachtmodus":   {"Ich wünschte es gäbe einen Nachtmodus", "Warum gibt es keinen Nachtmodus?", "leider fehlt ein Nachtmodus"},
	}
	r := rand.New(rand.NewPCG(1, 1))
	var posts []Post
	names := map[int64]string{}
	for _, name := range slices.Sorted(maps.Keys(about)) {
		for _, text := range about[name] {
			language := "en"
			if name == "Nachtmodus" {
				language = "de"
			}
			id := r.Int64N(1 << 40)
			names[id] = name
			posts = append(posts, Post{ID: id, Author: id, Language: language, Text: text})
		}
	}
	for i, text := range []string{"I wish the rake were longer", "why is the wifi so slow", "the weather is fine"} {
		posts = append(posts, Post{ID: int64(i), Author: 1, Language: "en", Text: text})
	}
	posts = append(posts, Post{ID: 1 << 50, Author: posts[0].Author, Language: posts[0].Language, Text: posts[0].Text})
	names[1<<50] = names[posts[0].ID]
	groups := load(t).Groups(posts)
	if len(groups) != len(about)+2 {
		t.Errorf("%d groups, want %d: %+v", len(groups), len(about)+2, groups)
	}
	for _, g := range groups {
		name := names[g.Needs[0].Post]
		for _, n := range g.Needs {
			if names[n.Post] != name {
				t.Errorf("%q is in the group %q", n.Clause, g.Label)
			}
		}
		if name == "" {
			continue
		}
		if !strings.Contains(strings.ToLower(g.Label), strings.ToLower(name)) || g.Authors != len(about[name]) || g.Kind == "" || len(strings.Fields(g.Label)) > labelWords ||
			!slices.ContainsFunc(g.Needs, func(n Said) bool { return strings.Contains(n.Clause, g.Label) }) {
			t.Errorf("%s: label %q, %d authors, %s", name, g.Label, g.Authors, g.Kind)
		}
	}
	late := load(t).Groups([]Post{{1, 1, "en", "I wish for a rake handle gloves"}, {2, 2, "en", "I wish for a handle foam grip"}, {3, 3, "en", "I wish for a rake handle grip"}})
	if len(late) != 1 {
		t.Errorf("what came before its group stayed alone: %+v", late)
	}
	slices.Reverse(posts)
	if diff := cmp.Diff(groups, load(t).Groups(posts)); diff != "" {
		t.Error("the order of posts matters: ", diff)
	}
}

// TestLabels reads labels as a person does: with the small words between, what
// most say, and no single word alone.
func TestLabels(t *testing.T) {
	for want, texts := range map[string][]string{
		"passant pour le stylo": {"J’aimerais qu’il y ait un passant pour le stylo", "Si seulement il y avait un passant pour le stylo", "Si seulement il y avait un passant à stylo"},
		"pen loop":              {"I wish it had a pen loop.", "If only it had a pen loop", "I wish there was a pen loop"},
		"close properly":        {"I wish it would close properly", "if only it would close properly"},
		"they would reply":      {"I wish they would reply", "if only they would reply"},
	} {
		language := "en"
		if strings.Contains(want, "pour") {
			language = "fr"
		}
		var posts []Post
		for i, text := range texts {
			posts = append(posts, Post{int64(i + 1), int64(i + 1), language, text})
		}
		groups := load(t).Groups(posts)
		if len(groups) == 0 || groups[0].Label != want {
			t.Errorf("%+v, want %q", groups, want)
		}
	}
}

// FuzzFind checks that a clause stands where it is said to stand.
func FuzzFind(f *testing.F) {
	for _, s := range []string{"i wish it had wheels", "If only! the", "½ wish ½ i wish ½", "why is the a a a so", "\xff. i wish \xff", "ich wünschte, es gäbe"} {
		f.Add("en", s)
		f.Add("", s)
	}
	tables, err := Load()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, language, text string) {
		last := 0
		for _, n := range tables.Find(language, text) {
			if n.Start < last || n.End <= n.Start || text[n.Start:n.End] != n.Clause || utf8.RuneCountInString(n.Clause) < 1 {
				t.Errorf("%q: %+v", text, n)
			}
			last = n.End
		}
		tables.Groups([]Post{{1, 1, language, text}, {2, 2, language, text}})
	})
}

func BenchmarkFind(b *testing.B) {
	tables, all := load(b), sentences(b)
	b.ReportAllocs()
	for b.Loop() {
		for _, s := range all {
			tables.Find(s.language, s.text)
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(all))/b.Elapsed().Seconds(), "posts/s")
}

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		load(b)
	}
}

func BenchmarkGroups(b *testing.B) {
	r := rand.New(rand.NewPCG(2, 2))
	posts := make([]Post, 5000)
	for i := range posts {
		posts[i] = Post{int64(i), int64(i), "en", fmt.Sprintf("I wish there was a w%d w%d w%d", r.IntN(50), r.IntN(400), r.IntN(2000))}
	}
	tables := load(b)
	for b.Loop() {
		tables.Groups(posts)
	}
	b.ReportMetric(float64(b.N)*float64(len(posts))/b.Elapsed().Seconds(), "needs/s")
}

// TestSentence gives the sentence that speaks of the need, and of several the one
// that the label is of.
func TestSentence(t *testing.T) {
	tables, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	const long = "My daughter gave me one of your notebooks at Christmas. I wish it had a pen loop! The cover is nice. If only the paper were whiter, I would buy ten."
	for label, want := range map[string]string{"pen loop": "I wish it had a pen loop!", "paper whiter": "If only the paper were whiter, I would buy ten.", "": "I wish it had a pen loop!"} {
		if got := tables.Sentence("en", long, label); got != want {
			t.Errorf("%q: %q, want %q", label, got, want)
		}
	}
	for _, text := range []string{"", "The cover is nice.", strings.Repeat("a", 1<<20)} {
		if got := tables.Sentence("en", text, "pen loop"); got != "" {
			t.Errorf("%.20q: %q", text, got)
		}
	}
}
