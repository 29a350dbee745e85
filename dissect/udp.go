package dissect

import "github.com/ikesniff/ikesniff/capture"

const (
	udpHeader = 8

	portVXLAN      = 4789 // IANA
	portVXLANLinux = 8472 // the default of Linux
	portGENEVE     = 6081
)

// udp decodes a UDP header (RFC 768) and what tunnels run over UDP.
func (d *Decoder) udp(s span, out *Datagram) {
	b := s.b
	if len(b) < udpHeader {
		short(s, udpHeader, out, "UDP header is cut short")
		return
	}
	src, dst := be16(b), be16(b[2:])
	setPorts(out, src, dst)
	switch n := int(be16(b[4:])); {
	case n >= udpHeader && n <= s.wire:
		s = s.upTo(n)
	case n == 0 && out.Src.Addr().Is6():
		// A jumbogram ends where the IP packet does (RFC 2675 4).
	case n < udpHeader:
		malformed(out, "UDP length is less than its header's")
		return
	default:
		// Wireshark reads on, and so do we: the datagram may have been cut
		// before it was captured.
		out.Problem = "UDP length exceeds the IP packet"
	}

	payload := s.from(udpHeader)
	switch dst {
	case portVXLAN, portVXLANLinux:
		if d.vxlan(payload, out) {
			return
		}
	case portGENEVE:
		if d.geneve(payload, out) {
			return
		}
	}
	deliver(payload, out)
	switch {
	case be16(b[6:]) == 0:
		out.Checksum = capture.ChecksumAbsent
	case !s.snapped() && out.Problem == "":
		out.Checksum = d.transportChecksum(s.b, out)
	}
}
