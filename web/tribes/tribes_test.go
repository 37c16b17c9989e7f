package tribes_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/shape"
	"tribune/tribe"
	"tribune/web/tribes"
	"tribune/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: tribes.Files, Routes: tribes.Routes})
}

// TestTribe starts a tribe, and lets others in, by its pages alone.
func TestTribe(t *testing.T) {
	s := site(t)
	ada, ben := s.Person("Ada Blum", know.Member), s.Person("Ben Okoye", know.Member)
	s.Visitor().Get("/tribes").Want(t, 200, "There is no tribe yet")
	got := ada.Post("/tribes", "name", "Night writers", "stands", "We write when it is *dark*.", "shown", "1").Want(t, 303)
	path := got.Header.Get("Location")
	s.Visitor().Get(path).Want(t, 200, "Night writers", "<em>dark</em>", "Ada Blum")
	ben.Post("/tribes", "name", "<b>Day</b> writers", "stands", "Kept words.").Want(t, 422, "A name is read aloud", "&lt;b&gt;Day&lt;/b&gt;", "Kept words.").Without(t, "<b>Day")
	// Another by the same name is led to it, with what they typed.
	ben.Post("/tribes", "name", "night WRITERS", "stands", "My own words.").Want(t, 409, `href="`+path+`"`, "My own words.", "already")
	s.Visitor().Post("/tribes", "name", "Morning writers", "stands", "Kept words."+strings.Repeat(".", 65<<10)).Want(t, 401, "Kept words.", "Sign in first") // too much to keep
	ben.Post(path+"/join").Want(t, 303)
	s.Visitor().Get(path).Want(t, 200, "and 1 other, who is not named").Without(t, "Ben Okoye")
	ben.Post(path+"/words", "word", "slow").Want(t, 303)
	ben.Post(path+"/words", "word", "!").Want(t, 422, `value="!"`, "Give a word")
	s.Visitor().Get("/tribes").Want(t, 200, "slow")
	idea, err := s.Ideas.Propose(t.Context(), ben.Actor, shape.NewIdea{Title: "A lamp for the desk"})
	if err != nil {
		t.Fatal(err)
	}
	ben.Post(path+"/ideas", "idea", fmt.Sprintf("https://square.example/ideas/%d?x=1", idea.ID), "on", "1").Want(t, 303)
	ben.Post(path+"/ideas", "idea", "a lamp", "on", "1").Want(t, 422, "This is no idea’s address", "a lamp")
	s.Visitor().Get(path).Want(t, 200, "A lamp for the desk")
	s.Pass(7 * 24 * time.Hour)
	// Two who write at once: the second is told, and loses nothing.
	ada.Post(path+"/edit", "name", "Night writers", "stands", "First.", "version", "1").Want(t, 303)
	ben.Post(path+"/edit", "name", "Night writers", "stands", "Second.", "version", "1").Want(t, 409, "Second.", "Somebody of the tribe changed it")
	ben.Get(path+"/history").Want(t, 200, "We write when it is", "Ada Blum", "Put this back")
	// Who is not named in it is not named by what they wrote; who may not change it is told who may.
	ben.Post(path+"/edit", "name", "Night writers", "stands", "Third.", "version", "2").Want(t, 303)
	ada.Get(path).Want(t, 200, "A member wrote this anew").Without(t, "Ben Okoye wrote")
	ada.Post(path+"/edit", "name", "Night writers", "stands", "Fourth.", "version", "3").Want(t, 303)
	const whoMay = "by who founded it or has been in it for a week"
	s.Visitor().Get(path+"/history").Want(t, 200, "by a member, until", whoMay).Without(t, "Ben Okoye")
	cyd := s.Person("Cyd Marsh", know.Member)
	cyd.Get(path).Want(t, 200, "work out how you voted")
	cyd.Post(path+"/join").Want(t, 303)
	cyd.Get(path).Want(t, 200, whoMay).Without(t, path+"/edit")
	cyd.Get(path+"/edit").Want(t, 403, "has been in it for a week")
	cyd.Post(path+"/leave").Want(t, 303)
	ada.Get(path+"/edit").Want(t, 200, whoMay).Without(t, "Every member")
	ada.Post(path+"/leave").Want(t, 303)
	ben.Post(path+"/leave").Want(t, 303)
	s.Visitor().Get(path).Want(t, 200, "Nobody is left in this tribe")
	if body := s.Visitor().Get("/tribes").Body; strings.Contains(body, "Night writers") {
		t.Error("an empty tribe is listed")
	}
}

// TestDesk shows strength to staff.
func TestDesk(t *testing.T) {
	s := site(t)
	ada, staff := s.Person("Ada Blum", know.Member), s.Person("Sofia Reyes", know.Staff)
	made, err := s.Tribes.Start(t.Context(), ada.Actor, tribe.NewTribe{Name: "Inkers"})
	if err != nil {
		t.Fatal(err)
	}
	ada.Get("/desk/tribes").Want(t, 404)
	staff.Get("/desk/tribes").Want(t, 200, "Inkers", "Nobody has looked yet")
	staff.Post("/desk/tribes/look").Want(t, 303)
	staff.Get(fmt.Sprintf("/desk/tribes/%d", made.ID)).Want(t, 200, "Reciprocity", "reciprocity = given back ÷ given", "<polyline", "Week of")
	ada.Get(fmt.Sprintf("/tribes/%d/strength", made.ID)).Want(t, 200, "Density")
	s.Visitor().Get(fmt.Sprintf("/tribes/%d/strength", made.ID)).Want(t, 403)
}
