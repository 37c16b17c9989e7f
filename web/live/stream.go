package live

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// counts is what changes of an idea on a page.
type counts struct {
	seen                        bool // the reader may see it
	votes, against              int64
	comments, voices, countries int64
}

// stream is one open page. What is to be sent is kept as the latest state of
// what the page shows, so that a slow reader makes nothing grow.
type stream struct {
	watch watch
	actor know.Actor
	ready chan struct{} // holds something when there is news

	mu    sync.Mutex
	now   []counts // of watch.ideas
	desk  bool     // who waits may have changed
	heard int64    // the first mention that was stored since it was looked, 0 if none was
	ended bool
}

// serve streams what changes on a page until its reader goes away.
func (h *hub) serve(w http.ResponseWriter, r *http.Request, v *page.View) error {
	what, err := watched(r.URL.Query())
	if err != nil {
		return err
	}
	if what.nothing() { // which tells a browser not to ask again
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if what.team() && !v.Actor.IsStaff() {
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	leave, err := h.Gate.Stream(gate.From(r.Context()))
	if err != nil {
		return err
	}
	defer leave()
	s := &stream{watch: what, actor: v.Actor, ready: make(chan struct{}, 1), now: make([]counts, len(what.ideas)), desk: what.desk}
	h.join(s)
	defer h.leave(s)
	if what.radar != nil {
		first, err := h.unseen(r.Context(), what.radar)
		if err != nil {
			return err
		}
		s.lookAtRadar(first)
	}
	all, err := h.counts(r.Context(), v.Actor.Role, what.ideas)
	if err != nil {
		return err
	}
	s.begin(all)
	header := w.Header()
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // a server in between passes each message on
	if r.Method == http.MethodHead {
		return nil
	}
	h.run(w, r, v, s)
	return nil
}

// run writes to a stream until it ends: its reader or the program goes away,
// or it is time that it begins anew.
func (h *hub) run(w http.ResponseWriter, r *http.Request, v *page.View, s *stream) {
	to := writer{w, http.NewResponseController(w), h.pace.patience}
	defer to.SetWriteDeadline(time.Time{}) // the connection may serve other requests
	// Those that end together do not come back together.
	if !to.write("retry: " + strconv.FormatInt(2000+h.Now().UnixMicro()%5000, 10) + "\n\n") {
		return
	}
	beat := time.NewTicker(h.pace.beat)
	defer beat.Stop()
	life := time.NewTimer(h.pace.life)
	defer life.Stop()
	said := said{}
	for {
		message, ended, err := h.message(r.Context(), v, s, &said)
		if err != nil && r.Context().Err() == nil {
			h.Log.Warn("a live page could not be told what changed; it begins anew", "error", err)
		}
		if err != nil || ended || message != "" && !to.write(message) {
			return
		}
		select {
		case <-s.ready:
		case <-beat.C:
			if !to.write(":\n\n") {
				return
			}
		case <-life.C:
			return
		case <-gate.Stopping(r.Context()):
			return
		case <-r.Context().Done():
			return
		}
	}
}

// writer writes messages to a reader who must take each within patience.
type writer struct {
	http.ResponseWriter
	*http.ResponseController
	patience time.Duration
}

func (w writer) write(message string) bool {
	// A server without deadlines (in tests) cannot be given one.
	_ = w.SetWriteDeadline(time.Now().Add(w.patience))
	if _, err := w.ResponseWriter.Write([]byte(message)); err != nil {
		return false
	}
	return w.Flush() == nil
}

// tell says that there is news.
func (s *stream) tell() {
	select {
	case s.ready <- struct{}{}:
	default:
	}
}

// end lets the stream begin anew.
func (s *stream) end() {
	s.mu.Lock()
	s.ended = true
	s.mu.Unlock()
	s.tell()
}

func (s *stream) lookAtDesk() {
	s.mu.Lock()
	s.desk = true
	s.mu.Unlock()
	s.tell()
}

func (s *stream) lookAtRadar(first int64) {
	s.mu.Lock()
	if s.heard == 0 || first < s.heard {
		s.heard = first
	}
	s.mu.Unlock()
	s.tell()
}

// begin keeps the counts that an open page begins with, but for those that the
// follower has shown meanwhile: they may be newer, and if they are not it will
// show them again.
func (s *stream) begin(all map[int64]counts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, id := range s.watch.ideas {
		if !s.now[i].seen {
			s.now[i] = all[id]
		}
	}
}

// show keeps the counts of those ideas that the page shows.
func (s *stream) show(all map[int64]counts) {
	s.mu.Lock()
	news := false
	for i, id := range s.watch.ideas {
		if c, ok := all[id]; ok {
			s.now[i], news = c, true
		}
	}
	s.mu.Unlock()
	if news {
		s.tell()
	}
}

// said is what a stream last said.
type said struct {
	ideas       []counts
	open, fresh int
	aboutDesk   bool
	unread      int64
	radar       radarSaid
}

// message gives what is new since the last message, "" if nothing is: a text
// for each place of the page, in its reader's language.
func (h *hub) message(ctx context.Context, v *page.View, s *stream, last *said) (message string, ended bool, err error) {
	s.mu.Lock()
	now, desk, heard, ended := append([]counts(nil), s.now...), s.desk, s.heard, s.ended
	s.desk, s.heard = false, 0
	s.mu.Unlock()
	if ended {
		return "", true, nil
	}
	texts := map[string]string{}
	for i, id := range s.watch.ideas {
		if c := now[i]; c.seen && (last.ideas == nil || last.ideas[i] != c) {
			ideaTexts(texts, v, s.watch, id, c)
		}
	}
	last.ideas = now
	if desk {
		if err := h.deskTexts(ctx, texts, v, s, last); err != nil {
			return "", false, err
		}
	}
	if heard != 0 {
		if err := h.radarTexts(ctx, texts, v, s, heard, &last.radar); err != nil {
			return "", false, err
		}
	}
	if len(texts) == 0 {
		return "", false, nil
	}
	data, err := json.Marshal(texts)
	return "data: " + string(data) + "\n\n", false, err
}

// ideaTexts gives the texts of an idea's places.
func ideaTexts(texts map[string]string, v *page.View, w watch, id int64, c counts) {
	at := "." + strconv.FormatInt(id, 10)
	texts["votes"+at] = v.Number(c.votes)
	texts["against"+at], texts["comments"+at], texts["voices"+at] = "", "", ""
	if c.against > 0 {
		texts["against"+at] = v.AgainstCount(c.against)
	}
	if c.comments > 0 {
		texts["comments"+at] = v.N("{n} comment", "{n} comments", c.comments)
	}
	if c.voices > 0 {
		texts["voices"+at] = v.Voices(shape.Idea{Voices: c.voices, Countries: c.countries})
	}
	if w.talk >= 0 {
		texts["talk"] = ""
		if n := c.comments - w.talk; n > 0 {
			texts["talk"] = v.N("{n} new comment: show", "{n} new comments: show", n)
		}
	}
}

// deskTexts gives the texts of the desk's places.
func (h *hub) deskTexts(ctx context.Context, texts map[string]string, v *page.View, s *stream, last *said) error {
	waiting, err := h.Inbox.Counts(ctx, s.actor)
	if err != nil {
		return fmt.Errorf("who waits: %w", err)
	}
	fresh := 0
	if !s.watch.since.IsZero() {
		if fresh, err = h.Inbox.Fresh(ctx, s.actor, s.watch.since); err != nil {
			return fmt.Errorf("who came: %w", err)
		}
	}
	unread, err := h.Ideas.CountToRead(ctx, s.actor)
	if err != nil {
		return fmt.Errorf("what waits to be read: %w", err)
	}
	if last.aboutDesk && last.open == waiting.Open && last.fresh == fresh && last.unread == unread {
		return nil
	}
	last.aboutDesk, last.open, last.fresh, last.unread = true, waiting.Open, fresh, unread
	texts["waiting"], texts["threads"], texts["unread"] = "", "", ""
	if unread > 0 {
		texts["unread"] = v.Number(unread)
	}
	if waiting.Open > 0 {
		texts["waiting"] = v.Number(int64(waiting.Open))
	}
	if fresh > 0 {
		texts["threads"] = v.N("{n} new conversation: show", "{n} new conversations: show", int64(fresh))
	}
	return nil
}
