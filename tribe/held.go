package tribe

import (
	"context"
	"fmt"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Held is all that is held here about a person, as they export it.
type Held struct {
	Tribes    []HeldMembership `json:"tribes"`
	Words     []HeldWord       `json:"words_chosen"`
	Wordings  []HeldWording    `json:"wordings"`
	Ideas     []HeldIdea       `json:"ideas_put_on_pages"`
	Ties      []HeldTie        `json:"ties"`
	Suggested []HeldGroup      `json:"suggested"`
	Weeks     []string         `json:"active_in_weeks_of"`
}

// HeldMembership is a tribe one is, or was, in.
type HeldMembership struct {
	Tribe    int64     `json:"tribe_id"`
	Name     string    `json:"name"`
	Shown    bool      `json:"shown"`
	JoinedAt time.Time `json:"joined_at"`
	LeftAt   time.Time `json:"left_at,omitzero"`
}

// HeldWord is a word one chose for a tribe.
type HeldWord struct {
	Tribe int64  `json:"tribe_id"`
	Word  string `json:"word"`
}

// HeldWording is what one wrote of what a tribe stands for.
type HeldWording struct {
	Tribe  int64  `json:"tribe_id"`
	Name   string `json:"name"`
	Stands string `json:"stands"`
	Now    bool   `json:"stands_now"`
}

// HeldIdea is an idea one put on a tribe's page.
type HeldIdea struct {
	Tribe int64     `json:"tribe_id"`
	Idea  int64     `json:"idea_id"`
	At    time.Time `json:"at"`
}

// HeldTie is what ties one to another.
type HeldTie struct {
	From   int64     `json:"from_person_id"`
	To     int64     `json:"to_person_id"`
	Kind   string    `json:"kind"`
	Times  int64     `json:"times"`
	LastAt time.Time `json:"last_at"`
}

// HeldGroup is a group that was suggested to one.
type HeldGroup struct {
	Group   int64  `json:"group_id"`
	Present bool   `json:"at_the_last_look"`
	Answer  string `json:"answer,omitempty"`
}

// Held gives all that is held here about a person. Votes are with the ideas.
func (s *Tribes) Held(ctx context.Context, person int64, _ []int64) (h Held, err error) {
	for _, read := range []func(context.Context, int64, *Held) error{s.heldPlaces, s.heldWords, s.heldTies} {
		if err := read(ctx, person, &h); err != nil {
			return h, fmt.Errorf("tribe: held of %d: %w", person, err)
		}
	}
	return h, nil
}

func (s *Tribes) heldPlaces(ctx context.Context, person int64, h *Held) (err error) {
	h.Tribes, err = storage.All(ctx, s.db, func(row storage.Scanner) (m HeldMembership, err error) {
		var shown, joined, left int64
		err = row.Scan(&m.Tribe, &m.Name, &shown, &joined, &left)
		m.Shown, m.JoinedAt, m.LeftAt = shown == 1, storage.Time(joined), storage.Time(left)
		return m, err
	}, `select t.id, t.name, m.shown, m.joined_at, m.left_at from membership m join tribe t on t.id = m.tribe_id where m.person_id = $1 order by m.joined_at, t.id`, person)
	if err != nil {
		return err
	}
	h.Ideas, err = storage.All(ctx, s.db, func(row storage.Scanner) (i HeldIdea, err error) {
		var at int64
		err = row.Scan(&i.Tribe, &i.Idea, &at)
		i.At = storage.Time(at)
		return i, err
	}, `select tribe_id, idea_id, at from tribe_idea where by_id = $1 order by at, idea_id`, person)
	if err != nil {
		return err
	}
	h.Suggested, err = storage.All(ctx, s.db, func(row storage.Scanner) (g HeldGroup, err error) {
		var present int
		err = row.Scan(&g.Group, &present, &g.Answer)
		g.Present = present == 1
		return g, err
	}, `select group_id, present, answer from tribe_group_member where person_id = $1 order by group_id`, person)
	return err
}

func (s *Tribes) heldWords(ctx context.Context, person int64, h *Held) (err error) {
	h.Words, err = storage.All(ctx, s.db, func(row storage.Scanner) (w HeldWord, err error) {
		err = row.Scan(&w.Tribe, &w.Word)
		return w, err
	}, `select w.tribe_id, w.word from tribe_word_choice c join tribe_word w on w.id = c.word_id where c.person_id = $1 order by w.tribe_id, w.id`, person)
	if err != nil {
		return err
	}
	h.Wordings, err = storage.All(ctx, s.db, func(row storage.Scanner) (w HeldWording, err error) {
		var now int
		err = row.Scan(&w.Tribe, &w.Name, &w.Stands, &now)
		w.Now = now == 1
		return w, err
	}, `select id, name, stands, 1 from tribe where by_id = $1 union all select tribe_id, name, stands, 0 from tribe_wording where by_id = $1`, person)
	return err
}

func (s *Tribes) heldTies(ctx context.Context, person int64, h *Held) (err error) {
	h.Ties, err = storage.All(ctx, s.db, func(row storage.Scanner) (t HeldTie, err error) {
		var at int64
		err = row.Scan(&t.From, &t.To, &t.Kind, &t.Times, &at)
		t.LastAt = storage.Time(at)
		return t, err
	}, `select a, b, kind, n, last_at from tie where a = $1 union all select a, b, kind, n, last_at from tie where b = $1`, person)
	if err != nil {
		return err
	}
	weeks, err := storage.All(ctx, s.db, storage.Scalar[int64], `select week from tribe_week where person_id = $1 order by week`, person)
	h.Weeks = []string{}
	for _, w := range weeks {
		h.Weeks = append(h.Weeks, mondayOf(w).Format(time.DateOnly))
	}
	return err
}

// Moments gives when somebody joined tribes, the latest first: only those that
// everybody may see they are in.
func (s *Tribes) Moments(ctx context.Context, person int64, _ []int64, limit int) ([]know.Moment, error) {
	in, err := s.memberships(ctx, person, true)
	if err != nil {
		return nil, fmt.Errorf("tribe: moments of %d: %w", person, err)
	}
	var moments []know.Moment
	for n := len(in) - 1; n >= 0 && len(moments) < limit; n-- {
		moments = append(moments, know.Moment{At: in[n].JoinedAt, Kind: "joined", Subject: ref(in[n].Tribe.ID), Title: in[n].Tribe.Name})
	}
	return moments, nil
}

// Erase follows the facts of people who left, and forgets what is held of them:
// where they were, what they chose, what ties them to others; and what they
// wrote, if their words go, too. A tribe keeps what others wrote of it.
func (s *Tribes) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		if err := s.erase(ctx, tx, f.Subject.ID, f.N == 1); err != nil {
			return fmt.Errorf("tribe: erase %d: %w", f.Subject.ID, err)
		}
	}
	return nil
}

func (s *Tribes) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	b, err := s.begin(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: person}}})
	if err != nil {
		return err
	}
	if err := b.forget(ctx, person); err != nil {
		return err
	}
	if err := unchoose(ctx, tx, person, 0); err != nil {
		return err
	}
	if words {
		if err := s.takeWords(ctx, tx, person); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		`update tribe set members = members - 1, shown = shown - (select shown from membership m where m.tribe_id = tribe.id and m.person_id = $1)
			where id in (select tribe_id from membership where person_id = $1 and left_at = 0)`,
		`delete from membership where person_id = $1`,
		`update tribe_group set size = size - 1 where size > 0 and id in (select group_id from tribe_group_member where person_id = $1 and present = 1)`,
		`delete from tribe_group_member where person_id = $1`,
		`update tribe_idea set by_id = 0 where by_id = $1`,
		`update tribe_word set by_id = 0 where by_id = $1`,
		`update tribe_wording set by_id = 0 where by_id = $1`,
		`update tribe_renaming set by_id = 0 where by_id = $1`,
		`update tribe set by_id = 0 where by_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	return nil
}

// takeWords removes what somebody wrote: an earlier wording goes, the one that
// stands gives way to the latest by somebody else; a tribe that nobody else
// ever wrote of or is in has no name any more.
func (s *Tribes) takeWords(ctx context.Context, tx *storage.Tx, person int64) error {
	if _, err := tx.Exec(ctx, `delete from tribe_wording where by_id = $1`, person); err != nil {
		return err
	}
	mine, err := storage.All(ctx, tx, scanTribe, selectTribe+` where by_id = $1`, person)
	if err != nil {
		return err
	}
	for _, t := range mine {
		before, err := storage.All(ctx, tx, storage.Scalar[string], `select stands from tribe_wording where tribe_id = $1 order by id desc limit 1`, t.ID)
		if err != nil {
			return err
		}
		text := ""
		if len(before) > 0 {
			text = before[0]
		}
		if _, err := tx.Exec(ctx, `update tribe set stands = $1, version = version + 1 where id = $2`, text, t.ID); err != nil {
			return err
		}
		var others int
		if err := tx.Row(ctx, `select count(*) from membership where tribe_id = $1 and left_at = 0 and person_id <> $2`, t.ID, person).Scan(&others); err != nil {
			return err
		}
		if others == 0 && len(before) == 0 {
			if _, err := tx.Exec(ctx, `update tribe set name = '', folded = 'left:' || id, state = 'withdrawn' where id = $1`, t.ID); err != nil {
				return err
			}
		}
	}
	return nil
}
