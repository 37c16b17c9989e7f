package know

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/mail"
	"tribune/know/naming"
	"tribune/storage"
)

// How long links and sessions live, and how often an address may ask for one.
const (
	linkLife      = 15 * time.Minute
	inviteLife    = 7 * 24 * time.Hour
	sessionLife   = 90 * 24 * time.Hour
	linksPerHour  = 5
	seenEvery     = 10 * time.Minute
	maxNextLength = 300
)

// Purpose is what a one-time link is for.
type Purpose string

// The purposes of a one-time link.
const (
	SignIn       Purpose = "signin"
	Invitation   Purpose = "invite"
	Confirmation Purpose = "confirm"
)

// Link is a one-time link as its confirm page shows it.
type Link struct {
	ID      int64
	Purpose Purpose
	Account int64
	Person  int64 // whom it signs in: whose the address is, else whom it was made for; 0: somebody new, who is asked for a name
	Address string
	Name    string
	Next    string // path to go to afterwards
	Role    Role   // what the person may do once signed in
	By      int64  // an invitation: who invited the person, 0 if nobody did
}

// SafeNext gives a path within the site to go to after signing in, "" for
// anything else (another host, a scheme, a protocol-relative address).
func SafeNext(next string) string {
	if !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") || len(next) > maxNextLength {
		return ""
	}
	return next
}

// StartSignIn sends a one-time link to an address. The answer is the same
// whether the address is known or not. At most 5 links an hour go to one, and
// each ends those that were asked for before. The mail is in language, that of
// the page, unless its reader chose one.
func (d *Directory) StartSignIn(ctx context.Context, address, next, language string) error {
	address, err := mail.ValidAddress(address)
	if err != nil {
		return fault.New(fault.Invalid, "This is not a mail address. It looks like name@example.org.").On("email")
	}
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		account, err := d.EnsureAccount(ctx, tx, Account{Kind: Mail, Address: address})
		if err != nil {
			return err
		}
		if err := d.notTooMany(ctx, tx, account, 0); err != nil {
			return err
		}
		if err := d.endAsked(ctx, tx, account); err != nil {
			return err
		}
		person, err := holder(ctx, tx, account)
		if err != nil {
			return err
		}
		link, err := d.pendingLink(ctx, tx, SignIn, account, person, SafeNext(next))
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `update signin_link set language = coalesce((select language from person where id = $1 and language_chosen = 1), $2) where id = $3`,
			person, language, link); err != nil {
			return err
		}
		return d.events.Put(ctx, tx, event.Delivery{Dedup: fmt.Sprintf("signin:%d", link), Kind: "signin", Person: person, Account: account,
			Subject: event.Ref{Kind: "link", ID: link}})
	})
}

// LinkLanguage gives the language of a sign-in link's mail, "" for the site's.
func (d *Directory) LinkLanguage(ctx context.Context, link int64) (language string, err error) {
	err = d.db.Row(ctx, `select language from signin_link where id = $1`, link).Scan(&language)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil // it is gone; that is for Arm to say
	}
	return language, err
}

// notTooMany limits the links that go to one address: all of them, or those
// that one asker wants confirmed.
func (d *Directory) notTooMany(ctx context.Context, tx *storage.Tx, account, asker int64) error {
	var recent int
	err := tx.Row(ctx, `select count(*) from signin_link where account_id = $1 and created_at > $2 and (person_id = $3 and purpose = 'confirm' or $3 = 0)`,
		account, storage.Micros(d.now().Add(-time.Hour)), asker).Scan(&recent)
	if err == nil && recent >= linksPerHour {
		return fault.New(fault.Limited, "Five links went to this address within the hour. Look in your mail, or try again in an hour.").On("email")
	}
	return err
}

// pendingLink writes a link whose secret is made when it leaves: the outbox
// holds no secrets.
func (d *Directory) pendingLink(ctx context.Context, tx *storage.Tx, p Purpose, account, person int64, next string) (int64, error) {
	_, hash, err := d.secret()
	if err != nil {
		return 0, err
	}
	return tx.Insert(ctx, `insert into signin_link (hash, purpose, account_id, person_id, next, created_at, expires_at)
		values ($1, $2, $3, $4, $5, $6, 0) returning id`, "pending:"+hash, string(p), account, person, next, storage.Micros(d.now()))
}

// Arm gives a pending link a new secret, good from now on for its purpose's
// time; an earlier secret of the same link ends. A used link stays used.
func (d *Directory) Arm(ctx context.Context, link int64) (secret string, err error) {
	secret, hash, err := d.secret()
	if err != nil {
		return "", err
	}
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		var purpose Purpose
		err := tx.Row(ctx, `select purpose from signin_link where id = $1 and used_at = 0`, link).Scan(&purpose)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.New(fault.Conflict, "This link was used already, or has ended.")
		}
		if err != nil {
			return err
		}
		life := linkLife
		if purpose == Invitation {
			life = inviteLife
		}
		_, err = tx.Exec(ctx, `update signin_link set hash = $1, expires_at = $2 where id = $3`, hash, storage.Micros(d.now().Add(life)), link)
		return err
	})
	return secret, err
}

// terminal is whoever sits at the program's own terminal: nobody here, who may
// do everything.
var terminal = Actor{Role: Owner}

// AddPerson makes a person with a confirmed address and gives a one-time link
// for them. It is the command line's way. Whoever has the address already is
// found: they keep their name, and may only rise. Somebody new who is called as
// one of us is refused: see AddNamesake.
func (d *Directory) AddPerson(ctx context.Context, name, address string, role Role) (p Person, secret string, err error) {
	return d.addPerson(ctx, name, address, role, false)
}

// AddNamesake is AddPerson for somebody of whom the asker knows that they are
// another person than the one of us who is called so.
func (d *Directory) AddNamesake(ctx context.Context, name, address string, role Role) (p Person, secret string, err error) {
	return d.addPerson(ctx, name, address, role, true)
}

func (d *Directory) addPerson(ctx context.Context, name, address string, role Role, namesake bool) (p Person, secret string, err error) {
	if name, err = d.nameFor(ctx, d.db, name, true); err != nil {
		return p, "", err
	}
	if address, err = mail.ValidAddress(address); err != nil {
		return p, "", fault.New(fault.Invalid, "This is not a mail address. It looks like name@example.org.").On("email")
	}
	if !role.AtLeast(Member) {
		return p, "", fault.New(fault.Invalid, "A role is owner, staff or member.").On("role")
	}
	var link int64
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		account, err := d.EnsureAccount(ctx, tx, Account{Kind: Mail, Address: address, Name: name})
		if err != nil {
			return err
		}
		person, err := holder(ctx, tx, account)
		if err != nil {
			return err
		}
		if person == 0 {
			if person, err = d.addNew(ctx, tx, name, role, namesake); err != nil {
				return err
			}
		} else if err := d.rise(ctx, tx, person, name, role, terminal); err != nil {
			return err
		}
		if err := d.claim(ctx, tx, account, person); err != nil {
			return err
		}
		if link, err = d.pendingLink(ctx, tx, SignIn, account, person, ""); err != nil {
			return err
		}
		p, err = scanPerson(tx.Row(ctx, selectPerson+` where id = $1`, person))
		return err
	})
	if err != nil {
		return p, "", err
	}
	secret, err = d.Arm(ctx, link)
	return p, secret, err
}

// addNew makes somebody new for AddPerson.
func (d *Directory) addNew(ctx context.Context, tx *storage.Tx, name string, role Role, namesake bool) (id int64, err error) {
	if !namesake {
		if err := d.notOneOfUs(ctx, tx, name); err != nil {
			return 0, err
		}
	}
	if id, err = d.newPerson(ctx, tx, name, role); err != nil {
		return id, err
	}
	return id, d.promoted(ctx, tx, terminal, id, Visitor, role)
}

func (d *Directory) newPerson(ctx context.Context, tx *storage.Tx, name string, role Role) (int64, error) {
	id, err := tx.Insert(ctx, `insert into person (name, folded, role, created_at) values ($1, $2, $3, $4) returning id`, name, naming.Key(name), string(role), storage.Micros(d.now()))
	if err != nil {
		return 0, err
	}
	return id, d.events.Append(ctx, tx, event.Event{Kind: "person.joined", Actor: id, Subject: event.Ref{Kind: "person", ID: id}})
}

// claim gives an account to a person and marks it confirmed. From then on the
// person is here: invitations that were handed over for them end, so that who
// made one cannot come in as them.
func (d *Directory) claim(ctx context.Context, tx *storage.Tx, account, person int64) error {
	if err := d.hold(ctx, tx, account, person); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update account set confirmed_at = $1 where id = $2 and confirmed_at = 0`, storage.Micros(d.now()), account); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `update signin_link set used_at = $1 where person_id = $2 and purpose = 'invite' and used_at = 0`,
		storage.Micros(d.now()), person); err != nil {
		return err
	}
	return d.events.Append(ctx, tx, event.Event{Kind: "account.confirmed", Actor: person, Subject: event.Ref{Kind: "account", ID: account}, Other: person})
}

// rise gives somebody a role if it is more than theirs, and a name if they
// have none.
func (d *Directory) rise(ctx context.Context, tx *storage.Tx, person int64, name string, role Role, by Actor) error {
	var have Role
	var called string
	if err := tx.Row(ctx, `select role, name from person where id = $1`, person).Scan(&have, &called); err != nil {
		return err
	}
	if have.AtLeast(role) && called != "" {
		return nil
	}
	if called != "" {
		name = called
	}
	now := role
	if have.AtLeast(role) {
		now = have
	}
	if _, err := tx.Exec(ctx, `update person set name = $1, named_at = case when folded = $2 then named_at else $3 end, folded = $2, role = $4 where id = $5`,
		name, naming.Key(name), storage.Micros(d.now()), string(now), person); err != nil {
		return err
	}
	return d.promoted(ctx, tx, by, person, have, now)
}

const linkGone = "This link was used already, is older than it may be, or a newer one was asked for. Use the newest, or ask for another: it takes a minute."

// Look shows a one-time link without using it up, for the confirm page.
func (d *Directory) Look(ctx context.Context, secret string) (Link, error) {
	return d.look(ctx, d.db, secret)
}

func (d *Directory) look(ctx context.Context, q storage.Q, secret string) (l Link, err error) {
	var asker, expires, used int64
	err = q.Row(ctx, `select l.id, l.purpose, l.account_id, l.person_id, coalesce(p.id, 0), l.next, l.expires_at, l.used_at, coalesce(a.address, ''), coalesce(p.name, ''), coalesce(p.role, ''), coalesce(p.invited_by, 0)
		from signin_link l left join account a on a.id = l.account_id
		left join person p on p.id = case when a.person_id <> 0 and a.joined_by = 0 then a.person_id when l.purpose = 'signin' and l.account_id <> 0 then 0 else l.person_id end where l.hash = $1`, hashOf(secret)).
		Scan(&l.ID, &l.Purpose, &l.Account, &asker, &l.Person, &l.Next, &expires, &used, &l.Address, &l.Name, &l.Role, &l.By)
	if errors.Is(err, sql.ErrNoRows) || err == nil && (used != 0 || expires < storage.Micros(d.now())) {
		return Link{}, fault.New(fault.NotFound, linkGone)
	}
	if err == nil && l.Founds() {
		l.Role = Owner
		err = mayFound(ctx, q)
	}
	if l.Purpose == Invitation && l.Person != asker {
		return Link{}, fault.New(fault.NotFound, linkGone) // the address is not theirs any more whom it was made for
	}
	if l.Purpose == Confirmation && l.Person != asker {
		l.Purpose = SignIn // the address is another's already: there is nothing to confirm
	}
	return l, err
}

// NextOf gives where a link would have led that was used or has ended, so that a
// new one can be asked for with the same aim; "" for none.
func (d *Directory) NextOf(ctx context.Context, secret string) (next string, err error) {
	err = d.db.Row(ctx, `select next from signin_link where hash = $1`, hashOf(secret)).Scan(&next)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return next, err
}

// Use uses a one-time link up and opens a session. name is asked of somebody
// new; agent is the browser, to be recognised in the list of sessions. A link
// that confirms an address opens none: see Confirm.
func (d *Directory) Use(ctx context.Context, secret, name, agent string) (session string, person int64, next string, err error) {
	session, hash, err := d.secret()
	if err != nil {
		return "", 0, "", err
	}
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		l, err := d.look(ctx, tx, secret)
		if err != nil {
			return err
		}
		if l.Purpose == Confirmation {
			return errNotTheAsker()
		}
		if person, err = d.personOf(ctx, tx, l, name); err != nil {
			return err
		}
		next = l.Next
		now := d.now()
		if _, err := tx.Exec(ctx, `update signin_link set used_at = $1 where id = $2`, storage.Micros(now), l.ID); err != nil {
			return err
		}
		if l.Account != 0 {
			if err := d.claim(ctx, tx, l.Account, person); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, `update person set seen_at = $1, role = case when role = 'guest' then 'member' else role end where id = $2`, storage.Micros(now), person); err != nil {
			return err
		}
		if len(agent) > 200 {
			agent = strings.ToValidUTF8(agent[:200], "")
		}
		id, err := tx.Insert(ctx, `insert into session (hash, person_id, account_id, agent, created_at, seen_at, expires_at) values ($1, $2, $3, $4, $5, $5, $6) returning id`,
			hash, person, l.Account, agent, storage.Micros(now), storage.Micros(now.Add(sessionLife)))
		if err != nil {
			return err
		}
		return d.events.Append(ctx, tx, event.Event{Kind: "session.opened", Actor: person, Subject: event.Ref{Kind: "session", ID: id}})
	})
	return session, person, next, err
}

// Confirm makes an address that a asked for theirs, by the link that went to it.
// It opens no session, and serves nobody else: who asked may have mistyped the
// address, and whoever reads it is not them.
func (d *Directory) Confirm(ctx context.Context, a Actor, secret string) (next string, err error) {
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		l, err := d.look(ctx, tx, secret)
		if err != nil {
			return err
		}
		if l.Purpose != Confirmation || a.ID == 0 || l.Person != a.ID {
			return errNotTheAsker()
		}
		next = l.Next
		if _, err := tx.Exec(ctx, `update signin_link set used_at = $1 where id = $2`, storage.Micros(d.now()), l.ID); err != nil {
			return err
		}
		return d.claim(ctx, tx, l.Account, a.ID)
	})
	return next, err
}

func errNotTheAsker() error {
	return fault.New(fault.Forbidden, "Sign in first with an address that is yours here already, then open the link of the mail again. It is not used up.")
}

// ClaimGuest notes that whoever reads an address has confirmed it, and gives
// the person it belongs to: who has it already, or a new guest called name, as
// they said. It is for somebody who wrote to us without an account.
func (d *Directory) ClaimGuest(ctx context.Context, tx *storage.Tx, account int64, name, language string) (person int64, err error) {
	if person, err = holder(ctx, tx, account); err != nil {
		return 0, err
	}
	if person == 0 {
		if person, err = d.newPerson(ctx, tx, name, Guest); err != nil {
			return 0, err
		}
		if _, err := tx.Exec(ctx, `update person set language = $1 where id = $2`, language, person); err != nil {
			return 0, err
		}
	}
	return person, d.claim(ctx, tx, account, person)
}

// personOf gives the person a link signs in, who may be a new one.
func (d *Directory) personOf(ctx context.Context, tx *storage.Tx, l Link, name string) (person int64, err error) {
	if l.Person != 0 {
		return l.Person, nil
	}
	if l.Founds() { // they say their name when they set the site up
		return tx.Insert(ctx, `insert into person (role, leads, created_at) values ('owner', 1, $1) returning id`, storage.Micros(d.now()))
	}
	if name, err = d.nameFor(ctx, tx, name, false); err != nil {
		return 0, err
	}
	return d.newPerson(ctx, tx, name, Member)
}
