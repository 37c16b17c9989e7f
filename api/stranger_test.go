package api_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tribune/know"
	"tribune/storage/storagetest"
)

// TestLeaving leaves by every way of saying what becomes of one's words, and
// stays where that was not understood.
func TestLeaving(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	for n, c := range []struct {
		query, body string
		status      int
		gone        bool // the words, too
	}{
		{"", "", 204, false},
		{"", `{}`, 204, false},
		{"", `{"words": false}`, 204, false},
		{"", `{"words": true}`, 204, true},
		{"?words=true", "", 204, true},
		{"?words=true", `{}`, 204, true},
		{"?words=true", `{"words": true}`, 204, true},
		{"?words=false", `{"words": true}`, 422, false},
		{"?words=true", `{"words": false}`, 422, false},
		{"?word=true", "", 422, false},
		{"?words", "", 422, false},
		{"?words=maybe", "", 422, false},
		{"?words=true&words=false", "", 422, false},
		{"", `{"word": true}`, 422, false},
		{"", `{"words": "true"}`, 422, false},
		{"", `{"words": null}`, 204, false},
		{"", `null`, 422, false},
		{"", `true`, 422, false},
		{"", `[]`, 422, false},
		{"", `{"words": tr`, 400, false},
	} {
		t.Run(c.query+c.body, func(t *testing.T) {
			who := *s.person(fmt.Sprintf("Anna%d Blum", n), know.Member)
			who.site = &site{t: t, server: s.server}
			id := who.call("POST /ideas", `{"title": "Paper for fountain pens", "body": "It bleeds."}`).want(201).id("id")
			var content []any
			if c.body != "" {
				content = []any{c.body}
			}
			who.call("DELETE /me"+c.query, content...).want(c.status)
			if c.status != 204 {
				who.call("GET /me").want(200)
				return
			}
			who.call("GET /me").want(401)
			s.catchUp()
			r := s.visitor().call(fmt.Sprintf("GET /ideas/%d", id))
			if gone := !strings.Contains(r.text, "It bleeds."); gone != c.gone {
				t.Errorf("the words are gone: %v, want %v: %s", gone, c.gone, r.text)
			}
		})
	}
	anna := s.person("Form Blum", know.Member)
	req, _ := http.NewRequestWithContext(t.Context(), "DELETE", s.server.URL+"/api/v1/me", strings.NewReader("words=true"))
	req.Header.Set("Authorization", "Bearer "+anna.token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	anna.do(req).want(415)
	anna.call("GET /me").want(200)
}

// TestLeft shows nothing of how somebody who left is kept, and says that they left.
func TestLeft(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	anna, staff := s.person("Anna Blum", know.Member), s.person("Sofia Reyes", know.Staff)
	idea := anna.call("POST /ideas", `{"title": "Paper for fountain pens"}`).want(201).id("id")
	thread := anna.call("POST /threads", `{"subject": "Peru", "body": "Do you ship there?"}`).want(201).id("id")
	person := fmt.Sprintf("GET /people/%d", anna.ID)
	before := staff.call(person).want(200).count("desk.accounts", 1)
	if strings.Contains(before.text, `"left"`) {
		t.Errorf("one who is here: %s", before.text)
	}
	account := before.id("desk.accounts.0.id")
	anna.call("DELETE /me").want(204)
	s.catchUp()
	staff.call(person).want(200).is("left", true).is("name", "").count("desk.accounts", 0)
	staff.call(fmt.Sprintf("GET /accounts/%d", account)).want(404)
	staff.call(fmt.Sprintf("PATCH /accounts/%d", account), fmt.Sprintf(`{"person_id": %d}`, staff.ID)).want(404)
	staff.call(fmt.Sprintf("GET /ideas/%d", idea)).want(200).is("author.left", true).is("author.name", "")
	staff.call(fmt.Sprintf("GET /threads/%d", thread)).want(200).is("with.left", true).is("messages.0.author.left", true)
}

// TestMemberOnTheSquare gives everybody of a member what their page on the square
// shows, once they spoke up there, and no more.
func TestMemberOnTheSquare(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	anna := s.person("Anna Blum", know.Member)
	person := fmt.Sprintf("GET /people/%d", anna.ID)
	s.visitor().call(person).want(404)
	anna.call("PATCH /me", `{"title": "Writes a lot", "about": "Ink", "country": "NO"}`).want(200)
	hidden := anna.call("POST /ideas", `{"title": "A secret ink"}`).want(201).id("id")
	staff := s.person("Sofia Reyes", know.Staff)
	staff.call(fmt.Sprintf("PATCH /ideas/%d", hidden), `{"state": "hidden", "reason": "Off the point."}`).want(200)
	s.visitor().call(person).want(404)
	anna.call("POST /ideas", `{"title": "Paper for fountain pens"}`).want(201)
	got := s.visitor().call(person).want(200).is("name", "Anna Blum").is("staff", false)
	for _, more := range []string{"title", "about", "country", "created_at", "desk", "clock"} {
		if strings.Contains(got.text, `"`+more+`"`) {
			t.Errorf("everybody reads her %s: %s", more, got.text)
		}
	}
	if own := anna.call(person).want(200); !strings.Contains(own.text, `"created_at"`) {
		t.Errorf("she does not see her own: %s", own.text)
	}
}

// TestNotOurs logs as a failure only what is ours to mend.
func TestNotOurs(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	staff := s.person("Sofia Reyes", know.Staff)
	gone := httptest.NewServer(http.NotFoundHandler())
	defer gone.Close()
	var log bytes.Buffer
	s.serve(slog.New(slog.NewTextHandler(&log, nil)), false)
	if r := staff.call("POST /sources", fmt.Sprintf(`{"kind": "feed", "url": %q}`, gone.URL)); r.status < 400 {
		t.Fatalf("%d: %s", r.status, r.text)
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("a feed that is gone: %s", &log)
	}
}

// TestSaidToPrograms says to a program what it can do, by the names it knows.
func TestSaidToPrograms(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	visitor, staff := s.visitor(), s.person("Sofia Reyes", know.Staff)
	visitor.call("POST /ideas", `{"title": "An idea"}`).want(401).is("detail", "Send a token: Authorization: Bearer ... You can make one on your own page.")
	visitor.lang = "fr"
	if r := visitor.call("POST /threads", `{"subject": "Peru", "body": "Do you ship there?"}`).want(401); !strings.Contains(r.text, "Envoyez un jeton") {
		t.Errorf("in French: %s", r.text)
	}
	id := staff.call("POST /ideas", `{"title": "An idea"}`).want(201).id("id")
	staff.call(fmt.Sprintf("PUT /ideas/%d/merge", id), fmt.Sprintf(`{"into_id": %d}`, id)).want(422).is("errors.0.location", "body.into_id")
	staff.call("POST /ideas", `{"title": ""}`).want(422).is("errors.0.location", "body.title")
}

// TestMicroseconds reads a thing after it was written with the times that the
// write answered.
func TestMicroseconds(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	s.at = s.at.Add(123456789)
	anna, staff := s.person("Anna Blum", know.Member), s.person("Sofia Reyes", know.Staff)
	const want = "2026-11-20T08:00:00.123456Z"
	idea := anna.call("POST /ideas", `{"title": "Paper for fountain pens"}`).want(201).is("created_at", want).id("id")
	anna.call(fmt.Sprintf("GET /ideas/%d", idea)).want(200).is("created_at", want)
	anna.call(fmt.Sprintf("POST /ideas/%d/comments", idea), `{"body": "Mine, too."}`).want(201).is("created_at", want)
	anna.call(fmt.Sprintf("POST /ideas/%d/voices", idea), `{"words": "I would buy ten."}`).want(201).is("added_at", want)
	staff.call(fmt.Sprintf("POST /ideas/%d/decisions", idea), `{"status": "planned", "reason": "We will make it in spring."}`).want(201).is("at", want)
	staff.call("POST /queries", `{"name": "Paper", "text": "paper"}`).want(201)
	staff.call("POST /mentions", `{"source": "Shop", "text": "Paper, please."}`).want(201).is("heard_at", want)
	staff.call("POST /releases", `{"title": "New paper"}`).want(201).is("created_at", want)
	staff.call("POST /calls", `{"title": "The next colour", "will": "Make it.", "gets": "One of the first."}`).want(201).is("created_at", want)
}

// TestHearingDescribed describes what POST /mentions takes, and where.
func TestHearingDescribed(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	r := s.visitor().call("GET /openapi.json").want(200).is("servers.0.url", siteURL)
	of := "paths./api/v1/mentions.post.requestBody.content.application/json.schema.oneOf."
	r.is(of+"0.$ref", "#/components/schemas/NewMention").is(of+"1.type", "array").is(of+"1.items.$ref", "#/components/schemas/NewMention")
	r.get("components.schemas.NewMention.properties.source")
}

// A site whose brand was said through the API has begun, as one whose owner
// filled in the first form.
func TestSiteBegun(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	owner := s.person("Marta Lind", know.Owner)
	for _, c := range []struct {
		body  string
		begun bool
	}{{`{"purpose": "Paper that lasts."}`, false}, {`{"brand": "Papier"}`, true}, {`{"hue": 3}`, true}} {
		owner.call("PATCH /site", c.body).want(200)
		if site, err := s.people.Site(t.Context()); err != nil || site.SetUp != c.begun {
			t.Errorf("%s: %v, %v", c.body, site.SetUp, err)
		}
	}
}
