// Package saved has what queries can name: the saved lists (table saved_list),
// and the standing queries by their names. It asks nobody's leave.
package saved

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"tribune/internal/query"
	"tribune/storage"
)

// List is a saved list.
type List struct {
	ID        int64
	Name      string
	Kind      query.ListKind
	Items     []string
	CreatedAt time.Time
	ChangedAt time.Time
}

// Parse reads a query, and from q what it names. A fault says what is wrong with
// it.
func Parse(ctx context.Context, q storage.Q, text string) (*query.Query, error) {
	s := &names{ctx: ctx, q: q}
	parsed, err := query.ParseWith(text, s)
	if s.err != nil {
		return nil, s.err
	}
	return parsed, err
}

// names reads what a query names, as it is named. Names are taken to the letter.
type names struct {
	ctx context.Context
	q   storage.Q
	err error // of the database
}

// List gives a saved list (query.Saved).
func (s *names) List(name string) (l query.List, ok bool) {
	var items string
	ok = s.read(s.q.Row(s.ctx, `select kind, items from saved_list where name = $1`, name), &l.Kind, &items)
	l.Items = strings.Split(items, "\n")
	return l, ok
}

// Query gives the text of a standing query (query.Saved).
func (s *names) Query(name string) (text string, ok bool) {
	ok = s.read(s.q.Row(s.ctx, `select text from query where name = $1`, name), &text)
	return text, ok
}

// Names gives the names of what is saved (query.Saved).
func (s *names) Names(lists bool) []string {
	from := `query`
	if lists {
		from = `saved_list`
	}
	all, err := storage.All(s.ctx, s.q, storage.Scalar[string], `select name from `+from+` order by name limit 10000`)
	if err != nil {
		s.err = err
	}
	return all
}

func (s *names) read(row storage.Scanner, into ...any) bool {
	err := row.Scan(into...)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		s.err = err
	}
	return err == nil
}

// Follower is a query that names something saved.
type Follower struct {
	ID   int64
	Name string
	Err  error // it cannot be read (any longer)
}

// Followers gives the queries that name, themselves or by way of others, what
// is saved under a name such as list:rivals; and those that cannot be read.
func Followers(ctx context.Context, q storage.Q, name string) ([]Follower, error) {
	type one struct {
		Follower
		text string
	}
	all, err := storage.All(ctx, q, func(row storage.Scanner) (o one, err error) {
		return o, row.Scan(&o.ID, &o.Name, &o.text)
	}, `select id, name, text from query where lower(text) like '%list:%' or lower(text) like '%query:%' order by id`)
	var found []Follower
	for _, o := range all {
		parsed, err := Parse(ctx, q, o.text)
		if o.Err = err; err != nil || slices.Contains(parsed.Names(), name) {
			found = append(found, o.Follower)
		}
	}
	return found, err
}

// Lists gives the saved lists by name; where limits them.
func Lists(ctx context.Context, q storage.Q, where string, args ...any) ([]List, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (l List, err error) {
		var items string
		var created, changed int64
		err = row.Scan(&l.ID, &l.Name, &l.Kind, &items, &created, &changed)
		l.Items, l.CreatedAt, l.ChangedAt = strings.Split(items, "\n"), storage.Time(created), storage.Time(changed)
		return l, err
	}, `select id, name, kind, items, created_at, changed_at from saved_list`+where+` order by name`, args...)
}
