package memo_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"tribune/internal/memo"
)

func TestMap(t *testing.T) {
	m := memo.Map[int, int]{Most: 2}
	made := 0
	get := func(k int, mark uint64) int {
		v, err := m.Get(k, mark, func() (int, error) { made++; return made, nil })
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		k    int
		mark uint64
		want int
	}{{1, 5, 1}, {1, 5, 1}, {1, 4, 1}, {1, 6, 2}, {2, 6, 3}, {1, 6, 2}, {3, 6, 4}, {1, 6, 5}} {
		if got := get(c.k, c.mark); got != c.want {
			t.Errorf("%d at %d is %d, want %d", c.k, c.mark, got, c.want)
		}
	}
	if _, err := m.Get(1, 7, func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("what could not be made was given")
	}
	if got := get(1, 7); got != 6 {
		t.Errorf("after a failure: %d", got)
	}
}

// Many who ask at once wait for one who makes it.
func TestMapMakesOnce(t *testing.T) {
	var m memo.Map[string, int]
	var made atomic.Int64
	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { m.Get("k", 1, func() (int, error) { return int(made.Add(1)), nil }) })
	}
	all.Wait()
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
}
