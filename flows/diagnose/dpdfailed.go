package diagnose

import (
	"fmt"
	"slices"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var dpdFailed = Entry{
	Code:     "dpd-failed",
	Title:    "Liveness checks get no answer",
	Severity: report.SeverityWarning,
	Grading:  "As severe as the gravest finding that it explains, such as no-answer.",
	Rows:     []int{56},
	Explanation: "A peer asks whether the other is still there (dead peer detection, DPD) and hears nothing. After a few attempts it " +
		"drops the tunnel and, if set to, begins a new one.",
	OnTheWire: "IKEv2: one empty-looking INFORMATIONAL request with one message ID, sent 3 times or more at growing waits (FortiOS: 3, 6, 12, 24, " +
		"48 s; strongSwan: 4, 7.2, 13, 23.3, 42 s) without an answer. IKEv1: 3 R-U-THERE or more in a row, each with a message " +
		"ID of its own, without one of the other side. The run lasts 2 s or more: messages that close a tunnel come in one burst.",
	Causes: "The peer is down, or has restarted and lost the SA; the path is cut, or a NAT on the way has lost its mapping. If data of the peer " +
		"still comes, only IKE is blocked: a filter or local-in policy for UDP 500 and 4500, or a rate limit for IKE.",
	LookAlikes: []string{
		"A check that is answered at the second or third sending: loss, mended (ike-retransmission).",
		"A DELETE that the peer does not answer any more: sent once or twice, at the end.",
		"IKEv1 messages that are never answered by design, as heartbeats and notifies: data goes on, and nobody reacts.",
		"NAT keepalives: they are never answered (one-way-keepalives).",
	},
	Advice: []string{
		"Data of the silent side still comes: look for a filter or local-in policy for UDP 500 and 4500, since the path is there.",
		"Nothing of it comes: see whether the peer is up, and whether the path to it works outside of the tunnel.",
		"Capture at the other side: checks arrive there = it drops them or its answers are lost; else the path does.",
		"See whether all tunnels of the gateway fail at that moment (line, failover) or this one only.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"FortiGate (at <peer>): diagnose sniffer packet any 'udp port 500 or udp port 4500' 4 0 a",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec trafficstatus",
	},
	Evidence: []EvidenceKey{
		{"direction", "text", "direction of the checks: to-responder or to-initiator"},
		{"ike_version", "number", "1 or 2"},
		{"requests", "requests", "different requests without an answer; of IKEv1 one a check"},
		{"sendings", "messages", "sendings of these in all"},
		{"gaps_seconds", "s", "waits between the sendings of the longest run"},
		{"timers", "text", "implementation whose default timers the waits match; absent if none does"},
		{"answered_before", "true/false", "whether such a request was answered earlier"},
		{"silent_before_seconds", "s", "from the last packet of the silent side to the first check; absent if there was none"},
		{"data_after", "true/false", "whether data of the silent side still came after the second sending"},
		{"new_ike_sa_after_seconds", "s", "from the first check to the next IKE SA that either side began; absent if none did"},
		{"new_ike_sa_by", "text", "who began that: initiator or responder of the tunnel; absent if none did"},
	},
	References: []Reference{
		{7296, "2.4", "liveness checks in IKEv2"},
		{7296, "2.1", "retransmission, and giving up"},
		{3706, "5", "dead peer detection in IKEv1"},
	},
}

// Limits below which silence proves nothing.
const (
	// FortiOS and many others ask 3 times; that chance loses three messages in a row
	// on a path that works is one in a million at 1 % loss.
	minProbes    = 3
	minProbeTime = 2 * time.Second
)

// probing is all that one side asked in vain.
type probing struct {
	toResponder bool
	v           *ikeLook
	longest     *ProbeRun
	runs        []*ProbeRun
	requests    uint64
	sendings    uint64
	first, last Mark
}

func dpdFailures(l *look) []*finding {
	var out []*finding
	for _, toResponder := range []bool{true, false} {
		p := probing{toResponder: toResponder}
		for i := range l.ike {
			v := &l.ike[i]
			for j := range v.Probes {
				r := &v.Probes[j]
				if sentByResponder := (r.From == "responder") != v.Reversed; sentByResponder == toResponder || !v.failed(r) {
					continue
				}
				p.add(v, r)
			}
		}
		if len(p.runs) > 0 {
			out = append(out, l.probed(&p))
		}
	}
	return out
}

// failed tells whether a run is a liveness check that failed.
func (v *ikeLook) failed(r *ProbeRun) bool {
	n := r.Total
	if r.V1 {
		n = r.Requests
	}
	if n < minProbes || len(r.Sent) < 2 || r.Sent[len(r.Sent)-1].Time.Sub(r.Sent[0].Time) < minProbeTime || v.Began && !v.Authenticated {
		return false
	}
	// What IKEv1 never answers and nobody minds is a heartbeat.
	return !r.V1 || r.AnsweredBefore || !r.ESPAfter.set()
}

func (p *probing) add(v *ikeLook, r *ProbeRun) {
	p.runs = append(p.runs, r)
	p.requests, p.sendings = plus(p.requests, uint64(max(r.Requests, 0))), plus(p.sendings, uint64(max(r.Total, 0)))
	if p.longest == nil || r.Total > p.longest.Total {
		p.longest, p.v = r, v
	}
	if a := r.Sent[0]; !p.first.set() || a.Time.Before(p.first.Time) {
		p.first = a
	}
	if b := r.Sent[len(r.Sent)-1]; !p.last.set() || b.Time.After(p.last.Time) {
		p.last = b
	}
}

func (l *look) probed(p *probing) *finding {
	r := p.longest
	from, to := l.ends(p.toResponder)
	f := dpdFailed.finding(p.sendings, p.first.Time, p.last.Time)
	waits := (&Repeat{Sent: r.Sent, Total: r.Total}).waits()
	version := 2
	seen := fmt.Sprintf("One INFORMATIONAL request from %s to %s was sent %s", from, to, times(uint64(r.Total)))
	if r.V1 {
		version = 1
		seen = fmt.Sprintf("%s, each with a message ID of its own, went from %s to %s", count(uint64(r.Requests), "liveness check"), from, to)
	}
	if len(waits) > 0 {
		seen += fmt.Sprintf(", %s apart", gapList(waits))
		f.Evidence["gaps_seconds"] = waits
	}
	seen += ", and no answer was seen here."
	if len(p.runs) > 1 {
		seen += fmt.Sprintf(" There are %d such runs with %s in all.", len(p.runs), count(p.sendings, "sending"))
	}
	if r.OtherLast.set() {
		silent := max(0, r.Sent[0].Time.Sub(r.OtherLast.Time))
		seen += fmt.Sprintf(" The last packet of %s before came %s earlier.", to, span(silent))
		f.Evidence["silent_before_seconds"] = seconds(silent)
		f.ref(r.OtherLast, "last packet of the silent side before")
	}
	f.refs(r.Sent, "liveness check", maxRefs-6)
	second, end := r.Sent[1].Time, r.Sent[len(r.Sent)-1].Time
	data := l.dataOf(!p.toResponder, r.Sent[0].Time)
	dataAfter := data.Time.After(second) && r.ESPAfter.set() && r.ESPAfter.Time.Before(end)
	var means string
	switch {
	case dataAfter:
		seen += fmt.Sprintf(" Data of %s still came.", to)
		means = fmt.Sprintf("%s is alive and its data passes: only IKE is blocked, on the way to it or back, or it does not answer.", to)
		f.or("a local-in policy or filter for UDP 500 and 4500 at "+to, "the SA that carries data is another than the one that was checked")
		f.ref(data, "data of the silent side")
	case r.OtherAfter.set() && r.OtherAfter.Time.After(second) && r.OtherAfter.Time.Before(end):
		seen += fmt.Sprintf(" Other packets of %s still came.", to)
		means = fmt.Sprintf("%s is alive; the checks do not reach it, or its answers are lost before here.", to)
		f.Confidence.Cause = report.ConfidenceLow
		f.ref(r.OtherAfter, "packet of the silent side")
	case l.cameBack(p):
		means = fmt.Sprintf("%s was cut off or had lost the tunnel for a time, and came back by itself.", to)
	default:
		means = fmt.Sprintf("%s is down, or the path to it or from it is cut.", to)
		f.or(to+" has restarted and does not know the SA any more", "a NAT on the way has lost its mapping")
	}
	if name := backoffOf(waits); name != "" && !r.V1 {
		means += " The waits are those of " + name + "."
		f.Evidence["timers"] = name
	}
	if !r.V1 {
		f.or("the message is no liveness check but a DELETE or another notify: it is encrypted")
	}
	f.orUnknown("whether the checks reach "+to, "whether it answers")
	f.fill("<peer>", to)
	f.term(ikeTerm(p.v.sa.InitiatorSPI))
	f.lost = lost{"ike", p.toResponder, p.first.Time, p.last.Time}
	f.Evidence["direction"], f.Evidence["ike_version"] = direction(p.toResponder), version
	f.Evidence["requests"], f.Evidence["sendings"] = p.requests, p.sendings
	f.Evidence["answered_before"], f.Evidence["data_after"] = r.AnsweredBefore, dataAfter
	// The first advice is for a peer whose data comes, the second for the others.
	if dataAfter {
		f.Advice = slices.Delete(f.Advice, 1, 2)
	} else {
		f.Advice = slices.Delete(f.Advice, 0, 1)
	}
	f.say(seen+l.newSA(f, p), means)
	return f
}

// cameBack tells whether the side that did not answer began the next IKE SA.
func (l *look) cameBack(p *probing) bool {
	next := l.nextSA(p.longest.Sent[0].Time)
	return next != nil && next.Reversed == p.toResponder && next.Answered
}

// nextSA is the first IKE SA that either side began after a moment.
func (l *look) nextSA(t time.Time) (next *ikeLook) {
	for i := range l.ike {
		v := &l.ike[i]
		if v.opened() && v.sa.FirstSeen.After(t) && (next == nil || v.sa.FirstSeen.Before(next.sa.FirstSeen)) {
			next = v
		}
	}
	return next
}

// newSA says what followed: who began an IKE SA after the first check.
func (l *look) newSA(f *finding, p *probing) string {
	next := l.nextSA(p.longest.Sent[0].Time)
	if next == nil {
		return ""
	}
	wait := next.sa.FirstSeen.Sub(p.longest.Sent[0].Time)
	by := "initiator"
	if next.Reversed {
		by = "responder"
	}
	f.Evidence["new_ike_sa_after_seconds"], f.Evidence["new_ike_sa_by"] = seconds(wait), by
	f.term(ikeTerm(next.sa.InitiatorSPI))
	return fmt.Sprintf(" %s after the first check %s began a new IKE SA.", span(wait), next.from)
}

// dataOf is the last data packet of a direction, on SAs older than a moment.
func (l *look) dataOf(toResponder bool, t time.Time) (last Mark) {
	for _, c := range l.children {
		if c.ToResponder == toResponder && c.First.Time.Before(t) && c.Last.set() && (!last.set() || c.Last.Time.After(last.Time)) {
			last = c.Last
		}
	}
	return last
}
