package event

import (
	"slices"
	"strings"
	"sync"
)

// maxChanges is how many facts wait for one who watches. Whoever lets more
// gather is told that some are missing, and looks at everything again.
const maxChanges = 20_000

// Changes gathers the facts of some families, those of other processes within
// a second, for one who shows things while they change. Unlike a cursor it
// begins now, remembers nothing, and may give a fact twice or out of order:
// what is shown is read anew, not added up. Safe for concurrent use.
type Changes struct {
	log      *Log
	families []string
	ready    chan struct{}

	mu     sync.Mutex
	facts  []Event
	missed bool
}

// Changes begins to gather. Close it when nobody looks any more.
func (l *Log) Changes(families ...string) *Changes {
	c := &Changes{log: l, families: families, ready: make(chan struct{}, 1)}
	l.mu.Lock()
	l.watched = append(l.watched, c)
	l.mu.Unlock()
	return c
}

// Close ends the gathering.
func (c *Changes) Close() {
	c.log.mu.Lock()
	c.log.watched = slices.DeleteFunc(c.log.watched, func(other *Changes) bool { return other == c })
	c.log.mu.Unlock()
}

// Ready gives a channel that holds something once there is something to take.
func (c *Changes) Ready() <-chan struct{} { return c.ready }

// Take gives what gathered since it was last asked. missed reports that there
// were more facts than are kept: then none is given.
func (c *Changes) Take() (facts []Event, missed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	facts, missed = c.facts, c.missed
	c.facts, c.missed = nil, false
	return facts, missed
}

// add takes a fact, if it is of a family that is looked for. It never waits.
func (c *Changes) add(e Event) {
	family, _, _ := strings.Cut(e.Kind, ".")
	if !slices.Contains(c.families, family) {
		return
	}
	c.mu.Lock()
	switch {
	case c.missed:
	case len(c.facts) == maxChanges:
		c.facts, c.missed = nil, true
	default:
		c.facts = append(c.facts, e)
	}
	c.mu.Unlock()
	select {
	case c.ready <- struct{}{}:
	default:
	}
}
