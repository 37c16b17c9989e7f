package sample

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"tribune/internal/query"
	"tribune/know"
	"tribune/listen"
	"tribune/listen/judge"
	"tribune/storage"
)

// How mentions are made.
const (
	saidFor     = 365 // days, up to today
	perAuthor   = 6   // mentions, on average: few say much, most say little
	replyOf     = 7   // one post in so many answers another
	pictureOf   = 10  // one in so many has a picture
	repeatAfter = 7 * 24 * time.Hour
	fineDays    = 14 // that are counted in slots of five minutes
)

// weekdays and hours are how much is said on each, Sunday and midnight first.
var (
	weekdays = [7]float64{.62, 1.1, 1.15, 1.12, 1.1, 1.0, .68}
	hours    = [24]float64{.25, .15, .1, .08, .1, .2, .5, .9, 1.2, 1.35, 1.4, 1.3, 1.2, 1.15, 1.2, 1.2, 1.25, 1.35, 1.5, 1.7, 1.8, 1.6, 1.1, .6}
)

// happening is something that many speak of, or a time at which few do.
type happening struct {
	Name      string
	Day, Hour int // days before today, and the hour in UTC, when it begins
	Hours     float64
	Factor    float64             // how much more is said then
	Said      map[string][]string // by language
}

// voice is somebody who speaks where the radar listens.
type voice struct {
	kind                         know.AccountKind
	address, name, url, language string
	country, handle              string
	source                       int // counted from 1
	reach                        int64
}

// place is a source, and how many of ten authors speak there.
type place struct {
	name   string
	kind   listen.Kind
	host   string // of what is public there
	tenths int
}

var places = []place{{"Reviews on papershop.example", listen.KindReview, "papershop.example", 2}, {"Support mailbox", listen.KindMail, "", 1},
	{"Telephone notes", listen.KindCall, "", 1}, {"Blogs and fediverse", listen.KindPost, "fedi.example", 4}, {"Forums", listen.KindPost, "inkwell.example", 2}}

// standing is a query, and how many of ten mentions are made to match it.
type standing struct {
	parsed *query.Query
	tenths int
	leads  map[string][]string // sentences that match it, by language
}

// slot is what the radar counts by.
type slot struct {
	query, at               int64
	source                  int
	language, country, mood string
}

// sayings is what the mentions are made of, and what is counted of them.
type sayings struct {
	story     story
	queries   []standing
	languages []string            // as often as the story has them
	countries map[string][]string // by language, the same
	sentences map[string][]string
	events    []happening
	authors   []voice
	at        []int64 // the mentions' moments, the first first
	folded    int64   // seconds: what is earlier is counted by the hour
}

var sentenceEnd = regexp.MustCompile(`[.!?…]+[”»“]?\s+`)

// sentencesOf cuts a text after each of its sentences.
func sentencesOf(text string) (all []string) {
	for {
		at := sentenceEnd.FindStringIndex(text)
		if at == nil {
			return append(all, text)
		}
		all, text = append(all, strings.TrimSpace(text[:at[1]])), text[at[1]:]
	}
}

// sayings prepares what mentions are made of. Without mentions, that is nothing.
func (f *filler) sayings(s story) (*sayings, error) {
	d := &sayings{story: s, countries: map[string][]string{}, sentences: map[string][]string{}}
	if f.sizes.Mentions == 0 {
		return d, nil
	}
	b, err := content.ReadFile("content/events.json")
	if err == nil {
		err = json.Unmarshal(b, &d.events)
	}
	if err != nil {
		return nil, err
	}
	for i, q := range s.queries {
		parsed, err := query.Parse(q.Text)
		if err != nil {
			return nil, fmt.Errorf("query %s: %w", q.Name, err)
		}
		d.queries = append(d.queries, standing{parsed: parsed, tenths: []int{6, 1, 1, 1}[i], leads: map[string][]string{}})
	}
	for _, m := range s.mentions {
		d.languages, d.countries[m.Language] = append(d.languages, m.Language), append(d.countries[m.Language], m.Country)
		for _, sentence := range sentencesOf(m.Text) {
			d.sentences[m.Language] = append(d.sentences[m.Language], sentence)
			for _, q := range d.queries {
				if q.parsed.Match(query.Tokenize(sentence)) {
					q.leads[m.Language] = append(q.leads[m.Language], sentence)
				}
			}
		}
	}
	f.voices(d)
	f.moments(d)
	d.folded = f.today.AddDate(0, 0, -fineDays).Truncate(time.Hour).Unix()
	return d, nil
}

// voices makes the authors. Their reach is spread as audiences are: most have
// hardly any, a few most of it.
func (f *filler) voices(d *sayings) {
	var at []int
	for i, p := range places {
		at = append(at, slices.Repeat([]int{i}, p.tenths)...)
	}
	for i := range 1 + f.sizes.Mentions/perAuthor {
		p := at[i%len(at)]
		v := voice{name: nameOf(i * 7), language: f.oneOf(d.languages), source: p + 1}
		v.country, v.handle = f.oneOf(d.countries[v.language]), fmt.Sprintf("reader%d", i+1)
		switch places[p].kind {
		case listen.KindMail, listen.KindCall:
			v.kind, v.address = know.Mail, v.handle+"@letters.example"
		case listen.KindReview:
			v.kind, v.address = know.NameOnly, fmt.Sprintf("%d/%s", v.source, v.handle)
		default:
			v.kind, v.address = know.Fediverse, v.handle+"@"+places[p].host
			v.url = "https://" + places[p].host + "/@" + v.handle
			v.reach = int64(math.Pow(10, 1+5*math.Pow(f.rand.Float64(), 3)))
		}
		d.authors = append(d.authors, v)
	}
}

func (f *filler) oneOf(list []string) string { return list[f.rand.IntN(len(list))] }

// moments deals the mentions out over the year: by the hour, the weekday and
// what happened, and a little more from month to month.
func (f *filler) moments(d *sayings) {
	n := saidFor * 24
	upTo := make([]float64, n) // hours ago, the weights up to each
	sum := 0.
	for h := range n {
		at := f.today.Add(-time.Duration(h) * time.Hour).UTC()
		w := weekdays[at.Weekday()] * hours[at.Hour()] * (1.2 - .4*float64(h)/float64(n))
		for _, e := range d.events {
			if e.on(f.today, at) {
				w *= e.Factor
			}
		}
		sum += w
		upTo[h] = sum
	}
	for range f.sizes.Mentions {
		h, _ := slices.BinarySearch(upTo, f.rand.Float64()*sum)
		ago := time.Duration((float64(min(h, n-1)) + f.rand.Float64()) * float64(time.Hour))
		d.at = append(d.at, f.today.Add(-ago).UnixMicro())
	}
	slices.Sort(d.at)
}

// on reports whether it happens at a moment.
func (h happening) on(today, at time.Time) bool {
	begin := today.UTC().Truncate(24*time.Hour).AddDate(0, 0, -h.Day).Add(time.Duration(h.Hour) * time.Hour)
	return !at.Before(begin) && at.Before(begin.Add(time.Duration(h.Hours*float64(time.Hour))))
}

// text puts sentences together: one that the matter is in, and up to two more.
func (f *filler) text(d *sayings, language string, at time.Time) string {
	lead := ""
	for _, e := range d.events {
		if said := e.Said[language]; len(said) > 0 && e.on(f.today, at) && f.rand.Float64() > 1/e.Factor {
			lead = f.oneOf(said)
		}
	}
	if pick := f.rand.IntN(10); lead == "" {
		for _, q := range d.queries {
			if leads := q.leads[language]; pick >= 0 && pick < q.tenths && len(leads) > 0 {
				lead = f.oneOf(leads)
			}
			pick -= q.tenths
		}
	}
	var parts []string
	if lead != "" {
		parts = append(parts, lead)
	}
	for range cmp.Or(f.rand.IntN(3), 1-min(1, len(parts))) {
		parts = append(parts, f.oneOf(d.sentences[language]))
	}
	return strings.Join(parts, " ")
}

// mentionRows writes the mentions with their sources, queries and counts. Each
// has the language and the mood that the site works out of its words.
func (f *filler) mentionRows() error {
	if f.sizes.Mentions == 0 {
		return nil
	}
	var tables [3]*open
	for i, name := range []string{"mention", "mention_query", "mention_count"} {
		var err error
		if tables[i], err = f.begin(name); err != nil {
			return err
		}
	}
	mentions, matches, counts := tables[0], tables[1], tables[2]
	w := &speaking{f: f, sayings: f.said, held: max(f.sizes.People, len(f.bought)), last: map[words]int64{}, heard: make([]int, len(places)),
		recent: make([][32]int, len(places)), total: make([]int, len(f.said.queries))}
	for i := range f.sizes.Mentions {
		r, on, s := w.say(i)
		mentions.put(r)
		for _, q := range on[1:] {
			matches.put(row{"query_id": q, "mention_id": i + 1})
		}
		if s.at != w.hour {
			w.write(counts)
			w.hour = s.at
		}
		for _, s.query = range on {
			w.counts[s]++
		}
	}
	w.write(counts)
	if err := errors.Join(mentions.end(), matches.end(), counts.end()); err != nil {
		return err
	}
	now := f.today.AddDate(0, 0, -saidFor).UnixMicro()
	return errors.Join(f.table("source", len(places), func(i int) row {
		return row{"id": i + 1, "name": places[i].name, "kind": "import", "addressed": 1, "items": w.heard[i], "mentions": w.heard[i], "created_at": now}
	}), f.table("query", len(w.queries), func(i int) row {
		q := w.story.queries[i]
		return row{"id": i + 1, "name": q.Name, "text": q.Text, "purpose": q.Purpose, "filled": 1, "created_at": now, "changed_at": now + int64(i)}
	}), f.table("query_total", len(w.queries), func(i int) row { return row{"query_id": i + 1, "n": w.total[i]} }))
}

// speaking is what is known while the mentions are written, the first first.
type speaking struct {
	*sayings
	f      *filler
	held   int             // accounts that are not the authors'
	last   map[words]int64 // when an author said something last: nobody says the same twice in a week
	heard  []int           // by source
	recent [][32]int       // some of the newest mentions, by source
	hour   int64           // the slot of the newest mention
	counts map[slot]int    // in that slot
	total  []int           // by query
}

// words are an author's.
type words struct {
	author int
	hash   int64
}

// say makes one mention. on are the queries that count it, 0 first.
func (w *speaking) say(i int) (r row, on []int64, s slot) {
	f, at := w.f, w.at[i]
	by := int(float64(len(w.authors)) * math.Pow(f.rand.Float64(), 1.5)) // a few say much
	a := w.authors[by]
	p, id := places[a.source-1], fmt.Sprintf("m%d", i+1)
	var doc query.Doc
	var judged judge.Judgement
	var identity string
	for {
		text := f.text(w.sayings, a.language, storage.Time(at))
		judged = judge.Judgement{}
		doc = (&query.Post{Text: text, Country: a.country, Classifier: &judged}).Tokenize()
		var hash int64
		identity, hash = listen.Marks(int64(a.source), id, doc)
		before, again := w.last[words{by, hash}]
		if w.last[words{by, hash}] = at; !again || at-before > repeatAfter.Microseconds() {
			r = row{"text": text, "text_hash": hash}
			break
		}
	}
	judged.Finish(doc.Post)
	ask, _ := listen.AskOf(doc.Post.Text)
	maps.Copy(r, row{"id": i + 1, "identity": identity, "source_id": a.source, "external_id": id, "account_id": w.held + by + 1, "kind": p.kind, "public": storage.Bit(p.host != ""),
		"language": judged.Tag, "language_p": judged.LanguageP, "mood": judged.Mood, "positive": judged.Positive, "negative": judged.Negative, "country": a.country,
		"reach": a.reach, "has_image": storage.Bit(f.rand.IntN(pictureOf) == 0), "published_at": at, "heard_at": at, "asks": ask, "url": "", "reply_to": ""})
	if p.host != "" {
		r["url"] = "https://" + p.host + "/" + id
	}
	recent := &w.recent[a.source-1]
	if to := recent[f.rand.IntN(len(recent))]; p.kind == listen.KindPost && to != 0 && f.rand.IntN(replyOf) == 0 {
		r["reply_to"] = fmt.Sprintf("m%d", to)
	}
	recent[f.rand.IntN(len(recent))] = i + 1
	w.heard[a.source-1]++
	on = []int64{0}
	for q := range w.queries {
		if w.queries[q].parsed.Match(doc) {
			on = append(on, int64(q+1))
			w.total[q]++
		}
	}
	return r, on, slot{at: slotOf(at, w.folded), source: a.source, language: judged.Tag, country: a.country, mood: judged.Mood}
}

// slotOf gives the slot that something is counted in, in Unix seconds.
func slotOf(at, folded int64) int64 {
	if at /= time.Second.Microseconds(); at < folded {
		return at - at%3600
	}
	return at - at%300
}

// write writes what is counted in the newest slot.
func (w *speaking) write(to *open) {
	order := func(x, y slot) int {
		return cmp.Or(cmp.Compare(x.query, y.query), cmp.Compare(x.source, y.source), cmp.Compare(x.language, y.language), cmp.Compare(x.country, y.country), cmp.Compare(x.mood, y.mood))
	}
	for _, s := range slices.SortedFunc(maps.Keys(w.counts), order) {
		to.put(row{"query_id": s.query, "at": s.at, "source_id": s.source, "language": s.language, "country": s.country, "mood": s.mood, "n": w.counts[s]})
	}
	w.counts = map[slot]int{}
}
