package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var fragmentsDropped = Entry{
	Code:     "fragments-dropped",
	Title:    "Large IKE messages get lost, small ones pass",
	Severity: report.SeverityCritical,
	Grading:  "Warning where the tunnel came up later.",
	Rows:     []int{26, 27},
	Explanation: "An IKE message that is larger than the path allows leaves as IP fragments. Many filters, NATs and carriers drop " +
		"those, and one fragment that is missing makes the whole message useless. The first messages are small and pass.",
	OnTheWire: "IKE_SA_INIT is answered; IKE_AUTH, as IP fragments or in a datagram of more than 1,400 bytes, is sent again and " +
		"again without an answer, or is answered by such a message and sent again for 2 s and longer all the same. Or only the " +
		"first fragments of datagrams arrive here, twice at least, and never a whole one. 1,400 bytes is what is left of 1,500 " +
		"on most paths after PPPoE, tunnels and VLANs.",
	Causes: "A filter, NAT or carrier on the path drops IP fragments, often those without a port number, which are all but the " +
		"first. The messages are that large because of certificates, and because IKE fragmentation is off or not " +
		"supported by one side.",
	LookAlikes: []string{
		"IKE_AUTH in one small packet, unanswered on UDP 4500: the port is blocked (nat-t-port-blocked).",
		"IP fragments of IKE_AUTH that are answered: the path carries them.",
		"One fragment lost by chance: the next sending arrives.",
		"First fragments alone, and data of the IKE SA all the same: the capture's filter leaves the other fragments out.",
		"IKE fragments (RFC 7383), which are whole datagrams of their own (ike-fragment-loss).",
	},
	Advice: []string{
		"Enable IKE fragmentation on both sides: RFC 7383, in FortiOS 'set fragmentation enable' with fragmentation-mtu 1200.",
		"Or make the messages smaller: shorter certificate chains, ECDSA certificates.",
		"Or use TCP encapsulation, which needs no fragments; or let the devices on the path pass or reassemble fragments.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f fragmentation",
		"FortiGate: diagnose sniffer packet any 'host <peer> and (ip[6:2] & 0x3fff != 0)' 4 0 a",
		"strongSwan: swanctl --list-conns, with fragmentation = yes in the connection",
		"libreswan: ipsec status | grep fragmentation",
	},
	Evidence: slices.Concat(stuckKeys, []EvidenceKey{
		{"direction", "text", "direction of the messages that get lost: to-responder or to-initiator"},
		{"largest_datagram", "bytes", "largest IP datagram of the message, as put together from its fragments"},
		{"ip_fragments", "fragments", "IP fragments that a sending came in, 0 if whole"},
		{"largest_answered", "bytes", "largest IP datagram the same way that was answered"},
		{"first_only", "datagrams", "IKE datagrams of which only the first fragment came here"},
		{"icmp_reassembly", "messages", "ICMP errors that say fragments did not all come in time"},
		{"after_answer", "messages", "sendings of the request after its answer was seen here"},
	}),
	References: []Reference{
		{7383, "1", "why IP fragments of IKE get lost, and IKE fragmentation"},
		{7296, "2", "size of IKE messages"},
		{8900, "", "IP fragmentation considered fragile"},
	},
}

// largeDatagram is the size in bytes from which on a datagram may not fit the
// path: 1,500 less PPPoE, a GRE or IPsec tunnel and VLAN tags.
const largeDatagram = 1400

// large tells whether a message left in IP fragments, or may have had to
// further on.
func (m *Message) large() bool { return m.IPFragments > 0 || m.Datagram > largeDatagram }

// minFirstOnly is how many datagrams must have come with their first fragment
// alone: a single one is lost by chance.
const minFirstOnly = 2

// droppedFragments makes at most one finding for each direction.
func droppedFragments(l *look, list []pending) []*finding {
	var out []*finding
	for _, toResponder := range []bool{true, false} {
		if f := l.fragmentsLost(list, toResponder); f != nil {
			out = append(out, f)
		}
	}
	return out
}

func (l *look) fragmentsLost(list []pending, toResponder bool) *finding {
	var lost []pending
	for _, p := range list {
		if p.Reversed != toResponder && p.large() {
			lost = append(lost, p)
		}
	}
	if len(lost) > 0 {
		return l.lostRequests(lost, toResponder)
	}
	if f := l.firstOnly(toResponder); f != nil {
		return f
	}
	return l.lostAnswers(toResponder)
}

// lostRequests: the large request is seen here and not answered.
func (l *look) lostRequests(list []pending, toResponder bool) *finding {
	s := gatherStuck(list)
	p := s.longest
	f := fragmentsDropped.finding(uint64(len(list)), s.first, s.last)
	seen := s.told("")
	switch {
	case p.IPFragments > 0:
		seen += fmt.Sprintf(", each time as %s with %s bytes in all", count(uint64(p.IPFragments), "IP fragment"), grouped(uint64(max(p.Datagram, 0))))
	default:
		seen += fmt.Sprintf(", in a datagram of %s bytes", grouped(uint64(p.Datagram)))
		f.Confidence.Cause = report.ConfidenceLow
		f.or(fmt.Sprintf("UDP %d is blocked whatever the size", p.DestinationPort))
	}
	seen += ", and no answer came back here"
	if n := l.largestAnswered(toResponder); n > 0 {
		seen += fmt.Sprintf("; datagrams of %s bytes at most were answered", grouped(uint64(n)))
		f.Evidence["largest_answered"] = n
	}
	means := fmt.Sprintf("The fragments do not all reach %s: something on the path drops them.", p.to)
	if p.IPFragments == 0 {
		means = "The message may be too large for the path further on, where it would be cut into IP fragments that are dropped."
	}
	s.show(f, l)
	seen = l.provedByICMP(f, toResponder, seen)
	if n, ok := l.firstOnlyOf(toResponder); ok {
		f.Confidence.Cause = report.ConfidenceHigh
		f.Evidence["first_only"] = n.FirstOnly
	}
	if p.IPFragments > 0 && p.moved() && !l.heardOn(p, time.Time{}, l.end) {
		f.or(fmt.Sprintf("UDP %d is blocked whatever the size: no small message was tried on it", p.DestinationPort))
	}
	l.fragmentsEnd(f, seen, means, toResponder)
	f.or(p.to + " gets the message whole and drops it in silence")
	if p.Datagram > 0 {
		f.Evidence["largest_datagram"] = p.Datagram
	}
	f.Evidence["ip_fragments"] = max(p.IPFragments, 0)
	return f
}

// firstOnlyOf is the loss of fragments of IKE datagrams in a direction, if only
// first fragments come and none comes whole.
func (l *look) firstOnlyOf(toResponder bool) (FragmentLoss, bool) {
	for _, x := range l.f.FragmentLoss {
		if x.ToResponder == toResponder && x.About == "ike" && x.FirstOnly >= minFirstOnly {
			return x, true
		}
	}
	return FragmentLoss{}, false
}

// firstOnly: of the large messages only the first fragments arrive here.
func (l *look) firstOnly(toResponder bool) *finding {
	x, ok := l.firstOnlyOf(toResponder)
	if !ok || l.wholeInFragments(toResponder) || l.fragmentsNotCaptured(x) {
		return nil
	}
	from, to := l.ends(toResponder)
	f := fragmentsDropped.finding(uint64(x.FirstOnly), x.First.Time, x.Last.Time)
	f.lost = lost{"ike", toResponder, x.First.Time, x.Last.Time}
	f.Confidence.Cause = report.ConfidenceHigh
	f.ref(x.First, "first fragment")
	f.ref(x.Last, "last fragment")
	var spis []string
	for _, v := range l.ike {
		if v.Reversed != toResponder || v.Answered {
			f.term(ikeTerm(v.sa.InitiatorSPI))
			if len(spis) < maxTerms {
				spis = append(spis, v.sa.InitiatorSPI)
			}
		}
	}
	f.Evidence["initiator_spis"], f.Evidence["first_only"] = spis, x.FirstOnly
	seen := fmt.Sprintf("Of %s from %s to %s only the first fragment came here; no IKE message in fragments came whole that way",
		count(uint64(x.FirstOnly), "IKE datagram"), from, to)
	means := fmt.Sprintf("A filter or NAT between %s and here drops all fragments but the first, which are those without port numbers.", from)
	f.or("the capture's own filter leaves out later fragments: one by port, such as 'udp port 4500', never shows them")
	l.fragmentsEnd(f, seen, means, toResponder)
	return f
}

// fragmentsNotCaptured tells whether the messages of which only first fragments
// were seen did arrive: data came of an IKE SA whose authentication was not seen,
// or went on meanwhile. A capture filter by port leaves later fragments out.
func (l *look) fragmentsNotCaptured(x FragmentLoss) bool {
	return slices.ContainsFunc(l.ike, func(v ikeLook) bool { return !v.Authenticated && l.carried(&v) }) ||
		slices.ContainsFunc(l.children, func(c childLook) bool { return c.First.set() && !c.First.Time.After(x.Last.Time) })
}

// wholeInFragments tells whether an IKE message came whole in IP fragments.
func (l *look) wholeInFragments(toResponder bool) bool {
	for _, v := range l.ike {
		for i := range v.Exchanges {
			if i < len(v.sa.Exchanges) {
				way := (v.sa.Exchanges[i].From == "initiator") != v.Reversed
				if way == toResponder && v.Exchanges[i].Request.IPFragments > 0 || way != toResponder && v.Exchanges[i].Response.IPFragments > 0 {
					return true
				}
			}
		}
	}
	return false
}

// answeredAgain is how long a request must go on being sent after its answer
// was seen here: a round trip of that length is no ordinary one.
const answeredAgain = 2 * time.Second

// lostAnswers: the large answer is seen here, and the initiator repeats its
// request as if it had not come.
func (l *look) lostAnswers(toResponder bool) *finding {
	for _, v := range l.ike {
		if v.Reversed != toResponder {
			continue
		}
		for i := range min(len(v.sa.Exchanges), len(v.Exchanges)) {
			x, y := &v.sa.Exchanges[i], &v.Exchanges[i]
			r := v.repeatOf(x)
			if x.From != "initiator" || x.Type != "IKE_AUTH" || r == nil || !y.Response.set() || !y.Response.large() {
				continue
			}
			if i+1 < len(v.sa.Exchanges) || l.carried(&v) {
				continue // the initiator went on: it got the answer
			}
			var after []Mark
			for _, m := range r.Sent {
				if m.Time.After(y.Response.Time) {
					after = append(after, m)
				}
			}
			if len(after) == 0 || after[len(after)-1].Time.Sub(y.Response.Time) < answeredAgain {
				continue
			}
			return l.lostAnswer(v, &y.Response, r, after, toResponder)
		}
	}
	return nil
}

func (l *look) lostAnswer(v ikeLook, m *Message, r *Repeat, after []Mark, toResponder bool) *finding {
	f := fragmentsDropped.finding(uint64(len(after)), m.Time, after[len(after)-1].Time)
	f.lost = lost{"ike", toResponder, f.FirstSeen, f.LastSeen}
	size := fmt.Sprintf("in a datagram of %s bytes", grouped(uint64(max(m.Datagram, 0))))
	if m.IPFragments > 0 {
		size = fmt.Sprintf("as %s with %s bytes in all", count(uint64(m.IPFragments), "IP fragment"), grouped(uint64(max(m.Datagram, 0))))
	} else {
		f.Confidence.Cause = report.ConfidenceLow
	}
	seen := fmt.Sprintf("%s answered IKE_AUTH %s; %s sent the request %s more, until %s after the answer",
		v.to, size, v.from, times(uint64(len(after))), span(f.LastSeen.Sub(m.Time)))
	means := fmt.Sprintf("The answer does not reach %s: something on the path drops its fragments.", v.from)
	f.ref(m.Mark, "answer")
	f.refs(after, "request sent again", maxRefs/2)
	f.term(ikeTerm(v.sa.InitiatorSPI))
	f.Evidence["initiator_spis"], f.Evidence["exchange"] = []string{v.sa.InitiatorSPI}, r.Exchange
	f.Evidence["requests"], f.Evidence["after_answer"] = uint64(max(r.Total, 0)), len(after)
	f.Evidence["largest_datagram"], f.Evidence["ip_fragments"] = max(m.Datagram, 0), max(m.IPFragments, 0)
	seen = l.provedByICMP(f, toResponder, seen)
	l.fragmentsEnd(f, seen, means, toResponder)
	f.or(v.from + " gets the answer and cannot use it")
	return f
}

// provedByICMP looks for errors that say fragments did not all come in time: type
// 11 code 1 (RFC 792), in ICMPv6 type 3 code 1 (RFC 4443 3.3).
func (l *look) provedByICMP(f *finding, toResponder bool, seen string) string {
	for _, q := range l.f.Quotes {
		if q.Count > 0 && q.ToResponder == toResponder && q.Code == 1 && (!q.V6 && q.Type == 11 || q.V6 && q.Type == 3) {
			f.Confidence.Cause = report.ConfidenceHigh
			f.Evidence["icmp_reassembly"] = q.Count
			f.ref(q.First, "ICMP error")
			return seen + fmt.Sprintf("; %s says by ICMP that fragments did not all come, %s", orWord(q.Sender, "a host"), times(uint64(q.Count)))
		}
	}
	return seen
}

// fragmentsEnd completes a finding about lost fragments.
func (l *look) fragmentsEnd(f *finding, seen, means string, toResponder bool) {
	_, to := l.ends(toResponder)
	if l.cameUpAfter(f.LastSeen) {
		f.Severity = report.SeverityWarning
		seen += ". Later the tunnel came up"
	}
	f.say(seen+".", means)
	f.orUnknown("where on the path the fragments are dropped: a capture near " + to + " would tell")
	f.fill("<peer>", to)
	f.Evidence["direction"] = direction(toResponder)
}

// largestAnswered is the size of the largest datagram in a direction whose message
// was answered, or is itself an answer that was followed up; 0 if not known.
func (l *look) largestAnswered(toResponder bool) int {
	largest := 0
	for _, v := range l.ike {
		for i := range min(len(v.sa.Exchanges), len(v.Exchanges)) {
			way := (v.sa.Exchanges[i].From == "initiator") != v.Reversed
			if y := &v.Exchanges[i]; way == toResponder && y.Response.set() {
				largest = max(largest, y.Request.Datagram)
			}
		}
	}
	return largest
}
