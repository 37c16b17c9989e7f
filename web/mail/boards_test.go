package mail_test

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tribune/event"
	"tribune/know"
	"tribune/shape/board"
	"tribune/tribe"
	"tribune/web/mail"
)

var update = flag.Bool("update", false, "write the golden mails anew")

const day = 24 * time.Hour

// convene stands a board of two seats up, and invites the reader.
func (s *scene) convene() board.Board {
	s.t.Helper()
	ctx, now := s.t.Context(), s.Clock()
	b, err := s.Boards.Convene(ctx, s.marta.Actor, board.NewBoard{Name: "Board of the left hand", Purpose: "We want paper that *left* hands do not smear.", CompanyGets: "Advice.",
		MembersGet: "Twelve notebooks a year,\nand an answer to each question.", Duties: "An hour a month, in words.", Seats: 2, ClosesAt: now.Add(7 * day),
		Announced: "Left hand 2026", Beacon: "Lotto of Saturday", Counts: "the main numbers", Numbers: 6, BeaconAt: now.Add(9 * day), From: now.Add(10 * day), To: now.Add(200 * day)})
	s.must(err)
	s.must(s.Boards.Invite(ctx, s.marta.Actor, b.ID, s.reader.ID))
	return b
}

// draw lets the reader and Ben apply, and draws both.
func (s *scene) draw(b board.Board) (ben know.Actor) {
	s.t.Helper()
	ctx := s.t.Context()
	ben = s.Person("Ben Okoye", know.Member).Actor
	for _, a := range []know.Actor{s.reader.Actor, ben} {
		_, err := s.Boards.Apply(ctx, a, b.ID, board.NewApplication{Sentence: "I write a lot.", Country: "NO"})
		s.must(err)
	}
	s.Pass(7 * day)
	s.must(s.Boards.KeepOnce(ctx))
	s.Pass(2 * day)
	_, err := s.Boards.Draw(ctx, s.marta.Actor, b.ID, "3 17 22 31 40 44")
	s.must(err)
	return ben
}

// ask seats both, and asks them.
func (s *scene) ask(b board.Board, ben know.Actor) (task board.Task, seated []know.Actor) {
	s.t.Helper()
	ctx := s.t.Context()
	for _, id := range []int64{s.reader.ID, ben.ID} {
		a, err := s.People.Actor(ctx, id)
		s.must(err)
		s.must(s.Boards.Accept(ctx, a, b.ID, false))
		a, err = s.People.Actor(ctx, id)
		s.must(err)
		seated = append(seated, a)
	}
	task, err := s.Boards.Ask(ctx, s.marta.Actor, b.ID, board.NewTask{Question: "Thick or thin?", Body: "Thick costs **one** euro more.", Shows: board.ShowAfter, ClosesAt: s.Clock().Add(5 * day)})
	s.must(err)
	return task, seated
}

// report takes their answers, and says what came of them.
func (s *scene) report(b board.Board, task board.Task, seated []know.Actor) {
	s.t.Helper()
	ctx := s.t.Context()
	_, err := s.Boards.GiveAnswer(ctx, seated[0], b.ID, task.ID, "Thick: I press hard.", board.Named)
	s.must(err)
	_, err = s.Boards.GiveAnswer(ctx, seated[1], b.ID, task.ID, "Thin, it travels.", board.Nameless)
	s.must(err)
	s.Pass(5 * day)
	_, err = s.Boards.Report(ctx, s.marta.Actor, b.ID, task.ID, "You are of two minds. We make *both*.")
	s.must(err)
}

// to gives the latest mail of a kind to the reader.
func (s *scene) to(kind string) event.Delivery {
	s.t.Helper()
	all, err := s.Events.Deliveries(s.t.Context(), "", 0, 50)
	s.must(err)
	for _, d := range all {
		if d.Kind == kind && d.Person == s.reader.ID {
			return d
		}
	}
	s.t.Fatalf("no mail of the kind %s to the reader", kind)
	return event.Delivery{}
}

// TestBoardMails holds each mail about a board, in both languages, to what
// stands in testdata: an invitation, a seat that was drawn, a question, a
// result with the answers of those who may be quoted.
func TestBoardMails(t *testing.T) {
	s := openScene(t)
	b := s.convene()
	s.golden("invited", "board-invited", "Would you sit on this board? Board of the left hand", "Voudriez-vous siéger à ce conseil ? Board of the left hand")
	ben := s.draw(b)
	s.golden("drawn", "board-drawn", "You were drawn: Board of the left hand", "Le sort est tombé sur vous : Board of the left hand")
	task, seated := s.ask(b, ben)
	s.golden("task", "board-task", "Thick or thin?", "Thick or thin?")
	s.report(b, task, seated)
	s.golden("result", "board-result", "The result: Thick or thin?", "Le résultat : Thick or thin?")
}

// TestRenamedMail holds the mail about a tribe that was renamed to what stands in
// testdata; it is needed no more by who has left the tribe.
func TestRenamedMail(t *testing.T) {
	s := openScene(t)
	ctx, ben := t.Context(), s.Person("Ben Okoye", know.Member).Actor
	made, err := s.Tribes.Start(ctx, ben, tribe.NewTribe{Name: "Broad nibs", Shown: true})
	s.must(err)
	s.must(s.Tribes.Join(ctx, s.reader.Actor, made.ID, false))
	s.Pass(time.Minute)
	_, err = s.Tribes.Change(ctx, ben, made.ID, tribe.Edit{Name: "Broad & wide"})
	s.must(err)
	s.Pass(time.Hour)
	s.must(s.Tribes.TellRenamed(ctx))
	s.golden(tribe.RenamedMail, "tribe-renamed", "Your tribe “Broad nibs” is called “Broad & wide” now", "Votre tribu « Broad nibs » s’appelle maintenant « Broad & wide »")
	s.must(s.Tribes.Appear(ctx, ben, made.ID, false))
	for _, c := range [][3]string{{"en", "Your tribe “Broad nibs” is called “Broad & wide” now", "A member has renamed a tribe"},
		{"fr", "Votre tribu « Broad nibs » s’appelle maintenant « Broad & wide »", "Un membre a renommé une tribu"}} {
		m := s.read(s.to(tribe.RenamedMail), c[0], true, c[1])
		if !strings.Contains(m.text, c[2]) || strings.Contains(m.text, "Okoye") {
			t.Errorf("of who is not named: %s", m.text)
		}
	}
	s.must(s.Tribes.Leave(ctx, s.reader.Actor, made.ID))
	if _, err := mail.New(s.Kit).Prepare(ctx, s.to(tribe.RenamedMail)); !errors.Is(err, event.ErrSuperseded) {
		t.Errorf("to who left the tribe: %v", err)
	}
}

// stop is the secret with which a reader stops a kind of mails, or answers one.
var stop = regexp.MustCompile(`(/unsubscribe/|/answer/\d+/)[\w.-]+`)

// golden reads the latest mail of a kind to the reader in English and French.
func (s *scene) golden(kind, name string, subjects ...string) {
	s.t.Helper()
	for n, lang := range []string{"en", "fr"} {
		m := s.read(s.to(kind), lang, true, subjects[n])
		got := stop.ReplaceAllString("From: "+header(s.t, m, "From")+"\nSubject: "+header(s.t, m, "Subject")+"\n\n"+m.text, "${1}SECRET")
		file := filepath.Join("testdata", name+"."+lang+".txt")
		if *update {
			s.must(os.MkdirAll("testdata", 0o755))
			s.must(os.WriteFile(file, []byte(got), 0o644))
		}
		want, err := os.ReadFile(file)
		s.must(err)
		if diff := cmp.Diff(string(want), got); diff != "" {
			s.t.Errorf("%s in %s is not what %s says; -update writes it anew (-want +got):\n%s", kind, lang, file, diff)
		}
		if !strings.Contains(m.html, `<html lang="`+lang+`"`) || strings.Contains(m.html, "*") {
			s.t.Errorf("%s in %s, as HTML:\n%s", kind, lang, m.html)
		}
	}
}
