// Package calendar tells when days begin where people live.
package calendar

import "time"

// Day gives the first moment of the day that t lies in, in t's own zone. Where
// clocks go forward over midnight the day begins at one.
func Day(t time.Time) time.Time {
	year, month, day := t.Date()
	return begin(year, month, day, t.Location())
}

// After gives the first moment of the day that comes n days after the one that
// t lies in, in t's own zone; before it, if n is negative.
func After(t time.Time, n int) time.Time {
	year, month, day := t.Date()
	return begin(year, month, day+n, t.Location())
}

// Month gives the first moment of the month that t lies in, in t's own zone.
func Month(t time.Time) time.Time { return begin(t.Year(), t.Month(), 1, t.Location()) }

func begin(year int, month time.Month, day int, zone *time.Location) time.Time {
	t := time.Date(year, month, day, 0, 0, 0, 0, zone)
	if wanted := time.Date(year, month, day, 0, 0, 0, 0, time.UTC); t.Day() != wanted.Day() { // its midnight, or all of it, is left out
		_, t = t.ZoneBounds()
	}
	return t
}

// Parse reads a day as in 2026-11-20, and gives its first moment in a zone.
func Parse(text string, zone *time.Location) (time.Time, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return t, err
	}
	return begin(t.Year(), t.Month(), t.Day(), zone), nil
}
