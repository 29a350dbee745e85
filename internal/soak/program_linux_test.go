package soak

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// program is the program while it runs, with what reads its standard output.
type program struct {
	t      *testing.T
	exe    string
	cmd    *exec.Cmd
	stderr bytes.Buffer
	read   func(bool) // or does not, for a while

	lines, bad atomic.Uint64
	mu         sync.Mutex
	events     map[string]uint64 // by type
	done       chan struct{}
}

// start starts the program in the caller's namespace and waits until it captures.
func start(t *testing.T, exe string, args ...string) *program {
	t.Helper()
	p := &program{t: t, exe: exe, cmd: exec.Command(exe, args...), events: map[string]uint64{}, done: make(chan struct{})}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p.cmd.Stdout, p.cmd.Stderr = w, &p.stderr
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w.Close()
	var gate sync.Mutex
	closed := false
	p.read = func(on bool) {
		if on == closed {
			if closed = !on; closed {
				gate.Lock()
			} else {
				gate.Unlock()
			}
		}
	}
	go p.count(r, &gate)
	for range 200 {
		if strings.Contains(fetch("/ready"), "are captured") {
			return p
		}
		time.Sleep(50 * time.Millisecond)
	}
	p.kill()
	t.Fatalf("it does not capture: %s", p.stderr.String())
	return nil
}

// count counts lines, while the gate is open.
func (p *program) count(r io.ReadCloser, gate *sync.Mutex) {
	defer close(p.done)
	defer r.Close()
	b := bufio.NewReaderSize(r, 1<<20)
	for {
		gate.Lock()
		line, err := b.ReadBytes('\n')
		gate.Unlock()
		if err != nil {
			return
		}
		var head struct {
			EventType string `json:"event_type"`
		}
		if json.Unmarshal(line, &head) != nil || head.EventType == "" {
			p.bad.Add(1)
		}
		p.mu.Lock()
		p.events[head.EventType]++
		p.mu.Unlock()
		p.lines.Add(1)
	}
}

func (p *program) event(kind string) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.events[kind]
}

func (p *program) signal(s os.Signal) {
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Error(err)
	}
}

func (p *program) kill() { _ = p.cmd.Process.Kill() }

// wait returns the exit status and what was said on standard error.
func (p *program) wait() (status int, text string) {
	ended := make(chan error, 1)
	go func() { ended <- p.cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		p.t.Error("it does not end")
		p.kill()
		<-ended
	}
	<-p.done
	return p.cmd.ProcessState.ExitCode(), p.stderr.String()
}

// rss is the resident memory in MiB.
func (p *program) rss() (mib float64) {
	b, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			fmt.Sscan(rest, &mib)
		}
	}
	return mib / 1024
}

// files is how many files are open.
func (p *program) files() float64 {
	list, _ := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
	return float64(len(list))
}

// fetch gets a page of the metrics. The socket is made in this goroutine, whose
// thread is in the right namespace; a client of net/http would make it elsewhere.
func fetch(path string) string {
	c, err := net.Dial("tcp", "127.0.0.1:9500")
	if err != nil {
		return ""
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	fmt.Fprintf(c, "GET %s HTTP/1.0\r\n\r\n", path)
	b, _ := io.ReadAll(c)
	return string(b)
}

// metric sums up a metric over its labels, or is the one with the labels given.
func metric(page, name string) (sum float64) {
	for line := range strings.Lines(page) {
		rest, ok := strings.CutPrefix(line, name)
		if !ok || !strings.HasPrefix(rest, "{") && !strings.HasPrefix(rest, " ") {
			continue
		}
		var v float64
		rest = strings.TrimSpace(rest)
		fmt.Sscan(rest[strings.LastIndexByte(rest, ' ')+1:], &v)
		sum += v
	}
	return sum
}

// metricOf is a metric now.
func metricOf(name string) uint64 { return uint64(metric(fetch("/metrics"), name)) }

// lines are those of a page that begin with one of the names.
func lines(page string, names ...string) (out string) {
	for line := range strings.Lines(page) {
		for _, n := range names {
			if strings.HasPrefix(line, n) {
				out += line
				break
			}
		}
	}
	return out
}

// running tells whether an interface is up and has a carrier.
func running(name string) bool {
	i, err := net.InterfaceByName(name)
	return err == nil && i.Flags&net.FlagRunning != 0
}
