package know

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"
	_ "time/tzdata" // people choose zones that a bare machine does not know
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/storage"
)

// Site is what a site says of itself, and how it is run.
type Site struct {
	Brand    string `json:"brand"`
	Purpose  string `json:"purpose"`
	Hue      int    `json:"hue"`    // accent, 0 to 359
	Chroma   int    `json:"chroma"` // accent, hundredths, 0 to 20
	Logo     string `json:"logo"`   // blob
	Language string `json:"language"`
	Zone     string `json:"zone"` // IANA
	SetUp    bool   `json:"set_up"`
	MailURL  string `json:"mail_url"`  // smtp://[user:pass@]host:port; "" while none is set
	MailFrom string `json:"mail_from"` // the address mails come from
	Rules    Rules  `json:"rules"`

	// Retention is after how many days strangers' words are forgotten.
	Retention int `json:"retention"`

	// SendMentions says that pages which posts of the team link to are told so.
	SendMentions bool `json:"send_mentions,omitempty"`
}

// unset is a site before its first settings.
func unset() Site {
	return Site{Brand: "Tribune", Hue: 24, Chroma: 15, Language: "en", Zone: "UTC", Retention: 90}
}

// Location gives the site's time zone, UTC if it is not known here.
func (s Site) Location() *time.Location {
	if zone, err := time.LoadLocation(s.Zone); err == nil {
		return zone
	}
	return time.UTC
}

// Site gives the settings. They are held in memory while the log stands still.
func (d *Directory) Site(ctx context.Context) (Site, error) {
	mark := d.events.Mark("settings")
	if s, ok := d.site.get(mark, "site"); ok {
		return s, nil
	}
	s, err := readSite(ctx, d.db)
	if err != nil {
		return s, err
	}
	d.site.put(mark, "site", s)
	return s, nil
}

func readSite(ctx context.Context, q storage.Q) (Site, error) {
	s := unset()
	var value string
	err := q.Row(ctx, `select value from setting where name = 'site'`).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return s, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(value), &s)
	}
	if err != nil {
		return s, fmt.Errorf("know: settings: %w", err)
	}
	if s.Retention == 0 { // written before there was one
		s.Retention = unset().Retention
	}
	return s, nil
}

// Change changes the settings with f, which gets the present ones.
func (d *Directory) Change(ctx context.Context, a Actor, f func(s *Site) error) error {
	if err := Require(a, Configure, Subject{}); err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error { return d.change(ctx, tx, a, f) })
}

// change is Change within a transaction.
func (d *Directory) change(ctx context.Context, tx *storage.Tx, a Actor, f func(s *Site) error) error {
	s, err := readSite(ctx, tx)
	if err != nil {
		return err
	}
	was := s
	was.Rules.Least = maps.Clone(s.Rules.Least)
	if err := f(&s); err != nil {
		return err
	}
	if err := s.Check(); err != nil {
		return err
	}
	if err := WriteSite(ctx, tx, s); err != nil {
		return err
	}
	if was.Logo != s.Logo {
		if err := d.DropBlob(ctx, tx, was.Logo); err != nil {
			return err
		}
	}
	return d.events.Append(ctx, tx, event.Event{Kind: "settings.changed", Actor: a.ID, Subject: event.Ref{Kind: "settings"}, N: was.changed(s), Staff: true})
}

// What "settings.changed" tells of, added up in its n.
const (
	ChangedWords     = 1 << iota // brand, purpose
	ChangedLook                  // accent, logo
	ChangedPlace                 // language, time zone
	ChangedMail                  // mail server
	ChangedRules                 // who may do what
	ChangedRetention             // how long strangers' words are kept
	ChangedMentions              // whether pages are told that posts link to them
)

// changed says what differs between settings.
func (s Site) changed(to Site) (n int64) {
	for what, differs := range map[int64]bool{
		ChangedWords:     s.Brand != to.Brand || s.Purpose != to.Purpose,
		ChangedLook:      s.Hue != to.Hue || s.Chroma != to.Chroma || s.Logo != to.Logo,
		ChangedPlace:     s.Language != to.Language || s.Zone != to.Zone,
		ChangedMail:      s.MailURL != to.MailURL || s.MailFrom != to.MailFrom,
		ChangedRetention: s.Retention != to.Retention,
		ChangedMentions:  s.SendMentions != to.SendMentions,
		ChangedRules:     !maps.Equal(s.Rules.Least, to.Rules.Least),
	} {
		if differs {
			n |= what
		}
	}
	return n
}

// WriteSite stores settings as they are.
func WriteSite(ctx context.Context, tx *storage.Tx, s Site) error {
	value, err := json.Marshal(s)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `insert into setting (name, value) values ('site', $1) on conflict (name) do update set value = excluded.value`, string(value))
	return err
}

// SetLogo gives the site a logo, already resized; empty data takes it away.
func (d *Directory) SetLogo(ctx context.Context, a Actor, data []byte, contentType string) error {
	if err := Require(a, Configure, Subject{}); err != nil {
		return err
	}
	var sha string
	if err := d.db.Update(ctx, func(tx *storage.Tx) (err error) {
		sha, err = d.PutBlob(ctx, tx, data, contentType)
		return err
	}); err != nil {
		return err
	}
	return d.Change(ctx, a, func(s *Site) error { s.Logo = sha; return nil })
}

// maxRetention is the longest that strangers' words are kept, in days: ten years.
const maxRetention = 3650

// Check cleans settings and refuses what cannot be: it says all that is wrong.
func (s *Site) Check() error {
	s.Brand, s.Purpose = strings.TrimSpace(s.Brand), strings.Join(strings.Fields(s.Purpose), " ")
	var wrong []error
	refuse := func(field, text string) { wrong = append(wrong, fault.New(fault.Invalid, text).On(field)) }
	if s.Brand == "" || utf8.RuneCountInString(s.Brand) > 60 {
		refuse("brand", "Give the brand a name of 1 to 60 characters.")
	}
	if utf8.RuneCountInString(s.Purpose) > 200 {
		refuse("purpose", "Say the purpose in one sentence of at most 200 characters.")
	}
	if s.Hue < 0 || s.Hue > 359 {
		refuse("hue", "The hue of the accent is a number from 0 to 359.")
	}
	if s.Chroma < 0 || s.Chroma > 20 {
		refuse("chroma", "The strength of the accent is a number from 0 to 20.")
	}
	if s.Language != "en" && s.Language != "fr" {
		refuse("language", "The site speaks English or French.")
	}
	if s.Retention < 1 || s.Retention > maxRetention {
		refuse("retention", "Strangers’ words are kept for 1 to 3650 days.")
	}
	if _, err := time.LoadLocation(s.Zone); err != nil || s.Zone == "" {
		refuse("zone", "This time zone is not known. Write it as in Europe/Paris.")
	}
	return fault.All(append(wrong, s.checkServer(), s.checkSender())...)
}

// checkServer refuses a mail server that cannot be.
func (s *Site) checkServer() error {
	if s.MailURL == "" {
		return nil
	}
	_, err := mail.NewSender(mail.Server{URL: s.MailURL})
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.On("mail_url")
	}
	return err
}

// checkSender refuses an address for mails to come from that cannot be.
func (s *Site) checkSender() (err error) {
	if s.MailFrom == "" {
		return nil
	}
	if s.MailFrom, err = mail.ValidAddress(s.MailFrom); err != nil {
		return fault.New(fault.Invalid, "This is not a mail address. It looks like name@example.org.").On("mail_from")
	}
	return nil
}

// RememberURL notes the address that the site is served at, for commands that
// print links.
func (d *Directory) RememberURL(ctx context.Context, address string) error {
	have, err := d.URL(ctx)
	if err != nil || have == address {
		return err
	}
	value, err := json.Marshal(address)
	if err != nil {
		return err
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `insert into setting (name, value) values ('url', $1) on conflict (name) do update set value = excluded.value`, string(value))
		return err
	})
}

// URL gives the address that the site was last served at.
func (d *Directory) URL(ctx context.Context) (address string, err error) {
	var value string
	err = d.db.Row(ctx, `select value from setting where name = 'url'`).Scan(&value)
	if errors.Is(err, sql.ErrNoRows) {
		return "http://localhost:8080", nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(value), &address)
	}
	return address, err
}
