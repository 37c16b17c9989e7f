package purchase

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func (s *site) question(a know.Actor, purchase int64) Question {
	s.t.Helper()
	code, err := s.QuestionCode(s.t.Context(), staff, purchase)
	if err != nil {
		s.t.Fatal(err)
	}
	q, err := s.Question(s.t.Context(), a, code)
	if err != nil {
		s.t.Fatal(err)
	}
	return q
}

func (s *site) answer(a know.Actor, purchase int64, n Answer) error {
	return s.Answer(s.t.Context(), a, s.question(a, purchase), n, "https://square.example")
}

func TestOneAnswerOfABuyer(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		anna := s.person("Anna Blum", "anna@example.org")
		mallory := s.person("Mallory", "mallory@example.org")
		first, second := s.one(s.order("1", "anna@example.org")), s.one(s.order("2", "ANNA@example.org"))
		if err := s.answer(know.Actor{}, first, Answer{Words: "A poster in Bergen."}); err != nil {
			t.Fatal(err)
		}
		if err := s.answer(anna, second, Answer{Words: "My neighbour.", Place: "https://square.example/ideas/7#top"}); err != nil {
			t.Fatal(err)
		}
		q := s.question(know.Actor{}, first)
		if q.Reason.Words != "My neighbour." || q.Reason.Thing != (event.Ref{Kind: "idea", ID: 7}) || q.Reason.Place != "" || s.scalar(`select count(*) from reason`) != 1 {
			t.Errorf("%+v", q.Reason)
		}
		code, _ := s.Code(ctx, first)
		if _, err := s.Question(ctx, mallory, code); !fault.Is(err, fault.Conflict) {
			t.Errorf("somebody else opens it: %v", err)
		}
		for _, wrong := range []string{"", "x", code + "A", "1" + code, strings.Replace(code, ".", "", 1)} {
			if _, err := s.Question(ctx, know.Actor{}, wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("the code %q: %v", wrong, err)
			}
		}
		if p, _ := s.Purchase(ctx, staff, first); p.Person != anna.ID {
			t.Errorf("the purchase is %d's", p.Person)
		}
		if _, err := s.OwnQuestion(ctx, mallory); !fault.Is(err, fault.NotFound) {
			t.Errorf("Mallory has a purchase: %v", err)
		}
		if err := s.TakeBack(ctx, q); err != nil {
			t.Fatal(err)
		}
		if q = s.question(anna, second); q.Answered() {
			t.Errorf("%+v", q.Reason)
		}
		if err := s.answer(anna, second, Answer{}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty answer: %v", err)
		}
		if err := s.answer(anna, second, Answer{Place: "javascript:alert(1)"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a place that is none: %v", err)
		}
	})
}

// confirm has somebody add an address, and read the mail that goes there.
func (s *site) confirm(a know.Actor, address string) {
	s.t.Helper()
	ctx := s.t.Context()
	_, err := s.people.AddAddress(ctx, a, address)
	var rows []event.Delivery
	var secret string
	if err == nil {
		rows, err = s.events.Deliveries(ctx, event.Waiting, 0, 1)
	}
	if err == nil {
		secret, err = s.people.Arm(ctx, rows[0].Subject.ID)
	}
	if err == nil {
		_, err = s.people.Confirm(ctx, a, secret)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestAccountsJoinedAndParted answers from two accounts that come to be one
// person's and are parted again. What the team joins to her is told as hers at
// the desk; she reads and answers it once she has confirmed the address.
func TestAccountsJoinedAndParted(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		anna := s.person("Anna Blum", "anna@example.org")
		one, other := s.one(s.order("1", "anna@example.org")), s.one(s.order("2", "other@example.org"))
		if err := s.answer(know.Actor{}, one, Answer{Words: "One."}); err != nil {
			t.Fatal(err)
		}
		s.at = s.at.Add(time.Minute)
		if err := s.answer(know.Actor{}, other, Answer{Words: "Other."}); err != nil {
			t.Fatal(err)
		}
		p, _ := s.Purchase(ctx, staff, other)
		if err := s.people.Move(ctx, staff, p.Account, anna.ID); err != nil {
			t.Fatal(err)
		}
		if p, _ = s.Purchase(ctx, staff, other); p.Person != anna.ID || p.Buyer() != anna.ID || p.Holder != 0 {
			t.Errorf("joined, it is %+v", p)
		}
		if said, err := s.ReasonsOf(ctx, staff, []int64{p.Account}); err != nil || said[p.Account].Words != "Other." {
			t.Errorf("joined, the desk reads %+v, %v", said, err)
		}
		if q := s.question(anna, one); q.Reason.Words != "One." {
			t.Errorf("joined, she reads %q", q.Reason.Words)
		}
		s.confirm(anna, "other@example.org")
		if q := s.question(anna, one); q.Reason.Words != "Other." {
			t.Errorf("confirmed, %q stands", q.Reason.Words)
		}
		if err := s.people.RemoveAccount(ctx, anna, p.Account); err != nil {
			t.Fatal(err)
		}
		if q := s.question(anna, one); q.Reason.Words != "One." {
			t.Errorf("parted, %q stands", q.Reason.Words)
		}
		if p, _ = s.Purchase(ctx, staff, other); p.Person != 0 || p.Buyer() != -p.Account {
			t.Errorf("parted, it is %d's", p.Buyer())
		}
	})
}

// TestOnlyOwnPurchasesAreAskedAbout: what the team joins to somebody who never
// bought asks them nothing, and does not spend their one question; nor does a
// purchase that turns out not to be theirs before the mail has left.
func TestOnlyOwnPurchasesAreAskedAbout(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		asked := func(of know.Actor) (about []int64) {
			t.Helper()
			if err := s.events.CatchUp(ctx, "purchase.accounts", s.FollowAccounts, "account.confirmed", "account.moved"); err != nil {
				t.Fatal(err)
			}
			for n := 1; n > 0; {
				var err error
				if n, err = s.AskOnce(ctx); err != nil {
					t.Fatal(err)
				}
			}
			rows, err := s.events.Deliveries(ctx, event.Waiting, 0, 50)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range rows {
				if d.Kind == "why" && d.Person == of.ID {
					about = append(about, d.Subject.ID)
				}
			}
			return about
		}
		otto := s.person("Otto Lang", "otto@example.org")
		for n := range 10 {
			p, _ := s.Purchase(ctx, staff, s.one(s.order(fmt.Sprint(n), fmt.Sprintf("stranger%d@example.org", n))))
			if err := s.people.Move(ctx, staff, p.Account, otto.ID); err != nil {
				t.Fatal(err)
			}
		}
		if got := asked(otto); len(got) != 0 {
			t.Fatalf("he is asked about %v, which others bought", got)
		}
		if _, err := s.OwnQuestion(ctx, otto); !fault.Is(err, fault.NotFound) {
			t.Errorf("his own page asks him: %v", err)
		}
		if h, err := s.Held(ctx, otto.ID, nil); err != nil || len(h.Purchases) != 0 {
			t.Errorf("held: %+v, %v", h, err)
		}
		s.confirm(otto, "second@example.org")
		second := s.one(s.order("second", "second@example.org"))
		if got := asked(otto); len(got) != 1 || got[0] != second {
			t.Fatalf("asked about %v, want %d", got, second)
		}
		own := s.one(s.order("own", "otto@example.org"))
		p, _ := s.Purchase(ctx, staff, second)
		if err := s.people.RemoveAccount(ctx, otto, p.Account); err != nil {
			t.Fatal(err)
		}
		if got := asked(otto); len(got) != 1 || got[0] != own {
			t.Fatalf("parted, asked about %v, want %d", got, own)
		}
	})
}

func TestTellers(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		anna, ben := s.person("Anna Blum", "anna@example.org"), s.person("Ben Okoye", "ben@example.org")
		id := s.one(s.order("1", "anna@example.org"))
		if err := s.answer(anna, id, Answer{Teller: ben.ID}); !fault.Is(err, fault.Invalid) {
			t.Errorf("somebody who is not public is named: %v", err)
		}
		s.public(ben)
		s.public(anna)
		if found, err := s.Tellers(ctx, "oko", 5); err != nil || len(found) != 1 || found[0].ID != ben.ID {
			t.Errorf("found %v %v", found, err)
		}
		if found, _ := s.Tellers(ctx, "%%", 5); len(found) != 0 {
			t.Errorf("found %v", found)
		}
		if err := s.answer(anna, id, Answer{Teller: anna.ID}); !fault.Is(err, fault.Invalid) {
			t.Errorf("she named herself: %v", err)
		}
		if err := s.answer(anna, id, Answer{Teller: ben.ID}); err != nil {
			t.Fatal(err)
		}
		account := s.question(anna, id).Purchase.Account
		shown := func() int64 {
			r, err := s.ReasonsOf(ctx, staff, []int64{account})
			if err != nil {
				t.Fatal(err)
			}
			return r[account].Teller
		}
		if shown() != 0 {
			t.Error("shown before he was asked")
		}
		if n := s.scalar(`select count(*) from outbox where kind = 'teller' and person_id = $1`, ben.ID); n != 1 {
			t.Errorf("%d mails ask him", n)
		}
		named, err := s.Namings(ctx, ben)
		if err != nil || len(named) != 1 || named[0].Buyer != anna.ID {
			t.Fatal(named, err)
		}
		if err := s.Show(ctx, anna, named[0].Reason, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("another answers for him: %v", err)
		}
		if err := s.Show(ctx, ben, named[0].Reason, true); err != nil || shown() != ben.ID {
			t.Errorf("%v, shown %d", err, shown())
		}
		if err := s.Show(ctx, ben, named[0].Reason, false); err != nil || shown() != 0 {
			t.Errorf("%v, shown %d", err, shown())
		}
		if err := s.Show(ctx, ben, named[0].Reason, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("a refusal is not final: %v", err)
		}
		// said otherwise, taken back and said again: still no
		for _, n := range []Answer{{Words: "Nobody."}, {Teller: ben.ID}} {
			if err := s.TakeBack(ctx, s.question(anna, id)); err != nil {
				t.Fatal(err)
			}
			if err := s.answer(anna, id, n); err != nil {
				t.Fatal(err)
			}
		}
		if n := s.scalar(`select count(*) from outbox where kind = 'teller'`); n != 1 || shown() != 0 {
			t.Errorf("%d mails ask him, shown %d", n, shown())
		}
	})
}

// A name that is written may be a member's who never spoke in public: they
// alone are asked, and nothing tells the buyer. One's own name is refused
// however it is given.
func TestWrittenNames(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		anna, ben := s.person("Anna Blum", "anna@example.org"), s.person("Ben Okoye", "ben@example.org")
		s.person("Cleo Dahl", "c1@example.org")
		s.person("Cleo Dahl", "c2@example.org")
		id := s.one(s.order("1", "anna@example.org"))
		for _, a := range []know.Actor{anna, {}} { // on her page, and by the link in the mail
			for _, name := range []string{"anna  BLUM", "Blum, Ánna", "Anna Blum, myself", "Blum Anna (me)", "anna blum – I"} {
				if err := s.answer(a, id, Answer{TellerName: name}); !fault.Is(err, fault.Invalid) {
					t.Errorf("she named herself as %q: %v", name, err)
				}
			}
		}
		for _, name := range []string{"Ben", "Cleo Dahl", "Nobody Here", "Anna", "Anna Blumenthal", "Anna Blum’s mother"} {
			if err := s.answer(anna, id, Answer{TellerName: name}); err != nil || s.question(anna, id).Reason.TellerName != name {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := s.scalar(`select count(*) from reason_teller`); n != 0 {
			t.Errorf("%d are asked: of a first name, of two of one name, of a stranger", n)
		}
		if err := s.answer(anna, id, Answer{TellerName: "ben okoye"}); err != nil {
			t.Fatal(err)
		}
		account := s.question(anna, id).Purchase.Account
		looks := func(buyer, desk Reason) {
			t.Helper()
			q := s.question(anna, id).Reason
			r, err := s.ReasonsOf(ctx, staff, []int64{account})
			if err != nil {
				t.Fatal(err)
			}
			if d := r[account]; q.Teller != buyer.Teller || q.TellerName != buyer.TellerName || q.Shown != buyer.Shown || d.Teller != desk.Teller || d.TellerName != desk.TellerName || d.Shown != desk.Shown {
				t.Errorf("the buyer sees %+v, the desk %+v", q, d)
			}
			if h, err := s.Held(ctx, anna.ID, []int64{account}); err != nil || h.Reasons[0].TellerID != buyer.Teller {
				t.Errorf("her file says %+v, %v", h.Reasons, err)
			}
		}
		looks(Reason{TellerName: "ben okoye"}, Reason{Shown: Asked})
		named, err := s.Namings(ctx, ben)
		if err != nil || len(named) != 1 || !named[0].Written || s.scalar(`select count(*) from outbox where kind = 'teller'`) != 1 {
			t.Fatal(named, err)
		}
		if err := s.Show(ctx, ben, named[0].Reason, true); err != nil {
			t.Fatal(err)
		}
		looks(Reason{Teller: ben.ID, Shown: Granted}, Reason{Teller: ben.ID, Shown: Granted})
		if err := s.Show(ctx, ben, named[0].Reason, false); err != nil {
			t.Fatal(err)
		}
		looks(Reason{TellerName: "ben okoye"}, Reason{Shown: Refused})
		// Those who are asked quietly are no part of what the buyer is told of.
		for n := range 4 {
			name := fmt.Sprintf("Dora Nr%d", n)
			s.person(name, fmt.Sprintf("d%d@example.org", n))
			if err := s.answer(anna, id, Answer{TellerName: name}); err != nil {
				t.Errorf("the limit tells who is a member: %v", err)
			}
		}
		if n := s.scalar(`select count(*) from reason_teller`); n != maxTellers {
			t.Errorf("%d are asked", n)
		}
		for n := range maxTellers + 1 {
			p := s.person(fmt.Sprintf("Eve Nr%d", n), fmt.Sprintf("e%d@example.org", n))
			s.public(p)
			if err := s.answer(anna, id, Answer{Teller: p.ID}); (err != nil) != (n == maxTellers) {
				t.Errorf("the public one number %d: %v", n, err)
			}
		}
	})
}

func TestEraseAndHeld(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		for _, words := range []bool{false, true} {
			s := open(t, db)
			ctx := context.Background()
			name := fmt.Sprint(words)
			anna := s.person("Anna "+name, "anna"+name+"@example.org")
			o := s.order("e"+name, "anna"+name+"@example.org")
			o.Customer = "c" + name
			id := s.one(o)
			if err := s.answer(anna, id, Answer{Words: "My aunt Zilla.", TellerName: "Zilla", ByName: anna.Name}); err != nil {
				t.Fatal(err)
			}
			p, _ := s.Purchase(ctx, staff, id)
			held, err := s.Held(ctx, anna.ID, []int64{p.Account})
			if err != nil || len(held.Purchases) != 1 || len(held.Reasons) != 1 || held.Reasons[0].TellerName != "Zilla" {
				t.Fatalf("%+v %v", held, err)
			}
			if err := s.people.Leave(ctx, anna, words); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := s.events.CatchUp(ctx, "purchase.erase"+name, s.Erase, "person.left"); err != nil {
					t.Fatal(err)
				}
			}
			var left, by string
			if err := s.db.Row(ctx, `select words || teller_name, by_name from reason where account_id = $1`, p.Account).Scan(&left, &by); err != nil {
				t.Fatal(err)
			}
			o.ExternalID, o.Email = "f"+name, ""
			if n := s.scalar(`select count(*) from purchase where id = $1 and customer = ''`, id); n != 1 || s.scalar(`select account_id from purchase where id = $1`, s.one(o)) == p.Account {
				t.Error("somebody who left is still known by the shop’s number of them")
			}
			if (left == "") != words || by != "" {
				t.Errorf("words %v: %q and %q are left", words, left, by)
			}
			code, _ := s.Code(ctx, id)
			if _, err := s.Question(ctx, know.Actor{}, code); !fault.Is(err, fault.NotFound) {
				t.Errorf("the question of somebody who left is open: %v", err)
			}
		}
	})
}
