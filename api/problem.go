package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/internal/plain"
	"tribune/internal/query"
)

// problem is an error in the asker's words. It is told from huma's own, which
// are still to be put into them.
type problem struct{ *huma.ErrorModel }

func trouble(status int, detail string) problem {
	return problem{&huma.ErrorModel{Status: status, Title: http.StatusText(status), Detail: detail}}
}

// write sends a problem where huma does not.
func write(w http.ResponseWriter, p problem) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(p.Status)
	json.NewEncoder(w).Encode(p.ErrorModel)
}

// problem says an error in the asker's language. What is ours to mend is
// logged with the request's id, and reads as one sentence without detail.
func (s *service) problem(ctx context.Context, op huma.Operation, named []string, a *gate.Asker, err error) error {
	if said, ok := errors.AsType[problem](err); ok {
		return said // in the asker's words already
	}
	status := gate.Status(err)
	if fault.KindOf(err) == fault.Internal && ctx.Err() == nil {
		s.Log.Error("a call failed", "call", op.OperationID, "request", a.RequestID, "error", err)
	}
	text := s.printer(a).Fault(err)
	if status == http.StatusUnauthorized { // what pages say of signing in is no help to a program
		text = s.printer(a).T("Send a token: Authorization: Bearer ... You can make one on your own page.")
	}
	p := trouble(status, text)
	if f, ok := errors.AsType[*fault.Error](err); ok && f.Field != "" {
		for _, one := range append([]*fault.Error{f}, f.More...) {
			place := "query." + one.Field
			if op.Method != http.MethodGet {
				place = "body." + member(named, one.Field)
			}
			p.Errors = append(p.Errors, &huma.ErrorDetail{Message: s.printer(a).Fault(one), Location: place})
		}
	}
	switch status {
	case http.StatusUnauthorized:
		return huma.ErrorWithHeaders(p, http.Header{"Www-Authenticate": {`Bearer realm="Tribune"`}})
	case http.StatusTooManyRequests:
		return huma.ErrorWithHeaders(p, http.Header{"Retry-After": {"1"}})
	}
	return p
}

// members gives the names of the members of a call's body.
func members(in reflect.Type) (names []string) {
	f, ok := in.FieldByName("Body")
	if !ok {
		return nil
	}
	body := f.Type
	if body.Kind() == reflect.Pointer {
		body = body.Elem()
	}
	if body.Kind() != reflect.Struct {
		return nil
	}
	for _, m := range reflect.VisibleFields(body) {
		if name, _, _ := strings.Cut(m.Tag.Get("json"), ","); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// member gives what the API calls a field that a fault is about: another thing
// is named by its id there.
func member(named []string, field string) string {
	if !slices.Contains(named, field) && slices.Contains(named, field+"_id") {
		return field + "_id"
	}
	return field
}

// translate puts what huma found wrong with a request into the asker's words.
func (s *service) translate(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	p := s.printer(gate.From(ctx.Context()))
	model := trouble(m.Status, p.T(general(m.Status, m.Detail)))
	for _, e := range m.Errors {
		if e.Message == textUnknownParameter {
			model.Errors = append(model.Errors, unknown(p, ctx.Operation(), e))
			continue
		}
		model.Errors = append(model.Errors, explain(p, e))
	}
	slices.SortStableFunc(model.Errors, func(a, b *huma.ErrorDetail) int { return strings.Compare(place(a), place(b)) }) // parameters come as a map gives them
	if len(model.Errors) == 1 {
		model.Detail = model.Errors[0].Message
	}
	return model.ErrorModel, nil
}

// The texts about a whole request, by what huma calls it.
const (
	textMisfit      = "What was sent does not fit this call. The errors name each part and what it needs."
	textNoBody      = "This call needs a body of JSON."
	textNothingSent = "The list that was sent is empty: there is nothing to store. Send at least one."
	textTooLarge    = "This is more than one call takes. Send it in several."
	textTooSlow     = "What was sent did not arrive whole in time. Send it again."
	textNoJSON      = "What was sent is not valid JSON: {why}."
	textContentType = "Send JSON, with the header Content-Type: application/json."
	textFault       = "Something went wrong on our side. Nothing was lost; please try again."
)

func general(status int, detail string) string {
	switch {
	case status == http.StatusRequestEntityTooLarge:
		return textTooLarge
	case status == http.StatusRequestTimeout:
		return textTooSlow
	case status == http.StatusUnsupportedMediaType:
		return textContentType
	case status >= 500:
		return textFault
	case detail == "request body is required":
		return textNoBody
	}
	return textMisfit
}

// finding turns a message of huma's validation into a text for people; the
// groups of the pattern fill the holes.
type finding struct {
	pattern *regexp.Regexp
	text    string
	holes   []string
}

// misfit names the member of a row that does not fit what is asked for there,
// and what to send.
func misfit(err error, row json.RawMessage, as reflect.Type) error {
	if strings.HasPrefix(err.Error(), "json: unknown field ") {
		place, within := misfitAt(row, as, true)
		return fault.New(fault.Invalid, "Nothing of that name is known here. Known are: {names}.", "names", strings.Join(membersOf(within), ", ")).On(place).Because(err)
	}
	wrong, ok := errors.AsType[*json.UnmarshalTypeError](err)
	if !ok {
		return fault.New(fault.Invalid, textMisfit).Because(err)
	}
	text := "Send an object as {field}."
	switch wrong.Type.Kind() {
	case reflect.String:
		text = "Send text as {field}."
	case reflect.Int, reflect.Int64:
		text = "Send a whole number as {field}."
	case reflect.Bool:
		text = "Send true or false as {field}."
	case reflect.Slice:
		text = "Send a list as {field}."
	}
	place, _ := misfitAt(row, as, false)
	if place == "" {
		return fault.New(fault.Invalid, "Send one JSON object for each.").Because(err)
	}
	return fault.New(fault.Invalid, text, "field", place).On(place).Because(err)
}

// strictly decodes JSON, and refuses members that nothing asks for.
func strictly(raw []byte, into any) error {
	in := json.NewDecoder(bytes.NewReader(raw))
	in.DisallowUnknownFields()
	return in.Decode(into)
}

// misfitAt gives the first place in raw that does not fit, as items[0].qty, and
// the type that it is a part of; "" if it is raw itself. Strict: a member that
// nothing asks for does not.
func misfitAt(raw json.RawMessage, as reflect.Type, strict bool) (at string, part reflect.Type) {
	fits := json.Unmarshal
	if strict {
		fits = strictly
	}
	in := json.NewDecoder(bytes.NewReader(raw))
	open, _ := in.Token()
	for n := 0; open != nil && in.More(); n++ {
		place, of := fmt.Sprintf("[%d]", n), as
		switch {
		case open == json.Delim('{') && as.Kind() == reflect.Struct:
			name, _ := in.Token()
			place, of = fmt.Sprint(name), memberOf(as, fmt.Sprint(name))
		case open == json.Delim('[') && as.Kind() == reflect.Slice:
			of = as.Elem()
		default:
			return "", as
		}
		var value json.RawMessage
		if in.Decode(&value) != nil || of == nil && strict {
			return place, as
		}
		if of == nil || fits(value, reflect.New(of).Interface()) == nil {
			continue
		}
		for of.Kind() == reflect.Pointer {
			of = of.Elem()
		}
		within, part := misfitAt(value, of, strict)
		if within == "" {
			return place, as
		}
		if within[0] != '[' {
			within = "." + within
		}
		return place + within, part
	}
	return "", as
}

// membersOf gives the names in JSON of a struct's members, as they are declared.
func membersOf(as reflect.Type) (names []string) {
	if as.Kind() != reflect.Struct {
		return nil
	}
	for _, m := range reflect.VisibleFields(as) {
		if called, _, _ := strings.Cut(m.Tag.Get("json"), ","); called != "" && called != "-" {
			names = append(names, called)
		}
	}
	return names
}

// memberOf gives the type of a struct's member by its name in JSON, nil for none.
func memberOf(as reflect.Type, name string) reflect.Type {
	for _, m := range reflect.VisibleFields(as) {
		if called, _, _ := strings.Cut(m.Tag.Get("json"), ","); called != "" && strings.EqualFold(called, name) {
			return m.Type
		}
	}
	return nil
}

// textUnknownParameter is what huma says of a parameter that a call does not know.
const textUnknownParameter = "unknown query parameter"

// mostName is how much of a wrong name is said again.
const mostName = 60

// unknown names a parameter that a call does not know, those that it does, and
// the one that was meant, if one is written like it.
func unknown(p *i18n.Printer, op *huma.Operation, e *huma.ErrorDetail) *huma.ErrorDetail {
	name := plain.Clip(plain.Line(strings.TrimPrefix(e.Location, "query.")), mostName)
	var takes []string
	for _, one := range op.Parameters {
		if one.In == "query" {
			takes = append(takes, one.Name)
		}
	}
	slices.Sort(takes)
	said := &huma.ErrorDetail{Location: "query." + name}
	switch meant := query.Nearest(name, takes); {
	case len(takes) == 0:
		said.Message = p.T("This call takes no parameters in its address, so not “{name}” either. Leave it out.", "name", name)
	case meant != "":
		said.Message = p.T("This call has no parameter “{name}”. Did you mean {meant}? It takes these: {names}.", "name", name, "meant", meant, "names", strings.Join(takes, ", "))
	default:
		said.Message = p.T("This call has no parameter “{name}”. It takes these: {names}.", "name", name, "names", strings.Join(takes, ", "))
	}
	return said
}

// place gives the parameter that a finding is about, "" for any other part.
func place(e *huma.ErrorDetail) string {
	if strings.HasPrefix(e.Location, "query.") {
		return e.Location
	}
	return ""
}

// textTwice is what is wrong with a parameter that is given more than once: all
// but the first would be passed over.
const textTwice = "Give {field} once. Where it takes several values, write them with commas between them."

// refuseTwice refuses a call that gives a parameter twice.
func (s *service) refuseTwice(ctx huma.Context, next func(huma.Context)) {
	var twice []error
	u := ctx.URL()
	for name, values := range u.Query() {
		if len(values) > 1 {
			name = plain.Clip(plain.Line(name), mostName)
			text := s.printer(gate.From(ctx.Context())).T(textTwice, "field", name)
			twice = append(twice, &huma.ErrorDetail{Message: text, Location: "query." + name})
		}
	}
	if len(twice) > 0 {
		huma.WriteErr(s.api, ctx, http.StatusUnprocessableEntity, "", twice...)
		return
	}
	next(ctx)
}

// findings is read in order; what none recognises stays as huma says it.
func findings() []finding {
	return []finding{
		{regexp.MustCompile(`^expected required property (.+) to be present$`), "This is needed.", []string{"name"}},
		{regexp.MustCompile(`^required \w+ parameter is missing$`), "This is needed.", nil},
		{regexp.MustCompile(`^unexpected property$`), "This call knows nothing of that name.", nil},
		{regexp.MustCompile(`^expected string$`), "Send text as {field}.", nil},
		{regexp.MustCompile(`^expected string to be base64 encoded$|illegal base64 data`), "Send the file as {field}, in base64 (RFC 4648): letters, digits, + and /, and nothing else.", nil},
		{regexp.MustCompile(`^(?:expected integer|invalid integer)$`), "Send a whole number as {field}.", nil},
		{regexp.MustCompile(`^(?:expected number|invalid float)$`), "Send a number as {field}.", nil},
		{regexp.MustCompile(`^(?:expected boolean|invalid boolean)$`), "Send true or false as {field}.", nil},
		{regexp.MustCompile(`^expected array$`), "Send a list as {field}.", nil},
		{regexp.MustCompile(`^expected object$`), "Send an object as {field}.", nil},
		{regexp.MustCompile(`^expected number >= (.+)$`), "Send {least} or more.", []string{"least"}},
		{regexp.MustCompile(`^expected number <= (.+)$`), "Send {most} or less.", []string{"most"}},
		{regexp.MustCompile(`^expected length <= (.+)$`), "At most {most} characters.", []string{"most"}},
		{regexp.MustCompile(`^expected array length <= (.+)$`), "At most {most} at a time. Send them in several calls.", []string{"most"}},
		{regexp.MustCompile(`^expected value to be one of "(.+)"$`), "Send one of these: {values}.", []string{"values"}},
		{regexp.MustCompile(`^unknown content type`), textContentType, nil},
		{regexp.MustCompile(`^(.*(?:JSON|invalid character|json:).*)$`), textNoJSON, []string{"why"}},
	}
}

var known = findings() // fixed at start, never written again

// field gives the name of the part that a finding is about.
func field(p *i18n.Printer, location string) string {
	if location == "body" {
		return p.T("the body")
	}
	_, name, _ := strings.Cut(location, ".")
	return name
}

func explain(p *i18n.Printer, e *huma.ErrorDetail) *huma.ErrorDetail {
	said := &huma.ErrorDetail{Message: e.Message, Location: e.Location}
	if e.Location != "body" {
		switch v := e.Value.(type) {
		case string:
			if len(v) <= 200 {
				said.Value = v
			}
		case float64, int64, bool:
			said.Value = v
		}
	}
	for _, f := range known {
		m := f.pattern.FindStringSubmatch(e.Message)
		if m == nil {
			continue
		}
		args := []any{"field", field(p, e.Location)}
		for i, hole := range f.holes {
			args = append(args, hole, m[i+1])
		}
		said.Message = p.T(f.text, args...)
		if len(f.holes) == 1 && f.holes[0] == "name" {
			said.Location = strings.TrimPrefix(e.Location+"."+m[1], ".")
		}
		break
	}
	return said
}

// whole cuts the times of an answer to microseconds, which is what is stored:
// so an answer to a write reads as the same thing does later. What is whole
// already is not written to, since it may be shared.
func whole(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			whole(v.Elem())
		}
	case reflect.Interface:
		if v.IsNil() || !v.CanSet() {
			return
		}
		if v.Elem().Kind() == reflect.Pointer {
			whole(v.Elem())
			return
		}
		held := reflect.New(v.Elem().Type()).Elem() // what an interface holds cannot be changed in place
		held.Set(v.Elem())
		whole(held)
		v.Set(held)
	case reflect.Slice:
		switch v.Type().Elem().Kind() {
		case reflect.Struct, reflect.Pointer, reflect.Interface:
			for i := range v.Len() {
				whole(v.Index(i))
			}
		}
	case reflect.Struct:
		if t, ok := reflect.TypeAssert[time.Time](v); ok {
			if cut := t.Truncate(time.Microsecond); v.CanSet() && !cut.Equal(t) {
				v.Set(reflect.ValueOf(cut))
			}
			return
		}
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				whole(v.Field(i))
			}
		}
	}
}
