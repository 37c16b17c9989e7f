package mail

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/mail"
	"tribune/internal/markdown"
	"tribune/know"
	"tribune/tribe"
	"tribune/web/page"
)

// Mailer renders and sends what stands in the outbox. Safe for concurrent use;
// mails travel one after the other.
type Mailer struct {
	k        *page.Kit
	markdown *markdown.Renderer
	line     line
}

// New makes a mailer. It reads the kit's texts, people and capabilities, and
// SMTP and MailFrom, which come before the settings.
func New(k *page.Kit) *Mailer {
	return &Mailer{k: k, markdown: markdown.New()}
}

// way is how mail leaves: over which server, and from which address.
type way struct{ server, from string }

// way gives the server to use, "" while none is set.
func (m *Mailer) way(ctx context.Context) (w way, err error) {
	site, err := m.k.People.Site(ctx)
	if err != nil {
		return w, err
	}
	w = way{site.MailURL, site.MailFrom}
	if m.k.SMTP != "" {
		w.server = m.k.SMTP
	}
	if m.k.MailFrom != "" {
		w.from = m.k.MailFrom
	}
	if w.from == "" {
		w.from = DefaultFrom(m.k.URL)
	}
	return w, nil
}

// Set reports whether mail can leave: a mail server is set.
func Set(k *page.Kit, site know.Site) bool { return k.SMTP != "" || site.MailURL != "" }

// DefaultFrom gives the address that mails come from when nobody said.
func DefaultFrom(site string) string {
	if from, err := mail.ValidAddress("tribune@" + host(site)); err == nil {
		return from
	}
	return "tribune@localhost"
}

func host(address string) string {
	if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
		return u.Hostname()
	}
	return "localhost"
}

// Prepare renders a delivery. Nothing is sent, and no link is armed, before
// the function it gives is called.
func (m *Mailer) Prepare(ctx context.Context, d event.Delivery) (func(ctx context.Context) error, error) {
	w, err := m.way(ctx)
	if err != nil {
		return nil, later(err)
	}
	if w.server == "" {
		return nil, event.ErrNoWay
	}
	if d.Kind == "decision" {
		// It may have waited once more after a later decision was made: they hear
		// of both together.
		overtaken, err := m.k.Ideas.Overtaken(ctx, d.Subject.ID, d.Person)
		if err != nil {
			return nil, later(err)
		}
		if overtaken {
			return nil, event.ErrSuperseded
		}
	}
	if d.Kind == "why" {
		if _, _, err := m.k.Purchases.ToAsk(ctx, d.Subject.ID, d.Person); errors.Is(err, event.ErrSuperseded) {
			return nil, err // they have answered meanwhile
		}
	}
	l, err := m.compose(ctx, w, d)
	if err != nil {
		if needless, whether := m.needless(ctx, d, err); whether != nil {
			return nil, later(whether)
		} else if needless {
			return nil, event.ErrSuperseded
		}
		return nil, later(err)
	}
	return func(ctx context.Context) error {
		if err := m.arm(ctx, &l); err != nil {
			return later(err)
		}
		return m.send(ctx, w, l)
	}, nil
}

// needless reports whether a mail that could not be written is not wanted by
// anybody any more: its reader left the site, or the tribe that it is about; or
// the member whom it asks has answered.
func (m *Mailer) needless(ctx context.Context, d event.Delivery, because error) (bool, error) {
	if (d.Kind == "teller" || d.Kind == tribe.RenamedMail) && fault.Is(because, fault.NotFound) {
		return true, nil
	}
	if d.Person == 0 {
		return false, nil
	}
	p, err := m.k.People.Person(ctx, d.Person)
	if fault.Is(err, fault.NotFound) {
		return false, nil
	}
	return err == nil && p.Left(), err
}

// arm puts in the link that a letter's reader alone has.
func (m *Mailer) arm(ctx context.Context, l *Letter) error {
	link, err := m.link(ctx, *l)
	if err == nil && link != "" {
		l.arm(link)
	}
	return err
}

// link makes the link that a letter's reader alone has, "" if there is none.
func (m *Mailer) link(ctx context.Context, l Letter) (link string, err error) {
	var path, secret string
	switch {
	case l.link != 0:
		path = "/signin/"
		secret, err = m.k.People.Arm(ctx, l.link)
	case l.letter != 0:
		path = "/letter/"
		secret, err = m.k.Inbox.ArmLetter(ctx, l.letter)
	case l.key != 0:
		path = fmt.Sprintf("/letters/%d/key/", l.key)
		secret, err = m.k.Inbox.LetterKey(ctx, l.key)
	case l.decided != 0:
		path = fmt.Sprintf("/decisions/%d/answer/%d/", l.decided, l.To.ID)
		secret, err = m.k.Ideas.AnswerKey(ctx, l.decided, l.To.ID)
	default:
		return "", nil
	}
	return m.k.URL + path + secret, err
}

// Preview renders a delivery as it would leave now, but for a one-time link,
// which has no secret until it leaves.
func (m *Mailer) Preview(ctx context.Context, d event.Delivery) (Letter, error) {
	w, err := m.way(ctx)
	if err != nil {
		return Letter{}, err
	}
	return m.compose(ctx, w, d)
}

// Test sends a mail to a person now, so that they see whether the settings
// hold. The error says what the mail server answered.
func (m *Mailer) Test(ctx context.Context, person int64) (server, address string, err error) {
	w, err := m.way(ctx)
	if err != nil {
		return "", "", err
	}
	if w.server == "" {
		return "", "", fault.New(fault.Conflict, "No mail server is set yet. Save one first.")
	}
	d := event.Delivery{Dedup: "test:" + m.k.Now().UTC().Format(time.RFC3339Nano), Kind: "test", Person: person}
	l, err := m.compose(ctx, w, d)
	if err != nil {
		return "", "", err
	}
	u, err := url.Parse(w.server)
	if err != nil {
		return "", l.Address, err
	}
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return u.Host, l.Address, m.send(ctx, w, l)
}

func (m *Mailer) send(ctx context.Context, w way, l Letter) error {
	var html bytes.Buffer
	if err := document(l, m.markdown).Render(ctx, &html); err != nil {
		return later(err)
	}
	err := m.line.send(ctx, mail.Server{URL: w.server, Hello: host(m.k.URL), Timeout: 30 * time.Second}, mail.Message{
		From: l.From, FromName: l.FromName, To: l.Address, ToName: l.To.Name, Subject: l.Subject, Text: l.Text(), HTML: html.String(),
		MessageID: l.MessageID, ListUnsubscribe: l.Unsubscribe, Lang: l.Lang, Date: m.k.Now(),
	})
	if f, ok := errors.AsType[*mail.SendError](err); ok {
		return &event.Failure{Temporary: f.Temporary, Uncertain: f.Uncertain, Err: err}
	}
	return err
}

// later makes what is ours to mend (a database that did not answer) something
// to try again; a fault for people stays the end of it.
func later(err error) error {
	if fault.KindOf(err) != fault.Internal {
		return err
	}
	return &event.Failure{Temporary: true, Err: err}
}

// printer gives the words of a reader's language, the site's if they have not
// said.
func (m *Mailer) printer(site know.Site, p know.Person) *i18n.Printer {
	lang := p.Language
	if lang == "" {
		lang = site.Language
	}
	return m.k.Words.Printer(lang, site.Location())
}

// idle is how long a connection is kept for the next mail.
const idle = 5 * time.Second

// line is the connection to the mail server, kept between mails that leave
// close together.
type line struct {
	mu      sync.Mutex
	server  mail.Server
	session *mail.Session
	hangUp  *time.Timer
}

func (l *line) send(ctx context.Context, server mail.Server, m mail.Message) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.hangUp != nil {
		l.hangUp.Stop()
	}
	if l.session == nil || l.server != server {
		sender, err := mail.NewSender(server)
		if err != nil {
			return err
		}
		l.close()
		l.server, l.session = server, sender.Session()
	}
	defer func() { l.hangUp = time.AfterFunc(idle, l.hang) }()
	return l.session.Send(ctx, m)
}

func (l *line) hang() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.close()
}

func (l *line) close() {
	if l.session != nil {
		l.session.Close()
		l.session = nil
	}
}
