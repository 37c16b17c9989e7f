package relay

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/fetch"
	"tribune/internal/i18n"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/storage"
)

// The facts that this package records.
const (
	Added   = "relay.added"
	Changed = "relay.changed"
	Removed = "relay.removed"
)

// Why nothing is sent to an address.
const (
	ByHand  = "hand"    // somebody paused it
	Failing = "failing" // for giveUp
	Gone    = "gone"    // it answered that it is, for good
)

const (
	most     = 20                 // addresses of a site
	maxName  = 80                 // runes
	maxReach = 1_000_000_000      // people
	giveUp   = 5 * 24 * time.Hour // how long an address may fail
	overlap  = 24 * time.Hour     // how long the secret before a new one signs, too
	keep     = 30 * 24 * time.Hour
	fresh    = 24 * time.Hour // what was said longer ago than that is told to nobody: an import of last year's reviews is no alert
)

// Wish is which alerts go where.
type Wish struct {
	Name   string
	URL    string
	Query  int64 // only what is about this standing query; 0: about any, or none
	Spikes bool
	Needs  bool  // of any query
	Reach  int64 // mentions that reach at least so many; 0: none
	Quiet  alert.Hours
}

// Relay is an address, and how it fares.
type Relay struct {
	ID int64
	Wish
	MadeAt       time.Time
	Paused       string // why; "" if it is not
	PausedAt     time.Time
	FailingSince time.Time // the first of the failures in a row; zero: none
	TriedAt      time.Time
	OKAt         time.Time
	Error        listen.Said // of the last try; empty if it was taken
	Waiting      int64       // alerts that wait to be sent
	BeforeUntil  time.Time   // until when the secret before signs, too; zero: there is none
}

// Relays is all that this package does, over one site. Safe for concurrent use.
type Relays struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	spikes *spike.Spikes
	trends *trend.Trends
	web    *fetch.Client
	words  func() (*i18n.Catalogue, error)
	url    string
	now    func() time.Time

	busy    sync.Map       // of ids of addresses to which something is being sent
	sending sync.WaitGroup // of the same
}

// New makes the package's work over an open site. url is the site's own address;
// web sends, in the words of a catalogue that has Texts.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, spikes *spike.Spikes, trends *trend.Trends, web *fetch.Client, words func() (*i18n.Catalogue, error), url string, now func() time.Time) *Relays {
	return &Relays{log: log, db: db, events: events, people: people, radar: radar, spikes: spikes, trends: trends, web: web, words: words, url: url, now: now}
}

// settle puts a wish in order, and says what is wrong with it.
func (s *Relays) settle(ctx context.Context, a know.Actor, w *Wish) error {
	var name, url, reach, wants, query error
	w.Name, w.URL = plain.Line(w.Name), strings.TrimSpace(w.URL)
	at, err := fetch.Address(w.URL)
	switch {
	case err != nil:
		if f, ok := errors.AsType[*fault.Error](err); ok {
			err = f.On("url")
		}
		url = err
	case at.Scheme != "https" && !s.web.AllowsPrivate():
		url = fault.New(fault.Invalid, "Alerts are sent encrypted only: the address has to begin with https://.").On("url")
	default:
		w.URL = at.String()
		if w.Name == "" {
			w.Name = at.Hostname()
		}
	}
	if utf8.RuneCountInString(w.Name) > maxName {
		name = fault.New(fault.Invalid, "A name has at most {limit} characters.", "limit", maxName).On("name")
	}
	if w.Reach < 0 || w.Reach > maxReach {
		reach = fault.New(fault.Invalid, "Reach is a number from 1 to {most}; empty is none.", "most", int64(maxReach)).On("reach")
	}
	if !w.Spikes && !w.Needs && w.Reach == 0 {
		wants = fault.New(fault.Invalid, "Choose at least one kind of alert to send.").On("spikes")
	}
	if w.Query != 0 {
		if _, err := s.radar.Query(ctx, a, w.Query); fault.Is(err, fault.NotFound) {
			query = fault.New(fault.Invalid, "There is no such query. It may have been removed; choose another.").On("query")
		} else if err != nil {
			return err
		}
	}
	return fault.All(name, url, query, wants, reach, w.Quiet.Check())
}
