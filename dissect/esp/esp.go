package esp

import (
	"encoding/binary"
	"errors"
)

// HeaderLength is the length in bytes of what ESP shows in clear.
const HeaderLength = 8

// ErrShort says that the bytes end inside the header, because the packet is
// malformed or because the capture cut it.
var ErrShort = errors.New("esp: header ends early")

// ESP is an ESP packet (RFC 4303 section 2).
type ESP struct {
	// SPI names the SA at the receiver. 0 is for local use and never on the
	// wire, 1 to 255 are reserved (RFC 4303 2.1).
	SPI uint32
	// Seq is the sequence number; of an extended one the low half.
	Seq uint32
	// Body is all behind the header that was captured, borrowed: IV, encrypted
	// payload and ICV.
	Body []byte
}

// ParseESP reads an ESP packet that begins with b. Any eight bytes are an ESP
// header; whether they make sense is for the caller to judge.
func ParseESP(b []byte) (ESP, error) {
	if len(b) < HeaderLength {
		return ESP{}, ErrShort
	}
	return ESP{
		SPI:  binary.BigEndian.Uint32(b),
		Seq:  binary.BigEndian.Uint32(b[4:]),
		Body: b[HeaderLength:],
	}, nil
}

// Append appends the packet to b.
func (e *ESP) Append(b []byte) []byte {
	b = binary.BigEndian.AppendUint32(b, e.SPI)
	b = binary.BigEndian.AppendUint32(b, e.Seq)
	return append(b, e.Body...)
}
