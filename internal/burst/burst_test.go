package burst

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/keyness"
)

var monday = time.Date(2026, 9, 28, 0, 0, 0, 0, time.UTC)

// usual makes a series with a daily rhythm, quieter at weekends, with a mean of
// about mean an hour and counts that vary twice as much as by chance.
func usual(seed uint64, step time.Duration, days int, mean float64) []Value {
	r := rand.New(rand.NewPCG(seed, 1))
	var values []Value
	for at := monday; at.Before(monday.AddDate(0, 0, days)); at = at.Add(step) {
		m := mean * step.Hours()
		if step < 24*time.Hour {
			m *= 1 + .8*math.Sin(2*math.Pi*float64(at.Hour()-9)/24)
		}
		if at.Weekday() == time.Saturday || at.Weekday() == time.Sunday {
			m *= .5
		}
		values = append(values, Value{At: at, Count: 2 * poisson(r, m/2), Line: len(values) + 1})
	}
	return values
}

// poisson draws a count, by the normal distribution where it is large.
func poisson(r *rand.Rand, mean float64) float64 {
	if mean > 50 {
		return max(0, math.Round(mean+math.Sqrt(mean)*r.NormFloat64()))
	}
	n, p := 0., r.Float64()
	for limit := math.Exp(-mean); p > limit; n++ {
		p *= r.Float64()
	}
	return n
}

// change multiplies the counts from one time of the series to another.
func change(values []Value, from, to time.Time, by float64) {
	for i := range values {
		if !values[i].At.Before(from) && values[i].At.Before(to) {
			values[i].Count = math.Round(values[i].Count * by)
		}
	}
}

func judge(t *testing.T, values []Value) []Alert {
	t.Helper()
	found, err := Alerts(values, func(line int, err error) { t.Errorf("line %d: %v", line, err) })
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(found); i++ {
		if found[i].Start.Before(found[i-1].End) {
			t.Errorf("told twice: %+v, %+v", found[i-1], found[i])
		}
	}
	return found
}

// day gives a time of the series.
func day(n, hour int) time.Time { return monday.AddDate(0, 0, n).Add(time.Duration(hour) * time.Hour) }

// TestAlerts checks each kind of alert on each spacing, where it happened and
// nowhere else.
func TestAlerts(t *testing.T) {
	const minutes, hour, daily = 5 * time.Minute, time.Hour, 24 * time.Hour
	for _, c := range []struct {
		name     string
		step     time.Duration
		mean     float64
		from, to time.Time
		by       float64
		kind     Kind
	}{
		{"nothing", minutes, 200, monday, monday, 1, ""},
		{"nothing, hourly", hour, 30, monday, monday, 1, ""},
		{"nothing, every 7 minutes", 7 * time.Minute, 30, monday, monday, 1, ""},
		{"nothing, every 5 hours", 5 * hour, 30, monday, monday, 1, ""},
		{"nothing, daily", daily, 30, monday, monday, 1, ""},
		{"next to nothing", minutes, .05, monday, monday, 1, ""},
		{"no mention ever", minutes, 0, monday, monday, 1, ""},
		{"a rise", minutes, 200, day(24, 12), day(24, 15), 4, Rise},
		{"a rise at night", hour, 60, day(24, 3), day(24, 6), 8, Rise},
		{"a rise, every 7 minutes", 7 * time.Minute, 200, day(24, 12), day(24, 15), 4, Rise},
		{"a rise, daily", daily, 30, day(40, 0), day(42, 0), 3, Rise},
		{"a drop", hour, 300, day(24, 10), day(25, 4), .25, Drop},
		{"a drop, daily", daily, 30, day(40, 0), day(43, 0), .2, Drop},
		{"a silence", minutes, 200, day(24, 12), day(24, 16), 0, Silence},
		{"a silence, hourly", hour, 30, day(24, 10), day(25, 0), 0, Silence},
		{"a silence, daily", daily, 30, day(40, 0), day(42, 0), 0, Silence},
	} {
		t.Run(c.name, func(t *testing.T) {
			values := usual(3, c.step, 56, c.mean)
			change(values, c.from, c.to, c.by)
			found := judge(t, values)
			if c.kind == "" {
				if len(found) > 0 {
					t.Fatalf("found %+v", found)
				}
				return
			}
			if len(found) != 1 {
				t.Fatalf("found %+v, want one %s from %v to %v", found, c.kind, c.from, c.to)
			}
			a := found[0]
			if a.Kind != c.kind || !a.Start.Before(c.to) || !c.from.Before(a.End) || a.Start.Before(c.from.Add(-hour)) || a.End.After(c.to.Add(max(3*hour, c.step))) {
				t.Errorf("found %+v, want one %s from %v to %v", a, c.kind, c.from, c.to)
			}
			if up := c.by > 1; (a.Z > 0) != up || (a.Peak > a.Expected) != up || a.Expected <= 0 {
				t.Errorf("a change by %v has %+v", c.by, a)
			}
		})
	}
}

// TestPastSpike checks that a spike does not raise the baseline: after one of
// two days at ten times the usual, a smaller one in the same hours is seen; and
// that a level that stays is normal after some weeks.
func TestPastSpike(t *testing.T) {
	values := usual(5, time.Hour, 70, 100)
	change(values, day(20, 0), day(22, 0), 10)
	change(values, day(38, 12), day(38, 18), 5)
	if found := judge(t, values); len(found) != 2 || found[1].Start.Before(day(38, 12)) || found[1].Expected > 250 {
		t.Errorf("found %+v, want the two spikes", found)
	}
	values = usual(5, time.Hour, 70, 100)
	change(values, day(20, 0), day(99, 0), 3)
	if found := judge(t, values); len(found) == 0 || found[len(found)-1].End.After(day(34, 0)) {
		t.Errorf("a new level is reported on and on: %+v", found)
	}
}

// TestWeekday checks that the baseline knows the weekday: a Sunday as busy as a
// Tuesday is a rise where Sundays are quiet.
func TestWeekday(t *testing.T) {
	values := usual(9, time.Hour, 84, 800)
	if found := judge(t, values); len(found) > 0 {
		t.Fatalf("found %+v on quiet weekends", found)
	}
	change(values, day(76, 0), day(77, 0), 2.2)
	if found := judge(t, values); len(found) != 1 || found[0].Start.Before(day(76, 0)) {
		t.Errorf("found %+v, want the Sunday", found)
	}
}

// TestGaps checks that what is missing is not a zero, and that rhythm goes on
// after it.
func TestGaps(t *testing.T) {
	without := func(mean float64, missing func(i int, at time.Time) bool) []Value {
		var kept []Value
		for i, v := range usual(7, 5*time.Minute, 40, mean) {
			if !missing(i, v.At) {
				kept = append(kept, v)
			}
		}
		return kept
	}
	if found := judge(t, without(400, func(_ int, at time.Time) bool { return !at.Before(day(20, 3)) && at.Before(day(23, 15)) })); len(found) > 0 {
		t.Errorf("days are missing, and that was reported: %+v", found)
	}
	// Half of an hour's values stand for the hour.
	thin := without(400, func(i int, _ time.Time) bool { return i%12 < 6 })
	change(thin, day(20, 12), day(20, 15), 5)
	if found := judge(t, thin); len(found) != 1 || found[0].Peak < 1500 || found[0].Expected < 300 {
		t.Errorf("in half of the values, found %+v", found)
	}
	// Single values say nothing of their hours, whatever they are.
	few := without(400, func(_ int, at time.Time) bool {
		return !at.Before(day(20, 12)) && at.Before(day(20, 18)) && at.Minute() != 30
	})
	change(few, day(20, 12), day(20, 18), 4)
	if found := judge(t, few); len(found) > 0 {
		t.Errorf("single values were taken for hours: %+v", found)
	}
	// Zeros on both sides of a gap are no silence.
	sides := without(400, func(_ int, at time.Time) bool { return !at.Before(day(24, 12)) && at.Before(day(24, 20)) })
	change(sides, day(24, 12).Add(-5*time.Minute), day(24, 20).Add(10*time.Minute), 0)
	if found := judge(t, sides); len(found) > 0 {
		t.Errorf("a gap was taken for silence: %+v", found)
	}
}

// spiky makes a series with as large a spike every three days for a month, and
// one after three months without.
func spiky() []Value {
	values := usual(11, time.Hour, 160, 40)
	for n := 30; n < 60; n += 3 {
		change(values, day(n, 12), day(n, 14), 3)
	}
	change(values, day(150, 12), day(150, 14), 3)
	return values
}

// TestTired checks that what happens all the time is reported less and less,
// and again when it has become rare.
func TestTired(t *testing.T) {
	found := judge(t, spiky())
	if n := len(found); n < 3 || n > 7 || found[0].Start.After(day(31, 0)) || found[n-1].Start.Before(day(150, 0)) {
		t.Errorf("found %d alerts of 11 spikes: %+v", n, found)
	}
}

// TestSoon checks that a rise is told while its hour is not over, and a silence
// within minutes where mentions are many.
func TestSoon(t *testing.T) {
	values := usual(3, 5*time.Minute, 30, 600)
	rise, silence := day(20, 12), day(22, 12).Add(20*time.Minute)
	change(values, rise, day(20, 14), 8)
	change(values, silence, day(22, 14), 0)
	d, err := New(5 * time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	var opened []time.Time
	for _, v := range values {
		changes, err := d.Add(v.At, v.Count)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if c.Opened {
				opened = append(opened, v.At)
				if now, going := d.Open(); !going || now.Kind != c.Alert.Kind {
					t.Errorf("%+v opened, and %+v is open", c.Alert, now)
				}
			}
		}
	}
	if len(opened) != 2 || opened[0].Sub(rise) > 30*time.Minute || opened[1].Sub(silence) > 30*time.Minute {
		t.Errorf("opened at %v, want within half an hour of %v and %v", opened, rise, silence)
	}
}

// TestRarelyAsked checks that a source that is asked every three hours, and
// says nothing in between, is not silent.
func TestRarelyAsked(t *testing.T) {
	values := usual(3, 5*time.Minute, 40, 200)
	sum := 0.
	for i := range values {
		sum += values[i].Count
		values[i].Count = 0
		if values[i].At.Minute() == 0 && values[i].At.Hour()%3 == 0 {
			values[i].Count, sum = sum, 0
		}
	}
	for _, a := range judge(t, values) {
		if a.Kind == Silence {
			t.Errorf("found %+v", a)
		}
	}
}

// TestKept checks that a detector whose state was written down and taken up
// again anywhere says what one that ran through says.
func TestKept(t *testing.T) {
	values := spiky()[20*24 : 67*24]
	change(values, day(65, 10), day(65, 23), 0)
	want := judge(t, values)
	if len(want) < 3 || want[len(want)-1].Kind != Silence {
		t.Fatalf("found %+v, want rises and a silence", want)
	}
	for cut := range values {
		if cut%11 > 0 && values[cut].At.Before(day(65, 0)) { // the last days, with the silence, one by one
			continue
		}
		d, err := New(time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		var got []Alert
		for i, v := range values {
			if i == cut {
				text, err := json.Marshal(d)
				if err != nil || len(text) > 2500 {
					t.Fatalf("%d bytes, %v", len(text), err)
				}
				was := d.s
				d = new(Detector)
				if err := json.Unmarshal(text, d); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(was, d.s, cmp.AllowUnexported(state{})); diff != "" {
					t.Fatal(diff)
				}
			}
			changes, err := d.Add(v.At, v.Count)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range changes {
				if !c.Opened {
					got = append(got, c.Alert)
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(cut, diff)
		}
	}
	old := `{"version":1,"step":86400000000000,"base":[1,1,1,1,1,1,1]}` // of a method that was
	for _, text := range []string{`{}`, `{"version":3,"step":-1}`, `{"version":3,"step":3600000000000,"base":[1]}`, old, `[]`} {
		if err := json.Unmarshal([]byte(text), new(Detector)); err == nil {
			t.Errorf("%s is a state", text)
		}
	}
}

// TestRefused checks what a detector does not take, and that it changes nothing.
func TestRefused(t *testing.T) {
	for _, step := range []time.Duration{0, -1, 10000 * time.Hour} {
		if _, err := New(step); err == nil {
			t.Errorf("a step of %v is taken", step)
		}
	}
	d, err := New(time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Add(monday, 3); err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(d)
	for _, v := range []Value{{At: monday, Count: 1}, {At: monday.Add(-time.Hour), Count: 1}, {At: day(1, 0), Count: -1}, {At: day(1, 0), Count: math.NaN()}, {At: day(1, 0), Count: math.Inf(1)}} {
		if _, err := d.Add(v.At, v.Count); err == nil {
			t.Errorf("%v is taken", v)
		}
	}
	if after, _ := json.Marshal(d); string(after) != string(before) {
		t.Errorf("refusing changed the state: %s", after)
	}
}

// TestRead checks what is read, and what is said of lines that can not be.
func TestRead(t *testing.T) {
	text := "\ufefftimestamp,value\r\n" +
		"2026-01-01 02:00:00,2\n" +
		"\"2026-01-01T01:00:00Z\", \"1\"\r\n" +
		"\n" +
		"2026-01-01T05:00:00+02:00,3\n" +
		"2026-01-01 02:00:00,9\n" +
		"timestamp,value\n" +
		"2026-01-01 04:00:00\n" +
		"2026-01-01 04:00:00,-4\n" +
		"2026-01-01 04:00:00,many\n" +
		"2026-01-01 04:00:00,NaN\n" +
		"2026-02-31 04:00:00,4\n" +
		strings.Repeat("9", 70000) + "\n" +
		"2026-01-01 04:00:00,4.5\n2026-01-01 00:00:00,0\n2026-01-01,7"
	var problems []string
	got, err := Read(strings.NewReader(text), func(line int, err error) { problems = append(problems, fmt.Sprintf("%d: %v", line, err)) })
	if err != nil {
		t.Fatal(err)
	}
	at := func(hour int) time.Time { return time.Date(2026, 1, 1, hour, 0, 0, 0, time.UTC) }
	if diff := cmp.Diff([]Value{{at(0), 0, 15}, {at(1), 1, 3}, {at(2), 2, 2}, {at(3), 3, 5}, {at(4), 4.5, 14}}, got); diff != "" {
		t.Error(diff)
	}
	want := []string{`7: "timestamp" is not a time: write 2026-01-31T15:04:05Z, 2026-01-31 15:04:05 or 2026-01-31`,
		"8: write a time and a number: timestamp,value", "9: a count is from 0 to 1e15, not -4", `10: "many" is not a number`, `11: "NaN" is not a number`,
		`12: "2026-02-31 04:00:00" is not a time: write 2026-01-31T15:04:05Z, 2026-01-31 15:04:05 or 2026-01-31`, "13: longer than 1024 bytes", "16: line 15 has the same time, and counts", "6: line 2 has the same time, and counts"}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
	if s := Step(got); s != time.Hour {
		t.Errorf("the step is %v", s)
	}
}

// FuzzSeries feeds anything to the reader and what it reads to a detector.
func FuzzSeries(f *testing.F) {
	f.Add("timestamp,value\n2026-01-01 00:00:00,1\n2026-01-01 00:05:00,1e9\n2026-01-09 00:00:00,0\n2026-02-09 00:00:00,7\n")
	f.Add("0001-01-01T00:00:00Z,1\n9999-01-01T00:00:00Z,1\n9999-12-31T23:59:59.999999999Z,2\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, err := Read(strings.NewReader(text), func(int, error) {})
		if err != nil {
			t.Fatal(err)
		}
		found, err := Alerts(values, func(int, error) {})
		if err != nil {
			return
		}
		for _, a := range found {
			if !a.Start.Before(a.End) || math.IsNaN(a.Z) || math.IsNaN(a.Expected) || a.Kind == "" {
				t.Errorf("found %+v", a)
			}
		}
	})
}

// TestDrove checks that the story of a burst is found, and that what one author
// repeats is theirs, not everybody's.
func TestDrove(t *testing.T) {
	r := rand.New(rand.NewPCG(4, 4))
	talk := strings.Fields("paper ink cover late ship price left hand kind page note blue spiral good fine")
	say := func(n int, extra ...string) []Post {
		posts := make([]Post, n)
		for i := range posts {
			for range 8 {
				posts[i].Words = append(posts[i].Words, talk[r.IntN(len(talk))])
			}
			posts[i].Author = 100 + r.Int64N(400)
			if i%2 == 0 {
				posts[i].Words = append(posts[i].Words, extra...)
			}
		}
		return posts
	}
	before, now := say(1500), say(120, "recall", "battery")
	for i := range 40 {
		before[i].Links = []string{"https://example.org/home"}
		if i < 20 {
			now[2*i].Links = []string{"https://example.org/recall"}
		}
	}
	now[1].Links = []string{"https://example.org/home"}
	for range 15 {
		now = append(now, Post{Author: 7, Words: []string{"buy", "crypto"}, Links: []string{"https://spam.example"}})
	}
	got := Drove(now, before, 6*time.Hour, 14*24*time.Hour, 0, keyness.Stop("en"))
	var words []string
	for _, w := range got.Words {
		words = append(words, w.Word)
	}
	if diff := cmp.Diff([]string{"battery", "recall"}, words); diff != "" {
		t.Error(diff)
	}
	if len(got.Links) != 1 || got.Links[0].Key != "https://example.org/recall" || got.Links[0].Now < 15 {
		t.Errorf("links: %+v", got.Links)
	}
	if len(got.Authors) == 0 || got.Authors[0].Key != 7 || got.Authors[0].Now != 15 {
		t.Errorf("authors: %+v", got.Authors)
	}
	if quiet := Drove(say(60), say(1500), 12*time.Hour, 300*time.Hour, 0, nil); len(quiet.Words)+len(quiet.Authors)+len(quiet.Links) > 0 {
		t.Errorf("of nothing: %+v", quiet)
	}
	if none := Drove(nil, nil, 0, 0, 0, nil); len(none.Words) > 0 {
		t.Errorf("of no time: %+v", none)
	}
}

func BenchmarkAdd(b *testing.B) {
	values := usual(3, 5*time.Minute, 60, 200)
	b.ReportAllocs()
	for b.Loop() {
		d, _ := New(5 * time.Minute)
		for _, v := range values {
			if _, err := d.Add(v.At, v.Count); err != nil {
				b.Fatal(err)
			}
		}
	}
	b.ReportMetric(float64(b.N)*float64(len(values))/b.Elapsed().Seconds(), "values/s")
}
