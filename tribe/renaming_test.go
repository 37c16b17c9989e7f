package tribe_test

import (
	"fmt"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/tribe"
)

// told gives who has a mail of a renaming, and of which.
func (p *place) told(t testing.TB) map[int64][]int64 {
	t.Helper()
	all, err := p.events.Deliveries(t.Context(), "", 0, 1000)
	must(t, err)
	told := map[int64][]int64{}
	for _, d := range all {
		if d.Kind == tribe.RenamedMail {
			told[d.Person] = append(told[d.Person], d.Other)
		}
	}
	return told
}

func (p *place) rename(t testing.TB, a know.Actor, id int64, name string) {
	t.Helper()
	_, err := p.Change(t.Context(), a, id, tribe.Edit{Name: name})
	must(t, err)
}

// TestRenaming: members hear of what is renamed within an hour in one mail, the
// last name against the first; not who gave that, who came later, who left, nor
// who wants no such mails.
func TestRenaming(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Broad nibs")
		dan, eve := p.person(t, "Dan", know.Member), p.person(t, "Eve", know.Member)
		for _, a := range []know.Actor{p.ben, p.cyd, dan} {
			must(t, p.Join(ctx, a, made.ID, false))
		}
		must(t, p.people.ChooseMail(ctx, p.cyd.ID, know.MailTribes, false))
		p.at = p.at.Add(8 * 24 * time.Hour)
		p.rename(t, p.ben, made.ID, "Broad pens")
		p.at = p.at.Add(50 * time.Minute)
		must(t, p.TellRenamed(ctx))
		if told := p.told(t); len(told) != 0 {
			t.Fatalf("told before the hour is over: %v", told)
		}
		p.rename(t, p.ada, made.ID, "Wide nibs")
		must(t, p.Join(ctx, eve, made.ID, true))
		must(t, p.Leave(ctx, dan, made.ID))
		p.at = p.at.Add(10 * time.Minute)
		for range 2 {
			must(t, p.TellRenamed(ctx))
		}
		told := p.told(t)
		if len(told) != 1 || len(told[p.ben.ID]) != 1 {
			t.Fatalf("told are %v, want Ben, %d, once", told, p.ben.ID)
		}
		first := told[p.ben.ID][0]
		want := tribe.Renaming{Tribe: made.ID, Was: "Broad nibs", Now: "Wide nibs", By: p.ada.ID}
		if got, err := p.Renaming(ctx, p.ben, first); err != nil || got != want {
			t.Errorf("the mail says %+v, %v; want %+v", got, err, want)
		}
		_, err := p.Renaming(ctx, dan, first)
		wants(t, err, fault.NotFound)

		p.rename(t, p.ben, made.ID, "Nibs") // a renaming of its own
		if got, err := p.Renaming(ctx, p.ben, first); err != nil || got != want {
			t.Errorf("after the next renaming the first mail says %+v, %v; want %+v", got, err, want)
		}
		p.rename(t, p.ben, made.ID, "Wide nibs") // and put back
		p.at = p.at.Add(time.Hour)
		must(t, p.TellRenamed(ctx))
		if again := p.told(t); len(again) != 1 || len(again[p.ben.ID]) != 1 {
			t.Errorf("told of what was put back: %v", again)
		}
	})
}

// TestRenamingErased: who gave a tribe its old name and left with their words is
// not quoted in a mail; nor is a hidden tribe told about.
func TestRenamingErased(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Broad nibs")
		must(t, p.Join(ctx, p.ben, made.ID, false))
		must(t, p.Join(ctx, p.cyd, made.ID, false))
		p.at = p.at.Add(8 * 24 * time.Hour)
		p.rename(t, p.ben, made.ID, "Broad pens")
		must(t, p.Hide(ctx, p.staff, made.ID, "Rude."))
		p.at = p.at.Add(2 * time.Hour)
		must(t, p.TellRenamed(ctx))
		if told := p.told(t); len(told) != 0 {
			t.Fatalf("told of a hidden tribe: %v", told)
		}
		must(t, p.Show(ctx, p.staff, made.ID))
		must(t, p.TellRenamed(ctx))
		told := p.told(t)
		if len(told[p.ada.ID]) != 1 || len(told[p.cyd.ID]) != 1 || len(told) != 2 {
			t.Fatalf("told are %v, want Ada and Cyd", told)
		}
		must(t, p.people.Leave(ctx, p.ada, true))
		p.catchUp(t)
		_, err := p.Renaming(ctx, p.cyd, told[p.cyd.ID][0])
		wants(t, err, fault.NotFound)
	})
}

// TestRenamingOfMany: more members than fit a transaction are told, each once,
// also if it is stopped between two.
func TestRenamingOfMany(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Broad nibs")
		p.SetTellBatch(3)
		for n := range 10 {
			must(t, p.Join(ctx, p.person(t, fmt.Sprintf("Member %c", 'A'+n), know.Member), made.ID, false))
		}
		p.at = p.at.Add(8 * 24 * time.Hour)
		p.rename(t, p.ada, made.ID, "Broad pens")
		p.at = p.at.Add(time.Hour)
		more, err := p.TellSome(ctx)
		if told := p.told(t); err != nil || !more || len(told) != 3 {
			t.Fatalf("after one batch %d are told, %v", len(told), err)
		}
		for range 2 {
			must(t, p.TellRenamed(ctx))
		}
		told := p.told(t)
		for who, of := range told {
			if len(of) != 1 || who == p.ada.ID {
				t.Errorf("%d is told %d times", who, len(of))
			}
		}
		if len(told) != 10 {
			t.Errorf("%d of 10 are told", len(told))
		}
		states, err := p.events.States(ctx)
		if err != nil || states[event.Waiting] != 10 {
			t.Errorf("%v, %v", states, err)
		}
	})
}
