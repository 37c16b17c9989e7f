package radar

import (
	"net/http"
	"path/filepath"
	"strings"

	"tribune/internal/fault"
	"tribune/listen"
	"tribune/web/page"
)

// maxImport is how large an imported file may be.
const maxImport = 50 << 20

// imported is the import page: what was chosen, and what came of it.
type imported struct {
	source string
	dry    bool
	file   string
	report *listen.Report
	wrong  page.Wrong
}

func (x *radar) importForm(w http.ResponseWriter, r *http.Request, v *page.View) error {
	return x.showImport(w, r, v, imported{})
}

func (x *radar) showImport(w http.ResponseWriter, r *http.Request, v *page.View, i imported) error {
	v.Title, v.Section = v.T("Import"), "radar"
	return x.ShowDesk(w, r, v, importPage(v, i))
}

// importFile checks a file or takes it in: the button tells which. Nothing of
// a file that was only checked is kept, so it is chosen once more to import it.
func (x *radar) importFile(w http.ResponseWriter, r *http.Request, v *page.View) error {
	var i imported
	report, err := x.takeIn(w, r, v, &i)
	if err != nil {
		if err := v.Wrong(err, &i.wrong); err != nil {
			return err
		}
		if i.wrong.Field == "" {
			i.wrong.Field = "file" // a file that cannot be read
		}
		return x.showImport(w, r, v, i)
	}
	i.report = &report
	return x.showImport(w, r, v, i)
}

func (x *radar) takeIn(w http.ResponseWriter, r *http.Request, v *page.View, i *imported) (report listen.Report, err error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxImport+64<<10)
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		return report, fault.New(fault.Invalid, "The file did not arrive whole, or is larger than 50 MB. Cut it into parts: importing one twice does no harm.").On("file").Because(err)
	}
	defer r.MultipartForm.RemoveAll()
	i.source, i.dry = strings.TrimSpace(r.PostFormValue("source")), r.PostFormValue("do") != "import"
	file, header, err := r.FormFile("file")
	if err != nil {
		return report, fault.New(fault.Invalid, "Choose a file first.").On("file").Because(err)
	}
	defer file.Close()
	i.file = header.Filename
	format := ""
	switch strings.ToLower(filepath.Ext(header.Filename)) {
	case ".csv":
		format = "csv"
	case ".ndjson", ".jsonl", ".json":
		format = "ndjson"
	default:
		return report, fault.New(fault.Invalid, "The file’s name ends with neither .csv nor .ndjson: choose one of these two forms.").On("file")
	}
	return x.Radar.Import(r.Context(), v.Actor, file, format, listen.ImportOptions{Source: i.source, DryRun: i.dry})
}

// columns are what a row can have, and what each means.
func columns(v *page.View) [][2]string {
	return [][2]string{
		{"text", v.T("what was said; the only one that is needed")},
		{"source", v.T("where it comes from, if not the name given above")},
		{"kind", v.T("post, review, mail, call or form; post if empty")},
		{"author.name, author.handle, author.url, author.email", v.T("who said it; an address that comes with an import is never written to")},
		{"url", v.T("where anybody can read it; without one it stays private")},
		{"published_at", v.T("when, as 2026-11-20T08:00:00Z or 2026-11-20; now if empty")},
		{"language, country", v.T("as tags of two letters: fr, BR")},
		{"external_id, reply_to", v.T("its number where it comes from, and that of what it answers")},
		{"public", v.T("false keeps it on the desk although it has an address")},
		{"reach", v.T("how many people it reached")},
	}
}
