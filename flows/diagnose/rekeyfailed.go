package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var rekeyFailed = Entry{
	Code:     "rekey-failed",
	Title:    "A rekey fails",
	Severity: report.SeverityWarning,
	Grading: "Critical where the tunnel's data ended before the last refusal: the SA has run out and nothing takes its place. Notice " +
		"where one request was refused and the capture ends within 10 s: the retry may follow. The cause has medium confidence where " +
		"there are two refusals, or data ended behind one; else low.",
	Rows: []int{60},
	Explanation: "A Child SA or IKE SA has to be renewed before its life ends, and the peer refuses the new one. The tunnel works " +
		"until the old SA runs out. The usual reason is PFS on one side only: the first Child SA, made in IKE_AUTH, has no key " +
		"exchange of its own, so that the difference shows at the first rekey.",
	OnTheWire: "Data flows; a CREATE_CHILD_SA request is answered with less than a proposal and a nonce take under the chosen " +
		"algorithms, as a bare notify does, or sent three times and not answered while the peer is still heard; no later one succeeds and no " +
		"new SPI appears but on a whole new IKE SA. IKEv1: quick mode in the same way, refused by an informational exchange within 1 s.",
	Causes: "PFS (or its Diffie-Hellman group) on one side only; phase 2 proposals of which only the first SA's fits; selectors " +
		"that the responder narrowed at first and takes no more; a peer that allows no further SA.",
	LookAlikes: []string{
		"The first request is refused for its Diffie-Hellman group and the next one is accepted, within a second.",
		"TEMPORARY_FAILURE while both sides rekey at once: the retry succeeds (simultaneous-rekey).",
		"A Child SA beside others is refused as the tunnel is set up, within 2 s of IKE_AUTH (child-refused).",
		"Nobody asks for a new SA (child-not-renewed).",
	},
	Advice: []string{
		"Compare PFS and its Diffie-Hellman group in phase 2 of both sides: equal, or off on both.",
		"Compare the phase 2 proposals and selectors.",
		"Read the responder's IKE log at the moment of the refusal: it names what it was offered.",
		"Until then: a shorter way out is to let the tunnel start anew at the end of the SA's life, not to rekey.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase2-interface | grep -f pfs",
		"FortiGate (dhgrp of phase 2): show full vpn ipsec phase2-interface | grep -f dhgrp",
		"strongSwan: swanctl --list-conns",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"exchange", "text", "CREATE_CHILD_SA or quick mode"},
		{"requested_by", "address", "who asked last"},
		{"refusals", "messages", "requests that were refused"},
		{"unanswered", "exchanges", "requests that were sent three times or more and never answered"},
		{"request_bytes", "bytes", "length of the last such request"},
		{"refusal_bytes", "bytes", "length of the last refusal, where it is one of IKEv2"},
		{"notify_bytes", "bytes", "length of a message with one bare notify under the chosen algorithms; IKEv2 only"},
		{"key_exchange", "text", "whether the last such request holds one, by its length: present (longer than IKE_AUTH could make it without), absent (no room); left out where that does not tell"},
		{"started_anew_after_seconds", "s", "from the last of these requests to the start of a whole new IKE SA with data; absent if none came"},
		{"last_data", "time", "the tunnel's last data packet"},
		{"data_ended_before_seconds", "s", "from that packet to the last refusal, where it lies behind it"},
	},
	References: []Reference{
		{7296, "2.8", "rekeying"},
		{7296, "1.3", "CREATE_CHILD_SA"},
		{7296, "2.17", "keys of the first Child SA, without a key exchange of its own"},
		{7296, "2.25", "refusals that are for the moment only"},
		{2409, "5.5", "quick mode, with and without PFS"},
	},
}

const (
	// retrySoon is how long a peer that was told TEMPORARY_FAILURE, or another
	// group, may take to ask again (RFC 7296 2.25 has it wait a little).
	retrySoon = 10 * time.Second
	// leastRequest is what a request for a Child SA takes without a key exchange, in
	// bytes of payloads: SA 36, nonce 20, two selectors 24 each; leastKE is the
	// smallest key exchange, one of Curve25519 (RFC 7296 3.3 to 3.13, RFC 8031).
	leastRequest, leastKE = 36 + 20 + 2*24, 8 + 32
	// moreThanAuth is by how much a request without a key exchange can be longer than
	// IKE_AUTH of its sender: it has REKEY_SA (12) and a nonce of up to 68, no identity
	// (8 and more) and no proof (24 and more); and a block of padding.
	moreThanAuth = 12 + 68 - 8 - 24 + 16
)

// rekeyFailures makes one finding of the requests that came to nothing.
func rekeyFailures(l *look) []*finding {
	if !l.anyData() {
		return nil // child-refused
	}
	var list []rekeying
	for i := range l.ike {
		for _, r := range l.failedRekeys(&l.ike[i]) {
			if !l.renewedAfter(r.Request.Time) {
				list = append(list, r)
			}
		}
	}
	if len(list) == 0 {
		return nil
	}
	slices.SortStableFunc(list, func(a, b rekeying) int { return a.Request.Time.Compare(b.Request.Time) })
	return []*finding{l.rekeyFailure(list)}
}

func (l *look) rekeyFailure(list []rekeying) *finding {
	r := &list[len(list)-1]
	first, last := list[0].Request.Time, r.last().Time
	var refusals, unanswered int
	var refusal Message
	for i := range list {
		if list[i].last().Time.After(last) {
			last = list[i].last().Time
		}
		if list[i].unanswered {
			unanswered++
			continue
		}
		refusals++
		if list[i].Response.set() {
			refusal = list[i].Response
		}
	}
	f := rekeyFailed.finding(uint64(len(list)), first, last)
	anew, again := l.startedAnew(last)
	data := l.lastData(anew)
	ended := again || data.set() && data.Time.After(first) && data.Time.Before(last)
	stopped := data.set() && data.Time.Before(r.Request.Time) && len(list) > 1
	switch {
	case again:
	case stopped:
		f.Severity = report.SeverityCritical
	case len(list) == 1 && !r.unanswered && l.end.Sub(last) < retrySoon:
		f.Severity = report.SeverityNotice
	}
	if len(list) == 1 && !ended {
		f.Confidence.Cause = report.ConfidenceLow
	}

	kind := orWord(r.x.Type, "the request")
	var seen string
	if refusals > 0 {
		how := "answered by an informational exchange only"
		if refusal.Length > 0 {
			how = "answered " + r.shortness(&refusal)
		}
		seen = fmt.Sprintf("%s of %s was %s%s.", capital(kind), r.from, how, severally(refusals))
	}
	if unanswered > 0 {
		seen = joined(seen, fmt.Sprintf("%s of %s got no answer%s, while %s was still heard.", capital(kind), r.from, severally(unanswered), r.to))
	}
	seen = joined(seen, "No later one succeeded here.")
	if data.set() {
		if stopped {
			seen = joined(seen, fmt.Sprintf("The last data packet of the tunnel was seen at %s, before the last of these requests.", l.clock.at(data.Time)))
			f.Evidence["data_ended_before_seconds"] = max(0, seconds(last.Sub(data.Time)))
		} else {
			seen = joined(seen, fmt.Sprintf("The last data packet of the tunnel was seen at %s.", l.clock.at(data.Time)))
		}
		f.Evidence["last_data"] = data.Time.UTC().Format(time.RFC3339Nano)
		f.ref(data, "last data")
	}
	if again {
		seen = joined(seen, fmt.Sprintf("A new IKE SA was begun %s after the last of them.", span(anew.Sub(last))))
		f.Evidence["started_anew_after_seconds"] = seconds(anew.Sub(last))
	}
	means := "The SA most likely cannot be renewed, and the tunnel ends with the old one."
	switch {
	case again:
		means = "The SA most likely could not be renewed, and the peers had to start from the beginning."
	case stopped:
		means = "The SA most likely could not be renewed, and the tunnel carries nothing since the old one ended."
	}
	if r.sa.Version == 2 && r.Sizes.Empty > 0 && refusals > 0 {
		switch r.keyExchange() {
		case "present":
			means += " The request is longer than IKE_AUTH by so much that it holds a key exchange of its own (PFS), which the first Child SA never has."
			f.Evidence["key_exchange"] = "present"
		case "absent":
			means += " The request is too short to hold a key exchange: if the responder demands PFS, that is why."
			f.Evidence["key_exchange"] = "absent"
		}
	}
	f.say(seen, means)
	f.or("PFS, or its group, on one side only", "phase 2 proposals or selectors that fit no more", "a further Child SA is refused, and no rekey",
		"the responder refuses for the moment only (TEMPORARY_FAILURE), or allows no further SA (NO_ADDITIONAL_SAS)")
	if unanswered > 0 {
		f.or("the request is too large for the path, or its answer is lost")
	}
	f.orUnknown("which notify it is, and whether a Child SA or the IKE SA was to be renewed: both are encrypted. The keys of this IKE SA, or the log of " +
		r.to + ", would tell")
	for i := range list {
		f.ref(list[i].Request.Mark, "request")
		f.ref(list[i].Response.Mark, "refusal")
		f.ref(list[i].back, "refusal")
		f.term(ikeTerm(list[i].sa.InitiatorSPI))
	}
	f.lost = lost{"ike", r.to == l.side(true), first, last}
	f.Evidence["exchange"], f.Evidence["requested_by"] = kind, r.from
	f.Evidence["refusals"], f.Evidence["unanswered"] = refusals, unanswered
	f.Evidence["request_bytes"] = r.Request.Length
	if refusal.Length > 0 {
		f.Evidence["refusal_bytes"], f.Evidence["notify_bytes"] = refusal.Length, r.Sizes.Notify
	}
	return f
}

// severally is how often, where it is more than once.
func severally(n int) string {
	if n < 2 {
		return ""
	}
	return ", " + times(uint64(n))
}
