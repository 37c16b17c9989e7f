package mail

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"tribune/event"
	"tribune/internal/burst"
	"tribune/internal/fault"
	"tribune/internal/need"
	cut "tribune/internal/plain"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/spike"
	"tribune/listen/trend"
)

const (
	alertsMost = 10  // alerts in a mail; all stand on the radar
	spikeQuote = 280 // letters of what somebody says in a spike
)

// spikesTold are the spikes that a mail told already.
type spikesTold struct {
	ids     map[int64]bool
	sources bool // it said that the sources are to be looked at
}

// alerts tells somebody of the team what happened on the radar.
func (d draft) alerts(ctx context.Context, row event.Delivery) error {
	all, err := d.m.k.Alerts.Batch(ctx, row.Person, row.Subject.ID)
	if err != nil {
		return err
	}
	told, first, spikes := 0, "", &spikesTold{ids: map[int64]bool{}}
	more, heads := 0, map[int]string{} // headlines, by the block that they stand over
	for i, a := range all {
		if told == alertsMost {
			more = len(all) - i
			d.say(d.N("{n} more alert stands on the radar.", "{n} more alerts stand on the radar.", int64(more)))
			break
		}
		at := len(d.Blocks)
		headline, err := d.alert(ctx, a, spikes)
		if fault.Is(err, fault.NotFound) {
			continue // it was taken back meanwhile
		}
		if err != nil {
			return err
		}
		if headline != "" {
			told++
			heads[at] = headline
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
		for _, at := range slices.Backward(slices.Sorted(maps.Keys(heads))) {
			d.Blocks = slices.Insert(d.Blocks, at, Block{Kind: Head, Text: heads[at]})
		}
		d.Subject = d.N("{n} alert from the radar", "{n} alerts from the radar", int64(told+more))
	}
	d.Blocks = append(d.Blocks, linkTo(d.T("Choose what you are told, and when"), d.m.k.URL+"/desk/radar/alerts"))
	return d.choice(ctx, know.MailAlerts, d.T("You get this mail because you asked to be told of this at once."), d.T("No more alerts"))
}

// alert writes one of them, and gives its headline; "" if it is not so any more,
// or of a spike that was told above.
func (d draft) alert(ctx context.Context, a alert.Alert, told *spikesTold) (headline string, err error) {
	switch a.Kind {
	case alert.OfSpike:
		if a.Step == alert.TakenBack {
			return d.takenBack(ctx, a.Subject)
		}
		return d.spike(ctx, a, told)
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
		if t.How == string(need.Complaint) {
			headline = d.T("People complain: {label}", "label", t.Label)
		}
		d.say(d.needed(t) + ".")
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

// needed says how many wish for a thing, miss it or complain of it.
func (d draft) needed(t trend.Trend) string {
	n := int64(t.Authors)
	switch need.Kind(t.How) {
	case need.Wish:
		return d.N("“{label}”: {n} person wishes for it", "“{label}”: {n} people wish for it", n, "label", t.Label)
	case need.Missing:
		return d.N("“{label}”: {n} person misses it", "“{label}”: {n} people miss it", n, "label", t.Label)
	}
	return d.N("“{label}”: {n} person complains of it", "“{label}”: {n} people complain of it", n, "label", t.Label)
}

// spike writes that something is said far more, or less, than usual: of several
// that are one, that which leads, once.
func (d draft) spike(ctx context.Context, a alert.Alert, told *spikesTold) (string, error) {
	s, err := d.m.k.Spikes.Leading(ctx, d.actor, a.Subject)
	if err != nil || !s.GoneAt.IsZero() || told.ids[s.ID] {
		return "", err
	}
	names, err := d.queryNames(ctx)
	if err != nil || names[s.Query] == "" {
		return "", err
	}
	told.ids[s.ID] = true
	name, usual := names[s.Query], d.T("about {n}", "n", d.Number(int64(math.Round(s.Expected))))
	if s.Expected < .5 {
		usual = d.T("hardly any")
	}
	headline := d.T("A rise: {name}", "name", name)
	n := int64(math.Round(s.Peak))
	switch {
	case s.Kind == burst.Rise && a.Step > 0 && s.Told.Step > 0:
		headline = d.T("It has grown: {name}", "name", name)
		d.say(d.N("“{name}” has grown: {n} mention in an hour. When you were told before, it was {was}. Usual then: {usual}.", "“{name}” has grown: {n} mentions in an hour. When you were told before, it was {was}. Usual then: {usual}.", n,
			"name", name, "was", d.Number(int64(math.Round(s.Told.Was))), "usual", usual))
	case s.Kind == burst.Rise:
		d.say(d.N("“{name}” is said far more than usual: {n} mention in an hour. Usual then: {usual}.", "“{name}” is said far more than usual: {n} mentions in an hour. Usual then: {usual}.", n, "name", name, "usual", usual))
	case s.Kind == burst.Drop:
		headline = d.T("A drop: {name}", "name", name)
		d.say(d.N("“{name}” is said far less than usual: {n} mention in an hour. Usual then: {usual}.", "“{name}” is said far less than usual: {n} mentions in an hour. Usual then: {usual}.", n, "name", name, "usual", usual))
	default:
		headline = d.T("Silence: {name}", "name", name)
		d.say(d.T("Nothing was heard of “{name}” for {time}. Usual in an hour: {usual}.", "name", name, "time", d.Duration(s.Until(d.m.k.Now()).Sub(s.Start)), "usual", usual))
	}
	d.say(d.when(s))
	if also := alsoIn(s, names); len(also) > 0 {
		d.say(d.T("It is seen also in: {names}.", "names", d.List(also)))
	}
	return headline, d.behind(ctx, s, told)
}

// takenBack writes that what was told of a spike is not so.
func (d draft) takenBack(ctx context.Context, id int64) (string, error) {
	s, err := d.m.k.Spikes.Spike(ctx, d.actor, id)
	if err != nil || s.GoneAt.IsZero() {
		return "", err
	}
	names, err := d.queryNames(ctx)
	name := names[s.Query]
	if err != nil || name == "" {
		return "", err
	}
	d.say(d.T("What you were told of “{name}”, since {from}, is taken back: what was said then came late, or was removed. The counts show nothing unusual there any more, and you need not do anything.", "name", name, "from", d.DateTime(s.Start)))
	d.Blocks = append(d.Blocks, linkTo(d.T("See what was told"), fmt.Sprintf("%s/desk/radar/spikes/%d", d.m.k.URL, s.ID)))
	return d.T("Taken back: {name}", "name", name), nil
}

// when says from when to when a spike is, and how much was said in all of it.
func (d draft) when(s spike.Spike) string {
	if s.GoingOn {
		return d.N("Since {from}: {n} mention in all.", "Since {from}: {n} mentions in all.", s.Mentions, "from", d.DateTime(s.Start))
	}
	return d.N("From {from} to {to}: {n} mention in all.", "From {from} to {to}: {n} mentions in all.", s.Mentions, "from", d.DateTime(s.Start), "to", d.DateTime(s.Until(d.m.k.Now())))
}

// behind writes what is new in a spike, what somebody says, and what to do.
func (d draft) behind(ctx context.Context, s spike.Spike, told *spikesTold) error {
	address := fmt.Sprintf("%s/desk/radar/spikes/%d", d.m.k.URL, s.ID)
	if s.Kind != burst.Rise {
		if !told.sources {
			d.say(d.T("What you can do: look at the sources first, for one that fails hears nothing. If all of them work, people speak of it less."))
			d.Blocks = append(d.Blocks, linkTo(d.T("Look at the sources"), d.m.k.URL+"/desk/radar/sources"))
			told.sources = true
		}
		d.Blocks = append(d.Blocks, linkTo(d.T("See when it began"), address))
		return nil
	}
	if len(s.Drove.Words) > 0 {
		var list []string
		for _, w := range s.Drove.Words {
			list = append(list, w.Text)
		}
		d.say(d.T("New in it: {words}.", "words", d.List(list)))
	}
	m, err := d.loudest(ctx, s)
	if err != nil {
		return err
	}
	if m.ID != 0 {
		name := m.Author.Name
		if name == "" {
			name = d.T("Somebody")
		}
		d.Blocks = append(d.Blocks, words(cut.Clip(m.Text, spikeQuote), m.Language), signed(name+", "+m.SourceName))
	}
	d.say(d.T("What you can do: read what they say, and answer those who ask or complain."))
	d.Blocks = append(d.Blocks, linkTo(d.T("See what is behind it"), address))
	return nil
}

// loudest gives of the last mentions in a spike that say what is newest in it
// the one that reaches most people, none if no words are left.
func (d draft) loudest(ctx context.Context, s spike.Spike) (m listen.Mention, err error) {
	f := listen.Filter{Query: s.Query, Since: s.Start, Until: s.End, Once: true, Limit: 20}
	if len(s.Drove.Words) > 0 {
		f.Words = s.Drove.Words[0].Text
	}
	all, _, err := d.m.k.Radar.Mentions(ctx, d.actor, f)
	if err == nil && len(all) == 0 && f.Words != "" {
		f.Words = ""
		all, _, err = d.m.k.Radar.Mentions(ctx, d.actor, f)
	}
	for _, x := range all {
		if m.ID == 0 || x.Reach > m.Reach {
			m = x
		}
	}
	return m, err
}

// queryNames names the standing queries, and all that is heard.
func (d draft) queryNames(ctx context.Context) (map[int64]string, error) {
	names := map[int64]string{0: d.T("all that is heard")}
	queries, err := d.m.k.Radar.Queries(ctx, d.actor)
	for _, q := range queries {
		names[q.ID] = q.Name
	}
	return names, err
}

// alsoIn names the queries of the spikes that one explains.
func alsoIn(s spike.Spike, names map[int64]string) (all []string) {
	for _, query := range s.Also {
		if names[query] != "" {
			all = append(all, names[query])
		}
	}
	return all
}
