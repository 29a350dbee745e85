package diagnose

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var mtuBlackhole = Entry{
	Code:     "mtu-blackhole",
	Title:    "Large data packets do not get through",
	Severity: report.SeverityWarning,
	Rows:     []int{51},
	Explanation: "Small packets pass the tunnel and large ones vanish: a ping works, a web page hangs. A link on the way takes only " +
		"smaller packets, and the sender does not hear of it or does not act on it.",
	OnTheWire: "Either silence: packets of one SA with one and the same size of 1,200 bytes or more, 6 times or more and at waits that " +
		"double each time, as a sender inside repeats what is not acknowledged, while smaller packets pass both ways. Or ICMP: 'fragmentation needed' or " +
		"'packet too big' about data packets, 3 times or more in 5 s or more, or larger datagrams than it allows 2 s after it.",
	Causes: "A link with a smaller MTU on the way (PPPoE, mobile, another tunnel) together with a filter that drops ICMP; outer " +
		"packets that may not be fragmented (DF); a gateway that does not take over the size that ICMP tells.",
	LookAlikes: []string{
		"Path MTU discovery at work: one ICMP message, then smaller packets.",
		"A large packet that is lost once and sent again, and arrives.",
		"Small packets sent again at growing waits: whoever does not answer, it is not for their size.",
		"A transfer in full-sized packets: they come one after the other, not at waits that double.",
		"Large IKE messages that get no answer while data is not concerned.",
	},
	Advice: []string{
		"Lower the MSS of TCP through the tunnel (1350 suits nearly all), or the MTU of the tunnel interface.",
		"Let ICMP type 3 code 4 and ICMPv6 type 2 pass on the way; the sender of such a message names the narrow link.",
		"To find the size: ping through the tunnel with DF set and growing length, until no answer comes.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list | grep mtu",
		"FortiGate: show full firewall policy | grep -f tcp-mss",
		"strongSwan: ip route show table 220",
		"libreswan: ipsec status | grep mtu",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"told_by", "text", "what shows it: icmp, silence or both"},
		{"mtu", "bytes", "the MTU that ICMP names; absent if none does"},
		{"icmp_sender", "address", "who sent that; absent if nobody did"},
		{"icmp_errors", "messages", "ICMP messages about size"},
		{"largest_datagram", "bytes", "largest IP datagram of this direction"},
		{"stuck_size", "bytes", "SPI to ICV, smallest size that was sent again and again; absent if told by ICMP only"},
		{"sendings", "packets", "how often; absent if told by ICMP only"},
		{"gaps_seconds", "s", "waits between these"},
		{"largest_passed", "bytes", "SPI to ICV, largest of the smaller packets since, to which the other side kept sending; absent if told by ICMP only"},
		{"smaller", "packets", "smaller packets of this SA since; absent if told by ICMP only"},
		{"back", "packets", "packets the other way in that time; absent if told by ICMP only"},
		{"spi", "hex", "SPI of the packets that were sent again; absent if told by ICMP only"},
	},
	References: []Reference{
		{2923, "2.1", "black holes of path MTU discovery"},
		{4301, "8.2", "path MTU and IPsec"},
		{1191, "4", "fragmentation needed"},
		{8201, "4", "packet too big"},
	},
}

// Limits of what is taken for a black hole.
const (
	// No link of today takes less than 1280 bytes, the least of IPv6 (RFC 8200 5);
	// without the outer headers that is some 1200.
	minStuckSize = 1200
	// Six sendings: the five retransmissions after which the first TCPs give up. Five
	// waits of which each is twice the one before do not come by chance, even in a
	// transfer whose packets are all of one size.
	minStuck = 6
	// Timers double to within their granularity, 60 ms or 7 % of the wait: longer
	// waits are kept less exactly (Linux rounds up by some percent).
	backoffSlack      = 0.060
	backoffSlackShare = 0.07
	// A gateway that acts on ICMP does so at once; packets on their way and a rate
	// limit of the router make no more than two messages.
	minTooBig      = 3
	minTooBigTime  = 5 * time.Second
	largerGoesOnAt = 2 * time.Second
)

// tooBig tells whether an ICMP error is about the size of a data packet.
func tooBig(q *Quote) bool {
	return q.Count > 0 && q.About != "ike" && q.About != "keepalive" && (q.V6 && q.Type == 2 || !q.V6 && q.Type == 3 && q.Code == 4)
}

func blackholes(l *look) []*finding {
	var out []*finding
	for _, toResponder := range []bool{true, false} {
		told, stuck := l.toldTooBig(toResponder), l.stuck(toResponder)
		if told != nil || stuck != nil {
			out = append(out, l.blackhole(toResponder, told, stuck))
		}
	}
	return out
}

// largestDatagram is the largest data packet of a direction, with its SA.
func (l *look) largestDatagram(toResponder bool) (size int, at Mark) {
	for _, c := range l.children {
		if c.ToResponder == toResponder && c.LargestDatagram > size {
			size, at = c.LargestDatagram, c.LargestAt
		}
	}
	return size, at
}

// toldTooBig picks the ICMP error whose advice is not followed: of several the
// one with the smallest MTU.
func (l *look) toldTooBig(toResponder bool) *Quote {
	size, at := l.largestDatagram(toResponder)
	var best *Quote
	for i := range l.f.Quotes {
		q := &l.f.Quotes[i]
		if !tooBig(q) || q.ToResponder != toResponder {
			continue
		}
		again := q.Count >= minTooBig && q.Last.Time.Sub(q.First.Time) >= minTooBigTime
		larger := q.MTU > 0 && uint64(size) > uint64(q.MTU) && at.set() && at.Time.Sub(q.First.Time) >= largerGoesOnAt
		if (again || larger) && (best == nil || q.MTU > 0 && (best.MTU == 0 || q.MTU < best.MTU)) {
			best = q
		}
	}
	return best
}

// stuck picks the SA whose large packets are sent again and again, of several
// that of the smallest size.
func (l *look) stuck(toResponder bool) *childLook {
	var best *childLook
	for i := range l.children {
		c := &l.children[i]
		s := c.Stuck
		if c.ToResponder != toResponder || s == nil || s.Size < minStuckSize || s.Total < minStuck || !backsOff(s.Waits) ||
			s.SmallerCount == 0 || s.Back == 0 {
			continue
		}
		if best == nil || s.Size < best.Stuck.Size {
			best = c
		}
	}
	return best
}

// backsOff tells whether waits in seconds hold those of a sender that doubles its
// timer: five in a row.
func backsOff(waits []float64) bool {
	row := 1
	for i := 1; i < len(waits) && row < minStuck-1; i++ {
		twice := 2 * waits[i-1]
		if math.Abs(waits[i]-twice) <= max(backoffSlack, backoffSlackShare*twice) {
			row++
		} else {
			row = 1
		}
	}
	return row >= minStuck-1
}

func (l *look) blackhole(toResponder bool, told *Quote, stuck *childLook) *finding {
	from, to := l.ends(toResponder)
	f := mtuBlackhole.finding(1, time.Time{}, time.Time{})
	f.Evidence["direction"] = direction(toResponder)
	var seen, means string
	size, at := l.largestDatagram(toResponder)
	if size > 0 {
		f.Evidence["largest_datagram"] = size
		f.ref(at, "largest")
	}
	if stuck != nil {
		s := stuck.Stuck
		f.Count = uint64(s.Total)
		if len(s.Sent) > 0 {
			f.FirstSeen, f.LastSeen = s.Sent[0].Time, s.Sent[len(s.Sent)-1].Time
		}
		f.refs(s.Sent, "large packet", maxRefs-6)
		f.term(childTerm(stuck.sa.Protocol, stuck.sa.SPI))
		seen = fmt.Sprintf("%s packets of %s bytes from %s to %s were sent %s, %s apart, as TCP sends what is not acknowledged. Meanwhile %s up to %s bytes went the same way, and %s came back.",
			stuck.proto(), grouped(uint64(max(s.Size, 0))), from, to, times(f.Count), gapList(s.Waits),
			count(s.SmallerCount, "packet"), grouped(uint64(max(s.Smaller, 0))), grouped(s.Back))
		means = fmt.Sprintf("Packets of that size from %s do not get through, smaller ones do.", from)
		f.Evidence["told_by"], f.Evidence["stuck_size"], f.Evidence["sendings"] = "silence", s.Size, s.Total
		f.Evidence["gaps_seconds"] = slices.Clone(s.Waits)
		f.Evidence["largest_passed"], f.Evidence["smaller"], f.Evidence["back"] = s.Smaller, s.SmallerCount, s.Back
		f.Evidence["spi"] = stuck.sa.SPI
	}
	errors := uint64(0)
	if told != nil {
		errors = uint64(told.Count)
		f.tooBig(l, told, stuck == nil)
		s, m := toldText(told, from, to, size)
		if stuck == nil {
			seen, means = s, m
		} else {
			f.Evidence["told_by"] = "both"
			seen, means = s+" "+seen, m
		}
		f.or("a forged ICMP message: it carries no proof of its sender")
	} else {
		f.Confidence.Cause = report.ConfidenceMedium
		means += " No ICMP message about size was seen here: it is dropped on the way, or the narrow link sends none."
		f.or("the receiver inside the tunnel does not answer to these for another reason, and their size is chance")
		f.orUnknown("the MTU of the narrow link, and where it is")
	}
	f.Evidence["icmp_errors"] = errors
	f.say(seen, means)
	f.orUnknown("whether the outer packets may be fragmented on the way (DF)")
	return f
}

// tooBig adds what an ICMP error about size proves. alone: nothing else does.
func (f *finding) tooBig(l *look, q *Quote, alone bool) {
	f.Confidence.Cause = report.ConfidenceHigh
	if alone {
		f.Count, f.FirstSeen, f.LastSeen = uint64(q.Count), q.First.Time, q.Last.Time
		f.Evidence["told_by"] = "icmp"
	}
	if q.MTU > 0 {
		f.Evidence["mtu"] = q.MTU
	}
	f.Evidence["icmp_sender"] = q.Sender
	f.ref(q.First, "ICMP about size")
	f.ref(q.Last, "ICMP about size")
	for _, c := range l.children {
		if c.ToResponder == q.ToResponder {
			f.term(childTerm(c.sa.Protocol, c.sa.SPI))
		}
	}
}

// toldText says what ICMP told and what became of it.
func toldText(q *Quote, from, to string, largest int) (seen, means string) {
	meaning, mtu := "fragmentation needed", ""
	if q.V6 {
		meaning = "packet too big"
	}
	if q.MTU > 0 {
		mtu = fmt.Sprintf(", MTU %s", grouped(uint64(q.MTU)))
	}
	seen = fmt.Sprintf("%s answered data packets from %s to %s with ICMP '%s'%s, %s in %s.", orWord(q.Sender, "A host without address"),
		from, to, meaning, mtu, times(uint64(q.Count)), span(q.Last.Time.Sub(q.First.Time)))
	if largest > 0 {
		seen += fmt.Sprintf(" The largest datagram that way has %s bytes.", grouped(uint64(largest)))
	}
	means = fmt.Sprintf("%s goes on to send packets that are too large for the link behind %s: they are dropped there.", from, orWord(q.Sender, "that host"))
	return seen, means
}
