package advocate

import (
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// square is a whole site's capabilities, as far as carrying on needs them.
type square struct {
	*Advocacy
	t     testing.TB
	db    *storage.DB
	at    time.Time
	inbox *converse.Inbox
	staff know.Actor // who makes releases
}

func openSquare(t testing.TB, db *storage.DB) *square {
	s := &square{t: t, db: db, at: time.Date(2026, 5, 20, 8, 0, 0, 0, time.UTC)}
	log := slog.New(slog.DiscardHandler)
	clock := func() time.Time { s.at = s.at.Add(time.Second); return s.at }
	events := event.New(log, db, clock, "test")
	people := know.New(log, db, events, clock, nil)
	radar := listen.New(log, db, events, people, nil, clock)
	s.inbox = converse.New(log, db, events, people, radar, clock)
	ideas := shape.New(log, db, events, people, radar, s.inbox, clock)
	s.Advocacy = New(log, db, events, people, purchase.New(log, db, events, people, clock), ideas, post.New(log, db, events, people, clock), clock)
	return s
}

func (s *square) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *square) wants(err error, kind fault.Kind) {
	s.t.Helper()
	if !fault.Is(err, kind) {
		s.t.Fatalf("error %v, want a fault of kind %v", err, kind)
	}
}

func (s *square) person(name string, role know.Role) know.Actor {
	s.t.Helper()
	p, _, err := s.people.AddPerson(s.t.Context(), name, fmt.Sprintf("%s.%d@example.org", strings.ReplaceAll(name, " ", "."), s.at.UnixMicro()), role)
	s.must(err)
	a, err := s.people.Actor(s.t.Context(), p.ID)
	s.must(err)
	return a
}

func (s *square) idea(a know.Actor) shape.Idea {
	s.t.Helper()
	i, err := s.ideas.Propose(s.t.Context(), a, shape.NewIdea{Title: "Paper for fountain pens"})
	s.must(err)
	return i
}

// shipped is an idea of somebody's that a release brings, which thanks them.
func (s *square) shipped(a know.Actor) shape.Idea {
	s.t.Helper()
	i := s.idea(a)
	s.must(s.release(i.ID))
	return i
}

func (s *square) release(idea int64) error {
	if s.staff.ID == 0 {
		s.staff = s.person("Noura", know.Staff)
	}
	_, err := s.ideas.MakeRelease(s.t.Context(), s.staff, shape.NewRelease{Title: "Paper that takes ink", Ideas: []int64{idea}})
	return err
}

// catchUp lets the followers read to the end, and settles what is due.
func (s *square) catchUp() {
	s.t.Helper()
	ctx := s.t.Context()
	s.must(s.events.CatchUp(ctx, "advocate.erase", s.Erase, "person.left"))
	s.must(s.events.CatchUp(ctx, "advocate.referrals", s.FollowReferrals, ReferralKinds()...))
	s.must(s.events.CatchUp(ctx, "advocate.effects", s.FollowEffects, EffectKinds()...))
	s.must(s.SettleAll(ctx))
	s.must(s.LastAll(ctx))
}

func ref(kind string, id int64) event.Ref { return event.Ref{Kind: kind, ID: id} }

const browser = "Mozilla/5.0 (X11; Linux) Firefox/140"

func from(address string) Reader {
	return Reader{Address: netip.MustParseAddr(address), Agent: browser}
}

// TestShare: a link is for who helped to make a thing; it counts a reader once
// a day, and nothing of readers stays beyond two days.
func TestShare(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := openSquare(t, db), t.Context()
		anna, ben, owner := s.person("Anna", know.Member), s.person("Ben", know.Member), s.person("Marta", know.Owner)
		idea := s.idea(anna)

		_, err := s.MakeShare(ctx, ben, ref("idea", idea.ID))
		s.wants(err, fault.Forbidden)
		_, err = s.MakeShare(ctx, know.Actor{}, ref("idea", idea.ID))
		s.wants(err, fault.Unauthorised)
		made, err := s.Made(ctx, ben, ref("idea", idea.ID))
		s.must(err)
		if len(made.For) != 0 {
			t.Errorf("Ben is offered a link for %v", made.For)
		}
		_, err = s.MakeShare(ctx, anna, ref("idea", idea.ID))
		s.wants(err, fault.Forbidden) // nothing came of it yet
		if made, err = s.Made(ctx, anna, ref("idea", idea.ID)); err != nil || len(made.For) != 0 {
			t.Errorf("before the credit line, Anna is offered a link for %v (%v)", made.For, err)
		}
		s.must(s.release(idea.ID))
		_, err = s.MakeShare(ctx, ben, ref("idea", idea.ID))
		s.wants(err, fault.Forbidden)
		link, err := s.MakeShare(ctx, anna, ref("idea", idea.ID))
		s.must(err)
		again, err := s.MakeShare(ctx, anna, ref("idea", idea.ID))
		s.must(err)
		if again.Code != link.Code || len(link.Code) != 10 {
			t.Errorf("codes %q and %q", link.Code, again.Code)
		}
		secret, err := s.ideas.Propose(ctx, owner, shape.NewIdea{Title: "For the team alone", Audience: know.Team})
		s.must(err)
		_, err = s.MakeShare(ctx, owner, ref("idea", secret.ID))
		s.wants(err, fault.Conflict)

		opened := func(want int64) {
			t.Helper()
			l, err := s.byCode(ctx, db, link.Code)
			s.must(err)
			if l.Opened != want {
				t.Errorf("opened %d times, want %d", l.Opened, want)
			}
		}
		open := func(r Reader) Opened {
			t.Helper()
			o, err := s.Open(ctx, link.Code, r)
			s.must(err)
			return o
		}
		for range 1000 {
			open(from("192.0.2.7"))
		}
		opened(1)
		if o := open(from("192.0.2.8")); o.To != fmt.Sprintf("/ideas/%d", idea.ID) {
			t.Errorf("leads to %q", o.To)
		}
		open(from("2001:db8::1"))
		open(from("2001:db8::2")) // the same household
		opened(3)
		open(Reader{Person: anna.ID, Address: netip.MustParseAddr("192.0.2.9"), Agent: browser})
		open(Reader{Address: netip.MustParseAddr("192.0.2.9"), Agent: "Slackbot-LinkExpanding 1.0"})
		open(Reader{Address: netip.MustParseAddr("192.0.2.9"), Agent: browser, Preview: true})
		opened(3)
		s.at = s.at.Add(24 * time.Hour)
		open(from("192.0.2.7"))
		opened(4)
		s.at = s.at.Add(72 * time.Hour)
		s.must(s.Tidy(ctx))
		for _, table := range []string{"share_open", "share_salt"} {
			var n int
			s.must(db.Row(ctx, `select count(*) from `+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d rows of %s after two days", n, table)
			}
		}
		s.wants(s.EndShare(ctx, ben, link.Code), fault.NotFound)
		s.must(s.EndShare(ctx, anna, link.Code))
		if o := open(from("192.0.2.77")); !o.Ended() || o.To == "" {
			t.Errorf("an ended link gives %+v", o)
		}
		opened(4)
		fresh, err := s.MakeShare(ctx, anna, ref("idea", idea.ID))
		s.must(err)
		if fresh.Code == link.Code {
			t.Error("an ended link came back")
		}
		_, err = s.Open(ctx, "nothing", from("192.0.2.7"))
		s.wants(err, fault.NotFound)
	})
}

// TestRoad goes from a link to a new member, their purchase and the tree: once,
// never through one's own link, and without breaking on a ring.
func TestRoad(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := openSquare(t, db), t.Context()
		owner := s.person("Marta", know.Owner)
		anna := s.person("Anna", know.Member)
		link, err := s.MakeShare(ctx, anna, ref("idea", s.shipped(anna).ID))
		s.must(err)
		other := s.person("Old", know.Member)
		otherLink, err := s.MakeShare(ctx, other, ref("idea", s.shipped(other).ID))
		s.must(err)

		s.at = s.at.Add(time.Hour)
		ben := s.person("Ben", know.Member)
		benLink, err := s.MakeShare(ctx, ben, ref("idea", s.shipped(ben).ID))
		s.must(err)
		s.must(s.Joined(ctx, ben.ID, benLink.Code)) // one's own
		s.must(s.Joined(ctx, anna.ID, otherLink.Code))
		s.must(s.Joined(ctx, ben.ID, link.Code))
		s.must(s.Joined(ctx, ben.ID, otherLink.Code)) // once
		s.must(s.Joined(ctx, ben.ID, "unheard"))
		joins, err := storage.All(ctx, db, storage.Scalar[int64], `select by_id from share_join order by person_id`)
		s.must(err)
		if d := gocmp.Diff([]int64{anna.ID}, joins); d != "" {
			t.Errorf("who brought whom, want (-) got (+):\n%s", d)
		}

		mail := func(p know.Actor) string {
			accounts, err := s.people.AccountsOf(ctx, p.ID)
			s.must(err)
			return accounts[0].Address
		}
		buy := func(order string, p know.Actor, code string) {
			stored, err := s.ledger.Store(ctx, owner, []purchase.Order{{ExternalID: order, At: s.at, Email: mail(p), Country: "NO", AmountMinor: 900, Currency: "EUR", Code: code}})
			s.must(err)
			s.must(stored[0].Err)
		}
		buy("1", ben, "")            // came by Anna's link, and bought without a code
		buy("2", anna, benLink.Code) // and Anna with that of Ben: a ring
		buy("3", other, otherLink.Code)
		s.catchUp()
		found, err := s.Referrals(ctx, owner, []int64{anna.ID, ben.ID, other.ID})
		s.must(err)
		if r := found[anna.ID]; r.Parent != ben.ID || r.Sure != ByLink {
			t.Errorf("Anna: %+v", r)
		}
		if r := found[ben.ID]; r.Parent != 0 || r.Sure != ByLink || r.Below != 1 { // bought first: the ring ends there
			t.Errorf("Ben: %+v", r)
		}
		if r := found[other.ID]; r.Parent != 0 || r.Sure != Unknown {
			t.Errorf("one's own link brought somebody: %+v", r)
		}

		s.must(s.people.Leave(ctx, ben, true))
		s.catchUp()
		var n int
		s.must(db.Row(ctx, `select count(*) from share_join where person_id = $1`, ben.ID).Scan(&n))
		l, err := s.byCode(ctx, db, benLink.Code)
		s.must(err)
		if n != 0 || !l.Ended() {
			t.Errorf("of Ben, who left: %d joins, link %+v", n, l)
		}
	})
}

// TestThanks: once per thing and person, with a reason, not to oneself.
func TestThanks(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := openSquare(t, db), t.Context()
		owner, anna, ben := s.person("Marta", know.Owner), s.person("Anna", know.Member), s.person("Ben", know.Member)
		idea := s.idea(anna)
		c, err := s.ideas.Comment(ctx, ben, idea.ID, "Mind the margins.", "en")
		s.must(err)
		about := NewThanks{Subject: ref("comment", c.ID), Reason: "I had not thought of margins."}
		_, err = s.Thank(ctx, know.Actor{}, about)
		s.wants(err, fault.Unauthorised)
		_, err = s.Thank(ctx, ben, about)
		s.wants(err, fault.Conflict) // one's own
		_, err = s.Thank(ctx, anna, NewThanks{Subject: about.Subject, Reason: " "})
		s.wants(err, fault.Invalid)
		_, err = s.Thank(ctx, anna, NewThanks{Subject: ref("comment", 999), Reason: "What for?"})
		s.wants(err, fault.NotFound)
		first, err := s.Thank(ctx, anna, about)
		s.must(err)
		about.Reason = "I had not thought of the margins."
		second, err := s.Thank(ctx, anna, about)
		s.must(err)
		if first.ID != second.ID {
			t.Error("thanks were given twice")
		}
		at, err := s.ThanksAt(ctx, ref("idea", idea.ID))
		s.must(err)
		if got := at[about.Subject]; len(got) != 1 || got[0].Reason != about.Reason || got[0].To != ben.ID {
			t.Errorf("on the page: %+v", at)
		}
		got, err := s.ThanksTo(ctx, know.Actor{}, ben.ID, 0, 10)
		s.must(err)
		if len(got) != 1 || got[0].Title != idea.Title {
			t.Errorf("on Ben's page: %+v", got)
		}
		var mails int
		s.must(db.Row(ctx, `select count(*) from outbox where kind = 'thanks' and person_id = $1`, ben.ID).Scan(&mails))
		if mails != 1 {
			t.Errorf("%d mails", mails)
		}
		s.must(s.ChooseCredit(ctx, ben, NotNamed))
		if got, err := s.ThanksTo(ctx, anna, ben.ID, 0, 10); err != nil || len(got) != 0 {
			t.Errorf("Ben is not to be named: %+v, %v", got, err)
		}
		s.wants(s.ChangeThanks(ctx, ben, first.ID, know.Withdrawn, ""), fault.Forbidden)
		s.wants(s.ChangeThanks(ctx, ben, first.ID, know.Hidden, "No."), fault.Forbidden)
		s.wants(s.ChangeThanks(ctx, owner, first.ID, know.Hidden, ""), fault.Invalid)
		s.must(s.ChangeThanks(ctx, owner, first.ID, know.Hidden, "An advertisement."))
		_, err = s.Thank(ctx, anna, about)
		s.wants(err, fault.Conflict)
		s.must(s.ChangeThanks(ctx, owner, first.ID, know.Visible, ""))
		s.must(s.ChangeThanks(ctx, anna, first.ID, know.Withdrawn, ""))
		_, err = s.Thank(ctx, anna, about) // and thought better of it
		s.must(err)
		for n := range thanksPerDay {
			c, err := s.ideas.Comment(ctx, ben, idea.ID, fmt.Sprint("And ", n), "en")
			s.must(err)
			_, err = s.Thank(ctx, anna, NewThanks{Subject: ref("comment", c.ID), Reason: "That, too."})
			if n < thanksPerDay-1 {
				s.must(err)
			} else {
				s.wants(err, fault.Limited)
			}
		}
		held, err := s.Held(ctx, anna.ID, nil)
		s.must(err)
		if len(held.Given) != thanksPerDay {
			t.Errorf("%d thanks held", len(held.Given))
		}
		s.must(s.people.Leave(ctx, anna, true))
		s.catchUp()
		var left, words, thanked int
		s.must(db.Row(ctx, `select (select count(*) from thanks where state <> 'withdrawn'), (select count(*) from thanks where reason <> ''), (select sum(thanked) from comment)`).Scan(&left, &words, &thanked))
		if left+words+thanked != 0 {
			t.Errorf("after leaving: %d stand, %d have words, comments count %d", left, words, thanked)
		}
	})
}

// TestCredit: credits name those most thanked, and nobody who would rather not.
func TestCredit(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s, ctx := openSquare(t, db), t.Context()
		owner, anna := s.person("Marta", know.Owner), s.person("Anna", know.Member)
		idea := s.idea(anna)
		var best know.Actor
		for n := range 12 { // ten are credited
			best = s.person(fmt.Sprint("Commenter", n), know.Member)
			_, err := s.ideas.Comment(ctx, best, idea.ID, "One word.", "en")
			s.must(err)
		}
		var last int64
		s.must(db.Row(ctx, `select max(id) from comment`).Scan(&last))
		_, err := s.Thank(ctx, anna, NewThanks{Subject: ref("comment", last), Reason: "That decided it."})
		s.must(err)
		d, err := s.ideas.Decide(ctx, owner, idea.ID, shape.NewDecision{Stage: shape.Shipped, Reason: "It is here.", NewRelease: &shape.NewRelease{Title: "Paper", Body: "It is here."}})
		s.must(err)
		names := func() map[string]bool {
			r, err := s.ideas.Release(ctx, know.Actor{}, d.Release)
			s.must(err)
			named := map[string]bool{}
			for _, c := range r.Credits {
				named[c.Name] = true
			}
			if len(r.Credits) != 11 {
				t.Errorf("%d credits", len(r.Credits))
			}
			return named
		}
		// Nobody said anything yet: named is who proposed it in public, and they alone.
		if n := names(); !n["Anna"] || len(n) != 2 {
			t.Errorf("credited before anybody agreed: %v", n)
		}
		for _, a := range []know.Actor{best, anna} {
			s.must(s.ChooseCredit(ctx, a, Named))
		}
		if n := names(); !n[best.Name] || !n["Anna"] || len(n) != 3 {
			t.Errorf("credited: %v", n)
		}
		of, err := s.ideas.CreditsOf(ctx, know.Actor{}, best.ID)
		s.must(err)
		if len(of) != 1 {
			t.Errorf("%d releases name who brought the best argument", len(of))
		}
		s.must(s.ChooseCredit(ctx, best, NotNamed))
		if of, err = s.ideas.CreditsOf(ctx, know.Actor{}, best.ID); err != nil || len(of) != 0 || names()[best.Name] {
			t.Errorf("%d releases name who took their name back (%v)", len(of), err)
		}
		all, err := s.ideas.Thanked(ctx, owner, d.Release)
		s.must(err)
		if len(all) != 11 || all[1].Name == "" {
			t.Errorf("the team, who write it, see %+v", all)
		}
		_, err = s.ideas.Thanked(ctx, anna, d.Release)
		s.wants(err, fault.Forbidden)
		s.wants(s.ChooseCredit(ctx, anna, "perhaps"), fault.Invalid)
		s.must(s.ChooseCredit(ctx, anna, NotNamed))
		if n := names(); n["Anna"] || !n[""] {
			t.Errorf("Anna is named: %v", n)
		}
		made, err := s.Made(ctx, best, ref("release", d.Release))
		s.must(err)
		if d := gocmp.Diff([]For{ForCommenting}, made.For); d != "" || !made.Open {
			t.Errorf("offered for %v, open %t", made.For, made.Open)
		}
	})
}

// TestThanksUnname checks that the name of who leaves goes from what others
// thank them for, and from nobody else's thanks.
func TestThanksUnname(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := openSquare(t, db)
		ctx := t.Context()
		anna, ben, cleo := s.person("Anna Blum", know.Member), s.person("Ben Carter-Lowe", know.Member), s.person("Cleo", know.Member)
		idea := s.idea(anna)
		var bens [2]int64
		for i, a := range []know.Actor{ben, cleo} {
			c, err := s.ideas.Comment(ctx, a, idea.ID, "What of the margins?", "en")
			s.must(err)
			given, err := s.Thank(ctx, anna, NewThanks{Subject: ref("comment", c.ID), Reason: "Without Bén Carter Lowe nobody had seen it."})
			s.must(err)
			bens[i] = given.ID
		}
		s.must(s.people.Leave(ctx, ben, false))
		s.must(s.people.SetProfile(ctx, cleo, know.Profile{Name: "Ben Carter-Lowe"})) // what was written before means somebody else
		s.must(s.people.Leave(ctx, cleo, false))
		for i, want := range []string{"Without … nobody had seen it.", "Without Bén Carter Lowe nobody had seen it."} {
			var reason string
			s.must(db.Row(ctx, `select reason from thanks where id = $1`, bens[i]).Scan(&reason))
			if reason != want {
				t.Errorf("thanks %d say %q, want %q", i, reason, want)
			}
		}
	})
}
