package post_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
)

func TestDraftIsItsAuthorsAlone(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		p, err := s.Begin(ctx, s.ada, post.NewPost{Key: "k", Title: "On paper"})
		want(t, "begin", err, fault.Internal)
		again, err := s.Begin(ctx, s.ada, post.NewPost{Key: "k", Title: "On paper"})
		if err != nil || again.ID != p.ID {
			t.Errorf("the same form makes draft %d and %d: %v", p.ID, again.ID, err)
		}
		if other, err := s.Begin(ctx, s.ben, post.NewPost{Key: "k"}); err != nil || other.ID == p.ID {
			t.Errorf("another's form gives %d: %v", other.ID, err)
		}
		for name, a := range map[string]know.Actor{"visitor": s.visitor, "member": s.ben, "staff": s.staff, "owner": s.owner} {
			_, err := s.Post(ctx, a, p.ID)
			want(t, name+" reads", err, fault.NotFound)
			_, err = s.Save(ctx, a, p.ID, post.Edit{Title: ptr("Mine")})
			want(t, name+" saves", err, fault.NotFound)
			want(t, name+" discards", s.Discard(ctx, a, p.ID), fault.NotFound)
			want(t, name+" withdraws", s.Withdraw(ctx, a, p.ID), fault.NotFound)
			if _, err = s.Publish(ctx, a, p.ID); err == nil {
				t.Errorf("%s published somebody's draft", name)
			}
		}
		want(t, "owner hides", s.Hide(ctx, s.owner, p.ID, "No."), fault.NotFound)
		_, err = s.Publish(ctx, s.ada, p.ID)
		want(t, "publishing without a text", err, fault.Invalid)
		if s.facts(t, post.Published)+s.facts(t, post.Edited) != 0 {
			t.Error("a draft left facts")
		}
		want(t, "discard", s.Discard(ctx, s.ada, p.ID), fault.Internal)
		_, err = s.Post(ctx, s.ada, p.ID)
		want(t, "after discarding", err, fault.NotFound)
	})
}

func TestOnlyTheAuthorPublishes(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		want(t, "profile", s.people.SetProfile(ctx, s.staff, know.Profile{Name: "Sven", Title: "Bookbinder"}), fault.Internal)
		want(t, "leads", s.people.SetRole(ctx, s.owner, s.staff.ID, know.Staff, true), fault.Internal)
		p := s.post(t, s.staff, post.NewPost{Machine: true, Language: "de"})
		if !p.Staff || p.WorksAs != "Bookbinder" || !p.Leads || !p.Machine || p.Language != "de" || p.PublishedAt.IsZero() {
			t.Errorf("published as %+v", p)
		}
		// That a machine drafted it goes with other words alone, and is said in the history.
		no := false
		_, err := s.Save(ctx, s.staff, p.ID, post.Edit{Machine: &no})
		want(t, "taking the label off the same words", err, fault.Conflict)
		_, err = s.Save(ctx, s.staff, p.ID, post.Edit{Machine: &no, Language: ptr("fr"), Title: &p.Title})
		want(t, "taking it off with another language", err, fault.Conflict)
		p, err = s.Save(ctx, s.staff, p.ID, post.Edit{Machine: &no, Body: ptr("In my own words.")})
		want(t, "other words", err, fault.Internal)
		if before, err := s.people.Revisions(ctx, event.Ref{Kind: "post", ID: p.ID}); err != nil || p.Machine || p.Version != 2 || len(before) != 1 || !before[0].Machine {
			t.Errorf("version %d, machine %v; before: %+v, %v", p.Version, p.Machine, before, err)
		}
		// What they do later changes nothing about what they said then.
		want(t, "promote", s.people.SetRole(ctx, s.owner, s.staff.ID, know.Member, false), fault.Internal)
		again, err := s.Publish(ctx, s.actor(t, s.staff.ID), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(p, again); diff != "" || s.facts(t, post.Published) != 1 {
			t.Errorf("publishing twice: %d facts, %s", s.facts(t, post.Published), diff)
		}
		mine := s.post(t, s.ada, post.NewPost{})
		for name, a := range map[string]know.Actor{"member": s.ben, "owner": s.owner} {
			_, err := s.Save(ctx, a, mine.ID, post.Edit{Title: ptr("Mine")})
			want(t, name+" edits", err, fault.Forbidden)
			want(t, name+" withdraws", s.Withdraw(ctx, a, mine.ID), fault.Forbidden)
			_, err = s.Publish(ctx, a, mine.ID)
			want(t, name+" publishes", err, fault.Forbidden)
		}
		_, err = s.Begin(ctx, s.visitor, post.NewPost{})
		want(t, "visitor begins", err, fault.Unauthorised)
		_, err = s.Begin(ctx, s.guest, post.NewPost{})
		want(t, "guest begins", err, fault.Forbidden)
		want(t, "member hides", s.Hide(ctx, s.ben, mine.ID, "I do not like it."), fault.Forbidden)
		want(t, "owner hides without a reason", s.Hide(ctx, s.owner, mine.ID, " "), fault.Invalid)
		want(t, "owner hides", s.Hide(ctx, s.owner, mine.ID, "An advertisement."), fault.Internal)
		if seen, err := s.Post(ctx, s.ada, mine.ID); err != nil || seen.StateReason != "An advertisement." {
			t.Errorf("its author reads %+v, %v", seen, err)
		}
		_, err = s.Post(ctx, s.ben, mine.ID)
		want(t, "others read what is hidden", err, fault.NotFound)
		_, err = s.Publish(ctx, s.ada, mine.ID)
		want(t, "publishing what is hidden", err, fault.Conflict)
		want(t, "show", s.Show(ctx, s.owner, mine.ID), fault.Internal)
		want(t, "withdraw", s.Withdraw(ctx, s.ada, mine.ID), fault.Internal)
		want(t, "show what is withdrawn", s.Show(ctx, s.owner, mine.ID), fault.Conflict)
		_, err = s.Save(ctx, s.ada, mine.ID, post.Edit{Title: ptr("Again")})
		want(t, "edit what is withdrawn", err, fault.Conflict)
	})
}

func TestBadInput(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		for name, n := range map[string]post.NewPost{
			"long title":    {Title: strings.Repeat("é", 161)},
			"huge body":     {Body: strings.Repeat("word ", 10_000)},
			"many pictures": {Body: strings.Repeat("![a](picture:1)\n\n", 13)},
			"language":      {Language: "no such!"},
			"team":          {Audience: know.Team},
			"strange board": {Audience: know.CircleOf("board", 7)},
		} {
			_, err := s.Begin(ctx, s.ada, n)
			want(t, name, err, fault.Invalid)
		}
		p := s.post(t, s.ada, post.NewPost{Title: "A\nB\x00", Body: "\xff<script>alert(1)</script>\r\n"})
		if p.Title != "A B" || p.Body != "\uFFFD<script>alert(1)</script>" {
			t.Errorf("stored as %q, %q", p.Title, p.Body)
		}
		_, err := s.Save(ctx, s.ada, p.ID, post.Edit{Body: ptr("")})
		want(t, "an empty text", err, fault.Invalid)
		_, err = s.Save(ctx, s.ada, p.ID, post.Edit{Audience: ptr(know.Members)})
		want(t, "an audience after publishing", err, fault.Conflict)
		_, err = s.Save(ctx, s.ada, p.ID, post.Edit{Title: ptr("B"), Version: 7})
		want(t, "an edit of another version", err, fault.Conflict)
		_, err = s.Reply(ctx, s.ben, p.ID, 0, "  ", "")
		want(t, "an empty reply", err, fault.Invalid)
		_, err = s.Reply(ctx, s.ben, p.ID, 999, "To whom?", "")
		want(t, "a reply to nothing", err, fault.NotFound)
		_, err = s.React(ctx, s.ben, p.ID, "likes", true)
		want(t, "a strange reaction", err, fault.Invalid)
		_, err = s.React(ctx, s.ada, p.ID, post.Thanks, true)
		want(t, "thanking oneself", err, fault.Conflict)
		_, _, err = s.List(ctx, s.ada, post.Filter{Cursor: "x"})
		want(t, "a strange cursor", err, fault.Invalid)
		_, _, err = s.Replies(ctx, s.ada, p.ID, "x", 0)
		want(t, "a strange cursor of replies", err, fault.Invalid)
	})
}

func TestList(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		for n := range 5 {
			s.post(t, s.ada, post.NewPost{Title: fmt.Sprint("Paper ", n), Language: []string{"en", "fr"}[n%2]})
		}
		s.post(t, s.ben, post.NewPost{Title: "For members", Audience: know.Members, Language: "de"})
		hidden := s.post(t, s.ben, post.NewPost{Title: "Paper, hidden"})
		want(t, "hide", s.Hide(ctx, s.staff, hidden.ID, "No."), fault.Internal)
		if _, err := s.Begin(ctx, s.ada, post.NewPost{Title: "Paper, a draft"}); err != nil {
			t.Fatal(err)
		}
		titles := func(a know.Actor, f post.Filter) (all []string) {
			for {
				posts, next, err := s.List(ctx, a, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range posts {
					all = append(all, p.Title)
				}
				if f.Cursor = next; next == "" {
					return all
				}
			}
		}
		paper := []string{"Paper 4", "Paper 3", "Paper 2", "Paper 1", "Paper 0"}
		for name, c := range map[string]struct {
			a    know.Actor
			f    post.Filter
			want []string
		}{
			"visitor":  {s.visitor, post.Filter{Limit: 2}, paper},
			"member":   {s.cyd, post.Filter{Limit: 4}, append([]string{"For members"}, paper...)},
			"author":   {s.visitor, post.Filter{Person: s.ben.ID}, nil},
			"own":      {s.ben, post.Filter{Person: s.ben.ID}, []string{"For members"}},
			"language": {s.visitor, post.Filter{Language: "fr"}, []string{"Paper 3", "Paper 1"}},
			"words":    {s.visitor, post.Filter{Text: "PAPER 3"}, []string{"Paper 3"}},
			"none":     {s.visitor, post.Filter{Text: "glue"}, nil},
			"letters":  {s.visitor, post.Filter{Letters: true}, nil},
		} {
			if diff := cmp.Diff(c.want, titles(c.a, c.f)); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
		if languages, err := s.Languages(ctx, s.visitor); err != nil || !cmp.Equal(languages, []string{"en", "fr"}) {
			t.Errorf("languages %v, %v", languages, err)
		}
		if by, _, err := s.By(ctx, s.visitor, s.ada.ID, "", 3); err != nil || len(by) != 3 {
			t.Errorf("By gives %d, %v", len(by), err)
		}
		if mine, err := s.Mine(ctx, s.ben); err != nil || len(mine) != 1 || mine[0].State != know.Hidden {
			t.Errorf("mine are %+v, %v", mine, err)
		}
	})
}
