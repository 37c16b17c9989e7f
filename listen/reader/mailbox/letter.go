package mailbox

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/emersion/go-message"
	_ "github.com/emersion/go-message/charset" // letters come in all of them
	"github.com/emersion/go-message/mail"
	"golang.org/x/text/encoding/charmap"

	"tribune/internal/plain"
	"tribune/listen/reader"
)

const (
	deepest  = 20      // parts within each other that are looked into
	parts    = 200     // parts of a letter that are looked at
	maxWords = 1 << 20 // bytes of a part that is read
	maxNames = 20      // attachments that are named
	maxID    = 200     // bytes of a Message-ID that is kept as it is
	late     = first   // how long before it came a letter may say it was written
)

// kind is what something in a mailbox is.
type kind uint8

const (
	letter     kind = iota
	automatic       // a program wrote it, or we did
	unreadable      // it has no head, no sender or no words
)

// read makes a post of a letter. own is the mailbox's own address.
func read(l raw, own string) (reader.Post, kind) {
	e, err := message.ReadWithOptions(bytes.NewReader(l.data), &message.ReadOptions{MaxHeaderBytes: 256 << 10})
	if e == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
		return reader.Post{}, unreadable
	}
	h := mail.Header{Header: e.Header}
	from, ok := sender(h)
	if !ok {
		return reader.Post{}, unreadable
	}
	if strings.EqualFold(from.Address, own) || byProgram(h) {
		return reader.Post{}, automatic
	}
	c := content{}
	c.take(e, 0)
	p := reader.Post{ID: id(h, l), ReplyTo: answers(h), Letter: true, Author: reader.Author{Name: plain.Line(from.Name), Email: from.Address},
		Text: c.words(h), PublishedAt: written(h, l.at)}
	if p.Text == "" {
		return p, unreadable
	}
	return p, letter
}

// looksLikeAddress finds an address in a From that is no list of addresses.
var looksLikeAddress = regexp.MustCompile(`[^\s<>"(),;:@]+@[^\s<>"(),;:@]+`)

// sender gives who a letter is from. Of a From that breaks its rules (letters
// beyond ASCII as they are, a bracket that is never closed) the address counts,
// for whoever wrote waits for an answer.
func sender(h mail.Header) (mail.Address, bool) {
	if all, err := h.AddressList("From"); err == nil && len(all) > 0 {
		return *all[0], strings.Contains(all[0].Address, "@")
	}
	says := utf8Of(h.Get("From"))
	name, rest, bracket := strings.Cut(says, "<")
	if !bracket {
		name, rest = "", says
	}
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	address := looksLikeAddress.FindString(rest)
	return mail.Address{Name: strings.Trim(name, `" `), Address: address}, address != ""
}

// utf8Of gives words whose encoding nobody said: as UTF-8 if anything beyond
// ASCII in them is that, for a server may spoil or cut some of it; else as
// Windows has them in western Europe, which includes Latin-1.
func utf8Of(s string) string {
	if !utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf && r != utf8.RuneError }) {
		if decoded, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
			s = decoded
		}
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// byProgram reports whether a program wrote a letter, so that nobody waits for
// an answer: RFC 3834 section 5, RFC 2919, RFC 3464, and what came before them.
func byProgram(h mail.Header) bool {
	auto := strings.ToLower(strings.TrimSpace(h.Get("Auto-Submitted")))
	kind, _, _ := mime.ParseMediaType(h.Get("Content-Type"))
	switch strings.ToLower(strings.TrimSpace(h.Get("Precedence"))) {
	case "bulk", "list", "junk", "auto_reply":
		return true
	}
	return auto != "" && auto != "no" || kind == "multipart/report" || h.Get("List-Id") != "" || h.Get("List-Unsubscribe") != "" ||
		h.Has("Return-Path") && strings.TrimSpace(h.Get("Return-Path")) == "<>" || h.Get("X-Autoreply") != "" || h.Get("X-Auto-Response-Suppress") == "All" && auto != ""
}

// id names a letter: its Message-ID, or if it has none that can be, what it is.
func id(h mail.Header, l raw) string {
	if id, err := h.MessageID(); err == nil && id != "" && len(id) <= maxID {
		return id
	}
	sum := sha256.Sum256(l.data)
	return hex.EncodeToString(sum[:16])
}

// answers gives the Message-ID of what a letter answers; "" if it answers none.
func answers(h mail.Header) string {
	for _, key := range []string{"In-Reply-To", "References"} {
		if ids, err := h.MsgIDList(key); err == nil && len(ids) > 0 {
			if id := ids[len(ids)-1]; len(id) <= maxID {
				return id
			}
		}
	}
	return ""
}

// written gives when a letter was written: as it says, if that can be, else
// when it came.
func written(h mail.Header, came time.Time) time.Time {
	at, err := h.Date()
	if err != nil || at.IsZero() {
		return came
	}
	if !came.IsZero() && (at.After(came) || came.Sub(at) > late) {
		return came
	}
	return at
}

// content is what a letter holds.
type content struct {
	plain, html string
	names       []string
	seen        int
}

// take goes through the parts of a letter. What is broken is read as far as it
// goes.
func (c *content) take(e *message.Entity, depth int) {
	if c.seen++; depth > deepest || c.seen > parts {
		return
	}
	kind, params, wrong := e.Header.ContentType()
	if in := e.MultipartReader(); in != nil && params["boundary"] != "" {
		for {
			next, err := in.NextPart()
			if next == nil || err != nil && !message.IsUnknownCharset(err) && !message.IsUnknownEncoding(err) {
				return
			}
			if c.take(next, depth+1); c.seen > parts {
				return
			}
		}
	}
	if wrong != nil { // then it is all that stands there
		kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
		kind = strings.TrimSpace(kind)
	}
	if !strings.Contains(kind, "/") || strings.HasPrefix(kind, "multipart/") { // RFC 2045 section 5.2; and parts that nothing divides
		kind = "text/plain"
	}
	disposition, more, _ := e.Header.ContentDisposition()
	name := more["filename"]
	if name == "" {
		name = params["name"]
	}
	isText := kind == "text/plain" || kind == "text/html"
	if disposition == "attachment" || name != "" || !isText {
		c.name(name, kind)
		return
	}
	words, err := io.ReadAll(io.LimitReader(e.Body, maxWords))
	if err != nil && len(words) == 0 && !errors.Is(err, io.ErrUnexpectedEOF) {
		return
	}
	if kind == "text/html" {
		if c.html == "" {
			c.html = plain.FromHTML(utf8Of(string(words)))
		}
	} else if c.plain == "" {
		c.plain = plain.FromText(utf8Of(string(words)))
	}
}

// name notes that something is attached; parts without a name are what a
// letter is made of.
func (c *content) name(name, kind string) {
	if decoded, err := new(mime.WordDecoder).DecodeHeader(name); err == nil {
		name = decoded
	}
	if name = plain.Clip(plain.Line(name), 80); name == "" && kind == "message/rfc822" {
		name = "message.eml"
	}
	if name != "" && len(c.names) < maxNames {
		c.names = append(c.names, name)
	}
}

// words gives what a letter says: its subject, unless it is an answer, its
// words without what they answer, and the names of what is attached.
func (c *content) words(h mail.Header) string {
	text := c.plain
	if text == "" {
		text = c.html
	}
	text = unquoted(text)
	subject, err := h.Subject()
	if err != nil && subject == "" {
		subject = h.Get("Subject")
	}
	subject = plain.Clip(plain.Line(utf8Of(subject)), 300)
	var all []string
	if subject != "" && (answers(h) == "" || text == "") {
		all = append(all, subject)
	}
	if text != "" {
		all = append(all, text)
	}
	if len(c.names) > 0 {
		all = append(all, "["+strings.Join(c.names, "] [")+"]")
	}
	return strings.Join(all, "\n\n")
}

// introduces is the line that mail programs write above what they quote: it
// ends with a colon and has the digits of a date.
var introduces = regexp.MustCompile(`\d.*:\s*$`)

// unquoted leaves out what a letter quotes at its end, with the line that says
// whose words they are, if something is left then.
func unquoted(text string) string {
	lines := strings.Split(text, "\n")
	end := len(lines)
	for end > 0 && (strings.HasPrefix(lines[end-1], ">") || strings.TrimSpace(lines[end-1]) == "") {
		end--
	}
	quoted := false
	for _, line := range lines[end:] {
		quoted = quoted || strings.HasPrefix(line, ">")
	}
	if !quoted {
		return text
	}
	for n := 0; n < 3 && end > n; n++ { // a long line is broken
		if introduces.MatchString(strings.Join(lines[end-1-n:end], " ")) {
			end -= n + 1
			break
		}
	}
	if kept := strings.TrimSpace(strings.Join(lines[:end], "\n")); kept != "" {
		return kept
	}
	return text
}
