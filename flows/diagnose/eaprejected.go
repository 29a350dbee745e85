package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var eapRejected = Entry{
	Code:     "eap-rejected",
	Title:    "EAP ends with a refusal",
	Severity: report.SeverityWarning,
	Grading:  "Notice where a later attempt made it: somebody mistyped a password. The cause has medium confidence, low where the capture ends within 5 s.",
	Rows:     []int{39},
	Explanation: "A client proves with EAP inside IKE_AUTH who its user is: user name and password, a token, a certificate. " +
		"The gateway, or the RADIUS server behind it, said no.",
	OnTheWire: "Several rounds of IKE_AUTH; the last answer is of the size of a bare notify, which EAP-Failure is, too; the " +
		"client sends no further IKE_AUTH and no data. It takes 5 s of that, or a new attempt: behind EAP-Success, which is as " +
		"short, a client goes on within milliseconds.",
	Causes: "Wrong password or user name; the user is in no group that may connect; the account is locked or has run out; the " +
		"RADIUS server refuses the gateway or offers another EAP method than the client.",
	LookAlikes: []string{
		"EAP-Success, as short as EAP-Failure: the client goes on with one more round, whose answer makes the Child SA.",
		"The client stops while the gateway waits for its answer (eap-timeout).",
		"One round of IKE_AUTH and a short answer: there is no EAP yet (authentication-failed).",
	},
	Advice: []string{
		"Look at the gateway's authentication log for this user at this time, then at that of the RADIUS server.",
		"Test the user's credentials from the gateway itself, without the tunnel.",
		"Check that the client and the RADIUS server use the same EAP method.",
	},
	Commands: []string{
		"FortiGate: diagnose debug application fnbamd -1",
		"FortiGate (EAP itself): diagnose debug application eap_proxy -1",
		"strongSwan: swanctl --log",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"attempts", "attempts", "IKE SAs that ended so"},
		{"initiator_spis", "hex", "their initiator SPIs, the first 8"},
		{"retry_gaps_seconds", "s", "from the start of one attempt to that of the next, the first 8"},
		{"rounds", "exchanges", "IKE_AUTH exchanges of the last attempt"},
		{"refusal_bytes", "bytes", "length of the last answer"},
		{"notify_bytes", "bytes", "length of a message with one bare notify under the chosen algorithms"},
		{"longest_wait_seconds", "s", "longest time from an answer to the client's next request, in the last attempt: a person typing"},
	},
	References: []Reference{
		{7296, "2.16", "EAP in IKE_AUTH"},
		{3748, "4.2", "EAP-Success and EAP-Failure"},
	},
}

// eapGoesOn is how long a client may take to go on after the last answer of
// EAP: nobody is asked anything there.
const eapGoesOn = 5 * time.Second

// eapRejections makes one finding of the attempts of each side.
func eapRejections(l *look) []*finding {
	var list []failedAttempt
	for i := range l.ike {
		v := &l.ike[i]
		rounds := v.eapRounds()
		if len(rounds) < 2 || l.carried(v) || v.MakingsTotal > 0 {
			continue
		}
		if last := rounds[len(rounds)-1]; v.bare(&last.Response) {
			list = append(list, failedAttempt{*v, last.Response.Mark, v.sa.FirstSeen})
		}
	}
	var out []*finding
	for _, group := range bySide(list) {
		if f := l.eapRejection(group); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// eapRounds are the IKE_AUTH exchanges of an IKE SA whose beginning was seen.
// One alone is no EAP.
func (v ikeLook) eapRounds() []step {
	rounds := v.steps("IKE_AUTH")
	if !v.Began || v.sa.Version != 2 || len(rounds) == 0 || rounds[0].x.From != "initiator" || !rounds[0].Response.set() {
		return nil
	}
	return rounds
}

func (l *look) eapRejection(list []failedAttempt) *finding {
	a := &list[len(list)-1]
	next := l.nextAttempt(&a.ikeLook, a.at.Time)
	waited := l.end.Sub(a.at.Time)
	if len(list) == 1 && next.IsZero() && waited < eapGoesOn {
		return nil // the capture ends where EAP-Success looks the same
	}
	f := eapRejected.finding(uint64(len(list)), list[0].at.Time, a.at.Time)
	l.grade(f, list)
	rounds := a.eapRounds()
	last := rounds[len(rounds)-1]
	seen := fmt.Sprintf("%s of IKE_AUTH between %s and %s ended with an answer of %d bytes, no more than a bare notify takes with the chosen algorithms; "+
		"%s did not go on.", capital(count(uint64(len(rounds)), "round")), a.from, a.to, last.Response.Length, a.from)
	if len(list) > 1 {
		seen += fmt.Sprintf(" %s ended so.", capital(count(uint64(len(list)), "attempt")))
	}
	if !next.IsZero() {
		seen += fmt.Sprintf(" %s after that %s began anew.", capital(span(next.Sub(a.at.Time))), a.from)
	}
	means := fmt.Sprintf("The rounds are those of EAP, and %s most likely refused the user.", a.to)
	if f.Severity == report.SeverityNotice {
		means += " A later attempt made it."
	}
	f.say(seen, means)
	f.or("EAP was fine, and the gateway refuses the user for another reason: group, address pool, number of sessions",
		"the client ends it: it does not accept the gateway's certificate or its last message")
	f.orUnknown("the EAP method and the user: both are encrypted. The gateway's authentication log tells")
	for i := range list {
		f.ref(list[i].at, "last answer")
	}
	f.ref(rounds[0].Request.Mark, "first IKE_AUTH")
	ofAttempts(f, list)
	f.Evidence["rounds"] = len(rounds)
	f.Evidence["refusal_bytes"], f.Evidence["notify_bytes"] = last.Response.Length, a.Sizes.Notify
	if wait := longestWait(rounds); wait > 0 {
		f.Evidence["longest_wait_seconds"] = seconds(wait)
	}
	return f
}

// longestWait is the longest time from an answer to the next request.
func longestWait(rounds []step) (longest time.Duration) {
	for i := 1; i < len(rounds); i++ {
		if a, b := rounds[i-1].Response, rounds[i].Request; a.set() && b.set() {
			longest = max(longest, b.Time.Sub(a.Time))
		}
	}
	return longest
}
