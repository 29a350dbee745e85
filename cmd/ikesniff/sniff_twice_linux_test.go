package main

import (
	"os"
	"slices"
	"testing"

	"github.com/ikesniff/ikesniff/internal/netlab"
	"github.com/ikesniff/ikesniff/report"
)

// Frames that a loopback interface shows twice, and those that any shows on both
// ends of a cable, are no duplicates of their senders: what is said of them is
// what analyze says of the capture.
func TestSniffTwice(t *testing.T) {
	for _, on := range []struct {
		name, capture, from string
		times               int // that each frame is delivered
	}{{"lo", "lo", "lo", 1}, {"lo by any", "any", "lo", 1}, {"cable by any", "any", "a0", 2}} {
		for _, file := range []string{"fortinet-esp.pcap", "tcp-4500.pcap", "child-rekey.pcap", "clean-ipv6.pcap"} {
			t.Run(on.name+" "+file, func(t *testing.T) {
				t.Parallel()
				netlab.Run(t, func(t *testing.T) { sniffedTwice(t, on.capture, on.from, file, on.times) })
			})
		}
	}
}

func sniffedTwice(t *testing.T, on, from, file string, times int) {
	s := sniff(t, nil, "-i", on, "-f", "json")
	if s == nil {
		return
	}
	n := replay(t, from, file)
	s.settled(n * times)
	looped := metric(curl("http://127.0.0.1:9500/metrics"), "ikesniff_kernel_looped_packets_total")
	if status := s.end(os.Interrupt); status != exitDone {
		t.Errorf("exit status %d: %s", status, s.stderr.String())
	}
	if from == "lo" && looped < float64(n) {
		t.Errorf("%v frames were left out, of %d", looped, n)
	}
	got, want := parseReport(t, []byte(s.stdout.String())), analyzed(t, "../../testdata/pcaps/"+file)
	if len(got.Tunnels) != len(want.Tunnels) || len(want.Tunnels) == 0 {
		t.Errorf("%d tunnels, want %d", len(got.Tunnels), len(want.Tunnels))
		return
	}
	if a, b := grave(got), grave(want); !slices.Equal(a, b) {
		t.Errorf("anomalies %v, want %v", a, b)
	}
	for i, u := range got.Tunnels {
		w := want.Tunnels[i]
		if u.ESPPackets != w.ESPPackets || u.IKEMessages != w.IKEMessages {
			t.Errorf("%v IKE and %v ESP, want %v and %v", u.IKEMessages, u.ESPPackets, w.IKEMessages, w.ESPPackets)
		}
	}
}

// grave are the codes of anomalies above info.
func grave(r *report.Report) (codes []string) {
	list := slices.Clone(r.Anomalies)
	for _, u := range r.Tunnels {
		list = append(list, u.Anomalies...)
	}
	for i := range list {
		if list[i].Severity.Rank() > report.SeverityInfo.Rank() {
			codes = append(codes, list[i].Code)
		}
	}
	slices.Sort(codes)
	return codes
}
