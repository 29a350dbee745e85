package ike

import "encoding/binary"

// SA is the body of a security association payload of IKEv2 (RFC 7296 3.3):
// proposals, each with transforms, each with attributes.
type SA struct{ b []byte }

// ParseSA reads the body of an SA payload and checks it to its last attribute.
// With an error, the SA still holds the proposals in front of the broken one.
func ParseSA(body []byte) (SA, error) {
	good, err := checkProposals("security association", body)
	return SA{b: body[:good]}, err
}

// Proposals begins a walk over the proposals.
func (s SA) Proposals() Proposals {
	return Proposals{substructures{b: s.b, more: moreProposals}}
}

// Append appends the body to b. Reserved bits are zero.
func (s SA) Append(b []byte) []byte {
	for i := s.Proposals(); i.Next(); {
		p := i.Proposal()
		b = p.Append(b, i.s.last)
	}
	return b
}

// Proposals goes over the proposals of an SA without allocating.
type Proposals struct{ s substructures }

// Next steps to the next proposal and reports whether there is one.
func (p *Proposals) Next() bool { return p.s.next() }

// Proposal returns the one that Next stepped to.
func (p *Proposals) Proposal() Proposal {
	c := p.s.cur
	spi := substructureHead + int(c[6])
	return Proposal{
		Number:     c[4],
		Protocol:   ProtocolID(c[5]),
		SPI:        c[substructureHead:spi:spi],
		transforms: c[spi:],
	}
}

// Proposal is one proposal (RFC 7296 3.3.1). Its slices are borrowed.
type Proposal struct {
	Number     uint8
	Protocol   ProtocolID
	SPI        []byte // 8 bytes for IKE, 4 for ESP and AH; empty in IKE_SA_INIT
	transforms []byte
}

// Transforms begins a walk over the transforms.
func (p Proposal) Transforms() Transforms {
	return Transforms{substructures{b: p.transforms, more: moreTransforms}}
}

// Append appends the proposal to b, marked as the last one or not.
func (p Proposal) Append(b []byte, last bool) []byte {
	var body []byte
	var count uint8
	for i := p.Transforms(); i.Next(); count++ {
		t := i.Transform()
		body = t.Append(body, i.s.last)
	}
	return appendSubstructure(b, firstByte(moreProposals, last), [4]byte{p.Number, byte(p.Protocol), byte(len(p.SPI)), count}, p.SPI, body)
}

// Transforms goes over the transforms of a proposal without allocating.
type Transforms struct{ s substructures }

// Next steps to the next transform and reports whether there is one.
func (t *Transforms) Next() bool { return t.s.next() }

// Transform returns the one that Next stepped to.
func (t *Transforms) Transform() Transform {
	c := t.s.cur
	return Transform{
		Type:       TransformType(c[4]),
		ID:         binary.BigEndian.Uint16(c[6:]),
		attributes: c[substructureHead:],
	}
}

// Transform is one algorithm of a proposal (RFC 7296 3.3.2).
type Transform struct {
	Type       TransformType
	ID         uint16
	attributes []byte
}

// Attributes begins a walk over the attributes.
func (t Transform) Attributes() Attributes { return Attributes{b: t.attributes} }

// KeyLength returns the key length attribute in bits, 0 if there is none.
func (t Transform) KeyLength() uint16 {
	for a := t.Attributes(); a.Next(); {
		if a.cur.Type == AttributeKeyLength && a.cur.Short {
			return binary.BigEndian.Uint16(a.cur.Value)
		}
	}
	return 0
}

// Name gives the short name with the key length, such as "AES_CBC_256" or
// "MODP_2048".
func (t Transform) Name() string {
	_, short := TransformName(t.Type, t.ID)
	return withKeyLength(short, t.KeyLength())
}

// Append appends the transform to b, marked as the last one or not.
func (t Transform) Append(b []byte, last bool) []byte {
	return appendSubstructure(b, firstByte(moreTransforms, last), [4]byte{byte(t.Type), 0, byte(t.ID >> 8), byte(t.ID)}, nil, t.attributes)
}
