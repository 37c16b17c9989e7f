package post

// The facts that this package records.
const (
	Published      = "post.published"  // subject post
	Edited         = "post.edited"     // subject post, other the suggestion that was taken, 0: none
	Withdrawn      = "post.withdrawn"  // subject post
	Hidden         = "post.hidden"     // subject post
	Shown          = "post.shown"      // subject post
	Replied        = "post.replied"    // subject post, other reply
	Reacted        = "post.reacted"    // subject post, n the kind: 1 thanks, 2 agrees, 3 asks
	Unreacted      = "post.unreacted"  // the same
	ReplyEdited    = "reply.edited"    // subject reply, other post
	ReplyWithdrawn = "reply.withdrawn" // subject reply, other post
	ReplyHidden    = "reply.hidden"    // subject reply, other post
	ReplyShown     = "reply.shown"     // subject reply, other post
	EditSuggested  = "edit.suggested"  // subject edit, other post
	EditTaken      = "edit.taken"      // subject edit, other post
	EditLeft       = "edit.left"       // subject edit, other post
	EditWithdrawn  = "edit.withdrawn"  // subject edit, other post
)
