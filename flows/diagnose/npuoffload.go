package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var npuOffloadSuspected = Entry{
	Code:     "npu-offload-suspected",
	Title:    "The capture may miss packets that a network processor handles",
	Severity: report.SeverityNotice,
	Grading:  "Info where it may as well be an idle tunnel: first packets of each SA, both ways.",
	Rows:     []int{55},
	Explanation: "A FortiGate with network processors (NP) hands a tunnel's data to them once the first packets have passed. Its own " +
		"sniffer sees what the main processor handles only: the data goes on, and the capture does not show it.",
	OnTheWire: "A peer with FortiGate's vendor ID, ESP in UDP or raw, IKE answered throughout, and one of: half of a direction's numbers " +
		"missing, 100 or more, with holes of 16 and more; the first packets of an SA one way (16 at most) and then none, while 20 or more come the other way; " +
		"the first packets of two SAs or more in turn and nothing else of them for a minute and more.",
	Causes: "The capture was made on the FortiGate itself, with NPU offload on.",
	LookAlikes: []string{
		"A capture on a switch or at the other gateway: then the packets really did not come (esp-loss, one-way-esp).",
		"A tunnel that is idle after a few packets: nothing is missing.",
		"Loss that hits IKE as well: a capture misses data only, a path does not choose.",
	},
	Advice: []string{
		"Switch NPU offload off in this phase 1 for the test, or capture on a switch beside the gateway, and look again.",
		"Compare with the gateway's counters: they grow while the capture shows nothing = the capture misses it.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"FortiGate: show full vpn ipsec phase1-interface | grep -f npu-offload",
		"FortiGate: diagnose sys session list",
	},
	Evidence: []EvidenceKey{
		{"pattern", "text", "what was seen: holes, first packets of one direction, or first packets of each SA"},
		{"direction", "text", "direction of which packets are not seen: to-responder or to-initiator; both for the third pattern"},
		{"seen", "packets", "data packets of that direction that were captured, of the SAs concerned"},
		{"missing", "packets", "numbers of that direction that were not; absent for other patterns than holes"},
		{"other_direction", "packets", "packets the other way in the meantime; absent for other patterns than the first packets of one direction"},
		{"child_sas", "SAs", "SAs that look so"},
		{"ike_exchanges", "exchanges", "IKE exchanges answered at the first sending since; 0 if none"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
	},
	References: []Reference{
		{4303, "2.2", "sequence numbers, by which the holes show"},
		{7296, "2.4", "liveness checks, which go on"},
	},
}

// Limits of the patterns.
const (
	// A session is handed over after its first packets; 16 leaves room for a
	// handshake of the protocols inside.
	offloadHead      = 16
	offloadHeadTime  = 10 * time.Second
	offloadQuiet     = time.Minute
	minOffloadShare  = 0.5
	minOffloadHole   = 16
	minOffloadMissed = 100
	// Random loss of half of all packets would hardly spare three exchanges of two
	// messages each: one in 64.
	minOffloadIKE = 3
)

// The patterns by name.
const (
	offloadByHoles  = "holes"
	offloadByOneWay = "first packets of one direction"
	offloadByHeads  = "first packets of each SA"
)

func npuOffloads(l *look) []*finding {
	if !l.fortigate() || len(l.over(overFakeTCP)) > 0 || len(l.over(overRFC8229)) > 0 {
		return nil
	}
	for _, try := range []func() *finding{l.offloadHoles, l.offloadOneWay, l.offloadHeads} {
		if f := try(); f != nil {
			return []*finding{f}
		}
	}
	return nil
}

// answeredSince counts exchanges answered at the first sending from a moment
// on, and those that were not.
func (l *look) answeredSince(t time.Time) (answered, troubled int) {
	for i := range l.ike {
		v := &l.ike[i]
		for j := range min(len(v.sa.Exchanges), len(v.IKEFacts.Exchanges)) {
			x, m := &v.sa.Exchanges[j], &v.IKEFacts.Exchanges[j]
			switch {
			case m.Request.Time.Before(t):
			case x.Requests == 1 && x.Response != nil:
				answered++
			default:
				troubled++
			}
		}
	}
	return answered, troubled
}

// offloadHoles: the numbers of a direction prove that most of it was not seen.
func (l *look) offloadHoles() *finding {
	for _, a := range l.gather(func(c childLook) uint64 { return c.sa.Missing }) {
		var seen, longest uint64
		first, last := a.list[0].First, a.list[0].Last
		for _, c := range a.list {
			seen = plus(seen, c.sa.Packets)
			for _, g := range c.Gaps {
				longest = max(longest, uint64(g.To-g.From)+1)
			}
			if c.Last.Time.After(last.Time) {
				last = c.Last
			}
		}
		share := float64(a.total) / (float64(a.total) + float64(seen))
		answered, troubled := l.answeredSince(first.Time)
		if a.total < minOffloadMissed || share < minOffloadShare || longest < minOffloadHole || answered < minOffloadIKE || troubled > 0 {
			continue
		}
		f := npuOffloadSuspected.finding(a.total, first.Time, last.Time)
		from, to := l.ends(a.toResponder)
		f.say(fmt.Sprintf("%s of %s from %s to %s were captured, on %s, while all of %s were answered at once.",
			grouped(seen), count(plus(seen, a.total), a.proto+" packet"), from, to, a.name(), count(uint64(answered), "IKE exchange")),
			"Loss on the path would have hit IKE as well: the capture misses what a network processor handles, if it was made on the FortiGate.")
		f.Evidence["pattern"], f.Evidence["missing"] = offloadByHoles, a.total
		f.ref(first, "first packet")
		f.ref(last, "last packet")
		f.Confidence.Cause = report.ConfidenceMedium
		l.offloaded(f, &a, seen, answered)
		return f
	}
	return nil
}

// offloadOneWay: the first packets of an SA, and then the other way only.
func (l *look) offloadOneWay() *finding {
	w := l.f.OneWay
	if w == nil || w.OtherLast == nil || w.Packets < minOneWayPackets || w.Last.Time.Sub(w.First.Time) < minOneWayDuration {
		return nil
	}
	var head *childLook // the newest SA of the silent direction
	for i := range l.children {
		if c := &l.children[i]; c.ToResponder != w.ToResponder && (head == nil || c.First.Time.After(head.First.Time)) {
			head = c
		}
	}
	answered, _ := l.answeredSince(w.First.Time)
	if head == nil || !head.isHead() || !l.ikeAfter(l.side(w.ToResponder), w.First.Time) {
		return nil
	}
	f := npuOffloadSuspected.finding(head.sa.Packets, head.First.Time, w.Last.Time)
	from, to := l.ends(head.ToResponder)
	f.say(fmt.Sprintf("Of data from %s to %s the first %s of an SA in %s, then none; the other way %s in the meantime, and IKE of %s.",
		from, to, count(head.sa.Packets, "packet"), span(head.Last.Time.Sub(head.First.Time)), grouped(w.Packets), from),
		"Data that stops after the first packets of an SA in one direction only is what a capture on a FortiGate shows when its network processor takes over.")
	f.Confidence.Cause = report.ConfidenceLow
	f.Evidence["pattern"], f.Evidence["other_direction"] = offloadByOneWay, w.Packets
	f.ref(head.First, "first packet")
	f.ref(head.Last, "last packet")
	f.ref(w.Last, "last the other way")
	a := affected{toResponder: head.ToResponder, list: []childLook{*head}, spis: []string{head.sa.SPI}}
	l.offloaded(f, &a, head.sa.Packets, answered)
	return f
}

// isHead tells whether only the first packets of an SA were seen.
func (c *childLook) isHead() bool {
	return c.BornHere && c.sa.FirstSequence <= 2 && c.sa.Packets <= offloadHead && c.sa.Missing <= offloadHead &&
		c.Last.Time.Sub(c.First.Time) <= offloadHeadTime
}

// offloadHeads: of one SA after the other the first packets only.
func (l *look) offloadHeads() *finding {
	var heads [2][]childLook
	for way := range heads {
		var all []childLook
		for _, c := range l.children {
			if c.ToResponder == (way == 0) {
				all = append(all, c)
			}
		}
		slices.SortStableFunc(all, func(a, b childLook) int { return a.First.Time.Compare(b.First.Time) })
		for i, c := range all {
			if !c.isHead() {
				return nil // data was seen, and an SA with few packets is an idle one
			}
			until := l.end
			if i+1 < len(all) {
				until = all[i+1].First.Time
			}
			if until.Sub(c.Last.Time) >= offloadQuiet {
				heads[way] = append(heads[way], c)
			}
		}
	}
	if len(heads[0]) < 2 || len(heads[1]) < 2 {
		return nil
	}
	a := affected{}
	var seen uint64
	for _, c := range slices.Concat(heads[0], heads[1]) {
		a.list, seen = append(a.list, c), plus(seen, c.sa.Packets)
		if len(a.spis) < maxTerms {
			a.spis = append(a.spis, c.sa.SPI)
		}
	}
	first, last := a.list[0], a.list[0]
	for _, c := range a.list {
		if c.First.Time.Before(first.First.Time) {
			first = c
		}
		if c.Last.Time.After(last.Last.Time) {
			last = c
		}
	}
	answered, _ := l.answeredSince(first.First.Time)
	if answered < minOffloadIKE {
		return nil
	}
	f := npuOffloadSuspected.finding(uint64(len(a.list)), first.First.Time, last.Last.Time)
	f.say(fmt.Sprintf("Of each of %s only the first packets were captured, %s in all, and then nothing for a minute and more, while %s were answered.",
		count(uint64(len(a.list)), "Child SA"), grouped(seen), count(uint64(answered), "IKE exchange")),
		"Either the tunnel is idle after a few packets each time, or the capture was made on the FortiGate and misses what its network processor handles.")
	f.Confidence.Cause = report.ConfidenceLow
	f.Severity = report.SeverityInfo
	f.Evidence["pattern"] = offloadByHeads
	f.ref(first.First, "first packet")
	f.ref(last.Last, "last packet")
	l.offloaded(f, &a, seen, answered)
	f.Evidence["direction"] = "both"
	return f
}

// offloaded adds what the patterns have in common.
func (l *look) offloaded(f *finding, a *affected, seen uint64, answered int) {
	f.or("the capture was made elsewhere: then the packets did not come by", "the sniffer was too slow, or its filter left the packets out")
	f.orUnknown("where the capture was made")
	a.mark(f)
	f.Evidence["seen"], f.Evidence["child_sas"], f.Evidence["ike_exchanges"] = seen, len(a.list), answered
}
