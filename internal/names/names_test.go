package names

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/query"
	"tribune/internal/rising"
)

var now = time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)

// TestRead checks what looks like a name; what only may be one is in brackets.
func TestRead(t *testing.T) {
	for _, c := range []struct{ language, text, want string }{
		{"en", "I moved from Acme to Galaxy Fold 7 yesterday.", "Acme|Galaxy|Galaxy Fold|Galaxy Fold 7|Fold|Fold 7"},
		{"en", "Yesterday Acme broke. Acme again!", "(Yesterday)|(Yesterday Acme)|Acme|(Acme)"},
		{"en", "my iPad and the A5X, not the 5000 or on Monday, I think", "iPad|A5X"},
		{"en", "ask @PenCo about #inkgate on #5", "PenCo|inkgate"},
		{"en", `they call it “Blue Whale” and "not this" or "Ink"`, "(Blue)|(Blue Whale)|Whale|(Ink)|Blue Whale|Ink"},
		{"en", "EVERYTHING IS TERRIBLE WITH ACME TODAY", ""},
		{"en", "The Best Pens Of The Whole Year", ""},
		{"en", "Fine, I like Marks & Spencer", "(Fine)|Marks|Marks Spencer|Spencer"},
		{"de", "der Akku von Acme und ein neues Heft bei Notio", "(Akku)|Acme|(Heft)|Notio"},
		{"ja", "新しいノートブックと「青い鯨」が好き", "ノートブック|青い鯨"},
		{"zh", "我喜欢《蓝鲸》", "蓝鲸"},
		{"en", "\xff @ # “” “ @\xff A", ""},
		{"", "", ""},
	} {
		var got []string
		for _, n := range read(newLists(), c.language, c.text, query.Tokenize(c.text).Tokens) {
			if n.strong {
				got = append(got, n.text)
			} else {
				got = append(got, "("+n.text+")")
			}
		}
		if diff := cmp.Diff(strings.ReplaceAll(c.want, "Marks Spencer", "Marks & Spencer"), strings.Join(got, "|")); diff != "" {
			t.Errorf("%q: %s", c.text, diff)
		}
	}
}

// chatter makes posts about pens over the newest week and four before.
func chatter(r *rand.Rand, n int) []rising.Post {
	words := strings.Fields("the a pen paper ink cover is was very good bad nice with for my your our new old late early blue green left right hand shop ship box price like love need see page note line book")
	begin := strings.Fields("The My Our Your This Nice Good Well Paper Ink")
	old := strings.Fields("Inkwell Penway Scriba Tintenfass")
	posts := make([]rising.Post, n)
	for i := range posts {
		var b strings.Builder
		b.WriteString(begin[r.IntN(len(begin))])
		for range 9 + r.IntN(9) {
			b.WriteByte(' ')
			if r.IntN(60) == 0 {
				b.WriteString(old[r.IntN(len(old))])
			} else {
				b.WriteString(words[r.IntN(len(words))])
			}
		}
		posts[i] = rising.Post{ID: int64(i), Author: r.Int64N(int64(n)/3 + 1), At: now.Add(-time.Duration(r.Int64N(int64(35 * 24 * time.Hour)))), Language: "en", Text: b.String()}
	}
	return posts
}

// say puts text into every n-th post of a week, 0 being the newest.
func say(posts []rising.Post, week, n int, text string) {
	for i := range posts {
		if int(now.Sub(posts[i].At)/(7*24*time.Hour)) == week && i%n == 0 {
			posts[i].Text += text
		}
	}
}

func emerging(posts []rising.Post, known ...string) []Name {
	f := New(rising.Options{Now: now}, known)
	for _, p := range posts {
		f.Add(p)
	}
	return f.Names()
}

// TestEmerging checks that new names come out as they are written, and nothing
// that is old, known, common, said by one or only capitalised where everything is.
func TestEmerging(t *testing.T) {
	posts := chatter(rand.New(rand.NewPCG(1, 1)), 6000)
	say(posts, 0, 19, " than Moleskin Pro really")
	say(posts, 0, 37, ". Moleskin Pro it is")
	say(posts, 0, 23, " ask @PaperTiger now")
	say(posts, 0, 29, " my iNote too")
	say(posts, 0, 58, " my iNote Max too")
	say(posts, 0, 31, " of Acme Pens and of Rivalo now") // both known
	say(posts, 0, 41, " Great again")                    // capitalised by chance
	for week := range 5 {
		say(posts, week, 43, " by Steadtler now")
		say(posts, week, 17, " a great pen")
	}
	for i := range 200 {
		posts = append(posts, rising.Post{ID: int64(1e6 + i), Author: 7, At: now.Add(-time.Duration(i) * time.Minute), Language: "en", Text: fmt.Sprintf("number %d of Spamcoin is here", i)},
			rising.Post{ID: int64(2e6 + i), Author: int64(1e6 + i), At: now.Add(-time.Duration(i) * time.Minute), Language: "en", Text: fmt.Sprintf("Ten Reasons Why Everybody Loves Pens %d", i)},
			rising.Post{ID: int64(3e6 + i), Author: int64(2e6 + i), At: now.Add(-time.Duration(i) * time.Minute), Language: "en", Text: "follow Spamcoin and win something now"})
	}
	got := emerging(posts, "Acme", "rivalo")
	var texts []string
	for _, n := range got {
		texts = append(texts, n.Text)
		if n.Now < 5 || n.Ratio < 2 || n.P > 1e-3 || len(n.Posts) == 0 {
			t.Errorf("%+v", n)
		}
		for _, id := range n.Posts {
			if !strings.Contains(posts[id].Text, n.Text) {
				t.Errorf("%s is not in %q", n.Text, posts[id].Text)
			}
		}
	}
	slices.Sort(texts)
	if diff := cmp.Diff([]string{"Moleskin Pro", "PaperTiger", "iNote"}, texts); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(got, emerging(posts, "Acme", "rivalo")); diff != "" {
		t.Error("another run finds something else: ", diff)
	}
	if unknown := emerging(posts); len(unknown) != 5 {
		t.Errorf("with nothing known: %+v", unknown)
	}
}

// TestShuffled holds the bar that chance makes at most one name on average, on
// made-up posts and, where they are, on real ones dated by chance.
func TestShuffled(t *testing.T) {
	const rounds = 5
	for name, texts := range map[string][]string{"made up": nil, "real": tweets(t, "english")} {
		found := 0
		for round := range rounds {
			posts := chatter(rand.New(rand.NewPCG(uint64(round), 5)), 3000)
			for i, text := range texts {
				posts[i].Text = text
			}
			if texts != nil {
				posts = posts[:len(texts)]
			}
			found += len(emerging(posts))
		}
		t.Logf("%s: %d names in %d rounds of chance", name, found, rounds)
		if found > rounds {
			t.Errorf("%s: %d names in %d rounds of chance, at most one a round is allowed", name, found, rounds)
		}
	}
}

// tweets reads real texts, at most 3,000; none if they are not there.
func tweets(t testing.TB, language string) []string {
	file, err := os.Open("../../../shared/data/language/umsab_" + language + "_train.tsv.gz")
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

// FuzzNames feeds any text, in several copies that differ.
func FuzzNames(f *testing.F) {
	f.Add("en", "Acme “Blue Whale” @x #y 「青い鯨」 \xff½ A5X")
	f.Add("de", "der Akku „Ein“ «")
	f.Fuzz(func(t *testing.T, language, text string) {
		var posts []rising.Post
		for i := range 20 {
			posts = append(posts, rising.Post{ID: int64(i), Author: int64(i), At: now.Add(-time.Duration(i/10*24) * time.Hour), Language: language, Text: fmt.Sprint(i, " ", text)},
				rising.Post{ID: int64(100 + i), Author: int64(i), At: now.Add(-time.Duration(10+i) * 24 * time.Hour), Text: fmt.Sprint("of Old ", i)})
		}
		for _, n := range emerging(posts, "Old") {
			if n.Text == "" || len(n.Posts) == 0 {
				t.Errorf("%+v", n)
			}
		}
	})
}

func BenchmarkNames(b *testing.B) {
	posts := chatter(rand.New(rand.NewPCG(6, 6)), 50_000)
	b.ReportAllocs()
	for b.Loop() {
		emerging(posts)
	}
	b.ReportMetric(float64(b.N)*float64(len(posts))/b.Elapsed().Seconds(), "posts/s")
}
