package why_test

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape"
	"tribune/web/desk"
	"tribune/web/page"
	"tribune/web/webtest"
	"tribune/web/why"
)

type site struct {
	*webtest.Site
	t     *testing.T
	staff *webtest.Reader
}

func open(t *testing.T) *site {
	s := &site{Site: webtest.New(t, webtest.Folder{Files: why.Files, Routes: why.Routes}, webtest.Folder{Files: desk.Files, Routes: func(*http.ServeMux, *page.Kit) {}}, webtest.Folder{Files: purchase.Texts, Routes: func(*http.ServeMux, *page.Kit) {}}), t: t}
	s.staff = s.Person("Sofia Reyes", know.Staff)
	return s
}

// bought stores a purchase and settles what follows from it.
func (s *site) bought(id, email, country string) int64 {
	s.t.Helper()
	stored, err := s.Purchases.Store(s.t.Context(), s.staff.Actor, []purchase.Order{{ExternalID: id, At: s.Clock().Add(-time.Hour), Email: email, Country: country, AmountMinor: 1250, Currency: "EUR"}})
	if err != nil || stored[0].Err != nil {
		s.t.Fatal(err, stored)
	}
	s.settle()
	return stored[0].ID
}

func (s *site) settle() {
	s.t.Helper()
	if err := s.Events.CatchUp(s.t.Context(), "advocate.referrals", s.Advocacy.FollowReferrals, advocate.ReferralKinds()...); err != nil {
		s.t.Fatal(err)
	}
	if err := s.Advocacy.SettleAll(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) question(id int64) string {
	s.t.Helper()
	code, err := s.Purchases.QuestionCode(s.t.Context(), s.staff.Actor, id)
	if err != nil {
		s.t.Fatal(err)
	}
	return "/why/" + code
}

// TestAVisitorAnswers answers by the link, without an account and without
// scripts, and names a member, who says yes.
func TestAVisitorAnswers(t *testing.T) {
	s := open(t)
	ben := s.Person("Ben Okoye", know.Member)
	if _, err := s.Ideas.Propose(t.Context(), ben.Actor, shape.NewIdea{Title: "A notebook for the left hand"}); err != nil {
		t.Fatal(err)
	}
	s.Pass(-24 * time.Hour)
	s.bought("1000", "", "DE")
	s.Pass(24 * time.Hour)
	id := s.bought("1001", "", "NO")
	s.staff.Get("/desk/why").Want(t, 200, "order 1001", "unknown", "Norway")
	s.staff.Get("/desk/why/unexplained").Want(t, 200, "The first from Norway", s.URL+s.question(id), "Sofia Reyes, ")
	visitor, page := s.Visitor(), s.question(id)
	visitor.Get(page).Want(t, 200, "Who or what brought you to us?", "noindex")
	visitor.Post(page).Want(t, 422, "Say it in a few words")
	visitor.Post(page, "words", "He showed me his.", "who", "ben okoye").Want(t, 422, "Is it one of these?", "He showed me his.", fmt.Sprintf(`value="%d"`, ben.ID))
	for _, posing := range []string{s.staff.Name, "Customer Service", "Kari <b>"} { // nobody is named as we are
		visitor.Post(page, "words", "He showed me his.", "who", "ben okoye", "teller", fmt.Sprint(ben.ID), "by", posing).Want(t, 422, `class="wrong" id="h-by"`)
	}
	visitor.Post(page, "words", "He showed me his.", "who", "ben okoye", "teller", fmt.Sprint(ben.ID), "by", "Kari").Want(t, 303)
	visitor.Get(page).Want(t, 200, "He showed me his.", "they are asked first")
	s.settle()
	s.staff.Get("/desk/why").Want(t, 200, "He showed me his.", "They named a member").Without(t, "Ben Okoye")
	s.staff.Get("/desk/why/unexplained").Want(t, 200).Without(t, "The first from Norway")
	ben.Get("/me/why").Want(t, 200, "Kari says that you brought them here.", "May we show that?")
	s.Visitor().Get("/me/why").Want(t, 303)
	ben.Post("/me/why/1", "show", "maybe").Want(t, 422)
	s.Person("Eve Other", know.Member).Post("/me/why/1", "show", "yes").Want(t, 404)
	ben.Post("/me/why/1", "show", "yes").Want(t, 303)
	s.settle()
	s.staff.Get("/desk/why").Want(t, 200, "Ben Okoye", "somebody, says the buyer")
	s.staff.Get("/desk/why/tree").Want(t, 200, "1 buyer was brought by somebody we know", "2 buyers bought for the first time since", "Ben Okoye")
	s.staff.Get(fmt.Sprintf("/desk/why/tree/%d", ben.ID)).Want(t, 200, "order 1001")
	s.staff.Get(fmt.Sprintf("/desk/why/purchases/%d", id)).Want(t, 200, "Ben Okoye", "12.50\u00a0EUR")
	s.staff.Get("/desk/why?year=1&generation=1").Want(t, 200, "order 1001")
	s.staff.Get("/desk/why?generation=2").Want(t, 200).Without(t, "order 1001")
	visitor.Post(page, "do", "back").Want(t, 303)
	s.settle()
	s.staff.Get("/desk/why").Want(t, 200, "unknown").Without(t, "Ben Okoye")
}

func TestTheQuestionIsNobodyElses(t *testing.T) {
	s := open(t)
	anna, ben := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member)
	id := s.bought("1", "anna.blum@example.org", "DE")
	page := s.question(id)
	ben.Get(page).Want(t, 409)
	ben.Post(page, "words", "It was mine.").Want(t, 409)
	anna.Get(page).Want(t, 200).Without(t, `name="by"`)
	s.Visitor().Post(page, "words", "A poster.", "by", "Carla Neu").Want(t, 422, "You are a member here")
	anna.Post(page, "words", "A poster.").Want(t, 303)
	anna.Get("/me/why").Want(t, 200, "A poster.")
	anna.Post("/me/why", "words", "A poster in Bergen.", "place", "not a page").Want(t, 422, "This is no address")
	anna.Post("/me/why", "words", "A poster in Bergen.").Want(t, 303)
	s.Visitor().Get(page).Want(t, 200, "A poster in Bergen.")
	ben.Get("/me/why").Want(t, 200, "Nothing is known that you bought.")
	ben.Post("/me/why", "words", "x").Want(t, 404)
	s.Visitor().Get(page[:len(page)-1]+"_").Want(t, 404)
	s.Visitor().Get("/why/people?who=an").Want(t, 200).Without(t, "Anna Blum")
}

func TestImportOnTheDesk(t *testing.T) {
	s := open(t)
	send := func(do string) webtest.Answer {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		w.WriteField("do", do)
		f, _ := w.CreateFormFile("file", "orders.csv")
		fmt.Fprint(f, "currency,amount,order_id,ordered_at,country\nEUR,12.50,1,2026-11-01,NO\nEUX,12.50,2,2026-11-01,NO\n")
		w.Close()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/why/import", &body)
		r.Header.Set("Content-Type", w.FormDataContentType())
		return s.staff.Do(r)
	}
	s.staff.Get("/desk/why/import").Want(t, 200, "order_id", "ordered_at")
	send("check").Want(t, 200, "orders.csv was checked", "EUX is no currency")
	s.settle()
	s.staff.Get("/desk/why").Want(t, 200, "No orders are known yet")
	send("import").Want(t, 200, "orders.csv is imported", "EUX is no currency")
	send("import").Want(t, 200, "1 known already")
	s.settle()
	s.staff.Get("/desk/why").Want(t, 200, "order 1")
	s.staff.Lang = "fr"
	for _, p := range []string{"/desk/why", "/desk/why/tree", "/desk/why/unexplained", "/desk/why/import", "/me/why"} {
		a := s.staff.Get(p).Want(t, 200)
		for _, english := range []string{"Import orders", "buyers", "Unexplained", "brought"} {
			if strings.Contains(a.Body, english) {
				t.Errorf("%s has %q in French", p, english)
			}
		}
	}
}

// Of a ring of people who say they brought each other, the page of who bought
// first says why no chain stands there.
func TestARing(t *testing.T) {
	s := open(t)
	anna, ben := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member)
	for _, who := range []*webtest.Reader{anna, ben} {
		if _, err := s.Ideas.Propose(t.Context(), who.Actor, shape.NewIdea{Title: "An idea of " + who.Actor.Name}); err != nil {
			t.Fatal(err)
		}
	}
	first := s.bought("1", "anna.blum@example.org", "DE")
	s.Pass(time.Hour)
	second := s.bought("2", "ben.okoye@example.org", "NO")
	anna.Post("/me/why", "words", "Ben.", "who", "anna blum").Want(t, 422, "That is you.").Without(t, "Is it one of these?")
	s.Visitor().Post(s.question(first), "words", "Ben.", "who", "anna blum").Want(t, 422, "That is you.")
	anna.Get("/why/people?who=anna").Without(t, "Anna Blum")
	for _, x := range []struct {
		buyer, teller *webtest.Reader
		name          string
	}{{anna, ben, "Ben Okoye"}, {ben, anna, "Anna Blum"}} {
		x.buyer.Post("/me/why", "words", "A friend.", "who", x.name, "teller", fmt.Sprint(x.teller.ID)).Want(t, 303)
	}
	anna.Post("/me/why/2", "show", "yes").Want(t, 303)
	ben.Post("/me/why/1", "show", "yes").Want(t, 303)
	s.settle()
	s.staff.Get(fmt.Sprintf("/desk/why/purchases/%d", first)).Want(t, 200, "By what is known it was Ben Okoye, but they came by this buyer in turn")
	s.staff.Get(fmt.Sprintf("/desk/why/purchases/%d", second)).Want(t, 200, "Anna Blum", "Who told whom").Without(t, "By what is known")
}

func TestNoted(t *testing.T) {
	s := open(t)
	s.Pass(-24 * time.Hour)
	s.bought("0", "", "DE")
	s.Pass(24 * time.Hour)
	id := s.bought("1", "", "BR")
	s.staff.Post(fmt.Sprintf("/desk/why/unexplained/%d", id)).Want(t, 303)
	s.staff.Get("/desk/why/unexplained").Want(t, 200, "Sofia Reyes (Tribune) wrote to them").Without(t, "I wrote to them")
	s.staff.Post("/desk/why/unexplained/99").Want(t, 404)
	s.staff.Get("/desk/why?cursor=x").Want(t, 422)
	s.staff.Get("/desk/why?"+url.Values{"sure": {"perhaps"}}.Encode()).Want(t, 404)
}

// TestAskedAlready says beside a ready note that its question went out by mail,
// and counts the first of a country among those from there.
func TestAskedAlready(t *testing.T) {
	s := open(t)
	mia := s.Person("Mia Lahti", know.Member)
	s.Pass(-24 * time.Hour)
	s.bought("0", "", "DE")
	s.Pass(24 * time.Hour)
	account, err := s.People.Reachable(t.Context(), mia.ID)
	if err != nil {
		t.Fatal(err)
	}
	s.bought("1", account.Address, "FI")
	s.staff.Get("/desk/why/unexplained").Want(t, 200, "1 purchase from there in all").Without(t, "Asked by mail")
	if n, err := s.Purchases.AskOnce(t.Context()); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	s.staff.Get("/desk/why/unexplained").Want(t, 200, "Asked by mail", "The note would ask it again")
}
