package api_test

import (
	"fmt"
	"strings"
	"testing"

	"tribune/know"
	"tribune/storage/storagetest"
)

// TestAlerts chooses what to be told of, and walks a webhook from its making
// over bad input to its end.
func TestAlerts(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	marta := s.person("Marta Lindqvist", know.Owner)
	wish := `{"choices": [{"query_id": 0, "spikes": true, "reach": 500}], "needs": true, "quiet": {"from": "22:00", "until": "07:30", "zone": "Europe/Paris"}}`
	marta.call("PUT /me/alerts", wish).want(200)
	marta.call("GET /me/alerts").want(200).is("needs", true).is("quiet.from", "22:00").is("quiet.until", "07:30").is("choices.0.reach", 500.0)
	for _, bad := range []string{`{"choices": [{"query_id": 0, "reach": -1}]}`, `{"choices": [], "quiet": {"from": "25:99", "until": "07:00"}}`, `{"choices": [], "quiet": {"from": "22:00", "until": "07:00", "zone": "Mars/Olympus"}}`, `{"choices": [], "nedes": true}`} {
		marta.call("PUT /me/alerts", bad).want(422)
	}
	marta.call("GET /me/alerts").want(200).is("needs", true)
	marta.call("GET /alerts").want(200).count("items", 0)
	marta.call("GET /me/digest").want(200).is("every", "never")
	marta.call("PUT /me/digest", `{"every": "week", "weekday": 5, "hour": 7, "zone": "Asia/Tokyo"}`).want(200)
	marta.call("PUT /me/digest", `{"every": "hour", "hour": 7}`).want(422)
	marta.call("PUT /me/digest", `{"every": "day", "hour": 24}`).want(422)
	marta.call("PUT /me/digest", `{"every": "day", "hour": 4, "zone": "Mars/Olympus"}`).want(422)
	marta.call("GET /me/digest").want(200).is("every", "week").is("weekday", 5.0).is("zone", "Asia/Tokyo")

	marta.call("GET /me/export").want(200).is("alerts.needs", true).is("alerts.choices.0.reach", 500.0).is("alerts.quiet_from_minute", 1320.0).is("alerts.zone", "Europe/Paris").
		is("digest.every", "week").is("digest.weekday", 5.0).is("digest.zone", "Asia/Tokyo")

	for _, bad := range []string{`{"url": "ftp://x.example", "spikes": true}`, `{"url": "https://x.example"}`, `{"url": "https://x.example", "spikes": true, "query_id": 99}`, `{"url": "https://x.example", "spikes": true, "quiet": {"from": "late", "until": "7"}}`} {
		marta.call("POST /webhooks", bad).want(422)
	}
	made := marta.call("POST /webhooks", `{"name": "Chat", "url": "http://127.0.0.1:9/in", "spikes": true}`).want(201).is("name", "Chat").is("paused", false)
	id := made.id("id")
	one := fmt.Sprintf("/webhooks/%d", id)
	if marta.call("POST "+one+"/secret").want(201).get("secret") == made.get("secret") {
		t.Error("a new secret is the old one")
	}
	marta.call("POST " + one + "/test").want(502)
	shown := marta.call("GET "+one).want(200).is("last_error", "Nothing answers at 127.0.0.1. Check the address, or try again later.")
	marta.call("GET "+one+"/tries").want(200).count("items", 1).is("items.0.kind", "test").is("items.0.host", "127.0.0.1:9").is("items.0.status", 0.0).is("items.0.error", "Nothing answers at 127.0.0.1. Check the address, or try again later.")
	marta.call("GET /webhooks/99/tries").want(404)
	if strings.Contains(shown.text, "whsec_") {
		t.Error("the secret is shown again")
	}
	marta.call("PATCH "+one, `{"paused": true, "reach": 100}`).want(200).is("paused", true).is("paused_why", "hand").is("reach", 100.0).is("spikes", true)
	marta.call("PATCH "+one, `{"paused": false}`).want(200).is("paused", false)
	marta.call("PATCH "+one, `{"spikes": false, "reach": 0}`).want(422)
	marta.call("DELETE " + one).want(204)
	marta.call("GET " + one).want(404)
}
