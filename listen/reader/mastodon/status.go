package mastodon

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"tribune/internal/plain"
	"tribune/listen/reader"
)

// status is a Status of the Mastodon API, as far as it is read
// (https://docs.joinmastodon.org/entities/Status/).
type status struct {
	ID         string    `json:"id"`
	CreatedAt  string    `json:"created_at"`
	EditedAt   *string   `json:"edited_at"`
	ReplyTo    *string   `json:"in_reply_to_id"`
	Visibility string    `json:"visibility"`
	Language   *string   `json:"language"`
	URI        string    `json:"uri"`
	URL        *string   `json:"url"`
	Spoiler    string    `json:"spoiler_text"`
	Content    string    `json:"content"`
	Reblog     *struct{} `json:"reblog"`
	Media      []struct {
		Type string `json:"type"`
	} `json:"media_attachments"`
	Account account `json:"account"`
}

// account is an Account (https://docs.joinmastodon.org/entities/Account/).
type account struct {
	Username    string `json:"username"`
	Acct        string `json:"acct"`
	DisplayName string `json:"display_name"`
	URL         string `json:"url"`
	Note        string `json:"note"`
	Followers   int64  `json:"followers_count"`
	Indexable   *bool  `json:"indexable"`
	NoIndex     *bool  `json:"noindex"`
	Fields      []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"fields"`
}

// noBot is the tag by which people ask programs to leave them alone.
var noBot = regexp.MustCompile(`(?i)#\s*no(bots?|index|search|archive)\b`)

// findable reports whether somebody lets programs look through what they say.
// Who does not say so does not (FEP-5feb), nor does who says #nobot.
func (a account) findable() bool {
	if a.Indexable == nil || !*a.Indexable || a.NoIndex != nil && *a.NoIndex {
		return false
	}
	about := plain.FromHTML(a.Note)
	for _, f := range a.Fields {
		about += "\n" + f.Name + " " + plain.FromHTML(f.Value)
	}
	return !noBot.MatchString(about)
}

// open reports whether a status is its author's own and meant for everybody.
func (s *status) open() bool {
	return s.ID != "" && len(s.ID) <= 100 && s.Reblog == nil && s.Visibility == "public" && s.address() != ""
}

// address is where anyone can open it.
func (s *status) address() string {
	if s.URL != nil && web(*s.URL) {
		return *s.URL
	}
	if web(s.URI) {
		return s.URI
	}
	return ""
}

func web(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil && len(s) <= 2048
}

// post makes a post of a status; host is the server that it was read from.
func (s *status) post(host string) (p reader.Post, ok bool) {
	p = reader.Post{ID: s.ID, URL: s.address(), AtAddress: true, Edited: s.EditedAt != nil && *s.EditedAt != "", Reach: max(s.Account.Followers, 0)}
	p.Text = plain.FromHTML(s.Content)
	if warning := plain.FromText(s.Spoiler); warning != "" {
		p.Text = strings.TrimSpace(warning + "\n\n" + p.Text)
	}
	for _, m := range s.Media { // a gifv is a picture that moves
		p.HasImage = p.HasImage || m.Type == "image" || m.Type == "gifv"
	}
	if s.Language != nil && len(*s.Language) <= 35 {
		p.Language = *s.Language
	}
	if s.ReplyTo != nil {
		p.ReplyTo = *s.ReplyTo
	}
	at, err := time.Parse(time.RFC3339, s.CreatedAt)
	if p.DateWrong = err != nil && s.CreatedAt != ""; err == nil {
		p.PublishedAt = at.UTC()
	}
	handle := plain.Line(s.Account.Acct)
	if handle != "" && !strings.Contains(handle, "@") {
		handle += "@" + host
	}
	if handle != "" {
		p.Author.Handle = "@" + handle
	}
	if p.Author.Name = plain.Line(s.Account.DisplayName); p.Author.Name == "" {
		p.Author.Name = plain.Line(s.Account.Username)
	}
	if web(s.Account.URL) {
		p.Author.URL = s.Account.URL
	}
	return p, p.Text != ""
}
