package message

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"net/netip"

	"github.com/ikesniff/ikesniff/dissect/ike"
	"github.com/ikesniff/ikesniff/reassembly"
)

// nat tells which side's address does not fit its hash: it was changed on the
// way, or the side pretends so to force UDP encapsulation (RFC 7296 2.23).
type nat struct{ known, src, dst bool }

// detectNAT compares the hashes of NAT detection with the addresses on the wire.
func (s *summary) detectNAT(e *reassembly.Event) nat {
	n := nat{known: len(s.natSrc)+len(s.natDst) > 0}
	if len(s.natSrc) > 0 {
		_, fits := s.fit(e, s.natSrc, e.Src)
		n.src = !fits
	}
	if len(s.natDst) > 0 {
		_, fits := s.fit(e, s.natDst, e.Dst)
		n.dst = !fits
	}
	return n
}

// fit finds which candidate for an address on the wire one of the hashes is
// made of: over UDP that is the address alone. Over TCP hashes should be made
// with TCP's ports, but what is sent over UDP may be sent unchanged (RFC 9329
// 6.5): a hash of this address with a port of IKE over UDP proves no NAT.
func (s *summary) fit(e *reassembly.Event, hashes [][]byte, addr netip.AddrPort) (netip.AddrPort, bool) {
	candidates := [...]netip.AddrPort{addr, netip.AddrPortFrom(addr.Addr(), 500), netip.AddrPortFrom(addr.Addr(), 4500)}
	list := candidates[:1]
	if overTCP(e.Transport) {
		list = candidates[:]
	}
	for _, c := range list {
		for _, h := range hashes {
			if ike.NATDetectionMatches(&s.m, h, c) {
				return c, true
			}
		}
	}
	return netip.AddrPort{}, false
}

// checkable tells whether the hashes have the lengths of those that are known;
// others are never said not to fit.
func (s *summary) checkable(hashes [][]byte) bool {
	for _, h := range hashes {
		switch n := len(h); {
		case n == sha1.Size:
		case s.m.V1() && (n == md5.Size || n == sha256.Size || n == sha512.Size384 || n == sha512.Size):
		default:
			return false
		}
	}
	return true
}

func overTCP(t reassembly.Transport) bool {
	switch t {
	case reassembly.TransportTCP, reassembly.TransportFortinetESP, reassembly.TransportCisco:
		return true
	}
	return false
}
