package gate_test

import (
	"log/slog"
	"net/netip"
	"testing"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

// Nobody takes all live streams: not a person, not an address, not everybody
// together; and a place that is given back can be taken.
func TestStream(t *testing.T) {
	address := func(s string) *gate.Asker { return &gate.Asker{Address: netip.MustParseAddr(s)} }
	for name, c := range map[string]struct {
		limits bool
		who    func(i int) *gate.Asker
		most   int
	}{
		"an address": {true, func(int) *gate.Asker { return address("192.0.2.7") }, 64},
		"a line": {true, func(i int) *gate.Asker {
			a := netip.MustParseAddr("2001:db8::").As16()
			a[15] = byte(i)
			return &gate.Asker{Address: netip.AddrFrom16(a)}
		}, 64},
		"a person": {true, func(int) *gate.Asker {
			return &gate.Asker{Actor: know.Actor{ID: 7}, Address: netip.MustParseAddr("192.0.2.7")}
		}, 24},
		"a load test": {false, func(int) *gate.Asker { return address("192.0.2.7") }, 4000},
		"everybody":   {true, func(i int) *gate.Asker { return &gate.Asker{Actor: know.Actor{ID: int64(i + 1)}} }, 4000},
	} {
		t.Run(name, func(t *testing.T) {
			g, err := gate.New(slog.New(slog.DiscardHandler), nil, gate.Options{Limits: c.limits}, time.Now)
			if err != nil {
				t.Fatal(err)
			}
			var leave func()
			for i := range c.most {
				if leave, err = g.Stream(c.who(i)); err != nil {
					t.Fatalf("the one after %d: %v", i, err)
				}
			}
			if _, err := g.Stream(c.who(c.most)); !fault.Is(err, fault.Limited) {
				t.Errorf("one too many: %v", err)
			}
			leave()
			if _, err := g.Stream(c.who(c.most - 1)); err != nil {
				t.Errorf("in the place of one that left: %v", err)
			}
		})
	}
}
