package page

import (
	"context"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"tribune/converse"
	"tribune/converse/post"
)

// Errand is what a visitor was about to do when they were asked to sign in. It
// stands in the address they go to afterwards (next=/ideas/3?do=vote), which the
// one-time link has with it, so it comes along into whatever browser the link is
// opened in. Anybody can write such an address; so nothing is done by opening
// one: the page that the link opens says what the errand is, and a button of
// theirs named after it does it.
type Errand struct {
	Do   Deed
	ID   int64  // of the idea, post, tribe or person, or of what somebody is thanked for; 0 to propose or to start
	Kind string // of what somebody is thanked for; of the reaction
	Kept string // ticket of the words that are kept meanwhile (know.KeepWords), if the deed has any
}

// Deed is what an errand does.
type Deed string

// The deeds. Those from ToComment on have words.
const (
	ToVote     Deed = "vote"
	ToAgainst  Deed = "against"
	ToFollow   Deed = "follow"
	ToReact    Deed = "react"
	ToJoin     Deed = "join"
	ToJoinSeen Deed = "join-seen" // and let everybody see that one is in the tribe
	ToComment  Deed = "comment"
	ToPropose  Deed = "propose"
	ToReply    Deed = "reply"
	ToThank    Deed = "thank"
	ToStart    Deed = "start"
	ToWrite    Deed = "write"
)

// page is where a deed is done, with N for the number of what it is about; ""
// for what is no deed.
func (d Deed) page() string {
	switch d {
	case ToVote, ToAgainst, ToFollow, ToComment:
		return "/ideas/N"
	case ToPropose:
		return "/ideas/new"
	case ToReply, ToReact:
		return "/tribune/N"
	case ToJoin, ToJoinSeen:
		return "/tribes/N"
	case ToStart:
		return "/tribes/new"
	case ToWrite:
		return "/people/N/write"
	case ToThank:
		return "/thanks"
	}
	return ""
}

// wordy reports whether a deed has words.
func (d Deed) wordy() bool {
	switch d {
	case ToComment, ToPropose, ToReply, ToThank, ToStart, ToWrite:
		return true
	}
	return false
}

var number = regexp.MustCompile(`[1-9][0-9]{0,17}`)

// ErrandIn gives the errand in an address, if there is one.
func ErrandIn(next string) (e Errand, ok bool) {
	to, err := url.Parse(next)
	if err != nil {
		return e, false
	}
	q := to.Query()
	e = Errand{Do: Deed(q.Get("do")), Kind: q.Get("kind"), Kept: q.Get("kept")}
	id := number.FindString(to.Path)
	if e.Do == ToThank {
		id = number.FindString(q.Get("id"))
	}
	e.ID, _ = strconv.ParseInt(id, 10, 64)         // digits alone, or none
	begins := e.Do == ToPropose || e.Do == ToStart // what is not there yet has no number
	kinds := e.Do == ToThank || e.Do == ToReact
	ok = e.Do.page() != "" && to.Path == e.path() && begins == (e.ID == 0) && kinds == (e.Kind != "") && e.Do.wordy() == (e.Kept != "")
	if !ok {
		return Errand{}, false
	}
	return e, true
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

func (e Errand) path() string {
	return strings.Replace(e.Do.page(), "N", strconv.FormatInt(e.ID, 10), 1)
}

// address is the page that the errand is about, with more in its query.
func (e Errand) address(more url.Values) string {
	if e.Do == ToThank {
		more.Set("kind", e.Kind)
		more.Set("id", strconv.FormatInt(e.ID, 10))
	}
	if len(more) == 0 {
		return e.path()
	}
	return e.path() + "?" + more.Encode()
}

// Next is the address that has the errand in it.
func (e Errand) Next() string {
	q := url.Values{"do": {string(e.Do)}}
	if e.Kept != "" {
		q.Set("kept", e.Kept)
	}
	if e.Do == ToReact {
		q.Set("kind", e.Kind)
	}
	return e.address(q)
}

// Landing is where the errand can still be done by hand: with the words that
// are kept in their form.
func (e Errand) Landing() string {
	q := url.Values{}
	if e.Kept != "" {
		q.Set("kept", e.Kept)
	}
	to := e.address(q)
	switch e.Do {
	case ToComment:
		to += "#comment"
	case ToReply:
		to += "#write"
	case ToReact:
		to += "#reactions"
	}
	return to
}

// Action is where the form that does an errand without words is sent; its
// fields are Fields.
func (e Errand) Action() string {
	switch e.Do {
	case ToReact:
		return e.path() + "/reactions"
	case ToJoinSeen:
		return e.path() + "/join"
	}
	return e.path() + "/" + string(e.Do)
}

// Fields are what the form of Action sends.
func (e Errand) Fields() map[string]string {
	switch e.Do {
	case ToReact:
		return map[string]string{"kind": e.Kind}
	case ToJoinSeen:
		return map[string]string{"shown": "1"}
	}
	return map[string]string{"on": "1"}
}

// CommentURL is where a comment stands.
func CommentURL(idea, comment int64) string {
	id := strconv.FormatInt(comment, 10)
	return IdeaURL(idea) + "?comment=" + id + "#c" + id
}

// ReplyURL is where a reply is found: on the page of replies that begins with
// the thread it is in.
func ReplyURL(r post.Reply) string {
	return "/tribune/" + strconv.FormatInt(r.Post, 10) + "?replies=" + RepliesFrom(r) + "#r" + strconv.FormatInt(r.ID, 10)
}

// RepliesFrom is the cursor of the page of replies that begins with the thread
// of a reply.
func RepliesFrom(r post.Reply) string { return "r" + post.Key(r.Thread) + ".0" }

// LetterURL is where the writer of a letter reads it.
func LetterURL(t converse.Thread) string {
	path := "/me/threads/"
	if t.IsPublic() {
		path = "/letters/"
	}
	return path + strconv.FormatInt(t.ID, 10)
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
