package web

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate/gatetest"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/shape"
	"tribune/shape/charter"
	"tribune/storage"
	"tribune/tribe"
	"tribune/web/webtest"
)

// table is every route of the pages with the status that each role gets. A
// redirect (303) of a GET leads to signing in; of a POST, on to what was done.
// On the desk, whoever does not work here finds nothing.
//
//	visitor guest member other staff owner
func table() []gatetest.Route {
	rows := []gatetest.Route{
		{Call: "GET /", Want: "200", For: "GET /{$}"},
		{Call: "GET /nothing", Want: "404", For: "-"},
		{Call: "GET /how-we-listen", Want: "200"},
		{Call: "GET /held/{wrong}", Want: "404"}, // whose link is whole sees it: web/held's to test
		{Call: "GET /held/{wrong}/data.json", Want: "404"},
		{Call: "POST /held/{wrong}/forget", Want: "404"},
		{Call: "GET /robots.txt", Want: "200"},
		{Call: "GET /sitemap.xml", Want: "200"},
		{Call: "GET /brand.css", Want: "200"},
		{Call: "GET /favicon.svg", Want: "200"},
		{Call: "GET /live", Want: "204"}, // who follows nothing; what streams show whom is web/live's to test
		{Call: "GET /picture/{picture}", Want: "404"},
		{Call: "POST /language", Body: "to=fr", Want: "303"},
		{Call: "POST /language", Body: "to=xx", Want: "422"},
		{Call: "GET /roadmap", Want: "200"},
		{Call: "GET /changes", Want: "200"},
		{Call: "GET /changes/{release}", Want: "200"},
		{Call: "GET /clock", Want: "200"},
		{Call: "GET /people", Want: "200"},
		{Call: "GET /people/{staff}", Want: "200"},
		{Call: "GET /people/{staff}/write", Want: "200 200 200 200 303 200"}, // nobody writes to themselves
		{Call: "POST /people/{staff}/write", Body: "who=public&subject=Peru&body=Do you ship there?&name=Rosa Quispe&email=rosa@example.org", Want: "303 303 303 303 422 303"},
		{Call: "GET /voices/7/{wrong}", Want: "404", For: "GET /voices/{id}/{code}"}, // whose link is whole sees it: web/ideas' to test
		{Call: "POST /voices/7/{wrong}", Want: "404", For: "POST /voices/{id}/{code}"},
		{Call: "GET /letter/sent", Want: "200"},
		{Call: "GET /letter/{wrong}", Want: "410"},
		{Call: "POST /letter/{wrong}", Want: "410"},
		{Call: "GET /letters/{letter}", Want: "200"},
		{Call: "GET /letters/{hidden_letter}", Want: "404 404 200 404 200 200"},
		{Call: "GET /letters/{private}", Want: "404 404 303 404 303 303"},
		{Call: "POST /letters/{letter}", Body: "body=And to Chile?", Want: "401 403 303 403 303 303"},
		{Call: "POST /letters/{letter}/withdraw", Want: "401 403 303 403 403 403"},
		{Call: "POST /letters/{letter}/hide", Body: "reason=An advertisement.", Want: "404 404 404 404 303 303"},
		{Call: "POST /letters/{hidden_letter}/show", Want: "404 404 404 404 303 303"},
		{Call: "GET /decisions/{decision}/answer/{n}/{wrong}", Want: "404"},
		{Call: "POST /decisions/{decision}/answer/{n}/{wrong}", Body: "who=private&body=Thank you.", Want: "404"},
		{Call: "GET /letters/{letter}/key/{wrong}", Want: "404"},
		{Call: "POST /letters/{letter}/key/{wrong}", Body: "body=And to Chile?", Want: "404"},
		{Call: "POST /letters/{letter}/key/{wrong}/withdraw", Want: "404"},
		{Call: "GET /calls/{call}", Want: "200"},

		{Call: "GET /tribes", Want: "200"},
		{Call: "GET /tribes/new", Want: "200"},
		{Call: "POST /tribes", Body: "name=Tribe number {n}", Want: "303 403 303 303 303 303"},
		{Call: "GET /tribes/{tribe}", Want: "200"},
		{Call: "GET /tribes/{hidden_tribe}", Want: "404 404 200 404 200 200"},
		{Call: "GET /tribes/{tribe}/members", Want: "200"},
		{Call: "GET /tribes/{tribe}/history", Want: "200"},
		{Call: "GET /tribes/{tribe}/strength", Want: "403 403 200 403 200 200"},
		{Call: "GET /tribes/{tribe}/edit", Want: "303 403 200 403 403 403"},
		{Call: "POST /tribes/{tribe}/edit", Body: "name=Tribe number {n}&stands=We write.", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribes/{tribe}/join", Body: "shown=1", Want: "303 403 303 303 303 303"},
		{Call: "POST /tribes/{hidden_tribe}/join", Want: "404 404 404 404 409 409", For: "-"},
		{Call: "POST /tribes/{tribe}/leave", Want: "401 403 303 303 303 303"},
		{Call: "POST /tribes/{tribe}/appear", Body: "shown=1", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribes/{tribe}/words", Body: "word=ink", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribes/{tribe}/words/{word}", Body: "on=1", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribes/{tribe}/ideas", Body: "idea={idea}&on=1", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribes/{tribe}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /tribes/{tribe}/show", Want: "401 403 403 403 303 303"},

		{Call: "GET /signin", Want: "200 303 303 303 303 303"}, // who is signed in goes on
		{Call: "POST /signin", Body: "email=new@example.org", Want: "303 303 303 303 303 429"},
		{Call: "GET /signin/sent", Want: "200"},
		{Call: "GET /signin/{wrong}", Want: "410"},
		{Call: "POST /signin/{wrong}", Want: "410"},
		{Call: "POST /signout", Want: "303", For: "POST /signout"},
		{Call: "GET /unsubscribe/{wrong}", Want: "404"},
		{Call: "POST /unsubscribe/{wrong}", Want: "404"},

		{Call: "GET /ideas", Want: "200"},
		{Call: "GET /ideas/new", Want: "200"},
		{Call: "GET /ideas/similar?title=paper", Want: "303"}, // to the search; scripts get a part
		{Call: "POST /ideas", Body: "title=A notebook for the left hand", Want: "303 403 303 303 303 303"},
		{Call: "GET /ideas/{idea}", Want: "200"},
		{Call: "GET /ideas/{hidden}", Want: "404 404 200 404 200 200"},
		{Call: "GET /ideas/{members}", Want: "404 404 200 200 200 200"},
		{Call: "GET /ideas/{internal}", Want: "404 404 404 404 200 200"},
		{Call: "GET /ideas/{idea}/history", Want: "404"}, // there is no earlier wording
		{Call: "GET /ideas/{idea}/edit", Want: "303 403 200 403 403 403"},
		{Call: "POST /ideas/{idea}/edit", Body: "title=A better title&body=x", Want: "401 403 303 403 403 403"},
		{Call: "POST /ideas/{idea}/withdraw", Want: "401 403 303 403 403 403"},
		{Call: "POST /ideas/{idea}/vote", Body: "on=1", Want: "303 403 303 303 303 303"},
		{Call: "POST /ideas/{internal}/vote", Body: "on=1", Want: "303 404 404 404 303 303", For: "-"},
		{Call: "POST /ideas/{idea}/against", Body: "on=1", Want: "303 403 303 303 303 303"},
		{Call: "POST /ideas/{internal}/against", Body: "on=1", Want: "303 404 404 404 303 303", For: "-"},
		{Call: "POST /ideas/{idea}/follow", Body: "on=1", Want: "303 403 303 303 303 303"},
		{Call: "POST /ideas/{idea}/comments", Body: "body=Me, too.", Want: "303 403 303 303 303 303"},
		{Call: "GET /ideas/{idea}/comments/{comment}/edit", Want: "303 403 200 403 403 403"},
		{Call: "POST /ideas/{idea}/comments/{comment}/edit", Body: "body=Me, as well.", Want: "401 403 303 403 403 403"},
		{Call: "POST /ideas/{idea}/comments/{comment}/withdraw", Want: "401 403 303 403 403 403"},
		{Call: "POST /ideas/{idea}/comments/{comment}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /ideas/{idea}/comments/{comment}/show", Want: "401 403 403 403 303 303"},
		{Call: "GET /tribune", Want: "200"},
		{Call: "GET /tribune/write", Want: "303 403 200 200 200 200"},
		{Call: "POST /tribune/write", Body: "title=On paper&body=It is thin.", Want: "401 403 303 303 303 303"},
		{Call: "GET /tribune/drafts", Want: "303 403 200 200 200 200"},
		{Call: "GET /tribune/{post}", Want: "200"},
		{Call: "GET /tribune/{draft}", Want: "404 404 200 404 404 404", For: "-"},
		{Call: "GET /tribune/{internal_post}", Want: "404 404 404 404 200 200", For: "-"},
		{Call: "GET /tribune/{post}/edit", Want: "303 403 200 403 403 403"},
		{Call: "POST /tribune/{post}/edit", Body: "title=On thin paper&body=It is thin.", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribune/{draft}/publish", Want: "401 403 303 404 404 404"},
		{Call: "POST /tribune/{draft}/discard", Want: "404 404 303 404 404 404"},
		{Call: "POST /tribune/{post}/withdraw", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribune/{post}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /tribune/{post}/show", Want: "401 403 403 403 303 303"},
		{Call: "GET /tribune/{post}/pictures/1", Want: "404", For: "GET /tribune/{id}/pictures/{picture}"},
		{Call: "GET /tribune/{post}/history", Want: "404"}, // there is no earlier wording
		{Call: "POST /tribune/{post}/reactions", Body: "kind=thanks", Want: "303 403 409 303 303 303"},
		{Call: "POST /tribune/{post}/replies", Body: "body=Is it?", Want: "303 403 303 303 303 303"},
		{Call: "GET /tribune/{post}/replies/{reply}/edit", Want: "303 403 200 403 403 403"},
		{Call: "POST /tribune/{post}/replies/{reply}/edit", Body: "body=It is.", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribune/{post}/replies/{reply}/withdraw", Want: "401 403 303 403 403 403"},
		{Call: "POST /tribune/{post}/replies/{reply}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /tribune/{post}/replies/{reply}/show", Want: "401 403 403 403 303 303"},
		{Call: "GET /tribune/{post}/suggest", Want: "303 403 200 200 200 200"},
		{Call: "POST /tribune/{post}/suggest", Body: "title=On thin paper&body=It is thin.", Want: "401 403 409 303 303 303"},
		{Call: "GET /tribune/{post}/suggestions", Want: "303 403 200 200 200 200"},
		{Call: "GET /tribune/{post}/suggestions/{edit}", Want: "404 404 200 404 200 200"},
		{Call: "POST /tribune/{post}/suggestions/{edit}/take", Want: "404 404 303 404 403 403"},
		{Call: "POST /tribune/{post}/suggestions/{edit}/leave", Want: "404 404 303 404 403 403"},
		{Call: "POST /tribune/{post}/suggestions/{edit}/withdraw", Want: "404 404 403 404 303 403"},

		{Call: "POST /ideas/{idea}/voices", Body: "words=I would buy ten.", Want: "303"},
		{Call: "POST /ideas/{idea}/voices/{voice}/withdraw", Want: "401 403 303 403 303 303"},
		{Call: "POST /ideas/{idea}/voices/{voice}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /ideas/{idea}/voices/{voice}/show", Want: "401 403 403 403 303 303"},
		{Call: "GET /purpose", Want: "200"},
		{Call: "GET /purpose/{purpose}", Want: "200"},
		{Call: "GET /charter", Want: "200"},
		{Call: "GET /charter/overrides", Want: "200"},
		{Call: "GET /charter/{charter}", Want: "200"},
		{Call: "GET /why/people?who=anna", Want: "200"},
		{Call: "GET /why/{question}", Want: "200"},
		{Call: "POST /why/{question}", Body: "words=A poster in Bergen.", Want: "303"},
		{Call: "GET /why/{wrong}", Want: "404", For: "-"},
	}
	return append(append(rows, carryTable()...), boardTable()...)
}

// carryTable is the part of table about share links and thanks.
func carryTable() []gatetest.Route {
	return []gatetest.Route{
		{Call: "GET /s/{share}", Want: "303"},
		{Call: "GET /s/{wrong}", Want: "404", For: "-"},
		{Call: "POST /shares", Body: "kind=idea&id={thanked}", Want: "401 403 303 403 403 403"},
		{Call: "POST /shares/{share}/end", Want: "401 403 303 404 404 404"},
		{Call: "GET /thanks?kind=comment&id={comment}", Want: "200"},
		{Call: "GET /thanks?kind=idea&id={internal}", Want: "404 404 404 404 200 200", For: "-"},
		{Call: "POST /thanks", Body: "kind=idea&id={idea}&reason=It made me think.", Want: "303 403 409 303 303 303"},
		{Call: "POST /thanks/{thanks}/withdraw", Want: "401 403 303 403 403 403"},
		{Call: "POST /thanks/{thanks}/hide", Body: "reason=An advertisement.", Want: "401 403 403 403 303 303"},
		{Call: "POST /thanks/{thanks}/show", Want: "401 403 403 403 303 303"},
	}
}

// areas are the routes that a whole area of the site treats alike: what those
// get whom it is not for.
var areas = []struct {
	prefix    string
	get, post [3]int // visitor, member, staff; 0: anything but a refusal
}{
	{prefix: "/desk", get: [3]int{303, 404, 0}, post: [3]int{401, 404, 0}},
	{prefix: "/me", get: [3]int{303, 0, 0}, post: [3]int{401, 0, 0}},
}

// owners are the routes of the desk that staff find closed (403).
var owners = regexp.MustCompile(`^(GET|POST) /desk/(welcome|charter/purpose|settings/(accent|team|mail|mail/test|rules))$|^POST /desk/charter/\{id\}/publish$|^POST /desk/outbox/\{id\}/link$|^POST /desk/radar/(forget|linkbacks)$|^POST /desk/settings(/team|/team/\{id\})?$`)

// TestRoutesByRole asks for every route of every page as everybody.
func TestRoutesByRole(t *testing.T) {
	w := newWorld(t)
	patterns := routes(t)
	var open []string
	for _, p := range patterns {
		area := -1
		for i, a := range areas {
			if path := p[strings.IndexByte(p, '/'):]; path == a.prefix || strings.HasPrefix(path, a.prefix+"/") {
				area = i
			}
		}
		if area < 0 {
			open = append(open, p)
			continue
		}
		t.Run(strings.ReplaceAll(p, "/", "|"), func(t *testing.T) { w.area(t, p, areas[area].get, areas[area].post) })
	}
	gatetest.Require(t, open, table())
	gatetest.Try(t, gatetest.Face{Handler: w.site, Sign: w.sign, Fresh: w.fresh}, table())
}

// area asks for one route of an area as a visitor, a member and staff. Ids are
// of things that are not there: who may not come in is told so first.
func (w *world) area(t *testing.T, pattern string, get, post [3]int) {
	method, path, _ := strings.Cut(pattern, " ")
	path = regexp.MustCompile(`\{[a-z]+\}`).ReplaceAllString(path, "987654")
	want := get
	if method == http.MethodPost {
		want = post
	}
	if owners.MatchString(pattern) {
		want[2] = http.StatusForbidden
	}
	for i, who := range []gatetest.Who{gatetest.Visitor, gatetest.Member, gatetest.Staff} {
		var a webtest.Answer
		if method == http.MethodGet {
			a = w.who[who].Get(path)
		} else {
			a = w.who[who].Post(path)
		}
		refused := a.Status == 401 || a.Status == 403 || a.Status >= 500 || a.Status == 303 && strings.HasPrefix(a.Header.Get("Location"), "/signin")
		if want[i] != 0 && a.Status != want[i] || want[i] == 0 && refused {
			t.Errorf("%s gets %d, want %d", who, a.Status, want[i])
		}
		if want[i] == 303 && !refused {
			t.Errorf("%s is sent to %s", who, a.Header.Get("Location"))
		}
	}
}

// routes reads the patterns of all routes from the sources of the page folders:
// the standard router does not tell them.
func routes(t *testing.T) (patterns []string) {
	t.Helper()
	pattern := regexp.MustCompile(`"((?:GET|POST) /[^"]*)"`)
	files, err := filepath.Glob("*/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") || strings.HasPrefix(name, "webtest") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range pattern.FindAllStringSubmatch(string(src), -1) {
			patterns = append(patterns, m[1])
		}
	}
	return patterns
}

// world makes the things that the table is about.
type world struct {
	site *webtest.Site
	who  map[gatetest.Who]*webtest.Reader
	idea int64 // the last one made: comments and voices are under it
	post int64 // the last one made: replies and suggestions are under it
	n    int

	tribe int64 // the last one made: words are in it
	board int64 // the last one made: talks and questions are in it
}

func newWorld(t *testing.T) *world {
	var all []webtest.Folder
	for _, f := range folders()[1:] { // the first is the frame's own, which webtest brings
		all = append(all, webtest.Folder{Files: f.files, Routes: f.routes})
	}
	all = append(all, webtest.Folder{Files: listen.Texts, Routes: folders()[0].routes})
	s := webtest.New(t, all...)
	w := &world{site: s, who: map[gatetest.Who]*webtest.Reader{
		gatetest.Visitor: s.Visitor(), gatetest.Guest: s.Person("Gast Guest", know.Member), gatetest.Member: s.Person("Anna Blum", know.Member),
		gatetest.Other: s.Person("Ben Okoye", know.Member), gatetest.Staff: s.Person("Sofia Reyes", know.Staff), gatetest.Owner: s.Person("Olga Maas", know.Owner)}}
	if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
		if _, err := tx.Exec(t.Context(), `update person set role = 'guest' where id = $1`, w.who[gatetest.Guest].ID); err != nil {
			return err
		}
		return s.Events.Append(t.Context(), tx, event.Event{Kind: "person.changed", Subject: event.Ref{Kind: "person", ID: w.who[gatetest.Guest].ID}})
	}); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) sign(r *http.Request, who gatetest.Who) {
	if c := w.who[who].Cookie(); c != nil && r.URL.Path != "/signout" {
		r.AddCookie(c)
	}
}

// fresh makes a thing; what somebody owns is the member's.
func (w *world) fresh(t testing.TB, name string) string {
	t.Helper()
	w.site.Pass(time.Minute) // nobody's writes are limited by the others'
	ctx, member, staff := t.Context(), w.who[gatetest.Member].Actor, w.who[gatetest.Staff].Actor
	ideas := w.site.Ideas
	w.n++
	propose := func(a know.Actor, audience know.Audience) (int64, error) {
		i, err := ideas.Propose(ctx, a, shape.NewIdea{Title: fmt.Sprintf("An idea, number %d", w.n), Audience: audience})
		w.idea = i.ID
		return i.ID, err
	}
	var id int64
	var err error
	switch name {
	case "picture", "wrong":
		return fmt.Sprintf("%064d", w.n)
	case "staff":
		id = staff.ID
	case "question":
		stored, err := w.site.Purchases.Store(ctx, staff, []purchase.Order{{ExternalID: fmt.Sprint(w.n), At: w.site.Clock(), AmountMinor: 1, Currency: "EUR"}})
		if err != nil {
			t.Fatal(err)
		}
		code, err := w.site.Purchases.QuestionCode(ctx, staff, stored[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		return code
	case "share":
		idea, err := strconv.ParseInt(w.fresh(t, "thanked"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		l, err := w.site.Advocacy.MakeShare(ctx, member, event.Ref{Kind: "idea", ID: idea})
		if err != nil {
			t.Fatal(err)
		}
		return l.Code
	case "thanks":
		if id, err = propose(staff, know.Public); err == nil {
			var given advocate.Thanks
			given, err = w.site.Advocacy.Thank(ctx, member, advocate.NewThanks{Subject: event.Ref{Kind: "idea", ID: id}, Reason: "It made me think."})
			id = given.ID
		}
	case "idea":
		id, err = propose(member, know.Public)
	case "thanked": // an idea whose maker a release thanks
		if id, err = propose(member, know.Public); err == nil {
			_, err = ideas.MakeRelease(ctx, staff, shape.NewRelease{Title: "New paper", Ideas: []int64{id}})
		}
	case "members":
		id, err = propose(member, know.Members)
	case "internal":
		id, err = propose(staff, know.Team)
	case "hidden":
		if id, err = propose(member, know.Public); err == nil {
			err = ideas.Hide(ctx, staff, id, "An advertisement.")
		}
	case "letter", "hidden_letter", "private":
		var th converse.Thread
		th, err = w.site.Inbox.WriteTo(ctx, member, converse.NewLetter{To: staff.ID, Public: name != "private", Subject: fmt.Sprint("Peru ", w.n), Body: "Do you ship there?"})
		if id = th.ID; err == nil && name == "hidden_letter" {
			err = w.site.Inbox.HideLetter(ctx, staff, id, "An advertisement.")
		}
	case "board", "offered", "seated", "talk", "said", "task":
		id, err = w.freshBoard(t, name)
	case "comment":
		var c shape.Comment
		c, err = ideas.Comment(ctx, member, w.idea, "Me, too.", "")
		id = c.ID
	case "voice":
		var v shape.Voice
		v, err = ideas.AddVoice(ctx, member, w.idea, shape.VoiceFrom{Words: "I would buy ten."})
		id = v.ID
	case "post", "draft", "internal_post":
		id, err = w.write(t, name)
	case "reply":
		var r post.Reply
		r, err = w.site.Posts.Reply(ctx, member, w.post, 0, "Is it?", "")
		id = r.ID
	case "edit":
		var e post.Suggestion
		e, err = w.site.Posts.Suggest(ctx, staff, w.post, post.NewSuggestion{Title: "On thin paper", Body: "It is thin."})
		id = e.ID
	case "n":
		id = int64(w.n)
	case "tribe", "hidden_tribe":
		var t tribe.Tribe
		if t, err = w.site.Tribes.Start(ctx, member, tribe.NewTribe{Name: fmt.Sprintf("Tribe %d", w.n)}); err == nil && name == "hidden_tribe" {
			err = w.site.Tribes.Hide(ctx, staff, t.ID, "An advertisement.")
		}
		id, w.tribe = t.ID, t.ID
	case "word":
		if err = w.site.Tribes.Suggest(ctx, member, w.tribe, "slow"); err == nil {
			var words []tribe.Word
			if words, err = w.site.Tribes.Words(ctx, member, w.tribe); err == nil {
				id = words[0].ID
			}
		}
	case "purpose":
		var p charter.Purpose
		p, err = w.site.Charter.SetPurpose(ctx, w.who[gatetest.Owner].Actor, fmt.Sprintf("Paper for everybody, %d.", w.n), "")
		id = p.ID
	case "charter":
		var v charter.Version
		if v, err = w.site.Charter.Draft(ctx, staff); err == nil {
			if v, err = w.site.Charter.Save(ctx, staff, v.ID, charter.Edit{Edits: -1, Clauses: []charter.Clause{{Title: "Colours", Mode: charter.Decide, Votes: 50}}}); err == nil {
				v, err = w.site.Charter.Publish(ctx, w.who[gatetest.Owner].Actor, v.ID)
			}
		}
		id = v.Number
	case "decision":
		if id, err = propose(member, know.Public); err == nil {
			var d shape.Decision
			d, err = ideas.Decide(ctx, staff, id, shape.NewDecision{Stage: shape.Planned, Reason: "The mill can make it in May."})
			id = d.ID
		}
	case "release":
		var r shape.Release
		r, err = ideas.MakeRelease(ctx, staff, shape.NewRelease{Title: "New paper"})
		id = r.ID
	case "call":
		var c shape.Call
		c, err = ideas.OpenCall(ctx, staff, shape.NewCall{Title: "The next colour", Will: "Make it.", Gets: "One of the first."})
		id = c.ID
	default:
		t.Fatalf("nobody makes a %s", name)
	}
	if err != nil {
		t.Fatal(name, err)
	}
	return fmt.Sprint(id)
}

// write makes a post of the member; an internal one of staff.
func (w *world) write(t testing.TB, name string) (int64, error) {
	a, audience := w.who[gatetest.Member].Actor, know.Public
	if name == "internal_post" {
		a, audience = w.who[gatetest.Staff].Actor, know.Team
	}
	p, err := w.site.Posts.Begin(t.Context(), a, post.NewPost{Title: fmt.Sprintf("On paper, number %d", w.n), Body: "It is thick.", Audience: audience})
	if err == nil && name != "draft" {
		p, err = w.site.Posts.Publish(t.Context(), a, p.ID)
	}
	w.post = p.ID
	return p.ID, err
}
