package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var duplicateCapture = Entry{
	Code:     "duplicate-capture",
	Title:    "The capture holds packets more than once",
	Severity: report.SeverityInfo,
	Rows:     []int{68},
	Explanation: "The same packet was captured at two places, or twice at one. It is counted once here; a tool that does " +
		"not notice shows retransmissions and replays that never happened.",
	OnTheWire: "The same bytes with the same IP ID within 50 ms: at another interface, or at the same one with a TTL one " +
		"less, or with the same TTL where the rest of the traffic is doubled as well.",
	Causes: "A capture on the interface 'any', where a forwarded packet is seen on its way in and out; a mirror port that " +
		"copies both directions; captures of both sides of a NAT or of both ends put together.",
	LookAlikes: []string{
		"The network doubled the packet (esp-duplicate): then only a few packets are double, and the TTL is the same.",
		"IKE sent it again (ike-retransmission): another IP ID, or seconds later.",
	},
	Advice: []string{
		"Nothing has to be done. For a smaller file capture on one interface, or take the copies out with editcap -d.",
	},
	Commands: []string{
		"Wireshark: editcap -d in.pcapng out.pcapng",
	},
	Evidence: []EvidenceKey{
		{"other_tap", "packets", "packets seen again at another tap"},
		{"same_tap", "packets", "packets seen again at the same tap"},
		{"taps", "text", "interfaces and directions concerned, the first 8"},
	},
	References: []Reference{
		{791, "3.1", "the identification field of IPv4"},
	},
}

func copies(l *look) []*finding {
	c := &l.f.Copies
	n := c.OtherTap + c.SameTap
	if n == 0 {
		return nil
	}
	f := duplicateCapture.finding(n, c.First.Time, l.t.LastSeen)
	f.Confidence.Cause = report.ConfidenceHigh
	where := ""
	taps := c.Taps
	if len(taps) > maxTerms {
		taps = taps[:maxTerms]
	}
	if len(taps) > 0 {
		where = " (" + upTo(4, c.Taps) + ")"
	}
	var seen string
	switch {
	case c.SameTap == 0:
		seen = fmt.Sprintf("%s of this tunnel %s captured again at another tap%s.", count(n, "packet"), verb(n, "was", "were"), where)
	case c.OtherTap == 0:
		seen = fmt.Sprintf("%s of this tunnel %s captured again at the same tap%s.", count(n, "packet"), verb(n, "was", "were"), where)
	default:
		seen = fmt.Sprintf("%s of this tunnel were captured again, %s of them at another tap%s.", count(n, "packet"), grouped(c.OtherTap), where)
	}
	f.say(seen, "The copies come from the way of capturing and are counted once; they say nothing about the tunnel.")
	f.ref(c.First, "first copy")
	for _, v := range l.ike {
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	for _, v := range l.children {
		f.term(childTerm(v.sa.Protocol, v.sa.SPI))
	}
	f.Evidence["other_tap"], f.Evidence["same_tap"] = c.OtherTap, c.SameTap
	f.Evidence["taps"] = append([]string{}, taps...)
	return []*finding{f}
}
