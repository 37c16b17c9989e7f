package page

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"tribune/event"
	"tribune/gate"
	"tribune/know"
	"tribune/shape"
)

// A page that members see alike but for a few places is rendered once for all
// of them, with holes there, and each gets it with the holes filled: their own
// face, and whether they voted for this or against it and follow that. Who has something of
// their own on it (see Apart), or works here, gets a page of their own.

// Marker says when a page is another one: it gives a number that does not
// change as long as the page does not, for whoever asks.
type Marker func(r *http.Request, a know.Actor) (uint64, error)

// stranger is the member that no member is, for whom a common page is rendered.
const stranger = -1

// Common keeps what h answers to visitors, and what it answers to members, as
// long as the mark stands still.
func (k *Kit) Common(h http.Handler, mark Marker) http.Handler {
	visitors := k.cached(h, func(r *http.Request) (uint64, error) { return mark(r, gate.From(r.Context()).Actor) })
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asker := gate.From(r.Context())
		switch {
		case asker.ID == 0:
			visitors.ServeHTTP(w, r)
		case asker.Role != know.Member || !mayCache(r) || !k.common(w, r, h, asker, mark):
			h.ServeHTTP(w, r)
		}
	})
}

// OfIdea marks the pages of one idea each, whose id is in the path.
func (k *Kit) OfIdea(r *http.Request, _ know.Actor) (uint64, error) {
	id, err := ID(r, "id")
	if err != nil {
		return k.Events.Mark(), nil
	}
	return k.Events.MarkOf(event.Ref{Kind: "idea", ID: id}), nil
}

// common answers with the common page; done is false if it is not for the
// asker, or cannot be made.
func (k *Kit) common(w http.ResponseWriter, r *http.Request, h http.Handler, asker *gate.Asker, mark Marker) (done bool) {
	ctx := r.Context()
	if err := k.Events.Sync(ctx); err != nil {
		return false
	}
	alike := &gate.Asker{Actor: know.Actor{ID: stranger, Role: know.Member, Circles: asker.Circles, Rules: asker.Rules}, Lang: asker.Lang, RequestID: asker.RequestID}
	key := "member " + asker.Lang + " " + r.URL.RequestURI()
	for _, circle := range asker.Circles {
		key = string(circle) + " " + key
	}
	c := k.cache.entry(key)
	c.mu.Lock()
	n, err := mark(r, alike.Actor)
	if err != nil {
		c.mu.Unlock()
		return false
	}
	if now := k.Now(); c.body == nil || c.mark != n || now.Sub(c.at) > cachedFor {
		c.mark, c.at = n, now
		c.make(h, r.WithContext(context.WithValue(gate.As(ctx, alike), apartKey{}, c)))
		c.split(k.holes())
	}
	status, header, parts, apart := c.status, c.header, c.parts, c.apart
	c.mu.Unlock()
	if status != http.StatusOK || slices.Contains(apart, asker.ID) {
		return false
	}
	voted, err := k.Ideas.Voted(ctx, asker.ID, idsOf(parts, holeVote))
	if err != nil {
		return false
	}
	following, err := k.Ideas.Following(ctx, asker.ID, idsOf(parts, holeFollow))
	if err != nil {
		return false
	}
	against, err := k.Ideas.Against(ctx, asker.ID, idsOf(parts, holeAgainst))
	if err != nil {
		return false
	}
	b := buffers.Get().(*bytes.Buffer)
	defer func() { b.Reset(); buffers.Put(b) }()
	for _, p := range parts {
		b.Write(p.before)
		switch {
		case p.kind == holeFace:
			if err := Face(asker.Name, asker.Photo).Render(ctx, b); err != nil {
				return false
			}
		case p.kind == holeVote && voted[p.id], p.kind == holeFollow && following[p.id], p.kind == holeAgainst && against[p.id]:
			b.Write(p.yes)
		default:
			b.Write(p.no)
		}
	}
	to := w.Header()
	for name, values := range header {
		to[name] = values
	}
	to.Del("Content-Length")
	send(w, r, status, b.Bytes())
	return true
}

// The kinds of holes.
const (
	holeFace   = 'm'
	holeVote   = 'v'
	holeFollow = 'f'

	holeAgainst = 'a'
)

// part is what stands before a hole, and the hole: what fills it for who did
// mark the idea, and for who did not. The last part has no hole.
type part struct {
	before  []byte
	kind    byte
	id      int64
	yes, no []byte
}

func idsOf(parts []part, kind byte) (ids []int64) {
	for _, p := range parts {
		if p.kind == kind {
			ids = append(ids, p.id)
		}
	}
	return ids
}

// split cuts a page at its holes. A hole is written as mark, kind and id, mark,
// and then, but for a face, yes, mark, no, mark. The mark is random for each
// process, so that nothing anybody wrote can be taken for one.
func (c *cached) split(mark string) {
	c.parts = c.parts[:0:0]
	texts := bytes.Split(c.body, []byte(mark))
	for len(texts) > 1 {
		p := part{before: texts[0], kind: texts[1][0]}
		p.id, _ = strconv.ParseInt(string(texts[1][1:]), 10, 64)
		texts = texts[2:]
		if p.kind != holeFace {
			p.yes, p.no = texts[0], texts[1]
			texts = texts[2:]
		}
		c.parts = append(c.parts, p)
	}
	c.parts = append(c.parts, part{before: texts[0]})
}

type apartKey struct{}

// Apart notes whose page is not the common one: they have something of their
// own on it.
func Apart(ctx context.Context, people []int64) {
	if c, ok := ctx.Value(apartKey{}).(*cached); ok {
		c.apart = people
	}
}

// IsCommon reports whether a page is rendered for all members alike.
func (v *View) IsCommon() bool { return v.Actor.ID == stranger }

// hole leaves one.
func (v *View) hole(kind byte, id int64, fill ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		mark := v.kit.holes()
		if _, err := io.WriteString(w, mark+string(kind)+strconv.FormatInt(id, 10)+mark); err != nil {
			return err
		}
		for _, f := range fill {
			if err := f.Render(ctx, w); err != nil {
				return err
			}
			if _, err := io.WriteString(w, mark); err != nil {
				return err
			}
		}
		return nil
	})
}

// myFace is the reader's own.
func (v *View) myFace() templ.Component {
	if v.IsCommon() {
		return v.hole(holeFace, 0)
	}
	return Face(v.Actor.Name, v.Actor.Photo)
}

// Vote is the button with which one votes and takes a vote back. It works as
// a form; with scripts only the button changes.
func Vote(v *View, idea shape.Idea, voted bool) templ.Component {
	if v.IsCommon() {
		return v.hole(holeVote, idea.ID, voteForm(v, idea, true), voteForm(v, idea, false))
	}
	return voteForm(v, idea, voted)
}

// Against is the line by which one says that one would rather not have an idea,
// or takes that back, with how many would. It works as a form; with scripts only
// the line changes.
func Against(v *View, idea shape.Idea, against bool) templ.Component {
	if v.IsCommon() {
		return v.hole(holeAgainst, idea.ID, againstForm(v, idea, true), againstForm(v, idea, false))
	}
	return againstForm(v, idea, against)
}

// VoteBoth is Vote where Against stands on the page, too; AgainstBoth the other
// way round. Either changes both.
func VoteBoth(v *View, idea shape.Idea, voted, against bool) templ.Component {
	return both(Vote(v, idea, voted), Against(v, idea, against), ".against")
}

// AgainstBoth is Against, and Vote as it is on the idea's page.
func AgainstBoth(v *View, idea shape.Idea, voted, against bool) templ.Component {
	return both(Against(v, idea, against), Vote(v, idea, voted), ".idea-by .vote-form")
}

// Followed is one of two: what is shown to who follows the idea, and to who
// does not.
func Followed(v *View, idea int64, following bool, yes, no templ.Component) templ.Component {
	switch {
	case v.IsCommon():
		return v.hole(holeFollow, idea, yes, no)
	case following:
		return yes
	}
	return no
}

// mayCache reports whether a request asks for a page as everybody does: not
// for one with words of theirs that were kept over a sign-in.
func mayCache(r *http.Request) bool {
	return r.Method == http.MethodGet && !Partial(r) && flash(r) == "" && len(r.URL.RawQuery) <= 200 && !r.URL.Query().Has(kept)
}

// zipped reports whether a body is to be sent compressed.
func zipped(r *http.Request, n int) bool {
	return n > 1200 && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip")
}
