package pipeline

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"github.com/ikesniff/ikesniff/reassembly"
)

// lane returns which of n workers owns a pair. The result matters for speed
// alone, so the function need not be kept stable from version to version.
func lane(p reassembly.Pair, n int) int {
	h := mix(mix(0x9e3779b97f4a7c15, p.A), p.B)
	hi, _ := bits.Mul64(h, uint64(n)) // even spread without a division
	return int(hi)
}

// mix folds an address into a hash, multiplying to 128 bits and folding the
// halves so that each bit of the input reaches the high bits of the result.
func mix(h uint64, a netip.Addr) uint64 {
	b := a.As16()
	for i := 0; i < 16; i += 8 {
		hi, lo := bits.Mul64(h^binary.BigEndian.Uint64(b[i:]), 0xd6e8feb86659fd93)
		h = hi ^ lo
	}
	return h
}
