package shape

import (
	"context"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Sort is the order of a list of ideas.
type Sort string

// The orders. The zero Sort is ByVotes.
const (
	ByVotes   Sort = "votes"
	ByNew     Sort = "new"
	ByDecided Sort = "decided" // decided ones only, the latest decision first
)

// Filter says which ideas to list, and in what order. The zero Filter lists
// all that the asker may see, most votes first.
type Filter struct {
	Text   string // words, all of them; the last may be begun only
	Stage  Stage
	Tag    string
	Call   int64
	Person int64 // who proposed them; one's own are listed in every state
	Sort   Sort
	Cursor string // of the page before; "" for the first
	Limit  int    // 1 to 100, 20 if 0
}

// TagCount is a tag and how many public ideas carry it.
type TagCount struct {
	Tag   string
	Ideas int64
}

// Voter is one who voted for an idea.
type Voter struct {
	Person know.Person
	Staff  bool // was staff then
	At     time.Time
}

// Status is a team's own name for a stage.
type Status struct {
	Name  string
	Stage Stage
}

func (s *Ideas) Propose(ctx context.Context, a know.Actor, n NewIdea) (Idea, error) {
	return Idea{}, errPending
}
func (s *Ideas) Edit(ctx context.Context, a know.Actor, id int64, e IdeaEdit) (Idea, error) {
	return Idea{}, errPending
}
func (s *Ideas) Withdraw(ctx context.Context, a know.Actor, id int64) error { return errPending }
func (s *Ideas) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	return errPending
}
func (s *Ideas) Show(ctx context.Context, a know.Actor, id int64) error { return errPending }
func (s *Ideas) Merge(ctx context.Context, a know.Actor, from, into int64) error {
	return errPending
}
func (s *Ideas) Unmerge(ctx context.Context, a know.Actor, id int64) error { return errPending }

// Idea gives one idea. What may not be seen is NotFound; a merged one has
// MergedInto set.
func (s *Ideas) Idea(ctx context.Context, a know.Actor, id int64) (Idea, error) {
	return Idea{}, errPending
}
func (s *Ideas) ByID(ctx context.Context, a know.Actor, ids []int64) (map[int64]Idea, error) {
	return nil, errPending
}
func (s *Ideas) List(ctx context.Context, a know.Actor, f Filter) (ideas []Idea, next string, err error) {
	return nil, "", errPending
}

// Counts gives how many public ideas stand at each stage.
func (s *Ideas) Counts(ctx context.Context) (map[Stage]int64, error) { return nil, errPending }
func (s *Ideas) Tags(ctx context.Context, a know.Actor, limit int) ([]TagCount, error) {
	return nil, errPending
}
func (s *Ideas) Similar(ctx context.Context, a know.Actor, text string, limit int) ([]Idea, error) {
	return nil, errPending
}
func (s *Ideas) Vote(ctx context.Context, a know.Actor, id int64, on bool) (votes int64, err error) {
	return 0, errPending
}
func (s *Ideas) Voted(ctx context.Context, person int64, ids []int64) (map[int64]bool, error) {
	return nil, errPending
}
func (s *Ideas) Voters(ctx context.Context, a know.Actor, id int64) ([]Voter, error) {
	return nil, errPending
}
func (s *Ideas) Comment(ctx context.Context, a know.Actor, idea int64, body, language string) (Comment, error) {
	return Comment{}, errPending
}
func (s *Ideas) Comments(ctx context.Context, a know.Actor, idea int64) ([]Comment, error) {
	return nil, errPending
}
func (s *Ideas) EditComment(ctx context.Context, a know.Actor, id int64, body string) (Comment, error) {
	return Comment{}, errPending
}
func (s *Ideas) WithdrawComment(ctx context.Context, a know.Actor, id int64) error {
	return errPending
}
func (s *Ideas) HideComment(ctx context.Context, a know.Actor, id int64, reason string) error {
	return errPending
}
func (s *Ideas) ShowComment(ctx context.Context, a know.Actor, id int64) error { return errPending }

// TellComments is the follower of idea.commented.
func (s *Ideas) TellComments(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return errPending
}
func (s *Ideas) Follow(ctx context.Context, a know.Actor, id int64, on bool) error {
	return errPending
}
func (s *Ideas) Following(ctx context.Context, person int64, ids []int64) (map[int64]bool, error) {
	return nil, errPending
}
func (s *Ideas) OpenCall(ctx context.Context, a know.Actor, n NewCall) (Call, error) {
	return Call{}, errPending
}
func (s *Ideas) EditCall(ctx context.Context, a know.Actor, id int64, n NewCall) (Call, error) {
	return Call{}, errPending
}
func (s *Ideas) Calls(ctx context.Context, a know.Actor, openOnly bool) ([]Call, error) {
	return nil, errPending
}
func (s *Ideas) Call(ctx context.Context, a know.Actor, id int64) (Call, error) {
	return Call{}, errPending
}
func (s *Ideas) Statuses(ctx context.Context) ([]Status, error) { return nil, errPending }
func (s *Ideas) SetStatuses(ctx context.Context, a know.Actor, all []Status) error {
	return errPending
}

// Erase is the follower of person.left.
func (s *Ideas) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return errPending
}

// Held gives all that shaping holds about a person.
func (s *Ideas) Held(ctx context.Context, person int64, accounts []int64) (Held, error) {
	return Held{}, errPending
}
func (s *Ideas) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	return nil, errPending
}

// Held is all that shaping holds about a person, as they export it.
type Held struct{}
