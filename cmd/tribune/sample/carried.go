package sample

import (
	"context"
	"fmt"
	"net/netip"
	"strings"

	"tribune/advocate"
	"tribune/event"
	"tribune/know"
)

// carried is what people carry on of what they helped to make, and their thanks.
type carried struct {
	Shares []struct {
		Who, Of string
		Day     float64
		Opens   int
	}
	Thanks []struct {
		By, Of, Language, Reason string
		Day                      float64
	}
	Comments []struct {
		Who, Idea, Language, Text string
		Day                       float64
	}
	Votes []struct {
		Who   string
		Ideas []string
		Day   float64
	}
}

// ref gives the thing that the content calls so: "idea:KEY", "comment:KEY:N".
func (t *teller) ref(name string) (event.Ref, error) {
	kind, _, _ := strings.Cut(name, ":")
	if t.ids[name] == 0 {
		return event.Ref{}, fmt.Errorf("sample: there is no %s yet", name)
	}
	return event.Ref{Kind: kind, ID: t.ids[name]}, nil
}

// planCarried plans share links and who opens them, thanks, and what those who
// came by a link do here.
func (t *teller) planCarried() {
	for _, l := range t.carried.Shares {
		t.plan(l.Day, func(ctx context.Context) error {
			ref, err := t.ref(l.Of)
			if err != nil {
				return err
			}
			made, err := t.site.Advocacy.MakeShare(ctx, t.actors[l.Who], ref)
			if err != nil {
				return fmt.Errorf("sample: link of %s: %w", l.Who, err)
			}
			t.codes[l.Who+":"+l.Of] = made.Code
			return nil
		})
		for n := range l.Opens {
			share := t.rand.Float64()
			t.plan(l.Day*(1-share*share)-0.05, func(ctx context.Context) error {
				_, err := t.site.Advocacy.Open(ctx, t.codes[l.Who+":"+l.Of], advocate.Reader{Address: netip.AddrFrom4([4]byte{203, 0, 113, byte(n)}), Agent: "Mozilla/5.0"})
				return err
			})
		}
	}
	for _, k := range t.carried.Thanks {
		t.plan(k.Day, func(ctx context.Context) error {
			ref, err := t.ref(k.Of)
			if err == nil {
				_, err = t.site.Advocacy.Thank(ctx, t.actors[k.By], advocate.NewThanks{Subject: ref, Reason: k.Reason, Language: k.Language})
			}
			if err != nil {
				return fmt.Errorf("sample: thanks for %s: %w", k.Of, err)
			}
			return nil
		})
	}
	for _, c := range t.carried.Comments {
		t.plan(c.Day, func(ctx context.Context) error {
			_, err := t.site.Ideas.Comment(ctx, t.actors[c.Who], t.ids["idea:"+c.Idea], c.Text, c.Language)
			return err
		})
	}
	for _, v := range t.carried.Votes {
		for _, idea := range v.Ideas {
			t.plan(v.Day, func(ctx context.Context) error {
				_, err := t.site.Ideas.Vote(ctx, t.actors[v.Who], t.ids["idea:"+idea], true)
				return err
			})
		}
	}
}

// planNewcomers plans who becomes a member while the story goes on, through
// somebody's link.
func (t *teller) planNewcomers() {
	for _, p := range t.people {
		if p.Joins == 0 {
			continue
		}
		t.plan(p.Joins, func(ctx context.Context) error {
			if err := t.enrol(ctx, p); err != nil {
				return err
			}
			code := t.codes[p.Via]
			if code == "" {
				return fmt.Errorf("sample: %s comes by a link that nobody made: %s", p.Key, p.Via)
			}
			return t.site.Advocacy.Joined(ctx, t.actors[p.Key].ID, code)
		})
	}
}

// enrol makes a person who says who they are.
func (t *teller) enrol(ctx context.Context, p person) error {
	made, _, err := t.site.People.AddPerson(ctx, p.Name, p.Email, know.Role(p.Role))
	if err != nil {
		return fmt.Errorf("sample: %s: %w", p.Key, err)
	}
	a, err := t.site.People.Actor(ctx, made.ID)
	if err != nil {
		return err
	}
	if err := t.site.People.SetProfile(ctx, a, know.Profile{Name: p.Name, Title: p.Title, About: p.About, Country: p.Country,
		Languages: p.Languages, ClockShown: p.Clock}); err != nil {
		return fmt.Errorf("sample: %s: %w", p.Key, err)
	}
	if err := t.site.People.NoteLanguage(ctx, made.ID, pageLanguage(p)); err != nil {
		return fmt.Errorf("sample: %s: %w", p.Key, err)
	}
	t.actors[p.Key], err = t.site.People.Actor(ctx, made.ID)
	return err
}
