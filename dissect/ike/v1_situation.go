package ike

import (
	"encoding/binary"
	"strings"
)

// Bits of the situation (RFC 2407 4.2).
const (
	situationIdentity  = 1
	situationSecrecy   = 2
	situationIntegrity = 4
	situationKnown     = situationIdentity | situationSecrecy | situationIntegrity
)

// situationName lists the bits that are set.
func situationName(s uint32) string {
	var set []string
	for i, name := range []string{"identity only", "secrecy", "integrity"} {
		if s&(1<<i) != 0 {
			set = append(set, name)
		}
	}
	if s&^situationKnown != 0 || set == nil {
		return decimal(s)
	}
	return strings.Join(set, ", ") + " (" + decimal(s) + ")"
}

// labelsLength returns how many bytes at the beginning of b are the labels of
// a situation, or false if b is shorter. With secrecy or integrity there is a
// domain of labels, and then for each of them a level and a set of categories
// (RFC 2407 4.6.1):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                   labeled domain identifier                   |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|   length of level in bytes    |           reserved            |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|             level, padded to 32 bits                          |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|  length of categories in bits |           reserved            |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|             categories, padded to 32 bits                     |
func labelsLength(b []byte, situation uint32) (n int, ok bool) {
	if situation&(situationSecrecy|situationIntegrity) == 0 {
		return 0, true
	}
	n = 4
	for _, p := range labelParts {
		if situation&p.situation == 0 {
			continue
		}
		if len(b) < n+4 {
			return 0, false
		}
		n += 4 + padded(b[n:], p.bits)
	}
	return n, n <= len(b)
}

// labelParts are the labels in their order.
var labelParts = [...]struct {
	name      string
	situation uint32
	bits      bool // the length counts bits, not bytes
}{
	{"secrecy level", situationSecrecy, false},
	{"secrecy categories", situationSecrecy, true},
	{"integrity level", situationIntegrity, false},
	{"integrity categories", situationIntegrity, true},
}

// padded reads a length in bytes or bits and returns how many bytes it takes,
// padding included.
func padded(b []byte, bits bool) int {
	n := int(binary.BigEndian.Uint16(b))
	if bits {
		n = (n + 7) / 8
	}
	return (n + 3) &^ 3
}

// labelFields adds the fields of labels that labelsLength has measured.
func labelFields(to *Tree, b []byte, situation uint32) {
	to.add("labeled domain", 4).num(uint64(binary.BigEndian.Uint32(b)))
	b = b[4:]
	for _, p := range labelParts {
		if situation&p.situation == 0 {
			continue
		}
		unit := " bytes"
		if p.bits {
			unit = " bits"
		}
		n := padded(b, p.bits)
		to.add(p.name+" length", 2).str(decimal(binary.BigEndian.Uint16(b)) + unit)
		to.skip(2)
		to.opaqueBytes(p.name, b[4:4+n])
		b = b[4+n:]
	}
}
