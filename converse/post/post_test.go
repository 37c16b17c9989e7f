package post_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// stand is a site with people who publish, for tests.
type stand struct {
	*post.Posts
	db     *storage.DB
	events *event.Log
	people *know.Directory
	at     time.Time

	visitor, guest, ada, ben, cyd, staff, owner know.Actor
}

func (s *stand) now() time.Time { return s.at }

func open(t testing.TB, db *storage.DB) *stand {
	t.Helper()
	s := &stand{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	s.events = event.New(log, db, s.now, "test")
	s.people = know.New(log, db, s.events, s.now, nil)
	s.Posts = post.New(log, db, s.events, s.people, s.now)
	s.owner, s.staff = s.person(t, "Olga", know.Owner), s.person(t, "Sven", know.Staff)
	s.ada, s.ben, s.cyd = s.person(t, "Ada", know.Member), s.person(t, "Ben", know.Member), s.person(t, "Cyd", know.Member)
	s.guest = know.Actor{ID: s.cyd.ID + 100, Role: know.Guest}
	return s
}

func (s *stand) person(t testing.TB, name string, role know.Role) know.Actor {
	t.Helper()
	p, _, err := s.people.AddPerson(t.Context(), name, name+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	return s.actor(t, p.ID)
}

func (s *stand) actor(t testing.TB, id int64) know.Actor {
	t.Helper()
	a, err := s.people.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// post publishes something.
func (s *stand) post(t testing.TB, a know.Actor, n post.NewPost) post.Post {
	t.Helper()
	s.at = s.at.Add(time.Second)
	if n.Title == "" {
		n.Title = "On paper"
	}
	if n.Body == "" {
		n.Body = "The ink dries fast. The paper is thin."
	}
	p, err := s.Begin(t.Context(), a, n)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = s.Publish(t.Context(), a, p.ID); err != nil {
		t.Fatal(err)
	}
	return p
}

func each(t *testing.T, f func(t *testing.T, s *stand)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { f(t, open(t, db)) })
}

func (s *stand) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	if err := s.db.Row(t.Context(), query, args...).Scan(&n); err != nil {
		t.Fatalf("%v in %s", err, query)
	}
	return n
}

func (s *stand) facts(t testing.TB, kind string) int64 {
	t.Helper()
	return s.number(t, `select count(*) from event where kind = $1`, kind)
}

// want fails unless err is a fault of this kind; Internal stands for none.
func want(t testing.TB, what string, err error, kind fault.Kind) {
	t.Helper()
	if kind == fault.Internal && err != nil || kind != fault.Internal && !fault.Is(err, kind) {
		t.Errorf("%s: %v, want %v", what, err, kind)
	}
}

func ptr[T any](v T) *T { return &v }

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

func TestRepliesAndMails(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		p := s.post(t, s.ada, post.NewPost{})
		reply := func(a know.Actor, to int64) post.Reply {
			t.Helper()
			r, err := s.Reply(ctx, a, p.ID, to, "Yes.", "")
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		one, two := reply(s.ben, 0), reply(s.cyd, 0)
		three := reply(s.cyd, one.ID)
		four := reply(s.ada, three.ID) // an answer to an answer stands in the same thread
		var order []int64
		for cursor := ""; ; {
			page, next, err := s.Replies(ctx, s.visitor, p.ID, cursor, 3)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				order = append(order, r.ID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if diff := cmp.Diff([]int64{one.ID, three.ID, four.ID, two.ID}, order); diff != "" {
			t.Error(diff)
		}
		mails := func(a know.Actor) int64 {
			return s.number(t, `select count(*) from outbox where kind = 'reply' and person_id = $1`, a.ID)
		}
		if mails(s.ada) != 3 || mails(s.ben) != 1 || mails(s.cyd) != 1 {
			t.Errorf("mails: %d to Ada, %d to Ben, %d to Cyd", mails(s.ada), mails(s.ben), mails(s.cyd))
		}
		want(t, "choose", s.people.ChooseMail(ctx, s.ada.ID, know.MailReplies, false), fault.Internal)
		reply(s.ben, 0)
		if mails(s.ada) != 3 {
			t.Error("who wants no mails gets one")
		}
		_, err := s.EditReply(ctx, s.owner, one.ID, "No.")
		want(t, "an owner edits", err, fault.Forbidden)
		want(t, "a member withdraws another's", s.WithdrawReply(ctx, s.ada, one.ID), fault.Forbidden)
		want(t, "hide", s.HideReply(ctx, s.staff, one.ID, "Rude."), fault.Internal)
		if page, _, err := s.Replies(ctx, s.ada, p.ID, "", 1); err != nil || page[0].Body != "" || page[0].StateReason != "" {
			t.Errorf("what is hidden is read: %+v, %v", page, err)
		}
		if page, _, err := s.Replies(ctx, s.ben, p.ID, "", 1); err != nil || page[0].StateReason != "Rude." {
			t.Errorf("its author reads %+v, %v", page, err)
		}
		_, err = s.Reply(ctx, s.cyd, p.ID, one.ID, "But why?", "")
		want(t, "answering what is hidden", err, fault.Conflict)
		want(t, "withdraw", s.WithdrawReply(ctx, s.cyd, two.ID), fault.Internal)
		want(t, "hide what is withdrawn", s.HideReply(ctx, s.staff, two.ID, "Rude."), fault.Conflict)
		want(t, "withdraw the post", s.Withdraw(ctx, s.ada, p.ID), fault.Internal)
		_, err = s.Reply(ctx, s.cyd, p.ID, 0, "But why?", "")
		want(t, "a reply to what is withdrawn", err, fault.NotFound)
		_, err = s.Reply(ctx, s.ada, p.ID, 0, "Because.", "")
		want(t, "the author's reply to it", err, fault.Conflict)
	})
}

func drawing(t testing.TB, side int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, side, side/2))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPictures(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		p, err := s.Begin(ctx, s.ada, post.NewPost{Title: "On paper", Body: "Look:"})
		if err != nil {
			t.Fatal(err)
		}
		add := func(a know.Actor, file []byte, alt string) (post.Picture, error) {
			return s.AddPicture(ctx, a, p.ID, bytes.NewReader(file), alt)
		}
		_, err = add(s.ada, drawing(t, 40), " ")
		want(t, "without words", err, fault.Invalid)
		_, err = add(s.ada, []byte("<svg onload=alert(1)>"), "A picture")
		want(t, "not a picture", err, fault.Invalid)
		_, err = add(s.ben, drawing(t, 40), "A picture")
		want(t, "a stranger's", err, fault.NotFound)
		one, err := add(s.ada, drawing(t, 4000), "A worn ] notebook")
		if err != nil || one.Width != 1600 || one.Height != 800 {
			t.Fatalf("%+v, %v", one, err)
		}
		if _, err = add(s.ada, drawing(t, 60), "Never shown"); err != nil {
			t.Fatal(err)
		}
		p, err = s.Save(ctx, s.ada, p.ID, post.Edit{Body: ptr(p.Body + "\n\n" + post.Line(one.ID, one.Alt))})
		if err != nil {
			t.Fatal(err)
		}
		if parts := post.Split(p.Body); len(parts) != 2 || parts[1].Picture != one.ID || parts[1].Alt != "A worn ) notebook" {
			t.Errorf("the text falls into %+v", parts)
		}
		_, _, _, err = s.PictureData(ctx, s.staff, p.ID, one.ID)
		want(t, "the picture of a draft", err, fault.NotFound)
		if _, err = s.Publish(ctx, s.ada, p.ID); err != nil {
			t.Fatal(err)
		}
		if data, kind, public, err := s.PictureData(ctx, s.visitor, p.ID, one.ID); err != nil || len(data) == 0 || kind != "image/jpeg" || !public {
			t.Errorf("%d bytes of %s, public %v, %v", len(data), kind, public, err)
		}
		_, _, _, err = s.PictureData(ctx, s.visitor, s.post(t, s.ben, post.NewPost{}).ID, one.ID)
		want(t, "by another post", err, fault.NotFound)
		s.at = s.at.Add(25 * time.Hour)
		// The text lets go of it, but its history does not.
		if _, err := s.Save(ctx, s.ada, p.ID, post.Edit{Body: ptr("Without a picture.")}); err != nil {
			t.Fatal(err)
		}
		want(t, "tidy", s.Tidy(ctx), fault.Internal)
		if n, files := s.number(t, `select count(*) from post_picture`), s.number(t, `select count(*) from blob`); n != 1 || files != 1 {
			t.Errorf("%d pictures and %d files are left, want the one that was shown", n, files)
		}
	})
}

func TestErase(t *testing.T) {
	for _, words := range []bool{false, true} {
		each(t, func(t *testing.T, s *stand) {
			ctx := t.Context()
			mine := s.post(t, s.ada, post.NewPost{Title: "Zephyrquill", Body: "Zephyrquill"})
			if _, err := s.Save(ctx, s.ada, mine.ID, post.Edit{Body: ptr("Less zephyrquill")}); err != nil {
				t.Fatal(err)
			}
			draft, err := s.Begin(ctx, s.ada, post.NewPost{Title: "A zephyrquill draft"})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.AddPicture(ctx, s.ada, draft.ID, bytes.NewReader(drawing(t, 40)), "Zephyrquill"); err != nil {
				t.Fatal(err)
			}
			theirs := s.post(t, s.ben, post.NewPost{})
			if _, err := s.Reply(ctx, s.ada, theirs.ID, 0, "Zephyrquill", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Reply(ctx, s.ben, mine.ID, 0, "Mine stays.", ""); err != nil {
				t.Fatal(err)
			}
			if _, err := s.React(ctx, s.ada, theirs.ID, post.Thanks, true); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Suggest(ctx, s.ada, theirs.ID, post.NewSuggestion{Title: "Zephyrquill", Body: "Zephyrquill"}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Suggest(ctx, s.ben, mine.ID, post.NewSuggestion{Title: "More zephyrquill", Body: "Zephyrquill"}); err != nil {
				t.Fatal(err)
			}
			held, err := s.Held(ctx, s.ada.ID, nil)
			if err != nil || len(held.Posts) != 2 || len(held.Posts[0].Earlier) != 1 || len(held.Posts[1].Pictures) != 1 || len(held.Replies) != 1 || len(held.Reactions) != 1 || len(held.Suggestions) != 1 {
				t.Errorf("held is %+v, %v", held, err)
			}
			moments, err := s.Moments(ctx, s.ada.ID, nil, 10)
			if err != nil || len(moments) != 4 {
				t.Errorf("moments are %+v, %v", moments, err)
			}
			want(t, "leave", s.people.Leave(ctx, s.ada, words), fault.Internal)
			for range 2 { // it may be repeated
				fact := event.Event{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: s.ada.ID}, N: one(words)}
				if err := s.db.Update(ctx, func(tx *storage.Tx) error { return s.Erase(ctx, tx, []event.Event{fact}) }); err != nil {
					t.Fatal(err)
				}
			}
			if n := s.number(t, `select count(*) from post where state = 'draft'`) + s.number(t, `select count(*) from post_picture`) + s.number(t, `select count(*) from blob`); n != 0 {
				t.Errorf("%d rows of a draft are left", n)
			}
			found := s.number(t, `select count(*) from post where lower(title || body) like '%zephyrquill%'`) +
				s.number(t, `select count(*) from post_reply where lower(body) like '%zephyrquill%'`) +
				s.number(t, `select count(*) from post_edit where lower(title || body || base_title || base_body) like '%zephyrquill%'`) +
				s.number(t, `select count(*) from revision where lower(title || body) like '%zephyrquill%'`)
			if words && found != 0 || !words && found == 0 {
				t.Errorf("words go: %v, and %d rows still have them", words, found)
			}
			now, err := s.Post(ctx, s.ben, theirs.ID)
			if err != nil || now.Suggestions != 0 || now.Reactions.Thanks != 1 || now.Replies != 1-one(words) {
				t.Errorf("Ben's post is %+v, %v", now, err)
			}
			if n := s.number(t, `select count(*) from post_reply where body = 'Mine stays.'`); n != 1 {
				t.Error("other people's words did not stay")
			}
		})
	}
}

func one(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// The counts that pages show are what a recount gives, whatever people do.
func TestCountsHold(t *testing.T) {
	each(t, func(t *testing.T, s *stand) {
		ctx := t.Context()
		everybody := []know.Actor{s.ada, s.ben, s.cyd, s.staff, s.owner, s.visitor}
		rapid.Check(t, func(r *rapid.T) {
			p := s.post(t, s.ada, post.NewPost{})
			var replies, edits []int64
			for range rapid.IntRange(1, 12).Draw(r, "acts") {
				a := rapid.SampledFrom(everybody).Draw(r, "who")
				pick := func(ids []int64) int64 {
					if len(ids) == 0 {
						return 0
					}
					return rapid.SampledFrom(ids).Draw(r, "which")
				}
				switch rapid.IntRange(0, 9).Draw(r, "act") {
				case 0, 1:
					if x, err := s.Reply(ctx, a, p.ID, pick(replies), "Yes.", ""); err == nil {
						replies = append(replies, x.ID)
					}
				case 2:
					_ = s.WithdrawReply(ctx, a, pick(replies))
				case 3:
					_ = s.HideReply(ctx, a, pick(replies), "No.")
				case 4:
					_ = s.ShowReply(ctx, a, pick(replies))
				case 5, 6:
					_, _ = s.React(ctx, a, p.ID, rapid.SampledFrom(post.AllReactions()).Draw(r, "kind"), rapid.Bool().Draw(r, "on"))
				case 7:
					if x, err := s.Suggest(ctx, a, p.ID, post.NewSuggestion{Title: fmt.Sprint("T", len(edits)), Body: "B"}); err == nil {
						edits = append(edits, x.ID)
					}
				case 8:
					_ = s.TakeSuggestion(ctx, a, pick(edits), post.Take{})
				case 9:
					_ = s.LeaveSuggestion(ctx, a, pick(edits), "")
				}
			}
			var kept, counted [5]int64
			for to, query := range map[*[5]int64]string{&kept: `select replies, thanks, agrees, asks, suggestions from post where id = $1`,
				&counted: `select (select count(*) from post_reply where post_id = $1 and state = 'visible'),
					(select count(*) from post_reaction where post_id = $1 and kind = 'thanks'), (select count(*) from post_reaction where post_id = $1 and kind = 'agrees'),
					(select count(*) from post_reaction where post_id = $1 and kind = 'asks'), (select count(*) from post_edit where post_id = $1 and state = 'open')`} {
				if err := s.db.Row(ctx, query, p.ID).Scan(&to[0], &to[1], &to[2], &to[3], &to[4]); err != nil {
					r.Fatal(err)
				}
			}
			if kept != counted {
				r.Errorf("kept %v, counted %v", kept, counted)
			}
		})
	})
}
