package diagnose

import (
	"fmt"
	"math"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var espLoss = Entry{
	Code:     "esp-loss",
	Title:    "Data packets are missing",
	Severity: report.SeverityNotice,
	Grading: "Info where the first packet of several SAs is missing and nothing else. Warning from 1 % on, if 10 packets or more are missing: from there on TCP inside the tunnel slows down " +
		"by the square root of the loss and speech is audibly hurt, while one packet of a short capture says little.",
	Rows: []int{50},
	Explanation: "Every ESP and AH packet carries a sequence number that grows by one. Numbers that never come are " +
		"packets that were sent and did not reach this place.",
	OnTheWire: "Holes in the sequence numbers of an SPI between the first and the last number seen (from 1 if the SA's " +
		"birth was captured). Jumps of 4,096 and more count as a jump of the sender, not as loss.",
	Causes: "Congestion, a bad link, a policer or QoS queue, a filter that drops some packets, IP fragments lost on " +
		"the way; or a sender that takes numbers for packets which it then drops itself.",
	LookAlikes: []string{
		"The capture lost the packets: where the file tells so, they are not counted here.",
		"Reordering: a late packet fills its hole and does not count as missing.",
		"Rekeying: each SA has numbers of its own, and those after the last one seen are not missing.",
		"A sender that begins each SA with number 2: then number 1 alone is missing, on one SA after the other.",
	},
	Advice: []string{
		"Compare with a capture nearer to the sender: the same holes there = lost before, or never sent.",
		"Look at the pattern: long holes point to an outage or a policer, single ones to a bad or busy link.",
		"Compare the error and drop counters of interfaces, and whether other tunnels on this path lose as well.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"strongSwan: ip -s xfrm state",
		"libreswan: ip -s xfrm state",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"missing", "packets", "numbers that never came"},
		{"missing_exact", "true/false", "false if missing is an upper bound"},
		{"received", "packets", "different packets that came, on the SAs that miss some"},
		{"share", "0 to 1", "missing of all that were sent, on these SAs"},
		{"holes", "holes", "runs of missing numbers at the time they were found"},
		{"longest_hole", "packets", "the longest of the holes that are listed"},
		{"lost_by_capture", "packets", "numbers missing while the capture itself lost packets, not in missing"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
		{"missing_by_spi", "packets", "missing of each of these"},
	},
	References: []Reference{
		{4303, "2.2", "sequence numbers"},
		{4302, "2.5", "sequence numbers of AH"},
		{4303, "3.3.3", "numbers that a sender takes"},
	},
}

const (
	warnLossShare = 0.01
	warnLossCount = 10
)

// affected are the child SAs of one direction to which something happened.
type affected struct {
	toResponder bool
	list        []childLook
	total       uint64
	spis        []string // the first 8
	each        []uint64 // what happened to each of these
	proto       string
}

// gather picks, for each direction, the child SAs with n(c) above 0.
func (l *look) gather(n func(childLook) uint64) []affected {
	var out []affected
	for _, toResponder := range []bool{true, false} {
		a := affected{toResponder: toResponder}
		for _, c := range l.children {
			k := n(c)
			if c.ToResponder != toResponder || k == 0 {
				continue
			}
			a.list = append(a.list, c)
			a.total = plus(a.total, k)
			if len(a.spis) < maxTerms {
				a.spis, a.each = append(a.spis, c.sa.SPI), append(a.each, k)
			}
			switch {
			case a.proto == "":
				a.proto = c.proto()
			case a.proto != c.proto():
				a.proto = "ESP and AH"
			}
		}
		if len(a.list) > 0 {
			out = append(out, a)
		}
	}
	return out
}

// plus adds without wrapping round: a sum of counts is never 0 by overflow.
func plus(a, b uint64) uint64 {
	if a+b < a {
		return math.MaxUint64
	}
	return a + b
}

// name of the affected SAs: "SPI 0badcafe", or how many there are.
func (a *affected) name() string {
	if len(a.list) == 1 {
		return "SPI " + orWord(a.list[0].sa.SPI, "unknown")
	}
	return count(uint64(len(a.list)), "SPI")
}

// mark adds what the findings of an affected direction have in common.
func (a *affected) mark(f *finding) {
	for _, c := range a.list {
		f.term(childTerm(c.sa.Protocol, c.sa.SPI))
	}
	if len(a.spis) > 0 {
		f.fill("<spi>", a.spis[0])
	}
	f.Evidence["direction"] = direction(a.toResponder)
	f.Evidence["spis"] = a.spis
}

func losses(l *look) []*finding {
	var out []*finding
	for _, a := range l.gather(func(c childLook) uint64 { return c.sa.Missing }) {
		out = append(out, l.loss(&a))
	}
	return out
}

func (l *look) loss(a *affected) *finding {
	var received, byCapture, holes, longest uint64
	exact, head := true, true
	var first, last time.Time
	for _, c := range a.list {
		received = plus(received, c.sa.Packets-min(c.sa.Packets, c.sa.Duplicates))
		byCapture += c.MissingByCapture
		holes += uint64(max(c.GapsTotal, len(c.Gaps)))
		exact = exact && c.sa.MissingExact
		head = head && c.BornHere && c.sa.FirstSequence == 2 && c.sa.Missing == 1
		from, to := c.First.Time, c.Last.Time
		if len(c.Gaps) > 0 {
			g := &c.Gaps[0]
			from, to = g.After.timeOr(g.Before.Time), c.Gaps[len(c.Gaps)-1].Before.Time
		}
		for _, g := range c.Gaps {
			longest = max(longest, uint64(g.To-g.From)+1) // modulo 2^32: numbers may wrap
		}
		if first.IsZero() || from.Before(first) {
			first = from
		}
		if to.After(last) {
			last = to
		}
	}
	share := float64(a.total) / (float64(a.total) + float64(received))
	f := espLoss.finding(a.total, first, last)
	if share >= warnLossShare && a.total >= warnLossCount {
		f.Severity = report.SeverityWarning
	}
	from, to := l.ends(a.toResponder)
	bound := ""
	if !exact {
		bound = "at most "
	}
	seen := fmt.Sprintf("%s%s of %s from %s to %s %s missing (%s), on %s.", bound, grouped(a.total),
		count(plus(a.total, received), a.proto+" packet"), from, to, verb(a.total, "is", "are"), percent(share), a.name())
	if holes > 0 {
		seen += fmt.Sprintf(" %s, the longest listed one of %s.", capital(count(holes, "hole")), count(longest, "packet"))
	}
	means := fmt.Sprintf("The packets were numbered by %s and did not reach this capture point: lost on the way, or dropped by the sender itself.", from)
	if head && len(a.list) > 1 {
		// Chance would not pick the first packet of each SA and no other.
		f.Severity = report.SeverityInfo
		seen += " It is number 1 each time."
		means = fmt.Sprintf("%s begins each SA with number 2, or drops the first packet of each itself; nothing was lost on the way.", from)
	}
	f.say(capital(seen), means)
	f.or("the capture lost them without telling, as a busy mirror port or sniffer does")
	f.orUnknown("where they were lost: one capture point cannot tell", "what is lost between here and "+to)
	if byCapture > 0 {
		f.orUnknown(fmt.Sprintf("%s more went missing while the capture itself lost packets", grouped(byCapture)))
		f.Evidence["lost_by_capture"] = byCapture
	}
	for _, c := range a.list {
		for i, g := range c.Gaps {
			if i < 4 || i == len(c.Gaps)-1 {
				f.ref(g.After, "before the hole")
				f.ref(g.Before, "after the hole")
			}
		}
	}
	a.mark(f)
	f.Evidence["missing"] = a.total
	f.Evidence["missing_exact"] = exact
	f.Evidence["received"] = received
	f.Evidence["share"] = share
	f.Evidence["missing_by_spi"] = a.each
	f.Evidence["holes"] = holes
	if holes > 0 {
		f.Evidence["longest_hole"] = longest
	}
	return f
}
