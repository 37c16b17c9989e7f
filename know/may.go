package know

import (
	"slices"

	"tribune/internal/fault"
)

// Role is how much a person may do.
type Role string

// The roles, from least to most. A visitor has no person and the empty role; a
// guest is known by an address or a cookie, without having confirmed who they are.
const (
	Visitor Role = ""
	Guest   Role = "guest"
	Member  Role = "member"
	Staff   Role = "staff"
	Owner   Role = "owner"
)

// rank orders the roles; an unknown one ranks lowest.
func (r Role) rank() int {
	switch r {
	case Guest:
		return 1
	case Member:
		return 2
	case Staff:
		return 3
	case Owner:
		return 4
	}
	return 0
}

// AtLeast reports whether r may do all that other may.
func (r Role) AtLeast(other Role) bool { return r.rank() >= other.rank() }

// Audience is who may see a subject.
type Audience string

// The audiences that follow from a role. Those of a board or a tribe are named
// by CircleOf.
const (
	Public  Audience = "public"
	Members Audience = "members"
	Team    Audience = "staff"
)

// Actor is who asks. The zero Actor is a visitor.
type Actor struct {
	ID       int64 // person, 0 for a visitor
	Role     Role
	Name     string
	Language string     // BCP 47: theirs, else what their browser asked for at sign-in; "" if neither is known
	Chosen   bool       // they chose Language themselves
	Photo    string     // blob, "" for none
	Circles  []Audience // boards and tribes they belong to; for staff, every board
	Account  int64      // the address by which they came in, 0 if by none
	Token    bool       // asks by API token, not by cookie
	Rules    *Rules     // the site's own least roles; nil: the defaults
}

// IsStaff reports whether the actor works here.
func (a Actor) IsStaff() bool { return a.Role.AtLeast(Staff) }

// Audiences gives the audiences the actor belongs to, for lists and searches
// to filter by.
func (a Actor) Audiences() []Audience {
	switch {
	case a.Role.AtLeast(Staff):
		return append([]Audience{Public, Members, Team}, a.Circles...)
	case a.Role.AtLeast(Member):
		return append([]Audience{Public, Members}, a.Circles...)
	}
	return []Audience{Public}
}

// Verb is what somebody wants to do.
type Verb string

// The verbs. Those on one's own words (Edit, Withdraw) are the author's alone;
// staff Hide, with a reason.
const (
	Read      Verb = "read"      // see a subject
	Propose   Verb = "propose"   // an idea
	Vote      Verb = "vote"      // for an idea or against it, or take it back
	Comment   Verb = "comment"   // under an idea
	Follow    Verb = "follow"    // an idea
	Thank     Verb = "thank"     // somebody, for something said or done
	AddVoice  Verb = "addvoice"  // one's own words behind an idea
	Write     Verb = "write"     // a letter to the company (a thread)
	Publish   Verb = "publish"   // a post under one's own name
	Edit      Verb = "edit"      // one's own text
	Withdraw  Verb = "withdraw"  // one's own text
	Hide      Verb = "hide"      // another's text
	Quote     Verb = "quote"     // put a mention behind an idea
	Call      Verb = "call"      // for ideas
	Decide    Verb = "decide"    // on an idea
	Release   Verb = "release"   // say what changed
	Merge     Verb = "merge"     // ideas that are one
	Sort      Verb = "sort"      // another's idea: its tags, the call it belongs to
	Listen    Verb = "listen"    // see mentions, sources, queries
	Tune      Verb = "tune"      // change sources and queries, import
	Answer    Verb = "answer"    // a thread, under one's own name
	Note      Verb = "note"      // to the team, on a thread
	Know      Verb = "know"      // see a person's page on the desk
	Join      Verb = "join"      // join and part accounts and people
	Post      Verb = "post"      // see the outbox, send again
	Invite    Verb = "invite"    // somebody to the team
	Promote   Verb = "promote"   // change somebody's role
	Configure Verb = "configure" // the site's settings
	Inspect   Verb = "inspect"   // the audit page
	Self      Verb = "self"      // one's own settings, sessions, export, leaving
)

// defaults is the least role for each verb. Settings may raise or lower some
// (see Adjustable); nothing else in the program holds a rule about roles.
var defaults = map[Verb]Role{
	Read: Visitor, AddVoice: Visitor, Write: Visitor,
	Propose: Member, Publish: Member, Vote: Member, Comment: Member, Follow: Member, Thank: Member, Edit: Member, Withdraw: Member, Self: Member,
	Hide: Staff, Quote: Staff, Call: Staff, Decide: Staff, Release: Staff, Merge: Staff, Sort: Staff, Listen: Staff, Tune: Staff,
	Answer: Staff, Note: Staff, Know: Staff, Join: Staff, Post: Staff, Inspect: Staff,
	Invite: Owner, Promote: Owner, Configure: Owner,
}

// Adjustable are the verbs whose least role the settings page may change, each
// with the roles it can be given.
func Adjustable() map[Verb][]Role {
	return map[Verb][]Role{
		Propose: {Member, Staff}, Publish: {Member, Staff}, Comment: {Member, Staff}, AddVoice: {Visitor, Member, Staff}, Write: {Visitor, Member},
		Decide: {Staff, Owner}, Release: {Staff, Owner}, Hide: {Staff, Owner}, Tune: {Staff, Owner}, Invite: {Staff, Owner},
		Inspect: {Staff, Owner},
	}
}

// Rules are a site's own least roles.
type Rules struct {
	Least map[Verb]Role `json:"least"`
}

// least gives the least role for a verb. A verb nobody named is the owner's.
func (r *Rules) least(v Verb) Role {
	if r != nil {
		if role, ok := r.Least[v]; ok {
			for _, allowed := range Adjustable()[v] {
				if role == allowed {
					return role
				}
			}
		}
	}
	if role, ok := defaults[v]; ok {
		return role
	}
	return Owner
}

// Least gives the least role that may do v on a site with these rules.
func (r *Rules) LeastFor(v Verb) Role { return r.least(v) }

// Subject is what something is done to, as far as the rules ask.
type Subject struct {
	Audience Audience // "" is public
	Author   int64    // person whose text it is, 0 if nobody's
	Hidden   bool     // hidden by staff or withdrawn: its author and staff still see it
	Closed   bool     // takes nothing new (a merged or withdrawn idea)
}

// May reports whether an actor may do something to a subject. It alone
// decides what is allowed; it reads nothing but its arguments.
func May(a Actor, v Verb, s Subject) bool {
	if !a.Role.AtLeast(a.Rules.least(v)) {
		return false
	}
	mine := a.ID != 0 && s.Author == a.ID
	switch s.Audience {
	case Members:
		if !a.Role.AtLeast(Member) {
			return false
		}
	case Team:
		if !a.IsStaff() && !mine {
			return false
		}
	case Public, "":
	default:
		if !slices.Contains(a.Circles, s.Audience) && !mine {
			return false
		}
	}
	switch v {
	case Edit, Withdraw, Self:
		return mine && (v != Edit || !s.Closed)
	case Propose, Publish, Vote, Comment, Follow, Thank, AddVoice, Quote:
		return !s.Closed && (!s.Hidden || a.IsStaff())
	case Read:
		return !s.Hidden || mine || a.IsStaff()
	}
	return true
}

// Require answers May as an error that tells the asker what to do: a visitor
// signs in, and what one may not see does not exist.
func Require(a Actor, v Verb, s Subject) error {
	if May(a, v, s) {
		return nil
	}
	if v != Read && !May(a, Read, s) || v == Read {
		return fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	if s.Closed && May(a, v, Subject{Audience: s.Audience, Author: s.Author}) {
		return fault.New(fault.Conflict, "This is closed and takes nothing new.")
	}
	if a.ID == 0 {
		return fault.New(fault.Unauthorised, "Sign in to do this. What you typed is kept.")
	}
	own := v == Edit || v == Withdraw || v == Self // whatever an owner allows
	if own || a.Role == Owner || s.Author != 0 && May(a, v, Subject{Audience: s.Audience, Author: a.ID}) {
		return fault.New(fault.Forbidden, "Only its author can do this.")
	}
	return fault.New(fault.Forbidden, "You may not do this here. Ask one of the owners.")
}
