package purchase

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	Shop   string // of rows that name none; "" is DefaultShop
	DryRun bool   // say what would happen and store nothing
}

// Report is what an import did, or would do.
type Report struct {
	Rows    int        `json:"rows"`
	Orders  int        `json:"orders"` // an order may have a row for each item
	New     int        `json:"new"`
	Known   int        `json:"known"`
	Changed int        `json:"changed"`  // of those known: a refund, or their buyer, was added
	Failed  int        `json:"failed"`   // rows
	Errors  []RowError `json:"errors"`   // the first 100
	LeftOut []string   `json:"left_out"` // columns that are not known, as the file names them; the first 50
}

// RowError is what is wrong with one row. Row counts from 1; the header is the first.
type RowError struct {
	Row   int
	Text  string // English, with holes
	Args  []any
	Field string
}

const maxRowErrors = 100

// Import takes in a CSV file, row by row: a wrong row is reported and the
// others are stored. Columns may stand in any order. A file may be imported
// again: its orders are known. Rows of one order that follow each other are
// its items.
func (l *Ledger) Import(ctx context.Context, a know.Actor, file io.Reader, o ImportOptions) (Report, error) {
	in := importer{l: l, a: a, o: o, alike: map[string]int{}, report: Report{Errors: []RowError{}, LeftOut: []string{}}}
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return in.report, err
	}
	if len(o.Shop) > 60 || strings.Contains(o.Shop, "/") {
		return in.report, fault.New(fault.Invalid, "The shop’s name has at most 60 characters and no slash, a number of the shop at most 100.").On("shop")
	}
	rows, err := newRows(file)
	if err != nil {
		return in.report, err
	}
	in.report.LeftOut = append(in.report.LeftOut, rows.out...)
	if err = in.run(ctx, rows); err == nil && !o.DryRun && in.report.New >= storage.AnalyzeFrom {
		err = l.db.Analyze(ctx)
	}
	in.sortErrors()
	return in.report, err
}

// importer is one import under way: orders that are read and not stored yet,
// each with its rows.
type importer struct {
	l      *Ledger
	a      know.Actor
	o      ImportOptions
	report Report
	orders []Order
	rows   [][]int
	alike  map[string]int

	late     []Order // refunds whose orders are not here yet, at most dryWindow
	lateRows [][]int
}

func (in *importer) run(ctx context.Context, rows *csvRows) error {
	for {
		members, row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return in.end(ctx)
		}
		in.report.Rows++
		if end, ok := errors.AsType[endless](err); ok {
			return errors.Join(in.end(ctx), end.error)
		}
		if err == nil {
			err = in.take(members, row)
		}
		if err != nil {
			f, ok := errors.AsType[*fault.Error](err)
			if !ok {
				return errors.Join(in.end(ctx), err)
			}
			in.fail(row, f)
			continue
		}
		if len(in.orders) > in.atOnce() { // the last may still get items
			last := len(in.orders) - 1
			o, r := in.orders[last], in.rows[last]
			in.orders, in.rows = in.orders[:last], in.rows[:last]
			if err := in.flush(ctx); err != nil {
				return err
			}
			in.orders, in.rows = append(in.orders, o), append(in.rows, r)
		}
	}
}

// take makes an order of a row, or another item of the order before.
func (in *importer) take(members map[string]string, row int) error {
	if last := len(in.orders) - 1; last >= 0 && strings.TrimSpace(members["id"]) == in.orders[last].ExternalID && strings.TrimSpace(members["currency"]) == "" {
		members["currency"] = in.orders[last].Currency // shops say it once for all items of an order
	}
	o, refund, err := orderOf(members)
	if err != nil {
		return err
	}
	if o.Shop == "" {
		o.Shop = in.o.Shop
	}
	if last := len(in.orders) - 1; last >= 0 && !refund && !in.orders[last].paysBack() && o.ExternalID != "" && in.orders[last].ExternalID == o.ExternalID && in.orders[last].Shop == o.Shop {
		was := &in.orders[last]
		if strings.TrimSpace(members["amount"])+strings.TrimSpace(members["minor"]) != "" && o.AmountMinor != was.AmountMinor {
			return fault.New(fault.Conflict, "The row before says another amount for the same order. The first row stands.").On("amount")
		}
		was.Items, in.rows[last] = append(was.Items, o.Items...), append(in.rows[last], row)
		return nil
	}
	if refund {
		o.paidBack = in.refundOf(members["refund"], &o)
	}
	in.orders, in.rows = append(in.orders, o), append(in.rows, []int{row})
	return nil
}

// atOnce is how many orders are read before they are stored, or looked at.
func (in *importer) atOnce() int {
	if in.o.DryRun {
		return dryWindow
	}
	return in.l.batch
}

// orderOf reads a row. An amount below nothing is what was paid back of the
// order of that number.
func orderOf(m map[string]string) (o Order, refund bool, err error) {
	o = Order{Shop: m["shop"], ExternalID: strings.TrimSpace(m["id"]), Email: m["email"], Customer: m["customer"], Country: m["country"], Currency: m["currency"], Code: m["coupon"]}
	if strings.TrimSpace(o.Code) == "" {
		o.Code = m["referrer"]
	}
	if r := []rune(shareCode(o.Code)); len(r) > 100 {
		o.Code = string(r[:100]) // the address of a page elsewhere, most likely
	}
	var wrong []error
	if o.At, o.NoZone, err = readDate(m["at"]); err != nil {
		wrong = append(wrong, err)
	}
	if _, err := currencyOf(o.Currency); err != nil {
		return o, false, fault.All(append(wrong, err)...) // without it no amount can be read
	}
	code, _ := currencyOf(o.Currency)
	if s := strings.TrimSpace(m["minor"]); s != "" {
		if o.AmountMinor, err = strconv.ParseInt(s, 10, 64); err != nil {
			wrong = append(wrong, fault.New(fault.Invalid, "The amount {amount} cannot be read. Write it as 1234.50.", "amount", short(s)).On("amount_minor"))
		}
	} else if s := strings.TrimSpace(m["amount"]); s != "" {
		if o.AmountMinor, err = minor(s, code); err != nil {
			wrong = append(wrong, err)
		}
	} else {
		o.NoAmount = true
	}
	if s := strings.TrimSpace(m["refunded"]); s != "" {
		if o.RefundedMinor, err = minor(s, code); err != nil {
			wrong = append(wrong, err)
		}
		if o.RefundedMinor < 0 {
			o.RefundedMinor = -o.RefundedMinor
		}
	}
	switch column(m["status"]) {
	case "refunded", "cancelled", "canceled", "voided", "rembourse", "remboursee", "annule", "annulee":
		o.RefundedMinor, o.Cancelled = o.AmountMinor, true // nothing was sold
	}
	if sku := strings.TrimSpace(m["sku"]); sku != "" {
		item := Item{SKU: sku, Quantity: 1}
		if q := strings.TrimSpace(m["qty"]); q != "" {
			n, err := strconv.ParseFloat(q, 64)
			if err != nil || n < 0 || n > 1e9 || n != float64(int64(n)) {
				wrong = append(wrong, fault.New(fault.Invalid, "The quantity {quantity} is no whole number.", "quantity", short(q)).On("qty"))
			}
			item.Quantity = int64(n)
		}
		o.Items = []Item{item}
	}
	if o.AmountMinor < 0 {
		o.RefundedMinor, o.AmountMinor, refund = -o.AmountMinor, 0, true
	}
	return o, refund, fault.All(wrong...)
}

// flush stores what was read, or looks at it.
func (in *importer) flush(ctx context.Context) error {
	if len(in.orders) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	orders, rows := in.orders, in.rows
	in.orders, in.rows = nil, nil
	if in.o.DryRun {
		stored, err := in.l.dry(ctx, in.a, orders)
		return in.countAll(stored, rows, err)
	}
	for from := 0; from < len(orders); {
		to := from + 1 // what was paid back needs the order before it to be there
		for to < len(orders) && !orders[to].paysBack() && !orders[from].paysBack() {
			to++
		}
		stored, err := in.l.storeBatch(ctx, in.a, orders[from:to], false)
		if err != nil {
			return err
		}
		for i, s := range stored {
			if s.waits() && len(in.late) < dryWindow {
				in.late, in.lateRows = append(in.late, orders[from+i]), append(in.lateRows, rows[from+i])
				continue
			}
			in.count(s, rows[from+i])
		}
		from = to
	}
	return nil
}

// end stores what was read last, and then the refunds that stood above their
// orders: shops export the newest first.
func (in *importer) end(ctx context.Context) error {
	if err := in.flush(ctx); err != nil {
		return err
	}
	for from := 0; from < len(in.late); from += in.l.batch {
		if err := ctx.Err(); err != nil {
			return err
		}
		to := min(from+in.l.batch, len(in.late))
		stored, err := in.l.storeBatch(ctx, in.a, in.late[from:to], false)
		if err := in.countAll(stored, in.lateRows[from:to], err); err != nil {
			return err
		}
	}
	return nil
}

func (in *importer) countAll(stored []Stored, rows [][]int, err error) error {
	if err != nil {
		return err
	}
	for i, s := range stored {
		in.count(s, rows[i])
	}
	return nil
}

func (in *importer) count(s Stored, rows []int) {
	in.report.Orders++
	f, failed := errors.AsType[*fault.Error](s.Err)
	switch {
	case failed:
		in.fail(rows[0], f)
		in.report.Failed += len(rows) - 1
	case s.Known:
		in.report.Known++
		if s.Changed {
			in.report.Changed++
		}
	default:
		in.report.New++
	}
}

func (in *importer) fail(row int, f *fault.Error) {
	in.report.Failed++
	for _, one := range append([]*fault.Error{f}, f.More...) {
		in.report.Errors = append(in.report.Errors, RowError{Row: row, Text: one.Text, Args: one.Args, Field: columnOf(one.Field)})
	}
	if len(in.report.Errors) > 2*maxRowErrors {
		in.sortErrors()
	}
}

// sortErrors keeps the first errors, in the order of their rows: a row that cannot
// be read is found before those before it are stored.
func (in *importer) sortErrors() {
	slices.SortStableFunc(in.report.Errors, func(a, b RowError) int { return a.Row - b.Row })
	in.report.Errors = in.report.Errors[:min(len(in.report.Errors), maxRowErrors)]
}
