package fetch

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"tribune/internal/fault"
)

// resolver answers names from a table through a real DNS exchange on loopback.
func resolver(t *testing.T, names map[string]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply := reply(buf[:n], names); reply != nil {
				conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func reply(query []byte, names map[string]string) []byte {
	var m dnsmessage.Message
	if m.Unpack(query) != nil || len(m.Questions) != 1 {
		return nil
	}
	q := m.Questions[0]
	m.Response, m.Additionals = true, nil
	text, known := names[q.Name.String()]
	if !known {
		m.RCode = dnsmessage.RCodeNameError
	} else if a := netip.MustParseAddr(text); a.Is4() == (q.Type == dnsmessage.TypeA) {
		head := dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: dnsmessage.ClassINET, TTL: 1}
		var body dnsmessage.ResourceBody = &dnsmessage.AAAAResource{AAAA: a.As16()}
		if a.Is4() {
			body = &dnsmessage.AResource{A: a.As4()}
		}
		m.Answers = []dnsmessage.Resource{{Header: head, Body: body}}
	}
	out, err := m.Pack()
	if err != nil {
		return nil
	}
	return out
}

func TestNamesThatPointInside(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "inside") }))
	defer s.Close()
	at := netip.MustParseAddrPort(s.Listener.Addr().String())
	_, port, _ := net.SplitHostPort(at.String())
	names := map[string]string{
		"loop.test.": "127.0.0.1", "home.test.": "192.168.1.1", "cloud.test.": "169.254.169.254", "carrier.test.": "100.64.0.1",
		"six.test.": "::1", "mapped.test.": "::ffff:127.0.0.1", "nat.test.": "64:ff9b::7f00:1", "unique.test.": "fd00::1",
	}
	c := New(Options{Timeout: 5 * time.Second, resolver: resolver(t, names)})
	for name := range names {
		_, err := c.Get(t.Context(), Request{URL: "http://" + name[:len(name)-1] + ":" + port})
		refused(t, err, fault.Invalid, "The address "+name[:len(name)-1]+" points into a private network")
	}
	_, err := c.Get(t.Context(), Request{URL: "http://nobody.test/"})
	refused(t, err, fault.Unavailable, "There is no site called nobody.test")

	// The names do resolve: where that one address is allowed, its server answers.
	c = New(Options{Timeout: 5 * time.Second, resolver: resolver(t, names), exempt: func(to netip.AddrPort) bool { return to == at }})
	got, err := c.Get(t.Context(), Request{URL: "http://loop.test:" + port})
	if err != nil || string(got.Body) != "inside" {
		t.Errorf("%+v, %v", got, err)
	}
}
