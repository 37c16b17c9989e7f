package mailbox

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"tribune/internal/fault"
	"tribune/internal/plain"
)

// session is an open folder of a mail server.
type session struct {
	ctx      context.Context
	m        *Mailbox
	p        place
	password string
	conn     *bounded
	client   *imapclient.Client
	validity uint32
	stop     func() bool
}

// open connects, signs in and opens the folder for reading only. Everything
// ends with ctx.
func (m *Mailbox) open(ctx context.Context, p place, password string) (*session, error) {
	s, err := m.connect(ctx, p, false)
	if err == nil && !p.secure && m.local(s.conn.RemoteAddr()) && s.client.Caps().Has(imap.CapLoginDisabled) {
		s.close() // it wants TLS here, too
		s, err = m.connect(ctx, p, true)
	}
	if err != nil {
		return nil, err
	}
	s.password = password
	if err := s.enter(); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// reopen opens the folder anew by another connection.
func (s *session) reopen() error {
	s.close()
	again, err := s.m.open(s.ctx, s.p, s.password)
	if err != nil {
		return err
	}
	if again.validity != s.validity {
		again.close()
		return s.explain(errRenumbered)
	}
	*s = *again
	return nil
}

var errRenumbered = errors.New("mailbox: the folder was made anew meanwhile")

// connect connects, and waits for the greeting. upgrade asks for STARTTLS also
// of a server on this very machine, whoever vouches for it.
func (m *Mailbox) connect(ctx context.Context, p place, upgrade bool) (*session, error) {
	raw, err := m.web.Dial(ctx, net.JoinHostPort(p.host, p.port))
	if err != nil {
		return nil, err
	}
	s := &session{ctx: ctx, m: m, p: p, conn: &bounded{Conn: raw}}
	s.conn.left.Store(answer)
	s.stop = context.AfterFunc(ctx, func() { raw.Close() })
	if err := s.greet(upgrade); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

func (s *session) greet(upgrade bool) error {
	secure, here := &tls.Config{ServerName: s.p.host, RootCAs: s.m.roots}, s.m.local(s.conn.RemoteAddr())
	switch {
	case s.p.secure:
		conn := tls.Client(s.conn, secure)
		if err := conn.HandshakeContext(s.ctx); err != nil {
			return s.explain(err)
		}
		s.client = imapclient.New(conn, nil)
	case here && !upgrade:
		s.client = imapclient.New(s.conn, nil)
	default:
		secure.InsecureSkipVerify = here // nobody is between
		var err error
		if s.client, err = imapclient.NewStartTLS(s.conn, &imapclient.Options{TLSConfig: secure}); err != nil {
			if said, ok := errors.AsType[*imap.Error](err); ok {
				return fault.New(fault.Unavailable, textPlain, "host", s.p.host).Because(said)
			}
			return s.explain(err)
		}
	}
	if err := s.client.WaitGreeting(); err != nil {
		return s.explain(err)
	}
	return nil
}

// passing are the codes of servers that let nobody in just then, whatever the
// password is (RFC 5530).
var passing = []imap.ResponseCode{imap.ResponseCodeUnavailable, imap.ResponseCodeInUse, imap.ResponseCodeLimit,
	imap.ResponseCodeServerBug, imap.ResponseCodeContactAdmin}

// enter signs in and opens the folder.
func (s *session) enter() error {
	if err := s.client.Login(s.p.login, s.password).Wait(); err != nil {
		said, ok := errors.AsType[*imap.Error](err)
		switch {
		case !ok:
			return s.explain(err)
		case slices.Contains(passing, said.Code):
			return fault.New(fault.Unavailable, textBusy, "host", s.p.host).Because(said)
		}
		return fault.New(fault.Unavailable, textLogin, "host", s.p.host).On("token").Because(said)
	}
	box, err := s.examine(s.p.folder)
	if said, ok := errors.AsType[*imap.Error](err); ok {
		name, there, listErr := s.look()
		if listErr != nil {
			return s.explain(listErr)
		}
		if name == "" {
			return fault.New(fault.Unavailable, textFolder, "host", s.p.host, "folder", s.p.folder, "folders", there).On("url").Because(said)
		}
		box, err = s.examine(name)
	}
	if err != nil {
		return s.explain(err)
	}
	s.validity = box.UIDValidity
	return nil
}

func (s *session) examine(folder string) (*imap.SelectData, error) {
	return s.client.Select(folder, &imap.SelectOptions{ReadOnly: true}).Wait()
}

// look goes through the folders for the one that is meant, where the server
// writes them otherwise: "INBOX.Help.Old" for Help/Old. Without one it gives
// the names of some that are there.
func (s *session) look() (name, there string, err error) {
	s.conn.left.Store(answer)
	all, err := s.client.List("", "*", nil).Collect()
	if err != nil {
		return "", "", err
	}
	var names []string
	for _, one := range all {
		path := one.Mailbox
		if one.Delim != 0 && one.Delim != '/' {
			path = strings.ReplaceAll(path, string(one.Delim), "/")
		}
		if path == s.p.folder || path == folder0+"/"+s.p.folder {
			return one.Mailbox, "", nil
		}
		if !slices.Contains(one.Attrs, imap.MailboxAttrNoSelect) && len(names) < mostNamed {
			names = append(names, plain.Clip(plain.Line(path), 60))
		}
	}
	return "", strings.Join(names, ", "), nil
}

// local reports whether a server is on this very machine, so that no password
// travels in the clear.
func local(a net.Addr) bool {
	at, err := netip.ParseAddrPort(a.String())
	return err == nil && at.Addr().Unmap().IsLoopback()
}

// explain says what a person can do about an error of the connection.
func (s *session) explain(err error) error {
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return fault.New(fault.Unavailable, textTLS, "host", s.p.host).Because(err)
	}
	return fault.New(fault.Unavailable, textStrange, "host", s.p.host).Because(err)
}

func (s *session) close() {
	if s.client != nil {
		s.client.Close()
	}
	s.conn.Close()
	s.stop()
}

// since gives the UIDs of the letters behind a cursor, lowest first; without
// one, of those that came since a day.
func (s *session) since(at progress, day time.Time) ([]imap.UID, error) {
	ask := &imap.SearchCriteria{Since: day}
	if at.UID > 0 {
		set := imap.UIDSet{}
		set.AddRange(at.UID+1, 0) // to the end; a server answers with its last one if all are lower
		ask = &imap.SearchCriteria{UID: []imap.UIDSet{set}}
	}
	s.conn.left.Store(answer)
	found, err := s.client.UIDSearch(ask, nil).Wait()
	if err != nil {
		return nil, s.explain(err)
	}
	uids := slices.DeleteFunc(found.AllUIDs(), func(u imap.UID) bool { return u <= at.UID })
	slices.Sort(uids)
	return slices.Compact(uids), nil
}

// raw is a letter as it lies there: its beginning, and when it came.
type raw struct {
	data []byte
	at   time.Time
}

// fetch gives letters by their UIDs. One that went meanwhile is left out.
func (s *session) fetch(uids []imap.UID) ([]raw, error) {
	s.conn.left.Store(answer)
	ask := s.client.Fetch(imap.UIDSetNum(uids...), &imap.FetchOptions{UID: true, InternalDate: true,
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Size: part}}}})
	byUID := map[imap.UID]raw{}
	for one := ask.Next(); one != nil; one = ask.Next() {
		var uid imap.UID
		var l raw
		for item := one.Next(); item != nil; item = one.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				uid = item.UID
			case imapclient.FetchItemDataInternalDate:
				l.at = item.Time
			case imapclient.FetchItemDataBodySection:
				if item.Literal != nil {
					l.data, _ = io.ReadAll(io.LimitReader(item.Literal, part)) // what breaks off fails below, too
				}
			}
		}
		if slices.Contains(uids, uid) {
			byUID[uid] = l
		}
	}
	if err := ask.Close(); err != nil {
		return nil, s.explain(err)
	}
	var letters []raw
	for _, u := range uids {
		if l, ok := byUID[u]; ok {
			letters = append(letters, l)
		}
	}
	return letters, nil
}

// fetchEach gives letters one by one, once they could not be had together. A
// server may hang up on who asks for a letter that it cannot read itself, as
// Dovecot does: one that does not come alone either is counted, not waited for.
func (s *session) fetchEach(uids []imap.UID) (letters []raw, refused int, err error) {
	if err := s.reopen(); err != nil {
		return nil, 0, err
	}
	for _, uid := range uids {
		one, err := s.fetch([]imap.UID{uid})
		if err == nil {
			letters = append(letters, one...)
			continue
		}
		if refused++; refused > mostRefused || s.ctx.Err() != nil {
			return nil, 0, err
		}
		if err := s.reopen(); err != nil {
			return nil, 0, err
		}
	}
	return letters, refused, nil
}

// bounded is a connection of which only so much is read until left is set anew.
type bounded struct {
	net.Conn
	left atomic.Int64
}

var errTooMuch = errors.New("mailbox: the server sends more than is taken")

func (b *bounded) Read(p []byte) (int, error) {
	if b.left.Load() <= 0 {
		return 0, errTooMuch
	}
	n, err := b.Conn.Read(p)
	b.left.Add(-int64(n))
	return n, err
}
