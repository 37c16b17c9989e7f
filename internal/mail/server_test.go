package mail_test

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// postOffice is a real SMTP server on this machine that keeps what it accepts.
type postOffice struct {
	addr   string
	server *smtp.Server

	mu       sync.Mutex
	mails    []delivered
	sessions int
	logins   []string
	secure   []bool  // per mail: came over TLS
	rcptErr  error   // answer to RCPT
	dataErrs []error // answers to the next texts
}

type delivered struct{ from, to, text string }

func open(t *testing.T, change func(*postOffice)) *postOffice {
	t.Helper()
	p := &postOffice{}
	p.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.sessions++
		return &visit{office: p, conn: c}, nil
	}))
	p.server.Domain = "localhost"
	p.server.ErrorLog = quiet{}
	if change != nil {
		change(p)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p.addr = l.Addr().String()
	done := make(chan error, 1)
	go func() { done <- p.server.Serve(l) }()
	// A server that has not begun to serve when it is closed would serve for ever.
	t.Cleanup(func() { p.server.Close(); l.Close(); <-done })
	return p
}

func (p *postOffice) all() []delivered {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]delivered(nil), p.mails...)
}

type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

type visit struct {
	office *postOffice
	conn   *smtp.Conn
	mail   delivered
}

func (v *visit) AuthMechanisms() []string { return []string{sasl.Plain} }

func (v *visit) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		v.office.mu.Lock()
		defer v.office.mu.Unlock()
		v.office.logins = append(v.office.logins, user+"/"+password)
		if password != "secret" {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (v *visit) Reset()        { v.mail = delivered{} }
func (v *visit) Logout() error { return nil }

func (v *visit) Mail(from string, _ *smtp.MailOptions) error {
	v.mail.from = from
	return nil
}

func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error {
	v.mail.to = to
	return v.office.rcptErr
}

func (v *visit) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	if len(v.office.dataErrs) > 0 {
		err, v.office.dataErrs = v.office.dataErrs[0], v.office.dataErrs[1:]
		if err != nil {
			return err
		}
	}
	v.mail.text = string(text)
	v.office.mails = append(v.office.mails, v.mail)
	_, secure := v.conn.TLSConnectionState()
	v.office.secure = append(v.office.secure, secure)
	return nil
}

// certificate makes a self-signed one for 127.0.0.1, as a fresh mail server has.
func certificate(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// breaking listens like an SMTP server and cuts the line at a chosen point,
// which no well-behaved server library will do.
func breaking(t *testing.T, at string) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				talk(conn, at)
			}()
		}
	}()
	return l.Addr().String()
}

func talk(conn net.Conn, at string) {
	in := bufio.NewReader(conn)
	fmt.Fprint(conn, "220 here\r\n")
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		verb := strings.ToUpper(strings.Fields(line + " x")[0])
		if verb == at {
			return
		}
		if verb != "DATA" {
			fmt.Fprint(conn, "250 fine\r\n")
			continue
		}
		fmt.Fprint(conn, "354 go on\r\n")
		for n := 0; line != ".\r\n"; n++ {
			if line, err = in.ReadString('\n'); err != nil || at == "text" && n == 3 {
				return
			}
		}
		switch at {
		case "answer":
			return
		case "silence":
			_, _ = in.ReadString('\n')
			return
		case "nonsense":
			fmt.Fprint(conn, "what?\r\n")
		default:
			fmt.Fprint(conn, "250 taken\r\n")
		}
	}
}
