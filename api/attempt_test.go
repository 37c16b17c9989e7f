package api_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestOnce keeps the promise of the Idempotency-Key.
func TestOnce(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		anna, ben := s.person("Anna Blum", know.Member), s.person("Ben Okoye", know.Member)
		anna.key = "a-1"
		first := anna.call("POST /ideas", `{"title": "Left-handed notebooks"}`).want(201)
		again := anna.call("POST /ideas", `{"title": "Left-handed notebooks"}`).want(201)
		if first.text != again.text || again.header.Get("Idempotency-Replayed") != "true" || again.header.Get("Content-Type") != "application/json" {
			t.Errorf("answered %s, then %s", first.text, again.text)
		}
		anna.call("POST /ideas", `{"title": "Right-handed notebooks"}`).want(422)
		anna.call("POST /threads", `{"title": "Left-handed notebooks"}`).want(422)
		ben.key = "a-1" // another person's key is another key
		ben.call("POST /ideas", `{"title": "Left-handed notebooks"}`).want(201)
		ben.call("GET /ideas").want(200).count("items", 2)

		// What failed changed nothing, and may be tried again.
		anna.key = "a-2"
		anna.call("POST /ideas", `{"title": "x"}`).want(422)
		anna.call("POST /ideas", `{"title": "A better title"}`).want(201)
		anna.key = "a-3"
		path := fmt.Sprintf("/ideas/%d", first.id("id"))
		anna.call("DELETE " + path + "/vote").want(200)
		anna.call("DELETE " + path + "/vote").want(200)

		// A day later a key is new.
		anna.key = "a-1"
		s.at = s.at.Add(25 * time.Hour)
		if next := anna.call("POST /ideas", `{"title": "Left-handed notebooks"}`).want(201); next.id("id") == first.id("id") {
			t.Error("a key was remembered for more than a day")
		}
		if err := s.people.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		var n int
		if err := db.Row(t.Context(), `select count(*) from idempotency`).Scan(&n); err != nil || n != 1 {
			t.Errorf("%d keys are kept, %v", n, err)
		}

		// A secret is kept for no key.
		anna.key = "a-4"
		a, b := anna.call("POST /me/tokens", `{"name": "x"}`).want(201), anna.call("POST /me/tokens", `{"name": "x"}`).want(201)
		if a.get("token") == b.get("token") {
			t.Error("a token was kept")
		}

		// Whoever leaves takes their words out of the answers, too.
		anna.key = "a-5"
		anna.call("POST /ideas", `{"title": "Words that go"}`).want(201)
		ben.key = ""
		ben.call("DELETE /me?words=true").want(204)
		anna.call("POST /ideas", `{"title": "Words that go"}`).want(409)
		if err := db.Row(t.Context(), `select count(*) from idempotency where answer <> ''`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d answers are kept, %v", n, err)
		}
	})
}

// TestOnceAtOnce sends the same call many times at once.
func TestOnceAtOnce(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	anna := s.person("Anna Blum", know.Member)
	anna.key = "once"
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if r := anna.call("POST /ideas", `{"title": "Left-handed notebooks"}`); r.status != 201 && r.status != 409 {
				t.Errorf("%d: %s", r.status, r.text)
			}
		})
	}
	wait.Wait()
	anna.key = ""
	anna.call("GET /ideas").want(200).count("items", 1)
}

// TestCutShort finds a call that began and never ended: nobody knows how far
// it came, and it is not done twice.
func TestCutShort(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		anna := s.person("Anna Blum", know.Member)
		anna.key = "cut"
		anna.call("POST /ideas", `{"title": "Left-handed notebooks"}`).want(201)
		err := db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Exec(t.Context(), `update idempotency set status = 0, answer = ''`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		anna.call("POST /ideas", `{"title": "Left-handed notebooks"}`).want(409)
		anna.key = ""
		anna.call("GET /ideas").want(200).count("items", 1)
	})
}
