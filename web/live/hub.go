package live

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/shape"
	"tribune/web/page"
)

// hub holds the open streams. While there is one, a single follower of the log
// tells them what changed.
type hub struct {
	*page.Kit
	pace pace
	look chan struct{} // holds something while nobody looks through what is heard

	mu      sync.Mutex
	streams map[*stream]bool
	stop    context.CancelFunc // of the follower; nil without one
	stopped chan struct{}      // closed when it has ended
}

// join begins to tell a stream what changes.
func (h *hub) join(s *stream) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.streams[s] = true
	if h.stop != nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	stopped := make(chan struct{})
	h.stop, h.stopped = stop, stopped
	changes := h.Events.Changes("vote", "idea", "comment", "voice", "thread", "session", "person", "mentions")
	go func() {
		defer close(stopped)
		defer changes.Close()
		h.follow(ctx, changes)
	}()
}

// leave ends that. The last to leave waits until the follower has ended.
func (h *hub) leave(s *stream) {
	h.mu.Lock()
	delete(h.streams, s)
	if len(h.streams) > 0 {
		h.mu.Unlock()
		return
	}
	h.stop()
	h.stop = nil
	stopped := h.stopped
	h.mu.Unlock()
	<-stopped
}

// open gives the streams there are.
func (h *hub) open() []*stream {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := make([]*stream, 0, len(h.streams))
	for s := range h.streams {
		list = append(list, s)
	}
	return list
}

func (h *hub) follow(ctx context.Context, changes *event.Changes) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-changes.Ready():
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(h.pace.gather):
		}
		facts, missed := changes.Take()
		streams := h.open()
		err := h.spread(ctx, streams, changed(facts))
		if err != nil && ctx.Err() == nil {
			h.Log.Warn("live pages could not be told what changed; they begin anew", "error", err)
		}
		if err != nil || missed {
			for _, s := range streams {
				s.end()
			}
		}
	}
}

// news is what facts are about, as far as pages show it.
type news struct {
	ideas  map[int64]bool
	desk   bool
	heard  int64          // the first mention that was stored, 0 if none was
	people map[int64]bool // whose right to look may have ended
}

func changed(facts []event.Event) news {
	n := news{ideas: map[int64]bool{}, people: map[int64]bool{}}
	for _, f := range facts {
		switch family, _, _ := strings.Cut(f.Kind, "."); family {
		case "vote", "idea":
			n.ideas[f.Subject.ID] = true
			if f.Kind == shape.IdeaMerged || f.Kind == shape.IdeaUnmerged {
				n.ideas[f.Other] = true
			}
		case "comment":
			n.ideas[f.Other] = true
		case "voice":
			n.ideas[f.Other], n.desk = true, true
		case "thread":
			n.desk = true
		case "mentions":
			if n.heard == 0 || f.Other < n.heard {
				n.heard = f.Other
			}
		case "session":
			n.people[f.Actor] = f.Kind == "session.ended" || n.people[f.Actor]
		case "person":
			n.people[f.Subject.ID] = f.Kind == "person.promoted" || f.Kind == "person.left" || n.people[f.Subject.ID]
		}
	}
	return n
}

// spread tells streams the news. The ideas that changed are read once for all
// readers of a role, and as that role may see them.
func (h *hub) spread(ctx context.Context, streams []*stream, n news) error {
	ids := map[know.Role]map[int64]bool{}
	for _, s := range streams {
		if n.people[s.actor.ID] {
			s.end()
			continue
		}
		if n.desk && s.watch.desk {
			s.lookAtDesk()
		}
		if n.heard != 0 && s.watch.radar != nil {
			s.lookAtRadar(n.heard)
		}
		for _, id := range s.watch.ideas {
			if !n.ideas[id] {
				continue
			}
			if ids[s.actor.Role] == nil {
				ids[s.actor.Role] = map[int64]bool{}
			}
			ids[s.actor.Role][id] = true
		}
	}
	for role, changed := range ids {
		list := make([]int64, 0, len(changed))
		for id := range changed {
			list = append(list, id)
		}
		for some := range slices.Chunk(list, maxIdeas) {
			counts, err := h.counts(ctx, role, some)
			if err != nil {
				return err
			}
			for _, s := range streams {
				if s.actor.Role == role {
					s.show(counts)
				}
			}
		}
	}
	return nil
}

// counts reads the ideas that everybody of a role may see. What somebody may
// see because it is their own, and nobody else of their role, stands still.
func (h *hub) counts(ctx context.Context, role know.Role, ids []int64) (map[int64]counts, error) {
	site, err := h.People.Site(ctx)
	if err != nil {
		return nil, err
	}
	ideas, err := h.Ideas.ByID(ctx, know.Actor{Role: role, Rules: &site.Rules}, ids)
	if err != nil {
		return nil, err
	}
	all := make(map[int64]counts, len(ideas))
	for id, i := range ideas {
		all[id] = counts{seen: true, votes: i.Votes, against: i.Against, comments: i.Comments, voices: i.Voices, countries: i.Countries}
	}
	return all, nil
}
