package tribe_test

import (
	"testing"
	"time"

	"tribune/internal/fault"
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
		must(t, p.Join(ctx, p.ben, made.ID, false)) // takes it up
		_, err = p.Change(ctx, p.ben, made.ID, tribe.Edit{Name: "Broad nibs", Stands: "Mine now."})
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
