package bluesky

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"tribune/internal/fetch"
	"tribune/internal/plain"
	"tribune/listen/reader"
)

// The public interface (https://docs.bsky.app/docs/api/): it answers without an
// account.

const (
	api      = "https://public.api.bsky.app"
	askMost  = 25                    // the most that is asked for at once
	stranger = "!no-unauthenticated" // the label of who does not want to be shown to people without an account
)

// profile is who somebody is, as far as it is read.
type profile struct {
	DID    string  `json:"did"`
	Handle string  `json:"handle"`
	Name   string  `json:"displayName"`
	About  string  `json:"description"`
	Labels []label `json:"labels"`
}

type label struct {
	Value   string `json:"val"`
	Source  string `json:"src"`
	Negated bool   `json:"neg"`
}

// shy reports whether somebody asked not to be shown to strangers, or says
// #nobot.
func (p profile) shy() bool {
	return strings.Contains(strings.ToLower(p.About), "#nobot") || slices.ContainsFunc(p.Labels, func(l label) bool {
		return l.Value == stranger && l.Source == p.DID && !l.Negated
	})
}

func (p profile) author() reader.Author {
	a := reader.Author{Name: plain.Line(p.Name), URL: page(p.DID)}
	if a.Name == "" && p.Handle != "handle.invalid" {
		a.Name = plain.Line(p.Handle)
	}
	return a
}

// ask asks a method of the public interface of the network that a source
// listens to.
func (b *Bluesky) ask(ctx context.Context, from reader.From, method, name string, values []string, into any) (*fetch.Response, error) {
	base := api
	if u, err := url.Parse(from.URL); err == nil && !official(u) {
		base = strings.Replace(u.Scheme, "ws", "http", 1) + "://" + u.Host
	}
	answer, err := b.web.Get(ctx, fetch.Request{URL: base + "/xrpc/" + method + "?" + url.Values{name: values}.Encode(), Accept: "application/json"})
	if err != nil {
		return answer, err
	}
	return answer, reader.JSON(answer, into)
}

// Introduce says who authors are, by their pages, and who of them does not want
// to be kept.
func (b *Bluesky) Introduce(ctx context.Context, from reader.From, pages []string) (known map[string]reader.Author, shy []string, err error) {
	known = map[string]reader.Author{}
	for part := range slices.Chunk(pages, askMost) {
		dids := make([]string, len(part))
		for i, at := range part {
			dids[i] = strings.TrimPrefix(at, page(""))
		}
		var found struct {
			Profiles []profile `json:"profiles"`
		}
		if _, err := b.ask(ctx, from, "app.bsky.actor.getProfiles", "actors", dids, &found); err != nil {
			return known, shy, err
		}
		for _, p := range found.Profiles {
			if known[page(p.DID)] = p.author(); p.shy() {
				shy = append(shy, page(p.DID))
			}
		}
	}
	return known, shy, nil
}

// Check asks for posts by their ids; what is not given any more is gone.
func (b *Bluesky) Check(ctx context.Context, from reader.From, ids []string) (batch reader.Batch, report reader.Report, err error) {
	for part := range slices.Chunk(ids, askMost) {
		var found struct {
			Posts *[]struct {
				URI    string  `json:"uri"`
				Author profile `json:"author"`
				Record record  `json:"record"`
			} `json:"posts"`
		}
		answer, err := b.ask(ctx, from, "app.bsky.feed.getPosts", "uris", part, &found)
		if answer != nil {
			report.Wait = answer.RetryAfter
		}
		if err == nil && found.Posts == nil {
			err = reader.Strange(answer.URL, nil)
		}
		if err != nil {
			return batch, report, err
		}
		there := map[string]bool{}
		for _, x := range *found.Posts {
			did, key, ok := strings.Cut(strings.TrimPrefix(x.URI, "at://"), "/"+collection+"/")
			p, words := x.Record.post(did, key)
			if !ok || !words || x.Author.shy() {
				continue
			}
			p.Author, there[x.URI] = x.Author.author(), true
			batch.Posts = append(batch.Posts, p)
		}
		for _, id := range part {
			if !there[id] {
				batch.Gone = append(batch.Gone, id)
			}
		}
	}
	return batch, report, nil
}
