package listen

// The facts that this package records.
const (
	MentionsStored   = "mentions.stored"        // one per stored batch and source: subject source, other the first mention's id, n the last's
	MentionHidden    = "mention.hidden"         // subject mention
	MentionEdited    = "mention.edited"         // subject mention
	MentionWithdrawn = "mention.withdrawn"      // subject mention, n below
	MentionCorrected = "mention.corrected"      // subject mention
	MentionQuotable  = "mention.quotable"       // subject mention
	ForgetAsked      = "account.forget_asked"   // subject account
	ForgetRefused    = "account.forget_refused" // subject account
	AccountForgotten = "account.forgotten"      // subject account, n how many mentions
	SourceAdded      = "source.added"           // subject source
	SourceChanged    = "source.changed"         // subject source
	SourceRemoved    = "source.removed"         // subject source
	QueryAdded       = "query.added"            // subject query
	QueryChanged     = "query.changed"          // subject query
	QueryRemoved     = "query.removed"          // subject query
	ListAdded        = "list.added"             // subject list
	ListChanged      = "list.changed"           // subject list
	ListRemoved      = "list.removed"           // subject list
)

// What a withdrawn mention says of why, if its author did not ask here.
const (
	Deleted   = "deleted"   // its author did so where they said it
	Forgotten = "forgotten" // a stranger's words, whose time had passed
)

// Why a mention was withdrawn, the n of its fact; 0: its author asked.
const (
	AuthorLeft   = 1
	DeletedThere = 2 // by its author, where they said it
	TimePassed   = 3 // a stranger's words, forgotten after a set time
)
