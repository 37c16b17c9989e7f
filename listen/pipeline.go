package listen

import (
	"context"
	"errors"
	"strings"
	"time"

	"tribune/know"
	"tribune/listen/judge"
	"tribune/listen/reader"
)

// The main road, from top to bottom:
//
//	source -> reader -> normalise -> match -> store -> event
//
// A reader (folder reader) fetches and parses what its kind of source has. What
// comes by another road (the API, a file, a resting item) joins it at
// normalise. Every stage is a function over a batch; store writes the event
// "mentions.stored" in its own transaction, and from there the inbox goes on.

// batchSize keeps a transaction well under 200 ms, and is large enough that a
// post costs what is written for it, not what a transaction costs.
const batchSize = 1000

// errMoved says that a standing query changed between match and store.
var errMoved = errors.New("listen: the standing queries changed")

// tally is what a reading did so far.
type tally struct {
	read  int // utterances that came
	fresh int // that were not there before, resting ones included

	noted time.Time // on the source that is being followed
}

// load is what store writes in one transaction.
type load struct {
	said   []utterance
	source Source   // that is read; the zero Source: none is
	gone   []string // deleted there, by the ids it has for them
	left   []string // who deleted their accounts there, by their addresses
	cursor string   // from where on it is read next; empty: as before

	// Set by ready; standing is nil until then.
	standing *standing // what said was matched against
	segments []laid    // what is to rest
}

// read takes what a source has, since its cursor, down the whole road.
func (r *Radar) read(ctx context.Context, s Source) (reader.Report, tally, error) {
	var t tally
	from, err := r.from(ctx, s)
	if err != nil {
		return reader.Report{}, t, err
	}
	report, err := r.readers[s.Kind].Read(ctx, from, r.deliver(s, &t))
	return report, t, err
}

// from gives where a source is read, and from where on.
func (r *Radar) from(ctx context.Context, s Source) (reader.From, error) {
	from := reader.From{URL: s.URL}
	err := r.db.Row(ctx, `select cursor, token from source where id = $1`, s.ID).Scan(&from.Cursor, &from.Secret)
	return from, err
}

// deliver takes a reader's batches down the rest of the road, and counts them.
func (r *Radar) deliver(s Source, t *tally) reader.Deliver {
	return func(ctx context.Context, b reader.Batch) error {
		for _, ids := range [][]string{b.Gone, b.Left} {
			for i, id := range ids {
				ids[i] = soundText(id)
			}
		}
		said, err := r.introduced(ctx, s, normalise(s, latest(b.Posts), r.now()))
		if err != nil {
			return err
		}
		for len(said) > batchSize { // the end of the batch goes with the last part
			if err := r.takeCounted(ctx, load{said: said[:batchSize]}, t); err != nil {
				return err
			}
			said = said[batchSize:]
		}
		if err := r.takeCounted(ctx, load{said: said, source: s, gone: b.Gone, left: b.Left, cursor: b.Cursor}, t); err != nil || !s.Kind.IsLive() {
			return err
		}
		return r.alive(ctx, s, t)
	}
}

// Deliver takes what was pushed to a source down the road: new posts, edits and
// deletions. The source says then that it works, and what came. It is for the
// program's own receivers, which have checked who sends.
func (r *Radar) Deliver(ctx context.Context, source int64, b reader.Batch) error {
	s, err := r.source(ctx, source)
	if err != nil {
		return err
	}
	var t tally
	if err := r.deliver(s, &t)(ctx, b); err != nil {
		return err
	}
	return r.note(ctx, s, reader.Report{}, t, nil)
}

// latest leaves the last wording of what a batch has twice.
func latest(posts []reader.Post) []reader.Post {
	last := make(map[string]int, len(posts))
	for i, p := range posts {
		last[p.ID] = i
	}
	kept := make([]reader.Post, 0, len(posts))
	for i, p := range posts {
		if p.ID == "" || last[p.ID] == i {
			kept = append(kept, p)
		}
	}
	return kept
}

// takeCounted is take, with what became of it added to a tally.
func (r *Radar) takeCounted(ctx context.Context, l load, t *tally) error {
	done, err := r.take(ctx, l)
	if err != nil {
		return err
	}
	t.read += len(l.said)
	for _, d := range done {
		if !d.known && (d.id != 0 || d.rests) {
			t.fresh++
		}
	}
	return nil
}

// normalise makes utterances of what a reader gives.
func normalise(s Source, posts []reader.Post, now time.Time) []utterance {
	said := make([]utterance, 0, len(posts))
	for _, from := range posts {
		p := fromReader(sound(from))
		stated := p.PublishedAt
		p.PublishedAt = settleDate(stated, now)
		u := utter(s, p, stated)
		u.current, u.edited, u.overheard = !from.Letter, from.Edited, s.Kind == WebmentionSource
		u.introduced = u.overheard && u.account.Kind == know.Web && !strings.Contains(u.account.URL, "//"+u.account.Name)
		// A source goes on showing what rested here and was let go: that does
		// not rest anew. On the first reading everything is new.
		u.stale = !s.OKAt.IsZero() && now.Sub(p.PublishedAt) > restFor
		said = append(said, u)
	}
	return said
}

// take matches a batch and stores it, again if a query changed meanwhile.
func (r *Radar) take(ctx context.Context, l load) ([]outcome, error) {
	for {
		if l.standing == nil {
			if err := r.ready(ctx, &l); err != nil {
				return nil, err
			}
		}
		done, err := r.store(ctx, l)
		if errors.Is(err, errMoved) {
			r.forget(l.standing)
			l.standing = nil
			continue
		}
		return done, err
	}
}

// ready does what a batch needs before its transaction: it is matched, and what
// nobody asked for is packed. Batches are made ready side by side.
func (r *Radar) ready(ctx context.Context, l *load) error {
	st, err := r.standing(ctx)
	if err != nil {
		return err
	}
	st.match(l.said)
	judgeAll(l.said)
	if l.segments, err = layOut(l.said); err == nil {
		l.standing = st
	}
	return err
}

// judgeAll works out language and mood of what becomes a mention, as far as
// matching has not asked for them.
func judgeAll(said []utterance) {
	for i := range said {
		u := &said[i]
		if !u.wanted() && !u.current {
			continue
		}
		found := u.doc.Post.Classifier.(*judge.Judgement) // asked gave it
		found.Finish(u.doc.Post)
		if u.judged = *found; u.language != "" {
			u.judged.Tag, u.judged.LanguageP = u.language, 0
		}
	}
}
