package gate

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"golang.org/x/net/idna"
)

// origins tells writes that come from the site's own pages from those that
// another site's page makes a browser send.
//
// A site that is told its address compares with that alone: a proxy may then
// rewrite the Host, and a name that somebody else points here opens nothing.
// Without one the Host that was asked for is what there is.
type origins struct {
	own     string // scheme://host[:port] as browsers write it; "": the Host
	browser *http.CrossOriginProtection
}

// newOrigins compares with the origin of an address; "" is none.
func newOrigins(address string) (origins, error) {
	o := origins{browser: http.NewCrossOriginProtection()}
	if address == "" {
		return o, nil
	}
	u, err := url.Parse(address)
	if err == nil && (u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil) {
		err = errors.New("it has too much or too little")
	}
	if err != nil {
		return o, fmt.Errorf("gate: the site's address %q is no origin such as https://example.org: %w", address, err)
	}
	host := strings.ToLower(u.Host)
	if !strings.HasPrefix(host, "[") { // browsers write other names than ASCII ones so
		name, port, colon := strings.Cut(host, ":")
		if name, err = idna.Lookup.ToASCII(name); err != nil {
			return o, fmt.Errorf("gate: the name in the site's address %q cannot be: %w", address, err)
		}
		if host = name; colon {
			host += ":" + port
		}
	}
	host = strings.TrimSuffix(host, map[string]string{"http": ":80", "https": ":443"}[u.Scheme])
	o.own = u.Scheme + "://" + host
	return o, nil
}

// Check refuses a write that does not come from here. One without an Origin is
// no browser's, or is what the browser says it is.
func (o origins) Check(r *http.Request) error {
	origin := r.Header.Get("Origin")
	if o.own == "" || origin == "" {
		return o.browser.Check(r)
	}
	if origin != o.own {
		return fmt.Errorf("the origin is %q, and the site's %q", origin, o.own)
	}
	return nil
}
