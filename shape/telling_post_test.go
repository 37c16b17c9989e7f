package shape_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
)

// post sends what stands in the outbox, a few mails at a time, and holds the
// promises of telling against what leaves.
type post struct {
	*house
	left         int // mails to send before it stops
	sent         map[[2]int64]int
	heard        map[[2]int64]int // how often mails told a person of a decision, alone or with a later one
	done, byHand map[[2]int64]int // the same of accounts, by tasks
	stale        int              // mails that left although a later decision stood
	fail         bool             // the next mail fails for now
	under        func()           // runs as it fails
	as           func(id int64)   // runs between rendering and sending
}

func (p *post) Prepare(ctx context.Context, d event.Delivery) (func(context.Context) error, error) {
	overtaken, err := p.Overtaken(ctx, d.Subject.ID, d.Person)
	if err != nil {
		return nil, err
	}
	if overtaken {
		return nil, event.ErrSuperseded
	}
	this, err := p.Decision(ctx, p.owner, d.Subject.ID)
	if err != nil {
		return nil, err
	}
	told, err := p.Untold(ctx, this, d.Person, 0)
	if err != nil {
		return nil, err
	}
	told = append(told, this)
	if p.as != nil {
		p.as(d.Subject.ID)
	}
	if p.left == 0 {
		return nil, event.ErrNoWay
	}
	p.left--
	return func(ctx context.Context) error {
		if p.fail {
			p.fail = false
			if p.under != nil {
				p.under()
			}
			return &event.Failure{Temporary: true, Err: errors.New("busy")}
		}
		if n := p.number(p.t, `select count(*) from decision where subject_id = $1 and id > $2`, this.Idea, this.ID); n > 0 {
			p.stale++
		}
		p.sent[[2]int64{this.ID, d.Person}]++
		for _, one := range told {
			p.heard[[2]int64{one.ID, d.Person}]++
		}
		return nil
	}, nil
}

func newPost(h *house) *post {
	return &post{house: h, sent: map[[2]int64]int{}, heard: map[[2]int64]int{}, done: map[[2]int64]int{}, byHand: map[[2]int64]int{}}
}

// send sends at most n mails.
func (p *post) send(n int) {
	p.t.Helper()
	p.left = n
	p.ok(p.events.DeliverDue(p.t.Context(), p))
}

// TestTellOnce: whatever the order of what people do, of decisions and of mails
// that leave, and wherever telling stops, each person has at most one mail of a
// decision and at most one open task of an idea; nothing that was replaced
// leaves any more; everybody entitled hears of every decision once, by its own
// mail or by that of a later one; and everybody found is counted once.
func TestTellOnce(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		people := []know.Actor{h.ada, h.ben, h.cyd, h.owner}
		for n := range 4 {
			people = append(people, h.person(t, fmt.Sprintf("Person%c", 'a'+n), know.Member))
		}
		mention := 0
		rapid.Check(t, func(rt *rapid.T) {
			h.TellBy(rapid.IntRange(1, 4).Draw(rt, "batch"))
			someone := rapid.SampledFrom(people)
			idea := h.idea(t, someone.Draw(rt, "proposer"), shape.NewIdea{Title: "An idea of this round"})
			out := newPost(h)
			entitled, unclaimed := map[int64]bool{idea.Person: true}, map[int64]bool{}
			var made []toTell
			for range rapid.IntRange(1, 30).Draw(rt, "steps") {
				h.at = h.at.Add(time.Second)
				p := someone.Draw(rt, "person")
				switch rapid.IntRange(0, 9).Draw(rt, "what") {
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
					author, known := listen.Author{Name: p.Name, Email: p.Name + "@example.org"}, rapid.Bool().Draw(rt, "known")
					if !known {
						author = listen.Author{Name: "Stranger", URL: fmt.Sprintf("https://stranger.example/%d", mention)}
					}
					ids := h.hear(listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: fmt.Sprint(mention), Author: author, Text: fmt.Sprint("Words ", mention)})
					v, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
					h.ok(err)
					if known {
						entitled[p.ID] = true
					} else {
						unclaimed[v.Account] = true
					}
				case 4, 5:
					d := toTell{Decision: h.decide(idea.ID, rapid.SampledFrom([]shape.Stage{shape.Planned, shape.Started, shape.Declined, shape.Open}).Draw(rt, "stage"))}
					d.people, d.accounts = maps.Clone(entitled), maps.Clone(unclaimed)
					if d.Stage == shape.Open { // silent, but for those whom one before has not reached
						d.people, d.accounts = out.unheard(made)
					}
					made = append(made, d)
				case 6: // some mails leave, or fail for now
					out.fail = rapid.Bool().Draw(rt, "busy")
					out.send(rapid.IntRange(1, 4).Draw(rt, "mails"))
				case 7: // a task is done
					out.doTask()
					if rapid.Bool().Draw(rt, "noticed") {
						h.follow()
					}
				default: // telling runs for a batch, here or in another process, and stops
					_, err := h.TellOnce(ctx)
					h.ok(err)
				}
				if n := h.number(t, `select coalesce(max(n), 0) from (select count(*) as n from thread t join decision d on d.id = t.decision_id
					where t.kind = 'tell' and t.state = 'open' and d.subject_id = $1 group by t.account_id, t.person_id) open_tasks`, idea.ID); n > 1 {
					rt.Fatalf("somebody is to be told of one idea %d times", n)
				}
			}
			h.tell()
			for range 12 { // what failed for now is tried again
				h.at = h.at.Add(9 * time.Hour)
				out.send(1000)
			}
			h.follow()
			out.hold(rt, made)
		})
	})
}

// toTell is a decision and who is to hear of it.
type toTell struct {
	shape.Decision
	people, accounts map[int64]bool
}

// unheard gives those whom the decisions made have not all reached.
func (p *post) unheard(made []toTell) (people, accounts map[int64]bool) {
	people, accounts = map[int64]bool{}, map[int64]bool{}
	for _, d := range made {
		for person := range d.people {
			if p.heard[[2]int64{d.ID, person}] == 0 {
				people[person] = true
			}
		}
		for account := range d.accounts {
			if p.byHand[[2]int64{d.ID, account}] == 0 {
				accounts[account] = true
			}
		}
	}
	return people, accounts
}

// tasks gives the tell tasks that wait.
func (p *post) tasks() (tasks []converse.Thread, about map[int64]shape.TellTask) {
	p.t.Helper()
	tasks, _, err := p.inbox.Threads(p.t.Context(), p.staff, converse.Filter{State: converse.Waiting, Owner: p.staff.ID})
	p.ok(err)
	ids := make([]int64, len(tasks))
	for n, task := range tasks {
		ids[n] = task.ID
	}
	about, err = p.TellTasks(p.t.Context(), p.staff, ids)
	p.ok(err)
	return tasks, about
}

// doTask does the task that waits longest, if there is one.
func (p *post) doTask() {
	p.t.Helper()
	tasks, about := p.tasks()
	if len(tasks) == 0 {
		return
	}
	m, err := p.inbox.Answer(p.t.Context(), p.staff, tasks[0].ID, "This is what we decided.")
	p.ok(err)
	p.ok(p.inbox.Posted(p.t.Context(), p.staff, m.ID, ""))
	this := about[tasks[0].ID]
	p.done[[2]int64{this.Decision.ID, tasks[0].Account}]++
	for _, d := range append(this.Earlier, this.Decision) {
		p.byHand[[2]int64{d.ID, tasks[0].Account}]++
	}
}

// hold holds the decisions made against what left.
func (p *post) hold(rt *rapid.T, made []toTell) {
	p.t.Helper()
	if p.stale > 0 {
		rt.Fatalf("%d mails left after a later decision was made", p.stale)
	}
	for to, n := range p.sent {
		if n > 1 {
			rt.Fatalf("decision %d: %d mails to person %d", to[0], n, to[1])
		}
	}
	waits := map[[2]int64]bool{}
	tasks, about := p.tasks()
	for _, task := range tasks {
		for _, d := range append(about[task.ID].Earlier, about[task.ID].Decision) {
			waits[[2]int64{d.ID, task.Account}] = true
		}
	}
	for n, d := range made {
		told, err := p.Told(p.t.Context(), p.staff, d.ID)
		p.ok(err)
		want := shape.Told{Complete: true}
		for person := range d.people {
			of := [2]int64{d.ID, person}
			if p.heard[of] != 1 {
				rt.Fatalf("person %d heard of decision %d of %d %d times", person, n+1, len(made), p.heard[of])
			}
			if p.sent[of] == 1 {
				want.Mail++
				want.MailSent++
			} else {
				want.Superseded++
				want.SupersededTold++
			}
		}
		for account := range d.accounts {
			of := [2]int64{d.ID, account}
			if p.byHand[of] == 0 && !waits[of] {
				rt.Fatalf("account %d is not told of decision %d of %d", account, n+1, len(made))
			}
			switch last := n == len(made)-1; {
			case p.done[of] > 0:
				want.Task++
				want.TaskDone++
			case last:
				want.Task++
				want.Waiting++
			default:
				want.Superseded++
				if p.byHand[of] > 0 {
					want.SupersededTold++
				}
			}
		}
		if told != want {
			rt.Fatalf("decision %d of %d: %+v, want %+v", n+1, len(made), told, want)
		}
	}
}
