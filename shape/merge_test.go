package shape_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

// checkCounts compares every count that is kept with one made anew.
func checkCounts(t *testing.T, q *square) {
	t.Helper()
	for name, query := range map[string]string{
		"votes":       `select count(*) from idea i where votes <> (select count(*) from vote where idea_id = i.id)`,
		"staff votes": `select count(*) from idea i where staff_votes <> (select count(*) from vote where idea_id = i.id and staff = 1)`,
		"against": `select count(*) from idea i where against <> (select count(*) from vote_against where idea_id = i.id)
			or staff_against <> (select count(*) from vote_against where idea_id = i.id and staff = 1)`,
		"on both sides": `select count(*) from vote v join vote_against w on w.idea_id = v.idea_id and w.person_id = v.person_id`,
		"comments":      `select count(*) from idea i where comments <> (select count(*) from comment where idea_id = i.id and state = 'visible')`,
		"voices":        `select count(*) from idea i where voices <> (select count(*) from voice where idea_id = i.id and public = 1 and state <> 'hidden')`,
		"countries":     `select count(*) from idea i where countries <> (select count(distinct country) from voice where idea_id = i.id and country <> '')`,
		"stages": `select count(*) from tally t where name like 'ideas.%' and n <> (select count(*) from idea
			where 'ideas.' || stage = t.name and state = 'visible' and audience = 'public' and merged_into = 0)`,
		"tags": `select count(*) from tag t where ideas <> (select count(*) from idea i join idea_tag g on g.idea_id = i.id
			where g.tag = t.name and i.state = 'visible' and i.audience = 'public' and i.merged_into = 0)`,
		"untallied": `select count(*) from idea i where state = 'visible' and audience = 'public' and merged_into = 0
			and not exists (select 1 from tally where name = 'ideas.' || i.stage and n > 0)`,
		"search": `select count(*) from idea i where (state = 'visible' and merged_into = 0) <> exists (select 1 from idea_search f where f.rowid = i.id)`,
		"twice":  `select count(*) from (select 1 from voice where mention_id <> 0 group by idea_id, mention_id having count(*) > 1) few`,
	} {
		if n := q.number(t, query); n != 0 {
			t.Fatalf("%s: %d are wrong\n%s", name, n, q.dump(t))
		}
	}
}

// addVoice puts a voice behind an idea, as the rules of voices count it.
func (q *square) addVoice(ctx context.Context, idea, mention int64, country string) error {
	return q.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `insert into voice (idea_id, mention_id, words, country, said_at, added_at)
			select id, $2, 'words', $3, 1, 1 from idea where id = $1 and merged_into = 0
			and not exists (select 1 from voice where idea_id = $1 and mention_id = $2) on conflict do nothing`, idea, mention, country)
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.Exec(ctx, `update idea set voices = (select count(*) from voice where idea_id = idea.id),
			countries = (select count(distinct country) from voice where idea_id = idea.id and country <> '') where id = $1`, idea)
		return err
	})
}

// act does one random thing as one random person. What the rules refuse is
// no failure; an internal error is.
func (q *square) act(t *rapid.T, ideas []shape.Idea, people []know.Actor) {
	ctx := context.Background()
	a := rapid.SampledFrom(people).Draw(t, "who")
	i := rapid.SampledFrom(ideas).Draw(t, "idea")
	var err error
	switch what := rapid.IntRange(0, 16).Draw(t, "what"); what {
	case 0, 1, 2:
		_, err = q.Vote(ctx, a, i.ID, true)
	case 3, 4:
		_, err = q.Vote(ctx, a, i.ID, false)
	case 5:
		_, err = q.Comment(ctx, a, i.ID, "words", "en")
	case 6:
		id := rapid.Int64Range(1, 8).Draw(t, "comment")
		err = []func() error{
			func() error { return q.WithdrawComment(ctx, a, id) },
			func() error { return q.HideComment(ctx, a, id, "why") },
			func() error { return q.ShowComment(ctx, a, id) },
		}[rapid.IntRange(0, 2).Draw(t, "how")]()
	case 7:
		err = q.Follow(ctx, a, i.ID, rapid.Bool().Draw(t, "on"))
	case 8:
		err = q.addVoice(ctx, i.ID, rapid.Int64Range(1, 3).Draw(t, "mention"), rapid.SampledFrom([]string{"", "FR", "DE"}).Draw(t, "country"))
	case 9:
		tags := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c"}), 0, 3).Draw(t, "tags")
		_, err = q.Edit(ctx, a, i.ID, shape.IdeaEdit{Tags: &tags})
	case 10:
		if rapid.Bool().Draw(t, "hide") {
			err = q.Hide(ctx, a, i.ID, "why")
		} else {
			err = q.Show(ctx, a, i.ID)
		}
	case 11, 12:
		err = q.Merge(ctx, a, i.ID, rapid.SampledFrom(ideas).Draw(t, "into").ID)
	case 13:
		err = q.Unmerge(ctx, a, i.ID)
	case 14, 15:
		_, err = q.VoteAgainst(ctx, a, i.ID, true)
	case 16:
		_, err = q.VoteAgainst(ctx, a, i.ID, false)
	}
	if err != nil && fault.KindOf(err) == fault.Internal {
		t.Fatal(err)
	}
}

// fewer makes properties be tried 25 times unless the command line says
// otherwise: each try is hundreds of transactions, on each engine.
func fewer(t *testing.T) {
	t.Helper()
	if f := flag.Lookup("rapid.checks"); f.Value.String() == f.DefValue {
		if err := f.Value.Set("25"); err != nil {
			t.Fatal(err)
		}
	}
}

// Whatever several people do, the counts that are kept are those of the rows.
func TestCountsAreTrue(t *testing.T) {
	fewer(t)
	each(t, func(t *testing.T, q *square) {
		people := []know.Actor{q.ada, q.ben, q.cyd, q.staff, q.owner}
		rapid.Check(t, func(rt *rapid.T) {
			var ideas []shape.Idea
			for n := range 4 {
				ideas = append(ideas, q.idea(t, people[n], shape.NewIdea{Title: fmt.Sprintf("Idea %d", n), Tags: []string{"a"},
					Audience: []know.Audience{know.Public, know.Public, know.Members, know.Public}[n]}))
			}
			for range rapid.IntRange(1, 40).Draw(rt, "acts") {
				q.act(rt, ideas, people)
			}
			checkCounts(t, q)
		})
	})
}

// Undoing every merge, in any order that is allowed, restores everything that
// was, to the row.
func TestUnmergeRestores(t *testing.T) {
	fewer(t)
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		people := []know.Actor{q.ada, q.ben, q.cyd, q.staff}
		rapid.Check(t, func(rt *rapid.T) {
			var ids []int64
			for n := range 4 {
				i := q.idea(t, people[n], shape.NewIdea{Title: fmt.Sprintf("Idea %d", n), Tags: []string{"a", "b"}[:n%3]})
				ids = append(ids, i.ID)
				for _, a := range people {
					switch rapid.IntRange(0, 3).Draw(rt, "votes") {
					case 0, 1:
						q.Vote(ctx, a, i.ID, true)
					case 2:
						q.VoteAgainst(ctx, a, i.ID, true)
					}
					if rapid.IntRange(0, 3).Draw(rt, "comments") == 0 {
						q.Comment(ctx, a, i.ID, "words", "en")
					}
				}
				for m := range rapid.Int64Range(0, 3).Draw(rt, "voices") {
					if err := q.addVoice(ctx, i.ID, m, "FR"); err != nil {
						t.Fatal(err)
					}
				}
			}
			before := q.dump(t)
			var merged []int64
			for range rapid.IntRange(1, 4).Draw(rt, "merges") {
				from, into := rapid.SampledFrom(ids).Draw(rt, "from"), rapid.SampledFrom(ids).Draw(rt, "into")
				if q.Merge(ctx, q.staff, from, into) == nil && !slices.Contains(merged, from) {
					merged = append(merged, from)
				}
				checkCounts(t, q)
			}
			for len(merged) > 0 {
				n := rapid.IntRange(0, len(merged)-1).Draw(rt, "undo")
				err := q.Unmerge(ctx, q.staff, merged[n])
				if err == nil {
					merged = slices.Delete(merged, n, n+1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Fatal(err)
				}
				checkCounts(t, q)
			}
			if diff := cmp.Diff(before, q.dump(t)); diff != "" {
				t.Fatalf("not as before:\n%s", diff)
			}
		})
	})
}

func TestMerge(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		from := q.idea(t, q.ada, shape.NewIdea{Title: "Dotted pages"})
		into := q.idea(t, q.ben, shape.NewIdea{Title: "Dot grid paper"})
		private := q.idea(t, q.cyd, shape.NewIdea{Title: "Dots for members", Audience: know.Members})
		for _, a := range []know.Actor{q.ben, q.cyd} { // ben votes for both
			if _, err := q.Vote(ctx, a, from.ID, true); err != nil {
				t.Fatal(err)
			}
		}
		if err := q.Merge(ctx, q.ada, from.ID, into.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("member: %v", err)
		}
		if err := q.Merge(ctx, q.staff, private.ID, into.ID); !fault.Is(err, fault.Conflict) {
			t.Errorf("another audience: %v", err)
		}
		if err := q.Merge(ctx, q.staff, from.ID, into.ID); err != nil {
			t.Fatal(err)
		}
		was, err := q.Idea(ctx, q.visitor, from.ID)
		is, err2 := q.Idea(ctx, q.visitor, into.ID)
		if err != nil || err2 != nil || was.MergedInto != into.ID || is.Votes != 3 {
			t.Fatalf("%+v, %+v, %v, %v", was, is, err, err2)
		}
		if list, _, _ := q.List(ctx, q.visitor, shape.Filter{}); len(list) != 1 {
			t.Errorf("listed: %v", list)
		}
		if _, err := q.Vote(ctx, q.owner, from.ID, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("vote for a merged one: %v", err)
		}
		if voted, _ := q.Voted(ctx, q.cyd.ID, []int64{into.ID}); !voted[into.ID] {
			t.Error("a vote did not come along")
		}
	})
}
