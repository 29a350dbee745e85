package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var fakeTCPBlocked = Entry{
	Code:     "fake-tcp-blocked",
	Title:    "Fake TCP (fortinet-esp) does not get through",
	Severity: report.SeverityCritical,
	Grading: "Critical for the pattern first-of-each-sequence, which has hardly another cause. Warning for the pattern " +
		"nothing-inbound, which has several.",
	Rows: []int{12, 13},
	Explanation: "The gateways send ESP in segments that repeat TCP sequence numbers. A device on the path takes all but " +
		"the first of each number for old data and drops them, so IKE looks healthy and data does not pass.",
	OnTheWire: "Pattern first-of-each-sequence: three or more ESP packets came one way, never two with one TCP sequence " +
		"number, and at least as many, and 8 or more, are missing. Pattern nothing-inbound: 20 fake segments and 5 s " +
		"or more one way, no ESP the other way, while IKE over TCP is answered.",
	Causes: "A firewall with strict TCP checks (on a FortiGate: anti-replay strict), a TCP normaliser, a proxy, or a " +
		"carrier that blocks replayed TCP. For nothing-inbound also a peer without fortinet-esp, or a capture that misses one way.",
	LookAlikes: []string{
		"Data so rare that IKE moves the TCP number between any two packets: then no ESP number is missing.",
		"Loss by chance: it leaves several packets of one number as well (esp-loss).",
		"A FortiGate's own capture does not show offloaded packets: that looks like nothing-inbound.",
	},
	Advice: []string{
		"Set fortinet-esp to disable on both gateways: RFC 8229 is used instead. The tunnel restarts.",
		"A FortiGate in between: look for replay packet(seq_check) in its log; as a test, set anti-replay loose there.",
		"Pattern nothing-inbound: first compare fortinet-esp on both peers, then switch NPU offload off for the test.",
		"To find the device capture at the sender as well and compare.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f fortinet-esp",
		"FortiGate (in between): show full system global | grep anti-replay",
		"FortiGate: diagnose vpn tunnel list",
	},
	Evidence: []EvidenceKey{
		{"pattern", "text", "first-of-each-sequence or nothing-inbound"},
		{"direction", "text", "direction that does not get through: to-responder or to-initiator"},
		{"frames", "packets", "fake segments that came in this direction"},
		{"tcp_sequences", "numbers", "different TCP sequence numbers they have"},
		{"missing", "packets", "ESP numbers of this direction that never came"},
		{"share", "0 to 1", "missing of all that were sent"},
		{"other_direction_frames", "packets", "fake segments of the other direction"},
		{"other_direction_repeats", "packets", "those of them with a TCP number that an earlier one had"},
	},
	References: []Reference{
		{9293, "3.10.7.4", "what a receiver does with old sequence numbers"},
		{9329, "1", "why a real stream passes where other forms do not"},
	},
}

// Limits of the two patterns.
const (
	minFirstOfEach   = 3
	minFirstMissing  = 8
	sureFirstOfEach  = 5
	minInboundFrames = 20
	minInboundTime   = 5 * time.Second
)

func fakeBlocked(l *look) []*finding {
	var out []*finding
	for _, toResponder := range []bool{true, false} {
		s, other := l.fake(toResponder), l.fake(!toResponder)
		var f *finding
		switch {
		case s.frames.n >= minFirstOfEach && s.repeats == 0 && s.missing >= max(minFirstMissing, s.received, s.frames.n):
			f = l.firstOfEach(s, other)
		case l.nothingInbound(s, other):
			f = l.inbound(s, other)
		default:
			continue
		}
		f.Evidence["direction"] = direction(toResponder)
		f.Evidence["frames"], f.Evidence["tcp_sequences"], f.Evidence["missing"] = s.frames.n, s.numbers(), s.missing
		f.Evidence["other_direction_frames"], f.Evidence["other_direction_repeats"] = other.frames.n, other.repeats
		f.on(s.frames.list)
		f.on(other.frames.list)
		out = append(out, f)
	}
	return out
}

func (l *look) firstOfEach(s, other fakeSum) *finding {
	from, to := l.ends(s.frames.toResponder)
	f := fakeTCPBlocked.finding(s.missing, s.frames.first.Time, s.frames.last.Time)
	f.lost = lost{"esp", s.frames.toResponder, f.FirstSeen, f.LastSeen}
	all := plus(s.frames.n, s.missing)
	seen := fmt.Sprintf("%s of %s from %s to %s came, never two with one TCP sequence number; the other %s did not.",
		capital(grouped(s.frames.n)), count(all, "ESP packet"), from, to, grouped(s.missing))
	if other.repeats > 0 {
		seen += fmt.Sprintf(" Back, %s have %s.", count(other.frames.n, "packet"), count(other.numbers(), "TCP sequence number"))
	}
	f.Confidence.Cause = report.ConfidenceMedium
	if s.frames.n >= sureFirstOfEach && s.missing >= 4*min(s.frames.n, 1<<32) {
		f.Confidence.Cause = report.ConfidenceHigh
	} else {
		f.or("loss by chance on a tunnel with little data")
	}
	f.say(seen, "A device before this point enforces TCP sequence numbers and drops all but the first of each. Loss by chance would not spare just one of each.")
	f.or("a shared or offloaded path on which the capture sees a few packets only: then the gateway's counters rise")
	f.orUnknown("which device drops them", "whether packets from "+to+" reach "+from)
	f.ref(s.frames.first, "first of its number")
	for _, c := range l.children {
		if c.ToResponder != s.frames.toResponder || c.sa.Missing == 0 {
			continue
		}
		for _, g := range c.Gaps {
			f.ref(g.Before, "first of its number")
		}
	}
	f.Evidence["pattern"] = "first-of-each-sequence"
	f.Evidence["share"] = share(s.missing, s.frames.n)
	return f
}

// nothingInbound tells whether data is missing altogether in the direction of
// s, while fake TCP goes the other way and IKE is answered beside it.
func (l *look) nothingInbound(s, other fakeSum) bool {
	t := &other.frames
	if s.frames.n > 0 || t.n < minInboundFrames || t.last.Time.Sub(t.first.Time) < minInboundTime {
		return false
	}
	for _, c := range l.children {
		if c.ToResponder == s.frames.toResponder && c.Last.Time.After(t.first.Time) {
			return false
		}
	}
	for _, c := range l.over(overRFC8229) {
		_, d := c.dir(s.frames.toResponder)
		for _, x := range t.list {
			if sameEnds(c.path, x.path) && d.IKEMessages > 0 && d.LastSeen != nil && d.LastSeen.After(t.first.Time) {
				return true
			}
		}
	}
	return false
}

func (l *look) inbound(s, other fakeSum) *finding {
	from, to := l.ends(s.frames.toResponder)
	t := &other.frames
	f := fakeTCPBlocked.finding(1, t.first.Time, t.last.Time)
	f.Severity = report.SeverityWarning
	f.Confidence.Cause = report.ConfidenceLow
	f.say(fmt.Sprintf("%s in fake TCP from %s to %s in %s; none from %s was seen here, while its IKE over the same ports was.",
		count(t.n, "ESP packet"), to, from, span(t.last.Time.Sub(t.first.Time)), from),
		fmt.Sprintf("Fake TCP from %s may be dropped before here by a device that checks TCP.", from))
	f.or(from+" does not use fortinet-esp, or has no route or policy for the answers",
		"its packets are not visible to this capture: NPU offload on the capturing FortiGate",
		"fake TCP to "+from+" is what is dropped, so there is nothing to answer")
	f.orUnknown("whether " + from + " sends data at all")
	f.ref(t.first, "first the other way")
	f.ref(t.last, "last the other way")
	f.Evidence["pattern"] = "nothing-inbound"
	return f
}
