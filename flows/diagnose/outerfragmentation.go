package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var outerFragmentation = Entry{
	Code:     "outer-fragmentation",
	Title:    "Data packets are fragmented after encryption",
	Severity: report.SeverityNotice,
	Grading:  "Warning where fragments of this direction were lost as well: each takes a whole packet with it.",
	Rows:     []int{52},
	Explanation: "ESP adds 50 to 80 bytes to a packet. If the inner packet was as large as the link allows, the outer one is not, " +
		"and is cut in two. That doubles the packets, and many filters and NATs drop fragments.",
	OnTheWire: "ESP or AH, raw or in UDP, that comes in IP fragments: 20 packets or more and 5 % or more of a direction. A misfit " +
		"of sizes hits each full-sized packet of a transfer; a single large datagram now and then is below that.",
	Causes: "The MTU of the tunnel interface, or the MSS that TCP inside the tunnel agrees on, does not leave room for the headers; " +
		"the gateway encrypts first and fragments then.",
	LookAlikes: []string{
		"IKE_AUTH with certificates in IP fragments: one message at the start, not the data.",
		"One large ping or datagram now and then: some fragments are normal.",
		"Fragments inside the tunnel (made before encryption): those packets are whole outside, and pass.",
	},
	Advice: []string{
		"Lower the MSS of TCP through the tunnel (1350 suits nearly all) or the MTU of the tunnel interface.",
		"Let the gateway fragment before encryption, so that the outer packets stay whole.",
		"See whether fragments get lost on the way: look for fragments without their rest, and for missing numbers.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f ip-fragmentation",
		"strongSwan: ip route show table 220",
		"libreswan: ipsec status | grep mtu",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "to-responder or to-initiator"},
		{"fragmented", "packets", "data packets that came in fragments"},
		{"packets", "packets", "data packets of these SPIs"},
		{"share", "0 to 1", "fragmented of all on these SPIs"},
		{"largest", "bytes", "largest data packet, SPI to ICV"},
		{"largest_datagram", "bytes", "largest IP datagram that carried one, put together"},
		{"incomplete", "datagrams", "datagrams of this direction of which fragments were missing"},
		{"spis", "hex", "the SPIs concerned, the first 8"},
		{"sequence", "number", "sequence number of the first one"},
	},
	References: []Reference{
		{4301, "8.2", "the size of packets that a tunnel leaves room for"},
		{4303, "3.3.4", "fragmentation after ESP"},
		{8900, "3", "why fragments get lost"},
	},
}

// Limits of what is in bulk.
const (
	minFragmented      = 20
	minFragmentedShare = 0.05
)

func outerFragments(l *look) []*finding {
	var out []*finding
	for _, a := range l.gather(func(c childLook) uint64 { return c.Fragmented.Count }) {
		packets := max(a.packets(), a.total)
		share := float64(a.total) / float64(packets)
		if a.total < minFragmented || share < minFragmentedShare {
			continue
		}
		f := outerFragmentation.finding(a.total, time.Time{}, time.Time{})
		f.Confidence.Cause = report.ConfidenceHigh
		from, to := l.ends(a.toResponder)
		largest, datagram := 0, 0
		for _, c := range a.list {
			largest, datagram = max(largest, c.Largest), max(datagram, c.LargestDatagram)
		}
		seen := fmt.Sprintf("%s of %s from %s to %s (%s) came in IP fragments, on %s.", grouped(a.total),
			count(packets, a.proto+" packet"), from, to, percent(share), a.name())
		if datagram > 0 {
			seen += fmt.Sprintf(" The largest datagram has %s bytes.", grouped(uint64(datagram)))
			f.Evidence["largest_datagram"] = datagram
		}
		means := fmt.Sprintf("What goes into the tunnel at %s is too large for the headers that the tunnel adds.", from)
		incomplete := l.incomplete(a.toResponder)
		if incomplete > 0 {
			f.Severity = report.SeverityWarning
			seen += fmt.Sprintf(" Of %s more, fragments are missing.", count(incomplete, "datagram"))
			means += " Fragments get lost besides, and each takes its packet with it."
		}
		f.say(seen, means)
		f.or("a router on the way cut them, whose link is narrower than that of " + from)
		f.orUnknown("where they were cut: at the sender or on the way")
		a.within(f, func(c childLook) Occurrences { return c.Fragmented }, "in fragments")
		f.Evidence["fragmented"], f.Evidence["packets"], f.Evidence["share"] = a.total, packets, share
		f.Evidence["largest"], f.Evidence["incomplete"] = largest, incomplete
		out = append(out, f)
	}
	return out
}

// incomplete counts the data packets of a direction that never became whole.
func (l *look) incomplete(toResponder bool) (n uint64) {
	for _, x := range l.f.FragmentLoss {
		if x.ToResponder == toResponder && x.About == "esp" {
			n = plus(n, uint64(max(x.Count, 0)))
		}
	}
	return n
}
