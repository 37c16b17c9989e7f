package live

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
)

// maxIdeas is how many ideas one page may follow.
const maxIdeas = 100

// watch is what a page wants to be told of, as its address says it.
type watch struct {
	ideas []int64
	talk  int64     // how many comments the page shows, of the one idea it is about; -1: it does not
	desk  bool      // who waits
	since time.Time // how many began to wait after that, if not zero
	radar *heard    // what is heard, nil if it is not shown
}

// heard is a stream of mentions that a page shows.
type heard struct {
	filter url.Values // as the address of the page says it
	after  int64      // the last mention that was stored when it was read
	here   string     // how far the log could be read then; "" if that does not matter
	on     map[int64]bool
	from   time.Time // the last on the page was said then; zero if it shows all there are
}

// watched reads a watch.
func watched(q url.Values) (w watch, err error) {
	w.talk = -1
	for _, list := range q["ideas"] {
		for _, s := range strings.Split(list, ",") {
			id, err := strconv.ParseInt(s, 10, 64)
			if err != nil || id < 1 || len(w.ideas) == maxIdeas {
				return w, unread("ideas")
			}
			w.ideas = append(w.ideas, id)
		}
	}
	if s := q.Get("talk"); s != "" {
		if w.talk, err = strconv.ParseInt(s, 10, 64); err != nil || w.talk < 0 || len(w.ideas) != 1 {
			return w, unread("talk")
		}
	}
	w.desk = q.Has("desk")
	if s := q.Get("since"); s != "" {
		micros, err := strconv.ParseInt(s, 10, 64)
		if err != nil || micros < 1 || !w.desk {
			return w, unread("since")
		}
		w.since = time.UnixMicro(micros)
	}
	if q.Has("radar") {
		w.radar, err = heardOf(q)
	}
	return w, err
}

// heardOf reads what a page shows of what is heard.
func heardOf(q url.Values) (h *heard, err error) {
	h = &heard{}
	if h.filter, err = url.ParseQuery(q.Get("radar")); err != nil {
		return nil, unread("radar")
	}
	if h.after, err = strconv.ParseInt(q.Get("after"), 10, 64); err != nil || h.after < 0 {
		return nil, unread("after")
	}
	h.here, h.on = q.Get("here"), map[int64]bool{}
	for s := range strings.SplitSeq(q.Get("on"), ",") {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil && len(h.on) < maxIdeas {
			h.on[id] = true
		}
	}
	if s := q.Get("from"); s != "" {
		micros, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return nil, unread("from")
		}
		h.from = time.UnixMicro(micros)
	}
	return h, nil
}

func unread(field string) error {
	return fault.New(fault.Invalid, "What this page follows cannot be read. Load it again.").On(field)
}

// nothing reports whether there is nothing to follow.
func (w watch) nothing() bool { return len(w.ideas) == 0 && !w.team() }

// team reports whether only the team may see it.
func (w watch) team() bool { return w.desk || w.radar != nil }
