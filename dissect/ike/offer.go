package ike

// ProposalSummary names the algorithms of one proposal in the order of the
// offer, by their short names; key lengths are part of the encryption names.
// A chosen proposal has at most one of each.
type ProposalSummary struct {
	Number   uint8
	Protocol string // "IKE", "ESP", "AH"; IKEv1: "ISAKMP"

	Encryption  []string
	Integrity   []string // IKEv1: the hash
	PRF         []string // IKEv1: empty, for it is the HMAC of the hash
	KeyExchange []string
	// AdditionalKeyExchanges are those of ADDKE1 to ADDKE7 (RFC 9370).
	AdditionalKeyExchanges [7][]string
	ESN                    []string

	// Of IKEv1, which negotiates these as well; 0 where not given.
	Authentication    []string
	LifetimeSeconds   uint64
	LifetimeKilobytes uint64
}

// Bounds of what Offer takes from one message. Proposals are numbered in a
// byte; honest offers have a few dozen transforms.
const (
	maxSummaries  = 255
	maxTransforms = 1024
)

// Offer sums up the SA payload of a message in clear: one summary for each
// proposal of IKEv2, one for each transform of IKEv1, where a transform is a
// complete alternative. It returns nil where there is no SA payload to read.
// Of a broken or truncated one it gives the proposals in front of the damage.
// IKEv1 proposals of other protocols than ISAKMP, which are never in clear,
// have no more than their number and protocol.
func Offer(m *Message) []ProposalSummary {
	for w := m.Walk(); w.Next(); {
		switch {
		case m.V2() && w.cur.Type == PayloadSA:
			sa, _ := ParseSA(w.cur.Body)
			return sa.Summaries()
		case m.V1() && w.cur.Type == PayloadV1SA:
			sa, _ := ParseV1SA(w.cur.Body)
			return sa.Summaries()
		}
	}
	return nil
}

// Summaries gives a summary of each proposal.
func (s SA) Summaries() []ProposalSummary {
	var out []ProposalSummary
	left := maxTransforms
	for i := s.Proposals(); i.Next() && len(out) < maxSummaries; {
		p := i.Proposal()
		sum := ProposalSummary{Number: p.Number, Protocol: p.Protocol.String()}
		for j := p.Transforms(); j.Next() && left > 0; left-- {
			t := j.Transform()
			if l := sum.list(t.Type); l != nil {
				*l = append(*l, t.Name())
			}
		}
		out = append(out, sum)
	}
	return out
}

// list returns where the names of a kind of transform go, nil for a kind that
// is not known.
func (s *ProposalSummary) list(t TransformType) *[]string {
	switch {
	case t == TransformEncryption:
		return &s.Encryption
	case t == TransformPRF:
		return &s.PRF
	case t == TransformIntegrity:
		return &s.Integrity
	case t == TransformKeyExchange:
		return &s.KeyExchange
	case t == TransformESN:
		return &s.ESN
	case t >= TransformAddKE1 && t <= TransformAddKE7:
		return &s.AdditionalKeyExchanges[t-TransformAddKE1]
	}
	return nil
}

// Summaries gives a summary of each transform.
func (s V1SA) Summaries() []ProposalSummary {
	var out []ProposalSummary
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		for j := p.Transforms(); j.Next() && len(out) < maxSummaries; {
			sum := ProposalSummary{Number: p.Number, Protocol: p.Protocol.Name()}
			if p.Protocol == V1ProtocolID(ProtocolIKE) {
				sum.phase1(j.Transform().Phase1())
			}
			out = append(out, sum)
		}
	}
	return out
}

func (s *ProposalSummary) phase1(t V1Phase1) {
	if t.Encryption != 0 {
		s.Encryption = []string{V1EncryptionName(t.Encryption, t.KeyLength)}
	}
	if t.Hash != 0 {
		s.Integrity = []string{V1HashName(t.Hash)}
	}
	if t.Group != 0 {
		s.KeyExchange = []string{V1GroupName(t.Group)}
	}
	if t.Authentication != 0 {
		s.Authentication = []string{V1AuthenticationName(t.Authentication)}
	}
	s.LifetimeSeconds, s.LifetimeKilobytes = t.LifetimeSeconds, t.LifetimeKilobytes
}
