package know_test

import (
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
