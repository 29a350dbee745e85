package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var keepaliveInTCP = Entry{
	Code:     "keepalive-in-tcp",
	Title:    "NAT keepalives inside the TCP stream",
	Severity: report.SeverityInfo,
	Rows:     []int{19},
	Explanation: "A peer sends the one-byte NAT keepalive of UDP as a message of its TCP stream. It does no good there, for " +
		"TCP keeps a mapping by its own means, and receivers have to drop it in silence.",
	OnTheWire: "Messages of length 3 with the byte FF: 00 03 FF.",
	Causes:    "The NAT keepalive timer goes on when the transport is TCP.",
	LookAlikes: []string{
		"TCP's own keepalive: a segment with one old byte or none, outside the stream.",
		"An IKE liveness check: an INFORMATIONAL exchange.",
	},
	Advice: []string{
		"Harmless. If the receiver closes the connection on them, update it: early Linux espintcp took them for an error.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"keepalives", "messages", "NAT keepalives in the stream"},
	},
	References: []Reference{
		{9329, "3", "keepalives should not be sent over TCP and have to be ignored"},
		{3948, "2.3", "NAT keepalives"},
	},
}

func keepalivesInTCP(l *look) []*finding {
	var out []*finding
	for _, t := range tallies(l.over(overRFC8229), func(d *TCPDirectionFacts) Occurrences { return d.Keepalive }) {
		f := t.finding(&keepaliveInTCP, "keepalive in the stream")
		from, to := l.ends(t.toResponder)
		f.Confidence.Cause = report.ConfidenceHigh
		f.say(fmt.Sprintf("%s sent %s to %s inside the TCP stream.", from, count(t.n, "NAT keepalive"), to),
			"They are not needed over TCP and are ignored by the receiver.")
		f.Evidence["keepalives"] = t.n
		out = append(out, f)
	}
	return out
}
