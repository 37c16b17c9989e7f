package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/internal/i18n"
	"tribune/know"
	"tribune/storage/storagetest"
)

var update = flag.Bool("update", false, "write the golden description anew")

// TestDescription compares the description with its golden file, so that a
// change to what programs rely on is seen.
func TestDescription(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	r := s.visitor().call("GET /openapi.json").want(200).is("openapi", "3.1.0")
	var got bytes.Buffer
	if err := json.Indent(&got, []byte(r.text), "", "  "); err != nil {
		t.Fatal(err)
	}
	got.WriteByte('\n')
	path := filepath.Join("testdata", "openapi.json")
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(got.String(), "\n")); diff != "" {
		t.Errorf("the description is not as the golden file has it; if it should be, write it with -update:\n%s", diff)
	}
	if strings.Contains(r.text, "unpkg") || strings.Contains(r.text, "$schema") {
		t.Error("the description has what nobody asked for")
	}
}

// TestDocsNameEveryCall holds docs/api.md to the description: each path stands
// there with its methods, and none that is not there.
func TestDocsNameEveryCall(t *testing.T) {
	var description struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	s := open(t, storagetest.SQLite(t))
	if err := json.Unmarshal([]byte(s.visitor().call("GET /openapi.json").text), &description); err != nil {
		t.Fatal(err)
	}
	there := map[string]bool{}
	for path, calls := range description.Paths {
		var methods []string
		for _, m := range []string{"get", "post", "put", "patch", "delete"} {
			if _, ok := calls[m]; ok {
				methods = append(methods, strings.ToUpper(m))
			}
		}
		there[strings.Join(methods, " ")+strings.Replace(path, "/api/v1", " ", 1)] = true
	}
	text, err := os.ReadFile(filepath.Join("..", "docs", "api.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "## The calls\n")
	table, _, _ = strings.Cut(table, "\n\n")
	named := map[string]bool{}
	for _, m := range regexp.MustCompile("`([A-Z][A-Z ]* /[^`]*)`").FindAllStringSubmatch(table, -1) {
		named[m[1]] = true
	}
	for call := range there {
		if !named[call] {
			t.Errorf("the table of docs/api.md lacks `%s`", call)
		}
	}
	for call := range named {
		if !there[call] {
			t.Errorf("the table of docs/api.md has `%s`, which is no path with its methods", call)
		}
	}
}

// TestUnknownParameters sends each call a parameter that it does not know: it
// is refused by its name, beside those that the call takes.
func TestUnknownParameters(t *testing.T) {
	var description struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name, In string }
			Responses  map[string]any
		} `json:"paths"`
	}
	s := open(t, storagetest.SQLite(t))
	anna := s.person("Anna Blum", know.Owner)
	if err := json.Unmarshal([]byte(anna.call("GET /openapi.json").text), &description); err != nil {
		t.Fatal(err)
	}
	for path, methods := range description.Paths {
		for method, op := range methods {
			if answer, err := json.Marshal(op.Responses["200"]); err == nil && method == "get" && strings.Contains(string(answer), "/schemas/List") {
				takes := map[string]bool{}
				for _, one := range op.Parameters {
					takes[one.Name] = true
				}
				best := []string{"/ideas/similar", "/tags", "/heard", "/people/{id}/moments", "/accounts/{id}/moments", "/tribes/{id}/makings"} // so many of the best or latest, and no more
				if !takes["limit"] || !takes["cursor"] && !slices.Contains(best, strings.TrimPrefix(path, "/api/v1")) {
					t.Errorf("%s %s answers a list, and takes no limit or no cursor", method, path)
				}
			}
		}
	}
	hole, calls := regexp.MustCompile(`\{\w+\}`), 0
	for path, methods := range description.Paths {
		for method, op := range methods {
			calls++
			call := strings.ToUpper(method) + " " + strings.TrimPrefix(hole.ReplaceAllString(path, "1"), "/api/v1")
			r := anna.call(call + "?" + url.QueryEscape("Stagé<b>") + "=new").want(422)
			if !strings.Contains(r.text, `"query.Stagé<b>"`) {
				t.Errorf("%s: %s", call, r.text)
			}
			for _, one := range op.Parameters {
				if one.In == "query" && !strings.Contains(r.text, one.Name) {
					t.Errorf("%s does not name %s: %s", call, one.Name, r.text)
				}
			}
		}
	}
	if calls < 100 {
		t.Errorf("%d calls", calls)
	}
	for _, c := range []struct{ call, lang, message string }{
		{"GET /ideas?sotr=new", "en", "This call has no parameter “sotr”. Did you mean sort? It takes these: author, call, cursor, limit, q, sort, status, tag."},
		{"GET /ideas?stage=planned", "en", "This call has no parameter “stage”. Did you mean status? It takes these: author, call, cursor, limit, q, sort, status, tag."},
		{"GET /ideas?wxyz=1", "en", "This call has no parameter “wxyz”. It takes these: author, call, cursor, limit, q, sort, status, tag."},
		{"GET /ideas?=1", "en", "This call has no parameter “”. It takes these: author, call, cursor, limit, q, sort, status, tag."},
		{"GET /ideas/1?lang=fr", "fr", "Cet appel ne prend aucun paramètre dans son adresse, donc pas «\u00a0lang\u00a0» non plus. Enlevez-le."},
		{"GET /ideas?" + strings.Repeat("x", 3000) + "=1", "en", "This call has no parameter “" + strings.Repeat("x", 59) + "…”. It takes these: author, call, cursor, limit, q, sort, status, tag."},
	} {
		anna.lang = c.lang
		anna.call(c.call).want(422).is("detail", c.message).is("errors.0.message", c.message)
	}
	anna.lang = "en"
	anna.call("GET /ideas?b=1&a=1").want(422).is("errors.0.location", "query.a").is("errors.1.location", "query.b")
	for _, unread := range []string{"sort=new;limit=2", "sort=%zz"} {
		if r := anna.call("GET /ideas?" + unread).want(422); !strings.Contains(r.text, "cannot be read") {
			t.Errorf("%s: %s", unread, r.text)
		}
	}
	anna.call("GET /ideas?sort=new&limit=2&status=planned").want(200)
}

// TestFrench holds every text of this package to its French.
func TestFrench(t *testing.T) {
	missing, err := i18n.Untranslated(os.DirFS("."), words(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range missing {
		t.Error("without French:", m)
	}
}

// TestParts reads a list that is given as a whole in parts: each item once, in
// the same order.
func TestParts(t *testing.T) {
	s := open(t, storagetest.SQLite(t))
	anna := s.person("Anna Blum", know.Owner)
	for _, name := range []string{"Ben Roy", "Cleo Lang", "Dov Katz", "Eva Holm", "Finn Ozer"} {
		s.person(name, know.Staff)
	}
	names := func(r reply) (all []string) {
		for _, one := range r.get("items").([]any) {
			all = append(all, one.(map[string]any)["name"].(string))
		}
		return all
	}
	whole := anna.call("GET /people").want(200)
	want := names(whole)
	if len(want) != 6 || whole.get("next_cursor") != "" {
		t.Fatalf("%s", whole.text)
	}
	var got []string
	for cursor := ""; ; {
		r := anna.call("GET /people?limit=4&cursor=" + cursor).want(200)
		got = append(got, names(r)...)
		if cursor = r.get("next_cursor").(string); cursor == "" {
			break
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	anna.call("GET /people?cursor=99").want(200).count("items", 0)
	for _, bad := range []string{"limit=0", "limit=x", "cursor=x", "cursor=-1"} {
		anna.call("GET /people?" + bad).want(422)
	}
}
