package ike

import "encoding/binary"

// Attribute is a data attribute (RFC 7296 3.3.5, RFC 2408 3.3):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|A|       attribute type        |  A=1: value   A=0: length     |
//	|F|                             |                               |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                  A=0: value of that length                    |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
type Attribute struct {
	Type uint16
	// Short: the value stands in place of the length (AF bit set, "TV").
	Short bool
	// Value borrows the value's bytes: two where Short.
	Value []byte
}

// Transform attributes of IKEv2: the length of a key in bits (RFC 7296 3.3.5),
// and the DER AlgorithmIdentifier of what a group's key server signs with
// (RFC 9838 4.4.2.1.1).
const (
	AttributeKeyLength = 14
	AttributeSignature = 18
)

// Uint returns the value as a number in host order, and false if it is empty
// or has more than 8 significant bytes.
func (a Attribute) Uint() (v uint64, ok bool) {
	b := a.Value
	if len(b) == 0 {
		return 0, false
	}
	for len(b) > 8 {
		if b[0] != 0 {
			return 0, false
		}
		b = b[1:]
	}
	for _, c := range b {
		v = v<<8 | uint64(c)
	}
	return v, true
}

// Append appends the attribute to b. A Short one must have a value of two
// bytes.
func (a Attribute) Append(b []byte) []byte {
	if a.Short {
		b = binary.BigEndian.AppendUint16(b, a.Type|0x8000)
		return append(b, a.Value...)
	}
	b = binary.BigEndian.AppendUint16(b, a.Type&0x7fff)
	b = binary.BigEndian.AppendUint16(b, uint16(len(a.Value)))
	return append(b, a.Value...)
}

// Attributes goes over a row of attributes without allocating.
type Attributes struct {
	b       []byte
	at      int
	cur     Attribute
	problem string
}

// Next steps to the next attribute and reports whether there is one.
func (a *Attributes) Next() bool {
	rest := a.b[a.at:]
	if len(rest) == 0 || a.problem != "" {
		return false
	}
	if len(rest) < 4 {
		a.problem = endsEarly
		return false
	}
	t := binary.BigEndian.Uint16(rest)
	if t&0x8000 != 0 {
		a.cur = Attribute{Type: t & 0x7fff, Short: true, Value: rest[2:4:4]}
		a.at += 4
		return true
	}
	n := int(binary.BigEndian.Uint16(rest[2:]))
	if n > len(rest)-4 {
		a.problem = "length reaches beyond its container"
		return false
	}
	a.cur = Attribute{Type: t, Value: rest[4 : 4+n : 4+n]}
	a.at += 4 + n
	return true
}

// Attribute returns the one that Next stepped to.
func (a *Attributes) Attribute() Attribute { return a.cur }
