package inbox_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/web/desk"
	"tribune/web/inbox"
	"tribune/web/webtest"
)

func open(t *testing.T) (*webtest.Site, *webtest.Reader) {
	s := webtest.New(t, webtest.Folder{Files: desk.Files, Routes: desk.Routes}, webtest.Folder{Files: inbox.Files, Routes: inbox.Routes})
	return s, s.Person("Marta Lindqvist", know.Owner)
}

func TestLetterIsAnsweredUnderOnesOwnName(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/inbox").Want(t, 200, "Nobody waits for an answer")
	anna := s.Person("Anna Morel", know.Member)
	letter, err := s.Inbox.Letter(t.Context(), anna.Actor, "Refills", "Are there **refills** without a cover?")
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/inbox/%d", letter.ID)
	anna.Get(path).Want(t, 404)
	marta.Get("/desk/inbox").Want(t, 200, `href="`+path+`"`, "Anna Morel", "refills").Without(t, "**")
	marta.Get(path).Want(t, 200, "<strong>refills</strong>", "Goes out as Marta Lindqvist", "and by mail", `data-key="r"`, `data-key="e"`, `data-key="help"`)

	marta.Post(path+"/say", "as", "answer", "body", " ").Want(t, 422, "Write something first.")
	marta.Post(path+"/say", "as", "note", "body", "Ask Noura about the paper.").Want(t, 303)
	marta.Get(path).Want(t, 200, "Note by Marta Lindqvist", "Ask Noura about the paper.", "for the team only")
	key := marta.Get(path).Key(t)
	for range 2 { // a slow line, and a second click
		marta.Post(path+"/say", "as", "answer", "body", "Yes, from March.", "once", key).Want(t, 303)
	}
	marta.Get(path).Want(t, 200, "Yes, from March.", "answered here")
	if _, messages, err := s.Inbox.Thread(t.Context(), marta.Actor, letter.ID); err != nil || len(messages) != 3 {
		t.Errorf("%d messages, want the letter, the note and one answer: %v", len(messages), err)
	}
	marta.Get("/desk/inbox").Without(t, path)
	marta.Get("/desk/inbox?state=answered").Want(t, 200, path)
	marta.Post(path+"/reopen").Want(t, 303)
	marta.Get("/desk/inbox").Want(t, 200, path)
}

// TestNothingToDo offers to close without an answer only what waits for one, and
// no way to somebody who left.
func TestNothingToDo(t *testing.T) {
	s, marta := open(t)
	anna := s.Person("Anna Morel", know.Member)
	letter, err := s.Inbox.Letter(t.Context(), anna.Actor, "Refills", "Are there refills without a cover?")
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/inbox/%d", letter.ID)
	marta.Get(path).Want(t, 200, "Close without an answer", `id="reply"`)
	marta.Post(path+"/say", "as", "answer", "body", "Yes, from March.").Want(t, 303)
	marta.Get(path).Want(t, 200, "Has an answer", `id="reply"`).Without(t, "Close without an answer")
	if err := s.People.Leave(t.Context(), anna.Actor, false); err != nil {
		t.Fatal(err)
	}
	marta.Get(path).Want(t, 200, "They have left", "Are there refills").Without(t, `id="reply"`, "copy it and send it", "Let it wait again", "Close without an answer")
}

// TestAnswerToAPublicLetter says that it is public before it is sent.
func TestAnswerToAPublicLetter(t *testing.T) {
	s, marta := open(t)
	anna := s.Person("Anna Morel", know.Member)
	for _, public := range []bool{true, false} {
		letter, err := s.Inbox.WriteTo(t.Context(), anna.Actor, converse.NewLetter{To: marta.ID, Public: public, Subject: "Refills", Body: "Are there refills?"})
		if err != nil {
			t.Fatal(err)
		}
		page := marta.Get(fmt.Sprintf("/desk/inbox/%d", letter.ID)).Want(t, 200, "Goes out as Marta Lindqvist")
		if said := strings.Contains(page.Body, "and so is your answer: everybody can read it"); said != public {
			t.Errorf("public %v, but the form says so: %v", public, said)
		}
	}
}

func TestAnswerElsewhereIsCopiedAndPosted(t *testing.T) {
	s, marta := open(t)
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Blogs", Text: "Does anybody know whether they repair bindings?",
		URL: "https://blog.example/1", Author: listen.Author{Name: "Jonas Keller", URL: "https://blog.example/"}}})
	if err != nil || heard[0].Err != nil {
		t.Fatal(err, heard)
	}
	thread, err := s.Inbox.Open(t.Context(), marta.Actor, heard[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/inbox/%d", thread.ID)
	marta.Get(path).Want(t, 200, "Jonas Keller", "https://blog.example/1", "you copy it and post it under the original", fmt.Sprintf("/desk/mentions/%d/idea", heard[0].ID))
	marta.Post(path+"/say", "as", "answer", "body", "We do, for life.").Want(t, 303)
	a := marta.Get(path)
	a.Want(t, 200, "Copy your answer.", `data-copy="`, "We do, for life.", "I posted it")
	rest := a.Body[strings.Index(a.Body, "/posted")-12:]
	message := rest[strings.LastIndex(rest[:strings.Index(rest, "/posted")], "/")+1 : strings.Index(rest, "/posted")]
	olga := s.Person("Olga Berg", know.Owner)
	olga.Get(path).Want(t, 200, "written, not posted yet").Without(t, "/posted", "It is posted")
	if err := s.People.SetRole(t.Context(), olga.Actor, marta.ID, know.Member, false); err != nil {
		t.Fatal(err)
	}
	olga.Get(path).Want(t, 200, "Who wrote this is not of the team any more", "It is posted", "/messages/"+message+"/posted").Without(t, "I posted it")
	if err := s.People.SetRole(t.Context(), olga.Actor, marta.ID, know.Owner, false); err != nil {
		t.Fatal(err)
	}
	marta.Post("/desk/messages/"+message+"/posted", "url", "nonsense").Want(t, 422, "beginning with https://", `value="nonsense"`)
	marta.Post("/desk/messages/"+message+"/posted", "url", "https://blog.example/1#c2").Want(t, 303)
	marta.Get(path).Want(t, 200, "posted by hand", "https://blog.example/1#c2").Without(t, "I posted it")
}

// Who reads the line that leads to what is held on them is the one who asked,
// not the one of us who answers.
func TestWhatIsCopiedEndsInTheLanguageOfWhoAsked(t *testing.T) {
	s, marta := open(t)
	const answer = "Nous réparons volontiers."
	for name, of := range map[string]struct{ said, lang, pages, ends string }{
		"English, answered by a French page": {"Does anybody know whether they repair bindings?", "en", "fr", "What we hold on you: http"},
		"French, answered by an English one": {"Est-ce que quelqu'un sait s'ils réparent les reliures ?", "fr", "en", "Ce que nous gardons sur vous\u00a0: http"},
		"not known: the site's":              {"???", "", "fr", "What we hold on you: http"},
	} {
		heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Blogs", Text: of.said, Language: of.lang,
			URL: "https://blog.example/" + of.lang, Author: listen.Author{Name: "Jonas " + of.lang, URL: "https://blog.example/by/" + of.lang}}})
		if err != nil || heard[0].Err != nil {
			t.Fatal(name, err, heard)
		}
		thread, err := s.Inbox.Open(t.Context(), marta.Actor, heard[0].ID)
		if err != nil {
			t.Fatal(name, err)
		}
		path := fmt.Sprintf("/desk/inbox/%d", thread.ID)
		marta.Post(path+"/say", "as", "answer", "body", answer).Want(t, 303)
		if err := s.People.SetLanguage(t.Context(), marta.Actor, of.pages); err != nil {
			t.Fatal(name, err)
		}
		a := marta.Get(path).Want(t, 200, `<html lang="`+of.pages+`">`)
		if _, copied, _ := strings.Cut(a.Body, "<textarea id=\"copy-"); !strings.Contains(copied, answer+"\n\n"+of.ends) {
			t.Errorf("%s: what is copied is %.300q", name, copied)
		}
	}
}

// The words of who joins in stand under their own name, and at their own time,
// on the page and in the list.
func TestAnotherJoinsIn(t *testing.T) {
	s, marta := open(t)
	at := s.Now().Add(-10 * time.Hour)
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{
		{Source: "Forum", ExternalID: "a", Text: "Does my mug leak by itself?", URL: "https://forum.example/a", Author: listen.Author{Name: "Ana Silva", URL: "https://ana.example/"}, PublishedAt: at},
		{Source: "Forum", ExternalID: "b", ReplyTo: "a", Text: "Mine leaks, too.", URL: "https://forum.example/b", Author: listen.Author{Name: "Bo", URL: "https://bo.example/"}, PublishedAt: at.Add(time.Hour)}})
	if err != nil || heard[0].Err != nil || heard[1].Err != nil {
		t.Fatal(err, heard)
	}
	thread, err := s.Inbox.Open(t.Context(), marta.Actor, heard[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/inbox/%d", thread.ID)
	marta.Get(path).Without(t, "Bo</a>")
	m, err := s.Radar.Mention(t.Context(), marta.Actor, heard[1].ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		return s.Inbox.Attend(t.Context(), tx, []event.Event{{Kind: listen.MentionsStored, Subject: event.Ref{Kind: "source", ID: m.Source}, Other: m.ID, N: m.ID}})
	}); err != nil {
		t.Fatal(err)
	}
	a := marta.Get(path).Want(t, 200, "<b>Bo:</b> Mine leaks, too.")
	for _, want := range []string{`(?s)Does my mug leak by itself\?</blockquote><figcaption[^>]*><b><a[^>]*>Ana Silva</a></b> <span>[^/]*datetime="` + at.Format("2006-01-02T15:04"),
		`(?s)Mine leaks, too\.</blockquote><figcaption[^>]*><b><a[^>]*>Bo</a></b> <span>[^/]*datetime="` + at.Add(time.Hour).Format("2006-01-02T15:04")} {
		if !regexp.MustCompile(want).MatchString(a.Body) {
			t.Errorf("%s is not there:\n%s", want, a.Body[strings.Index(a.Body, "Does my mug"):])
		}
	}
}

func TestCloseNeedsAReasonAndTakeIsOnesOwn(t *testing.T) {
	s, marta := open(t)
	noura, anna := s.Person("Noura Benali", know.Staff), s.Person("Anna Morel", know.Member)
	letter, err := s.Inbox.Letter(t.Context(), anna.Actor, "Hello", "Just hello.")
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/inbox/%d", letter.ID)
	marta.Post(path+"/take").Want(t, 303)
	marta.Get(path).Want(t, 200, "you have it", "Give it back")
	marta.Get("/desk/inbox?state=mine").Want(t, 200, path)
	noura.Post(path+"/take").Want(t, 409, "Marta Lindqvist took this.")
	marta.Post(path+"/give", "owner_id", fmt.Sprint(noura.ID)).Want(t, 303)
	noura.Get(path).Want(t, 200, "you have it")
	noura.Post(path+"/close", "reason", "").Want(t, 422, "Say why this is not answered", "<details")
	noura.Post(path+"/close", "reason", "A greeting, no question.").Want(t, 303)
	noura.Get("/desk/inbox?state=closed").Want(t, 200, path)
	noura.Get(path).Want(t, 200, "A greeting, no question.")
}

func TestTellTaskShowsTheDecision(t *testing.T) {
	s, marta := open(t)
	ctx := t.Context()
	heard, err := s.Radar.Hear(ctx, marta.Actor, []listen.Post{{Source: "Blogs", Text: "Si seulement il existait en A6 quadrillé.", Language: "fr", URL: "https://blog.example/2", Author: listen.Author{Name: "Jo", URL: "https://blog.example/jo"}}})
	if err != nil {
		t.Fatal(err)
	}
	idea, _, err := s.Ideas.IdeaFrom(ctx, marta.Actor, heard[0].ID, shape.NewIdea{Title: "A squared A6"})
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []shape.NewDecision{{Stage: shape.Declined, Reason: "There is no paper for it."}, {Stage: shape.Planned, Reason: "We have found the paper for it."}} {
		if _, err := s.Ideas.Decide(ctx, marta.Actor, idea.ID, n); err != nil {
			t.Fatal(err)
		}
		for more := true; more; {
			if more, err = s.Ideas.TellOnce(ctx); err != nil {
				t.Fatal(err)
			}
		}
	}
	list := marta.Get("/desk/inbox")
	list.Want(t, 200, "to be told")
	at := strings.Index(list.Body, `class="thread"`)
	href := list.Body[at:][strings.Index(list.Body[at:], `href="`)+6:]
	href = href[:strings.Index(href, `"`)]
	open := marta.Get(href)
	open.Want(t, 200, "To be told: what was decided", "We have found the paper for it.", "Si seulement il existait en A6 quadrillé.", "They write French.", "https://blog.example/2", webtest.URL+"/ideas/",
		"not been told of the decision before it either", "Vous avez demandé «\u00a0A squared A6\u00a0». C’est décidé\u00a0: Prévue.\n\nWe have found the paper for it.\n\nAvant cela, le ",
		"\u00a0: Refusée.\n\nThere is no paper for it.\n\n"+webtest.URL+"/ideas/")
}
