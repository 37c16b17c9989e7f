package linkback

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/markdown"
	"tribune/internal/microformat"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/reader"
	"tribune/listen/webmention"
	"tribune/storage"
)

const (
	mostLinks  = 20  // of a post that are told
	maxAddress = 512 // bytes
	fresh      = 24 * time.Hour
)

// State is what became of telling a page.
type State string

// The states of a row.
const (
	Waiting State = "waiting"
	Sent    State = "sent"
	None    State = "none" // the page names no place to tell it to
	Failed  State = "failed"
)

// Linkback is a page that a post links to.
type Linkback struct {
	ID     int64
	Post   int64
	Target string
	State  State
	Why    listen.Said // it failed, or failed until now
	DueAt  time.Time
}

// Sender tells pages for one site. Safe for concurrent use, and by several
// processes at once.
type Sender struct {
	log    *slog.Logger
	db     *storage.DB
	people *know.Directory
	posts  *post.Posts
	pages  *reader.Polite
	web    *fetch.Client
	url    string // of the site
	text   *markdown.Renderer
	now    func() time.Time
}

// New makes the package's work over an open site that stands at an address.
func New(log *slog.Logger, db *storage.DB, people *know.Directory, posts *post.Posts, web *fetch.Client, url string, now func() time.Time) *Sender {
	return &Sender{log: log, db: db, people: people, posts: posts, pages: reader.NewPolite(web, now), web: web, url: url, text: markdown.New(), now: now}
}

// Kinds lists the facts that Follow takes.
func Kinds() []string { return []string{post.Published} }

// Follow notes the pages that a post links to which was just published.
func (s *Sender) Follow(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	site, err := s.people.Site(ctx)
	if err != nil || !site.SendMentions {
		return err
	}
	for _, f := range facts {
		if s.now().Sub(f.At) > fresh {
			continue
		}
		p, err := s.posts.Post(ctx, know.Actor{}, f.Subject.ID)
		if fault.Is(err, fault.NotFound) {
			continue // not everybody reads it
		}
		if err != nil {
			return fmt.Errorf("linkback: follow: %w", err)
		}
		if !p.Staff {
			continue
		}
		var rows [][]any
		for _, target := range s.targets(p) {
			rows = append(rows, []any{p.ID, target, storage.Micros(s.now())})
		}
		if _, err := tx.InsertMany(ctx, `linkback (post_id, target, due_at)`, rows, `on conflict (post_id, target) do nothing`, nil); err != nil {
			return fmt.Errorf("linkback: follow: %w", err)
		}
	}
	return nil
}

// at gives the address of a post.
func (s *Sender) at(id int64) string { return fmt.Sprintf("%s/tribune/%d", s.url, id) }

// targets gives the pages of other sites that a post links to, each once.
func (s *Sender) targets(p post.Post) (all []string) {
	home, err := url.Parse(s.at(p.ID))
	if err != nil {
		return nil
	}
	for _, link := range microformat.Read(s.text.HTML(p.Body), home).Links {
		to, err := fetch.Address(link)
		if err != nil || webmention.SameSite(to, home) || len(to.String()) > maxAddress || slices.Contains(all, to.String()) {
			continue
		}
		if all = append(all, to.String()); len(all) == mostLinks {
			break
		}
	}
	return all
}

// Recent gives the last pages that were to be told, the newest first.
func (s *Sender) Recent(ctx context.Context, a know.Actor, limit int) ([]Linkback, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, func(row storage.Scanner) (l Linkback, err error) {
		var due int64
		var why string
		err = row.Scan(&l.ID, &l.Post, &l.Target, &l.State, &why, &due)
		l.DueAt, l.Why = storage.Time(due), listen.Kept(why)
		return l, err
	}, `select id, post_id, target, state, why, due_at from linkback order by id desc limit $1`, limit)
}

// Tidy drops what was told of posts that are not there any more.
func (s *Sender) Tidy(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `delete from linkback where not exists (select 1 from post p where p.id = linkback.post_id and p.state <> 'withdrawn')`)
		return err
	})
}
