package calendar

import (
	"testing"
	"time"
)

// Every day of years begins once, where the day before ends, also where clocks
// go forward over midnight or a day is left out.
func TestDays(t *testing.T) {
	for _, name := range []string{"UTC", "Europe/Paris", "Asia/Kolkata", "Africa/Cairo", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "Australia/Lord_Howe"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := Day(time.Date(2009, 1, 1, 12, 0, 0, 0, zone))
		for at.Year() < 2028 {
			next := After(at, 1)
			if !next.After(at) || next.Sub(at) > 49*time.Hour || !Day(next.Add(-time.Second)).Equal(at) || !Day(next).Equal(next) || !After(next, -1).Equal(at) && name != "Pacific/Apia" {
				t.Fatalf("%s: after the day of %v comes that of %v", name, at, next)
			}
			if again, err := Parse(at.Format(time.DateOnly), zone); err != nil || !again.Equal(at) {
				t.Fatalf("%s: %v is read as %v, %v", name, at, again, err)
			}
			at = next
		}
	}
}
