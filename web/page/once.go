package page

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"tribune/gate"
	"tribune/internal/fault"
	"tribune/know"
)

// A form that is sent a second time, because the line is slow or a button was
// clicked twice, is done once, and answered as it was. Each page that is
// rendered carries a key in its forms; the same words in the same form of the
// same page by the same reader are the same deed. The key is kept where those
// of the API are.
//
// A form that may be repeated, because it says what shall be so (a vote, a
// follow), or whose answer holds a secret (a sign-in), says data-again and
// has none; nor have forms with files, which are safe to send twice.

const (
	formKey  = "once"
	formWait = 20 * time.Second // for the same form, under way
	formLook = 50 * time.Millisecond

	// Of a form without files, in bytes: far more than any text may have, so
	// that one that is too long is refused beside its field, with all that was
	// typed.
	formAtMost = 2 << 20
)

// keyed puts a key into the forms of a page.
func keyed(page []byte) []byte {
	const form = "<form"
	if !bytes.Contains(page, []byte(form)) {
		return page
	}
	field := []byte(`<input type="hidden" name="` + formKey + `" value="` + rand.Text() + `">`)
	out := make([]byte, 0, len(page)+8*len(field))
	for {
		at := bytes.Index(page, []byte(form))
		if at < 0 {
			return append(out, page...)
		}
		end := bytes.IndexByte(page[at:], '>')
		if end < 0 {
			return append(out, page...)
		}
		tag := page[at : at+end+1]
		out = append(out, page[:at+end+1]...)
		if bytes.Contains(tag, []byte(`method="post"`)) && !bytes.Contains(tag, []byte("data-again")) && !bytes.Contains(tag, []byte("multipart/")) {
			out = append(out, field...)
		}
		page = page[at+end+1:]
	}
}

// done is how a form was answered: where it led, and what it said there.
type done struct {
	To    string `json:"to,omitempty"`
	Voice int64  `json:"voice,omitempty"` // to a visitor's own words, whose address is a secret: it is made anew
	Flash string `json:"flash,omitempty"`
}

// once runs f, unless the same form was done before.
func (k *Kit) once(w http.ResponseWriter, r *http.Request, v *View, f Handler) error {
	sent, key := formSent(r)
	if key == "" {
		return f(w, r, v)
	}
	ctx, asker := r.Context(), gate.From(r.Context())
	who := fmt.Sprintf("form of person %d", asker.ID)
	if asker.ID == 0 {
		who = "form of address " + asker.Address.String()
	}
	sum := sha256.Sum256(append([]byte(r.URL.RequestURI()+"\n"), sent...))
	request := hex.EncodeToString(sum[:])
	attempt, err := k.beginForm(ctx, asker.Actor, who+"\n"+key+"\n"+request, request)
	if err != nil {
		return err
	}
	if attempt.Status != 0 {
		return k.again(w, r, attempt.Answer)
	}
	settled := &settler{ResponseWriter: w, settle: func(status int, header http.Header) {
		if status == http.StatusSeeOther {
			attempt.Status, attempt.Answer = status, answerOf(r, header)
		}
		if err := k.People.End(ctx, attempt); err != nil {
			k.Log.Error("it could not be noted that a form was done", "path", r.URL.Path, "request", asker.RequestID, "error", err)
		}
	}}
	defer settled.WriteHeader(0) // what failed, or was not answered, may be sent again
	return f(settled, r, v)
}

// formSent reads a small form without files, and gives the key in it; the form
// can be read again.
func formSent(r *http.Request) (sent []byte, key string) {
	if r.Method != http.MethodPost || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return nil, ""
	}
	sent, err := io.ReadAll(io.LimitReader(r.Body, formAtMost+1))
	r.Body = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(bytes.NewReader(sent), r.Body), r.Body}
	if err != nil || len(sent) > formAtMost {
		return nil, ""
	}
	fields, _ := url.ParseQuery(string(sent)) // what cannot be read is for the handler to say
	return sent, fields.Get(formKey)
}

// beginForm notes that a form is being done. If it is under way it waits for
// that: whoever clicked twice sees what became of the first.
func (k *Kit) beginForm(ctx context.Context, a know.Actor, who, request string) (know.Attempt, error) {
	end := time.Now().Add(formWait)
	for {
		attempt, err := k.People.Begin(ctx, a, who, request)
		switch {
		case err == nil:
			return attempt, nil
		case errors.Is(err, know.ErrForgotten):
			return attempt, fault.New(fault.Conflict, "This was done already. Look at the page it is about.").Because(err)
		case !errors.Is(err, know.ErrUnderWay):
			return attempt, err
		case time.Now().After(end):
			return attempt, fault.New(fault.Conflict, "This form was sent before, and is not done yet. Look at the page it is about, to see whether it was done.").Because(err)
		}
		select {
		case <-ctx.Done():
			return attempt, ctx.Err()
		case <-time.After(formLook):
		}
	}
}

// answerOf writes down where a form led. Secrets of its own address are left
// out: the same form has them again.
func answerOf(r *http.Request, header http.Header) string {
	d := done{To: header.Get("Location")}
	for _, name := range []string{"secret", "key", "code"} {
		if secret := r.PathValue(name); secret != "" {
			d.To = strings.ReplaceAll(d.To, secret, "{"+name+"}")
		}
	}
	if id, ok := voiceIn(d.To); ok {
		d.To, d.Voice = "", id
	}
	for _, c := range (&http.Response{Header: header}).Cookies() {
		if strings.TrimPrefix(c.Name, "__Host-") == flashName {
			d.Flash = c.Value
		}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return ""
	}
	return string(text)
}

// again answers a form as it was answered before.
func (k *Kit) again(w http.ResponseWriter, r *http.Request, answer string) error {
	var d done
	if err := json.Unmarshal([]byte(answer), &d); err != nil {
		return err
	}
	for _, name := range []string{"secret", "key", "code"} {
		d.To = strings.ReplaceAll(d.To, "{"+name+"}", r.PathValue(name))
	}
	if d.Voice != 0 {
		var err error
		if d.To, err = k.VoiceURL(r.Context(), d.Voice); err != nil {
			return err
		}
	}
	if d.Flash != "" {
		Flash(w, r, d.Flash)
	}
	return Back(w, r, d.To)
}

// settler settles a form as its answer begins, before anybody sees it.
type settler struct {
	http.ResponseWriter
	settle func(status int, header http.Header)
}

// WriteHeader settles the form, once, and passes the status on; 0 only settles.
func (s *settler) WriteHeader(status int) {
	if s.settle != nil {
		s.settle(status, s.Header())
		s.settle = nil
	}
	if status != 0 {
		s.ResponseWriter.WriteHeader(status)
	}
}

// Unwrap gives the writer below, for http.ResponseController.
func (s *settler) Unwrap() http.ResponseWriter { return s.ResponseWriter }
