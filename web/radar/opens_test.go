package radar_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"tribune/listen"
	"tribune/web/radar"
)

var counted = regexp.MustCompile(`<td class="num">\s*<a href="/desk/radar\?([^"]*)">([0-9]+)</a>`)

// TestNumbersOpen counts what each number of the tables of volume opens to: by day, by hour,
// and by weeks that the span begins or ends within.
func TestNumbersOpen(t *testing.T) {
	s, marta := open(t)
	for _, name := range []string{"ink", "paper"} {
		if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: name, Text: name}); err != nil {
			t.Fatal(err)
		}
	}
	var posts []listen.Post
	for i, text := range []string{"I love this paper, it is great!", "The worst ink, I hate it.", "Paper and ink.", "Paper and ink."} {
		for _, ago := range []time.Duration{10 * time.Minute, 70 * time.Minute, 26 * time.Hour, 40 * 24 * time.Hour, 363 * 24 * time.Hour, 366 * 24 * time.Hour} {
			posts = append(posts, listen.Post{Source: []string{"Forum", "Shop"}[i%2], Text: text, Language: []string{"en", ""}[i/2], Country: []string{"FR", "", "BR"}[i%3],
				ExternalID: fmt.Sprint(ago, i), PublishedAt: s.Clock().Add(-ago - time.Duration(i)*time.Second)})
		}
	}
	if _, err := s.Radar.Hear(t.Context(), marta.Actor, posts); err != nil {
		t.Fatal(err)
	}
	for _, by := range []string{"language", "source", "country", "query"} {
		for _, since := range []string{"2", "7", "365"} {
			page := marta.Get("/desk/radar/volume?by=" + by + "&since=" + since)
			all := counted.FindAllStringSubmatch(page.Body, -1)
			if len(all) < 10 {
				t.Errorf("by %s, %s days: only %d numbers open", by, since, len(all))
			}
			if bare := regexp.MustCompile(`<td class="num">\s*[1-9]`).FindString(page.Body); bare != "" {
				t.Errorf("by %s, %s days: %q opens nothing", by, since, bare)
			}
			if n := strings.Count(page.Body, "&#34;hrefs&#34;"); n < 4 {
				t.Errorf("by %s, %s days: %d lines open", by, since, n)
			}
			for _, link := range all {
				q, err := url.ParseQuery(html.UnescapeString(link[1]))
				if err != nil {
					t.Fatal(err)
				}
				said, _, err := s.Radar.Mentions(t.Context(), marta.Actor, radar.FilterOf(q, s.Clock(), time.UTC))
				if err != nil || fmt.Sprint(len(said)) != link[2] {
					t.Errorf("by %s, %s days: %s opens to %d by %s, %v", by, since, link[2], len(said), link[1], err)
				}
			}
		}
	}
	// A form keeps a moment in its own zone; nonsense is no bound.
	marta.Get("/desk/radar?from=2026-11-20T07:30Z&until=2026-11-20T08:00").Want(t, 200, `type="datetime-local"`, `value="2026-11-20T07:30"`, "Said since", "Said before")
	marta.Get("/desk/radar?from=2026-11-20T99:30Z&until=now").Want(t, 200, `type="date"`).Without(t, "99:30", "datetime-local")
}
