package why_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/shape"
)

// TestWhatIsKnownAndWhatToDo lists buyers by how much is known, unknown first,
// each with what is known all the same and the one thing to do about it.
func TestWhatIsKnownAndWhatToDo(t *testing.T) {
	s := open(t)
	ctx := t.Context()
	ben, ada := s.Person("Ben Okoye", know.Member), s.Person("Ada Byrne", know.Member)
	idea, err := s.Ideas.Propose(ctx, ben.Actor, shape.NewIdea{Title: "A notebook for the left hand"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Ideas.MakeRelease(ctx, s.Person("Nora Falk", know.Staff).Actor, shape.NewRelease{Title: "For the left hand", Ideas: []int64{idea.ID}}); err != nil {
		t.Fatal(err)
	}
	link, err := s.Advocacy.MakeShare(ctx, ben.Actor, event.Ref{Kind: "idea", ID: idea.ID})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{}
	s.Pass(10 * time.Hour) // the link is older than what it explains
	for i, o := range []purchase.Order{
		{ExternalID: "0", Country: "DE"}, // where it all began
		{ExternalID: "number", Country: "DE"},
		{ExternalID: "address", Country: "DE", Email: "kari@example.org"},
		{ExternalID: "code", Country: "DE", Email: "rui@example.org", Code: "AUTUMN"},
		{ExternalID: "asked", Country: "DE", Email: "ada.byrne@example.org"},
		{ExternalID: "stranger", Country: "NO", Email: "nils@example.org"},
		{ExternalID: "linked", Country: "DE", Email: "lea@example.org", Code: link.Code},
		{ExternalID: "said", Country: "DE", Email: "mia@example.org"},
	} {
		o.At, o.AmountMinor, o.Currency = s.Clock().Add(time.Duration(i-9)*time.Hour), 1250, "EUR"
		stored, err := s.Purchases.Store(ctx, s.staff.Actor, []purchase.Order{o})
		if err != nil || stored[0].Err != nil {
			t.Fatal(err, stored)
		}
		ids[o.ExternalID] = stored[0].ID
	}
	if _, err := s.Purchases.AskOnce(ctx); err != nil {
		t.Fatal(err)
	}
	s.Visitor().Post(s.question(ids["said"]), "words", "A poster in Bergen.").Want(t, 303)
	s.settle()
	s.Pass(48 * time.Hour)

	body := s.staff.Get("/desk/why").Want(t, 200).Body
	want := []struct {
		name, known, do, href string
	}{
		{"nils@example.org", "The first from Norway: no code, no link, no word.", "Write the note", fmt.Sprintf("/desk/why/unexplained#u%d", ids["stranger"])},
		{"Ada Byrne", "Asked by mail 2\u00a0d ago; no answer yet.", "Write to them", fmt.Sprintf("/desk/people/%d", ada.ID)},
		{"rui@example.org", "Came with the code AUTUMN, which was nobody’s link when they bought.", "Copy their question", fmt.Sprintf("/desk/why/purchases/%d#ask", ids["code"])},
		{"kari@example.org", "Not asked: their address is not confirmed.", "Copy their question", fmt.Sprintf("/desk/why/purchases/%d#ask", ids["address"])},
		{"order number", "Not asked: the shop gave no address.", "Copy their question", fmt.Sprintf("/desk/why/purchases/%d#ask", ids["number"])},
		{"order 0", "No code, no link, no word.", "Copy their question", fmt.Sprintf("/desk/why/purchases/%d#ask", ids["0"])},
		{"lea@example.org", "Ben Okoye", "See the tree", fmt.Sprintf("/desk/why/tree/%d", ben.ID)},
		{"mia@example.org", "A poster in Bergen.", "", ""},
	}
	rows := strings.Split(body, `<li class="why-row">`)[1:]
	if len(rows) != len(want) {
		t.Fatalf("%d rows, want %d", len(rows), len(want))
	}
	for i, w := range want {
		row, _, _ := strings.Cut(rows[i], "</section>")
		for _, text := range []string{w.name, w.known, `href="` + w.href} {
			if !strings.Contains(row, text) {
				t.Errorf("row %d lacks %q: %s", i, text, row)
			}
		}
		if do := regexp.MustCompile(`<p class="why-next"><a class="button" href="([^"]*)">([^<]*)`).FindStringSubmatch(row); w.do == "" && do != nil || w.do != "" && (do == nil || do[1] != w.href || do[2] != w.do) {
			t.Errorf("of %s one is to do %q, want %q at %s", w.name, do, w.do, w.href)
		}
	}
	var heads []string
	for _, m := range regexp.MustCompile(`<h2 class="why-mark [a-z]+">([^<]*)`).FindAllStringSubmatch(body, -1) {
		heads = append(heads, m[1])
	}
	if diff := cmp.Diff([]string{"Nobody knows what brought them", "They came by somebody’s link", "They said what brought them"}, heads); diff != "" {
		t.Error(diff)
	}
	s.staff.Get(fmt.Sprintf("/desk/why/purchases/%d", ids["code"])).Want(t, 200, "Came with the code AUTUMN", `id="ask"`)
	s.staff.Get("/desk/why/unexplained").Want(t, 200, fmt.Sprintf(`id="u%d"`, ids["stranger"]))
}
