package listen

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/internal/query"
	"tribune/know"
	"tribune/listen/judge"
	"tribune/storage"
)

// Hide takes a mention out of what is public, with a reason for the team. An
// empty reason is refused.
func (r *Radar) Hide(ctx context.Context, a know.Actor, id int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	if reason = plain.Clip(plain.FromText(reason), 2000); reason == "" {
		return fault.New(fault.Invalid, "Say why, for the others of the team.").On("reason")
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		n, err := tx.Exec(ctx, `update mention set state = 'hidden', state_reason = $1 where id = $2 and state <> 'withdrawn'`, reason, id)
		if err == nil && n == 0 {
			return errNoMention()
		}
		if err != nil {
			return fmt.Errorf("listen: hide %d: %w", id, err)
		}
		return r.events.Append(ctx, tx, event.Event{Kind: MentionHidden, Actor: a.ID, Subject: event.Ref{Kind: "mention", ID: id}, Staff: a.IsStaff()})
	})
}

// Withdraw empties a mention whose author asked for it, or who deleted the
// original. Who copied its words follows "mention.withdrawn".
func (r *Radar) Withdraw(ctx context.Context, a know.Actor, id int64) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		return r.withdraw(ctx, tx, id, event.Event{Actor: a.ID, Staff: a.IsStaff()})
	})
}

// withdraw empties one mention: words, addresses, and what could find them. Its
// identity stays, a hash, so that it is not heard anew.
func (r *Radar) withdraw(ctx context.Context, tx *storage.Tx, id int64, fact event.Event) error {
	var state know.TextState
	err := tx.Row(ctx, `select state from mention where id = $1`, id).Scan(&state)
	if errors.Is(err, sql.ErrNoRows) {
		return errNoMention()
	}
	if err != nil || state == know.Withdrawn {
		return err
	}
	settle := func() error { return nil }
	if fact.N == 0 || fact.N == DeletedThere {
		if settle, err = r.uncount(ctx, tx, id); err != nil {
			return err
		}
	}
	if _, err := tx.Exec(ctx, `update mention set state = 'withdrawn', state_reason = $2, text = '', text_hash = 0, url = '', external_id = '', reply_to = '', quotable = ''
		where id = $1`, id, map[int64]string{DeletedThere: Deleted, TimePassed: Forgotten}[fact.N]); err != nil {
		return fmt.Errorf("listen: withdraw %d: %w", id, err)
	}
	if err := storage.DropText(ctx, tx, "mention_search", id); err != nil {
		return err
	}
	if err := r.people.Forget(ctx, tx, event.Ref{Kind: "mention", ID: id}); err != nil {
		return err
	}
	if err := settle(); err != nil {
		return err
	}
	fact.Kind, fact.Subject = MentionWithdrawn, event.Ref{Kind: "mention", ID: id}
	return r.events.Append(ctx, tx, fact)
}

// Quotable notes that the author of a private mention was asked whether it may
// be quoted, or what they said.
func (r *Radar) Quotable(ctx context.Context, a know.Actor, id int64, answer Quotability) error {
	if err := know.Require(a, know.Quote, know.Subject{}); err != nil {
		return err
	}
	if !slices.Contains([]Quotability{Asked, Named, Unnamed, Refused}, answer) {
		return fault.New(fault.Invalid, "The answer is asked, named, unnamed or refused.").On("answer")
	}
	return r.db.Update(ctx, func(tx *storage.Tx) error {
		var public int
		var state know.TextState
		var now Quotability
		err := tx.Row(ctx, `select public, state, quotable from mention where id = $1`, id).Scan(&public, &state, &now)
		switch {
		case errors.Is(err, sql.ErrNoRows) || err == nil && state == know.Withdrawn:
			return errNoMention()
		case err != nil:
			return err
		case public == 1:
			return fault.New(fault.Conflict, "This is public: it may be quoted as it is.")
		case answer == Asked && now != NotAsked:
			return fault.New(fault.Conflict, "The author was asked already; nobody is asked twice.")
		}
		if _, err := tx.Exec(ctx, `update mention set quotable = $1 where id = $2`, string(answer), id); err != nil {
			return fmt.Errorf("listen: quotable %d: %w", id, err)
		}
		return r.events.Append(ctx, tx, event.Event{Kind: MentionQuotable, Actor: a.ID, Subject: event.Ref{Kind: "mention", ID: id}, Staff: a.IsStaff()})
	})
}

// Erase is the follower of "person.left": it withdraws what the person's
// accounts said in private, and all of it if their words go too (n = 1), and
// lets go of what rests of them: nobody has made it a mention. Their names went
// with the accounts. Counts stay.
func (r *Radar) Erase(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		if f.Kind != "person.left" {
			continue
		}
		ids, err := storage.All(ctx, tx, storage.Scalar[int64], `select m.id from mention m join account a on a.id = m.account_id
			where a.person_id = $1 and a.person_id <> 0 and m.state <> 'withdrawn' and (m.public = 0 or $2 = 1) order by m.id`, f.Subject.ID, f.N)
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := r.withdraw(ctx, tx, id, event.Event{Actor: f.Subject.ID, N: AuthorLeft}); err != nil {
				return err
			}
		}
		if err := r.forgetResting(ctx, tx, f.Subject.ID); err != nil {
			return err
		}
	}
	return nil
}

// Mood is how something said sounds.
type Mood string

// The moods. What nobody has judged yet has none.
const (
	Positive Mood = "positive"
	Negative Mood = "negative"
	Unclear  Mood = "unclear" // neutral, or not sure enough
)

// Correct says what the mood or the language of a mention is: what is "mood" or
// "language", became the right one, which may be the one it has. It is counted
// so from then on, and not judged anew.
func (r *Radar) Correct(ctx context.Context, a know.Actor, id int64, what, became string) error {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return err
	}
	became, err := checkCorrection(what, became)
	if err != nil {
		return err
	}
	for {
		st, err := r.standing(ctx)
		if err != nil {
			return err
		}
		err = r.db.Update(ctx, func(tx *storage.Tx) error {
			if err := st.current(ctx, tx); err != nil {
				return err
			}
			return r.correct(ctx, tx, st, a, id, what, became)
		})
		if !errors.Is(err, errMoved) {
			return err
		}
		r.forget(st)
	}
}

// checkCorrection settles what somebody says is right.
func checkCorrection(what, became string) (string, error) {
	switch what {
	case "mood":
		if !slices.Contains([]Mood{Positive, Negative, Unclear}, Mood(became)) {
			return "", fault.New(fault.Invalid, "The mood is positive, negative or unclear.").On("mood")
		}
		return became, nil
	case "language":
		if strings.TrimSpace(became) == "" {
			return "", fault.New(fault.Invalid, "Choose the language that it is in.").On("language")
		}
		p := Post{Language: became}
		if err := cleanPlace(&p); err != nil {
			return "", err
		}
		if p.Language == "" {
			return "", fault.New(fault.Invalid, "The language is a tag such as en or pt-BR.").On("language")
		}
		return p.Language, nil
	}
	return "", fault.New(fault.Invalid, "What can be corrected is mood and language.").On("what")
}

// correct notes a correction, and lets matches and counts follow.
func (r *Radar) correct(ctx context.Context, tx *storage.Tx, st *standing, a know.Actor, id int64, what, became string) error {
	var post *query.Post
	var f facet
	var copyOf int64
	err := storage.Each(ctx, tx, func(row storage.Scanner) (err error) {
		post, err = scanAsked(row, &f.source, &f.publishedAt, &copyOf)
		return err
	}, `select m.source_id, m.published_at, m.copy_of, `+askedColumns+` from mention m`+askedTables+` where m.id = $1 and m.state <> 'withdrawn'`, id)
	if err != nil {
		return err
	}
	if post == nil {
		return errNoMention()
	}
	had, err := queriesOf(ctx, tx, id)
	if err != nil {
		return err
	}
	b := newBatch(r, tx)
	f.language, f.country, f.mood = post.Language, post.Country, post.Sentiment
	if copyOf == 0 {
		b.count(f, had, -1)
	}
	was := f.mood
	if what == "mood" {
		f.mood, post.Sentiment = became, became
		_, err = tx.Exec(ctx, `update mention set mood = $1 where id = $2`, became, id)
	} else {
		was, f.language, post.Language = f.language, became, became
		_, err = tx.Exec(ctx, `update mention set language = $1, language_p = 0 where id = $2`, became, id)
	}
	if err != nil {
		return fmt.Errorf("listen: correct %d: %w", id, err)
	}
	// What it was is what was worked out, however often people change their minds.
	if _, err := tx.Exec(ctx, `insert into correction (mention_id, what, was, became, by_id, at) values ($1, $2, $3, $4, $5, $6)
		on conflict (mention_id, what) do update set became = excluded.became, by_id = excluded.by_id, at = excluded.at`,
		id, what, was, became, a.ID, b.now); err != nil {
		return err
	}
	now := st.of(post, f.source)
	if err := b.rematchOne(ctx, id, had, now); err != nil {
		return err
	}
	if copyOf == 0 {
		b.count(f, now, 1)
	}
	if err := b.writeCounts(ctx); err != nil {
		return err
	}
	return r.events.Append(ctx, tx, event.Event{Kind: MentionCorrected, Actor: a.ID, Subject: event.Ref{Kind: "mention", ID: id}, Staff: a.IsStaff()})
}

// rematchOne writes which queries match a mention, in place of those it had.
func (b *batch) rematchOne(ctx context.Context, id int64, had, now []int64) error {
	var rows [][]any
	for _, q := range now {
		if !slices.Contains(had, q) {
			rows = append(rows, []any{q, id})
		}
	}
	for _, q := range had {
		if slices.Contains(now, q) {
			continue
		}
		if _, err := b.tx.Exec(ctx, `delete from mention_query where query_id = $1 and mention_id = $2`, q, id); err != nil {
			return err
		}
	}
	_, err := b.tx.InsertMany(ctx, `mention_query (query_id, mention_id)`, rows, ``, nil)
	return err
}

// Correction is what somebody of the team said is right about a mention.
type Correction struct {
	What, Was, Became string // mood or language, as it was worked out, as it is
	By                int64
	At                time.Time
}

// Corrections gives what was corrected, or found right, about mentions, by
// mention.
func (r *Radar) Corrections(ctx context.Context, a know.Actor, mentions ...int64) (map[int64][]Correction, error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return nil, err
	}
	all := map[int64][]Correction{}
	for part := range slices.Chunk(mentions, 200) {
		holes, args := storage.Holes(1, part)
		if err := storage.Each(ctx, r.db, func(row storage.Scanner) error {
			var c Correction
			var id, at int64
			err := row.Scan(&id, &c.What, &c.Was, &c.Became, &c.By, &at)
			c.At = storage.Time(at)
			all[id] = append(all[id], c)
			return err
		}, `select mention_id, what, was, became, by_id, at from correction where mention_id in (`+holes+`) order by mention_id, what`, args...); err != nil {
			return nil, fmt.Errorf("listen: corrections: %w", err)
		}
	}
	return all, nil
}

// Checked is how often people of the team looked at what was worked out, and
// how often it was right.
type Checked struct{ All, Right int64 }

// Checks gives how often moods or languages were checked by hand.
func (r *Radar) Checks(ctx context.Context, a know.Actor, what string) (c Checked, err error) {
	if err := know.Require(a, know.Listen, know.Subject{}); err != nil {
		return c, err
	}
	err = r.db.Row(ctx, `select count(*), cast(coalesce(sum(case when was = became then 1 else 0 end), 0) as bigint) from correction where what = $1`, what).Scan(&c.All, &c.Right)
	return c, err
}

// Share gives the part that was right, and the interval in which the true part
// lies with a probability of 95 % (Wilson 1927). Without any check it is 0 to 1.
func (c Checked) Share() (part, low, high float64) {
	if c.All == 0 {
		return 0, 0, 1
	}
	const z = 1.959964
	n, p := float64(c.All), float64(c.Right)/float64(c.All)
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return p, max(0, middle-half), min(1, middle+half)
}

// corrected gives a judgement as people of the team corrected it.
func (b *batch) corrected(ctx context.Context, mention int64, j judge.Judgement) (judge.Judgement, error) {
	err := storage.Each(ctx, b.tx, func(row storage.Scanner) error {
		var what, became string
		err := row.Scan(&what, &became)
		if what == "mood" {
			j.Mood = became
		} else {
			j.Tag, j.LanguageP = became, 0
		}
		return err
	}, `select what, became from correction where mention_id = $1`, mention)
	return j, err
}
