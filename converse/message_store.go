package converse

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/storage"
)

// selectMessage reads messages; the words of a mention are read where they are.
const selectMessage = `select m.id, m.thread_id, m.kind, m.person_id, m.account_id, m.mention_id, m.staff,
	case when m.mention_id = 0 then m.body else coalesce(w.text, '') end, case when m.mention_id = 0 then m.language else coalesce(w.language, '') end,
	m.way, m.delivered_at, case when m.mention_id = 0 then m.url else coalesce(w.url, '') end,
	case when m.mention_id = 0 or m.state <> 'visible' then m.state else coalesce(w.state, 'withdrawn') end,
	case when m.mention_id = 0 or m.state <> 'visible' then m.state_reason else coalesce(w.state_reason, '') end, coalesce(w.published_at, m.created_at), m.created_at, m.edited_at
	from message m left join mention w on w.id = m.mention_id`

func scanMessage(row storage.Scanner) (m Message, err error) {
	var delivered, said, created, edited int64
	var staff int
	err = row.Scan(&m.ID, &m.Thread, &m.Kind, &m.Person, &m.Account, &m.Mention, &staff, &m.Body, &m.Language,
		&m.Way, &delivered, &m.URL, &m.State, &m.StateReason, &said, &created, &edited)
	m.Staff, m.DeliveredAt, m.SaidAt, m.CreatedAt, m.EditedAt = staff == 1, storage.Time(delivered), storage.Time(said), storage.Time(created), storage.Time(edited)
	if m.State == know.Withdrawn {
		m.Body = ""
	}
	return m, err
}

// seenBy gives a message as somebody who may read its thread sees it, and
// whether they see it at all.
func (m Message) seenBy(a know.Actor) (Message, bool) {
	if a.IsStaff() {
		return m, true
	}
	if m.Kind == Inside || m.Kind == Reply && m.DeliveredAt.IsZero() {
		return m, false
	}
	if m.State == know.Hidden && m.Person != a.ID {
		m.Body, m.URL, m.StateReason = "", "", ""
	}
	return m, true
}

// message reads one message, whoever asks.
func (i *Inbox) message(ctx context.Context, q storage.Q, id int64) (Message, error) {
	m, err := scanMessage(q.Row(ctx, selectMessage+` where m.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return m, errNoMessage()
	}
	if err != nil {
		return m, fmt.Errorf("converse: message %d: %w", id, err)
	}
	return m, nil
}

func errNoMessage() error {
	return fault.New(fault.NotFound, "There is no such message, or it is not open to you.")
}

// Message gives one message to somebody who sees its thread.
func (i *Inbox) Message(ctx context.Context, a know.Actor, id int64) (Message, error) {
	m, err := i.message(ctx, i.db, id)
	if err != nil {
		return m, err
	}
	t, err := i.thread(ctx, i.db, m.Thread)
	if err != nil {
		return m, err
	}
	m, ok := m.seenBy(a)
	if !ok || know.Require(a, know.Read, t.seen()) != nil {
		return Message{}, errNoMessage()
	}
	return m, nil
}

// Revisions gives a message's earlier wordings, oldest first, to its author
// and the team.
func (i *Inbox) Revisions(ctx context.Context, a know.Actor, message int64) ([]know.Revision, error) {
	m, err := i.Message(ctx, a, message)
	if err != nil {
		return nil, err
	}
	if m.Person != a.ID && !a.IsStaff() {
		return nil, errNoMessage()
	}
	return i.people.Revisions(ctx, event.Ref{Kind: "message", ID: m.ID})
}

// put stores a message and gives it back with its id.
func (i *Inbox) put(ctx context.Context, tx *storage.Tx, m Message) (Message, error) {
	m.State = know.Visible
	id, err := tx.Insert(ctx, `insert into message (thread_id, kind, person_id, account_id, mention_id, staff, body, language, way, delivered_at, created_at, public)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, coalesce((select 1 from thread where id = $1 and audience = 'public'), 0)) returning id`,
		m.Thread, string(m.Kind), m.Person, m.Account, m.Mention, storage.Bit(m.Staff), m.Body, m.Language, string(m.Way),
		storage.Micros(m.DeliveredAt), storage.Micros(m.CreatedAt))
	if err != nil {
		return m, fmt.Errorf("converse: message in thread %d: %w", m.Thread, err)
	}
	m.ID, m.SaidAt = id, m.CreatedAt // a mention's own time is read where it is
	return m, nil
}
