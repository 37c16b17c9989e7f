package e2e

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"tribune"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// How many people hear of the decision below by mail, and how many authors of
// quoted words are told by hand.
const (
	byMail = 4000
	byHand = 600
)

// TestKilledWhileTelling kills the program at random moments while it tells
// thousands of people of one decision, and begins it again: whoever has a row
// has their mail or their task with it, and in the end each is told once.
func TestKilledWhileTelling(t *testing.T) {
	t.Parallel()
	Program(t) // with -short nothing is begun
	data, address := t.TempDir(), freeAddress(t)
	site := openSite(t, data)
	defer site.Close()
	owner, decision := fillTelling(t, site)
	const told = `select count(*) from telling`
	killed := 0
	for there := 0; killed < wholes()/2 && count(t, site, `select told from decision`) == 0; there = count(t, site, told) {
		r := begin(t, data, address)
		for end := time.Now().Add(20 * time.Second); count(t, site, told) <= there && count(t, site, `select told from decision`) == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				r.kill()
				t.Fatalf("nobody more is told\n%s", r.out.String())
			}
		}
		time.Sleep(rand.N(30 * time.Millisecond))
		r.kill()
		if count(t, site, `select told from decision`) == 0 {
			killed++
		}
		endLeases(t, site)
		if n := count(t, site, `select count(*) from telling t where way = 'mail' and not exists (select 1 from outbox o where o.kind = 'decision' and o.person_id = t.person_id)
			or way = 'task' and not exists (select 1 from thread h where h.id = t.thread_id and h.kind = 'tell')`); n > 0 {
			t.Errorf("%d people are half told", n)
		}
	}
	if killed < min(3, wholes()/2) {
		t.Errorf("only %d kills fell into the telling", killed)
	}
	last := begin(t, data, address)
	for end := time.Now().Add(30 * time.Second); count(t, site, `select told from decision`) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Errorf("the telling does not end\n%s", last.out.String())
			break
		}
	}
	last.kill()
	t.Logf("killed %d times", killed)
	for query, want := range map[string]int{
		told: byMail + byHand,
		`select count(distinct person_id) from telling where way = 'mail'`:     byMail,
		`select count(distinct account_id) from telling where way = 'task'`:    byHand,
		`select count(*) from outbox where kind = 'decision'`:                  byMail,
		`select count(distinct person_id) from outbox where kind = 'decision'`: byMail,
		`select count(*) from thread where kind = 'tell'`:                      byHand,
		`select count(distinct thread_id) from telling where way = 'task'`:     byHand,
		`select count(*) from event where kind = 'decision.told'`:              1,
	} {
		if n := count(t, site, query); n != want {
			t.Errorf("%s gives %d, want %d", query, n, want)
		}
	}
	if got, err := site.Ideas.Told(t.Context(), owner, decision); err != nil || got.Mail != byMail || got.Task != byHand || !got.Complete {
		t.Errorf("told %+v, %v", got, err)
	}
}

// endLeases does what ten seconds would: what a dead process held is free.
func endLeases(t *testing.T, site *tribune.Site) {
	t.Helper()
	if err := site.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update cursor set leased_until = 0`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// fillTelling makes an idea that many follow, with words of others behind it,
// and decides on it.
func fillTelling(t *testing.T, site *tribune.Site) (owner know.Actor, decision int64) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	owner, err := member(ctx, site, 0, know.Owner)
	must(err)
	idea, err := site.Ideas.Propose(ctx, owner, shape.NewIdea{Title: "Paper that takes ink from both sides", Body: "So that nothing shines through."})
	must(err)
	const from, before = 10_000, 1
	for at := 0; at < byMail+byHand; at += 1000 {
		var people, accounts, follows, voices [][]any
		for i := at; i < min(at+1000, byMail+byHand); i++ {
			id := int64(from + i)
			if i >= byMail {
				accounts = append(accounts, []any{id, "name", fmt.Sprintf("author %d", i), 0, 0, before})
				voices = append(voices, []any{idea.ID, id, "It shines through.", fmt.Sprintf("Author %d", i), before, before})
				continue
			}
			people = append(people, []any{id, fmt.Sprintf("Reader %d", i), before})
			accounts = append(accounts, []any{id, "mail", fmt.Sprintf("reader%d@example.org", i), id, before, before})
			follows = append(follows, []any{idea.ID, id, before})
		}
		must(site.DB.Update(ctx, func(tx *storage.Tx) error {
			for _, x := range []struct {
				into string
				rows [][]any
			}{
				{`person (id, name, created_at)`, people},
				{`account (id, kind, address, person_id, confirmed_at, created_at)`, accounts},
				{`follow (idea_id, person_id, at)`, follows},
				{`voice (idea_id, account_id, words, author, said_at, added_at)`, voices},
			} {
				if len(x.rows) == 0 {
					continue
				}
				if _, err := tx.InsertMany(ctx, x.into, x.rows, ``, nil); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	d, err := site.Ideas.Decide(ctx, owner, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "Many of you asked, and our mill can make it."})
	must(err)
	return owner, d.ID
}
