package dissect

import (
	"encoding/binary"
	"math/bits"

	"github.com/ikesniff/ikesniff/capture"
)

// transportChecksum tells what is known of the checksum of a whole UDP datagram
// or TCP segment, of which b is header and payload. What the capturing kernel
// knew comes first: it saw the packet before the hardware did.
func (d *Decoder) transportChecksum(b []byte, out *Datagram) capture.ChecksumState {
	if d.checksum != capture.ChecksumUnknown {
		return d.checksum
	}
	if !d.VerifyChecksums || d.rerouted {
		return capture.ChecksumUnknown
	}
	// The pseudo-header: addresses, length, protocol (RFC 9293 3.1, RFC 8200
	// 8.1). Zeros and the width of fields make no difference to the sum.
	sum := uint64(len(b)) + uint64(out.Proto)
	if src, dst := out.Src.Addr(), out.Dst.Addr(); src.Is4() {
		s4, d4 := src.As4(), dst.As4()
		sum = sumWords(d4[:], sumWords(s4[:], sum))
	} else {
		s16, d16 := src.As16(), dst.As16()
		sum = sumWords(d16[:], sumWords(s16[:], sum))
	}
	return checksumState(b, sum)
}

// checksumState adds b to sum and tells whether the result is that of bytes
// with a right checksum among them (RFC 1071 1).
func checksumState(b []byte, sum uint64) capture.ChecksumState {
	sum = sumWords(b, sum)
	for sum > 0xffff {
		sum = sum>>16 + sum&0xffff
	}
	if sum == 0xffff {
		return capture.ChecksumGood
	}
	return capture.ChecksumBad
}

// sumWords adds the big-endian 16-bit words of b to sum, in one's complement
// arithmetic of 64 bits: such sums can be taken in words of any multiple of 16
// bits and folded in the end (RFC 1071 2).
func sumWords(b []byte, sum uint64) uint64 {
	var carry uint64
	for len(b) >= 8 {
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(b), carry)
		b = b[8:]
	}
	if len(b) > 0 {
		var last [8]byte
		copy(last[:], b)
		sum, carry = bits.Add64(sum, binary.BigEndian.Uint64(last[:]), carry)
	}
	sum, carry = bits.Add64(sum, 0, carry)
	return sum + carry
}
