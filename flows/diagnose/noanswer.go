package diagnose

import (
	"fmt"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var noAnswer = Entry{
	Code:     "no-answer",
	Title:    "Requests to start IKE get no answer",
	Severity: report.SeverityCritical,
	Grading: "Warning where the request was sent only once, as a probe would, or where other packets of the " +
		"silent peer still come; notice where IKE was answered in a later attempt.",
	Rows: []int{1},
	Explanation: "One side asks to start an IKE SA and the other is never heard: not with an offer, not with a " +
		"refusal, not with a cookie.",
	OnTheWire: "The first message (IKE_SA_INIT, or message 1 of main or aggressive mode) is sent again and again " +
		"with the same initiator SPI and message ID 0, at growing intervals. No IKE message comes back. It takes " +
		"two sendings and 2 s of waiting, or one sending and 10 s.",
	Causes: "UDP 500 or 4500 is blocked on the path, in one direction or both; the peer's address is wrong; the " +
		"peer is down or does not run IKE; the peer knows no gateway for this address and drops the request in " +
		"silence; a local-in policy drops it.",
	LookAlikes: []string{
		"A COOKIE, INVALID_KE_PAYLOAD or NO_PROPOSAL_CHOSEN is an answer: the peer is reached and talks.",
		"A capture of one direction only: the initiator goes on with the responder's SPI, so it was answered.",
		"A capture that ends before an answer can have come.",
		"Many first messages with a new SPI each time: that is a flood or a scan, not a client (half-open-flood).",
	},
	Advice: []string{
		"Capture at the peer too: request arrives there = the peer drops it or its answer is lost; else the path does.",
		"Check the peer's address, and UDP 500 and 4500 in the filters on the way and in the peer's local-in policy.",
		"Read the peer's IKE log: 'no policy configured' or 'no connection' there means it does not know this gateway.",
	},
	Commands: []string{
		"FortiGate (at the peer): diagnose sniffer packet any 'host <peer> and (udp port 500 or udp port 4500)' 4 0 a",
		"strongSwan (at the peer): swanctl --log",
		"libreswan (at the peer): journalctl -u ipsec -f",
	},
	Evidence: []EvidenceKey{
		{"initiator_spis", "hex", "initiator SPIs of the unanswered attempts, the first 8"},
		{"attempts", "attempts", "IKE SAs that were asked for and never answered"},
		{"requests", "messages", "first messages sent in all attempts"},
		{"gaps_seconds", "s", "waits between the sendings of the longest attempt"},
		{"timers", "text", "implementation whose default timers the waits match; absent if none does"},
		{"waited_seconds", "s", "from the last request to the end of the capture"},
	},
	References: []Reference{
		{7296, "2.1", "retransmission by the initiator"},
		{7296, "2.4", "what silence lets a peer conclude"},
		{2408, "5.1", "retransmission in IKEv1"},
	},
}

// Limits below which silence is not worth a word.
const (
	minWaitRepeated = 2 * time.Second
	minWaitSingle   = 10 * time.Second
)

// attempt is one IKE SA that was asked for in vain.
type attempt struct {
	ikeLook
	repeat *Repeat // nil if asked for once
	first  Mark
	last   time.Time
	total  uint64
}

// attempts lists the unanswered attempts that waited long enough.
func (l *look) attempts() []attempt {
	var out []attempt
	for _, v := range l.ike {
		if !v.unanswered() || !v.opens() {
			continue
		}
		a := attempt{ikeLook: v, first: Mark{Time: v.sa.FirstSeen}, last: v.sa.FirstSeen, total: 1}
		if len(v.sa.Exchanges) > 0 && v.sa.Exchanges[0].Request != nil {
			a.first.Ref = *v.sa.Exchanges[0].Request
		}
		for i := range v.Repeats {
			r := &v.Repeats[i]
			if !r.opening() || r.Answered != nil || len(r.Sent) == 0 || uint64(max(r.Total, 0)) <= a.total {
				continue
			}
			a.repeat, a.total = r, uint64(r.Total)
			a.first, a.last = r.Sent[0], r.Sent[len(r.Sent)-1].Time
		}
		waited := l.end.Sub(a.first.Time)
		if a.total > 1 && waited >= minWaitRepeated || waited >= minWaitSingle {
			out = append(out, a)
		}
	}
	return out
}

// opening tells whether the request is the first of an IKE SA.
func (r *Repeat) opening() bool { return r.MessageID == 0 && r.From != "responder" }

// opens tells whether the SA was met with a message that begins one. Stray
// messages without a responder SPI, such as an IKEv1 error, are no attempt.
func (v ikeLook) opens() bool {
	if len(v.sa.Exchanges) == 0 {
		return true
	}
	switch v.sa.Exchanges[0].Type {
	case "", "IKE_SA_INIT", "IKE_SESSION_RESUME", "main mode", "aggressive mode", "base mode":
		return true
	}
	return false
}

// name is what the attempt's message is called.
func (a *attempt) name() string {
	name := ""
	switch {
	case a.repeat != nil && a.repeat.Exchange != "":
		name = a.repeat.Exchange
	case len(a.sa.Exchanges) > 0 && a.sa.Exchanges[0].Type != "":
		name = a.sa.Exchanges[0].Type
	}
	switch {
	case name == "":
		return "the first IKE message"
	case a.sa.Version == 1:
		return "message 1 of " + name
	}
	return name
}

// outcome of an attempt: what the silent peer did afterwards.
type outcome int

const (
	stayedSilent outcome = iota
	dataCame             // ESP from the peer, but no IKE
	ikeCame
)

func (l *look) outcome(a *attempt) outcome {
	o := stayedSilent
	for _, v := range l.ike {
		if v.Answered && (v.Reversed == a.Reversed && v.lastHeard().After(a.last) ||
			v.Reversed != a.Reversed && v.LastFromInitiator.Time.After(a.last)) {
			return ikeCame
		}
	}
	for _, c := range l.children {
		if c.ToResponder == a.Reversed && c.Last.Time.After(a.last) {
			o = dataCame
		}
	}
	return o
}

// noAnswers makes one finding of all attempts of one side with one outcome.
func noAnswers(l *look) []*finding {
	type kind struct {
		reversed bool
		outcome  outcome
	}
	groups := map[kind][]attempt{}
	var order []kind
	for _, a := range l.attempts() {
		k := kind{a.Reversed, l.outcome(&a)}
		if groups[k] == nil {
			order = append(order, k)
		}
		groups[k] = append(groups[k], a)
	}
	var out []*finding
	for _, k := range order {
		out = append(out, l.noAnswer(groups[k], k.outcome))
	}
	return out
}

func (l *look) noAnswer(group []attempt, after outcome) *finding {
	longest, requests := &group[0], uint64(0)
	first, last := group[0].first.Time, group[0].last
	var spis []string
	for i := range group {
		a := &group[i]
		requests += a.total
		if a.total > longest.total {
			longest = a
		}
		if a.first.Time.Before(first) {
			first = a.first.Time
		}
		if a.last.After(last) {
			last = a.last
		}
		if len(spis) < maxTerms {
			spis = append(spis, a.sa.InitiatorSPI)
		}
	}
	f := noAnswer.finding(uint64(len(group)), first, last)
	f.Confidence.Cause = report.ConfidenceLow
	f.lost = lost{"ike", !group[0].Reversed, first, last}
	from, to := longest.from, longest.to

	seen := fmt.Sprintf("%s from %s to %s was sent %s", capital(longest.name()), from, to, times(longest.total))
	var waits []float64
	if longest.repeat != nil {
		if waits = longest.repeat.waits(); len(waits) > 0 {
			seen += fmt.Sprintf(", %s apart", gapList(waits))
		}
		f.refs(longest.repeat.Sent, "request", maxRefs-4)
	}
	if len(group) > 1 {
		seen += fmt.Sprintf("; %d such attempts with %s in all", len(group), count(requests, "request"))
	}
	seen += "."
	waited := l.end.Sub(last)
	silence := fmt.Sprintf(" No IKE message came back here in the %s from the last request to the end of the capture.", span(waited))
	means := fmt.Sprintf("Either the requests do not reach %s, or it does not answer them, or its answers are lost before here.", to)
	switch {
	case after == ikeCame:
		f.Severity = report.SeverityNotice
		silence = fmt.Sprintf(" No answer to it was seen here; other IKE messages from %s were, later.", to)
		means = "The way was blocked or the peer not ready for a time only, or it takes IKE on another port or transport."
	case after == dataCame:
		f.Severity = report.SeverityWarning
		silence += fmt.Sprintf(" Data from %s was seen after it.", to)
		means = fmt.Sprintf("%s is alive and reachable for data, but IKE to it is not answered: what holds is the SA made before.", to)
	case requests == 1:
		f.Severity = report.SeverityWarning
		f.or("a probe or a scan and no client: a client would have repeated its request")
	}
	f.say(seen+silence, means+timerNote(waits))
	if l.mayBeUDP() {
		f.or("UDP 500 or 4500 is filtered on the way, in one direction or both")
	}
	f.or("the peer drops the request in silence: unknown gateway, wrong IKE version or interface, local-in policy",
		"the peer's address is wrong, or the peer is down",
		"the answers take another way than past this capture point")
	f.orUnknown("whether the request reaches " + to + ": one capture point cannot tell 'not sent' from 'lost before here'")

	for i := range group {
		f.ref(group[i].first, "request")
		f.term(ikeTerm(group[i].sa.InitiatorSPI))
	}
	f.fill("<peer>", from)
	f.Evidence["initiator_spis"] = spis
	f.Evidence["attempts"] = len(group)
	f.Evidence["requests"] = requests
	f.Evidence["waited_seconds"] = max(0, seconds(waited))
	if len(waits) > 0 {
		f.Evidence["gaps_seconds"] = waits
	}
	if name := backoffOf(waits); name != "" {
		f.Evidence["timers"] = name
	}
	return f
}
