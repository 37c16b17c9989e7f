package shape

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"tribune/converse"
	"tribune/internal/fault"
	"tribune/internal/plain"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// maxWords is how long one's own words behind an idea may be, in characters.
const maxWords = 2000

// AddVoice puts somebody's words behind an idea: those of a mention or of a
// thread's message, whole or the passage in Words, which staff quote; or the
// asker's own. What was said in private stays on the desk until its author
// said yes, and a visitor's own words until one of us has read them (Public is
// then false). The same mention stands behind an idea once.
func (s *Ideas) AddVoice(ctx context.Context, a know.Actor, idea int64, from VoiceFrom) (v Voice, err error) {
	draft, verb, err := s.draftVoice(ctx, a, from)
	if err != nil {
		return v, err
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		v, err = s.addVoice(ctx, tx, a, verb, idea, draft)
		return err
	})
	return v, err
}

// addVoice is AddVoice within a transaction.
func (s *Ideas) addVoice(ctx context.Context, tx *storage.Tx, a know.Actor, verb know.Verb, idea int64, v Voice) (Voice, error) {
	i, err := s.lockIdea(ctx, tx, idea)
	if err != nil {
		return v, err
	}
	if err := know.Require(a, verb, i.Subject()); err != nil {
		return v, err
	}
	if v.Mention != 0 { // its author may have taken it back since it was read
		var state know.TextState
		if err := tx.Row(ctx, `select state from mention where id = $1`, v.Mention).Scan(&state); err != nil {
			return v, err
		}
		if state != know.Visible {
			return v, noWords()
		}
	}
	v.Idea = idea
	id, err := s.putVoice(ctx, tx, v)
	if err != nil {
		return v, err
	}
	if err := s.fact(ctx, tx, a, VoiceAdded, voiceRef(id), idea, 0); err != nil {
		return v, err
	}
	return readVoice(ctx, tx, id)
}

// draftVoice makes the voice that is asked for, and says which verb it takes.
func (s *Ideas) draftVoice(ctx context.Context, a know.Actor, from VoiceFrom) (Voice, know.Verb, error) {
	if from.Mention == 0 && from.Message == 0 {
		v, err := ownVoice(a, from)
		v.SaidAt = s.now()
		return v, know.AddVoice, err
	}
	if err := know.Require(a, know.Quote, know.Subject{}); err != nil {
		return Voice{}, know.Quote, err
	}
	mention := from.Mention
	var v Voice
	if from.Message != 0 {
		m, err := s.inbox.Message(ctx, a, from.Message)
		if err != nil {
			return v, know.Quote, err
		}
		if m.Kind != converse.Said {
			return v, know.Quote, fault.New(fault.Invalid, "Only what they said can be put behind an idea, not our own answers and notes.").On("message")
		}
		if m.State != know.Visible {
			return v, know.Quote, noWords()
		}
		mention = m.Mention
		if v, err = s.letterVoice(ctx, m); err != nil {
			return v, know.Quote, err
		}
	}
	if mention != 0 {
		m, err := s.radar.Mention(ctx, a, mention)
		if err != nil {
			return v, know.Quote, err
		}
		if m.State != know.Visible {
			return v, know.Quote, noWords()
		}
		v = mentionVoice(m)
	}
	v.AddedBy = a.ID
	words, err := passage(v.Words, from.Words)
	v.Words = words
	return v, know.Quote, err
}

func noWords() error {
	return fault.New(fault.NotFound, "These words were taken back by their author, or hidden. They cannot be quoted.")
}

// ownVoice is what the asker says themselves.
func ownVoice(a know.Actor, from VoiceFrom) (Voice, error) {
	v := Voice{Words: plain.FromText(from.Words), Place: "site", Language: a.Language, Person: a.ID, AddedBy: a.ID, Author: a.Name, Public: a.Role.AtLeast(know.Member)}
	if err := know.Require(a, know.AddVoice, know.Subject{}); err != nil {
		return v, err
	}
	var unnamed, unsaid error
	if a.ID == 0 {
		if v.Author = plain.Line(from.Author); utf8.RuneCountInString(v.Author) > 80 {
			unnamed = fault.New(fault.Invalid, "A name has at most 80 characters.").On("author")
		}
	}
	if n := utf8.RuneCountInString(v.Words); n == 0 || n > maxWords {
		unsaid = fault.New(fault.Invalid, "Say it in your own words, in at most {most} characters.", "most", maxWords).On("words")
	}
	return v, fault.All(unsaid, unnamed)
}

// mentionVoice copies what stays with a mention's words: author, place, date.
func mentionVoice(m listen.Mention) Voice {
	v := Voice{Mention: m.ID, Account: m.Account, Words: m.Text, Author: m.Author.Name, Place: string(m.Kind),
		Language: m.Language, Country: m.Country, SaidAt: m.PublishedAt, Public: m.Public || m.Quotable == listen.Named || m.Quotable == listen.Unnamed}
	if v.Author == "" {
		v.Author = m.Author.Handle
	}
	if !m.Public && m.Quotable == listen.Unnamed {
		v.Author = ""
	}
	if u, err := url.Parse(m.URL); m.Public && err == nil && u.Host != "" {
		v.URL, v.Place = m.URL, strings.TrimPrefix(strings.ToLower(u.Hostname()), "www.")
	}
	return v
}

// letterVoice copies what somebody wrote to us here. It is theirs to show.
func (s *Ideas) letterVoice(ctx context.Context, m converse.Message) (Voice, error) {
	v := Voice{Message: m.ID, Account: m.Account, Person: m.Person, Words: m.Body, Place: "letter", Language: m.Language, SaidAt: m.CreatedAt}
	if m.Person == 0 {
		return v, nil
	}
	p, err := s.people.Person(ctx, m.Person)
	v.Author, v.Country = p.Name, p.Country
	return v, err
}

// passage gives the words to quote: all of them, or a part that stands in them
// word by word.
func passage(all, part string) (string, error) {
	part = plain.FromText(part)
	if part == "" {
		return all, nil
	}
	if !stands(all, part) {
		return all, fault.New(fault.Invalid, "These words do not stand in the original like that. Quote them word by word.").On("words")
	}
	return part, nil
}

// stands reports whether a passage stands in a text, however it is spaced.
func stands(text, part string) bool {
	fold := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	return strings.Contains(fold(text), fold(part))
}

// IdeaFrom makes an idea of a mention, under the asker's name, with the
// mention as its first voice: both or neither.
func (s *Ideas) IdeaFrom(ctx context.Context, a know.Actor, mention int64, n NewIdea) (idea Idea, v Voice, err error) {
	return s.IdeaFromVoice(ctx, a, VoiceFrom{Mention: mention}, n)
}

// IdeaFromVoice makes an idea of what a mention or a thread's message says, or
// a passage of it.
func (s *Ideas) IdeaFromVoice(ctx context.Context, a know.Actor, from VoiceFrom, n NewIdea) (idea Idea, v Voice, err error) {
	return s.IdeaFromVoices(ctx, a, from, nil, n)
}

// IdeaFromVoices is IdeaFromVoice with the words of more mentions behind the
// idea; of those, what its author took back meanwhile is left out.
func (s *Ideas) IdeaFromVoices(ctx context.Context, a know.Actor, from VoiceFrom, with []int64, n NewIdea) (idea Idea, v Voice, err error) {
	if from.Mention == 0 && from.Message == 0 {
		return idea, v, fault.New(fault.Invalid, "Choose what was said first.").On("mention")
	}
	draft, verb, err := s.draftVoice(ctx, a, from)
	if err != nil {
		return idea, v, err
	}
	var more []Voice
	for _, mention := range with {
		if mention == draft.Mention {
			continue
		}
		switch m, _, err := s.draftVoice(ctx, a, VoiceFrom{Mention: mention}); {
		case err == nil:
			more = append(more, m)
		case !fault.Is(err, fault.NotFound):
			return idea, v, err
		}
	}
	err = s.db.Update(ctx, func(tx *storage.Tx) error {
		made, err := s.propose(ctx, tx, a, n)
		if err != nil {
			return err
		}
		if v, err = s.addVoice(ctx, tx, a, verb, made.ID, draft); err != nil {
			return err
		}
		for _, m := range more {
			if _, err := s.addVoice(ctx, tx, a, verb, made.ID, m); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		idea, err = s.lockIdea(ctx, tx, made.ID)
		return err
	})
	return idea, v, err
}

// Voices gives the voices behind an idea that the asker may see, the last
// added first, with ids under before (0: from the last).
func (s *Ideas) Voices(ctx context.Context, a know.Actor, idea, before int64, limit int) ([]Voice, error) {
	if _, err := s.Idea(ctx, a, idea); err != nil {
		return nil, err
	}
	if before == 0 {
		before = 1 << 62
	}
	if limit <= 0 {
		limit = 50
	}
	all, err := storage.All(ctx, s.db, scanVoice, selectVoice+` where v.idea_id = $1 and v.id < $2
		and ($3 = 1 or v.public = 1 and v.state <> 'hidden' or v.person_id = $4 and v.person_id <> 0) order by v.id desc limit $5`,
		idea, before, storage.Bit(a.IsStaff()), a.ID, min(limit, 200))
	if err != nil {
		return nil, fmt.Errorf("shape: voices of idea %d: %w", idea, err)
	}
	return seenVoices(a, all), nil
}

func seenVoices(a know.Actor, all []Voice) []Voice {
	seen := all[:0]
	for _, v := range all {
		if v, ok := v.seenBy(a); ok {
			seen = append(seen, v)
		}
	}
	return seen
}

// Voice gives one voice.
func (s *Ideas) Voice(ctx context.Context, a know.Actor, id int64) (Voice, error) {
	v, err := readVoice(ctx, s.db, id)
	if err != nil {
		return Voice{}, err
	}
	if _, err := s.Idea(ctx, a, v.Idea); err != nil {
		return Voice{}, noVoice()
	}
	v, ok := v.seenBy(a)
	if !ok {
		return Voice{}, noVoice()
	}
	return v, nil
}

// VoicesOf gives the voices of a person and the accounts named, the last added
// first, at most 500, whatever their state; those withdrawn are nobody's any
// more. It asks nobody's leave.
func (s *Ideas) VoicesOf(ctx context.Context, person int64, accounts []int64) ([]Voice, error) {
	holes, args := storage.Holes(2, accounts)
	return storage.All(ctx, s.db, scanVoice, selectVoice+` where (v.person_id = $1 and v.person_id <> 0 or v.account_id in (`+holes+`)
		or v.account_id in (select id from account where person_id = $1 and person_id <> 0)) order by v.id desc limit 500`, append([]any{person}, args...)...)
}

// VoicesToRead gives the visitors' words that nobody of the team has read yet,
// oldest first.
func (s *Ideas) VoicesToRead(ctx context.Context, a know.Actor, limit int) ([]Voice, error) {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return nil, err
	}
	return storage.All(ctx, s.db, scanVoice, selectVoice+` where v.public = 0 and v.state = 'visible'
		and v.mention_id = 0 and v.message_id = 0 order by v.id limit $1`, min(limit, 200))
}

// CountToRead counts the visitors' words that nobody of the team has read yet.
func (s *Ideas) CountToRead(ctx context.Context, a know.Actor) (n int64, err error) {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return 0, err
	}
	err = s.db.Row(ctx, `select count(*) from voice where public = 0 and state = 'visible' and mention_id = 0 and message_id = 0`).Scan(&n)
	return n, err
}

// WithdrawVoice takes a voice's words and name away: by its author, or by
// staff because its author asked. It still counts.
func (s *Ideas) WithdrawVoice(ctx context.Context, a know.Actor, voice int64) error {
	return s.withVoice(ctx, voice, func(tx *storage.Tx, v Voice) error {
		if err := know.Require(a, know.Withdraw, know.Subject{Author: v.Person}); err != nil {
			if err := know.Require(a, know.Quote, know.Subject{}); err != nil {
				return err
			}
		}
		return s.withdrawVoice(ctx, tx, a, v)
	})
}

func voiceText(id int64) string { return fmt.Sprintf("voice:%d", id) }

// VoiceKey gives the code by which a visitor who put words behind an idea finds
// them again. It stands on the page they are shown after sending, and is kept
// nowhere.
func (s *Ideas) VoiceKey(ctx context.Context, voice int64) (string, error) {
	return s.people.Sign(ctx, voiceText(voice))
}

// VoiceBy gives a visitor's own words by their code, whatever became of them,
// and the idea they stand behind.
func (s *Ideas) VoiceBy(ctx context.Context, voice int64, code string) (v Voice, i Idea, err error) {
	right, err := s.people.Signed(ctx, voiceText(voice), code)
	if err != nil {
		return v, i, err
	}
	if !right {
		return v, i, fault.New(fault.NotFound, "This link is not whole. Open it as it was shown after you sent your words.")
	}
	if v, err = readVoice(ctx, s.db, voice); err != nil {
		return v, i, err
	}
	i, err = readIdea(ctx, s.db, v.Idea)
	return v, i, err
}

// TakeBackVoice takes a visitor's own words and name away, by their code.
func (s *Ideas) TakeBackVoice(ctx context.Context, voice int64, code string) error {
	if _, _, err := s.VoiceBy(ctx, voice, code); err != nil {
		return err
	}
	return s.withVoice(ctx, voice, func(tx *storage.Tx, v Voice) error { return s.withdrawVoice(ctx, tx, know.Actor{}, v) })
}

// withVoice changes a voice, whose idea is locked.
func (s *Ideas) withVoice(ctx context.Context, id int64, f func(tx *storage.Tx, v Voice) error) error {
	return s.db.Update(ctx, func(tx *storage.Tx) error {
		v, err := readVoice(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := s.lockIdea(ctx, tx, v.Idea); err != nil {
			return err
		}
		if v, err = readVoice(ctx, tx, id); err != nil {
			return err
		}
		return f(tx, v)
	})
}

// HideVoice takes a voice out of sight, with a reason that its author sees.
func (s *Ideas) HideVoice(ctx context.Context, a know.Actor, voice int64, reason string) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	reason, err := hideReason(reason)
	if err != nil {
		return err
	}
	return s.withVoice(ctx, voice, func(tx *storage.Tx, v Voice) error {
		if v.State == know.Withdrawn {
			return withdrawn()
		}
		return s.showVoice(ctx, tx, a, v, know.Hidden, reason, VoiceHidden)
	})
}

// ShowVoice shows a voice that was hidden, or a visitor's words once they are
// read. What was said in private waits for its author's yes.
func (s *Ideas) ShowVoice(ctx context.Context, a know.Actor, voice int64) error {
	if err := know.Require(a, know.Hide, know.Subject{}); err != nil {
		return err
	}
	return s.withVoice(ctx, voice, func(tx *storage.Tx, v Voice) error {
		own := v.Mention == 0 && v.Message == 0
		switch {
		case v.State == know.Withdrawn:
			return withdrawn()
		case v.State == know.Visible && v.Public:
			return nil
		case v.State == know.Visible && !own:
			return fault.New(fault.Conflict, "This was said in private. Ask its author whether it may be quoted, and note the answer first.")
		}
		if _, err := tx.Exec(ctx, `update voice set public = $1 where id = $2`, storage.Bit(v.Public || own), v.ID); err != nil {
			return err
		}
		return s.showVoice(ctx, tx, a, v, know.Visible, "", VoiceShown)
	})
}

func (s *Ideas) showVoice(ctx context.Context, tx *storage.Tx, a know.Actor, v Voice, to know.TextState, reason, kind string) error {
	if _, err := tx.Exec(ctx, `update voice set state = $1, state_reason = $2 where id = $3`, string(to), reason, v.ID); err != nil {
		return err
	}
	if err := countVoices(ctx, tx, v.Idea); err != nil {
		return err
	}
	return s.fact(ctx, tx, a, kind, voiceRef(v.ID), v.Idea, 0)
}

// AllowVoice notes what the author of a letter said to being quoted: said by
// themselves, or noted by staff who asked. A mention's is noted on the mention.
func (s *Ideas) AllowVoice(ctx context.Context, a know.Actor, voice int64, answer listen.Quotability) error {
	if answer != listen.Named && answer != listen.Unnamed && answer != listen.Refused {
		return fault.New(fault.Invalid, "Answer yes, yes without the name, or no.").On("answer")
	}
	return s.withVoice(ctx, voice, func(tx *storage.Tx, v Voice) error {
		mine := know.Require(a, know.Withdraw, know.Subject{Author: v.Person}) == nil
		if !mine {
			if err := know.Require(a, know.Quote, know.Subject{}); err != nil {
				return err
			}
		}
		if v.State == know.Withdrawn {
			return withdrawn()
		}
		if v.Message == 0 {
			return fault.New(fault.Conflict, "Note on the mention itself what its author said to being quoted.")
		}
		var name string
		if err := tx.Row(ctx, `select name from person where id = $1`, v.Person).Scan(&name); err != nil {
			return errors.Join(noVoice(), err)
		}
		if err := s.quote(ctx, tx, v, answer, name); err != nil {
			return err
		}
		return s.fact(ctx, tx, a, VoiceAllowed, voiceRef(v.ID), v.Idea, 0)
	})
}
