package shape_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/know"
	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// pages turns all pages of a list.
func pages(t *testing.T, q *square, a know.Actor, f shape.Filter) (ids []int64) {
	t.Helper()
	for {
		page, next, err := q.List(t.Context(), a, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, i := range page {
			ids = append(ids, i.ID)
		}
		if next == "" {
			return ids
		}
		f.Cursor = next
	}
}

// Turning pages meets every idea once, in order, although most have the same
// number of votes.
func TestPagesUnderTies(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		var made []int64
		for n := range 23 {
			i := q.idea(t, []know.Actor{q.ada, q.ben}[n%2], shape.NewIdea{Title: fmt.Sprintf("Cover number %d", n), Tags: []string{"cover"}})
			if n%4 == 0 {
				q.at = q.at.Add(-1e9) // the next has the same time
			}
			if n%5 == 0 {
				if _, err := q.Vote(t.Context(), q.cyd, i.ID, true); err != nil {
					t.Fatal(err)
				}
			}
			made = append(made, i.ID)
		}
		for _, f := range []shape.Filter{{}, {Sort: shape.ByNew}, {Tag: "cover"}, {Text: "cov"}, {Text: "number cover", Sort: shape.ByNew}, {Stage: shape.Open}, {Stage: shape.Open, Sort: shape.ByNew}} {
			f.Limit = 4
			ids := pages(t, q, q.visitor, f)
			if slices.Sort(ids); !slices.Equal(ids, made) {
				t.Errorf("%+v: %v", f, ids)
			}
		}
		if ids := pages(t, q, q.visitor, shape.Filter{Limit: 3}); ids[0] != made[20] || ids[len(ids)-1] != made[1] {
			t.Errorf("order: %v", ids)
		}
		if ids := pages(t, q, q.visitor, shape.Filter{Sort: shape.ByDecided}); len(ids) != 0 {
			t.Errorf("decided: %v", ids)
		}
		if ids := pages(t, q, q.visitor, shape.Filter{Person: q.ben.ID, Limit: 5}); len(ids) != 11 {
			t.Errorf("of one person: %v", ids)
		}
		for _, f := range []shape.Filter{{Cursor: "x"}, {Cursor: "-n1.1"}, {Cursor: "-v1"}, {Sort: "best"}} {
			if _, _, err := q.List(t.Context(), q.visitor, f); !fault.Is(err, fault.Invalid) {
				t.Errorf("%+v: %v", f, err)
			}
		}
	})
}

// Turning the pages of many ideas, few of which differ in what they are ordered
// by, meets each once and in order.
func TestPagesOfMany(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		const many = 10_000
		err := q.db.Update(t.Context(), func(tx *storage.Tx) error {
			for n := range many {
				if _, err := tx.Exec(t.Context(), `insert into idea (person_id, title, body, votes, voices, decision_id, created_at, stage) values ($1, 'One of many', '', 1, $2, $3, $4, $5)`,
					q.ada.ID, int64(n%7*(n%3)), int64(n%10/9), int64(n), []string{"planned", "open", "open", "open"}[n%4]); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range []shape.Filter{{Sort: shape.ByVoices}, {Sort: shape.ByVoices, Stage: shape.Open}, {Sort: shape.ByVoices, Stage: shape.Open, Undecided: true}} {
			want := many
			if f.Stage == shape.Open {
				want = many * 3 / 4
			}
			if f.Undecided {
				want -= many / 10 // none of which is planned
			}
			f.Limit = 100
			last, met := shape.Idea{Voices: 1 << 40}, 0
			for {
				page, next, err := q.List(t.Context(), q.staff, f)
				if err != nil {
					t.Fatal(err)
				}
				for _, i := range page {
					if i.Voices > last.Voices || i.Voices == last.Voices && i.ID >= last.ID || f.Undecided && i.Decision != 0 {
						t.Fatalf("%+v: %d with %d voices after %d with %d", f, i.ID, i.Voices, last.ID, last.Voices)
					}
					last = i
				}
				if met += len(page); next == "" {
					break
				}
				f.Cursor = next
			}
			if met != want {
				t.Errorf("%+v: met %d of %d", f, met, want)
			}
		}
		if _, _, err := q.List(t.Context(), q.staff, shape.Filter{Sort: shape.ByVotes, Cursor: "-q1.1"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a cursor of another order: %v", err)
		}
	})
}

// A search is read again when a vote moves it, and not for votes beside it.
func TestSearchUnderVotes(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		var covers []int64
		for n := range 6 {
			covers = append(covers, q.idea(t, q.ada, shape.NewIdea{Title: fmt.Sprintf("Cover number %d", n)}).ID)
		}
		beside := q.idea(t, q.ada, shape.NewIdea{Title: "Something else"}).ID
		f := shape.Filter{Text: "cover", Limit: 3}
		step := func(name string, id int64, by know.Actor, moves bool, first int64) {
			t.Helper()
			before, err := q.ListMark(ctx, q.visitor, f)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := q.Vote(ctx, by, id, true); err != nil {
				t.Fatal(err)
			}
			if after, err := q.ListMark(ctx, q.visitor, f); err != nil || (after != before) != moves {
				t.Errorf("%s: read again: %v, %v", name, after != before, err)
			}
			if list, _, err := q.List(ctx, q.visitor, f); err != nil || len(list) != 3 || list[0].ID != first {
				t.Errorf("%s: %d ideas, %v", name, len(list), err)
			}
		}
		step("beside it", beside, q.ben, false, covers[5])
		step("for the last of all", covers[0], q.ben, true, covers[0])
		step("beside it again", beside, q.cyd, false, covers[0])
		step("for one that it shows", covers[0], q.cyd, true, covers[0])
		step("lifted onto the page", covers[1], q.ben, true, covers[0])
		f.Text = "nobody wrote this"
		if list, _, err := q.List(ctx, q.visitor, f); err != nil || len(list) != 0 {
			t.Errorf("nothing found: %v, %v", list, err)
		}
	})
}

func TestAudiences(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		ctx := t.Context()
		public := q.idea(t, q.staff, shape.NewIdea{Title: "Binding for everybody", Tags: []string{"x"}})
		members := q.idea(t, q.staff, shape.NewIdea{Title: "Binding for members", Audience: know.Members, Tags: []string{"x"}})
		team := q.idea(t, q.staff, shape.NewIdea{Title: "Binding for the team", Audience: know.Team, Tags: []string{"x"}})
		ids := []int64{public.ID, members.ID, team.ID}
		for name, c := range map[string]struct {
			a    know.Actor
			want int
		}{"visitor": {q.visitor, 1}, "member": {q.ada, 2}, "staff": {q.staff, 3}} {
			for _, f := range []shape.Filter{{}, {Text: "binding"}, {Tag: "x"}, {Sort: shape.ByNew}, {Person: q.staff.ID}, {Stage: shape.Open}} {
				if list := pages(t, q, c.a, f); len(list) != c.want {
					t.Errorf("%s, %+v: %v", name, f, list)
				}
			}
			if found, err := q.ByID(ctx, c.a, ids); err != nil || len(found) != c.want {
				t.Errorf("%s, by id: %v, %v", name, found, err)
			}
			if alike, err := q.Similar(ctx, c.a, "a better binding", 9); err != nil || len(alike) != c.want {
				t.Errorf("%s, similar: %v, %v", name, alike, err)
			}
			seen := 0
			for _, id := range ids {
				_, err := q.Idea(ctx, c.a, id)
				_, err2 := q.Comments(ctx, c.a, id)
				_, err3 := q.Voters(ctx, c.a, id)
				switch {
				case err == nil && err2 == nil && err3 == nil:
					seen++
				case !fault.Is(err, fault.NotFound) || !fault.Is(err2, fault.NotFound) || !fault.Is(err3, fault.NotFound):
					t.Errorf("%s, %d: %v, %v, %v", name, id, err, err2, err3)
				}
			}
			if seen != c.want {
				t.Errorf("%s sees %d", name, seen)
			}
		}
		if _, err := q.Vote(ctx, q.ada, team.ID, true); !fault.Is(err, fault.NotFound) {
			t.Errorf("vote: %v", err)
		}
		if _, err := q.Comment(ctx, q.ada, team.ID, "Me too", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("comment: %v", err)
		}
		if counts, err := q.Counts(ctx); err != nil || counts[shape.Open] != 1 {
			t.Errorf("counts: %v, %v", counts, err)
		}
	})
}

func TestSimilar(t *testing.T) {
	each(t, func(t *testing.T, q *square) {
		for n := range 40 { // words that are everywhere tell nothing
			q.idea(t, q.ben, shape.NewIdea{Title: fmt.Sprintf("Make the notebook %d better for me", n), Body: "I would like the notebook to be for all."})
		}
		french := q.idea(t, q.ada, shape.NewIdea{Title: "Des carnets à couverture rigide", Body: "Pour écrire debout, sans table."})
		german := q.idea(t, q.ada, shape.NewIdea{Title: "Notizbücher mit Lesezeichen", Body: "Zwei Bändchen in verschiedenen Farben."})
		english := q.idea(t, q.ada, shape.NewIdea{Title: "Fountain pen friendly pages", Body: "Ink must not bleed through the notebook."})
		for text, want := range map[string]int64{
			"un carnet rigide":                       french.ID,
			"Couvertures rigides pour le notebook":   french.ID,
			"ein Notizbuch mit mehr Farbe":           german.ID,
			"LESEZEICHEN":                            german.ID,
			"my fountain pens bleed on the notebook": english.ID,
			"the page for a fount":                   english.ID,
		} {
			alike, err := q.Similar(t.Context(), q.visitor, text, 5)
			if err != nil || len(alike) == 0 || alike[0].ID != want {
				t.Errorf("%s: %v, %v", text, alike, err)
			}
		}
		for _, text := range []string{"", "!", "zebra crossings in Lisbon", "' OR \" * NEAR("} {
			if alike, err := q.Similar(t.Context(), q.visitor, text, 5); err != nil || len(alike) != 0 {
				t.Errorf("%s: %v, %v", text, alike, err)
			}
		}
	})
}

// TestSimilarOnTheSample asks the ideas of the sample for what is like texts
// that somebody might type: of those that mean an idea which is there, most find
// it, and of those that mean none, nearly all find nothing.
func TestSimilarOnTheSample(t *testing.T) {
	q := newSquare(t, storagetest.SQLite(t))
	content, err := os.ReadFile("../cmd/tribune/sample/content/ideas.json")
	if err != nil {
		t.Fatal(err)
	}
	var sample []struct {
		Title, Body, Language string
		Tags                  []string
	}
	if err := json.Unmarshal(content, &sample); err != nil {
		t.Fatal(err)
	}
	for _, i := range sample {
		q.idea(t, q.ada, shape.NewIdea{Title: i.Title, Body: i.Body, Language: i.Language, Tags: i.Tags})
	}
	found, missed, wrong, silent := 0, 0, 0, 0
	for _, c := range similarTexts() {
		alike, err := q.Similar(t.Context(), q.visitor, c.text, 5)
		if err != nil {
			t.Fatal(err)
		}
		has := false
		for _, i := range alike {
			if i.Title == c.means {
				has = true
				continue
			}
			wrong++
			t.Logf("%s: not like %s", c.text, i.Title)
		}
		switch {
		case has:
			found++
		case c.means != "":
			missed++
			t.Logf("%s: not found: %s", c.text, c.means)
		case len(alike) == 0:
			silent++
		}
	}
	if found < 20 || wrong > 14 || silent < 22 {
		t.Errorf("%d found, %d missed, %d shown that are not like it, %d with nothing like it and none shown", found, missed, wrong, silent)
	}
}

// similarText is what somebody types, and the title of the idea that is meant,
// "" for none that is there.
type similarText struct{ text, means string }

func similarTexts() []similarText {
	return []similarText{
		{"A pocket notebook with squares that stays open", "An A6 squared notebook that opens flat"},
		{"Refill for the leather cover", "Sell refills without the cover"},
		{"Please tell us in the shop if ink bleeds through", "Say on the shelf which inks bleed through"},
		{"Spiral notebook for left handed people", "A spiral on the right, for the left-handed"},
		{"Dot grid with 6 mm spacing", "Dots 6 mm apart instead of 5"},
		{"Page numbers please", ""},
		{"Seitenzahlen im Heft", "Seitenzahlen, klein und unten außen"},
		{"Un deuxième signet", "Deux signets plutôt qu’un"},
		{"Remplacer l'élastique quand il est usé", "Un élastique qu’on peut remplacer soi-même"},
		{"Thicker paper for fountain pens", "A heavier paper, 120 g, for wet pens"},
		{"Somewhere to put my pen", "A loop for the pen"},
		{"A pen loop", "A loop for the pen"},
		{"Grey paper", "Light grey paper"},
		{"Repair my old notebook", "Mend our notebooks"},
		{"No plastic please", "No more plastic sleeve"},
		{"Initials embossed on the front", "Initials on the cover"},
		{"Waterproof notebook", "A waterproof cover"},
		{"Cheaper for students", ""},
		{"Preço para estudantes", "Um preço para estudantes que não seja uma esmola"},
		{"Portes para o Brasil são muito caros", "O frete para o Brasil custa mais que o caderno"},
		{"Hexagon paper for maps", "Hexagonal ruling"},
		{"Papier à lettres assorti", "Du papier à lettres, du même papier que vos carnets"},
		{"Email me when the green one is back in stock", "Tell me when it is back, and only then"},
		{"Sell notebooks with small flaws cheaper, the seconds", "Sell the seconds"},
		{"A landscape format", ""},
		{"Formato horizontal, paisagem", "Formato paisagem"},
		{"Ein A4 Heft das flach liegt", "Ein A4-Heft, das wirklich flach liegt"},
		{"A calendar for two years", ""},
		{"Notebooks that glow in the dark", ""},
		{"An app for my phone that scans the pages", ""},
		{"Pencils made of cedar", ""},
		{"Gift cards", ""},
		{"A magnetic clasp", ""},
		{"Sign in with my bank account", ""},
		{"Make the website darker at night", ""},
		{"Ship with a cargo bike in Berlin", ""},
		{"A planner with moon phases", ""},
		{"Scented pages that smell of lavender", ""},
		{"Stickers for children", ""},
		{"I would like to have a discount for my birthday", ""},
		{"A notebook with a built-in ruler", ""},
		{"Vegan glue", ""},
		{"Un cahier de recettes de cuisine", ""},
		{"Ein Tagebuch mit Schloss", ""},
		{"Una agenda con los festivos de México", ""},
		{"The cover should be red", ""},
		{"More colours for the covers", "Laissez-nous choisir les prochaines couleurs"},
		{"A bigger notebook", ""},
		{"I want a notebook made for people who draw comics", ""},
		{"Notebooks", ""},
		{"Paper", ""},
	}
}

// What is hidden is listed with the reason, who hid it last and when, until it
// is shown again.
func TestHidden(t *testing.T) {
	eachHouse(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		one, two := h.idea(t, h.ada, shape.NewIdea{Title: "Buy my pills"}), h.idea(t, h.ben, shape.NewIdea{Title: "Buy my watches"})
		c, err := h.Comment(ctx, h.cyd, two.ID, "And my watch straps.", "")
		h.ok(err)
		v, err := h.AddVoice(ctx, h.visitor, two.ID, shape.VoiceFrom{Words: "Cheap ones.", Author: "Max"})
		h.ok(err)
		h.ok(h.Hide(ctx, h.staff, one.ID, "Advertising."))
		h.at = h.at.Add(time.Minute)
		h.ok(h.Hide(ctx, h.owner, two.ID, "Advertising, too."))
		h.ok(h.HideComment(ctx, h.staff, c.ID, "Advertising, again."))
		h.ok(h.HideVoice(ctx, h.staff, v.ID, "Advertising, still."))
		list, err := h.Hidden(ctx, h.staff, "idea", 0, 10)
		h.ok(err)
		if len(list) != 2 || list[0].ID != two.ID || list[0].Reason != "Advertising, too." || list[0].By != h.owner.ID || !list[0].At.Equal(h.at) || list[1].By != h.staff.ID || !list[1].At.Equal(h.at.Add(-time.Minute)) {
			t.Fatalf("ideas: %+v", list)
		}
		if list, err = h.Hidden(ctx, h.staff, "idea", two.ID, 10); err != nil || len(list) != 1 || list[0].ID != one.ID {
			t.Fatalf("the next page: %+v, %v", list, err)
		}
		if list, err = h.Hidden(ctx, h.staff, "comment", 0, 10); err != nil || len(list) != 1 || list[0].Idea != two.ID || list[0].Person != h.cyd.ID || list[0].Words != "And my watch straps." || list[0].By != h.staff.ID {
			t.Fatalf("comments: %+v, %v", list, err)
		}
		if list, err = h.Hidden(ctx, h.staff, "voice", 0, 10); err != nil || len(list) != 1 || list[0].Author != "Max" || list[0].Reason != "Advertising, still." {
			t.Fatalf("voices: %+v, %v", list, err)
		}
		_, err = h.Hidden(ctx, h.ada, "idea", 0, 10)
		wants(t, err, fault.Forbidden)
		_, err = h.Hidden(ctx, h.staff, "mention", 0, 10)
		wants(t, err, fault.Invalid)
		h.ok(h.Show(ctx, h.staff, one.ID))
		h.ok(h.ShowComment(ctx, h.staff, c.ID))
		h.ok(h.ShowVoice(ctx, h.staff, v.ID))
		for kind, want := range map[string]int{"idea": 1, "comment": 0, "voice": 0} {
			if list, err := h.Hidden(ctx, h.staff, kind, 0, 10); err != nil || len(list) != want {
				t.Errorf("%s: %+v, %v", kind, list, err)
			}
		}
	})
}
