package ike

import "encoding/binary"

// DOIIPsec is the IPsec domain of interpretation (RFC 2407).
const DOIIPsec = 1

// V1SA is the body of a security association payload of IKEv1 (RFC 2408 3.4,
// RFC 2407 4.6.1): domain of interpretation, situation, proposals.
type V1SA struct {
	DOI       uint32
	Situation uint32
	labels    []byte // of a situation with secrecy or integrity
	b         []byte // proposals
	group     []byte // GDOI: all behind the situation
}

// ParseV1SA reads the body of an SA payload and checks it to its last
// attribute. With an error, the V1SA still holds the proposals in front of the
// broken one. One of the GDOI has no proposals, but a Group.
func ParseV1SA(body []byte) (V1SA, error) {
	const part = "security association"
	if len(body) < 8 {
		return V1SA{}, short(part, body)
	}
	s := V1SA{
		DOI:       binary.BigEndian.Uint32(body),
		Situation: binary.BigEndian.Uint32(body[4:]),
	}
	at := 8
	switch s.DOI {
	case DOIGDOI:
		s.group = body[8:]
		return s, checkGroup(part, body)
	case DOIIPsec:
		if s.Situation == 0 || s.Situation&^situationKnown != 0 {
			return s, &SyntaxError{Part: part, Offset: 4, Problem: "situation is none that is defined"}
		}
		n, ok := labelsLength(body[8:], s.Situation)
		if !ok {
			return s, &SyntaxError{Part: part, Offset: 8, Problem: "labels of the situation end early"}
		}
		at += n
		s.labels = body[8:at]
	}
	good, err := checkProposals(part, body[at:])
	s.b = body[at : at+good]
	if e, ok := err.(*SyntaxError); ok {
		e.Offset += at
	}
	return s, err
}

// Proposals begins a walk over the proposals.
func (s V1SA) Proposals() V1Proposals {
	return V1Proposals{substructures{b: s.b, more: moreProposals}}
}

// Append appends the body to b. Reserved bits are zero.
func (s V1SA) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, s.DOI)
	b = binary.BigEndian.AppendUint32(b, s.Situation)
	if s.DOI == DOIGDOI {
		return append(b, s.group...)
	}
	b = append(b, s.labels...)
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		b = p.Append(b, i.s.last)
	}
	return b
}

// V1Proposals goes over the proposals of a V1SA without allocating.
type V1Proposals struct{ s substructures }

// Next steps to the next proposal and reports whether there is one.
func (p *V1Proposals) Next() bool { return p.s.next() }

// Proposal returns the one that Next stepped to.
func (p *V1Proposals) Proposal() V1Proposal {
	c := p.s.cur
	spi := substructureHead + int(c[6])
	return V1Proposal{
		Number:     c[4],
		Protocol:   V1ProtocolID(c[5]),
		SPI:        c[substructureHead:spi:spi],
		transforms: c[spi:],
	}
}

// V1Proposal is one proposal (RFC 2408 3.5). Its slices are borrowed.
type V1Proposal struct {
	Number     uint8
	Protocol   V1ProtocolID
	SPI        []byte
	transforms []byte
}

// Transforms begins a walk over the transforms, each a complete alternative.
func (p V1Proposal) Transforms() V1Transforms {
	return V1Transforms{substructures{b: p.transforms, more: moreTransforms}}
}

// Append appends the proposal to b, marked as the last one or not.
func (p V1Proposal) Append(b []byte, last bool) []byte {
	var body []byte
	var count uint8
	for i := p.Transforms(); i.Next(); count++ {
		t := i.Transform()
		body = t.Append(body, i.s.last)
	}
	return appendSubstructure(b, firstByte(moreProposals, last), [4]byte{p.Number, byte(p.Protocol), byte(len(p.SPI)), count}, p.SPI, body)
}

// V1Transforms goes over the transforms of a proposal without allocating.
type V1Transforms struct{ s substructures }

// Next steps to the next transform and reports whether there is one.
func (t *V1Transforms) Next() bool { return t.s.next() }

// Transform returns the one that Next stepped to.
func (t *V1Transforms) Transform() V1Transform {
	c := t.s.cur
	return V1Transform{Number: c[4], ID: c[5], attributes: c[substructureHead:]}
}

// V1Transform is one transform (RFC 2408 3.6): in phase 1 always KEY_IKE, with
// the algorithms in the attributes.
type V1Transform struct {
	Number     uint8
	ID         uint8
	attributes []byte
}

// Attributes begins a walk over the attributes.
func (t V1Transform) Attributes() Attributes { return Attributes{b: t.attributes} }

// Append appends the transform to b, marked as the last one or not.
func (t V1Transform) Append(b []byte, last bool) []byte {
	return appendSubstructure(b, firstByte(moreTransforms, last), [4]byte{t.Number, t.ID}, nil, t.attributes)
}

// V1Phase1 is what a transform of phase 1 says. What it leaves out is 0.
type V1Phase1 struct {
	Encryption     uint16
	KeyLength      uint16 // bits
	Hash           uint16
	Authentication uint16
	Group          uint16
	PRF            uint16
	// LifetimeSeconds and LifetimeKilobytes are 0 where not given, or given as
	// a number above 64 bits.
	LifetimeSeconds, LifetimeKilobytes uint64
}

// Phase1 reads the attributes of a transform of phase 1 (RFC 2409 appendix A).
func (t V1Transform) Phase1() V1Phase1 {
	var p V1Phase1
	var life v1Life
	for a := t.Attributes(); a.Next(); {
		v, ok := life.value(a.cur, uint16(V1AttributeLifeType), uint16(V1AttributeLifeDuration))
		if !ok {
			continue
		}
		switch V1AttributeType(a.cur.Type) {
		case V1AttributeEncryption:
			p.Encryption = v
		case V1AttributeKeyLength:
			p.KeyLength = v
		case V1AttributeHash:
			p.Hash = v
		case V1AttributeAuthentication:
			p.Authentication = v
		case V1AttributeGroup:
			p.Group = v
		case V1AttributePRF:
			p.PRF = v
		}
	}
	p.LifetimeSeconds, p.LifetimeKilobytes = life.seconds, life.kilobytes
	return p
}

// v1Life gathers the lifetimes of a transform of either phase. A life duration
// belongs to the life type in front of it.
type v1Life struct{ unit, seconds, kilobytes uint64 }

// value takes an attribute, and returns the value of any that is none of a
// lifetime and has at most 16 bits.
func (l *v1Life) value(a Attribute, lifeType, lifeDuration uint16) (v uint16, ok bool) {
	n, ok := a.Uint()
	switch {
	case !ok:
	case a.Type == lifeType:
		l.unit = n
	case a.Type != lifeDuration:
		return uint16(n), n <= 0xffff
	case l.unit == V1LifeSeconds:
		l.seconds = n
	case l.unit == V1LifeKilobytes:
		l.kilobytes = n
	}
	return 0, false
}
