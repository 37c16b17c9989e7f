// Package gatetest holds every route of a face to a table: who may do what.
// A face lists its routes once, in the order visitor, guest, member, another
// member, staff, owner, with the status each of them gets; the face's own
// router says which routes there are, so that none is forgotten.
package gatetest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Who is somebody who asks.
type Who int

// Those who ask, in the order of a table's columns. Member owns what is asked
// about, where it has an owner; Other is another member.
const (
	Visitor Who = iota
	Guest
	Member
	Other
	Staff
	Owner
)

// All lists those who ask.
func All() []Who { return []Who{Visitor, Guest, Member, Other, Staff, Owner} }

// String names who asks.
func (w Who) String() string {
	return [...]string{"visitor", "guest", "member", "other", "staff", "owner"}[w]
}

// Route is one row of a table.
type Route struct {
	// Call is "METHOD /path". A {name} in it, and in Body, becomes the id of a
	// fresh thing of that name, made before each request.
	Call string
	// Want is the six statuses in the order of All, or one for all of them.
	Want string
	// Body is JSON if it begins with { or [, else a form; "" is no body.
	Body string
	// For is the router's pattern that this row tries, where Call does not show
	// it: "METHOD /path/{id}".
	For string
}

// Face is what a table is tried on.
type Face struct {
	Handler http.Handler
	Sign    func(r *http.Request, who Who)                      // makes a request come from who
	Fresh   func(t testing.TB, name string) string              // makes a thing and gives its id
	Check   func(t testing.TB, w *httptest.ResponseRecorder)    // nil, or looks at each answer
	Before  func(t testing.TB, route Route, who Who) (f func()) // nil, or prepares; f runs afterwards
}

// Try sends every row of a table as everybody and compares the statuses.
func Try(t *testing.T, f Face, routes []Route) {
	t.Helper()
	for _, route := range routes {
		t.Run(strings.ReplaceAll(route.Call, "/", "|"), func(t *testing.T) {
			want := strings.Fields(route.Want)
			if len(want) == 1 {
				want = slices.Repeat(want, len(All()))
			}
			if len(want) != len(All()) {
				t.Fatalf("%d statuses, want one or %d", len(want), len(All()))
			}
			for _, who := range All() {
				got := strconv.Itoa(f.send(t, route, who))
				if got != want[who] {
					t.Errorf("%s gets %s, want %s", who, got, want[who])
				}
			}
		})
	}
}

func (f Face) send(t testing.TB, route Route, who Who) int {
	t.Helper()
	if f.Before != nil {
		if after := f.Before(t, route, who); after != nil {
			defer after()
		}
	}
	made := map[string]string{}
	method, path, _ := strings.Cut(f.fill(t, route.Call, made), " ")
	content := f.fill(t, route.Body, made)
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(content))
	switch {
	case strings.HasPrefix(content, "{"), strings.HasPrefix(content, "["):
		r.Header.Set("Content-Type", "application/json")
	case content != "":
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	default:
		r.Body, r.ContentLength = http.NoBody, 0
	}
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	f.Sign(r, who)
	w := httptest.NewRecorder()
	f.Handler.ServeHTTP(w, r)
	if f.Check != nil {
		f.Check(t, w)
	}
	if w.Code >= 500 {
		t.Errorf("%s: %d %s", who, w.Code, w.Body)
	}
	return w.Code
}

// fill puts fresh things into the holes of a text: the same name is the same
// thing within one request. JSON's own braces are followed by a quote or a
// space, which no name begins with.
func (f Face) fill(t testing.TB, text string, made map[string]string) string {
	t.Helper()
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.ContainsFunc(name, func(r rune) bool { return (r < 'a' || r > 'z') && r != '_' }) {
			b.WriteByte('{')
			text = rest
			continue
		}
		if made[name] == "" {
			made[name] = f.Fresh(t, name)
		}
		b.WriteString(made[name])
		text = after
	}
}

// Missing gives the patterns of a router that no row of a table tries. Holes
// match whatever they are called, and whatever stands in their place.
func Missing(patterns []string, routes []Route) (missing []string) {
	for _, p := range patterns {
		tried := slices.ContainsFunc(routes, func(r Route) bool {
			if r.For != "" {
				return r.For == p
			}
			call, _, _ := strings.Cut(r.Call, "?")
			return alike(p, call)
		})
		if !tried {
			missing = append(missing, p)
		}
	}
	return missing
}

// alike compares "METHOD /a/{b}" of a router with that of a row.
func alike(pattern, call string) bool {
	a, b := strings.Split(pattern, "/"), strings.Split(call, "/")
	return slices.EqualFunc(a, b, func(x, y string) bool {
		return x == y || strings.HasPrefix(x, "{") && y != "" && (strings.HasPrefix(y, "{") || y[0] >= '0' && y[0] <= '9')
	})
}

// Require fails the test for each pattern that no row tries.
func Require(t *testing.T, patterns []string, routes []Route) {
	t.Helper()
	for _, p := range Missing(patterns, routes) {
		t.Errorf("no row of the table tries %s", p)
	}
	if len(patterns) == 0 {
		t.Error("there are no patterns: is the router asked?")
	}
}
