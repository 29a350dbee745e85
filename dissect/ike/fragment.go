package ike

import "encoding/binary"

// Fragment is the body of an SKF payload, one piece of an IKEv2 message
// (RFC 7383 2.5).
type Fragment struct {
	Number uint16 // counted from 1
	Total  uint16
	// Data is initialization vector, encrypted piece and integrity check,
	// borrowed.
	Data []byte
}

// ParseFragment reads the body of an SKF payload.
func ParseFragment(body []byte) (Fragment, error) {
	const part = "encrypted fragment"
	if len(body) < 4 {
		return Fragment{}, short(part, body)
	}
	f := Fragment{
		Number: binary.BigEndian.Uint16(body),
		Total:  binary.BigEndian.Uint16(body[2:]),
		Data:   body[4:],
	}
	if f.Number == 0 || f.Number > f.Total {
		return f, &SyntaxError{Part: part, Offset: 0, Problem: "fragment number is not between 1 and the total"}
	}
	return f, nil
}

// Append appends the body to b.
func (f Fragment) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint16(b, f.Number)
	b = binary.BigEndian.AppendUint16(b, f.Total)
	return append(b, f.Data...)
}

// V1Fragment is the body of a fragment payload of IKEv1, which Cisco and
// Microsoft brought in (MS-IKEE 2.2.3.1). Data is a piece of a whole IKEv1
// message, header included.
type V1Fragment struct {
	ID     uint16
	Number uint8 // counted from 1
	Last   bool
	Data   []byte // borrowed
}

// ParseV1Fragment reads the body of a fragment payload.
func ParseV1Fragment(body []byte) (V1Fragment, error) {
	if len(body) < 4 {
		return V1Fragment{}, short("fragment", body)
	}
	return V1Fragment{
		ID:     binary.BigEndian.Uint16(body),
		Number: body[2],
		Last:   body[3]&1 != 0,
		Data:   body[4:],
	}, nil
}
