package settings_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
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

// TestAuditNames says what was changed by its name, and leads to it as long as
// it is there.
func TestAuditNames(t *testing.T) {
	s := site(t)
	owner, ctx := s.Person("Marta", know.Owner), t.Context()
	q, _, err := s.Radar.AddQuery(ctx, owner.Actor, listen.NewQuery{Name: "Paper <b>", Text: "paper"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := s.Radar.PutList(ctx, owner.Actor, 0, listen.NewList{Name: "Rivals", Items: []string{"Sillon"}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Radar.RemoveList(ctx, owner.Actor, list); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ideas.MakeRelease(ctx, owner.Actor, shape.NewRelease{Title: "A heavier paper"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Radar.Import(ctx, know.Actor{Role: know.Owner}, strings.NewReader("text\nOne\n"), "csv", listen.ImportOptions{Source: "Letters"}); err != nil {
		t.Fatal(err)
	}
	owner.Get("/desk/settings/audit").Want(t, 200, "command line</b>  added", "(owner)").Without(t, "somebody who left")
	at := "/desk/radar/queries/" + strconv.FormatInt(q.ID, 10)
	owner.Get("/desk/settings/audit").Want(t, 200, `href="`+at+`" dir="auto">the standing query Paper &lt;b&gt;</a>`, "removed  <span dir=\"auto\">a list that is no longer there<",
		`released  <a href="/changes/1" dir="auto">A heavier paper</a>`).Without(t, "query 1", "release 1")
	owner.Lang = "fr"
	owner.Get("/desk/settings/audit").Want(t, 200, "la requête Paper &lt;b&gt;", "une liste qui n’est plus là")
}

// TestNonsense is refused, and nothing is changed by it.
func TestNonsense(t *testing.T) {
	s := site(t)
	owner := s.Person("Marta", know.Owner)
	owner.Post("/desk/settings", "brand", "Oriflamme", "purpose", "Notebooks.", "accent", "red;}", "language", "en", "zone", "UTC").
		Want(t, 422, "This is not a colour", "Oriflamme", `value="red;}"`)
	owner.Post("/desk/settings/rules", "propose", "visitor").Want(t, 422, "cannot be given to them")
	owner.Post("/desk/settings/rules", "inspect", "owner", "hide", "bogus").Want(t, 422, "cannot be given to them")
	now, err := s.People.Site(t.Context())
	if err != nil || now.Brand != "Tribune" || now.Rules.LeastFor(know.Inspect) != know.Staff {
		t.Errorf("%+v, %v", now, err)
	}
	owner.Post("/desk/settings/rules", "inspect", "owner").Want(t, 303)
	owner.Post("/desk/settings/rules", "decide", "owner").Want(t, 303)
	if now, err = s.People.Site(t.Context()); err != nil || now.Rules.LeastFor(know.Inspect) != know.Owner {
		t.Errorf("a form that does not say it changed who inspects: %+v, %v", now.Rules, err)
	}
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

// TestInviteWhoIsHere gives a role, and no link: whoever had it would be
// signed in as somebody else.
func TestInviteWhoIsHere(t *testing.T) {
	s := site(t)
	owner, staff, jo := s.Person("Marta", know.Owner), s.Person("Sam", know.Staff), s.Person("Jo", know.Member)
	owner.Post("/desk/settings/rules", "invite", "staff").Want(t, 303)
	staff.Post("/desk/settings/team", "name", "Xi", "email", "marta@example.org", "role", "staff").
		Want(t, 409, "there is nothing to invite them to").Without(t, "/signin/")
	staff.Post("/desk/settings/team", "name", "Xi", "email", "jo@example.org", "role", "staff").
		Want(t, 200, "Jo has been here before, and has this role from now on").Without(t, "/signin/")
	if p, err := s.People.Person(t.Context(), jo.ID); err != nil || p.Role != know.Staff {
		t.Errorf("%+v, %v", p, err)
	}
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

// TestAuditTells says of a role what it was and is, and of a conversation who it
// was given to; which language somebody reads in is not there.
func TestAuditTells(t *testing.T) {
	s := site(t)
	ctx := t.Context()
	owner, staff, member := s.Person("Marta", know.Owner), s.Person("Sam", know.Staff), s.Person("Jo", know.Member)
	thread, err := s.Inbox.Letter(ctx, member.Actor, "Ink", "Does it run?")
	if err != nil {
		t.Fatal(err)
	}
	for _, to := range []int64{staff.ID, owner.ID, 0} {
		if err := s.Inbox.Give(ctx, owner.Actor, thread.ID, to); err != nil {
			t.Fatal(err)
		}
	}
	for _, role := range []know.Role{know.Staff, know.Member} {
		if err := s.People.SetRole(ctx, owner.Actor, member.ID, role, false); err != nil {
			t.Fatal(err)
		}
	}
	before := strings.Count(owner.Get("/desk/settings/audit").Body, "<time")
	if err := s.People.SetLanguage(ctx, owner.Actor, "en"); err != nil {
		t.Fatal(err)
	}
	page := owner.Get("/desk/settings/audit").Want(t, 200, "gave  <a", "</a>  to Sam (Tribune)", "let go of  <a", "took  <a", "(before: member; now: staff)", "(before: staff; now: member)", "added  <a", "(owner)")
	if after := strings.Count(page.Body, "<time"); after != before {
		t.Errorf("%d acts before a language was chosen, %d after", before, after)
	}
	if err := s.People.SetLanguage(ctx, owner.Actor, "fr"); err != nil {
		t.Fatal(err)
	}
	owner.Get("/desk/settings/audit").Want(t, 200, "à Sam (Tribune)", "(avant : membre ; maintenant : équipe)")
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

// TestAllAtOnce says everything that is wrong with a form in one answer, each
// beside its field, and stores nothing of it.
func TestAllAtOnce(t *testing.T) {
	s := site(t)
	owner := s.Person("Marta", know.Owner)
	long := strings.Repeat("w", 201)
	wrong := func(got webtest.Answer, fields ...string) {
		t.Helper()
		got.Want(t, 422)
		for _, name := range fields {
			if at := strings.Index(got.Body, `id="f-`+name+`"`); at < 0 || !strings.Contains(strings.SplitN(got.Body[at:], "</div>", 2)[0], `class="wrong"`) {
				t.Errorf("nothing is said beside %s:\n%s", name, got.Body)
			}
		}
		if n := strings.Count(got.Body, `class="wrong"`); n != len(fields) {
			t.Errorf("%d things are wrong, want %d:\n%s", n, len(fields), got.Body)
		}
	}
	got := owner.Post("/desk/settings", "brand", " ", "purpose", long, "language", "fr", "zone", "Mars/Olympus")
	wrong(got, "brand", "purpose", "zone")
	got.Want(t, 422, long, "Mars/Olympus", `value="fr" selected`)
	wrong(owner.Post("/desk/settings/team", "name", "", "email", "nowhere", "role", "staff"), "name", "email")
	wrong(owner.Post("/desk/settings/mail", "mail_url", "gopher://x", "mail_from", "me"), "mail_url", "mail_from")

	got = owner.Post("/desk/welcome", "brand", "", "purpose", long, "name", "", "title", strings.Repeat("t", 81), "language", "fr", "zone", "Nowhere")
	wrong(got, "brand", "purpose", "name", "title", "zone")
	now, err := s.People.Site(t.Context())
	if err != nil || now.SetUp || now.Brand != "Tribune" {
		t.Errorf("%+v, %v", now, err)
	}
	owner.Post("/desk/welcome", "brand", "Oriflamme", "purpose", "Notebooks.", "name", "Marta Lind", "title", "Founder", "language", "fr", "zone", "Europe/Paris").Want(t, 303)
	owner.Get("/desk/settings").Want(t, 200, "/desk/outbox")
	me, err := s.People.Person(t.Context(), owner.ID)
	if now, _ = s.People.Site(t.Context()); err != nil || !now.SetUp || now.Brand != "Oriflamme" || me.Name != "Marta Lind" || me.Title != "Founder" || me.Chosen { // the site’s language is not its owner’s
		t.Errorf("%+v, %+v, %v", now, me, err)
	}
}

// TestFirstDay stores the owner, the address and the site together or not at
// all, but keeps pictures: a browser does not send those twice.
func TestFirstDay(t *testing.T) {
	s := site(t)
	secret, _, err := s.People.OwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner := s.Use(secret)
	var picture bytes.Buffer
	if err := png.Encode(&picture, image.NewRGBA(image.Rect(0, 0, 8, 8))); err != nil {
		t.Fatal(err)
	}
	owner.Get("/desk/welcome").Want(t, 200, "Welcome", "/me").Without(t, "/desk/outbox") // nothing else until it is done
	owner.Get("/desk/settings").Want(t, 200, "/desk/outbox", "/desk/inbox")              // who is elsewhere finds about there
	fields := map[string]string{"brand": "Oriflamme", "name": "Marta", "email": "marta@", "language": "en", "zone": "Europe/Paris"}
	owner.Do(form(t, "/desk/welcome", fields, map[string][]byte{"photo": picture.Bytes(), "logo": []byte("no picture")})).
		Want(t, 422, "This is not a mail address", `id="h-logo"`, `/picture/`, "marta@")
	me, err := s.People.Person(t.Context(), owner.ID)
	if now, _ := s.People.Site(t.Context()); err != nil || now.SetUp || me.Name != "" || me.Photo == "" {
		t.Errorf("%+v, %+v, %v", now, me, err)
	}
	before := strings.Count(owner.Get("/desk/settings/audit").Body, "<time")
	owner.Do(form(t, "/desk/welcome", fields, map[string][]byte{"photo": picture.Bytes()})).Want(t, 422)
	if after := strings.Count(owner.Get("/desk/settings/audit").Body, "<time"); after != before {
		t.Errorf("the same photo again: %d acts after %d", after, before)
	}
	fields["email"] = "marta@example.org"
	owner.Do(form(t, "/desk/welcome", fields, nil)).Want(t, 303)
	at, err := s.People.Reachable(t.Context(), owner.ID)
	if err != nil || at.Address != "marta@example.org" {
		t.Errorf("%+v, %v", at, err)
	}
}

// TestPictureTooLarge keeps what was typed, and says so beside the picture.
func TestPictureTooLarge(t *testing.T) {
	s := site(t)
	secret, _, err := s.People.OwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner := s.Use(secret)
	fields := map[string]string{"brand": "Oriflamme", "name": "Marta Lind", "email": "marta@example.org", "language": "en", "zone": "Europe/Paris"}
	owner.Do(form(t, "/desk/welcome", fields, map[string][]byte{"photo": make([]byte, 25<<20)})).
		Want(t, 422, "This picture is larger than 10\u00a0MB", `id="h-photo"`, `value="Oriflamme"`, `value="Marta Lind"`)
}

// form makes the request of a form that holds files.
func form(t *testing.T, path string, fields map[string]string, files map[string][]byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for name, value := range fields {
		w.WriteField(name, value)
	}
	for name, data := range files {
		part, err := w.CreateFormFile(name, name+".png")
		if err != nil {
			t.Fatal(err)
		}
		part.Write(data)
	}
	w.Close()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}
