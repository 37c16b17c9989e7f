package sample

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"tribune/know"
	"tribune/listen"
	"tribune/storage"
)

// Sizes says how much to make.
type Sizes struct{ Ideas, Votes, Comments, People, Mentions, Purchases int }

// filler writes a made-up site as an archive, table by table.
type filler struct {
	to     storage.Folder
	rand   *rand.Rand
	today  time.Time
	sizes  Sizes
	texts  []string // sentences, from the story's mentions
	titles []string
	m      storage.Manifest

	votes, against, comments []int64 // by idea: how many
	first                    []int   // by idea: before whom among the people its voters begin
	created                  []int64
	bought                   []*shopper
	said                     *sayings
}

// Fill writes a site of any size as an archive (see storage.Export), to be
// imported: people (the first is the owner), ideas with votes and comments,
// mentions, and purchases with who told whom. The same seed and day give the
// same site. Texts are the story's sentences, put together anew. What the site
// counts of purchases is there already, and what the radar counts of mentions;
// the rest it counts itself, in its work that waits.
func Fill(to storage.Folder, n Sizes, today time.Time, seed uint64) error {
	s, err := read()
	if err != nil {
		return err
	}
	schema, err := storage.Newest()
	if err != nil {
		return err
	}
	f := &filler{to: to, rand: rand.New(rand.NewPCG(seed, 2)), today: today, sizes: n,
		m: storage.Manifest{Format: 1, Schema: schema, MadeAt: today.UTC(), Rows: map[string]int64{}}}
	for _, m := range s.mentions {
		f.texts = append(f.texts, m.Text)
	}
	for _, i := range s.ideas {
		f.titles = append(f.titles, i.Title)
	}
	f.sizes.People = max(f.sizes.People, 2)
	f.share()
	f.bought = f.shoppers()
	if f.said, err = f.sayings(s); err != nil {
		return fmt.Errorf("sample: fill: %w", err)
	}
	for _, table := range []func() error{f.site, f.people, f.ideas, f.voteRows, f.againstRows, f.commentRows, f.mentionRows, f.orders, f.tree, f.cohorts, f.due} {
		if err := table(); err != nil {
			return fmt.Errorf("sample: fill: %w", err)
		}
	}
	w, err := to.Create("manifest.json")
	if err != nil {
		return err
	}
	return finish(w, json.NewEncoder(w).Encode(f.m))
}

// finish closes what was written, and gives the first error.
func finish(w io.Closer, err error) error {
	if e := w.Close(); err == nil {
		err = e
	}
	return err
}

// row is one row of a table.
type row map[string]any

// table writes n rows that make gives.
func (f *filler) table(name string, n int, make func(i int) row) error {
	t, err := f.begin(name)
	if err != nil {
		return err
	}
	for i := range n {
		t.put(make(i))
	}
	return t.end()
}

// open is a table that is being written. It keeps its first error.
type open struct {
	f    *filler
	name string
	to   io.WriteCloser
	out  *bufio.Writer
	enc  *json.Encoder
	err  error
}

func (f *filler) begin(name string) (*open, error) {
	w, err := f.to.Create(name + ".ndjson")
	if err != nil {
		return nil, err
	}
	t := &open{f: f, name: name, to: w, out: bufio.NewWriterSize(w, 1<<16)}
	t.enc = json.NewEncoder(t.out)
	t.enc.SetEscapeHTML(false)
	f.m.Rows[name] = 0
	return t, nil
}

func (t *open) put(r row) {
	if t.err == nil {
		t.err = t.enc.Encode(r)
		t.f.m.Rows[t.name]++
	}
}

func (t *open) end() error { return finish(t.to, errors.Join(t.err, t.out.Flush())) }

// rows writes a table of these rows.
func (f *filler) rows(name string, rows []row) error {
	return f.table(name, len(rows), func(i int) row { return rows[i] })
}

// ago gives a moment up to so many days before today, in microseconds.
func (f *filler) ago(days float64) int64 {
	return f.today.Add(-time.Duration(f.rand.Float64() * days * float64(24*time.Hour))).UnixMicro()
}

// share deals the votes and comments out to the ideas: a few are loved, most
// are not (Zipf), and nobody votes twice. What divides people are some of them.
func (f *filler) share() {
	n := f.sizes.Ideas
	f.votes, f.against, f.comments, f.created, f.first = make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int, n)
	if n == 0 {
		return
	}
	cap := int64(f.sizes.People)
	zipf := rand.NewZipf(f.rand, 1.1, 20, uint64(n-1))
	for left := min(int64(f.sizes.Votes), cap*int64(n)); left > 0; {
		i := int(zipf.Uint64())
		if f.votes[i] >= cap {
			i = f.rand.IntN(n)
		}
		if f.votes[i] < cap {
			f.votes[i]++
			left--
		}
	}
	for i, votes := range f.votes {
		f.against[i] = min(votes*objectors(i)/100, cap-votes)
	}
	for range f.sizes.Comments {
		f.comments[zipf.Uint64()]++
	}
	for i := range f.created {
		f.created[i] = f.ago(700)
	}
}

// objectors says how many vote against an idea for a hundred who vote for it:
// against half of the ideas nobody does, and one in ten has as many against it.
func objectors(i int) int64 {
	switch i % 10 {
	case 2, 5, 7:
		return 8
	case 4:
		return 30
	case 9:
		return 105
	}
	return 0
}

// site writes the settings and the counts.
func (f *filler) site() error {
	value, err := json.Marshal(know.Site{Brand: "Oriflamme", Purpose: "Paper that lasts as long as what you write on it.", Hue: 24, Chroma: 15,
		Language: "en", Zone: "UTC", SetUp: true})
	if err != nil {
		return err
	}
	if err := f.table("setting", 1, func(int) row { return row{"name": "site", "value": string(value)} }); err != nil {
		return err
	}
	byStage := map[string]int{}
	for i := range f.sizes.Ideas {
		byStage[stageOf(i)]++
	}
	stages := []string{"open", "under_review", "planned", "started", "shipped", "declined"}
	if err := f.table("tally", len(stages)+1, func(i int) row {
		if i == len(stages) {
			return row{"name": listen.FoldedTally, "n": f.said.folded}
		}
		return row{"name": "ideas." + stages[i], "n": byStage[stages[i]]}
	}); err != nil {
		return err
	}
	return f.table("tag", len(tags), func(i int) row {
		n := 0
		for idea := range f.sizes.Ideas {
			if slices.Contains(tagsOf(idea), tags[i]) {
				n++
			}
		}
		return row{"name": tags[i], "ideas": n}
	})
}

var tags = []string{"size", "paper", "binding", "cover", "delivery", "service", "price", "ink", "travel", "school"}

func tagsOf(i int) []string {
	first, second := tags[i%len(tags)], tags[(i/7+3)%len(tags)]
	if first == second {
		return []string{first}
	}
	return []string{first, second}
}

func stageOf(i int) string {
	switch i % 20 {
	case 3, 11:
		return "under_review"
	case 5:
		return "planned"
	case 7:
		return "started"
	case 13:
		return "shipped"
	case 17:
		return "declined"
	}
	return "open"
}

var given = []string{"Anaïs", "Tomás", "Ingrid", "Jonas", "João", "Beatriz", "Clara", "Dev", "Maeve", "Lucas", "Hannah", "Étienne", "Yasmine", "Priya", "Walter", "Greta"}
var family = []string{"Morel", "Rey", "Solberg", "Keller", "Almeida", "Nogueira", "Whitfield", "Patel", "O’Connor", "Ferreira", "Weiss", "Caron", "Haddad", "Raman", "Johansson", "Lindner", "de La Rochefoucauld-Montbazon"}

func nameOf(i int) string { return given[i%len(given)] + " " + family[(i/len(given)+i)%len(family)] }

// people writes persons and their confirmed addresses: person1@example.org
// and so on. The first is the owner. Those who bought and are not here have
// addresses that nobody confirmed: buyer501@example.org and so on.
func (f *filler) people() error {
	roles := func(i int) string {
		switch {
		case i == 0:
			return "owner"
		case i < min(6, f.sizes.People/2):
			return "staff"
		}
		return "member"
	}
	joined := make([]int64, f.sizes.People)
	for i := range joined {
		joined[i] = f.ago(800)
	}
	if err := f.table("person", f.sizes.People, func(i int) row {
		return row{"id": i + 1, "name": nameOf(i), "role": roles(i), "leads": storage.Bit(i == 0), "country": "FR", "language": "en", "created_at": joined[i], "seen_at": joined[i]}
	}); err != nil {
		return err
	}
	held := max(f.sizes.People, len(f.bought))
	return f.table("account", held+len(f.said.authors), func(i int) row {
		if i >= held {
			a := f.said.authors[i-held]
			return row{"id": i + 1, "kind": a.kind, "address": a.address, "name": a.name, "url": a.url, "person_id": 0, "confirmed_at": 0, "created_at": f.today.AddDate(0, 0, -saidFor).UnixMicro()}
		}
		if i >= f.sizes.People {
			return row{"id": i + 1, "kind": "mail", "address": fmt.Sprintf("buyer%d@example.org", i+1), "person_id": 0, "confirmed_at": 0, "created_at": f.bought[i].at[0].UnixMicro(), "name": "", "url": ""}
		}
		return row{"id": i + 1, "kind": "mail", "address": fmt.Sprintf("person%d@example.org", i+1), "person_id": i + 1, "confirmed_at": joined[i], "created_at": joined[i], "name": "", "url": ""}
	})
}

// sentence gives somebody's sentences, put together anew.
func (f *filler) sentence() string {
	s := f.texts[f.rand.IntN(len(f.texts))]
	if f.rand.IntN(3) == 0 {
		s += " " + f.texts[f.rand.IntN(len(f.texts))]
	}
	return s
}

func (f *filler) title(i int) string {
	t := f.titles[f.rand.IntN(len(f.titles))]
	words := strings.Fields(f.texts[f.rand.IntN(len(f.texts))])
	if i >= len(f.titles) && len(words) > 3 {
		t += ", " + strings.Join(words[:3], " ")
	}
	if r := []rune(t); len(r) > 118 {
		t = string(r[:118])
	}
	return t
}

func (f *filler) ideas() error {
	if err := f.table("idea", f.sizes.Ideas, func(i int) row {
		return row{"id": i + 1, "person_id": 1 + f.rand.IntN(f.sizes.People), "title": f.title(i), "body": f.sentence() + "\n\n" + f.sentence(), "language": "en",
			"audience": "public", "stage": stageOf(i), "votes": f.votes[i], "against": f.against[i], "comments": f.comments[i], "created_at": f.created[i]}
	}); err != nil {
		return err
	}
	var pairs []row
	for i := range f.sizes.Ideas {
		for _, t := range tagsOf(i) {
			pairs = append(pairs, row{"tag": t, "idea_id": i + 1})
		}
	}
	return f.table("idea_tag", len(pairs), func(i int) row { return pairs[i] })
}

// voteRows gives each idea its voters: consecutive people from a random one,
// so that nobody is twice among them.
func (f *filler) voteRows() error {
	for i := range f.first {
		f.first[i] = f.rand.IntN(f.sizes.People)
	}
	return f.ballots("vote", f.votes, func(idea int) int { return f.first[idea] })
}

// againstRows gives it those who are against it: the people behind its voters,
// so that nobody is among both.
func (f *filler) againstRows() error {
	return f.ballots("vote_against", f.against, func(idea int) int { return f.first[idea] + int(f.votes[idea]) })
}

// ballots writes as many votes for each idea, by the people behind one.
func (f *filler) ballots(table string, counts []int64, behind func(idea int) int) error {
	idea, given, total := 0, int64(0), 0
	for _, n := range counts {
		total += int(n)
	}
	return f.table(table, total, func(int) row {
		for given == counts[idea] {
			idea, given = idea+1, 0
		}
		given++
		return row{"idea_id": idea + 1, "person_id": 1 + (behind(idea)+int(given))%f.sizes.People, "at": f.created[idea] + f.rand.Int64N(1+f.today.UnixMicro()-f.created[idea])}
	})
}

func (f *filler) commentRows() error {
	idea, given := 0, int64(0)
	return f.table("comment", f.sizes.Comments, func(i int) row {
		for given == f.comments[idea] {
			idea, given = idea+1, 0
		}
		given++
		return row{"id": i + 1, "idea_id": idea + 1, "person_id": 1 + f.rand.IntN(f.sizes.People), "body": f.sentence(), "language": "en",
			"created_at": f.created[idea] + f.rand.Int64N(1+f.today.UnixMicro()-f.created[idea])}
	})
}
