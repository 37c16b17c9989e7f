package api

import (
	"context"
	"net/http"
	"time"

	"tribune/advocate"
	"tribune/gate"
	"tribune/know/purchase"
)

func (s *service) whyRoutes() {
	add(s, "why", "GET /buyers", "listBuyers", "Who bought, with what brought them, those of whom nobody knows first", http.StatusOK, s.buyersList)
	add(s, "why", "GET /word-of-mouth", "wordOfMouth", "Who told whom in the last twelve months: generations, borders crossed, the trees that grew", http.StatusOK, s.mouth)
	add(s, "why", "GET /word-of-mouth/{id}", "wordOfMouthOf", "The tree of whom one person brought, as far as it can be drawn", http.StatusOK, s.mouthOf,
		tells("At most 150, the largest branches first; more says where some did not fit. GET /buyers?brought_by= lists those."))
	add(s, "why", "GET /unexplained", "listUnexplained", "The first buyers from a new country, in the last twelve months, who came without a code, a link or a word", http.StatusOK, s.unexplained)
	add(s, "why", "PUT /unexplained/{id}/note", "noteUnexplained", "Say that I wrote to an unexplained buyer; nothing is sent by it", http.StatusNoContent, s.noted,
		tells("id is of the purchase."))
}

// wholeTree is how much of a tree one call gives.
var wholeTree = advocate.Room{Levels: 12, Each: 20, Nodes: 150}

// mostUnexplained is how many unexplained buyers one call gives.
const mostUnexplained = 100

// Why is what a buyer said brought them.
type Why struct {
	Words      string    `json:"words,omitempty"`
	Who        string    `json:"who,omitempty" doc:"Somebody they named who is not here"`
	WhoID      int64     `json:"who_id,omitempty" doc:"A member they named; for the desk, one who lets us show it"`
	Shown      string    `json:"shown,omitempty" enum:"asked,yes,no" doc:"Whether the member they named may be shown"`
	Place      string    `json:"place,omitempty" doc:"An address elsewhere"`
	Thing      *Subject  `json:"thing,omitempty" doc:"An idea, post or release of ours"`
	AnsweredAt time.Time `json:"answered_at"`
}

func why(r purchase.Reason) *Why {
	if r.ID == 0 {
		return nil
	}
	w := &Why{Words: r.Words, Who: r.TellerName, WhoID: r.Teller, Shown: string(r.Shown), Place: r.Place, AnsweredAt: r.EditedAt}
	if r.Thing.ID != 0 {
		w.Thing = &Subject{r.Thing.Kind, r.Thing.ID}
	}
	return w
}

// Buyer is who bought, or brought somebody who did, in the tree of who told
// whom.
type Buyer struct {
	PersonID        int64     `json:"person_id,omitempty"`
	AccountID       int64     `json:"account_id,omitempty" doc:"Of one who is no person’s yet"`
	Name            string    `json:"name" doc:"Empty for one who left, or of whom no name is known"`
	Country         string    `json:"country,omitempty"`
	Purchases       int64     `json:"purchases" doc:"0 for one who brought somebody, and bought nothing"`
	FirstPurchaseID int64     `json:"first_purchase_id,omitempty"`
	FirstAt         time.Time `json:"first_at,omitzero"`
	Sure            string    `json:"sure" enum:"unknown,link,said" doc:"How sure it is what brought them"`
	BroughtBy       int64     `json:"brought_by,omitempty" doc:"Person who told them, if it may be shown"`
	Through         *Subject  `json:"through,omitempty" doc:"What that person’s link led to, if they came by it: an idea, post or release"`
	Why             *Why      `json:"why,omitempty" doc:"What they said"`
	Generation      int64     `json:"generation" doc:"How many stand above them"`
	Below           int64     `json:"below" doc:"Buyers who came by them, in all generations"`
}

// PurchaseWhy is a purchase with its why.
type PurchaseWhy struct {
	Purchase
	Why   *Why    `json:"why,omitempty" doc:"What the buyer said brought them"`
	Chain []Buyer `json:"chain" nullable:"false" doc:"Who told whom, through what, and how sure it is: with whom it began first, the buyer last. At most 40 above the buyer"`
}

func (s *service) purchaseGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[PurchaseWhy], error) {
	p, err := s.purchase(ctx, a, in.ID)
	if err != nil {
		return nil, err
	}
	buyer := purchase.Purchase{Account: p.AccountID, Person: p.PersonID}.Buyer()
	nodes, err := s.Advocacy.Referrals(ctx, a.Actor, []int64{buyer})
	if err != nil {
		return nil, err
	}
	b, ok := nodes[buyer]
	if !ok { // it was stored a moment ago
		b = advocate.Referral{ID: buyer, Purchases: 1, First: p.ID, FirstAt: p.At, Country: p.Country, Root: buyer}
	}
	chains, err := s.Advocacy.Chains(ctx, a.Actor, []advocate.Referral{b})
	if err != nil {
		return nil, err
	}
	chain := []advocate.Referral{b}
	for _, above := range chains[b.ID] {
		chain = append([]advocate.Referral{above}, chain...)
	}
	told, err := s.buyers(ctx, a, chain)
	if err != nil {
		return nil, err
	}
	return body(PurchaseWhy{p, told[len(told)-1].Why, told}), nil
}

// buyers completes nodes of the tree with names, words, and what links led to.
func (s *service) buyers(ctx context.Context, a *gate.Asker, nodes []advocate.Referral) ([]Buyer, error) {
	var ids, people, accounts, firsts []int64
	for _, n := range nodes {
		ids = append(ids, n.ID)
		if n.First != 0 {
			firsts = append(firsts, n.First)
		}
		if n.Person() != 0 {
			people = append(people, n.Person())
		}
	}
	bought, err := s.Purchases.ByID(ctx, a.Actor, firsts)
	if err != nil {
		return nil, err
	}
	for _, p := range bought {
		accounts = append(accounts, p.Account)
	}
	reasons, err := s.Purchases.ReasonsOf(ctx, a.Actor, accounts)
	if err != nil {
		return nil, err
	}
	through, err := s.Advocacy.Through(ctx, a.Actor, ids)
	if err != nil {
		return nil, err
	}
	named, err := s.People.People(ctx, people)
	if err != nil {
		return nil, err
	}
	spoke, err := s.People.Accounts(ctx, accounts)
	if err != nil {
		return nil, err
	}
	list := make([]Buyer, len(nodes))
	for i, n := range nodes {
		name := spoke[n.Account()].Name
		if n.Person() != 0 {
			name = named[n.Person()].Name
		}
		list[i] = Buyer{PersonID: n.Person(), AccountID: n.Account(), Name: name, Country: n.Country, Purchases: n.Purchases, FirstPurchaseID: n.First, FirstAt: n.FirstAt,
			Sure: n.Sure.String(), BroughtBy: n.Parent, Generation: n.Generation, Below: n.Below}
		if p, ok := bought[n.First]; ok {
			list[i].Why = why(reasons[p.Account])
		}
		if led, ok := through[n.ID]; ok {
			list[i].Through = &Subject{led.Kind, led.ID}
		}
	}
	return list, nil
}

type buyersIn struct {
	Sure       string `query:"sure" enum:"unknown,link,said,otherwise" doc:"How sure it is what brought them; otherwise: something else than a person, as they say"`
	Generation int64  `query:"generation" minimum:"0" doc:"Brought in this generation; 0: any"`
	BroughtBy  int64  `query:"brought_by" doc:"Brought by this person"`
	Since      string `query:"since" doc:"First bought since then: a day or a time (RFC 3339)"`
	Until      string `query:"until" doc:"First bought before then"`
	Paged
}

func (s *service) buyersList(ctx context.Context, a *gate.Asker, in *buyersIn) (*answer[List[Buyer]], error) {
	f := advocate.Which{Generation: in.Generation, Parent: in.BroughtBy, Otherwise: in.Sure == "otherwise", Cursor: in.Cursor, Limit: in.limit()}
	for _, sure := range []advocate.Sure{advocate.Unknown, advocate.ByLink, advocate.Said} {
		if in.Sure == sure.String() {
			f.Sure, f.Brought = &sure, sure != advocate.Unknown
		}
	}
	var err error
	if f.Since, err = s.moment(ctx, "since", in.Since); err != nil {
		return nil, err
	}
	if f.Until, err = s.moment(ctx, "until", in.Until); err != nil {
		return nil, err
	}
	found, next, err := s.Advocacy.Buyers(ctx, a.Actor, f)
	if err != nil {
		return nil, err
	}
	list, err := s.buyers(ctx, a, found)
	if err != nil {
		return nil, err
	}
	return body(List[Buyer]{list, next}), nil
}

// WordOfMouth is who told whom in twelve months.
type WordOfMouth struct {
	Since       time.Time    `json:"since"`
	Generations []Generation `json:"generations" nullable:"false"`
	Crossed     int64        `json:"crossed" doc:"Buyers whom somebody brought from another country"`
	Crossings   []Crossing   `json:"crossings" nullable:"false" doc:"The most first, at most 100"`
	Trees       []Tree       `json:"trees" nullable:"false" doc:"Those that grew, the largest first, at most 100"`
}

// Generation is the buyers of one generation, by how sure it is what brought
// them.
type Generation struct {
	Generation int64 `json:"generation" doc:"0: they came on their own, for all that is known"`
	Unknown    int64 `json:"unknown"`
	Link       int64 `json:"link"`
	Said       int64 `json:"said"`
}

// Crossing is how many buyers were brought from one country into another.
type Crossing struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Buyers int64  `json:"buyers"`
}

// Tree is with whom a tree began, and how it grew.
type Tree struct {
	Buyer
	Lately int64 `json:"lately" doc:"Buyers who came by it in that time"`
}

func (s *service) mouth(ctx context.Context, a *gate.Asker, _ *none) (*answer[WordOfMouth], error) {
	out := WordOfMouth{Since: advocate.YearTo(s.Now()), Generations: []Generation{}, Crossings: []Crossing{}, Trees: []Tree{}}
	generations, err := s.Advocacy.Generations(ctx, a.Actor, out.Since, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, g := range generations {
		out.Generations = append(out.Generations, Generation{g.Depth, g.Unknown, g.ByLink, g.Said})
	}
	crossings, crossed, _, err := s.Advocacy.Crossings(ctx, a.Actor, out.Since, 100)
	if err != nil {
		return nil, err
	}
	out.Crossed = crossed
	for _, c := range crossings {
		out.Crossings = append(out.Crossings, Crossing{c.From, c.To, c.Buyers})
	}
	grown, err := s.Advocacy.Trees(ctx, a.Actor, out.Since, 100)
	if err != nil {
		return nil, err
	}
	roots := make([]advocate.Referral, len(grown))
	for i, g := range grown {
		roots[i] = g.Referral
	}
	list, err := s.buyers(ctx, a, roots)
	if err != nil {
		return nil, err
	}
	for i, b := range list {
		out.Trees = append(out.Trees, Tree{b, grown[i].Lately})
	}
	return body(out), nil
}

// Branch is somebody in a tree.
type Branch struct {
	Buyer
	More bool `json:"more" doc:"They brought more than are given here"`
}

// TreeOf is a tree from somebody in it.
type TreeOf struct {
	Chain    []Buyer  `json:"chain" nullable:"false" doc:"Who stands above, with whom it began first"`
	Branches []Branch `json:"branches" nullable:"false" doc:"The person, and whom they brought, by brought_by; each one after who brought them"`
}

func (s *service) mouthOf(ctx context.Context, a *gate.Asker, in *ByID) (*answer[TreeOf], error) {
	from, err := s.Advocacy.Referral(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	top, err := s.Advocacy.Drawn(ctx, a.Actor, from, wholeTree)
	if err != nil {
		return nil, err
	}
	chains, err := s.Advocacy.Chains(ctx, a.Actor, []advocate.Referral{from})
	if err != nil {
		return nil, err
	}
	var nodes []advocate.Referral
	for _, above := range chains[from.ID] {
		nodes = append([]advocate.Referral{above}, nodes...)
	}
	above := len(nodes)
	var more []bool
	for level := []*advocate.Branch{top}; len(level) > 0; {
		var next []*advocate.Branch
		for _, b := range level {
			nodes, more, next = append(nodes, b.Referral), append(more, b.More), append(next, b.Branches...)
		}
		level = next
	}
	list, err := s.buyers(ctx, a, nodes)
	if err != nil {
		return nil, err
	}
	out := TreeOf{Chain: list[:above], Branches: make([]Branch, len(more))}
	for i, b := range list[above:] {
		out.Branches[i] = Branch{b, more[i]}
	}
	return body(out), nil
}

// UnexplainedBuyer is the first from a country, of whom nobody knows why.
type UnexplainedBuyer struct {
	Buyer
	FromThere   int64     `json:"from_there" doc:"Purchases from that country, in all"`
	QuestionURL string    `json:"question_url" doc:"Whoever opens it answers as the buyer, without an account: for a note to them, and for nobody else"`
	Note        string    `json:"note" doc:"Ready to be sent by hand, in the asker’s name and the buyer’s language; nothing is sent by itself"`
	NotedBy     int64     `json:"noted_by,omitempty" doc:"Who of us wrote to them"`
	NotedAt     time.Time `json:"noted_at,omitzero"`
}

func (s *service) unexplained(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[UnexplainedBuyer]], error) {
	found, err := s.Advocacy.Unexplained(ctx, a.Actor, advocate.YearTo(s.Now()), mostUnexplained)
	if err != nil {
		return nil, err
	}
	ids, nodes := make([]int64, len(found)), make([]advocate.Referral, len(found))
	for i, u := range found {
		ids[i] = u.ID
	}
	known, err := s.Advocacy.Referrals(ctx, a.Actor, ids)
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		nodes[i] = known[id]
	}
	buyers, err := s.buyers(ctx, a, nodes)
	if err != nil {
		return nil, err
	}
	site, err := s.People.Site(ctx)
	if err != nil {
		return nil, err
	}
	who := []int64{a.ID}
	for _, u := range found {
		who = append(who, u.Person())
	}
	people, err := s.People.People(ctx, who)
	if err != nil {
		return nil, err
	}
	list := make([]UnexplainedBuyer, len(found))
	for i, u := range found {
		list[i] = UnexplainedBuyer{Buyer: buyers[i], FromThere: u.Purchases, NotedBy: u.NotedBy, NotedAt: u.NotedAt}
		if list[i].QuestionURL, err = s.questionURL(ctx, a, u.First); err != nil {
			return nil, err
		}
		p, buyer := s.printer(a), people[u.Person()]
		if buyer.Language != "" {
			p = s.Words.Printer(buyer.Language, time.UTC)
		}
		list[i].Note = u.Note(p, site.Brand, people[a.ID], buyer, list[i].QuestionURL)
	}
	return body(List[UnexplainedBuyer]{Items: list}), nil
}

func (s *service) noted(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Advocacy.Noted(ctx, a.Actor, in.ID)
}
