package board

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
)

// State is how far a board is.
type State string

// The states of a board.
const (
	Open   State = "open"   // takes applications, until the hour that is said
	Closed State = "closed" // the pool is frozen and its hash published
	Drawn  State = "drawn"  // seats are drawn, and the board is at work
	Ended  State = "ended"  // its term is over; the page stays
)

// Board is a consumer consulting board. All of it is public.
type Board struct {
	ID           int64
	Name         string
	Purpose      string // Markdown
	CompanyGets  string // Markdown
	MembersGet   string // Markdown
	Duties       string // Markdown: what a member does, and how much of it
	Language     string
	Host         int64 // who of us answers for it
	From, To     time.Time
	Seats        int
	Invited      bool // only who is invited may apply
	ClosesAt     time.Time
	Announced    string // the part of the seed that stands before anybody applies
	Beacon       string // the value that nobody controls: which, and where it is published
	Counts       string // which of its numbers count; "" of a board announced before that was asked
	Numbers      int    // how many those are; 0: a code counts, or it was not said
	Digits       int    // how many hexadecimal digits the code has that counts; 0: whole numbers count
	Unsaid       bool   // announced before it was asked which of the two counts: either is read
	BeaconAt     time.Time
	State        State
	Applications int64
	Members      int // who have accepted a seat, and sit on it
	PoolHash     string
	PoolSize     int
	ClosedAt     time.Time
	ClosedBy     int64  // 0: the program
	Value        string // as it entered the seed: in its one form, or as typed in draws before there was one
	DrawnAt      time.Time
	DrawnBy      int64
	EndedAt      time.Time
	CreatedAt    time.Time
	EditedAt     time.Time
}

// Circle is the audience of a board: its members, and staff.
func (b Board) Circle() know.Audience { return know.CircleOf("board", b.ID) }

// Takes reports whether the board takes applications at that time.
func (b Board) Takes(at time.Time) bool { return b.State == Open && at.Before(b.ClosesAt) }

// Missed reports whether the announced value may be known and no pool was frozen
// before: it decides nothing any more, and a later one has to be announced.
func (b Board) Missed(at time.Time) bool { return b.State == Open && !at.Before(b.BeaconAt) }

// Terms gives what a board was opened with, or says by now.
func (b Board) Terms() NewBoard {
	return NewBoard{Name: b.Name, Purpose: b.Purpose, CompanyGets: b.CompanyGets, MembersGet: b.MembersGet, Duties: b.Duties, Host: b.Host, From: b.From, To: b.To,
		Seats: b.Seats, Invited: b.Invited, ClosesAt: b.ClosesAt, Announced: b.Announced, Beacon: b.Beacon, Counts: b.Counts, Numbers: b.Numbers, Digits: b.Digits, BeaconAt: b.BeaconAt}
}

// Seed is what the tickets are made of, once the value is known.
func (b Board) Seed() string {
	if b.Value == "" {
		return ""
	}
	return b.SeedOf(b.Value)
}

// subject gives what is said inside a board as the rules see it.
func (b Board) subject(author int64, hidden bool) know.Subject {
	return know.Subject{Audience: b.Circle(), Author: author, Hidden: hidden}
}

// New is a board to be opened, or changed while it takes applications.
type NewBoard struct {
	Name        string // 4 to 120 characters, one line
	Purpose     string // Markdown, needed, as the next three
	CompanyGets string
	MembersGet  string
	Duties      string
	Host        int64 // staff; 0: who asks
	From, To    time.Time
	Seats       int
	Invited     bool
	ClosesAt    time.Time
	Announced   string // "": the board's name and the day its applications close; its number is put before it
	Beacon      string
	Counts      string // what of the beacon counts
	Numbers     int    // how many numbers those are; 0 for a code
	Digits      int    // how many hexadecimal digits the code has; 0 for numbers
	BeaconAt    time.Time
}

// The sizes of what people write here, in characters, and how many of each.
const (
	minName     = 4
	maxName     = 120
	maxPurpose  = 10_000
	maxPart     = 4_000
	maxLine     = 200
	maxSentence = 500
	maxSaid     = 10_000
	maxAnswer   = 10_000
	maxSummary  = 20_000
	maxReason   = 500
	maxSeats    = 1_000
	maxQuotas   = 60
	maxNumbers  = 50
	minDigits   = 8 // fewer could be met by chance
	maxDigits   = 256
)

// answerWithin is how long somebody who was drawn may think about it.
const answerWithin = 14 * 24 * time.Hour

func boardRef(id int64) event.Ref { return event.Ref{Kind: "board", ID: id} }

// clean makes Markdown as it is stored.
func clean(s string) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(s, "\x00", ""))
}

func long(s string, least, most int) bool {
	n := utf8.RuneCountInString(s)
	return n < least || n > most
}

// numbered puts a board's number before its announced text: no two boards have
// the same seed, whatever their names and days.
func numbered(id int64, text string) string {
	prefix := "#" + strconv.FormatInt(id, 10) + " "
	return prefix + strings.TrimPrefix(text, prefix)
}

// check cleans a board and refuses what cannot be, all of it at once. was is the
// board that is changed, or none.
func (n *NewBoard) check(now time.Time, was Board) error {
	var wrong []error
	no := func(bad bool, field, text string, args ...any) {
		if bad {
			wrong = append(wrong, fault.New(fault.Invalid, text, args...).On(field))
		}
	}
	n.Name = plain.Line(n.Name)
	no(long(n.Name, minName, maxName), "name", "Give the board a name of {least} to {most} characters.", "least", minName, "most", maxName)
	n.Purpose, n.CompanyGets, n.MembersGet, n.Duties = clean(n.Purpose), clean(n.CompanyGets), clean(n.MembersGet), clean(n.Duties)
	no(long(n.Purpose, 1, maxPurpose), "purpose", "Say what the board is for, in at most {most} characters.", "most", maxPurpose)
	no(long(n.CompanyGets, 1, maxPart), "company_gets", "Say what the company gets, in at most {most} characters.", "most", maxPart)
	no(long(n.MembersGet, 1, maxPart), "members_get", "Say what the members get, in at most {most} characters. If it is thanks alone, say so.", "most", maxPart)
	no(long(n.Duties, 1, maxPart), "duties", "Say what members do, how often and how long, in at most {most} characters.", "most", maxPart)
	no(n.Seats < 1 || n.Seats > maxSeats, "seats", "A board has 1 to {most} seats.", "most", maxSeats)
	no(n.ClosesAt.IsZero() || !n.ClosesAt.After(now) && !n.ClosesAt.Equal(was.ClosesAt), "closes_at", "Say until when people can apply: a day to come.")
	no(n.BeaconAt.IsZero() || !n.BeaconAt.After(n.ClosesAt), "beacon_at", "The value must become known after applications close: else somebody could choose who is drawn.")
	no(n.BeaconAt.After(n.ClosesAt) && !n.BeaconAt.After(now) && !n.BeaconAt.Equal(was.BeaconAt), "beacon_at", "Choose a day to come: a value that may be known already lets somebody choose who is drawn.")
	no(n.From.IsZero(), "from", "Say when the term begins.")
	no(n.To.IsZero() || !n.To.After(n.From) || !n.To.After(n.BeaconAt), "to", "The term ends before it can begin. Choose a later day.")
	n.Announced, n.Beacon, n.Counts = plain.Line(n.Announced), plain.Line(n.Beacon), plain.Line(n.Counts)
	if n.Announced == "" {
		n.Announced = n.Name + ", " + n.ClosesAt.UTC().Format(time.DateOnly)
	}
	no(long(n.Announced, 1, maxLine), "announced", "The announced text has 1 to {most} characters.", "most", maxLine)
	no(long(n.Beacon, 1, maxLine), "beacon", "Say which value nobody controls is added, and where it is published, in at most {most} characters.", "most", maxLine)
	for _, line := range [][3]string{{"name", n.Name, was.Name}, {"announced", n.Announced, was.Announced}, {"beacon", n.Beacon, was.Beacon}, {"counts", n.Counts, was.Counts}} {
		no(line[1] != line[2] && plain.Unseen(line[1]), line[0], "There are signs in it that are not seen, or that turn others around: nobody could type it again. Leave them out.")
	}
	least := 1
	if was.ID != 0 && was.Counts == "" {
		least = 0 // announced before this was asked
	}
	no(long(n.Counts, least, maxLine), "counts", "Say what of it counts, in at most {most} characters: else somebody could choose it once it is known.", "most", maxLine)
	no(n.Digits == 0 && (n.Numbers < least || n.Numbers > maxNumbers), "numbers", "Say how many numbers count, from 1 to {most}.", "most", maxNumbers)
	no(n.Digits != 0 && n.Numbers != 0, "digits", "Say how many numbers count, or how many digits the code has, and leave the other out.")
	no(n.Digits != 0 && (n.Digits < minDigits || n.Digits > maxDigits), "digits", "Say how many hexadecimal digits the code has, from {least} to {most}.", "least", minDigits, "most", maxDigits)
	return fault.All(wrong...)
}

func gone() error {
	return fault.New(fault.NotFound, "There is no such board.")
}

// hideReason cleans the reason that staff give, which the author will read.
func hideReason(s string) (string, error) {
	s = plain.FromText(s)
	if long(s, 1, maxReason) {
		return s, fault.New(fault.Invalid, "Say why, in at most {most} characters: its author will read it.", "most", maxReason).On("reason")
	}
	return s, nil
}

// The features that quotas are on.
const (
	Country = "country"
	Tribe   = "tribe"
	Tenure  = "tenure"
)

// Features lists them, in the order of the pool's columns.
func Features() []string { return []string{Country, Tribe, Tenure} }

// The bands of tenure: for how long somebody had been here when the pool closed.
const (
	NewHere  = "0-1" // less than a year
	SomeTime = "1-3" // one to three years
	LongHere = "3+"  // three years and more
)

// Tenures lists the bands.
func Tenures() []string { return []string{NewHere, SomeTime, LongHere} }

// Band gives the band of who came at since.
func Band(since, at time.Time) string {
	switch {
	case since.AddDate(1, 0, 0).After(at):
		return NewHere
	case since.AddDate(3, 0, 0).After(at):
		return SomeTime
	}
	return LongHere
}

// Quota bounds how many seats go to people with a value.
type Quota struct {
	Feature, Value string
	Min, Max       int
}

// features gives those that quotas are on, in the order of the pool's columns:
// the pool publishes no others.
func features(quotas []Quota) (names []string) {
	for _, f := range Features() {
		if slices.ContainsFunc(quotas, func(q Quota) bool { return q.Feature == f }) {
			names = append(names, f)
		}
	}
	return names
}
