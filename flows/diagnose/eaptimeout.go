package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var eapTimeout = Entry{
	Code:     "eap-timeout",
	Title:    "EAP stops in the middle",
	Severity: report.SeverityWarning,
	Grading:  "Notice where a later attempt made it. The cause never has more than low confidence: who is waited for is encrypted.",
	Rows:     []int{40},
	Explanation: "EAP takes several rounds, and one of them waits for somebody: the user for a code or a push message, the " +
		"gateway for its RADIUS server. The wait took too long and the negotiation was given up.",
	OnTheWire: "Several rounds of IKE_AUTH, none answered by as little as a bare notify, which EAP-Success would be; then " +
		"either the client sends nothing for 20 s or more after an answer, and what comes then is an INFORMATIONAL, a new IKE_SA_INIT or " +
		"nothing for another 40 s; or the gateway leaves a round unanswered that the client sends three times or more. No data follows.",
	Causes: "The user did not answer a prompt (one-time code, push message, web login); the prompt did not reach the user; the " +
		"RADIUS server or the second factor behind it does not answer the gateway; the gateway's time limit is shorter than the user's way.",
	LookAlikes: []string{
		"A user who takes long and then goes on: the rounds continue and the tunnel comes up.",
		"The gateway says no (eap-rejected): the last answer is short.",
		"A tunnel that came up and is idle: EAP-Success was seen, or IKE goes on after it.",
	},
	Advice: []string{
		"Ask the user what was shown, and when.",
		"Look at the gateway's authentication log for a request to the RADIUS server that was not answered in time.",
		"Raise the time limits: of the gateway for a half-open negotiation, of its remote authentication, and of the client.",
	},
	Commands: []string{
		"FortiGate (the default of 5 s is short for a second factor): config system global; set remoteauthtimeout 60",
		"FortiGate: diagnose debug application fnbamd -1",
		"strongSwan: swanctl --log",
		"libreswan: journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"attempts", "attempts", "IKE SAs that ended so"},
		{"initiator_spis", "hex", "their initiator SPIs, the first 8"},
		{"retry_gaps_seconds", "s", "from the start of one attempt to that of the next, the first 8"},
		{"rounds", "exchanges", "IKE_AUTH exchanges of the last attempt"},
		{"waiting_for", "text", "who did not go on: client or gateway"},
		{"waited_seconds", "s", "how long, until something else came or the capture ended"},
		{"ended_by", "text", "what came then: INFORMATIONAL, a new IKE_SA_INIT, or nothing"},
	},
	References: []Reference{
		{7296, "2.16", "EAP in IKE_AUTH"},
		{3748, "4.3", "timers of EAP, and waiting for a person"},
	},
}

const (
	// eapWaits is how long a client's silence in the middle of EAP has to last:
	// software alone answers at once, and a person mostly within this time.
	eapWaits = 20 * time.Second
	// eapGivesUp is how long it lasts where nothing else says that it is over.
	eapGivesUp = 60 * time.Second
)

// eapStop is an attempt that stopped in the middle of EAP.
type eapStop struct {
	failedAttempt
	rounds  []step
	gateway bool // the gateway did not go on, else the client
	waited  time.Duration
	ending  string
}

// eapTimeouts makes one finding for each side.
func eapTimeouts(l *look) []*finding {
	var list []failedAttempt
	stops := map[*report.IKESA]eapStop{}
	for i := range l.ike {
		if s := l.eapStop(&l.ike[i]); s != nil {
			list = append(list, s.failedAttempt)
			stops[s.sa] = *s
		}
	}
	var out []*finding
	for _, group := range bySide(list) {
		out = append(out, l.eapTimeout(group, stops[group[len(group)-1].sa]))
	}
	return out
}

func (l *look) eapStop(v *ikeLook) *eapStop {
	rounds := v.eapRounds()
	if len(rounds) < 2 || l.carried(v) || v.MakingsTotal > 0 {
		return nil
	}
	for _, s := range rounds {
		if s.Response.set() && (v.Sizes.Notify == 0 || v.bare(&s.Response)) {
			return nil // EAP-Success or a refusal; or nobody knows
		}
	}
	last := rounds[len(rounds)-1]
	e := &eapStop{rounds: rounds, failedAttempt: failedAttempt{*v, last.last(), v.sa.FirstSeen}}
	if !last.Response.set() {
		if last.x.Requests < minFives {
			return nil
		}
		e.gateway, e.ending = true, "nothing"
		e.waited = last.last().Time.Sub(last.Request.Time)
		return e
	}
	until, quiet := l.end, eapGivesUp
	e.ending = "nothing"
	for _, s := range v.steps("INFORMATIONAL") {
		if !s.Request.set() || s.Request.Time.Before(last.Response.Time) {
			continue
		}
		// Of several, or of one that comes late, the SA is alive, not given up.
		if len(v.steps("INFORMATIONAL")) > 1 {
			return nil
		}
		until, quiet, e.ending = s.Request.Time, eapWaits, "INFORMATIONAL"
	}
	if next := l.nextAttempt(v, last.Response.Time); !next.IsZero() && next.Before(until) {
		until, quiet, e.ending = next, eapWaits, "a new IKE_SA_INIT"
	}
	if e.waited = until.Sub(last.Response.Time); e.waited < quiet {
		return nil
	}
	return e
}

func (l *look) eapTimeout(list []failedAttempt, e eapStop) *finding {
	first := list[0].at.Time
	if r := list[0].eapRounds(); r[len(r)-1].Request.set() {
		first = r[len(r)-1].Request.Time
	}
	f := eapTimeout.finding(uint64(len(list)), first, e.at.Time)
	f.Confidence.Cause = report.ConfidenceLow
	l.grade(f, list)
	last := e.rounds[len(e.rounds)-1]
	var seen, means string
	if e.gateway {
		seen = fmt.Sprintf("%s of IKE_AUTH from %s were answered by %s; the next one was sent %s in %s and not answered.",
			capital(count(uint64(len(e.rounds)-1), "round")), e.from, e.to, times(last.x.Requests), span(e.waited))
		means = fmt.Sprintf("The rounds are those of EAP, and %s most likely waits in vain: for its RADIUS server, or for a second factor.", e.to)
		f.or("the request of that round, or its answer, is lost on the way each time")
	} else {
		seen = fmt.Sprintf("%s of IKE_AUTH between %s and %s were answered; then %s did not go on for %s.",
			capital(count(uint64(len(e.rounds)), "round")), e.from, e.to, e.from, span(e.waited))
		switch e.ending {
		case "INFORMATIONAL":
			seen += " An INFORMATIONAL ended it."
		case "nothing":
			seen += " Nothing of it was seen after that."
		default:
			seen += " Then it began anew."
		}
		means = fmt.Sprintf("The rounds are those of EAP, and %s most likely waited for its user in vain.", e.from)
		f.or("the client does not accept the gateway's last message, or does not know its EAP method",
			"the tunnel came up and is idle: then EAP-Success took more bytes than it must")
	}
	if len(list) > 1 {
		seen += fmt.Sprintf(" %s stopped in the middle of EAP.", capital(count(uint64(len(list)), "attempt")))
	}
	if f.Severity == report.SeverityNotice {
		means += " A later attempt made it."
	}
	f.say(seen, means)
	f.orUnknown("what the round asked for: EAP is encrypted. The gateway's authentication log tells")
	f.ref(e.rounds[0].Request.Mark, "first IKE_AUTH")
	for i := range list {
		f.ref(list[i].at, "last of EAP")
	}
	ofAttempts(f, list)
	f.Evidence["rounds"] = len(e.rounds)
	f.Evidence["waiting_for"] = "client"
	if e.gateway {
		f.Evidence["waiting_for"] = "gateway"
	}
	f.Evidence["waited_seconds"], f.Evidence["ended_by"] = max(0, seconds(e.waited)), e.ending
	return f
}
