package output

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/report"
)

func ids(s *report.Stream) string {
	var out []string
	for t := range s.Tunnels {
		out = append(out, t.ID[:1])
	}
	return strings.Join(out, "")
}

func TestSelect(t *testing.T) {
	list := func(x ...string) []string { return x }
	tests := []struct {
		name                string
		peers, tunnels, spi []string
		problems            bool
		want                string // first letters of ids
	}{
		{name: "all", want: "012"},
		{name: "peer", peers: list("192.0.2.77"), want: "1"},
		{name: "mapped peer", peers: list("::ffff:192.0.2.77"), want: "1"},
		{name: "prefix", peers: list("203.0.113.0/26"), want: "02"},
		{name: "host bits set", peers: list("203.0.113.9/24"), want: "02"},
		{name: "either peer", peers: list("192.0.2.10", "203.0.113.9"), want: "01"},
		{name: "no such peer", peers: list("10.0.0.1"), want: ""},
		{name: "id", tunnels: list("1a1b2c3d4e5f"), want: "1"},
		{name: "beginning of id, capital", tunnels: list("2A"), want: "2"},
		{name: "ESP SPI", spi: list("0xC16ED423"), want: "012"},
		{name: "IKE SPI", spi: list("1d3827fc604e04cb"), want: "0"},
		{name: "peer and id", peers: list("203.0.113.0/24"), tunnels: list("1"), want: ""},
		{name: "problems", problems: true, want: "2"},
	}
	s := sampleClean()
	for tunnel := range s.Tunnels {
		switch tunnel.ID[0] {
		case '0':
			tunnel.IKESAs = []report.IKESA{{InitiatorSPI: "1d3827fc604e04cb", ResponderSPI: "0000000000000000"}}
		case '1':
			tunnel.Anomalies = []report.Anomaly{{ID: "c1", Severity: report.SeverityInfo}, {Severity: report.SeverityCritical, ConsequenceOf: "c1"}}
		case '2':
			tunnel.Anomalies = []report.Anomaly{{Severity: report.SeverityNotice}}
		}
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			sel, err := NewSelection(tt.peers, tt.tunnels, tt.spi, tt.problems)
			if err != nil {
				t.Fatal(err)
			}
			got := Select(s, sel)
			if ids(got) != tt.want {
				t.Errorf("got %q, want %q", ids(got), tt.want)
			}
			if got.Head.Totals.Packets != s.Head.Totals.Packets {
				t.Error("totals changed")
			}
		})
	}
}

func TestSelectFollowsMoves(t *testing.T) {
	s := sampleV6()
	sel, err := NewSelection([]string{"2001:db8:aaaa::/48"}, nil, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(Select(s, sel)); got != "00" {
		t.Errorf("got %q: an address of a path counts", got)
	}
}

func TestNewSelectionRefuses(t *testing.T) {
	for _, tt := range []struct{ peer, tunnel, spi string }{
		{peer: "hub.example"}, {peer: "10.0.0.1:500"}, {peer: "10.0.0.0/33"}, {tunnel: "xyz"}, {tunnel: "0123456789abc"},
		{spi: "xyz"}, {spi: "0"}, {spi: "11d3827fc604e04cb"}, {spi: ""},
	} {
		var peers, tunnels []string
		spis := []string{tt.spi}
		if tt.peer != "" {
			peers, spis = []string{tt.peer}, nil
		}
		if tt.tunnel != "" {
			tunnels, spis = []string{tt.tunnel}, nil
		}
		if _, err := NewSelection(peers, tunnels, spis, false); err == nil {
			t.Errorf("%+v is accepted", tt)
		}
	}
}

// TestNothingSelected: the answer tells a selection without a match from a
// capture without a tunnel.
func TestNothingSelected(t *testing.T) {
	sel, err := NewSelection([]string{"10.9.8.7"}, nil, []string{"abcd"}, false)
	if err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if err := Table(&buf, Select(sampleClean(), sel), Options{Selection: sel}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(buf.String(), "No tunnel matches --peer 10.9.8.7 --spi abcd.\n") {
		t.Error(buf.String())
	}
}

func TestTally(t *testing.T) {
	s := sampleMany(100)
	s.Head.Anomalies = append(s.Head.Anomalies, report.Anomaly{Severity: report.SeverityCritical, ConsequenceOf: "c1"})
	c := Count(s)
	if c.Tunnels != 100 || c.Clean != 98 || c.ByStatus[report.StatusFailed] != 2 ||
		c.BySeverity[report.SeverityCritical] != 2 || c.BySeverity[report.SeverityWarning] != 1 || c.Worst() != report.SeverityCritical {
		t.Errorf("%+v", c)
	}
	if w := Count(streamOf(report.Report{})).Worst(); w != "" {
		t.Errorf("worst of nothing is %q", w)
	}
	only := streamOf(report.Report{Anomalies: []report.Anomaly{{Severity: report.SeverityCritical, ConsequenceOf: "x"}, {Severity: report.SeverityInfo}}})
	if w := Count(only).Worst(); w != report.SeverityInfo {
		t.Errorf("a consequence counts: %q", w)
	}
}

// TestWatchCountsEachPassAnew, and also one that is given up.
func TestWatchCountsEachPassAnew(t *testing.T) {
	var c Tally
	s := c.Watch(sampleMany(100))
	for range s.Tunnels {
		break
	}
	if c.Tunnels != 1 {
		t.Errorf("%d tunnels after the first", c.Tunnels)
	}
	for range 2 {
		for range s.Tunnels {
		}
	}
	if c.Tunnels != 100 || c.BySeverity[report.SeverityCritical] != 2 {
		t.Errorf("%+v", c)
	}
}

func TestTopIsTheOrderOfAttention(t *testing.T) {
	for _, n := range []int{1, 5, 30, 1000} {
		h := top{n: n}
		var all []*report.Tunnel
		for tunnel := range sampleMany(200).Tunnels {
			if len(tunnel.ID)%2 == 0 && tunnel.ID[11]%3 == 0 {
				tunnel.Status = report.StatusSilent
			}
			all = append(all, tunnel)
		}
		slices.SortStableFunc(all, func(a, b *report.Tunnel) int {
			switch {
			case before(a, b):
				return -1
			case before(b, a):
				return 1
			}
			return 0
		})
		for _, tunnel := range slices.Backward(all) {
			h.add(tunnel)
		}
		got := h.sorted()
		if !slices.Equal(got, all[:min(n, len(all))]) {
			t.Errorf("top %d differs", n)
		}
	}
	order := slices.Collect(sampleClean().Tunnels)
	if before(order[1], order[0]) || !before(order[0], order[1]) {
		t.Error("esp-only comes before a tunnel that began earlier")
	}
}
