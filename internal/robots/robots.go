// Package robots reads robots.txt (RFC 9309): which addresses of a site a
// program may ask for. It is pure.
package robots

import (
	"net/url"
	"strings"
)

// MaxBytes is how much of a robots.txt is read (RFC 9309, section 2.5, asks for
// at least 500 KiB).
const MaxBytes = 500 << 10

// Rules are what one robots.txt says to one program. The zero value allows
// everything.
type Rules struct {
	rules []rule
}

type rule struct {
	allow   bool
	pattern string
}

// Nothing forbids all: a server that fails to give its robots.txt is to be
// left alone (RFC 9309, section 2.3.1.4).
func Nothing() Rules { return Rules{rules: []rule{{false, "/"}}} }

// Parse reads what is said to the program named agent: the groups that name it,
// else those for everybody ("*"). Lines that cannot be read are passed over.
func Parse(data []byte, agent string) Rules {
	if len(data) > MaxBytes {
		data = data[:MaxBytes]
	}
	var mine, all []rule
	var named, ours, everybody, inRules bool
	for line := range strings.FieldsFuncSeq(strings.TrimPrefix(string(data), "\ufeff"), func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch key = strings.ToLower(strings.TrimSpace(key)); key {
		case "user-agent":
			if inRules { // a new group begins
				ours, everybody, inRules = false, false, false
			}
			switch {
			case value == "*":
				everybody = true
			case strings.EqualFold(product(value), agent):
				ours, named = true, true
			}
		case "allow", "disallow":
			inRules = true
			if value == "" {
				continue
			}
			r := rule{key == "allow", normal(value)}
			if ours {
				mine = append(mine, r)
			}
			if everybody {
				all = append(all, r)
			}
		}
	}
	if named {
		return Rules{mine}
	}
	return Rules{all}
}

// product gives the product token that a line begins with (section 2.2.1).
func product(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-')
	})
	if end >= 0 {
		s = s[:end]
	}
	return s
}

// Allow reports whether an address of the site may be asked for: the longest
// pattern decides, and of two as long the one that allows (section 2.2.2).
// robots.txt itself may always be asked for.
func (r Rules) Allow(u *url.URL) bool {
	path := u.EscapedPath()
	if path == "" {
		path = "/"
	}
	if path == "/robots.txt" {
		return true
	}
	if u.RawQuery != "" {
		path += "?" + u.RawQuery
	}
	path = normal(path)
	allowed, longest := true, -1
	for _, one := range r.rules {
		if n := len(one.pattern); n < longest || n == longest && !one.allow || !matches(one.pattern, path) {
			continue
		}
		allowed, longest = one.allow, len(one.pattern)
	}
	return allowed
}

// normal writes a path so that two that are equal look so: what stands as
// itself is not escaped, all else is, in upper case.
func normal(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if v, ok := unhex(s[i+1], s[i+2]); ok {
				if unreserved(v) {
					b.WriteByte(v)
				} else {
					b.WriteString(strings.ToUpper(s[i : i+3]))
				}
				i += 2
				continue
			}
		}
		if c > 0x7f || c <= ' ' {
			const digits = "0123456789ABCDEF"
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

func unhex(a, b byte) (byte, bool) {
	hi, lo := strings.IndexByte("0123456789abcdef", a|0x20), strings.IndexByte("0123456789abcdef", b|0x20)
	if hi < 0 || lo < 0 {
		return 0, false
	}
	return byte(hi<<4 | lo), true
}

// matches reports whether a path begins as a pattern says, in which * is any
// characters and a $ at its end is the path's end. It takes time in the product
// of both lengths at most.
func matches(pattern, path string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	if !strings.HasPrefix(path, parts[0]) {
		return false
	}
	path = path[len(parts[0]):]
	if len(parts) == 1 {
		return !whole || path == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		i := strings.Index(path, part)
		if i < 0 {
			return false
		}
		path = path[i+len(part):]
	}
	last := parts[len(parts)-1]
	if whole {
		return strings.HasSuffix(path, last)
	}
	return strings.Contains(path, last)
}
