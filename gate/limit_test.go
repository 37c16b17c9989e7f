package gate

import (
	"hash/maphash"
	"net/netip"
	"testing"
	"time"

	"tribune/internal/fault"
)

// TestVoicesOfALine counts visitors' voices by line and idea, and by line, for
// a day; what was not taken is not counted.
func TestVoicesOfALine(t *testing.T) {
	at := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	g := &Gate{limits: limits{now: func() time.Time { return at }, on: true, seed: maphash.MakeSeed()}}
	home, neighbour := netip.MustParseAddr("2001:db8:1:1::7"), netip.MustParseAddr("2001:db8:1:1::8")
	elsewhere := netip.MustParseAddr("192.0.2.9")
	voices := func(a netip.Addr, idea int64, n int) {
		t.Helper()
		for range n {
			if _, err := g.VoiceAllowed(a, idea); err != nil {
				t.Fatal(err)
			}
		}
	}
	refused := func(a netip.Addr, idea int64, most int) {
		t.Helper()
		_, err := g.VoiceAllowed(a, idea)
		f, ok := err.(*fault.Error)
		if !ok || f.Kind != fault.Limited || len(f.Args) != 2 || f.Args[1] != most {
			t.Fatalf("got %v, want a limit of %d", err, most)
		}
	}
	for range 50 {
		giveBack, err := g.VoiceAllowed(home, 1)
		if err != nil {
			t.Fatal(err)
		}
		giveBack()
	}
	voices(home, 1, voicesPerIdea-1)
	voices(neighbour, 1, 1)
	refused(home, 1, voicesPerIdea)
	voices(elsewhere, 1, voicesPerIdea)
	for idea := int64(2); idea < 7; idea++ {
		voices(home, idea, 3)
	}
	voices(neighbour, 8, 2)
	refused(home, 9, voicesPerDay)
	at = at.Add(voicesWithin - time.Second)
	refused(home, 9, voicesPerDay)
	at = at.Add(time.Second)
	voices(home, 1, voicesPerIdea)
	for k := range g.limits.days {
		if _, raw := k.who.(netip.Addr); raw {
			t.Fatalf("a network address is kept: %v", k)
		}
	}
	g.limits.on = false
	voices(home, 1, 100)
}
