package fetch

import (
	"net/netip"
	"testing"

	"pgregory.net/rapid"
)

func TestJudge(t *testing.T) {
	cases := map[string]struct{ public, private bool }{
		"93.184.215.14":                 {true, true},
		"1.1.1.1":                       {true, true},
		"172.15.255.255":                {true, true},
		"172.32.0.1":                    {true, true},
		"100.63.255.255":                {true, true},
		"100.128.0.0":                   {true, true},
		"127.0.0.1":                     {false, true},
		"127.255.255.254":               {false, true},
		"10.1.2.3":                      {false, true},
		"172.16.0.1":                    {false, true},
		"172.31.255.255":                {false, true},
		"192.168.1.1":                   {false, true},
		"169.254.169.254":               {false, true},
		"100.64.0.1":                    {false, true},
		"100.127.255.255":               {false, true},
		"192.0.0.8":                     {false, true},
		"198.18.0.1":                    {false, true},
		"240.0.0.1":                     {false, true},
		"0.0.0.0":                       {false, false},
		"224.0.0.1":                     {false, false},
		"255.255.255.255":               {false, false},
		"::":                            {false, false},
		"::1":                           {false, true},
		"ff02::1":                       {false, false},
		"fe80::1":                       {false, true},
		"fe80::1%eth0":                  {false, true},
		"fec0::1":                       {false, true},
		"fc00::1":                       {false, true},
		"fd12:3456::1":                  {false, true},
		"2606:4700:4700::1111":          {true, true},
		"2001:4860:4860::8888":          {true, true},
		"2001:200::1":                   {true, true},
		"2001:db8::1":                   {false, true},
		"2001:0:4136:e378::1":           {false, true}, // Teredo
		"3fff::1":                       {false, true},
		"4000::1":                       {false, true},
		"::ffff:127.0.0.1":              {false, true},
		"::ffff:10.0.0.1":               {false, true},
		"::ffff:1.1.1.1":                {true, true},
		"::ffff:0.0.0.0":                {false, false},
		"::127.0.0.1":                   {false, true}, // IPv4-compatible
		"64:ff9b::127.0.0.1":            {false, true}, // NAT64
		"64:ff9b::192.168.0.1":          {false, true},
		"64:ff9b::1.1.1.1":              {true, true},
		"64:ff9b:1::1.1.1.1":            {false, true},
		"2002:7f00:1::1":                {false, true}, // 6to4
		"2002:c0a8:101::1":              {false, true},
		"2002:101:101::1":               {true, true},
		"2606:4700::5efe:10.0.0.1":      {false, true}, // ISATAP
		"2606:4700::200:5efe:127.0.0.1": {false, true},
		"2606:4700::5efe:1.1.1.1":       {true, true},
	}
	strict, lax := newJudge(false), newJudge(true)
	for text, want := range cases {
		a := netip.MustParseAddr(text)
		if got := strict.allows(a); got != want.public {
			t.Errorf("%s: allowed is %v in public, want %v", text, got, want.public)
		}
		if got := lax.allows(a); got != want.private {
			t.Errorf("%s: allowed is %v with private, want %v", text, got, want.private)
		}
	}
	if strict.allows(netip.Addr{}) || lax.allows(netip.Addr{}) {
		t.Error("no address at all is allowed")
	}
}

// No way of writing an IPv4 address in IPv6 may change the verdict to "allowed".
func TestJudgeSeesThroughForms(t *testing.T) {
	strict := newJudge(false)
	rapid.Check(t, func(t *rapid.T) {
		b := [4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "b"))
		v4 := netip.AddrFrom4(b)
		if strict.allows(v4) {
			return
		}
		tail := func(prefix ...byte) netip.Addr {
			var a [16]byte
			copy(a[:], prefix)
			copy(a[12:], b[:])
			return netip.AddrFrom16(a)
		}
		forms := []netip.Addr{
			tail(), tail(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff), tail(0, 0x64, 0xff, 0x9b),
			netip.AddrFrom16([16]byte{0x20, 0x02, b[0], b[1], b[2], b[3], 15: 1}),
			tail(0x26, 0x06, 0x47, 0, 0, 0, 0, 0, 0, 0, 0x5e, 0xfe),
		}
		for _, f := range forms {
			if strict.allows(f) {
				t.Fatalf("%s is refused but %s is allowed", v4, f)
			}
		}
	})
}
