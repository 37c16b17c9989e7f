package worddiff

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func write(pieces []Piece) string {
	var b strings.Builder
	for _, p := range pieces {
		b.WriteString([]string{"=", "-", "+"}[p.Op] + "[" + p.Text + "]")
	}
	return b.String()
}

func TestWords(t *testing.T) {
	for name, c := range map[string]struct{ a, b, want string }{
		"equal":          {"The ink dries.", "The ink dries.", "=[The ink dries.]"},
		"both empty":     {"", "", ""},
		"all new":        {"", "Ink", "+[Ink]"},
		"all gone":       {"Ink", "", "-[Ink]"},
		"one word":       {"The ink dries fast.", "The ink dries slowly.", "=[The ink dries ]-[fast]+[slowly]=[.]"},
		"words together": {"We bind the quick books.", "We bind many fine books.", "=[We bind ]-[the quick]+[many fine]=[ books.]"},
		"put in":         {"We bind books.", "We bind good books.", "=[We bind ]+[good ]=[books.]"},
		"left out":       {"We bind good books.", "We bind books.", "=[We bind ]-[good ]=[books.]"},
		"accents":        {"Le café noir", "Le thé noir", "=[Le ]-[café]+[thé]=[ noir]"},
		"no spaces":      {"私は本を読む", "私は紙を読む", "=[私は]-[本]+[紙]=[を読む]"},
		"paragraph":      {"One.\n\nTwo.", "One.\n\nMore.\n\nTwo.", "=[One.\n\n]+[More.\n\n]=[Two.]"},
	} {
		if got := write(Words(c.a, c.b)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// whole checks what Words promises of any two texts.
func whole(t interface{ Errorf(string, ...any) }, a, b string) {
	var left, right strings.Builder
	last := Op(9)
	for _, p := range Words(a, b) {
		if p.Op != New {
			left.WriteString(p.Text)
		}
		if p.Op != Gone {
			right.WriteString(p.Text)
		}
		if p.Text == "" || p.Op == last || p.Op == Gone && last == New {
			t.Errorf("pieces of %q and %q: %s", a, b, write(Words(a, b)))
		}
		last = p.Op
	}
	if left.String() != a || right.String() != b {
		t.Errorf("of %q and %q the pieces give %q and %q", a, b, left.String(), right.String())
	}
}

func texts() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom([]string{"ink", "paper", "a", " ", " ", ".", "\n", "é", "本"}), 0, 30).Draw(t, "tokens"), "")
	})
}

func TestWordsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { whole(t, texts().Draw(t, "a"), texts().Draw(t, "b")) })
}

func FuzzWords(f *testing.F) {
	f.Add("The ink dries fast.", "The ink dries slowly.")
	f.Add("\xff\x00 a", "a \xff")
	f.Fuzz(func(t *testing.T, a, b string) {
		whole(t, a, b)
		if got, ok := Merge(a, b, a); !ok || got != b {
			t.Errorf("merging nothing into %q gives %q", b, got)
		}
	})
}

// Texts that have nothing in common are compared by lines, in no time.
func TestWordsOfStrangers(t *testing.T) {
	a, b := strings.Repeat("ink and paper\n", 3000), strings.Repeat("oder doch Leim\n", 3000)
	begin := time.Now()
	whole(t, a, b+"ink and paper\n")
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestMerge(t *testing.T) {
	const base = "The ink dries fast. The paper is thin."
	for name, c := range map[string]struct {
		ours, theirs, want string
		ok                 bool
	}{
		"theirs alone": {base, "The ink dries slowly. The paper is thin.", "The ink dries slowly. The paper is thin.", true},
		"ours alone":   {"The ink dries slowly. The paper is thin.", base, "The ink dries slowly. The paper is thin.", true},
		"both the same": {"The ink dries slowly. The paper is thin.", "The ink dries slowly. The paper is thin.",
			"The ink dries slowly. The paper is thin.", true},
		"apart": {"The ink dries slowly. The paper is thin.", "The ink dries fast. The paper is thick.", "The ink dries slowly. The paper is thick.", true},
		"clash": {"The ink dries slowly. The paper is thin.", "The ink dries quickly. The paper is thin.", "", false},
		"ends":  {"Hello. " + base, base + " Bye.", "Hello. " + base + " Bye.", true},
	} {
		got, ok := Merge(base, c.ours, c.theirs)
		if diff := cmp.Diff(c.want, got); diff != "" || ok != c.ok {
			t.Errorf("%s: %v %s", name, ok, diff)
		}
	}
}

// A merge is the same from either side, and nothing merged into a text is the text.
func TestMergeHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		base, ours, theirs := texts().Draw(t, "base"), texts().Draw(t, "ours"), texts().Draw(t, "theirs")
		one, ok := Merge(base, ours, theirs)
		two, also := Merge(base, theirs, ours)
		if one != two || ok != also {
			t.Errorf("%q %v, and %q %v", one, ok, two, also)
		}
		if got, ok := Merge(base, base, theirs); !ok || got != theirs {
			t.Errorf("%q %v, want %q", got, ok, theirs)
		}
	})
}
