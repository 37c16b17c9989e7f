package mail_test

import (
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/measure/digest"
	"tribune/storage"
	"tribune/web/mail"
	"tribune/web/webtest"
)

// digested lets a day pass on which something happened, and gives Marta's digest.
func (s *scene) digested() event.Delivery {
	s.t.Helper()
	ctx := s.t.Context()
	s.must(s.Digests.Choose(ctx, s.marta.Actor, digest.Wish{Every: digest.Day, Hour: 10, Zone: "Europe/Paris"}))
	s.alerted()
	_, err := s.Inbox.Letter(ctx, s.reader.Actor, "Peru", "Do you ship there?")
	s.must(err)
	other, err := s.Inbox.WriteTo(ctx, s.reader.Actor, converse.NewLetter{Subject: "The green one", Body: "When is it there?"})
	s.must(err)
	s.Pass(time.Hour)
	_, err = s.Inbox.Answer(ctx, s.marta.Actor, other.ID, "In March.")
	s.must(err)
	s.Pass(time.Hour) // 11:00 in Paris
	s.must(s.Digests.Once(ctx))
	return s.last(digest.Mail)
}

// TestDigestMail tells what happened in the reader's language, with words that
// may still be shown, each with where to open it; a mail of which nothing is left,
// or that is not wanted any more, does not leave.
func TestDigestMail(t *testing.T) {
	s := openScene(t)
	d := s.digested()
	m := s.read(d, "en", true, "2 mentions heard, 1 conversation waits", "2 mentions were heard since 19 November 2026.", "Far more, or less, than usual\n-----",
		"• A rise of “all that is heard”: 40 mentions in an hour. It began: 20 November 2026, 09:00. New in it: recall.\n  "+webtest.URL+"/desk/radar/spikes/1", "• “pen loop”: 6 people wish for it\n  "+webtest.URL+"/desk/radar/rising/1",
		"I wish it had a *pen loop*.", "— Rosa Quispe, Forum", "• Anaïs Morel, for 2 h: “Peru”\n  "+webtest.URL+"/desk/inbox/", "• 1 conversation, by Marta Lindqvist\n", "No more digests")
	if !strings.Contains(m.html, "<h2>") || strings.Contains(m.html, "<h2></h2>") || !strings.Contains(m.html, `href="`+webtest.URL+`/desk/radar/rising/1"`) {
		t.Error(m.html)
	}
	if n := len(strings.Fields(m.text)); n > 200 {
		t.Errorf("%d words: nobody reads that standing", n)
	}
	s.read(d, "fr", true, "2 mentions entendues, 1 conversation attend", "2 mentions ont été entendues depuis le 19 novembre 2026.", "Qui attend une réponse depuis le plus longtemps", "« pen loop » : 6 personnes le souhaitent", "Ne plus recevoir de résumé")
	s.must(s.Radar.Withdraw(t.Context(), s.marta.Actor, 1))
	if m := s.read(d, "en", true, "1 mention heard, 1 conversation waits"); strings.Contains(m.text, "pen loop") || strings.Contains(m.text, "Rosa") {
		t.Errorf("what was withdrawn is in it:\n%s", m.text)
	}
	s.must(s.People.Leave(t.Context(), s.reader.Actor, true))
	s.must(s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		return s.Inbox.Erase(t.Context(), tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.reader.ID}, N: 1}})
	}))
	if m := s.read(d, "en", true, "1 mention heard"); strings.Contains(m.text, "Anaïs") || strings.Contains(m.text, "Peru") {
		t.Errorf("who left is in it:\n%s", m.text)
	}
	s.must(s.People.ChooseMail(t.Context(), s.marta.ID, know.MailDigest, false))
	if _, err := mail.New(s.Kit).Preview(t.Context(), d); err == nil {
		t.Error("a digest that is not wanted leaves")
	}
}

// Who joins in a conversation of another's is named for what they said.
func TestDigestNamesWhoSaidIt(t *testing.T) {
	s := openScene(t)
	ctx := t.Context()
	s.must(s.Digests.Choose(ctx, s.marta.Actor, digest.Wish{Every: digest.Day, Hour: 10, Zone: "Europe/Paris"}))
	heard, err := s.Radar.Hear(ctx, s.marta.Actor, []listen.Post{
		{Source: "Forum", ExternalID: "a", Text: "Does my mug leak by itself?", Author: listen.Author{Name: "Ana Silva", URL: "https://ana.example/"}},
		{Source: "Forum", ExternalID: "b", ReplyTo: "a", Text: "Mine leaks, too.", Author: listen.Author{Name: "Bo", URL: "https://bo.example/"}}})
	s.must(err)
	_, err = s.Inbox.Open(ctx, s.marta.Actor, heard[0].ID)
	s.must(err)
	m, err := s.Radar.Mention(ctx, s.marta.Actor, heard[1].ID)
	s.must(err)
	s.must(s.DB.Update(ctx, func(tx *storage.Tx) error {
		return s.Inbox.Attend(ctx, tx, []event.Event{{Kind: listen.MentionsStored, Subject: event.Ref{Kind: "source", ID: m.Source}, Other: m.ID, N: m.ID}})
	}))
	s.Pass(3 * time.Hour)
	s.must(s.Digests.Once(ctx))
	s.read(s.last(digest.Mail), "en", true, "2 mentions heard, 1 conversation waits", "• Ana Silva, for 3 h; Bo: “Mine leaks, too.”")
}
