package shape_test

import (
	"fmt"
	"strings"
	"testing"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
)

func TestComments(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		i := q.idea(t, q.ada, shape.NewIdea{Title: "Refills for all"})
		c, err := q.Comment(ctx, q.ben, i.ID, " Yes, please. ", "en")
		if err != nil || c.Body != "Yes, please." || c.Idea != i.ID {
			t.Fatalf("%+v, %v", c, err)
		}
		if again, err := q.Comment(ctx, q.ben, i.ID, "Yes, please.", "en"); err != nil || again.ID != c.ID {
			t.Fatalf("sent twice: %+v, %v; want comment %d", again, err, c.ID)
		}
		if follows, _ := q.Following(ctx, q.ben.ID, []int64{i.ID}); !follows[i.ID] {
			t.Error("who comments follows")
		}
		if _, err := q.EditComment(ctx, q.ada, c.ID, "No"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("edit another's: %v", err)
		}
		if c, err = q.EditComment(ctx, q.ben, c.ID, "Yes, in A5."); err != nil || c.Body != "Yes, in A5." {
			t.Errorf("%+v, %v", c, err)
		}
		if err := q.HideComment(ctx, q.staff, c.ID, "Off the point."); err != nil {
			t.Fatal(err)
		}
		for name, sees := range map[string]struct {
			a    know.Actor
			want string
		}{"visitor": {q.visitor, ""}, "another": {q.ada, ""}, "author": {q.ben, "Yes, in A5.Off the point."}, "staff": {q.staff, "Yes, in A5.Off the point."}} {
			all, err := q.Comments(ctx, sees.a, i.ID)
			if err != nil || len(all) != 1 || all[0].Body+all[0].StateReason != sees.want {
				t.Errorf("%s: %+v, %v", name, all, err)
			}
		}
		count := func(want int64) {
			t.Helper()
			if is, err := q.Idea(ctx, q.visitor, i.ID); err != nil || is.Comments != want {
				t.Errorf("%d comments, %v", is.Comments, err)
			}
		}
		count(0)
		if err := q.ShowComment(ctx, q.staff, c.ID); err != nil {
			t.Fatal(err)
		}
		count(1)
		for range 2 {
			if err := q.WithdrawComment(ctx, q.ben, c.ID); err != nil {
				t.Fatal(err)
			}
		}
		count(0)
		if _, err := q.Comment(ctx, q.ben, i.ID, "  ", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("empty: %v", err)
		}
	})
}

func TestTellComments(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		i := q.idea(t, q.ada, shape.NewIdea{Title: "Refills for all"})
		for _, a := range []know.Actor{q.ada, q.ben, q.cyd} {
			if err := q.Follow(ctx, a, i.ID, true); err != nil {
				t.Fatal(err)
			}
		}
		for _, a := range []know.Actor{q.ada, q.ben} { // cyd did not ask
			if err := q.people.ChooseMail(ctx, a.ID, know.MailComments, true); err != nil {
				t.Fatal(err)
			}
		}
		c, err := q.Comment(ctx, q.ben, i.ID, "In A5, too.", "en")
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := q.events.CatchUp(ctx, "comments", q.TellComments); err != nil {
				t.Fatal(err)
			}
		}
		box, err := q.events.Deliveries(ctx, event.Waiting, 0, 10)
		if err != nil || len(box) != 1 || box[0].Person != q.ada.ID || box[0].Kind != "comment" || box[0].Subject != (event.Ref{Kind: "comment", ID: c.ID}) || box[0].Other != i.ID {
			t.Fatalf("%+v, %v", box, err)
		}
	})
}

// person.left makes a person's words unfindable, and leaves all else.
func TestErase(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		theirs := q.idea(t, q.ada, shape.NewIdea{Title: "Xylophone covers", Body: "Made of zirconium.", Tags: []string{"covers"}})
		other := q.idea(t, q.ben, shape.NewIdea{Title: "Refills for all"})
		alone := q.idea(t, q.ada, shape.NewIdea{Title: "Ytterbium clasps"})
		if _, err := q.Edit(ctx, q.ada, theirs.ID, shape.IdeaEdit{Body: new("Made of yttrium.")}); err != nil {
			t.Fatal(err)
		}
		said, err := q.Comment(ctx, q.ada, other.ID, "My wombat agrees.", "en")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := q.EditComment(ctx, q.ada, said.ID, "My quokka agrees."); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Comment(ctx, q.ben, theirs.ID, "I want one.", "en"); err != nil {
			t.Fatal(err)
		}
		if _, err := q.Vote(ctx, q.ada, other.ID, true); err != nil {
			t.Fatal(err)
		}
		held, err := q.Held(ctx, q.ada.ID, nil)
		if err != nil || len(held.Ideas) != 2 || len(held.Ideas[0].Earlier) != 1 || len(held.Comments) != 1 || len(held.Votes) != 3 || len(held.Follows) != 3 {
			t.Fatalf("held: %+v, %v", held, err)
		}
		moments, err := q.Moments(ctx, q.ada.ID, nil, 10)
		if err != nil || len(moments) != 6 {
			t.Fatalf("moments: %+v, %v", moments, err)
		}
		fact := []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: q.ada.ID}, N: 1}}
		for range 2 {
			if err := q.db.Update(ctx, func(tx *storage.Tx) error { return q.Erase(ctx, tx, fact) }); err != nil {
				t.Fatal(err)
			}
		}
		held, err = q.Held(ctx, q.ada.ID, nil)
		if err != nil || held.Ideas[0].Title != shape.Untitled(theirs.ID) || held.Ideas[1].Title != shape.Untitled(alone.ID) || held.Ideas[0].Body+held.Comments[0].Body != "" || len(held.Follows) != 0 {
			t.Errorf("held: %+v, %v", held, err)
		}
		for _, word := range []string{"xylophone", "yttrium", "zirconium", "ytterbium"} {
			if q.number(t, `select count(*) from revision where body like $1 or title like $1`, "%"+word+"%") != 0 {
				t.Errorf("%s is in an earlier wording", word)
			}
			if list, _, _ := q.List(ctx, q.owner, shape.Filter{Text: word}); len(list) != 0 {
				t.Errorf("%s is found", word)
			}
		}
		// What others said keeps its place; what was theirs alone is withdrawn.
		if is, err := q.Idea(ctx, q.visitor, theirs.ID); err != nil || is.Title != shape.Untitled(theirs.ID) || is.Body != "" || len(is.Tags) != 0 || is.Comments != 1 {
			t.Errorf("the idea that another commented on: %+v, %v", is, err)
		}
		q.titleOfOurs(t, theirs.ID)
		if _, err := q.Idea(ctx, q.visitor, alone.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the idea that was theirs alone: %v", err)
		}
		is, err := q.Idea(ctx, q.visitor, other.ID)
		if err != nil || is.Votes != 2 || is.Comments != 0 {
			t.Errorf("the other idea: %+v, %v", is, err)
		}
		all, err := q.Comments(ctx, q.staff, theirs.ID)
		if err != nil || len(all) != 1 || !strings.Contains(all[0].Body, "want") {
			t.Errorf("another's words: %+v, %v", all, err)
		}
	})
}

// A comment is found on the page that its address leads to, however many there
// are, and the pages hold each once.
func TestCommentPages(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		idea, other := q.idea(t, q.ada, shape.NewIdea{Title: "Dotted paper"}), q.idea(t, q.ada, shape.NewIdea{Title: "Ruled paper"})
		var made []int64
		for n := range 12 {
			for _, i := range []shape.Idea{other, idea} {
				c, err := q.Comment(ctx, q.ben, i.ID, fmt.Sprintf("Word %d.", n), "")
				if err != nil {
					t.Fatal(err)
				}
				if i.ID == idea.ID {
					made = append(made, c.ID)
				}
			}
		}
		const size = 5
		for n, id := range made {
			after, err := q.PageOfComment(ctx, idea.ID, id, size)
			if err != nil {
				t.Fatal(err)
			}
			page, err := q.CommentsAfter(ctx, q.visitor, idea.ID, after, size)
			if err != nil || page[0].ID != made[n-n%size] || page[n%size].ID != id {
				t.Fatalf("comment %d (%d) begins at %d: %+v, %v", n, id, after, page, err)
			}
		}
		for n, want := range map[int64]int64{shape.LastComment: made[9], 1: 0} {
			if after, err := q.PageOfComment(ctx, idea.ID, n, size); err != nil || after != want {
				t.Errorf("%d: %d, %v, want %d", n, after, err, want)
			}
		}
		if after, err := q.PageOfComment(ctx, idea.ID, shape.LastComment, 4); err != nil || after != made[7] {
			t.Errorf("a full last page begins after %d, %v, want %d", after, err, made[7])
		}
		if err := q.HideComment(ctx, q.staff, made[1], "Not to the point."); err != nil {
			t.Fatal(err)
		}
		if c, err := q.OneComment(ctx, q.visitor, idea.ID, made[1]); err != nil || c.Body+c.StateReason != "" {
			t.Errorf("a hidden one: %+v, %v", c, err)
		}
		if page, err := q.CommentsAfter(ctx, q.visitor, idea.ID, made[0], 1); err != nil || page[0].Body != "" {
			t.Errorf("a hidden one: %+v, %v", page, err)
		}
		if _, err := q.OneComment(ctx, q.visitor, other.ID, made[0]); !fault.Is(err, fault.NotFound) {
			t.Errorf("of another idea: %v", err)
		}
	})
}

// titleOfOurs gives a title to an idea whose author left with the words: staff
// may, members may not, and what it is stays open to correction.
func (q *square) titleOfOurs(t *testing.T, id int64) {
	t.Helper()
	ctx, title, body := t.Context(), "Something of paper", "More of it."
	if _, err := q.Edit(ctx, q.staff, id, shape.IdeaEdit{Title: &title}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff reword an idea whose author is here: %v", err)
	}
	if err := q.db.Update(ctx, func(tx *storage.Tx) error {
		_, err := tx.Exec(ctx, `update person set left_at = 1 where id = (select person_id from idea where id = $1)`, id)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := q.Edit(ctx, q.ben, id, shape.IdeaEdit{Title: &title}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a member gives it a title: %v", err)
	}
	if _, err := q.Edit(ctx, q.staff, id, shape.IdeaEdit{Title: &title, Body: &body}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff write in its author's name: %v", err)
	}
	for _, title := range []string{"Something of paper", "Something of thick paper"} {
		is, err := q.Edit(ctx, q.staff, id, shape.IdeaEdit{Title: &title})
		if err != nil || is.Title != title {
			t.Fatalf("staff give it a title: %+v, %v", is, err)
		}
		if nameless, err := q.Nameless(ctx, is); err != nil || !nameless {
			t.Errorf("with a title of ours it counts as its author's: %v", err)
		}
	}
	if list, _, _ := q.List(ctx, q.owner, shape.Filter{Text: "thick"}); len(list) != 1 {
		t.Errorf("it is not found by its title: %+v", list)
	}
	mine := q.idea(t, q.ben, shape.NewIdea{Title: "Quiet pens"})
	if _, err := q.Edit(ctx, q.staff, mine.ID, shape.IdeaEdit{Title: &title}); !fault.Is(err, fault.Forbidden) {
		t.Errorf("staff reword an idea of somebody who is here: %v", err)
	}
}
