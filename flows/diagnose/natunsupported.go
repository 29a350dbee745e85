package diagnose

import (
	"fmt"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

var natTUnsupported = Entry{
	Code:     "nat-t-unsupported",
	Title:    "A peer does not offer NAT traversal",
	Severity: report.SeverityInfo,
	Grading: "Notice where a NAT seems to be between the peers, told by hashes or by a source port that is not 500. As severe as " +
		"what it explains (nat-t-missing).",
	Rows: []int{43},
	Explanation: "NAT traversal takes both sides: each sends hashes of its addresses, and in IKEv1 a vendor ID before. Where one " +
		"side does not, a NAT is not noticed, and ESP stays without UDP.",
	OnTheWire: "IKEv1: no vendor ID of NAT traversal and no NAT-D payload in one side's first messages of phase 1. IKEv2: no " +
		"NAT_DETECTION notifies in one side's IKE_SA_INIT. Said only if the first message of each side was read whole and " +
		"the two authenticated.",
	Causes: "NAT traversal is switched off on that side, or its software does not have it.",
	LookAlikes: []string{
		"Hashes on both sides that fit: NAT traversal is there, and no NAT.",
		"IKE that moves to UDP 4500 all the same: then both sides have it.",
		"IKE over TCP, which takes the place of UDP encapsulation.",
		"A first message that the capture cut off: what it lacks may stand behind the cut.",
	},
	Advice: []string{
		"With a NAT anywhere between the peers: enable NAT traversal on the side that does not offer it.",
		"Without a NAT nothing has to be done; enabled it does no harm.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f nattraversal",
		"strongSwan: swanctl --list-conns",
		"libreswan: ipsec status | grep -i nat",
	},
	Evidence: []EvidenceKey{
		{"initiator_offers", "true/false", "whether the initiator of the IKE SA offers NAT traversal"},
		{"responder_offers", "true/false", "the same for its responder"},
		{"source_port", "port", "port that the first request came from"},
		{"nat_likely", "true/false", "whether something tells of a NAT between the peers"},
		{"ike_sas", "IKE SAs", "IKE SAs that this holds for"},
	},
	References: []Reference{
		{3947, "3", "how IKEv1 negotiates it"},
		{7296, "2.23", "NAT detection in IKEv2"},
		{3948, "", "ESP in UDP"},
	},
}

// encapsulated tells whether the SA moved to the ports of NAT traversal: then
// both sides have it, whatever they said.
func (v ikeLook) encapsulated() bool {
	for i := range v.Exchanges {
		if v.Exchanges[i].Request.Transport == "udp-nat-t" || v.Exchanges[i].Response.Transport == "udp-nat-t" {
			return true
		}
	}
	return v.Phase1.Last.Transport == "udp-nat-t"
}

// unsupportedNATT makes one finding of all IKE SAs in which one side offers no
// NAT traversal.
func unsupportedNATT(l *look) []*finding {
	var f *finding
	var n uint64
	for _, v := range l.ike {
		who := v.withoutNATT()
		m := v.opener()
		if who == "" || !v.Authenticated || strings.HasPrefix(m.Transport, "tcp-") || v.encapsulated() {
			continue
		}
		at := m.timeOr(v.sa.FirstSeen)
		likely := v.mapped() || v.sa.NAT != nil && (v.sa.NAT.Initiator || v.sa.NAT.Responder)
		if f == nil {
			f = natTUnsupported.finding(1, at, at)
			f.Confidence.Cause = report.ConfidenceHigh
			f.Evidence["initiator_offers"], f.Evidence["responder_offers"] = v.NATTBy[0], v.NATTBy[1]
			f.Evidence["nat_likely"] = likely
			if m.SourcePort != 0 {
				f.Evidence["source_port"] = m.SourcePort
			}
			what := "NAT detection"
			if v.sa.Version == 1 {
				what = "vendor ID of NAT traversal and no NAT-D payload"
			}
			seen := fmt.Sprintf("%s sends no %s in its first messages", who, what)
			if !v.NATTBy[0] && !v.NATTBy[1] {
				seen = fmt.Sprintf("%s sends %s in its first messages", capital(who), strings.ReplaceAll(what, "and no", "or"))
			}
			means := "The two cannot notice a NAT between them, and ESP stays straight in IP. Without a NAT that is all right."
			if likely {
				f.Severity = report.SeverityNotice
				means = "A NAT seems to be between the two, and they cannot agree on ESP in UDP."
				if v.mapped() {
					f.Confidence.Cause = report.ConfidenceMedium
					seen += fmt.Sprintf("; the first request comes from UDP port %d, as a NAT gives them", m.SourcePort)
				}
			}
			f.say(seen+".", means)
		}
		if n++; at.After(f.LastSeen) {
			f.LastSeen = at
		}
		f.ref(m.Mark, "first request")
		f.ref(v.ChosenAt, "its answer")
		f.term(ikeTerm(v.sa.InitiatorSPI))
	}
	if f == nil {
		return nil
	}
	f.Count, f.Evidence["ike_sas"] = n, n
	return []*finding{f}
}
