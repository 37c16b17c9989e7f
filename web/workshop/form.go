package workshop

import (
	"strings"
	"time"

	"tribune/internal/fault"
)

// first gives the first text that says something.
func first(texts ...string) string {
	for _, t := range texts {
		if strings.TrimSpace(t) != "" {
			return t
		}
	}
	return ""
}

// dayOf reads a day of a form (2026-11-20) as its first moment in a zone; ""
// is the zero time.
func dayOf(text string, zone *time.Location, field string) (time.Time, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, text, zone)
	if err != nil {
		return t, fault.New(fault.Invalid, "Write the day as year-month-day: 2026-11-20.").On(field)
	}
	return t, nil
}

// dayText writes a day for a form, "" for none.
func dayText(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return ""
	}
	return t.In(zone).Format(time.DateOnly)
}
