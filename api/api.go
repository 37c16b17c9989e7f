package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"tribune/advocate"
	"tribune/converse"
	"tribune/converse/post"
	"tribune/event"
	"tribune/gate"
	"tribune/internal/fault"
	"tribune/internal/i18n"
	"tribune/know"
	"tribune/know/purchase"
	"tribune/listen"
	"tribune/listen/alert"
	"tribune/listen/hook"
	"tribune/listen/relay"
	"tribune/listen/spike"
	"tribune/listen/trend"
	"tribune/listen/volume"
	"tribune/measure"
	"tribune/measure/digest"
	"tribune/shape"
	"tribune/shape/board"
	"tribune/shape/charter"
	"tribune/tribe"
)

// prefix is where the API stands. A change that breaks its callers gets a new one.
const prefix = "/api/v1"

// How much a body may be, and how long it may take to arrive.
const (
	maxBody     = 1 << 20
	maxMentions = 10 << 20
	bodyWithin  = 30 * time.Second
)

// Needs is what the API works with.
type Needs struct {
	Log       *slog.Logger
	Gate      *gate.Gate
	Events    *event.Log
	People    *know.Directory
	Radar     *listen.Radar
	Hooks     *hook.Hooks
	Spikes    *spike.Spikes
	Trends    *trend.Trends
	Alerts    *alert.Alerts
	Relays    *relay.Relays
	Inbox     *converse.Inbox
	Ideas     *shape.Ideas
	Purchases *purchase.Ledger
	Posts     *post.Posts
	Charter   *charter.Charter
	Boards    *board.Boards
	Advocacy  *advocate.Advocacy
	Tribes    *tribe.Tribes
	Counts    *volume.Counts
	Measures  *measure.Measures
	Digests   *digest.Digests
	Words     *i18n.Catalogue
	URL       string // the site's own address, without a slash at the end
	Version   string // of the program, for the description
	Now       func() time.Time
}

// service answers the calls.
type service struct {
	Needs
	api   huma.API
	plain map[string]bool // "METHOD /path" of calls whose answers hold a secret and are never kept
}

// New gives the handler of everything under /api/, to be put behind the gate.
func New(n Needs) http.Handler {
	s := &service{Needs: n, plain: map[string]bool{}}
	mux := http.NewServeMux()
	s.api = humago.New(mux, s.config())
	s.api.UseMiddleware(s.refuseTwice)
	s.routes()
	mux.Handle("GET "+prefix+"/openapi.json", s.description())
	mux.Handle("/api/", s.nothing(mux))
	return s.once(mux)
}

// config is huma's: JSON alone, and no page or path of its own.
func (s *service) config() huma.Config {
	version := s.Version
	if version == "" {
		version = "unversioned"
	}
	where := s.URL
	if where == "" {
		where = "/" // where the description was had from
	}
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Tribune", Version: version, License: &huma.License{Name: "AGPL-3.0-or-later", Identifier: "AGPL-3.0-or-later"},
				Description: "What customers say, ask and vote for, and what became of it. Errors are problem details (RFC 9457). " +
					"Writes accept an Idempotency-Key. Lists take limit and cursor, and answer items and next_cursor, which is empty on the last page."},
			Servers: []*huma.Server{{URL: where}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"token": {Type: "http", Scheme: "bearer", Description: "A token acts as the person it belongs to."},
				},
			},
			Security: []map[string][]string{{"token": {}}, {}},
		},
		Formats:       huma.DefaultFormats,
		DefaultFormat: "application/json",

		RejectUnknownQueryParameters: true, // a slip would give another answer than was asked for
		Transformers:                 []huma.Transformer{s.translate},
	}
}

// routes lists every call.
func (s *service) routes() {
	s.ideaRoutes()
	s.ideaTextRoutes()
	s.decisionRoutes()
	s.callRoutes()
	s.boardRoutes()
	s.charterRoutes()
	s.postRoutes()
	s.suggestionRoutes()
	s.sourceRoutes()
	s.hookRoutes()
	s.queryRoutes()
	s.listRoutes()
	s.mentionRoutes()
	s.trendRoutes()
	s.alertRoutes()
	s.threadRoutes()
	s.personRoutes()
	s.letterRoutes()
	s.purchaseRoutes()
	s.questionRoutes()
	s.whyRoutes()
	s.carryRoutes()
	s.tribeRoutes()
	s.meRoutes()
	s.siteRoutes()
	s.measureRoutes()
}

// call is one call of the API, as its handler sees it: f gets who asks and the
// input, and gives the output or an error that is put in the asker's words.
type call[I, O any] func(ctx context.Context, a *gate.Asker, in *I) (*O, error)

// option changes a call's description.
type option func(op *huma.Operation)

// tells adds a longer description.
func tells(text string) option { return func(op *huma.Operation) { op.Description = text } }

// add registers a call. route is "METHOD /path"; status is that of success.
func add[I, O any](s *service, group, route, id, summary string, status int, f call[I, O], options ...option) {
	method, path, _ := strings.Cut(route, " ")
	op := huma.Operation{Method: method, Path: prefix + path, OperationID: id, Summary: summary, Tags: []string{group},
		DefaultStatus: status, BodyReadTimeout: bodyWithin, MaxBodyBytes: maxBody + 1}
	for _, o := range options {
		o(&op)
	}
	if method != http.MethodGet {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: "string"},
			Description: "At most 200 characters. The same key with the same call is done once within 24 hours."})
	}
	named := members(reflect.TypeFor[I]())
	huma.Register(s.api, op, func(ctx context.Context, in *I) (*O, error) {
		asker := gate.From(ctx)
		out, err := f(ctx, asker, in)
		if err != nil {
			return nil, s.problem(ctx, op, named, asker, err)
		}
		if err := cut(in, out); err != nil {
			return nil, s.problem(ctx, op, named, asker, err)
		}
		whole(reflect.ValueOf(out))
		return out, nil
	})
}

// answer is a body of one thing.
type answer[T any] struct{ Body T }

func body[T any](v T) *answer[T] { return &answer[T]{v} }

// List is a page of things.
type List[T any] struct {
	Items      []T    `json:"items" nullable:"false"`
	NextCursor string `json:"next_cursor" doc:"To be given as cursor for the next page; empty on the last one"`
}

// page makes a list of what each gives of every item.
func page[F, T any](from []F, next string, each func(F) T) *answer[List[T]] {
	items := make([]T, len(from))
	for i, f := range from {
		items[i] = each(f)
	}
	return body(List[T]{items, next})
}

// none is an answer without a body.
type none struct{}

// ByID is a call about one thing.
type ByID struct {
	ID int64 `path:"id"`
}

// Paged is a call for a page of a list.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" default:"20" doc:"How many to give; more than 100 is taken as 100"`
	Cursor string `query:"cursor" doc:"next_cursor of the page before"`
}

func (p Paged) limit() int { return min(p.Limit, 100) }

// before reads a cursor that is the id of the last thing shown.
func (p Paged) before() (int64, error) {
	if p.Cursor == "" {
		return 0, nil
	}
	id, err := strconv.ParseInt(p.Cursor, 10, 64)
	if err != nil || id < 1 {
		return 0, fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
	}
	return id, nil
}

// after gives the cursor behind a full page that ends with id.
func (p Paged) after(full bool, id int64) string {
	if !full {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// Part is a call for a list that is read as a whole, or for a part of it.
type Part struct {
	Limit  int    `query:"limit" minimum:"1" doc:"How many to give; all of them, if it is left out"`
	Cursor string `query:"cursor" doc:"next_cursor of the part before"`
}

// PartOf is such a call about one thing.
type PartOf struct {
	ByID
	Part
}

func (p Part) part() Part { return p }

// cut gives the part of a list that was asked for.
func cut(in, out any) error {
	asked, ok := in.(interface{ part() Part })
	if !ok {
		return nil
	}
	list := reflect.ValueOf(out).Elem().FieldByName("Body").Addr().Interface().(interface{ cut(p Part) error })
	return list.cut(asked.part())
}

// cut leaves the part asked for. A cursor is how many items stood before it.
func (l *List[T]) cut(p Part) error {
	from := 0
	if p.Cursor != "" {
		n, err := strconv.Atoi(p.Cursor)
		if err != nil || n < 0 {
			return fault.New(fault.Invalid, "This page cannot be found from here. Go back to the first one.").On("cursor")
		}
		from = min(n, len(l.Items))
	}
	l.Items = l.Items[from:]
	if p.Limit > 0 && p.Limit < len(l.Items) {
		l.Items, l.NextCursor = l.Items[:p.Limit], strconv.Itoa(from+p.Limit)
	}
	return nil
}

// moment reads a time: RFC 3339, or a day in the site's zone. "" is the zero time.
func (s *service) moment(ctx context.Context, field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	site, err := s.People.Site(ctx)
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.ParseInLocation(time.DateOnly, text, site.Location())
	if err != nil {
		return t, fault.New(fault.Invalid, "Give a time as 2026-11-20T08:00:00Z, or a day as 2026-11-20.").On(field)
	}
	return t, nil
}

// end reads a time until which something lasts: of a bare day, its end in the
// site's zone.
func (s *service) end(ctx context.Context, field, text string) (time.Time, error) {
	t, err := s.moment(ctx, field, text)
	if _, bare := time.Parse(time.DateOnly, text); err == nil && bare == nil {
		t = t.AddDate(0, 0, 1).Add(-time.Second)
	}
	return t, err
}

// printer writes in the asker's language.
func (s *service) printer(a *gate.Asker) *i18n.Printer { return s.Words.Printer(a.Lang, time.UTC) }

// description serves the OpenAPI document, made once.
func (s *service) description() http.Handler {
	document, err := json.Marshal(s.api.OpenAPI())
	if err != nil {
		panic(fmt.Errorf("api: the description cannot be written: %w", err)) // types that cannot be described are a mistake of ours
	}
	sum := sha256.Sum256(document)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", "application/json")
		h.Set("Content-Length", strconv.Itoa(len(document)))
		w.Write(document)
	})
}

// nothing answers where no call stands: 405 if another method would do.
func (s *service) nothing(mux *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var allowed []string
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			probe := &http.Request{Method: method, URL: r.URL, Host: r.Host}
			if _, pattern := mux.Handler(probe); strings.HasPrefix(pattern, method+" ") {
				allowed = append(allowed, method)
			}
		}
		p := s.printer(gate.From(r.Context()))
		if len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			write(w, trouble(http.StatusMethodNotAllowed, p.T("This address takes {methods}.", "methods", strings.Join(allowed, ", "))))
			return
		}
		write(w, trouble(http.StatusNotFound, p.T("There is no such call. /api/v1/openapi.json lists them all.")))
	})
}
