// Package advocate is who carries it on: share links, thanks, what lasted of
// what somebody did, and who brought whom.
package advocate

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape"
	"tribune/storage"
)

// Advocacy is the capability over an open site. Safe for concurrent use.
type Advocacy struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	ledger *purchase.Ledger
	ideas  *shape.Ideas
	posts  *post.Posts
	now    func() time.Time
	random io.Reader // where codes and salts come from

	codes func(ctx context.Context, q storage.Q, code string) (person int64, err error) // whose share link a code is
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, ledger *purchase.Ledger, ideas *shape.Ideas, posts *post.Posts, now func() time.Time) *Advocacy {
	s := &Advocacy{log: log, db: db, events: events, people: people, ledger: ledger, ideas: ideas, posts: posts, now: now, random: rand.Reader}
	people.Leaving(s.unname)
	return s
}

// Draw takes codes from elsewhere than the machine's randomness, before the
// first use: a sample has the same for the same seed.
func (s *Advocacy) Draw(random io.Reader) { s.random = random }
