package wire

import (
	"crypto/sha1"
	"encoding/binary"
	"net/netip"
)

// Exchange types of IKEv2 (RFC 7296 3.1) and IKEv1 (RFC 2408 3.1, RFC 2409).
const (
	ExchangeMain          = 2
	ExchangeAggressive    = 4
	ExchangeInfoV1        = 5
	ExchangeQuick         = 32
	ExchangeInit          = 34
	ExchangeAuth          = 35
	ExchangeCreateChild   = 36
	ExchangeInformational = 37
)

// Flags of the IKE header.
const (
	FlagEncryptionV1 = 0x01
	FlagInitiator    = 0x08
	FlagResponse     = 0x20
)

// Payload types of IKEv2 (RFC 7296 3.2, RFC 7383 2.5).
const (
	PayloadSA     = 33
	PayloadKE     = 34
	PayloadIDi    = 35
	PayloadIDr    = 36
	PayloadAuth   = 39
	PayloadNonce  = 40
	PayloadNotify = 41
	PayloadDelete = 42
	PayloadVendor = 43
	PayloadSK     = 46
	PayloadEAP    = 48
	PayloadSKF    = 53
)

// Notify message types of IKEv2.
const (
	NotifyNoProposalChosen   = 14
	NotifyInvalidKE          = 17
	NotifyNATSource          = 16388
	NotifyNATDestination     = 16389
	NotifyCookie             = 16390
	NotifyFragmentation      = 16430
	NotifySignatureHashAlgos = 16431
)

// Header is the IKE header without its length and first payload, which
// Message fills in.
type Header struct {
	InitiatorSPI, ResponderSPI uint64
	Version                    uint8 // 0x20, 0x10
	Exchange                   uint8
	Flags                      uint8
	MessageID                  uint32
}

// Payload is one payload without its generic header.
type Payload struct {
	Type uint8
	Body []byte
	// Inner is what the Next Payload field of an SK or SKF payload names: the
	// first payload inside.
	Inner uint8
}

// Message chains payloads behind a header.
func Message(h Header, payloads ...Payload) []byte {
	b := binary.BigEndian.AppendUint64(nil, h.InitiatorSPI)
	b = binary.BigEndian.AppendUint64(b, h.ResponderSPI)
	b = append(b, firstType(payloads), h.Version, h.Exchange, h.Flags)
	b = binary.BigEndian.AppendUint32(b, h.MessageID)
	b = append(b, 0, 0, 0, 0) // length
	for i, p := range payloads {
		next := p.Inner
		if p.Type != PayloadSK && p.Type != PayloadSKF {
			next = firstType(payloads[i+1:])
		}
		b = append(b, next, 0)
		b = binary.BigEndian.AppendUint16(b, uint16(4+len(p.Body)))
		b = append(b, p.Body...)
	}
	binary.BigEndian.PutUint32(b[24:], uint32(len(b)))
	return b
}

func firstType(p []Payload) uint8 {
	if len(p) == 0 {
		return 0
	}
	return p[0].Type
}

// EncryptedV1 is an IKEv1 message whose payloads are encrypted: a header, and
// bytes of which only the type of the first payload is known.
func EncryptedV1(h Header, first uint8, sealed []byte) []byte {
	h.Flags |= FlagEncryptionV1
	b := Message(h)
	b[16] = first
	b = append(b, sealed...)
	binary.BigEndian.PutUint32(b[24:], uint32(len(b)))
	return b
}

// Marked puts the non-ESP marker of RFC 3948 2.2 in front of an IKE message.
func Marked(ike []byte) []byte { return append(make([]byte, 4, 4+len(ike)), ike...) }

// KE is a Key Exchange payload of IKEv2 (RFC 7296 3.4).
func KE(group uint16, public []byte) Payload {
	b := binary.BigEndian.AppendUint16(nil, group)
	return Payload{Type: PayloadKE, Body: append(append(b, 0, 0), public...)}
}

// Nonce is a Nonce payload of IKEv2.
func Nonce(b []byte) Payload { return Payload{Type: PayloadNonce, Body: b} }

// Vendor is a Vendor ID payload of IKEv2.
func Vendor(b []byte) Payload { return Payload{Type: PayloadVendor, Body: b} }

// Notify is a Notify payload of IKEv2 about the IKE SA itself (RFC 7296 3.10).
func Notify(kind uint16, data []byte) Payload {
	b := binary.BigEndian.AppendUint16([]byte{0, 0}, kind)
	return Payload{Type: PayloadNotify, Body: append(b, data...)}
}

// NATDetection returns the two NAT detection payloads of IKEv2: SHA-1 over
// SPIs, address and port of the sender and of the receiver, as the sender
// knows them (RFC 7296 2.23).
func NATDetection(initiator, responder uint64, from, to netip.AddrPort) []Payload {
	return []Payload{
		Notify(NotifyNATSource, natHash(initiator, responder, from)),
		Notify(NotifyNATDestination, natHash(initiator, responder, to)),
	}
}

func natHash(initiator, responder uint64, a netip.AddrPort) []byte {
	b := binary.BigEndian.AppendUint64(nil, initiator)
	b = binary.BigEndian.AppendUint64(b, responder)
	b = append(b, a.Addr().AsSlice()...)
	b = binary.BigEndian.AppendUint16(b, a.Port())
	h := sha1.Sum(b)
	return h[:]
}

// Fragment is an SKF payload (RFC 7383 2.5): fragment number n of total.
func Fragment(n, total int, first uint8, sealed []byte) Payload {
	b := binary.BigEndian.AppendUint16(nil, uint16(n))
	b = binary.BigEndian.AppendUint16(b, uint16(total))
	if n > 1 {
		first = 0
	}
	return Payload{Type: PayloadSKF, Inner: first, Body: append(b, sealed...)}
}
