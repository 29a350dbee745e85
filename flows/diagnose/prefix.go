package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var missingStreamPrefix = Entry{
	Code:     "missing-stream-prefix",
	Title:    "The TCP stream does not begin with IKETCP",
	Severity: report.SeverityWarning,
	Grading:  "Notice where the responder answers all the same. As severe as the silence that it explains.",
	Rows:     []int{17},
	Explanation: "IPsec over TCP begins with the six letters IKETCP, so that a responder can tell it from other traffic on " +
		"the port. A connection without them is not what the RFC describes; some responders close it, some do not care.",
	OnTheWire: "A whole connection, from its SYN on, whose first bytes are a length and an IKE message.",
	Causes:    "An implementation older than RFC 8229 or one of its own kind; a proxy or relay that took the first bytes away.",
	LookAlikes: []string{
		"A capture that began in the middle of a connection does not show the prefix.",
		"TLS around the stream: then the prefix is inside and not visible.",
	},
	Advice: []string{
		"Compare the versions of both ends, and see whether the initiator's maker claims RFC 8229 or RFC 9329.",
		"Capture at the initiator: prefix there and not here = a device in between takes it away.",
	},
	Commands: []string{
		"FortiGate: diagnose debug application ike -1",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"connections", "connections", "connections without the prefix"},
		{"answered", "connections", "those of them on which the responder sent IKE or data"},
	},
	References: []Reference{
		{9329, "4", "the stream prefix"},
		{8229, "4", "the same in the first version"},
	},
}

func missingPrefixes(l *look) []*finding {
	var t tally
	var answered int
	for _, c := range l.over(overRFC8229) {
		if c.NoPrefix.set() {
			t.add(c, Occurrences{Count: 1, First: c.NoPrefix, Last: c.NoPrefix})
			if c.FirstAnswer.set() {
				answered++
			}
		}
	}
	if t.n == 0 {
		return nil
	}
	f := missingStreamPrefix.finding(t.n, t.first.Time, t.last.Time)
	means := "The initiator does not keep to RFC 8229, or a device on the way took the prefix away."
	if answered > 0 {
		f.Severity = report.SeverityNotice
		means += " The responder takes it all the same."
	}
	f.say(fmt.Sprintf("%s from %s began with IPsec messages instead of IKETCP; the responder answered on %d.",
		capital(count(t.n, "TCP connection")), l.side(false), answered), means)
	f.or("an IPsec implementation older than RFC 8229")
	for _, c := range t.list {
		f.ref(c.NoPrefix, "first data")
	}
	f.on(t.list)
	f.Evidence["connections"], f.Evidence["answered"] = t.n, answered
	return []*finding{f}
}
