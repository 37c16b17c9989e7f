package board

// The facts of boards.
const (
	Opened     = "board.opened"        // subject board
	Changed    = "board.changed"       // subject board: its words, dates, seats or quotas
	InvitedTo  = "board.invited"       // subject board, other the person
	Applied    = "board.applied"       // subject board, other the application
	Unapplied  = "board.unapplied"     // subject board, other the application: taken back
	PoolClosed = "board.closed"        // subject board, n how many are in the pool
	SeatsDrawn = "board.drawn"         // subject board, n the round: 1 the draw, more after somebody declined
	TermEnded  = "board.ended"         // subject board
	SeatTaken  = "seat.accepted"       // subject seat, other board
	SeatLeft   = "seat.declined"       // subject seat, other board: declined, not answered in time, given back, or its member left
	TalkOpened = "boardtalk.opened"    // subject boardtalk, other board
	Said       = "boardtalk.said"      // subject boardtalk, other what was said
	SaidEdited = "boardsaid.edited"    // subject boardsaid, other board
	SaidTaken  = "boardsaid.withdrawn" // subject boardsaid, other board
	SaidHidden = "boardsaid.hidden"    // subject boardsaid, other board
	SaidShown  = "boardsaid.shown"     // subject boardsaid, other board
	TaskOpened = "task.opened"         // subject task, other board
	TaskAnswer = "task.answered"       // subject task, other the answer: given, changed or taken back
	TaskReport = "task.reported"       // subject task, other board: the result goes back to the members
	TaskVoted  = "task.voted"          // subject task, n 1 for yes: whether the result goes to the square
	TaskPublic = "task.published"      // subject task, other board: the board agreed
)
