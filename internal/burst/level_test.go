package burst

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// stepDay is the day on which steps goes to its second level.
const stepDay = 45

// steps makes hourly counts with a rhythm of the day and quieter weekends, of one
// level at noon for stepDay days, and of another for as long. The first is 1 at least: an old
// mention, and nothing before what is dense.
func steps(seed uint64, low, high, weekend float64) []Value {
	r := rand.New(rand.NewPCG(seed, 5))
	values := make([]Value, 2*stepDay*24)
	for i := range values {
		at := monday.Add(time.Duration(i) * time.Hour)
		m := low
		if i >= stepDay*24 {
			m = high
		}
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			m *= weekend
		}
		values[i] = Value{At: at, Count: poisson(r, m*(.55+.45*math.Sin(2*math.Pi*float64(at.Hour()-9)/24)))}
	}
	values[0].Count = max(values[0].Count, 1)
	return values
}

// kinds gives the kinds of alerts, in their order.
func kinds(found []Alert) []Kind {
	var all []Kind
	for _, a := range found {
		all = append(all, a.Kind)
	}
	return all
}

// TestLasting takes steps up that stay: each is told once, where it began, and nothing
// afterwards, though it be out of nothing.
func TestLasting(t *testing.T) {
	for _, weekend := range []float64{1, .6} {
		for _, c := range [][2]float64{{3, 30}, {10, 100}, {3, 90}, {0, 20}, {0, 90}, {0, 8}, {.2, 20}, {5, 40}, {30, 90}} {
			for seed := range uint64(6) {
				found := judge(t, steps(seed, c[0], c[1], weekend))
				if !slices.Equal(kinds(found), []Kind{Rise}) || found[0].Start.Sub(day(stepDay, 0)).Abs() > 18*time.Hour {
					t.Errorf("from %v to %v an hour, weekends %v: found %+v, want one rise", c[0], c[1], weekend, found)
				}
			}
		}
	}
}

// TestNewLevel checks what is told after a step: a drop and a rise against the new level
// once it is known for a week; nothing where counts go back before that, and then
// what is not normal for the old level.
func TestNewLevel(t *testing.T) {
	changed := func(by float64, from, to int) []Value {
		values := steps(3, 10, 100, .8)
		change(values, day(stepDay, from), day(stepDay, to), by)
		return values
	}
	back := changed(.1, 4*24, 1<<20)
	change(back, day(stepDay, 6*24+9), day(stepDay, 6*24+21), 8)
	for name, c := range map[string]struct {
		values []Value
		want   []Kind
		last   int // hours after the step
	}{
		"a drop":                 {changed(.2, 10*24+9, 11*24+9), []Kind{Rise, Drop}, 10*24 + 9},
		"a silence":              {changed(0, 10*24+9, 11*24), []Kind{Rise, Silence}, 10*24 + 9},
		"a rise":                 {changed(4, 10*24+9, 11*24), []Kind{Rise, Rise}, 10*24 + 9},
		"back within two days":   {changed(.1, 40, 1<<20), []Kind{Rise}, 0},
		"back within a week":     {changed(.1, 4*24, 1<<20), []Kind{Rise}, 0},
		"back, and a rise there": {back, []Kind{Rise, Rise}, 6*24 + 9},
	} {
		found := judge(t, c.values)
		if !slices.Equal(kinds(found), c.want) || found[len(found)-1].Start.Sub(day(stepDay, c.last)).Abs() > 12*time.Hour {
			t.Errorf("%s: found %+v, want %v, the last at %v", name, found, c.want, day(stepDay, c.last))
		}
	}
}

// TestLoudHours checks that two loud hours each morning and evening for three days are
// one rise to its end, not a level.
func TestLoudHours(t *testing.T) {
	values := steps(7, 20, 20, 1)
	for n := 35; n < 38; n++ {
		change(values, day(n, 8), day(n, 10), 6)
		change(values, day(n, 20), day(n, 22), 6)
	}
	if found := judge(t, values); !slices.Equal(kinds(found), []Kind{Rise}) || found[0].End.Before(day(37, 21)) {
		t.Errorf("found %+v, want a rise of three days", found)
	}
}

// TestAfterwards checks that a crisis or an outage, however long, is told in each of 20
// made-up series, and that nothing is told afterwards, in all but one of them at most.
func TestAfterwards(t *testing.T) {
	for _, c := range []struct {
		mean, by float64
		hours    int
	}{{5, 0, 24}, {5, 0, 72}, {5, 3, 48}, {5, 10, 48}, {5, 10, 72}, {20, 0, 12}, {20, 0, 24}, {20, 0, 48}, {20, 0, 72}, {20, 0, 168}, {20, .2, 72}, {20, 3, 12}, {20, 3, 24}, {20, 3, 48},
		{20, 3, 72}, {20, 10, 24}, {20, 20, 120}, {100, 0, 48}, {100, 0, 72}, {100, 0, 120}, {100, 0, 240}, {100, .2, 72}, {100, 3, 24}, {100, 10, 48}, {100, 10, 120}, {600, 0, 72}, {600, 5, 36}} {
		told, wrong := 0, 0
		var last []Alert
		for seed := range uint64(20) {
			values := steps(seed, c.mean, c.mean, .8)
			from, to := day(35, 9), day(35, 9+c.hours)
			change(values, from, to, c.by)
			during := 0
			found := judge(t, values)
			for _, a := range found {
				if a.Start.Before(to) && a.End.After(from) && (a.Kind == Rise) == (c.by > 1) {
					during++
				}
			}
			told += min(during, 1)
			if during < len(found) {
				wrong, last = wrong+1, found
			}
		}
		if told < 20 || wrong > 1 {
			t.Errorf("%v an hour, %d hours times %v: told in %d of 20, something else in %d: %+v", c.mean, c.hours, c.by, told, wrong, last)
		}
	}
}

// TestOver checks the same, and that the end is told as it was, of a busy day from six to ten, equal
// all week, in which nothing changes but for some days from a midnight on.
func TestOver(t *testing.T) {
	for _, c := range []struct {
		mean, by float64
		days     int
	}{{20, 3, 1}, {20, 3, 2}, {20, 3, 3}, {5, 3, 3}, {20, 0, 1}, {100, 0, 1}, {20, 0, 3}} {
		wrong, late := 0, 0
		from, to := day(49, 0), day(49+c.days, 0)
		for seed := range uint64(20) {
			r := rand.New(rand.NewPCG(seed, 77))
			values := make([]Value, (49+c.days+16)*24)
			for i := range values {
				at := monday.Add(time.Duration(i) * time.Hour)
				m := c.mean * .3
				if hour := at.Hour(); hour >= 6 && hour <= 22 {
					m = c.mean * (.35 + .65*max(0, math.Sin(float64(hour-6)/16*math.Pi)))
				}
				values[i] = Value{At: at, Count: poisson(r, m)}
			}
			change(values, from, to, c.by)
			found := judge(t, values)
			if len(found) != 1 || found[0].Start.Before(from.Add(-3*time.Hour)) || found[0].Start.After(to) {
				wrong++
			} else if found[0].End.After(to.Add(3 * time.Hour)) {
				late++
			}
		}
		if wrong > 2 || late > 2 {
			t.Errorf("%v an hour, %d days times %v: not told alone in %d of 20, told as going on in %d", c.mean, c.days, c.by, wrong, late)
		}
	}
}

// TestOneAfterAnother checks that what follows a rise or a silence at once does not take its hours as its
// own (which judge looks at), and that it is told.
func TestOneAfterAnother(t *testing.T) {
	for seed := range uint64(6) {
		ebbing := steps(seed, 5, 5, .8)
		change(ebbing, day(35, 9), day(35, 21), 8)
		change(ebbing, day(36, 9), day(37, 9), 1.3)
		if found := judge(t, ebbing); len(found) != 1 || found[0].Kind != Rise {
			t.Errorf("found %+v, want one rise", found)
		}
		for _, by := range []float64{2, 3} {
			back := steps(seed, 20, 20, .8)
			change(back, day(35, 9), day(35, 17), 0)
			change(back, day(35, 17), day(36, 5), by)
			if got := kinds(judge(t, back)); !slices.Equal(got, []Kind{Silence, Rise}) && (by > 2 || !slices.Equal(got, []Kind{Silence})) {
				t.Errorf("times %v: found %v, want a silence and a rise", by, got)
			}
		}
	}
}

// TestFall checks that a fall that lasts is told for a week, and is then the level.
func TestFall(t *testing.T) {
	for _, c := range [][2]float64{{100, 30}, {100, 0}, {20, 5}, {20, 0}, {5, 0}, {600, 20}} {
		for seed := range uint64(10) {
			found := judge(t, steps(seed, c[0], c[1], .6))
			if len(found) == 0 || len(found) > 2 || found[0].Start.Sub(day(stepDay, 0)).Abs() > 24*time.Hour || found[len(found)-1].End.After(day(stepDay+8, 0)) {
				t.Errorf("from %v to %v an hour: %+v", c[0], c[1], found)
			}
			for _, a := range found {
				if a.Kind == Rise {
					t.Errorf("from %v to %v an hour: %+v", c[0], c[1], a)
				}
			}
		}
	}
}

// TestMondaySpike checks that a day that was far too loud does not make the same
// weekday's usual count a drop a week later.
func TestMondaySpike(t *testing.T) {
	for seed := range uint64(6) {
		values := steps(seed, 20, 20, .8)
		change(values, day(35, 0), day(36, 0), 8)
		if found := judge(t, values); !slices.Equal(kinds(found), []Kind{Rise}) {
			t.Errorf("found %+v, want the day itself", found)
		}
	}
}

// TestLastingKept writes the state down and takes it up again in each hour in which a step becomes the
// level, and once it went back.
func TestLastingKept(t *testing.T) {
	values := steps(3, 10, 100, .8)
	change(values, day(stepDay, 4*24), day(stepDay, 1<<20), .1)
	d, err := New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	var found []Alert
	for i, v := range values {
		changes, err := d.Add(v.At, v.Count)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if !c.Opened {
				found = append(found, c.Alert)
			}
		}
		if i < stepDay*24 || i > (stepDay+6)*24 {
			continue
		}
		text, err := json.Marshal(d)
		if err != nil || len(text) > 2500 {
			t.Fatalf("%d bytes, %v", len(text), err)
		}
		d = new(Detector)
		if err := json.Unmarshal(text, d); err != nil {
			t.Fatal(err)
		}
	}
	if want := judge(t, values); len(want) != 1 || len(found) != 1 || want[0] != found[0] {
		t.Errorf("found %+v, want %+v", found, want)
	}
}
