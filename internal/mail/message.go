package mail

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	netmail "net/mail"
	"net/url"
	"strings"
	"time"
	"unicode"

	gomail "github.com/wneessen/go-mail"

	"tribune/internal/fault"
)

// Message is one mail to one person. From, To, Subject, Date and one of Text
// and HTML must be there.
type Message struct {
	From, FromName string
	To, ToName     string
	ReplyTo        string // empty: answers go to From
	Subject        string // cut at 200 characters
	Text, HTML     string // both given: two forms of the same words
	MessageID      string // without the angle brackets; empty: made from the message itself
	InReplyTo      string // the MessageID this one answers, or empty
	// ListUnsubscribe is the http or https address whose POST ends this kind
	// of mail (RFC 8058). A message that has one is marked as automatic, so that
	// no absence notice answers it.
	ListUnsubscribe string
	Lang            string // BCP 47, or empty
	Date            time.Time
}

const (
	maxSubject = 200 // characters; mail programs show about 70
	maxName    = 100
	maxURL     = 900 // a header line may have 998 bytes (RFC 5322 section 2.1.1)
)

// MessageID makes the identity of a message from the key under which it is sent
// only once, so that a second copy, should one ever leave, is seen as the same.
func MessageID(dedupKey, domain string) string {
	sum := sha256.Sum256([]byte(dedupKey))
	return hex.EncodeToString(sum[:16]) + "@" + domain
}

// Bytes writes the message as it travels. The same message gives the same
// bytes. The error is a *fault.Error if an address is wrong or a header holds
// what no header may.
func Bytes(m Message) ([]byte, error) {
	data, _, _, err := compose(m)
	return data, err
}

// compose gives the message and its envelope.
func compose(m Message) (data []byte, from, to string, err error) {
	if err := m.check(); err != nil {
		return nil, "", "", err
	}
	if from, err = wire(m.From); err != nil {
		return nil, "", "", fmt.Errorf("sender of a mail: %w", err)
	}
	if to, err = wire(m.To); err != nil {
		return nil, "", "", fmt.Errorf("receiver of a mail: %w", err)
	}
	if m.MessageID == "" {
		_, domain, _ := strings.Cut(from, "@")
		m.MessageID = MessageID(fmt.Sprintf("%q", []any{m.From, m.To, m.Subject, m.Text, m.HTML, m.Date.UnixMicro()}), domain)
	}
	sum := sha256.Sum256([]byte(m.MessageID))
	msg := gomail.NewMsg(gomail.WithNoDefaultUserAgent(), gomail.WithBoundary(hex.EncodeToString(sum[:20])))
	msg.FromMailAddress(&netmail.Address{Name: firstRunes(m.FromName, maxName), Address: from})
	msg.ToMailAddress(&netmail.Address{Name: firstRunes(m.ToName, maxName), Address: to})
	if m.ReplyTo != "" {
		reply, err := wire(m.ReplyTo)
		if err != nil {
			return nil, "", "", fmt.Errorf("reply address of a mail: %w", err)
		}
		msg.ReplyToMailAddress(&netmail.Address{Address: reply})
	}
	if err := m.headers(msg); err != nil {
		return nil, "", "", err
	}
	m.body(msg)
	var b bytes.Buffer
	if _, err := msg.WriteTo(&b); err != nil {
		return nil, "", "", fmt.Errorf("compose mail %s: %w", m.MessageID, err)
	}
	return b.Bytes(), from, to, nil
}

func (m Message) check() error {
	for _, header := range []string{
		m.From, m.FromName, m.To, m.ToName, m.ReplyTo, m.Subject, m.MessageID, m.InReplyTo, m.ListUnsubscribe, m.Lang,
	} {
		if strings.ContainsFunc(header, unicode.IsControl) {
			return fault.New(fault.Invalid, "The subject, names and addresses of a mail must not contain line breaks or control characters.")
		}
	}
	for _, id := range []string{m.MessageID, m.InReplyTo} {
		if strings.ContainsAny(id, "<> ") || len(id) > 250 || !isASCII(id) {
			return errors.New("compose mail: not a message id: " + id)
		}
	}
	if m.Text == "" && m.HTML == "" {
		return fault.New(fault.Invalid, "The mail is empty. Write something first.")
	}
	if m.Date.IsZero() {
		return errors.New("compose mail: no date")
	}
	return nil
}

func (m Message) headers(msg *gomail.Msg) error {
	msg.Subject(firstRunes(m.Subject, maxSubject))
	msg.SetDateWithValue(m.Date)
	msg.SetGenHeader(gomail.HeaderMessageID, "<"+m.MessageID+">")
	if m.InReplyTo != "" {
		msg.SetGenHeader(gomail.HeaderInReplyTo, "<"+m.InReplyTo+">")
		msg.SetGenHeader(gomail.HeaderReferences, "<"+m.InReplyTo+">")
	}
	if m.Lang != "" {
		msg.SetGenHeader(gomail.HeaderContentLang, m.Lang)
	}
	if m.ListUnsubscribe == "" {
		return nil
	}
	u, err := url.Parse(m.ListUnsubscribe)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" ||
		strings.ContainsAny(m.ListUnsubscribe, "<> ,") || len(m.ListUnsubscribe) > maxURL || !isASCII(m.ListUnsubscribe) {
		return errors.New("compose mail: not an address to unsubscribe at: " + m.ListUnsubscribe)
	}
	msg.SetGenHeader(gomail.HeaderListUnsubscribe, "<"+m.ListUnsubscribe+">")
	msg.SetGenHeader(gomail.HeaderListUnsubscribePost, "List-Unsubscribe=One-Click")
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834 section 5
	return nil
}

func (m Message) body(msg *gomail.Msg) {
	switch {
	case m.Text == "":
		msg.SetBodyString(gomail.TypeTextHTML, m.HTML)
	case m.HTML == "":
		msg.SetBodyString(gomail.TypeTextPlain, m.Text)
	default:
		msg.SetBodyString(gomail.TypeTextPlain, m.Text)
		msg.AddAlternativeString(gomail.TypeTextHTML, m.HTML)
	}
}

func firstRunes(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
