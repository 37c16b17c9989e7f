package e2e

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
)

// postOffice is a real SMTP server on this machine. It keeps what it takes.
type postOffice struct {
	t    testing.TB
	addr string

	mu    sync.Mutex
	mails []letter
}

// letter is a mail as its reader gets it.
type letter struct {
	to     string
	header mail.Header
	text   string // its plain part
	html   string
}

// openPostOffice listens until the test ends.
func openPostOffice(t testing.TB) *postOffice {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o := &postOffice{t: t, addr: l.Addr().String()}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{office: o}, nil }))
	server.Domain = "localhost"
	server.ErrorLog = silent{} // clients that go away are not news
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		_ = l.Close()
		<-done
	})
	return o
}

// env is the setting that makes the program send its mails here.
func (o *postOffice) env() string { return "TRIBUNE_SMTP=smtp://" + o.addr }

// to gives the mails for an address, in the order in which they came.
func (o *postOffice) to(address string) []letter {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []letter
	for _, l := range o.mails {
		if l.to == address {
			all = append(all, l)
		}
	}
	return all
}

// wait waits for the nth mail to an address, from 0.
func (o *postOffice) wait(address string, n int) letter {
	o.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if all := o.to(address); len(all) > n {
			return all[n]
		}
	}
	o.t.Fatalf("mail number %d to %s never came", n, address)
	return letter{}
}

// link gives the first address in the mail that begins with prefix.
func (l letter) link(t testing.TB, prefix string) string {
	t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(prefix) + `[^\s<>"]+`).FindString(l.text)
	if found == "" {
		t.Fatalf("the mail to %s has no link to %s:\n%s", l.to, prefix, l.text)
	}
	return found
}

// subject gives the mail's subject, decoded.
func (l letter) subject() string {
	s, err := new(mime.WordDecoder).DecodeHeader(l.header.Get("Subject"))
	if err != nil {
		return l.header.Get("Subject")
	}
	return s
}

type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// visit is one client at the counter.
type visit struct {
	office *postOffice
	to     string
}

func (v *visit) Reset()                               { v.to = "" }
func (v *visit) Logout() error                        { return nil }
func (v *visit) Mail(string, *smtp.MailOptions) error { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.to = to
	return nil
}

func (v *visit) Data(r io.Reader) error {
	message, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	l := letter{to: v.to, header: message.Header}
	if err := l.read(message.Header.Get("Content-Type"), message.Header.Get("Content-Transfer-Encoding"), message.Body); err != nil {
		return err
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	v.office.mails = append(v.office.mails, l)
	return nil
}

// read takes the parts of a body, however they nest.
func (l *letter) read(contentType, encoding string, body io.Reader) error {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return err
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			part, err := parts.NextPart() // decodes quoted-printable
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if err := l.read(part.Header.Get("Content-Type"), part.Header.Get("Content-Transfer-Encoding"), part); err != nil {
				return err
			}
		}
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	if kind == "text/html" {
		l.html += string(text)
	} else {
		l.text += string(text)
	}
	return nil
}
