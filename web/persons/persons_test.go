package persons_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/persons"
	"tribune/web/webtest"
)

func open(t *testing.T) (*webtest.Site, *webtest.Reader) {
	s := webtest.New(t, webtest.Folder{Files: desk.Files, Routes: desk.Routes}, webtest.Folder{Files: persons.Files, Routes: persons.Routes})
	return s, s.Person("Marta Lindqvist", know.Owner)
}

func TestOneLineOfTime(t *testing.T) {
	s, marta := open(t)
	ctx := t.Context()
	anna := s.Person("Anna Morel", know.Member)
	heard, err := s.Radar.Hear(ctx, marta.Actor, []listen.Post{{Source: "Blogs", Text: "I wish it were squared.", URL: "https://blog.example/1", Author: listen.Author{Name: "Anna M.", URL: "https://blog.example/anna"}}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Radar.Mention(ctx, marta.Actor, heard[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	account := fmt.Sprintf("/desk/accounts/%d", m.Account)
	marta.Get("/desk/people?show=accounts").Want(t, 200, "Anna M.", account)
	marta.Get(account).Want(t, 200, "an account nobody claimed", "I wish it were squared.", "Join it to a person")
	s.Pass(time.Hour)
	if _, err := s.Ideas.Propose(ctx, anna.Actor, shape.NewIdea{Title: "Squared paper"}); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Hour)
	letter, err := s.Inbox.Letter(ctx, anna.Actor, "Refills", "Are there refills?")
	if err != nil {
		t.Fatal(err)
	}
	person := fmt.Sprintf("/desk/people/%d", anna.ID)
	marta.Get(person).Want(t, 200, "nobody of us has spoken with them yet", "Waits for an answer", "Squared paper", "wrote to us").Without(t, "I wish it were squared.")
	s.Pass(time.Hour)
	if _, err := s.Inbox.Answer(ctx, marta.Actor, letter.ID, "Yes, from March."); err != nil {
		t.Fatal(err)
	}

	marta.Get(account+"/join").Want(t, 200).Without(t, "Nobody is found")
	marta.Get(account+"/join?q=zz").Want(t, 200, "Nobody is found")
	marta.Get(account+"/join?q=anna").Want(t, 200, "It is them", person)
	marta.Post(account+"/move", "person", "x").Want(t, 422, "Choose the person")
	marta.Post(account+"/move", "person", fmt.Sprint(anna.ID)).Want(t, 303)
	if a := marta.Get(account); a.Header.Get("Location") != person {
		t.Errorf("a joined account leads to %q", a.Header.Get("Location"))
	}
	page := marta.Get(person)
	page.Want(t, 200, "Marta Lindqvist (Tribune) last spoke with them", "Marta Lindqvist (Tribune) answered", "I wish it were squared.", "Not them: part it")
	if strings.Index(page.Body, "Yes, from March.") > strings.Index(page.Body, "Are there refills?") {
		t.Error("the line of time is not newest first")
	}
	marta.Post(account+"/move", "person", "0").Want(t, 303)
	marta.Get(person).Without(t, "I wish it were squared.")
}

func TestLongestSilenceFirst(t *testing.T) {
	s, marta := open(t)
	ctx := t.Context()
	for _, name := range []string{"Anna", "Bo", "Cleo"} {
		reader := s.Person(name, know.Member)
		if name == "Cleo" {
			continue // nobody ever spoke with them
		}
		letter, err := s.Inbox.Letter(ctx, reader.Actor, "Hello", "A question?")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Inbox.Answer(ctx, marta.Actor, letter.ID, "An answer."); err != nil {
			t.Fatal(err)
		}
		s.Pass(48 * time.Hour)
	}
	body := marta.Get("/desk/people").Body
	cleo, anna, bo := strings.Index(body, "<b>Cleo"), strings.Index(body, "<b>Anna"), strings.Index(body, "<b>Bo")
	if cleo < 0 || cleo > anna || anna > bo {
		t.Errorf("Cleo stands at %d, Anna at %d, Bo at %d", cleo, anna, bo)
	}
	if strings.Contains(body, "<b>Marta") {
		t.Error("somebody who works here is listed among those to speak with")
	}
	marta.Get("/desk/people?q=cleo@").Want(t, 200, "Cleo").Without(t, "<b>Anna")
	marta.Get("/desk/people?q=50%25").Want(t, 200, "Nobody is found")
}
