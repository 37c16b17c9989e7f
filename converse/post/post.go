package post

import (
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// Posts is the capability over an open site. Safe for concurrent use.
type Posts struct {
	log    *slog.Logger
	db     *storage.DB
	events *event.Log
	people *know.Directory
	now    func() time.Time

	resizing sync.Mutex // held while a picture is decoded: it takes much memory
}

// New makes it.
func New(log *slog.Logger, db *storage.DB, events *event.Log, people *know.Directory, now func() time.Time) *Posts {
	return &Posts{log: log, db: db, events: events, people: people, now: now}
}

// Draft is the state of a post that is not published yet. The others are those
// of every text.
const Draft know.TextState = "draft"

// Post is what somebody publishes under their own name.
type Post struct {
	ID          int64
	Person      int64  // its one author
	Staff       bool   // worked here when it was published
	WorksAs     string // and as what, "" if they had not said
	Leads       bool   // and led the conversation: this is a letter
	Title       string
	Body        string // Markdown; see Split for its pictures
	Language    string // BCP 47
	Audience    know.Audience
	Machine     bool  // its author says that a machine drafted it
	Version     int64 // of its words
	Replies     int64 // visible ones
	Reactions   Reactions
	Suggestions int64   // that wait for the author
	Editors     []int64 // whose suggestions were taken, each once, in their order
	State       know.TextState
	StateReason string // for its author and staff
	CreatedAt   time.Time
	PublishedAt time.Time
	EditedAt    time.Time // after publishing
}

// Subject gives a post as the rules see it. Whether a draft may be seen is
// not theirs to say: its author sees it, and nobody else.
func (p Post) Subject() know.Subject {
	return know.Subject{Audience: p.Audience, Author: p.Person, Hidden: p.State != know.Visible, Closed: p.State == know.Withdrawn}
}

// mayRead reports whether somebody may see a post.
func mayRead(a know.Actor, p Post) bool {
	if p.State == Draft {
		return a.ID != 0 && a.ID == p.Person
	}
	return know.May(a, know.Read, p.Subject())
}

// NewPost is a post to be begun. The zero Audience is public.
type NewPost struct {
	Key      string // of the form it is begun in: the same one again gives the same draft; "": always a new one
	Title    string // one line of at most 160 characters; a draft may have none
	Body     string // Markdown, at most 40,000 characters; a draft may have none
	Language string // BCP 47; "": the author's
	Audience know.Audience
	Machine  bool
}

// Edit is what to change of a post; nil leaves a part as it is. The audience
// can be changed as long as it is a draft: who replied, replied to them.
type Edit struct {
	Title    *string
	Body     *string
	Language *string
	Audience *know.Audience
	Machine  *bool
	Version  int64 // that the edit is made of; 0: whichever there is
}

// The sizes of what people write here, in characters, and of what they keep.
const (
	maxTitle    = 160
	maxBody     = 40_000
	maxReply    = 10_000
	maxNote     = 1_000
	maxReason   = 500
	maxKey      = 100
	maxDrafts   = 100
	maxPictures = 12
	maxAlt      = 300
)

// title cleans the title of a post.
func title(s string) (string, error) {
	s = plain.Line(s)
	if utf8.RuneCountInString(s) > maxTitle {
		return s, fault.New(fault.Invalid, "A title has at most {most} characters.", "most", maxTitle).On("title")
	}
	return s, nil
}

// body cleans the text of a post.
func body(s string) (string, error) {
	s = clean(s)
	if utf8.RuneCountInString(s) > maxBody {
		return s, fault.New(fault.Invalid, "A post has at most {most} characters. Make two of it, or say it in fewer.", "most", maxBody).On("body")
	}
	if n := len(references(s)); n > maxPictures {
		return s, fault.New(fault.Invalid, "A post shows at most {most} pictures.", "most", maxPictures).On("body")
	}
	return s, nil
}

// complete refuses what has no title or no text.
func complete(title, body string) error {
	var wrong [2]error
	if title == "" {
		wrong[0] = fault.New(fault.Invalid, "Give it a title: it is what people see first.").On("title")
	}
	if body == "" {
		wrong[1] = fault.New(fault.Invalid, "There is no text yet. Write it first.").On("body")
	}
	return fault.All(wrong[:]...)
}

// clean makes Markdown as it is stored: valid, with plain line ends, and
// without the white space around it.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

// tongue checks the tag of a language.
func tongue(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	t, err := language.Parse(s)
	if err != nil || len(s) > 35 {
		return s, fault.New(fault.Invalid, "This language is not known. Choose one of the list.").On("language")
	}
	return t.String(), nil
}

// among refuses an audience the asker is not part of.
func among(a know.Actor, audience know.Audience) error {
	if !slices.Contains(a.Audiences(), audience) {
		return fault.New(fault.Invalid, "Choose who may see this among those you belong to.").On("audience")
	}
	return nil
}

// hideReason cleans the reason that staff give, which the author will read.
func hideReason(s string) (string, error) {
	s = plain.FromText(s)
	if n := utf8.RuneCountInString(s); n == 0 || n > maxReason {
		return s, fault.New(fault.Invalid, "Say why, in at most {most} characters: its author will read it.", "most", maxReason).On("reason")
	}
	return s, nil
}

// check cleans a new post and refuses what cannot be.
func (n *NewPost) check(a know.Actor) error {
	var wrong [4]error
	n.Title, wrong[0] = title(n.Title)
	n.Body, wrong[1] = body(n.Body)
	if n.Language == "" {
		n.Language = a.Language
	}
	n.Language, wrong[2] = tongue(n.Language)
	if n.Audience == "" {
		n.Audience = know.Public
	}
	wrong[3] = among(a, n.Audience)
	if len(n.Key) > maxKey {
		n.Key = n.Key[:maxKey]
	}
	return fault.All(wrong[:]...)
}

// edited gives a post as it is after an edit, or says why it cannot be.
func (p Post) edited(a know.Actor, e Edit) (Post, error) {
	if e.Version != 0 && e.Version != p.Version {
		return p, changed()
	}
	var wrong [5]error
	if e.Title != nil {
		p.Title, wrong[0] = title(*e.Title)
	}
	if e.Body != nil {
		p.Body, wrong[1] = body(*e.Body)
	}
	if e.Language != nil {
		p.Language, wrong[2] = tongue(*e.Language)
	}
	if e.Audience != nil && *e.Audience != p.Audience {
		p.Audience, wrong[3] = *e.Audience, among(a, *e.Audience)
		if p.State != Draft {
			wrong[3] = fault.New(fault.Conflict, "Who may see a post is chosen before it is published: those who replied wrote for them.").On("audience")
		}
	}
	if e.Machine != nil {
		p.Machine = *e.Machine
	}
	if p.State != Draft {
		wrong[4] = complete(p.Title, p.Body)
	}
	return p, fault.All(wrong[:]...)
}

// changed is what one gets whose text is no longer the one they had before them.
func changed() error {
	return fault.New(fault.Conflict, "The text has changed meanwhile. Look at what it says now, and decide again.")
}

// withdrawn is what one gets who would change what its author took back.
func withdrawn() error {
	return fault.New(fault.Conflict, "Its author has taken this back. There is nothing left to do.")
}

// gone is what one gets for a post that is not there.
func gone() error {
	return fault.New(fault.NotFound, "There is no such post, or it is not open to you.")
}
