package relay

import (
	"context"
	"net/url"
	"time"

	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Try is one request to an address.
type Try struct {
	ID      int64
	Relay   int64
	To      string // the relay's name
	Name    string // its webhook-id: the same is the same alert, sent again
	Kind    string // spike, need, reach, test
	Subject int64  // the spike, trend or mention
	Host    string // where it went
	At      time.Time
	Status  int         // that HTTP answered; 0: nothing
	Error   listen.Said // empty: it was taken
	AgainAt time.Time   // when it is to be sent again; zero: it is not
}

// Tries lists what was sent in the last 30 days, the newest first: to one
// address, or with 0 to all, before the try of that id, if it is not 0.
func (s *Relays) Tries(ctx context.Context, a know.Actor, relay, before int64, limit int) ([]Try, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, func(row storage.Scanner) (t Try, err error) {
		var at, again int64
		var said string
		err = row.Scan(&t.ID, &t.Relay, &t.To, &t.Name, &t.Kind, &t.Subject, &t.Host, &at, &t.Status, &said, &again)
		t.At, t.Error, t.AgainAt = storage.Time(at), listen.Kept(said), storage.Time(again)
		return t, err
	}, `select t.id, t.relay_id, r.name, t.name, t.kind, t.subject_id, t.host, t.at, t.status, t.error, t.again_at from relay_try t join relay r on r.id = t.relay_id
		where (cast($1 as bigint) = 0 or t.relay_id = $1) and (cast($2 as bigint) = 0 or t.id < $2) order by t.id desc limit $3`, relay, before, limit)
}

// tried notes a request in tx.
func (s *Relays) tried(ctx context.Context, tx *storage.Tx, r Relay, name string, c call, answer *fetch.Response, failed error, again time.Time) error {
	host, status, said := r.URL, 0, ""
	if u, err := url.Parse(r.URL); err == nil {
		host = u.Host
	}
	if answer != nil {
		status = answer.Status
	}
	if failed != nil {
		said = listen.KeepError(failed)
	}
	// Who removed the address meanwhile removed what was sent there, too.
	_, err := tx.Exec(ctx, `insert into relay_try (relay_id, name, kind, subject_id, host, at, status, error, again_at)
		select id, $2, $3, $4, $5, $6, $7, $8, $9 from relay where id = $1`, r.ID, name, c.kind, c.subject, host, storage.Micros(s.now()), status, said, storage.Micros(again))
	return err
}
