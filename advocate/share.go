package advocate

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// The facts about share links.
const (
	ShareMade   = "share.made"   // subject share, other what it leads to
	ShareOpened = "share.opened" // subject share, other its person, n 1 the first time ever; once a link and day
	ShareEnded  = "share.ended"  // subject share
	ShareJoined = "share.joined" // subject the person who became a member through it, other share, n its person
)

// Share is one person's link to something they helped to make.
type Share struct {
	ID      int64
	Code    string
	Person  int64
	Subject event.Ref // idea, post or release
	Title   string    // of the subject; "" if it is gone
	Lang    string
	Opened  int64 // once per reader and day
	Joined  int64 // who became a member through it
	MadeAt  time.Time
	LastAt  time.Time // the day it was last opened
	EndedAt time.Time
}

// Ended reports whether its person ended it.
func (s Share) Ended() bool { return !s.EndedAt.IsZero() }

// Path is where a share link's code leads.
func (s Share) Path() string { return "/s/" + s.Code }

// Roughly rounds how often a link was opened, so that nobody can tell from it
// whether one certain person did: 1 stands for a few.
func Roughly(n int64) int64 {
	switch {
	case n <= 0:
		return 0
	case n < 5:
		return 1
	case n < 20:
		return n / 5 * 5
	}
	step := int64(10)
	for n/step >= 10 {
		step *= 10
	}
	return n / step * step
}

// Reader is who opens a link, as far as counting asks. Nothing of it is kept
// but a hash, for two days.
type Reader struct {
	Person  int64
	Address netip.Addr
	Agent   string // User-Agent
	Preview bool   // asked ahead, by a browser or for a picture of the page
}

// previews are words in the User-Agent of programs that look at links for
// somebody else, or for nobody.
var previews = []string{"bot", "crawl", "spider", "preview", "facebookexternalhit", "whatsapp", "slack", "embed", "mastodon", "pleroma", "akkoma", "misskey",
	"scan", "monitor", "curl/", "wget/", "python-requests", "go-http-client", "headless", "validator", "fetch"}

// counts reports whether an opening by this reader is one by a person.
func (r Reader) counts() bool {
	agent := strings.ToLower(r.Agent)
	return !r.Preview && agent != "" && !slices.ContainsFunc(previews, func(word string) bool { return strings.Contains(agent, word) })
}

// line gives the network address that one household has: of IPv6 the first half.
func (r Reader) line() string {
	a := r.Address.Unmap()
	if a.Is6() {
		p, _ := a.Prefix(64)
		a = p.Addr()
	}
	return a.String()
}

// For is what somebody did for a thing that they helped to make.
type For string

// What people do for things.
const (
	ForProposing  For = "proposed" // the idea
	ForVoice      For = "voice"    // their words stand behind it
	ForCommenting For = "comment"
	ForTesting    For = "tested"
	ForMaking     For = "made"
	ForWriting    For = "wrote" // the post
	ForWording    For = "edit"  // the author of the post took their wording
)

// Made is what somebody helped to make: for what they are credited, and their
// link to it if they have one.
type Made struct {
	Subject event.Ref
	For     []For
	Share   Share // ID 0: none yet
	Open    bool  // everybody may see it, so that a link would lead somewhere
	Credit  CreditChoice
}

// Made says whether the asker is credited with a thing, and for what. For is
// empty for who is not: a link is offered with the credit, never before.
func (s *Advocacy) Made(ctx context.Context, a know.Actor, subject event.Ref) (Made, error) {
	m := Made{Subject: subject}
	if a.ID <= 0 {
		return m, nil
	}
	t, err := s.thing(ctx, s.db, subject)
	if err != nil {
		return m, err
	}
	if m.For, err = s.helped(ctx, s.db, a.ID, subject); err != nil || len(m.For) == 0 {
		return m, err
	}
	m.Open = t.open()
	if m.Credit, err = s.creditOf(ctx, s.db, a.ID); err != nil {
		return m, err
	}
	m.Share, _, err = s.shareOf(ctx, s.db, a.ID, subject)
	return m, err
}

// MakeShare gives the asker's link to something they are credited with; asked
// again, the same.
func (s *Advocacy) MakeShare(ctx context.Context, a know.Actor, subject event.Ref) (made Share, err error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return made, err
	}
	if !slices.Contains([]string{"idea", "post", "release"}, subject.Kind) {
		return made, fault.New(fault.Invalid, "A link leads to an idea, a post or a release.").On("kind")
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		t, err := s.thing(ctx, tx, subject)
		if err != nil {
			return err
		}
		if err := know.Require(a, know.Read, t.rules()); err != nil {
			return err
		}
		there := false
		if made, there, err = s.shareOf(ctx, tx, a.ID, subject); err != nil || there {
			return err
		}
		reasons, err := s.helped(ctx, tx, a.ID, subject)
		if err != nil {
			return err
		}
		if !t.open() {
			return fault.New(fault.Conflict, "Not everybody may see this, so a link to it would lead nowhere.")
		}
		if len(reasons) == 0 {
			return fault.New(fault.Forbidden, "A link of your own comes with the credit line: once something came of this, and you are thanked for your part in it. Nothing is lost; until then, send people its address.")
		}
		made, err = s.putShare(ctx, tx, a, subject)
		return err
	})
	return made, err
}

// EndShare ends one's own link. Who opens it is told so, and led on.
func (s *Advocacy) EndShare(ctx context.Context, a know.Actor, code string) error {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return err
	}
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		link, err := s.byCode(ctx, tx, code)
		if err != nil {
			return err
		}
		if link.Person != a.ID {
			return fault.New(fault.NotFound, "There is no such link.")
		}
		if link.Ended() {
			return nil
		}
		if _, err := tx.Exec(ctx, `update share_link set ended_at = $1 where id = $2`, storage.Micros(s.now()), link.ID); err != nil {
			return err
		}
		return s.events.Append(ctx, tx, event.Event{Kind: ShareEnded, Actor: a.ID, Subject: event.Ref{Kind: "share", ID: link.ID}})
	})
}

// Shares gives the asker's links, the latest first, those ended last.
func (s *Advocacy) Shares(ctx context.Context, a know.Actor) ([]Share, error) {
	if err := know.Require(a, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	links, err := s.sharesOf(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	return links, s.titles(ctx, a, links)
}

// SharesByID gives links by their ids, for the desk: to what they lead, and how
// often they were opened. Unknown ids are left out.
func (s *Advocacy) SharesByID(ctx context.Context, a know.Actor, ids []int64) ([]Share, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil || len(ids) == 0 {
		return nil, err
	}
	holes, args := storage.Holes(1, ids)
	links, err := storage.All(ctx, s.db, scanShare, selectShare+` where id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	return links, s.titles(ctx, a, links)
}

// titles fills in what links lead to, as far as the asker may see it.
func (s *Advocacy) titles(ctx context.Context, a know.Actor, links []Share) error {
	by := map[string][]int64{}
	for _, l := range links {
		by[l.Subject.Kind] = append(by[l.Subject.Kind], l.Subject.ID)
	}
	for kind, ids := range by {
		found, err := s.things(ctx, s.db, kind, ids)
		if err != nil {
			return err
		}
		for n, l := range links {
			if t, ok := found[l.Subject.ID]; ok && l.Subject.Kind == kind && know.May(a, know.Read, t.rules()) {
				links[n].Title, links[n].Lang = t.Title, t.Language
			}
		}
	}
	return nil
}
