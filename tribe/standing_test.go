package tribe_test

import (
	"slices"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/tribe"
)

// TestStanding checks that who joins a tribe does not rename it the next moment,
// that its first member may at once, and that a renaming can be taken back.
func TestStanding(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Broad nibs")
		_, err := p.Change(ctx, p.ada, made.ID, tribe.Edit{Name: "Broad nibs", Stands: "Ink."})
		must(t, err)
		p.at = p.at.Add(time.Second)
		must(t, p.Join(ctx, p.ben, made.ID, false))
		takeover := tribe.Edit{Name: "Hostile takeover", Stands: "[Buy](https://shop.example)"}
		_, err = p.Change(ctx, p.ben, made.ID, takeover)
		wants(t, err, fault.Forbidden)
		p.at = p.at.Add(7 * 24 * time.Hour)
		got, err := p.Change(ctx, p.ben, made.ID, takeover)
		must(t, err)
		wants(t, p.MayChange(ctx, p.cyd, got), fault.Forbidden)
		was, err := p.Wordings(ctx, p.ada, made.ID)
		must(t, err)
		if got, err = p.Change(ctx, p.ada, made.ID, tribe.Edit{Name: was[0].Name, Stands: was[0].Stands, Version: got.Version}); err != nil || got.Name != "Broad nibs" || got.Stands != "Ink." {
			t.Errorf("taken back: %+v, %v", got, err)
		}
		must(t, p.Leave(ctx, p.ada, made.ID))
		must(t, p.Leave(ctx, p.ben, made.ID))
		p.at = p.at.Add(time.Second)
		must(t, p.Join(ctx, p.ben, made.ID, false)) // takes it up
		mine := tribe.Edit{Name: "Broad nibs", Stands: "Mine now."}
		_, err = p.Change(ctx, p.ben, made.ID, mine)
		wants(t, err, fault.Forbidden) // others have only just left it
		must(t, p.Leave(ctx, p.ben, made.ID))
		p.at = p.at.Add(7 * 24 * time.Hour)
		must(t, p.Join(ctx, p.ben, made.ID, false))
		_, err = p.Change(ctx, p.ben, made.ID, mine)
		must(t, err)

		// Whoever joins as the only older member leaves does not rename it the next
		// moment; its founder, back again, may.
		must(t, p.Join(ctx, p.cyd, made.ID, false))
		must(t, p.Leave(ctx, p.ben, made.ID))
		must(t, p.Join(ctx, p.ben, made.ID, false))
		_, err = p.Change(ctx, p.cyd, made.ID, takeover)
		wants(t, err, fault.Forbidden)
		must(t, p.Leave(ctx, p.ben, made.ID))
		must(t, p.Join(ctx, p.ada, made.ID, false))
		_, err = p.Change(ctx, p.cyd, made.ID, takeover)
		wants(t, err, fault.Forbidden)
		_, err = p.Change(ctx, p.ada, made.ID, tribe.Edit{Name: "Broad nibs", Stands: "Ours again."})
		must(t, err)
	})
}

// TestHistoryNames checks that a tribe's wordings, and the mail of a renaming, name
// whom everybody may see in it, and nobody else but to themselves.
func TestHistoryNames(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Broad nibs")
		must(t, p.Join(ctx, p.ben, made.ID, false))
		p.at = p.at.Add(7 * 24 * time.Hour)
		p.rename(t, p.ben, made.ID, "Broad pens")
		p.rename(t, p.ada, made.ID, "Wide nibs")
		p.rename(t, p.ben, made.ID, "Nibs")
		p.at = p.at.Add(time.Hour)
		must(t, p.TellRenamed(ctx))
		mail := p.told(t)[p.ada.ID][0]
		named := func(when string, a know.Actor, ben, ada int64) {
			t.Helper()
			now, err := p.Tribe(ctx, a, made.ID)
			must(t, err)
			was, err := p.Wordings(ctx, a, made.ID)
			must(t, err)
			if got, want := []int64{now.By, was[0].By, was[1].By, was[2].By}, []int64{ben, ada, ben, ada}; !slices.Equal(got, want) {
				t.Errorf("%s, %q sees it written by %v, want %v", when, a.Name, got, want)
			}
		}
		mailed := func(want int64) {
			t.Helper()
			if got, err := p.Renaming(ctx, p.ada, mail); err != nil || got.By != want {
				t.Errorf("the mail names %d, %v; want %d", got.By, err, want)
			}
		}
		for _, a := range []know.Actor{p.visitor, p.cyd, p.staff, p.ada} {
			named("unnamed", a, 0, p.ada.ID)
		}
		named("unnamed", p.ben, p.ben.ID, p.ada.ID)
		mailed(0)
		must(t, p.Appear(ctx, p.ben, made.ID, true))
		named("named", p.visitor, p.ben.ID, p.ada.ID)
		mailed(p.ben.ID)
		must(t, p.Leave(ctx, p.ben, made.ID))
		named("gone", p.visitor, 0, p.ada.ID)
		mailed(0)
	})
}
