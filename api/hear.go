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
	"tribune/listen/hook"
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
	HasImage    bool      `json:"has_image,omitempty" doc:"A picture belongs to it"`
	PublishedAt string    `json:"published_at,omitempty" doc:"RFC 3339, from 1990 to a day ahead; now if it is not given"`
}

// NewAuthor is who said it.
type NewAuthor struct {
	Name   string `json:"name,omitempty"`
	Handle string `json:"handle,omitempty" doc:"@name@server, or a name on the place; name@server alone is taken for a mail address"`
	URL    string `json:"url,omitempty"`
	Email  string `json:"email,omitempty" doc:"To find who it is; never shown, and never written to because of this"`
}

// Heard is what became of one row of a list.
type Heard struct {
	ID     int64             `json:"id" doc:"Of the mention; 0 if it could not be stored, or rests"`
	Known  bool              `json:"known" doc:"It was there already"`
	Edited bool              `json:"edited,omitempty" doc:"It was there with other words, which are kept as its earlier wording"`
	Gone   bool              `json:"deleted,omitempty" doc:"It was deleted, and is gone if it was here"`
	Rests  bool              `json:"rests" doc:"Its source is open and no query matches: it waits for one for 7 days"`
	Error  *huma.ErrorDetail `json:"error,omitempty" doc:"What is wrong with the row"`
}

// SentMention is one mention that was sent, as it is here now.
type SentMention struct {
	Mention
	Known  bool `json:"known" doc:"It was there already"`
	Edited bool `json:"edited" doc:"It was there with other words, which are kept as its earlier wording"`
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
		op.Description = "Only source and text are needed; members of other names are passed over. One mention is answered as such, with 201; 200 says that it was known, and edited whether it has other words now; 202 says that it rests, because its source is open and no query matches. " +
			"A list is answered row by row, in order: 201 if every row could be stored (or was there already), 207 if some could not, 422 if none could, or the list is empty. " +
			"The same source and external_id, or without one the same source and url, with other words is an edit. " +
			"What people who are not here said in public is forgotten after the set time (90 days from now, if nothing else was set) unless something becomes of it: if it was said to you, set forgets of its source to false."
		heard := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[List[Heard]](), true, "ListHeard")
		stored := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[SentMention](), true, "SentMention")
		rows := func(text string) *huma.Response {
			return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: heard}}}
		}
		op.Responses = map[string]*huma.Response{
			"201": {Description: "All is stored", Content: map[string]*huma.MediaType{"application/json": {Schema: &huma.Schema{OneOf: []*huma.Schema{stored, heard}}}}},
			"200": {Description: "It was known", Content: map[string]*huma.MediaType{"application/json": {Schema: stored}}},
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
	if len(rows) == 0 {
		return nil, trouble(http.StatusUnprocessableEntity, s.printer(a).T(textNothingSent))
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
		return p, misfit(err, row, reflect.TypeOf(n))
	}
	published, err := s.moment(ctx, "published_at", n.PublishedAt)
	if n.PublishedAt != "" && published.IsZero() {
		published = published.Add(1) // the year 1 was said, and is refused as others are
	}
	return listen.Post{Source: n.Source, Kind: listen.Kind(n.Kind), ExternalID: n.ExternalID, ReplyTo: n.ReplyTo, URL: n.URL, Public: n.Public,
		Author: listen.Author{Name: n.Author.Name, Handle: n.Author.Handle, URL: n.Author.URL, Email: n.Author.Email}, Text: n.Text,
		Language: n.Language, Country: n.Country, Reach: n.Reach, HasImage: n.HasImage, PublishedAt: published}, err
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
	if heard[0].ID == 0 {
		return nil, fault.New(fault.Conflict, "It was not kept: its author left, or asked us not to listen to them, or deleted it.")
	}
	m, err := s.Radar.Mention(ctx, a.Actor, heard[0].ID)
	if err != nil {
		return nil, err
	}
	status := http.StatusCreated
	if heard[0].Known {
		status = http.StatusOK
	}
	return &heardOut{status, SentMention{mention(m), heard[0].Known, heard[0].Edited}}, nil
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
		result[from[n]] = became(printer, from[n], h)
		if h.Err != nil {
			failed++
		}
	}
	return rowByRow(printer, result, failed)
}

// became says what became of a row.
func became(p *i18n.Printer, row int, h listen.Heard) Heard {
	r := Heard{ID: h.ID, Known: h.Known, Edited: h.Edited, Rests: h.Rests, Gone: h.Deleted}
	if h.Err != nil {
		r.Error = wrong(p, row, h.Err)
	}
	return r
}

// rowByRow answers a list of which some rows failed.
func rowByRow(printer *i18n.Printer, result []Heard, failed int) (*heardOut, error) {
	switch failed {
	case 0:
		return &heardOut{http.StatusCreated, List[Heard]{Items: result}}, nil
	case len(result):
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

func (s *service) hookRoutes() {
	add(s, "listening", "POST /sources/{id}/secret", "newSecret", "Give a webhook a secret, which is shown this once", http.StatusCreated, s.secretMake,
		tells("The secret before opens for 24 hours more."))
	add(s, "listening", "POST /hooks/{id}", "pushMentions", "Push what was said, signed: one, or a list of at most 10,000", http.StatusOK, s.hook, s.hooking)
	one := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[PushedMention](), true, "PushedMention")
	s.api.OpenAPI().Paths[prefix+"/hooks/{id}"].Post.RequestBody.Content["application/json"].Schema =
		&huma.Schema{OneOf: []*huma.Schema{one, {Type: "array", Items: one, MaxItems: new(listen.MaxHear)}}}
}

// MadeSecret is a webhook's secret.
type MadeSecret struct {
	Secret string `json:"secret" doc:"As Standard Webhooks writes them: whsec_ and base64"`
}

func (s *service) secretMake(ctx context.Context, a *gate.Asker, in *ByID) (*answer[MadeSecret], error) {
	secret, err := s.Hooks.NewSecret(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(MadeSecret{secret}), nil
}

// PushedMention is something said, or something deleted, as a webhook tells it.
type PushedMention struct {
	NewMention
	Source  string `json:"source,omitempty" doc:"Not looked at: the address says which source it is"`
	Text    string `json:"text,omitempty" doc:"Needed, unless it was deleted"`
	Deleted bool   `json:"deleted,omitempty" doc:"Its author deleted it: external_id says which"`
}

// hooking describes the call, which is read here row by row.
func (s *service) hooking(op *huma.Operation) {
	op.MaxBodyBytes, op.SkipValidateBody = maxMentions+1, true
	op.Security = []map[string][]string{{}}
	op.Description = "Signed as Standard Webhooks says (webhook-id, webhook-timestamp, webhook-signature), at most 5 minutes ago; no token is needed. " +
		"The same webhook-id again is answered 200 and does nothing. The same external_id, or without one the same url, with other words is an edit; deleted takes what has that external_id away. " +
		"The answer is row by row, in order: 200 if every row could be stored (or was there already), 207 if some could not, 422 if none could."
	heard := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[List[Heard]](), true, "ListHeard")
	problem := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[huma.ErrorModel](), true, "ErrorModel")
	rows := func(text string) *huma.Response {
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/json": {Schema: heard}}}
	}
	refused := func(text string) *huma.Response {
		return &huma.Response{Description: text, Content: map[string]*huma.MediaType{"application/problem+json": {Schema: problem}}}
	}
	op.Responses = map[string]*huma.Response{
		"200": rows("All is stored, or was before"),
		"207": rows("Some rows of a list could not be stored"),
		"401": refused("It is not signed, not with the secret of this source, or too long ago; or there is no such source"),
		"409": refused("The source is paused"),
		"422": refused("Nothing of it could be stored; the errors say why, row by row"),
	}
}

// push is a call of a webhook.
type push struct {
	ByID
	Name      string `header:"webhook-id" doc:"What its sender calls this delivery, at most 255 bytes"`
	Timestamp string `header:"webhook-timestamp" doc:"When it was signed: seconds since 1970"`
	Signature string `header:"webhook-signature" doc:"v1, and the signature in base64; several are parted by spaces"`
	RawBody   []byte `contentType:"application/json"`
}

func (s *service) hook(ctx context.Context, a *gate.Asker, in *push) (*heardOut, error) {
	printer := s.printer(a)
	c := hook.Call{ID: in.Name, Timestamp: in.Timestamp, Signature: in.Signature, Body: in.RawBody}
	again, err := s.Hooks.Open(ctx, in.ID, c)
	switch {
	case fault.Is(err, fault.Unauthorised): // a token would not help
		return nil, trouble(http.StatusUnauthorized, printer.Fault(err))
	case err != nil:
		return nil, err
	case again:
		return &heardOut{http.StatusOK, List[Heard]{Items: []Heard{}}}, nil
	}
	sent, _, err := split(in.RawBody)
	if err == nil && len(sent) > listen.MaxHear {
		err = fault.New(fault.Invalid, textTooLarge)
		return nil, s.refuse(ctx, in.ID, err, err)
	}
	if err != nil {
		return nil, s.refuse(ctx, in.ID, fault.New(fault.Invalid, textNoJSON, "why", err.Error()), trouble(http.StatusBadRequest, printer.T(textNoJSON, "why", err.Error())))
	}
	rows := make([]listen.Pushed, len(sent))
	for n, row := range sent {
		rows[n].Post, rows[n].Err = s.post(ctx, row)
		var more struct {
			Deleted bool `json:"deleted"`
		}
		if rows[n].Err == nil && json.Unmarshal(row, &more) != nil {
			rows[n].Err = fault.New(fault.Invalid, "Send true or false as {field}.", "field", "deleted").On("deleted")
		}
		rows[n].Deleted = more.Deleted
	}
	heard, err := s.Hooks.Take(ctx, in.ID, c, rows)
	if err != nil {
		return nil, err
	}
	result, failed := make([]Heard, len(heard)), 0
	for n, h := range heard {
		if result[n] = became(printer, n, h); h.Err != nil {
			failed++
		}
	}
	out, err := rowByRow(printer, result, failed)
	if out != nil && out.Status == http.StatusCreated {
		out.Status = http.StatusOK
	}
	return out, err
}

// refuse notes on the source why all that was pushed was refused, and answers so.
func (s *service) refuse(ctx context.Context, source int64, why, answer error) error {
	if err := s.Radar.Refuse(ctx, source, why); err != nil {
		return err
	}
	return answer
}
