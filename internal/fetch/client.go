package fetch

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	"tribune/internal/fault"
)

// Options sets a client up. The zero value is usable.
type Options struct {
	AllowPrivate bool          // reach loopback, private and link-local addresses too: trials and tests
	UserAgent    string        // who we say we are; "Tribune" if empty
	MaxBytes     int64         // of a body after decompression; 8 MiB if zero
	Timeout      time.Duration // of a whole request with its redirects and its body; 20 s if zero
	MaxRedirects int           // 5 if zero
	Now          func() time.Time

	resolver *net.Resolver                // tests answer names themselves
	exempt   func(to netip.AddrPort) bool // tests stand for a public address with this
}

const (
	maxHeader     = 64 << 10
	maxAddress    = 4096 // bytes of a URL
	maxValidator  = 512  // bytes of an ETag worth keeping
	maxRetryAfter = 24 * time.Hour
)

// Client fetches. It is safe for concurrent use.
type Client struct {
	opt   Options
	judge *judge
	http  *http.Client

	sockets *http.Client // for websockets, which need HTTP/1.1
}

// Request says what to fetch. ETag and LastModified are what the last Response
// gave, so that the answer may be "not modified".
type Request struct {
	URL          string
	ETag         string
	LastModified string
	Accept       string
	Bearer       string // a token for the host that is asked; never sent on to another

	// May fails if a place that the address sends us on to is not to be asked; nil: all may be.
	May func(ctx context.Context, to *url.URL) error
}

// Response is an answer. URL is the address that answered in the end. Body is
// empty when NotModified, and when the status is an error. RetryAfter is zero
// if the answer did not say, and a day at most.
type Response struct {
	URL          string
	Status       int
	NotModified  bool
	ETag         string
	LastModified string
	ContentType  string
	RetryAfter   time.Duration
	Header       http.Header // all there are, at most 64 kB
	Body         []byte
}

// New makes a client.
func New(opt Options) *Client {
	opt.UserAgent = cmp.Or(opt.UserAgent, "Tribune")
	opt.MaxBytes = cmp.Or(opt.MaxBytes, 8<<20)
	opt.Timeout = cmp.Or(opt.Timeout, 20*time.Second)
	opt.MaxRedirects = cmp.Or(opt.MaxRedirects, 5)
	if opt.Now == nil {
		opt.Now = time.Now
	}
	c := &Client{opt: opt, judge: newJudge(opt.AllowPrivate)}
	c.http = &http.Client{CheckRedirect: c.redirect, Transport: c.transport(true)}
	c.sockets = &http.Client{CheckRedirect: c.redirect, Transport: c.transport(false)}
	return c
}

func (c *Client) transport(http2 bool) *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // a proxy would connect where we must not
		DialContext:            c.dial,
		ForceAttemptHTTP2:      http2,
		MaxResponseHeaderBytes: maxHeader,
		TLSHandshakeTimeout:    c.opt.Timeout,
		MaxIdleConns:           32,
		MaxIdleConnsPerHost:    1,
		IdleConnTimeout:        10 * time.Second,
	}
}

// Close ends the connections that are kept open for a next request.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Get fetches one address. A status of 400 and above is an error that comes
// with its Response; with every other error the Response is nil.
func (c *Client) Get(ctx context.Context, r Request) (*Response, error) {
	whole, cancel := context.WithTimeout(ctx, c.opt.Timeout)
	defer cancel()
	u, req, err := c.request(whole, r)
	if err != nil {
		return nil, err
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, c.explain(ctx, whole, err, u)
	}
	defer resp.Body.Close()
	out, err := c.answer(resp, req)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		err = c.explain(ctx, whole, err, u)
	}
	return out, err
}

// request makes the request that is asked for.
func (c *Client) request(ctx context.Context, r Request) (*url.URL, *http.Request, error) {
	u, err := Address(r.URL)
	if err != nil {
		return nil, nil, err
	}
	if r.May != nil {
		ctx = context.WithValue(ctx, mayKey{}, r.May)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, fault.New(fault.Invalid, textAddress).Because(err)
	}
	req.Header.Set("User-Agent", c.opt.UserAgent)
	req.Header.Set("Accept", cmp.Or(r.Accept, "*/*"))
	if tag := validator(r.ETag); tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	if date := validator(r.LastModified); date != "" {
		req.Header.Set("If-Modified-Since", date)
	}
	if token := validator(r.Bearer); token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return u, req, nil
}

// Address reads an address that somebody typed and refuses what is not one of
// the web. Its *fault.Error is Invalid.
func Address(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(s))
	switch {
	case err != nil:
		return nil, fault.New(fault.Invalid, textAddress).Because(err)
	case len(s) > maxAddress:
		return nil, fault.New(fault.Invalid, textLong, "limit", maxAddress)
	case u.Scheme != "http" && u.Scheme != "https":
		return nil, fault.New(fault.Invalid, textScheme)
	case u.Hostname() == "":
		return nil, fault.New(fault.Invalid, textAddress)
	case u.User != nil:
		return nil, fault.New(fault.Invalid, textCredentials)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// dial connects to where the name points now, if that may be.
func (c *Client) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: c.opt.Timeout, Resolver: c.opt.resolver, KeepAlive: -1, Control: c.control}
	conn, err := d.DialContext(ctx, network, addr)
	if errors.Is(err, errRefused) {
		return nil, fault.New(fault.Invalid, textPrivate, "host", host).Because(err)
	}
	return conn, err
}

// Dial connects to a host and port, where that may be: for protocols other
// than the web's.
func (c *Client) Dial(ctx context.Context, address string) (net.Conn, error) {
	whole, cancel := context.WithTimeout(ctx, c.opt.Timeout)
	defer cancel()
	conn, err := c.dial(whole, "tcp", address)
	if err != nil {
		return nil, c.explain(ctx, whole, err, &url.URL{Host: address})
	}
	return conn, nil
}

// control is asked with the socket made and the address resolved.
func (c *Client) control(network, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || (network != "tcp4" && network != "tcp6") {
		return errRefused
	}
	if c.judge.allows(to.Addr()) || (c.opt.exempt != nil && c.opt.exempt(to)) {
		return nil
	}
	return errRefused
}

// mayKey is what a request's context has its May by: a redirect knows only that.
type mayKey struct{}

// redirect follows within the bounds. Where it leads is judged when it is
// dialled.
func (c *Client) redirect(req *http.Request, via []*http.Request) error {
	if len(via) > c.opt.MaxRedirects {
		return fault.New(fault.Unavailable, textRedirects, "host", via[0].URL.Hostname(), "count", c.opt.MaxRedirects)
	}
	if (req.URL.Scheme != "http" && req.URL.Scheme != "https") || req.URL.Hostname() == "" || len(req.URL.String()) > maxAddress {
		return fault.New(fault.Unavailable, textAstray, "host", via[len(via)-1].URL.Hostname())
	}
	if may, ok := req.Context().Value(mayKey{}).(func(context.Context, *url.URL) error); ok {
		if err := may(req.Context(), req.URL); err != nil {
			return err
		}
	}
	req.URL.User = nil
	req.Header.Del("Authorization")
	req.Header.Del("Referer")
	return nil
}

// head gives an answer without its body.
func (c *Client) head(resp *http.Response) Response {
	final := *resp.Request.URL
	final.User, final.Fragment, final.RawFragment = nil, "", ""
	h := resp.Header
	return Response{
		URL: final.String(), Status: resp.StatusCode,
		ETag: validator(h.Get("ETag")), LastModified: validator(h.Get("Last-Modified")),
		ContentType: validator(h.Get("Content-Type")), RetryAfter: c.retryAfter(h.Get("Retry-After")), Header: h,
	}
}

// answer reads what came back.
func (c *Client) answer(resp *http.Response, req *http.Request) (*Response, error) {
	head := c.head(resp)
	out, h := &head, resp.Header
	asked := req.Header.Get("If-None-Match") != "" || req.Header.Get("If-Modified-Since") != ""
	if resp.StatusCode == http.StatusNotModified && asked {
		out.NotModified = true
		return out, nil
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return out, statusFault(resp.StatusCode)
	}
	tooLarge := fault.New(fault.Unavailable, textLarge, "limit", strconv.FormatFloat(float64(c.opt.MaxBytes)/(1<<20), 'g', 3, 64))
	if resp.ContentLength > c.opt.MaxBytes {
		return nil, tooLarge
	}
	if enc := strings.ToLower(h.Get("Content-Encoding")); enc != "" && enc != "identity" {
		return nil, fault.New(fault.Unavailable, textEncoding, "host", resp.Request.URL.Hostname())
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, c.opt.MaxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > c.opt.MaxBytes {
		return nil, tooLarge
	}
	out.Body = body
	return out, nil
}

// validator gives a header's value if it is short and printable, so that it can
// be stored and sent again as it is.
func validator(s string) string {
	if len(s) > maxValidator || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return ""
	}
	return s
}

// retryAfter reads both forms of RFC 9110, section 10.2.3.
func (c *Client) retryAfter(s string) time.Duration {
	wait := time.Duration(0)
	if n, err := strconv.ParseUint(strings.TrimSpace(s), 10, 63); err == nil {
		wait = time.Duration(min(n, uint64(maxRetryAfter/time.Second))) * time.Second
	} else if at, err := http.ParseTime(s); err == nil {
		wait = at.Sub(c.opt.Now())
	}
	return min(max(wait, 0), maxRetryAfter)
}
