package hook

import (
	"log/slog"
	"strconv"
	"strings"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tribune/event"
	"tribune/internal/fault"
	"tribune/know"
	"tribune/listen"
	"tribune/storage"
	"tribune/storage/storagetest"
)

// The example of the specification (standard-webhooks/spec, "Signature scheme",
// and its libraries' tests), written from its published text.
func TestSignatureOfTheSpecification(t *testing.T) {
	k := key{secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
	c := Call{ID: "msg_p5jXN8AQM9LWM0D4loKWxJek", Timestamp: "1614265330", Signature: "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", Body: []byte(`{"test": 2432232314}`)}
	now := time.Unix(1614265330, 0)
	if err := k.check(c, now); err != nil {
		t.Error(err)
	}
	c.Signature = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,x " + c.Signature
	if err := k.check(c, now.Add(tolerance)); err != nil {
		t.Error("among several signatures:", err)
	}
}

func TestWhatIsNotSignedIsRefused(t *testing.T) {
	now := time.Unix(1614265330, 0)
	secret, before := MakeSecret(), MakeSecret()
	k := key{secret: secret, before: before, beforeUntil: now.Add(overlap)}
	good := signedCall(t, secret, "msg_1", now, `{"text": "x"}`)
	for name, change := range map[string]func(c *Call, k *key){
		"another body":      func(c *Call, _ *key) { c.Body = []byte(`{"text": "y"}`) },
		"another id":        func(c *Call, _ *key) { c.ID = "msg_2" },
		"another time":      func(c *Call, _ *key) { c.Timestamp = "1614265331" },
		"no id":             func(c *Call, _ *key) { c.ID = "" },
		"no time":           func(c *Call, _ *key) { c.Timestamp = "" },
		"no signature":      func(c *Call, _ *key) { c.Signature = "" },
		"words for a time":  func(c *Call, _ *key) { c.Timestamp = "now" },
		"another version":   func(c *Call, _ *key) { c.Signature = "v2" + c.Signature[2:] },
		"another secret":    func(_ *Call, k *key) { k.secret = MakeSecret() },
		"no secret yet":     func(c *Call, k *key) { *k = key{}; *c = signedCall(t, "whsec_", "msg_1", now, `{"text": "x"}`) },
		"too old":           func(c *Call, _ *key) { *c = signedCall(t, secret, "msg_1", now.Add(-tolerance-time.Second), "{}") },
		"of the future":     func(c *Call, _ *key) { *c = signedCall(t, secret, "msg_1", now.Add(tolerance+time.Second), "{}") },
		"of a far future":   func(c *Call, _ *key) { *c = signedCall(t, secret, "msg_1", time.Unix(1<<62, 0), "{}") },
		"an endless id":     func(c *Call, _ *key) { *c = signedCall(t, secret, strings.Repeat("a", maxID+1), now, "{}") },
		"with the one gone": func(c *Call, k *key) { *c = signedCall(t, before, "msg_1", now, "{}"); k.beforeUntil = now },
	} {
		c, k := good, k
		change(&c, &k)
		if err := k.check(c, now); !fault.Is(err, fault.Unauthorised) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, s := range []string{secret, before} {
		if err := k.check(signedCall(t, s, "msg_1", now, "{}"), now); err != nil {
			t.Error(err)
		}
	}
}

func signedCall(t *testing.T, secret, id string, at time.Time, body string) Call {
	t.Helper()
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		t.Fatal(err)
	}
	signature, err := w.Sign(id, at, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return Call{ID: id, Timestamp: strconv.FormatInt(at.Unix(), 10), Signature: signature, Body: []byte(body)}
}

// site is webhooks over a fresh site.
type site struct {
	*Hooks
	db    *storage.DB
	radar *listen.Radar
	staff know.Actor
	at    time.Time
}

func open(t *testing.T, db *storage.DB) *site {
	s := &site{db: db, staff: know.Actor{ID: 1, Role: know.Staff}, at: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)}
	now := func() time.Time { return s.at }
	log := slog.New(slog.DiscardHandler)
	events := event.New(log, db, now, "test")
	s.radar = listen.New(log, db, events, know.New(log, db, events, now, nil), nil, now)
	s.Hooks = New(db, events, s.radar, now)
	return s
}

func (s *site) make(t *testing.T, name string, addressed bool) (source int64, secret string) {
	t.Helper()
	src, err := s.radar.AddSource(t.Context(), s.staff, listen.NewSource{Name: name, Kind: listen.WebhookSource, Addressed: addressed})
	if err != nil {
		t.Fatal(err)
	}
	if secret, err = s.NewSecret(t.Context(), s.staff, src.ID); err != nil {
		t.Fatal(err)
	}
	return src.ID, secret
}

// send opens and takes a call, as the face does.
func (s *site) send(t *testing.T, source int64, secret, id string, rows ...listen.Pushed) (heard []listen.Heard, again bool) {
	t.Helper()
	c := signedCall(t, secret, id, s.at, "{}")
	again, err := s.Open(t.Context(), source, c)
	if err == nil && !again {
		heard, err = s.Take(t.Context(), source, c, rows)
	}
	if err != nil {
		t.Fatal(err)
	}
	return heard, again
}

func said(id, text string) listen.Pushed {
	return listen.Pushed{Post: listen.Post{ExternalID: id, Text: text, Author: listen.Author{Name: "Ana"}}}
}

func (s *site) texts(t *testing.T) (all []string) {
	t.Helper()
	list, _, err := s.radar.Mentions(t.Context(), s.staff, listen.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		all = append(all, m.Text)
	}
	return all
}

// What is pushed is stored, edited and deleted; a delivery that comes again, or
// whose rows are wrong, changes nothing, and the source says how it went.
func TestPushed(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		source, secret := s.make(t, "Shop", true)
		heard, _ := s.send(t, source, secret, "msg_1", said("1", "one"), said("2", "two"), said("3", "three"), said("3", "three, mended"))
		if heard[2].ID == 0 || heard[2].ID != heard[3].ID {
			t.Errorf("what came twice: %+v", heard)
		}
		if all := s.texts(t); strings.Join(all, "|") != "three, mended|two|one" {
			t.Errorf("%q", all)
		}
		if _, again := s.send(t, source, secret, "msg_1", said("4", "four")); !again {
			t.Error("the same delivery is not known")
		}
		gone := listen.Pushed{Post: listen.Post{ExternalID: "2"}, Deleted: true}
		heard, _ = s.send(t, source, secret, "msg_2", said("1", "one, edited"), gone, said("3", "three, mended"), said("5", ""), listen.Pushed{Deleted: true})
		if !heard[0].Known || !heard[1].Deleted || !heard[2].Known || heard[3].Err == nil || heard[4].Err == nil {
			t.Errorf("%+v", heard)
		}
		if all := s.texts(t); strings.Join(all, "|") != "three, mended|one, edited" {
			t.Errorf("%q", all)
		}
		// What was deleted is not heard anew.
		s.send(t, source, secret, "msg_3", said("2", "two"))
		if all := s.texts(t); len(all) != 2 {
			t.Errorf("%q", all)
		}
		src, err := s.radar.Source(t.Context(), s.staff, source)
		if err != nil || src.LastError.Text != "" || src.Mentions != 3 || !strings.HasPrefix(src.LastResult.String(), "Items read: 1.") || !src.OKAt.Equal(s.at) {
			t.Errorf("%+v, %v", src, err)
		}
		// All of it wrong: it may come again, mended.
		s.send(t, source, secret, "msg_4", said("6", ""))
		if src, _ = s.radar.Source(t.Context(), s.staff, source); !strings.Contains(src.LastError.String(), "no text") || !strings.HasPrefix(src.LastError.String(), "Refused: 1.") || src.Failures != 1 || src.Fails() {
			t.Errorf("%+v", src)
		}
		if _, again := s.send(t, source, secret, "msg_4", said("6", "six")); again {
			t.Error("a delivery of which nothing was stored is taken for done")
		}
		s.at = s.at.Add(remember + time.Second)
		if err := s.Tidy(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, again := s.send(t, source, secret, "msg_1", said("1", "one, edited")); again {
			t.Error("deliveries are known for ever")
		}
	})
}

// An open source lets rest what nobody listens for, as it is said now.
func TestPushedToAnOpenSource(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		source, secret := s.make(t, "Forum", false)
		heard, _ := s.send(t, source, secret, "msg_1", said("1", "rain"), said("2", "wind"), said("3", "hail"))
		if !heard[0].Rests || len(s.texts(t)) != 0 {
			t.Errorf("%+v", heard)
		}
		s.send(t, source, secret, "msg_2", said("1", "rain and papier"), said("2", "wind"), listen.Pushed{Post: listen.Post{ExternalID: "3"}, Deleted: true})
		if _, found, err := s.radar.AddQuery(t.Context(), s.staff, listen.NewQuery{Name: "Us", Text: "papier OR hail"}); err != nil || found != 1 {
			t.Errorf("found %d, %v", found, err)
		}
		if all := s.texts(t); strings.Join(all, "|") != "rain and papier" {
			t.Errorf("%q", all)
		}
	})
}

// Secrets are exchanged in peace, and who is refused is seen on the source.
func TestSecrets(t *testing.T) {
	storagetest.Each(t, func(t *testing.T, db *storage.DB) {
		s := open(t, db)
		ctx := t.Context()
		source, first := s.make(t, "Shop", true)
		second, err := s.NewSecret(ctx, s.staff, source)
		if err != nil || second == first {
			t.Fatal(second, err)
		}
		s.send(t, source, first, "msg_1", said("1", "one"))
		s.send(t, source, second, "msg_2", said("2", "two"))
		if k, err := s.Key(ctx, s.staff, source); err != nil || !k.BeforeUntil.Equal(s.at.Add(overlap)) {
			t.Errorf("%+v, %v", k, err)
		}
		refused := func(secret string, kind fault.Kind) {
			t.Helper()
			if _, err := s.Open(ctx, source, signedCall(t, secret, "msg_9", s.at, "{}")); !fault.Is(err, kind) {
				t.Error(err)
			}
		}
		s.at = s.at.Add(overlap)
		refused(first, fault.Unauthorised)
		refused(first, fault.Unauthorised)
		src, err := s.radar.Source(ctx, s.staff, source)
		if err != nil || !strings.Contains(src.RefusedWhy.String(), "another secret") || src.Refused != 1 || src.Failures != 0 || src.LastError.Text != "" {
			t.Errorf("%+v, %v", src, err)
		}
		paused := true
		if _, err := s.radar.ChangeSource(ctx, s.staff, source, listen.SourceChange{Paused: &paused}); err != nil {
			t.Fatal(err)
		}
		refused(second, fault.Conflict)
		if err := s.radar.RemoveSource(ctx, s.staff, source); err != nil {
			t.Fatal(err)
		}
		refused(second, fault.Unauthorised) // as for one that never was
		// Taken up again, it opens to none of its old secrets.
		if again, third := s.make(t, "Shop", true); again != source || third == second {
			t.Errorf("%d, %q", again, third)
		}
		refused(second, fault.Unauthorised)
		if _, err := s.NewSecret(ctx, know.Actor{ID: 2}, source); !fault.Is(err, fault.Unauthorised) && !fault.Is(err, fault.Forbidden) {
			t.Error(err)
		}
	})
}
