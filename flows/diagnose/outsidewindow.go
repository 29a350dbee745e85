package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var espOutsideWindow = Entry{
	Code:     "esp-outside-window",
	Title:    "Data packets came too late for a replay window",
	Severity: report.SeverityNotice,
	Grading: "Warning where a window of 64 would have dropped 1 % of the packets or more, and 10 or more: from there on the drops " +
		"harm as much as loss does.",
	Rows: []int{48},
	Explanation: "A receiver that checks for replays knows the highest number it has accepted and which of the numbers just below " +
		"it have come. What is older than this window is dropped, though nothing is wrong with it.",
	OnTheWire: "An ESP or AH packet, not seen before (as far as that can be told: 1,024 numbers back), 32 numbers or more behind the highest on its SPI. 32 is the least that a " +
		"receiver has to allow for; windows in use are 32, 64, 128, 1024 and 2048.",
	Causes: "Strong reordering: QoS that holds some packets back after they were numbered, links or processors that share the load " +
		"packet by packet, a line with much delay beside a fast one; fragments that wait for each other.",
	LookAlikes: []string{
		"Packets that overtake each other by less than 32 numbers: no receiver drops them (esp-reordering).",
		"A copy of a packet that came before (esp-duplicate): it is dropped in any case, and rightly.",
		"Numbers that begin anew on the same SPI (esp-sequence-reset).",
	},
	Advice: []string{
		"Look in the receiver's log and counters for replayed packets: if they do not grow, its window is wide enough.",
		"Find what reorders: QoS queues behind the encryption, bonded links, several processors in the sending gateway.",
		"Widen the receiver's window if that cannot be mended. Switch the check off as a test only.",
	},
	Commands: []string{
		"FortiGate (at the receiver): diagnose vpn tunnel list",
		"strongSwan (at the receiver): cat /proc/net/xfrm_stat",
		"libreswan (at the receiver): cat /proc/net/xfrm_stat",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"late", "packets", "packets 32 numbers or more behind the highest"},
		{"packets", "packets", "packets on these SPIs"},
		{"windows", "numbers", "replay windows for which the next key counts"},
		{"late_by_window", "packets", "packets that a window of each of these sizes would have dropped"},
		{"max_lateness", "numbers", "how far behind the highest number the latest one was"},
		{"windows_that_drop", "numbers", "those of the usual windows that would have dropped at least one"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
		{"sequence", "number", "sequence number of the first late packet, however late it was"},
	},
	References: []Reference{
		{4303, "3.4.3", "a window of 32 must be supported, 64 is preferred"},
		{4302, "3.4.3", "the same for AH"},
		{4301, "4.4.2.1", "the window is a setting of the SA"},
	},
}

// lateWindows are the windows that ChildFacts.LateBy counts for, in its order.
var lateWindows = []uint32{32, 64, 128, 256, 512, 1024}

func outsideWindows(l *look) []*finding {
	var out []*finding
	for _, a := range l.gather(func(c childLook) uint64 { return c.LateBy[0] }) {
		out = append(out, l.outsideWindow(&a))
	}
	return out
}

func (l *look) outsideWindow(a *affected) *finding {
	f := espOutsideWindow.finding(a.total, time.Time{}, time.Time{})
	by := make([]uint64, len(lateWindows))
	lateness := uint32(0)
	for _, c := range a.list {
		lateness = max(lateness, c.sa.MaxLateness)
		for i := range by {
			by[i] = plus(by[i], c.LateBy[i])
		}
	}
	packets := max(a.packets(), a.total)
	if by[1] >= warnLossCount && float64(by[1]) >= warnLossShare*float64(packets) {
		f.Severity = report.SeverityWarning
	}
	drop := []uint32{}
	for _, w := range replayWindows {
		if lateness >= w { // a window of W takes the W highest numbers: W behind is out
			drop = append(drop, w)
		}
	}
	from, to := l.ends(a.toResponder)
	seen := fmt.Sprintf("%s of %s from %s to %s came 32 numbers or more behind the highest, at most %s, on %s.", grouped(a.total),
		count(packets, a.proto+" packet"), from, to, grouped(uint64(lateness)), a.name())
	means := "A receiver with a replay window of 32 would have dropped all of them."
	if n := len(drop); n > 1 {
		means = fmt.Sprintf("A receiver with a replay window of 32 would have dropped all of them, and one of %d the latest.", drop[n-1])
		if i := 1; by[i] > 0 && by[i] < a.total {
			means += fmt.Sprintf(" A window of %d would have dropped %s.", lateWindows[i], grouped(by[i]))
		}
	}
	f.say(seen, means)
	f.Confidence.Cause = report.ConfidenceMedium
	f.or(to+" has a wider window, or does not check for replays: then nothing was dropped",
		"the capture itself reordered them, as one that merges several queues or files may")
	f.orUnknown("the size of the receiver's replay window", "how the packets arrive at "+to)
	if n := by[len(by)-1]; n > 0 {
		f.orUnknown(fmt.Sprintf("whether %s, 1,024 numbers late and more, had come before: numbers are told apart so far back only", count(n, "packet")))
	}
	a.within(f, func(c childLook) Occurrences { return c.Late }, "late")
	f.Evidence["late"], f.Evidence["packets"] = a.total, packets
	f.Evidence["windows"], f.Evidence["late_by_window"] = lateWindows, by
	f.Evidence["max_lateness"], f.Evidence["windows_that_drop"] = lateness, drop
	return f
}
