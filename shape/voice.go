package shape

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Voice is somebody's words put behind an idea: a copy, kept as long as its
// author lets it. Once withdrawn it has a place and a month left, and counts.
type Voice struct {
	ID          int64
	Idea        int64
	Mention     int64 // where the words come from, 0: elsewhere
	Message     int64 // or a thread's message
	Account     int64 // who said it; 0: not named, or withdrawn
	Person      int64 // the person behind it as known now, 0: nobody known
	Words       string
	Author      string // the name shown, "" for one who is not named
	Place       string // a host; or a kind of place, always once withdrawn: post, review, mail, call, form, letter, site
	URL         string
	Language    string
	Country     string
	Public      bool // false: on the desk only, until its author or one of us lets it be seen
	SaidAt      time.Time
	AddedBy     int64 // 0: a visitor, with their own words
	AddedAt     time.Time
	State       know.TextState
	StateReason string
}

// VoiceFrom is what a voice is made from: a mention, a message of a thread,
// or the asker's own words.
type VoiceFrom struct {
	Mention int64
	Message int64
	Words   string
	Author  string // own words of a visitor: the name to show, "" for none
}

// The facts about voices.
const (
	VoiceAdded     = "voice.added"     // subject voice, other idea
	VoiceWithdrawn = "voice.withdrawn" // subject voice, other idea
	VoiceHidden    = "voice.hidden"    // subject voice, other idea
	VoiceShown     = "voice.shown"     // subject voice, other idea
	VoiceAllowed   = "voice.allowed"   // its author said whether it may be quoted; subject voice, other idea
)

func voiceRef(id int64) event.Ref { return event.Ref{Kind: "voice", ID: id} }

// selectVoice reads voices; the person is the one who has the account now.
const selectVoice = `select v.id, v.idea_id, v.mention_id, v.message_id, v.account_id, coalesce(nullif(v.person_id, 0), a.person_id, 0),
	v.words, v.author, v.place, v.url, v.language, v.country, v.public, v.said_at, v.added_by, v.added_at, v.state, v.state_reason
	from voice v left join account a on a.id = v.account_id`

func scanVoice(row storage.Scanner) (v Voice, err error) {
	var public int
	var said, added int64
	err = row.Scan(&v.ID, &v.Idea, &v.Mention, &v.Message, &v.Account, &v.Person, &v.Words, &v.Author, &v.Place, &v.URL,
		&v.Language, &v.Country, &public, &said, &v.AddedBy, &added, &v.State, &v.StateReason)
	v.Public, v.SaidAt, v.AddedAt = public == 1, storage.Time(said), storage.Time(added)
	if v.State == know.Withdrawn {
		v.Mention = 0 // kept in the table only so that it is not quoted here again
	}
	return v, err
}

func readVoice(ctx context.Context, q storage.Q, id int64) (Voice, error) {
	v, err := scanVoice(q.Row(ctx, selectVoice+` where v.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return v, noVoice()
	}
	return v, err
}

func noVoice() error {
	return fault.New(fault.NotFound, "There is no such voice, or it is not open to you.")
}

// seenBy gives a voice as somebody sees it, and whether they see it at all.
// Who asked not to be named is known to staff alone.
func (v Voice) seenBy(a know.Actor) (Voice, bool) {
	mine := a.ID != 0 && v.Person == a.ID
	if a.IsStaff() || mine {
		return v, true
	}
	if !v.Public || v.State == know.Hidden {
		return v, false
	}
	v.Mention, v.Message = 0, 0
	if v.Author == "" {
		v.Account, v.Person, v.URL = 0, 0, ""
	}
	return v, true
}

// putVoice stores a voice behind an idea, which is locked.
func (s *Ideas) putVoice(ctx context.Context, tx *storage.Tx, v Voice) (id int64, err error) {
	err = tx.Row(ctx, `insert into voice (idea_id, mention_id, message_id, account_id, person_id, words, author, place, url, language, country, public, said_at, added_by, added_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) on conflict do nothing returning id`,
		v.Idea, v.Mention, v.Message, v.Account, v.Person, v.Words, v.Author, v.Place, v.URL, v.Language, v.Country,
		storage.Bit(v.Public), storage.Micros(v.SaidAt), v.AddedBy, storage.Micros(s.now())).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, fault.New(fault.Conflict, "This voice is behind this idea already.")
	}
	if err != nil {
		return 0, fmt.Errorf("shape: voice on idea %d: %w", v.Idea, err)
	}
	return id, countVoices(ctx, tx, v.Idea)
}

// countVoices keeps the counts that an idea shows: voices that everybody can
// see, the withdrawn among them, and the countries these came from.
func countVoices(ctx context.Context, tx *storage.Tx, idea int64) error {
	_, err := tx.Exec(ctx, `update idea set
		voices = (select count(*) from voice where idea_id = $1 and public = 1 and state <> 'hidden'),
		countries = (select count(distinct country) from voice where idea_id = $1 and public = 1 and state <> 'hidden' and country <> '')
		where id = $1`, idea)
	return err
}

// withdrawVoice takes a voice's words away, and all that says whose they were.
// The kind of place and the month stay, and it still counts.
func (s *Ideas) withdrawVoice(ctx context.Context, tx *storage.Tx, a know.Actor, v Voice) error {
	if v.State == know.Withdrawn {
		return nil
	}
	place := "site"
	switch {
	case v.Mention != 0:
		if err := tx.Row(ctx, `select kind from mention where id = $1`, v.Mention).Scan(&place); err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	case v.Message != 0:
		place = "letter"
	}
	month := time.Date(v.SaidAt.Year(), v.SaidAt.Month(), 1, 0, 0, 0, 0, time.UTC)
	if _, err := tx.Exec(ctx, `update voice set words = '', author = '', url = '', account_id = 0, person_id = 0, message_id = 0,
		place = $1, said_at = $2, added_by = case when added_by = $3 then 0 else added_by end, state = 'withdrawn', state_reason = '' where id = $4`,
		place, storage.Micros(month), v.Person, v.ID); err != nil {
		return err
	}
	if err := s.fact(ctx, tx, a, VoiceWithdrawn, voiceRef(v.ID), v.Idea, 0); err != nil {
		return err
	}
	return countVoices(ctx, tx, v.Idea)
}

// FollowMentions follows what becomes of mentions: a voice goes when its
// mention does, says what its author says now once its words are no longer in
// it, and a private one is shown once its author said yes. A new
// voice is looked at, too: its mention may have gone while it was written.
func (s *Ideas) FollowMentions(ctx context.Context, tx *storage.Tx, facts []event.Event) error {
	for _, f := range facts {
		where := ` where v.mention_id = $1 and v.mention_id <> 0 and v.state <> 'withdrawn' order by v.id`
		switch f.Kind {
		case listen.MentionWithdrawn, listen.MentionEdited, listen.MentionQuotable:
		case VoiceAdded:
			where = ` where v.id = $1 and v.mention_id <> 0 and v.state <> 'withdrawn'`
		default:
			continue
		}
		voices, err := storage.All(ctx, tx, scanVoice, selectVoice+where, f.Subject.ID)
		if err != nil {
			return fmt.Errorf("shape: follow mentions: %w", err)
		}
		for _, v := range voices {
			if err := s.followMention(ctx, tx, v); err != nil {
				return fmt.Errorf("shape: follow mention %d: %w", v.Mention, err)
			}
		}
	}
	return nil
}

// followMention makes a voice what its mention lets it be.
func (s *Ideas) followMention(ctx context.Context, tx *storage.Tx, v Voice) error {
	var state know.TextState
	var quotable listen.Quotability
	var public int
	var name, words string
	err := tx.Row(ctx, `select m.state, m.quotable, m.public, coalesce(a.name, ''), m.text from mention m left join account a on a.id = m.account_id where m.id = $1`,
		v.Mention).Scan(&state, &quotable, &public, &name, &words)
	switch {
	case errors.Is(err, sql.ErrNoRows) || err == nil && state == know.Withdrawn:
		return s.withdrawVoice(ctx, tx, know.Actor{}, v)
	case err != nil:
		return err
	case !stands(words, v.Words):
		if _, err := tx.Exec(ctx, `update voice set words = $1 where id = $2`, words, v.ID); err != nil {
			return err
		}
	}
	if public == 0 {
		return s.quote(ctx, tx, v, quotable, name)
	}
	return nil
}

// KeptMentions gives those of the mentions whose words stand behind an idea:
// they are kept as long as their authors let them.
func (s *Ideas) KeptMentions(ctx context.Context, q storage.Q, mentions []int64) ([]int64, error) {
	if len(mentions) == 0 {
		return nil, nil
	}
	holes, args := storage.Holes(1, mentions)
	return storage.All(ctx, q, storage.Scalar[int64], `select distinct mention_id from voice where mention_id in (`+holes+`) and state <> 'withdrawn'`, args...)
}

// KeptAccounts gives those of the accounts that a voice names.
func (s *Ideas) KeptAccounts(ctx context.Context, q storage.Q, accounts []int64) ([]int64, error) {
	if len(accounts) == 0 {
		return nil, nil
	}
	holes, args := storage.Holes(1, accounts)
	return storage.All(ctx, q, storage.Scalar[int64], `select distinct account_id from voice where account_id in (`+holes+`) and state <> 'withdrawn'`, args...)
}

// quote shows a private voice, with or without its author's name, or keeps it
// on the desk, as its author said.
func (s *Ideas) quote(ctx context.Context, tx *storage.Tx, v Voice, answer listen.Quotability, name string) error {
	public := answer == listen.Named || answer == listen.Unnamed
	if answer == listen.Unnamed {
		name = ""
	}
	if _, err := tx.Exec(ctx, `update voice set public = $1, author = $2 where id = $3`, storage.Bit(public), name, v.ID); err != nil {
		return err
	}
	return countVoices(ctx, tx, v.Idea)
}

// eraseVoices withdraws every voice of a person who left.
func (s *Ideas) eraseVoices(ctx context.Context, tx *storage.Tx, person int64) error {
	voices, err := storage.All(ctx, tx, scanVoice, selectVoice+` where v.state <> 'withdrawn'
		and (v.person_id = $1 or v.account_id in (select id from account where person_id = $1 and person_id <> 0)) order by v.id`, person)
	if err != nil {
		return err
	}
	for _, v := range voices {
		v.Person = person
		if err := s.withdrawVoice(ctx, tx, know.Actor{}, v); err != nil {
			return err
		}
	}
	return nil
}
