package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var dhGroupRetry = Entry{
	Code:     "dh-group-retry",
	Title:    "IKE_SA_INIT was repeated with another Diffie-Hellman group",
	Severity: report.SeverityInfo,
	Rows:     []int{31},
	Explanation: "The initiator has to guess which of its groups the responder will take, since the key goes into " +
		"the first message. A wrong guess costs one round trip and nothing else.",
	OnTheWire: "IKE_SA_INIT is answered by INVALID_KE_PAYLOAD (notify 17), which names a group; IKE_SA_INIT comes " +
		"again with a key of that group and is accepted. Reported only if it is.",
	Causes: "The group that the initiator lists first is not the one that the responder prefers or allows.",
	LookAlikes: []string{
		"INVALID_KE_PAYLOAD and nothing after it: the initiator does not allow that group, and the tunnel does not come up.",
		"A retransmission of IKE_SA_INIT: same bytes, no answer in between.",
	},
	Advice: []string{
		"Nothing has to be done. To save the round trip, put the common group first on the initiator.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f dhgrp",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"refusals", "messages", "INVALID_KE_PAYLOAD answers"},
		{"offered_group", "number", "group of the refused key, where seen"},
		{"requested_group", "number", "group that the responder asked for, where seen"},
	},
	References: []Reference{
		{7296, "1.2", "the retry"},
		{7296, "2.7", "why the initiator must offer its full list again"},
		{7296, "3.10.1", "INVALID_KE_PAYLOAD"},
	},
}

// dhGroups makes one finding of all retries that led on.
func dhGroups(l *look) []*finding {
	var list []ikeLook
	for _, v := range l.ike {
		if v.InvalidKE.Count > 0 && l.succeeded(&v, v.InvalidKE.Last.Time) {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return nil
	}
	var n uint64
	first, last := list[0].InvalidKE.First.Time, time.Time{}
	for _, v := range list {
		n += uint64(v.InvalidKE.Count)
		if v.InvalidKE.Last.Time.After(last) {
			last = v.InvalidKE.Last.Time
		}
	}
	v := list[0]
	f := dhGroupRetry.finding(n, first, last)
	f.Confidence.Cause = report.ConfidenceHigh
	seen := fmt.Sprintf("%s asked with INVALID_KE_PAYLOAD for %s", v.to, groupName(v.RequestedGroupName, v.RequestedGroup))
	if v.OfferedGroup != v.RequestedGroup && v.OfferedGroup != 0 {
		seen += " instead of " + groupName(v.OfferedGroupName, v.OfferedGroup)
	}
	seen += "; then IKE_SA_INIT was accepted."
	if n > 1 {
		seen += fmt.Sprintf(" %s in all.", capital(times(n)))
	}
	f.say(seen, fmt.Sprintf("The first choice of %s is not the group that %s takes; the retry settled it.", v.from, v.to))
	for _, v := range list {
		f.ref(v.InvalidKE.First, "refusal")
		f.ref(v.InvalidKE.Last, "refusal")
		f.ref(v.ChosenAt, "accepted")
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	f.Evidence["refusals"] = n
	if v.OfferedGroup != 0 {
		f.Evidence["offered_group"] = v.OfferedGroup
	}
	if v.RequestedGroup != 0 {
		f.Evidence["requested_group"] = v.RequestedGroup
	}
	return []*finding{f}
}

// groupName names a group by what is known of it.
func groupName(name string, number uint16) string {
	switch {
	case name != "" && number != 0:
		return fmt.Sprintf("%s (group %d)", name, number)
	case name != "":
		return name
	case number != 0:
		return fmt.Sprintf("group %d", number)
	}
	return "another group"
}
