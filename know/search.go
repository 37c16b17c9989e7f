package know

import (
	"context"
	"fmt"
	"strings"

	"tribune/know/naming"
	"tribune/storage"
)

var literal = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// anywhere writes what LIKE looks for in an address: the text, wherever it stands.
func anywhere(text string) string {
	return "%" + literal.Replace(strings.ToLower(strings.TrimSpace(text))) + "%"
}

// AnywhereInName writes what LIKE looks for in a folded name: the words of the
// text, wherever they stand; the first may begin within a word, the last end in one.
func AnywhereInName(text string) string {
	if folded := strings.TrimPrefix(naming.Key(text), " "); folded != "" {
		return "%" + literal.Replace(folded) + "%"
	}
	return anywhere(text)
}

// BeginsName writes what LIKE looks for in a folded name: the words of the
// text, the first of which begins a word; the last may end in one. A text
// without words is in every name.
func BeginsName(text string) string { return "%" + literal.Replace(naming.Key(text)) + "%" }

// SameName reports whether two names differ in capitals, accents, apostrophes
// and hyphens at most.
func SameName(a, b string) bool { return naming.Key(a) == naming.Key(b) }

// Search finds people by their name, or by the name or address of one of their
// accounts, by name; those who left are left out.
func (d *Directory) Search(ctx context.Context, a Actor, text string, limit int) ([]Person, error) {
	if err := Require(a, Know, Subject{Audience: Team}); err != nil {
		return nil, err
	}
	people, err := storage.All(ctx, d.db, scanPerson, selectPerson+` where left_at = 0 and (folded like $1 escape '\' or id in (
		select person_id from account where person_id <> 0 and (folded like $1 escape '\' or lower(address) like $2 escape '\')))
		order by name, id limit $3`, AnywhereInName(text), anywhere(text), limit)
	if err != nil {
		return nil, fmt.Errorf("know: search for people: %w", err)
	}
	return people, nil
}

// Unclaimed finds accounts that nobody claimed, by name or address, the
// newest first; who merely asked for a link is not among them.
func (d *Directory) Unclaimed(ctx context.Context, a Actor, text string, limit int) ([]Account, error) {
	if err := Require(a, Know, Subject{Audience: Team}); err != nil {
		return nil, err
	}
	accounts, err := storage.All(ctx, d.db, scanAccount, selectAccount+` where person_id = 0 and (folded like $1 escape '\' or lower(address) like $2 escape '\') and not (`+merelyAsked+`)
		order by id desc limit $3`, AnywhereInName(text), anywhere(text), limit)
	if err != nil {
		return nil, fmt.Errorf("know: search for accounts: %w", err)
	}
	return accounts, nil
}

// foldAtOnce is how many names are folded in one transaction.
const foldAtOnce = 500

// FoldNames folds the names that an earlier version kept without. It ends once
// all are, and is run at each start.
func (d *Directory) FoldNames(ctx context.Context) error {
	for _, table := range []string{"person", "account"} {
		for after, more := int64(0), true; more; {
			if err := d.db.Update(ctx, func(tx *storage.Tx) (err error) {
				after, more, err = foldNext(ctx, tx, table, after)
				return err
			}); err != nil {
				return fmt.Errorf("know: fold the names of %s: %w", table, err)
			}
		}
	}
	return nil
}

// foldNext folds the next names of a table behind an id, and reports whether
// there may be more.
func foldNext(ctx context.Context, tx *storage.Tx, table string, after int64) (last int64, more bool, err error) {
	type called struct {
		id   int64
		name string
	}
	names, err := storage.All(ctx, tx, func(row storage.Scanner) (c called, err error) {
		err = row.Scan(&c.id, &c.name)
		return c, err
	}, `select id, name from `+table+` where id > $1 and name <> '' and folded = '' order by id limit $2`, after, foldAtOnce)
	if err != nil {
		return after, false, err
	}
	for _, c := range names {
		after = c.id
		if _, err := tx.Exec(ctx, `update `+table+` set folded = $1 where id = $2 and name = $3`, naming.Key(c.name), c.id, c.name); err != nil {
			return after, false, err
		}
	}
	return after, len(names) == foldAtOnce, nil
}
