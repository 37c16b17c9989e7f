package burst

import (
	"cmp"
	"slices"
	"time"

	"tribune/internal/keyness"
	"tribune/internal/rate"
)

// Post is what is looked at to say what drove a burst.
type Post struct {
	Author int64
	Words  []string // folded, in order
	Links  []string
}

// Driver is an author or a link that is more frequent than it was.
type Driver[K cmp.Ordered] struct {
	Key         K
	Now, Before int     // posts of an author; authors of a link
	P           float64 // the chance that the rate did not change
}

// Drivers is what is new in a burst, the most telling first.
type Drivers struct {
	Words   []keyness.Term // by their share of all words
	Authors []Driver[int64]
	Links   []Driver[string]
}

// Limits of what drove a burst.
const (
	falseDrivers = .01 // share of authors and links that may be chance
	mostDrivers  = 20  // of each kind
)

// Drove says what drove a burst: which words, authors and links are more
// frequent in its posts, said in the time now, than in those of the time before.
// A word or a link needs enough authors in the burst (0 takes keyness.Authors),
// an author as many posts. skip names words that are not shown, as for
// keyness.Terms. The order of posts does not matter.
func Drove(burst, baseline []Post, now, before time.Duration, enough int, skip func(word string) bool) Drivers {
	if enough <= 0 {
		enough = keyness.Authors
	}
	share := float64(now) / float64(now+before)
	if !(share > 0 && share < 1) {
		return Drivers{}
	}
	pair := keyness.New(enough)
	inBurst := map[string]map[int64]struct{}{}
	for _, p := range burst {
		words := distinct(p.Words)
		pair.AddA(p.Author, words)
		for _, w := range words {
			note(inBurst, w, p.Author, enough)
		}
	}
	for _, p := range baseline {
		pair.AddB(p.Author, distinct(p.Words))
	}
	few := func(word string) bool { return len(inBurst[word]) < enough || skip != nil && skip(word) }
	var d Drivers
	d.Words, _ = pair.Terms(keyness.A0, keyness.Z, mostDrivers, few)
	d.Authors = risen(authors(burst), authors(baseline), share, enough)
	d.Links = risen(links(burst), links(baseline), share, enough)
	return d
}

// distinct gives each word once.
func distinct(words []string) []string {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

// note counts who said a thing, up to most.
func note(who map[string]map[int64]struct{}, key string, author int64, most int) {
	if who[key] == nil {
		who[key] = map[int64]struct{}{}
	}
	if len(who[key]) < most {
		who[key][author] = struct{}{}
	}
}

// authors counts the posts of each.
func authors(posts []Post) map[int64]int {
	counts := map[int64]int{}
	for _, p := range posts {
		counts[p.Author]++
	}
	return counts
}

// links counts the authors of each.
func links(posts []Post) map[string]int {
	who := map[string]map[int64]struct{}{}
	for _, p := range posts {
		for _, l := range p.Links {
			note(who, l, p.Author, len(posts))
		}
	}
	counts := map[string]int{}
	for l, authors := range who {
		counts[l] = len(authors)
	}
	return counts
}

// risen gives what is more frequent now than its rate before explains.
func risen[K cmp.Ordered](now, before map[K]int, share float64, enough int) []Driver[K] {
	var all []Driver[K]
	for key, n := range now {
		if n >= enough {
			all = append(all, Driver[K]{key, n, before[key], rate.Rose(float64(n), float64(before[key]), share)})
		}
	}
	slices.SortFunc(all, func(a, b Driver[K]) int {
		return cmp.Or(cmp.Compare(a.P, b.P), cmp.Compare(b.Now, a.Now), cmp.Compare(a.Key, b.Key))
	})
	chances := make([]float64, len(all))
	for i := range all {
		chances[i] = all[i].P
	}
	found := len(rate.Discoveries(chances, len(now), falseDrivers))
	return all[:min(found, mostDrivers)]
}
