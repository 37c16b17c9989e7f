package shape_test

import (
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/reader"
	"tribune/shape"
	"tribune/storage"
)

func (h *house) voices(a know.Actor, idea int64) []shape.Voice {
	h.t.Helper()
	voices, err := h.Voices(h.t.Context(), a, idea, 0, 50)
	h.ok(err)
	return voices
}

func (h *house) counts(idea int64) [2]int64 {
	h.t.Helper()
	i, err := h.Idea(h.t.Context(), h.staff, idea)
	h.ok(err)
	return [2]int64{i.Voices, i.Countries}
}

func TestVoiceOfMention(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		said := time.Date(2026, 11, 17, 9, 30, 0, 0, time.UTC)
		ids := h.hear(
			listen.Post{Source: "Blogs", ExternalID: "1", URL: "https://www.jo.example/dots", Author: listen.Author{Name: "Jo", URL: "https://jo.example/"},
				Text: "I love it. If only it were dotted.", Language: "en", Country: "PE", PublishedAt: said},
			listen.Post{Source: "Post", Kind: listen.KindMail, ExternalID: "2", Author: listen.Author{Name: "Kit", Email: "kit@example.net"}, Text: "Dots!", Country: "FR", PublishedAt: said},
		)
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		_, err := h.AddVoice(ctx, h.ada, idea.ID, shape.VoiceFrom{Mention: ids[0]})
		wants(t, err, fault.Forbidden)
		_, err = h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0], Words: "It should be dotted."})
		wants(t, err, fault.Invalid)
		v, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0], Words: "If only it\nwere dotted."})
		h.ok(err)
		if v.Words != "If only it\nwere dotted." || v.Author != "Jo" || v.Place != "jo.example" || v.URL != "https://www.jo.example/dots" || v.Country != "PE" || v.SaidAt != said || !v.Public {
			t.Fatalf("voice: %+v", v)
		}
		_, err = h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
		wants(t, err, fault.Conflict)
		private, err := h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[1]})
		h.ok(err)
		if seen := h.voices(h.visitor, idea.ID); private.Public || len(seen) != 1 || seen[0].Mention != 0 || h.counts(idea.ID) != [2]int64{1, 1} {
			t.Fatalf("seen by a visitor: %+v, %v", seen, h.counts(idea.ID))
		}
		wants(t, h.ShowVoice(ctx, h.staff, private.ID), fault.Conflict)
		h.ok(h.radar.Quotable(ctx, h.staff, ids[1], listen.Unnamed))
		h.follow()
		seen := h.voices(h.visitor, idea.ID)
		if len(seen) != 2 || seen[0].Author != "" || seen[0].Account != 0 || seen[0].Words != "Dots!" || h.counts(idea.ID) != [2]int64{2, 2} {
			t.Fatalf("unnamed: %+v, %v", seen, h.counts(idea.ID))
		}
		h.ok(h.radar.Withdraw(ctx, h.owner, ids[0]))
		h.follow()
		gone := h.voices(h.staff, idea.ID)[1]
		if gone.State != know.Withdrawn || gone.Words+gone.Author+gone.URL != "" || gone.Account != 0 || gone.Mention != 0 || gone.Place != "post" ||
			gone.SaidAt != time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC) || h.counts(idea.ID) != [2]int64{2, 2} {
			t.Fatalf("withdrawn: %+v, %v", gone, h.counts(idea.ID))
		}
		if len(h.voices(h.visitor, idea.ID)) != 2 {
			t.Fatal("a withdrawn voice is not listed")
		}
		_, err = h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
		wants(t, err, fault.NotFound)
	})
}

// A quotation that its author edited away says what they say now.
func TestVoiceOfEditedMention(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		said := reader.Post{ID: "1", URL: "https://jo.example/1", Author: reader.Author{Name: "Jo"}, Text: "I love it. If only it were dotted.", AtAddress: true}
		src, err := h.radar.AddSource(ctx, h.owner, listen.NewSource{Name: "Mail", Kind: listen.MailSource})
		h.ok(err)
		edit := func(text string) {
			t.Helper()
			said.Text = text
			h.ok(h.radar.Deliver(ctx, src.ID, reader.Batch{Posts: []reader.Post{said}}))
			h.follow()
		}
		edit(said.Text)
		list, _, err := h.radar.Mentions(ctx, h.staff, listen.Filter{})
		h.ok(err)
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		_, err = h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: list[0].ID, Words: "If only it were dotted."})
		h.ok(err)
		edit("I like it. If only it were dotted.")
		if v := h.voices(h.staff, idea.ID)[0]; v.Words != "If only it were dotted." {
			t.Errorf("words that still stand: %q", v.Words)
		}
		edit("I like it. If only it were lined.")
		if v := h.voices(h.staff, idea.ID)[0]; v.Words != "I like it. If only it were lined." {
			t.Errorf("words that no longer stand: %q", v.Words)
		}
		h.ok(h.radar.Deliver(ctx, src.ID, reader.Batch{Gone: []string{"1"}}))
		h.follow()
		if v := h.voices(h.staff, idea.ID)[0]; v.State != know.Withdrawn {
			t.Errorf("deleted: %+v", v)
		}
	})
}

func TestOwnVoice(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		mine, err := h.AddVoice(ctx, h.ben, idea.ID, shape.VoiceFrom{Words: "I need dots."})
		h.ok(err)
		if !mine.Public || mine.Author != "Ben" || mine.Person != h.ben.ID || mine.Place != "site" {
			t.Fatalf("a member's: %+v", mine)
		}
		unread, err := h.AddVoice(ctx, h.visitor, idea.ID, shape.VoiceFrom{Words: "Buy pills.", Author: "A passer-by"})
		h.ok(err)
		if unread.Public || len(h.voices(h.ada, idea.ID)) != 1 || h.counts(idea.ID)[0] != 1 {
			t.Fatalf("a visitor's words are seen before anybody read them: %+v", unread)
		}
		list, err := h.VoicesToRead(ctx, h.staff, 10)
		if err != nil || len(list) != 1 || list[0].ID != unread.ID {
			t.Fatalf("to read: %+v %v", list, err)
		}
		h.ok(h.ShowVoice(ctx, h.staff, unread.ID))
		if got := h.voices(h.ada, idea.ID); len(got) != 2 || got[0].Author != "A passer-by" {
			t.Fatalf("shown: %+v", got)
		}
		wants(t, h.HideVoice(ctx, h.staff, unread.ID, ""), fault.Invalid)
		wants(t, h.HideVoice(ctx, h.ada, unread.ID, "Spam."), fault.Forbidden)
		h.ok(h.HideVoice(ctx, h.staff, unread.ID, "Spam."))
		if list, _ := h.VoicesToRead(ctx, h.staff, 10); len(h.voices(h.ada, idea.ID)) != 1 || len(list) != 0 || h.counts(idea.ID)[0] != 1 {
			t.Fatal("hidden is still seen")
		}
		wants(t, h.WithdrawVoice(ctx, h.ada, mine.ID), fault.Forbidden)
		h.ok(h.WithdrawVoice(ctx, h.ben, mine.ID))
		h.ok(h.WithdrawVoice(ctx, h.staff, mine.ID))
		if got := h.voices(h.ada, idea.ID); got[0].Words != "" || got[0].AddedBy != 0 || h.counts(idea.ID)[0] != 1 {
			t.Fatalf("taken back: %+v", got)
		}
		for _, words := range []string{" ", strings.Repeat("x", 2001)} {
			_, err := h.AddVoice(ctx, h.ben, idea.ID, shape.VoiceFrom{Words: words})
			wants(t, err, fault.Invalid)
		}
	})
}

func TestVoiceOfLetter(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		letter, err := h.inbox.Letter(ctx, h.ben, "Dots", "Between us: I would pay twice.")
		h.ok(err)
		_, messages, err := h.inbox.Thread(ctx, h.staff, letter.ID)
		h.ok(err)
		idea, v, err := h.IdeaFromVoice(ctx, h.staff, shape.VoiceFrom{Message: messages[0].ID}, shape.NewIdea{Title: "Dotted paper"})
		h.ok(err)
		if v.Public || v.Author != "Ben" || v.Place != "letter" || idea.Voices != 0 || len(h.voices(h.ada, idea.ID)) != 0 {
			t.Fatalf("a letter is quoted before its author said yes: %+v", v)
		}
		if len(h.voices(h.ben, idea.ID)) != 1 {
			t.Fatal("its author does not see it")
		}
		wants(t, h.AllowVoice(ctx, h.ada, v.ID, listen.Named), fault.Forbidden)
		h.ok(h.AllowVoice(ctx, h.ben, v.ID, listen.Named))
		if got := h.voices(h.ada, idea.ID); len(got) != 1 || got[0].Author != "Ben" || h.counts(idea.ID)[0] != 1 {
			t.Fatalf("allowed: %+v", got)
		}
		note, err := h.inbox.Note(ctx, h.staff, letter.ID, "Inside.")
		h.ok(err)
		_, err = h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Message: note.ID})
		wants(t, err, fault.Invalid)
	})
}

func TestIdeaFrom(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		ids := h.hear(listen.Post{Source: "Blogs", ExternalID: "1", URL: "https://jo.example/dots", Author: listen.Author{Name: "Jo"}, Text: "Dots, please."})
		_, _, err := h.IdeaFrom(ctx, h.staff, ids[0], shape.NewIdea{Title: "No"})
		wants(t, err, fault.Invalid)
		if n := h.number(t, `select count(*) from idea`) + h.number(t, `select count(*) from voice`); n != 0 {
			t.Fatalf("half of it stands: %d rows", n)
		}
		idea, v, err := h.IdeaFrom(ctx, h.staff, ids[0], shape.NewIdea{Title: "Dotted paper"})
		h.ok(err)
		if idea.Voices != 1 || v.Idea != idea.ID || idea.Person != h.staff.ID {
			t.Fatalf("%+v %+v", idea, v)
		}
	})
}

func TestVoicesErased(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		idea := h.idea(t, h.ada, shape.NewIdea{Title: "Dotted paper"})
		_, err := h.AddVoice(ctx, h.ben, idea.ID, shape.VoiceFrom{Words: "A secret of Ben's."})
		h.ok(err)
		ids := h.hear(listen.Post{Source: "Blogs", ExternalID: "1", URL: "https://ben.example/dots", Author: listen.Author{Name: "Ben", Email: "ben@example.org"}, Text: "Another secret of Ben's."})
		_, err = h.AddVoice(ctx, h.staff, idea.ID, shape.VoiceFrom{Mention: ids[0]})
		h.ok(err)
		if of, err := h.VoicesOf(ctx, h.ben.ID, nil); err != nil || len(of) != 2 {
			t.Fatalf("Ben's voices: %+v %v", of, err)
		}
		h.ok(h.people.Leave(ctx, h.ben, false))
		for range 2 {
			h.ok(h.db.Update(ctx, func(tx *storage.Tx) error {
				return h.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: h.ben.ID}}})
			}))
		}
		if n := h.number(t, `select count(*) from voice where words <> '' or author <> '' or url <> '' or account_id <> 0 or person_id = $1`, h.ben.ID); n != 0 {
			t.Fatalf("%d voices still tell of one who left", n)
		}
		if h.counts(idea.ID)[0] != 2 {
			t.Fatal("withdrawn voices no longer count")
		}
	})
}
