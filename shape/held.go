package shape

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Held is all that shaping holds about a person, as they export it.
type Held struct {
	Ideas     []HeldIdea     `json:"ideas"`
	Comments  []HeldComment  `json:"comments"`
	Votes     []HeldMark     `json:"votes"`
	Against   []HeldMark     `json:"votes_against"`
	Follows   []HeldMark     `json:"follows"`
	Voices    []HeldVoice    `json:"voices"`
	Calls     []HeldCall     `json:"calls"`
	Decisions []HeldDecision `json:"decisions"`
	Told      []HeldTelling  `json:"told"`
	Credits   []HeldCredit   `json:"credits"`
}

// HeldWording is an earlier wording of one's text.
type HeldWording struct {
	Title string    `json:"title,omitempty"`
	Body  string    `json:"body"`
	At    time.Time `json:"at"`
}

// HeldIdea is an idea one proposed.
type HeldIdea struct {
	ID        int64          `json:"id"`
	Title     string         `json:"title"`
	Body      string         `json:"body"`
	Language  string         `json:"language"`
	Tags      []string       `json:"tags"`
	State     know.TextState `json:"state"`
	Reason    string         `json:"state_reason,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
	Earlier   []HeldWording  `json:"earlier,omitempty"`
}

// HeldComment is a comment one wrote.
type HeldComment struct {
	ID        int64          `json:"id"`
	Idea      int64          `json:"idea_id"`
	Body      string         `json:"body"`
	Language  string         `json:"language"`
	State     know.TextState `json:"state"`
	Reason    string         `json:"state_reason,omitempty"`
	CreatedAt time.Time      `json:"created_at"`
	Earlier   []HeldWording  `json:"earlier,omitempty"`
}

// HeldMark is a vote for an idea or against it, or that one follows it.
type HeldMark struct {
	Idea int64     `json:"idea_id"`
	At   time.Time `json:"at"`
}

// HeldCall is a call for ideas one opened.
type HeldCall struct {
	ID    int64     `json:"id"`
	Title string    `json:"title"`
	At    time.Time `json:"at"`
}

// HeldDecision is a decision one made.
type HeldDecision struct {
	ID     int64     `json:"id"`
	Idea   int64     `json:"idea_id"`
	Stage  Stage     `json:"stage"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// HeldTelling is a decision one was, or is to be, told of.
type HeldTelling struct {
	Decision int64     `json:"decision_id"`
	Because  string    `json:"because"`
	Way      string    `json:"way"`
	ToldAt   time.Time `json:"told_at,omitzero"`

	Superseded int64 `json:"superseded_by,omitempty"` // the later decision that one is told of in its place
}

// HeldCredit is what a release thanks one for.
type HeldCredit struct {
	Release int64  `json:"release_id"`
	Because string `json:"because"`
}

// Held gives all that shaping holds about a person and the accounts that are
// theirs.
func (s *Ideas) Held(ctx context.Context, person int64, accounts []int64) (h Held, err error) {
	if h.Ideas, err = s.heldIdeas(ctx, person); err != nil {
		return h, err
	}
	if h.Comments, err = s.heldComments(ctx, person); err != nil {
		return h, err
	}
	mark := func(row storage.Scanner) (m HeldMark, err error) {
		var at int64
		err = row.Scan(&m.Idea, &at)
		m.At = storage.Time(at)
		return m, err
	}
	if h.Votes, err = storage.All(ctx, s.db, mark, `select idea_id, at from vote where person_id = $1 order by at, idea_id`, person); err != nil {
		return h, err
	}
	if h.Against, err = storage.All(ctx, s.db, mark, `select idea_id, at from vote_against where person_id = $1 order by at, idea_id`, person); err != nil {
		return h, err
	}
	if h.Follows, err = storage.All(ctx, s.db, mark, `select idea_id, at from follow where person_id = $1 order by at, idea_id`, person); err != nil {
		return h, err
	}
	h.Calls, err = storage.All(ctx, s.db, func(row storage.Scanner) (c HeldCall, err error) {
		var at int64
		err = row.Scan(&c.ID, &c.Title, &at)
		c.At = storage.Time(at)
		return c, err
	}, `select id, title, created_at from call where by_id = $1 order by id`, person)
	if err != nil {
		return h, err
	}
	return h, s.heldOutcome(ctx, &h, person, accounts)
}

// heldOutcome adds voices, and what became of all that.
func (s *Ideas) heldOutcome(ctx context.Context, h *Held, person int64, accounts []int64) (err error) {
	holes, args := storage.Holes(2, accounts)
	args = append([]any{person}, args...)
	mine := `(person_id = $1 and person_id <> 0 or account_id <> 0 and account_id in (` + holes + `))`
	h.Voices, err = storage.All(ctx, s.db, func(row storage.Scanner) (v HeldVoice, err error) {
		var at int64
		err = row.Scan(&v.ID, &v.Idea, &v.Words, &v.Place, &v.URL, &at, &v.State)
		v.SaidAt = storage.Time(at)
		return v, err
	}, `select id, idea_id, words, place, url, said_at, state from voice where `+mine+` order by id`, args...)
	if err != nil {
		return err
	}
	h.Decisions, err = storage.All(ctx, s.db, func(row storage.Scanner) (d HeldDecision, err error) {
		var at int64
		err = row.Scan(&d.ID, &d.Idea, &d.Stage, &d.Reason, &at)
		d.At = storage.Time(at)
		return d, err
	}, `select id, subject_id, stage, reason, at from decision where by_id = $1 and subject_kind = 'idea' order by id`, person)
	if err != nil {
		return err
	}
	h.Told, err = storage.All(ctx, s.db, func(row storage.Scanner) (t HeldTelling, err error) {
		var at int64
		err = row.Scan(&t.Decision, &t.Because, &t.Way, &at, &t.Superseded)
		t.ToldAt = storage.Time(at)
		return t, err
	}, `select decision_id, because, way, told_at, superseded_by from telling where `+mine+` order by decision_id`, args...)
	if err != nil {
		return err
	}
	h.Credits, err = storage.All(ctx, s.db, func(row storage.Scanner) (c HeldCredit, err error) {
		err = row.Scan(&c.Release, &c.Because)
		return c, err
	}, `select release_id, because from credit where `+mine+` order by release_id, because`, args...)
	return err
}

func (s *Ideas) heldIdeas(ctx context.Context, person int64) ([]HeldIdea, error) {
	ideas, err := storage.All(ctx, s.db, scanIdea, `select `+ideaColumns+` from idea where person_id = $1 order by id`, person)
	if err != nil {
		return nil, err
	}
	if err := addTags(ctx, s.db, ideas); err != nil {
		return nil, err
	}
	held := make([]HeldIdea, 0, len(ideas))
	for _, i := range ideas {
		earlier, err := s.earlier(ctx, "idea", i.ID, i.EditedAt)
		if err != nil {
			return nil, err
		}
		held = append(held, HeldIdea{ID: i.ID, Title: i.Title, Body: i.Body, Language: i.Language, Tags: i.Tags,
			State: i.State, Reason: i.StateReason, CreatedAt: i.CreatedAt, Earlier: earlier})
	}
	return held, nil
}

func (s *Ideas) heldComments(ctx context.Context, person int64) ([]HeldComment, error) {
	comments, err := storage.All(ctx, s.db, scanComment, selectComment+` where person_id = $1 order by id`, person)
	if err != nil {
		return nil, err
	}
	held := make([]HeldComment, 0, len(comments))
	for _, c := range comments {
		earlier, err := s.earlier(ctx, "comment", c.ID, c.EditedAt)
		if err != nil {
			return nil, err
		}
		held = append(held, HeldComment{ID: c.ID, Idea: c.Idea, Body: c.Body, Language: c.Language,
			State: c.State, Reason: c.StateReason, CreatedAt: c.CreatedAt, Earlier: earlier})
	}
	return held, nil
}

// earlier gives the earlier wordings of a text that was ever edited.
func (s *Ideas) earlier(ctx context.Context, kind string, id int64, editedAt time.Time) ([]HeldWording, error) {
	if editedAt.IsZero() {
		return nil, nil
	}
	ref := ideaRef(id)
	ref.Kind = kind
	revisions, err := s.people.Revisions(ctx, ref)
	wordings := make([]HeldWording, 0, len(revisions))
	for _, r := range revisions {
		wordings = append(wordings, HeldWording{Title: r.Title, Body: r.Body, At: r.At})
	}
	return wordings, err
}

// Moments gives what a person did here and what became of it, newest first,
// at most limit: proposed, voted, voted against, commented, quoted, told and promised. The
// subject is always the idea.
func (s *Ideas) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	holes, args := storage.Holes(3, accounts)
	both := append([]any{person, limit}, args...)
	mine := func(t string) string {
		return `(` + t + `.person_id = $1 and ` + t + `.person_id <> 0 or ` + t + `.account_id <> 0 and ` + t + `.account_id in (` + holes + `))`
	}
	var all []know.Moment
	for _, q := range []struct {
		kind, text string
		args       []any
	}{
		{"proposed", `select created_at, id, title, body, 0, '' from idea where person_id = $1 order by created_at desc limit $2`, both[:2]},
		{"voted", `select v.at, i.id, i.title, '', 0, '' from vote v join idea i on i.id = v.idea_id
			where v.person_id = $1 and i.merged_into = 0 order by v.at desc limit $2`, both[:2]},
		{"against", `select v.at, i.id, i.title, '', 0, '' from vote_against v join idea i on i.id = v.idea_id
			where v.person_id = $1 and i.merged_into = 0 order by v.at desc limit $2`, both[:2]},
		{"commented", `select c.created_at, i.id, i.title, c.body, 0, '' from comment c join idea i on i.id = c.idea_id
			where c.person_id = $1 order by c.created_at desc limit $2`, both[:2]},
		{"quoted", `select v.said_at, i.id, i.title, v.words, v.added_by, v.url from voice v join idea i on i.id = v.idea_id
			where ` + mine("v") + ` order by v.said_at desc limit $2`, both},
		{"told", `select t.told_at, i.id, i.title, d.reason, d.by_id, '' from telling t join decision d on d.id = t.decision_id
			join idea i on i.id = d.subject_id where ` + mine("t") + ` and t.told_at > 0 order by t.told_at desc limit $2`, both},
		// Whoever was told has read the reason there.
		{"promised", `select d.at, i.id, i.title, case when t.told_at > 0 then '' else d.reason end, d.by_id, '' from telling t join decision d on d.id = t.decision_id
			join idea i on i.id = d.subject_id where ` + mine("t") + ` and d.promised_at > 0 and t.superseded_by = 0 order by d.at desc limit $2`, both},
	} {
		moments, err := storage.All(ctx, s.db, func(row storage.Scanner) (m know.Moment, err error) {
			var at int64
			m.Kind, m.Subject.Kind = q.kind, "idea"
			err = row.Scan(&at, &m.Subject.ID, &m.Title, &m.Text, &m.By, &m.URL)
			m.At = storage.Time(at)
			return m, err
		}, q.text, q.args...)
		if err != nil {
			return nil, err
		}
		all = append(all, moments...)
	}
	slices.SortStableFunc(all, func(a, b know.Moment) int {
		return cmp.Or(b.At.Compare(a.At), cmp.Compare(b.Subject.ID, a.Subject.ID))
	})
	return all[:min(limit, len(all))], nil
}

// Erase is the follower of "person.left". What a person followed is forgotten
// and their voices are withdrawn; if their words go too, so do their ideas,
// comments and reasons, with all earlier wordings. Votes stay counted under a
// number that no longer has a name. It may be repeated.
func (s *Ideas) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, fact := range facts {
		if fact.Kind != "person.left" {
			continue
		}
		if err := s.erase(ctx, tx, fact.Subject.ID, fact.N == 1); err != nil {
			return fmt.Errorf("shape: erase %d: %w", fact.Subject.ID, err)
		}
		s.events.Moved(tx)
	}
	return nil
}

func (s *Ideas) erase(ctx context.Context, tx *storage.Tx, person int64, words bool) error {
	if err := run(ctx, tx, []any{person}, `delete from follow where person_id = $1`,
		`delete from merged_row where kind = 'follow' and ref_id = $1`); err != nil {
		return err
	}
	if err := s.eraseVoices(ctx, tx, person); err != nil {
		return err
	}
	if words {
		if err := s.eraseIdeas(ctx, tx, person); err != nil {
			return err
		}
		if err := s.eraseComments(ctx, tx, person); err != nil {
			return err
		}
	}
	return s.eraseDecisions(ctx, tx, person, words)
}

// eraseIdeas empties what a person proposed. Where others had a share in it
// (their votes, words, a decision), it stays open, so that what is theirs has
// its place; else it is withdrawn. Either has its number for a title.
func (s *Ideas) eraseIdeas(ctx context.Context, tx *storage.Tx, person int64) error {
	ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from idea where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		was, err := s.lockIdea(ctx, tx, id)
		if err != nil {
			return err
		}
		shared, err := sharedIdea(ctx, tx, was)
		if err != nil {
			return err
		}
		is := was
		is.Title, is.Body, is.Tags = Untitled(id), "", nil
		if !shared {
			is.State, is.StateReason = know.Withdrawn, ""
		}
		if _, err := tx.Exec(ctx, `update idea set title = $2, body = '', state = $3, state_reason = $4 where id = $1`, id, is.Title, string(is.State), is.StateReason); err != nil {
			return err
		}
		if err := putTags(ctx, tx, id, nil); err != nil {
			return err
		}
		if err := s.tally(ctx, tx, was, is); err != nil {
			return err
		}
		for _, tag := range was.Tags { // a tag that nobody else used was their word
			if _, err := tx.Exec(ctx, `delete from tag where name = $1 and not exists (select 1 from idea_tag where tag = $1)`, tag); err != nil {
				return err
			}
		}
		if err := s.index(ctx, tx, is); err != nil {
			return err
		}
		if err := s.people.Forget(ctx, tx, ideaRef(id)); err != nil {
			return err
		}
		if is.State == know.Withdrawn && was.State != know.Withdrawn {
			if err := s.events.Append(ctx, tx, event.Event{Kind: IdeaWithdrawn, Subject: ideaRef(id)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Untitled is the title of an idea whose author left and took their words
// along, in any language.
func Untitled(id int64) string { return "№ " + strconv.FormatInt(id, 10) }

// sharedIdea reports whether an open idea holds what is not its author's alone.
func sharedIdea(ctx context.Context, tx *storage.Tx, i Idea) (shared bool, err error) {
	if i.State != know.Visible {
		return false, nil
	}
	err = tx.Row(ctx, `select exists (select 1 from vote where idea_id = $1 and person_id <> $2)
		or exists (select 1 from vote_against where idea_id = $1 and person_id <> $2)
		or exists (select 1 from comment where idea_id = $1 and person_id <> $2 and state = 'visible')
		or exists (select 1 from voice where idea_id = $1 and state = 'visible')
		or exists (select 1 from decision where subject_kind = 'idea' and subject_id = $1)`, i.ID, i.Person).Scan(&shared)
	return shared, err
}

// eraseComments empties what a person said under ideas.
func (s *Ideas) eraseComments(ctx context.Context, tx *storage.Tx, person int64) error {
	comments, err := storage.All(ctx, tx, scanComment, selectComment+` where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, c := range comments {
		if err := s.people.Forget(ctx, tx, commentRef(c.ID)); err != nil {
			return err
		}
		// The first statement holds the row, so that the count goes by the state
		// it has then.
		if err := run(ctx, tx, []any{c.ID},
			`update comment set body = '' where id = $1`,
			`update idea set comments = comments - 1 where id = (select idea_id from comment where id = $1 and state = 'visible')`,
			`update comment set state = 'withdrawn', state_reason = '' where id = $1`); err != nil {
			return err
		}
		if c.State == know.Withdrawn {
			continue
		}
		if err := s.events.Append(ctx, tx, event.Event{Kind: CommentWithdrawn, Subject: commentRef(c.ID), Other: c.Idea}); err != nil {
			return err
		}
	}
	return nil
}
