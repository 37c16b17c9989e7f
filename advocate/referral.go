package advocate

import (
	"time"
)

// Whom somebody brought is who hangs in this tree, in generation 1 or later:
// they said so of a member who let us show it, or came by somebody's link.
// Whoever says anything else (a place, a name from outside, that they do not
// know) has answered, and was brought by nobody. The loop's "found" counts the
// same buyers.
//
// Who told whom is a tree over buyers and those who brought one. It follows the
// ledger: each account that buys belongs to a node (a person, or minus an
// account nobody claimed), each node has at most one claim (the person who, by
// what is known, brought them), and the tree is made of the claims, but for one
// of each ring. Depth, root and the counts that pages show are kept as it
// changes; what a change makes stale waits in referral_due and is counted anew
// in small transactions (settle.go). The result depends on the ledger, the
// answers and the links alone, not on the order in which they came.

// Sure is how sure it is what brought a buyer.
type Sure int64

// How sure it is, the least first.
const (
	Unknown Sure = 0
	ByLink  Sure = 1 // their first purchase came with the code of a share link
	Said    Sure = 2 // the buyer said what did
)

// String names it as the API does.
func (s Sure) String() string {
	switch s {
	case ByLink:
		return "link"
	case Said:
		return "said"
	}
	return "unknown"
}

// Referral is a buyer, or somebody who brought one, in the tree.
type Referral struct {
	ID         int64 // a person, or minus an account that nobody claimed
	Parent     int64 // the person who brought them, 0 for nobody who is known
	Claim      int64 // who brought them by what is known; other than Parent where that would lead back to themselves
	Sure       Sure
	Purchases  int64 // 0: they brought somebody, and bought nothing
	First      int64 // their first purchase
	FirstAt    time.Time
	Coded      bool   // it came with a code
	Country    string // of that purchase, else of their profile
	From       string // country of the parent
	Generation int64  // how many stand above them
	Root       int64  // with whom it began
	Below      int64  // buyers in all generations below
}

// Rings reports whether who brought them came by them in turn: they bought
// first, so the chain begins with them.
func (r Referral) Rings() bool { return r.Parent == 0 && r.Claim != 0 }

// Person gives the person, 0 for an account that nobody claimed.
func (r Referral) Person() int64 { return max(r.ID, 0) }

// Account gives the account that nobody claimed, 0 for a person.
func (r Referral) Account() int64 { return max(-r.ID, 0) }

// Month names a month by a number that orders: 202611.
func Month(t time.Time) int64 {
	t = t.UTC()
	return int64(t.Year())*100 + int64(t.Month())
}

// YearTo gives the first moment of the twelve months that end with that of now.
func YearTo(now time.Time) time.Time {
	now = now.UTC()
	return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC).AddDate(0, -11, 0)
}
