package query

import "slices"

// Matcher matches posts against a Set and keeps the memory it needs for that,
// so that one post after another allocates nothing. It is for one goroutine at
// a time. The zero value is ready, for any Set.
type Matcher struct {
	scan  scanner
	field scanner // for what is in fields
	text  string
	post  *Post
	plain Post // for a text alone

	ids   []wid        // of the words of the text, by position, then of those in fields
	found []occurrence // of features, in the order they were found
	hits  []wid        // the features of the post
	fits  []wid        // the patterns that one word fits
	name  []byte       // of a feature that is looked up
	asked [lazyEnd]bool

	letters [maxFuzzy]rune
	keys    []uint64
	near    nearness
	places  []place

	epoch uint32 // the number of the post, never 0
	seen  []sighting
	tried []uint32 // by slot: the epoch that tried the query last
}

// sighting is what is known of a feature in a post.
type sighting struct {
	epoch       uint32 // the post that had it last, or in which its code was tried
	first, last int32  // in found; first is -1 if it stands at no place; of something saved 1 if it holds
}

// occurrence is one place of a feature.
type occurrence struct {
	at, count int32 // the first word and how many
	next      int32 // of the same feature, in found; -1 after the last
}

// Match appends to dst the ids of the queries in s that match doc, ascending,
// each once.
func (m *Matcher) Match(s *Set, doc Doc, dst []int64) []int64 {
	if doc.Post == nil {
		m.plain = Post{}
		doc.Post = &m.plain
	}
	m.scan.load(doc)
	return m.match(s.now.Load(), doc.Post, dst)
}

// MatchPost is Match for a post that has not been tokenised.
func (m *Matcher) MatchPost(s *Set, p *Post, dst []int64) []int64 {
	v := s.now.Load()
	m.scan.scan(p.Text)
	m.scan.marks = m.scan.marks[:0]
	if v.marks > 0 {
		m.scan.findMarks(p.Text)
	}
	return m.match(v, p, dst)
}

// MatchText is MatchPost for a text alone.
func (m *Matcher) MatchText(s *Set, text string, dst []int64) []int64 {
	m.plain = Post{Text: text}
	return m.MatchPost(s, &m.plain, dst)
}

// match finds the queries that match the post whose text m.scan holds.
func (m *Matcher) match(v *version, p *Post, dst []int64) []int64 {
	if m.epoch++; m.epoch == 0 { // it has gone round: old marks would count again
		clear(m.seen[:cap(m.seen)])
		clear(m.tried[:cap(m.tried)])
		m.epoch = 1
	}
	m.seen = sized(m.seen, v.features.n)
	m.tried = sized(m.tried, v.entries.n)
	m.ids, m.found, m.hits = m.ids[:0], m.found[:0], m.hits[:0]
	m.asked = [lazyEnd]bool{}
	m.post, m.text = p, p.Text
	m.seeText(v)
	m.seeFields(v)
	for kind := lazyLang; kind < lazyEnd; kind++ {
		if len(v.waiting[kind]) > 0 {
			m.ask(v, kind)
		}
	}
	dst = m.collect(v, dst)
	m.post, m.text = nil, ""
	return dst
}

// sized gives s with length n. What it had beyond its length is kept: marks of
// older epochs there are harmless.
func sized[E any](s []E, n int) []E {
	if n <= cap(s) {
		return s[:n]
	}
	return append(s[:cap(s)], make([]E, n+n/4-cap(s))...)[:n]
}

// seeText notes the words of the text, and what else queries find in them.
func (m *Matcher) seeText(v *version) {
	for i := range m.scan.pieces {
		p := &m.scan.pieces[i]
		word := m.scan.buf[p.from:p.to]
		w := v.find(word)
		m.ids = append(m.ids, w)
		if w != 0 {
			m.see(w, int32(i), 1)
			if more := v.features.at(int(w)).more; more != nil {
				m.seeExact(more.exact, p, int32(i))
			}
		}
		if v.patterns.total > 0 {
			m.fits = m.fits[:0]
			m.patternsOf(v, word)
			for _, w := range m.fits {
				m.see(w, int32(i), 1)
			}
		}
	}
	if v.marks == 0 {
		return
	}
	for _, mark := range m.scan.marks {
		if w := v.find(m.scan.buf[mark.from:mark.to]); w != 0 {
			m.see(w, int32(mark.first), int32(mark.count))
		}
	}
}

// seeExact notes the exact forms that a word is written in.
func (m *Matcher) seeExact(forms []variant, p *piece, at int32) {
	if len(forms) == 0 {
		return
	}
	written := exactForm(m.text[p.start:p.end])
	for _, f := range forms {
		if f.raw == written {
			m.see(f.wid, at, 1)
		}
	}
}

// see notes a feature at a place of the text; places of a feature come in
// order. Without a place, at is -1.
func (m *Matcher) see(w wid, at, count int32) {
	s := &m.seen[w]
	here := int32(-1)
	if at >= 0 {
		here = int32(len(m.found))
		m.found = append(m.found, occurrence{at: at, count: count, next: -1})
	}
	if s.epoch == m.epoch {
		if at >= 0 && s.last >= 0 {
			m.found[s.last].next = here
			s.last = here
		}
		return
	}
	*s = sighting{epoch: m.epoch, first: here, last: here}
	m.hits = append(m.hits, w)
}

// collect tries the queries that one of the features seen is a key of.
func (m *Matcher) collect(v *version, dst []int64) []int64 {
	start := len(dst)
	for i := 0; i < len(m.hits); i++ { // trying may add features that are keys of nothing
		for _, p := range v.features.at(int(m.hits[i])).keys {
			if p.also != 0 && m.seen[p.also].epoch != m.epoch {
				continue
			}
			at := p.slot
			if at < 0 {
				at = ^at
				if m.tried[at] == m.epoch {
					continue
				}
				m.tried[at] = m.epoch
			}
			if e := v.entries.at(int(at)); m.holds(v, e.code) {
				dst = append(dst, e.id)
			}
		}
	}
	slices.Sort(dst[start:])
	return dst
}
