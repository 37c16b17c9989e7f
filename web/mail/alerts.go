package mail

import (
	"context"
	"fmt"
	"math"

	"tribune/event"
	"tribune/internal/burst"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen/alert"
)

// alertsMost is how many alerts stand in a mail; all stand on the radar.
const alertsMost = 10

// alerts tells somebody of the team what happened on the radar.
func (d draft) alerts(ctx context.Context, row event.Delivery) error {
	all, err := d.m.k.Alerts.Batch(ctx, row.Person, row.Subject.ID)
	if err != nil {
		return err
	}
	told, first := 0, ""
	for _, a := range all {
		if told == alertsMost {
			d.say(d.N("{n} more alert stands on the radar.", "{n} more alerts stand on the radar.", int64(len(all)-told)))
			break
		}
		headline, err := d.alert(ctx, a)
		if fault.Is(err, fault.NotFound) {
			continue // it was taken back meanwhile
		}
		if err != nil {
			return err
		}
		if headline != "" {
			told++
		}
		if first == "" {
			first = headline
		}
	}
	if told == 0 {
		return fault.New(fault.Conflict, "What this mail was to tell is no longer so.")
	}
	d.Subject = first
	if told > 1 {
		d.Subject = d.N("{n} alert from the radar", "{n} alerts from the radar", int64(len(all)))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("Choose what you are told, and when"), d.m.k.URL+"/desk/radar/alerts"))
	return d.choice(ctx, know.MailAlerts, d.T("You get this mail because you asked to be told of this at once."), d.T("No more alerts"))
}

// alert writes one of them, and gives its headline; "" if it is not so any more.
func (d draft) alert(ctx context.Context, a alert.Alert) (headline string, err error) {
	switch a.Kind {
	case alert.OfSpike:
		return d.spike(ctx, a.Subject)
	case alert.OfNeed:
		t, err := d.m.k.Trends.Trend(ctx, d.actor, a.Subject)
		if err != nil || !t.GoneAt.IsZero() {
			return "", err
		}
		said, err := d.m.k.Radar.Visible(ctx, d.actor, t.Mentions)
		if err != nil || len(said) == 0 {
			return "", err
		}
		headline = d.T("An unmet need: {label}", "label", t.Label)
		d.say(d.N("{n} person says that they need the same: {label}.", "{n} people say that they need the same: {label}.", int64(t.Authors), "label", t.Label))
		d.Blocks = append(d.Blocks, words(said[0].Text, said[0].Language), linkTo(d.T("Read what they say, and make an idea of it"), fmt.Sprintf("%s/desk/radar/rising/%d", d.m.k.URL, t.ID)))
		return headline, nil
	}
	said, err := d.m.k.Radar.Visible(ctx, d.actor, []int64{a.Subject})
	if err != nil || len(said) == 0 {
		return "", err
	}
	m := said[0]
	name := m.Author.Name
	if name == "" {
		name = d.T("Somebody")
	}
	headline = d.T("{name} reaches {n} people", "name", name, "n", d.Number(m.Reach))
	d.say(d.T("{name} said this, and reaches {n} people:", "name", name, "n", d.Number(m.Reach)))
	d.Blocks = append(d.Blocks, words(m.Text, m.Language), linkTo(d.T("Open it, and answer"), fmt.Sprintf("%s/desk/mentions/%d", d.m.k.URL, m.ID)))
	return headline, nil
}

// spike writes that something is said far more, or less, than usual.
func (d draft) spike(ctx context.Context, id int64) (string, error) {
	s, err := d.m.k.Spikes.Spike(ctx, d.actor, id)
	if err != nil || !s.GoneAt.IsZero() {
		return "", err
	}
	name := d.T("all that is heard")
	if s.Query != 0 {
		q, err := d.m.k.Radar.Query(ctx, d.actor, s.Query)
		if err != nil {
			return "", err
		}
		name = q.Name
	}
	headline := d.T("A rise: {name}", "name", name)
	n := int64(math.Round(s.Peak))
	switch s.Kind {
	case burst.Rise:
		d.say(d.N("“{name}” is said far more than usual: {n} mention in an hour.", "“{name}” is said far more than usual: {n} mentions in an hour.", n, "name", name))
	case burst.Drop:
		headline = d.T("A drop: {name}", "name", name)
		d.say(d.N("“{name}” is said far less than usual: {n} mention in an hour.", "“{name}” is said far less than usual: {n} mentions in an hour.", n, "name", name))
	default:
		headline = d.T("Silence: {name}", "name", name)
		d.say(d.T("Nothing was heard of “{name}” for {time}.", "name", name, "time", d.Duration(s.End.Sub(s.Start))))
	}
	if len(s.Drove.Words) > 0 {
		var list []string
		for _, w := range s.Drove.Words {
			list = append(list, w.Text)
		}
		d.say(d.T("New in it: {words}.", "words", d.List(list)))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("See what is behind it"), fmt.Sprintf("%s/desk/radar/spikes/%d", d.m.k.URL, s.ID)))
	return headline, nil
}
