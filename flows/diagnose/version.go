package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var versionMismatch = Entry{
	Code:     "version-mismatch",
	Title:    "The peers speak different versions of IKE",
	Severity: report.SeverityCritical,
	Grading:  "Notice where an IKE SA between them came up all the same.",
	Rows:     []int{35},
	Explanation: "One side starts IKEv1, the other takes only IKEv2, or the other way round. The two have nothing in common but " +
		"the header.",
	OnTheWire: "The request is answered by INVALID_MAJOR_VERSION (notify 5, the same number in IKEv1), or by a message with " +
		"the same SPI in another major version.",
	Causes: "The IKE version of the connection differs on the two ends, or the peer has another connection for this address, " +
		"with the other version.",
	LookAlikes: []string{
		"Silence: a peer that drops the other version without a word cannot be told from one that is not there (no-answer).",
		"NO_PROPOSAL_CHOSEN: strongSwan answers so where it has no connection of that version (no-proposal-chosen).",
		"A refusal without a request: it refuses nothing that is known here.",
		"Both versions side by side between two peers: two connections of their own, each answered in its own version.",
	},
	Advice: []string{
		"Set the same IKE version on both ends; IKEv2 if both can do it.",
		"Look for a second connection for the same peer on the side that refuses: it may be the one that is matched.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f ike-version",
		"strongSwan: swanctl --list-conns",
		"libreswan: ipsec status | grep -i ikev",
	},
	Evidence: []EvidenceKey{
		{"initiator_version", "number", "major version of the requests"},
		{"answer_version", "number", "major version of the answers, where it is another one"},
		{"notify", "text", "the notify that refuses, where there is one"},
		{"answers", "messages", "answers that show it"},
		{"attempts", "attempts", "IKE SAs that were answered so"},
		{"from", "address", "who sent the answers"},
	},
	References: []Reference{
		{7296, "2.5", "version numbers, and what to answer to a higher one"},
		{7296, "3.10.1", "INVALID_MAJOR_VERSION"},
		{2408, "3.14.1", "INVALID-MAJOR-VERSION of IKEv1"},
	},
}

// invalidMajorVersion is the notify type, the same in both versions.
const invalidMajorVersion = 5

// versions makes one finding of all answers of one side that show another
// version.
func versions(l *look) []*finding {
	var out []*finding
	for _, byResponder := range []bool{true, false} {
		if f := l.otherVersions(byResponder); f != nil {
			out = append(out, f)
		}
	}
	return out
}

// refusedVersion is what tells of another version in one IKE SA.
type refusedVersion struct {
	ikeLook
	notify *ClearNotify  // nil if none
	other  *OtherVersion // nil if none
}

func (r *refusedVersion) count() (n uint64) {
	if r.notify != nil {
		n = uint64(max(r.notify.Count, 1))
	}
	if r.other != nil { // the same messages, as a rule
		n = max(n, uint64(max(r.other.Count, 1)))
	}
	return n
}

func (r *refusedVersion) span() (first, last Mark) {
	if r.notify != nil {
		first, last = r.notify.First, r.notify.Last
	}
	if r.other != nil && (r.notify == nil || r.other.First.Time.Before(first.Time)) {
		first = r.other.First
	}
	if !last.set() {
		last = first
	}
	return first, last
}

// otherVersions looks for answers of the tunnel's responder, or of its initiator.
func (l *look) otherVersions(byResponder bool) *finding {
	var list []refusedVersion
	for _, v := range l.ike {
		r := refusedVersion{ikeLook: v}
		from := "responder"
		if byResponder == v.Reversed {
			from = "initiator"
		}
		for i := range v.ClearNotifies {
			if n := &v.ClearNotifies[i]; n.Type == invalidMajorVersion && n.From == from && r.notify == nil {
				r.notify = n
			}
		}
		if o := v.OtherVersion; o != nil && o.From == from {
			r.other = o
		}
		if (r.notify != nil || r.other != nil) && v.asked(from) {
			list = append(list, r)
		}
	}
	if len(list) == 0 {
		return nil
	}
	var n uint64
	first, end := list[0].span()
	last := end.Time
	for i := range list {
		a, b := list[i].span()
		n = plus(n, list[i].count())
		if a.Time.Before(first.Time) {
			first = a
		}
		if b.Time.After(last) {
			last = b.Time
		}
	}
	r := &list[0]
	f := versionMismatch.finding(n, first.Time, last)
	f.Confidence.Cause = report.ConfidenceHigh
	from, to := l.ends(!byResponder)
	seen := fmt.Sprintf("%s starts %s", to, versionName(r.sa.Version))
	switch {
	case r.other != nil && r.notify != nil:
		seen += fmt.Sprintf("; %s answers with %s in %s", from, orWord(r.notify.Name, "INVALID_MAJOR_VERSION"), versionName(r.other.Major))
	case r.notify != nil:
		seen += fmt.Sprintf("; %s answers with %s", from, orWord(r.notify.Name, "INVALID_MAJOR_VERSION"))
	default:
		seen += fmt.Sprintf("; %s answers in %s", from, versionName(r.other.Major))
	}
	seen += ", " + times(n)
	means := fmt.Sprintf("%s does not take %s from %s: the IKE version is another one on the two ends.", from, versionName(r.sa.Version), to)
	if l.authenticatedAfter(first.Time) {
		f.Severity = report.SeverityNotice
		f.Confidence.Cause = report.ConfidenceLow
		seen += "; an IKE SA between the two came up all the same"
	}
	f.say(seen+".", means)
	f.or("the answer is forged: it carries no proof of its sender")
	for i := range list {
		a, b := list[i].span()
		f.ref(list[i].opener().Mark, "request")
		f.ref(a, "answer")
		f.ref(b, "answer")
		f.term(ikeTerm(list[i].sa.InitiatorSPI))
	}
	f.Evidence["initiator_version"], f.Evidence["answers"], f.Evidence["attempts"] = r.sa.Version, n, len(list)
	f.Evidence["from"] = from
	if r.other != nil {
		f.Evidence["answer_version"] = r.other.Major
	}
	if r.notify != nil {
		f.Evidence["notify"] = orWord(r.notify.Name, "INVALID_MAJOR_VERSION")
	}
	return f
}

// asked tells whether the peer of a side was seen to speak: a refusal out of the
// blue refuses nothing that is known.
func (v ikeLook) asked(refuser string) bool {
	if refuser == "responder" {
		return v.Began && v.opens() && v.LastFromInitiator.set()
	}
	return v.LastFromResponder.set()
}

// authenticatedAfter tells whether an IKE SA of the tunnel got through
// authentication, with what is said or done after a time.
func (l *look) authenticatedAfter(t time.Time) bool {
	for _, v := range l.ike {
		if v.Authenticated && (v.LastFromResponder.Time.After(t) || v.LastFromInitiator.Time.After(t)) {
			return true
		}
	}
	return false
}

func versionName(major int) string {
	if major == 1 || major == 2 {
		return fmt.Sprintf("IKEv%d", major)
	}
	return fmt.Sprintf("IKE version %d", major)
}
