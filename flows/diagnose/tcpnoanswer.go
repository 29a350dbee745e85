package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var tcpNoIKEAnswer = Entry{
	Code:     "tcp-no-ike-answer",
	Title:    "The TCP connection comes up, but IPsec on it is not answered",
	Severity: report.SeverityCritical,
	Grading:  "Notice where the tunnel stands all the same, on another connection or transport.",
	Explanation: "The responder's port accepts the TCP connection and then has nothing to say: no IKE, no data, no other " +
		"protocol either. So the path is open; what listens there does not take this for IPsec, or ignores this peer.",
	OnTheWire: "SYN and SYN-ACK, IKETCP or an IKE message of the initiator, and no message of the responder until the " +
		"connection ends or for 10 s.",
	Causes: "Another service or a load balancer holds the port; the responder expects TLS around the stream; it knows no " +
		"gateway for this address; it waits for the prefix or does not know it.",
	LookAlikes: []string{
		"The responder answers with TLS or HTTP: then it is known what holds the port (port-owned-by-https).",
		"A capture that ends right after the request, or sees one direction only.",
		"A connection that was opened and on which nothing was sent (tcp-half-open).",
	},
	Advice: []string{
		"See what listens on that port of the responder, and whether a virtual server or port forwarding takes it first.",
		"Compare the settings for TLS around IKE on both ends.",
		"Read the responder's IKE log for this address: a refusal in silence is logged there.",
	},
	Commands: []string{
		"FortiGate: diagnose sys tcpsock | grep ike",
		"FortiGate: diagnose debug application ike -1",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"server", "address", "the responder's endpoint"},
		{"connections", "connections", "connections without an answer"},
		{"prefix", "true/false", "whether IKETCP was sent"},
		{"requests", "messages", "IKE messages sent on them"},
		{"waited_seconds", "s", "from the first data to the end of the connection or of the capture, the longest"},
		{"closed_by", "text", "who ended the first of them: initiator, responder or nobody"},
	},
	References: []Reference{
		{9329, "6", "when to use TCP, and on which connection"},
		{7296, "2.1", "a request is answered"},
	},
}

const minWaitTCP = 10 * time.Second

// unheard tells whether a connection that came up here has IPsec of the
// initiator and nothing of the responder, and since when.
func (c connection) unheard() (since Mark, ok bool) {
	since = c.Prefix
	if !since.set() {
		since = c.NoPrefix
	}
	return since, since.set() && c.Open.set() && !c.Midway && !c.FirstAnswer.set() && !carried(c.path, false)
}

// closer names who ended a connection.
func (c connection) closer() string {
	switch {
	case !c.Closed.set():
		return "nobody"
	case c.ByInitiator:
		return "initiator"
	}
	return "responder"
}

func tcpUnanswered(l *look) []*finding {
	var t tally
	var longest time.Duration
	var requests uint64
	prefix := false
	for _, c := range l.over(overRFC8229) {
		since, ok := c.unheard()
		if !ok || c.Foreign != "" || l.portOwner(c) != nil {
			continue
		}
		waited := c.Closed.timeOr(l.end).Sub(since.Time)
		if !c.Closed.set() && waited < minWaitTCP {
			continue
		}
		t.add(c, Occurrences{Count: 1, First: since, Last: since})
		longest = max(longest, waited)
		requests = plus(requests, c.path.Traffic.ToResponder.IKEMessages)
		prefix = prefix || c.Prefix.set()
	}
	if t.n == 0 {
		return nil
	}
	c := t.list[0]
	last := c.lastSeen()
	for _, x := range t.list {
		if x.lastSeen().After(last) {
			last = x.lastSeen()
		}
	}
	f := tcpNoIKEAnswer.finding(t.n, t.first.Time, last)
	if l.works() {
		f.Severity = report.SeverityNotice
	}
	f.Confidence.Cause = report.ConfidenceLow
	what := "IKETCP"
	if !prefix {
		what = "IPsec without IKETCP"
	}
	seen := fmt.Sprintf("%s to %s opened; %s was sent, with %s, and nothing came back", capital(count(t.n, "TCP connection")),
		c.path.Responder, what, count(requests, "IKE message"))
	if c.Closed.set() {
		after := "at once"
		if d := c.Closed.Time.Sub(t.first.Time); d >= time.Millisecond {
			after = span(d) + " later"
		}
		seen += fmt.Sprintf(". The %s ended the first of them %s.", c.closer(), after)
	} else {
		seen += fmt.Sprintf(" in %s.", span(longest))
	}
	f.say(seen, fmt.Sprintf("TCP reaches %s, but what listens there does not answer IPsec from this peer.", c.path.Responder))
	f.or("another service or a load balancer holds the port", "the responder expects TLS around the stream",
		"the responder drops the request in silence: unknown gateway or wrong IKE version")
	for _, x := range t.list {
		f.ref(x.Open, "connection open")
		f.ref(x.Prefix, "IKETCP")
		f.ref(x.NoPrefix, "first data")
		f.ref(x.Closed, "end")
	}
	f.on(t.list)
	f.Evidence["server"], f.Evidence["connections"], f.Evidence["prefix"] = c.path.Responder, t.n, prefix
	f.Evidence["requests"], f.Evidence["waited_seconds"], f.Evidence["closed_by"] = requests, max(0, seconds(longest)), c.closer()
	return []*finding{f}
}
