package listen

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
	"time"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/listen/segment"
	"tribune/storage"
)

// Post is something said, as another program or a file tells it.
type Post struct {
	Source      string     // name; made as an addressed source if it is new
	SourceKind  SourceKind // of a source that is made: api if empty
	Kind        Kind       // post if empty
	ExternalID  string
	ReplyTo     string
	URL         string
	Public      *bool // nil: as its kind and address say; it can only be made private
	Author      Author
	Text        string
	Language    string // BCP 47
	Country     string // ISO 3166-1 alpha-2
	Reach       int64
	HasImage    bool      // a picture belongs to it
	PublishedAt time.Time // zero: when it is heard

	atAddress bool // see reader.Post
}

// Heard is what became of one Post.
type Heard struct {
	ID     int64 // of the mention; 0 if it could not be stored, or rests
	Known  bool  // it was there already
	Edited bool  // and had other words before
	Rests  bool  // the source is open and no query matches
	Err    error // a *fault.Error that says what is wrong with this row

	Deleted bool // it is gone now, if it was here
}

// MaxHear is the most that one call of Hear takes.
const MaxHear = 10_000

// Hear stores what others say they heard, and tells of each row what became of
// it, in order. What is known by its id or address and comes with other words
// was edited where it was said, and is edited here. Rows that are wrong do not keep the others from being stored.
// If it fails as a whole, what was stored before stays, and the call can be
// made again.
func (r *Radar) Hear(ctx context.Context, a know.Actor, posts []Post) ([]Heard, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return nil, err
	}
	if len(posts) > MaxHear {
		return nil, fault.New(fault.Invalid, "One call takes at most {limit} mentions. Send them in several calls.", "limit", MaxHear)
	}
	w := r.newWriter(a, false)
	w.now = true
	done := make([]Heard, 0, len(posts))
	for part := range slices.Chunk(posts, batchSize) {
		heard, err := w.write(ctx, part)
		done = append(done, heard...)
		if err != nil {
			return done, err
		}
	}
	return done, nil
}

// writer takes posts down the main road. Batches may be prepared side by side;
// they are stored one after the other.
type writer struct {
	r    *Radar
	a    know.Actor
	dry  bool            // say what would be, and store nothing
	seen map[string]bool // dry: identities that came before
	now  bool            // posts are as their source has them now: other words of what is known are an edit

	mu      sync.Mutex
	sources map[string]Source
}

func (r *Radar) newWriter(a know.Actor, dry bool) *writer {
	return &writer{r: r, a: a, dry: dry, seen: map[string]bool{}, sources: map[string]Source{}}
}

// parcel is a batch of posts on its way.
type parcel struct {
	heard []Heard // what became of each
	load  load
	at    []int // of each utterance of the load, among the posts
}

// write takes one batch, and tells of each row what became of it.
func (w *writer) write(ctx context.Context, posts []Post) ([]Heard, error) {
	p, err := w.prepare(ctx, posts)
	if err != nil {
		return p.heard, err
	}
	return p.heard, w.store(ctx, &p)
}

// prepare does what needs no transaction, and may run beside others.
func (w *writer) prepare(ctx context.Context, posts []Post) (parcel, error) {
	p := parcel{heard: make([]Heard, len(posts)), at: make([]int, 0, len(posts))}
	p.load.said = make([]utterance, 0, len(posts))
	for i := range posts {
		u, err := w.ready(ctx, posts[i])
		if f, ok := errors.AsType[*fault.Error](err); ok && f.Kind != fault.Internal {
			p.heard[i].Err = f
			continue
		}
		if err != nil {
			return p, err
		}
		p.load.said, p.at = append(p.load.said, u), append(p.at, i)
	}
	if w.dry {
		return p, nil
	}
	return p, w.r.ready(ctx, &p.load)
}

// store stores a parcel and notes what became of its posts.
func (w *writer) store(ctx context.Context, p *parcel) error {
	done, err := w.take(ctx, p.load)
	for i, d := range done {
		p.heard[p.at[i]] = Heard{ID: d.id, Known: d.known, Edited: d.edited, Rests: d.rests}
	}
	return err
}

// ready makes an utterance of a post, or says what is wrong with it.
func (w *writer) ready(ctx context.Context, p Post) (utterance, error) {
	p, err := clean(p)
	if err != nil {
		return utterance{}, err
	}
	if err := checkDate(p.PublishedAt, w.r.now()); err != nil {
		return utterance{}, err
	}
	s, err := w.source(ctx, p)
	if err != nil {
		return utterance{}, err
	}
	stated := p.PublishedAt
	p.PublishedAt = settleDate(stated, w.r.now())
	u := utter(s, p, stated)
	// What was said in public and is brought here by another was not said to us.
	u.current, u.overheard = w.now, u.public
	return u, nil
}

// source gives the source that a post names.
func (w *writer) source(ctx context.Context, p Post) (Source, error) {
	name, err := checkName(p.Source)
	if err != nil {
		return Source{}, fault.New(fault.Invalid, "Say which source it comes from, in at most {limit} characters.", "limit", maxSourceName).On("source")
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if s, ok := w.sources[name]; ok {
		return s, nil
	}
	if p.SourceKind == "" {
		p.SourceKind = APISource
	}
	var s Source
	if w.dry {
		s, err = w.r.wouldBe(ctx, name, p.SourceKind)
	} else {
		s, err = w.r.ensureSource(ctx, w.a, name, p.SourceKind)
	}
	if err == nil {
		w.sources[name] = s
	}
	return s, err
}

// take stores, or in a dry run looks whether it would.
func (w *writer) take(ctx context.Context, l load) ([]outcome, error) {
	if !w.dry {
		return w.r.take(ctx, l)
	}
	said := l.said
	known, err := knownMentions(ctx, w.r.db, said)
	if err != nil {
		return nil, err
	}
	done := make([]outcome, len(said))
	for i, u := range said {
		done[i].id, done[i].known = known[u.identity], known[u.identity] != 0 || w.seen[u.identity]
		w.seen[u.identity] = true
	}
	return done, nil
}

// Pushed is one row of what was pushed to a source. Its Source is not looked at.
type Pushed struct {
	Post
	Deleted bool  // by its author; only its ExternalID counts
	Err     error // a *fault.Error: what is wrong with the row, found before
}

// Receiver gives a source of a kind that is pushed to, if it takes anything now.
func (r *Radar) Receiver(ctx context.Context, id int64, kind SourceKind) (Source, error) {
	s, err := r.source(ctx, id)
	switch {
	case err != nil:
		return s, err
	case s.Kind != kind:
		return s, errNoSource()
	case s.Paused:
		return s, fault.New(fault.Conflict, "This source is paused and takes nothing. Send it again later.")
	}
	return s, nil
}

// ReceiverOf gives the source of a kind of which there is one, if it takes
// anything now.
func (r *Radar) ReceiverOf(ctx context.Context, kind SourceKind) (Source, error) {
	s, err := scanSource(r.db.Row(ctx, selectSource+` where kind = $1 and paused = 0 and removed_at = 0 order by id limit 1`, string(kind)))
	if errors.Is(err, sql.ErrNoRows) {
		return s, errNoSource()
	}
	return s, err
}

// HeardAt tells who has what stands at an address: the ids by which a source
// has it, under that address or the id it would give it, and whether another
// source heard it there.
func (r *Radar) HeardAt(ctx context.Context, source int64, id, address string) (ids []string, elsewhere bool, err error) {
	err = storage.Each(ctx, r.db, func(row storage.Scanner) error {
		var by int64
		var its string
		err := row.Scan(&by, &its)
		if by == source && its != "" {
			ids = append(ids, its)
		}
		elsewhere = elsewhere || by != source
		return err
	}, `select source_id, external_id from mention where (identity = $1 or source_id = $2 and external_id = $3 and external_id <> '') and state <> 'withdrawn' order by id`,
		named("address", canonical(address)), source, id)
	return ids, elsewhere, err
}

// TurnAway notes on a source that something a stranger sent to it was refused,
// and why. Nobody knows who it was, so the source works as before. A crowd of
// the same writes once a minute.
func (r *Radar) TurnAway(ctx context.Context, id int64, why error) error {
	now := r.now()
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update source set refused = refused + 1, refused_at = $1, refused_why = $2 where id = $3 and (refused_why <> $2 or refused_at < $4)`,
			storage.Micros(now), saidOf(why).keep(), id, storage.Micros(now.Add(-time.Minute)))
		return err
	})
}

// Refuse notes on a source that all of something its own sender pushed to it was
// refused, and why. A crowd of the same writes once a minute.
func (r *Radar) Refuse(ctx context.Context, id int64, why error) error {
	return r.refuse(ctx, id, saidOf(why))
}

func (r *Radar) refuse(ctx context.Context, id int64, why Said) error {
	now := r.now()
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update source set last_error = $1, failures = failures + 1, tried_at = $2 where id = $3 and (last_error <> $1 or tried_at < $4)`,
			why.keep(), storage.Micros(now), id, storage.Micros(now.Add(-time.Minute)))
		return err
	})
}

// Push takes what was pushed to a source down the road: what is new, what is
// said in other words now, and what was deleted. It tells of each row what
// became of it, in order, and the source says the same. It is for the program's
// own receivers, which have checked who sends.
func (r *Radar) Push(ctx context.Context, id int64, kind SourceKind, rows []Pushed) ([]Heard, error) {
	s, err := r.Receiver(ctx, id, kind)
	if err != nil {
		return nil, err
	}
	if len(rows) > MaxHear {
		return nil, fault.New(fault.Invalid, "One call takes at most {limit} mentions. Send them in several calls.", "limit", MaxHear)
	}
	w := r.newWriter(know.Actor{}, false)
	w.now, w.sources[s.Name] = true, s
	heard := make([]Heard, len(rows))
	last := map[string]int{} // of what comes twice the last row counts
	for i, row := range rows {
		if row.Err == nil && row.ExternalID != "" {
			last[row.ExternalID] = i
		}
	}
	for from := 0; from < len(rows); from += batchSize {
		if err := w.push(ctx, s, rows, heard, last, from, min(from+batchSize, len(rows))); err != nil {
			return heard, err
		}
	}
	for i, row := range rows {
		if at, twice := last[row.ExternalID]; twice && at != i && row.Err == nil {
			heard[i] = heard[at]
		}
	}
	return heard, r.notePushed(ctx, s, rows, heard)
}

// push stores one batch of rows.
func (w *writer) push(ctx context.Context, s Source, rows []Pushed, heard []Heard, last map[string]int, from, to int) error {
	var posts []Post
	var at []int
	var gone []string
	for i := from; i < to; i++ {
		row := rows[i]
		n, named := last[row.ExternalID]
		switch {
		case row.Err != nil:
			heard[i].Err = row.Err
		case named && n != i:
		case row.Deleted && row.ExternalID == "":
			heard[i].Err = fault.New(fault.Invalid, "Say which one was deleted, by its external_id.").On("external_id")
		case row.Deleted:
			gone = append(gone, plain.Line(row.ExternalID))
			heard[i].Deleted = true
		default:
			row.Source = s.Name
			posts, at = append(posts, row.Post), append(at, i)
		}
	}
	p, err := w.prepare(ctx, posts)
	if err != nil {
		return err
	}
	if err := w.r.markResting(ctx, p.load.said); err != nil {
		return err
	}
	p.load.source, p.load.gone = s, gone
	err = w.store(ctx, &p)
	for i, h := range p.heard {
		heard[at[i]] = h
	}
	return err
}

// markResting marks what rests here already as edited, so that it rests as it
// is said now.
func (r *Radar) markResting(ctx context.Context, said []utterance) error {
	r.rests.mu.Lock()
	defer r.rests.mu.Unlock()
	if err := r.rests.catchUp(ctx, r.db); err != nil {
		return err
	}
	for i := range said {
		u := &said[i]
		_, u.edited = r.rests.known[segment.Key(u.source, u.identity)]
	}
	return nil
}

// notePushed writes on a source what a push brought, or that all of it was
// refused.
func (r *Radar) notePushed(ctx context.Context, s Source, rows []Pushed, heard []Heard) error {
	var t tally
	var wrong []error
	for _, h := range heard {
		if h.Err != nil {
			wrong = append(wrong, h.Err)
			continue
		}
		t.read++
		if !h.Known && (h.ID != 0 || h.Rests) {
			t.fresh++
		}
	}
	if len(wrong) > 0 && len(wrong) == len(rows) {
		return r.refuse(ctx, s.ID, Said{Text: textRefused, Args: []any{"n", len(wrong)}, Also: []Said{saidOf(wrong[0])}})
	}
	var report reader.Report
	if f, ok := errors.AsType[*fault.Error](errors.Join(wrong...)); ok {
		report.Also = []reader.Note{{Text: textRefused, Args: []any{"n", len(wrong)}}, {Text: f.Text, Args: f.Args}}
	}
	return r.note(ctx, s, report, t, nil)
}
