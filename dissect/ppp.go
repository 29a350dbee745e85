package dissect

// PPP protocol numbers (RFC 1661 2, IANA).
const (
	pppIPv4         = 0x0021
	pppIPv6         = 0x0057
	pppMPLS         = 0x0281
	pppMPLSUpstream = 0x0283
)

// ppp decodes a PPP frame. Address and control (FF 03) may have been left out,
// and so may the first byte of the protocol, whose last bit is 1 only in the
// last byte (RFC 1661 2 and 6.5, RFC 1662 3.1).
func (d *Decoder) ppp(s span, out *Datagram) {
	if len(s.b) >= 2 && s.b[0] == 0xff && s.b[1] == 0x03 {
		s = s.from(2)
	}
	if len(s.b) < 1 {
		short(s, 1, out, "PPP header is cut short")
		return
	}
	var protocol uint16
	if s.b[0]&1 == 1 {
		protocol = uint16(s.b[0])
		s = s.from(1)
	} else {
		if len(s.b) < 2 {
			short(s, 2, out, "PPP header is cut short")
			return
		}
		protocol = be16(s.b)
		s = s.from(2)
	}
	switch protocol {
	case pppIPv4:
		d.ipv4(s, out)
	case pppIPv6:
		d.ipv6(s, out)
	case pppMPLS, pppMPLSUpstream:
		d.mpls(s, out)
	default:
		other(out, "")
	}
}

// pppHDLC decodes LINKTYPE_PPP_HDLC, which is PPP or Cisco's HDLC: address 0F
// (unicast) or 8F (broadcast), control 00, EtherType.
func (d *Decoder) pppHDLC(s span, out *Datagram) {
	if len(s.b) == 0 || s.b[0] != 0x0f && s.b[0] != 0x8f {
		d.ppp(s, out)
		return
	}
	if len(s.b) < 4 {
		short(s, 4, out, "Cisco HDLC header is cut short")
		return
	}
	if t := be16(s.b[2:]); t >= etherTypeMin {
		d.etherType(s.from(4), t, out)
		return
	}
	other(out, "")
}

// pppoe decodes a PPPoE header (RFC 2516 4) and the PPP frame behind it:
//
//	 0        1      2         4        6
//	+--------+------+---------+--------+
//	| ver 1  | code | session | length |
//	| type 1 |      |         |        |
//	+--------+------+---------+--------+
func (d *Decoder) pppoe(s span, out *Datagram) {
	if !d.unwrap(out, EncapPPPoE) {
		return
	}
	if len(s.b) < 6 {
		short(s, 6, out, "PPPoE header is cut short")
		return
	}
	if s.b[0] != 0x11 {
		malformed(out, "PPPoE version or type is not 1")
		return
	}
	if s.b[1] != 0 { // discovery
		other(out, "")
		return
	}
	n := int(be16(s.b[4:]))
	s = s.from(6)
	if n <= s.wire {
		s = s.upTo(n)
	}
	d.ppp(s, out)
}
