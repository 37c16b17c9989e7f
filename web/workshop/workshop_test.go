package workshop_test

import (
	"fmt"
	"testing"

	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage"
	"tribune/web/desk"
	"tribune/web/webtest"
	"tribune/web/workshop"
)

func open(t *testing.T) (*webtest.Site, *webtest.Reader) {
	s := webtest.New(t, webtest.Folder{Files: desk.Files, Routes: desk.Routes}, webtest.Folder{Files: workshop.Files, Routes: workshop.Routes})
	return s, s.Person("Marta Lindqvist", know.Owner)
}

func hear(t *testing.T, s *webtest.Site, marta *webtest.Reader, text string) int64 {
	t.Helper()
	heard, err := s.Radar.Hear(t.Context(), marta.Actor, []listen.Post{{Source: "Blogs", Text: text, Language: "en", URL: fmt.Sprintf("https://blog.example/%d", len(text)),
		Author: listen.Author{Name: "Jonas Keller", URL: "https://blog.example/"}}})
	if err != nil || heard[0].Err != nil {
		t.Fatal(err, heard)
	}
	return heard[0].ID
}

func propose(t *testing.T, s *webtest.Site, by *webtest.Reader, title string) shape.Idea {
	t.Helper()
	idea, err := s.Ideas.Propose(t.Context(), by.Actor, shape.NewIdea{Title: title, Body: "It would help."})
	if err != nil {
		t.Fatal(err)
	}
	return idea
}

func TestIdeaOfAMention(t *testing.T) {
	s, marta := open(t)
	id := hear(t, s, marta, "A squared A6 would be perfect. I would buy ten.")
	path := fmt.Sprintf("/desk/mentions/%d/idea", id)
	marta.Get(path).Want(t, 200, `value="A squared A6 would be perfect"`, "Jonas Keller", "I would buy ten.")
	marta.Post(path, "title", "x", "words", "A squared A6 would be perfect. I would buy ten.", "body", "Kept text").Want(t, 422, "Give the idea a title", "Kept text")
	marta.Post(path, "title", "A squared A6", "words", "I would sell ten.").Want(t, 422, "word by word")
	key, made := marta.Get(path).Key(t), map[string]bool{}
	for range 2 { // a slow line, and a second click
		made[marta.Post(path, "title", "A squared A6", "words", "I would buy ten.", "tags", "size, squared", "once", key).Want(t, 303).Header.Get("Location")] = true
	}
	if len(made) != 1 {
		t.Errorf("one idea, sent twice, became %v", made)
	}
	marta.Get("/desk/ideas/1").Want(t, 200, "A squared A6", "I would buy ten.", "Jonas Keller", `href="/desk/accounts/`, "size, squared", "https://blog.example/").Without(t, "would be perfect")
	marta.Get("/desk/ideas").Want(t, 200, "A squared A6", "1 voice")
	marta.Get(path).Want(t, 200, "A voice behind", `href="/desk/ideas/1"`) // whoever opens it next sees what came of it
}

func TestVoiceIsAddedToAnIdeaThatIsFound(t *testing.T) {
	s, marta := open(t)
	anna := s.Person("Anna Morel", know.Member)
	idea := propose(t, s, anna, "A notebook for the left hand")
	id := hear(t, s, marta, "Mine smears: I write with the left hand.")
	words := fmt.Sprintf("mention=%d", id)
	script := *marta
	script.Script = true
	script.Get("/desk/ideas/find?q=left+han&"+words).Want(t, 200, "A notebook for the left hand", `action="/desk/voices/add"`).Without(t, "<html")
	script.Get("/desk/ideas/find?q=zebra&"+words).Want(t, 200, "No idea has these words.")
	marta.Get("/desk/voices/add?q=left+hand&"+words).Want(t, 200, "A notebook for the left hand", "Mine smears", `value="left hand"`)
	marta.Get("/desk/voices/add?mention=99").Want(t, 404)
	marta.Post("/desk/voices/add", "mention", fmt.Sprint(id), "idea", fmt.Sprint(idea.ID)).Want(t, 303)
	marta.Get(fmt.Sprintf("/desk/ideas/%d", idea.ID)).Want(t, 200, "Mine smears: I write with the left hand.")
	marta.Post("/desk/voices/1/hide", "reason", "").Want(t, 422, "Say why")
	marta.Post("/desk/voices/1/hide", "reason", "It names a neighbour.").Want(t, 303)
	marta.Get(fmt.Sprintf("/desk/ideas/%d", idea.ID)).Want(t, 200, "hidden: It names a neighbour.")
	marta.Post("/desk/voices/1/withdraw").Want(t, 303)
	marta.Get(fmt.Sprintf("/desk/ideas/%d", idea.ID)).Want(t, 200, "a voice withdrawn by its author (in a post, November 2026)").Without(t, "Mine smears")
	marta.Get(fmt.Sprintf("/desk/ideas/%d/mentions?q=left", idea.ID)).Want(t, 200)
}

func TestDecision(t *testing.T) {
	s, marta := open(t)
	anna := s.Person("Anna Morel", know.Member)
	idea := propose(t, s, anna, "A squared A6")
	id := hear(t, s, marta, "A squared A6, please.")
	if _, err := s.Ideas.AddVoice(t.Context(), marta.Actor, idea.ID, shape.VoiceFrom{Mention: id}); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/ideas/%d", idea.ID)
	marta.Get(path).Want(t, 200, "1 person by mail and 1 by a task in your inbox", "A decision is never edited", `href="/desk/people/`, "Anna Morel")
	marta.Post(path+"/decide", "status", "planned", "reason", "Yes.", "promised_at", "2027-03-01").Want(t, 422, "Give the reason", `value="2027-03-01"`, ">Yes.</textarea>", `value="planned" selected`)
	marta.Post(path+"/decide", "status", "planned", "reason", "We have the paper.", "promised_at", "soon").Want(t, 422, "Write the day as")
	marta.Post(path+"/decide", "status", "planned", "reason", "We have the paper.", "promised_at", "2027-03-01").Want(t, 303)
	for more, err := true, error(nil); more; {
		if more, err = s.Ideas.TellOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	marta.Get(path).Want(t, 200, "We have the paper.", "promised for 1 March 2027", "Told: 1 by mail (0 sent so far) and 1 by hand (0 done).", "/desk/decisions/1")
	marta.Get("/desk/decisions/1").Want(t, 200, "Anna Morel", "proposed it", "was quoted behind it", "by hand, waits", "/desk/inbox/")
	for state, says := range map[event.State][]string{
		event.Failed:    {"not reached: the mail failed", "1 mail could not be delivered and was given up."},
		event.Uncertain: {"by mail, uncertain: look at it", "1 mail may have left or not"},
	} {
		if err := s.DB.Update(t.Context(), func(tx *storage.Tx) error {
			_, err := tx.Exec(t.Context(), `update outbox set state = $1 where kind = 'decision'`, string(state))
			return err
		}); err != nil {
			t.Fatal(err)
		}
		marta.Get("/desk/decisions/1").Want(t, 200, says[0], says[1], `href="/desk/outbox/1"`).Without(t, "on its way")
	}

	marta.Post(path+"/decide", "status", "shipped", "reason", "It lies in the shop.", "title", "").Want(t, 303)
	marta.Get("/desk/releases").Want(t, 200, "A squared A6")
	marta.Get("/desk/releases/1").Want(t, 200, "It lies in the shop.", "Anna Morel", `name="idea" value="1" checked`)
}

// TestOurTitle: an idea whose author left with the words gets a title of ours.
func TestOurTitle(t *testing.T) {
	s, marta := open(t)
	anna, ben := s.Person("Anna Morel", know.Member), s.Person("Ben Okoye", know.Member)
	idea := propose(t, s, anna, "A squared A6")
	if _, err := s.Ideas.Vote(t.Context(), ben.Actor, idea.ID, true); err != nil {
		t.Fatal(err)
	}
	path := fmt.Sprintf("/desk/ideas/%d", idea.ID)
	marta.Get(path).Want(t, 200).Without(t, "A title of your own")
	marta.Post(path+"/title", "title", "Small squares").Want(t, 403)
	if err := s.People.Leave(t.Context(), anna.Actor, true); err != nil {
		t.Fatal(err)
	}
	if err := s.Events.CatchUp(t.Context(), "shape.erase", s.Ideas.Erase); err != nil {
		t.Fatal(err)
	}
	marta.Get(path).Want(t, 200, "A title of your own", `name="title" value=""`)
	marta.Post(path+"/title", "title", "x").Want(t, 422, "Give the idea a title", `value="x"`)
	marta.Post(path+"/title", "title", "Small squares").Want(t, 303)
	marta.Get(path).Want(t, 200, "<h1>Small squares", `value="Small squares"`)
}

func TestSortMergeHide(t *testing.T) {
	s, marta := open(t)
	anna := s.Person("Anna Morel", know.Member)
	one, two := propose(t, s, anna, "A squared A6"), propose(t, s, anna, "Squares on small paper")
	path := fmt.Sprintf("/desk/ideas/%d", two.ID)
	marta.Post(path+"/sort", "tags", "paper, squares").Want(t, 303)
	marta.Get(path).Want(t, 200, "paper, squares")
	marta.Get(path+"/merge?q=squared").Want(t, 200, "Make it part of this", "A squared A6")
	marta.Post(path+"/merge", "idea", fmt.Sprint(two.ID)).Want(t, 422, "one cannot become part of itself")
	marta.Post(path+"/merge", "idea", fmt.Sprint(one.ID)).Want(t, 303)
	marta.Get(path).Want(t, 200, "It became part of", "A squared A6")
	marta.Post(path+"/unmerge").Want(t, 303)
	marta.Post(path+"/hide", "reason", "").Want(t, 422, "Say why")
	marta.Post(path+"/hide", "reason", "It names a rival.").Want(t, 303)
	marta.Get(path).Want(t, 200, "It names a rival.", "Show it again")
	marta.Get("/desk/ideas?show=undecided").Want(t, 200, "A squared A6").Without(t, "Squares on small paper")
	marta.Get("/desk/ideas?show=nonsense").Want(t, 200, "No idea fits.")
}

func TestCallSaysWhatComesOfIt(t *testing.T) {
	_, marta := open(t)
	marta.Get("/desk/calls").Want(t, 200, "No call yet.")
	marta.Post("/desk/calls/new", "title", "What fits a pocket?", "will", "", "gets", "Thanks.", "audience", "public").Want(t, 422, "Say what the company will do", `value="What fits a pocket?"`)
	marta.Post("/desk/calls/new", "title", "What fits a pocket?", "will", "We build the best one.", "gets", "", "audience", "public").Want(t, 422, "If it is thanks alone, say so.")
	marta.Post("/desk/calls/new", "title", "What fits a pocket?", "will", "We build the best one.", "gets", "The first ten.", "audience", "public", "closes_at", "2026-12-01").Want(t, 303)
	marta.Get("/desk/calls").Want(t, 200, "What fits a pocket?", "until 1 December 2026")
	marta.Post("/desk/calls/1", "title", "What fits your pocket?", "will", "We build the best one.", "gets", "The first ten.", "audience", "public", "opens_at", "2026-11-20", "closes_at", "2026-12-24").Want(t, 303)
	marta.Get("/desk/calls/1").Want(t, 200, "What fits your pocket?", `value="2026-12-24"`, `value="2026-11-20"`)
}

func TestReleaseThanksByName(t *testing.T) {
	s, marta := open(t)
	anna := s.Person("Anna Morel", know.Member)
	idea := propose(t, s, anna, "A squared A6")
	marta.Post("/desk/releases/new", "title", "", "body", "Kept", "thanks", "", "because", "tested").Want(t, 422, "what changed", ">Kept</textarea>")
	marta.Post("/desk/releases/new", "title", "Squared A6", "thanks", "Zoë Nobody", "because", "tested").Want(t, 422, "Nobody here is called Zoë Nobody.", `value="Zoë Nobody"`)
	marta.Post("/desk/releases/new", "title", "Squared A6", "thanks", "anna morel", "because", "tested", "idea", fmt.Sprint(idea.ID)).Want(t, 303)
	marta.Get("/desk/releases/1").Want(t, 200, `value="Anna Morel"`, `value="tested" selected`, "Thanked because of its ideas")
	marta.Post("/desk/releases/1", "title", "Squared A6, sewn", "thanks", "Anna Morel", "because", "made", "idea", fmt.Sprint(idea.ID), "released_at", "2026-11-20").Want(t, 303)
	marta.Get("/desk/releases").Want(t, 200, "Squared A6, sewn")
}

// TestHidden lists what is hidden with its reason, and shows it again.
func TestHidden(t *testing.T) {
	s, marta := open(t)
	ana := s.Person("Ana", know.Member)
	idea := propose(t, s, ana, "Buy my pills")
	c, err := s.Ideas.Comment(t.Context(), ana.Actor, idea.ID, "Cheap <pills>.", "")
	if err != nil {
		t.Fatal(err)
	}
	marta.Get("/desk/hidden").Want(t, 200, "Nothing of the kind is hidden")
	if err := s.Ideas.HideComment(t.Context(), marta.Actor, c.ID, "Advertising, again."); err != nil {
		t.Fatal(err)
	}
	marta.Post(fmt.Sprintf("/desk/ideas/%d/hide", idea.ID), "reason", "Advertising.").Want(t, 303)
	marta.Get("/desk/hidden").Want(t, 200, "Buy my pills", "hidden: Advertising.", "by Marta Lindqvist", "Show again")
	marta.Get("/desk/hidden?kind=comment").Want(t, 200, "Cheap", "hidden: Advertising, again.", "Ana")
	marta.Get("/desk/hidden?kind=voice").Want(t, 200, "Nothing of the kind is hidden")
	marta.Get("/desk/hidden?kind=mention").Want(t, 422)
	got := marta.Post(fmt.Sprintf("/desk/ideas/%d/show", idea.ID), "back", "hidden").Want(t, 303)
	if to := got.Header.Get("Location"); to != "/desk/hidden" {
		t.Errorf("back to %s", to)
	}
	marta.Post(fmt.Sprintf("/desk/comments/%d/show", c.ID)).Want(t, 303)
	marta.Get("/desk/hidden").Without(t, "Buy my pills")
	marta.Get("/desk/hidden?kind=comment").Without(t, "Cheap")
}
