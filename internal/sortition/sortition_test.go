package sortition_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/internal/sortition"
)

// people makes n applicants whose values follow from their number.
func people(n int, features ...func(i int) string) []sortition.Person {
	all := make([]sortition.Person, n)
	for i := range all {
		all[i].ID = fmt.Sprint("p", i)
		for _, f := range features {
			all[i].Values = append(all[i].Values, f(i))
		}
	}
	return all
}

func every(n int, names ...string) func(i int) string {
	return func(i int) string { return names[i/n%len(names)] }
}

// small draws a random pool with quotas that may be met or not.
func small(t *rapid.T) sortition.Draw {
	d := sortition.Draw{Seats: rapid.IntRange(1, 5).Draw(t, "seats"), Features: []string{"country", "tenure"}, Seed: rapid.String().Draw(t, "seed")}
	n := rapid.IntRange(1, 10).Draw(t, "people")
	for i := range n {
		d.People = append(d.People, sortition.Person{ID: fmt.Sprint(i), Values: []string{
			rapid.SampledFrom([]string{"FR", "NO", "BR"}).Draw(t, "country"), rapid.SampledFrom([]string{"new", "old"}).Draw(t, "tenure")}})
	}
	for _, q := range []sortition.Quota{{Feature: "country", Value: "FR"}, {Feature: "country", Value: "NO"}, {Feature: "tenure", Value: "new"}} {
		if rapid.Bool().Draw(t, "quota") {
			q.Min = rapid.IntRange(0, 3).Draw(t, "min")
			q.Max = q.Min + rapid.IntRange(0, 3).Draw(t, "more")
			d.Quotas = append(d.Quotas, q)
		}
	}
	return d
}

// fits reports whether a panel meets the quotas.
func fits(d sortition.Draw, seated []string) bool {
	if len(seated) != d.Seats {
		return false
	}
	for _, q := range d.Quotas {
		n, f := 0, slices.Index(d.Features, q.Feature)
		for _, p := range d.People {
			if slices.Contains(seated, p.ID) && p.Values[f] == q.Value {
				n++
			}
		}
		if n < q.Min || n > q.Max {
			return false
		}
	}
	return true
}

// tried is the rule of the package by brute force: go through the tickets, and
// seat whoever leaves some panel possible, trying every one.
func tried(d sortition.Draw) []string {
	order := slices.Clone(d.People)
	slices.SortFunc(order, func(a, b sortition.Person) int {
		x, y := sortition.Ticket(d.Seed, a.ID), sortition.Ticket(d.Seed, b.ID)
		return slices.Compare(x[:], y[:])
	})
	var first []string
	for set := range 1 << len(order) { // tickets from the highest bit: the best panel is the one whose early tickets are in
		var seated []string
		for i, p := range order {
			if set>>(len(order)-1-i)&1 == 1 {
				seated = append(seated, p.ID)
			}
		}
		if fits(d, seated) {
			first = seated // larger sets of bits come later, and hold earlier tickets
		}
	}
	return first
}

// TestRule holds the draw to the brute force on small pools: the same panel, or
// none in both.
func TestRule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := small(t)
		want := tried(d)
		r, err := d.Run()
		var impossible *sortition.Impossible
		switch {
		case want == nil && !errors.As(err, &impossible):
			t.Fatalf("no panel fits, and the draw gave %v, %v", r.Seated, err)
		case want != nil && err != nil:
			t.Fatalf("%v fits, and the draw said: %v", want, err)
		case want != nil && !slices.Equal(r.Seated, want):
			t.Fatalf("the draw seated %v, trying everything %v", r.Seated, want)
		}
		if err == nil && len(r.Seated)+len(r.Waiting) != len(d.People) {
			t.Fatalf("%d seated and %d waiting of %d", len(r.Seated), len(r.Waiting), len(d.People))
		}
		if err != nil && impossible.Undecided {
			t.Fatal("so small a draw was not decided")
		}
	})
}

// TestOrder checks that the order of the people changes nothing.
func TestOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := small(t)
		a, errA := d.Run()
		d.People = rapid.Permutation(d.People).Draw(t, "order")
		b, errB := d.Run()
		if (errA == nil) != (errB == nil) || cmp.Diff(a, b) != "" {
			t.Fatalf("another order gave another panel: %s", cmp.Diff(a, b))
		}
	})
}

// TestKeep checks that after somebody declined the others stay, and the seat
// goes to the next who fits.
func TestKeep(t *testing.T) {
	d := sortition.Draw{Seats: 12, Features: []string{"country"}, Seed: "2026-11-22", People: people(200, every(1, "FR", "NO", "BR", "DE")),
		Quotas: []sortition.Quota{{Feature: "country", Value: "NO", Min: 3, Max: 4}}}
	first, err := d.Run()
	if err != nil {
		t.Fatal(err)
	}
	declined := first.Seated[5]
	d.Keep = slices.Delete(slices.Clone(first.Seated), 5, 6)
	d.People = slices.DeleteFunc(d.People, func(p sortition.Person) bool { return p.ID == declined })
	second, err := d.Run()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(second.Seated[:11], d.Keep) || slices.Contains(second.Seated, declined) || !fits(d, second.Seated) {
		t.Errorf("after %s declined: %v, kept were %v", declined, second.Seated, d.Keep)
	}
}

// TestImpossible checks that what is wrong is named.
func TestImpossible(t *testing.T) {
	pool := people(20, every(1, "FR", "NO"), every(2, "new", "old"))
	for name, c := range map[string]struct {
		draw sortition.Draw
		want string
	}{
		"few people": {sortition.Draw{Seats: 30}, "there are 30 seats, and 20 people"},
		"nobody": {sortition.Draw{Seats: 5, Quotas: []sortition.Quota{{Feature: "country", Value: "BR", Min: 2, Max: 3}}},
			`country "BR" needs at least 2, and 0 can be drawn`},
		"over":  {sortition.Draw{Seats: 5, Quotas: []sortition.Quota{{Feature: "country", Value: "FR", Min: 3, Max: 5}, {Feature: "country", Value: "NO", Min: 3, Max: 5}}}, "the smallest numbers for country add up to more than the 5 seats"},
		"under": {sortition.Draw{Seats: 5, Quotas: []sortition.Quota{{Feature: "country", Value: "FR", Max: 2}, {Feature: "country", Value: "NO", Max: 2}}}, "the largest numbers for country add up to less than the 5 seats"},
	} {
		t.Run(name, func(t *testing.T) {
			c.draw.People, c.draw.Features = pool, []string{"country", "tenure"}
			_, err := c.draw.Run()
			var impossible *sortition.Impossible
			if !errors.As(err, &impossible) || err.Error() != c.want {
				t.Errorf("said %v, want %s", err, c.want)
			}
		})
	}
	together := sortition.Draw{Seats: 2, Features: []string{"country", "tenure"}, People: []sortition.Person{{"a", []string{"FR", "new"}}, {"b", []string{"FR", "new"}}, {"c", []string{"NO", "old"}}},
		Quotas: []sortition.Quota{{"country", "NO", 1, 1}, {"tenure", "new", 2, 2}}}
	if _, err := together.Run(); err == nil || err.Error() != "each quota can be met, but not all of them together" {
		t.Errorf("said %v of quotas that exclude each other", err)
	}
	for name, d := range map[string]sortition.Draw{
		"twice":   {Seats: 1, People: []sortition.Person{{ID: "a"}, {ID: "a"}}},
		"feature": {Seats: 1, People: []sortition.Person{{ID: "a"}}, Quotas: []sortition.Quota{{Feature: "x", Max: 1}}},
		"values":  {Seats: 1, Features: []string{"x"}, People: []sortition.Person{{ID: "a"}}},
		"seats":   {People: []sortition.Person{{ID: "a"}}},
		"keep":    {Seats: 1, People: []sortition.Person{{ID: "a"}}, Keep: []string{"b"}},
	} {
		var impossible *sortition.Impossible
		if _, err := d.Run(); err == nil || errors.As(err, &impossible) {
			t.Errorf("%s: said %v", name, err)
		}
	}
}

// TestLarge checks that tight quotas over three features and 10,000 people are
// decided, and met.
func TestLarge(t *testing.T) {
	d := sortition.Draw{Seats: 100, Features: []string{"country", "tribe", "tenure"}, Seed: "large",
		People: people(10_000, every(1, "FR", "NO", "BR", "DE", "US", "JP", "IT", "ES", "PT"), every(7, "left hand", "ink", "travel", "school", "none"), every(3, "new", "a year", "long"))}
	for i, v := range []string{"FR", "NO", "BR", "DE", "US", "JP", "IT", "ES", "PT"} {
		d.Quotas = append(d.Quotas, sortition.Quota{Feature: "country", Value: v, Min: 10 + i%2, Max: 12})
	}
	for _, v := range []string{"left hand", "ink", "travel", "school", "none"} {
		d.Quotas = append(d.Quotas, sortition.Quota{Feature: "tribe", Value: v, Min: 19, Max: 21})
	}
	for _, v := range []string{"new", "a year", "long"} {
		d.Quotas = append(d.Quotas, sortition.Quota{Feature: "tenure", Value: v, Min: 33, Max: 34})
	}
	r, err := d.Run()
	if err != nil {
		t.Fatal(err)
	}
	if !fits(d, r.Seated) {
		t.Errorf("the panel does not fit: %v", r.Seated)
	}
}
