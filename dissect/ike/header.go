package ike

import (
	"encoding/binary"
	"strconv"
)

// HeaderLength is the length of the IKE header in bytes, the same in both
// versions.
const HeaderLength = 28

// Version is the protocol version of a message.
type Version struct{ Major, Minor uint8 }

// String gives "2.0".
func (v Version) String() string {
	return strconv.Itoa(int(v.Major)) + "." + strconv.Itoa(int(v.Minor))
}

// Flags of the header. The two versions use different bits.
type Flags uint8

// Flags of IKEv1 (RFC 2408 3.1).
const (
	FlagEncryption         Flags = 1 << 0 // all after the header is encrypted
	FlagCommit             Flags = 1 << 1
	FlagAuthenticationOnly Flags = 1 << 2
)

// Flags of IKEv2 (RFC 7296 3.1).
const (
	FlagInitiator Flags = 1 << 3 // sent by the original initiator of the IKE SA
	FlagVersion   Flags = 1 << 4 // the sender could speak a higher major version
	FlagResponse  Flags = 1 << 5 // a response to the request with this message ID
)

const (
	flagsV1 = FlagEncryption | FlagCommit | FlagAuthenticationOnly
	flagsV2 = FlagInitiator | FlagVersion | FlagResponse
)

// Header is the fixed header of an IKE message (RFC 7296 3.1, RFC 2408 3.1).
// All numbers are in host order.
type Header struct {
	InitiatorSPI SPI
	ResponderSPI SPI // zero in the first message of an IKE SA
	NextPayload  PayloadType
	Version      Version
	ExchangeType ExchangeType
	Flags        Flags
	MessageID    uint32
	// Length of the message in bytes, header included, as the header states it.
	Length uint32
}

// V1 reports whether the message is of IKEv1.
func (h *Header) V1() bool { return h.Version.Major == 1 }

// V2 reports whether the message is of IKEv2.
func (h *Header) V2() bool { return h.Version.Major == 2 }

// FromInitiator reports whether the original initiator of the IKE SA sent the
// message. Only IKEv2 says so.
func (h *Header) FromInitiator() bool { return h.V2() && h.Flags&FlagInitiator != 0 }

// IsResponse reports whether the message is a response. Only IKEv2 says so.
func (h *Header) IsResponse() bool { return h.V2() && h.Flags&FlagResponse != 0 }

// ParseHeader reads the header at the beginning of b. It judges nothing but
// that all 28 bytes are there.
func ParseHeader(b []byte) (Header, error) {
	if len(b) < HeaderLength {
		return Header{}, short("header", b)
	}
	return Header{
		InitiatorSPI: SPI(binary.BigEndian.Uint64(b)),
		ResponderSPI: SPI(binary.BigEndian.Uint64(b[8:])),
		NextPayload:  PayloadType(b[16]),
		Version:      Version{Major: b[17] >> 4, Minor: b[17] & 15},
		ExchangeType: ExchangeType(b[18]),
		Flags:        Flags(b[19]),
		MessageID:    binary.BigEndian.Uint32(b[20:]),
		Length:       binary.BigEndian.Uint32(b[24:]),
	}, nil
}

// Append appends the header's 28 bytes to b. Only the low four bits of the
// version numbers have room.
func (h *Header) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(h.InitiatorSPI))
	b = binary.BigEndian.AppendUint64(b, uint64(h.ResponderSPI))
	b = append(b, byte(h.NextPayload), h.Version.Major<<4|h.Version.Minor&15, byte(h.ExchangeType), byte(h.Flags))
	b = binary.BigEndian.AppendUint32(b, h.MessageID)
	return binary.BigEndian.AppendUint32(b, h.Length)
}
