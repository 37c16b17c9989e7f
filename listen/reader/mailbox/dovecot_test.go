package mailbox

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/emersion/go-imap/v2"

	"tribune/internal/fault"
	"tribune/listen/reader"
	"tribune/listen/reader/readertest"
)

// A Dovecot is read as what its settings allow: each letter once, whatever
// happens meanwhile, and nothing is changed there.
func TestDovecot(t *testing.T) {
	d := startDovecot(t, "")
	c := d.client(t)
	ok(t, c.Create("Réclamations.2026", nil).Wait())
	_, err := c.Select("INBOX", nil).Wait()
	ok(t, err)
	ok(t, c.Unselect().Wait())
	t.Run("folders", func(t *testing.T) { d.folders(t) })
	t.Run("secrets", func(t *testing.T) { d.secrets(t) })
	t.Run("many", func(t *testing.T) { d.many(t) })
	t.Run("odd letters", func(t *testing.T) { d.odd(t) })
	t.Run("made anew", func(t *testing.T) { d.anew(t) })
}

// folders are found by the names that people give them; who names one that is
// not there is told what there is.
func (d *dovecot) folders(t *testing.T) {
	for _, folder := range []string{"INBOX", "inbox", "Réclamations/2026", "Réclamations.2026"} {
		if _, err := d.m.Find(t.Context(), reader.Typed{URL: d.box(folder), Secret: password}); err != nil {
			t.Errorf("%s: %v", folder, err)
		}
	}
	for _, folder := range []string{"Nowhere", "réclamations", "../mail", "*", "~root", "INBOX/INBOX"} {
		_, err := d.m.Find(t.Context(), reader.Typed{URL: d.box(folder), Secret: password})
		said, _ := errors.AsType[*fault.Error](err)
		if said == nil || said.Text != textFolder || !strings.Contains(err.Error(), "Réclamations/2026") || !strings.Contains(err.Error(), "INBOX") {
			t.Errorf("%s: %v", folder, err)
		}
	}
}

// secrets: what is refused is said; TLS and STARTTLS work with who is vouched
// for, and with nobody else.
func (d *dovecot) secrets(t *testing.T) {
	for _, wrong := range []string{"nonsense", "thé \"et\" \\miel", "a\r\nb LOGOUT"} {
		_, err := d.m.Find(t.Context(), reader.Typed{URL: d.box("INBOX"), Secret: wrong})
		if said, _ := errors.AsType[*fault.Error](err); said == nil || said.Text != textLogin {
			t.Errorf("%q: %v", wrong, err)
		}
	}
	elsewhere := *d.m
	elsewhere.local = func(net.Addr) bool { return false }
	for name, address := range map[string]string{"TLS": Address(d.tls, login, ""), "STARTTLS": d.box("INBOX")} {
		elsewhere.roots = nil
		_, err := elsewhere.Find(t.Context(), reader.Typed{URL: address, Secret: password})
		if said, _ := errors.AsType[*fault.Error](err); said == nil || said.Text != textTLS {
			t.Errorf("%s, signed by nobody: %v", name, err)
		}
		elsewhere.roots = d.roots
		if _, err := elsewhere.Find(t.Context(), reader.Typed{URL: address, Secret: password}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// many letters are read in several readings, with some that come meanwhile,
// some that go, and a server that is killed in the middle.
func (d *dovecot) many(t *testing.T) {
	d.put(t, "", simple("old", "Old", "Three weeks."), 3*first/2)
	for n := range most + 20 {
		d.put(t, "", simple(fmt.Sprint(n), "A word", fmt.Sprintf("Number %d.", n)))
	}
	kept := &readertest.Kept{}
	meanwhile := func(ctx context.Context, b reader.Batch) error {
		switch kept.Batches {
		case 2:
			d.put(t, "", simple("meanwhile", "A word", "Just now."))
		case 3: // the next ten go
			c := d.client(t)
			_, err := c.Select("INBOX", nil).Wait()
			ok(t, err)
			gone := imap.UIDSet{}
			gone.AddRange(imap.UID(1+len(kept.Posts)+2*atOnce), imap.UID(len(kept.Posts)+3*atOnce))
			ok(t, c.Store(gone, &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{imap.FlagDeleted}}, nil).Close())
			ok(t, c.UIDExpunge(gone).Close())
		case 10:
			d.stop(syscall.SIGKILL)
		}
		return kept.Deliver(ctx, b)
	}
	_, err := d.m.Read(t.Context(), reader.From{URL: d.box("INBOX"), Secret: password}, meanwhile)
	readertest.Readable(t, err)
	if n := len(kept.Posts); n < 10*atOnce-atOnce || n > 11*atOnce {
		t.Errorf("%d letters before it was killed", n)
	}
	_, err = d.read(t, "INBOX", kept)
	readertest.Readable(t, err)
	d.run(t)
	report, err := d.read(t, "INBOX", kept)
	ok(t, err)
	for report.More {
		report, err = d.read(t, "INBOX", kept)
		ok(t, err)
	}
	if len(kept.Posts) != len(kept.IDs()) || len(kept.Posts) != most+20+1-atOnce || kept.IDs()[len(kept.Posts)-1] != "meanwhile@paper.example" {
		t.Errorf("%d letters, %d of them different", len(kept.Posts), len(kept.IDs()))
	}
	if unread, err := filepath.Glob(filepath.Join(d.dir, "mail", login, "*", "*:2,*S*")); err != nil || len(unread) > 0 {
		t.Error("marked as read:", unread, err)
	}
}

// odd letters are read as far as they go, and one that the server cannot hand
// over does not keep those behind it.
func (d *dovecot) odd(t *testing.T) {
	folder, kept := "Réclamations/2026", &readertest.Kept{}
	head := "From: a@b.example\nMessage-ID: <%s@b.example>\nSubject: s\n"
	large := "Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nHere.\n--x\nContent-Type: application/pdf; name=plans.pdf\nContent-Transfer-Encoding: base64\n\n" +
		strings.Repeat(strings.Repeat("QUJD", 19)+"\n", 10<<20/77) + "--x--\n"
	want := map[string]string{}
	letter := func(id, rest, text string) string {
		want[id+"@b.example"] = text
		return d.put(t, ".R&AOk-clamations.2026", fmt.Sprintf(head, id)+rest)
	}
	letter("large", large, "s\n\nHere.\n\n[plans.pdf]")
	letter("nul", "\nwo\x00rds é\n", "s\n\nwo\uFFFDrds é") // IMAP has no zeros: Dovecot sends 0x80
	letter("unclosed", "Content-Type: multipart/mixed; boundary=q\n\n--q\n\nHere.\n", "s\n\nHere.")
	letter("undivided", "Content-Type: multipart/mixed\n\nHere.\n", "s\n\nHere.")
	letter("line", "\n"+strings.Repeat("x", 200_000), "")
	d.put(t, ".R&AOk-clamations.2026", "")
	d.put(t, ".R&AOk-clamations.2026", "\n\nno head\n")
	for n := range atOnce {
		letter(fmt.Sprint(n), "\nNumber.\n", "s\n\nNumber.")
	}
	hidden := letter("hidden", "\nNobody reads this.\n", "")
	delete(want, "hidden@b.example")
	ok(t, os.Chmod(hidden, 0))
	letter("last", "\nBehind it.\n", "s\n\nBehind it.")
	report, err := d.read(t, folder, kept)
	ok(t, err)
	for _, p := range kept.Posts {
		if text, there := want[p.ID]; !there || text != "" && p.Text != text {
			t.Errorf("%s: %.80q, want %q", p.ID, p.Text, text)
		}
	}
	if len(kept.Posts) != len(want) || len(report.Also) != 1 || report.Also[0].Args[1] != 3 {
		t.Errorf("%d letters of %d: %+v", len(kept.Posts), len(want), report)
	}
	before := kept.Batches
	if _, err := d.read(t, folder, kept); err != nil || kept.Batches != before {
		t.Error("read again:", kept.Batches-before, err)
	}
}

// anew: a folder that was made anew is read from two weeks back.
func (d *dovecot) anew(t *testing.T) {
	c, kept := d.client(t), &readertest.Kept{}
	for _, id := range []string{"1", "2"} {
		if id == "2" {
			ok(t, c.Delete("Anew").Wait())
		}
		ok(t, c.Create("Anew", nil).Wait())
		d.put(t, ".Anew", simple("same", "A word", "The same."))
		d.put(t, ".Anew", simple("new "+id, "A word", "New."))
		_, err := d.read(t, "Anew", kept)
		ok(t, err)
	}
	if len(kept.Posts) != 4 || len(kept.IDs()) != 3 {
		t.Errorf("%d letters: %q", len(kept.Posts), kept.IDs())
	}
}

// Where a password goes by TLS alone also on this very machine, it goes by TLS.
func TestDovecotTLSOnly(t *testing.T) {
	d := startDovecot(t, "ssl = required\nmail_max_userip_connections = 1\n")
	if _, err := d.m.Find(t.Context(), reader.Typed{URL: d.box("INBOX"), Secret: password}); err != nil {
		t.Error(err)
	}
	s, err := d.m.open(t.Context(), place{host: "127.0.0.1", port: d.plain[len("127.0.0.1:"):], login: login, folder: folder0}, password)
	ok(t, err)
	defer s.close()
	_, err = d.m.Find(t.Context(), reader.Typed{URL: d.box("INBOX"), Secret: password})
	if said, _ := errors.AsType[*fault.Error](err); said == nil || said.Text != textBusy {
		t.Error("one connection too many:", err)
	}
}
