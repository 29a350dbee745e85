package monitor

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/ikesniff/ikesniff/flows"
	"github.com/ikesniff/ikesniff/report"
)

var start = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func at(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }

func tunnel(id string, packets uint64) *report.Tunnel {
	seen := at(0)
	return &report.Tunnel{
		ID: id, Initiator: "192.0.2.1", Responder: "198.51.100.1", Status: report.StatusUp, Data: report.DataBoth,
		Verdict: "Up.", FirstSeen: seen, LastSeen: seen,
		ESPPackets: report.Direction[uint64]{ToResponder: packets, ToInitiator: packets / 2},
		ESPBytes:   report.Direction[uint64]{ToResponder: packets * 100, ToInitiator: packets * 50},
		Paths: []report.Path{{ID: "path-1", Transport: "udp-nat-t", Initiator: "192.0.2.1:4500", Responder: "198.51.100.1:4500",
			Traffic: report.Direction[report.PathTraffic]{ToResponder: report.PathTraffic{LastSeen: &seen}}}},
	}
}

func judgement(tunnels ...*report.Tunnel) *flows.Judgement {
	j := &flows.Judgement{}
	for _, t := range tunnels {
		j.Tunnels = append(j.Tunnels, flows.Judged{Tunnel: t})
	}
	return j
}

// told is what a Monitor tells, in short.
func told(m *Monitor) string {
	list, _ := m.Changes()
	var out []string
	for _, c := range list {
		s := fmt.Sprintf("%s %s %s", c.Kind, c.TunnelID, c.Text)
		if c.Was != "" {
			s += " was " + c.Was
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

func TestStatesAndTransports(t *testing.T) {
	m := New()
	m.Judged(at(1), judgement(tunnel("aa", 10)))
	if got := told(m); got != "tunnel aa new tunnel: Up." {
		t.Errorf("first: %s", got)
	}
	m.Judged(at(2), judgement(tunnel("aa", 20)))
	if got := told(m); got != "" {
		t.Errorf("nothing changed, but: %s", got)
	}
	u := tunnel("aa", 20)
	u.Status, u.Data, u.Verdict = report.StatusSilent, report.DataNone, "Silent."
	late := at(3)
	u.Paths = append(u.Paths, report.Path{ID: "path-2", Transport: "tcp-rfc8229", Responder: "198.51.100.1:443",
		Traffic: report.Direction[report.PathTraffic]{ToInitiator: report.PathTraffic{LastSeen: &late}}})
	m.Judged(at(3), judgement(u))
	if got, want := told(m), "tunnel aa up -> silent, transport udp-nat-t -> tcp-rfc8229, data both -> none: Silent."; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
	if r := m.Rows(at(3), time.Minute)[0]; r.Transport != "tcp-rfc8229" || r.Port != 443 {
		t.Errorf("transport %s, port %d", r.Transport, r.Port)
	}
}

func TestTimelineTellsOnce(t *testing.T) {
	m := New()
	u := tunnel("aa", 1)
	line := func(s float64, kind, text string) report.TimelineEvent {
		return report.TimelineEvent{Time: at(s), Kind: kind, Text: text}
	}
	u.Events = []report.TimelineEvent{line(0, "ike-start", "IKE_SA_INIT"), line(1, "last-data", "last data")}
	m.Judged(at(1), judgement(u))
	if got := told(m); !strings.HasSuffix(got, "timeline aa IKE_SA_INIT") || strings.Contains(got, "last data") {
		t.Errorf("first: %s", got)
	}
	v := tunnel("aa", 2)
	v.Events = []report.TimelineEvent{u.Events[0], line(1, "keepalives", "one every 10 s, 3 in all"), line(2, "last-data", "last data")}
	m.Judged(at(2), judgement(v))
	if got := told(m); got != "timeline aa one every 10 s, 3 in all" {
		t.Errorf("second: %s", got)
	}
	w := tunnel("aa", 3)
	w.Events = []report.TimelineEvent{u.Events[0], line(1, "keepalives", "one every 10 s, 4 in all"), line(3, "last-data", "last data")}
	m.Judged(at(3), judgement(w))
	if got := told(m); got != "" {
		t.Errorf("only a count changed, but: %s", got)
	}
}

func TestAnomaliesSettle(t *testing.T) {
	m := New()
	loss := func(s report.Severity) *report.Tunnel {
		u := tunnel("aa", 1)
		u.Anomalies = []report.Anomaly{{ID: "esp-loss-1", Code: "esp-loss", Severity: s, Title: "Loss", Observation: "3 missing", LastSeen: at(1)}}
		return u
	}
	m.Judged(at(1), judgement(loss(report.SeverityInfo)))
	if got := told(m); !strings.HasSuffix(got, "anomaly aa Loss: 3 missing") {
		t.Errorf("appeared: %s", got)
	}
	if r := m.Rows(at(1), time.Minute)[0]; r.Latest != nil {
		t.Error("info is shown as an anomaly")
	}
	m.Judged(at(2), judgement(loss(report.SeverityWarning)))
	if got := told(m); got != "anomaly aa Loss: 3 missing" {
		t.Errorf("graver: %s", got)
	}
	if r := m.Rows(at(2), time.Minute)[0]; r.Latest == nil || r.Latest.Severity != report.SeverityWarning {
		t.Error("the warning is not shown")
	}
	m.Judged(at(10), judgement(tunnel("aa", 1)))
	m.Judged(at(20), judgement(loss(report.SeverityWarning)))
	m.Judged(at(30), judgement(tunnel("aa", 1)))
	if got := told(m); got != "" {
		t.Errorf("it came and went, and that was told: %s", got)
	}
	m.Judged(at(51), judgement(tunnel("aa", 1)))
	if got := told(m); got != "anomaly-cleared aa Loss: no longer so" {
		t.Errorf("gone: %s", got)
	}
	var c report.Counters
	m.Count(&c)
	if c.Anomalies["esp-loss"] != 1 {
		t.Errorf("counted %v", c.Anomalies)
	}
}

func TestIdsThatGo(t *testing.T) {
	m := New()
	m.Judged(at(1), judgement(tunnel("aa", 10)))
	other := tunnel("bb", 10)
	other.Initiator = "203.0.113.9"
	m.Judged(at(1), judgement(other))
	told(m)

	// An earlier part came to light: the same tunnel by another id.
	j := judgement(tunnel("cc", 20))
	j.Gone = []string{"aa"}
	m.Judged(at(2), j)
	if got := told(m); got != "tunnel-linked cc goes by another id, as earlier parts of it came to light was aa" {
		t.Errorf("another id: %s", got)
	}
	if r := m.Rows(at(2), time.Minute); len(r) != 2 || r[1].Rate.ToResponder.Packets != 10 {
		t.Errorf("rows: %+v", r)
	}
	// One turned out to be part of the other.
	j = judgement(tunnel("cc", 20))
	j.Gone = []string{"bb"}
	m.Judged(at(3), j)
	if got := told(m); got != "tunnel-linked cc is part of another tunnel now was bb" {
		t.Errorf("part of another: %s", got)
	}
	m.Judged(at(4), &flows.Judgement{Forgotten: []string{"cc"}})
	if got := told(m); !strings.HasPrefix(got, "tunnel-forgotten cc") {
		t.Errorf("forgotten: %s", got)
	}
	var c report.Counters
	m.Count(&c)
	if c.TunnelsSeen != 2 || c.TunnelsForgotten != 1 || len(m.Rows(at(4), time.Minute)) != 0 {
		t.Errorf("%+v", c)
	}
}

func TestRatesAndLosses(t *testing.T) {
	m := New()
	put := func(s float64, packets, missing uint64) {
		j := judgement(tunnel("aa", packets))
		j.Tunnels[0].Missing.ToResponder = missing
		m.Judged(at(s), j)
	}
	put(0, 100, 5)
	put(2, 300, 5)
	r := m.Rows(at(2), time.Second)[0]
	if r.Rate.ToResponder != (report.Rate{Packets: 100, Bits: 80000}) || r.Rate.ToInitiator.Packets != 50 {
		t.Errorf("rates %+v", r.Rate)
	}
	if r.Loss.ToResponder != 0 {
		t.Errorf("loss %v: that before the first judgement does not count", r.Loss)
	}
	put(4, 390, 15)
	if r := m.Rows(at(4), time.Second)[0]; math.Abs(r.Loss.ToResponder-10.0/300) > 1e-9 {
		t.Errorf("loss %v", r.Loss.ToResponder)
	}
	put(5, 390, 12) // three came late
	put(6, 390, 16)
	if r := m.Rows(at(30), time.Second)[0]; r.Rate.ToResponder.Packets != 0 {
		t.Error("a rate outlives its packets")
	}
	if r := m.Rows(at(80), time.Second)[0]; r.Loss.ToResponder != 0 {
		t.Errorf("loss %v a minute later", r.Loss.ToResponder)
	}
	var c report.Counters
	m.Count(&c)
	if c.Missing != 16 {
		t.Errorf("missing %d, want 16", c.Missing)
	}
	put(90, 10, 0) // old SPIs were forgotten
	if r := m.Rows(at(90), time.Second)[0]; r.Rate.ToResponder.Packets != 0 {
		t.Error("a negative rate")
	}
	put(91, 20, 3) // what is missing from then on counts
	m.Count(&c)
	if c.Missing != 19 {
		t.Errorf("missing %d after SPIs were forgotten, want 19", c.Missing)
	}
}

func TestChangesAreBounded(t *testing.T) {
	m := New()
	for i := range maxChanges + 5 {
		m.Note(report.Change{Kind: report.ChangeCapture, Text: fmt.Sprint(i)})
	}
	if list, left := m.Changes(); len(list) != maxChanges || left != 5 {
		t.Errorf("%d changes, %d left out", len(list), left)
	}
}

func TestWhole(t *testing.T) {
	m := New()
	flood := func(s report.Severity) []report.Anomaly {
		return []report.Anomaly{{ID: "half-open-flood-1", Code: "half-open-flood", Severity: s, Title: "Flood", Observation: "many", FirstSeen: at(0)}}
	}
	m.Whole(at(60), flood(report.SeverityWarning))
	m.Whole(at(120), flood(report.SeverityWarning))
	if got := told(m); got != "anomaly  Flood: many" {
		t.Errorf("told %q", got)
	}
	m.Whole(at(180), flood(report.SeverityCritical))
	if got := told(m); got != "anomaly  Flood: many" {
		t.Errorf("graver: %q", got)
	}
}
