package bluesky

import (
	"encoding/json"
	"regexp"
	"time"

	"tribune/internal/plain"
	"tribune/listen/reader"
)

// collection is where posts stand in everybody's repository.
const collection = "app.bsky.feed.post"

// event is a message of Jetstream (https://github.com/bluesky-social/jetstream).
type event struct {
	DID    string  `json:"did"`
	TimeUS int64   `json:"time_us"`
	Kind   string  `json:"kind"` // commit, identity, account
	Commit *commit `json:"commit"`

	Account *struct {
		Active bool   `json:"active"`
		Status string `json:"status"` // why it is not active: deleted, deactivated, takendown, suspended
	} `json:"account"`
}

type commit struct {
	Operation  string `json:"operation"` // create, update, delete
	Collection string `json:"collection"`
	Key        string `json:"rkey"`
	Record     record `json:"record"`
}

// record is a post (lexicon app.bsky.feed.post).
type record struct {
	Text      string   `json:"text"`
	CreatedAt string   `json:"createdAt"`
	Langs     []string `json:"langs"`
	Reply     *struct {
		Parent struct {
			URI string `json:"uri"`
		} `json:"parent"`
	} `json:"reply"`
	Embed json.RawMessage `json:"embed"`
}

// Decentralised identifiers and record keys, as the protocol writes them
// (https://atproto.com/specs/did, /specs/record-key).
var (
	didForm = regexp.MustCompile(`^did:[a-z]+:[A-Za-z0-9._:%-]{1,200}$`)
	keyForm = regexp.MustCompile(`^[A-Za-z0-9._:~-]{1,200}$`)
)

// id is what a post is called in the protocol.
func id(did, key string) string { return "at://" + did + "/" + collection + "/" + key }

// page is where anyone can read what somebody says.
func page(did string) string { return "https://bsky.app/profile/" + did }

// read reads a message; ok is false if there is nothing in it for us.
func read(data []byte) (e event, ok bool) {
	if json.Unmarshal(data, &e) != nil || !didForm.MatchString(e.DID) || e.TimeUS < 0 {
		return event{}, false
	}
	if e.Commit != nil && (e.Commit.Collection != collection || !keyForm.MatchString(e.Commit.Key)) {
		e.Commit = nil
	}
	return e, true
}

// hasImage reports whether a post shows pictures, by themselves or beside
// another post (app.bsky.embed.images, app.bsky.embed.recordWithMedia). What
// else stands there, in whatever shape, does no harm.
func (r record) hasImage() bool {
	type images struct {
		Images []json.RawMessage `json:"images"`
	}
	var embed struct {
		images
		Media images `json:"media"`
	}
	return len(r.Embed) > 0 && json.Unmarshal(r.Embed, &embed) == nil && len(embed.Images)+len(embed.Media.Images) > 0
}

// post makes a post of a record; ok is false if it has no words.
func (r record) post(did, key string) (p reader.Post, ok bool) {
	p = reader.Post{ID: id(did, key), URL: page(did) + "/post/" + key, Text: plain.FromText(r.Text), Author: reader.Author{URL: page(did)}, HasImage: r.hasImage()}
	at, err := time.Parse(time.RFC3339, r.CreatedAt)
	if p.DateWrong = err != nil; err == nil {
		p.PublishedAt = at.UTC()
	}
	if len(r.Langs) > 0 && len(r.Langs[0]) <= 35 {
		p.Language = r.Langs[0]
	}
	if r.Reply != nil && len(r.Reply.Parent.URI) <= 512 {
		p.ReplyTo = r.Reply.Parent.URI
	}
	return p, p.Text != ""
}
