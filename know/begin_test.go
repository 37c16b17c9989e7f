package know_test

import (
	"fmt"
	"testing"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestOneBeginning: the links that an empty site prints make one owner, and
// none once the site has one, whichever way they came.
func TestOneBeginning(t *testing.T) {
	for _, c := range []struct {
		name string
		owns func(t *testing.T, d *know.Directory)
	}{
		{"added by the command line", func(t *testing.T, d *know.Directory) {
			added(t, d, "Marta Lund", "marta@example.org", know.Owner)
		}},
		{"come by another such link", func(t *testing.T, d *know.Directory) {
			secret, needed, err := d.OwnerLink(t.Context())
			if err != nil || !needed {
				t.Fatal(needed, err)
			}
			if _, _, _, err := d.Use(t.Context(), secret, "", "test"); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			storagetest.Each(t, func(t *testing.T, db *storage.DB) {
				d, _, _ := directory(db)
				ctx := t.Context()
				first, needed, err := d.OwnerLink(ctx)
				if err != nil || !needed {
					t.Fatalf("an empty site: %v, %v", needed, err)
				}
				added(t, d, "Sam Hill", "sam@example.org", know.Staff)
				if link, err := d.Look(ctx, first); err != nil || link.Role != know.Owner {
					t.Fatalf("while nobody owns the site: %+v, %v", link, err)
				}
				c.owns(t, d)
				if _, err := d.Look(ctx, first); !fault.Is(err, fault.NotFound) {
					t.Errorf("once somebody owns the site the link shows: %v", err)
				}
				if _, _, _, err := d.Use(ctx, first, "", "test"); !fault.Is(err, fault.NotFound) {
					t.Errorf("once somebody owns the site the link signs in: %v", err)
				}
				if secret, needed, err := d.OwnerLink(ctx); err != nil || needed || secret != "" {
					t.Errorf("once somebody owns the site another link is made: %v, %v", needed, err)
				}
			})
		})
	}
}

// TestUnopenedOwner: a site of an earlier version whose first link nobody opened
// holds an owner without a name; a start removes them, and nobody else.
func TestUnopenedOwner(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, _, _ := directory(db)
		ctx := t.Context()
		unopened := func() {
			t.Helper()
			if err := db.Update(ctx, func(tx *storage.Tx) error {
				id, err := tx.Insert(ctx, `insert into person (role, leads, created_at) values ('owner', 1, 5) returning id`)
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `insert into signin_link (hash, purpose, account_id, person_id, next, created_at, expires_at) values ($1, 'signin', 0, $2, '', 5, 0)`, fmt.Sprint("pending:", id), id)
				return err
			}); err != nil {
				t.Fatal(err)
			}
		}
		people := func(want int) {
			t.Helper()
			var people, links int
			if err := db.Row(ctx, `select count(*) from person`).Scan(&people); err != nil || people != want {
				t.Fatalf("%d people, want %d (%v)", people, want, err)
			}
			if err := db.Row(ctx, `select count(*) from signin_link where person_id <> 0 and account_id = 0`).Scan(&links); err != nil || links != 0 {
				t.Fatalf("%d links of nobody (%v)", links, err)
			}
		}
		unopened()
		unopened()
		secret, needed, err := d.OwnerLink(ctx)
		if err != nil || !needed {
			t.Fatal(needed, err)
		}
		people(0)
		if _, _, _, err := d.Use(ctx, secret, "", "test"); err != nil {
			t.Fatal(err)
		}
		people(1) // opened, and not named yet
		unopened()
		for range 2 {
			if _, needed, err := d.OwnerLink(ctx); err != nil || needed {
				t.Fatal(needed, err)
			}
			people(1)
		}
	})
}
