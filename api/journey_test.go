package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestJourney goes the whole way as an outside program does: somebody says
// something somewhere, it becomes a voice behind an idea, is voted for,
// discussed, decided on, shipped, and told.
func TestJourney(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		anna, ben, staff := s.person("Anna Blum", know.Member), s.person("Ben Okoye", know.Member), s.person("Sofia Reyes", know.Staff)
		visitor := s.visitor()

		idea := anna.call("POST /ideas", map[string]any{"title": "Paper that takes fountain pens", "body": "It **bleeds**.", "tags": []string{"Paper", "ink"}}).want(201).
			is("status", "open").is("stage", "open").is("votes", 1).is("voted", true).is("following", true).is("author.name", "Anna Blum").
			is("author.id", anna.ID).count("tags", 2).is("body", "It **bleeds**.").is("created_at", "2026-11-20T08:00:00Z")
		id := idea.id("id")
		idea.is("url", fmt.Sprintf("https://square.example/ideas/%d", id))
		path := fmt.Sprintf("/ideas/%d", id)

		for range 2 {
			ben.call("PUT "+path+"/vote").want(200).is("votes", 2).is("voted", true)
		}
		ben.call("GET /ideas").want(200).is("items.0.voted", true).is("items.0.votes", 2).is("next_cursor", "")
		for range 2 {
			ben.call("DELETE "+path+"/vote").want(200).is("votes", 1).is("voted", false)
		}
		ben.call("PUT " + path + "/vote").want(200)
		staff.call("PUT "+path+"/vote").want(200).is("votes", 3)
		for range 2 {
			staff.call("PUT "+path+"/against").want(200).is("votes", 2).is("against", 1).is("voted", false).is("voted_against", true)
		}
		staff.call("GET "+path).want(200).is("against", 1).is("staff_against", 1).is("staff_votes", 0).is("voted_against", true)
		staff.call("DELETE "+path+"/vote").want(200).is("votes", 2).is("voted_against", true) // there is none
		ben.call("GET "+path+"/against").want(200).count("items", 0)
		staff.call("GET "+path+"/against").want(200).is("items.0.staff", true)
		staff.call("PUT "+path+"/vote").want(200).is("votes", 3).is("against", 0).is("voted", true).is("voted_against", false)
		staff.call("DELETE "+path+"/against").want(200).is("votes", 3).is("voted", true)
		visitor.call("GET "+path).want(200).is("votes", 3).is("staff_votes", 1).is("voted", false)

		ben.call("POST "+path+"/comments", `{"body": "Mine feathers, too."}`).want(201).is("author.name", "Ben Okoye").is("body", "Mine feathers, too.")
		visitor.call("GET "+path+"/comments").want(200).count("items", 1).is("items.0.idea_id", id)

		source := staff.listen()
		mention := staff.call("POST /mentions", `{"source": "Shop reviews", "kind": "review", "external_id": "r-1", "url": "https://shop.example/reviews/1",
			"author": {"name": "Jo March", "handle": "jo", "url": "https://shop.example/u/jo"}, "text": "Lovely, but <b>ink</b> bleeds &amp; feathers.<script>x()</script>",
			"language": "en", "country": "US", "reach": 12, "published_at": "2026-11-18T10:00:00Z"}`).want(201).
			is("text", "Lovely, but ink bleeds & feathers.").is("author.name", "Jo March").is("url", "https://shop.example/reviews/1").is("public", true)
		staff.call("GET /mentions?q=feathers").want(200).count("items", 1).is("items.0.id", mention.id("id"))
		staff.call(fmt.Sprintf("GET /mentions?query=%d&language=en&sentiment=negative&since=2026-11-01", source)).want(200)
		staff.call("GET /mentions/"+fmt.Sprint(mention.id("id"))).want(200).is("source", "Shop reviews")

		staff.call("POST "+path+"/voices", map[string]any{"mention_id": mention.id("id")}).want(201).
			is("author", "Jo March").is("words", "Lovely, but ink bleeds & feathers.").is("place", "shop.example").is("country", "US")
		visitor.call("POST "+path+"/voices", `{"words": "I gave up on ink because of this.", "author": "Uma"}`).want(201).is("public", false)
		visitor.call("GET "+path+"/voices").want(200).count("items", 1)
		visitor.call("GET "+path).want(200).is("voices", 1) // a visitor’s own words wait until one of us has read them

		staff.call("POST "+path+"/decisions", `{"status": "planned", "reason": "We have found a mill that can make it.", "promised_at": "2027-03-01"}`).want(201).
			is("status", "planned").is("author.name", "Sofia Reyes").is("promised_at", "2027-03-01T23:59:59Z")
		shipped := staff.call("POST "+path+"/decisions", `{"status": "shipped", "reason": "Every A5 has the new paper now."}`).want(201)
		s.catchUp()
		visitor.call("GET "+path).want(200).is("status", "shipped").is("stage", "shipped")
		visitor.call("GET "+path+"/decisions").want(200).count("items", 2)
		staff.call(fmt.Sprintf("GET /decisions/%d/told", shipped.id("id"))).want(200).is("complete", true).is("mail", 2)
		visitor.call("GET /releases").want(200).count("items", 1).is("items.0.ideas.0.id", id).is("items.0.id", shipped.id("release_id"))
		staff.call("GET /outbox?state=waiting&limit=1").want(200).count("items", 1).is("items.0.state", "waiting")
		staff.call("GET /audit").want(200).is("items.0.actor.name", "Sofia Reyes")
		visitor.call("GET /counts").want(200).is("ideas", 1).is("stages.shipped", 1)
		anna.call("GET /me/export").want(200).is("person.name", "Anna Blum")
	})
}

// listen adds a feed and a query, as staff does, and gives the query's id.
func (c *client) listen() int64 {
	c.t.Helper()
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<rss version="2.0"><channel><title>Forum</title><item><guid>1</guid><link>https://forum.example/1</link>
			<author>Max</author><title>Papier A5</title><description>The Papier A5 is fine. Nice weather, too.</description><pubDate>Thu, 19 Nov 2026 10:00:00 GMT</pubDate></item></channel></rss>`)
	}))
	c.t.Cleanup(feed.Close)
	source := c.call("POST /sources", map[string]any{"kind": "feed", "url": feed.URL, "every_seconds": 60}).want(201).
		is("every_seconds", 60).is("name", "Forum").is("items", 1).is("mentions", 0).is("last_error", "")
	c.call("POST /queries/try", `{"text": "papier"}`).want(200).is("hits", 1)
	c.call("POST /queries/try", `{"text": "the"}`).want(200).count("warnings", 1)
	query := c.call("POST /queries", `{"name": "Us", "text": "papier"}`).want(201).is("purpose", "us").is("found", 1).is("progress", 100)
	at := fmt.Sprintf("/sources/%d", source.id("id"))
	c.call("GET "+at).want(200).is("mentions", 1)
	c.call("PATCH "+at, `{"paused": true, "every_seconds": 3600}`).want(200).is("paused", true).is("every_seconds", 3600)
	c.call("GET /mentions?query=Us").want(200).count("items", 1).is("items.0.author.name", "Max")
	c.call(fmt.Sprintf("GET /queries/%d/volume", query.id("id"))).want(200).count("items", 1)
	return query.id("id")
}

// TestInbox answers a question of somebody elsewhere, and a member's letter.
func TestInbox(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		anna, staff := s.person("Anna Blum", know.Member), s.person("Sofia Reyes", know.Staff)
		staff.call("POST /mentions", `{"source": "Helpline", "kind": "call", "author": {"name": "Mr Lund"}, "text": "When will my order arrive?"}`).want(201)
		s.catchUp()
		list := staff.call("GET /threads?state=open").want(200).count("items", 1).is("items.0.with.name", "Mr Lund").is("items.0.owner_id", 0)
		path := fmt.Sprintf("/threads/%d", list.id("items.0.id"))
		staff.call("PATCH "+path, map[string]any{"owner_id": staff.ID}).want(200).is("owner_id", staff.ID)
		staff.call("POST "+path+"/messages", `{"body": "Look into the parcel first.", "note": true}`).want(201).is("kind", "note")
		copied := staff.call("POST "+path+"/messages", `{"body": "It comes on Tuesday."}`).want(201).is("kind", "answer").is("way", "copy").is("author.name", "Sofia Reyes")
		copied.is("said_at", copied.get("created_at"))
		staff.call("PATCH "+path, `{"state": "answered"}`).want(200).is("state", "answered")
		staff.call("GET "+path).want(200).count("messages", 3)
		staff.call("GET /threads?state=open").want(200).count("items", 0)

		letter := anna.call("POST /threads", `{"subject": "A question", "body": "Do you ship to Peru?"}`).want(201).count("messages", 1)
		path = fmt.Sprintf("/threads/%d", letter.id("id"))
		staff.call("POST "+path+"/messages", `{"body": "From March on, yes."}`).want(201).is("way", "site")
		anna.call("GET "+path).want(200).count("messages", 2).is("state", "answered")
		anna.call("POST "+path+"/messages", `{"body": "Thank you. And to Chile?"}`).want(201).is("kind", "said")
		anna.call("GET /me/threads").want(200).count("items", 1).is("items.0.state", "open")
		staff.call("PATCH "+path, `{"state": "closed"}`).want(422)
		staff.call("PATCH "+path, `{"state": "closed", "reason": "Said by telephone."}`).want(200).is("state", "closed")
		if moments := staff.call(fmt.Sprintf("GET /people/%d/moments", anna.ID)).want(200); !strings.Contains(moments.text, "Do you ship to Peru?") {
			t.Errorf("the letter is not on the line of time: %s", moments.text)
		}
		staff.call(fmt.Sprintf("GET /people/%d", anna.ID)).want(200).is("desk.spoke_id", staff.ID)
	})
}

// TestClosingDays opens a call, a board and a question to it until a day, as
// people mean it: to the end of that day where the site is.
func TestClosingDays(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	owner := s.person("Olga Brandt", know.Owner)
	if err := s.people.Change(t.Context(), owner.Actor, func(site *know.Site) error {
		site.Zone = "Europe/Berlin"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	made := owner.call("POST /calls", `{"title": "The next colour", "will": "Make it.", "gets": "One of the first.", "opens_at": "2026-11-20", "closes_at": "2026-12-24"}`).want(201).
		is("opens_at", "2026-11-19T23:00:00Z").is("closes_at", "2026-12-24T22:59:59Z")
	path := fmt.Sprintf("PATCH /calls/%d", made.id("id"))
	owner.call(path, `{"closes_at": "2026-12-31"}`).want(200).is("closes_at", "2026-12-31T22:59:59Z")
	owner.call(path, `{"closes_at": "2026-12-31T12:00:00Z"}`).want(200).is("closes_at", "2026-12-31T12:00:00Z")
	owner.call(path, `{"closes_at": "soon"}`).want(422)
	if open := owner.call(path, `{"closes_at": ""}`).want(200); strings.Contains(open.text, "closes_at") {
		t.Errorf("it closes: %s", open.text)
	}
	terms := `{"name": "The board", "purpose": "x", "company_gets": "x", "members_get": "x", "duties": "x", "seats": 1, "closes_at": "2026-12-24", "beacon": "Lotto", "counts": "the main numbers", "numbers": 3, "beacon_at": "%s", "from": "2027-01-01", "to": "2027-06-30"}`
	owner.call("POST /boards", fmt.Sprintf(terms, "2026-12-24")).want(422) // known before it closes
	board := owner.call("POST /boards", fmt.Sprintf(terms, "2026-12-25")).want(201).
		is("closes_at", "2026-12-24T22:59:59Z").is("beacon_at", "2026-12-24T23:00:00Z").is("from", "2026-12-31T23:00:00Z").is("to", "2027-06-30T21:59:59Z")
	path = fmt.Sprintf("PUT /boards/%d", board.id("id"))
	code := strings.Replace(terms, `"numbers": 3`, `"digits": 64`, 1)
	if b := owner.call(path, fmt.Sprintf(code, "2026-12-25")).want(200); !strings.Contains(b.text, `"numbers":0,"digits":64,`) {
		t.Errorf("a board whose value is a code: %s", b.text)
	}
	owner.call(path, fmt.Sprintf(strings.Replace(code, "64", "7", 1), "2026-12-25")).want(422)
	owner.call(path, fmt.Sprintf(terms, "2026-12-25T12:00:00Z")).want(200).is("closes_at", "2026-12-24T22:59:59Z").is("beacon_at", "2026-12-25T12:00:00Z")
}

// TestPages turns the pages of a list, and reads lists by what the team calls
// the stages.
func TestPages(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	anna, owner := s.person("Anna Blum", know.Member), s.person("Olga Maas", know.Owner)
	owner.call("PUT /statuses", `{"items": [{"name": "On the bench", "stage": "started"}, {"name": "In proof", "stage": "started"}]}`).want(200).count("items", 2)
	for n := range 7 {
		id := anna.call("POST /ideas", fmt.Sprintf(`{"title": "Idea number %d"}`, n)).want(201).id("id")
		if n%2 == 0 {
			name := []string{"On the bench", "In proof"}[n/2%2]
			owner.call(fmt.Sprintf("POST /ideas/%d/decisions", id), fmt.Sprintf(`{"status": %q, "reason": "We are at it already."}`, name)).want(201).is("status", name).is("stage", "started")
		}
	}
	seen, cursor := map[int64]bool{}, ""
	for {
		p := anna.call("GET /ideas?sort=new&limit=3&cursor=" + cursor).want(200)
		for _, i := range p.get("items").([]any) {
			seen[int64(i.(map[string]any)["id"].(float64))] = true
		}
		if cursor = p.get("next_cursor").(string); cursor == "" {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("%d of 7 ideas were met", len(seen))
	}
	anna.call("GET /ideas?status=started").want(200).count("items", 4)
	anna.call("GET /ideas?status=On+the+bench").want(200).count("items", 2)
	anna.call("GET /ideas?status=In+proof&limit=1").want(200).count("items", 1)
	anna.call("GET /ideas?status=nowhere").want(422).is("errors.0.location", "query.status")
	anna.call("GET /ideas?limit=100000").want(200).count("items", 7)
	anna.call("GET /ideas?q=number&tag=none").want(200).count("items", 0)
	anna.call("GET /ideas/similar?text=number").want(200)
	anna.call("GET /roadmap").want(200)
}
