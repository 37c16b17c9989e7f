package main

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"tribune/internal/sortition"
)

type drawCommand struct {
	Pool    string   `arg:"" type:"existingfile" help:"CSV file of who can be drawn: external_id, and a column for each feature that has quotas."`
	Quotas  string   `arg:"" type:"existingfile" help:"CSV file of quotas: feature,value,min,max."`
	Seats   int      `required:"" help:"How many seats there are."`
	Seed    string   `required:"" help:"The public seed: the same one draws the same seats."`
	Value   *string  `help:"The public value as it was published, numbers in any order or a code: its one form is added to the seed."`
	Digits  int      `help:"The value is a code of so many hexadecimal digits; without it, whole numbers."`
	Numbers int      `help:"How many whole numbers the value has, as was announced: with more or fewer nothing is drawn."`
	Keep    []string `help:"Ids that are seated already, with commas: after somebody declined, the others stay."`
	Without []string `help:"Ids that do not take part any more, with commas."`
	JSON    bool     `help:"Print one JSON object instead of writing files."`
	Out     string   `default:"." type:"existingdir" help:"Where selected.csv and remaining.csv go."`
}

// Run draws seats by lot under quotas, as a board of a site does.
func (c *drawCommand) Run() error {
	if strings.TrimSpace(c.Seed) == "" {
		return errors.New("--seed is empty: give the public seed, for nobody can check a draw that has none; nothing was drawn")
	}
	if c.Value != nil || c.Digits != 0 || c.Numbers != 0 {
		value, err := c.value(c.Value)
		if err != nil {
			return err
		}
		c.Seed = sortition.Seed(c.Seed, value)
	}
	pool, err := readTable(c.Pool, "external_id")
	if err != nil {
		return err
	}
	quotas, err := readTable(c.Quotas, "feature", "value", "min", "max")
	if err != nil {
		return err
	}
	draw, rows, err := c.draw(pool, quotas)
	if err != nil {
		return err
	}
	result, err := draw.Run()
	if impossible, ok := errors.AsType[*sortition.Impossible](err); ok {
		return fmt.Errorf("nobody was drawn: %w", impossible)
	}
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetEscapeHTML(false)
		return e.Encode(drawn{c.Seats, c.Seed, result.Seated, append([]string{}, result.Waiting...)})
	}
	for name, ids := range map[string][]string{"selected.csv": result.Seated, "remaining.csv": result.Waiting} {
		if err := writeTable(filepath.Join(c.Out, name), pool.header, rows, ids); err != nil {
			return err
		}
	}
	fmt.Printf("%d seated: %s\nselected.csv and remaining.csv are in %s\n", len(result.Seated), strings.Join(result.Seated, ", "), c.Out)
	return nil
}

// noValue is a call whose value, or what it says of that, is none.
type noValue string

func (e noValue) Error() string { return string(e) + "; nothing was drawn" }

// ExitCode is that of a wrong call.
func (noValue) ExitCode() int { return 2 }

// value reads the public value as a board does.
func (c *drawCommand) value(given *string) (string, error) {
	switch {
	case given == nil:
		return "", noValue("--numbers and --digits say of which kind the value is: give it with --value")
	case strings.TrimSpace(*given) == "":
		return "", noValue("--value is empty: give the public value as it was published, or leave --value out if the seed has it in it already")
	case c.Digits != 0 && c.Numbers != 0 || c.Digits < 0 || c.Numbers < 0:
		return "", noValue("give --numbers or --digits, whichever was announced, and how many")
	}
	typed := *given
	if c.Digits != 0 {
		value := sortition.Code(typed)
		if value == "" || len(value) != c.Digits {
			return "", fmt.Errorf("--value %q is no code of %d hexadecimal digits: give all of them, and nothing else but blanks, dashes and one 0x before them; nothing was drawn", typed, c.Digits)
		}
		return value, nil
	}
	value, count := sortition.Numbers(typed)
	if value == "" {
		return "", fmt.Errorf("--value %q is not whole numbers alone: give their decimal digits, with blanks, commas, semicolons, plus signs or dashes between them; of a code, say with --digits how many it has; "+
			"of a board whose page shows a whole seed, give that with --seed, and no --value; nothing was drawn", typed)
	}
	if c.Numbers != 0 && count != c.Numbers {
		return "", fmt.Errorf("--value %q has %d, and --numbers says that %d count: give those that were announced, and no others; nothing was drawn", typed, count, c.Numbers)
	}
	return value, nil
}

// drawn is what the command prints with --json.
type drawn struct {
	Seats    int      `json:"seats"`
	Seed     string   `json:"seed"`
	Selected []string `json:"selected"`
	Waiting  []string `json:"remaining"`
}

// draw makes the draw of two files, and finds rows by their ids. Features are
// the columns of the pool that have quotas; other columns come along.
func (c *drawCommand) draw(pool, quotas table) (d sortition.Draw, rows map[string][]string, err error) {
	d = sortition.Draw{Seats: c.Seats, Seed: c.Seed, Keep: c.Keep}
	for n, row := range quotas.rows {
		q := sortition.Quota{Feature: quotas.get(row, "feature"), Value: quotas.get(row, "value")}
		var low, high error
		q.Min, low = strconv.Atoi(quotas.get(row, "min"))
		q.Max, high = strconv.Atoi(quotas.get(row, "max"))
		if low != nil || high != nil {
			return d, nil, fmt.Errorf("%s, row %d: min and max are whole numbers", c.Quotas, n+2)
		}
		if !slices.Contains(pool.header, q.Feature) {
			return d, nil, fmt.Errorf("%s, row %d: the pool has no column %q", c.Quotas, n+2, q.Feature)
		}
		d.Quotas = append(d.Quotas, q)
	}
	for _, name := range pool.header {
		if slices.ContainsFunc(d.Quotas, func(q sortition.Quota) bool { return q.Feature == name }) {
			d.Features = append(d.Features, name)
		}
	}
	rows = make(map[string][]string, len(pool.rows))
	for _, row := range pool.rows {
		p := sortition.Person{ID: pool.get(row, "external_id")}
		rows[p.ID] = row
		if slices.Contains(c.Without, p.ID) {
			continue
		}
		for _, f := range d.Features {
			p.Values = append(p.Values, pool.get(row, f))
		}
		d.People = append(d.People, p)
	}
	for _, id := range c.Without {
		if rows[id] == nil {
			return d, nil, fmt.Errorf("%q is not in the pool", id)
		}
	}
	return d, rows, nil
}

// table is a CSV file with a header.
type table struct {
	header []string
	rows   [][]string
}

func (t table) get(row []string, name string) string {
	return strings.TrimSpace(row[slices.Index(t.header, name)])
}

// readTable reads a CSV file that has at least these columns.
func readTable(path string, needs ...string) (t table, err error) {
	file, err := os.Open(path)
	if err != nil {
		return t, err
	}
	defer file.Close()
	return parseTable(path, file, needs...)
}

func parseTable(name string, from io.Reader, needs ...string) (t table, err error) {
	r := csv.NewReader(from)
	rows, err := r.ReadAll()
	if err != nil {
		return t, fmt.Errorf("%s: %w", name, err)
	}
	if len(rows) == 0 {
		return t, fmt.Errorf("%s is empty", name)
	}
	t.header, t.rows = rows[0], rows[1:]
	t.header[0] = strings.TrimPrefix(t.header[0], "\uFEFF")
	for n, column := range t.header {
		t.header[n] = strings.ToLower(strings.TrimSpace(column))
		if slices.Contains(t.header[:n], t.header[n]) {
			return t, fmt.Errorf("%s has two columns %q", name, t.header[n])
		}
	}
	for _, need := range needs {
		if !slices.Contains(t.header, need) {
			return t, fmt.Errorf("%s needs a column %q; it has %s", name, need, strings.Join(t.header, ", "))
		}
	}
	return t, nil
}

// writeTable writes the rows with these ids, in their order.
func writeTable(path string, header []string, rows map[string][]string, ids []string) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	w := csv.NewWriter(file)
	w.Write(header)
	for _, id := range ids {
		w.Write(rows[id])
	}
	w.Flush()
	return errors.Join(w.Error(), file.Close())
}
