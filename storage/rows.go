package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// rowsAtOnce is the most rows that InsertMany writes with one statement: by
// then a row costs what its values cost, not what a statement costs.
const rowsAtOnce = 64

// InsertMany writes many rows of the same number of values in few statements:
// into is "table (columns)", then what follows the values ("on conflict ...",
// "returning ..."), each takes what is returned, in whatever order (nil if
// nothing is). It gives how many rows were changed, 0 where some are returned.
// Rows go by the power of two, so that few statement texts exist.
func (tx *Tx) InsertMany(ctx context.Context, into string, rows [][]any, then string, each func(row Scanner) error) (int64, error) {
	var changed int64
	for len(rows) > 0 {
		n := rowsAtOnce
		for n > len(rows) {
			n /= 2
		}
		done, err := tx.insertPart(ctx, into, rows[:n], then, each)
		if err != nil {
			return 0, fmt.Errorf("storage: insert %d rows into %s: %w", n, into, err)
		}
		changed, rows = changed+done, rows[n:]
	}
	return changed, nil
}

func (tx *Tx) insertPart(ctx context.Context, into string, rows [][]any, then string, each func(row Scanner) error) (int64, error) {
	query, args := valuesOf(tx, into, rows, then, "")
	if each == nil {
		return tx.Exec(ctx, query, args...)
	}
	back, err := tx.Query(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	defer back.Close()
	for back.Next() {
		if err := each(back); err != nil {
			return 0, err
		}
	}
	return 0, back.Err()
}

// valuesOf writes an insert of rows. last, if there is one, is how the last
// value of a row is written around its hole, which it calls $?. SQLite gets
// holes without names: to find many by their names takes longer than to insert
// what is in them.
func valuesOf(tx *Tx, into string, rows [][]any, then, last string) (query string, args []any) {
	var b strings.Builder
	b.WriteString("insert into " + into + " values ")
	args = make([]any, 0, len(rows)*len(rows[0]))
	for i, row := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		for j, v := range row {
			b.WriteString([]string{"(", ", "}[min(j, 1)])
			args = append(args, v)
			hole := "?"
			if tx.postgres {
				hole = "$" + strconv.Itoa(len(args))
			}
			if last != "" && j == len(row)-1 {
				hole = strings.ReplaceAll(last, "$?", hole)
			}
			b.WriteString(hole)
		}
		b.WriteByte(')')
	}
	b.WriteString(" " + then)
	return b.String(), args
}
