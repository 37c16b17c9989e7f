package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
)

// problems is what a page met that no page should; it is safe for concurrent
// use, for the browser reports while the journey goes on.
type problems struct {
	mu      sync.Mutex
	met     []string
	allowed []*regexp.Regexp
}

func (p *problems) add(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.met = append(p.met, line)
}

func (p *problems) allow(re *regexp.Regexp) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, re)
}

// take gives the problems that nothing announced, and forgets them all.
func (p *problems) take() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var left []string
	for _, line := range p.met {
		if !p.isAllowed(line) {
			left = append(left, line)
		}
	}
	p.met = nil
	return left
}

// list gives the problems as text, for another failure's message.
func (p *problems) list() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Join(p.met, "\n")
}

func (p *problems) isAllowed(line string) bool {
	for _, re := range p.allowed {
		if re.MatchString(line) {
			return true
		}
	}
	return false
}

// hear takes the events of the tab in their order. It runs in the tab's own
// loop, so it only notes.
func (p *Page) hear(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		d := e.ExceptionDetails
		text := d.Text
		if d.Exception != nil && d.Exception.Description != "" {
			text += " " + d.Exception.Description
		}
		p.add(fmt.Sprintf("exception: %s (%s:%d)", text, d.URL, d.LineNumber+1))
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeAssert {
			p.add("console error: " + arguments(e.Args))
		}
	case *log.EventEntryAdded:
		// Failed requests are told better by the network events below.
		if e.Entry.Level == log.EntryLevelError && e.Entry.Source != log.EntrySourceNetwork {
			p.add(fmt.Sprintf("%s error: %s (%s)", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		p.requests[string(e.RequestID)] = e.Request.Method + " " + e.Request.URL
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			p.add(fmt.Sprintf("status %d for %s", e.Response.Status, p.requests[string(e.RequestID)]))
		}
	case *network.EventLoadingFailed:
		// A request that the page or a navigation called off is not a failure.
		if !e.Canceled && e.ErrorText != "net::ERR_ABORTED" {
			p.add(fmt.Sprintf("failed: %s %s for %s", e.ErrorText, e.BlockedReason, p.requests[string(e.RequestID)]))
		}
	}
}

// arguments shows the values of a console call.
func arguments(args []*runtime.RemoteObject) string {
	var words []string
	for _, a := range args {
		if a.Description != "" {
			words = append(words, a.Description)
		} else {
			words = append(words, strings.Trim(string(a.Value), `"`))
		}
	}
	return strings.Join(words, " ")
}
