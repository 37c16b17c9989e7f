package mailbox

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

const login, password = "help@square.example", "tea and honey"

// post is a mail server that really runs, with one mailbox.
type post struct {
	*imapmemserver.User
	address string // of its mailbox
	m       *Mailbox
	server  *imapserver.Server
}

func start(t *testing.T) *post {
	t.Helper()
	p := &post{User: imapmemserver.NewUser(login, password)}
	ok(t, p.Create("INBOX", nil))
	ok(t, p.Create("Été", nil))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	p.address = "imap://help%40square.example@" + l.Addr().String() + "/INBOX"
	p.serve(t, l)
	web := fetch.New(fetch.Options{AllowPrivate: true, Timeout: 2 * time.Second})
	t.Cleanup(web.Close)
	p.m = New(web, readertest.Now)
	return p
}

func (p *post) serve(t *testing.T, l net.Listener) {
	memory := imapmemserver.New()
	memory.AddUser(p.User)
	p.server = imapserver.New(&imapserver.Options{InsecureAuth: true, Logger: log.New(io.Discard, "", 0), Caps: imap.CapSet{imap.CapIMAP4rev1: {}},
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		}})
	go p.server.Serve(l)
	t.Cleanup(func() { p.server.Close() })
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// put lays a letter into the mailbox, as it came an hour before now.
func (p *post) put(t *testing.T, data string, ago ...time.Duration) {
	t.Helper()
	at := readertest.Now().Add(-time.Hour)
	for _, a := range ago {
		at = readertest.Now().Add(-a)
	}
	data = strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\n", "\r\n")
	_, err := p.Append("INBOX", literal{bytes.NewReader([]byte(data))}, &imap.AppendOptions{Time: at})
	ok(t, err)
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return int64(l.Len()) }

func (p *post) read(t *testing.T, kept *readertest.Kept) (reader.Report, error) {
	t.Helper()
	return p.m.Read(t.Context(), reader.From{URL: p.address, Secret: password, Cursor: kept.Cursor}, kept.Deliver)
}

func simple(id, subject, body string) string {
	return "From: Ana Silva <ana@paper.example>\nTo: help@square.example\nSubject: " + subject + "\nMessage-ID: <" + id + "@paper.example>\nDate: Fri, 20 Nov 2026 06:30:00 +0000\n\n" + body
}

// Letters are read once each, in batches with their cursor, from a server that
// really runs; what breaks off goes on behind the last batch.
func TestRead(t *testing.T) {
	p := start(t)
	place, err := p.m.Find(t.Context(), reader.Typed{URL: p.address, Secret: password})
	ok(t, err)
	if place.URL != p.address || place.Title != login {
		t.Fatalf("%+v", place)
	}
	p.put(t, simple("old", "Old", "Three weeks."), 21*24*time.Hour)
	for n := range 25 {
		p.put(t, simple(fmt.Sprint(n), "A word", fmt.Sprintf("Number %d.", n)))
	}
	kept := &readertest.Kept{Break: 2}
	if _, err := p.read(t, kept); err != readertest.ErrBroken {
		t.Fatal(err)
	}
	if len(kept.Posts) != atOnce {
		t.Fatal(len(kept.Posts))
	}
	kept.Break = 0
	_, err = p.read(t, kept)
	ok(t, err)
	if len(kept.Posts) != 25 || len(kept.IDs()) != 25 {
		t.Fatalf("%d, %d of them different", len(kept.Posts), len(kept.IDs()))
	}
	one := kept.Posts[3]
	if one.ID != "3@paper.example" || !one.Letter || one.Author.Email != "ana@paper.example" || one.Author.Name != "Ana Silva" || one.Text != "A word\n\nNumber 3." ||
		one.URL != "" || !one.PublishedAt.Equal(time.Date(2026, 11, 20, 6, 30, 0, 0, time.UTC)) {
		t.Fatalf("%+v", one)
	}
	_, err = p.read(t, kept)
	ok(t, err)
	p.put(t, simple("new", "A word", "One more."))
	_, err = p.read(t, kept)
	ok(t, err)
	if len(kept.Posts) != 26 {
		t.Fatal("read again:", len(kept.Posts))
	}
	// A folder that was made anew has other numbers: it is read from two weeks back.
	ok(t, p.Delete("INBOX"))
	ok(t, p.Create("INBOX", nil))
	p.put(t, simple("new", "A word", "One more."))
	p.put(t, simple("newer", "A word", "In the new folder."))
	_, err = p.read(t, kept)
	ok(t, err)
	if ids := kept.IDs(); len(ids) != 27 || ids[26] != "newer@paper.example" {
		t.Fatal(ids)
	}
}

// What programs write is passed over and counted; what cannot be read, too.
func TestPassedOver(t *testing.T) {
	p := start(t)
	head := "From: a@b.example\nSubject: x\nMessage-ID: <%d@b.example>\n%s\n\nwords"
	for n, line := range []string{"Auto-Submitted: auto-replied", "List-Id: <l.example>", "List-Unsubscribe: <https://l.example>", "Precedence: bulk", "Return-Path: <>", "Content-Type: multipart/report; boundary=x", "X-Autoreply: yes"} {
		p.put(t, fmt.Sprintf(head, n, line))
	}
	p.put(t, "From: Help <HELP@square.example>\nSubject: ours\n\nwords")
	p.put(t, fmt.Sprintf(head, 50, "Auto-Submitted: no"))
	p.put(t, "Subject: nobody\n\nwords")
	p.put(t, "no head at all")
	p.put(t, "From: a@b.example\n\n")
	kept := &readertest.Kept{}
	report, err := p.read(t, kept)
	ok(t, err)
	if len(kept.Posts) != 1 || kept.Posts[0].ID != "50@b.example" || len(report.Also) != 2 || report.Also[0].Args[1] != 8 || report.Also[1].Args[1] != 3 {
		t.Fatalf("%+v\n%+v", kept.Posts, report)
	}
}

// A letter of 30 MB costs what its beginning costs, and is read.
func TestLarge(t *testing.T) {
	p := start(t)
	p.put(t, "From: a@b.example\nSubject: Plans\nMessage-ID: <l@b.example>\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nHere they are.\n--x\nContent-Type: application/pdf; name=plans.pdf\nContent-Transfer-Encoding: base64\n\n"+
		strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 30<<20/77)+"--x--\n")
	kept := &readertest.Kept{}
	_, err := p.read(t, kept)
	ok(t, err)
	if len(kept.Posts) != 1 || kept.Posts[0].Text != "Plans\n\nHere they are.\n\n[plans.pdf]" {
		t.Fatalf("%+v", kept.Posts)
	}
}

// Who cannot be read says why, in words for a person, and nothing waits for
// ever.
func TestRefused(t *testing.T) {
	p := start(t)
	for name, c := range map[string]struct{ url, password, want string }{
		"no address":         {"mail.example.org", password, textAddress},
		"no login":           {"imaps://mail.example.org/", password, textNoLogin},
		"a password in it":   {"imaps://a:b@mail.example.org/", password, textAddress},
		"no password":        {p.address, "", textNoWord},
		"the wrong password": {p.address, "nonsense", textLogin},
		"no such folder":     {strings.Replace(p.address, "INBOX", "Nowhere", 1), password, textFolder},
		"no TLS where it is": {strings.Replace(p.address, "imap://", "imaps://", 1), password, textStrange},
	} {
		_, err := p.m.Find(t.Context(), reader.Typed{URL: c.url, Secret: c.password})
		if f, _ := err.(*fault.Error); f == nil || f.Text != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := p.m.Find(t.Context(), reader.Typed{URL: strings.Replace(p.address, "INBOX", "%C3%89t%C3%A9", 1), Secret: password}); err != nil {
		t.Error("a folder with accents:", err)
	}
	guarded := New(fetch.New(fetch.Options{}), readertest.Now)
	if _, err := guarded.Find(t.Context(), reader.Typed{URL: p.address, Secret: password}); err == nil || !strings.Contains(err.Error(), "private network") {
		t.Error("a private address:", err)
	}
}

// A certificate that nobody vouches for ends it before the password is sent.
func TestCertificate(t *testing.T) {
	p := start(t)
	cert := httptest.NewTLSServer(nil)
	t.Cleanup(cert.Close)
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: cert.TLS.Certificates})
	ok(t, err)
	p.serve(t, l)
	_, err = p.m.Find(t.Context(), reader.Typed{URL: "imaps://a@" + l.Addr().String(), Secret: password})
	if f, _ := err.(*fault.Error); f == nil || f.Text != textTLS {
		t.Fatal(err)
	}
}

// A server elsewhere is asked for STARTTLS before the password is sent: with a
// certificate that somebody trusted vouches for it is read, else not, and one
// that cannot do it is never told the password.
func TestStartTLS(t *testing.T) {
	cert := httptest.NewTLSServer(nil) // its certificate is good for 127.0.0.1, and signed by itself
	t.Cleanup(cert.Close)
	trusted := x509.NewCertPool()
	trusted.AddCert(cert.Certificate())
	for name, c := range map[string]struct {
		offers *tls.Config
		roots  *x509.CertPool
		want   string
	}{
		"trusted":     {&tls.Config{Certificates: cert.TLS.Certificates}, trusted, ""},
		"not trusted": {&tls.Config{Certificates: cert.TLS.Certificates}, nil, textTLS},
		"not offered": {nil, trusted, textPlain},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t)
			p.m.roots, p.m.local = c.roots, func(net.Addr) bool { return false }
			l, err := net.Listen("tcp", "127.0.0.1:0")
			ok(t, err)
			logins := 0
			memory := imapmemserver.New()
			memory.AddUser(p.User)
			server := imapserver.New(&imapserver.Options{TLSConfig: c.offers, InsecureAuth: true, Logger: log.New(io.Discard, "", 0), Caps: imap.CapSet{imap.CapIMAP4rev1: {}},
				NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
					return counting{memory.NewSession(), &logins}, nil, nil
				}})
			go server.Serve(l)
			t.Cleanup(func() { server.Close() })
			p.put(t, simple("1", "Paper", "It is too thin."))
			kept := &readertest.Kept{}
			_, err = p.m.Read(t.Context(), reader.From{URL: "imap://help%40square.example@" + l.Addr().String() + "/INBOX", Secret: password}, kept.Deliver)
			if c.want == "" {
				if ok(t, err); len(kept.Posts) != 1 || logins != 1 {
					t.Errorf("%d letters by %d logins", len(kept.Posts), logins)
				}
				return
			}
			if f, _ := err.(*fault.Error); f == nil || f.Text != c.want || logins != 0 {
				t.Errorf("%v after %d logins", err, logins)
			}
		})
	}
}

// counting counts the passwords that a server was sent.
type counting struct {
	imapserver.Session
	logins *int
}

func (c counting) Login(name, word string) error {
	*c.logins++
	return c.Session.Login(name, word)
}

// A server that misbehaves ends a reading with an error.
func TestRude(t *testing.T) {
	for name, says := range map[string]string{
		"another protocol": "SSH-2.0-OpenSSH\r\n",
		"nothing":          "",
		"bye":              "* BYE full\r\n",
		"an endless line":  "* OK " + strings.Repeat("a", 1<<20),
		"an endless value": "* OK hello\r\n* 1 FETCH (BODY[] {4000000000}\r\n",
	} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ok(t, err)
		go func() {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			io.WriteString(c, says)
			if name == "nothing" {
				time.Sleep(100 * time.Millisecond)
			}
		}()
		m := New(fetch.New(fetch.Options{AllowPrivate: true, Timeout: time.Second}), readertest.Now)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		_, err = m.Read(ctx, reader.From{URL: "imap://a@" + l.Addr().String(), Secret: "x"}, nil)
		readertest.Readable(t, err)
		cancel()
		l.Close()
	}
}

func TestAddress(t *testing.T) {
	for in, want := range map[string]string{
		Address("mail.example.org", "a@b.example", ""):           "imaps://a%40b.example@mail.example.org/INBOX",
		Address(" imap://Mail.example.org:1143/ ", "a", "inbox"): "imap://a@mail.example.org:1143/INBOX",
		Address("mail.example.org:993", "a b/c", "Help/Été"):     "imaps://a%20b%2Fc@mail.example.org/Help/%C3%89t%C3%A9",
		Address("[2001:db8::1]", "a", ""):                        "imaps://a@[2001:db8::1]/INBOX",
		Address("mail.example.org", "a", "What? #1 100%"):        "imaps://a@mail.example.org/What%3F%20%231%20100%25",
	} {
		p, err := parse(in)
		if err != nil || p.String() != want {
			t.Errorf("%s: %s, %v; want %s", in, p, err, want)
		}
		if again, err := parse(p.String()); err != nil || again != p {
			t.Errorf("%s does not come back: %+v, %v", want, again, err)
		}
	}
}
