package metrics

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// serve runs a server until the test ends, or stop is called. It fails unless
// Serve then returns nil and leaves no goroutine.
func serve(t *testing.T, e *Exporter) (address string, stop func()) {
	t.Helper()
	l, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- e.Serve(ctx, l) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		select {
		case err := <-served:
			if err != nil {
				t.Error(err)
			}
		case <-time.After(20 * time.Second):
			t.Fatal("it does not end")
		}
		http.DefaultClient.CloseIdleConnections()
		for began := time.Now(); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
			if time.Since(began) > 10*time.Second {
				buf := make([]byte, 1<<16)
				t.Fatalf("goroutines stayed:\n%s", buf[:runtime.Stack(buf, true)])
			}
		}
	}
	t.Cleanup(stop)
	return l.Addr().String(), stop
}

func get(t *testing.T, address, path string) (status int, body string, header http.Header) {
	t.Helper()
	r, err := http.Get("http://" + address + path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, string(b), r.Header
}

func TestServe(t *testing.T) {
	e := New(options)
	address, _ := serve(t, e)
	e.Set(full())
	status, body, header := get(t, address, "/metrics")
	if status != 200 || !strings.HasPrefix(header.Get("Content-Type"), "text/plain; version=0.0.4") {
		t.Errorf("status %d, %s", status, header)
	}
	for _, line := range []string{
		"# TYPE ikesniff_anomalies_total counter\n", `ikesniff_tunnels{status="up"} 2` + "\n",
		"go_memstats_heap_inuse_bytes ", "ikesniff_interface_up{interface=\"wan\uFFFD\\\"\\n\"} 0\n",
	} {
		if !strings.Contains(body, line) {
			t.Errorf("/metrics has no %q", line)
		}
	}
	if runtime.GOOS == "linux" && !strings.Contains(body, "\nprocess_resident_memory_bytes ") {
		t.Error("/metrics does not have the memory of the process")
	}
	if status, body, _ = get(t, address, "/"); status != 200 || !strings.Contains(body, `href="/metrics"`) || !strings.Contains(body, `href="/ready"`) {
		t.Errorf("/: %d %s", status, body)
	}
	if status, _, _ = get(t, address, "/nonsense"); status != 404 {
		t.Errorf("/nonsense: %d", status)
	}
	r, err := http.Post("http://"+address+"/metrics", "text/plain", strings.NewReader("x"))
	if err != nil {
		t.Fatal(err)
	}
	r.Body.Close()
	if r.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", r.StatusCode)
	}
}

func TestReady(t *testing.T) {
	e := New(Options{})
	address, _ := serve(t, e)
	check := func(want int, sentence string) {
		t.Helper()
		if status, body, _ := get(t, address, "/ready"); status != want || body != sentence+"\n" {
			t.Errorf("%d %q, want %d %q", status, body, want, sentence)
		}
	}
	check(503, "Capturing has not begun yet.")
	e.Set(&report.Snapshot{Running: true}) // its own time is long ago: that of a recorded stream
	check(200, "Packets are captured.")
	if text, ok := e.ready(time.Now().Add(defaultFresh - time.Second)); !ok {
		t.Error(text)
	}
	if text, ok := e.ready(time.Now().Add(42*time.Second + time.Millisecond)); ok || text != "The program is stuck: its last values are 42 seconds old." {
		t.Error(text)
	}
	e.Set(&report.Snapshot{})
	check(503, "Capturing has ended.")
}

// Connections that say nothing do not hold up the end, and there is a limit to
// how many there may be.
func TestSilentConnections(t *testing.T) {
	e := New(Options{})
	address, stop := serve(t, e)
	read := func(c net.Conn, wait time.Duration) error {
		_ = c.SetReadDeadline(time.Now().Add(wait))
		_, err := c.Read(make([]byte, 1))
		return err
	}
	var connections []net.Conn
	for range maxConnections + 3 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		connections = append(connections, c)
	}
	for _, c := range connections[maxConnections:] {
		if err := read(c, 10*time.Second); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("one too many is not closed:", err)
		}
	}
	for _, c := range connections[:maxConnections] {
		if err := read(c, time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error("one of those allowed does not stay open:", err)
		}
	}
	stop()
}

func TestServeTellsErrors(t *testing.T) {
	l, err := Listen(":0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if err := New(Options{}).Serve(t.Context(), l); err == nil {
		t.Error("no error of a closed listener")
	}
}
