package board_test

import (
	"slices"
	"testing"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape/board"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestSettled checks that who sees who applied cannot choose who is drawn: from
// the first application on nothing changes that decides it, and quotas that
// cannot be met go all together, after applications are closed, or stay.
func TestSettled(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 2, board.Quota{Feature: "country", Value: "NO", Min: 2, Max: 2})
		terms := s.terms(2)
		s.crowd(t, b, 3, "FI", "IS", "GB")
		aimed := []board.Quota{{Feature: "country", Value: "FI", Min: 1, Max: 1}, {Feature: "country", Value: "GB", Min: 1, Max: 1}}
		want(t, s.SetQuotas(ctx, s.staff, b.ID, aimed), fault.Conflict, "nobody can choose who is drawn")
		want(t, s.SetQuotas(ctx, s.staff, b.ID, nil), fault.Conflict, "nobody can choose who is drawn")
		for field, change := range map[string]func(*board.NewBoard){
			"seats":     func(n *board.NewBoard) { n.Seats = 3 },
			"invited":   func(n *board.NewBoard) { n.Invited = true },
			"announced": func(n *board.NewBoard) { n.Announced = "Another" },
			"closes_at": func(n *board.NewBoard) { n.ClosesAt = s.at.Add(day) },
			"beacon":    func(n *board.NewBoard) { n.Beacon = "Our own dice" },
			"counts":    func(n *board.NewBoard) { n.Counts = "the main numbers, and the bonus" },
			"numbers":   func(n *board.NewBoard) { n.Numbers = 4 },
			"beacon_at": func(n *board.NewBoard) { n.BeaconAt = n.BeaconAt.Add(-day / 2) },
		} {
			n := terms
			change(&n)
			if _, err := s.Change(ctx, s.staff, b.ID, n); err == nil || err.(*fault.Error).Field != field {
				t.Errorf("%s after somebody applied: %v", field, err)
			}
		}
		n := terms
		n.Duties, n.Announced, n.ClosesAt, n.Beacon, n.BeaconAt = "Two hours.", "", n.ClosesAt.Add(day), "Lotto of Sunday", n.BeaconAt.Add(day)
		b, err := s.Change(ctx, s.staff, b.ID, n)
		if err != nil || b.Announced != "#1 "+terms.Announced || b.Duties != "Two hours." || !b.ClosesAt.Equal(n.ClosesAt) {
			t.Fatalf("taking applications for longer: %+v, %v", b, err)
		}

		s.at = b.ClosesAt
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		want(t, s.SetQuotas(ctx, s.staff, b.ID, aimed), fault.Conflict, "nobody can choose who is drawn")
		was, err := s.Quotas(ctx, know.Actor{}, b.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.SetQuotas(ctx, s.staff, b.ID, nil); err != nil {
			t.Fatal(err)
		}
		earlier, err := s.Earlier(ctx, know.Actor{}, b.ID)
		if err != nil || !slices.Equal(earlier[0].Quotas, was) || !board.Dropped(b, nil, earlier).Equal(s.at) || !board.Dropped(b, was, earlier[1:]).IsZero() {
			t.Errorf("dropped at %v, %v", board.Dropped(b, nil, earlier), err)
		}
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		if b, err = s.Board(ctx, know.Actor{}, b.ID); err != nil || b.State != board.Closed || b.PoolSize != 3 {
			t.Errorf("the pool after its quotas went: %+v, %v", b, err)
		}

		few := s.convene(t, 3, board.Quota{Feature: "country", Value: "NO", Min: 2, Max: 2})
		s.apply(t, few, s.ada, "NO")
		s.at = few.ClosesAt
		want(t, s.SetQuotas(ctx, s.staff, few.ID, nil), fault.Conflict, "nobody can choose who is drawn") // nothing could be drawn without
		met := s.convene(t, 1, board.Quota{Feature: "country", Value: "NO", Min: 1, Max: 1})
		s.apply(t, met, s.ada, "NO")
		s.apply(t, met, s.ben, "FI")
		s.at = met.ClosesAt
		want(t, s.SetQuotas(ctx, s.staff, met.ID, nil), fault.Conflict, "nobody can choose who is drawn") // they can be met
	})
}

// TestMissed goes on with a board whose pool was not frozen before its value could
// be known: a later value is announced, nobody applies anew, and nothing else that
// decides who is drawn changes.
func TestMissed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := open(t, db), t.Context()
		b := s.convene(t, 1)
		s.crowd(t, b, 3, "NO")
		s.at = b.ClosesAt
		n := b.Terms()
		n.BeaconAt = n.BeaconAt.Add(day)
		if _, err := s.Change(ctx, s.staff, b.ID, n); err == nil || err.(*fault.Error).Field != "beacon_at" {
			t.Errorf("another value while the announced one is still unknown: %v", err)
		}
		s.at = b.BeaconAt // the program did not run meanwhile
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		_, err := s.Close(ctx, s.staff, b.ID)
		want(t, err, fault.Conflict, "Announce a later value")
		for field, change := range map[string]func(*board.NewBoard){
			"beacon_at": func(n *board.NewBoard) { n.BeaconAt = s.at.Add(-day) },
			"beacon":    func(n *board.NewBoard) { n.Beacon = "Lotto of last Saturday" },
			"seats":     func(n *board.NewBoard) { n.Seats, n.BeaconAt = 2, s.at.Add(day) },
			"closes_at": func(n *board.NewBoard) { n.ClosesAt, n.BeaconAt = n.ClosesAt.Add(-day), s.at.Add(day) },
			"announced": func(n *board.NewBoard) { n.Announced, n.BeaconAt = "Another", s.at.Add(day) },
		} {
			n := b.Terms()
			change(&n)
			if _, err := s.Change(ctx, s.staff, b.ID, n); err == nil || err.(*fault.Error).Field != field {
				t.Errorf("%s once the value may be known: %v", field, err)
			}
		}
		n = b.Terms()
		n.Beacon, n.Counts, n.Numbers, n.BeaconAt = "Lotto of next Saturday", "all", 7, s.at.Add(6*day)
		later, err := s.Change(ctx, s.staff, b.ID, n)
		if err != nil || !later.ClosesAt.Equal(b.ClosesAt) || later.Missed(s.at) {
			t.Fatalf("a later value alone: %+v, %v", later, err)
		}
		_, err = s.Apply(ctx, s.ada, b.ID, board.NewApplication{Sentence: "Late."})
		want(t, err, fault.Conflict, "closed")
		if err := s.KeepOnce(ctx); err != nil {
			t.Fatal(err)
		}
		s.at = later.BeaconAt
		if b, err = s.Draw(ctx, s.staff, b.ID, "1 2 3 4 5 6 7"); err != nil || b.PoolSize != 3 || b.State != board.Drawn {
			t.Errorf("%+v, %v", b, err)
		}
	})
}
