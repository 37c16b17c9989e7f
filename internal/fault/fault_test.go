package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"tribune/internal/fault"
)

// TestAll says everything that is wrong with a form at once, and what is not
// about a field alone.
func TestAll(t *testing.T) {
	name := fault.New(fault.Invalid, "Say your {what}.", "what", "name").On("name")
	zone := fault.New(fault.Invalid, "No such zone.").On("zone")
	taken := fault.New(fault.Conflict, "Taken.").On("email")
	broken := errors.New("the disk is full")
	refused := fault.New(fault.Forbidden, "Not yours.")

	if err := fault.All(nil, nil); err != nil {
		t.Errorf("nothing wrong gives %v", err)
	}
	err := fault.All(nil, name, fmt.Errorf("wrapped: %w", fault.All(zone, taken)))
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Field != "name" || f.Kind != fault.Invalid || len(f.More) != 2 || f.More[0].Field != "zone" || f.More[1].Field != "email" {
		t.Fatalf("%+v", err)
	}
	if want := "Say your name. No such zone. Taken."; err.Error() != want {
		t.Errorf("%q, want %q", err.Error(), want)
	}
	if len(name.More) != 0 {
		t.Error("a fault that was joined has changed")
	}
	if err := fault.All(name, broken, zone); err != broken {
		t.Errorf("a broken disk gives %v", err)
	}
	if err := fault.All(name, refused); err != error(refused) {
		t.Errorf("what may not be done gives %v", err)
	}
}
