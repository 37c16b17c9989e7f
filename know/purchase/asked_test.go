package purchase

import (
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func TestAskedOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		s.person("Anna Blum", "anna@example.org")
		ben := s.person("Ben Okoye", "ben@example.org")
		if err := s.people.ChooseMail(ctx, ben.ID, know.MailWhy, false); err != nil {
			t.Fatal(err)
		}
		old := s.order("0", "cleo@example.org")
		old.At = s.at.Add(-200 * 24 * time.Hour)
		s.person("Cleo", "cleo@example.org")
		s.store(old, s.order("1", "anna@example.org"), s.order("2", "ben@example.org"), s.order("3", "dora@example.org"), s.order("4", ""))
		ask := func() int64 {
			for {
				n, err := s.AskOnce(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if n == 0 {
					return s.scalar(`select count(*) from outbox where kind = 'why'`)
				}
			}
		}
		if n := ask(); n != 1 {
			t.Errorf("%d are asked, want Anna alone", n)
		}
		s.store(s.order("5", "anna@example.org"))
		if n := ask(); n != 1 {
			t.Errorf("%d mails, she is asked twice", n)
		}
		// dora confirms her address
		dora := s.person("Dora", "dora@example.org")
		if err := s.events.CatchUp(ctx, "purchase.accounts", s.FollowAccounts, "account.confirmed", "account.moved"); err != nil {
			t.Fatal(err)
		}
		if n := ask(); n != 2 {
			t.Errorf("%d mails, want Dora’s, too", n)
		}
		if at, err := s.AskedAt(ctx, staff, []int64{dora.ID, staff.ID, 99}); err != nil || len(at) != 1 || at[dora.ID].IsZero() {
			t.Errorf("asked: %v, %v, want Dora alone", at, err)
		}
		if _, err := s.AskedAt(ctx, dora, []int64{dora.ID}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member learns who was asked: %v", err)
		}
		if _, _, err := s.ToAsk(ctx, 4, dora.ID); err != nil {
			t.Error(err)
		}
		if err := s.answer(dora, 4, Answer{Words: "An advertisement."}); err != nil {
			t.Fatal(err)
		}
		if _, _, err := s.ToAsk(ctx, 4, dora.ID); err != event.ErrSuperseded {
			t.Errorf("she is asked although she answered: %v", err)
		}
	})
}

// TestNobodyIsAskedAboutWhatTheySentBack: not before it is asked, not while the
// mail waits, and not as it leaves; what they kept is asked about instead.
func TestNobodyIsAskedAboutWhatTheySentBack(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		s.person("Anna Blum", "anna@example.org")
		ben := s.person("Ben Okoye", "ben@example.org")
		asked := func(want string) {
			t.Helper()
			for n := 1; n > 0; {
				var err error
				if n, err = s.AskOnce(ctx); err != nil {
					t.Fatal(err)
				}
			}
			var got string
			if err := db.Row(ctx, `select coalesce((select p.external_id from outbox d join purchase p on p.id = d.subject_id where d.kind = 'why' and d.state = 'waiting'), 'none')`).Scan(&got); err != nil {
				t.Fatal(err)
			}
			if got != want {
				t.Errorf("asked about %s, want %s", got, want)
			}
		}
		back := func(o Order) Order { o.RefundedMinor = o.AmountMinor; return o }
		free := s.order("free", "anna@example.org")
		free.AmountMinor, free.Cancelled = 0, true
		s.store(back(s.order("1", "anna@example.org")), free)
		asked("none")
		kept, sent := s.order("2", "ben@example.org"), s.order("3", "ben@example.org")
		s.store(sent)
		asked("3")
		s.store(kept)
		asked("3") // once in a lifetime
		s.store(back(sent))
		asked("2")
		kept.Cancelled = true
		s.store(kept)
		asked("none")
		id := s.scalar(`select id from purchase where external_id = '2'`)
		if _, _, err := s.ToAsk(ctx, id, ben.ID); err != event.ErrSuperseded {
			t.Errorf("the mail leaves all the same: %v", err)
		}
		s.store(s.order("4", "ben@example.org"))
		asked("4") // his question was not spent
		if n := s.scalar(`select count(*) from purchase p where ` + Counts("p")); n != 1 {
			t.Errorf("%d purchases count, want the last", n)
		}
	})
}
