package listen

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Strangers' words are forgotten after a set time: those of accounts that
// nobody claimed, heard at open sources or brought from where they were public,
// unless they became something. What
// became of them is known further right; each folder says what it keeps. Counts
// stay, and so does the identity, so that what was forgotten is not heard anew.

// Keeper says which mentions, and which accounts, are to be kept because
// something was made of them.
type Keeper interface {
	KeptMentions(ctx context.Context, q storage.Q, mentions []int64) ([]int64, error)
	KeptAccounts(ctx context.Context, q storage.Q, accounts []int64) ([]int64, error)
}

// forgetAtOnce keeps a transaction short: each mention takes a few statements.
const forgetAtOnce = 50

// Forget forgets strangers' words that were heard before a time, and gives how
// many mentions that were.
func (r *Radar) Forget(ctx context.Context, before time.Time, keepers ...Keeper) (n int, err error) {
	for after := int64(0); ; {
		var page []int64
		err := r.db.Update(ctx, func(tx *storage.Tx) (err error) {
			page, err = storage.All(ctx, tx, storage.Scalar[int64], `select m.id from mention m join source s on s.id = m.source_id join account a on a.id = m.account_id
				where m.heard_at < $1 and m.state <> 'withdrawn' and m.id > $2 and (s.addressed = 0 or s.forgets = 1 and m.public = 1) and a.person_id = 0 order by m.id limit $3`,
				storage.Micros(before), after, forgetAtOnce)
			if err != nil {
				return err
			}
			gone := page
			for _, k := range keepers {
				kept, err := k.KeptMentions(ctx, tx, gone)
				if err != nil {
					return err
				}
				gone = without(gone, kept)
			}
			for _, id := range gone {
				if err := r.withdraw(ctx, tx, id, event.Event{N: TimePassed}); err != nil {
					return err
				}
			}
			n += len(gone)
			return r.forgetSpeakers(ctx, tx, gone, keepers)
		})
		if err != nil {
			return n, fmt.Errorf("listen: forget what was heard before %s: %w", before.Format(time.DateOnly), err)
		}
		if len(page) == 0 {
			return n, nil
		}
		after = page[len(page)-1]
	}
}

// forgetSpeakers takes away who said these mentions, if nothing else is held of
// them.
func (r *Radar) forgetSpeakers(ctx context.Context, tx *storage.Tx, mentions []int64, keepers []Keeper) error {
	if len(mentions) == 0 {
		return nil
	}
	holes, args := storage.Holes(1, mentions)
	accounts, err := storage.All(ctx, tx, storage.Scalar[int64], `select distinct m.account_id from mention m where m.id in (`+holes+`)
		and not exists (select 1 from mention o where o.account_id = m.account_id and o.state <> 'withdrawn') order by m.account_id`, args...)
	for _, k := range keepers {
		if err != nil || len(accounts) == 0 {
			return err
		}
		var kept []int64
		if kept, err = k.KeptAccounts(ctx, tx, accounts); err == nil {
			accounts = without(accounts, kept)
		}
	}
	if err != nil {
		return err
	}
	return r.people.ForgetStrangers(ctx, tx, accounts)
}

func without(all, these []int64) []int64 {
	return slices.DeleteFunc(slices.Clone(all), func(id int64) bool { return slices.Contains(these, id) })
}

// Stranger is what is held about an account that nobody has to claim, for whom
// it belongs to.
type Stranger struct {
	Account  know.HeldAccount `json:"account"`
	Mentions []HeldMention    `json:"mentions"` // those that anyone can open
	Private  int              `json:"private"`  // how many others there are: letters, calls, forms
	AskedAt  time.Time        `json:"asked_at,omitzero"`
}

// Stranger gives what is held about an account. What was said in private is
// only counted: the link that leads here may have been posted in public.
func (r *Radar) Stranger(ctx context.Context, account int64) (Stranger, error) {
	a, err := r.people.Account(ctx, account)
	if err != nil {
		return Stranger{}, err
	}
	s := Stranger{Mentions: []HeldMention{}, Account: know.HeldAccount{ID: a.ID, Kind: a.Kind, Address: a.Address, Name: a.Name, URL: a.URL, CreatedAt: a.CreatedAt}}
	if a.Kind == know.Mail { // an address is for whoever knows it
		s.Account.Address = ""
	}
	h, err := r.Held(ctx, 0, []int64{account})
	for _, m := range h.Mentions {
		switch {
		case m.State == string(know.Withdrawn):
		case m.Public:
			s.Mentions = append(s.Mentions, m)
		default:
			s.Private++
		}
	}
	if err != nil {
		return s, err
	}
	asked, err := storage.All(ctx, r.db, storage.Scalar[int64], `select at from forget_ask where account_id = $1`, account)
	if len(asked) > 0 {
		s.AskedAt = storage.Time(asked[0])
	}
	return s, err
}

// AskForget notes that somebody who has the link asks that all of an account be
// forgotten. One of us decides; asking again changes nothing.
func (r *Radar) AskForget(ctx context.Context, account int64) error {
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `insert into forget_ask (account_id, at) values ($1, $2) on conflict (account_id) do nothing`, account, storage.Micros(r.now()))
		if err != nil || n == 0 {
			return err
		}
		return r.events.Append(ctx, tx, event.Event{Kind: ForgetAsked, Subject: event.Ref{Kind: "account", ID: account}})
	})
}

// ForgetAsk is that somebody asked to be forgotten.
type ForgetAsk struct {
	Account  know.Account
	At       time.Time
	Mentions int64 // how many are held
}

// ForgetAsks gives who asked to be forgotten, the first who asked first.
func (r *Radar) ForgetAsks(ctx context.Context, a know.Actor) ([]ForgetAsk, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	all, err := storage.All(ctx, r.db, func(row storage.Scanner) (x ForgetAsk, err error) {
		var at int64
		err = row.Scan(&x.Account.ID, &x.Account.Name, &x.Account.URL, &at, &x.Mentions)
		x.At = storage.Time(at)
		return x, err
	}, `select f.account_id, coalesce(a.name, ''), coalesce(a.url, ''), f.at,
			(select count(*) from mention m where m.account_id = f.account_id and m.state <> 'withdrawn')
		from forget_ask f left join account a on a.id = f.account_id order by f.at, f.account_id limit 200`)
	return all, err
}

// ForgetAccount takes away all that an account said, and its name, and does not
// listen to it any more. It is for accounts without a person: a person leaves.
func (r *Radar) ForgetAccount(ctx context.Context, a know.Actor, account int64) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	c, err := r.people.Account(ctx, account)
	if err != nil {
		return err
	}
	if c.Person != 0 {
		return fault.New(fault.Conflict, "Somebody who is here has claimed this account: they can take their words away on their own page, or leave.")
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select id from mention where account_id = $1 and state <> 'withdrawn' order by id`, account)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := r.withdraw(ctx, tx, id, event.Event{Actor: a.ID, Staff: a.IsStaff()}); err != nil {
				return err
			}
		}
		traces := [][]any{{know.Trace(c.Kind, c.Address), storage.Micros(r.now())}}
		if _, err := tx.InsertMany(ctx, `let_alone (trace, at)`, traces, `on conflict (trace) do nothing`, nil); err != nil {
			return err
		}
		if err := r.people.ForgetStrangers(ctx, tx, []int64{account}); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `delete from forget_ask where account_id = $1`, account); err != nil {
			return err
		}
		return r.events.Append(ctx, tx, event.Event{Kind: AccountForgotten, Actor: a.ID, Subject: event.Ref{Kind: "account", ID: account}, N: int64(len(ids)), Staff: a.IsStaff()})
	})
}

// RefuseForget lets an ask go that is not by whom the account belongs to.
func (r *Radar) RefuseForget(ctx context.Context, a know.Actor, account int64) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `delete from forget_ask where account_id = $1`, account)
		if err == nil && n == 0 {
			return fault.New(fault.NotFound, "Nobody asks this any more.")
		}
		if err != nil {
			return err
		}
		return r.events.Append(ctx, tx, event.Event{Kind: ForgetRefused, Actor: a.ID, Subject: event.Ref{Kind: "account", ID: account}, Staff: a.IsStaff()})
	})
}

// letAlone gives, by identity, what those said elsewhere who asked that we do
// not listen to them; what they say to us is heard. Nearly always there is
// nobody.
func letAlone(ctx context.Context, q storage.Q, said []utterance) (map[string]bool, error) {
	found := map[string]bool{}
	all, err := storage.All(ctx, q, storage.Scalar[int64], `select trace from let_alone`)
	if err != nil || len(all) == 0 {
		return found, err
	}
	traces := make(map[int64]bool, len(all))
	for _, t := range all {
		traces[t] = true
	}
	for i := range said {
		if u := &said[i]; (!u.addressed || u.overheard) && traces[know.Trace(u.account.Kind, u.account.Address)] {
			found[u.identity] = true
		}
	}
	return found, nil
}

// Said gives what these accounts said, newest first, withdrawn ones left out.
// It asks nobody's leave: what it gives is for the desk and for the person.
func (r *Radar) said(ctx context.Context, accounts []int64, limit int) ([]Mention, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	holes, args := storage.Holes(2, accounts)
	return mentions(ctx, r.db, ` where m.account_id in (`+holes+`) and m.state <> 'withdrawn' order by m.published_at desc, m.id desc limit $1`,
		append([]any{limit}, args...)...)
}

// HeldMention is one mention in a person's export.
type HeldMention struct {
	ID          int64     `json:"id"`
	Source      string    `json:"source"`
	Kind        Kind      `json:"kind"`
	URL         string    `json:"url,omitempty"`
	ReplyTo     string    `json:"reply_to,omitempty"`
	Text        string    `json:"text"`
	Language    string    `json:"language,omitempty"`
	Country     string    `json:"country,omitempty"`
	Reach       int64     `json:"reach,omitempty"`
	PublishedAt time.Time `json:"published_at"`
	HeardAt     time.Time `json:"heard_at"`
	State       string    `json:"state"`
	Quotable    string    `json:"quotable,omitempty"`
	Public      bool      `json:"public"`
}

// Holding is what this package holds of a person.
type Holding struct {
	Mentions []HeldMention `json:"mentions"`
}

// Held gives all that is held about a person: what their accounts said.
func (r *Radar) Held(ctx context.Context, person int64, accounts []int64) (Holding, error) {
	h := Holding{Mentions: []HeldMention{}}
	list, err := r.said(ctx, accounts, 1<<30)
	for _, m := range list {
		h.Mentions = append(h.Mentions, HeldMention{ID: m.ID, Source: m.SourceName, Kind: m.Kind, URL: m.URL, ReplyTo: m.ReplyTo, Text: m.Text,
			Language: m.Language, Country: m.Country, Reach: m.Reach, PublishedAt: m.PublishedAt, HeardAt: m.HeardAt,
			State: string(m.State), Quotable: string(m.Quotable), Public: m.Public})
	}
	return h, err
}

// Moments gives what these accounts said, newest first, copies left out.
func (r *Radar) Moments(ctx context.Context, person int64, accounts []int64, limit int) ([]know.Moment, error) {
	list, err := r.said(ctx, accounts, limit)
	moments := make([]know.Moment, 0, len(list))
	for _, m := range list {
		if m.CopyOf != 0 {
			continue
		}
		moments = append(moments, know.Moment{At: m.PublishedAt, Kind: "said", Subject: event.Ref{Kind: "mention", ID: m.ID},
			Title: m.SourceName, Text: m.Text, URL: m.URL})
	}
	return moments, err
}
