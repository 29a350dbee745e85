package wire

import (
	"crypto/sha1"
	"encoding/binary"
	"net/netip"
)

// Payload types of IKEv1 (RFC 2408 3.1, RFC 3947 3.2).
const (
	V1PayloadSA        = 1
	V1PayloadKE        = 4
	V1PayloadID        = 5
	V1PayloadCert      = 6
	V1PayloadHash      = 8
	V1PayloadSignature = 9
	V1PayloadNonce     = 10
	V1PayloadNotify    = 11
	V1PayloadDelete    = 12
	V1PayloadVendor    = 13
	V1PayloadNATD      = 20
)

// Authentication methods of IKEv1 (RFC 2409 appendix A).
const (
	AuthPSK = 1
	AuthRSA = 3
)

// V1Transform is one transform of an IKEv1 phase 1 proposal.
type V1Transform struct {
	Encryption, KeyLength, Hash, Auth, Group uint16 // RFC 2409 appendix A
	Lifetime                                 uint32 // seconds
}

// V1SA is a phase 1 Security Association payload: the IPsec DOI, situation
// "identity only", one proposal (RFC 2407 4.2, RFC 2408 3.4 to 3.6). The
// transforms are numbered from first.
func V1SA(first uint8, transforms ...V1Transform) Payload {
	b := []byte{0, 0, 0, 1, 0, 0, 0, 1}
	proposal := []byte{0, 0, 0, 0, 1, 1, 0, uint8(len(transforms))}
	for i, t := range transforms {
		start := len(proposal)
		more := uint8(3)
		if i == len(transforms)-1 {
			more = 0
		}
		proposal = append(proposal, more, 0, 0, 0, first+uint8(i), 1, 0, 0)
		proposal = appendAttribute(proposal, 1, t.Encryption)
		if t.KeyLength != 0 {
			proposal = appendAttribute(proposal, 14, t.KeyLength)
		}
		proposal = appendAttribute(proposal, 2, t.Hash)
		proposal = appendAttribute(proposal, 4, t.Group)
		proposal = appendAttribute(proposal, 3, t.Auth)
		proposal = appendAttribute(proposal, 11, 1) // life type: seconds
		proposal = append(proposal, 0, 12, 0, 4)    // life duration, long form
		proposal = binary.BigEndian.AppendUint32(proposal, t.Lifetime)
		binary.BigEndian.PutUint16(proposal[start+2:], uint16(len(proposal)-start))
	}
	binary.BigEndian.PutUint16(proposal[2:], uint16(len(proposal)))
	return Payload{Type: V1PayloadSA, Body: append(b, proposal...)}
}

func appendAttribute(b []byte, kind, value uint16) []byte {
	b = binary.BigEndian.AppendUint16(b, 0x8000|kind)
	return binary.BigEndian.AppendUint16(b, value)
}

// V1NATDetection returns the NAT-D payloads of a main or aggressive mode
// message: the receiver's address first, then the sender's (RFC 3947 3.2), with
// SHA-1, the hash that the captures negotiate where they use this.
func V1NATDetection(initiator, responder uint64, from, to netip.AddrPort) []Payload {
	return []Payload{
		{Type: V1PayloadNATD, Body: natHash(initiator, responder, to)},
		{Type: V1PayloadNATD, Body: natHash(initiator, responder, from)},
	}
}

// V1Notify is a Notification payload of IKEv1 about phase 1 (RFC 2408 3.14).
func V1Notify(kind uint16, initiator, responder uint64) Payload {
	b := []byte{0, 0, 0, 1, 1, 16}
	b = binary.BigEndian.AppendUint16(b, kind)
	b = binary.BigEndian.AppendUint64(b, initiator)
	b = binary.BigEndian.AppendUint64(b, responder)
	return Payload{Type: V1PayloadNotify, Body: b}
}

// V1IDAddress is an Identification payload with an IPv4 address (RFC 2407
// 4.6.2).
func V1IDAddress(a netip.Addr) Payload {
	return Payload{Type: V1PayloadID, Body: append([]byte{1, 17, 1, 0xf4}, a.AsSlice()...)}
}

// V1IDName is an Identification payload with a fully qualified domain name.
func V1IDName(name string) Payload {
	return Payload{Type: V1PayloadID, Body: append([]byte{2, 0, 0, 0}, name...)}
}

// Vendor IDs of IKEv1.
var (
	VendorNATT = []byte{0x4a, 0x13, 0x1c, 0x81, 0x07, 0x03, 0x58, 0x45, 0x5c, 0x57, 0x28, 0xf2, 0x0e, 0x95, 0x45, 0x2f} // RFC 3947 3.1
	VendorDPD  = []byte{0xaf, 0xca, 0xd7, 0x13, 0x68, 0xa1, 0xf1, 0xc9, 0x6b, 0x86, 0x96, 0xfc, 0x77, 0x57, 0x01, 0x00} // RFC 3706 5.1
)

// VendorPrivate makes a vendor ID that no registry knows.
func VendorPrivate(text string) []byte {
	h := sha1.Sum([]byte(text))
	return h[:16]
}
