package message

import (
	"slices"
	"strconv"

	"github.com/ikesniff/ikesniff/dissect/ike"
)

// proposalKeys are the lists of a proposal by transform type, in the order in
// which they are written. ADDKE1 to ADDKE7 follow as one object.
var proposalKeys = [...]struct {
	kind     ike.TransformType
	key      string
	optional bool // left out if empty
}{
	{ike.TransformEncryption, `,"encryption":`, false},
	{ike.TransformIntegrity, `,"integrity":`, false},
	{ike.TransformPRF, `,"prf":`, false},
	{ike.TransformKeyExchange, `,"key_exchange":`, false},
	{ike.TransformESN, `,"esn":`, true},
}

// appendProposals appends the proposals of a message, and the algorithms of a
// chosen one under the names that Suricata has for them. Senders offer and choose
// the same again and again: what was written is remembered.
func (j *jsonForm) appendProposals(b []byte, s *summary) []byte {
	b = append(b, `,"proposals":`...)
	if !s.hasSA {
		return append(b, "[]"...)
	}
	var chooses byte
	if s.chooses() {
		chooses = 1
	}
	j.key = append(append(j.key[:0], s.m.Version.Major, chooses), s.sa...)
	if text, ok := j.proposals.get(j.key); ok {
		return append(b, text...)
	}
	from := len(b)
	b = j.writeProposals(b, s)
	j.proposals.put(j.key, slices.Clone(b[from:]), len(b)-from)
	return b
}

func (j *jsonForm) writeProposals(b []byte, s *summary) []byte {
	if s.m.V1() {
		return appendProposalsV1(b, s)
	}
	b, count := j.appendProposalList(b, false, s.sa)
	if count == 1 && s.chooses() {
		b = j.appendFirst(b, `,"alg_enc":`, ike.TransformEncryption)
		b = j.appendFirst(b, `,"alg_auth":`, ike.TransformIntegrity)
		b = j.appendFirst(b, `,"alg_prf":`, ike.TransformPRF)
		b = j.appendFirst(b, `,"alg_dh":`, ike.TransformKeyExchange)
		b = j.appendFirst(b, `,"alg_esn":`, ike.TransformESN)
	}
	return b
}

// appendProposalList appends the list of proposals in the body of an SA payload,
// and counts them.
func (j *jsonForm) appendProposalList(b []byte, v1 bool, body []byte) ([]byte, int) {
	if v1 {
		sa, _ := ike.ParseV1SA(body)
		list := sa.Summaries()
		return appendSummaries(b, list), len(list)
	}
	sa, _ := ike.ParseSA(body)
	count := 0
	b = append(b, '[')
	for p := sa.Proposals(); p.Next(); count++ {
		b = comma(b, count)
		b = j.appendProposal(b, p.Proposal())
	}
	return append(b, ']'), count
}

// appendProposal appends one proposal of IKEv2. The names of its algorithms
// stay in j.kinds.
func (j *jsonForm) appendProposal(b []byte, p ike.Proposal) []byte {
	for i := range j.kinds {
		j.kinds[i] = j.kinds[i][:0]
	}
	more := false
	for i := p.Transforms(); i.Next(); {
		t := i.Transform()
		if k := int(t.Type); k < len(j.kinds) {
			j.kinds[k] = append(j.kinds[k], j.name(algorithm{kind: t.Type, id: t.ID, keyBits: t.KeyLength()}))
			more = more || k >= int(ike.TransformAddKE1)
		}
	}
	b = appendUint(b, `{"number":`, uint64(p.Number))
	b = append(b, `,"protocol":`...)
	b = appendString(b, p.Protocol.String())
	for _, k := range proposalKeys {
		if list := j.kinds[k.kind]; len(list) > 0 || !k.optional {
			b = appendList(b, k.key, list)
		}
	}
	if more {
		b = append(b, `,"additional_key_exchanges":{`...)
		first := true
		for k := ike.TransformAddKE1; k <= ike.TransformAddKE7; k++ {
			if len(j.kinds[k]) == 0 {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, '"')
			b = append(b, k.Name()...)
			b = appendList(b, `":`, j.kinds[k])
		}
		b = append(b, '}')
	}
	return append(b, '}')
}

// appendFirst appends the only algorithm of a kind, nothing if there is none.
func (j *jsonForm) appendFirst(b []byte, key string, kind ike.TransformType) []byte {
	if len(j.kinds[kind]) == 0 {
		return b
	}
	b = append(b, key...)
	return appendString(b, j.kinds[kind][0])
}

// name is the short name of an algorithm with its key length, as reports have
// it. It is remembered.
func (j *jsonForm) name(x algorithm) string {
	k := x.key()
	if n, ok := j.names[k]; ok {
		return n
	}
	if j.names == nil || len(j.names) >= maxNames {
		j.names = map[uint64]string{}
	}
	_, n := ike.TransformName(x.kind, x.id)
	if x.keyBits != 0 {
		n += "_" + strconv.Itoa(int(x.keyBits))
	}
	j.names[k] = n
	return n
}

// appendSummaries appends the transforms of IKEv1, each a whole alternative.
func appendSummaries(b []byte, list []ike.ProposalSummary) []byte {
	b = append(b, '[')
	for i := range list {
		p := &list[i]
		b = comma(b, i)
		b = appendUint(b, `{"number":`, uint64(p.Number))
		b = append(b, `,"protocol":`...)
		b = appendString(b, p.Protocol)
		b = appendList(b, `,"encryption":`, p.Encryption)
		b = appendList(b, `,"integrity":`, p.Integrity)
		b = appendList(b, `,"prf":`, p.PRF)
		b = appendList(b, `,"key_exchange":`, p.KeyExchange)
		b = appendList(b, `,"authentication":`, p.Authentication)
		if p.LifetimeSeconds > 0 {
			b = appendUint(b, `,"lifetime_seconds":`, p.LifetimeSeconds)
		}
		if p.LifetimeKilobytes > 0 {
			b = appendUint(b, `,"lifetime_kilobytes":`, p.LifetimeKilobytes)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

func appendProposalsV1(b []byte, s *summary) []byte {
	sa, _ := ike.ParseV1SA(s.sa)
	list := sa.Summaries()
	b = appendSummaries(b, list)
	if len(list) == 1 && s.chooses() {
		for _, x := range []struct {
			key  string
			list []string
		}{
			{`,"alg_enc":`, list[0].Encryption}, {`,"alg_hash":`, list[0].Integrity},
			{`,"alg_auth":`, list[0].Authentication}, {`,"alg_dh":`, list[0].KeyExchange},
		} {
			if len(x.list) > 0 {
				b = append(b, x.key...)
				b = appendString(b, x.list[0])
			}
		}
	}
	return b
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
