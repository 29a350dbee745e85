package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/report"
)

// sniffer is the program while it captures.
type sniffer struct {
	t              *testing.T
	cmd            *exec.Cmd
	stdout, stderr lockedBuffer
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// sniff starts this test binary as ikesniff sniff, in the caller's namespace, and
// waits until it captures.
func sniff(t *testing.T, stdout io.Writer, args ...string) *sniffer {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Error(err)
		return nil
	}
	s := &sniffer{t: t, cmd: exec.Command(exe)}
	s.cmd.Args = append([]string{"ikesniff", "sniff", "--metrics", "127.0.0.1:9500"}, args...)
	s.cmd.Stdout, s.cmd.Stderr = stdout, &s.stderr
	if stdout == nil {
		s.cmd.Stdout = &s.stdout
	}
	if err := s.cmd.Start(); err != nil {
		t.Error(err)
		return nil
	}
	t.Cleanup(func() { s.cmd.Process.Kill() })
	for range 100 {
		if strings.Contains(curl("http://127.0.0.1:9500/ready"), "captured") {
			return s
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Errorf("it does not capture: %s", s.stderr.String())
	s.cmd.Process.Kill()
	return nil
}

// curl fetches a page in the caller's namespace: another goroutine of this
// program would be in another.
func curl(url string) string {
	exe, _ := os.Executable()
	cmd := exec.Command(exe)
	cmd.Args = []string{"fetch", url}
	out, _ := cmd.Output()
	return string(out)
}

// end sends a signal and returns the exit status.
func (s *sniffer) end(signal os.Signal) int {
	s.t.Helper()
	_ = s.cmd.Process.Signal(signal)
	done := make(chan error, 1)
	go func() { done <- s.cmd.Wait() }()
	select {
	case <-done:
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(30 * time.Second):
		_ = s.cmd.Process.Signal(syscall.SIGQUIT)
		<-done
		s.t.Errorf("it does not end: %s", s.stderr.String())
		return -1
	}
}

// settled waits until the program has seen n packets.
func (s *sniffer) settled(n int) {
	s.t.Helper()
	var page string
	for range 200 {
		page = curl("http://127.0.0.1:9500/metrics")
		if metric(page, "ikesniff_packets_total")+metric(page, "ikesniff_packets_waiting") >= float64(n) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Errorf("it has not seen %d packets: %s\n%s", n, grep(page, "ikesniff_packets"), s.stderr.String())
}

// metric sums up a metric over its labels.
func metric(page, name string) (sum float64) {
	for line := range strings.Lines(page) {
		if rest, ok := strings.CutPrefix(line, name); ok && (strings.HasPrefix(rest, "{") || strings.HasPrefix(rest, " ")) {
			var v float64
			fmt.Sscan(rest[strings.LastIndexByte(strings.TrimSpace(rest), ' ')+1:], &v)
			sum += v
		}
	}
	return sum
}

func grep(page, word string) (out string) {
	for line := range strings.Lines(page) {
		if strings.Contains(line, word) && !strings.HasPrefix(line, "#") {
			out += line
		}
	}
	return out
}

func readReport(t *testing.T, name string) *report.Report {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Error(err)
		return &report.Report{}
	}
	return parseReport(t, b)
}

func parseReport(t *testing.T, b []byte) *report.Report {
	t.Helper()
	var r report.Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Errorf("%v in %.300q", err, b)
	}
	return &r
}

// analyzed is what analyze says of a file.
func analyzed(t *testing.T, args ...string) *report.Report {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(t.Context(), append([]string{"analyze", "-f", "json"}, args...), strings.NewReader(""), &out, &errs); status != exitDone {
		t.Errorf("analyze %v: status %d, %s", args, status, errs.String())
	}
	return parseReport(t, out.Bytes())
}

// contents is what does not depend on when packets came.
func contents(r *report.Report) map[string]string {
	out := map[string]string{}
	for _, u := range r.Tunnels {
		var spis []string
		for i := range u.ChildSAs {
			c := &u.ChildSAs[i]
			spis = append(spis, fmt.Sprintf("%s %s %d packets", c.Protocol, c.SPI, c.Packets))
		}
		for i := range u.IKESAs {
			spis = append(spis, u.IKESAs[i].InitiatorSPI+" "+u.IKESAs[i].ResponderSPI)
		}
		slices.Sort(spis)
		out[u.ID] = fmt.Sprint(u.Initiator, " ", u.Responder, " ", u.Transports, " ", u.IKEMessages, " ", u.ESPPackets, "\n", strings.Join(spis, "\n"))
	}
	return out
}

// judged is what a report says of its tunnels.
func judged(r *report.Report) map[string]string {
	out := contents(r)
	for _, u := range r.Tunnels {
		var codes []string
		for i := range u.Anomalies {
			codes = append(codes, fmt.Sprint(u.Anomalies[i].ID, " ", u.Anomalies[i].Severity))
		}
		out[u.ID] += fmt.Sprint("\n", u.Status, " ", u.Phase1, " ", u.Phase2, " ", u.Data, "\n", codes)
	}
	return out
}

// A capture that is sent over an interface gives live what analyze finds in it;
// and what -w kept gives what Ctrl-C printed.
func TestSniffReplayed(t *testing.T) {
	for _, name := range []string{
		"failover-udp-to-tcp.pcap", "fortinet-esp.pcap", "tcp-4500.pcap", "child-rekey.pcap", "fragments-dropped.pcap", "no-tls-443.pcap", "vlan-qinq.pcap", "erspan-mirror.pcap", "outer-fragmentation.pcap", "icmp-rejected-ike.pcap", "fortinet-esp-one-way.pcap",
	} {
		file := filepath.Join("../../testdata/pcaps", name)
		if _, err := os.Stat(file); err != nil {
			t.Errorf("no %s", file)
			continue
		}
		t.Run(name, func(t *testing.T) {
			netlab.Run(t, func(t *testing.T) { replayed(t, file) })
		})
	}
}

func replayed(t *testing.T, file string) {
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.pcapng")
	s := sniff(t, nil, "-i", "b0", "-f", "json", "-w", kept)
	if s == nil {
		return
	}
	send, err := netlab.NewSender("a0")
	if err != nil {
		t.Error(err)
		return
	}
	defer send.Close()
	n, err := send.Replay(file, 0)
	if err != nil {
		t.Error(err)
		return
	}
	s.settled(n)
	if status := s.end(os.Interrupt); status != exitDone {
		t.Errorf("exit status %d: %s", status, s.stderr.String())
	}
	live := parseReport(t, []byte(s.stdout.String()))
	want := analyzed(t, file)
	if diff := cmp.Diff(contents(want), contents(live)); diff != "" {
		t.Errorf("live +, analyzed -\n%s", diff)
	}
	if live.Totals.Packets != uint64(n) || live.Totals.IPsecPackets != want.Totals.IPsecPackets || live.Totals.Evicted != 0 || !live.Complete {
		t.Errorf("%d packets, %d IPsec, complete %v; want %d and %d", live.Totals.Packets, live.Totals.IPsecPackets, live.Complete, n, want.Totals.IPsecPackets)
	}
	if diff := cmp.Diff(judged(live), judged(analyzed(t, kept))); diff != "" {
		t.Errorf("kept +, printed -\n%s", diff)
	}
	if len(slices.Collect(maps.Keys(contents(want)))) == 0 && len(live.Tunnels) > 0 {
		t.Errorf("%d tunnels where there are none", len(live.Tunnels))
	}
}
