package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"tribune/internal/fault"
)

// Stream is an answer that goes on: its body is read as it comes. Read fails
// with a *fault.Error when nothing came for as long as a whole request may
// take otherwise, or when the connection was cut.
type Stream struct {
	Response

	body   io.ReadCloser
	idle   *time.Timer
	quiet  time.Duration
	cancel context.CancelFunc
	fail   func(err error) error
}

// Stream asks for an answer that goes on until ctx ends or it is closed. A
// status of 400 and above is an error that comes with its Stream's Response.
// idle is how long it may be silent; the timeout of the client if zero.
func (c *Client) Stream(ctx context.Context, r Request, idle time.Duration) (*Stream, error) {
	if idle == 0 {
		idle = c.opt.Timeout
	}
	u, req, err := c.request(ctx, r)
	if err != nil {
		return nil, err
	}
	whole, cancel := context.WithCancel(ctx)
	watch := time.AfterFunc(idle, cancel)
	resp, err := c.http.Do(req.WithContext(whole))
	explained := func(err error) error {
		if _, ok := errors.AsType[*fault.Error](err); ok {
			return err
		}
		return c.explain(ctx, whole, err, u)
	}
	if err != nil {
		cancel()
		return nil, explained(err)
	}
	s := &Stream{Response: c.head(resp), body: resp.Body, idle: watch, quiet: idle, cancel: cancel, fail: explained}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		s.Close()
		return s, statusFault(resp.StatusCode)
	}
	s.fail = func(err error) error {
		if whole.Err() != nil { // it was silent, or we stopped
			return explained(err)
		}
		return Ended(u.Hostname()).Because(err)
	}
	return s, nil
}

// Read reads what has come.
func (s *Stream) Read(p []byte) (int, error) {
	n, err := s.body.Read(p)
	s.idle.Reset(s.quiet)
	if err != nil && err != io.EOF {
		err = s.fail(err)
	}
	return n, err
}

// Close ends the stream.
func (s *Stream) Close() error {
	s.idle.Stop()
	s.cancel()
	return s.body.Close()
}

// Socket is a websocket (RFC 6455) that is only listened to.
type Socket struct {
	conn  *websocket.Conn
	quiet time.Duration
	fail  func(whole context.Context, err error) error
	once  sync.Once
}

// MaxMessage is the largest message that a socket takes, in bytes.
const MaxMessage = 1 << 20

// Socket opens a websocket at a ws or wss address, through the same guard as
// everything else. idle is how long it may be silent; the timeout of the client
// if zero. Messages are at most MaxMessage long.
func (c *Client) Socket(ctx context.Context, address string, idle time.Duration) (*Socket, error) {
	if idle == 0 {
		idle = c.opt.Timeout
	}
	// The handshake is a request for the same address over http or https.
	u, err := Address(strings.Replace(address, "ws", "http", 1))
	if err != nil {
		return nil, err
	}
	dial, cancel := context.WithTimeout(ctx, c.opt.Timeout)
	defer cancel()
	conn, resp, err := websocket.Dial(dial, u.String(), &websocket.DialOptions{HTTPClient: c.sockets, HTTPHeader: http.Header{"User-Agent": {c.opt.UserAgent}}})
	if err != nil {
		if resp != nil && resp.StatusCode >= 300 {
			return nil, statusFault(resp.StatusCode)
		}
		return nil, c.socketFault(ctx, dial, err, u)
	}
	conn.SetReadLimit(MaxMessage)
	return &Socket{conn: conn, quiet: idle, fail: func(whole context.Context, err error) error { return c.socketFault(ctx, whole, err, u) }}, nil
}

// Next gives the next message. An error ends the socket.
func (s *Socket) Next(ctx context.Context) ([]byte, error) {
	whole, cancel := context.WithTimeout(ctx, s.quiet)
	defer cancel()
	_, data, err := s.conn.Read(whole)
	if err == nil {
		return data, nil
	}
	s.Close()
	return nil, s.fail(whole, err)
}

// Close ends the socket.
func (s *Socket) Close() { s.once.Do(func() { s.conn.CloseNow() }) }

// socketFault says why a socket could not be opened, or ended.
func (c *Client) socketFault(asked, whole context.Context, err error, u *url.URL) error {
	switch code := websocket.CloseStatus(err); {
	case errors.Is(err, websocket.ErrMessageTooBig) || code == websocket.StatusMessageTooBig:
		return fault.New(fault.Unavailable, textMessage, "host", u.Hostname(), "limit", MaxMessage>>20).Because(err)
	case code != -1 || errors.Is(err, io.EOF):
		return Ended(u.Hostname()).Because(err)
	}
	return c.explain(asked, whole, err, u)
}
