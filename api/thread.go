package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"tribune/converse"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

func (s *service) threadRoutes() {
	add(s, "inbox", "GET /threads", "listThreads", "Conversations for the desk", http.StatusOK, s.threadsList,
		tells("Those that wait come first waited, first listed; the others by their last change, newest first."))
	add(s, "inbox", "POST /threads", "openThread", "Write to the company, or open a conversation on a mention", http.StatusCreated, s.threadOpen,
		tells("A member writes a letter (subject, body), to one of us by name if they like (to_id), in public or not. Staff open a conversation on what somebody said (mention_id), which is theirs then."))
	add(s, "inbox", "GET /threads/{id}", "getThread", "One conversation and what was said in it", http.StatusOK, s.threadGet)
	add(s, "inbox", "PATCH /threads/{id}", "changeThread", "Take, give, answer elsewhere, close or reopen a conversation", http.StatusOK, s.threadChange,
		tells("owner_id 0 makes it nobody's; whoever gives it to another asks them by name. A public letter is hidden by staff (letter_state hidden with a reason), or withdrawn by its writer. To close it needs a reason. answered says that the asker's answer was copied to where it was asked."))
	add(s, "inbox", "POST /threads/{id}/messages", "addMessage", "Answer, add a note, or say more", http.StatusCreated, s.messageAdd,
		tells("Staff answer under their own name, or with note true write to the team alone. Whose conversation it is says more."))
	add(s, "inbox", "GET /messages/{id}", "getMessage", "One message", http.StatusOK, s.messageGet)
	add(s, "inbox", "PATCH /messages/{id}", "changeMessage", "Reword, withdraw, hide or show a message, or say that a copy is posted", http.StatusOK, s.messageChange)
}

// Thread is a conversation.
type Thread struct {
	ID          int64     `json:"id"`
	Kind        string    `json:"kind" doc:"mention, letter, tell or hand"`
	Subject     string    `json:"subject,omitempty"`
	Why         string    `json:"why" doc:"The rule that opened it: addressed, asks, complains, hand or tell"`
	State       string    `json:"state" enum:"open,answered,closed"`
	StateReason string    `json:"state_reason,omitempty"`
	OwnerID     int64     `json:"owner_id" doc:"Who of us took it; 0: nobody"`
	ToID        int64     `json:"to_id,omitempty" doc:"Whom of us its writer addressed"`
	AskedID     int64     `json:"asked_id,omitempty" doc:"Who of us is asked by name now"`
	HandedByID  int64     `json:"handed_by_id,omitempty" doc:"Who of us asked them; 0: the writer did"`
	Public      bool      `json:"public" doc:"A letter that everybody may read"`
	LetterState string    `json:"letter_state" enum:"visible,hidden,withdrawn"`
	With        Speaker   `json:"with" doc:"Who speaks"`
	MentionID   int64     `json:"mention_id,omitempty"`
	DecisionID  int64     `json:"decision_id,omitempty" doc:"What is to be told"`
	Count       int       `json:"message_count" doc:"Notes included"`
	Last        string    `json:"last" doc:"What was said last by somebody outside the team, cut to 300 characters"`
	LastBy      *Speaker  `json:"last_by,omitempty" doc:"Who said that, where it is not who the conversation is with"`
	URL         string    `json:"url,omitempty" doc:"The original"`
	Place       string    `json:"place,omitempty"`
	WaitsAt     time.Time `json:"waits_at,omitzero" doc:"Since when it waits"`
	OpenedAt    time.Time `json:"opened_at"`
	AnsweredAt  time.Time `json:"answered_at,omitzero" doc:"The first answer by one of us"`
	StateAt     time.Time `json:"state_at"`
}

// Speaker is who a conversation is with: a person, or an account that nobody
// claimed.
type Speaker struct {
	Name      string `json:"name"`
	PersonID  int64  `json:"person_id,omitempty"`
	AccountID int64  `json:"account_id,omitempty"`
	Left      bool   `json:"left,omitempty" doc:"They left, and were erased"`
	Staff     bool   `json:"staff,omitempty" doc:"They work here"`
}

// OneThread is a conversation with its messages.
type OneThread struct {
	Thread
	Messages []Message `json:"messages" nullable:"false"`
}

// Message is one utterance in a conversation.
type Message struct {
	ID          int64     `json:"id"`
	ThreadID    int64     `json:"thread_id"`
	Kind        string    `json:"kind" enum:"said,answer,note"`
	Author      Author    `json:"author"`
	AccountID   int64     `json:"account_id,omitempty"`
	MentionID   int64     `json:"mention_id,omitempty" doc:"Whose words these are"`
	Body        string    `json:"body" doc:"Markdown; plain text if it is a mention's"`
	Language    string    `json:"language,omitempty"`
	Way         string    `json:"way,omitempty" doc:"Of an answer: site (and mail), or copy: its author copies it to where it was asked"`
	DeliveredAt time.Time `json:"delivered_at,omitzero"`
	URL         string    `json:"url,omitempty"`
	State       string    `json:"state" enum:"visible,hidden,withdrawn"`
	StateReason string    `json:"state_reason,omitempty"`
	SaidAt      time.Time `json:"said_at" doc:"When it was said, elsewhere or here"`
	CreatedAt   time.Time `json:"created_at"`
	EditedAt    time.Time `json:"edited_at,omitzero"`
}

func (s *service) threads(ctx context.Context, from ...converse.Thread) ([]Thread, error) {
	var persons, accounts []int64
	for _, t := range from {
		persons, accounts = append(persons, t.Person, t.LastPerson), append(accounts, t.Account, t.LastAccount)
	}
	people, err := s.People.People(ctx, persons)
	if err != nil {
		return nil, err
	}
	spoke, err := s.People.Accounts(ctx, accounts)
	if err != nil {
		return nil, err
	}
	threads := make([]Thread, len(from))
	for n, t := range from {
		with, last := speaker(people, spoke, t.Person, t.Account), (*Speaker)(nil)
		if t.ByOther() {
			by := speaker(people, spoke, t.LastPerson, t.LastAccount)
			last = &by
		}
		threads[n] = Thread{t.ID, string(t.Kind), t.Subject, string(t.Why), string(t.State), t.StateReason, t.Owner,
			t.To, t.Asked, t.HandedBy, t.IsPublic(), string(t.TextState), with, t.Mention,
			t.Decision, t.Messages, t.Last, last, t.URL, t.Place, t.WaitsAt, t.OpenedAt, t.AnsweredAt, t.StateAt}
	}
	return threads, nil
}

func speaker(people map[int64]know.Person, accounts map[int64]know.Account, person, account int64) Speaker {
	p := people[person]
	return Speaker{cmp.Or(p.Name, accounts[account].Name), person, account, p.Left(), p.Role.AtLeast(know.Staff)}
}

func (s *service) messages(ctx context.Context, from ...converse.Message) ([]Message, error) {
	persons, accounts := make([]int64, len(from)), make([]int64, len(from))
	for n, m := range from {
		persons[n], accounts[n] = m.Person, m.Account
	}
	people, err := s.People.People(ctx, persons)
	if err != nil {
		return nil, err
	}
	spoke, err := s.People.Accounts(ctx, accounts)
	if err != nil {
		return nil, err
	}
	messages := make([]Message, len(from))
	for n, m := range from {
		who := s.author(people, m.Person, m.Staff)
		if who.Name == "" {
			who.Name = spoke[m.Account].Name
		}
		messages[n] = Message{m.ID, m.Thread, string(m.Kind), who, m.Account, m.Mention, m.Body, m.Language, string(m.Way), m.DeliveredAt,
			m.URL, string(m.State), m.StateReason, m.SaidAt, m.CreatedAt, m.EditedAt}
	}
	return messages, nil
}

type threadsIn struct {
	State string `query:"state" enum:"open,answered,closed"`
	Owner string `query:"owner" doc:"A person's id, me, or nobody"`
	Asked string `query:"asked" enum:"me" doc:"Those that the asker is asked by name, and nobody else took"`
	Q     string `query:"q" doc:"In the subject, the words, or the name of who speaks"`
	Paged
}

func (s *service) threadsList(ctx context.Context, a *gate.Asker, in *threadsIn) (*answer[List[Thread]], error) {
	f := converse.Filter{State: converse.State(in.State), Text: in.Q, Cursor: in.Cursor, Limit: in.limit()}
	if in.Asked == "me" {
		f.Asked = a.ID
	}
	switch in.Owner {
	case "":
	case "me":
		f.Owner = a.ID
	case "nobody":
		f.Owner = converse.Nobody
	default:
		id, err := strconv.ParseInt(in.Owner, 10, 64)
		if err != nil || id < 1 {
			return nil, fault.New(fault.Invalid, "An owner is a person’s id, me, or nobody.").On("owner")
		}
		f.Owner = id
	}
	found, next, err := s.Inbox.Threads(ctx, a.Actor, f)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, found...)
	return body(List[Thread]{threads, next}), err
}

func (s *service) threadOpen(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		MentionID int64  `json:"mention_id,omitempty"`
		ToID      int64  `json:"to_id,omitempty" doc:"Who of us it is for"`
		Public    bool   `json:"public,omitempty" doc:"Everybody may read the letter, and its answers"`
		Subject   string `json:"subject,omitempty"`
		Body      string `json:"body,omitempty" doc:"Markdown"`
	}
}) (*answer[OneThread], error) {
	var t converse.Thread
	var err error
	if in.Body.MentionID != 0 {
		t, err = s.Inbox.Open(ctx, a.Actor, in.Body.MentionID)
	} else {
		b := in.Body
		t, err = s.Inbox.WriteTo(ctx, a.Actor, converse.NewLetter{To: b.ToID, Public: b.Public, Subject: b.Subject, Body: b.Body})
	}
	if err != nil {
		return nil, err
	}
	return s.threadGet(ctx, a, &ByID{t.ID})
}

func (s *service) threadGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[OneThread], error) {
	t, said, err := s.Inbox.Thread(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, t)
	if err != nil {
		return nil, err
	}
	messages, err := s.messages(ctx, said...)
	if err != nil {
		return nil, err
	}
	return body(OneThread{threads[0], messages}), nil
}

func (s *service) threadChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		State   *string `json:"state,omitempty" enum:"open,answered,closed"`
		OwnerID *int64  `json:"owner_id,omitempty"`
		Reason  string  `json:"reason,omitempty" doc:"Why it is closed, or hidden"`
		Letter  *string `json:"letter_state,omitempty" enum:"visible,hidden,withdrawn"`
	}
}) (*answer[Thread], error) {
	if in.Body.Letter != nil {
		return s.letterChange(ctx, a, in.ID, know.TextState(*in.Body.Letter), in.Body.Reason)
	}
	c := converse.Change{Owner: in.Body.OwnerID, Reason: in.Body.Reason}
	if in.Body.State != nil {
		state := converse.State(*in.Body.State)
		c.State = &state
	}
	t, err := s.Inbox.Change(ctx, a.Actor, in.ID, c)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, t)
	if err != nil {
		return nil, err
	}
	return body(threads[0]), nil
}

func (s *service) oneMessage(ctx context.Context, m converse.Message, err error) (*answer[Message], error) {
	if err != nil {
		return nil, err
	}
	messages, err := s.messages(ctx, m)
	if err != nil {
		return nil, err
	}
	return body(messages[0]), nil
}

func (s *service) messageAdd(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Body string `json:"body" doc:"Markdown"`
		Note bool   `json:"note,omitempty" doc:"To the team alone; it never leaves the desk"`
	}
}) (*answer[Message], error) {
	t, _, err := s.Inbox.Thread(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	say := s.Inbox.Answer
	switch {
	case in.Body.Note:
		say = s.Inbox.Note
	case t.Person != 0 && t.Person == a.ID:
		say = s.Inbox.Say // their own conversation
	}
	m, err := say(ctx, a.Actor, in.ID, in.Body.Body)
	return s.oneMessage(ctx, m, err)
}

func (s *service) messageGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Message], error) {
	m, err := s.Inbox.Message(ctx, a.Actor, in.ID)
	return s.oneMessage(ctx, m, err)
}

func (s *service) messageChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Body *string `json:"body,omitempty" doc:"What went out by mail stays as it was"`
		StateChange
		Posted bool   `json:"posted,omitempty" doc:"The copied answer now stands where it was asked"`
		URL    string `json:"url,omitempty" doc:"With posted: its address there"`
	}
}) (*answer[Message], error) {
	b := in.Body
	if b.Body != nil {
		if _, err := s.Inbox.Edit(ctx, a.Actor, in.ID, *b.Body); err != nil {
			return nil, err
		}
	}
	if b.Posted {
		if err := s.Inbox.Posted(ctx, a.Actor, in.ID, b.URL); err != nil {
			return nil, err
		}
	}
	err := b.apply(
		func() error { return s.Inbox.ShowMessage(ctx, a.Actor, in.ID) },
		func() error { return s.Inbox.Withdraw(ctx, a.Actor, in.ID) },
		func(reason string) error { return s.Inbox.HideMessage(ctx, a.Actor, in.ID, reason) })
	if err != nil {
		return nil, err
	}
	return s.messageGet(ctx, a, &in.ByID)
}

// mine gives the asker's own conversations.
func (s *service) mine(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Thread]], error) {
	if err := know.Require(a.Actor, know.Self, know.Subject{Author: a.ID}); err != nil {
		return nil, err
	}
	accounts, err := s.disclosed(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	found, err := s.Inbox.ThreadsOf(ctx, a.Actor, a.ID, accounts)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, found...)
	return body(List[Thread]{Items: threads}), err
}

func (s *service) letterRoutes() {
	add(s, "people", "POST /letters", "writeLetter", "Write to one of us without an account", http.StatusAccepted, s.letterWrite,
		tells("A link goes to the address; the letter is sent once it was opened and confirmed, within 72 hours. The answer is the same for every address."))
	add(s, "people", "GET /people/{id}/answers", "publicAnswers", "What somebody answered to public letters, newest first", http.StatusOK, s.answersBy)
}

// Deposited says what becomes of a letter that waits to be confirmed.
type Deposited struct {
	ConfirmWithinHours int `json:"confirm_within_hours" doc:"After that it is thrown away, unread"`
}

func (s *service) letterWrite(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		ToID    int64  `json:"to_id,omitempty" doc:"Who of us it is for"`
		Public  bool   `json:"public" doc:"Everybody may read it, and the answers"`
		Name    string `json:"name" doc:"As people know them, by the same rule as the name of an account: the letter is signed with it"`
		Email   string `json:"email"`
		Subject string `json:"subject"`
		Body    string `json:"body" doc:"Markdown"`
	}
}) (*answer[Deposited], error) {
	if err := s.Gate.SignInAllowed(a.Address); err != nil {
		return nil, err
	}
	b := in.Body
	err := s.Inbox.Deposit(ctx, a.Actor, converse.Unsigned{Name: b.Name, Email: b.Email,
		NewLetter: converse.NewLetter{To: b.ToID, Public: b.Public, Subject: b.Subject, Body: b.Body, Language: a.Lang}})
	if err != nil {
		return nil, err
	}
	return body(Deposited{ConfirmWithinHours: 72}), nil
}

// letterChange hides or shows a public letter, or withdraws the asker's own.
func (s *service) letterChange(ctx context.Context, a *gate.Asker, id int64, to know.TextState, reason string) (*answer[Thread], error) {
	var err error
	switch to {
	case know.Hidden:
		err = s.Inbox.HideLetter(ctx, a.Actor, id, reason)
	case know.Visible:
		err = s.Inbox.ShowLetter(ctx, a.Actor, id)
	default:
		err = s.Inbox.WithdrawLetter(ctx, a.Actor, id)
	}
	if err != nil {
		return nil, err
	}
	t, _, err := s.Inbox.Thread(ctx, a.Actor, id)
	if err != nil {
		return nil, err
	}
	threads, err := s.threads(ctx, t)
	if err != nil {
		return nil, err
	}
	return body(threads[0]), nil
}

// PublicAnswer is what one of us answered to a public letter.
type PublicAnswer struct {
	ID       int64     `json:"id" doc:"Of the message"`
	ThreadID int64     `json:"thread_id"`
	Subject  string    `json:"subject" doc:"Of the letter"`
	WriterID int64     `json:"writer_id" doc:"Of the letter"`
	Body     string    `json:"body" doc:"Markdown"`
	Language string    `json:"language,omitempty"`
	At       time.Time `json:"at"`
	URL      string    `json:"url"`
}

func (s *service) answersBy(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[PublicAnswer]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	if _, err := s.People.Person(ctx, in.ID); err != nil {
		return nil, err
	}
	found, err := s.Inbox.AnswersBy(ctx, a.Actor, in.ID, before, in.limit()+1)
	if err != nil {
		return nil, err
	}
	next := ""
	if full := len(found) > in.limit(); full {
		found = found[:in.limit()]
		next = in.after(full, found[len(found)-1].Message)
	}
	return page(found, next, func(p converse.PublicAnswer) PublicAnswer {
		return PublicAnswer{p.Message, p.Thread, p.Subject, p.Writer, p.Body, p.Lang, p.At, fmt.Sprintf("%s/letters/%d#m%d", s.URL, p.Thread, p.Message)}
	}), nil
}
