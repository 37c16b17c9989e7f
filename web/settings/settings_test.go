package settings_test

import (
	"strconv"
	"strings"
	"testing"

	"tribune/event"
	"tribune/know"
	"tribune/web/settings"
	"tribune/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: settings.Files, Routes: settings.Routes})
}

// TestWho asks for each page and act as everybody.
func TestWho(t *testing.T) {
	s := site(t)
	owner, staff, member := s.Person("Marta", know.Owner), s.Person("Sam", know.Staff), s.Person("Jo", know.Member)
	for _, c := range []struct {
		method, path         string
		owner, staff, member int
	}{
		{"GET", "/desk/welcome", 200, 403, 404}, {"POST", "/desk/welcome", 422, 403, 404},
		{"GET", "/desk/settings", 200, 303, 404}, {"POST", "/desk/settings", 422, 403, 404},
		{"GET", "/desk/settings/accent", 200, 403, 404},
		{"GET", "/desk/settings/team", 200, 403, 404}, {"POST", "/desk/settings/team", 422, 403, 404},
		{"GET", "/desk/settings/mail", 200, 403, 404}, {"POST", "/desk/settings/mail/test", 200, 403, 404},
		{"GET", "/desk/settings/rules", 200, 403, 404}, {"POST", "/desk/settings/rules", 303, 403, 404},
		{"GET", "/desk/settings/audit", 200, 200, 404},
	} {
		for who, want := range map[*webtest.Reader]int{owner: c.owner, staff: c.staff, member: c.member} {
			got := 0
			if c.method == "GET" {
				got = who.Get(c.path).Status
			} else {
				got = who.Post(c.path).Status
			}
			if got != want {
				t.Errorf("%s %s as %s: %d, want %d", c.method, c.path, who.Name, got, want)
			}
		}
		if c.method == "GET" {
			s.Visitor().Get(c.path).Want(t, 303)
		}
	}
}

// TestWords keeps what was typed when something is wrong, and saves what is right.
func TestWords(t *testing.T) {
	s := site(t)
	owner := s.Person("Marta", know.Owner)
	owner.Post("/desk/settings", "brand", "Oriflamme", "purpose", "Notebooks.", "accent", "#1a56b0", "language", "fr", "zone", "Mars/Olympus").
		Want(t, 422, "This time zone is not known", "Oriflamme", "#1a56b0")
	owner.Post("/desk/settings", "brand", "Oriflamme", "purpose", "Notebooks.", "accent", "#1a56b0", "language", "en", "zone", "Europe/Paris").Want(t, 303)
	now, err := s.People.Site(t.Context())
	if err != nil || now.Brand != "Oriflamme" || now.Zone != "Europe/Paris" || !now.SetUp || now.Hue < 250 || now.Hue > 270 {
		t.Errorf("%+v, %v", now, err)
	}
	owner.Get("/desk/settings/audit").Want(t, 200, "changed the settings: name or purpose, colour or logo and language or time zone")
}

// TestInvite gives a link to hand over, and puts a mail in the outbox only if
// it is wanted.
func TestInvite(t *testing.T) {
	s := site(t)
	owner := s.Person("Marta", know.Owner)
	got := owner.Post("/desk/settings/team", "name", "Sam", "email", "sam@example.org", "role", "staff").Want(t, 200, webtest.URL+"/signin/")
	_, secret, _ := strings.Cut(got.Body, webtest.URL+"/signin/")
	secret, _, _ = strings.Cut(secret, "<")
	link, err := s.People.Look(t.Context(), secret)
	if err != nil || link.Purpose != know.Invitation || link.Role != know.Staff || link.By != owner.ID {
		t.Errorf("%+v, %v", link, err)
	}
	if rows, _ := s.Events.Deliveries(t.Context(), "", 0, 5); len(rows) != 0 {
		t.Errorf("%v was put in the outbox", rows)
	}
	owner.Post("/desk/settings/team", "name", "Ann", "email", "ann@example.org", "role", "staff", "mailed", "1").Want(t, 200)
	if rows, _ := s.Events.Deliveries(t.Context(), event.Waiting, 0, 5); len(rows) != 1 || rows[0].Kind != "invite" {
		t.Errorf("the outbox has %v", rows)
	}
	owner.Get("/desk/settings/team").Want(t, 200, "Ann", "invited, not here yet")
	owner.Post("/desk/settings/team/"+strconv.FormatInt(link.Person, 10), "role", "member").Want(t, 303)
	owner.Get("/desk/settings/team").Want(t, 200).Without(t, "Role of Sam")
	owner.Post("/desk/settings/team/"+strconv.FormatInt(owner.ID, 10), "role", "staff").Want(t, 409)
}

// TestMailPassword never shows the password, and keeps it when the rest changes.
func TestMailPassword(t *testing.T) {
	s := site(t)
	owner := s.Person("Marta", know.Owner)
	owner.Post("/desk/settings/mail", "mail_url", "gopher://x").Want(t, 422, "gopher://x", "smtp://host:port")
	owner.Post("/desk/settings/mail", "mail_url", "smtp://me:s%40crt@mail.example.org:587", "mail_from", "hello@example.org").Want(t, 303)
	owner.Get("/desk/settings/mail").Want(t, 200, "smtp://me:•••@mail.example.org:587").Without(t, "s%40crt", "s@crt")
	owner.Post("/desk/settings/mail", "mail_url", "smtp://me:•••@mail.example.org:2525").Want(t, 303)
	now, err := s.People.Site(t.Context())
	if err != nil || now.MailURL != "smtp://me:s%40crt@mail.example.org:2525" {
		t.Errorf("%q, %v", now.MailURL, err)
	}
	s.SMTP = "smtp://127.0.0.1:1"
	owner.Get("/desk/settings/mail").Want(t, 200, "Fixed by TRIBUNE_SMTP")
	owner.Post("/desk/settings/mail/test").Want(t, 200, "The test mail did not leave", "127.0.0.1:1")
}

// TestRules lowers a verb's least role, which counts at once.
func TestRules(t *testing.T) {
	s := site(t)
	owner, staff := s.Person("Marta", know.Owner), s.Person("Sam", know.Staff)
	owner.Post("/desk/settings/rules", "invite", "staff", "inspect", "owner", "vote", "owner").Want(t, 303)
	staff.Get("/desk/settings/team").Want(t, 200).Without(t, "Role of Marta")
	staff.Get("/desk/settings/audit").Want(t, 403)
	staff.Get("/desk/settings").Want(t, 200, "The owners of this site")
	now, _ := s.People.Site(t.Context())
	if now.Rules.LeastFor(know.Vote) != know.Member {
		t.Error("a verb that cannot be changed was changed")
	}
}
