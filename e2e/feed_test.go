package e2e

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// post is something that somebody wrote on a site of somebody else's.
type post struct{ author, text string }

// blog is a site of somebody else's: a page whose head names a feed.
func blog(t testing.TB, lang string, posts []post) string {
	t.Helper()
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!doctype html><html lang="%s"><head><title>Paper people</title>
			<link rel="alternate" type="application/atom+xml" href="posts.atom"></head><body><h1>Paper people</h1></body></html>`, lang)
	})
	mux.HandleFunc("GET /posts.atom", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/atom+xml")
		fmt.Fprintf(w, `<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="%s"><title>Paper people</title>
			<id>%s/</id><updated>%s</updated>`, lang, server.URL, time.Now().UTC().Format(time.RFC3339))
		for i, p := range posts {
			fmt.Fprintf(w, `<entry><id>%s/%d</id><link href="%s/%d"/><title></title><updated>%s</updated><author><name>%s</name></author><content type="text">`,
				server.URL, i, server.URL, i, time.Now().Add(-time.Duration(len(posts)-i)*time.Hour).UTC().Format(time.RFC3339), p.author)
			_ = xml.EscapeText(w, []byte(p.text))
			fmt.Fprint(w, `</content></entry>`)
		}
		fmt.Fprint(w, `</feed>`)
	})
	return server.URL
}
