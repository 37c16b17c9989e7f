package radar_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/listen"
	"tribune/storage"
	"tribune/web/chart"
	"tribune/web/desk"
	"tribune/web/radar"
	"tribune/web/webtest"
)

func open(t *testing.T) (*webtest.Site, *webtest.Reader) {
	s := webtest.New(t, webtest.Folder{Files: desk.Files, Routes: desk.Routes}, webtest.Folder{Files: chart.Files, Routes: chart.Routes}, webtest.Folder{Files: radar.Files, Routes: radar.Routes})
	return s, s.Person("Marta Lindqvist", know.Owner)
}

func hear(t *testing.T, s *webtest.Site, marta *webtest.Reader, text string) int64 {
	t.Helper()
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Blogs", Text: text, Language: "en", URL: fmt.Sprintf("https://blog.example/%d", len(text)),
		Author: listen.Author{Name: "Jonas Keller", URL: "https://blog.example/"}, PublishedAt: s.Clock()}})
	if err != nil || heard[0].Err != nil {
		t.Fatal(err, heard)
	}
	return heard[0].ID
}

func TestStreamAndMention(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar").Want(t, 200, "Nothing was heard yet.")
	id := hear(t, s, marta, "My Oriflamme notebook <b>opens</b> flat.")
	marta.Get("/desk/radar").Want(t, 200, "Jonas Keller", "open a conversation", fmt.Sprintf("/desk/mentions/%d/idea", id))
	marta.Get("/desk/radar?q=oriflamme").Want(t, 200, "<mark>Oriflamme</mark>")
	marta.Get("/desk/radar?q=nothing").Want(t, 200, "Nothing that was heard fits.")
	marta.Get("/desk/radar?q=oriflamme+or+ink").Want(t, 200, "“or” is looked for as a word.")
	marta.Get("/desk/radar?q=the").Want(t, 200).Without(t, "nearly every text") // one may look through that
	path := fmt.Sprintf("/desk/mentions/%d", id)
	marta.Get(path).Want(t, 200, "What Jonas Keller said", "hx-get=\"/desk/ideas/find?mention=")
	marta.Post(path+"/hide", "reason", "").Want(t, 422, "Say why")
	marta.Post(path+"/hide", "reason", "An advertisement.").Want(t, 303)
	marta.Get(path).Want(t, 200, "An advertisement.")
	marta.Post(path+"/withdraw").Want(t, 303)
	marta.Get(path).Want(t, 200, "Its author took these words back.").Without(t, "Oriflamme notebook")
}

// TestRadarSaysWhatRests tells of what was delivered and waits for a query,
// rather than that nothing was heard.
func TestRadarSaysWhatRests(t *testing.T) {
	s, marta := open(t)
	if _, err := s.Radar.AddSource(t.Context(), marta.Actor, listen.NewSource{Kind: listen.APISource, Name: "Forum"}); err != nil {
		t.Fatal(err)
	}
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Forum", Text: "Paper is dear."}, {Source: "Forum", Text: "Ink is cheap."}})
	if err != nil || !heard[0].Rests || !heard[1].Rests {
		t.Fatal(heard, err)
	}
	marta.Get("/desk/radar").Want(t, 200, "Your sources delivered 2 items, and no standing query finds one of them", "/desk/radar/queries/new").Without(t, "Nothing was heard yet")
	marta.Lang = "fr"
	marta.Get("/desk/radar").Want(t, 200, "ont livré 2 éléments")
	marta.Get("/desk/radar?q=paper").Want(t, 200).Without(t, "éléments")
	if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Text: "paper"}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar").Want(t, 200, "<mark>Paper</mark> is dear.").Without(t, "éléments")
}

func TestOpenThreadByHand(t *testing.T) {
	s, marta := open(t)
	id := hear(t, s, marta, "A calm remark.")
	first := marta.Post(fmt.Sprintf("/desk/mentions/%d/open", id))
	first.Want(t, 303)
	again := marta.Post(fmt.Sprintf("/desk/mentions/%d/open", id))
	if again.Header.Get("Location") != first.Header.Get("Location") {
		t.Errorf("opened twice: %s, %s", first.Header.Get("Location"), again.Header.Get("Location"))
	}
}

func TestQueryIsTriedBeforeItIsKept(t *testing.T) {
	s, marta := open(t)
	hear(t, s, marta, "My Oriflamme notebook opens flat.")
	marta.Post("/desk/radar/queries/new", "do", "save", "text", "paper AND OR ink", "purpose", "us").Want(t, 422, "Column 11", "paper AND OR ink")
	marta.Post("/desk/radar/queries/new", "do", "try", "text", "oriflamme", "purpose", "rival").Want(t, 200, "It finds 1 of 1 texts", "<mark>Oriflamme</mark>", `value="rival" selected`, "1 in the last 90 days")
	marta.Post("/desk/radar/queries/new", "do", "try", "text", "(oriflamme OR paper) -ink", "purpose", "us").Want(t, 200, "What each term adds or costs", "1 fewer found", "nothing would change", "(oriflamme OR paper) -ink")
	marta.Post("/desk/radar/queries/new", "do", "try", "text", "the", "purpose", "us").Want(t, 200, "stands in nearly every text")
	marta.Get("/desk/radar/lists").Want(t, 200, "No list is saved yet.")
	marta.Post("/desk/radar/lists/new", "name", "our rivals", "kind", "sites", "items", "rival one").Want(t, 422, "cannot be read", "rival one", `value="sites" selected`)
	marta.Post("/desk/radar/lists/new", "name", "our rivals", "kind", "words", "items", "Stationers\nPen & Co\n").Want(t, 303)
	marta.Get("/desk/radar/lists").Want(t, 200, ">our rivals</a>", "Stationers, Pen &amp; Co", "2 words or phrases", "list:&#34;our rivals&#34;")
	marta.Post("/desk/radar/queries/new", "do", "save", "name", "Rivals", "text", `list:"our rivals"`, "purpose", "rival").Want(t, 303)
	marta.Get("/desk/radar/lists/1").Want(t, 200, "These standing queries ask for it", ">Rivals</a>").Without(t, "Remove this list")
	marta.Post("/desk/radar/lists/1/remove").Want(t, 409, "“Rivals” asks for this")
	marta.Post("/desk/radar/queries/1/remove").Want(t, 303)
	marta.Post("/desk/radar/lists/1/remove").Want(t, 303)
	marta.Post("/desk/radar/queries/new", "do", "save", "text", strings.Repeat("(", 1000)+"a"+strings.Repeat(")", 1000), "purpose", "us").Want(t, 422, "Column")
	marta.Post("/desk/radar/queries/new", "do", "save", "text", strings.Repeat("a OR ", 9_999)+"b", "purpose", "us").Want(t, 422, "10000 words")
	marta.Get("/desk/radar/queries").Want(t, 200, "Nothing is listened for yet.")
	marta.Post("/desk/radar/queries/new", "do", "save", "name", "Us", "text", "oriflamme", "purpose", "us").Want(t, 303)
	marta.Get("/desk/radar/queries").Want(t, 200, ">Us</a>", "<svg width=\"150\"", "1 mention")
	marta.Post("/desk/radar/queries/2", "do", "save", "name", "Ourselves", "text", "oriflamme notebook", "purpose", "us").Want(t, 303)
	marta.Get("/desk/radar/queries/2").Want(t, 200, "Ourselves", "oriflamme notebook")
	marta.Post("/desk/radar/queries/2/remove").Want(t, 303)
	marta.Get("/desk/radar/queries").Want(t, 200, "Nothing is listened for yet.")
}

func TestSourceThatCannotBeReadSaysSo(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar/sources").Want(t, 200, "No source yet.", `aria-current="true">Sources and queries</a>`, `aria-current="page">Sources</a>`)
	marta.Post("/desk/radar/sources", "url", "blog.example/feed", "every_minutes", "15").Without(t, "No such")
	a := marta.Post("/desk/radar/sources", "url", "blog.example/feed", "every_minutes", "15")
	if a.Status != 409 && a.Status != 422 && a.Status != 500 {
		t.Errorf("a feed that cannot be reached gives %d", a.Status)
	}
	marta.Post("/desk/radar/sources", "url", "blog.example/feed", "every_minutes", "99999").
		Want(t, 422, `name="every_minutes" value="99999"`, `<p class="wrong" id="source-every_minutes-hint">A source is read at least every 7 days.`)
	hear(t, s, marta, "One.")
	marta.Get("/desk/radar/sources").Want(t, 200, "Blogs")
	marta.Post("/desk/radar/sources/1", "name", "", "every_minutes", "").Want(t, 422, "Give it a name.")
	marta.Post("/desk/radar/sources/1", "name", "Weblogs").Want(t, 303)
	marta.Get("/desk/radar/sources/1").Want(t, 200, "Weblogs")
}

func TestImportIsCheckedFirst(t *testing.T) {
	s, marta := open(t)
	csv := "text,author.name,url\nThe paper is good.,Jo,https://shop.example/1\n,Nobody,\n"
	send := func(do, name, content string) webtest.Answer {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		form.WriteField("source", "Shop reviews")
		form.WriteField("do", do)
		if name != "" {
			file, err := form.CreateFormFile("file", name)
			if err != nil {
				t.Fatal(err)
			}
			file.Write([]byte(content))
		}
		form.Close()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/radar/import", &body)
		req.Header.Set("Content-Type", form.FormDataContentType())
		return marta.Do(req)
	}
	send("check", "", "").Want(t, 422, "Choose a file first.", `value="Shop reviews"`)
	send("check", "reviews.xls", csv).Want(t, 422, "neither .csv nor .ndjson")
	send("check", "reviews.csv", csv).Want(t, 200, "was checked", "1 new", "1 wrong", "There is no text")
	if list, _, err := s.Radar.Mentions(t.Context(), marta.Actor, listen.Filter{}); err != nil || len(list) != 0 {
		t.Errorf("a check stored %d mentions, %v", len(list), err)
	}
	send("import", "reviews.csv", csv).Want(t, 200, "is imported", "1 new")
	send("import", "reviews.csv", csv).Want(t, 200, "0 new", "1 known already")
}

// TestImportUnderAnotherName says that a file is here already, offers the name
// under which it is, and lists what came twice under what came first.
func TestImportUnderAnotherName(t *testing.T) {
	s, marta := open(t)
	send := func(source, do, kept string) webtest.Answer {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		for _, f := range [][2]string{{"source", source}, {"do", do}, {"kept", kept}} {
			form.WriteField(f[0], f[1])
		}
		if kept == "" {
			file, err := form.CreateFormFile("file", "reviews.csv")
			if err != nil {
				t.Fatal(err)
			}
			file.Write([]byte("text,author.name,date\nThe paper is good.,Jo,2026-03-01\n"))
		}
		form.Close()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/radar/import", &body)
		req.Header.Set("Content-Type", form.FormDataContentType())
		return marta.Do(req).Want(t, 200)
	}
	send("Shop", "import", "").Without(t, "imported already")
	_, kept, _ := strings.Cut(send("Shop, again", "check", "").Want(t, 200, "This file looks imported already, as “Shop”.", "1 row stands there", "Import it as “Shop”").Body, `name="kept" value="`)
	kept, _, _ = strings.Cut(kept, `"`)
	send("Shop", "import", kept).Want(t, 200, "0 new", "1 known already").Without(t, "imported already")
	send("Shop, again", "import", "").Want(t, 200, "1 new", "looks imported already", "The others are counted again.")
	list, _, err := s.Radar.Mentions(t.Context(), marta.Actor, listen.Filter{})
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	marta.Get("/desk/radar").Want(t, 200, "the same words, said elsewhere first")
	for _, m := range list {
		page := marta.Get(fmt.Sprintf("/desk/mentions/%d", m.ID))
		if m.CopyOf == 0 {
			page.Want(t, 200, "Said again elsewhere", "Shop, again, 1 March 2026")
		} else {
			page.Want(t, 200, "the same words, said elsewhere first").Without(t, "Said again elsewhere")
		}
	}
}

// TestCheckedFileIsImportedByAButton imports the very file that was checked,
// once, for who checked it, and for half an hour.
func TestCheckedFileIsImportedByAButton(t *testing.T) {
	s, marta := open(t)
	sam := s.Person("Sam", know.Staff)
	check := func(who *webtest.Reader, content string) string {
		t.Helper()
		var body bytes.Buffer
		form := multipart.NewWriter(&body)
		form.WriteField("source", "Shop reviews")
		form.WriteField("do", "check")
		file, err := form.CreateFormFile("file", "reviews.csv")
		if err != nil {
			t.Fatal(err)
		}
		file.Write([]byte(content))
		form.Close()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/desk/radar/import", &body)
		req.Header.Set("Content-Type", form.FormDataContentType())
		_, sum, _ := strings.Cut(who.Do(req).Want(t, 200, "was checked").Body, `name="kept" value="`)
		sum, _, _ = strings.Cut(sum, `"`)
		return sum
	}
	count := func(want int) {
		t.Helper()
		if list, _, err := s.Radar.Mentions(t.Context(), marta.Actor, listen.Filter{}); err != nil || len(list) != want {
			t.Errorf("%d mentions, want %d, %v", len(list), want, err)
		}
	}
	send := func(who *webtest.Reader, sum string) webtest.Answer {
		return who.Post("/desk/radar/import", "do", "import", "kept", sum, "source", "Shop reviews")
	}
	first := "text,author.name,url\nThe paper is good.,Jo,https://shop.example/1\n,Nobody,\n"
	sum := check(marta, first)
	if want := fmt.Sprintf("%x", sha256.Sum256([]byte(first))); sum != want {
		t.Fatalf("the file is kept as %q, want %q", sum, want)
	}
	send(sam, sum).Want(t, 409, "Choose it again")
	send(marta, sum).Want(t, 200, "reviews.csv is imported", "1 new", "1 wrong")
	count(1)
	send(marta, sum).Want(t, 409, "Choose it again")
	if sum := check(marta, first); sum != "" {
		t.Error("a file of which all is known can be imported")
	}

	second := check(marta, first+"Too thin.,Ann,https://shop.example/2\n")
	third := check(marta, first+"Too thick.,Ann,https://shop.example/3\n")
	send(marta, second).Want(t, 409) // a later check takes its place
	s.Pass(31 * time.Minute)
	send(marta, third).Want(t, 409)
	count(1)
}

func TestMentionSaysByWhichRule(t *testing.T) {
	s, marta := open(t)
	show := func(id int64) webtest.Answer { t.Helper(); return marta.Get(fmt.Sprintf("/desk/mentions/%d", id)) }
	show(hear(t, s, marta, "Unheard of. Why?")).Want(t, 200, "holds “?”", "<details", "nobody answers", "Open a conversation")
	if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: "Us", Text: "oriflamme", Purpose: listen.Us}); err != nil {
		t.Fatal(err)
	}
	show(hear(t, s, marta, "Oriflamme, where is my order?")).Want(t, 200, "It asks, says the rule: it holds “?”.")
	show(hear(t, s, marta, "My Oriflamme notebook broke after 2 days!")).Want(t, 200, "It complains, says the rule: it holds “broke”.")
	show(hear(t, s, marta, "A calm word on Oriflamme.")).Want(t, 200, "No rule found that it wants an answer.", "you overrule the rule")
}

func TestStreamIsFilteredByEverything(t *testing.T) {
	s, marta := open(t)
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{
		{Source: "Shop", Text: "I hate this terrible notebook, the worst I ever bought!", Language: "en", Country: "GB", Reach: 900, Author: listen.Author{Name: "Jonas Keller"}},
		{Source: "Shop", Text: "What a wonderful pen, thank you so much!", Language: "en", Author: listen.Author{Name: "Ana Silva"}},
		{Source: "Shop", ReplyTo: "1", Text: "Where is it to be had?", Language: "en", Author: listen.Author{Name: "Ana Silva"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	q, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: "Sad notebooks", Text: "notebook (hate OR worst) lang:en"})
	if err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar").Want(t, 200, "sounds negative", "Found by", "Sad notebooks", "<code>hate</code>", "<code>worst</code>", "<code>lang:en</code>", "reaches 900 people")
	for filter, wanted := range map[string]string{"mood=negative": "terrible", "country=GB": "terrible", "reach=900": "terrible", "author=jonas": "terrible", "q=terrible+OR+nothing": "terrible",
		"has=question": "to be had", "mood=positive": "wonderful", fmt.Sprintf("query=%d", q.ID): "worst"} {
		a := marta.Get("/desk/radar?" + filter)
		a.Want(t, 200, wanted)
		for _, other := range []string{"terrible", "wonderful", "to be had"} {
			if other != wanted && wanted != "worst" {
				a.Without(t, other)
			}
		}
	}
	marta.Get("/desk/radar?q=notebook+AND&mood=negative").Want(t, 422, "Column 13", `value="notebook AND"`, `value="negative" selected`)
	marta.Get("/desk/radar?reach=-4&since=x&from=never&has=virus&mood=great&query=99999999999999999999").Want(t, 200, "terrible")
	marta.Get("/desk/radar?cursor=nonsense").Want(t, 422, "Begin at its start")

	path := fmt.Sprintf("/desk/mentions/%d", heard[1].ID)
	marta.Get(path).Want(t, 200, "sounds positive", "right: positive", "What else they said", "Where is it to be had?", "All that they said")
	marta.Post(path+"/correct", "what", "mood", "became", "great").Want(t, 422, "positive, negative or unclear")
	if to := marta.Post(path+"/correct", "what", "mood", "became", "unclear", "back", "/desk/radar?mood=positive#m2").Header.Get("Location"); to != "/desk/radar?mood=positive#m2" {
		t.Errorf("back at %s", to)
	}
	if to := marta.Post(path+"/correct", "what", "language", "became", "fr", "back", "//elsewhere.example").Header.Get("Location"); to != path+"#judged" {
		t.Errorf("back at %s", to)
	}
	marta.Get(path).Want(t, 200, "neutral or unclear, says the team", "Marta Lindqvist (Tribune) corrected “positive” to “neutral or unclear”", "corrected “English” to “French”")
}

// Pictures have their numbers as tables, every number opens to its voices, and
// the error rate stands beside the moods.
func TestVolumeAndShares(t *testing.T) {
	s, marta := open(t)
	marta.Get("/desk/radar/volume").Want(t, 200, "Nothing was heard in this span.")
	marta.Get("/desk/radar/share").Want(t, 200, "To compare takes two standing queries")
	var heard []listen.Heard
	for i, text := range []string{"I hate this terrible Oriflamme notebook, the worst I ever bought!", "Papierwerk is dear.", "Oriflamme once more."} {
		h, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Shop", Text: text, Language: "en", ExternalID: fmt.Sprint(i), PublishedAt: s.Clock().AddDate(0, 0, -i)}})
		if err != nil {
			t.Fatal(err)
		}
		heard = append(heard, h...)
	}
	for name, purpose := range map[string]listen.Purpose{"Oriflamme": listen.Us, "Papierwerk": listen.Rival} {
		if _, _, err := s.Radar.AddQuery(t.Context(), marta.Actor, listen.NewQuery{Name: name, Text: name, Purpose: purpose}); err != nil {
			t.Fatal(err)
		}
	}
	a := marta.Get("/desk/radar/volume?by=query")
	a.Want(t, 200, "3 mentions", "1 negative", "Nobody has checked moods", "data-chart=", "chart.own.js", "from=2026-11-20&amp;mood=negative&amp;once=1&amp;until=2026-11-20", "Nothing is connected of these kinds")
	marta.Get("/desk/radar?from=2026-11-20&mood=negative&once=1&until=2026-11-20").Want(t, 200, "terrible").Without(t, "once more", "dear")
	marta.Get("/desk/radar/volume?by=colour&since=1000000000&query=77").Want(t, 200, "Nothing was heard in this span.")
	if err := s.Radar.Correct(t.Context(), marta.Actor, heard[0].ID, "mood", "negative"); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/volume").Want(t, 200, "Checked by hand: 1, right 100\u00a0% (between 21 and 100\u00a0%")
	marta.Get("/desk/radar/share").Want(t, 200, "the same for each:", "all sources", "67\u00a0%", "33\u00a0%", "Checked by hand: 1").Without(t, "was changed later")
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error { // as if an open source had let go of something before
		_, err := tx.Exec(t.Context(), `update source set addressed = 0, items = mentions + 1, created_at = 1`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/share").Want(t, 200, "67\u00a0%", "was changed later")
	for _, few := range []string{"?since=90", "?since=30&query=1"} {
		marta.Get("/desk/radar/share"+few).Want(t, 200, "Choose above whom to compare").Without(t, "the same for each:")
	}
	// What is not known opens, too, and a comparison in several sources opens to these.
	hear := func(source, text, language, country string) {
		t.Helper()
		if _, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: source, Text: text, Language: language, Country: country, ExternalID: text}}); err != nil {
			t.Fatal(err)
		}
	}
	hear("Forum", "7 8 9", "", "FR")
	hear("Blog", "papierwerk in blue", "en", "")
	// One whose language is not known: none is said for it before it is chosen.
	marta.Get("/desk/mentions/4").Want(t, 200, "7 8 9", "language not known", `<option value="" selected>choose …</option>`)
	marta.Post("/desk/mentions/4/correct", "what", "language", "became", "").Want(t, 422, "Choose the language that it is in.")
	marta.Get("/desk/mentions/5").Want(t, 200, "in blue", `<option value="en" selected>`).Without(t, "choose …")
	marta.Get("/desk/radar/volume?by=country").Want(t, 200, "country=ZZ&amp;from=2026-10-22&amp;once=1&amp;until=2026-11-20")
	marta.Get("/desk/radar?country=ZZ&once=1").Want(t, 200, "in blue", `value="ZZ" selected`).Without(t, "7 8 9")
	marta.Get("/desk/radar/volume?country=ZZ&query=2").Want(t, 200, "2 mentions")
	marta.Get("/desk/radar?language=und").Want(t, 200, "7 8 9", `value="und" selected`).Without(t, "in blue")
	marta.Get("/desk/radar/volume?language=und&by=source").Want(t, 200, "1 mention<", "Forum")
	if _, _, err := s.Radar.ChangeQuery(t.Context(), marta.Actor, 1, listen.NewQuery{Name: "Both", Text: "oriflamme OR papierwerk", Sources: []int64{1, 2}, Purpose: listen.Us}); err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/radar/share?query=1&query=2").Want(t, 200, "source=1&amp;source=2")
	marta.Get("/desk/radar?source=1&source=2&source=2&source=x").Want(t, 200, "7 8 9", "terrible", "in Forum", "in Shop").Without(t, "in blue")
	marta.Get("/desk/radar/share?query=1&query=99").Want(t, 404)
	marta.Lang = "fr"
	marta.Get("/desk/radar/volume").Want(t, 200, "Vérifiées à la main\u00a0: 1, justes à 100\u202f%", "Ce qu’on n’entend pas")
	marta.Get("/desk/radar/share").Want(t, 200, "les mêmes filtres pour toutes")
	if x := marta.Get("/assets/0/echarts.own.js"); x.Status != 404 {
		t.Errorf("an asset of another version: %d", x.Status)
	}
}

// A query that finds nearly everything is kept, and its page says so.
func TestSavedButBroad(t *testing.T) {
	_, marta := open(t)
	for text, warned := range map[string]bool{"the": true, "lang:en": true, "notebook": false} {
		a := marta.Post("/desk/radar/queries/new", "do", "save", "text", text, "name", text, "purpose", "topic")
		a.Want(t, 303)
		to := a.Header.Get("Location")
		switch said := marta.Get(to); {
		case !warned && to != "/desk/radar/queries":
			t.Errorf("%s leads to %s", text, to)
		case warned:
			said.Want(t, 200, "Join it with AND", "What it hears")
		}
	}
}

// TestSaidToUs chooses what is kept of a source, and for how long.
func TestSaidToUs(t *testing.T) {
	s, marta := open(t)
	hear(t, s, marta, "A mug.")
	all, err := s.Radar.Sources(t.Context(), marta.Actor)
	if err != nil || len(all) != 1 || !all[0].Forgets {
		t.Fatal(all, err)
	}
	at := fmt.Sprintf("/desk/radar/sources/%d", all[0].ID)
	marta.Get(at).Want(t, 200, `name="keeps" value="all" checked`, "After 90 days")
	for _, choice := range []struct {
		keeps              string
		addressed, forgets bool
	}{{"for-good", true, false}, {"found", false, false}, {"", false, false}, {"all", true, true}} {
		marta.Post(at, "name", all[0].Name, "keeps", choice.keeps).Want(t, 303)
		if now, err := s.Radar.Source(t.Context(), marta.Actor, all[0].ID); err != nil || now.Addressed != choice.addressed || now.Forgets != choice.forgets {
			t.Errorf("%q: %+v, %v", choice.keeps, now, err)
		}
		if choice.keeps != "" {
			marta.Get(at).Want(t, 200, fmt.Sprintf(`value=%q checked`, choice.keeps))
		}
	}
	marta.Get("/desk/radar/import").Want(t, 200, "is forgotten 90 days after it was brought in")
}
