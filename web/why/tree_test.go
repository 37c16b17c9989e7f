package why

import (
	"testing"

	"tribune/advocate"
)

// TestCrossedMore: what the list of borders has no room for is said, so that its
// rows add up to the sum above it.
func TestCrossedMore(t *testing.T) {
	f := forest{crossed: 15, crossings: []advocate.Crossing{{From: "FR", To: "DE", Buyers: 9}, {From: "DE", To: "NO", Buyers: 5}}}
	if got := f.crossedMore(); got != 1 {
		t.Errorf("%d more, want 1", got)
	}
}
