package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var staleSA = Entry{
	Code:     "stale-sa",
	Title:    "One side still uses an old SA beside the new one",
	Severity: report.SeverityInfo,
	Grading:  "Notice from 5 minutes on.",
	Rows:     []int{5},
	Explanation: "The initiator made a new IKE SA and works with it; the responder still sends on the old one, most often " +
		"keepalives, since nobody told it that the old one is dead.",
	OnTheWire: "IKE, data or keepalives of the responder to the old endpoint or with the old SPIs, 10 s or more after the first " +
		"message of the new IKE SA, with nothing of the initiator there.",
	Causes: "The client came back on another transport or address without closing the old SA, and liveness checks are off or slow.",
	LookAlikes: []string{
		"Rekeying: the old SA is deleted, and both sides use it for a moment.",
		"Both peers begin an IKE SA at the same moment: then the initiator goes on to use the older one, too.",
		"Two clients behind one NAT, or two tunnels between the same gateways: they look the same without keys.",
	},
	Advice: []string{
		"Mostly harmless: the old SA ends by itself. Shorten liveness checks (DPD) to have it end sooner.",
		"With a small address pool see that the old SA does not hold an address that the new one needs.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"old_spi", "hex", "initiator SPI of the old IKE SA, the first one"},
		{"new_spi", "hex", "initiator SPI of the one that replaced it"},
		{"packets", "packets", "packets of the responder for the old SAs, with those of the same run from before the new one"},
		{"lasted_seconds", "s", "from the first message of the new SA to the last packet for the old one, the longest"},
		{"stale_sas", "IKE SAs", "how many old IKE SAs"},
	},
	References: []Reference{
		{7296, "2.4", "how a peer finds out that an SA is dead"},
		{9329, "6.1", "connections and SAs are independent"},
	},
}

const (
	minStale    = 10 * time.Second
	noticeStale = 5 * time.Minute
)

// abandoned tells whether the tunnel's initiator left an old IKE SA, and its
// children, for a new one that it made itself: not by rekeying, and not where
// both peers began one at the same time.
func (l *look) abandoned(old, now *ikeLook, since time.Time) bool {
	if now.Reversed || now.sa.RekeyOf != "" && now.sa.RekeyOf == old.sa.ID {
		return false
	}
	last := old.LastFromInitiator.Time
	if old.Reversed {
		last = old.LastFromResponder.Time
	}
	for _, c := range l.children {
		if c.ToResponder && c.sa.IKESA != "" && c.sa.IKESA == old.sa.ID && c.Last.Time.After(last) {
			last = c.Last.Time
		}
	}
	return !last.After(since.Add(time.Second)) // what was on its way may still come
}

func staleSAs(l *look) []*finding {
	var f *finding
	var longest time.Duration
	var packets uint64
	n, early := 0, false
	for _, s := range l.f.Stale {
		lasted := s.Last.Time.Sub(s.FirstNew.Time)
		if s.Packets == 0 || lasted < minStale || s.IKE < 0 || s.NewIKE < 0 || s.IKE >= len(l.ike) || s.NewIKE >= len(l.ike) ||
			s.IKE == s.NewIKE || !l.abandoned(&l.ike[s.IKE], &l.ike[s.NewIKE], s.FirstNew.Time) {
			continue
		}
		old, now := &l.ike[s.IKE], &l.ike[s.NewIKE]
		if n++; f == nil {
			f = staleSA.finding(1, s.First.Time, s.Last.Time)
			f.Evidence["old_spi"], f.Evidence["new_spi"] = old.sa.InitiatorSPI, now.sa.InitiatorSPI
		}
		packets = plus(packets, s.Packets)
		early = early || s.First.Time.Before(s.FirstNew.Time)
		longest = max(longest, lasted)
		if s.First.Time.Before(f.FirstSeen) {
			f.FirstSeen = s.First.Time
		}
		if s.Last.Time.After(f.LastSeen) {
			f.LastSeen = s.Last.Time
		}
		f.ref(s.FirstNew, "first of the new SA")
		f.ref(s.First, "first for the old SA")
		f.ref(s.Last, "last for the old SA")
		f.term(ikeTerm(old.sa.InitiatorSPI))
		f.term(ikeTerm(now.sa.InitiatorSPI))
	}
	if f == nil {
		return nil
	}
	if longest >= noticeStale {
		f.Severity = report.SeverityNotice
	}
	f.Count = packets
	seen := fmt.Sprintf("%s still sent packets for %s up to %s after %s had begun a new one", l.side(true),
		count(uint64(n), "old IKE SA"), span(longest), l.side(false))
	if early {
		seen += fmt.Sprintf(": the last of a run of %s that began before.", grouped(packets))
	} else {
		seen += fmt.Sprintf(", %s in all.", grouped(packets))
	}
	f.say(seen,
		fmt.Sprintf("%s does not know that the old SA is dead; it ends when it is found dead or its life is over.", capital(l.side(true))))
	f.or("the old SA is in use: two clients behind one NAT, or two tunnels between the same peers")
	if slices.ContainsFunc(l.ike, func(v ikeLook) bool { return v.sa.NAT != nil && (v.sa.NAT.Initiator || v.sa.NAT.Responder) }) {
		f.Confidence.Cause = report.ConfidenceLow
	}
	f.Evidence["packets"], f.Evidence["lasted_seconds"], f.Evidence["stale_sas"] = packets, seconds(longest), n
	return []*finding{f}
}
