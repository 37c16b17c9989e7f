package listen

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tribune/internal/fault"
)

// maxRow is the largest row of a file, in bytes.
const maxRow = 4 << 20

// columns says which member of a post a column is, by the names under which
// other programs export it, in lower case with _ for what is no letter.
func columns() map[string]string {
	names := map[string]string{}
	for member, all := range map[string]string{
		"text":         "text body content message comment review tweet post full_text texte contenu nachricht texto mensaje mensagem",
		"title":        "title subject headline titre titel titulo",
		"author":       "author name author_name user user_name username screen_name by from auteur nom autor nombre nome",
		"handle":       "handle author_handle account",
		"acct":         "acct",
		"author_url":   "author_url profile profile_url user_url author_link",
		"email":        "email e_mail mail author_email",
		"url":          "url link permalink address uri post_url source_url lien",
		"published_at": "published_at at date created_at published created time timestamp datetime posted_at date_published fecha datum",
		"language":     "language lang locale langue sprache idioma",
		"country":      "country country_code pays land pais",
		"external_id":  "external_id id guid post_id tweet_id uid",
		"reply_to":     "reply_to in_reply_to parent_id in_reply_to_id",
		"kind":         "kind",
		"type":         "type",
		"reach":        "reach followers followers_count views impressions",
		"public":       "public is_public",
		"has_image":    "has_image has_picture image images image_url image_urls picture pictures photo photos",
		"source":       "source site place platform channel network",
	} {
		for _, n := range strings.Fields(all) {
			names[n] = member
		}
	}
	return names
}

// column settles the name of a column.
func column(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.TrimSpace(s)) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.TrimSuffix(b.String(), "_")
}

// postOf makes a post of a row's members.
func postOf(m map[string]string) (Post, error) {
	p := Post{Source: strings.TrimSpace(m["source"]), Kind: Kind(strings.ToLower(strings.TrimSpace(m["kind"]))), ExternalID: m["external_id"], ReplyTo: m["reply_to"], URL: m["url"],
		Author: Author{Name: m["author"], Handle: m["handle"], URL: m["author_url"], Email: m["email"]},
		Text:   m["text"], Language: m["language"], Country: m["country"]}
	if acct := strings.TrimPrefix(strings.TrimSpace(m["acct"]), "@"); p.Author.Handle == "" && acct != "" {
		p.Author.Handle = "@" + acct // as the fediverse exports it: name@server is no mail address
	}
	if t := Kind(strings.ToLower(m["type"])); p.Kind == "" && slices.Contains([]Kind{KindPost, KindReview, KindMail, KindCall, KindForm}, t) {
		p.Kind = t // other programs name other things a type
	}
	if title := strings.TrimSpace(m["title"]); title != "" && !strings.HasPrefix(strings.TrimSpace(p.Text), title) {
		p.Text = strings.TrimSpace(title + "\n\n" + p.Text)
	}
	var err error
	if p.PublishedAt, err = readDate(m["published_at"]); err != nil {
		return p, err
	}
	if p.PublishedAt.IsZero() && strings.TrimSpace(m["published_at"]) != "" {
		p.PublishedAt = p.PublishedAt.Add(1) // the year 1 was said, and is refused as others are
	}
	if s := strings.TrimSpace(m["reach"]); s != "" {
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n < 0 || n > 1e15 {
			return p, fault.New(fault.Invalid, "Reach is a number of people, 0 or more.").On("reach")
		}
		p.Reach = int64(n)
	}
	p.HasImage = !slices.Contains([]string{"", "0", "false", "no", "non", "nein", "none", "null", "[]"}, strings.ToLower(strings.TrimSpace(m["has_image"])))
	if s := strings.ToLower(strings.TrimSpace(m["public"])); s != "" {
		yes := s == "true" || s == "1" || s == "yes" || s == "oui" || s == "ja"
		p.Public = &yes
	}
	return p, nil
}

// readDate reads a date in the forms that exports have. Without a zone it is
// UTC, so that the same file gives the same dates everywhere.
func readDate(s string) (time.Time, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return time.Time{}, nil
	}
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && len(s) >= 9 {
		switch {
		case len(s) <= 11:
			return time.Unix(n, 0).UTC(), nil
		case len(s) <= 13:
			return time.UnixMilli(n).UTC(), nil
		case len(s) <= 16:
			return time.UnixMicro(n).UTC(), nil
		}
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05.999999999Z07:00", "2006-01-02 15:04:05",
		"2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 MST", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "2006/01/02 15:04:05", "2006/01/02 15:04",
		"2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", time.RFC1123Z, time.RFC1123, time.RubyDate, "2 January 2006", "January 2, 2006", "2 Jan 2006", "Jan 2, 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), nil
		}
	}
	day, rest, _ := strings.Cut(s, " ")
	if parts := strings.Split(day, "/"); len(parts) == 3 && len(parts[2]) == 4 {
		a, err1 := strconv.Atoi(parts[0])
		b, err2 := strconv.Atoi(parts[1])
		if err1 == nil && err2 == nil {
			switch {
			case a > 12:
				return readDate(strings.TrimSpace(fmt.Sprintf("%s-%02d-%02d %s", parts[2], b, a, rest)))
			case b > 12 || a == b:
				return readDate(strings.TrimSpace(fmt.Sprintf("%s-%02d-%02d %s", parts[2], a, b, rest)))
			}
			return time.Time{}, fault.New(fault.Invalid, "The date {date} can be read in two ways. Write it as 2026-03-31.", "date", s).On("published_at")
		}
	}
	return time.Time{}, fault.New(fault.Invalid, "The date cannot be read. Write it as 2026-03-31 or 2026-03-31T14:00:00Z.").On("published_at")
}

// decoded gives a file as UTF-8, as far as its first bytes tell: marked UTF-16,
// or UTF-16 that is recognised by its zeros, and a UTF-8 mark that is dropped.
// Single bytes of Latin-1 are repaired field by field.
func decoded(file io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(file, 64<<10)
	head, _ := in.Peek(4)
	use := func(e unicode.Endianness) *bufio.Reader {
		return bufio.NewReaderSize(transform.NewReader(in, unicode.UTF16(e, unicode.UseBOM).NewDecoder()), 64<<10)
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		in.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), len(head) == 4 && head[0] != 0 && head[1] == 0:
		return use(unicode.LittleEndian)
	case bytes.HasPrefix(head, []byte("\xfe\xff")), len(head) == 4 && head[0] == 0 && head[1] != 0:
		return use(unicode.BigEndian)
	}
	return in
}

// repaired reads what is no UTF-8 as Windows-1252, of which Latin-1 is part.
func repaired(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if out, err := charmap.Windows1252.NewDecoder().String(s); err == nil {
		return out
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// csvRows reads CSV.
type csvRows struct {
	in      *csv.Reader
	guard   *guard
	members []string // of each column, "" for one that is not known
	out     []string // the columns that are left out
	row     int
}

func (c *csvRows) leftOut() []string { return c.out }

// guard ends a file in which one row is too large, before it fills memory.
type guard struct {
	in   io.Reader
	left int
}

var errLargeRow = errors.New("listen: a row is too large")

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errLargeRow
	}
	n, err := g.in.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}

func newCSV(file io.Reader) (*csvRows, error) {
	in := decoded(file)
	head, _ := in.Peek(64 << 10)
	first, _, _ := bytes.Cut(head, []byte("\n"))
	comma, most := ',', 0
	for _, c := range ",;\t" {
		if n := bytes.Count(first, []byte(string(c))); n > most {
			comma, most = c, n
		}
	}
	g := &guard{in: in, left: maxRow}
	c := &csvRows{in: csv.NewReader(g), guard: g, row: 1}
	c.in.Comma, c.in.LazyQuotes, c.in.FieldsPerRecord, c.in.ReuseRecord = comma, false, -1, true
	header, err := c.in.Read()
	if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
		return nil, quoteFault(wrong, header)
	}
	if err != nil {
		return nil, fault.New(fault.Invalid, "The file is empty, or no CSV. Its first row names the columns.").Because(err)
	}
	known, taken, names := columns(), map[string]bool{}, map[string]bool{}
	for _, name := range header {
		name = strings.TrimSpace(repaired(name))
		member := known[column(name)]
		if member != "" && names[column(name)] {
			return nil, fault.New(fault.Invalid, "Two columns are named {column}. Rename one of them, or take it out.", "column", name)
		}
		names[column(name)] = true
		if taken[member] {
			member = ""
		}
		if member == "" && name != "" {
			c.out = leaveOut(c.out, name)
		}
		taken[member] = true
		c.members = append(c.members, member)
	}
	if !taken["text"] {
		return nil, fault.New(fault.Invalid, "No column is named as the text. Name one of them text, body, content or message.")
	}
	return c, nil
}

// quoteFault says where a quotation mark is wrong. before are the fields that
// were read before it: a field may go over several lines.
func quoteFault(err *csv.ParseError, before []string) error {
	if errors.Is(err, csv.ErrBareQuote) {
		return fault.New(fault.Invalid, "A quotation mark stands inside a value in line {line}. Put the value in quotation marks, and double those inside it.", "line", err.Line).Because(err)
	}
	line := err.StartLine
	for _, f := range before {
		line += strings.Count(f, "\n")
	}
	return fault.New(fault.Invalid, "The quotation mark that opens in line {line} is not closed properly; lines {line} to {end} are left out. Double a quotation mark inside a value.", "line", line, "end", err.Line).Because(err)
}

func (c *csvRows) next() (Post, int, error) {
	for {
		c.guard.left = maxRow
		record, err := c.in.Read()
		if errors.Is(err, io.EOF) {
			return Post{}, c.row, io.EOF
		}
		c.row++
		if errors.Is(err, errLargeRow) {
			return Post{}, c.row, endless{fault.New(fault.Invalid, "Row {row} is larger than {limit} MB. Is a quotation mark never closed?", "row", c.row, "limit", maxRow>>20).Because(err)}
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			return Post{}, c.row, quoteFault(wrong, record)
		}
		if err != nil {
			return Post{}, c.row, endless{fault.New(fault.Unavailable, "The file could not be read to its end.").Because(err)}
		}
		members, empty := map[string]string{}, true
		for i, v := range record {
			if i < len(c.members) && c.members[i] != "" {
				members[c.members[i]] = repaired(v)
			}
			empty = empty && strings.TrimSpace(v) == ""
		}
		if empty {
			continue
		}
		p, err := postOf(members)
		return p, c.row, err
	}
}

// lineRows reads NDJSON.
type lineRows struct {
	in      *bufio.Reader
	members map[string]string // by the names of columns
	json    *jsontext.Decoder
	text    bytes.Buffer // the line that json reads
	out     []string     // the members that are left out
	row     int
}

func (l *lineRows) leftOut() []string { return l.out }

// maxLeftOut is how many names of unknown columns a report has at most.
const maxLeftOut = 50

// leaveOut adds a name to those of columns that are left out, once.
func leaveOut(out []string, name string) []string {
	if cut := []rune(name); len(cut) > 60 {
		name = string(cut[:60]) + "…"
	}
	if len(out) >= maxLeftOut || slices.Contains(out, name) {
		return out
	}
	return append(out, name)
}

func newLines(file io.Reader) (*lineRows, error) {
	return &lineRows{in: decoded(file), members: columns(), json: jsontext.NewDecoder(bytes.NewReader(nil))}, nil
}

func (l *lineRows) next() (Post, int, error) {
	for {
		line, large, err := l.line()
		if len(line) == 0 && !large && errors.Is(err, io.EOF) {
			return Post{}, l.row, io.EOF
		}
		l.row++
		switch {
		case err != nil && !errors.Is(err, io.EOF):
			return Post{}, l.row, endless{fault.New(fault.Unavailable, "The file could not be read to its end.").Because(err)}
		case large:
			return Post{}, l.row, fault.New(fault.Invalid, "Row {row} is larger than {limit} MB.", "row", l.row, "limit", maxRow>>20)
		case len(bytes.TrimSpace(line)) == 0:
			continue
		}
		members, err := l.membersOf(line)
		if err != nil {
			return Post{}, l.row, err
		}
		p, err := postOf(members)
		return p, l.row, err
	}
}

// line reads one line; what is beyond the largest row is skipped.
func (l *lineRows) line() (line []byte, large bool, err error) {
	for {
		part, err := l.in.ReadSlice('\n')
		if large = large || len(line)+len(part) > maxRow; large {
			line = nil
		} else {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, large, err
		}
	}
}

// membersOf reads a JSON object, in the shape of the API or with the names
// that columns may have. An author may be an object or a name. Of two names of
// one member the one that is its own counts, else the first.
func (l *lineRows) membersOf(line []byte) (map[string]string, error) {
	l.text.Reset()
	l.text.WriteString(repaired(string(line)))
	l.json.Reset(&l.text, jsontext.AllowDuplicateNames(true))
	members, noString := make(map[string]string, 12), false
	err := l.object("", func(outer, name string, v jsontext.Token) {
		member := l.members[column(name)]
		switch {
		case outer != "" && l.members[column(outer)] != "author": // what is in there is nothing of ours
		case outer != "":
			if member = authorMember(column(name)); member == "" {
				l.out = leaveOut(l.out, outer+"."+name)
				return
			}
			members[member] = scalar(v)
		case member == "author" && v.Kind() == '{': // its members follow
		case member == "has_image" && (v.Kind() == '{' || v.Kind() == '['): // where it is, or where they are
			members[member] = "true"
		case member == "text" && v.Kind() != '"':
			noString = noString || v.Kind() != 'n'
		case member == "":
			l.out = leaveOut(l.out, name)
		case members[member] == "" || column(name) == member:
			members[member] = scalar(v)
		}
	})
	if err != nil {
		return nil, fault.New(fault.Invalid, "This line is no JSON object.").Because(err)
	}
	if members["text"] == "" && noString {
		return nil, fault.New(fault.Invalid, "The text is no string. Put it in quotation marks.").On("text")
	}
	return members, nil
}

// authorMember says which member of a post a member of its author is.
func authorMember(name string) string {
	switch name {
	case "name":
		return "author"
	case "handle":
		return "handle"
	case "url":
		return "author_url"
	case "email":
		return "email"
	}
	return ""
}

// object reads an object, and the objects in it one deep, whose name is then
// the outer one. It gives each member to f; of an object or an array it gives
// the bracket that opens it, of an array without anything in it null. A token is
// good until f returns.
func (l *lineRows) object(outer string, f func(outer, name string, v jsontext.Token)) error {
	open, err := l.json.ReadToken()
	if err == nil && open.Kind() != '{' {
		err = errors.New("no object")
	}
	for err == nil && l.json.PeekKind() == '"' {
		var name, v jsontext.Token
		if name, err = l.json.ReadToken(); err != nil {
			return err
		}
		member := name.String()
		switch kind := l.json.PeekKind(); {
		case kind == '{' && outer == "":
			f(outer, member, jsontext.BeginObject)
			err = l.object(member, f)
		case kind == '{' || kind == '[':
			v, err = l.skip()
			f(outer, member, v)
		default:
			if v, err = l.json.ReadToken(); err == nil {
				f(outer, member, v)
			}
		}
	}
	if err == nil {
		_, err = l.json.ReadToken()
	}
	return err
}

// skip passes over an object or an array, and gives what stands for it.
func (l *lineRows) skip() (v jsontext.Token, err error) {
	depth := l.json.StackDepth()
	if _, err = l.json.ReadToken(); err != nil {
		return v, err
	}
	if v = jsontext.BeginArray; l.json.PeekKind() == ']' {
		v = jsontext.Null
	}
	for err == nil && l.json.StackDepth() > depth {
		_, err = l.json.ReadToken()
	}
	return v, err
}

// scalar gives a value as text, "" for null, an array or an object.
func scalar(v jsontext.Token) string {
	switch v.Kind() {
	case '"', '0', 't', 'f':
		return v.String()
	}
	return ""
}
