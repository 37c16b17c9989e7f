package burst

import (
	"math"
	"time"
)

// spans are how many bins are judged together, beside single ones: a change
// that no hour shows by itself is in the sum of several.
var spans = [...]int{3, 6, 12, 24}

const (
	longestSpan = 24                  // bins that are remembered
	spanWeight  = 3                   // windows that a span's first variance weighs as much as
	spanMemory  = 60                  // windows in which two thirds of a span's variance are forgotten
	leastSpan   = 1.3                 // least variance of a sum: counts of hours vary more, and partly make up for it
	levelMemory = 4 * 24              // bins of a weekday, in which two thirds of its level are forgotten
	firstLevel  = 20                  // mentions as expected that it begins with
	sumsFrom    = 15 * 24 * time.Hour // from the first value on: each weekday was there twice
	newestBins  = 3                   // bins at its end, or half of it, that must show the same, else it is over
	goesOn      = 1.7                 // standard deviations of a sum that the bins after its end must show, else it is over
	onsetBins   = 3                   // bins in which the beginning of what a bin shows is looked for
)

// recent is what windows are summed from.
type recent struct {
	Counts []float64           `json:"counts,omitempty"` // of the last bins, the newest last
	Usual  []float64           `json:"usual,omitempty"`  // what was expected in each
	Spread [len(spans)]float64 `json:"spread"`           // variance of the sums of each span, on Anscombe's scale
	Sums   [len(spans)]int     `json:"sums"`             // learned from
	Heard  [7]float64          `json:"heard"`            // counts by weekday, those of a month ago for a third
	Meant  [7]float64          `json:"meant"`            // what the baseline said of them
}

// hundredths keeps what is written down short.
func hundredths(x float64) float64 { return math.Round(x*100) / 100 }

// remember takes up a bin. Nothing is summed over a gap. What is usual is the
// baseline times the level of the weekday: by how much counts are above it,
// which lies on Anscombe's scale and so below their mean, and learns weekdays slowly.
func (d *Detector) remember(x float64, gap bool) {
	s := &d.s.Recent
	if gap {
		s.Counts, s.Usual = nil, nil
	}
	mean, day := counts(d.normal()), d.s.Bin.Weekday()
	usual := mean * (s.Heard[day] + firstLevel) / (s.Meant[day] + firstLevel)
	s.Counts, s.Usual = append(s.Counts, hundredths(x)), append(s.Usual, hundredths(usual))
	if n := len(s.Counts) - longestSpan; n > 0 {
		s.Counts, s.Usual = s.Counts[n:], s.Usual[n:]
	}
	if d.s.Alert != nil {
		return
	}
	const kept = 1 - 1./levelMemory
	s.Heard[day] = hundredths(s.Heard[day]*kept + d.trusted(x, usual))
	s.Meant[day] = hundredths(s.Meant[day]*kept + mean)
}

// alarmed reports whether the bin is part of what was told: nothing is learned
// from it of what is usual.
func (d *Detector) alarmed() bool { return d.s.Alert != nil && d.s.Alert.End.After(d.s.Bin) }

// trusted gives a count as far as one bin is believed.
func (d *Detector) trusted(x, mean float64) float64 {
	m, far := anscombe(mean), trust*d.deviation()
	return counts(max(anscombe(0), clip(anscombe(x)-m, far)+m))
}

// apart gives how far the last n bins together are from what was expected, on
// Anscombe's scale, and in mentions.
func (d *Detector) apart(n int) (y, away float64) {
	s, x, mean := &d.s.Recent, 0., 0.
	for i := len(s.Counts) - n; i < len(s.Counts); i++ {
		x += d.trusted(s.Counts[i], s.Usual[i])
		mean += s.Usual[i]
	}
	return anscombe(x) - anscombe(mean), x - mean
}

// sums judges the windows that end with the bin that is full, and learns how
// much they vary.
func (d *Detector) sums(changes []Change) []Change {
	s := &d.s.Recent
	var far float64
	fresh, since := d.fresh(), d.since()
	for i, n := range spans {
		if len(s.Counts) < n {
			break
		}
		y, away := d.apart(n)
		deviation := math.Sqrt(max(s.Spread[i], leastSpan))
		z := y / deviation
		last, least := min(n/2, newestBins), deviation
		if since > 0 {
			last, least = since, goesOn*deviation
		}
		newest, _ := d.apart(last)
		if n <= fresh && math.Abs(z) >= d.sumLimit(z) && math.Abs(away) >= leastExcess && newest*math.Copysign(1, z) >= least && math.Abs(z) > math.Abs(far) {
			far = z
		}
		if d.alarmed() {
			continue
		}
		c := clip(y, trust*deviation)
		s.Spread[i] += max(1./float64(spanMemory*n), 1./float64(spanWeight*n+s.Sums[i])) * (c*c - s.Spread[i])
		s.Sums[i]++
	}
	if far == 0 || d.s.Bin.Sub(d.s.First) < sumsFrom {
		return changes
	}
	return d.alarmSum(changes, far)
}

// fresh gives how many of the last bins are no part of what was told, and is over.
func (d *Detector) fresh() int {
	if d.s.Alert != nil {
		return longestSpan
	}
	return int(d.s.Bin.Add(d.width()).Sub(d.s.Told) / d.width())
}

// since gives how many of the last bins come after what is open: it goes on only if they
// show it by themselves.
func (d *Detector) since() int {
	if d.s.Alert == nil || d.alarmed() {
		return 0
	}
	return min(int(d.s.Bin.Add(d.width()).Sub(d.s.Alert.End)/d.width()), len(d.s.Recent.Counts))
}

// sumLimit gives the |Z| past which a sum is not normal. What goes on is not
// judged by the limit that it raised itself.
func (d *Detector) sumLimit(z float64) float64 {
	limit := d.t.span + d.s.Tired
	if a := d.s.Alert; a != nil && (a.Kind == Rise) == (z > 0) {
		limit -= min(d.t.tire, d.s.Tired)
	}
	return limit
}

// alarmSum tells what the last bins together show, from where it began.
func (d *Detector) alarmSum(changes []Change, z float64) []Change {
	s := &d.s.Recent
	kind := Rise
	if z < 0 {
		kind = Drop
	}
	n := d.onset(z)
	start := d.s.Bin.Add(-time.Duration(n-1) * d.width())
	peak, expected, sum := 0., 0., 0.
	for i := len(s.Counts) - n; i < len(s.Counts); i++ {
		mean := s.Usual[i]
		if off := (s.Counts[i] - mean) * math.Copysign(1, z); i == len(s.Counts)-n || off > math.Abs(peak-expected) {
			peak, expected = s.Counts[i], mean
		}
		sum += s.Counts[i]
	}
	if kind == Drop && sum == 0 && d.s.Quiet > 0 {
		kind = Silence
		if d.s.From.Before(start) {
			start = d.s.From
		}
	}
	return d.tell(changes, Alert{Start: start, End: d.s.Bin.Add(d.width()), Kind: kind, Peak: peak, Expected: expected, Z: z})
}

// onset gives how many of the last bins, at most so many, belong to what they
// show: those that together are furthest from what was expected.
func (d *Detector) onset(z float64) int {
	furthest, bins := 0., 1
	for n := 1; n <= min(len(d.s.Recent.Counts), d.fresh()); n++ {
		if y, _ := d.apart(n); y*math.Copysign(1, z) > furthest {
			furthest, bins = y*math.Copysign(1, z), n
		}
	}
	return bins
}

// began gives when that began which the bin that is being filled shows with a
// count of x: in one of the bins before, if with it they are further together
// from what was expected.
func (d *Detector) began(x float64) time.Time {
	s, start, mean := &d.s.Recent, d.s.Bin, counts(d.normal())
	if d.s.Bin.Sub(d.s.Judged) > d.width() {
		return start
	}
	furthest := math.Abs(anscombe(x) - anscombe(mean))
	up := x > mean
	for n := 1; n < onsetBins && n <= len(s.Counts); n++ {
		i := len(s.Counts) - n
		x += s.Counts[i]
		mean += s.Usual[i]
		if y := anscombe(x) - anscombe(mean); (y > 0) == up && math.Abs(y) > furthest {
			furthest, start = math.Abs(y), d.s.Bin.Add(-time.Duration(n)*d.width())
		}
	}
	return start
}
