package advocate

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/know/naming"
	"tribune/storage"
)

func replaceAt(query string) string {
	return strings.ReplaceAll(query, "@", "cast($1 as bigint)")
}

// Erase follows "person.left": their links end, and keep only whose number
// they were, so that the tree stays; who brought them is forgotten, and with
// their words (n = 1) what they thanked for. Doing it again changes nothing.
func (s *Advocacy) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		if err := s.erase(ctx, tx, f.Subject.ID, f.N == 1); err != nil {
			return fmt.Errorf("advocate: erase %d: %w", f.Subject.ID, err)
		}
	}
	return nil
}

func (s *Advocacy) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	now := storage.Micros(s.now())
	if words {
		theirs, err := storage.All(ctx, tx, scanThanks, selectThanks+` where h.person_id = $1 and (h.state <> 'withdrawn' or h.reason <> '')`, person)
		if err != nil {
			return err
		}
		for _, t := range theirs {
			if err := s.setThanks(ctx, tx, know.Actor{}, t, know.Withdrawn, "", ThanksWithdrawn); err != nil {
				return err
			}
		}
	}
	for _, statement := range []string{
		`update share_link set ended_at = ` + fmt.Sprint(now) + ` where person_id = $1 and ended_at = 0`,
		`insert into referral_due (kind, id) select 2, j.person_id from share_join j where j.person_id = $1 and exists (select 1 from referral r where r.id = $1) on conflict do nothing`,
		`delete from share_join where person_id = $1`,
		`delete from effect where person_id = $1`,
		`delete from effect where ref_kind = 'person' and ref_id = $1`,
		`delete from effect_due where ref_kind = 'person' and ref_id = $1`,
	} {
		if _, err := tx.Exec(ctx, statement, person); err != nil {
			return err
		}
	}
	tx.After(s.events.Wake)
	return nil
}

// unname takes the name of who leaves out of what they are thanked for since
// they have it. The rest is the words of who thanks.
func (s *Advocacy) unname(ctx context.Context, tx *storage.Tx, person int64, name string) error {
	got, err := storage.All(ctx, tx, scanThanks, selectThanks+` where h.reason <> '' and h.created_at >= (select named_at from person where id = $1) and (h.to_id = $1 and h.to_id <> 0
		or h.to_account <> 0 and h.to_account in (select id from account where person_id = $1 and person_id <> 0)) order by h.id`, person)
	for _, t := range got {
		rest, found := naming.Without(t.Reason, name)
		if !found {
			continue
		}
		if _, err := tx.Exec(ctx, `update thanks set reason = $1 where id = $2`, rest, t.ID); err != nil {
			return fmt.Errorf("advocate: unname %d: %w", person, err)
		}
	}
	return err
}

// Held is what is held about a person here, for their export.
type Held struct {
	Credit CreditChoice `json:"credit"` // named in credit lines: yes, no, or empty for never said
	Links  []HeldLink   `json:"share_links"`
	Came   *HeldCame    `json:"came_through,omitempty"` // the link through which they became a member
	Given  []HeldThanks `json:"thanks_given"`
	Got    []HeldThanks `json:"thanks_got"`
	Lasted []HeldEffect `json:"lasted"` // what lasted of what they did
}

// HeldLink is a link of theirs.
type HeldLink struct {
	Code    string    `json:"code"`
	To      string    `json:"to"`
	Opened  int64     `json:"opened"`
	Joined  int64     `json:"joined"`
	MadeAt  time.Time `json:"made_at"`
	EndedAt time.Time `json:"ended_at,omitzero"`
}

// HeldCame is how they became a member.
type HeldCame struct {
	Person int64     `json:"person_id"`
	At     time.Time `json:"at"`
}

// HeldThanks is thanks that they gave, or got.
type HeldThanks struct {
	Person int64          `json:"person_id,omitempty"` // who thanks, or is thanked
	For    string         `json:"for"`
	Reason string         `json:"reason"`
	State  know.TextState `json:"state"`
	At     time.Time      `json:"at"`
}

// HeldEffect is something they did that lasted.
type HeldEffect struct {
	Kind EffectKind `json:"kind"`
	Of   string     `json:"of"`
	At   time.Time  `json:"at"`
}

func named(r event.Ref) string { return fmt.Sprintf("%s %d", r.Kind, r.ID) }

// Held gives what is held about a person.
func (s *Advocacy) Held(ctx context.Context, person int64, accounts []int64) (h Held, err error) {
	h = Held{Links: []HeldLink{}, Given: []HeldThanks{}, Got: []HeldThanks{}, Lasted: []HeldEffect{}}
	if h.Credit, err = s.creditOf(ctx, s.db, person); err != nil {
		return h, err
	}
	links, err := s.sharesOf(ctx, person)
	if err != nil {
		return h, err
	}
	for _, l := range links {
		h.Links = append(h.Links, HeldLink{l.Code, named(l.Subject), l.Opened, l.Joined, l.MadeAt, l.EndedAt})
	}
	came, err := storage.All(ctx, s.db, func(row storage.Scanner) (c HeldCame, err error) {
		var at int64
		err = row.Scan(&c.Person, &at)
		c.At = storage.Time(at)
		return c, err
	}, `select by_id, at from share_join where person_id = $1`, person)
	if err != nil {
		return h, err
	}
	if len(came) > 0 {
		h.Came = &came[0]
	}
	given, err := storage.All(ctx, s.db, scanThanks, selectThanks+` where h.person_id = $1 order by h.id`, person)
	if err != nil {
		return h, err
	}
	for _, t := range given {
		h.Given = append(h.Given, HeldThanks{t.To, named(t.Subject), t.Reason, t.State, t.CreatedAt})
	}
	holes, args := storage.Holes(2, accounts)
	got, err := storage.All(ctx, s.db, scanThanks, selectThanks+` where h.to_id = $1 and h.to_id <> 0 or h.to_account <> 0 and h.to_account in (`+holes+`) order by h.id`, append([]any{person}, args...)...)
	if err != nil {
		return h, err
	}
	for _, t := range got {
		h.Got = append(h.Got, HeldThanks{t.By, named(t.Subject), t.Reason, t.State, t.CreatedAt})
	}
	lasted, err := storage.All(ctx, s.db, func(row storage.Scanner) (e HeldEffect, err error) {
		var ref event.Ref
		var at int64
		err = row.Scan(&e.Kind, &ref.Kind, &ref.ID, &at)
		e.Of, e.At = named(ref), storage.Time(at)
		return e, err
	}, `select kind, ref_kind, ref_id, at from effect where person_id = $1 order by at, ref_kind, ref_id`, person)
	h.Lasted = append(h.Lasted, lasted...)
	return h, err
}

// Moments gives the points that thanks and links add to a person's line of
// time, newest first.
func (s *Advocacy) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	holes, args := storage.Holes(3, accounts)
	return storage.All(ctx, s.db, func(row storage.Scanner) (m know.Moment, err error) {
		var at int64
		err = row.Scan(&m.Kind, &m.Subject.Kind, &m.Subject.ID, &m.Title, &m.Text, &m.By, &at)
		m.At = storage.Time(at)
		return m, err
	}, `select kind, place_kind, place_id, coalesce(case place_kind when 'idea' then (select i.title from idea i where i.id = place_id) when 'post' then (select p.title from post p where p.id = place_id)
		when 'release' then (select r.title from release r where r.id = place_id) else (select t.subject from thread t where t.id = place_id) end, ''), reason, by_id, at from (
		select 'thanked' as kind, place_kind, place_id, reason, 0 as by_id, created_at as at from thanks where person_id = $1 and state = 'visible'
		union all select 'was_thanked', place_kind, place_id, reason, person_id, created_at from thanks where state = 'visible' and (to_id = $1 or to_account <> 0 and to_account in (`+holes+`))
		union all select 'came', subject_kind, subject_id, '', j.by_id, j.at from share_join j join share_link l on l.id = j.link_id where j.person_id = $1) m
		order by at desc limit $2`, append([]any{person, limit}, args...)...)
}
