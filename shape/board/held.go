package board

import (
	"context"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/storage"
)

// Held is all that boards hold about a person, as they export it.
type Held struct {
	Applications []HeldApplication `json:"applications"`
	Invitations  []HeldInvitation  `json:"invitations"`
	Seats        []HeldSeat        `json:"seats"`
	Said         []HeldSaid        `json:"said"`
	Answers      []HeldAnswer      `json:"answers"`
	Votes        []HeldVote        `json:"votes"`
}

// HeldApplication is that one applied to a board.
type HeldApplication struct {
	Board    int64     `json:"board_id"`
	Number   int       `json:"number"`
	Sentence string    `json:"sentence"`
	Country  string    `json:"country,omitempty"`
	Tribe    int64     `json:"tribe_id,omitempty"`
	Since    time.Time `json:"since"`
	Stands   bool      `json:"stands"`
	At       time.Time `json:"at"`
}

// HeldInvitation is that one was asked to apply.
type HeldInvitation struct {
	Board int64     `json:"board_id"`
	By    int64     `json:"by_id"`
	At    time.Time `json:"at"`
}

// HeldSeat is a seat one was drawn for.
type HeldSeat struct {
	Board      int64     `json:"board_id"`
	State      SeatState `json:"state"`
	Shown      bool      `json:"name_shown"`
	OfferedAt  time.Time `json:"offered_at"`
	AnsweredAt time.Time `json:"answered_at,omitzero"`
}

// HeldSaid is what one said on a board.
type HeldSaid struct {
	ID      int64          `json:"id"`
	Board   int64          `json:"board_id"`
	Talk    int64          `json:"talk_id"`
	Title   string         `json:"title,omitempty"` // of the talk, if one began it
	Body    string         `json:"body"`
	State   know.TextState `json:"state"`
	Reason  string         `json:"state_reason,omitempty"`
	At      time.Time      `json:"at"`
	Earlier []HeldWording  `json:"earlier,omitempty"`
}

// HeldAnswer is one's answer to a question.
type HeldAnswer struct {
	Task    int64         `json:"task_id"`
	Body    string        `json:"body"`
	Quote   Quote         `json:"quote"`
	At      time.Time     `json:"at"`
	Earlier []HeldWording `json:"earlier,omitempty"`
}

// HeldWording is an earlier wording of one's text.
type HeldWording struct {
	Body string    `json:"body"`
	At   time.Time `json:"at"`
}

// HeldVote is whether one wanted a result on the square.
type HeldVote struct {
	Task int64     `json:"task_id"`
	Yes  bool      `json:"yes"`
	At   time.Time `json:"at"`
}

// Held gives all that boards hold about a person. Boards know people, not
// accounts.
func (s *Boards) Held(ctx context.Context, person int64, _ []int64) (h Held, err error) {
	applications, err := storage.All(ctx, s.db, scanApplication, selectApplication+` where person_id = $1 and person_id <> 0 order by id`, person)
	if err != nil {
		return h, err
	}
	for _, p := range applications {
		h.Applications = append(h.Applications, HeldApplication{p.Board, p.Number, p.Sentence, p.Country, p.Tribe, p.Since, p.Stands, p.At})
	}
	if h.Invitations, err = storage.All(ctx, s.db, func(row storage.Scanner) (i HeldInvitation, err error) {
		var at int64
		err = row.Scan(&i.Board, &i.By, &at)
		i.At = storage.Time(at)
		return i, err
	}, `select board_id, by_id, at from board_invite where person_id = $1 order by at, board_id`, person); err != nil {
		return h, err
	}
	seats, err := storage.All(ctx, s.db, scanSeat, selectSeat+` where person_id = $1 and person_id <> 0 order by id`, person)
	if err != nil {
		return h, err
	}
	for _, x := range seats {
		h.Seats = append(h.Seats, HeldSeat{x.Board, x.State, x.Shown, x.OfferedAt, x.AnsweredAt})
	}
	if err := s.heldWords(ctx, person, &h); err != nil {
		return h, err
	}
	h.Votes, err = storage.All(ctx, s.db, func(row storage.Scanner) (v HeldVote, err error) {
		var yes int
		var at int64
		err = row.Scan(&v.Task, &yes, &at)
		v.Yes, v.At = yes == 1, storage.Time(at)
		return v, err
	}, `select task_id, yes, at from board_vote where person_id = $1 order by at, task_id`, person)
	return h, err
}

func (s *Boards) heldWords(ctx context.Context, person int64, h *Held) error {
	said, err := storage.All(ctx, s.db, scanSaid, selectSaid+` where person_id = $1 order by id`, person)
	if err != nil {
		return err
	}
	for _, x := range said {
		one := HeldSaid{ID: x.ID, Board: x.Board, Talk: x.Talk, Body: x.Body, State: x.State, Reason: x.StateReason, At: x.CreatedAt}
		if err := s.db.Row(ctx, `select case when t.person_id = $1 and not exists (select 1 from board_said o where o.talk_id = t.id and o.id < $2) then t.title else '' end
			from board_talk t where t.id = $3`, person, x.ID, x.Talk).Scan(&one.Title); err != nil {
			return err
		}
		if one.Earlier, err = s.earlier(ctx, saidRef(x.ID), x.EditedAt); err != nil {
			return err
		}
		h.Said = append(h.Said, one)
	}
	answers, err := storage.All(ctx, s.db, scanAnswer, selectAnswer+` where person_id = $1 and person_id <> 0 order by id`, person)
	if err != nil {
		return err
	}
	for _, x := range answers {
		one := HeldAnswer{Task: x.Task, Body: x.Body, Quote: x.Quote, At: x.CreatedAt}
		if one.Earlier, err = s.earlier(ctx, answerRef(x.ID), x.EditedAt); err != nil {
			return err
		}
		h.Answers = append(h.Answers, one)
	}
	return nil
}

// earlier gives the earlier wordings of a text that was ever edited.
func (s *Boards) earlier(ctx context.Context, text event.Ref, editedAt time.Time) (wordings []HeldWording, err error) {
	if editedAt.IsZero() {
		return nil, nil
	}
	revisions, err := s.people.Revisions(ctx, text)
	for _, r := range revisions {
		wordings = append(wordings, HeldWording{r.Body, r.At})
	}
	return wordings, err
}

// Moments gives what a person did on boards, newest first, at most limit:
// applied, sat, said, answered a question. The subject is always the board.
func (s *Boards) Moments(ctx context.Context, person int64, _ []int64, limit int) ([]know.Moment, error) {
	return storage.All(ctx, s.db, func(row storage.Scanner) (m know.Moment, err error) {
		var at int64
		m.Subject.Kind = "board"
		err = row.Scan(&at, &m.Kind, &m.Subject.ID, &m.Title, &m.Text)
		m.At = storage.Time(at)
		return m, err
	}, `select x.at, x.kind, b.id, b.name, x.text from (
		select created_at as at, 'applied' as kind, board_id, sentence as text from board_application where person_id = $1 and state = 'applied'
		union all select answered_at, 'seated', board_id, '' from board_seat where person_id = $1 and state = 'accepted'
		union all select created_at, 'consulted', board_id, body from board_said where person_id = $1 and state = 'visible'
		union all select created_at, 'consulted', board_id, body from board_answer where person_id = $1 and body <> ''
		) x join board b on b.id = x.board_id order by x.at desc, b.id desc limit $2`, person, limit)
}
