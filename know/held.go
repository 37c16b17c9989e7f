package know

import (
	"context"
	"fmt"
	"time"

	"tribune/event"
	"tribune/storage"
)

// Held is what the directory holds about a person, for their export. Secrets
// are not in it: only their hashes are kept.
type Held struct {
	ID         int64             `json:"id"`
	Name       string            `json:"name"`
	Role       Role              `json:"role"`
	Leads      bool              `json:"leads,omitempty"`
	Title      string            `json:"title,omitempty"`
	About      string            `json:"about,omitempty"`
	Country    string            `json:"country,omitempty"`
	Language   string            `json:"language,omitempty"`
	Photo      string            `json:"photo_sha256,omitempty"`
	VotesShown bool              `json:"votes_shown"`
	Languages  []string          `json:"languages,omitempty"`
	ClockShown bool              `json:"clock_shown,omitempty"`
	CreatedAt  time.Time         `json:"created_at"`
	SeenAt     time.Time         `json:"seen_at,omitzero"`
	Accounts   []HeldAccount     `json:"accounts"`
	Awaited    []Awaited         `json:"awaiting_confirmation"`
	Sessions   []HeldKey         `json:"sessions"`
	Tokens     []HeldKey         `json:"tokens"`
	Mails      []HeldMail        `json:"mails"`
	MailWanted map[MailKind]bool `json:"mail_wanted"`
}

// HeldAccount is an address that a person speaks from.
type HeldAccount struct {
	ID          int64       `json:"id"`
	Kind        AccountKind `json:"kind"`
	Address     string      `json:"address"`
	Name        string      `json:"name,omitempty"`
	URL         string      `json:"url,omitempty"`
	ConfirmedAt time.Time   `json:"confirmed_at,omitzero"`
	CreatedAt   time.Time   `json:"created_at"`
}

// HeldKey is a session or a token.
type HeldKey struct {
	ID        int64     `json:"id"`
	Name      string    `json:"name,omitempty"`
	CreatedAt time.Time `json:"created_at"`
	SeenAt    time.Time `json:"seen_at,omitzero"`
}

// HeldMail is a mail that was, or is to be, sent to a person.
type HeldMail struct {
	Kind      string      `json:"kind"`
	State     event.State `json:"state"`
	CreatedAt time.Time   `json:"created_at"`
	SentAt    time.Time   `json:"sent_at,omitzero"`
}

// Held gives what is held about the asker.
func (d *Directory) Held(ctx context.Context, a Actor) (h Held, err error) {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return h, err
	}
	p, err := d.Person(ctx, a.ID)
	if err != nil {
		return h, err
	}
	h = Held{ID: p.ID, Name: p.Name, Role: p.Role, Leads: p.Leads, Title: p.Title, About: p.About, Country: p.Country, Language: p.Language,
		Photo: p.Photo, VotesShown: p.VotesShown, Languages: p.Languages, ClockShown: p.ClockShown, CreatedAt: p.CreatedAt, SeenAt: p.SeenAt,
		Accounts: []HeldAccount{}, Sessions: []HeldKey{}, Tokens: []HeldKey{}, Mails: []HeldMail{}}
	if err := d.heldKeys(ctx, a, &h); err != nil {
		return h, fmt.Errorf("know: held of %d: %w", a.ID, err)
	}
	return h, nil
}

func (d *Directory) heldKeys(ctx context.Context, a Actor, h *Held) error {
	accounts, err := d.AccountsOf(ctx, a.ID)
	if err != nil {
		return err
	}
	for _, c := range accounts {
		h.Accounts = append(h.Accounts, HeldAccount{ID: c.ID, Kind: c.Kind, Address: c.Address, Name: c.Name, URL: c.URL, ConfirmedAt: c.ConfirmedAt, CreatedAt: c.CreatedAt})
	}
	if h.Awaited, err = d.awaited(ctx, a.ID); err != nil {
		return err
	}
	sessions, err := d.Sessions(ctx, a, "")
	if err != nil {
		return err
	}
	for _, s := range sessions {
		h.Sessions = append(h.Sessions, HeldKey{s.ID, s.Agent, s.CreatedAt, s.SeenAt})
	}
	tokens, err := d.Tokens(ctx, a)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		h.Tokens = append(h.Tokens, HeldKey(t))
	}
	if h.MailWanted, err = d.MailChoices(ctx, a); err != nil {
		return err
	}
	mails, err := d.events.DeliveriesTo(ctx, a.ID)
	for _, m := range mails {
		h.Mails = append(h.Mails, HeldMail{m.Kind, m.State, m.CreatedAt, m.SentAt})
	}
	return err
}

// MailChoices gives, for each kind of mail, whether the asker gets it.
func (d *Directory) MailChoices(ctx context.Context, a Actor) (map[MailKind]bool, error) {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	type choice struct {
		kind   MailKind
		wanted int
	}
	chosen, err := storage.All(ctx, d.db, func(row storage.Scanner) (c choice, err error) {
		err = row.Scan(&c.kind, &c.wanted)
		return c, err
	}, `select kind, wanted from mail_choice where person_id = $1`, a.ID)
	choices := map[MailKind]bool{}
	for _, kind := range MailKinds() {
		choices[kind] = kind != MailComments
	}
	for _, c := range chosen {
		choices[c.kind] = c.wanted == 1
	}
	return choices, err
}
