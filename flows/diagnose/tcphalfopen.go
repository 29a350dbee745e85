package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var tcpHalfOpen = Entry{
	Code:     "tcp-half-open",
	Title:    "TCP connections are opened and not used",
	Severity: report.SeverityNotice,
	Grading:  "Info for a single one.",
	Rows:     []int{24},
	Explanation: "A connection to the responder's port comes up, and then neither side sends a byte. Each of them takes a " +
		"place in the responder until it gives up.",
	OnTheWire: "SYN and SYN-ACK, no data until the connection ends or for 10 s.",
	Causes: "A health check or port scan; a client that stops right after connecting; a device that answers the SYN itself " +
		"and does not let the data through.",
	LookAlikes: []string{
		"IKETCP was sent and not answered (tcp-no-ike-answer).",
		"The capture ends, or lost the data (stream-gap).",
	},
	Advice: []string{
		"From a known peer: look into its log for why it stops after connecting.",
		"From unknown ones: limit who may reach the port, by address or rate.",
	},
	Commands: []string{
		"FortiGate: diagnose sys tcpsock | grep ike",
		"libreswan: ss -tn state established",
	},
	Evidence: []EvidenceKey{
		{"server", "address", "the endpoint that was connected to"},
		{"connections", "connections", "connections without data"},
		{"closed", "connections", "those of them that were ended"},
	},
	References: []Reference{
		{4987, "", "what half-open connections cost"},
		{9329, "6.1", "the originator begins with the prefix"},
	},
}

func tcpHalfOpens(l *look) []*finding {
	var list []Attempt
	for _, a := range l.f.Attempts {
		if a.Opened.set() {
			list = append(list, a)
		}
	}
	for _, c := range l.over(overRFC8229) {
		if c.Open.set() && !c.Midway && !c.Prefix.set() && !c.NoPrefix.set() && c.Foreign == "" &&
			!carried(c.path, true) && !carried(c.path, false) && c.ToResponder.Gap.Count == 0 {
			list = append(list, Attempt{Client: c.path.Initiator, Server: c.path.Responder, First: c.SYN, Last: c.SYN, Opened: c.Open, Closed: c.Closed})
		}
	}
	var f *finding
	closed := 0
	for _, a := range list {
		if !a.Closed.set() && l.end.Sub(a.Opened.Time) < minWaitTCP {
			continue
		}
		if f == nil {
			f = tcpHalfOpen.finding(1, a.Opened.Time, a.Opened.Time)
			f.Count = 0
			f.Severity = report.SeverityInfo
			f.Confidence.Cause = report.ConfidenceLow
			f.Evidence["server"] = a.Server
		} else {
			f.Severity = report.SeverityNotice
		}
		f.Count++
		if a.Closed.set() {
			closed++
		}
		if end := a.Closed.timeOr(a.Opened.Time); end.After(f.LastSeen) {
			f.LastSeen = end
		}
		f.ref(a.Opened, "connection open")
		f.ref(a.Closed, "end")
		f.term(tcpTerm(a.Client, a.Server))
	}
	if f == nil {
		return nil
	}
	ended := fmt.Sprintf("%d of them ended", closed)
	switch {
	case f.Count == 1 && closed == 1:
		ended = "it ended"
	case closed == 0:
		ended = "no end of it was seen"
	}
	f.say(fmt.Sprintf("%s between the peers opened and carried no data; %s.", capital(count(f.Count, "TCP connection")), ended),
		"A probe, or a client that stops right after connecting.")
	f.or("a device on the way answers the SYN itself and keeps the data back", "the connection belongs to another program")
	f.Evidence["connections"], f.Evidence["closed"] = f.Count, closed
	return []*finding{f}
}
