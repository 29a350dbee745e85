package ike

import "encoding/binary"

// V1GAP is the body of a group associated policy payload (RFC 6407 5.4): a row
// of attributes.
type V1GAP struct{ attributes []byte }

// ParseV1GAP reads the body of a group associated policy payload. With an
// error, it holds the attributes in front of the broken one.
func ParseV1GAP(body []byte) (V1GAP, error) {
	a, err := checkAttributes("group associated policy", body, 0)
	return V1GAP{a}, err
}

// Attributes begins a walk over the attributes.
func (g V1GAP) Attributes() Attributes { return Attributes{b: g.attributes} }

// Append appends the body to b.
func (g V1GAP) Append(b []byte) []byte { return append(b, g.attributes...) }

// AppendFields adds a field for each attribute.
func (g V1GAP) AppendFields(to *Tree) { to.attributes(g.attributes, gapAttribute) }

var gapAttributes = countFrom1("ACTIVATION_TIME_DELAY", "DEACTIVATION_TIME_DELAY", "SENDER_ID_REQUEST")

func gapAttribute(to *Tree, a, _ Attribute) (name string) {
	name, _ = gapAttributes(a.Type)
	to.attributeNumber(a)
	if a.Type == 1 || a.Type == 2 {
		to.str(" s")
	}
	return or(name, a.Type)
}

// V1Sequence is the body of a sequence number payload (RFC 6407 5.7).
type V1Sequence struct{ Number uint32 }

// ParseV1Sequence reads the body of a sequence number payload.
func ParseV1Sequence(body []byte) (V1Sequence, error) {
	const part = "sequence number"
	if len(body) < 4 {
		return V1Sequence{}, short(part, body)
	}
	s := V1Sequence{binary.BigEndian.Uint32(body)}
	if len(body) > 4 {
		return s, &SyntaxError{Part: part, Offset: 4, Problem: "bytes behind the number"}
	}
	return s, nil
}

// Append appends the body to b.
func (s V1Sequence) Append(b []byte) []byte { return binary.BigEndian.AppendUint32(b, s.Number) }

// AppendFields adds the number.
func (s V1Sequence) AppendFields(to *Tree) {
	to.add("sequence number", 4).num(uint64(s.Number))
}

// V1Possession is the body of a proof of possession payload (RFC 3547 5.7): a
// signature.
type V1Possession struct{ Data []byte } // borrowed

// ParseV1Possession reads the body of a proof of possession payload, which must
// not be empty.
func ParseV1Possession(body []byte) (V1Possession, error) {
	if len(body) == 0 {
		return V1Possession{}, short("proof of possession", body)
	}
	return V1Possession{Data: body}, nil
}

// Append appends the body to b.
func (p V1Possession) Append(b []byte) []byte { return append(b, p.Data...) }

// AppendFields adds the signature with its size.
func (p V1Possession) AppendFields(to *Tree) {
	to.sizedBytes("proof", p.Data)
}
