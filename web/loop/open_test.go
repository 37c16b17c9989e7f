package loop_test

import (
	"fmt"
	"html"
	"net/http"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/converse"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/web/loop"
	"tribune/web/page"
	"tribune/web/webtest"
	"tribune/web/why"
)

const day = 24 * time.Hour

// A link whose words begin with a number; how many people one row of what was
// told says; and the link to more rows.
var (
	numbers = regexp.MustCompile(`<a href="([^"]*)"[^>]*>(\d+)(?: \w[^<]*| <span[^<]*)?<`)
	told    = regexp.MustCompile(`<span>(\d+) (?:person was|people were|person is still to be|people are still to be) told</span>`)
	next    = regexp.MustCompile(`href="([^"]*)"[^>]*rel="next"|rel="next"[^>]*href="([^"]*)"`)
)

// TestEveryNumberOpens follows every number of the loop board: it opens to a
// list of exactly as many, whatever its span.
func TestEveryNumberOpens(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: loop.Files, Routes: func(mux *http.ServeMux, k *page.Kit) { loop.Routes(mux, k) }},
		webtest.Folder{Files: why.Files, Routes: why.Routes})
	marta := s.Person("Marta Lind", know.Owner)
	quarter(t, s, marta.Actor)
	board := marta.Get("/desk/loop").Want(t, 200)
	opened := map[string]bool{}
	for _, m := range numbers.FindAllStringSubmatch(board.Body, -1) {
		address, shown := html.UnescapeString(m[1]), must[int](t)(strconv.Atoi(m[2]))
		if listed := count(t, marta, address); listed != shown {
			t.Errorf("%s shows %d and lists %d", address, shown, listed)
		}
		opened[address] = true
	}
	for _, want := range []string{"/desk/loop/heard", "/desk/loop/answered", "/desk/loop/taken", "/desk/loop/decided", "/desk/loop/shipped", "/desk/loop/told", "/desk/loop/untold", "/desk/loop/shared",
		"/desk/loop/found", "/desk/loop/found?week=13", "/desk/loop/found?week=7", "/desk/loop/heard?week=12", "/desk/loop/said", "/desk/loop/said?who=customer", "/desk/loop/said?who=other",
		"/desk/why?since=2026-08", "/desk/why?since=2026-08&sure=said", "/desk/why?since=2026-08&sure=link", "/desk/why?since=2026-08&sure=otherwise", "/desk/why?since=2026-08&sure=unknown", "/desk/loop/purchases", "/desk/loop/again",
		"/desk/loop/cohort?first=2026-08&month=2026-08", "/desk/loop/cohort?first=2026-08&month=2026-11", "/desk/loop/heard?language=pt"} {
		if !opened[want] {
			t.Errorf("the board has no number that opens to %s", want)
		}
	}
}

// A number that opens, on the word-of-mouth page: all but those of whole trees, which are drawn.
var bought = regexp.MustCompile(`<a[^>]*href="(/desk/why\?[^"]*)"[^>]*>(\d+)`)

// TestWordOfMouthOpens follows every number of the word-of-mouth page: it opens
// to exactly as many buyers.
func TestWordOfMouthOpens(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: loop.Files, Routes: func(mux *http.ServeMux, k *page.Kit) { loop.Routes(mux, k) }},
		webtest.Folder{Files: why.Files, Routes: why.Routes})
	marta := s.Person("Marta Lind", know.Owner)
	quarter(t, s, marta.Actor)
	opened := map[string]bool{}
	for _, m := range bought.FindAllStringSubmatch(marta.Get("/desk/why/tree").Want(t, 200).Body, -1) {
		address, shown := html.UnescapeString(m[1]), must[int](t)(strconv.Atoi(m[2]))
		if listed := count(t, marta, address); listed != shown {
			t.Errorf("%s shows %d and lists %d", address, shown, listed)
		}
		opened[strings.TrimRight(strings.TrimPrefix(address, "/desk/why?year=1&"), "0123456789-")] = true
	}
	for _, want := range []string{"/desk/why?year=", "brought=", "abroad=", "generation=", "generation=1&sure=said", "generation=1&sure=link", "root="} {
		if !opened[want] {
			t.Errorf("no number opens to %s: %v", want, opened)
		}
	}
	marta.Get("/desk/why?root=x").Want(t, 404)
}

// count counts what a list holds, on all its pages.
func count(t *testing.T, r *webtest.Reader, address string) (n int) {
	t.Helper()
	for address != "" {
		body := r.Get(address).Want(t, 200).Body
		if of := told.FindAllStringSubmatch(body, -1); of != nil {
			for _, m := range of {
				n += must[int](t)(strconv.Atoi(m[1]))
			}
		} else {
			n += strings.Count(body, `<li class="why-row`) + strings.Count(body, `<p class="facts">`) - strings.Count(body, `">show all</a>`)
		}
		m := next.FindStringSubmatch(body)
		if address = ""; m != nil {
			address = html.UnescapeString(m[1] + m[2])
		}
	}
	return n
}

// quarter lets thirteen weeks and some more pass in which everything happens,
// and each thing another number of times.
func quarter(t *testing.T, s *webtest.Site, marta know.Actor) {
	t.Helper()
	ctx := t.Context()
	ada, ben, cem := s.Person("Ada Byrne", know.Member).Actor, s.Person("Ben Okoye", know.Member).Actor, s.Person("Cem Ak", know.Member).Actor
	if _, _, err := s.Radar.AddQuery(ctx, marta, listen.NewQuery{Name: "us", Text: "linde", Purpose: listen.Us}); err != nil {
		t.Fatal(err)
	}
	hear := func(id, name, text, language string, ago time.Duration) {
		must[[]listen.Heard](t)(s.Radar.Hear(ctx, marta, []listen.Post{{Source: "Shop", Kind: listen.KindReview, ExternalID: id, URL: "https://b.example/" + id,
			Author: listen.Author{Name: name, Email: strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org"}, Text: text, Language: language, PublishedAt: s.Clock().Add(-ago)}}))
	}
	for i := range 31 {
		hear(fmt.Sprint("a", i), fmt.Sprint("Nora ", i), fmt.Sprintf("The linde is review number %d", i), "en", time.Duration(i*4)*day) // some before the weeks
	}
	for i := range 4 {
		hear(fmt.Sprint("b", i), fmt.Sprint("Rui ", i), fmt.Sprintf("Um caderno bonito, numero %d", i), "pt", time.Duration(i*8)*day)
		hear(fmt.Sprint("c", i), "Kari Berg", fmt.Sprintf("My linde, day %d", i), "en", time.Duration(i*9)*day)
	}
	idea := must[shape.Idea](t)(s.Ideas.Propose(ctx, ada, shape.NewIdea{Title: "Left-handed notebooks"}))
	for _, a := range []know.Actor{ben, cem} {
		must[shape.Ballots](t)(s.Ideas.Vote(ctx, a, idea.ID, true))
	}
	must[shape.Decision](t)(s.Ideas.Decide(ctx, marta, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: "In spring."}))
	s.Pass(time.Hour)
	must[shape.Decision](t)(s.Ideas.Decide(ctx, marta, idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "It is in the shop."}))
	for _, subject := range []string{"Peru", "Chile"} {
		x := must[converse.Thread](t)(s.Inbox.Letter(ctx, ada, subject, "Do you ship there?"))
		must[converse.Message](t)(s.Inbox.Answer(ctx, marta, x.ID, "Yes."))
	}
	link := must[advocate.Share](t)(s.Advocacy.MakeShare(ctx, ada, event.Ref{Kind: "idea", ID: idea.ID}))
	must[advocate.Opened](t)(s.Advocacy.Open(ctx, link.Code, advocate.Reader{Address: netip.MustParseAddr("198.51.100.7"), Agent: "Mozilla/5.0 (X11; Linux) Firefox/140"}))
	if err := s.DB.Update(ctx, func(tx *storage.Tx) error { // as old as what was bought by it
		_, err := tx.Exec(ctx, `update share_link set made_at = 1`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	buy(t, s, marta, ada, link.Code)
	for more := true; more; {
		more = must[bool](t)(s.Ideas.TellOnce(ctx))
	}
	if err := s.Events.CatchUp(ctx, "advocate.referrals", s.Advocacy.FollowReferrals, advocate.ReferralKinds()...); err != nil {
		t.Fatal(err)
	}
	if err := s.Advocacy.SettleAll(ctx); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
}

// buy stores orders: some of before, some by a link, some of which the buyer
// said who brought them.
func buy(t *testing.T, s *webtest.Site, marta, ada know.Actor, code string) {
	t.Helper()
	ctx := t.Context()
	var orders []purchase.Order
	for i, o := range strings.Fields("ben.okoye:2026-08-25 ben.okoye:2026-09-20 ben.okoye:2026-11-10 kari.berg:2026-09-03 ana:2026-10-05:link bo:2026-10-06:link cy:2026-11-18:link di:2026-10-05 ed:2026-08-10 flo:2025-11-01 flo:2026-10-01 gus:2026-05-01 ada.byrne:2025-01-15") {
		of := strings.Split(o, ":")
		order := purchase.Order{ExternalID: fmt.Sprint(i), At: must[time.Time](t)(time.Parse(time.DateOnly, of[1])).Add(9 * time.Hour), Email: of[0] + "@example.org", Country: "NO", AmountMinor: 1250, Currency: "EUR"}
		if len(of) > 2 {
			order.Code = code
		}
		if of[0] == "ada.byrne" {
			order.Country = "SE"
		}
		orders = append(orders, order)
	}
	stored := must[[]purchase.Stored](t)(s.Purchases.Store(ctx, marta, orders))
	nobody := must[purchase.Question](t)(s.Purchases.Question(ctx, know.Actor{}, must[string](t)(s.Purchases.QuestionCode(ctx, marta, stored[3].ID))))
	if err := s.Purchases.Answer(ctx, know.Actor{}, nobody, purchase.Answer{Words: "I do not know. Nobody. It was an advertisement."}, s.URL); err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{7, 8} { // di and ed say that Ada brought them, and she says yes
		q := must[purchase.Question](t)(s.Purchases.Question(ctx, know.Actor{}, must[string](t)(s.Purchases.QuestionCode(ctx, marta, stored[i].ID))))
		if err := s.Purchases.Answer(ctx, know.Actor{}, q, purchase.Answer{Words: "Ada told me.", Teller: ada.ID}, s.URL); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range must[[]purchase.Naming](t)(s.Purchases.Namings(ctx, ada)) {
		if err := s.Purchases.Show(ctx, ada, n.Reason, true); err != nil {
			t.Fatal(err)
		}
	}
}
