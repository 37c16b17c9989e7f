package listen

// The facts that this package records.
const (
	MentionsStored   = "mentions.stored"   // one per stored batch and source: subject source, other the first mention's id, n the last's
	MentionHidden    = "mention.hidden"    // subject mention
	MentionEdited    = "mention.edited"    // subject mention
	MentionWithdrawn = "mention.withdrawn" // subject mention, n below
	MentionQuotable  = "mention.quotable"  // subject mention
	SourceAdded      = "source.added"      // subject source
	SourceChanged    = "source.changed"    // subject source
	SourceRemoved    = "source.removed"    // subject source
	QueryAdded       = "query.added"       // subject query
	QueryChanged     = "query.changed"     // subject query
	QueryRemoved     = "query.removed"     // subject query
)

// Why a mention was withdrawn, the n of its fact; 0: its author asked.
const (
	AuthorLeft   = 1
	DeletedThere = 2 // by its author, where they said it
	TimePassed   = 3 // a stranger's words, forgotten after a set time
)
