package tribune

import (
	"context"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics serves /metrics in Prometheus form (the process, the runtime, the
// outbox by state), and profiles of the running program.
func (s *Site) metrics() http.Handler {
	reg := prometheus.NewRegistry()
	reg.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &outboxGauge{s})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(reg, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", s.health)
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	return mux
}

// outboxGauge counts the outbox when it is asked.
type outboxGauge struct{ s *Site }

var outboxDesc = prometheus.NewDesc("tribune_outbox", "Rows of the outbox by state.", []string{"state"}, nil)

func (g *outboxGauge) Describe(ch chan<- *prometheus.Desc) { ch <- outboxDesc }

func (g *outboxGauge) Collect(ch chan<- prometheus.Metric) {
	states, err := g.s.Events.States(context.Background())
	if err != nil {
		return
	}
	for state, n := range states {
		ch <- prometheus.MustNewConstMetric(outboxDesc, prometheus.GaugeValue, float64(n), string(state))
	}
}
