package output

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// The reports of these tests are invented, after the pattern of real ones.

var sure = report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceHigh}

func at(day, clock string) time.Time {
	t, err := time.Parse(time.DateTime, day+" "+clock)
	if err != nil {
		panic(err)
	}
	return t
}

func ptr[T any](x T) *T { return &x }

func ref(n uint64) report.Ref { return report.Ref{Frame: n} }

func refsOf(frames ...uint64) []report.RoleRef {
	var out []report.RoleRef
	for _, n := range frames {
		out = append(out, report.RoleRef{Ref: ref(n), Role: "seen"})
	}
	return out
}

func streamOf(head report.Report, tunnels ...*report.Tunnel) *report.Stream {
	return &report.Stream{Head: head, Tunnels: slices.Values(tunnels)}
}

func traffic(first, last time.Time, firstRef, lastRef, ike, esp, keepalives uint64) report.PathTraffic {
	return report.PathTraffic{
		Packets: ike + esp + keepalives, Bytes: 120 * esp, IKEMessages: ike, ESPPackets: esp, Keepalives: keepalives,
		FirstSeen: &first, FirstRef: ptr(ref(firstRef)), LastSeen: &last, LastRef: ptr(ref(lastRef)),
	}
}

func child(id, spi, src, dst string, packets, lost uint64) report.ChildSA {
	return report.ChildSA{
		ID: id, SPI: spi, Protocol: "esp", Source: src, Destination: dst, IKESA: "ike1", IKESABy: "inferred",
		SequenceHealth: report.SequenceHealth{
			Packets: packets, Bytes: packets * 100, FirstSequence: 1, LastSequence: uint32(packets + lost),
			Missing: lost, MissingExact: true,
		},
	}
}

func source(name string, packets uint64, first, last time.Time) report.Source {
	return report.Source{
		Name: name, Format: "pcapng", Packets: packets, Bytes: packets * 200, FirstSeen: &first, LastSeen: &last,
		Dropped: ptr(uint64(0)), Complete: true, Interfaces: []string{"eth0"},
	}
}

func head(s ...report.Source) report.Report {
	return report.Report{
		SchemaVersion: report.SchemaVersion, Generator: report.Generator{Name: "ikesniff", Version: "1.0.0"},
		Complete: true, Sources: s, Totals: report.Totals{Packets: s[0].Packets, IPsecPackets: s[0].Packets},
	}
}

// sampleClean has three tunnels in good health.
func sampleClean() *report.Stream {
	const day = "2026-03-02"
	h := head(source("core-span.pcapng", 81204, at(day, "08:00:00"), at(day, "08:29:58")))
	h.Sources[0].Vantage = &report.Vantage{Near: "middle", Confidence: report.ConfidenceHigh, Because: "all TTLs are diminished"}
	h.Totals.IPsecPackets, h.Totals.IgnoredPackets = 61324, 19880
	tunnel := func(id, a, b string, known bool, version int, p1 report.Phase, start time.Time, out, in, lastOut, lastIn uint64) *report.Tunnel {
		t := &report.Tunnel{
			ID: id, Verdict: "Data flows both ways.", Initiator: a, Responder: b, InitiatorKnown: known, IKEVersion: version,
			Status: report.StatusUp, Phase1: p1, Phase2: report.PhaseUp, Data: report.DataBoth, FirstSeen: start,
			LastSeen: at(day, "08:29:58"), ESPPackets: report.Direction[uint64]{ToResponder: out, ToInitiator: in},
			ChildSAs: []report.ChildSA{child(id+"a", "c16ed423", a, b, out, 0), child(id+"b", "200e9861", b, a, in, 0)},
		}
		t.Paths = []report.Path{{ID: "p1", Transport: "ip", Initiator: a, Responder: b, State: report.PathInUse,
			Traffic: report.Direction[report.PathTraffic]{
				ToResponder: traffic(start, at(day, "08:29:57"), 3, lastOut, 0, out, 0),
				ToInitiator: traffic(start, at(day, "08:29:58"), 4, lastIn, 0, in, 0),
			}}}
		return t
	}
	natT := tunnel("0a1b2c3d4e5f", "203.0.113.9", "198.51.100.1", true, 2, report.PhaseUp, at(day, "08:00:01"), 18400, 21377, 81190, 81204)
	nat := natT.Paths[0]
	nat.Transport, nat.Initiator, nat.Responder = "udp-nat-t", "203.0.113.9:61001", "198.51.100.1:4500"
	natT.Paths = []report.Path{{ID: "p0", Transport: "udp", Initiator: "203.0.113.9:500", Responder: "198.51.100.1:500", State: report.PathSilent,
		Traffic: report.Direction[report.PathTraffic]{
			ToResponder: traffic(at(day, "08:00:00"), at(day, "08:00:00"), 3, 3, 1, 0, 0),
			ToInitiator: traffic(at(day, "08:00:00"), at(day, "08:00:00"), 4, 4, 1, 0, 0),
		}}, nat}
	natT.Anomalies = []report.Anomaly{
		{ID: "a1", Code: "nat-detected", Severity: report.SeverityInfo, Title: "NAT on the path", Confidence: sure,
			Observation: "The initiator is behind NAT, or forces encapsulation.", Refs: refsOf(3, 4)},
	}
	only := tunnel("1a1b2c3d4e5f", "192.0.2.10", "192.0.2.77", false, 0, report.PhaseUnknown, at(day, "08:00:02"), 7112, 6930, 81177, 81203)
	only.Status = report.StatusESPOnly
	return streamOf(h, natT, only,
		tunnel("2a1b2c3d4e5f", "203.0.113.40", "198.51.100.1", true, 2, report.PhaseUp, at(day, "08:00:03"), 2240, 2511, 81044, 81101))
}

// sampleWarning has one tunnel whose client fell silent on UDP and came back by
// another port.
func sampleWarning() *report.Stream {
	const day = "2026-02-26"
	a, b := "10.3.2.150", "10.55.3.193"
	h := head(source("fgt-port2.pcapng", 4318, at(day, "23:17:23"), at(day, "23:46:02")))
	h.Sources[0].Dropped = nil
	h.Sources[0].Vantage = &report.Vantage{Near: b, Confidence: report.ConfidenceMedium, Because: "its TTL is undiminished"}
	t := &report.Tunnel{
		ID: "9c1de00a7b42", Initiator: a, Responder: b, InitiatorKnown: true, IKEVersion: 2,
		Verdict: "Up on UDP 4500 since 23:40:22 UTC. Before that from port 59641, where the client fell silent at 23:34:42 " +
			"and stayed away for 5 min 39 s. Likely cause: the path from the client was blocked. [medium]",
		Status: report.StatusUp, Phase1: report.PhaseUp, Phase2: report.PhaseUp, Data: report.DataBoth,
		FirstSeen: at(day, "23:17:23"), LastSeen: at(day, "23:46:02"), Transports: []string{"udp-nat-t"},
		IKEMessages: report.BySender{Initiator: 40, Responder: 38},
		ESPPackets:  report.Direction[uint64]{ToResponder: 1714, ToInitiator: 1809},
		Paths: []report.Path{
			{ID: "p1", Transport: "udp-nat-t", Initiator: a + ":59641", Responder: b + ":4500", State: report.PathSilent,
				Traffic: report.Direction[report.PathTraffic]{
					ToResponder: traffic(at(day, "23:17:23"), at(day, "23:34:42").Add(766e6), 1, 2164, 20, 1012, 0),
					ToInitiator: traffic(at(day, "23:17:23"), at(day, "23:40:12").Add(765e6), 2, 2199, 20, 1068, 33),
				}},
			{ID: "p2", Transport: "udp-nat-t", Initiator: a + ":58518", Responder: b + ":4500", State: report.PathInUse,
				Traffic: report.Direction[report.PathTraffic]{
					ToResponder: traffic(at(day, "23:40:21"), at(day, "23:46:02").Add(110e6), 2200, 4318, 20, 702, 0),
					ToInitiator: traffic(at(day, "23:40:21"), at(day, "23:46:02").Add(108e6), 2202, 4317, 18, 741, 0),
				}},
		},
		IKESAs: []report.IKESA{{ID: "i1", InitiatorSPI: "1d3827fc604e04cb", ResponderSPI: "77aa01bc40d2ee19", Version: 2,
			Status: report.StatusSilent, Messages: 40, Proposal: &report.Proposal{Encryption: "AES-CBC-256", Integrity: "HMAC-SHA2-256-128",
				PRF: "HMAC-SHA2-256", KeyExchange: "Curve25519"}}},
		ChildSAs: []report.ChildSA{child("c1", "c16ed423", a+":59641", b+":4500", 1012, 0), child("c2", "200e9861", b+":4500", a+":59641", 1068, 0)},
		Events: []report.TimelineEvent{
			{Time: at(day, "23:17:23").Add(208e6), Ref: ref(1), Direction: "to-responder", Kind: "ike-sa-init", Text: "IKE_SA_INIT on UDP 4500, SPI 1d3827fc604e04cb; data from #14"},
			{Time: at(day, "23:34:42").Add(766e6), Ref: ref(2164), Direction: "to-responder", Kind: "esp-last", Text: "ESP: the last packet from the client on port 59641"},
			{Time: at(day, "23:34:52").Add(765e6), Ref: ref(2167), Direction: "to-initiator", Kind: "keepalive", Text: "keepalive 0xFF, one every 10.0 s, 33 in all (#2167-#2199), nothing else came from the gateway in this time"},
			{Time: at(day, "23:40:12").Add(765e6), Ref: ref(2199), Kind: "silence", Text: "nothing for 8.8 s"},
			{Time: at(day, "23:40:21").Add(597e6), Ref: ref(2200), Direction: "to-responder", Kind: "ike-sa-init", Text: "IKE_SA_INIT, new SPI 9702480b582147c9; data both ways from #2231"},
		},
		EventsTotal: 5,
	}
	t.Anomalies = []report.Anomaly{
		{ID: "a2", Code: "address-change", Severity: report.SeverityInfo, Title: "An endpoint moved", Confidence: sure, Refs: refsOf(2199, 2200),
			Observation: "The client's port changed from 59641 to 58518. Linking the two IKE SAs is inferred from address and fingerprint, so that another client behind the same NAT would look the same."},
		{ID: "a1", Code: "one-way-keepalives", Severity: report.SeverityWarning, Title: "Only keepalives come back",
			Confidence:      report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceMedium},
			Observation:     "338.8 s: nothing from the client; from the gateway keepalives only, no IKE at all.",
			Interpretation:  "UDP is filtered between client and here: the same address then worked from another port at once.",
			Alternatives:    []string{"Client asleep, roaming or closed. A keepalive is never answered, so it proves nothing.", "The mapping of a NAT in between timed out."},
			Unknown:         []string{"whether the old port works again (not tried after #2164)", "whether a person pressed Connect"},
			Advice:          []string{"Capture 'udp port 4500' at the client: what leaves there and is missing here is filtered in between.", "Let the gateway probe idle peers: the dead SA was kept alive for 330 s."},
			Commands:        []string{"config vpn ipsec phase1-interface / set dpd on-idle"},
			Refs:            refsOf(2164, 2167, 2199, 2200),
			WiresharkFilter: "frame.number in {2164, 2167..2199, 2200}",
		},
		{ID: "a3", Code: "stale-sa", Severity: report.SeverityNotice, ConsequenceOf: "a1", Confidence: sure, Count: 1},
		{ID: "a4", Code: "nat-timeout", Severity: report.SeverityNotice, ConsequenceOf: "a1", Confidence: sure, Count: 33},
	}
	return streamOf(h, t)
}

// sampleMany has n tunnels of which a few fail alike, a flood, and two sources
// of which one broke off.
func sampleMany(n int) *report.Stream {
	const day = "2026-03-11"
	h := head(source("hub-1.pcap", 900000, at(day, "14:02:10"), at(day, "23:59:59")),
		source("hub-2.pcap", 41, at("2026-03-12", "00:00:00"), at("2026-03-12", "00:14:23")))
	h.Complete, h.Sources[1].Complete = false, false
	h.Sources[1].Error = "hub-2.pcap: record 42 at byte 5120 has an impossible length of 3735928559 bytes"
	h.IncompleteBecause = []string{h.Sources[1].Error}
	h.Sources[0].Dropped = ptr(uint64(1204))
	h.Totals.Packets, h.Totals.IPsecPackets, h.Totals.IgnoredPackets = 900041, 899000, 1000
	h.Totals.MalformedPackets, h.Totals.TruncatedPackets = 41, 7
	h.Anomalies = []report.Anomaly{{
		ID: "c1", Code: "half-open-flood", Severity: report.SeverityWarning, Title: "Many initiators that never finish", Count: 51200,
		Confidence:     report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceLow},
		Observation:    "51,200 IKE_SA_INIT from 50,113 addresses to 173.1.1.1 were never followed up.",
		Interpretation: "A scan or an attack with forged addresses.",
		Advice:         []string{"Limit half-open IKE SAs and require cookies."},
		Refs:           refsOf(12, 899999), WiresharkFilter: "ip.dst == 173.1.1.1 and isakmp.exchangetype == 34",
	}}
	tunnels := func(yield func(*report.Tunnel) bool) {
		for i := range n {
			if !yield(manyTunnel(day, i)) {
				return
			}
		}
	}
	return &report.Stream{Head: h, Tunnels: tunnels}
}

func manyTunnel(day string, i int) *report.Tunnel {
	a, b := fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), "173.1.1.1"
	start := at(day, "14:03:00").Add(time.Duration(i) * 7 * time.Millisecond)
	t := &report.Tunnel{
		ID: fmt.Sprintf("%012x", i), Verdict: "Up.", Initiator: a, Responder: b, InitiatorKnown: true, IKEVersion: 2,
		Status: report.StatusUp, Phase1: report.PhaseUp, Phase2: report.PhaseUp, Data: report.DataBoth,
		FirstSeen: start, LastSeen: start.Add(time.Hour), Transports: []string{"udp-nat-t"},
		IKEMessages: report.BySender{Initiator: 4, Responder: 4}, ESPPackets: report.Direction[uint64]{ToResponder: 4410, ToInitiator: 4398},
		ChildSAs: []report.ChildSA{child("a", "c16ed423", a, b, 4410, 0), child("b", "200e9861", b, a, 4398, 0)},
		Paths: []report.Path{{ID: "p", Transport: "udp-nat-t", Initiator: a + ":4500", Responder: b + ":4500", State: report.PathInUse,
			Traffic: report.Direction[report.PathTraffic]{
				ToResponder: traffic(start, start.Add(time.Hour), uint64(i)+10, uint64(i)+700000, 4, 4410, 0),
				ToInitiator: traffic(start, start.Add(time.Hour), uint64(i)+11, uint64(i)+700001, 4, 4398, 0),
			}}},
	}
	switch {
	case i%50 == 7:
		t.Status, t.Phase1, t.Phase2, t.Data = report.StatusFailed, report.PhaseFailed, report.PhaseDown, report.DataNone
		t.Verdict = "Phase 1 fails: no proposal was acceptable to the responder."
		t.ESPPackets, t.ChildSAs = report.Direction[uint64]{}, nil
		t.Paths[0].State = report.PathSilent
		t.Paths[0].Traffic.ToResponder.ESPPackets, t.Paths[0].Traffic.ToInitiator.ESPPackets = 0, 0
		t.Anomalies = []report.Anomaly{{ID: "a1", Code: "no-proposal-chosen", Severity: report.SeverityCritical,
			Confidence:     report.AnomalyConfidence{Fact: report.ConfidenceHigh, Cause: report.ConfidenceHigh},
			Observation:    fmt.Sprintf("#%d answers IKE_SA_INIT with NO_PROPOSAL_CHOSEN.", i+11),
			Interpretation: "The two ends share no set of algorithms.", Advice: []string{"Compare the phase 1 proposals of both ends."},
			Refs: refsOf(uint64(i)+10, uint64(i)+11), WiresharkFilter: fmt.Sprintf("frame.number in {%d, %d}", i+10, i+11)}}
	case i%10 == 3:
		t.Anomalies = []report.Anomaly{{ID: "a1", Code: "nat-detected", Severity: report.SeverityInfo, Title: "NAT on the path", Confidence: sure,
			Observation: "The initiator is behind NAT.", Refs: refsOf(uint64(i)+10, uint64(i)+11)}}
	}
	return t
}

// sampleV6 has addresses as long as they get, and large counts.
func sampleV6() *report.Stream {
	const day = "2026-03-11"
	h := head(source("/var/captures/a very long directory name/that goes on and on/and on/transit-v6.pcapng", 12345678, at(day, "14:02:10"), at(day, "14:14:23")))
	a, b := "2001:db8:1234:5678:9abc:def0:1234:5678", "2001:db8:fedc:ba98:7654:3210:fedc:ba98"
	s := sampleWarning()
	var list []*report.Tunnel
	for t := range s.Tunnels {
		for i, endpoint := range []string{a, b} {
			x := *t
			x.ID = fmt.Sprintf("%012d", i)
			x.Initiator, x.Responder = endpoint, b
			if i == 1 {
				x.Responder = a
			}
			x.ESPPackets.ToResponder = 1234567890
			x.Paths = slices.Clone(t.Paths)
			for j := range x.Paths {
				x.Paths[j].Initiator = fmt.Sprintf("[%s]:59641", x.Initiator)
				x.Paths[j].Responder = fmt.Sprintf("[%s]:4500", x.Responder)
			}
			x.Paths[1].Initiator = "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:ffff]:61001"
			x.ChildSAs = []report.ChildSA{child("c1", "c16ed423", x.Initiator, x.Responder, 1234567890, 643), child("c2", "200e9861", x.Responder, x.Initiator, 1068, 0)}
			list = append(list, &x)
		}
	}
	return streamOf(h, list...)
}

// sampleNothing has no tunnel.
func sampleNothing() *report.Stream {
	const day = "2026-03-11"
	h := head(source("office.pcap", 4318, at(day, "14:02:10"), at(day, "14:14:23")))
	h.Totals.IPsecPackets, h.Totals.IgnoredPackets = 0, 4318
	s := streamOf(h)
	s.Nearby = []report.Nearby{
		{What: "UDP to port 443", Packets: 3000, First: ref(12)},
		{What: "UDP to port 4433", Packets: 18, First: ref(200)},
	}
	return s
}
