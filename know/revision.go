package know

import (
	"context"
	"time"

	"tribune/event"
	"tribune/storage"
)

// TextState is what became of a text by a person.
type TextState string

// The states of a text.
const (
	Visible   TextState = "visible"
	Hidden    TextState = "hidden"    // by staff, with a reason its author sees
	Withdrawn TextState = "withdrawn" // by its author
)

// Revision is an earlier wording of a text.
type Revision struct {
	ID    int64
	Title string
	Body  string
	By    int64
	At    time.Time

	Machine bool // its author said that a machine drafted it
}

// Keep remembers a text's wording before it changes.
func (d *Directory) Keep(ctx context.Context, tx *storage.Tx, text event.Ref, title, body string, by int64) error {
	return d.KeepAs(ctx, tx, text, Revision{Title: title, Body: body, By: by})
}

// KeepAs is Keep for a wording of which more is known. At is now.
func (d *Directory) KeepAs(ctx context.Context, tx *storage.Tx, text event.Ref, r Revision) error {
	_, err := tx.Exec(ctx, `insert into revision (kind, ref_id, title, body, by_id, at, machine) values ($1, $2, $3, $4, $5, $6, $7)`,
		text.Kind, text.ID, r.Title, r.Body, r.By, storage.Micros(d.now()), storage.Bit(r.Machine))
	return err
}

// Revisions gives a text's earlier wordings, oldest first.
func (d *Directory) Revisions(ctx context.Context, text event.Ref) ([]Revision, error) {
	return storage.All(ctx, d.db, func(row storage.Scanner) (r Revision, err error) {
		var at, machine int64
		err = row.Scan(&r.ID, &r.Title, &r.Body, &r.By, &at, &machine)
		r.At, r.Machine = storage.Time(at), machine == 1
		return r, err
	}, `select id, title, body, by_id, at, machine from revision where kind = $1 and ref_id = $2 order by id`, text.Kind, text.ID)
}

// Forget removes a text's earlier wordings: its author took their words away.
func (d *Directory) Forget(ctx context.Context, tx *storage.Tx, text event.Ref) error {
	_, err := tx.Exec(ctx, `delete from revision where kind = $1 and ref_id = $2`, text.Kind, text.ID)
	return err
}
