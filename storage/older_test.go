package storage_test

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tribune/internal/fault"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// files is an archive in a folder of this package.
type files string

func (f files) Create(string) (io.WriteCloser, error) { return nil, os.ErrPermission }
func (f files) Open(name string) (io.ReadCloser, error) {
	return os.Open(filepath.Join("testdata", string(f), name))
}

// An archive that an older program wrote comes out as if its site had been
// brought up to date: with the counts that are kept since, and what was agreed.
func TestOlderArchive(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		m, err := db.Import(t.Context(), files("schema13"))
		if err != nil || m.Schema != 13 {
			t.Fatal(m, err)
		}
		for what, query := range map[string]string{
			"who did not want to be named does not":       `select count(*) from person where id = 1 and credit = 'no'`,
			"who never said has not agreed":               `select count(*) from person where id = 2 and credit = ''`,
			"mentions are counted by slots":               `select count(*) - 1 from mention_count where at = 488888 * 3600 and source_id = 1 and n = 1`,
			"and which are folded":                        `select count(*) from tally where name = 'listen.folded-until' and n = 488889 * 3600`,
			"mentions by query":                           `select count(*) from query_total where query_id = 1 and n = 1`,
			"which query matched":                         `select count(*) from mention_query where query_id = 1 and mention_id = 1`,
			"the customer's number":                       `select count(*) from purchase where id = 2 and customer = 'c7'`,
			"what was paid back is no purchase":           `select count(*) from purchase_country where country = 'FR' and purchase_id = 2 and purchases = 1`,
			"the tree looks at who was paid back":         `select count(*) from referral_due where kind = 0 and id = 2`,
			"cohorts are counted anew":                    `select count(*) from measure_due where name = 'returned'`,
			"who is still to be told is looked at":        `select count(*) from loop_row where step = 'untold' and ref_id = 1`,
			"and counted by day":                          `select count(*) from loop_day where step = 'untold' and day = 20370`,
			"what was there stays":                        `select count(*) from loop_row where step = 'told' and n = 3`,
			"an address that one confirmed is held still": `select count(*) from account where id = 3 and confirmed_at > 0`,
		} {
			if count(t, db, query) != 1 {
				t.Errorf("%s: %s", what, query)
			}
		}
		if _, err := db.Import(t.Context(), files("schema13")); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a site in use: %v", err)
		}
		if left, _ := filepath.Glob(filepath.Join(db.Folder(), ".older-*")); len(left) > 0 {
			t.Errorf("%v was left behind", left)
		}
	})
}

// A copy of no schema, or cut, changes nothing and leaves nothing behind.
func TestOlderBroken(t *testing.T) {
	whole := memory{}
	entries, err := os.ReadDir("testdata/schema13")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join("testdata/schema13", e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		whole[e.Name()] = &strings.Builder{}
		whole[e.Name()].Write(text)
	}
	for name, spoil := range map[string][3]string{
		"of no schema": {"manifest.json", `"schema": 13`, `"schema": -1`},
		"a row short":  {"person.ndjson", `{"id":1,"name":"Ada Brook","role":"owner","credit_shown":0,"created_at":1760000000000000}` + "\n", ""},
		"cut":          {"purchase.ndjson", `"added_at":1760086400000000}`, ""},
		"wrong type":   {"mention_hour.ndjson", `"n":1`, `"n":[1]`},
	} {
		t.Run(name, func(t *testing.T) {
			broken := memory{}
			for file, b := range whole {
				text := b.String()
				if file == spoil[0] {
					text = strings.Replace(text, spoil[1], spoil[2], 1)
				}
				broken[file] = &strings.Builder{}
				broken[file].WriteString(text)
			}
			db := storagetest.SQLite(t)
			if _, err := db.Import(t.Context(), broken); err == nil {
				t.Error("it was taken")
			}
			if n := count(t, db, `select count(*) from person`) + count(t, db, `select count(*) from mention_count`); n != 0 {
				t.Errorf("%d rows were left behind", n)
			}
			if left, _ := filepath.Glob(filepath.Join(db.Folder(), ".older-*")); len(left) > 0 {
				t.Errorf("%v was left behind", left)
			}
		})
	}
}
