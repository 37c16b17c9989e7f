package tribe

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// Kept is for how long after a renaming nobody but the tribe itself can have the
// name that it had: its members can put it back.
const Kept = 30 * aDay

// called is a tribe's name, and since when it is only kept for the tribe; 0 while
// the tribe is called so.
type called struct {
	tribe int64
	name  string
	like  likeness
	until int64
}

// callings gives what every other tribe is called, then what each was called
// within the time for which that is kept. The name of one that nobody is left
// in is not.
func (s *Tribes) callings(ctx context.Context, q storage.Q, but int64) ([]called, error) {
	return storage.All(ctx, q, func(row storage.Scanner) (c called, err error) {
		err = row.Scan(&c.tribe, &c.name, &c.until)
		c.like = likenessOf(c.name)
		return c, err
	}, `select id, name, 0 as until from tribe where id <> $1 and name <> ''
		union all select w.tribe_id, w.name, max(w.at) from tribe_wording w join tribe t on t.id = w.tribe_id
			where w.tribe_id <> $1 and t.members > 0 and w.at > $2 and w.name <> t.name group by w.tribe_id, w.name
		order by 3, 1`, but, storage.Micros(s.now().Add(-Kept)))
}

// takenBy gives whose a name is among callings, or one that is taken for it;
// first of all who is called so to the letter. The zero called: nobody's.
func takenBy(callings []called, name string) called {
	mine := likenessOf(name)
	for _, c := range callings {
		if c.until == 0 && c.like.folded == mine.folded {
			return c
		}
	}
	for _, c := range callings {
		if c.like.to(mine) {
			return c
		}
	}
	return called{}
}

// Named gives the tribe whose name is like this one; ok is false if there is
// none that the asker may see.
func (s *Tribes) Named(ctx context.Context, a know.Actor, name string) (t Tribe, ok bool, err error) {
	if fold(name) == "" {
		return t, false, nil
	}
	all, err := s.callings(ctx, s.db, 0)
	if err != nil {
		return t, false, err
	}
	c := takenBy(all, name)
	if c.tribe == 0 {
		return t, false, nil
	}
	if t, err = read(ctx, s.db, c.tribe); err != nil || s.mayRead(ctx, s.db, a, t) != nil {
		return Tribe{}, false, err
	}
	return t, true, nil
}

// free refuses a name that another tribe than this one has, or could put back.
func (s *Tribes) free(ctx context.Context, tx *storage.Tx, name string, but int64) error {
	all, err := s.callings(ctx, tx, but)
	if err != nil {
		return err
	}
	c := takenBy(all, name)
	if c.tribe == 0 {
		return nil
	}
	other, err := read(ctx, tx, c.tribe)
	if err != nil {
		return err
	}
	return taken(other, c)
}

// taken says whose a name is.
func taken(other Tribe, c called) error {
	switch {
	case other.State != know.Visible: // what is hidden is not told about
		return fault.New(fault.Conflict, "This name cannot be had. Choose another one.").On("name")
	case c.until != 0:
		return fault.New(fault.Conflict, "The tribe {name}, /tribes/{id}, was called {old}, and its members can put that back: until {date} the name is kept for them. Join them, or choose another name.",
			"name", other.Name, "id", other.ID, "old", c.name, "date", storage.Time(c.until).Add(Kept)).On("name")
	case other.Members == 0:
		return fault.New(fault.Conflict, "There is a tribe called {name} already, /tribes/{id}, and nobody is left in it. Take it up, or choose another name.",
			"name", other.Name, "id", other.ID).On("name")
	}
	return fault.New(fault.Conflict, "There is a tribe called {name} already: /tribes/{id}. Join it, or choose another name.", "name", other.Name, "id", other.ID).On("name")
}

// notAPerson refuses the name of somebody who is seen here under it: who wrote or
// proposed something, or is named in a tribe. Of others nothing is told.
func (s *Tribes) notAPerson(ctx context.Context, name string) error {
	bearers, err := s.people.Bearers(ctx, name)
	for _, person := range bearers {
		posts, _, err := s.posts.By(ctx, know.Actor{}, person, "", 1)
		if err != nil {
			return err
		}
		ideas, _, err := s.ideas.List(ctx, know.Actor{}, shape.Filter{Person: person, Sort: shape.ByNew, Limit: 1})
		if err != nil {
			return err
		}
		var named int
		if err := s.db.Row(ctx, `select count(*) from membership where person_id = $1 and shown = 1 and left_at = 0`, person).Scan(&named); err != nil {
			return err
		}
		if len(posts)+len(ideas)+named > 0 {
			return fault.New(fault.Invalid, "Somebody here is called {name}, and a tribe of that name would be taken for them. Name it after what its members have in common.", "name", plain.Line(name)).On("name")
		}
	}
	return err
}

// mayBear refuses a tribe a name that is somebody's here; person is what notAPerson
// says of it. One that it had before is its own, whoever has come since.
func (s *Tribes) mayBear(ctx context.Context, tx *storage.Tx, id int64, name string, person error) error {
	var before int
	err := tx.Row(ctx, `select count(*) from tribe_wording where tribe_id = $1 and name = $2`, id, name).Scan(&before)
	if err != nil || before > 0 {
		return err
	}
	return cmp.Or(person, s.people.MayBeTribe(ctx, tx, name))
}

// Wordings gives the earlier names and texts of a tribe, the latest first, and
// which of the names others have by now.
func (s *Tribes) Wordings(ctx context.Context, a know.Actor, id int64) ([]Wording, error) {
	t, err := s.Tribe(ctx, a, id)
	if err != nil {
		return nil, err
	}
	was, err := storage.All(ctx, s.db, func(row storage.Scanner) (w Wording, err error) {
		var at int64
		err = row.Scan(&w.Name, &w.Stands, &w.By, &at)
		w.At = storage.Time(at)
		return w, err
	}, `select w.name, w.stands, case when w.by_id = $2 or m.shown = 1 then w.by_id else 0 end, w.at from tribe_wording w
		left join membership m on m.tribe_id = w.tribe_id and m.person_id = w.by_id and m.left_at = 0 where w.tribe_id = $1 order by w.id desc limit 200`, id, a.ID)
	if err != nil {
		return nil, err
	}
	if err := s.addTaken(ctx, a, t, was); err != nil {
		return nil, fmt.Errorf("tribe: wordings of %d: %w", id, err)
	}
	return was, nil
}

// addTaken adds which of a tribe's earlier names others have by now.
func (s *Tribes) addTaken(ctx context.Context, a know.Actor, t Tribe, was []Wording) error {
	if !slices.ContainsFunc(was, func(w Wording) bool { return w.Name != t.Name }) {
		return nil
	}
	all, err := s.callings(ctx, s.db, t.ID)
	if err != nil {
		return err
	}
	var others []int64
	for n, w := range was {
		if w.Name != t.Name {
			was[n].TakenBy = takenBy(all, w.Name).tribe
			was[n].Taken = was[n].TakenBy != 0
			others = append(others, was[n].TakenBy)
		}
	}
	seen, err := s.ByID(ctx, a, others)
	for n, w := range was {
		was[n].TakenBy = seen[w.TakenBy].ID
	}
	return err
}
