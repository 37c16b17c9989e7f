package feed

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// The members of JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) that we
// write.
type jsonFeed struct {
	Version  string       `json:"version"`
	Title    string       `json:"title"`
	HomePage string       `json:"home_page_url,omitempty"`
	FeedURL  string       `json:"feed_url,omitempty"`
	Language string       `json:"language,omitempty"`
	Authors  []jsonAuthor `json:"authors,omitempty"`
	Items    []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

type jsonItem struct {
	ID        string       `json:"id"`
	URL       string       `json:"url,omitempty"`
	Title     string       `json:"title,omitempty"`
	HTML      string       `json:"content_html"`
	Published string       `json:"date_published,omitempty"`
	Modified  string       `json:"date_modified,omitempty"`
	Authors   []jsonAuthor `json:"authors,omitempty"`
	Language  string       `json:"language,omitempty"`
}

// JSON writes a JSON Feed 1.1.
func JSON(w io.Writer, f Out) error {
	if f.Title == "" {
		return errors.New("write JSON Feed: it needs a title")
	}
	out := jsonFeed{Version: "https://jsonfeed.org/version/1.1", Title: f.Title, HomePage: f.Alternate, FeedURL: f.Self, Language: f.Language, Items: []jsonItem{}}
	if f.Author != "" {
		out.Authors = []jsonAuthor{{f.Author}}
	}
	for i, e := range f.Entries {
		if e.ID == "" {
			return fmt.Errorf("write JSON Feed %s: item %d needs an id", f.ID, i)
		}
		item := jsonItem{ID: e.ID, URL: e.URL, Title: e.Title, HTML: e.HTML, Language: e.Language}
		if e.Author != "" {
			item.Authors = []jsonAuthor{{e.Author}}
		}
		if !e.Published.IsZero() {
			item.Published = stamp(e.Published)
		}
		if !e.Updated.IsZero() {
			item.Modified = stamp(e.Updated)
		}
		out.Items = append(out.Items, item)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(out)
}
