package know

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"tribune/internal/fault"
	"tribune/storage"
)

// Attempt is a call made with a key that may come again: it is done once.
type Attempt struct {
	Hash   string // of who asked and the key they gave
	Status int    // 0: not answered yet
	Answer string // JSON
}

// Why a call is not done again, beside its answer: it is under way (or was cut
// short), or it was done and its answer is no longer kept.
var (
	ErrUnderWay  = errors.New("know: a call with this key is under way")
	ErrForgotten = errors.New("know: the answer to a call with this key is no longer kept")
)

// attemptsKept is how long a key is remembered.
const attemptsKept = 24 * time.Hour

// Begin notes durably that a call is being done, before it is: who is asking
// together with their key, and request says what is asked, both hashed. If it
// was done before, its answer comes back. The same key with another request is
// Invalid. One that began and never ended is a Conflict, because nobody knows
// how far it came; so is one whose answer was forgotten because somebody left.
func (d *Directory) Begin(ctx context.Context, a Actor, who, request string) (t Attempt, err error) {
	sum := sha256.Sum256([]byte(who))
	t.Hash = hex.EncodeToString(sum[:])
	now := d.now()
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		t.Status, t.Answer = 0, ""
		if _, err := tx.Exec(ctx, `delete from idempotency where hash = $1 and at < $2`, t.Hash, storage.Micros(now.Add(-attemptsKept))); err != nil {
			return err
		}
		n, err := tx.Exec(ctx, `insert into idempotency (hash, person_id, request, at) values ($1, $2, $3, $4) on conflict do nothing`,
			t.Hash, a.ID, request, storage.Micros(now))
		if err != nil || n == 1 {
			return err
		}
		var was string
		err = tx.Row(ctx, `select request, status, answer from idempotency where hash = $1`, t.Hash).Scan(&was, &t.Status, &t.Answer)
		switch {
		case errors.Is(err, sql.ErrNoRows), err == nil && was == request && t.Status == 0:
			return fault.New(fault.Conflict, "A call with this key began and has not ended. It is under way, or was cut short: see whether it was done, then use a new key.").Because(ErrUnderWay)
		case err != nil:
			return err
		case was != request:
			return fault.New(fault.Invalid, "This key was used for another call. Use a new one for each thing you do.")
		case t.Answer == "" && t.Status != 204:
			return fault.New(fault.Conflict, "This was done, but its answer is no longer kept. See what became of it, then use a new key.").Because(ErrForgotten)
		}
		return nil
	})
	if err != nil {
		return Attempt{}, fmt.Errorf("know: begin a call: %w", err)
	}
	return t, nil
}

// End keeps the answer of a call that Begin noted; Status 0 forgets the call,
// because it failed and may be tried again.
func (d *Directory) End(ctx context.Context, t Attempt) error {
	return d.db.Update(context.WithoutCancel(ctx), func(tx *storage.Tx) error {
		if t.Status == 0 {
			_, err := tx.Exec(ctx, `delete from idempotency where hash = $1 and status = 0`, t.Hash)
			return err
		}
		_, err := tx.Exec(ctx, `update idempotency set status = $1, answer = $2 where hash = $3`, t.Status, t.Answer, t.Hash)
		return err
	})
}
