package tribune_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"tribune"
	"tribune/converse"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/know"
	"tribune/listen"
	"tribune/storage/storagetest"
)

// inMemory is a mail that an IMAP server takes.
type inMemory struct{ *bytes.Reader }

func (m inMemory) Size() int64 { return int64(m.Len()) }

// A letter in a mailbox opens a conversation that the team alone reads; a
// member's reply to our mailed answer lands in the conversation it belongs to,
// and somebody else's with the same words does not. The password is shown
// nowhere, and is in no export that is handed over.
func TestMailbox(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { mailboxOver(t, "") })
	t.Run("postgres", func(t *testing.T) { mailboxOver(t, storagetest.URL(t)) })
}

func mailboxOver(t *testing.T, url string) {
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	box := imapmemserver.NewUser("help@square.example", "tea-and-honey")
	must(box.Create("INBOX", nil))
	var word atomic.Value // the password now
	word.Store("tea-and-honey")
	memory := imapmemserver.New()
	memory.AddUser(box)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	server := imapserver.New(&imapserver.Options{InsecureAuth: true, Logger: log.New(io.Discard, "", 0), Caps: imap.CapSet{imap.CapIMAP4rev1: {}},
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return &doorkeeper{memory.NewSession(), &word}, nil, nil
		}})
	go server.Serve(l)
	t.Cleanup(func() { server.Close() })
	put := func(from, id, reply, words string) {
		t.Helper()
		data := fmt.Sprintf("From: %s\r\nSubject: Paper\r\nMessage-ID: <%s>\r\n%s\r\n%s\r\n", from, id, reply, words)
		_, err := box.Append("INBOX", inMemory{bytes.NewReader([]byte(data))}, &imap.AppendOptions{Time: time.Now()})
		must(err)
	}

	site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: storagetest.Folder(t), DatabaseURL: url, URL: "https://square.example", FetchPrivate: true}, time.Now)
	must(err)
	t.Cleanup(func() { site.Close() })
	person := func(name, address string, role know.Role) know.Actor {
		p, _, err := site.People.AddPerson(ctx, name, address, role)
		must(err)
		a, err := site.People.Actor(ctx, p.ID)
		must(err)
		return a
	}
	marta, ana := person("Marta Lindqvist", "marta@example.org", know.Owner), person("Ana", "ana@example.org", know.Member)

	put("Kit <kit@paper.example>", "1@paper.example", "", "The spine broke.")
	source, err := site.Radar.AddSource(ctx, marta, listen.NewSource{URL: "imap://help%40square.example@" + l.Addr().String(), Token: "tea-and-honey"})
	must(err)
	must(site.CatchUp(ctx))
	if source.Kind != listen.MailboxSource || source.LastError.Text != "" || source.Mentions != 1 || !source.Addressed || !source.HasToken || source.Name != "help@square.example" {
		t.Fatalf("%+v", source)
	}
	open, _, err := site.Inbox.Threads(ctx, marta, converse.Filter{State: converse.Waiting})
	must(err)
	if len(open) != 1 || open[0].Last != "Paper The spine broke." {
		t.Fatalf("%+v", open)
	}
	m, err := site.Radar.Mention(ctx, marta, open[0].Mention)
	must(err)
	if m.Public || m.Kind != listen.KindMail || m.Author.Name != "Kit" {
		t.Fatalf("%+v", m)
	}
	places, err := site.Radar.Listening(ctx)
	must(err)
	if len(places) != 1 || places[0].Name+places[0].URL != "" {
		t.Fatalf("everybody reads %+v", places)
	}

	letter, err := site.Inbox.Letter(ctx, ana, "Refills", "Can I have one?")
	must(err)
	answer, err := site.Inbox.Answer(ctx, marta, letter.ID, "You can.")
	must(err)
	ours := "In-Reply-To: <" + mail.MessageID(fmt.Sprintf("answer:%d", answer.ID), "square.example") + ">\r\n"
	put("Ana <ana@example.org>", "2@example.org", ours, "Thank you!")
	put("Eve <eve@evil.example>", "3@evil.example", ours, "I am Ana.")
	put("Kit <kit@paper.example>", "1@paper.example", "", "Other words under the same name.")
	_, err = site.Radar.PollNow(ctx, marta, source.ID)
	must(err)
	must(site.CatchUp(ctx))
	_, said, err := site.Inbox.Thread(ctx, ana, letter.ID)
	must(err)
	if len(said) != 3 || said[2].Body != "Thank you!" {
		t.Fatalf("%+v", said)
	}
	open, _, err = site.Inbox.Threads(ctx, marta, converse.Filter{State: converse.Waiting})
	must(err)
	if len(open) != 3 { // Kit's, Ana's, which waits again, and Eve's, of its own
		t.Fatalf("%d wait: %+v", len(open), open)
	}
	if m, err = site.Radar.Mention(ctx, marta, m.ID); err != nil || m.Text != "Paper\n\nThe spine broke." {
		t.Fatal("edited by another letter of its name:", m.Text, err)
	}

	// Another password: until it is given nothing is read, one that is wrong is not
	// kept, and then reading goes on where it was.
	word.Store("milk-and-honey")
	put("Kit <kit@paper.example>", "4@paper.example", "", "And the cover.")
	before, err := site.Radar.PollNow(ctx, marta, source.ID)
	must(err)
	if before.Failures == 0 || before.LastError.Text == "" {
		t.Errorf("with the password of before: %+v", before)
	}
	for _, wrong := range []string{"", "tea-and-honey", strings.Repeat("x", 1<<20)} {
		_, err := site.Radar.ChangeSource(ctx, marta, source.ID, listen.SourceChange{Token: &wrong})
		if f, ok := errors.AsType[*fault.Error](err); !ok || f.Field != "token" {
			t.Errorf("%.20q is taken: %v", wrong, err)
		}
	}
	right := " milk-and-honey "
	after, err := site.Radar.ChangeSource(ctx, marta, source.ID, listen.SourceChange{Token: &right})
	must(err)
	if after.Failures != 0 || after.LastError.Text != "" || after.Mentions != before.Mentions {
		t.Errorf("with the new password: %+v", after)
	}
	after, err = site.Radar.PollNow(ctx, marta, source.ID)
	must(err)
	if after.Mentions != before.Mentions+1 || after.LastError.Text != "" {
		t.Errorf("read on as %+v, before %+v", after, before)
	}

	for _, secrets := range []bool{false, true} {
		dir := t.TempDir()
		_, err := site.DB.Export(ctx, tribune.DirFolder(dir), secrets, time.Now())
		must(err)
		data, err := os.ReadFile(filepath.Join(dir, "source.ndjson"))
		must(err)
		if strings.Contains(string(data), "milk-and-honey") != secrets {
			t.Errorf("with secrets %v: %s", secrets, data)
		}
	}
}

// doorkeeper lets in whoever has the password of now.
type doorkeeper struct {
	imapserver.Session
	word *atomic.Value
}

func (d *doorkeeper) Login(name, word string) error {
	if word != d.word.Load() {
		return imapserver.ErrAuthFailed
	}
	return d.Session.Login(name, "tea-and-honey")
}
