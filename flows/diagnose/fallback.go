package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var udpTCPFallback = Entry{
	Code:     "udp-tcp-fallback",
	Title:    "UDP was not answered, TCP was",
	Severity: report.SeverityNotice,
	Rows:     []int{2},
	Explanation: "The initiator asked over UDP in vain and then went over to TCP, where it was answered. The tunnel works, but " +
		"each start costs the wait, and TCP under the tunnel is slower than UDP.",
	OnTheWire: "IKE requests over UDP without an answer, then a TCP connection from the same host to the same peer, and IPsec " +
		"that is answered there. A new IKE SA has a new SPI: the link rests on addresses and time.",
	Causes: "UDP 500 or 4500 is filtered on the path, and TCP is not.",
	LookAlikes: []string{
		"A tunnel that was up on UDP and goes on over TCP without requests in vain (transport-changed).",
		"TCP fails as well (tcp-fallback-failed, tcp-no-ike-answer).",
	},
	Advice: []string{
		"Ask who runs the network to let UDP 500 and 4500 through: UDP is faster.",
		"If that cannot be had, set the transport to TCP at once and spare the wait, or shorten it.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f transport",
		"libreswan: ipsec status | grep tcp",
	},
	Evidence: []EvidenceKey{
		{"from", "text", "the transport that was not answered, with its port"},
		{"to", "text", "the one that was"},
		{"requests", "messages", "sendings of the last request over UDP"},
		{"waited_seconds", "s", "from the first unanswered request to the first sign of TCP"},
		{"timer", "text", "implementation whose default wait it matches; absent if none does"},
		{"was_up", "true/false", "whether the tunnel had been up over UDP before"},
	},
	References: []Reference{
		{9329, "5", "when to go over to TCP"},
		{9329, "5.1", "a new IKE SA for TCP"},
	},
}

// fortiFallback is FortiOS's auto-transport-threshold unless set otherwise; it
// looks once a second or so.
const (
	fortiFallbackMin = 14500 * time.Millisecond
	fortiFallbackMax = 17500 * time.Millisecond
)

func fallbacks(l *look) []*finding {
	var out []*finding
	for _, c := range l.changes() {
		if !c.fallback() || len(out) == maxRejections {
			continue
		}
		first := c.LastOld
		for _, a := range l.attempts() { // the last one that was begun before
			if !a.Reversed && a.first.Time.Before(c.sign().Time) && (a.first.set() || a.first.Time.After(first.Time)) {
				first = a.first
			}
		}
		means := fmt.Sprintf("UDP does not pass between %s and %s, at least one way; TCP does.", l.side(false), l.side(true))
		for _, p := range l.pendings() { // the first messages passed, on another port
			if !p.Reversed && p.moved() && p.Time.Before(c.sign().Time) {
				first = p.Mark
				means = fmt.Sprintf("UDP %d does not pass between %s and %s, at least one way, though UDP %d does; TCP does, too.",
					p.DestinationPort, l.side(false), l.side(true), p.opener().DestinationPort)
			}
		}
		f := udpTCPFallback.finding(1, first.timeOr(c.sign().Time), c.sign().Time)
		f.lost = lost{"ike", true, f.FirstSeen, f.LastSeen}
		from, to := l.label(c.from), l.label(c.to)
		wait := f.LastSeen.Sub(f.FirstSeen)
		n := uint64(max(c.UnansweredSendings, 1))
		f.say(fmt.Sprintf("A request of %s on %s was sent %s without an answer; %s after the first, %s was tried and answered.",
			l.side(false), from, times(n), span(wait), to),
			means)
		f.or("the responder takes no IKE over UDP from this peer", "UDP was lost by chance and the wait was short")
		f.ref(first, "request over UDP")
		f.ref(c.LastOld, "last over UDP")
		f.ref(c.SYN, "SYN")
		f.ref(c.FirstNew, "first over TCP")
		f.term(pathTerm(c.from))
		f.term(pathTerm(c.to))
		f.Evidence["from"], f.Evidence["to"], f.Evidence["requests"] = from, to, n
		f.Evidence["waited_seconds"], f.Evidence["was_up"] = max(0, seconds(wait)), c.OldWasUp
		if wait >= fortiFallbackMin && wait <= fortiFallbackMax {
			f.Evidence["timer"] = "FortiOS (15 s)"
		}
		out = append(out, f)
	}
	return out
}

var tcpFallbackFailed = Entry{
	Code:     "tcp-fallback-failed",
	Title:    "UDP was not answered, and TCP does not connect either",
	Severity: report.SeverityCritical,
	Grading:  "As severe as the silence over UDP (no-answer) at most: less where the tunnel came up later.",
	Rows:     []int{3},
	Explanation: "The initiator asked over UDP in vain, then tried a TCP connection to the same peer, and that did not come up. " +
		"Both ways are closed, or the port is not the one where the peer listens.",
	OnTheWire: "IKE requests over UDP without an answer, then SYN from the same side without SYN-ACK, or answered by RST.",
	Causes: "Refused: the peer does not listen on this TCP port (4500 on older FortiOS and after updates, 443 in new " +
		"configurations from 7.6.1 on), or the TCP service is off. Not answered: TCP is filtered, too, or the peer is down.",
	LookAlikes: []string{
		"A connection of another program after IKE failed: it may look the same.",
		"TCP connects, but IPsec is not answered (tcp-no-ike-answer).",
	},
	Advice: []string{
		"Compare the TCP port for IKE on both ends, and see that the responder listens there.",
		"See whether the peer is reached at all: ping, routes, its address.",
		"FortiOS 8.0: switch on the TCP service for IKE.",
	},
	Commands: []string{
		"FortiGate: diagnose sys tcpsock | grep ike",
		"FortiGate: show full system settings | grep ike-tcp-port",
		"libreswan: ss -ltnp",
	},
	Evidence: []EvidenceKey{
		{"server", "address", "the endpoint that was asked over TCP"},
		{"outcome", "text", "refused or unanswered"},
		{"udp_requests", "messages", "IKE requests over UDP before"},
		{"waited_seconds", "s", "from the first request over UDP to the first SYN"},
	},
	References: []Reference{
		{9329, "5", "when to go over to TCP"},
		{9293, "3.5", "establishing a connection"},
	},
}

// fallbackFailures ties connections in vain to requests over UDP in vain.
func fallbackFailures(l *look, unanswered []*finding, failed []failedConnect) []*finding {
	var out []*finding
	for _, u := range unanswered {
		if !u.lost.toResponder || !l.mayBeUDP() {
			continue
		}
		for _, c := range failed {
			if !c.fromInitiator || c.FirstSeen.Before(u.FirstSeen) {
				continue
			}
			f := tcpFallbackFailed.finding(1, u.FirstSeen, c.LastSeen)
			f.Severity = u.Severity
			f.Confidence.Cause = report.ConfidenceLow
			outcome := "no answer"
			if c.refused {
				outcome = "RST"
				f.Confidence.Cause = report.ConfidenceMedium
			}
			wait := c.FirstSeen.Sub(u.FirstSeen)
			f.say(fmt.Sprintf("IKE of %s over UDP got no answer; %s after the first request it asked %s for a TCP connection and got %s.",
				l.side(false), span(wait), c.server, outcome),
				"Neither way is open, or the peer listens on another TCP port.")
			f.or("the peer is down or its address is wrong", "the two ends have different TCP ports for IKE",
				"the connection belongs to another program")
			f.orUnknown("whether the connection was meant for IPsec: it never came so far")
			for _, x := range []*finding{u, c.finding} {
				f.Refs = append(f.Refs, x.Refs[:min(len(x.Refs), maxRefs/2)]...)
				f.spis = append(f.spis, x.spis...)
			}
			f.Evidence["server"], f.Evidence["outcome"] = c.server, c.Evidence["outcome"]
			f.Evidence["udp_requests"], f.Evidence["waited_seconds"] = u.Evidence["requests"], max(0, seconds(wait))
			out = append(out, f)
			break
		}
	}
	return out
}

// mayBeUDP tells whether unanswered requests can have gone over UDP: not where
// the tunnel has streams only.
func (l *look) mayBeUDP() bool {
	return len(l.t.Paths) == 0 || slices.ContainsFunc(l.t.Paths, func(p report.Path) bool { return overUDP(p.Transport) })
}
