package mail_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-smtp"
	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/mail"
)

func letter() mail.Message {
	return mail.Message{
		From: "team@brand.example", FromName: "Brand", To: "ada@bücher.example", ToName: "Ada Lovelace",
		Subject: "Your idea is planned", Text: "Hello Ada,\nit is planned.", HTML: "<p>Hello Ada, it is <b>planned</b>.</p>",
		MessageID: mail.MessageID("decision:7:3", "brand.example"), Lang: "en", Date: time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC),
		ListUnsubscribe: "https://brand.example/u/abc?x=1",
	}
}

func sender(t *testing.T, server mail.Server) *mail.Sender {
	t.Helper()
	if server.Timeout == 0 {
		server.Timeout = 2 * time.Second
	}
	s, err := mail.NewSender(server)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func failure(t *testing.T, err error) *mail.SendError {
	t.Helper()
	e, ok := errors.AsType[*mail.SendError](err)
	if !ok {
		t.Fatalf("error is %v, want a SendError", err)
	}
	return e
}

func TestDelivery(t *testing.T) {
	office := open(t, nil)
	s := sender(t, mail.Server{URL: "smtp://" + office.addr})
	if err := s.Send(t.Context(), letter()); err != nil {
		t.Fatal(err)
	}
	mails := office.all()
	if len(mails) != 1 {
		t.Fatalf("%d mails, want 1", len(mails))
	}
	if got := mails[0].from + " " + mails[0].to; got != "team@brand.example ada@xn--bcher-kva.example" {
		t.Errorf("envelope is %s", got)
	}
	msg, err := netmail.ReadMessage(strings.NewReader(mails[0].text))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"From": `"Brand" <team@brand.example>`, "To": `"Ada Lovelace" <ada@xn--bcher-kva.example>`,
		"Subject": "Your idea is planned", "Message-Id": "<" + letter().MessageID + ">", "Content-Language": "en",
		"Date": "Fri, 20 Nov 2026 09:30:00 +0000", "List-Unsubscribe": "<https://brand.example/u/abc?x=1>",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click", "Auto-Submitted": "auto-generated", "User-Agent": "", "Reply-To": "",
	} {
		if got := msg.Header.Get(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if diff := cmp.Diff([]string{"Hello Ada,\nit is planned.", letter().HTML}, parts(t, msg)); diff != "" {
		t.Error(diff)
	}
}

// parts reads the two forms of a message back.
func parts(t *testing.T, msg *netmail.Message) []string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %q: %v", kind, err)
	}
	var texts []string
	reader := multipart.NewReader(msg.Body, params["boundary"])
	for {
		part, err := reader.NextPart() // decodes quoted-printable
		if errors.Is(err, io.EOF) {
			return texts
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, strings.ReplaceAll(string(text), "\r\n", "\n"))
	}
}

func TestBeyondASCIIAndLongLines(t *testing.T) {
	office := open(t, func(p *postOffice) { p.server.MaxLineLength = 1000 })
	m := letter()
	m.Subject = "Décidé\u00a0: « l’idée » 🎉 " + strings.Repeat("très ", 30)
	m.FromName, m.HTML = "Zoë „Z“ Müller", ""
	m.Text = strings.Repeat("é", 5000) + "\n.\n..dots\n" + strings.Repeat("x", 3000)
	if err := sender(t, mail.Server{URL: "smtp://" + office.addr}).Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	text := office.all()[0].text
	for line := range strings.Lines(text) {
		if len(line) > 100 {
			t.Errorf("a line has %d bytes", len(line))
		}
	}
	msg, err := netmail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(msg.Header.Get("Subject"))
	if err != nil || subject != m.Subject {
		t.Errorf("subject is %q: %v", subject, err)
	}
	from, err := msg.Header.AddressList("From")
	if err != nil || from[0].Name != m.FromName {
		t.Errorf("from is %v: %v", from, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(msg.Body))
	if err != nil || strings.TrimRight(strings.ReplaceAll(string(body), "\r\n", "\n"), "\n") != m.Text {
		t.Errorf("text came changed: %v", err)
	}
}

func TestRefusals(t *testing.T) {
	busy, unknown := &smtp.SMTPError{Code: 451, Message: "busy"}, &smtp.SMTPError{Code: 550, Message: "no such user"}
	type want struct {
		Temporary, Uncertain bool
		Code                 int
	}
	cases := []struct {
		name   string
		change func(*postOffice)
		want   want
	}{
		{"receiver for now", func(p *postOffice) { p.rcptErr = busy }, want{Temporary: true, Code: 451}},
		{"receiver for good", func(p *postOffice) { p.rcptErr = unknown }, want{Code: 550}},
		{"text for now", func(p *postOffice) { p.dataErrs = []error{busy} }, want{Temporary: true, Code: 451}},
		{"text for good", func(p *postOffice) { p.dataErrs = []error{unknown} }, want{Code: 550}},
		{"too large", func(p *postOffice) { p.server.MaxMessageBytes = 100 }, want{Code: 552}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			office := open(t, c.change)
			e := failure(t, sender(t, mail.Server{URL: "smtp://" + office.addr}).Send(t.Context(), letter()))
			if diff := cmp.Diff(c.want, want{e.Temporary, e.Uncertain, e.Code}); diff != "" {
				t.Errorf("%v: %s", e, diff)
			}
			if n := len(office.all()); n != 0 {
				t.Errorf("%d mails were delivered", n)
			}
		})
	}
}

func TestBrokenLines(t *testing.T) {
	for at, uncertain := range map[string]bool{
		"EHLO": false, "MAIL": false, "RCPT": false, "DATA": false, "text": true, "answer": true, "nonsense": true, "silence": true,
	} {
		t.Run(at, func(t *testing.T) {
			s := sender(t, mail.Server{URL: "smtp://" + breaking(t, at), Timeout: 50 * time.Millisecond})
			m := letter()
			m.Text = strings.Repeat("many words\n", 100000)
			e := failure(t, s.Send(t.Context(), m))
			if e.Uncertain != uncertain || e.Temporary == uncertain {
				t.Errorf("%v: temporary %v, uncertain %v", e, e.Temporary, e.Uncertain)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		e := failure(t, sender(t, mail.Server{URL: "smtp://127.0.0.1:1"}).Send(t.Context(), letter()))
		if !e.Temporary || e.Uncertain {
			t.Errorf("%v", e)
		}
	})
	t.Run("cancelled before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e := failure(t, sender(t, mail.Server{URL: "smtp://" + open(t, nil).addr}).Send(ctx, letter()))
		if !e.Temporary || e.Uncertain || !errors.Is(e, context.Canceled) {
			t.Errorf("%v", e)
		}
	})
	t.Run("cancelled while waiting", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		e := failure(t, sender(t, mail.Server{URL: "smtp://" + breaking(t, "silence"), Timeout: time.Minute}).Send(ctx, letter()))
		if !e.Uncertain || !errors.Is(e, context.DeadlineExceeded) {
			t.Errorf("%v", e)
		}
	})
}

func TestLoginAndTLS(t *testing.T) {
	cert := certificate(t)
	offer := func(p *postOffice) { p.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}} }
	t.Run("starttls and login", func(t *testing.T) {
		office := open(t, offer)
		if err := sender(t, mail.Server{URL: "smtp://me:secret@" + office.addr}).Send(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]any{[]string{"me/secret"}, []bool{true}}, []any{office.logins, office.secure}); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("login without TLS on this machine", func(t *testing.T) {
		office := open(t, func(p *postOffice) { p.server.AllowInsecureAuth = true })
		if err := sender(t, mail.Server{URL: "smtp://me:secret@" + office.addr}).Send(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
	})
	t.Run("wrong password", func(t *testing.T) {
		office := open(t, offer)
		e := failure(t, sender(t, mail.Server{URL: "smtp://me:wrong@" + office.addr}).Send(t.Context(), letter()))
		if !e.Temporary || e.Code != 535 || strings.Contains(e.Error(), "wrong") || len(office.all()) > 0 {
			t.Errorf("%v", e)
		}
	})
	t.Run("a certificate nobody vouches for", func(t *testing.T) {
		office := open(t, offer)
		strict := &tls.Config{ServerName: "127.0.0.1"}
		e := failure(t, sender(t, mail.Server{URL: "smtp://" + office.addr, TLS: strict}).Send(t.Context(), letter()))
		if !e.Temporary || len(office.all()) > 0 {
			t.Errorf("%v", e)
		}
	})
	t.Run("TLS from the first byte", func(t *testing.T) {
		front, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{cert}})
		if err != nil {
			t.Fatal(err)
		}
		office := open(t, nil)
		go office.server.Serve(front)
		if err := sender(t, mail.Server{URL: "smtps://me:secret@" + front.Addr().String()}).Send(t.Context(), letter()); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]bool{true}, office.secure); diff != "" {
			t.Error(diff)
		}
	})
}

func TestSession(t *testing.T) {
	office := open(t, func(p *postOffice) { p.dataErrs = []error{nil, &smtp.SMTPError{Code: 450, Message: "later"}} })
	session := sender(t, mail.Server{URL: "smtp://" + office.addr}).Session()
	for i, ok := range []bool{true, false, true, true} {
		if err := session.Send(t.Context(), letter()); (err == nil) != ok {
			t.Errorf("message %d: %v", i, err)
		}
	}
	if office.sessions != 1 || len(office.all()) != 3 {
		t.Errorf("%d connections, %d mails", office.sessions, len(office.all()))
	}
	if err := session.Close(); err != nil {
		t.Error(err)
	}
	if err := session.Send(t.Context(), letter()); err != nil || office.sessions != 2 {
		t.Errorf("after Close: %v, %d connections", err, office.sessions)
	}
	session.Close()
}

func TestWrongMessages(t *testing.T) {
	office := open(t, nil)
	s := sender(t, mail.Server{URL: "smtp://" + office.addr})
	for name, spoil := range map[string]func(*mail.Message){
		"subject":     func(m *mail.Message) { m.Subject = "Hi\r\nBcc: all@brand.example" },
		"bare line":   func(m *mail.Message) { m.Subject = "Hi\nBcc: all@brand.example" },
		"name":        func(m *mail.Message) { m.ToName = "Ada\r\nBcc: all@brand.example" },
		"from name":   func(m *mail.Message) { m.FromName = "Brand\r\n\r\nHello" },
		"to":          func(m *mail.Message) { m.To = "ada@x.example>\r\nRCPT TO:<bo@x.example" },
		"two to":      func(m *mail.Message) { m.To = "ada@x.example, bo@x.example" },
		"from":        func(m *mail.Message) { m.From = "brand" },
		"reply to":    func(m *mail.Message) { m.ReplyTo = "a@x.example\nBcc: b@x.example" },
		"message id":  func(m *mail.Message) { m.MessageID = "a>\r\nBcc: b@x.example" },
		"id brackets": func(m *mail.Message) { m.InReplyTo = "<a@b>" },
		"unsubscribe": func(m *mail.Message) { m.ListUnsubscribe = "https://x.example/>\r\nBcc: b@x.example" },
		"javascript":  func(m *mail.Message) { m.ListUnsubscribe = "javascript:alert(1)" },
		"language":    func(m *mail.Message) { m.Lang = "en\r\nBcc: b@x.example" },
		"empty":       func(m *mail.Message) { m.Text, m.HTML = "", "" },
		"no date":     func(m *mail.Message) { m.Date = time.Time{} },
	} {
		m := letter()
		spoil(&m)
		if e := failure(t, s.Send(t.Context(), m)); e.Temporary || e.Uncertain {
			t.Errorf("%s: %v", name, e)
		}
	}
	if n := len(office.all()); n != 0 {
		t.Errorf("%d mails left", n)
	}
}

func TestBytesAreTheSameEachTime(t *testing.T) {
	m := letter()
	m.MessageID, m.InReplyTo, m.ReplyTo = "", "x@brand.example", "desk@brand.example"
	one, err := mail.Bytes(m)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := mail.Bytes(m)
	if diff := cmp.Diff(string(one), string(two)); diff != "" {
		t.Error(diff)
	}
	for _, want := range []string{"In-Reply-To: <x@brand.example>\r\n", "Reply-To: <desk@brand.example>\r\n", "@brand.example>\r\n"} {
		if !strings.Contains(string(one), want) {
			t.Errorf("no %q in\n%s", want, one)
		}
	}
	if mail.MessageID("a", "x.example") == mail.MessageID("b", "x.example") || mail.MessageID("a", "x.example") != "ca978112ca1bbdcafac231b39a23dc4d@x.example" {
		t.Error("MessageID is not the hash of its key")
	}
}

func TestValidAddress(t *testing.T) {
	for in, want := range map[string]string{
		" Ada.L+x@Brand.EXAMPLE\n": "Ada.L+x@brand.example", "a@bücher.example": "a@bücher.example", "a@BÜCHER.example": "a@bücher.example",
		"a@xn--bcher-kva.example": "a@bücher.example", "josé@x.example": "josé@x.example", "me@localhost": "me@localhost",
		"a@x": "", "a@": "", "@x.example": "", "": "", "a b@x.example": "", "a@x.example,b@x.example": "", "a@x..example": "",
		".a@x.example": "", "a..b@x.example": "", `"a b"@x.example`: "", "Ada <a@x.example>": "", "a@[127.0.0.1]": "", "a@127.0.0.1": "",
		"a@x.example\r\nBcc: b": "", "a@-x.example": "", "a@x_y.example": "", "a\x00@x.example": "", "a\xff@x.example": "",
		strings.Repeat("a", 65) + "@x.example": "", "a@" + strings.Repeat("x", 64) + ".example": "",
	} {
		got, err := mail.ValidAddress(in)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("ValidAddress(%q) = %q, %v; want %q", in, got, err, want)
		}
		if err != nil && !fault.Is(err, fault.Invalid) {
			t.Errorf("%q: %v is no fault", in, err)
		}
	}
}

func FuzzValidAddress(f *testing.F) {
	f.Add("Ada@Bücher.example")
	f.Add("a@b.c\r\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, err := mail.ValidAddress(in)
		if err != nil {
			return
		}
		if again, err := mail.ValidAddress(got); err != nil || again != got {
			t.Errorf("%q becomes %q, then %q, %v", in, got, again, err)
		}
		m := letter()
		m.To = got
		data, err := mail.Bytes(m)
		if err != nil {
			t.Fatalf("%q is valid but cannot be written to: %v", got, err)
		}
		msg, err := netmail.ReadMessage(strings.NewReader(string(data)))
		if err != nil || len(msg.Header["To"]) != 1 || msg.Header.Get("Bcc") != "" {
			t.Errorf("%q spoils the header: %v", got, err)
		}
	})
}

func TestNewSenderRefuses(t *testing.T) {
	for _, url := range []string{"", "localhost:25", "http://localhost", "smtp://", "smtp://u:pa:ss%zz@host", "smtp://host:99999", "smtp://host/path"} {
		if _, err := mail.NewSender(mail.Server{URL: url}); !fault.Is(err, fault.Invalid) || strings.Contains(err.Error(), "pa:ss") {
			t.Errorf("%q: %v", url, err)
		}
	}
}

func TestTextsAreTranslated(t *testing.T) {
	root := os.DirFS(".")
	cat, err := i18n.Load(root)
	if err != nil {
		t.Fatal(err)
	}
	if missing, err := i18n.Untranslated(root, cat); err != nil || len(missing) > 0 {
		t.Errorf("untranslated: %v, %v", missing, err)
	}
}
