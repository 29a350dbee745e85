package esp

import (
	"encoding/binary"
	"errors"
)

// MinAHLength is the length in bytes of the fixed part of an AH header.
const MinAHLength = 12

// ErrAHLength says that the AH header states a length that cannot hold its
// fixed part.
var ErrAHLength = errors.New("esp: AH states a length below that of its fixed part")

// AH is an authentication header with what it protects (RFC 4302 section 2).
type AH struct {
	// NextHeader is the IP protocol of Payload.
	NextHeader uint8
	// Length of the header in bytes, ICV included, as the header states it.
	Length int
	// SPI names the SA at the receiver.
	SPI uint32
	// Seq is the sequence number; of an extended one the low half.
	Seq uint32
	// ICV is the integrity check value with its padding, borrowed. It is
	// shorter than Length-12 where the bytes end early.
	ICV []byte
	// Payload is what was captured behind the header, borrowed.
	Payload []byte
}

// Truncated reports whether the bytes ended inside the ICV.
func (a *AH) Truncated() bool { return len(a.ICV) < a.Length-MinAHLength }

// ParseAH reads an AH packet that begins with b. It needs the 12 fixed bytes;
// an ICV that is cut is no error.
func ParseAH(b []byte) (AH, error) {
	if len(b) < MinAHLength {
		return AH{}, ErrShort
	}
	n := (int(b[1]) + 2) * 4
	if n < MinAHLength {
		return AH{}, ErrAHLength
	}
	end := min(n, len(b))
	return AH{
		NextHeader: b[0],
		Length:     n,
		SPI:        binary.BigEndian.Uint32(b[4:]),
		Seq:        binary.BigEndian.Uint32(b[8:]),
		ICV:        b[MinAHLength:end:end],
		Payload:    b[end:],
	}, nil
}

// Append appends header and payload to b. The length that goes into the header
// is a.Length, which must be a multiple of four between 12 and 1028 to have
// room there. Reserved bits are zero.
func (a *AH) Append(b []byte) []byte {
	b = append(b, a.NextHeader, byte(a.Length/4-2), 0, 0)
	b = binary.BigEndian.AppendUint32(b, a.SPI)
	b = binary.BigEndian.AppendUint32(b, a.Seq)
	b = append(b, a.ICV...)
	return append(b, a.Payload...)
}
