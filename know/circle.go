package know

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"tribune/event"
	"tribune/storage"
)

// Facts about circles.
const (
	PersonAdmitted  = "person.admitted"  // subject person, other the board or tribe
	PersonDismissed = "person.dismissed" // the same
)

// CircleOf names the audience of one board or tribe: its members, and of a
// board the staff. kind is "board" or "tribe".
func CircleOf(kind string, id int64) Audience {
	return Audience(kind + ":" + strconv.FormatInt(id, 10))
}

// Circle takes an audience apart; ok is false for one that follows from a role.
func (a Audience) Circle() (kind string, id int64, ok bool) {
	kind, number, found := strings.Cut(string(a), ":")
	if !found {
		return "", 0, false
	}
	id, err := strconv.ParseInt(number, 10, 64)
	return kind, id, err == nil
}

// Admit lets a person into a circle, in the transaction of the caller, who has
// asked whether it is allowed. It may be repeated.
func (d *Directory) Admit(ctx context.Context, tx *storage.Tx, by Actor, circle Audience, person int64) error {
	return d.circle(ctx, tx, by, circle, person, PersonAdmitted,
		`insert into circle (audience, person_id, at) values ($1, $2, $3) on conflict do nothing`, storage.Micros(d.now()))
}

// OpenCircle makes a circle that nobody belongs to yet: staff see into that of
// a board from then on, also after its members were dismissed.
func (d *Directory) OpenCircle(ctx context.Context, tx *storage.Tx, by Actor, circle Audience) error {
	return d.Admit(ctx, tx, by, circle, 0)
}

// Dismiss takes a person out of a circle; it may be repeated.
func (d *Directory) Dismiss(ctx context.Context, tx *storage.Tx, by Actor, circle Audience, person int64) error {
	return d.circle(ctx, tx, by, circle, person, PersonDismissed, `delete from circle where audience = $1 and person_id = $2`)
}

func (d *Directory) circle(ctx context.Context, tx *storage.Tx, by Actor, circle Audience, person int64, kind, statement string, more ...any) error {
	_, id, ok := circle.Circle()
	if !ok {
		return fmt.Errorf("know: %q is no circle", circle)
	}
	changed, err := tx.Exec(ctx, statement, append([]any{string(circle), person}, more...)...)
	if err != nil || changed == 0 {
		return err
	}
	return d.fact(ctx, tx, kind, by, event.Ref{Kind: "person", ID: person}, id)
}

// Peopled reports whether anybody belongs to a circle.
func (d *Directory) Peopled(ctx context.Context, q storage.Q, circle Audience) (bool, error) {
	var n int
	err := q.Row(ctx, `select count(*) from circle where audience = $1 and person_id <> 0`, string(circle)).Scan(&n)
	return n > 0, err
}

// CirclesOf gives the boards and tribes that a person belongs to, in the order
// they came to them; of those that were erased, none.
func (d *Directory) CirclesOf(ctx context.Context, q storage.Q, person int64) ([]Audience, error) {
	return storage.All(ctx, q, storage.Scalar[Audience], `select audience from circle where person_id = $1 order by at, audience`, person)
}

// circlesFor gives the circles an actor may see into: staff see every board.
func (d *Directory) circlesFor(ctx context.Context, p Person) ([]Audience, error) {
	if !p.Role.AtLeast(Staff) {
		return d.CirclesOf(ctx, d.db, p.ID)
	}
	return storage.All(ctx, d.db, storage.Scalar[Audience], `select distinct audience from circle where person_id = $1 or audience like 'board:%' order by audience`, p.ID)
}
