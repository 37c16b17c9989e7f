package converse

import (
	"context"
	"errors"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

var errPending = errors.New("converse: not there yet")

func (i *Inbox) Attend(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return errPending
}
func (i *Inbox) Threads(ctx context.Context, a know.Actor, f Filter) (threads []Thread, next string, err error) {
	return nil, "", errPending
}
func (i *Inbox) Thread(ctx context.Context, a know.Actor, id int64) (Thread, []Message, error) {
	return Thread{}, nil, errPending
}
func (i *Inbox) Open(ctx context.Context, a know.Actor, mention int64) (Thread, error) {
	return Thread{}, errPending
}
func (i *Inbox) Dismiss(ctx context.Context, a know.Actor, id int64, reason string) error {
	return errPending
}
func (i *Inbox) Reopen(ctx context.Context, a know.Actor, id int64) error { return errPending }
func (i *Inbox) Change(ctx context.Context, a know.Actor, id int64, c Change) (Thread, error) {
	return Thread{}, errPending
}
func (i *Inbox) Letter(ctx context.Context, a know.Actor, subject, body string) (Thread, error) {
	return Thread{}, errPending
}
func (i *Inbox) Say(ctx context.Context, a know.Actor, thread int64, body string) (Message, error) {
	return Message{}, errPending
}
func (i *Inbox) Take(ctx context.Context, a know.Actor, id int64) error         { return errPending }
func (i *Inbox) Give(ctx context.Context, a know.Actor, id, person int64) error { return errPending }
func (i *Inbox) Release(ctx context.Context, a know.Actor, id int64) error      { return errPending }
func (i *Inbox) Note(ctx context.Context, a know.Actor, id int64, body string) (Message, error) {
	return Message{}, errPending
}
func (i *Inbox) Answer(ctx context.Context, a know.Actor, id int64, body string) (Message, error) {
	return Message{}, errPending
}

// Posted says that a copied answer stands where it was asked; url is its own address there, "" if not known.
func (i *Inbox) Posted(ctx context.Context, a know.Actor, message int64, url string) error {
	return errPending
}
func (i *Inbox) Message(ctx context.Context, a know.Actor, id int64) (Message, error) {
	return Message{}, errPending
}
func (i *Inbox) Edit(ctx context.Context, a know.Actor, message int64, body string) (Message, error) {
	return Message{}, errPending
}
func (i *Inbox) Withdraw(ctx context.Context, a know.Actor, message int64) error { return errPending }
func (i *Inbox) HideMessage(ctx context.Context, a know.Actor, message int64, reason string) error {
	return errPending
}
func (i *Inbox) ShowMessage(ctx context.Context, a know.Actor, message int64) error {
	return errPending
}
func (i *Inbox) Counts(ctx context.Context, a know.Actor) (Counts, error) {
	return Counts{}, errPending
}
func (i *Inbox) OpenTell(ctx context.Context, tx *storage.Tx, t Tell) (thread int64, err error) {
	return 0, errPending
}
func (i *Inbox) ThreadsOf(ctx context.Context, a know.Actor, person int64, accounts []int64) ([]Thread, error) {
	return nil, errPending
}
func (i *Inbox) LastSpoke(ctx context.Context, person int64, accounts []int64) (by int64, at time.Time, err error) {
	return 0, time.Time{}, errPending
}
func (i *Inbox) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	return errPending
}
func (i *Inbox) Held(ctx context.Context, person int64, accounts []int64) (Held, error) {
	return Held{}, errPending
}
func (i *Inbox) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	return nil, errPending
}

// Held is what the inbox holds about a person, for their export.
type Held struct {
	Threads  []HeldThread  `json:"threads"`
	Messages []HeldMessage `json:"messages"`
}

// HeldThread is a conversation with the person.
type HeldThread struct {
	ID       int64     `json:"id"`
	Subject  string    `json:"subject,omitempty"`
	State    State     `json:"state"`
	OpenedAt time.Time `json:"opened_at"`
}

// HeldMessage is what the person said in the inbox, or was answered.
type HeldMessage struct {
	ID     int64       `json:"id"`
	Thread int64       `json:"thread_id"`
	Kind   MessageKind `json:"kind"`
	Mine   bool        `json:"mine"`
	Body   string      `json:"body"`
	At     time.Time   `json:"at"`
}
