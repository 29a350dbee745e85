package pipeline

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect"
	"github.com/ikesniff/ikesniff/reassembly"
)

// lane returns which of n workers owns a pair. The result matters for speed
// alone, so the function need not be kept stable from version to version.
func lane(p reassembly.Pair, n int) int {
	aHi, aLo := words(p.A)
	bHi, bLo := words(p.B)
	return spread(mix(aHi, aLo)+mix(bHi, bLo), n)
}

// laneOf is lane for a frame whose headers were read.
func laneOf(h *dissect.Headers, n int) int {
	return spread(mix(h.SrcHi, h.SrcLo)+mix(h.DstHi, h.DstLo), n)
}

// spread maps a hash to n lanes evenly, without a division.
func spread(h uint64, n int) int {
	hi, _ := bits.Mul64(h*0x9e3779b97f4a7c15, uint64(n))
	return int(hi)
}

// mix hashes an address, multiplying to 128 bits and folding the halves so that
// each bit of the input reaches the high bits of the result. The sum of two such
// hashes is the same in either direction.
func mix(hi, lo uint64) uint64 {
	x, y := bits.Mul64(hi^0x9e3779b97f4a7c15, lo^0xd6e8feb86659fd93)
	x, y = bits.Mul64(x^y, 0xd6e8feb86659fd93)
	return x ^ y
}

func words(a netip.Addr) (hi, lo uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}
