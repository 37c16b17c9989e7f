package listen

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tribune/internal/fault"
	"tribune/listen/reader"
)

// What nobody should send does no harm, by whatever road it comes: it is
// refused with a reason where somebody can read it, and cut or dated anew where
// nobody does; what comes with it is stored.
func TestHarshPosts(t *testing.T) {
	both(t, func(t *testing.T, s *site) {
		ctx := t.Context()
		_, _, err := s.AddQuery(ctx, s.staff, NewQuery{Text: "cup OR the OR чашка OR カップ"})
		ok(t, err)
		day := s.clock.now().Add(-time.Hour)
		word, long := strings.Repeat("x", 1_000_000), strings.Repeat("the cup ", 125_000)
		at1970, at2100 := time.Date(1970, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		harsh := []struct {
			text    string
			at      time.Time
			field   string // that a fault names; empty: it is stored
			matches bool
		}{
			{long, day, "text", true}, {"a cup " + word, day, "text", true}, {word, day, "text", false}, {"the cup", at1970, "published_at", true}, {"the cup", at2100, "published_at", true},
			{"cup \xff\xfe\x80 tea", day, "", true}, {"a cup, чашка и カップ, كوب 컵 🥤", day, "", true}, {strings.Repeat("x", 19_000) + " cup", day, "", true},
			{"cup " + strings.Repeat("e\u0301\u0327", 6_000), day, "", true}, {"\u202e cup \u0000 \u200b", day, "", true},
		}
		posts, lines := make([]Post, len(harsh)), bytes.Buffer{}
		for i, h := range harsh {
			posts[i] = Post{Source: "Calls", ExternalID: fmt.Sprint(i), Text: h.text, PublishedAt: h.at, Author: Author{Name: "Ana \xff"}}
			line, err := json.Marshal(map[string]any{"external_id": fmt.Sprint(i), "text": h.text, "published_at": h.at})
			ok(t, err)
			lines.Write(append(line, '\n'))
		}
		heard, err := s.Hear(ctx, s.staff, posts)
		ok(t, err)
		stored := 0
		for i, h := range heard {
			f, failed := errors.AsType[*fault.Error](h.Err)
			switch {
			case harsh[i].field == "" && (h.Err != nil || h.ID == 0), harsh[i].field != "" && (!failed || f.Field != harsh[i].field):
				t.Errorf("post %d: %+v", i, h)
			case h.ID != 0:
				stored++
			}
		}
		report, err := s.Import(ctx, s.staff, &lines, "ndjson", ImportOptions{Source: "File"})
		if ok(t, err); report.New != stored || report.Failed != len(harsh)-stored {
			t.Errorf("file: %+v", report)
		}
		src, err := s.AddSource(ctx, s.staff, NewSource{Kind: APISource, Name: "Pushed"})
		ok(t, err)
		var batch reader.Batch
		want := 0
		for i, h := range harsh {
			batch.Posts = append(batch.Posts, reader.Post{ID: fmt.Sprint(i), Text: h.text, PublishedAt: h.at})
			if h.matches {
				want++
			}
		}
		ok(t, s.Deliver(ctx, src.ID, batch))
		var n, early, late int
		ok(t, s.db.Row(ctx, `select count(*), coalesce(sum(case when published_at < $2 then 1 else 0 end), 0), coalesce(sum(case when published_at > $3 then 1 else 0 end), 0) from mention where source_id = $1`,
			src.ID, oldest.UnixMicro(), s.clock.now().UnixMicro()).Scan(&n, &early, &late))
		if n != want || early+late > 0 {
			t.Errorf("pushed: %d mentions of %d, %d too early and %d too late", n, want, early, late)
		}
		settled(t, s)
	})
}
