package shape

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/memo"
	"tribune/know"
	"tribune/storage"
)

// Voter is one who voted for an idea, or against it.
type Voter struct {
	Person know.Person
	Staff  bool // was staff then
	At     time.Time
}

// maxVoters is how many voters are named, the latest of them.
const maxVoters = 1000

// Ballots are how many stand on either side of an idea, staff included.
type Ballots struct{ For, Against int64 }

// side is one of the two ways to stand to an idea: nobody stands on both.
type side struct {
	table           string // whose rows they are; merged_row has it as a kind
	count, staff    string // what counts them, of an idea
	cast, takenBack string // the facts
}

var (
	forIt     = side{"vote", "votes", "staff_votes", IdeaVoted, IdeaUnvoted}
	againstIt = side{"vote_against", "against", "staff_against", IdeaOpposed, IdeaUnopposed}
)

// other gives the other side.
func (d side) other() side {
	if d == forIt {
		return againstIt
	}
	return forIt
}

// of gives how many stand there.
func (d side) of(b Ballots) int64 {
	if d == forIt {
		return b.For
	}
	return b.Against
}

// Vote puts the asker's vote behind an idea or takes it back, and gives the
// votes the idea has then. It may be repeated: one person has one vote. Who was
// against the idea no longer is.
func (s *Ideas) Vote(ctx context.Context, a know.Actor, id int64, on bool) (Ballots, error) {
	return s.stand(ctx, a, id, forIt, on)
}

// VoteAgainst is Vote of who would rather not have an idea. Who voted for it no
// longer does.
func (s *Ideas) VoteAgainst(ctx context.Context, a know.Actor, id int64, on bool) (Ballots, error) {
	return s.stand(ctx, a, id, againstIt, on)
}

func (s *Ideas) stand(ctx context.Context, a know.Actor, id int64, where side, on bool) (b Ballots, err error) {
	// What the rules ask for is known outside the writer's queue, which is the
	// narrow place; merging alone is looked at again inside.
	subject, err := s.subject(ctx, id)
	if err != nil {
		return b, err
	}
	if err := know.Require(a, know.Vote, subject); err != nil {
		return b, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		var changed bool
		if on {
			b, changed, err = s.vote(ctx, tx, a, id, where)
		} else {
			b, changed, err = s.unvote(ctx, tx, a, id, where)
		}
		if err == nil && !changed {
			b, err = ballotsOf(ctx, tx, id)
		}
		return err
	})
	return b, err
}

// subject gives an idea as the rules see it, held while no fact but votes is
// recorded.
func (s *Ideas) subject(ctx context.Context, id int64) (know.Subject, error) {
	return s.subjects.Get(id, s.events.Still(), func() (know.Subject, error) {
		i := Idea{}
		err := s.db.Row(ctx, `select person_id, audience, state, merged_into from idea where id = $1`, id).
			Scan(&i.Person, &i.Audience, &i.State, &i.MergedInto)
		if errors.Is(err, sql.ErrNoRows) {
			return know.Subject{}, noIdea()
		}
		return i.Subject(), err
	})
}

func (s *Ideas) vote(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, where side) (b Ballots, changed bool, err error) {
	staff := storage.Bit(a.IsStaff())
	n, err := tx.Exec(ctx, `insert into `+where.table+` (idea_id, person_id, staff, at) values ($1, $2, $3, $4) on conflict do nothing`,
		id, a.ID, staff, storage.Micros(s.now()))
	if err != nil || n == 0 {
		return b, false, err
	}
	if b, err = addVotes(ctx, tx, id, where, 1, staff); err != nil {
		return b, false, err
	}
	if other := where.other(); other.of(b) > 0 {
		without, was, err := s.unvote(ctx, tx, a, id, other)
		if err != nil {
			return b, false, err
		}
		if was {
			b = without
		}
	}
	return b, true, s.voteFact(ctx, tx, a, where.cast, id, a.IsStaff())
}

func (s *Ideas) unvote(ctx context.Context, tx *storage.Tx, a know.Actor, id int64, where side) (b Ballots, changed bool, err error) {
	var staff int
	err = tx.Row(ctx, `delete from `+where.table+` where idea_id = $1 and person_id = $2 returning staff`, id, a.ID).Scan(&staff)
	if errors.Is(err, sql.ErrNoRows) {
		return b, false, nil
	}
	if err != nil {
		return b, false, err
	}
	// A vote that came with a merged idea is no longer that idea's to take back.
	if _, err := tx.Exec(ctx, `delete from merged_row where into_id = $1 and kind = $2 and ref_id = $3`, id, where.table, a.ID); err != nil {
		return b, false, err
	}
	if b, err = addVotes(ctx, tx, id, where, -1, -staff); err != nil {
		return b, false, err
	}
	return b, true, s.voteFact(ctx, tx, a, where.takenBack, id, staff == 1)
}

// voteFact records a vote. Staff votes are told apart, but are no act of staff
// as staff: they do not go on the audit page.
func (s *Ideas) voteFact(ctx context.Context, tx *storage.Tx, a know.Actor, kind string, id int64, staff bool) error {
	return s.events.Append(ctx, tx, event.Event{Kind: kind, Actor: a.ID, Subject: ideaRef(id), N: int64(storage.Bit(staff))})
}

// addVotes changes the counts of one side of an idea that is not merged.
func addVotes(ctx context.Context, tx *storage.Tx, id int64, where side, all, staff int) (b Ballots, err error) {
	err = tx.Row(ctx, `update idea set `+where.count+` = `+where.count+` + $1, `+where.staff+` = `+where.staff+` + $2 where id = $3 and merged_into = 0 returning votes, against`,
		all, staff, id).Scan(&b.For, &b.Against)
	if errors.Is(err, sql.ErrNoRows) {
		return b, fault.New(fault.Conflict, "This idea has become part of another. Vote on that one.")
	}
	return b, err
}

// ballotsOf gives the votes an idea has.
func ballotsOf(ctx context.Context, q storage.Q, id int64) (b Ballots, err error) {
	err = q.Row(ctx, `select votes, against from idea where id = $1`, id).Scan(&b.For, &b.Against)
	return b, err
}

// Voted tells which of these ideas a person has voted for.
func (s *Ideas) Voted(ctx context.Context, person int64, ids []int64) (map[int64]bool, error) {
	return s.marked(ctx, &s.voted, s.events.MarkOfVoter, `select idea_id from vote where person_id = $1`, person, ids)
}

// Against tells which of these ideas a person has voted against.
func (s *Ideas) Against(ctx context.Context, person int64, ids []int64) (map[int64]bool, error) {
	return s.marked(ctx, &s.opposed, s.events.MarkOfVoter, `select idea_id from vote_against where person_id = $1`, person, ids)
}

// maxMarked is how many ideas that a person marked are held in memory. For who
// marked more, those asked for are looked up.
const maxMarked = 1000

// marked tells which ideas, among ids, a person marked, by a query of all of
// them. These are held while their mark stands still.
func (s *Ideas) marked(ctx context.Context, held *memo.Map[int64, []int64], mark func(person int64) uint64, query string, person int64, ids []int64) (map[int64]bool, error) {
	marked := make(map[int64]bool, len(ids))
	if person <= 0 || len(ids) == 0 {
		return marked, nil
	}
	if err := s.events.Sync(ctx); err != nil {
		return nil, err
	}
	all, err := held.Get(person, mark(person), func() ([]int64, error) {
		return storage.All(ctx, s.db, storage.Scalar[int64], query+` order by idea_id limit $2`, person, maxMarked+1)
	})
	if len(all) > maxMarked {
		holes, args := storage.Holes(2, ids)
		all, err = storage.All(ctx, s.db, storage.Scalar[int64], query+` and idea_id in (`+holes+`) order by idea_id`, append([]any{person}, args...)...)
	}
	for _, id := range ids {
		if _, ok := slices.BinarySearch(all, id); ok {
			marked[id] = true
		}
	}
	return marked, err
}

// Voters gives who voted for an idea, the latest first, at most 1,000: all of
// them to staff; to others the asker and those who show their votes. Who left
// is not among them.
func (s *Ideas) Voters(ctx context.Context, a know.Actor, id int64) ([]Voter, error) {
	return s.voters(ctx, a, id, forIt)
}

// VotersAgainst is Voters of those who voted against an idea.
func (s *Ideas) VotersAgainst(ctx context.Context, a know.Actor, id int64) ([]Voter, error) {
	return s.voters(ctx, a, id, againstIt)
}

func (s *Ideas) voters(ctx context.Context, a know.Actor, id int64, where side) ([]Voter, error) {
	if _, err := s.Idea(ctx, a, id); err != nil {
		return nil, err
	}
	all := storage.Bit(know.May(a, know.Know, know.Subject{}))
	voters, err := storage.All(ctx, s.db, func(row storage.Scanner) (v Voter, err error) {
		var staff int
		var at int64
		err = row.Scan(&v.Person.ID, &staff, &at)
		v.Staff, v.At = staff == 1, storage.Time(at)
		return v, err
	}, `select v.person_id, v.staff, v.at from `+where.table+` v join person p on p.id = v.person_id
		where v.idea_id = $1 and p.left_at = 0 and ($2 = 1 or p.votes_shown = 1 or p.id = $3)
		order by v.at desc, v.person_id desc limit $4`, id, all, a.ID, maxVoters)
	if err != nil {
		return nil, err
	}
	ids := make([]int64, len(voters))
	for n, v := range voters {
		ids[n] = v.Person.ID
	}
	people, err := s.people.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	for n := range voters {
		voters[n].Person = people[voters[n].Person.ID]
	}
	return voters, nil
}

// Follow makes the asker hear what becomes of an idea, or no longer. It may be
// repeated. Who may no longer see an idea can still stop following it.
func (s *Ideas) Follow(ctx context.Context, a know.Actor, id int64, on bool) error {
	i, err := readIdea(ctx, s.db, id)
	if err != nil {
		return err
	}
	subject := i.Subject()
	if !on {
		subject = know.Subject{}
	}
	if err := know.Require(a, know.Follow, subject); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		if on {
			return s.follow(ctx, tx, a, id)
		}
		n, err := tx.Exec(ctx, `delete from follow where idea_id = $1 and person_id = $2`, id, a.ID)
		if err != nil || n == 0 {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from merged_row where into_id = $1 and kind = 'follow' and ref_id = $2`, id, a.ID); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: IdeaUnfollowed, Actor: a.ID, Subject: ideaRef(id)})
	})
}

// follow notes that somebody follows an idea, and records it if it is new.
func (s *Ideas) follow(ctx context.Context, tx *storage.Tx, a know.Actor, id int64) error {
	n, err := tx.Exec(ctx, `insert into follow (idea_id, person_id, at) values ($1, $2, $3) on conflict do nothing`,
		id, a.ID, storage.Micros(s.now()))
	if err != nil || n == 0 {
		return err
	}
	return s.events.Append(ctx, tx, event.Event{Kind: IdeaFollowed, Actor: a.ID, Subject: ideaRef(id)})
}

// Following tells which of these ideas a person follows.
func (s *Ideas) Following(ctx context.Context, person int64, ids []int64) (map[int64]bool, error) {
	still := func(int64) uint64 { return s.events.Still() }
	return s.marked(ctx, &s.following, still, `select idea_id from follow where person_id = $1`, person, ids)
}
