package know

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/storage"
)

// Session is a browser that is signed in.
type Session struct {
	ID        int64
	Agent     string
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
	Current   bool
}

// Token is a key to the API that acts as its person.
type Token struct {
	ID        int64
	Name      string
	CreatedAt time.Time
	SeenAt    time.Time
}

// ActorBySession gives who holds a session cookie; the zero Actor and false if
// it is unknown or has ended.
func (d *Directory) ActorBySession(ctx context.Context, secret string) (Actor, bool, error) {
	return d.actorBy(ctx, "session", secret, `select s.id, s.person_id, s.account_id, s.seen_at from session s where s.hash = $1 and s.expires_at > $2`)
}

// ActorByToken gives who holds an API token.
func (d *Directory) ActorByToken(ctx context.Context, secret string) (Actor, bool, error) {
	a, ok, err := d.actorBy(ctx, "token", secret, `select t.id, t.person_id, t.account_id, t.seen_at from token t where t.hash = $1 and t.ended_at = 0 and cast($2 as bigint) > 0`)
	a.Token = true
	return a, ok, err
}

func (d *Directory) actorBy(ctx context.Context, table, secret, query string) (Actor, bool, error) {
	hash := hashOf(secret)
	mark := d.events.Mark(families...)
	if a, ok := d.actors.get(mark, table+hash); ok {
		return a, a.ID != 0, nil
	}
	now := d.now()
	var id, person, account, seen int64
	err := d.db.Row(ctx, query, hash, storage.Micros(now)).Scan(&id, &person, &account, &seen)
	if errors.Is(err, sql.ErrNoRows) {
		return Actor{}, false, nil
	}
	if err != nil {
		return Actor{}, false, fmt.Errorf("know: %s: %w", table, err)
	}
	a, err := d.Actor(ctx, person)
	if fault.Is(err, fault.NotFound) {
		return Actor{}, false, nil
	}
	if err != nil {
		return Actor{}, false, err
	}
	a.Account = account
	if now.Sub(storage.Time(seen)) > seenEvery {
		d.seen(ctx, table, id, person, now)
	}
	d.actors.put(mark, table+hash, a)
	return a, true, nil
}

// seen notes that a session or token was used; it is not worth failing for.
func (d *Directory) seen(ctx context.Context, table string, id, person int64, now time.Time) {
	err := d.db.Update(ctx, func(tx *storage.Tx) error {
		statement := `update session set seen_at = $1 where id = $2`
		if table == "token" {
			statement = `update token set seen_at = $1 where id = $2`
		}
		if _, err := tx.Exec(ctx, statement, storage.Micros(now), id); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `update person set seen_at = $1 where id = $2`, storage.Micros(now), person)
		return err
	})
	if err != nil {
		d.log.Warn("last use could not be noted", "error", err)
	}
}

// Actor gives a person as an actor, with the site's rules.
func (d *Directory) Actor(ctx context.Context, person int64) (Actor, error) {
	p, err := d.Person(ctx, person)
	if err != nil {
		return Actor{}, err
	}
	if p.Left() {
		return Actor{}, fault.New(fault.NotFound, "There is nobody here by that number.")
	}
	site, err := d.Site(ctx)
	if err != nil {
		return Actor{}, err
	}
	circles, err := d.circlesFor(ctx, p)
	if err != nil {
		return Actor{}, err
	}
	return Actor{ID: p.ID, Role: p.Role, Name: p.Name, Language: p.Language, Chosen: p.Chosen, Photo: p.Photo, Circles: circles, Rules: &site.Rules}, nil
}

// ActorByEmail gives the person with a confirmed address, as an actor.
func (d *Directory) ActorByEmail(ctx context.Context, address string) (Actor, error) {
	var account, person int64
	err := d.db.Row(ctx, `select id, person_id from account where kind = 'mail' and address = lower($1) and confirmed_at > 0 and person_id <> 0 and joined_by = 0`, address).Scan(&account, &person)
	if errors.Is(err, sql.ErrNoRows) {
		return Actor{}, fault.New(fault.NotFound, "Nobody here has confirmed that address. Add them first: tribune person add.")
	}
	if err != nil {
		return Actor{}, err
	}
	a, err := d.Actor(ctx, person)
	a.Account = account
	return a, err
}

// Sessions lists a person's sessions, last used first; current is the cookie
// that asks.
func (d *Directory) Sessions(ctx context.Context, a Actor, current string) ([]Session, error) {
	mine := hashOf(current)
	return storage.All(ctx, d.db, func(row storage.Scanner) (s Session, err error) {
		var created, seen, expires int64
		var hash string
		err = row.Scan(&s.ID, &hash, &s.Agent, &created, &seen, &expires)
		s.CreatedAt, s.SeenAt, s.ExpiresAt, s.Current = storage.Time(created), storage.Time(seen), storage.Time(expires), hash == mine
		return s, err
	}, `select id, hash, agent, created_at, seen_at, expires_at from session where person_id = $1 and expires_at > $2 order by seen_at desc, id desc`,
		a.ID, storage.Micros(d.now()))
}

// EndSession ends one of the actor's sessions.
func (d *Directory) EndSession(ctx context.Context, a Actor, id int64) error {
	return d.end(ctx, a, "session", id, `delete from session where id = $1 and person_id = $2`)
}

// SignOut ends the session of a cookie.
func (d *Directory) SignOut(ctx context.Context, secret string) error {
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		var id, person int64
		err := tx.Row(ctx, `delete from session where hash = $1 returning id, person_id`, hashOf(secret)).Scan(&id, &person)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return d.events.Append(ctx, tx, event.Event{Kind: "session.ended", Actor: person, Subject: event.Ref{Kind: "session", ID: id}})
	})
}

// Tokens lists the actor's tokens that have not ended, newest first.
func (d *Directory) Tokens(ctx context.Context, a Actor) ([]Token, error) {
	return storage.All(ctx, d.db, func(row storage.Scanner) (t Token, err error) {
		var created, seen int64
		err = row.Scan(&t.ID, &t.Name, &created, &seen)
		t.CreatedAt, t.SeenAt = storage.Time(created), storage.Time(seen)
		return t, err
	}, `select id, name, created_at, seen_at from token where person_id = $1 and ended_at = 0 order by id desc`, a.ID)
}

// NewToken makes a token that acts as the actor, for as long as the address is
// theirs by which they came in. It is shown once.
func (d *Directory) NewToken(ctx context.Context, a Actor, name string) (secret string, err error) {
	if err := Require(a, Self, Subject{Author: a.ID}); err != nil {
		return "", err
	}
	secret, hash, err := d.secret()
	if err != nil {
		return "", err
	}
	secret = "tribune_" + secret
	hash = hashOf(secret)
	err = d.db.Update(ctx, func(tx *storage.Tx) error {
		id, err := tx.Insert(ctx, `insert into token (hash, person_id, account_id, name, created_at) values ($1, $2, $3, $4, $5) returning id`,
			hash, a.ID, a.Account, name, storage.Micros(d.now()))
		if err != nil {
			return err
		}
		return d.fact(ctx, tx, "token.made", a, event.Ref{Kind: "token", ID: id}, 0)
	})
	return secret, err
}

// EndToken ends one of the actor's tokens.
func (d *Directory) EndToken(ctx context.Context, a Actor, id int64) error {
	return d.end(ctx, a, "token", id, `delete from token where id = $1 and person_id = $2`)
}

func (d *Directory) end(ctx context.Context, a Actor, what string, id int64, statement string) error {
	return d.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, statement, id, a.ID)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "It has ended already.")
		}
		return d.fact(ctx, tx, what+".ended", a, event.Ref{Kind: what, ID: id}, 0)
	})
}
