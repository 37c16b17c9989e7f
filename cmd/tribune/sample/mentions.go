package sample

import (
	"context"
	"fmt"
	"hash/fnv"
	"strings"
	"time"

	"tribune/converse"
	"tribune/listen"
	"tribune/shape"
)

func (t *teller) planMentions() {
	born := map[string]float64{}
	for _, i := range t.ideas {
		born[i.Key] = i.Day
	}
	staff := []string{"marta", "noura", "nils", "elise"}
	for _, m := range t.story.mentions {
		t.plan(m.Day-0.01, func(ctx context.Context) error { return t.hear(ctx, m) })
		r := spread(m.Key)
		if m.Answered && m.Answer != "" {
			by := m.By
			if by == "" {
				by = staff[int(r*4)%4]
			}
			t.plan(m.Day-patience(r), func(ctx context.Context) error { return t.answer(ctx, m, by) })
		}
		if m.Idea != "" {
			t.plan(min(m.Day, born[m.Idea])-0.1-r*1.5, func(ctx context.Context) error { return t.quote(ctx, m, staff[int(r*4)%4]) })
		}
	}
}

// patience gives how many days somebody waits for an answer: mostly one, now
// and then an hour, and some of them most of a week.
func patience(r float64) float64 {
	switch {
	case r < 0.06:
		return 0.025
	case r > 0.9:
		return 2 + (r-0.9)*60
	}
	return 0.05 + r*1.2
}

// spread gives a number from 0 to 1 that depends on the key alone.
func spread(key string) float64 {
	h := fnv.New32a()
	h.Write([]byte(key))
	return float64(h.Sum32()) / (1 << 32)
}

// sourceOf names the source a mention comes through.
func (t *teller) sourceOf(kind string) string {
	for _, s := range t.sources {
		if s.Kind == kind {
			return s.Name
		}
	}
	return t.sources[0].Name
}

// hear lets a mention arrive as an import would bring it.
func (t *teller) hear(ctx context.Context, m mention) error {
	post := listen.Post{Source: t.sourceOf(m.Kind), SourceKind: listen.ImportSource, Kind: listen.Kind(m.Kind), ExternalID: m.Key, Text: m.Text,
		Language: m.Language, Country: m.Country, Public: &m.Public, PublishedAt: t.clock.at.Add(-15 * time.Minute),
		Author: listen.Author{Name: m.Name, Handle: m.Handle}}
	if m.Public {
		post.URL = "https://" + m.Place + "/" + m.Key
	}
	if strings.Contains(post.Author.Handle, "@") && m.Kind == "mail" {
		post.Author.Email, post.Author.Handle = post.Author.Handle, ""
	}
	for _, p := range t.people {
		if p.Key != m.Author {
			continue
		}
		post.Author = listen.Author{Name: p.Name}
		if m.Public {
			post.Author.URL = "https://" + m.Place + "/" + p.Key
		} else {
			post.Author.Email = p.Email
		}
	}
	heard, err := t.site.Radar.Hear(ctx, t.actors["noura"], []listen.Post{post})
	if err == nil {
		err = heard[0].Err
	}
	if err != nil {
		return fmt.Errorf("sample: mention %s: %w", m.Key, err)
	}
	t.mentions[m.Key] = heard[0].ID
	if m.Mood != "" {
		if err := t.site.Radar.Correct(ctx, t.actors["noura"], heard[0].ID, "mood", m.Mood); err != nil {
			return fmt.Errorf("sample: the mood of mention %s: %w", m.Key, err)
		}
	}
	if m.Author == "" {
		return nil
	}
	return t.join(ctx, heard[0].ID, m.Author)
}

// join gives the account a mention came from to the person it is of, as
// somebody on the desk does who recognises them.
func (t *teller) join(ctx context.Context, mention int64, author string) error {
	said, err := t.site.Radar.Mention(ctx, t.actors["noura"], mention)
	if err != nil {
		return err
	}
	account, err := t.site.People.Account(ctx, said.Account)
	if err != nil || account.Person == t.actors[author].ID {
		return err
	}
	return t.site.People.Move(ctx, t.actors["noura"], said.Account, t.actors[author].ID)
}

// answer answers a mention in its thread; one that no rule recognised is
// opened by hand.
func (t *teller) answer(ctx context.Context, m mention, by string) error {
	if err := t.site.CatchUp(ctx); err != nil {
		return err
	}
	a := t.actors[by]
	id := t.mentions[m.Key]
	threads, err := t.site.Inbox.ThreadsOfMentions(ctx, a, []int64{id})
	if err != nil {
		return err
	}
	thread, there := threads[id]
	if !there {
		opened, err := t.site.Inbox.Open(ctx, a, id)
		if err != nil {
			return fmt.Errorf("sample: thread of %s: %w", m.Key, err)
		}
		thread = opened.ID
	}
	if err := t.site.Inbox.Take(ctx, a, thread); err != nil {
		return err
	}
	said, err := t.site.Inbox.Answer(ctx, a, thread, m.Answer)
	t.ids["answer:"+m.Key] = said.ID
	if err != nil {
		return fmt.Errorf("sample: answer to %s: %w", m.Key, err)
	}
	if said.Way == converse.ByCopy {
		return t.site.Inbox.Posted(ctx, a, said.ID, "")
	}
	return nil
}

// quote puts a mention behind its idea. Of the private ones, two in three
// authors said yes when they were asked.
func (t *teller) quote(ctx context.Context, m mention, by string) error {
	a := t.actors[by]
	if !m.Public {
		answer := listen.Named
		if r := spread("quote " + m.Key); r < 0.33 {
			answer = listen.Refused
		} else if r < 0.5 {
			answer = listen.Unnamed
		}
		if err := t.site.Radar.Quotable(ctx, a, t.mentions[m.Key], answer); err != nil {
			return fmt.Errorf("sample: consent of %s: %w", m.Key, err)
		}
		if answer == listen.Refused {
			return nil
		}
	}
	if _, err := t.site.Ideas.AddVoice(ctx, a, t.ids["idea:"+m.Idea], shape.VoiceFrom{Mention: t.mentions[m.Key]}); err != nil {
		return fmt.Errorf("sample: voice %s: %w", m.Key, err)
	}
	return nil
}
