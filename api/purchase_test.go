package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func TestPurchases(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		staff := s.person("Sofia Reyes", know.Staff)
		one := `{"external_id": "1", "at": "2026-11-01", "email": "kari@example.no", "country": "no", "items": [{"sku": "A5", "quantity": 2}], "amount_minor": 1250, "currency": "eur", "code": "SPRING"}`
		got := staff.call("POST /purchases", one).want(http.StatusCreated)
		if got.get("currency") != "EUR" || got.get("country") != "NO" || got.get("sure") != "unknown" || !strings.HasPrefix(got.get("question_url").(string), siteURL+"/why/") {
			t.Errorf("%s", got.text)
		}
		again := staff.call("POST /purchases", `{"currency": "EUR", "amount_minor": 1250, "at": "2026-11-01", "external_id": "1", "refunded_minor": 250}`).want(http.StatusCreated)
		if again.get("question_url") != got.get("question_url") {
			t.Errorf("%s", again.text)
		}
		list := staff.call("POST /purchases", `[`+one+`, {"external_id": "2", "at": "2026-11-01", "amount_minor": 1, "currency": "EUX"}, {"external_id": 3}]`).want(http.StatusMultiStatus)
		for _, want := range []string{`"known":true`, "body[1].currency", "body[2].external_id"} {
			if !strings.Contains(list.text, want) {
				t.Errorf("no %s in %s", want, list.text)
			}
		}
		staff.call("POST /purchases", `[{"external_id": "2", "at": "2036-11-01", "amount_minor": 1, "currency": "EUR"}]`).want(http.StatusUnprocessableEntity)
		staff.call("POST /purchases", `{"external_id": "2"`).want(http.StatusBadRequest)
		for i := range 3 {
			staff.call("POST /purchases", fmt.Sprintf(`{"external_id": "p%d", "at": "2026-10-0%d", "amount_minor": 1, "currency": "EUR", "country": "BR"}`, i, i+1)).want(http.StatusCreated)
		}
		first := staff.call("GET /purchases?limit=3").want(http.StatusOK)
		if n := strings.Count(first.text, `"external_id"`); n != 3 || first.get("next_cursor").(string) == "" {
			t.Errorf("%d in %s", n, first.text)
		}
		if rest := staff.call("GET /purchases?limit=3&cursor=" + first.get("next_cursor").(string)).want(http.StatusOK); strings.Count(rest.text, `"external_id"`) != 1 {
			t.Errorf("%s", rest.text)
		}
		if brazil := staff.call("GET /purchases?country=br&until=2026-10-02").want(http.StatusOK); strings.Count(brazil.text, `"external_id"`) != 1 {
			t.Errorf("%s", brazil.text)
		}
	})
}
