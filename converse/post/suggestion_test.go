package post_test

import (
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
)

func TestSuggestions(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		p := s.post(t, s.ada, post.NewPost{})
		suggest := func(a know.Actor, body string) post.Suggestion {
			t.Helper()
			e, err := s.Suggest(ctx, a, p.ID, post.NewSuggestion{Title: p.Title, Body: body, Note: "It reads better.", Version: p.Version})
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		_, err := s.Suggest(ctx, s.visitor, p.ID, post.NewSuggestion{Title: "A", Body: "B"})
		want(t, "visitor", err, fault.Unauthorised)
		_, err = s.Suggest(ctx, s.ada, p.ID, post.NewSuggestion{Title: "A", Body: "B"})
		want(t, "author", err, fault.Conflict)
		_, err = s.Suggest(ctx, s.ben, p.ID, post.NewSuggestion{Title: p.Title, Body: p.Body})
		want(t, "nothing new", err, fault.Invalid)
		one := suggest(s.ben, "The ink dries slowly. The paper is thin.")
		_, err = s.Suggest(ctx, s.ben, p.ID, post.NewSuggestion{Title: "A", Body: "B"})
		want(t, "a second one", err, fault.Conflict)
		two := suggest(s.cyd, "The ink dries fast. The paper is thick.")
		three := suggest(s.staff, "The ink never dries. The paper is thin.")
		for name, a := range map[string]know.Actor{"another": s.cyd, "staff": s.staff, "owner": s.owner, "the suggester": s.ben} {
			if err := s.TakeSuggestion(ctx, a, one.ID, post.Take{}); err == nil {
				t.Errorf("%s took it", name)
			}
			if err := s.LeaveSuggestion(ctx, a, one.ID, ""); err == nil {
				t.Errorf("%s left it", name)
			}
		}
		if _, _, err := s.Suggestion(ctx, s.cyd, one.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another member reads it: %v", err)
		}
		want(t, "take", s.TakeSuggestion(ctx, s.ada, one.ID, post.Take{Version: 1, Answer: "Better."}), fault.Internal)
		want(t, "take it again", s.TakeSuggestion(ctx, s.ada, one.ID, post.Take{Version: 1}), fault.Internal)
		want(t, "leave what is taken", s.LeaveSuggestion(ctx, s.ada, one.ID, ""), fault.Conflict)
		now, err := s.Post(ctx, s.visitor, p.ID)
		if err != nil || now.Body != "The ink dries slowly. The paper is thin." || now.Version != 2 || !cmp.Equal(now.Editors, []int64{s.ben.ID}) {
			t.Errorf("it says %+v, %v", now, err)
		}
		want(t, "take without looking at the change", s.TakeSuggestion(ctx, s.ada, two.ID, post.Take{}), fault.Conflict)
		want(t, "take, put together", s.TakeSuggestion(ctx, s.ada, two.ID, post.Take{Version: 2}), fault.Internal)
		want(t, "take what clashes", s.TakeSuggestion(ctx, s.ada, three.ID, post.Take{Version: 3}), fault.Conflict)
		want(t, "leave", s.LeaveSuggestion(ctx, s.ada, three.ID, "It does dry."), fault.Internal)
		if e, now, err := s.Suggestion(ctx, s.staff, three.ID); err != nil || e.State != post.Left || e.Answer != "It does dry." ||
			now.Body != "The ink dries slowly. The paper is thick." || now.Suggestions != 0 {
			t.Errorf("%+v, %+v, %v", e, now, err)
		}
		revisions, err := s.people.Revisions(ctx, event.Ref{Kind: "post", ID: p.ID})
		if err != nil || len(revisions) != 2 || revisions[0].By != s.ada.ID {
			t.Errorf("history %+v, %v", revisions, err)
		}
		taken, err := s.TakenFor(ctx, s.visitor, p.ID)
		if err != nil || taken[2].Person != s.ben.ID || taken[3].Person != s.cyd.ID {
			t.Errorf("taken %+v, %v", taken, err)
		}
		back := anotherOne(t, s, p.ID)
		want(t, "take back", s.WithdrawSuggestion(ctx, s.ben, back.ID), fault.Internal)
		want(t, "take what is taken back", s.TakeSuggestion(ctx, s.ada, back.ID, post.Take{Version: 3}), fault.Conflict)
	})
}

func anotherOne(t *testing.T, s *stand, id int64) post.Suggestion {
	t.Helper()
	e, err := s.Suggest(t.Context(), s.ben, id, post.NewSuggestion{Title: "Another", Body: "Text."})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// Two suggestions that are taken at the same moment: one is, the other is told
// that the text has changed.
func TestTakenAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		p := s.post(t, s.ada, post.NewPost{})
		var ids []int64
		for _, a := range []know.Actor{s.ben, s.cyd, s.staff, s.owner} {
			e, err := s.Suggest(ctx, a, p.ID, post.NewSuggestion{Title: "By " + a.Name, Body: p.Body})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, e.ID)
		}
		results := make([]error, len(ids))
		var group sync.WaitGroup
		for n, id := range ids {
			group.Go(func() { results[n] = s.TakeSuggestion(ctx, s.ada, id, post.Take{Version: 1}) })
		}
		group.Wait()
		done := 0
		for _, err := range results {
			if err == nil {
				done++
			} else if !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		}
		now, err := s.Post(ctx, s.ada, p.ID)
		if err != nil || done != 1 || now.Version != 2 || now.Suggestions != 3 || s.facts(t, post.EditTaken) != 1 {
			t.Errorf("%d were taken, version %d, %d wait, %v", done, now.Version, now.Suggestions, err)
		}
	})
}
