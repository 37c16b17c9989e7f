package purchase

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Permission is what somebody who was named says to being shown.
type Permission string

// The permissions. The zero Permission is of a reason that names no member.
const (
	Asked   Permission = "asked"
	Granted Permission = "yes"
	Refused Permission = "no"
)

// Limits of an answer: its words, the names in it, and how many members one
// buyer may have asked, ever.
const (
	maxWords   = 1000
	maxName    = 80
	maxPlace   = 500
	maxTellers = 3
)

// Reason is what a buyer said brought them.
type Reason struct {
	ID         int64
	Account    int64
	Purchase   int64 // that they were asked about
	Words      string
	Teller     int64      // a member they named
	Shown      Permission // whether that member may be shown
	TellerName string     // somebody they did not choose from the people who are public here
	Place      string     // an address elsewhere
	Thing      event.Ref  // idea, post or release of ours
	ByName     string     // how the one they named knows them
	State      know.TextState
	CreatedAt  time.Time
	EditedAt   time.Time
}

// Answer is an answer to the question as it is given. At least one of Words,
// Teller, TellerName and Place is needed.
type Answer struct {
	Words      string
	Teller     int64 // a member; goes before TellerName
	TellerName string
	Elsewhere  bool   // TellerName is nobody's who is public here, even if one of them has that name
	Place      string // an address: of a page here, or anywhere
	ByName     string
}

// check cleans an answer. own is the site's address: a page there is a thing of ours.
func (n *Answer) check(own string) (thing event.Ref, err error) {
	n.Words, n.TellerName, n.Place, n.ByName = strings.TrimSpace(n.Words), clean(n.TellerName), strings.TrimSpace(n.Place), clean(n.ByName)
	var wrong []error
	if n.Words == "" && n.Teller == 0 && n.TellerName == "" && n.Place == "" {
		wrong = append(wrong, fault.New(fault.Invalid, "Say it in a few words, or name somebody, or a place.").On("words"))
	}
	if utf8.RuneCountInString(n.Words) > maxWords {
		wrong = append(wrong, fault.New(fault.Invalid, "Say it in at most {most} characters.", "most", maxWords).On("words"))
	}
	if utf8.RuneCountInString(n.TellerName) > maxName {
		wrong = append(wrong, fault.New(fault.Invalid, "A name has at most 80 characters.").On("who"))
	}
	if utf8.RuneCountInString(n.ByName) > maxName {
		wrong = append(wrong, fault.New(fault.Invalid, "A name has at most 80 characters.").On("by"))
	}
	if n.Place != "" {
		if thing, err = n.placed(own); err != nil {
			wrong = append(wrong, err)
		}
	}
	if n.Teller != 0 {
		n.TellerName = ""
	}
	return thing, fault.All(wrong...)
}

// clean drops what is not seen from a name.
func clean(s string) string {
	return strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if r < ' ' || r == '\u007f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return ' '
		}
		return r
	}, s)), " ")
}

// placed reads the address of a place. One of ours becomes the thing it shows.
func (n *Answer) placed(own string) (event.Ref, error) {
	if !strings.Contains(n.Place, "://") && !strings.ContainsAny(n.Place, " \t\n") {
		n.Place = "https://" + n.Place
	}
	u, err := url.Parse(n.Place)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || !strings.Contains(u.Hostname(), ".") && u.Hostname() != "localhost" || len(n.Place) > maxPlace || u.User != nil {
		return event.Ref{}, fault.New(fault.Invalid, "This is no address of a page. It looks like https://example.org/page; a place without one fits into your words.").On("place")
	}
	path, ours := strings.CutPrefix(n.Place, own)
	if own == "" || !ours {
		return event.Ref{}, nil
	}
	for prefix, kind := range map[string]string{"/ideas/": "idea", "/tribune/": "post", "/changes/": "release"} {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			if i := strings.IndexAny(rest, "/?#"); i >= 0 {
				rest = rest[:i]
			}
			if id, err := strconv.ParseInt(rest, 10, 64); err == nil && id > 0 {
				n.Place = ""
				return event.Ref{Kind: kind, ID: id}, nil
			}
		}
	}
	return event.Ref{}, nil
}

const selectReason = `select r.id, r.account_id, r.purchase_id, r.words, r.teller_id, coalesce(t.state, ''), r.teller_name, r.place, r.thing_kind, r.thing_id, r.by_name, r.state, r.created_at, r.edited_at
	from reason r left join reason_teller t on t.reason_id = r.id and t.person_id = r.teller_id`

func scanReason(row storage.Scanner) (r Reason, err error) {
	var created, edited int64
	err = row.Scan(&r.ID, &r.Account, &r.Purchase, &r.Words, &r.Teller, &r.Shown, &r.TellerName, &r.Place, &r.Thing.Kind, &r.Thing.ID, &r.ByName, &r.State, &created, &edited)
	r.CreatedAt, r.EditedAt = storage.Time(created), storage.Time(edited)
	return r, err
}

// asSaid gives an answer as its buyer may see it: that a name they wrote is a
// member's is for that member to say.
func (r Reason) asSaid() Reason {
	switch {
	case r.TellerName == "" || r.Teller == 0:
	case r.Shown == Granted:
		r.TellerName = ""
	default:
		r.Teller, r.Shown = 0, ""
	}
	return r
}

// standing gives the answer that stands of a buyer's accounts: the latest.
// sql.ErrNoRows if there is none.
func standing(ctx context.Context, q storage.Q, accounts []int64) (Reason, error) {
	holes, args := storage.Holes(1, accounts)
	return scanReason(q.Row(ctx, selectReason+` where r.account_id in (`+holes+`) and r.state = 'visible' order by r.edited_at desc, r.id desc limit 1`, args...))
}

// ReasonsOf gives the standing answers of several buyers, each by any of their
// accounts, by that account. A member who has not said yes is left out, and
// so is the name by which they were named.
func (l *Ledger) ReasonsOf(ctx context.Context, a know.Actor, accounts []int64) (map[int64]Reason, error) {
	if err := know.Require(a, know.Know, know.Subject{Audience: know.Team}); err != nil {
		return nil, err
	}
	reasons := make(map[int64]Reason, len(accounts))
	if len(accounts) == 0 {
		return reasons, nil
	}
	holes, args := storage.Holes(1, accounts)
	type found struct {
		account int64
		Reason
	}
	all, err := storage.All(ctx, l.db, func(row storage.Scanner) (f found, err error) {
		var created, edited int64
		err = row.Scan(&f.account, &f.ID, &f.Account, &f.Purchase, &f.Words, &f.Teller, &f.Shown, &f.TellerName, &f.Place, &f.Thing.Kind, &f.Thing.ID, &f.ByName, &f.State, &created, &edited)
		f.CreatedAt, f.EditedAt = storage.Time(created), storage.Time(edited)
		return f, err
	}, `with own (account_id, of_id) as (select id, id from account where id in (`+holes+`)
			union select b.id, o.id from account b join account o on o.person_id = b.person_id where b.person_id <> 0 and o.person_id <> 0 and b.id in (`+holes+`))
		select own.account_id, r.id, r.account_id, r.purchase_id, r.words, r.teller_id, coalesce(t.state, ''), r.teller_name, r.place, r.thing_kind, r.thing_id, r.by_name, r.state, r.created_at, r.edited_at
		from own join reason r on r.account_id = own.of_id left join reason_teller t on t.reason_id = r.id and t.person_id = r.teller_id
		where r.state = 'visible' order by r.edited_at, r.id`, args...)
	if err != nil {
		return nil, err
	}
	for _, f := range all { // the latest comes last
		if f.Teller != 0 {
			f.TellerName = ""
		}
		if f.Shown != Granted {
			f.Teller = 0
		}
		reasons[f.account] = f.Reason
	}
	return reasons, nil
}

// held gives all accounts that the buyer holds who holds this one. One that
// the team joined to somebody answers for itself alone: who bought with it has
// not said yet that it is them.
func held(ctx context.Context, q storage.Q, account int64) (person int64, accounts []int64, err error) {
	err = q.Row(ctx, `select case when joined_by = 0 then person_id else 0 end from account where id = $1`, account).Scan(&person)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, []int64{account}, nil
	}
	if err != nil || person == 0 {
		return 0, []int64{account}, err
	}
	accounts, err = storage.All(ctx, q, storage.Scalar[int64], `select id from account where person_id = $1 and person_id <> 0 and joined_by = 0 order by id`, person)
	return person, accounts, err
}
