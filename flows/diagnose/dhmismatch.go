package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var dhGroupMismatch = Entry{
	Code:     "dh-group-mismatch",
	Title:    "The initiator does not come back with the Diffie-Hellman group that the responder asks for",
	Severity: report.SeverityCritical,
	Rows:     []int{32},
	Explanation: "The responder refuses the key in IKE_SA_INIT and names the group that it wants. An initiator that allows this " +
		"group asks again with it at once. This one does not: it keeps its own group, or gives up.",
	OnTheWire: "IKE_SA_INIT is answered by INVALID_KE_PAYLOAD (notify 17) with a group number, and no IKE_SA_INIT of this side is " +
		"accepted after it: the same request comes again, or new ones with the same result, or nothing for 2 s. Not said " +
		"where a request after the refusal has no answer at all.",
	Causes: "The two ends have no Diffie-Hellman group in common, though the rest of a proposal fits; or a bug in one of them. " +
		"The refusal may also be lost on its way to the initiator.",
	LookAlikes: []string{
		"One refusal, then success with the other group: that is how it is meant to be (dh-group-retry).",
		"A capture that ends right after the refusal: the retry may follow.",
		"NO_PROPOSAL_CHOSEN: there it is not said what would be taken.",
		"A retry with the wanted group that gets no answer: the way or the peer is at fault, not the group.",
	},
	Advice: []string{
		"Align the Diffie-Hellman groups of phase 1 on both ends: one group at least must be in both lists.",
		"Where the wanted group stands in the initiator's offer, look at the initiator's log: it should have asked again.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f dhgrp",
		"strongSwan: swanctl --list-conns, and the proposals of the connection",
		"libreswan: ipsec status | grep -i algorithm",
	},
	Evidence: []EvidenceKey{
		{"refusals", "messages", "INVALID_KE_PAYLOAD answers"},
		{"attempts", "attempts", "IKE SAs that were refused so"},
		{"offered_group", "number", "group of the refused key, where seen"},
		{"requested_group", "number", "group that the responder asks for, where seen"},
		{"requested_in_offer", "true/false", "whether the initiator's proposals name that group; where the offer was read"},
	},
	References: []Reference{
		{7296, "1.2", "the retry that should follow"},
		{7296, "2.7", "the group must be one of those offered"},
		{7296, "3.10.1", "INVALID_KE_PAYLOAD"},
	},
}

// minWaitRetry is how long an initiator may take to ask again: it needs no timer
// for it, only a new key.
const minWaitRetry = 2 * time.Second

// dhMismatches makes one finding of the refusals by one side that led nowhere.
func dhMismatches(l *look) []*finding {
	var out []*finding
	for _, reversed := range []bool{false, true} {
		var list []ikeLook
		for _, v := range l.ike {
			if v.Reversed == reversed && v.InvalidKE.Count > 0 && !v.retried() && !l.succeeded(&v, v.InvalidKE.Last.Time) &&
				v.NoProposal.Count <= 0 {
				list = append(list, v)
			}
		}
		if len(list) > 0 && l.end.Sub(list[0].InvalidKE.First.Time) >= minWaitRetry {
			out = append(out, l.dhMismatch(list))
		}
	}
	return out
}

// retried tells whether a request came after the last refusal that has no
// answer: then it is not the group that keeps the two apart.
func (v ikeLook) retried() bool {
	for i := range v.sa.Exchanges {
		x := &v.sa.Exchanges[i]
		if x.Type == "IKE_SA_INIT" && x.From == "initiator" && x.Request != nil && x.Response == nil {
			return true
		}
	}
	return false
}

func (l *look) dhMismatch(list []ikeLook) *finding {
	var n uint64
	first, last := list[0].InvalidKE.First.Time, time.Time{}
	for _, v := range list {
		n = plus(n, uint64(v.InvalidKE.Count))
		if v.InvalidKE.First.Time.Before(first) {
			first = v.InvalidKE.First.Time
		}
		if v.InvalidKE.Last.Time.After(last) {
			last = v.InvalidKE.Last.Time
		}
	}
	v := list[0]
	f := dhGroupMismatch.finding(n, first, last)
	wanted := groupName(v.RequestedGroupName, v.RequestedGroup)
	seen := fmt.Sprintf("%s asked with INVALID_KE_PAYLOAD for %s", v.to, wanted)
	if v.OfferedGroup != 0 && v.OfferedGroup != v.RequestedGroup {
		seen += " instead of " + groupName(v.OfferedGroupName, v.OfferedGroup)
	}
	if n > 1 {
		seen += fmt.Sprintf(", %s in %s", times(n), count(uint64(len(list)), "attempt"))
	}
	seen += fmt.Sprintf("; no request of %s with that group was accepted here.", v.from)
	means := fmt.Sprintf("%s does not allow the group that %s wants: the two have none in common.", v.from, v.to)
	if named, known := namesGroup(v.sa.Offered, v.RequestedGroupName); known {
		f.Evidence["requested_in_offer"] = named
		if named {
			f.Confidence.Cause = report.ConfidenceLow
			means = fmt.Sprintf("%s offers that group but does not ask again with it: the refusal does not reach it, or it is at fault.", v.from)
		} else {
			f.Confidence.Cause = report.ConfidenceHigh
		}
	}
	f.say(seen, means)
	f.or("the refusal is lost between here and the initiator, which repeats its request", "the refusal is forged: it carries no proof of its sender")
	f.orUnknown("whether the refusal reached " + v.from)
	for _, v := range list {
		f.ref(v.opener().Mark, "request")
		f.ref(v.InvalidKE.First, "refusal")
		f.ref(v.InvalidKE.Last, "refusal")
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	f.Evidence["refusals"], f.Evidence["attempts"] = n, len(list)
	if v.OfferedGroup != 0 {
		f.Evidence["offered_group"] = v.OfferedGroup
	}
	if v.RequestedGroup != 0 {
		f.Evidence["requested_group"] = v.RequestedGroup
	}
	return f
}

// namesGroup tells whether proposals name a key exchange method; known is false
// if that cannot be told.
func namesGroup(offered []report.Proposal, group string) (named, known bool) {
	if group == "" || len(offered) == 0 {
		return false, false
	}
	groups := values(offered, func(p *report.Proposal) string { return p.KeyExchange })
	return slices.Contains(groups, group), len(groups) > 0
}
