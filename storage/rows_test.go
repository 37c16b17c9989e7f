package storage_test

import (
	"fmt"
	"slices"
	"testing"

	"tribune/storage"
	"tribune/storage/storagetest"
)

// Any number of rows goes in, each once, and gives back what is asked for.
func TestInsertMany(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		for _, n := range []int{0, 1, 2, 63, 64, 65, 131} {
			rows := make([][]any, n)
			for i := range rows {
				rows[i] = []any{fmt.Sprint("k", i), i}
			}
			var names []string
			err := db.Update(ctx, func(tx *storage.Tx) error {
				names = nil
				if _, err := tx.Exec(ctx, `delete from tally`); err != nil {
					return err
				}
				did, err := tx.InsertMany(ctx, `tally (name, n)`, rows, ``, nil)
				if err == nil && did != int64(n) {
					t.Errorf("%d rows: %d were written", n, did)
				}
				if err != nil {
					return err
				}
				// Again, with one that is new: that one comes back.
				_, err = tx.InsertMany(ctx, `tally (name, n)`, append(rows, []any{"new", 7}), `on conflict (name) do nothing returning name`, func(row storage.Scanner) error {
					var name string
					err := row.Scan(&name)
					names = append(names, name)
					return err
				})
				return err
			})
			if err != nil {
				t.Fatalf("%d rows: %v", n, err)
			}
			if !slices.Equal(names, []string{"new"}) {
				t.Errorf("%d rows: %q came back", n, names)
			}
			var count, sum int
			if err := db.Row(ctx, `select count(*), sum(n) from tally`).Scan(&count, &sum); err != nil || count != n+1 || sum != 7+n*(n-1)/2 {
				t.Errorf("%d rows: there are %d of sum %d, %v", n, count, sum, err)
			}
		}
		err := db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.InsertMany(ctx, `tally (name, n)`, [][]any{{"twice", 1}, {"twice", 2}}, ``, nil)
			return err
		})
		if err == nil {
			t.Error("a row was written twice without an error")
		}
	})
}
