package tcpframe

import (
	"encoding/binary"

	"github.com/ikesniff/ikesniff/dissect/esp"
	"github.com/ikesniff/ikesniff/dissect/ike"
)

const (
	prefix = "IKETCP"

	lengthSize = 2     // of the length field, which counts itself
	markerSize = 4     // of the non-ESP marker
	maxFrame   = 65535 // largest value of the length field

	ikeHead = lengthSize + markerSize + ike.HeaderLength // 34
	espHead = lengthSize + esp.HeaderLength              // 10

	// minESP is the smallest frame of ESP: header, one block of four bytes with
	// pad length and next header, and 12 bytes of ICV or of ICV and IV.
	minESP = espHead + 4 + 12
	// firstSPI is the first SPI that IANA has not reserved (RFC 4303 2.1).
	firstSPI = 256
	// oldSequence is where few SAs get to: 2^24 packets are about 20 GB. Random
	// bytes in this place exceed it 255 times out of 256.
	oldSequence = 1 << 24
	// smallStep is by how much the sequence numbers of one SPI may differ in
	// neighbouring frames. TCP loses nothing, but a full queue in front of it
	// does.
	smallStep = 64
)

// head is what the first bytes of a frame say.
type head struct {
	length   int
	spi, seq uint32
	ike      bool // the marker stands where ESP has its SPI
}

// readHead reads the first 10 bytes of a frame.
func readHead(b []byte) head {
	_ = b[espHead-1]
	h := head{
		length: int(binary.BigEndian.Uint16(b)),
		spi:    binary.BigEndian.Uint32(b[lengthSize:]),
		seq:    binary.BigEndian.Uint32(b[lengthSize+4:]),
	}
	h.ike = h.spi == 0
	return h
}

// espShape tells whether the frame could be ESP. Packets of ESP are multiples
// of four bytes long (RFC 4303 2.4), and no length of TNS, PPTP and others that
// count themselves and round up is two more than such a multiple.
func (h head) espShape() bool {
	return h.length >= minESP && h.length%4 == lengthSize && h.spi >= firstSPI
}

// ikeShape tells whether b, which begins with a frame of the given length that
// has the marker, continues with an IKE header that fits. It takes ikeHead
// bytes of b to say so.
func ikeShape(b []byte, length int, k Knower) bool {
	if len(b) < ikeHead || length < ikeHead {
		return false
	}
	m := b[lengthSize+markerSize : min(len(b), length)]
	return ike.Plausible(m, length-lengthSize-markerSize) || knownIKE(m, k)
}

// knownIKE tells whether b begins with the SPIs of a known IKE SA.
func knownIKE(b []byte, k Knower) bool {
	if k == nil || len(b) < ike.HeaderLength {
		return false
	}
	i, r := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
	return i != 0 && k.KnownIKE(i, r)
}

func knownESP(spi uint32, k Knower) bool { return k != nil && k.KnownESP(spi) }

// short tells how long the frame of two or three bytes is that b, of at least
// three, begins with: empty, or a keepalive. 0 if neither.
func short(b []byte) int {
	switch {
	case b[0] != 0:
	case b[1] == 2:
		return 2
	case b[1] == 3 && b[2] == 0xff:
		return 3
	}
	return 0
}
