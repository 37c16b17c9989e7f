package converse

import (
	"context"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// The facts that this folder records. The subject of a thread's fact is the
// thread, that of a message's fact the message.
const (
	ThreadOpened     = "thread.opened"     // other: the mention, or the decision to tell; 0: a letter
	ThreadWoken      = "thread.woken"      // they said more and it waits again; other: the message
	ThreadTaken      = "thread.taken"      // other: who has it now, 0: nobody
	ThreadAnswered   = "thread.answered"   // an answer was delivered; other: the message
	ThreadClosed     = "thread.closed"     // dismissed, with a reason; other: the decision of a tell task
	ThreadReopened   = "thread.reopened"   // by one of us
	LetterWritten    = "letter.written"    // by somebody without an account; subject letter; other: who of us it is for
	LetterConfirmed  = "letter.confirmed"  // its address is confirmed; subject letter; other: the thread it became
	LetterWithdrawn  = "letter.withdrawn"  // by its writer; subject thread
	LetterHidden     = "letter.hidden"     // a public one, by one of us, with a reason; subject thread
	LetterShown      = "letter.shown"      // again
	MessageSaid      = "message.said"      // by them; other: the thread
	MessageSent      = "message.sent"      // an answer that is delivered at once; other: the thread
	MessageWritten   = "message.written"   // an answer that its author is to copy; other: the thread
	MessagePosted    = "message.posted"    // its author says that the copy is posted; other: the thread
	MessageNoted     = "message.noted"     // a note; other: the thread
	MessageEdited    = "message.edited"    // other: the thread
	MessageWithdrawn = "message.withdrawn" // by its author; other: the thread
	MessageHidden    = "message.hidden"    // by one of us, with a reason; other: the thread
	MessageShown     = "message.shown"     // again; other: the thread
)

// fact records what somebody did to a thread or message.
func (i *Inbox) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind, noun string, id, other int64) error {
	return i.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: event.Ref{Kind: noun, ID: id}, Other: other, Staff: a.IsStaff()})
}
