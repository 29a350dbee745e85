package diagnose

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var noProposalChosen = Entry{
	Code:     "no-proposal-chosen",
	Title:    "The responder accepts none of the offered proposals",
	Severity: report.SeverityCritical,
	Grading: "Notice where a later attempt of the tunnel succeeded, or the same attempt went on all the same: the " +
		"refusal is not authenticated, anyone can send one.",
	Rows: []int{30},
	Explanation: "The responder refuses phase 1 in the clear, with NO_PROPOSAL_CHOSEN: it shares no combination of " +
		"encryption, integrity, PRF and key exchange with what the initiator offers.",
	OnTheWire: "IKE_SA_INIT, or IKEv1's message 1, is answered by notify 14 outside of any encryption. What was " +
		"offered can be read in the request.",
	Causes: "The phase 1 proposals of the two peers do not overlap. strongSwan answers the same when it has no " +
		"connection at all for these addresses or this IKE version.",
	LookAlikes: []string{
		"INVALID_KE_PAYLOAD: the proposal is fine, only the first guess of the group was not (dh-group-retry).",
		"A refusal of a Child SA is encrypted and cannot be read without keys.",
	},
	Advice: []string{
		"Compare the offer in the evidence with the responder's phase 1 settings: encryption, integrity, PRF, group.",
		"Offer one combination on both sides that is the same to the letter, key length included.",
		"If the settings agree, check that the responder has a connection for this address and IKE version.",
	},
	Commands: []string{
		"FortiGate (responder): diagnose debug application ike -1",
		"strongSwan (responder): swanctl --log",
		"libreswan (responder): ipsec status",
	},
	Evidence: []EvidenceKey{
		{"refusals", "messages", "NO_PROPOSAL_CHOSEN answers"},
		{"attempts", "attempts", "IKE SAs that were refused"},
		{"offered", "text", "what the last refused attempt offered, one proposal an item"},
		{"peer_offered", "text", "what the refusing peer offered in an attempt of its own, where seen"},
		{"common", "text", "algorithms that both offers name, by transform type; where both were seen"},
		{"not_common", "text", "transform types of which the two offers share nothing"},
	},
	References: []Reference{
		{7296, "2.7", "how a proposal is chosen"},
		{7296, "2.21.1", "errors in IKE_SA_INIT are not authenticated"},
		{2408, "5.4", "refusal in IKEv1"},
	},
}

// noProposal makes one finding of all refusals by one side.
func noProposal(l *look) []*finding {
	var out []*finding
	for _, reversed := range []bool{false, true} {
		var refusedBy []ikeLook
		for _, v := range l.ike {
			if v.NoProposal.Count > 0 && v.Reversed == reversed {
				refusedBy = append(refusedBy, v)
			}
		}
		if len(refusedBy) > 0 {
			out = append(out, l.noProposal(refusedBy))
		}
	}
	return out
}

func (l *look) noProposal(list []ikeLook) *finding {
	var refusals uint64
	first, last := list[0].NoProposal.First.Time, time.Time{}
	latest := &list[0]
	for i := range list {
		v := &list[i]
		refusals += uint64(v.NoProposal.Count)
		if v.NoProposal.First.Time.Before(first) {
			first = v.NoProposal.First.Time
		}
		if !v.NoProposal.Last.Time.Before(last) {
			last, latest = v.NoProposal.Last.Time, v
		}
	}
	f := noProposalChosen.finding(refusals, first, last)
	offer := describe(latest.sa.Offered)
	seen := fmt.Sprintf("%s answered %s with NO_PROPOSAL_CHOSEN", latest.to, count(uint64(len(list)), "attempt"))
	if refusals > uint64(len(list)) {
		seen += fmt.Sprintf(" (%s)", times(refusals))
	}
	if len(offer) > 0 {
		seen += fmt.Sprintf("; %s had offered %s", latest.from, upTo(3, offer))
		f.Evidence["offered"] = offer
	}
	seen += "."
	means := fmt.Sprintf("%s shares no phase 1 proposal with %s.", latest.to, latest.from)
	if theirs := l.offerOf(latest.to, last); len(theirs) > 0 {
		common, none := intersect(latest.sa.Offered, theirs)
		f.Evidence["peer_offered"] = describe(theirs)
		f.Evidence["common"], f.Evidence["not_common"] = common, none
		if len(none) > 0 {
			means += fmt.Sprintf(" In its own attempts it offers other values for: %s.", strings.Join(none, ", "))
			f.Confidence.Cause = report.ConfidenceHigh
		}
	}
	if l.succeeded(latest, last) {
		f.Severity = report.SeverityNotice
		seen += " Later a proposal was chosen."
		means = "The refused offer was not the last word: another one was taken, or the refusal was not the peer's."
		f.Confidence.Cause = report.ConfidenceLow
	}
	f.say(seen, means)
	f.or("the responder has no connection for these addresses or this IKE version (strongSwan answers the same)",
		"the answer is forged: it carries no proof of its sender")
	f.orUnknown("what the responder would accept: a refusal does not say")
	for i := range list {
		f.ref(list[i].NoProposal.First, "refusal")
		f.ref(list[i].NoProposal.Last, "refusal")
		f.term(ikeTerm(list[i].sa.InitiatorSPI))
	}
	f.Evidence["refusals"] = refusals
	f.Evidence["attempts"] = len(list)
	return f
}

// succeeded tells whether the SA, or a later one of the same peer, went on to
// a chosen proposal after t.
func (l *look) succeeded(v *ikeLook, t time.Time) bool {
	if v.established() {
		return true
	}
	for _, w := range l.ike {
		if w.Reversed == v.Reversed && w.established() && w.LastFromResponder.Time.After(t) {
			return true
		}
	}
	return false
}

// offerOf returns what a peer offered in an attempt of its own, the one
// nearest before t or else the first.
func (l *look) offerOf(peer string, t time.Time) []report.Proposal {
	var best []report.Proposal
	for _, v := range l.ike {
		if v.from == peer && len(v.sa.Offered) > 0 && (best == nil || !v.sa.FirstSeen.After(t)) {
			best = v.sa.Offered
		}
	}
	return best
}

// transforms are the negotiated kinds that both IKE versions have.
var transforms = []struct {
	name string
	of   func(*report.Proposal) string
}{
	{"encryption", func(p *report.Proposal) string { return p.Encryption }},
	{"integrity", func(p *report.Proposal) string { return p.Integrity }},
	{"PRF", func(p *report.Proposal) string { return p.PRF }},
	{"key exchange", func(p *report.Proposal) string { return p.KeyExchange }},
	{"authentication", func(p *report.Proposal) string { return p.Authentication }},
}

// describe writes each proposal on one line, at most eight.
func describe(list []report.Proposal) []string {
	var out []string
	for i := range list {
		var parts []string
		for _, t := range transforms {
			if s := t.of(&list[i]); s != "" {
				parts = append(parts, s)
			}
		}
		if len(parts) > 0 && len(out) < 8 {
			out = append(out, strings.Join(parts, " / "))
		}
	}
	return out
}

// intersect compares two offers by transform type: the names that both have,
// and the types that both name without one value in common. It says what can
// never match; what is common may still be spread over proposals that do not.
func intersect(a, b []report.Proposal) (common, none []string) {
	common, none = []string{}, []string{}
	for _, t := range transforms {
		x, y := values(a, t.of), values(b, t.of)
		if len(x) == 0 || len(y) == 0 {
			continue
		}
		var both []string
		for _, v := range x {
			if slices.Contains(y, v) {
				both = append(both, v)
			}
		}
		if len(both) == 0 {
			none = append(none, t.name)
			continue
		}
		common = append(common, t.name+": "+strings.Join(both, ", "))
	}
	return common, none
}

func values(list []report.Proposal, of func(*report.Proposal) string) []string {
	var out []string
	for i := range list {
		for _, v := range strings.Split(of(&list[i]), ",") {
			if v = strings.TrimSpace(v); v != "" && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
	}
	return out
}
