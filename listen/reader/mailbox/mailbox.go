// Package mailbox reads letters from a folder of a mail server, by IMAP
// (RFC 9051, RFC 3501). It changes nothing there: no letter is marked as read.
//
// A mailbox is written as imaps://login@server/folder, or imap:// where TLS
// begins after the greeting (STARTTLS). Its cursor is the folder's UIDVALIDITY
// and the highest UID that was read. The first reading, and one after the server
// gave the folder new numbers, looks two weeks back.
//
// Of a letter at most 2 MB are asked for, and of an answer of the server at most
// 64 MB are taken, whatever it sends.
package mailbox

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/listen/reader"
)

const (
	first   = 14 * 24 * time.Hour // how far back the first reading looks
	most    = 500                 // letters of one reading
	atOnce  = 10                  // letters of one batch
	part    = 2 << 20             // bytes of a letter
	answer  = 64 << 20            // bytes of an answer of the server
	whole   = 2 * time.Minute     // one reading
	toFind  = 20 * time.Second    // looking whether a mailbox can be read
	folder0 = "INBOX"

	mostNamed   = 12 // folders that are named to who looks for one
	mostRefused = 5  // letters of a batch that a server does not hand over
)

// What people read when a mailbox cannot be read.
const (
	textAddress = "Write the mailbox as imaps://login@mail.example.org/INBOX, with the login that the mail server wants."
	textNoLogin = "The mailbox needs a login. It is often the mail address."
	textNoWord  = "The mailbox needs a password. Where the mail server has them, make one for this program alone."
	textLogin   = "{host} refuses this login or password. Check both; some servers want a password made for one program."
	textBusy    = "{host} lets nobody sign in just now. It is tried again by itself."
	textFolder  = "{host} has no folder {folder} for this login. It has: {folders}."
	textTLS     = "The certificate of {host} cannot be trusted, so no password was sent. Tell those who run it."
	textPlain   = "{host} offers no TLS, so no password was sent. Use imaps:// where it has it; without TLS only a server on this very machine is read."
	textStrange = "{host} does not answer as a mail server (IMAP) does, or not in time. It is tried again by itself."
	textPassed  = "Passed over: {n} letters written by programs (lists, bounces, absence notices) or by this mailbox itself."
	textBroken  = "Letters that could not be read: {n}."
)

// Mailbox is the reader of mailboxes.
type Mailbox struct {
	web   reader.Web
	now   func() time.Time
	roots *x509.CertPool      // who vouches for servers; nil: whom the system trusts
	local func(net.Addr) bool // whether a server is on this very machine
}

// New makes the reader of mailboxes.
func New(web reader.Web, now func() time.Time) *Mailbox {
	return &Mailbox{web: web, now: now, local: local}
}

// place is a mailbox.
type place struct {
	secure        bool // TLS from the first byte
	host, port    string
	login, folder string
}

// Address writes a mailbox as its reader takes it. The server may have a port.
func Address(server, login, folder string) string {
	server = strings.TrimSpace(server)
	scheme := "imaps"
	if before, rest, ok := strings.Cut(server, "://"); ok {
		scheme, server = before, rest
	}
	u := url.URL{Scheme: strings.ToLower(scheme), User: url.User(strings.TrimSpace(login)), Host: strings.TrimRight(server, "/"), Path: "/" + strings.TrimSpace(folder)}
	return u.String()
}

// parse reads how a mailbox is written.
func parse(s string) (p place, err error) {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Scheme != "imaps" && u.Scheme != "imap" || u.Hostname() == "" || len(s) > 1000 || u.RawQuery != "" {
		return p, fault.New(fault.Invalid, textAddress).On("url")
	}
	if _, has := u.User.Password(); has { // it would be shown
		return p, fault.New(fault.Invalid, textAddress).On("url")
	}
	p = place{secure: u.Scheme == "imaps", host: strings.ToLower(u.Hostname()), port: u.Port(), login: u.User.Username(), folder: strings.Trim(u.Path, "/")}
	if p.login == "" {
		return p, fault.New(fault.Invalid, textNoLogin).On("url")
	}
	if strings.ContainsFunc(p.login+p.folder, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return p, fault.New(fault.Invalid, textAddress).On("url")
	}
	if p.port == "" {
		p.port = map[bool]string{true: "993", false: "143"}[p.secure]
	}
	if p.folder == "" || strings.EqualFold(p.folder, folder0) {
		p.folder = folder0
	}
	return p, nil
}

// String writes a mailbox, as it is kept.
func (p place) String() string {
	scheme, usual := "imaps", "993"
	if !p.secure {
		scheme, usual = "imap", "143"
	}
	host := p.host
	if p.port != usual {
		host = net.JoinHostPort(p.host, p.port)
	} else if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return (&url.URL{Scheme: scheme, User: url.User(p.login), Host: host, Path: "/" + p.folder}).String()
}

// own is the mailbox's own mail address, as far as its login tells.
func (p place) own() string {
	if strings.Contains(p.login, "@") {
		return strings.ToLower(p.login)
	}
	return strings.ToLower(p.login + "@" + p.host)
}

// Find opens a mailbox to see that it can be read.
func (m *Mailbox) Find(ctx context.Context, typed reader.Typed) (reader.Place, error) {
	p, err := parse(typed.URL)
	if err != nil {
		return reader.Place{}, err
	}
	if typed.Secret == "" {
		return reader.Place{}, fault.New(fault.Invalid, textNoWord).On("token")
	}
	ctx, cancel := context.WithTimeout(ctx, toFind)
	defer cancel()
	s, err := m.open(ctx, p, typed.Secret)
	if err != nil {
		return reader.Place{}, err
	}
	s.close()
	title := p.login
	if p.folder != folder0 {
		title += ": " + p.folder
	}
	return reader.Place{URL: p.String(), Title: plain.Line(title)}, nil
}

// progress is the cursor.
type progress struct {
	Validity uint32   `json:"validity"`
	UID      imap.UID `json:"uid"`
}

// Read delivers the letters that came since the cursor, oldest first.
func (m *Mailbox) Read(ctx context.Context, from reader.From, deliver reader.Deliver) (report reader.Report, err error) {
	p, err := parse(from.URL)
	if err != nil {
		return report, err
	}
	reading, cancel := context.WithTimeout(ctx, whole)
	defer cancel()
	s, err := m.open(reading, p, from.Secret)
	if err != nil {
		return report, err
	}
	defer s.close()
	var at progress
	if from.Cursor != "" && json.Unmarshal([]byte(from.Cursor), &at) != nil || at.Validity != s.validity {
		at = progress{}
	}
	uids, err := s.since(at, m.now().Add(-first))
	if err != nil {
		return report, err
	}
	at.Validity = s.validity
	if len(uids) > most {
		uids, report.More = uids[:most], true
	}
	var passed, broken int
	for chunk := range slices.Chunk(uids, atOnce) {
		letters, err := s.fetch(chunk)
		if err != nil && reading.Err() == nil {
			var refused int
			letters, refused, err = s.fetchEach(chunk)
			broken += refused
		}
		if err != nil {
			return report, err
		}
		b := reader.Batch{}
		for _, l := range letters {
			post, what := read(l, p.own())
			switch what {
			case letter:
				b.Posts = append(b.Posts, post)
			case automatic:
				passed++
			case unreadable:
				broken++
			}
		}
		at.UID = chunk[len(chunk)-1]
		cursor, err := json.Marshal(at)
		if err != nil {
			return report, fmt.Errorf("mailbox: cursor: %w", err)
		}
		b.Cursor = string(cursor)
		if err := deliver(ctx, b); err != nil {
			return report, err
		}
	}
	if passed > 0 {
		report.Also = append(report.Also, reader.Note{Text: textPassed, Args: []any{"n", passed}})
	}
	if broken > 0 {
		report.Also = append(report.Also, reader.Note{Text: textBroken, Args: []any{"n", broken}})
	}
	return report, nil
}
