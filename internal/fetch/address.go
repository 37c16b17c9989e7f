package fetch

import "net/netip"

// The IPv4 blocks that are not public, from the IANA special-purpose registry
// (RFC 6890 and its updates). 192.88.99.0/24 is the former 6to4 relay, 240/4
// holds the limited broadcast address.
func reserved4() []netip.Prefix {
	return prefixes("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
		"192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4")
}

// The blocks within 2000::/3 that are not public: protocol assignments with
// Teredo and ORCHID, and documentation. All outside 2000::/3 is refused anyway.
func reserved6() []netip.Prefix {
	return prefixes("2001::/23", "2001:db8::/32", "3fff::/20")
}

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, s := range texts {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// judge tells which addresses may be connected to.
type judge struct {
	private             bool // private addresses too
	four, six           []netip.Prefix
	global, nat64, six4 netip.Prefix
}

func newJudge(private bool) *judge {
	return &judge{
		private: private, four: reserved4(), six: reserved6(),
		global: netip.MustParsePrefix("2000::/3"),
		nat64:  netip.MustParsePrefix("64:ff9b::/96"), // RFC 6052
		six4:   netip.MustParsePrefix("2002::/16"),    // RFC 3056
	}
}

// allows reports whether a connection to the address may be made. An IPv6 form
// that carries an IPv4 address is judged by both.
func (j *judge) allows(a netip.Addr) bool {
	a = a.Unmap()
	if !a.IsValid() || a.IsUnspecified() || a.IsMulticast() || a == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return false
	}
	return j.private || j.public(a)
}

func (j *judge) public(a netip.Addr) bool {
	if a.Is4() {
		return !within(a, j.four)
	}
	if a.Zone() != "" {
		return false
	}
	b := a.As16()
	if j.nat64.Contains(a) {
		return j.public(netip.AddrFrom4([4]byte(b[12:16])))
	}
	if !j.global.Contains(a) || within(a, j.six) {
		return false
	}
	if j.six4.Contains(a) && !j.public(netip.AddrFrom4([4]byte(b[2:6]))) {
		return false
	}
	// ISATAP puts an IPv4 address behind 0000:5efe or 0200:5efe (RFC 5214).
	if b[8]&^2 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe {
		return j.public(netip.AddrFrom4([4]byte(b[12:16])))
	}
	return true
}

func within(a netip.Addr, blocks []netip.Prefix) bool {
	for _, p := range blocks {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
