package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
)

type importCommand struct {
	Site     importSite     `cmd:"" default:"withargs" help:"Make a site of a folder that was exported."`
	Mentions importMentions `cmd:"" help:"Import mentions from a CSV or NDJSON file."`

	Purchases importPurchases `cmd:"" help:"Import purchases, the orders of a shop, from a CSV file."`
}

type importSite struct {
	folder
	Dir string `arg:"" help:"Folder that tribune export wrote." type:"existingdir"`
}

// Run makes a site of an exported folder.
func (c *importSite) Run(ctx context.Context, log *slog.Logger) error {
	return restore(ctx, log, c.folder, c.Dir)
}

type importMentions struct {
	folder
	File   string `arg:"" help:"CSV or NDJSON file." type:"existingfile"`
	Source string `help:"Where they were said; the file's name if not given."`
	Format string `help:"csv or ndjson; known by the file’s ending or beginning if not given." enum:"csv,ndjson," default:""`
	DryRun bool   `help:"Say what would happen, and change nothing."`
}

// Run imports mentions. It is safe to run twice on the same file; rows with
// errors are named by their number, and the others go in. The exit code is 3 if
// there are such rows, with --dry-run, too.
func (c *importMentions) Run(ctx context.Context, log *slog.Logger) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	content := bufio.NewReader(file)
	format, source := c.Format, c.Source
	if format == "" {
		format = formatOf(c.File, content)
	}
	if source == "" {
		source = strings.TrimSuffix(filepath.Base(c.File), filepath.Ext(c.File))
	}
	report, err := site.Radar.Import(ctx, know.Actor{Role: know.Owner}, content, format, listen.ImportOptions{Source: source, DryRun: c.DryRun})
	for _, e := range report.Errors {
		fmt.Fprintf(os.Stderr, "row %d: %s\n", e.Row, fault.Fill(e.Text, e.Args...))
	}
	if len(report.LeftOut) > 0 {
		fmt.Fprintf(os.Stderr, "These columns are not known, and are left out: %s.\n", strings.Join(report.LeftOut, ", "))
	}
	if err != nil {
		return err
	}
	if report.Elsewhere != "" {
		fmt.Fprintf(os.Stderr, "This file looks imported already, as %q: %s there in the same words, of the same date. With --source %q its rows are known again.\n", report.Elsewhere, rows(report.Repeated), report.Elsewhere)
	}
	verb := "imported"
	if c.DryRun {
		verb = "would be imported"
	}
	fmt.Printf("%s read: %d new %s, %d known already, %d with errors.\n", rows(report.Rows), report.New, verb, report.Known, report.Failed)
	if report.New > 0 {
		fmt.Fprintln(os.Stderr, "What people who are not here said in public is forgotten after the time that is set (Radar, Forgetting), unless something becomes of it or the page of the source says that it was said to you.")
	}
	if report.Failed > 0 {
		return refusedRows(report.Failed)
	}
	return nil
}

// formatOf tells what a file is: by the end of its name, else by how it begins.
func formatOf(name string, content *bufio.Reader) string {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".ndjson", ".jsonl":
		return "ndjson"
	case ".csv", ".tsv":
		return "csv"
	}
	begins, _ := content.Peek(512) // a short file ends before
	begins = bytes.TrimPrefix(begins, []byte("\uFEFF"))
	if bytes.HasPrefix(bytes.TrimLeft(begins, " \t\r\n"), []byte("{")) {
		return "ndjson"
	}
	return "csv"
}

// rows counts rows in words.
func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// refusedRows is how many rows of an import were refused. The others went in;
// a script can tell by the exit code.
type refusedRows int

func (n refusedRows) Error() string {
	if n == 1 {
		return "1 row was refused"
	}
	return fmt.Sprintf("%d rows were refused", int(n))
}

// ExitCode tells a partial import from one that failed as a whole.
func (refusedRows) ExitCode() int { return 3 }

type importPurchases struct {
	folder
	File   string `arg:"" help:"CSV file whose first row names the columns." type:"existingfile"`
	Shop   string `help:"Which shop, if there are several."`
	DryRun bool   `help:"Say what would happen, and change nothing."`
}

// Help lists the columns.
func (importPurchases) Help() string {
	return `The columns, in any order: order_id, ordered_at, amount, currency; and, where they are known, email, customer_id, country, sku, qty, coupon, referrer, refunded, status, shop. Importing a file twice does no harm: an order that is here is known again.`
}

// Run imports orders. It is safe to run twice on the same file; rows with
// errors are named by their number, and the others go in.
func (c *importPurchases) Run(ctx context.Context, log *slog.Logger) error {
	file, err := os.Open(c.File)
	if err != nil {
		return err
	}
	defer file.Close()
	site, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer site.Close()
	report, err := site.Purchases.Import(ctx, know.Actor{Role: know.Owner}, file, purchase.ImportOptions{Shop: c.Shop, DryRun: c.DryRun})
	for _, e := range report.Errors {
		fmt.Fprintf(os.Stderr, "row %d: %s\n", e.Row, fault.Fill(e.Text, e.Args...))
	}
	if len(report.LeftOut) > 0 {
		fmt.Fprintf(os.Stderr, "These columns are not known, and are left out: %s.\n", strings.Join(report.LeftOut, ", "))
	}
	if err != nil {
		return err
	}
	verb := "imported"
	if c.DryRun {
		verb = "would be imported"
	}
	fmt.Printf("%s read: %d new orders %s, %d known already (%d of them changed), %d with errors.\n", rows(report.Rows), report.New, verb, report.Known, report.Changed, report.Failed)
	if report.Failed > 0 {
		return refusedRows(report.Failed)
	}
	return nil
}
