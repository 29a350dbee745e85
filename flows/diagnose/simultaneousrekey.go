package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var simultaneousRekey = Entry{
	Code:     "simultaneous-rekey",
	Title:    "Both peers rekey at the same moment",
	Severity: report.SeverityInfo,
	Rows:     []int{62},
	Explanation: "Both peers ask for a new SA before either has heard of the other's wish. IKEv2 has a rule for it: both are made " +
		"and one is deleted again. IKEv1 has none: two pairs of SAs may stay.",
	OnTheWire: "A CREATE_CHILD_SA request of each side of one IKE SA, the second sent before the first was answered and within a second " +
		"of it; or two quick modes in the same way.",
	Causes: "Equal lifetimes on both sides, without the random part that keeps them apart.",
	LookAlikes: []string{
		"One side rekeys and then the other: the first exchange is over when the second begins.",
		"Two CREATE_CHILD_SA requests of one side at once, for two Child SAs.",
		"Both peers begin an IKE SA at once (simultaneous-initiation).",
	},
	Advice: []string{
		"Nothing has to be done. To keep it from happening, give one side a shorter lifetime, or let only one side renew.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase2-interface | grep -f keylifeseconds",
		"strongSwan (rand_time spreads them): swanctl --list-conns",
		"libreswan (rekeyfuzz spreads them): ipsec status",
	},
	Evidence: []EvidenceKey{
		{"crossings", "times", "pairs of requests that crossed"},
		{"exchange", "text", "CREATE_CHILD_SA or quick mode"},
		{"apart_seconds", "s", "between the two requests of the first pair"},
	},
	References: []Reference{
		{7296, "2.8.1", "simultaneous Child SA rekeying"},
		{7296, "2.8.2", "simultaneous IKE SA rekeying"},
	},
}

// crossWithin bounds how far apart two requests may be that cross: beyond any
// round trip, an open exchange is one that waits for something else.
const crossWithin = time.Second

// crossedRekeys makes one finding of all requests that crossed.
func crossedRekeys(l *look) []*finding {
	var f *finding
	n := uint64(0)
	for i := range l.ike {
		v := &l.ike[i]
		list := v.makings()
		for j := range list {
			for k := range list[:j] {
				a, b := list[k], list[j]
				if a.x.Type != b.x.Type || !bothOpen(a, b) {
					continue
				}
				if b.Request.Time.Before(a.Request.Time) {
					a, b = b, a
				}
				apart := b.Request.Time.Sub(a.Request.Time)
				if n++; f == nil {
					f = simultaneousRekey.finding(1, a.Request.Time, b.last().Time)
					f.Evidence["exchange"], f.Evidence["apart_seconds"] = orWord(a.x.Type, "CREATE_CHILD_SA"), seconds(apart)
					means := "Both asked for a new SA at once; one of the two is one too many, and IKEv2 deletes it."
					if v.sa.Version == 1 {
						means = "Both asked for new SAs at once; IKEv1 has no rule for it, and both pairs may stay."
					}
					f.say(fmt.Sprintf("%s and %s each sent a request (%s), %s apart, before either was answered.", v.from, v.to,
						f.Evidence["exchange"], span(apart)), means)
					f.or("each side renews another Child SA, at the same moment by chance")
					f.orUnknown("what the two requests are for: they are encrypted")
				}
				if b.last().Time.After(f.LastSeen) {
					f.LastSeen = b.last().Time
				}
				f.ref(a.Request.Mark, "request")
				f.ref(b.Request.Mark, "request")
				f.term(ikeTerm(v.sa.InitiatorSPI))
			}
		}
	}
	if f == nil {
		return nil
	}
	f.Count, f.Evidence["crossings"] = n, n
	if n > 1 {
		f.Observation += fmt.Sprintf(" %s in all.", capital(times(n)))
	}
	return []*finding{f}
}

// bothOpen tells whether each of two requests was under way when the other was
// not yet answered.
func bothOpen(a, b step) bool {
	if a.x.From == b.x.From || !a.Request.set() || !b.Request.set() || !a.Response.set() || !b.Response.set() {
		return false
	}
	apart := b.Request.Time.Sub(a.Request.Time)
	return apart.Abs() < crossWithin && b.Request.Time.Before(a.Response.Time) && a.Request.Time.Before(b.Response.Time)
}
