package tribe

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// Carry puts an idea on the page of the asker's tribe, or takes it off. Only
// what everybody may see is put there.
func (s *Tribes) Carry(ctx context.Context, a know.Actor, id, idea int64, on bool) error {
	if on {
		found, err := s.ideas.Idea(ctx, a, idea)
		if err != nil {
			return err
		}
		if found.Audience != know.Public || found.State != know.Visible {
			return fault.New(fault.Conflict, "Only ideas that everybody may see can stand on a tribe's page.").On("idea")
		}
		if found.MergedInto != 0 {
			idea = found.MergedInto
		}
	}
	return s.change(ctx, a, id, func(tx *storage.Tx, _ Tribe) error {
		statement, args := `delete from tribe_idea where tribe_id = $1 and idea_id = $2`, []any{id, idea}
		if on {
			statement = `insert into tribe_idea (tribe_id, idea_id, by_id, at) values ($1, $2, $3, $4) on conflict do nothing`
			args = append(args, a.ID, storage.Micros(s.now()))
		}
		n, err := tx.Exec(ctx, statement, args...)
		if err != nil || n == 0 {
			return err
		}
		return s.fact(ctx, tx, a, IdeaPut, id, idea, int64(storage.Bit(on)), false)
	})
}

// Making is something of a tribe: one of the three is set.
type Making struct {
	Idea    shape.Idea
	Post    post.Post
	Release shape.Release
	Carried bool // an idea that a member put there
	At      time.Time
}

// Makings is what a tribe makes.
type Makings struct {
	Ideas    []Making
	Posts    []Making
	Releases []Making
}

// All gives ideas, posts and releases together, the newest first.
func (m Makings) All() []Making {
	all := slices.Concat(m.Ideas, m.Posts, m.Releases)
	slices.SortStableFunc(all, func(a, b Making) int { return b.At.Compare(a.At) })
	return all
}

// creditsAsked is for how many members it is looked up what releases thank
// them for.
const creditsAsked = 50

// Made gives the newest ideas of a tribe, posts, and releases that thank its
// members, at most limit of each. They are by those members whom everybody may
// see, since anything else would tell who is in it; and ideas that a member
// put there.
func (s *Tribes) Made(ctx context.Context, a know.Actor, id int64, limit int) (m Makings, err error) {
	if _, err := s.Tribe(ctx, a, id); err != nil {
		return m, err
	}
	if m.Ideas, err = s.ideasOf(ctx, a, id, limit); err != nil {
		return m, fmt.Errorf("tribe: ideas of %d: %w", id, err)
	}
	ids, err := s.begun(ctx, "post", id, limit)
	if err != nil {
		return m, err
	}
	posts, err := s.posts.ByID(ctx, a, ids)
	if err != nil {
		return m, err
	}
	for _, n := range ids {
		if p, ok := posts[n]; ok && p.State == know.Visible {
			m.Posts = append(m.Posts, Making{Post: p, At: p.PublishedAt})
		}
	}
	m.Releases, err = s.releasesOf(ctx, a, id, limit)
	return m, err
}

// begun gives the newest things of a kind that shown members began.
func (s *Tribes) begun(ctx context.Context, kind string, id int64, limit int) ([]int64, error) {
	return storage.All(ctx, s.db, storage.Scalar[int64], `select t.id from membership m join tribe_thing t on t.author_id = m.person_id and t.kind = $2
		where m.tribe_id = $1 and m.left_at = 0 and m.shown = 1 order by t.at desc, t.id desc limit $3`, id, kind, limit)
}

func (s *Tribes) ideasOf(ctx context.Context, a know.Actor, id int64, limit int) (list []Making, err error) {
	carried, err := storage.All(ctx, s.db, storage.Scalar[int64], `select idea_id from tribe_idea where tribe_id = $1 order by at desc, idea_id desc limit $2`, id, limit)
	if err != nil {
		return nil, err
	}
	begun, err := s.begun(ctx, "idea", id, limit)
	if err != nil {
		return nil, err
	}
	ideas, err := s.ideas.ByID(ctx, a, slices.Concat(carried, begun))
	if err != nil {
		return nil, err
	}
	for _, i := range ideas {
		if i.State == know.Visible && i.MergedInto == 0 {
			list = append(list, Making{Idea: i, Carried: slices.Contains(carried, i.ID), At: i.CreatedAt})
		}
	}
	slices.SortFunc(list, func(a, b Making) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return int(b.Idea.ID - a.Idea.ID)
	})
	return list[:min(len(list), limit)], nil
}

func (s *Tribes) releasesOf(ctx context.Context, a know.Actor, id int64, limit int) (list []Making, err error) {
	members, err := storage.All(ctx, s.db, storage.Scalar[int64], `select person_id from membership where tribe_id = $1 and left_at = 0 and shown = 1
		order by joined_at, person_id limit $2`, id, creditsAsked)
	if err != nil {
		return nil, err
	}
	have := map[int64]bool{}
	for _, person := range members {
		releases, err := s.ideas.CreditsOf(ctx, a, person)
		if err != nil {
			return nil, err
		}
		for _, r := range releases {
			if !have[r.ID] {
				have[r.ID] = true
				list = append(list, Making{Release: r, At: r.ReleasedAt})
			}
		}
	}
	slices.SortFunc(list, func(a, b Making) int {
		if c := b.At.Compare(a.At); c != 0 {
			return c
		}
		return int(b.Release.ID - a.Release.ID)
	})
	return list[:min(len(list), limit)], nil
}
