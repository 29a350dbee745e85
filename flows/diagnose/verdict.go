package diagnose

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

// verdict says in a sentence or two how the tunnel stands, claiming no more
// than what was seen at this place.
func (l *look) verdict(found []*finding) string {
	switch l.t.Status {
	case report.StatusUp:
		return l.verdictUp(found)
	case report.StatusESPOnly:
		return l.verdictESPOnly(found)
	case report.StatusSilent:
		return l.verdictSilent(found)
	case report.StatusClosed:
		return l.verdictClosed()
	case report.StatusNegotiating:
		return "Still negotiating at the end of the capture: " + l.obstacle(found) + l.tcpNote(found)
	case report.StatusFailed:
		return capital(l.obstacle(found)) + l.tcpNote(found)
	}
	return "Not judged: what was seen of this tunnel does not tell how it stands."
}

func (l *look) verdictUp(found []*finding) string {
	s := "Up"
	if on := l.transport(); on != "" {
		s += " on " + on
	}
	arrival := l.arrival()
	switch root := l.root(); {
	case arrival != nil:
		s += " since " + l.clock.at(l.upAfter(arrival))
	case root == nil || !root.Began:
		s += ", begun before the capture"
	case root.AuthenticatedAt.set():
		s += " since " + l.clock.at(root.AuthenticatedAt.Time)
	default:
		s += ", begun at " + l.clock.at(root.sa.FirstSeen)
	}
	return s + "; " + orWord(l.stopped(found), l.data()) + "." + l.closeNote() + l.past(arrival, found) + flapsNote(found) + l.lossNote(found) + l.lifeNote(found) + l.encapsulationNote(found)
}

func (l *look) verdictESPOnly(found []*finding) string {
	s := "No IKE was seen here"
	began := len(l.children) > 0
	for _, c := range l.children {
		began = began && c.sa.FirstSequence == 1
	}
	if !began {
		s += ": the tunnel began before the capture, or its IKE takes another way"
	}
	if on := l.transport(); on != "" {
		s += "; on " + on + " " + l.data()
	} else {
		s += "; " + l.data()
	}
	return s + "." + l.lossNote(found)
}

func (l *look) verdictSilent(found []*finding) string {
	if n := len(l.ike); n > 0 && !l.anyData() {
		if s := orWord(l.refusal(&l.ike[n-1], found), l.hindrance(&l.ike[n-1], found)); s != "" {
			return capital(s)
		}
	}
	s := l.silence(found)
	for _, f := range found {
		if f.Code == noAnswer.Code && f.Severity.Rank() >= report.SeverityWarning.Rank() {
			return s + ". " + capital(l.obstacle(found)) + l.tcpNote(found)
		}
	}
	return s + "." + l.closeNote()
}

func (l *look) verdictClosed() string {
	s := "Closed; the last packet was seen at " + l.clock.at(l.t.LastSeen)
	e := l.t.ESPPackets
	if e.ToResponder+e.ToInitiator == 0 {
		return s + ", no data before."
	}
	return fmt.Sprintf("%s, after %s to %s and %s to %s.", s,
		count(e.ToResponder, "data packet"), l.side(true), grouped(e.ToInitiator), l.side(false))
}

// obstacle says what keeps a tunnel from coming up, as a sentence that may
// follow a colon. The later step of a negotiation tells more than the earlier.
func (l *look) obstacle(found []*finding) string {
	for i := len(l.ike) - 1; i >= 0; i-- {
		v := &l.ike[i]
		if s := orWord(l.refusal(v, found), l.hindrance(v, found)); s != "" {
			return s
		}
		switch {
		case v.Authenticated:
			return fmt.Sprintf("%s and %s exchanged authentication, with an outcome that is encrypted; nothing seen here proves the tunnel up.", v.from, v.to)
		case v.NoProposal.Count > 0 && !v.established():
			return fmt.Sprintf("%s accepted no proposal of %s (NO_PROPOSAL_CHOSEN).", v.to, v.from)
		case v.unanswered():
			return l.unansweredNote(v, found)
		case v.established():
			return l.stuckNote(v)
		case v.InvalidKE.Count > 0:
			return fmt.Sprintf("%s asked for %s (INVALID_KE_PAYLOAD), and no answer to a request with it was seen here.",
				v.to, groupName(v.RequestedGroupName, v.RequestedGroup))
		case v.Cookie.Count > 0:
			return fmt.Sprintf("%s asked for a cookie, and no answer to a request with it was seen here.", v.to)
		}
	}
	return "IKE was seen, but not how it came out."
}

// unansweredNote tells of an opening request in vain.
func (l *look) unansweredNote(v *ikeLook, found []*finding) string {
	a := attempt{ikeLook: *v, total: 1}
	for i := range v.Repeats {
		if r := &v.Repeats[i]; r.opening() && r.Answered == nil && r.Total > 0 && uint64(r.Total) > a.total {
			a.repeat, a.total = r, uint64(r.Total)
		}
	}
	s := fmt.Sprintf("%s was sent %s and nothing came back here", a.name(), times(a.total))
	for _, f := range found {
		if f.Code == noAnswer.Code && f.cause != nil && f.cause.Code == icmpRejected.Code {
			return fmt.Sprintf("%s but ICMP '%s' from %s.", s, f.cause.Evidence["meaning"], f.cause.Evidence["sender"])
		}
	}
	return s + "."
}

// stuckNote tells of an IKE SA that got past its first exchange only.
func (l *look) stuckNote(v *ikeLook) string {
	for i := len(v.Repeats) - 1; i >= 0; i-- {
		if r := &v.Repeats[i]; r.Answered == nil && v.repetitions(r) > 0 {
			return fmt.Sprintf("%s was sent %s and no answer was seen here.", orWord(r.Exchange, "a message"), times(v.repetitions(r)+1))
		}
	}
	if n := len(v.sa.Exchanges); n > 0 && v.sa.Exchanges[n-1].Type != "" {
		return fmt.Sprintf("a proposal was chosen; the last step seen here is %s.", v.sa.Exchanges[n-1].Type)
	}
	return "a proposal was chosen, but no further step was seen here."
}

// data says which ways data flowed at the end of the capture.
func (l *look) data() string {
	e := l.t.ESPPackets
	switch l.t.Data {
	case report.DataBoth:
		return "data flows both ways"
	case report.DataToResponder, report.DataToInitiator:
		from, to := l.ends(l.t.Data == report.DataToResponder)
		return fmt.Sprintf("at the end data was seen only from %s to %s", from, to)
	}
	if e.ToResponder+e.ToInitiator == 0 {
		return "no data was seen"
	}
	return "no data at the end of the capture"
}

// lossNote mentions loss that is worth a warning.
func (l *look) lossNote(found []*finding) string {
	if s := l.blockedNote(found); s != "" {
		return s
	}
	var s string
	for _, f := range found {
		if f.Code == espLoss.Code && f.Severity == report.SeverityWarning {
			from, _ := l.ends(f.Evidence["direction"] == direction(true))
			if f.cause != nil && f.cause.Code == npuOffloadSuspected.Code {
				s += fmt.Sprintf(" Of the packets from %s few are in the capture, which may miss what a network processor handles.", from)
				continue
			}
			s += fmt.Sprintf(" %s of the packets from %s are missing here.", capital(percent(f.Evidence["share"].(float64))), from)
		}
	}
	return s
}

// root is the SA that the newest living IKE SA goes back to, by rekeying and
// replacement. Nil if no IKE SA lives.
func (l *look) root() *ikeLook {
	var v *ikeLook
	for i := range l.ike {
		if l.ike[i].sa.Status == report.StatusUp && (v == nil || l.ike[i].sa.LastSeen.After(v.sa.LastSeen)) {
			v = &l.ike[i]
		}
	}
	for range l.ike { // each step goes back one SA: no ring lasts longer
		p := l.before(v)
		if p == nil || l.beganAnew(v) {
			break
		}
		v = p
	}
	return v
}

// before is the SA that v replaced.
func (l *look) before(v *ikeLook) *ikeLook {
	if v == nil {
		return nil
	}
	for i := range l.ike {
		p := &l.ike[i]
		if p.sa == v.sa || p.sa.ID == "" {
			continue
		}
		if p.sa.ID == v.sa.RekeyOf || v.sa.ID != "" && p.sa.ReplacedBy == v.sa.ID {
			return p
		}
	}
	return nil
}

// lastPacket is when a direction was seen last, keepalives included.
func (l *look) lastPacket(toResponder bool) (last time.Time) {
	for i := range l.t.Paths {
		p := l.t.Paths[i].Traffic.ToResponder
		if !toResponder {
			p = l.t.Paths[i].Traffic.ToInitiator
		}
		if p.LastSeen != nil && p.LastSeen.After(last) {
			last = *p.LastSeen
		}
	}
	if last.IsZero() && len(l.t.Paths) == 0 {
		from, _ := l.ends(toResponder)
		last = l.lastFrom(from)
	}
	return last
}

// transport names the path in use.
func (l *look) transport() string {
	p := l.inUse()
	if p == nil {
		return ""
	}
	return l.label(p)
}

// inUse is the path in use: the one that carried data last, else the one that
// carried anything last. Nil if there is no path.
func (l *look) inUse() *report.Path {
	var best *report.Path
	var bestTime time.Time
	var bestData bool
	for i := range l.t.Paths {
		p := &l.t.Paths[i]
		var last time.Time
		for _, t := range []*time.Time{p.Traffic.ToResponder.LastSeen, p.Traffic.ToInitiator.LastSeen} {
			if t != nil && t.After(last) {
				last = *t
			}
		}
		data := p.Traffic.ToResponder.ESPPackets+p.Traffic.ToInitiator.ESPPackets > 0
		inUse := p.State == report.PathInUse
		switch {
		case best == nil:
		case inUse != (best.State == report.PathInUse):
			if !inUse {
				continue
			}
		case data != bestData:
			if !data {
				continue
			}
		case !last.After(bestTime):
			continue
		}
		best, bestTime, bestData = p, last, data
	}
	return best
}

// rawLabel names ESP or AH straight in IP.
func (l *look) rawLabel() string {
	if len(l.children) == 0 {
		return "raw ESP"
	}
	for _, c := range l.children {
		if c.sa.Protocol != "ah" {
			return "raw ESP"
		}
	}
	return "raw AH"
}

// label names a path's transport with the responder's port.
func (l *look) label(p *report.Path) string {
	var name, form string
	switch p.Transport {
	case "udp", "udp-nat-t":
		name = "UDP"
	case overRFC8229:
		name = "TCP"
	case overFakeTCP:
		name, form = "TCP", " (fortinet-esp)"
	case overCisco:
		name, form = "TCP", " (Cisco)"
	case "ip":
		return l.rawLabel()
	default:
		return p.Transport
	}
	if ap, err := netip.ParseAddrPort(p.Responder); err == nil {
		return fmt.Sprintf("%s %d%s", name, ap.Port(), form)
	}
	return name + form
}
