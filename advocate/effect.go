package advocate

import (
	"context"
	"time"

	"tribune/event"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/storage"
)

// What lasted of what somebody did. An effect is about one thing (its ref),
// and whether it holds follows from that thing alone, now: a fact about it, or
// time, makes it be looked at again (effect_due), and what is found replaces
// what was there. So the table equals a recount, whatever came in whichever order.
//
//   - helped: an answer of theirs in a conversation was thanked by who asked, or
//     it is the last one of a conversation that was not taken up again for 30
//     days (ref thread); or who proposed the idea, or wrote the post, thanked
//     them for a comment (ref comment) or a reply (ref reply).
//   - shipped: an idea they proposed shipped, or became part of one that did (ref idea).
//   - edit: an author took the wording they suggested (ref edit).
//   - friend: somebody became a member through their link (ref person), or says
//     that they brought them and they agreed (ref reason), and was here 90 days later.

// EffectKind is what lasted.
type EffectKind string

// What lasts.
const (
	Helped      EffectKind = "helped"
	HasShipped  EffectKind = "shipped"
	EditTaken   EffectKind = "edit"
	FriendStays EffectKind = "friend"
)

// After how long an answer has helped and a friend has stayed; and how often
// it is looked whether somebody came back.
const (
	settledAfter = 30 * 24 * time.Hour
	stayedAfter  = 90 * 24 * time.Hour
	lookedEvery  = 7 * 24 * time.Hour
)

// Effect is one thing somebody did that lasted.
type Effect struct {
	Kind  EffectKind
	Ref   event.Ref // thread, comment, reply, idea, edit, person, reason
	At    time.Time
	Title string // of the idea, the post, what a friend was sent to; "" where it is not the reader's to know
	Lang  string
	To    string // its path, "" for none
	Said  string // address of what it answers, said in public elsewhere; Title is then of its words
}

// effectsRead is how many effects are looked through for a page.
const effectsRead = 200

// Effects gives what lasted of what a person did, as far as the asker may see
// it, the latest first. It is empty for who does not want to be named.
func (s *Advocacy) Effects(ctx context.Context, a know.Actor, person int64, limit int) ([]Effect, error) {
	if may, err := s.recognised(ctx, a, person); err != nil || !may {
		return nil, err
	}
	found, err := storage.All(ctx, s.db, func(row storage.Scanner) (e Effect, err error) {
		var at int64
		err = row.Scan(&e.Kind, &e.Ref.Kind, &e.Ref.ID, &at)
		e.At = storage.Time(at)
		return e, err
	}, `select kind, ref_kind, ref_id, at from effect where person_id = $1 and person_id <> 0 order by at desc, ref_id desc limit $2`, person, effectsRead)
	if err != nil {
		return nil, err
	}
	by := map[string][]int64{}
	for _, e := range found {
		by[e.Ref.Kind] = append(by[e.Ref.Kind], e.Ref.ID)
	}
	about := map[event.Ref]Thing{}
	for kind, ids := range by {
		things, err := s.things(ctx, s.db, kind, ids)
		if err != nil {
			return nil, err
		}
		for id, t := range things {
			about[event.Ref{Kind: kind, ID: id}] = t
		}
	}
	sent, err := s.sentTo(ctx, by["person"])
	if err != nil {
		return nil, err
	}
	for id, t := range sent {
		about[event.Ref{Kind: "person", ID: id}] = t
	}
	list := make([]Effect, 0, limit)
	for _, e := range found {
		if len(list) < limit && e.seenBy(a, about[e.Ref]) {
			list = append(list, e)
		}
	}
	return list, s.saidElsewhere(ctx, list)
}

// saidElsewhere completes answers to what was said in public at another place
// with the words they answer and where these stand.
func (s *Advocacy) saidElsewhere(ctx context.Context, list []Effect) error {
	var threads []int64
	for _, e := range list {
		if e.Ref.Kind == "thread" && e.Title == "" {
			threads = append(threads, e.Ref.ID)
		}
	}
	if len(threads) == 0 {
		return nil
	}
	type said struct {
		thread              int64
		text, language, url string
	}
	holes, args := storage.Holes(1, threads)
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (m said, err error) {
		err = row.Scan(&m.thread, &m.text, &m.language, &m.url)
		return m, err
	}, `select t.id, m.text, m.language, m.url from thread t join mention m on m.id = t.mention_id where t.mention_id <> 0 and m.public = 1 and m.state = 'visible' and m.url <> '' and t.id in (`+holes+`)`, args...)
	for _, m := range all {
		for i := range list {
			if e := &list[i]; e.Ref.Kind == "thread" && e.Ref.ID == m.thread {
				e.Title, e.Lang, e.Said = plain.Clip(m.text, elsewhereShown), m.language, m.url
			}
		}
	}
	return err
}

// elsewhereShown is how many characters of words said elsewhere are shown.
const elsewhereShown = 90

// seenBy fills in what an effect is about; it reports false where its words
// are gone, or not for the asker.
func (e *Effect) seenBy(a know.Actor, t Thing) bool {
	seen := t.ID != 0 && !t.gone && know.May(a, know.Read, t.rules())
	if seen {
		e.Title, e.Lang, e.To = t.Title, t.Language, t.Path(a)
	}
	switch e.Ref.Kind {
	case "thread", "person", "reason":
		return true // said without what it was about
	}
	return seen
}

// sentTo gives what those who became members through a link were sent.
func (s *Advocacy) sentTo(ctx context.Context, joined []int64) (map[int64]Thing, error) {
	if len(joined) == 0 {
		return nil, nil
	}
	type sent struct {
		who int64
		to  event.Ref
	}
	holes, args := storage.Holes(1, joined)
	all, err := storage.All(ctx, s.db, func(row storage.Scanner) (l sent, err error) {
		err = row.Scan(&l.who, &l.to.Kind, &l.to.ID)
		return l, err
	}, `select j.person_id, l.subject_kind, l.subject_id from share_join j join share_link l on l.id = j.link_id where j.person_id in (`+holes+`)`, args...)
	if err != nil {
		return nil, err
	}
	by := map[string][]int64{}
	for _, l := range all {
		by[l.to.Kind] = append(by[l.to.Kind], l.to.ID)
	}
	found := map[int64]Thing{}
	for kind, ids := range by {
		things, err := s.things(ctx, s.db, kind, ids)
		if err != nil {
			return nil, err
		}
		for _, l := range all {
			if t, ok := things[l.to.ID]; ok && l.to.Kind == kind {
				found[l.who] = t
			}
		}
	}
	return found, nil
}
