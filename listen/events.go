package listen

// The facts that this package records.
const (
	MentionsStored   = "mentions.stored"   // one per stored batch and source: subject source, other the first mention's id, n the last's
	MentionHidden    = "mention.hidden"    // subject mention
	MentionWithdrawn = "mention.withdrawn" // subject mention, n 1 if its author left
	MentionQuotable  = "mention.quotable"  // subject mention
	SourceAdded      = "source.added"      // subject source
	SourceChanged    = "source.changed"    // subject source
	SourceRemoved    = "source.removed"    // subject source
	QueryAdded       = "query.added"       // subject query
	QueryChanged     = "query.changed"     // subject query
	QueryRemoved     = "query.removed"     // subject query
)
