package dissect

import "net/netip"

// ip decodes an IP packet of either version.
func (d *Decoder) ip(s span, out *Datagram) {
	if len(s.b) == 0 {
		short(s, 1, out, "IP header is cut short")
		return
	}
	switch s.b[0] >> 4 {
	case 4:
		d.ipv4(s, out)
	case 6:
		d.ipv6(s, out)
	default:
		malformed(out, "IP version is neither 4 nor 6")
	}
}

// transport decodes the payload of an IP packet, out.Proto telling what it is.
func (d *Decoder) transport(s span, out *Datagram) {
	switch out.Proto {
	case ProtoUDP:
		d.udp(s, out)
	case ProtoTCP:
		d.tcp(s, out)
	case ProtoESP:
		// SPI and sequence number (RFC 4303 2).
		ipsec(s, 8, out, "ESP header is cut short")
	case ProtoAH:
		// The fixed part, up to the sequence number (RFC 4302 2).
		ipsec(s, 12, out, "AH header is cut short")
	case ProtoICMP:
		if out.Src.Addr().Is4() {
			d.icmp4(s, out)
			return
		}
		other(out, "")
	case ProtoICMPv6:
		if out.Src.Addr().Is6() {
			d.icmp6(s, out)
			return
		}
		other(out, "")
	case ProtoIPIP:
		if d.tunnel(out, EncapIPIP) {
			d.ipv4(s, out)
		}
	case ProtoIPv6:
		if d.tunnel(out, EncapIPIP) {
			d.ipv6(s, out)
		}
	case ProtoGRE:
		d.gre(s, out)
	default:
		other(out, "")
	}
}

// ipsec ends at an ESP or AH header of at least header bytes.
func ipsec(s span, header int, out *Datagram, problem string) {
	if len(s.b) < header {
		short(s, header, out, problem)
		return
	}
	deliver(s, out)
}

// deliver makes s the payload of the finished datagram.
func deliver(s span, out *Datagram) {
	out.Status = StatusOK
	out.Payload = s.b
	out.PayloadLength = s.wire
}

// fragment ends at a piece of an IP packet.
func fragment(s span, out *Datagram) {
	// No IP datagram has more than 65535 bytes (RFC 791 3.1, RFC 8200 4.5).
	if out.Frag.Offset+s.wire > 0xffff {
		out.Frag = Fragment{}
		malformed(out, "IP fragment ends behind byte 65535")
		return
	}
	deliver(s, out)
	out.Status = StatusFragment
}

// setPorts completes the addresses.
func setPorts(out *Datagram, src, dst uint16) {
	out.Src = netip.AddrPortFrom(out.Src.Addr(), src)
	out.Dst = netip.AddrPortFrom(out.Dst.Addr(), dst)
}
