package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var streamGap = Entry{
	Code:     "stream-gap",
	Title:    "Bytes of the TCP stream are not in the capture",
	Severity: report.SeverityInfo,
	Grading:  "Notice from 1 % of a direction's bytes on: then what is said of this tunnel rests on an incomplete picture.",
	Explanation: "TCP delivers every byte, so bytes that the receiver acknowledged and that are not in the capture were " +
		"lost by the capture. The messages in the hole are not counted and may be taken for missing ones.",
	OnTheWire: "Sequence numbers that were acknowledged or passed by, without a segment that carries them.",
	Causes: "A sniffer or mirror port that does not keep up, a capture that began or was split in between, a path that " +
		"takes another way for a moment.",
	LookAlikes: []string{
		"Loss on the path: the sender repeats the bytes, and the hole closes.",
		"Fake TCP (fortinet-esp): its numbers are no stream, and no hole is reported there.",
	},
	Advice: []string{
		"Nothing is wrong with the tunnel. For exact numbers capture again with a larger buffer, a smaller snapshot length or a filter.",
		"On a mirror port see that its bandwidth suffices for both directions.",
	},
	Commands: []string{
		"tcpdump: tcpdump -B 65536 -s 256 -w out.pcap host <peer>",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"gaps", "times", "holes in the stream"},
		{"gap_bytes", "bytes", "bytes in them"},
		{"share", "0 to 1", "gap_bytes of all bytes of this direction"},
		{"resynchronisations", "times", "places at which the framing had to be searched for"},
		{"skipped_bytes", "bytes", "bytes that were captured but could not be read on that account"},
	},
	References: []Reference{
		{9293, "3.4", "sequence numbers and acknowledgements"},
		{9329, "10", "finding the framing again"},
	},
}

const noticeGapShare = 0.01

func streamGaps(l *look) []*finding {
	var out []*finding
	for _, t := range tallies(l.over(overRFC8229), func(d *TCPDirectionFacts) Occurrences { return d.Gap }) {
		f := t.finding(&streamGap, "hole")
		from, to := l.ends(t.toResponder)
		lost := t.sum(func(d *TCPDirectionFacts, _ *report.PathTraffic) uint64 { return d.GapBytes })
		seen := t.sum(func(_ *TCPDirectionFacts, p *report.PathTraffic) uint64 { return p.Bytes })
		part := share(lost, seen)
		if part >= noticeGapShare {
			f.Severity = report.SeverityNotice
		}
		resyncs := t.sum(func(d *TCPDirectionFacts, _ *report.PathTraffic) uint64 { return d.Resync.Count })
		skipped := t.sum(func(d *TCPDirectionFacts, _ *report.PathTraffic) uint64 { return d.SkippedBytes })
		text := fmt.Sprintf("%s of the stream from %s to %s %s not in the capture, in %s (%s).", capital(count(lost, "byte")),
			from, to, verb(lost, "is", "are"), count(t.n, "hole"), percent(part))
		if skipped > 0 {
			text += fmt.Sprintf(" Another %s after them could not be read.", count(skipped, "byte"))
		}
		f.say(text, "The capture lost them: TCP would have sent again what the receiver did not get.")
		f.Confidence.Cause = report.ConfidenceMedium
		f.or("the bytes took another way than past this capture point")
		f.orUnknown("which messages were in the holes")
		f.fill("<peer>", to)
		f.Evidence["gaps"], f.Evidence["gap_bytes"], f.Evidence["share"] = t.n, lost, part
		f.Evidence["resynchronisations"], f.Evidence["skipped_bytes"] = resyncs, skipped
		out = append(out, f)
	}
	return out
}
