package tribe_test

import (
	"fmt"
	"slices"
	"sort"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tribune/advocate"
	"tribune/converse/post"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/tribe"
)

// lines gives the rows of a query as text, sorted.
func (p *place) lines(t testing.TB, query string, args ...any) string {
	t.Helper()
	rows, err := p.db.Query(t.Context(), query, args...)
	must(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	must(t, err)
	var out []string
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for n := range values {
			into[n] = &values[n]
		}
		must(t, rows.Scan(into...))
		out = append(out, fmt.Sprintln(values...))
	}
	must(t, rows.Err())
	sort.Strings(out)
	return strings.Join(out, "")
}

// dump gives all that following keeps.
func (p *place) dump(t testing.TB) string {
	return "ties\n" + p.lines(t, `select a, b, kind, n from tie`) + "support\n" + p.lines(t, `select idea_id, tribe_id, votes, against from tribe_support`) +
		"days\n" + p.lines(t, `select tribe_id, day, n from tribe_day`)
}

// replay counts ties from the whole log, in the plainest way.
func (p *place) replay(t testing.TB, window int) string {
	t.Helper()
	facts, err := storage.All(t.Context(), p.db, func(row storage.Scanner) (e event.Event, err error) {
		err = row.Scan(&e.Kind, &e.Actor, &e.Subject.Kind, &e.Subject.ID, &e.Other, &e.N)
		return e, err
	}, `select kind, actor_id, subject_kind, subject_id, other_id, n from event order by id`)
	must(t, err)
	ties := map[string]int{}
	author, spoken, voters := map[event.Ref]int64{}, map[event.Ref][]int64{}, map[int64][]int64{}
	said, off, thanks, left := map[event.Ref][][2]int64{}, map[event.Ref]bool{}, map[event.Ref][]int64{}, map[int64]bool{}
	for _, f := range facts {
		switch f.Kind {
		case shape.IdeaProposed, post.Published:
			author[f.Subject] = f.Actor
		case shape.IdeaCommented, post.Replied:
			one := event.Ref{Kind: "comment", ID: f.Other}
			if f.Kind == post.Replied {
				one.Kind = "reply"
			}
			to := []int64{author[f.Subject]}
			for n := len(spoken[f.Subject]) - 1; n >= 0; n-- {
				if before := spoken[f.Subject][n]; before != f.Actor {
					// Who left is nobody: nobody answers them, nor whoever spoke before them.
					to = append(to, before)
					break
				}
			}
			if len(to) == 2 && to[0] == to[1] {
				to = to[:1]
			}
			for _, other := range to {
				if other != 0 && other != f.Actor && !left[other] {
					said[one] = append(said[one], [2]int64{f.Actor, other})
				}
			}
			spoken[f.Subject] = append(spoken[f.Subject], f.Actor)
		case shape.CommentWithdrawn, shape.CommentHidden, post.ReplyWithdrawn, post.ReplyHidden:
			off[f.Subject] = true
		case shape.CommentShown, post.ReplyShown:
			off[f.Subject] = false
		case post.Reacted:
			if f.N == 1 && author[f.Subject] != f.Actor {
				thanks[f.Subject] = append(thanks[f.Subject], f.Actor)
			}
		case post.Unreacted:
			if f.N == 1 {
				thanks[f.Subject] = slices.DeleteFunc(thanks[f.Subject], func(p int64) bool { return p == f.Actor })
			}
		case shape.IdeaVoted:
			voters[f.Subject.ID] = append(voters[f.Subject.ID], f.Actor)
		case shape.IdeaUnvoted:
			voters[f.Subject.ID] = slices.DeleteFunc(voters[f.Subject.ID], func(p int64) bool { return p == f.Actor })
		case "person.left":
			left[f.Subject.ID] = true
		}
	}
	put := func(a, b int64, kind tribe.Kind) {
		if !left[a] && !left[b] && a != 0 && b != 0 {
			ties[fmt.Sprintln(a, b, kind)]++
		}
	}
	for one, pairs := range said {
		for _, pair := range pairs {
			if !off[one] {
				put(pair[0], pair[1], tribe.Reply)
			}
		}
	}
	for thing, who := range thanks {
		for _, a := range who {
			put(a, author[thing], tribe.Thanks)
		}
	}
	for _, list := range voters {
		list = slices.DeleteFunc(slices.Clone(list), func(p int64) bool { return left[p] })
		for i := range list {
			for j := i + 1; j < len(list) && j-i <= window; j++ {
				put(min(list[i], list[j]), max(list[i], list[j]), tribe.Vote)
			}
		}
	}
	var out []string
	for k, n := range ties {
		out = append(out, strings.TrimSuffix(k, "\n")+fmt.Sprintf(" %d\n", n))
	}
	sort.Strings(out)
	return strings.Join(out, "")
}

// recounts compares what following keeps with what it follows from.
func (p *place) recounts(t testing.TB, window int) {
	t.Helper()
	same := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s:\n%swant:\n%s", what, got, want)
		}
	}
	same("ties", p.lines(t, `select a, b, kind, n from tie`), p.replay(t, window))
	same("ties by source", p.lines(t, `select a, b, kind, n from tie where kind <> 'vote'`), p.lines(t, `select a, b, kind, count(*) from tie_source where off = 0 group by a, b, kind`))
	same("ballots", p.lines(t, `select idea_id, person_id from tribe_ballot`), p.lines(t, `select idea_id, person_id from vote v where exists (select 1 from person p where p.id = v.person_id and left_at = 0)`))
	same("against", p.lines(t, `select idea_id, person_id from tribe_against`), p.lines(t, `select idea_id, person_id from vote_against v where exists (select 1 from person p where p.id = v.person_id and left_at = 0)`))
	same("support", p.lines(t, `select idea_id, tribe_id, votes, against from tribe_support`), p.lines(t, `select v.idea_id, m.tribe_id, sum(v.votes), sum(v.against)
		from (select idea_id, person_id, 1 as votes, 0 as against from tribe_ballot union all select idea_id, person_id, 0, 1 from tribe_against) v
		join (select tribe_id, person_id from membership where left_at = 0 union select 0, id from person) m on m.person_id = v.person_id group by v.idea_id, m.tribe_id`))
	same("counted", p.lines(t, `select id, votes, against from idea`), p.lines(t, `select id, (select count(*) from vote where idea_id = idea.id), (select count(*) from vote_against where idea_id = idea.id) from idea`))
	same("days", p.lines(t, `select tribe_id, day, n from tribe_day`), p.lines(t, `select m.tribe_id, v.day, count(*) from tribe_voter v
		join (select tribe_id, person_id from membership where left_at = 0 union select 0, id from person) m on m.person_id = v.person_id group by m.tribe_id, v.day`))
	same("members", p.lines(t, `select id, members, shown from tribe`), p.lines(t, `select id, (select count(*) from membership m where m.tribe_id = tribe.id and left_at = 0),
		(select count(*) from membership m where m.tribe_id = tribe.id and left_at = 0 and shown = 1) from tribe`))
	same("words", p.lines(t, `select id, chosen from tribe_word`), p.lines(t, `select word_id, count(*) from tribe_word_choice group by word_id`))
}

// TestRecount does anything in any order, follows now and then, and compares
// all counts with a recount.
func TestRecount(t *testing.T) {
	for _, engine := range []struct {
		name string
		open func(testing.TB) *storage.DB
	}{{"sqlite", storagetest.SQLite}, {"postgres", storagetest.Postgres}} {
		t.Run(engine.name, func(t *testing.T) {
			db := engine.open(t)
			rapid.Check(t, func(rt *rapid.T) {
				wipe(t, db)
				p := newPlace(t, db)
				p.SetWindow(2)
				w := &wild{place: p, t: t, folk: []know.Actor{p.ada, p.ben, p.cyd, p.staff, p.person(t, "Dan", know.Member), p.person(t, "Eve", know.Member)}}
				w.ideas_ = append(w.ideas_, p.idea(t, p.ada, "The first idea").ID)
				for range rapid.IntRange(5, 60).Draw(rt, "acts") {
					w.act(rt)
				}
				p.catchUp(t)
				p.recounts(t, 2)
			})
		})
	}
}

// wipe empties what the test fills: a fresh database each time takes too long.
func wipe(t testing.TB, db *storage.DB) {
	t.Helper()
	must(t, db.Update(t.Context(), func(tx *storage.Tx) error {
		for _, table := range strings.Fields(`audit event cursor outbox person account signin_link circle tally
			idea vote vote_against comment follow merged_row idea_search telling post post_reply post_reaction post_search tag idea_tag
			tribe tribe_wording membership tribe_word tribe_word_choice tribe_idea tie tie_source tribe_thing tribe_ballot tribe_against tribe_support tribe_voter tribe_day tribe_week`) {
			if _, err := tx.Exec(t.Context(), `delete from `+table); err != nil {
				return err
			}
		}
		return nil
	}))
}

// wild is a site where anything happens.
type wild struct {
	*place
	t        *testing.T
	folk     []know.Actor
	ideas_   []int64
	posts_   []int64
	comments []int64
	tribes   []int64
}

func (w *wild) act(rt *rapid.T) {
	ctx := w.t.Context()
	a := rapid.SampledFrom(w.folk).Draw(rt, "who")
	idea := rapid.SampledFrom(w.ideas_).Draw(rt, "idea")
	w.at = w.at.Add(time.Duration(rapid.IntRange(1, 40).Draw(rt, "hours")) * time.Hour)
	what := rapid.IntRange(0, 25).Draw(rt, "what")
	switch what {
	case 0:
		if i, err := w.place.ideas.Propose(ctx, a, shape.NewIdea{Title: "An idea"}); err == nil {
			w.ideas_ = append(w.ideas_, i.ID)
		}
	case 1, 2, 3, 4, 5:
		w.place.ideas.Vote(ctx, a, idea, true)
	case 6, 7:
		w.place.ideas.Vote(ctx, a, idea, false)
	case 8, 9:
		if c, err := w.place.ideas.Comment(ctx, a, idea, fmt.Sprint("Words ", len(w.comments)), ""); err == nil {
			w.comments = append(w.comments, c.ID)
		}
	case 10, 11:
		if len(w.comments) > 0 {
			c := rapid.SampledFrom(w.comments).Draw(rt, "comment")
			switch rapid.IntRange(0, 2).Draw(rt, "state") {
			case 0:
				w.place.ideas.WithdrawComment(ctx, a, c)
			case 1:
				w.place.ideas.HideComment(ctx, w.staff, c, "Because.")
			default:
				w.place.ideas.ShowComment(ctx, w.staff, c)
			}
		}
	case 12:
		w.place.ideas.Merge(ctx, w.staff, idea, rapid.SampledFrom(w.ideas_).Draw(rt, "into"))
	case 13:
		w.place.ideas.Unmerge(ctx, w.staff, idea)
	case 14:
		if made, err := w.Start(ctx, a, tribe.NewTribe{Name: fmt.Sprintf("Tribe %c", 'a'+len(w.tribes)), Shown: true}); err == nil {
			w.tribes = append(w.tribes, made.ID)
		}
	case 15, 16, 17:
		if len(w.tribes) > 0 {
			id := rapid.SampledFrom(w.tribes).Draw(rt, "tribe")
			switch rapid.IntRange(0, 3).Draw(rt, "in") {
			case 0:
				w.Leave(ctx, a, id)
			case 1:
				w.Suggest(ctx, a, id, rapid.SampledFrom([]string{"ink", "paper", "slow"}).Draw(rt, "word"))
			default:
				w.Join(ctx, a, id, rapid.Bool().Draw(rt, "shown"))
			}
		}
	case 18:
		if n, err := w.place.posts.Begin(ctx, a, post.NewPost{Title: "A post", Body: "Words."}); err == nil {
			if _, err := w.place.posts.Publish(ctx, a, n.ID); err == nil {
				w.posts_ = append(w.posts_, n.ID)
			}
		}
	case 19:
		if len(w.posts_) > 0 {
			n := rapid.SampledFrom(w.posts_).Draw(rt, "post")
			if rapid.Bool().Draw(rt, "reply") {
				w.place.posts.Reply(ctx, a, n, 0, "Words.", "")
			} else {
				w.place.posts.React(ctx, a, n, post.Thanks, rapid.Bool().Draw(rt, "on"))
			}
		}
	case 20:
		w.catchUp(w.t)
	case 22, 23, 24:
		w.place.ideas.VoteAgainst(ctx, a, idea, true)
	case 25:
		w.place.ideas.VoteAgainst(ctx, a, idea, false)
	case 21:
		if len(w.folk) > 3 && a.ID != w.staff.ID && rapid.IntRange(0, 3).Draw(rt, "leaves") == 0 {
			must(w.t, w.people.Leave(ctx, a, rapid.Bool().Draw(rt, "words")))
			w.folk = slices.DeleteFunc(w.folk, func(x know.Actor) bool { return x.ID == a.ID })
			// The tie to who spoke last hangs on when their leaving is followed.
			w.catchUp(w.t)
		}
	}
}

// TestTies says in small what ties whom.
func TestTies(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		idea := p.idea(t, p.ada, "Blue ink")
		for i, a := range []know.Actor{p.ben, p.cyd, p.cyd, p.ben, p.ada} {
			_, err := p.ideas.Comment(ctx, a, idea.ID, fmt.Sprint("Words ", i), "")
			must(t, err)
		}
		p.vote(t, p.ben, idea.ID, true)
		p.catchUp(t)
		id := map[int64]string{p.ada.ID: "ada", p.ben.ID: "ben", p.cyd.ID: "cyd"}
		rows, err := storage.All(ctx, p.db, func(row storage.Scanner) (s string, err error) {
			var a, b, n int64
			var kind string
			err = row.Scan(&a, &b, &kind, &n)
			return fmt.Sprintf("%s %s %s %d", id[a], kind, id[b], n), err
		}, `select a, b, kind, n from tie order by a, kind, b`)
		must(t, err)
		want := []string{"ada reply ben 1", "ada vote ben 1", "ben reply ada 2", "ben reply cyd 1", "cyd reply ada 2", "cyd reply ben 2"}
		if !slices.Equal(rows, want) {
			t.Errorf("%q, want %q", rows, want)
		}
	})
}

// TestThanksAndReferrals follows what advocacy records, and its taking back.
func TestThanksAndReferrals(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		fact := func(kind string, actor int64, subject event.Ref, other, n int64) {
			t.Helper()
			must(t, p.db.Update(ctx, func(tx *storage.Tx) error {
				return p.events.Append(ctx, tx, event.Event{Kind: kind, Actor: actor, Subject: subject, Other: other, N: n})
			}))
			p.catchUp(t)
		}
		want := func(lines string) {
			t.Helper()
			if got := p.lines(t, `select a, b, kind, n from tie`); got != lines {
				t.Errorf("%q, want %q", got, lines)
			}
		}
		ben, reason := event.Ref{Kind: "person", ID: p.ben.ID}, event.Ref{Kind: "reason", ID: 5}
		fact(advocate.ThanksGiven, p.ada.ID, ben, 7, 0)
		fact(advocate.ThanksGiven, p.ada.ID, event.Ref{Kind: "account", ID: 3}, 8, 0)
		thanks := fmt.Sprintln(p.ada.ID, p.ben.ID, "thanks", 1)
		want(thanks)
		fact(advocate.ThanksHidden, p.staff.ID, ben, 7, 0)
		want("")
		fact(advocate.ThanksShown, p.staff.ID, ben, 7, 0)
		want(thanks)
		fact(advocate.ThanksWithdrawn, p.ada.ID, ben, 7, 0)
		fact(advocate.ShareJoined, 0, ben, 2, p.cyd.ID)
		want(fmt.Sprintln(p.cyd.ID, p.ben.ID, "referral", 1))
		fact(purchase.ReasonAnswered, p.ada.ID, reason, 1, 0)
		fact(purchase.TellerConfirmed, p.ben.ID, reason, p.ben.ID, 0)
		fact(purchase.TellerConfirmed, p.ben.ID, reason, p.ben.ID, 0)
		both := fmt.Sprintln(p.ben.ID, p.ada.ID, "referral", 1) + fmt.Sprintln(p.cyd.ID, p.ben.ID, "referral", 1)
		want(both)
		fact(purchase.ReasonWithdrawn, p.ada.ID, reason, 1, 0)
		want(fmt.Sprintln(p.cyd.ID, p.ben.ID, "referral", 1))
	})
}

// TestManyVotes holds the number of ties that many votes make in bounds.
func TestManyVotes(t *testing.T) {
	p := newPlace(t, storagetest.SQLite(t))
	ctx := t.Context()
	const voters = 2000
	idea := p.idea(t, p.ada, "Blue ink")
	must(t, p.db.Update(ctx, func(tx *storage.Tx) error {
		var facts []event.Event
		for n := range voters {
			facts = append(facts, event.Event{Kind: shape.IdeaVoted, Actor: int64(1000 + n), Subject: event.Ref{Kind: "idea", ID: idea.ID}})
		}
		return p.events.AppendAll(ctx, tx, facts)
	}))
	began := time.Now()
	p.catchUp(t)
	t.Logf("%d votes followed in %v", voters, time.Since(began))
	if n := p.number(t, `select count(*) from tie`); n > (voters+1)*tribe.Window {
		t.Errorf("%d ties of %d votes", n, voters)
	}
}

// TestAgainstMerged parts an idea from another whose voters stood on the other
// side of a third, which is merged still: their word there counts then.
func TestAgainstMerged(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		into, one, two := p.idea(t, p.staff, "Gilded edges").ID, p.idea(t, p.staff, "Golden edges").ID, p.idea(t, p.staff, "Edges of gold").ID
		made := p.start(t, p.ada, "Inkers")
		must(t, p.Join(ctx, p.ben, made.ID, true))
		against := func(a know.Actor, idea int64) {
			t.Helper()
			_, err := p.ideas.VoteAgainst(ctx, a, idea, true)
			must(t, err)
		}
		p.vote(t, p.ada, one, true)
		against(p.ada, two)
		against(p.ben, one)
		p.vote(t, p.ben, two, true)
		p.vote(t, p.cyd, one, true)
		against(p.cyd, into)
		for _, step := range []struct {
			what string
			do   func() error
			want string
		}{
			{"merged", func() error { return p.ideas.Merge(ctx, p.staff, one, into) }, "2 2\n"},
			{"both", func() error { return p.ideas.Merge(ctx, p.staff, two, into) }, "2 2\n"},
			{"one parted", func() error { return p.ideas.Unmerge(ctx, p.staff, one) }, "2 2\n"},
			{"the other", func() error { return p.ideas.Unmerge(ctx, p.staff, two) }, "1 1\n"},
		} {
			must(t, step.do())
			p.catchUp(t)
			if got := p.lines(t, `select votes, against from tribe_support where idea_id = $1 and tribe_id = 0`, into); got != step.want {
				t.Errorf("%s: %s want %s", step.what, got, step.want)
			}
			p.recounts(t, tribe.Window)
		}
	})
}
