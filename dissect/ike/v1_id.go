package ike

import (
	"encoding/binary"
	"strconv"
)

// V1IDType is the type of an identification in IKEv1 (RFC 2407 4.6.2.1).
type V1IDType uint8

// Types of identification (RFC 2407 4.6.2.1, RFC 3554).
const (
	V1IDIPv4       V1IDType = 1
	V1IDFQDN       V1IDType = 2
	V1IDUserFQDN   V1IDType = 3
	V1IDIPv4Subnet V1IDType = 4
	V1IDIPv6       V1IDType = 5
	V1IDIPv6Subnet V1IDType = 6
	V1IDIPv4Range  V1IDType = 7
	V1IDIPv6Range  V1IDType = 8
	V1IDDN         V1IDType = 9
	V1IDGN         V1IDType = 10
	V1IDKeyID      V1IDType = 11
	V1IDList       V1IDType = 12
)

// String gives IANA's name, such as "ID_IPV4_ADDR_SUBNET", or the number.
func (t V1IDType) String() string {
	name, _ := namesV1IDTypes(uint16(t))
	return or(name, uint16(t))
}

// V1ID is the body of an identification payload of IKEv1 (RFC 2407 4.6.2):
//
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|    ID type    |  IP protocol  |             port              |
//	+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//	|                             data                              |
//
// In phase 1 it is the sender's identity; protocol and port are 0, or UDP 500
// or 4500. In quick mode it is one side's traffic selector.
type V1ID struct {
	Type     V1IDType
	Protocol uint8  // of IP; 0 is any
	Port     uint16 // 0 is any
	Data     []byte // borrowed
}

// ParseV1ID reads the body of an identification payload. Data of another
// length than the type needs is an error; the V1ID holds it nevertheless.
func ParseV1ID(body []byte) (V1ID, error) {
	const part = "identification"
	if len(body) < 4 {
		return V1ID{}, short(part, body)
	}
	id := V1ID{
		Type:     V1IDType(body[0]),
		Protocol: body[1],
		Port:     binary.BigEndian.Uint16(body[2:]),
		Data:     body[4:],
	}
	if n := id.Type.size(); n != 0 && n != len(id.Data) || n == 0 && len(id.Data) == 0 {
		return id, &SyntaxError{Part: part, Offset: 4, Problem: "data has another length than its type needs"}
	}
	return id, nil
}

// size is how many bytes of data the type has, 0 if that varies.
func (t V1IDType) size() int {
	switch t {
	case V1IDIPv4:
		return 4
	case V1IDIPv4Subnet, V1IDIPv4Range:
		return 8
	case V1IDIPv6:
		return 16
	case V1IDIPv6Subnet, V1IDIPv6Range:
		return 32
	}
	return 0
}

// Append appends the body to b.
func (i V1ID) Append(b []byte) []byte {
	b = append(b, byte(i.Type), i.Protocol)
	b = binary.BigEndian.AppendUint16(b, i.Port)
	return append(b, i.Data...)
}

// String gives the identity: "192.0.2.1", "192.0.2.0/24",
// "192.0.2.1-192.0.2.9", "vpn.example.com", a distinguished name, a key ID as
// text if it is printable; else the bytes in hexadecimal. Text is as it was
// sent and may hold control characters.
func (i V1ID) String() string {
	d := i.Data
	if n := i.Type.size(); n != 0 && n != len(d) {
		return opaqueText(d)
	}
	half := len(d) / 2
	switch i.Type {
	case V1IDIPv4, V1IDIPv6:
		return addressText(d)
	case V1IDIPv4Subnet, V1IDIPv6Subnet:
		return addressText(d[:half]) + "/" + maskText(d[half:])
	case V1IDIPv4Range, V1IDIPv6Range:
		return addressText(d[:half]) + "-" + addressText(d[half:])
	case V1IDFQDN, V1IDUserFQDN:
		return string(d)
	case V1IDDN:
		name, _ := dnText(d)
		return name
	case V1IDGN:
		name, _ := generalNameText(d)
		return name
	case V1IDKeyID:
		return textOrOpaque(d)
	}
	return opaqueText(d)
}

// Selector gives the traffic selector that quick mode makes of the identity,
// such as "192.0.2.0/24 UDP/1701".
func (i V1ID) Selector() string {
	s := i.String()
	switch {
	case i.Protocol == 0 && i.Port == 0:
		return s
	case i.Port == 0:
		return s + " " + protocolText(i.Protocol)
	}
	return s + " " + protocolText(i.Protocol) + "/" + decimal(i.Port)
}

// AppendFields adds the fields of the body.
func (i V1ID) AppendFields(to *Tree) {
	to.Findings = append(to.Findings, i.findings(to.at)...)
	to.add("type", 1).enum(namesV1IDTypes, uint16(i.Type))
	to.add("protocol", 1).str(protocolText(i.Protocol))
	to.add("port", 2).str(portText(i.Port))
	if len(i.Data) > 0 {
		to.bytes("identification", i.Data).str(i.String())
	}
}

func (i V1ID) findings(at int) []Finding {
	ok := true
	switch i.Type {
	case V1IDDN:
		_, ok = dnText(i.Data)
	case V1IDGN:
		_, ok = generalNameText(i.Data)
	}
	if !ok {
		return []Finding{{at + 4, FindingWarning, "identification has not the form of " + i.Type.String()}}
	}
	return nil
}

func portText(p uint16) string {
	if p == 0 {
		return "any"
	}
	return decimal(p)
}

// maskText gives a netmask as the number of its bits, or as an address if they
// are not in one row.
func maskText(b []byte) string {
	bits := 0
	for _, c := range b {
		for bit := byte(0x80); bit != 0 && c&bit != 0; bit >>= 1 {
			bits++
		}
	}
	for i, c := range b {
		want := byte(0xff)
		switch whole := bits / 8; {
		case i == whole:
			want <<= 8 - bits%8
		case i > whole:
			want = 0
		}
		if c != want {
			return addressText(b)
		}
	}
	return strconv.Itoa(bits)
}
