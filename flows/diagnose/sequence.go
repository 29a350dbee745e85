package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var espDuplicate = Entry{
	Code:     "esp-duplicate",
	Title:    "Data packets came more than once",
	Severity: report.SeverityNotice,
	Rows:     []int{47},
	Explanation: "The same ESP or AH packet, with the same SPI and sequence number, came more than once. A receiver that " +
		"checks for replays drops the copies.",
	OnTheWire: "An SPI and sequence number that were seen before, and not as a copy that the capture made " +
		"(duplicate-capture).",
	Causes: "A network that doubles packets (a loop, a bonded link, a failing switch); rarely somebody who replays.",
	LookAlikes: []string{
		"The capture shows the same packet twice, at two interfaces or both directions of a mirror port (duplicate-capture).",
		"The sender's numbers begin anew on the same SPI (esp-sequence-reset).",
	},
	Advice: []string{
		"One or a few: nothing to do.",
		"Many: find the place that doubles them, by captures along the path; look for loops and bonded links.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"strongSwan: cat /proc/net/xfrm_stat",
		"libreswan: cat /proc/net/xfrm_stat",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"duplicates", "packets", "packets that came before"},
		{"packets", "packets", "packets on these SPIs, the copies included"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
		{"duplicates_by_spi", "packets", "copies on each of these"},
		{"sequence", "number", "sequence number of the first copy"},
	},
	References: []Reference{
		{4303, "3.4.3", "copies and the receiver's window"},
		{4302, "3.4.3", "the same for AH"},
	},
}

var espReordering = Entry{
	Code:     "esp-reordering",
	Title:    "Data packets came late, after higher numbers",
	Severity: report.SeverityNotice,
	Explanation: "Packets overtook each other. A receiver that checks for replays accepts a late packet only as far " +
		"behind the highest number as its window is wide.",
	OnTheWire: "An ESP or AH sequence number below the highest seen on its SPI, for the first time.",
	Causes: "Several links or queues that share the load packet by packet, QoS that prefers some packets after they were " +
		"numbered, several processors in the sending gateway.",
	LookAlikes: []string{
		"A packet 32 numbers late or more: that one may be dropped, too (esp-outside-window).",
		"A copy of an earlier packet (esp-duplicate): its number was seen before.",
		"Loss (esp-loss): the number never comes.",
	},
	Advice: []string{
		"Compare the lateness with the receiver's window: below it nothing is dropped, though TCP inside may suffer.",
		"Else widen the receiver's replay window, and let QoS and load sharing keep the packets of one SA in order.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn tunnel list",
		"strongSwan: ip xfrm state",
		"libreswan: ip xfrm state",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"late", "packets", "packets that came after a higher number"},
		{"packets", "packets", "packets on these SPIs"},
		{"max_lateness", "numbers", "how far behind the highest number the latest one was"},
		{"windows_that_drop", "packets", "the usual replay windows that would have dropped that one"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
		{"late_by_spi", "packets", "late packets on each of these"},
		{"sequence", "number", "sequence number of the first late one"},
	},
	References: []Reference{
		{4303, "3.4.3", "a window of 32 must be supported, 64 is preferred"},
		{4302, "3.4.3", "the same for AH"},
	},
}

var espSequenceReset = Entry{
	Code:     "esp-sequence-reset",
	Title:    "The sequence numbers began anew on the same SPI",
	Severity: report.SeverityWarning,
	Rows:     []int{49},
	Explanation: "Within one SA numbers only grow. If they begin anew, a receiver that checks for replays drops " +
		"everything until the numbers pass the highest it had accepted.",
	OnTheWire: "On one SPI several packets in a row whose numbers lie far behind the highest one, often from 1 on. " +
		"With counter-mode ciphers such as AES-GCM this may also repeat an IV, which breaks them.",
	Causes: "A cluster failed over and the new member did not know how far the numbers had got; a gateway restored an " +
		"SA from an old state; an SA with keys set by hand was loaded anew.",
	LookAlikes: []string{
		"A rekey: new SPI, numbers from 1.",
		"Extended sequence numbers: the 32 bits on the wire go from 4294967295 on to 0 without a break.",
		"A single late or repeated packet (esp-reordering, esp-duplicate).",
	},
	Advice: []string{
		"See whether a cluster failed over at that moment; switch the synchronising of ESP sequence numbers on.",
		"Rekey the tunnel on both ends to get it going at once.",
	},
	Commands: []string{
		"FortiGate: get system ha status",
		"strongSwan: ip -s xfrm state",
		"libreswan: ip -s xfrm state",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"restarts", "times", "how often the numbers began anew"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
		{"restarts_by_spi", "times", "restarts of each of these"},
		{"sequence", "number", "first number after the first restart"},
	},
	References: []Reference{
		{4303, "3.3.3", "numbers must not repeat within an SA"},
		{4303, "3.4.3", "what the receiver drops"},
		{6311, "", "clusters and ESP sequence numbers"},
	},
}

// within returns the first and last of something that happened to the
// affected SAs, with the ESP number of the first, and points at both ends.
func (a *affected) within(f *finding, of func(childLook) Occurrences, role string) {
	var first, last time.Time
	for _, c := range a.list {
		o := of(c)
		if t := o.First.Time; o.First.set() && (first.IsZero() || t.Before(first)) {
			first = t
			f.Evidence["sequence"] = o.Sequence
		}
		if t := o.Last.Time; t.After(last) {
			last = t
		}
		f.ref(o.First, role)
		f.ref(o.Last, role)
	}
	f.FirstSeen, f.LastSeen = first, last
	a.mark(f)
}

// packets counts those of the affected SAs.
func (a *affected) packets() (n uint64) {
	for _, c := range a.list {
		n += c.sa.Packets
	}
	return n
}

func duplicates(l *look) []*finding {
	var out []*finding
	for _, a := range l.gather(func(c childLook) uint64 { return max(c.Duplicate.Count, c.sa.Duplicates) }) {
		f := espDuplicate.finding(a.total, time.Time{}, time.Time{})
		f.Confidence.Cause = report.ConfidenceLow
		from, to := l.ends(a.toResponder)
		f.say(fmt.Sprintf("%s of %s from %s to %s %s a copy of an earlier one, on %s.", grouped(a.total),
			count(a.packets(), a.proto+" packet"), from, to, verb(a.total, "is", "are"), a.name()),
			"Something between the sender and this place doubles packets; the receiver drops the copies.")
		f.or("the capture saw them twice in a way that cannot be told from that", "somebody replays packets")
		f.orUnknown("what doubles them, and where")
		a.within(f, func(c childLook) Occurrences { return c.Duplicate }, "copy")
		f.Evidence["duplicates"], f.Evidence["packets"] = a.total, a.packets()
		f.Evidence["duplicates_by_spi"] = a.each
		out = append(out, f)
	}
	return out
}

// replayWindows are the sizes in use: 32 is the least that RFC 4303 3.4.3
// allows, 64 what it prefers.
var replayWindows = []uint32{32, 64, 128, 1024, 2048}

func reorderings(l *look) []*finding {
	var out []*finding
	for _, a := range l.gather(func(c childLook) uint64 { return max(c.Late.Count, c.sa.Reordered) }) {
		f := espReordering.finding(a.total, time.Time{}, time.Time{})
		lateness := uint32(0)
		for _, c := range a.list {
			lateness = max(lateness, c.sa.MaxLateness)
		}
		// A window of W takes the W highest numbers: W behind is out.
		drop := []uint32{}
		for _, w := range replayWindows {
			if lateness >= w {
				drop = append(drop, w)
			}
		}
		from, to := l.ends(a.toResponder)
		means := "Packets overtook each other before here, by less than 32, the least that a replay window may be: no reason to drop them."
		if len(drop) > 0 {
			means = fmt.Sprintf("Packets overtook each other before here. A receiver with a replay window of %d or less would have dropped the latest of them.", drop[len(drop)-1])
		}
		f.say(fmt.Sprintf("%s of %s from %s to %s came after a higher number, at most %s behind, on %s.", grouped(a.total),
			count(a.packets(), a.proto+" packet"), from, to, count(uint64(lateness), "number"), a.name()), means)
		f.or("the capture itself reordered them, as one that merges several queues or files may")
		f.orUnknown("the size of the receiver's replay window", "how they arrive at "+to)
		a.within(f, func(c childLook) Occurrences { return c.Late }, "late")
		f.Evidence["late"], f.Evidence["packets"] = a.total, a.packets()
		f.Evidence["late_by_spi"] = a.each
		f.Evidence["max_lateness"] = lateness
		f.Evidence["windows_that_drop"] = drop
		out = append(out, f)
	}
	return out
}

func resets(l *look) []*finding {
	var out []*finding
	for _, a := range l.gather(func(c childLook) uint64 { return max(c.Restart.Count, c.sa.Restarts) }) {
		f := espSequenceReset.finding(a.total, time.Time{}, time.Time{})
		from, to := l.ends(a.toResponder)
		f.say(fmt.Sprintf("The %s sequence numbers from %s to %s began anew %s on %s.", a.proto, from, to, times(a.total), a.name()),
			fmt.Sprintf("%s lost count, as after a failover or a restart; %s drops the packets if it checks for replays.", from, to))
		f.or("the input holds the same traffic twice, or captures put together in the wrong order",
			"old packets are replayed")
		f.orUnknown("whether " + to + " checks for replays")
		a.within(f, func(c childLook) Occurrences { return c.Restart }, "restart")
		f.Evidence["restarts"] = a.total
		f.Evidence["restarts_by_spi"] = a.each
		out = append(out, f)
	}
	return out
}
