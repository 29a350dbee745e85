package main

import (
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/internal/netlab"
)

// sniff starts this test binary as ikesniff sniff, in the caller's namespace, and
// waits until it captures.
func sniff(t *testing.T, stdout io.Writer, args ...string) *sniffer {
	t.Helper()
	s := start(t, nil, stdout, append([]string{"--metrics", "127.0.0.1:9500"}, args...)...)
	if s == nil {
		return nil
	}
	if !s.wait("it captures", func() bool { return strings.Contains(curl("http://127.0.0.1:9500/ready"), "captured") }) {
		s.cmd.Process.Kill()
		return nil
	}
	return s
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
	return s.status()
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
			t.Parallel()
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
