package radar

import (
	"io"
	"strings"
	"testing"
	"time"
)

// TestShelf keeps the newest files, as much as may wait in all, and closes the
// others.
func TestShelf(t *testing.T) {
	now := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	s := &shelf{now: func() time.Time { return now }}
	put := func(person int64, text string) *kept {
		t.Helper()
		k, err := s.put(person, "a.csv", "csv", strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		return k
	}
	closed := func(k *kept) bool { _, err := k.file.Stat(); return err != nil }
	one := put(1, "one")
	one.size = keptAll - 3 // as if it were that large
	two := put(2, "two")
	if closed(one) || closed(two) {
		t.Error("both fit, and one is gone")
	}
	three := put(3, "three")
	if !closed(one) || closed(two) || closed(three) {
		t.Error("the oldest has to go when there is too much, and it alone")
	}
	k, ok := s.take(2, two.sum)
	if !ok {
		t.Fatal("what is kept is not found")
	}
	if text, err := io.ReadAll(k.reader()); err != nil || string(text) != "two" {
		t.Errorf("%q, %v", text, err)
	}
	s.drop(k)
	if closed(k) {
		t.Error("a file that is being imported was closed")
	}
	s.back(k)
	again := put(2, "two again")
	if !closed(two) || len(s.files) != 2 {
		t.Errorf("%d files are kept", len(s.files))
	}
	now = now.Add(keptFor)
	if _, ok := s.take(2, again.sum); ok || !closed(again) {
		t.Error("a file is kept for longer than it may be")
	}
	put(4, "four")
	if !closed(three) || len(s.files) != 1 {
		t.Errorf("%d files are kept", len(s.files))
	}
}
