package gate

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"hash/maphash"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strings"
	"time"

	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/know"
)

// Asker is who a request comes from.
type Asker struct {
	know.Actor
	Session   string // the cookie's secret, "" without one
	Lang      string // of pages: the person's choice, else the browser's, else the site's
	Address   netip.Addr
	RequestID string
	Secure    bool // the site is served over https: cookies are Secure
}

// Options are the gate's settings.
type Options struct {
	URL     string          // the site's own address; https makes cookies Secure
	Origin  string          // the address that writes must come from; "": from the Host they ask
	Proxies []netip.Prefix  // whose X-Forwarded-For is believed
	Limits  bool            // false lifts every limit (load tests)
	Words   *i18n.Catalogue // what is refused is said in the asker's language; nil: in English
}

// Gate is the door. Safe for concurrent use.
type Gate struct {
	log    *slog.Logger
	people *know.Directory
	opt    Options
	origin origins
	limits limits

	streams streams
}

// New makes the gate of an open site.
func New(log *slog.Logger, people *know.Directory, o Options, now func() time.Time) (*Gate, error) {
	origin, err := newOrigins(o.Origin)
	if err != nil {
		return nil, err
	}
	return &Gate{log: log, people: people, opt: o, origin: origin, limits: limits{now: now, on: o.Limits, seed: maphash.MakeSeed()}}, nil
}

type key struct{}

// From gives who asks. Outside the gate it is a visitor.
func From(ctx context.Context) *Asker {
	if a, ok := ctx.Value(key{}).(*Asker); ok {
		return a
	}
	return &Asker{Lang: "en"}
}

// As gives a context in which somebody else asks: a page is made for whom it
// is kept, not for who came first.
func As(ctx context.Context, a *Asker) context.Context { return context.WithValue(ctx, key{}, a) }

// policy lets pages use what the site itself serves, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Wrap puts the gate before a face.
func (g *Gate) Wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asker := &Asker{RequestID: requestID(), Address: g.address(r), Secure: g.secure()}
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("X-Request-Id", asker.RequestID)
		if g.secure() {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		r = r.WithContext(context.WithValue(r.Context(), key{}, asker))
		defer g.recovered(w, r)
		if err := g.identify(r, asker); err != nil {
			g.Refuse(w, r, err)
			return
		}
		if err := g.admit(r, asker); err != nil {
			g.Refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// recovered answers for a handler that panicked.
func (g *Gate) recovered(w http.ResponseWriter, r *http.Request) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p)
	}
	g.log.Error("a handler panicked", "path", r.URL.Path, "request", From(r.Context()).RequestID, "panic", p, "stack", string(debug.Stack()))
	g.say(w, r, http.StatusInternalServerError, g.text(r, nil))
}

// identify finds who asks by token, else by cookie. A wrong token is refused;
// a cookie that has ended makes a visitor.
func (g *Gate) identify(r *http.Request, asker *Asker) (err error) {
	ctx := r.Context()
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		var known bool
		asker.Actor, known, err = g.people.ActorByToken(ctx, strings.TrimSpace(token))
		if err == nil && !known {
			err = fault.New(fault.Unauthorised, "This token is not known, or has ended. Make a new one on your own page.")
		}
	} else if session := kept(r, g.cookie()); session != "" {
		var known bool
		asker.Actor, known, err = g.people.ActorBySession(ctx, session)
		if known {
			asker.Session = session
		}
	}
	if err != nil {
		return err
	}
	site, err := g.people.Site(ctx)
	if err != nil {
		return err
	}
	if asker.ID == 0 {
		asker.Rules = &site.Rules
	}
	asker.Lang = language(r, asker.Actor, site)
	return nil
}

// language chooses the language of pages: the one asked for on a page's foot
// (kept in a cookie), the one the person chose, the browser's, that of the
// browser they signed in with, the site's.
func language(r *http.Request, a know.Actor, site know.Site) string {
	chosen, noted := a.Language, ""
	if !a.Chosen {
		chosen, noted = noted, chosen
	}
	browser := ""
	if accept := r.Header.Get("Accept-Language"); accept != "" {
		browser = i18n.Match(accept)
	}
	for _, want := range []string{Kept(r, "lang"), chosen, browser, noted} {
		if want == "en" || want == "fr" {
			return want
		}
	}
	return site.Language
}

// admit refuses what comes too often, and writes that come from elsewhere.
func (g *Gate) admit(r *http.Request, asker *Asker) error {
	if asker.Token {
		return g.limits.allow("token", asker.ID, apiPerSecond, apiBurst)
	}
	if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
		return nil
	}
	if strings.HasPrefix(r.URL.Path, "/api/v1/hooks/") { // carries its own proof, and nothing of a browser's counts
		return g.limits.allow("hook", line(asker.Address), hooksPerSecond, hooksBurst)
	}
	if r.URL.Path == "/webmention" { // anybody may send one, and nothing of a browser's counts
		return g.limits.allow("webmention", line(asker.Address), mentionsPerSecond, mentionsBurst)
	}
	if !oneClick(r) {
		if err := g.origin.Check(r); err != nil {
			return fault.New(fault.Forbidden, "This was sent from a page of another site, so it was not done. Open the page here and try again.").Because(err)
		}
	}
	if asker.ID != 0 {
		return g.limits.allow("person", asker.ID, writesPerSecond, writesBurst)
	}
	return g.limits.allow("address", asker.Address, writesPerSecond, writesBurst)
}

// oneClick recognises a mail program's unsubscribe (RFC 8058): it carries its
// own proof in the address and comes without cookies.
func oneClick(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/unsubscribe/") && r.Header.Get("Cookie") == ""
}

// Refuse answers with a fault where no face is at hand to say it better.
func (g *Gate) Refuse(w http.ResponseWriter, r *http.Request, err error) {
	g.say(w, r, g.Note(r, err), g.text(r, err))
}

// text says an error to who asks; nil is one of ours.
func (g *Gate) text(r *http.Request, err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind == fault.Internal {
		f = fault.New(fault.Internal, "Something went wrong on our side. Nothing was lost; please try again.")
	}
	if g.opt.Words == nil {
		return fault.Fill(f.Text, f.Args...)
	}
	lang := From(r.Context()).Lang
	if lang == "" { // refused before that was found out
		lang = i18n.Match(r.Header.Get("Accept-Language"))
	}
	return g.opt.Words.Printer(lang, time.UTC).Fault(f)
}

// say answers a refusal: a program gets a problem (RFC 9457), a person a line.
func (g *Gate) say(w http.ResponseWriter, r *http.Request, status int, text string) {
	switch status {
	case http.StatusUnauthorized:
		w.Header().Set("WWW-Authenticate", `Bearer realm="Tribune"`)
	case http.StatusTooManyRequests:
		w.Header().Set("Retry-After", "1")
	}
	if !strings.HasPrefix(r.URL.Path, "/api/") {
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]any{"title": http.StatusText(status), "status": status, "detail": text})
}

// Note gives the status code for an error and logs what is ours to mend, with
// the request's id.
func (g *Gate) Note(r *http.Request, err error) int {
	status := Status(err)
	if fault.KindOf(err) == fault.Internal && r.Context().Err() == nil {
		g.log.Error("a request failed", "method", r.Method, "path", r.URL.Path, "request", From(r.Context()).RequestID, "error", err)
	}
	return status
}

// Status gives the status code of an error.
func Status(err error) int {
	switch fault.KindOf(err) {
	case fault.Invalid:
		return http.StatusUnprocessableEntity
	case fault.NotFound:
		return http.StatusNotFound
	case fault.Conflict:
		return http.StatusConflict
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.Unauthorised:
		return http.StatusUnauthorized
	case fault.Limited:
		return http.StatusTooManyRequests
	case fault.Unavailable:
		return http.StatusBadGateway
	}
	return http.StatusInternalServerError
}

func requestID() string {
	b := make([]byte, 9)
	rand.Read(b)
	return base64.RawURLEncoding.EncodeToString(b)
}

// address gives the network address that asks. Forwarded ones are believed
// only from the proxies that the settings name.
func (g *Gate) address(r *http.Request) netip.Addr {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Addr{}
	}
	addr = addr.Unmap()
	if !g.isProxy(addr) {
		return addr
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return addr
		}
		if addr = hop.Unmap(); !g.isProxy(addr) {
			return addr
		}
	}
	return addr
}

func (g *Gate) isProxy(a netip.Addr) bool {
	for _, p := range g.opt.Proxies {
		if p.Contains(a) {
			return true
		}
	}
	return false
}
