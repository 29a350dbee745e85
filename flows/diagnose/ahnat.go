package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var ahThroughNAT = Entry{
	Code:     "ah-through-nat",
	Title:    "AH goes through a NAT",
	Severity: report.SeverityCritical,
	Grading:  "Warning where AH comes from both sides all the same: then the NAT may not be real.",
	Rows:     []int{54},
	Explanation: "AH protects the addresses of the outer header as well. A NAT changes them, so the receiver takes each packet for " +
		"forged and drops it. There is no form of AH in UDP that would help.",
	OnTheWire: "AH packets between peers whose NAT detection hashes in IKE do not fit the addresses. 3 packets or more.",
	Causes:    "A policy with AH (alone, or around ESP) on a path with a NAT.",
	LookAlikes: []string{
		"AH without a NAT on the way: nothing is wrong with that.",
		"ESP through a NAT, in UDP 4500: made for it (nat-detected).",
		"A wrong hash on purpose, to have ESP carried in UDP: AH then works.",
	},
	Advice: []string{
		"Use ESP with integrity in place of AH; with a NAT it goes in UDP 4500.",
		"Or take the NAT off the path of this tunnel.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec trafficstatus",
	},
	Evidence: []EvidenceKey{
		{"initiator_behind_nat", "true/false", "whether the hashes put the initiator of the IKE SA behind a NAT"},
		{"responder_behind_nat", "true/false", "the same for its responder"},
		{"to_responder", "packets", "AH packets to the responder"},
		{"to_initiator", "packets", "AH packets to the initiator"},
		{"spis", "hex", "SPIs of AH, the first 8"},
	},
	References: []Reference{
		{3715, "2.1", "AH and NAT do not go together"},
		{4302, "3.3.3.1", "what AH protects of the outer header"},
		{7296, "2.23", "NAT detection"},
	},
}

// Fewer packets than minAH may belong to a test.
const minAH = 3

func ahThroughNATs(l *look) []*finding {
	var nat *ikeLook
	for i := range l.ike {
		if n := l.ike[i].sa.NAT; n != nil && (n.Initiator || n.Responder) {
			nat = &l.ike[i]
			break
		}
	}
	if nat == nil {
		return nil
	}
	f := ahThroughNAT.finding(1, l.t.LastSeen, l.t.FirstSeen)
	var ways [2]uint64 // to responder, to initiator
	var spis []string
	for _, c := range l.children {
		if c.sa.Protocol != "ah" {
			continue
		}
		way := 0
		if !c.ToResponder {
			way = 1
		}
		ways[way] = plus(ways[way], c.sa.Packets)
		if len(spis) < maxTerms {
			spis = append(spis, c.sa.SPI)
		}
		if c.First.Time.Before(f.FirstSeen) {
			f.FirstSeen = c.First.Time
		}
		if c.Last.Time.After(f.LastSeen) {
			f.LastSeen = c.Last.Time
		}
		f.ref(c.First, "first AH packet")
		f.term(childTerm("ah", c.sa.SPI))
	}
	n := plus(ways[0], ways[1])
	if n < minAH {
		return nil
	}
	f.Count = n
	f.Confidence.Cause = report.ConfidenceHigh
	who := nat.from
	switch {
	case nat.sa.NAT.Initiator && nat.sa.NAT.Responder:
		who = "both peers"
	case nat.sa.NAT.Responder:
		who = nat.to
	}
	seen := fmt.Sprintf("%s from %s to %s and %s back, while the NAT detection hashes put %s behind a NAT.",
		count(ways[0], "AH packet"), l.side(false), l.side(true), grouped(ways[1]), who)
	means := "The NAT changes the addresses that AH protects: the receiver drops every packet."
	if ways[0] > 0 && ways[1] > 0 {
		f.Severity = report.SeverityWarning
		f.Confidence.Cause = report.ConfidenceMedium
		means += " That both sides send AH does not tell that either accepts it."
	}
	f.say(seen, means)
	f.or("a hash that is wrong on purpose, to have ESP carried in UDP: then there is no NAT, and AH works")
	f.orUnknown("whether the receivers accept the packets")
	f.ref(nat.NATSeen, "hashes that do not fit")
	f.lost = lost{"esp", ways[0] >= ways[1], f.FirstSeen, f.LastSeen}
	f.Evidence["initiator_behind_nat"], f.Evidence["responder_behind_nat"] = nat.sa.NAT.Initiator, nat.sa.NAT.Responder
	f.Evidence["to_responder"], f.Evidence["to_initiator"], f.Evidence["spis"] = ways[0], ways[1], spis
	return []*finding{f}
}
