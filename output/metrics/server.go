package metrics

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// Limits of the server. Whoever asks is not trusted, and a scrape takes
// milliseconds.
const (
	readTimeout     = 5 * time.Second
	writeTimeout    = 30 * time.Second
	idleTimeout     = 2 * time.Minute // longer than what scrapes usually are apart
	shutdownTimeout = 2 * time.Second
	maxHeader       = 16 << 10
	maxConnections  = 64
	maxScrapes      = 4
)

const index = `<!doctype html>
<meta charset="utf-8">
<title>ikesniff</title>
<h1>ikesniff</h1>
<ul>
<li><a href="/metrics">/metrics</a>: for Prometheus</li>
<li><a href="/ready">/ready</a>: whether packets are captured</li>
</ul>
`

// Handler answers /metrics, /ready and / with links to both.
func (e *Exporter) Handler() http.Handler {
	registry := e.Registry()
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		Registry: registry, MaxRequestsInFlight: maxScrapes,
	}))
	mux.HandleFunc("GET /ready", func(w http.ResponseWriter, _ *http.Request) {
		text, ok := e.ready(time.Now())
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		if !ok {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
		io.WriteString(w, text+"\n")
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, index)
	})
	return mux
}

// ready tells whether packets are captured, and says so in a sentence.
func (e *Exporter) ready(now time.Time) (text string, ok bool) {
	latest := e.latest.Load()
	if latest == nil {
		return "Capturing has not begun yet.", false
	}
	if !latest.Running {
		return "Capturing has ended.", false
	}
	if age := now.Sub(latest.at); age > e.options.Fresh {
		return fmt.Sprintf("The program is stuck: its last values are %d seconds old.", int(age.Seconds())), false
	}
	return "Packets are captured.", true
}

// Serve answers on l until ctx is done, then closes l and all connections;
// requests that are being answered get two seconds. It returns nil then, and
// the error of l if that came first.
func (e *Exporter) Serve(ctx context.Context, l net.Listener) error {
	s := &http.Server{
		Handler:           e.Handler(),
		ReadHeaderTimeout: readTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         limitConnections(maxConnections),
		// What it would log are mistakes of whoever asks; a live view may have the terminal.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(l) }()
	select {
	case err := <-served:
		s.Close()
		return err
	case <-ctx.Done():
	}
	soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownTimeout)
	defer cancel()
	if s.Shutdown(soon) != nil {
		s.Close()
	}
	if err := <-served; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// limitConnections closes connections beyond so many at once.
func limitConnections(most int64) func(net.Conn, http.ConnState) {
	var open atomic.Int64
	return func(c net.Conn, s http.ConnState) {
		switch s {
		case http.StateNew:
			if open.Add(1) > most {
				c.Close()
			}
		case http.StateClosed, http.StateHijacked:
			open.Add(-1)
		}
	}
}
