package listen

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/listen/segment"
	"tribune/storage"
)

// What authors change or delete where they said it changes and goes here, too.

// keptWordings is how many earlier wordings of a mention are kept; places that
// write something new under the same id each time (a counter, a price) have
// their last one only.
const keptWordings = 20

// wording is a mention that may have been edited, as it is here.
type wording struct {
	id, account, copyOf int64
	facet               facet
	text                string
	revisions           int64
}

// edit gives mentions the words that their source has for them now: their
// matches, counts and the search follow, and the words before are kept. One
// that was withdrawn or forgotten stays empty. It tells which it changed.
func (b *batch) edit(ctx context.Context, said []utterance, known map[string]int64) (edited map[int64]bool, err error) {
	edited = map[int64]bool{}
	by := map[int64]*utterance{}
	for i := range said {
		if u := &said[i]; u.current && known[u.identity] != 0 {
			by[known[u.identity]] = u
		}
	}
	for part := range slices.Chunk(slices.Sorted(maps.Keys(by)), 200) {
		holes, args := storage.Holes(1, part)
		now, err := storage.All(ctx, b.tx, func(row storage.Scanner) (w wording, err error) {
			err = row.Scan(&w.id, &w.facet.source, &w.account, &w.facet.publishedAt, &w.copyOf, &w.text, &w.facet.language, &w.facet.country, &w.facet.mood, &w.revisions)
			return w, err
		}, `select id, source_id, account_id, published_at, copy_of, text, language, country, mood,
				(select count(*) from revision r where r.kind = 'mention' and r.ref_id = mention.id)
			from mention where id in (`+holes+`) and state <> 'withdrawn' order by id`, args...)
		if err != nil {
			return edited, err
		}
		for _, w := range now {
			if u := by[w.id]; w.text != u.text && (w.facet.source == u.source || u.atAddress) {
				if err := b.editOne(ctx, w, u); err != nil {
					return edited, err
				}
				edited[w.id] = true
			}
		}
	}
	return edited, nil
}

func (b *batch) editOne(ctx context.Context, w wording, u *utterance) error {
	had, err := queriesOf(ctx, b.tx, w.id)
	if err != nil {
		return err
	}
	if w.copyOf == 0 { // finish counts it anew
		b.count(w.facet, had, -1)
	}
	var before int64
	if err := b.tx.Row(ctx, `select text_hash from mention where id = $1`, w.id).Scan(&before); err != nil {
		return err
	}
	b.groups = append(b.groups, group{w.account, before}, group{w.account, u.hash})
	b.fresh[w.id] = u.queries
	if w.revisions < keptWordings {
		if err := b.r.people.Keep(ctx, b.tx, event.Ref{Kind: "mention", ID: w.id}, "", w.text, 0); err != nil {
			return err
		}
	}
	j, err := b.corrected(ctx, w.id, u.judged)
	if err != nil {
		return err
	}
	if _, err := b.tx.Exec(ctx, `update mention set text = $1, text_hash = $2, language = $3, language_p = $4, mood = $5, positive = $6, negative = $7,
			asks = $8, has_image = $9, copy_of = 0, edited_at = $10 where id = $11`,
		u.text, u.hash, j.Tag, j.LanguageP, j.Mood, j.Positive, j.Negative, string(u.asks), storage.Bit(u.hasImage), b.now, w.id); err != nil {
		return err
	}
	if err := storage.PutText(ctx, b.tx, "mention_search", w.id, wordsOf(u.doc)); err != nil {
		return err
	}
	if _, err := b.tx.Exec(ctx, `delete from mention_query where mention_id = $1`, w.id); err != nil {
		return err
	}
	matches := make([][]any, len(u.queries))
	for i, q := range u.queries {
		matches[i] = []any{q, w.id}
	}
	if _, err := b.tx.InsertMany(ctx, `mention_query (query_id, mention_id)`, matches, ``, nil); err != nil {
		return err
	}
	if w.revisions >= keptWordings {
		return nil
	}
	return b.r.events.Append(ctx, b.tx, event.Event{Kind: MentionEdited, Subject: event.Ref{Kind: "mention", ID: w.id}})
}

// drop withdraws what its author deleted at a source, by the ids it has there.
// Where it rests it no longer wakes, and is cut out soon.
func (b *batch) drop(ctx context.Context, from Source, gone []string) error {
	for part := range slices.Chunk(gone, 200) {
		holes, args := storage.Holes(2, part)
		ids, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select id from mention
			where source_id = $1 and external_id in (`+holes+`) and external_id <> '' and state <> 'withdrawn' order by id`, append([]any{from.ID}, args...)...)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := b.r.withdraw(ctx, b.tx, id, event.Event{N: DeletedThere}); err != nil {
				return err
			}
		}
	}
	return b.dropResting(ctx, from, gone)
}

// dropAll withdraws all that was heard at a source of those who deleted their
// accounts there.
func (b *batch) dropAll(ctx context.Context, from Source, left []string) error {
	for _, address := range left {
		a := accountOf(from.ID, from.Name, KindPost, Author{URL: address})
		ids, err := storage.All(ctx, b.tx, storage.Scalar[int64], `select m.id from mention m join account a on a.id = m.account_id
			where a.kind = $1 and a.address = $2 and m.source_id = $3 and m.state <> 'withdrawn' order by m.id`, string(a.Kind), a.Address, from.ID)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := b.r.withdraw(ctx, b.tx, id, event.Event{N: DeletedThere}); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropResting notes what is to be cut out of what rests. On Bluesky, which
// tells of every deletion there is, only what rests here.
func (b *batch) dropResting(ctx context.Context, from Source, gone []string) error {
	if len(gone) == 0 {
		return nil
	}
	b.r.rests.mu.Lock()
	err := b.r.rests.catchUp(ctx, b.tx)
	var rows [][]any
	for _, id := range gone {
		_, rests := b.r.rests.known[segment.Key(from.ID, namedBySource(from.ID, id))]
		if rests || from.Kind != BlueskySource {
			rows = append(rows, []any{from.ID, id, b.now})
		}
	}
	b.r.rests.mu.Unlock()
	if err != nil {
		return err
	}
	_, err = b.tx.InsertMany(ctx, `deleted (source_id, external_id, at)`, rows, `on conflict (source_id, external_id) do nothing`, nil)
	return err
}

// replaceResting cuts out of what rests the posts that come again because they
// were edited.
func (b *batch) replaceResting(ctx context.Context, said []utterance) error {
	keys := map[int64]map[uint64]bool{}
	for i := range said {
		if u := &said[i]; u.edited {
			if keys[u.source] == nil {
				keys[u.source] = map[uint64]bool{}
			}
			keys[u.source][segment.Key(u.source, u.identity)] = true
		}
	}
	for _, source := range slices.Sorted(maps.Keys(keys)) {
		in, err := segmentsOf(ctx, b.tx, source, func(key uint64) bool { return keys[source][key] })
		if err != nil {
			return err
		}
		for _, id := range in {
			if _, err := cutOut(ctx, b.tx, id, func(s *segment.Segment, i int) bool { return keys[source][s.Keys[i]] }); err != nil {
				return err
			}
		}
		if len(in) > 0 {
			b.r.rests.forget()
		}
	}
	return nil
}

// segmentsOf gives the segments of a source that hold a key.
func segmentsOf(ctx context.Context, q storage.Q, source int64, wanted func(key uint64) bool) (ids []int64, err error) {
	err = storage.Each(ctx, q, func(row storage.Scanner) error {
		var id int64
		var keys []byte
		err := row.Scan(&id, &keys)
		if slices.ContainsFunc(segment.UnpackKeys(keys), wanted) {
			ids = append(ids, id)
		}
		return err
	}, `select id, keys from rest where source_id = $1 order by id`, source)
	return ids, err
}

// cutDeleted cuts what was deleted where it was said out of what rests.
func (r *Radar) cutDeleted(ctx context.Context) error {
	sources, err := storage.All(ctx, r.db, scanSource, selectSource+` where id in (select source_id from deleted) order by id`)
	if err != nil {
		return err
	}
	for _, s := range sources {
		until := storage.Micros(r.now())
		ids, err := storage.All(ctx, r.db, storage.Scalar[string], `select external_id from deleted where source_id = $1 and at <= $2`, s.ID, until)
		if err != nil {
			return err
		}
		gone, keys := map[string]bool{}, map[uint64]bool{}
		for _, id := range ids {
			gone[id], keys[segment.Key(s.ID, namedBySource(s.ID, id))] = true, true
		}
		in, err := segmentsOf(ctx, r.db, s.ID, func(key uint64) bool { return s.Kind != BlueskySource || keys[key] })
		if err != nil {
			return err
		}
		for _, id := range in {
			if err := r.db.Update(ctx, func(tx *storage.Tx) error {
				_, err := cutOut(ctx, tx, id, func(x *segment.Segment, i int) bool { return gone[x.Posts[i].ExternalID] })
				return err
			}); err != nil {
				return err
			}
		}
		if err := r.inParts(ctx, `delete from deleted where source_id = $1 and external_id in (select external_id from deleted where source_id = $1 and at <= $2 limit 200)`, s.ID, until); err != nil {
			return err
		}
	}
	return nil
}

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
