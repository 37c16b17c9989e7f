package purchase

import (
	"context"
	"fmt"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/know/naming"
	"tribune/storage"
)

// Erase follows "person.left": the names in the person's answers go, and if
// their words go too (n = 1), all of their answers; nobody is asked any more
// whether they may show them. Purchases stay, nameless: they are the shop's
// books. Doing it again changes nothing.
func (l *Ledger) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		if err := l.erase(ctx, tx, f.Subject.ID, f.N == 1); err != nil {
			return fmt.Errorf("purchase: erase %d: %w", f.Subject.ID, err)
		}
	}
	return nil
}

// unname takes the name of who leaves out of the answers that are about them: as
// whom they name, and in their own words. That somebody was named by it stays
// where they had agreed; else it is as if nobody had been found. What other
// buyers say stays, whatever somebody chose to be called: an answer is about who
// leaves if they were found by it, or if whom it names is their full name, or begins
// with it and a comma or the like, and nobody else here has that name; and a name
// that they took after it was typed is somebody else's in it. How many answers
// were changed is on the audit page.
func (l *Ledger) unname(ctx context.Context, tx *storage.Tx, person int64, name string) error {
	type typed struct {
		id, teller, found, borne int64
		words, named             string
	}
	const found = `(r.teller_id = $1 or exists (select 1 from reason_teller t where t.reason_id = r.id and t.person_id = $1))`
	const borne = `exists (select 1 from person p where p.id = $1 and p.created_at <= r.edited_at and p.named_at <= r.edited_at)`
	holes, args := storage.Holes(2, naming.Keys(name))
	all, err := storage.All(ctx, tx, func(row storage.Scanner) (t typed, err error) {
		err = row.Scan(&t.id, &t.teller, &t.found, &t.borne, &t.words, &t.named)
		return t, err
	}, `select r.id, r.teller_id, case when `+found+` then 1 else 0 end, case when `+borne+` then 1 else 0 end, r.words, r.teller_name from reason r
		where r.teller_id in (0, $1) and (`+found+` or r.teller_name <> '' and `+borne+`
			and not exists (select 1 from person o where o.folded <> '' and o.folded in (`+holes+`) and o.id <> $1)) order by r.id`, append([]any{person}, args...)...)
	if err != nil {
		return fmt.Errorf("purchase: unname %d: %w", person, err)
	}
	var changed int64
	for _, t := range all {
		says := naming.Names(t.named, name)
		words, named := t.words, t.named
		if t.borne == 1 && (t.found == 1 || says) || t.teller == person && says {
			words, _ = naming.Without(t.words, name)
			named, _ = naming.Without(t.named, name)
		}
		if t.teller == person && !naming.Nobody(t.named) || named != t.named && naming.Key(named) == "" {
			named = "" // by it they were found, whatever they are called now
		}
		if words == t.words && named == t.named && (t.teller != person || t.named == "") {
			continue
		}
		if words != t.words || named != t.named {
			changed++
		}
		if _, err := tx.Exec(ctx, `update reason set words = $1, teller_name = $2, teller_id = case when teller_name = '' or exists (
			select 1 from reason_teller t where t.reason_id = reason.id and t.person_id = teller_id and t.state = 'yes') then teller_id else 0 end where id = $3`, words, named, t.id); err != nil {
			return fmt.Errorf("purchase: unname %d in %d: %w", person, t.id, err)
		}
	}
	if changed == 0 {
		return nil
	}
	return l.events.Append(ctx, tx, event.Event{Kind: ReasonUnnamed, Actor: person, Subject: event.Ref{Kind: "person", ID: person}, N: changed, Staff: true})
}

func (l *Ledger) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	theirs := `account_id in (select id from account where person_id = $1 and person_id <> 0)`
	statements := []string{
		`update reason set by_name = '' where by_name <> '' and ` + theirs,
		`update reason_teller set state = 'no' where person_id = $1 and state = 'asked'`,
		`update purchase set due = 0 where due = 1 and ` + theirs,
		`update purchase set customer = '' where customer <> '' and ` + theirs,
	}
	if words {
		// Whom they named stays as a number: that somebody told somebody is a count, not words.
		statements = append(statements, `update reason set words = '', teller_name = '', place = '' where `+theirs)
	}
	for _, s := range statements {
		if _, err := tx.Exec(ctx, s, person); err != nil {
			return err
		}
	}
	return nil
}

// Held is what the ledger holds about a person, for their export.
type Held struct {
	Purchases []HeldPurchase `json:"purchases"`
	Reasons   []HeldReason   `json:"reasons"`
	NamedBy   []HeldNaming   `json:"named_by"` // where others say that they brought them
}

// HeldPurchase is something the person bought.
type HeldPurchase struct {
	Shop          string    `json:"shop"`
	ExternalID    string    `json:"external_id"`
	CustomerID    string    `json:"customer_id,omitempty"`
	At            time.Time `json:"at"`
	Country       string    `json:"country,omitempty"`
	Items         []Item    `json:"items"`
	AmountMinor   int64     `json:"amount_minor"`
	Currency      string    `json:"currency"`
	RefundedMinor int64     `json:"refunded_minor,omitempty"`
	Cancelled     bool      `json:"cancelled,omitempty"`
	Code          string    `json:"code,omitempty"`
}

// HeldReason is what the person said brought them.
type HeldReason struct {
	Words      string    `json:"words,omitempty"`
	TellerID   int64     `json:"teller_id,omitempty"`
	TellerName string    `json:"teller_name,omitempty"`
	Place      string    `json:"place,omitempty"`
	Thing      string    `json:"thing,omitempty"`
	ByName     string    `json:"by_name,omitempty"`
	At         time.Time `json:"at"`
}

// HeldNaming is that somebody named the person.
type HeldNaming struct {
	Shown   Permission `json:"shown"`
	AskedAt time.Time  `json:"asked_at"`
}

// Held gives what is held about a person.
func (l *Ledger) Held(ctx context.Context, person int64, accounts []int64) (h Held, err error) {
	h = Held{Purchases: []HeldPurchase{}, Reasons: []HeldReason{}, NamedBy: []HeldNaming{}}
	holes, args := storage.Holes(1, accounts)
	bought, err := storage.All(ctx, l.db, scanPurchase, selectPurchase+` where p.account_id in (`+holes+`) order by p.at, p.id`, args...)
	if err != nil {
		return h, fmt.Errorf("purchase: held of %d: %w", person, err)
	}
	for _, p := range bought {
		h.Purchases = append(h.Purchases, HeldPurchase{p.Shop, p.ExternalID, p.Customer, p.At, p.Country, p.Items, p.AmountMinor, p.Currency, p.RefundedMinor, p.Cancelled, p.Code})
	}
	said, err := storage.All(ctx, l.db, scanReason, selectReason+` where r.account_id in (`+holes+`) and r.state = 'visible' order by r.id`, args...)
	if err != nil {
		return h, fmt.Errorf("purchase: held of %d: %w", person, err)
	}
	for _, r := range said {
		r = r.asSaid()
		one := HeldReason{Words: r.Words, TellerID: r.Teller, TellerName: r.TellerName, Place: r.Place, ByName: r.ByName, At: r.EditedAt}
		if r.Thing.ID != 0 {
			one.Thing = fmt.Sprintf("%s %d", r.Thing.Kind, r.Thing.ID)
		}
		h.Reasons = append(h.Reasons, one)
	}
	named, err := storage.All(ctx, l.db, func(row storage.Scanner) (n HeldNaming, err error) {
		var at int64
		err = row.Scan(&n.Shown, &at)
		n.AskedAt = storage.Time(at)
		return n, err
	}, `select state, asked_at from reason_teller where person_id = $1 order by asked_at, reason_id`, person)
	h.NamedBy = append(h.NamedBy, named...)
	return h, err
}

// Moments gives the points that purchases add to a person's line of time,
// newest first.
func (l *Ledger) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	holes, args := storage.Holes(2, accounts)
	return storage.All(ctx, l.db, func(row storage.Scanner) (m know.Moment, err error) {
		var at int64
		m.Kind, m.Subject.Kind = "bought", "purchase"
		err = row.Scan(&m.Subject.ID, &at, &m.Title, &m.Text)
		m.At = storage.Time(at)
		return m, err
	}, `select p.id, p.at, p.shop || ' ' || p.external_id, coalesce(r.words, '') from purchase p left join reason r on r.purchase_id = p.id and r.account_id = p.account_id and r.state = 'visible'
		where p.account_id in (`+holes+`) order by p.at desc, p.id desc limit $1`, append([]any{limit}, args...)...)
}
