package page_test

import (
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"

	"tribune/know"
	"tribune/web/ideas"
	"tribune/web/me"
	"tribune/web/page"
	"tribune/web/posts"
	"tribune/web/webtest"
)

// TestOneChoiceOfLanguages offers the same languages wherever somebody says in
// which they write or speak, in the order of their names: Albanian, albanais first.
func TestOneChoiceOfLanguages(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes}, webtest.Folder{Files: posts.Files, Routes: posts.Routes},
		webtest.Folder{Files: me.Files, Routes: me.Routes})
	ana := s.Person("Ana Blum", know.Member)
	tags := regexp.MustCompile(`value="([a-z]{2})"`)
	for _, lang := range []string{"en", "fr"} {
		ana.Lang = lang
		var want []string
		for _, place := range []struct {
			path string
			part *regexp.Regexp
		}{
			{"/ideas/new", regexp.MustCompile(`(?s)<select[^>]* name="language".*?</select>`)},
			{"/tribune/write", regexp.MustCompile(`(?s)<select[^>]* name="language".*?</select>`)},
			{"/me/settings", regexp.MustCompile(`(?s)<div class="me-languages">.*?</div>`)},
		} {
			var got []string
			for _, m := range tags.FindAllStringSubmatch(place.part.FindString(ana.Get(place.path).Body), -1) {
				got = append(got, m[1])
			}
			if len(got) != len(page.Tongues()) || got[0] != "sq" {
				t.Errorf("%s in %s offers %q", place.path, lang, got)
			}
			if want == nil {
				want = got
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s in %s offers other languages than /ideas/new: %s", place.path, lang, diff)
			}
		}
	}
}

// TestLanguage is changed by a button, not by following a link: what only reads
// changes nothing of anybody's.
func TestLanguage(t *testing.T) {
	s := webtest.New(t, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes}, webtest.Folder{Files: page.Files, Routes: page.Routes})
	ana := s.Person("Ana Blum", know.Member)
	ana.Get("/ideas").Want(t, 200, `<html lang="en"`, `<button name="to" value="fr" lang="fr">Français</button>`)
	ana.Get("/language?to=fr&next=/ideas").Want(t, 405)
	ana.Get("/ideas").Want(t, 200, `<html lang="en"`)
	ana.Post("/language", "to", "tlh", "next", "//elsewhere.example").Want(t, 422, "The site speaks English or French.")
	ana.Get("/ideas").Want(t, 200, `<html lang="en"`)
	ana.Post("/language", "to", "fr", "next", "/ideas").Want(t, 303)
	ana.Get("/ideas").Want(t, 200, `<html lang="fr"`)
}
