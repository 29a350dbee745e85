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

// headersKey is endpointsKey for what was read of a frame's headers.
func headersKey(h *dissect.Headers) (k tuple, direction int) {
	sp, dp := uint64(h.SrcPort), uint64(h.DstPort)
	if h.SrcHi > h.DstHi || h.SrcHi == h.DstHi && (h.SrcLo > h.DstLo || h.SrcLo == h.DstLo && sp > dp) {
		k = tuple{h.DstHi, h.DstLo, h.SrcHi, h.SrcLo, dp<<16 | sp}
		direction = 1
	} else {
		k = tuple{h.SrcHi, h.SrcLo, h.DstHi, h.DstLo, sp<<16 | dp}
	}
	if h.V6 {
		k.word |= v6Word
	}
	return k, direction
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
