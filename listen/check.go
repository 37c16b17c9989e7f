package listen

import (
	"context"
	"errors"
	"slices"
	"time"

	"tribune/know"
	"tribune/listen/reader"
	"tribune/storage"
)

// Not every place tells of what is edited and deleted there. So mentions of
// those that can be asked are looked at again: an hour after they were heard,
// and then each time they are three times as old, until their words go.

const (
	checkAfter = time.Hour
	checkMost  = 40 // of one source at once, once a minute
)

// Check looks again at some of what sources delivered.
func (r *Radar) Check(ctx context.Context) error {
	var failed error
	sources, err := storage.All(ctx, r.db, scanSource, selectSource+` where removed_at = 0 and paused = 0 and failures = 0 order by id`)
	if err != nil {
		return err
	}
	for _, s := range sources {
		if asks, ok := r.readers[s.Kind].(reader.Checker); ok {
			failed = errors.Join(failed, r.checkSource(ctx, s, asks))
		}
	}
	return failed
}

// checkSource looks at those of one source whose turn it is.
func (r *Radar) checkSource(ctx context.Context, s Source, asks reader.Checker) error {
	now := r.now()
	type due struct {
		id, publishedAt int64
		external        string
	}
	turn, err := storage.All(ctx, r.db, func(row storage.Scanner) (d due, err error) {
		err = row.Scan(&d.id, &d.external, &d.publishedAt)
		return d, err
	}, `select id, external_id, published_at from mention
		where source_id = $1 and state <> 'withdrawn' and external_id <> '' and check_at <= $2 and heard_at <= $3 order by check_at, id limit $4`,
		s.ID, storage.Micros(now), storage.Micros(now.Add(-checkAfter)), checkMost)
	if err != nil || len(turn) == 0 {
		return err
	}
	// Noted before it is asked: of several processes one asks, and what cannot
	// be answered does not keep the others from being asked.
	ids := make([]string, len(turn))
	if err := r.db.Update(ctx, func(tx *storage.Tx) error {
		for i, d := range turn {
			ids[i] = d.external
			next := now.Add(max(2*now.Sub(storage.Time(d.publishedAt)), checkAfter))
			if _, err := tx.Exec(ctx, `update mention set check_at = $1 where id = $2`, storage.Micros(next), d.id); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	from, err := r.from(ctx, s)
	if err != nil {
		return err
	}
	b, report, err := asks.Check(ctx, from, ids)
	if report.Wait > 0 {
		if err := r.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update source set due_at = $1 where id = $2 and due_at < $1`, storage.Micros(now.Add(report.Wait)), s.ID)
			return err
		}); err != nil {
			return err
		}
	}
	if err != nil { // what it found until then counts
		r.log.Warn("a source could not be asked about what it said before", "source", s.ID, "error", err)
	}
	for i := range b.Posts {
		b.Posts[i].Edited = false // compared with what is here
	}
	b.Cursor = ""
	var t tally
	if err := r.deliver(s, &t)(ctx, b); err != nil {
		return err
	}
	if _, ok := asks.(reader.Introducer); !ok || len(b.Posts) == 0 {
		return nil
	}
	authors := make([]know.Account, len(b.Posts)) // those that nobody knew until now
	for i, p := range b.Posts {
		authors[i] = accountOf(s.ID, s.Name, KindPost, fromReader(p).Author)
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := r.people.EnsureAccounts(ctx, tx, authors)
		return err
	})
}

// introduced asks who those are of whom something is to be kept, where posts do
// not say so, and leaves out what is by people who do not want to be kept. If
// nobody answers, they stay nameless until they are looked at again.
func (r *Radar) introduced(ctx context.Context, s Source, said []utterance) ([]utterance, error) {
	asks, ok := r.readers[s.Kind].(reader.Introducer)
	if !ok || len(said) == 0 {
		return said, nil
	}
	st, err := r.standing(ctx)
	if err != nil {
		return nil, err
	}
	st.match(said)
	var whom []string
	for i := range said {
		if u := &said[i]; u.wanted() && u.author.Name == "" && u.author.URL != "" && !slices.Contains(whom, u.author.URL) {
			whom = append(whom, u.author.URL)
		}
	}
	if len(whom) == 0 {
		return said, nil
	}
	from, err := r.from(ctx, s)
	if err != nil {
		return nil, err
	}
	known, shy, err := asks.Introduce(ctx, from, whom)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		r.log.Warn("nobody said who speaks", "source", s.ID, "error", err)
	}
	said = slices.DeleteFunc(said, func(u utterance) bool { return slices.Contains(shy, u.author.URL) })
	for i := range said {
		if a, ok := known[said[i].author.URL]; ok {
			said[i].author.Name, said[i].account.Name = a.Name, a.Name
		}
	}
	return said, nil
}
