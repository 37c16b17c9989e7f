package know

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"io"
	"log/slog"
	"sync"
	"time"

	"tribune/event"
	"tribune/storage"
)

// Directory is everybody a site knows, and its settings. Safe for concurrent use.
type Directory struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	now    func() time.Time
	random io.Reader

	leaving []func(ctx context.Context, tx *storage.Tx, person int64, name string) error

	actors  held[string, Actor] // by hash of a session or token
	site    held[string, Site]
	persons held[int64, Person]
}

// New makes the directory of an open site. random gives secrets; nil is the
// system's own source.
func New(log *slog.Logger, db *storage.DB, events *event.Log, now func() time.Time, random io.Reader) *Directory {
	if random == nil {
		random = rand.Reader
	}
	return &Directory{log: log, db: db, events: events, now: now, random: random}
}

// families are the facts that change who somebody is or what they may do.
var families = []string{"person", "account", "session", "token", "settings"}

// held keeps values in memory for as long as the log's mark stands still.
type held[K comparable, V any] struct {
	mu   sync.RWMutex
	mark uint64
	m    map[K]V
}

func (h *held[K, V]) get(mark uint64, k K) (v V, ok bool) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if h.mark != mark {
		return v, false
	}
	v, ok = h.m[k]
	return v, ok
}

// put keeps a value that was read after mark was; at most 50,000 are kept.
func (h *held[K, V]) put(mark uint64, k K, v V) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.mark != mark || h.m == nil || len(h.m) >= 50_000 {
		if h.m != nil && mark < h.mark {
			return
		}
		h.m, h.mark = map[K]V{}, mark
	}
	h.m[k] = v
}

// secret makes 32 random bytes and their hash as stored.
func (d *Directory) secret() (secret, hash string, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(d.random, b); err != nil {
		return "", "", err
	}
	secret = base64.RawURLEncoding.EncodeToString(b)
	return secret, hashOf(secret), nil
}

// Secret makes a secret for a link of another folder's, and its hash, which
// alone is kept.
func (d *Directory) Secret() (secret, hash string, err error) { return d.secret() }

// HashOf gives the hash by which a secret is found.
func HashOf(secret string) string { return hashOf(secret) }

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// fact writes a fact about people or settings.
func (d *Directory) fact(ctx context.Context, tx *storage.Tx, kind string, actor Actor, subject event.Ref, other int64) error {
	return d.events.Append(ctx, tx, event.Event{Kind: kind, Actor: actor.ID, Subject: subject, Other: other, Staff: actor.IsStaff()})
}
