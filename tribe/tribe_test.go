package tribe_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
	"tribune/tribe"
)

// place is a site with people on it, for tests.
type place struct {
	*tribe.Tribes
	db     *storage.DB
	events *event.Log
	people *know.Directory
	ideas  *shape.Ideas
	posts  *post.Posts
	at     time.Time

	visitor, ada, ben, cyd, staff, owner know.Actor
}

func (p *place) now() time.Time { return p.at }

func newPlace(t testing.TB, db *storage.DB) *place {
	t.Helper()
	p := &place{db: db, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	p.events = event.New(log, db, p.now, "test")
	p.people = know.New(log, db, p.events, p.now, nil)
	p.ideas = shape.New(log, db, p.events, p.people, nil, nil, p.now)
	p.posts = post.New(log, db, p.events, p.people, p.now)
	p.Tribes = tribe.New(log, db, p.events, p.people, p.ideas, p.posts, p.now)
	p.owner, p.staff = p.person(t, "Olga", know.Owner), p.person(t, "Sven", know.Staff)
	p.ada, p.ben, p.cyd = p.person(t, "Ada", know.Member), p.person(t, "Ben", know.Member), p.person(t, "Cyd", know.Member)
	return p
}

func (p *place) person(t testing.TB, name string, role know.Role) know.Actor {
	t.Helper()
	made, _, err := p.people.AddPerson(t.Context(), name, strings.ReplaceAll(name, " ", ".")+"@example.org", role)
	if err != nil {
		t.Fatal(err)
	}
	return p.again(t, made.ID)
}

// again gives somebody as they are now, with the circles they are in.
func (p *place) again(t testing.TB, id int64) know.Actor {
	t.Helper()
	a, err := p.people.Actor(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func each(t *testing.T, f func(t *testing.T, p *place)) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) { f(t, newPlace(t, db)) })
}

func (p *place) catchUp(t testing.TB) {
	t.Helper()
	must(t, p.events.CatchUp(t.Context(), "tribe.erase", p.Erase, "person.left"))
	must(t, p.events.CatchUp(t.Context(), "tribe.ties", p.Follow, tribe.FollowKinds()...))
}

func (p *place) start(t testing.TB, a know.Actor, name string) tribe.Tribe {
	t.Helper()
	made, err := p.Start(t.Context(), a, tribe.NewTribe{Name: name, Shown: true})
	must(t, err)
	return made
}

func (p *place) idea(t testing.TB, a know.Actor, title string) shape.Idea {
	t.Helper()
	p.at = p.at.Add(time.Second)
	i, err := p.ideas.Propose(t.Context(), a, shape.NewIdea{Title: title})
	must(t, err)
	return i
}

func (p *place) vote(t testing.TB, a know.Actor, idea int64, on bool) {
	t.Helper()
	_, err := p.ideas.Vote(t.Context(), a, idea, on)
	must(t, err)
}

func (p *place) number(t testing.TB, query string, args ...any) (n int64) {
	t.Helper()
	must(t, p.db.Row(t.Context(), query, args...).Scan(&n))
	return n
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wants fails unless an error is of a kind.
func wants(t testing.TB, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) || err == nil {
		t.Errorf("%v, want %v", err, kind)
	}
}

func TestJoinAndLeave(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		_, err := p.Start(ctx, p.visitor, tribe.NewTribe{Name: "Night writers"})
		wants(t, err, fault.Unauthorised)
		made, err := p.Start(ctx, p.ada, tribe.NewTribe{Name: "  Night   writers ", Stands: "We write when it is dark."})
		must(t, err)
		if made.Name != "Night writers" || made.Members != 1 || made.Shown != 0 {
			t.Fatalf("started %+v", made)
		}
		must(t, p.Join(ctx, p.ben, made.ID, true))
		must(t, p.Join(ctx, p.ben, made.ID, true))
		if a := p.again(t, p.ben.ID); len(a.Circles) != 1 || a.Circles[0] != know.CircleOf("tribe", made.ID) {
			t.Errorf("circles of a member: %v", a.Circles)
		}
		if a := p.again(t, p.staff.ID); len(a.Circles) != 0 {
			t.Errorf("staff see into a tribe they did not join: %v", a.Circles)
		}
		members, err := p.Members(ctx, p.visitor, made.ID, 0, 0)
		if err != nil || len(members) != 1 || members[0].ID != p.ben.ID {
			t.Errorf("shown members: %v, %v", members, err)
		}
		must(t, p.Appear(ctx, p.ben, made.ID, false))
		wants(t, p.Appear(ctx, p.cyd, made.ID, true), fault.Forbidden)
		got, err := p.Tribe(ctx, p.visitor, made.ID)
		if err != nil || got.Members != 2 || got.Shown != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		must(t, p.Leave(ctx, p.ben, made.ID))
		must(t, p.Leave(ctx, p.ben, made.ID))
		must(t, p.Leave(ctx, p.ada, made.ID))
		if a := p.again(t, p.ben.ID); len(a.Circles) != 0 {
			t.Errorf("circles after leaving: %v", a.Circles)
		}
		if list, _, err := p.List(ctx, p.visitor, "", 0); err != nil || len(list) != 0 {
			t.Errorf("a tribe that nobody is left in is listed: %v, %v", list, err)
		}
		// Somebody takes it up.
		_, err = p.Start(ctx, p.cyd, tribe.NewTribe{Name: "night-writers"})
		wants(t, err, fault.Conflict)
		if !strings.Contains(err.Error(), fmt.Sprintf("/tribes/%d", made.ID)) || !strings.Contains(err.Error(), "nobody is left") {
			t.Errorf("the answer does not lead to the empty tribe: %v", err)
		}
		must(t, p.Join(ctx, p.cyd, made.ID, true))
		if got, _ = p.Tribe(ctx, p.cyd, made.ID); got.Members != 1 || got.Stands == "" {
			t.Errorf("taken up: %+v", got)
		}
	})
}

func TestNames(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		first := p.start(t, p.ada, "Café Noir")
		rain := p.start(t, p.ada, "The Pockets in the rain")
		if other, ok, err := p.Named(ctx, p.ben, "Pockets in the rain"); !ok || other.ID != rain.ID || err != nil {
			t.Errorf("without its article: named %v, %v", other, err)
		}
		for _, same := range []string{"café noir", "CAFE NOIR", "Cafe-Noir!", "cafénoir", "Сafe Noir" /* a Cyrillic С */, "Ｃａｆｅ ｎｏｉｒ", "C4fé N0ir", "Cafe No1r",
			"The Café noir", "Le café noir", "Das Cafe Noir", "El Café Noir", "O Café Noir"} {
			_, err := p.Start(ctx, p.ben, tribe.NewTribe{Name: same})
			wants(t, err, fault.Conflict)
			if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("/tribes/%d", first.ID)) {
				t.Errorf("%q: the answer does not name the other: %v", same, err)
			}
			if other, ok, err := p.Named(ctx, p.ben, same); !ok || other.ID != first.ID || err != nil {
				t.Errorf("%q: named %v, %v", same, other, err)
			}
		}
		for _, bad := range []string{"", " ", "ab", "!!!", "123", "abc\u202edef", "abc\u200bdef", strings.Repeat("a", 61), "\x00\x01\x02", "🦄🦄🦄", "<script>alert(1)</script>"} {
			_, err := p.Start(ctx, p.ben, tribe.NewTribe{Name: bad})
			wants(t, err, fault.Invalid)
		}
		for _, fine := range []string{"夜の作家たち", "كتّاب الليل", "Left-handed 🖊 writers", "'; drop table tribe; --"} {
			made := p.start(t, p.ben, fine)
			if made.Name != fine {
				t.Errorf("%q became %q", fine, made.Name)
			}
		}
		p.start(t, p.ben, "Br0ad n1bs")
		_, err := p.Start(ctx, p.ada, tribe.NewTribe{Name: "Broad nibs"})
		wants(t, err, fault.Conflict)
		p.start(t, p.ada, "Class of 2026")
		p.start(t, p.ada, "Class of 2027")
		// One's own name in another spelling is no conflict.
		changed, err := p.Change(ctx, p.ada, first.ID, tribe.Edit{Name: "Cafe Noir", Stands: "Black."})
		if err != nil || changed.Name != "Cafe Noir" || changed.Version != 2 {
			t.Fatalf("%+v, %v", changed, err)
		}
		_, err = p.Change(ctx, p.ada, first.ID, tribe.Edit{Name: "Another", Stands: "x", Version: 1})
		wants(t, err, fault.Conflict)
		_, err = p.Change(ctx, p.ben, first.ID, tribe.Edit{Name: "Mine now"})
		wants(t, err, fault.Forbidden)
		was, err := p.Wordings(ctx, p.visitor, first.ID)
		if err != nil || len(was) != 1 || was[0].Name != "Café Noir" || was[0].By != p.ada.ID {
			t.Errorf("%+v, %v", was, err)
		}
	})
}

func TestHidden(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Advertisers")
		wants(t, p.Hide(ctx, p.ben, made.ID, "Spam."), fault.Forbidden)
		wants(t, p.Hide(ctx, p.staff, made.ID, " "), fault.Invalid)
		must(t, p.Hide(ctx, p.staff, made.ID, "An advertisement."))
		_, err := p.Tribe(ctx, p.ben, made.ID)
		wants(t, err, fault.NotFound)
		if got, err := p.Tribe(ctx, p.ada, made.ID); err != nil || got.StateReason == "" {
			t.Errorf("its member sees %+v, %v", got, err)
		}
		wants(t, p.Join(ctx, p.ben, made.ID, true), fault.NotFound)
		_, err = p.Start(ctx, p.ben, tribe.NewTribe{Name: "Advertisers"})
		wants(t, err, fault.Conflict)
		if strings.Contains(err.Error(), "/tribes/") {
			t.Error("the answer leads to a hidden tribe")
		}
		must(t, p.Leave(ctx, p.ada, made.ID))
		must(t, p.Show(ctx, p.staff, made.ID))
		if _, err := p.Tribe(ctx, p.visitor, made.ID); err != nil {
			t.Error(err)
		}
	})
}

func TestWords(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Inkers")
		must(t, p.Join(ctx, p.ben, made.ID, false))
		wants(t, p.Suggest(ctx, p.cyd, made.ID, "ink"), fault.Forbidden)
		wants(t, p.Suggest(ctx, p.ada, made.ID, "!"), fault.Invalid)
		for _, w := range []string{"ink", "paper", "slow", "blue", "night"} {
			must(t, p.Suggest(ctx, p.ada, made.ID, w))
		}
		wants(t, p.Suggest(ctx, p.ada, made.ID, "sixth"), fault.Conflict)
		must(t, p.Suggest(ctx, p.ben, made.ID, "Slow"))
		must(t, p.Suggest(ctx, p.ben, made.ID, "SLOW"))
		must(t, p.Suggest(ctx, p.ben, made.ID, "quiet"))
		got, err := p.Tribe(ctx, p.visitor, made.ID)
		if err != nil || strings.Join(got.Words, " ") != "slow ink paper blue night" {
			t.Errorf("%v, %v", got.Words, err)
		}
		words, err := p.Words(ctx, p.ben, made.ID)
		if err != nil || len(words) != 6 || !words[0].Mine || words[0].Chosen != 2 || words[1].Mine {
			t.Errorf("%+v, %v", words, err)
		}
		must(t, p.Choose(ctx, p.ada, made.ID, words[1].ID, false))
		wants(t, p.Choose(ctx, p.ada, made.ID, words[1].ID, true), fault.NotFound)
		must(t, p.Leave(ctx, p.ada, made.ID))
		words, err = p.Words(ctx, p.ben, made.ID)
		if err != nil || len(words) != 2 || words[0].Chosen != 1 {
			t.Errorf("after leaving: %+v, %v", words, err)
		}
	})
}

func TestMade(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Inkers")
		must(t, p.Join(ctx, p.ben, made.ID, false))
		mine, hidden := p.idea(t, p.ada, "Blue ink"), p.idea(t, p.ben, "Black ink")
		carried := p.idea(t, p.cyd, "Paper that takes ink")
		internal, err := p.ideas.Propose(ctx, p.staff, shape.NewIdea{Title: "A secret", Audience: know.Team})
		must(t, err)
		text, err := p.posts.Begin(ctx, p.ada, post.NewPost{Title: "On ink", Body: "It is wet."})
		must(t, err)
		_, err = p.posts.Publish(ctx, p.ada, text.ID)
		must(t, err)
		_, err = p.ideas.MakeRelease(ctx, p.staff, shape.NewRelease{Title: "New ink", Ideas: []int64{mine.ID}})
		must(t, err)
		p.catchUp(t)
		wants(t, p.Carry(ctx, p.cyd, made.ID, carried.ID, true), fault.Forbidden)
		wants(t, p.Carry(ctx, p.ada, made.ID, 987654, true), fault.NotFound)
		must(t, p.Carry(ctx, p.ada, made.ID, carried.ID, true))
		must(t, p.Join(ctx, p.staff, made.ID, true))
		wants(t, p.Carry(ctx, p.staff, made.ID, internal.ID, true), fault.Conflict)
		m, err := p.Made(ctx, p.visitor, made.ID, 20)
		if err != nil || len(m.Ideas) != 2 || len(m.Posts) != 1 || len(m.Releases) != 1 {
			t.Fatalf("%+v, %v", m, err)
		}
		for _, i := range m.Ideas {
			if i.Idea.ID == hidden.ID {
				t.Error("an idea tells that its author is a member, who did not agree to be shown")
			}
			if i.Carried != (i.Idea.ID == carried.ID) {
				t.Errorf("%d carried: %v", i.Idea.ID, i.Carried)
			}
		}
	})
}

// TestErased leaves nothing of who left; what others wrote stays.
func TestErased(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Inkers")
		alone := p.start(t, p.ada, "Ada alone")
		must(t, p.Join(ctx, p.ben, made.ID, true))
		p.at = p.at.Add(7 * 24 * time.Hour)
		_, err := p.Change(ctx, p.ben, made.ID, tribe.Edit{Name: "Inkers", Stands: "Ben's words."})
		must(t, err)
		_, err = p.Change(ctx, p.ada, made.ID, tribe.Edit{Name: "Inkers", Stands: "Ada's words."})
		must(t, err)
		must(t, p.Suggest(ctx, p.ada, made.ID, "adaword"))
		must(t, p.Suggest(ctx, p.ben, made.ID, "benword"))
		idea := p.idea(t, p.ben, "Blue ink")
		must(t, p.Carry(ctx, p.ada, made.ID, idea.ID, true))
		p.vote(t, p.ada, idea.ID, true)
		_, err = p.ideas.Comment(ctx, p.ada, idea.ID, "Yes.", "")
		must(t, err)
		p.catchUp(t)
		held, err := p.Held(ctx, p.ada.ID, nil)
		if err != nil || len(held.Tribes) != 2 || len(held.Words) != 1 || len(held.Ties) != 2 || len(held.Ideas) != 1 || len(held.Wordings) != 3 || len(held.Weeks) != 1 {
			t.Fatalf("held %+v, %v", held, err)
		}
		must(t, p.people.Leave(ctx, p.ada, true))
		p.catchUp(t)
		must(t, p.db.Update(ctx, func(tx *storage.Tx) error { // once more does no harm
			return p.Erase(ctx, tx, []event.Event{{Kind: "person.left", Subject: event.Ref{Kind: "person", ID: p.ada.ID}, N: 1}})
		}))
		if held, err = p.Held(ctx, p.ada.ID, nil); err != nil || len(held.Tribes)+len(held.Words)+len(held.Ties)+len(held.Ideas)+len(held.Wordings)+len(held.Weeks) != 0 {
			t.Errorf("still held: %+v, %v", held, err)
		}
		got, err := p.Tribe(ctx, p.ben, made.ID)
		if err != nil || got.Stands != "Ben's words." || got.Members != 1 || got.Shown != 1 || strings.Join(got.Words, " ") != "benword" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err = p.Tribe(ctx, p.ben, alone.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("a tribe of nobody: %v", err)
		}
		for _, table := range []string{"tie where a = $1 or b = $1", "tie_source where a = $1 or b = $1", "tribe_ballot where person_id = $1", "tribe_voter where person_id = $1",
			"membership where person_id = $1", "tribe_thing where author_id = $1 or last_id = $1 or before_id = $1"} {
			if n := p.number(t, `select count(*) from `+table, p.ada.ID); n != 0 {
				t.Errorf("%d left in %s", n, table)
			}
		}
		if n := p.number(t, `select count(*) from tribe where name like '%Ada%' or stands like '%Ada%'`); n != 0 {
			t.Errorf("%d tribes have the words", n)
		}
	})
}

// TestMoved joins an account to the wrong person and parts it again: who did
// what with whom stays theirs.
func TestMoved(t *testing.T) {
	each(t, func(t *testing.T, p *place) {
		ctx := t.Context()
		made := p.start(t, p.ada, "Inkers")
		must(t, p.Join(ctx, p.ben, made.ID, true))
		idea := p.idea(t, p.ada, "Blue ink")
		p.vote(t, p.ben, idea.ID, true)
		_, err := p.ideas.Comment(ctx, p.ben, idea.ID, "Yes.", "")
		must(t, err)
		p.catchUp(t)
		before := p.dump(t)
		var account int64
		must(t, p.db.Update(ctx, func(tx *storage.Tx) (err error) {
			account, err = p.people.EnsureAccount(ctx, tx, know.Account{Kind: know.Web, Address: "forum.example/ben", Person: p.ben.ID})
			return err
		}))
		must(t, p.people.Move(ctx, p.staff, account, p.ada.ID))
		p.catchUp(t)
		must(t, p.people.Move(ctx, p.staff, account, p.ben.ID))
		p.catchUp(t)
		if after := p.dump(t); before != after {
			t.Errorf("joined and parted:\n%s\nbefore:\n%s", after, before)
		}
	})
}
