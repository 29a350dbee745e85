package diagnose

import (
	"os"
	"strings"
	"testing"

	"github.com/ikesniff/ikesniff/report"
)

func floodFacts() *Flood {
	return &Flood{
		Responder: "203.0.113.2", Sources: 131072, SourcesExact: true, Attempts: 150000, Answers: 15000, Cookies: 15000,
		First: at(0, 1), Last: at(40, 165000),
		Earliest: []FloodSource{{"198.51.100.7:500", "aaaaaaaaaaaaaaaa", at(0, 1)}, {"198.51.100.8:500", "bbbbbbbbbbbbbbbb", at(0.1, 2)}},
	}
}

func TestFlood(t *testing.T) {
	a := FloodAnomaly(floodFacts())
	checkAnomalies(t, []report.Anomaly{a})
	if a.ID != "half-open-flood-1" || a.Severity != report.SeverityWarning || a.Count != 150000 {
		t.Errorf("got %s, %s, count %d", a.ID, a.Severity, a.Count)
	}
	for _, want := range []string{"150,000 requests", "131,072 sources", "15,000 with a cookie", "40.0 s"} {
		if !strings.Contains(a.Observation, want) {
			t.Errorf("observation lacks %q: %s", want, a.Observation)
		}
	}
	if strings.Contains(a.Observation, "at least") {
		t.Error("exact sources are called a lower bound")
	}
	if want := "ip.dst == 203.0.113.2 && isakmp.rspi == 00:00:00:00:00:00:00:00"; a.WiresharkFilter != want {
		t.Errorf("filter %q", a.WiresharkFilter)
	}
}

func TestFloodWithoutExactSources(t *testing.T) {
	f := floodFacts()
	f.SourcesExact, f.Cookies, f.Responder = false, 0, "[2001:db8::1]:500"
	a := FloodAnomaly(f)
	if !strings.Contains(a.Observation, "at least 131,072 sources") || strings.Contains(a.Interpretation, "cookies") {
		t.Errorf("%s %s", a.Observation, a.Interpretation)
	}
	if !strings.HasPrefix(a.WiresharkFilter, "ipv6.dst == 2001:db8::1 ") {
		t.Errorf("filter %q", a.WiresharkFilter)
	}
}

func TestFloodOfNothing(t *testing.T) {
	a := FloodAnomaly(&Flood{Responder: "a name || 1"})
	checkAnomalies(t, []report.Anomaly{a})
	if a.WiresharkFilter != "" {
		t.Errorf("filter %q", a.WiresharkFilter)
	}
}

// writeEmptyPcap writes a capture without packets: the global header alone.
func writeEmptyPcap(t *testing.T, name string) {
	t.Helper()
	header := []byte{
		0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, // magic, version 2.4
		0, 0, 0, 0, 0, 0, 0, 0, // zone, accuracy
		0xff, 0xff, 0, 0, 1, 0, 0, 0, // snapshot length, Ethernet
	}
	if err := os.WriteFile(name, header, 0o600); err != nil {
		t.Fatal(err)
	}
}
