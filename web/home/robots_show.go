package home

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"net/http"

	"tribune/shape"
	"tribune/web/page"
)

func (h handlers) robots(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	fmt.Fprintf(w, "User-agent: *\nDisallow: /desk\nDisallow: /me\nDisallow: /signin\nDisallow: /api/\nDisallow: /ideas/similar\n\nSitemap: %s/sitemap.xml\n", h.URL)
}

// sitemapIdeas is how many ideas, the newest, the sitemap names; the others
// are found by following the list.
const sitemapIdeas = 1000

// siteMap is a sitemap as sitemaps.org has it, protocol 0.9.
type siteMap struct {
	XMLName xml.Name   `xml:"http://www.sitemaps.org/schemas/sitemap/0.9 urlset"`
	URLs    []location `xml:"url"`
}

type location struct {
	Loc string `xml:"loc"`
}

func (h handlers) sitemap(w http.ResponseWriter, r *http.Request, v *page.View) error {
	var m siteMap
	for _, path := range []string{"/", "/ideas", "/roadmap", "/changes", "/people", "/how-we-listen"} {
		m.URLs = append(m.URLs, location{h.URL + path})
	}
	f := shape.Filter{Sort: shape.ByNew, Limit: 100}
	for len(m.URLs) < sitemapIdeas {
		ideas, next, err := h.Ideas.List(r.Context(), v.Actor, f)
		if err != nil {
			return err
		}
		for _, idea := range ideas {
			m.URLs = append(m.URLs, location{h.URL + page.IdeaURL(idea.ID)})
		}
		if f.Cursor = next; next == "" {
			break
		}
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	if err := xml.NewEncoder(&b).Encode(m); err != nil {
		return fmt.Errorf("sitemap: %w", err)
	}
	w.Header().Set("Content-Type", "application/xml; charset=utf-8")
	_, err := w.Write(b.Bytes())
	return err
}
