package listen

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tribune/event"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// outcome is what became of one utterance.
type outcome struct {
	id     int64 // of the mention, 0 if there is none
	known  bool  // the mention was there before
	edited bool  // and says something else now
	rests  bool  // it was laid to rest now
}

// store writes a batch in one transaction: new mentions with their accounts,
// words and matches, resting segments, edits, copies, roll-ups, deletions, one
// fact for each source that has new mentions, and the cursor of the source that
// was read.
func (r *Radar) store(ctx context.Context, l load) (done []outcome, err error) {
	said := l.said
	err = r.db.Update(ctx, func(tx *storage.Tx) error {
		if err := l.standing.current(ctx, tx); err != nil {
			return err
		}
		b := newBatch(r, tx)
		known, err := b.heardBefore(ctx, said)
		if err != nil {
			return err
		}
		alone, err := letAlone(ctx, tx, said)
		if err != nil {
			return err
		}
		maps.Copy(b.gone, alone)
		if err := b.ensureAccounts(ctx, said, known); err != nil {
			return err
		}
		if done, err = b.put(ctx, said, known); err != nil {
			return err
		}
		if err := b.replaceResting(ctx, said); err != nil {
			return err
		}
		if err := b.rest(ctx, l.segments, known, done); err != nil {
			return err
		}
		edited, err := b.edit(ctx, said, known)
		if err != nil {
			return err
		}
		for i := range done {
			done[i].edited = done[i].known && edited[done[i].id]
		}
		if err := b.finish(ctx); err != nil {
			return err
		}
		if err := b.drop(ctx, l.source, l.gone); err != nil {
			return err
		}
		if err := b.dropAll(ctx, l.source, l.left); err != nil || l.cursor == "" {
			return err
		}
		_, err = tx.Exec(ctx, `update source set cursor = $1 where id = $2`, l.cursor, l.source.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("listen: store %d: %w", len(said), err)
	}
	return done, nil
}

// lookedUp is how many identities are looked up with one statement.
const lookedUp = 128

// heardBefore gives the ids of the mentions that are there, by identity, and
// notes what is not to be heard anew.
func (b *batch) heardBefore(ctx context.Context, said []utterance) (known map[string]int64, err error) {
	known, b.gone = map[string]int64{}, map[string]bool{}
	for part := range slices.Chunk(said, lookedUp) {
		identities := make([]string, len(part))
		for i := range part {
			identities[i] = part[i].identity
		}
		holes, args := storage.Holes(1, identities)
		err := storage.Each(ctx, b.tx, func(row storage.Scanner) error {
			var identity string
			var id int64
			var gone bool
			err := row.Scan(&identity, &id, &gone)
			if id != 0 {
				known[identity] = id
			}
			if gone {
				b.gone[identity] = true
			}
			return err
		}, `select v.column1, coalesce(m.id, 0), g.identity is not null from (values (`+strings.ReplaceAll(holes, ", ", "), (")+`)) as v
			left join mention m on m.identity = v.column1 left join let_go g on g.identity = v.column1
			where m.id is not null or g.identity is not null`, args...)
		if err != nil {
			return nil, err
		}
	}
	return known, b.deletedThere(ctx, said)
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
	news    []twin            // the new mentions, which most often stand alone
	counts  map[counted]int64 // changes of mention_count
	sources map[int64]sourceCount

	accounts map[accountKey]int64
	gone     map[string]bool // what is not heard anew, by identity
}

type accountKey struct {
	kind    know.AccountKind
	address string
}

type sourceCount struct{ items, mentions, first, last int64 }

func newBatch(r *Radar, tx *storage.Tx) *batch {
	return &batch{r: r, tx: tx, now: storage.Micros(r.now()), fresh: map[int64][]int64{}, counts: map[counted]int64{},
		sources: map[int64]sourceCount{}, accounts: map[accountKey]int64{}}
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
		if b.fate(u, known) == fresh && (all[k].Name == "" || all[k].URL == "") {
			all[k] = u.account
		}
	}
	keys := slices.SortedFunc(maps.Keys(all), func(x, y accountKey) int {
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(x.address, y.address))
	})
	accounts := make([]know.Account, len(keys))
	for i, k := range keys {
		accounts[i] = all[k]
	}
	ids, err := b.r.people.EnsureAccounts(ctx, b.tx, accounts)
	if err != nil {
		return err
	}
	for i, id := range ids {
		b.accounts[keys[i]] = id
	}
	for i := range said {
		if u := &said[i]; u.introduced && b.fate(u, known) == fresh {
			if err := b.r.people.Introduce(ctx, b.tx, b.accounts[accountKey{u.account.Kind, u.account.Address}], u.account.Name); err != nil {
				return err
			}
		}
	}
	return nil
}

// fate is what is to become of an utterance.
type fate uint8

const (
	kept   fate = iota // it is a mention already
	letBe              // its author left: nothing is written about it
	fresh              // a new mention
	toRest             // nobody asked for it
)

func (b *batch) fate(u *utterance, known map[string]int64) fate {
	switch _, there := known[u.identity]; {
	case there:
		return kept
	case b.gone[u.identity]:
		return letBe
	case u.wanted():
		return fresh
	}
	return toRest
}

// put stores the utterances, but for those that are known. Nothing is written
// about one that is: not even its account, whose owner may have left since.
func (b *batch) put(ctx context.Context, said []utterance, known map[string]int64) ([]outcome, error) {
	done := make([]outcome, len(said))
	var anew []string         // identities of new mentions
	first := map[string]int{} // the utterance that makes a new mention
	for i := range said {
		u := &said[i]
		switch b.fate(u, known) {
		case kept:
			done[i] = outcome{id: known[u.identity], known: true}
		case letBe:
			done[i] = outcome{known: true}
		case fresh:
			if _, twice := first[u.identity]; !twice {
				first[u.identity] = i
				anew = append(anew, u.identity)
			}
		}
	}
	ids, err := b.insert(ctx, said, anew, first)
	if err != nil {
		return nil, err
	}
	for i := range said {
		u := &said[i]
		if at, ok := first[u.identity]; ok {
			done[i] = outcome{id: ids[u.identity].id, known: ids[u.identity].known || at != i}
		}
	}
	return done, nil
}

// insert stores new mentions, and gives what became of each by its identity.
func (b *batch) insert(ctx context.Context, said []utterance, anew []string, first map[string]int) (map[string]outcome, error) {
	rows := make([][]any, len(anew))
	for n, identity := range anew {
		u := &said[first[identity]]
		j := &u.judged
		rows[n] = []any{u.identity, u.source, u.externalID, b.accounts[accountKey{u.account.Kind, u.account.Address}], string(u.kind), u.url, u.replyTo,
			storage.Bit(u.public), u.text, u.hash, j.Tag, j.LanguageP, j.Mood, j.Positive, j.Negative, u.country, u.reach, storage.Bit(u.hasImage), storage.Micros(u.publishedAt), b.now, string(u.asks)}
	}
	ids := make(map[string]outcome, len(anew))
	_, err := b.tx.InsertMany(ctx, `mention (identity, source_id, external_id, account_id, kind, url, reply_to, public, text, text_hash,
			language, language_p, mood, positive, negative, country, reach, has_image, published_at, heard_at, asks)`, rows, `on conflict (identity) do nothing returning identity, id`,
		func(row storage.Scanner) error {
			var identity string
			var id int64
			err := row.Scan(&identity, &id)
			ids[identity] = outcome{id: id}
			return err
		})
	if err != nil {
		return nil, err
	}
	var made []int64
	var words [][]string
	var matches [][]any
	for _, identity := range anew {
		u, id := &said[first[identity]], ids[identity].id
		if id == 0 { // another transaction was first
			if err := b.tx.Row(ctx, `select id from mention where identity = $1`, identity).Scan(&id); err != nil {
				return nil, err
			}
			ids[identity] = outcome{id: id, known: true}
			continue
		}
		made, words = append(made, id), append(words, wordsOf(u.doc))
		for _, q := range u.queries {
			matches = append(matches, []any{q, id})
		}
		b.add(u, id)
	}
	if err := storage.AddTexts(ctx, b.tx, "mention_search", made, words); err != nil {
		return nil, err
	}
	// in the order in which the table is kept
	slices.SortFunc(matches, func(x, y []any) int {
		return cmp.Or(cmp.Compare(x[0].(int64), y[0].(int64)), cmp.Compare(x[1].(int64), y[1].(int64)))
	})
	_, err = b.tx.InsertMany(ctx, `mention_query (query_id, mention_id)`, matches, ``, nil)
	return ids, err
}

// add notes a new mention for what finish does.
func (b *batch) add(u *utterance, id int64) {
	b.fresh[id] = u.queries
	published := storage.Micros(u.publishedAt)
	b.news = append(b.news, twin{id: id, publishedAt: published, name: bareName(u.account), nobody: isNobody(u.account),
		group: group{b.accounts[accountKey{u.account.Kind, u.account.Address}], u.hash},
		facet: facet{source: u.source, language: u.judged.Tag, country: u.country, mood: u.judged.Mood, publishedAt: published}})
	c := b.sources[u.source]
	if c.mentions++; c.first == 0 || id < c.first {
		c.first = id
	}
	if c.last = max(c.last, id); !u.rested {
		c.items++
	}
	b.sources[u.source] = c
}

func wordsOf(doc query.Doc) []string {
	words := make([]string, len(doc.Tokens))
	for i, t := range doc.Tokens {
		words[i] = t.Word
	}
	return words
}

// finish settles copies, writes the counts in one order for all writers, and
// says what was stored.
func (b *batch) finish(ctx context.Context) error {
	if err := b.settleCopies(ctx); err != nil {
		return err
	}
	if err := b.writeCounts(ctx); err != nil {
		return err
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

// Reindex makes the search of mentions anew from their texts, after a site was
// restored: archives hold texts, not indexes.
func (r *Radar) Reindex(ctx context.Context) error {
	type text struct {
		id    int64
		words string
	}
	for after := int64(0); ; {
		texts, err := storage.All(ctx, r.db, func(row storage.Scanner) (t text, err error) {
			err = row.Scan(&t.id, &t.words)
			return t, err
		}, `select id, text from mention where id > $1 and state <> 'withdrawn' order by id limit 200`, after)
		if err != nil || len(texts) == 0 {
			return err
		}
		if err := r.db.Update(ctx, func(tx *storage.Tx) error {
			for _, t := range texts {
				if err := storage.PutText(ctx, tx, "mention_search", t.id, query.Words(t.words)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		after = texts[len(texts)-1].id
	}
}
