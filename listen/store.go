package listen

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// outcome is what became of one utterance.
type outcome struct {
	id    int64 // of the mention, 0 if there is none
	known bool  // the mention was there before
	rests bool  // it was laid to rest now
}

// store writes a batch in one transaction: new mentions with their accounts,
// words and matches, resting items, copies, roll-ups, and one fact for each
// source that has new mentions.
func (r *Radar) store(ctx context.Context, st *standing, said []utterance) (done []outcome, err error) {
	err = r.db.Update(ctx, func(tx *storage.Tx) error {
		if err := st.current(ctx, tx); err != nil {
			return err
		}
		known, err := knownMentions(ctx, tx, said)
		if err != nil {
			return err
		}
		b := newBatch(r, tx)
		if b.gone, err = gone(ctx, tx, said); err != nil {
			return err
		}
		if err := b.ensureAccounts(ctx, said, known); err != nil {
			return err
		}
		done = make([]outcome, len(said))
		for i := range said {
			if done[i], err = b.put(ctx, &said[i], known); err != nil {
				return err
			}
		}
		return b.finish(ctx)
	})
	if err != nil {
		return nil, fmt.Errorf("listen: store %d: %w", len(said), err)
	}
	return done, nil
}

// knownMentions gives the ids of the mentions that are there, by identity.
func knownMentions(ctx context.Context, q storage.Q, said []utterance) (map[string]int64, error) {
	known := make(map[string]int64, len(said))
	if len(said) == 0 {
		return known, nil
	}
	identities := make([]string, len(said))
	for i := range said {
		identities[i] = said[i].identity
	}
	holes, args := storage.Holes(1, identities)
	rows, err := q.Query(ctx, `select identity, id from mention where identity in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var identity string
		var id int64
		if err := rows.Scan(&identity, &id); err != nil {
			return nil, err
		}
		known[identity] = id
	}
	return known, rows.Err()
}

// batch is one transaction of store, or of whatever else changes which
// mention counts for which query.
type batch struct {
	r       *Radar
	tx      *storage.Tx
	now     int64
	fresh   map[int64][]int64 // new mentions and their queries
	groups  []group           // in which copies may be
	hours   map[hourKey]int64
	queries map[int64]int64 // changes of query.mentions
	sources map[int64]sourceCount

	accounts map[accountKey]int64
	gone     map[string]bool // what is not heard anew, by identity
}

type accountKey struct {
	kind    know.AccountKind
	address string
}

type hourKey struct {
	query, source int64
	language      string
	hour          int64
}

type sourceCount struct{ items, mentions, first, last int64 }

func newBatch(r *Radar, tx *storage.Tx) *batch {
	return &batch{r: r, tx: tx, now: storage.Micros(r.now()), fresh: map[int64][]int64{}, hours: map[hourKey]int64{},
		queries: map[int64]int64{}, sources: map[int64]sourceCount{}, accounts: map[accountKey]int64{}}
}

// wanted reports whether an utterance is for a mention.
func (u *utterance) wanted() bool { return u.addressed || len(u.queries) > 0 }

// ensureAccounts finds or makes the accounts of the new mentions, in one order
// for all writers: side by side (PostgreSQL) they meet at accounts most often,
// and so none waits for another that waits for it.
func (b *batch) ensureAccounts(ctx context.Context, said []utterance, known map[string]int64) error {
	all := map[accountKey]know.Account{}
	for i := range said {
		u := &said[i]
		k := accountKey{u.account.Kind, u.account.Address}
		if _, there := known[u.identity]; !there && !b.gone[u.identity] && u.wanted() && (all[k].Name == "" || all[k].URL == "") {
			all[k] = u.account
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(all), func(x, y accountKey) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.address, y.address))
	}) {
		id, err := b.r.people.EnsureAccount(ctx, b.tx, all[k])
		if err != nil {
			return err
		}
		b.accounts[k] = id
	}
	return nil
}

// put stores one utterance, unless it is known. Nothing is written about one
// that is: not even its account, whose owner may have left since.
func (b *batch) put(ctx context.Context, u *utterance, known map[string]int64) (outcome, error) {
	if id, ok := known[u.identity]; ok {
		return outcome{id: id, known: true}, b.unrest(ctx, u)
	}
	if b.gone[u.identity] {
		return outcome{known: true}, nil
	}
	if !u.wanted() {
		rests, err := b.rest(ctx, u)
		return outcome{rests: rests}, err
	}
	account := b.accounts[accountKey{u.account.Kind, u.account.Address}]
	id, err := b.insert(ctx, u, account)
	if errors.Is(err, sql.ErrNoRows) { // another transaction was first
		err = b.tx.Row(ctx, `select id from mention where identity = $1`, u.identity).Scan(&id)
		return outcome{id: id, known: true}, err
	}
	if err != nil {
		return outcome{}, err
	}
	known[u.identity] = id
	if err := storage.PutText(ctx, b.tx, "mention_search", id, wordsOf(u.doc)); err != nil {
		return outcome{}, err
	}
	for _, q := range u.queries {
		if _, err := b.tx.Exec(ctx, `insert into mention_query (query_id, mention_id) values ($1, $2)`, q, id); err != nil {
			return outcome{}, err
		}
	}
	b.fresh[id] = u.queries
	b.groups = append(b.groups, group{account, u.hash})
	c := b.sources[u.source]
	if c.mentions++; c.first == 0 {
		c.first = id
	}
	if c.last = id; u.item == 0 {
		c.items++
	}
	b.sources[u.source] = c
	return outcome{id: id}, b.unrest(ctx, u)
}

func (b *batch) insert(ctx context.Context, u *utterance, account int64) (int64, error) {
	return b.tx.Insert(ctx, `insert into mention (identity, source_id, external_id, account_id, kind, url, reply_to, public, text, text_hash,
			language, country, reach, published_at, heard_at, asks)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16) on conflict (identity) do nothing returning id`,
		u.identity, u.source, u.externalID, account, string(u.kind), u.url, u.replyTo, storage.Bit(u.public), u.text, u.hash,
		u.language, u.country, u.reach, storage.Micros(u.publishedAt), b.now, string(u.asks))
}

func wordsOf(doc query.Doc) []string {
	words := make([]string, len(doc.Tokens))
	for i, t := range doc.Tokens {
		words[i] = t.Word
	}
	return words
}

// count adds n to the roll-ups of a mention: those of its queries, and those
// of query 0, which are all mentions.
func (b *batch) count(source int64, language string, publishedAt int64, queries []int64, n int64) {
	hour := publishedAt / time.Hour.Microseconds()
	b.hours[hourKey{0, source, language, hour}] += n
	b.countQueries(source, language, publishedAt, queries, n)
}

// countQueries is count without query 0.
func (b *batch) countQueries(source int64, language string, publishedAt int64, queries []int64, n int64) {
	hour := publishedAt / time.Hour.Microseconds()
	for _, q := range queries {
		b.queries[q] += n
		b.hours[hourKey{q, source, language, hour}] += n
	}
}

// finish settles copies, writes the counts in one order for all writers, and
// says what was stored.
func (b *batch) finish(ctx context.Context) error {
	if err := b.settleCopies(ctx); err != nil {
		return err
	}
	for _, k := range slices.SortedFunc(maps.Keys(b.hours), func(x, y hourKey) int {
		return cmp.Or(cmp.Compare(x.query, y.query), cmp.Compare(x.hour, y.hour), cmp.Compare(x.source, y.source), cmp.Compare(x.language, y.language))
	}) {
		if n := b.hours[k]; n != 0 {
			if _, err := b.tx.Exec(ctx, `insert into mention_hour (query_id, source_id, language, hour, n) values ($1, $2, $3, $4, $5)
				on conflict (query_id, hour, source_id, language) do update set n = mention_hour.n + excluded.n`,
				k.query, k.source, k.language, k.hour, n); err != nil {
				return err
			}
		}
	}
	for _, q := range slices.Sorted(maps.Keys(b.queries)) {
		if _, err := b.tx.Exec(ctx, `update query set mentions = mentions + $1 where id = $2`, b.queries[q], q); err != nil {
			return err
		}
	}
	for _, s := range slices.Sorted(maps.Keys(b.sources)) {
		c := b.sources[s]
		if _, err := b.tx.Exec(ctx, `update source set items = items + $1, mentions = mentions + $2 where id = $3`, c.items, c.mentions, s); err != nil {
			return err
		}
		if c.mentions == 0 {
			continue
		}
		if err := b.r.events.Append(ctx, b.tx, event.Event{Kind: MentionsStored, Subject: event.Ref{Kind: "source", ID: s}, Other: c.first, N: c.last}); err != nil {
			return err
		}
	}
	return nil
}
