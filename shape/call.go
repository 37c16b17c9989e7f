package shape

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/shape/charter"
	"tribune/storage"
)

// Call is a call for ideas: what the company will do with them, and what
// those who help get.
type Call struct {
	ID        int64
	Title     string
	Body      string // Markdown
	Will      string // Markdown: what the company will do with the ideas
	Gets      string // Markdown: what those who help get
	Audience  know.Audience
	Clause    int64 // of the charter: its ideas fall under it; 0: under the default one
	By        int64
	OpensAt   time.Time
	ClosesAt  time.Time // zero: it stays open
	CreatedAt time.Time
	EditedAt  time.Time
}

// Open reports whether ideas can be proposed for the call at that time.
func (c Call) Open(at time.Time) bool {
	return !at.Before(c.OpensAt) && (c.ClosesAt.IsZero() || at.Before(c.ClosesAt))
}

// NewCall is a call to be opened or changed. The zero OpensAt is now (or, in a
// change, stays), the zero ClosesAt never, the zero Audience public.
type NewCall struct {
	Title    string // 4 to 120 characters, one line
	Body     string // Markdown
	Will     string // Markdown, needed
	Gets     string // Markdown, needed
	OpensAt  time.Time
	ClosesAt time.Time
	Audience know.Audience
	Clause   int64 // of the charter that holds; 0: none
}

// maxPromise is the most characters of what a company will do and give.
const maxPromise = 2000

// check cleans a call and refuses what cannot be.
func (n *NewCall) check(a know.Actor) (err error) {
	var wrong []error
	n.Title = plain.Line(n.Title)
	if c := utf8.RuneCountInString(n.Title); c < minTitle || c > maxTitle {
		wrong = append(wrong, fault.New(fault.Invalid, "Give the call a title of {least} to {most} characters.", "least", minTitle, "most", maxTitle).On("title"))
	}
	if n.Body, err = ideaBody(n.Body); err != nil {
		wrong = append(wrong, err)
	}
	n.Will, n.Gets = cleanBody(n.Will), cleanBody(n.Gets)
	if c := utf8.RuneCountInString(n.Will); c == 0 || c > maxPromise {
		wrong = append(wrong, fault.New(fault.Invalid, "Say what the company will do with the ideas, in at most {most} characters.", "most", maxPromise).On("will"))
	}
	if c := utf8.RuneCountInString(n.Gets); c == 0 || c > maxPromise {
		wrong = append(wrong, fault.New(fault.Invalid, "Say what those who help get, in at most {most} characters. If it is thanks alone, say so.", "most", maxPromise).On("gets"))
	}
	if !n.ClosesAt.IsZero() && !n.ClosesAt.After(n.OpensAt) {
		wrong = append(wrong, fault.New(fault.Invalid, "The call closes before it opens. Choose a later day.").On("closes_at"))
	}
	if n.Audience == "" {
		n.Audience = know.Public
	}
	return fault.All(append(wrong, checkAudience(a, n.Audience))...)
}

const selectCall = `select id, title, body, will, gets, audience, clause_id, by_id, opens_at, closes_at, created_at, edited_at from call`

func scanCall(row storage.Scanner) (c Call, err error) {
	var opens, closes, created, edited int64
	err = row.Scan(&c.ID, &c.Title, &c.Body, &c.Will, &c.Gets, &c.Audience, &c.Clause, &c.By, &opens, &closes, &created, &edited)
	c.OpensAt, c.ClosesAt = storage.Time(opens), storage.Time(closes)
	c.CreatedAt, c.EditedAt = storage.Time(created), storage.Time(edited)
	return c, err
}

// readCall gives a call that the asker may see.
func readCall(ctx context.Context, q storage.Q, a know.Actor, id int64) (Call, error) {
	c, err := scanCall(q.Row(ctx, selectCall+` where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Call{}, fault.New(fault.NotFound, "There is no such call for ideas, or it is not open to you.")
	}
	if err != nil {
		return Call{}, err
	}
	if err := know.Require(a, know.Read, know.Subject{Audience: c.Audience}); err != nil {
		return Call{}, err
	}
	return c, nil
}

// callFor gives a call that an idea can be put to now.
func (s *Ideas) callFor(ctx context.Context, q storage.Q, a know.Actor, id int64) (Call, error) {
	c, err := readCall(ctx, q, a, id)
	now := s.now()
	switch {
	case err != nil || c.Open(now):
		return c, err
	case now.Before(c.OpensAt):
		return Call{}, fault.New(fault.Conflict, "This call for ideas is not open yet. Come back when it is, or propose the idea outside it.").On("call")
	}
	return Call{}, fault.New(fault.Conflict, "This call for ideas is closed. Propose the idea outside it.").On("call")
}

// OpenCall calls for ideas.
func (s *Ideas) OpenCall(ctx context.Context, a know.Actor, n NewCall) (c Call, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Call{}, err
	}
	now := s.now()
	if n.OpensAt.IsZero() {
		n.OpensAt = now
	}
	if err := n.check(a); err != nil {
		return Call{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		clause, err := charter.Citable(ctx, tx, n.Clause, 0)
		if err != nil {
			return err
		}
		id, err := tx.Insert(ctx, `insert into call (title, body, will, gets, audience, by_id, opens_at, closes_at, created_at, clause_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) returning id`,
			n.Title, n.Body, n.Will, n.Gets, string(n.Audience), a.ID, storage.Micros(n.OpensAt), storage.Micros(n.ClosesAt), storage.Micros(now), clause)
		if err != nil {
			return err
		}
		if c, err = readCall(ctx, tx, a, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, CallOpened, callRef(id), 0, 0)
	})
	return c, err
}

// EditCall changes a call; its earlier wording, promises included, is kept.
// Ideas already proposed keep their audience and their clause.
func (s *Ideas) EditCall(ctx context.Context, a know.Actor, id int64, n NewCall) (c Call, err error) {
	if err := know.Require(a, know.Call, know.Subject{}); err != nil {
		return Call{}, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `update call set title = title where id = $1`, id); err != nil { // holds the row
			return err
		}
		was, err := readCall(ctx, tx, a, id)
		if err != nil {
			return err
		}
		if n.OpensAt.IsZero() {
			n.OpensAt = was.OpensAt
		}
		if err := n.check(a); err != nil {
			return err
		}
		if n.Clause, err = charter.Citable(ctx, tx, n.Clause, was.Clause); err != nil {
			return err
		}
		earlier := was.Body + "\n\n" + was.Will + "\n\n" + was.Gets
		if err := s.people.Keep(ctx, tx, callRef(id), was.Title, earlier, a.ID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update call set title = $1, body = $2, will = $3, gets = $4, audience = $5, opens_at = $6, closes_at = $7, edited_at = $8, clause_id = $10
			where id = $9`, n.Title, n.Body, n.Will, n.Gets, string(n.Audience),
			storage.Micros(n.OpensAt), storage.Micros(n.ClosesAt), storage.Micros(s.now()), id, n.Clause); err != nil {
			return err
		}
		if c, err = readCall(ctx, tx, a, id); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, CallEdited, callRef(id), 0, 0)
	})
	return c, err
}

// Calls gives the calls for ideas that the asker may see, the latest first:
// those open now, or all, at most 200.
func (s *Ideas) Calls(ctx context.Context, a know.Actor, openOnly bool) ([]Call, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	holes, args := audiences(3, a)
	return storage.All(ctx, s.db, scanCall, selectCall+` where ($1 = 0 or opens_at <= $2 and (closes_at = 0 or closes_at > $2))
		and audience in (`+holes+`) order by opens_at desc, id desc limit 200`,
		append([]any{storage.Bit(openOnly), storage.Micros(s.now())}, args...)...)
}

// audiences gives the asker's audiences as holes from n on, and arguments.
func audiences(n int, a know.Actor) (holes string, args []any) {
	var names []string
	for _, audience := range a.Audiences() {
		names = append(names, string(audience))
	}
	return storage.Holes(n, names)
}

// Call gives one call for ideas.
func (s *Ideas) Call(ctx context.Context, a know.Actor, id int64) (Call, error) {
	return readCall(ctx, s.db, a, id)
}

// Status is a team's own name for a stage.
type Status struct {
	Name  string
	Stage Stage
}

// Statuses gives the team's own names for stages, in their order.
func (s *Ideas) Statuses(ctx context.Context) ([]Status, error) {
	return storage.All(ctx, s.db, func(row storage.Scanner) (t Status, err error) {
		err = row.Scan(&t.Name, &t.Stage)
		return t, err
	}, `select name, stage from status order by position, name`)
}

// maxStatuses is the most names a team gives.
const maxStatuses = 40

// SetStatuses replaces the team's names for stages. Decisions made under an
// earlier name keep it.
func (s *Ideas) SetStatuses(ctx context.Context, a know.Actor, all []Status) error {
	if err := know.Require(a, know.Configure, know.Subject{}); err != nil {
		return err
	}
	clean, err := checkStatuses(all)
	if err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if _, err := tx.Exec(ctx, `delete from status`); err != nil {
			return err
		}
		for n, t := range clean {
			if _, err := tx.Exec(ctx, `insert into status (name, stage, position) values ($1, $2, $3)`, t.Name, string(t.Stage), n); err != nil {
				return err
			}
		}
		return s.fact(ctx, tx, a, StatusesSet, event.Ref{Kind: "settings"}, 0, 0)
	})
}

// checkStatuses cleans names and refuses two alike, or for no stage.
func checkStatuses(all []Status) ([]Status, error) {
	if len(all) > maxStatuses {
		return nil, fault.New(fault.Invalid, "Name at most {most} statuses.", "most", maxStatuses).On("statuses")
	}
	seen := map[string]bool{}
	clean := make([]Status, 0, len(all))
	for _, t := range all {
		t.Name = plain.Line(t.Name)
		folded := tagSlug(t.Name)
		switch {
		case folded == "" || utf8.RuneCountInString(t.Name) > maxTag:
			return nil, fault.New(fault.Invalid, "A status has a name of 1 to {most} characters.", "most", maxTag).On("statuses")
		case seen[folded]:
			return nil, fault.New(fault.Invalid, "Two statuses are named {name}. Keep one.", "name", t.Name).On("statuses")
		case !slices.Contains(Stages(), t.Stage):
			return nil, fault.New(fault.Invalid, "Each status stands for a stage. Choose one for {name}.", "name", t.Name).On("statuses")
		}
		seen[folded] = true
		clean = append(clean, t)
	}
	return clean, nil
}
