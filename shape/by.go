package shape

import (
	"context"

	"tribune/know"
	"tribune/storage"
)

// DecisionsBy gives what a person decided, on ideas that the asker may see,
// the last one first.
func (s *Ideas) DecisionsBy(ctx context.Context, a know.Actor, person int64, limit int) ([]Decision, error) {
	audiences := a.Audiences()
	holes, args := storage.Holes(3, audiences)
	return storage.All(ctx, s.db, scanDecision, selectDecision+` d where subject_kind = 'idea' and by_id = $1
		and exists (select 1 from idea i where i.id = d.subject_id and i.state = 'visible' and i.audience in (`+holes+`))
		order by id desc limit $2`, append([]any{person, limit}, args...)...)
}
