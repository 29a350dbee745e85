package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var conflictingOverlap = Entry{
	Code:     "conflicting-overlap",
	Title:    "The same TCP bytes came twice with different content",
	Severity: report.SeverityWarning,
	Explanation: "A sender repeats bytes as they were. Here bytes of the stream came again with other content, so one of the " +
		"two is not the sender's, and nobody can tell which one the receiver took.",
	OnTheWire: "A segment that covers sequence numbers seen before, with other bytes. The first content is what is read here.",
	Causes: "A device that rewrites the stream on its way, in one copy only; injected data; two hosts that use one address; " +
		"a faulty network card of the capturing host.",
	LookAlikes: []string{
		"fortinet-esp repeats sequence numbers with different content by design (repeated-tcp-sequence).",
		"A retransmission that is cut in another way has the same bytes.",
		"A TCP keepalive may carry one byte of rubbish below the window.",
	},
	Advice: []string{
		"Look at both segments: other TTL or IP ID than their neighbours = another sender.",
		"Capture at the sender and compare. Take devices that rewrite TCP out of the path.",
	},
	Commands: []string{
		"Wireshark: tcp.analysis.retransmission || tcp.overlap.conflict",
		"FortiGate: diagnose sniffer packet any 'tcp and host <peer>' 6 0 a",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"conflicts", "segments", "segments whose content contradicts earlier ones"},
		{"gaps_too", "true/false", "whether the same streams have holes in the capture as well"},
	},
	References: []Reference{
		{9293, "3.10.7.4", "what a receiver does with overlapping segments"},
		{5961, "5", "data injected blindly"},
	},
}

func conflicts(l *look) []*finding {
	var plain []connection
	for _, c := range l.over(overRFC8229) {
		// Beside fake TCP on the same ports this says nothing: it repeats numbers.
		fake := false
		for _, x := range l.over(overFakeTCP) {
			fake = fake || sameEnds(c.path, x.path)
		}
		if !fake {
			plain = append(plain, c)
		}
	}
	var out []*finding
	for _, t := range tallies(plain, func(d *TCPDirectionFacts) Occurrences { return d.Conflict }) {
		f := t.finding(&conflictingOverlap, "conflicting segment")
		from, to := l.ends(t.toResponder)
		f.Confidence.Cause = report.ConfidenceLow
		f.say(fmt.Sprintf("%s from %s to %s %s bytes that were sent before, with other content.",
			capital(count(t.n, "segment")), from, to, verb(t.n, "repeats", "repeat")),
			"Something between the sender and here rewrites or injects data, or the capture itself is damaged.")
		f.or("a device that rewrites the stream", "data injected by a third party", "two hosts with one address", "damage in the capture")
		f.orUnknown("which of the two contents the receiver took")
		f.fill("<peer>", to)
		gaps := t.sum(func(d *TCPDirectionFacts, _ *report.PathTraffic) uint64 { return d.Gap.Count })
		f.Evidence["conflicts"], f.Evidence["gaps_too"] = t.n, gaps > 0
		out = append(out, f)
	}
	return out
}
