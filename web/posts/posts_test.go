package posts_test

import (
	"bytes"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"tribune/converse/post"
	"tribune/know"
	"tribune/web/ideas"
	"tribune/web/page"
	"tribune/web/people"
	"tribune/web/posts"
	"tribune/web/webtest"
)

func open(t *testing.T) *webtest.Site {
	return webtest.New(t, webtest.Folder{Files: posts.Files, Routes: posts.Routes}, webtest.Folder{Files: ideas.Files, Routes: ideas.Routes},
		webtest.Folder{Files: people.Files, Routes: people.Routes}, webtest.Folder{Files: post.Texts, Routes: func(*http.ServeMux, *page.Kit) {}})
}

// sent follows a form's answer to the page it leads to.
func sent(t *testing.T, r *webtest.Reader, a webtest.Answer) webtest.Answer {
	t.Helper()
	if a.Status != http.StatusSeeOther {
		t.Fatalf("the form answers %d:\n%s", a.Status, a.Body)
	}
	to, _, _ := strings.Cut(a.Header.Get("Location"), "#")
	return r.Get(to)
}

func id(t *testing.T, a webtest.Answer) string {
	t.Helper()
	m := regexp.MustCompile(`/tribune/(\d+)`).FindStringSubmatch(a.Header.Get("Location"))
	if m == nil {
		t.Fatalf("it leads to %q:\n%s", a.Header.Get("Location"), a.Body)
	}
	return m[1]
}

// Somebody writes, looks at it, keeps it, adds a picture and publishes; sent
// twice, the form makes one post.
func TestWrite(t *testing.T) {
	s := open(t)
	anna, ben := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member)
	s.Visitor().Get("/tribune").Want(t, 200, "Nobody has taken the floor yet")
	if a := s.Visitor().Get("/tribune/write"); a.Status != http.StatusSeeOther || !strings.HasPrefix(a.Header.Get("Location"), "/signin") {
		t.Errorf("a visitor gets %d", a.Status)
	}
	anna.Get("/tribune/write").Want(t, 200, "Publish under my name").Without(t, "Only us who work here")
	form := []string{"key", "k1", "title", "On <b>paper</b>", "body", "It is *thin*. <script>alert(1)</script> [x](javascript:alert(1))", "language", "en", "machine", "1"}
	anna.Post("/tribune/write", append(form, "do", "preview")...).Want(t, 200, "Nothing is kept or published yet", "drafted by a machine", "<em>thin</em>").Without(t, "<script>alert", "href=\"javascript")
	first := anna.Post("/tribune/write", append(form, "do", "save")...)
	at := "/tribune/" + id(t, first)
	sent(t, anna, first).Want(t, 200, "Keep as a draft", "It is *thin*")
	ben.Get(at).Want(t, 404)
	again := anna.Post("/tribune/write", append(form, "do", "publish")...)
	if id(t, again) != id(t, first) {
		t.Error("the same form made two posts")
	}
	anna.Post(at + "/publish")
	ben.Get(at).Want(t, 200, "On &lt;b&gt;paper&lt;/b&gt;", "Anna Blum", "drafted by a machine", "<em>thin</em>", "Suggest another wording").Without(t, "<script>alert", "href=\"javascript")
	anna.Get("/tribune").Want(t, 200, "On &lt;b&gt;paper", "drafted by a machine", `type="application/feed+json" href="/tribune.json"`)
	anna.Post("/tribune/write", "key", "k2", "title", "", "body", "No title", "do", "publish").Want(t, 422, "it is what people see first", "No title")
	anna.Post("/tribune/write", "key", "k3", "title", "Long", "body", strings.Repeat("word ", 9000), "do", "save").Want(t, 422, "at most 40000 characters")
	ben.Get(at+"/edit").Want(t, 403)
	same := append(form[2:8:8], "version", "1", "do", "publish")
	anna.Post(at+"/edit", same...).Want(t, 409, "A machine drafted this text, and you said so")
	anna.Post(at+"/edit", append([]string{"title", "On paper", "body", "It is thin."}, same[4:]...)...).Want(t, 303)
	ben.Get(at+"/history").Want(t, 200, "a machine drafted this text")
	ben.Get(at).Want(t, 200, "It is thin.").Without(t, "drafted by a machine")
}

func upload(t *testing.T, r *webtest.Reader, path string, file []byte, fields ...string) webtest.Answer {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for i := 0; i+1 < len(fields); i += 2 {
		if err := m.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	w, err := m.CreateFormFile("picture", "p.png")
	if err == nil {
		_, err = w.Write(file)
	}
	if err == nil {
		err = m.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	return r.Do(req)
}

func TestPicture(t *testing.T) {
	s := open(t)
	anna, ben := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member)
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 64, 32))); err != nil {
		t.Fatal(err)
	}
	fields := []string{"key", "k", "title", "On paper", "body", "Look:", "language", "en", "do", "picture"}
	upload(t, anna, "/tribune/write", b.Bytes(), fields...).Want(t, 422, "some readers cannot see it")
	upload(t, anna, "/tribune/write", []byte("<svg/>"), append(fields, "alt", "A page")...).Want(t, 422, "This is not a picture")
	done := upload(t, anna, "/tribune/write", b.Bytes(), append(fields, "alt", "A page")...)
	at := "/tribune/" + id(t, done)
	sent(t, anna, done).Want(t, 200, "![A page](picture:1)")
	if a := ben.Get(at + "/pictures/1"); a.Status != http.StatusNotFound {
		t.Errorf("another sees the picture of a draft: %d", a.Status)
	}
	anna.Post(at + "/publish")
	s.Visitor().Get(at).Want(t, 200, `src="`+at+`/pictures/1"`, `alt="A page"`)
	if a := s.Visitor().Get(at + "/pictures/1"); a.Status != 200 || a.Header.Get("Content-Type") != "image/jpeg" {
		t.Errorf("the picture answers %d, %s", a.Status, a.Header.Get("Content-Type"))
	}
}

// Another wording is suggested, compared, taken, and named beside the text.
func TestSuggest(t *testing.T) {
	s := open(t)
	anna, ben, cyd := s.Person("Anna Blum", know.Member), s.Person("Ben Okoye", know.Member), s.Person("Cyd Roux", know.Member)
	p, err := s.Posts.Begin(t.Context(), anna.Actor, post.NewPost{Title: "On paper", Body: "The ink dries fast. The paper is thin."})
	if err == nil {
		_, err = s.Posts.Publish(t.Context(), anna.Actor, p.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	ben.Get("/tribune/1/suggest").Want(t, 200, "The ink dries fast.")
	ben.Post("/tribune/1/suggest", "title", "On paper", "body", "The ink dries fast. The paper is thin.", "version", "1").Want(t, 422, "This is the text as it stands")
	for n, r := range []*webtest.Reader{ben, cyd} {
		body := []string{"The ink dries slowly. The paper is thin.", "The ink never dries. The paper is thin."}[n]
		sent(t, r, r.Post("/tribune/1/suggest", "title", "On paper", "body", body, "note", "It does.", "version", "1")).Want(t, 200, "waits for Anna Blum", "Take the suggestion back")
	}
	anna.Get("/tribune/1").Want(t, 200, "2 suggested wordings wait for you")
	anna.Get("/tribune/1/suggestions/1").Want(t, 200, "fast</del>", "slowly</ins>", "Take it into my text")
	cyd.Get("/tribune/1/suggestions/1").Want(t, 404)
	sent(t, anna, anna.Post("/tribune/1/suggestions/1/take", "version", "1", "title", "On paper", "body", "The ink dries slowly. The paper is thin.")).
		Want(t, 200, "with edits by Ben Okoye", "dries slowly")
	anna.Get("/tribune/1/suggestions/2").Want(t, 200, "The text has changed since", "touch the same words")
	anna.Post("/tribune/1/suggestions/2/take", "version", "1", "title", "On paper", "body", "The ink never dries. The paper is thin.").Want(t, 409, "The text has changed meanwhile")
	sent(t, anna, anna.Post("/tribune/1/suggestions/2/leave", "answer", "It does dry.")).Want(t, 200, "left as it was", "It does dry.")
	s.Visitor().Get("/tribune/1/history").Want(t, 200, "with an edit by Ben Okoye", "fast</del>", "as it was first published")
}

func TestTalk(t *testing.T) {
	s := open(t)
	anna, staff := s.Person("Anna Blum", know.Member), s.Person("Sofia Reyes", know.Staff)
	p, err := s.Posts.Begin(t.Context(), anna.Actor, post.NewPost{Title: "On paper", Body: "It is thin."})
	if err == nil {
		_, err = s.Posts.Publish(t.Context(), anna.Actor, p.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Visitor().Post("/tribune/1/replies", "body", "Is it?"+strings.Repeat(" ", 65<<10)+"?", "to", "0").Want(t, 401, "Is it?", "Sign in first") // too much to keep
	staff.Post("/tribune/1/replies", "body", " ", "to", "0").Want(t, 422, "Write a reply of 1 to 10000 characters")
	sent(t, staff, staff.Post("/tribune/1/replies", "body", "Is it?", "to", "0", "language", "en")).Want(t, 200, "Is it?", "works at")
	sent(t, anna, anna.Post("/tribune/1/replies", "body", "It *is*.", "to", "1", "language", "en")).Want(t, 200, "<em>is</em>", "wrote the post", "post-answer")
	staff.Script = true
	staff.Post("/tribune/1/reactions", "kind", "thanks").Want(t, 200, `aria-pressed="true"`, "This helped me").Without(t, "<html")
	staff.Script = false
	anna.Post("/tribune/1/replies/1/hide", "reason", "Rude.").Want(t, 403)
	if a := staff.Post("/tribune/1/hide", "reason", "An advertisement."); a.Status != 303 {
		t.Errorf("hiding answers %d", a.Status)
	}
	anna.Get("/tribune/1").Want(t, 200, "An advertisement.")
	s.Visitor().Get("/tribune/1").Want(t, 404)
	anna.Lang = "fr"
	anna.Get("/tribune").Want(t, 200, "La tribune", "Écrire un billet")
}
