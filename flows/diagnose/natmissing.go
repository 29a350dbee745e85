package diagnose

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/ikesniff/ikesniff/report"
)

var natTMissing = Entry{
	Code:     "nat-t-missing",
	Title:    "ESP goes straight in IP though there is a NAT between the peers",
	Severity: report.SeverityWarning,
	Grading:  "Notice where data goes both ways all the same.",
	Rows:     []int{8},
	Explanation: "ESP has no ports, so a NAT cannot tell several senders of it apart, and many do not pass it at all. Peers that " +
		"find a NAT put ESP into UDP 4500. Here there is a NAT, and ESP goes without UDP.",
	OnTheWire: "NAT detection hashes that do not fit the outer addresses and ports, or a first request from a source port that a " +
		"NAT gave it while one side sends no NAT detection; then ESP as IP protocol 50, and none in UDP.",
	Causes: "NAT traversal is disabled on one side, so that the peers do not move to UDP 4500; or a device's configuration " +
		"forces plain ESP.",
	LookAlikes: []string{
		"Hashes that do not fit, and ESP in UDP 4500: that is how it is meant to be (nat-detected).",
		"Raw ESP, and hashes that fit: there is no NAT up to here.",
		"A hash that is wrong on purpose has the peers use UDP, not raw ESP.",
		"AH through a NAT, which no encapsulation helps (ah-through-nat).",
	},
	Advice: []string{
		"Enable NAT traversal on both sides; FortiGate: set nattraversal enable, or forced.",
		"If it works all the same, the NAT maps ESP for one peer. A second peer behind the same address will break it.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f nattraversal",
		"strongSwan: swanctl --list-conns, with encap = yes to force it",
		"libreswan: ipsec status | grep -i nat",
	},
	Evidence: []EvidenceKey{
		{"hashes_known", "true/false", "whether both NAT detection hashes of a side were read, so that the NAT is computed and not inferred"},
		{"initiator_behind_nat", "true/false", "whether the hashes put the initiator of the IKE SA behind a NAT"},
		{"responder_behind_nat", "true/false", "the same for its responder"},
		{"source_port", "port", "port that the first request came from"},
		{"to_responder", "packets", "raw ESP packets to the tunnel's responder"},
		{"to_initiator", "packets", "raw ESP packets to its initiator"},
	},
	References: []Reference{
		{7296, "2.23", "what to do where the hashes do not fit"},
		{3947, "3.2", "NAT detection in IKEv1"},
		{3715, "2.1", "why ESP and NAT do not get along"},
	},
}

// missingNATT makes at most one finding: the NAT lies between the same peers
// whatever the IKE SA.
func missingNATT(l *look) []*finding {
	n, first, last, ok := l.rawESP()
	if !ok {
		return nil
	}
	for _, v := range l.ike {
		nat := v.sa.NAT
		computed := nat != nil && (nat.Initiator || nat.Responder)
		if v.sa.Proposal == nil || !computed && !v.mapped() {
			continue
		}
		f := natTMissing.finding(plus(n[0], n[1]), first.Time, last.Time)
		port := v.opener().SourcePort
		seen := ""
		switch {
		case computed:
			who := v.from
			if nat.Responder {
				who = v.to
			}
			if nat.Initiator && nat.Responder {
				who = v.from + " and " + v.to
			}
			seen = fmt.Sprintf("The NAT detection hashes of %s do not fit the addresses and ports seen here", who)
			f.Confidence.Cause = report.ConfidenceHigh
			f.Evidence["initiator_behind_nat"], f.Evidence["responder_behind_nat"] = nat.Initiator, nat.Responder
		default:
			seen = fmt.Sprintf("The first request of %s comes from UDP port %d, as a NAT gives them, and %s sends no NAT detection", v.from, port, v.withoutNATT())
			f.Confidence.Cause = report.ConfidenceLow
			f.or("a peer that uses such a port of its own accord: then there is no NAT")
		}
		seen += fmt.Sprintf("; ESP goes straight in IP, %s to %s and %s back", count(n[0], "packet"), l.side(true), grouped(n[1]))
		off := "NAT traversal is off on one side"
		if v.withoutNATT() == "" && v.RequestRead && v.ResponseRead {
			off = "Both peers know NAT traversal, but one does not use it"
		}
		means := off + ". The NAT has to map ESP, which has no ports: it may drop it, or give it to the wrong host."
		if l.t.Data == report.DataBoth || n[0] > 0 && n[1] > 0 && l.f.OneWay == nil {
			f.Severity = report.SeverityNotice
			seen += "; data goes both ways all the same"
			means = off + ". It works as long as the NAT maps ESP for this one peer."
		}
		f.say(seen+".", means)
		f.ref(v.opener().Mark, "first request")
		f.ref(v.NATSeen, "hashes that do not fit")
		f.ref(first, "first ESP packet")
		f.ref(last, "last ESP packet")
		f.term(ikeTerm(v.sa.InitiatorSPI))
		for _, c := range l.children {
			f.term(childTerm(c.sa.Protocol, c.sa.SPI))
		}
		f.Evidence["hashes_known"] = nat != nil
		f.Evidence["to_responder"], f.Evidence["to_initiator"] = n[0], n[1]
		if port != 0 {
			f.Evidence["source_port"] = port
		}
		return []*finding{f}
	}
	return nil
}

// rawESP counts ESP straight in IP by direction; not ok if there is none, or
// some in UDP.
func (l *look) rawESP() (n [2]uint64, first, last Mark, ok bool) {
	for i := range l.t.Paths {
		p := &l.t.Paths[i]
		esp := plus(p.Traffic.ToResponder.ESPPackets, p.Traffic.ToInitiator.ESPPackets)
		if esp > 0 && p.Transport != "ip" {
			return n, first, last, false
		}
	}
	for _, c := range l.children {
		if c.sa.Protocol == "ah" || !l.rawChild(c) {
			continue
		}
		way := 1
		if c.ToResponder {
			way = 0
		}
		n[way] = plus(n[way], c.sa.Packets)
		if !first.set() || c.First.set() && c.First.Time.Before(first.Time) {
			first = c.First
		}
		if !last.set() || c.Last.set() && c.Last.Time.After(last.Time) {
			last = c.Last
		}
	}
	return n, first, last, n[0]+n[1] > 0 && first.set()
}

// rawChild tells whether a child SA's packets came straight in IP.
func (l *look) rawChild(c childLook) bool {
	if len(l.t.Paths) == 0 {
		return false
	}
	_, err := netip.ParseAddr(c.sa.Source) // with a port it is in UDP or TCP
	return err == nil && slices.ContainsFunc(l.t.Paths, func(p report.Path) bool { return p.Transport == "ip" })
}

// mapped tells whether the first request came from a port that only a NAT gives,
// where one side sends nothing by which a NAT could be computed.
func (v ikeLook) mapped() bool {
	m := v.opener()
	return v.withoutNATT() != "" && m.Transport == "udp" && m.DestinationPort == 500 && m.SourcePort != 500 && m.SourcePort != 0
}

// withoutNATT names the sides that offer no NAT traversal, as far as their first
// messages were read whole; "" if both do.
func (v ikeLook) withoutNATT() string {
	if !v.RequestRead || !v.ResponseRead || v.sa.Proposal == nil {
		return ""
	}
	switch v.NATTBy {
	case [2]bool{false, false}:
		return "neither " + v.from + " nor " + v.to
	case [2]bool{true, false}:
		return v.to
	case [2]bool{false, true}:
		return v.from
	}
	return ""
}
