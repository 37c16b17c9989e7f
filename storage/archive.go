package storage

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"tribune/internal/fault"
)

// The archive is a whole site in an open format: manifest.json, and for each
// table NAME.ndjson with one JSON object a row, columns by name, bytes in
// base64, times in Unix microseconds. It reads the same from either engine
// and goes back into either. Full-text tables are left out: they are made
// anew from the texts.

// archiveFormat is the version of the archive's layout. In layout 1 the bytes of
// "rest" were written as if they were letters, and are lost.
const archiveFormat = 2

// tables lists what an archive holds, in the order it is read back.
var tables = []string{
	"blob", "setting", "tally", "event", "audit", "cursor", "outbox",
	"person", "account", "account_move", "session", "token", "signin_link", "mail_choice", "revision", "circle",
	"source", "query", "query_source", "saved_list", "rest", "let_go", "deleted", "forget_ask", "let_alone", "hook", "hook_delivery", "webmention", "mention", "mention_query", "mention_count", "query_total", "correction",
	"spike_watch", "spike", "unheard", "trend_look", "trend", "trend_voice", "alert_choice", "alert_person", "alert", "relay", "relay_secret", "relay_call", "relay_try", "digest", "digest_mail",
	"thread", "message", "letter",
	"purpose", "charter", "clause", "call", "status", "idea", "idea_tag", "tag", "merged_row", "vote", "vote_against", "comment", "follow", "voice", "decision", "override", "telling", "release", "release_idea", "credit",
	"post", "linkback", "post_picture", "post_reply", "post_reaction", "post_edit",
	"purchase", "purchase_refund", "purchase_country", "reason", "reason_teller",
	"board", "board_quota", "board_invite", "board_application", "board_pool", "board_draw", "board_seat", "board_talk", "board_said", "board_task", "board_answer", "board_vote",
	"share_link", "share_salt", "share_open", "share_join", "thanks", "effect", "effect_due",
	"referral", "referral_account", "referral_month", "referral_crossed", "referral_tree", "referral_due", "unexplained_note",
	"clock_row", "clock_day", "loop_row", "loop_day", "said_row", "said_day", "heard_language", "heard_source",
	"cohort_account", "cohort_buyer", "cohort", "measure_due", "gap", "gap_term", "gap_example",
	"tribe", "tribe_wording", "tribe_renaming", "membership", "tribe_word", "tribe_word_choice", "tribe_idea", "tie", "tie_source", "tribe_thing", "tribe_ballot", "tribe_against",
	"tribe_support", "tribe_voter", "tribe_day", "tribe_week", "tribe_group", "tribe_group_member", "tribe_strength", "tribe_run",
}

// secret are the tables that an export to hand over leaves out: they only
// open doors of this very site.
var secret = map[string]bool{"session": true, "signin_link": true, "letter": true, "share_salt": true, "share_open": true, "hook": true, "relay_secret": true}

// Manifest says what an archive holds.
type Manifest struct {
	Format int              `json:"format"`
	Schema int64            `json:"schema"` // the migration the rows fit
	MadeAt time.Time        `json:"made_at"`
	Rows   map[string]int64 `json:"rows"`
}

// readable gives how many rows of a table can be read back, if any.
func (m Manifest) readable(table string) (rows int64, ok bool) {
	rows, ok = m.Rows[table]
	return rows, ok && (m.Format > 1 || table != "rest")
}

// Folder is where an archive is written to, and read from: one file at a time.
type Folder interface {
	Create(name string) (io.WriteCloser, error)
	Open(name string) (io.ReadCloser, error)
}

// Export writes the whole site into a folder, as of one moment, while it is
// being used. With secrets, sessions and one-time links are in it too (a
// backup); without them it is fit to be handed over.
func (db *DB) Export(ctx context.Context, to Folder, secrets bool, now time.Time) (Manifest, error) {
	m := Manifest{Format: archiveFormat, MadeAt: now.UTC().Truncate(time.Second), Rows: map[string]int64{}}
	err := db.snapshot(ctx, func(run runner) error {
		if err := run.row(ctx, `select max(version_id) from goose_db_version where is_applied`).Scan(&m.Schema); err != nil {
			return err
		}
		for _, table := range tables {
			if secret[table] && !secrets {
				continue
			}
			n, err := exportTable(ctx, run, to, table, secrets)
			if err != nil {
				return fmt.Errorf("table %s: %w", table, err)
			}
			m.Rows[table] = n
		}
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("storage: export: %w", err)
	}
	return m, writeJSON(to, "manifest.json", m)
}

// snapshot runs f over one unchanging view of the database.
func (db *DB) snapshot(ctx context.Context, f func(run runner) error) error {
	if db.postgres {
		tx, err := db.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
		if err != nil {
			return err
		}
		defer tx.Rollback()
		return f(sqlTx{tx})
	}
	conn, err := db.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "begin deferred"); err != nil {
		return err
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), "rollback")
	return f(sqlConn{conn})
}

type sqlConn struct{ *sql.Conn }

func (c sqlConn) query(ctx context.Context, q string, args ...any) (*sql.Rows, error) {
	return c.QueryContext(ctx, q, args...)
}
func (c sqlConn) row(ctx context.Context, q string, args ...any) *sql.Row {
	return c.QueryRowContext(ctx, q, args...)
}
func (c sqlConn) exec(ctx context.Context, q string, args ...any) (sql.Result, error) {
	return c.ExecContext(ctx, q, args...)
}

func writeJSON(to Folder, name string, v any) error {
	w, err := to.Create(name)
	if err != nil {
		return err
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		w.Close()
		return err
	}
	return w.Close()
}

// exportTable writes one table's rows and gives their number. Without secrets,
// what signs us in elsewhere is left empty.
func exportTable(ctx context.Context, run runner, to Folder, table string, secrets bool) (n int64, err error) {
	query := `select * from ` + table
	if table == "cursor" {
		// Where the log's order is by transaction (PostgreSQL), the ids that were
		// not read yet need not be the highest: begin before the lowest of them.
		query = `select name, 0 as tx, coalesce((select min(e.id) - 1 from event e where (e.tx, e.id) > (cursor.tx, cursor.event_id)),
			(select max(id) from event), 0) as event_id, '' as leased_by, 0 as leased_until from cursor`
	}
	order, err := inOrder(ctx, run, query)
	if err != nil {
		return 0, err
	}
	rows, err := run.query(ctx, query+order)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return 0, err
	}
	binary, err := bytesColumns(rows)
	if err != nil {
		return 0, err
	}
	w, err := to.Create(table + ".ndjson")
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriterSize(w, 1<<16)
	values, into := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			w.Close()
			return n, err
		}
		if at := slices.Index(columns, "token"); table == "source" && at >= 0 && !secrets {
			values[at] = ""
		}
		for i, v := range values {
			if b, ok := v.([]byte); ok && !binary[columns[i]] {
				values[i] = string(b)
			}
		}
		if err := writeRow(out, table, columns, values); err != nil {
			w.Close()
			return n, err
		}
		n++
	}
	if err := rows.Err(); err != nil {
		w.Close()
		return n, err
	}
	if err := out.Flush(); err != nil {
		w.Close()
		return n, err
	}
	return n, w.Close()
}

// inOrder gives the order in which a query's rows are exported, so that the
// same rows make the same file: by id, else by every column in its turn.
func inOrder(ctx context.Context, run runner, query string) (string, error) {
	rows, err := run.query(ctx, query+" limit 0")
	if err != nil {
		return "", err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil || len(columns) > 0 && columns[0] == "id" {
		return " order by 1", err
	}
	by := make([]string, len(columns))
	for n := range columns {
		by[n] = strconv.Itoa(n + 1)
	}
	return " order by " + strings.Join(by, ", "), rows.Err()
}

// bytesColumns tells which columns hold bytes, which JSON has in base64.
func bytesColumns(rows *sql.Rows) (map[string]bool, error) {
	types, err := rows.ColumnTypes()
	binary := map[string]bool{}
	for _, t := range types {
		if name := strings.ToLower(t.DatabaseTypeName()); name == "blob" || name == "bytea" {
			binary[t.Name()] = true
		}
	}
	return binary, err
}

// writeRow writes a row as a JSON object, its columns in the table's order.
func writeRow(out *bufio.Writer, table string, columns []string, values []any) error {
	var line bytes.Buffer
	line.WriteByte('{')
	for i, column := range columns {
		v := values[i]
		if table == "event" && column == "tx" {
			v = int64(0) // its meaning ends with the database it was written in
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		if i > 0 {
			line.WriteByte(',')
		}
		fmt.Fprintf(&line, "%q:%s", column, text)
	}
	line.WriteString("}\n")
	_, err := out.Write(line.Bytes())
	return err
}

// Import reads a whole site back into a fresh database, in one transaction:
// all of it, or nothing. A database that somebody uses already is refused. What
// an older program wrote is brought up to date first (see renewed).
func (db *DB) Import(ctx context.Context, from Folder) (Manifest, error) {
	var m Manifest
	f, err := from.Open("manifest.json")
	if err != nil {
		return m, fault.New(fault.Invalid, "This is not a copy of a site: it has no manifest.json. Nothing was changed.").Because(err)
	}
	err = json.NewDecoder(f).Decode(&m)
	f.Close()
	if err != nil || m.Format < 1 || m.Format > archiveFormat {
		return m, fault.New(fault.Invalid, "This copy of a site is of a form that this program does not read. Nothing was changed.").Because(err)
	}
	newest, err := Newest()
	if err != nil {
		return m, err
	}
	if m.Schema > newest {
		return m, fault.New(fault.Conflict, "This copy was made by a newer Tribune (schema {have}; this program knows {newest}). Nothing was changed: use the newer program.", "have", m.Schema, "newest", newest)
	}
	if err := unused(ctx, db); err != nil {
		return m, err
	}
	fits := m
	if m.Schema < newest {
		var done func()
		if from, fits, done, err = db.renewed(ctx, m, from); err != nil {
			return m, fmt.Errorf("storage: import: %w", err)
		}
		defer done()
	}
	err = db.Update(ctx, func(tx *Tx) error {
		if err := unused(ctx, tx); err != nil {
			return err
		}
		for _, table := range tables {
			if want, ok := fits.readable(table); ok {
				if err := importTable(ctx, tx, from, table, want); err != nil {
					return fmt.Errorf("table %s: %w", table, err)
				}
			}
		}
		return nil
	})
	if err != nil {
		return m, fmt.Errorf("storage: import: %w", err)
	}
	if err := db.Analyze(ctx); err != nil {
		return m, fmt.Errorf("storage: look at what was imported: %w", err)
	}
	return m, nil
}

// unused refuses a database in which somebody is already.
func unused(ctx context.Context, q Q) error {
	var people int
	if err := q.Row(ctx, `select count(*) from person`).Scan(&people); err != nil {
		return err
	}
	if people > 0 {
		return fault.New(fault.Conflict, "There is a site here already, and nothing of it was changed. Give an empty folder or database.")
	}
	return nil
}

// importTable reads one table's rows back.
func importTable(ctx context.Context, tx *Tx, from Folder, table string, want int64) error {
	columns, binary, err := tableColumns(ctx, tx, table)
	if err != nil {
		return err
	}
	f, err := from.Open(table + ".ndjson")
	if err != nil {
		return err
	}
	defer f.Close()
	dec := json.NewDecoder(bufio.NewReaderSize(f, 1<<16))
	dec.UseNumber()
	statement := ""
	var n int64
	for ; ; n++ {
		var row map[string]any
		if err := dec.Decode(&row); err == io.EOF {
			break
		} else if err != nil {
			return fmt.Errorf("row %d: %w", n+1, err)
		}
		if statement == "" {
			// A column that an older copy does not know gets its default.
			columns = slices.DeleteFunc(columns, func(c string) bool { _, ok := row[c]; return !ok })
			statement = insertStatement(table, columns)
		}
		args, err := rowArgs(columns, binary, row)
		if err != nil {
			return fmt.Errorf("row %d: %w", n+1, err)
		}
		if _, err := tx.Exec(ctx, statement, args...); err != nil {
			return fmt.Errorf("row %d: %w", n+1, err)
		}
	}
	if n != want {
		return fault.New(fault.Invalid, "This copy of a site is not whole: {table} has {have} rows of {want}. Nothing was changed.", "table", table, "have", n, "want", want)
	}
	if tx.postgres && slices.Contains(columns, "id") {
		_, err := tx.Exec(ctx, `select setval(pg_get_serial_sequence('`+table+`', 'id'), greatest((select max(id) from `+table+`), 1))`)
		return err
	}
	return nil
}

func insertStatement(table string, columns []string) string {
	holes := make([]string, len(columns))
	for i := range holes {
		holes[i] = fmt.Sprintf("$%d", i+1)
	}
	return `insert into ` + table + ` (` + strings.Join(columns, ", ") + `) values (` + strings.Join(holes, ", ") + `)`
}

// tableColumns gives a table's columns, and which of them hold bytes.
func tableColumns(ctx context.Context, tx *Tx, table string) (columns []string, binary map[string]bool, err error) {
	rows, err := tx.Query(ctx, `select * from `+table+` limit 0`)
	if err != nil {
		return nil, nil, err
	}
	defer rows.Close()
	if columns, err = rows.Columns(); err != nil {
		return nil, nil, err
	}
	binary, err = bytesColumns(rows)
	return columns, binary, err
}

// rowArgs gives a row's values in the order of the columns.
func rowArgs(columns []string, binary map[string]bool, row map[string]any) ([]any, error) {
	args := make([]any, len(columns))
	for i, column := range columns {
		switch v := row[column].(type) {
		case json.Number:
			n, err := numberOf(v)
			if err != nil {
				return nil, err
			}
			args[i] = n
		case string:
			args[i] = v
			if binary[column] {
				data, err := base64.StdEncoding.DecodeString(v)
				if err != nil {
					return nil, fmt.Errorf("column %s: %w", column, err)
				}
				args[i] = data
			}
		case nil:
			return nil, fmt.Errorf("column %s is missing", column)
		default:
			return nil, fmt.Errorf("column %s holds %T", column, v)
		}
	}
	return args, nil
}

// numberOf gives a whole number as int64, which no float64 can hold as exactly,
// and any other as float64.
func numberOf(v json.Number) (any, error) {
	if strings.ContainsAny(v.String(), ".eE") {
		return v.Float64()
	}
	return v.Int64()
}
