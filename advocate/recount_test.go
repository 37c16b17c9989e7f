package advocate

import (
	"context"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// recount says what lasted, from the texts alone.
func (s *square) recount(ctx context.Context) map[string]int64 {
	all := map[string]int64{}
	put := func(query string, args ...any) {
		_, err := storage.All(ctx, s.db, func(row storage.Scanner) (x struct{}, err error) {
			var key string
			var at int64
			err = row.Scan(&key, &at)
			if old, ok := all[key]; !ok || at < old {
				all[key] = at
			}
			return x, err
		}, query, args...)
		s.must(err)
	}
	month, quarter := settledAfter.Microseconds(), stayedAfter.Microseconds()
	here := ` and exists (select 1 from person p where p.left_at = 0 and p.id = `
	put(`select c.person_id || ' helped comment ' || c.id, h.created_at from thanks h, comment c, idea i where h.subject_kind = 'comment' and h.subject_id = c.id and i.id = c.idea_id
		and h.person_id = i.person_id and h.state = 'visible' and c.person_id <> i.person_id` + here + `c.person_id)`)
	put(`select i.person_id || ' shipped idea ' || i.id, (select max(d.at) from decision d where d.subject_id = w.id and d.stage = 'shipped') from idea i, idea w
		where w.stage = 'shipped' and (w.id = i.id and i.merged_into = 0 or w.id = i.merged_into)` + here + `i.person_id)`)
	put(`select m.person_id || ' helped thread ' || m.thread_id, t.state_at + cast($1 as bigint) from thread t, message m where m.thread_id = t.id and m.state = 'visible' and m.kind = 'answer'
		and m.id = (select max(x.id) from message x where x.thread_id = t.id and x.kind = 'answer' and x.state = 'visible') and t.state = 'answered' and t.state_at + $1 <= $2`+here+`m.person_id)`, month, storage.Micros(s.at))
	put(`select m.person_id || ' helped thread ' || m.thread_id, h.created_at from thread t, message m, thanks h where m.thread_id = t.id and m.state = 'visible' and m.kind = 'answer'
		and h.subject_kind = 'answer' and h.subject_id = m.id and h.person_id = t.person_id and h.state = 'visible'` + here + `m.person_id)`)
	put(`select j.by_id || ' friend person ' || j.person_id, j.at + cast($1 as bigint) from share_join j, person f where f.id = j.person_id and f.left_at = 0 and f.seen_at >= j.at + $1`+here+`j.by_id)`, quarter)
	return all
}

// TestEffectsEqualRecount does anything in any order, and compares what lasted
// with a recount.
func TestEffectsEqualRecount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := openSquare(t, db), t.Context()
		rapid.Check(t, func(t *rapid.T) {
			for _, table := range []string{"person", "account", "idea", "vote", "follow", "comment", "decision", "thread", "message", "thanks", "effect", "effect_due", "share_link", "share_join", "outbox"} {
				s.must(db.Update(ctx, func(tx *storage.Tx) error { _, err := tx.Exec(ctx, `delete from `+table); return err }))
			}
			w := garden{square: s, staff: s.person("Marta", know.Owner)}
			for range 4 {
				w.members = append(w.members, s.person("Member", know.Member))
			}
			w.ideas = append(w.ideas, s.idea(w.members[0]).ID)
			for range rapid.IntRange(1, 30).Draw(t, "steps") {
				w.step(t)
			}
			s.at = s.at.Add(2 * lookedEvery)
			s.catchUp()
			got := map[string]int64{}
			_, err := storage.All(ctx, db, func(row storage.Scanner) (x struct{}, err error) {
				var person, id, at int64
				var kind, ref string
				err = row.Scan(&person, &kind, &ref, &id, &at)
				got[fmt.Sprintf("%d %s %s %d", person, kind, ref, id)] = at
				return x, err
			}, `select person_id, kind, ref_kind, ref_id, at from effect`)
			s.must(err)
			if d := gocmp.Diff(s.recount(ctx), got); d != "" {
				t.Fatalf("what lasted, want (-) got (+):\n%s", d)
			}
			var wrong int
			s.must(db.Row(ctx, `select count(*) from comment where thanked <> (select count(*) from thanks h where h.subject_kind = 'comment' and h.subject_id = comment.id and h.state = 'visible')`).Scan(&wrong))
			if wrong != 0 {
				t.Fatalf("%d comments count their thanks wrongly", wrong)
			}
		})
	})
}

// garden is what the property test plays with.
type garden struct {
	*square
	staff    know.Actor
	members  []know.Actor
	ideas    []int64
	comments []int64
	threads  []int64
	answers  []int64
	thanks   []int64
}

func pick[T any](t *rapid.T, name string, from []T) (one T, ok bool) {
	if len(from) == 0 {
		return one, false
	}
	return from[rapid.IntRange(0, len(from)-1).Draw(t, name)], true
}

// step does one thing. What is refused is as good as done: the recount says
// what came of it.
func (w *garden) step(t *rapid.T) {
	ctx := w.t.Context()
	who, _ := pick(t, "who", w.members)
	idea, _ := pick(t, "idea", w.ideas)
	switch rapid.IntRange(0, 11).Draw(t, "what") {
	case 0:
		w.ideas = append(w.ideas, w.idea(who).ID)
	case 1:
		if c, err := w.Advocacy.ideas.Comment(ctx, who, idea, "One word.", "en"); err == nil {
			w.comments = append(w.comments, c.ID)
		}
	case 2:
		stage := []shape.Stage{shape.Shipped, shape.Planned}[rapid.IntRange(0, 1).Draw(t, "stage")]
		_, _ = w.Advocacy.ideas.Decide(ctx, w.staff, idea, shape.NewDecision{Stage: stage, Reason: "So it is."})
	case 3:
		if into, ok := pick(t, "into", w.ideas); ok && into != idea {
			_ = w.Advocacy.ideas.Merge(ctx, w.staff, idea, into)
		}
	case 4:
		_ = w.Advocacy.ideas.Unmerge(ctx, w.staff, idea)
	case 5:
		th, err := w.inbox.Letter(ctx, who, "A letter", "It is thin.")
		w.must(err)
		w.threads = append(w.threads, th.ID)
	case 6:
		if id, ok := pick(t, "thread", w.threads); ok {
			if m, err := w.inbox.Answer(ctx, w.staff, id, "It is not."); err == nil {
				w.answers = append(w.answers, m.ID)
			}
		}
	case 7:
		if id, ok := pick(t, "thread", w.threads); ok {
			_, _ = w.inbox.Say(ctx, who, id, "It is.")
		}
	case 8:
		about := ref("comment", 0)
		about.ID, _ = pick(t, "comment", w.comments)
		if id, ok := pick(t, "answer", w.answers); ok && rapid.Bool().Draw(t, "answered") {
			about = ref("answer", id)
		}
		if given, err := w.Thank(ctx, who, NewThanks{Subject: about, Reason: "That helped."}); err == nil {
			w.thanks = append(w.thanks, given.ID)
		}
	case 9:
		if id, ok := pick(t, "thanks", w.thanks); ok {
			to := []know.TextState{know.Hidden, know.Visible, know.Withdrawn}[rapid.IntRange(0, 2).Draw(t, "to")]
			by := who
			if to != know.Withdrawn {
				by = w.staff
			}
			_ = w.ChangeThanks(ctx, by, id, to, "A reason.")
		}
	case 10:
		_ = w.release(idea) // refused for one that is gone
		link, err := w.MakeShare(ctx, who, ref("idea", idea))
		friend := w.person("Friend", know.Member)
		if err == nil {
			w.must(w.Joined(ctx, friend.ID, link.Code))
		}
		later := w.at.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "days")) * 24 * time.Hour)
		w.must(w.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update person set seen_at = $1 where id = $2`, storage.Micros(later), friend.ID)
			return err
		}))
	case 11:
		if rapid.Bool().Draw(t, "leave") && len(w.members) > 1 {
			w.must(w.people.Leave(ctx, who, rapid.Bool().Draw(t, "words")))
			for n := range w.members {
				if w.members[n].ID == who.ID {
					w.members = append(w.members[:n:n], w.members[n+1:]...)
					break
				}
			}
			return
		}
		w.at = w.at.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "days")) * 24 * time.Hour)
		w.catchUp()
	}
}
