package alert

import (
	"time"

	"tribune/internal/fault"
)

// Hours are those in which nothing is to be told. The zero value is never.
type Hours struct {
	From  int    // minutes after midnight; the same as Until: never
	Until int    // may lie before From: over midnight
	Zone  string // IANA; "" is the site's
}

// Check says what is wrong with hours.
func (h Hours) Check() error {
	var quiet, zone error
	if min(h.From, h.Until) < 0 || max(h.From, h.Until) >= 24*60 {
		quiet = fault.New(fault.Invalid, "Write the time as in 22:00.").On("quiet")
	}
	if _, err := time.LoadLocation(h.Zone); err != nil {
		zone = fault.New(fault.Invalid, "This time zone is not known. Write it as in Europe/Paris.").On("zone")
	}
	return fault.All(quiet, zone)
}

// Location gives their time zone, the site's if they name none that is known here.
func (h Hours) Location(site *time.Location) *time.Location {
	if zone, err := time.LoadLocation(h.Zone); err == nil && h.Zone != "" {
		return zone
	}
	return site
}

// Hold reports whether a moment lies in them.
func (h Hours) Hold(at time.Time, site *time.Location) bool {
	local := at.In(h.Location(site))
	minute := local.Hour()*60 + local.Minute()
	if h.From <= h.Until {
		return h.From <= minute && minute < h.Until
	}
	return minute >= h.From || minute < h.Until
}
