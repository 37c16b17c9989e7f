package converse_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"tribune/converse"
	"tribune/event"
	"tribune/listen"
	"tribune/storage"
)

// However much was heard while nobody attended, no transaction attends to much
// of it at once; each mention that wants an answer gets one thread, and a reply
// joins the thread of what it answers, which the same batch opened.
func TestBulk(t *testing.T) {
	each(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		const letters, replies = 2500, 50
		var posts []listen.Post
		for n := range letters {
			posts = append(posts, listen.Post{Source: "Mailbox", Kind: listen.KindMail, ExternalID: fmt.Sprint("l", n), PublishedAt: s.at.Add(-time.Hour + time.Duration(n)*time.Second),
				Author: listen.Author{Name: fmt.Sprint("Writer ", n), Email: fmt.Sprintf("w%d@example.net", n%700)}, Text: fmt.Sprintf("Letter number %d?", n)})
			if n%(letters/replies) == 0 {
				posts = append(posts, listen.Post{Source: "Mailbox", Kind: listen.KindMail, ExternalID: fmt.Sprint("r", n), ReplyTo: fmt.Sprint("l", n), PublishedAt: s.at.Add(-time.Hour + time.Duration(n)*time.Second + time.Millisecond),
					Author: listen.Author{Name: fmt.Sprint("Writer ", n), Email: fmt.Sprintf("w%d@example.net", n%700)}, Text: fmt.Sprintf("And another thing about letter %d.", n)})
			}
		}
		heard, err := s.radar.Hear(ctx, s.olga, posts)
		s.ok(err)
		for n, h := range heard {
			if h.ID == 0 || h.Known || h.Err != nil {
				t.Fatalf("row %d: %+v", n, h)
			}
		}

		calls := 0
		follow := func(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
			calls++
			var before, after int
			if err := tx.Row(ctx, `select count(*) from message`).Scan(&before); err != nil {
				return err
			}
			err := s.Attend(ctx, tx, facts)
			if err := tx.Row(ctx, `select count(*) from message`).Scan(&after); err != nil {
				return err
			}
			if after-before > 1200 { // what was stored at once, and what attending may hold already
				t.Errorf("one transaction wrote %d messages", after-before)
			}
			return err
		}
		s.ok(s.events.CatchUp(ctx, "converse", follow))
		if calls < 3 {
			t.Errorf("all of it in %d transactions", calls)
		}
		s.attend("again") // changes nothing

		for what, c := range map[string]struct {
			query string
			want  int
		}{
			"threads":                       {`select count(*) from thread where state = 'open' and kind = 'mention' and why = 'addressed'`, letters},
			"messages":                      {`select count(*) from message where kind = 'said' and state = 'visible'`, letters + replies},
			"threads with a reply":          {`select count(*) from (select thread_id from message group by thread_id having count(*) = 2) t`, replies},
			"opened":                        {`select count(*) from event where kind = 'thread.opened'`, letters},
			"threads that wait from saying": {`select count(*) from thread t join mention m on m.id = t.mention_id where t.waits_at = m.published_at and t.account_id = m.account_id`, letters},
			"replies that follow":           {`select count(*) from message r join mention m on m.id = r.mention_id join message o on o.thread_id = r.thread_id and o.id < r.id where m.reply_to <> ''`, replies},
		} {
			var got int
			s.ok(s.db.Row(ctx, c.query).Scan(&got))
			if got != c.want {
				t.Errorf("%s: %d, want %d", what, got, c.want)
			}
		}
		if first := s.list(converse.Filter{State: converse.Waiting, Limit: 1}); len(first) != 1 || first[0].Mention != heard[0].ID {
			t.Errorf("first in the inbox: %+v", first)
		}
	})
}
