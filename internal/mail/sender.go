package mail

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"strconv"
	"time"

	gomail "github.com/wneessen/go-mail"

	"tribune/internal/fault"
)

// Server says where mail is handed over.
type Server struct {
	// URL is smtp://[user:password@]host[:port] or smtps:// for TLS from the
	// first byte. With smtp, TLS is used whenever the server offers it; a login
	// anywhere but on this machine insists on it.
	URL string
	// Hello is the name the program introduces itself by; empty: the name of
	// the machine.
	Hello string
	// Timeout is how long one step of the conversation may take; zero is one
	// minute. The answer to the text itself may take five times that, because a
	// message given up on at that point is uncertain.
	Timeout time.Duration
	// TLS is how a server proves who it is; nil asks for a certificate of its
	// host name, except on this machine, where any will do.
	TLS *tls.Config
}

// Sender hands messages to one server. It may be used by any number of
// goroutines; each message travels on a connection of its own unless a Session
// is asked for.
type Sender struct {
	host     string
	port     int
	implicit bool
	login    bool
	user     string
	password string
	server   Server
}

// NewSender reads the server's URL; it does not connect. The fault of a wrong
// URL does not repeat it, since it may hold a password.
func NewSender(server Server) (*Sender, error) {
	bad := fault.New(fault.Invalid, "The mail server must be written as smtp://host:port or smtps://host:port, with user:password@ before the host if it asks for a login.")
	u, err := url.Parse(server.URL)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" || len(u.Path) > 1 || u.RawQuery != "" {
		return nil, bad
	}
	s := &Sender{host: u.Hostname(), server: server, implicit: u.Scheme == "smtps", login: u.User != nil}
	if s.login {
		s.user = u.User.Username()
		s.password, _ = u.User.Password()
	}
	switch {
	case u.Port() != "":
		if s.port, err = strconv.Atoi(u.Port()); err != nil || s.port < 1 || s.port > 65535 {
			return nil, bad
		}
	case s.implicit:
		s.port = 465 // RFC 8314 section 3.3
	case s.login:
		s.port = 587 // RFC 6409
	default:
		s.port = 25
	}
	if s.server.Timeout <= 0 {
		s.server.Timeout = time.Minute
	}
	if s.server.TLS == nil {
		// No network lies between us and a server on this machine, and its
		// certificate is nearly always one it made itself.
		s.server.TLS = &tls.Config{ServerName: s.host, MinVersion: tls.VersionTLS12, InsecureSkipVerify: s.local()}
	}
	return s, nil
}

// Send hands over one message. The error is a *SendError. Cancelling ctx breaks
// the connection at once, which can make the message uncertain.
func (s *Sender) Send(ctx context.Context, m Message) error {
	session := s.Session()
	defer session.Close()
	return session.Send(ctx, m)
}

// Session gives a way to send several messages, one after the other, over one
// connection. It connects with the first message.
func (s *Sender) Session() *Session { return &Session{sender: s} }

func (s *Sender) local() bool {
	ip := net.ParseIP(s.host)
	return s.host == "localhost" || ip != nil && ip.IsLoopback()
}

// client makes a client whose connection is handed to keep, so that it can be
// closed from outside while it is in use.
func (s *Sender) client(keep func(net.Conn)) (*gomail.Client, error) {
	policy := gomail.TLSOpportunistic
	if s.login && !s.local() {
		policy = gomail.TLSMandatory
	}
	options := []gomail.Option{
		gomail.WithPort(s.port),
		gomail.WithTimeout(s.server.Timeout),
		gomail.WithTLSConfig(s.server.TLS),
		gomail.WithTLSPolicy(policy),
		gomail.WithDialContextFunc(s.dial(keep)),
	}
	if s.implicit {
		options = append(options, gomail.WithSSL())
	}
	if s.server.Hello != "" {
		options = append(options, gomail.WithHELO(s.server.Hello))
	}
	if s.login {
		mechanisms := []gomail.SMTPAuthType{
			gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthSCRAMSHA1, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin, gomail.SMTPAuthCramMD5,
		}
		if s.local() {
			mechanisms[2], mechanisms[3] = gomail.SMTPAuthPlainNoEnc, gomail.SMTPAuthLoginNoEnc
		}
		options = append(options, gomail.WithOpportunisticSMTPAuth(mechanisms...),
			gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	return gomail.NewClient(s.host, options...)
}

func (s *Sender) dial(keep func(net.Conn)) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		plain := &net.Dialer{}
		var conn net.Conn
		var err error
		if s.implicit {
			conn, err = (&tls.Dialer{NetDialer: plain, Config: s.server.TLS}).DialContext(ctx, network, address)
		} else {
			conn, err = plain.DialContext(ctx, network, address)
		}
		if err != nil {
			return nil, err
		}
		keep(conn)
		return conn, nil
	}
}
