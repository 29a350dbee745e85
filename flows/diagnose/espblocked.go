package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var espBlocked = Entry{
	Code:     "esp-blocked",
	Title:    "IKE passes, but ESP does not",
	Severity: report.SeverityWarning,
	Rows:     []int{9},
	Explanation: "Without NAT, IKE runs over UDP 500 and ESP is a protocol of its own (IP protocol 50). Filters, carriers and load " +
		"sharing treat the two apart: the tunnel comes up, is kept alive, and carries nothing.",
	OnTheWire: "Raw ESP one way, 20 packets and 5 s or more, and not a single data packet the other way in the whole capture, " +
		"while IKE of the silent side is still seen after the first of them.",
	Causes: "A filter on the way passes UDP 500 and drops IP protocol 50; a carrier or load sharing sends it another way; after a " +
		"change of routes a device on the way remembers the wrong one.",
	LookAlikes: []string{
		"A FortiGate's own capture: packets that its network processor handles are not seen (npu-offload-suspected).",
		"Data that went both ways and then stopped one way: one-way-esp, for which route and policy are as likely.",
		"A peer that is gone: then IKE is silent, too (dpd-failed).",
		"ESP in UDP 4500: where IKE passes there, ESP does as well.",
	},
	Advice: []string{
		"First rule out the capture: switch NPU offload off for the test, or capture on a switch beside the gateway.",
		"Capture ESP (IP protocol 50) at the silent side: leaves there = dropped on the way; does not leave = route or policy there.",
		"Force ESP into UDP 4500 (NAT traversal 'forced'), or carry the tunnel over TCP.",
		"After a change of routes or lines: keep the tunnel down on both sides for 5 minutes, so that devices on the way forget.",
	},
	Commands: []string{
		"FortiGate (at <peer>): diagnose sniffer packet any 'proto 50' 4 0 a",
		"FortiGate: diagnose vpn tunnel list",
		"strongSwan (at <peer>): tcpdump -n proto 50",
		"libreswan (at <peer>): tcpdump -n proto 50",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "the direction in which ESP was seen: to-responder or to-initiator"},
		{"packets", "packets", "ESP packets seen"},
		{"duration_seconds", "s", "from the first to the last of these"},
		{"from_the_start", "true/false", "whether the SA was made within the capture"},
		{"ike_after_seconds", "s", "from the first of these to the last IKE message of the silent side"},
		{"fortigate", "true/false", "whether a peer says that it is a FortiGate, whose own capture may hide packets"},
	},
	References: []Reference{
		{3948, "1", "ESP in UDP, for paths that do not pass ESP"},
		{7296, "2.23", "UDP encapsulation may be used without a NAT"},
		{4303, "2", "ESP is IP protocol 50"},
	},
}

// The limits are those of one-way-esp: a few packets without answer prove
// nothing, whatever they are.
func espBlocks(l *look) []*finding {
	inIP := slices.ContainsFunc(l.t.Paths, func(p report.Path) bool { return p.Transport == "ip" })
	if !inIP || l.t.ESPPackets.ToResponder > 0 && l.t.ESPPackets.ToInitiator > 0 {
		return nil
	}
	toResponder := l.t.ESPPackets.ToInitiator == 0
	var raw []childLook
	var n uint64
	var first, last time.Time
	for _, c := range l.children {
		if c.sa.Protocol == "ah" || c.ToResponder != toResponder || host(c.sa.Destination) != c.sa.Destination {
			continue // has a port: in UDP or TCP
		}
		raw, n = append(raw, c), plus(n, c.sa.Packets)
		if first.IsZero() || c.First.Time.Before(first) {
			first = c.First.Time
		}
		if c.Last.Time.After(last) {
			last = c.Last.Time
		}
	}
	if n < minOneWayPackets || last.Sub(first) < minOneWayDuration || !l.established() {
		return nil
	}
	_, to := l.ends(toResponder)
	heard := l.ikeFrom(to)
	if !heard.Time.After(first) {
		return nil
	}
	return []*finding{l.espBlock(toResponder, raw, n, first, last, heard)}
}

func (l *look) espBlock(toResponder bool, raw []childLook, n uint64, first, last time.Time, heard Mark) *finding {
	f := espBlocked.finding(n, first, last)
	from, to := l.ends(toResponder)
	born := false
	f.ref(heard, "IKE of the silent side")
	for _, c := range raw {
		born = born || c.BornHere
		f.ref(c.First, "first ESP packet")
		f.ref(c.Last, "last ESP packet")
		f.term(childTerm("esp", c.sa.SPI))
	}
	f.say(fmt.Sprintf("%s from %s to %s in %s, and none back; IKE from %s was still seen %s after the first.",
		count(n, "raw ESP packet"), from, to, span(last.Sub(first)), to, span(heard.Time.Sub(first))),
		fmt.Sprintf("IP protocol 50 is dropped or goes astray between %s and %s, in one direction or both, while UDP passes.", from, to))
	f.Confidence.Cause = report.ConfidenceMedium
	fortigate := l.fortigate()
	if fortigate || !born {
		f.Confidence.Cause = report.ConfidenceLow
	}
	f.or("the capture does not show the other direction: NPU offload on the capturing FortiGate, or another path back",
		"route, policy or address translation at "+to+": it gets the packets and sends none",
		"traffic that needs no answer")
	f.orUnknown("whether "+to+" gets these packets", "whether it sends ESP that does not pass here")
	f.fill("<peer>", to)
	f.lost = lost{"esp", toResponder, first, last}
	f.Evidence["direction"], f.Evidence["packets"] = direction(toResponder), n
	f.Evidence["duration_seconds"], f.Evidence["from_the_start"] = max(0, seconds(last.Sub(first))), born
	f.Evidence["ike_after_seconds"], f.Evidence["fortigate"] = max(0, seconds(heard.Time.Sub(first))), fortigate
	return f
}

// ikeFrom is the last IKE message of a peer.
func (l *look) ikeFrom(peer string) (last Mark) {
	for i := range l.ike {
		v := &l.ike[i]
		if v.from == peer && v.LastFromInitiator.Time.After(last.Time) {
			last = v.LastFromInitiator
		}
		if v.to == peer && v.LastFromResponder.Time.After(last.Time) {
			last = v.LastFromResponder
		}
	}
	return last
}

// established tells whether any IKE SA got past its clear part.
func (l *look) established() bool {
	for i := range l.ike {
		if l.ike[i].established() {
			return true
		}
	}
	return false
}

// fortigate tells whether a peer says in its vendor IDs that it is one.
func (l *look) fortigate() bool {
	for i := range l.ike {
		for _, v := range l.ike[i].sa.VendorIDs {
			if strings.HasPrefix(v, "FortiGate") {
				return true
			}
		}
	}
	return false
}
