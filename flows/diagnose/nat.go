package diagnose

import (
	"fmt"

	"github.com/ikesniff/ikesniff/report"
)

var natDetected = Entry{
	Code:     "nat-detected",
	Title:    "IKE found a NAT between the peers",
	Severity: report.SeverityInfo,
	Explanation: "Each peer sends hashes of the addresses and ports it believes in. Where they do not fit those on the " +
		"wire, a NAT has changed them; the peers then put ESP into UDP 4500 and keep the mapping alive.",
	OnTheWire: "NAT_DETECTION_SOURCE_IP or NAT_DETECTION_DESTINATION_IP (IKEv1: NAT-D) with a hash that does not fit the " +
		"packet's addresses and ports as they are here.",
	Causes: "A NAT on the way. Some implementations send a wrong hash on purpose, to force encapsulation in UDP where " +
		"ESP itself would be filtered.",
	LookAlikes: []string{
		"UDP 4500 without NAT: a peer may start there, and hashes that fit tell that there is none.",
		"A NAT beyond this capture point: here the hashes still fit.",
	},
	Advice: []string{
		"Nothing has to be done. With a NAT in between, NAT keepalives or liveness checks have to be frequent enough.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"initiator_behind_nat", "true/false", "whether the hashes put the initiator of the IKE SA behind a NAT"},
		{"responder_behind_nat", "true/false", "the same for its responder"},
		{"ike_sas", "IKE SAs", "IKE SAs that found it"},
	},
	References: []Reference{
		{7296, "2.23", "NAT detection in IKEv2"},
		{3947, "3.2", "NAT detection in IKEv1"},
		{3948, "", "ESP in UDP"},
	},
}

func nats(l *look) []*finding {
	var f *finding
	var n uint64
	for _, v := range l.ike {
		nat := v.sa.NAT
		if nat == nil || !nat.Initiator && !nat.Responder {
			continue
		}
		at := v.NATSeen.timeOr(v.sa.FirstSeen)
		if n++; f == nil {
			f = natDetected.finding(1, at, at)
			who := v.from + " (initiator)"
			switch {
			case nat.Initiator && nat.Responder:
				who = "both " + v.from + " and " + v.to
			case nat.Responder:
				who = v.to + " (responder)"
			}
			f.say(fmt.Sprintf("The NAT detection hashes of %s do not fit the addresses and ports seen here.", who),
				"There is a NAT between, or the peer forces encapsulation in UDP by a wrong hash.")
			f.Confidence.Cause = report.ConfidenceMedium
			f.or("a hash that is wrong on purpose, to have ESP carried in UDP")
			f.Evidence["initiator_behind_nat"], f.Evidence["responder_behind_nat"] = nat.Initiator, nat.Responder
		}
		f.Count, f.LastSeen = n, at
		f.ref(v.NATSeen, "hashes that do not fit")
		f.term(ikeTerm(v.sa.InitiatorSPI))
		f.Evidence["ike_sas"] = n
	}
	if f == nil {
		return nil
	}
	return []*finding{f}
}
