package post_test

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

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
