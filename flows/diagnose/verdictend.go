package diagnose

import (
	"fmt"
	"time"
)

const (
	// sameMoment is how near each other the two sides' last packets are when both
	// stop at once, an answer and what follows it included.
	sameMoment = 2 * time.Second
	// closeSilence is how long nothing must follow an exchange that may have closed
	// the tunnel: a tunnel with data is not silent for so long by chance.
	closeSilence = 10 * time.Second
)

// silence tells which side was heard when for the last time.
func (l *look) silence(found []*finding) string {
	a, b := l.lastPacket(true), l.lastPacket(false)
	from, to := l.side(false), l.side(true)
	switch {
	case a.IsZero() && b.IsZero():
		return "Fell silent"
	case a.IsZero():
		return fmt.Sprintf("%s fell silent at %s; nothing from %s was seen here", to, l.clock.at(b), from)
	case b.IsZero():
		return fmt.Sprintf("%s fell silent at %s; nothing from %s was seen here", from, l.clock.at(a), to)
	case a.Sub(b).Abs() <= sameMoment:
		return "Both sides fell silent at " + l.clock.at(later(a, b)) + l.tcpEnd()
	case b.Before(a):
		a, b, from, to = b, a, to, from
	}
	for _, f := range found {
		if f.Code == oneWayKeepalives.Code {
			return fmt.Sprintf("%s was seen last at %s; since then %s sent keepalives%s, until %s", from, l.clock.at(a), to, beside(f), l.clock.at(b))
		}
	}
	return fmt.Sprintf("%s fell silent at %s; %s still sent until %s", from, l.clock.at(a), to, l.clock.at(b))
}

// beside tells whether keepalives were all that was sent.
func beside(f *finding) string {
	if f.Evidence["ike_unanswered"] == 0 {
		return " only"
	}
	return " and requests in vain"
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// closeNote tells who may have ended a tunnel in which data had flowed until then: a
// DELETE is encrypted, but it is an informational exchange, and the last that is
// seen of the tunnel.
func (l *look) closeNote() string {
	if len(l.ike) == 0 || !l.anyData() {
		return ""
	}
	v := &l.ike[0]
	for i := range l.ike {
		if l.ike[i].sa.LastSeen.After(v.sa.LastSeen) {
			v = &l.ike[i]
		}
	}
	n := len(v.sa.Exchanges)
	if n == 0 || len(v.Exchanges) != n {
		return ""
	}
	x, f := v.sa.Exchanges[n-1], v.Exchanges[n-1]
	if x.Type != "INFORMATIONAL" && x.Type != "informational" || !f.Request.set() || v.sa.Version == 2 && !f.Response.set() {
		return ""
	}
	data := l.lastData(time.Time{}).Time
	at := f.Request.Time
	if data.IsZero() || at.Sub(data).Abs() > deleteNear || l.end.Sub(later(l.t.LastSeen, at)) < closeSilence {
		return ""
	}
	by := v.from
	if x.From == "responder" {
		by = v.to
	}
	return fmt.Sprintf(" The last exchange was informational, begun by %s at %s, and nothing came after it: that may have been the DELETE.", by, l.clock.at(at))
}

// tcpEnd tells who ended the TCP connection under the tunnel.
func (l *look) tcpEnd() string {
	p := l.inUse()
	if p == nil || p.TCP == nil || p.TCP.ClosedBy == "" {
		return ""
	}
	return "; " + l.side(p.TCP.ClosedBy == "responder") + " ended the TCP connection"
}
