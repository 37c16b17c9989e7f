package tribe

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

const selectTribe = `select id, name, stands, language, members, shown, version, by_id, state, state_reason, marks, created_at, edited_at from tribe`

func scanTribe(row storage.Scanner) (t Tribe, err error) {
	var marks string
	var created, edited int64
	if err = row.Scan(&t.ID, &t.Name, &t.Stands, &t.Language, &t.Members, &t.Shown, &t.Version, &t.By, &t.State, &t.StateReason, &marks, &created, &edited); err != nil {
		return t, err
	}
	t.CreatedAt, t.EditedAt = storage.Time(created), storage.Time(edited)
	return t, json.Unmarshal([]byte(marks), &t.Marks)
}

// read gives a tribe, whoever asks.
func read(ctx context.Context, q storage.Q, id int64) (Tribe, error) {
	t, err := scanTribe(q.Row(ctx, selectTribe+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return t, noTribe()
	}
	return t, err
}

// member reports whether somebody is in a tribe.
func member(ctx context.Context, q storage.Q, tribe, person int64) (in, shown bool, err error) {
	var n, s int
	err = q.Row(ctx, `select count(*), coalesce(max(shown), 0) from membership where tribe_id = $1 and person_id = $2 and left_at = 0`, tribe, person).Scan(&n, &s)
	return n == 1, s == 1, err
}

// Tribe gives one tribe. One that is hidden is there for its members and staff.
// Whose wording it is is told as showing says.
func (s *Tribes) Tribe(ctx context.Context, a know.Actor, id int64) (Tribe, error) {
	t, err := read(ctx, s.db, id)
	if err != nil {
		return t, err
	}
	if err := s.mayRead(ctx, s.db, a, t); err != nil {
		return Tribe{}, err
	}
	list := []Tribe{t}
	if err = s.addWords(ctx, list); err != nil {
		return t, fmt.Errorf("tribe: read %d: %w", id, err)
	}
	if list[0].By, err = showing(ctx, s.db, a, id, t.By); err != nil {
		return t, fmt.Errorf("tribe: read %d: %w", id, err)
	}
	if in, _, err := s.isIn(ctx, a, id); err != nil || !in && !a.IsStaff() {
		list[0].StateReason = ""
		return list[0], err
	}
	return list[0], nil
}

// showing gives who did something in a tribe, as far as the asker is told: 0,
// unless it is themselves or a member whom everybody may see. That somebody
// changed a tribe says that they are in it.
func showing(ctx context.Context, q storage.Q, a know.Actor, tribe, person int64) (int64, error) {
	if person == 0 || person == a.ID {
		return person, nil
	}
	_, shown, err := member(ctx, q, tribe, person)
	if err != nil || !shown {
		return 0, err
	}
	return person, nil
}

func (s *Tribes) isIn(ctx context.Context, a know.Actor, id int64) (in, shown bool, err error) {
	if a.ID == 0 {
		return false, false, nil
	}
	return member(ctx, s.db, id, a.ID)
}

// mayRead refuses whoever may not see a tribe.
func (s *Tribes) mayRead(ctx context.Context, q storage.Q, a know.Actor, t Tribe) error {
	if know.May(a, know.Read, t.Subject()) {
		return nil
	}
	if a.ID != 0 && t.State == know.Hidden {
		if in, _, err := member(ctx, q, t.ID, a.ID); err != nil || in {
			return err
		}
	}
	return noTribe()
}

// List gives a page of tribes, those with most members first, and the cursor
// of the next page. Tribes that nobody is left in are not listed.
func (s *Tribes) List(ctx context.Context, a know.Actor, cursor string, limit int) (tribes []Tribe, next string, err error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, "", err
	}
	if limit <= 0 || limit > perPage {
		limit = perPage
	}
	members, id := int64(1<<60), int64(1<<60)
	if cursor != "" {
		left, right, ok := strings.Cut(cursor, ".")
		var errs [2]error
		members, errs[0] = strconv.ParseInt(left, 10, 64)
		id, errs[1] = strconv.ParseInt(right, 10, 64)
		if !ok || errs[0] != nil || errs[1] != nil {
			return nil, "", fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
	}
	tribes, err = storage.All(ctx, s.db, scanTribe, selectTribe+` where state = 'visible' and members > 0 and (members, id) < ($1, $2)
		order by members desc, id desc limit $3`, members, id, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("tribe: list: %w", err)
	}
	if len(tribes) > limit {
		tribes = tribes[:limit]
		last := tribes[limit-1]
		next = strconv.FormatInt(last.Members, 10) + "." + strconv.FormatInt(last.ID, 10)
	}
	for n := range tribes {
		tribes[n].StateReason = ""
	}
	return tribes, next, s.addWords(ctx, tribes)
}

// ByID gives the tribes with these ids that everybody may see, by id.
func (s *Tribes) ByID(ctx context.Context, a know.Actor, ids []int64) (map[int64]Tribe, error) {
	tribes := map[int64]Tribe{}
	if len(ids) == 0 {
		return tribes, nil
	}
	holes, args := storage.Holes(1, ids)
	all, err := storage.All(ctx, s.db, scanTribe, selectTribe+` where id in (`+holes+`)`, args...)
	for _, t := range all {
		if know.May(a, know.Read, t.Subject()) {
			t.StateReason = ""
			tribes[t.ID] = t
		}
	}
	return tribes, err
}

// fact records what an actor did with a tribe.
func (s *Tribes) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, tribe, other, n int64, staff bool) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: ref(tribe), Other: other, N: n, Staff: staff})
}
