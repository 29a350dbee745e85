package message

import (
	"github.com/ikesniff/ikesniff/dissect/ike"
)

// appendProposals appends the proposals of a message, and the algorithms of a
// chosen one under the names that Suricata has for them.
func appendProposals(b []byte, s *summary) []byte {
	var list []ike.ProposalSummary
	if s.hasSA {
		if s.m.V1() {
			sa, _ := ike.ParseV1SA(s.sa)
			list = sa.Summaries()
		} else {
			sa, _ := ike.ParseSA(s.sa)
			list = sa.Summaries()
		}
	}
	b = append(b, `,"proposals":[`...)
	for i := range list {
		b = comma(b, i)
		b = appendProposal(b, &list[i])
	}
	b = append(b, ']')
	if len(list) == 1 && s.chooses() {
		p := &list[0]
		b = appendFirst(b, `,"alg_enc":`, p.Encryption)
		if s.m.V1() {
			b = appendFirst(b, `,"alg_hash":`, p.Integrity)
			b = appendFirst(b, `,"alg_auth":`, p.Authentication)
		} else {
			b = appendFirst(b, `,"alg_auth":`, p.Integrity)
		}
		b = appendFirst(b, `,"alg_prf":`, p.PRF)
		b = appendFirst(b, `,"alg_dh":`, p.KeyExchange)
		b = appendFirst(b, `,"alg_esn":`, p.ESN)
	}
	return b
}

func appendProposal(b []byte, p *ike.ProposalSummary) []byte {
	b = appendUint(b, `{"number":`, uint64(p.Number))
	b = append(b, `,"protocol":`...)
	b = appendString(b, p.Protocol)
	b = appendList(b, `,"encryption":`, p.Encryption)
	b = appendList(b, `,"integrity":`, p.Integrity)
	b = appendList(b, `,"prf":`, p.PRF)
	b = appendList(b, `,"key_exchange":`, p.KeyExchange)
	more := false
	for i, l := range p.AdditionalKeyExchanges {
		if len(l) > 0 {
			if !more {
				b = append(b, `,"additional_key_exchanges":{`...)
			} else {
				b = append(b, ',')
			}
			more = true
			b = append(b, `"ADDKE`...)
			b = append(b, byte('1'+i))
			b = appendList(b, `":`, l)
		}
	}
	if more {
		b = append(b, '}')
	}
	if len(p.ESN) > 0 {
		b = appendList(b, `,"esn":`, p.ESN)
	}
	if len(p.Authentication) > 0 {
		b = appendList(b, `,"authentication":`, p.Authentication)
	}
	if p.LifetimeSeconds > 0 {
		b = appendUint(b, `,"lifetime_seconds":`, p.LifetimeSeconds)
	}
	if p.LifetimeKilobytes > 0 {
		b = appendUint(b, `,"lifetime_kilobytes":`, p.LifetimeKilobytes)
	}
	return append(b, '}')
}

func appendList(b []byte, key string, list []string) []byte {
	b = append(b, key...)
	b = append(b, '[')
	for i, s := range list {
		b = comma(b, i)
		b = appendString(b, s)
	}
	return append(b, ']')
}

// appendFirst appends the only entry of a list, nothing if there is none.
func appendFirst(b []byte, key string, list []string) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(b, key...)
	return appendString(b, list[0])
}
