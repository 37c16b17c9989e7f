package webmention

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/listen"
	"tribune/listen/reader"
	"tribune/storage"
)

const (
	apart  = 5 * time.Second    // between two questions to one site
	ahead  = time.Hour          // how far the questions to one site may reach
	most   = 10_000             // pairs that wait at the same time
	forget = 7 * 24 * time.Hour // how long a pair waits at most
	again  = time.Hour          // after which a page that was heard is looked at again
)

// Receiver takes webmentions for one site. Safe for concurrent use.
type Receiver struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	radar  *listen.Radar
	web    *reader.Polite
	now    func() time.Time

	mu   sync.Mutex
	mark uint64 // of what held says
	held *listen.Source
}

// New makes the package's work over an open site. web gives pages of at most
// 1 MB.
func New(log *slog.Logger, db *storage.DB, events *event.Log, radar *listen.Radar, web reader.Web, now func() time.Time) *Receiver {
	return &Receiver{log: log, db: db, events: events, radar: radar, web: reader.NewPolite(web, now), now: now}
}

// On reports whether webmentions are taken: there is a source for them that is
// not paused.
func (r *Receiver) On(ctx context.Context) (bool, error) {
	s, err := r.source(ctx)
	return s.ID != 0, err
}

// source gives the source that takes webmentions; the zero Source if none does.
func (r *Receiver) source(ctx context.Context) (listen.Source, error) {
	mark := r.events.Mark("source")
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.held != nil && r.mark == mark {
		return *r.held, nil
	}
	s, err := r.radar.ReceiverOf(ctx, listen.WebmentionSource)
	if fault.Is(err, fault.NotFound) {
		s, err = listen.Source{}, nil
	}
	if err == nil {
		r.held, r.mark = &s, mark
	}
	return s, err
}

// Take notes a pair, to be looked at soon. Whoever calls it has checked that
// the target is a page of ours that everybody can open.
func (r *Receiver) Take(ctx context.Context, p Pair) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		now, host := r.now(), site(p.Source)
		var waiting int
		var last int64
		if err := tx.Row(ctx, `select (select count(*) from webmention where heard_at = 0), coalesce(max(due_at), 0) from webmention where host = $1 and failures = 0 and heard_at = 0`, host).Scan(&waiting, &last); err != nil {
			return err
		}
		due := now
		if next := storage.Time(last).Add(apart); last != 0 && next.After(due) {
			due = next
		}
		if due.Sub(now) > ahead || waiting >= most {
			return fault.New(fault.Limited, textBusy)
		}
		_, err := tx.Exec(ctx, `insert into webmention (source, target, host, received_at, due_at) values ($1, $2, $3, $4, $5)
			on conflict (source, target) do update set received_at = $4, due_at = $5, failures = 0, heard_at = 0`,
			p.Source.String(), p.Target.String(), host, storage.Micros(now), storage.Micros(due))
		return err
	})
}

// row is a pair that is being looked at.
type row struct {
	id, received, failures int64
	source, target         string
	heard                  time.Time // zero: it is looked at for the first time
}

// lease takes pairs that are due for this process.
func (r *Receiver) lease(ctx context.Context) (rows []row, err error) {
	err = r.db.Update(ctx, func(tx *storage.Tx) (err error) {
		now := storage.Micros(r.now())
		rows, err = storage.All(ctx, tx, func(s storage.Scanner) (w row, err error) {
			var heard int64
			err = s.Scan(&w.id, &w.received, &w.failures, &w.source, &w.target, &heard)
			w.heard = storage.Time(heard)
			return w, err
		}, `update webmention set leased_until = $2 where leased_until < $1 and id in (select id from webmention where due_at <= $1 and leased_until < $1 order by due_at, id limit $3)
			returning id, received_at, failures, source, target, heard_at`, now, storage.Micros(r.now().Add(leased)), atOnce)
		return err
	})
	return rows, err
}

// done ends a pair, unless it was sent again meanwhile: then it is looked at
// again.
func (r *Receiver) done(ctx context.Context, w row) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `delete from webmention where id = $1 and received_at = $2`, w.id, w.received)
		if err == nil && n == 0 {
			_, err = tx.Exec(ctx, `update webmention set leased_until = 0 where id = $1`, w.id)
		}
		return err
	})
}

// keep has a pair that was heard looked at again: in an hour, and then each time
// it is three times as old.
func (r *Receiver) keep(ctx context.Context, w row) error {
	now := r.now()
	if w.heard.IsZero() {
		w.heard = now
	}
	next := now.Add(max(2*now.Sub(w.heard), again))
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update webmention set heard_at = $3, due_at = $4, failures = 0, leased_until = 0 where id = $1 and received_at = $2`, w.id, w.received, storage.Micros(w.heard), storage.Micros(next))
		if err == nil && n == 0 { // sent again meanwhile
			_, err = tx.Exec(ctx, `update webmention set leased_until = 0 where id = $1`, w.id)
		}
		return err
	})
}

// later has a pair looked at again after a while.
func (r *Receiver) later(ctx context.Context, w row, wait time.Duration) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update webmention set leased_until = 0, failures = case when received_at = $2 then failures + 1 else failures end,
			due_at = case when received_at = $2 then $3 else due_at end where id = $1`, w.id, w.received, storage.Micros(r.now().Add(wait)))
		return err
	})
}

// Tidy drops what has waited for a week, because nothing takes it any more, and
// what was heard and is not kept any more: withdrawn, erased, or forgotten.
func (r *Receiver) Tidy(ctx context.Context) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `delete from webmention where heard_at = 0 and received_at < $1
			or heard_at <> 0 and not exists (select 1 from mention m join source s on s.id = m.source_id and s.kind = $2 where m.external_id = webmention.source and m.state <> 'withdrawn')`,
			storage.Micros(r.now().Add(-forget)), string(listen.WebmentionSource))
		return err
	})
}

// Erase drops what waits of pages of people who left.
func (r *Receiver) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		pages, err := storage.All(ctx, tx, storage.Scalar[string], `select address from account where person_id = $1 and person_id <> 0 and kind = 'web'`, f.Subject.ID)
		if err != nil || len(pages) == 0 {
			return err
		}
		waiting, err := storage.All(ctx, tx, func(s storage.Scanner) (w row, err error) {
			err = s.Scan(&w.id, &w.source)
			return w, err
		}, `select id, source from webmention order by id`)
		if err != nil {
			return err
		}
		for _, w := range waiting {
			if !under(w.source, pages) {
				continue
			}
			if _, err := tx.Exec(ctx, `delete from webmention where id = $1`, w.id); err != nil {
				return fmt.Errorf("webmention: erase: %w", err)
			}
		}
	}
	return nil
}

// under reports whether an address is one of the pages, which are written
// without their scheme, or stands below one.
func under(address string, pages []string) bool {
	_, rest, _ := strings.Cut(strings.ToLower(address), "://")
	for _, p := range pages {
		if rest == p || strings.HasPrefix(rest, p+"/") || strings.HasPrefix(rest, p+"?") {
			return true
		}
	}
	return false
}
