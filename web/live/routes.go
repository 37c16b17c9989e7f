package live

import (
	"embed"
	"net/http"
	"time"

	"tribune/web/page"
)

// Files are this folder's styles, script and translations.
//
//go:embed *.css *.js fr.json
var Files embed.FS

// pace is how quick the streams are.
type pace struct {
	gather   time.Duration // how long changes gather before they are shown: at most so often a page moves
	beat     time.Duration // a sign of life, so that what stands between does not cut a still stream
	patience time.Duration // how long a reader may take to read one message
	life     time.Duration // then a stream begins anew, as whoever its reader is by then
}

// Routes serves the streams.
func Routes(mux *http.ServeMux, k *page.Kit) {
	routes(mux, k, pace{gather: 300 * time.Millisecond, beat: 20 * time.Second, patience: 10 * time.Second, life: 30 * time.Minute})
}

func routes(mux *http.ServeMux, k *page.Kit, p pace) *hub {
	h := &hub{Kit: k, pace: p, streams: map[*stream]bool{}, look: make(chan struct{}, 1)}
	h.look <- struct{}{}
	mux.Handle("GET /live", k.Handle(h.serve))
	return h
}
