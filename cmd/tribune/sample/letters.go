package sample

import (
	"context"
	"fmt"

	"tribune/converse"
	"tribune/know"
)

// letter is one to somebody of the team: from a member, or signed by somebody
// who has no account and confirms their address.
type letter struct {
	Key, From, Name, Email, To, Subject, Body, Language string
	Public                                              bool
	Day                                                 float64
	Answers                                             []struct {
		By, Text string
		Day      float64
	}
}

func (t *teller) planLetters() {
	for _, l := range t.letters {
		var thread int64
		t.plan(l.Day, func(ctx context.Context) (err error) {
			if thread, err = t.write(ctx, l); err != nil {
				return fmt.Errorf("sample: letter %s: %w", l.Key, err)
			}
			return nil
		})
		for _, said := range l.Answers {
			t.plan(said.Day, func(ctx context.Context) error {
				a := t.actors[said.By]
				if err := t.site.Inbox.Take(ctx, a, thread); err != nil {
					return err
				}
				m, err := t.site.Inbox.Answer(ctx, a, thread, said.Text)
				t.ids["answer:"+l.Key] = m.ID
				return err
			})
		}
	}
}

// write writes a letter, and gives its thread.
func (t *teller) write(ctx context.Context, l letter) (int64, error) {
	inbox := t.site.Inbox
	n := converse.NewLetter{To: t.actors[l.To].ID, Public: l.Public, Subject: l.Subject, Body: l.Body, Language: l.Language}
	if l.From != "" {
		made, err := inbox.WriteTo(ctx, t.actors[l.From], n)
		return made.ID, err
	}
	if err := inbox.Deposit(ctx, know.Actor{Language: l.Language}, converse.Unsigned{NewLetter: n, Name: l.Name, Email: l.Email}); err != nil {
		return 0, err
	}
	var id int64
	if err := t.site.DB.Row(ctx, `select max(id) from letter`).Scan(&id); err != nil {
		return 0, err
	}
	secret, err := inbox.ArmLetter(ctx, id)
	if err != nil {
		return 0, err
	}
	confirmed, err := inbox.Confirm(ctx, secret)
	return confirmed.Thread, err
}
