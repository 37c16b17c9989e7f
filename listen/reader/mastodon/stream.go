package mastodon

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tribune/internal/fetch"
	"tribune/listen/reader"
)

// The streaming interface (https://docs.joinmastodon.org/methods/streaming/):
// server-sent events. Since Mastodon 4.2 it wants a member's token.

const (
	silence   = 90 * time.Second // a sign of life comes every 30 seconds
	lineMost  = 1 << 20          // bytes of one event
	batchMost = 50
	batchWait = time.Second
	noStream  = 24 * time.Hour // until a server that offered none is asked again
)

// open opens the timeline's stream, nil if the server offers none to us.
func (f *follower) open(ctx context.Context) (*fetch.Stream, error) {
	m, ask := f.m, url.Values{}
	path := "/api/v1/streaming/public/local"
	switch {
	case f.t.search != "":
		return nil, nil // nobody offers one
	case f.t.tag != "":
		path = "/api/v1/streaming/hashtag"
		ask.Set("tag", f.t.tag)
	}
	key := f.t.site.Host + " " + f.from.Secret
	m.mu.Lock()
	until := m.streamed[key]
	m.mu.Unlock()
	if m.now().Before(until) {
		return nil, nil
	}
	base, err := f.streamHost(ctx)
	if err != nil {
		return nil, err
	}
	base.Path, base.RawQuery = path, ask.Encode()
	s, err := m.web.Stream(ctx, fetch.Request{URL: base.String(), Bearer: f.from.Secret, Accept: "text/event-stream"}, silence)
	if err == nil && strings.HasPrefix(s.ContentType, "text/event-stream") {
		return s, nil
	}
	if s != nil {
		s.Close()
		if s.Status == http.StatusTooManyRequests || s.Status >= 500 {
			return nil, nil // asked for pages until then
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.streamed[key] = m.now().Add(noStream)
	return nil, nil
}

// streamHost gives the server that streams: the one that the instance names.
func (f *follower) streamHost(ctx context.Context) (*url.URL, error) {
	here := *f.t.site
	answer, err := f.m.web.Get(ctx, fetch.Request{URL: f.t.api("/api/v2/instance", nil), Accept: "application/json"})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil {
		return &here, nil
	}
	var instance struct {
		Configuration struct {
			URLs struct {
				Streaming string `json:"streaming"`
			} `json:"urls"`
		} `json:"configuration"`
	}
	if json.Unmarshal(answer.Body, &instance) != nil || !strings.HasPrefix(instance.Configuration.URLs.Streaming, "ws") {
		return &here, nil
	}
	u, err := fetch.Address(strings.Replace(instance.Configuration.URLs.Streaming, "ws", "http", 1))
	if err != nil || here.Scheme == "https" && u.Scheme != "https" {
		return &here, nil
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

// event is one server-sent event.
type event struct{ name, data string }

// events reads server-sent events
// (https://html.spec.whatwg.org/multipage/server-sent-events.html).
type events struct {
	lines *bufio.Scanner
}

func eventsOf(s io.Reader) *events {
	lines := bufio.NewScanner(s)
	lines.Buffer(nil, lineMost)
	return &events{lines}
}

// errEnded says that the other side ended the stream.
var errEnded = errors.New("the stream ended")

func (e *events) next(context.Context) (one event, err error) {
	for e.lines.Scan() {
		line := e.lines.Text()
		if line == "" {
			if one.name != "" || one.data != "" {
				return one, nil
			}
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "event":
			one.name = value
		case "data":
			if len(one.data)+len(value) > lineMost {
				return one, bufio.ErrTooLong
			}
			if one.data != "" {
				one.data += "\n"
			}
			one.data += value
		}
	}
	if err = e.lines.Err(); err == nil {
		err = errEnded
	}
	return one, err
}

// follow hands over what a stream brings, until it ends.
func (f *follower) follow(ctx context.Context, stream *fetch.Stream) error {
	err := reader.Gather(ctx, eventsOf(stream).next, batchMost, batchWait, func(batch []event) error {
		var page []status
		var gone []string
		for _, e := range batch {
			switch e.name {
			case "update", "status.update":
				var s status
				if json.Unmarshal([]byte(e.data), &s) == nil { // one that cannot be read harms no other
					page = append(page, s)
				}
			case "delete":
				if id := strings.Trim(e.data, `" `); id != "" && len(id) <= 100 {
					gone = append(gone, id)
				}
			}
		}
		return f.hand(ctx, page, gone)
	})
	switch {
	case err == errEnded:
		return fetch.Ended(f.t.site.Hostname())
	case errors.Is(err, bufio.ErrTooLong):
		return reader.Strange(f.t.site.String(), err)
	}
	return err
}
