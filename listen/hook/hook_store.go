package hook

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Hooks is all webhooks of one site. Safe for concurrent use.
type Hooks struct {
	db     *storage.DB
	events *event.Log
	radar  *listen.Radar
	now    func() time.Time
}

// New makes the package's work over an open site.
func New(db *storage.DB, events *event.Log, radar *listen.Radar, now func() time.Time) *Hooks {
	return &Hooks{db: db, events: events, radar: radar, now: now}
}

// Key is what is known of a webhook's secrets, without them.
type Key struct {
	MadeAt      time.Time // zero: it has none yet
	BeforeUntil time.Time // until when the one before opens, too; zero: there is none
}

// NewSecret gives a webhook a new secret, which is shown this once. The one
// before opens for a day more, so that its sender can be changed in peace.
func (h *Hooks) NewSecret(ctx context.Context, a know.Actor, source int64) (secret string, err error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return "", err
	}
	if s, err := h.radar.Source(ctx, a, source); err != nil {
		return "", err
	} else if s.Kind != listen.WebhookSource {
		return "", fault.New(fault.Invalid, "Only a webhook has a secret.")
	}
	secret = MakeSecret()
	err = h.db.Update(ctx, func(tx *storage.Tx) error {
		now := h.now()
		if _, err := tx.Exec(ctx, `insert into hook (source_id, secret, made_at) values ($1, $2, $3)
			on conflict (source_id) do update set before = hook.secret, before_until = $4, secret = $2, made_at = $3`,
			source, secret, storage.Micros(now), storage.Micros(now.Add(overlap))); err != nil {
			return fmt.Errorf("hook: new secret of %d: %w", source, err)
		}
		return h.events.Append(ctx, tx, event.Event{Kind: listen.SourceChanged, Actor: a.ID, Subject: event.Ref{Kind: "source", ID: source}, Staff: a.IsStaff()})
	})
	return secret, err
}

// Key tells of the secrets of a webhook.
func (h *Hooks) Key(ctx context.Context, a know.Actor, source int64) (Key, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Key{}, err
	}
	var made, until int64
	err := h.db.Row(ctx, `select made_at, before_until from hook where source_id = $1`, source).Scan(&made, &until)
	if errors.Is(err, sql.ErrNoRows) {
		return Key{}, nil
	}
	k := Key{MadeAt: storage.Time(made)}
	if before := storage.Time(until); before.After(h.now()) {
		k.BeforeUntil = before
	}
	return k, err
}

// Open checks who sends a call. again says that the same delivery was stored
// already: it is to be answered as done. What is refused is noted on the
// source, so that whoever tends it sees why nothing comes. Who does not sign as
// they should learns nothing of which webhooks there are, or stand still.
func (h *Hooks) Open(ctx context.Context, source int64, c Call) (again bool, err error) {
	_, deaf := h.radar.Receiver(ctx, source, listen.WebhookSource)
	if fault.Is(deaf, fault.NotFound) {
		return false, key{secret: MakeSecret()}.check(c, h.now()) // one that nobody knows
	}
	var k key
	var until int64
	err = h.db.Row(ctx, `select secret, before, before_until from hook where source_id = $1`, source).Scan(&k.secret, &k.before, &until)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	k.beforeUntil = storage.Time(until)
	if err := k.check(c, h.now()); err != nil {
		return false, errors.Join(err, h.radar.TurnAway(ctx, source, err))
	}
	if deaf != nil {
		return false, deaf
	}
	var n int
	err = h.db.Row(ctx, `select count(*) from hook_delivery where source_id = $1 and name = $2`, source, name(c.ID)).Scan(&n)
	return n > 0, err
}

// Take stores what an opened call says, row by row, and remembers the delivery,
// unless every row of it is wrong: then it may be sent again, mended.
func (h *Hooks) Take(ctx context.Context, source int64, c Call, rows []listen.Pushed) ([]listen.Heard, error) {
	heard, err := h.radar.Push(ctx, source, listen.WebhookSource, rows)
	if err != nil {
		return heard, err
	}
	taken := len(heard) == 0
	for _, one := range heard {
		taken = taken || one.Err == nil
	}
	if !taken {
		return heard, nil
	}
	return heard, h.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into hook_delivery (source_id, name, at) values ($1, $2, $3) on conflict (source_id, name) do nothing`,
			source, name(c.ID), storage.Micros(h.now()))
		return err
	})
}

// Tidy forgets deliveries that nobody sends again.
func (h *Hooks) Tidy(ctx context.Context) error {
	return h.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `delete from hook_delivery where at < $1`, storage.Micros(h.now().Add(-remember)))
		return err
	})
}
