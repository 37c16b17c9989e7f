package post

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

const columns = `post.id, post.person_id, post.staff, post.works_as, post.leads, post.title, post.body, post.language, post.audience, post.machine,
	post.version, post.replies, post.thanks, post.agrees, post.asks, post.suggestions, post.state, post.state_reason,
	post.created_at, post.published_at, post.edited_at`

func scan(row storage.Scanner) (p Post, err error) {
	var staff, leads, machine int
	var created, published, edited int64
	err = row.Scan(&p.ID, &p.Person, &staff, &p.WorksAs, &leads, &p.Title, &p.Body, &p.Language, &p.Audience, &machine,
		&p.Version, &p.Replies, &p.Reactions.Thanks, &p.Reactions.Agrees, &p.Reactions.Asks, &p.Suggestions, &p.State, &p.StateReason,
		&created, &published, &edited)
	p.Staff, p.Leads, p.Machine = staff == 1, leads == 1, machine == 1
	p.CreatedAt, p.PublishedAt, p.EditedAt = storage.Time(created), storage.Time(published), storage.Time(edited)
	return p, err
}

// read gives a post without its editors, whoever asks.
func read(ctx context.Context, q storage.Q, id int64) (Post, error) {
	p, err := scan(q.Row(ctx, `select `+columns+` from post where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return p, gone()
	}
	return p, err
}

// lock gives a post, and keeps other transactions from changing it until this
// one ends. Who may not see it is told that there is none.
func (s *Posts) lock(ctx context.Context, tx *storage.Tx, a know.Actor, id int64) (Post, error) {
	p, err := scan(tx.Row(ctx, `update post set state = state where id = $1 returning `+columns, id))
	if errors.Is(err, sql.ErrNoRows) || err == nil && !mayRead(a, p) {
		return Post{}, gone()
	}
	return p, err
}

// Post gives one post that the asker may see.
func (s *Posts) Post(ctx context.Context, a know.Actor, id int64) (Post, error) {
	p, err := read(ctx, s.db, id)
	if err != nil {
		return Post{}, err
	}
	if !mayRead(a, p) {
		return Post{}, gone()
	}
	one := []Post{p}
	err = addEditors(ctx, s.db, one)
	return one[0], err
}

// ByID gives the posts with these ids that the asker may see, by id.
func (s *Posts) ByID(ctx context.Context, a know.Actor, ids []int64) (map[int64]Post, error) {
	found := make(map[int64]Post, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, scan, `select `+columns+` from post where id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	if err := addEditors(ctx, s.db, all); err != nil {
		return nil, err
	}
	for _, p := range all {
		if mayRead(a, p) {
			found[p.ID] = p
		}
	}
	return found, nil
}

// addEditors fills in whose suggestions were taken, in one query.
func addEditors(ctx context.Context, q storage.Q, posts []Post) error {
	ids, at := []int64{}, map[int64]int{}
	for n, p := range posts {
		if p.Version > 1 { // else nothing was taken
			ids, at[p.ID] = append(ids, p.ID), n
		}
	}
	if len(ids) == 0 {
		return nil
	}
	type pair struct{ post, person int64 }
	holes, args := storage.Holes(1, ids)
	pairs, err := storage.All(ctx, q, func(row storage.Scanner) (p pair, err error) {
		err = row.Scan(&p.post, &p.person)
		return p, err
	}, `select post_id, person_id from post_edit where state = 'taken' and post_id in (`+holes+`)
		group by post_id, person_id order by post_id, min(taken_version)`, args...)
	for _, p := range pairs {
		one := &posts[at[p.post]]
		one.Editors = append(one.Editors, p.person)
	}
	return err
}

// Filter says which posts to list, the newest first. The zero Filter lists all
// that the asker may see.
type Filter struct {
	Text     string // words, all of them
	Person   int64  // who wrote them
	Language string // BCP 47
	Letters  bool   // only those of who led the conversation
	Cursor   string // of the page before; "" for the first
	Limit    int    // 1 to 100, 20 if 0
}

// The sizes of lists.
const (
	defaultLimit = 20
	maxLimit     = 100
	maxHits      = 1000 // how many of the newest posts that match words are looked at
)

// List gives a page of posts, the newest first, and the cursor of the next
// one, "" after the last. What is hidden, withdrawn or a draft is not listed,
// for nobody: see Mine.
func (s *Posts) List(ctx context.Context, a know.Actor, f Filter) (posts []Post, next string, err error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, "", err
	}
	if f.Limit <= 0 {
		f.Limit = defaultLimit
	}
	f.Limit = min(f.Limit, maxLimit)
	holes, args := storage.Holes(1, a.Audiences())
	where := `state = 'visible' and audience in (` + holes + `)`
	and := func(condition string, value any) {
		args = append(args, value)
		where += ` and ` + strings.ReplaceAll(condition, "?", "$"+strconv.Itoa(len(args)))
	}
	if f.Text != "" {
		in, arg := storage.MatchText(s.db, "post_search", len(args)+1, query.Words(f.Text), storage.AllWords)
		where += ` and id in (select found.rowid from ` + strings.TrimPrefix(in, "in ") + ` found order by found.rowid desc limit ` + strconv.Itoa(maxHits) + `)`
		args = append(args, arg)
	}
	if f.Person != 0 {
		and(`person_id = ?`, f.Person)
	}
	if f.Language != "" {
		and(`language = ?`, f.Language)
	}
	if f.Letters {
		where += ` and leads = 1`
	}
	if f.Cursor != "" {
		at, id, err := readCursor(f.Cursor)
		if err != nil {
			return nil, "", err
		}
		and(`(published_at, id) < (?, `+strconv.FormatInt(id, 10)+`)`, at)
	}
	args = append(args, f.Limit+1)
	posts, err = storage.All(ctx, s.db, scan, `select `+columns+` from post where `+where+`
		order by published_at desc, id desc limit $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, "", fmt.Errorf("post: list: %w", err)
	}
	if len(posts) > f.Limit {
		posts = posts[:f.Limit]
		next = writeCursor(posts[f.Limit-1])
	}
	return posts, next, addEditors(ctx, s.db, posts)
}

// By gives a page of what somebody published and the asker may see, the newest
// first, and the cursor of the next page.
func (s *Posts) By(ctx context.Context, a know.Actor, person int64, cursor string, limit int) ([]Post, string, error) {
	return s.List(ctx, a, Filter{Person: person, Cursor: cursor, Limit: limit})
}

// Mine gives the asker's own posts that are on no list, the newest first:
// drafts, and what was hidden or withdrawn.
func (s *Posts) Mine(ctx context.Context, a know.Actor) ([]Post, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, scan, `select `+columns+` from post where person_id = $1 and state <> 'visible' order by id desc limit 500`, a.ID)
}

// Languages gives the languages of the posts that the asker may see, by tag.
func (s *Posts) Languages(ctx context.Context, a know.Actor) ([]string, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	holes, args := storage.Holes(1, a.Audiences())
	return storage.All(ctx, s.db, storage.Scalar[string], `select language from post where state = 'visible' and language <> '' and audience in (`+holes+`)
		group by language order by language`, args...)
}

// A cursor is the time and the id of the last post shown.

func writeCursor(p Post) string {
	return "p" + strconv.FormatInt(storage.Micros(p.PublishedAt), 36) + "." + strconv.FormatInt(p.ID, 36)
}

func readCursor(cursor string) (at, id int64, err error) {
	return readPair("p", cursor)
}

// readPair reads two numbers behind a letter.
func readPair(letter, cursor string) (left, right int64, err error) {
	rest, ok := strings.CutPrefix(cursor, letter)
	one, two, both := strings.Cut(rest, ".")
	if ok && both {
		if left, err = strconv.ParseInt(one, 36, 64); err == nil {
			if right, err = strconv.ParseInt(two, 36, 64); err == nil {
				return left, right, nil
			}
		}
	}
	return 0, 0, fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
}

// index puts the words of a post into the search, or takes them out if nobody
// is to find it.
func index(ctx context.Context, tx *storage.Tx, p Post) error {
	if p.State != know.Visible {
		return storage.DropText(ctx, tx, "post_search", p.ID)
	}
	return storage.PutText(ctx, tx, "post_search", p.ID, query.Words(p.Title+"\n"+p.Body))
}

// Reindex makes the search of posts anew from their texts, after a site was
// restored: archives hold texts, not indexes.
func (s *Posts) Reindex(ctx context.Context) error {
	for after := int64(0); ; {
		posts, err := storage.All(ctx, s.db, scan, `select `+columns+` from post where id > $1 order by id limit 200`, after)
		if err != nil || len(posts) == 0 {
			return err
		}
		if err := s.db.Update(ctx, func(tx *storage.Tx) error {
			for _, p := range posts {
				if err := index(ctx, tx, p); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		after = posts[len(posts)-1].ID
	}
}

// fact records what somebody did to a post, a reply or a suggestion.
func (s *Posts) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, subject event.Ref, other, n int64) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: subject, Other: other, N: n})
}

// asStaff records what one of us did to another's text.
func (s *Posts) asStaff(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, subject event.Ref, other int64) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: subject, Other: other, Staff: true})
}

func postRef(id int64) event.Ref  { return event.Ref{Kind: "post", ID: id} }
func replyRef(id int64) event.Ref { return event.Ref{Kind: "reply", ID: id} }
func editRef(id int64) event.Ref  { return event.Ref{Kind: "edit", ID: id} }
