package why

import (
	"net/http"
	"strings"

	"tribune/internal/fault"
	"tribune/know/purchase"
	"tribune/web/page"
)

// maxImport is how large an imported file may be.
const maxImport = 50 << 20

// imported is the import page: what was chosen, and what came of it.
type imported struct {
	shop   string
	dry    bool
	file   string
	report *purchase.Report
	wrong  page.Wrong
}

func (y *why) importForm(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return y.showImport(w, r, v, imported{})
}

func (y *why) showImport(w http.ResponseWriter, r *http.Request, v *page.View, i imported) error {
	v.Title, v.Section = v.T("Import orders"), "why"
	return y.ShowDesk(w, r, v, importPage(v, i))
}

// importFile checks a file or takes it in: the button tells which. Nothing of
// a file that was only checked is kept.
func (y *why) importFile(w http.ResponseWriter, r *http.Request, v *page.View) error {
	var i imported
	report, err := y.takeIn(w, r, v, &i)
	if err != nil {
		if err := v.Wrong(err, &i.wrong); err != nil {
			return err
		}
		if i.wrong.Field == "" {
			i.wrong.Field = "file" // a file that cannot be read
		}
		return y.showImport(w, r, v, i)
	}
	i.report = &report
	return y.showImport(w, r, v, i)
}

func (y *why) takeIn(w http.ResponseWriter, r *http.Request, v *page.View, i *imported) (report purchase.Report, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxImport+64<<10)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return report, fault.New(fault.Invalid, "The file did not arrive whole, or is larger than 50\u00a0MB. Cut it into parts: importing one twice does no harm.").On("file").Because(err)
	}
	defer r.MultipartForm.RemoveAll()
	i.shop, i.dry = strings.TrimSpace(r.PostFormValue("shop")), r.PostFormValue("do") != "import"
	file, header, err := r.FormFile("file")
	if err != nil {
		return report, fault.New(fault.Invalid, "Choose a file first.").On("file").Because(err)
	}
	defer file.Close()
	i.file = header.Filename
	return y.Purchases.Import(r.Context(), v.Actor, file, purchase.ImportOptions{Shop: i.shop, DryRun: i.dry})
}

// column is one that a file can have: what it means, and how it is written.
type column struct {
	name, means string
	as          []string
}

// columns are what a row can have, and what each means.
func columns(v *page.View) []column {
	return []column{
		{"order_id", v.T("the order’s number in the shop; rows of one number that follow each other are its items"), nil},
		{"ordered_at", v.T("when it was bought"), []string{"2026-11-20", "2026-11-20T08:00:00Z"}},
		{"amount, currency", v.T("what was paid, as 1234.50, and three letters: EUR. Below zero: one refund of an order that is here or in the file, added to those before it"), nil},
		{"refund_id", v.T("the shop’s number of a refund, by which the same row is known again; without it by its date and amount"), nil},
		{"email", v.T("to find who it is; never written to unless its owner confirmed it here"), nil},
		{"customer_id", v.T("the shop’s own number of the customer, where there is no address"), nil},
		{"country", v.T("two letters: NO, BR"), nil},
		{"sku, qty", v.T("what was bought, and how many"), nil},
		{"coupon, referrer", v.T("the code of a campaign or of somebody’s link, or the link’s address"), nil},
		{"refunded, status", v.T("what was paid back so far; a status of “refunded”, “cancelled” or “voided” is all of it"), nil},
		{"shop", v.T("which shop, if there are several"), nil},
	}
}
