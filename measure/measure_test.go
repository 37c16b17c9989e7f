package measure

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// world is a whole site around the measures, with a clock that is moved.
type world struct {
	*Measures
	t         testing.TB
	at        time.Time
	inbox     *converse.Inbox
	ideas     *shape.Ideas
	purchases *purchase.Ledger
	staff     []know.Actor
	members   []know.Actor
}

func open(t testing.TB, db *storage.DB) *world {
	t.Helper()
	w := &world{t: t, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log, now := slog.New(slog.DiscardHandler), func() time.Time { return w.at }
	events := event.New(log, db, now, "test")
	people := know.New(log, db, events, now, nil)
	radar := listen.New(log, db, events, people, nil, now)
	w.Measures = New(log, db, events, people, radar, now)
	w.inbox = converse.New(log, db, events, people, radar, now)
	w.ideas = shape.New(log, db, events, people, radar, w.inbox, now)
	w.purchases = purchase.New(log, db, events, people, now)
	for _, name := range []string{"Olga", "Marta"} {
		w.staff = append(w.staff, w.person(name, know.Owner))
	}
	for _, name := range []string{"Ada", "Ben", "Cem"} {
		w.members = append(w.members, w.person(name, know.Member))
	}
	_, _, err := radar.AddQuery(t.Context(), w.staff[0], listen.NewQuery{Name: "us", Text: "linde", Purpose: listen.Us})
	w.ok(err)
	return w
}

func (w *world) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) person(name string, role know.Role) know.Actor {
	w.t.Helper()
	p, secret, err := w.people.AddPerson(w.t.Context(), name, strings.ToLower(name)+"@example.org", role)
	w.ok(err)
	_, _, _, err = w.people.Use(w.t.Context(), secret, "", "test")
	w.ok(err)
	a, err := w.people.Actor(w.t.Context(), p.ID)
	w.ok(err)
	return a
}

// settle lets everybody read the log to its end.
func (w *world) settle() {
	w.t.Helper()
	ctx := w.t.Context()
	for {
		w.ok(w.events.CatchUp(ctx, "converse.attend", w.inbox.Attend, listen.MentionsStored, listen.MentionWithdrawn))
		w.ok(w.events.CatchUp(ctx, "shape.telling", w.ideas.FollowTelling, converse.ThreadAnswered, converse.ThreadClosed, converse.ThreadReopened))
		more, err := w.ideas.TellOnce(ctx)
		w.ok(err)
		if !more {
			break
		}
	}
	w.ok(w.events.CatchUp(ctx, "converse.erase", w.inbox.Erase, "person.left"))
	w.ok(w.events.CatchUp(ctx, "measure.count", w.Count, CountKinds()...))
	w.ok(w.SweepAll(ctx))
}

func (w *world) hear(author, text, url string, ago time.Duration) int64 {
	w.t.Helper()
	n := w.at.UnixNano()
	heard, err := w.radar.Hear(w.t.Context(), w.staff[0], []listen.Post{{Source: "Shop", Kind: listen.KindReview, ExternalID: fmt.Sprint(n, author, text, url), URL: url,
		Author: listen.Author{Name: author, Email: strings.ToLower(author) + "@example.org"}, Text: text, Language: "en", PublishedAt: w.at.Add(-ago)}})
	w.ok(err)
	if heard[0].Err != nil {
		w.t.Fatal(heard[0].Err)
	}
	return heard[0].ID
}

// all gives every table that is kept, without rows of sums that are 0.
func (w *world) all() map[string][]string {
	w.t.Helper()
	tables := map[string][]string{}
	for table, zero := range map[string]string{"clock_row": "", "clock_day": "n <> 0", "loop_row": "", "loop_day": "n <> 0", "said_row": "", "said_day": "n <> 0",
		"heard_language": "heard <> 0 or us <> 0", "heard_source": "n <> 0", "cohort_account": "", "cohort_buyer": "", "cohort": "buyers <> 0 or purchases <> 0"} {
		query := `select * from ` + table
		if zero != "" {
			query += ` where ` + zero
		}
		rows, err := w.db.Query(w.t.Context(), query)
		w.ok(err)
		columns, err := rows.Columns()
		w.ok(err)
		for rows.Next() {
			values, to := make([]any, len(columns)), make([]any, len(columns))
			for i := range values {
				to[i] = &values[i]
			}
			w.ok(rows.Scan(to...))
			tables[table] = append(tables[table], fmt.Sprint(values...))
		}
		rows.Close()
		slices.Sort(tables[table])
	}
	return tables
}

// TestEqualsARecount lets a site live through hundreds of days of anything,
// and holds what following kept against a recount, time and again.
func TestEqualsARecount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		rounds := 6
		if db.Postgres() {
			rounds = 2
		}
		w := open(t, db)
		r := rand.New(rand.NewPCG(11, 7))
		for round := range rounds {
			for range 40 {
				w.at = w.at.Add(time.Duration(r.Int64N(int64(30 * time.Hour))))
				w.live(r)
			}
			w.settle()
			followed := w.all()
			w.ok(w.Recount(t.Context()))
			if diff := cmp.Diff(w.all(), followed); diff != "" {
				t.Fatalf("round %d: following kept something else than a recount (-recount +followed):\n%s", round, diff)
			}
			for _, table := range []string{"clock_row", "loop_row", "said_row", "cohort"} {
				if len(followed[table]) == 0 {
					t.Fatalf("nothing is in %s: the test tests nothing", table)
				}
			}
		}
	})
}

// live does one thing that may happen on a site. Refusals are part of life.
func (w *world) live(r *rand.Rand) {
	ctx, db := w.t.Context(), w.db
	pick := func(query string) (id int64) {
		db.Row(ctx, query+` order by id limit 1 offset `+fmt.Sprint(r.IntN(4))).Scan(&id)
		return id
	}
	staff, member := w.staff[r.IntN(len(w.staff))], w.members[r.IntN(len(w.members))]
	names := []string{"Ada", "Ben", "Nora", "Otto", "Marta"}
	name := names[r.IntN(len(names))]
	switch r.IntN(20) {
	case 0, 1, 2:
		texts := []string{"Where is my linde order?", "The linde notebook is lovely", "Nice pen", "linde broke after a day"}
		url := ""
		if r.IntN(2) == 0 {
			url = fmt.Sprintf("https://blog.example/%d", w.at.UnixNano())
		}
		w.hear(name, texts[r.IntN(len(texts))], url, time.Duration(r.Int64N(int64(20*24*time.Hour))))
	case 3, 4:
		w.inbox.Letter(ctx, member, "A question", "Do you ship to Peru?")
	case 5, 6, 7:
		if m, err := w.inbox.Answer(ctx, staff, pick(`select id from thread where state = 'open'`), "Yes."); err == nil && m.Way == converse.ByCopy {
			w.inbox.Posted(ctx, staff, m.ID, "")
		}
	case 8:
		var by int64
		id := pick(`select id from message where kind = 'answer' and state = 'visible'`)
		db.Row(ctx, `select person_id from message where id = $1`, id).Scan(&by)
		for _, a := range w.staff {
			if a.ID == by {
				w.inbox.Withdraw(ctx, a, id)
			}
		}
	case 9:
		reasons := append(converse.Reasons(), "Marta told him on the telephone.")
		w.inbox.Dismiss(ctx, staff, pick(`select id from thread where state = 'open'`), reasons[r.IntN(len(reasons))])
	case 10:
		w.inbox.Reopen(ctx, staff, pick(`select id from thread where state <> 'open'`))
	case 11:
		w.ideas.Propose(ctx, member, shape.NewIdea{Title: fmt.Sprintf("An idea of %d", w.at.UnixNano())})
	case 12:
		w.ideas.AddVoice(ctx, staff, pick(`select id from idea`), shape.VoiceFrom{Mention: pick(`select id from mention where public = 1`)})
		if id := pick(`select id from idea where state = 'visible'`); r.IntN(3) == 0 {
			w.ideas.Hide(ctx, staff, id, "An advertisement.")
		}
	case 13, 14:
		stages := []shape.Stage{shape.Planned, shape.Shipped, shape.Declined}
		w.ideas.Decide(ctx, staff, pick(`select id from idea`), shape.NewDecision{Stage: stages[r.IntN(3)], Reason: "Because we can."})
	case 15, 16:
		email := ""
		if r.IntN(3) > 0 {
			email = strings.ToLower(name) + "@example.org"
		}
		w.purchases.Store(ctx, staff, []purchase.Order{{ExternalID: fmt.Sprint(w.at.UnixNano()), At: w.at.Add(-time.Duration(r.Int64N(int64(200 * 24 * time.Hour)))), Email: email,
			Customer: fmt.Sprint("c", r.IntN(4)), AmountMinor: 1000, Currency: "EUR"}})
		if r.IntN(2) == 0 { // some of an order is paid back, or all
			var number string
			w.ok(w.db.Row(ctx, `select coalesce((select external_id from purchase where id = $1), 'none')`, pick(`select id from purchase`)).Scan(&number))
			w.purchases.Store(ctx, staff, []purchase.Order{{ExternalID: number, At: w.at, AmountMinor: 1000, Currency: "EUR", RefundedMinor: int64(500 + 500*r.IntN(2)), Cancelled: r.IntN(4) == 0}})
		}
	case 17:
		var to int64
		if r.IntN(2) == 0 {
			to = member.ID
		}
		w.people.Move(ctx, w.staff[0], pick(`select id from account where kind = 'shop'`), to)
	case 18:
		if r.IntN(2) == 0 { // a mail leaves, or is given up
			w.leaves(pick(`select id from outbox where kind = 'decision' and state = 'waiting'`), []string{"sent", "failed"}[r.IntN(2)])
		}
		w.ideas.MakeRelease(ctx, staff, shape.NewRelease{Title: "New paper", Ideas: []int64{pick(`select id from idea where state = 'visible'`)}})
	case 19:
		q := listen.NewQuery{Name: "us", Text: []string{"linde", "linde OR pen", "notebook"}[r.IntN(3)], Purpose: listen.Us}
		w.radar.ChangeQuery(ctx, w.staff[0], pick(`select id from query`), q)
	}
}

// leaves has a mail of the outbox end so.
func (w *world) leaves(mail int64, state string) {
	w.t.Helper()
	w.ok(w.db.Update(w.t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(w.t.Context(), `update outbox set state = $1, sent_at = $2 where id = $3`, state, storage.Micros(w.at), mail)
		return err
	}))
}

// TestReturnedBefore: what was paid back before that was followed is counted
// anew once a migration asks for it.
func TestReturnedBefore(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db)
		ctx := t.Context()
		var orders []purchase.Order
		for i, name := range []string{"ada", "ben", "ada"} {
			orders = append(orders, purchase.Order{ExternalID: fmt.Sprint(i), At: w.at.Add(-time.Duration(i+1) * time.Hour), Email: name + "@example.org", AmountMinor: 5, Currency: "EUR"})
		}
		_, err := w.purchases.Store(ctx, w.staff[0], orders)
		w.ok(err)
		w.settle()
		w.ok(db.Update(ctx, func(tx *storage.Tx) error {
			if _, err := tx.Exec(ctx, `update purchase set refunded_minor = 5 where external_id <> '0'`); err != nil {
				return err
			}
			_, err := tx.Exec(ctx, `insert into measure_due (name, at) values ('returned', 0) on conflict do nothing`)
			return err
		}))
		for n := 1; n > 0; {
			n, err = w.returned(ctx)
			w.ok(err)
		}
		b, err := w.Board(ctx, w.staff[0], 0)
		w.ok(err)
		if b.Purchases != 1 || b.Firsts != 1 {
			t.Errorf("%d purchases, %d first ones; want 1 and 1", b.Purchases, b.Firsts)
		}
		followed := w.all()
		w.ok(w.Recount(ctx))
		if diff := cmp.Diff(w.all(), followed); diff != "" {
			t.Error(diff)
		}
	})
}

// TestLeaving: who leaves is no longer somebody in particular, and counts stay.
func TestLeaving(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db)
		ctx := t.Context()
		w.hear("Ada", "The linde notebook is lovely", "https://blog.example/1", time.Hour)
		_, err := w.purchases.Store(ctx, w.staff[0], []purchase.Order{{ExternalID: "1", At: w.at.Add(-time.Hour), Email: "ada@example.org", AmountMinor: 1, Currency: "EUR"}})
		w.ok(err)
		w.settle()
		accounts, err := w.people.AccountsOf(ctx, w.members[0].ID)
		w.ok(err)
		var ids []int64
		for _, a := range accounts {
			ids = append(ids, a.ID)
		}
		h, err := w.Held(ctx, w.members[0].ID, ids)
		w.ok(err)
		if want := (Held{SpeaksAs: []string{"customer"}, Said: 1, Bought: []HeldMonth{{"2026-11", 1}}}); !cmp.Equal(h, want) {
			t.Errorf("held: %s", cmp.Diff(want, h))
		}
		w.ok(w.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `insert into gap_example (term_id, kind, ref_id) select 1, 'mention', id from mention`)
			return err
		}))
		w.ok(w.people.Leave(ctx, w.members[0], false))
		for range 2 {
			w.settle()
			w.ok(w.events.CatchUp(ctx, "measure.erase", w.Erase, "person.left"))
		}
		b, err := w.Board(ctx, w.staff[0], 0)
		w.ok(err)
		if b.Said != 1 || b.Customers.N != 0 || b.Purchases != 1 {
			t.Errorf("said %d, customers %d, purchases %d; want 1, 0, 1", b.Said, b.Customers.N, b.Purchases)
		}
		var examples int
		w.ok(w.db.Row(ctx, `select count(*) from gap_example`).Scan(&examples))
		if examples != 0 {
			t.Error("their words are still an example")
		}
		before := w.all()
		w.ok(w.Recount(ctx))
		if diff := cmp.Diff(w.all(), before); diff != "" {
			t.Errorf("not as a recount:\n%s", diff)
		}
	})
}

// TestWithin holds percentiles by buckets against those of sorted durations.
func TestWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 1 + r.IntN(400)
		waiting := r.IntN(n)
		var took Took
		var all []time.Duration
		for i := range n {
			d := time.Duration(1<<r.IntN(23)) * time.Second
			d += time.Duration(r.Int64N(int64(d)))
			q := question{outcome: string(Answered), asked: 1, answered: 1 + d.Microseconds()}
			if i < waiting {
				q.outcome = string(Waits)
			} else {
				all = append(all, d)
			}
			took.add(Outcome(q.outcome), q.bucket(), 1)
		}
		slices.Sort(all)
		for _, share := range []float64{.5, .9} {
			got, reached, ok := took.Within(share)
			rank := 0
			for float64(rank) < share*float64(n) {
				rank++
			}
			switch {
			case ok != (n >= Fewest):
				t.Fatalf("n %d: ok %t", n, ok)
			case ok && reached != (rank <= len(all)):
				t.Fatalf("n %d, waiting %d: reached %t", n, waiting, reached)
			case ok && reached:
				want := all[rank-1]
				if off := float64(got-want) / float64(want+time.Second); off > .022 || off < -.022 {
					t.Fatalf("share %v of %d: %v, want %v (%.3f off)", share, n, got, want, off)
				}
			}
		}
	}
}

func TestClock(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db)
		ctx := t.Context()
		var threads []int64
		for n := range 8 {
			x, err := w.inbox.Letter(ctx, w.members[0], fmt.Sprint("Peru ", n), "Do you ship there?")
			w.ok(err)
			threads = append(threads, x.ID)
		}
		for i, id := range threads[:5] {
			w.at = w.at.Add(time.Hour)
			_, err := w.inbox.Answer(ctx, w.staff[i%2], id, "Yes.")
			w.ok(err)
		}
		w.ok(w.inbox.Dismiss(ctx, w.staff[0], threads[5], converse.NowhereToWrite))
		w.at = w.at.Add(4 * 24 * time.Hour)
		w.settle()
		c, err := w.Clock(ctx, 30)
		w.ok(err)
		median, reached, ok := c.Within(.5)
		if !ok || !reached || median < 3*time.Hour || median > 5*time.Hour {
			t.Errorf("median %v %t %t, want about 4 h", median, reached, ok)
		}
		if _, reached, ok := c.Within(.9); reached || !ok {
			t.Error("nine of ten are said to be answered: 2 of 7 wait")
		}
		if c.Asked() != 7 || c.Waits != 2 || c.Late != 2 || c.Closed[NoWay] != 1 || len(c.Channels) != 1 || c.Channels[0].Source != 0 {
			t.Errorf("the clock is %+v", c)
		}
		if _, err := w.Clock(ctx, 8); err == nil {
			t.Error("a clock of eight days is told")
		}
	})
}

// TestTwoCount has the follower of the log and the sweep count the same mentions
// at once: the second waits for the first, and each mention is counted once.
func TestTwoCount(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w, ctx := open(t, db), t.Context()
		w.settle()
		for n := range 5 {
			w.hear("Nora", fmt.Sprintf("A linde, number %d.", n), "", time.Hour)
		}
		w.ok(db.Update(ctx, func(tx *storage.Tx) error { return w.sweepDue(ctx, tx) }))
		swept := make(chan error, 1)
		w.ok(db.Update(ctx, func(tx *storage.Tx) error {
			if err := w.Count(ctx, tx, []event.Event{{Kind: listen.MentionsStored, Other: 1, N: 5}}); err != nil {
				return err
			}
			go func() { swept <- w.SweepAll(ctx) }()
			for waits := 0; db.Postgres() && waits == 0; { // SQLite writes one after the other
				if err := db.Row(ctx, `select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`).Scan(&waits); err != nil {
					return err
				}
			}
			return nil
		}))
		w.ok(<-swept)
		w.settle()
		kept := w.all()
		w.ok(w.Recount(ctx))
		if d := cmp.Diff(w.all(), kept); d != "" {
			t.Errorf("counted, want (-) got (+):\n%s", d)
		}
	})
}
