package trends

import (
	"embed"
	"net/http"

	"tribune/web/page"
)

// Files are this folder's styles and translations.
//
//go:embed *.css fr.json
var Files embed.FS

// Routes serves the trends.
func Routes(mux *http.ServeMux, k *page.Kit) {
	x := &trends{k}
	mux.Handle("GET /desk/radar/spikes", k.Staff(x.spikes))
	mux.Handle("GET /desk/radar/spikes/{id}", k.Staff(x.spike))
	mux.Handle("GET /desk/radar/alerts", k.Staff(x.alerts))
	mux.Handle("POST /desk/radar/alerts", k.Staff(x.chooseAlerts))
	mux.Handle("POST /desk/radar/digest", k.Staff(x.chooseDigest))
	mux.Handle("POST /desk/radar/webhooks", k.Staff(x.addWebhook))
	mux.Handle("GET /desk/radar/webhooks/{id}", k.Staff(x.webhook))
	mux.Handle("POST /desk/radar/webhooks/{id}", k.Staff(x.changeWebhook))
	mux.Handle("POST /desk/radar/webhooks/{id}/test", k.Staff(x.testWebhook))
	mux.Handle("POST /desk/radar/webhooks/{id}/pause", k.Staff(x.pauseWebhook))
	mux.Handle("POST /desk/radar/webhooks/{id}/secret", k.Staff(x.newSecret))
	mux.Handle("POST /desk/radar/webhooks/{id}/remove", k.Staff(x.removeWebhook))
	mux.Handle("GET /desk/radar/rising", k.Staff(x.rising))
	mux.Handle("GET /desk/radar/rising/{id}", k.Staff(x.trend))
}

// trends answers for this folder's pages.
type trends struct{ *page.Kit }
