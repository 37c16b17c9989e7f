package spike

import (
	"encoding/json"
	"fmt"
	"time"

	"tribune/internal/burst"
)

// How counts are read.
const (
	slot     = 5 * 60  // seconds: one value of the series
	hour     = 60 * 60 // seconds
	unsteady = hour    // how long counts of a slot may still change without the series being judged from its beginning
	longest  = 400 * 24 * hour
)

// watch is the series of one query: its detector, as it was after the slots
// before through.
type watch struct {
	query    int64
	version  int64
	through  int64 // Unix seconds
	counted  int64
	recent   int64
	detector *burst.Detector // nil: nothing was fed

	seen      int64 // mentions before through when it was looked at last
	late      float64
	lateAt    int64 // Unix seconds
	heldUntil int64 // likewise
}

// series is the mentions of one query by the slot that they begin in, in Unix
// seconds.
type series struct {
	first int64 // the first slot with any; 0: there is none
	n     map[int64]float64

	unheard []stretch
}

// settled gives the slot up to which counts hardly change any more.
func settled(now time.Time) int64 {
	at := now.Unix() - unsteady
	return at - at%slot
}

// sum gives the mentions from then on.
func (s series) sum(from int64) (n float64) {
	for at, v := range s.n {
		if at >= from {
			n += v
		}
	}
	return n
}

// needs gives from when on counts are read to judge further: those that say when
// the silence that is open, or was within the hour, ended, too.
func (w *watch) needs() int64 {
	from := w.through
	if w.detector == nil {
		return from
	}
	if a, ok := w.detector.Open(); ok && a.Kind == burst.Silence {
		from = min(from, a.Start.Unix())
	}
	if a, ok := w.detector.Over(); ok && a.Kind == burst.Silence && a.End.Unix() > from-hour {
		from = min(from, a.Start.Unix())
	}
	return from
}

// alert is one of a series. The detector keeps one open for half a day, as more
// of it may come; it is over once an hour since, or what was said, shows so.
type alert struct {
	burst.Alert
	over bool
}

// judge feeds a series up to now, and gives the alerts that are not over, or end
// after since: there is no other one then. Slots older than an hour stay in the
// watch's state.
func (w *watch) judge(s series, now time.Time) (alerts []alert, since int64, err error) {
	settled := settled(now)
	if w.detector == nil {
		if w.detector, err = burst.New(slot * time.Second); err != nil || s.first == 0 {
			return nil, 0, err
		}
		w.through = s.first
	}
	since = w.through - w.through%hour // an hour that is too high is one from its beginning
	over, err := feed(w.detector, s, w.through, settled)
	if err != nil {
		return nil, 0, err
	}
	w.through = max(w.through, settled)
	if a, ok := w.detector.Over(); ok && len(over) == 0 && a.End.Unix() > since {
		over = append(over, a) // within the hour: another one of the other kind began
	}
	ahead, err := clone(w.detector)
	if err != nil {
		return nil, 0, err
	}
	current := now.Unix() - now.Unix()%slot
	fresh, err := feed(ahead, s, w.through, current)
	if err != nil {
		return nil, 0, err
	}
	if n := s.n[current]; n > 0 && current >= w.through { // what is to come can only be more
		changes, err := ahead.Add(time.Unix(current, 0), n)
		if err != nil {
			return nil, 0, err
		}
		fresh = append(fresh, ended(changes)...)
	}
	sure := func(a burst.Alert) bool { return up(a.Kind) || a.Start.Unix() < w.through && isOpen(w.detector, a) }
	for _, a := range over {
		alerts = append(alerts, s.heardAgain(a, true))
	}
	for _, a := range fresh {
		if sure(a) {
			alerts = append(alerts, s.heardAgain(a, true))
		}
	}
	if a, ok := ahead.Open(); ok && sure(a) {
		goesOn := now.Sub(a.End) < time.Hour
		if !up(a.Kind) { // as far as hours are sure
			goesOn = a.End.Unix() >= w.through-w.through%hour
		}
		alerts = append(alerts, s.heardAgain(a, !goesOn))
	}
	return alerts, since, nil
}

// heardAgain has a silence end where something is said again; the detector ends
// it with the hour. One that was broken before, or was a drop first, is left.
func (s series) heardAgain(a burst.Alert, over bool) alert {
	if a.Kind != burst.Silence {
		return alert{a, over}
	}
	at, end := a.Start.Unix(), a.End.Unix()
	for at <= end && s.n[at] <= 0 {
		at += slot
	}
	if at > end || at <= end-hour || at == a.Start.Unix() {
		return alert{a, over}
	}
	a.End = time.Unix(at, 0).UTC()
	return alert{a, true}
}

// isOpen reports whether a detector is in that alert.
func isOpen(d *burst.Detector, a burst.Alert) bool {
	open, ok := d.Open()
	return ok && open.Start.Equal(a.Start) && up(open.Kind) == up(a.Kind)
}

// feed gives a detector the slots of a time, but for those to which nobody
// listened, and gives the alerts that ended.
func feed(d *burst.Detector, s series, from, to int64) (over []burst.Alert, err error) {
	for at := from; at < to; at += slot {
		if s.n[at] <= 0 && s.deaf(at) {
			continue
		}
		changes, err := d.Add(time.Unix(at, 0), max(s.n[at], 0))
		if err != nil {
			return nil, fmt.Errorf("spike: feed: %w", err)
		}
		over = append(over, ended(changes)...)
	}
	return over, nil
}

func ended(changes []burst.Change) (over []burst.Alert) {
	for _, c := range changes {
		if !c.Opened {
			over = append(over, c.Alert)
		}
	}
	return over
}

// clone gives a detector that goes on by itself from where another is.
func clone(d *burst.Detector) (*burst.Detector, error) {
	state, err := json.Marshal(d)
	if err != nil {
		return nil, err
	}
	ahead := new(burst.Detector)
	return ahead, json.Unmarshal(state, ahead)
}
