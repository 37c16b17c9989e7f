package listen

// Ask is the rule by which a text wants an answer.
type Ask string

// The answers of the rule.
const (
	NoAsk     Ask = ""
	Asks      Ask = "asks"      // a question or a request to us
	Complains Ask = "complains" // something does not work, or was not done
)
