package storage_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/fault"
	"tribune/storage"
	"tribune/storage/storagetest"
)

var update = flag.Bool("update", false, "write schema.sql anew")

func count(t *testing.T, q storage.Q, query string, args ...any) (n int64) {
	t.Helper()
	if err := q.Row(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// A failing write leaves no trace and takes no neighbour with it.
func TestUpdateAlone(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		boom := errors.New("boom")
		var wg sync.WaitGroup
		errs := make([]error, 60)
		for i := range errs {
			wg.Go(func() {
				errs[i] = db.Update(t.Context(), func(tx *storage.Tx) error {
					if _, err := tx.Exec(t.Context(), `insert into tally (name, n) values ($1, 1)`, fmt.Sprint("t", i)); err != nil {
						return err
					}
					switch i % 3 {
					case 1:
						return boom
					case 2:
						if !db.Postgres() {
							panic("a handler's mistake")
						}
						return boom
					}
					return nil
				})
			})
		}
		wg.Wait()
		for i, err := range errs {
			if (err == nil) != (i%3 == 0) {
				t.Errorf("write %d: %v", i, err)
			}
		}
		if n := count(t, db, `select count(*) from tally`); n != 20 {
			t.Errorf("%d rows, want 20", n)
		}
	})
}

// What runs after a transaction runs once it is durable, and only then.
func TestAfter(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var ran []string
		add := func(name string, fail error) {
			_ = db.Update(t.Context(), func(tx *storage.Tx) error {
				tx.After(func() { ran = append(ran, name) })
				return fail
			})
		}
		add("a", nil)
		add("b", errors.New("no"))
		add("c", nil)
		if diff := cmp.Diff([]string{"a", "c"}, ran); diff != "" {
			t.Error(diff)
		}
	})
}

// A write whose asker is gone before it began is not done.
func TestUpdateCancelled(t *testing.T) {
	db := storagetest.SQLite(t)
	ctx, cancel := context.WithCancel(t.Context())
	block, blocked := make(chan struct{}), make(chan struct{})
	go db.Update(t.Context(), func(*storage.Tx) error { close(blocked); <-block; return nil })
	<-blocked
	done := make(chan error)
	go func() {
		done <- db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `insert into tally (name, n) values ('late', 1)`)
			return err
		})
	}()
	time.Sleep(20 * time.Millisecond)
	cancel()
	close(block)
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := count(t, db, `select count(*) from tally`); n != 0 {
		t.Error("it was done all the same")
	}
}

func TestNewerRefused(t *testing.T) {
	dir := t.TempDir()
	open := func() (*storage.DB, error) {
		return storage.Open(t.Context(), slog.New(slog.DiscardHandler), storage.Options{Folder: dir})
	}
	db, err := open()
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `insert into goose_db_version (version_id, is_applied) values (99999, 1)`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	db.Close()
	if _, err := open(); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "newer Tribune") {
		t.Fatalf("got %v", err)
	}
}

// memory is an archive in memory.
type memory map[string]*strings.Builder

type memoryFile struct{ *strings.Builder }

func (memoryFile) Close() error { return nil }

func (m memory) Create(name string) (io.WriteCloser, error) {
	m[name] = &strings.Builder{}
	return memoryFile{m[name]}, nil
}

func (m memory) Open(name string) (io.ReadCloser, error) {
	if b, ok := m[name]; ok {
		return io.NopCloser(strings.NewReader(b.String())), nil
	}
	return nil, os.ErrNotExist
}

// bytesOf gives every byte there is but the first few, none of them text.
func bytesOf(from int) (b []byte) {
	for c := from; c < 256; c++ {
		b = append(b, byte(c))
	}
	return b
}

// fill writes rows whose values are easily spoilt on the way.
func fill(t *testing.T, db *storage.DB) {
	t.Helper()
	if err := db.Update(t.Context(), func(tx *storage.Tx) error {
		for i := range 30 {
			if _, err := tx.Exec(t.Context(), `insert into person (name, created_at) values ($1, $2)`, fmt.Sprintf("Anaïs \"%d\" \\ \u2028 <é>", i), int64(1)<<53+int64(i)); err != nil {
				return err
			}
			if _, err := tx.Exec(t.Context(), `insert into event (at, kind, subject_kind, subject_id) values ($1, 'person.joined', 'person', $1)`, i+1); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(t.Context(), `insert into blob (sha256, type, data, made_at) values ('00', 'image/png', $1, 5)`, []byte{0, 255, 1, 10, 13, 34}); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `insert into rest (source_id, n, keys, speakers, data, size, at) values (1, 1, $1, $2, $3, 9, 5)`, bytesOf(1), bytesOf(2), bytesOf(0)); err != nil {
			return err
		}
		if _, err := tx.Exec(t.Context(), `insert into session (hash, person_id, created_at, seen_at, expires_at) values ('h', 1, 1, 1, 1)`); err != nil {
			return err
		}
		for _, z := range []float64{0.3910526315789474, -8, 1e300, 5e-324} { // parts, a whole number, far and near
			if _, err := tx.Exec(t.Context(), `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, found_at) values (0, 'rise', 1, 2, 0, 77.775, 3, $1, 4)`, z); err != nil {
				return err
			}
		}
		_, err := tx.Exec(t.Context(), `insert into cursor (name, tx, event_id) select 'reader', tx, id from event order by id limit 1 offset 9`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

// A full disk is said once, in words that help, and nothing else about it; once
// there is room, writing goes on.
func TestFullDisk(t *testing.T) {
	var said bytes.Buffer
	db, err := storage.Open(t.Context(), slog.New(slog.NewTextHandler(&said, nil)), storage.Options{Folder: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	write := func(size int) error {
		return db.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Insert(t.Context(), `insert into person (name, created_at) values ($1, 1) returning id`, strings.Repeat("x", size))
			return err
		})
	}
	room := func(pages int) {
		t.Helper()
		if err := db.Update(t.Context(), func(tx *storage.Tx) error {
			var most int
			return tx.Row(t.Context(), fmt.Sprintf("pragma max_page_count = %d", pages)).Scan(&most)
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := write(10); err != nil {
		t.Fatal(err)
	}
	room(1) // SQLite takes that for what it has now
	said.Reset()
	var crowd sync.WaitGroup
	for range 3 {
		if err := write(5 << 20); err == nil {
			t.Fatal("a full disk took 5 MB")
		}
		for range 8 { // in batches, too
			crowd.Go(func() {
				if err := write(5 << 20); err == nil {
					t.Error("a full disk took 5 MB")
				}
			})
		}
		crowd.Wait()
	}
	room(1 << 30)
	if err := write(5 << 20); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := db.Row(t.Context(), `select count(*) from person`).Scan(&n); err != nil || n != 2 {
		t.Errorf("%d people, %v", n, err)
	}
	lines := strings.Split(strings.TrimSpace(said.String()), "\n")
	for _, line := range lines {
		if strings.Contains(line, "rollback") {
			t.Errorf("it says %s", line)
		}
	}
	if full := strings.Count(said.String(), "The disk is full"); full < 1 || full > 2 || full != strings.Count(said.String(), "The disk has room again") || len(lines) != 2*full {
		t.Errorf("it says\n%s", said.String())
	}
}

// The same rows make the same export, in whichever order they were written.
func TestExportInOrder(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		var exports []string
		for _, voters := range [][]int{{1, 2, 3}, {3, 1, 2}} {
			if err := db.Update(t.Context(), func(tx *storage.Tx) error {
				if _, err := tx.Exec(t.Context(), `delete from vote`); err != nil {
					return err
				}
				for _, voter := range voters {
					if _, err := tx.Exec(t.Context(), `insert into vote (idea_id, person_id, at) values (7, $1, 5)`, voter); err != nil {
						return err
					}
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			to := memory{}
			if _, err := db.Export(t.Context(), to, true, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			exports = append(exports, to["vote.ndjson"].String())
		}
		if diff := cmp.Diff(exports[0], exports[1]); diff != "" || strings.Count(exports[0], "\n") != 3 {
			t.Errorf("%s\n%s", diff, exports[0])
		}
	})
}

// A site goes out of either engine and back into either, whole.
func TestArchiveRoundTrip(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, from *storage.DB) {
		fill(t, from)
		first := memory{}
		if _, err := from.Export(t.Context(), first, true, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		storagetest.Each(t, func(t *testing.T, to *storage.DB) {
			if _, err := to.Import(t.Context(), first); err != nil {
				t.Fatal(err)
			}
			if to.Postgres() {
				var looked int
				if err := to.Row(t.Context(), `select count(*) from pg_stats where schemaname = current_schema() and tablename = 'person'`).Scan(&looked); err != nil || looked == 0 {
					t.Errorf("PostgreSQL has not looked at what was imported: %d, %v", looked, err)
				}
			}
			second := memory{}
			if _, err := to.Export(t.Context(), second, true, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			for name, b := range first {
				if diff := cmp.Diff(b.String(), second[name].String()); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
				if strings.ContainsRune(b.String(), '\uFFFD') {
					t.Errorf("%s lost bytes", name)
				}
			}
			var rest [3][]byte
			if err := to.Row(t.Context(), `select keys, speakers, data from rest`).Scan(&rest[0], &rest[1], &rest[2]); err != nil {
				t.Error(err)
			}
			if diff := cmp.Diff([3][]byte{bytesOf(1), bytesOf(2), bytesOf(0)}, rest); diff != "" {
				t.Error(diff)
			}
			// New rows come after the old ones.
			if err := to.Update(t.Context(), func(tx *storage.Tx) error {
				id, err := tx.Insert(t.Context(), `insert into person (name, created_at) values ('Nils', 1) returning id`)
				if err == nil && id <= 30 {
					err = fmt.Errorf("id %d", id)
				}
				return err
			}); err != nil {
				t.Error(err)
			}
			if _, err := to.Import(t.Context(), first); !fault.Is(err, fault.Conflict) {
				t.Errorf("over a site in use: %v", err)
			}
		})
		handed := memory{}
		if _, err := from.Export(t.Context(), handed, false, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		if _, ok := handed["session.ndjson"]; ok {
			t.Error("sessions were handed over")
		}
	})
}

// Of a copy in layout 1, which spoilt what rests, all else is read.
func TestImportLayout1(t *testing.T) {
	from := storagetest.SQLite(t)
	fill(t, from)
	old := memory{}
	if _, err := from.Export(t.Context(), old, true, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]*strings.Replacer{
		"manifest.json": strings.NewReplacer(`"format": 2`, `"format": 1`),
		"rest.ndjson":   strings.NewReplacer(base64.StdEncoding.EncodeToString(bytesOf(0)), "\uFFFD\uFFFD"),
	} {
		text := change.Replace(old[name].String())
		if text == old[name].String() {
			t.Fatalf("%s is as it was: %s", name, text)
		}
		old[name] = &strings.Builder{}
		old[name].WriteString(text)
	}
	to := storagetest.SQLite(t)
	if _, err := to.Import(t.Context(), old); err != nil {
		t.Fatal(err)
	}
	if people, rest := count(t, to, `select count(*) from person`), count(t, to, `select count(*) from rest`); people != 30 || rest != 0 {
		t.Errorf("%d people, %d rest", people, rest)
	}
}

// A copy that is not whole changes nothing.
func TestImportBroken(t *testing.T) {
	db := storagetest.SQLite(t)
	fill(t, db)
	whole := memory{}
	if _, err := db.Export(t.Context(), whole, true, time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(s string) string{
		"a row short": func(s string) string { return s[strings.IndexByte(s, '\n')+1:] },
		"cut":         func(s string) string { return s[:len(s)-20] },
		"wrong type":  func(s string) string { return strings.Replace(s, `"name":"`, `"name":[1],"x":"`, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			broken := memory{}
			for name, b := range whole {
				text := b.String()
				if name == "person.ndjson" {
					text = spoil(text)
				}
				broken[name] = &strings.Builder{}
				broken[name].WriteString(text)
			}
			to := storagetest.SQLite(t)
			if _, err := to.Import(t.Context(), broken); err == nil {
				t.Fatal("it was taken")
			}
			if n := count(t, to, `select count(*) from person`) + count(t, to, `select count(*) from blob`); n != 0 {
				t.Errorf("%d rows were left behind", n)
			}
		})
	}
}

// notArchived are the tables that an archive leaves out, each for a reason.
var notArchived = []string{
	"goose_db_version",                             // the engine's own
	"idea_search", "mention_search", "post_search", // made anew from the texts
	"mention_day", "mention_day_until", // made anew from mention_count
	"referral_day", // made anew from the tree
	"idempotency",  // forgotten after a day
	"kept_words",   // likewise, of who has not signed in
}

// Every table is archived, or left out for a reason.
func TestArchiveKnowsEveryTable(t *testing.T) {
	db := storagetest.SQLite(t)
	m, err := db.Export(t.Context(), memory{}, true, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	names, err := storage.All(t.Context(), db, storage.Scalar[string], `select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		base, _, _ := strings.Cut(name, "_search_") // FTS5's shadow tables
		if base != name {
			base += "_search"
		}
		if _, ok := m.Rows[name]; !ok && !slices.Contains(notArchived, base) {
			t.Errorf("table %s is in no archive", name)
		}
	}
}

// schema.sql is what the migrations make; it is written with -update.
func TestSchema(t *testing.T) {
	db := storagetest.SQLite(t)
	texts, err := storage.All(t.Context(), db, storage.Scalar[string], `select sql || ';' from sqlite_master
		where sql is not null and name not like 'sqlite_%' and name not like 'goose_%' and name not like '%\_search\_%' escape '\' order by rowid`)
	if err != nil {
		t.Fatal(err)
	}
	got := "-- The schema as the migrations make it on SQLite. Generated by go test ./storage -update; do not edit.\n\n" + strings.Join(texts, "\n\n") + "\n"
	path := filepath.Join("schema.sql")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("schema.sql is not what the migrations make; write it anew with -update:\n%s", diff)
	}
}
