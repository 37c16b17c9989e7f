package why

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"tribune/advocate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/web/desk"
	"tribune/web/page"
)

// perPage is how many buyers a page lists.
const perPage = 25

// listed is the list of buyers.
type listed struct {
	rows   []row
	faces  desk.Faces
	sure   string // "unknown", "link", "said", "otherwise" or "" for all
	filter string // in words, "" for none
	year   advocate.Came
	next   string
}

func (y *why) list(w http.ResponseWriter, r *http.Request, v *page.View) error {
	l := listed{sure: r.URL.Query().Get("sure")}
	f, err := y.which(r, v, &l)
	if err != nil {
		return err
	}
	buyers, next, err := y.Advocacy.Buyers(r.Context(), v.Actor, f)
	if err != nil {
		return err
	}
	if next != "" {
		q := r.URL.Query()
		q.Set("cursor", next)
		l.next = "/desk/why?" + q.Encode()
	}
	if l.rows, l.faces, err = y.told(r.Context(), v, buyers); err != nil {
		return err
	}
	generations, err := y.Advocacy.Generations(r.Context(), v.Actor, advocate.YearTo(v.Now), time.Time{})
	if err != nil {
		return err
	}
	l.year = advocate.CameBy(generations)
	v.Title, v.Section = v.T("Why"), "why"
	return y.ShowDesk(w, r, v, listPage(v, l))
}

// otherwise asks for those who say that something else brought them than
// somebody, or that they do not know.
const otherwise = "otherwise"

// which reads what to list from the address.
func (y *why) which(r *http.Request, v *page.View, l *listed) (f advocate.Which, err error) {
	q := r.URL.Query()
	f = advocate.Which{Cursor: q.Get("cursor"), Limit: perPage}
	for _, s := range []advocate.Sure{advocate.Unknown, advocate.ByLink, advocate.Said} {
		if l.sure == s.String() {
			f.Sure, f.Brought = &s, s != advocate.Unknown
		}
	}
	f.Otherwise = l.sure == otherwise
	if l.sure != "" && f.Sure == nil && !f.Otherwise {
		return f, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	if q.Get("year") == "1" {
		f.Since = advocate.YearTo(v.Now)
	}
	if since := q.Get("since"); since != "" {
		if f.Since, err = time.Parse("2006-01", since); err != nil {
			return f, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
	}
	if until := q.Get("until"); until != "" { // the last month
		if f.Until, err = time.Parse("2006-01", until); err != nil {
			return f, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		f.Until = f.Until.AddDate(0, 1, 0)
	}
	var words []string
	if g := q.Get("generation"); g != "" {
		if _, err := fmt.Sscanf(g, "%d", &f.Generation); err != nil || f.Generation < 1 {
			return f, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		words = append(words, v.T("generation {n}", "n", f.Generation))
	}
	if q.Get("brought") == "1" {
		f.Brought = true
		words = append(words, v.T("brought by somebody"))
	}
	if q.Get("abroad") == "1" {
		f.Abroad = true
		words = append(words, v.T("brought by somebody in another country"))
	}
	if root := q.Get("root"); root != "" {
		if _, err := fmt.Sscanf(root, "%d", &f.Root); err != nil || f.Root == 0 {
			return f, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		words = append(words, v.T("in one tree"))
	}
	if q.Has("to") {
		f.Crossed, f.From, f.To = true, strings.ToUpper(q.Get("from")), strings.ToUpper(q.Get("to"))
		words = append(words, v.T("from {from} to {to}", "from", v.Country(f.From), "to", v.Country(f.To)))
	}
	if by := q.Get("by"); by != "" {
		if _, err := fmt.Sscanf(by, "%d", &f.Parent); err != nil || f.Parent < 1 {
			return f, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
		}
		people, err := y.People.People(r.Context(), []int64{f.Parent})
		if err != nil {
			return f, err
		}
		words = append(words, v.T("brought by {name}", "name", v.Named(people[f.Parent])))
	}
	if !f.Since.IsZero() {
		words = append(words, v.T("since {date}", "date", v.Date(f.Since)))
	}
	if !f.Until.IsZero() {
		words = append(words, v.T("before {date}", "date", v.Date(f.Until)))
	}
	l.filter = strings.Join(words, ", ")
	return f, nil
}

// told completes buyers with their purchase, their chain and their words.
func (y *why) told(ctx context.Context, v *page.View, buyers []advocate.Referral) (rows []row, faces desk.Faces, err error) {
	chains, err := y.Advocacy.Chains(ctx, v.Actor, buyers)
	if err != nil {
		return nil, faces, err
	}
	ids := make([]int64, len(buyers))
	for i, b := range buyers {
		ids[i] = b.First
	}
	bought, err := y.Purchases.ByID(ctx, v.Actor, ids)
	if err != nil {
		return nil, faces, err
	}
	var people, accounts []int64
	for _, p := range bought {
		accounts = append(accounts, p.Account)
	}
	reasons, err := y.Purchases.ReasonsOf(ctx, v.Actor, accounts)
	if err != nil {
		return nil, faces, err
	}
	for _, b := range buyers {
		one := row{Referral: b, purchase: bought[b.First], chain: chains[b.ID]}
		one.reason = reasons[one.purchase.Account]
		if one.thing, err = y.titleOf(ctx, v.Actor, one.reason.Thing); err != nil {
			return nil, faces, err
		}
		rows = append(rows, one)
		people = append(people, b.Person(), b.Claim, one.reason.Teller)
		for _, c := range one.chain {
			people = append(people, c.Person())
		}
	}
	if faces, err = desk.Meet(ctx, y.Kit, people, accounts); err != nil {
		return nil, faces, err
	}
	return rows, faces, y.open(ctx, v, rows)
}

// open finds, of those of whom nobody knows what brought them, who was asked,
// and who is the first of a country.
func (y *why) open(ctx context.Context, v *page.View, rows []row) error {
	var who []int64
	for _, r := range rows {
		if r.Sure == advocate.Unknown {
			who = append(who, r.Person())
		}
	}
	if len(who) == 0 {
		return nil
	}
	asked, err := y.Purchases.AskedAt(ctx, v.Actor, who)
	if err != nil {
		return err
	}
	strangers, err := y.Advocacy.Unexplained(ctx, v.Actor, advocate.YearTo(v.Now), unexplainedShown)
	if err != nil {
		return err
	}
	for i := range rows {
		r := &rows[i]
		if r.Sure == advocate.Unknown {
			r.asked = asked[r.Person()]
			r.stranger = slices.ContainsFunc(strangers, func(u advocate.Unexplained) bool { return u.First == r.First && u.NotedBy == 0 })
		}
	}
	return nil
}

// shown is one purchase, with all of its buyer's.
type shown struct {
	row
	faces    desk.Faces
	all      []purchase.Purchase
	question string
}

func (y *why) purchase(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	p, err := y.Purchases.Purchase(ctx, v.Actor, id)
	if err != nil {
		return err
	}
	nodes, err := y.Advocacy.Referrals(ctx, v.Actor, []int64{p.Buyer()})
	if err != nil {
		return err
	}
	b, ok := nodes[p.Buyer()]
	if !ok { // it was stored a moment ago
		b = advocate.Referral{ID: p.Buyer(), Purchases: 1, First: p.ID, FirstAt: p.At, Country: p.Country, Root: p.Buyer()}
	}
	rows, faces, err := y.told(ctx, v, []advocate.Referral{b})
	if err != nil {
		return err
	}
	s := shown{row: rows[0], faces: faces}
	s.purchase = p
	accounts := []int64{p.Account}
	if p.Person != 0 {
		of, err := y.People.AccountsOf(ctx, p.Person)
		if err != nil {
			return err
		}
		for _, a := range of {
			accounts = append(accounts, a.ID)
		}
	}
	if s.all, _, err = y.Purchases.Purchases(ctx, v.Actor, purchase.Filter{Accounts: accounts, Limit: 50}); err != nil {
		return err
	}
	if s.question, err = y.questionURL(ctx, v.Actor, id); err != nil {
		return err
	}
	v.Title, v.Section = v.T("Purchase {number}", "number", p.ExternalID), "why"
	return y.ShowDesk(w, r, v, purchasePage(v, s))
}

// questionURL gives the address of the question about a purchase.
func (y *why) questionURL(ctx context.Context, a know.Actor, id int64) (string, error) {
	code, err := y.Purchases.QuestionCode(ctx, a, id)
	return y.URL + "/why/" + code, err
}

// strange is an unexplained buyer with the note that is ready for them.
type strange struct {
	advocate.Unexplained
	purchase purchase.Purchase
	account  know.Account
	note     string
	asked    time.Time // when the question went to them by mail, zero if it did not
	thread   int64     // of a conversation with them, 0 for none
	mail     string
}

// strangers is the list of unexplained buyers.
type strangers struct {
	list  []strange
	faces desk.Faces
	since time.Time
}

// unexplainedShown is how many unexplained buyers the list has: few enough to
// be written to, one by one.
const unexplainedShown = 12

func (y *why) unexplained(w http.ResponseWriter, r *http.Request, v *page.View) error {
	ctx := r.Context()
	s := strangers{since: advocate.YearTo(v.Now)}
	found, err := y.Advocacy.Unexplained(ctx, v.Actor, s.since, unexplainedShown)
	if err != nil {
		return err
	}
	ids, people := make([]int64, len(found)), []int64{v.Actor.ID}
	for i, u := range found {
		ids[i] = u.First
		people = append(people, u.NotedBy, u.Person())
	}
	bought, err := y.Purchases.ByID(ctx, v.Actor, ids)
	if err != nil {
		return err
	}
	var accounts []int64
	for _, p := range bought {
		accounts = append(accounts, p.Account)
	}
	if s.faces, err = desk.Meet(ctx, y.Kit, people, accounts); err != nil {
		return err
	}
	known, err := y.People.Accounts(ctx, accounts)
	if err != nil {
		return err
	}
	asked, err := y.Purchases.AskedAt(ctx, v.Actor, people)
	if err != nil {
		return err
	}
	for _, u := range found {
		one := strange{Unexplained: u, purchase: bought[u.First], asked: asked[u.Person()]}
		one.account = known[one.purchase.Account]
		if err := y.ready(ctx, v, s.faces, &one); err != nil {
			return err
		}
		s.list = append(s.list, one)
	}
	v.Title, v.Section = v.T("Why"), "why"
	return y.ShowDesk(w, r, v, unexplainedPage(v, s))
}

// ready writes the note to an unexplained buyer, in the name of the reader,
// and finds the ways to send it by hand.
func (y *why) ready(ctx context.Context, v *page.View, faces desk.Faces, s *strange) error {
	address, err := y.questionURL(ctx, v.Actor, s.First)
	if err != nil {
		return err
	}
	me, p := faces.Person(v.Actor.ID), v.Printer
	buyer := faces.Person(s.Person())
	if buyer.Language != "" {
		p = y.Words.Printer(buyer.Language, p.Zone())
	}
	s.note = s.Note(p, v.Site.Brand, me, buyer, address)
	if s.account.Kind == know.Mail && !s.account.ConfirmedAt.IsZero() {
		s.mail = "mailto:" + url.PathEscape(s.account.Address) + "?subject=" + url.PathEscape(p.T("Who or what brought you to us?")) + "&body=" + url.PathEscape(s.note)
	}
	threads, err := y.Inbox.ThreadsOf(ctx, v.Actor, s.Person(), []int64{s.account.ID})
	if len(threads) > 0 {
		s.thread = threads[0].ID
	}
	return err
}

// noted notes that the reader wrote to an unexplained buyer.
func (y *why) noted(w http.ResponseWriter, r *http.Request, v *page.View) error {
	id, err := page.ID(r, "id")
	if err != nil {
		return err
	}
	if err := y.Advocacy.Noted(r.Context(), v.Actor, id); err != nil {
		return err
	}
	page.Flash(w, r, "saved")
	return page.Back(w, r, "/desk/why/unexplained")
}
