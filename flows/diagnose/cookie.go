package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var cookieChallenge = Entry{
	Code:     "cookie-challenge",
	Title:    "The responder asks for a cookie",
	Severity: report.SeverityInfo,
	Grading:  "Notice where the challenged attempt did not come further here.",
	Rows:     []int{33},
	Explanation: "A responder with many half-open IKE SAs does no costly work before the initiator has shown that it " +
		"receives packets at its address: it sends a cookie and forgets the request.",
	OnTheWire: "IKE_SA_INIT is answered by notify COOKIE (16390) alone; IKE_SA_INIT comes again with the cookie in " +
		"front, under the same initiator SPI and message ID.",
	Causes: "The responder's limit of half-open IKE SAs is reached: a flood or scan, many clients at once after an " +
		"outage, or a low limit. Some are set to ask always.",
	LookAlikes: []string{
		"No answer at all (no-answer): a cookie is an answer, the way is open in both directions.",
		"A retransmission: the second request differs, it carries the cookie.",
	},
	Advice: []string{
		"Look for half-open-flood in the same capture: it tells who fills the responder's table.",
		"Where clients are many and honest, raise the responder's half-open limit.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"strongSwan: swanctl --stats",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"cookies", "messages", "COOKIE answers"},
		{"attempts", "attempts", "IKE SAs that were challenged"},
		{"finished", "attempts", "of these, those that came further here"},
	},
	References: []Reference{
		{7296, "2.6", "cookies against half-open SAs"},
		{7296, "2.6.1", "together with INVALID_KE_PAYLOAD"},
		{8019, "", "puzzles and other defences"},
	},
}

func cookies(l *look) []*finding {
	var list []ikeLook
	var n, finished uint64
	var first, last time.Time
	for _, v := range l.ike {
		if v.Cookie.Count <= 0 {
			continue
		}
		list = append(list, v)
		n += uint64(v.Cookie.Count)
		if v.established() || v.InvalidKE.Count > 0 || v.NoProposal.Count > 0 {
			finished++
		}
		if t := v.Cookie.First.Time; first.IsZero() || t.Before(first) {
			first = t
		}
		if t := v.Cookie.Last.Time; t.After(last) {
			last = t
		}
	}
	if len(list) == 0 {
		return nil
	}
	f := cookieChallenge.finding(n, first, last)
	f.Confidence.Cause = report.ConfidenceHigh
	seen := fmt.Sprintf("%s sent %s for %s to start IKE; %s of them came further.",
		list[0].to, count(n, "cookie"), count(uint64(len(list)), "attempt"), grouped(finished))
	if len(list) == 1 && finished == 1 {
		seen = fmt.Sprintf("%s answered IKE_SA_INIT with %s; the request with the cookie was then answered.", list[0].to, count(n, "cookie"))
	}
	means := "The responder is guarding itself against half-open IKE SAs; the request came from where it said."
	if finished < uint64(len(list)) {
		f.Severity = report.SeverityNotice
		f.Confidence.Cause = report.ConfidenceMedium
		means = "The responder is guarding itself against half-open IKE SAs; an initiator that does not come back with the cookie " +
			"never got it, gave up, or is no client."
		f.orUnknown("whether the cookie reached the initiator")
	}
	f.say(seen, means)
	f.or("the responder is set to ask everybody for a cookie")
	for _, v := range list {
		f.ref(v.Cookie.First, "cookie")
		f.ref(v.Cookie.Last, "cookie")
		f.ref(v.ChosenAt, "accepted")
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	f.Evidence["cookies"] = n
	f.Evidence["attempts"] = len(list)
	f.Evidence["finished"] = finished
	return []*finding{f}
}
