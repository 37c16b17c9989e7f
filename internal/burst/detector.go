package burst

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// Kind is what an alert is about.
type Kind string

// The kinds of alert.
const (
	Rise    Kind = "rise"
	Drop    Kind = "drop"
	Silence Kind = "silence"
)

// Alert is one stretch of time that is not normal. What is less than Apart
// apart and of one kind is one alert.
type Alert struct {
	Start    time.Time `json:"start"`    // of the first bin that is not normal
	End      time.Time `json:"end"`      // of the last one: the first moment after it
	Kind     Kind      `json:"kind"`     // a drop that turns out to be a silence becomes one
	Peak     float64   `json:"peak"`     // the count of the bin that is furthest from what was expected
	Expected float64   `json:"expected"` // what was expected in that bin
	Z        float64   `json:"z"`        // the furthest that Z went, or its loudest bin is by itself; below 0 if there were too few
}

// Change is what a value did to the alerts.
type Change struct {
	Alert  Alert
	Opened bool // else it is over, and Alert is as it will stay
}

// What makes alerts of one incident one, when alerts begin, and how long it
// takes to forget two thirds of what raised a limit.
const (
	Apart  = 12 * time.Hour
	warmUp = 7 * 24 * time.Hour
	memory = 28 * 24 * time.Hour
)

// tuning holds the few numbers of the method. They stand in the middle of a
// plateau on the labelled series of five companies; docs/radar-engines.md has what
// their neighbours give, and what is left where they are chosen without seeing
// the series they are judged on.
type tuning struct {
	limit  float64 // of |Z|, while there were no alerts
	tire   float64 // by which each alert raises it
	lambda float64 // weight of the newest bin
	clip   float64 // of r: one bin says no more than that
	learn  float64 // how far a bin moves its hour's baseline
	week   float64 // how far it moves its weekday's factor
	spread float64 // how far it moves the variance
	span   float64 // of the sum of several bins, in its standard deviations; while there were no alerts
}

var tuned = tuning{limit: 5.6, tire: 1, lambda: .6, clip: 10, learn: .15, week: .02, spread: .005, span: 4.8}

// The rest of the method, which nothing was tuned on.
const (
	firstVariance = 4                // before anything is known, with the weight of firstBins
	firstBins     = 20               // bins
	leastVariance = 2                // mentions answer one another: twice a Poisson count's, which has 1 on this scale
	trust         = 3                // in standard deviations: how far a bin may move the baseline
	longestBin    = 90 * time.Minute // whose sums over three to 24 bins are judged, too
	leastExcess   = 5                // mentions by which a bin must differ from what was expected
	version       = 3                // of what is written down; what an older method wrote is judged anew
	quietBar      = 20               // −ln P of a silence: e^−14 even where half as much again is expected as is right
)

// Detector judges one series. It is not safe for concurrent use.
type Detector struct {
	t tuning
	s state
}

// state is all that a detector remembers.
type state struct {
	Version int           `json:"version"`
	Step    time.Duration `json:"step"`
	Last    time.Time     `json:"last"`          // of the last value
	Day     []float64     `json:"day,omitempty"` // the first day, until it is over
	EWMA    float64       `json:"ewma"`
	Tired   float64       `json:"tired"` // by how much alerts raised the limit
	level
	Before *level `json:"before,omitempty"` // that before the change that became the level less than a week ago

	Told time.Time `json:"told"` // the end of what was told last

	Bin   time.Time `json:"bin"` // the bin that is being filled
	Sum   float64   `json:"sum"`
	Seen  int       `json:"seen"`  // values in it
	Quiet float64   `json:"quiet"` // −ln P of the zeros up to now
	From  time.Time `json:"from"`  // when they began
	Used  float64   `json:"used"`  // what runs of zeros reach
	Alert *Alert    `json:"alert,omitempty"`
	Over  *Alert    `json:"over,omitempty"` // that ended last

	Judged time.Time `json:"judged"` // the last bin that was
}

// New makes a detector for values that stand for step each. It fails if step is
// not above 0 or more than a year.
func New(step time.Duration) (*Detector, error) { return newTuned(step, tuned) }

func newTuned(step time.Duration, t tuning) (*Detector, error) {
	if step <= 0 || step > 366*24*time.Hour {
		return nil, fmt.Errorf("a step of %v: the step of a series is above 0 and at most a year", step)
	}
	slots := 24
	if step >= 24*time.Hour {
		slots = 7
	}
	return &Detector{t: t, s: state{Version: version, Step: step, level: newLevel(slots)}}, nil
}

// MarshalJSON writes the state down.
func (d *Detector) MarshalJSON() ([]byte, error) { return json.Marshal(d.s) }

// UnmarshalJSON takes up a state that MarshalJSON wrote.
func (d *Detector) UnmarshalJSON(text []byte) error {
	var s state
	if err := json.Unmarshal(text, &s); err != nil {
		return err
	}
	if s.Version != version {
		return fmt.Errorf("a state of version %d, not %d", s.Version, version)
	}
	fresh, err := newTuned(s.Step, tuned)
	if err != nil {
		return err
	}
	if len(s.Base) != len(fresh.s.Base) || len(s.Day) > len(s.Base) || s.Before != nil && len(s.Before.Base) != len(s.Base) {
		return fmt.Errorf("a state of %d hours, not %d", len(s.Base), len(fresh.s.Base))
	}
	*d = Detector{t: tuned, s: s}
	return nil
}

// Add takes the next value: the count of the step that begins at at. Values
// must come in the order of time; one that does not, or that is below 0 or not
// a number, is refused and changes nothing. Steps may be missing.
func (d *Detector) Add(at time.Time, value float64) ([]Change, error) {
	at = at.UTC()
	if !(value >= 0) || value > 1e15 {
		return nil, fmt.Errorf("a count is from 0 to 1e15, not %v", value)
	}
	if !d.s.First.IsZero() && !at.After(d.s.Last) {
		return nil, fmt.Errorf("%s is not after %s", at.Format(time.RFC3339), d.s.Last.Format(time.RFC3339))
	}
	if d.s.First.IsZero() {
		d.s.First, d.s.Bin = at, d.bin(at)
	}
	var changes []Change
	if bin := d.bin(at); !bin.Equal(d.s.Bin) {
		changes = d.finish(changes)
		d.s.Bin, d.s.Sum, d.s.Seen = bin, 0, 0
	}
	if at.Sub(d.s.Last) > d.s.Step*3/2 { // nobody knows what was in between
		d.s.Quiet = 0
	}
	d.s.Last = at
	d.s.Sum += value
	d.s.Seen++
	if z, r := d.score(d.s.Sum); d.judged() && z >= d.limit() && r > 0 {
		changes = d.alarm(changes, Rise, d.began(d.s.Sum), d.s.Sum, z)
	}
	return d.listen(changes, at, value), nil
}

// Close judges the bin that is being filled, as far as it goes, and ends the
// alert that is open: the series is over.
func (d *Detector) Close() []Change {
	if d.s.First.IsZero() {
		return nil
	}
	changes := d.finish(nil)
	d.s.Seen = 0
	return d.end(changes)
}

// Open gives the alert that is going on, if there is one.
func (d *Detector) Open() (Alert, bool) {
	if d.s.Alert == nil {
		return Alert{}, false
	}
	return *d.s.Alert, true
}

// Over gives the alert that ended last, if there was one.
func (d *Detector) Over() (Alert, bool) {
	if d.s.Over == nil {
		return Alert{}, false
	}
	return *d.s.Over, true
}

// perBin gives how many values fall into a bin: as many as fill an hour.
func (d *Detector) perBin() int {
	return max(1, int((time.Hour+d.s.Step-1)/d.s.Step))
}

// width is how long a bin is.
func (d *Detector) width() time.Duration { return time.Duration(d.perBin()) * d.s.Step }

// bin gives when the bin of a moment begins: on the hour where steps divide it.
func (d *Detector) bin(at time.Time) time.Time {
	if d.perBin() == 1 {
		return at
	}
	return at.Truncate(d.width())
}

// judged reports whether bins are judged already: after a week, or three weeks
// where there is but one bin a day.
func (d *Detector) judged() bool {
	return len(d.s.Day) == 0 && d.s.Bin.Sub(d.s.First) >= max(warmUp, 21*d.width())
}

// normal gives what is normal in the bin, on Anscombe's scale.
func (d *Detector) normal() float64 { return d.s.normal(d.s.Bin) }

func (d *Detector) deviation() float64 { return math.Sqrt(max(d.s.Variance, leastVariance)) }

// limit gives the |Z| past which a bin is not normal. Each rise or drop raises
// it for some weeks, so that a brand that people often talk of at once is not
// reported every day.
func (d *Detector) limit() float64 { return d.t.limit + d.s.Tired }

// score gives Z as it is if the bin ends with a count of x, and the count's
// distance from what was expected, 0 if that is too small to speak of.
func (d *Detector) score(x float64) (z, away float64) {
	if away = x - counts(d.normal()); math.Abs(away) < leastExcess {
		away = 0
	}
	return d.ewma(x) / math.Sqrt(d.t.lambda/(2-d.t.lambda)), away
}

func (d *Detector) ewma(x float64) float64 {
	return d.t.lambda*clip((anscombe(x)-d.normal())/d.deviation(), d.t.clip) + (1-d.t.lambda)*d.s.EWMA
}

// finish judges the bin that is full and learns from it. A bin with half of its
// values or more counts for the whole; one with fewer says nothing.
func (d *Detector) finish(changes []Change) []Change {
	if d.s.Seen*2 < d.perBin() {
		return changes
	}
	x := d.s.Sum * float64(d.perBin()) / float64(d.s.Seen)
	if d.learnDay(x) {
		return changes
	}
	z, away := d.score(x)
	if d.judged() {
		switch {
		case z >= d.limit() && away > 0:
			changes = d.alarm(changes, Rise, d.began(x), x, z)
		case z <= -d.limit() && away < 0:
			changes = d.alarm(changes, Drop, d.began(x), x, z)
		case d.s.Alert != nil && d.s.Bin.Sub(d.s.Alert.End) >= max(Apart, d.width()):
			changes = d.end(changes)
		}
	}
	if d.width() <= longestBin {
		d.remember(x, d.s.Bin.Sub(d.s.Judged) > d.width())
		changes = d.sums(changes)
	}
	d.s.Judged = d.s.Bin
	d.s.EWMA = d.ewma(x)
	if !d.alarmed() || d.width() > longestBin || d.s.Bin.Sub(d.s.Alert.Start) > tooLong {
		d.learn(x)
	}
	kept := math.Exp(-float64(d.width()) / float64(memory))
	d.s.Tired *= kept
	d.s.Used *= kept
	return d.settle(changes)
}

// learnDay gathers the first day (the first week of a daily series), and begins
// with its median everywhere. It reports false once that is done.
func (d *Detector) learnDay(x float64) bool {
	if d.s.Base[0] > 0 {
		return false
	}
	d.s.Day = append(d.s.Day, anscombe(x))
	if len(d.s.Day) == len(d.s.Base) || d.s.Bin.Sub(d.s.First) >= warmUp-d.width() {
		slices.Sort(d.s.Day)
		middle := d.s.Day[len(d.s.Day)/2]
		for i := range d.s.Base {
			d.s.Base[i] = middle
		}
		d.s.Day = nil
	}
	return true
}

// learn moves the baseline towards what the bin was, but never far. What was told of a
// Monday says nothing of Mondays.
func (d *Detector) learn(x float64) {
	c := clip(anscombe(x)-d.normal(), trust*d.deviation())
	base := &d.s.Base[d.s.slot(d.s.Bin)]
	n := float64(d.s.Bins)
	d.s.Bins++
	*base = max(*base+max(d.t.learn, 1/(1+n/float64(len(d.s.Base))))*c, anscombe(0)/2)
	d.s.Variance += max(d.t.spread, 1/(firstBins+n)) * (c*c - d.s.Variance)
	if f := d.s.weekday(d.s.Bin); f != nil && !d.alarmed() {
		*f = max(*f + d.t.week*c / *base, .1)
		mean := 0.
		for _, f := range d.s.Factor {
			mean += f / 7
		}
		for i := range d.s.Factor {
			d.s.Factor[i] /= mean
		}
	}
}

// listen follows runs of zeros.
func (d *Detector) listen(changes []Change, at time.Time, value float64) []Change {
	if d.s.Base[0] == 0 {
		return changes
	}
	bar := max(quietBar, 2*d.s.Used)
	if value > 0 {
		d.s.Used = max(d.s.Used, min(d.s.Quiet, bar)) // a silence teaches, but never much
		d.s.Quiet = 0
		return changes
	}
	if d.s.Quiet == 0 {
		d.s.From = at
	}
	expected, phi := counts(d.normal()), max(d.s.Variance, leastVariance)
	d.s.Quiet += expected / float64(d.perBin()) * math.Log(phi) / (phi - 1)
	if d.judged() && d.s.Quiet >= bar && expected > 0 {
		changes = d.alarm(changes, Silence, d.s.From, 0, -math.Sqrt(2*d.s.Quiet))
	}
	return changes
}

// alarm tells that the bin that is being filled, or the silence up to now, is not
// normal.
func (d *Detector) alarm(changes []Change, kind Kind, start time.Time, x, z float64) []Change {
	return d.tell(changes, Alert{Start: start, End: d.s.Bin.Add(d.width()), Kind: kind, Peak: x, Expected: counts(d.normal()), Z: z})
}

// tell opens an alert, or makes the open one go on if it is of the same kind. What
// is judged is clipped, which one bin soon reaches; how far it is told to be is not.
func (d *Detector) tell(changes []Change, now Alert) []Change {
	if z := (anscombe(now.Peak) - anscombe(now.Expected)) / d.deviation(); z*now.Z > 0 && math.Abs(z) > math.Abs(now.Z) {
		now.Z = z
	}
	a := d.s.Alert
	if a != nil && ((a.Kind == Rise) != (now.Kind == Rise) || d.s.Bin.Sub(a.End) >= max(Apart, d.width())) {
		changes = d.end(changes)
		a = nil
	}
	if a == nil {
		if now.Start.Before(d.s.Told) { // what was before was told already
			now.Start = d.s.Told
		}
		if now.Start.After(d.s.Bin) {
			now.Start = d.s.Bin
		}
		d.s.Alert, d.s.Told = &now, now.End
		if now.Kind != Silence {
			d.s.Tired += d.t.tire
		}
		return append(changes, Change{now, true})
	}
	a.End, d.s.Told = now.End, now.End
	if a.Kind == Drop {
		a.Kind = now.Kind
	}
	if math.Abs(now.Peak-now.Expected) > math.Abs(a.Peak-a.Expected) {
		a.Peak, a.Expected = now.Peak, now.Expected
	}
	if math.Abs(now.Z) > math.Abs(a.Z) {
		a.Z = now.Z
	}
	return changes
}

// end ends the open alert, if there is one.
func (d *Detector) end(changes []Change) []Change {
	if d.s.Alert == nil {
		return changes
	}
	over := *d.s.Alert
	d.s.Alert, d.s.Over = nil, &over
	return append(changes, Change{Alert: over})
}

// anscombe brings a count to the scale where its standard deviation does not
// hang on its size (Anscombe 1948); counts is the way back.
func anscombe(x float64) float64 { return 2 * math.Sqrt(x+3./8) }

func counts(y float64) float64 { return max(y*y/4-3./8, 0) }

func clip(x, at float64) float64 { return max(-at, min(x, at)) }
