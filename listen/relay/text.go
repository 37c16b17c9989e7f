package relay

import (
	"context"
	"embed"
	"strings"

	"tribune/internal/i18n"
	"tribune/internal/need"
	"tribune/internal/plain"
	"tribune/listen/spike"
)

// Texts holds the French of this package's texts for people.
//
//go:embed fr.json
var Texts embed.FS

const (
	mostSaid  = 200 // runes of somebody's words in a sentence
	mostWords = 5   // that are new in a rise
)

// text gives what happened in one sentence of the site's language, with its
// address: what chat programs show.
func (s *Relays) text(ctx context.Context, p Payload) (string, error) {
	site, err := s.people.Site(ctx)
	if err != nil {
		return "", err
	}
	words, err := s.words()
	if err != nil {
		return "", err
	}
	return sentence(words.Printer(site.Language, site.Location()), p) + " " + p.Data.URL, nil
}

func sentence(v *i18n.Printer, p Payload) string {
	switch d := p.Data; {
	case p.Type == spike.Gone:
		return v.T("Taken back: what was told of “{about}”. What was said then came late, or was removed; the counts show nothing unusual there any more.", "about", subject(v, d))
	case d.Spike != nil:
		return rose(v, d)
	case d.Need != nil:
		return needed(v, d.Need)
	case d.Mention != nil && !d.Mention.Public:
		return v.N("What somebody said, and not in public, reaches {n} person.", "What somebody said, and not in public, reaches {n} people.", d.Mention.Reach)
	case d.Mention != nil && d.Mention.Author == "":
		return v.N("“{text}” reaches {n} person.", "“{text}” reaches {n} people.", d.Mention.Reach, "text", harmless(d.Mention.Text))
	case d.Mention != nil:
		return v.N("{author} reaches {n} person: “{text}”", "{author} reaches {n} people: “{text}”", d.Mention.Reach, "author", harmless(d.Mention.Author), "text", harmless(d.Mention.Text))
	}
	return v.T("This is a test: alerts arrive here.")
}

// needed says how many wish for a thing, miss it or complain of it.
func needed(v *i18n.Printer, d *Need) string {
	n, label := int64(d.Authors), harmless(d.Label)
	switch need.Kind(d.How) {
	case need.Wish:
		return v.N("An unmet need: “{label}”. {n} person wishes for it.", "An unmet need: “{label}”. {n} people wish for it.", n, "label", label)
	case need.Missing:
		return v.N("An unmet need: “{label}”. {n} person misses it.", "An unmet need: “{label}”. {n} people miss it.", n, "label", label)
	}
	return v.N("{n} person complains of “{label}”.", "{n} people complain of “{label}”.", n, "label", label)
}

// subject names what a spike is about.
func subject(v *i18n.Printer, d Data) string {
	if d.Query != nil {
		return harmless(d.Query.Name)
	}
	return v.T("all that is heard")
}

func rose(v *i18n.Printer, d Data) string {
	about, usual := subject(v, d), v.Number(int64(d.Spike.Expected+.5))
	switch d.Spike.Kind {
	case "silence":
		return v.T("Silence: nothing is heard of “{about}”. Usual is about {usual} in an hour.", "about", about, "usual", usual)
	case "drop":
		return v.N("A drop of “{about}”: {n} mention in an hour. Usual is about {usual}.", "A drop of “{about}”: {n} mentions in an hour. Usual is about {usual}.", int64(d.Spike.Peak+.5), "about", about, "usual", usual)
	}
	n := int64(d.Spike.Peak + .5)
	said := v.N("A rise of “{about}”: {n} mention in an hour. Usual is about {usual}.", "A rise of “{about}”: {n} mentions in an hour. Usual is about {usual}.", n, "about", about, "usual", usual)
	if d.Spike.Was > 0 {
		said = v.N("“{about}” has grown: {n} mention in an hour, and {was} when it was told before. Usual is about {usual}.", "“{about}” has grown: {n} mentions in an hour, and {was} when it was told before. Usual is about {usual}.", n,
			"about", about, "was", v.Number(int64(d.Spike.Was+.5)), "usual", usual)
	}
	var also []string
	for _, q := range d.Spike.AlsoIn {
		if q.ID == 0 {
			q.Name = v.T("all that is heard")
		}
		also = append(also, harmless(q.Name))
	}
	if len(also) > 0 {
		said += " " + v.T("It is seen also in: {names}.", "names", v.List(also))
	}
	if len(d.Spike.Words) > 0 {
		var fresh []string
		for _, w := range d.Spike.Words[:min(len(d.Spike.Words), mostWords)] {
			fresh = append(fresh, harmless(w.Text))
		}
		said += " " + v.T("New in it: {words}.", "words", strings.Join(fresh, ", "))
	}
	return said
}

// calls are what makes chat programs call people or draw a link or a picture:
// Slack's <!channel> and <https://...|text>, @channel, @all and @here, and
// Markdown's [text](address).
var calls = strings.NewReplacer("<", "‹", ">", "›", "@", "@\u2060", "](", "] (", "`", "'")

// harmless gives somebody's words on one line, cut short, so that a chat program
// shows them and obeys nothing in them.
func harmless(words string) string {
	return calls.Replace(plain.Clip(plain.Line(words), mostSaid))
}
