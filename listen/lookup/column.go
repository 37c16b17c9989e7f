package lookup

import (
	"context"
	"fmt"
	"strings"

	"tribune/internal/query"
	"tribune/storage"
)

// Column is what a query asks of columns of mention m: a condition in which
// each "$?" is a hole, and what goes into them.
type Column struct {
	Condition string
	Args      []any
	Ordered   bool // an index has the mentions that fulfil it, the last last
}

// Columns gives what each mention that a query finds has in its columns. plain
// writes it such that no index is chosen for it.
func Columns(ctx context.Context, db storage.Q, q *query.Query, plain bool) ([]Column, error) {
	if q == nil {
		return nil, nil
	}
	var all []Column
	for _, a := range q.Asks() {
		c, err := column(ctx, db, a, plain)
		if err != nil {
			return nil, fmt.Errorf("lookup: columns of %q: %w", q, err)
		}
		if c.Condition != "" {
			all = append(all, c)
		}
	}
	return all, nil
}

func column(ctx context.Context, db storage.Q, a query.Ask, plain bool) (Column, error) {
	switch a.Field {
	case "lang":
		tags, err := distinct(ctx, db, "language", "true")
		return Equal("m.language", kept(tags, func(tag string) bool { return a.Finds(&query.Post{Language: tag}) }), plain), err
	case "country":
		codes, err := distinct(ctx, db, "country", "country <> ''")
		c := Equal("m.country", kept(codes, func(code string) bool { return a.Finds(&query.Post{Country: code}) }), plain)
		c.Condition += ` and m.country <> ''`
		return c, err
	case "source":
		var ids []int64
		err := storage.Each(ctx, db, func(row storage.Scanner) error {
			var id int64
			var name string
			err := row.Scan(&id, &name)
			if a.Finds(&query.Post{Source: name}) {
				ids = append(ids, id)
			}
			return err
		}, `select id, name from source`)
		return Equal("m.source_id", ids, plain), err
	case "sentiment":
		return Equal("m.mood", kept([]string{"positive", "negative", "unclear"}, func(mood string) bool { return a.Finds(&query.Post{Sentiment: mood}) }), true), nil
	case "reach":
		return Column{Condition: `m.reach + 0 > 0 and m.reach + 0 ` + a.Value + ` $?`, Args: []any{a.Number}}, nil
	case "has":
		if a.Value == "image" {
			return Column{Condition: `m.has_image = 1`}, nil
		}
	case "site":
		if strings.Trim(a.Value, "abcdefghijklmnopqrstuvwxyz0123456789.-") == "" { // else engines differ in what is lower case
			return Column{Condition: `lower(m.url) like $?`, Args: []any{"%" + a.Value + "%"}}, nil
		}
	}
	return Column{}, nil
}

// Equal asks that a column has one of some values. plain writes it such that
// no index is chosen for it.
func Equal[T string | int64](name string, values []T, plain bool) Column {
	if len(values) == 0 {
		return Column{Condition: `1 = 0`, Ordered: true}
	}
	if plain = plain || len(values) > 1; plain {
		if _, text := any(values[0]).(string); text {
			name += ` || ''`
		} else {
			name += ` + 0`
		}
	}
	c := Column{Condition: name + ` = $?`, Ordered: !plain}
	if len(values) > 1 {
		c.Condition = name + ` in (` + strings.TrimSuffix(strings.Repeat("$?, ", len(values)), ", ") + `)`
	}
	for _, v := range values {
		c.Args = append(c.Args, v)
	}
	return c
}

// distinct gives the values that an indexed column of mentions has, each by
// one step in the index.
func distinct(ctx context.Context, db storage.Q, column, where string) ([]string, error) {
	next := `(select min(` + column + `) from mention where ` + where
	return storage.All(ctx, db, storage.Scalar[string], `with recursive one (v) as (
		select `+next+`) union all select `+next+` and `+column+` > one.v) from one where one.v is not null)
		select v from one where v is not null`)
}

func kept(values []string, keep func(string) bool) (some []string) {
	for _, v := range values {
		if keep(v) {
			some = append(some, v)
		}
	}
	return some
}
