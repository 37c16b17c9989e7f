package api

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"tribune/gate"
	"tribune/internal/i18n"
	"tribune/listen/alert"
	"tribune/listen/relay"
	"tribune/measure/digest"
)

func (s *service) alertRoutes() {
	add(s, "listening", "GET /me/alerts", "myAlerts", "What I want to be told of by mail at once, and when not", http.StatusOK, s.wishesGet)
	add(s, "listening", "PUT /me/alerts", "wishAlerts", "Say what I want to be told of by mail at once, in place of what I said before", http.StatusOK, s.wishesPut)
	add(s, "listening", "GET /alerts", "listAlerts", "What I was told of, or am to be, the last first", http.StatusOK, s.alertsList)
	add(s, "listening", "GET /me/digest", "myDigest", "When I want a digest by mail", http.StatusOK, s.digestGet)
	add(s, "listening", "PUT /me/digest", "chooseDigest", "Say when I want a digest by mail", http.StatusOK, s.digestPut)
	add(s, "listening", "GET /webhooks", "listWebhooks", "Where alerts are sent to", http.StatusOK, s.webhooksList)
	add(s, "listening", "POST /webhooks", "addWebhook", "Send alerts to an address from now on; the secret to check them with is shown this once", http.StatusCreated, s.webhookAdd)
	add(s, "listening", "GET /webhooks/{id}", "getWebhook", "One webhook, with what became of the last alert", http.StatusOK, s.webhookGet)
	add(s, "listening", "PATCH /webhooks/{id}", "changeWebhook", "Change, pause or take up again a webhook", http.StatusOK, s.webhookChange)
	add(s, "listening", "DELETE /webhooks/{id}", "removeWebhook", "Send nothing there any more", http.StatusNoContent, s.webhookRemove)
	add(s, "listening", "GET /webhooks/{id}/tries", "listWebhookTries", "What was sent there in the last 30 days, the newest first", http.StatusOK, s.webhookTries)
	add(s, "listening", "POST /webhooks/{id}/test", "testWebhook", "Send a test now; it is an error if it is not taken", http.StatusOK, s.webhookTest)
	add(s, "listening", "POST /webhooks/{id}/secret", "newWebhookSecret", "Give it a new secret, which is shown this once", http.StatusCreated, s.webhookSecret,
		tells("The secret before signs, too, for 24 hours more."))
	s.plain["POST "+prefix+"/webhooks"] = true
}

// AlertChoice is what somebody wants to be told of one standing query.
type AlertChoice struct {
	QueryID int64 `json:"query_id" doc:"0: all that is heard; that alone, not each query"`
	Spikes  bool  `json:"spikes,omitempty"`
	Reach   int64 `json:"reach,omitempty" doc:"Mentions that reach at least so many people; 0: none"`
}

// QuietHours are those in which nothing is told; what comes then is told after.
type QuietHours struct {
	From  string `json:"from" doc:"As in 22:00; the same as until: never quiet"`
	Until string `json:"until"`
	Zone  string `json:"zone,omitempty" doc:"As in Europe/Paris; the site's if it is empty"`
}

const clock = "15:04"

func quietHours(h alert.Hours) QuietHours {
	at := func(minutes int) string { return time.Time{}.Add(time.Duration(minutes) * time.Minute).Format(clock) }
	return QuietHours{at(h.From), at(h.Until), h.Zone}
}

// hours reads them; what is no time is refused by the capability.
func (q QuietHours) hours() alert.Hours {
	minutes := func(text string) int {
		if text == "" {
			return 0
		}
		t, err := time.Parse(clock, text)
		if err != nil {
			return -1
		}
		return t.Hour()*60 + t.Minute()
	}
	return alert.Hours{From: minutes(q.From), Until: minutes(q.Until), Zone: q.Zone}
}

// AlertWishes are all that somebody wants to be told of at once.
type AlertWishes struct {
	Choices []AlertChoice `json:"choices" nullable:"false"`
	Needs   bool          `json:"needs,omitempty" doc:"Unmet needs that were not there before"`
	Quiet   QuietHours    `json:"quiet,omitempty"`
}

func (s *service) wishesGet(ctx context.Context, a *gate.Asker, _ *none) (*answer[AlertWishes], error) {
	w, err := s.Alerts.Wishes(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	out := AlertWishes{Choices: []AlertChoice{}, Needs: w.Needs, Quiet: quietHours(alert.Hours{From: w.QuietFrom, Until: w.QuietUntil, Zone: w.Zone})}
	for _, c := range w.Choices {
		out.Choices = append(out.Choices, AlertChoice{c.Query, c.Spikes, c.Reach})
	}
	return body(out), nil
}

func (s *service) wishesPut(ctx context.Context, a *gate.Asker, in *struct{ Body AlertWishes }) (*answer[AlertWishes], error) {
	h := in.Body.Quiet.hours()
	w := alert.Wishes{Needs: in.Body.Needs, QuietFrom: h.From, QuietUntil: h.Until, Zone: h.Zone}
	for _, c := range in.Body.Choices {
		w.Choices = append(w.Choices, alert.Choice{Query: c.QueryID, Spikes: c.Spikes, Reach: c.Reach})
	}
	if err := s.Alerts.Wish(ctx, a.Actor, w); err != nil {
		return nil, err
	}
	return s.wishesGet(ctx, a, nil)
}

// DigestWish is when somebody wants a digest.
type DigestWish struct {
	Every   string `json:"every" enum:"never,day,week"`
	Weekday int    `json:"weekday,omitempty" minimum:"0" maximum:"6" doc:"Of every week; 0 is Sunday"`
	Hour    int    `json:"hour" minimum:"0" maximum:"23"`
	Zone    string `json:"zone,omitempty" doc:"As in Europe/Paris; the site's if it is empty"`
}

func (s *service) digestGet(ctx context.Context, a *gate.Asker, _ *none) (*answer[DigestWish], error) {
	w, err := s.Digests.Wish(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return body(DigestWish{cmp.Or(string(w.Every), "never"), int(w.Weekday), w.Hour, w.Zone}), nil
}

func (s *service) digestPut(ctx context.Context, a *gate.Asker, in *struct{ Body DigestWish }) (*answer[DigestWish], error) {
	b := in.Body
	w := digest.Wish{Every: digest.Every(b.Every), Weekday: time.Weekday(b.Weekday), Hour: b.Hour, Zone: b.Zone}
	if b.Every == "never" {
		w.Every = digest.Never
	}
	if err := s.Digests.Choose(ctx, a.Actor, w); err != nil {
		return nil, err
	}
	return s.digestGet(ctx, a, nil)
}

// Alert is one thing that somebody of the team is told of.
type Alert struct {
	ID        int64     `json:"id"`
	Kind      string    `json:"kind" enum:"spike,need,reach"`
	SubjectID int64     `json:"subject_id" doc:"The spike, the trend, or the mention"`
	Step      int64     `json:"step" doc:"Of a spike, 0: it was found; n: it has grown for the nth time; -1: it is taken back"`
	At        time.Time `json:"at"`
	Waits     bool      `json:"waits" doc:"It was not told yet, as in quiet hours"`
}

func (s *service) alertsList(ctx context.Context, a *gate.Asker, in *Paged) (*answer[List[Alert]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	all, err := s.Alerts.Recent(ctx, a.Actor, before, in.limit())
	if err != nil {
		return nil, err
	}
	next := ""
	if len(all) > 0 {
		next = in.after(len(all) == in.limit(), all[len(all)-1].ID)
	}
	return page(all, next, func(o alert.Alert) Alert { return Alert{o.ID, string(o.Kind), o.Subject, o.Step, o.At, o.Waits} }), nil
}

// Webhook is where alerts are sent to.
type Webhook struct {
	ID           int64      `json:"id"`
	Name         string     `json:"name"`
	URL          string     `json:"url"`
	QueryID      int64      `json:"query_id" doc:"Only spikes and mentions of this standing query; 0: of any, and of all that is heard (in /me/alerts it is only the latter)"`
	QueryGone    bool       `json:"query_gone,omitempty" doc:"That query was removed: no spike and no mention can be sent any more"`
	Spikes       bool       `json:"spikes"`
	Needs        bool       `json:"needs"`
	Reach        int64      `json:"reach"`
	Quiet        QuietHours `json:"quiet"`
	Paused       bool       `json:"paused"`
	PausedWhy    string     `json:"paused_why,omitempty" doc:"hand; failing: for five days; gone: it answered that it is"`
	PausedAt     time.Time  `json:"paused_at,omitzero"`
	FailingSince time.Time  `json:"failing_since,omitzero" doc:"The first of the failures in a row"`
	TriedAt      time.Time  `json:"tried_at,omitzero"`
	OKAt         time.Time  `json:"ok_at,omitzero" doc:"When something was taken last"`
	LastError    string     `json:"last_error" doc:"Empty if the last try was taken"`
	Waiting      int64      `json:"waiting" doc:"Alerts that wait to be sent"`
	MadeAt       time.Time  `json:"made_at"`
}

func webhook(p *i18n.Printer) func(relay.Relay) Webhook {
	return func(o relay.Relay) Webhook {
		return Webhook{o.ID, o.Name, o.URL, o.Query, o.QueryGone, o.Spikes, o.Needs, o.Reach, quietHours(o.Quiet), o.Paused != "", o.Paused, o.PausedAt,
			o.FailingSince, o.TriedAt, o.OKAt, said(p, o.Error), o.Waiting, o.MadeAt}
	}
}

// MadeWebhook is a webhook with the secret that its alerts are signed with.
type MadeWebhook struct {
	Webhook
	Secret string `json:"secret" doc:"As Standard Webhooks writes them: whsec_ and base64"`
}

func (s *service) webhooksList(ctx context.Context, a *gate.Asker, _ *Part) (*answer[List[Webhook]], error) {
	all, err := s.Relays.List(ctx, a.Actor)
	if err != nil {
		return nil, err
	}
	return page(all, "", webhook(s.printer(a))), nil
}

func (s *service) webhookAdd(ctx context.Context, a *gate.Asker, in *struct {
	Body struct {
		Name    string     `json:"name,omitempty" doc:"As its host if it is not given"`
		URL     string     `json:"url" doc:"https"`
		QueryID int64      `json:"query_id,omitempty" doc:"Only spikes and mentions of this standing query; 0: of any, and of all that is heard"`
		Spikes  bool       `json:"spikes,omitempty"`
		Needs   bool       `json:"needs,omitempty"`
		Reach   int64      `json:"reach,omitempty"`
		Quiet   QuietHours `json:"quiet,omitempty"`
	}
}) (*answer[MadeWebhook], error) {
	b := in.Body
	o, secret, err := s.Relays.Add(ctx, a.Actor, relay.Wish{Name: b.Name, URL: b.URL, Query: b.QueryID, Spikes: b.Spikes, Needs: b.Needs, Reach: b.Reach, Quiet: b.Quiet.hours()})
	if err != nil {
		return nil, err
	}
	return body(MadeWebhook{webhook(s.printer(a))(o), secret}), nil
}

func (s *service) webhookGet(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Webhook], error) {
	o, err := s.Relays.Relay(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(webhook(s.printer(a))(o)), nil
}

func (s *service) webhookChange(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Body struct {
		Name    *string     `json:"name,omitempty"`
		URL     *string     `json:"url,omitempty"`
		QueryID *int64      `json:"query_id,omitempty" doc:"0: of any, and of all that is heard"`
		Spikes  *bool       `json:"spikes,omitempty"`
		Needs   *bool       `json:"needs,omitempty"`
		Reach   *int64      `json:"reach,omitempty"`
		Quiet   *QuietHours `json:"quiet,omitempty"`
		Paused  *bool       `json:"paused,omitempty"`
	}
}) (*answer[Webhook], error) {
	o, err := s.Relays.Relay(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	b, w := in.Body, o.Wish
	set(&w.Name, b.Name)
	set(&w.URL, b.URL)
	set(&w.Query, b.QueryID)
	set(&w.Spikes, b.Spikes)
	set(&w.Needs, b.Needs)
	set(&w.Reach, b.Reach)
	if b.Quiet != nil {
		w.Quiet = b.Quiet.hours()
	}
	if w != o.Wish {
		if err := s.Relays.Change(ctx, a.Actor, in.ID, w); err != nil {
			return nil, err
		}
	}
	if b.Paused != nil && *b.Paused != (o.Paused != "") {
		do := s.Relays.Resume
		if *b.Paused {
			do = s.Relays.Pause
		}
		if err := do(ctx, a.Actor, in.ID); err != nil {
			return nil, err
		}
	}
	return s.webhookGet(ctx, a, &in.ByID)
}

// set takes a value that was given.
func set[T any](to, given *T) {
	if given != nil {
		*to = *given
	}
}

func (s *service) webhookRemove(ctx context.Context, a *gate.Asker, in *ByID) (*none, error) {
	return nil, s.Relays.Remove(ctx, a.Actor, in.ID)
}

func (s *service) webhookTest(ctx context.Context, a *gate.Asker, in *ByID) (*answer[Webhook], error) {
	if err := s.Relays.Test(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	return s.webhookGet(ctx, a, in)
}

func (s *service) webhookSecret(ctx context.Context, a *gate.Asker, in *ByID) (*answer[MadeSecret], error) {
	secret, err := s.Relays.NewSecret(ctx, a.Actor, in.ID)
	if err != nil {
		return nil, err
	}
	return body(MadeSecret{secret}), nil
}

// WebhookTry is one request to a webhook.
type WebhookTry struct {
	ID        int64     `json:"id"`
	WebhookID string    `json:"webhook_id" doc:"As its header says: the same is the same alert, sent again"`
	Kind      string    `json:"kind" enum:"spike,need,reach,test"`
	SubjectID int64     `json:"subject_id,omitempty" doc:"The spike, the trend, or the mention"`
	Host      string    `json:"host" doc:"Where it went"`
	At        time.Time `json:"at"`
	Status    int       `json:"status" doc:"That was answered; 0: nothing was"`
	Error     string    `json:"error" doc:"Empty if it was taken"`
	AgainAt   time.Time `json:"again_at,omitzero" doc:"When it is to be sent again, if it is"`
}

func (s *service) webhookTries(ctx context.Context, a *gate.Asker, in *struct {
	ByID
	Paged
}) (*answer[List[WebhookTry]], error) {
	before, err := in.before()
	if err != nil {
		return nil, err
	}
	if _, err := s.Relays.Relay(ctx, a.Actor, in.ID); err != nil {
		return nil, err
	}
	all, err := s.Relays.Tries(ctx, a.Actor, in.ID, before, in.limit())
	if err != nil {
		return nil, err
	}
	next, p := "", s.printer(a)
	if len(all) > 0 {
		next = in.after(len(all) == in.limit(), all[len(all)-1].ID)
	}
	return page(all, next, func(o relay.Try) WebhookTry {
		return WebhookTry{o.ID, o.Name, o.Kind, o.Subject, o.Host, o.At, o.Status, said(p, o.Error), o.AgainAt}
	}), nil
}
