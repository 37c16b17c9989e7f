package charter

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/internal/query"
	"tribune/know"
	"tribune/storage"
)

// Override is a decision against what a clause promised, with the reason that
// somebody signed.
type Override struct {
	ID       int64
	Decision int64
	Idea     int64
	Clause   Clause
	Breaches []Breach
	Votes    int64  // of customers then
	Reason   string // Markdown; empty only when its signer left and took their words
	Language string
	Signer   string // the name they typed; empty when they left
	By       int64
	At       time.Time
}

// Signature is what a decision against a promise needs.
type Signature struct {
	Reason string // Markdown, 10 to 5000 characters
	Name   string // the signer's own, typed
}

// check cleans a signature, and refuses one that is none: the reason is one,
// and the name is that of who decides.
func (n *Signature) check(a know.Actor) error {
	n.Reason, n.Name = cleanBody(n.Reason), plain.Line(n.Name)
	var wrong []error
	if length := utf8.RuneCountInString(n.Reason); length < leastReason || length > mostReason {
		wrong = append(wrong, fault.New(fault.Invalid, "This decision is against what the charter promised. Say why, in {least} to {most} characters: everybody who voted is told.", "least", leastReason, "most", mostReason).On("override.reason"))
	}
	if n.Name == "" || folded(n.Name) != folded(a.Name) || utf8.RuneCountInString(n.Name) > mostSigner {
		wrong = append(wrong, fault.New(fault.Invalid, "This decision is against what the charter promised. Sign for it: type your own name, {name}.", "name", a.Name).On("override.signer"))
	}
	return fault.All(wrong...)
}

func folded(name string) string { return strings.Join(strings.Fields(query.Fold(name)), " ") }

// Sign stores that a decision goes against a clause, in the decision's
// transaction, or refuses it for want of a reason and a name. votes are the
// customers'.
func (s *Charter) Sign(ctx context.Context, tx *storage.Tx, a know.Actor, o Override, by Signature) error {
	if err := by.check(a); err != nil {
		return err
	}
	if len(o.Breaches) == 0 {
		return errors.New("charter: nothing is broken, so there is nothing to sign for")
	}
	if o.Language == "" {
		o.Language = a.Language
	}
	if _, err := tx.Exec(ctx, `insert into override (decision_id, idea_id, clause_id, breaches, votes, reason, language, signer, by_id, at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, o.Decision, o.Idea, o.Clause.ID, join(o.Breaches), o.Votes,
		by.Reason, o.Language, by.Name, a.ID, storage.Micros(s.now())); err != nil {
		return fmt.Errorf("charter: sign for decision %d: %w", o.Decision, err)
	}
	if _, err := tx.Exec(ctx, `update clause set overrides = overrides + 1 where id = $1`, o.Clause.ID); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, Overridden, event.Ref{Kind: "idea", ID: o.Idea}, o.Decision, o.Clause.ID)
}

const selectOverride = `select o.id, o.decision_id, o.idea_id, o.clause_id, o.breaches, o.votes, o.reason, o.language, o.signer, o.by_id, o.at from override o`

func scanOverride(row storage.Scanner) (o Override, err error) {
	var at int64
	var breaches string
	err = row.Scan(&o.ID, &o.Decision, &o.Idea, &o.Clause.ID, &breaches, &o.Votes, &o.Reason, &o.Language, &o.Signer, &o.By, &at)
	o.Breaches, o.At = split(breaches), storage.Time(at)
	return o, err
}

// withClauses fills in the clauses of overrides.
func (s *Charter) withClauses(ctx context.Context, all []Override, err error) ([]Override, error) {
	if err != nil {
		return nil, fmt.Errorf("charter: overrides: %w", err)
	}
	ids := make([]int64, len(all))
	for n, o := range all {
		ids[n] = o.Clause.ID
	}
	clauses, err := s.Clauses(ctx, ids)
	for n := range all {
		all[n].Clause = clauses[all[n].Clause.ID]
	}
	return all, err
}

// Overrides gives the decisions against the charter, or against the clauses of
// that name in whichever version, that are on ideas open to the asker: the
// latest first, with ids under before (0: from the latest), at most 200. An
// idea that was hidden or withdrawn since does not hide its override.
func (s *Charter) Overrides(ctx context.Context, a know.Actor, clause string, before int64, limit int) ([]Override, error) {
	if before == 0 {
		before = 1 << 62
	}
	holes, args := storage.Holes(4, a.Audiences())
	all, err := storage.All(ctx, s.db, scanOverride, selectOverride+` join idea i on i.id = o.idea_id
		where o.id < $1 and ($2 = '' or exists (select 1 from clause c where c.id = o.clause_id and c.name = $2)) and i.audience in (`+holes+`)
		order by o.id desc limit $3`, append([]any{before, clause, max(1, min(limit, 200))}, args...)...)
	return s.withClauses(ctx, all, err)
}

// OverridesOf gives the overrides of decisions, by decision. Whether the asker
// may see those decisions is for whoever read them to know.
func (s *Charter) OverridesOf(ctx context.Context, decisions []int64) (map[int64]Override, error) {
	found := map[int64]Override{}
	if len(decisions) == 0 {
		return found, nil
	}
	holes, args := storage.Holes(1, decisions)
	all, err := storage.All(ctx, s.db, scanOverride, selectOverride+` where o.decision_id in (`+holes+`)`, args...)
	all, err = s.withClauses(ctx, all, err)
	for _, o := range all {
		found[o.Decision] = o
	}
	return found, err
}

// SignedLate reports whether somebody has signed for an idea's being late under
// a clause.
func SignedLate(ctx context.Context, q storage.Q, idea, clause int64) (bool, error) {
	all, err := storage.All(ctx, q, storage.Scalar[string], `select breaches from override where idea_id = $1 and clause_id = $2`, idea, clause)
	for _, breaches := range all {
		for _, b := range split(breaches) {
			if b == Late {
				return true, err
			}
		}
	}
	return false, err
}

// Signed reports whether a decision is one against the charter.
func Signed(ctx context.Context, q storage.Q, decision int64) (bool, error) {
	var n int64
	err := q.Row(ctx, `select count(*) from override where decision_id = $1`, decision).Scan(&n)
	return n > 0, err
}

// Count gives how many decisions ever went against the charter, in all its
// versions: also those on ideas that not everybody sees.
func (s *Charter) Count(ctx context.Context) (n int64, err error) {
	err = s.db.Row(ctx, `select coalesce(sum(overrides), 0) from clause`).Scan(&n)
	return n, err
}

// CountsBefore gives how many decisions went against the clauses of the
// versions before one, by the clause's name.
func (s *Charter) CountsBefore(ctx context.Context, number int64) (map[string]int64, error) {
	counts := map[string]int64{}
	_, err := storage.All(ctx, s.db, func(row storage.Scanner) (struct{}, error) {
		var name string
		var n int64
		err := row.Scan(&name, &n)
		counts[name] = n
		return struct{}{}, err
	}, `select c.name, cast(sum(c.overrides) as bigint) from clause c join charter v on v.id = c.charter_id where v.number > 0 and v.number < $1 group by c.name`, number)
	return counts, err
}

// Counts gives how many decisions went against the clauses of each version, by
// the version's number.
func (s *Charter) Counts(ctx context.Context) (map[int64]int64, error) {
	counts := map[int64]int64{}
	_, err := storage.All(ctx, s.db, func(row storage.Scanner) (struct{}, error) {
		var number, n int64
		err := row.Scan(&number, &n)
		counts[number] = n
		return struct{}{}, err
	}, `select v.number, sum(c.overrides) from clause c join charter v on v.id = c.charter_id where v.number > 0 group by v.number`)
	return counts, err
}

// Held is what is held of a person here, as they export it.
type Held struct {
	Purposes  []HeldPurpose  `json:"purposes"`
	Charters  []HeldCharter  `json:"charters"`
	Overrides []HeldOverride `json:"overrides"`
}

// HeldPurpose is a wording of the purpose that one wrote.
type HeldPurpose struct {
	ID   int64     `json:"id"`
	Body string    `json:"body"`
	At   time.Time `json:"at"`
}

// HeldCharter is a version of the charter that one began to draft, or published.
type HeldCharter struct {
	ID        int64     `json:"id"`
	Number    int64     `json:"number,omitempty"`
	Drafted   bool      `json:"drafted"`
	Published bool      `json:"published"`
	At        time.Time `json:"at"`
}

// HeldOverride is a decision against the charter that one signed for.
type HeldOverride struct {
	ID       int64     `json:"id"`
	Decision int64     `json:"decision_id"`
	Reason   string    `json:"reason"`
	Signer   string    `json:"signer"`
	At       time.Time `json:"at"`
}

// Held gives what is held of a person.
func (s *Charter) Held(ctx context.Context, person int64, _ []int64) (h Held, err error) {
	if h.Purposes, err = storage.All(ctx, s.db, func(row storage.Scanner) (p HeldPurpose, err error) {
		var at int64
		err = row.Scan(&p.ID, &p.Body, &at)
		p.At = storage.Time(at)
		return p, err
	}, `select id, body, at from purpose where by_id = $1 order by id`, person); err != nil {
		return h, err
	}
	if h.Charters, err = storage.All(ctx, s.db, func(row storage.Scanner) (c HeldCharter, err error) {
		var at, drafted, published int64
		err = row.Scan(&c.ID, &c.Number, &drafted, &published, &at)
		c.Drafted, c.Published, c.At = drafted == person, published == person, storage.Time(at)
		return c, err
	}, `select id, number, drafted_by, published_by, created_at from charter where drafted_by = $1 or published_by = $1 order by id`, person); err != nil {
		return h, err
	}
	h.Overrides, err = storage.All(ctx, s.db, func(row storage.Scanner) (o HeldOverride, err error) {
		var at int64
		err = row.Scan(&o.ID, &o.Decision, &o.Reason, &o.Signer, &at)
		o.At = storage.Time(at)
		return o, err
	}, `select id, decision_id, reason, signer, at from override where by_id = $1 order by id`, person)
	return h, err
}

// Erase is the follower of "person.left": the name somebody signed with goes,
// and their reason if their words go too. Purpose and charter are the
// company's word and stay, under nobody's name; so does the count of overrides.
func (s *Charter) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		if _, err := tx.Exec(ctx, `update override set signer = '', reason = case when $2 = 1 then '' else reason end where by_id = $1`,
			f.Subject.ID, storage.Bit(f.N == 1)); err != nil {
			return fmt.Errorf("charter: erase %d: %w", f.Subject.ID, err)
		}
		s.events.Moved(tx)
	}
	return nil
}
