package know_test

import (
	"strings"
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

// TestSearchFoldsNames checks that people and accounts are found by their
// names without accents and capitals, also those whose names an earlier version
// kept unfolded, and that what was folded goes with the name.
func TestSearchFoldsNames(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		ctx := t.Context()
		d, _, _ := directory(db)
		if _, _, err := d.AddPerson(ctx, "Marta Lindqvist", "marta@example.org", know.Owner); err != nil {
			t.Fatal(err)
		}
		elise, _, err := d.AddPerson(ctx, "Élise O’Neill", "e@example.org", know.Staff)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			_, err := d.EnsureAccount(ctx, tx, know.Account{Kind: know.Web, Address: "blog.example/e", Name: "Étienne Caron"})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		staff, err := d.Actor(ctx, elise.ID)
		if err != nil {
			t.Fatal(err)
		}
		look := func(when string, person, account int) {
			t.Helper()
			for _, text := range []string{"élise", "ELISE", "lise o'nei", "oneill", "Étienne", "etienne car"} {
				people, err1 := d.Search(ctx, staff, text, 10)
				accounts, err2 := d.Unclaimed(ctx, staff, text, 10)
				wantPeople, wantAccounts := person, 0
				if strings.Contains(strings.ToLower(text), "tienne") {
					wantPeople, wantAccounts = 0, account
				}
				if text == "oneill" {
					wantPeople = 0
				}
				if err1 != nil || err2 != nil || len(people) != wantPeople || len(accounts) != wantAccounts {
					t.Errorf("%s, %q finds %d people and %d accounts (%v, %v), want %d and %d", when, text, len(people), len(accounts), err1, err2, wantPeople, wantAccounts)
				}
			}
		}
		look("new", 1, 1)
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			for _, table := range []string{"person", "account"} {
				if _, err := tx.Exec(ctx, `update `+table+` set folded = ''`); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		look("unfolded", 0, 0)
		if err := d.FoldNames(ctx); err != nil {
			t.Fatal(err)
		}
		look("folded again", 1, 1)
		if err := d.SetProfile(ctx, staff, know.Profile{Name: "Zoë Park"}); err != nil {
			t.Fatal(err)
		}
		if found, err := d.Search(ctx, staff, "zoe", 10); err != nil || len(found) != 1 {
			t.Errorf("the new name finds %d, %v", len(found), err)
		}
		if err := d.Leave(ctx, staff, true); err != nil {
			t.Fatal(err)
		}
		var kept int
		if err := db.Row(ctx, `select count(*) from person where name = '' and folded <> ''`).Scan(&kept); err != nil || kept != 0 {
			t.Errorf("%d folded names outlive the name, %v", kept, err)
		}
	})
}
