package query

// seeFields notes what stands in those fields of the post that are read at
// once: who said it, where, and from where.
func (m *Matcher) seeFields(v *version) {
	p := m.post
	if v.fields[fieldAuthor] > 0 {
		m.seeWords(v, "author:", p.Author)
		m.seeWords(v, "author:", p.Handle)
		m.seeHandle(v, p.Handle)
	}
	if v.fields[fieldSource] > 0 {
		m.seeWords(v, "source:", p.Source)
	}
	if v.fields[fieldCountry] > 0 && p.Country != "" {
		m.name = appendLower(append(m.name[:0], "country:"...), p.Country)
		if string(m.name) == "country:uk" {
			m.name = append(m.name[:0], "country:gb"...)
		}
		m.seeName(v)
	}
	if v.fields[fieldSite] > 0 {
		m.seeSite(v, p.site())
	}
}

// seeWords notes the words of a field, side by side as in a text of their own.
func (m *Matcher) seeWords(v *version, prefix, text string) {
	if text == "" {
		return
	}
	m.ids = append(m.ids, 0) // stands between the words of two fields
	m.field.scan(text)
	for _, p := range m.field.pieces {
		m.name = append(append(m.name[:0], prefix...), m.field.buf[p.from:p.to]...)
		w := v.find(m.name)
		m.ids = append(m.ids, w)
		if w != 0 {
			m.see(w, int32(len(m.ids)-1), 1)
		}
	}
}

// seeHandle notes the author's handle, with its server and without.
func (m *Matcher) seeHandle(v *version, handle string) {
	if handle == "" {
		return
	}
	name, whole := handleParts(handle)
	m.seeNamed(v, name)
	if len(whole) > len(name) {
		m.seeNamed(v, whole)
	}
}

func (m *Matcher) seeNamed(v *version, handle string) {
	m.name = m.field.appendName(append(m.name[:0], "author:@"...), handle, true)
	m.seeName(v)
}

// seeSite notes a host and each domain it stands in.
func (m *Matcher) seeSite(v *version, host string) {
	for host != "" {
		m.name = appendLower(append(m.name[:0], "site:"...), host)
		m.seeName(v)
		i := 0
		for i < len(host) && host[i] != '.' {
			i++
		}
		host = host[min(i+1, len(host)):]
	}
}

// seeName notes the feature that m.name names, if there is one.
func (m *Matcher) seeName(v *version) {
	if w := v.find(m.name); w != 0 {
		m.see(w, -1, 0)
	}
}

// ask works out what of the post is not read before a query asks for it.
func (m *Matcher) ask(v *version, kind lazyKind) {
	m.asked[kind] = true
	switch kind {
	case lazyLang:
		m.name = appendLower(append(m.name[:0], "lang:"...), m.post.language())
		for i, b := range m.name {
			if b == '_' {
				m.name[i] = '-'
			}
		}
		for end := len("lang:") + 1; end <= len(m.name); end++ {
			if end == len(m.name) || m.name[end] == '-' {
				if w := v.find(m.name[:end]); w != 0 {
					m.see(w, -1, 0)
				}
			}
		}
	case lazyMood:
		m.name = append(append(m.name[:0], "sentiment:"...), moodOf(m.post.sentiment())...)
		m.seeName(v)
	case lazyHas:
		m.seeHas(v, "has:link", m.post.hasLink())
		m.seeHas(v, "has:image", m.post.HasImage)
		m.seeHas(v, "has:question", m.post.hasQuestion())
	case lazyReach:
		for _, w := range v.waiting[lazyReach] {
			if n := v.features.at(int(w)).more.node; m.post.Reach > 0 && reaches(n.value, m.post.Reach, n.number) {
				m.see(w, -1, 0)
			}
		}
	}
}

func (m *Matcher) seeHas(v *version, name string, has bool) {
	if has {
		m.name = append(m.name[:0], name...)
		m.seeName(v)
	}
}

func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		dst = append(dst, lowerASCII(s[i]))
	}
	return dst
}
