// Package memo holds values in memory for as long as a mark stands still: a
// number that only grows, and that grows before anybody relies on a change.
package memo

import "sync"

// Map holds at most Most values. The zero Most is 1,000. Safe for concurrent
// use; what it gives is shared and must not be written to.
type Map[K comparable, V any] struct {
	Most int

	mu sync.Mutex
	m  map[K]*entry[V]
}

type entry[V any] struct {
	mu   sync.Mutex // held while the value is made: it is made once, not by everybody who waits
	made bool
	mark uint64
	v    V
}

// Get gives the value of k, made by make unless it was since mark, which is
// read before Get is called. What make fails to give is not held.
func (m *Map[K, V]) Get(k K, mark uint64, make func() (V, error)) (V, error) {
	e := m.entry(k)
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.made && e.mark >= mark {
		return e.v, nil
	}
	v, err := make()
	if err == nil {
		e.made, e.mark, e.v = true, mark, v
	}
	return v, err
}

func (m *Map[K, V]) entry(k K) *entry[V] {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.m[k]; ok {
		return e
	}
	most := m.Most
	if most == 0 {
		most = 1000
	}
	if m.m == nil || len(m.m) >= most {
		m.m = map[K]*entry[V]{} // what is asked for again is soon made again
	}
	e := &entry[V]{}
	m.m[k] = e
	return e
}
