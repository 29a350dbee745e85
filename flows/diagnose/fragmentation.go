package diagnose

import (
	"fmt"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

var ikeFragmentationMissing = Entry{
	Code:     "ike-fragmentation-missing",
	Title:    "Large IKE messages without IKE fragmentation",
	Severity: report.SeverityInfo,
	Grading:  "As severe as the loss that it explains (fragments-dropped).",
	Rows:     []int{28},
	Explanation: "With IKE fragmentation both sides cut large messages into pieces that fit, each a datagram of its own. Where one " +
		"side does not offer it, large messages leave as IP fragments, which many devices on the path drop.",
	OnTheWire: "One IKE_SA_INIT (IKEv1: one of the first two messages of phase 1) has no IKEV2_FRAGMENTATION_SUPPORTED (16430; IKEv1: " +
		"the vendor ID), and a later message comes in IP fragments or in a datagram of more than 1,400 bytes. Said only if both " +
		"first messages were read whole.",
	Causes: "IKE fragmentation is switched off on one side, or its version does not have it. A responder says that it supports " +
		"it only to an initiator that does.",
	LookAlikes: []string{
		"Small messages: without certificates IKE fragmentation is not needed.",
		"IKE over TCP, where the stream carries messages of any size.",
		"A first message that the capture cut off: what it lacks may stand behind the cut.",
	},
	Advice: []string{
		"Enable IKE fragmentation on the side that does not offer it; then the other side uses it, too.",
		"If it works as it is, nothing has to be done: it will fail where a path drops IP fragments.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f fragmentation",
		"strongSwan: swanctl --list-conns, with fragmentation = yes in the connection",
		"libreswan: ipsec status | grep fragmentation",
	},
	Evidence: []EvidenceKey{
		{"initiator_offers", "true/false", "whether the initiator of the IKE SA offers IKE fragmentation"},
		{"responder_offers", "true/false", "the same for its responder"},
		{"largest_datagram", "bytes", "largest IP datagram with a later message of the IKE SA"},
		{"ip_fragments", "fragments", "IP fragments that it came in, 0 if whole"},
		{"ike_sas", "IKE SAs", "IKE SAs that this holds for"},
	},
	References: []Reference{
		{7383, "2.3", "how it is offered"},
		{7383, "2.5.1", "size of the pieces"},
	},
}

// unfragmented makes one finding of all IKE SAs of the tunnel that lack IKE
// fragmentation and had use for it. dropped are those about large messages that
// get lost.
func unfragmented(l *look, dropped []*finding) []*finding {
	var f *finding
	var n uint64
	largest := Message{}
	for _, v := range l.ike {
		offers := v.FragmentationBy
		if !v.RequestRead || !v.ResponseRead || v.sa.Proposal == nil || offers[0] && offers[1] {
			continue
		}
		m := v.largestMessage()
		_, lost := l.firstOnlyOf(!v.Reversed)
		if !m.large() && !lost {
			continue
		}
		at := m.timeOr(v.sa.FirstSeen)
		if f == nil {
			f = ikeFragmentationMissing.finding(1, at, at)
			f.Confidence.Cause = report.ConfidenceHigh
			f.Evidence["initiator_offers"], f.Evidence["responder_offers"] = offers[0], offers[1]
			f.say(v.unfragmentedText(&m, offers))
			if !offers[0] {
				f.orUnknown("whether " + v.to + " supports it: a responder says so only to an initiator that does")
			}
		}
		if n++; at.After(f.LastSeen) {
			f.LastSeen = at
		}
		if m.Datagram >= largest.Datagram {
			largest = m
		}
		f.ref(v.opener().Mark, "first request")
		f.ref(v.ChosenAt, "its answer")
		f.ref(m.Mark, "large message")
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	if f == nil {
		return nil
	}
	f.Count = n
	f.Evidence["ike_sas"] = n
	f.hurt(dropped)
	if largest.set() {
		f.Evidence["largest_datagram"], f.Evidence["ip_fragments"] = max(largest.Datagram, 0), max(largest.IPFragments, 0)
	}
	return []*finding{f}
}

// hurt says what came of it: large messages that get lost.
func (f *finding) hurt(dropped []*finding) {
	for _, d := range dropped {
		if !forLackOf(d, f) {
			continue
		}
		offers, _, _ := strings.Cut(f.Observation, ";")
		f.Observation = offers + ". " + d.Observation
		f.Interpretation = "Large messages are left to IP to cut up, and on this path those fragments get lost." + f.Interpretation[len(unhurt):]
		f.Confidence.Cause = d.Confidence.Cause
		f.Advice = f.Advice[:1] // the rest is for where it works
		f.or(d.Alternatives...)
		for _, r := range d.Refs {
			f.ref(Mark{Ref: r.Ref}, r.Role)
		}
		return
	}
}

// unhurt is what the interpretation begins with where nothing came of it.
const unhurt = "Large messages are left to IP to cut up."

func (v ikeLook) unfragmentedText(m *Message, offers [2]bool) (seen, means string) {
	fix := v.to
	switch {
	case !offers[0] && !offers[1]:
		fix = fmt.Sprintf("%s, and on %s if it is off there, too", v.from, v.to)
		seen = fmt.Sprintf("Neither %s nor %s offers IKE fragmentation", v.from, v.to)
	case !offers[0]:
		fix = v.from
		seen = fmt.Sprintf("%s does not offer IKE fragmentation", v.from)
	default:
		seen = fmt.Sprintf("%s offers IKE fragmentation, %s does not", v.from, v.to)
	}
	switch {
	case m.IPFragments > 0:
		seen += fmt.Sprintf("; a later message came as %s with %s bytes in all.", count(uint64(m.IPFragments), "IP fragment"), grouped(uint64(max(m.Datagram, 0))))
	case m.large():
		seen += fmt.Sprintf("; a later message came in a datagram of %s bytes.", grouped(uint64(m.Datagram)))
	default:
		seen += "; of later messages only the first IP fragments came here."
	}
	return seen, fmt.Sprintf(unhurt+" IKE fragmentation has to be enabled on %s.", fix)
}

// largestMessage is the largest one of the SA after its first exchange that
// travelled as a datagram.
func (v ikeLook) largestMessage() Message {
	var m Message
	take := func(x *Message) {
		if x.set() && (x.IPFragments > 0 && m.IPFragments <= 0 || x.Datagram > m.Datagram && (x.IPFragments > 0) == (m.IPFragments > 0)) {
			m = *x
		}
	}
	for i := range min(len(v.Exchanges), len(v.sa.Exchanges)) {
		if t := v.sa.Exchanges[i].Type; t != "IKE_SA_INIT" && t != "main mode" && t != "aggressive mode" {
			take(&v.Exchanges[i].Request)
			take(&v.Exchanges[i].Response)
		}
	}
	if v.sa.Version == 1 {
		take(&v.Phase1.Last)
	}
	return m
}
