package shape

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// The facts about releases.
const (
	ReleaseMade   = "release.made"   // subject release
	ReleaseEdited = "release.edited" // subject release
)

func releaseRef(id int64) event.Ref { return event.Ref{Kind: "release", ID: id} }

const selectRelease = `select id, title, body, language, by_id, released_at, created_at, edited_at, state from release`

func scanRelease(row storage.Scanner) (r Release, err error) {
	var released, created, edited int64
	err = row.Scan(&r.ID, &r.Title, &r.Body, &r.Language, &r.By, &released, &created, &edited, &r.State)
	r.ReleasedAt, r.CreatedAt, r.EditedAt = storage.Time(released), storage.Time(created), storage.Time(edited)
	return r, err
}

func readRelease(ctx context.Context, q storage.Q, id int64) (Release, error) {
	r, err := scanRelease(q.Row(ctx, selectRelease+` where id = $1 and state = 'visible'`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return r, fault.New(fault.NotFound, "There is no such release.")
	}
	return r, err
}

// check cleans a release and refuses what cannot be.
func (n *NewRelease) check(a know.Actor) error {
	if err := know.Require(a, know.Release, know.Subject{}); err != nil {
		return err
	}
	var wrong []error
	n.Title, n.Body = plain.Line(n.Title), cleanBody(n.Body)
	if length := utf8.RuneCountInString(n.Title); length < minTitle || length > maxTitle {
		wrong = append(wrong, fault.New(fault.Invalid, "Say in {least} to {most} characters what changed.", "least", minTitle, "most", maxTitle).On("title"))
	}
	if utf8.RuneCountInString(n.Body) > maxBody {
		wrong = append(wrong, fault.New(fault.Invalid, "Say it in at most {most} characters.", "most", maxBody).On("body"))
	}
	for _, c := range n.Credits {
		if !slices.Contains([]CreditFor{ForProposing, ForVoice, ForCommenting, ForTesting, ForMaking}, c.Because) || (c.Person == 0) == (c.Account == 0) {
			wrong = append(wrong, fault.New(fault.Invalid, "Thank a person or an account, for one thing: proposed, voice, comment, tested or made.").On("credits"))
			break
		}
	}
	if n.Language == "" {
		n.Language = a.Language
	}
	return fault.All(wrong...)
}

// putRelease stores a release with its ideas and credits.
func (s *Ideas) putRelease(ctx context.Context, tx *storage.Tx, a know.Actor, n NewRelease) (id int64, err error) {
	now := s.now()
	if n.ReleasedAt.IsZero() {
		n.ReleasedAt = now
	}
	id, err = tx.Insert(ctx, `insert into release (title, body, language, by_id, released_at, created_at) values ($1, $2, $3, $4, $5, $6) returning id`,
		n.Title, n.Body, n.Language, a.ID, storage.Micros(n.ReleasedAt), storage.Micros(now))
	if err != nil {
		return 0, fmt.Errorf("shape: release: %w", err)
	}
	if err := s.linkIdeas(ctx, tx, id, n.Ideas); err != nil {
		return 0, err
	}
	if err := s.putCredits(ctx, tx, id, n.Credits); err != nil {
		return 0, err
	}
	return id, s.fact(ctx, tx, a, ReleaseMade, releaseRef(id), 0, 0)
}

// MakeRelease says what changed, and thanks those it came from.
func (s *Ideas) MakeRelease(ctx context.Context, a know.Actor, n NewRelease) (r Release, err error) {
	if err := n.check(a); err != nil {
		return r, err
	}
	var id int64
	if err := s.db.Update(ctx, func(tx *storage.Tx) error {
		id, err = s.putRelease(ctx, tx, a, n)
		return err
	}); err != nil {
		return r, err
	}
	return s.Release(ctx, a, id)
}

// EditRelease changes a release, whose earlier wording is kept. Ideas and
// credits become those named, with the credits that follow from the ideas.
func (s *Ideas) EditRelease(ctx context.Context, a know.Actor, id int64, n NewRelease) (r Release, err error) {
	if err := n.check(a); err != nil {
		return r, err
	}
	if err := s.db.Update(ctx, func(tx *storage.Tx) error {
		was, err := readRelease(ctx, tx, id)
		if err != nil {
			return err
		}
		if was.Title != n.Title || was.Body != n.Body {
			if err := s.people.Keep(ctx, tx, releaseRef(id), was.Title, was.Body, a.ID); err != nil {
				return err
			}
		}
		released := n.ReleasedAt
		if released.IsZero() {
			released = was.ReleasedAt
		}
		if _, err := tx.Exec(ctx, `update release set title = $1, body = $2, language = $3, released_at = $4, edited_at = $5 where id = $6`,
			n.Title, n.Body, n.Language, storage.Micros(released), storage.Micros(s.now()), id); err != nil {
			return err
		}
		// An idea that a decision says shipped with this release stays on it.
		if _, err := tx.Exec(ctx, `delete from release_idea where release_id = $1 and idea_id not in (select subject_id from decision where release_id = $1 and subject_kind = 'idea')`, id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from credit where release_id = $1`, id); err != nil {
			return err
		}
		kept, err := storage.All(ctx, tx, storage.Scalar[int64], `select idea_id from release_idea where release_id = $1`, id)
		if err != nil {
			return err
		}
		if err := s.linkIdeas(ctx, tx, id, append(kept, n.Ideas...)); err != nil {
			return err
		}
		if err := s.putCredits(ctx, tx, id, n.Credits); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, ReleaseEdited, releaseRef(id), 0, 0)
	}); err != nil {
		return r, err
	}
	return s.Release(ctx, a, id)
}

// linkIdeas puts ideas on a release, and credits those they came from.
func (s *Ideas) linkIdeas(ctx context.Context, tx *storage.Tx, release int64, ideas []int64) error {
	for _, id := range ideas {
		idea, err := readIdea(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `insert into release_idea (release_id, idea_id) values ($1, $2) on conflict do nothing`, release, id); err != nil {
			return err
		}
		if err := s.creditIdea(ctx, tx, release, idea); err != nil {
			return err
		}
	}
	return nil
}

// Release gives one release.
func (s *Ideas) Release(ctx context.Context, a know.Actor, id int64) (Release, error) {
	r, err := readRelease(ctx, s.db, id)
	if err != nil {
		return r, err
	}
	if r.ReleasedAt.After(s.now()) && !a.IsStaff() {
		return Release{}, fault.New(fault.NotFound, "There is no such release.")
	}
	one := []Release{r}
	err = s.fill(ctx, a, one)
	return one[0], err
}

// Releases gives the releases, the last one first, and the cursor of the next
// page, empty on the last one. Those of a day to come are for staff.
func (s *Ideas) Releases(ctx context.Context, a know.Actor, cursor string, limit int) (releases []Release, next string, err error) {
	if err := know.Require(a, know.Read, know.Subject{}); err != nil {
		return nil, "", err
	}
	if limit <= 0 {
		limit = 20
	}
	limit = min(limit, 100)
	at, before := storage.Micros(s.now()), int64(1<<62)
	if a.IsStaff() {
		at = 1 << 62
	}
	if cursor != "" {
		first, second, ok := strings.Cut(cursor, ".")
		from, err1 := strconv.ParseInt(first, 10, 64)
		id, err2 := strconv.ParseInt(second, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return nil, "", fault.New(fault.Invalid, "This page of the list is not known. Begin again from the first page.").On("cursor")
		}
		at, before = min(at, from), id
	}
	releases, err = storage.All(ctx, s.db, scanRelease, selectRelease+` where state = 'visible' and (released_at, id) < ($1, $2)
		order by released_at desc, id desc limit $3`, at, before, limit+1)
	if err != nil {
		return nil, "", fmt.Errorf("shape: releases: %w", err)
	}
	if len(releases) > limit {
		releases = releases[:limit]
		last := releases[limit-1]
		next = fmt.Sprintf("%d.%d", storage.Micros(last.ReleasedAt), last.ID)
	}
	return releases, next, s.fill(ctx, a, releases)
}

// ReleasesOf gives the releases that an idea shipped with, the last one first.
func (s *Ideas) ReleasesOf(ctx context.Context, a know.Actor, idea int64) ([]Release, error) {
	if _, err := s.Idea(ctx, a, idea); err != nil {
		return nil, err
	}
	at := s.now()
	releases, err := storage.All(ctx, s.db, scanRelease, selectRelease+` where state = 'visible' and id in (select release_id from release_idea where idea_id = $1)
		order by released_at desc, id desc`, idea)
	if err != nil {
		return nil, err
	}
	if !a.IsStaff() {
		releases = slices.DeleteFunc(releases, func(r Release) bool { return r.ReleasedAt.After(at) })
	}
	return releases, s.fill(ctx, a, releases)
}

// fill adds to releases their ideas, those the asker may see, and credits. A
// release without a title of its own has that of its first idea.
func (s *Ideas) fill(ctx context.Context, a know.Actor, releases []Release) error {
	if len(releases) == 0 {
		return nil
	}
	ids, at := make([]int64, len(releases)), map[int64]*Release{}
	for n := range releases {
		ids[n], at[releases[n].ID] = releases[n].ID, &releases[n]
	}
	holes, args := storage.Holes(1, ids)
	type link struct{ release, idea int64 }
	links, err := storage.All(ctx, s.db, func(row storage.Scanner) (l link, err error) {
		err = row.Scan(&l.release, &l.idea)
		return l, err
	}, `select release_id, idea_id from release_idea where release_id in (`+holes+`) order by release_id, idea_id`, args...)
	if err != nil {
		return err
	}
	ideas := make([]int64, len(links))
	for n, l := range links {
		ideas[n] = l.idea
	}
	seen, err := s.ByID(ctx, a, ideas)
	if err != nil {
		return err
	}
	for _, l := range links {
		if idea, ok := seen[l.idea]; ok {
			r := at[l.release]
			r.Ideas = append(r.Ideas, idea)
			r.Voters += idea.Votes - idea.StaffVotes
			if r.Title == "" {
				r.Title = idea.Title
			}
		}
	}
	return s.fillCredits(ctx, holes, args, at, false)
}
