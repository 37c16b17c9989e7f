package tribe_test

import (
	"strings"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/tribe"
)

// TestKeptNames: what a tribe was called is kept for it for 30 days, for its
// members can put it back; after that, and once nobody is left in it, others
// can have the name, and its history says that they have.
func TestKeptNames(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Broad nibs")
		p.rename(t, p.ada, made.ID, "Broad nibs and more")
		other := p.start(t, p.ben, "Fine nibs")
		refused := func(when string, names ...string) {
			t.Helper()
			for _, name := range names {
				_, started := p.Start(ctx, p.cyd, tribe.NewTribe{Name: name})
				_, renamed := p.Change(ctx, p.ben, other.ID, tribe.Edit{Name: name})
				for _, err := range []error{started, renamed} {
					wants(t, err, fault.Conflict)
					if err != nil && !strings.Contains(err.Error(), when) {
						t.Errorf("%q: %v, want %q", name, err, when)
					}
				}
			}
		}
		refused("The tribe Broad nibs and more, /tribes/1, was called Broad nibs, and its members can put that back: until 2026-12-20", "Broad nibs", "The broad nib", "Broad n1bs", "Broad nibs 2")
		must(t, p.Hide(ctx, p.staff, made.ID, "Rude."))
		refused("This name cannot be had.", "Broad nibs")
		must(t, p.Show(ctx, p.staff, made.ID))
		p.rename(t, p.ada, made.ID, "Broad nibs")
		p.rename(t, p.ada, made.ID, "Nibs of width")
		p.at = p.at.Add(30*24*time.Hour - time.Second)
		refused("until 2026-12-20", "Broad nibs", "Broad nibs and more")

		p.at = p.at.Add(time.Second)
		taken, err := p.Start(ctx, p.cyd, tribe.NewTribe{Name: "Broad nibs"})
		must(t, err)
		history := func(a know.Actor, want ...tribe.Wording) {
			t.Helper()
			was, err := p.Wordings(ctx, a, made.ID)
			must(t, err)
			for n, w := range want {
				if was[n].Name != w.Name || was[n].Taken != w.Taken || was[n].TakenBy != w.TakenBy {
					t.Errorf("history says %+v, want %+v", was[n], w)
				}
			}
		}
		gone := tribe.Wording{Name: "Broad nibs", Taken: true, TakenBy: taken.ID}
		history(p.visitor, gone, tribe.Wording{Name: "Broad nibs and more"}, gone)
		_, err = p.Change(ctx, p.ada, made.ID, tribe.Edit{Name: "Broad nibs"})
		wants(t, err, fault.Conflict)
		must(t, p.Hide(ctx, p.staff, taken.ID, "Rude."))
		gone.TakenBy = 0
		history(p.visitor, gone)
		must(t, p.Show(ctx, p.staff, taken.ID))
		p.rename(t, p.cyd, taken.ID, "Nibs, broad") // it is kept for them now
		gone.TakenBy = taken.ID
		history(p.ada, gone)
		must(t, p.Leave(ctx, p.cyd, taken.ID))
		history(p.ada, tribe.Wording{Name: "Broad nibs"})
		p.rename(t, p.ada, made.ID, "Broad nibs")
	})
}

// TestLikenedNames: a number at the end, a plural, and digits or signs in the
// place of letters make no other name; a year does.
func TestLikenedNames(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		for _, row := range [][]string{
			{"Menders", "Mender", "The Menders 2", "Menders2", "Menders (3)", "Menders, 10", "M3nder5", "Mender's"},
			{"Broad nibs forever", "Broad n1bs forever", "Broad nib forever", "Br0ad nibs f0rever 2"},
			{"Repairers 2", "Repairers", "Repairer 2", "repairer"},
			{"Class of 2026", "Class of 2026 (2)"},
		} {
			p.start(t, p.ada, row[0])
			for _, same := range row[1:] {
				if _, err := p.Start(ctx, p.ben, tribe.NewTribe{Name: same}); !fault.Is(err, fault.Conflict) {
					t.Errorf("%q beside %q: %v", same, row[0], err)
				}
			}
		}
		for _, fine := range []string{"Class of 2027", "Menders of paper", "Nails", "Malls", "Mails", "Repairers 3"} {
			p.start(t, p.ben, fine)
		}
	})
}
