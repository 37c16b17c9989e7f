package i18n_test

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/internal/fault"
	"tribune/internal/i18n"
)

func load(t testing.TB, files map[string]string) *i18n.Catalogue {
	t.Helper()
	cat, err := i18n.Load(tree(files))
	if err != nil {
		t.Fatal(err)
	}
	return cat
}

func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for name, text := range files {
		m[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

const sample = `{
	"Propose an idea": "Proposer une idée",
	"{who} answered {whom}": "{whom} a reçu une réponse de {who}",
	"{n} votes by {who}": {"one": "{n} vote de {who}", "other": "{n} votes de {who}"},
	"At most {max} letters.": "Au plus {max} lettres."
}`

func TestTexts(t *testing.T) {
	cat := load(t, map[string]string{"web/ideas/fr.json": sample})
	en, fr, other := cat.Printer("en", nil), cat.Printer("fr", nil), cat.Printer("de", nil)
	cases := []struct{ name, got, want string }{
		{"plain", fr.T("Propose an idea"), "Proposer une idée"},
		{"english", en.T("Propose an idea"), "Propose an idea"},
		{"unknown language", other.T("Propose an idea") + other.Lang(), "Propose an ideaen"},
		{"no translation", fr.T("Nobody {x}", "x", 7), "Nobody 7"},
		{"order changes", fr.T("{who} answered {whom}", "who", "Ada", "whom", "Bo"), "Bo a reçu une réponse d’Ada"},
		{"a value is not filled again", en.T("{who} answered {whom}", "who", "{whom}", "whom", "Bo"), "{whom} answered Bo"},
		{"unknown hole stays", en.T("a {b} c", "x", 1), "a {b} c"},
		{"open brace stays", en.T("a {b c", "b c", 1), "a {b c"},
		{"one en", en.N("{n} vote by {who}", "{n} votes by {who}", 1, "who", "us"), "1 vote by us"},
		{"zero en", en.N("{n} vote by {who}", "{n} votes by {who}", 0, "who", "us"), "0 votes by us"},
		{"zero fr", fr.N("{n} vote by {who}", "{n} votes by {who}", 0, "who", "nous"), "0 vote de nous"},
		{"many digits fr", fr.N("{n} vote by {who}", "{n} votes by {who}", 12345, "who", "nous"), "12\u202f345 votes de nous"},
		{"million fr", fr.N("{n} vote by {who}", "{n} votes by {who}", 1e6, "who", "nous"), "1\u202f000\u202f000 votes de nous"},
		{"minus one", en.N("{n} point", "{n} points", -1), "-1 point"},
		{"untranslated count", fr.N("{n} bee", "{n} bees", 2000), "2\u202f000 bees"},
		{"list 0", en.List(nil), ""},
		{"list 1", fr.List([]string{"a"}), "a"},
		{"list 2", fr.List([]string{"a", "b"}), "a et b"},
		{"list 3", en.List([]string{"a", "b", "c"}), "a, b and c"},
		{"language", en.Language("fr") + fr.Language("fr") + en.Language("nonsense!"), "Frenchfrançaisnonsense!"},
		{"country", en.Country("DE") + fr.Country("DE") + en.Country("??"), "GermanyAllemagne??"},
		{"fault", fr.Fault(fmt.Errorf("x: %w", fault.New(fault.Invalid, "At most {max} letters.", "max", 80))), "Au plus 80 lettres."},
		{"fault of a day", fr.Fault(fault.New(fault.Invalid, "Until {date}.", "date", time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC))), "Until 1er décembre 2026."},
		{"stranger", en.Fault(errors.New("sql: secret")), "Something went wrong on our side. Nothing was lost; please try again."},
		{"internal fault", en.Fault(fault.New(fault.Internal, "disc 7 on fire")), "Something went wrong on our side. Nothing was lost; please try again."},
		{"no error", en.Fault(nil), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.got != c.want {
				t.Errorf("got %q, want %q", c.got, c.want)
			}
		})
	}
}

// TestElision: "de" and "que" lose their e before a value that begins with a vowel,
// as words of their own, in French alone.
func TestElision(t *testing.T) {
	cat := load(t, map[string]string{"fr.json": `{"of {x}": "une idée de {x}", "first {x} {y}": "De {x}, que {y} suit", "that {x}": "ce que {x} gagne", "inside {x} {y}": "le monde {x}, une banque {y}",
		"two {x} {y}": "de {x} à {y}", "{n} counts {x}": {"one": "{n} vote de {x}", "other": "{n} votes de {x}"}}`})
	fr, en := cat.Printer("fr", nil), cat.Printer("en", nil)
	for name, want := range map[string]string{"Ingrid Solberg": "d’Ingrid Solberg", "Anaïs Morel et Nils": "d’Anaïs Morel et Nils", "Élodie": "d’Élodie", "Øyvind": "d’Øyvind", "Åsa": "d’Åsa",
		"E\u0301lodie": "d’E\u0301lodie", "Yves": "d’Yves", "Yann": "de Yann", "Y": "de Y", "Nils": "de Nils", "Hugo": "de Hugo", "27 juin": "de 27 juin", "« Encre »": "de « Encre »", "李小龍": "de 李小龍", "": "de "} {
		if got := fr.T("of {x}", "x", name); got != "une idée "+want {
			t.Errorf("%q: %q", name, got)
		}
	}
	for _, c := range [][2]string{
		{fr.T("first {x} {y}", "x", "Oriflamme", "y", "Ada"), "D’Oriflamme, qu’Ada suit"},
		{fr.T("that {x}", "x", "Oriflamme"), "ce qu’Oriflamme gagne"},
		{fr.T("inside {x} {y}", "x", "Ada", "y", "Ada"), "le monde Ada, une banque Ada"},
		{fr.T("two {x} {y}", "x", "août", "y", "octobre"), "d’août à octobre"},
		{fr.N("{n} count {x}", "{n} counts {x}", 2, "x", "Ada"), "2 votes d’Ada"},
		{fr.T("of {x}"), "une idée de {x}"},
		{fr.T("of {x}", "y", "Ada"), "une idée de {x}"},
		{en.T("a vote de {x}", "x", "Ada"), "a vote de Ada"},
	} {
		if c[0] != c[1] {
			t.Errorf("%q, want %q", c[0], c[1])
		}
	}
}

func TestNumbers(t *testing.T) {
	cat := load(t, nil)
	en, fr := cat.Printer("en", nil), cat.Printer("fr", nil)
	for n, want := range map[int64]string{
		0: "0", 999: "999", 1000: "1,000", -1000: "-1,000", 12345678: "12,345,678", -12: "-12",
		math.MinInt64: "-9,223,372,036,854,775,808",
	} {
		if got := en.Number(n); got != want {
			t.Errorf("Number(%d) = %q, want %q", n, got, want)
		}
	}
	if got := en.Decimal(-0.126, 2) + fr.Decimal(-0.126, 2) + fr.Decimal(3, 0); got != "-0.13-0,133" {
		t.Errorf("decimals: %q", got)
	}
	fr.N("{n} bee", "{n} bees", math.MinInt64)
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64().Draw(t, "n")
		if got := strings.ReplaceAll(fr.Number(n), "\u202f", ""); got != fmt.Sprint(n) {
			t.Errorf("French digits of %d are %q", n, got)
		}
		fr.N("{n} bee", "{n} bees", n) // no number may make the plural rules panic
	})
}

func TestTimes(t *testing.T) {
	cat := load(t, nil)
	paris := time.FixedZone("", 3600)
	en, fr := cat.Printer("en", nil), cat.Printer("fr", paris)
	at := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
	ago := func(p *i18n.Printer, d time.Duration) string { return p.Ago(at.Add(-d), at) }
	const day = 24 * time.Hour
	cases := []struct{ got, want string }{
		{en.Date(at), "20 November 2026"},
		{fr.Date(at), "21 novembre 2026"},
		{fr.Date(at.AddDate(0, -3, -20)), "1er août 2026"},
		{en.DateTime(at), "20 November 2026, 23:30"},
		{fr.DateTime(at), "21 novembre 2026 à 00:30"},
		{ago(en, 0), "just now"},
		{ago(fr, 59*time.Second), "à l’instant"},
		{ago(en, -30*time.Second), "just now"},
		{ago(en, -48*time.Hour), "22 November 2026"},
		{ago(en, time.Minute), "1\u00a0min ago"},
		{ago(en, 3*time.Hour+59*time.Minute), "3\u00a0h ago"},
		{ago(fr, 3*time.Hour), "il y a 3\u00a0h"},
		{ago(fr, 30*day+time.Hour), "il y a 30\u00a0j"},
		{ago(en, 31*day), "20 October 2026"},
		{en.Then(at.Add(-31*day), at), "on 20 October 2026"},
		{fr.Then(at.Add(-31*day), at), "le 21 octobre 2026"},
		{fr.Then(at.Add(-3*time.Hour), at), "il y a 3\u00a0h"},
		{en.Duration(2*day + 4*time.Hour + 59*time.Minute), "2\u00a0d\u00a04\u00a0h"},
		{fr.Duration(2*day + 4*time.Hour), "2\u00a0j\u00a04\u00a0h"},
		{fr.Duration(3 * day), "3\u00a0j"},
		{en.Duration(40 * time.Minute), "40\u00a0min"},
		{en.Duration(90 * time.Minute), "1\u00a0h\u00a030\u00a0min"},
		{en.Duration(2 * time.Hour), "2\u00a0h"},
		{fr.Duration(-time.Hour), "moins d’une minute"},
	}
	for _, c := range cases {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestMatch(t *testing.T) {
	for header, want := range map[string]string{
		"": "en", "fr": "fr", "fr-CA,fr;q=0.9,en;q=0.8": "fr", "de,en;q=0.9,fr;q=0.8": "en", "de,fr;q=0.5": "fr",
		"en-GB,fr;q=0.9": "en", "fr;q=0,en": "en", "es": "en", ";;;!": "en", "en;q=0.1,fr;q=0.9": "fr",
		strings.Repeat("a-", 5000): "en",
	} {
		if got := i18n.Match(header); got != want {
			t.Errorf("Match(%.40q) = %q, want %q", header, got, want)
		}
	}
}

func TestLoadRefuses(t *testing.T) {
	for name, files := range map[string]map[string]string{
		"two ways":         {"a/fr.json": `{"Go": "Aller"}`, "b/fr.json": `{"Go": "Partir"}`},
		"two ways at home": {"a/fr.json": `{"Go": "Aller", "Go": "Partir"}`},
		"empty":            {"a/fr.json": `{"Go": ""}`},
		"no one":           {"a/fr.json": `{"{n} goes": {"other": "{n} vont"}}`},
		"unknown form":     {"a/fr.json": `{"{n} goes": {"one": "x", "few": "y", "other": "{n} vont"}}`},
		"unknown hole":     {"a/fr.json": `{"Go {where}": "Aller {ou}"}`},
		"no object":        {"a/fr.json": `["Go"]`},
		"cut off":          {"a/fr.json": `{"Go": "Aller"`},
		"two objects":      {"a/fr.json": `{"Go": "Aller"} {}`},
		"a number":         {"a/fr.json": `{"Go": 7}`},
	} {
		if _, err := i18n.Load(tree(files)); err == nil || !strings.Contains(err.Error(), "fr.json") {
			t.Errorf("%s: error is %v", name, err)
		}
	}
	if _, err := i18n.Load(tree(map[string]string{"a/fr.json": `{"Go": "Aller"}`}), tree(map[string]string{"b/fr.json": `{"Go": "Aller"}`})); err != nil {
		t.Errorf("the same translation twice: %v", err)
	}
}

func TestTextsCostNothing(t *testing.T) {
	p := load(t, map[string]string{"fr.json": sample}).Printer("fr", nil)
	if n := testing.AllocsPerRun(100, func() { _ = p.T("Propose an idea") }); n != 0 {
		t.Errorf("T allocates %v times", n)
	}
}

func TestUntranslated(t *testing.T) {
	src := tree(map[string]string{
		"web/a.go": "package a\n// p.T(\"in a comment\")\nvar x = p.T(\"Propose an idea\") + p.T(\"New \\\"word\\\"\") + p.T(`raw`)\n" +
			"var y = p.N(\"{n} vote by {who}\", \"{n} votes by {who}\", 1) + p.N(\n\t\"{n} bee\",\n\t\"{n} bees\", 2)\n" +
			"var z = fault.New(fault.Invalid, \"Too \"+\n\t\"long.\")\nvar v = p.T(variable)\n",
		"web/b.templ":       "<p title={ p.T(\"Title\") }>it's { p.T(\"Propose an idea\") }</p>",
		"web/b_templ.go":    `p.T("generated")`,
		"web/a_test.go":     `p.T("test")`,
		"testdata/a.go":     `p.T("data")`,
		"web/readme.txt":    `p.T("text")`,
		"node_modules/a.go": `p.T("module")`,
	})
	got, err := i18n.Untranslated(src, load(t, map[string]string{"fr.json": sample}))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`web/a.go:3: "New \"word\""`, `web/a.go:3: "raw"`, `web/a.go:4: "{n} bees"`, `web/a.go:7: "Too long."`,
		`web/b.templ:1: "Title"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOwnTextsAreTranslated(t *testing.T) {
	missing, err := i18n.Untranslated(os.DirFS("."), load(t, nil))
	if err != nil || len(missing) > 0 {
		t.Errorf("untranslated: %v, %v", missing, err)
	}
}

func FuzzUntranslated(f *testing.F) {
	f.Add(`p.T("a" + "b")`)
	f.Add("fault.New(fault.Invalid, `a`")
	f.Add(`p.N("`)
	cat := load(f, nil)
	f.Fuzz(func(t *testing.T, src string) {
		if _, err := i18n.Untranslated(tree(map[string]string{"a.go": src}), cat); err != nil {
			t.Error(err)
		}
	})
}
