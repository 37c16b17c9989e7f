package shape

import (
	"context"

	"tribune/storage"
)

// Reindex makes the search of ideas anew from their texts, after a site was
// restored: archives hold texts, not indexes.
func (s *Ideas) Reindex(ctx context.Context) error {
	for after := int64(0); ; {
		ideas, err := storage.All(ctx, s.db, scanIdea, `select `+ideaColumns+` from idea where id > $1 order by id limit 200`, after)
		if err != nil || len(ideas) == 0 {
			return err
		}
		if err := addTags(ctx, s.db, ideas); err != nil {
			return err
		}
		if err := s.db.Update(ctx, func(tx *storage.Tx) error {
			for _, i := range ideas {
				if err := s.index(ctx, tx, i); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		after = ideas[len(ideas)-1].ID
	}
}
