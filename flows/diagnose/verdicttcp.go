package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// arrival is the last change that led to the path in use, nil if none did.
func (l *look) arrival() *change {
	p := l.inUse()
	if p == nil {
		return nil
	}
	var last *change
	for _, c := range l.changes() {
		if c.to != p && !sameEnds(c.to, p) {
			continue
		}
		if last == nil || !c.sign().Time.Before(last.sign().Time) {
			last = &c
		}
	}
	return last
}

// upAfter is when the tunnel stood after a change: when the new IKE SA had
// authenticated, or the first message of the old one on the new path.
func (l *look) upAfter(c *change) time.Time {
	for _, v := range l.ike {
		if !c.SameSA && v.Began && v.AuthenticatedAt.set() && !v.sa.FirstSeen.Before(c.sign().Time) {
			return v.AuthenticatedAt.Time
		}
	}
	return c.FirstNew.timeOr(c.sign().Time)
}

// past tells where the tunnel was before and why it left, as far as seen.
func (l *look) past(c *change, found []*finding) string {
	if c == nil {
		return ""
	}
	from := l.label(c.from)
	if c.fallback() && !c.OldWasUp {
		return fmt.Sprintf(" Before that IKE of %s on %s got no answer.", l.side(false), from)
	}
	s := " Before that on " + from
	var story *finding
	for _, f := range found {
		if f.Code == oneWayKeepalives.Code && f.Severity == report.SeverityWarning && f.Evidence["returned_on"] == l.label(c.to) {
			story = f
		}
	}
	switch gap := c.gap(); {
	case gap < 0:
		return s + "."
	case story == nil && gap < minReturnAfter:
		return s + fmt.Sprintf(" until %s.", l.clock.at(c.LastOld.Time))
	default:
		s += fmt.Sprintf(", where %s fell silent at %s and stayed away %s.", l.side(false), l.clock.at(c.LastOld.Time), minutes(gap))
	}
	if story != nil && story.Confidence.Cause != report.ConfidenceLow && overUDP(c.from.Transport) {
		s += fmt.Sprintf(" Likely cause: UDP got blocked between the two (%s confidence).", story.Confidence.Cause)
	}
	return s
}

// minutes writes a duration with its minutes: "5 min 39 s".
func minutes(d time.Duration) string {
	if d = d.Round(time.Second); d >= time.Minute && d < time.Hour {
		return fmt.Sprintf("%d min %d s", int64(d/time.Minute), int64(d%time.Minute/time.Second))
	}
	return span(d)
}

// blockedNote names the cause where fake TCP does not get through.
func (l *look) blockedNote(found []*finding) string {
	for _, f := range found {
		if f.Code != fakeTCPBlocked.Code || f.Evidence["pattern"] != "first-of-each-sequence" {
			continue
		}
		from, _ := l.ends(f.Evidence["direction"] == direction(true))
		frames, _ := f.Evidence["frames"].(uint64)
		return fmt.Sprintf(" Only %s of %s from %s came here. Likely cause: a device in between enforces TCP sequence numbers (%s confidence).",
			grouped(frames), count(plus(frames, f.Count), "ESP packet"), from, f.Confidence.Cause)
	}
	return ""
}

// tcpNote adds what is known of TCP where a tunnel does not come up.
func (l *look) tcpNote(found []*finding) string {
	for _, f := range found {
		switch f.Code {
		case portOwnedByHTTPS.Code:
			return fmt.Sprintf(" At %s another service than IPsec answers on TCP.", f.Evidence["server"])
		case tcpNoIKEAnswer.Code:
			return fmt.Sprintf(" TCP to %s opens, but IPsec on it is not answered.", f.Evidence["server"])
		case tcpFallbackFailed.Code:
			return fmt.Sprintf(" TCP to %s did not come up either: %s.", f.Evidence["server"], f.Evidence["outcome"])
		}
	}
	return ""
}
