package listen

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"tribune/internal/fault"
	"tribune/storage"
)

const table = "id,Date,Author Name,Text,Link,lang,type,country\n" +
	"1,2026-03-01 10:00:00,Anaïs,\"Un carnet, enfin !\nDeux lignes\",https://a.example/1,fr,tweet,FR\n" +
	"2,31/03/2026,Ben,Nice,https://a.example/2,en,review,\n" +
	",2026-04-01,Cleo,No id and no address,,,,\n" +
	",,,,,,,\n" +
	"3,02/03/2026,Dan,Two ways,,,,\n" +
	"4,2026-04-01,Eve,,,,,\n" +
	"1,2026-03-01,Anaïs,Again,,,,\n" +
	"5,2026-04-01,Fay,Somewhere,,,,Narnia\n"

func TestImport(t *testing.T) {
	lines := `{"id":1,"text":"One","author":{"name":"A","handle":"@a@b.example","url":"https://b.example/@a"},"published_at":"2026-03-01T10:00:00+01:00","public":false,"images":[],"url":"https://b.example/1"}

{"body":"Two","author":"B","date":1772359200,"reach":12,"images":["https://b.example/1.png"],"source":"Other"}
[1]
{"text":"Three","language":"klingon!"}
{"text":"` + strings.Repeat("x", maxRow) + `"}
{"text":"Four", "kind":"call"}`
	files := map[string]struct {
		format string
		data   []byte
		want   Report
	}{
		"csv":         {"csv", []byte(table), Report{Rows: 7, New: 3, Known: 1, Failed: 3}},
		"mark":        {"csv", append([]byte("\xef\xbb\xbf"), table...), Report{Rows: 7, New: 3, Known: 1, Failed: 3}},
		"utf-16":      {"csv", encoded(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String, table), Report{Rows: 7, New: 3, Known: 1, Failed: 3}},
		"utf-16 be":   {"csv", encoded(t, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String, table), Report{Rows: 7, New: 3, Known: 1, Failed: 3}},
		"latin-1":     {"csv", encoded(t, charmap.ISO8859_1.NewEncoder().String, table), Report{Rows: 7, New: 3, Known: 1, Failed: 3}},
		"semicolons":  {"csv", []byte("date;message\n2026-03-01;\"Hallo; Welt\"\n2026-03-02;Ciao\n"), Report{Rows: 2, New: 2}},
		"tabs":        {"csv", []byte("date\tcontent\r\n2026-03-01\tHallo, Welt\r\n"), Report{Rows: 1, New: 1}},
		"no such day": {"csv", []byte("date,message\n0001-01-01,One\n2999-01-01,Two\n2026-03-01,Three\n"), Report{Rows: 3, New: 1, Failed: 2}},
		"ndjson":      {"ndjson", []byte(lines), Report{Rows: 6, New: 3, Failed: 3}},
	}
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		for name, k := range files {
			t.Run(name, func(t *testing.T) {
				o := ImportOptions{Source: name}
				for _, step := range []string{"dry", "first", "second"} {
					before := count(t, s.db, `select count(*) from mention`)
					o.DryRun = step == "dry"
					got, err := s.Import(ctx, s.staff, bytes.NewReader(k.data), k.format, o)
					ok(t, err)
					want := k.want
					if step == "second" {
						want.Known, want.New = want.Known+want.New, 0
					}
					if len(got.Errors) != want.Failed {
						t.Errorf("%s: errors %+v", step, got.Errors)
					}
					for n, e := range got.Errors {
						if e.Row < 2 || e.Text == "" || n > 0 && e.Row < got.Errors[n-1].Row {
							t.Errorf("%s: %+v", step, e)
						}
					}
					got.Errors, got.LeftOut, got.Elsewhere, got.Repeated = nil, nil, "", 0 // the table comes under many names
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%s: %s", step, diff)
					}
					grown := count(t, s.db, `select count(*) from mention`) - before
					if step == "first" && grown != int64(want.New) || step != "first" && grown != 0 {
						t.Errorf("%s: %d more mentions", step, grown)
					}
				}
				if n := count(t, s.db, `select count(*) from source where name = $1 and kind = 'import' and addressed = 1`, name); n != 1 {
					t.Errorf("%d sources", n)
				}
			})
		}
		for _, name := range []string{"latin-1", "utf-16", "utf-16 be", "csv"} {
			if n := count(t, s.db, `select count(*) from mention m join source s on s.id = m.source_id join account a on a.id = m.account_id
				where s.name = $1 and a.name = 'Anaïs' and m.country = 'FR' and m.kind = 'post' and m.text = $2 and m.published_at = $3`,
				name, "Un carnet, enfin !\nDeux lignes", time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC).UnixMicro()); n != 1 {
				t.Errorf("%s: %d of Anaïs", name, n)
			}
		}
		if n := count(t, s.db, `select count(*) from mention m join source s on s.id = m.source_id where s.name = 'Other' and m.reach = 12 and m.has_image = 1`); n != 1 {
			t.Errorf("%d from a source of its own", n)
		}
		if n := count(t, s.db, `select count(*) from mention where has_image = 1`); n != 1 {
			t.Errorf("%d with a picture", n)
		}
		settled(t, s)
	})
}

// A file that was imported under another name is said to be so, checked or
// imported; one that shares a row with another is not.
func TestImportedElsewhere(t *testing.T) {
	const file = "text,author,date\nThe binding broke.,Anna,2026-03-01\nIt came late.,,2026-03-02\nFine paper.,Cleo,\n"
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		report := func(name, file string, dry bool) Report {
			t.Helper()
			got, err := s.Import(ctx, s.staff, strings.NewReader(file), "csv", ImportOptions{Source: name, DryRun: dry})
			ok(t, err)
			return got
		}
		for _, dry := range []bool{true, false, false} {
			if got := report("Shop", file, dry); got.Elsewhere != "" || got.Repeated != 0 {
				t.Errorf("%+v", got)
			}
		}
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error { // a batch is stored a little after it was read
			_, err := tx.Exec(ctx, `update mention set heard_at = heard_at + 1000000`)
			return err
		}))
		more := file + "Heavy.,Dan,2026-03-04\nDear.,Eve,2026-03-05\n"
		for _, dry := range []bool{true, false} {
			if got := report("Shop 2026", more, dry); got.Elsewhere != "Shop" || got.Repeated != 3 || got.New != 5 {
				t.Errorf("dry %v: %+v", dry, got)
			}
		}
		for _, other := range []string{
			"text,date\nFine paper.,2026-03-01\nIt came late.,2026-03-09\n",             // the same words of other days
			"text,date\nIt came late.,2026-03-02\nPapier.,2026-03-02\nOh.,2026-03-02\n", // a third of it
		} {
			if got := report("Letters", other, true); got.Elsewhere != "" {
				t.Errorf("%+v", got)
			}
		}
	})
}

func encoded(t *testing.T, encode func(string) (string, error), s string) []byte {
	t.Helper()
	out, err := encode(s)
	ok(t, err)
	return []byte(out)
}

// A file that ends in the middle, or never does, is refused without harm.
func TestImportBadFiles(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		for name, k := range map[string]struct {
			format string
			file   io.Reader
			says   string
			stored int
		}{
			"empty":        {"csv", strings.NewReader(""), "empty, or no CSV", 0},
			"no text":      {"csv", strings.NewReader("date,who\n1,2\n"), "No column is named as the text", 0},
			"format":       {"xlsx", strings.NewReader(""), "csv or ndjson", 0},
			"never closed": {"csv", io.MultiReader(strings.NewReader("text\nfirst\n\""), &zeros{50 << 20}), "larger than 4 MB", 1},
			"breaks":       {"ndjson", io.MultiReader(strings.NewReader("{\"text\":\"second\"}\n{"), broken{}), "could not be read to its end", 1},
			"a picture":    {"ndjson", strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00"), "", 0},
		} {
			got, err := s.Import(ctx, s.staff, k.file, k.format, ImportOptions{Source: "Bad"})
			if k.says == "" {
				if err != nil || got.Failed == 0 || got.New != 0 {
					t.Errorf("%s: %+v, %v", name, got, err)
				}
				continue
			}
			if f, isFault := errors.AsType[*fault.Error](err); !isFault || !strings.Contains(f.Error(), k.says) || got.New != k.stored {
				t.Errorf("%s: %+v, %v", name, got, err)
			}
		}
	})
}

type zeros struct{ left int }

func (z *zeros) Read(p []byte) (int, error) {
	if z.left <= 0 {
		return 0, io.EOF
	}
	clear(p)
	for i := range p {
		p[i] = 'a'
	}
	z.left -= len(p)
	return len(p), nil
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestReadDate(t *testing.T) {
	want := time.Date(2026, 3, 31, 14, 5, 0, 0, time.UTC)
	for _, s := range []string{"2026-03-31T14:05:00Z", "2026-03-31T16:05:00+02:00", "2026-03-31 14:05:00", "2026-03-31 14:05", "31.03.2026 14:05", "31/03/2026 14:05",
		"03/31/2026 14:05", fmt.Sprint(want.Unix()), fmt.Sprint(want.UnixMilli()), "Tue, 31 Mar 2026 14:05:00 GMT", "Tue Mar 31 14:05:00 +0000 2026", "2026-03-31 14:05:00 UTC"} {
		got, err := readDate(s)
		if err != nil || !got.Equal(want) {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"yesterday", "2026-13-01", "02/03/2026", "12", "2026"} {
		if got, err := readDate(s); err == nil {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"https://Example.ORG/A/?utm_source=x&b=2&a=1&fbclid=9#top": "example.org/A?a=1&b=2",
		"http://example.org":                     "example.org",
		"https://example.org:443/":               "example.org",
		"https://example.org:8443/a//":           "example.org:8443/a",
		"https://[2001:DB8::1]/x?utm_campaign=y": "[2001:db8::1]/x",
		"ftp://example.org/":                     "",
		"https://me:pw@example.org/":             "",
		"not an address":                         "",
	} {
		if got := canonical(in); got != want {
			t.Errorf("%s: %q, want %q", in, got, want)
		}
	}
}

func FuzzImport(f *testing.F) {
	f.Add("csv", []byte(table))
	f.Add("ndjson", []byte(`{"text":"a","author":{"name":1},"date":null}`))
	f.Add("csv", []byte("\xff\xfet\x00e\x00x\x00t\x00\n\x00a\x00"))
	f.Fuzz(func(t *testing.T, format string, data []byte) {
		var rows rowReader
		var err error
		if format == "csv" {
			rows, err = newCSV(bytes.NewReader(data))
		} else {
			rows, err = newLines(bytes.NewReader(data))
		}
		if err != nil {
			return
		}
		for last := 0; ; {
			p, row, err := rows.next()
			if errors.Is(err, io.EOF) {
				return
			}
			if _, over := errors.AsType[endless](err); over {
				return
			}
			if row <= last {
				t.Fatalf("row %d after %d", row, last)
			}
			last = row
			if err != nil {
				if _, isFault := errors.AsType[*fault.Error](err); !isFault {
					t.Fatal(err)
				}
				continue
			}
			if p, err := clean(p); err == nil {
				utter(Source{ID: 1}, p, p.PublishedAt)
			}
		}
	})
}

func TestImportSaysWhatIsLeftOut(t *testing.T) {
	for name, k := range map[string]struct {
		format, data string
		rows         int
		out          []string
		wrong        []string
	}{
		"columns":      {"csv", "text,email,at,mood,created_at,,stars\na,b@c.example,2026-03-01,x,,,5\n", 1, []string{"mood", "created_at", "stars"}, nil},
		"members":      {"ndjson", `{"text":"a","mood":1,"author":{"name":"A","age":3}}` + "\n" + `{"text":"b","mood":1,"stars":5}`, 2, []string{"mood", "author.age", "stars"}, nil},
		"no string":    {"ndjson", `{"text":42}` + "\n" + `{"text":["a"]}` + "\n" + `{"body":{"a":1}}` + "\n" + `{"text":"b"}`, 4, []string{}, []string{"1 The text is no string.", "2 The text is no string.", "3 The text is no string."}},
		"never closed": {"csv", "id,text\n1,\"a\nb\"\n2,\"c\n3,d\n4,e\n", 2, []string{}, []string{"3 The quotation mark that opens in line 4 is not closed properly; lines 4 to 6 are"}},
		"closed wrong": {"csv", "id,author,text\n1,\"A\nB\",\"c\n2,x,\"d\" \n3,y,e\n", 2, []string{}, []string{"2 The quotation mark that opens in line 3 is not closed properly; lines 3 to 4 are"}},
		"stray":        {"csv", "id,text\n1,a 5\" page\n2,b\n", 2, []string{}, []string{"2 A quotation mark stands inside a value in line 2."}},
	} {
		t.Run(name, func(t *testing.T) {
			both(t, func(t *testing.T, s *site) {
				got, err := s.Import(t.Context(), s.staff, strings.NewReader(k.data), k.format, ImportOptions{})
				ok(t, err)
				if diff := cmp.Diff(k.out, got.LeftOut); diff != "" || got.Rows != k.rows || got.New != k.rows-len(k.wrong) || len(got.Errors) != len(k.wrong) {
					t.Fatalf("%+v, left out: %s", got, diff)
				}
				for i, want := range k.wrong {
					e := got.Errors[i]
					if said := fmt.Sprint(e.Row, " ", fault.Fill(e.Text, e.Args...)); !strings.HasPrefix(said, want) {
						t.Errorf("said %q, want %q", said, want)
					}
				}
			})
		})
	}
}
