package live

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/web/webtest"
)

// What changes is shown to whoever looks, in their language, and for longer
// than the server lets an answer take.
func TestCounts(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db, quick())
		ines, omar := w.Person("Ines Roth", know.Member), w.Person("Omar Said", know.Member)
		id := w.idea(ines, know.Public)
		list := w.look(w.Visitor(), fmt.Sprintf("ideas=%d,999", id))
		french := w.Visitor()
		french.Lang = "fr"
		talk := w.look(french, fmt.Sprintf("ideas=%d&talk=0", id))
		votes, comments := fmt.Sprint("votes.", id), fmt.Sprint("comments.", id)
		list.says(votes, "1")
		list.says(comments, "")
		talk.says("talk", "")
		w.vote(omar, id, true)
		list.says(votes, "2")
		if _, err := w.Ideas.VoteAgainst(t.Context(), omar.Actor, id, true); err != nil {
			t.Fatal(err)
		}
		list.says(votes, "1")
		list.says(fmt.Sprint("against.", id), "1 against")
		talk.says(fmt.Sprint("against.", id), "1 contre")
		w.vote(omar, id, true)
		list.says(votes, "2")
		list.says(fmt.Sprint("against.", id), "")
		time.Sleep(400 * time.Millisecond) // past WriteTimeout
		c, err := w.Ideas.Comment(t.Context(), omar.Actor, id, "Five millimetres.", "en")
		if err != nil {
			t.Fatal(err)
		}
		list.says(comments, "1 comment")
		talk.says(comments, "1 commentaire")
		talk.says("talk", "1 nouveau commentaire\u00a0: afficher")
		if err := w.Ideas.WithdrawComment(t.Context(), omar.Actor, c.ID); err != nil {
			t.Fatal(err)
		}
		list.says(comments, "")
		talk.says("talk", "")
		// Votes that come with a merged idea change the count of the other.
		staff := w.Person("Marta Lindqvist", know.Owner)
		other := w.idea(w.Person("Jo Carter", know.Member), know.Public)
		if err := w.Ideas.Merge(t.Context(), staff.Actor, other, id); err != nil {
			t.Fatal(err)
		}
		list.says(votes, "3")
		list.close()
		talk.close()
		wait(t, func() bool { return len(w.hub.open()) == 0 }, func() string { return "streams are left" })
	})
}

// Nobody is told of what they may not see: not what it counts, not that it
// changed, not that it is there.
func TestAudiences(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db, quick())
		member, other, marta := w.Person("Ines Roth", know.Member), w.Person("Omar Said", know.Member), w.Person("Marta Lindqvist", know.Owner)
		members, team, shut := w.idea(member, know.Members), w.idea(marta, know.Team), w.idea(member, know.Public)
		if err := w.Ideas.Hide(t.Context(), marta.Actor, shut, "An advertisement."); err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprintf("ideas=%d,%d,%d", members, team, shut)
		visitor, inside, desk := w.look(w.Visitor(), all), w.look(other, all), w.look(marta, all)
		desk.says(fmt.Sprint("votes.", team), "1")
		desk.says(fmt.Sprint("votes.", shut), "1")
		w.vote(other, members, true)
		w.vote(w.Person("Noura Haddad", know.Staff), team, true)
		desk.says(fmt.Sprint("votes.", team), "2")
		inside.says(fmt.Sprint("votes.", members), "2")
		visitor.silent()
		inside.mu.Lock()
		if len(inside.texts) != 4 {
			t.Errorf("a member was told %v", inside.texts)
		}
		inside.mu.Unlock()

		// Once it is hidden, its counts stand still for all but staff.
		open := w.idea(member, know.Public)
		early := w.look(w.Visitor(), fmt.Sprintf("ideas=%d", open))
		early.says(fmt.Sprint("votes.", open), "1")
		if err := w.Ideas.Hide(t.Context(), marta.Actor, open, "An advertisement."); err != nil {
			t.Fatal(err)
		}
		w.vote(marta, open, true)
		seen := w.look(marta, fmt.Sprintf("ideas=%d", open))
		seen.says(fmt.Sprint("votes.", open), "2")
		early.says(fmt.Sprint("votes.", open), "1")
	})
}

// Who waits is the team's to know, and no longer somebody's who has left it.
func TestDesk(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db, quick())
		owner, noura, member := w.Person("Marta Lindqvist", know.Owner), w.Person("Noura Haddad", know.Staff), w.Person("Ines Roth", know.Member)
		for _, r := range []*webtest.Reader{w.Visitor(), member} {
			if s := w.look(r, "desk"); s.status != http.StatusNotFound {
				t.Errorf("%s gets %d", r.Name, s.status)
			}
		}
		inbox := w.look(noura, fmt.Sprintf("desk&since=%d", w.Clock().UnixMicro()))
		inbox.says("waiting", "")
		w.Pass(time.Minute)
		letter, err := w.Inbox.Letter(t.Context(), member.Actor, "Refills", "Are there refills?")
		if err != nil {
			t.Fatal(err)
		}
		inbox.says("waiting", "1")
		inbox.says("threads", "1 new conversation: show")
		if err := w.Inbox.Dismiss(t.Context(), owner.Actor, letter.ID, "Answered by telephone."); err != nil {
			t.Fatal(err)
		}
		inbox.says("waiting", "")
		inbox.says("threads", "")
		idea, err := w.Ideas.Propose(t.Context(), member.Actor, shape.NewIdea{Title: "Refills without a cover"})
		if err != nil {
			t.Fatal(err)
		}
		voice, err := w.Ideas.AddVoice(t.Context(), know.Actor{}, idea.ID, shape.VoiceFrom{Words: "It would fit my old cover."})
		if err != nil {
			t.Fatal(err)
		}
		inbox.says("unread", "1")
		if err := w.Ideas.ShowVoice(t.Context(), owner.Actor, voice.ID); err != nil {
			t.Fatal(err)
		}
		inbox.says("unread", "")
		if err := w.People.SetRole(t.Context(), owner.Actor, noura.ID, know.Member, false); err != nil {
			t.Fatal(err)
		}
		over(t, inbox)
		if s := w.look(noura, "desk"); s.status != http.StatusNotFound {
			t.Errorf("no longer of the team, she gets %d", s.status)
		}
	})
}

// What is heard is counted on the stream that would show it, for the team alone.
func TestHeard(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db, quick())
		owner := w.Person("Marta Lindqvist", know.Owner)
		says := func(text string, ago time.Duration) {
			t.Helper()
			heard, err := w.Radar.Hear(t.Context(), owner.Actor, []listen.Post{{Source: "Shop", ExternalID: text, Text: text, Author: listen.Author{Name: text}, PublishedAt: w.Clock().Add(-ago)}})
			if err != nil || heard[0].Err != nil {
				t.Fatal(err, heard)
			}
		}
		says("the first mug", time.Hour)
		for _, r := range []*webtest.Reader{w.Visitor(), w.Person("Ines Roth", know.Member)} {
			if s := w.look(r, "radar=&after=0"); s.status != http.StatusNotFound {
				t.Errorf("%s gets %d", r.Name, s.status)
			}
		}
		french := *owner
		french.Lang = "fr"
		all, mugs := w.look(owner, "radar=&after=1"), w.look(&french, "radar="+url.QueryEscape("q=mug* -cup&since=7")+"&after=1")
		late := w.look(owner, fmt.Sprintf("radar=&after=1&from=%d", w.Clock().Add(-10*time.Minute).UnixMicro()))
		says("a cup and a mug", time.Hour)
		all.says("heard", "1 new mention: show")
		says("two mugs", time.Minute)
		says("mugs of old", 30*24*time.Hour)
		all.says("heard", "3 new mentions: show")
		mugs.says("heard", "1 nouvelle mention\u00a0: afficher")
		late.says("heard", "1 new mention: show")
		posts := make([]listen.Post, 120)
		for i := range posts {
			posts[i] = listen.Post{Source: "Shop", ExternalID: fmt.Sprint(i), Text: fmt.Sprint("pen ", i), Author: listen.Author{Name: "Jo"}}
		}
		if _, err := w.Radar.Hear(t.Context(), owner.Actor, posts); err != nil {
			t.Fatal(err)
		}
		broken := w.look(owner, "radar="+url.QueryEscape("q=mug AND")+"&after=1")
		all.says("heard", "100 new mentions and more: show")
		broken.silent()
		mugs.mu.Lock()
		defer mugs.mu.Unlock()
		if mugs.got != 1 {
			t.Errorf("a page that shows none of it was told %d times: %v", mugs.got, mugs.texts)
		}
	})
}

// What was being stored while a page was read is told, though it has a lower id
// than what the page shows, which is not told again.
func TestHeardLate(t *testing.T) {
	w := open(t, storagetest.Postgres(t), quick())
	owner, ctx := w.Person("Marta Lindqvist", know.Owner), t.Context()
	say := func(text string) int64 {
		heard, err := w.Radar.Hear(ctx, owner.Actor, []listen.Post{{Source: "Shop", ExternalID: text, Text: text, Author: listen.Author{Name: text}, PublishedAt: w.Clock().Add(-time.Hour)}})
		if err != nil || heard[0].Err != nil {
			t.Fatal(err, heard)
		}
		return heard[0].ID
	}
	say("the first mug")
	stored, commit, done := make(chan bool), make(chan bool), make(chan error)
	go func() {
		done <- w.DB.Update(ctx, func(tx *storage.Tx) error {
			id, err := tx.Insert(ctx, `insert into mention (identity, source_id, account_id, kind, public, text, text_hash, published_at, heard_at) values ('late', 1, 1, 'post', 1, 'a late mug', 7, $1, $1) returning id`, storage.Micros(w.Clock()))
			if err == nil {
				err = w.Events.Append(ctx, tx, event.Event{Kind: listen.MentionsStored, Subject: event.Ref{Kind: "source", ID: 1}, Other: id, N: id})
			}
			close(stored)
			<-commit
			return err
		})
	}()
	<-stored
	shown := say("a mug that overtakes it")
	here, err := w.Events.Here(ctx)
	if err != nil {
		t.Fatal(err)
	}
	query := fmt.Sprintf("radar=&after=%d&here=%s&on=1,%d", shown, here, shown)
	open := w.look(owner, query)
	open.silent()
	close(commit)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	open.says("heard", "1 new mention: show")
	w.look(owner, query).says("heard", "1 new mention: show") // it was committed before the stream began
	if s := w.look(owner, "radar=&after=1&here=1.x"); s.status != http.StatusUnprocessableEntity {
		t.Errorf("a place that is none: %d", s.status)
	}
}

// More than are looked at between two looks is said, not left out.
func TestHeardALot(t *testing.T) {
	w := open(t, storagetest.SQLite(t), quick())
	owner := w.Person("Marta Lindqvist", know.Owner)
	posts := make([]listen.Post, listen.FreshLooked+2)
	for i := range posts {
		posts[i] = listen.Post{Source: "Shop", ExternalID: fmt.Sprint(i), Text: fmt.Sprint("pen ", i), Author: listen.Author{Name: "Jo"}}
	}
	for part := range slices.Chunk(posts, 1000) {
		if _, err := w.Radar.Hear(t.Context(), owner.Actor, part); err != nil {
			t.Fatal(err)
		}
	}
	w.look(owner, "radar=q%3Dmug&after=1").says("heard", "5,000+ mentions came: show those that fit")
	fewer := w.look(owner, "radar=q%3Dmug&after=2")
	w.look(owner, "radar=q%3Dpen&after=1").says("heard", "100 new mentions and more: show")
	fewer.silent()
}

// A stream of whoever signs out ends.
func TestSignOut(t *testing.T) {
	w := open(t, storagetest.SQLite(t), quick())
	member := w.Person("Ines Roth", know.Member)
	id := w.idea(member, know.Members)
	s := w.look(member, fmt.Sprintf("ideas=%d", id))
	s.says(fmt.Sprint("votes.", id), "1")
	if err := w.People.SignOut(t.Context(), member.Cookie().Value); err != nil {
		t.Fatal(err)
	}
	over(t, s)
}

func TestWatched(t *testing.T) {
	w := open(t, storagetest.SQLite(t), quick())
	for query, want := range map[string]int{"": 204, "ideas=": 422, "ideas=1,x": 422, "ideas=-1": 422, "ideas=1,2&talk=1": 422, "talk=1": 422,
		"ideas=1&talk=-1": 422, "radar=": 422, "radar=%25zz&after=1": 422, "radar=&after=x": 422, "radar=&after=1&from=x": 422, "since=1": 422, "desk&since=x": 422, "ideas=" + strings.Repeat("1,", 100) + "1": 422} {
		if s := w.look(w.Visitor(), query); s.status != want {
			t.Errorf("%q gets %d, want %d", query, s.status, want)
		}
	}
}

// A still stream shows signs of life, and begins anew now and then.
func TestBeat(t *testing.T) {
	p := quick()
	p.beat, p.life = 20*time.Millisecond, 500*time.Millisecond
	w := open(t, storagetest.SQLite(t), p)
	answer, err := http.Get(w.url + "/live?ideas=1")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	beats, retry := 0, false
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); { // to its end
		beats += strings.Count(lines.Text(), ":") // "retry: N", too
		retry = retry || strings.HasPrefix(lines.Text(), "retry: ")
	}
	if beats < 5 || !retry {
		t.Errorf("%d beats, retry %v", beats, retry)
	}
}

// A stop of the server does not wait for streams.
func TestStop(t *testing.T) {
	w := open(t, storagetest.SQLite(t), quick())
	id := w.idea(w.Person("Ines Roth", know.Member), know.Public)
	var open []*screen
	for range 20 {
		open = append(open, w.look(w.Visitor(), fmt.Sprintf("ideas=%d", id)))
	}
	for _, s := range open {
		s.says(fmt.Sprint("votes.", id), "1")
	}
	close(w.stop)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
	defer cancel()
	began := time.Now()
	if err := w.serve.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	t.Logf("stopped within %v", time.Since(began))
	for _, s := range open {
		over(t, s)
	}
}

// Five hundred who read and one who takes nothing: the many are shown every
// count, the one is let go.
func TestMany(t *testing.T) {
	const many, votes = 500, 40
	p := quick()
	p.patience = 5 * time.Second
	w := open(t, storagetest.SQLite(t), p)
	author := w.Person("Ines Roth", know.Member)
	var ids []int64
	var list []string
	for range 20 {
		id := w.idea(author, know.Public)
		ids, list = append(ids, id), append(list, fmt.Sprint(id))
	}
	query := "ideas=" + strings.Join(list, ",")
	readers := make([]*screen, many)
	before := held()
	for i := range readers {
		readers[i] = w.look(w.Visitor(), query)
	}
	for _, s := range readers {
		s.says("votes."+list[0], "1")
	}
	t.Logf("%d kB for each stream, its reader in this process included", (held()-before)/many/1024)
	slow := make(chan struct{})
	go func() {
		defer close(slow)
		r := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), http.MethodGet, "/live?"+query, nil)
		w.Site.ServeHTTP(&stuck{ResponseWriter: httptest.NewRecorder()}, r)
	}()
	for i := range votes {
		w.vote(w.Person(fmt.Sprint("Voter ", i), know.Member), ids[i%len(ids)], true)
	}
	for _, s := range readers {
		for _, id := range list {
			s.says("votes."+id, fmt.Sprint(1+votes/len(ids)))
		}
		if s.isOver() {
			t.Error("one who reads was let go")
		}
	}
	select {
	case <-slow:
	case <-time.After(30 * time.Second):
		t.Fatal("a stream waits for one who takes nothing")
	}
}
