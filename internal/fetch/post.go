package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"tribune/internal/fault"
)

// maxAnswer is how much of the answer to a Post is read, so that its connection
// can serve the next one; nothing looks at it.
const maxAnswer = 64 << 10

// Posting says what to send where.
type Posting struct {
	URL         string
	ContentType string
	Header      http.Header // more of them
	Body        []byte
}

// AllowsPrivate reports whether the client reaches private addresses, too.
func (c *Client) AllowsPrivate() bool { return c.opt.AllowPrivate }

// Post sends a body to one address. It follows no redirect: what is signed for
// one address goes to no other. A status other than 2xx is an error that comes
// with its Response; with every other error the Response is nil. Its Body is
// empty.
func (c *Client) Post(ctx context.Context, p Posting) (*Response, error) {
	whole, cancel := context.WithTimeout(ctx, c.opt.Timeout)
	defer cancel()
	u, err := Address(p.URL)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(whole, http.MethodPost, u.String(), bytes.NewReader(p.Body))
	if err != nil {
		return nil, fault.New(fault.Invalid, textAddress).Because(err)
	}
	for name, values := range p.Header {
		req.Header[http.CanonicalHeaderKey(name)] = values
	}
	req.Header.Set("User-Agent", c.opt.UserAgent)
	req.Header.Set("Content-Type", p.ContentType)
	once := *c.http
	once.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := once.Do(req)
	if err != nil {
		return nil, c.explain(ctx, whole, err, u)
	}
	defer resp.Body.Close()
	io.CopyN(io.Discard, resp.Body, maxAnswer)
	out := c.head(resp)
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return &out, postFault(resp.StatusCode)
	}
	return &out, nil
}

// postFault says what a status that is no success means for what was sent.
func postFault(code int) error {
	text := textNotTaken
	switch {
	case code >= 300 && code < 400:
		text = textMoved
	case code == http.StatusNotFound || code == http.StatusGone || code == http.StatusMethodNotAllowed:
		text = textNotHere
	case code == http.StatusTooManyRequests:
		text = textTooOften
	case code >= 500:
		text = textTrouble
	}
	return fault.New(fault.Unavailable, text, "status", statusWords(code))
}
