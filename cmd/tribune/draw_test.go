package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tribune/know"
	"tribune/shape/board"
	"tribune/web/boards"
	"tribune/web/webtest"
)

// TestReplay downloads the published files of a board's draw from its pages,
// draws again with this program, and gets the same numbers; also after somebody
// declined.
func TestReplay(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: boards.Files, Routes: boards.Routes})
	ctx, staff, visitor := t.Context(), s.Person("Sven Berg", know.Staff), s.Visitor()
	now := s.Clock()
	day := 24 * time.Hour
	b, err := s.Boards.Convene(ctx, staff.Actor, board.NewBoard{Name: "It's the board", Purpose: "Paper.", CompanyGets: "Advice.", MembersGet: "Paper.", Duties: "An hour.", Seats: 5,
		ClosesAt: now.Add(day), Beacon: "Lotto", Counts: "the main numbers", Numbers: 3, BeaconAt: now.Add(2 * day), From: now.Add(3 * day), To: now.Add(99 * day)})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Boards.SetQuotas(ctx, staff.Actor, b.ID, []board.Quota{{Feature: "country", Value: "NO", Min: 2, Max: 2}, {Feature: "tenure", Value: "0-1", Min: 5, Max: 5}}); err != nil {
		t.Fatal(err)
	}
	var all []know.Actor
	for n := range 24 {
		p := s.Person(fmt.Sprintf("Member %c", 'a'+n), know.Member)
		all = append(all, p.Actor)
		if _, err := s.Boards.Apply(ctx, p.Actor, b.ID, board.NewApplication{Sentence: "I write.", Country: []string{"NO", "BR", "FR"}[n%3]}); err != nil {
			t.Fatal(err)
		}
	}
	s.Pass(day)
	if err := s.Boards.KeepOnce(ctx); err != nil {
		t.Fatal(err)
	}
	s.Pass(day)
	if b, err = s.Boards.Draw(ctx, staff.Actor, b.ID, "3 17 22"); err != nil {
		t.Fatal(err)
	}
	rounds, err := s.Boards.Rounds(ctx, know.Actor{}, b.ID)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Boards.Decline(ctx, all[rounds[0].Seated[2]-1], b.ID); err != nil {
		t.Fatal(err)
	}
	if rounds, err = s.Boards.Rounds(ctx, know.Actor{}, b.ID); err != nil || len(rounds) != 2 {
		t.Fatalf("%+v, %v", rounds, err)
	}

	dir := t.TempDir()
	for _, name := range []string{"pool.csv", "quotas.csv"} {
		got := visitor.Get(fmt.Sprintf("/boards/%d/%s", b.ID, name)).Want(t, 200).Without(t, "Member")
		if err := os.WriteFile(filepath.Join(dir, name), []byte(got.Body), 0o600); err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256([]byte(got.Body)); name == "pool.csv" && hex.EncodeToString(sum[:]) != b.PoolHash {
			t.Error("the pool is not the one whose hash was published")
		}
	}
	shown := visitor.Get(fmt.Sprintf("/boards/%d/draw", b.ID)).Want(t, 200, b.PoolHash, "3 17 22", "Sven Berg", "tribune draw pool.csv quotas.csv ", "--seats 5 ", "--value").Without(t, "Member")
	if !strings.Contains(shown.Body, "--keep") {
		t.Error("the second round cannot be replayed from its page")
	}
	for _, r := range rounds {
		args := []string{"draw", filepath.Join(dir, "pool.csv"), filepath.Join(dir, "quotas.csv"), "--seats", "5", "--seed", b.Seed(), "--out", dir}
		if r.Round == 1 { // or as whoever looks the value up may write it
			args[6] = b.Announced
			args = append(args, "--value", "22; 17 + 03")
		}
		if r.Round > 1 {
			args = append(args, "--keep", joined(r.Keep), "--without", joined(r.Parted))
		}
		if code := run(ctx, args); code != 0 {
			t.Fatalf("%v ended with %d", args, code)
		}
		selected, err := readTable(filepath.Join(dir, "selected.csv"), "external_id", "country", "tenure")
		if err != nil {
			t.Fatal(err)
		}
		remaining, err := readTable(filepath.Join(dir, "remaining.csv"), "external_id")
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, row := range selected.rows {
			ids = append(ids, row[0])
		}
		if want := strings.Split(joined(r.Seated), ","); !slices.Equal(ids, want) {
			t.Errorf("round %d: the program drew %v, the site %v", r.Round, ids, want)
		}
		if n := len(remaining.rows) + len(selected.rows) + len(r.Parted); n != 24 {
			t.Errorf("round %d: %d people in all", r.Round, n)
		}
	}
	other := run(ctx, []string{"draw", filepath.Join(dir, "pool.csv"), filepath.Join(dir, "quotas.csv"), "--seats", "5", "--seed", b.Seed() + "!", "--out", dir})
	changed, err := readTable(filepath.Join(dir, "selected.csv"), "external_id")
	if err != nil || other != 0 || changed.rows[0][0]+changed.rows[1][0]+changed.rows[2][0] == joined(rounds[0].Seated[:3]) {
		t.Errorf("another seed drew the same: %v, %v", changed, err)
	}
}

func joined(numbers []int) string {
	return strings.ReplaceAll(strings.Trim(fmt.Sprint(numbers), "[]"), " ", ",")
}

// TestDrawFiles names what is wrong with the files.
func TestDrawFiles(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	pool := write("pool.csv", "\uFEFFexternal_id, Country,name\n1,NO,Ada\n2,BR,Ben\n")
	for name, c := range map[string]struct{ pool, quotas, want string }{
		"fine":      {pool, write("a.csv", "feature,value,min,max\ncountry,NO,1,1\n"), ""},
		"no column": {write("b.csv", "id\n1\n"), write("c.csv", "feature,value,min,max\n"), `needs a column "external_id"`},
		"no number": {pool, write("d.csv", "feature,value,min,max\ncountry,NO,one,1\n"), "row 2: min and max are whole numbers"},
		"feature":   {pool, write("e.csv", "feature,value,min,max\nage,9,1,1\n"), `no column "age"`},
		"never":     {pool, write("f.csv", "feature,value,min,max\ncountry,FR,1,1\n"), `country "FR" needs at least 1`},
		"empty":     {write("g.csv", ""), write("h.csv", ""), "is empty"},
		"twice":     {write("i.csv", "external_id\n1\n1\n"), write("j.csv", "feature,value,min,max\n"), "there twice"},
	} {
		err := (&drawCommand{Pool: c.pool, Quotas: c.quotas, Seats: 1, Seed: "s", JSON: true}).Run()
		if fmt.Sprint(err) != "<nil>" && c.want == "" || c.want != "" && !strings.Contains(fmt.Sprint(err), c.want) {
			t.Errorf("%s: said %v, want %q", name, err, c.want)
		}
	}
}
