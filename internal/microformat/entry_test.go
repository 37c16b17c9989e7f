package microformat

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var at = &url.URL{Scheme: "https", Host: "ana.example", Path: "/notes/1"}

// Pages written from the examples of the microformats2 wiki (h-entry, h-card,
// microformats2-parsing) and of the Webmention Recommendation.
func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		page string
		want Entry
	}{
		"a reply": {`<title>T</title><article class="h-entry"><a class="p-author h-card" href="/">Ana <b>Silva</b></a>
			<a class="u-in-reply-to" href="https://square.example/ideas/4">re</a><p class="e-content">Yes, <b>please</b>!<br>Soon?<script>x()</script></p>
			<a class="u-url" href="1"><time class="dt-published" datetime="2026-11-02T10:00:00+01:00">2 November</time></a></article>`,
			Entry{Found: true, Author: Card{"Ana Silva", "https://ana.example/"}, Text: "Yes, please!\nSoon?", URL: "https://ana.example/notes/1",
				Published: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC), ReplyTo: []string{"https://square.example/ideas/4"}}},
		"a like of something quoted": {`<div class="h-entry"><div class="u-like-of h-cite"><a class="u-url p-name" href="https://square.example/tribune/2">Theirs</a><p class="e-content">not mine</p></div></div>
			<div class="h-card"><span class="p-name">Ben</span><a class="u-url" href="https://ben.example"></a></div>`,
			Entry{Found: true, Author: Card{"Ben", "https://ben.example"}, LikeOf: []string{"https://square.example/tribune/2"}}},
		"a repost with a title": {`<base href="https://cy.example/x/"><div class="h-entry"><h1 class="p-name">Read this</h1><data class="u-repost-of" value="https://square.example/"></data><abbr class="p-author" title="Cy">C.</abbr><p class="p-summary">Short.</p></div>`,
			Entry{Found: true, Author: Card{Name: "Cy"}, Title: "Read this", Text: "Short.", RepostOf: []string{"https://square.example/"}}},
		"no h-entry":        {`<title> Just  a page </title><p>words`, Entry{}},
		"not for a browser": {`<div class="h-entry"><a class="u-in-reply-to" href="javascript:alert(1)">x</a><a class="u-like-of" href="https://a:b@c.example/">x</a></div>`, Entry{Found: true}},
	} {
		if diff := cmp.Diff(c.want, Read(c.page, at).Entry); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLinksAndTags(t *testing.T) {
	p := Read(`<base href="/b/"><meta name=ROBOTS content="noindex"><!-- <a href="https://no.example"> --><a href="c?d#e">x</a><img src="//img.example/i.png"><a href="mailto:a@b">m</a>https://text.example<script>"<a href='https://no.example'>"</script><template><a href="https://no.example">x</a></template><title> A  page </title>`, at)
	if diff := cmp.Diff([]string{"https://ana.example/b/c?d#e", "https://img.example/i.png"}, p.Links); diff != "" {
		t.Error(diff)
	}
	if p.Title != "A page" {
		t.Error(p.Title)
	}
	if len(p.Tags) != 1 || p.Tags[0] != "noindex" {
		t.Error(p.Tags)
	}
	deep := Read(strings.Repeat("<div class=h-entry>", 100_000)+"x", at)
	if len(deep.Links) != 0 {
		t.Error(deep.Links)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{`<div class="h-entry"><p class="e-content p-name">x</p></div>`, `<a class="h-entry p-author u-url" href=x>`, `<base href="//%">`, `<div class="h-entry u-like-of h-h-">`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p := Read(s, at)
		for _, to := range append(append(p.Links, p.Entry.ReplyTo...), p.Entry.Author.URL, p.Entry.URL) {
			if to != "" && !strings.HasPrefix(to, "http") {
				t.Fatalf("%q", to)
			}
		}
	})
}
