package diagnose

import (
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// tcpFindings applies the rules about TCP and the way between transports.
func tcpFindings(l *look, unanswered []*finding) []*finding {
	failed := connects(l)
	all := slices.Concat(
		fallbacks(l), fallbackFailures(l, unanswered, failed), transportChanges(l), lonelyKeepalives(l), staleSAs(l),
		fakeBlocked(l), repeatedSequences(l), underUDP(l),
		missingPrefixes(l), framingErrors(l), streamGaps(l), conflicts(l), keepalivesInTCP(l),
		tcpUnanswered(l), tcpHalfOpens(l), portOwned(l), adminLost(l),
		midpathResets(l), reconnects(l), zeroWindows(l), meltdowns(l),
	)
	for _, c := range failed {
		all = append(all, c.finding)
	}
	return all
}

// explainedBy makes c the cause of f, unless f has one or c follows from f. The
// cause is then at least as severe, or folding would hide how grave things are.
func (f *finding) explainedBy(c *finding) {
	if f.cause != nil || f == c {
		return
	}
	for x := c; x != nil; x = x.cause {
		if x == f {
			return
		}
	}
	f.cause = c
	for x := c; x != nil; x = x.cause {
		if x.Severity.Rank() < f.Severity.Rank() {
			x.Severity = f.Severity
		}
	}
}

// linker makes each finding of one code the consequence of one of another code
// that fits.
type linker func(effect, cause *Entry, fits func(f, c *finding) bool)

// link finds out what explains what.
func link(l *look, all []*finding) {
	by := map[string][]*finding{}
	for _, f := range all {
		by[f.Code] = append(by[f.Code], f)
	}
	var each linker = func(effect, cause *Entry, fits func(f, c *finding) bool) {
		for _, f := range by[effect.Code] {
			for _, c := range by[cause.Code] {
				if fits(f, c) {
					f.explainedBy(c)
				}
			}
		}
	}
	sameWay := func(f, c *finding) bool { return f.Evidence["direction"] == c.Evidence["direction"] }
	before := func(f, c *finding) bool { return !f.FirstSeen.After(c.LastSeen) && f.lost.toResponder }
	always := func(f, c *finding) bool { return true }

	// A connection that never came up belongs to the story of UDP in vain.
	each(&tcpConnectFailed, &tcpFallbackFailed, func(f, c *finding) bool { return f.Evidence["server"] == c.Evidence["server"] })
	each(&noAnswer, &tcpFallbackFailed, before)
	each(&noAnswer, &udpTCPFallback, before)
	// On the stream itself: what did not answer IKE explains that IKE was not answered.
	each(&tcpNoIKEAnswer, &missingStreamPrefix, func(f, c *finding) bool { return c.Severity == report.SeverityWarning })
	onStream := func(f, c *finding) bool {
		return f.lost.toResponder && (!l.mayBeUDP() || !f.FirstSeen.Before(c.FirstSeen))
	}
	each(&noAnswer, &portOwnedByHTTPS, onStream)
	each(&noAnswer, &tcpNoIKEAnswer, onStream)

	each(&espLoss, &fakeTCPBlocked, sameWay)
	each(&repeatedTCPSequence, &fakeTCPBlocked, func(f, c *finding) bool { return f.Severity == report.SeverityNotice })
	// Data that goes one way only is the way whose answers are blocked.
	each(&oneWayESP, &fakeTCPBlocked, func(f, c *finding) bool { return !sameWay(f, c) })

	// What the capture lost is no fault of the tunnel: the effect is held down to
	// the hole's severity instead of raising it.
	hole := func(f, c *finding) bool {
		if !sameWay(f, c) || f.FirstSeen.Before(c.FirstSeen) {
			return false
		}
		c.Severity = report.SeverityNotice
		if f.cause == nil && f.Severity.Rank() > c.Severity.Rank() {
			f.Severity = c.Severity
		}
		return true
	}
	each(&framingError, &streamGap, hole)
	each(&espLoss, &streamGap, func(f, c *finding) bool { return l.lostOnStreams(f) && hole(f, c) })

	each(&tcpReconnect, &tcpResetMidpath, func(f, c *finding) bool {
		wait := f.FirstSeen.Sub(c.FirstSeen)
		return c.Confidence.Cause != report.ConfidenceLow && wait >= 0 && wait < reconnectSoon
	})

	// A new connection has another port: that is the reconnect and no more.
	each(&addressChange, &tcpReconnect, func(f, c *finding) bool {
		to, _ := f.Evidence["to"].([]string)
		return f.Evidence["port_only"] == true && !slices.ContainsFunc(to, func(end string) bool {
			return !slices.ContainsFunc(l.over(overRFC8229), func(x connection) bool { return x.path.Initiator == end })
		})
	})

	// A peer that fell silent on UDP and came back on TCP: one story.
	back := func(f, c *finding) bool {
		return c.Severity == report.SeverityWarning && !f.LastSeen.Before(c.FirstSeen)
	}
	each(&ikeRetransmission, &oneWayKeepalives, func(f, c *finding) bool {
		return back(f, c) && c.Evidence["ike_unanswered"] != 0 && f.lost.toResponder == c.lost.toResponder &&
			!f.FirstSeen.Before(c.FirstSeen) && !f.LastSeen.After(c.LastSeen.Add(time.Minute))
	})
	returned := func(f, c *finding) bool { return back(f, c) && c.Evidence["returned_on"] != nil }
	each(&transportChanged, &oneWayKeepalives, func(f, c *finding) bool {
		return returned(f, c) && f.Evidence["to"] == c.Evidence["returned_on"]
	})
	each(&staleSA, &oneWayKeepalives, returned)
	each(&staleSA, &transportChanged, always)
	each(&oneWayESP, &oneWayKeepalives, func(f, c *finding) bool {
		return back(f, c) && sameWay(f, c) && !f.FirstSeen.Before(c.FirstSeen.Add(-time.Second))
	})
	linkNegotiations(l, each)
	linkAuthentications(l, each)
	linkDataPlane(l, each)
	linkLives(l, each)
}

// lostOnStreams tells whether the numbers that a finding misses are those of
// streams, on which only the capture can lose them.
func (l *look) lostOnStreams(f *finding) bool {
	var missing uint64
	for _, c := range l.over(overRFC8229) {
		d, _ := c.dir(f.Evidence["direction"] == direction(true))
		missing = plus(missing, d.Missing)
	}
	n, _ := f.Evidence["missing"].(uint64)
	return n > 0 && missing >= n
}
