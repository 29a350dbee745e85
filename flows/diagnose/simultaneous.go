package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var simultaneousInitiation = Entry{
	Code:     "simultaneous-initiation",
	Title:    "Both peers began an IKE SA at the same time",
	Severity: report.SeverityInfo,
	Grading:  "Notice from the third time on: then the tunnel keeps being made anew from both ends.",
	Rows:     []int{10},
	Explanation: "Each peer asked for an IKE SA before the request of the other reached it. Both may come up; one of the two is " +
		"superfluous, and one peer or the other deletes it or lets it run out.",
	OnTheWire: "Two first requests (IKE_SA_INIT, or message 1 of IKEv1) in opposite directions with SPIs of their own, the second one " +
		"sent before the first was answered; both are answered.",
	Causes: "Both ends are set to bring the tunnel up by themselves (FortiGate: auto-negotiate), and start at the same " +
		"moment: after an outage, a restart, or when data for the tunnel comes from both sides.",
	LookAlikes: []string{
		"A second IKE SA from the other side later on: a new attempt, or reauthentication.",
		"Two requests from the same side: retries of one peer.",
		"A request of each side while the path was blocked: nobody answers (no-answer), or only after 2 s and more.",
	},
	Advice: []string{
		"Usually nothing has to be done. If it comes often, make one side passive, so that one peer only starts.",
	},
	Commands: []string{
		"FortiGate: config vpn ipsec phase1-interface, edit <name>, set passive-mode enable",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"initiator_spis", "hex", "initiator SPIs of the two IKE SAs of the first time"},
		{"times", "times", "how often it happened"},
		{"apart_seconds", "s", "between the two requests, the first time"},
		{"rtt_seconds", "s", "from the earlier of the two requests to its answer, the first time"},
	},
	References: []Reference{
		{7296, "2.8", "two IKE SAs between the same peers"},
		{7296, "2.4", "INITIAL_CONTACT closes the others"},
	},
}

// manyCrossings is how often it has to happen to be more than chance.
const manyCrossings = 3

// crossings makes one finding of all pairs of IKE SAs that opposite peers began
// within one round trip.
func crossings(l *look) []*finding {
	var f *finding
	var n uint64
	for i := range l.ike {
		a := &l.ike[i]
		for j := i + 1; j < len(l.ike) && j <= i+maxRefs; j++ {
			b := &l.ike[j]
			first, second := a, b
			if b.sa.FirstSeen.Before(a.sa.FirstSeen) {
				first, second = b, a
			}
			answer, ok := first.crossedBy(second)
			if !ok {
				continue
			}
			at := second.opener()
			if n++; f == nil {
				apart, rtt := at.Time.Sub(first.opener().Time), answer.Time.Sub(first.opener().Time)
				f = simultaneousInitiation.finding(1, first.opener().Time, answer.Time)
				f.Confidence.Cause = report.ConfidenceHigh
				f.say(fmt.Sprintf("%s asked for an IKE SA, and %s asked for one of its own %s later, before it answered; both were answered.",
					first.from, second.from, span(apart)), "The two requests crossed. Both peers bring the tunnel up by themselves; one IKE SA is superfluous.")
				f.Evidence["initiator_spis"] = []string{first.sa.InitiatorSPI, second.sa.InitiatorSPI}
				f.Evidence["apart_seconds"], f.Evidence["rtt_seconds"] = max(0, seconds(apart)), max(0, seconds(rtt))
			}
			if answer.Time.After(f.LastSeen) {
				f.LastSeen = answer.Time
			}
			f.ref(first.opener().Mark, "first request")
			f.ref(at.Mark, "request of the other peer")
			f.ref(answer, "answer to the first")
			f.term(ikeTerm(first.sa.InitiatorSPI))
			f.term(ikeTerm(second.sa.InitiatorSPI))
		}
	}
	if f == nil {
		return nil
	}
	f.Count, f.Evidence["times"] = n, n
	if n >= manyCrossings {
		f.Severity = report.SeverityNotice
		f.Observation += fmt.Sprintf(" This happened %s.", times(n))
	}
	return []*finding{f}
}

// longRoundTrip is more than a round trip takes: an answer that comes later waited
// for something else, such as a path that was blocked for a time.
const longRoundTrip = 2 * time.Second

// crossedBy tells whether the SA's first request was still on its way when the
// other peer sent its own: the other one's stands before the answer here, and
// the answer came within a round trip.
func (v *ikeLook) crossedBy(w *ikeLook) (answer Mark, ok bool) {
	if v.Reversed == w.Reversed || !v.Began || !w.Began || len(v.Exchanges) == 0 || len(w.Exchanges) == 0 {
		return answer, false
	}
	x, y := &v.Exchanges[0], &w.Exchanges[0]
	if !x.Request.set() || !x.Response.set() || !y.Request.set() || !y.Response.set() {
		return answer, false
	}
	return x.Response.Mark, !y.Request.Time.Before(x.Request.Time) && y.Request.Time.Before(x.Response.Time) &&
		x.Response.Time.Sub(x.Request.Time) < longRoundTrip
}
