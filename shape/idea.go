package shape

import (
	"embed"
	"log/slog"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tribune/converse"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/memo"
	"tribune/internal/plain"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen"
	"tribune/shape/charter"
	"tribune/storage"
)

// Texts holds the French of this package's texts for people.
//
//go:embed fr.json
var Texts embed.FS

// Ideas is the square's work: all that this package does, over one site.
// Safe for concurrent use.
type Ideas struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	radar  *listen.Radar
	inbox  *converse.Inbox
	signs  *charter.Charter
	now    func() time.Time
	batch  int // how many people are told at once

	lists     lists
	voted     memo.Map[int64, []int64]      // by person: what they vote for
	opposed   memo.Map[int64, []int64]      // by person: what they vote against
	following memo.Map[int64, []int64]      // by person: what they follow
	subjects  memo.Map[int64, know.Subject] // of ideas
}

// New makes the package's work over an open site.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, radar *listen.Radar, inbox *converse.Inbox, now func() time.Time) *Ideas {
	return &Ideas{log: log, db: db, events: events, people: people, radar: radar, inbox: inbox, now: now, batch: tellBatch,
		signs:    charter.New(log, db, events, people, now),
		subjects: memo.Map[int64, know.Subject]{Most: 20_000}}
}

// Stage is where an idea stands.
type Stage string

// The stages of an idea.
const (
	Open        Stage = "open"
	UnderReview Stage = "under_review"
	Planned     Stage = "planned"
	Started     Stage = "started"
	Shipped     Stage = "shipped"
	Declined    Stage = "declined"
)

// Stages lists the stages in their order.
func Stages() []Stage { return []Stage{Open, UnderReview, Planned, Started, Shipped, Declined} }

// Idea is something that people ask for.
type Idea struct {
	ID          int64
	Person      int64     // who proposed it
	Staff       bool      // was staff then
	Call        int64     // 0: none
	Clause      int64     // of the charter, 0: none
	ClauseAt    time.Time // since when
	Title       string
	Body        string // Markdown
	Language    string
	Audience    know.Audience
	Stage       Stage
	Status      string // the team's own name for the stage, "" for the stage's
	Decision    int64  // the latest, 0: none
	Votes       int64  // all, staff included
	StaffVotes  int64
	Comments    int64 // visible ones
	Voices      int64 // withdrawn ones included
	Countries   int64 // of its voices
	MergedInto  int64
	State       know.TextState
	StateReason string
	Tags        []string
	CreatedAt   time.Time
	EditedAt    time.Time
	DecidedAt   time.Time

	Against, StaffAgainst int64 // votes against it: all, staff included, and those of staff
}

// Subject gives an idea as the rules see it.
func (i Idea) Subject() know.Subject {
	return know.Subject{Audience: i.Audience, Author: i.Person, Hidden: i.State != know.Visible, Closed: i.MergedInto != 0}
}

// NewIdea is an idea to be proposed. An idea for a call has the call's
// audience; else the zero Audience is public.
type NewIdea struct {
	Title    string // 4 to 120 characters, one line
	Body     string // Markdown, at most 10,000 characters
	Tags     []string
	Call     int64  // 0: none
	Language string // BCP 47; "": the proposer's
	Audience know.Audience

	clause int64 // of its call
}

// IdeaEdit is what to change of an idea; nil leaves a part as it is. Words are
// the author's to change; staff may change Tags and Call.
type IdeaEdit struct {
	Title    *string
	Body     *string
	Language *string
	Tags     *[]string
	Call     *int64
}

// words reports whether the edit touches what only the author may change.
func (e IdeaEdit) words() bool { return e.Title != nil || e.Body != nil || e.Language != nil }

// The sizes of what people write here, in characters.
const (
	minTitle   = 4
	maxTitle   = 120
	maxBody    = 10_000
	maxTags    = 8
	maxTag     = 30
	maxComment = 10_000
	maxReason  = 500
)

// check cleans a new idea and refuses what cannot be.
func (n *NewIdea) check(a know.Actor) error {
	var wrong [4]error
	n.Title, wrong[0] = ideaTitle(n.Title)
	n.Body, wrong[1] = ideaBody(n.Body)
	n.Tags, wrong[2] = foldTags(n.Tags)
	n.Language, wrong[3] = languageTag(n.Language)
	if n.Language == "" {
		n.Language = a.Language
	}
	if n.Audience == "" {
		n.Audience = know.Public
	}
	return fault.All(append(wrong[:], checkAudience(a, n.Audience))...)
}

// checkAudience refuses an audience the asker is not part of.
func checkAudience(a know.Actor, audience know.Audience) error {
	if !slices.Contains(a.Audiences(), audience) {
		return fault.New(fault.Invalid, "Choose who may see this among those you belong to.").On("audience")
	}
	return nil
}

func ideaTitle(s string) (string, error) {
	s = plain.Line(s)
	if n := utf8.RuneCountInString(s); n < minTitle || n > maxTitle {
		return s, fault.New(fault.Invalid, "Give the idea a title of {least} to {most} characters.", "least", minTitle, "most", maxTitle).On("title")
	}
	return s, nil
}

func ideaBody(s string) (string, error) {
	s = cleanBody(s)
	if utf8.RuneCountInString(s) > maxBody {
		return s, fault.New(fault.Invalid, "Say it in at most {most} characters.", "most", maxBody).On("body")
	}
	return s, nil
}

// languageTag settles the language that words are said to be in; "" says none.
func languageTag(s string) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return "", nil
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und || len(s) > maxTag {
		return "", fault.New(fault.Invalid, "The language is a tag such as en or pt-BR.").On("language")
	}
	return tag.String(), nil
}

// cleanBody makes Markdown as it is stored: valid, with plain line ends, and
// without the white space around it.
func cleanBody(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

// foldTags makes slugs of tags, each once, in the order given.
func foldTags(tags []string) ([]string, error) {
	var slugs []string
	for _, t := range tags {
		slug := tagSlug(t)
		if slug == "" || slices.Contains(slugs, slug) {
			continue
		}
		if utf8.RuneCountInString(slug) > maxTag {
			return nil, fault.New(fault.Invalid, "A tag has at most {most} characters.", "most", maxTag).On("tags")
		}
		slugs = append(slugs, slug)
	}
	if len(slugs) > maxTags {
		return nil, fault.New(fault.Invalid, "An idea has at most {most} tags. Keep the ones that tell most.", "most", maxTags).On("tags")
	}
	return slugs, nil
}

// tagSlug folds a tag: letters and digits without case and accents, with
// single hyphens between.
func tagSlug(tag string) string {
	var b strings.Builder
	for _, r := range query.Fold(tag) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimRight(b.String(), "-")
}

// hideReason cleans the reason that staff give, which the author will read.
func hideReason(s string) (string, error) {
	s = plain.FromText(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > maxReason {
		return s, fault.New(fault.Invalid, "Say why, in at most {most} characters: its author will read it.", "most", maxReason).On("reason")
	}
	return s, nil
}

// searchWords gives the folded words by which an idea is found.
func searchWords(i Idea) []string {
	return query.Words(i.Title + "\n" + i.Body + "\n" + strings.Join(i.Tags, "\n"))
}
