package live

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// The tunnels of these tests are invented, after the pattern of real ones.

var began = time.Date(2026, 11, 30, 9, 12, 44, 512_000_000, time.UTC)

func after(d time.Duration) time.Time { return began.Add(d) }

// kindOf makes the tunnels of a sample differ.
type kindOf struct {
	initiator, responder string
	transport            string
	port                 uint16
	status               report.Status
	anomaly              string
	severity             report.Severity
	title                string
	rate                 float64 // packets/s to the responder
	back, loss           float64 // share of rate that comes back, and that is lost
	idle                 time.Duration
}

var kinds = []kindOf{
	{"192.0.2.10", "198.51.100.7", "udp-nat-t", 4500, report.StatusUp, "", "", "", 1240, 0.9, 0.0004, 0},
	{"192.0.2.11", "198.51.100.7", "udp-nat-t", 4500, report.StatusUp, "one-way-esp", report.SeverityWarning, "Data goes one way only", 81.5, 0, 0.13, 0},
	{"203.0.113.130", "198.51.100.210", "tcp-rfc8229", 443, report.StatusUp, "udp-tcp-fallback", report.SeverityNotice, "UDP was not answered, TCP was", 5210, 1.7, 0, 0},
	{"2001:db8:12:34::10", "2001:db8:ffff:1::1", "ip", 0, report.StatusUp, "", "", "", 3, 1, 0, 2 * time.Second},
	{"192.0.2.66", "203.0.113.5", "udp", 500, report.StatusFailed, "no-proposal-chosen", report.SeverityCritical, "The responder accepts none of the offered proposals", 0, 0, 0, 95 * time.Second},
	{"192.0.2.70", "203.0.113.5", "udp-nat-t", 4500, report.StatusSilent, "dpd-failed", report.SeverityWarning, "Liveness checks get no answer", 0, 1, 0, 12 * time.Minute},
	{"192.0.2.71", "203.0.113.5", "tcp-fortinet-esp", 4500, report.StatusUp, "", "", "", 0.4, 1, 0.25, 5 * time.Second},
	{"192.0.2.72", "203.0.113.5", "udp", 500, report.StatusNegotiating, "", "", "", 0, 0, 0, 0},
	{"10.255.255.101", "10.255.255.102", "ip", 0, report.StatusESPOnly, "", "", "", 100250, 1, 0.00001, 0},
	{"192.0.2.80", "203.0.113.9", "udp-nat-t", 4500, report.StatusClosed, "", "", "", 0, 1, 0, 26 * time.Hour},
}

// sampleTunnel is the ith tunnel, as it is at now.
func sampleTunnel(i int, now time.Time) *report.Tunnel {
	k := kinds[i%len(kinds)]
	if lap := i / len(kinds); lap > 0 {
		k.initiator = fmt.Sprintf("10.%d.%d.%d", lap/256, lap%256, i%len(kinds)+1)
	}
	n := uint64(k.rate * now.Sub(began).Seconds())
	if k.status == report.StatusSilent || k.status == report.StatusClosed {
		n = 5000
	}
	back := uint64(float64(n) * k.back)
	last := now.Add(-k.idle)
	if last.Before(began) {
		last = now
	}
	phase, data := report.PhaseUp, report.DataBoth
	switch k.status {
	case report.StatusFailed:
		phase = report.PhaseFailed
	case report.StatusNegotiating:
		phase = report.PhaseNegotiating
	case report.StatusESPOnly:
		phase = report.PhaseUnknown
	case report.StatusSilent, report.StatusClosed:
		phase = report.PhaseDown
	}
	if back == 0 {
		data = report.DataToResponder
	}
	if n == 0 || phase == report.PhaseDown {
		data = report.DataNone
	}
	observation := fmt.Sprintf("%d data packets from %s to %s in %.1f s, none back.", n, k.initiator, k.responder, last.Sub(began).Seconds())
	verdict := k.title + "."
	if n == 0 {
		observation = fmt.Sprintf("%s answered 3 attempts of %s with NO_PROPOSAL_CHOSEN.", k.responder, k.initiator)
	}
	if k.title == "" {
		verdict = "Nothing above info."
	}
	t := &report.Tunnel{
		ID: fmt.Sprintf("%08x%04x", 0x7f3a9c21*uint32(i+1), i), Verdict: verdict,
		Initiator: k.initiator, Responder: k.responder, InitiatorKnown: k.status != report.StatusESPOnly,
		IKEVersion: 2, Status: k.status, Phase1: phase, Phase2: phase, Data: data,
		FirstSeen: began, LastSeen: last, Transports: []string{k.transport},
		Events: []report.TimelineEvent{
			{Time: began, Ref: report.Ref{Frame: 1}, Direction: "to-responder", Kind: "ike-start", Text: "IKE_SA_INIT on UDP 500, SPI 0102030405060708"},
		},
		EventsTotal: 1,
		Paths: []report.Path{{
			ID: "p1", Transport: k.transport, Initiator: k.initiator, Responder: k.responder, State: report.PathInUse,
			Traffic: report.Direction[report.PathTraffic]{
				ToResponder: report.PathTraffic{Packets: n + 2, IKEMessages: 2, ESPPackets: n, FirstSeen: &began, LastSeen: &last, FirstRef: &report.Ref{Frame: 1}, LastRef: &report.Ref{Frame: 812}},
			},
		}},
		ESPPackets: report.Direction[uint64]{ToResponder: n, ToInitiator: back},
		ESPBytes:   report.Direction[uint64]{ToResponder: n * 900, ToInitiator: back * 900},
	}
	if n > 0 {
		t.ChildSAs = append(t.ChildSAs, report.ChildSA{ID: "c1", SPI: "c0ffee01", Protocol: "esp", Source: k.initiator, Destination: k.responder,
			FirstSeen: began, LastSeen: last, SequenceHealth: report.SequenceHealth{Packets: n, Missing: uint64(float64(n) * k.loss), MissingExact: true}})
	}
	if n > 0 {
		t.Events = append(t.Events,
			report.TimelineEvent{Time: after(80 * time.Millisecond), Ref: report.Ref{Frame: 4}, Direction: "to-initiator", Kind: "authenticated", Text: "IKE_AUTH answered"},
			report.TimelineEvent{Time: last, Ref: report.Ref{Frame: 812}, Direction: "to-responder", Kind: "last-data", Text: "last data packet from the initiator"})
		t.EventsTotal = 3
	}
	if back > 0 {
		t.ChildSAs = append(t.ChildSAs, report.ChildSA{ID: "c2", SPI: "c0ffee02", Protocol: "esp", Source: k.responder, Destination: k.initiator,
			FirstSeen: began, LastSeen: last, SequenceHealth: report.SequenceHealth{Packets: back, MissingExact: true}})
	}
	if k.anomaly != "" {
		t.Anomalies = append(t.Anomalies, report.Anomaly{
			ID: "a1", Code: k.anomaly, Severity: k.severity, Title: k.title, Observation: observation,
			Interpretation: "The other side does not get what this one sends, or answers another way.",
			Advice:         []string{fmt.Sprintf("Capture beside %s at the same time.", k.responder)}, Count: 1,
			Confidence: report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceMedium},
			FirstSeen:  began, LastSeen: last, Refs: []report.RoleRef{{Ref: report.Ref{Frame: 812}, Role: "last"}},
			WiresharkFilter: "frame.number == 812",
		})
	}
	return t
}

// sampleSnapshot is a run with n tunnels that began long before now.
func sampleSnapshot(n int, now time.Time) *report.Snapshot {
	seconds := uint64(now.Sub(began).Seconds())
	s := &report.Snapshot{
		Time: now, Started: began, Running: true,
		Interfaces: []report.InterfaceState{{Name: "eth0", State: "up", Since: began}, {Name: "wan1", State: "down", Since: now.Add(-2 * time.Minute)}},
		Counters: report.Counters{
			Packets: 120_000 * seconds, IPsecPackets: 108_300 * seconds,
			Ring:        &report.RingCounters{Received: 120_000 * seconds, Dropped: 1234},
			Sinks:       []report.SinkCounters{{Name: "stdout", Written: 900}, {Name: "packets", Written: 1e6, Dropped: 12, Error: "no space left on device"}},
			TunnelsSeen: uint64(n),
		},
	}
	for i := range n {
		k := kinds[i%len(kinds)]
		t := sampleTunnel(i, now)
		r := report.Row{Tunnel: t, Judged: now, Transport: k.transport, Port: k.port,
			Rate: report.Direction[report.Rate]{
				ToResponder: report.Rate{Packets: k.rate, Bits: k.rate * 7200},
				ToInitiator: report.Rate{Packets: k.rate * k.back, Bits: k.rate * k.back * 7200},
			},
			Loss: report.Direction[float64]{ToResponder: k.loss},
		}
		if len(t.Anomalies) > 0 {
			r.Latest = &t.Anomalies[0]
		}
		s.Rows = append(s.Rows, r)
	}
	return s
}

// sampleChanges has one of each kind.
func sampleChanges() []report.Change {
	at := after(2 * time.Second)
	esp, failed, moved := sampleTunnel(1, at), sampleTunnel(4, at), sampleTunnel(2, at)
	return []report.Change{
		{Kind: report.ChangeInterface, Time: after(0), Severity: report.SeverityInfo, Text: "eth0 is up"},
		{Kind: report.ChangeTunnel, Time: after(time.Second), TunnelID: failed.ID, Severity: report.SeverityWarning, Text: "negotiating -> failed", Tunnel: failed},
		{Kind: report.ChangeAnomaly, Time: after(2 * time.Second), TunnelID: esp.ID, Severity: report.SeverityWarning,
			Text: "one-way-esp: Data goes one way only", Tunnel: esp, Anomaly: &esp.Anomalies[0]},
		{Kind: report.ChangeTimeline, Time: after(3 * time.Second), TunnelID: moved.ID, Severity: report.SeverityInfo, Text: "SYN to TCP 443; answered", Tunnel: moved,
			Event: &report.TimelineEvent{Time: after(2900 * time.Millisecond), Ref: report.Ref{Frame: 77}, Direction: "to-responder", Kind: "tcp-syn", Text: "SYN to TCP 443; answered"}},
		{Kind: report.ChangeTimeline, Time: after(3 * time.Second), TunnelID: moved.ID, Severity: report.SeverityInfo, Text: "IKE_AUTH answered", Tunnel: moved,
			Event: &report.TimelineEvent{Time: after(2980 * time.Millisecond), Ref: report.Ref{Frame: 81}, Direction: "to-initiator", Kind: "authenticated", Text: "IKE_AUTH answered"}},
		{Kind: report.ChangeCleared, Time: after(60 * time.Second), TunnelID: esp.ID, Severity: report.SeverityInfo,
			Text: "one-way-esp no longer stands", Tunnel: esp, Anomaly: &esp.Anomalies[0]},
		{Kind: report.ChangeLinked, Time: after(61 * time.Second), TunnelID: moved.ID, Was: "0123456789ab", Severity: report.SeverityInfo, Text: "was 0123456789ab", Tunnel: moved},
		{Kind: report.ChangeForgotten, Time: after(62 * time.Second), TunnelID: failed.ID, Severity: report.SeverityInfo, Text: "forgotten, idle for 10 minutes", Tunnel: failed},
		{Kind: report.ChangeCapture, Time: after(63 * time.Second), Severity: report.SeverityWarning, Text: "the kernel dropped 1,234 packets"},
	}
}
