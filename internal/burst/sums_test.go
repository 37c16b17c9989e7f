package burst

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"
)

// plain makes hourly counts as chance makes them, of a mean, with a rhythm of
// the day and quieter weekends; from an hour on they are so many times as many.
func plain(seed uint64, days int, mean float64, from int, by float64) []Value {
	r := rand.New(rand.NewPCG(seed, uint64(mean*1000)))
	values := make([]Value, days*24)
	for i := range values {
		at := monday.Add(time.Duration(i) * time.Hour)
		m := mean * (1 + .6*math.Sin(2*math.Pi*float64(at.Hour()-9)/24))
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			m *= .7
		}
		if i >= from {
			m *= by
		}
		values[i] = Value{At: at, Count: poisson(r, m)}
	}
	return values
}

// told gives after how many hours a change in a direction is told, 0 if it is
// not; and how many alerts there were before it, and since.
func told(t testing.TB, values []Value, from int, up bool) (after, before, since int) {
	t.Helper()
	d, err := New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range values {
		changes, err := d.Add(v.At, v.Count)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			switch {
			case !c.Opened:
			case i < from:
				before++
			default:
				since++
				if after == 0 && (c.Alert.Kind == Rise) == up {
					after = i - from + 1
				}
			}
		}
	}
	return after, before, since
}

// sizes are the changes that are tried, each after four weeks and for two days.
var sizes = []float64{2, 3, 5, .5, .2, 0}

// share tells of a change of a size in n series of a mean: how many in a hundred
// are told, the median of the hours until then, and alerts for each.
func share(t testing.TB, n int, mean, by float64) (percent, median int, each float64) {
	t.Helper()
	var hours []int
	alerts := 0
	for i := range n {
		from := 28*24 + i*7%24
		after, _, since := told(t, plain(uint64(i), 31, mean, from, by)[:from+48], from, by > 1)
		if alerts += since; after > 0 {
			hours = append(hours, after)
		}
	}
	if len(hours) == 0 {
		return 0, 0, 0
	}
	slices.Sort(hours)
	return 100 * len(hours) / n, hours[len(hours)/2], float64(alerts) / float64(len(hours))
}

// TestSizes holds what size of change is told after how long, and that what does
// not change is not told. With TRIBUNE_SERIES=400 it measures the table of
// docs/radar-engines.md.
func TestSizes(t *testing.T) {
	n, measure := 12, os.Getenv("TRIBUNE_SERIES")
	if measure != "" {
		n, _ = strconv.Atoi(measure)
	}
	for _, c := range []struct {
		mean float64
		bars [6]int // of 100, of each of sizes
		soon [6]int // hours
	}{
		{1, [6]int{0, 0, 80, 0, 0, 80}, [6]int{2: 16, 5: 26}},
		{5, [6]int{25, 90, 90, 10, 90, 90}, [6]int{36, 10, 5, 36, 12, 8}},
		{20, [6]int{90, 90, 90, 75, 90, 90}, [6]int{12, 4, 2, 20, 6, 4}},
		{100, [6]int{90, 90, 90, 90, 90, 90}, [6]int{4, 2, 2, 8, 3, 2}},
	} {
		line := fmt.Sprintf("| %.0f |", c.mean)
		for i, by := range sizes {
			percent, median, each := share(t, n, c.mean, by)
			line += fmt.Sprintf(" %d %%, %d h |", percent, median)
			if percent < c.bars[i] || percent >= 50 && c.soon[i] > 0 && median > c.soon[i] || each > 1.3 {
				t.Errorf("%v an hour, times %v: %d %% are told, after %d hours, %.1f times each", c.mean, by, percent, median, each)
			}
		}
		wrong := 0
		for i := range n {
			_, _, since := told(t, plain(uint64(1000+i), 67, c.mean, 1<<30, 1), 0, true)
			wrong += since
		}
		if wrong > 1+n/50 { // two months each
			t.Errorf("%d false alerts in %d months", wrong, 2*n)
		}
		if measure != "" {
			t.Logf("%s %.3f |", line, float64(wrong)/float64(n)/2)
		}
	}
}

// TestBegan marks a change where it began: one that only several hours show in
// the first of them, one that is spread over two hours once, in the first.
func TestBegan(t *testing.T) {
	from := 30*24 + 9
	slow := plain(3, 40, 5, 1<<30, 1)
	for i := from; i < from+24; i++ {
		slow[i].Count = math.Floor(slow[i].Count / 4)
	}
	two := plain(4, 40, 3, 1<<30, 1)
	two[from].Count, two[from+1].Count = 19, 19
	for name, c := range map[string]struct {
		values []Value
		kind   Kind
		hours  int
	}{"slow": {slow, Drop, 24}, "over two hours": {two, Rise, 2}} {
		found := judge(t, c.values)
		start, end := c.values[from].At, c.values[from+c.hours].At
		if len(found) != 1 || found[0].Kind != c.kind || found[0].Start.Sub(start).Abs() > 3*time.Hour || found[0].End.Sub(end).Abs() > 3*time.Hour {
			t.Errorf("%s: found %+v, want one from %v to %v", name, found, start, end)
		}
		if c.hours == 2 && !found[0].Start.Equal(start) {
			t.Errorf("%s: begins at %v", name, found[0].Start)
		}
	}
}
