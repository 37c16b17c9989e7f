package radar

import (
	"errors"
	"io"
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
	kept   string // names the checked file, to import it
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

// importFile checks a file or takes it in: the button tells which. A file that
// was checked is kept for a while, so that it is imported with one button.
func (x *radar) importFile(w http.ResponseWriter, r *http.Request, v *page.View) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxImport+64<<10)
	err := r.ParseMultipartForm(1 << 20)
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll()
	}
	i := imported{source: strings.TrimSpace(r.PostFormValue("source")), dry: r.PostFormValue("do") != "import"}
	if err != nil && !errors.Is(err, http.ErrNotMultipart) {
		err = fault.New(fault.Invalid, "The file did not arrive whole, or is larger than 50\u00a0MB. Cut it into parts: importing one twice does no harm.").On("file").Because(err)
	} else if sum := r.PostFormValue("kept"); sum != "" {
		err = x.takeKept(r, v, &i, sum)
	} else {
		err = x.takeIn(r, v, &i)
	}
	if err != nil {
		if err := v.Wrong(err, &i.wrong); err != nil {
			return err
		}
		if i.wrong.Field == "" {
			i.wrong.Field = "file" // a file that cannot be read
		}
	}
	return x.showImport(w, r, v, i)
}

// takeIn checks or imports a file that was sent.
func (x *radar) takeIn(r *http.Request, v *page.View, i *imported) error {
	file, header, err := r.FormFile("file")
	if err != nil {
		return fault.New(fault.Invalid, "Choose a file first.").On("file").Because(err)
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
		return fault.New(fault.Invalid, "The file’s name ends with neither .csv nor .ndjson: choose one of these two forms.").On("file")
	}
	report, err := x.Radar.Import(r.Context(), v.Actor, file, format, listen.ImportOptions{Source: i.source, DryRun: i.dry})
	if err != nil {
		return err
	}
	i.report = &report
	if !i.dry || report.New == 0 {
		return nil
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	k, err := x.shelf.put(v.Actor.ID, i.file, format, file)
	if err != nil { // it can be chosen again
		x.Log.Warn("a checked file could not be kept for its import", "error", err)
		return nil
	}
	i.kept = k.sum
	return nil
}

// takeKept imports the file that was checked.
func (x *radar) takeKept(r *http.Request, v *page.View, i *imported, sum string) error {
	k, ok := x.shelf.take(v.Actor.ID, sum)
	if !ok {
		return fault.New(fault.Conflict, "The file that was checked is no longer here. Choose it again: importing one twice does no harm.").On("file")
	}
	i.file, i.dry = k.name, false
	report, err := x.Radar.Import(r.Context(), v.Actor, k.reader(), k.format, listen.ImportOptions{Source: i.source})
	if err != nil {
		x.shelf.back(k)
		return err
	}
	k.close()
	i.report = &report
	return nil
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
		{"has_image", v.T("whether a picture belongs to it, or where it is")},
	}
}
