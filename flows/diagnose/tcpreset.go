package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var tcpResetMidpath = Entry{
	Code:     "tcp-reset-midpath",
	Title:    "A TCP connection was reset, and perhaps not by the peer",
	Severity: report.SeverityNotice,
	Grading: "Warning where it happened twice or more. Info where the TTL of the reset is not known and only the behaviour " +
		"speaks for it: then the cause is a guess.",
	Rows: []int{21},
	Explanation: "A device on the path can end a connection by a reset in the name of a peer. The peers then keep their SAs, and " +
		"the initiator has to connect again.",
	OnTheWire: "RST whose IP TTL differs by 2 or more from that of its sender's other segments. Or, where TTLs are not known: RST " +
		"of the responder in the middle of a healthy connection, and within a minute it takes the same SA on a new one.",
	Causes: "A firewall or load balancer whose idle or session timer ran out, traffic inspection, protection against " +
		"denial of service.",
	LookAlikes: []string{
		"A peer that closes by RST itself: same TTL as before.",
		"A gateway that failed over to another node and does not know the connection: it resets it, and takes a new one at once.",
		"An initiator that resets its connection and opens another one, or ends its tunnel.",
	},
	Advice: []string{
		"Capture at both ends: RST seen at both with neither having sent it = a device between them.",
		"Exempt the flow from inspection, or raise the session timer; set liveness checks below it.",
		"Try another port: 443 is often left alone.",
	},
	Commands: []string{
		"FortiGate: get system ha status",
		"FortiGate: diagnose sniffer packet any 'tcp and host <peer>' 6 0 a",
	},
	Evidence: []EvidenceKey{
		{"resets", "segments", "resets of this kind"},
		{"in_the_name_of", "text", "whose address the first of them has: initiator or responder"},
		{"reset_ttl", "hops", "IP TTL of the first of them; absent if not known"},
		{"usual_ttl", "hops", "TTL of the same side's segments just before"},
		{"reconnected_after_seconds", "s", "from the first of them to the next connection; absent if there was none"},
	},
	References: []Reference{
		{9329, "6.1", "what peers do when a connection is lost"},
		{9293, "3.5.2", "reset generation"},
		{3360, "", "resets sent by middleboxes"},
	},
}

const reconnectSoon = time.Minute

func midpathResets(l *look) []*finding {
	var byTTL, byGuess []connection
	for _, c := range l.over(overRFC8229) {
		if !c.Reset || !c.Closed.set() || !c.FirstAnswer.set() {
			continue
		}
		if c.ClosedTTL != 0 && c.SenderTTL != 0 {
			if d := int(c.ClosedTTL) - int(c.SenderTTL); d >= 2 || d <= -2 {
				byTTL = append(byTTL, c)
			}
			continue
		}
		// An initiator may reset its own connection and open another one. That the
		// responder resets and takes the next one at once is harder to explain.
		if next := l.next(c); next != nil && !c.ByInitiator && l.continues(*next) && next.began().Sub(c.Closed.Time) < reconnectSoon {
			byGuess = append(byGuess, c)
		}
	}
	var out []*finding
	for i, list := range [][]connection{byTTL, byGuess} {
		if len(list) > 0 {
			out = append(out, l.midpathReset(list, i == 1))
		}
	}
	return out
}

func (l *look) midpathReset(list []connection, guess bool) *finding {
	c := list[0]
	n := uint64(len(list))
	first, last := c.Closed.Time, c.Closed.Time
	for _, x := range list {
		if x.Closed.Time.Before(first) {
			first = x.Closed.Time
		}
		if x.Closed.Time.After(last) {
			last = x.Closed.Time
		}
	}
	f := tcpResetMidpath.finding(n, first, last)
	who, side := l.side(!c.ByInitiator), c.closer()
	if guess {
		f.Severity = report.SeverityInfo
		f.Confidence.Cause = report.ConfidenceLow
		f.say(fmt.Sprintf("RST in the name of %s ended a healthy TCP connection, %s; the same SA went on over a new one.", who, times(n)),
			"Perhaps a device on the way reset it: neither peer acts as if it had wanted the end.")
		f.or("the gateway failed over or restarted and did not know the connection", "the peer's own TCP gave up")
		f.orUnknown("the TTL of the reset, which would tell who sent it")
	} else {
		if n > 1 {
			f.Severity = report.SeverityWarning
		}
		f.say(fmt.Sprintf("RST in the name of %s ended a TCP connection, %s; its TTL was %d, that of the segments before %d.",
			who, times(n), c.ClosedTTL, c.SenderTTL),
			"The reset came from another place than the segments before: a device on the way sent it.")
		f.or("the route changed at this moment", "the host sends resets with another TTL than data")
		f.Evidence["reset_ttl"], f.Evidence["usual_ttl"] = c.ClosedTTL, c.SenderTTL
	}
	for _, x := range list {
		f.ref(x.Closed, "reset")
	}
	f.on(list)
	f.fill("<peer>", who)
	if next := l.next(c); next != nil {
		f.ref(next.SYN, "next connection")
		f.Evidence["reconnected_after_seconds"] = max(0, seconds(next.began().Sub(c.Closed.Time)))
	}
	f.Evidence["resets"], f.Evidence["in_the_name_of"] = n, side
	return f
}

// next is the stream that was opened after another one, nil if none was.
func (l *look) next(c connection) *connection {
	for _, x := range l.over(overRFC8229) {
		if x.SYN.set() && x.path != c.path && x.began().After(c.Closed.timeOr(c.began())) {
			return &x
		}
	}
	return nil
}
