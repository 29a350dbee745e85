package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var dpdOneSided = Entry{
	Code:     "dpd-one-sided",
	Title:    "Only one side sends liveness checks",
	Severity: report.SeverityInfo,
	Grading:  "Notice where the tunnel was begun anew twice or more after a silence: then the modes may be the reason.",
	Rows:     []int{57},
	Explanation: "One side asks whether the other is there and gets its answers; the other never asks. That may be by chance (who is " +
		"asked need not ask), or by different settings. With different settings the sides find out at different times that a tunnel is dead.",
	OnTheWire: "10 liveness checks or more from one side within a minute or more, all answered, and none from the other: where both may ask, " +
		"chance would let the other do so once. New IKE SAs after 10 s of silence and more count as begun anew; rekeying does not.",
	Causes: "DPD is on-idle on one side, and on-demand or off on the other; or both have one interval, and the one whose timer runs out " +
		"first asks each time.",
	LookAlikes: []string{
		"Checks from both sides: the modes agree, or at least both look.",
		"A few checks at the start, or in a short capture: too little to say.",
		"Checks that are not answered: dpd-failed.",
	},
	Advice: []string{
		"Nothing has to be done while the tunnel stays up.",
		"If it flaps when idle, set one DPD mode and interval on both sides.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f dpd",
		"strongSwan: swanctl --list-conns",
		"libreswan: ipsec status | grep dpd",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "direction of the checks: to-responder or to-initiator"},
		{"checks", "requests", "liveness checks of that side, all answered"},
		{"begun_anew", "times", "IKE SAs that were begun after a silence of 10 s and more, rekeying left out"},
	},
	References: []Reference{
		{7296, "2.4", "any message from the peer proves that it lives"},
		{3706, "5.5", "both sides need not use the same interval"},
	},
}

const (
	minOneSided     = 10
	minOneSidedTime = time.Minute
	minAnewSilence  = 10 * time.Second
	minAnew         = 2
)

func dpdOneSideds(l *look) []*finding {
	var asked, failed [2]uint64 // to responder, to initiator
	for i := range l.ike {
		live := &l.ike[i].sa.Liveness
		for way, x := range [2]report.Liveness{live.ToResponder, live.ToInitiator} {
			asked[way], failed[way] = plus(asked[way], x.Requests), plus(failed[way], x.Unanswered)
		}
	}
	way := 0
	if asked[1] > 0 {
		way = 1
	}
	lasted := l.t.LastSeen.Sub(l.t.FirstSeen)
	if asked[way] < minOneSided || asked[1-way] > 0 || failed[way] > 0 || lasted < minOneSidedTime {
		return nil
	}
	from, to := l.ends(way == 0)
	f := dpdOneSided.finding(asked[way], l.t.FirstSeen, l.t.LastSeen)
	f.Confidence.Cause = report.ConfidenceLow
	anew := 0
	for i := range l.ike {
		v := &l.ike[i]
		if i > 0 && v.opened() && v.Authenticated && v.sa.FirstSeen.Sub(l.ike[i-1].lastUse()) >= minAnewSilence {
			anew++
			f.ref(Mark{Time: v.sa.FirstSeen, Ref: v.firstRef()}, "begun anew")
		}
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	seen := fmt.Sprintf("%s from %s, all answered, and none from %s in %s.", count(asked[way], "liveness check"), from, to, span(lasted))
	means := fmt.Sprintf("%s need not ask while it is asked; or liveness checks are set in another mode there.", to)
	if anew >= minAnew {
		f.Severity = report.SeverityNotice
		seen += fmt.Sprintf(" The tunnel was begun anew %s after a silence.", times(uint64(anew)))
		means = "The sides may find out at different times that the tunnel is dead, as with different DPD modes; then it comes and goes when idle."
	}
	f.say(seen, means)
	f.or("both have the same settings, and the one whose timer runs out first asks each time")
	f.orUnknown("the DPD settings of either side")
	f.Evidence["direction"], f.Evidence["checks"], f.Evidence["begun_anew"] = direction(way == 0), asked[way], anew
	return []*finding{f}
}

// lastUse is when either side was last seen on the IKE SA.
func (v *ikeLook) lastUse() time.Time {
	if v.LastFromResponder.Time.After(v.LastFromInitiator.Time) {
		return v.LastFromResponder.Time
	}
	return v.LastFromInitiator.Time
}

// firstRef points at the first request of the SA.
func (v *ikeLook) firstRef() report.Ref {
	if len(v.sa.Exchanges) > 0 && v.sa.Exchanges[0].Request != nil {
		return *v.sa.Exchanges[0].Request
	}
	return report.Ref{}
}
