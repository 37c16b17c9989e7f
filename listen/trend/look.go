package trend

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tribune/internal/keyness"
	"tribune/internal/names"
	"tribune/internal/need"
	"tribune/internal/query"
	"tribune/internal/rising"
	"tribune/storage"
)

// How trends are looked for.
const (
	every       = time.Hour
	retry       = 10 * time.Minute // after a look that did not end
	settles     = time.Minute      // without a mention, after which what arrived is there
	patience    = 10 * time.Minute // in which that is waited for
	week        = 7 * 24 * time.Hour
	weeks       = 5  // the newest, and those it is compared with
	needWeeks   = 4  // that needs are gathered over
	needAuthors = 3  // who must say a need
	mostTrends  = 50 // of a kind
	mostVoices  = 100
	chunk       = 2_000 // mentions that are read at once
)

// Run looks for trends when it is time, until ctx ends.
func (t *Trends) Run(ctx context.Context) error {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := t.LookIfDue(ctx); err != nil && ctx.Err() == nil {
			t.log.Error("trends could not be looked for", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// LookIfDue looks for trends if the last look is an hour old and something was
// heard since, or a day went by; or sooner if half as much again as it saw is
// there now, as where history came: once nothing arrived for some time, or the
// last look is some minutes old.
func (t *Trends) LookIfDue(ctx context.Context) error {
	now := t.now()
	mine := false
	err := t.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `insert into trend_look (id, due_at) values (1, $1) on conflict (id) do update set due_at = excluded.due_at
			where trend_look.due_at <= $2 and (trend_look.last_id <> (select coalesce(max(id), 0) from mention) or trend_look.done_at <= $3)
				or trend_look.due_at = trend_look.done_at + $4 and exists (select 1 from (select id, heard_at from mention order by id desc limit 1) newest
					where newest.id > trend_look.last_id and newest.id >= trend_look.last_id * 1.5 and (newest.heard_at <= $5 or trend_look.done_at <= $6))`, // while one looks, due_at is another
			storage.Micros(now.Add(retry)), storage.Micros(now), storage.Micros(now.Add(-24*time.Hour)), every.Microseconds(),
			storage.Micros(now.Add(-settles)), storage.Micros(now.Add(-patience)))
		mine = n == 1
		return err
	})
	if err != nil || !mine {
		return err
	}
	return t.Look(ctx)
}

// Look looks for trends now.
func (t *Trends) Look(ctx context.Context) error {
	now := t.now()
	look := Look{DoneAt: now}
	last, share, err := t.share(ctx, now)
	if err != nil {
		return fmt.Errorf("trend: look: %w", err)
	}
	found, err := t.find(ctx, now, share, &look)
	if err != nil {
		return fmt.Errorf("trend: look: %w", err)
	}
	if err := t.keep(ctx, found, look, last); err != nil {
		return fmt.Errorf("trend: look: %w", err)
	}
	return nil
}

// find reads the mentions of some weeks, and gives what rises in them.
func (t *Trends) find(ctx context.Context, now time.Time, share int64, look *Look) ([]Trend, error) {
	known, err := t.known(ctx)
	if err != nil {
		return nil, err
	}
	options := rising.Options{Now: now, Span: week, Before: weeks - 1}
	topics, beside := rising.New(options), names.New(options, known)
	var wanted []need.Post
	tables, err := t.tables()
	if err != nil {
		return nil, err
	}
	err = t.each(ctx, now, share, look, func(m said) {
		language, _, _ := strings.Cut(strings.ToLower(m.language), "-")
		p := rising.Post{ID: m.id, Author: m.account, At: m.at, Language: language, Text: m.text}
		topics.Add(p)
		if m.us {
			beside.Add(p)
		}
		// Texts without a need are not held: they are most of them.
		if m.at.After(now.Add(-needWeeks*week)) && len(tables.Find(language, m.text)) > 0 {
			wanted = append(wanted, need.Post{ID: m.id, Author: m.account, Language: language, Text: m.text})
		}
	})
	if err != nil {
		return nil, err
	}
	newNames := ofNames(beside.Names())
	found := ofTopics(without(topics.Topics(), newNames))
	found = append(found, ofNeeds(tables.Groups(wanted))...)
	return append(found, newNames...), nil
}

// without leaves out the topics that are led by a new name, or by one with one
// word beside it, such as an article: they are shown once, as that.
func without(topics []rising.Topic, newNames []Trend) []rising.Topic {
	return slices.DeleteFunc(topics, func(t rising.Topic) bool {
		words := query.Words(t.Terms[0].Text)
		return slices.ContainsFunc(newNames, func(n Trend) bool {
			name := query.Words(n.Label)
			spare := len(words) - len(name)
			return (spare == 0 || spare == 1) && (slices.Equal(words[spare:], name) || slices.Equal(words[:len(name)], name))
		})
	})
}

func ofTopics(all []rising.Topic) (out []Trend) {
	for i, topic := range all[:min(len(all), mostTrends)] {
		lead := topic.Terms[0]
		x := Trend{Kind: Topic, Label: ended(topic.Language, lead.Text), Language: topic.Language, Authors: topic.Authors, Before: lead.Before, Ratio: lead.Ratio, Place: i, Mentions: topic.Posts}
		for _, term := range topic.Terms {
			x.Terms = append(x.Terms, term.Text)
		}
		out = append(out, x)
	}
	return out
}

// ended leaves out the small words at a topic's end: "hinge on the Swift after the".
func ended(language, text string) string {
	small, words := keyness.Stop(language), strings.Split(text, " ")
	end := len(words)
	for ; end > 1; end-- {
		for _, w := range query.Words(words[end-1]) {
			if !small(w) || len(w) == 1 || w[0] <= '9' { // a model's number, or its letter, is its name
				return strings.Join(words[:end], " ")
			}
		}
	}
	return words[0]
}

func ofNeeds(all []need.Group) (out []Trend) {
	for _, g := range all {
		if g.Authors < needAuthors || len(out) == mostTrends {
			break // the groups of the most authors come first
		}
		x := Trend{Kind: Need, Label: g.Label, Language: g.Language, How: string(g.Kind), Authors: g.Authors, Place: len(out)}
		seen := map[int64]bool{}
		for _, n := range g.Needs {
			if !seen[n.Post] && len(x.Mentions) < mostVoices {
				seen[n.Post] = true
				x.Mentions = append(x.Mentions, n.Post)
			}
		}
		out = append(out, x)
	}
	return out
}

func ofNames(all []names.Name) (out []Trend) {
	for i, n := range all[:min(len(all), mostTrends)] {
		out = append(out, Trend{Kind: Name, Label: n.Text, Authors: int(n.Now), Before: n.Before, Ratio: n.Ratio, Place: i, Mentions: n.Posts})
	}
	return out
}

// known gives the names that are not new: our own, and what the queries about
// us and our rivals look for.
func (t *Trends) known(ctx context.Context) ([]string, error) {
	site, err := t.people.Site(ctx)
	if err != nil {
		return nil, err
	}
	known := []string{site.Brand}
	err = storage.Each(ctx, t.db, func(row storage.Scanner) error {
		var name, text string
		if err := row.Scan(&name, &text); err != nil {
			return err
		}
		known = append(known, name)
		parsed, err := query.Parse(text)
		if err != nil {
			return nil // it finds nothing either
		}
		for _, term := range parsed.Terms() {
			if !term.Negated {
				known = append(known, term.Text)
			}
		}
		return nil
	}, `select name, text from query where purpose in ('us', 'rival') order by id`)
	return known, err
}
