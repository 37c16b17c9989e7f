package shape

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

const ideaColumns = `idea.id, idea.person_id, idea.staff, idea.call_id, idea.title, idea.body, idea.language, idea.audience,
	idea.stage, idea.status, idea.decision_id, idea.votes, idea.staff_votes, idea.against, idea.staff_against, idea.comments, idea.voices, idea.countries,
	idea.clause_id, idea.clause_at, idea.merged_into, idea.state, idea.state_reason, idea.created_at, idea.edited_at, idea.decided_at`

func scanIdea(row storage.Scanner) (i Idea, err error) {
	var staff int
	var created, edited, decided, cited int64
	err = row.Scan(&i.ID, &i.Person, &staff, &i.Call, &i.Title, &i.Body, &i.Language, &i.Audience,
		&i.Stage, &i.Status, &i.Decision, &i.Votes, &i.StaffVotes, &i.Against, &i.StaffAgainst, &i.Comments, &i.Voices, &i.Countries,
		&i.Clause, &cited, &i.MergedInto, &i.State, &i.StateReason, &created, &edited, &decided)
	i.Staff = staff == 1
	i.ClauseAt = storage.Time(cited)
	i.CreatedAt, i.EditedAt, i.DecidedAt = storage.Time(created), storage.Time(edited), storage.Time(decided)
	return i, err
}

// noIdea is what one gets for an idea that is not there.
func noIdea() error {
	return fault.New(fault.NotFound, "There is no such idea, or it is not open to you.")
}

// readIdea gives an idea without its tags, whoever asks.
func readIdea(ctx context.Context, q storage.Q, id int64) (Idea, error) {
	i, err := scanIdea(q.Row(ctx, `select `+ideaColumns+` from idea where id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return i, noIdea()
	}
	return i, err
}

// lockIdea gives an idea with its tags, and keeps other transactions from
// changing it until this one ends.
func (s *Ideas) lockIdea(ctx context.Context, tx *storage.Tx, id int64) (Idea, error) {
	i, err := scanIdea(tx.Row(ctx, `update idea set state = state where id = $1 returning `+ideaColumns, id))
	if errors.Is(err, sql.ErrNoRows) {
		return i, noIdea()
	}
	if err != nil {
		return i, err
	}
	one := []Idea{i}
	err = addTags(ctx, tx, one)
	return one[0], err
}

// addTags fills in the tags of ideas, in one query.
func addTags(ctx context.Context, q storage.Q, ideas []Idea) error {
	if len(ideas) == 0 {
		return nil
	}
	ids := make([]int64, len(ideas))
	at := make(map[int64]int, len(ideas))
	for n, i := range ideas {
		ids[n], at[i.ID] = i.ID, n
	}
	type pair struct {
		idea int64
		tag  string
	}
	holes, args := storage.Holes(1, ids)
	pairs, err := storage.All(ctx, q, func(row storage.Scanner) (p pair, err error) {
		err = row.Scan(&p.idea, &p.tag)
		return p, err
	}, `select idea_id, tag from idea_tag where idea_id in (`+holes+`) order by idea_id, tag`, args...)
	for _, p := range pairs {
		i := &ideas[at[p.idea]]
		i.Tags = append(i.Tags, p.tag)
	}
	return err
}

// fact records what an actor did to an idea, a comment or a call.
func (s *Ideas) fact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, subject event.Ref, other, n int64) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: subject, Other: other, N: n, Staff: a.IsStaff()})
}

func ideaRef(id int64) event.Ref    { return event.Ref{Kind: "idea", ID: id} }
func commentRef(id int64) event.Ref { return event.Ref{Kind: "comment", ID: id} }
func callRef(id int64) event.Ref    { return event.Ref{Kind: "call", ID: id} }

// public reports whether an idea is one of those that the running counts of
// stages and tags count.
func (i Idea) public() bool {
	return i.ID != 0 && i.State == know.Visible && i.Audience == know.Public && i.MergedInto == 0
}

// tally keeps the counts by stage and by tag true when an idea changes from
// was to is; the zero Idea is one that is not there. Both have their tags, or
// neither if those do not change. Every transaction that changes stage,
// audience, state, tags or merging calls it.
func (s *Ideas) tally(ctx context.Context, tx *storage.Tx, was, is Idea) error {
	stages, tags := map[Stage]int64{}, map[string]int64{}
	count := func(i Idea, by int64) {
		if i.public() {
			stages[i.Stage] += by
			for _, t := range i.Tags {
				tags[t] += by
			}
		}
	}
	count(was, -1)
	count(is, 1)
	for _, stage := range Stages() { // in one order, so that two transactions do not lock each other out
		if n := stages[stage]; n != 0 {
			if _, err := tx.Exec(ctx, `insert into tally (name, n) values ($1, $2) on conflict (name) do update set n = tally.n + excluded.n`,
				stageTally+string(stage), n); err != nil {
				return err
			}
		}
	}
	for _, tag := range sortedKeys(tags) {
		if n := tags[tag]; n != 0 {
			if _, err := tx.Exec(ctx, `insert into tag (name, ideas) values ($1, $2) on conflict (name) do update set ideas = tag.ideas + excluded.ideas`,
				tag, n); err != nil {
				return err
			}
		}
	}
	return nil
}

// stageTally begins the names of the rows in tally that count public ideas.
const stageTally = "ideas."

// Counts gives how many ideas that everybody may see stand at each stage.
func (s *Ideas) Counts(ctx context.Context) (map[Stage]int64, error) {
	stages := Stages()
	names := make([]string, len(stages))
	counts := make(map[Stage]int64, len(stages))
	for n, stage := range stages {
		names[n], counts[stage] = stageTally+string(stage), 0
	}
	type row struct {
		name string
		n    int64
	}
	holes, args := storage.Holes(1, names)
	rows, err := storage.All(ctx, s.db, func(r storage.Scanner) (t row, err error) {
		err = r.Scan(&t.name, &t.n)
		return t, err
	}, `select name, n from tally where name in (`+holes+`)`, args...)
	for _, r := range rows {
		counts[Stage(strings.TrimPrefix(r.name, stageTally))] = r.n
	}
	return counts, err
}

// Tags gives the tags that most ideas carry, counting those that everybody
// may see, at most limit of them.
func (s *Ideas) Tags(ctx context.Context, a know.Actor, limit int) ([]TagCount, error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, func(row storage.Scanner) (t TagCount, err error) {
		err = row.Scan(&t.Tag, &t.Ideas)
		return t, err
	}, `select name, ideas from tag where ideas > 0 order by ideas desc, name limit $1`, limit)
}

// Own gives everybody who has words of their own on an idea's page: who
// proposed it, commented, stands behind it with a voice, or is credited on what
// it became.
func (s *Ideas) Own(ctx context.Context, idea int64) ([]int64, error) {
	return storage.All(ctx, s.db, storage.Scalar[int64], `select person_id from idea where id = $1
		union select person_id from comment where idea_id = $1
		union select added_by from voice where idea_id = $1
		union select coalesce(nullif(v.person_id, 0), a.person_id, 0) from voice v left join account a on a.id = v.account_id where v.idea_id = $1
		union select c.person_id from credit c join release_idea ri on ri.release_id = c.release_id where ri.idea_id = $1`, idea)
}

// putTags replaces an idea's tags.
func putTags(ctx context.Context, tx *storage.Tx, id int64, tags []string) error {
	if _, err := tx.Exec(ctx, `delete from idea_tag where idea_id = $1`, id); err != nil {
		return err
	}
	for _, t := range tags {
		if _, err := tx.Exec(ctx, `insert into idea_tag (tag, idea_id) values ($1, $2)`, t, id); err != nil {
			return err
		}
	}
	return nil
}

// index puts the words of an idea into the search, or takes them out if
// nobody is to find it.
func (s *Ideas) index(ctx context.Context, tx *storage.Tx, i Idea) error {
	if i.State != know.Visible || i.MergedInto != 0 {
		return storage.DropText(ctx, tx, "idea_search", i.ID)
	}
	return storage.PutText(ctx, tx, "idea_search", i.ID, searchWords(i))
}

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
