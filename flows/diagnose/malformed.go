package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var malformedIKE = Entry{
	Code:     "malformed-ike",
	Title:    "IKE messages that do not hold together",
	Severity: report.SeverityWarning,
	Grading:  "Notice where the tunnel works all the same.",
	Explanation: "The lengths inside an IKE message contradict one another or the message's own, or a payload is shorter than its " +
		"kind can be. A receiver drops such a message.",
	OnTheWire: "The header is that of IKE, but the chain of payloads runs past the end, leaves bytes over, or holds a payload that " +
		"cannot be read. What the capture cut off (snapshot length) or what is encrypted is not judged.",
	Causes: "A bug of the sender, or a device on the path that rewrites or damages packets; somebody who probes or attacks with " +
		"broken messages.",
	LookAlikes: []string{
		"A capture with a short snapshot length: the message was whole on the wire.",
		"Payloads of an unknown kind, or of a later RFC: they are skipped, as a receiver does.",
		"Other traffic on the port that happens to look like IKE: it takes a header that fits to be counted here.",
	},
	Advice: []string{
		"Look at the message at the place that the observation names; compare it with the sender's version and its known bugs.",
		"Capture at the sender too: if the message is whole there, something on the path damages it.",
		"From a host that is no peer of yours: somebody probes; limit who may send IKE to the gateway.",
	},
	Commands: []string{
		"FortiGate: diagnose debug application ike -1",
		"strongSwan: swanctl --log",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"messages", "messages", "IKE messages that do not hold together"},
		{"from", "address", "who sent the first of them"},
		{"what", "text", "what is wrong with the first"},
		{"offset", "bytes", "where in it, counted from the first byte of the IKE header"},
	},
	References: []Reference{
		{7296, "2.21", "what to do with a message that cannot be read"},
		{7296, "3.1", "lengths of the header"},
		{7296, "3.2", "the chain of payloads"},
		{2408, "5.1", "checks of an IKEv1 message"},
	},
}

// malformed makes one finding of all messages that do not hold together.
func malformed(l *look) []*finding {
	var n uint64
	var first *ikeLook
	last := time.Time{}
	for i := range l.ike {
		v := &l.ike[i]
		if v.Malformed.Count <= 0 {
			continue
		}
		n = plus(n, uint64(v.Malformed.Count))
		if first == nil || v.Malformed.First.Time.Before(first.Malformed.First.Time) {
			first = v
		}
		if v.Malformed.Last.Time.After(last) {
			last = v.Malformed.Last.Time
		}
	}
	if first == nil {
		return nil
	}
	m := &first.Malformed
	f := malformedIKE.finding(n, m.First.Time, last)
	f.Confidence.Cause = report.ConfidenceLow
	from := first.from
	if m.From == "responder" {
		from = first.to
	}
	what := fmt.Sprintf("%s, at byte %d", orWord(m.Text, "its lengths contradict one another"), max(m.Offset, 0))
	seen := fmt.Sprintf("An IKE message of %s does not hold together: %s", from, what)
	if n > 1 {
		seen = fmt.Sprintf("%s do not hold together; the first, of %s: %s", grouped(n)+" IKE messages", from, what)
	}
	f.Evidence["messages"], f.Evidence["from"], f.Evidence["offset"] = n, from, max(m.Offset, 0)
	f.Evidence["what"] = orWord(m.Text, "lengths contradict one another")
	if l.t.Status == report.StatusUp {
		f.Severity = report.SeverityNotice
		seen += "; the tunnel is up all the same"
	}
	f.say(seen+".", "The sender has a bug, something on the path damages its messages, or somebody sends broken ones on purpose.")
	f.or("a message that is not IKE and looks like it")
	for _, v := range l.ike {
		if v.Malformed.Count > 0 {
			f.ref(v.Malformed.First, "first malformed message")
			f.ref(v.Malformed.Last, "last malformed message")
			f.term(ikeTerm(v.sa.InitiatorSPI))
		}
	}
	return []*finding{f}
}
