package reassembly

import (
	"encoding/binary"
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect"
)

// tuple is a map key made of two addresses and one more word. It has no
// pointers and no padding, so that maps hash it in one go and the garbage
// collector does not look inside.
type tuple struct {
	aHi, aLo, bHi, bLo uint64
	word               uint64
}

// v6Word keeps IPv6 addresses apart from IPv4 ones of equal 16-byte form.
const v6Word = 1 << 63

// endpointsKey is the key of an unordered pair of endpoints, and the direction
// of a datagram from src to dst: 0 if src is the lower one, else 1.
func endpointsKey(src, dst netip.AddrPort) (k tuple, direction int) {
	sHi, sLo := words(src.Addr())
	dHi, dLo := words(dst.Addr())
	sp, dp := uint64(src.Port()), uint64(dst.Port())
	swap := sHi > dHi || sHi == dHi && (sLo > dLo || sLo == dLo && sp > dp)
	if swap {
		k = tuple{dHi, dLo, sHi, sLo, dp<<16 | sp}
		direction = 1
	} else {
		k = tuple{sHi, sLo, dHi, dLo, sp<<16 | dp}
	}
	if src.Addr().Is6() {
		k.word |= v6Word
	}
	return k, direction
}

// spiKey is the key of an ESP SPI between two addresses. An SPI belongs to its
// destination (RFC 4301 4.1); with the source it belongs to one pair.
func spiKey(src, dst netip.Addr, spi uint32) tuple {
	sHi, sLo := words(src)
	dHi, dLo := words(dst)
	k := tuple{sHi, sLo, dHi, dLo, uint64(spi)}
	if src.Is6() {
		k.word |= v6Word
	}
	return k
}

// headersKey is endpointsKey for what was read of a frame's headers. It writes
// each word of k where it stays: copying words that were only just written
// makes the processor wait.
func headersKey(h *dissect.Headers, k *tuple) (direction int) {
	sHi, sLo, dHi, dLo := h.SrcHi, h.SrcLo, h.DstHi, h.DstLo
	sp, dp := uint64(h.SrcPort), uint64(h.DstPort)
	if sHi > dHi || sHi == dHi && (sLo > dLo || sLo == dLo && sp > dp) {
		sHi, sLo, dHi, dLo = dHi, dLo, sHi, sLo
		sp, dp = dp, sp
		direction = 1
	}
	word := sp<<16 | dp
	if h.V6 {
		word |= v6Word
	}
	k.aHi, k.aLo, k.bHi, k.bLo, k.word = sHi, sLo, dHi, dLo, word
	return direction
}

// is tells whether two keys are equal, as == does, without a call.
func (k *tuple) is(o *tuple) bool {
	return k.aLo == o.aLo && k.bLo == o.bLo && k.word == o.word && k.aHi == o.aHi && k.bHi == o.bHi
}

// withSPI is spiKey for a datagram whose endpointsKey is k.
func (k tuple) withSPI(direction int, spi uint32) tuple {
	k.word = k.word&v6Word | uint64(spi)
	if direction == 1 {
		k.aHi, k.aLo, k.bHi, k.bLo = k.bHi, k.bLo, k.aHi, k.aLo
	}
	return k
}

func words(a netip.Addr) (hi, lo uint64) {
	b := a.As16()
	return binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
}

// portSet is a set of UDP ports.
type portSet [1 << 16 / 64]uint64

func (s *portSet) add(p uint16)      { s[p>>6] |= 1 << (p & 63) }
func (s *portSet) has(p uint16) bool { return s[p>>6]&(1<<(p&63)) != 0 }
