package post_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/converse/post"
	"tribune/internal/fault"
	"tribune/know"
)

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
