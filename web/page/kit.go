package page

import (
	"bytes"
	"embed"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/a-h/templ"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/linkback"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/markdown"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/hook"
	"tribune/listen/relay"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/measure"
	"tribune/measure/digest"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/shape/charter"
	"tribune/tribe"
	"tribune/web/asset"
)

// Files are this folder's styles, scripts and translations.
//
//go:embed *.css *.js fr.json
var Files embed.FS

// Kit is what handlers work with. All fields are set by web.New.
type Kit struct {
	Log       *slog.Logger
	Gate      *gate.Gate
	Events    *event.Log
	People    *know.Directory
	Radar     *listen.Radar
	Hooks     *hook.Hooks
	Spikes    *spike.Spikes
	Trends    *trend.Trends
	Alerts    *alert.Alerts
	Relays    *relay.Relays
	Inbox     *converse.Inbox
	Linkbacks *linkback.Sender
	Ideas     *shape.Ideas
	Purchases *purchase.Ledger
	Posts     *post.Posts
	Charter   *charter.Charter
	Boards    *board.Boards
	Advocacy  *advocate.Advocacy
	Tribes    *tribe.Tribes
	Counts    *volume.Counts
	Measures  *measure.Measures
	Digests   *digest.Digests
	Words     *i18n.Catalogue
	Markdown  *markdown.Renderer
	Assets    *asset.Set
	URL       string // the site's own address, without a slash at the end
	SMTP      string // mail server that the environment fixes; "" leaves it to the settings
	MailFrom  string // and the address mails come from
	Now       func() time.Time

	cache    cache
	tongues  tongues
	pictures sync.Mutex // held while a picture is decoded
}

// Handler answers a request for the reader v. Whatever it returns as an error
// becomes an error page.
type Handler func(w http.ResponseWriter, r *http.Request, v *View) error

// Handle makes a handler of f.
func (k *Kit) Handle(f Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v, err := k.view(r)
		if err == nil {
			err = k.once(w, r, v, f)
		}
		if err != nil {
			k.fail(w, r, v, err)
		}
	})
}

// Staff makes a handler for the desk: whoever does not work here is asked to
// sign in, or finds nothing.
func (k *Kit) Staff(f Handler) http.Handler {
	return k.Handle(func(w http.ResponseWriter, r *http.Request, v *View) error {
		if v.Actor.ID == 0 {
			return fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
		}
		if !v.Actor.IsStaff() {
			return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		counts, err := k.Inbox.Counts(r.Context(), v.Actor)
		if err != nil {
			return err
		}
		v.Waiting = counts.Open
		if v.Unread, err = k.Ideas.CountToRead(r.Context(), v.Actor); err != nil {
			return err
		}
		return f(w, r, v)
	})
}

// view finds out for whom a page is.
func (k *Kit) view(r *http.Request) (*View, error) {
	asker := gate.From(r.Context())
	site, err := k.People.Site(r.Context())
	if err != nil {
		return nil, err
	}
	return &View{Printer: k.Words.Printer(asker.Lang, site.Location()), Actor: asker.Actor, Site: site, Session: asker.Session,
		Path: r.URL.Path, Query: r.URL.RawQuery, URL: k.URL, Now: k.Now(), kit: k, Flash: flash(r)}, nil
}

// fail shows an error page, or sends a visitor to sign in.
func (k *Kit) fail(w http.ResponseWriter, r *http.Request, v *View, err error) {
	status := k.Gate.Note(r, err)
	if v == nil || r.Context().Err() != nil {
		k.Gate.Refuse(w, r, err)
		return
	}
	if status == http.StatusUnauthorized && r.Method == http.MethodGet && !Partial(r) {
		http.Redirect(w, r, "/signin?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	k.sorry(w, r, v, status, v.Fault(err))
}

// sorry answers with an error page, or with a line for a script.
func (k *Kit) sorry(w http.ResponseWriter, r *http.Request, v *View, status int, text string) error {
	v.Title = v.T("This did not work")
	if status == http.StatusNotFound {
		v.Title = v.T("Nothing here")
	}
	if Partial(r) {
		w.Header().Set("HX-Retarget", "#notice")
		w.Header().Set("HX-Reswap", "innerHTML")
		return k.render(w, r, status, notice(v, text))
	}
	return k.render(w, r, status, Square(v, failure(v, text, gate.From(r.Context()).RequestID)))
}

// Show answers with a page in the square's frame.
func (k *Kit) Show(w http.ResponseWriter, r *http.Request, v *View, content templ.Component) error {
	v.told(w, r)
	return k.render(w, r, v.status(), Square(v, content))
}

// ShowDesk answers with a page in the desk's frame.
func (k *Kit) ShowDesk(w http.ResponseWriter, r *http.Request, v *View, content templ.Component) error {
	v.told(w, r)
	return k.render(w, r, v.status(), Desk(v, content))
}

// Fragment answers with a part of a page, for a request by script.
func (k *Kit) Fragment(w http.ResponseWriter, r *http.Request, v *View, content templ.Component) error {
	return k.render(w, r, v.status(), content)
}

func (k *Kit) render(w http.ResponseWriter, r *http.Request, status int, c templ.Component) error {
	b := buffers.Get().(*bytes.Buffer)
	defer func() { b.Reset(); buffers.Put(b) }()
	if err := c.Render(r.Context(), b); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Vary", "Accept-Encoding, Accept-Language, Cookie, HX-Request")
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-cache")
	}
	send(w, r, status, keyed(ledOn(w, r, b.Bytes())))
	return nil
}

// send writes a page, compressed if the reader takes that.
func send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	if zipped(r, len(body)) {
		h.Set("Content-Encoding", "gzip")
		w.WriteHeader(status)
		z := zippers.Get().(*zipper)
		defer zippers.Put(z)
		z.Reset(w)
		if _, err := z.Write(body); err != nil {
			return // the reader went away
		}
		z.Close()
		return
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	w.Write(body)
}

// Partial reports whether a script asks for a part of a page. A page boosted
// or opened by hand is whole.
func Partial(r *http.Request) bool { return r.Header.Get("HX-Request") == "true" }

// Back sends the reader to a page of this site after a form was done. A
// visitor keeps the code with which they came.
func Back(w http.ResponseWriter, r *http.Request, to string) error {
	http.Redirect(w, r, With(to, Via(r)), http.StatusSeeOther)
	return nil
}

// ID reads a number from the path.
func ID(r *http.Request, name string) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue(name), 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return id, nil
}

// Form reads a posted form of at most formAtMost (pictures have their own road).
func Form(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, formAtMost)
	if err := r.ParseForm(); err != nil {
		return fault.New(fault.Invalid, "The form did not arrive whole, or is longer than it may be. Go back: what you typed is still there.").Because(err)
	}
	return nil
}
