package spike

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"tribune/internal/burst"
	"tribune/internal/keyness"
	"tribune/internal/query"
	"tribune/internal/rising"
	"tribune/storage"
)

// What is read to say what drove a spike.
const (
	mostNow    = 5_000  // mentions in it
	mostBefore = 20_000 // mentions before it, the last ones
	lookBack   = 14 * 24 * time.Hour
	ramp       = 6 * time.Hour // before a rise: that in which it began, but not yet so that one could tell, is neither in it nor before it
	shown      = 8             // of phrases, authors, links
	again      = time.Minute
)

// drive works out what drove the spikes of which that is not known, or may
// have changed.
func (s *Spikes) drive(ctx context.Context) error {
	stale, err := storage.All(ctx, s.db, scanSpike, selectSpike+` where stale = 1 and drove_at <= $1 order by drove_at, id desc limit 20`, storage.Micros(s.now().Add(-again)))
	if err != nil {
		return fmt.Errorf("spike: drive: %w", err)
	}
	for i, o := range stale {
		if stale[i].Mentions, err = s.count(ctx, o); err != nil {
			return fmt.Errorf("spike: count %d: %w", o.ID, err)
		}
	}
	for _, o := range stale {
		if err := s.join(ctx, o); err != nil {
			return fmt.Errorf("spike: join %d: %w", o.ID, err)
		}
	}
	for _, o := range stale {
		if err := s.driveOne(ctx, o); err != nil {
			return fmt.Errorf("spike: drive %d: %w", o.ID, err)
		}
	}
	return nil
}

// countMentions writes how many mentions are in a spike.
const countMentions = `update spike set n = coalesce((select cast(sum(c.n) as bigint) from mention_count c
	where c.query_id = spike.query_id and c.at >= spike.start_at / 1000000 and c.at < spike.end_at / 1000000), 0) where id = $1`

// count counts the mentions in a spike, and writes how many they are.
func (s *Spikes) count(ctx context.Context, o Spike) (n int64, err error) {
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, countMentions, o.ID); err != nil {
			return err
		}
		return tx.Row(ctx, `select n from spike where id = $1`, o.ID).Scan(&n)
	})
	return n, err
}

func (s *Spikes) driveOne(ctx context.Context, o Spike) (err error) {
	if up(o.Kind) {
		if o.Drove, err = s.drove(ctx, o); err != nil {
			return err
		}
	}
	text, err := json.Marshal(o.Drove)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update spike set drove = $1, stale = 0, drove_at = $2 where id = $3`, string(text), storage.Micros(s.now()), o.ID)
		return err
	})
}

// post is a mention as it is compared.
type post struct {
	burst.Post
	language string
	at       time.Time
	text     string // without links
}

// drove compares the mentions of a rise with those before it.
func (s *Spikes) drove(ctx context.Context, o Spike) (Drove, error) {
	in, err := s.posts(ctx, o.Query, o.Start, o.End, mostNow)
	if err != nil {
		return Drove{}, err
	}
	calm := o.Start.Add(-ramp)
	before, err := s.posts(ctx, o.Query, calm.Add(-lookBack), calm, mostBefore)
	if err != nil {
		return Drove{}, err
	}
	own, err := s.words(ctx, o.Query)
	if err != nil {
		return Drove{}, err
	}
	end := o.End
	if now := s.now(); now.Before(end) {
		end = now
	}
	// Where not all are read, the times are those of what is.
	now, past := end.Sub(o.Start), lookBack
	if len(in) == mostNow {
		now = end.Sub(in[len(in)-1].at)
	}
	if len(before) == mostBefore {
		past = calm.Sub(before[len(before)-1].at)
	}
	stops := map[string]func(string) bool{}
	for _, p := range in {
		if stops[p.language] == nil {
			stops[p.language] = keyness.Stop(p.language)
		}
	}
	empty := func(word string) bool {
		for _, stop := range stops {
			if stop(word) {
				return true
			}
		}
		return false
	}
	found := burst.Drove(plain(in), plain(before), now, past, 0, func(word string) bool { return own[word] || empty(word) })
	var d Drove
	words := make([]string, len(found.Words))
	for i, w := range found.Words {
		words[i] = w.Word
	}
	said := phrases(words, in, before, empty)
	d.Words = said[:min(len(said), shown)]
	for _, a := range found.Authors[:min(len(found.Authors), shown)] {
		d.Authors = append(d.Authors, Driver{Account: a.Key, Now: a.Now, Before: a.Before})
	}
	for _, l := range found.Links[:min(len(found.Links), shown)] {
		d.Links = append(d.Links, Driver{Text: l.Key, Now: l.Now, Before: l.Before})
	}
	return d, nil
}

func plain(posts []post) []burst.Post {
	out := make([]burst.Post, len(posts))
	for i, p := range posts {
		out[i] = p.Post
	}
	return out
}

// posts reads what a query matched in a time, the last first.
func (s *Spikes) posts(ctx context.Context, id int64, from, to time.Time, most int) ([]post, error) {
	matched, args := ``, []any{storage.Micros(from), storage.Micros(to), most}
	if id != 0 {
		matched = ` and exists (select 1 from mention_query mq where mq.query_id = $4 and mq.mention_id = m.id)`
		args = append(args, id)
	}
	return storage.All(ctx, s.db, func(row storage.Scanner) (p post, err error) {
		var text string
		var at int64
		err = row.Scan(&p.Author, &text, &p.language, &at)
		p.at = storage.Time(at)
		p.Links = links(text)
		p.text = rising.WithoutLinks(text)
		for _, t := range query.Tokenize(p.text).Tokens {
			p.Words = append(p.Words, strings.Clone(t.Word))
		}
		return p, err
	}, `select m.account_id, m.text, m.language, m.published_at from mention m
		where m.published_at >= $1 and m.published_at < $2 and m.state <> 'withdrawn' and m.copy_of = 0`+matched+` order by m.published_at desc, m.id desc limit $3`, args...)
}

// links gives the addresses in a text, as they are written.
func links(text string) (found []string) {
	for word := range strings.FieldsSeq(text) {
		if at := strings.Index(word, "http"); at >= 0 && strings.Contains(word[at:], "://") && len(word) < 300 {
			if link := strings.TrimRight(word[at:], `.,;:!?)]}»”"'`); !slices.Contains(found, link) {
				found = append(found, link)
			}
		}
	}
	return found
}

// words gives those of a query: what it looks for is in all it finds.
func (s *Spikes) words(ctx context.Context, id int64) (map[string]bool, error) {
	own := map[string]bool{}
	texts, err := storage.All(ctx, s.db, storage.Scalar[string], `select text from query where id = $1`, id)
	for _, text := range texts {
		for _, w := range query.Words(text) {
			own[w] = true
		}
	}
	return own, err
}
