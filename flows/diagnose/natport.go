package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var natTPortBlocked = Entry{
	Code:     "nat-t-port-blocked",
	Title:    "IKE is answered on UDP 500, but not on UDP 4500",
	Severity: report.SeverityCritical,
	Grading: "Warning where the tunnel came up later, on another transport or at another time, and where nothing was seen on " +
		"the new port in either direction.",
	Rows: []int{7},
	Explanation: "With a NAT between them, or where a peer wants it, both sides move from UDP 500 to UDP 4500 after the first " +
		"messages. Here the first ones were answered, and all that was sent on the new port was not.",
	OnTheWire: "IKE_SA_INIT (IKEv1: messages 1 to 4 of main mode) with its answer on one port, then IKE_AUTH (message 5) on the " +
		"NAT traversal port, repeated, and no packet of the responder from that port in the life of the IKE SA. It takes two sendings and 2 s of " +
		"waiting, or one and 10 s, as for no-answer. Or two attempts at least, in which a NAT is " +
		"detected and the first messages are answered, and then nothing comes on the new port for 10 s, as it looks near the responder. A message of more than 1,400 bytes is not judged here: it may " +
		"be lost for its size (fragments-dropped).",
	Causes: "UDP 4500 is filtered on the way or at the responder; a NAT in front of the responder forwards UDP 500 but not " +
		"4500; another device answers on 500 than on 4500. IKEv1 with a pre-shared key: the responder cannot decrypt message 5, " +
		"since the keys differ, and says nothing.",
	LookAlikes: []string{
		"A large IKE_AUTH that is lost as IP fragments: the port is open for small messages (fragments-dropped).",
		"IKE fragments of which some are missing here: what arrives cannot be answered (ike-fragment-loss).",
		"IKE_AUTH answered by a refusal: that is an answer on the new port (authentication-failed).",
		"Both messages on one port: nothing was moved, so the port is not the difference.",
		"A capture that shows one direction only: there IKE_SA_INIT has no answer either.",
	},
	Advice: []string{
		"Allow UDP 4500 both ways on every filter between the peers, and in the responder's local-in policy.",
		"A NAT in front of the responder: forward UDP 4500 to it as well as UDP 500.",
		"Capture UDP 4500 at the responder: does the message arrive there? If it does, read the responder's IKE log.",
		"IKEv1: compare the pre-shared keys of both ends before anything else is changed.",
	},
	Commands: []string{
		"FortiGate (at the responder): diagnose sniffer packet any 'host <peer> and udp port 4500' 4 0 a",
		"strongSwan (at the responder): tcpdump -ni any 'host <peer> and udp port 4500'",
		"libreswan (at the responder): tcpdump -ni any 'host <peer> and udp port 4500'",
	},
	Evidence: slices.Concat(stuckKeys, []EvidenceKey{
		{"answered_port", "port", "port of the responder that answered the first messages"},
		{"silent_port", "port", "port of the responder that nothing came from"},
		{"largest_datagram", "bytes", "largest IP datagram that carried the message"},
		{"heard_before", "true/false", "whether the responder had been heard from that port earlier in the capture"},
		{"responder_repeats", "true/false", "whether the responder spoke on the old port while the message was sent, as one does that did not get it"},
	}),
	References: []Reference{
		{7296, "2.23", "moving to port 4500"},
		{3947, "4", "moving to port 4500 in IKEv1"},
		{3948, "2", "what travels on port 4500"},
	},
}

// natPorts makes one finding of the attempts of one side that got stuck when
// they moved to the port of NAT traversal.
func natPorts(l *look, list []pending) []*finding {
	out := unseenPorts(l)
	for _, reversed := range []bool{false, true} {
		var moved []pending
		for _, p := range list {
			if p.Reversed == reversed && p.moved() && !p.large() && p.Incomplete <= 0 && !p.refused() && !l.heardOn(&p, p.sa.FirstSeen, l.end) {
				moved = append(moved, p)
			}
		}
		if len(moved) > 0 {
			out = append(out, l.natPort(moved))
		}
	}
	return out
}

// moved tells whether the message went to another port than the first one, with
// the non-ESP marker of NAT traversal (RFC 3948 2.2).
func (p *pending) moved() bool {
	first := p.opener()
	return first.Transport == "udp" && p.Transport == "udp-nat-t" && first.DestinationPort != p.DestinationPort
}

// refused tells whether the responder of an IKEv1 SA answered with an
// informational message: then it got the message, wherever it answers.
func (p *pending) refused() bool {
	for i := range min(len(p.sa.Exchanges), len(p.Exchanges)) {
		if x := &p.sa.Exchanges[i]; x.Type == "informational" && x.From == "responder" && p.Exchanges[i].Request.Time.After(p.Time) {
			return true
		}
	}
	return false
}

// heardOn tells whether the SA's responder sent anything from the port of the
// message in a span of time.
func (l *look) heardOn(p *pending, from, to time.Time) bool {
	return slices.ContainsFunc(l.t.Paths, func(x report.Path) bool {
		end, traffic := x.Responder, x.Traffic.ToInitiator
		if p.Reversed {
			end, traffic = x.Initiator, x.Traffic.ToResponder
		}
		at, err := netip.ParseAddrPort(end)
		return err == nil && at.Port() == p.DestinationPort && overUDP(x.Transport) && traffic.FirstSeen != nil && traffic.LastSeen != nil &&
			!traffic.LastSeen.Before(from) && !traffic.FirstSeen.After(to)
	})
}

func (l *look) natPort(list []pending) *finding {
	s := gatherStuck(list)
	p := s.longest
	f := natTPortBlocked.finding(uint64(len(list)), s.first, s.last)
	old := p.opener().DestinationPort
	seen := fmt.Sprintf("%s answered %s on UDP %d. %s, and no packet came back from that port",
		p.to, p.from, old, s.told(fmt.Sprintf(" to UDP %d", p.DestinationPort)))
	before := l.heardOn(p, time.Time{}, p.sa.FirstSeen)
	if before {
		seen += " since; earlier there were some"
	}
	// A responder of IKEv1 that repeats its last message did not get the next one.
	repeats := p.sa.Version == 1 && p.LastFromResponder.set() && p.LastFromResponder.Time.After(p.Phase1.Last.Time)
	if repeats {
		seen += fmt.Sprintf("; %s spoke again on UDP %d meanwhile", p.to, old)
	}
	means := fmt.Sprintf("UDP %d is blocked between the two, on the way there or back, or not forwarded to %s.", p.DestinationPort, p.to)
	if p.sa.Version == 1 && !repeats && !strings.Contains(p.sa.Proposal.Authentication, "signature") {
		f.Confidence.Cause = report.ConfidenceLow
		means = fmt.Sprintf("Either UDP %d is blocked between the two, or %s cannot read what comes there, since the pre-shared keys differ, and drops it.",
			p.DestinationPort, p.to)
	} else {
		f.or(p.to + " gets the message and drops it in silence")
	}
	if p.FragmentsTotal > 1 {
		f.or(fmt.Sprintf("IKE fragments of %s bytes, as this message came in, do not pass further on", grouped(uint64(max(p.Datagram, 0)))))
	}
	if l.cameUpAfter(s.last) {
		f.Severity = report.SeverityWarning
		seen += ". Later the tunnel came up"
	}
	f.say(seen+".", means)
	f.or("the answers take another way than past this capture point")
	f.orUnknown("whether the message reaches " + p.to)
	f.fill("<peer>", p.from)
	if p.sa.Version != 1 {
		f.Advice = f.Advice[:len(f.Advice)-1] // the last is for IKEv1
	}
	s.show(f, l)
	f.Evidence["answered_port"], f.Evidence["silent_port"] = old, p.DestinationPort
	f.Evidence["heard_before"] = before
	if p.Datagram > 0 {
		f.Evidence["largest_datagram"] = p.Datagram
	}
	if p.sa.Version == 1 {
		f.Evidence["responder_repeats"] = repeats
	}
	return f
}
