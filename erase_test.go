package tribune_test

import (
	"bytes"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"tribune"
	"tribune/advocate"
	"tribune/converse/post"
	"tribune/event"
	"tribune/know"
	"tribune/listen"
	"tribune/shape"
	"tribune/storage/storagetest"
)

// Words that stand nowhere else, so that finding them in a file means that
// they were not erased. The search keeps folded words, so each is one.
const (
	goneName    = "Xanthippe Quorlwyck"
	goneAddress = "xanthippe.quorlwyck@vanish.example"
	goneIdea    = "quandrillionpaper"
	goneBody    = "zephyrquill"
	goneComment = "mumblethorn"
	goneEdited  = "gribbleflask"
	goneMention = "snorkeldwarf"
	goneLetter  = "waxplumbing"
	goneResting = "driftlanternfish"
	gonePost    = "thistlegazette"
	goneThanks  = "gratefulpebble"
	goneTag     = "plumtagged"
	goneSecond  = "second@vanish.example" // asked to add, never confirmed
	gonePage    = "https://forum.example/people/quorlwyck"
)

// A person who leaves and takes their words along is found nowhere: not in the
// database's files, not in its log, on the desk or in an export.
func TestLeftIsNowhere(t *testing.T) {
	for name, url := range map[string]func(t *testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": func(t *testing.T) string { return storagetest.URL(t) }} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			dir := storagetest.Folder(t)
			site, err := tribune.Open(ctx, slog.New(slog.DiscardHandler), tribune.Config{Data: dir, DatabaseURL: url(t)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer site.Close()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			person := func(name, address string, role know.Role) know.Actor {
				p, _, err := site.People.AddPerson(ctx, name, address, role)
				must(err)
				a, err := site.People.Actor(ctx, p.ID)
				must(err)
				return a
			}
			marta := person("Marta Lindqvist", "marta@example.org", know.Owner)
			gone := person(goneName, goneAddress, know.Member)
			other, err := site.Ideas.Propose(ctx, marta, shape.NewIdea{Title: "An idea that stays", Body: "It stays."})
			must(err)
			mine, err := site.Ideas.Propose(ctx, gone, shape.NewIdea{Title: "Make " + goneIdea, Body: "With " + goneBody, Tags: []string{goneTag}})
			must(err)
			_, err = site.People.AddAddress(ctx, gone, goneSecond)
			must(err)
			edited := "With less " + goneBody + " and " + goneEdited
			_, err = site.Ideas.Edit(ctx, gone, mine.ID, shape.IdeaEdit{Body: &edited})
			must(err)
			_, err = site.Ideas.Vote(ctx, gone, other.ID, true)
			must(err)
			unwanted, err := site.Ideas.Propose(ctx, marta, shape.NewIdea{Title: "An idea that somebody is against"})
			must(err)
			_, err = site.Ideas.VoteAgainst(ctx, gone, unwanted.ID, true)
			must(err)
			_, err = site.Ideas.Comment(ctx, gone, other.ID, "I am for it, "+goneComment, "en")
			must(err)
			_, err = site.Ideas.Comment(ctx, marta, mine.ID, "Somebody else's words stay.", "en")
			must(err)
			_, err = site.Inbox.Letter(ctx, gone, "A letter", "About "+goneLetter)
			must(err)
			heard, err := site.Radar.Hear(ctx, marta, []listen.Post{{Source: "Mailbox", Kind: listen.KindMail, ExternalID: "1", Text: "I miss the " + goneMention,
				Author: listen.Author{Name: goneName, Email: goneAddress}}})
			must(err)
			must(heard[0].Err)
			must(site.Radar.Quotable(ctx, marta, heard[0].ID, listen.Named))
			_, err = site.Ideas.AddVoice(ctx, marta, other.ID, shape.VoiceFrom{Mention: heard[0].ID})
			must(err)
			_, err = site.Advocacy.Thank(ctx, gone, advocate.NewThanks{Subject: event.Ref{Kind: "idea", ID: other.ID}, Reason: "Thank you for the " + goneThanks})
			must(err)
			publish(t, site, marta, gone)
			rest(t, site, marta, gone)
			carryOn(t, site, marta, gone)
			must(site.CatchUp(ctx))
			if name == "sqlite" { // the check can find what is there
				must(site.DB.Scrub(ctx))
				if found := search(t, dir); len(found) == 0 {
					t.Fatal("nothing was found before leaving: the check checks nothing")
				}
			}

			must(site.People.Leave(ctx, gone, true))
			must(site.CatchUp(ctx))
			must(site.DB.Scrub(ctx))

			if name == "sqlite" {
				for _, f := range search(t, dir) {
					t.Errorf("in the data folder: %s", f)
				}
			}
			out := filepath.Join(t.TempDir(), "out")
			_, err = site.ExportTo(ctx, out)
			must(err)
			for _, f := range search(t, out) {
				t.Errorf("in the export: %s", f)
			}
			left, err := site.Ideas.Idea(ctx, marta, other.ID)
			must(err)
			if n := resting(t, site); n != 1 {
				t.Errorf("%d items rest with words, want the one of somebody else", n)
			}
			if left.Votes != 2 || left.Voices != 1 {
				t.Errorf("counts did not stay: %d votes, %d voices", left.Votes, left.Voices)
			}
			left, err = site.Ideas.Idea(ctx, marta, unwanted.ID)
			must(err)
			if names, err := site.Ideas.VotersAgainst(ctx, marta, unwanted.ID); err != nil || left.Against != 1 || len(names) != 0 {
				t.Errorf("against: %d, want the count without the name: %v, %v", left.Against, names, err)
			}
			if said, err := site.Ideas.Comments(ctx, marta, mine.ID); err != nil || len(said) != 1 || said[0].Body == "" {
				t.Errorf("other people's words did not stay: %+v, %v", said, err)
			}
		})
	}
}

// publish lets the person who leaves write on the tribune, and others there.
func publish(t *testing.T, site *tribune.Site, marta, gone know.Actor) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	write := func(a know.Actor, body string) post.Post {
		p, err := site.Posts.Begin(ctx, a, post.NewPost{Title: "A post", Body: body})
		must(err)
		p, err = site.Posts.Publish(ctx, a, p.ID)
		must(err)
		return p
	}
	mine, hers := write(gone, "About "+gonePost), write(marta, "It stays.")
	reworded := "No more about " + gonePost
	_, err := site.Posts.Save(ctx, gone, mine.ID, post.Edit{Body: &reworded})
	must(err)
	_, err = site.Posts.Begin(ctx, gone, post.NewPost{Title: "A draft", Body: gonePost})
	must(err)
	_, err = site.Posts.Reply(ctx, gone, hers.ID, 0, "Have you read the "+gonePost+"?", "")
	must(err)
	_, err = site.Posts.Suggest(ctx, gone, hers.ID, post.NewSuggestion{Title: "A post", Body: "It stays, says the " + gonePost})
	must(err)
	_, err = site.Posts.Suggest(ctx, marta, mine.ID, post.NewSuggestion{Title: "A post", Body: "Much about " + gonePost})
	must(err)
}

// rest lets a forum's items rest: two by accounts of the person who leaves, one
// by somebody else.
func rest(t *testing.T, site *tribune.Site, marta, gone know.Actor) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := site.Radar.AddSource(ctx, marta, listen.NewSource{Kind: listen.APISource, Name: "Forum"})
	must(err)
	hers := listen.Author{Name: goneName, URL: gonePage}
	heard, err := site.Radar.Hear(ctx, marta, []listen.Post{
		{Source: "Reviews", ExternalID: "1", Author: hers, Text: "A review by " + goneMention},
		{Source: "Forum", ExternalID: "by " + goneName, URL: "https://forum.example/1?" + goneResting, Author: hers, Text: "Nobody asked for this: " + goneResting},
		{Source: "Forum", ExternalID: "2", Author: listen.Author{Name: goneName, Email: goneAddress}, Text: "Nor for this: " + goneResting},
		{Source: "Forum", ExternalID: "3", Author: listen.Author{Name: "Somebody else"}, Text: "It rains."},
	})
	must(err)
	for n, h := range heard {
		must(h.Err)
		if h.Rests != (n > 0) {
			t.Fatalf("row %d rests: %v", n, h.Rests)
		}
	}
	m, err := site.Radar.Mention(ctx, marta, heard[0].ID)
	must(err)
	must(site.People.Move(ctx, marta, m.Account, gone.ID))
}

// resting counts what rests with its words.
func resting(t *testing.T, site *tribune.Site) (n int) {
	t.Helper()
	if err := site.DB.Row(t.Context(), `select cast(coalesce(sum(n), 0) as bigint) from rest`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// search gives where any of the gone words stand in the files of a folder.
func search(t *testing.T, dir string) (found []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		b = bytes.ToLower(b)
		for _, word := range []string{"xanthippe", "quorlwyck", "vanish.example", goneIdea, goneBody, goneComment, goneEdited, goneMention, goneLetter, goneResting, gonePost, goneThanks, goneTag, goneTribe, goneSeat, goneReason, goneInPublic, goneUnsent, "people/quorlwyck"} {
			if bytes.Contains(b, []byte(word)) {
				found = append(found, filepath.Base(path)+": "+word)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}
