package gate

import (
	"context"
	"net/netip"
	"sync"

	"tribune/internal/fault"
)

// How many live streams may be open at once: in all, for the memory they take;
// by one person; and from one address, behind which a whole school may sit.
const (
	maxStreams        = 4000
	streamsPerPerson  = 24
	streamsPerAddress = 64
)

// streams counts what is open.
type streams struct {
	mu  sync.Mutex
	all int
	by  map[any]int
}

// Stream admits one more live stream of who asks, or says why not; leave,
// called once, gives the place back.
func (g *Gate) Stream(a *Asker) (leave func(), err error) {
	who, most := any(line(a.Address)), streamsPerAddress
	if a.ID != 0 {
		who, most = a.ID, streamsPerPerson
	}
	s := &g.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= maxStreams {
		return nil, fault.New(fault.Limited, "So many read here now that this page cannot change by itself. All else works: load it again to see what is new.")
	}
	if g.limits.on && s.by[who] >= most {
		return nil, fault.New(fault.Limited, "So many pages are open from where you are that this one cannot change by itself. All else works: load it again to see what is new.")
	}
	if s.by == nil {
		s.by = map[any]int{}
	}
	s.all++
	s.by[who]++
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.by[who]--; s.by[who] == 0 {
			delete(s.by, who)
		}
	}, nil
}

// line is the customer's line that an address belongs to: IPv6 is counted by /64.
func line(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

type stopping struct{}

// WithStop marks the context of a server's requests with its coming stop:
// those that would go on for hours end then, all others are let finish.
func WithStop(ctx context.Context, stop <-chan struct{}) context.Context {
	return context.WithValue(ctx, stopping{}, stop)
}

// Stopping gives a channel that is closed when the server of a request is
// about to stop; nil if nobody says so.
func Stopping(ctx context.Context) <-chan struct{} {
	stop, _ := ctx.Value(stopping{}).(<-chan struct{})
	return stop
}
