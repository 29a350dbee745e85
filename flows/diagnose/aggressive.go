package diagnose

import (
	"fmt"
	"strings"
	"time"

	"github.com/ikesniff/ikesniff/report"
)

var aggressiveModePSK = Entry{
	Code:     "aggressive-mode-psk",
	Title:    "Aggressive mode shows a hash made with the pre-shared key",
	Severity: report.SeverityInfo,
	Grading: "Never more: severity tells how the tunnel fares, and this is a finding about its configuration. The tunnel " +
		"works; its key is what is in danger.",
	Rows: []int{41},
	Explanation: "IKEv1's aggressive mode with a pre-shared key sends the responder's identity and a hash over the key " +
		"in the clear, to anybody who asks. Whoever captures it can try keys offline, without limit and unnoticed.",
	OnTheWire: "Aggressive mode's second message with an ID and a HASH payload, unencrypted.",
	Causes: "A dial-up gateway set up for IKEv1 clients with changing addresses, or a site-to-site tunnel that was set " +
		"to aggressive mode for a peer without a fixed address.",
	LookAlikes: []string{
		"Aggressive mode with certificates carries a signature instead of the hash.",
		"Main mode and IKEv2 encrypt identity and proof.",
	},
	Advice: []string{
		"Move to IKEv2; where IKEv1 has to stay, use certificates, or main mode.",
		"Until then use a random key of 20 characters or more, one for each peer, and change the present one.",
	},
	Commands: []string{
		"FortiGate: show full vpn ipsec phase1-interface | grep -f aggressive",
		"strongSwan: swanctl --list-conns",
		"libreswan: ipsec status | grep AGGRESSIVE",
	},
	Evidence: []EvidenceKey{
		{"exposures", "attempts", "IKE SAs whose second message shows the hash"},
		{"authentication", "text", "authentication method of the chosen proposal, where seen"},
	},
	References: []Reference{
		{2409, "5.4", "pre-shared keys in IKEv1"},
		{7296, "2.15", "why keys taken from passwords are guessable"},
	},
}

func aggressiveMode(l *look) []*finding {
	var out *finding
	var n uint64
	var last time.Time
	for _, v := range l.ike {
		if v.sa.Mode != "aggressive" || !v.HashInClear.set() {
			continue
		}
		method := ""
		if v.sa.Proposal != nil {
			method = v.sa.Proposal.Authentication
		}
		if !preShared(method) {
			continue
		}
		if n++; out == nil {
			out = aggressiveModePSK.finding(1, v.HashInClear.Time, v.HashInClear.Time)
			out.Confidence.Cause = report.ConfidenceHigh
			if method == "" {
				out.Confidence.Cause = report.ConfidenceMedium
				out.or("a method of authentication without a pre-shared key: which one was chosen was not seen")
			} else {
				out.Evidence["authentication"] = method
			}
			out.say(fmt.Sprintf("%s sent its identity and the hash that proves it to %s in the clear.", v.to, v.from),
				"The hash is made with the pre-shared key. Whoever has this packet can try keys offline, and will find a weak one.")
			out.orUnknown("how strong the key is")
		}
		out.Count = n
		last = v.HashInClear.Time
		out.LastSeen = last
		out.ref(v.HashInClear, "hash in clear")
		out.term(ikeTerm(v.sa.InitiatorSPI))
		out.Evidence["exposures"] = n
	}
	if out == nil {
		return nil
	}
	return []*finding{out}
}

// preShared tells whether a method of authentication is a pre-shared key, or
// not known. Signatures have no hash in the second message, but the methods
// that encrypt with the peer's public key do, and there is no key to guess.
func preShared(method string) bool {
	m := strings.ToLower(method)
	return m == "" || strings.Contains(m, "shared") || strings.Contains(m, "psk")
}
