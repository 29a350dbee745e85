package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var tcpReconnect = Entry{
	Code:     "tcp-reconnect",
	Title:    "The tunnel goes on over a new TCP connection",
	Severity: report.SeverityInfo,
	Grading: "Notice for 4 or more within 5 minutes each. Warning where they come at a fixed period, 4 or more with waits " +
		"that differ by less than a tenth: then a timer on the path ends the connections.",
	Rows: []int{20},
	Explanation: "The TCP connection under the tunnel was lost, and the initiator opened another one for the same SAs. IPsec over " +
		"TCP is made for that: the SAs do not depend on the connection.",
	OnTheWire: "SYN from another port of the initiator, IKETCP, then ESP with an SPI that was used before, or messages of the " +
		"IKE SA that was there already.",
	Causes: "A NAT or firewall dropped its idle session, the client changed networks or slept, a gateway restarted, the connection was reset.",
	LookAlikes: []string{
		"A new connection with a new IKE SA: the client dialled in again, which is no reconnect.",
		"A request that was never answered and is sent again on a new connection: there is no SA yet (tcp-no-ike-answer).",
		"A second tunnel of another client behind the same NAT.",
	},
	Advice: []string{
		"Rare: nothing to do.",
		"At a fixed period: raise the session timer of the NAT or firewall, or set liveness checks (DPD on idle) well below it.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"reconnects", "times", "how often"},
		{"gap_seconds", "s", "from the last packet of the connection before to the new SYN, the longest"},
		{"ended_by", "text", "how the connection before the first one ended: initiator, responder or nobody"},
		{"period_seconds", "s", "the mean wait between connections, where they come at a fixed period"},
		{"period_matches", "text", "the usual timer that is nearest, where one is"},
	},
	References: []Reference{
		{9329, "6.1", "connections that are lost and opened again"},
		{5382, "5", "how long a NAT keeps an idle TCP session"},
	},
}

// continues tells whether an SA from before goes on over a connection that was
// opened in the capture.
func (l *look) continues(c connection) bool {
	began := c.began()
	if !c.SYN.set() || !carried(c.path, true) && !carried(c.path, false) {
		return false
	}
	for _, x := range l.children {
		if x.sa.FirstSeen.Before(began) && slices.ContainsFunc(x.sa.Observations, func(o report.Observation) bool { return o.Path == c.path.ID }) {
			return true
		}
	}
	if c.path.Traffic.ToResponder.IKEMessages+c.path.Traffic.ToInitiator.IKEMessages == 0 {
		return false
	}
	// Its IKE messages are of an SA of before if none was begun meanwhile.
	old := false
	for _, v := range l.ike {
		if !v.sa.FirstSeen.Before(began) && !v.sa.FirstSeen.After(c.lastSeen()) {
			return false
		}
		old = old || v.Answered && v.sa.FirstSeen.Before(began) && !v.sa.LastSeen.Before(began)
	}
	return old
}

func reconnects(l *look) []*finding {
	streams := l.over(overRFC8229)
	var again []connection
	var ended string
	var longest time.Duration
	var starts []time.Time
	var before Mark
	for i, c := range streams {
		if i == 0 {
			if c.SYN.set() {
				starts = append(starts, c.began())
			}
			continue
		}
		if !l.continues(c) {
			continue
		}
		previous := streams[i-1]
		if len(again) == 0 {
			ended, before = previous.closer(), previous.Closed
		}
		again = append(again, c)
		starts = append(starts, c.began())
		longest = max(longest, c.began().Sub(previous.lastSeen()))
	}
	if len(again) == 0 {
		return nil
	}
	n := uint64(len(again))
	first, last := again[0].began(), again[len(again)-1].began()
	f := tcpReconnect.finding(n, first, last)
	f.say(fmt.Sprintf("%s opened %s that %s on with SAs from before; the longest break was %s.", l.side(false),
		count(n, "new TCP connection"), verb(n, "goes", "go"), span(longest)),
		"The connection before was lost or ended; the SAs outlived it, as they should.")
	period, regular := fixedPeriod(starts)
	switch {
	case regular:
		f.Severity = report.SeverityWarning
		f.Observation += fmt.Sprintf(" They come every %s.", span(period))
		f.Interpretation = "Something ends the connections by a timer: most often a NAT or firewall that drops idle sessions."
		f.or("the client reconnects by a timer of its own")
		f.Evidence["period_seconds"] = seconds(period)
		if name := usualTimer(period); name != "" {
			f.Evidence["period_matches"] = name
			f.Observation += fmt.Sprintf(" That is near %s.", name)
		}
	case n >= manyMoves && last.Sub(first) < time.Duration(min(n, 1<<20))*oftenEnough:
		f.Severity = report.SeverityNotice
		f.Interpretation += " So often that something on the way is unstable."
	}
	f.or("a NAT or firewall forgot the session", "the client changed networks or slept")
	f.ref(before, "end of the connection before")
	for _, c := range again {
		f.ref(c.SYN, "new SYN")
		f.ref(c.Prefix, "IKETCP")
	}
	f.on(again)
	f.Evidence["reconnects"], f.Evidence["gap_seconds"], f.Evidence["ended_by"] = n, max(0, seconds(longest)), ended
	return []*finding{f}
}

// fixedPeriod tells whether moments come at equal distances: at least four
// waits that differ by less than a tenth, or by 2 s.
func fixedPeriod(starts []time.Time) (mean time.Duration, ok bool) {
	const minWaits = 4
	return evenly(starts, minWaits)
}

// evenly does so for at least so many waits.
func evenly(starts []time.Time, minWaits int) (mean time.Duration, ok bool) {
	if len(starts) <= minWaits {
		return 0, false
	}
	shortest, longest := time.Duration(1<<62), time.Duration(0)
	for i := 1; i < len(starts); i++ {
		d := starts[i].Sub(starts[i-1])
		shortest, longest = min(shortest, d), max(longest, d)
	}
	mean = starts[len(starts)-1].Sub(starts[0]) / time.Duration(len(starts)-1)
	return mean, shortest > 0 && longest-shortest <= max(mean/10, 2*time.Second)
}

// usualTimer names the timer that devices have by default near a period: ""
// if none is within 4 %.
func usualTimer(period time.Duration) string {
	for _, s := range []int{60, 120, 300, 600, 900, 1800, 3600, 7200, 7440, 28800, 43200, 86400} {
		usual := time.Duration(s) * time.Second
		if d := (period - usual).Abs(); d <= usual/25 {
			return fmt.Sprintf("a timer of %d s", s)
		}
	}
	return ""
}
