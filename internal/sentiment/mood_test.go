package sentiment

import (
	"math"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"tribune/internal/sentiment/feature"
)

// plain are texts whose mood is beyond doubt, written for this test.
var plain = []struct {
	tag, text string
	mood      Mood
}{
	{"en", "I love this notebook, the paper is wonderful and the service was great!", Positive},
	{"en", "Worst service ever. It arrived broken and nobody answers. I am so angry.", Negative},
	{"en", "The shop opens at nine and is next to the station.", Unclear},
	{"fr", "J’adore ce carnet, il est magnifique, merci beaucoup !", Positive},
	{"fr", "Quelle honte, un service nul et une livraison catastrophique.", Negative},
	{"fr", "La boutique ouvre à neuf heures, à côté de la gare.", Unclear},
	{"de", "Ich liebe dieses Notizbuch, es ist wunderschön und der Service war toll!", Positive},
	{"de", "So ein Mist, schon wieder kaputt. Furchtbarer Service, ich bin enttäuscht und sauer.", Negative},
	{"de", "Der Laden öffnet um neun Uhr und liegt neben dem Bahnhof.", Unclear},
	{"es", "Me encanta este cuaderno, es precioso, ¡muchas gracias!", Positive},
	{"es", "Qué vergüenza de servicio, es horrible y estoy harta.", Negative},
	{"it", "Adoro questo quaderno, è bellissimo, grazie mille!", Positive},
	{"it", "Che vergogna, servizio pessimo, sono arrabbiato e deluso.", Negative},
	{"pt", "Amei o caderno, é lindo demais, parabéns!", Positive},
	{"pt", "Que vergonha, péssimo atendimento, odiei.", Negative},
	{"ar", "هذا الدفتر رائع وجميل جدا، شكرا لكم", Positive},
	{"ar", "خدمة سيئة جدا، كذب ونصب، فشل كامل", Negative},
	{"und", "😍😍🎉", Positive},
}

func TestPlain(t *testing.T) {
	m := Default()
	for _, c := range plain {
		if mood, p := m.Classify(c.text, c.tag); mood != c.mood {
			t.Errorf("%s %v, not %s: %s", mood, p, c.mood, c.text)
		}
	}
}

func TestClassify(t *testing.T) {
	m := Default()
	for name, text := range map[string]string{
		"nothing":              "",
		"spaces":               " \n\t ",
		"a megabyte of a word": strings.Repeat("x", 1<<20),
		"a megabyte of words":  strings.Repeat("so sad ", 1<<17),
		"no UTF-8":             "\xff\xfe\x80 bad \xed\xa0\x80",
		"zeros":                "a\x00b\x00",
		"half an escape":       `bad \u20`,
		"an escaped half":      `\ud83d\ude00`,
		"private characters":   "\uE001\uE002 nice",
	} {
		t.Run(name, func(t *testing.T) {
			for _, tag := range []string{"en", "ar", "und", "ja", ""} {
				mood, p := m.Classify(text, tag)
				checkMood(t, mood, p)
			}
		})
	}
	if mood, _ := m.Classify("I love it, wonderful, the best ever!", "ja"); mood != Unclear {
		t.Errorf("%s in a language that was never learnt", mood)
	}
	for tag, want := range map[string]bool{"en": true, "hi-Latn": true, "hi": false, "ja": false, "und": false, "": false} {
		if Learnt(tag) != want {
			t.Errorf("Learnt(%q) is %v", tag, !want)
		}
	}
}

// checkMood checks an answer by itself.
func checkMood(t interface{ Fatalf(string, ...any) }, mood Mood, p [Classes]float32) {
	sum := 0.0
	for _, v := range p {
		if math.IsNaN(float64(v)) || v < 0 || v > 1 {
			t.Fatalf("%v", p)
		}
		sum += float64(v)
	}
	if math.Abs(sum-1) > 1e-5 {
		t.Fatalf("%v add up to %v", p, sum)
	}
	if mood == Positive && p[PositiveClass] < Sure || mood == Negative && p[NegativeClass] < Sure {
		t.Fatalf("%s with %v", mood, p)
	}
}

// TestFirstPart checks that what stands beyond the first part of a text changes
// nothing.
func TestFirstPart(t *testing.T) {
	m := Default()
	long := strings.Repeat("word ", 4096/5+1)
	_, a := m.Classify(long, "en")
	_, b := m.Classify(long+strings.Repeat("wonderful ", 1000), "en")
	if a != b {
		t.Errorf("%v, then %v", a, b)
	}
}

func TestClassifyHolds(t *testing.T) {
	m := Default()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringOfN(rapid.RuneFrom([]rune("ab not!? 'é:)(#@😍\\u&;اه")), 0, 100, -1)).Draw(t, "text")
		tag := rapid.SampledFrom([]string{"en", "fr", "ar", "hi-Latn", "ko"}).Draw(t, "tag")
		mood, p := m.Classify(text, tag)
		checkMood(t, mood, p)
		if _, q := m.Classify(text, tag); p != q {
			t.Fatalf("%v, then %v", p, q)
		}
	})
}

func FuzzClassify(f *testing.F) {
	for _, s := range []string{"", "\xff", "@", "@a", "http", `\u2019`, "&amp;", "&am", "''", "a'", ":-", "<", "😀\ufe0f", "ـ", "aaaaaaa"} {
		f.Add(s, "en")
		f.Add(s, "ar")
	}
	m := Default()
	f.Fuzz(func(t *testing.T, text, tag string) {
		mood, p := m.Classify(text, tag)
		checkMood(t, mood, p)
	})
}

// TestConcurrent uses one model from many goroutines.
func TestConcurrent(t *testing.T) {
	m := Default()
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for range 20 {
				for _, c := range plain {
					if mood, _ := m.Classify(c.text, c.tag); mood != c.mood {
						t.Errorf("%s", c.text)
					}
				}
			}
		})
	}
	wait.Wait()
}

func TestSize(t *testing.T) {
	if Size() > 2_000_000 {
		t.Errorf("the weights have %d bytes", Size())
	}
}

// TestRead gives the reader files that are broken: each is refused, none panics.
func TestRead(t *testing.T) {
	p := tiny(t)
	file, err := p.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Read(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := m.parts.Append(nil)
	if err != nil || string(again) != string(file) {
		t.Error("what was read is not what was written", err)
	}
	for n := range file {
		if _, err := Read(file[:n]); err == nil {
			t.Fatalf("the first %d bytes pass for weights", n)
		}
	}
	for i := range file {
		broken := append([]byte(nil), file...)
		broken[i] ^= 0x10
		if _, err := Read(broken); err == nil {
			t.Fatalf("weights pass with byte %d wrong", i)
		}
	}
	p.Meta.Recipe++
	if _, err := New(p); err == nil {
		t.Error("weights of another recipe pass")
	}
}

// tiny makes parts with a few buckets.
func tiny(t *testing.T) Parts {
	x := &feature.Lexicon{}
	x.Add("good", feature.Own, feature.English, 2)
	x.Add("very bad", feature.Own, feature.English, -2)
	x.Seal()
	return Parts{Meta: Meta{Recipe: Recipe, WordBits: 2, CharBits: 3, Note: "tiny"}, Lexicon: x, Buckets: make([]Bucket, 12), WordScale: 1}
}

// TestScore works a score out by hand.
func TestScore(t *testing.T) {
	p := tiny(t)
	p.WordScale, p.CharScale = 0.5, 2
	for i := range p.Buckets[:4] {
		p.Buckets[i] = Bucket{10, [Classes]int8{1, 2, 3}}
	}
	for i := range p.Buckets[4:] {
		p.Buckets[4+i] = Bucket{20, [Classes]int8{-1, 0, 4}}
	}
	p.Dense[feature.Other][0][0], p.Dense[feature.English][0][0] = 0.25, 0.5 // of the constant
	m, err := New(p)
	if err != nil {
		t.Fatal(err)
	}
	r := &feature.Reader{WordBits: 2, CharBits: 3}
	r.Read(p.Lexicon, "mug", feature.English)
	words, chars := 0.5*math.Sqrt(float64(len(r.Words))), 2*math.Sqrt(float64(len(r.Chars)))
	got := m.Score("mug", feature.English)
	for k, want := range [Classes]float64{words - chars + 0.75, 2 * words, 3*words + 4*chars} {
		if math.Abs(got[k]-want) > 1e-6 {
			t.Errorf("class %d: %v, want %v", k, got[k], want)
		}
	}
	if other := m.Score("mug", feature.Other); math.Abs(got[0]-other[0]-0.5) > 1e-6 {
		t.Errorf("without a language %v", other)
	}
}

func BenchmarkClassify(b *testing.B) {
	m := Default()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		c := &plain[i]
		m.Classify(c.text, c.tag)
		i = (i + 1) % len(plain)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "posts/s")
}
