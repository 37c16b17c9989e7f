package mail_test

import (
	"testing"
	"time"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
	"tribune/storage"
	"tribune/web/mail"
	"tribune/web/webtest"
)

// alerted lets Marta be told of what happens on the radar: a spike, a need and
// a mention that reaches many.
func (s *scene) alerted() event.Delivery {
	s.t.Helper()
	ctx := s.t.Context()
	s.must(s.Alerts.Wish(ctx, s.marta.Actor, alert.Wishes{Needs: true, Choices: []alert.Choice{{Query: 0, Spikes: true, Reach: 500}}}))
	public := true
	heard, err := s.Radar.Hear(ctx, s.marta.Actor, []listen.Post{
		{Source: "Forum", ExternalID: "1", Text: "I wish it had a *pen loop*.", Reach: 12000, Public: &public, URL: "https://forum.example/1", Author: listen.Author{Name: "Rosa Quispe", URL: "https://rosa.example"}},
		{Source: "Forum", ExternalID: "2", Text: "Nothing much.", Reach: 499, Author: listen.Author{Name: "Bo", URL: "https://bo.example"}}})
	s.must(err)
	s.must(s.DB.Update(ctx, func(tx *storage.Tx) error {
		at := storage.Micros(s.Clock())
		spike, err := tx.Insert(ctx, `insert into spike (query_id, kind, start_at, end_at, going_on, peak, expected, z, n, drove, drove_at, found_at)
			values (0, 'rise', $1, $2, 1, 40, 2, 9, 40, '{"words": [{"text": "recall", "now": 30}]}', $1, $1) returning id`, at, at+int64(time.Hour/time.Microsecond))
		s.must(err)
		trend, err := tx.Insert(ctx, `insert into trend (kind, label, how, authors, place, found_at, seen_at) values ('need', 'pen loop', 'wish', 6, 0, $1, $1) returning id`, at)
		s.must(err)
		_, err = tx.Exec(ctx, `insert into trend_voice (trend_id, place, mention_id) values ($1, 0, $2)`, trend, heard[0].ID)
		s.must(err)
		s.must(s.Events.Append(ctx, tx, event.Event{Kind: "spike.found", Subject: event.Ref{Kind: "spike", ID: spike}}))
		return s.Events.Append(ctx, tx, event.Event{Kind: "trend.found", Subject: event.Ref{Kind: "trend", ID: trend}, N: 2})
	}))
	s.must(s.Events.CatchUp(ctx, "alert.follow", s.Alerts.Follow, alert.Kinds()...))
	s.must(s.Alerts.Tell(ctx))
	return s.last(alert.Mail)
}

// TestAlertMail tells a spike, a need and a mention in one mail, in the reader's
// language, with their words; what was taken back is not in it, and a mail of
// which nothing is left does not leave.
func TestAlertMail(t *testing.T) {
	s := openScene(t)
	d := s.alerted()
	s.read(d, "en", true, "3 alerts from the radar", "A rise: all that is heard\n-----", "Since 20 November 2026, 08:00: ", " in all.", "Rosa Quispe reaches 12,000 people\n-----", "“all that is heard” is said far more than usual: 40 mentions in an hour. Usual then: about 2.", "New in it: recall.", "What you can do: read what they say", "“pen loop”: 6 people wish for it.",
		"Rosa Quispe said this, and reaches 12,000 people:", "I wish it had a *pen loop*.", webtest.URL+"/desk/radar/spikes/1", webtest.URL+"/desk/radar/rising/1", webtest.URL+"/desk/mentions/1", "No more alerts")
	s.read(d, "fr", true, "3 alertes du radar", "Rosa Quispe a dit ceci et touche 12 000 personnes")
	s.must(s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update trend set how = 'complaint'`)
		return err
	}))
	s.read(d, "en", true, "3 alerts from the radar", "People complain: pen loop\n-----", "“pen loop”: 6 people complain of it.")
	s.read(d, "fr", true, "3 alertes du radar", "Des gens se plaignent : pen loop", "« pen loop » : 6 personnes s’en plaignent.")
	s.must(s.Radar.Withdraw(t.Context(), s.marta.Actor, 1))
	s.read(d, "en", true, "A rise: all that is heard", webtest.URL+"/desk/radar/spikes/1")
	s.must(s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		_, err := tx.Exec(t.Context(), `update spike set gone_at = 1`)
		return err
	}))
	if _, err := mail.New(s.Kit).Preview(t.Context(), d); err == nil {
		t.Error("a mail of which nothing is left leaves")
	}
	s.must(s.People.ChooseMail(t.Context(), s.marta.ID, know.MailAlerts, false))
	if _, err := mail.New(s.Kit).Preview(t.Context(), d); err == nil {
		t.Error("a mail that is not wanted leaves")
	}
}

// TestAlertAgain tells that a rise has grown, with what it was, and that it is taken back,
// each in a mail of its own.
func TestAlertAgain(t *testing.T) {
	s := openScene(t)
	s.must(s.Alerts.Wish(t.Context(), s.marta.Actor, alert.Wishes{Choices: []alert.Choice{{Query: 0, Spikes: true}}}))
	tell := func(kind, statement string, n int64) event.Delivery {
		t.Helper()
		s.must(s.DB.Update(t.Context(), func(tx *storage.Tx) error {
			if _, err := tx.Exec(t.Context(), statement, storage.Micros(s.Clock())); err != nil {
				return err
			}
			return s.Events.Append(t.Context(), tx, event.Event{Kind: kind, Subject: event.Ref{Kind: "spike", ID: 1}, N: n})
		}))
		s.must(s.Events.CatchUp(t.Context(), "alert.follow", s.Alerts.Follow, alert.Kinds()...))
		s.must(s.Alerts.Tell(t.Context()))
		return s.last(alert.Mail)
	}
	d := tell(spike.Found, `insert into spike (id, query_id, kind, start_at, end_at, going_on, peak, expected, z, n, drove_at, found_at, told_away, told_peak) values (1, 0, 'rise', $1, $1, 1, 23, 5, 9, 23, 1, 1, 18, 23)`, 0)
	s.read(d, "en", true, "A rise: all that is heard", "said far more than usual: 23 mentions in an hour. Usual then: about 5.")
	d = tell(spike.Grew, `update spike set end_at = $1, peak = 6005, n = 6005, told_step = 1, told_away = 6000, told_peak = 6005, told_was = 23`, 1)
	s.read(d, "en", true, "It has grown: all that is heard", "“all that is heard” has grown: 6,005 mentions in an hour. When you were told before, it was 23. Usual then: about 5.")
	s.read(d, "fr", true, "Cela grandit : tout ce qui est entendu", "a grandi : 6 005 mentions en une heure, contre 23 lors de la dernière alerte.")
	d = tell(spike.Gone, `update spike set gone_at = $1`, 0)
	s.read(d, "en", true, "Taken back: all that is heard", "What you were told of “all that is heard”, since 20 November 2026, 08:00, is taken back", webtest.URL+"/desk/radar/spikes/1")
	s.read(d, "fr", true, "Démenti : tout ce qui est entendu", "vous n’avez rien à faire")
}
