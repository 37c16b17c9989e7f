package listen

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"tribune/know"
	"tribune/listen/segment"
	"tribune/storage"
)

// What open sources deliver and no query matches rests this long, and takes at
// most this many bytes; the oldest goes first.
const (
	restFor  = 7 * 24 * time.Hour
	restSize = 200 << 20
)

// restKeys knows what rests, by restKey: the keys of all segments up to one.
type restKeys struct {
	mu           sync.Mutex
	oldest, last int64 // ids of segments
	known        map[uint64]struct{}
}

// catchUp reads the keys of segments that were written since. If the oldest
// went, all are read anew, so that what is known does not grow for ever.
func (k *restKeys) catchUp(ctx context.Context, q storage.Q) error {
	var oldest, last int64
	if err := q.Row(ctx, `select coalesce(min(id), 0), coalesce(max(id), 0) from rest`).Scan(&oldest, &last); err != nil {
		return err
	}
	if k.known == nil || oldest != k.oldest || last < k.last {
		k.known, k.oldest, k.last = map[uint64]struct{}{}, oldest, 0
	}
	if last == k.last {
		return nil
	}
	err := storage.Each(ctx, q, func(row storage.Scanner) error {
		var data []byte
		err := row.Scan(&data)
		for _, key := range segment.UnpackKeys(data) {
			k.known[key] = struct{}{}
		}
		return err
	}, `select keys from rest where id > $1`, k.last)
	k.last = last
	if err != nil {
		k.known = nil
	}
	return err
}

// forget has all read anew: some of it was cut out.
func (k *restKeys) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.known = nil
}

// layInto lays an utterance into a segment.
func layInto(s *segment.Segment, u *utterance) {
	p := segment.Post{Identity: u.identity, ExternalID: u.externalID, ReplyTo: u.replyTo, URL: u.url, Private: u.url != "" && !u.public, Name: u.author.Name,
		Handle: u.author.Handle, AuthorURL: u.author.URL, Text: u.text, Language: u.language, Country: u.country, Reach: u.reach, HasImage: u.hasImage, PublishedAt: storage.Micros(u.publishedAt)}
	if u.account.Kind == know.Mail { // else another address says who speaks
		p.Email = u.author.Email
	}
	if u.kind != KindPost {
		p.Kind = string(u.kind)
	}
	s.Keys = append(s.Keys, segment.Key(u.source, u.identity))
	s.Speakers = append(s.Speakers, [2]int64{know.Trace(u.account.Kind, u.account.Address), page(u)})
	s.Posts = append(s.Posts, p)
}

// page is the other thing that a post is found by when its author leaves, 0
// without an address to open.
func page(u *utterance) int64 {
	if u.author.URL == "" {
		return 0
	}
	return know.Trace(know.Page, u.author.URL)
}

// risen makes a post that rested ready for the road again.
func risen(p segment.Post, from Source) utterance {
	public := !p.Private
	post := Post{Kind: Kind(p.Kind), ExternalID: p.ExternalID, ReplyTo: p.ReplyTo, URL: p.URL, Public: &public,
		Author: Author{Name: p.Name, Handle: p.Handle, URL: p.AuthorURL, Email: p.Email},
		Text:   p.Text, Language: p.Language, Country: p.Country, Reach: p.Reach, HasImage: p.HasImage, PublishedAt: storage.Time(p.PublishedAt)}
	if post.Kind == "" {
		post.Kind = KindPost
	}
	u := utter(from, post, post.PublishedAt)
	u.identity, u.rested = p.Identity, true
	return u
}

// laid is a segment that is ready to be written.
type laid struct {
	segment.Segment
	at   []int // of its posts in the batch
	data []byte
}

// layOut makes segments of what nobody asked for, one a source, before there
// is a transaction: most of the time nothing has to be taken out of them again.
func layOut(said []utterance) ([]laid, error) {
	var all []laid
	for i := range said {
		u := &said[i]
		if u.wanted() || u.rested || u.stale {
			continue
		}
		n := slices.IndexFunc(all, func(l laid) bool { return l.Source == u.source })
		if n < 0 {
			n, all = len(all), append(all, laid{Segment: segment.Segment{Source: u.source}})
		}
		layInto(&all[n].Segment, u)
		all[n].at = append(all[n].at, i)
	}
	for i := range all {
		var err error
		if all[i].data, err = all[i].Pack(); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// lockRest keeps those who lay to rest apart from each other.
func lockRest(ctx context.Context, tx *storage.Tx) error {
	if !tx.Postgres() {
		return nil
	}
	_, err := tx.Exec(ctx, `select pg_advisory_xact_lock(1919251316)`) // "rest"
	return err
}

// rest writes the segments of a batch, without what is a mention, rests
// already, or was let go, and notes of each post that it rests now.
func (b *batch) rest(ctx context.Context, segments []laid, known map[string]int64, done []outcome) error {
	if len(segments) == 0 {
		return nil
	}
	if err := lockRest(ctx, b.tx); err != nil {
		return err
	}
	b.r.rests.mu.Lock()
	defer b.r.rests.mu.Unlock()
	if err := b.r.rests.catchUp(ctx, b.tx); err != nil {
		return err
	}
	for n := range segments {
		s := &segments[n]
		twice := make(map[uint64]bool, len(s.Keys))
		out := make([]bool, len(s.Keys))
		for i, key := range s.Keys {
			_, rests := b.r.rests.known[key]
			identity := s.Posts[i].Identity
			out[i] = rests || twice[key] || known[identity] != 0 || b.gone[identity]
			twice[key] = true
			done[s.at[i]].rests = !out[i]
		}
		if s.Cut(func(i int) bool { return out[i] }) {
			var err error
			if s.data, err = s.Pack(); err != nil {
				return err
			}
		}
		if len(s.Keys) == 0 {
			continue
		}
		c := b.sources[s.Source]
		c.items += int64(len(s.Keys))
		b.sources[s.Source] = c
		if _, err := b.tx.Exec(ctx, `insert into rest (source_id, n, keys, speakers, data, size, at) values ($1, $2, $3, $4, $5, $6, $7)`,
			s.Source, len(s.Keys), segment.PackKeys(s.Keys), segment.PackSpeakers(s.Speakers), s.data, s.size(), b.now); err != nil {
			return fmt.Errorf("listen: lay %d to rest: %w", len(s.Keys), err)
		}
	}
	return nil
}

// size is about what the segment takes in the database.
func (l *laid) size() int { return len(l.data) + 24*len(l.Keys) + 100 }

// deletedThere notes of what rested what its author deleted where it was said.
func (b *batch) deletedThere(ctx context.Context, said []utterance) error {
	if !slices.ContainsFunc(said, func(u utterance) bool { return u.rested }) {
		return nil
	}
	type there struct {
		source int64
		id     string
	}
	deleted := map[there]bool{}
	err := storage.Each(ctx, b.tx, func(row storage.Scanner) error {
		var t there
		err := row.Scan(&t.source, &t.id)
		deleted[t] = true
		return err
	}, `select source_id, external_id from deleted`)
	for i := range said {
		if u := &said[i]; deleted[there{u.source, u.externalID}] {
			b.gone[u.identity] = true
		}
	}
	return err
}

// segmentsAfter gives the ids of the segments after one, oldest first; source
// 0 means of all sources.
func (r *Radar) segmentsAfter(ctx context.Context, source, after int64) ([]int64, error) {
	return storage.All(ctx, r.db, storage.Scalar[int64], `select id from rest where id > $1 and ($2 = 0 or source_id = $2) order by id`, after, source)
}

// readSegment reads one segment, empty if it is there no longer.
func readSegment(ctx context.Context, q storage.Q, id int64) (segment.Segment, error) {
	s := segment.Segment{ID: id}
	all, err := storage.All(ctx, q, func(row storage.Scanner) (data []byte, err error) {
		var keys, speakers []byte
		err = row.Scan(&s.Source, &keys, &speakers, &data)
		s.Keys, s.Speakers = segment.UnpackKeys(keys), segment.UnpackSpeakers(speakers)
		return data, err
	}, `select source_id, keys, speakers, data from rest where id = $1`, id)
	if err != nil || len(all) == 0 {
		return s, err
	}
	return s, s.Unpack(all[0])
}

// cutOut takes posts out of a segment as it is now, and gives those it took.
func cutOut(ctx context.Context, tx *storage.Tx, id int64, gone func(s *segment.Segment, i int) bool) (taken []segment.Post, err error) {
	if err := lockRest(ctx, tx); err != nil {
		return nil, err
	}
	s, err := readSegment(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	out := make([]bool, len(s.Keys))
	for i := range s.Keys {
		if out[i] = gone(&s, i); out[i] {
			taken = append(taken, s.Posts[i])
		}
	}
	switch {
	case len(taken) == 0:
		return nil, nil
	case len(taken) == len(out):
		_, err = tx.Exec(ctx, `delete from rest where id = $1`, id)
		return taken, err
	}
	s.Cut(func(i int) bool { return out[i] })
	l := laid{Segment: s}
	if l.data, err = s.Pack(); err != nil {
		return nil, err
	}
	_, err = tx.Exec(ctx, `update rest set n = $1, keys = $2, speakers = $3, data = $4, size = $5 where id = $6`,
		len(s.Keys), segment.PackKeys(s.Keys), segment.PackSpeakers(s.Speakers), l.data, l.size(), id)
	return taken, err
}

// forgetResting lets go of what rests by the accounts of somebody who left.
// What said who it was goes with the words; its identity stays, so that it is
// not heard anew from a feed that goes on showing it.
func (r *Radar) forgetResting(ctx context.Context, tx *storage.Tx, person int64) error {
	traces, err := r.people.Traces(ctx, tx, person)
	if err != nil || len(traces) == 0 {
		return err
	}
	theirs := func(s [2]int64) bool {
		return slices.Contains(traces, s[0]) || s[1] != 0 && slices.Contains(traces, s[1])
	}
	var in []int64
	err = storage.Each(ctx, tx, func(row storage.Scanner) error {
		var id int64
		var speakers []byte
		err := row.Scan(&id, &speakers)
		if slices.ContainsFunc(segment.UnpackSpeakers(speakers), theirs) {
			in = append(in, id)
		}
		return err
	}, `select id, speakers from rest`)
	if err != nil {
		return err
	}
	for _, id := range in {
		taken, err := cutOut(ctx, tx, id, func(s *segment.Segment, i int) bool { return theirs(s.Speakers[i]) })
		if err != nil {
			return fmt.Errorf("listen: let go of what %d said: %w", person, err)
		}
		if err := r.letGo(ctx, tx, taken); err != nil {
			return err
		}
	}
	return r.people.Forgotten(ctx, tx, person)
}

// letGo notes what is not heard anew.
func (r *Radar) letGo(ctx context.Context, tx *storage.Tx, taken []segment.Post) error {
	rows := make([][]any, len(taken))
	for i, p := range taken {
		rows[i] = []any{p.Identity, storage.Micros(r.now())}
	}
	_, err := tx.InsertMany(ctx, `let_go (identity, at)`, rows, `on conflict (identity) do nothing`, nil)
	return err
}

// Resting counts what rests: what open sources delivered and no standing query
// finds.
func (r *Radar) Resting(ctx context.Context, a know.Actor) (n int64, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return 0, err
	}
	if err := r.db.Row(ctx, `select cast(coalesce(sum(n), 0) as bigint) from rest`).Scan(&n); err != nil {
		return 0, fmt.Errorf("listen: count what rests: %w", err)
	}
	return n, nil
}

// prune lets go of what rested long enough, and of the oldest while there is
// too much of it.
func (r *Radar) prune(ctx context.Context) error {
	before := storage.Micros(r.now().Add(-restFor))
	if err := r.inParts(ctx, `delete from rest where id in (select id from rest where at < $1 order by at limit 20)`, before); err != nil {
		return err
	}
	if err := r.inParts(ctx, `delete from let_go where identity in (select identity from let_go where at < $1 limit 200)`, before); err != nil {
		return err
	}
	var all int64
	if err := r.db.Row(ctx, `select cast(coalesce(sum(size), 0) as bigint) from rest`).Scan(&all); err != nil || all <= restSize {
		return err
	}
	// One loud place does not drive out what all the others said.
	type place struct{ source, size int64 }
	loud, err := storage.All(ctx, r.db, func(row storage.Scanner) (p place, err error) {
		err = row.Scan(&p.source, &p.size)
		return p, err
	}, `select source_id, cast(sum(size) as bigint) from rest group by source_id having sum(size) > $1`, restSize/2)
	if err != nil {
		return err
	}
	for _, p := range loud { // there is one at most
		if err := r.pruneTo(ctx, p.source, max(p.size-(all-restSize), restSize/2)); err != nil {
			return err
		}
	}
	return r.pruneTo(ctx, 0, restSize)
}

// pruneTo lets go of the oldest that rests while it is more than so many bytes;
// source 0 means of all sources.
func (r *Radar) pruneTo(ctx context.Context, source, most int64) error {
	var size, until int64
	if err := r.db.Row(ctx, `select cast(coalesce(sum(size), 0) as bigint) from rest where $1 = 0 or source_id = $1`, source).Scan(&size); err != nil || size <= most {
		return err
	}
	err := storage.Each(ctx, r.db, func(row storage.Scanner) error {
		var id, n int64
		err := row.Scan(&id, &n)
		if size > most {
			until, size = id, size-n
		}
		return err
	}, `select id, size from rest where $1 = 0 or source_id = $1 order by id`, source)
	if err != nil {
		return err
	}
	return r.inParts(ctx, `delete from rest where id in (select id from rest where id <= $1 and ($2 = 0 or source_id = $2) order by id limit 20)`, until, source)
}

// inParts runs a statement that changes a few rows until it changes none.
func (r *Radar) inParts(ctx context.Context, statement string, args ...any) error {
	for {
		var n int64
		err := r.db.Update(ctx, func(tx *storage.Tx) (err error) {
			n, err = tx.Exec(ctx, statement, args...)
			return err
		})
		if err != nil || n == 0 {
			return err
		}
	}
}
