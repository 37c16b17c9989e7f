package page

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// Errand is what a visitor was about to do when they were asked to sign in. It
// stands in the address they go to afterwards (next=/ideas/3?do=vote), which the
// one-time link has with it, so it comes along into whatever browser the link is
// opened in. Anybody can write such an address; so nothing is done by opening
// one: the page that the link opens says what the errand is, and a button of
// theirs named after it does it.
type Errand struct {
	Idea int64  // 0: to propose one
	Do   string // vote, against, follow, comment, propose
	Kept string // ticket of the words that are kept meanwhile (know.KeepWords): comment, propose
}

var errandPath = regexp.MustCompile(`^/ideas/(new|[1-9][0-9]{0,17})$`)

// ErrandIn gives the errand in an address, if there is one.
func ErrandIn(next string) (e Errand, ok bool) {
	to, err := url.Parse(next)
	if err != nil {
		return e, false
	}
	of := errandPath.FindStringSubmatch(to.Path)
	if of == nil {
		return e, false
	}
	e.Do, e.Kept = to.Query().Get("do"), to.Query().Get("kept")
	if of[1] == "new" {
		return e, e.Do == "propose" && e.Kept != ""
	}
	e.Idea, _ = strconv.ParseInt(of[1], 10, 64) // digits alone
	switch e.Do {
	case "vote", "against", "follow":
		return e, true
	case "comment":
		return e, e.Kept != ""
	}
	return Errand{}, false
}

// ErrandOf gives the errand of a form without words, by where it was sent:
// /ideas/3/vote. Taking back is none.
func ErrandOf(path, on string) (Errand, bool) {
	at := strings.LastIndexByte(path, '/')
	if at < 0 || on == "0" {
		return Errand{}, false
	}
	return ErrandIn(path[:at] + "?do=" + path[at+1:])
}

// Path is the page that the errand is about.
func (e Errand) Path() string {
	if e.Idea == 0 {
		return "/ideas/new"
	}
	return IdeaURL(e.Idea)
}

// Next is the address that has the errand in it.
func (e Errand) Next() string {
	q := url.Values{"do": {e.Do}}
	if e.Kept != "" {
		q.Set("kept", e.Kept)
	}
	return e.Path() + "?" + q.Encode()
}

// Landing is where the errand can still be done by hand: with the words that
// are kept in their form.
func (e Errand) Landing() string {
	switch e.Do {
	case "comment":
		return e.Path() + "?kept=" + url.QueryEscape(e.Kept) + "#comment"
	case "propose":
		return e.Path() + "?kept=" + url.QueryEscape(e.Kept)
	}
	return e.Path()
}

// CommentURL is where a comment stands.
func CommentURL(idea, comment int64) string {
	id := strconv.FormatInt(comment, 10)
	return IdeaURL(idea) + "?comment=" + id + "#c" + id
}

// VoiceURL is where a visitor finds words of their own again, and takes them
// back. Whoever has it may: it is shown to them alone.
func (k *Kit) VoiceURL(ctx context.Context, voice int64) (string, error) {
	code, err := k.Ideas.VoiceKey(ctx, voice)
	return voices + strconv.FormatInt(voice, 10) + "/" + code, err
}

const voices = "/voices/"

// voiceIn reads an address of VoiceURL.
func voiceIn(to string) (voice int64, ok bool) {
	rest, ok := strings.CutPrefix(to, voices)
	number, _, whole := strings.Cut(rest, "/")
	voice, err := strconv.ParseInt(number, 10, 64)
	return voice, ok && whole && err == nil
}
