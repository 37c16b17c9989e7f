package mail

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// SendError is why a message was not handed over.
type SendError struct {
	// Temporary says that the same message may succeed later. What fails before
	// the server has heard of the message (no connection, a refused login) is
	// always temporary: the message is not at fault.
	Temporary bool
	// Uncertain says that the server may have the message all the same. It is
	// then not Temporary, because to send it again is a decision for people.
	Uncertain bool
	// Code is the server's SMTP reply code, 0 if it gave none.
	Code int
	// Err is the cause; a *fault.Error if the message itself is wrong.
	Err error
}

// Error says what is known about the message and why.
func (e *SendError) Error() string {
	switch {
	case e.Uncertain:
		return "mail perhaps sent: " + e.Err.Error()
	case e.Temporary:
		return "mail not sent for now: " + e.Err.Error()
	default:
		return "mail refused: " + e.Err.Error()
	}
}

// Unwrap gives the cause.
func (e *SendError) Unwrap() error { return e.Err }

// Session sends messages over one connection. It is for one goroutine at a
// time, and must be closed.
type Session struct {
	sender *Sender
	client *smtp.Client
	conn   net.Conn
}

// Send hands over one message, on the open connection if it still answers. The
// error is a *SendError; the session can be used on after any of them.
func (s *Session) Send(ctx context.Context, m Message) error {
	data, from, to, err := compose(m)
	if err != nil {
		return &SendError{Err: err}
	}
	if err := s.connect(ctx); err != nil {
		s.drop()
		return &SendError{Temporary: true, Code: replyCode(err), Err: because(ctx, fmt.Errorf("connect to the mail server: %w", err))}
	}
	conn := s.conn
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	defer stop()
	if err := s.transfer(data, from, to); err != nil {
		err.Err = because(ctx, err.Err)
		// After an answer the conversation goes on with RSET; 421 and a broken
		// line end it.
		if err.Code == 0 || err.Code == 421 || s.client.Reset() != nil {
			s.drop()
		}
		return err
	}
	return nil
}

// Close says goodbye to the server. Its error means nothing for messages sent.
func (s *Session) Close() error {
	if s.client == nil {
		return nil
	}
	defer s.drop()
	s.allow(min(s.sender.server.Timeout, 5*time.Second))
	return s.client.Quit()
}

// connect makes sure of a connection that answers.
func (s *Session) connect(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.client != nil {
		s.allow(s.sender.server.Timeout)
		if s.client.Noop() == nil {
			return nil
		}
		s.drop()
	}
	var stop func() bool
	client, err := s.sender.client(func(conn net.Conn) {
		s.conn = conn
		stop = context.AfterFunc(ctx, func() { conn.Close() })
	})
	if err != nil {
		return err
	}
	s.client, err = client.DialToSMTPClientWithContext(ctx)
	if stop != nil {
		stop()
	}
	return err
}

// transfer is one mail transaction (RFC 5321 section 3.3).
func (s *Session) transfer(data []byte, from, to string) *SendError {
	timeout := s.sender.server.Timeout
	if utf8OK, _ := s.client.Extension("SMTPUTF8"); !utf8OK && !isASCII(from+to) {
		return &SendError{Code: 553, Err: errors.New("the mail server does not take addresses beyond ASCII (SMTPUTF8)")}
	}
	// Asked for without need, SMTPUTF8 makes a message undeliverable wherever a
	// server further on lacks it.
	s.client.SkipSMTPUTF8(isASCII(from + to))
	s.allow(timeout)
	if err := s.client.Mail("<" + from + ">"); err != nil {
		return refused("MAIL", err)
	}
	s.allow(timeout)
	if err := s.client.Rcpt("<" + to + ">"); err != nil {
		return refused("RCPT", err)
	}
	s.allow(timeout)
	body, err := s.client.Data()
	if err != nil {
		return refused("DATA", err)
	}
	s.allow(5 * timeout)
	if _, err := body.Write(data); err != nil {
		return unanswered(err)
	}
	if err := body.Close(); err != nil {
		return unanswered(err)
	}
	return nil
}

func (s *Session) allow(d time.Duration) {
	// An error here comes again with the next read or write.
	_ = s.conn.SetDeadline(time.Now().Add(d))
}

func (s *Session) drop() {
	if s.conn != nil {
		s.conn.Close()
	}
	s.client, s.conn = nil, nil
}

// refused is a failure before any of the text was sent.
func refused(command string, err error) *SendError {
	code := replyCode(err)
	return &SendError{Temporary: code < 500, Code: code, Err: fmt.Errorf("%s: %w", command, err)}
}

// unanswered is a failure after DATA was taken: only a refusal in so many words
// tells that the message was not.
func unanswered(err error) *SendError {
	code := replyCode(err)
	if code == 0 {
		return &SendError{Uncertain: true, Err: fmt.Errorf("no answer to the text: %w", err)}
	}
	return refused("text", err)
}

// replyCode is the 4xx or 5xx that the server answered, 0 for anything else.
func replyCode(err error) int {
	if reply, ok := errors.AsType[*textproto.Error](err); ok && reply.Code >= 400 && reply.Code < 600 {
		return reply.Code
	}
	return 0
}

// because names the cancelled context as the cause of the connection it closed.
func because(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return fmt.Errorf("%w: %w", context.Cause(ctx), err)
}
