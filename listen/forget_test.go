package listen

import (
	"context"
	"strings"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen/reader"
	"tribune/storage"
)

// keeps is a folder further right that made something of some mentions.
type keeps []int64

func (k keeps) KeptMentions(_ context.Context, _ storage.Q, all []int64) ([]int64, error) {
	return without(all, without(all, k)), nil
}

func (k keeps) KeptAccounts(context.Context, storage.Q, []int64) ([]int64, error) { return nil, nil }

// strangers makes an open source that heard four people about us.
func strangers(t *testing.T, s *site) {
	t.Helper()
	_, _, err := s.AddQuery(t.Context(), s.staff, NewQuery{Name: "Us", Text: "papier"})
	ok(t, err)
	var posts []reader.Post
	for _, who := range []string{"ada", "ben", "cyd", "dov"} {
		p := by(who, "papier, says "+who)
		p.Author = reader.Author{Name: who, URL: "https://place.example/@" + who}
		posts = append(posts, p)
	}
	scripted(t, s, reader.Batch{Posts: posts})
}

// Strangers' words go after their time: but for those of which something was
// made, those of people we know, and what was said to us. Counts stay.
func TestForget(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		strangers(t, s)
		_, err := s.Hear(ctx, s.staff, []Post{{Source: "Letters", Kind: KindMail, Text: "papier to you", Author: Author{Name: "Eve", Email: "eve@example.org"}}})
		ok(t, err)
		list, _, err := s.Mentions(ctx, s.staff, Filter{})
		ok(t, err)
		id := map[string]Mention{}
		for _, m := range list {
			id[m.Author.Name] = m
		}
		cyd, _, err := s.people.AddPerson(ctx, "Cyd", "cyd@example.org", know.Member)
		ok(t, err)
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error {
			_, err := tx.Exec(ctx, `update account set person_id = $1 where id = $2`, cyd.ID, id["cyd"].Account)
			return err
		}))
		s.clock.pass(89 * 24 * time.Hour)
		limit := func() time.Time { return s.clock.now().AddDate(0, 0, -90) }
		if n, err := s.Forget(ctx, limit(), keeps{id["ben"].ID}); err != nil || n != 0 {
			t.Errorf("%d forgotten before their time, %v", n, err)
		}
		s.clock.pass(2 * 24 * time.Hour)
		n, err := s.Forget(ctx, limit(), keeps{id["ben"].ID}, keeps{})
		if err != nil || n != 2 {
			t.Errorf("%d forgotten, %v", n, err)
		}
		left, _, err := s.Mentions(ctx, s.staff, Filter{})
		ok(t, err)
		for _, m := range left {
			delete(id, m.Author.Name)
		}
		if len(left) != 3 || len(id) != 2 || id["ada"].ID == 0 || id["dov"].ID == 0 {
			t.Errorf("left: %+v", left)
		}
		for name, m := range id {
			a, err := s.people.Account(ctx, m.Account)
			if err != nil || a.Name != "" || a.URL != "" || strings.Contains(a.Address, name) {
				t.Errorf("%s is %+v, %v", name, a, err)
			}
			gone, err := s.Mention(ctx, s.staff, m.ID)
			if err != nil || gone.State != know.Withdrawn || gone.StateReason != Forgotten || gone.Text+gone.URL != "" {
				t.Errorf("%s: %+v, %v", name, gone, err)
			}
		}
		if n := count(t, s.db, `select n from query_total`); n != 5 {
			t.Errorf("%d are counted", n)
		}
		settled(t, s)
		if n, err = s.Forget(ctx, limit(), keeps{}); err != nil || n != 1 {
			t.Errorf("%d forgotten once nothing keeps them, %v", n, err)
		}
	})
}

// What was public where it was said is a stranger's, too, if another program or
// a file brought it, however old it is; what was said to us in private, or was
// said to us on purpose, stays.
func TestForgetBrought(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		at := "https://forum.example/"
		eve := Author{Name: "Eve", URL: "https://eve.example/"}
		old := s.clock.now().AddDate(-3, 0, 0)
		heard, err := s.Hear(ctx, s.staff, []Post{
			{Source: "Forum", URL: at + "1", Author: eve, Text: "Said to nobody in particular.", PublishedAt: old},
			{Source: "Forum", Kind: KindMail, Author: Author{Name: "Fay", Email: "fay@example.org"}, Text: "A letter.", PublishedAt: old},
			{Source: "Our shop", Kind: KindReview, URL: at + "2", Author: eve, Text: "A review.", PublishedAt: old},
			{Source: "As before", URL: at + "3", Author: eve, Text: "Of a source that was there before.", PublishedAt: old},
		})
		ok(t, err)
		_, err = s.Import(ctx, s.staff, strings.NewReader(`{"text":"From a file.","url":"`+at+`4","author":"Gus"}`+"\n"), "ndjson", ImportOptions{Source: "File"})
		ok(t, err)
		if n := count(t, s.db, `select count(*) from mention`); n != 5 {
			t.Fatalf("%d mentions: not all is stored without a query", n)
		}
		all, err := s.Sources(ctx, s.staff)
		ok(t, err)
		no := false
		for _, o := range all {
			if !o.Forgets || !o.Addressed {
				t.Errorf("%s is made as %+v", o.Name, o)
			}
			if o.Name == "Our shop" {
				_, err = s.ChangeSource(ctx, s.staff, o.ID, SourceChange{Forgets: &no})
				ok(t, err)
				if _, err = s.ChangeSource(ctx, s.staff, o.ID, SourceChange{Forgets: &no, Addressed: &no}); !fault.Is(err, fault.Invalid) {
					t.Errorf("what does not speak to us stays: %v", err)
				}
			}
		}
		ok(t, s.db.Update(ctx, func(tx *storage.Tx) error { // as the migration leaves it
			_, err := tx.Exec(ctx, `update source set forgets = 0 where name = 'As before'`)
			return err
		}))
		limit := func() time.Time { return s.clock.now().AddDate(0, 0, -90) }
		if n, err := s.Forget(ctx, limit(), keeps{}); err != nil || n != 0 {
			t.Errorf("%d forgotten the day they were brought in, %v", n, err)
		}
		s.clock.pass(91 * 24 * time.Hour)
		if n, err := s.Forget(ctx, limit(), keeps{}); err != nil || n != 2 {
			t.Errorf("%d forgotten, %v", n, err)
		}
		left, _, err := s.Mentions(ctx, s.staff, Filter{})
		ok(t, err)
		for _, m := range left {
			if m.ID == heard[0].ID || m.SourceName == "File" {
				t.Errorf("kept: %+v", m)
			}
		}
		if len(left) != 3 {
			t.Errorf("%d are left", len(left))
		}
	})
}

// What begins to speak to us is forgotten as before, until somebody says that it
// was said to us on purpose.
func TestBeginsToSpeakToUs(t *testing.T) {
	yes, no := true, false
	for name, c := range map[string]struct {
		was     Source
		change  SourceChange
		forgets bool
	}{
		"a feed that was open":   {Source{Kind: FeedSource}, SourceChange{Addressed: &yes}, true},
		"and is said to us":      {Source{Kind: FeedSource}, SourceChange{Addressed: &yes, Forgets: &no}, false},
		"one that spoke already": {Source{Kind: FeedSource, Addressed: true}, SourceChange{Addressed: &yes}, false},
		"letters":                {Source{Kind: MailSource}, SourceChange{Addressed: &yes}, false},
	} {
		s := c.was
		if err := s.change(c.change); err != nil || s.Forgets != c.forgets {
			t.Errorf("%s: forgets %v, %v", name, s.Forgets, err)
		}
	}
}

// Who asks is shown what is held of them, and once one of us has seen to it they
// are forgotten and not listened to any more; what they write to us is read.
func TestAskedToBeForgotten(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		strangers(t, s)
		list, _, err := s.Mentions(ctx, s.staff, Filter{})
		ok(t, err)
		ada := list[len(list)-1]
		token, err := s.people.HeldToken(ctx, ada.Account)
		ok(t, err)
		if id, err := s.people.HeldAccount(ctx, token); err != nil || id != ada.Account {
			t.Errorf("the token is of %d, %v", id, err)
		}
		for _, wrong := range []string{"", token[:len(token)-1], token + "A", "A" + token[1:], strings.ToLower(token), strings.Repeat("A", 32), "é"} {
			if id, err := s.people.HeldAccount(ctx, wrong); wrong != token && !fault.Is(err, fault.NotFound) {
				t.Errorf("%q is of %d, %v", wrong, id, err)
			}
		}
		_, err = s.Hear(ctx, s.staff, []Post{{Source: "Telephone", Kind: KindCall, Text: "papier, in private", Author: Author{Name: ada.Author.Name, URL: ada.Author.URL}}})
		ok(t, err)
		held, err := s.Stranger(ctx, ada.Account)
		if err != nil || len(held.Mentions) != 1 || held.Private != 1 || held.Account.Name != ada.Author.Name || !held.AskedAt.IsZero() {
			t.Fatalf("held %+v, %v", held, err)
		}
		ok(t, s.AskForget(ctx, ada.Account))
		ok(t, s.AskForget(ctx, ada.Account))
		asks, err := s.ForgetAsks(ctx, s.staff)
		if err != nil || len(asks) != 1 || asks[0].Mentions != 2 || asks[0].Account.Name != ada.Author.Name {
			t.Fatalf("asks %+v, %v", asks, err)
		}
		member := know.Actor{ID: 9, Role: know.Member}
		for _, err := range []error{s.ForgetAccount(ctx, member, ada.Account), s.RefuseForget(ctx, member, ada.Account)} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("a member: %v", err)
			}
		}
		ok(t, s.RefuseForget(ctx, s.staff, ada.Account))
		if err := s.RefuseForget(ctx, s.staff, ada.Account); !fault.Is(err, fault.NotFound) {
			t.Errorf("twice: %v", err)
		}
		ok(t, s.AskForget(ctx, ada.Account))
		ok(t, s.ForgetAccount(ctx, s.staff, ada.Account))
		again := by("new", "papier, once more")
		again.Author = reader.Author{Name: ada.Author.Name, URL: ada.Author.URL}
		scripted := &script{batches: []reader.Batch{{Posts: []reader.Post{again}}}}
		s.readers[FeedSource] = scripted
		sources, err := s.Sources(ctx, s.staff)
		ok(t, err)
		_, err = s.PollNow(ctx, s.staff, sources[0].ID)
		ok(t, err)
		if n := count(t, s.db, `select count(*) from mention where text like '%once more%'`) + int64(len(allResting(t, s))); n != 0 {
			t.Error("they are listened to")
		}
		heard, err := s.Hear(ctx, s.staff, []Post{{Source: "Letters", Text: "papier, to you", Author: Author{Name: ada.Author.Name, URL: ada.Author.URL}}})
		if err != nil || heard[0].ID == 0 || heard[0].Known {
			t.Errorf("what they write to us: %+v, %v", heard, err)
		}
		public := Post{Source: "Letters", Text: "papier, said to all", URL: "https://ada.example/said", Author: Author{Name: ada.Author.Name, URL: ada.Author.URL}}
		if heard, err = s.Hear(ctx, s.staff, []Post{public}); err != nil || heard[0].ID != 0 {
			t.Errorf("what another program brings of them: %+v, %v", heard, err)
		}
		file := `{"text": "papier, in a file", "url": "https://ada.example/file", "author": {"name": "` + ada.Author.Name + `", "url": "` + ada.Author.URL + `"}}`
		if report, err := s.Import(ctx, s.staff, strings.NewReader(file), "ndjson", ImportOptions{}); err != nil || report.Failed != 0 || count(t, s.db, `select count(*) from mention where text like '%in a file%'`) != 0 {
			t.Errorf("what a file brings of them: %+v, %v", report, err)
		}
		if asks, err = s.ForgetAsks(ctx, s.staff); err != nil || len(asks) != 0 {
			t.Errorf("asks %+v, %v", asks, err)
		}
		settled(t, s)
	})
}
