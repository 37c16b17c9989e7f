package reader

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/robots"
)

// Agent is what we are called in a robots.txt.
const Agent = "Tribune"

const (
	robotsFor  = 24 * time.Hour // how long a robots.txt is believed (RFC 9309, section 2.4)
	robotsMost = 500            // sites whose robots.txt is kept
)

// Polite asks web sites for what their robots.txt lets us read. Interfaces that
// are made for programs are asked without it.
type Polite struct {
	Web
	now func() time.Time

	mu    sync.Mutex
	sites map[string]verdict // by scheme and host
}

type verdict struct {
	rules robots.Rules
	until time.Time
}

// NewPolite makes a polite way to the web.
func NewPolite(web Web, now func() time.Time) *Polite {
	return &Polite{Web: web, now: now, sites: map[string]verdict{}}
}

// What a person reads when a robots.txt keeps us out.
const (
	textKeptOut  = "The robots.txt of {host} asks programs not to read this address. Ask those who run it to let “Tribune” in, or give another address."
	textNoRobots = "The robots.txt of {host} cannot be read at the moment, so nothing is read there. It is tried again by itself."
)

// Get asks for an address, if the site's robots.txt lets us; where it sends us
// on, that is looked at, too.
func (p *Polite) Get(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	u, err := fetch.Address(r.URL)
	if err != nil {
		return nil, err
	}
	if err := p.may(ctx, u); err != nil {
		return nil, err
	}
	r.May = p.may
	return p.Web.Get(ctx, r)
}

// May reports whether an address may be read, and what is said of it elsewhere
// be kept.
func (p *Polite) May(ctx context.Context, address string) bool {
	u, err := fetch.Address(address)
	return err == nil && p.may(ctx, u) == nil
}

// may fails if an address is not to be read.
func (p *Polite) may(ctx context.Context, u *url.URL) error {
	site := u.Scheme + "://" + strings.ToLower(u.Host)
	p.mu.Lock()
	v, ok := p.sites[site]
	p.mu.Unlock()
	if !ok || p.now().After(v.until) {
		rules, err := p.ask(ctx, site, u.Hostname())
		if err != nil {
			return err
		}
		v = verdict{rules, p.now().Add(robotsFor)}
		p.mu.Lock()
		for other := range p.sites { // any one goes: it is only asked for again
			if len(p.sites) < robotsMost {
				break
			}
			delete(p.sites, other)
		}
		p.sites[site] = v
		p.mu.Unlock()
	}
	if !v.rules.Allow(u) {
		return fault.New(fault.Unavailable, textKeptOut, "host", u.Hostname())
	}
	return nil
}

// ask reads a site's robots.txt. One that is not there allows everything; one
// that fails, nothing (RFC 9309, section 2.3.1).
func (p *Polite) ask(ctx context.Context, site, host string) (robots.Rules, error) {
	answer, err := p.Web.Get(ctx, fetch.Request{URL: site + "/robots.txt", Accept: "text/plain, */*;q=0.5"})
	switch {
	case err == nil:
		return robots.Parse(answer.Body, Agent), nil
	case answer == nil:
		return robots.Rules{}, err
	case answer.Status >= 500 || answer.Status == http.StatusTooManyRequests:
		return robots.Rules{}, fault.New(fault.Unavailable, textNoRobots, "host", host).Because(err)
	}
	return robots.Rules{}, nil
}

// NoIndex reports whether a page's X-Robots-Tag or its meta robots tells
// programs like ours not to keep it. tags are the values of the meta elements
// named robots or tribune.
func NoIndex(h http.Header, tags ...string) bool {
	for _, line := range h.Values("X-Robots-Tag") {
		for _, word := range strings.Split(line, ",") {
			// "unavailable_after: 25 Jun 2010" and "otherbot: noindex" have a colon.
			if agent, rest, ok := strings.Cut(word, ":"); ok {
				if !strings.EqualFold(strings.TrimSpace(agent), Agent) {
					break // it, and what follows on this line, is for another
				}
				word = rest
			}
			if forbids(word) {
				return true
			}
		}
	}
	for _, tag := range tags {
		for _, word := range strings.Split(tag, ",") {
			if forbids(word) {
				return true
			}
		}
	}
	return false
}

func forbids(word string) bool {
	word = strings.ToLower(strings.TrimSpace(word))
	return word == "noindex" || word == "none"
}
