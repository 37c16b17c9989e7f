package mail_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/converse"
	posts "tribune/converse/post"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/web/mail"
	"tribune/web/webtest"
)

// scene is a site with one of us, and a member whose mails are read.
type scene struct {
	*webtest.Site
	t             *testing.T
	office        *office
	marta, reader *webtest.Reader
	idea          shape.Idea // the reader's
}

func openScene(t *testing.T) *scene {
	s := &scene{Site: site(t), t: t, office: openOffice(t)}
	s.marta, s.reader = s.Person("Marta Lindqvist", know.Owner), s.Person("Anaïs Morel", know.Member)
	var err error
	s.idea, err = s.Ideas.Propose(t.Context(), s.reader.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	s.must(err)
	return s
}

func (s *scene) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// last gives the latest mail of a kind from the outbox.
func (s *scene) last(kind string) event.Delivery {
	s.t.Helper()
	all, err := s.Events.Deliveries(s.t.Context(), "", 0, 50)
	s.must(err)
	for _, d := range all {
		if d.Kind == kind {
			return d
		}
	}
	s.t.Fatalf("no mail of the kind %s among %d", kind, len(all))
	return event.Delivery{}
}

// deposited lets a stranger write a letter, and gives the mail that asks them.
func (s *scene) deposited(lang string) event.Delivery {
	s.t.Helper()
	s.must(s.Inbox.Deposit(s.t.Context(), know.Actor{}, converse.Unsigned{Name: "Rosa Quispe", Email: "rosa@example.org",
		NewLetter: converse.NewLetter{To: s.marta.ID, Public: true, Subject: "Peru", Body: "Do you ship there?", Language: lang}}))
	return s.last("letter")
}

// answered lets a stranger's letter be confirmed and answered.
func (s *scene) answered() (mail event.Delivery, thread int64) {
	s.t.Helper()
	ctx := s.t.Context()
	d := s.deposited("en")
	secret, err := s.Inbox.ArmLetter(ctx, d.Subject.ID)
	s.must(err)
	l, err := s.Inbox.Confirm(ctx, secret)
	s.must(err)
	_, err = s.Inbox.Answer(ctx, s.marta.Actor, l.Thread, "From March on, by ship.")
	s.must(err)
	return s.last("answer"), l.Thread
}

// replied lets somebody reply to a post of the reader's.
func (s *scene) replied() event.Delivery {
	p := s.post()
	_, err := s.Posts.Reply(s.t.Context(), s.marta.Actor, p.ID, 0, "Is *that* so?", "en")
	s.must(err)
	return s.last("reply")
}

func (s *scene) post() posts.Post {
	p, err := s.Posts.Begin(s.t.Context(), s.reader.Actor, posts.NewPost{Title: "On paper", Body: "It is thick."})
	s.must(err)
	p, err = s.Posts.Publish(s.t.Context(), s.reader.Actor, p.ID)
	s.must(err)
	return p
}

// suggested lets somebody suggest another wording.
func (s *scene) suggested() event.Delivery {
	_, err := s.Posts.Suggest(s.t.Context(), s.marta.Actor, s.post().ID, posts.NewSuggestion{Title: "On paper", Body: "It is thin.", Note: "I measured it."})
	s.must(err)
	return s.last("edit")
}

// left answers a wording that the reader suggested.
func (s *scene) left() event.Delivery {
	ctx := s.t.Context()
	p, err := s.Posts.Begin(ctx, s.marta.Actor, posts.NewPost{Title: "On ink", Body: "It is blue."})
	s.must(err)
	p, err = s.Posts.Publish(ctx, s.marta.Actor, p.ID)
	s.must(err)
	e, err := s.Posts.Suggest(ctx, s.reader.Actor, p.ID, posts.NewSuggestion{Title: "On ink", Body: "It is black."})
	s.must(err)
	s.must(s.Posts.LeaveSuggestion(ctx, s.marta.Actor, e.ID, "Blue is *meant*."))
	return s.last("edited")
}

func (s *scene) thanked() event.Delivery {
	_, err := s.Advocacy.Thank(s.t.Context(), s.marta.Actor, advocate.NewThanks{Subject: event.Ref{Kind: "idea", ID: s.idea.ID}, Reason: "It made us *think*.", Language: "en"})
	s.must(err)
	return s.last("thanks")
}

// bought stores an order and asks its buyer.
func (s *scene) bought(email string) int64 {
	stored, err := s.Purchases.Store(s.t.Context(), s.marta.Actor, []purchase.Order{{ExternalID: email, At: s.Clock().Add(-time.Hour), Email: email, Country: "NO", AmountMinor: 1250, Currency: "EUR"}})
	s.must(err)
	s.must(stored[0].Err)
	return stored[0].ID
}

func (s *scene) asked() event.Delivery {
	account, err := s.People.Reachable(s.t.Context(), s.reader.ID)
	s.must(err)
	s.bought(account.Address)
	_, err = s.Purchases.AskOnce(s.t.Context())
	s.must(err)
	return s.last("why")
}

// named lets a buyer say that the reader brought them.
func (s *scene) named() event.Delivery {
	ctx := s.t.Context()
	code, err := s.Purchases.Code(ctx, s.bought("kari@example.org"))
	s.must(err)
	q, err := s.Purchases.Question(ctx, know.Actor{}, code)
	s.must(err)
	s.must(s.Purchases.Answer(ctx, know.Actor{}, q, purchase.Answer{Words: "She showed me hers.", Teller: s.reader.ID, ByName: "Kari"}, webtest.URL))
	return s.last("teller")
}

// broken decides against the charter, and gives the mail about it.
func (s *scene) broken() event.Delivery {
	ctx := s.t.Context()
	v, err := s.Charter.Draft(ctx, s.marta.Actor)
	s.must(err)
	v, err = s.Charter.Save(ctx, s.marta.Actor, v.ID, charter.Edit{Edits: -1, Default: "colours", Clauses: []charter.Clause{{Name: "colours", Title: "Colours of covers", Mode: charter.Decide, Votes: 2}}})
	s.must(err)
	_, err = s.Charter.Publish(ctx, s.marta.Actor, v.ID)
	s.must(err)
	idea, err := s.Ideas.Propose(ctx, s.reader.Actor, shape.NewIdea{Title: "A deep green"})
	s.must(err)
	_, err = s.Ideas.Vote(ctx, s.Person("Ben Okoye", know.Member).Actor, idea.ID, true)
	s.must(err)
	s.Pass(time.Hour)
	d, err := s.Ideas.Decide(ctx, s.marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Declined, Reason: "We cannot get the dye.",
		Override: charter.Signature{Reason: "There is *no* such dye for sale.", Name: "Marta Lindqvist"}})
	s.must(err)
	return put(s.t, s.Site, event.Delivery{Dedup: "broken", Kind: "decision", Person: s.reader.ID, Subject: event.Ref{Kind: "decision", ID: d.ID}, Other: idea.ID})
}

// read sends a mail to a reader of a language, and checks what every mail has.
func (s *scene) read(d event.Delivery, lang string, stops bool, subject string, wants ...string) taken {
	s.t.Helper()
	s.must(s.DB.Update(s.t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(s.t.Context(), `update person set language = $1`, lang)
		return err
	}))
	m := send(s.t, s.Site, s.office, d)
	got := header(s.t, m, "Subject")
	if got != subject {
		s.t.Errorf("%s, %s: the subject is %q, want %q", d.Kind, lang, got, subject)
	}
	if got := m.head.Get("Content-Language"); got != lang {
		s.t.Errorf("%s: it is in %q, want %q", d.Kind, got, lang)
	}
	oneClick := m.head.Get("List-Unsubscribe-Post") == "List-Unsubscribe=One-Click" && strings.Contains(m.head.Get("List-Unsubscribe"), webtest.URL+"/unsubscribe/")
	if oneClick != stops || strings.Contains(m.text, "/unsubscribe/") != stops {
		s.t.Errorf("%s, %s: it can be stopped: %v, want %v", d.Kind, lang, oneClick, stops)
	}
	for _, want := range wants {
		if !strings.Contains(spaces(m.text), want) {
			s.t.Errorf("%s, %s: the text lacks %q:\n%s", d.Kind, lang, want, m.text)
		}
	}
	return m
}

// TestKinds reads each kind of mail that people get from each other, in both
// languages: people's words as they wrote them, ours in the reader's.
func TestKinds(t *testing.T) {
	for name, c := range map[string]struct {
		mail    func(*scene) event.Delivery
		subject [2]string   // English, French
		wants   [2][]string // our words
		words   string      // theirs, and where the link leads
		at      string
	}{
		"reply": {(*scene).replied, [2]string{"Marta Lindqvist (Tribune) on “On paper”", "Marta Lindqvist (Tribune) à propos de « On paper »"},
			[2][]string{{"replied to your post", "No more mails about the tribune"}, {"Bonjour Anaïs Morel,", "a répondu à votre billet"}}, "Is *that* so?", "/tribune/1?replies="},
		"edit": {(*scene).suggested, [2]string{"Another wording for “On paper”", "Une autre formulation pour « On paper »"},
			[2][]string{{"You take it, with their name beside your text, or leave it."}, {"Bonjour Anaïs Morel,"}}, "I measured it.", "/tribune/1/suggestions/1"},
		"edited": {(*scene).left, [2]string{"Your wording for “On ink”", "Votre formulation pour « On ink »"},
			[2][]string{{"leaves the text as it is"}, {"Bonjour Anaïs Morel,"}}, "Blue is *meant*.", "/tribune/1/suggestions/1"},
		"thanks": {(*scene).thanked, [2]string{"Marta Lindqvist (Tribune) thanks you", "Marta Lindqvist (Tribune) vous remercie"},
			[2][]string{{"It is about “Paper for fountain pens”.", "No more mails about thanks"}, {"« Paper for fountain pens »"}}, "It made us *think*.", "/ideas/1"},
		"why": {(*scene).asked, [2]string{"Who or what brought you to Tribune?", "Qui ou quoi vous a fait connaître Tribune ?"},
			[2][]string{{"20 November 2026", "once in a lifetime", "No more questions of this kind"}, {"20 novembre 2026"}}, "", "/why/"},
		"teller": {(*scene).named, [2]string{"Kari says that you brought them to Tribune", "Kari dit vous devoir d’avoir connu Tribune"},
			[2][]string{{"May we show that?"}, {"Bonjour Anaïs Morel,"}}, "She showed me hers.", "/me/why"},
		"override": {(*scene).broken, [2]string{"Declined: A deep green", "Refusée : A deep green"},
			[2][]string{{"against what our charter promised under “Colours of covers”", "Marta Lindqvist signed for:"}, {"Colours of covers"}}, "There is *no* such dye for sale.", "/charter"},
	} {
		t.Run(name, func(t *testing.T) {
			s := openScene(t)
			d := c.mail(s)
			for n, lang := range []string{"en", "fr"} {
				m := s.read(d, lang, true, c.subject[n], append(c.wants[n], c.words, webtest.URL+c.at)...)
				if html := strings.ReplaceAll(c.words, "*", ""); html != c.words && !strings.Contains(m.html, "<em>") {
					t.Errorf("%s: the HTML shows the words unrendered:\n%s", lang, m.html)
				}
			}
		})
	}
}

// TestLetterMail asks who reads an address about a letter, and says nothing of
// its words: anybody may have typed them. Nobody can stop it, since it comes
// for each letter alone.
func TestLetterMail(t *testing.T) {
	s := openScene(t)
	for lang, subject := range map[string]string{"en": "Your letter to Tribune", "fr": "Votre lettre à Tribune"} {
		m := s.read(s.deposited(lang), lang, false, subject, "Marta Lindqvist (Tribune)", webtest.URL+"/letter/")
		if strings.Contains(m.text, "ship") || strings.Contains(m.text, "Rosa") || strings.Contains(m.text, "Peru") {
			t.Errorf("%s: it has what was typed:\n%s", lang, m.text)
		}
		if l, err := s.Inbox.LetterBy(t.Context(), secretOf(m.text, "/letter/")); err != nil || l.Subject != "Peru" || m.to != "rosa@example.org" {
			t.Errorf("%s: to %s, its link gives %+v, %v", lang, m.to, l, err)
		}
	}
}

// TestAnswerToAStranger leads who has no account to the conversation by its key.
func TestAnswerToAStranger(t *testing.T) {
	s := openScene(t)
	d, thread := s.answered()
	path := fmt.Sprintf("/letters/%d/key/", thread)
	for lang, subject := range map[string]string{"en": "Re: Peru", "fr": "Re : Peru"} {
		m := s.read(d, lang, true, subject, "From March on, by ship.", "Do you ship there?", webtest.URL+path)
		if a, err := s.Inbox.WriterByKey(t.Context(), thread, secretOf(m.text, path)); err != nil || a.ID != d.Person {
			t.Errorf("%s: the key gives %+v, %v", lang, a, err)
		}
	}
}

// TestLinksToHandOver lets an owner open the links of letters, as those for
// signing in, while no mail server is set.
func TestLinksToHandOver(t *testing.T) {
	s := openScene(t)
	ctx, staff := t.Context(), s.Person("Sam", know.Staff)
	handed := func(d event.Delivery, at string) string {
		t.Helper()
		path := fmt.Sprintf("/desk/outbox/%d", d.ID)
		staff.Get(path).Want(t, 200).Without(t, webtest.URL+at, `/link"`)
		staff.Post(path+"/link").Want(t, 403)
		s.marta.Get(path).Want(t, 200, `/link"`, "whoever uses it reads the letter, and writes as them").Without(t, webtest.URL+at)
		got := s.marta.Post(path+"/link").Want(t, 200, webtest.URL+at)
		if cached := got.Header.Get("Cache-Control"); cached != "no-store" {
			t.Errorf("Cache-Control is %q", cached)
		}
		audit, err := s.People.Audit(ctx, s.marta.Actor, 0, 1)
		if err != nil || len(audit) != 1 || audit[0].Kind != know.MailRead || audit[0].Subject.ID != d.ID || audit[0].Actor != s.marta.ID {
			t.Errorf("the audit page begins with %+v, %v", audit, err)
		}
		return secretOf(got.Body, at)
	}
	letter := s.deposited("en")
	if l, err := s.Inbox.LetterBy(ctx, handed(letter, "/letter/")); err != nil || l.Subject != "Peru" {
		t.Errorf("the link gives %+v, %v", l, err)
	}
	answer, thread := s.answered()
	at := fmt.Sprintf("/letters/%d/key/", thread)
	if a, err := s.Inbox.WriterByKey(ctx, thread, handed(answer, at)); err != nil || a.ID != answer.Person {
		t.Errorf("the key gives %+v, %v", a, err)
	}
	audited, err := s.People.Audit(ctx, s.marta.Actor, 0, 50)
	s.must(err)
	thanks := s.thanked()
	s.marta.Post(fmt.Sprintf("/desk/outbox/%d/link", thanks.ID)).Want(t, 409)
	if again, err := s.People.Audit(ctx, s.marta.Actor, 0, 50); err != nil || len(again) != len(audited) && again[0].Kind == know.MailRead {
		t.Errorf("a mail without a link was noted as read: %+v, %v", again, err)
	}
}

// secretOf gives what follows at in a text, up to its end.
func secretOf(text, at string) string {
	_, secret, _ := strings.Cut(text, webtest.URL+at)
	if end := strings.IndexAny(secret, " \n<\"&"); end >= 0 {
		secret = secret[:end]
	}
	return secret
}

// TestUntoldMail holds the mail of a decision whose reader had not been told of
// the two before it, in both languages, to what stands in testdata.
func TestUntoldMail(t *testing.T) {
	s := openScene(t)
	for _, n := range []shape.NewDecision{
		{Stage: shape.Planned, Reason: "Our mill can make it. " + strings.Repeat("We asked it twice, and it said so. ", 20) + "This is past what a mail repeats."},
		{Stage: shape.UnderReview, Reason: "The mill *burnt down*: we look at it again."},
		{Stage: shape.Declined, Reason: "No other mill makes such paper."},
	} {
		_, err := s.Ideas.Decide(t.Context(), s.marta.Actor, s.idea.ID, n)
		s.must(err)
		for more := true; more; {
			more, err = s.Ideas.TellOnce(t.Context())
			s.must(err)
		}
		s.Pass(time.Minute)
	}
	s.golden("decision", "decision-untold", "Declined: Paper for fountain pens", "Refusée : Paper for fountain pens")
}

// TestNamelessMail: an idea whose author left with the words is called by its
// number and day, until one of us gives it a title.
func TestNamelessMail(t *testing.T) {
	s := openScene(t)
	ben := s.Person("Ben Okoye", know.Member)
	idea, err := s.Ideas.Propose(t.Context(), ben.Actor, shape.NewIdea{Title: "A deep green"})
	s.must(err)
	_, err = s.Ideas.Vote(t.Context(), s.reader.Actor, idea.ID, true)
	s.must(err)
	_, err = s.Ideas.Decide(t.Context(), s.marta.Actor, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "We have found the green."})
	s.must(err)
	for more := true; more; {
		more, err = s.Ideas.TellOnce(t.Context())
		s.must(err)
	}
	s.must(s.People.Leave(t.Context(), ben.Actor, true))
	s.must(s.Events.CatchUp(t.Context(), "shape.leaving", s.Ideas.Erase))
	m := s.read(s.to("decision"), "en", true, "Planned: the idea № 2 of 20 November 2026, whose author has left")
	if !strings.Contains(m.text, "You voted for “the idea № 2 of 20 November 2026, whose author has left”.") {
		t.Error(m.text)
	}
	title := "A green for covers"
	_, err = s.Ideas.Edit(t.Context(), s.marta.Actor, idea.ID, shape.IdeaEdit{Title: &title})
	s.must(err)
	s.read(s.to("decision"), "fr", true, "Prévue : A green for covers")
}

// TestNeedless: a mail that asks what was answered meanwhile is needed no more,
// which is no failure.
func TestNeedless(t *testing.T) {
	s := openScene(t)
	row := s.named()
	s.must(s.Purchases.Show(t.Context(), s.reader.Actor, row.Subject.ID, true))
	s.SMTP = "smtp://" + s.office.addr
	if _, err := mail.New(s.Kit).Prepare(t.Context(), row); !errors.Is(err, event.ErrSuperseded) {
		t.Errorf("a question that was answered: %v", err)
	}
}
