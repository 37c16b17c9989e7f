package held_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/web/desk"
	"tribune/web/held"
	"tribune/web/radar"
	"tribune/web/webtest"
)

// Somebody who was answered elsewhere sees what is held of them, without an
// account, takes it with them, asks to be forgotten, and is.
func TestHeld(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: held.Files, Routes: held.Routes}, webtest.Folder{Files: desk.Files, Routes: desk.Routes}, webtest.Folder{Files: radar.Files, Routes: radar.Routes})
	marta, sven, member, visitor := s.Person("Marta", know.Owner), s.Person("Sven", know.Staff), s.Person("Ben", know.Member), s.Visitor()
	by := listen.Author{Name: "Jonas <b>Keller", URL: "https://blog.example/"}
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{
		{Source: "Blogs", Text: "My notebook opens flat.", Language: "en", URL: "https://blog.example/1", Author: by, PublishedAt: s.Clock()},
		{Source: "Telephone", Kind: listen.KindCall, Text: "A secret order.", Author: by}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := s.Radar.Mention(t.Context(), marta.Actor, heard[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	token, err := s.People.HeldToken(t.Context(), m.Account)
	if err != nil {
		t.Fatal(err)
	}
	path := "/held/" + token
	page := visitor.Get(path).Want(t, 200, "My notebook opens flat.", "Jonas &lt;b&gt;Keller", "1 thing you said to us alone", "90 days", "Ask to be forgotten").Without(t, "A secret order")
	if page.Header.Get("X-Robots-Tag") != "noindex" || page.Header.Get("Cache-Control") != "no-store" || page.Header.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("headers: %v", page.Header)
	}
	visitor.Lang = "fr"
	visitor.Get(path).Want(t, 200, "Ce que nous gardons sur vous")
	visitor.Lang = ""
	var data listen.Stranger
	if err := json.Unmarshal([]byte(visitor.Get(path+"/data.json").Want(t, 200).Without(t, "A secret order").Body), &data); err != nil || len(data.Mentions) != 1 || data.Private != 1 {
		t.Errorf("%+v, %v", data, err)
	}
	for _, wrong := range []string{"/held/x", path[:len(path)-2] + "AA", path + "A"} {
		visitor.Get(wrong).Want(t, 404).Without(t, "notebook")
		visitor.Post(wrong+"/forget").Want(t, 404)
	}
	visitor.Post(path+"/forget").Want(t, 303)
	visitor.Get(path).Want(t, 200, "You asked on").Without(t, "Ask to be forgotten")

	marta.Get("/desk").Want(t, 200, "1 person asks to be forgotten.")
	sven.Get("/desk/radar/forget").Want(t, 200, "Jonas &lt;b&gt;Keller", "2 mentions", "90 days. An owner can change that.")
	account := fmt.Sprintf("/desk/radar/forget/%d", m.Account)
	member.Post(account).Want(t, 404)
	sven.Post(account+"/refuse").Want(t, 303)
	visitor.Post(path+"/forget").Want(t, 303)
	sven.Post(account).Want(t, 303)
	visitor.Get(path).Want(t, 200, "Nothing: no words, and no name.").Without(t, "Jonas")
	marta.Get("/desk/radar").Without(t, "opens flat")

	sven.Post("/desk/radar/forget", "retention", "30").Want(t, 403)
	for _, wrong := range []string{"", "0", "-1", "many", "3651", strings.Repeat("9", 30)} {
		marta.Post("/desk/radar/forget", "retention", wrong).Want(t, 422, "1 to 3650 days")
	}
	marta.Post("/desk/radar/forget", "retention", "30").Want(t, 303)
	marta.Get("/desk/radar/forget").Want(t, 200, `value="30"`)
}

// All that these pages say can be said in French.
func TestFrench(t *testing.T) {
	catalogue, err := i18n.Load(held.Files)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := i18n.Untranslated(os.DirFS("."), catalogue)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range missing {
		t.Errorf("no French: %s", text)
	}
}
