package tribe

import (
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// Tribes is the capability over an open site. Safe for concurrent use.
type Tribes struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	ideas  *shape.Ideas
	posts  *post.Posts
	now    func() time.Time
	window int // Window, but in tests
	batch  int // tellBatch, but in tests
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, ideas *shape.Ideas, posts *post.Posts, now func() time.Time) *Tribes {
	return &Tribes{log: log, db: db, events: events, people: people, ideas: ideas, posts: posts, now: now, window: Window, batch: tellBatch}
}

// Tribe is people who belong together, and say so.
type Tribe struct {
	ID          int64
	Name        string // "" for one whose only member left with their words
	Stands      string // what it stands for, Markdown
	Language    string // of that, BCP 47
	Members     int64
	Shown       int64 // of them, those who let everybody see it
	Version     int64 // of name and stands
	By          int64 // whose wording this is, 0: they left, or are not named to the asker
	State       know.TextState
	StateReason string // for its members and staff
	Words       []string
	Marks       []string // words that mark its members off from the others, as of the last look
	CreatedAt   time.Time
	EditedAt    time.Time
}

// Subject gives a tribe as the rules see it.
func (t Tribe) Subject() know.Subject {
	return know.Subject{Hidden: t.State != know.Visible, Closed: t.State != know.Visible}
}

// Wording is an earlier name and an earlier text of what a tribe stands for.
type Wording struct {
	Name, Stands string
	By           int64     // who wrote it, 0: they left, or are not named to the asker
	At           time.Time // until when it stood
	Taken        bool      // another tribe is called so now, or kept for it: the name cannot be put back
	TakenBy      int64     // which, 0: the asker may not see it
}

// NewTribe is a tribe to be started; who starts it is its first member.
type NewTribe struct {
	Name     string // 3 to 60 characters, one line
	Stands   string // Markdown, at most 4,000 characters
	Language string // "": the starter's
	Shown    bool   // lets everybody see that they are in it
}

// Edit is what to change of a tribe. Version is the one that was read: if
// somebody changed it meanwhile, the answer is a conflict.
type Edit struct {
	Name    string
	Stands  string
	Version int64 // 0: whichever there is
}

// The sizes of what people write here, in characters, and of what is shown.
const (
	minName   = 3
	maxName   = 60
	maxStands = 4000
	maxWord   = 30
	maxReason = 500
	perPage   = 50
)

// name cleans a tribe's name and folds it, so that names are alike that differ
// in case, accents, spaces and punctuation alone.
func name(s string) (clean, folded string, err error) {
	clean = plain.Line(s)
	folded = fold(clean)
	switch n := utf8.RuneCountInString(clean); {
	case n < minName || n > maxName || utf8.RuneCountInString(folded) < minName-1:
		err = fault.New(fault.Invalid, "Give the tribe a name of {least} to {most} characters.", "least", minName, "most", maxName).On("name")
	case unseen(clean), !strings.ContainsFunc(folded, unicode.IsLetter):
		err = fault.New(fault.Invalid, "Give the tribe a name that can be read aloud: with letters, and without invisible signs.").On("name")
	}
	return clean, folded, err
}

// unseen reports whether a text holds signs that are not seen, or that turn
// others around.
func unseen(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) && r != '\u200d' && r != '\u200c' || unicode.Is(unicode.Co, r) || r == unicode.ReplacementChar
	})
}

func stands(s string) (string, error) {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	s = strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
	if utf8.RuneCountInString(s) > maxStands {
		return s, fault.New(fault.Invalid, "Say it in at most {most} characters.", "most", maxStands).On("stands")
	}
	return s, nil
}

func noTribe() error {
	return fault.New(fault.NotFound, "There is no such tribe, or it is not open to you.")
}

func notIn() error {
	return fault.New(fault.Forbidden, "Only its members can do this. Join the tribe first.")
}
