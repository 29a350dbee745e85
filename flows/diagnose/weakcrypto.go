package diagnose

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/ikesniff/ikesniff/report"
)

var weakCrypto = Entry{
	Code:     "weak-crypto",
	Title:    "Weak algorithms were chosen for IKE",
	Severity: report.SeverityInfo,
	Grading: "Never more: severity tells how the tunnel fares, and this is a finding about its configuration. Evidence says " +
		"whether RFC 8247 rules something out (MUST NOT: DES, no encryption, MD5, DES-MAC, the 768-bit group and group 22) " +
		"or advises against it (SHOULD NOT: 1024- and 1536-bit MODP, groups 23 and 24); ciphers with 64-bit blocks such as 3DES " +
		"are named, too. SHA-1 in HMAC and PRF is still allowed there and is not reported.",
	Rows: []int{42},
	Explanation: "The responder chose algorithms that are too weak by today's measure. Everything in the tunnel hangs on " +
		"this exchange: who breaks the Diffie-Hellman group reads the recorded traffic later.",
	OnTheWire: "The chosen proposal of IKE_SA_INIT or of IKEv1's phase 1, which is in clear. What is only offered does " +
		"not count.",
	Causes: "An old policy that was never changed, or a peer that can do nothing better.",
	LookAlikes: []string{
		"A weak algorithm at the end of the offer while a strong one is chosen.",
		"Weak algorithms of a Child SA: they are negotiated under encryption and not seen without keys.",
	},
	Advice: []string{
		"Move both ends to AES-GCM or AES with SHA-2, and to group 14 at least, better 19, 20 or 31.",
		"Take the weak algorithms out of both offers, or the next negotiation may fall back to them.",
	},
	Commands: []string{
		"FortiGate: diagnose vpn ike gateway list",
		"strongSwan: swanctl --list-sas",
		"libreswan: ipsec status",
	},
	Evidence: []EvidenceKey{
		{"weak", "text", "the weak algorithms, with the reason"},
		{"chosen", "text", "the whole chosen proposal"},
		{"must_not", "true/false", "whether RFC 8247 rules one of them out"},
		{"ike_sas", "IKE SAs", "IKE SAs that chose it"},
		{"strong_offered", "true/false", "whether the initiator's offer held at least one proposal without weak algorithms"},
	},
	References: []Reference{
		{8247, "2", "algorithms for IKEv2"},
		{8221, "5", "algorithms for ESP, ciphers with 64-bit blocks"},
		{7296, "3.3.2", "transforms"},
	},
}

// weaknesses lists what is weak in a proposal; forbidden tells that RFC 8247
// rules one of them out. Names are matched by their parts, so that it does not
// matter whether they are IANA's or shortened, nor whether a list offers
// several. An offered list is weak only if nothing else is in it.
func weaknesses(p *report.Proposal) (weak []string, forbidden bool) {
	add := func(name string, judge func(string) (string, bool)) {
		var reasons []string
		ban := false
		for _, one := range strings.Split(name, ",") {
			one = strings.TrimSpace(one)
			why, no := judge(strings.ToUpper(one))
			if why == "" {
				return
			}
			reasons = append(reasons, one+" ("+why+")")
			ban = ban || no
		}
		for _, r := range reasons {
			if !slices.Contains(weak, r) {
				weak = append(weak, r)
			}
		}
		forbidden = forbidden || ban
	}
	add(p.Encryption, weakEncryption)
	add(p.Integrity, weakHash)
	add(p.PRF, weakHash)
	add(p.KeyExchange, weakGroup)
	return weak, forbidden
}

var desName = regexp.MustCompile(`(^|[^0-9A-Z])DES([^A-Z]|$)`)

func weakEncryption(name string) (why string, forbidden bool) {
	switch {
	case strings.Contains(name, "3DES"):
		return "64-bit blocks", false
	case strings.Contains(name, "DES") && desName.MatchString(name): // most have no DES to look at
		return "56-bit key", true
	case name == "NULL", strings.HasSuffix(name, "_NULL"):
		return "no encryption", true
	}
	for _, old := range []string{"BLOWFISH", "IDEA", "CAST", "RC5"} {
		if strings.Contains(name, old) {
			return "64-bit blocks", false
		}
	}
	return "", false
}

func weakHash(name string) (why string, forbidden bool) {
	switch {
	case strings.Contains(name, "MD5"):
		return "broken hash", true
	case strings.Contains(name, "DES_MAC"), strings.Contains(name, "DES-MAC"):
		return "56-bit key", true
	}
	return "", false
}

// weakGroup judges by the size in the name ("MODP_1024", "1024-bit MODP
// Group"), or by the number where there is no more than that ("group 2").
func weakGroup(name string) (why string, forbidden bool) {
	n := strings.FieldsFunc(name, func(r rune) bool { return r < '0' || r > '9' })
	has := func(s string) bool { return slices.Contains(n, s) }
	if strings.Contains(name, "MODP") {
		switch {
		case has("768"):
			return "group far too small", true
		case has("1024") && has("160"):
			return "group too small, with a small subgroup", true
		case has("1024"):
			return "group too small", false
		case has("1536"):
			return "group too small", false
		case has("2048") && (has("224") || has("256")):
			return "small subgroup", false
		}
		return "", false
	}
	if bare := strings.TrimLeft(name, "GROUPDH_- "); len(n) != 1 || bare != n[0] {
		return "", false
	}
	switch n[0] {
	case "1":
		return "group far too small", true
	case "22":
		return "group too small, with a small subgroup", true
	case "2":
		return "group too small", false
	case "5":
		return "group too small", false
	case "23", "24":
		return "small subgroup", false
	}
	return "", false
}

// weakChoices makes one finding for each different weak proposal chosen.
func weakChoices(l *look) []*finding {
	var out []*finding
	var byChoice map[string]*finding
	for _, v := range l.ike {
		if v.sa.Proposal == nil {
			continue
		}
		weak, forbidden := weaknesses(v.sa.Proposal)
		if len(weak) == 0 {
			continue
		}
		chosen := strings.Join(describe([]report.Proposal{*v.sa.Proposal}), "")
		f := byChoice[chosen]
		at := v.ChosenAt.timeOr(v.sa.FirstSeen)
		if f == nil {
			f = weakCrypto.finding(0, at, at)
			f.Count = 0
			if byChoice == nil {
				byChoice = map[string]*finding{}
			}
			byChoice[chosen] = f
			out = append(out, f)
			strong := slices.ContainsFunc(v.sa.Offered, func(p report.Proposal) bool {
				w, _ := weaknesses(&p)
				return len(w) == 0 && p.Encryption != ""
			})
			means := fmt.Sprintf("%s accepts no more than that, or prefers it.", v.to)
			if strong {
				means = fmt.Sprintf("%s offered better as well, so it is %s that prefers or only knows the weak ones.", v.from, v.to)
			} else if len(v.sa.Offered) > 0 {
				means = fmt.Sprintf("%s offered nothing better.", v.from)
				f.Confidence.Cause = report.ConfidenceHigh
			}
			f.say(fmt.Sprintf("%s chose %s for IKE; weak: %s.", v.to, chosen, strings.Join(weak, ", ")), means)
			f.orUnknown("which algorithms protect the data: Child SAs are negotiated under encryption")
			f.Evidence["weak"], f.Evidence["chosen"] = weak, chosen
			f.Evidence["strong_offered"], f.Evidence["must_not"] = strong, forbidden
			if forbidden {
				f.Interpretation += " RFC 8247 forbids it."
			}
		}
		f.Count++
		f.LastSeen = at
		f.ref(v.ChosenAt, "chosen")
		f.term(ikeTerm(v.sa.InitiatorSPI))
		f.Evidence["ike_sas"] = f.Count
	}
	return out
}
