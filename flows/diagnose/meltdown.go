package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var tcpMeltdown = Entry{
	Code:     "tcp-meltdown",
	Title:    "Many TCP retransmissions under the tunnel",
	Severity: report.SeverityNotice,
	Grading: "Reported from 20 retransmissions and 10 % of a direction's packets on; warning from 20 % on. Below that TCP does " +
		"what it is made for.",
	Rows: []int{22},
	Explanation: "The tunnel's packets ride in one TCP stream. A lost segment stops all that follow until it is sent again, " +
		"and TCP connections inside the tunnel take the wait for loss and send again, too. Throughput breaks down.",
	OnTheWire: "Retransmissions on an RFC 8229 connection. What happens inside the tunnel is encrypted; that it suffers is a conclusion.",
	Causes:    "Loss on the path: a bad or overloaded line, a policer, a shaper with a short queue.",
	LookAlikes: []string{
		"fortinet-esp looks like retransmissions in other tools; it sends nothing twice (repeated-tcp-sequence).",
		"A capture that holds packets twice (duplicate-capture).",
		"A few retransmissions: every TCP connection has some.",
	},
	Advice: []string{
		"Use UDP where it passes: loss then costs single packets only.",
		"Find the loss: error counters, policers and shapers on the path.",
		"Keep the inner MSS low, so that an outer segment carries whole packets.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"libreswan: ss -tin state established",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "direction of the repeated segments"},
		{"retransmissions", "segments", "segments sent again"},
		{"packets", "packets", "packets of this direction on these connections"},
		{"share", "0 to 1", "retransmissions of both together"},
		{"zero_windows", "segments", "zero windows of the receiver, which slow down as well"},
	},
	References: []Reference{
		{9329, "9.1", "TCP in TCP"},
		{6298, "5", "TCP's retransmission timer"},
	},
}

const (
	minRetransmissions     = 20
	noticeRetransmitShare  = 0.10
	warningRetransmitShare = 0.20
)

func meltdowns(l *look) []*finding {
	var out []*finding
	for _, t := range tallies(l.over(overRFC8229), func(d *TCPDirectionFacts) Occurrences { return d.Retransmission }) {
		packets := t.sum(func(_ *TCPDirectionFacts, p *report.PathTraffic) uint64 { return p.Packets })
		part := share(t.n, packets)
		if t.n < minRetransmissions || part < noticeRetransmitShare {
			continue
		}
		f := t.finding(&tcpMeltdown, "retransmission")
		if part >= warningRetransmitShare {
			f.Severity = report.SeverityWarning
		}
		from, to := l.ends(t.toResponder)
		var closed uint64
		for _, c := range t.list {
			d, _ := c.dir(!t.toResponder)
			closed = plus(closed, d.ZeroWindow.Count)
		}
		f.say(fmt.Sprintf("%s sent %s to %s again, beside %s (%s).", from, count(t.n, "TCP segment"), to,
			count(packets, "packet"), percent(part)),
			"The path loses packets, and each loss holds up the whole tunnel until TCP has mended it.")
		f.or("acknowledgements are late or lost, and the segments were not", "the capture sees the segments before they are lost, or after")
		f.orUnknown("how much the connections inside the tunnel suffer")
		f.Evidence["retransmissions"], f.Evidence["packets"], f.Evidence["share"] = t.n, packets, part
		f.Evidence["zero_windows"] = closed
		out = append(out, f)
	}
	return out
}
