package output

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/ikesniff/ikesniff/report"
)

// sampleGateways is a sample with a gateway that has trouble and one that has not;
// they are known only when all tunnels have been gone through.
func sampleGateways() *report.Stream {
	s := sampleMany(30)
	tunnels := slices.Collect(s.Tunnels)
	first := at("2026-03-02", "08:00:00")
	gateway := func(address string, troubled uint64) report.Gateway {
		return report.Gateway{
			Address: address, Role: report.RoleHub, RoleBecause: "its 9 peers begin", FirstSeen: first, LastSeen: first,
			Comparison: "A comparison of all tunnels of " + address + ".", Tunnels: 9, Troubled: troubled, Sound: 9 - troubled,
			ByStatus:   report.StatusCounts{Up: 9 - troubled, Silent: troubled},
			Transports: []report.GatewayTransport{{Transport: "tcp-rfc8229", Port: 443, Tunnels: 6, Sound: 6 - troubled, Troubled: troubled}, {Transport: "ip", Tunnels: 3, Sound: 3}},
			Shared:     []report.SharedCode{{Code: "esp-loss", Severity: report.SeverityWarning, Count: 2, Of: 9}, {Code: "nat-detected", Severity: report.SeverityInfo, Count: 9, Of: 9}},
			Peers:      []report.GatewayPeer{{Address: "192.0.2.7", Role: report.RoleSpoke, RoleBecause: "x", Tunnels: 1, ByStatus: report.StatusCounts{Silent: 1}}},
			PeersTotal: 9,
		}
	}
	done := false
	s.Tunnels = func(yield func(*report.Tunnel) bool) {
		for _, t := range tunnels {
			if !yield(t) {
				return
			}
		}
		done = true
	}
	s.Compare = func() ([]report.Gateway, int) {
		if !done {
			for range s.Tunnels {
			}
		}
		return []report.Gateway{gateway("203.0.113.1", 0), gateway(tunnels[0].Responder, 2)}, 300
	}
	return s
}

func TestGatewaysInTheTable(t *testing.T) {
	var b bytes.Buffer
	if err := Table(&b, sampleGateways(), Options{}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"GATEWAYS: the tunnels of one address, compared\n", "hub (its 9 peers begin)   9 tunnels: 2 silent, 7 up",
		"by transport  TCP 443 6 (2 in trouble)   raw IP 3\n", "above info    esp-loss 2 of 9\n",
		"peers         192.0.2.7 (spoke, silent)   8 more\n", " 298 more\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
	if i, j := strings.Index(text, "2 silent, 7 up"), strings.Index(text, "9 tunnels: 9 up"); i < 0 || i > j {
		t.Error("gateways in trouble do not come first")
	}
}

func TestGatewaysInOtherForms(t *testing.T) {
	var doc, lines, md bytes.Buffer
	if err := JSON(&doc, sampleGateways()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(indented(t, rebuild(sampleGateways().Collect(), unchanged)), doc.String()); diff != "" {
		t.Error(diff)
	}
	if err := NDJSON(&lines, sampleGateways()); err != nil {
		t.Fatal(err)
	}
	found := 0
	for line := range strings.Lines(lines.String()) {
		var x struct {
			EventType string `json:"event_type"`
			Address   string `json:"address"`
			Timestamp string `json:"timestamp"`
			Peers     []any  `json:"peers"`
		}
		if err := json.Unmarshal([]byte(line), &x); err != nil {
			t.Fatal(err)
		}
		if x.EventType == "gateway" && x.Address != "" && x.Timestamp == "2026-03-02T08:00:00Z" && len(x.Peers) == 1 {
			found++
		}
	}
	if found != 2 {
		t.Errorf("%d lines of gateways", found)
	}
	if err := Markdown(&md, sampleGateways(), Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(md.String(), "- gateway 203.0.113.1, hub: A comparison of all tunnels of 203.0.113.1.\n") {
		t.Errorf("Markdown lacks the gateway:\n%s", &md)
	}
}

// A selection keeps the gateways at the ends of its tunnels, with what all their
// tunnels tell, and the anomalies of no other gateway.
func TestSelectGateways(t *testing.T) {
	s := sampleGateways()
	responder := slices.Collect(s.Tunnels)[0].Responder
	s.Head.Anomalies = []report.Anomaly{
		{ID: "site-flapping-1", Code: "site-flapping", Severity: report.SeverityWarning, Evidence: map[string]any{"gateway": "203.0.113.99"}},
		{ID: "site-flapping-2", Code: "site-flapping", Severity: report.SeverityWarning, Evidence: map[string]any{"gateway": responder}},
		{ID: "half-open-flood-1", Code: "half-open-flood", Severity: report.SeverityWarning},
	}
	sel, err := NewSelection([]string{responder}, nil, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	for name, before := range map[string]func(*report.Stream){"at once": func(*report.Stream) {}, "after": func(s *report.Stream) { s.Collect() }} {
		out := Select(s, sel)
		before(out)
		list, total := out.Gateways()
		if len(list) != 1 || total != 1 || list[0].Address != responder || list[0].Tunnels != 9 {
			t.Errorf("%s: %+v of %d", name, list, total)
		}
		var ids []string
		for _, a := range out.Head.Anomalies {
			ids = append(ids, a.ID)
		}
		if !slices.Equal(ids, []string{"site-flapping-2", "half-open-flood-1"}) {
			t.Errorf("%s: anomalies %v", name, ids)
		}
	}
}

// What a gateway's anomaly explains does not count again, but the tunnel has it all
// the same.
func TestTroubleExplainedElsewhere(t *testing.T) {
	own := []report.Anomaly{{ID: "a-1", Severity: report.SeverityInfo}, {ID: "b-1", Severity: report.SeverityCritical, ConsequenceOf: "a-1"}}
	outside := []report.Anomaly{{ID: "b-1", Severity: report.SeverityWarning, ConsequenceOf: "site-flapping-1"}}
	if got := Trouble(own); got != report.SeverityInfo {
		t.Errorf("explained by its own: %q", got)
	}
	if got, counted := Trouble(outside), worstOf(outside); got != report.SeverityWarning || counted != "" {
		t.Errorf("explained outside: %q, counted as %q", got, counted)
	}
}
