package converse_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// arm gives the link of the last letter that waits for its mail.
func (s *site) arm() (secret string) {
	s.t.Helper()
	var id int64
	s.ok(s.db.Row(s.t.Context(), `select max(subject_id) from outbox where kind = 'letter'`).Scan(&id))
	secret, err := s.ArmLetter(s.t.Context(), id)
	s.ok(err)
	return secret
}

// TestLetterTwice sends one letter several times at once: it is one.
func TestLetterTwice(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		n := converse.NewLetter{Subject: "Peru", Body: "Do you ship to Peru?"}
		const times = 4
		made := make(chan int64, times)
		for range times {
			go func() {
				th, err := s.WriteTo(ctx, s.ada, n)
				if err != nil {
					t.Error(err)
				}
				made <- th.ID
			}()
		}
		first := <-made
		for range times - 1 {
			if id := <-made; id != first {
				t.Fatalf("two letters, %d and %d", first, id)
			}
		}
		ids := []int64{first}
		other := func(by know.Actor, n converse.NewLetter) {
			t.Helper()
			th, err := s.WriteTo(ctx, by, n)
			s.ok(err)
			if slices.Contains(ids, th.ID) {
				t.Errorf("%+v by %d is taken for the one before", n, by.ID)
			}
			ids = append(ids, th.ID)
		}
		other(s.ben, n)
		for _, change := range []func(n *converse.NewLetter){
			func(n *converse.NewLetter) { n.Body += " By boat?" }, func(n *converse.NewLetter) { n.Subject = "Chile" },
			func(n *converse.NewLetter) { n.To = s.marta.ID }, func(n *converse.NewLetter) { n.Public = true },
		} {
			m := n
			change(&m)
			other(s.ada, m)
		}
		s.at = s.at.Add(11 * time.Minute)
		other(s.ada, n)
		_, err := s.Answer(ctx, s.marta, ids[len(ids)-1], "By boat.")
		s.ok(err)
		other(s.ada, n)
	})
}

// TestDeposit keeps a stranger's letter until its address is confirmed.
func TestDeposit(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx, visitor := t.Context(), know.Actor{}
		n := converse.Unsigned{NewLetter: converse.NewLetter{To: s.marta.ID, Public: true, Subject: "Peru", Body: "Do you ship to Peru?", Language: "en"},
			Name: "Rosa Quispe", Email: "rosa@example.org"}
		bad := n
		bad.To, bad.Name, bad.Email, bad.Subject, bad.Body = s.ada.ID, "Customer Service", "rosa", "", " "
		err := s.Deposit(ctx, visitor, bad)
		for _, field := range []string{"to_id", "name", "email", "subject", "body"} {
			if f := faultOn(err, field); f == nil {
				t.Errorf("nothing is said of %s: %v", field, err)
			}
		}
		s.ok(s.Deposit(ctx, visitor, n))
		if open, _, err := s.Threads(ctx, s.marta, converse.Filter{}); err != nil || len(open) != 0 {
			t.Fatalf("the team sees it already: %v %v", open, err)
		}
		secret := s.arm()
		if l, err := s.LetterBy(ctx, secret); err != nil || l.Subject != "Peru" || l.Thread != 0 {
			t.Fatalf("%+v %v", l, err)
		}
		held, err := s.Held(ctx, 0, s.accounts("rosa@example.org"))
		if s.ok(err); len(held.Letters) != 1 || held.Letters[0].Body != n.Body {
			t.Errorf("held: %+v", held)
		}
		l, err := s.Confirm(ctx, secret)
		s.ok(err)
		again, err := s.Confirm(ctx, secret)
		if s.ok(err); again.Thread != l.Thread {
			t.Errorf("confirmed twice: %d and %d", l.Thread, again.Thread)
		}
		th, said, err := s.Thread(ctx, visitor, l.Thread)
		if s.ok(err); th.To != s.marta.ID || th.Asked != s.marta.ID || len(said) != 1 || said[0].Body != n.Body {
			t.Errorf("%+v %+v", th, said)
		}
		var words int
		s.ok(s.db.Row(ctx, `select count(*) from letter where body <> '' or name <> ''`).Scan(&words))
		if words != 0 {
			t.Error("the words are kept twice")
		}
		if c, err := s.Counts(ctx, s.marta); err != nil || c.Asked != 1 {
			t.Errorf("%+v %v", c, err)
		}
		if c, err := s.Counts(ctx, s.olga); err != nil || c.Asked != 0 {
			t.Errorf("%+v %v", c, err)
		}
		s.keyOf(t, th)
	})
}

// keyOf lets the writer of a letter read and answer without an account, until
// they have one.
func (s *site) keyOf(t *testing.T, th converse.Thread) {
	ctx := t.Context()
	_, err := s.Answer(ctx, s.marta, th.ID, "We do.")
	s.ok(err)
	key, err := s.LetterKey(ctx, th.ID)
	s.ok(err)
	rosa, err := s.WriterByKey(ctx, th.ID, key)
	if s.ok(err); rosa.ID != th.Person || rosa.Role != know.Guest {
		t.Errorf("%+v", rosa)
	}
	if _, err := s.WriterByKey(ctx, th.ID, key[1:]+"A"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a wrong key: %v", err)
	}
	_, err = s.Say(ctx, rosa, th.ID, "Thank you!")
	s.ok(err)
	s.at = s.at.Add(91 * 24 * time.Hour)
	if _, err := s.WriterByKey(ctx, th.ID, key); !fault.Is(err, fault.Unauthorised) {
		t.Errorf("an old key: %v", err)
	}
}

func faultOn(err error, field string) *fault.Error {
	f, ok := err.(*fault.Error)
	if !ok {
		return nil
	}
	if f.Field == field {
		return f
	}
	for _, m := range f.More {
		if m := faultOn(m, field); m != nil {
			return m
		}
	}
	return nil
}

func (s *site) accounts(address string) []int64 {
	s.t.Helper()
	all, err := storage.All(s.t.Context(), s.db, storage.Scalar[int64], `select id from account where address = $1`, address)
	s.ok(err)
	return all
}

// TestDepositEnds lets a letter go after three days, and takes five an hour of
// an address, whoever has it.
func TestDepositEnds(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		write := func(email string) error {
			return s.Deposit(ctx, know.Actor{}, converse.Unsigned{NewLetter: converse.NewLetter{Subject: "Hello", Body: "Words."}, Name: "Rosa Quispe", Email: email})
		}
		for _, email := range []string{"rosa@example.org", "Ada@example.org"} { // nobody's, and a member's
			for range 5 {
				s.ok(write(email))
			}
			if err := write(email); !fault.Is(err, fault.Limited) {
				t.Errorf("a sixth letter from %s: %v", email, err)
			}
		}
		secret := s.arm()
		s.at = s.at.Add(71 * time.Hour)
		if _, err := s.LetterBy(ctx, secret); err != nil {
			t.Errorf("after 71 hours: %v", err)
		}
		s.at = s.at.Add(2 * time.Hour)
		if _, err := s.Confirm(ctx, secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("after 73 hours: %v", err)
		}
		s.at = s.at.Add(30 * 24 * time.Hour)
		s.ok(s.Tidy(ctx))
		var left int
		s.ok(s.db.Row(ctx, `select count(*) from letter`).Scan(&left))
		if left != 0 {
			t.Errorf("%d letters are kept", left)
		}
	})
}

// TestMemberConfirms makes a letter a member's own if they confirm it: by their
// own name, whatever was typed.
func TestMemberConfirms(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		s.ok(s.Deposit(ctx, know.Actor{}, converse.Unsigned{NewLetter: converse.NewLetter{Subject: "Hello", Body: "Words."}, Name: "Sol Else", Email: "ada@example.org"}))
		l, err := s.Confirm(ctx, s.arm())
		s.ok(err)
		th, _, err := s.Thread(ctx, s.ada, l.Thread)
		if s.ok(err); th.Person != s.ada.ID {
			t.Errorf("%+v", th)
		}
		if key, err := s.LetterKey(ctx, l.Thread); err != nil || key != "" {
			t.Errorf("a member gets a key: %q %v", key, err)
		}
		if _, _, err := s.Thread(ctx, s.ben, l.Thread); !fault.Is(err, fault.NotFound) {
			t.Errorf("a private letter is read by others: %v", err)
		}
	})
}

// TestPublicLetter is read by everybody, without what is the team's.
func TestPublicLetter(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx, visitor := t.Context(), know.Actor{}
		th, err := s.WriteTo(ctx, s.ada, converse.NewLetter{To: s.marta.ID, Public: true, Subject: "Paper", Body: "Why is it so thin?"})
		s.ok(err)
		_, err = s.Note(ctx, s.marta, th.ID, "Ask the mill.")
		s.ok(err)
		waiting, err := s.AskedInPublic(ctx, visitor, s.marta.ID, 5)
		if s.ok(err); len(waiting) != 1 {
			t.Errorf("waiting: %+v", waiting)
		}
		s.ok(s.Give(ctx, s.marta, th.ID, s.olga.ID))
		for a, want := range map[int64]int{s.marta.ID: 0, s.olga.ID: 1} {
			c, err := s.Counts(ctx, know.Actor{ID: a, Role: know.Staff})
			if s.ok(err); c.Asked != want {
				t.Errorf("asked of %d: %d, want %d", a, c.Asked, want)
			}
		}
		if _, err := s.Answer(ctx, s.ben, th.ID, "I know why."); err == nil {
			t.Error("a member answers for the company")
		}
		_, err = s.Answer(ctx, s.olga, th.ID, "It is made so.")
		s.ok(err)
		read, said, err := s.Thread(ctx, visitor, th.ID)
		if s.ok(err); len(said) != 2 || read.HandedBy != s.marta.ID || read.Asked != s.olga.ID || !said[1].Staff {
			t.Errorf("%+v %+v", read, said)
		}
		if _, err := s.Say(ctx, s.ben, th.ID, "Me, too."); !fault.Is(err, fault.Forbidden) {
			t.Errorf("others speak in it: %v", err)
		}
		answers, err := s.AnswersBy(ctx, visitor, s.olga.ID, 0, 10)
		if s.ok(err); len(answers) != 1 || answers[0].Subject != "Paper" {
			t.Errorf("answers: %+v", answers)
		}
		s.hideAndWithdraw(t, th)
	})
}

func (s *site) hideAndWithdraw(t *testing.T, th converse.Thread) {
	ctx, visitor := t.Context(), know.Actor{}
	if err := s.HideLetter(ctx, s.ben, th.ID, "I do not like it."); err == nil {
		t.Error("a member hides it")
	}
	if err := s.HideLetter(ctx, s.marta, th.ID, " "); !fault.Is(err, fault.Invalid) {
		t.Errorf("hidden without a reason: %v", err)
	}
	s.ok(s.HideLetter(ctx, s.marta, th.ID, "It names somebody."))
	if _, _, err := s.Thread(ctx, visitor, th.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is hidden, and read: %v", err)
	}
	if read, _, err := s.Thread(ctx, s.ada, th.ID); err != nil || read.TextReason != "It names somebody." {
		t.Errorf("its writer: %+v %v", read, err)
	}
	if answers, err := s.AnswersBy(ctx, visitor, s.olga.ID, 0, 10); err != nil || len(answers) != 0 {
		t.Errorf("answers to a hidden letter: %+v %v", answers, err)
	}
	s.ok(s.ShowLetter(ctx, s.marta, th.ID))
	if err := s.WithdrawLetter(ctx, s.ben, th.ID); !fault.Is(err, fault.Forbidden) {
		t.Errorf("withdrawn by another: %v", err)
	}
	s.ok(s.WithdrawLetter(ctx, s.ada, th.ID))
	s.ok(s.WithdrawLetter(ctx, s.ada, th.ID))
	if _, _, err := s.Thread(ctx, visitor, th.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("it is withdrawn, and read: %v", err)
	}
	if _, err := s.Answer(ctx, s.marta, th.ID, "But…"); !fault.Is(err, fault.Conflict) {
		t.Errorf("answered after it was withdrawn: %v", err)
	}
	if err := s.ShowLetter(ctx, s.marta, th.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("shown after it was withdrawn: %v", err)
	}
}

// TestLetterErased forgets the letters of who left, those that wait too.
func TestLetterErased(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		th, err := s.WriteTo(ctx, s.ada, converse.NewLetter{To: s.marta.ID, Public: true, Subject: "A secret subject", Body: "A secret wish."})
		s.ok(err)
		s.ok(s.Give(ctx, s.marta, th.ID, s.olga.ID))
		s.ok(s.Deposit(ctx, know.Actor{}, converse.Unsigned{NewLetter: converse.NewLetter{Subject: "A secret subject", Body: "A secret wish."}, Name: "Ada", Email: "ada@example.org"}))
		s.ok(s.people.Leave(ctx, s.ada, true))
		for range 2 { // idempotent
			s.ok(s.db.Update(ctx, func(tx *storage.Tx) error {
				return s.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.ada.ID}, N: 1},
					{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.marta.ID}}})
			}))
		}
		var left int
		s.ok(s.db.Row(ctx, `select (select count(*) from letter) + (select count(*) from thread where subject like '%secret%' or handed_by <> 0 or text_state = 'visible' and audience = 'public')
			+ (select count(*) from message where body like '%secret%')`).Scan(&left))
		if left != 0 {
			t.Errorf("%d rows still hold it", left)
		}
	})
}

// TestClock equals the median of what was waited over 90 days, for who agreed
// and answered often enough.
func TestClock(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		s.ok(s.people.SetProfile(ctx, s.marta, know.Profile{Name: "Marta", ClockShown: true}))
		type answer struct {
			at     time.Time
			waited time.Duration
		}
		var given []answer
		rng := rand.New(rand.NewPCG(1, 2))
		for range 60 {
			waited := time.Duration(rng.IntN(72*3600)) * time.Second
			th, err := s.Letter(ctx, s.ada, "Paper", "It is too thin.")
			s.ok(err)
			s.at = s.at.Add(waited)
			by := []know.Actor{s.marta, s.marta, s.olga}[rng.IntN(3)]
			m, err := s.Answer(ctx, by, th.ID, "We know.")
			s.ok(err)
			at := s.at
			s.at = s.at.Add(time.Hour)
			_, err = s.Answer(ctx, s.marta, th.ID, "And we work on it.") // nobody waited for this one
			s.ok(err)
			if rng.IntN(5) == 0 {
				s.ok(s.Withdraw(ctx, by, m.ID))
			} else if by.ID == s.marta.ID {
				given = append(given, answer{at, waited})
			}
			var waits []time.Duration
			for _, g := range given {
				if s.at.Sub(g.at) < 90*24*time.Hour {
					waits = append(waits, g.waited)
				}
			}
			slices.Sort(waits)
			want := converse.Clock{}
			if n := len(waits); n >= 5 {
				want = converse.Clock{Median: (waits[(n-1)/2] + waits[n/2]) / 2, Answers: n}
			}
			clocks, err := s.Clocks(ctx, []int64{s.marta.ID, s.olga.ID})
			if s.ok(err); clocks[s.marta.ID] != want {
				t.Fatalf("%+v, want %+v", clocks[s.marta.ID], want)
			}
			if _, shown := clocks[s.olga.ID]; shown {
				t.Fatal("the clock of somebody who did not agree")
			}
		}
	})
}
