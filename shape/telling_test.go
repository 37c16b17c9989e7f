package shape_test

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
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

	decided int
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
	h.decided++ // another reason each time: the very same decision is the one that stands
	d, err := h.Decide(h.t.Context(), h.staff, idea, shape.NewDecision{Stage: stage, Reason: fmt.Sprintf("We looked at it for the %dth time, and this is why.", h.decided)})
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

// TestSuperseded: a second decision while some of the first have been told.
func TestSuperseded(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		h.TellBy(2)
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		for _, a := range []know.Actor{h.ben, h.cyd} {
			_, err := h.Vote(ctx, a, idea.ID, true)
			h.ok(err)
		}
		ids := h.hear(listen.Post{Source: "Blogs", ExternalID: "1", URL: "https://jo.example/1", Author: listen.Author{Name: "Jo", URL: "https://jo.example/"}, Text: "Dots, please."})
		_, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
		h.ok(err)
		first := h.decide(idea.ID, shape.Planned)
		h.tell()
		out := newPost(h)
		out.send(1) // Ada's
		h.ok(h.Follow(ctx, h.cyd, idea.ID, false))
		_, err = h.Vote(ctx, h.cyd, idea.ID, false)
		h.ok(err)
		h.at = h.at.Add(time.Second)
		// Ben's mail is rendered when the second decision is made.
		var second shape.Decision
		out.as = func(int64) {
			out.as = nil
			second = h.decide(idea.ID, shape.Declined)
		}
		out.send(1000)
		if told, err := h.Told(ctx, h.visitor, first.ID); err != nil || told != (shape.Told{Mail: 1, MailSent: 1, Superseded: 3, Complete: true}) {
			t.Fatalf("of the first: %+v %v", told, err)
		}
		h.tell()
		out.send(1000)
		if want := map[[2]int64]int{{first.ID, h.ada.ID}: 1, {second.ID, h.ada.ID}: 1, {second.ID, h.ben.ID}: 1, {second.ID, h.cyd.ID}: 1}; !maps.Equal(out.sent, want) || out.stale > 0 {
			t.Fatalf("sent %v, want %v", out.sent, want)
		}
		if want := map[[2]int64]int{{first.ID, h.ada.ID}: 1, {first.ID, h.ben.ID}: 1, {first.ID, h.cyd.ID}: 1, {second.ID, h.ada.ID}: 1, {second.ID, h.ben.ID}: 1, {second.ID, h.cyd.ID}: 1}; !maps.Equal(out.heard, want) {
			t.Fatalf("heard %v, want %v", out.heard, want)
		}
		tasks, _, err := h.inbox.Threads(ctx, h.staff, converse.Filter{})
		h.ok(err)
		if len(tasks) != 2 || tasks[0].Decision+tasks[1].Decision != first.ID+second.ID {
			t.Fatalf("tasks: %+v", tasks)
		}
		for _, task := range tasks {
			if old := task.Decision == first.ID; old != (task.State == converse.Closed && task.StateReason == converse.Outdated) {
				t.Fatalf("task: %+v", task)
			}
			if task.Decision == first.ID {
				wants(t, h.inbox.Reopen(ctx, h.staff, task.ID), fault.Conflict)
				m, err := h.inbox.Answer(ctx, h.staff, task.ID, "I had told them already.")
				h.ok(err)
				h.ok(h.inbox.Posted(ctx, h.staff, m.ID, ""))
			}
		}
		h.follow()
		if told, err := h.Told(ctx, h.visitor, first.ID); err != nil || told != (shape.Told{Mail: 1, MailSent: 1, Task: 1, TaskDone: 1, Superseded: 2, SupersededTold: 2, Complete: true}) {
			t.Fatalf("of the first, after all: %+v %v", told, err)
		}
		list, err := h.Tellings(ctx, h.staff, first.ID, 0, 50)
		h.ok(err)
		gone := 0
		for _, one := range list {
			if one.Superseded && one.ToldAt.IsZero() {
				gone++
			}
		}
		if gone != 2 {
			t.Fatalf("tellings: %+v", list)
		}
		moments, err := h.Moments(ctx, h.ben.ID, nil, 50)
		h.ok(err)
		heard := 0
		for _, m := range moments {
			if m.Kind == "told" {
				heard++
			}
		}
		if heard != 1 {
			t.Fatalf("Ben's line: %+v", moments)
		}
	})
}

// TestOvertaken: a mail that fails for now while the decision is taken back, and
// that taking back is told to those who wait: its reader hears of both.
func TestOvertaken(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		first := h.decide(idea.ID, shape.Declined)
		h.tell()
		out := newPost(h)
		var second shape.Decision
		out.fail, out.under = true, func() {
			second = h.decide(idea.ID, shape.UnderReview)
			h.tell()
		}
		out.send(1000)
		h.at = h.at.Add(9 * time.Hour)
		out.send(1000)
		h.tell()
		out.send(1000)
		if want := map[[2]int64]int{{first.ID, h.ada.ID}: 1, {second.ID, h.ada.ID}: 1}; !maps.Equal(out.heard, want) || len(out.sent) != 1 {
			t.Fatalf("heard %v by %v, want %v", out.heard, out.sent, want)
		}
	})
}

// TestNotReached: a mail that was given up and one that may have left are
// neither told nor waiting, and lead to their rows of the outbox.
func TestNotReached(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		for _, a := range []know.Actor{h.ben, h.cyd} {
			_, err := h.Vote(ctx, a, idea.ID, true)
			h.ok(err)
		}
		d := h.decide(idea.ID, shape.Planned)
		h.tell()
		states := map[int64]event.State{h.ada.ID: event.Failed, h.ben.ID: event.Uncertain, h.cyd.ID: event.Waiting}
		h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
			for person, state := range states {
				if _, err := tx.Exec(ctx, `update outbox set state = $1 where kind = 'decision' and person_id = $2`, string(state), person); err != nil {
					return err
				}
			}
			return nil
		}))
		if told, err := h.Told(ctx, h.visitor, d.ID); err != nil || told != (shape.Told{Mail: 3, MailUncertain: 1, MailFailed: 1, Waiting: 1, Complete: true}) {
			t.Fatalf("%+v %v", told, err)
		}
		list, err := h.Tellings(ctx, h.staff, d.ID, 0, 50)
		h.ok(err)
		for _, one := range list {
			if one.Mail != states[one.Person] || one.Delivery == 0 {
				t.Errorf("%+v", one)
			}
		}
		// The one that was given up is told with the next decision, if that arrives.
		second := h.decide(idea.ID, shape.Declined)
		if untold, err := h.Untold(ctx, second, h.ada.ID, 0); err != nil || len(untold) != 1 || untold[0].ID != d.ID {
			t.Errorf("untold: %+v %v", untold, err)
		}
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
