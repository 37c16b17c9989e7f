package know

import (
	"context"
	"fmt"
	"strings"

	"tribune/storage"
)

// anywhere writes what LIKE looks for: the text, wherever it stands.
func anywhere(text string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(strings.ToLower(strings.TrimSpace(text))) + "%"
}

// Search finds people by their name, or by the name or address of one of their
// accounts, by name; those who left are left out.
func (d *Directory) Search(ctx context.Context, a Actor, text string, limit int) ([]Person, error) {
	if err := Require(a, Know, Subject{Audience: Team}); err != nil {
		return nil, err
	}
	people, err := storage.All(ctx, d.db, scanPerson, selectPerson+` where left_at = 0 and (lower(name) like $1 escape '\' or id in (
		select person_id from account where person_id <> 0 and (lower(name) like $1 escape '\' or lower(address) like $1 escape '\')))
		order by name, id limit $2`, anywhere(text), limit)
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
	accounts, err := storage.All(ctx, d.db, scanAccount, selectAccount+` where person_id = 0 and (lower(name) like $1 escape '\' or lower(address) like $1 escape '\') and not (`+merelyAsked+`)
		order by id desc limit $2`, anywhere(text), limit)
	if err != nil {
		return nil, fmt.Errorf("know: search for accounts: %w", err)
	}
	return accounts, nil
}
