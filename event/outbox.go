package event

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/internal/fault"
	"tribune/storage"
)

// State is where a delivery stands.
type State string

// The states of a delivery.
const (
	Waiting   State = "waiting"   // due now or later
	Sending   State = "sending"   // handed over; the answer is not known yet
	Sent      State = "sent"      // accepted
	Uncertain State = "uncertain" // the process died while sending: a person decides
	Failed    State = "failed"    // given up, with the reason

	// Superseded is what had not left when a later one took its place. It never
	// leaves.
	Superseded State = "superseded"
)

// Delivery is a row of the outbox: a kind, who it is for, and ids. What it
// says is rendered when it leaves, in its reader's language.
type Delivery struct {
	ID        int64
	Dedup     string // exists once
	Kind      string
	Person    int64
	Account   int64 // the address to use; 0: the person's first confirmed one
	Subject   Ref
	Other     int64
	State     State
	Attempts  int
	Error     string
	DueAt     time.Time
	CreatedAt time.Time
	SentAt    time.Time
}

// Failure tells the outbox how a delivery failed.
type Failure struct {
	Temporary bool // try again later
	Uncertain bool // it may have been accepted: a person decides
	Err       error
}

// Error gives the cause.
func (f *Failure) Error() string { return f.Err.Error() }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }

// Stopped is the reason of a delivery whose process died while it was sending.
// It is a key of the catalogue.
const Stopped = "The program stopped while this was being sent, so it may have arrived or not."

// ErrNoWay is what a Deliverer answers while there is no way to deliver (no
// mail server is set): the row goes on waiting and no attempt is counted.
var ErrNoWay = errors.New("event: no way to deliver is set")

// ErrSuperseded is what a Deliverer answers where a later delivery has taken
// the place of this one: the row is Superseded and does not leave.
var ErrSuperseded = errors.New("event: a later delivery took its place")

// Deliverer renders and sends. Prepare may use the database; the function it
// gives makes the delivery, after the row is durably `sending`.
type Deliverer interface {
	Prepare(ctx context.Context, d Delivery) (send func(ctx context.Context) error, err error)
}

// Put puts a delivery into the outbox, due now if DueAt is zero. One whose
// dedup key is already there is left alone.
func (l *Log) Put(ctx context.Context, tx *storage.Tx, d Delivery) error {
	now := l.now()
	if d.DueAt.IsZero() {
		d.DueAt = now
	}
	_, err := tx.Exec(ctx, `insert into outbox (dedup, kind, person_id, account_id, subject_kind, subject_id, other_id, due_at, created_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (dedup) do nothing`,
		d.Dedup, d.Kind, d.Person, d.Account, d.Subject.Kind, d.Subject.ID, d.Other, storage.Micros(d.DueAt), storage.Micros(now))
	if err != nil {
		return fmt.Errorf("event: put %s in the outbox: %w", d.Kind, err)
	}
	tx.After(l.Wake)
	return nil
}

// Supersede keeps what waits to be sent about these subjects from leaving, in
// tx. What is being sent, or was, stays as it is.
func (l *Log) Supersede(ctx context.Context, tx *storage.Tx, kind string, subjects []int64) error {
	if len(subjects) == 0 {
		return nil
	}
	holes, args := storage.Holes(2, subjects)
	_, err := tx.Exec(ctx, `update outbox set state = 'superseded', error = '' where state = 'waiting' and subject_kind = $1 and subject_id in (`+holes+`)`,
		append([]any{kind}, args...)...)
	if err != nil {
		return fmt.Errorf("event: supersede deliveries about a %s: %w", kind, err)
	}
	return nil
}

// Recall keeps a delivery that has not left from leaving, in tx, and frees its
// key: what it was for may be put there again.
func (l *Log) Recall(ctx context.Context, tx *storage.Tx, dedup string) error {
	if _, err := tx.Exec(ctx, `update outbox set state = 'superseded', error = '', dedup = dedup || ' recalled ' || id where dedup = $1 and state in ('waiting', 'superseded')`, dedup); err != nil {
		return fmt.Errorf("event: recall %s: %w", dedup, err)
	}
	return nil
}

// maxAttempts and backOff: about 4 days in all, as RFC 5321 section 4.5.4.1
// asks of a mail client (at least 4-5 days, with growing pauses).
const maxAttempts = 16

// stopAfter is how long a delivery under way may take once the program is told
// to stop; then it is cut off, and may be uncertain.
const stopAfter = 7 * time.Second

func backOff(attempt int) time.Duration {
	return min(time.Minute<<min(attempt-1, 10), 8*time.Hour)
}

// Deliver sends what is due, one row at a time, until ctx ends.
func (l *Log) Deliver(ctx context.Context, d Deliverer) error {
	stop := l.beat(ctx)
	defer stop()
	for ctx.Err() == nil {
		woken := l.Woken()
		if err := l.sweep(ctx); err != nil && ctx.Err() == nil {
			l.log.Error("the outbox could not be swept", "error", err)
		}
		idle, err := l.deliverDue(ctx, d)
		if err != nil && ctx.Err() == nil {
			l.log.Error("the outbox could not be read", "error", err)
		}
		if !idle && err == nil {
			continue
		}
		select {
		case <-ctx.Done():
		case <-woken:
		case <-time.After(time.Second):
		}
	}
	return nil
}

// beat renews this process's leases on deliveries under way, for as long as a
// slow server takes, and sees to those of a process that died meanwhile.
func (l *Log) beat(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		t := time.NewTicker(Lease / 4)
		defer t.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.C:
			}
			// Here, too: a long batch must not keep what died from being shown.
			if err := l.sweep(ctx); err != nil && ctx.Err() == nil {
				l.log.Error("the outbox could not be swept", "error", err)
			}
			var mine int
			if l.db.Row(ctx, `select count(*) from outbox where state = 'sending' and leased_by = $1`, l.worker).Scan(&mine) != nil || mine == 0 {
				continue
			}
			err := l.db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.Exec(ctx, `update outbox set leased_until = $1 where state = 'sending' and leased_by = $2`,
					storage.Micros(l.now().Add(Lease)), l.worker)
				return err
			})
			if err != nil && ctx.Err() == nil {
				l.log.Error("a lease could not be renewed", "error", err)
			}
		}
	}()
	return cancel
}

// sweep turns rows that a dead process left `sending` into `uncertain`.
func (l *Log) sweep(ctx context.Context) error {
	var dead int
	now := storage.Micros(l.now())
	err := l.db.Row(ctx, `select count(*) from outbox where state = 'sending' and leased_until < $1`, now).Scan(&dead)
	if err != nil || dead == 0 {
		return err
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update outbox set state = 'uncertain', error = $1
			where state = 'sending' and leased_until < $2`, Stopped, now)
		return err
	})
}

const selectDelivery = `select id, dedup, kind, person_id, account_id, subject_kind, subject_id, other_id, state, attempts, error, due_at, created_at, sent_at from outbox`

func scanDelivery(row storage.Scanner) (d Delivery, err error) {
	var due, created, sent int64
	err = row.Scan(&d.ID, &d.Dedup, &d.Kind, &d.Person, &d.Account, &d.Subject.Kind, &d.Subject.ID, &d.Other,
		&d.State, &d.Attempts, &d.Error, &due, &created, &sent)
	d.DueAt, d.CreatedAt, d.SentAt = storage.Time(due), storage.Time(created), storage.Time(sent)
	return d, err
}

// deliverDue sends the rows that are due, and reports whether none was.
func (l *Log) deliverDue(ctx context.Context, d Deliverer) (idle bool, err error) {
	// Somebody sits before the screen and waits for a sign-in link: it goes
	// before a decision's thousand mails.
	due, err := storage.All(ctx, l.db, scanDelivery, selectDelivery+` where state = 'waiting' and due_at <= $1 and leased_until < $1
		order by case when kind = 'signin' then 0 else 1 end, due_at, id limit 20`, storage.Micros(l.now()))
	if err != nil || len(due) == 0 {
		return true, err
	}
	for _, row := range due {
		if ctx.Err() != nil {
			return true, nil
		}
		switch err := l.deliver(ctx, d, row); {
		case errors.Is(err, ErrNoWay):
			return true, nil
		case err != nil:
			return true, err
		}
	}
	return false, nil
}

// deliver sends one row. Its error is the database's, not the delivery's.
func (l *Log) deliver(ctx context.Context, d Deliverer, row Delivery) error {
	send, err := d.Prepare(ctx, row)
	if errors.Is(err, ErrNoWay) || ctx.Err() != nil {
		return err
	}
	if err != nil {
		return l.settle(ctx, row, Waiting, err)
	}
	mine, err := l.begin(ctx, row.ID)
	if err != nil || !mine {
		return err
	}
	// Once begun it is carried through: a stop waits for the server's answer,
	// but not for ever.
	kept, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	stop := context.AfterFunc(ctx, func() {
		select {
		case <-kept.Done():
		case <-time.After(stopAfter):
			cancel()
		}
	})
	defer stop()
	return l.settle(context.WithoutCancel(ctx), row, Sending, send(kept))
}

// begin marks a row `sending`, durably, and reports whether it is ours.
func (l *Log) begin(ctx context.Context, id int64) (mine bool, err error) {
	err = l.db.Update(ctx, func(tx *storage.Tx) error {
		now := l.now()
		n, err := tx.Exec(ctx, `update outbox set state = 'sending', attempts = attempts + 1, leased_by = $1, leased_until = $2
			where id = $3 and state = 'waiting' and leased_until < $4`,
			l.worker, storage.Micros(now.Add(Lease)), id, storage.Micros(now))
		mine = n == 1
		return err
	})
	return mine, err
}

// settle records how a delivery ended that stood at from: Waiting if it could
// not be prepared, Sending if it was handed over. If another process came
// first, its word stands; but who did the sending knows better than who found
// the row and called it uncertain.
func (l *Log) settle(ctx context.Context, row Delivery, from State, result error) error {
	state, reason, due, sent := Sent, "", row.DueAt, l.now()
	if result != nil {
		state, reason, sent = Failed, result.Error(), time.Time{}
		f, ok := errors.AsType[*Failure](result)
		switch {
		case errors.Is(result, ErrSuperseded):
			state, reason = Superseded, ""
		case ok && f.Uncertain:
			state = Uncertain
		case ok && f.Temporary && row.Attempts+1 < maxAttempts:
			state, due = Waiting, l.now().Add(backOff(row.Attempts+1))
		}
	}
	return l.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update outbox set state = $1, error = $2, due_at = $3, sent_at = $4, attempts = $5, leased_by = '', leased_until = 0
			where id = $6 and (state = $7 and state = 'waiting' or state in ('sending', 'uncertain') and leased_by = $8)`,
			string(state), reason, storage.Micros(due), storage.Micros(sent), row.Attempts+1, row.ID, string(from), l.worker)
		return err
	})
}

// Deliveries lists the outbox, newest first, with ids under before (0: from
// the newest); state "" means all.
func (l *Log) Deliveries(ctx context.Context, state State, before int64, limit int) ([]Delivery, error) {
	if before == 0 {
		before = 1 << 62
	}
	return storage.All(ctx, l.db, scanDelivery, selectDelivery+` where id < $1 and ($2 = '' or state = $2) order by id desc limit $3`,
		before, string(state), limit)
}

// DeliveriesTo gives what was or is to be sent to a person, oldest first.
func (l *Log) DeliveriesTo(ctx context.Context, person int64) ([]Delivery, error) {
	return storage.All(ctx, l.db, scanDelivery, selectDelivery+` where person_id = $1 and person_id <> 0 order by id`, person)
}

// Forget empties the reasons of a person's failed deliveries: mail servers
// name the address in them. What still waits for them will not be sent: its
// deliverer finds nobody to send it to.
func (l *Log) Forget(ctx context.Context, tx *storage.Tx, person int64, accounts []int64) error {
	holes, args := storage.Holes(2, accounts)
	_, err := tx.Exec(ctx, `update outbox set error = '' where error <> '' and (person_id = $1 or account_id in (`+holes+`))`, append([]any{person}, args...)...)
	return err
}

// Delivery gives one row of the outbox.
func (l *Log) Delivery(ctx context.Context, id int64) (Delivery, error) {
	d, err := scanDelivery(l.db.Row(ctx, selectDelivery+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fault.New(fault.NotFound, "There is no such mail in the outbox.")
	}
	return d, err
}

// lately is how long a failure to send says something of now.
const lately = time.Hour

// Stuck reports whether the mails that were tried last, up to three within the
// hour, have all failed: nothing seems to get out. It says nothing of whose
// they were.
func (l *Log) Stuck(ctx context.Context) (bool, error) {
	var tried, failed int
	err := l.db.Row(ctx, `select count(*), coalesce(sum(case when error <> '' then 1 else 0 end), 0) from
		(select error from outbox where attempts > 0 and created_at > $1 order by id desc limit 3) last`, storage.Micros(l.now().Add(-lately))).Scan(&tried, &failed)
	if err != nil {
		return false, fmt.Errorf("event: whether mail is stuck: %w", err)
	}
	return tried > 0 && failed == tried, nil
}

// States counts the outbox by state.
func (l *Log) States(ctx context.Context) (map[State]int64, error) {
	type count struct {
		state State
		n     int64
	}
	all, err := storage.All(ctx, l.db, func(row storage.Scanner) (c count, err error) {
		err = row.Scan(&c.state, &c.n)
		return c, err
	}, `select state, count(*) from outbox group by state`)
	counts := map[State]int64{}
	for _, c := range all {
		counts[c.state] = c.n
	}
	return counts, err
}

// Again makes an uncertain or failed delivery wait once more, in tx: a person
// decided so. Its dedup key, and so its Message-ID, stays.
func (l *Log) Again(ctx context.Context, tx *storage.Tx, id int64) error {
	n, err := tx.Exec(ctx, `update outbox set state = 'waiting', error = '', attempts = 0, due_at = $1, leased_by = '', leased_until = 0
		where id = $2 and state in ('uncertain', 'failed')`, storage.Micros(l.now()), id)
	if err == nil && n == 0 {
		return fault.New(fault.Conflict, "Only a mail that failed, or whose fate is uncertain, can be sent again.")
	}
	tx.After(l.Wake)
	return err
}
