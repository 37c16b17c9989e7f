package tribe

import "tribune/event"

// The facts that this package records.
const (
	Started  = "tribe.started"  // subject tribe
	Edited   = "tribe.edited"   // subject tribe: its name, or what it stands for
	Hidden   = "tribe.hidden"   // subject tribe
	Shown    = "tribe.shown"    // subject tribe
	Joined   = "tribe.joined"   // subject tribe
	Left     = "tribe.left"     // subject tribe
	Appeared = "tribe.appeared" // subject tribe, n 1 if everybody may see that they are in it, 0 no longer
	WordsSet = "tribe.worded"   // subject tribe: a member chose a word, or no longer
	IdeaPut  = "tribe.carried"  // subject tribe, other idea, n 1 put on its page, 0 taken off
	Looked   = "group.found"    // n groups that the ties suggest; also when only strength was taken
	Answered = "group.answered" // subject group, other the tribe they joined, 0: refused
)

// ref names a tribe in a fact.
func ref(id int64) event.Ref { return event.Ref{Kind: "tribe", ID: id} }
