package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var oneWayESP = Entry{
	Code:     "one-way-esp",
	Title:    "Data goes one way only",
	Severity: report.SeverityWarning,
	Grading:  "Notice where no packet of any sort was captured in the other direction: then the tap may see one direction only.",
	Rows:     []int{44},
	Explanation: "At the end of the capture one side sends data through the tunnel and nothing comes back. Almost every " +
		"use of a network answers, so this is mostly a fault.",
	OnTheWire: "ESP or AH in one direction: 20 packets and 5 s or more since the last one the other way.",
	Causes: "A missing route or policy at the silent side, so that answers take another way or none; address translation " +
		"on the VPN policy; ESP filtered or misrouted on the way; the silent side has lost its SA and drops what it gets.",
	LookAlikes: []string{
		"A few packets at the end of the capture, or one burst of a transfer: too little to say.",
		"A FortiGate's own capture: offloaded packets (NP) are not seen, so one direction may be missing here only.",
		"Traffic that is one-way by nature: logs, telephony on hold, multicast.",
	},
	Advice: []string{
		"First rule out the capture: switch NPU offload off for the test, or capture on a switch beside the gateway.",
		"Read the counters of both gateways: encrypts but does not decrypt = lost on the way or no answer sent.",
		"Decrypts but does not encrypt = look for the route, the policy and address translation on that gateway.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec trafficstatus",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "the direction that still flows: to-responder or to-initiator"},
		{"packets", "packets", "packets since the other direction fell silent"},
		{"duration_seconds", "s", "from the first to the last of these"},
		{"other_direction_before", "packets", "data packets of the silent direction in the whole capture"},
		{"silent_since_seconds", "s", "from the last packet of the silent direction to the end of the capture; absent if there was none"},
		{"ike_alive", "true/false", "whether IKE from the silent side was seen after its data stopped"},
	},
	References: []Reference{
		{4301, "5.2", "what a receiver does with a packet that it has no SA or policy for"},
		{7296, "2.4", "how a peer finds out that the other is dead"},
	},
}

// Below these one direction proves nothing: a burst of a transfer, or chance.
const (
	minOneWayPackets  = 20
	minOneWayDuration = 5 * time.Second
)

func oneWay(l *look) []*finding {
	w := l.f.OneWay
	if w == nil || w.Packets < minOneWayPackets || w.Last.Time.Sub(w.First.Time) < minOneWayDuration {
		return nil
	}
	from, to := l.ends(w.ToResponder)
	lasted := w.Last.Time.Sub(w.First.Time)
	f := oneWayESP.finding(w.Packets, w.First.Time, w.Last.Time)
	f.lost = lost{"esp", w.ToResponder, w.First.Time, w.Last.Time}
	f.Confidence.Cause = report.ConfidenceLow

	back := l.t.ESPPackets.ToInitiator
	if !w.ToResponder {
		back = l.t.ESPPackets.ToResponder
	}
	alive := l.ikeAfter(to, w.First.Time)
	seen := fmt.Sprintf("%s from %s to %s in %s, none back.", count(w.Packets, "data packet"), from, to, span(lasted))
	if w.OtherLast != nil {
		seen = fmt.Sprintf("%s from %s to %s in %s; the last one back was seen at %s.", count(w.Packets, "data packet"),
			from, to, span(lasted), l.clock.at(w.OtherLast.Time))
	}
	var means string
	switch {
	case w.OtherLast == nil && !alive && !l.heard(!w.ToResponder):
		f.Severity = report.SeverityNotice
		means = fmt.Sprintf("Nothing at all from %s was captured: either it sends nothing, or this capture sees one direction only.", to)
	case alive:
		means = fmt.Sprintf("%s is alive, its IKE messages were still seen; its data is not sent, or is lost or unseen on the way here.", to)
	default:
		means = fmt.Sprintf("%s no longer sends data, or its data is lost or unseen on the way here.", to)
	}
	f.say(seen, means)
	f.or("the capture does not show the other direction: NPU offload on the capturing FortiGate, or another path back",
		"route, policy or address translation at "+to,
		"ESP is dropped on the way from "+to,
		"traffic that needs no answer")
	f.orUnknown("whether "+to+" gets and accepts these packets", "whether it sends data that does not pass here")
	if w.OtherLast != nil {
		f.ref(*w.OtherLast, "last the other way")
		f.Evidence["silent_since_seconds"] = max(0, seconds(l.end.Sub(w.OtherLast.Time)))
	}
	f.ref(w.First, "first without answer")
	f.ref(w.Last, "last without answer")
	for _, c := range l.children {
		if !c.Last.Time.Before(w.First.Time) && c.ToResponder == w.ToResponder {
			f.term(childTerm(c.sa.Protocol, c.sa.SPI))
		}
	}
	f.Evidence["direction"] = direction(w.ToResponder)
	f.Evidence["packets"] = w.Packets
	f.Evidence["duration_seconds"] = seconds(lasted)
	f.Evidence["other_direction_before"] = back
	f.Evidence["ike_alive"] = alive
	return []*finding{f}
}

func direction(toResponder bool) string {
	if toResponder {
		return "to-responder"
	}
	return "to-initiator"
}

// ikeAfter tells whether a peer's IKE was seen after t.
func (l *look) ikeAfter(peer string, t time.Time) bool {
	for _, v := range l.ike {
		if v.from == peer && v.LastFromInitiator.Time.After(t) || v.to == peer && v.LastFromResponder.Time.After(t) {
			return true
		}
	}
	return false
}

// heard tells whether any packet was captured in a direction.
func (l *look) heard(toResponder bool) bool {
	for _, p := range l.t.Paths {
		if toResponder && p.Traffic.ToResponder.Packets > 0 || !toResponder && p.Traffic.ToInitiator.Packets > 0 {
			return true
		}
	}
	return false
}
