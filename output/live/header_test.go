package live

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/output"
	"github.com/ikesniff/ikesniff/report"
)

// TestHeader: each thing of the capture as a whole is told, and nothing else.
func TestHeader(t *testing.T) {
	base := func() (before, s *report.Snapshot) {
		before = &report.Snapshot{Time: after(9 * time.Second), Started: began, Running: true, Interfaces: []report.InterfaceState{{Name: "eth0", State: "up"}}}
		s = &report.Snapshot{Time: after(10 * time.Second), Started: began, Running: true, Interfaces: before.Interfaces}
		before.Counters = report.Counters{Packets: 1000, IPsecPackets: 1000}
		s.Counters = report.Counters{Packets: 1200, IPsecPackets: 1050}
		return before, s
	}
	for _, tt := range []struct {
		name   string
		change func(before, s *report.Snapshot)
		want   string
	}{
		{"calm", func(_, _ *report.Snapshot) {}, "eth0 up|200 packets/s|IPsec 25%|0 tunnels|since 2026-11-30 09:12:44 UTC (10s)"},
		{"ended", func(_, s *report.Snapshot) { s.Running = false }, "ENDED|eth0 up|200 packets/s|IPsec 25%"},
		{"silence", func(b, s *report.Snapshot) { s.Counters = b.Counters }, "eth0 up|0 packets/s|IPsec -|"},
		{"a stream", func(_, s *report.Snapshot) { s.Interfaces = []report.InterfaceState{{Name: "-", State: "up"}} }, "stream up|200"},
		{"no drops", func(_, s *report.Snapshot) { s.Counters.Ring = &report.RingCounters{Received: 9} }, "eth0 up|kernel dropped 0|200"},
		{"drops", func(_, s *report.Snapshot) {
			s.Counters.Ring = &report.RingCounters{Received: 2000, Dropped: 1000}
		}, "eth0 up|kernel dropped 1,000 (50%)|200"},
		{"sinks", func(_, s *report.Snapshot) {
			s.Counters.Sinks = []report.SinkCounters{{Name: "stdout"}, {Name: "report", Error: "no space"}, {Name: "packets", Dropped: 7}}
		}, "eth0 up|output to report: no space|output to packets: 7 lost|200"},
		{"an interface away", func(_, s *report.Snapshot) {
			s.Interfaces = []report.InterfaceState{{Name: "eth0", State: "up"}, {Name: "ppp0", State: "gone", Since: after(7 * time.Second)}}
		}, "ppp0 gone for 3s|eth0 up|200"},
		{"many interfaces", func(_, s *report.Snapshot) {
			s.Interfaces = nil
			for i := range 12 {
				s.Interfaces = append(s.Interfaces, report.InterfaceState{Name: fmt.Sprint("if", i), State: []string{"up", "down"}[i%2], Since: began})
			}
		}, "if1 down for 10s|if3 down for 10s|if5 down for 10s|if7 down for 10s|and 2 more not up|6 interfaces up|200"},
		{"forgotten", func(_, s *report.Snapshot) { s.Counters.TunnelsForgotten = 1500 }, "0 tunnels|1,500 forgotten|since"},
	} {
		m := newModel(output.Options{}, &mailbox{})
		before, s := base()
		tt.change(before, s)
		m.box.put(before, nil)
		m.box.put(s, nil)
		m.Update(tick{})
		var words []string
		for _, f := range m.header() {
			words = append(words, f.painted())
		}
		if got := strings.Join(words, "|"); !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	// The first snapshot alone counts since the start.
	m := newModel(output.Options{}, &mailbox{})
	_, s := base()
	m.box.put(s, nil)
	m.Update(tick{})
	if got := view(m); !strings.Contains(got, "120 packets/s  IPsec 88%") {
		t.Errorf("it shows\n%s", got)
	}
}
