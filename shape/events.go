package shape

// The facts about ideas, comments and calls that this package records.
const (
	IdeaProposed     = "idea.proposed"     // subject idea, other call
	IdeaEdited       = "idea.edited"       // subject idea
	IdeaCited        = "idea.cited"        // subject idea, other the clause it is under now
	IdeaWithdrawn    = "idea.withdrawn"    // subject idea
	IdeaHidden       = "idea.hidden"       // subject idea
	IdeaShown        = "idea.shown"        // subject idea
	IdeaMerged       = "idea.merged"       // subject idea, other the idea it went into
	IdeaUnmerged     = "idea.unmerged"     // subject idea, other the idea it came out of
	IdeaVoted        = "vote.cast"         // subject idea, n 1 if the voter was staff
	IdeaUnvoted      = "vote.taken_back"   // subject idea, n 1 if the vote was a staff one
	IdeaFollowed     = "idea.followed"     // subject idea
	IdeaUnfollowed   = "idea.unfollowed"   // subject idea
	IdeaCommented    = "idea.commented"    // subject idea, other comment
	CommentEdited    = "comment.edited"    // subject comment, other idea
	CommentWithdrawn = "comment.withdrawn" // subject comment, other idea
	CommentHidden    = "comment.hidden"    // subject comment, other idea
	CommentShown     = "comment.shown"     // subject comment, other idea
	CallOpened       = "call.opened"       // subject call
	CallEdited       = "call.edited"       // subject call
	StatusesSet      = "settings.statuses" // no subject
)

// The facts about votes against an idea. They are of the family of votes: they
// come by the thousand, and change a count.
const (
	IdeaOpposed   = "vote.against"            // subject idea, n 1 if the voter was staff
	IdeaUnopposed = "vote.against_taken_back" // subject idea, n 1 if the vote was a staff one
)
