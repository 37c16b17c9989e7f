package charter

import (
	"strings"
	"time"

	"tribune/internal/i18n"
)

// Breach is how a decision goes against what a clause promised.
type Breach string

// The breaches.
const (
	Declined Breach = "declined" // the votes are there, and the answer is no
	PutOff   Breach = "putoff"   // the votes are there, and it is set back
	Late     Breach = "late"     // the votes are there, and the time to answer is over
)

// Outcome is what a decision says, as far as a charter asks.
type Outcome uint8

// The outcomes.
const (
	Waits    Outcome = iota // open, under review: no answer yet
	Goes                    // planned, started or shipped
	Declines                // declined
)

// Standing is how an idea stands before a decision is made on it.
type Standing struct {
	Reached  time.Time // when the promised votes were there (Clause.Reached); zero: they are not
	Answered time.Time // when it was first decided after that; zero: not yet
	Going    bool      // it is planned, started or shipped now
	Signed   bool      // somebody has signed for the lateness already
}

// Reached gives when the promise began to hold for an idea, the zero time if
// it does not: nth is when the vote came that made the customers' votes as
// many as promised (zero: they are fewer), and proposed when the idea was. An
// idea put under the clause later is promised nothing before that.
// Votes of staff do not count, and neither do those that came too late.
func (c Clause) Reached(proposed, nth time.Time) time.Time {
	if !c.Binds() || nth.IsZero() || c.Within > 0 && nth.After(c.VotesUntil(proposed)) {
		return time.Time{}
	}
	return nth
}

// VotesUntil gives until when votes count for an idea, the zero time if always.
func (c Clause) VotesUntil(proposed time.Time) time.Time { return after(proposed, c.Within) }

// AnswerBy gives by when an idea is to be decided, the zero time if the clause
// does not promise that.
func (c Clause) AnswerBy(reached time.Time) time.Time { return after(reached, c.Answer) }

func after(t time.Time, days int64) time.Time {
	if t.IsZero() || days == 0 {
		return time.Time{}
	}
	return t.Add(time.Duration(days) * 24 * time.Hour)
}

// Breaks gives how a decision made at a time goes against what the clause
// promised; none if it does not. Nothing is promised before the votes are
// there. From then on,
//
//   - where customers decide, it is done: whatever does not plan, start or ship
//     it is against the promise;
//   - where both decide, a no is against it, and so is taking back a yes; looking
//     into it is not, as long as the time to answer lasts;
//   - the first answer in either is late after that time, until somebody has
//     signed for it.
func (c Clause) Breaks(st Standing, o Outcome, at time.Time) (all []Breach) {
	if !c.Binds() || st.Reached.IsZero() || at.Before(st.Reached) {
		return nil
	}
	switch {
	case o == Declines:
		all = append(all, Declined)
	case o == Waits && (c.Mode == Decide || st.Going):
		all = append(all, PutOff)
	}
	if by := c.AnswerBy(st.Reached); !by.IsZero() && at.After(by) && !st.Signed && (st.Answered.IsZero() || st.Answered.After(by)) {
		all = append(all, Late)
	}
	return all
}

// join and split store breaches in one column.
// Against says how a decision goes against the charter.
func Against(p *i18n.Printer, all []Breach) string {
	words := make([]string, 0, len(all))
	for _, b := range all {
		switch b {
		case Declined:
			words = append(words, p.T("it declines what the votes had decided"))
		case PutOff:
			words = append(words, p.T("it sets back what the votes had decided"))
		case Late:
			words = append(words, p.T("it comes later than promised"))
		}
	}
	return p.List(words)
}

func join(all []Breach) string {
	words := make([]string, len(all))
	for n, b := range all {
		words[n] = string(b)
	}
	return strings.Join(words, " ")
}

func split(s string) (all []Breach) {
	for word := range strings.FieldsSeq(s) {
		all = append(all, Breach(word))
	}
	return all
}
