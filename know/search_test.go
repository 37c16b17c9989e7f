package know_test

import (
	"testing"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

func TestSearchForPeopleAndAccounts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		d, _, _ := directory(db)
		marta, _, err := d.AddPerson(ctx, "Marta Lindqvist", "marta@example.org", know.Staff)
		if err != nil {
			t.Fatal(err)
		}
		anna, _, err := d.AddPerson(ctx, "Anna Morel", "a.morel@example.org", know.Member)
		if err != nil {
			t.Fatal(err)
		}
		var jo int64
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			jo, err = d.EnsureAccount(ctx, tx, know.Account{Kind: know.Web, Address: "blog.example/jo_k", Name: "Jo Keller"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		staff, err := d.Actor(ctx, marta.ID)
		if err != nil {
			t.Fatal(err)
		}
		for text, want := range map[string]int{"anna": 1, "MOREL": 1, "a.morel@": 1, "example.org": 2, "%": 0, "zz": 0} {
			if found, err := d.Search(ctx, staff, text, 10); err != nil || len(found) != want {
				t.Errorf("%q finds %d people, %v; want %d", text, len(found), err, want)
			}
		}
		for text, want := range map[string]int{"keller": 1, "jo_k": 1, "joXk": 0, "": 1, "marta": 0} {
			if found, err := d.Unclaimed(ctx, staff, text, 10); err != nil || len(found) != want {
				t.Errorf("%q finds %d accounts, %v; want %d", text, len(found), err, want)
			}
		}
		if err := d.Move(ctx, staff, jo, anna.ID); err != nil {
			t.Fatal(err)
		}
		if found, err := d.Search(ctx, staff, "jo keller", 10); err != nil || len(found) != 1 || found[0].ID != anna.ID {
			t.Errorf("the name of a joined account finds %v, %v", found, err)
		}
		if _, err := d.Search(ctx, know.Actor{ID: anna.ID, Role: know.Member}, "m", 10); !fault.Is(err, fault.NotFound) {
			t.Errorf("a member searches the people: %v", err)
		}
	})
}
