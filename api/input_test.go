package api_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/storage/storagetest"
)

// badCall is a call with something wrong in it.
type badCall struct {
	name, call, body string
	status           int
	location         string // of the first error, "" if there need be none
}

// tooLong is longer than any text may be.
var tooLong = strings.Repeat("x", 20_000)

// badCalls gives one for each way to be wrong, to a site at this address.
func badCalls(server string) []badCall {
	return []badCall{
		{"no JSON", "POST /ideas", `{"title": `, 400, "body"},
		{"no body", "POST /ideas", ``, 400, ""},
		{"a list", "POST /ideas", `[]`, 422, "body"},
		{"null", "POST /ideas", `null`, 422, "body"},
		{"no title", "POST /ideas", `{}`, 422, "body.title"},
		{"a number for a title", "POST /ideas", `{"title": 7}`, 422, "body.title"},
		{"unknown member", "POST /ideas", `{"title": "An idea", "colour": "red"}`, 422, "body.colour"},
		{"short title", "POST /ideas", `{"title": "x"}`, 422, "body.title"},
		{"long body", "POST /ideas", `{"title": "An idea", "body": "` + tooLong + `"}`, 422, "body.body"},
		{"wrong tags", "POST /ideas", `{"title": "An idea", "tags": [1]}`, 422, "body.tags[0]"},
		{"unknown call", "POST /ideas", `{"title": "An idea", "call_id": 999}`, 0, ""},
		{"unknown mention", "POST /ideas", `{"title": "An idea", "mention_id": 999}`, 404, ""},
		{"wrong sort", "GET /ideas?sort=best", ``, 422, "query.sort"},
		{"wrong limit", "GET /ideas?limit=many", ``, 422, "query.limit"},
		{"no limit", "GET /ideas?limit=0", ``, 422, "query.limit"},
		{"wrong cursor", "GET /ideas?cursor=nowhere", ``, 422, "query.cursor"},
		{"no text", "GET /ideas/similar", ``, 422, "query.text"},
		{"unknown idea", "GET /ideas/999", ``, 404, ""},
		{"no number", "GET /ideas/abc", ``, 422, "path.id"},
		{"huge number", "GET /ideas/99999999999999999999", ``, 422, "path.id"},
		{"unknown idea's vote", "PUT /ideas/999/vote", ``, 404, ""},
		{"against an unknown idea", "PUT /ideas/999/against", ``, 404, ""},
		{"against no number", "PUT /ideas/x/against", ``, 422, ""},
		{"wrong state", "PATCH /ideas/{idea}", `{"state": "gone"}`, 422, "body.state"},
		{"hidden without a reason", "PATCH /ideas/{idea}", `{"state": "hidden"}`, 422, "body.reason"},
		{"merged into itself", "PUT /ideas/{idea}/merge", `{"into_id": {idea}}`, 0, ""},
		{"empty comment", "POST /ideas/{idea}/comments", `{"body": " "}`, 422, "body.body"},
		{"unknown comment", "PATCH /comments/999", `{"body": "x"}`, 404, ""},
		{"empty voice", "POST /ideas/{idea}/voices", `{}`, 422, ""},
		{"voice of an unknown mention", "POST /ideas/{idea}/voices", `{"mention_id": 999}`, 404, ""},
		{"voice of nowhere", "PATCH /voices/999", `{"state": "withdrawn"}`, 404, ""},
		{"voice without a state", "PATCH /voices/{voice}", `{}`, 422, "body.state"},
		{"unknown status", "POST /ideas/{idea}/decisions", `{"status": "maybe", "reason": "We do not know yet."}`, 422, "body.status"},
		{"no reason", "POST /ideas/{idea}/decisions", `{"status": "planned", "reason": ""}`, 422, "body.reason"},
		{"a promise for no day", "POST /ideas/{idea}/decisions", `{"status": "planned", "reason": "We will make it in spring.", "promised_at": "soon"}`, 422, "body.promised_at"},
		{"unknown release", "POST /ideas/{idea}/decisions", `{"status": "shipped", "reason": "It is in the shops.", "release_id": 999}`, 404, ""},
		{"unknown decision", "GET /decisions/999/told", ``, 404, ""},
		{"release without a title", "POST /releases", `{"title": ""}`, 422, "body.title"},
		{"release of unknown ideas", "POST /releases", `{"title": "New paper", "ideas": [999]}`, 0, ""},
		{"thanks for nothing", "POST /releases", `{"title": "New paper", "credits": [{"person_id": 1, "because": "nice"}]}`, 422, "body.credits[0].because"},
		{"call without a promise", "POST /calls", `{"title": "The next colour", "will": "", "gets": ""}`, 422, ""},
		{"stages of the wrong kind", "PUT /statuses", `{"items": [{"name": "x", "stage": "dreamt"}]}`, 422, "body.items[0].stage"},
		{"too often", "POST /sources", `{"kind": "feed", "url": "https://forum.example/feed", "every_seconds": 59}`, 422, "body.every_seconds"},
		{"no address", "POST /sources", `{"kind": "feed", "every_seconds": 60}`, 422, "body.url"},
		{"address of another kind", "POST /sources", `{"kind": "feed", "url": "ftp://forum.example/"}`, 422, "body.url"},
		{"wrong kind", "POST /sources", `{"kind": "telepathy", "url": "https://forum.example/feed"}`, 422, "body.kind"},
		{"no feed there", "POST /sources", fmt.Sprintf(`{"kind": "feed", "url": %q}`, server+"/api/v1/site"), 422, ""},
		{"unknown source", "PATCH /sources/999", `{"paused": true}`, 404, ""},
		{"not a query", "POST /queries", `{"text": "a AND ("}`, 422, "body.text"},
		{"not alone", "POST /queries/try", `{"text": "NOT a"}`, 422, "body.text"},
		{"wrong purpose", "POST /queries", `{"text": "a", "purpose": "love"}`, 422, "body.purpose"},
		{"a circle", "POST /queries", `{"name": "a", "text": "query:a"}`, 422, "body.text"},
		{"deep", "POST /queries/try", `{"text": "` + strings.Repeat("(", 1000) + "a" + strings.Repeat(")", 1000) + `"}`, 422, "body.text"},
		{"ten thousand words", "POST /queries", `{"text": "` + strings.Repeat("a OR ", 9_999) + `b"}`, 422, "body.text"},
		{"a query of 1 MB", "POST /queries", `{"text": "` + strings.Repeat("a", 1_100_000) + `"}`, 422, "body.text"},
		{"a list of nothing", "POST /lists", `{"name": "a", "items": [" "]}`, 422, "body.items"},
		{"a list of another kind", "POST /lists", `{"name": "a", "items": ["a"], "kind": "people"}`, 422, "body.kind"},
		{"unknown list", "PUT /lists/999", `{"name": "a", "items": ["a"]}`, 404, ""},
		{"unknown query", "PUT /queries/999", `{"text": "a"}`, 404, ""},
		{"mention without a text", "POST /mentions", `{"source": "Shop"}`, 422, "body.text"},
		{"mention by a word", "POST /mentions", `{"source": "Shop", "author": "Ada", "text": "x"}`, 422, "body.author"},
		{"mention of the wrong kind", "POST /mentions", `{"source": 7, "text": "x"}`, 422, "body.source"},
		{"mention on no day", "POST /mentions", `{"source": "Shop", "text": "x", "published_at": "yesterday"}`, 422, "body.published_at"},
		{"mentions that are no JSON", "POST /mentions", `[{"source": "Shop"`, 400, ""},
		{"a word for a mention", "POST /mentions", `"hello"`, 422, ""},
		{"wrong mentions all", "POST /mentions", `[{"source": "Shop"}, 7]`, 422, "body[0].text"},
		{"unknown query of mentions", "GET /mentions?query=Them", ``, 422, "query.query"},
		{"mentions since never", "GET /mentions?since=never", ``, 422, "query.since"},
		{"a query that cannot be read", "GET /mentions?q=mug+AND", ``, 422, "query.q"},
		{"the volume of a century by the hour", "GET /volume?since=1930-01-01&step=hour", ``, 422, "query.step"},
		{"a volume that ends before it begins", "GET /volume?since=2026-11-02&until=2026-11-01", ``, 422, "query.until"},
		{"a volume by colour", "GET /volume?by=colour", ``, 422, "query.by"},
		{"a volume of no language", "GET /volume?language=xx", ``, 422, "query.language"},
		{"a volume of no country", "GET /volume?country=QQ", ``, 422, "query.country"},
		{"a share of what is to come", "GET /shares?queries=1,2&since=2099-01-01", ``, 422, "query.until"},
		{"a wrong correction of a mood", "POST /mentions/999/corrections", `{"what": "mood", "became": "great"}`, 422, "body.became"},
		{"a wrong correction of a language", "POST /mentions/999/corrections", `{"what": "language", "became": "klingon!"}`, 422, "body.became"},
		{"the share of one", "GET /shares?queries=1", ``, 422, "query.queries"},
		{"wrong mood", "GET /mentions?sentiment=sad", ``, 422, "query.sentiment"},
		{"unknown mention", "GET /mentions/999", ``, 404, ""},
		{"wrong state of threads", "GET /threads?state=lost", ``, 422, "query.state"},
		{"wrong owner", "GET /threads?owner=him", ``, 422, "query.owner"},
		{"empty letter", "POST /threads", `{}`, 422, ""},
		{"unknown thread", "POST /threads/999/messages", `{"body": "x"}`, 404, ""},
		{"note of the wrong kind", "POST /threads/{thread}/messages", `{"body": "x", "note": "yes"}`, 422, "body.note"},
		{"owner who does not work here", "PATCH /threads/{thread}", `{"owner_id": {member}}`, 422, "body.owner_id"},
		{"closed without a reason", "PATCH /threads/{thread}", `{"state": "closed"}`, 422, "body.reason"},
		{"wrong state of the outbox", "GET /outbox?state=lost", ``, 422, "query.state"},
		{"wrong cursor of the outbox", "GET /outbox?cursor=x", ``, 422, "query.cursor"},
		{"unknown delivery", "POST /outbox/999/again", ``, 404, ""},
		{"sent again what waits", "POST /outbox/{delivery}/again", ``, 409, ""},
		{"unknown person", "GET /people/999", ``, 404, ""},
		{"invited without an address", "POST /people", `{"name": "Nina Koch", "email": "nina", "role": "staff"}`, 422, "body.email"},
		{"unknown account", "PATCH /accounts/999", `{"person_id": 1}`, 404, ""},
		{"wrong language", "PATCH /me", `{"language": "xx"}`, 422, "body.language"},
		{"unknown mails", "PATCH /me", `{"mails": {"adverts": true}}`, 422, ""},
		{"unknown token", "DELETE /me/tokens/999", ``, 404, ""},
		{"a picture in no base64", "POST /posts/1/pictures", `{"alt": "x", "data": "<svg>"}`, 422, "body.data"},
		{"a picture in torn base64", "POST /posts/1/pictures", `{"alt": "x", "data": "aGFsbG8"}`, 422, ""},
		{"an empty picture", "POST /posts/1/pictures", `{"alt": "x", "data": ""}`, 422, "body.data"},
		{"too many mentions", "POST /mentions", "[" + strings.Repeat("{},", 10_000) + "{}]", 422, ""},
		{"wrong hue", "PATCH /site", `{"hue": "red"}`, 422, "body.hue"},
	}
}

// TestBadInput sends what is wrong to each call that takes something, and
// wants to be told where.
func TestBadInput(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	w := newWorld(s)
	owner := s.person("Nora Quist", know.Owner)
	for _, c := range badCalls(s.server.URL) {
		t.Run(c.name, func(t *testing.T) {
			made := map[string]string{}
			fill := func(text string) string {
				for _, name := range []string{"idea", "voice", "thread", "member", "delivery"} {
					if strings.Contains(text, "{"+name+"}") {
						if made[name] == "" {
							made[name] = w.fresh(t, name)
						}
						text = strings.ReplaceAll(text, "{"+name+"}", made[name])
					}
				}
				return text
			}
			asker := *owner
			asker.site = &site{t: t, server: s.server}
			var r reply
			if c.body == "" {
				r = asker.call(fill(c.call))
			} else {
				r = asker.call(fill(c.call), fill(c.body))
			}
			if r.status < 400 || r.status >= 500 {
				t.Fatalf("%d: %s", r.status, r.text)
			}
			if c.status != 0 {
				r.want(c.status)
			}
			r.is("status", r.status)
			if r.get("detail") == "" || r.get("title") == "" {
				t.Errorf("it does not say what is wrong: %s", r.text)
			}
			if strings.Contains(r.text, ":\"expected ") || strings.Contains(r.text, ":\"invalid ") || strings.Contains(r.text, "illegal ") {
				t.Errorf("the validator says it, in English whoever reads: %s", r.text)
			}
			if c.location != "" {
				r.is("errors.0.location", c.location)
			}
			if strings.Contains(r.text, tooLong[:300]) {
				t.Error("what was sent is sent back whole")
			}
		})
	}
}

// TestRows stores the good rows of a list and says what is wrong with the bad.
func TestRows(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	staff := s.person("Sofia Reyes", know.Staff)
	staff.lang = "fr"
	r := staff.call("POST /mentions", `[{"source": "Shop", "external_id": "1", "text": "One"}, {"source": "Shop", "text": 7}, {"source": "", "text": "x"},
		{"source": "Shop", "external_id": "2", "text": "Two", "mood": "passed over"}, {"source": "Shop", "external_id": "1", "text": "One"}]`).want(207).count("items", 5)
	r.is("items.1.error.location", "body[1].text").is("items.2.error.location", "body[2].source").is("items.4.known", true).is("items.4.id", r.id("items.0.id"))
	if r.id("items.3.id") == 0 || r.id("items.1.id") != 0 {
		t.Errorf("rows: %s", r.text)
	}
	if !strings.Contains(r.text, "Dites") && !strings.Contains(r.text, "n’est pas") {
		t.Errorf("not in French: %s", r.text)
	}
	staff.call("POST /mentions", `[{"source": "Shop", "text": "Three"}]`).want(201).count("items", 1)
	staff.call("POST /mentions", ` [ ]`).want(422)
	staff.call("POST /purchases", `[]`).want(422)
	staff.call("GET /mentions").want(200).count("items", 3)

	// One that is known says so, and takes other words as an edit.
	id := r.id("items.0.id")
	staff.call("POST /mentions", `{"source": "Shop", "external_id": "3", "text": "Four"}`).want(201).is("known", false).is("edited", false)
	same := staff.call("POST /mentions", `{"source": "Shop", "external_id": "1", "text": "One"}`).want(200).is("known", true).is("edited", false).is("text", "One")
	other := staff.call("POST /mentions", `{"source": "Shop", "external_id": "1", "text": "One, <b>twice</b>"}`).want(200).is("known", true).is("edited", true).is("text", "One, twice")
	if same.id("id") != id || other.id("id") != id {
		t.Errorf("known by %d, answered as %s, %s", id, same.text, other.text)
	}
	staff.call("POST /mentions", `[{"source": "Shop", "external_id": "1", "text": "One, thrice"}]`).want(201).is("items.0.known", true).is("items.0.edited", true)
	staff.call("POST /mentions", `{"source": "Elsewhere", "external_id": "1", "text": "One"}`).want(201).is("known", false)
	staff.call("GET /mentions").want(200).count("items", 5)
}

// TestErrors looks at what no call answers for itself.
func TestErrors(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	anna := s.person("Anna Blum", know.Member)
	for lang, text := range map[string]string{"en": "Give the idea a title", "fr": "Donnez", "de, fr;q=0.5": "Donnez"} {
		anna.lang = lang
		if r := anna.call("POST /ideas", `{"title": "x"}`).want(422); !strings.Contains(r.text, text) {
			t.Errorf("in %s: %s", lang, r.text)
		}
	}
	anna.lang = "fr"
	if r := anna.call("POST /ideas", `{"title": 7}`).want(422); r.get("errors.0.message") != "Envoyez du texte pour title." {
		t.Errorf("validation: %s", r.text)
	}
	if r := anna.call("GET /ideas?tag=a&tag=b&sort=new").want(422); r.get("errors.0.location") != "query.tag" || !strings.Contains(r.text, "une seule fois") {
		t.Errorf("a parameter twice: %s", r.text)
	}
	if r := anna.call("GET /nowhere").want(404); !strings.Contains(r.text, "n’existe pas") {
		t.Errorf("unknown call: %s", r.text)
	}
	if r := anna.call("DELETE /ideas").want(405); r.header.Get("Allow") != "GET, POST" {
		t.Errorf("Allow: %q", r.header.Get("Allow"))
	}
	wrong := &client{site: s, token: "tribune_wrong", lang: "fr"}
	if r := wrong.call("GET /ideas").want(401); !strings.Contains(r.text, "jeton") || r.header.Get("WWW-Authenticate") == "" {
		t.Errorf("a wrong token: %s", r.text)
	}
	if r := s.visitor().call("PUT /ideas/1/vote").want(404); r.get("detail") == "" {
		t.Error("no detail")
	}
	anna.call("POST /ideas", `{"title": "`+strings.Repeat("x", 1<<20)+`"}`).want(413)
	anna.lang = ""
	req, _ := http.NewRequestWithContext(t.Context(), "POST", s.server.URL+"/api/v1/ideas", strings.NewReader("title=x"))
	req.Header.Set("Authorization", "Bearer "+anna.token)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	anna.do(req).want(415)
	s.visitor().call("POST /ideas", `{"title": "An idea"}`).want(401)
	if r := s.visitor().call("GET /docs").want(404); strings.Contains(r.text, "unpkg") {
		t.Error("a page from elsewhere")
	}
}

// TestCookie asks by cookie: pages of this site may write, those of others not.
func TestCookie(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	_, secret, err := s.people.AddPerson(t.Context(), "Anna Blum", "anna@example.org", know.Member)
	if err != nil {
		t.Fatal(err)
	}
	session, _, _, err := s.people.Use(t.Context(), secret, "", "test")
	if err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]int{"same-origin": 201, "cross-site": 403} {
		req, _ := http.NewRequestWithContext(t.Context(), "POST", s.server.URL+"/api/v1/ideas", strings.NewReader(`{"title": "An idea"}`))
		req.Header.Set("Cookie", "__Host-tribune="+session)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Sec-Fetch-Site", from)
		s.visitor().do(req).want(want)
	}
}

// TestTooOften writes without sign-in faster than hands can.
func TestTooOften(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	s.serve(slog.New(slog.DiscardHandler), true)
	visitor := s.visitor()
	visitor.lang = "fr"
	for range 60 {
		visitor.call("POST /ideas/1/voices", `{"words": ""}`)
	}
	if r := visitor.call("POST /ideas/1/voices", `{"words": ""}`).want(429); r.header.Get("Retry-After") == "" || !strings.Contains(r.text, "trop à la fois") {
		t.Errorf("%v %s", r.header, r.text)
	}
	visitor.call("GET /ideas").want(200)
}

// TestCommentPages turns the pages of what was said under an idea.
func TestCommentPages(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	ada := s.person("Ada", know.Member)
	ada.call("POST /ideas", `{"title": "Dotted paper"}`).want(201)
	for _, word := range []string{"one", "two", "three"} {
		ada.call("POST /ideas/1/comments", `{"body": "Word `+word+`."}`).want(201)
	}
	first := s.visitor().call("GET /ideas/1/comments?limit=2").want(200).text
	if !strings.Contains(first, "Word two.") || strings.Contains(first, "Word three.") || !strings.Contains(first, `"next_cursor":"2"`) {
		t.Errorf("the first page: %s", first)
	}
	last := s.visitor().call("GET /ideas/1/comments?limit=2&cursor=2").want(200).text
	if strings.Contains(last, "Word two.") || !strings.Contains(last, "Word three.") || !strings.Contains(last, `"next_cursor":""`) {
		t.Errorf("the last page: %s", last)
	}
}

// TestVoicesOfVisitors: without an account, three a day behind one idea from one
// network; refused ones are not counted.
func TestVoicesOfVisitors(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	s.serve(slog.New(slog.DiscardHandler), true)
	ada := s.person("Ada", know.Member)
	ada.call("POST /ideas", `{"title": "Dotted paper"}`).want(201)
	visitor := s.visitor()
	visitor.call("POST /ideas/1/voices", `{"words": ""}`).want(422)
	for range 3 {
		visitor.call("POST /ideas/1/voices", `{"words": "Dots."}`).want(201)
	}
	if r := visitor.call("POST /ideas/1/voices", `{"words": "Dots."}`).want(429); !strings.Contains(r.text, "3 voices behind this idea") {
		t.Errorf("%s", r.text)
	}
	ada.call("POST /ideas/1/voices", `{"words": "Dots."}`).want(201)
}

// TestPanic answers for what breaks, too, as a problem and without detail.
func TestPanic(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	s.ideas = nil
	s.serve(slog.New(slog.DiscardHandler), false)
	if r := s.visitor().call("GET /ideas").want(500); strings.Contains(r.text, "nil") {
		t.Errorf("detail: %s", r.text)
	}
}

// TestInvitingWhoIsHere answers with nobody else's link.
func TestInvitingWhoIsHere(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	marta, jo := s.person("Marta Lund", know.Owner), s.person("Jo Beck", know.Member)
	marta.call("POST /people", `{"name": "Xi", "email": "marta@example.org", "role": "staff"}`).want(409)
	r := marta.call("POST /people", `{"name": "Xi", "email": "jo@example.org", "role": "staff"}`).want(201).is("here", true).is("person_id", jo.ID)
	if strings.Contains(r.text, "/signin/") {
		t.Errorf("the answer signs somebody else in: %s", r.text)
	}
	r = marta.call("POST /people", `{"name": "Ann Ode", "email": "ann@example.org", "role": "staff"}`).want(201).is("here", false)
	if !strings.Contains(r.text, siteURL+"/signin/") {
		t.Errorf("there is no link to hand over: %s", r.text)
	}
}

// TestNothingIsChangedSilently refuses what was cut or replaced without a word.
func TestNothingIsChangedSilently(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	marta := s.person("Marta Lund", know.Owner)
	row := func(text, at string) string {
		return fmt.Sprintf(`{"source": "Blogs", "text": %q, "published_at": %q}`, text, at)
	}
	for _, at := range []string{"2999-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1789-07-14T00:00:00Z", s.at.Add(25 * time.Hour).Format(time.RFC3339)} {
		if r := marta.call("POST /mentions", row("Said "+at, at)).want(422); !strings.Contains(r.text, "body.published_at") {
			t.Errorf("%s: %s", at, r.text)
		}
	}
	if r := marta.call("POST /mentions", row(strings.Repeat("x", 20_001), "")).want(422); !strings.Contains(r.text, "at most 20000") || !strings.Contains(r.text, "body.text") {
		t.Errorf("a long text: %s", r.text)
	}
	marta.call("POST /mentions", row(strings.Repeat("x", 20_000), s.at.Add(time.Hour).Format(time.RFC3339))).want(201)
	r := marta.call("POST /mentions", "["+row("In time", "2026-11-01")+","+row("Too early", "0001-01-01")+"]").want(207)
	if !strings.Contains(r.text, "body[1].published_at") {
		t.Errorf("a list: %s", r.text)
	}
}
