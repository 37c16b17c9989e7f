package measure

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/shape"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// TestGap: the words that only one side uses come out, spelt as they are
// written, with examples; a rare word, a stop word and staff's own do not.
func TestGap(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		w := open(t, db)
		ctx := t.Context()
		for i := range 40 {
			w.at = w.at.Add(time.Minute)
			w.hear(fmt.Sprint("Nora", i), strings.Repeat("my linde café notebook is sturdy. ", 12)+fmt.Sprint(i), fmt.Sprintf("https://b.example/%d", i), time.Hour)
			w.hear("Marta", fmt.Sprintf("our linde team is splendid splendid %d", i), fmt.Sprintf("https://m.example/%d", i), time.Hour)
		}
		for range 12 {
			idea, err := w.ideas.Propose(ctx, w.members[0], shape.NewIdea{Title: fmt.Sprintf("Idea %d", w.at.UnixNano())})
			w.ok(err)
			w.at = w.at.Add(time.Second)
			d, err := w.ideas.Decide(ctx, w.staff[0], idea.ID, shape.NewDecision{Stage: shape.Planned, Reason: strings.Repeat("We craft premium craft writing with heritage and the premium touch of heritage. ", 12)})
			w.ok(err)
			w.ok(w.db.Update(ctx, func(tx *storage.Tx) error {
				_, err := tx.Exec(ctx, `update decision set language = 'en' where id = $1`, d.ID)
				return err
			}))
		}
		w.settle()
		w.ok(w.AskGap(ctx, w.staff[0]))
		for {
			n, err := w.WorkOnce(ctx)
			w.ok(err)
			if n == 0 {
				break
			}
		}
		gaps, err := w.Gaps(ctx, w.staff[0])
		w.ok(err)
		if len(gaps) != 1 || gaps[0].Language != "en" || gaps[0].TheirTexts != 40 {
			t.Fatalf("gaps: %+v", gaps)
		}
		names := func(terms []Term) (all []string) {
			for _, x := range terms {
				all = append(all, x.Word)
				if len(x.Examples) == 0 {
					t.Errorf("%s has no example", x.Word)
				}
			}
			slices.Sort(all)
			return all
		}
		if diff := cmp.Diff([]string{"café", "linde", "notebook", "sturdy"}, names(gaps[0].TheirTerms)); diff != "" {
			t.Error(diff)
		}
		ours := names(gaps[0].OurTerms)
		if !slices.Contains(ours, "premium") || !slices.Contains(ours, "heritage") || slices.Contains(ours, "splendid") || slices.Contains(ours, "we") {
			t.Errorf("our words: %v", ours)
		}
		if waits, err := w.GapWaits(ctx, w.staff[0]); waits || err != nil {
			t.Errorf("it is said to be compared still: %v", err)
		}
		if err := w.AskGap(ctx, w.members[0]); err == nil {
			t.Error("a member has the words compared")
		}
	})
}
