package measure

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestFoundIsTheTree: the loop's "found" counts the buyers who stand under
// somebody in the tree, in whatever ways they came and whatever they answered;
// a place, a name from outside and "I do not know" are none of them.
func TestFoundIsTheTree(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db)
		ctx, now := t.Context(), func() time.Time { return w.at }
		tree := advocate.New(slog.New(slog.DiscardHandler), db, w.events, w.people, w.purchases, nil, nil, now)
		teller := w.members[0] // buys nothing
		w.ok(db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `insert into idea (title, body, person_id, audience, created_at) values ('x', '', $1, 'public', 1)`, teller.ID)
			return err
		}))
		found, otherwise, all, n := int64(0), int64(0), int64(0), 0
		r := rand.New(rand.NewPCG(1, 2))
		ways := []string{"alone", "by link", "said", "refused", "not asked yet", "place", "outsider", "no idea", "by link, no idea"}
		for range 8 {
			for range 6 {
				n++
				came := ways[r.IntN(len(ways))]
				w.buyer(ctx, fmt.Sprint("Buyer", n), teller, came, time.Duration(r.IntN(80))*24*time.Hour)
				all++
				switch came {
				case "by link", "said", "by link, no idea":
					found++
				case "refused", "not asked yet", "place", "outsider", "no idea":
					otherwise++
				}
			}
			w.ok(w.events.CatchUp(ctx, "advocate.referrals", tree.FollowReferrals, advocate.ReferralKinds()...))
			w.ok(tree.SettleAll(ctx))
			b, err := w.Board(ctx, w.staff[0], 0)
			w.ok(err)
			loop := b.Lines[len(b.Lines)-1]
			generations, err := tree.Generations(ctx, w.staff[0], time.Time{}, time.Time{})
			w.ok(err)
			_, _, crossings, err := tree.Crossings(ctx, w.staff[0], time.Time{}, 1)
			w.ok(err)
			listed, _, err := tree.Buyers(ctx, w.staff[0], advocate.Which{Brought: true, Since: b.From, Until: b.To.Add(24 * time.Hour), Limit: 10_000})
			w.ok(err)
			others, _, err := tree.Buyers(ctx, w.staff[0], advocate.Which{Otherwise: true, Limit: 10_000})
			w.ok(err)
			came := advocate.CameBy(generations)
			if loop.Step != StepFound || loop.N != found || came.Brought() != found || crossings != found || int64(len(listed)) != found {
				t.Fatalf("found %d: the loop says %d, the generations %+v, the crossings %d, the list %d", found, loop.N, came, crossings, len(listed))
			}
			if came.Otherwise != otherwise || int64(len(others)) != otherwise || came.All() != all {
				t.Fatalf("otherwise %d of %d: the generations %+v, the list %d", otherwise, all, came, len(others))
			}
		}
	})
}

// buyer is somebody who bought some time ago, and came in one of the ways.
func (w *world) buyer(ctx context.Context, name string, teller know.Actor, came string, ago time.Duration) {
	who := w.person(name, know.Member)
	if strings.HasPrefix(came, "by link") {
		w.ok(w.db.Update(ctx, func(tx *storage.Tx) error {
			if _, err := tx.Exec(ctx, `insert into share_join (person_id, link_id, by_id, at) values ($1, 1, $2, 1)`, who.ID, teller.ID); err != nil {
				return err
			}
			return w.events.Append(ctx, tx, event.Event{Kind: advocate.ShareJoined, Actor: who.ID, Subject: event.Ref{Kind: "person", ID: who.ID}, Other: 1, N: teller.ID})
		}))
	}
	stored, err := w.purchases.Store(ctx, w.staff[0], []purchase.Order{{ExternalID: name, At: w.at.Add(-ago), Email: strings.ToLower(name) + "@example.org", AmountMinor: 1, Currency: "EUR"}})
	w.ok(err)
	w.ok(stored[0].Err)
	said := map[string]purchase.Answer{"said": {Teller: teller.ID}, "refused": {Teller: teller.ID}, "not asked yet": {Teller: teller.ID}, "place": {Place: "https://blog.example/pens"},
		"outsider": {TellerName: "My aunt"}, "no idea": {Words: "I do not know. Nobody."}, "by link, no idea": {Words: "It was a Google ad."}}
	n, ok := said[came]
	if !ok {
		return
	}
	q, err := w.purchases.OwnQuestion(ctx, who)
	w.ok(err)
	w.ok(w.purchases.Answer(ctx, who, q, n, ""))
	if came != "said" && came != "refused" {
		return
	}
	q, err = w.purchases.OwnQuestion(ctx, who)
	w.ok(err)
	w.ok(w.purchases.Show(ctx, teller, q.Reason.ID, came == "said"))
}
