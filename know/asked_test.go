package know_test

import (
	"net/url"
	"strings"
	"testing"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// An address that somebody merely typed is shown to nobody but them.
func TestMerelyAsked(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, _, _ := directory(db)
		ctx := t.Context()
		sam := added(t, d, "Sam Hill", "sam@example.org", know.Staff)
		eve := added(t, d, "Eve Moss", "eve@example.org", know.Member)
		if err := d.StartSignIn(ctx, "stranger@other.example", "", "en"); err != nil {
			t.Fatal(err)
		}
		for _, address := range []string{"eve.second@other.example", "sam@example.org", "stranger@other.example"} {
			if _, err := d.AddAddress(ctx, eve, address); err != nil {
				t.Fatal(err)
			}
		}
		found, err := d.Unclaimed(ctx, sam, "other.example", 10)
		if err != nil || len(found) != 0 {
			t.Errorf("the desk finds %v, %v", found, err)
		}
		ids, err := storage.All(ctx, db, storage.Scalar[int64], `select id from account where address like '%@other.example' order by id`)
		if err != nil || len(ids) != 2 {
			t.Fatalf("accounts: %v, %v", ids, err)
		}
		for _, id := range ids {
			if c, err := d.Known(ctx, sam, id); !fault.Is(err, fault.NotFound) {
				t.Errorf("the desk knows %+v, %v", c, err)
			}
		}
		h, err := d.Held(ctx, eve)
		if err != nil || len(h.Awaited) != 3 || h.Awaited[0].Address != "eve.second@other.example" || h.Awaited[1].Address != "sam@example.org" || h.Awaited[0].AskedAt.IsZero() {
			t.Errorf("held: %+v, %v", h.Awaited, err)
		}

		// What she asked for goes with her; what a stranger asked for, too, stays.
		if err := d.Leave(ctx, eve, false); err != nil {
			t.Fatal(err)
		}
		left, err := storage.All(ctx, db, storage.Scalar[string], `select address from account where kind = 'mail' and address not like 'left:%' order by address`)
		if err != nil || len(left) != 2 || left[0] != "sam@example.org" || left[1] != "stranger@other.example" {
			t.Errorf("after she left: %v, %v", left, err)
		}

		// Once something was said from an address, the desk knows it.
		if err := db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `insert into mention (identity, source_id, account_id, kind, public, text, text_hash, published_at, heard_at)
				select 'x', 1, id, 'mail', 0, 'x', 0, 0, 0 from account where address = 'stranger@other.example'`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if found, err := d.Unclaimed(ctx, sam, "other.example", 10); err != nil || len(found) != 1 {
			t.Errorf("the desk finds %v, %v", found, err)
		}
	})
}

// TestNewestLink: of the links that were asked for with one address the newest
// signs in, and its mail alone leaves. Links of others, and one that the
// command line handed over, are not theirs to end who type an address.
func TestNewestLink(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, events, _ := directory(db)
		ctx := t.Context()
		ask := func(address string) {
			t.Helper()
			if err := d.StartSignIn(ctx, address, "", "en"); err != nil {
				t.Fatal(err)
			}
		}
		newest := func() (secret string) {
			t.Helper()
			rows, err := events.Deliveries(ctx, "", 0, 1)
			if err != nil || len(rows) != 1 {
				t.Fatal(rows, err)
			}
			if secret, err = d.Arm(ctx, rows[0].Subject.ID); err != nil {
				t.Fatal(err)
			}
			return secret
		}
		_, handed, err := d.AddPerson(ctx, "Jo Berg", "jo@example.org", know.Member)
		if err != nil {
			t.Fatal(err)
		}
		ask("sam@example.org")
		sams := newest()
		ask("jo@example.org")
		older := newest() // its mail has left, say
		for range 3 {
			ask("jo@example.org")
		}
		rows, err := events.Deliveries(ctx, event.Waiting, 0, 10)
		if err != nil || len(rows) != 2 {
			t.Errorf("there wait %d mails for two addresses: %v", len(rows), err)
		}
		if rows, err := events.Deliveries(ctx, event.Superseded, 0, 10); err != nil || len(rows) != 3 {
			t.Errorf("%d mails will not leave, want 3: %v", len(rows), err)
		}
		for name, c := range map[string]struct {
			secret string
			good   bool
		}{"an older one": {older, false}, "the newest": {newest(), true}, "another's": {sams, true}, "that of the command line": {handed, true}} {
			if _, err := d.Look(ctx, c.secret); (err == nil) != c.good || !c.good && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := d.StartSignIn(ctx, "jo@example.org", "", "en"); !fault.Is(err, fault.Limited) {
			t.Errorf("the sixth within an hour: %v", err)
		}
	})
}

// Words that are kept over a sign-in are found by their ticket alone, until they
// are dropped; a ticket that is none finds and drops nothing.
func TestKeptWords(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		d, _, _ := directory(db)
		ctx := t.Context()
		ticket, err := d.KeepWords(ctx, url.Values{"body": {"Squares, “too”."}})
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{"", "1", "1-", ticket + "x", "2" + ticket[1:], "x-y"} {
			if err := d.DropWords(ctx, wrong); err != nil {
				t.Errorf("dropping %q: %v", wrong, err)
			}
			if words, err := d.KeptWords(ctx, wrong); !fault.Is(err, fault.NotFound) {
				t.Errorf("%q finds %v, %v", wrong, words, err)
			}
		}
		if words, err := d.KeptWords(ctx, ticket); err != nil || words.Get("body") != "Squares, “too”." {
			t.Errorf("kept: %v, %v", words, err)
		}
		if err := d.DropWords(ctx, ticket); err != nil {
			t.Fatal(err)
		}
		if words, err := d.KeptWords(ctx, ticket); !fault.Is(err, fault.NotFound) {
			t.Errorf("dropped, it finds %v, %v", words, err)
		}
		if _, err := d.KeepWords(ctx, url.Values{"body": {strings.Repeat("x", 64<<10)}}); !fault.Is(err, fault.Unavailable) {
			t.Errorf("64 kB: %v", err)
		}
	})
}
