package mailbox

import (
	"strings"
	"testing"
	"time"

	"tribune/listen/reader/readertest"
)

// Letters written from RFC 5322, RFC 2045 to 2047, and what mail programs send.
func TestLetter(t *testing.T) {
	head := "From: Ana <ana@paper.example>\nSubject: Paper\nMessage-ID: <1@paper.example>\n"
	for name, c := range map[string]struct{ data, want string }{
		"plain":               {head + "\nHello,\n\nit broke.", "Paper\n\nHello,\n\nit broke."},
		"quoted-printable":    {head + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\nCaf=C3=A9 is=\n open.", "Paper\n\nCafé is open."},
		"base64":              {head + "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n\nQ2Fmw6k=", "Paper\n\nCafé"},
		"Latin-1":             {head + "Content-Type: text/plain; charset=iso-8859-1\n\nCaf\xe9", "Paper\n\nCafé"},
		"Shift JIS":           {head + "Content-Type: text/plain; charset=shift_jis\n\n\x8e\x86", "Paper\n\n紙"},
		"unknown charset":     {head + "Content-Type: text/plain; charset=klingon\n\nqapla", "Paper\n\nqapla"},
		"no charset, 8 bit":   {head + "\nCaf\xe9", "Paper\n\nCafé"},
		"a subject in base64": {"From: =?utf-8?q?Zo=C3=A9?= <z@paper.example>\nSubject: =?utf-8?b?UGFwacOpcg==?=\n\nx", "Papiér\n\nx"},
		"alternatives":        {head + "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>In <b>HTML</b>\n--b\nContent-Type: text/plain\n\nIn plain.\n--b--", "Paper\n\nIn plain."},
		"HTML only":           {head + "Content-Type: text/html\n\n<style>p{}</style><p>In <b>HTML</b>.<script>x()</script><p>Yes.", "Paper\n\nIn HTML.\n\nYes."},
		"attached":            {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSee.\n--b\nContent-Type: image/png; name=\"=?utf-8?q?=C3=A9t=C3=A9.png?=\"\n\nPNG\n--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=notes.txt\n\nsecret notes\n--b--", "Paper\n\nSee.\n\n[été.png] [notes.txt]"},
		"within each other":   {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: multipart/related; boundary=c\n\n--c\nContent-Type: text/plain\n\nDeep.\n--c--\n--b--", "Paper\n\nDeep."},
		"broken off":          {head + "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nBegun and", "Paper\n\nBegun and"},
		"no boundary":         {head + "Content-Type: multipart/mixed\n\nwords", "Paper\n\nwords"},
		"a broken type":       {head + "Content-Type: text/html; charset\n\n<p>In <b>HTML</b>", "Paper\n\nIn HTML"},
		"no type at all":      {head + "Content-Type: ;;;\n\nwords", "Paper\n\nwords"},
		"a broken type, else": {head + "Content-Type: application/pdf; name\n\n%PDF", "Paper"},
		"UTF-8 that is cut":   {head + "\nCafé, caf\xc3", "Paper\n\nCafé, caf\uFFFD"},
		"8 bit in the head":   {"From: Zo\xeb <z@paper.example>\nSubject: Caf\xe9\n\nx", "Café\n\nx"},
		"a wrong encoding":    {head + "Content-Transfer-Encoding: base64\n\nnot!base64!", "Paper"},
		"a reply":             {head + "In-Reply-To: <x@square.example>\n\nYes!\n\nOn 2 Nov 2026 at 10:00, Help <help@square.example>\nwrote:\n> Do you?\n>\n> Help\n", "Yes!"},
		"only quoted":         {head + "In-Reply-To: <x@square.example>\n\n> Do you?", "> Do you?"},
		"quoted in between":   {head + "\n> Do you?\n\nYes.", "Paper\n\n> Do you?\n\nYes."},
		"a subject alone":     {head + "\n", "Paper"},
		"a reply of none":     {head + "In-Reply-To: <x@square.example>\n\n", "Paper"},
		"zeros":               {head + "\na\x00b", "Paper\n\nab"},
	} {
		p, what := read(raw{data: []byte(strings.ReplaceAll(c.data, "\n", "\r\n"))}, "help@square.example")
		if what != letter || p.Text != c.want {
			t.Errorf("%s: %d %q, want %q", name, what, p.Text, c.want)
		}
	}
}

// Who wrote is found in a From that breaks its rules, too.
func TestSender(t *testing.T) {
	for from, want := range map[string]string{
		"Ana <ana@paper.example>":                   "Ana ana@paper.example",
		"Zo\xeb <zoe@paper.example>":                "Zoë zoe@paper.example",
		"=?utf-8?q?Zo=C3=AB <zoe@paper.example":     "=?utf-8?q?Zo=C3=AB zoe@paper.example",
		"\"Ana, Paper\" ana@paper.example":          " ana@paper.example",
		"Ana (sales) <ana@paper.example>, , broken": "Ana (sales) ana@paper.example",
		"nobody": "", "<>": "", "@": "", "a@": "",
	} {
		p, what := read(raw{data: []byte("From: " + from + "\r\n\r\nx")}, "")
		if got := p.Author.Name + " " + p.Author.Email; what == letter && got != want || (what == unreadable) != (want == "") {
			t.Errorf("%q: %d %q, want %q", from, what, got, want)
		}
	}
}

// A date is believed if the letter can have been written then; the letter is
// named by its own id, if that can be.
func TestNamesAndDates(t *testing.T) {
	came := readertest.Now()
	for name, c := range map[string]struct {
		head, id, reply string
		at              time.Time
	}{
		"as it says":    {"Date: Thu, 19 Nov 2026 08:00:00 +0000\nMessage-ID: <a@b>\nIn-Reply-To: <c@d>\nReferences: <x@y> <z@y>\n", "a@b", "c@d", came.AddDate(0, 0, -1)},
		"of 1970":       {"Date: Thu, 1 Jan 1970 00:00:00 +0000\nMessage-ID: <a@b>\nReferences: <x@y> <z@y>\n", "a@b", "z@y", came},
		"of the future": {"Date: Thu, 19 Nov 2099 08:00:00 +0000\nMessage-ID: <a@b>\n", "a@b", "", came},
		"no date":       {"Message-ID: <a@b>\nDate: yesterday\n", "a@b", "", came},
		"no id":         {"Message-ID: nonsense\n", "?", "", came},
		"an endless id": {"Message-ID: <" + strings.Repeat("a", 600) + "@b>\nIn-Reply-To: <" + strings.Repeat("a", 600) + "@b>\n", "?", "", came},
		"none of them":  {"", "?", "", came},
	} {
		p, what := read(raw{data: []byte("From: a@b.example\r\n" + strings.ReplaceAll(c.head, "\n", "\r\n") + "\r\nx"), at: came}, "")
		if what != letter || !p.PublishedAt.Equal(c.at) || p.ReplyTo != c.reply || c.id != "?" && p.ID != c.id || c.id == "?" && len(p.ID) != 32 {
			t.Errorf("%s: %+v", name, p)
		}
	}
}

func TestNestedParts(t *testing.T) {
	deep := "From: a@b.example\r\nSubject: x\r\n"
	for range 2000 {
		deep += "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
	}
	many := "From: a@b.example\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" + strings.Repeat("--b\r\nContent-Type: image/png; name=p.png\r\n\r\nx\r\n", 20_000)
	for _, data := range []string{deep, many} {
		p, what := read(raw{data: []byte(data)}, "")
		if what != letter || len(p.Text) > 1000 {
			t.Errorf("%d %.100q", what, p.Text)
		}
	}
}

func FuzzLetter(f *testing.F) {
	for _, s := range []string{"From: a@b.example\r\nSubject: x\r\n\r\nwords", "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--", "From: a@b.example\r\nContent-Type: text/html; charset=utf-7\r\nContent-Transfer-Encoding: base64\r\n\r\n++"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, what := read(raw{data: []byte(s)}, "help@square.example")
		if what == letter && (p.Text == "" || p.ID == "" || len(p.ID) > 200 || !p.Letter || p.Author.Email == "") {
			t.Fatalf("%+v", p)
		}
	})
}
