// Package reader is how listen reads what others publish. Each folder below
// reads one kind of source behind the one interface here, and knows nothing of
// the database: it is given where to read and from where on, and hands over
// what it finds in batches.
//
// What always holds:
//
//   - A batch and the cursor behind it are stored in one transaction. So a
//     reading that breaks off anywhere goes on behind the last batch that was
//     stored: nothing is lost, and what is delivered twice is known by its id.
//   - A reader asks no more often than the other side allows: it says how long
//     to wait, and whoever calls it waits.
//   - Every address is reached through internal/fetch.
//   - Errors are *fault.Error, shown on the source to whoever tends it.
package reader

import (
	"context"
	"time"

	"tribune/internal/fetch"
)

// Web is the world outside: *fetch.Client.
type Web interface {
	Get(ctx context.Context, r fetch.Request) (*fetch.Response, error)
	Stream(ctx context.Context, r fetch.Request, idle time.Duration) (*fetch.Stream, error)
	Socket(ctx context.Context, address string, idle time.Duration) (*fetch.Socket, error)
}

// Reader reads one kind of source. It is safe for concurrent use: all sources
// of its kind share it.
type Reader interface {
	// Find settles what a person typed: where that is, or why it cannot be
	// read. Its fault stands on the field "url".
	Find(ctx context.Context, typed Typed) (Place, error)

	// Read delivers what is new since the cursor, in any order, and says how
	// that went, also with an error. A live source is read until ctx ends or
	// the connection does. An error of deliver ends the reading.
	Read(ctx context.Context, from From, deliver Deliver) (Report, error)
}

// Checker is a Reader that can look again at what it delivered, for edits and
// deletions that its source does not tell of by itself.
type Checker interface {
	// Check gives those of the posts, by their ids, that are different now, and
	// the ids of those that are gone. At most 40 are asked for at once.
	Check(ctx context.Context, from From, ids []string) (Batch, Report, error)
}

// Introducer is a Reader whose posts do not say who their authors are. It is
// asked about those of which something is to be kept.
type Introducer interface {
	// Introduce says who authors are, by their addresses, and who of them does
	// not want to be kept. Whom it does not know it leaves out.
	Introduce(ctx context.Context, from From, addresses []string) (known map[string]Author, shy []string, err error)
}

// Typed is what a person gives to add a source.
type Typed struct {
	URL    string
	Secret string // an access token, where the other side wants one
}

// Place is a source that was found. First is nil unless finding it has read it
// already: then it is the first reading.
type Place struct {
	URL   string // under which it is kept, and read
	Title string // what it calls itself; may be empty
	First func(ctx context.Context, deliver Deliver) (Report, error)
}

// From says where to read, and from where on.
type From struct {
	URL    string
	Secret string
	Cursor string // of the last batch that was stored; empty before the first
}

// Deliver takes over a batch: when it returns, the batch is stored and so is
// its cursor.
type Deliver func(ctx context.Context, b Batch) error

// Batch is what a stretch of reading found.
type Batch struct {
	Posts  []Post   // new ones, and edited ones again: known by their ids
	Gone   []string // ids of posts whose authors deleted them
	Left   []string // addresses of authors who deleted their accounts, with all they said
	Cursor string   // from where to go on once this is stored
}

// Post is one utterance as its source has it, its text plain.
type Post struct {
	ID          string // what its source calls it; at most 512 bytes
	URL         string // where anyone can open it
	ReplyTo     string // id or address of what it answers
	Author      Author
	Text        string
	Language    string // BCP 47; empty if it is not said
	Reach       int64  // people who may have seen it; 0 if it is not said
	HasImage    bool   // a picture belongs to it
	PublishedAt time.Time
	DateWrong   bool // there was a date that cannot be
	Edited      bool // its source says that it was edited; others are compared with what is here

	// AtAddress says that its address names it wherever it is heard, in other
	// sources too, and the id only finds it at this one.
	AtAddress bool
}

// Author is who speaks.
type Author struct {
	Name   string
	Handle string // @name@server; empty if it has none
	URL    string
}

// Report says how a reading went.
type Report struct {
	Same bool          // the other side said that nothing has changed
	Wait time.Duration // how long it wants to be left alone; 0 if it does not say
	More bool          // there is more than one reading takes: read on soon
	Also []Note        // what was put up with
}

// Note is a sentence for whoever tends the source: English with {name} holes,
// which is the catalogue's key, and the name, value pairs that fill them.
type Note struct {
	Text string
	Args []any
}
