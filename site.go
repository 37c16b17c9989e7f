package tribune

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"tribune/advocate"
	"tribune/api"
	"tribune/converse"
	"tribune/converse/linkback"
	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/hook"
	"tribune/listen/relay"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/listen/webmention"
	"tribune/measure"
	"tribune/measure/digest"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/tribe"
	"tribune/web"
	"tribune/wire"
)

// Site is one brand's deployment: its database and everything over it. All
// state belongs to it. Commands use it as the server does.
type Site struct {
	Log         *slog.Logger
	Config      Config
	DB          *storage.DB
	Events      *event.Log
	People      *know.Directory
	Radar       *listen.Radar
	Hooks       *hook.Hooks
	Webmentions *webmention.Receiver
	Spikes      *spike.Spikes
	Trends      *trend.Trends
	Alerts      *alert.Alerts
	Relays      *relay.Relays
	Inbox       *converse.Inbox
	Ideas       *shape.Ideas
	Purchases   *purchase.Ledger
	Posts       *post.Posts
	Linkbacks   *linkback.Sender
	Charter     *charter.Charter
	Boards      *board.Boards
	Advocacy    *advocate.Advocacy
	Tribes      *tribe.Tribes
	Counts      *volume.Counts
	Measures    *measure.Measures
	Digests     *digest.Digests
	Now         func() time.Time

	words func() (*i18n.Catalogue, error) // for pages and mails alike, loaded once
}

// Open opens a site and brings its database up to date. now is the clock; nil
// is the real one.
func Open(ctx context.Context, log *slog.Logger, c Config, now func() time.Time) (*Site, error) {
	if now == nil {
		now = time.Now
	}
	db, err := storage.Open(ctx, log, storage.Options{Folder: c.Data, URL: c.DatabaseURL})
	if err != nil {
		return nil, fmt.Errorf("the data could not be opened: %w", err)
	}
	s := &Site{Log: log, Config: c, DB: db, Now: now}
	s.words = sync.OnceValues(func() (*i18n.Catalogue, error) { return web.Words(wire.Texts, api.Texts) })
	s.Events = event.New(log, db, now, rand.Text())
	s.People = know.New(log, db, s.Events, now, nil)
	const agent = "Tribune (it listens; ask the site it comes from)"
	client := fetch.New(fetch.Options{AllowPrivate: c.FetchPrivate, UserAgent: agent})
	s.Radar = listen.New(log, db, s.Events, s.People, client, now)
	s.Hooks = hook.New(db, s.Events, s.Radar, now)
	pages := fetch.New(fetch.Options{AllowPrivate: c.FetchPrivate, UserAgent: agent, MaxBytes: 1 << 20})
	s.Webmentions = webmention.New(log, db, s.Events, s.Radar, pages, now)
	s.Spikes = spike.New(log, db, s.Events, now)
	s.Trends = trend.New(log, db, s.Events, s.People, now)
	s.Alerts = alert.New(db, s.Events, s.People, now)
	s.Relays = relay.New(log, db, s.Events, s.People, s.Radar, s.Spikes, s.Trends, fetch.New(fetch.Options{AllowPrivate: c.FetchPrivate, UserAgent: "Tribune (alerts by webhook)", Timeout: 15 * time.Second, Now: now}), s.words, c.URL, now)
	s.Inbox = converse.New(log, db, s.Events, s.People, s.Radar, now)
	s.Ideas = shape.New(log, db, s.Events, s.People, s.Radar, s.Inbox, now)
	s.Purchases = purchase.New(log, db, s.Events, s.People, now)
	s.Posts = post.New(log, db, s.Events, s.People, now)
	s.Linkbacks = linkback.New(log, db, s.People, s.Posts, pages, c.URL, now)
	s.Charter = charter.New(log, db, s.Events, s.People, now)
	s.Boards = board.New(log, db, s.Events, s.People, now)
	s.Advocacy = advocate.New(log, db, s.Events, s.People, s.Purchases, s.Ideas, s.Posts, now)
	s.Counts = volume.New(db, s.Radar, now)
	s.Tribes = tribe.New(log, db, s.Events, s.People, s.Ideas, s.Posts, now)
	s.Measures = measure.New(log, db, s.Events, s.People, s.Radar, now)
	s.Digests = digest.New(log, db, s.Events, s.People, s.Radar, s.Counts, s.Spikes, s.Trends, s.Inbox, now)
	return s, nil
}

// Close closes the database, after the writes it has accepted.
func (s *Site) Close() error { return s.DB.Close() }
