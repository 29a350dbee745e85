package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var authenticationFailed = Entry{
	Code:     "authentication-failed",
	Title:    "A peer refuses the authentication of the other",
	Severity: report.SeverityCritical,
	Grading: "Warning where an older IKE SA of the tunnel goes on beside it; notice where a later attempt made it. The " +
		"cause has medium confidence where behaviour bears it out, and low where the capture ends right behind the refusal " +
		"or sizes are all there is.",
	Rows: []int{37},
	Explanation: "The peers agreed on algorithms, and then one of them did not accept who the other says it is. What it says " +
		"is encrypted, but a refusal is short, and nothing follows it.",
	OnTheWire: "IKEv2: the only answer to IKE_AUTH is of the size of one notify without data under the chosen algorithms (80 " +
		"bytes with AES-CBC and SHA-256, 65 with AES-GCM), too short for an identity and its proof; no data follows, often " +
		"a new IKE_SA_INIT does. Or the answer is whole and the initiator sends an INFORMATIONAL of that size within 2 s, " +
		"and no more: told only where it happens in two attempts, since a tunnel that is closed at once looks the same. " +
		"IKEv1: an informational exchange in place of the last message of aggressive mode, or of message 6 of main mode " +
		"with signatures.",
	Causes: "Pre-shared keys differ; the identity (ID type or value) is not the one the peer expects; a certificate has run " +
		"out, is revoked, or its issuer is not known; the peer finds no gateway for this identity; EAP was expected.",
	LookAlikes: []string{
		"A tunnel without data: the answer to IKE_AUTH is long enough to make a Child SA.",
		"IKE_AUTH without any answer: lost, blocked, or too large for the path (ike-retransmission, fragments-dropped).",
		"EAP, whose last message is as short: there are several rounds of IKE_AUTH (eap-rejected).",
		"The Child SA alone was refused: the answer holds an identity and its proof, and IKE lives on (child-refused).",
	},
	Advice: []string{
		"Read the IKE log of the peer that refuses: it says whether key, identity or certificate is what it does not accept.",
		"Enter the pre-shared key anew on both sides; look for blanks at its ends and for another code page.",
		"Compare local ID and remote ID on both sides, type and value; behind a NAT the address is not the identity.",
		"Certificates: check validity, issuer, revocation and the clock on both sides.",
	},
	Commands: []string{
		"FortiGate (at the peer that refuses): diagnose debug application ike -1",
		"strongSwan (at the peer that refuses): swanctl --log",
		"libreswan (at the peer that refuses): journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"attempts", "attempts", "IKE SAs that ended so"},
		{"initiator_spis", "hex", "their initiator SPIs, the first 8"},
		{"retry_gaps_seconds", "s", "from the start of one attempt to that of the next, the first 8"},
		{"refused_by", "text", "who refuses, as far as the order of messages tells: initiator or responder of the IKE SA"},
		{"exchange", "text", "exchange that authenticates: IKE_AUTH, aggressive mode, main mode"},
		{"refusal_bytes", "bytes", "length of the IKE message that refuses, in the last attempt"},
		{"notify_bytes", "bytes", "length of a message with one bare notify under the chosen algorithms; IKEv2 only"},
		{"request_bytes", "bytes", "length of the message that is refused"},
	},
	References: []Reference{
		{7296, "2.21.2", "errors in IKE_AUTH"},
		{7296, "3.14", "how long an encrypted message is"},
		{2409, "5.4", "authentication with a pre-shared key in IKEv1"},
	},
}

// rejectsWithin is how soon an initiator that does not accept the answer to
// IKE_AUTH says so: checking a certificate takes less.
const rejectsWithin = 2 * time.Second

// refusedAuth is an attempt at which authentication was refused.
type refusedAuth struct {
	failedAttempt
	by       string // initiator or responder of the SA
	exchange string
	refusal  Message // what says so
	request  Message // what it refuses
}

// authFailures makes one finding for each side that began and each that refuses.
func authFailures(l *look) []*finding {
	var out []*finding
	groups := map[[2]string][]refusedAuth{}
	var order [][2]string
	for i := range l.ike {
		v := &l.ike[i]
		r := l.refusedAuth(v)
		if r == nil {
			continue
		}
		k := [2]string{v.from, r.by}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], *r)
	}
	for _, k := range order {
		list := groups[k]
		// Once, a whole answer and a short message of the initiator is a tunnel that
		// is closed again as much as one that is refused.
		if list[0].faint() && len(list) < 2 {
			continue
		}
		out = append(out, l.authFailure(list))
	}
	return out
}

// faint tells whether nothing but size and time of the refusal speak for it.
func (r *refusedAuth) faint() bool {
	return r.exchange == "IKE_AUTH" && r.by == "initiator" || r.exchange == "aggressive mode" && r.by == "responder"
}

// refusedAuth judges one IKE SA, nil if its authentication was not refused.
func (l *look) refusedAuth(v *ikeLook) *refusedAuth {
	if !v.Began || l.carried(v) {
		return nil
	}
	r := &refusedAuth{failedAttempt: failedAttempt{ikeLook: *v, first: v.sa.FirstSeen}}
	if v.sa.Version == 1 {
		return l.refusedAuthV1(r)
	}
	rounds := v.steps("IKE_AUTH")
	if len(rounds) != 1 || rounds[0].x.From != "initiator" || !rounds[0].Response.set() {
		return nil
	}
	auth := rounds[0]
	r.exchange, r.request = "IKE_AUTH", auth.Request
	if v.bare(&auth.Response) {
		if v.MakingsTotal > 0 {
			return nil
		}
		r.by, r.refusal, r.at = "responder", auth.Response, auth.Response.Mark
		return r
	}
	var after []step
	for _, s := range v.steps("") {
		if s.x.Type != "IKE_SA_INIT" && s.x.Type != "IKE_AUTH" {
			after = append(after, s)
		}
	}
	if len(after) != 1 || len(v.sa.Exchanges) != v.sa.ExchangesTotal || after[0].x.Type != "INFORMATIONAL" ||
		after[0].x.From != "initiator" || !v.bare(&after[0].Request) {
		return nil
	}
	if wait := after[0].Request.Time.Sub(auth.Response.Time); wait < 0 || wait > rejectsWithin {
		return nil
	}
	r.by, r.refusal, r.at, r.request = "initiator", after[0].Request, after[0].Request.Mark, auth.Response
	return r
}

// refusedAuthV1 looks for an informational exchange where phase 1 should go on.
func (l *look) refusedAuthV1(r *refusedAuth) *refusedAuth {
	v, p := &r.ikeLook, &r.Phase1
	if v.MakingsTotal+len(v.steps("transaction")) > 0 || !p.Last.set() {
		return nil
	}
	switch {
	case v.sa.Mode == "aggressive" && !v.Authenticated && p.FromInitiator == 1 && p.FromResponder == 1:
		r.by = "initiator"
	case v.sa.Mode == "aggressive" && v.Authenticated && p.LastBy == "initiator":
		r.by = "responder"
	case v.sa.Mode == "main" && p.mainFive() && v.sa.Proposal != nil && !preShared(v.sa.Proposal.Authentication):
		r.by = "responder"
	default:
		return nil
	}
	for _, s := range v.steps("informational") {
		if s.x.From != r.by || !s.Request.set() || s.Request.Time.Before(p.Last.Time) {
			continue
		}
		if s.Request.Time.Sub(p.Last.Time) > rejectsWithin {
			break
		}
		r.exchange, r.request, r.refusal, r.at = v.sa.Mode+" mode", p.Last, s.Request, s.Request.Mark
		return r
	}
	return nil
}

func (l *look) authFailure(list []refusedAuth) *finding {
	r := &list[len(list)-1]
	attempts := make([]failedAttempt, len(list))
	for i := range list {
		attempts[i] = list[i].failedAttempt
	}
	first, last := list[0].request.Time, r.at.Time
	if t := r.Phase1.LastRepeat.Time; t.After(last) {
		last = t // the message that is refused, sent again
	}
	f := authenticationFailed.finding(uint64(len(list)), first, last)
	l.grade(f, attempts)

	refuser, other := r.to, r.from
	if r.by == "initiator" {
		refuser, other = other, refuser
	}
	next := l.nextAttempt(&r.ikeLook, r.at.Time)
	quiet := l.end.Sub(r.at.Time)
	settled := len(list) > 1 || !next.IsZero() || quiet >= rejectsWithin
	if r.faint() || !settled {
		f.Confidence.Cause = report.ConfidenceLow
	}
	in := ""
	if len(list) > 1 {
		in = fmt.Sprintf(" in %s", count(uint64(len(list)), "attempt"))
	}
	var seen string
	switch {
	case r.exchange == "IKE_AUTH" && r.by == "responder":
		seen = fmt.Sprintf("%s answered IKE_AUTH of %s%s with %d bytes, no more than a bare notify takes with the chosen algorithms: "+
			"too short for an identity and its proof. No data followed.", refuser, other, in, r.refusal.Length)
	case r.exchange == "IKE_AUTH":
		seen = fmt.Sprintf("%s took the answer to IKE_AUTH%s and sent an INFORMATIONAL of %d bytes within %s, no more than a bare notify takes "+
			"with the chosen algorithms. Nothing of the IKE SA was seen here after that exchange.", refuser, in, r.refusal.Length, span(rejectsWithin))
	case r.exchange == "aggressive mode" && r.by == "initiator":
		seen = fmt.Sprintf("%s answered the second message of aggressive mode, which carries the proof of %s,%s with an informational exchange "+
			"and not with the third message.", refuser, other, in)
	case r.exchange == "aggressive mode":
		seen = fmt.Sprintf("%s answered the last message of aggressive mode%s with an informational exchange, and nothing followed.", refuser, in)
	default:
		seen = fmt.Sprintf("%s answered message 5 of main mode, which carries the signature of %s,%s with an informational exchange and "+
			"not with message 6.", refuser, other, in)
	}
	if r.exchange == "aggressive mode" && r.by == "initiator" && r.Phase1.LastSendings > 1 {
		seen += fmt.Sprintf(" The second message was sent %s.", times(uint64(r.Phase1.LastSendings)))
	}
	if !next.IsZero() {
		seen += fmt.Sprintf(" %s after that %s began anew.", capital(span(next.Sub(r.at.Time))), r.from)
	}
	means := fmt.Sprintf("%s most likely does not accept the authentication of %s: pre-shared key, identity or certificate.", refuser, other)
	if f.Severity == report.SeverityNotice {
		means += " A later attempt made it."
	}
	f.say(seen, means)
	switch {
	case r.exchange == "IKE_AUTH" && r.by == "responder":
		f.or("another error that ends IKE_AUTH, such as INVALID_SYNTAX, or NO_PROPOSAL_CHOSEN of a peer that keeps no IKE SA without a Child SA")
	case r.exchange == "IKE_AUTH":
		f.or("the initiator closes the tunnel as soon as it is up, as a probe or a test does: a delete is as short")
	default:
		f.or("the informational exchange tells something else, such as INITIAL-CONTACT, and what should follow was lost")
	}
	f.orUnknown("what the message says: it is encrypted. The keys of this IKE SA, or the log of "+refuser+", would tell",
		"whether key, identity or certificate is refused")
	for i := range list {
		f.ref(list[i].request.Mark, "authentication")
		f.ref(list[i].refusal.Mark, "refusal")
	}
	ofAttempts(f, attempts)
	f.fill("<peer>", refuser)
	f.Evidence["refused_by"], f.Evidence["exchange"] = r.by, r.exchange
	f.Evidence["refusal_bytes"], f.Evidence["request_bytes"] = r.refusal.Length, r.request.Length
	if r.sa.Version == 2 {
		f.Evidence["notify_bytes"] = r.Sizes.Notify
	}
	return f
}
