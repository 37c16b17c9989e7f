package shape

import (
	"context"
	"fmt"

	"tribune/know"
	"tribune/storage"
)

// Behind gives the ideas that the words of these mentions stand behind, by
// mention, as far as the asker may see them: what was said in private is for
// the team. Of several it is the first.
func (s *Ideas) Behind(ctx context.Context, a know.Actor, mentions []int64) (map[int64]Idea, error) {
	type pair struct{ mention, idea int64 }
	holes, args := storage.Holes(2, mentions)
	pairs, err := storage.All(ctx, s.db, func(row storage.Scanner) (p pair, err error) {
		err = row.Scan(&p.mention, &p.idea)
		return p, err
	}, `select mention_id, idea_id from voice where mention_id in (`+holes+`) and mention_id <> 0 and state = 'visible' and (public = 1 or $1 = 1) order by id`, append([]any{storage.Bit(a.IsStaff())}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("shape: ideas behind mentions: %w", err)
	}
	ids := make([]int64, len(pairs))
	for n, p := range pairs {
		ids[n] = p.idea
	}
	ideas, err := s.ByID(ctx, a, ids)
	if err != nil {
		return nil, err
	}
	behind := make(map[int64]Idea, len(pairs))
	for _, p := range pairs {
		idea, ok := ideas[p.idea]
		if _, have := behind[p.mention]; ok && !have && idea.State == know.Visible {
			behind[p.mention] = idea
		}
	}
	return behind, nil
}
