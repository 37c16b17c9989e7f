package converse_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

func TestRule(t *testing.T) {
	heard := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	us, rival, topic := listen.Us, listen.Rival, listen.Topic
	for name, c := range map[string]struct {
		m    listen.Mention
		want converse.Why
	}{
		"a mail":                        {listen.Mention{Addressed: true, Kind: listen.KindMail}, converse.Addressed},
		"a call":                        {listen.Mention{Addressed: true, Kind: listen.KindCall}, converse.Addressed},
		"a form about a rival":          {listen.Mention{Addressed: true, Kind: listen.KindForm, Purposes: []listen.Purpose{rival}}, converse.Addressed},
		"a mail on an open source":      {listen.Mention{Kind: listen.KindMail}, ""},
		"a review that says nothing":    {listen.Mention{Addressed: true, Kind: listen.KindReview}, ""},
		"a review that complains":       {listen.Mention{Addressed: true, Kind: listen.KindReview, Asks: listen.Complains}, converse.Complains},
		"a post about us that asks":     {listen.Mention{Kind: listen.KindPost, Asks: listen.Asks, Purposes: []listen.Purpose{us, rival}}, converse.Asks},
		"a post about a rival":          {listen.Mention{Kind: listen.KindPost, Asks: listen.Asks, Purposes: []listen.Purpose{rival}}, ""},
		"a post about a topic":          {listen.Mention{Kind: listen.KindPost, Asks: listen.Asks, Purposes: []listen.Purpose{topic}}, ""},
		"a rival's on our own channel":  {listen.Mention{Addressed: true, Kind: listen.KindPost, Asks: listen.Asks, Purposes: []listen.Purpose{rival}}, ""},
		"a post about us that is quiet": {listen.Mention{Kind: listen.KindPost, Purposes: []listen.Purpose{us}}, ""},
		"a copy":                        {listen.Mention{Addressed: true, Kind: listen.KindMail, CopyOf: 3}, ""},
		"13 days old":                   {listen.Mention{Addressed: true, Kind: listen.KindMail, PublishedAt: heard.AddDate(0, 0, -13)}, converse.Addressed},
		"15 days old":                   {listen.Mention{Addressed: true, Kind: listen.KindMail, PublishedAt: heard.AddDate(0, 0, -15)}, ""},
	} {
		c.m.HeardAt = heard
		if c.m.PublishedAt.IsZero() {
			c.m.PublishedAt = heard
		}
		if got := converse.Rule(c.m); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// Who joins in a conversation speaks for themselves: their words, and when they
// were said, are theirs.
func TestAnotherJoinsIn(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ana, bo := listen.Author{Name: "Ana Silva", URL: "https://ana.example/"}, listen.Author{Name: "Bo", URL: "https://bo.example/"}
		asked, joined, again := s.at.Add(-10*time.Hour), s.at.Add(-2*time.Hour), s.at.Add(-time.Hour)
		s.hear(
			listen.Post{Source: "Reviews", Kind: listen.KindReview, ExternalID: "a", URL: "https://shop.example/a", Author: ana, Text: "My mug leaks. Can you replace it?", PublishedAt: asked},
			listen.Post{Source: "Reviews", ExternalID: "b", URL: "https://shop.example/b", ReplyTo: "a", Author: bo, Text: "Mine leaks, too.", PublishedAt: joined})
		list := s.list(converse.Filter{State: converse.Waiting})
		if len(list) != 1 || list[0].Last != "Mine leaks, too." || !list[0].ByOther() || list[0].LastAccount == list[0].Account {
			t.Fatalf("%+v", list)
		}
		_, messages := s.read(s.marta, list[0].ID)
		if len(messages) != 2 || messages[0].Account != list[0].Account || messages[1].Account != list[0].LastAccount || messages[0].SaidAt != asked || messages[1].SaidAt != joined {
			t.Fatalf("%+v", messages)
		}
		s.hear(listen.Post{Source: "Reviews", ExternalID: "c", URL: "https://shop.example/c", ReplyTo: "b", Author: ana, Text: "So it is not me.", PublishedAt: again})
		if list = s.list(converse.Filter{State: converse.Waiting}); len(list) != 1 || list[0].Last != "So it is not me." || list[0].ByOther() {
			t.Fatalf("%+v", list)
		}
	})
}

func TestAttend(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		hour := func(n int) time.Time { return s.at.Add(time.Duration(n) * time.Hour) }
		jo := listen.Author{Name: "Jo", URL: "https://jo.example/"}
		ids := s.hear(
			listen.Post{Source: "Reviews", Kind: listen.KindReview, ExternalID: "r1", URL: "https://shop.example/r1", Author: jo,
				Text: "The spine broke after a week. Can you replace it?", PublishedAt: hour(-30)},
			listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "m1", Author: listen.Author{Name: "Kit", Email: "kit@example.net"},
				Text: "A word about paper.", PublishedAt: hour(-40)},
			listen.Post{Source: "Reviews", Kind: listen.KindReview, ExternalID: "r2", URL: "https://shop.example/r2", Text: "Lovely.", PublishedAt: hour(-3)},
			listen.Post{Source: "Reviews", Kind: listen.KindReview, ExternalID: "r3", URL: "https://shop.example/r3", Text: "Mine broke. Can you help?", PublishedAt: hour(-24 * 15)},
			listen.Post{Source: "Reviews", ExternalID: "r4", URL: "https://shop.example/r4", ReplyTo: "r1", Author: jo, Text: "It is the blue one.", PublishedAt: hour(-29)},
		)
		open := s.list(converse.Filter{State: converse.Waiting})
		if len(open) != 2 || open[0].Mention != ids[1] || open[1].Mention != ids[0] {
			t.Fatalf("open: %+v", open)
		}
		first := open[1]
		if first.WaitsAt != hour(-30) || first.Place != "shop.example" || first.Messages != 2 || first.Last != "It is the blue one." {
			t.Fatalf("the review's thread: %+v", first)
		}
		// Following the log anew adds nothing.
		s.attend("another")
		if again := s.list(converse.Filter{}); len(again) != 2 || again[0].Messages+again[1].Messages != 3 {
			t.Fatalf("again: %+v", again)
		}
		// Answered by a copy with its address, a reply to that wakes it.
		m, err := s.Answer(ctx, s.marta, first.ID, "We will.")
		s.ok(err)
		s.ok(s.Posted(ctx, s.marta, m.ID, "https://shop.example/a1"))
		s.at = s.at.Add(time.Hour)
		s.hear(listen.Post{Source: "Elsewhere", ExternalID: "x", URL: "https://other.example/x", ReplyTo: "https://shop.example/a1", Author: jo, Text: "Thank you.", PublishedAt: s.at})
		woken, messages := s.read(s.marta, first.ID)
		if woken.State != converse.Waiting || woken.WaitsAt != s.at || len(messages) != 4 || messages[3].Body != "Thank you." {
			t.Fatalf("woken: %+v\n%+v", woken, messages)
		}
		// A second word while it waits does not set the clock back.
		s.at = s.at.Add(time.Hour)
		s.hear(listen.Post{Source: "Reviews", ExternalID: "r5", URL: "https://shop.example/r5", ReplyTo: "https://shop.example/r4", Author: jo, Text: "Hello?", PublishedAt: s.at})
		if later, _ := s.read(s.marta, first.ID); later.WaitsAt != woken.WaitsAt || later.Messages != 5 {
			t.Fatalf("later: %+v", later)
		}
	})
}

// Words that were edited into a question or a complaint wait from then on; what
// one of us closed or answered stays closed or answered.
func TestEditedIntoAQuestion(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		said := s.at.Add(-9 * 24 * time.Hour)
		post := func(id, text string) listen.Post {
			return listen.Post{Source: "Reviews", Kind: listen.KindReview, ExternalID: id, URL: "https://shop.example/" + id, Text: text, PublishedAt: said}
		}
		ids := s.hear(post("a", "A mug."), post("b", "Where is the mug?"), post("c", "Why is the mug blue?"), post("d", "A quiet mug."))
		open := s.list(converse.Filter{State: converse.Waiting})
		if len(open) != 2 {
			t.Fatalf("at first: %+v", open)
		}
		answer, err := s.Answer(t.Context(), s.marta, open[0].ID, "On its way.")
		s.ok(err)
		s.ok(s.Posted(t.Context(), s.marta, answer.ID, "https://shop.example/answer"))
		closed, why := converse.Closed, "Not for us."
		_, err = s.Change(t.Context(), s.marta, open[1].ID, converse.Change{State: &closed, Reason: why})
		s.ok(err)

		s.at = s.at.Add(8 * 24 * time.Hour) // what was heard in time counts, however late it is edited
		s.hear(post("a", "The mug is broken."), post("b", "Where on earth is the mug?"), post("c", "Why is the mug so blue?"), post("d", "A very quiet mug."))
		open = s.list(converse.Filter{State: converse.Waiting})
		if len(open) != 1 || open[0].Mention != ids[0] || open[0].Why != converse.Complains || open[0].WaitsAt != s.at || open[0].Last != "The mug is broken." {
			t.Fatalf("after the edits: %+v", open)
		}
		s.hear(post("a", "The mug is broken, in two."))
		if again := s.list(converse.Filter{State: converse.Waiting}); len(again) != 1 || again[0].WaitsAt != s.at || again[0].Messages != 1 {
			t.Fatalf("edited once more: %+v", again)
		}
	})
}

func TestTakenBack(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ids := s.hear(listen.Post{Source: "Form", Kind: listen.KindForm, ExternalID: "1", Text: "My secret wish is a green one."})
		open := s.list(converse.Filter{State: converse.Waiting})
		s.ok(s.radar.Withdraw(t.Context(), s.olga, ids[0]))
		s.attend("converse")
		closed, messages := s.read(s.marta, open[0].ID)
		if closed.State != converse.Closed || closed.StateReason != converse.TakenBack || messages[0].Body != "" || messages[0].State != know.Withdrawn {
			t.Fatalf("%+v\n%+v", closed, messages)
		}
		if found := s.list(converse.Filter{Text: "secret"}); len(found) != 0 {
			t.Fatalf("found by words taken back: %+v", found)
		}
	})
}

func TestAnswerMember(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		letter, err := s.Letter(ctx, s.ada, " Left  hands ", "Where is the one for left hands?")
		s.ok(err)
		if letter.Subject != "Left hands" || letter.Person != s.ada.ID || letter.Why != converse.Addressed {
			t.Fatalf("letter: %+v", letter)
		}
		_, err = s.Note(ctx, s.marta, letter.ID, "She asked twice already.")
		s.ok(err)
		s.at = s.at.Add(time.Hour)
		m, err := s.Answer(ctx, s.marta, letter.ID, "In May.")
		s.ok(err)
		if m.Way != converse.BySite || m.DeliveredAt != s.at || s.mails("answer") != 1 {
			t.Fatalf("answer: %+v, %d mails", m, s.mails("answer"))
		}
		mine, messages := s.read(s.ada, letter.ID)
		if mine.State != converse.Answered || mine.AnsweredAt != s.at || mine.Owner != 0 || len(messages) != 2 || messages[1].Body != "In May." {
			t.Fatalf("as Ada sees it: %+v\n%+v", mine, messages)
		}
		if _, _, err := s.Thread(ctx, s.ben, letter.ID); !fault.Is(err, fault.NotFound) {
			t.Fatalf("another member reads it: %v", err)
		}
		if _, err := s.Say(ctx, s.ben, letter.ID, "Me too."); !fault.Is(err, fault.NotFound) {
			t.Fatalf("another member writes: %v", err)
		}
		if by, at, err := s.LastSpoke(ctx, s.ada.ID, nil); err != nil || by != s.marta.ID || at != s.at {
			t.Fatalf("last spoke: %d %v %v", by, at, err)
		}
		s.at = s.at.Add(time.Hour)
		_, err = s.Say(ctx, s.ada, letter.ID, "Thank you. Which May?")
		s.ok(err)
		if woken, _ := s.read(s.marta, letter.ID); woken.State != converse.Waiting || woken.WaitsAt != s.at || woken.Owner != s.marta.ID {
			t.Fatalf("woken: %+v", woken)
		}
		s.ok(s.people.ChooseMail(ctx, s.ada.ID, know.MailAnswers, false))
		_, err = s.Answer(ctx, s.olga, letter.ID, "This May.")
		s.ok(err)
		if s.mails("answer") != 1 {
			t.Fatal("mailed to one who does not want it")
		}
	})
}

// TestAnswerLeftBehind: of an answer that waits to be posted and whose author is
// not of the team any more, a colleague says so. It stays its author's.
func TestAnswerLeftBehind(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		s.hear(listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "1", Author: listen.Author{Name: "Kit", Email: "kit@example.net"}, Text: "Do you ship to Peru?"})
		id := s.list(converse.Filter{State: converse.Waiting})[0].ID
		m, err := s.Answer(ctx, s.marta, id, "We do.")
		s.ok(err)
		wants(t, s.Posted(ctx, s.olga, m.ID, ""), fault.Forbidden)
		s.ok(s.people.SetRole(ctx, s.olga, s.marta.ID, know.Member, false))
		before, err := s.people.Actor(ctx, s.marta.ID)
		s.ok(err)
		wants(t, s.Posted(ctx, before, m.ID, ""), fault.NotFound)
		s.ok(s.Posted(ctx, s.olga, m.ID, "https://shop.example/a1"))
		th, messages := s.read(s.olga, id)
		if th.State != converse.Answered || messages[1].Person != s.marta.ID || messages[1].URL != "https://shop.example/a1" || messages[1].DeliveredAt.IsZero() {
			t.Errorf("posted by a colleague: %+v, %+v", th, messages[1])
		}
	})
}

func TestAnswerElsewhere(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		s.hear(listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "1", Author: listen.Author{Name: "Kit", Email: "kit@example.net"}, Text: "Do you ship to Peru?"})
		id := s.list(converse.Filter{State: converse.Waiting})[0].ID
		m, err := s.Answer(ctx, s.marta, id, "We do.")
		s.ok(err)
		if th, _ := s.read(s.marta, id); m.Way != converse.ByCopy || !m.DeliveredAt.IsZero() || th.State != converse.Waiting || th.Owner != s.marta.ID {
			t.Fatalf("written: %+v, %+v", m, th)
		}
		if s.mails("answer") != 0 {
			t.Fatal("an address that came with an import was mailed")
		}
		wants(t, s.Posted(ctx, s.olga, m.ID, ""), fault.Forbidden)
		wants(t, s.Posted(ctx, s.marta, m.ID, "javascript:alert(1)"), fault.Invalid)
		s.at = s.at.Add(time.Minute)
		s.ok(s.Posted(ctx, s.marta, m.ID, ""))
		s.ok(s.Posted(ctx, s.marta, m.ID, ""))
		th, messages := s.read(s.marta, id)
		if th.State != converse.Answered || th.AnsweredAt != s.at || messages[1].DeliveredAt != s.at {
			t.Fatalf("posted: %+v\n%+v", th, messages)
		}
		s.at = s.at.Add(time.Minute)
		s.ok(s.Withdraw(ctx, s.marta, m.ID))
		back, messages := s.read(s.marta, id)
		if back.State != converse.Waiting || back.WaitsAt != th.WaitsAt || !back.AnsweredAt.IsZero() || messages[1].Body != "" {
			t.Fatalf("withdrawn: %+v\n%+v", back, messages)
		}
	})
}

func TestWords(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		letter, err := s.Letter(ctx, s.ada, "Paper", "It is too thin.")
		s.ok(err)
		_, messages := s.read(s.ada, letter.ID)
		said := messages[0].ID
		_, err = s.Edit(ctx, s.marta, said, "It is fine.")
		wants(t, err, fault.Forbidden)
		s.at = s.at.Add(time.Minute)
		m, err := s.Edit(ctx, s.ada, said, "It is much too thin.")
		s.ok(err)
		earlier, err := s.Revisions(ctx, s.ada, said)
		s.ok(err)
		if m.EditedAt != s.at || len(earlier) != 1 || earlier[0].Body != "It is too thin." {
			t.Fatalf("edited: %+v, %+v", m, earlier)
		}
		wants(t, s.HideMessage(ctx, s.ada, said, "no"), fault.NotFound)
		wants(t, s.HideMessage(ctx, s.marta, said, " "), fault.Invalid)
		s.ok(s.HideMessage(ctx, s.marta, said, "A name of somebody else."))
		if _, messages := s.read(s.ada, letter.ID); messages[0].StateReason != "A name of somebody else." || messages[0].Body == "" {
			t.Fatalf("its author sees: %+v", messages[0])
		}
		s.ok(s.ShowMessage(ctx, s.marta, said))
		s.ok(s.Withdraw(ctx, s.ada, said))
		wants(t, s.HideMessage(ctx, s.marta, said, "late"), fault.Conflict)
		_, err = s.Edit(ctx, s.ada, said, "Again.")
		wants(t, err, fault.Conflict)
		for body, kind := range map[string]fault.Kind{"": fault.Invalid, strings.Repeat("é", 10_001): fault.Invalid} {
			_, err := s.Answer(ctx, s.marta, letter.ID, body)
			wants(t, err, kind)
		}
		_, err = s.Answer(ctx, s.ada, letter.ID, "I answer myself.") // the desk is not there for her
		wants(t, err, fault.NotFound)
	})
}

func TestOwners(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		letter, err := s.Letter(ctx, s.ada, "Paper", "It is too thin.")
		s.ok(err)
		s.ok(s.Take(ctx, s.marta, letter.ID))
		s.ok(s.Take(ctx, s.marta, letter.ID))
		wants(t, s.Take(ctx, s.olga, letter.ID), fault.Conflict)
		wants(t, s.Give(ctx, s.olga, letter.ID, s.ben.ID), fault.Invalid)
		s.ok(s.Give(ctx, s.olga, letter.ID, s.olga.ID))
		wants(t, s.Take(ctx, s.ada, letter.ID), fault.NotFound)
		c, err := s.Counts(ctx, s.olga)
		if err != nil || c != (converse.Counts{Open: 1, Mine: 1}) {
			t.Fatalf("counts: %+v %v", c, err)
		}
		s.at = s.at.Add(4 * 24 * time.Hour)
		if c, _ := s.Counts(ctx, s.marta); c != (converse.Counts{Open: 1, Late: 1}) {
			t.Fatalf("counts: %+v", c)
		}
		wants(t, s.Dismiss(ctx, s.marta, letter.ID, " "), fault.Invalid)
		closed, nobody := converse.Closed, int64(0)
		th, err := s.Change(ctx, s.marta, letter.ID, converse.Change{State: &closed, Owner: &nobody, Reason: "Written twice."})
		if err != nil || th.State != closed || th.Owner != 0 || th.StateReason != "Written twice." {
			t.Fatalf("closed: %+v %v", th, err)
		}
		mine, err := s.ThreadsOf(ctx, s.ada, s.ada.ID, nil)
		s.ok(err)
		if own, _ := s.read(s.ada, letter.ID); own.State != closed || own.StateReason != "" || len(mine) != 1 || mine[0].State != closed || mine[0].StateReason != "" {
			t.Errorf("its writer reads %+v, %+v", own, mine)
		}
		answered := converse.Answered
		_, err = s.Change(ctx, s.marta, letter.ID, converse.Change{State: &answered})
		wants(t, err, fault.Conflict)
		s.ok(s.Reopen(ctx, s.marta, letter.ID))
		if th, _ := s.read(s.marta, letter.ID); th.State != converse.Waiting || th.WaitsAt != s.at || th.StateReason != "" {
			t.Fatalf("reopened: %+v", th)
		}
		s.ok(s.Give(ctx, s.olga, letter.ID, s.marta.ID))
		for _, role := range []know.Role{know.Owner, know.Member} {
			s.ok(s.people.SetRole(ctx, s.olga, s.marta.ID, role, false))
			s.ok(s.events.CatchUp(ctx, "erase", s.Erase))
			if th, _ := s.read(s.olga, letter.ID); (th.Owner == s.marta.ID) != (role == know.Owner) {
				t.Errorf("as %s: %+v", role, th)
			}
		}
	})
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		var want []int64
		for range 7 {
			letter, err := s.Letter(ctx, s.ada, "100% wool_", fmt.Sprint("Words ", len(want)))
			s.ok(err)
			want = append(want, letter.ID)
			s.at = s.at.Add(time.Second)
		}
		for _, f := range []converse.Filter{{State: converse.Waiting, Limit: 3}, {Limit: 3}, {Text: "100% WOOL_", Limit: 3}, {Text: "ada", Owner: converse.Nobody, State: converse.Waiting, Limit: 2}} {
			var got []int64
			for page := 0; page < 10; page++ {
				threads, next, err := s.Threads(ctx, s.marta, f)
				s.ok(err)
				for _, th := range threads {
					got = append(got, th.ID)
				}
				if f.Cursor = next; next == "" {
					break
				}
			}
			for i := range got {
				j := i
				if f.State == "" {
					j = len(want) - 1 - i
				}
				if len(got) != 7 || got[i] != want[j] {
					t.Fatalf("%+v: %v, want %v", f, got, want)
				}
			}
		}
		if found := s.list(converse.Filter{Text: "100%x"}); len(found) != 0 {
			t.Fatalf("a percent sign is no wildcard: %v", found)
		}
		_, _, err := s.Threads(ctx, s.marta, converse.Filter{Cursor: "zzz"})
		wants(t, err, fault.Invalid)
		_, _, err = s.Threads(ctx, s.ada, converse.Filter{})
		wants(t, err, fault.NotFound)
	})
}

func TestByHand(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		ids := s.hear(listen.Post{Source: "Reviews", Kind: listen.KindReview, ExternalID: "1", URL: "https://shop.example/1", Text: "Lovely."})
		th, err := s.Open(ctx, s.marta, ids[0])
		s.ok(err)
		if th.Kind != converse.OfHand || th.Owner != s.marta.ID || th.Last != "Lovely." {
			t.Fatalf("opened: %+v", th)
		}
		_, err = s.Open(ctx, s.marta, ids[0])
		wants(t, err, fault.Conflict)
		_, err = s.Open(ctx, s.marta, 999)
		wants(t, err, fault.NotFound)
		by, err := s.ThreadsOfMentions(ctx, s.marta, ids)
		if err != nil || by[ids[0]] != th.ID {
			t.Fatalf("by mention: %v %v", by, err)
		}
	})
}

// TestHeldNotes: what the team noted about somebody is held about them.
func TestHeldNotes(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		letter, err := s.Letter(ctx, s.ada, "Refills", "Are there refills?")
		s.ok(err)
		_, err = s.Note(ctx, s.marta, letter.ID, "She asked in spring, too.")
		s.ok(err)
		held, err := s.Held(ctx, s.ada.ID, nil)
		s.ok(err)
		if len(held.Messages) != 2 || held.Messages[1].Kind != converse.Inside || held.Messages[1].Mine || held.Messages[1].Body != "She asked in spring, too." {
			t.Errorf("held: %+v", held.Messages)
		}
		if others, err := s.Held(ctx, s.ben.ID, nil); err != nil || len(others.Messages) != 0 {
			t.Errorf("held of another: %+v, %v", others, err)
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		letter, err := s.Letter(ctx, s.ada, "A secret subject", "A secret wish.")
		s.ok(err)
		_, err = s.Answer(ctx, s.marta, letter.ID, "Noted.")
		s.ok(err)
		m, err := s.Say(ctx, s.ada, letter.ID, "A secret word.")
		s.ok(err)
		_, err = s.Edit(ctx, s.ada, m.ID, "Another secret word.")
		s.ok(err)
		held, err := s.Held(ctx, s.ada.ID, nil)
		s.ok(err)
		if len(held.Threads) != 1 || len(held.Messages) != 3 || len(held.Messages[2].Earlier) != 1 || held.Messages[1].Mine {
			t.Fatalf("held: %+v", held)
		}
		moments, err := s.Moments(ctx, s.ada.ID, nil, 10)
		s.ok(err)
		if len(moments) != 3 || moments[0].Kind != "asked" || moments[1].Kind != "answered" || moments[1].By != s.marta.ID {
			t.Fatalf("moments: %+v", moments)
		}
		s.ok(s.people.Leave(ctx, s.ada, true))
		for range 2 { // idempotent
			s.ok(s.events.CatchUp(ctx, "erase", s.Erase))
			s.ok(s.db.Update(ctx, func(tx *storage.Tx) error {
				return s.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.ada.ID}, N: 1}})
			}))
		}
		th, messages := s.read(s.marta, letter.ID)
		if th.State != converse.Closed || th.StateReason != converse.HasLeft || th.Subject != "" || len(messages) != 3 || messages[1].Body != "Noted." {
			t.Fatalf("after: %+v\n%+v", th, messages)
		}
		for _, query := range []string{`select count(*) from message where body like '%secret%'`, `select count(*) from thread where subject like '%secret%'`,
			`select count(*) from revision where body like '%secret%'`} {
			var n int
			if err := s.db.Row(context.Background(), query).Scan(&n); err != nil || n != 0 {
				t.Fatalf("%s: %d, %v", query, n, err)
			}
		}
		if open := s.list(converse.Filter{State: converse.Waiting}); len(open) != 0 {
			t.Fatalf("waits for one who left: %+v", open)
		}
	})
}
