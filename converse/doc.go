// Package converse is answering: threads that wait for one of us, what was
// said in them, and the answers, each under its author's own name.
//
// Tables: thread, message. What always holds:
//
//   - A thread waits until a person answers it or closes it with a reason; its
//     clock runs from the first words that nobody has answered yet.
//   - An answer has one author, a person; nothing is sent in a name that did
//     not send it.
//   - A note is for staff and never leaves the desk.
//   - Words that were said elsewhere stay with their mention; a thread refers
//     to them, so that taking them away there takes them away here.
package converse
