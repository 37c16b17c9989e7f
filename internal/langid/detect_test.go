package langid

import (
	"bufio"
	"math"
	"os"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// detector makes a detector, and fails the test if it cannot.
func detector(t testing.TB, candidates ...string) *Detector {
	t.Helper()
	d, err := New(candidates...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// sentences reads the sentences of testdata, each with its tag.
func sentences(t testing.TB) (all [][2]string) {
	t.Helper()
	file, err := os.Open("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if tag, text, ok := strings.Cut(lines.Text(), "\t"); ok {
			all = append(all, [2]string{tag, text})
		}
	}
	return all
}

// TestSentences holds the detector to sentences in all its languages that are no
// tweets.
func TestSentences(t *testing.T) {
	d := detector(t)
	tags := map[string]bool{}
	for _, s := range sentences(t) {
		tags[s[0]] = true
		if tag, p := d.Detect(s[1]); tag != s[0] {
			t.Errorf("%s taken for %s (%.2f): %s", s[0], tag, p, s[1])
		}
	}
	if len(tags) < 50 {
		t.Errorf("%d languages only", len(tags))
	}
}

func TestDetect(t *testing.T) {
	word := strings.Repeat("unbelievable", 100000)
	for _, c := range []struct {
		name, text string
		candidates []string
		want       string
	}{
		{"nothing", "", nil, "und"},
		{"an address does not count", "https://www.example.com/this/is/the/way Das ist ja wunderbar", nil, "de"},
		{"names and tags do not count", "@thebestofthebest #lovelyday #thisisthelife ich weiß es nicht", nil, "de"},
		{"tags count if there is nothing else", "#merci #beaucoup #aujourdhui #vacances", nil, "fr"},
		{"a name runs into Chinese", "@anna今天天气很好", nil, "zh"},
		{"long letters", "Das ist soooooooooo schöööööön heuteeeeee", nil, "de"},
		{"in capitals", "WAS FÜR EIN SCHÖNER TAG HEUTE", nil, "de"},
		{"accents as signs of their own", "il e\u0301tait de\u0301ja\u0300 parti quand nous sommes arrive\u0301s", nil, "fr"},
		{"the script with most letters", "Сегодня мы слушали Bohemian Rhapsody весь вечер", nil, "ru"},
		{"Japanese with little kana", "東京都知事選挙の開票結果が速報", nil, "ja"},
		{"Chinese with an English name", "我很喜欢 iPhone 的相机", nil, "zh"},
		{"no candidate has the script", "Сегодня хорошая погода", []string{"en", "de"}, "und"},
		{"the only candidate of its script", "qwrt zxcv", []string{"de", "ru"}, "de"},
		{"restricted", "Não sei por que você gosta tanto disso", []string{"es", "en"}, "es"},
		{"a region does not count", "Eu gosto muito de você", []string{"pt-BR", "es"}, "pt"},
		{"Norwegian by another tag", "Jeg vet ikke hva det er", []string{"nb", "sv"}, "no"},
		{"Hindi in Latin letters is off", "yeh bahut accha hai yaar, mujhe nahi pata tha", nil, "not hi-Latn"},
		{"and on if named", "yeh bahut accha hai yaar, mujhe nahi pata tha", []string{"hi", "en"}, "hi-Latn"},
		{"one word of a megabyte", word, []string{"en"}, "en"},
		{"no UTF-8", "\xff\xfe das \x80 ist \xc3 nicht \xed\xa0\x80 gut", nil, "de"},
		{"a megabyte of no UTF-8", strings.Repeat("\xff", 1<<20), nil, "und"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tag, p := detector(t, c.candidates...).Detect(c.text)
			if not, ok := strings.CutPrefix(c.want, "not "); ok && tag == not || !ok && tag != c.want {
				t.Errorf("%s (%.2f), want %s", tag, p, c.want)
			}
		})
	}
}

// TestGrams checks how words are cut, as eld cuts them.
func TestGrams(t *testing.T) {
	for word, want := range map[string]string{
		"a": " a ", "abcd": " abcd ", "abcde": " abcd|bcde ", "abcdefgh": " abcd|defg|efgh ", "été": " \xc3\xa9t\xc3|\xa9t\xc3\xa9 ",
	} {
		var got []string
		Grams(word, func(g []byte) { got = append(got, string(g)) })
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}

// TestSame checks that what is said to make no difference makes none.
func TestSame(t *testing.T) {
	d := detector(t)
	for a, b := range map[string]string{
		"schöööööön heuteeeee":      "schöön heutee",
		"GUTEN MORGEN ÖSTERREICH":   "guten morgen österreich",
		"das das ist das":           "das ist",
		"so https://a.de/ein/wort!": "so",
		"so @einer #tag":            "so",
	} {
		tagA, p := d.Detect(a)
		tagB, q := d.Detect(b)
		if tagA != tagB || p != q {
			t.Errorf("%s %v for %q, %s %v for %q", tagA, p, a, tagB, q, b)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, tag := range []string{"xx", "", "english", "und"} {
		if _, err := New("de", tag); err == nil {
			t.Errorf("%q was accepted", tag)
		}
	}
	if n := len(Languages()); n < 60 {
		t.Errorf("%d languages", n)
	}
}

// TestDetectHolds checks what the package promises, for any text.
func TestDetectHolds(t *testing.T) {
	all, few := detector(t), detector(t, "de", "ar", "ja")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("abcdeéß ’'@#h tp:/اهلاдежがの")), 0, 200, -1)).Draw(t, "text")
		tag, p := all.Detect(text)
		check(t, tag, p)
		if again, q := all.Detect(text); again != tag || q != p {
			t.Fatalf("%s, then %s", tag, again)
		}
		tag, p = few.Detect(text)
		check(t, tag, p)
		if !strings.Contains("und de ar ja", tag) {
			t.Fatalf("%s is no candidate", tag)
		}
	})
}

// check checks an answer by itself.
func check(t interface{ Fatalf(string, ...any) }, tag string, p float64) {
	if math.IsNaN(p) || p < 0 || p > 1 || (p == 0) != (tag == Unknown) || tag == "" {
		t.Fatalf("%q with %v", tag, p)
	}
}

func FuzzDetect(f *testing.F) {
	for _, s := range []string{"", "\xff", "@", "#", "http", "a'", "'a", "ノート", "#日本語", "été’’", strings.Repeat("é", 100)} {
		f.Add(s)
	}
	d := detector(f)
	f.Fuzz(func(t *testing.T, text string) {
		tag, p := d.Detect(text)
		check(t, tag, p)
	})
}

// TestReadGrams gives the reader tables that are broken in every way that
// shortening and turning over bytes makes.
func TestReadGrams(t *testing.T) {
	small := append([]byte(Magic), 2, 2, 'd', 'e', 2, 'e', 'n', 2, 5, 1, 0, 7, 3, 2, 0, 1, 1, 2)
	g, err := readGrams(small)
	if err != nil || len(g.tags) != 2 || g.find(5) < 0 || g.find(8) < 0 || g.find(6) >= 0 {
		t.Fatal(g, err)
	}
	for n := range small {
		if _, err := readGrams(small[:n]); err == nil {
			t.Errorf("the first %d bytes pass for a table", n)
		}
	}
	for i := range small {
		broken := append([]byte(nil), small...)
		broken[i] ^= 0xFF
		readGrams(broken) // must not panic
	}
}

// TestConcurrent uses one detector from many goroutines.
func TestConcurrent(t *testing.T) {
	d := detector(t)
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for _, s := range sentences(t) {
				if tag, _ := d.Detect(s[1]); tag != s[0] {
					t.Errorf("%s taken for %s", s[0], tag)
				}
			}
		})
	}
	wait.Wait()
}

func TestAllocates(t *testing.T) {
	d := detector(t)
	text := "Nothing is allocated for a text, été comme hiver."
	if n := testing.AllocsPerRun(100, func() { d.Detect(text) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkDetect(b *testing.B) {
	d := detector(b)
	var texts []string
	for _, s := range sentences(b) {
		if utf8.RuneCountInString(s[1]) > 20 {
			texts = append(texts, s[1])
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		d.Detect(texts[i])
		i = (i + 1) % len(texts)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}
