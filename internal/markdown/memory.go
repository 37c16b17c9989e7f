package markdown

import "sync"

// memoryBytes bounds what a Renderer remembers, each half of it.
const memoryBytes = 4 << 20

// memory remembers what texts rendered to: the same ideas are shown again and
// again, and rendering one costs 50 to 500 times a look-up. It has two halves;
// when the young one is full it becomes the old one, and what is still asked
// for moves up.
type memory struct {
	mu         sync.Mutex
	young, old map[memoryKey]string
	size       int
}

type memoryKey struct {
	src   string
	runes int // of an excerpt; -1: the HTML
}

// get gives what make made of a text, now or before.
func (m *memory) get(src string, runes int, make func() string) string {
	k := memoryKey{src, runes}
	m.mu.Lock()
	out, ok := m.young[k]
	if !ok {
		if out, ok = m.old[k]; ok {
			m.put(k, out)
		}
	}
	m.mu.Unlock()
	if ok {
		return out
	}
	out = make()
	m.mu.Lock()
	m.put(k, out)
	m.mu.Unlock()
	return out
}

// put keeps a rendering; m.mu is held.
func (m *memory) put(k memoryKey, out string) {
	n := len(k.src) + len(out)
	if m.young == nil || m.size+n > memoryBytes {
		m.young, m.old, m.size = map[memoryKey]string{}, m.young, 0
	}
	m.young[k] = out
	m.size += n
}
