package converse

import (
	"context"

	"tribune/internal/fault"
	"tribune/know"
)

// WayTo says how an answer to a person would leave, and whether it goes by
// mail, too. Person 0 is somebody known by an account only.
func (i *Inbox) WayTo(ctx context.Context, a know.Actor, person int64) (w Way, mailed bool, err error) {
	if err := know.Require(a, know.Answer, know.Subject{Audience: know.Team}); err != nil {
		return "", false, err
	}
	if w, err = way(ctx, i.db, person); err != nil || w != BySite {
		return w, false, err
	}
	if _, err = i.people.Reachable(ctx, person); fault.Is(err, fault.NotFound) {
		return w, false, nil
	} else if err != nil {
		return w, false, err
	}
	mailed, err = i.people.Wanted(ctx, i.db, person, know.MailAnswers)
	return w, mailed, err
}
