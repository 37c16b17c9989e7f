package listen

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/saved"
	"tribune/storage"
)

// AddQuery adds a standing query, runs it over what rests and over all
// mentions that are there, and gives how many it found.
func (r *Radar) AddQuery(ctx context.Context, a know.Actor, n NewQuery) (Query, int, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Query{}, 0, err
	}
	return r.putQuery(ctx, a, 0, n)
}

// ChangeQuery makes a standing query what n says, runs it anew, and gives how
// many it found.
func (r *Radar) ChangeQuery(ctx context.Context, a know.Actor, id int64, n NewQuery) (Query, int, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return Query{}, 0, err
	}
	return r.putQuery(ctx, a, id, n)
}

// putQuery writes a query, a new one if id is 0, and runs it.
func (r *Radar) putQuery(ctx context.Context, a know.Actor, id int64, n NewQuery) (Query, int, error) {
	n, err := r.checkQuery(ctx, n)
	if err != nil {
		return Query{}, 0, err
	}
	var follow []int64
	err = r.db.Update(ctx, func(tx *storage.Tx) error {
		made, was := id, ""
		kind := QueryChanged
		if made == 0 {
			kind = QueryAdded
		} else if err := tx.Row(ctx, `select name from query where id = $1`, id).Scan(&was); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if made, err = r.writeQuery(ctx, tx, a, made, n); err != nil {
			return err
		}
		// Only now does a query show that asks for itself by way of others.
		if _, err := saved.Parse(ctx, tx, n.Text); err != nil {
			return onField(err, "text")
		}
		if follow, err = r.touchFollowers(ctx, tx, a, "query:"+was); err != nil {
			return err
		}
		tx.After(func() { id = made })
		return r.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: event.Ref{Kind: "query", ID: made}, Staff: a.IsStaff()})
	})
	if err != nil {
		return Query{}, 0, err
	}
	q, err := r.query(ctx, id)
	if err != nil {
		return q, 0, err
	}
	// Who asked may go away; the search goes on for a while, and Rest ends it.
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), fillNow)
	defer cancel()
	found, err := r.fill(within, q)
	if err == nil {
		err = r.fillAll(within, follow)
	}
	if err != nil && within.Err() == nil {
		return q, found, err
	}
	q, err = r.query(ctx, id)
	return q, found, err
}

// touchFollowers notes that queries which name something saved say something
// else now, and gives them, to be run anew. It is refused if one could not be
// read any more.
func (r *Radar) touchFollowers(ctx context.Context, tx *storage.Tx, a know.Actor, name string) ([]int64, error) {
	all, err := saved.Followers(ctx, tx, name)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var last int64
	if err := tx.Row(ctx, `select coalesce(max(changed_at), 0) from query`).Scan(&last); err != nil {
		return nil, err
	}
	if err := countChange(ctx, tx); err != nil {
		return nil, err
	}
	ids := make([]int64, len(all))
	changed := max(storage.Micros(r.now()), last+1)
	for i, f := range all {
		if f.Err != nil {
			return nil, fault.New(fault.Conflict, "The standing query “{name}” asks for this and could not be read any more. Change that one first; nothing was changed.", "name", f.Name).Because(f.Err)
		}
		if _, err := tx.Exec(ctx, `update query set changed_at = $1, filled = 0, filled_to = 0 where id = $2`, changed, f.ID); err != nil {
			return nil, err
		}
		if err := r.events.Append(ctx, tx, event.Event{Kind: QueryChanged, Actor: a.ID, Subject: event.Ref{Kind: "query", ID: f.ID}, Staff: a.IsStaff()}); err != nil {
			return nil, err
		}
		ids[i] = f.ID
	}
	return ids, nil
}

// fillAll runs queries over what is there.
func (r *Radar) fillAll(ctx context.Context, ids []int64) error {
	for _, id := range ids {
		q, err := r.query(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err == nil {
			_, err = r.fill(ctx, q)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// checkQuery settles what a query is to be.
func (r *Radar) checkQuery(ctx context.Context, n NewQuery) (NewQuery, error) {
	n.Text = strings.TrimSpace(n.Text)
	var wrong []error
	if _, err := saved.Parse(ctx, r.db, n.Text); err != nil {
		wrong = append(wrong, onField(err, "text"))
	}
	n.Name = plain.Line(n.Name)
	if n.Name == "" {
		n.Name = plain.Clip(plain.Line(n.Text), maxSourceName)
	}
	if utf8.RuneCountInString(n.Name) > maxSourceName {
		wrong = append(wrong, fault.New(fault.Invalid, "A name has at most {limit} characters.", "limit", maxSourceName).On("name"))
	}
	switch n.Purpose {
	case "":
		n.Purpose = Us
	case Us, Rival, Topic:
	default:
		wrong = append(wrong, fault.New(fault.Invalid, "The purpose of a query is us, rival or topic.").On("purpose"))
	}
	n.Sources = slices.Compact(slices.Sorted(slices.Values(n.Sources)))
	return n, fault.All(wrong...)
}

func (r *Radar) writeQuery(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, n NewQuery) (int64, error) {
	if err := lockQueries(ctx, tx, true); err != nil {
		return 0, err
	}
	var taken, last int64
	if err := tx.Row(ctx, `select count(*) from query where name = $1 and id <> $2`, n.Name, id).Scan(&taken); err != nil {
		return 0, err
	}
	if taken > 0 {
		return 0, fault.New(fault.Conflict, "There is a query of this name. Choose another.").On("name")
	}
	if err := tx.Row(ctx, `select coalesce(max(changed_at), 0) from query`).Scan(&last); err != nil {
		return 0, err
	}
	now := storage.Micros(r.now())
	changed := max(now, last+1)
	if err := countChange(ctx, tx); err != nil {
		return 0, err
	}
	var err error
	if id == 0 {
		id, err = tx.Insert(ctx, `insert into query (name, text, purpose, created_by, created_at, changed_at) values ($1, $2, $3, $4, $5, $6) returning id`,
			n.Name, n.Text, string(n.Purpose), a.ID, now, changed)
	} else {
		var did int64
		did, err = tx.Exec(ctx, `update query set name = $1, text = $2, purpose = $3, changed_at = $4, filled = 0, filled_to = 0 where id = $5`,
			n.Name, n.Text, string(n.Purpose), changed, id)
		if err == nil && did == 0 {
			return 0, errNoQuery()
		}
	}
	if err != nil {
		return 0, fmt.Errorf("listen: query %q: %w", n.Name, err)
	}
	if _, err := tx.Exec(ctx, `delete from query_source where query_id = $1`, id); err != nil {
		return 0, err
	}
	for _, s := range n.Sources {
		var there int
		if err := tx.Row(ctx, `select count(*) from source where id = $1 and removed_at = 0`, s).Scan(&there); err != nil {
			return 0, err
		}
		if there == 0 {
			return 0, fault.New(fault.Invalid, "There is no source with the number {id}.", "id", s).On("sources")
		}
		if _, err := tx.Exec(ctx, `insert into query_source (query_id, source_id) values ($1, $2)`, id, s); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func errNoQuery() error { return fault.New(fault.NotFound, "There is no such query.") }

// RemoveQuery removes a standing query. The mentions it found stay. It is refused
// while another asks for it, or a webhook tells of nothing else.
func (r *Radar) RemoveQuery(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	err := r.db.Update(ctx, func(tx *storage.Tx) error {
		if err := lockQueries(ctx, tx, true); err != nil {
			return err
		}
		var name string
		err := tx.Row(ctx, `delete from query where id = $1 returning name`, id).Scan(&name)
		if errors.Is(err, sql.ErrNoRows) {
			return errNoQuery()
		}
		if err != nil {
			return err
		}
		if _, err := r.touchFollowers(ctx, tx, a, "query:"+name); err != nil {
			return err
		}
		told, err := storage.All(ctx, tx, storage.Scalar[string], `select name from relay where query_id = $1 order by id limit 1`, id)
		if err != nil {
			return err
		}
		if len(told) > 0 {
			return fault.New(fault.Conflict, "The webhook “{name}” sends only what is about this standing query and would send nothing any more. Change or remove that one first; nothing was removed.", "name", told[0])
		}
		if err := countChange(ctx, tx); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from query_source where query_id = $1`, id); err != nil {
			return err
		}
		return r.events.Append(ctx, tx, event.Event{Kind: QueryRemoved, Actor: a.ID, Subject: event.Ref{Kind: "query", ID: id}, Staff: a.IsStaff()})
	})
	if err != nil {
		return err
	}
	return r.sweep(context.WithoutCancel(ctx))
}

// sweep removes what removed queries left behind, a little at a time.
func (r *Radar) sweep(ctx context.Context) error {
	if err := r.inParts(ctx, `delete from mention_query where query_id not in (select id from query) and mention_id in
		(select mention_id from mention_query where query_id not in (select id from query) limit 500)`); err != nil {
		return err
	}
	// query_total says which queries have counts.
	if err := r.inParts(ctx, `delete from mention_count where (query_id, at) in (select c.query_id, c.at from query_total t join mention_count c on c.query_id = t.query_id
		where t.query_id not in (select id from query) limit 500)`); err != nil {
		return err
	}
	if err := r.inParts(ctx, `delete from mention_day where (query_id, day) in (select d.query_id, d.day from query_total t join mention_day d on d.query_id = t.query_id
		where t.query_id not in (select id from query) limit 500)`); err != nil {
		return err
	}
	return r.inParts(ctx, `delete from query_total where query_id not in (select id from query)`)
}

// Queries gives all standing queries by name.
func (r *Radar) Queries(ctx context.Context, a know.Actor) ([]Query, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return readQueries(ctx, r.db, ``)
}

// Query gives one standing query.
func (r *Radar) Query(ctx context.Context, a know.Actor, id int64) (Query, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Query{}, err
	}
	return r.query(ctx, id)
}

func (r *Radar) query(ctx context.Context, id int64) (Query, error) {
	all, err := readQueries(ctx, r.db, ` where q.id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errNoQuery()
	}
	if err != nil {
		return Query{}, err
	}
	return all[0], nil
}

// readQueries reads queries with the sources they are limited to, by name.
func readQueries(ctx context.Context, db storage.Q, where string, args ...any) ([]Query, error) {
	rows, err := db.Query(ctx, `select q.id, q.name, q.text, q.purpose, coalesce(t.n, 0), q.created_by, q.created_at, q.changed_at, q.filled, q.filled_to, coalesce(s.source_id, 0), coalesce(o.removed_at, 0)
		from query q left join query_source s on s.query_id = q.id left join source o on o.id = s.source_id left join query_total t on t.query_id = q.id`+where+` order by q.name, q.id, s.source_id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []Query
	for rows.Next() {
		var q Query
		var created, changed, filled, source, removed int64
		if err := rows.Scan(&q.ID, &q.Name, &q.Text, &q.Purpose, &q.Mentions, &q.CreatedBy, &created, &changed, &filled, &q.filledTo, &source, &removed); err != nil {
			return nil, err
		}
		q.CreatedAt, q.ChangedAt, q.Filled = storage.Time(created), storage.Time(changed), filled == 1
		if n := len(all); n == 0 || all[n-1].ID != q.ID {
			all = append(all, q)
		}
		if source != 0 {
			last := &all[len(all)-1]
			last.Deaf = (last.Deaf || len(last.Sources) == 0) && removed > 0
			last.Sources = append(last.Sources, source)
		}
	}
	return all, rows.Err()
}

// finishFills runs what is left of interrupted searches of new queries.
func (r *Radar) finishFills(ctx context.Context) error {
	ids, err := storage.All(ctx, r.db, storage.Scalar[int64], `select id from query where filled = 0 and changed_at < $1 order by id`,
		storage.Micros(r.now().Add(-2*fillNow)))
	if err != nil {
		return err
	}
	if err := r.fillAll(ctx, ids); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// Parse reads a query as the radar reads it: with what is saved here.
func (r *Radar) Parse(ctx context.Context, a know.Actor, text string) (*query.Query, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return saved.Parse(ctx, r.db, text)
}

// Lists gives the saved lists by name.
func (r *Radar) Lists(ctx context.Context, a know.Actor) ([]saved.List, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return saved.Lists(ctx, r.db, ``)
}

// List gives a saved list, and the standing queries that ask for it.
func (r *Radar) List(ctx context.Context, a know.Actor, id int64) (saved.List, []saved.Follower, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return saved.List{}, nil, err
	}
	all, err := saved.Lists(ctx, r.db, ` where id = $1`, id)
	if err == nil && len(all) == 0 {
		err = errNoList()
	}
	if err != nil {
		return saved.List{}, nil, err
	}
	by, err := saved.Followers(ctx, r.db, "list:"+all[0].Name)
	return all[0], by, err
}

func errNoList() error { return fault.New(fault.NotFound, "There is no such list.") }

// PutList saves a list, a new one if id is 0, and runs the standing queries
// that ask for it anew. It gives the list's id.
func (r *Radar) PutList(ctx context.Context, a know.Actor, id int64, n NewList) (int64, error) {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return 0, err
	}
	if err := n.check(); err != nil {
		return 0, err
	}
	return r.changeList(ctx, func(tx *storage.Tx) (at int64, follow []int64, err error) {
		kind, was, now := ListAdded, n.Name, storage.Micros(r.now())
		var taken int64
		if err := tx.Row(ctx, `select count(*) from saved_list where name = $1 and id <> $2`, n.Name, id).Scan(&taken); err != nil {
			return 0, nil, err
		}
		if taken > 0 {
			return 0, nil, fault.New(fault.Conflict, "There is a list of this name. Choose another.").On("name")
		}
		if at = id; id == 0 {
			at, err = tx.Insert(ctx, `insert into saved_list (name, kind, items, created_by, created_at, changed_at) values ($1, $2, $3, $4, $5, $5) returning id`,
				n.Name, string(n.Kind), strings.Join(n.Items, "\n"), a.ID, now)
		} else {
			kind = ListChanged
			if err := tx.Row(ctx, `select name from saved_list where id = $1`, id).Scan(&was); errors.Is(err, sql.ErrNoRows) {
				return 0, nil, errNoList()
			} else if err != nil {
				return 0, nil, err
			}
			_, err = tx.Exec(ctx, `update saved_list set name = $1, kind = $2, items = $3, changed_at = $4 where id = $5`,
				n.Name, string(n.Kind), strings.Join(n.Items, "\n"), now, id)
		}
		if err != nil {
			return 0, nil, err
		}
		if _, err := saved.Parse(ctx, tx, `list:"`+n.Name+`"`); err != nil {
			return 0, nil, onField(err, "items")
		}
		if follow, err = r.touchFollowers(ctx, tx, a, "list:"+was); err != nil {
			return 0, nil, onField(err, "name")
		}
		return at, follow, r.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: event.Ref{Kind: "list", ID: at}, Staff: a.IsStaff()})
	})
}

// RemoveList removes a saved list that no standing query asks for.
func (r *Radar) RemoveList(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Tune, know.Subject{}); err != nil {
		return err
	}
	_, err := r.changeList(ctx, func(tx *storage.Tx) (int64, []int64, error) {
		var name string
		err := tx.Row(ctx, `delete from saved_list where id = $1 returning name`, id).Scan(&name)
		if errors.Is(err, sql.ErrNoRows) {
			return 0, nil, errNoList()
		}
		if err != nil {
			return 0, nil, err
		}
		if _, err := r.touchFollowers(ctx, tx, a, "list:"+name); err != nil {
			return 0, nil, err
		}
		return id, nil, r.events.Append(ctx, tx, event.Event{Kind: ListRemoved, Actor: a.ID, Subject: event.Ref{Kind: "list", ID: id}, Staff: a.IsStaff()})
	})
	return err
}

// changeList changes a list, and runs the queries that change gives anew.
func (r *Radar) changeList(ctx context.Context, change func(tx *storage.Tx) (int64, []int64, error)) (id int64, err error) {
	var follow []int64
	err = r.db.Update(ctx, func(tx *storage.Tx) error {
		if err := lockQueries(ctx, tx, true); err != nil {
			return err
		}
		id, follow, err = change(tx)
		return err
	})
	if err != nil {
		return 0, err
	}
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), fillNow)
	defer cancel()
	if err := r.fillAll(within, follow); err != nil && within.Err() == nil {
		return id, err
	}
	return id, nil // Rest ends what is left
}

// check settles what a list is to be.
func (n *NewList) check() error {
	var wrong []error
	if n.Name = plain.Line(n.Name); n.Name == "" || utf8.RuneCountInString(n.Name) > maxSourceName || strings.ContainsAny(n.Name, "\"“”„‟«»") {
		wrong = append(wrong, fault.New(fault.Invalid, "Give the list a name of at most {limit} characters, without quotation marks.", "limit", maxSourceName).On("name"))
	}
	switch n.Kind {
	case "":
		n.Kind = query.ListWords
	case query.ListWords, query.ListAuthors, query.ListSites:
	default:
		wrong = append(wrong, fault.New(fault.Invalid, "A list is of words, authors or sites.").On("kind"))
	}
	var items []string
	operates := "" // the first that does
	there := map[string]bool{}
	for _, item := range n.Items {
		if item = plain.Line(item); item != "" && !there[item] {
			there[item] = true
			items = append(items, item)
			if n.Kind == query.ListWords && operates == "" && query.Operates(item) {
				operates = item
			}
		}
	}
	if operates != "" {
		wrong = append(wrong, fault.New(fault.Invalid, "“{item}” reads like a query, and the items of a list are looked for as they stand. Write each word or phrase on a line of its own, put this one in quotation marks if it is meant so, or save it as a standing query.", "item", plain.Clip(operates, 80)).On("items"))
	}
	if n.Items = items; len(items) == 0 {
		wrong = append(wrong, fault.New(fault.Invalid, "Write at least one item, each on a line of its own.").On("items"))
	}
	return fault.All(wrong...)
}
