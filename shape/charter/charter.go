package charter

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/internal/query"
	"tribune/know"
)

// Mode is who decides.
type Mode string

// The modes. Advice is the default: it binds nobody, and is answered in public.
const (
	Decide   Mode = "decide"   // customers decide
	CoDecide Mode = "codecide" // both together
	Advise   Mode = "advise"   // customers advise, the company decides
)

// Modes lists the modes, from most to least power for customers.
func Modes() []Mode { return []Mode{Decide, CoDecide, Advise} }

// Clause is one promise of a version.
type Clause struct {
	ID        int64
	Charter   int64 // the version
	Number    int64 // of the version
	Place     int64
	Name      string // what it is called by in every version: "colours"
	Mode      Mode
	Title     string
	Body      string // Markdown
	Votes     int64  // of customers, from which on it is promised
	Within    int64  // days from the proposal in which they come; 0: whenever
	Answer    int64  // days from then on within which it is decided; 0: not promised
	Overrides int64  // decisions against it
}

// Binds reports whether the clause promises anything that can be broken.
func (c Clause) Binds() bool { return c.Mode == Decide || c.Mode == CoDecide }

// Version is a version of the charter.
type Version struct {
	ID          int64
	Number      int64 // 0: a draft
	Preface     string
	Default     string // the name of the clause that ideas fall under; "": none
	Language    string
	Edits       int64 // of a draft
	DraftedBy   int64
	PublishedBy int64
	CreatedAt   time.Time
	EditedAt    time.Time
	PublishedAt time.Time // zero: a draft
	Clauses     []Clause
}

// Draft reports whether the version is not published yet.
func (v Version) Draft() bool { return v.Number == 0 }

// Clause gives the clause of a name; ok is false if the version has none.
func (v Version) Clause(name string) (c Clause, ok bool) {
	for _, c := range v.Clauses {
		if c.Name == name {
			return c, true
		}
	}
	return Clause{}, false
}

// Overrides gives how many decisions went against the version.
func (v Version) Overrides() (n int64) {
	for _, c := range v.Clauses {
		n += c.Overrides
	}
	return n
}

// Edit is what a draft is to say. Of its clauses, ID, Charter, Number and
// Overrides do not matter, and they stand in the order of Place.
type Edit struct {
	Preface  string // Markdown
	Default  string
	Language string
	Clauses  []Clause
	Edits    int64 // the draft's when it was read; -1: whatever it is now
}

// The sizes of a charter, in characters but for mostClauses and the numbers.
const (
	mostClauses = 40
	mostPreface = 10_000
	mostTitle   = 80
	mostName    = 30
	mostBody    = 5000
	mostVotes   = 1_000_000
	mostDays    = 3650
	leastReason = 10
	mostReason  = 5000
	mostSigner  = 120
)

// check cleans a draft and refuses what cannot be promised. Faults of a clause
// are on "clause.N.FIELD", N from 0.
func (e *Edit) check(a know.Actor) error {
	var wrong []error
	var err error
	e.Preface = cleanBody(e.Preface)
	if utf8.RuneCountInString(e.Preface) > mostPreface {
		wrong = append(wrong, fault.New(fault.Invalid, "Say it in at most {most} characters.", "most", mostPreface).On("preface"))
	}
	if e.Language, err = languageOf(e.Language, a); err != nil {
		wrong = append(wrong, err)
	}
	if len(e.Clauses) > mostClauses {
		return fault.New(fault.Invalid, "A charter has at most {most} clauses.", "most", mostClauses).On("clauses")
	}
	seen := map[string]bool{}
	for n := range e.Clauses {
		c := &e.Clauses[n]
		wrong = append(wrong, c.check(n))
		if c.Name != "" && seen[c.Name] {
			wrong = append(wrong, fault.New(fault.Invalid, "Two clauses are called {name}. Call one of them something else.", "name", c.Name).On(fieldOf(n, "name")))
		}
		seen[c.Name] = true
	}
	if e.Default = nameOf(e.Default); e.Default != "" && !seen[e.Default] {
		wrong = append(wrong, fault.New(fault.Invalid, "Choose one of the clauses for ideas that nobody has sorted, or none.").On("default"))
	}
	return fault.All(wrong...)
}

// check cleans the n-th clause of a draft.
func (c *Clause) check(n int) error {
	var wrong []error
	on := func(field, text string, args ...any) {
		wrong = append(wrong, fault.New(fault.Invalid, text, args...).On(fieldOf(n, field)))
	}
	c.Title, c.Body = plain.Line(c.Title), cleanBody(c.Body)
	if length := utf8.RuneCountInString(c.Title); length == 0 || length > mostTitle {
		on("title", "Say in 1 to {most} characters what the clause is about.", "most", mostTitle)
	}
	if strings.TrimSpace(c.Name) == "" {
		c.Name = clip(nameOf(c.Title))
	}
	if c.Name = nameOf(c.Name); c.Title != "" && (c.Name == "" || utf8.RuneCountInString(c.Name) > mostName) {
		on("name", "A clause is called by 1 to {most} letters and digits.", "most", mostName)
	}
	if utf8.RuneCountInString(c.Body) > mostBody {
		on("body", "Say it in at most {most} characters.", "most", mostBody)
	}
	switch {
	case c.Mode == Advise:
		c.Votes, c.Within, c.Answer = 0, 0, 0
		return fault.All(wrong...)
	case !c.Binds():
		on("mode", "Choose who decides: customers, both together, or the company with their advice.")
	}
	if c.Votes < 1 || c.Votes > mostVotes {
		on("votes", "Say from how many votes on: 1 to {most}.", "most", mostVotes)
	}
	if c.Within < 0 || c.Within > mostDays {
		on("within_days", "Days are 0 to {most}.", "most", mostDays)
	}
	if c.Answer < 0 || c.Answer > mostDays {
		on("answer_days", "Days are 0 to {most}.", "most", mostDays)
	}
	return fault.All(wrong...)
}

// Change is what became of a clause from one version to the next: Before and
// After are the zero Clause where it was not there.
type Change struct {
	Before, After Clause
}

// Same reports whether the clause says and promises what it did.
func (c Change) Same() bool {
	a, b := c.Before, c.After
	return a.Name == b.Name && a.Mode == b.Mode && a.Title == b.Title && a.Body == b.Body && a.Votes == b.Votes && a.Within == b.Within && a.Answer == b.Answer
}

// Changes compares two versions, clause by clause: those of the later one in
// its order, then those that are gone.
func Changes(before, after Version) (all []Change) {
	for _, c := range after.Clauses {
		was, _ := before.Clause(c.Name)
		all = append(all, Change{was, c})
	}
	for _, c := range before.Clauses {
		if _, ok := after.Clause(c.Name); !ok {
			all = append(all, Change{Before: c})
		}
	}
	return all
}

// nameOf folds the name of a clause: letters and digits without case and
// accents, with single hyphens between.
func nameOf(s string) string {
	var b strings.Builder
	for _, r := range query.Fold(s) {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r):
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.TrimRight(b.String(), "-")
}

// clip shortens a name made of a title, at a hyphen if it can.
func clip(name string) string {
	r := []rune(name)
	if len(r) <= mostName {
		return name
	}
	name = string(r[:mostName])
	if at := strings.LastIndexByte(name, '-'); at > 0 {
		name = name[:at]
	}
	return strings.TrimRight(name, "-")
}

// cleanBody makes Markdown as it is stored.
func cleanBody(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

// languageOf settles the language that words are in; "" is the writer's.
func languageOf(s string, a know.Actor) (string, error) {
	if s = strings.TrimSpace(s); s == "" {
		return a.Language, nil
	}
	tag, err := language.Parse(s)
	if err != nil || tag == language.Und || len(s) > mostName {
		return "", fault.New(fault.Invalid, "The language is a tag such as en or pt-BR.").On("language")
	}
	return tag.String(), nil
}

// fieldOf names a field of the n-th clause of a draft.
func fieldOf(n int, field string) string { return "clause." + strconv.Itoa(n) + "." + field }
