package me_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/web/me"
	"tribune/web/webtest"
)

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: me.Files, Routes: me.Routes})
}

// TestOneClick ends a kind of mail as a mail program does: by POST, without
// cookies, from nowhere (RFC 8058).
func TestOneClick(t *testing.T) {
	s := site(t)
	jo := s.Person("Jo", know.Member)
	code, err := s.People.UnsubscribeCode(t.Context(), jo.ID, know.MailDecisions)
	if err != nil {
		t.Fatal(err)
	}
	wants := func() bool {
		t.Helper()
		w, err := s.People.Wants(t.Context(), jo.ID, know.MailDecisions)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	s.Visitor().Get("/unsubscribe/"+code).Want(t, 200, "Send me no more of these")
	if !wants() {
		t.Error("looking at the page ended the mails")
	}
	for range 2 {
		r := httptest.NewRequest(http.MethodPost, "/unsubscribe/"+code, strings.NewReader("List-Unsubscribe=One-Click"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", "https://webmail.example")
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 200 || wants() {
			t.Errorf("status %d, still wanted: %v", w.Code, wants())
		}
	}
	other := strings.Replace(code, strconv.FormatInt(jo.ID, 10), strconv.FormatInt(jo.ID+1, 10), 1)
	s.Visitor().Get("/unsubscribe/"+other).Want(t, 404)
	s.Visitor().Post("/unsubscribe/"+other).Want(t, 404)
}

// TestMine shows a person what is theirs, and nobody else.
func TestMine(t *testing.T) {
	s := site(t)
	owner, jo, other := s.Person("Marta", know.Owner), s.Person("Jo", know.Member), s.Person("Sam", know.Member)
	idea, err := s.Ideas.Propose(t.Context(), other.Actor, shape.NewIdea{Title: "Paper for fountain pens"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ideas.Vote(t.Context(), jo.Actor, idea.ID, true); err != nil {
		t.Fatal(err)
	}
	s.Visitor().Get("/me").Want(t, 303)
	jo.Get("/me").Want(t, 200, "Paper for fountain pens", "I voted for")
	got := jo.Post("/me/letters/new", "subject", "Ink", "body", "Why does it bleed?").Want(t, 303)
	path, _, _ := strings.Cut(got.Header.Get("Location"), "#")
	jo.Post("/me/letters/new", "subject", "", "body", "kept words").Want(t, 422, "kept words")
	id, _ := strconv.ParseInt(strings.TrimPrefix(path, "/me/threads/"), 10, 64)
	if _, err := s.Inbox.Note(t.Context(), owner.Actor, id, "Between us: an old batch."); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Inbox.Answer(t.Context(), owner.Actor, id, "The paper was damp."); err != nil {
		t.Fatal(err)
	}
	jo.Get(path).Want(t, 200, "Why does it bleed?", "The paper was damp.", "Marta").Without(t, "Between us")
	other.Get(path).Want(t, 404)
	other.Post(path, "body", "I, too").Want(t, 404)
	s.Visitor().Get(path).Want(t, 303)
	jo.Post(path, "body", "Thank you.").Want(t, 303)
	jo.Get(path).Want(t, 200, "Thank you.")
}

// TestTokens shows a token once, and ends it; another's cannot be ended.
func TestTokens(t *testing.T) {
	s := site(t)
	jo, other := s.Person("Jo", know.Member), s.Person("Sam", know.Member)
	got := jo.Post("/me/tokens", "token-name", "my script").Want(t, 200, "tribune_", "my script")
	if got.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the token may be kept")
	}
	jo.Get("/me/settings").Want(t, 200, "my script").Without(t, "tribune_")
	tokens, err := s.People.Tokens(t.Context(), jo.Actor)
	if err != nil || len(tokens) != 1 {
		t.Fatal(tokens, err)
	}
	end := "/me/tokens/" + strconv.FormatInt(tokens[0].ID, 10) + "/end"
	other.Post(end).Want(t, 404)
	jo.Post(end).Want(t, 303)
	if left, _ := s.People.Tokens(t.Context(), jo.Actor); len(left) != 0 {
		t.Errorf("%v is left", left)
	}
}

// TestProfile keeps what was typed when something is wrong with it.
func TestProfile(t *testing.T) {
	s := site(t)
	jo := s.Person("Jo", know.Member)
	jo.Post("/me/profile", "name", "", "country", "FR").Want(t, 422, "Say your name", `value="FR" selected`)
	jo.Post("/me/profile", "name", "Jo Martin", "country", "XX").Want(t, 422, "This country is not known")
	jo.Post("/me/profile", "name", "Jo Martin", "country", "FR", "language", "fr", "votes", "1").Want(t, 303)
	p, err := s.People.Person(t.Context(), jo.ID)
	if err != nil || p.Name != "Jo Martin" || p.Country != "FR" || p.Language != "fr" || !p.VotesShown {
		t.Errorf("%+v, %v", p, err)
	}
	jo.Get("/me").Want(t, 200, `<html lang="fr"`, "Mes idées")
}

// TestExportAndLeave takes everything along, then goes.
func TestExportAndLeave(t *testing.T) {
	s := site(t)
	jo := s.Person("Jo Martin", know.Member)
	if _, err := s.Ideas.Propose(t.Context(), jo.Actor, shape.NewIdea{Title: "Paper for fountain pens"}); err != nil {
		t.Fatal(err)
	}
	got := jo.Get("/me/export.json").Want(t, 200, "jo.martin@example.org", "Paper for fountain pens", "decisions")
	var any map[string]any
	if err := json.Unmarshal([]byte(got.Body), &any); err != nil {
		t.Error(err)
	}
	s.Visitor().Get("/me/export.json").Want(t, 303)
	jo.Post("/me/leave", "words", "take").Want(t, 422, "Say that you are sure")
	jo.Post("/me/leave", "sure", "1").Want(t, 422, "Choose what becomes of your words")
	jo.Post("/me/leave", "words", "take", "sure", "1").Want(t, 303)
	jo.Get("/me").Want(t, 303)
	p, err := s.People.Person(t.Context(), jo.ID)
	if err != nil || p.Name != "" || !p.Left() {
		t.Errorf("%+v, %v", p, err)
	}
	owner := s.Person("Marta", know.Owner)
	owner.Post("/me/leave", "words", "leave", "sure", "1").Want(t, 409, "the only owner")
}

// TestRemoveAddress removes an address, but not the last confirmed one, nor
// another's; what says so stands among the addresses.
func TestRemoveAddress(t *testing.T) {
	s := site(t)
	jo, other := s.Person("Jo", know.Member), s.Person("Sam", know.Member)
	accounts, err := s.People.AccountsOf(t.Context(), jo.ID)
	if err != nil || len(accounts) != 1 {
		t.Fatal(accounts, err)
	}
	remove := func(id int64) string { return "/me/accounts/" + strconv.FormatInt(id, 10) + "/remove" }
	jo.Get("/me/settings").Want(t, 200, "you sign in with it").Without(t, remove(accounts[0].ID))
	jo.Post(remove(accounts[0].ID)).Want(t, 409, `<p class="wrong" role="alert">This is the only confirmed address`)
	other.Post(remove(accounts[0].ID)).Want(t, 404)
	s.Visitor().Post(remove(accounts[0].ID)).Want(t, 401)

	jo.Post("/me/addresses", "email", "new@example.org").Want(t, 303)
	rows, err := s.Events.DeliveriesTo(t.Context(), jo.ID)
	if err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	secret, err := s.People.Arm(t.Context(), rows[0].Subject.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.People.Confirm(t.Context(), jo.Actor, secret); err != nil {
		t.Fatal(err)
	}
	if err := s.People.StartSignIn(t.Context(), "new@example.org", "", "en"); err != nil {
		t.Fatal(err)
	}
	if rows, err = s.Events.Deliveries(t.Context(), event.Waiting, 0, 1); err != nil || len(rows) != 1 {
		t.Fatal(rows, err)
	}
	if secret, err = s.People.Arm(t.Context(), rows[0].Subject.ID); err != nil {
		t.Fatal(err)
	}
	anew := s.Use(secret)
	jo.Get("/me/settings").Want(t, 200, remove(accounts[0].ID), "new@example.org")
	if out := jo.Post(remove(accounts[0].ID)).Want(t, 303); out.Header.Get("Location") != "/signin?next=/me/settings" {
		t.Errorf("who came by the address is led to %s", out.Header.Get("Location"))
	}
	jo.Get("/me/settings").Want(t, 303)
	anew.Get("/me/settings").Want(t, 200, "new@example.org", "you sign in with it").Without(t, accounts[0].Address)
}

// TestJoinedByTheTeam shows somebody what was joined to them, and how it
// becomes theirs: by the mail that is read there.
func TestJoinedByTheTeam(t *testing.T) {
	s := site(t)
	jo, marta := s.Person("Jo", know.Member), s.Person("Marta", know.Staff)
	ctx := t.Context()
	bought, err := s.Purchases.Store(ctx, marta.Actor, []purchase.Order{{ExternalID: "1", At: s.Now().Add(-time.Hour), Email: "jo@work.example", AmountMinor: 900, Currency: "EUR"}})
	if err != nil || bought[0].Err != nil {
		t.Fatal(bought, err)
	}
	p, err := s.Purchases.Purchase(ctx, marta.Actor, bought[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.People.Move(ctx, marta.Actor, p.Account, jo.ID); err != nil {
		t.Fatal(err)
	}
	jo.Get("/me/settings").Want(t, 200, "jo@work.example", "joined to you by the team", "It is mine: send a link there", "Remove it")
	if jo.Get("/me/export.json").Want(t, 200); strings.Contains(jo.Get("/me/export.json").Body, `"external_id"`) {
		t.Error("the export tells what another may have bought")
	}
	jo.Post("/me/addresses", "email", "jo@work.example").Want(t, 303)
	rows, err := s.Events.DeliveriesTo(ctx, jo.ID)
	if err != nil || len(rows) == 0 {
		t.Fatal(rows, err)
	}
	secret, err := s.People.Arm(ctx, rows[0].Subject.ID)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.People.Confirm(ctx, jo.Actor, secret); err != nil {
		t.Fatal(err)
	}
	jo.Get("/me/settings").Want(t, 200, "jo@work.example").Without(t, "joined to you by the team")
	jo.Get("/me/export.json").Want(t, 200, `"external_id"`)
}

// TestAccountsOfOneName tells what was joined to somebody by where it speaks.
func TestAccountsOfOneName(t *testing.T) {
	s := site(t)
	jo, marta := s.Person("Jo", know.Member), s.Person("Marta", know.Staff)
	for _, home := range []string{"https://one.example/jo", "https://two.example/jo"} {
		heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Blogs", Text: "A line from " + home, URL: home + "/1", Author: listen.Author{Name: "Jo M.", URL: home}}})
		if err != nil || heard[0].Err != nil {
			t.Fatal(err, heard)
		}
		mention, err := s.Radar.Mention(t.Context(), marta.Actor, heard[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.People.Move(t.Context(), marta.Actor, mention.Account, jo.ID); err != nil {
			t.Fatal(err)
		}
	}
	jo.Get("/me/settings").Want(t, 200, "one.example/jo", "two.example/jo", "Remove it: two.example/jo")
}

// TestAddAddress answers alike for an address that is free and for one that is
// another member's: nobody learns here who is a member.
func TestAddAddress(t *testing.T) {
	s := site(t)
	jo, sam := s.Person("Jo", know.Member), s.Person("Sam", know.Member)
	sams, err := s.People.Reachable(t.Context(), sam.ID)
	if err != nil {
		t.Fatal(err)
	}
	add := func(address string) (webtest.Answer, string) {
		t.Helper()
		got := jo.Post("/me/addresses", "email", address)
		return got, strings.ReplaceAll(jo.Get("/me/settings").Want(t, 200).Alike(), address, "ADDRESS")
	}
	free, pageFree := add("free@example.org")
	taken, pageTaken := add(sams.Address)
	free.Want(t, 303)
	for _, answer := range []webtest.Answer{free, taken} {
		answer.Header.Del("X-Request-Id")
	}
	if diff := cmp.Diff(free, taken); diff != "" {
		t.Errorf("the answers differ: %s", diff)
	}
	if diff := cmp.Diff(pageFree, pageTaken); diff != "" {
		t.Errorf("the pages after them differ: %s", diff)
	}
	for range 4 {
		jo.Post("/me/addresses", "email", "free@example.org").Want(t, 303)
		jo.Post("/me/addresses", "email", sams.Address).Want(t, 303)
	}
	jo.Post("/me/addresses", "email", "free@example.org").Want(t, 429, "Five links went to this address")
	jo.Post("/me/addresses", "email", sams.Address).Want(t, 429, "Five links went to this address")
}

// TestUnnamedOwner: the owner of a site that is not set up has not left.
func TestUnnamedOwner(t *testing.T) {
	s := site(t)
	secret, _, err := s.People.OwnerLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	s.Use(secret).Get("/me").Want(t, 200, "somebody without a name yet").Without(t, "somebody who left")
}
