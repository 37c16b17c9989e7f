package workshop

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the workshop.
func Routes(mux *http.ServeMux, k *page.Kit) {
	x := &workshop{k}
	mux.Handle("GET /desk/ideas", k.Staff(x.ideas))
	mux.Handle("GET /desk/ideas/find", k.Staff(x.find))
	mux.Handle("GET /desk/mentions/{mention}/idea", k.Staff(x.fromMention))
	mux.Handle("POST /desk/mentions/{mention}/idea", k.Staff(x.makeFromMention))
	mux.Handle("GET /desk/messages/{message}/idea", k.Staff(x.fromMessage))
	mux.Handle("POST /desk/messages/{message}/idea", k.Staff(x.makeFromMessage))
	mux.Handle("GET /desk/voices/add", k.Staff(x.pickForVoice))
	mux.Handle("POST /desk/voices/add", k.Staff(x.addVoice))
	mux.Handle("GET /desk/ideas/{id}", k.Staff(x.idea))
	mux.Handle("POST /desk/ideas/{id}/decide", k.Staff(x.decide))
	mux.Handle("POST /desk/ideas/{id}/sort", k.Staff(x.sort))
	mux.Handle("POST /desk/ideas/{id}/title", k.Staff(x.entitle))
	mux.Handle("POST /desk/ideas/{id}/hide", k.Staff(x.hide))
	mux.Handle("POST /desk/ideas/{id}/show", k.Staff(x.showAgain))
	mux.Handle("GET /desk/ideas/{id}/merge", k.Staff(x.pickForMerge))
	mux.Handle("POST /desk/ideas/{id}/merge", k.Staff(x.merge))
	mux.Handle("POST /desk/ideas/{id}/unmerge", k.Staff(x.unmerge))
	mux.Handle("GET /desk/ideas/{id}/mentions", k.Staff(x.findMentions))
	mux.Handle("POST /desk/voices/{id}/hide", k.Staff(x.hideVoice))
	mux.Handle("POST /desk/voices/{id}/show", k.Staff(x.showVoice))
	mux.Handle("POST /desk/voices/{id}/withdraw", k.Staff(x.withdrawVoice))
	mux.Handle("POST /desk/voices/{id}/quote", k.Staff(x.allowVoice))
	mux.Handle("GET /desk/voices", k.Staff(x.voicesToRead))
	mux.Handle("GET /desk/hidden", k.Staff(x.hidden))
	mux.Handle("POST /desk/comments/{id}/show", k.Staff(x.showComment))
	mux.Handle("GET /desk/decisions/{id}", k.Staff(x.decision))
	mux.Handle("GET /desk/calls", k.Staff(x.calls))
	mux.Handle("GET /desk/calls/new", k.Staff(x.newCall))
	mux.Handle("POST /desk/calls/new", k.Staff(x.openCall))
	mux.Handle("GET /desk/calls/{id}", k.Staff(x.call))
	mux.Handle("POST /desk/calls/{id}", k.Staff(x.changeCall))
	mux.Handle("GET /desk/releases", k.Staff(x.releases))
	mux.Handle("GET /desk/releases/new", k.Staff(x.newRelease))
	mux.Handle("POST /desk/releases/new", k.Staff(x.makeRelease))
	mux.Handle("GET /desk/releases/{id}", k.Staff(x.release))
	mux.Handle("POST /desk/releases/{id}", k.Staff(x.changeRelease))
}

// workshop answers for this folder's pages.
type workshop struct{ *page.Kit }

// typed gives all that was typed into a form, by field.
func typed(r *http.Request) map[string]string {
	t := make(map[string]string, len(r.PostForm))
	for name := range r.PostForm {
		t[name] = r.PostForm.Get(name)
	}
	return t
}
