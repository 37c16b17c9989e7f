package query

// holds runs the test at the front of code on the post seen.
func (m *Matcher) holds(v *version, code []instr) bool {
	head := code[0]
	switch head.op {
	case codeHas:
		return m.has(v, &head) != head.not
	case codeAsk:
		if kind := v.features.at(int(head.arg)).more.waiting; !m.asked[kind] {
			m.ask(v, kind)
		}
		return (m.seen[head.arg].epoch == m.epoch) != head.not
	case codeReach:
		n := v.features.at(int(head.arg)).more.node
		return (m.post.Reach > 0 && reaches(n.value, m.post.Reach, n.number)) != head.not
	case codeShared:
		return m.holdsShared(v, head.arg) != head.not
	case codePhrase:
		return (m.phrase(v, code[1:head.size], -1) >= 0) != head.not
	case codeNear:
		return m.isNear(v, code[:head.size]) != head.not
	}
	decides := head.op == codeAny // one that holds decides codeAny, one that does not codeAll
	for i := int32(1); i < head.size; i += code[i].size {
		if in := &code[i]; in.op == codeHas {
			if (m.has(v, in) != in.not) == decides {
				return decides
			}
			continue
		}
		if m.holds(v, code[i:]) == decides {
			return decides
		}
	}
	return !decides
}

// absent is the first place of a pattern that no word of the post fits.
const absent = -2

// has reports whether the post has the feature of an instruction.
func (m *Matcher) has(v *version, in *instr) bool {
	s := &m.seen[in.arg]
	if s.epoch == m.epoch {
		return s.first != absent
	}
	return in.lazy && m.search(v, in.arg)
}

// search tries the words of the post on a pattern. Those that are keys were
// found before if they are there.
func (m *Matcher) search(v *version, w wid) bool {
	f := v.features.at(int(w))
	if len(f.keys) == 0 {
		for i := range m.scan.pieces {
			p := &m.scan.pieces[i]
			if f.more.pattern.fits(m.scan.buf[p.from:p.to]) {
				m.see(w, int32(i), 1)
			}
		}
	}
	if m.seen[w].epoch == m.epoch {
		return true
	}
	m.seen[w] = sighting{epoch: m.epoch, first: absent}
	return false
}

// holdsShared tries something saved, once in a post.
func (m *Matcher) holdsShared(v *version, w wid) bool {
	if m.seen[w].epoch != m.epoch {
		s := sighting{epoch: m.epoch}
		if m.holds(v, v.features.at(int(w)).more.code) {
			s.first = 1
		}
		m.seen[w] = s
	}
	return m.seen[w].first == 1
}

// phrase gives the first position after the given one at which the features of
// args stand side by side, -1 if there is none.
func (m *Matcher) phrase(v *version, args []instr, after int32) int32 {
	for i := range args {
		if !m.has(v, &args[i]) {
			return -1
		}
	}
next:
	for i := m.seen[args[0].arg].first; i >= 0; i = m.found[i].next {
		at := m.found[i].at
		if at <= after {
			continue
		}
		if int(at)+len(args) > len(m.ids) {
			return -1
		}
		for j, a := range args[1:] {
			if here := at + 1 + int32(j); m.ids[here] != a.arg && !m.standsAt(a.arg, here) {
				continue next
			}
		}
		return at
	}
	return -1
}

// standsAt reports whether a feature stands at a position.
func (m *Matcher) standsAt(w wid, at int32) bool {
	for i := m.seen[w].first; i >= 0 && m.found[i].at <= at; i = m.found[i].next {
		if m.found[i].at == at {
			return true
		}
	}
	return false
}

// isNear reports whether each part of a codeNear stands near the one before.
func (m *Matcher) isNear(v *version, code []instr) bool {
	m.places = m.gather(v, code[1:], m.places[:0])
	for i := 1 + code[1].size; int(i) < len(code); i += code[i].size {
		if len(m.places) == 0 {
			return false
		}
		most, ordered := int(code[i].arg), true
		if code[i].arg >= anyOrder {
			most, ordered = int(code[i].arg-anyOrder), false
		}
		i++ // over the codeStep
		m.near.hold(m.places)
		m.places = m.gather(v, code[i:], m.places[:0])
		kept := m.places[:0]
		for _, p := range m.places {
			if m.near.isNear(p, most, true, !ordered) {
				kept = append(kept, p)
			}
		}
		m.places = kept
	}
	return len(m.places) > 0
}

// gather appends the places of the positional part at the front of code.
func (m *Matcher) gather(v *version, code []instr, places []place) []place {
	head := code[0]
	switch head.op {
	case codeHas:
		if !m.has(v, &head) {
			return places
		}
		for i := m.seen[head.arg].first; i >= 0; i = m.found[i].next {
			f := m.found[i]
			places = append(places, place{int(f.at), int(f.at + f.count)})
		}
		return places
	case codePhrase:
		args := code[1:head.size]
		for at := m.phrase(v, args, -1); at >= 0; at = m.phrase(v, args, at) {
			places = append(places, place{int(at), int(at) + len(args)})
		}
		return places
	case codeShared:
		return m.gather(v, v.features.at(int(head.arg)).more.code, places)
	}
	for i := int32(1); i < head.size; i += code[i].size {
		places = m.gather(v, code[i:], places)
	}
	return places
}
