package tcpframe

import (
	"encoding/binary"
	"math/bits"

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
	// body stands for the 16 bytes that follow: two frames in which they differ
	// differ in it. 0 if not that many are there, or they prove nothing.
	body uint64
}

// readHead reads the first 10 bytes of a frame, and leaves body out.
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

// readBody fills in body from the frame that b begins with. Behind the sequence
// number ESP has an initialization vector and ciphertext, which do not repeat.
// Only with NULL encryption there is an IP header, which may.
func (h *head) readBody(b []byte) {
	if len(b) < minESP || h.length < minESP || innerIP(b[espHead:], h.length-espHead) {
		return
	}
	const odd = 0x9e3779b97f4a7c15 // of the golden ratio
	for i := espHead; i < minESP; i += 8 {
		h.body = (bits.RotateLeft64(h.body, 23) ^ binary.BigEndian.Uint64(b[i:])) * odd
	}
	h.body |= 1
}

// innerIP tells whether b begins with an IP header whose length fits the n
// bytes that there are, padding and ICV included.
func innerIP(b []byte, n int) bool {
	const trailer = 64
	var total int
	switch b[0] >> 4 {
	case 4:
		total = int(binary.BigEndian.Uint16(b[2:]))
	case 6:
		total = int(binary.BigEndian.Uint16(b[4:])) + 40
	default:
		return false
	}
	return total < n && n <= total+trailer
}

// espShape tells whether the frame could be ESP. Packets of ESP are multiples
// of four bytes long (RFC 4303 2.4), and no length of TNS, PPTP and others that
// count themselves and round up is two more than such a multiple.
func (h head) espShape() bool {
	return h.length >= minESP && h.length%4 == lengthSize && h.spi >= firstSPI && !h.constant()
}

// constant tells whether constants of another protocol stand where ESP has its
// SPI. Both protocols state their whole length in front of them, and go on with
// numbers that may grow.
//
//	PPTP (RFC 2637 2)     length | 0001 | 1a2b 3c4d | message type
//	ISO on TCP (RFC 1006) 03 00 | length | 02 f0 80 | data, as of S7 or RDP
func (h head) constant() bool {
	return h.spi == 0x00011a2b && h.seq>>16 == 0x3c4d || h.spi>>8 == 0x02f080
}

// ikeShape tells whether b, which begins with a frame of the given length that
// has the marker, continues with an IKE header that fits. It looks at ikeHead
// bytes of b and no more, so that the answer does not depend on how much has
// come.
func ikeShape(b []byte, length int, k Knower) bool {
	if len(b) < ikeHead || length < ikeHead {
		return false
	}
	m := b[lengthSize+markerSize : ikeHead]
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

// expectedESP tells whether a packet of a known SPI has one of the next sequence
// numbers of it: SPI and number together are proof enough (RFC 9329 10).
func expectedESP(spi, seq uint32, k Knower) bool {
	e, ok := k.(Expecter)
	return ok && e.ExpectsESP(spi, seq)
}

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
