package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var childRefused = Entry{
	Code:     "child-refused",
	Title:    "IKE is up, but the peers agree on no Child SA",
	Severity: report.SeverityCritical,
	Grading: "Warning where the tunnel carries data all the same: one of several Child SAs is refused. The cause has medium " +
		"confidence where requests to make a Child SA are refused again and again or the IKE SA was seen to live on without data; else low.",
	Rows: []int{38},
	Explanation: "Phase 1 works and phase 2 does not: the peers accept who the other is, but not which networks the tunnel is " +
		"for or which algorithms protect the data. The IKE SA stays, so the tunnel may look up in a list.",
	OnTheWire: "IKEv2: the answer to IKE_AUTH is longer than a bare notify, yet too short for a Child SA (proposal and " +
		"two selectors) beside identity and proof; or CREATE_CHILD_SA is answered with less than a proposal and a nonce take although no " +
		"data was ever seen, or within 2 s of IKE_AUTH. Meanwhile the IKE SA lives: an exchange is answered 2 s and more after " +
		"IKE_AUTH. IKEv1: the first message of quick mode is not answered, or answered by an informational exchange within 1 s. No ESP follows.",
	Causes: "Selectors (phase 2 networks) that do not mirror each other: TS_UNACCEPTABLE; no common phase 2 proposal, " +
		"Diffie-Hellman group of PFS included: NO_PROPOSAL_CHOSEN; no address left in the pool; a policy is missing.",
	LookAlikes: []string{
		"An idle tunnel: the answer to IKE_AUTH is long enough to make a Child SA.",
		"A Child SA that worked and is not renewed (rekey-failed): data was seen before.",
		"CREATE_CHILD_SA refused once for its Diffie-Hellman group and accepted in the second try.",
		"The capture does not show data that is there (NPU offload): sizes tell that a Child SA was made.",
		"Authentication refused: the only answer to IKE_AUTH is a bare notify (authentication-failed).",
	},
	Advice: []string{
		"Compare the phase 2 selectors of both sides: each side's local networks are the other side's remote ones, with equal masks.",
		"Compare the phase 2 proposals, and PFS with its group.",
		"Read the responder's IKE log at the moment of the refusal: it names what it was offered and what it has.",
	},
	Commands: []string{
		"FortiGate (sa=0 is a selector without SA): diagnose vpn tunnel list",
		"strongSwan: swanctl --list-conns",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"exchanges", "text", "exchange types that show the refusal"},
		{"refusals", "messages", "answers too short to make an SA, and informational exchanges in place of an answer"},
		{"unanswered", "exchanges", "quick modes that were begun and never answered"},
		{"auth_response_bytes", "bytes", "length of the last answer to IKE_AUTH; where it is too short for a Child SA"},
		{"refusal_bytes", "bytes", "length of the last refusal, where it is one of IKEv2"},
		{"notify_bytes", "bytes", "length of a message with one bare notify under the chosen algorithms; IKEv2 only"},
		{"ike_alive_seconds", "s", "how long the IKE SA was seen to live after authentication"},
	},
	References: []Reference{
		{7296, "1.2", "an IKE SA without its first Child SA"},
		{7296, "2.9", "traffic selectors and TS_UNACCEPTABLE"},
		{7296, "2.7", "no common proposal"},
		{2409, "5.5", "quick mode"},
	},
}

const (
	// livesAfter is how long after authentication an answer proves that the IKE SA
	// stayed: before, it may be a peer that takes its leave (RFC 7296 2.21.2).
	livesAfter = 2 * time.Second
	// leastChild is the least that identity, proof, proposal and two selectors take,
	// in bytes: IDr 8, AUTH 24, SA 36, TSi and TSr 24 each (RFC 7296 3.3 to 3.13).
	leastChild = 116
	// leastProof is the same without the Child SA.
	leastProof = 8 + 24
	// refusesWithin is how soon IKEv1's informational exchange has to follow a
	// message to be an answer to it.
	refusesWithin = time.Second
)

// refusedChildren makes one finding of all IKE SAs without Child SAs.
func refusedChildren(l *look) []*finding {
	var list []noChild
	for i := range l.ike {
		v := &l.ike[i]
		n := l.noChild(v)
		if n == nil {
			continue
		}
		list = append(list, *n)
	}
	if len(list) == 0 {
		return nil
	}
	return []*finding{l.refusedChild(list)}
}

func (l *look) refusedChild(list []noChild) *finding {
	n := &list[len(list)-1]
	var refusals, unanswered, authShort int
	var exchanges []string
	add := func(kind string) {
		for _, k := range exchanges {
			if k == kind {
				return
			}
		}
		exchanges = append(exchanges, kind)
	}
	var first, last time.Time
	note := func(t time.Time) {
		if first.IsZero() || t.Before(first) {
			first = t
		}
		if t.After(last) {
			last = t
		}
	}
	var alive time.Duration
	for i := range list {
		x := &list[i]
		alive = max(alive, x.alive)
		unanswered += x.unanswered
		refusals += len(x.refusals) - x.unanswered
		if x.auth != nil {
			authShort++
			add("IKE_AUTH")
			note(x.auth.Response.Time)
		}
		for _, s := range x.refusals {
			add(s.x.Type)
			note(s.Request.Time)
			note(s.last().Time)
		}
	}
	f := childRefused.finding(uint64(max(1, refusals+unanswered+authShort)), first, last)
	if l.anyData() {
		f.Severity = report.SeverityWarning
	}
	var seen string
	var refusal Message
	for _, s := range n.refusals {
		if s.Response.set() {
			refusal = s.Response
		}
	}
	if n.auth != nil {
		seen = fmt.Sprintf("%s answered IKE_AUTH with %d bytes: too short for a Child SA beside identity and proof.", n.to, n.auth.Response.Length)
	}
	kind := "CREATE_CHILD_SA"
	if n.sa.Version == 1 {
		kind = "quick mode"
	}
	if refusals > 0 {
		how := "by an informational exchange"
		if n.sa.Version == 2 {
			how = n.shortness(&refusal)
		}
		seen = joined(seen, fmt.Sprintf("%s was answered %s %s.", capital(kind), times(uint64(refusals)), how))
	}
	if unanswered > 0 {
		seen = joined(seen, fmt.Sprintf("%s got no answer, while the other side was still heard.", capital(count(uint64(unanswered), "quick mode"))))
	}
	if l.anyData() {
		seen = joined(seen, "Other Child SAs of the tunnel carry data.")
	} else {
		seen = joined(seen, "No data was seen here.")
	}
	if alive >= livesAfter {
		seen = joined(seen, fmt.Sprintf("The IKE SA lives: it was heard for %s after authentication.", span(alive)))
		f.Evidence["ike_alive_seconds"] = seconds(alive)
	}
	if alive < livesAfter && refusals+unanswered < 2 || !n.Began && !l.anyData() {
		f.Confidence.Cause = report.ConfidenceLow
	}
	f.say(seen, "Phase 1 stands, but the peers most likely agree on no Child SA: selectors or phase 2 proposal do not fit.")
	if n.auth != nil && refusals == 0 {
		f.or("a peer that makes its first Child SA later, when there is data (RFC 6023)")
	}
	if refusals+unanswered > 0 {
		f.or("the requests are to renew a Child SA or the IKE SA, and data does not pass this capture point")
	}
	f.or("no address left for the client, or another refusal of the responder's policy")
	f.orUnknown("which notify it is: TS_UNACCEPTABLE and NO_PROPOSAL_CHOSEN are encrypted and of one size. The keys of this IKE SA, or the responder's log, would tell")
	for i := range list {
		x := &list[i]
		if x.auth != nil {
			f.ref(x.auth.Response.Mark, "answer without a Child SA")
		}
		for j, s := range x.refusals {
			f.ref(s.Request.Mark, "request")
			f.ref(s.Response.Mark, "refusal")
			if j < len(x.back) {
				f.ref(x.back[j], "refusal")
			}
		}
		f.term(ikeTerm(x.sa.InitiatorSPI))
	}
	f.Evidence["exchanges"], f.Evidence["refusals"], f.Evidence["unanswered"] = exchanges, refusals, unanswered
	if n.auth != nil {
		f.Evidence["auth_response_bytes"] = n.auth.Response.Length
	}
	if refusal.Length > 0 {
		f.Evidence["refusal_bytes"] = refusal.Length
	}
	if n.sa.Version == 2 {
		f.Evidence["notify_bytes"] = n.Sizes.Notify
	}
	return f
}

// joined puts a sentence behind others.
func joined(s, more string) string {
	if s == "" {
		return more
	}
	return s + " " + more
}
