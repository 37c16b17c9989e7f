package trends_test

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
	"tribune/web/desk"
	"tribune/web/page"
	"tribune/web/radar"
	"tribune/web/trends"
	"tribune/web/webtest"
	"tribune/web/workshop"
)

func open(t *testing.T) (*webtest.Site, *webtest.Reader) {
	s := webtest.New(t, webtest.Folder{Files: desk.Files, Routes: desk.Routes}, webtest.Folder{Files: radar.Files, Routes: radar.Routes}, webtest.Folder{Files: trends.Files, Routes: trends.Routes}, webtest.Folder{Files: workshop.Files, Routes: workshop.Routes})
	return s, s.Person("Marta", know.Staff)
}

func TestFrench(t *testing.T) {
	words, err := i18n.Load(page.Files, desk.Files, radar.Files, trends.Files)
	if err != nil {
		t.Fatal(err)
	}
	missing, err := i18n.Untranslated(os.DirFS("."), words)
	if err != nil || len(missing) > 0 {
		t.Error(missing, err)
	}
}

// hear takes in what was said, each by another author.
func hear(t *testing.T, s *webtest.Site, marta *webtest.Reader, posts []listen.Post) {
	t.Helper()
	for i := range posts {
		posts[i].Source, posts[i].ExternalID = "Forum", fmt.Sprint(len(posts), "-", i)
		if posts[i].Author.Name == "" {
			posts[i].Author = listen.Author{Name: fmt.Sprint("Ann ", i), URL: fmt.Sprintf("https://a%d.example", i%60)}
		}
	}
	if _, err := s.Radar.Hear(t.Context(), marta.Actor, posts); err != nil {
		t.Fatal(err)
	}
}

func TestSpikes(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar/spikes").Want(t, 200, "Nothing was heard yet")
	if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: "Our <paper>", Text: "paper"}); err != nil {
		t.Fatal(err)
	}
	var usual, recall []listen.Post
	for at := s.Clock().AddDate(0, 0, -9); at.Before(s.Clock()); at = at.Add(time.Hour) {
		usual = append(usual, listen.Post{Text: fmt.Sprint("Paper as always ", at.Unix()), PublishedAt: at})
	}
	hear(t, s, marta, usual)
	if err := s.Spikes.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/spikes").Want(t, 200, "Nothing was out of the ordinary")
	s.Pass(20 * time.Minute)
	for i := range 30 {
		recall = append(recall, listen.Post{Text: fmt.Sprintf("The paper has a 1&<2 recall %d: https://recall.example/A-b?c=1", i), PublishedAt: s.Clock().Add(-time.Duration(i*10) * time.Second)})
	}
	hear(t, s, marta, recall)
	if err := s.Spikes.Once(t.Context()); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/spikes").Want(t, 200, "Our &lt;paper&gt;", "all that is heard", "30 mentions in an hour. Usual then: about 1.", "recall", "going on")
	marta.Get("/desk/radar/spikes?query=1").Want(t, 200, "Our &lt;paper&gt;", "/desk/radar/spikes/1")
	marta.Get("/desk/radar/spikes?query=77&before=zz").Want(t, 200, "Nothing about this query")
	marta.Get("/desk/radar/spikes/1").Want(t, 200, "30 voices in it", "The paper has a 1&amp;&lt;2 recall 3", "by 30 people, 0 before", "Mentions by hour", "make an idea of it")
	opens(t, s, marta, "/desk/radar/spikes/1")
	marta.Get("/desk/radar/spikes/99").Want(t, 404)
	marta.Get("/desk/radar/spikes/x").Want(t, 404)
	s.Person("Mia", know.Member).Get("/desk/radar/spikes").Want(t, 404)
}

// opens counts what the hours, words and links of a spike open to.
func opens(t *testing.T, s *webtest.Site, marta *webtest.Reader, path string) {
	t.Helper()
	kinds := map[string]int{}
	for _, link := range regexp.MustCompile(`href="/desk/radar\?([^"]*)">(?:by )?([0-9]+)(.)`).FindAllStringSubmatch(marta.Get(path).Body, -1) {
		q, err := url.ParseQuery(html.UnescapeString(link[1]))
		if err != nil {
			t.Fatal(err)
		}
		said, _, err := s.Radar.Mentions(t.Context(), marta.Actor, radar.FilterOf(q, s.Clock(), time.UTC))
		if err != nil || fmt.Sprint(len(said)) != link[2] {
			t.Errorf("%s opens to %d by %s, %v", link[2], len(said), link[1], err)
		}
		kinds[fmt.Sprint(link[3] == "<", strings.HasPrefix(q.Get("q"), "="))]++
	}
	if kinds["true false"] < 10 || kinds["false false"] == 0 || kinds["false true"] != 1 {
		t.Errorf("hours, words and a link should open: %v", kinds)
	}
}

// TestRising shows a need with its voices, and makes an idea of it with all of
// them.
func TestRising(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar/rising").Want(t, 200, "Nothing was heard yet")
	if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: "Us", Text: "oriflamme"}); err != nil {
		t.Fatal(err)
	}
	var posts []listen.Post
	for i := range 6 {
		posts = append(posts, listen.Post{Language: "en", Text: fmt.Sprintf("Oriflamme %d: I wish there was a left-handed <notebook>.", i), PublishedAt: s.Clock().Add(-time.Duration(i+1) * time.Hour)})
	}
	hear(t, s, marta, posts)
	marta.Get("/desk/radar/rising").Want(t, 200, "The first look is under way")
	if err := s.Trends.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/rising").Want(t, 200, "6 people wish for it", "left-handed", "No topic rises", "No new name", "/desk/radar/rising/1", "in 6 mentions of the last five weeks").Without(t, "<notebook>")
	marta.Get("/desk/radar/rising/1").Want(t, 200, "6 voices", "Make an idea of it, with these voices", "with=", "title=Oriflamme+0%3A+I+wish", "Oriflamme 5")
	list, err := s.Trends.Trend(t.Context(), marta.Actor, 1)
	if err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/mentions/%d/idea?with=%d&with=%d&with=%d&with=junk&with=9999", list.Mentions[0], list.Mentions[0], list.Mentions[1], list.Mentions[2])
	marta.Get(path).Want(t, 200, "Whose words stand behind it, too", fmt.Sprintf(`value="%d"`, list.Mentions[2]))
	if err := s.Radar.Withdraw(t.Context(), marta.Actor, list.Mentions[2]); err != nil {
		t.Fatal(err)
	}
	with := []string{"title", "A left-handed notebook", "with", "x", "with", fmt.Sprint(list.Mentions[2])}
	for _, id := range list.Mentions[3:] {
		with = append(with, "with", fmt.Sprint(id))
	}
	marta.Post(fmt.Sprintf("/desk/mentions/%d/idea", list.Mentions[0]), with...).Want(t, 303)
	voices, err := s.Ideas.Voices(t.Context(), marta.Actor, 1, 0, 0)
	if err != nil || len(voices) != 4 {
		t.Errorf("%d voices, %v", len(voices), err)
	}
	marta.Get("/desk/radar/rising/1").Want(t, 200, "Some of these words stand behind an idea already", "A left-handed notebook", "5 voices")
	marta.Get("/desk/radar/rising/99").Want(t, 404)
	s.Person("Mia", know.Member).Get("/desk/radar/rising").Want(t, 404)
}

// TestAlerts chooses what to be told, refuses nonsense with what was typed, and
// keeps it for who chose.
func TestAlerts(t *testing.T) {
	s, marta := open(t)
	if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: "Our <paper>", Text: "paper"}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/alerts").Want(t, 200, "all that is heard", "Our &lt;paper&gt;", "Quiet hours")
	wish := []string{"spikes-1", "1", "reach-0", "5000", "needs", "1", "from", "22:00", "until", "07:30", "zone", "Europe/Paris"}
	marta.Post("/desk/radar/alerts", wish...).Want(t, 303)
	marta.Get("/desk/radar/alerts").Want(t, 200, `name="spikes-1" value="1" checked`, `value="5000"`, `value="22:00"`, `value="07:30"`, "Europe/Paris")
	for _, c := range [][]string{{"reach-0", "many", "Reach is a number"}, {"zone", "Mars/Olympus", "This time zone is not known"}, {"from", "25:99", "Write the time as in"}, {"from", "", "Say from when to when"}} {
		typed := append([]string{}, wish...)
		for i := 0; i < len(typed); i += 2 {
			if typed[i] == c[0] {
				typed[i+1] = c[1]
			}
		}
		marta.Post("/desk/radar/alerts", typed...).Want(t, 422, c[2], `name="spikes-1" value="1" checked`)
	}
	w, err := s.Alerts.Wishes(t.Context(), marta.Actor)
	if err != nil || w.QuietFrom != 22*60 || len(w.Choices) != 2 {
		t.Errorf("%+v, %v: what was refused changed something", w, err)
	}
	s.Person("Sam", know.Staff).Get("/desk/radar/alerts").Want(t, 200).Without(t, " checked")
	mia := s.Person("Mia", know.Member)
	mia.Get("/desk/radar/alerts").Want(t, 404)
	mia.Post("/desk/radar/alerts", wish...).Want(t, 404)
}

// TestWebhooks makes a webhook, whose secret is shown once, tries it, changes
// it, and ends it; nonsense comes back as it was typed.
func TestWebhooks(t *testing.T) {
	s, marta := open(t)
	taken := http.StatusNoContent
	office := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(taken) }))
	t.Cleanup(office.Close)
	marta.Post("/desk/radar/webhooks", "url", "chat.example", "name", "A <chat>", "spikes", "1").Want(t, 422, "has to begin with https", "A &lt;chat&gt;", `name="spikes" value="1" checked`)
	marta.Post("/desk/radar/webhooks", "url", office.URL).Want(t, 422, "Choose at least one kind of alert")
	marta.Post("/desk/radar/webhooks", "url", office.URL, "spikes", "1", "from", "22:00").Want(t, 422, "Say from when to when")
	made := marta.Post("/desk/radar/webhooks", "url", office.URL+"/in", "name", "A <chat>", "spikes", "1", "reach", "5000").Want(t, 200, "whsec_", "shown this once", "A &lt;chat&gt;")
	if made.Header.Get("Cache-Control") != "no-store" {
		t.Error("the page with the secret may be kept")
	}
	marta.Get("/desk/radar/alerts").Want(t, 200, "A &lt;chat&gt;", "nothing sent yet").Without(t, "whsec_")
	marta.Get("/desk/radar/webhooks/1").Want(t, 200, "Send a test", "mentions that reach 5,000").Without(t, "whsec_")
	marta.Post("/desk/radar/webhooks/1/test").Want(t, 303)
	marta.Get("/desk/radar/webhooks/1").Want(t, 200, "works")
	taken = http.StatusTeapot
	marta.Post("/desk/radar/webhooks/1/test").Want(t, 303)
	marta.Get("/desk/radar/webhooks/1").Want(t, 200, "fails", "did not take what was sent", "a test", "not received", ">received<")
	marta.Get("/desk/radar/alerts").Want(t, 200, "What was sent lately", "not received")
	marta.Post("/desk/radar/webhooks/1/secret").Want(t, 200, "whsec_", "signs, too, until")
	marta.Post("/desk/radar/webhooks/1", "url", office.URL, "name", "", "needs", "1", "from", "22:00", "until", "07:00", "zone", "Europe/Paris").Want(t, 303)
	marta.Get("/desk/radar/webhooks/1").Want(t, 200, "127.0.0.1", "unmet needs", `value="22:00"`)
	marta.Post("/desk/radar/webhooks/1/pause", "paused", "1").Want(t, 303)
	marta.Get("/desk/radar/webhooks/1").Want(t, 200, "Take it up again")
	marta.Post("/desk/radar/webhooks/1/pause", "paused", "0").Want(t, 303)
	mia := s.Person("Mia", know.Member)
	mia.Get("/desk/radar/webhooks/1").Want(t, 404)
	mia.Post("/desk/radar/webhooks/1/test").Want(t, 404)
	marta.Post("/desk/radar/webhooks/1/remove").Want(t, 303)
	marta.Get("/desk/radar/webhooks/1").Want(t, 404)
}

// TestDigest chooses when the digest comes, refuses nonsense with what was typed,
// and keeps it for who chose.
func TestDigest(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar/alerts").Want(t, 200, "The digest, by mail", `<option value="" selected>never`)
	marta.Post("/desk/radar/digest", "every", "5", "hour", "7", "zone", "Asia/Tokyo").Want(t, 303)
	marta.Get("/desk/radar/alerts").Want(t, 200, `<option value="5" selected>`, `<option value="7" selected>`, `value="Asia/Tokyo"`)
	for _, c := range [][3]string{{"9", "7", "one day of the week, or never"}, {"day", "24", "from 0 to 23"}, {"x", "7", "one day of the week, or never"}} {
		marta.Post("/desk/radar/digest", "every", c[0], "hour", c[1], "zone", "Asia/Tokyo").Want(t, 422, c[2])
	}
	marta.Post("/desk/radar/digest", "every", "day", "hour", "7", "zone", "Mars/<b>").Want(t, 422, "This time zone is not known", "Mars/&lt;b&gt;")
	marta.Post("/desk/radar/digest", "every", "", "hour", "7", "zone", "UTC").Want(t, 303)
	marta.Get("/desk/radar/alerts").Want(t, 200, `<option value="" selected>never`)
	mia := s.Person("Mia", know.Member)
	mia.Post("/desk/radar/digest", "every", "day", "hour", "7").Want(t, 404)
}
