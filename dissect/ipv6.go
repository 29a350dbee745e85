package dissect

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
)

const ipv6Header = 40

// IPv6 extension headers (RFC 8200 4, IANA ipv6-parameters). ESP and AH count
// as such in the RFC, but are payload here.
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extDestination = 60
	extMobility    = 135
	extHIP         = 139
	extShim6       = 140
)

// maxExtensions bounds the chain. RFC 8200 4.1 expects each kind once, one of
// them twice.
const maxExtensions = 16

// chain says how a chain of extension headers ended.
type chain uint8

const (
	chainBroken    chain = iota // the packet is done with
	chainTransport              // at a header that is none of them
	chainFragment               // at a fragment; out.Frag is set
)

// ipv6 decodes an IPv6 packet.
func (d *Decoder) ipv6(s span, out *Datagram) {
	s, ok := d.ipv6Header(s, out)
	if !ok {
		return
	}
	switch s, end := d.extensions(s, out.Proto, out); end {
	case chainTransport:
		d.transport(s, out)
	case chainFragment:
		fragment(s, out)
	}
}

// ipv6Header reads the fixed header (RFC 8200 3) into out and returns the
// payload, extension headers included. It is false where the packet is done
// with.
func (d *Decoder) ipv6Header(s span, out *Datagram) (span, bool) {
	b := s.b
	if len(b) < ipv6Header {
		short(s, ipv6Header, out, "IPv6 header is cut short")
		return s, false
	}
	if b[0]>>4 != 6 {
		malformed(out, "IPv6 header has another version")
		return s, false
	}
	total := ipv6Header + int(be16(b[4:]))
	if total == ipv6Header {
		total = ipv6Total(s)
	}
	s = s.upTo(total)
	out.Truncated = s.snapped()
	out.IPLength = total
	out.IPID = 0
	out.HasIPID = false
	out.DF = false
	out.Frag = Fragment{}
	out.TTL = b[7]
	out.Proto = b[6]
	out.Src = netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[8:24])), 0)
	out.Dst = netip.AddrPortFrom(netip.AddrFrom16([16]byte(b[24:40])), 0)
	out.IPChecksum = capture.ChecksumUnknown
	d.rerouted = false
	return s.from(ipv6Header), true
}

// ipv6Total is the length of a packet whose payload length is 0: that of the
// jumbo option (RFC 2675 2), else all there is, as segmentation offload leaves
// it, else nothing but the header.
func ipv6Total(s span) int {
	const noNextHeader = 59
	next, b := s.b[6], s.b[ipv6Header:]
	if next == noNextHeader {
		return ipv6Header
	}
	if next != extHopByHop || len(b) < 8 {
		return s.wire
	}
	options := b[2:min(8+8*int(b[1]), len(b))]
	for len(options) >= 2 {
		switch kind, n := options[0], 2+int(options[1]); {
		case kind == 0: // Pad1
			options = options[1:]
		case kind == 0xc2 && n == 6 && len(options) >= 6:
			// Not beyond the frame: nothing needs a length of gigabytes.
			if jumbo := be32(options[2:]); int64(jumbo) <= int64(s.wire-ipv6Header) {
				return ipv6Header + int(jumbo)
			}
			return s.wire
		case n > len(options):
			return s.wire
		default:
			options = options[n:]
		}
	}
	return s.wire
}

// extensions follows a chain of extension headers that begins with one of type
// next, and sets out.Proto.
func (d *Decoder) extensions(s span, next uint8, out *Datagram) (span, chain) {
	for range maxExtensions {
		switch next {
		case extHopByHop, extRouting, extDestination, extMobility, extHIP, extShim6:
			if len(s.b) < 8 {
				short(s, 8, out, "IPv6 extension header is cut short")
				return s, chainBroken
			}
			// In units of 8 bytes, the first of them not counted.
			n := 8 + 8*int(s.b[1])
			if len(s.b) < n {
				short(s, n, out, "IPv6 extension header is cut short")
				return s, chainBroken
			}
			// Segments that are left (RFC 8200 4.4) and a home address (RFC
			// 6275 6.3) stand in for addresses of the header.
			d.rerouted = d.rerouted || next == extRouting || next == extDestination
			next = s.b[0]
			s = s.from(n)
		case extFragment:
			if len(s.b) < 8 {
				short(s, 8, out, "IPv6 fragment header is cut short")
				return s, chainBroken
			}
			next = s.b[0]
			place := be16(s.b[2:])
			out.IPID = be32(s.b[4:])
			out.HasIPID = true
			s = s.from(8)
			// Neither offset nor more: an atomic fragment is whole (RFC 6946).
			if place&0xfff9 != 0 {
				out.Proto = next
				out.Frag = Fragment{Offset: int(place &^ 7), More: place&1 != 0}
				return s, chainFragment
			}
		default:
			out.Proto = next
			return s, chainTransport
		}
	}
	other(out, problemExtensions)
	return s, chainBroken
}

// plausibleIPv6 tells whether bytes in which an IPv6 packet is only supposed
// look like one.
func plausibleIPv6(s span) bool {
	return len(s.b) >= ipv6Header && s.b[0]>>4 == 6
}
