package burst

import (
	"math"
	"slices"
	"time"
)

// How long a rise goes on until it is the new level; and a fall, which is more
// often one of the sources. Until then nothing is learned of it.
const (
	lasting = 48 * time.Hour
	tooLong = 7 * 24 * time.Hour
)

// level is what a detector takes for usual.
type level struct {
	First    time.Time  `json:"first"`  // since when: the first value, or two days before a change became the level
	Base     []float64  `json:"base"`   // by hour, or by weekday if a step is a day or more
	Factor   [7]float64 `json:"factor"` // by weekday
	Variance float64    `json:"variance"`
	Bins     int        `json:"bins"` // learned from
	Recent   recent     `json:"recent"`
}

func newLevel(slots int) level {
	l := level{Base: make([]float64, slots), Variance: firstVariance}
	for i := range l.Factor {
		l.Factor[i] = 1
	}
	for i := range spans {
		l.Recent.Spread[i] = leastVariance
	}
	return l
}

// copy gives the level without the bins that it remembers.
func (l *level) copy() *level {
	c := *l
	c.Base = slices.Clone(l.Base)
	for i := range c.Base {
		c.Base[i] = hundredths(c.Base[i])
	}
	c.Recent.Counts, c.Recent.Usual = nil, nil
	return &c
}

// slot gives the place of a bin in the baseline.
func (l *level) slot(bin time.Time) int {
	if len(l.Base) == 7 {
		return int(bin.Weekday())
	}
	return bin.Hour()
}

// weekday gives the factor of a bin's weekday; nil where weekdays are slots.
func (l *level) weekday(bin time.Time) *float64 {
	if len(l.Base) == 7 {
		return nil
	}
	return &l.Factor[bin.Weekday()]
}

// normal gives what is normal in a bin, on Anscombe's scale.
func (l *level) normal(bin time.Time) float64 {
	m := l.Base[l.slot(bin)]
	if f := l.weekday(bin); f != nil {
		m *= *f
	}
	return m
}

// settle takes what stays for the new level, which is not judged until it is known for
// a week; and the old level again if counts go back to it before that. The last day is
// compared with both, so nothing is settled over a gap.
func (d *Detector) settle(changes []Change) []Change {
	if len(d.s.Recent.Counts) < longestSpan {
		return changes
	}
	switch a := d.s.Alert; {
	case a != nil:
		least := tooLong
		if a.Kind == Rise {
			least = lasting
		}
		if d.alarmed() && a.End.Sub(a.Start) > least && d.stays(a.Kind == Rise) {
			return d.rebase(changes)
		}
	case d.s.Before == nil:
	case d.judged():
		d.s.Before = nil
	case d.returned():
		d.s.level, d.s.Before = *d.s.Before, nil
		d.s.EWMA = 0
	}
	return changes
}

// newest calls f with each bin of the last day and its count, on Anscombe's scale.
func (d *Detector) newest(f func(bin time.Time, y float64)) {
	n := len(d.s.Recent.Counts)
	for i, x := range d.s.Recent.Counts {
		f(d.s.Bin.Add(-time.Duration(n-1-i)*d.width()), anscombe(x))
	}
}

// stays reports whether nearly all of the last day is above the level before the rise, or
// below that before the fall: some loud hours a day are no new level.
func (d *Detector) stays(up bool) bool {
	beyond := 0
	d.newest(func(bin time.Time, y float64) {
		if (y > d.s.normal(bin)) == up {
			beyond++
		}
	})
	return beyond*4 >= longestSpan*3
}

// returned reports whether the last day is nearer to the level before the change than to
// that which it became.
func (d *Detector) returned() bool {
	var before, now float64
	d.newest(func(bin time.Time, y float64) {
		before += math.Abs(y - d.s.Before.normal(bin))
		now += math.Abs(y - d.s.normal(bin))
	})
	return before < now
}

// rebase ends what is open and begins anew, with the last day as the baseline. What is
// known of weekdays stays.
func (d *Detector) rebase(changes []Change) []Change {
	before, l := d.s.copy(), newLevel(len(d.s.Base))
	l.First, l.Factor = d.s.Bin.Add(-lasting), before.Factor
	mean := 0.
	d.newest(func(_ time.Time, y float64) { mean += y / longestSpan })
	for i := range l.Base {
		l.Base[i] = mean
	}
	d.newest(func(bin time.Time, y float64) { l.Base[l.slot(bin)] = y / *l.weekday(bin) })
	l.Bins = longestSpan
	changes = d.end(changes)
	d.s.level, d.s.Before, d.s.EWMA, d.s.Quiet = l, before, 0, 0
	return changes
}
