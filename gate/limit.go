package gate

import (
	"hash/maphash"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"tribune/internal/fault"
)

// How often one may ask. Page views are not limited. A token may make 5,000
// calls a second; a person's or an address's writes are limited to what hands
// can do; sign-in links to an address's patience.
const (
	apiPerSecond      = 5000
	apiBurst          = 10000
	writesPerSecond   = 3
	writesBurst       = 60
	hooksPerSecond    = 20 // of up to 10,000 rows
	hooksBurst        = 200
	mentionsPerSecond = 1 // webmentions: each has us ask for a page
	mentionsBurst     = 60
	signInsPerHour    = 20
	maxLimiters       = 100_000
)

// How many voices visitors without an account add from one customer's line
// within 24 hours: behind one idea, so that a few neighbours cannot look like a
// crowd, and in all, so that reading them stays possible. A school or an office
// is one line: whoever needs more signs in, which lifts both. They are counted
// in memory, by a hash whose key ends with the process: no network address is
// kept, and a restart begins the count anew.
const (
	voicesPerIdea = 3
	voicesPerDay  = 20
	voicesWithin  = 24 * time.Hour
)

type limiterKey struct {
	what string
	who  any
}

// limits holds a token bucket for each who of late.
type limits struct {
	now func() time.Time
	on  bool
	mu  sync.Mutex
	m   map[limiterKey]*rate.Limiter

	days map[limiterKey]*day
	seed maphash.Seed // makes addresses into what nobody can read back
}

// day counts what somebody did since a moment.
type day struct {
	since time.Time
	n     int
}

// take counts one more of k within a day, unless there were most already.
// Whoever calls it holds the lock.
func (l *limits) take(k limiterKey, most int) bool {
	now := l.now()
	d, ok := l.days[k]
	if !ok || now.Sub(d.since) >= voicesWithin {
		d = &day{since: now}
		l.days[k] = d
	}
	if d.n >= most {
		return false
	}
	d.n++
	return true
}

func (l *limits) allow(what string, who any, perSecond float64, burst int) error {
	if !l.on {
		return nil
	}
	l.mu.Lock()
	if l.m == nil || len(l.m) > maxLimiters {
		l.m = map[limiterKey]*rate.Limiter{}
	}
	k := limiterKey{what, who}
	limiter, ok := l.m[k]
	if !ok {
		limiter = rate.NewLimiter(rate.Limit(perSecond), burst)
		l.m[k] = limiter
	}
	l.mu.Unlock()
	if limiter.AllowN(l.now(), 1) {
		return nil
	}
	return fault.New(fault.Limited, "That was too much at once. Wait a moment, then try again: nothing was lost.")
}

// SignInAllowed limits how many sign-in links one network address asks for.
// IPv6 is counted by /64: one customer's line.
func (g *Gate) SignInAllowed(a netip.Addr) error {
	return g.limits.allow("signin", line(a), signInsPerHour/3600.0, signInsPerHour)
}

// VoiceAllowed counts one more voice behind an idea by a visitor without an
// account, or says that there were enough today. giveBack uncounts it, for a
// voice that could not be taken.
func (g *Gate) VoiceAllowed(a netip.Addr, idea int64) (giveBack func(), err error) {
	l := &g.limits
	if !l.on {
		return func() {}, nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.days == nil || len(l.days) > maxLimiters {
		l.days = map[limiterKey]*day{}
	}
	from := maphash.Comparable(l.seed, line(a))
	behind, all := limiterKey{"voice", [2]uint64{from, uint64(idea)}}, limiterKey{"voices", from}
	if !l.take(all, voicesPerDay) {
		return nil, fault.New(fault.Limited, "{most} voices came from your network within a day, and more are not taken from people without an account. Sign in to add yours, or come back tomorrow.", "most", voicesPerDay)
	}
	if !l.take(behind, voicesPerIdea) {
		l.days[all].n--
		return nil, fault.New(fault.Limited, "{most} voices behind this idea came from your network within a day, and more are not taken from people without an account. Sign in to add yours, or come back tomorrow.", "most", voicesPerIdea)
	}
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		for _, k := range []limiterKey{behind, all} {
			if d, ok := l.days[k]; ok && d.n > 0 {
				d.n--
			}
		}
	}, nil
}
