package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tribune/know"
	"tribune/storage/storagetest"
)

// TestWebhook walks a webhook from its making over edits and bad input.
func TestWebhook(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	owner := s.person("Marta Lindqvist", know.Owner)
	source := owner.call("POST /sources", `{"kind": "webhook", "name": "Shop", "addressed": true}`).want(201).is("kind", "webhook").id("id")
	secret := owner.call(fmt.Sprintf("POST /sources/%d/secret", source)).want(201).get("secret").(string)
	send := func(id, body, signed string, at time.Time) (int, string) {
		t.Helper()
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			t.Fatal(err)
		}
		signature, _ := w.Sign(id, at, []byte(signed))
		req, err := http.NewRequest("POST", fmt.Sprintf("%s/api/v1/hooks/%d", s.server.URL, source), strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": strconv.FormatInt(at.Unix(), 10), "webhook-signature": signature} {
			req.Header.Set(name, value)
		}
		answer, err := s.server.Client().Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		return answer.StatusCode, string(text)
	}
	huge := `{"text": "` + strings.Repeat("a", 10<<20) + `"}`
	for _, c := range []struct {
		name, id, body, signed string
		at                     time.Time
		status                 int
		says                   string
	}{
		{name: "one", id: "1", body: `{"external_id": "a", "text": "Do you ship to Peru?", "author": {"name": "Ana"}}`, status: 200, says: `"known":false`},
		{name: "the same again", id: "1", body: `{"external_id": "b", "text": "never seen"}`, status: 200, says: `"items":[]`},
		{name: "many, some wrong", id: "2", body: `[{"external_id": "a", "text": "Do you ship to Chile?"}, {"text": ""}, 7, {"external_id": "c", "text": "x", "deleted": "yes"}]`, status: 207, says: `body[1].text`},
		{name: "all wrong", id: "3", body: `[{"text": ""}]`, status: 422, says: "None of these could be stored"},
		{name: "deleted", id: "4", body: `{"external_id": "a", "deleted": true}`, status: 200, says: `"deleted":true`},
		{name: "deleted, but what", id: "5", body: `{"deleted": true}`, status: 422, says: "external_id"},
		{name: "no JSON", id: "6", body: `{"text": `, status: 400, says: "not valid JSON"},
		{name: "nothing", id: "7", body: ``, status: 400},
		{name: "none", id: "8", body: `[]`, status: 200},
		{name: "too many", id: "9", body: "[" + strings.Repeat("0,", 10_000) + "0]", status: 422, says: "more than one call takes"},
		{name: "changed on its way", id: "10", body: `{"text": "x"}`, signed: `{"text": "y"}`, status: 401, says: "does not fit"},
		{name: "replayed later", id: "11", body: `{"text": "x"}`, at: s.at.Add(-6 * time.Minute), status: 401, says: "clock"},
		{name: "huge", id: "12", body: huge, status: 413},
	} {
		if c.signed == "" {
			c.signed = c.body
		}
		if c.at.IsZero() {
			c.at = s.at
		}
		status, text := send(c.id, c.body, c.signed, c.at)
		if status != c.status || !strings.Contains(text, c.says) {
			t.Errorf("%s: %d %.300s", c.name, status, text)
		}
	}
	owner.call("GET /mentions").want(200).count("items", 0)
	owner.call(fmt.Sprintf("GET /sources/%d", source)).want(200).is("mentions", 1.0)
	s.visitor().call(fmt.Sprintf("POST /hooks/%d", source), `{"text": "unsigned"}`).want(401)
	s.visitor().call("POST /hooks/999", `{"text": "nowhere"}`).want(401) // as where a signature is wrong: ids are not told
	feed := owner.call("POST /sources", `{"kind": "api", "name": "Mine"}`).want(201).id("id")
	owner.call(fmt.Sprintf("POST /sources/%d/secret", feed)).want(422)
}
