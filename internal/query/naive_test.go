package query

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// naive evaluates a query the plainest way, straight from what docs/query.md
// says. It shares with the package only what words, folding and the tree of a
// query are.
type naive struct {
	post  Post
	words []string // folded
	raw   []string // the same words as they are written
}

func newNaive(p Post) naive {
	n := naive{post: p}
	for _, t := range Tokenize(p.Text).Tokens {
		n.words = append(n.words, t.Word)
		n.raw = append(n.raw, p.Text[t.Start:t.End])
	}
	return n
}

func (v naive) holds(n *node) bool {
	switch n.op {
	case opNot:
		return !v.holds(n.kids[0])
	case opAnd:
		for _, k := range n.kids {
			if !v.holds(k) {
				return false
			}
		}
		return true
	case opOr, opSaved:
		for _, k := range n.kids {
			if v.holds(k) {
				return true
			}
		}
		return false
	case opNear:
		return v.near(n, 0, [2]int{})
	case opField:
		return v.field(n)
	}
	return len(v.ranges(n)) > 0
}

// near tries every place of the kid at i after one of the kid before it.
func (v naive) near(n *node, i int, last [2]int) bool {
	if i == len(n.kids) {
		return true
	}
	for _, r := range v.ranges(n.kids[i]) {
		if i > 0 {
			after := r[0] >= last[1] && r[0]-(last[1]-1) <= n.steps[i-1].most
			before := last[0] >= r[1] && last[0]-(r[1]-1) <= n.steps[i-1].most
			if !after && (n.steps[i-1].ordered || !before) {
				continue
			}
		}
		if v.near(n, i+1, r) {
			return true
		}
	}
	return false
}

// ranges gives every place of a part in the text.
func (v naive) ranges(n *node) [][2]int {
	var out [][2]int
	if n.op != opTerm {
		for _, k := range n.kids {
			out = append(out, v.ranges(k)...)
		}
		return out
	}
	if n.atoms[0].kind == atomMark {
		return v.marked(n.atoms[0].text)
	}
	for i := 0; i+len(n.atoms) <= len(v.words); i++ {
		fits := true
		for j, a := range n.atoms {
			fits = fits && v.fits(a, i+j)
		}
		if fits {
			out = append(out, [2]int{i, i + len(n.atoms)})
		}
	}
	return out
}

func (v naive) fits(a atom, i int) bool {
	switch a.kind {
	case atomGlob:
		pattern := strings.NewReplacer(`\*`, ".*", `\?`, ".").Replace(regexp.QuoteMeta(a.text))
		return regexp.MustCompile("(?s)^" + pattern + "$").MatchString(v.words[i])
	case atomFuzzy:
		return utf8.RuneCountInString(v.words[i]) <= maxFuzzy && mistakes([]rune(a.text), []rune(v.words[i]), a.distance)
	case atomExact:
		return v.words[i] == a.text && exactForm(v.raw[i]) == a.raw
	}
	return v.words[i] == a.text
}

// mistakes reports whether b can be written by making at most n mistakes in
// writing a.
func mistakes(a, b []rune, n int) bool {
	switch {
	case n < 0:
		return false
	case len(a) == 0 || len(b) == 0:
		return len(a)+len(b) <= n
	case a[0] == b[0] && mistakes(a[1:], b[1:], n):
		return true
	}
	return mistakes(a[1:], b, n-1) || mistakes(a, b[1:], n-1) || mistakes(a[1:], b[1:], n-1) ||
		len(a) > 1 && len(b) > 1 && a[0] == b[1] && a[1] == b[0] && mistakes(a[2:], b[2:], n-1)
}

var (
	hashtag = regexp.MustCompile(`[#＃][\p{L}\p{M}\p{N}\p{Pc}]+`)
	handle  = regexp.MustCompile(`[@＠][\p{L}\p{M}\p{N}\p{Pc}]+([.-][\p{L}\p{M}\p{N}\p{Pc}]+)*([@＠][\p{L}\p{M}\p{N}\p{Pc}]+([.-][\p{L}\p{M}\p{N}\p{Pc}]+)*)?`)
)

// marked gives the places of a hashtag or handle.
func (v naive) marked(name string) [][2]int {
	pattern := hashtag
	if name[0] == '@' {
		pattern = handle
	}
	var out [][2]int
	for _, at := range pattern.FindAllStringIndex(v.post.Text, -1) {
		before, _ := utf8.DecodeLastRuneInString(v.post.Text[:at[0]])
		if at[0] > 0 && (unicode.In(before, unicode.L, unicode.M, unicode.N, unicode.Pc) || isEmoji(before)) {
			continue
		}
		whole := Fold(v.post.Text[at[0]:at[1]])
		first := len(Words(v.post.Text[:at[0]]))
		short, _, _ := strings.Cut(whole[1:], "@")
		if whole == name {
			out = append(out, [2]int{first, first + len(Words(whole))})
		} else if name == "@"+short {
			out = append(out, [2]int{first, first + len(Words(short))})
		}
	}
	return out
}

func (v naive) field(n *node) bool {
	p := v.post
	line := func(w []string) string { return "\n" + strings.Join(w, "\n") + "\n" }
	has := func(name string) bool {
		var want []string
		for _, a := range n.atoms {
			want = append(want, a.text)
		}
		return strings.Contains(line(Words(name)), line(want))
	}
	switch n.field {
	case fieldAuthor:
		if want, ok := strings.CutPrefix(n.String(), "author:@"); ok {
			whole := Fold(strings.TrimLeft(p.Handle, "@"))
			short, _, _ := strings.Cut(whole, "@")
			return whole == want || short == want
		}
		return has(p.Author) || has(p.Handle)
	case fieldSource:
		return has(p.Source)
	case fieldSite:
		site := strings.ToLower(p.Site)
		if site == "" && p.URL != "" {
			site, _, _ = strings.Cut(strings.Split(strings.ToLower(p.URL), "/")[2], ":")
		}
		return strings.HasSuffix("."+strings.TrimPrefix(site, "www."), "."+n.value)
	case fieldLang:
		return strings.HasPrefix(strings.ReplaceAll(strings.ToLower(p.Language), "_", "-")+"-", n.value+"-")
	case fieldCountry:
		return strings.ReplaceAll(strings.ToLower(p.Country), "uk", "gb") == n.value
	case fieldSentiment:
		return p.Sentiment == n.value || p.Sentiment == "neutral" && n.value == "unclear"
	case fieldReach:
		return p.Reach > 0 && map[string]bool{">": p.Reach > n.number, ">=": p.Reach >= n.number, "<": p.Reach < n.number, "<=": p.Reach <= n.number}[n.value]
	}
	switch n.value {
	case "link":
		return p.HasLink || link.MatchString(p.Text)
	case "image":
		return p.HasImage
	}
	return strings.ContainsAny(link.ReplaceAllString(p.Text, " "), "?？؟")
}

var link = regexp.MustCompile(`(?i)(^|[^a-z0-9_])(https?://|www\.[a-z0-9_])\S*`)
