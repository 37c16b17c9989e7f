package gate

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestOrigin refuses what another site's page sends, behind a proxy that
// rewrites the Host and without one.
func TestOrigin(t *testing.T) {
	const own = "https://ideas.example.org"
	for _, c := range []struct {
		name              string
		address           string // the site is told
		host              string
		origin, fetchSite string
		ok                bool
	}{
		{"a browser at the site's address", own, "ideas.example.org", own, "same-origin", true},
		{"behind a proxy that rewrites the Host", own, "127.0.0.1:8080", own, "same-origin", true},
		{"the same from a browser that says no more", own, "127.0.0.1:8080", own, "", true},
		{"another site's page", own, "ideas.example.org", "https://evil.example", "cross-site", false},
		{"another site's page, rewritten Host", own, "127.0.0.1:8080", "https://evil.example", "cross-site", false},
		{"another site's page in a browser that says no more", own, "127.0.0.1:8080", "https://evil.example", "", false},
		{"a neighbour under the same domain", own, "ideas.example.org", "https://shop.example.org", "same-site", false},
		{"another name that somebody pointed here", own, "evil.example", "https://evil.example", "same-origin", false},
		{"the Host behind the proxy, opened by itself", own, "127.0.0.1:8080", "http://127.0.0.1:8080", "same-origin", false},
		{"http in place of https", own, "ideas.example.org", "http://ideas.example.org", "", false},
		{"another port", own, "ideas.example.org", own + ":8443", "", false},
		{"a page without an origin", own, "ideas.example.org", "null", "", false},
		{"a browser that says where it comes from and no more", own, "127.0.0.1:8080", "", "same-origin", true},
		{"and from elsewhere", own, "127.0.0.1:8080", "", "cross-site", false},
		{"no browser", own, "127.0.0.1:8080", "", "", true},
		{"an address with its port", "https://Ideas.Example.org:443/", "127.0.0.1:8080", own, "", true},
		{"an address in letters that are not ASCII", "https://idées.example", "127.0.0.1:8080", "https://xn--ides-cpa.example", "", true},
		{"an address with another port", "http://[::1]:8080", "127.0.0.1:8080", "http://[::1]:8080", "", true},

		{"no address: the Host", "", "box.local:8080", "http://box.local:8080", "same-origin", true},
		{"no address: the Host, from a browser that says no more", "", "box.local:8080", "http://box.local:8080", "", true},
		{"no address: another origin", "", "box.local:8080", "https://evil.example", "cross-site", false},
		{"no address: another origin from a browser that says no more", "", "box.local:8080", "https://evil.example", "", false},
		{"no address: what it would be by default is nothing special", "", "box.local:8080", "http://localhost:8080", "cross-site", false},
		{"no address: no browser", "", "box.local:8080", "", "", true},
	} {
		o, err := newOrigins(c.address)
		if err != nil {
			t.Fatal(c.name, err)
		}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+c.host+"/signin", nil)
		for name, value := range map[string]string{"Origin": c.origin, "Sec-Fetch-Site": c.fetchSite} {
			if value != "" {
				r.Header.Set(name, value)
			}
		}
		if err := o.Check(r); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, address := range []string{"ideas.example.org", "ftp://x", "https://", "https://x/y", "https://u@x", "https://a b"} {
		if _, err := newOrigins(address); err == nil {
			t.Errorf("%q is taken for an origin", address)
		}
	}
}
