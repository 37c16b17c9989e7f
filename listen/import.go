package listen

import (
	"context"
	"io"

	"tribune/internal/fault"
	"tribune/know"
)

// ImportOptions say how a file is taken in.
type ImportOptions struct {
	Source string // its name; rows that name one of their own keep theirs
	DryRun bool   // say what would happen and store nothing
}

// Report is what an import did, or would do.
type Report struct {
	Rows   int
	New    int
	Known  int // there already, or twice in the file
	Failed int
	Errors []RowError // the first 100
}

// RowError is what is wrong with one row. Row counts from 1, as a text editor
// shows the lines of NDJSON; in CSV the header is row 1.
type RowError struct {
	Row   int
	Text  string // English, with holes
	Args  []any
	Field string
}

// Import takes in a file of format "csv" or "ndjson".
func (r *Radar) Import(ctx context.Context, a know.Actor, file io.Reader, format string, o ImportOptions) (Report, error) {
	return Report{}, fault.New(fault.Unavailable, "This is not there yet.")
}
