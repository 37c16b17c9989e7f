package listen

import (
	"context"

	"tribune/internal/query"
	"tribune/storage"
)

// Reindex makes the search of mentions anew from their texts, after a site was
// restored: archives hold texts, not indexes.
func (r *Radar) Reindex(ctx context.Context) error {
	type text struct {
		id    int64
		words string
	}
	for after := int64(0); ; {
		texts, err := storage.All(ctx, r.db, func(row storage.Scanner) (t text, err error) {
			err = row.Scan(&t.id, &t.words)
			return t, err
		}, `select id, text from mention where id > $1 and state <> 'withdrawn' order by id limit 200`, after)
		if err != nil || len(texts) == 0 {
			return err
		}
		if err := r.db.Update(ctx, func(tx *storage.Tx) error {
			for _, t := range texts {
				if err := storage.PutText(ctx, tx, "mention_search", t.id, query.Words(t.words)); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		after = texts[len(texts)-1].id
	}
}
