package people_test

import (
	"strconv"
	"testing"

	"tribune/know"
	"tribune/shape"
	"tribune/web/people"
	"tribune/web/webtest"
)

// TestPeople shows the team to everybody, and of members only who spoke up.
func TestPeople(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: people.Files, Routes: people.Routes})
	owner, jo, quiet := s.Person("Marta Lindqvist", know.Owner), s.Person("Jo", know.Member), s.Person("Quiet One", know.Member)
	if _, err := s.People.Invite(t.Context(), owner.Actor, "Not Yet", "not@example.org", know.Staff, false); err != nil {
		t.Fatal(err)
	}
	if err := s.People.SetProfile(t.Context(), owner.Actor, know.Profile{Name: "Marta Lindqvist", Title: "Founder", About: "Answers for the paper."}); err != nil {
		t.Fatal(err)
	}
	idea, err := s.Ideas.Propose(t.Context(), jo.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := s.Ideas.Propose(t.Context(), owner.Actor, shape.NewIdea{Title: "For the team alone", Audience: know.Team})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []shape.Idea{idea, secret} {
		if _, err := s.Ideas.Decide(t.Context(), owner.Actor, i.ID, shape.NewDecision{Stage: shape.Planned, Reason: "Our mill can make it."}); err != nil {
			t.Fatal(err)
		}
	}
	path := func(id int64) string { return "/people/" + strconv.FormatInt(id, 10) }
	v := s.Visitor()
	v.Get("/people").Want(t, 200, "Marta Lindqvist", "Answers for the paper.").Without(t, "Not Yet", "Jo")
	v.Get(path(owner.ID)).Want(t, 200, "Founder", "Our mill can make it.", "Paper for fountain pens").Without(t, "For the team alone")
	v.Get(path(jo.ID)).Want(t, 200, "Paper for fountain pens").Without(t, "@example.org")
	v.Get(path(quiet.ID)).Want(t, 404)
	owner.Get(path(owner.ID)).Want(t, 200, "For the team alone")
	if err := s.People.Leave(t.Context(), jo.Actor, false); err != nil {
		t.Fatal(err)
	}
	v.Get(path(jo.ID)).Want(t, 404)
}
