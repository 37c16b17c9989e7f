package listen

import (
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	Source string // its name, "Import" if empty; rows that name one of their own keep theirs
	DryRun bool   // say what would happen and store nothing
}

// Report is what an import did, or would do.
type Report struct {
	Rows   int        `json:"rows"`
	New    int        `json:"new"`   // those that rest in an open source included
	Known  int        `json:"known"` // there already, or twice in the file
	Failed int        `json:"failed"`
	Errors []RowError `json:"errors"` // the first 100

	LeftOut []string `json:"left_out"` // columns that are not known, as the file names them; the first 50
}

// RowError is what is wrong with one row. Row counts from 1: the lines of
// NDJSON, or the rows of CSV, of which the header is the first.
type RowError struct {
	Row   int
	Text  string // English, with holes
	Args  []any
	Field string
}

const maxRowErrors = 100

// Import takes in a file of format "csv" or "ndjson", row by row: a wrong row
// is reported and the others are stored. A file may be imported again: what is
// there already is known by its id, else its address, else its author, date
// and words. A file that cannot be read at all is a fault; what was stored
// before that stays.
func (r *Radar) Import(ctx context.Context, a know.Actor, file io.Reader, format string, o ImportOptions) (Report, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Report{}, err
	}
	if o.Source = strings.TrimSpace(o.Source); o.Source == "" {
		o.Source = "Import"
	}
	if _, err := checkName(o.Source); err != nil {
		return Report{}, onField(err, "source")
	}
	in := importer{w: writer{r: r, a: a, dry: o.DryRun, sources: map[string]Source{}, seen: map[string]bool{}}, o: o, report: Report{Errors: []RowError{}, LeftOut: []string{}}}
	var rows rowReader
	var err error
	switch format {
	case "csv":
		rows, err = newCSV(file)
	case "ndjson":
		rows, err = newLines(file)
	default:
		err = fault.New(fault.Invalid, "A file to import is csv or ndjson.").On("format")
	}
	if err != nil {
		return in.report, err
	}
	err = in.run(ctx, rows)
	in.report.LeftOut = append(in.report.LeftOut, rows.leftOut()...)
	// A batch is looked at after its rows are read: their errors came last.
	slices.SortStableFunc(in.report.Errors, func(a, b RowError) int { return cmp.Compare(a.Row, b.Row) })
	return in.report, err
}

// rowReader gives the rows of a file. A fault is the row's own and reading goes
// on behind it, unless it is one of endless; io.EOF is the end.
type rowReader interface {
	next() (p Post, row int, err error)
	// leftOut names the columns that were met so far and are not known.
	leftOut() []string
}

// endless wraps what is wrong with the file as a whole, from a row on.
type endless struct{ error }

func (e endless) Unwrap() error { return e.error }

// importer is one import under way.
type importer struct {
	w      writer
	o      ImportOptions
	report Report
	posts  []Post // the batch, and the rows it comes from
	rows   []int
}

func (in *importer) run(ctx context.Context, rows rowReader) error {
	for {
		p, row, err := rows.next()
		if errors.Is(err, io.EOF) {
			return in.flush(ctx)
		}
		if end, ok := errors.AsType[endless](err); ok {
			return errors.Join(in.flush(ctx), end.error)
		}
		in.report.Rows++
		if f, ok := errors.AsType[*fault.Error](err); ok {
			in.fail(row, f)
			continue
		}
		if err != nil {
			return errors.Join(in.flush(ctx), err)
		}
		if p.Source == "" {
			p.Source = in.o.Source
		}
		p.SourceKind = ImportSource
		in.posts, in.rows = append(in.posts, p), append(in.rows, row)
		if len(in.posts) == batchSize {
			if err := in.flush(ctx); err != nil {
				return err
			}
		}
	}
}

// flush stores the batch.
func (in *importer) flush(ctx context.Context) error {
	if len(in.posts) == 0 {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	heard, err := in.w.write(ctx, in.posts)
	if err != nil {
		return err
	}
	for i, h := range heard {
		f, failed := errors.AsType[*fault.Error](h.Err)
		switch {
		case failed:
			in.fail(in.rows[i], f)
		case h.Known:
			in.report.Known++
		default:
			in.report.New++
		}
	}
	in.posts, in.rows = in.posts[:0], in.rows[:0]
	return nil
}

func (in *importer) fail(row int, f *fault.Error) {
	in.report.Failed++
	if len(in.report.Errors) < maxRowErrors {
		in.report.Errors = append(in.report.Errors, RowError{Row: row, Text: f.Text, Args: f.Args, Field: f.Field})
	}
}
