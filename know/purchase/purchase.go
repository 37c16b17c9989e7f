package purchase

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/currency"
	"golang.org/x/text/language"

	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/know"
)

// maxAmount is the most that one order may be of, in the smallest unit.
const maxAmount int64 = 1e15

// MaxStore is the most orders that Store takes at once.
const MaxStore = 10_000

// DefaultShop is the shop of orders that name none.
const DefaultShop = "shop"

// How far ahead of us an order may be dated: a shop's clock goes wrong by
// minutes, and a time without a zone, which is read as UTC, may be that of the
// first place where a day begins, 14 hours before UTC.
const (
	skew    = 5 * time.Minute
	nowhere = 14 * time.Hour
	day     = 24 * time.Hour // so near are two times the same to one without a zone
)

// Item is a part of an order.
type Item struct {
	SKU      string `json:"sku"`
	Quantity int64  `json:"quantity"`
}

// Order is a purchase as a shop tells it. ExternalID, At, AmountMinor and
// Currency are needed.
type Order struct {
	Shop          string // "" is DefaultShop
	ExternalID    string
	At            time.Time
	NoZone        bool // At was written without a zone, and read as UTC
	Email         string
	Customer      string // the shop's own number of who bought, where there is no address
	Country       string // ISO 3166-1, two or three letters
	Items         []Item
	AmountMinor   int64  // in the currency's smallest unit
	NoAmount      bool   // the amount was left out
	Currency      string // ISO 4217
	RefundedMinor int64  // so far
	Cancelled     bool   // it is no purchase, also if nothing was to be paid
	Code          string // of a campaign or a share link, or the link's address

	paidBack refund // of a row that tells one refund: RefundedMinor is its alone
}

// Purchase is what somebody bought.
type Purchase struct {
	ID            int64
	Shop          string
	ExternalID    string
	Account       int64
	Person        int64 // whose that account is, also if the team says so; 0: nobody’s yet
	Customer      string
	Holder        int64 // who has confirmed that it is theirs; 0: nobody
	At            time.Time
	Country       string
	Items         []Item
	AmountMinor   int64
	Currency      string
	RefundedMinor int64
	Cancelled     bool
	Code          string
	AddedAt       time.Time
}

// Buyer gives who bought as the tree of referrals counts them: the person, or
// minus the account that nobody claimed.
func (p Purchase) Buyer() int64 {
	if p.Person != 0 {
		return p.Person
	}
	return -p.Account
}

// check cleans an order and says all that is wrong with it.
func (o *Order) check(now time.Time) error {
	var wrong []error
	say := func(field, text string, args ...any) {
		wrong = append(wrong, fault.New(fault.Invalid, text, args...).On(field))
	}
	if o.Shop = strings.ToLower(strings.TrimSpace(o.Shop)); o.Shop == "" {
		o.Shop = DefaultShop
	}
	o.ExternalID, o.Customer, o.Code = strings.TrimSpace(o.ExternalID), strings.TrimSpace(o.Customer), shareCode(o.Code)
	switch {
	case o.ExternalID == "":
		say("external_id", "An order needs its number in the shop.")
	case len(o.ExternalID) > 100 || len(o.Customer) > 100 || len(o.Shop) > 60 || strings.Contains(o.Shop, "/"):
		say("external_id", "The shop’s name has at most 60 characters and no slash, a number of the shop at most 100.")
	}
	if unseen(o.ExternalID) {
		say("external_id", "A number of the shop has no line breaks, and no signs that are not seen.")
	}
	if unseen(o.Customer) {
		say("customer_id", "A number of the shop has no line breaks, and no signs that are not seen.")
	}
	if utf8.RuneCountInString(o.Code) > 100 {
		say("code", "A code has at most 100 characters.")
	}
	switch {
	case o.At.IsZero():
		say("at", "An order needs the day on which it was made.")
	case o.At.After(now.Add(o.ahead())):
		say("at", "The order is dated in the future.")
	case o.At.Year() < 1970:
		say("at", "The order is dated before 1970.")
	}
	var err error
	if o.Email = strings.TrimSpace(o.Email); o.Email != "" {
		if o.Email, err = mail.ValidAddress(o.Email); err != nil {
			say("email", "This is not a mail address. It looks like name@example.org.")
		}
	}
	if o.Country, err = countryOf(o.Country); err != nil {
		wrong = append(wrong, err)
	}
	if o.Currency, err = currencyOf(o.Currency); err == nil && !o.At.IsZero() && !tender(o.Currency, o.At) {
		err = noTender(o.Currency, o.At)
	}
	if err != nil {
		wrong = append(wrong, err)
	}
	switch {
	case o.NoAmount:
		say("amount_minor", "An order needs its amount, also one of 0.")
	case o.AmountMinor < 0:
		say("amount_minor", "The amount of an order is 0 or more. Write a refund as what was refunded.")
	case o.AmountMinor > maxAmount:
		say("amount_minor", "The amount of an order is at most {most} in the smallest unit of its currency.", "most", maxAmount)
	}
	if !o.NoAmount && (o.RefundedMinor < 0 || o.RefundedMinor > o.AmountMinor) {
		say("refunded_minor", "What was refunded is between 0 and what was paid.")
	}
	for i := range o.Items {
		o.Items[i].SKU = strings.TrimSpace(o.Items[i].SKU)
		if q := o.Items[i].Quantity; q < 0 || q > 1e9 || len(o.Items[i].SKU) > 200 {
			say("items", "An item has a name of at most 200 characters, and a quantity of 0 or more.")
			break
		}
	}
	if len(o.Items) > 1000 {
		say("items", "An order has at most 1,000 items.")
	}
	return fault.All(wrong...)
}

// unseen reports whether a number of the shop's has signs that nobody sees, so
// that it would be taken for another.
func unseen(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) })
}

// ahead is how far ahead of us an order, or a refund, may be dated.
func (o Order) ahead() time.Duration {
	if o.NoZone {
		return nowhere
	}
	return skew
}

// account gives the account an order hangs on.
func (o Order) account() know.Account {
	switch {
	case o.Email != "":
		return know.Account{Kind: know.Mail, Address: o.Email}
	case o.Customer != "":
		return know.Account{Kind: know.Shop, Address: o.Shop + "/" + o.Customer}
	}
	return know.Account{Kind: know.Shop, Address: o.Shop + "/order:" + o.ExternalID}
}

// shareCode takes the code out of the address of a share link; anything else
// stays as it is.
func shareCode(s string) string {
	s = strings.TrimSpace(s)
	if _, rest, ok := strings.Cut(s, "/s/"); ok {
		if i := strings.IndexAny(rest, "/?#&"); i >= 0 {
			rest = rest[:i]
		}
		return rest
	}
	return s
}

// countryOf reads a country of two or three letters; "" stays.
func countryOf(s string) (string, error) {
	if s = strings.ToUpper(strings.TrimSpace(s)); s == "" {
		return "", nil
	}
	r, err := language.ParseRegion(s)
	if err != nil || !r.IsCountry() || len(s) > 3 || len(r.String()) != 2 {
		return "", fault.New(fault.Invalid, "{country} is no country. Write it as two letters (ISO 3166): NO, BR.", "country", short(s)).On("country")
	}
	return r.Canonicalize().String(), nil
}

// currencyOf reads a currency.
func currencyOf(s string) (string, error) {
	s = strings.ToUpper(strings.TrimSpace(s))
	if s == "" {
		return "", fault.New(fault.Invalid, "An order needs its currency, as three letters (ISO 4217): EUR, NOK.").On("currency")
	}
	if slices.Contains(newer(), s) {
		return s, nil
	}
	unit, err := currency.ParseISO(s)
	if err != nil || slices.Contains([]string{"XXX", "XTS"}, s) {
		return "", noCurrency(s)
	}
	return unit.String(), nil
}

// newer are currencies that the tables do not know yet, all of two places.
func newer() []string { return []string{"MRU", "SLE", "VED", "VES", "XCG", "ZWG"} }

func noCurrency(s string) error {
	return fault.New(fault.Invalid, "{currency} is no currency. Write it as three letters (ISO 4217): EUR, NOK.", "currency", short(s)).On("currency")
}

// noTender says that nobody paid in a currency at that time, or ever.
func noTender(code string, at time.Time) error {
	for all := currency.Query(currency.Historical); all.Next(); {
		if all.Unit().String() == code {
			return fault.New(fault.Invalid, "{currency} was not in use on {date}. Check the date of the order, and its currency.", "currency", code, "date", at.Format(time.DateOnly)).On("currency")
		}
	}
	return noCurrency(code)
}

// tender reports whether anybody paid in a currency at that time, or within the
// year before: units of account and metals are none, nor is one that was given up.
func tender(code string, at time.Time) bool {
	switch {
	case slices.Contains(newer(), code):
		return true
	case code == "HRK": // given up since the tables were made
		return at.Year() <= 2023
	}
	for _, day := range []time.Time{at, at.AddDate(-1, 0, 0)} {
		for all := currency.Query(currency.Date(day)); all.Next(); {
			if all.Unit().String() == code {
				return true
			}
		}
	}
	return false
}

// Places gives how many decimal places a currency has (ISO 4217): 2 for EUR,
// 0 for JPY. The code must be a known one.
func Places(code string) int {
	unit, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	places, _ := currency.Standard.Rounding(unit)
	return places
}

// short keeps what somebody typed fit to be repeated.
func short(s string) string {
	return clip(s, 20)
}

// clip gives at most so many characters of a text.
func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}
