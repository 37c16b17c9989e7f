package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tribune/advocate"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
)

func (s *service) purchaseRoutes() {
	add(s, "purchases", "POST /purchases", "storePurchases", "Bring in what was bought: one order, or a list of at most 10,000", http.StatusCreated, s.store, storing(s))
	one := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[NewPurchase](), true, "NewPurchase")
	s.api.OpenAPI().Paths[prefix+"/purchases"].Post.RequestBody.Content["application/json"].Schema =
		&huma.Schema{OneOf: []*huma.Schema{one, {Type: "array", Items: one, MaxItems: new(purchase.MaxStore)}}}
	add(s, "purchases", "GET /purchases", "listPurchases", "What was bought, the latest first", http.StatusOK, s.purchasesList)
	add(s, "purchases", "GET /purchases/{id}", "getPurchase", "One purchase: why, in the buyer’s words, and who told whom", http.StatusOK, s.purchaseGet)
}

// NewPurchase is an order, as a shop tells it.
type NewPurchase struct {
	Shop          string          `json:"shop,omitempty" doc:"Which one, if there are several"`
	ExternalID    string          `json:"external_id" doc:"The order’s number in the shop: the same one again is known"`
	At            string          `json:"at" doc:"When it was bought: a time (RFC 3339), or a day, which is midnight UTC as in a file; not in the future"`
	Email         string          `json:"email,omitempty" doc:"To find who it is; never written to unless its owner confirmed it here"`
	CustomerID    string          `json:"customer_id,omitempty" doc:"The shop’s own number of who bought: orders of one number are of one buyer"`
	Country       string          `json:"country,omitempty" doc:"ISO 3166-1"`
	Items         []purchase.Item `json:"items,omitempty"`
	AmountMinor   *int64          `json:"amount_minor" nullable:"false" doc:"What was paid, in the smallest unit of the currency"`
	Currency      string          `json:"currency" doc:"ISO 4217"`
	RefundedMinor int64           `json:"refunded_minor,omitempty" doc:"What was paid back so far; it only grows"`
	Cancelled     bool            `json:"cancelled,omitempty" doc:"It is no purchase, whatever its amount; this is not taken back"`
	Code          string          `json:"code,omitempty" doc:"Of a campaign or of somebody’s share link, or the link’s address"`
}

// Purchase is something that was bought.
type Purchase struct {
	ID            int64           `json:"id"`
	Shop          string          `json:"shop"`
	ExternalID    string          `json:"external_id"`
	At            time.Time       `json:"at"`
	AccountID     int64           `json:"account_id"`
	PersonID      int64           `json:"person_id,omitempty"`
	Country       string          `json:"country,omitempty"`
	Items         []purchase.Item `json:"items" nullable:"false"`
	AmountMinor   int64           `json:"amount_minor"`
	Currency      string          `json:"currency"`
	RefundedMinor int64           `json:"refunded_minor"`
	Cancelled     bool            `json:"cancelled" doc:"It counts as no purchase, as one that was paid back in whole"`
	Code          string          `json:"code,omitempty"`
	Sure          string          `json:"sure" enum:"unknown,link,said" doc:"How sure it is what brought the buyer; settles within seconds"`
	BroughtBy     int64           `json:"brought_by,omitempty" doc:"Person who brought them, if it may be shown"`
	Generation    int64           `json:"generation" doc:"How many stand above them in the tree of who told whom"`
	QuestionURL   string          `json:"question_url" doc:"Whoever opens it answers what brought the buyer, without an account: for the shop’s own mail to them, and for nobody else"`
	AddedAt       time.Time       `json:"added_at"`
}

// StoredPurchase is what became of one row of a list.
type StoredPurchase struct {
	ID          int64             `json:"id" doc:"0 if it could not be stored"`
	Known       bool              `json:"known" doc:"It was there already"`
	Changed     bool              `json:"changed" doc:"And a refund, or who bought it, was added"`
	QuestionURL string            `json:"question_url,omitempty"`
	Error       *huma.ErrorDetail `json:"error,omitempty" doc:"What is wrong with the row; of an order that is known, what was not taken over"`
}

// storing describes a call with one order or a list, which is read here row by
// row, so that one that is wrong does not keep the others out.
func storing(s *service) option {
	return func(op *huma.Operation) {
		op.MaxBodyBytes, op.SkipValidateBody = maxMentions+1, true
		op.Description = "external_id, at, amount_minor and currency are needed; a member of another name is refused, and so is its row. One order is answered as such. " +
			"A list is answered row by row, in order: 201 if every row could be stored (or was there already), 207 if some could not, 422 if none could."
		schema := func(t reflect.Type, name string) *huma.Schema {
			return s.api.OpenAPI().Components.Schemas.Schema(t, true, name)
		}
		rows := schema(reflect.TypeFor[List[StoredPurchase]](), "ListStoredPurchase")
		answer := func(text string, of *huma.Schema) *huma.Response {
			return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: of}}}
		}
		op.Responses = map[string]*huma.Response{
			"201": answer("All is stored", &huma.Schema{OneOf: []*huma.Schema{schema(reflect.TypeFor[Purchase](), "Purchase"), rows}}),
			"207": answer("Some rows of a list could not be stored", rows),
			"422": {Description: "What was sent could not be stored; the errors say why, row by row", Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: schema(reflect.TypeFor[huma.ErrorModel](), "ErrorModel")}}},
		}
	}
}

func (s *service) store(ctx context.Context, a *gate.Asker, in *struct {
	RawBody []byte `contentType:"application/json"`
}) (*heardOut, error) {
	if err := know.Require(a.Actor, know.Tune, know.Subject{}); err != nil {
		return nil, err // before a word is read
	}
	rows, many, err := split(in.RawBody)
	if err != nil {
		return nil, trouble(http.StatusBadRequest, s.printer(a).T(textNoJSON, "why", err.Error()))
	}
	if len(rows) == 0 {
		return nil, trouble(http.StatusUnprocessableEntity, s.printer(a).T(textNothingSent))
	}
	if len(rows) > purchase.MaxStore {
		return nil, fault.New(fault.Invalid, textTooLarge)
	}
	if many {
		return s.storeAll(ctx, a, rows)
	}
	o, err := s.order(ctx, rows[0])
	if err != nil {
		return nil, err
	}
	stored, err := s.Purchases.Store(ctx, a.Actor, []purchase.Order{o})
	if err == nil {
		err = stored[0].Err
	}
	if err != nil {
		return nil, err
	}
	p, err := s.purchase(ctx, a, stored[0].ID)
	if err != nil {
		return nil, err
	}
	return &heardOut{http.StatusCreated, p}, nil
}

// order reads one row. Its error names the member that is wrong.
func (s *service) order(ctx context.Context, row json.RawMessage) (o purchase.Order, err error) {
	var n NewPurchase
	if err := strictly(row, &n); err != nil {
		return o, misfit(err, row, reflect.TypeOf(n))
	}
	o = purchase.Order{Shop: n.Shop, ExternalID: n.ExternalID, Email: n.Email, Customer: n.CustomerID, Country: n.Country, Items: n.Items,
		NoAmount: n.AmountMinor == nil, Currency: n.Currency, RefundedMinor: n.RefundedMinor, Cancelled: n.Cancelled, Code: n.Code}
	if n.AmountMinor != nil {
		o.AmountMinor = *n.AmountMinor
	}
	if day, bare := time.Parse(time.DateOnly, n.At); bare == nil { // as in a file: of no zone, so that months are the same everywhere
		o.At, o.NoZone = day, true
		return o, nil
	}
	o.At, err = s.moment(ctx, "at", n.At)
	return o, err
}

func (s *service) storeAll(ctx context.Context, a *gate.Asker, rows []json.RawMessage) (*heardOut, error) {
	printer := s.printer(a)
	result := make([]StoredPurchase, len(rows))
	orders, from := make([]purchase.Order, 0, len(rows)), make([]int, 0, len(rows))
	failed := 0
	for n, row := range rows {
		o, err := s.order(ctx, row)
		if err != nil {
			failed++
			result[n].Error = wrong(printer, n, err)
			continue
		}
		orders, from = append(orders, o), append(from, n)
	}
	stored, err := s.Purchases.Store(ctx, a.Actor, orders)
	if err != nil {
		return nil, err
	}
	for i, st := range stored {
		r := &result[from[i]]
		if st.Err != nil {
			failed++
			r.Error = wrong(printer, from[i], st.Err)
		}
		if st.ID == 0 {
			continue
		}
		r.ID, r.Known, r.Changed = st.ID, st.Known, st.Changed
		if r.QuestionURL, err = s.questionURL(ctx, a, st.ID); err != nil {
			return nil, err
		}
	}
	switch {
	case failed == 0:
		return &heardOut{http.StatusCreated, List[StoredPurchase]{Items: result}}, nil
	case failed == len(rows):
		bad := trouble(http.StatusUnprocessableEntity, printer.T("None of these could be stored. The errors say why, row by row."))
		for _, r := range result {
			bad.Errors = append(bad.Errors, r.Error)
		}
		return nil, bad
	}
	return &heardOut{http.StatusMultiStatus, List[StoredPurchase]{Items: result}}, nil
}

func (s *service) questionURL(ctx context.Context, a *gate.Asker, id int64) (string, error) {
	code, err := s.Purchases.QuestionCode(ctx, a.Actor, id)
	return s.URL + "/why/" + code, err
}

type purchasesIn struct {
	Country string `query:"country" doc:"ISO 3166-1 alpha-2"`
	Account int64  `query:"account" doc:"Bought from this account"`
	Since   string `query:"since" doc:"Bought since then: a day or a time (RFC 3339)"`
	Until   string `query:"until" doc:"Bought before then"`
	Paged
}

func (s *service) purchasesList(ctx context.Context, a *gate.Asker, in *purchasesIn) (*answer[List[Purchase]], error) {
	f := purchase.Filter{Country: in.Country, Cursor: in.Cursor, Limit: in.limit()}
	var err error
	if f.Since, err = s.moment(ctx, "since", in.Since); err != nil {
		return nil, err
	}
	if f.Until, err = s.moment(ctx, "until", in.Until); err != nil {
		return nil, err
	}
	if in.Account != 0 {
		f.Accounts = []int64{in.Account}
	}
	found, next, err := s.Purchases.Purchases(ctx, a.Actor, f)
	if err != nil {
		return nil, err
	}
	list, err := s.bought(ctx, a, found)
	if err != nil {
		return nil, err
	}
	return body(List[Purchase]{list, next}), nil
}

// purchase gives one purchase, without its chain.
func (s *service) purchase(ctx context.Context, a *gate.Asker, id int64) (Purchase, error) {
	p, err := s.Purchases.Purchase(ctx, a.Actor, id)
	if err != nil {
		return Purchase{}, err
	}
	list, err := s.bought(ctx, a, []purchase.Purchase{p})
	if err != nil {
		return Purchase{}, err
	}
	return list[0], nil
}

// bought completes purchases with what is known of what brought their buyers.
func (s *service) bought(ctx context.Context, a *gate.Asker, found []purchase.Purchase) ([]Purchase, error) {
	ids := make([]int64, len(found))
	for i, p := range found {
		ids[i] = p.Buyer()
	}
	buyers, err := s.Advocacy.Referrals(ctx, a.Actor, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Purchase, len(found))
	for i, p := range found {
		b := buyers[p.Buyer()]
		list[i] = Purchase{ID: p.ID, Shop: p.Shop, ExternalID: p.ExternalID, At: p.At, AccountID: p.Account, PersonID: p.Person, Country: p.Country, Items: p.Items,
			AmountMinor: p.AmountMinor, Currency: p.Currency, RefundedMinor: p.RefundedMinor, Cancelled: p.Cancelled, Code: p.Code, Sure: advocate.Sure(b.Sure).String(), BroughtBy: b.Parent,
			Generation: b.Generation, AddedAt: p.AddedAt}
		if list[i].QuestionURL, err = s.questionURL(ctx, a, p.ID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (s *service) questionRoutes() {
	add(s, "why", "GET /me/why", "myQuestion", "The one question to me as a buyer, and what I answered", http.StatusOK, s.ownQuestion,
		tells("Of who bought with an address that they confirmed; else 404. Whoever has the link of the question_url of a purchase answers on that page."))
	add(s, "why", "PUT /me/why", "answerQuestion", "Say who or what brought me; said again, it has the new words", http.StatusOK, s.ownAnswer,
		tells("At least one of words, who, who_id and place. A member who is named is asked first whether they may be shown. Names are compared without capitals, accents, apostrophes and hyphens."))
	add(s, "why", "DELETE /me/why", "takeAnswerBack", "Take my answer back: its words and names are gone", http.StatusNoContent, s.ownTakeBack)
	add(s, "why", "GET /tellers", "findTellers", "Members who can be named as who brought a buyer, by the beginning of any of their names", http.StatusOK, s.tellers)
	add(s, "why", "GET /me/namings", "myNamings", "Who says that I brought them, those that wait for my word first", http.StatusOK, s.namings)
	add(s, "why", "PUT /me/namings/{id}", "answerNaming", "Say whether I may be shown as who brought them; no is kept for good", http.StatusNoContent, s.namingAnswer)
}

// Question is the one question to a buyer: who or what brought you to us?
type Question struct {
	Shop       string    `json:"shop" doc:"Of the purchase that it is asked about"`
	ExternalID string    `json:"external_id"`
	At         time.Time `json:"at"`
	Why        *Why      `json:"why,omitempty" doc:"What I answered"`
	By         string    `json:"by,omitempty" doc:"How the one I named knows me"`
}

func (s *service) ownQuestion(ctx context.Context, a *gate.Asker, _ *none) (*answer[Question], error) {
	q, err := s.Purchases.OwnQuestion(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return body(Question{q.Purchase.Shop, q.Purchase.ExternalID, q.Purchase.At, why(q.Reason), q.Reason.ByName}), nil
}

func (s *service) ownAnswer(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Words string `json:"words,omitempty" doc:"At most 1,000 characters"`
		WhoID int64  `json:"who_id,omitempty" doc:"A member, of GET /tellers; goes before who"`
		Who   string `json:"who,omitempty" doc:"Their full name: of the one member of GET /tellers who is called so, or of somebody who is not here"`
		Place string `json:"place,omitempty" doc:"An address, elsewhere or of an idea, post or release here"`
		By    string `json:"by,omitempty" doc:"Of members nothing but their own name, under which the one who is named sees them"`
	}
}) (*answer[Question], error) {
	q, err := s.Purchases.OwnQuestion(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	b := in.Body
	err = s.Purchases.Answer(ctx, a.Actor, q, purchase.Answer{Words: b.Words, Teller: b.WhoID, TellerName: b.Who, Place: b.Place, ByName: b.By}, s.URL)
	if wrong, ok := errors.AsType[*fault.Error](err); ok && wrong.Field == "who" && b.WhoID != 0 {
		err = wrong.On("who_id")
	}
	if err != nil {
		return nil, err
	}
	return s.ownQuestion(ctx, a, nil)
}

func (s *service) ownTakeBack(ctx context.Context, a *gate.Asker, _ *none) (*none, error) {
	q, err := s.Purchases.OwnQuestion(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return nil, s.Purchases.TakeBack(ctx, q)
}

// mostTellers is how many people one call finds.
const mostTellers = 20

func (s *service) tellers(ctx context.Context, _ *gate.Asker, in *struct {
	Name string `query:"name" required:"true" doc:"At least two letters; accents, capitals, apostrophes and hyphens make no difference"`
	Part
}) (*answer[List[Author]], error) {
	found, err := s.Purchases.Tellers(ctx, in.Name, mostTellers)
	if err != nil {
		return nil, err
	}
	return page(found, "", func(p know.Person) Author {
		return Author{ID: p.ID, Name: p.Name, Staff: p.Role.AtLeast(know.Staff), Photo: s.picture(p.Photo), Title: p.Title}
	}), nil
}

// Naming is one time that a buyer named me.
type Naming struct {
	ID      int64     `json:"id" doc:"To be given to PUT /me/namings/{id}"`
	By      string    `json:"by,omitempty" doc:"How the buyer calls themselves, or is called here"`
	Country string    `json:"country,omitempty" doc:"From which they bought"`
	Words   string    `json:"words,omitempty"`
	State   string    `json:"state" enum:"asked,yes,no" doc:"What I said to being shown"`
	AskedAt time.Time `json:"asked_at"`
}

func (s *service) namings(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Naming]], error) {
	found, err := s.Purchases.Namings(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	buyers := make([]int64, len(found))
	for i, n := range found {
		buyers[i] = n.Buyer
	}
	people, err := s.People.People(ctx, buyers)
	if err != nil {
		return nil, err
	}
	return page(found, "", func(n purchase.Naming) Naming {
		return Naming{n.Reason, cmp.Or(people[n.Buyer].Name, n.ByName), n.Country, n.Words, string(n.State), n.AskedAt}
	}), nil
}

func (s *service) namingAnswer(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Shown bool `json:"shown"`
	}
}) (*none, error) {
	return nil, s.Purchases.Show(ctx, a.Actor, in.ID, in.Body.Shown)
}
