package alert

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/storage"
)

// Kinds lists the facts that Follow takes.
func Kinds() []string {
	return []string{spike.Found, spike.Grew, spike.Gone, trend.Found, listen.MentionsStored, "person.left"}
}

// Follow notes what is to be told to whom.
func (s *Alerts) Follow(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		var err error
		switch f.Kind {
		case spike.Found, spike.Grew:
			err = s.note(ctx, tx, OfSpike, f.N, `select person_id, cast($1 as bigint) from alert_choice where query_id = $2 and spikes = 1`, f.Subject.ID, f.Other)
		case spike.Gone:
			err = s.note(ctx, tx, OfSpike, TakenBack, `select distinct person_id, subject_id from alert where kind = 'spike' and subject_id = $1 and batch <> 0`, f.Subject.ID)
		case trend.Found:
			if f.N == trend.Need.Number() {
				err = s.note(ctx, tx, OfNeed, 0, `select person_id, cast($1 as bigint) from alert_person where needs = 1`, f.Subject.ID)
			}
		case listen.MentionsStored:
			err = s.note(ctx, tx, OfReach, 0, `select distinct c.person_id, m.id from mention m join alert_choice c on c.reach > 0 and m.reach >= c.reach
				where m.id >= $1 and m.id <= $2 and m.source_id + 0 = $3 and m.reach > 0 and m.copy_of = 0 and m.state = 'visible'
					and (c.query_id = 0 or exists (select 1 from mention_query mq where mq.query_id = c.query_id and mq.mention_id = m.id))`, f.Other, f.N, f.Subject.ID)
		case "person.left":
			err = s.erase(ctx, tx, f.Subject.ID)
		}
		if err != nil {
			return fmt.Errorf("alert: follow %s: %w", f.Kind, err)
		}
	}
	return nil
}

// note writes an alert for each person and subject that a statement gives.
func (s *Alerts) note(ctx context.Context, tx *storage.Tx, kind Kind, step int64, who string, args ...any) error {
	type pair struct{ person, subject int64 }
	all, err := storage.All(ctx, tx, func(row storage.Scanner) (p pair, err error) { return p, row.Scan(&p.person, &p.subject) }, who, args...)
	if err != nil {
		return err
	}
	rows := make([][]any, len(all))
	for i, p := range all {
		rows[i] = []any{p.person, string(kind), p.subject, storage.Micros(s.now()), step}
	}
	_, err = tx.InsertMany(ctx, `alert (person_id, kind, subject_id, at, step)`, rows, `on conflict (person_id, kind, subject_id, step) do nothing`, nil)
	return err
}

func (s *Alerts) erase(ctx context.Context, tx *storage.Tx, person int64) error {
	for _, table := range []string{"alert", "alert_choice", "alert_person"} {
		if _, err := tx.Exec(ctx, `delete from `+table+` where person_id = $1`, person); err != nil {
			return err
		}
	}
	return nil
}

// Run tells what waits, until ctx ends.
func (s *Alerts) Run(ctx context.Context, log *slog.Logger) error {
	tick := time.NewTicker(5 * time.Second)
	defer tick.Stop()
	for {
		if err := s.Tell(ctx); err != nil && ctx.Err() == nil {
			log.Error("alerts could not be told", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// patience is how long the alerts of somebody wait for what drove a spike among
// them, and for which spikes are one.
const patience = 30 * time.Second

// Tell puts one mail into the outbox for each person for whom something waits
// and whose quiet hours it is not.
func (s *Alerts) Tell(ctx context.Context) error {
	people, err := storage.All(ctx, s.db, storage.Scalar[int64], `select distinct a.person_id from alert a where a.batch = 0 and not exists (select 1 from alert w join spike s on s.id = w.subject_id and s.drove_at = 0
		where w.person_id = a.person_id and w.batch = 0 and w.kind = 'spike' and w.at > $1) order by a.person_id`, storage.Micros(s.now().Add(-patience)))
	if err != nil || len(people) == 0 {
		return err
	}
	site, err := s.people.Site(ctx)
	if err != nil {
		return err
	}
	for _, person := range people {
		if err := s.tell(ctx, site, person); err != nil {
			return fmt.Errorf("alert: tell %d: %w", person, err)
		}
	}
	return nil
}

func (s *Alerts) tell(ctx context.Context, site know.Site, person int64) error {
	w, err := s.Wishes(ctx, know.Actor{ID: person, Role: know.Staff})
	if err != nil {
		return err
	}
	if w.quiet().Hold(s.now(), site.Location()) {
		return nil
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if err := once(ctx, tx, person); err != nil {
			return err
		}
		var last int64
		if err := tx.Row(ctx, `select coalesce(max(id), 0) from alert where person_id = $1 and batch = 0`, person).Scan(&last); err != nil || last == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `update alert set batch = $1 where person_id = $2 and batch = 0 and id <= $1`, last, person); err != nil {
			return err
		}
		wanted, err := s.people.Wanted(ctx, tx, person, know.MailAlerts)
		if err != nil || !wanted {
			return err
		}
		return s.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("alerts:%d:%d", person, last), Kind: Mail, Person: person, Subject: event.Ref{Kind: Mail, ID: last}})
	})
}

// larger is how many times as large as what somebody was told of a spike must be
// that is told beside it: the one may be what began, and the other what became of it.
const larger = 3

// once takes away what waits of a spike of which somebody was told already, or
// is about to be: by itself, by the one that explains it, or by another that is
// explained by the same. One that is far larger than what they were told is told, and
// so is one that has grown so much itself.
func once(ctx context.Context, tx *storage.Tx, person int64) error {
	_, err := tx.Exec(ctx, `update alert set size = coalesce((select abs(s.peak - s.expected) from spike s where s.id = alert.subject_id), 0) where person_id = $1 and batch = 0 and kind = 'spike'`, person)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `delete from alert where person_id = $1 and batch = 0 and kind = 'spike' and step >= 0 and exists (
		select 1 from spike s join spike o on coalesce(nullif(o.cause_id, 0), o.id) = coalesce(nullif(s.cause_id, 0), s.id)
			join alert b on b.person_id = $1 and b.kind = 'spike' and b.step >= 0 and b.subject_id = o.id and b.id < alert.id and (b.batch = 0
				or alert.step = 0 and (b.size = 0 or alert.size < b.size * $2)
				or alert.step > 0 and o.id = coalesce(nullif(s.cause_id, 0), s.id) and abs(o.peak - o.expected) < b.size * $2)
		where s.id = alert.subject_id)`, person, larger)
	return err
}
