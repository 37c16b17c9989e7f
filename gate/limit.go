package gate

import (
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
	apiPerSecond    = 5000
	apiBurst        = 10000
	writesPerSecond = 3
	writesBurst     = 60
	signInsPerHour  = 20
	maxLimiters     = 100_000
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
