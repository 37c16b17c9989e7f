package mail_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"mime/multipart"
	"net"
	netmail "net/mail"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"

	"tribune/advocate"
	"tribune/event"
	"tribune/internal/fault"
	post "tribune/internal/mail"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/web/mail"
	"tribune/web/webtest"
)

// office is a real SMTP server that keeps what it takes.
type office struct {
	addr  string
	mu    sync.Mutex
	mails []taken
}

type taken struct {
	to   string
	head netmail.Header
	text string
	html string
}

func openOffice(t *testing.T) *office {
	t.Helper()
	o := &office{}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &visit{office: o}, nil }))
	server.Domain, server.ErrorLog = "localhost", slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.addr = l.Addr().String()
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	t.Cleanup(func() { server.Close(); l.Close(); <-done })
	return o
}

type visit struct {
	office *office
	to     string
}

func (v *visit) Reset()                                    {}
func (v *visit) Logout() error                             { return nil }
func (v *visit) Mail(string, *smtp.MailOptions) error      { return nil }
func (v *visit) Rcpt(to string, _ *smtp.RcptOptions) error { v.to = to; return nil }

func (v *visit) Data(r io.Reader) error {
	m, err := netmail.ReadMessage(r)
	if err != nil {
		return err
	}
	_, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return err
	}
	got := taken{to: v.to, head: m.Header}
	parts := multipart.NewReader(m.Body, params["boundary"])
	for _, into := range []*string{&got.text, &got.html} {
		part, err := parts.NextPart() // decodes quoted-printable
		if err != nil {
			return err
		}
		text, err := io.ReadAll(part)
		if err != nil {
			return err
		}
		*into = strings.ReplaceAll(string(text), "\r\n", "\n")
	}
	v.office.mu.Lock()
	defer v.office.mu.Unlock()
	v.office.mails = append(v.office.mails, got)
	return nil
}

func site(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: mail.Files, Routes: mail.Routes})
}

// header gives a header as it is read.
func header(t testing.TB, m taken, name string) string {
	t.Helper()
	got, err := new(mime.WordDecoder).DecodeHeader(m.head.Get(name))
	if err != nil {
		t.Fatal(err)
	}
	return spaces(got)
}

// spaces makes every space a plain one, for comparing.
func spaces(s string) string { return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(s) }

// put puts a delivery into the outbox and gives it back as it stands there.
func put(t *testing.T, s *webtest.Site, d event.Delivery) event.Delivery {
	t.Helper()
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error { return s.Events.Put(t.Context(), tx, d) }); err != nil {
		t.Fatal(err)
	}
	all, err := s.Events.Deliveries(t.Context(), "", 0, 1)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	return all[0]
}

// send makes one delivery over the office.
func send(t *testing.T, s *webtest.Site, o *office, d event.Delivery) taken {
	t.Helper()
	s.SMTP = "smtp://" + o.addr
	leave, err := mail.New(s.Kit).Prepare(t.Context(), d)
	if err != nil {
		t.Fatal(err)
	}
	if err := leave(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.mails[len(o.mails)-1]
}

const reason = "Our mill can make it.\n\n*Not* before March, though: the machine is \"old\" & slow — très lente."

// decided makes an idea of a member's, and a decision on it.
func decided(t *testing.T, s *webtest.Site, of, by know.Actor) shape.Decision {
	t.Helper()
	idea, err := s.Ideas.Propose(t.Context(), of, shape.NewIdea{Title: "Paper for fountain pens", Body: "So that nothing shines through."})
	if err != nil {
		t.Fatal(err)
	}
	d, err := s.Ideas.Decide(t.Context(), by, idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: reason})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestCreditMail: who helped to make what shipped is told that they are thanked
// for it, and asked for their name until they have said something.
func TestCreditMail(t *testing.T) {
	s, o := site(t), openOffice(t)
	ctx, owner := t.Context(), s.Person("Marta Lindqvist", know.Owner)
	proposer, commenter, voter := s.Person("Anaïs Morel", know.Member), s.Person("Ben Okoye", know.Member), s.Person("Cem Arslan", know.Member)
	d := decided(t, s, proposer.Actor, owner.Actor)
	if _, err := s.Ideas.Comment(ctx, commenter.Actor, d.Idea, "It bleeds through today.", "en"); err != nil {
		t.Fatal(err)
	}
	d, err := s.Ideas.Decide(ctx, owner.Actor, d.Idea, shape.NewDecision{Stage: shape.Shipped, Reason: reason})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	reads := func(who know.Actor) string {
		t.Helper()
		n++
		return send(t, s, o, put(t, s, event.Delivery{Dedup: fmt.Sprint("shipped:", n), Kind: "decision", Person: who.ID, Subject: event.Ref{Kind: "decision", ID: d.ID}, Other: d.Idea})).text
	}
	ask, thanked := fmt.Sprintf("%s/signin?next=%%2Fchanges%%2F%d", webtest.URL, d.Release), "You helped to make this, and are thanked for it."
	if text := reads(commenter.Actor); !strings.Contains(text, ask) || !strings.Contains(text, "Show my name") {
		t.Errorf("who commented is not asked:\n%s", text)
	}
	if text := reads(proposer.Actor); !strings.Contains(text, thanked) || strings.Contains(text, "Show my name") {
		t.Errorf("who proposed it, and is named, reads:\n%s", text)
	}
	if text := reads(voter.Actor); strings.Contains(text, thanked) {
		t.Errorf("who is not credited reads:\n%s", text)
	}
	if err := s.Advocacy.ChooseCredit(ctx, commenter.Actor, advocate.NotNamed); err != nil {
		t.Fatal(err)
	}
	if text := reads(commenter.Actor); !strings.Contains(text, thanked) || strings.Contains(text, "Show my name") {
		t.Errorf("who said no is asked again:\n%s", text)
	}
}

// TestDecisionMail sends a decision in both languages and reads it back.
func TestDecisionMail(t *testing.T) {
	s, o := site(t), openOffice(t)
	owner, member := s.Person("Marta Lindqvist", know.Owner), s.Person("Anaïs Morel", know.Member)
	if err := s.People.SetProfile(t.Context(), owner.Actor, know.Profile{Name: "Marta Lindqvist", Title: "Founder"}); err != nil {
		t.Fatal(err)
	}
	d := decided(t, s, member.Actor, owner.Actor)
	for _, c := range []struct {
		language, subject, hello, asked string
	}{
		{"en", "Planned: Paper for fountain pens", "Hello Anaïs Morel,", "You proposed “Paper for fountain pens”."},
		{"fr", "Prévue : Paper for fountain pens", "Bonjour Anaïs Morel,", "Vous avez proposé « Paper for fountain pens »."},
	} {
		if err := s.People.SetProfile(t.Context(), member.Actor, know.Profile{Name: "Anaïs Morel", Language: c.language}); err != nil {
			t.Fatal(err)
		}
		row := put(t, s, event.Delivery{Dedup: "decision:" + c.language, Kind: "decision", Person: member.ID, Subject: event.Ref{Kind: "decision", ID: d.ID}, Other: d.Idea})
		m := send(t, s, o, row)
		for name, want := range map[string]string{
			"Subject": c.subject, "From": `"Marta Lindqvist, Tribune" <tribune@square.example>`, "Content-Language": c.language,
			"Message-Id":            "<" + post.MessageID("decision:"+c.language, "square.example") + ">",
			"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
		} {
			if got := header(t, m, name); got != want {
				t.Errorf("%s: %s is %q, want %q", c.language, name, got, want)
			}
		}
		for _, want := range []string{c.hello, c.asked, reason, "Marta Lindqvist, Founder, Tribune", webtest.URL + "/ideas/", webtest.URL + "/unsubscribe/"} {
			if !strings.Contains(spaces(m.text), want) {
				t.Errorf("%s: the text lacks %q:\n%s", c.language, want, m.text)
			}
		}
		if !strings.Contains(m.html, "<em>Not</em> before March") || strings.Contains(m.html, "<img") || strings.Contains(m.html, "src=") {
			t.Errorf("%s: the HTML is\n%s", c.language, m.html)
		}
		if _, code, found := strings.Cut(m.text, fmt.Sprintf("%s/decisions/%d/answer/%d/", webtest.URL, d.ID, member.ID)); !found || len(strings.Fields(code)[0]) < 20 {
			t.Errorf("%s: it cannot be answered without signing in:\n%s", c.language, m.text)
		}
		if shown, err := mail.New(s.Kit).Preview(t.Context(), row); err != nil || strings.Contains(shown.Text(), "/answer/") {
			t.Errorf("the outbox shows the reader's own link: %v", err)
		}
		if !strings.Contains(m.head.Get("List-Unsubscribe"), webtest.URL+"/unsubscribe/") {
			t.Errorf("List-Unsubscribe is %q", m.head.Get("List-Unsubscribe"))
		}
	}
}

// TestAnswerMail sends an answer word for word, and stops one taken back.
func TestAnswerMail(t *testing.T) {
	s, o := site(t), openOffice(t)
	owner, member := s.Person("Marta Lindqvist", know.Owner), s.Person("Jo", know.Member)
	thread, err := s.Inbox.Letter(t.Context(), member.Actor, "Ink that bleeds", "Why does the ink bleed?")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Inbox.Answer(t.Context(), owner.Actor, thread.ID, "Because the paper was damp. We are sorry."); err != nil {
		t.Fatal(err)
	}
	all, err := s.Events.Deliveries(t.Context(), event.Waiting, 0, 5)
	if err != nil || len(all) != 1 || all[0].Kind != "answer" {
		t.Fatalf("the outbox has %+v, %v", all, err)
	}
	m := send(t, s, o, all[0])
	for _, want := range []string{"Because the paper was damp. We are sorry.", "Why does the ink bleed?", "Marta Lindqvist"} {
		if !strings.Contains(m.text, want) {
			t.Errorf("the text lacks %q:\n%s", want, m.text)
		}
	}
	if err := s.Inbox.Withdraw(t.Context(), owner.Actor, all[0].Subject.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := mail.New(s.Kit).Prepare(t.Context(), all[0]); fault.KindOf(err) == fault.Internal {
		t.Errorf("an answer that was taken back: %v", err)
	}
}

// TestNotWanted stops mails to who left, opted out, or never confirmed.
func TestNotWanted(t *testing.T) {
	s, o := site(t), openOffice(t)
	s.SMTP = "smtp://" + o.addr
	owner, member := s.Person("Marta Lindqvist", know.Owner), s.Person("Jo", know.Member)
	d := decided(t, s, member.Actor, owner.Actor)
	row := put(t, s, event.Delivery{Dedup: "x", Kind: "decision", Person: member.ID, Subject: event.Ref{Kind: "decision", ID: d.ID}, Other: d.Idea})
	refused := func(what string, row event.Delivery) {
		t.Helper()
		if _, err := mail.New(s.Kit).Prepare(t.Context(), row); fault.KindOf(err) == fault.Internal {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := s.People.ChooseMail(t.Context(), member.ID, know.MailDecisions, false); err != nil {
		t.Fatal(err)
	}
	refused("opted out", row)
	if err := s.People.ChooseMail(t.Context(), member.ID, know.MailDecisions, true); err != nil {
		t.Fatal(err)
	}
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) (err error) {
		row.Account, err = s.People.EnsureAccount(t.Context(), tx, know.Account{Kind: know.Mail, Address: "imported@example.org"})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	refused("never confirmed", row)
	row.Account = 0
	if err := s.People.Leave(t.Context(), member.Actor, false); err != nil {
		t.Fatal(err)
	}
	if _, err := mail.New(s.Kit).Prepare(t.Context(), row); !errors.Is(err, event.ErrSuperseded) { // it is needed no more, and nothing to look into
		t.Errorf("left: %v", err)
	}
	if len(o.mails) > 0 {
		t.Errorf("%d mails left", len(o.mails))
	}
}

// TestNoServer leaves mails where they are, and lets only an owner open the
// link of one; that is on the audit page.
func TestNoServer(t *testing.T) {
	s := site(t)
	owner, staff, member := s.Person("Marta Lindqvist", know.Owner), s.Person("Sam", know.Staff), s.Person("Jo", know.Member)
	if err := s.People.StartSignIn(t.Context(), "new@example.org", "", "en"); err != nil {
		t.Fatal(err)
	}
	row, err := s.Events.Deliveries(t.Context(), "", 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := mail.New(s.Kit).Prepare(t.Context(), row[0]); !errors.Is(err, event.ErrNoWay) {
		t.Errorf("without a server: %v", err)
	}
	path := "/desk/outbox/" + strconv.FormatInt(row[0].ID, 10)
	staff.Get("/desk/outbox").Want(t, 200, "Sign-in link")
	staff.Get(path).Want(t, 200, "new@example.org").Without(t, webtest.URL+"/signin/", "/link\"")
	staff.Post(path+"/link").Want(t, 403)
	member.Get("/desk/outbox").Want(t, 404)
	member.Get(path).Want(t, 404)
	s.Visitor().Get(path).Want(t, 303)
	owner.Get(path).Want(t, 200).Without(t, webtest.URL+"/signin/")
	got := owner.Post(path+"/link").Want(t, 200, webtest.URL+"/signin/")
	_, secret, _ := strings.Cut(got.Body, webtest.URL+"/signin/")
	secret, _, _ = strings.Cut(secret, "<")
	secret, _, _ = strings.Cut(secret, `"`)
	if link, err := s.People.Look(t.Context(), secret); err != nil || link.Address != "new@example.org" {
		t.Errorf("the link is %+v, %v", link, err)
	}
	audit, err := s.People.Audit(t.Context(), owner.Actor, 0, 1)
	if err != nil || len(audit) != 1 || audit[0].Kind != know.MailRead || audit[0].Actor != owner.ID {
		t.Errorf("the audit page begins with %+v, %v", audit, err)
	}
	s.SMTP = "smtp://127.0.0.1:1"
	owner.Post(path+"/link").Want(t, 409).Without(t, webtest.URL+"/signin/")
}

// TestSignInMail arms the link only as the mail leaves.
func TestSignInMail(t *testing.T) {
	s, o := site(t), openOffice(t)
	if err := s.People.StartSignIn(t.Context(), "new@example.org", "/ideas/3", "en"); err != nil {
		t.Fatal(err)
	}
	rows, err := s.Events.Deliveries(t.Context(), "", 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	m := send(t, s, o, rows[0])
	_, secret, ok := strings.Cut(m.text, webtest.URL+"/signin/")
	if !ok || m.to != "new@example.org" || m.head.Get("List-Unsubscribe") != "" {
		t.Fatalf("to %s:\n%s", m.to, m.text)
	}
	link, err := s.People.Look(context.Background(), strings.Fields(secret)[0])
	if err != nil || link.Next != "/ideas/3" {
		t.Errorf("the link is %+v, %v", link, err)
	}
}

// TestConfirmationMail asks who reads a free address; whose address it is
// already reads that somebody wanted it, in their own language.
func TestConfirmationMail(t *testing.T) {
	s, o := site(t), openOffice(t)
	jo, sam := s.Person("Jo", know.Member), s.Person("Sam", know.Member)
	if err := s.People.SetLanguage(t.Context(), sam.Actor, "fr"); err != nil {
		t.Fatal(err)
	}
	sams, err := s.People.Reachable(t.Context(), sam.ID)
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]string{
		"free@example.org": "as Jo. The link works once",
		sams.Address:       "Bonjour Sam,",
	} {
		if confirmed, err := s.People.AddAddress(t.Context(), jo.Actor, address); err != nil || confirmed {
			t.Fatalf("confirmed %v, %v", confirmed, err)
		}
		rows, err := s.Events.Deliveries(t.Context(), "", 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		m := send(t, s, o, rows[0])
		if m.to != address || !strings.Contains(spaces(m.text), want) || !strings.Contains(m.text, webtest.URL+"/signin/") {
			t.Errorf("to %s, without %q:\n%s", m.to, want, m.text)
		}
		if taken := strings.Contains(m.text, "appartient déjà à un membre"); taken != (address == sams.Address) {
			t.Errorf("to %s:\n%s", m.to, m.text)
		}
	}
}

// TestSendAgain is for staff, on mails that failed.
func TestSendAgain(t *testing.T) {
	s := site(t)
	staff, member := s.Person("Sam", know.Staff), s.Person("Jo", know.Member)
	row := put(t, s, event.Delivery{Dedup: "x", Kind: "answer", Person: member.ID})
	path := "/desk/outbox/" + strconv.FormatInt(row.ID, 10) + "/again"
	staff.Post(path).Want(t, 409)
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update outbox set state = 'uncertain'`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	member.Post(path).Want(t, 404)
	staff.Get("/desk/outbox?state=uncertain").Want(t, 200, "Uncertain", "It is never sent again by itself.")
	open := strings.TrimSuffix(path, "/again")
	staff.Get(open).Want(t, 200, "It is never sent again by itself: that is for you to decide.", "Send again")
	staff.Lang = "fr"
	staff.Get(open).Want(t, 200, "Il n’est jamais renvoyé de lui-même")
	staff.Post(path).Want(t, 303)
	if d, err := s.Events.Delivery(t.Context(), row.ID); err != nil || d.State != event.Waiting {
		t.Errorf("%+v, %v", d, err)
	}
}

// TestSignInMailSpeaksAsThePage did: who has chosen no language gets it in the
// one in which they asked, and no line of a French mail lacks the space before
// a colon.
func TestSignInMailSpeaksAsThePage(t *testing.T) {
	s, o := site(t), openOffice(t)
	chosen := s.Person("Jo", know.Member)
	if err := s.People.SetLanguage(t.Context(), chosen.Actor, "en"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ address, page, lang, want string }{
		{"new@example.org", "fr", "fr", "Se connecter\u00a0:\n" + webtest.URL},
		{"other@example.org", "en", "en", "Sign in:\n" + webtest.URL},
		{"jo@example.org", "fr", "en", "Sign in:\n" + webtest.URL},
	} {
		if err := s.People.StartSignIn(t.Context(), c.address, "", c.page); err != nil {
			t.Fatal(err)
		}
		rows, err := s.Events.Deliveries(t.Context(), event.Waiting, 0, 1)
		if err != nil {
			t.Fatal(err)
		}
		if m := send(t, s, o, rows[0]); m.head.Get("Content-Language") != c.lang || !strings.Contains(m.text, c.want) {
			t.Errorf("%s asked in %s: in %s:\n%s", c.address, c.page, m.head.Get("Content-Language"), m.text)
		}
	}
}
