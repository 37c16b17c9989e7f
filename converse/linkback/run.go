package linkback

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

const (
	every  = 5 * time.Second
	atOnce = 4
	leased = 2 * time.Minute // longer than asking a page, its robots.txt and its endpoint takes
)

// waits are how long is waited after each failure in a row; after the last,
// nothing is tried again.
func waits() []time.Duration {
	return []time.Duration{5 * time.Minute, 30 * time.Minute, 3 * time.Hour, 12 * time.Hour}
}

// Run tells what waits until ctx ends.
func (s *Sender) Run(ctx context.Context) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := s.RunOnce(ctx); err != nil && ctx.Err() == nil {
			s.log.Error("pages that posts link to could not be told", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// row is a page that is being told.
type row struct {
	id, post, attempts int64
	target             string
}

// RunOnce tells some of the pages that wait.
func (s *Sender) RunOnce(ctx context.Context) error {
	site, err := s.people.Site(ctx)
	if err != nil || !site.SendMentions {
		return err
	}
	var rows []row
	err = s.db.Update(ctx, func(tx *storage.Tx) (err error) {
		now := storage.Micros(s.now())
		rows, err = storage.All(ctx, tx, func(in storage.Scanner) (w row, err error) {
			err = in.Scan(&w.id, &w.post, &w.attempts, &w.target)
			return w, err
		}, `update linkback set leased_until = $2 where leased_until < $1 and id in (select id from linkback where state = 'waiting' and due_at <= $1 and leased_until < $1 order by due_at, id limit $3)
			returning id, post_id, attempts, target`, now, storage.Micros(s.now().Add(leased)), atOnce)
		return err
	})
	if err != nil {
		return fmt.Errorf("linkback: lease: %w", err)
	}
	var failed error
	for _, w := range rows {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		failed = errors.Join(failed, s.attend(ctx, w))
	}
	return failed
}

// attend tells one page. Its error is the database's.
func (s *Sender) attend(ctx context.Context, w row) error {
	if _, err := s.posts.Post(ctx, know.Actor{}, w.post); fault.Is(err, fault.NotFound) {
		return s.settle(ctx, w, None, nil, 0) // it was taken back, or hidden, meanwhile
	} else if err != nil {
		return err
	}
	state, answer, err := s.tell(ctx, w)
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // the lease ends, and it is told then
	case err == nil:
		return s.settle(ctx, w, state, nil, 0)
	case answer == nil && fault.Is(err, fault.Invalid) || answer != nil && !passing(answer.Status) || int(w.attempts) >= len(waits()):
		return s.settle(ctx, w, Failed, err, 0)
	}
	wait := waits()[w.attempts]
	if answer != nil {
		wait = max(wait, answer.RetryAfter)
	}
	return s.settle(ctx, w, Waiting, err, wait)
}

// passing reports whether a status may be another one later.
func passing(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

// tell asks a page where it wants to be told, and tells it.
func (s *Sender) tell(ctx context.Context, w row) (State, *fetch.Response, error) {
	answer, err := s.pages.Get(ctx, fetch.Request{URL: w.target, Accept: "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"})
	if err != nil {
		return Failed, answer, err
	}
	where := endpoint(answer)
	if where == "" {
		return None, answer, nil
	}
	form := url.Values{"source": {s.at(w.post)}, "target": {w.target}}
	answer, err = s.web.Post(ctx, fetch.Posting{URL: where, ContentType: "application/x-www-form-urlencoded", Body: []byte(form.Encode())})
	return Sent, answer, err
}

// settle writes what became of a page.
func (s *Sender) settle(ctx context.Context, w row, state State, why error, wait time.Duration) error {
	text := ""
	if why != nil {
		text = listen.KeepError(why)
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update linkback set state = $2, why = $3, attempts = attempts + 1, due_at = $4, leased_until = 0 where id = $1`,
			w.id, string(state), text, storage.Micros(s.now().Add(wait)))
		return err
	})
}
