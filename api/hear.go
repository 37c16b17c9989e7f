package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/listen"
)

// NewMention is something said, as another program tells it.
type NewMention struct {
	Source      string    `json:"source" doc:"Its name; made if it is new"`
	Kind        string    `json:"kind,omitempty" doc:"post (if it is not given), review, mail, call or form"`
	ExternalID  string    `json:"external_id,omitempty" doc:"What the source calls it: the same one again is known"`
	ReplyTo     string    `json:"reply_to,omitempty" doc:"External id or address of what it answers"`
	URL         string    `json:"url,omitempty"`
	Public      *bool     `json:"public,omitempty" doc:"It can only be made private: public is what has an address that anyone can open"`
	Author      NewAuthor `json:"author,omitempty"`
	Text        string    `json:"text"`
	Language    string    `json:"language,omitempty" doc:"BCP 47"`
	Country     string    `json:"country,omitempty" doc:"ISO 3166-1 alpha-2"`
	Reach       int64     `json:"reach,omitempty" doc:"How many could read it"`
	PublishedAt string    `json:"published_at,omitempty" doc:"RFC 3339, from 1990 to a day ahead; now if it is not given"`
}

// NewAuthor is who said it.
type NewAuthor struct {
	Name   string `json:"name,omitempty"`
	Handle string `json:"handle,omitempty"`
	URL    string `json:"url,omitempty"`
	Email  string `json:"email,omitempty" doc:"To find who it is; never shown, and never written to because of this"`
}

// Heard is what became of one row of a list.
type Heard struct {
	ID    int64             `json:"id" doc:"Of the mention; 0 if it could not be stored, or rests"`
	Known bool              `json:"known" doc:"It was there already"`
	Rests bool              `json:"rests" doc:"Its source is open and no query matches: it waits for one for 7 days"`
	Error *huma.ErrorDetail `json:"error,omitempty" doc:"What is wrong with the row"`
}

// describeHearing describes the body, which huma, that does not read it, takes
// for bytes.
func (s *service) describeHearing() {
	one := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[NewMention](), true, "NewMention")
	s.api.OpenAPI().Paths[prefix+"/mentions"].Post.RequestBody.Content["application/json"].Schema =
		&huma.Schema{OneOf: []*huma.Schema{one, {Type: "array", Items: one, MaxItems: new(listen.MaxHear)}}}
}

// hearing describes a call with one mention or a list, which is read here row
// by row, so that one that is wrong does not keep the others out.
func hearing(s *service) option {
	return func(op *huma.Operation) {
		op.MaxBodyBytes, op.SkipValidateBody = maxMentions+1, true
		op.Description = "Only source and text are needed; members of other names are passed over. One mention is answered as such, with 201; 202 says that it rests, because its source is open and no query matches. " +
			"A list is answered row by row, in order: 201 if every row could be stored (or was there already), 207 if some could not, 422 if none could."
		heard := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[List[Heard]](), true, "ListHeard")
		stored := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Mention](), true, "Mention")
		rows := func(text string) *huma.Response {
			return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: heard}}}
		}
		op.Responses = map[string]*huma.Response{
			"201": {Description: "All is stored", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{OneOf: []*huma.Schema{stored, heard}}}}},
			"202": {Description: "It rests", Content: map[string]*huma.MediaType{"application/json": {Schema: s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[Heard](), true, "Heard")}}},
			"207": rows("Some rows of a list could not be stored"),
			"422": {Description: "What was sent could not be stored; the errors say why, row by row", Content: map[string]*huma.MediaType{"application/problem+json": {
				Schema: s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "ErrorModel")}}},
		}
	}
}

type heardOut struct {
	Status int
	Body   any
}

func (s *service) hear(ctx context.Context, a *gate.Asker, in *struct {
	RawBody []byte `contentType:"application/json"`
}) (*heardOut, error) {
	if err := know.Require(a.Actor, know.Tune, know.Subject{}); err != nil {
		return nil, err // before a word is read
	}
	rows, many, err := split(in.RawBody)
	if err != nil {
		bad := trouble(http.StatusBadRequest, s.printer(a).T(textNoJSON, "why", err.Error()))
		return nil, bad
	}
	if !many {
		return s.hearOne(ctx, a, rows[0])
	}
	if len(rows) > listen.MaxHear {
		return nil, fault.New(fault.Invalid, textTooLarge)
	}
	return s.hearAll(ctx, a, rows)
}

// split reads a body into its rows.
func split(data []byte) (rows []json.RawMessage, many bool, err error) {
	if data = bytes.TrimSpace(data); len(data) > 0 && data[0] == '[' {
		return rows, true, json.Unmarshal(data, &rows)
	}
	var one json.RawMessage
	err = json.Unmarshal(data, &one)
	return []json.RawMessage{one}, false, err
}

// post reads one row. Its error names the member that is wrong.
func (s *service) post(ctx context.Context, row json.RawMessage) (p listen.Post, err error) {
	var n NewMention
	if err := json.Unmarshal(row, &n); err != nil {
		field := ""
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			field = wrong.Field
		}
		return p, fault.New(fault.Invalid, "This is of another kind than is asked for: see the description of the call.").On(field)
	}
	published, err := s.moment(ctx, "published_at", n.PublishedAt)
	if n.PublishedAt != "" && published.IsZero() {
		published = published.Add(1) // the year 1 was said, and is refused as others are
	}
	return listen.Post{Source: n.Source, Kind: listen.Kind(n.Kind), ExternalID: n.ExternalID, ReplyTo: n.ReplyTo, URL: n.URL, Public: n.Public,
		Author: listen.Author{Name: n.Author.Name, Handle: n.Author.Handle, URL: n.Author.URL, Email: n.Author.Email}, Text: n.Text,
		Language: n.Language, Country: n.Country, Reach: n.Reach, PublishedAt: published}, err
}

func (s *service) hearOne(ctx context.Context, a *gate.Asker, row json.RawMessage) (*heardOut, error) {
	p, err := s.post(ctx, row)
	if err != nil {
		return nil, err
	}
	heard, err := s.Radar.Hear(ctx, a.Actor, []listen.Post{p})
	if err != nil {
		return nil, err
	}
	if heard[0].Err != nil {
		return nil, heard[0].Err
	}
	if heard[0].Rests {
		return &heardOut{http.StatusAccepted, Heard{Rests: true}}, nil
	}
	m, err := s.Radar.Mention(ctx, a.Actor, heard[0].ID)
	if err != nil {
		return nil, err
	}
	return &heardOut{http.StatusCreated, mention(m)}, nil
}

func (s *service) hearAll(ctx context.Context, a *gate.Asker, rows []json.RawMessage) (*heardOut, error) {
	printer := s.printer(a)
	result := make([]Heard, len(rows))
	posts, from := make([]listen.Post, 0, len(rows)), make([]int, 0, len(rows))
	for n, row := range rows {
		p, err := s.post(ctx, row)
		if err != nil {
			result[n].Error = wrong(printer, n, err)
			continue
		}
		posts, from = append(posts, p), append(from, n)
	}
	heard, err := s.Radar.Hear(ctx, a.Actor, posts)
	if err != nil {
		return nil, err
	}
	failed := len(rows) - len(posts)
	for n, h := range heard {
		r := Heard{ID: h.ID, Known: h.Known, Rests: h.Rests}
		if h.Err != nil {
			failed++
			r.Error = wrong(printer, from[n], h.Err)
		}
		result[from[n]] = r
	}
	switch failed {
	case 0:
		return &heardOut{http.StatusCreated, List[Heard]{Items: result}}, nil
	case len(rows):
		bad := trouble(http.StatusUnprocessableEntity, printer.T("None of these could be stored. The errors say why, row by row."))
		for _, r := range result {
			bad.Errors = append(bad.Errors, r.Error)
		}
		return nil, bad
	}
	return &heardOut{http.StatusMultiStatus, List[Heard]{Items: result}}, nil
}

// wrong says what is wrong with a row.
func wrong(p *i18n.Printer, row int, err error) *huma.ErrorDetail {
	place := fmt.Sprintf("body[%d]", row)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Field != "" {
		place += "." + f.Field
	}
	return &huma.ErrorDetail{Message: p.Fault(err), Location: place}
}
