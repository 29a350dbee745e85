package diagnose

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var tcpConnectFailed = Entry{
	Code:     "tcp-connect-failed",
	Title:    "A TCP connection between the peers does not come up",
	Severity: report.SeverityWarning,
	Grading: "Notice where the tunnel stands all the same and has used this port; info where it stands and the port is one " +
		"of those that IPsec over TCP uses. Other ports are then not reported: not each connection between two gateways is IPsec.",
	Explanation: "One peer asks for a TCP connection to the other, and it is refused or not answered.",
	OnTheWire: "SYN without SYN-ACK, sent twice or more or 3 s before the end of the capture, or SYN answered by RST. Nothing is " +
		"said where the capture shows no packet at all of the side that should have answered.",
	Causes: "Refused: nothing listens on that port, or a filter answers with RST. Not answered: the port is filtered, or the " +
		"peer is down. With FortiGates: the two ends have different ports (4500 before, 443 in new configurations from 7.6.1 on), " +
		"or IPsec over TCP is switched off.",
	LookAlikes: []string{
		"A capture that sees one direction only.",
		"A capture that ends right after the SYN.",
		"A connection of another program between the same hosts.",
	},
	Advice: []string{
		"Compare the TCP port for IKE on both ends.",
		"See that the responder listens there, and that no filter on the way or local-in policy drops it.",
	},
	Commands: []string{
		"FortiGate: diagnose sys tcpsock | grep ike",
		"FortiGate: show full system settings | grep ike-tcp-port",
		"libreswan: ss -ltnp",
	},
	Evidence: []EvidenceKey{
		{"from", "address", "who asked, with ports, the first 8 attempts"},
		{"server", "address", "the endpoint that was asked"},
		{"outcome", "text", "refused or unanswered"},
		{"attempts", "connections", "connections that were asked for"},
		{"syns", "segments", "SYN segments sent for them"},
		{"port_used", "true/false", "whether the tunnel used this endpoint over TCP at another time"},
	},
	References: []Reference{
		{9293, "3.5", "establishing a connection"},
		{9329, "6.1", "who opens the connection"},
	},
}

// Ports of IPsec over TCP that are configured by default somewhere.
var tcpPorts = []uint16{443, 4500, 10000, 11443}

const minWaitSYN = 3 * time.Second

// failedConnect sums up the attempts of one side to reach one endpoint.
type failedConnect struct {
	*finding
	fromInitiator, refused bool
	server                 string
}

// connects makes one finding for each endpoint that was asked in vain.
func connects(l *look) []failedConnect {
	type kind struct {
		server                 string
		fromInitiator, refused bool
	}
	groups := map[kind][]Attempt{}
	var order []kind
	for _, a := range slices.Concat(l.f.Attempts, l.unopened()) {
		refused := a.Refused.set()
		waited := l.end.Sub(a.First.Time) >= minWaitSYN
		if a.SYNs < 1 || a.Opened.set() || !refused && a.SYNs < 2 && !waited || !l.heard(!a.FromInitiator) && !refused && !l.silentPeer(a.FromInitiator) {
			continue
		}
		k := kind{a.Server, a.FromInitiator, refused}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], a)
	}
	var out []failedConnect
	for _, k := range order {
		if f := l.failedConnect(groups[k], k.fromInitiator, k.refused); f != nil {
			out = append(out, failedConnect{f, k.fromInitiator, k.refused, k.server})
		}
	}
	return out
}

// unopened are TCP paths that did not come up.
func (l *look) unopened() []Attempt {
	var out []Attempt
	for _, c := range l.over(overRFC8229) {
		if !c.SYN.set() || c.Open.set() || c.Midway || carried(c.path, true) || carried(c.path, false) || c.Prefix.set() || c.NoPrefix.set() {
			continue
		}
		out = append(out, Attempt{Client: c.path.Initiator, Server: c.path.Responder, FromInitiator: true,
			SYNs: c.SYNs, First: c.SYN, Last: c.SYN, Refused: c.Refused})
	}
	return out
}

// silentPeer tells whether IKE to the same side was asked in vain as well: then
// that nothing of it was captured is no fault of the capture.
func (l *look) silentPeer(toResponder bool) bool {
	return slices.ContainsFunc(l.attempts(), func(a attempt) bool { return a.Reversed != toResponder })
}

func (l *look) failedConnect(list []Attempt, fromInitiator, refused bool) *finding {
	a := list[0]
	used := slices.ContainsFunc(l.tcp, func(c connection) bool {
		return c.path.Responder == a.Server && (carried(c.path, true) || carried(c.path, false))
	})
	var syns uint64
	var from []string
	first, last := a.First, a.Last
	for _, x := range list {
		syns = plus(syns, uint64(max(x.SYNs, 0)))
		if len(from) < 8 {
			from = append(from, x.Client)
		}
		if x.First.Time.Before(first.Time) {
			first = x.First
		}
		if x.Last.Time.After(last.Time) {
			last = x.Last
		}
	}
	f := tcpConnectFailed.finding(uint64(len(list)), first.Time, last.Time)
	if l.works() {
		ap, _ := netip.ParseAddrPort(a.Server)
		switch {
		case used:
			f.Severity = report.SeverityNotice
		case slices.Contains(tcpPorts, ap.Port()):
			f.Severity = report.SeverityInfo
		default:
			return nil
		}
	}
	who, _ := l.ends(fromInitiator)
	seen := fmt.Sprintf("%s asked %s for %s with %s; no answer was seen here.", who, orWord(a.Server, "its peer"),
		count(uint64(len(list)), "TCP connection"), count(syns, "SYN"))
	means := "The port is filtered on the way or at the peer, or the answers are lost before here."
	outcome := "unanswered"
	if refused {
		outcome = "refused"
		seen = fmt.Sprintf("%s asked %s for %s and was refused with RST.", who, orWord(a.Server, "its peer"), count(uint64(len(list)), "TCP connection"))
		means = "Nothing listens on that port, or a filter refuses it with RST."
	}
	f.say(seen, means)
	f.or("the two ends are set to different TCP ports", "IPsec over TCP is switched off at the peer",
		"the connection belongs to another program")
	f.orUnknown("whether the connection was meant for IPsec")
	for _, x := range list {
		f.ref(x.First, "SYN")
		f.ref(x.Refused, "RST")
		f.term(tcpTerm(x.Client, x.Server))
	}
	f.ref(last, "last SYN")
	f.Evidence["from"], f.Evidence["server"], f.Evidence["outcome"] = from, a.Server, outcome
	f.Evidence["attempts"], f.Evidence["syns"], f.Evidence["port_used"] = len(list), syns, used
	return f
}
