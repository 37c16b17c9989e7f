package relay

import (
	"strings"
	"testing"

	"tribune/event"
	"tribune/internal/fetch"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestGrown sends again that a rise has grown, as something else than a repeat, and that one is taken back to whom
// it was sent; each once.
func TestGrown(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, o, ctx := open(t, db, fetch.Options{AllowPrivate: true}), openOffice(t), t.Context()
		q, _, err := s.radar.AddQuery(ctx, s.ann, listen.NewQuery{Name: "Our paper", Text: "paper"})
		ok(t, err)
		_, _, err = s.Add(ctx, s.ann, Wish{URL: o.URL, Spikes: true})
		ok(t, err)
		found := s.spiked(t, q.ID, true)
		now := func(set string) {
			t.Helper()
			ok(t, db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.Exec(ctx, `update spike set `+set+` where id = $1`, found.Subject.ID)
				return err
			}))
		}
		gone := event.Event{Kind: spike.Gone, Subject: found.Subject, Other: q.ID}
		grew := event.Event{Kind: spike.Grew, Subject: found.Subject, Other: q.ID, N: 1}

		o.takes(503)
		s.happens(t, found)
		now(`peak = 6005, told_step = 1, told_was = 41`)
		s.happens(t, grew) // while it waits: it says all by itself
		s.at = s.at.Add(backOff[0])
		o.takes(204)
		s.happens(t)
		first := o.takes(204)
		if len(first) != 1 || first[0].Type != spike.Found || first[0].Data.Spike.Peak != 6005 || first[0].Data.Spike.Was != 0 {
			t.Fatalf("%+v", first)
		}
		now(`peak = 20000, told_step = 2, told_was = 6005`)
		grew.N = 2
		s.happens(t, grew, grew)
		all := o.takes(204)
		if len(all) != 1 || all[0].Type != spike.Grew || all[0].Data.Spike.Was != 6005 || all[0].id == first[0].id ||
			!strings.HasPrefix(all[0].Text, "“Our paper” has grown: 20,000 mentions in an hour, and 6,005 when it was told before. Usual is about 2.") {
			t.Fatalf("%+v", all)
		}
		now(`gone_at = 1`)
		s.happens(t, gone, gone)
		all = o.takes(204)
		if len(all) != 1 || all[0].Type != spike.Gone || all[0].Data.Spike.ID != found.Subject.ID || !strings.HasPrefix(all[0].Text, "Taken back: what was told of “Our paper”.") {
			t.Fatalf("%+v", all)
		}
		// What counts do not show before it left is not told, nor taken back.
		found = s.spiked(t, q.ID, true)
		now(`gone_at = 1, cause_id = 0`)
		gone.Subject = found.Subject
		s.happens(t, found, gone)
		s.happens(t)
		if all := o.takes(204); len(all) != 0 {
			t.Errorf("%s", all[0].body)
		}
		// Nor that something grows of which the query was removed.
		found = s.spiked(t, q.ID, true)
		s.happens(t, found)
		if all := o.takes(204); len(all) != 1 {
			t.Fatalf("%d came", len(all))
		}
		now(`peak = 6005, told_step = 1, told_was = 41`)
		ok(t, s.radar.RemoveQuery(ctx, s.ann, q.ID))
		grew.Subject, grew.N = found.Subject, 1
		s.happens(t, grew)
		if all := o.takes(204); len(all) != 0 {
			t.Errorf("%s", all[0].body)
		}
	})
}
