package listen

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/storage"
)

const selectSource = `select id, name, kind, addressed, url, every_seconds, paused, failures, due_at, tried_at, ok_at,
	last_result, last_error, items, mentions, created_by, created_at, leased_until, case when token = '' then 0 else 1 end, shown, refused, refused_at, refused_why, forgets from source`

func scanSource(row storage.Scanner) (s Source, err error) {
	var addressed, paused, token, forgets int
	var every, due, tried, ok, created, busy, refused int64
	var result, failure, why string
	err = row.Scan(&s.ID, &s.Name, &s.Kind, &addressed, &s.URL, &every, &paused, &s.Failures, &due, &tried, &ok,
		&result, &failure, &s.Items, &s.Mentions, &s.CreatedBy, &created, &busy, &token, &s.Shown, &s.Refused, &refused, &why, &forgets)
	s.Forgets = forgets == 1
	s.Addressed, s.Paused, s.Every = addressed == 1, paused == 1, time.Duration(every)*time.Second
	s.DueAt, s.TriedAt, s.OKAt, s.CreatedAt = storage.Time(due), storage.Time(tried), storage.Time(ok), storage.Time(created)
	s.BusyUntil, s.HasToken = storage.Time(busy), token == 1
	s.LastResult, s.LastError, s.RefusedWhy, s.RefusedAt = said(result), said(failure), said(why), storage.Time(refused)
	return s, err
}

// Sources gives all sources by name.
func (r *Radar) Sources(ctx context.Context, a know.Actor) ([]Source, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return storage.All(ctx, r.db, scanSource, selectSource+` where removed_at = 0 order by name, id`)
}

// Source gives one source.
func (r *Radar) Source(ctx context.Context, a know.Actor, id int64) (Source, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Source{}, err
	}
	return r.source(ctx, id)
}

func (r *Radar) source(ctx context.Context, id int64) (Source, error) {
	s, err := scanSource(r.db.Row(ctx, selectSource+` where id = $1 and removed_at = 0`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return s, errNoSource()
	}
	return s, err
}

func errNoSource() error { return fault.New(fault.NotFound, "There is no such source.") }

// sourcesByID gives all sources, those that were removed included.
func (r *Radar) sourcesByID(ctx context.Context) (map[int64]Source, error) {
	all, err := storage.All(ctx, r.db, scanSource, selectSource)
	byID := make(map[int64]Source, len(all))
	for _, s := range all {
		byID[s.ID] = s
	}
	return byID, err
}

// AddSource adds a source. One that is read is read at once; what cannot be
// read is refused with the reason.
func (r *Radar) AddSource(ctx context.Context, a know.Actor, n NewSource) (Source, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Source{}, err
	}
	guessed := n.Kind == ""
	if guessed {
		n.Kind, n.URL = Recognise(n.URL)
	}
	if n.Forgets == nil {
		n.Forgets = new(n.Kind.brings())
	} else if !*n.Forgets && !n.Addressed && n.Kind.brings() {
		return Source{}, errStaysOpen()
	}
	if n.Kind.IsRead() {
		n.Addressed = n.Addressed || n.Kind == MailboxSource
		return r.addRead(ctx, a, n, guessed)
	}
	address := ""
	switch n.Kind {
	case ImportSource, FormSource, MailSource:
		n.Addressed = true
	case APISource, WebhookSource:
	case WebmentionSource: // there is one, and all that comes was sent to us
		n.Addressed, n.Name, address = true, cmp.Or(n.Name, "Webmention"), string(WebmentionSource)
	default:
		return Source{}, fault.New(fault.Invalid, "The kind of a source is feed, sitemap, mastodon, bluesky, hackernews, mailbox, import, form, mail, api, webhook or webmention.").On("kind")
	}
	name, err := checkName(n.Name)
	if err != nil {
		return Source{}, err
	}
	n.Name, n.URL, n.Every = name, address, 0
	id, err := r.insertSource(ctx, a, n, "")
	if err != nil {
		return Source{}, err
	}
	return r.source(ctx, id)
}

// insertSource writes a source. Without a name it gets fallback, made unique.
// A source that was removed is taken up again: its items are the same ones, and
// they are forgotten or stay as they were unless n says it.
func (r *Radar) insertSource(ctx context.Context, a know.Actor, n NewSource, fallback string) (id int64, err error) {
	err = r.db.Update(ctx, func(tx *storage.Tx) error {
		var there string
		err := tx.Row(ctx, `select name from source where kind = $1 and url = $2 and url <> '' and removed_at = 0`, string(n.Kind), n.URL).Scan(&there)
		if err == nil {
			return fault.New(fault.Conflict, "This is read already, as {name}.", "name", there).On("url")
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		name, err := freeName(ctx, tx, n.Name, fallback)
		if err != nil {
			return err
		}
		now := storage.Micros(r.now())
		forgets, said := n.Kind.brings(), n.Forgets != nil
		if said {
			forgets = *n.Forgets
		}
		err = tx.Row(ctx, `update source set name = $1, addressed = $2, every_seconds = $3, paused = 0, failures = 0, cursor = '', token = $7,
				last_error = '', refused = 0, refused_at = 0, refused_why = '', due_at = $4, removed_at = 0, forgets = case when $8 = 1 then $9 else forgets end
			where id = (select max(id) from source where removed_at > 0 and kind = $5 and url = $6 and (url <> '' or name = $1)) returning id`,
			name, storage.Bit(n.Addressed), int64(n.Every/time.Second), now, string(n.Kind), n.URL, n.Token, storage.Bit(said), storage.Bit(forgets)).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			id, err = tx.Insert(ctx, `insert into source (name, kind, addressed, url, every_seconds, due_at, created_by, created_at, token, forgets)
				values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict (name) where removed_at = 0 do nothing returning id`,
				name, string(n.Kind), storage.Bit(n.Addressed), n.URL, int64(n.Every/time.Second), now, a.ID, now, n.Token, storage.Bit(forgets))
		}
		if errors.Is(err, sql.ErrNoRows) { // another was first
			return fault.New(fault.Conflict, "There is a source of this name. Choose another.").On("name")
		}
		if err != nil {
			return fmt.Errorf("listen: add source %q: %w", name, err)
		}
		return r.events.Append(ctx, tx, event.Event{Kind: SourceAdded, Actor: a.ID, Subject: event.Ref{Kind: "source", ID: id}, Staff: a.IsStaff()})
	})
	return id, err
}

// freeName gives name if it is free, or else a fault; without a name it makes
// one of fallback.
func freeName(ctx context.Context, tx *storage.Tx, name, fallback string) (string, error) {
	taken := func(name string) (bool, error) {
		var n int
		err := tx.Row(ctx, `select count(*) from source where name = $1 and removed_at = 0`, name).Scan(&n)
		return n > 0, err
	}
	if name != "" {
		there, err := taken(name)
		if err == nil && there {
			err = fault.New(fault.Conflict, "There is a source of this name. Choose another.").On("name")
		}
		return name, err
	}
	fallback = plain.Clip(fallback, maxSourceName-5)
	for i := 1; ; i++ {
		if name = fallback; i > 1 {
			name += " " + strconv.Itoa(i)
		}
		if there, err := taken(name); err != nil || !there {
			return name, err
		}
	}
}

// ChangeSource changes a source and gives it as it is then. What rests of one
// that is addressed from now on becomes mentions.
func (r *Radar) ChangeSource(ctx context.Context, a know.Actor, id int64, c SourceChange) (Source, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Source{}, err
	}
	if c.Token != nil {
		if err := r.tryToken(ctx, id, c.Token); err != nil {
			return Source{}, err
		}
	}
	var wake bool
	err := r.db.Update(ctx, func(tx *storage.Tx) error {
		s, err := scanSource(tx.Row(ctx, selectSource+` where id = $1 and removed_at = 0`, id))
		if errors.Is(err, sql.ErrNoRows) {
			return errNoSource()
		}
		if err != nil {
			return err
		}
		was := s
		if err := s.change(c); err != nil {
			return err
		}
		if s.Name != was.Name {
			if _, err := freeName(ctx, tx, s.Name, ""); err != nil {
				return err
			}
		}
		if s.Every != was.Every || was.Paused && !s.Paused {
			s.DueAt = r.now()
			if next := s.TriedAt.Add(s.Every); s.Failures == 0 && next.After(s.DueAt) {
				s.DueAt = next
			}
		}
		wake = s.Addressed && !was.Addressed
		if _, err := tx.Exec(ctx, `update source set name = $1, every_seconds = $2, paused = $3, addressed = $4, due_at = $5, shown = $6, forgets = $8 where id = $7`,
			s.Name, int64(s.Every/time.Second), storage.Bit(s.Paused), storage.Bit(s.Addressed), storage.Micros(s.DueAt), s.Shown, id, storage.Bit(s.Forgets)); err != nil {
			return fmt.Errorf("listen: change source %d: %w", id, err)
		}
		if c.Token != nil { // where it was read up to stays
			if _, err := tx.Exec(ctx, `update source set token = $1, failures = 0, last_error = '', due_at = $2 where id = $3`, *c.Token, storage.Micros(r.now()), id); err != nil {
				return fmt.Errorf("listen: change source %d: %w", id, err)
			}
		}
		return r.events.Append(ctx, tx, event.Event{Kind: SourceChanged, Actor: a.ID, Subject: event.Ref{Kind: "source", ID: id}, Staff: a.IsStaff()})
	})
	if err != nil {
		return Source{}, err
	}
	if wake {
		if _, err := r.wake(context.WithoutCancel(ctx), id, func(*utterance) bool { return true }); err != nil {
			return Source{}, err
		}
	}
	return r.source(ctx, id)
}

// tryToken puts a new token in order, and asks the other side whether it is good.
func (r *Radar) tryToken(ctx context.Context, id int64, token *string) error {
	s, err := r.source(ctx, id)
	if err != nil {
		return err
	}
	if s.Kind != MailboxSource && s.Kind != MastodonSource {
		return fault.New(fault.Invalid, "This source takes no password and no access token.").On("token")
	}
	if *token = strings.TrimSpace(*token); *token == "" {
		return fault.New(fault.Invalid, "Type the new password or access token. The one before is still used.").On("token")
	}
	if len(*token) > maxToken {
		return fault.New(fault.Invalid, "This is no access token: one has at most {limit} characters.", "limit", maxToken).On("token")
	}
	_, err = r.readers[s.Kind].Find(ctx, reader.Typed{URL: s.URL, Secret: *token})
	return onField(err, "token")
}

// change applies a change to a source in memory.
func (s *Source) change(c SourceChange) error {
	var named, shown, often, kept error
	if c.Name != nil {
		s.Name, named = checkName(*c.Name)
	}
	if c.Shown != nil && !s.Kind.IsOpen() {
		s.Shown, shown = checkShown(*c.Shown)
	}
	if c.Every != nil && s.Kind.IsRead() {
		s.Every, often = checkEvery(s.Kind, *c.Every)
	}
	if c.Paused != nil {
		s.Paused = *c.Paused
	}
	if c.Addressed != nil {
		s.Forgets = s.Forgets || *c.Addressed && !s.Addressed && s.Kind.brings()
		s.Addressed = *c.Addressed
	}
	switch {
	case c.Forgets == nil:
	case s.Addressed:
		s.Forgets = *c.Forgets
	case !*c.Forgets:
		kept = errStaysOpen()
	}
	return fault.All(named, shown, often, kept)
}

func errStaysOpen() error {
	return fault.New(fault.Invalid, "What people say in public stays only at a source that speaks to us. Say first, or at the same time, that all of it does.").On("forgets")
}

// RemoveSource removes a source and what rests of it; its mentions stay. It is
// refused while a standing query would hear nothing any more.
func (r *Radar) RemoveSource(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	err := r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update source set removed_at = $1 where id = $2 and removed_at = 0`, storage.Micros(r.now()), id)
		if err == nil && n == 0 {
			return errNoSource()
		}
		if err == nil {
			err = refuseDeafening(ctx, tx, id)
		}
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from hook where source_id = $1`, id); err != nil { // taken up again, it has a new secret
			return err
		}
		return r.events.Append(ctx, tx, event.Event{Kind: SourceRemoved, Actor: a.ID, Subject: event.Ref{Kind: "source", ID: id}, Staff: a.IsStaff()})
	})
	if err != nil {
		return err
	}
	return r.inParts(context.WithoutCancel(ctx), `delete from rest where id in (select id from rest where source_id = $1 limit 20)`, id)
}

// refuseDeafening refuses that a source just removed was the last one that a
// standing query is limited to.
func refuseDeafening(ctx context.Context, tx *storage.Tx, id int64) error {
	deaf, err := storage.All(ctx, tx, storage.Scalar[string], `select q.name from query q join query_source mine on mine.query_id = q.id
		where mine.source_id = $1 and not exists (select 1 from query_source o join source s on s.id = o.source_id
			where o.query_id = q.id and s.removed_at = 0) order by q.name limit 1`, id)
	if err == nil && len(deaf) > 0 {
		err = fault.New(fault.Conflict, "The standing query “{name}” is limited to this source and would hear nothing any more. Change or remove that one first; nothing was removed.", "name", deaf[0])
	}
	return err
}

// ensureSource gives the source of that name, made as an addressed one of that
// kind if it is new, taken up again if it was removed.
func (r *Radar) ensureSource(ctx context.Context, a know.Actor, name string, kind SourceKind) (Source, error) {
	s, err := scanSource(r.db.Row(ctx, selectSource+` where name = $1 and removed_at = 0`, name))
	if !errors.Is(err, sql.ErrNoRows) {
		return s, err
	}
	id, err := r.insertSource(ctx, a, NewSource{Name: name, Kind: kind, Addressed: true}, "")
	if fault.Is(err, fault.Conflict) { // another call was first
		return scanSource(r.db.Row(ctx, selectSource+` where name = $1 and removed_at = 0`, name))
	}
	if err != nil {
		return Source{}, err
	}
	return r.source(ctx, id)
}

// wouldBe gives the source that ensureSource would give, with id 0 if it would
// have to be made.
func (r *Radar) wouldBe(ctx context.Context, name string, kind SourceKind) (Source, error) {
	s, err := scanSource(r.db.Row(ctx, selectSource+` where name = $1 and (removed_at = 0 or kind = $2) order by removed_at, id desc limit 1`, name, string(kind)))
	if errors.Is(err, sql.ErrNoRows) {
		return Source{Name: name, Kind: kind, Addressed: true, Forgets: kind.brings()}, nil
	}
	return s, err
}

// Place is a source as everybody may know of it: what kind it is, of one that
// is read, which anybody can do, its name and address, and of another the name
// that the team chose to show. What the team calls it itself stays with it.
type Place struct {
	Kind      SourceKind
	Name      string // of one that is read, or the one that is shown; "": none
	URL       string // of one that is read, else ""
	Addressed bool
	Paused    bool // nothing new is heard there; what was heard is kept
}

const placeColumns = `id, kind, name, shown, url, addressed, paused`

func scanPlace(row storage.Scanner) (id int64, p Place, err error) {
	var shown string
	var addressed, paused int
	if err = row.Scan(&id, &p.Kind, &p.Name, &shown, &p.URL, &addressed, &paused); err != nil {
		return id, p, err
	}
	if p.Addressed, p.Paused = addressed == 1, paused == 1; !p.Kind.IsOpen() {
		p.Name, p.URL = shown, ""
	}
	return id, p, nil
}

// Listening gives the places we listen to, for the public page that says so:
// each name once, and of those without one each kind. Paused ones come last, if
// something is kept of them.
func (r *Radar) Listening(ctx context.Context) ([]Place, error) {
	rows, err := r.db.Query(ctx, `select `+placeColumns+` from source where removed_at = 0 and (paused = 0 or mentions > 0) order by paused, every_seconds = 0, kind, name`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var places []Place
	seen := map[Place]bool{}
	for rows.Next() {
		_, p, err := scanPlace(rows)
		if err != nil {
			return nil, err
		}
		if key := (Place{Kind: p.Kind.alike(), Name: p.Name, URL: p.URL}); !seen[key] {
			seen[key] = true
			places = append(places, p)
		}
	}
	return places, rows.Err()
}

// alike gives the kind as which everybody knows those of a kind: by which road
// another program or a letter comes is nothing to them.
func (k SourceKind) alike() SourceKind {
	switch k {
	case WebhookSource:
		return APISource
	case MailboxSource:
		return MailSource
	}
	return k
}

// Places gives every source there is or was as everybody may know of it, by
// its id.
func (r *Radar) Places(ctx context.Context) (map[int64]Place, error) {
	rows, err := r.db.Query(ctx, `select `+placeColumns+` from source`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	places := map[int64]Place{}
	for rows.Next() {
		id, p, err := scanPlace(rows)
		if err != nil {
			return nil, err
		}
		places[id] = p
	}
	return places, rows.Err()
}
