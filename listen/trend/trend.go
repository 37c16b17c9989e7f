package trend

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"tribune/event"
	"tribune/internal/need"
	"tribune/know"
	"tribune/storage"
)

// Found is the fact that a trend was found that was not there: subject trend,
// n its kind as Number gives it.
const Found = "trend.found"

// Kind is what sort of trend it is.
type Kind string

// The kinds of trend.
const (
	Topic Kind = "topic" // words and phrases that more people use than chance explains
	Need  Kind = "need"  // what people wish for, miss or complain of
	Name  Kind = "name"  // a product, company or person said beside us more and more
)

// Kinds lists them in the order they are shown.
func Kinds() []Kind { return []Kind{Topic, Need, Name} }

// Number gives a kind as facts have it: 1 a topic, 2 a need, 3 a name.
func (k Kind) Number() int64 {
	for i, kind := range Kinds() {
		if kind == k {
			return int64(i + 1)
		}
	}
	return 0
}

// Trend is something that rises.
type Trend struct {
	ID       int64
	Kind     Kind
	Label    string
	Language string
	How      string   // of a need: wish, missing, complaint
	Terms    []string // of a topic: its words and phrases, the strongest first
	Authors  int      // who say it now
	Before   float64  // authors in a week before, on average; of topics and names
	Ratio    float64  // how many times as frequent it is
	Place    int      // among those of its kind, from 0
	FoundAt  time.Time
	GoneAt   time.Time // since when it is not found any more; zero if it is
	Mentions []int64   // it stands in, the most typical first
}

// Look is when trends were looked for last, and over what.
type Look struct {
	DoneAt  time.Time // zero: never
	Read    int64     // mentions
	LeftOut int64     // there were too many
}

// Trends finds trends over one site. Safe for concurrent use, and by several
// processes at once.
type Trends struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time
	most   int64 // mentions that are read
	tables func() (*need.Tables, error)
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Trends {
	return &Trends{log: log, db: db, events: events, people: people, now: now, most: 200_000, tables: sync.OnceValues(need.Load)}
}

// List gives the trends of a kind that rise now, the strongest first.
func (t *Trends) List(ctx context.Context, a know.Actor, kind Kind) ([]Trend, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	return t.list(ctx, kind)
}

// Trend gives one, also if it does not rise any more.
func (t *Trends) Trend(ctx context.Context, a know.Actor, id int64) (Trend, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Trend{}, err
	}
	return t.trend(ctx, id)
}

// LastLook says when trends were looked for last.
func (t *Trends) LastLook(ctx context.Context, a know.Actor) (Look, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return Look{}, err
	}
	return t.lastLook(ctx)
}

// Saying gives what a mention says of a trend: of a need the sentence that speaks
// of it, else the whole text.
func (t *Trends) Saying(o Trend, language, text string) string {
	if o.Kind != Need {
		return text
	}
	tables, err := t.tables()
	if err != nil {
		return text // a look says so
	}
	return cmp.Or(tables.Sentence(language, text, o.Label), text)
}
