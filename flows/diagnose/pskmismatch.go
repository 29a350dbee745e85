package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var pskMismatch = Entry{
	Code:     "psk-mismatch",
	Title:    "Main mode stops at the first message under the pre-shared key",
	Severity: report.SeverityCritical,
	Grading:  "Warning where an older IKE SA of the tunnel goes on beside it; notice where a later attempt made it.",
	Rows:     []int{36},
	Explanation: "In IKEv1's main mode the key that encrypts messages 5 and 6 is made from the pre-shared key. A responder " +
		"with another key cannot read message 5. Most say nothing to the initiator then, which sends the message again " +
		"and again.",
	OnTheWire: "Messages 1 to 4 are complete; message 5, the first encrypted one, comes three times or more with the same " +
		"bytes, or is answered by an informational exchange; message 6 never comes. Where message 5 moves to UDP 4500 it " +
		"takes the informational exchange. Reported where the chosen method is a pre-shared key, or not known.",
	Causes: "The pre-shared keys differ. The responder picks the key by the source address, before it can read an identity: " +
		"behind a NAT, or with several dial-up gateways, that may be the wrong one.",
	LookAlikes: []string{
		"Message 5 was lost once: it comes again and message 6 answers it (ike-retransmission).",
		"Message 5 moves to UDP 4500 and nothing comes back from there: that port may be blocked (nat-t-port-blocked).",
		"The same with certificates: no pre-shared key is at work (authentication-failed).",
	},
	Advice: []string{
		"Enter the pre-shared key anew on both sides.",
		"Read the responder's IKE log: only there it says that it cannot read the message.",
		"Behind a NAT or with several dial-up gateways: see which key the responder picks for this source address.",
	},
	Commands: []string{
		"FortiGate (at the responder; 'probable pre-shared secret mismatch'): diagnose debug application ike -1",
		"strongSwan (at the responder): swanctl --log",
		"libreswan (at the responder): journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"attempts", "attempts", "IKE SAs that ended so"},
		{"initiator_spis", "hex", "their initiator SPIs, the first 8"},
		{"retry_gaps_seconds", "s", "from the start of one attempt to that of the next, the first 8"},
		{"sendings", "messages", "how often message 5 was sent, in the attempt that sent it most often"},
		{"gaps_seconds", "s", "waits between these sendings"},
		{"timers", "text", "implementation whose default timers the waits match; absent if none does"},
		{"informational_back", "messages", "informational exchanges of the responder behind message 5, all attempts"},
		{"port_changed", "true/false", "whether message 5 went to another port of the responder than message 1"},
	},
	References: []Reference{
		{2409, "5.4", "keys that depend on the pre-shared key"},
		{2409, "5", "SKEYID, from which the key for message 5 is made"},
		{3947, "4", "message 5 moves to UDP 4500 behind a NAT"},
	},
}

// minFives is how often message 5 has to come before silence means a refusal: a
// second sending mends what was lost by chance.
const minFives = 3

// fiveAttempt is an attempt that stopped at message 5.
type fiveAttempt struct {
	failedAttempt
	informational int
	back          Mark // the first of these
	moved         bool // to another port
}

// mainFive tells whether main mode stopped with its message 5.
func (p *V1Phase1) mainFive() bool {
	return p.FromInitiator == 3 && p.FromResponder == 2 && p.LastBy == "initiator" && p.Last.Encrypted
}

// mismatches makes one finding of all attempts of one side.
func mismatches(l *look) []*finding {
	groups := map[bool][]fiveAttempt{}
	for i := range l.ike {
		if a := l.fiveAttempt(&l.ike[i]); a != nil {
			groups[a.Reversed] = append(groups[a.Reversed], *a)
		}
	}
	var out []*finding
	for _, reversed := range []bool{false, true} {
		if list := groups[reversed]; len(list) > 0 {
			out = append(out, l.mismatch(list))
		}
	}
	return out
}

func (l *look) fiveAttempt(v *ikeLook) *fiveAttempt {
	p := &v.Phase1
	if v.sa.Version != 1 || v.sa.Mode != "main" || !v.Began || v.Authenticated || !p.mainFive() || l.carried(v) {
		return nil
	}
	if v.sa.Proposal != nil && !preShared(v.sa.Proposal.Authentication) {
		return nil
	}
	a := &fiveAttempt{failedAttempt: failedAttempt{ikeLook: *v, first: v.sa.FirstSeen, at: p.LastRepeat}}
	if !a.at.set() {
		a.at = p.Last.Mark
	}
	if s := v.steps("main mode"); len(s) > 0 && s[0].Request.DestinationPort != 0 {
		a.moved = s[0].Request.DestinationPort != p.Last.DestinationPort
	}
	for _, s := range v.steps("informational") {
		if s.x.From != "responder" || !s.Request.set() || s.Request.Time.Before(p.Last.Time) {
			continue
		}
		if a.informational++; a.informational == 1 {
			a.back = s.Request.Mark
		}
	}
	// A port from which nothing ever came may be a blocked one: that is another story.
	if a.informational == 0 && (a.moved || p.LastSendings < minFives) {
		return nil
	}
	return a
}

func (l *look) mismatch(list []fiveAttempt) *finding {
	most, back := &list[0], 0
	attempts := make([]failedAttempt, len(list))
	for i := range list {
		attempts[i] = list[i].failedAttempt
		back += list[i].informational
		if list[i].Phase1.LastSendings > most.Phase1.LastSendings {
			most = &list[i]
		}
	}
	last := &list[len(list)-1]
	f := pskMismatch.finding(uint64(len(list)), list[0].Phase1.Last.Time, last.at.Time)
	l.grade(f, attempts)

	in := ""
	if len(list) > 1 {
		in = fmt.Sprintf(" in each of %s", count(uint64(len(list)), "attempt"))
	}
	seen := fmt.Sprintf("Messages 1 to 4 of main mode between %s and %s were complete%s; message 5, the first encrypted one, was sent %s",
		most.from, most.to, in, times(uint64(most.Phase1.LastSendings)))
	var waits []float64
	for i := range most.Repeats {
		// What repeats in main mode behind message 4 is message 5.
		if r := &most.Repeats[i]; r.Exchange == "main mode" && len(r.Sent) > 0 && !r.Sent[0].Time.Before(most.Phase1.Last.Time) {
			waits = r.waits()
			f.refs(r.Sent, "message 5", maxRefs-6)
		}
	}
	if len(waits) > 0 {
		seen += fmt.Sprintf(", %s apart", gapList(waits))
	}
	seen += ", and message 6 was not seen here."
	if back > 0 {
		seen += fmt.Sprintf(" %s sent %s behind it.", most.to, count(uint64(back), "informational message"))
	}
	means := fmt.Sprintf("%s most likely cannot read message 5: its pre-shared key is not that of %s.", most.to, most.from)
	if f.Severity == report.SeverityNotice {
		means += " A later attempt made it."
	}
	f.say(seen, means+timerNote(waits))
	f.or("the responder can read message 5 and refuses the identity in it",
		"the responder picks the key of another gateway, since it goes by the source address")
	if back == 0 {
		f.or("message 5 alone is lost on the way, or its answer")
	}
	f.orUnknown("what the responder makes of the message: its log tells")
	for i := range list {
		f.ref(list[i].Phase1.Last.Mark, "message 5")
		f.ref(list[i].back, "informational")
	}
	ofAttempts(f, attempts)
	f.Evidence["sendings"] = most.Phase1.LastSendings
	if len(waits) > 0 {
		f.Evidence["gaps_seconds"] = waits
	}
	if name := backoffOf(waits); name != "" {
		f.Evidence["timers"] = name
	}
	f.Evidence["informational_back"] = back
	f.Evidence["port_changed"] = most.moved
	return f
}
