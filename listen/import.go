package listen

import (
	"cmp"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"golang.org/x/sync/errgroup"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
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

	// Another source that has at least half of the new rows already, word for
	// word and date for date, and how many: most likely the same file under
	// another name. "" and 0 if there is none.
	Elsewhere string `json:"elsewhere,omitempty"`
	Repeated  int    `json:"repeated,omitempty"`
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
	in := importer{w: r.newWriter(a, o.DryRun), o: o, report: Report{Errors: []RowError{}, LeftOut: []string{}}, before: map[int64]int{}}
	in.looking.SetLimit(1)
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
	err = errors.Join(in.run(ctx, rows), in.looking.Wait())
	if err == nil && !o.DryRun && in.report.New >= storage.AnalyzeFrom {
		err = r.db.Analyze(ctx)
	}
	in.report.LeftOut = append(in.report.LeftOut, rows.leftOut()...)
	// A batch is looked at after its rows are read: their errors came last.
	slices.SortStableFunc(in.report.Errors, func(a, b RowError) int { return cmp.Compare(a.Row, b.Row) })
	return in.report, errors.Join(err, in.compare(ctx))
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

// importer is one import under way. Rows are read by one goroutine, made ready
// by several, a batch each, and stored in the order of the file by a last one.
type importer struct {
	w      *writer
	o      ImportOptions
	report Report

	before  map[int64]int  // new rows that another source has already, by source
	looking errgroup.Group // for these, one batch at a time, beside the storing of the next
}

// lot is a batch of rows.
type lot struct {
	posts  []Post
	rows   []int // that the posts come from
	wrong  []RowError
	end    error // what is wrong with the file as a whole, behind these rows
	parcel parcel
	err    error         // of making it ready
	ready  chan struct{} // closed then
}

func (in *importer) run(ctx context.Context, rows rowReader) error {
	preparing, cancel := context.WithCancel(ctx)
	hands := runtime.GOMAXPROCS(0)
	lots, inOrder := make(chan *lot), make(chan *lot, hands)
	var work sync.WaitGroup
	defer work.Wait()
	defer cancel()
	work.Go(func() {
		defer close(lots)
		defer close(inOrder)
		for more := true; more; {
			l := in.read(rows)
			more = len(l.posts)+len(l.wrong) > 0 && l.end == nil
			for _, to := range []chan *lot{inOrder, lots} {
				select {
				case to <- l:
				case <-preparing.Done():
					return
				}
			}
		}
	})
	for range hands {
		work.Go(func() {
			for l := range lots {
				l.parcel, l.err = in.w.prepare(preparing, l.posts)
				close(l.ready)
			}
		})
	}
	for l := range inOrder {
		select {
		case <-l.ready:
		case <-ctx.Done():
			return ctx.Err()
		}
		if err := in.store(ctx, l); err != nil {
			return err
		}
		if l.end != nil {
			return l.end
		}
	}
	return ctx.Err()
}

// read reads the next batch of rows; an empty one is the end.
func (in *importer) read(rows rowReader) *lot {
	l := &lot{ready: make(chan struct{})}
	for len(l.posts)+len(l.wrong) < batchSize {
		p, row, err := rows.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if end, ok := errors.AsType[endless](err); ok {
			l.end = end.error
			break
		}
		if f, ok := errors.AsType[*fault.Error](err); ok {
			l.wrong = append(l.wrong, RowError{Row: row, Text: f.Text, Args: f.Args, Field: f.Field})
			continue
		}
		if err != nil {
			l.end = err
			break
		}
		if p.Source == "" {
			p.Source = in.o.Source
		}
		p.SourceKind = ImportSource
		l.posts, l.rows = append(l.posts, p), append(l.rows, row)
	}
	return l
}

// store stores a batch that is ready, and reports on its rows.
func (in *importer) store(ctx context.Context, l *lot) error {
	in.report.Rows += len(l.posts) + len(l.wrong)
	for _, e := range l.wrong {
		in.fail(e)
	}
	err := l.err
	if err == nil {
		err = in.w.store(ctx, &l.parcel)
	}
	if err != nil {
		return err
	}
	in.looking.Go(func() error { return in.lookElsewhere(ctx, &l.parcel) })
	for i, h := range l.parcel.heard {
		f, failed := errors.AsType[*fault.Error](h.Err)
		switch {
		case failed:
			in.fail(RowError{Row: l.rows[i], Text: f.Text, Args: f.Args, Field: f.Field})
		case h.Known:
			in.report.Known++
		default:
			in.report.New++
		}
	}
	return nil
}

func (in *importer) fail(e RowError) {
	in.report.Failed++
	if len(in.report.Errors) < maxRowErrors {
		in.report.Errors = append(in.report.Errors, e)
	}
}

// compare says whether the file looks imported already, under another name.
func (in *importer) compare(ctx context.Context) error {
	var likely int64
	for id, n := range in.before {
		if most := in.before[likely]; n > most || n == most && id < likely {
			likely = id
		}
	}
	n := in.before[likely]
	if n == 0 || 2*n < in.report.New {
		return nil
	}
	in.report.Repeated = n
	return in.w.r.db.Row(ctx, `select name from source where id = $1`, likely).Scan(&in.report.Elsewhere)
}

// lookElsewhere counts the new utterances that a source which this file does
// not name has already: in the same words, and of the same date or of none.
func (in *importer) lookElsewhere(ctx context.Context, stored *parcel) error {
	w := in.w
	rows := map[pair]int{} // by words and date, 0 if there is none
	var dated []pair
	var undated []int64
	for i, u := range stored.load.said {
		if stored.heard[stored.at[i]].Known {
			continue
		}
		p := pair{u.hash, storage.Micros(u.publishedAt)}
		if u.undated {
			p[1] = 0
		}
		if rows[p]++; rows[p] > 1 {
			continue
		}
		if u.undated {
			undated = append(undated, u.hash)
		} else {
			dated = append(dated, p)
		}
	}
	here := map[int64]bool{}
	w.mu.Lock()
	for _, s := range w.sources {
		here[s.ID] = true
	}
	w.mu.Unlock()
	count := func(query string, args []any) error {
		type there struct {
			source int64
			words  pair
		}
		found, err := storage.All(ctx, w.r.db, func(row storage.Scanner) (t there, err error) {
			err = row.Scan(&t.source, &t.words[0], &t.words[1])
			return t, err
		}, query, args...)
		for _, t := range found {
			if !here[t.source] {
				in.before[t.source] += rows[t.words]
			}
		}
		return err
	}
	for part := range slices.Chunk(dated, 128) {
		values, args := rowsOf(part)
		if err := count(`select distinct source_id, text_hash, published_at from mention where (text_hash, published_at) in (values `+values+`)`, args); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(undated, 128) { // what has no date is said as it is heard, within the minute
		holes, args := storage.Holes(1, part)
		if err := count(`select distinct source_id, text_hash, 0 from mention where heard_at - published_at < 60000000 and text_hash in (`+holes+`)`, args); err != nil {
			return err
		}
	}
	return nil
}
