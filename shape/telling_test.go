package shape_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tribune/converse"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// house is a square with a radar and an inbox.
type house struct {
	*square
	t     *testing.T
	radar *listen.Radar
	inbox *converse.Inbox
}

func newHouse(t *testing.T, db *storage.DB) *house {
	t.Helper()
	h := &house{square: newSquare(t, db), t: t}
	log := slog.New(slog.DiscardHandler)
	h.radar = listen.New(log, db, h.events, h.people, nil, h.now)
	h.inbox = converse.New(log, db, h.events, h.people, h.radar, h.now)
	h.Ideas = shape.New(log, db, h.events, h.people, h.radar, h.inbox, h.now)
	return h
}

// eachHouse runs f on a fresh house on each engine.
func eachHouse(t *testing.T, f func(t *testing.T, h *house)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { f(t, newHouse(t, db)) })
}

func (h *house) ok(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// hear stores posts and gives the ids of their mentions.
func (h *house) hear(posts ...listen.Post) []int64 {
	h.t.Helper()
	heard, err := h.radar.Hear(h.t.Context(), h.owner, posts)
	h.ok(err)
	ids := make([]int64, len(heard))
	for i, one := range heard {
		if one.Err != nil {
			h.t.Fatal(one.Err)
		}
		ids[i] = one.ID
	}
	return ids
}

// follow lets every follower of this package and the inbox catch up.
func (h *house) follow() {
	h.t.Helper()
	h.ok(h.events.CatchUp(h.t.Context(), "converse", h.inbox.Attend))
	h.ok(h.events.CatchUp(h.t.Context(), "shape.mentions", h.FollowMentions))
	h.ok(h.events.CatchUp(h.t.Context(), "shape.telling", h.FollowTelling))
}

// tell tells until nothing is due.
func (h *house) tell() {
	h.t.Helper()
	for range 100 {
		more, err := h.TellOnce(h.t.Context())
		h.ok(err)
		if !more {
			return
		}
	}
	h.t.Fatal("telling does not end")
}

func (h *house) decide(idea int64, stage shape.Stage) shape.Decision {
	h.t.Helper()
	d, err := h.Decide(h.t.Context(), h.staff, idea, shape.NewDecision{Stage: stage, Reason: "We looked at it, and this is why."})
	h.ok(err)
	return d
}

func wants(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want a fault of kind %q", err, kind)
	}
}

// mailed gives the persons who have a mail of a decision in the outbox, and
// how many each has.
func (h *house) mailed(decision int64) map[int64]int {
	h.t.Helper()
	rows, err := storage.All(h.t.Context(), h.db, storage.Scalar[int64], `select person_id from outbox where kind = 'decision' and subject_id = $1`, decision)
	h.ok(err)
	n := map[int64]int{}
	for _, p := range rows {
		n[p]++
	}
	return n
}

func TestTell(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		_, err := h.Vote(ctx, h.ben, idea.ID, true)
		h.ok(err)
		_, err = h.Comment(ctx, h.ben, idea.ID, "Yes, please.", "en")
		h.ok(err)
		h.ok(h.Follow(ctx, h.cyd, idea.ID, true))
		h.ok(h.people.ChooseMail(ctx, h.cyd.ID, know.MailDecisions, false))
		_, err = h.Vote(ctx, h.staff, idea.ID, true)
		h.ok(err)
		ids := h.hear(
			listen.Post{Source: "Shop", Kind: listen.KindReview, ExternalID: "1", URL: "https://www.shop.example/1", Author: listen.Author{Name: "Jo", URL: "https://jo.example/"}, Text: "If only it were dotted."},
			listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "2", Author: listen.Author{Name: "Kit", Email: "kit@example.net"}, Text: "Dots, dots, dots."},
			listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "3", Author: listen.Author{Name: "Ben", Email: "ben@example.org"}, Text: "Dots for Ben."},
		)
		for _, id := range ids {
			_, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: id})
			h.ok(err)
		}
		review := h.decide(idea.ID, shape.UnderReview)
		h.tell()
		if told, err := h.Told(ctx, h.visitor, review.ID); err != nil || told != (shape.Told{Complete: true}) {
			t.Fatalf("under review tells nobody: %+v %v", told, err)
		}
		h.at = h.at.Add(time.Second)
		d := h.decide(idea.ID, shape.Planned)
		h.at = h.at.Add(time.Second)
		late := h.person(t, "Late", know.Member)
		_, err = h.Vote(ctx, late, idea.ID, true)
		h.ok(err)
		h.tell()
		if got := h.mailed(d.ID); !maps.Equal(got, map[int64]int{h.ada.ID: 1, h.ben.ID: 1}) {
			t.Fatalf("mailed: %v", got)
		}
		told, err := h.Told(ctx, h.visitor, d.ID)
		if err != nil || told != (shape.Told{Mail: 2, Task: 2, None: 1, Waiting: 4, Complete: true}) {
			t.Fatalf("told: %+v %v", told, err)
		}
		list, err := h.Tellings(ctx, h.staff, d.ID, 0, 50)
		h.ok(err)
		because := map[int64]shape.Because{}
		for _, one := range list {
			because[one.Person] = one.Because
		}
		if because[h.ada.ID] != shape.Proposed || because[h.ben.ID] != shape.Voted || because[h.cyd.ID] != shape.Followed || because[0] != shape.Quoted {
			t.Fatalf("because: %v", because)
		}
		if _, err := h.Tellings(ctx, h.ada, d.ID, 0, 50); err == nil {
			t.Fatal("a member reads who was told")
		}
		tasks, _, err := h.inbox.Threads(ctx, h.staff, converse.Filter{State: converse.Waiting, Owner: h.staff.ID})
		h.ok(err)
		if len(tasks) != 2 {
			t.Fatalf("tasks: %+v", tasks)
		}
		about, err := h.TellTasks(ctx, h.staff, []int64{tasks[0].ID, tasks[1].ID})
		h.ok(err)
		if about[tasks[0].ID].Voice.URL == "" { // in the order of their accounts
			slices.Reverse(tasks)
		}
		if one := about[tasks[0].ID]; one.Decision.ID != d.ID || one.Idea.ID != idea.ID || one.Voice.URL != "https://www.shop.example/1" {
			t.Fatalf("task: %+v", one)
		}
		m, err := h.inbox.Answer(ctx, h.staff, tasks[0].ID, "Dots come in May.")
		h.ok(err)
		h.ok(h.inbox.Posted(ctx, h.staff, m.ID, ""))
		h.ok(h.inbox.Dismiss(ctx, h.staff, tasks[1].ID, "No way to reach them."))
		h.follow()
		if told, err := h.Told(ctx, h.ada, d.ID); err != nil || told != (shape.Told{Mail: 2, Task: 1, TaskDone: 1, None: 2, Waiting: 2, Complete: true}) {
			t.Fatalf("told after: %+v %v", told, err)
		}
	})
}

// TestTellOnce: whatever the order and wherever telling stops, each person
// entitled has exactly one row in the outbox for each decision.
func TestTellOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		people := []know.Actor{h.ada, h.ben, h.cyd, h.owner}
		for n := range 4 {
			people = append(people, h.person(t, fmt.Sprintf("Person%c", 'a'+n), know.Member))
		}
		mention := 0
		rapid.Check(t, func(rt *rapid.T) {
			someone := rapid.SampledFrom(people)
			idea := h.idea(t, someone.Draw(rt, "proposer"), shape.NewIdea{Title: "An idea of this round"})
			want := map[int64]map[int64]int{}
			accounts := map[int64]int{}
			entitled := map[int64]bool{idea.Person: true}
			unclaimed := 0
			var pending []shape.Decision
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				h.at = h.at.Add(time.Second)
				p := someone.Draw(rt, "person")
				switch rapid.IntRange(0, 6).Draw(rt, "what") {
				case 0:
					_, err := h.Vote(ctx, p, idea.ID, true)
					h.ok(err)
					entitled[p.ID] = true
				case 1:
					_, err := h.Comment(ctx, p, idea.ID, "A word.", "en")
					h.ok(err)
					entitled[p.ID] = true
				case 2:
					h.ok(h.Follow(ctx, p, idea.ID, true))
					entitled[p.ID] = true
				case 3: // a voice: of a member by their own mail, or of a stranger
					mention++
					author := listen.Author{Name: p.Name, Email: p.Name + "@example.org"}
					if known := rapid.Bool().Draw(rt, "known"); known {
						entitled[p.ID] = true
					} else {
						author = listen.Author{Name: "Stranger", URL: fmt.Sprintf("https://stranger.example/%d", mention)}
						unclaimed++
					}
					ids := h.hear(listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: fmt.Sprint(mention), Author: author, Text: fmt.Sprint("Words ", mention)})
					_, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
					h.ok(err)
				case 4:
					d := h.decide(idea.ID, rapid.SampledFrom([]shape.Stage{shape.Planned, shape.Started, shape.Declined}).Draw(rt, "stage"))
					pending = append(pending, d)
					want[d.ID], accounts[d.ID] = map[int64]int{}, unclaimed
					for id := range entitled {
						want[d.ID][id] = 1
					}
				default: // telling runs a little, here or in another process, and stops
					_, err := h.TellOnce(ctx)
					h.ok(err)
				}
			}
			h.tell()
			for _, d := range pending {
				if got := h.mailed(d.ID); !maps.Equal(got, want[d.ID]) {
					rt.Fatalf("decision %d: mailed %v, want %v", d.ID, got, want[d.ID])
				}
				if n := h.number(t, `select count(*) from telling where decision_id = $1 and way = 'task'`, d.ID); n != int64(accounts[d.ID]) {
					rt.Fatalf("decision %d: %d tasks, want %d", d.ID, n, accounts[d.ID])
				}
			}
		})
	})
}

// TestTellClaimed: an author who is told as a stranger, and claims the account
// before telling is over, is not told again.
func TestTellClaimed(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		ids := h.hear(listen.Post{Source: "Blogs", ExternalID: "1", URL: "https://jo.example/1", Author: listen.Author{Name: "Jo", URL: "https://jo.example/"}, Text: "Dots, please."})
		v, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
		h.ok(err)
		d := h.decide(idea.ID, shape.Planned)
		for range 2 { // Ada, then the stranger
			_, err := h.TellOnce(ctx)
			h.ok(err)
		}
		h.ok(h.people.Move(ctx, h.staff, v.Account, h.ben.ID))
		h.tell()
		if got := h.mailed(d.ID); !maps.Equal(got, map[int64]int{h.ada.ID: 1}) {
			t.Fatalf("mailed: %v", got)
		}
		if told, err := h.Told(ctx, h.staff, d.ID); err != nil || told.Task != 1 || told.None != 0 {
			t.Fatalf("told: %+v %v", told, err)
		}
	})
}

// TestTellMany: more people than a batch, and a process that dies within one.
func TestTellMany(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "What everybody wants"})
		const crowd = 410
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			for n := range crowd {
				id, err := tx.Insert(ctx, `insert into person (name, role, created_at) values ($1, 'member', 1) returning id`, fmt.Sprint("P", n))
				if err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `insert into account (kind, address, person_id, confirmed_at, created_at) values ('mail', $1, $2, 1, 1)`, fmt.Sprintf("p%d@example.org", n), id); err != nil {
					return err
				}
				if _, err := tx.Exec(ctx, `insert into vote (idea_id, person_id, at) values ($1, $2, 1)`, idea.ID, id); err != nil {
					return err
				}
			}
			return nil
		}))
		d := h.decide(idea.ID, shape.Declined)
		batches := 0
		for more := true; more; batches++ {
			var err error
			if more, err = h.TellOnce(ctx); err != nil {
				t.Fatal(err)
			}
			if batches == 1 { // a lost mark: everything is looked at anew
				if told, err := h.Told(ctx, h.ada, d.ID); err != nil || told.Mail != 400 || told.Complete {
					t.Fatalf("after two batches: %+v %v", told, err)
				}
			}
		}
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update decision set told = 0 where id = $1`, d.ID)
			return err
		}))
		h.tell()
		got := h.mailed(d.ID)
		if len(got) != crowd+1 || slices.Max(slices.Collect(maps.Values(got))) != 1 || batches != 5 {
			t.Fatalf("%d people mailed in %d batches, at most %d times", len(got), batches, slices.Max(slices.Collect(maps.Values(got))))
		}
	})
}
