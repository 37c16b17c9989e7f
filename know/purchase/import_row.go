package purchase

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"tribune/internal/fault"
)

// maxRow is the largest row of a file, in bytes.
const maxRow = 1 << 20

// columns says which member of an order a column is, by the names under which
// shops export it, in lower case with _ for what is no letter or digit.
func columns() map[string]string {
	names := map[string]string{}
	for member, all := range map[string]string{
		"id":       "order_id external_id id order order_number number name commande numero",
		"at":       "ordered_at at date created_at order_date paid_at processed_at purchased_at date_commande",
		"email":    "email e_mail mail customer_email billing_email courriel",
		"customer": "customer_id customer client_id user_id",
		"country":  "country country_code shipping_country billing_country pays",
		"sku":      "sku lineitem_sku item product product_id article",
		"qty":      "qty quantity lineitem_quantity quantite",
		"amount":   "amount total order_total price total_price montant",
		"minor":    "amount_minor amount_cents total_cents",
		"currency": "currency currency_code devise",
		"coupon":   "coupon code discount_code voucher coupon_code campaign promo",
		"referrer": "referrer referer referral ref referring_site landing_site",
		"shop":     "shop store channel boutique",
		"refunded": "refunded refunded_amount refund amount_refunded rembourse",
		"refund":   "refund_id refund_number transaction_id",
		"status":   "status financial_status order_status state statut",
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
	for _, r := range strings.NewReplacer("é", "e", "è", "e").Replace(strings.ToLower(strings.TrimSpace(s))) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
	}
	return strings.TrimSuffix(b.String(), "_")
}

// readDate reads a date in the forms that shops export. Without a zone it is
// UTC, so that the same file gives the same dates everywhere.
func readDate(s string) (at time.Time, noZone bool, err error) {
	if s = strings.TrimSpace(s); s == "" {
		return time.Time{}, false, nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05Z07:00"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), false, nil
		}
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05 MST", // of a zone's letters only UTC is sure
		"2006-01-02 15:04:05", "2006-01-02 15:04", "2006-01-02", "2006/01/02", "2006/01/02 15:04:05", "2.1.2006", "2.1.2006 15:04", "2.1.2006 15:04:05", "2 Jan 2006", "January 2, 2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC(), true, nil
		}
	}
	return time.Time{}, false, fault.New(fault.Invalid, "The date {date} cannot be read. Write it as 2026-03-31 or 2026-03-31T14:00:00Z.", "date", short(s)).On("at")
}

// csvRows reads CSV as members of orders.
type csvRows struct {
	in      *csv.Reader
	guard   *guard
	members []string // of each column, "" for one that is not known
	out     []string // the columns that are left out, the first 50
	row     int
}

// endless wraps what is wrong with the file as a whole, from a row on.
type endless struct{ error }

// guard ends a file in which one row is too large, before it fills memory.
type guard struct {
	in   io.Reader
	left int
}

var errLargeRow = errors.New("purchase: a row is too large")

func (g *guard) Read(p []byte) (int, error) {
	if g.left <= 0 {
		return 0, errLargeRow
	}
	n, err := g.in.Read(p[:min(len(p), g.left)])
	g.left -= n
	return n, err
}

// decoded gives a file as UTF-8: marked UTF-16 is turned, a mark is dropped.
func decoded(file io.Reader) *bufio.Reader {
	in := bufio.NewReaderSize(file, 64<<10)
	head, _ := in.Peek(3)
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		in.Discard(3)
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return bufio.NewReaderSize(transform.NewReader(in, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), 64<<10)
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

func newRows(file io.Reader) (*csvRows, error) {
	in := decoded(file)
	head, _ := in.Peek(16 << 10)
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
		if member == "" && name != "" && len(c.out) < 50 {
			c.out = append(c.out, clip(name, 60))
		}
		taken[member] = true
		c.members = append(c.members, member)
	}
	for _, need := range [][2]string{{"id", "order_id"}, {"at", "ordered_at"}, {"currency", "currency"}} {
		if !taken[need[0]] {
			return nil, fault.New(fault.Invalid, "The file has no column {column}. Name it so in its first row.", "column", need[1])
		}
	}
	if !taken["amount"] && !taken["minor"] {
		return nil, fault.New(fault.Invalid, "The file has no column {column}. Name it so in its first row.", "column", "amount")
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

// next gives the next row that is not empty, by the members it has. A fault is
// the row's own, unless it is endless; io.EOF is the end.
func (c *csvRows) next() (map[string]string, int, error) {
	for {
		c.guard.left = maxRow
		record, err := c.in.Read()
		if errors.Is(err, io.EOF) {
			return nil, c.row, io.EOF
		}
		c.row++
		if errors.Is(err, errLargeRow) {
			return nil, c.row, endless{fault.New(fault.Invalid, "Row {row} is larger than {limit} MB. Is a quotation mark never closed?", "row", c.row, "limit", maxRow>>20).Because(err)}
		}
		if wrong, ok := errors.AsType[*csv.ParseError](err); ok {
			return nil, c.row, quoteFault(wrong, record)
		}
		if err != nil {
			return nil, c.row, endless{fault.New(fault.Unavailable, "The file could not be read to its end.").Because(err)}
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
		if len(record) < len(c.members) {
			return nil, c.row, fault.New(fault.Invalid, "The row has {n} values, and the first row names {columns} columns. Is the row cut off?", "n", len(record), "columns", len(c.members))
		}
		return members, c.row, nil
	}
}
