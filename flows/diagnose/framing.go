package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var framingError = Entry{
	Code:     "framing-error",
	Title:    "Lengths in the TCP stream lead nowhere",
	Severity: report.SeverityWarning,
	Grading:  "Notice where the framing was found again and the connection went on, or where the capture has a hole before it.",
	Rows:     []int{18},
	Explanation: "In a TCP stream each message is preceded by its length. If one length is wrong, all that follows cannot be " +
		"read, for the receiver either; it has to close the connection or search for the next message.",
	OnTheWire: "A length of 0 or 1, which is forbidden, or lengths that do not lead from message to message.",
	Causes:    "A device that rewrites or injects data, a faulty implementation, or two senders mixed up on one connection.",
	LookAlikes: []string{
		"A hole in the capture: the bytes were there, but not recorded (stream-gap).",
		"A message cut short by the snapshot length: the length itself is right.",
		"Length 2, an empty message, and a keepalive of one byte: allowed.",
	},
	Advice: []string{
		"Capture at both ends and compare the bytes of the stream around this place.",
		"Take devices that inspect or rewrite TCP out of the path, or use another port.",
		"Compare the software versions of both ends.",
	},
	Commands: []string{
		"FortiGate: diagnose debug application ike -1",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"errors", "times", "places at which the framing was lost"},
		{"resynchronisations", "times", "places at which it was found again"},
		{"skipped_bytes", "bytes", "bytes between them"},
		{"closed_after_seconds", "s", "from the last error to the end of its connection; absent if that was not seen"},
	},
	References: []Reference{
		{9329, "3", "lengths, and those that are fatal"},
		{9329, "10", "what to do with a stream that cannot be read"},
	},
}

// closedSoon is how soon after an error the end of a connection belongs to it.
const closedSoon = 10 * time.Second

func framingErrors(l *look) []*finding {
	var out []*finding
	for _, t := range tallies(l.over(overRFC8229), func(d *TCPDirectionFacts) Occurrences { return d.FramingError }) {
		f := t.finding(&framingError, "lost framing")
		from, to := l.ends(t.toResponder)
		resyncs := t.sum(func(d *TCPDirectionFacts, _ *report.PathTraffic) uint64 { return d.Resync.Count })
		skipped := t.sum(func(d *TCPDirectionFacts, _ *report.PathTraffic) uint64 { return d.SkippedBytes })
		closed := false
		for _, c := range t.list {
			d, _ := c.dir(t.toResponder)
			wait := c.Closed.Time.Sub(d.FramingError.Last.Time)
			if c.Closed.set() && wait >= 0 && wait < closedSoon {
				closed = true
				f.ref(c.Closed, "end of the connection")
				f.Evidence["closed_after_seconds"] = seconds(wait)
			}
		}
		seen := fmt.Sprintf("The framing of the stream from %s to %s was lost %s", from, to, times(t.n))
		if resyncs > 0 {
			seen += fmt.Sprintf(", and found again %s after %s", times(resyncs), count(skipped, "byte"))
		}
		switch {
		case closed:
			seen += "; the connection ended right after"
		case resyncs > 0:
			f.Severity = report.SeverityNotice
		}
		f.say(seen+".", "The bytes here are not a valid stream: they were changed or injected on the way, or the sender is at fault.")
		f.Confidence.Cause = report.ConfidenceLow
		f.or("the capture is incomplete in a way that could not be noticed", "the stream is of a kind that only begins like RFC 8229")
		f.Evidence["errors"], f.Evidence["resynchronisations"], f.Evidence["skipped_bytes"] = t.n, resyncs, skipped
		out = append(out, f)
	}
	return out
}
