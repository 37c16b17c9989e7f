package storage

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Full text: the tables idea_search and mention_search hold the folded words
// of a text under its id. Words go in and are asked for as they are, so that
// both engines find the same. This file is the whole difference between them.

// MaxWord is the longest word that is indexed, in bytes: PostgreSQL takes no
// lexeme over 2,046, and nobody searches for one that long.
const MaxWord = 200

// PutText puts the folded words of a text into a search table, in place of
// those it had.
func PutText(ctx context.Context, tx *Tx, table string, id int64, words []string) error {
	if err := DropText(ctx, tx, table, id); err != nil {
		return fmt.Errorf("storage: words of %s: %w", table, err)
	}
	return AddTexts(ctx, tx, table, []int64{id}, [][]string{words})
}

// AddTexts puts the folded words of texts into a search table that has none of
// them yet.
func AddTexts(ctx context.Context, tx *Tx, table string, ids []int64, words [][]string) error {
	value := ``
	if tx.Postgres() {
		value = `array_to_tsvector(string_to_array($?, ' '))`
	}
	rows := make([][]any, len(ids))
	for i, id := range ids {
		rows[i] = []any{id, indexed(words[i])}
	}
	for len(rows) > 0 {
		n := rowsAtOnce
		for n > len(rows) {
			n /= 2
		}
		query, args := valuesOf(tx, table+` (rowid, words)`, rows[:n], ``, value)
		if _, err := tx.Exec(ctx, query, args...); err != nil {
			return fmt.Errorf("storage: words of %s: %w", table, err)
		}
		rows = rows[n:]
	}
	return nil
}

// indexed gives the words that are indexed, as a search table takes them: of a
// longer one its beginning.
func indexed(words []string) string {
	kept := make([]string, len(words))
	for i, w := range words {
		end := min(len(w), MaxWord)
		for end < len(w) && !utf8.RuneStart(w[end]) {
			end--
		}
		kept[i] = w[:end]
	}
	return strings.Join(kept, " ")
}

// begins is what Begin writes behind a word: no word has it.
const begins = "\x00"

// Begin gives, for MatchText, what finds the words that begin with word.
func Begin(word string) string { return word + begins }

// DropText takes a text out of a search table.
func DropText(ctx context.Context, tx *Tx, table string, id int64) error {
	_, err := tx.Exec(ctx, `delete from `+table+` where rowid = $1`, id)
	return err
}

// Match is how words are searched for.
type Match uint8

// The ways to search.
const (
	AllWords   Match = iota // the text has all the words
	LastBegins              // the same, but the last may be the beginning of one: search as you type
	AnyWord                 // the text has at least one
)

// MatchText gives a condition "in (select rowid ...)", to be written behind an
// id, that holds of the texts in a search table with these folded words, and
// the argument for its hole $hole. Without words nothing matches.
func MatchText(q Q, table string, hole int, words []string, how Match) (condition, arg string) {
	n := "$" + strconv.Itoa(hole)
	condition = `in (select rowid from ` + table + ` where words match ` + n + `)`
	quote, star, and, or := quoteFTS, "*", " ", " OR "
	if q.Postgres() {
		condition = `in (select rowid from ` + table + ` where words @@ ` + n + `::tsquery)`
		quote, star, and, or = quoteLexeme, ":*", " & ", " | "
	}
	if len(words) == 0 {
		return `in (select rowid from ` + table + ` where rowid = -1 and ` + n + ` = '')`, ""
	}
	parts := make([]string, len(words))
	for i, w := range words {
		word, begun := strings.CutSuffix(w, begins)
		if parts[i] = quote(word); begun || how == LastBegins && i == len(words)-1 {
			parts[i] += star
		}
	}
	if how == AnyWord {
		return condition, strings.Join(parts, or)
	}
	return condition, strings.Join(parts, and)
}

// WalkText gives a condition that holds of the same texts, whose id is in a column
// of rows that are read in the order that is asked for: no index looks them up by
// it. On SQLite the ids of all that match are read first, once (PostgreSQL would go through
// the list of them for each row); on PostgreSQL the words of each row are looked at where they
// stand (SQLite would begin a search for each).
func WalkText(q Q, table, id string, hole int, words []string, how Match) (condition, arg string) {
	condition, arg = MatchText(q, table, hole, words, how)
	if !q.Postgres() {
		return id + " + 0 " + condition, arg
	}
	return strings.Replace(condition, "in (select rowid from "+table+" where ", "(select true from "+table+" where rowid = "+id+" and ", 1), arg
}

// WalksList reports whether WalkText begins by reading the ids of all that
// match, after which a row costs little; else each row costs the same.
func WalksList(q Q) bool { return !q.Postgres() }

// quoteFTS writes a word as an FTS5 string.
func quoteFTS(w string) string { return `"` + strings.ReplaceAll(w, `"`, `""`) + `"` }

// quoteLexeme writes a word as a lexeme of a tsquery.
func quoteLexeme(w string) string {
	return `'` + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(w) + `'`
}
