package advocate

import (
	"context"
	"fmt"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// Thing is something said or done that one may be thanked for, or that one may
// carry on.
type Thing struct {
	event.Ref
	Author   int64  // who said or did it, 0: nobody known
	Account  int64  // or the account nobody has claimed
	Title    string // of itself, or of the page it stands on
	Language string
	Place    event.Ref // on whose page it stands
	asker    int64     // whose page that is
	audience know.Audience
	gone     bool // hidden, withdrawn, a draft, or of a day to come
}

// things reads them; what is not there is left out. That is all SQL by which
// this folder looks at what others hold: who said it, and who may see it.
var thingQueries = map[string]string{
	"idea": `select x.id, x.person_id, 0, x.title, x.language, 'idea', x.id, x.person_id, x.audience, case when x.state = 'visible' then 0 else 1 end from idea x`,
	"comment": `select x.id, x.person_id, 0, i.title, i.language, 'idea', i.id, i.person_id, i.audience, case when x.state = 'visible' and i.state = 'visible' then 0 else 1 end
		from comment x join idea i on i.id = x.idea_id`,
	"voice": `select x.id, coalesce(nullif(x.person_id, 0), a.person_id, 0), x.account_id, i.title, i.language, 'idea', i.id, i.person_id, i.audience,
		case when x.state = 'visible' and x.public = 1 and i.state = 'visible' then 0 else 1 end from voice x join idea i on i.id = x.idea_id left join account a on a.id = x.account_id and x.account_id <> 0`,
	"decision": `select x.id, x.by_id, 0, i.title, i.language, 'idea', i.id, i.person_id, i.audience, case when i.state = 'visible' then 0 else 1 end
		from decision x join idea i on i.id = x.subject_id and x.subject_kind = 'idea'`,
	"release": `select x.id, x.by_id, 0, coalesce(nullif(x.title, ''), (select i.title from release_idea ri join idea i on i.id = ri.idea_id where ri.release_id = x.id order by i.id limit 1), ''), x.language,
		'release', x.id, x.by_id, 'public', case when x.state = 'visible' and x.released_at <= $1 then 0 else 1 end from release x`,
	"post": `select x.id, x.person_id, 0, x.title, x.language, 'post', x.id, x.person_id, x.audience, case when x.state = 'visible' then 0 else 1 end from post x`,
	"reply": `select x.id, x.person_id, 0, p.title, p.language, 'post', p.id, p.person_id, p.audience, case when x.state = 'visible' and p.state = 'visible' then 0 else 1 end
		from post_reply x join post p on p.id = x.post_id`,
	"edit": `select x.id, x.person_id, 0, p.title, p.language, 'post', p.id, p.person_id, p.audience, case when x.state = 'taken' and p.state = 'visible' then 0 else 1 end
		from post_edit x join post p on p.id = x.post_id`,
	"answer": `select x.id, x.person_id, 0, t.subject, '', 'thread', t.id, coalesce(nullif(t.person_id, 0), a.person_id, 0), case when x.public = 1 then t.audience else 'staff' end,
		case when x.state = 'visible' and x.delivered_at > 0 and t.text_state = 'visible' then 0 else 1 end
		from message x join thread t on t.id = x.thread_id left join account a on a.id = t.account_id and t.account_id <> 0 where x.kind = 'answer'`,
	"thread": `select x.id, 0, 0, x.subject, '', 'thread', x.id, coalesce(nullif(x.person_id, 0), a.person_id, 0), x.audience, case when x.text_state = 'visible' then 0 else 1 end from thread x left join account a on a.id = x.account_id and x.account_id <> 0`,
}

func scanThing(row storage.Scanner) (t Thing, err error) {
	var gone int
	err = row.Scan(&t.ID, &t.Author, &t.Account, &t.Title, &t.Language, &t.Place.Kind, &t.Place.ID, &t.asker, &t.audience, &gone)
	t.gone = gone == 1
	if t.Author != 0 {
		t.Account = 0
	}
	return t, err
}

// things reads things of one kind by their ids.
func (s *Advocacy) things(ctx context.Context, q storage.Q, kind string, ids []int64) (map[int64]Thing, error) {
	query, ok := thingQueries[kind]
	found := make(map[int64]Thing, len(ids))
	if !ok || len(ids) == 0 {
		return found, nil
	}
	var args []any
	first := 1
	if kind == "release" {
		args, first = append(args, storage.Micros(s.now())), 2
	}
	join := " where "
	if kind == "answer" {
		join = " and "
	}
	holes, more := storage.Holes(first, ids)
	all, err := storage.All(ctx, q, scanThing, query+join+`x.id in (`+holes+`)`, append(args, more...)...)
	if err != nil {
		return nil, fmt.Errorf("advocate: things of kind %s: %w", kind, err)
	}
	for _, t := range all {
		t.Kind = kind
		found[t.ID] = t
	}
	return found, nil
}

// thing reads one.
func (s *Advocacy) thing(ctx context.Context, q storage.Q, ref event.Ref) (Thing, error) {
	found, err := s.things(ctx, q, ref.Kind, []int64{ref.ID})
	if err != nil {
		return Thing{}, err
	}
	t, ok := found[ref.ID]
	if !ok {
		return t, fault.New(fault.NotFound, "There is nothing here, or it is not open to you.")
	}
	return t, nil
}

// rules gives a thing as the rules see it: on a letter's page, it is the
// letter's writer who may read it beside the team.
func (t Thing) rules() know.Subject {
	author := t.Author
	if t.Place.Kind == "thread" {
		author = t.asker
	}
	return know.Subject{Audience: t.audience, Author: author, Hidden: t.gone}
}

// open reports whether everybody may see it.
func (t Thing) open() bool {
	return !t.gone && know.May(know.Actor{}, know.Read, know.Subject{Audience: t.audience})
}

// path is where it stands.
func (t Thing) path() string { return placePath(t.Place) }

// Path is where it stands for a reader: a letter that is not public has a page
// for its writer, and one on the desk.
func (t Thing) Path(a know.Actor) string {
	if t.Place.Kind == "thread" && t.audience == know.Public {
		return fmt.Sprintf("/letters/%d", t.Place.ID)
	}
	return pathFor(a, t.Place, t.Ref)
}

func pathFor(a know.Actor, place, ref event.Ref) string {
	to := placePath(place)
	if place.Kind == "thread" && a.IsStaff() {
		to = fmt.Sprintf("/desk/inbox/%d", place.ID)
	}
	switch ref.Kind {
	case "comment":
		return fmt.Sprintf("%s?comment=%d#c%d", to, ref.ID, ref.ID)
	case "voice":
		return fmt.Sprintf("%s#v%d", to, ref.ID)
	case "decision":
		return fmt.Sprintf("%s#d%d", to, ref.ID)
	case "reply":
		return fmt.Sprintf("%s#r%d", to, ref.ID)
	}
	return to
}

func placePath(place event.Ref) string {
	switch place.Kind {
	case "idea":
		return fmt.Sprintf("/ideas/%d", place.ID)
	case "post":
		return fmt.Sprintf("/tribune/%d", place.ID)
	case "release":
		return fmt.Sprintf("/changes/%d", place.ID)
	}
	return fmt.Sprintf("/me/threads/%d", place.ID)
}
