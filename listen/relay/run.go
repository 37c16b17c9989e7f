package relay

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/hook"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/storage"
)

const (
	statusGone = http.StatusGone
	lease      = time.Minute      // longer than a try can take
	atOnce     = 20               // alerts to one address in a round
	patience   = 30 * time.Second // how long an alert waits for what drove its spike

	longestWait = 24 * time.Hour // that an address is left alone because it asked to
)

// Kinds lists the facts that Follow takes.
func Kinds() []string {
	return []string{spike.Found, spike.Grew, spike.Gone, trend.Found, listen.MentionsStored}
}

// Follow notes which alert is to go to which address.
func (s *Relays) Follow(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		var err error
		switch f.Kind {
		case spike.Found, spike.Grew:
			err = s.put(ctx, tx, "spike", f.N, `select id, cast($1 as bigint) from relay where spikes = 1 and paused = '' and (query_id = 0 or query_id = $2)`, f.Subject.ID, f.Other)
		case spike.Gone:
			err = s.put(ctx, tx, "spike", alert.TakenBack, `select distinct c.relay_id, c.subject_id from relay_call c join relay r on r.id = c.relay_id and r.paused = ''
				where c.kind = 'spike' and c.subject_id = $1 and c.state in ('sent', 'waiting')`, f.Subject.ID)
		case trend.Found:
			if f.N == trend.Need.Number() {
				err = s.put(ctx, tx, "need", 0, `select id, cast($1 as bigint) from relay where needs = 1 and paused = ''`, f.Subject.ID)
			}
		case listen.MentionsStored:
			err = s.put(ctx, tx, "reach", 0, `select r.id, m.id from mention m join relay r on r.reach > 0 and r.paused = '' and m.reach >= r.reach
				where m.id >= $1 and m.id <= $2 and m.source_id + 0 = $3 and m.reach > 0 and m.copy_of = 0 and m.state = 'visible' and m.published_at >= $4
					and (r.query_id = 0 or exists (select 1 from mention_query mq where mq.query_id = r.query_id and mq.mention_id = m.id))`,
				f.Other, f.N, f.Subject.ID, storage.Micros(s.now().Add(-fresh)))
		}
		if err != nil {
			return fmt.Errorf("relay: follow %s: %w", f.Kind, err)
		}
	}
	return nil
}

// put writes a row for each address and subject that a statement gives.
func (s *Relays) put(ctx context.Context, tx *storage.Tx, kind string, step int64, which string, args ...any) error {
	type pair struct{ relay, subject int64 }
	all, err := storage.All(ctx, tx, func(row storage.Scanner) (p pair, err error) { return p, row.Scan(&p.relay, &p.subject) }, which, args...)
	if err != nil || len(all) == 0 {
		return err
	}
	now := storage.Micros(s.now())
	rows := make([][]any, len(all))
	for i, p := range all {
		rows[i] = []any{p.relay, kind, p.subject, now, now, step}
	}
	_, err = tx.InsertMany(ctx, `relay_call (relay_id, kind, subject_id, at, due_at, step)`, rows, `on conflict (relay_id, kind, subject_id, step) do nothing`, nil)
	tx.After(s.events.Wake)
	return err
}

// Run sends what is due, until ctx ends: to each address at its own pace, so that
// one that does not answer holds up no other.
func (s *Relays) Run(ctx context.Context) error {
	defer s.sending.Wait()
	for ctx.Err() == nil {
		woken := s.events.Woken()
		if err := s.start(ctx, s.complain(ctx)); err != nil {
			s.complain(ctx)(err)
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(time.Second):
		}
	}
	return nil
}

func (s *Relays) complain(ctx context.Context) func(error) {
	return func(err error) {
		if ctx.Err() == nil {
			s.log.Error("alerts could not be sent to webhooks", "error", err)
		}
	}
}

// call is one alert to one address.
type call struct {
	id, relay, subject int64
	step               int64 // as an alert's
	kind               string
	attempts           int
	at                 time.Time
}

// Send sends what is due to each address, side by side, and waits for all.
func (s *Relays) Send(ctx context.Context) error {
	var mu sync.Mutex
	var failed []error
	err := s.start(ctx, func(err error) {
		mu.Lock()
		defer mu.Unlock()
		failed = append(failed, err)
	})
	s.sending.Wait()
	return errors.Join(append(failed, err)...)
}

// start begins to send what is due to each address to which nothing is being
// sent, and that did not ask to wait. A site has a handful of addresses: so many
// are at work at most.
func (s *Relays) start(ctx context.Context, failed func(error)) error {
	due, err := storage.All(ctx, s.db, s.scan, selectRelay+` where r.paused = '' and r.wait_until <= $1
		and exists (select 1 from relay_call c where c.relay_id = r.id and c.state = 'waiting' and c.due_at <= $1 and c.leased_until <= $1) order by r.id`, storage.Micros(s.now()))
	if err != nil || len(due) == 0 {
		return err
	}
	site, err := s.people.Site(ctx)
	if err != nil {
		return err
	}
	for _, r := range due {
		if r.Quiet.Hold(s.now(), site.Location()) {
			continue
		}
		if _, busy := s.busy.LoadOrStore(r.ID, true); busy {
			continue
		}
		s.sending.Go(func() {
			defer s.busy.Delete(r.ID)
			if err := s.sendTo(ctx, r); err != nil {
				failed(err)
			}
		})
	}
	return nil
}

// sendTo sends to one address what is due there, until one is not taken.
func (s *Relays) sendTo(ctx context.Context, r Relay) error {
	calls, err := storage.All(ctx, s.db, func(row storage.Scanner) (c call, err error) {
		var at int64
		err = row.Scan(&c.id, &c.relay, &c.kind, &c.subject, &c.step, &c.attempts, &at)
		c.at = storage.Time(at)
		return c, err
	}, `select id, relay_id, kind, subject_id, step, attempts, at from relay_call where relay_id = $1 and state = 'waiting' and due_at <= $2 and leased_until <= $2 order by due_at, id limit $3`,
		r.ID, storage.Micros(s.now()), atOnce)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if taken, err := s.send(ctx, r, c); err != nil || !taken {
			return err
		}
	}
	return nil
}

// send sends one alert, and reports whether to go on with the next one. Its
// error is the database's, not the address's.
func (s *Relays) send(ctx context.Context, r Relay, c call) (taken bool, err error) {
	said, err := s.payload(ctx, c)
	if errors.Is(err, errNotYet) {
		return true, nil
	}
	if fault.Is(err, fault.NotFound) {
		return true, s.end(ctx, c, "dropped")
	}
	if err != nil {
		return false, err
	}
	mine := false
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		now := s.now()
		n, err := tx.Exec(ctx, `update relay_call set attempts = attempts + 1, leased_until = $2,
			size = case when kind = 'spike' then coalesce((select abs(s.peak - s.expected) from spike s where s.id = relay_call.subject_id), 0) else 0 end
			where id = $1 and state = 'waiting' and leased_until <= $3`, c.id, storage.Micros(now.Add(lease)), storage.Micros(now))
		mine = n == 1
		return err
	})
	if err != nil || !mine {
		return false, err
	}
	answer, failed := s.post(ctx, r, c.name(), said)
	if ctx.Err() != nil {
		return false, nil // the lease ends, and it is sent again
	}
	if fault.KindOf(failed) == fault.Internal && failed != nil {
		return false, failed
	}
	return failed == nil, s.settled(ctx, r, c, answer, failed)
}

// name is what its receiver knows an alert by.
func (c call) name() string { return fmt.Sprintf("alert-%d", c.id) }

// settled writes how a try ended.
func (s *Relays) settled(ctx context.Context, r Relay, c call, answer *fetch.Response, failed error) error {
	state, due, again := "sent", s.now(), time.Time{}
	status, after := 0, time.Duration(0)
	if answer != nil {
		status, after = answer.Status, answer.RetryAfter
	}
	if failed != nil {
		if state = "waiting"; c.attempts >= len(backOff) {
			state = "failed"
		} else {
			due = due.Add(max(backOff[c.attempts], after))
			again = due
		}
	}
	wait := storage.Micros(s.now().Add(min(after, longestWait)))
	if failed == nil || after <= 0 {
		wait = 0
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update relay_call set state = $2, due_at = $3, leased_until = 0 where id = $1`, c.id, state, storage.Micros(due)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update relay set wait_until = $2 where id = $1`, c.relay, wait); err != nil {
			return err
		}
		if err := s.tried(ctx, tx, r, c.name(), c, answer, failed, again); err != nil {
			return err
		}
		return s.note(ctx, tx, c.relay, status, failed)
	})
}

func (s *Relays) end(ctx context.Context, c call, state string) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update relay_call set state = $2, leased_until = 0 where id = $1`, c.id, state)
		return err
	})
}

// post signs what is said, and sends it.
func (s *Relays) post(ctx context.Context, r Relay, id string, said Payload) (*fetch.Response, error) {
	secrets, err := s.secrets(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if said.Text, err = s.text(ctx, said); err != nil {
		return nil, err
	}
	body, err := json.Marshal(said)
	if err != nil {
		return nil, err
	}
	headers, err := hook.Sign(id, s.now(), body, secrets...)
	if err != nil {
		return nil, err
	}
	return s.web.Post(ctx, fetch.Posting{URL: r.URL, ContentType: "application/json", Header: headers, Body: body})
}

// Test sends a trial to an address now, also to one that is paused. The error
// says why it was not taken.
func (s *Relays) Test(ctx context.Context, a know.Actor, id int64) error {
	r, err := s.Relay(ctx, a, id)
	if err != nil {
		return err
	}
	name := "test-" + rand.Text()
	answer, failed := s.post(ctx, r, name, Payload{Type: "test", Timestamp: s.now().UTC(), Data: Data{URL: s.url + "/desk/radar/alerts"}})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed != nil && fault.KindOf(failed) == fault.Internal {
		return failed
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if err := s.tried(ctx, tx, r, name, call{kind: "test"}, answer, failed, time.Time{}); err != nil {
			return err
		}
		if failed == nil {
			return s.note(ctx, tx, r.ID, http.StatusOK, nil)
		}
		_, err := tx.Exec(ctx, `update relay set tried_at = $2, error = $3 where id = $1`, r.ID, storage.Micros(s.now()), listen.KeepError(failed))
		return err
	})
	return errors.Join(failed, err)
}
