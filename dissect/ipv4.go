package dissect

import (
	"net/netip"

	"github.com/ikesniff/ikesniff/capture"
)

const ipv4Header = 20 // without options

// ipv4 decodes an IPv4 packet.
func (d *Decoder) ipv4(s span, out *Datagram) {
	s, ok := d.ipv4Header(s, out)
	switch {
	case !ok:
	case out.Frag != Fragment{}:
		fragment(s, out)
	default:
		d.transport(s, out)
	}
}

// ipv4Header reads the header (RFC 791 3.1) into out and returns the payload.
// It is false where the packet is done with.
func (d *Decoder) ipv4Header(s span, out *Datagram) (span, bool) {
	b := s.b
	if len(b) < ipv4Header {
		short(s, ipv4Header, out, "IPv4 header is cut short")
		return s, false
	}
	if b[0]>>4 != 4 {
		malformed(out, "IPv4 header has another version")
		return s, false
	}
	header := int(b[0]&0x0f) * 4
	total := int(be16(b[2:]))
	if total == 0 {
		// Segmentation offload: the hardware is to fill it in, or the packet
		// is longer than the field can tell.
		total = s.wire
	}
	if header < ipv4Header || total < header {
		malformed(out, "IPv4 lengths contradict each other")
		return s, false
	}
	s = s.upTo(total)
	out.Truncated = s.snapped()
	out.IPLength = total
	out.IPID = uint32(be16(b[4:]))
	out.HasIPID = true
	flags := be16(b[6:])
	out.DF = flags&0x4000 != 0
	out.Frag = Fragment{Offset: int(flags&0x1fff) * 8, More: flags&0x2000 != 0}
	out.TTL = b[8]
	out.Proto = b[9]
	out.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[12:16])), 0)
	out.Dst = netip.AddrPortFrom(netip.AddrFrom4([4]byte(b[16:20])), 0)
	out.IPChecksum = capture.ChecksumUnknown
	if len(s.b) < header {
		short(s, header, out, "IPv4 options are cut short")
		return s, false
	}
	// A source route keeps the final destination in an option (RFC 791 3.1).
	d.rerouted = header > ipv4Header
	if d.VerifyChecksums {
		out.IPChecksum = checksumState(b[:header], 0)
	}
	return s.from(header), true
}

// plausibleIPv4 tells whether bytes in which an IPv4 packet is only supposed
// look like one.
func plausibleIPv4(s span) bool {
	if len(s.b) < ipv4Header || s.b[0]>>4 != 4 || s.b[0]&0x0f < 5 {
		return false
	}
	total := int(be16(s.b[2:]))
	return total == 0 || total >= int(s.b[0]&0x0f)*4
}
