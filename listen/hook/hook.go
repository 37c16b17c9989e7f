package hook

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"strconv"
	"strings"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"tribune/internal/fault"
)

const (
	tolerance = 5 * time.Minute    // between the clocks, as Standard Webhooks has it
	overlap   = 24 * time.Hour     // how long the secret before a new one opens
	remember  = 7 * 24 * time.Hour // how long a delivery is known again: senders try for a few days
	maxID     = 255                // bytes of webhook-id
)

// Call is what came to the address of a webhook: its three headers, and its
// body as it was sent.
type Call struct {
	ID        string
	Timestamp string
	Signature string
	Body      []byte
}

// key is what opens a webhook: one secret, or two for a while.
type key struct {
	secret, before string
	beforeUntil    time.Time
}

// MakeSecret makes a secret as Standard Webhooks writes them.
func MakeSecret() string {
	bytes := make([]byte, 32)
	rand.Read(bytes)
	return "whsec_" + base64.StdEncoding.EncodeToString(bytes)
}

// check refuses a call that is not signed with the key, or was not signed just
// now.
func (k key) check(c Call, now time.Time) error {
	if c.ID == "" || len(c.ID) > maxID || c.Timestamp == "" || c.Signature == "" {
		return fault.New(fault.Unauthorised, "What came is not signed: it needs the headers webhook-id, webhook-timestamp and webhook-signature, as Standard Webhooks says.")
	}
	if !k.signed(c, now) {
		return fault.New(fault.Unauthorised, "The signature of what came does not fit: it was made with another secret, or what was sent was changed on its way.")
	}
	seconds, err := strconv.ParseInt(c.Timestamp, 10, 64)
	if err != nil || now.Sub(time.Unix(seconds, 0)).Abs() > tolerance {
		return fault.New(fault.Unauthorised, "What came was not signed within the last {minutes} minutes. Is the sender’s clock right?", "minutes", int(tolerance/time.Minute))
	}
	return nil
}

func (k key) signed(c Call, now time.Time) bool {
	return fits(k.secret, c) || now.Before(k.beforeUntil) && fits(k.before, c)
}

// fits reports whether a call is signed with a secret; none fits nothing.
func fits(secret string, c Call) bool {
	if secret == "" {
		return false
	}
	w, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return false
	}
	h := http.Header{}
	h.Set(standardwebhooks.HeaderWebhookID, c.ID)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, c.Timestamp)
	h.Set(standardwebhooks.HeaderWebhookSignature, c.Signature)
	return w.VerifyIgnoringTimestamp(c.Body, h) == nil // by our own clock: check
}

// Sign gives the headers of what we send ourselves, signed with each of some
// secrets: whoever knows one of them can tell that it is ours.
func Sign(id string, at time.Time, body []byte, secrets ...string) (http.Header, error) {
	var all []string
	for _, secret := range secrets {
		w, err := standardwebhooks.NewWebhook(secret)
		if err != nil {
			return nil, err
		}
		signature, err := w.Sign(id, at, body)
		if err != nil {
			return nil, err
		}
		all = append(all, signature)
	}
	return http.Header{
		standardwebhooks.HeaderWebhookID:        {id},
		standardwebhooks.HeaderWebhookTimestamp: {strconv.FormatInt(at.Unix(), 10)},
		standardwebhooks.HeaderWebhookSignature: {strings.Join(all, " ")},
	}, nil
}

// name is what a delivery is known by, whatever bytes its sender names it with.
func name(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:])
}
