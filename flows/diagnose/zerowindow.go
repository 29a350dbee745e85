package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var zeroWindow = Entry{
	Code:     "zero-window",
	Title:    "A peer cannot take more data: its TCP window is closed",
	Severity: report.SeverityNotice,
	Grading:  "Info for one or two, which any busy host may send. Warning from 20 in 10 s or more on.",
	Rows:     []int{23},
	Explanation: "The receiver of the stream tells its sender to stop, since its buffer is full: the program that reads the " +
		"stream does not keep up. Everything in the tunnel waits meanwhile.",
	OnTheWire: "Segments, not resets, with a window of 0.",
	Causes: "A gateway that handles IPsec over TCP in its IKE process on one CPU core, with many tunnels or much data; a " +
		"client that is short of CPU.",
	LookAlikes: []string{
		"RST segments often carry a window of 0: they do not count.",
		"Loss on the path: segments are repeated, but the window stays open (tcp-meltdown).",
	},
	Advice: []string{
		"Look at the CPU load of the IKE process at the side that closed the window.",
		"Use UDP where it passes: RFC 8229 is carried by the IKE process and not by network processors.",
		"Spread the tunnels over several gateways, or leave bulk traffic out of the tunnel.",
	},
	Commands: []string{
		"FortiGate: diagnose sys top",
		"libreswan: ss -tin state established",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "direction of the segments that close the window: data the other way has to wait"},
		{"zero_windows", "segments", "segments with a window of 0"},
		{"probes", "segments", "window probes and keepalives of the other side"},
	},
	References: []Reference{
		{9293, "3.8.6", "managing the window"},
		{9329, "9", "performance over TCP"},
	},
}

const (
	noticeZeroWindows = 3
	warnZeroWindows   = 20
	warnZeroTime      = 10 * time.Second
)

func zeroWindows(l *look) []*finding {
	var out []*finding
	for _, t := range tallies(l.over(overRFC8229), func(d *TCPDirectionFacts) Occurrences { return d.ZeroWindow }) {
		f := t.finding(&zeroWindow, "zero window")
		from, to := l.ends(t.toResponder)
		lasted := t.last.Time.Sub(t.first.Time)
		switch {
		case t.n < noticeZeroWindows:
			f.Severity = report.SeverityInfo
		case t.n >= warnZeroWindows && lasted >= warnZeroTime:
			f.Severity = report.SeverityWarning
		}
		var probes uint64
		for _, c := range t.list {
			d, _ := c.dir(!t.toResponder)
			probes = plus(probes, d.Probe.Count)
		}
		seen := fmt.Sprintf("%s closed its TCP window %s", from, times(t.n))
		if t.n > 1 {
			seen += " in " + span(lasted)
		}
		f.say(seen+".",
			fmt.Sprintf("%s does not read the stream as fast as %s sends; the tunnel's data waits.", from, to))
		f.or(fmt.Sprintf("%s is busy: IPsec over TCP is handled in one process without hardware help", from),
			"whatever is behind "+from+" does not take the data")
		f.Evidence["zero_windows"], f.Evidence["probes"] = t.n, probes
		out = append(out, f)
	}
	return out
}
