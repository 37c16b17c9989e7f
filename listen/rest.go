package listen

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tribune/know"
	"tribune/storage"
)

// What open sources deliver and no query matches rests this long, and takes at
// most this many bytes; the oldest goes first.
const (
	restFor  = 7 * 24 * time.Hour
	restSize = 200 << 20
)

// more is what is rarely known of a resting item.
type more struct {
	Kind    Kind   `json:"kind,omitempty"`
	ReplyTo string `json:"reply_to,omitempty"`
	Private bool   `json:"private,omitempty"`
	Handle  string `json:"handle,omitempty"`
	Email   string `json:"email,omitempty"`
	Country string `json:"country,omitempty"`
	Reach   int64  `json:"reach,omitempty"`
}

// rest lays to rest the utterances that no query matches, and notes of each
// that was not resting already that it does.
func (b *batch) rest(ctx context.Context, said []utterance, these []int, done []outcome) error {
	type key struct {
		source int64
		id     string
	}
	at := make(map[key]int, len(these))
	var rows [][]any
	for _, i := range these {
		u := &said[i]
		if u.item != 0 || u.stale {
			continue
		}
		k := key{u.source, itemID(u)}
		if _, twice := at[k]; twice {
			continue
		}
		row, err := b.restingRow(u)
		if err != nil {
			return err
		}
		at[k], rows = i, append(rows, row)
	}
	_, err := b.tx.InsertMany(ctx, `item (source_id, external_id, url, author, author_url, text, language, published_at, fetched_at, identity, more, size, speaker, page)`,
		rows, `on conflict (source_id, external_id) do nothing returning source_id, external_id`, func(row storage.Scanner) error {
			var k key
			err := row.Scan(&k.source, &k.id)
			done[at[k]].rests = true
			c := b.sources[k.source]
			c.items++
			b.sources[k.source] = c
			return err
		})
	return err
}

// restingRow gives the row of an item.
func (b *batch) restingRow(u *utterance) ([]any, error) {
	m := more{ReplyTo: u.replyTo, Private: u.url != "" && !u.public, Handle: u.author.Handle, Country: u.country, Reach: u.reach}
	if u.account.Kind == know.Mail { // else another address says who speaks
		m.Email = u.author.Email
	}
	if u.kind != KindPost {
		m.Kind = u.kind
	}
	extra := ""
	if m != (more{}) {
		data, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		extra = string(data)
	}
	size := len(u.text) + len(u.url) + len(u.author.Name) + len(u.author.URL) + len(extra) + 300 // the row and its indexes
	return []any{u.source, itemID(u), u.url, u.author.Name, u.author.URL, u.text, u.language,
		storage.Micros(u.publishedAt), b.now, u.identity, extra, size, u.speaker(), u.page()}, nil
}

// letGo is the speaker of a resting item whose author left. What said who it
// was is gone with the words; its identity stays, so that it is not heard anew
// from a feed that goes on showing it.
const letGo = -1

// speaker is what an item is found by when its author leaves.
func (u *utterance) speaker() int64 { return know.Trace(u.account.Kind, u.account.Address) }

// page is the other thing that it is found by, 0 without an address to open.
func (u *utterance) page() int64 {
	if u.author.URL == "" {
		return 0
	}
	return know.Trace(know.Page, u.author.URL)
}

// forgetResting lets go of what rests by the accounts of somebody who left.
func (r *Radar) forgetResting(ctx context.Context, tx *storage.Tx, person int64) error {
	traces, err := r.people.Traces(ctx, tx, person)
	if err != nil || len(traces) == 0 {
		return err
	}
	holes, args := storage.Holes(1, traces)
	if _, err := tx.Exec(ctx, `update item set speaker = -1, page = 0, external_id = 'left:' || id, url = '', author = '', author_url = '', text = '', language = '', more = ''
		where speaker in (`+holes+`) or page <> 0 and page in (`+holes+`)`, args...); err != nil {
		return fmt.Errorf("listen: let go of what %d said: %w", person, err)
	}
	return r.people.Forgotten(ctx, tx, person)
}

// gone gives, by identity, what was let go because its author left.
func gone(ctx context.Context, q storage.Q, said []utterance) (map[string]bool, error) {
	identities := make([]string, len(said))
	for i := range said {
		identities[i] = said[i].identity
	}
	holes, args := storage.Holes(2, identities)
	all, err := storage.All(ctx, q, storage.Scalar[string], `select identity from item where identity in (`+holes+`) and speaker = $1`, append([]any{letGo}, args...)...)
	found := make(map[string]bool, len(all))
	for _, identity := range all {
		found[identity] = true
	}
	return found, err
}

// trace notes who speaks in what rests since before that was noted.
func (r *Radar) trace(ctx context.Context) error {
	sources, err := r.sourcesByID(ctx)
	if err != nil {
		return err
	}
	for {
		said, err := r.restingWhere(ctx, sources, `speaker = $1`, []any{0, batchSize})
		if err != nil || len(said) == 0 {
			return err
		}
		err = r.db.Update(ctx, func(tx *storage.Tx) error {
			for _, u := range said {
				if _, err := tx.Exec(ctx, `update item set speaker = $1, page = $2 where id = $3`, u.speaker(), u.page(), u.item); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// itemID is what an item is known by at its source.
func itemID(u *utterance) string {
	if u.externalID != "" {
		return u.externalID
	}
	return u.identity
}

// unrest removes what rests of utterances that are mentions, from whichever
// source they came.
func (b *batch) unrest(ctx context.Context, identities []string) error {
	if len(identities) == 0 {
		return nil
	}
	holes, args := storage.Holes(1, identities)
	_, err := b.tx.Exec(ctx, `delete from item where identity in (`+holes+`)`, args...)
	return err
}

// resting gives resting items with ids above after, oldest first, ready to be
// matched; source 0 means all sources.
func (r *Radar) resting(ctx context.Context, sources map[int64]Source, source, after int64, limit int) ([]utterance, error) {
	where, args := `id > $1 and speaker <> -1`, []any{after, limit}
	if source != 0 {
		where, args = where+` and source_id = $3`, append(args, source)
	}
	return r.restingWhere(ctx, sources, where, args)
}

// restingWhere gives the resting items of which a condition holds, oldest
// first, at most as many as the argument $2 says.
func (r *Radar) restingWhere(ctx context.Context, sources map[int64]Source, where string, args []any) ([]utterance, error) {
	return storage.All(ctx, r.db, func(row storage.Scanner) (utterance, error) {
		var p Post
		var id, from, published int64
		var identity, extra string
		if err := row.Scan(&id, &from, &p.ExternalID, &p.URL, &p.Author.Name, &p.Author.URL, &p.Text, &p.Language, &published, &identity, &extra); err != nil {
			return utterance{}, err
		}
		m := more{Kind: KindPost}
		if extra != "" {
			if err := json.Unmarshal([]byte(extra), &m); err != nil {
				return utterance{}, fmt.Errorf("item %d: %w", id, err)
			}
		}
		if p.ExternalID == identity {
			p.ExternalID = ""
		}
		public := !m.Private
		p.Kind, p.ReplyTo, p.Public, p.Country, p.Reach = m.Kind, m.ReplyTo, &public, m.Country, m.Reach
		p.Author.Handle, p.Author.Email = m.Handle, m.Email
		mailHandle(&p.Author) // some rest since before mail addresses were told apart
		p.PublishedAt = storage.Time(published)
		s, ok := sources[from]
		if !ok {
			s = Source{ID: from}
		}
		u := utter(s, p, p.PublishedAt)
		u.identity, u.item = identity, id
		return u, nil
	}, `select id, source_id, external_id, url, author, author_url, text, language, published_at, identity, more
		from item where `+where+` order by id limit $2`, args...)
}

// prune lets go of what rested long enough, and of the oldest while there is
// too much of it, a hundred rows at a time.
func (r *Radar) prune(ctx context.Context) error {
	if err := r.pruneWhere(ctx, `fetched_at < $1`, storage.Micros(r.now().Add(-restFor))); err != nil {
		return err
	}
	var size int64
	if err := r.db.Row(ctx, `select cast(coalesce(sum(size), 0) as bigint) from item`).Scan(&size); err != nil || size <= restSize {
		return err
	}
	// The hour by which enough has been let go.
	rows, err := r.db.Query(ctx, `select fetched_at, size from item order by fetched_at`)
	if err != nil {
		return err
	}
	defer rows.Close()
	var until int64
	for size > restSize && rows.Next() {
		var n int64
		if err := rows.Scan(&until, &n); err != nil {
			return err
		}
		size -= n
	}
	if err := rows.Close(); err != nil {
		return err
	}
	return r.pruneWhere(ctx, `fetched_at <= $1`, until)
}

// pruneWhere deletes items in small transactions.
func (r *Radar) pruneWhere(ctx context.Context, where string, arg int64) error {
	return r.inParts(ctx, `delete from item where id in (select id from item where `+where+` order by fetched_at limit 200)`, arg)
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
