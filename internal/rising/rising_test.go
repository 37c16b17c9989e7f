package rising

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var now = time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)

// chatter makes posts of words as frequent as words are, by authors of whom few
// write much, over the newest week and four before. Authors have their topics,
// and some words come in waves.
func chatter(r *rand.Rand, n int) []Post {
	zipf := rand.NewZipf(r, 1.2, 4, 6000)
	active := rand.NewZipf(r, 1.1, 20, uint64(n/3+50))
	posts := make([]Post, n)
	for i := range posts {
		author := int64(active.Uint64())
		var b strings.Builder
		for range 12 + r.IntN(16) {
			w := zipf.Uint64()
			if r.IntN(10) == 0 {
				w = 6000 + uint64(author)%50 // what this author always says
			}
			fmt.Fprintf(&b, "w%c%c%d ", 'a'+w%7, 'a'+w/7%7, w/49)
		}
		posts[i] = Post{ID: int64(i), Author: author, At: now.Add(-time.Duration(r.Int64N(int64(5 * 7 * 24 * time.Hour)))), Language: "en", Text: b.String()}
	}
	return posts
}

func topics(posts []Post, o Options) []Topic {
	o.Now = now
	f := New(o)
	for _, p := range posts {
		f.Add(p)
	}
	return f.Topics()
}

// say puts text into every n-th post of a week, 0 being the newest.
func say(posts []Post, week, n int, text string) {
	for i := range posts {
		if int(now.Sub(posts[i].At)/(7*24*time.Hour)) == week && i%n == 0 {
			posts[i].Text += text
		}
	}
}

// TestPlanted checks that what was put in comes out, grouped, with its posts
// and as it was written, and nothing else.
func TestPlanted(t *testing.T) {
	posts := chatter(rand.New(rand.NewPCG(1, 1)), 6000)
	for week := range 5 {
		say(posts, week, 17, " the left-handed notebook ") // steady
	}
	say(posts, 0, 23, " Battery recall for the Café model https://example.org/recall?id=1 ")
	say(posts, 3, 97, " battery recall ")
	say(posts, 0, 29, " 電池回収 ")
	say(posts, 0, 31, " firmware update ")
	say(posts, 0, 62, " failed ")     // half of it
	say(posts, 2, 11, " trade fair ") // has been and gone
	got := topics(posts, Options{})
	var lines []string
	for _, topic := range got {
		var terms []string
		for _, term := range topic.Terms {
			terms = append(terms, term.Text)
		}
		lines = append(lines, strings.Join(terms, " | "))
		for _, id := range topic.Posts[:5] {
			if !strings.Contains(strings.ToLower(posts[id].Text), strings.ToLower(topic.Terms[0].Text)) {
				t.Errorf("%q is not in %q", topic.Terms[0].Text, posts[id].Text)
			}
		}
		if len(topic.Posts) < topic.Authors && len(topic.Posts) < mostPost || topic.Language != "en" || topic.Terms[0].Now < 5 || topic.Terms[0].Ratio < 2 {
			t.Errorf("%+v", topic)
		}
	}
	if len(lines) != 3 || lines[0] != "Battery recall for the Café model" || lines[1] != "電池回収" || lines[2] != "firmware update" {
		t.Errorf("found %q", lines)
	}
	if again := topics(posts, Options{}); cmp.Diff(got, again) != "" {
		t.Error("another run finds something else")
	}
}

// TestApostrophes writes topics as people do.
func TestApostrophes(t *testing.T) {
	for language, said := range map[string]string{
		"en": " they don't ship ", "fr": " l’encre d'automne ", "it": " dell'inchiostro ", "nl": " zo'n idee "} {
		posts := chatter(rand.New(rand.NewPCG(1, 1)), 3000)
		for i := range posts {
			posts[i].Language = language
		}
		say(posts, 0, 19, said)
		got := topics(posts, Options{})
		want := strings.ReplaceAll(strings.TrimSpace(said), "'", "’")
		if len(got) != 1 || got[0].Terms[0].Text != want {
			t.Errorf("%+v, want %s", got, want)
		}
	}
}

// TestNotRising checks what must not be taken for a topic.
func TestNotRising(t *testing.T) {
	base := chatter(rand.New(rand.NewPCG(2, 2)), 4000)
	other := chatter(rand.New(rand.NewPCG(9, 9)), 400)
	id := int64(len(base))
	more := func(n int, at time.Duration, change func(i int, p *Post)) []Post {
		posts := append([]Post(nil), base...)
		for i := range n {
			id++
			p := Post{ID: id, Author: 1e6 + int64(i), At: now.Add(-at - time.Duration(i)*time.Minute), Language: "en", Text: other[i].Text}
			change(i, &p)
			posts = append(posts, p)
		}
		return posts
	}
	for name, posts := range map[string][]Post{
		"nothing":                          nil,
		"only chance":                      base,
		"copies":                           more(200, time.Hour, func(_ int, p *Post) { p.Text = "crypto giveaway follow the link and win" }),
		"copies of one's own":              more(200, time.Hour, func(_ int, p *Post) { p.Author = 7; p.Text = "crypto giveaway" }),
		"another language all of a sudden": more(400, time.Hour, func(_ int, p *Post) { p.Language = "de"; p.Text = "die neue " + p.Text }),
		"the future":                       more(200, -300*time.Hour, func(_ int, p *Post) { p.Text = "crypto giveaway " + p.Text }),
		"long ago":                         more(200, 36*24*time.Hour, func(_ int, p *Post) { p.Text = "crypto giveaway " + p.Text }),
	} {
		if got := topics(posts, Options{}); len(got) > 0 {
			t.Errorf("%s: found %+v", name, got)
		}
	}
	if got := topics(more(200, time.Hour, func(_ int, p *Post) { p.Text = "crypto giveaway " + p.Text }), Options{}); len(got) != 1 || got[0].Terms[0].Text != "crypto giveaway" {
		t.Errorf("many people: found %+v, or this test tests nothing", got)
	}
	four := more(200, time.Hour, func(i int, p *Post) {
		p.Author = 1e6 + int64(i%4)
		p.Text = "crypto giveaway " + p.Text
	})
	if got := topics(four, Options{Span: 24 * time.Hour, Before: 27, False: .2}); len(got) > 0 {
		t.Errorf("four people in a day: found %+v", got)
	}
	if got := topics(base, Options{Posts: 10}); len(got) > 0 {
		t.Errorf("of ten posts: %+v", got)
	}
}

// TestWaves checks that what comes and goes every second week is not new.
func TestWaves(t *testing.T) {
	posts := chatter(rand.New(rand.NewPCG(3, 3)), 6000)
	for week := range 5 {
		if week%2 == 0 {
			say(posts, week, 20, " payday ")
		}
	}
	if got := topics(posts, Options{}); len(got) > 0 {
		t.Errorf("found %+v", got)
	}
}

// TestShuffled holds the bar that chance makes at most one topic on average, on
// made-up posts and, where they are, on real ones dated by chance.
func TestShuffled(t *testing.T) {
	const rounds = 5
	real := tweets(t)
	for name, texts := range map[string][]string{"made up": nil, "real": real} {
		found := 0
		for round := range rounds {
			r := rand.New(rand.NewPCG(uint64(round), 5))
			posts := chatter(r, 3000)
			for i, text := range texts {
				posts[i].Text = text
			}
			if texts != nil {
				posts = posts[:len(texts)]
			}
			found += len(topics(posts, Options{}))
		}
		t.Logf("%s: %d topics in %d rounds of chance", name, found, rounds)
		if found > rounds {
			t.Errorf("%s: %d topics in %d rounds of chance, at most one a round is allowed", name, found, rounds)
		}
	}
}

// tweets reads real texts, at most 3,000; none if they are not there.
func tweets(t testing.TB) []string {
	file, err := os.Open("../../../shared/data/language/umsab_english_train.tsv.gz")
	if err != nil {
		return nil
	}
	defer file.Close()
	plain, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for in := bufio.NewScanner(plain); in.Scan() && len(texts) < 3000; {
		_, text, _ := strings.Cut(in.Text(), "\t")
		texts = append(texts, text)
	}
	return texts
}

// FuzzTopics feeds any text, in several copies that differ.
func FuzzTopics(f *testing.F) {
	f.Add("a b c d e\x00\xff www. https:// 電池回収", "en")
	f.Fuzz(func(t *testing.T, text, language string) {
		var posts []Post
		for i := range 30 {
			posts = append(posts, Post{ID: int64(i), Author: int64(i), At: now.Add(-time.Duration(i/10*24) * time.Hour), Language: language, Text: fmt.Sprint(i, " ", text, " ", i/10)})
			posts = append(posts, Post{ID: int64(100 + i), Author: int64(i), At: now.Add(-time.Duration(10+i) * 24 * time.Hour), Text: fmt.Sprint(i)})
		}
		for _, topic := range topics(posts, Options{}) {
			if len(topic.Terms) == 0 || len(topic.Posts) == 0 || topic.Terms[0].Text == "" {
				t.Errorf("%+v", topic)
			}
		}
	})
}

func BenchmarkTopics(b *testing.B) {
	posts := chatter(rand.New(rand.NewPCG(6, 6)), 100_000)
	b.ReportAllocs()
	for b.Loop() {
		topics(posts, Options{})
	}
	b.ReportMetric(float64(b.N)*float64(len(posts))/b.Elapsed().Seconds(), "posts/s")
}
