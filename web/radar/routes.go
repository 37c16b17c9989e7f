package radar

import (
	"embed"
	"net/http"

	"tribune/web/desk"
	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the radar.
func Routes(mux *http.ServeMux, k *page.Kit) {
	x := &radar{Kit: k, shelf: &shelf{now: k.Now}}
	mux.Handle("GET /desk/radar", k.Staff(x.stream))
	mux.Handle("GET /desk/mentions/{id}", k.Staff(x.mention))
	mux.Handle("POST /desk/mentions/{id}/open", k.Staff(x.openThread))
	mux.Handle("POST /desk/mentions/{id}/hide", k.Staff(x.hide))
	mux.Handle("POST /desk/mentions/{id}/withdraw", k.Staff(x.withdraw))
	mux.Handle("POST /desk/mentions/{id}/quote", k.Staff(x.quote))
	mux.Handle("POST /desk/mentions/{id}/correct", k.Staff(x.correct))
	mux.Handle("GET /desk/radar/volume", k.Staff(x.volume))
	mux.Handle("GET /desk/radar/share", k.Staff(x.share))
	mux.Handle("GET /desk/radar/queries", k.Staff(x.queries))
	mux.Handle("GET /desk/radar/queries/new", k.Staff(x.newQuery))
	mux.Handle("POST /desk/radar/queries/new", k.Staff(x.addQuery))
	mux.Handle("GET /desk/radar/queries/{id}", k.Staff(x.query))
	mux.Handle("POST /desk/radar/queries/{id}", k.Staff(x.changeQuery))
	mux.Handle("POST /desk/radar/queries/{id}/remove", k.Staff(x.removeQuery))
	mux.Handle("GET /desk/radar/lists", k.Staff(x.lists))
	mux.Handle("GET /desk/radar/lists/new", k.Staff(x.newList))
	mux.Handle("POST /desk/radar/lists/new", k.Staff(x.addList))
	mux.Handle("GET /desk/radar/lists/{id}", k.Staff(x.list))
	mux.Handle("POST /desk/radar/lists/{id}", k.Staff(x.changeList))
	mux.Handle("POST /desk/radar/lists/{id}/remove", k.Staff(x.removeList))
	mux.Handle("GET /desk/radar/sources", k.Staff(x.sources))
	mux.Handle("POST /desk/radar/sources", k.Staff(x.addSource))
	mux.Handle("GET /desk/radar/sources/{id}", k.Staff(x.source))
	mux.Handle("POST /desk/radar/sources/{id}", k.Staff(x.changeSource))
	mux.Handle("POST /desk/radar/sources/{id}/token", k.Staff(x.changeToken))
	mux.Handle("POST /desk/radar/sources/{id}/pause", k.Staff(x.pauseSource))
	mux.Handle("POST /desk/radar/sources/{id}/poll", k.Staff(x.pollSource))
	mux.Handle("POST /desk/radar/sources/{id}/remove", k.Staff(x.removeSource))
	mux.Handle("POST /desk/radar/linkbacks", k.Staff(x.sendMentions))
	mux.Handle("GET /desk/radar/forget", k.Staff(x.forgetting))
	mux.Handle("POST /desk/radar/forget", k.Staff(x.keepFor))
	mux.Handle("POST /desk/radar/forget/{id}", k.Staff(x.forgetAccount))
	mux.Handle("POST /desk/radar/forget/{id}/refuse", k.Staff(x.refuseForget))
	mux.Handle("POST /desk/radar/hooks", k.Staff(x.addHook))
	mux.Handle("POST /desk/radar/mailboxes", k.Staff(x.addMailbox))
	mux.Handle("POST /desk/radar/sources/{id}/secret", k.Staff(x.newSecret))
	mux.Handle("GET /desk/radar/import", k.Staff(x.importForm))
	mux.Handle("POST /desk/radar/import", k.Staff(x.importFile))
}

// radar answers for this folder's pages.
type radar struct {
	*page.Kit
	shelf *shelf // files that were checked and not yet imported
}

// Tabs are the radar's pages, for the folders that have some of them.
func Tabs(v *page.View, current string) []desk.Tab { return tabs(v, current) }

// tabs are the radar's pages.
func tabs(v *page.View, current string) []desk.Tab {
	tab := func(id, href, name string) desk.Tab { return desk.Tab{Name: name, Href: href, Current: id == current} }
	feeding := desk.Tab{Name: v.T("Sources and queries"), Href: "/desk/radar/sources", Under: []desk.Tab{
		tab("sources", "/desk/radar/sources", v.T("Sources")),
		tab("import", "/desk/radar/import", v.T("Import")),
		tab("queries", "/desk/radar/queries", v.T("Standing queries")),
		tab("lists", "/desk/radar/lists", v.T("Lists")),
		tab("forget", "/desk/radar/forget", v.T("Forgetting")),
	}}
	for _, t := range feeding.Under {
		feeding.Current = feeding.Current || t.Current
	}
	return []desk.Tab{
		tab("stream", "/desk/radar", v.T("What is said")),
		tab("volume", "/desk/radar/volume", v.T("Volume and mood")),
		tab("share", "/desk/radar/share", v.T("Share of voice")),
		tab("spikes", "/desk/radar/spikes", v.T("Spikes")),
		tab("rising", "/desk/radar/rising", v.T("What rises")),
		tab("alerts", "/desk/radar/alerts", v.T("Alerts")),
		feeding,
	}
}
